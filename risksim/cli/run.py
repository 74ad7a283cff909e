"""``risksim run``: the main job."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from risksim import api
from risksim.cli.output import OutputError, as_text, check_folder, mark, plain, show, talk, write

if TYPE_CHECKING:
    from risksim.analysis.limits import Answer, Limit
    from risksim.analysis.three_lines import ThreeLines
    from risksim.analysis.variance import VarianceSplit
    from risksim.metrics.summary import Summary

SUFFIXES = (".nc", ".csv", ".json")


def run(
    file: str,
    paths: int,
    seed: int,
    threads: int,
    as_json: bool,
    out: Path | None,
    ledger: bool,
    quiet: bool,
    dask: str | None = None,
    fail_if: str | None = None,
) -> None:
    """Simulate a deal, print the answer, save what was asked for; end with 1 where it breaches a limit."""
    from risksim.analysis.limits import answer_of, read_limits

    limits = read_limits(fail_if)
    if out is not None:
        check_out(out)
    deal = api.read(file)

    from risksim.analysis.three_lines import three_lines
    from risksim.analysis.variance import variance_split

    if not quiet and api.first_run_on_this_machine():
        talk("First run on this machine: compiling the kernels once, a few seconds ...")
    with executor_at(dask) as executor, progress(paths, quiet) as report:
        keep_claims = out is not None and out.suffix == ".nc"
        made = api.simulate(deal, paths, seed, threads, keep_claims=keep_claims, executor=executor, progress=report)
        lines = three_lines(deal, made, threads, executor)
        split = variance_split(made, threads, executor=executor)
    summary = made.summary()
    said = envelope(deal, made, lines, summary, split)
    moves = api.ledger(made) if ledger else None
    if moves is not None:
        said["ledger"] = [_move(move) for move in moves]
    if as_json or (out is not None and out.suffix == ".json"):
        said["cohorts"] = [_cohort(people) for people in api.cohorts(made)]
    if out is not None:
        _save(made, out, said)
        talk(f"Wrote {out}.")
    if as_json:
        show(as_text(said))
    else:
        show(_page(made, lines, summary, split))
        if moves is not None:
            from risksim.report.ledger import ledger as page

            show(page(moves, summary, made.plan.currency))
        mark(api.constants_in_use(deal))
    if limits:
        end_if_breached(limits, answer_of(made))


@contextmanager
def executor_at(dask: str | None) -> Iterator[api.DaskExecutor | None]:
    """The workers named by ``--dask``; None, the threads of this process, where there is no such option."""
    if dask is None:
        yield None
        return
    with api.cluster(dask) as executor:
        yield executor


def end_if_breached(limits: tuple[Limit, ...], answer: Answer) -> None:
    """Say which limits are breached, and end with code 1 if any is."""
    from risksim.analysis.limits import breaches

    broken = breaches(limits, answer)
    for said in broken:
        talk(f"--fail-if: {said}")
    if broken:
        raise typer.Exit(1)


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

    columns = (TextColumn("simulating"), BarColumn(), TextColumn("{task.completed:,.0f} paths"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("paths", total=paths)
        yield lambda done: bar.update(task, completed=done)


def envelope(
    deal: api.Deal, made: api.Run, lines: ThreeLines, summary: Summary, split: VarianceSplit
) -> dict[str, Any]:
    """The JSON of a run, under documented keys."""
    plan, in_use = made.plan, api.constants_in_use(deal)
    return {
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
            "paths": int(made.paths.weight.size),
            "seed": made.seed,
            "engine": made.engine,
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
        "statistics": summary.to_json(),
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
    import math

    if not hasattr(statistic, "standard_error"):  # withheld, with its reason
        return {"value": None, "standard_error": None, "low": None, "high": None, "withheld": statistic.reason}
    fields = statistic._asdict()
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in fields.items()
    }


def _page(made: api.Run, lines: ThreeLines, summary: Summary, split: VarianceSplit | None = None) -> str:
    from risksim.report.answer import Heading, LineOf, PartsOf, answer

    plan = made.plan
    drawn = api.investors(made).drawn
    capital = float(drawn[0]) / plan.minor_units if drawn.min() == drawn.max() else None
    head = Heading(
        plan.name,
        plan.currency,
        plan.day_count,
        made.seed,
        made.engine,
        plan.digest,
        version("risksim-dsi"),
        capital,
        amounts=api.amounts(plan),
        repeated=api.repeated(plan),
    )
    rows = tuple(
        LineOf(line.name, line.varies, line.irr, line.npv, line.p_loss, line.npv_p05, line.npv_es95)
        for line in lines.lines
    )
    labels = plan.labels
    titles = dict(zip(labels.outcomes, labels.outcome_titles, strict=True)) if labels.outcome_titles else {}
    parts = tuple(PartsOf(part.quantity, part.outcome, *part.split) for part in (split.of if split else ()))
    return answer(head, lines.hurdle, rows, summary, titles, (split.paths, parts) if split else None)


def _save(made: api.Run, out: Path, statistics: dict[str, Any]) -> None:
    if out.suffix == ".nc":
        api.save(made, out)
    elif out.suffix == ".json":
        write(out, as_text(statistics))
    else:
        write(out, api.path_table(made))
