"""People by period, for costs that follow them: counted from the same lives, and only where a deal asks for them."""

from __future__ import annotations

import numpy as np

from risksim.engine.enrolment import expected_by_month
from risksim.engine.leaving import still_there
from risksim.engine.lives import attend
from risksim.engine.words import KeyArray
from risksim.kernels import heads
from risksim.plan.layout import FINISHED, JOINED, LANES, NEVER, FloatArray, IntArray, Plan, Stops


def wanted(plan: Plan) -> IntArray:
    """The measures of people, whatever their outcomes."""
    return np.flatnonzero(plan.measures.outcome < 0).astype(np.int64)


def period_of_month(plan: Plan) -> IntArray:
    """The first period on or after the day of each contract month, -1 after the last: int64[contract month]."""
    period = np.searchsorted(plan.calendar.ordinal, plan.calendar.month_ordinal).astype(np.int64)
    return np.where(period < plan.calendar.ordinal.size, period, -1)


def planned_heads(plan: Plan, measured: FloatArray) -> FloatArray | None:
    """What is measured before any path of a block is stopped, where costs follow the people and the deal may end early;
    None otherwise. What is kept or called for costs to come does not know of a stop.
    """
    return measured.copy() if plan.ending is not None and wanted(plan).size else None


def count_heads(
    plan: Plan, key: KeyArray, first_path: int, inputs: FloatArray, stops: Stops | None = None
) -> FloatArray:
    """People by period on 64 paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    key : uint64[2]
        Key of the stream.
    first_path : int
        First path of the tile.
    inputs : float64[lane, input]
        Drawn inputs of the 64 paths.
    stops : Stops, optional
        How the 64 paths end; left out, they run to their end.

    Returns
    -------
    float64[lane, cohort, measure, period]
        Zero in every column of outcomes. [people]
    """
    columns, months = wanted(plan), period_of_month(plan)
    n_cohorts, n_periods = plan.cohorts.places.size, plan.calendar.years.size
    out = np.zeros((LANES, max(n_cohorts, 1), plan.measures.outcome.size, n_periods))
    if not columns.size:
        return out
    stop = stops.month if stops is not None else np.full(LANES, NEVER, dtype=np.int16)
    for cohort in range(n_cohorts):
        _, enrolled_at, left_at, _ = attend(plan, key, first_path, cohort, inputs, stops)
        counts = np.zeros((LANES, 3, n_periods))
        heads.count_heads(plan.cohorts.duration[cohort], stop, enrolled_at, left_at, months, counts)
        for m in columns:
            out[:, cohort, m] = counts[:, plan.measures.statistic[m] - JOINED]
    return out


def add_heads(
    plan: Plan,
    key: KeyArray,
    first_path: int,
    inputs: FloatArray,
    measured: FloatArray,
    stops: Stops | None = None,
) -> None:
    """Count people by period on every path of a block, where the deal asks for it.

    Parameters
    ----------
    plan, key, first_path
        As for `count_heads`.
    inputs : float64[path, input]
        A multiple of 64 paths.
    measured : float64[path, cohort, measure, period]
        The columns of people are filled.
    stops : Stops, optional
        How the paths end; left out, they run to their end.
    """
    columns = wanted(plan)
    if not columns.size:
        return
    for at in range(0, inputs.shape[0], LANES):
        lanes = slice(at, at + LANES)
        ends = None if stops is None else Stops(*(of_path[lanes] for of_path in stops))
        measured[lanes, :, columns] = count_heads(plan, key, first_path + at, inputs[lanes], ends)[:, :, columns]


def expect_heads(plan: Plan, measured: FloatArray, stops: Stops | None = None) -> None:
    """Expected people by period of a deal without uncertain inputs: as `add_heads`, on one path."""
    cohorts, months = plan.cohorts, period_of_month(plan)
    stop = NEVER if stops is None else int(stops.month[0])
    for m in wanted(plan):
        measured[0, :, m] = 0.0
        for c in range(cohorts.places.size):
            share = _share_by_month(plan, c, int(plan.measures.statistic[m]))
            for month, people in enumerate(expected_by_month(plan, c)):
                for later, part in enumerate(share):
                    # A course may end on the day of the stop; nothing begins on it.
                    ends = plan.measures.statistic[m] == FINISHED
                    over = month >= stop or month + later >= stop + ends
                    if months[month + later] >= 0 and not over:
                        measured[0, c, m, months[month + later]] += people * part


def _share_by_month(plan: Plan, cohort: int, statistic: int) -> list[float]:
    """The share of those who enrol in a month that counts in each month after it."""
    if statistic == JOINED:
        return [1.0]
    # Month j begins for all who have not left in one of the j before it.
    *months, end = still_there(plan, cohort)
    return [0.0] * len(months) + [end] if statistic == FINISHED else months
