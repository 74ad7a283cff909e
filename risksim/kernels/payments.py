"""Verified outcomes to claims: the payment rules, in the order in which they stand. Money in minor units."""

from __future__ import annotations

import numpy as np

from risksim.kernels.chances import pick
from risksim.kernels.jit import kernel

PER_OUTCOME, CAP = 0, 1


@kernel
def divide_product(a, b, n):
    """Quotient and remainder of ``a * b / n`` for 0 <= a <= n, 0 <= b: exact where the product would overflow."""
    quotient, rest = np.int64(0), np.int64(0)
    for bit in range(62, -1, -1):
        quotient, rest = 2 * quotient, 2 * rest
        if rest >= n:
            quotient, rest = quotient + 1, rest - n
        if (b >> bit) & 1:
            rest += a
            if rest >= n:
                quotient, rest = quotient + 1, rest - n
    return quotient, rest


@kernel
def share_out(amount, owed, rests, out):
    """Split an amount in proportion to what is owed, in whole minor units by largest remainder; ties go to the first.

    amount <= sum of owed int64[n], scratch rests int64[n] -> out int64[n]. [minor unit]
    """
    total = np.int64(0)
    for i in range(owed.size):
        total += owed[i]
    left = amount
    for i in range(owed.size):
        if total > 0:
            out[i], rests[i] = divide_product(amount, owed[i], total)
        else:
            out[i], rests[i] = 0, 0
        left -= out[i]
    while left > 0:
        first = 0
        for i in range(1, owed.size):
            if rests[i] > rests[first]:
                first = i
        out[first] += 1
        rests[first] = -1
        left -= 1


@kernel
def claims(measured, payments, n_payers, minor_units, inputs, out):
    """What every rule claims in every period.

    measured float64[path, cohort, measure, period], payments: group of the plan, inputs float64[path, input]
    -> out int64[path, rule, period]; a cap's rows hold its cuts, negative. [minor unit]
    """
    n_paths, n_rules, n_periods = out.shape
    n_cohorts = measured.shape[1]
    claimed = np.empty(n_rules, np.int64)
    owed = np.empty(n_payers, np.int64)
    cut_of = np.empty(n_payers, np.int64)
    rests = np.empty(n_payers, np.int64)
    for p in range(n_paths):
        claimed[:] = 0  # by the row a cap starts at: what stood above it so far, cuts included
        for t in range(n_periods):
            r = 0
            while r < n_rules:
                amount = pick(payments.amount_slot[r], payments.amount_value[r], inputs, p)
                if payments.kind[r] == PER_OUTCOME:
                    count = 0.0
                    for c in range(n_cohorts):
                        count += measured[p, c, payments.measure[r], t]
                    out[p, r, t] = np.int64(np.rint(amount * count * minor_units))
                    r += 1
                    continue
                # A cap: its rows, one per payer above it, stand together.
                owed[:] = 0
                now = np.int64(0)
                for above in range(r):
                    owed[payments.payer[above]] += out[p, above, t]
                    now += out[p, above, t]
                limit = np.int64(np.rint(amount * minor_units))
                cut = max(np.int64(0), now - max(np.int64(0), limit - claimed[r]))
                cut_of[:] = 0
                if cut > 0:
                    share_out(cut, owed, rests, cut_of)
                claimed[r] += now - cut
                clause = payments.clause[r]
                while r < n_rules and payments.clause[r] == clause:
                    out[p, r, t] = -cut_of[payments.payer[r]]
                    r += 1
