"""Lives person by person: the form behind `explain`, and behind deals whose people cannot be counted by pattern."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.engine.addresses import Purpose
from risksim.engine.chances import rates_in
from risksim.engine.dependence import TiedWords
from risksim.engine.enrolment import enrol
from risksim.engine.fates import everybody_in
from risksim.engine.leaving import leave, move
from risksim.engine.processes import live_outcomes, meter_cards
from risksim.engine.words import KeyArray, Words, limits_of, on_lanes
from risksim.kernels.ending import forget_late, stop_lives
from risksim.kernels.lives import count_heads, measurable
from risksim.kernels.patterns import HEAD
from risksim.kernels.processes import count_worth, meter
from risksim.plan.layout import (
    ABLE,
    CARD,
    LANES,
    RESULT,
    FloatArray,
    Int16Array,
    Int32Array,
    Plan,
    Stops,
)

STATISTICS = 5


class Tile(NamedTuple):
    """One cohort on 64 paths. Months are contract months, NEVER where it does not happen."""

    enrolled_at: Int16Array
    """int16[person, lane]. [month]"""
    left_at: Int16Array
    """int16[person, lane]. [month]"""
    seen: npt.NDArray[np.uint8]
    """uint8[person, lane]: 1 where outcomes can be measured."""
    worth: FloatArray
    """float64[row, person, lane]: 1 where an outcome is met at a measurement, 0 where it is not, or an amount; nan for
    people it does not speak of."""
    n_enrolled: Int32Array
    """int32[lane]. [people]"""
    moved_at: Int16Array | None = None
    """int16[person, lane]; None where nobody moves away. [month]"""


def live_tile(
    plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray, stops: Stops | None = None
) -> Tile:
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
    stops : Stops, optional
        How the 64 paths end; left out, they run to their end.

    Returns
    -------
    Tile
    """
    cohorts = plan.cohorts
    months = slice(cohorts.month_ptr[cohort], cohorts.month_ptr[cohort + 1])
    words, enrolled_at, left_at, n_enrolled = attend(plan, key, first_path, cohort, inputs, stops)
    moved_at = move(plan, words, cohort, inputs, enrolled_at)
    worth = live_outcomes(plan, words, months, inputs, enrolled_at, left_at, moved_at)
    seen = measure(plan, words, inputs, worth, enrolled_at, left_at)
    return Tile(enrolled_at, left_at, seen, worth, n_enrolled, moved_at)


def measure(
    plan: Plan, words: Words, inputs: FloatArray, worth: FloatArray, enrolled_at: Int16Array, left_at: Int16Array
) -> npt.NDArray[np.uint8]:
    """Who of one cohort can be measured on 64 paths: uint8[person, lane]; worth as `Tile.worth`."""
    cohorts, cohort = plan.cohorts, words.cohort
    looks_at = -1 if plan.unlike is None else int(plan.unlike.outcome[cohort])
    if looks_at >= 0 and isinstance(words, TiedWords):
        rates = rates_in(plan, words.key, words.first_path, cohort, inputs)
        slot, value = plan.outcomes.rate_slot[looks_at], plan.outcomes.rate_value[looks_at]
        rate = on_lanes(slot, value, inputs) if rates is None else np.ascontiguousarray(rates[:, looks_at])
        first = worth[plan.outcomes.first_row[looks_at]]
        return words.seen(looks_at, rate, first, enrolled_at, left_at)
    seen = np.empty(words.shape, np.uint8)
    unmeasured = on_lanes(cohorts.unmeasured_slot[cohort], cohorts.unmeasured_value[cohort], inputs)
    measurable(words.draw(Purpose.MEASUREMENT), limits_of(unmeasured), enrolled_at, seen)
    return seen


def attend(
    plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray, stops: Stops | None = None
) -> tuple[Words, Int16Array, Int16Array, Int32Array]:
    """When the people of one cohort enrol and leave on 64 paths, as `live_tile`.

    Returns
    -------
    Words
    int16[person, lane]
        When each enrols. [month]
    int16[person, lane]
        When each leaves. [month]
    int32[lane]
        How many enrol if nothing stops. [people]
    """
    words, enrolled_at, n_enrolled = enrol(plan, key, first_path, cohort, inputs)
    left_at = leave(plan, words, cohort, inputs, enrolled_at)
    if stops is not None:
        stop_lives(stops.month, plan.cohorts.duration[cohort], enrolled_at, left_at)
    return words, enrolled_at, left_at, n_enrolled


