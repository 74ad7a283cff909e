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
def claim_per_outcome(measured, measure, slot, value, minor_units, inputs, out):
    """Price times the number verified.

    measured float64[path, cohort, measure, period], inputs float64[path, input] -> out int64[path, period].
    [minor unit]
    """
    n_paths, n_cohorts, _, n_periods = measured.shape
    for p in range(n_paths):
        price = pick(slot, value, inputs, p)
        for t in range(n_periods):
            count = 0.0
            for c in range(n_cohorts):
                count += measured[p, c, measure, t]
            out[p, t] = np.int64(np.rint(price * count * minor_units))


@kernel
def cut_at_cap(first, rows, payer, slot, value, minor_units, inputs, owed, cut_of, rests, out):
    """Cut what the rules above a cap claim together once their sum reaches its total.

    The cap's rows are `first` to ``first + rows - 1``, one per payer above it; payer int64[rule]; scratch owed, cut_of,
    rests int64[payer] -> out int64[path, rule, period], negative where something is cut. [minor unit]
    """
    n_paths, _, n_periods = out.shape
    for p in range(n_paths):
        limit = np.int64(np.rint(pick(slot, value, inputs, p) * minor_units))
        claimed = np.int64(0)
        for t in range(n_periods):
            now = np.int64(0)
            for above in range(first):
                now += out[p, above, t]
            cut = max(np.int64(0), now - max(np.int64(0), limit - claimed))
            claimed += now - cut
            if cut == 0 or rows == 1:
                for r in range(first, first + rows):
                    out[p, r, t] = -cut
                continue
            owed[:] = 0
            for above in range(first):
                owed[payer[above]] += out[p, above, t]
            share_out(cut, owed, rests, cut_of)
            for r in range(first, first + rows):
                out[p, r, t] = -cut_of[payer[r]]


@kernel
def claims(measured, payments, n_payers, minor_units, inputs, out):
    """What every rule claims in every period, rule by rule in their order.

    measured float64[path, cohort, measure, period], payments: group of the plan, inputs float64[path, input]
    -> out int64[path, rule, period]; a cap's rows hold its cuts, negative. [minor unit]
    """
    n_rules = out.shape[1]
    owed = np.empty(n_payers, np.int64)
    cut_of = np.empty(n_payers, np.int64)
    rests = np.empty(n_payers, np.int64)
    r = 0
    while r < n_rules:
        slot, value = payments.amount_slot[r], payments.amount_value[r]
        rows = 1
        if payments.kind[r] == PER_OUTCOME:
            claim_per_outcome(measured, payments.measure[r], slot, value, minor_units, inputs, out[:, r])
        else:
            while r + rows < n_rules and payments.clause[r + rows] == payments.clause[r]:
                rows += 1
            cut_at_cap(r, rows, payments.payer, slot, value, minor_units, inputs, owed, cut_of, rests, out)
        r += rows
