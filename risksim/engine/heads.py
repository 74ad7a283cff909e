"""People by period, for costs that follow them: counted from the same lives, and only where a deal asks for them."""

from __future__ import annotations

import numpy as np

from risksim.engine.lives import KeyArray, live_tile
from risksim.kernels import heads
from risksim.plan.layout import JOINED, LANES, FloatArray, IntArray, Plan


def wanted(plan: Plan) -> IntArray:
    """The measures of people, whatever their outcomes."""
    return np.flatnonzero(plan.measures.outcome < 0).astype(np.int64)


def period_of_month(plan: Plan) -> IntArray:
    """The first period on or after the day of each contract month, -1 after the last: int64[contract month]."""
    period = np.searchsorted(plan.calendar.ordinal, plan.calendar.month_ordinal).astype(np.int64)
    return np.where(period < plan.calendar.ordinal.size, period, -1)


def count_heads(plan: Plan, key: KeyArray, first_path: int, inputs: FloatArray) -> FloatArray:
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
    people_only = plan._replace(outcomes=plan.outcomes._replace(address=plan.outcomes.address[:0]))
    for cohort in range(n_cohorts):
        tile = live_tile(people_only, key, first_path, cohort, inputs)
        counts = np.zeros((LANES, 3, n_periods))
        heads.count_heads(plan.cohorts.duration[cohort], tile.enrolled_at, tile.left_at, months, counts)
        for m in columns:
            out[:, cohort, m] = counts[:, plan.measures.statistic[m] - JOINED]
    return out


def add_heads(plan: Plan, key: KeyArray, first_path: int, inputs: FloatArray, measured: FloatArray) -> None:
    """Count people by period on every path of a block, where the deal asks for it.

    Parameters
    ----------
    plan, key, first_path
        As for `count_heads`.
    inputs : float64[path, input]
        A multiple of 64 paths.
    measured : float64[path, cohort, measure, period]
        The columns of people are filled.
    """
    columns = wanted(plan)
    if not columns.size:
        return
    for at in range(0, inputs.shape[0], LANES):
        lanes = slice(at, at + LANES)
        measured[lanes, :, columns] = count_heads(plan, key, first_path + at, inputs[lanes])[:, :, columns]


def expect_heads(plan: Plan, measured: FloatArray) -> None:
    """Expected people by period of a deal without uncertain inputs: as `add_heads`, on one path."""
    cohorts, months = plan.cohorts, period_of_month(plan)
    for m in wanted(plan):
        for c in range(cohorts.places.size):
            course, dropout = int(cohorts.duration[c]), float(cohorts.dropout_value[c])
            people = min(float(cohorts.places[c]), cohorts.ratio_value[c] * cohorts.places[c])
            # People leave evenly over the course: month j begins for all who have not left in one of the j before it.
            begin = [1.0 - dropout * j / course for j in range(course)]
            share = {0: [1.0], 1: begin, 2: [0.0] * course + [1.0 - dropout]}[int(plan.measures.statistic[m]) - JOINED]
            for month, weight in enumerate(cohorts.month_weight[cohorts.month_ptr[c] : cohorts.month_ptr[c + 1]]):
                for later, part in enumerate(share):
                    if months[month + later] >= 0:
                        measured[0, c, m, months[month + later]] += people * weight * part
