"""How wrong may the model be? The worst that any law can say which is not too far from the one of the paths.

Far is measured by relative entropy: ``E_Q[ln dQ/dP]`` of the other law Q. Nothing here knows of deals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import optimize, special

from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import FloatArray, Sample
from risksim.metrics.tree import tree_sum


class Worst(NamedTuple):
    """The highest mean within reach, and the law that has it."""

    bound: Estimate
    """In the unit of the values."""
    theta: float
    """How the law leans: its density beside the paths' is proportional to ``exp(value / theta)``; 0 where it has only
    the highest values left, and infinite where it is the paths' own."""
    weight: FloatArray
    """float64[path]: of the worst law; adds up to one. [1]"""
    at_edge: bool
    """Whether the highest value of any path is reached: more paths, or a wider law, might show worse."""


def worst_mean(values: FloatArray, sample: Sample, eta: float) -> Worst:
    """The highest mean under any law within a relative entropy of that of the paths.

    Parameters
    ----------
    values : float64[path]
        What is feared when high, as a loss.
    sample : Sample
        Weights and replicates of the paths.
    eta : float
        Relative entropy; 0 leaves the paths' own law. [nat]

    Returns
    -------
    Worst
        ``min over theta of theta ln E[exp(V / theta)] + theta eta``. The standard error is that of the mean of
        ``theta exp(V / theta) / E[exp(V / theta)]``, as the best theta moves nothing to first order.

    References
    ----------
    .. [1] P. Glasserman and X. Xu, "Robust risk measurement and model risk," Quantitative Finance, 14, 2014.
    """
    weight = sample.weight
    spread = float(np.sqrt(weight @ (values - weight @ values) ** 2))
    if eta <= 0.0 or spread == 0.0:
        return Worst(precision.mean(values, sample), math.inf, weight, False)
    scaled = (values - values.max()) / spread
    highest = float(weight[scaled == 0.0].sum())
    if eta >= -math.log(highest):
        law = np.where(scaled == 0.0, weight / highest, 0.0)
        most = float(values.max())
        return Worst(Estimate(most, math.nan, most, math.inf), 0.0, law, True)

    def entropy(log_theta: float) -> float:
        return _entropy(scaled / math.exp(log_theta), weight) - eta

    # Entropy is 1 / (2 theta^2) where theta is large, and rises to its limit where it is small.
    high = math.log(1.0 / math.sqrt(2.0 * eta)) + 3.0
    while entropy(high) > 0.0:
        high += 3.0
    low = high - 3.0
    while entropy(low) < 0.0 and low > -60.0:
        low -= 3.0
    theta = math.exp(optimize.brentq(entropy, low, high, xtol=1e-13))
    tilt = np.exp(scaled / theta)
    total = float(tree_sum(weight * tilt))
    bound = values.max() + spread * theta * (math.log(total) + eta)
    error = precision.mean(spread * theta * tilt / total, sample).standard_error
    return Worst(Estimate.symmetric(float(bound), error), spread * theta, weight * tilt / total, False)


def _entropy(exponent: FloatArray, weight: FloatArray) -> float:
    """Relative entropy of the law that leans by an exponent, none of which is positive."""
    lean = weight * np.exp(exponent)
    total = float(tree_sum(lean))
    return float(tree_sum(lean * exponent)) / total - math.log(total)


def binary_entropy(q: float, p: float) -> float:
    """Relative entropy of an event of probability `q` beside one of probability `p`. [nat]"""
    return float(special.rel_entr(q, p) + special.rel_entr(1.0 - q, 1.0 - p))


def worst_probability(p: float, eta: float) -> float:
    """The highest probability within a relative entropy: the `q` above `p` with ``binary_entropy(q, p) = eta``. [1]

    Examples
    --------
    >>> round(worst_probability(0.10, 0.05), 6)
    0.206729
    """
    if p <= 0.0 or p >= 1.0 or eta <= 0.0:
        return p
    if eta >= -math.log(p):
        return 1.0
    return float(optimize.brentq(lambda q: binary_entropy(q, p) - eta, p, 1.0, xtol=1e-14))


def worst_probability_of(p: Estimate, eta: float) -> Estimate:
    """`worst_probability` of an estimate, with the error that it inherits; ends of the interval are moved alike. [1]"""
    q = worst_probability(p.value, eta)
    slope = 0.0
    if p.value < q < 1.0:
        rise = math.log(q * (1.0 - p.value) / ((1.0 - q) * p.value))
        slope = (q / p.value - (1.0 - q) / (1.0 - p.value)) / rise
    elif q == p.value:
        slope = 1.0
    ends = (worst_probability(min(max(end, 0.0), 1.0), eta) for end in (p.low, p.high))
    return Estimate(q, slope * p.standard_error, *ends)


def contaminated(p: Estimate, epsilon: float) -> Estimate:
    """The highest probability if with probability `epsilon` anything may hold: ``(1 - epsilon) p + epsilon``. [1]"""
    value, _, low, high = ((1.0 - epsilon) * number + epsilon for number in p)
    return Estimate(value, (1.0 - epsilon) * p.standard_error, low, high)


def cantelli(mean: float, sd: float, level: float = 0.0) -> float:
    """The highest probability of a value at or below a level, of all laws with this mean and spread. [1]

    ``1 / (1 + k^2)`` with the level `k` standard deviations below the mean; 1 where it isn't below it.
    """
    if mean <= level:
        return 1.0
    return sd**2 / (sd**2 + (mean - level) ** 2)


class Together(NamedTuple):
    """What several events may do together, whatever goes with what."""

    all_low: float
    all_high: float
    """Probability that all happen, at least and at most (Fréchet). [1]"""
    any_low: float
    any_high: float
    """Probability that any happens (Boole). [1]"""


def together(chances: Sequence[float]) -> Together:
    """Bounds on all and on any of several events of which only the single chances are known."""
    return Together(
        max(0.0, sum(chances) - (len(chances) - 1)), min(chances), max(chances), min(1.0, math.fsum(chances))
    )


class Moved(NamedTuple):
    """What a number is on average under the worst law, beside the paths' own."""

    plain: float
    worst: float
    by: float
    """``(worst - plain) / sd``. [standard deviations]"""
    in_errors: float
    """``(worst - plain)`` in standard errors of that difference. [1]"""


def moved(values: FloatArray, worst: FloatArray, sample: Sample) -> Moved:
    """How far a law moves the mean of a number.

    Parameters
    ----------
    values : float64[path]
        The number.
    worst : float64[path]
        Weights of the worst law.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Moved
    """
    weight = sample.weight
    plain, then = float(weight @ values), float(worst @ values)
    sd = float(np.sqrt(weight @ (values - plain) ** 2))
    density = np.divide(worst, weight, out=np.zeros(weight.size), where=weight > 0.0)
    # Of a ratio of means: the law adds up to one by division.
    error = precision.mean(density * (values - then) - (values - plain), sample).standard_error
    return Moved(plain, then, (then - plain) / sd if sd > 0.0 else 0.0, _ratio(then - plain, error))


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0.0 else 0.0
