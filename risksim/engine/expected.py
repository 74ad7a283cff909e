"""Expectations instead of people: what the contract would measure if everybody were divisible."""

from __future__ import annotations

import numpy as np

from risksim.engine.heads import expect_heads
from risksim.engine.results import know_results
from risksim.plan.layout import ELIGIBLE, ENROLLED, MEASURED, RESULT, SEEN, FloatArray, Plan


def expected_people(plan: Plan) -> FloatArray:
    """Expected measures of a deal without uncertain inputs.

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
    out = np.zeros((1, max(n_cohorts, 1), measures.outcome.size, n_periods))
    for c in range(n_cohorts):
        months = slice(cohorts.month_ptr[c], cohorts.month_ptr[c + 1])
        people = min(float(cohorts.places[c]), cohorts.ratio_value[c] * cohorts.places[c])
        by_month = people * cohorts.month_weight[months]
        visible = 1.0 - cohorts.unmeasured_value[c]
        for m, (k, statistic) in enumerate(zip(measures.outcome, measures.statistic, strict=True)):
            if k < 0 or statistic == RESULT:
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
    expect_heads(plan, out)
    know_results(plan, np.empty((1, 0)), out)
    return out
