"""``risksim stress --grid``: one or two numbers of a deal over a grid."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from risksim import api
from risksim.cli.output import mark, show
from risksim.cli.questions_output import greet, in_tongue, read_deal, save
from risksim.cli.run import progress
from risksim.cli.stress import Wishes
from risksim.replies.form import as_text
from risksim.replies.grid import SHOW, all_paths, as_csv, axes_of, said_of


def grid(
    files: list[str], paths: int, seed: int, threads: int, as_json: bool, out: Path | None, quiet: bool, wishes: Wishes
) -> None:
    """Run a deal over a grid and print it."""
    (file,) = files
    deal = read_deal(file)

    from risksim.analysis.grid import grid as ask
    from risksim.report.grid import Footing, charts
    from risksim.report.grid import grid as page

    shown = wishes.show or SHOW
    axes = axes_of(deal, wishes.grid, shown)
    greet(quiet)
    with progress(all_paths(axes, paths), quiet) as report:
        found = ask(deal, axes, shown, paths, seed, threads, progress=report)
    said = said_of(deal, found, paths, seed)
    drawn = in_tongue(said["charts"], lambda: charts(found, deal.plan.currency))
    save(out, wishes.chart, said, lambda: as_csv(said), drawn)
    if as_json:
        show(as_text(said))
        return
    plan = deal.plan
    show(page(found, Footing(plan.name, plan.currency, paths, seed, plan.digest, version("risksim-dsi"))))
    mark(api.constants_in_use(deal))
