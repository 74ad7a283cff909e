"""``risksim stress --tipping``: what if those who fail are harder to measure?"""

from __future__ import annotations

import csv
import io
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from risksim import api
from risksim.cli.output import as_text, mark, plain, show
from risksim.cli.questions_output import envelope, save
from risksim.cli.run import progress

if TYPE_CHECKING:
    from risksim.analysis.tipping import Tipping

SCHEMA = "risksim.tipping/1"


def tipping(
    deal: api.Deal,
    paths: int,
    seed: int,
    threads: int,
    as_json: bool,
    out: Path | None,
    outcome: str | None,
    quiet: bool,
) -> None:
    """Print or save the table of a deal."""
    from risksim.analysis.tipping import STEPS
    from risksim.analysis.tipping import tipping as ask

    with progress(paths * len(STEPS), quiet) as report:
        found = ask(deal, paths, seed, threads, outcome, report)
    said = envelope(SCHEMA, deal, paths, seed) | plain(found)
    save(out, None, said, lambda: _as_csv(found))
    if as_json:
        show(as_text(said))
        return
    show(_page(deal, found, paths, seed))
    mark(api.constants_for_investors(deal))


def _as_csv(found: Tipping) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = ("rate_measured", "rate_all", "p_loss", "npv", "npv_es95", "repayment")
    writer.writerow(["step", "odds", *(f"{name}{end}" for name in names for end in ("", "_standard_error"))])
    for row in found.rows:
        cells = [number for each in (row.rate_measured, row.rate_all, *row.values) for number in each[:2]]
        writer.writerow([row.step, row.odds, *("" if cell != cell else cell for cell in cells)])
    return stream.getvalue()


def _page(deal: api.Deal, found: Tipping, paths: int, seed: int) -> str:
    from risksim.report.stress import FiguresOf, Footing
    from risksim.report.tipping import TippingOf
    from risksim.report.tipping import tipping as page

    plan = deal.plan
    foot = Footing(plan.name, plan.currency, found.hurdle, paths, seed, plan.digest, version("risksim-dsi"))
    rows = tuple(
        TippingOf(row.step, row.odds, FiguresOf(*row.values), FiguresOf(*row.difference), *row[4:])
        for row in found.rows
    )
    return page(foot, found.outcome, rows)
