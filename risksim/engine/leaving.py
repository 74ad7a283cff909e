"""Who leaves and when, and who moves away."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.engine.addresses import Purpose
from risksim.engine.words import Words, limits_of, on_lanes
from risksim.kernels import leaving
from risksim.kernels.lives import leave_month
from risksim.plan.layout import EVENLY, KEPT, LANES, STAY_HERE, FloatArray, Int16Array, Plan, WordArray


class Law(NamedTuple):
    """How the people of one cohort leave on 64 paths."""

    way: int
    """EVENLY, BY_SHARE, BY_MONTH or STAYS."""
    share: FloatArray
    """float64[lane]: the share who leave by the end of the course. [1]"""
    rate: FloatArray
    """float64[lane]: rate of the Weibull law; nothing where people leave evenly. [1/month**shape]"""
    shape: float
    """Its shape. [1]"""


def law_of(plan: Plan, cohort: int, inputs: FloatArray, *, together: bool = True) -> Law:
    """How the people of one cohort leave on 64 paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    cohort : int
        Which cohort.
    inputs : float64[lane, input]
        Drawn inputs of the 64 paths.
    together : bool
        Whether a monthly chance to leave is read together with that of the outcome beside it.
    """
    own = plan.leaving
    share = on_lanes(plan.cohorts.dropout_slot[cohort], plan.cohorts.dropout_value[cohort], inputs)
    if own is None or own.way[cohort] == EVENLY:
        return Law(EVENLY, share, np.zeros(LANES), 1.0)
    levels = on_lanes(own.level_slot[cohort], own.level_value[cohort], inputs)
    odds = on_lanes(own.odds_slot[cohort], own.odds_value[cohort], inputs)
    beside = _monthly(plan, int(own.beside[cohort]), inputs) if together else np.zeros(LANES)
    shares, rates, way = np.empty(LANES), np.empty(LANES), int(own.way[cohort])
    shape, duration = float(own.shape[cohort]), plan.cohorts.duration[cohort]
    leaving.leaving_law(way, levels, odds, shape, duration, beside, shares, rates)
    return Law(way, shares if own.reckoned[cohort] else share, rates, shape)


def _monthly(plan: Plan, outcome: int, inputs: FloatArray) -> FloatArray:
    """The monthly chance of an outcome; 0 for none: float64[lane]."""
    if outcome < 0 or plan.processes is None:
        return np.zeros(LANES)
    at = plan.processes.first_number[outcome]
    return on_lanes(plan.processes.number_slot[at], plan.processes.number_value[at], inputs)


def leaving_words(words: Words) -> WordArray:
    """The words that decide who leaves and when, low for who leaves early: uint32[person, lane]."""
    return words.draw(Purpose.DROPOUT)


def leave(plan: Plan, words: Words, cohort: int, inputs: FloatArray, enrolled_at: Int16Array) -> Int16Array:
    """When the people of one cohort leave on 64 paths if nothing stops.

    Parameters
    ----------
    plan : Plan
        The deal.
    words : Words
        The cohort's words.
    cohort : int
        Which cohort.
    inputs : float64[lane, input]
        Drawn inputs of the 64 paths.
    enrolled_at : int16[person, lane]
        When each enrols. [month]

    Returns
    -------
    int16[person, lane]
        When each leaves, NEVER for who stays to the end of the course. [month]
    """
    left_at, duration = np.empty(words.shape, np.int16), plan.cohorts.duration[cohort]
    law = law_of(plan, cohort, inputs)
    if law.way == EVENLY:
        leave_month(leaving_words(words), limits_of(law.share), law.share, duration, enrolled_at, left_at)
    else:
        leaving.leave_after(stay_on_course(plan, words, cohort, inputs), duration, enrolled_at, left_at)
    moved_at = move(plan, words, cohort, inputs, enrolled_at)
    if moved_at is not None and plan.leaving is not None and plan.leaving.then[cohort] > KEPT:
        leaving.end_by_move(moved_at, duration, enrolled_at, left_at)
    return left_at


def stay_on_course(plan: Plan, words: Words, cohort: int, inputs: FloatArray) -> FloatArray:
    """How long each person stays on the course, stops and moves apart: float64[person, lane], infinite for who does not
    leave it. [month]
    """
    law, stays = law_of(plan, cohort, inputs), np.empty(words.shape)
    leaving.months_on_course(
        law.way == EVENLY,
        leaving_words(words),
        limits_of(law.share),
        law.share,
        law.rate,
        law.shape,
        plan.cohorts.duration[cohort],
        stays,
    )
    return stays


def move(plan: Plan, words: Words, cohort: int, inputs: FloatArray, enrolled_at: Int16Array) -> Int16Array | None:
    """When the people of one cohort move away on 64 paths: int16[person, lane]; None where nobody does. [month]"""
    own = plan.leaving
    if own is None or own.then[cohort] == STAY_HERE:
        return None
    moved_at = np.empty(words.shape, np.int16)
    yearly = on_lanes(own.yearly_slot[cohort], own.yearly_value[cohort], inputs)
    leaving.move_month(words.draw(Purpose.MOVE), yearly, enrolled_at, moved_at)
    return moved_at


def still_there(plan: Plan, cohort: int) -> list[float]:
    """The share of those who enrol that is still on the course at the start of each month, and at its end: of a deal
    without uncertain inputs.
    """
    law, duration = law_of(plan, cohort, np.empty((1, 0))), int(plan.cohorts.duration[cohort])
    there = [leaving.staying(law.way, law.share[0], law.rate[0], law.shape, duration, j) for j in range(duration)]
    there.append(1.0 - law.share[0])
    own = plan.leaving
    if own is None or own.then[cohort] <= KEPT:
        return there
    return [share * leaving.staying_here(own.yearly_value[cohort], j) for j, share in enumerate(there)]
