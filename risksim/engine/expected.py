"""Expectations instead of people: what the contract would measure if everybody were divisible."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import key_of
from risksim.engine.effects import expected_groups, know_effects, numbers_on_paths
from risksim.engine.lives import live_block
from risksim.engine.results import know_results
from risksim.kernels.patterns import HEAD
from risksim.plan.layout import ELIGIBLE, ENROLLED, MEASURED, RESULT, SEEN, FloatArray, Plan

DRAWN = 4_096
"""Futures over which people are averaged where their outcomes have no short formula. [paths]"""


def expected_people(plan: Plan) -> FloatArray:
    """Expected measures of a deal without uncertain inputs.

    Exact where people can be counted by pattern. Where they are lived one by one, the mean of `DRAWN` futures: its
    error is that of one cohort as large as all of theirs together.

    Parameters
    ----------
    plan : Plan
        With every slot a constant.

    Returns
    -------
    float64[1, cohort, measure, period]
        Fractions of people. [people]
    """
    cohorts, outcomes, measures = plan.cohorts, plan.outcomes, plan.measures
    n_cohorts, n_periods = cohorts.places.size, plan.calendar.years.size
    if plan.processes is not None:
        return _drawn_people(plan)
    out = np.zeros((1, n_cohorts, measures.outcome.size, n_periods))
    for c in range(n_cohorts):
        months = slice(cohorts.month_ptr[c], cohorts.month_ptr[c + 1])
        people = min(float(cohorts.places[c]), cohorts.ratio_value[c] * cohorts.places[c])
        by_month = people * cohorts.month_weight[months]
        visible = 1.0 - cohorts.unmeasured_value[c]
        for m, (k, statistic) in enumerate(zip(measures.outcome, measures.statistic, strict=True)):
            if statistic == RESULT:
                continue
            able = 1.0 if outcomes.population[k] == ENROLLED else 1.0 - cohorts.dropout_value[c]
            share = able * visible
            if statistic == ELIGIBLE and outcomes.population[k] != MEASURED:
                share = able
            elif statistic not in (ELIGIBLE, SEEN):
                share *= outcomes.rate_value[k]
            for month, n in enumerate(by_month):
                period = outcomes.period_of_month[k, cohorts.month_ptr[c] + month]
                if period >= 0:
                    out[0, c, m, period] += n * share
    know_results(plan, np.empty((1, 0)), out)
    if plan.effects.measure.size:
        numbers = numbers_on_paths(plan, np.empty((1, 0)))
        know_effects(plan, numbers, expected_groups(plan, numbers), out)
    return out


def _drawn_people(plan: Plan) -> FloatArray:
    n_cohorts, n_periods = plan.cohorts.places.size, plan.calendar.years.size
    measured = np.empty((DRAWN, n_cohorts, plan.measures.outcome.size, n_periods))
    headcount = np.empty((DRAWN, n_cohorts, HEAD + 2 * plan.outcomes.address.size), dtype=np.int32)
    key = np.array(key_of(0, plan.stream), dtype=np.uint64)
    # Every place is lived, and counts as far as it is filled: nobody is rounded to a whole person.
    filled = np.minimum(plan.cohorts.ratio_value, 1.0)
    everybody = plan._replace(cohorts=plan.cohorts._replace(ratio_value=np.ones(n_cohorts)))
    live_block(everybody, key, 0, np.empty((DRAWN, 0)), measured, headcount)
    out: FloatArray = measured.mean(axis=0, keepdims=True) * filled[:, np.newaxis, np.newaxis]
    know_results(plan, np.empty((1, 0)), out)
    return out
