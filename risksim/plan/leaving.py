"""How people leave their course and move away, as arrays; nothing where a plain share says it all."""

from __future__ import annotations

import numpy as np

from risksim.language import _
from risksim.plan import layout
from risksim.plan.hazards import Weibull, share_by_month, weibull_through, with_odds
from risksim.plan.numbers import Gathered, Number, Path, slots
from risksim.scenario.base import value_of
from risksim.scenario.leaving import Dropout
from risksim.scenario.outcomes import AfterCompletion, EventOutcome
from risksim.scenario.programme import Cohort
from risksim.scenario.scenario import Scenario, certain

NONE = Number(-1, 0.0)
THEN = {"kept": layout.KEPT, "lost": layout.LOST, "excluded": layout.EXCLUDED}


def share_who_leave(gathered: Gathered, here: Path, cohort: Cohort) -> tuple[Number, Number, Number]:
    """The share who leave by the end of the course, what it is reckoned from, and what its odds are multiplied by.

    The share is a constant where it is reckoned path by path; its value is then that at the means.
    """
    said = cohort.dropout
    if not isinstance(said, Dropout):
        return gathered.number((*here, "dropout"), said, "1", high=1.0), NONE, Number(-1, 1.0)
    there, course = (*here, "dropout"), int(value_of(cohort.duration))
    odds = gathered.number((*there, "odds"), said.odds, "1")
    if said.share is not None:
        level = gathered.number((*there, "share"), said.share, "1", high=1.0)
        if odds == Number(-1, 1.0):
            return level, level, odds
        share = level.value
    elif said.monthly is not None:
        level = gathered.number((*there, "monthly"), said.monthly, "1/month", high=1.0)
        share = share_by_month(level.value, said.shaped, course)
    else:
        level = Number(-1, _fitted(said).rate)
        share = 1.0 - _fitted(said).stays(course)
    return Number(-1, with_odds(share, odds.value)), level, odds


def _fitted(said: Dropout) -> Weibull:
    """The law of one or two points in time. [month]"""
    if len(said.points) == 2:
        return weibull_through(*said.points)
    ((time, share),) = said.points
    return Weibull(said.shaped, time / (-np.log(share)) ** (1.0 / said.shaped))


def _way(cohort: Cohort) -> int:
    said = cohort.dropout
    if not isinstance(said, Dropout):
        return layout.EVENLY
    return layout.BY_SHARE if said.share is not None else layout.BY_MONTH if said.monthly is not None else layout.STAYS


def _shape(said: object) -> float:
    if not isinstance(said, Dropout):
        return 1.0
    return _fitted(said).shape if said.stay is not None else said.shaped


def event_beside(scenario: Scenario, cohort: Cohort) -> str | None:
    """The outcome whose monthly chance is read together with a cohort's monthly chance to leave; None for none."""
    events = [name for name, outcome in scenario.personal.items() if isinstance(outcome, EventOutcome)]
    said = cohort.dropout
    if not (isinstance(said, Dropout) and said.constant) or len(events) != 1:
        return None
    # After the course nobody leaves it.
    return None if isinstance(scenario.personal[events[0]].measured, AfterCompletion) else events[0]


def _reckoned(level: Number, odds: Number, way: int, beside: str | None) -> bool:
    """Whether the share who leave has to be reckoned on each path."""
    plain = way in (layout.EVENLY, layout.BY_SHARE) and odds == Number(-1, 1.0)
    return beside is not None or not (plain or (level.slot < 0 and odds.slot < 0))


def _add_up(gathered: Gathered, beside: list[str | None]) -> None:
    """Two chances of one month that leave nobody: read together they must stay below 1."""
    for position, (cohort, name) in enumerate(zip(gathered.scenario.cohorts, beside, strict=True)):
        if name is None or not isinstance(cohort.dropout, Dropout):
            continue
        outcome = gathered.scenario.personal[name]
        both = certain(cohort.dropout.monthly), certain(getattr(outcome, "monthly", None))
        if None in both or both[0] + both[1] < 1.0:  # type: ignore[operator]
            continue
        gathered.faults.append(
            gathered.places.fault(
                ("cohorts", position, "dropout", "monthly"),
                _(
                    "got {leaving:g} beside {other:g} of '{name}'; of those to whom neither has happened, not all "
                    "can leave or succeed in a month.",
                    leaving=both[0],
                    other=both[1],
                    name=name,
                ),
                _("Lower one of the two."),
            )
        )


def leaving(gathered: Gathered, levels: list[Number], odds: list[Number]) -> layout.Leaving | None:
    """How the people of each cohort leave and move; None where all leave evenly and nobody moves.

    Parameters
    ----------
    gathered : Gathered
        The scenario and its uncertain numbers.
    levels, odds : list of Number
        As `share_who_leave` has them, by cohort.
    """
    scenario = gathered.scenario
    ways = np.array([_way(cohort) for cohort in scenario.cohorts], dtype=np.int64)
    moves = [cohort.moves for cohort in scenario.cohorts]
    if not ways.any() and not any(moves):
        return None
    yearly = [
        gathered.number(("cohorts", position, "moves", "yearly"), said.yearly, "1/year", high=1.0) if said else NONE
        for position, said in enumerate(moves)
    ]
    names = list(scenario.personal)
    beside = [event_beside(scenario, cohort) for cohort in scenario.cohorts]
    _add_up(gathered, beside)
    return layout.Leaving(
        ways,
        *slots(levels),
        *slots(odds),
        np.array([_shape(cohort.dropout) for cohort in scenario.cohorts], dtype=np.float64),
        np.array([-1 if name is None else names.index(name) for name in beside], dtype=np.int64),
        np.array([_reckoned(levels[c], odds[c], ways[c], beside[c]) for c in range(ways.size)], dtype=np.uint8),
        *slots(yearly),
        np.array([THEN[said.then] if said else layout.STAY_HERE for said in moves], dtype=np.int64),
    )


def lived(group: layout.Leaving | None) -> bool:
    """Whether people must be lived one by one for the way they leave."""
    return group is not None and bool(group.reckoned.any() or (group.then > layout.KEPT).any())
