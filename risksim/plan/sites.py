"""Several sites that differ: what their counts teach about the mean and the spread of sites, by quadrature.

``successes_j ~ Binomial(of_j, p_j)``, ``logit p_j = mean + spread u_j`` with `u_j` standard normal;
``mean ~ Normal(0, sd)``, sd `between-site-mean` of the register, and ``spread ~ HalfNormal(scale)``. The posterior of
the spread is held at the nodes of a Gauss-Legendre rule, which keeps its moments to about ten digits; given the spread,
the mean is continuous.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from risksim.plan.families import Family, figure
from risksim.plan.layout import FloatArray
from risksim.scenario import register

PLACES, _hermite = np.polynomial.hermite_e.hermegauss(48)
"""Places of the Gauss-Hermite rule of the standard normal."""
WEIGHTS = _hermite / math.sqrt(2.0 * math.pi)
"""Its weights, which add up to 1."""
LOG_WEIGHTS = np.log(_hermite) + 0.5 * PLACES**2
_LEGENDRE = np.polynomial.legendre.leggauss(10)
SPREADS = 32
"""Nodes of the spread."""
DEGREE = 56
"""Degree of the polynomial that stands for the log density of the mean."""
PANELS = 64
"""Stretches on which the density of the mean is integrated."""
DEPTH = 42.0
"""The density is followed down to ``exp(-DEPTH)`` of its height."""
SHALLOW = 30.0
"""Likewise that of the spread."""
BISECTIONS = 28
"""Halvings in search of the top of an integrand, which need not be exact: the rule is only moved there."""


class Counts(NamedTuple):
    """What several sites achieved, as tuples, so that equal counts are fitted once."""

    successes: tuple[float, ...]
    """Successes of each site. [people]"""
    of: tuple[float, ...]
    """People of each site. [people]"""


def rate_at(log_odds: FloatArray) -> FloatArray:
    """The rate of log odds, without overflow: float64[...] -> float64[...]. [1]"""
    grown = np.exp(-np.abs(log_odds))
    rates: FloatArray = np.where(log_odds >= 0.0, 1.0, grown) / (1.0 + grown)
    return rates


def _log_likelihood(k: FloatArray, n: FloatArray, log_odds: FloatArray) -> FloatArray:
    """Of k successes among n, without the binomial coefficient, less that of the best rate, so that it is not large."""
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.where(k > 0, k * np.log(k / n), 0.0) + np.where(k < n, (n - k) * np.log1p(-k / n), 0.0)
    logs: FloatArray = -k * np.logaddexp(0.0, -log_odds) - (n - k) * np.logaddexp(0.0, log_odds) - best
    return logs


def site_integrals(counts: Counts, mean: FloatArray, spread: float) -> tuple[FloatArray, FloatArray]:
    """What each site says about the mean and the spread.

    Adaptive Gauss-Hermite: the rule is moved to the top of the integrand and scaled by its curvature, so that it is as
    exact for 10,000 people as for ten.

    Parameters
    ----------
    counts : Counts
    mean : float64[n]
        Mean log odds.
    spread : float
        Standard deviation of log odds between sites.

    Returns
    -------
    float64[n, site]
        Log likelihood of the site's count, its own rate integrated out.
    float64[n, site]
        Mean of the site's own rate, given the mean and the spread. [1]
    """
    k, n = (np.array(some)[np.newaxis, :] for some in counts)
    at = mean[:, np.newaxis]
    with np.errstate(divide="ignore"):
        alone = (np.log(k) - np.log(n - k) - at) / max(spread, 1e-300)  # where the count itself is on top
    # The top lies between 0, where the prior is, and the count's own place; and no count pulls further than n does.
    low = np.maximum(np.minimum(alone, 0.0), spread * (k - n))
    high = np.minimum(np.maximum(alone, 0.0), spread * k)
    for _ in range(BISECTIONS):  # the top: u = spread (k - n p), whose left side rises and whose right side falls
        middle = 0.5 * (low + high)
        above = middle > spread * (k - n * rate_at(at + spread * middle))
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    top = 0.5 * (low + high)
    p = rate_at(at + spread * top)
    width = 1.0 / np.sqrt(1.0 + spread**2 * n * p * (1.0 - p))
    u = top[..., np.newaxis] + width[..., np.newaxis] * PLACES
    log_odds = at[..., np.newaxis] + spread * u
    logs = _log_likelihood(k[..., np.newaxis], n[..., np.newaxis], log_odds) - 0.5 * u**2 + LOG_WEIGHTS
    highest = logs.max(axis=-1, keepdims=True)
    parts = np.exp(logs - highest)
    total = parts.sum(axis=-1)
    log_integral = highest[..., 0] + np.log(total * width / math.sqrt(2.0 * math.pi))
    return log_integral, (parts * rate_at(log_odds)).sum(axis=-1) / total


def _log_density(counts: Counts, mean: FloatArray, spread: float) -> FloatArray:
    """Log density of the mean given the spread, times the evidence for the spread: float64[n]."""
    logs, _ = site_integrals(counts, mean, spread)
    sd = register.plain("between-site-mean")
    return np.asarray(logs.sum(axis=1) - 0.5 * (mean / sd) ** 2 - math.log(sd))


@dataclass(frozen=True)
class MeanOfSites(Family):
    """The mean log odds of sites, given their spread.

    Attributes
    ----------
    counts : Counts
    spread : float
        Standard deviation of log odds between sites.
    """

    counts: Counts
    spread: float

    def __post_init__(self) -> None:
        low, high = -20.0, 20.0
        while True:  # close in on where the density lies: it has one top and falls steadily on both sides
            grid = np.linspace(low, high, 65)
            logs = _log_density(self.counts, grid, self.spread)
            inside = np.flatnonzero(logs > logs.max() - DEPTH)
            narrower = grid[max(inside[0] - 1, 0)], grid[min(inside[-1] + 1, 64)]
            settled = inside.size >= 48
            low, high = narrower
            if settled:
                break
        object.__setattr__(self, "low", float(low))
        object.__setattr__(self, "high", float(high))

    @cached_property
    def _polynomial(self) -> tuple[FloatArray, float]:
        """Chebyshev coefficients of the log density over the support, and its height."""
        nodes = np.cos((np.arange(DEGREE + 1) + 0.5) * math.pi / (DEGREE + 1))
        logs = _log_density(self.counts, self._value(nodes), self.spread)
        height = float(logs.max())
        return np.asarray(np.polynomial.chebyshev.chebfit(nodes, logs - height, DEGREE), dtype=np.float64), height

    def _value(self, place: FloatArray) -> FloatArray:
        return 0.5 * (self.low + self.high) + 0.5 * (self.high - self.low) * place

    def _place(self, value: FloatArray) -> FloatArray:
        return (value - 0.5 * (self.low + self.high)) / (0.5 * (self.high - self.low))

    def _density(self, place: FloatArray) -> FloatArray:
        """Density at places -1 to 1, relative to its height."""
        return np.asarray(np.exp(np.polynomial.chebyshev.chebval(place, self._polynomial[0])))

    def _between(self, left: FloatArray, right: FloatArray) -> FloatArray:
        """Integral of the relative density between places of one panel: float64[n], float64[n] -> float64[n]."""
        nodes, weights = _LEGENDRE
        half = 0.5 * (right - left)
        at = 0.5 * (left + right)[:, np.newaxis] + half[:, np.newaxis] * nodes
        return half * (self._density(at) @ weights)

    @cached_property
    def _cumulated(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Borders of the panels, and the integral below and above each: float64[panel + 1] each."""
        borders = np.linspace(-1.0, 1.0, PANELS + 1)
        each = self._between(borders[:-1], borders[1:])
        below = np.concatenate([[0.0], np.cumsum(each)])
        above = np.concatenate([np.cumsum(each[::-1])[::-1], [0.0]])
        return borders, below, above

    @cached_property
    def points(self) -> tuple[FloatArray, FloatArray]:
        """Values and weights of a rule over the law, float64[n] each: the weights add up to 1."""
        nodes, weights = _LEGENDRE
        borders, _, _ = self._cumulated
        half = 1.0 / PANELS
        places = (0.5 * (borders[:-1] + borders[1:])[:, np.newaxis] + half * nodes).ravel()
        density = self._density(places) * np.tile(weights, PANELS)
        return self._value(places), density / density.sum()

    @cached_property
    def log_evidence(self) -> float:
        """Log of the integral of the density: what the counts say about this spread."""
        return self._polynomial[1] + math.log(self._cumulated[1][-1] * 0.5 * (self.high - self.low))

    @cached_property
    def mean(self) -> float:
        """Mean by the rule of `points`."""
        values, weights = self.points
        return float(values @ weights)

    @cached_property
    def sd(self) -> float:
        """Standard deviation by the rule of `points`."""
        values, weights = self.points
        return math.sqrt(float((values - self.mean) ** 2 @ weights))

    def text(self, digits: int = 6) -> str:
        """As ``mean of 3 sites``."""
        return f"mean log odds of {len(self.counts.of)} sites at spread {figure(self.spread, digits)}"

    def cdf(self, x: FloatArray) -> FloatArray:
        """Probability by quadrature."""
        borders, below, _ = self._cumulated
        place, panel = self._panel(x)
        inside = below[panel] + self._between(borders[panel], place)
        return np.asarray(inside / below[-1]).reshape(np.shape(x))

    def tail(self, x: FloatArray) -> FloatArray:
        """Probability above, by quadrature."""
        borders, _, above = self._cumulated
        place, panel = self._panel(x)
        inside = above[panel + 1] + self._between(place, borders[panel + 1])
        return np.asarray(inside / above[0]).reshape(np.shape(x))

    def _panel(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        place = np.clip(self._place(np.asarray(x, dtype=np.float64).ravel()), -1.0, 1.0)
        return place, np.clip(np.floor((place + 1.0) * 0.5 * PANELS).astype(np.int64), 0, PANELS - 1)

    def lower(self, p: FloatArray) -> FloatArray:
        """Value by Newton's method inside its panel."""
        borders, below, _ = self._cumulated
        wanted = p * below[-1]
        panel = np.clip(np.searchsorted(below, wanted, side="right") - 1, 0, PANELS - 1)
        left, right = borders[panel], borders[panel + 1]
        return self._value(self._solve(wanted - below[panel], left, left, right, 1.0))

    def upper(self, p: FloatArray) -> FloatArray:
        """Value by Newton's method inside its panel, from above."""
        borders, _, above = self._cumulated
        wanted = p * above[0]
        panel = np.clip(PANELS - np.searchsorted(above[::-1], wanted, side="right"), 0, PANELS - 1)
        left, right = borders[panel], borders[panel + 1]
        return self._value(self._solve(wanted - above[panel + 1], right, left, right, -1.0))

    def _solve(
        self, wanted: FloatArray, start: FloatArray, left: FloatArray, right: FloatArray, sign: float
    ) -> FloatArray:
        """Places between left and right at which the integral from start reaches what is wanted."""
        low, high = left.copy(), right.copy()
        place = 0.5 * (left + right)
        for _ in range(60):
            reached = sign * self._between(start, place)
            over = (reached > wanted) if sign > 0.0 else (reached < wanted)
            low, high = np.where(over, low, place), np.where(over, place, high)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = sign * (wanted - reached) / self._density(place)
            moved = place + step
            moved = np.where((moved >= low) & (moved <= high), moved, 0.5 * (low + high))
            if float(np.abs(moved - place).max(initial=0.0)) < 1e-15:
                break
            place = moved
        return place


class Posterior(NamedTuple):
    """What counts of sites teach: a mixture over the nodes of the spread."""

    spreads: tuple[float, ...]
    """Nodes of the spread, rising."""
    weights: tuple[float, ...]
    """Their weights, which add up to 1."""
    means: tuple[MeanOfSites, ...]
    """The law of the mean at each."""

    def new_site(self) -> tuple[FloatArray, FloatArray]:
        """Rates of a new site and their weights, float64[n] each: a rule over the predictive law. [1]"""
        rates, weights = [], []
        for spread, weight, mean in zip(self.spreads, self.weights, self.means, strict=True):
            values, own = mean.points
            kept = own > 1e-12
            rates.append(rate_at(values[kept, np.newaxis] + spread * PLACES).ravel())
            weights.append((weight * own[kept, np.newaxis] * WEIGHTS).ravel())
        return np.concatenate(rates), np.concatenate(weights)

    def over_sites(self) -> tuple[FloatArray, FloatArray]:
        """The mean rate of sites and its weights, float64[n] each: a rule over its law. [1]"""
        rates, weights = [], []
        for spread, weight, mean in zip(self.spreads, self.weights, self.means, strict=True):
            values, own = mean.points
            kept = own > 1e-12
            rates.append(rate_at(values[kept, np.newaxis] + spread * PLACES) @ WEIGHTS)
            weights.append(weight * own[kept])
        return np.concatenate(rates), np.concatenate(weights)

    def at_sites(self) -> FloatArray:
        """The mean rate of each site that was counted: float64[site], drawn towards the others. [1]"""
        total = np.zeros(len(self.means[0].counts.of))
        for spread, weight, mean in zip(self.spreads, self.weights, self.means, strict=True):
            values, own = mean.points
            kept = own > 1e-9
            total += weight * own[kept] @ site_integrals(mean.counts, values[kept], spread)[1] / own[kept].sum()
        return total


@lru_cache(maxsize=64)
def fit_sites(counts: Counts, scale: float, nodes: int = SPREADS) -> Posterior:
    """The posterior of the mean and the spread of sites.

    Parameters
    ----------
    counts : Counts
        What each site achieved.
    scale : float
        Scale of the half-normal prior of the spread, in log odds.
    nodes : int
        Nodes of the spread.

    Returns
    -------
    Posterior
    """

    def log_posterior(spreads: Sequence[float]) -> tuple[list[MeanOfSites], FloatArray]:
        means = [MeanOfSites(counts, spread) for spread in spreads]
        return means, np.array([m.log_evidence - 0.5 * (m.spread / scale) ** 2 for m in means])

    low, high = 0.0, 9.0 * scale
    while True:
        grid = np.linspace(low, high, 17)
        _, logs = log_posterior([float(spread) for spread in grid])
        inside = np.flatnonzero(logs > logs.max() - SHALLOW)
        low, high = float(grid[max(inside[0] - 1, 0)]), float(grid[min(inside[-1] + 1, 16)])
        if inside.size >= 9:
            break
    places, weights = np.polynomial.legendre.leggauss(nodes)
    spreads = [float(spread) for spread in 0.5 * (low + high) + 0.5 * (high - low) * places]
    means, logs = log_posterior(spreads)
    density = weights * np.exp(logs - logs.max())
    density /= density.sum()
    kept = [i for i in range(nodes) if density[i] > 1e-10]
    total = math.fsum(density[kept])
    return Posterior(
        tuple(spreads[i] for i in kept), tuple(float(density[i] / total) for i in kept), tuple(means[i] for i in kept)
    )
