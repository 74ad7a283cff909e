"""``risksim run``: the main job."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from risksim import api
from risksim.cli.output import OutputError, as_text, check_folder, mark, plain, show, talk, write
from risksim.language import _
from risksim.report.numbers import number
from risksim.report.said_below import in_words

if TYPE_CHECKING:
    from risksim.analysis.control import ControlVariates
    from risksim.analysis.cross_check import CrossCheck
    from risksim.analysis.limits import Answer, Limit
    from risksim.analysis.three_lines import ThreeLines
    from risksim.analysis.variance import VarianceSplit
    from risksim.metrics.summary import Summary
    from risksim.report.answer import CheckOf

SUFFIXES = (".nc", ".csv", ".json")
LEAST_CHECKED = 1_024
"""Paths of another engine that a run of many cohorts is held against. [paths]"""
MOST_COHORT_PATHS = 2_000_000
"""Paths times cohorts behind a split of the variance, whose head counts are all held at once."""
MOST_COHORTS = 64
"""Cohorts up to which means are put right by a second settling of every path."""


class Wishes(NamedTuple):
    """How a run is to be made, beyond its paths and seed."""

    tolerance: str | None = None
    exact: bool = False
    checkpoint: Path | None = None
    keep_values: int | None = None
    engine: str = "auto"


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
            f"{out}: every path is kept for this file, so --tolerance, --exact, --checkpoint and --keep-values have no "
            "place beside it.\n  Leave them out, or save statistics with --out FILE.json."
        )
    deal = api.read(file, funded=True)

    from risksim.analysis.three_lines import lines_of
    from risksim.analysis.variance import MOST_PATHS, variance_split

    if not quiet and api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))
    people_by_cohort = as_json or (out is not None and out.suffix == ".json")
    job = api.job(deal, paths or 0, seed, threads, **wishes._asdict(), moves=ledger, cohorts=people_by_cohort)
    by_path = every_path or dask is not None
    choice = api.choose(job, by_path=by_path)
    counts = choice.engine == "exact" or choice.integrated
    if paths is None:
        paths = _paths_of(choice, wishes)
    job = job._replace(paths=paths, engine=choice.engine if by_path or not choice.integrated else job.engine)
    if not quiet and not every_path and not counts:
        expected = api.estimate(job)
        twice = expected._replace(seconds=2 * expected.seconds)  # the line of luck only is run as well
        effort, many = _effort(twice), number(paths)
        if wishes.tolerance:
            talk(_("At most {effort} for {paths} paths.", effort=effort, paths=many))
        else:
            talk(_("This will take {effort} for {paths} paths.", effort=effort, paths=many))
    with executor_at(dask) as executor, progress(paths, quiet) as report:
        job = job if executor is None else job._replace(executor=executor)
        if every_path:
            assert out is not None
            keep_claims = out.suffix == ".nc"
            engine: Any = choice.engine
            made = api.simulate(
                deal, paths, seed, threads, keep_claims=keep_claims, engine=engine, executor=executor, progress=report
            )
            done = api.done_from(made, moves=job.moves, people=job.cohorts)
        else:
            done = api.work(job._replace(progress=report))
            made = None
        most = max(min(MOST_PATHS, MOST_COHORT_PATHS // (len(deal.plan.labels.cohorts) or 1)), LEAST_CHECKED)
        few = min(paths if counts else done.paths, most)
        like_it = paths if counts else done.paths
        lines = lines_of(deal, done.summary, job._replace(paths=few if done.partial else like_it))
        people = made if made is not None and made.engine == "individual" else None
        people = people or api.simulate(deal, few, seed, threads, keep_claims=False, executor=executor)
        split = variance_split(people, threads, few, executor=executor)
    right = _put_right(made or people, done, threads)
    checked = None if done.partial else _cross_check(deal, done, people, job)
    if done.reservoir is None:  # it drew no paths: those of the engine that it was held against can be opened
        done = done._replace(reservoir=api.done_from(people).reservoir)
    purse = None
    if api.has_purse(deal) and not done.partial:
        from risksim.cli.public import block_of, json_of, of_run

        purse = of_run(deal, like_it, seed, threads, done.engine)
    said = envelope(deal, done, lines, split)
    said["run"] |= _engines(deal, checked)
    if right is not None:
        said["control_variates"] = _right(right)
    if done.moves is not None:
        said["ledger"] = [_move(move) for move in done.moves]
    if done.cohorts is not None:
        said["cohorts"] = [_cohort(people) for people in done.cohorts]
    if purse is not None:
        said["public"] = json_of(purse)
    if out is not None:
        _save(made, out, said)
        talk(_("Wrote {file}.", file=out))
    if as_json:
        show(as_text(said))
    else:
        show(_page(done, lines, done.summary, split, checked))
        _show_more(done, right)
        if purse is not None:
            show(block_of(purse, file))
        mark(api.constants_in_use(deal))
    _tell(done, job, quiet)
    if checked is not None and not checked.agrees:
        talk(
            _("Two engines differ by more than chance allows. Try another --seed; if they still do, please report it.")
        )
    if done.partial:
        return 130
    return told_breaches(limits, answer_of_summary(done.summary)) if limits else 0


def _paths_of(choice: api.Choice, wishes: Wishes) -> int:
    """Paths of a run that doesn't say how many."""
    if wishes.tolerance is not None:
        return api.default_ceiling()
    return api.PATHS if choice.engine == "individual" else api.POINTS


