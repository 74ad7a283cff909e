"""Which of several independent or dependent inputs an output hangs on, as shares of its variance.

Closed share, or first-order index, of an input ``i``: ``Var(E[Y | X_i]) / Var(Y)``, what would go if it were known.
Total share: ``E[Var(Y | all but X_i)] / Var(Y)``, what would be left if all else were known. The two differ by what an
input does together with others. Shapley's share lies between them where inputs are independent, deals what inputs do
together out evenly, and sums to one.

Everything here works on arrays. Resampling takes its numbers from Philox under a key of its own, so that an interval is
the same each time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.kernels.words import fill_uniforms
from risksim.metrics.precision import Estimate, ratio_of_means
from risksim.metrics.sample import Sample

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Numbers = npt.NDArray[Any]

RESAMPLES = 200
"""Resamples behind a bootstrap interval."""
MOST_BLOCKS = 1024
"""Rows that are resampled at most; more are added up in blocks of neighbours first, which are independent too."""
MOST_BINS = 64
"""Bins of an input, at most, for indices from a sample already made."""
FEWEST_IN_BIN = 32
"""Paths in a bin at least. [paths]"""
INNER = 3
"""Inner draws of a conditional variance for Shapley effects: few suffice (Song, Nelson and Staum 2016)."""
KEY = np.array([0x72657361, 0x6D706C65], dtype=np.uint64)
"""Key of all resampling: no key of a run, which are hashes of a seed."""


class Index(NamedTuple):
    """What an input has of a variance."""

    first: Estimate
    """Closed share, of the input alone. [1]"""
    total: Estimate
    """Total share, with all that it does together with others. [1]"""


class Shares(NamedTuple):
    """A variance dealt out over independent factors."""

    variance: float
    """[square of the unit of the output]"""
    first: tuple[Estimate, ...]
    """Closed share of each factor. [1]"""
    total: tuple[Estimate, ...]
    """Total share of each factor. [1]"""
    shapley: tuple[Estimate, ...]
    """Shapley's share of each; they sum to one. [1]"""
    together: Estimate
    """What no factor does alone: one less the closed shares. [1]"""


def sobol_indices(a: FloatArray, b: FloatArray, ab: FloatArray) -> tuple[Index, ...]:
    """First-order and total indices of independent inputs, by pick and freeze.

    Parameters
    ----------
    a, b : float64[replicate, path]
        The output at two independent samples of all inputs; with several replicates, each with luck of its own given
        the inputs, the indices are those of the expectation given the inputs.
    ab : float64[input, replicate, path]
        The output at the first sample with one input taken from the second; replicates meet the luck of those of `a`.

    Returns
    -------
    tuple of Index
        With bootstrap intervals over paths. Missing where nothing varies.

    Notes
    -----
    ``S_i = mean[f(B) (f(A_B^i) - f(A))] / V`` (Saltelli et al. 2010) and ``T_i = mean[(f(A) - f(A_B^i))^2] / (2 V)``
    (Jansen 1999), f less its mean. With ``n > 1`` replicates every product of two outputs is the mean over pairs of
    *different* replicates, whose luck is independent: ``(sum x sum y - sum x y) / (n (n - 1))``. So the variance of
    luck enters neither numerators nor V, however few replicates there are.

    References
    ----------
    .. [1] A. Saltelli et al., "Variance based sensitivity analysis of model output," Comput. Phys. Commun., 181, 2010.
    .. [2] M. J. W. Jansen, "Analysis of variance designs for model output," Comput. Phys. Commun., 117, 1999.
    """
    middle = (a.mean() + b.mean()) / 2.0
    far_a, far_b, far_ab = a - middle, b - middle, ab - middle
    n_inputs = ab.shape[0]
    terms = [_product(far_b, one - far_a) for one in far_ab]
    terms += [_product(far_a - one, far_a - one) / 2.0 for one in far_ab]
    terms += [(_product(far_a, far_a) + _product(far_b, far_b)) / 2.0, (far_a.mean(axis=0) + far_b.mean(axis=0)) / 2.0]

    def indices(means: FloatArray) -> FloatArray:
        variance = means[..., -2] - means[..., -1] ** 2
        return means[..., : 2 * n_inputs] / np.where(variance > 0.0, variance, np.nan)[..., np.newaxis]

    found = bootstrap(np.array(terms), indices)
    return tuple(Index(found[place], found[n_inputs + place]) for place in range(n_inputs))