def live_block(
    plan: Plan,
    key: KeyArray,
    first_path: int,
    inputs: FloatArray,
    measured: FloatArray,
    headcount: Int32Array,
    stops: Stops | None = None,
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
    stops : Stops, optional
        How the paths end; left out, they run to their end.
    """
    measured[:] = 0.0
    for at in range(0, inputs.shape[0], LANES):
        lanes = slice(at, at + LANES)
        ends = None if stops is None else Stops(*(of_path[lanes] for of_path in stops))
        for cohort in range(plan.cohorts.places.size):
            tile = live_tile(plan, key, first_path + at, cohort, inputs[lanes], ends)
            counted = counted_worth(plan, cohort, tile, ends)
            measured[lanes, cohort] = meter_tile(plan, cohort, tile, counted, inputs[lanes])
            headcount[lanes, cohort] = head_of(plan, cohort, tile, counted)


def counted_worth(plan: Plan, cohort: int, tile: Tile, stops: Stops | None) -> FloatArray:
    """What measurements are worth to the contract: `Tile.worth` without those that come too late after a stop."""
    if stops is None or plan.ending is None:
        return tile.worth
    months = slice(plan.cohorts.month_ptr[cohort], plan.cohorts.month_ptr[cohort + 1])
    worth = tile.worth.copy()
    for row in range(worth.shape[0]):
        forget_late(stops.counted, plan.ending.measured_by[row, months], tile.enrolled_at, worth[row])
    return worth


def meter_tile(plan: Plan, cohort: int, tile: Tile, worth: FloatArray, inputs: FloatArray) -> FloatArray:
    """What the contract measures of a cohort: float64[lane, measure, period]; 0 for results without persons.

    `worth` is that of `counted_worth`.
    """
    months = slice(plan.cohorts.month_ptr[cohort], plan.cohorts.month_ptr[cohort + 1])
    measures, n_periods = plan.measures, plan.calendar.years.size
    out = np.zeros((LANES, measures.outcome.size, n_periods))
    row_outcome = np.repeat(np.arange(plan.outcomes.address.size), np.diff(plan.outcomes.first_row))
    for row, outcome in enumerate(row_outcome):
        wanted = np.flatnonzero(
            (measures.rows[:, row] == 1) & (measures.statistic < ABLE) & ~np.isin(measures.statistic, (CARD, RESULT))
        )
        if not wanted.size:
            continue
        seen = np.zeros((LANES, STATISTICS, n_periods))
        period = plan.outcomes.period_of_month[row, months]
        meter(plan.outcomes.population[outcome], worth[row], tile.seen, tile.enrolled_at, period, seen)
        for m in wanted:
            out[:, m] += seen[:, measures.statistic[m]]
    for m in np.flatnonzero(measures.statistic == CARD):
        out[:, m] = meter_cards(plan, int(measures.outcome[m]), months, tile, worth, inputs)
    for outcome in np.unique(measures.outcome[measures.statistic >= ABLE]):
        found = true_counts(plan, cohort, tile, int(outcome))
        for m in np.flatnonzero((measures.outcome == outcome) & (measures.statistic >= ABLE)):
            out[:, m] = found[:, measures.statistic[m] - ABLE]
    return out


def true_counts(plan: Plan, cohort: int, tile: Tile, outcome: int) -> FloatArray:
    """People of one outcome as they are, measured or not, whether it still counts for a contract or not.

    Returns
    -------
    float64[lane, statistic, period]
        ABLE, ACHIEVED, FIRST, WHOLE and WHOLE_EACH. [people]
    """
    from risksim.kernels import purse  # only where a deal has a public purse

    months = slice(plan.cohorts.month_ptr[cohort], plan.cohorts.month_ptr[cohort + 1])
    rows = slice(plan.outcomes.first_row[outcome], plan.outcomes.first_row[outcome + 1])
    out = np.zeros((LANES, 5, plan.calendar.years.size))
    periods = np.ascontiguousarray(plan.outcomes.period_of_month[rows, months])
    purse.count_true(tile.worth[rows], everybody_in(plan, outcome), tile.enrolled_at, tile.left_at, periods, out)
    return out


def head_of(plan: Plan, cohort: int, tile: Tile, worth: FloatArray) -> Int32Array:
    """People counted: int32[lane, count], as `PathResults.headcount`; `worth` is that of `counted_worth`."""
    months = slice(plan.cohorts.month_ptr[cohort], plan.cohorts.month_ptr[cohort + 1])
    first_row = plan.outcomes.first_row
    heads = np.empty((4, LANES), dtype=np.int32)
    count_heads(tile.enrolled_at, tile.left_at, tile.seen, heads)
    counts = np.zeros((LANES, HEAD + 2 * plan.outcomes.address.size), dtype=np.int32)
    counts[:, :4] = heads.T
    for k in range(plan.outcomes.address.size):
        for row in range(first_row[k], first_row[k + 1]):
            periods = plan.outcomes.period_of_month[row, months]
            columns = counts[:, HEAD + 2 * k : HEAD + 2 * k + 2]
            count_worth(tile.worth[row], worth[row], tile.seen, tile.enrolled_at, periods, columns)
    return counts
