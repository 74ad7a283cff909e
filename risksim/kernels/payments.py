"""Verified outcomes to claims: the payment rules, in the order in which they stand. Money in minor units."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

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
def cut_of_one_payer(row, slot, value, minor_units, inputs, out):
    """Cut what the rules above a cap claim together once their sum reaches its total; one payer owes it all.

    inputs float64[path, input] -> row of out int64[path, rule, period], negative where something is cut. [minor unit]
    """
    n_paths, _, n_periods = out.shape
    for p in range(n_paths):
        limit = np.int64(np.rint(pick(slot, value, inputs, p) * minor_units))
        claimed = np.int64(0)
        for t in range(n_periods):
            now = np.int64(0)
            for above in range(row):
                now += out[p, above, t]
            cut = max(np.int64(0), now - max(np.int64(0), limit - claimed))
            claimed += now - cut
            out[p, row, t] = -cut


@kernel
def share_cuts(first, rows, payer, owed, cut_of, rests, out):
    """Share the cuts of a cap between its payers.

    Row `first` of out int64[path, rule, period] holds the whole cuts, negative; the rows from there on, one per payer
    of payer int64[rule], are filled with each payer's part. Scratch owed, cut_of, rests int64[payer]. [minor unit]
    """
    n_paths, _, n_periods = out.shape
    for p in range(n_paths):
        for t in range(n_periods):
            cut_of[:] = 0
            if out[p, first, t] != 0:
                owed[:] = 0
                for above in range(first):
                    owed[payer[above]] += out[p, above, t]
                share_out(-out[p, first, t], owed, rests, cut_of)
            for r in range(first, first + rows):
                out[p, r, t] = -cut_of[payer[r]]


def claims(
    measured: Any, payments: Any, n_payers: int, minor_units: int, inputs: Any, out: npt.NDArray[np.int64]
) -> None:
    """What every rule claims in every period, rule by rule in their order.

    measured float64[path, cohort, measure, period], payments: group of the plan, inputs float64[path, input]
    -> out int64[path, rule, period]; a cap's rows hold its cuts, negative. [minor unit] Plain Python over the rules, so
    that a deal compiles the kernels of its own rules and no others.
    """
    n_rules = out.shape[1]
    r = 0
    while r < n_rules:
        slot, value = payments.amount_slot[r], payments.amount_value[r]
        rows = 1
        if payments.kind[r] == PER_OUTCOME:
            claim_per_outcome(measured, payments.measure[r], slot, value, minor_units, inputs, out[:, r])
        else:
            while r + rows < n_rules and payments.clause[r + rows] == payments.clause[r]:
                rows += 1
            cut_of_one_payer(r, slot, value, minor_units, inputs, out)
            if rows > 1:
                owed, cut_of, rests = np.empty((3, n_payers), np.int64)
                share_cuts(r, rows, payments.payer, owed, cut_of, rests, out)
        r += rows