def _product(x: FloatArray, y: FloatArray) -> FloatArray:
    """Unbiased product of two expectations by path: float64[replicate, path] each -> float64[path]."""
    n = x.shape[0]
    if n == 1:
        return np.asarray(x[0] * y[0])
    return np.asarray((x.sum(axis=0) * y.sum(axis=0) - (x * y).sum(axis=0)) / (n * (n - 1)))


def bootstrap(terms: FloatArray, statistic: Callable[[FloatArray], FloatArray]) -> tuple[Estimate, ...]:
    """Functions of means over paths, with intervals from resampled paths.

    Parameters
    ----------
    terms : float64[term, path]
        What is averaged.
    statistic : callable
        From float64[..., term], the means, to float64[..., statistic].

    Returns
    -------
    tuple of Estimate
        One a statistic: the standard error is the spread over resamples, the interval their 2.5 and 97.5 % points.
    """
    n_terms, n_paths = terms.shape
    n_blocks = min(n_paths, MOST_BLOCKS)
    edges = np.linspace(0, n_paths, n_blocks + 1).astype(np.int64)[:-1]
    sums = np.vstack([np.add.reduceat(terms, edges, axis=1), np.diff(np.append(edges, n_paths))[np.newaxis]])
    drawn = _counts(n_blocks, RESAMPLES) @ sums.T
    again = statistic(drawn[:, :n_terms] / drawn[:, n_terms:])
    values = statistic(terms.mean(axis=1))
    return tuple(_from_resamples(float(value), again[:, place]) for place, value in enumerate(values))


def _from_resamples(value: float, again: FloatArray) -> Estimate:
    if math.isnan(value) or np.isnan(again).any():
        return Estimate.missing()
    low, high = np.quantile(again, (0.025, 0.975))
    return Estimate(value, float(again.std(ddof=1)), float(low), float(high))


def _counts(n: int, resamples: int) -> FloatArray:
    """How often each of n things comes in each resample of n: float64[resample, n]."""
    counts = np.empty((resamples, n))
    for number, places in enumerate(resampled(n, resamples)):
        counts[number] = np.bincount(places, minlength=n)
    return counts


def resampled(n: int, resamples: int) -> IntArray:
    """Places of n things drawn n times with replacement: int64[resample, n]."""
    uniforms = np.empty(n * resamples)
    fill_uniforms(KEY, 0, 0, 0, uniforms)
    return np.minimum((uniforms * n).astype(np.int64), n - 1).reshape(resamples, n)


def shares_of_subsets(outputs: FloatArray) -> Shares:
    """Deal a variance out over independent factors, from the output with every subset of them drawn anew.

    Parameters
    ----------
    outputs : float64[subset, path]
        Bit ``i`` of the subset says whether factor ``i`` is drawn anew; at 0 nothing is. The same two draws of each
        factor stand behind all subsets of a path.

    Returns
    -------
    Shares
        With errors by the delta method; missing where nothing varies.

    Notes
    -----
    Two outputs whose subsets differ in ``s`` share all factors but those of ``s``, so the mean over paths and over all
    such pairs of their product, ``r(s)``, is ``Var(E[Y | factors not in s])`` and the square of the mean. Differences
    of these are the closed shares of all sets of factors, hence all indices. The variance is ``r(none) - r(all)``, by
    which Shapley's shares sum to one exactly. All ``r`` of a path are one convolution over subsets, worked out by the
    transform of Walsh and Hadamard.

    References
    ----------
    .. [1] A. B. Owen, "Sobol' indices and Shapley value," SIAM/ASA J. Uncertainty Quantification, 2, 2014.
    """
    n_subsets = outputs.shape[0]
    n_factors = n_subsets.bit_length() - 1
    together = walsh(walsh(outputs - outputs.mean()) ** 2) / n_subsets**2
    everything = n_subsets - 1
    whole = together[0] - together[everything]
    sample = Sample.equal(outputs.shape[1])
    if not whole.mean() > 1e-12 * float(np.mean(outputs**2)):
        none = (Estimate.missing(),) * n_factors
        return Shares(0.0, none, none, none, Estimate.missing())

    def share(part: FloatArray) -> Estimate:
        return ratio_of_means(part, whole, sample)

    alone = [together[everything ^ (1 << place)] - together[everything] for place in range(n_factors)]
    return Shares(
        float(whole.mean()),
        tuple(map(share, alone)),
        tuple(share(together[0] - together[1 << place]) for place in range(n_factors)),
        tuple(share(shapley_weights(n_factors, place) @ together) for place in range(n_factors)),
        share(whole - np.sum(alone, axis=0)),
    )


