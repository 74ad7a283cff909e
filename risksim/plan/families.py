"""Continuous families of distributions: exact inverse, cumulative probability, mean and standard deviation.

Every inverse takes the probability below *and* the probability above, so that the far upper end is as exact as the
far lower one: ``1 - 1e-20`` is no float, ``1e-20`` is. `scipy.special` is imported where it is first needed, because
it costs more time than everything else that `risksim check` loads.
"""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from risksim.plan.layout import FloatArray

INFINITY = math.inf
NARROW = 1e5
"""Shape above which a gamma is inverted by expansion about the normal."""


def figure(value: float, digits: int = 6) -> str:
    """A number as it is shown to people: significant digits, thousands set apart by commas.

    Examples
    --------
    >>> figure(25000.0), figure(0.7520671, 3), figure(1234567.8), figure(30.0)
    ('25,000', '0.752', '1,234,568', '30')
    """
    return f"{value:,.0f}" if abs(value) >= 10.0**digits else f"{value:,.{digits}g}"


class Family(ABC):
    """A continuous distribution on an interval.

    Attributes
    ----------
    low, high : float
        Ends of the support, in the unit of the value.
    mean, sd : float
        Exact mean and standard deviation, in the unit of the value.
    """

    low: float
    high: float

    @property
    @abstractmethod
    def mean(self) -> float:
        """Exact mean."""

    @property
    @abstractmethod
    def sd(self) -> float:
        """Exact standard deviation."""

    @property
    def kinks(self) -> tuple[float, ...]:
        """Probabilities at which the inverse bends too sharply for one smooth table. [1]"""
        return ()

    @abstractmethod
    def text(self, digits: int = 6) -> str:
        """The distribution in words, as ``Beta(30, 10)``, its parameters to `digits` significant digits."""

    @abstractmethod
    def cdf(self, x: FloatArray) -> FloatArray:
        """Probability of a value not above `x`: float64[...] -> float64[...]. [1]"""

    @abstractmethod
    def tail(self, x: FloatArray) -> FloatArray:
        """Probability of a value above `x`, exact where it is tiny: float64[...] -> float64[...]. [1]"""

    @abstractmethod
    def lower(self, p: FloatArray) -> FloatArray:
        """Value with probability `p` below it: float64[n] -> float64[n]. Exact for small `p`."""

    @abstractmethod
    def upper(self, p: FloatArray) -> FloatArray:
        """Value with probability `p` above it: float64[n] -> float64[n]. Exact for small `p`."""

    def inverse(self, below: FloatArray, above: FloatArray) -> FloatArray:
        """Value at a probability, read from the nearer end.

        Parameters
        ----------
        below, above : float64[n]
            Probability below and above the value; they sum to one. [1]

        Returns
        -------
        float64[n]
            In the unit of the value, never outside `low` and `high`.
        """
        out = np.empty_like(below)
        near = below <= 0.5
        out[near] = self.lower(below[near])
        out[~near] = self.upper(above[~near])
        return np.clip(out, self.low, self.high)


@dataclass(frozen=True)
class Beta(Family):
    """Beta distribution, stretched from [0, 1] to [`low`, `high`]."""

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    @property
    def mean(self) -> float:
        """``low + (high - low) a / (a + b)``."""
        return self.low + (self.high - self.low) * self.a / (self.a + self.b)

    @property
    def sd(self) -> float:
        """``(high - low) sqrt(a b / (a + b + 1)) / (a + b)``."""
        total = self.a + self.b
        return (self.high - self.low) * math.sqrt(self.a / total * self.b / total / (total + 1.0))

    def text(self, digits: int = 6) -> str:
        """As ``Beta(7.52, 4.21)``, with its limits where they are not 0 and 1."""
        words = f"Beta({figure(self.a, digits)}, {figure(self.b, digits)})"
        limits = "" if (self.low, self.high) == (0.0, 1.0) else f" between {figure(self.low)} and {figure(self.high)}"
        return words + limits

    def _place(self, x: FloatArray) -> FloatArray:
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def cdf(self, x: FloatArray) -> FloatArray:
        """Regularised incomplete beta function."""
        from scipy import special

        return np.asarray(special.betainc(self.a, self.b, self._place(x)))

    def tail(self, x: FloatArray) -> FloatArray:
        """Complement of the regularised incomplete beta function."""
        from scipy import special

        return np.asarray(special.betaincc(self.a, self.b, self._place(x)))

    def lower(self, p: FloatArray) -> FloatArray:
        """Inverse of the regularised incomplete beta function."""
        from scipy import special

        return self.low + (self.high - self.low) * np.asarray(special.betaincinv(self.a, self.b, p))

    def upper(self, p: FloatArray) -> FloatArray:
        """Inverse of its complement."""
        from scipy import special

        return self.low + (self.high - self.low) * np.asarray(special.betainccinv(self.a, self.b, p))


