"""``risksim stress --standard``: the same hard questions for every deal, or for many files."""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from risksim import api
from risksim.cli.output import as_text, mark, plain, show, talk
from risksim.cli.questions_output import drawn_in_both, envelope, greet, limits_beside, public_limits, read_deal, save
from risksim.cli.stress import Wishes
from risksim.language import _

if TYPE_CHECKING:
    from risksim.analysis.standard import Standard
    from risksim.analysis.stress_table import StressTable

SCHEMA = "risksim.stress-standard/1"
TABLE_SCHEMA = "risksim.stress-table/1"
FIGURES = ("p_loss", "npv", "npv_es95", "repayment")
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
    from risksim.report.standard import Footing, charts
    from risksim.report.standard import standard as page

    deal = read_deal(file)
    greet(quiet)
    with _progress(quiet) as report:
        one = None if report is None else lambda done, whole: report(0, 1, done, whole)
        found = answer(deal, paths, seed, threads, own=wishes.own, progress=one)
    plan = deal.plan
    foot = Footing(plan.name, plan.currency, paths, seed, plan.digest, version("risksim-dsi"))
    english, drawn = drawn_in_both(lambda: charts(found, foot))
    said = as_json_of(deal, found, paths, seed) | {"charts": english}
    save(out, wishes.chart, said, lambda: as_csv(found), drawn)
    if as_json:
        show(as_text(said))
        return
    show(page(found, foot) + limits_beside(bool(found.net_benefit)))
    mark(api.constants_in_use(deal))


def as_json_of(deal: api.Deal, found: Standard, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of the standard stresses of one deal, under documented keys."""
    said: dict[str, Any] = envelope(SCHEMA, deal, paths, seed) | plain(found)
    said["net_benefit"] = [{"budget": name, "mean": plain(value)} for name, value in found.net_benefit]
    said["stresses"] = [
        {"key": one["key"], "paths": one["paths"], "words": one["words"], **one["found"], "budgets": one["budgets"]}
        for one in said["stresses"]
    ]
    return said | public_limits(bool(found.net_benefit))


def as_csv(found: Standard) -> str:
    """A row for the deal as it stands and one for each stress."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    head = [f"{name}{end}" for name in FIGURES for end in ("", "_standard_error")]
    writer.writerow(["key", "stress", *head, *(f"difference_{name}" for name in head)])
    rows: list[tuple[str, str, Any, Any]] = [("", "", found.base, None)]
    rows += [(one.key, one.found.name, one.found.values, one.found.difference) for one in found.stresses]
    for key, name, values, difference in rows:
        cells: list[Any] = [number for part in (values, difference or ()) for each in part for number in each[:2]]
        cells += [""] * (4 * len(FIGURES) - len(cells))
        writer.writerow([key, name, *("" if cell != cell else cell for cell in cells)])
    return stream.getvalue()


def _table(
    files: list[str], paths: int, seed: int, threads: int, as_json: bool, out: Path | None, quiet: bool, wishes: Wishes
) -> None:
    from risksim.analysis.stress_table import stress_table as ask
    from risksim.report.batch import BadOf, not_done
    from risksim.report.standard import TableFooting, stress_table, table_charts

    greet(quiet)
    with _progress(quiet) as report:
        found = ask(files, paths, seed, threads, own=wishes.own, resume=wishes.resume, progress=report)
    run = {"paths": paths, "seed": seed, **api.identity()}
    english, drawn = drawn_in_both(lambda: table_charts(found))
    said = {"schema": TABLE_SCHEMA, "run": run, **plain(found), "charts": english}
    save(out, wishes.chart, said, lambda: table_as_csv(found), drawn)
    show(as_text(said) if as_json else stress_table(found, TableFooting(paths, seed, version("risksim-dsi"))))
    if found.bad:
        talk("\n" + not_done(tuple(BadOf(*one) for one in found.bad)).rstrip())
    if found.partial:
        talk(_("Interrupted; what is there is marked partial."))
        raise typer.Exit(INTERRUPTED)
    if found.bad:
        raise typer.Exit(FAULTY)


def table_as_csv(found: StressTable) -> str:
    """A row for each file and stress; a stress that makes no sense has its reason and no numbers."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    moved = ("p_loss", "p_loss_difference", "npv_difference", "repayment_difference")
    named = ["file", "deal", "digest", "currency", "hurdle", "key", "stress"]
    numbers = [f"{name}{end}" for name in moved for end in ("", "_standard_error")]
    writer.writerow([*named, *numbers, "npv_difference_share", "reason", "partial"])
    partial = "yes" if found.partial else "no"
    for row in found.rows:
        about = [row.file, row.deal, row.digest, row.currency, row.hurdle]
        for cell in row.cells:
            cells = [number for name in moved for number in getattr(cell, name)[:2]] + [cell.npv_difference_share]
            shown = ["" if not math.isfinite(number) else number for number in cells]
            writer.writerow([*about, cell.key, cell.stress, *shown, "", partial])
        for one in row.left_out:
            writer.writerow([*about, one.key, one.name, *[""] * (len(numbers) + 1), one.reason, partial])
    return stream.getvalue()


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int, int, int], None] | None]:
    """A bar over all files on stderr where somebody watches; nothing in a log file."""
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
