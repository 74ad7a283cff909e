"""The slow twin of early ends: what ends a deal, day by day, as docs/reference/early-ending.md says it.

Written from the parsed `Scenario`; shares and counts are exact fractions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from risksim.scenario.base import value_of
from risksim.scenario.ending import EarlyEnd
from risksim.scenario.payments import FixedTerms, FloorTerms, StandingTerms
from risksim.scenario.scenario import Scenario
from risksim.scenario.terms import Reading
from risksim.scenario.uncertainty import Uniform

Tallies = Mapping[tuple[str, str, dt.date], list[float]]
EVEN_CHANCE = Uniform(uniform=(0.0, 1.0))


@dataclass(frozen=True)
class Ended:
    """How a path ended early."""

    end: EarlyEnd
    month: int
    """Contract month in which the programme stops."""
    day: dt.date
    """Its day."""
    until: dt.date
    """Last day on which an outcome may be measured."""
    settles: dt.date
    """The final settlement: the first follow-up on or after that day, or the last of all."""


def early_numbers(scenario: Scenario) -> Iterator[tuple[str, Any, str]]:
    """The numbers of early ends by the names of their draws, with what they count."""
    for end in scenario.ends_early:
        here = f"ends_early[{end.name}]"
        if end.chance is not None:
            yield f"{here}.chance", end.chance, "share"
        if end.yearly_chance is not None:
            yield f"{here}.yearly_chance", end.yearly_chance, "share"
        if end.chance is not None or end.yearly_chance is not None:
            yield f"{here}.luck", EVEN_CHANCE, "share"
        for word, kind in (("amount", "amount"), ("share_of_drawn", "share"), ("share_of_undrawn", "share")):
            if getattr(end.pays, word, None) is not None:
                yield f"{here}.pays.{word}", getattr(end.pays, word), kind


def ended(
    scenario: Scenario,
    values: Mapping[str, float],
    enrolled: Mapping[int, float],
    tallies: Tallies,
    day_of: Callable[[dt.date, int], dt.date],
    reading: Callable[..., Fraction | None],
    result_on: Callable[..., float | None],
) -> Ended | None:
    """The earliest stop of a path on which nothing has stopped: enrolled are people by month."""
    start, follow_ups = value_of(scenario.start), scenario.follow_up_dates()
    found: list[Ended] = []
    for end in scenario.ends_early:
        if end.on is None:
            decided = month_of_chance(scenario, end, values)
        else:
            decided = next(month for month in range(2_000) if day_of(start, month) >= value_of(end.on))
            if not decides(scenario, end, values, enrolled, decided, tallies, reading, result_on):
                continue
        if decided is None or day_of(start, decided + int(value_of(end.notice))) > follow_ups[-1]:
            continue
        month = decided + int(value_of(end.notice))
        until = day_of(start, month + int(value_of(end.run_off)))
        settles = next((date for date in follow_ups if date >= until), follow_ups[-1])
        found.append(Ended(end, month, day_of(start, month), until, settles))
    return min(found, key=lambda one: one.month, default=None)  # the first of the file among equals


def month_of_chance(scenario: Scenario, end: EarlyEnd, values: Mapping[str, float]) -> int | None:
    """The first month by which it has happened."""
    luck, yearly = values[f"ends_early[{end.name}].luck"], values[f"ends_early[{end.name}].yearly_chance"]
    return next((month for month in range(1, 1_300) if luck < 1.0 - (1.0 - yearly) ** (month / 12)), None)


def decides(
    scenario: Scenario,
    end: EarlyEnd,
    values: Mapping[str, float],
    enrolled: Mapping[int, float],
    decided: int,
    tallies: Tallies,
    reading: Callable[..., Fraction | None],
    result_on: Callable[..., float | None],
) -> bool:
    """Whether a deal is ended on its day."""
    day = value_of(end.on)
    if end.chance is not None:
        here = f"ends_early[{end.name}]"
        if not values[f"{here}.luck"] < values[f"{here}.chance"]:
            return False
    when = end.when
    if when is None:
        return True
    if when.enrolled_below is not None:
        places = sum(int(value_of(cohort.participants)) for cohort in scenario.cohorts)
        people = sum(Fraction(number) for month, number in enrolled.items() if month < decided)
        return people < Fraction(repr(when.enrolled_below)) * places
    if when.outcome in scenario.results:
        value = result_on(scenario, values, when.outcome, day)
        quantity = None if value is None else Fraction(value)
    else:
        seen = [0.0, 0.0, 0.0]
        for (_, outcome, date), counted in tallies.items():
            if outcome == when.outcome and date <= day:
                seen = [total + number for total, number in zip(seen, counted, strict=True)]
        terms = SimpleNamespace(
            counts=when.counts, unmeasured=when.unmeasured, assumed_rate=when.assumed_rate, minimum_sample=None
        )
        quantity = reading(terms, seen, seen)
    if quantity is None:
        return False
    low, high = when.outside or (when.below, when.above)
    return (low is not None and quantity < Fraction(repr(low))) or (
        high is not None and quantity > Fraction(repr(high))
    )


def speaks(looks: list[dt.date], terms: Any, one: Ended | None) -> list[dt.date]:
    """Dates on which a rule speaks, in a deal that may have ended."""
    if one is None:
        return looks
    if isinstance(terms, FixedTerms | StandingTerms):
        return [date for date in looks if date <= one.day]
    at_the_end = isinstance(terms, FloorTerms) and terms.total is not None
    if at_the_end or (isinstance(terms, Reading) and terms.on == "last"):
        return [one.settles]
    return [date for date in looks if date <= one.settles]
