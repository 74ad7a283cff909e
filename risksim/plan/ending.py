"""Early ends on the contract clock: what decides, when the programme stops, and how the rules stand after it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from risksim.language import _
from risksim.plan import layout
from risksim.plan.columns import Column
from risksim.plan.money import drawn_upto
from risksim.plan.numbers import Gathered, Number, slots
from risksim.plan.rules import COUNTS, UNMEASURED, Builder, capital_years, lag_of, looked_at
from risksim.scenario.base import value_of
from risksim.scenario.calendar import add_months, months_between
from risksim.scenario.effects import known_on
from risksim.scenario.ending import EarlyEnd, EndWhen, decision_month
from risksim.scenario.payments import FloorTerms, terms_of
from risksim.scenario.scenario import Scenario
from risksim.scenario.terms import Reading, Table, exact
from risksim.scenario.uncertainty import Uniform

KINDS = {
    "amount": layout.END_AMOUNT,
    "share_of_drawn": layout.END_DRAWN,
    "share_of_undrawn": layout.END_UNDRAWN,
}


def looks_at_the_end(rule: Any) -> bool:
    """Whether a rule speaks once, at the last follow-up; in a deal that ended early that is its final settlement."""
    terms = terms_of(rule)
    return (isinstance(terms, Reading) and terms.on == "last") or (
        isinstance(terms, FloorTerms) and terms.total is not None
    )


def dates(scenario: Scenario, follow_ups: Sequence[dt.date]) -> set[dt.date]:
    """Dates on which money may move only where the deal ends early: what rules at the end pay with a lag."""
    if not scenario.ends_early:
        return set()
    lags = [lag_of(rule) for rule in scenario.payments if looks_at_the_end(rule)]
    return {add_months(date, lag) for lag in lags for date in follow_ups}


def ending(
    gathered: Gathered,
    measured: list[Column],
    payments: layout.Payments,
    draws: Sequence[Sequence[tuple[dt.date, float]]],
    outcomes: layout.Outcomes,
    calendar: layout.Calendar,
    follow_ups: Sequence[dt.date],
    dates: Sequence[dt.date],
) -> tuple[layout.Payments, layout.Ending | None]:
    """What may end the deal early; the measures that decisions read are added to `measured`.

    Returns
    -------
    Payments
        With the days on which rules of the last follow-up pay where it comes earlier.
    Ending or None
        None where nothing ends the deal.
    """
    scenario = gathered.scenario
    ends = scenario.ends_early
    if not ends:
        return payments, None
    place = {date: t for t, date in enumerate(dates)}
    last = math.floor(months_between(scenario.start_date, follow_ups[-1]))
    clock = _Clock(scenario, follow_ups, dates, last)
    payments = _paid_earlier(scenario, payments, follow_ups, place)
    variants = _Variants(scenario, payments, draws, calendar, clock)
    luck, chance, yearly = zip(*(_chances(gathered, k, end) for k, end in enumerate(ends)), strict=True)
    group = layout.Ending(
        on=np.array([place[value_of(end.on)] if end.on is not None else -1 for end in ends], dtype=np.int64),
        month=np.array([_month(scenario, end) for end in ends], dtype=np.int64),
        notice=np.array([int(value_of(end.notice)) for end in ends], dtype=np.int64),
        run_off=np.array([int(value_of(end.run_off)) for end in ends], dtype=np.int64),
        luck_slot=slots(luck)[0],
        luck_value=slots(luck)[1],
        chance_slot=slots(chance)[0],
        chance_value=slots(chance)[1],
        yearly_slot=slots(yearly)[0],
        yearly_value=slots(yearly)[1],
        **_readings(gathered, measured, follow_ups),
        last_month=last,
        last_due=clock.last_due,
        pays_in=clock.pays_in,
        settles_in=clock.settles_in,
        measured_by=_measured_by(scenario, outcomes),
        known_by=_known_by(scenario, follow_ups, dates),
        variant=np.array([variants.of(end) for end in ends], dtype=np.int64),
        **variants.arrays(),
    )
    _too_early(gathered, group, outcomes, follow_ups, place)
    return payments, group


def _month(scenario: Scenario, end: EarlyEnd) -> int:
    return decision_month(scenario.start_date, value_of(end.on)) if end.on is not None else 0


def _chances(gathered: Gathered, position: int, end: EarlyEnd) -> tuple[Number, Number, Number]:
    """The uniform number that decides, the chance on the day, and the chance in a year."""
    here = ("ends_early", position)
    luck, chance, yearly = Number(-1, 0.0), Number(-1, 1.0), Number(-1, 0.0)
    if end.chance is not None:
        chance = gathered.number((*here, "chance"), end.chance, "1", high=1.0)
    if end.yearly_chance is not None:
        yearly = gathered.number((*here, "yearly_chance"), end.yearly_chance, "1/year", high=1.0)
    if end.chance is not None or end.yearly_chance is not None:
        luck = gathered.number((*here, "luck"), Uniform(uniform=(0.0, 1.0)), "1", high=1.0)
    return luck, chance, yearly


# What decisions read


def _readings(gathered: Gathered, measured: list[Column], follow_ups: Sequence[dt.date]) -> dict[str, Any]:
    scenario = gathered.scenario
    build = Builder(gathered, follow_ups)
    build.measured = measured
    places = sum(int(value_of(cohort.participants)) for cohort in scenario.cohorts)
    rows = [_reading(build, end.when, places) for end in scenario.ends_early]
    names = ("reads", "column", "counts", "unmeasured", "grain", "assumed", "low", "high")
    kinds = (np.int64, np.int64, np.int64, np.int64, np.float64, np.float64, np.float64, np.float64)
    columns = zip(*rows, strict=True)
    return {name: np.array(values, dtype=kind) for name, kind, values in zip(names, kinds, columns, strict=True)}


def _reading(build: Builder, when: EndWhen | None, places: int) -> tuple[Any, ...]:
    """One row of what decisions read."""
    nothing = (-1, -1, -1)
    if when is None:
        return layout.READS_NOTHING, nothing, 0, 0, 1.0, 0.0, -math.inf, math.inf
    if when.outcome is None:
        assert when.enrolled_below is not None
        share = exact(when.enrolled_below) * places
        grain = share.denominator
        return layout.READS_ENROLLED, nothing, layout.COUNT, 0, float(grain), 0.0, float(share * grain), math.inf
    low, high = when.outside or (when.below, when.above)
    rate = exact(when.assumed_rate) if when.assumed_rate is not None else Fraction(0)
    limits = [exact(limit) if limit is not None else None for limit in (low, high)]
    assert when.counts is not None
    counts = COUNTS[when.counts]
    # The value of a result is compared as it is.
    grain = 1 if counts == layout.VALUE else math.lcm(*(x.denominator for x in (*limits, rate) if x is not None))
    return (
        layout.READS_OUTCOME,
        build.columns(when.outcome),
        counts,
        UNMEASURED[when.unmeasured],
        float(grain),
        float(rate * grain),
        float(limits[0] * grain) if limits[0] is not None else -math.inf,
        float(limits[1] * grain) if limits[1] is not None else math.inf,
    )


def _too_early(
    gathered: Gathered,
    group: layout.Ending,
    outcomes: layout.Outcomes,
    follow_ups: Sequence[dt.date],
    place: dict[dt.date, int],
) -> None:
    """Refuse decisions on outcomes of which nobody's is measured by then: a count would always lie below its goal."""
    people = list(gathered.scenario.personal)
    for k, end in enumerate(gathered.scenario.ends_early):
        if end.when is None or end.when.outcome not in people:
            continue
        place_of = people.index(end.when.outcome)
        periods = outcomes.period_of_month[outcomes.first_row[place_of] : outcomes.first_row[place_of + 1]].ravel()
        if not ((periods >= 0) & (periods <= group.on[k])).any():
            first = min((t for t in periods if t >= 0), default=-1)
            day = next((date for date in follow_ups if place[date] == first), None)
            gathered.faults.append(
                gathered.places.fault(
                    ("ends_early", k, "when", "outcome"),
                    _(
                        "got '{outcome}', which is measured of nobody by {value_of}.",
                        outcome=end.when.outcome,
                        value_of=value_of(end.on),
                    ),
                    _("Decide on {day} or later.", day=day) if day is not None else _("Read another outcome."),
                )
            )


