"""How far to trust a number: every statistic of `risksim.metrics.array` with its simulation error.

Where the error comes from is decided by the `Sample` (see there): none for an enumeration, the spread over replicates
where there are several, else the formulae of ``docs/reference/statistics.md``, written for any weights. With ``I`` the
influence of a path on a statistic (its weighted mean is zero), the standard error is
``sqrt(sum (w I)^2 / (1 - sum w^2))``, which for equal weights is the familiar ``s(I) / sqrt(n)``.

An error speaks of the simulation alone. What is not known about the deal itself is in the spread of the paths.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.metrics import array
from risksim.metrics.sample import BoolArray, FloatArray, Rows, Sample
from risksim.metrics.tree import tree_sum

COVER = 0.95
"""Confidence of every interval. [1]"""
Z = 1.959963984540054
"""Point of the standard normal with 2.5 % above it. [1]"""

Values = npt.NDArray[Any]


class Estimate(NamedTuple):
    """A statistic and how far the simulation can be trusted for it.

    Examples
    --------
    >>> Estimate.exact(0.25)
    Estimate(value=0.25, standard_error=0.0, low=0.25, high=0.25)
    """

    value: float
    """The statistic; nan where it does not exist."""
    standard_error: float
    """Of the simulation, in the unit of the value: 0 where it is exact, nan where there is none."""
    low: float
    """Lower end of the 95 % interval; minus infinity where too few paths bound it."""
    high: float
    """Upper end of the 95 % interval; infinity where too few paths bound it."""

    @classmethod
    def exact(cls, value: float) -> Estimate:
        """A number without simulation error."""
        return cls(value, 0.0, value, value)

    @classmethod
    def missing(cls) -> Estimate:
        """A number that does not exist."""
        return cls(math.nan, math.nan, math.nan, math.nan)

    @classmethod
    def symmetric(cls, value: float, standard_error: float, points: float = Z) -> Estimate:
        """An interval of `points` standard errors to either side."""
        return cls(value, standard_error, value - points * standard_error, value + points * standard_error)


def mean(values: Values, sample: Sample) -> Estimate:
    """Mean over paths.

    Parameters
    ----------
    values : float64[path]
        What is averaged.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        In the unit of the values. Standard error ``s / sqrt(n)``.
    """
    middle = float(array.mean(values, sample))
    return _estimate(middle, sample, lambda: values - middle, lambda rows, part: array.mean(values[rows], part))


def sd(values: Values, sample: Sample) -> Estimate:
    """Standard deviation over paths.

    Parameters
    ----------
    values : float64[path]
        What varies.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        In the unit of the values. Standard error by the delta method, ``s((x - m)^2) / (2 s sqrt(n))``.
    """
    spread = float(array.sd(values, sample))

    def influence() -> FloatArray:
        squares = (values - array.mean(values, sample)) ** 2
        return (squares - array.mean(squares, sample)) / (2.0 * spread) if spread > 0 else np.zeros(squares.shape)

    return _estimate(spread, sample, influence, lambda rows, part: array.sd(values[rows], part))


def mean_and_sd(values: Values, sample: Sample) -> tuple[Estimate, Estimate]:
    """Mean and standard deviation over paths, to the bit those of `mean` and `sd`, in little more time than the latter.

    Parameters
    ----------
    values : float64[path]
        What varies.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    tuple of Estimate
        The mean, and the standard deviation.
    """
    if sample.is_exact or sample.n_replicates <= 1:
        return mean(values, sample), sd(values, sample)
    beside = sample.sheaves()
    if beside is not None:
        found = [array.mean_and_sd(values[rows], part) for rows, part in beside]
    else:
        found = [array.mean_and_sd(values[rows], part) for rows, part in sample.parts()]
    middle, spread = array.mean_and_sd(values, sample)
    means, spreads = (np.concatenate([np.atleast_1d(one) for one in parts]) for parts in zip(*found, strict=True))
    return from_parts(float(middle), means), from_parts(float(spread), spreads)


def probability(mask: BoolArray, sample: Sample) -> Estimate:
    """Probability that something holds.

    Parameters
    ----------
    mask : bool[path]
        Where it holds.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        [1] Standard error ``sqrt(p (1 - p) / n)``, interval by Wilson's score. If it holds on no path (or on all) there
        is no standard error, and the interval ends at `upper_bound` (or its complement).

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference," JASA, 22, 1927.
    """
    share = float(array.probability(mask, sample))
    if sample.is_exact:
        return Estimate.exact(share)
    if not mask.any():
        return Estimate(0.0, math.nan, 0.0, upper_bound(sample))
    if mask.all():
        return Estimate(1.0, math.nan, 1.0 - upper_bound(sample), 1.0)
    if sample.n_replicates > 1:
        found = _from_replicates(share, sample, lambda rows, part: array.probability(mask[rows], part))
        return found._replace(low=max(found.low, 0.0), high=min(found.high, 1.0))
    return wilson(share, math.sqrt(share * (1 - share) / _size_behind(mask, share, sample)))


def quantile(values: Values, sample: Sample, level: float) -> Estimate:
    """Smallest value at which the distribution function reaches `level`.

    Parameters
    ----------
    values : float64[path]
        What is ordered.
    sample : Sample
        Weights and replicates of the paths.
    level : float
        In (0, 1). [1]

    Returns
    -------
    Estimate
        As `quantiles`.
    """
    return quantiles(values, sample, (level,))[0]


def quantiles(
    values: Values, sample: Sample, levels: Sequence[float], ranked: array.Ranked | None = None
) -> tuple[Estimate, ...]:
    """Several quantiles from one sorting.

    Parameters
    ----------
    values : float64[path]
        What is ordered.
    sample : Sample
        Weights and replicates of the paths.
    levels : sequence of float
        Each in (0, 1). [1]
    ranked : Ranked, optional
        The same values in rising order, where somebody sorted them before.

    Returns
    -------
    tuple of Estimate
        In the unit of the values. The interval runs between two order statistics (`rank_interval`), so it needs no
        density; it may be a single point where the quantile is an atom. The standard error is the half-width of the
        interval over 1.96.

    Notes
    -----
    With unequal weights the interval is Woodruff's: the level plus and minus 1.96 standard errors of the distribution
    function at the quantile, read back through the distribution function.

    References
    ----------
    .. [1] R. S. Woodruff, "Confidence intervals for medians and other position measures," JASA, 47, 1952.
    """
    ranked = array.rank(values, sample) if ranked is None else ranked
    found = [ranked.at(level) for level in levels]
    if sample.is_exact:
        return tuple(map(Estimate.exact, found))
    if sample.n_replicates > 1:
        parts = _quantiles_of_parts(values, sample, levels)
        return tuple(from_parts(value, parts[:, column]) for column, value in enumerate(found))
    return tuple(_between_ranks(ranked, level, values, sample) for level in levels)


def value_at_risk(losses: Values, sample: Sample, level: float) -> Estimate:
    """Loss that is not exceeded with probability `level`.

    Parameters
    ----------
    losses : float64[path]
        Money lost, positive when lost. [currency]
    sample : Sample
        Weights and replicates of the paths.
    level : float
        Confidence level in (0, 1); 0.95 looks at the worst twentieth. [1]

    Returns
    -------
    Estimate
        The `quantile` of the losses. [currency]
    """
    return quantile(losses, sample, level)


def expected_shortfall(losses: Values, sample: Sample, level: float, ranked: array.Ranked | None = None) -> Estimate:
    """Mean of the worst ``1 - level`` share of losses.

    Parameters
    ----------
    losses : float64[path]
        Money lost, positive when lost. [currency]
    sample : Sample
        Weights and replicates of the paths.
    level : float
        Confidence level in (0, 1); 0.95 averages the worst twentieth. [1]
    ranked : Ranked, optional
        The same losses in rising order, where somebody sorted them before.

    Returns
    -------
    Estimate
        Never below `value_at_risk`. Standard error ``sqrt(Var((L - q)+) / ((1 - level)^2 n))``. [currency]

    Notes
    -----
    The interval needs some hundred paths in the tail: with 50 of them it covers 91 % instead of 95 % in a contract
    that pays 40,000 for each of BetaBin(25; 15.5, 5.5) successes, with 500 it covers 95 %.
    """
    at_risk = float(array.value_at_risk(losses, sample, level)) if ranked is None else ranked.at(level)
    beyond = np.maximum(losses - at_risk, 0.0)
    average, tail = float(array.mean(beyond, sample)), array.tail_of(level)
    return _estimate(
        at_risk + average / tail,
        sample,
        lambda: (beyond - average) / tail,
        lambda rows, part: array.expected_shortfall(losses[rows], part, level),
    )


def expected_loss_given_loss(losses: Values, sample: Sample) -> Estimate:
    """Mean loss of the paths that lose.

    Parameters
    ----------
    losses : float64[path]
        Money lost, positive when lost. [currency]
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        Missing where no path loses. [currency]
    """
    return ratio_of_means(np.maximum(losses, 0.0), losses > 0, sample)


def ratio_of_means(numerator: Values, denominator: Values, sample: Sample) -> Estimate:
    """Mean of one quantity over the mean of another.

    Parameters
    ----------
    numerator, denominator : float64[path]
        Two quantities of the same paths.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        Standard error by the delta method, ``s(A - R B) / (mean(B) sqrt(n))``. Missing where the denominator is zero.

    Notes
    -----
    Replicates are linearised in the same way, ``R + mean(A - R B) / mean(B)``, so that a replicate without any loss
    still counts in an expected loss given loss.
    """
    ratio = float(array.ratio_of_means(numerator, denominator, sample))
    if math.isnan(ratio):
        return Estimate.missing()
    influence = (numerator - ratio * denominator) / float(array.mean(denominator, sample))
    return _linear(ratio, influence, sample)


def paired_difference(first: Values, second: Values, sample: Sample) -> Estimate:
    """Mean of the difference between two quantities of the same paths, as two contracts met by the same people.

    Parameters
    ----------
    first, second : float64[path]
        Two quantities of the same paths.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        Mean of ``first - second``. Standard error ``s(first - second) / sqrt(n)``.
    """
    return mean(np.subtract(first, second, dtype=np.float64), sample)


class Split(NamedTuple):
    """The variance of a quantity in parts that sum to one, by what was drawn anew."""

    not_known: Estimate
    """Part of the inputs: the variance of the mean given them. [1]"""
    shared: Estimate | None
    """Part of what all people share, given the inputs; None where nothing is shared. [1]"""
    small_numbers: Estimate
    """Part of the luck of single people, given all the rest. [1]"""


def split_variance(first: Values, again: Values, all_again: Values | None, sample: Sample) -> Split:
    """Parts of the variance of a quantity that was drawn more than once on the same inputs.

    Parameters
    ----------
    first, again : float64[path]
        The quantity, and the quantity with other people.
    all_again : float64[path], optional
        The quantity with other people who share other luck; left out where nothing is shared.
    sample : Sample
        Weights of the paths.

    Returns
    -------
    Split
        Covariances over the variance, each with its error by the delta method. Missing where nothing varies.

    Notes
    -----
    Given the inputs, two draws are independent, so their covariance is ``Var(E[Y | inputs])``. The variance is the mean
    of the squares of all draws about their common mean, by which the parts sum to one.

    References
    ----------
    .. [1] A. Saltelli et al., "Variance based sensitivity analysis of model output," Comput. Phys. Commun., 181, 2010.
    """
    draws = [first, again] if all_again is None else [first, again, all_again]
    middle = float(np.mean([array.mean(values, sample) for values in draws]))
    far = [np.asarray(values, dtype=np.float64) - middle for values in draws]
    square = np.mean([values**2 for values in far], axis=0)
    given_all = far[0] * far[1]
    given_inputs = given_all if all_again is None else far[0] * far[2]
    return Split(
        ratio_of_means(given_inputs, square, sample),
        None if all_again is None else ratio_of_means(given_all - given_inputs, square, sample),
        ratio_of_means(square - given_all, square, sample),
    )


def shortfall_difference(first: Values, second: Values, sample: Sample, level: float) -> Estimate:
    """Expected shortfall of one quantity less that of another of the same paths.

    Parameters
    ----------
    first, second : float64[path]
        Money lost under two contracts, positive when lost. [currency]
    sample : Sample
        Weights and replicates of the paths.
    level : float
        As in `expected_shortfall`. [1]

    Returns
    -------
    Estimate
        Standard error from the difference of the two influences path by path, so that luck which both share counts for
        neither. [currency]
    """
    value = float(array.expected_shortfall(first, sample, level) - array.expected_shortfall(second, sample, level))

    def influence(losses: Values) -> FloatArray:
        beyond = np.maximum(losses - float(array.value_at_risk(losses, sample, level)), 0.0)
        return np.asarray((beyond - float(array.mean(beyond, sample))) / array.tail_of(level))

    return _estimate(
        value,
        sample,
        lambda: influence(first) - influence(second),
        lambda rows, part: (
            array.expected_shortfall(first[rows], part, level) - array.expected_shortfall(second[rows], part, level)
        ),
    )


def irr_of_mean_flow(rate: float, flow: Values, years: FloatArray, sample: Sample) -> Estimate:
    """Simulation error of the internal rate of return of the mean cash flow.

    Parameters
    ----------
    rate : float
        The root for ``array.mean(flow, sample)``, solved by the caller; nan where there is none. [1/year]
    flow : float64[path, period]
        Money received less money paid in. [any money unit]
    years : float64[period]
        Years since the start. [year]
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        Standard error ``s(sum_k F_k v^tau_k) / (|f'(r)| sqrt(n))``. None at a total loss, -100 %. [1/year]
    """
    if math.isnan(rate) or rate <= -1.0:
        return Estimate(rate, math.nan, math.nan, math.nan)
    discount = (1.0 + rate) ** -years
    slope = -float(np.sum(years * array.mean(flow, sample) * discount)) / (1.0 + rate)
    if slope == 0.0:
        return Estimate(rate, math.nan, math.nan, math.nan)
    worth = np.zeros(flow.shape[0])
    for period in range(years.size):  # one period at a time: no second copy of all flows
        worth += flow[:, period] * discount[period]
    return _linear(rate, (worth - float(array.mean(worth, sample))) / -slope, sample)


def modified_rate(flow: Values, years: FloatArray, rate: float, sample: Sample) -> Estimate:
    """Modified internal rate of return of the mean cash flow (MIRR): one rate where several or none fit.

    Parameters
    ----------
    flow : float64[path, period]
        Money received less money paid in. [any money unit]
    years : float64[period]
        Years since the start. [year]
    rate : float
        At which money paid in is financed and money received is put out again. [1/year]
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        ``(FV(receipts) / PV(payments))^(1 / T) - 1`` of the mean flow, `T` from its first to its last date; standard
        error by the delta method. Missing where nothing is paid in, or on one date only. [1/year]
    """
    mean = np.asarray(array.mean(flow, sample), dtype=np.float64)
    moved = np.flatnonzero(mean)
    span = float(years[moved[-1]] - years[moved[0]]) if moved.size else 0.0
    if span <= 0.0 or not (mean < 0.0).any():
        return Estimate.missing()
    received = flow @ np.where(mean > 0.0, (1.0 + rate) ** (years[moved[-1]] - years), 0.0)
    paid = -(flow @ np.where(mean < 0.0, (1.0 + rate) ** (years[moved[0]] - years), 0.0))
    ratio = ratio_of_means(received, paid, sample)
    found = max(ratio.value, 0.0) ** (1.0 / span)
    slope = found / (span * ratio.value) if ratio.value > 0.0 else math.nan
    influence = slope * (received - ratio.value * paid) / float(array.mean(paid, sample))
    return _linear(found - 1.0, influence, sample)


def correlation(first: Values, second: Values, sample: Sample) -> Estimate:
    """Correlation of two quantities over the same paths.

    Parameters
    ----------
    first, second : float64[path]
        What varies.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        Standard error by the delta method: of ``z1 z2 - r (z1^2 + z2^2) / 2``, `z` in standard deviations from the
        mean; about ``(1 - r^2) / sqrt(n)``. Missing where one of them doesn't vary. [1]
    """
    apart = [values - array.mean(values, sample) for values in (first, second)]
    spreads = [math.sqrt(float(array.mean(values**2, sample))) for values in apart]
    if 0.0 in spreads:
        return Estimate.missing()
    one, other = (values / spread for values, spread in zip(apart, spreads, strict=True))
    found = float(array.mean(one * other, sample))
    return _linear(found, one * other - 0.5 * found * (one**2 + other**2), sample)


def ratio_of_spreads(parts: Values, sample: Sample) -> Estimate:
    """Standard deviation of a sum over the sum of the standard deviations of its parts.

    Parameters
    ----------
    parts : float64[path, part]
        What is added up.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate
        1 where all parts rise and fall together. Missing where none varies. [1]
    """
    total = parts.sum(axis=1)
    spreads = [float(array.sd(np.ascontiguousarray(parts[:, part]), sample)) for part in range(parts.shape[1])]
    whole, added = float(array.sd(total, sample)), math.fsum(spreads)
    if added == 0.0 or whole == 0.0 or not math.isfinite(added):
        return Estimate.missing() if added == 0.0 or not math.isfinite(added) else Estimate.exact(0.0)

    def moved(values: Values, spread: float) -> FloatArray:
        squares = (values - array.mean(values, sample)) ** 2
        return np.asarray((squares - array.mean(squares, sample)) / (2.0 * spread))

    influence = moved(total, whole) / added
    for part, spread in enumerate(spreads):
        if spread > 0.0:
            influence -= whole / added**2 * moved(np.ascontiguousarray(parts[:, part]), spread)
    return _linear(whole / added, influence, sample)


def upper_bound(sample: Sample) -> float:
    """Upper 95 % bound for the probability of what was never seen: three over the number of paths.

    Parameters
    ----------
    sample : Sample
        Weights of the paths.

    Returns
    -------
    float
        ``3 / n`` with the effective number of paths, at most 1; 0 for an enumeration. [1]
    """
    return 0.0 if sample.is_exact else min(1.0, 3.0 / sample.effective_size)


def paths_needed(p: float, half_width: float) -> int:
    """Independent paths for a 95 % interval of a given half-width on a probability.

    Parameters
    ----------
    p : float
        About how large the probability is. [1]
    half_width : float
        Half the width of the interval. [1]

    Returns
    -------
    int
        [paths]

    Examples
    --------
    >>> paths_needed(0.1, 0.005)
    13830
    """
    return math.ceil(p * (1.0 - p) * (Z / half_width) ** 2)


def rank_interval(n_paths: int, level: float) -> tuple[int, int]:
    """Ranks between which a quantile lies with at least 95 % confidence, whatever the law.

    Parameters
    ----------
    n_paths : int
        Independent paths of equal weight. [paths]
    level : float
        In (0, 1). [1]

    Returns
    -------
    tuple of int
        Lower and upper rank, counted from 1; 0 or ``n + 1`` where the paths are too few for a bound on that side.

    Notes
    -----
    The quantile lies from the value of rank ``l`` up to that of rank ``u`` if at least ``l`` and fewer than ``u`` paths
    are below it, and their number follows Binomial(n, level). The lower rank leaves at most 2.5 % below; the upper one
    is the smallest that makes 95 % together with it.

    Examples
    --------
    >>> rank_interval(100_000, 0.05)
    (4865, 5136)
    """
    from scipy.special import bdtr

    lower = _binomial_point((1 - COVER) / 2, n_paths, level)
    below = float(bdtr(lower - 1.0, n_paths, level)) if lower > 0 else 0.0
    return lower, _binomial_point(COVER + below, n_paths, level) + 1


def _estimate(
    value: float,
    sample: Sample,
    influence: Callable[[], Values],
    of_part: Callable[[Rows, Sample], Any],
) -> Estimate:
    """A statistic with the error its sample calls for.

    `influence` gives float64[path]; `of_part` gives the statistic of one replicate from its rows and its sample.
    """
    if sample.is_exact:
        return Estimate.exact(value)
    if sample.n_replicates > 1:
        return _from_replicates(value, sample, of_part)
    return Estimate.symmetric(value, _error_within(influence(), sample))


def of_influence(value: float, influence: Values, sample: Sample) -> Estimate:
    """A statistic whose influence of every path is known: float64[path], weighted mean zero."""
    return _linear(value, influence, sample)


def _linear(value: float, influence: Values, sample: Sample) -> Estimate:
    """A statistic whose replicates are taken as its value plus the mean influence of their paths."""
    return _estimate(value, sample, lambda: influence, lambda rows, part: value + array.mean(influence[rows], part))


def _error_within(influence: Values, sample: Sample) -> float:
    if sample.n_paths < 2:
        return math.nan
    if sample.is_equal:
        return math.sqrt(float(tree_sum(influence**2)) / (sample.n_paths * (sample.n_paths - 1.0)))
    free = 1.0 - 1.0 / sample.effective_size
    return math.sqrt(float(tree_sum((sample.weight * influence) ** 2)) / free) if free > 0 else math.nan


def _from_replicates(value: float, sample: Sample, of_part: Callable[[Rows, Sample], Any]) -> Estimate:
    beside = sample.sheaves()
    if beside is not None:
        return from_parts(value, np.concatenate([of_part(rows, part) for rows, part in beside]))
    return from_parts(value, np.array([float(of_part(rows, part)) for rows, part in sample.parts()]))


def _quantiles_of_parts(values: Values, sample: Sample, levels: Sequence[float]) -> FloatArray:
    """Quantiles of each replicate: float64[replicate, level]."""
    beside = sample.sheaves()
    if beside is not None:
        found = [array.quantiles(values[rows], part, levels) for rows, part in beside]
        return np.ascontiguousarray(np.concatenate(found, axis=1).T)
    return np.array([array.quantiles(values[rows], part, levels) for rows, part in sample.parts()])


def from_parts(value: float, parts: FloatArray) -> Estimate:
    """A statistic with the estimates of R replicates: float64[replicate]; interval with R - 1 degrees of freedom."""
    from scipy.special import stdtrit

    apart = parts - np.add.reduce(parts) / parts.size  # step by step what np.std does, which looks at more than it adds
    error = math.sqrt(np.add.reduce(apart * apart) / (parts.size - 1)) / math.sqrt(parts.size)
    return Estimate.symmetric(value, error, float(stdtrit(parts.size - 1, (1 + COVER) / 2)))


def _size_behind(mask: BoolArray, share: float, sample: Sample) -> float:
    """Number of equally weighted paths that would give a probability the same error. [paths]"""
    if sample.is_equal:
        return float(sample.n_paths)
    return share * (1 - share) / float(tree_sum((sample.weight * (mask - share)) ** 2))


def wilson(share: float, error: float) -> Estimate:
    """Wilson's score interval for a share with a standard error."""
    extra = Z**2 * error**2 / (share * (1 - share))  # z^2 / n
    centre = (share + extra / 2) / (1 + extra)
    reach = math.sqrt(Z**2 * error**2 + extra**2 / 4) / (1 + extra)
    return Estimate(share, error, max(centre - reach, 0.0), min(centre + reach, 1.0))


def _between_ranks(ranked: array.Ranked, level: float, values: Values, sample: Sample) -> Estimate:
    """A quantile and its interval from one replicate."""
    value = ranked.at(level)
    if math.isnan(value):
        return Estimate.missing()
    if sample.is_equal:
        lower, upper = rank_interval(sample.n_paths, level)
        low = float(ranked.value[lower - 1]) if lower >= 1 else -math.inf
        high = float(ranked.value[upper - 1]) if upper <= sample.n_paths else math.inf
    else:
        reach = Z * _error_within((values <= value) - float(array.probability(values <= value, sample)), sample)
        low = ranked.at(level - reach) if level - reach > 0 else -math.inf
        high = ranked.at(level + reach) if level + reach < 1 else math.inf
    bounded = math.isfinite(low) and math.isfinite(high)
    return Estimate(value, (high - low) / (2 * Z) if bounded else math.nan, low, high)


def _binomial_point(chance: float, n_trials: int, p: float) -> int:
    """Smallest count at which the binomial distribution function reaches `chance`."""
    from scipy.special import bdtr, bdtrik

    guess = math.ceil(bdtrik(chance, n_trials, p)) if (1.0 - p) ** n_trials < chance else 0
    while guess > 0 and bdtr(guess - 1.0, n_trials, p) >= chance:
        guess -= 1
    while bdtr(float(guess), n_trials, p) < chance:
        guess += 1
    return guess
