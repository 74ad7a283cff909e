"""Outcomes that need people one by one: several measurements, gates, spells, amounts, scores and use, as arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from risksim.language import _
from risksim.plan import layout
from risksim.plan.fits import FitError
from risksim.plan.laws import Law, bounds_fault, law_of
from risksim.plan.numbers import GRADED_ELSEWHERE, Gathered, Number, Path, is_graded, slots
from risksim.plan.quantile_table import tabulate
from risksim.scenario.base import value_of
from risksim.scenario.gates import in_order, looks_at
from risksim.scenario.outcomes import (
    AfterCompletion,
    AfterEnrolment,
    AmountOutcome,
    EventOutcome,
    OnDate,
    Outcome,
    PersonOutcome,
    Reaches,
    ScoreOutcome,
    SpellOutcome,
    UseOutcome,
    moments,
)
from risksim.scenario.payments import PerPerson
from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import HIGHEST_RATE

KINDS: dict[type[PersonOutcome], int] = {
    Outcome: layout.HAPPENS,
    SpellOutcome: layout.SPELL,
    AmountOutcome: layout.AMOUNT_OF,
    Reaches: layout.REACHES,
    ScoreOutcome: layout.SCORE,
    UseOutcome: layout.USE,
    EventOutcome: layout.EVENT,
}
CLAUSES = {
    "point": layout.POINT,
    "continuous": layout.CONTINUOUS,
    "cumulative": layout.CUMULATIVE,
    "any spell": layout.ANY_SPELL,
    "months": layout.MONTHS,
    "gain since last": layout.SINCE_LAST,
    "gain from start": layout.FROM_START,
    "new high": layout.NEW_HIGH,
    "level": layout.LEVEL,
    "points gained": layout.POINTS,
    "change": layout.USE_CHANGE,
    "falls only": layout.USE_FALLS,
}


def counted_by_pattern(scenario: Scenario) -> bool:
    """Whether people can be counted without living them one by one."""
    plain = all(
        isinstance(outcome, Outcome)
        and outcome.times == 1
        and outcome.after is None
        and outcome.unless is None
        and outcome.dropouts is None
        and outcome.onset is None
        for outcome in scenario.personal.values()
    )
    return plain and not any(isinstance(rule, PerPerson) for rule in scenario.payments)


class _Numbers(NamedTuple):
    """What the builder of a kind brings."""

    numbers: list[Number]
    law: Law | None = None


def processes(gathered: Gathered, outcomes: layout.Outcomes, months: Sequence[int]) -> layout.Processes | None:
    """The outcomes of persons as processes; None where people can be counted by pattern.

    Parameters
    ----------
    gathered : Gathered
        The scenario and its uncertain numbers.
    outcomes : Outcomes
        Their measurements.
    months : sequence of int
        Enrolment months of each cohort.
    """
    scenario = gathered.scenario
    if counted_by_pattern(scenario):
        return None
    personal = scenario.personal
    names = list(personal)
    place = {name: k for k, name in enumerate(names)}

    def row_of(name: str | None) -> int:
        return -1 if name is None else place[name]

    built = [_BUILDERS[type(outcome)](gathered, ("outcomes", name), outcome) for name, outcome in personal.items()]
    numbers = [number for one in built for number in one.numbers]
    laws = [one.law for one in built if one.law is not None]
    tables = tabulate([] if gathered.draft else laws)
    gate = np.array([row_of(outcome.after) for outcome in personal.values()], dtype=np.int64)
    bar = np.array([row_of(outcome.unless) for outcome in personal.values()], dtype=np.int64)
    said = _days(scenario, outcomes)
    gate_row, bar_row = _latest_rows(outcomes, gate, said), _latest_rows(outcomes, bar, said)
    _measured_too_late(gathered, outcomes, gate_row, bar_row)
    prices, mosts = _cards(gathered, names)
    return layout.Processes(
        kind=np.array([KINDS[type(outcome)] for outcome in personal.values()], dtype=np.int64),
        order=np.array([place[name] for name in in_order(personal)], dtype=np.int64),
        clause=np.array([CLAUSES.get(getattr(o, "counts", ""), 0) for o in personal.values()], dtype=np.int64),
        reads=np.array([row_of(getattr(outcome, "reads", None)) for outcome in personal.values()], dtype=np.int64),
        gate=gate,
        gate_row=gate_row,
        bar=bar,
        bar_row=bar_row,
        since=_since(scenario, outcomes, months),
        first_number=np.cumsum([0, *(len(one.numbers) for one in built)]).astype(np.int64),
        number_slot=slots(numbers)[0],
        number_value=slots(numbers)[1],
        laws=layout.Inputs(address=np.zeros(len(laws), dtype=np.uint32), **tables._asdict()),
        law=_law_rows(built),
        card_price_slot=slots(prices)[0].reshape(len(mosts), len(names)),
        card_price_value=slots(prices)[1].reshape(len(mosts), len(names)),
        card_most_slot=slots(mosts)[0],
        card_most_value=slots(mosts)[1],
    )


def _law_rows(built: Sequence[_Numbers]) -> layout.IntArray:
    rows, n = [], 0
    for one in built:
        rows.append(-1 if one.law is None else n)
        n += one.law is not None
    return np.array(rows, dtype=np.int64)


def _days(scenario: Scenario, outcomes: layout.Outcomes) -> layout.IntArray:
    """The day for which each measurement is said, also where it does not take place: int64[row, month]. [day]"""
    days, row = outcomes.measured_ordinal.copy(), 0
    for name in scenario.personal:
        when = looks_at(scenario.personal, name).measured
        for moment in moments(when):
            if isinstance(when, OnDate):
                days[row] = moment.toordinal()
            row += 1
    return days


def _latest_rows(outcomes: layout.Outcomes, other: layout.IntArray, said: layout.IntArray) -> layout.IntArray:
    """Of every row, the latest row of another outcome that took place on or before its day; -1 where there is none."""
    found = np.full_like(outcomes.measured_month, -1)
    for k, earlier in enumerate(other):
        if earlier < 0:
            continue
        theirs = range(outcomes.first_row[earlier], outcomes.first_row[earlier + 1])
        for row in range(outcomes.first_row[k], outcomes.first_row[k + 1]):
            for candidate in theirs:
                day = outcomes.measured_ordinal[candidate]
                found[row, (day > 0) & (day <= said[row])] = candidate
    return found


def _measured_too_late(
    gathered: Gathered, outcomes: layout.Outcomes, gate_row: layout.IntArray, bar_row: layout.IntArray
) -> None:
    """Gates and exclusions that are measured later than their outcome, whoever enrols when: they can do nothing."""
    for k, (name, outcome) in enumerate(gathered.scenario.personal.items()):
        rows = slice(outcomes.first_row[k], outcomes.first_row[k + 1])
        comes = outcomes.measured_ordinal[rows] > 0
        for key, other, found, so in (
            ("after", outcome.after, gate_row[rows], _("the gate never opens")),
            ("unless", outcome.unless, bar_row[rows], _("it rules nobody out")),
        ):
            if other is None or not comes.any() or (found[comes] >= 0).any():
                continue
            gathered.faults.append(
                gathered.places.fault(
                    ("outcomes", name, key),
                    _(
                        "got '{other}', which is measured later than '{name}' for everybody, so that {so}.",
                        other=other,
                        name=name,
                        so=so,
                    ),
                    _(
                        "Measure '{name}' later or '{other}' earlier; on the same day is early enough.",
                        name=name,
                        other=other,
                    ),
                )
            )


def _since(scenario: Scenario, outcomes: layout.Outcomes, months: Sequence[int]) -> layout.IntArray:
    """Months from the start of each person's clock to each measurement: int64[row, month]."""
    enrolled = np.concatenate([np.empty(0, np.int64), *(np.arange(window) for window in months)])
    course = np.concatenate(
        [
            np.full(window, int(value_of(cohort.duration)))
            for cohort, window in zip(scenario.cohorts, months, strict=True)
        ]
    )
    found = np.empty_like(outcomes.measured_month)
    for k, name in enumerate(scenario.personal):
        outcome = looks_at(scenario.personal, name)
        from_course = not isinstance(outcome.measured, AfterEnrolment) and isinstance(outcome, SpellOutcome)
        from_course |= isinstance(outcome.measured, AfterCompletion) and isinstance(outcome, EventOutcome)
        start = enrolled + course if from_course else enrolled
        rows = slice(outcomes.first_row[k], outcomes.first_row[k + 1])
        found[rows] = outcomes.measured_month[rows] - start
    return found