# When things fall due


class _Clock:
    """Periods by the contract month in which the programme stops."""

    def __init__(self, scenario: Scenario, follow_ups: Sequence[dt.date], dates: Sequence[dt.date], last: int) -> None:
        days = [add_months(scenario.start_date, month) for month in range(last + 1)]
        self.last = last
        self.last_due = _ints(sum(date <= day for date in dates) - 1 for day in days)
        self.pays_in = _ints(next(t for t, date in enumerate(dates) if date >= day) for day in days)
        first = [dates.index(next(date for date in follow_ups if date >= day)) for day in days]
        self.settles_in = _ints([*first, dates.index(follow_ups[-1])])

    def settled(self, month: int) -> int:
        """Period of the first follow-up on or after a month's day, the last one beyond it."""
        return int(self.settles_in[min(month, self.last + 1)])


def _measured_by(scenario: Scenario, outcomes: layout.Outcomes) -> layout.IntArray:
    by = outcomes.measured_month.copy()
    for place in np.argwhere(outcomes.measured_ordinal > 0):
        date = dt.date.fromordinal(int(outcomes.measured_ordinal[tuple(place)]))
        by[tuple(place)] = decision_month(scenario.start_date, date)
    return by


def _known_by(scenario: Scenario, follow_ups: Sequence[dt.date], dates: Sequence[dt.date]) -> layout.IntArray:
    found = []
    for said in scenario.results.values():
        row = np.full(len(dates), layout.NEVER, dtype=np.int64)
        days = sorted(value_of(entry.on) for entry in said.result) if isinstance(said.result, list) else follow_ups
        for day in days:
            known = next(date for date in follow_ups if date >= day)
            row[dates.index(known)] = decision_month(scenario.start_date, day)
        found.append(row)
    for effect in scenario.effects.values():
        row = np.full(len(dates), layout.NEVER, dtype=np.int64)
        stated = [value_of(day) for day in effect.known] if isinstance(effect.known, list) else []
        for day in sorted([*stated, *([] if stated else known_on(effect, list(follow_ups), scenario.start_date))]):
            known = next(date for date in follow_ups if date >= day)
            row[dates.index(known)] = decision_month(scenario.start_date, day)
        found.append(row)
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _paid_earlier(
    scenario: Scenario, payments: layout.Payments, follow_ups: Sequence[dt.date], place: dict[dt.date, int]
) -> layout.Payments:
    paid_in = payments.paid_in.copy()
    for k, rule in enumerate(scenario.payments):
        if looks_at_the_end(rule):
            for date in follow_ups:
                paid_in[k, place[date]] = place[add_months(date, lag_of(rule))]
    return payments._replace(paid_in=paid_in)


