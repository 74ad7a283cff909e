"""Inputs that are worked out of others: one formula each, over the paths of a block.

`risksim.plan.derived` states the same formulas once more, for means and quantiles.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import kernel
from risksim.kernels.normal import normal_of, uniform_of

PLACES, _weights = np.polynomial.hermite_e.hermegauss(48)
WEIGHTS = _weights / _weights.sum()
"""Gauss-Hermite: places and weights of the standard normal, exact to about 1e-12 for spreads up to 3."""


@kernel
def rate_at(log_odds):
    """The rate of a log odds, without overflow."""
    if log_odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    grown = math.exp(log_odds)
    return grown / (1.0 + grown)


@kernel
def moved_rate(usual, shift):
    """A rate whose log odds are moved: exact at 0 and 1."""
    if usual <= 0.0 or usual >= 1.0:
        return usual
    if shift >= 0.0:
        return usual / (usual + (1.0 - usual) * math.exp(-shift))
    grown = usual * math.exp(shift)
    return grown / (1.0 - usual + grown)


@kernel
def by_odds_ratio(numbers, out):
    """What would happen anyway, odds ratio, multiplier: numbers float64[3, path] -> out float64[path]. [1]"""
    for i in range(out.size):
        out[i] = moved_rate(numbers[0, i], numbers[2, i] * math.log(numbers[1, i]))


@kernel
def by_log_odds(numbers, out):
    """What would happen anyway, log odds ratio, multiplier: numbers float64[3, path] -> out float64[path]. [1]"""
    for i in range(out.size):
        out[i] = moved_rate(numbers[0, i], numbers[2, i] * numbers[1, i])


@kernel
def by_difference(numbers, out):
    """What would happen anyway, difference, multiplier: numbers float64[3, path] -> out float64[path]. [1]"""
    for i in range(out.size):
        out[i] = min(max(numbers[0, i] + numbers[2, i] * numbers[1, i], 0.0), 1.0)


@kernel
def by_composition(numbers, out):
    """Groups of people: numbers float64[2 n - 1, path], n - 1 parts of what is left by the groups before, then n rates
    -> out float64[path]. [1]
    """
    groups = (numbers.shape[0] + 1) // 2
    for i in range(out.size):
        left, rate = 1.0, 0.0
        for g in range(groups - 1):
            rate += left * numbers[g, i] * numbers[groups - 1 + g, i]
            left *= 1.0 - numbers[g, i]
        out[i] = rate + left * numbers[2 * groups - 2, i]


@kernel
def at_site(numbers, out):
    """Mean log odds, spread, standard normal place of the site: numbers float64[3, path] -> out float64[path]. [1]"""
    for i in range(out.size):
        out[i] = rate_at(numbers[0, i] + numbers[1, i] * numbers[2, i])


@kernel
def over_sites(numbers, out):
    """Mean log odds and spread: numbers float64[2, path] -> out float64[path], the mean rate of sites. [1]"""
    for i in range(out.size):
        total = 0.0
        for k in range(PLACES.size):
            total += WEIGHTS[k] * rate_at(numbers[0, i] + numbers[1, i] * PLACES[k])
        out[i] = total


@kernel
def rates_at_sites(words, mean, spread, out):
    """The rate of a cohort that is a site of its own.

    words uint32[path], mean, spread float64[path] -> out float64[path]. [1]
    """
    for i in range(out.size):
        out[i] = rate_at(mean[i] + spread[i] * normal_of(uniform_of(words[i])))