# Builders, one per kind: the numbers in the order in which the engine reads them


def _happens(gathered: Gathered, here: Path, outcome: Outcome) -> _Numbers:
    # The rate stands with the outcomes, as that of people who are counted.
    # Who has met an outcome that takes its time has met it: the first word decides all.
    persistence = (outcome.persistence or 0.0) if outcome.onset is None else 1.0
    typical, shape = 0.0, 1.0
    if outcome.onset is not None:
        typical, shape = float(value_of(outcome.onset.typical)), outcome.onset.shape
    leavers = _certain(-1.0)
    if outcome.dropouts is not None:
        leavers = gathered.number((*here, "dropouts"), outcome.dropouts, "1", high=1.0)
    return _Numbers([_certain(persistence), leavers, _certain(typical), _certain(shape)])


def _event(gathered: Gathered, here: Path, outcome: EventOutcome) -> _Numbers:
    monthly = gathered.number((*here, "monthly"), outcome.monthly, "1/month", high=1.0)
    return _Numbers([monthly, _certain(float(isinstance(outcome.measured, AfterCompletion)))])


def _spell(gathered: Gathered, here: Path, outcome: SpellOutcome) -> _Numbers:
    law, there = outcome.spells, (*here, "spells")
    starts = gathered.number((*there, "starts"), law.starts, "1/month", high=HIGHEST_RATE)
    ends = gathered.number((*there, "ends"), law.ends, "1/month", high=HIGHEST_RATE)
    lasts = float(value_of(outcome.lasts)) if outcome.lasts is not None else 0.0
    begins = 1.0 if law.begins == "in" else 0.0
    return _Numbers([starts, ends, *map(_certain, (law.shape, begins, lasts, outcome.gap))])