class _Variants:
    """How the payment rules stand after a stop, once for each pair of last date due and final settlement."""

    def __init__(
        self,
        scenario: Scenario,
        payments: layout.Payments,
        draws: Sequence[Sequence[tuple[dt.date, float]]],
        calendar: layout.Calendar,
        clock: _Clock,
    ) -> None:
        self.scenario, self.payments, self.calendar, self.clock = scenario, payments, calendar, clock
        dates = [dt.date.fromordinal(int(day)) for day in calendar.ordinal]
        self.drawn = drawn_upto(draws, dates)
        self.pairs: list[tuple[int, int]] = []

    def of(self, end: EarlyEnd) -> list[int]:
        """The variant for each month in which an early end may stop the programme; 0 for others."""
        row = [0] * (self.clock.last + 1)
        notice, run_off = int(value_of(end.notice)), int(value_of(end.run_off))
        months: Iterable[int] = range(1 + notice, self.clock.last + 1)
        if end.on is not None:
            months = [_month(self.scenario, end) + notice]
        for month in months:
            pair = (int(self.clock.last_due[month]), self.clock.settled(month + run_off))
            if pair not in self.pairs:
                self.pairs.append(pair)
            row[month] = self.pairs.index(pair)
        return row

    def arrays(self) -> dict[str, Any]:
        """The rules of every variant."""
        if not self.pairs:
            self.pairs.append((int(self.clock.last_due[-1]), int(self.clock.settles_in[-1])))
        looks = [self._looks(due, settled) for due, settled in self.pairs]
        numbers = self.payments.number_period
        return {
            "looks": np.array(looks),
            "due": np.array([numbers <= due for due, _ in self.pairs], dtype=np.uint8).reshape(len(looks), -1),
            "capital": np.array([self._capital(due, seen) for (due, _), seen in zip(self.pairs, looks, strict=True)]),
        }

    def _looks(self, due: int, settled: int) -> layout.ByteArray:
        looks = self.payments.looks.copy()
        looks[:, settled + 1 :] = 0
        kinds = self.payments.kind[self.payments.first_row[:-1]]
        looks[kinds == layout.DATED, due + 1 :] = 0
        for k, rule in enumerate(self.scenario.payments):
            if looks_at_the_end(rule):
                looks[k] = 0
                looks[k, settled] = 1
        return looks

    def _capital(self, due: int, looks: layout.ByteArray) -> layout.FloatArray:
        drawn = self.drawn.copy()
        drawn[:, due + 1 :] = drawn[:, due : due + 1] if due >= 0 else 0.0
        capital = np.zeros_like(self.payments.tables.capital)
        for k, unit in enumerate(self.payments.tables.unit):
            if unit == layout.COUPON:
                capital[k] = capital_years(drawn, looks[k], self.calendar.years)
            elif unit != layout.AMOUNT:
                capital[k] = drawn
            terms = terms_of(self.scenario.payments[k])
            if isinstance(terms, Table):
                capital[k] *= looked_at(terms, self.scenario.financing.tranches)
        return capital


