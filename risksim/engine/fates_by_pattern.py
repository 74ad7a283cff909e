"""The fates of deals whose people are counted by pattern.

Who stays can be seen or not, who leaves can be seen or not, and each outcome is a component of its own, met or not. The
law is that of `risksim.kernels.patterns`.
"""

from __future__ import annotations

import numpy as np

from risksim.engine.chances import rates_in
from risksim.engine.fates import Chances, Fates
from risksim.engine.words import KeyArray
from risksim.kernels.chances import enrolled_on_paths
from risksim.kernels.patterns import HEAD
from risksim.plan.layout import ABLE, ACHIEVED, ELIGIBLE, ENROLLED, FIRST, MEASURED, SUM, FloatArray, Plan

STAY_SEEN, STAY_UNSEEN, LEFT_SEEN, LEFT_UNSEEN = range(4)
STAYERS, SEEN_POOLS = (STAY_SEEN, STAY_UNSEEN), (STAY_SEEN, LEFT_SEEN)


def fates_of(plan: Plan, cohort: int) -> Fates:
    """The fates of the people of one cohort."""
    outcomes, measures = plan.outcomes, plan.measures
    n_outcomes = outcomes.address.size
    adds: list[tuple[int, int, int, int]] = []
    counts: list[tuple[int, int, int, int]] = []
    later: list[tuple[int, int, int, int]] = []
    for k in range(n_outcomes):
        met, missed, row = 2 * k, 2 * k + 1, int(outcomes.first_row[k])
        column = HEAD + 2 * k
        of = (STAY_SEEN, STAY_UNSEEN, LEFT_SEEN, LEFT_UNSEEN) if outcomes.population[k] == ENROLLED else STAYERS
        for pool in of:
            seen = pool in SEEN_POOLS
            counts.append((met, pool, column, -1))
            if seen:
                counts.append((met, pool, column + 1, row))
            for m in np.flatnonzero((measures.outcome == k) & (measures.statistic <= SUM)):
                whole = measures.statistic[m] == ELIGIBLE and outcomes.population[k] != MEASURED
                patterns = [met] if measures.statistic[m] == SUM else [met, missed]
                adds.extend((pattern, pool, int(m), row) for pattern in patterns if seen or whole)
            for m in np.flatnonzero((measures.outcome == k) & (measures.statistic >= ABLE)):
                patterns = [met] if measures.statistic[m] in (ACHIEVED, FIRST) else [met, missed]
                later.extend((pattern, pool, int(m), row) for pattern in patterns)
    months = slice(plan.cohorts.month_ptr[cohort], plan.cohorts.month_ptr[cohort + 1])
    classes = slice(plan.cohorts.class_ptr[cohort], plan.cohorts.class_ptr[cohort + 1])
    chance: FloatArray = np.bincount(
        plan.cohorts.class_of_month[months], plan.cohorts.month_weight[months], classes.stop - classes.start
    ).astype(np.float64)
    return Fates(
        pool_head=np.array([[1, 1, 0, 0], [1, 1, 0, 1], [1, 0, 1, 0], [1, 0, 1, 1]], dtype=np.int64),
        class_of_pool=np.full(4, -1, dtype=np.int64),
        first_pattern=2 * np.arange(n_outcomes + 1, dtype=np.int64),
        adds=np.array(adds, dtype=np.int64).reshape(-1, 4),
        counts=np.array(counts, dtype=np.int64).reshape(-1, 4),
        period=np.ascontiguousarray(outcomes.period_of_class[:, classes]),
        class_chance=chance,
        later=np.array(later, dtype=np.int64).reshape(-1, 4),
    )


def chances_of(plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray) -> Chances:
    """The chances of these fates on some paths, as `risksim.engine.rich_fates.chances_of`."""
    cohorts, outcomes, n_paths = plan.cohorts, plan.outcomes, inputs.shape[0]
    ratio = _column(cohorts.ratio_slot[cohort], cohorts.ratio_value[cohort], inputs)
    n_enrolled = np.empty(n_paths, dtype=np.int64)
    enrolled_on_paths(cohorts.places[cohort], ratio, n_enrolled)
    leaves = _column(cohorts.dropout_slot[cohort], cohorts.dropout_value[cohort], inputs)
    hidden = _column(cohorts.unmeasured_slot[cohort], cohorts.unmeasured_value[cohort], inputs)
    stays, seen = 1.0 - leaves, 1.0 - hidden
    pool = np.stack([stays * seen, stays * hidden, leaves * seen, leaves * hidden], axis=1)
    pattern = np.empty((n_paths, 2 * outcomes.address.size, 4))
    rates = rates_in(plan, key, first_path, cohort, inputs)
    for k in range(outcomes.address.size):
        rate = _column(outcomes.rate_slot[k], outcomes.rate_value[k], inputs) if rates is None else rates[:, k]
        pattern[:, 2 * k] = np.clip(rate, 0.0, 1.0)[:, np.newaxis]
        if outcomes.population[k] != ENROLLED:
            pattern[:, 2 * k, LEFT_SEEN:] = 0.0
    pattern[:, 1::2] = 1.0 - pattern[:, ::2]
    return Chances(n_enrolled, pool, pattern)


def _column(slot: int, value: float, inputs: FloatArray) -> FloatArray:
    return np.ascontiguousarray(inputs[:, slot]) if slot >= 0 else np.full(inputs.shape[0], value)
