"""Cohorts and outcomes on the contract clock: enrolment months, settlement classes, dates of measurement."""

from __future__ import annotations

import bisect
import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from risksim.language import _
from risksim.plan import layout
from risksim.plan.derived import success_rate
from risksim.plan.hashes import hash16, hash32
from risksim.plan.leaving import leaving, share_who_leave
from risksim.plan.numbers import Gathered, Number, Path, slots
from risksim.scenario.base import value_of
from risksim.scenario.calendar import add_months, months_between
from risksim.scenario.gates import looks_at
from risksim.scenario.origins import input_name
from risksim.scenario.outcomes import AfterEnrolment, OnDate, Outcome, PersonOutcome, moments
from risksim.scenario.programme import Arrivals, Cohort, Enrolment, Unmeasured, usual
from risksim.scenario.scenario import Scenario

POPULATIONS = {
    "enrolled": layout.ENROLLED,
    "completers": layout.COMPLETERS,
    "measured": layout.MEASURED,
    "earlier": layout.EARLIER,
}
WORDS = 2.0**32


def last_month(scenario: Scenario) -> int:
    """The last contract month in which anybody can enrol or leave."""
    return max((len(month_weights(cohort)) + int(value_of(cohort.duration)) for cohort in scenario.cohorts), default=0)


def opens_of(cohort: Cohort) -> int:
    """Months from `start` to the first day of a cohort's window. [month]"""
    return 0 if cohort.enrolment is None else int(value_of(cohort.enrolment.opens))


def heads_in(scenario: Scenario, dates: Sequence[dt.date]) -> layout.ByteArray:
    """Periods in which people may be counted, whatever their outcomes: uint8[3, period].

    Enrolments, months of the course begun and completions, in the first period on or after the day of each.
    """
    out = np.zeros((3, len(dates)), np.uint8)
    for cohort in scenario.cohorts:
        window, course, opens = len(month_weights(cohort)), int(value_of(cohort.duration)), opens_of(cohort)
        attended = range(opens, window + course - 1 if course else 0)
        months = (range(opens, window), attended, range(opens + course, course + window))
        for row, some in enumerate(months):
            for month in some:
                period = bisect.bisect_left(dates, add_months(scenario.start_date, month))
                out[row, period : period + 1] = 1
    return out


def limit_of(chance: float) -> int:
    """The limit below which a word means yes (``docs/reference/randomness.md``)."""
    return int(min(max(math.ceil(chance * WORDS - 0.5), 0), WORDS - 1))


def month_weights(cohort: Cohort) -> list[float]:
    """Chance to come in in each month in which anybody may start; one month where there is no enrolment block. [1]

    Months before the cohort opens, and those in which people only start late or from a waiting list, have none.
    """
    enrolment = cohort.enrolment
    if enrolment is None:
        return [1.0]
    window = max(int(value_of(enrolment.window)), 1)
    ramp = max(int(value_of(enrolment.ramp)), 1) if enrolment.ramp is not None else 1
    weights = [min(1.0, ((month + 1) / ramp) ** enrolment.ramp_power) for month in range(window)]
    if enrolment.decay is not None:
        over, power = int(value_of(enrolment.decay.over)), enrolment.decay.power
        weights = [weight * (1.0 + month / over) ** -power for month, weight in enumerate(weights)]
    own = [0.0] * int(value_of(enrolment.opens)) + [weight / math.fsum(weights) for weight in weights]
    return own + [0.0] * (enrolment.last_month() + 1 - len(own))


MOST_ON_AVERAGE = 100_000
"""The most people who may come in on average, so that those who do can be told apart. [people]"""
ALWAYS = 30_000
"""Later than any month of a deal. [month]"""


def arrivals(gathered: Gathered) -> layout.Arrivals | None:
    """How people come in and start in turn; None where nobody does."""
    scenario = gathered.scenario
    if not any(cohort.enrolment is not None and cohort.enrolment.is_in_turn for cohort in scenario.cohorts):
        return None
    numbers: list[tuple[Number, Number, Number]] = []
    whole: list[list[int]] = []
    for position, cohort in enumerate(scenario.cohorts):
        here: Path = ("cohorts", position, "enrolment")
        enrolment = cohort.enrolment if cohort.enrolment is not None else Enrolment()
        numbers.append((*_coming(gathered, here, cohort, enrolment.arrivals), _late(gathered, here, enrolment)))
        opens, window = int(value_of(enrolment.opens)), int(value_of(enrolment.window))
        late, replace, patience = enrolment.late_start, enrolment.replace, enrolment.wait_at_most
        until = replace.until if replace is not None else None
        whole.append(
            [
                enrolment.is_in_turn,
                enrolment.arrivals is not None,
                hash32(input_name(scenario, (*here, "arrivals"))),
                int(value_of(late.most)) if late is not None else 0,
                late is not None and late.window == "moves",
                opens + window,
                int(value_of(enrolment.waiting_list_after_window)),
                int(value_of(enrolment.per_month)) if enrolment.per_month is not None else layout.MOST_PEOPLE,
                int(value_of(patience)) if patience is not None else ALWAYS,
                int(value_of(replace.who_leave_within)) if replace is not None else 0,
                opens + int(value_of(until)) if until is not None else ALWAYS,
            ]
        )
    speeds, luck, late_by = zip(*numbers, strict=True)
    columns = np.array(whole, dtype=np.int64).T.copy()
    return layout.Arrivals(
        columns[0].astype(np.uint8),
        columns[1].astype(np.uint8),
        *slots(speeds),
        *slots(luck),
        columns[2].astype(np.uint32),
        *slots(late_by),
        *columns[3:],
    )


