"""Distributions fitted to elicited quantiles, as in SHELF: least squares on the cumulative probabilities.

Every family that the number allows is fitted and reported with its sum of squares and the 5 % and 95 % points it
implies, because those are what an expert should be asked to look at again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from risksim.errors import PlanError
from risksim.language import _
from risksim.plan.families import Beta, Family, Gamma, Lognormal, Normal, StudentT3, figure
from risksim.plan.layout import FloatArray

OUTSIDE = 1e-6
"""Most probability that a law may leave outside the bounds of its number. [1]"""
TIE = 1e-12
"""Sums of squares closer than this are equally good fits; the first family in order is taken. [1]"""
EXACT = 1e-21
"""A sum of squares below this needs no further starting point. [1]"""

Limits = tuple[float, float]


class FitError(PlanError):
    """Quantiles that no allowed family can be fitted to.

    Parameters
    ----------
    found : str
        What was found and what is allowed.
    remedy : str
        What to try.
    """

    def __init__(self, found: str, remedy: str) -> None:
        self.found, self.remedy = found, remedy
        super().__init__(f"{found} {remedy}")


@dataclass(frozen=True)
class FittedFamily:
    """One family, fitted.

    Attributes
    ----------
    name : str
        ``beta``, ``lognormal``, ``gamma``, ``normal`` or ``student``.
    distribution : Family
        The fitted distribution.
    sum_of_squares : float
        Sum over the stated points of (fitted minus stated cumulative probability) squared. [1]
    fitted : tuple of float
        Values of the fitted distribution at the stated probabilities, in the unit of the value.
    p5, p95 : float
        5 % and 95 % points it implies, in the unit of the value.
    """

    name: str
    distribution: Family
    sum_of_squares: float
    fitted: tuple[float, ...]
    p5: float
    p95: float


@dataclass(frozen=True)
class Fit:
    """Stated quantiles and every family fitted to them, the chosen one named.

    Attributes
    ----------
    probabilities, values : tuple of float
        What was stated, in rising order. [1], and the unit of the value
    chosen : FittedFamily
        The named family, else the first whose sum of squares is within `TIE` of the smallest.
    candidates : tuple of FittedFamily
        All families tried, the chosen one among them.
    """

    probabilities: tuple[float, ...]
    values: tuple[float, ...]
    chosen: FittedFamily
    candidates: tuple[FittedFamily, ...]

    @property
    def distribution(self) -> Family:
        """The chosen distribution."""
        return self.chosen.distribution

    @property
    def sum_of_squares(self) -> float:
        """Sum of squares of the chosen family. [1]"""
        return self.chosen.sum_of_squares


def fit_quantiles(
    probabilities: Sequence[float],
    values: Sequence[float],
    family: str | None = None,
    limits: Limits | None = None,
    low: float = 0.0,
    high: float = 1.0,
) -> Fit:
    """Distribution whose cumulative probabilities come nearest to the stated ones.

    Parameters
    ----------
    probabilities : sequence of float
        Stated probabilities, at least two. [1]
    values : sequence of float
        Value at each of them, rising with the probability.
    family : {"beta", "lognormal", "gamma", "normal", "student"}, optional
        Family to fit; by default all that the bounds allow are tried.
    limits : tuple of float, optional
        Plausible limits of a beta fit; the bounds of the number by default.
    low, high : float
        Bounds of the number.

    Returns
    -------
    Fit
        The chosen family and all candidates.

    Raises
    ------
    FitError
        If a value or limit lies outside the bounds, or the named family leaves them with more than `OUTSIDE`.

    Notes
    -----
    Minimises ``sum_i (F(v_i) - p_i)^2`` by Levenberg and Marquardt's method, scale-like parameters as logarithms.
    A bounded number is fitted by a beta; one that is not negative by a lognormal and a gamma; an unbounded one by a
    normal and Student's t with three degrees of freedom; the last two also by a beta where limits are given. Two
    points are met exactly by any of them: among sums of squares within `TIE` the first of beta, lognormal, gamma,
    normal, student is taken.

    References
    ----------
    .. [1] A. O'Hagan et al., "Uncertain Judgements: Eliciting Experts' Probabilities," Wiley, 2006.

    Examples
    --------
    >>> fit_quantiles([0.25, 0.5, 0.75], [0.55, 0.65, 0.74]).distribution.text(6)
    'Beta(7.52067, 4.20882)'
    """
    order = np.argsort(np.asarray(probabilities, dtype=np.float64))
    p = np.asarray(probabilities, dtype=np.float64)[order]
    v = np.asarray(values, dtype=np.float64)[order]
    names = _names(family, limits, low, high)
    _check_values(p, v, low, high)
    for name in names:
        _check_positive(name, p, v)
    tried = tuple(_fit_family(name, p, v, _support(name, p, v, limits, low, high)) for name in names)
    if family is not None:
        _check_bounds(tried[0], p, v, low, high)
    smallest = min(fit.sum_of_squares for fit in tried)
    best = next(fit for fit in tried if fit.sum_of_squares <= smallest + TIE)
    return Fit(tuple(p.tolist()), tuple(v.tolist()), best, tried)


def _names(family: str | None, limits: Limits | None, low: float, high: float) -> tuple[str, ...]:
    if family is not None:
        if limits is not None and family != "beta":
            raise FitError(
                _("got limits and a {family} fit; limits belong to a beta fit.", family=family),
                _("Leave `limits` out, or fit a beta."),
            )
        return (family,)
    if math.isfinite(low) and math.isfinite(high):
        return ("beta",)
    unbounded = ("lognormal", "gamma") if low >= 0.0 else ("normal", "student")
    return unbounded if limits is None else ("beta", *unbounded)


def _stated(p: FloatArray, v: FloatArray) -> str:
    return ", ".join(f"p{100.0 * a:g}: {figure(b)}" for a, b in zip(p.tolist(), v.tolist(), strict=True))


def allowed(low: float, high: float, unit: str = "") -> str:
    """What a number's bounds allow, in words.

    Examples
    --------
    >>> allowed(0.0, 1.0), allowed(0.0, math.inf, "currency")
    ('a share lies between 0 and 1', 'an amount is not negative')
    """
    if (low, high) == (0.0, 1.0):
        return _("a share lies between 0 and 1")
    if (low, high) == (0.0, math.inf):
        return {"currency": _("an amount is not negative"), "1": _("a ratio is not negative")}.get(
            unit, _("this number is not negative")
        )
    return _("this number lies between {low} and {high}", low=figure(low), high=figure(high))


def _check_values(p: FloatArray, v: FloatArray, low: float, high: float) -> None:
    for key, value in zip(p.tolist(), v.tolist(), strict=True):
        if not low <= value <= high:
            percent = (low, high) == (0.0, 1.0) and 1.0 < value <= 100.0
            hint = (
                _("If {value:g} means percent, write {share:g}.", value=value, share=value / 100.0)
                if percent
                else _("Move it inside.")
            )
            raise FitError(
                _(
                    "got p{percent:g}: {figure}; {allowed}.",
                    percent=100.0 * key,
                    figure=figure(value),
                    allowed=allowed(low, high),
                ),
                hint,
            )


def _check_positive(name: str, p: FloatArray, v: FloatArray) -> None:
    if name in ("lognormal", "gamma") and v[0] <= 0.0:
        raise FitError(
            _("got {stated}; every quantile of a {name} is above 0.", stated=_stated(p[:1], v[:1]), name=name),
            _("Write a small positive value, or a mixture with a part that is 0."),
        )


def _support(name: str, p: FloatArray, v: FloatArray, limits: Limits | None, low: float, high: float) -> Limits:
    """Ends between which a beta is fitted; the bounds of the number for every other family."""
    if name != "beta":
        return (low, high)
    bottom, top = limits if limits is not None else (low, high)
    if not (math.isfinite(bottom) and math.isfinite(top)):
        raise FitError(
            _("got a beta fit without limits; a beta lies between two limits."), _("Add `limits: [lowest, highest]`.")
        )
    if not low <= bottom < top <= high:
        raise FitError(
            _(
                "got limits {low} and {high}; {allowed}, and the lowest stands first.",
                low=figure(bottom),
                high=figure(top),
                allowed=allowed(low, high),
            ),
            _("Move the limits inside."),
        )
    if not bottom < v[0] or not v[-1] < top:
        raise FitError(
            _(
                "got {stated}; every quantile lies strictly between the limits {low} and {high}.",
                stated=_stated(p, v),
                low=figure(bottom),
                high=figure(top),
            ),
            _("Move the value off the limit, or widen `limits`."),
        )
    return (bottom, top)


def _check_bounds(fit: FittedFamily, p: FloatArray, v: FloatArray, low: float, high: float) -> None:
    below = float(fit.distribution.cdf(np.array([low]))[0])
    above = float(fit.distribution.tail(np.array([high]))[0])
    if below + above > OUTSIDE:
        share, side = (
            (below, _("below {figure}", figure=figure(low)))
            if below >= above
            else (above, _("above {figure}", figure=figure(high)))
        )
        others = _(" or ").join(_names(None, None, low, high))
        raise FitError(
            _(
                "a {name} fitted to {stated} leaves {share:.2g} % {side}; {allowed}.",
                name=fit.name,
                stated=_stated(p, v),
                share=100.0 * share,
                side=side,
                allowed=allowed(low, high),
            ),
            _("Fit {others}, or leave `fit` out.", others=others),
        )


class _Problem(NamedTuple):
    """A family with two free parameters, and where to start looking."""

    build: Callable[[float, float], Family]
    starts: tuple[tuple[float, float], ...]


def _fit_family(name: str, p: FloatArray, v: FloatArray, limits: Limits) -> FittedFamily:
    problem = _PROBLEMS[name](p, v, limits)

    def residual(theta: FloatArray) -> FloatArray:
        return problem.build(float(theta[0]), float(theta[1])).cdf(v) - p

    theta = _from_best_start(residual, problem.starts)
    found = problem.build(float(theta[0]), float(theta[1]))
    points = np.concatenate([p, [0.05, 0.95]])
    *fitted, p5, p95 = found.inverse(points, 1.0 - points).tolist()
    misfit = residual(theta)
    return FittedFamily(name, found, float(misfit @ misfit), tuple(fitted), p5, p95)


def _from_best_start(
    residual: Callable[[FloatArray], FloatArray], starts: tuple[tuple[float, float], ...]
) -> FloatArray:
    """Solution from the first start that is met exactly, else the best of all."""
    best, smallest = np.array(starts[0]), math.inf
    for start in starts:
        theta, squares = _least_squares(residual, np.array(start))
        if squares < smallest:
            best, smallest = theta, squares
        if smallest < EXACT:
            break
    return best


def _least_squares(residual: Callable[[FloatArray], FloatArray], theta: FloatArray) -> tuple[FloatArray, float]:
    """Levenberg and Marquardt's method for two parameters: smallest sum of squares near `theta`.

    Parameters
    ----------
    residual : callable
        float64[2] -> float64[point].
    theta : float64[2]
        Where to start.

    Returns
    -------
    float64[2]
        Parameters.
    float
        Sum of squares.
    """
    misfit = residual(theta)
    squares, damping = float(misfit @ misfit), 1e-3
    for _step in range(200):
        slope = _jacobian(residual, theta)
        gradient, curvature = slope.T @ misfit, slope.T @ slope
        step = _damped_step(gradient, curvature, damping)
        trial = residual(theta + step)
        trial_squares = float(trial @ trial)
        if trial_squares < squares:
            theta, misfit, squares = theta + step, trial, trial_squares
            damping = max(damping * 0.1, 1e-15)
        else:
            damping *= 10.0
        if damping > 1e10 or float(np.abs(step).max()) < 1e-13:
            break
    return theta, squares


def _jacobian(residual: Callable[[FloatArray], FloatArray], theta: FloatArray) -> FloatArray:
    """Central differences: float64[point, 2]."""
    width = 1e-5
    shifts = width * np.eye(2)
    return np.stack([(residual(theta + s) - residual(theta - s)) / (2.0 * width) for s in shifts], axis=1)


def _damped_step(gradient: FloatArray, curvature: FloatArray, damping: float) -> FloatArray:
    """Solve ``(C + damping * diag C) step = -g`` by Cramer's rule, at most 2 long in each parameter."""
    (a, b), (_, d) = curvature.tolist()
    g, h = gradient.tolist()
    a, d = a * (1.0 + damping) + 1e-300, d * (1.0 + damping) + 1e-300
    determinant = a * d - b * b
    if determinant <= 0.0:
        return np.zeros(2)
    return np.asarray(np.clip(np.array([b * h - d * g, b * g - a * h]) / determinant, -2.0, 2.0))


