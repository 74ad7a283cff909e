"""Counts by inversion: the smallest number whose cumulated chance reaches a uniform.

Weights follow from their neighbours outwards from the mode, which weighs one; their sum makes chances of them. So no
logarithm of a factorial is needed, and a chance is right to some 1e-14 for any number of people. Weights are added up
from the far end of the lower tail, so that small chances are right too. Nothing falls when the uniform rises.

``reciprocal`` is float64[n + 2], 1 / k at place k (`reciprocals`); ``scratch`` float64[2, n + 2] for up to n people.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import kernel

SMALL = 1e-18  # a weight beside which nothing further out counts
FEW = 96  # up to here it is quicker to begin at nobody, whose chance is a product
FEW_MARKED = 24  # likewise of people drawn or marked
LEAST_LOG = -600.0  # unless that chance is too small to be written down


@kernel
def reciprocals(out):
    """1 / k at place k: -> out float64[n]; 0 at place 0, which nothing reads."""
    out[0] = 0.0
    for k in range(1, out.size):
        out[k] = 1.0 / k


@kernel
def find_count(u, mode, n_below, n_above, lower, upper, below, above):
    """Where the cumulated weights reach a part of their sum.

    u in (0, 1); weights of the numbers below the mode, below float64[>= n_below], and above it, each from the mode
    outwards, and their sums -> the number. [people]
    """
    target = u * (lower + 1.0 + upper)
    if target <= lower:
        total = 0.0
        for k in range(n_below - 1, -1, -1):
            total += below[k]
            if total >= target:
                return mode - 1 - k
        return mode
    total = lower + 1.0
    for k in range(n_above):
        if total >= target:
            return mode + k
        total += above[k]
    return mode + n_above


@kernel
def binomial_quantile(u, n, p, reciprocal, scratch):
    """The smallest x with P(X <= x) >= u, X the successes of n people with chance p. [people]"""
    if n <= 0 or p <= 0.0:
        return np.int64(0)
    if p >= 1.0:
        return np.int64(n)
    return quantile_inside(u, n, p, p / (1.0 - p), math.log1p(-p), reciprocal, scratch)


@kernel
def quantile_inside(u, n, p, odds, log_rest, reciprocal, scratch):
    """As `binomial_quantile` for some people and 0 < p < 1, with its odds and, up to FEW, the logarithm of 1 - p."""
    if n * p <= FEW and n * log_rest > LEAST_LOG:
        weight, k = math.exp(n * log_rest), 0
        total = weight
        while total < u and k < n and (weight > SMALL or k < FEW):
            weight *= (n - k) * odds * reciprocal[k + 1]
            total += weight
            k += 1
        return np.int64(k)
    mode = min(np.int64(math.floor((n + 1) * p)), np.int64(n))
    below, above = scratch[0], scratch[1]
    against = (1.0 - p) / p
    weight, lower, n_below, k, smallest = 1.0, 0.0, 0, mode, SMALL * u
    while k > 0:
        weight *= k * against * reciprocal[n - k + 1]
        if weight < smallest:
            break
        below[n_below] = weight
        lower += weight
        n_below += 1
        k -= 1
    weight, upper, n_above, k = 1.0, 0.0, 0, mode
    while k < n:
        weight *= (n - k) * odds * reciprocal[k + 1]
        if weight < SMALL:
            break
        above[n_above] = weight
        upper += weight
        n_above += 1
        k += 1
    return np.int64(find_count(u, mode, n_below, n_above, lower, upper, below, above))


@kernel
def hypergeometric_quantile(u, people, marked, drawn, reciprocal, scratch):
    """The smallest x with P(X <= x) >= u, X the marked among people drawn without putting back. [people]"""
    least, most = max(np.int64(0), drawn - (people - marked)), min(np.int64(drawn), np.int64(marked))
    if least >= most:
        return np.int64(least)
    others = people - marked - drawn
    few = min(marked, drawn)
    if least == 0 and few <= FEW_MARKED:
        weight, k = 1.0, 0
        for j in range(few):
            weight *= (others + few - j) * reciprocal[people - j]
        total = weight
        while total < u and k < most:
            weight *= (marked - k) * reciprocal[k + 1] * ((drawn - k) * reciprocal[others + k + 1])
            total += weight
            k += 1
        return np.int64(k)
    mode = min(max(np.int64(math.floor((drawn + 1.0) * (marked + 1.0) / (people + 2.0))), least), most)
    below, above = scratch[0], scratch[1]
    weight, lower, n_below, k, smallest = 1.0, 0.0, 0, mode, SMALL * u
    while k > least:
        weight *= k * reciprocal[marked - k + 1] * ((others + k) * reciprocal[drawn - k + 1])
        if weight < smallest:
            break
        below[n_below] = weight
        lower += weight
        n_below += 1
        k -= 1
    weight, upper, n_above, k = 1.0, 0.0, 0, mode
    while k < most:
        weight *= (marked - k) * reciprocal[k + 1] * ((drawn - k) * reciprocal[others + k + 1])
        if weight < SMALL:
            break
        above[n_above] = weight
        upper += weight
        n_above += 1
        k += 1
    return np.int64(find_count(u, mode, n_below, n_above, lower, upper, below, above))