def _effort(expected: Any) -> str:
    """Seconds and memory, in words."""
    return in_words(str(expected))


def _show_more(done: api.Done, right: ControlVariates | None) -> None:
    """What stands below the page where it was made or asked for."""
    if right is not None:
        from risksim.report.control import ControlledOf, controlled

        show(controlled(done.plan.currency, tuple(ControlledOf(*one) for one in right.of)))
    if done.moves is not None:
        from risksim.report.ledger import ledger as page

        show(page(done.moves, done.summary, done.plan.currency))


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
        typical, bad = _to_open(done)
        engine = " --engine conditional" if done.engine == "conditional" and done.accuracy != api.BY_LAW else ""
        talk(
            _(
                "Paths to open with '{command}': a typical one: --path {typical}; a bad one (worst twentieth): "
                "--path {bad}.",
                command=f"risksim explain{engine}",
                typical=typical,
                bad=bad,
            )
        )


def _to_open(done: api.Done) -> tuple[int, int]:
    """A path in the middle and one at the edge of the worst twentieth, by what it is worth to all investors."""
    npv = list(done.summary.everybody.npv.values())[-1]
    assert done.reservoir is not None
    return done.reservoir.nearest(npv.p50.value), done.reservoir.nearest(npv.p05.value)


def _cross_check(deal: api.Deal, done: api.Done, people: api.Run, job: api.Job) -> CrossCheck | None:
    """The run beside another engine; None where no other can run the deal."""
    from risksim.analysis.cross_check import cross_check

    if done.engine != "individual":
        n_paths = people.paths.weight.size
        return cross_check(done.summary, people.summary(), "individual", f"{n_paths:,} paths, individual engine")
    other = next((one.engine for one in api.engines(deal) if one.obstacle is None and one.engine != "individual"), None)
    if other is None:
        return None
    few = min(job.paths, max(api.CHECKED_BY // (len(done.plan.labels.cohorts) or 1), LEAST_CHECKED))
    found = api.work(api.job(deal, few, job.seed, job.threads, engine=other))
    return cross_check(done.summary, found.summary, other, found.how)


def _put_right(run: api.Run, done: api.Done, threads: int) -> ControlVariates | None:
    """Means put right by the conditional engine, where people were drawn one by one though they need not be."""
    if done.engine != "individual" or done.partial or len(done.plan.labels.cohorts) > MOST_COHORTS:
        return None
    from risksim.analysis.control import control_variates, obstacle

    if obstacle(run) is not None:
        return None
    if run.paths.weight.size < done.paths <= api.PATHS:
        run = api.simulate(run.plan, done.paths, done.seed, threads, keep_claims=False)
    return control_variates(run, threads)


def _right(found: ControlVariates) -> dict[str, Any]:
    """Means put right, as JSON."""
    return {
        "paths": found.paths,
        "pilot_paths": found.pilot_paths,
        "points": found.points,
        "of": [
            {
                "quantity": one.quantity,
                "plain": _plain(one.plain),
                "adjusted": _plain(one.adjusted),
                "variance_ratio": one.variance_ratio if math.isfinite(one.variance_ratio) else None,
                "coefficient": one.coefficient,
            }
            for one in found.of
        ],
    }


def _engines(deal: api.Deal, checked: CrossCheck | None) -> dict[str, Any]:
    """Which engines can run the deal, and what another says: JSON."""
    verdicts = api.engines(deal)
    return {
        "engines": [{"name": one.engine, "runs": one.obstacle is None, "because": one.obstacle} for one in verdicts],
        "cross_check": None
        if checked is None
        else {
            "engine": checked.engine,
            "how": checked.how,
            "agrees": checked.agrees,
            "of": [
                {"name": each.name, "value": _plain(each.value), "other": _plain(each.other), "z": each.z}
                for each in checked.of
            ],
        },
    }


def check_out(out: Path) -> None:
    """Refuse a file that cannot be saved, before any work is done."""
    if out.suffix not in SUFFIXES:
        raise OutputError(
            f"{out}: got the ending '{out.suffix}'; a result is saved as .nc (every path, labelled), "
            f".csv (one row a path) or .json (statistics).\n  Try --out {out.with_suffix('.nc')}"
        )
    check_folder(out)


@contextmanager
def progress(paths: int, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """A bar on stderr where somebody watches; nothing in a log file."""
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


def envelope(deal: api.Deal, done: api.Done, lines: ThreeLines, split: VarianceSplit) -> dict[str, Any]:
    """The JSON of a run, under documented keys."""
    plan, in_use = done.plan, api.constants_in_use(deal)
    typical, bad = _to_open(done)
    said: dict[str, Any] = {
        "schema": "risksim.run/1",
        "scenario": {
            "name": plan.name,
            "file": deal.document.file,
            "digest": plan.digest,
            "currency": plan.currency,
            "day_count": plan.day_count,
            "constants": plain(in_use),
            "not_checked": [one.key for one in in_use if one.status == "T"],
        },
        "run": {
            "paths": done.paths,
            "partial": done.partial,
            "seed": done.seed,
            "engine": done.engine,
            "how": done.how,
            "quantiles": done.accuracy,
            "open": {"typical": typical, "bad": bad},
            "risksim": version("risksim-dsi"),
            "numpy": version("numpy"),
            "numba": version("numba"),
        },
        "three_lines": {
            "hurdle": lines.hurdle,
            "lines": [
                {"name": line.name, "varies": line.varies}
                | {key: _plain(getattr(line, key)) for key in line._fields[2:]}
                for line in lines.lines
            ],
        },
        "variance_split": {
            "paths": split.paths,
            "of": [
                {"quantity": part.quantity, "outcome": part.outcome}
                | {key: _plain(value) if value is not None else None for key, value in part.split._asdict().items()}
                for part in split.of
            ],
        },
        "statistics": done.summary.to_json(),
    }
    if done.reached:
        said["run"]["tolerance"] = [_reached(one) for one in done.reached]
    return said


def _reached(one: Any) -> dict[str, Any]:
    return {
        "name": one.tolerance.name,
        "value": one.value if math.isfinite(one.value) else None,
        "standard_error": one.standard_error if math.isfinite(one.standard_error) else None,
        "allowed": one.allowed if math.isfinite(one.allowed) else None,
        "met": one.met,
    }


def _cohort(people: Any) -> dict[str, Any]:
    return {
        "name": people.name,
        "enrolled": _plain(people.enrolled),
        "completed": _plain(people.completed),
        "achieved": [{"outcome": name, "mean": _plain(mean)} for name, mean in people.achieved],
    }


def _move(move: Any) -> dict[str, Any]:
    return {
        "from_party": move.from_party,
        "to_party": move.to_party,
        "reason": move.reason,
        "total": _plain(move.total),
        "years": {str(year): _plain(amount) for year, amount in move.years},
    }


def _plain(statistic: Any) -> dict[str, Any]:
    if not hasattr(statistic, "standard_error"):  # withheld, with its reason
        return {"value": None, "standard_error": None, "low": None, "high": None, "withheld": statistic.reason}
    fields = statistic._asdict()
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in fields.items()
    }


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
