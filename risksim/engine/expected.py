"""Expectations instead of people: what the contract would measure if everybody were divisible."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import keys_of
from risksim.engine.effects import expect_groups, expected_groups, know_effects, numbers_on_paths
from risksim.engine.enrolment import DRAWN, expected_by_month
from risksim.engine.heads import expect_heads
from risksim.engine.lives import live_block
from risksim.engine.results import forget, know_results
from risksim.kernels.patterns import HEAD
from risksim.plan.layout import (
    ABLE,
    ACHIEVED,
    ELIGIBLE,
    ENROLLED,
    FIRST,
    LANES,
    MEASURED,
    NEVER,
    RESULT,
    SEEN,
    FloatArray,
    Plan,
    Stops,
)


def expected_people(plan: Plan, stops: Stops | None = None) -> FloatArray:
    """Expected measures of a deal without uncertain inputs.

    Exact where people can be counted by pattern. Where they are lived one by one, the mean of `DRAWN` futures: its
    error is that of one cohort as large as all of theirs together.

    Parameters
    ----------
    plan : Plan
        With every slot a constant.
    stops : Stops, optional
        How the one path ends; left out, it runs to its end.

    Returns
    -------
    float64[1, cohort, measure, period]
        Fractions of people. [people]
    """
    cohorts, outcomes, measures = plan.cohorts, plan.outcomes, plan.measures
    n_cohorts, n_periods = cohorts.places.size, plan.calendar.years.size
    if not plan.by_pattern:
        return _drawn_people(plan, stops)
    out = np.zeros((1, max(n_cohorts, 1), measures.outcome.size, n_periods))
    for c in range(n_cohorts):
        by_month = expected_by_month(plan, c)
        visible = 1.0 - cohorts.unmeasured_value[c]
        for m, (k, statistic) in enumerate(zip(measures.outcome, measures.statistic, strict=True)):
            if k < 0 or statistic == RESULT:
                continue
            able = 1.0 if outcomes.population[k] == ENROLLED else 1.0 - cohorts.dropout_value[c]
            share = able * visible
            if statistic >= ABLE:
                share = able * outcomes.rate_value[k] if statistic in (ACHIEVED, FIRST) else able
            elif statistic == ELIGIBLE and outcomes.population[k] != MEASURED:
                share = able
            elif statistic not in (ELIGIBLE, SEEN):
                share *= outcomes.rate_value[k]
            for month, n in enumerate(by_month):
                period = outcomes.period_of_month[k, cohorts.month_ptr[c] + month]
                counts = stops is None or still_counts(plan, c, k, month, stops, pays=bool(statistic < ABLE))
                if period >= 0 and counts:
                    out[0, c, m, period] += n * share
    _know(plan, stops, out)
    return out


def _know(plan: Plan, stops: Stops | None, out: FloatArray) -> None:
    """People for costs, results and effects beside what is expected of outcomes of persons."""
    expect_heads(plan, out, stops)
    know_results(plan, np.empty((1, 0)), out)
    if plan.effects.measure.size:
        numbers = numbers_on_paths(plan, np.empty((1, 0)))
        expect_groups(plan, numbers, stops)
        know_effects(plan, numbers, expected_groups(plan, numbers), out)
    if stops is not None:
        forget(plan, stops.counted, out)


def _drawn_people(plan: Plan, stops: Stops | None) -> FloatArray:
    n_cohorts, n_periods = plan.cohorts.places.size, plan.calendar.years.size
    measured = np.empty((LANES, n_cohorts, plan.measures.outcome.size, n_periods))
    headcount = np.empty((LANES, n_cohorts, HEAD + 2 * plan.outcomes.address.size), dtype=np.int32)
    key = keys_of(0, plan.stream)
    everybody, filled = every_place(plan)
    ends = None if stops is None else Stops(*(np.repeat(of_path, LANES) for of_path in stops))
    total = np.zeros((1, *measured.shape[1:]))
    for first in range(0, DRAWN, LANES):  # a tile at a time: a deal may have thousands of cohorts
        live_block(everybody, key, first, np.empty((LANES, 0)), measured, headcount, ends)
        for future in measured:
            total[0] += future
    out: FloatArray = total / DRAWN * filled[:, np.newaxis, np.newaxis]
    _know(plan, stops, out)
    return out


def every_place(plan: Plan) -> tuple[Plan, FloatArray]:
    """A deal in which every place is lived, and how far each cohort is filled: float64[cohort]. [1]"""
    n_cohorts = plan.cohorts.places.size
    # Every place is lived, and counts as far as it is filled: nobody is rounded to a whole person. Where people start
    # in turn, the futures themselves differ in how many come in.
    in_turn = np.zeros(n_cohorts, bool) if plan.arrivals is None else plan.arrivals.in_turn == 1
    filled = np.where(in_turn, 1.0, np.minimum(plan.cohorts.ratio_value, 1.0))
    ratio = np.where(in_turn, plan.cohorts.ratio_value, 1.0)
    return plan._replace(cohorts=plan.cohorts._replace(ratio_value=ratio)), filled


def expected_enrolled(plan: Plan) -> FloatArray:
    """Expected people who enrol before the day of each decision to end early: float64[1, early end]."""
    assert plan.ending is not None
    cohorts = range(plan.cohorts.places.size)
    return np.array([[sum(expected_by_month(plan, c)[:month].sum() for c in cohorts) for month in plan.ending.month]])


def still_counts(plan: Plan, cohort: int, outcome: int, month: int, stops: Stops, *, pays: bool = True) -> bool:
    """Whether people who enrol in a month can still meet an outcome, if the programme stops, and, where it pays, so
    early that it counts.
    """
    assert plan.ending is not None
    stop, column = int(stops.month[0]), plan.cohorts.month_ptr[cohort] + month
    enrols = month < stop
    completes = month + plan.cohorts.duration[cohort] <= stop or stop == NEVER
    able = plan.outcomes.population[outcome] == ENROLLED or completes
    in_time = not pays or plan.ending.measured_by[outcome, column] <= stops.counted[0]
    return bool(enrols and able and in_time)