def pert(low: float, mode: float, high: float) -> Beta:
    """PERT: the beta on [low, high] with mean ``(low + 4 mode + high) / 6``.

    Examples
    --------
    >>> pert(0.0, 5.0, 10.0)
    Beta(a=3.0, b=3.0, low=0.0, high=10.0)
    """
    span = high - low
    return Beta(1.0 + 4.0 * (mode - low) / span, 1.0 + 4.0 * (high - mode) / span, low, high)


@dataclass(frozen=True)
class Gamma(Family):
    """Gamma distribution."""

    shape: float
    scale: float
    low: float = 0.0
    high: float = INFINITY

    @property
    def mean(self) -> float:
        """``shape * scale``."""
        return self.shape * self.scale

    @property
    def sd(self) -> float:
        """``sqrt(shape) * scale``."""
        return math.sqrt(self.shape) * self.scale

    def text(self, digits: int = 6) -> str:
        """As ``Gamma(mean 25,000, sd 8,000)``."""
        return f"Gamma(mean {figure(self.mean, digits)}, sd {figure(self.sd, digits)})"

    def cdf(self, x: FloatArray) -> FloatArray:
        """Regularised lower incomplete gamma function."""
        from scipy import special

        return np.asarray(special.gammainc(self.shape, np.maximum(x, 0.0) / self.scale))

    def tail(self, x: FloatArray) -> FloatArray:
        """Regularised upper incomplete gamma function."""
        from scipy import special

        return np.asarray(special.gammaincc(self.shape, np.maximum(x, 0.0) / self.scale))

    def lower(self, p: FloatArray) -> FloatArray:
        """Inverse of the lower function."""
        from scipy import special

        if self.shape > NARROW:
            return self._expansion(np.asarray(special.ndtri(p), dtype=np.float64))
        return self.scale * np.asarray(special.gammaincinv(self.shape, p), dtype=np.float64)

    def upper(self, p: FloatArray) -> FloatArray:
        """Inverse of the upper function."""
        from scipy import special

        if self.shape > NARROW:
            return self._expansion(-np.asarray(special.ndtri(p), dtype=np.float64))
        return self.scale * np.asarray(special.gammainccinv(self.shape, p), dtype=np.float64)

    def _expansion(self, z: FloatArray) -> FloatArray:
        """Cornish and Fisher's expansion at normal scores: float64[n] -> float64[n].

        Above a shape of `NARROW` the next term is below 1e-11 sd for scores within 9; the inverse of scipy 1.17 there
        loses up to a tenth of an sd in single values.
        """
        root = math.sqrt(self.shape)
        terms = (
            z,
            (z**2 - 1.0) / 3.0,
            (z**3 - 7.0 * z) / 36.0,
            -(3.0 * z**4 + 7.0 * z**2 - 16.0) / 810.0,
            (9.0 * z**5 + 256.0 * z**3 - 433.0 * z) / 38880.0,
        )
        rise = sum(term * root ** (1 - order) for order, term in enumerate(terms))
        return np.asarray(self.scale * (self.shape + rise), dtype=np.float64)


