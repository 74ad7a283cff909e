"""Whole minor units shared out: by largest remainder, exact where products would overflow.

Twice: compiled and amount by amount for claims, and as arithmetic on arrays over paths for the waterfall, which
compiles nothing.
"""

from __future__ import annotations

import numpy as np

from risksim.kernels.amounts import positive
from risksim.kernels.jit import kernel

LARGEST_INT = 9_223_372_036_854_775_807


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


# On arrays over paths


def proportion(amount, weight, total):
    """Quotient and remainder of ``amount * weight / total``, exact where the product would overflow.

    amount int64[path], weight int64[n, path], total int64[path]; 0 <= weight <= total and 0 <= amount.
    """
    if int(amount.max(initial=0)) * int(weight.max(initial=0)) <= LARGEST_INT:
        product = amount * weight
        return product // total, product % total
    quotient, rest = np.zeros_like(weight), np.zeros_like(weight)
    for bit in range(62, -1, -1):
        quotient, rest = 2 * quotient, 2 * rest
        over = rest >= total
        quotient, rest = quotient + over, rest - over * total
        rest = rest + weight * ((amount >> bit) & 1)
        over = rest >= total
        quotient, rest = quotient + over, rest - over * total
    return quotient, rest


def split(amount, weight):
    """Split an amount in proportion to weights by largest remainder; ties go to the first.

    amount int64[path], weight int64[n, path] -> int64[n, path]. Nothing is given where all weights are zero.
    """
    if weight.shape[0] == 1:
        return np.where(weight > 0, amount, 0)
    total = weight.sum(axis=0)
    some = total > 0
    amount = np.where(some, amount, 0)
    parts, rests = proportion(amount, weight, np.where(some, total, 1))
    left = amount - parts.sum(axis=0)
    if left.any():
        order = np.argsort(-rests, axis=0, kind="stable")
        place = np.empty_like(order)
        np.put_along_axis(place, order, np.arange(weight.shape[0])[:, None], axis=0)
        parts += place < left
    return parts


def split_up_to(amount, weight, limit):
    """Split by weight, nobody beyond the limit: what one may not take is shared again among the others.

    amount int64[path], weight and limit int64[n, path] -> int64[n, path].
    """
    given = np.zeros_like(weight)
    left = amount
    while True:
        open_weight = np.where(given < limit, weight, 0)
        if not ((left > 0) & (open_weight > 0).any(axis=0)).any():
            return given
        more = np.minimum(split(positive(left), open_weight), limit - given)
        given += more
        left = left - more.sum(axis=0)
