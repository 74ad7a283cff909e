"""``risksim stress --standard``: the same hard questions for every deal, or for many files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import typer

from risksim import api
from risksim.cli import garbage
from risksim.cli.output import mark, show, talk
from risksim.cli.questions_output import greet, in_tongue, limits_beside, read_deal, save
from risksim.cli.stress import Wishes
from risksim.language import _
from risksim.replies.form import as_text
from risksim.replies.standard import as_csv, foot_of, said_of, said_of_table, table_as_csv

FAULTY, INTERRUPTED = 2, 130
"""Exit codes beside 0."""


def standard(
    files: list[str], paths: int, seed: int, threads: int, as_json: bool, out: Path | None, quiet: bool, wishes: Wishes
) -> None:
    """Ask the standard stresses of a deal, or of many files, and print what they change."""
    if len(files) > 1 or api.is_pattern(files[0]):
        _table(files, paths, seed, threads, as_json, out, quiet, wishes)
    else:
        _one(files[0], paths, seed, threads, as_json, out, quiet, wishes)


def _one(
    file: str, paths: int, seed: int, threads: int, as_json: bool, out: Path | None, quiet: bool, wishes: Wishes
) -> None:
    from risksim.analysis.standard import answer
    from risksim.report.standard import charts
    from risksim.report.standard import standard as page

    deal = read_deal(file)
    greet(quiet)
    with _progress(quiet) as report:
        one = None if report is None else lambda done, whole: report(0, 1, done, whole)
        found = answer(deal, paths, seed, threads, own=wishes.own, progress=one)
    foot = foot_of(deal, paths, seed)
    said = said_of(deal, found, paths, seed)
    drawn = in_tongue(said["charts"], lambda: charts(found, foot))
    save(out, wishes.chart, said, lambda: as_csv(said), drawn)
    if as_json:
        show(as_text(said))
        return
    show(page(found, foot) + limits_beside(bool(found.net_benefit)))
    mark(api.constants_in_use(deal))


def _table(
    files: list[str], paths: int, seed: int, threads: int, as_json: bool, out: Path | None, quiet: bool, wishes: Wishes
) -> None:
    from risksim.analysis.stress_table import stress_table as ask
    from risksim.report.batch import BadOf, not_done
    from risksim.report.standard import TableFooting, stress_table, table_charts

    greet(quiet)
    with _progress(quiet) as report:
        found = ask(files, paths, seed, threads, own=wishes.own, resume=wishes.resume, progress=report)
    said = said_of_table(found, paths, seed)
    drawn = in_tongue(said["charts"], lambda: table_charts(found))
    save(out, wishes.chart, said, lambda: table_as_csv(said), drawn)
    show(as_text(said) if as_json else stress_table(found, TableFooting(paths, seed, version("risksim-dsi"))))
    if found.bad:
        talk("\n" + not_done(tuple(BadOf(*one) for one in found.bad)).rstrip())
    if found.partial:
        talk(_("Interrupted; what is there is marked partial."))
        raise typer.Exit(INTERRUPTED)
    if found.bad:
        raise typer.Exit(FAULTY)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int, int, int], None] | None]:
    """A bar over all files on stderr where somebody watches; nothing in a log file."""
    garbage.runs()
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("reading"), total=None)

        def report(number: int, files: int, done: int, whole: int) -> None:
            said = _("file {number} of {files}", number=number + 1, files=files) if files > 1 else _("running")
            bar.update(task, description=said, total=files, completed=number + done / whole)

        yield report
