"""The statistics of risksim on plain arrays: path first, numpy in, numpy out.

Losses are positive when money is lost; a gain is a negative loss. ``level=0.95`` speaks of the worst twentieth.
A quantile is the smallest value at which the distribution function reaches the level, never a value between two paths.
A statistic that does not exist is nan. `risksim.metrics.precision` has the same names with their simulation errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.metrics.sample import FloatArray, Sample
from risksim.metrics.tree import tree_sum

LEVEL_TOLERANCE = 1e-12
"""Rounding allowed where a running sum of unequal weights is compared with a level. [1]"""


def mean(values: npt.NDArray[Any], sample: Sample) -> Any:
    """Weighted mean over paths.

    Parameters
    ----------
    values : float64[path, ...]
        What is averaged.
    sample : Sample
        Weights of the paths.

    Returns
    -------
    float64[...]
        In the unit of the values.

    Raises
    ------
    ValueError
        If there are no paths or the sample has another number of them.

    Examples
    --------
    >>> mean(np.array([1.0, 2.0, 6.0]), Sample.equal(3))
    np.float64(3.0)
    """
    _check(values, sample)
    if sample.is_equal:
        return (np.count_nonzero(values, axis=0) if values.dtype == bool else tree_sum(values)) / sample.n_paths
    weight = sample.weight.reshape(-1, *(1,) * (values.ndim - 1))
    return tree_sum(weight * values) / tree_sum(sample.weight)


def sd(values: npt.NDArray[Any], sample: Sample) -> Any:
    """Standard deviation over paths.

    Parameters
    ----------
    values : float64[path, ...]
        What varies.
    sample : Sample
        Weights of the paths.

    Returns
    -------
    float64[...]
        In the unit of the values; nan for a single path that is no enumeration.

    Notes
    -----
    The variance is divided by ``1 - sum w^2``, which is ``(n - 1) / n`` for equal weights, so that it is not biased by
    the mean being estimated too. An enumeration knows its mean and is not corrected, nor are cases that several
    replicates weigh.
    """
    return mean_and_sd(values, sample)[1]


def mean_and_sd(values: npt.NDArray[Any], sample: Sample) -> tuple[Any, Any]:
    """Mean and standard deviation over paths, the mean found once.

    Parameters
    ----------
    values : float64[path, ...]
        What varies.
    sample : Sample
        Weights of the paths.

    Returns
    -------
    tuple of float64[...]
        As `mean` and `sd`.
    """
    middle = mean(values, sample)
    return middle, np.sqrt(_variance_from(mean((values - middle) ** 2, sample), sample))


def probability(mask: npt.NDArray[np.bool_], sample: Sample) -> Any:
    """Share of the paths, by weight, on which something holds.

    Parameters
    ----------
    mask : bool[path, ...]
        Where it holds.
    sample : Sample
        Weights of the paths.

    Returns
    -------
    float64[...]
        Between 0 and 1. [1]
    """
    return mean(mask, sample)


def quantile(values: npt.NDArray[Any], sample: Sample, level: float) -> Any:
    """Smallest value at which the distribution function reaches `level`.

    Parameters
    ----------
    values : float64[path, ...]
        What is ordered.
    sample : Sample
        Weights of the paths.
    level : float
        In (0, 1). [1]

    Returns
    -------
    float64[...]
        One of the values of the paths; nan where any of them is nan.

    Raises
    ------
    ValueError
        If `level` is outside (0, 1) or there are no paths.

    Notes
    -----
    With equal weights it is the value of rank ``ceil(level * n)``, found in whole numbers: the level is read as the
    decimal number it was written as, so that 0.07 of 100 paths is rank 7 (in floating point 7.000000000000001 would
    give rank 8).

    Examples
    --------
    >>> quantile(np.array([30.0, 10.0, 20.0, 40.0]), Sample.equal(4), 0.5)
    np.float64(20.0)
    """
    return quantiles(values, sample, (level,))[0]


def quantiles(values: npt.NDArray[Any], sample: Sample, levels: Sequence[float]) -> FloatArray:
    """Several quantiles from one sorting.

    Parameters
    ----------
    values : float64[path, ...]
        What is ordered.
    sample : Sample
        Weights of the paths.
    levels : sequence of float
        Each in (0, 1). [1]

    Returns
    -------
    float64[level, ...]
        As `quantile`.
    """
    _check(values, sample)
    columns = values.reshape(values.shape[0], -1)
    if columns.shape[1] > 1 and sample.is_equal:
        rising = np.sort(columns.astype(np.float64, copy=False), axis=0)
        places = [rank_of(level, sample.n_paths) - 1 for level in levels]
        at_levels = np.where(np.isnan(rising[-1]), np.nan, rising[places])
        return at_levels.reshape(len(levels), *values.shape[1:])
    found = np.empty((len(levels), columns.shape[1]))
    for column in range(columns.shape[1]):
        ranked = rank(columns[:, column], sample)
        for row, level in enumerate(levels):
            found[row, column] = ranked.at(level)
    return found.reshape(len(levels), *values.shape[1:])


def value_at_risk(losses: npt.NDArray[Any], sample: Sample, level: float) -> Any:
    """Loss that is not exceeded with probability `level`.

    Parameters
    ----------
    losses : float64[path, ...]
        Money lost, positive when lost. [currency]
    sample : Sample
        Weights of the paths.
    level : float
        Confidence level in (0, 1); 0.95 looks at the worst twentieth. [1]

    Returns
    -------
    float64[...]
        The `quantile` of the losses; negative where even the bad paths gain. [currency]
    """
    return quantile(losses, sample, level)


def expected_shortfall(losses: npt.NDArray[Any], sample: Sample, level: float) -> Any:
    """Mean of the worst ``1 - level`` share of losses.

    Parameters
    ----------
    losses : float64[path, ...]
        Money lost, positive when lost. [currency]
    sample : Sample
        Weights of the paths.
    level : float
        Confidence level in (0, 1); 0.95 averages the worst twentieth. [1]

    Returns
    -------
    float64[...]
        Never below `value_at_risk` at the same level. [currency]

    Raises
    ------
    ValueError
        If `level` is outside (0, 1) or there are no paths.

    Notes
    -----
    With ``q`` the value at risk, ``ES = q + E[(L - q)+] / (1 - level)``: the sum over losses beyond ``q`` plus the
    fraction of the atom at ``q`` that fills the tail, in one expression.

    References
    ----------
    .. [1] C. Acerbi and D. Tasche, "On the coherence of expected shortfall," J. Bank. Finance, 26(7), 2002.

    Examples
    --------
    >>> expected_shortfall(np.array([0.0, 0.0, 10.0, 30.0]), Sample.equal(4), 0.5)
    np.float64(20.0)
    """
    at_risk = value_at_risk(losses, sample, level)
    return at_risk + mean(np.maximum(losses - at_risk, 0.0), sample) / tail_of(level)


def expected_loss_given_loss(losses: npt.NDArray[Any], sample: Sample) -> Any:
    """Mean loss of the paths that lose.

    Parameters
    ----------
    losses : float64[path, ...]
        Money lost, positive when lost. [currency]
    sample : Sample
        Weights of the paths.

    Returns
    -------
    float64[...]
        Nan where no path loses. [currency]
    """
    return ratio_of_means(np.maximum(losses, 0.0), losses > 0, sample)


def ratio_of_means(numerator: npt.NDArray[Any], denominator: npt.NDArray[Any], sample: Sample) -> Any:
    """Mean of one quantity over the mean of another.

    Parameters
    ----------
    numerator, denominator : float64[path, ...]
        Two quantities of the same paths.
    sample : Sample
        Weights of the paths.

    Returns
    -------
    float64[...]
        Nan where the mean of the denominator is zero.
    """
    above, below = mean(numerator, sample), mean(denominator, sample)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, np.divide(above, below))[()]


class Ranked(NamedTuple):
    """The values of the paths in rising order."""

    value: FloatArray
    """float64[path]: rising; nan last."""
    reached: FloatArray
    """float64[path]: distribution function at each value; empty where all paths weigh the same. [1]"""

    def at(self, level: float) -> float:
        """Smallest value at which the distribution function reaches `level`; nan where a value is nan."""
        if np.isnan(self.value[-1]):
            return float("nan")
        if self.reached.size == 0:
            return float(self.value[rank_of(level, self.value.size) - 1])
        index = int(np.searchsorted(self.reached, _checked(level) - LEVEL_TOLERANCE))
        return float(self.value[min(index, self.value.size - 1)])


def rank(values: npt.NDArray[Any], sample: Sample) -> Ranked:
    """Put values in rising order, once for any number of quantiles.

    Parameters
    ----------
    values : float64[path]
        What is ordered.
    sample : Sample
        Weights of the paths.

    Returns
    -------
    Ranked
    """
    if sample.is_equal:
        return Ranked(np.sort(values.astype(np.float64, copy=False)), np.empty(0))
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(sample.weight[order])
    return Ranked(values[order].astype(np.float64, copy=False), reached / reached[-1])


def reflected(ranked: Ranked) -> Ranked | None:
    """Minus the values in rising order, without sorting again; None where that needs another look (weights, nan)."""
    if ranked.reached.size or np.isnan(ranked.value[-1]):
        return None
    return Ranked(-ranked.value[::-1], ranked.reached)


@lru_cache(maxsize=4_096)  # the same few are asked for of every statistic and replicate
def rank_of(level: float, n_paths: int) -> int:
    """Rank of a quantile among equally weighted paths: the smallest whole number not below ``level * n_paths``.

    Parameters
    ----------
    level : float
        In (0, 1), read as the decimal number it is written as. [1]
    n_paths : int
        At least 1. [paths]

    Returns
    -------
    int
        Counted from 1.

    Examples
    --------
    >>> rank_of(0.05, 100_000), rank_of(0.07, 100), rank_of(0.5, 3)
    (5000, 7, 2)
    """
    return math.ceil(_decimal(level) * n_paths)


def tail_of(level: float) -> float:
    """What is left beyond a level: 0.05 for 0.95, where floating point would say 0.050000000000000044. [1]"""
    return float(1 - _decimal(level))


def _decimal(level: float) -> Fraction:
    return Fraction(repr(_checked(level)))


def _checked(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise ValueError(f"got level {level!r}; a level lies between 0 and 1, as 0.95.")
    return float(level)


def _check(values: npt.NDArray[Any], sample: Sample) -> None:
    if values.shape[0] != sample.n_paths or sample.n_paths == 0:
        raise ValueError(f"got values of {values.shape[0]} paths and a sample of {sample.n_paths}; both need the same.")


def _variance_from(mean_square: Any, sample: Sample) -> Any:
    """Variance from the mean squared distance to the estimated mean."""
    if sample.is_exact:
        return mean_square
    if not sample.is_equal and sample.n_replicates > 1:
        return mean_square  # weighted cases of quasi-random replicates: few heavy ones are no few draws
    free = 1.0 - 1.0 / sample.effective_size
    return mean_square / free if free > 0 else np.full_like(mean_square, np.nan)[()]
