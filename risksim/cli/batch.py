"""``risksim batch``: many scenario files in one table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from risksim import api
from risksim.cli import garbage
from risksim.cli.output import show, talk
from risksim.cli.questions_output import TABLE, check_files, greet, limits_beside, save
from risksim.language import _
from risksim.replies.batch import (
    among_past_deals,
    as_csv,
    of_ranking,
    of_reference,
    said_of,
    sorted_by,
    tells_of_public_money,
)
from risksim.replies.form import as_text

if TYPE_CHECKING:
    from risksim.analysis.batch import Batch
    from risksim.analysis.reference import Reference

BREACHED, FAULTY, INTERRUPTED = 1, 2, 130
"""Exit codes beside 0."""


def batch(
    files: list[str],
    stresses: bool,
    paths: int,
    seed: int,
    threads: int,
    dask: str | None,
    as_json: bool,
    out: Path | None,
    fail_if: str | None,
    keep_going: bool,
    resume: Path | None,
    quiet: bool,
    engine: str = "auto",
    ranking: bool = False,
    by: str | None = None,
    reference: bool = False,
    usd: float | None = None,
) -> None:
    """Run many files, print a table of them, and say what went wrong."""
    from risksim.analysis.batch import batch as run
    from risksim.analysis.limits import read_limits
    from risksim.analysis.ranking import check_measure
    from risksim.cli.run import executor_at

    check_measure(by)
    ranking = ranking or by is not None
    limits = read_limits(fail_if)
    check_files(out, endings=TABLE)
    greet(quiet)
    with executor_at(dask) as executor, _progress(paths, quiet) as report:
        found = run(
            files,
            paths,
            seed,
            threads,
            engine=engine,
            stresses=stresses,
            executor=executor,
            resume=resume,
            keep_going=keep_going,
            ranked=ranking,
            progress=report,
        )
    found = sorted_by(found, by)
    among = _among_past_deals(found, usd, seed, threads) if reference else ()
    said = said_of(found, paths, seed, limits)
    if ranking:
        said |= of_ranking(found, by)
    if reference:
        said |= of_reference(among)
    save(out, None, said, lambda: as_csv(said))
    show(as_text(said) if as_json else _ranking(found, paths, seed, by) if ranking else _page(found, paths, seed))
    if reference and not as_json:
        from risksim.cli.reference import page

        show("".join(f"\n{page(one)}" for one in among))
    _end(found, said["breaches"])


def _end(found: Batch, broken: list[dict[str, Any]]) -> None:
    """Say what went wrong, and end with the code for it."""
    from risksim.report.batch import BadOf, not_done
    from risksim.report.said_below import in_words

    if found.skipped:
        files = ", ".join(found.skipped)
        talk(_("Nobody invests in {files}: no row. `risksim public FILE` tells what they save.", files=files))
    if found.bad:
        talk("\n" + not_done(tuple(BadOf(*one) for one in found.bad)).rstrip())
    for one in broken:
        file, breach = one["file"], in_words(one["said"])
        if one["stress"] is None:
            talk(f"{file}: {breach}")
        else:
            talk(_("{file}, stress '{stress}': {breach}", file=file, stress=one["stress"], breach=breach))
    if found.partial:
        talk(_("Interrupted; what is there is marked partial."))
        raise typer.Exit(INTERRUPTED)
    if found.bad:
        raise typer.Exit(FAULTY)
    if broken:
        raise typer.Exit(BREACHED)


@contextmanager
def _progress(paths: int, quiet: bool) -> Iterator[Callable[[int, int, int], None] | None]:
    """A bar over all rows on stderr where somebody watches; nothing in a log file."""
    garbage.runs()
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("reading"), total=None)

        def report(number: int, rows: int, done: int) -> None:
            said = _("row {row} of {rows}", row=min(number + 1, rows), rows=rows)
            bar.update(task, description=said, total=rows * paths, completed=number * paths + done)

        yield report


def _among_past_deals(found: Batch, usd: float | None, seed: int, threads: int) -> tuple[Reference, ...]:
    """Each deal of a batch among past deals, once."""
    files = dict.fromkeys(row.file for row in found.rows if row.kind == "deal")
    return among_past_deals([api.read(file) for file in files], usd, seed, threads)


def _ranking(found: Batch, paths: int, seed: int, by: str | None) -> str:
    from risksim.report.batch import BadOf, Footing
    from risksim.report.ranking import RankedOf, ranking

    rows = tuple(
        RankedOf(row.deal, row.file, row.stress, row.currency, row.hurdle, row.engine, *row.measures)
        for row in found.rows
        if row.measures is not None
    )
    foot = Footing(paths, seed, version("risksim-dsi"), found.partial, found.resumed)
    page = ranking(foot, rows, tuple(BadOf(*one) for one in found.apart), by)
    return page + limits_beside(tells_of_public_money(found))


def _page(found: Batch, paths: int, seed: int) -> str:
    from risksim.report.batch import Footing, RowOf
    from risksim.report.batch import batch as page

    rows = tuple(
        RowOf(row.deal, row.file, row.stress, row.digest, row.currency, row.hurdle, row.engine, *row.answer)
        for row in found.rows
    )
    return page(Footing(paths, seed, version("risksim-dsi"), found.partial, found.resumed), rows)
