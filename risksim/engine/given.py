"""Given a path's inputs and what its people share: what is expected of its people, and how likely few of them succeed.

Nobody is drawn here. These are the same inputs and the same shared luck as those of the path with that number, so that
what is expected goes together with what happens on the path.
"""

from __future__ import annotations

import numpy as np

from risksim.engine.engines import conditional_obstacle
from risksim.engine.fates import Chances, Fates
from risksim.engine.fates_of_deals import chances_of, fates_of
from risksim.engine.inputs import inputs_of
from risksim.engine.known import know_all
from risksim.engine.run import Settings, block_size, keys_of_run
from risksim.engine.settle import settle
from risksim.engine.words import KeyArray
from risksim.kernels.patterns import HEAD
from risksim.plan.layout import LANES, FloatArray, Plan


def expected_measured(plan: Plan, key: KeyArray, first_path: int, inputs: FloatArray) -> FloatArray:
    """What the contract would measure if the people of each path were divisible.

    Parameters
    ----------
    plan : Plan
        A deal whose fates can be told.
    key : uint64[8] or uint64[9]
        Keys of the run.
    first_path : int
        First path, a multiple of 64.
    inputs : float64[path, input]
        Drawn inputs of a multiple of 64 paths.

    Returns
    -------
    float64[path, cohort, measure, period]
        Fractions of people; what is known beside people (results, effects) as on the path. [people]
    """
    assert conditional_obstacle(plan) is None
    n_cohorts, n_periods = plan.cohorts.places.size, plan.calendar.years.size
    out = np.zeros((inputs.shape[0], max(n_cohorts, 1), plan.measures.outcome.size, n_periods))
    for cohort in range(n_cohorts):
        fates, chances = fates_of(plan, cohort), chances_of(plan, key, first_path, cohort, inputs)
        _add_expected(fates, chances, out[:, cohort])
    know_all(plan, key, first_path, inputs, out)
    return out


def _add_expected(fates: Fates, chances: Chances, out: FloatArray) -> None:
    """The expected people of a cohort: added to out float64[path, measure, period]."""
    people = chances.n_enrolled[:, np.newaxis] * chances.pool
    for pattern, pool, measure, row in fates.adds.tolist():
        number = people[:, pool] * chances.pattern[:, pattern, pool]
        own = int(fates.class_of_pool[pool])
        shares = fates.class_chance if own < 0 else np.eye(fates.class_chance.size)[own]
        for period, share in zip(fates.period[row].tolist(), shares.tolist(), strict=True):
            if period >= 0 and share > 0.0:
                out[:, measure, period] += share * number


def chance_of_at_most(
    plan: Plan, key: KeyArray, first_path: int, inputs: FloatArray, outcome: int, most: int
) -> FloatArray:
    """The chance of each path that at most so many people of all cohorts meet an outcome.

    Parameters
    ----------
    plan, key, first_path, inputs
        As in `expected_measured`.
    outcome : int
        Which outcome of persons.
    most : int
        At most so many. [people]

    Returns
    -------
    float64[path]
        Their numbers are binomial, those of several cohorts added up term by term. [1]
    """
    from scipy.special import bdtr

    column = HEAD + 2 * outcome
    total = np.zeros((inputs.shape[0], most + 1))
    total[:, 0] = 1.0
    counts = np.arange(most + 1)
    for cohort in range(plan.cohorts.places.size):
        fates, chances = fates_of(plan, cohort), chances_of(plan, key, first_path, cohort, inputs)
        chance = np.zeros(inputs.shape[0])
        for pattern, pool, target, row in fates.counts.tolist():
            if target == column and row < 0:
                chance += chances.pool[:, pool] * chances.pattern[:, pattern, pool]
        people = chances.n_enrolled[:, np.newaxis]
        below = np.where(counts < people, bdtr(np.minimum(counts, people), people, np.clip(chance, 0, 1)[:, None]), 1.0)
        own = np.diff(below, axis=1, prepend=0.0)
        before, total = total, np.zeros_like(total)
        for count in range(most + 1):
            total[:, count:] += own[:, count : count + 1] * before[:, : most + 1 - count]
    return np.asarray(total.sum(axis=1))


def settle_expected(plan: Plan, settings: Settings) -> tuple[FloatArray, FloatArray]:
    """Settle the paths of a run with every measured number at its expectation given the path.

    Parameters
    ----------
    plan : Plan
        A deal whose fates can be told.
    settings : Settings
        Paths, seed, and the engine whose inputs and shared luck are taken.

    Returns
    -------
    npv : float64[path]
        Of all investors, at the last hurdle. [currency]
    repayment : float64[path]
        By all payers. [currency]
    """
    key = keys_of_run(plan, settings)
    npv, repayment = np.empty(settings.paths), np.empty(settings.paths)
    block = block_size(plan, settings)
    for start in range(0, settings.paths, block):
        n_paths = min(block, settings.paths - start)
        whole = -(-n_paths // LANES) * LANES
        inputs = inputs_of(plan, key, start, whole)
        measured = expected_measured(plan, key, start, inputs)
        settled = settle(plan, inputs, measured)
        of_all = settled.group_npv if plan.labels.groups else settled.npv
        npv[start : start + n_paths] = of_all[:n_paths, 0, -1]
        repayment[start : start + n_paths] = settled.repayment[:n_paths].sum(axis=(1, 2)) / plan.minor_units
    return npv, repayment
