"""What may become of a person of one cohort, as the contract sees it, and with what chance.

Given the inputs of a path and what its people share, the people of a cohort are independent and alike (but for when
they enrol). So everything that the contract counts of them follows from how many meet each *fate*, and those numbers
are multinomial. The conditional engine draws them without drawing a person.

A fate is told in three parts:

- a *pool*: whether a person stays or leaves (and when, as far as measurements tell), and can be measured or not;
- of every *component* one *pattern*: which measurements of a group of outcomes are met. Outcomes that hang together
  (through a gate, repeats that look at each other, or what goes together in one person) are one component; given the
  pool, components are independent;
- a *class*: the months of enrolment whose measurements all fall into the same periods.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.engine.chances import rates_in
from risksim.engine.words import KeyArray
from risksim.kernels.chances import enrolled_on_paths
from risksim.kernels.patterns import HEAD
from risksim.plan.layout import ELIGIBLE, ENROLLED, MEASURED, SUM, FloatArray, IntArray, Plan


class Fates(NamedTuple):
    """The fates of one cohort. Depends on the plan alone."""

    pool_head: IntArray
    """int64[pool, 4]: what one person of a pool adds to enrolled, completed, dropped out, unmeasured. [people]"""
    class_of_pool: IntArray
    """int64[pool]: the class in which all people of the pool are; -1 where a pool has people of every class."""
    first_pattern: IntArray
    """int64[component + 1]: where the patterns of each component begin; the last one of a component is the rest."""
    adds: IntArray
    """int64[add, 4]: pattern, pool, measure and row: one person of the pattern in the pool adds one to the measure, in
    the period in which the row is measured."""
    counts: IntArray
    """int64[count, 4]: pattern, pool, column of the head count and row: one person adds one to the column; where row is
    not -1, only if the row is measured at all in the person's class."""
    period: IntArray
    """int64[row, class]: period in which a row is measured, -1 where it never is."""
    class_chance: FloatArray
    """float64[class]: chance of each class, for pools with people of every class. [1]"""


class Chances(NamedTuple):
    """The chances of the fates of one cohort on some paths."""

    n_enrolled: IntArray
    """int64[path]. [people]"""
    pool: FloatArray
    """float64[path, pool]: sums to one over pools. [1]"""
    pattern: FloatArray
    """float64[path, pattern, pool]: sums to one over the patterns of each component. [1]"""


def obstacle(plan: Plan) -> str | None:
    """Why the fates of the people of a deal cannot be told; None where they can."""
    if not plan.by_pattern:
        return "its people cannot be counted by pattern (outcomes that hang together, amounts, or who starts when)"
    return None


def fates_of(plan: Plan, cohort: int) -> Fates:
    """The fates of the people of a cohort.

    Parameters
    ----------
    plan : Plan
        A deal without an `obstacle`.
    cohort : int
        Which cohort.

    Returns
    -------
    Fates
    """
    return _fates_by_pattern(plan, cohort)


def chances_of(plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray) -> Chances:
    """The chances of these fates on consecutive paths.

    Parameters
    ----------
    plan : Plan
        A deal without an `obstacle`.
    key : uint64[8] or uint64[9]
        Keys of the run; those of `pointed` take what a cohort shares from quasi-random points.
    first_path : int
        First path, a multiple of 64.
    cohort : int
        Which cohort.
    inputs : float64[path, input]
        Drawn inputs of a multiple of 64 paths.

    Returns
    -------
    Chances
    """
    return _chances_by_pattern(plan, key, first_path, cohort, inputs)


# Deals whose people are counted by pattern: who stays can be seen or not, who leaves can be seen or not, and each
# outcome is a component of its own, met or not.

STAY_SEEN, STAY_UNSEEN, LEFT_SEEN, LEFT_UNSEEN = range(4)
STAYERS, SEEN_POOLS = (STAY_SEEN, STAY_UNSEEN), (STAY_SEEN, LEFT_SEEN)


def _fates_by_pattern(plan: Plan, cohort: int) -> Fates:
    outcomes, measures = plan.outcomes, plan.measures
    n_outcomes = outcomes.address.size
    adds: list[tuple[int, int, int, int]] = []
    counts: list[tuple[int, int, int, int]] = []
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
    )


def _chances_by_pattern(plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray) -> Chances:
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