def shapley_weights(n_factors: int, place: int) -> FloatArray:
    """What the product of outputs that differ in a subset counts for in Shapley's share of a factor: float64[subset].

    The worth of a set of factors is the product of outputs that differ in all others.
    """
    weights = np.zeros(1 << n_factors)
    everything = (1 << n_factors) - 1
    for known in range(1 << n_factors):
        if not known >> place & 1:
            size = known.bit_count()
            weight = 1.0 / (n_factors * math.comb(n_factors - 1, size))
            weights[everything ^ known ^ (1 << place)] += weight
            weights[everything ^ known] -= weight
    return weights


def walsh(values: FloatArray) -> FloatArray:
    """The transform of Walsh and Hadamard along the first axis, whose length is a power of two."""
    found = values.astype(np.float64, copy=True)
    half = 1
    while half < found.shape[0]:
        pairs = found.reshape(-1, 2, half, *found.shape[1:])
        found = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).reshape(found.shape)
        half *= 2
    return found


def given_data_indices(inputs: FloatArray, output: FloatArray) -> tuple[Estimate, ...]:
    """First-order indices from a sample that was not made for them.

    Parameters
    ----------
    inputs : float64[path, input]
        Independent paths.
    output : float64[path]
        What comes out.

    Returns
    -------
    tuple of Estimate
        One an input, with an interval by the bootstrap over blocks of paths. May lie a little below 0.

    Notes
    -----
    Each input is cut into bins of equal counts, and ``Var(E[Y | bin])`` is estimated by the analysis of variance,
    ``(mean square between - mean square within) / paths in a bin``: the luck of the paths in a bin would otherwise
    count as influence. What the input does inside a bin counts as noise, so a number of which the output is a ragged
    function has rather too small an index.

    References
    ----------
    .. [1] M. Strong, J. E. Oakley and J. Chilcott, "Managing structural uncertainty in health economic decision
       models," Journal of the Royal Statistical Society C, 61, 2012.
    .. [2] E. Borgonovo, W. Castaings and S. Tarantola, "Moment independent importance measures: new results and
       analytical test cases," Risk Analysis, 31, 2011.
    """
    n_paths = output.size
    n_bins = max(2, min(MOST_BINS, n_paths // FEWEST_IN_BIN))
    n_blocks = max(1, min(n_paths, 128))
    block = np.arange(n_paths) * n_blocks // n_paths
    far = output - output.mean()
    drawn = _counts(n_blocks, RESAMPLES)
    found = []
    for values in inputs.T:
        place = np.empty(n_paths, dtype=np.int64)
        place[np.argsort(values, kind="stable")] = np.arange(n_paths) * n_bins // n_paths
        size, total = np.bincount(place, minlength=n_bins), np.bincount(place, weights=far, minlength=n_bins)
        value = float(_between(size[np.newaxis], total[np.newaxis], np.array([far @ far]))[0])
        if math.isnan(value):
            found.append(Estimate.missing())
            continue
        # The means of bins scatter by luck too. Resamples, which add as much once more, begin from means that scatter
        # as little as the input lets them.
        middles = total / size
        spread = float(middles.var(ddof=1))
        kept = math.sqrt(min(max(value, 0.0) * float(far.var()) / spread, 1.0)) if spread > 0.0 else 1.0
        begun = far - (1.0 - kept) * middles[place]
        cell, n_cells = block * n_bins + place, n_blocks * n_bins
        sizes = np.bincount(cell, minlength=n_cells).reshape(n_blocks, n_bins)
        totals = np.bincount(cell, weights=begun, minlength=n_cells).reshape(n_blocks, n_bins)
        squares = np.bincount(block, weights=begun**2, minlength=n_blocks)
        again = _between(drawn @ sizes, drawn @ totals, drawn @ squares)
        found.append(_from_resamples(value, again - again.mean() + value))
    return tuple(found)


def _between(size: Numbers, total: Numbers, squares: FloatArray) -> FloatArray:
    """Share of the variance that lies between bins, by resample: float64[resample, bin] twice, float64[resample]."""
    n = size.sum(axis=1)
    filled = np.maximum(size, 1.0)
    n_bins = (size > 0.0).sum(axis=1)
    grand = total.sum(axis=1) ** 2 / n
    between = (total**2 / filled).sum(axis=1) - grand
    within = squares - grand - between
    noise = within / np.maximum(n - n_bins, 1.0)
    spread = (n - (size**2).sum(axis=1) / n) / np.maximum(n_bins - 1, 1)
    # The bins are all there are, no sample of bins: their means vary by the sum of squares over their number.
    part = (between / np.maximum(n_bins - 1, 1) - noise) / spread * (n_bins - 1) / n_bins
    whole = part + noise
    return np.asarray(np.where(whole > 0.0, part / np.where(whole > 0.0, whole, 1.0), np.nan))


Conditional = Callable[[tuple[int, ...], FloatArray, FloatArray], FloatArray]
"""Draws all inputs given some: which, their values float64[draw, given], uniforms float64[draw, input] -> inputs
float64[draw, input]."""


def shapley_effects(
    model: Callable[[FloatArray], FloatArray],
    conditional: Conditional,
    n_inputs: int,
    permutations: int,
    outer: int = 1,
    inner: int = INNER,
    n_variance: int = 10_000,
) -> tuple[Estimate, ...]:
    """Shares of a variance for dependent inputs, by random permutations; they sum to one.

    Parameters
    ----------
    model : callable
        From inputs float64[draw, input] to the output float64[draw].
    conditional : callable
        Draws all inputs given some of them; given none, from their joint law.
    n_inputs : int
        How many inputs.
    permutations : int
        Orders in which inputs become known, drawn at random.
    outer, inner : int
        Draws of what is known, and draws given each, behind a conditional variance.
    n_variance : int
        Draws behind the variance itself.

    Returns
    -------
    tuple of Estimate
        One an input, its error from the spread over permutations. [1]

    Notes
    -----
    The worth of a set is ``E[Var(Y | all others)]``, which has the same Shapley shares as the variance of the
    conditional mean and an unbiased estimate from few inner draws. Shares are divided by the sum of all of them.

    References
    ----------
    .. [1] E. Song, B. L. Nelson and J. Staum, "Shapley effects for global sensitivity analysis: theory and
       computation," SIAM/ASA J. Uncertainty Quantification, 4, 2016.
    """
    everything = model(conditional((), np.empty((n_variance, 0)), _uniforms(0, n_variance, n_inputs)))
    variance = float(everything.var(ddof=1))
    gains = np.empty((permutations, n_inputs))
    for number in range(permutations):
        first_address = 1 + number * (2 * n_inputs + 1)
        order = np.argsort(_uniforms(first_address, 1, n_inputs)[0]).tolist()
        before = 0.0
        for size in range(1, n_inputs + 1):
            known, worth = tuple(order[size:]), variance
            if known:
                address = first_address + 2 * size
                drawn = conditional((), np.empty((outer, 0)), _uniforms(address, outer, n_inputs))
                given = np.repeat(drawn[:, list(known)], inner, axis=0)
                found = model(conditional(known, given, _uniforms(address + 1, outer * inner, n_inputs)))
                worth = float(found.reshape(outer, inner).var(axis=1, ddof=1).mean())
            gains[number, order[size - 1]] = worth - before
            before = worth
    shares = gains / variance
    errors = shares.std(axis=0, ddof=1) / math.sqrt(permutations)
    return tuple(Estimate.symmetric(float(v), float(e)) for v, e in zip(shares.mean(axis=0), errors, strict=True))


def _uniforms(address: int, rows: int, columns: int) -> FloatArray:
    """Numbers in (0, 1), others for each address: float64[row, column]."""
    found = np.empty(rows * columns)
    fill_uniforms(KEY, 0, 1, address, found)
    return found.reshape(rows, columns)