def _coming(gathered: Gathered, here: Path, cohort: Cohort, arrivals: Arrivals | None) -> tuple[Number, Number]:
    """The speed at which people come in, and the place of their number in its law."""
    if arrivals is None:
        return Number(-1, 0.0), Number(-1, 0.0)
    places = int(value_of(cohort.participants))
    speed = arrivals.speed if arrivals.speed is not None else usual("arrivals-speed")
    number = gathered.number((*here, "arrivals", "speed"), speed, "1")
    if number.value * places > MOST_ON_AVERAGE:
        gathered.faults.append(
            gathered.places.fault(
                (*here, "arrivals", "speed"),
                _(
                    "at this speed {number:,.0f} come in on average; at most {most_on_average:,} can.",
                    number=number.value * places,
                    most_on_average=MOST_ON_AVERAGE,
                ),
                _("The speed is a share of participants: 1.1 where a tenth more come in than there are places."),
            )
        )
    return number, gathered.luck((*here, "arrivals"), "Uniform(0, 1): near 0 few come in, near 1 many")


def _late(gathered: Gathered, here: Path, enrolment: Enrolment) -> Number:
    """The months by which the start is late."""
    late = enrolment.late_start
    if late is None:
        return Number(-1, 0.0)
    return gathered.number(
        (*here, "late_start", "months"), late.months if late.months is not None else usual("late-start"), "month"
    )


def cohorts(gathered: Gathered) -> tuple[layout.Cohorts, list[int], layout.Leaving | None]:
    """The cohorts without their settlement classes, the months of each window, and how people leave."""
    ratios, unmeasured = [], []
    dropouts: list[Number] = []
    levels: list[Number] = []
    odds: list[Number] = []
    weights: list[float] = []
    limits: list[int] = []
    months: list[int] = []
    for position, cohort in enumerate(gathered.scenario.cohorts):
        here: Path = ("cohorts", position)
        ratio = cohort.enrolment.drawn_ratio if cohort.enrolment is not None else 1.0
        ratios.append(gathered.number((*here, "enrolment", "ratio"), ratio, "1"))
        for numbers, number in zip((dropouts, levels, odds), share_who_leave(gathered, here, cohort), strict=True):
            numbers.append(number)
        hidden = cohort.unmeasured
        if isinstance(hidden, Unmeasured):
            unmeasured.append(gathered.number((*here, "unmeasured", "share"), hidden.share, "1", high=1.0))
        else:
            unmeasured.append(gathered.number((*here, "unmeasured"), hidden, "1", high=1.0))
        weight = month_weights(cohort)
        weights.extend(weight)
        limits.extend(limit_of(math.fsum(weight[: month + 1])) for month in range(len(weight)))
        months.append(len(weight))
    everybody = gathered.scenario.cohorts
    nothing = np.empty(0, dtype=np.int64)
    group = layout.Cohorts(
        np.array([value_of(cohort.participants) for cohort in everybody], dtype=np.int64),
        *slots(ratios),
        *slots(dropouts),
        *slots(unmeasured),
        np.array([int(value_of(cohort.duration)) for cohort in everybody], dtype=np.int64),
        np.concatenate([[0], np.cumsum(months)]).astype(np.int64),
        np.array(limits, dtype=np.uint32),
        np.array(weights, dtype=np.float64),
        nothing,
        nothing,
        np.empty(0, dtype=np.uint32),
    )
    return group, months, leaving(gathered, levels, odds)


def _measurement(
    scenario: Scenario, outcome: PersonOutcome, moment: Any, duration: int, month: int
) -> tuple[dt.date | None, int]:
    """Day and contract month of a measurement of somebody who enrolled in a month; no day where it never comes."""
    start, when = scenario.start_date, outcome.measured
    if isinstance(when, OnDate):
        date: dt.date = moment
        ready = month + duration if outcome.of in ("completers", "measured") else month
        return (date if add_months(start, ready) <= date else None), int(months_between(start, date))
    course = 0 if isinstance(when, AfterEnrolment) else duration
    after = month + course + (int(moment) if moment is not None else 0)
    return add_months(start, after), after


