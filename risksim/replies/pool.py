"""What joining municipalities, or the deals of a fund, does to the risk: the JSON of `risksim pool`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies import portfolio as portfolios
from risksim.replies.form import envelope, fields, in_english

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.pool import FundPool
    from risksim.analysis.pool import Pool as Found
    from risksim.replies import Means
    from risksim.replies.wishes import Pool
    from risksim.report.pool import FundOf, PoolOf

SCHEMA = "risksim.pool/1"


def work(_deals: Sequence[api.Deal], wishes: Pool) -> int:
    """Paths of all runs, at most."""
    from risksim.analysis.pool import n_runs

    return wishes.paths * n_runs(wishes.sites, wishes.same_total)


def reply(
    deals: Sequence[api.Deal], wishes: Pool, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Join sites of a deal."""
    from risksim.analysis.pool import pool as ask

    (deal,) = deals
    found = ask(
        deal,
        wishes.sites,
        site_sd=wishes.site_sd,
        icc=wishes.icc,
        same_total=wishes.same_total,
        outcome=wishes.outcome,
        paths=wishes.paths,
        seed=wishes.seed,
        threads=means.threads,
        progress=progress,
    )
    return said_of(deal, found, wishes.paths, wishes.seed)


def said_of(deal: api.Deal, found: Found, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of joined sites, with their charts."""
    from risksim.report.pool import pool_charts

    charts = in_english(lambda: pool_charts(deal.plan.currency, told_of(found)))
    return envelope(SCHEMA, deal, paths, seed) | {"kind": "sites"} | fields(found) | {"charts": charts}


def of_fund(made: api.PortfolioRun, found: FundPool) -> dict[str, Any]:
    """The JSON of the deals of a fund, with their charts."""
    from risksim.report.pool import fund_charts

    above = {key: part for key, part in portfolios.said_of(made).items() if key in ("portfolio", "run")}
    charts = in_english(lambda: fund_charts(made.portfolio.currency, told_of_fund(found).deals))
    return {"schema": SCHEMA, "kind": "portfolio"} | above | fields(found) | {"charts": charts}


def told_of(found: Found) -> PoolOf:
    """What the page and the charts are made of."""
    from risksim.report.pool import AllocationOf, JoinedOf, PoolOf, SettledOf

    joined = []
    for one in found.joined:
        parts: dict[str, Any] = one._asdict()
        parts["apart"] = SettledOf(*one.apart)
        parts["pooled"] = None if one.pooled is None else SettledOf(*one.pooled)
        parts["allocations"] = tuple(AllocationOf(*by) for by in one.allocations)
        joined.append(JoinedOf(**parts))
    return PoolOf(*found[:-1], tuple(joined))


def told_of_fund(found: FundPool) -> FundOf:
    """What the page and the charts of a fund are made of."""
    from risksim.report.pool import FundOf, PartOf

    return FundOf(*found[:-1], tuple(PartOf(*part) for part in found.deals))
