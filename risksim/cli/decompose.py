"""``risksim decompose``: where does the uncertainty come from?"""

from __future__ import annotations

import csv
import io
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from risksim import api
from risksim.cli.output import as_text, mark, plain, show
from risksim.cli.questions_output import (
    TABLE,
    check_files,
    drawn_in_both,
    envelope,
    greet,
    limits_beside,
    public_limits,
    read_deal,
    save,
)
from risksim.cli.run import progress

if TYPE_CHECKING:
    from risksim.analysis.decompose import Decomposition
    from risksim.report.decompose import Footing, PartsOf

SCHEMA = "risksim.decompose/1"


def decompose(
    file: str, paths: int, seed: int, threads: int, as_json: bool, out: Path | None, chart: Path | None, quiet: bool
) -> None:
    """Deal the variance of a deal out and print where it comes from."""
    check_files(out, chart, TABLE)
    deal = read_deal(file, funded=False)

    from risksim.analysis.decompose import all_paths
    from risksim.analysis.decompose import decompose as ask
    from risksim.report.decompose import decomposition, split_chart

    greet(quiet)
    with progress(all_paths(deal, paths), quiet) as report:
        found = ask(deal, paths, seed, threads, report)
    foot, of = told_of(deal, found, seed)
    english, drawn = drawn_in_both(lambda: split_chart(foot, of))
    said = envelope(SCHEMA, deal, paths, seed) | plain(found) | public_limits(api.has_purse(deal))
    said["charts"] = {"split": english}
    save(out, chart, said, lambda: _as_csv(found), drawn)
    if as_json:
        show(as_text(said))
        return
    show(decomposition(foot, of) + limits_beside(api.has_purse(deal)))
    mark(api.constants_in_use(deal))


def told_of(deal: api.Deal, found: Decomposition, seed: int) -> tuple[Footing, tuple[PartsOf, ...]]:
    """What the page and the chart are made of."""
    from risksim.report.decompose import Footing, PartsOf, ShareOf

    plan = deal.plan
    foot = Footing(
        plan.name,
        plan.currency,
        found.hurdle,
        found.runs,
        found.paths_each,
        seed,
        plan.digest,
        version("risksim-dsi"),
        len(plan.labels.cohorts) == 1,
        deal.scenario.is_funded,
    )
    of = tuple(
        PartsOf(
            one.quantity, one.outcome, one.budget, one.sd, tuple(ShareOf(*share) for share in one.shares), one.together
        )
        for one in found.of
    )
    return foot, of


def _as_csv(found: Decomposition) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    head = [f"{name}{end}" for name in ("closed", "total", "shapley") for end in ("", "_standard_error")]
    writer.writerow(["quantity", "outcome", "budget", "sd", "factor", *head])
    for one in found.of:
        for share in one.shares:
            cells = [number for part in (share.closed, share.total, share.shapley) for number in part[:2]]
            row = [one.quantity, one.outcome, one.budget, one.sd, share.factor, *cells]
            writer.writerow(["" if cell is None or cell != cell else cell for cell in row])
    return stream.getvalue()