def _amount(gathered: Gathered, here: Path, outcome: AmountOutcome) -> _Numbers:
    said, there = outcome.amount, (*here, "amount")
    shift = gathered.number((*there, "shift"), said.shift, outcome.unit, low=-math.inf)
    least = said.least if said.least is not None else -math.inf
    most = said.most if said.most is not None else math.inf
    law = _between_people(gathered, (*there, "each"), said.each, outcome.unit, -math.inf)
    return _Numbers([shift, *map(_certain, (least, most, outcome.persistence or 0.0))], law)


def _reaches(_gathered: Gathered, _here: Path, outcome: Reaches) -> _Numbers:
    return _Numbers([_certain(outcome.at_least), _certain(float(outcome.always))])


def _score(gathered: Gathered, here: Path, outcome: ScoreOutcome) -> _Numbers:
    law, there = outcome.score, (*here, "score")
    mean = gathered.number((*there, "mean"), law.mean, "point", low=-math.inf)
    growth = gathered.number((*there, "growth"), law.growth, "point/year", low=-math.inf)
    lowest, highest = law.scale if law.scale is not None else (-math.inf, math.inf)
    certain = (law.sd, law.persistence, law.noise, lowest, highest, law.step or 0.0, outcome.at_least or 0.0)
    return _Numbers([mean, growth, *map(_certain, certain)])


def _use(gathered: Gathered, here: Path, outcome: UseOutcome) -> _Numbers:
    said, there = outcome.use, (*here, "use")
    effect = gathered.number((*there, "effect"), said.effect, "1", high=1.0)
    after = said.none if said.none_after is None else said.none_after
    again = after if said.none_again is None else said.none_again
    law = _between_people(gathered, (*there, "each"), said.each, gathered.scenario.currency, 0.0)
    above = 0.0
    if law is not None and said.above > 0.0:
        above = float(law.cdf(said.above))
        if above >= 1.0:
            gathered.faults.append(
                gathered.places.fault(
                    (*there, "above"),
                    _("got {above:g}, above which the law of the use has nobody.", above=said.above),
                    _("Lower it, or look at the law again."),
                )
            )
    # Whoever must lie above an amount has some use.
    none = 0.0 if said.above > 0.0 else said.none
    return _Numbers([effect, *map(_certain, (none, after, again, said.correlation, above))], law)


_BUILDERS: dict[type[PersonOutcome], Any] = {
    Outcome: _happens,
    SpellOutcome: _spell,
    AmountOutcome: _amount,
    Reaches: _reaches,
    ScoreOutcome: _score,
    UseOutcome: _use,
    EventOutcome: _event,
}


def _certain(value: float) -> Number:
    return Number(-1, float(value))


def _between_people(gathered: Gathered, path: Path, number: Any, unit: str, low: float) -> Law | None:
    """How an amount is spread over people; None where it is mistaken."""
    if is_graded(number):
        gathered.faults.append(gathered.places.fault(path, *map(_, GRADED_ELSEWHERE)))
        return None
    try:
        law = law_of(number, low, math.inf)
    except FitError as error:
        gathered.faults.append(gathered.places.fault(path, error.found, error.remedy))
        return None
    wrong = bounds_fault(law, low, math.inf, unit)
    if wrong is not None:
        gathered.faults.append(gathered.places.fault(path, *wrong))
        return None
    return law


def _cards(gathered: Gathered, names: Sequence[str]) -> tuple[list[Number], list[Number]]:
    """Prices of every list by outcome, and the most of each."""
    prices: list[Number] = []
    mosts: list[Number] = []
    currency = gathered.scenario.currency
    for position, rule in enumerate(gathered.scenario.payments):
        if not isinstance(rule, PerPerson):
            continue
        here: Path = ("payments", position, "per_person")
        terms = rule.per_person
        for name in names:
            price = terms.prices.get(name)
            prices.append(
                _certain(0.0)
                if price is None
                else gathered.number((*here, "prices", name), price, f"{currency}/outcome")
            )
        mosts.append(gathered.number((*here, "most"), terms.most, f"{currency}/outcome"))
    return prices, mosts
