"""Which terms keep the limits at least cost? The JSON of `risksim price`."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, in_english, pairs, public_limits, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.price import Asked, Priced
    from risksim.replies import Means
    from risksim.replies.wishes import Price
    from risksim.report.price import Page

SCHEMA = "risksim.price/1"


def work(_deals: Sequence[api.Deal], _wishes: Price) -> None:
    """Nobody knows beforehand how many terms are tried; progress counts them."""


def reply(
    deals: Sequence[api.Deal], wishes: Price, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Solve for terms, what they attain and what they cost."""
    from risksim.analysis.price import Asked
    from risksim.analysis.price import price as ask

    (deal,) = deals
    limits = wishes.investor, wishes.payer, wishes.budget, wishes.public
    asked = Asked(wishes.change, *limits, wishes.low, wishes.high, wishes.minimise, wishes.margin)
    found = ask(deal, asked, wishes.paths, wishes.seed, means.threads, wishes.engine, progress)
    return said_of(deal, asked, found, wishes.paths, wishes.seed)


def said_of(deal: api.Deal, asked: Asked, found: Priced, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of solved terms, with their charts."""
    from risksim.report.price import charts

    said = envelope(SCHEMA, deal, paths, seed) | fields(found) | public_limits(bool(asked.public))
    return said | {"charts": in_english(lambda: charts(page_of(deal, asked, found, paths, seed)))}


def as_csv(said: dict[str, Any]) -> str:
    """The Pareto set, a row each."""
    places = [term["place"] for term in said["terms"]]
    rows = (
        [*one["terms"], *pairs([one["p_loss"], one["cost"]]), int(one["holds"]), int(one["chosen"])]
        for one in said["pareto"]
    )
    return table([*places, "p_loss", "p_loss_standard_error", "cost", "cost_standard_error", "holds", "chosen"], rows)


def page_of(deal: api.Deal, asked: Asked, found: Priced, paths: int, seed: int) -> Page:
    """What the page and the charts are made of."""
    from risksim.analysis.price_limits import read_limits
    from risksim.report import price as report

    plan = deal.plan
    money = [limit.is_money for limit in read_limits(deal, asked.investor, asked.payer, asked.budget, asked.public)]

    def point(one: Any) -> report.PointOf | None:
        return None if one is None else report.PointOf(*one)

    again = found.again
    return report.Page(
        plan.name,
        plan.currency,
        found.minimised,
        _how(found, paths, seed),
        plan.digest,
        version("risksim-dsi"),
        found.hurdle,
        found.margin,
        tuple(report.TermOf(*term) for term in found.terms),
        tuple(report.LimitOf(*pair) for pair in zip(found.limits, money, strict=True)),
        point(found.base),
        point(found.solved),
        found.binding,
        found.monotone,
        tuple(report.RelaxationOf(*one) for one in found.relaxations),
        tuple(report.ParetoOf(*one) for one in found.pareto),
        None if found.break_even is None else report.BreakEvenOf(*found.break_even),
        None if again is None else report.AgainOf(again.engine, again.paths, again.seed, report.PointOf(*again.point)),
        found.candidates,
        found.remarks,
    )


def _how(found: Priced, paths: int, seed: int) -> str:
    if found.noise_free:
        return "Exact engine, no simulation error"
    return f"{paths:,} {'points' if found.engine == 'conditional' else 'paths'}, seed {seed}, {found.engine} engine"
