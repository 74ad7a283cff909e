"""Loans: goals that change them, a borrower who may fail, and repayment from the provider's own funds.

Arrays over paths, path last. What is owed is kept as if the borrower had not failed; `alive` says how much of it there
is: 1 until the borrower fails and 0 after, or the chance of it where a deal is reckoned by expectation. Money in minor
units.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from risksim.kernels.amounts import on_paths, part_of, positive, whole

COUNT, SHARE, VALUE = 0, 1, 2
LOWERED, FORGIVEN, ACCELERATED = 0, 1, 2


class Terms(NamedTuple):
    """What is known of the loans before their first period."""

    alive: Any
    """float64[tranche, period, path]: 1 while the borrower has not failed. [1]"""
    reached: Any
    """bool[tranche, goal, period, path]: whether a goal was reached up to and with a period."""
    revenue: Any
    """int64[tranche, period, path]: the lender's share of a revenue. [minor unit]"""
    lost: Any
    """float64[tranche, path]: share of what is owed that a failure loses. [1]"""


def not_failed(moment, chance, years):
    """How much of a borrower there is after some years: moment, chance float64[path], years float64[period].

    A borrower fails as soon as the chance to have failed passes `moment`. Without one (nan), the chance not to have
    failed: float64[period, path].
    """
    still = (1.0 - chance) ** positive(years)[:, None]
    return np.where(np.isnan(moment), still, moment >= 1.0 - still)


def goal_reached(measured, column, counts, grain, limit, looks):
    """Whether a goal was reached up to and with each period: measured float64[path, cohort, measure, period] ->
    bool[period, path].
    """
    total = measured[:, :, column[0]].sum(axis=1).T
    if counts == VALUE:
        hit = total >= limit  # what is not known (nan) reaches nothing
    elif counts == COUNT:
        hit = total.cumsum(axis=0) >= limit
    else:
        people = measured[:, :, column[1]].sum(axis=1).T.cumsum(axis=0)
        hit = (people > 0.0) & (grain * total.cumsum(axis=0) >= limit * people)
    return np.logical_or.accumulate(hit & (looks[:, None] == 1), axis=0)


def terms_of_loans(loans, measured, years, minor_units, inputs):
    """What is known of the loans of every path before their first period."""
    n_tranches, n_goals, n_periods = loans.goal_looks.shape
    n_paths = inputs.shape[0]
    alive = np.ones((n_tranches, n_periods, n_paths))
    reached = np.zeros((n_tranches, n_goals, n_periods, n_paths), dtype=np.bool_)
    revenue = np.zeros((n_tranches, n_periods, n_paths), dtype=np.int64)
    lost = np.zeros((n_tranches, n_paths))
    for k in np.flatnonzero(loans.is_loan):
        chance = on_paths(loans.chance_slot[k], loans.chance_value[k], inputs)
        moment = on_paths(loans.moment_slot[k], loans.moment_value[k], inputs)
        alive[k] = not_failed(moment, chance, years - years[loans.first[k]])
        lost[k] = on_paths(loans.lost_slot[k], loans.lost_value[k], inputs)
        for g in range(n_goals):
            if loans.goal_looks[k, g].any():
                reached[k, g] = goal_reached(
                    measured,
                    loans.goal_column[k, g],
                    loans.goal_counts[k, g],
                    loans.goal_grain[k, g],
                    loans.goal_limit[k, g],
                    loans.goal_looks[k, g],
                )
        if loans.revenue[k] >= 0:
            known = np.nan_to_num(measured[:, :, loans.revenue[k]].sum(axis=1).T)
            revenue[k] = whole(known * loans.share[k] * minor_units)
    return Terms(alive, reached, revenue, lost)


def growth_of(k, t, growth, loans, terms):
    """Growth of what is owed to a loan since the period before: the lower one where its goal was reached by then."""
    if t == 0:
        return growth
    return np.where(terms.reached[k, LOWERED, t - 1], loans.low_growth[k, t], growth)


def fail(k, t, terms, principal, interest):
    """What is recovered of a loan whose borrower fails in a period: int64[path]. [minor unit]"""
    if t == 0:
        return np.zeros_like(principal)
    failed = terms.alive[k, t - 1] - terms.alive[k, t]
    return whole(failed * (1.0 - terms.lost[k]) * (principal + interest))


def forgive(k, t, loans, terms, drawn, principal):
    """What is forgiven of the principal on the day on which the goal is reached: int64[path]. [minor unit]"""
    now = terms.reached[k, FORGIVEN, t]
    if t > 0:
        now = now & ~terms.reached[k, FORGIVEN, t - 1]
    return np.where(now, np.minimum(principal, part_of(drawn, loans.forgiven[k])), 0)


def fall_due(k, t, loans, terms, principal, interest):
    """Interest and principal that fall due in a period: two int64[path]. [minor unit]"""
    owed = whole(interest)
    if t >= loans.maturity[k]:
        return owed, principal.copy()
    all_due = terms.reached[k, ACCELERATED, t]
    of_interest = owed if loans.pays[k, t] else np.zeros_like(owed)
    of_principal = part_of(principal, loans.part[k, t])
    if loans.revenue[k] >= 0:
        of_interest = np.minimum(terms.revenue[k, t], owed)
        of_principal = np.minimum(terms.revenue[k, t] - of_interest, principal)
    return np.where(all_due, owed, of_interest), np.where(all_due, principal, of_principal)
