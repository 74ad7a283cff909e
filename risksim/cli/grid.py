"""``risksim stress --grid``: one or two numbers of a deal over a grid."""

from __future__ import annotations

import csv
import io
import math
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.cli.output import as_text, mark, plain, show
from risksim.cli.questions_output import drawn_in_both, envelope, greet, read_deal, save
from risksim.cli.run import progress
from risksim.cli.stress import Wishes

if TYPE_CHECKING:
    from risksim.analysis.grid import Grid

SCHEMA = "risksim.stress-grid/1"


def grid(
    files: list[str], paths: int, seed: int, threads: int, as_json: bool, out: Path | None, quiet: bool, wishes: Wishes
) -> None:
    """Run a deal over a grid and print it."""
    (file,) = files
    deal = read_deal(file)

    from risksim.analysis.grid import check, read_axis
    from risksim.analysis.grid import grid as ask
    from risksim.report.grid import Footing, charts
    from risksim.report.grid import grid as page

    axes = tuple(read_axis(deal, text) for text in wishes.grid)
    shown = wishes.show or "npv"
    check(axes, shown)
    greet(quiet)
    cells = math.prod(len(axis.values) for axis in axes)
    with progress(paths * (1 + cells), quiet) as report:
        found = ask(deal, axes, shown, paths, seed, threads, progress=report)
    english, drawn = drawn_in_both(lambda: charts(found, deal.plan.currency))
    said = envelope(SCHEMA, deal, paths, seed) | plain(found) | {"charts": english}
    save(out, wishes.chart, said, lambda: as_csv(found), drawn)
    if as_json:
        show(as_text(said))
        return
    plan = deal.plan
    show(page(found, Footing(plan.name, plan.currency, paths, seed, plan.digest, version("risksim-dsi"))))
    mark(api.constants_in_use(deal))


def as_csv(found: Grid) -> str:
    """A row for each cell; what does not exist is an empty cell."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    head = ["value", "value_standard_error", "difference", "difference_standard_error", "is_base", "reason"]
    writer.writerow([*(axis.title for axis in found.axes), *head])
    for cell in found.cells:
        parts = (cell.value, cell.difference)
        numbers: list[Any] = [number for part in parts for number in (part[:2] if part else ("", ""))]
        numbers = ["" if number != number else number for number in numbers]
        writer.writerow([*cell.at, *numbers, "yes" if cell.is_base else "no", cell.reason or ""])
    return stream.getvalue()
