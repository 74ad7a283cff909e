"""Lives month by month: the form behind `explain`, drawn from the same words as the counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.engine.addresses import Purpose
from risksim.kernels.chances import enrolled_people, limits
from risksim.kernels.lives import enrolment_month, leave_month, measurable, met_month, meter
from risksim.kernels.patterns import HEAD
from risksim.kernels.words import fill_persons
from risksim.plan.layout import LANES, NEVER, RESULT, FloatArray, Int16Array, Int32Array, IntArray, Plan, WordArray

KeyArray = npt.NDArray[np.uint64]


class Tile(NamedTuple):
    """One cohort on 64 paths. Months are contract months, NEVER where it does not happen."""

    enrolled_at: Int16Array
    """int16[person, lane]. [month]"""
    left_at: Int16Array
    """int16[person, lane]. [month]"""
    seen: npt.NDArray[np.uint8]
    """uint8[person, lane]: 1 where outcomes can be measured."""
    met_at: Int16Array
    """int16[outcome, person, lane]. [month]"""
    n_enrolled: Int32Array
    """int32[lane]. [people]"""


def _on_lanes(slot: int, value: float, inputs: FloatArray) -> FloatArray:
    return np.ascontiguousarray(inputs[:, slot]) if slot >= 0 else np.full(LANES, value)


def _limits(chances: FloatArray) -> WordArray:
    out = np.empty(chances.size, dtype=np.uint32)
    limits(chances, out)
    return out


def live_tile(plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray) -> Tile:
    """Draw the lives of one cohort on 64 paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    key : uint64[2]
        Key of the stream.
    first_path : int
        First path of the tile.
    cohort : int
        Which cohort.
    inputs : float64[lane, input]
        Drawn inputs of the 64 paths.

    Returns
    -------
    Tile
    """
    cohorts, outcomes = plan.cohorts, plan.outcomes
    months = slice(cohorts.month_ptr[cohort], cohorts.month_ptr[cohort + 1])
    ratio = _on_lanes(cohorts.ratio_slot[cohort], cohorts.ratio_value[cohort], inputs)
    n_enrolled = np.array([enrolled_people(cohorts.places[cohort], r) for r in ratio], dtype=np.int32)
    n_quads = max(-(-int(n_enrolled.max()) // 4), 1)
    words = np.empty((4 * n_quads, LANES), dtype=np.uint32)

    def draw(purpose: Purpose, outcome: int = 0) -> WordArray:
        fill_persons(key, first_path, int(purpose), cohort, outcome, 0, n_quads, words)
        return words

    shape = words.shape
    enrolled_at, left_at = np.empty(shape, np.int16), np.empty(shape, np.int16)
    seen = np.empty(shape, np.uint8)
    met_at = np.empty((outcomes.address.size, *shape), np.int16)
    enrolment_month(draw(Purpose.ENROLMENT), cohorts.month_limit[months], n_enrolled, enrolled_at)
    dropout = _on_lanes(cohorts.dropout_slot[cohort], cohorts.dropout_value[cohort], inputs)
    leave_month(draw(Purpose.DROPOUT), _limits(dropout), dropout, cohorts.duration[cohort], enrolled_at, left_at)
    unmeasured = _on_lanes(cohorts.unmeasured_slot[cohort], cohorts.unmeasured_value[cohort], inputs)
    measurable(draw(Purpose.MEASUREMENT), _limits(unmeasured), enrolled_at, seen)
    for k in range(outcomes.address.size):
        rate = _on_lanes(outcomes.rate_slot[k], outcomes.rate_value[k], inputs)
        met_month(
            draw(Purpose.SUCCESS, int(outcomes.address[k])),
            _limits(rate),
            outcomes.population[k],
            outcomes.measured_month[k, months],
            enrolled_at,
            left_at,
            met_at[k],
        )
    return Tile(enrolled_at, left_at, seen, met_at, n_enrolled)


def live_block(
    plan: Plan, key: KeyArray, first_path: int, inputs: FloatArray, measured: FloatArray, headcount: Int32Array
) -> None:
    """Live every cohort of every path of a block and meter it.

    Parameters
    ----------
    plan, key, first_path
        As for `live_tile`.
    inputs : float64[path, input]
        A multiple of 64 paths.
    measured : float64[path, cohort, measure, period]
        Filled in full.
    headcount : int32[path, cohort, count]
        Filled in full.
    """
    measured[:] = 0.0
    for at in range(0, inputs.shape[0], LANES):
        lanes = slice(at, at + LANES)
        for cohort in range(plan.cohorts.places.size):
            tile = live_tile(plan, key, first_path + at, cohort, inputs[lanes])
            meters = [meter_tile(plan, cohort, k, tile) for k in range(plan.outcomes.address.size)]
            for m, (k, statistic) in enumerate(zip(plan.measures.outcome, plan.measures.statistic, strict=True)):
                if k >= 0 and statistic != RESULT:
                    measured[lanes, cohort, m] = meters[k][:, statistic]
            headcount[lanes, cohort] = head_of(tile, meters)


def meter_tile(plan: Plan, cohort: int, outcome: int, tile: Tile) -> FloatArray:
    """What the contract measures of one outcome: float64[lane, statistic, period]."""
    months = slice(plan.cohorts.month_ptr[cohort], plan.cohorts.month_ptr[cohort + 1])
    out = np.zeros((LANES, 3, plan.calendar.years.size))
    periods: IntArray = plan.outcomes.period_of_month[outcome, months]
    meter(
        plan.outcomes.population[outcome], tile.enrolled_at, tile.left_at, tile.seen, tile.met_at[outcome], periods, out
    )
    return out


def head_of(tile: Tile, meters: list[FloatArray]) -> Int32Array:
    """People counted: int32[lane, count], as `PathResults.headcount`."""
    enrolled = tile.enrolled_at != NEVER
    left = tile.left_at != NEVER
    counts = np.empty((LANES, HEAD + 2 * len(meters)), dtype=np.int32)
    counts[:, 0] = enrolled.sum(axis=0)
    counts[:, 1] = (enrolled & ~left).sum(axis=0)
    counts[:, 2] = (enrolled & left).sum(axis=0)
    counts[:, 3] = (enrolled & (tile.seen == 0)).sum(axis=0)
    for k, metered in enumerate(meters):
        counts[:, HEAD + 2 * k] = (tile.met_at[k] != NEVER).sum(axis=0)
        counts[:, HEAD + 2 * k + 1] = metered[:, 2].sum(axis=1)
    return counts
