"""Which engine can run a deal, and why the others can't.

===========  =========================================================================================================
exact        inputs by quadrature, counts enumerated: no simulation error
conditional  inputs and what people share by scrambled Sobol points; of persons only how many meet each fate
individual   every person drawn: runs every deal, and every path can be told as a story
===========  =========================================================================================================
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from risksim.engine import exact, fates_of_deals
from risksim.plan.layout import Plan

Name = Literal["exact", "conditional", "individual"]


class Verdict(NamedTuple):
    """Whether an engine can run a deal."""

    engine: Name
    obstacle: str | None
    """Why it can't, in words that follow "cannot run this deal: "; None where it can."""


def verdicts(plan: Plan) -> tuple[Verdict, ...]:
    """Every engine, the most exact first.

    Parameters
    ----------
    plan : Plan
        The deal.

    Returns
    -------
    tuple of Verdict
    """
    return (
        Verdict("exact", exact_obstacle(plan)),
        Verdict("conditional", conditional_obstacle(plan)),
        Verdict("individual", None),
    )


def exact_obstacle(plan: Plan) -> str | None:
    """Why the exact engine can't run a deal; None where it can."""
    return exact.obstacle(plan)


def conditional_obstacle(plan: Plan) -> str | None:
    """Why the conditional engine can't run a deal; None where it can."""
    if plan.ending is not None:
        return "it may end early, and what people do after that depends on who they are"
    if plan.cohorts.places.size == 0:
        return None
    if (plan.measures.outcome < 0).any():
        return "its costs follow the people month by month"
    if plan.effects.enrolled_by.any():
        return "a comparison group is formed of those who have enrolled by a date"
    return fates_of_deals.obstacle(plan)
