"""Which engine can run a deal, and why the others can't.

===========  =========================================================================================================
exact        inputs by quadrature, counts enumerated: no simulation error
conditional  inputs and what people share by scrambled Sobol points; of persons only how many meet each fate
individual   every person drawn: runs every deal, and every path can be told as a story
===========  =========================================================================================================
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from risksim.engine import exact, fates_of_deals, integrated
from risksim.engine.obstacles import in_words
from risksim.errors import RunError
from risksim.language import _
from risksim.plan.layout import Plan

Name = Literal["exact", "conditional", "individual"]
NAMES = ("auto", "exact", "conditional", "individual")
"""What may be asked for; ``auto`` takes the most exact engine that can run the deal."""


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


class Choice(NamedTuple):
    """Which engine runs a deal, and how."""

    engine: Name
    integrated: bool = False
    """The conditional engine with people integrated, so that its rows are no paths."""


def choose(plan: Plan, wanted: str = "auto", by_path: bool = False) -> Choice:
    """The engine that runs a deal.

    Parameters
    ----------
    plan : Plan
        The deal.
    wanted : str
        One of `NAMES`.
    by_path : bool
        Whether a run must go path by path: because paths are saved, kept on disk or computed elsewhere.

    Returns
    -------
    Choice

    Raises
    ------
    RunError
        If there is no such engine, or it can't run the deal.
    """
    if wanted not in NAMES:
        raise RunError(
            _(
                "got engine '{wanted}'; there is {names}. Leave it out to take the most exact one.",
                wanted=wanted,
                names=", ".join(NAMES),
            )
        )
    if wanted == "exact" and by_path:
        raise RunError(
            _(
                "the exact engine draws no paths that could be saved, kept on disk or computed by workers. Leave "
                "those options out, or try --engine auto."
            )
        )
    obstacles = {verdict.engine: verdict.obstacle for verdict in verdicts(plan)}
    if wanted == "individual":
        return Choice("individual")
    if wanted == "exact" or (wanted == "auto" and not by_path and obstacles["exact"] is None):
        if obstacles["exact"] is not None:
            raise _cannot("exact", obstacles["exact"])
        return Choice("exact")
    if not by_path and integrated.obstacle(plan) is None:
        return Choice("conditional", integrated=True)
    if obstacles["conditional"] is None and (wanted == "conditional" or plan.cohorts.places.size <= exact.MOST_COHORTS):
        return Choice("conditional")
    if wanted == "conditional" and obstacles["conditional"] is not None:
        raise _cannot("conditional", obstacles["conditional"])
    return Choice("individual")


def _cannot(engine: str, obstacle: str) -> RunError:
    return RunError(
        _(
            "the {engine} engine cannot run this deal: {obstacle}. Try --engine auto.",
            engine=engine,
            obstacle=in_words(obstacle),
        )
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
