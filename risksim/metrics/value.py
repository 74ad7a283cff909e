"""What it is worth to know more before deciding: nothing here knows of deals, only of decisions and payoffs.

A decision is a column of payoffs. Without more knowledge the best is the column with the highest mean; with it, the
best is chosen on each path by what is then expected. The difference of the two means is the value of knowing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import FloatArray, IntArray, Sample

MOST_BINS = 4_096
"""Groups of paths with nearly the same rate, over which a pilot's results are added up."""


def best(payoffs: FloatArray, sample: Sample) -> int:
    """The decision with the highest mean: float64[path, decision] -> its column, the first of equal ones."""
    return int(np.argmax(sample.weight @ payoffs))


ROUNDING = 1e-12
"""Of a payoff, what counts as no difference. [1]"""


def value_of_knowing(expected: FloatArray, payoffs: FloatArray, sample: Sample) -> Estimate:
    """How much better the best decision is once something is known.

    Parameters
    ----------
    expected : float64[path, decision]
        What is expected of each decision, given what is then known on the path. [currency]
    payoffs : float64[path, decision]
        What each decision leaves, luck and all; their mean given what is known is `expected`. [currency]
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        ``E[max E[payoff | known]] - max E[payoff]``, never negative: the mean payoff of the decision then taken less
        that of the one taken now, path by path, with its standard error. An error of `expected` matters to second
        order only, as it changes decisions where they are worth nearly the same. There is no error where the decision
        changes on no path. [currency]
    """
    then = np.take_along_axis(payoffs, expected.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    return _gain(then, payoffs[:, best(expected, sample)], sample)


def _gain(then: FloatArray, now: FloatArray, sample: Sample) -> Estimate:
    difference = then - now
    # A sum of one choice differs from it by rounding alone where that choice is certain.
    difference[np.abs(difference) <= ROUNDING * np.maximum(np.abs(then), np.abs(now))] = 0.0
    if not difference.any():
        return Estimate(0.0, math.nan, 0.0, math.nan)  # no path says how near the border is
    found = precision.mean(difference, sample)
    return found if found.value > 0.0 else Estimate(0.0, found.standard_error, 0.0, max(found.high, 0.0))


class Rates(NamedTuple):
    """A success rate that nobody knows, and what each decision is worth at it."""

    rate: FloatArray
    """float64[place]: rising. [1]"""
    weight: FloatArray
    """float64[place]: its probability; adds up to one. [1]"""
    worth: FloatArray
    """float64[place, decision]: mean payoff. [currency]"""


def binned(rate: FloatArray, expected: FloatArray, sample: Sample) -> tuple[Rates, IntArray]:
    """Paths in groups of nearly the same rate: the groups, and the group of each path int64[path].

    Parameters
    ----------
    rate : float64[path]
        The rate. [1]
    expected : float64[path, decision]
        Mean payoff given the rate. [currency]
    sample : Sample
        Weights of the paths.
    """
    order = np.argsort(rate, kind="stable")
    group = np.empty(rate.size, dtype=np.int64)
    group[order] = np.arange(rate.size) * min(MOST_BINS, rate.size) // rate.size
    weight = np.asarray(np.bincount(group, sample.weight), dtype=np.float64)
    middle = np.asarray(np.bincount(group, sample.weight * rate) / weight)
    worth = [np.bincount(group, sample.weight * column) / weight for column in expected.T]
    return Rates(middle, weight, np.stack(worth, axis=1)), group


def added_up(terms: FloatArray) -> FloatArray:
    """Sums of columns, row by row: a product of matrices adds in an order that hangs on where its numbers lie."""
    return np.asarray(np.add.reduce(terms, axis=0), dtype=np.float64)


def means_of(rates: Rates) -> FloatArray:
    """float64[decision]: mean payoff of each decision. [currency]"""
    return added_up(rates.weight[:, np.newaxis] * rates.worth)


def choices_after(rates: Rates, people: int) -> tuple[float, FloatArray]:
    """What a pilot is worth, and how it leads to decisions at each rate.

    Parameters
    ----------
    rates : Rates
        What nobody knows.
    people : int
        People of the pilot, each of whom succeeds at the rate, by luck of their own. [people]

    Returns
    -------
    float
        ``E[max E[payoff | successes]] - max E[payoff]``, summed over all numbers of successes. [currency]
    float64[place, decision]
        Probability that the decision is taken after the pilot, at each rate. [1]

    References
    ----------
    .. [1] H. Raiffa and R. Schlaifer, *Applied Statistical Decision Theory*, Harvard, 1961.
    """
    successes = np.arange(people + 1)
    logs = special.gammaln(people + 1) - special.gammaln(successes + 1) - special.gammaln(people - successes + 1)
    chance = np.exp(
        logs[:, np.newaxis]
        + special.xlogy(successes[:, np.newaxis], rates.rate)
        + special.xlog1py((people - successes)[:, np.newaxis], -rates.rate)
    )
    worth = rates.weight[:, np.newaxis] * rates.worth
    together = np.stack([added_up(one[:, np.newaxis] * worth) for one in chance])
    taken = np.eye(rates.worth.shape[1])[together.argmax(axis=1)]
    gain = float(together.max(axis=1).sum() - added_up(worth).max())
    return max(gain, 0.0), chance.T @ taken


def value_of_pilot(
    rate: FloatArray, expected: FloatArray, payoffs: FloatArray, sample: Sample, people: int
) -> Estimate:
    """What a pilot is worth that counts the successes of so many people.

    Parameters
    ----------
    rate : float64[path]
        The success rate. [1]
    expected : float64[path, decision]
        Mean payoff given the rate. [currency]
    payoffs : float64[path, decision]
        Payoffs, luck and all. [currency]
    sample : Sample
        Weights and replicates of the paths.
    people : int
        Of the pilot. [people]

    Returns
    -------
    Estimate
        Exact but for the fit of `expected` and the draws of the rate. [currency]
    """
    rates, group = binned(rate, expected, sample)
    _, chosen = choices_after(rates, people)
    return _gain((chosen[group] * payoffs).sum(axis=1), payoffs[:, best(expected, sample)], sample)


def net_value(
    value: Estimate, cost: float, serves: float = 1.0, lapse: float = 0.0, months: float = 0.0, rate: float = 0.0
) -> Estimate:
    """What is left of the value of a pilot after its cost.

    Parameters
    ----------
    value : Estimate
        Of the pilot, for one deal. [currency]
    cost : float
        Of the pilot, paid today. [currency]
    serves : float
        Later deals of this size that are decided by it. [1]
    lapse : float
        Probability that the chance to invest is gone when its results are there. [1]
    months : float
        Until then. [month]
    rate : float
        At which waiting is discounted. [1/year]

    Returns
    -------
    Estimate
        ``serves x value x (1 - lapse) / (1 + rate)^(months / 12) - cost``. [currency]
    """
    times = serves * (1.0 - lapse) * (1.0 + rate) ** (-months / 12.0)
    found = Estimate(*(times * number - cost for number in value))
    return found._replace(standard_error=times * value.standard_error)


SCORES = 4_001
"""Places at which a rate is looked at whose payoff is known without luck; spread evenly over normal scores."""
FINE_SCORES = 2**18 + 1
"""Places where the best decision changes from one to the next, so that a coarser rule would show."""
FURTHEST = 9.0
"""The last of these places. [standard deviations]"""


def normal_places(n: int) -> tuple[FloatArray, FloatArray]:
    """Places on the normal scale and their probabilities, by the trapezoidal rule: two float64[place].

    For smooth functions it is exact to all digits, as all derivatives die out at both ends.
    """
    place = np.linspace(-FURTHEST, FURTHEST, n)
    weight = np.exp(-0.5 * place**2)
    return place, weight / weight.sum()


def beta_quantile(score: FloatArray, a: float, b: float) -> FloatArray:
    """Quantile of a Beta law at a normal score, exact in both tails."""
    low, high = special.ndtr(np.minimum(score, 0.0)), special.ndtr(-np.maximum(score, 0.0))
    return np.where(score <= 0.0, special.betaincinv(a, b, low), 1.0 - special.betaincinv(b, a, high))


def perfect(rates: Rates) -> float:
    """What it is worth to know the rate itself. [currency]"""
    return max(math.fsum(rates.weight * rates.worth.max(axis=1)) - float(means_of(rates).max()), 0.0)