@dataclass(frozen=True)
class Lognormal(Family):
    """Lognormal distribution: its logarithm is normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float
    low: float = 0.0
    high: float = INFINITY

    @property
    def mean(self) -> float:
        """``exp(mu + sigma^2 / 2)``; infinite where no float holds it."""
        return _exp(self.mu + 0.5 * self.sigma**2)

    @property
    def sd(self) -> float:
        """``mean * sqrt(exp(sigma^2) - 1)``; infinite where no float holds it."""
        return self.mean * math.sqrt(math.expm1(self.sigma**2)) if self.sigma < 26.0 else INFINITY

    def text(self, digits: int = 6) -> str:
        """As ``Lognormal(median 25,000, sigma 0.22)``."""
        return f"Lognormal(median {figure(_exp(self.mu), digits)}, sigma {figure(self.sigma, min(digits, 3))})"

    def _score(self, x: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(np.maximum(x, 0.0)) - self.mu) / self.sigma)

    def cdf(self, x: FloatArray) -> FloatArray:
        """Normal probability of the logarithm."""
        from scipy import special

        return np.asarray(special.ndtr(self._score(x)))

    def tail(self, x: FloatArray) -> FloatArray:
        """Normal probability above the logarithm."""
        from scipy import special

        return np.asarray(special.ndtr(-self._score(x)))

    def lower(self, p: FloatArray) -> FloatArray:
        """``exp(mu + sigma z)``."""
        from scipy import special

        with np.errstate(over="ignore"):
            return np.asarray(np.exp(self.mu + self.sigma * special.ndtri(p)), dtype=np.float64)

    def upper(self, p: FloatArray) -> FloatArray:
        """``exp(mu - sigma z)``."""
        from scipy import special

        with np.errstate(over="ignore"):
            return np.asarray(np.exp(self.mu - self.sigma * special.ndtri(p)), dtype=np.float64)


def _exp(x: float) -> float:
    return math.exp(x) if x < 709.0 else INFINITY


@dataclass(frozen=True)
class Normal(Family):
    """Normal distribution."""

    centre: float
    scale: float
    low: float = -INFINITY
    high: float = INFINITY

    @property
    def mean(self) -> float:
        """Mean."""
        return self.centre

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return self.scale

    def text(self, digits: int = 6) -> str:
        """As ``Normal(mean 25,000, sd 3,000)``."""
        return f"Normal(mean {figure(self.centre, digits)}, sd {figure(self.scale, digits)})"

    def cdf(self, x: FloatArray) -> FloatArray:
        """Normal probability."""
        from scipy import special

        return np.asarray(special.ndtr((x - self.centre) / self.scale))

    def tail(self, x: FloatArray) -> FloatArray:
        """Normal probability above."""
        from scipy import special

        return np.asarray(special.ndtr((self.centre - x) / self.scale))

    def lower(self, p: FloatArray) -> FloatArray:
        """``centre + scale z``."""
        from scipy import special

        return self.centre + self.scale * np.asarray(special.ndtri(p), dtype=np.float64)

    def upper(self, p: FloatArray) -> FloatArray:
        """``centre - scale z``."""
        from scipy import special

        return self.centre - self.scale * np.asarray(special.ndtri(p), dtype=np.float64)


@dataclass(frozen=True)
class StudentT3(Family):
    """Student's t with three degrees of freedom, moved and stretched: heavier ends than the normal."""

    centre: float
    scale: float
    low: float = -INFINITY
    high: float = INFINITY

    @property
    def mean(self) -> float:
        """Centre."""
        return self.centre

    @property
    def sd(self) -> float:
        """``scale * sqrt(3)``."""
        return self.scale * math.sqrt(3.0)

    def text(self, digits: int = 6) -> str:
        """As ``Student-t3(centre 0.6, scale 0.1)``."""
        return f"Student-t3(centre {figure(self.centre, digits)}, scale {figure(self.scale, digits)})"

    def cdf(self, x: FloatArray) -> FloatArray:
        """Student probability."""
        from scipy import special

        return np.asarray(special.stdtr(3.0, (x - self.centre) / self.scale))

    def tail(self, x: FloatArray) -> FloatArray:
        """Student probability above."""
        from scipy import special

        return np.asarray(special.stdtr(3.0, (self.centre - x) / self.scale))

    def lower(self, p: FloatArray) -> FloatArray:
        """``centre + scale t``."""
        from scipy import special

        return self.centre + self.scale * np.asarray(special.stdtrit(3.0, p), dtype=np.float64)

    def upper(self, p: FloatArray) -> FloatArray:
        """``centre - scale t``."""
        from scipy import special

        return self.centre - self.scale * np.asarray(special.stdtrit(3.0, p), dtype=np.float64)


