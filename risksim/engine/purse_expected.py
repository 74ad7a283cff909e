"""Expectations instead of people for the public purse: the calculation on paper."""

from __future__ import annotations

import numpy as np

from risksim.engine import purse_counts
from risksim.engine.ending import stops_of
from risksim.engine.enrolment import DRAWN, expected_by_month
from risksim.engine.expected import expected_enrolled, expected_people, still_counts
from risksim.engine.heads import expect_heads, planned_heads
from risksim.engine.purse_counts import Counted
from risksim.engine.purse_money import first_meter, purse_of
from risksim.engine.run import Settings
from risksim.kernels.patterns import HEAD
from risksim.plan.layout import ABLE, ENROLLED, FloatArray, Plan, Stops

People = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]
"""`gross`, `net`, `claimed_gross`, `claimed_net`, `attributable` and `anyway` of `Counted`, of one path."""


def expected_counts(plan: Plan) -> Counted:
    """Expected people of a deal without uncertain inputs, fractions allowed; the purse's own inputs at their means.

    Exact where people can be counted by pattern and no line is claimed by several outcomes. Elsewhere the people of the
    purse are the mean of `DRAWN` futures of whole people.

    Parameters
    ----------
    plan : Plan
        With a public purse and every slot a constant.
    """
    purse, inputs = purse_of(plan), np.empty((1, 0))
    measured, stops = expected_people(plan), None
    planned = planned_heads(plan, measured)
    if plan.ending is not None:
        stops = stops_of(plan, inputs, measured, expected_enrolled(plan))
        measured = expected_people(plan, stops)
    headcount = np.zeros((1, plan.cohorts.places.size, HEAD + 2 * plan.outcomes.address.size), dtype=np.int32)
    own = purse.inputs.mean[np.newaxis].astype(np.float64)
    several = (np.diff(purse.lines.claim_ptr) > 1).any()
    people = _by_pattern(plan, own, stops) if plan.by_pattern and not several else _mean_of_futures(plan)
    return Counted(inputs, measured, headcount, stops, planned, own, *people)


def _mean_of_futures(plan: Plan) -> People:
    drawn = purse_counts.count_purse(plan, Settings(paths=DRAWN, seed=0), 0, DRAWN)
    # Shares are worked out of sums, so that the mean of a path on which nobody succeeds doesn't count.
    people = (drawn.gross, drawn.net, drawn.claimed_gross, drawn.claimed_net, drawn.attributable)
    gross, net, claimed_gross, claimed_net, attributable = (each.mean(axis=0, keepdims=True) for each in people)
    return gross, net, claimed_gross, claimed_net, attributable, _share_of_means(plan, gross, attributable)


def _by_pattern(plan: Plan, own: FloatArray, stops: Stops | None) -> People:
    purse = purse_of(plan)
    meters, n_lines, n_years = purse.meters, purse.lines.kind.size, len(purse.years)
    n_periods, n_outcomes = plan.calendar.years.size, plan.outcomes.address.size
    heads = np.zeros((1, max(plan.cohorts.places.size, 1), meters.outcome.size, n_periods))
    expect_heads(plan._replace(measures=meters), heads, stops)
    gross = heads.sum(axis=1)
    net = gross.copy()
    without = chances_anyway(plan, own)
    for m, (k, statistic) in enumerate(zip(meters.outcome, meters.statistic, strict=True)):
        if k < 0:
            continue
        able = _able_by_period(plan, int(k), stops)
        rate = plan.outcomes.rate_value[k]
        gross[0, m] = able if statistic == ABLE else able * rate
        net[0, m] = able if statistic == ABLE else able * (rate - without[k])
    nobody = np.zeros((1, n_lines, n_years))
    reached = np.array([_able_by_period(plan, k, stops).sum() for k in range(n_outcomes)])
    attributable = (reached * (plan.outcomes.rate_value - without))[np.newaxis]
    rates = plan.outcomes.rate_value
    share = np.where(rates > 0.0, np.minimum(without / np.where(rates > 0.0, rates, 1.0), 1.0), 0.0 * without)
    return gross, net, nobody, nobody, attributable, share[np.newaxis]


def _able_by_period(plan: Plan, outcome: int, stops: Stops | None) -> FloatArray:
    """Expected people of whom an outcome speaks, by the period of its measurement: float64[period]. [people]"""
    cohorts, outcomes = plan.cohorts, plan.outcomes
    out = np.zeros(plan.calendar.years.size)
    for c in range(cohorts.places.size):
        share = 1.0 if outcomes.population[outcome] == ENROLLED else 1.0 - cohorts.dropout_value[c]
        for month, people in enumerate(expected_by_month(plan, c)):
            period = outcomes.period_of_month[outcome, cohorts.month_ptr[c] + month]
            if period >= 0 and (stops is None or still_counts(plan, c, outcome, month, stops)):
                out[period] += people * share
    return out


def chances_anyway(plan: Plan, own: FloatArray) -> FloatArray:
    """The share of people who would meet each outcome without the programme, on one path: float64[outcome]; nan where
    nothing says it. [1]
    """
    purse, out = purse_of(plan), np.full(plan.outcomes.address.size, np.nan)
    if plan.anyway is not None:
        chances: list[float] = []
        for row, outcome in enumerate(plan.anyway.outcome):
            chance = float(plan.anyway.chance_value[row])
            if plan.anyway.after[row] >= 0:
                chance *= chances[plan.anyway.after[row]]
            if plan.anyway.unless[row] >= 0:
                chance *= 1.0 - chances[plan.anyway.unless[row]]
            chances.append(chance)
            out[outcome] = chance
    for outcome, (slot, value) in enumerate(zip(purse.anyway_slot, purse.anyway_value, strict=True)):
        if slot >= 0 or not np.isnan(value):
            out[outcome] = own[0, slot] if slot >= 0 else value
    return out


def _share_of_means(plan: Plan, gross: FloatArray, attributable: FloatArray) -> FloatArray:
    """The share of expected successes that would have come anyway: float64[1, outcome]. [1]"""
    out = np.full(attributable.shape, np.nan)
    for outcome in range(attributable.shape[1]):
        meter = first_meter(purse_of(plan), outcome)
        if meter >= 0:
            met = gross[0, meter].sum()
            out[0, outcome] = min(max(1.0 - attributable[0, outcome] / met, 0.0), 1.0) if met > 0.0 else 0.0
    return out
