"""What is expected given some numbers: least squares on smooth functions of them, so that luck averages out."""

from __future__ import annotations

import numpy as np

from risksim.metrics.sample import FloatArray, Sample

KNOTS = (0.02, 0.2, 0.4, 0.6, 0.8, 0.98)
"""Quantiles at which the cubics of a curve meet; outside the first and the last it is straight."""
FEW_VALUES = 12
"""Different values up to which a number has a mean for each of them instead of a curve."""
MOST_CURVES = 24
"""Numbers up to which each has a curve; of more, each has a straight line and a square."""
MOST_PRODUCTS = 6
"""Numbers, those that say most, of which every two have a product."""
ROWS = 8_192
"""Paths whose columns are held at a time. [paths]"""
RIDGE = 1e-10
"""What is added to the diagonal of the normal equations, so that columns that say the same do no harm. [1]"""


def conditional_mean(values: FloatArray, given: FloatArray, sample: Sample) -> FloatArray:
    """The mean of a quantity given some numbers, by path.

    Parameters
    ----------
    values : float64[path] or float64[path, quantity]
        What varies, luck and all.
    given : float64[path, number]
        What is known.
    sample : Sample
        Weights of the paths.

    Returns
    -------
    float64[path] or float64[path, quantity]
        In the unit of the values: its weighted mean is theirs.

    Notes
    -----
    A natural cubic spline of each number, added up; products of every two of those that say most; and a spline of that
    sum, so that a payoff with a floor or a cap bends where it must. The way of [1]_ with least squares for the fit.

    References
    ----------
    .. [1] M. Strong, J. E. Oakley and A. Brennan, "Estimating multiparameter partial expected value of perfect
       information from a probabilistic sensitivity analysis sample," Medical Decision Making, 34, 2014.
    """
    varying = given[:, [column for column in range(given.shape[1]) if np.ptp(given[:, column]) > 0.0]]
    several = values.ndim == 2
    fits = [_fit(column, varying, sample) for column in (values.T if several else values[np.newaxis])]
    return np.stack(fits, axis=1) if several else fits[0]


def _fit(values: FloatArray, given: FloatArray, sample: Sample) -> FloatArray:
    weight = sample.weight
    middle = float(weight @ values)
    if given.shape[1] == 0:
        return np.full(values.shape, middle)
    bases = [_basis(given[:, column], given.shape[1] <= MOST_CURVES) for column in range(given.shape[1])]
    columns = np.concatenate(bases, axis=1)
    fit, slopes = _least_squares(columns, values, weight)
    if given.shape[1] == 1:
        return fit
    ends = np.cumsum([basis.shape[1] for basis in bases])
    says = [float(np.var(basis @ slopes[end - basis.shape[1] : end])) for basis, end in zip(bases, ends, strict=True)]
    most = np.argsort(says)[::-1][:MOST_PRODUCTS]
    scaled = (given[:, most] - given[:, most].mean(axis=0)) / given[:, most].std(axis=0)
    pairs = [scaled[:, i] * scaled[:, j] for i in range(most.size) for j in range(i)]
    fit, _ = _least_squares(np.column_stack([columns, *pairs]), values, weight)
    return _least_squares(np.column_stack([fit, _basis(fit, True)]), values, weight)[0] if np.ptp(fit) > 0.0 else fit


def _basis(number: FloatArray, curved: bool) -> FloatArray:
    """Columns of one number: a mean for each value, a natural cubic spline, or a line and a square."""
    some = np.unique(number)
    if some.size <= FEW_VALUES:
        return np.asarray(number[:, np.newaxis] == some[1:], dtype=np.float64)
    scaled = (number - number.mean()) / number.std()
    if not curved:
        return np.column_stack([scaled, scaled**2])
    knots = np.unique(np.quantile(scaled, KNOTS))
    if knots.size < 3:
        return np.column_stack([scaled, scaled**2])
    return np.column_stack([scaled, *_natural(scaled, knots)])


def _natural(number: FloatArray, knots: FloatArray) -> list[FloatArray]:
    """The curved columns of a natural cubic spline with these knots."""

    def bent(place: int) -> FloatArray:
        beyond = np.maximum(number - knots[place], 0.0) ** 3 - np.maximum(number - knots[-1], 0.0) ** 3
        return np.asarray(beyond / (knots[-1] - knots[place]))

    last = bent(knots.size - 2)
    return [bent(place) - last for place in range(knots.size - 2)]


def _least_squares(columns: FloatArray, values: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fitted values and slopes, with a constant; both sides are centred first."""
    centre = weight @ columns
    middle = float(weight @ values)
    spread = np.sqrt(weight @ (columns - centre) ** 2)
    spread[spread == 0.0] = 1.0
    n = columns.shape[1]
    gram, moment = np.zeros((n, n)), np.zeros(n)
    for first in range(0, values.size, ROWS):
        rows = slice(first, first + ROWS)
        part = (columns[rows] - centre) / spread
        gram += part.T @ (weight[rows, np.newaxis] * part)
        moment += part.T @ (weight[rows] * (values[rows] - middle))
    slopes = np.linalg.solve(gram + RIDGE * np.eye(n), moment) / spread
    return middle + (columns - centre) @ slopes, slopes