@dataclass(frozen=True)
class Uniform(Family):
    """Uniform distribution."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """Midpoint."""
        return 0.5 * (self.low + self.high)

    @property
    def sd(self) -> float:
        """``(high - low) / sqrt(12)``."""
        return (self.high - self.low) / math.sqrt(12.0)

    def text(self, digits: int = 6) -> str:
        """As ``Uniform(0.2, 0.4)``."""
        return f"Uniform({figure(self.low, digits)}, {figure(self.high, digits)})"

    def cdf(self, x: FloatArray) -> FloatArray:
        """Share of the interval below `x`."""
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def tail(self, x: FloatArray) -> FloatArray:
        """Share of the interval above `x`."""
        return np.clip((self.high - x) / (self.high - self.low), 0.0, 1.0)

    def lower(self, p: FloatArray) -> FloatArray:
        """``low + (high - low) p``."""
        return self.low + (self.high - self.low) * p

    def upper(self, p: FloatArray) -> FloatArray:
        """``high - (high - low) p``."""
        return self.high - (self.high - self.low) * p


@dataclass(frozen=True)
class Triangular(Family):
    """Triangular distribution with its peak at `mode`."""

    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        """``(low + mode + high) / 3``."""
        return (self.low + self.mode + self.high) / 3.0

    @property
    def sd(self) -> float:
        """``sqrt((x^2 + y^2 + x y) / 18)``, x and y the distances from the peak to the ends."""
        left, right = self.mode - self.low, self.high - self.mode
        return math.sqrt((left * left + right * right + left * right) / 18.0)

    @property
    def kinks(self) -> tuple[float, ...]:
        """Probability below the peak, where the density has a corner. [1]"""
        return (self._below_mode,) if self.low < self.mode < self.high else ()

    @property
    def _below_mode(self) -> float:
        return (self.mode - self.low) / (self.high - self.low)

    def text(self, digits: int = 6) -> str:
        """As ``Triangular(20, 25, 40)``."""
        return f"Triangular({', '.join(figure(x, digits) for x in (self.low, self.mode, self.high))})"

    def cdf(self, x: FloatArray) -> FloatArray:
        """Area below `x`."""
        return np.where(x <= self.mode, self._left(x), 1.0 - self._right(x))

    def tail(self, x: FloatArray) -> FloatArray:
        """Area above `x`."""
        return np.where(x <= self.mode, 1.0 - self._left(x), self._right(x))

    def _left(self, x: FloatArray) -> FloatArray:
        left = self.mode - self.low
        rise = np.clip((x - self.low) / left, 0.0, 1.0) if left > 0.0 else np.zeros_like(x)
        return np.asarray(self._below_mode * rise**2)

    def _right(self, x: FloatArray) -> FloatArray:
        right = self.high - self.mode
        fall = np.clip((self.high - x) / right, 0.0, 1.0) if right > 0.0 else np.zeros_like(x)
        return np.asarray((1.0 - self._below_mode) * fall**2)

    def lower(self, p: FloatArray) -> FloatArray:
        """Square root on the side of the peak that holds `p`."""
        return np.where(p <= self._below_mode, self._rising(p), self._falling(1.0 - p))

    def upper(self, p: FloatArray) -> FloatArray:
        """The same, from above."""
        return np.where(p <= 1.0 - self._below_mode, self._falling(p), self._rising(1.0 - p))

    def _rising(self, below: FloatArray) -> FloatArray:
        return self.low + np.sqrt(below * (self.high - self.low) * (self.mode - self.low))

    def _falling(self, above: FloatArray) -> FloatArray:
        return self.high - np.sqrt(above * (self.high - self.low) * (self.high - self.mode))


@dataclass(frozen=True)
class Scaled(Family):
    """Another distribution, multiplied by a positive number and moved."""

    inner: Family
    times: float
    plus: float
    low: float
    high: float

    @property
    def mean(self) -> float:
        """``plus + times * mean``."""
        return self.plus + self.times * self.inner.mean

    @property
    def sd(self) -> float:
        """``times * sd``."""
        return self.times * self.inner.sd

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where the inner one bends. [1]"""
        return self.inner.kinks

    def text(self, digits: int = 6) -> str:
        """As ``0.5 times Beta(4, 16) + 0.1``."""
        return f"{figure(self.times, digits)} times {self.inner.text(digits)} + {figure(self.plus, digits)}"

    def cdf(self, x: FloatArray) -> FloatArray:
        """That of the inner one at the value before the change."""
        return self.inner.cdf((x - self.plus) / self.times)

    def tail(self, x: FloatArray) -> FloatArray:
        """Likewise, from above."""
        return self.inner.tail((x - self.plus) / self.times)

    def lower(self, p: FloatArray) -> FloatArray:
        """The changed value of the inner one."""
        return self.plus + self.times * self.inner.lower(p)

    def upper(self, p: FloatArray) -> FloatArray:
        """Likewise, from above."""
        return self.plus + self.times * self.inner.upper(p)


