"""Whole minor units shared out: by largest remainder, exact where products would overflow."""

from __future__ import annotations

import numpy as np

from risksim.kernels.jit import kernel


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

    owed int64[n], not negative; amount not negative; scratch rests int64[n] -> out int64[n]. [minor unit]
    """
    total = np.int64(0)
    for i in range(owed.size):
        total += owed[i]
    left = amount
    for i in range(owed.size):
        if total > 0:
            out[i], rests[i] = divide_product(owed[i], amount, total)
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
