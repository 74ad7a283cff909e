"""Results of the programme as a whole: measured without persons."""

from __future__ import annotations

import numpy as np

from risksim.kernels.ending import forget_results
from risksim.plan.layout import RESULT, FloatArray, Int16Array, Plan


def know_results(plan: Plan, inputs: FloatArray, measured: FloatArray) -> None:
    """Write the results of consecutive paths beside what was measured of persons.

    Parameters
    ----------
    plan : Plan
        The deal.
    inputs : float64[path, input]
        Drawn inputs.
    measured : float64[path, cohort, measure, period]
        The columns of results are filled: the value in the first cohort and 0 in the others, so that sums over cohorts
        are the value; nan in every period in which nothing is measured.
    """
    n_periods = measured.shape[3]
    slots = plan.results.value_slot.reshape(-1, n_periods)
    values = plan.results.value_value.reshape(-1, n_periods)
    for m in np.flatnonzero(plan.measures.statistic == RESULT):
        result = plan.measures.outcome[m]
        measured[:, :, m] = 0.0
        for t in range(n_periods):
            slot = slots[result, t]
            measured[:, 0, m, t] = inputs[:, slot] if slot >= 0 else values[result, t]


def known_only(plan: Plan, measured: FloatArray, upto: int) -> FloatArray:
    """What was known at the end of a period: later measurements are taken out.

    Parameters
    ----------
    plan : Plan
        The deal.
    measured : float64[path, cohort, measure, period]
    upto : int
        The period; -1 for none.

    Returns
    -------
    float64[path, cohort, measure, period]
        A copy; nan in later periods where something can be measured, of results in the first cohort only.
    """
    known = measured.copy()
    later = (plan.measures.measured_in == 1) & (np.arange(measured.shape[3]) > upto)[None, :]
    of_persons = later & (plan.measures.statistic != RESULT)[:, None]
    known[:, :, of_persons] = np.nan
    known[:, 0, later] = np.nan
    return known


def forget(plan: Plan, counted: Int16Array, measured: FloatArray) -> None:
    """Results and effects that would be measured after a deal has ended early are never known.

    Parameters
    ----------
    plan : Plan
        A deal that may end early.
    counted : int16[path]
        Last month in which anything is measured. [month]
    measured : float64[path, cohort, measure, period]
        nan is written there.
    """
    assert plan.ending is not None
    known_by = plan.ending.known_by.reshape(-1, measured.shape[3])
    forget_results(plan.measures.statistic, plan.measures.outcome, known_by, counted, measured)
