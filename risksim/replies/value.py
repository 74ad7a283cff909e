"""What is it worth to know more before deciding? The JSON of `risksim value`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, in_english, public_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.value import Pilot
    from risksim.analysis.value import Value as Found
    from risksim.replies import Means
    from risksim.replies.wishes import Value

SCHEMA = "risksim.value/1"


def work(deals: Sequence[api.Deal], wishes: Value) -> int:
    """Paths of all alternatives."""
    (deal,) = deals
    return all_paths(deal, wishes.decide, wishes.stresses, wishes.paths)


def reply(
    deals: Sequence[api.Deal], wishes: Value, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Say what knowing more is worth to whoever decides."""
    from risksim.analysis.value import value as ask

    (deal,) = deals
    found = ask(
        deal,
        wishes.decide,
        wishes.paths,
        wishes.seed,
        means.threads,
        terms=wishes.stresses,
        hurdle=wishes.hurdle,
        pilot=pilot_of(wishes.pilot, wishes.outcome, wishes.cost, wishes.serves, wishes.lapse, wishes.delay),
        progress=progress,
    )
    return said_of(deal, found, wishes.seed)


def all_paths(deal: api.Deal, decides: str, terms: Sequence[str], paths: int | None) -> int:
    """Paths of all alternatives. [paths]"""
    from risksim.analysis.value import engine_of

    points = len(terms) == 0 and decides == "investor" and engine_of([deal], "investor") == "conditional"
    return (paths or (api.POINTS if points else api.PATHS)) * (1 + len(terms))


def pilot_of(
    people: int | None, outcome: str | None, cost: float, serves: float, lapse: float, delay: float
) -> Pilot | None:
    """The pilot that may be made first."""
    from risksim.analysis.value import Pilot

    return None if people is None else Pilot(people, outcome, cost, serves, lapse, delay)


def tells_of_public_money(deal: api.Deal, found: Found) -> bool:
    """Whether a payoff counts what public budgets keep."""
    return found.decides != "investor" and api.has_purse(deal)


def said_of(deal: api.Deal, found: Found, seed: int) -> dict[str, Any]:
    """The JSON of what knowing more is worth, with its charts."""
    from risksim.report.value import charts

    plan = deal.plan
    said = envelope(SCHEMA, deal, found.paths, seed) | fields(found)
    said |= public_limits(tells_of_public_money(deal, found))
    return said | {"charts": in_english(lambda: charts(plan.name, plan.currency, found))}
