"""``risksim run``: the main job."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.analysis.answer import Wishes
from risksim.cli import garbage
from risksim.cli.output import OutputError, check_folder, mark, show, talk, write
from risksim.language import _
from risksim.replies.form import as_text
from risksim.report.numbers import number
from risksim.report.said_below import in_words

if TYPE_CHECKING:
    from risksim.analysis.answer import Answered
    from risksim.analysis.cross_check import CrossCheck
    from risksim.analysis.limits import Answer, Limit
    from risksim.analysis.three_lines import ThreeLines
    from risksim.analysis.variance import VarianceSplit
    from risksim.metrics.summary import Summary
    from risksim.report.answer import CheckOf

SUFFIXES = (".nc", ".csv", ".json")


def run(
    file: str,
    paths: int | None,
    seed: int,
    threads: int,
    as_json: bool,
    out: Path | None,
    ledger: bool,
    quiet: bool,
    wishes: Wishes = Wishes(),  # noqa: B008 - never changed
    dask: str | None = None,
    fail_if: str | None = None,
) -> int:
    """Simulate a deal, print the answer, save what was asked for.

    Returns
    -------
    int
        Exit code: 130 where it was interrupted and what is there was printed, 1 where a limit is breached.
    """
    from risksim.analysis.limits import answer_of_summary, read_limits

    limits = read_limits(fail_if)
    every_path = out is not None and out.suffix in (".nc", ".csv")
    if out is not None:
        check_out(out)
    if every_path and wishes != Wishes(engine=wishes.engine):
        raise OutputError(
            _(
                "{out}: every path is kept for this file, so --tolerance, --exact, --checkpoint and --keep-values "
                "have no place beside it.\n"
                "  Leave them out, or save statistics with --out FILE.json.",
                out=out,
            )
        )
    deal = api.read(file, funded=True)

    from risksim.analysis.answer import answer, ask
    from risksim.replies.run import of_answer

    if not quiet and api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))
    asked = ask(
        deal,
        paths,
        seed,
        threads,
        wishes,
        moves=ledger,
        cohorts=as_json or (out is not None and out.suffix == ".json"),
        every_path=every_path,
        keep_claims=out is not None and out.suffix == ".nc",
        by_path=dask is not None,
    )
    paths = asked.job.paths
    if not quiet and not every_path and not asked.by_law:
        expected = api.estimate(asked.job)
        twice = expected._replace(seconds=2 * expected.seconds)  # the line of luck only is run as well
        effort, many = in_words(str(twice)), number(paths)
        if wishes.tolerance:
            talk(_("At most {effort} for {paths} paths.", effort=effort, paths=many))
        else:
            talk(_("This will take {effort} for {paths} paths.", effort=effort, paths=many))
    with executor_at(dask) as executor, progress(paths, quiet) as report:
        found = answer(asked, executor, report)
    done, said = found.done, of_answer(found)
    if out is not None:
        _save(found.made, out, said)
        talk(_("Wrote {file}.", file=out))
    if as_json:
        show(as_text(said))
    else:
        show(_page(done, found.lines, done.summary, found.split, found.checked))
        _show_more(found, file)
        mark(api.constants_in_use(deal))
    _tell(done, asked.job, quiet)
    if found.checked is not None and not found.checked.agrees:
        talk(
            _("Two engines differ by more than chance allows. Try another --seed; if they still do, please report it.")
        )
    if done.partial:
        return 130
    return told_breaches(limits, answer_of_summary(done.summary)) if limits else 0


def _show_more(found: Answered, file: str) -> None:
    """What stands below the page where it was made or asked for."""
    done = found.done
    if found.right is not None:
        from risksim.report.control import ControlledOf, controlled

        show(controlled(done.plan.currency, tuple(ControlledOf(*one) for one in found.right.of)))
    if done.moves is not None:
        from risksim.report.ledger import ledger as page

        show(page(done.moves, done.summary, done.plan.currency))
    if found.purse is not None:
        from risksim.cli.public import block_of

        show(block_of(found.purse, file))


@contextmanager
def executor_at(dask: str | None) -> Iterator[api.DaskExecutor | None]:
    """The workers named by ``--dask``; None, the threads of this process, where there is no such option."""
    if dask is None:
        yield None
        return
    with api.cluster(dask) as executor:
        yield executor


def told_breaches(limits: tuple[Limit, ...], answer: Answer) -> int:
    """Say which limits are breached; the exit code, 1 if any is."""
    from risksim.analysis.limits import breaches

    broken = breaches(limits, answer)
    for said in broken:
        talk(f"--fail-if: {in_words(said)}")
    return 1 if broken else 0


def _tell(done: api.Done, job: api.Job, quiet: bool) -> None:
    """What is to be said of how the run went."""
    for remark in done.remarks:
        talk(in_words(remark))
    for one in done.reached:
        error, value, allowed = number(one.standard_error, ".3g"), number(one.value, ".6g"), number(one.allowed, ".3g")
        said = {"tolerance": one.tolerance, "error": error, "value": value, "allowed": allowed}
        if one.met:
            talk(_("{tolerance}: reached {error} (value {value}, allowed {allowed}).", **said))
        else:
            talk(_("{tolerance}: reached {error}, NOT MET (value {value}, allowed {allowed}).", **said))
    if done.reached and not done.partial and done.accuracy != api.BY_LAW:
        if all(one.met for one in done.reached):
            talk(_("Stopped after {paths} paths.", paths=number(done.paths)))
        else:
            many = number(done.paths)
            talk(_("Stopped after {paths} paths, the most allowed: try a larger --paths.", paths=many))
    if done.accuracy not in (api.EVERY_VALUE, api.BY_LAW):
        talk(_("Quantiles are {accuracy}.", accuracy=in_words(done.accuracy)))
    if done.partial:
        resume = _("with --checkpoint FOLDER a run can go on where it was interrupted")
        if job.checkpoint is not None:
            resume = _("the same command with --checkpoint {folder} goes on from there", folder=job.checkpoint)
        talk(
            _(
                "Interrupted: these are the first {paths} of {all} paths; {resume}.",
                paths=number(done.paths),
                all=number(job.paths),
                resume=resume,
            )
        )
    if not quiet:
        from risksim.analysis.answer import opened_by, to_open

        typical, bad = to_open(done)
        engine = " --engine conditional" if opened_by(done) == "conditional" else ""
        talk(
            _(
                "Paths to open with '{command}': a typical one: --path {typical}; a bad one (worst twentieth): "
                "--path {bad}.",
                command=f"risksim explain{engine}",
                typical=typical,
                bad=bad,
            )
        )


def check_out(out: Path) -> None:
    """Refuse a file that cannot be saved, before any work is done."""
    if out.suffix not in SUFFIXES:
        raise OutputError(
            _(
                "{out}: got the ending '{suffix}'; a result is saved as .nc (every path, labelled), .csv (one row a "
                "path) or .json (statistics).\n"
                "  Try --out {with_suffix}",
                out=out,
                suffix=out.suffix,
                with_suffix=out.with_suffix(".nc"),
            )
        )
    check_folder(out)


@contextmanager
def progress(paths: int, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """A bar on stderr where somebody watches; nothing in a log file."""
    garbage.runs()
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(_("simulating")),
        BarColumn(),
        TextColumn("{task.completed:,.0f} " + _("paths")),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("paths", total=paths)
        yield lambda done: bar.update(task, completed=done)


def _page(
    done: api.Done,
    lines: ThreeLines,
    summary: Summary,
    split: VarianceSplit | None = None,
    checked: CrossCheck | None = None,
) -> str:
    from risksim.report.answer import Heading, LineOf, PartsOf, answer

    plan = done.plan
    head = Heading(
        plan.name,
        plan.currency,
        plan.day_count,
        done.seed,
        done.engine,
        plan.digest,
        version("risksim-dsi"),
        done.capital,
        amounts=api.amounts(plan),
        repeated=api.repeated(plan),
        how=done.how,
        check=_check_of(plan, checked),
    )
    rows = tuple(
        LineOf(line.name, line.varies, line.irr, line.npv, line.p_loss, line.npv_p05, line.npv_es95)
        for line in lines.lines
    )
    labels = plan.labels
    titles = dict(zip(labels.outcomes, labels.outcome_titles, strict=True)) if labels.outcome_titles else {}
    parts = tuple(PartsOf(part.quantity, part.outcome, *part.split) for part in (split.of if split else ()))
    return answer(head, lines.hurdle, rows, summary, titles, (split.paths, parts) if split else None)


def _check_of(plan: Any, checked: CrossCheck | None) -> CheckOf:
    from risksim.report.answer import CheckOf

    if checked is None:
        why = next((one.obstacle for one in api.engines(plan) if one.engine == "conditional"), None)
        return CheckOf(why or "the run was interrupted", 0, "", 0.0, True)
    if checked.worst is None:
        return CheckOf("nothing differs from path to path", 0, "", 0.0, True)
    worst = checked.worst
    return CheckOf(checked.how, len(checked.of), worst.name, worst.z, checked.agrees)


def _save(made: api.Run | None, out: Path, statistics: dict[str, Any]) -> None:
    if made is None:
        write(out, as_text(statistics))
    elif out.suffix == ".nc":
        api.save(made, out)
    else:
        write(out, api.path_table(made))
