"""What joining several sites, or several deals, does to a spread: closed forms, shares and contributions."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from risksim.metrics import array, precision
from risksim.metrics.precision import Estimate, Values
from risksim.metrics.sample import FloatArray, Sample

NEAR = 0.01
"""Paths on either side of a quantile from which what a part loses there is reckoned. [1]"""


def success_share_sd(p: float, people: int, sites: int, icc: float) -> float:
    """Standard deviation of the success share of several sites together, each with a rate of its own.

    Parameters
    ----------
    p : float
        Mean success rate. [1]
    people : int
        People of each site.
    sites : int
        Sites.
    icc : float
        Intraclass correlation within a site. [1]

    Returns
    -------
    float
        ``sqrt(p (1 - p) / (sites people) (1 + (people - 1) icc))``. [1]

    Examples
    --------
    >>> [round(success_share_sd(0.5, n, sites, 0.05), 6) for n, sites in ((25, 1), (25, 4), (100, 1))]
    [0.148324, 0.074162, 0.121963]
    """
    return math.sqrt(p * (1.0 - p) / (sites * people) * (1.0 + (people - 1.0) * icc))


def icc_of_site_sd(p: float, sd: float) -> float:
    """The intraclass correlation that sites with different log odds make.

    Parameters
    ----------
    p : float
        Mean success rate over sites. [1]
    sd : float
        Standard deviation of the log odds of the success rate between sites, which are normal.

    Returns
    -------
    float
        Variance of the rates between sites over ``p (1 - p)``. [1]
    """
    if sd == 0.0 or not 0.0 < p < 1.0:
        return 0.0
    places, weights = np.polynomial.hermite_e.hermegauss(96)
    weights = weights / math.sqrt(2.0 * math.pi)

    def rates(middle: float) -> FloatArray:
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * (middle + sd * places))))

    low, high = -40.0 - 10.0 * sd, 40.0 + 10.0 * sd
    for _ in range(200):  # the mean log odds at which the mean rate is p
        middle = 0.5 * (low + high)
        low, high = (middle, high) if float(weights @ rates(middle)) < p else (low, middle)
    return float(weights @ (rates(0.5 * (low + high)) - p) ** 2) / (p * (1.0 - p))


def effective_number(ratio: Estimate) -> Estimate:
    """How many independent parts alike would spread as much: one over the square of a diversification ratio."""
    if not ratio.value > 0.0:
        return Estimate.missing()
    value = ratio.value**-2
    if ratio.standard_error == 0.0:
        return Estimate.exact(value)
    return Estimate.symmetric(value, 2.0 * value / ratio.value * ratio.standard_error)


def largest_share(parts: Values, sample: Sample) -> Estimate:
    """Mean share of the largest part, over paths on which the parts add up to more than nothing.

    Parameters
    ----------
    parts : float64[path, part]
        Not negative.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        [1]
    """
    shares, there = _shares(parts, sample)
    return Estimate.missing() if shares.size == 0 else precision.mean(shares.max(axis=1), there)


def herfindahl(parts: Values, sample: Sample) -> Estimate:
    """Mean Herfindahl-Hirschman index, the sum of squared shares, as `largest_share`: 1 where one part is all."""
    shares, there = _shares(parts, sample)
    return Estimate.missing() if shares.size == 0 else precision.mean((shares**2).sum(axis=1), there)


def _shares(parts: Values, sample: Sample) -> tuple[FloatArray, Sample]:
    total = parts.sum(axis=1)
    some = total > 0.0
    return parts[some] / total[some, np.newaxis], sample.where(some)


def sd_contributions(parts: Values, sample: Sample) -> list[Estimate]:
    """What each part adds to the standard deviation of the sum (Euler): the covariance with the sum over its sd.

    Parameters
    ----------
    parts : float64[path, part]
        What is added up.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    list of Estimate
        They add up to the standard deviation of the sum. Standard errors by the delta method, on the same paths.
    """
    whole = _apart(parts.sum(axis=1), sample)
    variance = float(array.mean(whole**2, sample))
    if variance == 0.0:
        return [Estimate.exact(0.0)] * parts.shape[1]
    spread, found = math.sqrt(variance), []
    # The unbiased standard deviation, as everywhere else.
    unbiased = float(array.sd(parts.sum(axis=1), sample)) / spread
    for column in range(parts.shape[1]):
        products = _apart(np.ascontiguousarray(parts[:, column]), sample) * whole
        together = float(array.mean(products, sample))
        influence = (products - together) / spread - 0.5 * together / spread**3 * (whole**2 - variance)
        found.append(precision.of_influence(unbiased * together / spread, influence, sample))
    return found


def _apart(values: Values, sample: Sample) -> FloatArray:
    return np.asarray(values - array.mean(values, sample))


def shortfall_contributions(losses: Values, sample: Sample, level: float = 0.95) -> list[Estimate]:
    """What each part adds to the expected shortfall of the sum (Euler): its mean loss where the sum is at its worst.

    Parameters
    ----------
    losses : float64[path, part]
        Losses that are added up.
    sample : Sample
        Weights and replicates of the paths.
    level : float
        Of the shortfall. [1]

    Returns
    -------
    list of Estimate
        They add up to the expected shortfall. Paths that lose exactly the quantile are taken in the same proportion.
        With ``q`` the quantile and ``m`` what a part loses on paths that lose about ``q``, the influence of a path on a
        contribution is ``1[L > q] (L_part - m) / (1 - level)``.
    """
    total = losses.sum(axis=1)
    order = np.argsort(total, kind="stable")
    reached = np.cumsum(sample.weight[order])
    at = min(int(np.searchsorted(reached, level)), total.size - 1)
    quantile = total[order[at]]
    beyond, on = total > quantile, total == quantile
    left = (1.0 - level) - float(sample.weight[beyond].sum())
    worst = beyond + on * max(left, 0.0) / float(sample.weight[on].sum())
    near = (reached >= level - NEAR) & (reached <= level + NEAR)
    around = order[near] if near.any() else order[at : at + 1]
    around = np.union1d(around, np.flatnonzero(on))
    found = []
    for column in range(losses.shape[1]):
        own = np.ascontiguousarray(losses[:, column])
        value = float(np.sum(sample.weight * worst * own)) / (1.0 - level)
        there = float(np.sum(sample.weight[around] * own[around]) / np.sum(sample.weight[around]))
        influence = worst * (own - there) / (1.0 - level)
        influence = influence - float(array.mean(influence, sample))
        found.append(precision.of_influence(value, influence, sample))
    return found


def share_sd(successes: Values, people: Values, sample: Sample) -> Estimate:
    """Standard deviation of a share, over paths on which there are people: missing where there are never any."""
    some = people > 0
    if not some.any():
        return Estimate.missing()
    shares: npt.NDArray[np.float64] = successes[some] / people[some]
    return precision.sd(shares, sample.where(some))
