"""Leaving, moving and the pace of success, person by person.

Written from `docs/reference/model.md` (*Leaving, moving and time*), `docs/reference/randomness.md` and the parsed
`Scenario`, never from the plan, the kernels or the engine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from risksim.scenario.base import value_of
from risksim.scenario.leaving import Dropout
from risksim.scenario.outcomes import AfterCompletion, EventOutcome
from risksim.scenario.programme import Cohort
from risksim.scenario.scenario import Scenario
from tests.reference import laws
from tests.reference.philox import limit


@dataclass(slots=True)
class Going:
    """How one person goes."""

    stays: float
    """Months on the course, infinite for who completes it, stops and moves apart. [month]"""
    left: int | None
    """Contract month."""
    moved: int | None
    """Contract month."""


def uncertain(cohort: Cohort) -> Iterator[tuple[str, tuple[Any, laws.Kind]]]:
    """The numbers of a cohort about leaving and moving that may be uncertain, by the names of their draws."""
    here, said = f"cohorts[{cohort.name}]", cohort.dropout
    if isinstance(said, Dropout):
        for key in ("share", "monthly"):
            if getattr(said, key) is not None:
                yield f"{here}.dropout.{key}", (getattr(said, key), "share")
        yield f"{here}.dropout.odds", (said.odds, "ratio")
    else:
        yield f"{here}.dropout", (said, "share")
    if cohort.moves is not None:
        yield f"{here}.moves.yearly", (cohort.moves.yearly, "share")


def are_lived(scenario: Scenario) -> bool:
    """Whether people must be lived one by one for the way they leave or move."""
    for cohort in scenario.cohorts:
        said = cohort.dropout
        if cohort.moves is not None and cohort.moves.then != "kept":
            return True
        if not isinstance(said, Dropout):
            continue
        unsure = [laws.certain_value(number) is None for number in (said.share or 0.0, said.monthly or 0.0, said.odds)]
        if unsure[1] or unsure[2] or (unsure[0] and said.odds != 1.0):
            return True
    return False


class Course:
    """How the people of one cohort leave their course on one path."""

    def __init__(self, scenario: Scenario, cohort: Cohort, values: Mapping[str, float]) -> None:
        self.here, self.duration = f"cohorts[{cohort.name}]", int(value_of(cohort.duration))
        said = cohort.dropout
        self.evenly = not isinstance(said, Dropout)
        self.shape, self.rate, self.alone = 1.0, 0.0, 0.0
        if not isinstance(said, Dropout):
            self.share = values[f"{self.here}.dropout"]
            return
        self.shape = 0.8 if said.shape is None else said.shape
        if said.share is not None:
            leave = values[f"{self.here}.dropout.share"]
            self.rate = -math.log(1.0 - leave) / self.duration**self.shape
        elif said.monthly is not None:
            self.rate = -math.log(1.0 - values[f"{self.here}.dropout.monthly"])
        else:
            points = sorted((in_months(time), share) for time, share in (said.stay or {}).items())
            if len(points) == 2:
                self.shape = math.log(math.log(points[1][1]) / math.log(points[0][1])) / math.log(
                    points[1][0] / points[0][0]
                )
            self.rate = -math.log(points[0][1]) / points[0][0] ** self.shape
        odds = values[f"{self.here}.dropout.odds"]
        stay = math.exp(-self.rate * self.duration**self.shape)
        if odds != 1.0:
            stay = stay / (stay + odds * (1.0 - stay))
            self.rate = -math.log(stay) / self.duration**self.shape
        self.alone = self.rate
        self.beside = beside(scenario, cohort)
        if self.beside is not None:
            success, leave = values[f"outcomes[{self.beside}].monthly"], 1.0 - math.exp(-self.rate)
            self.rate = leave / (leave + success) * -math.log(1.0 - leave - success)
            stay = math.exp(-self.rate * self.duration)
        self.share = leave if said.share is not None and odds == 1.0 else 1.0 - stay

    def months(self, word: int) -> float:
        """Months on the course, infinite for who completes it."""
        u = (word + 0.5) * 2.0**-32
        if word >= limit(self.share):
            return math.inf
        months = self.duration * u / self.share if self.evenly else (-math.log1p(-u) / self.rate) ** (1.0 / self.shape)
        return min(months, self.duration * (1.0 - 2.0**-53))

    def there(self, month: int) -> float:
        """The share still on the course at the start of a month of it, or at its end."""
        if self.evenly:
            return 1.0 - self.share * month / self.duration if self.duration else 1.0 - self.share
        return math.exp(-self.rate * month**self.shape)


def in_months(time: str) -> float:
    """A time in words in months: thirteen weeks are three months."""
    number, unit = time.split()
    return int(number) * (3 / 13 if unit.startswith("week") else 12 if unit.startswith("year") else 1)


def beside(scenario: Scenario, cohort: Cohort) -> str | None:
    """The outcome whose monthly chance is read together with that of leaving."""
    said = cohort.dropout
    events = {name: one for name, one in scenario.personal.items() if isinstance(one, EventOutcome)}
    if not isinstance(said, Dropout) or said.monthly is None or said.shape != 1.0 or len(events) != 1:
        return None
    ((name, only),) = events.items()
    return None if isinstance(only.measured, AfterCompletion) else name


def month_of_moving(word: int, yearly: float) -> int | None:
    """Months from enrolment to the one in which somebody moves away."""
    if yearly == 0.0:
        return None
    return math.floor(12 * math.log(1.0 - (word + 0.5) * 2.0**-32) / math.log(1.0 - yearly))


def staying_here(cohort: Cohort, values: Mapping[str, float], month: int) -> float:
    """The share whose course no move has ended after some months."""
    if cohort.moves is None or cohort.moves.then == "kept":
        return 1.0
    return float((1.0 - values[f"cohorts[{cohort.name}].moves.yearly"]) ** (month / 12))
