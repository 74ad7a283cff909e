"""Where does the uncertainty come from? The JSON of `risksim decompose`."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, in_english, pairs, public_limits, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.decompose import Decomposition
    from risksim.replies import Means
    from risksim.replies.wishes import Decompose
    from risksim.report.decompose import Footing, PartsOf

SCHEMA = "risksim.decompose/1"


def work(deals: Sequence[api.Deal], wishes: Decompose) -> int:
    """Paths of all runs."""
    from risksim.analysis.decompose import all_paths

    (deal,) = deals
    return all_paths(deal, wishes.paths)


def reply(
    deals: Sequence[api.Deal], wishes: Decompose, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Deal the variance of a deal out."""
    from risksim.analysis.decompose import decompose as ask

    (deal,) = deals
    found = ask(deal, wishes.paths, wishes.seed, means.threads, progress)
    return said_of(deal, found, wishes.paths, wishes.seed)


def said_of(deal: api.Deal, found: Decomposition, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of a decomposition, with its chart."""
    from risksim.report.decompose import split_chart

    said = envelope(SCHEMA, deal, paths, seed) | fields(found) | public_limits(api.has_purse(deal))
    return said | {"charts": {"split": in_english(lambda: split_chart(*told_of(deal, found, seed)))}}


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


def as_csv(said: dict[str, Any]) -> str:
    """A row for each factor of each quantity."""
    about, parts = ("quantity", "outcome", "budget", "sd"), ("closed", "total", "shapley")
    head = [f"{name}{end}" for name in parts for end in ("", "_standard_error")]
    rows = (
        [*(one[name] for name in about), share["factor"], *pairs(share[name] for name in parts)]
        for one in said["of"]
        for share in one["shares"]
    )
    return table([*about, "factor", *head], rows)