# What the investors are paid


class Book(Protocol):
    """Parties and ledger lines as they are named (`risksim.plan.waterfall`)."""

    parties: list[str]
    passes_on: set[int]

    def lines(self, moves: Iterable[tuple[str, str, str]]) -> int:
        """Lines from, to, why; returns the row of the first."""


def end_lines(book: Book, scenario: Scenario) -> tuple[layout.IntArray, int]:
    """A line for each payment because the deal ends, and one for payments that were kept for costs."""
    (account,) = (book.parties[row] for row in book.passes_on)
    rows, release = [], -1
    for end in scenario.ends_early:
        paid = end.pays is not None
        rows.append(book.lines([(end.pays.paid_by, account, "payment for ending early")]) if paid and end.pays else -1)
    if scenario.ends_early and scenario.financing.recycle:
        release = book.lines([(scenario.provider, account, "payments no longer needed for costs")])
    return _ints(rows), release


def end_payments(gathered: Gathered) -> dict[str, Any]:
    """What is paid for each early end, as `Waterfall`."""
    kinds, numbers = [], []
    for position, end in enumerate(gathered.scenario.ends_early):
        kind, number = layout.END_AMOUNT, Number(-1, 0.0)
        for word, code in KINDS.items():
            said = getattr(end.pays, word, None)
            if said is not None:
                path, high = ("ends_early", position, "pays", word), math.inf if word == "amount" else 1.0
                unit = gathered.scenario.currency if word == "amount" else "1"
                kind, number = code, gathered.number(path, said, unit, high=high)
        kinds.append(kind)
        numbers.append(number)
    slot, value = slots(numbers)
    return {"end_kind": _ints(kinds), "end_slot": slot, "end_value": value}


def _ints(values: Iterable[int]) -> layout.IntArray:
    return np.array(list(values), dtype=np.int64)
