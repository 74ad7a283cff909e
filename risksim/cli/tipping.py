"""``risksim stress --tipping``: what if those who fail are harder to measure?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from risksim import api
from risksim.cli.output import mark, show
from risksim.cli.questions_output import save
from risksim.cli.run import progress
from risksim.replies.form import as_text
from risksim.replies.tipping import as_csv, said_of

if TYPE_CHECKING:
    from risksim.analysis.tipping import Tipping


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
    said = said_of(deal, found, paths, seed)
    save(out, None, said, lambda: as_csv(said))
    if as_json:
        show(as_text(said))
        return
    show(_page(deal, found, paths, seed))
    mark(api.constants_for_investors(deal))


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