def _line(scores: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Centre and scale of the straight line through (score, value), by least squares."""
    x, y = scores - scores.mean(), values - values.mean()
    scale = float(x @ y) / float(x @ x)
    return float(values.mean() - scale * scores.mean()), scale


def _scores(p: FloatArray) -> FloatArray:
    from scipy import special

    return np.asarray(special.ndtri(p))


def _beta_problem(p: FloatArray, v: FloatArray, limits: Limits) -> _Problem:
    low, high = limits
    place = (v - low) / (high - low)
    centre, scale = _line(_scores(p), place)
    centre = min(max(centre, 0.02), 0.98)
    by_place = _beta_start(centre, centre * (1.0 - centre) / scale**2 - 1.0)
    middle, spread = _line(_scores(p), np.log(place) - np.log1p(-place))
    centre = 1.0 / (1.0 + math.exp(-min(max(middle, -12.0), 12.0)))
    by_logit = _beta_start(centre, 1.0 / (spread**2 * centre * (1.0 - centre)))

    def build(odds: float, total: float) -> Beta:
        share = 1.0 / (1.0 + _exp(-odds))
        return Beta(_exp(total) * share, _exp(total) * share * _exp(-odds), low, high)

    return _Problem(build, (by_logit, by_place, (0.0, 0.7), (0.0, -1.0), (by_logit[0], -1.0), (by_logit[0], 4.0)))


def _beta_start(centre: float, total: float) -> tuple[float, float]:
    """Log odds of the mean and logarithm of a + b."""
    return math.log(centre / (1.0 - centre)), math.log(max(total, 0.2))


def _exp(x: float) -> float:
    """Exponential inside the range that the incomplete beta and gamma functions bear."""
    return math.exp(min(max(x, -20.0), 25.0))


def _lognormal_problem(p: FloatArray, v: FloatArray, _limits: Limits) -> _Problem:
    mu, sigma = _line(_scores(p), np.log(v))  # exact for two points
    return _Problem(lambda m, s: Lognormal(mu + sigma * m, sigma * math.exp(s)), ((0.0, 0.0),))


def _gamma_problem(p: FloatArray, v: FloatArray, _limits: Limits) -> _Problem:
    mu, sigma = _line(_scores(p), np.log(v))
    shape = max(1.0 / sigma**2, 0.05)  # the logarithm of a gamma has variance about 1 / shape
    unit = math.exp(mu)
    starts = tuple((0.0, math.log(k)) for k in (shape, 1.0, 0.2))
    return _Problem(lambda m, k: Gamma(_exp(k), unit * _exp(m) / _exp(k)), starts)


def _normal_problem(p: FloatArray, v: FloatArray, _limits: Limits) -> _Problem:
    centre, scale = _line(_scores(p), v)
    return _Problem(lambda m, s: Normal(centre + scale * m, scale * math.exp(s)), ((0.0, 0.0),))


def _student_problem(p: FloatArray, v: FloatArray, _limits: Limits) -> _Problem:
    from scipy import special

    centre, scale = _line(np.asarray(special.stdtrit(3.0, p)), v)
    return _Problem(lambda m, s: StudentT3(centre + scale * m, scale * math.exp(s)), ((0.0, 0.0),))


_PROBLEMS: dict[str, Callable[[FloatArray, FloatArray, Limits], _Problem]] = {
    "beta": _beta_problem,
    "lognormal": _lognormal_problem,
    "gamma": _gamma_problem,
    "normal": _normal_problem,
    "student": _student_problem,
}