def outcomes(
    gathered: Gathered, months: Sequence[int], follow_ups: Sequence[dt.date], dates: Sequence[dt.date]
) -> tuple[layout.Outcomes, layout.IntArray, layout.IntArray, layout.WordArray]:
    """The outcomes, and the settlement classes of the cohorts: class of each month, pointers, limits."""
    scenario = gathered.scenario
    personal = scenario.personal
    rates = []
    differ: dict[int, tuple[Number, Number]] = {}
    for k, (name, outcome) in enumerate(personal.items()):
        rate, of_sites = Number(-1, 0.0), None
        if isinstance(outcome, Outcome):
            here: Path = ("outcomes", name)
            several = len(scenario.cohorts) > 1
            rate, of_sites = success_rate(gathered, (*here, "success_rate"), outcome.success_rate, several)
            if outcome.counterfactual is not None:
                said = gathered.number((*here, "counterfactual"), outcome.counterfactual, "1", high=1.0)
                gathered.anyway[name] = said
        rates.append(rate)
        if of_sites is not None:
            differ[k] = of_sites
    gathered.sites = differ
    seen = [looks_at(personal, name) for name in personal]
    rows = [(outcome, moment) for outcome in seen for moment in moments(outcome.measured)]
    measured_month, measured_ordinal, period = _measurements(scenario, rows, months, follow_ups, dates)
    class_of_month, class_ptr, last_month = _classes(period, months)
    limits = [
        limit_of(math.fsum(month_weights(cohort)[: month + 1]))
        for cohort, lasts in zip(scenario.cohorts, last_month, strict=True)
        for month in lasts
    ]
    first = np.concatenate([[0], np.cumsum(months)])[:-1]
    columns = np.array(
        [last + start for lasts, start in zip(last_month, first, strict=True) for last in lasts], dtype=np.int64
    )
    group = layout.Outcomes(
        np.array([hash16(name) for name in personal], dtype=np.int64),
        np.array([POPULATIONS[getattr(outcome, "counted", outcome.of)] for outcome in seen], dtype=np.int64),
        *slots(rates),
        np.cumsum([0, *(outcome.times for outcome in seen)]).astype(np.int64),
        measured_month,
        measured_ordinal,
        period,
        np.ascontiguousarray(period[:, columns]),
    )
    return group, class_of_month, class_ptr, np.array(limits, dtype=np.uint32)


def sites(gathered: Gathered) -> layout.Sites | None:
    """Outcomes whose success rate differs between cohorts; None where there are none."""
    if not gathered.sites:
        return None
    means, spreads = zip(*gathered.sites.values(), strict=True)
    return layout.Sites(np.array(list(gathered.sites), dtype=np.int64), *slots(means), *slots(spreads))


def _measurements(
    scenario: Scenario,
    rows: Sequence[tuple[PersonOutcome, Any]],
    months: Sequence[int],
    follow_ups: Sequence[dt.date],
    dates: Sequence[dt.date],
) -> tuple[layout.IntArray, layout.IntArray, layout.IntArray]:
    """Contract month, day and period of every measurement by enrolment month: int64[row, month] each.

    A month before the window opens, in which nobody enrols, stands with the first month of the window.
    """
    place = {date: position for position, date in enumerate(dates)}
    month_of = np.empty((len(rows), sum(months)), dtype=np.int64)
    ordinal = np.zeros_like(month_of)
    period = np.full_like(month_of, -1)
    for k, (outcome, moment) in enumerate(rows):
        column = 0
        known: dict[tuple[int, int], tuple[int, int, int]] = {}  # cohorts alike are measured alike
        for cohort, window in zip(scenario.cohorts, months, strict=True):
            duration, opens = int(value_of(cohort.duration)), opens_of(cohort)
            for month in range(window):
                at = duration, max(month, opens)
                if at not in known:
                    date, after = _measurement(scenario, outcome, moment, *at)
                    paying = next((day for day in follow_ups if date is not None and day >= date), None)
                    day = date.toordinal() if date is not None else 0
                    known[at] = after, day, place[paying] if paying is not None else -1
                month_of[k, column], ordinal[k, column], period[k, column] = known[at]
                column += 1
    return month_of, ordinal, period


def _classes(
    period: layout.IntArray, months: Sequence[int]
) -> tuple[layout.IntArray, layout.IntArray, list[list[int]]]:
    """Settlement classes: runs of enrolment months whose people settle in the same periods; the last month of each."""
    class_of_month = np.zeros(sum(months), dtype=np.int64)
    last_month: list[list[int]] = []
    column = 0
    for window in months:
        lasts = [0]
        for month in range(1, window):
            if (period[:, column + month] == period[:, column + month - 1]).all():
                lasts[-1] = month
            else:
                lasts.append(month)
            class_of_month[column + month] = len(lasts) - 1
        last_month.append(lasts)
        column += window
    class_ptr = np.concatenate([[0], np.cumsum([len(lasts) for lasts in last_month])]).astype(np.int64)
    return class_of_month, class_ptr, last_month
