"""Who enrols and when."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import Purpose, keys_of
from risksim.engine.dependence import words_of
from risksim.engine.leaving import leave
from risksim.engine.words import KeyArray, Words, on_lanes
from risksim.kernels import enrolment as kernels
from risksim.kernels.chances import enrolled_on_paths
from risksim.kernels.lives import enrolment_month
from risksim.kernels.words import fill_uniforms
from risksim.plan.layout import LANES, MOST_PEOPLE, NEVER, Arrivals, FloatArray, Int16Array, Int32Array, IntArray, Plan

DRAWN = 4_096
"""Futures over which people are averaged where there is no short formula for them. [paths]"""


def enrol(
    plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray
) -> tuple[Words, Int16Array, Int32Array]:
    """When the people of one cohort enrol on 64 paths if nothing stops: as `attend`, without who leaves."""
    if plan.arrivals is not None and plan.arrivals.in_turn[cohort]:
        return _enrol_in_turn(plan, plan.arrivals, key, first_path, cohort, inputs)
    cohorts = plan.cohorts
    months = slice(cohorts.month_ptr[cohort], cohorts.month_ptr[cohort + 1])
    ratio = on_lanes(cohorts.ratio_slot[cohort], cohorts.ratio_value[cohort], inputs)
    n_enrolled = np.empty(LANES, dtype=np.int32)
    enrolled_on_paths(cohorts.places[cohort], ratio, n_enrolled)
    words = words_of(plan, key, first_path, cohort, int(n_enrolled.max()), inputs)
    enrolled_at = np.empty(words.shape, np.int16)
    enrolment_month(words.draw(Purpose.ENROLMENT), cohorts.month_limit[months], n_enrolled, enrolled_at)
    return words, enrolled_at, n_enrolled


def _enrol_in_turn(
    plan: Plan, arrivals: Arrivals, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray
) -> tuple[Words, Int16Array, Int32Array]:
    """The same where people come in one after the other; whoever comes in but never starts has NEVER."""
    words, arrived, last = come_in(plan, key, first_path, cohort, inputs)
    n_months = int(plan.cohorts.month_ptr[cohort + 1] - plan.cohorts.month_ptr[cohort])
    until = last - (arrivals.closes[cohort] - 1) + arrivals.until[cohort]  # which moves with the window
    last_start = last + arrivals.lingers[cohort]
    enrolled_at = left_at = np.full(words.shape, NEVER, np.int16)
    while True:
        before, enrolled_at = enrolled_at, np.empty(words.shape, np.int16)
        kernels.start_in_turn(
            arrived,
            left_at,
            before,
            plan.cohorts.places[cohort],
            arrivals.per_month[cohort],
            arrivals.patience[cohort],
            arrivals.within[cohort],
            until,
            last_start,
            n_months,
            enrolled_at,
        )
        # Whoever is replaced left before the other starts, so each round settles at least one more month.
        if arrivals.within[cohort] == 0 or (enrolled_at == before).all():
            break
        left_at = leave(plan, words, cohort, inputs, enrolled_at)
    return words, enrolled_at, (enrolled_at != NEVER).sum(axis=0).astype(np.int32)


def come_in(
    plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray
) -> tuple[Words, Int16Array, IntArray]:
    """When people come in, in a cohort where they start in turn.

    Parameters
    ----------
    plan, key, first_path, cohort, inputs
        As for `enrol`.

    Returns
    -------
    Words
    int16[person, lane]
        When each comes in, NEVER for who does not. [month]
    int64[lane]
        The last month of the window. [month]
    """
    arrivals, cohorts = plan.arrivals, plan.cohorts
    assert arrivals is not None
    drawn = bool(arrivals.drawn[cohort])
    numbers = (arrivals.speed_slot, arrivals.speed_value) if drawn else (cohorts.ratio_slot, cohorts.ratio_value)
    ratio = on_lanes(numbers[0][cohort], numbers[1][cohort], inputs)
    luck = on_lanes(arrivals.luck_slot[cohort], arrivals.luck_value[cohort], inputs)
    if np.isnan(luck[0]):  # averaged: nobody is rounded, the number itself is drawn in each future
        fill_uniforms(key, first_path, int(Purpose.INPUT), arrivals.address[cohort], luck)
    n_come = np.empty(LANES, dtype=np.int32)
    kernels.people_who_come(drawn, cohorts.places[cohort], ratio, luck, MOST_PEOPLE, n_come)
    words = words_of(plan, key, first_path, cohort, int(n_come.max()), inputs)
    arrived = np.empty(words.shape, np.int16)
    months = slice(cohorts.month_ptr[cohort], cohorts.month_ptr[cohort + 1])
    enrolment_month(words.draw(Purpose.ENROLMENT), cohorts.month_limit[months], n_come, arrived)
    late = on_lanes(arrivals.late_slot[cohort], arrivals.late_value[cohort], inputs)
    last = np.empty(LANES, np.int64)
    kernels.start_late(late, arrivals.latest[cohort], arrivals.moves[cohort], arrivals.closes[cohort], last, arrived)
    return words, arrived, last


def expected_by_month(plan: Plan, cohort: int) -> FloatArray:
    """Expected people who enrol in each month in which anybody may, of a deal without uncertain inputs: float64[month].

    The mean of `DRAWN` futures where people start in turn.
    """
    cohorts = plan.cohorts
    months = slice(cohorts.month_ptr[cohort], cohorts.month_ptr[cohort + 1])
    if plan.arrivals is None or not plan.arrivals.in_turn[cohort]:
        people = min(float(cohorts.places[cohort]), cohorts.ratio_value[cohort] * cohorts.places[cohort])
        return np.asarray(people * cohorts.month_weight[months])
    key, counts = keys_of(0, plan.stream), np.zeros(months.stop - months.start)
    for first in range(0, DRAWN, LANES):
        _, enrolled_at, _ = enrol(plan, key, first, cohort, np.empty((LANES, 0)))
        counts += np.bincount(enrolled_at[enrolled_at != NEVER], minlength=counts.size)
    return counts / DRAWN