def scaled(inner: Family, times: float, plus: float) -> Scaled:
    """A distribution multiplied by a positive number and moved: ``plus + times * X``."""
    return Scaled(inner, times, plus, plus + times * inner.low, plus + times * inner.high)


def with_odds(share: FloatArray, odds: float) -> FloatArray:
    """Shares whose odds are multiplied: float64[...] -> float64[...]. [1]

    Examples
    --------
    >>> with_odds(np.array([0.0, 0.2, 1.0]), 2.0)
    array([0.        , 0.33333333, 1.        ])
    """
    inside = np.clip(share, 0.0, 1.0)
    return np.asarray(odds * inside / ((1.0 - inside) + odds * inside))


STEP, REACH = 1.0 / 16.0, 3.5
"""Step and reach of the double-exponential rule, whose error lies below that of the inverse."""


@dataclass(frozen=True)
class OfOdds(Family):
    """Another distribution of a share, the odds of every value multiplied."""

    inner: Family
    odds: float
    low: float
    high: float

    @classmethod
    def of(cls, inner: Family, odds: float) -> OfOdds:
        """That of `inner` with its odds multiplied."""
        low, high = with_odds(np.array([inner.low, inner.high]), odds)
        return cls(inner, odds, float(low), float(high))

    @property
    def mean(self) -> float:
        """By quadrature over the probability, between the kinks."""
        return self._moments[0]

    @property
    def sd(self) -> float:
        """By quadrature over the probability, between the kinks."""
        return self._moments[1]

    @cached_property
    def _moments(self) -> tuple[float, float]:
        steps = np.arange(-REACH, REACH + STEP / 2.0, STEP)
        place, rest = 1.0 / (1.0 + np.exp(-math.pi * np.sinh(steps))), 1.0 / (1.0 + np.exp(math.pi * np.sinh(steps)))
        weight = STEP * math.pi * np.cosh(steps) * place * rest
        edges = [0.0, *self.kinks, 1.0]
        values, weights = [], []
        for left, right in itertools.pairwise(edges):
            values.append(self.inverse(left + (right - left) * place, (1.0 - right) + (right - left) * rest))
            weights.append((right - left) * weight)
        value, share = np.concatenate(values), np.concatenate(weights)
        mean = float(np.sum(share * value))
        return mean, math.sqrt(float(np.sum(share * (value - mean) ** 2)))

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where the inner one bends. [1]"""
        return self.inner.kinks

    def text(self, digits: int = 6) -> str:
        """As ``Beta(4, 16) at 2 times the odds``."""
        return f"{self.inner.text(digits)} at {figure(self.odds, digits)} times the odds"

    def cdf(self, x: FloatArray) -> FloatArray:
        """That of the inner one at the share before the change."""
        return self.inner.cdf(with_odds(x, 1.0 / self.odds))

    def tail(self, x: FloatArray) -> FloatArray:
        """Likewise, from above."""
        return self.inner.tail(with_odds(x, 1.0 / self.odds))

    def lower(self, p: FloatArray) -> FloatArray:
        """The changed share of the inner one."""
        return with_odds(self.inner.lower(p), self.odds)

    def upper(self, p: FloatArray) -> FloatArray:
        """Likewise, from above."""
        return with_odds(self.inner.upper(p), self.odds)
