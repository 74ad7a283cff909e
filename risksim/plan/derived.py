"""Success rates that are worked out of other numbers: their inputs, and their means and quantiles by quadrature.

The formulas are those of `risksim.kernels.derived`, over arrays; the kernels are what a run uses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from risksim.plan import layout
from risksim.plan.families import figure
from risksim.plan.laws import Law, Piece
from risksim.plan.layout import FloatArray
from risksim.plan.numbers import Gathered, Number, Path
from risksim.plan.sites import Counts, Posterior, fit_sites
from risksim.scenario import uncertainty as grammar
from risksim.scenario.origins import origin_text
from risksim.scenario.rates import (
    CompositionRate,
    CompositionTerms,
    EffectRate,
    EffectTerms,
    SitesRate,
    SitesTerms,
    multiplier_law,
    shrunk,
)

LEVELS = (0.05, 0.5, 0.95)
REACH = 8.0
"""Quadrature covers the standard normal from minus to plus this. [sd]"""
MOST_POINTS = 2_000_000
"""Points of a product rule."""
LATTICE = 2**14
"""Points over which the quantiles of a composition are read."""
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67)


class Spread(NamedTuple):
    """What a reader should know of a number that is worked out of others."""

    mean: float
    sd: float
    quantiles: tuple[float, ...]
    """Its 5, 50 and 95 % points."""


def success_rate(
    gathered: Gathered, path: Path, number: Any, several: bool
) -> tuple[Number, tuple[Number, Number] | None]:
    """The success rate of an outcome.

    Parameters
    ----------
    gathered : Gathered
        Takes up the inputs.
    path : tuple
        Where the rate stands.
    number : SuccessRate
        What the scenario says.
    several : bool
        Whether the deal has several cohorts, each of which is a site of its own.

    Returns
    -------
    Number
        The rate.
    tuple of Number or None
        Mean and spread of the log odds of sites where each cohort has a rate of its own, of which the rate above is
        then the mean.
    """
    if isinstance(number, EffectRate):
        usual, rate = _effect(gathered, (*path, "effect"), number.effect, origin_text(number))
        gathered.anyway[str(path[1])] = usual
        return rate, None
    if isinstance(number, CompositionRate):
        return _composition(gathered, (*path, "composition"), number.composition, origin_text(number)), None
    if isinstance(number, SitesRate):
        return _sites(gathered, (*path, "sites"), number.sites, origin_text(number), several)
    return gathered.number(path, number, "1", high=1.0), None


# Effects


def _effect(gathered: Gathered, path: Path, effect: EffectTerms, origin: str) -> tuple[Number, Number]:
    """The rate without the programme, and the rate with it."""
    known = len(gathered.faults)
    usual = gathered.number((*path, "usual"), effect.usual, "1", high=1.0)
    key, operation, law = _scale(effect)
    of_effect = gathered.number((*path, key), law, "1", low=0.0 if key == "odds_ratio" else -math.inf)
    left = gathered.number(
        (*path, "multiplier" if effect.multiplier is not None else "design"), multiplier_law(effect), "1", high=2.0
    )
    if len(gathered.faults) > known:
        return usual, Number(-1, 0.0)
    numbers = (usual, of_effect, left)
    words = [gathered.words_of(each) for each in numbers]
    sign = {"odds_ratio": "odds ratio", "log_odds": "log odds ratio", "difference": "difference"}[key]
    text = f"{words[0]} without the programme, {sign} {words[1]}"
    text += "" if left == Number(-1, 1.0) else f", of which {words[2]} is left"
    values, weights = product_rule([gathered.law_at(each) for each in numbers])
    spread = spread_of(FORMULAS[operation](*values), weights)
    return usual, gathered.derive(path[:-1], operation, numbers, text, origin, spread)


def _scale(effect: EffectTerms) -> tuple[str, int, Any]:
    """Key, operation and law of an effect."""
    if effect.odds_ratio is not None:
        return "odds_ratio", layout.BY_ODDS_RATIO, _estimated(*effect.odds_ratio.log, effect.shrink, logs=True)
    key = "log_odds" if effect.log_odds is not None else "difference"
    plain = effect.log_odds or effect.difference
    assert plain is not None
    operation = layout.BY_LOG_ODDS if key == "log_odds" else layout.BY_DIFFERENCE
    return key, operation, _estimated(plain.estimate, plain.standard_error, effect.shrink, logs=False)


def _estimated(estimate: float, standard_error: float, shrink: bool, *, logs: bool) -> Any:
    """The law of an effect in the grammar: normal, or lognormal where the estimate is that of its logarithm."""
    parts = shrunk(estimate, standard_error) if shrink else [(1.0, estimate, standard_error)]

    def one(mean: float, sd: float) -> Any:
        if logs:
            return grammar.Lognormal(lognormal=grammar.LognormalShape(mu=mean, sigma=sd))
        return grammar.Normal(normal=grammar.NormalShape(mean=mean, sd=sd))

    if len(parts) == 1:
        return one(*parts[0][1:])
    said = [grammar.Component(weight=weight, of=one(mean, sd)) for weight, mean, sd in parts if weight > 1e-15]
    return grammar.Mixture(mixture=said)


def _moved(usual: FloatArray, shift: FloatArray) -> FloatArray:
    grown = np.exp(-np.abs(shift))
    with np.errstate(invalid="ignore"):
        up = usual / (usual + (1.0 - usual) * grown)
        down = usual * grown / (1.0 - usual + usual * grown)
    return np.where((usual <= 0.0) | (usual >= 1.0), usual, np.where(shift >= 0.0, up, down))


FORMULAS: dict[int, Callable[..., FloatArray]] = {
    layout.BY_ODDS_RATIO: lambda usual, ratio, left: _moved(usual, left * np.log(ratio)),
    layout.BY_LOG_ODDS: lambda usual, log_odds, left: _moved(usual, left * log_odds),
    layout.BY_DIFFERENCE: lambda usual, difference, left: np.clip(usual + left * difference, 0.0, 1.0),
}
"""Effects, as `risksim.kernels.derived` works them out."""


# Groups of people


def _composition(gathered: Gathered, path: Path, terms: CompositionTerms, origin: str) -> Number:
    shares, known = terms.shares, len(gathered.faults)
    rates = [
        gathered.number((*path, "groups", place, "rate"), group.rate, "1", high=1.0)
        for place, group in enumerate(terms.groups)
    ]
    sticks = []
    for place in range(len(shares) - 1):
        # A Dirichlet law, share by share: each takes a beta part of what the groups before it leave.
        rest = math.fsum(shares[place + 1 :])
        part: Any = shares[place] / (shares[place] + rest)
        if terms.certainty is not None:
            part = grammar.Beta(beta=(terms.certainty * shares[place], terms.certainty * rest))
        sticks.append(gathered.number((*path, "groups", place, "share"), part, "1", high=1.0))
    if len(gathered.faults) > known:
        return Number(-1, 0.0)
    numbers = (*sticks, *rates)
    if all(number.slot < 0 for number in numbers):
        return Number(-1, math.fsum(q * rate.value for q, rate in zip(shares, rates, strict=True)))
    words = [
        f"{100.0 * q:.3g} % {group.name} at {gathered.words_of(rate)}"
        for q, group, rate in zip(shares, terms.groups, rates, strict=True)
    ]
    sure = "" if terms.certainty is None else f"; shares known as from {figure(terms.certainty)} people"
    spread = _composition_spread(gathered, shares, terms.certainty, sticks, rates)
    return gathered.derive(path[:-1], layout.BY_COMPOSITION, numbers, f"{', '.join(words)}{sure}", origin, spread)


def _composition_spread(
    gathered: Gathered,
    shares: Sequence[float],
    certainty: float | None,
    sticks: Sequence[Number],
    rates: Sequence[Number],
) -> Spread:
    """Mean and standard deviation in closed form; quantiles over a lattice."""
    laws = [gathered.law_at(rate) for rate in rates]
    q, means = np.array(shares), np.array([law.mean for law in laws])
    mean = float(q @ means)
    # Of shares with a Dirichlet law: covariance (diag(q) - q q') / (certainty + 1).
    covariance = np.zeros((q.size, q.size)) if certainty is None else (np.diag(q) - np.outer(q, q)) / (certainty + 1.0)
    second = covariance + np.outer(q, q)
    variance = float(np.diag(second) @ np.array([law.sd**2 for law in laws]) + means @ covariance @ means)
    if not gathered.quantiles:
        return Spread(mean, math.sqrt(variance), (math.nan,) * 3)
    points = np.arange(1, LATTICE + 1)
    columns = []
    for law, prime in zip([*(gathered.law_at(stick) for stick in sticks), *laws], _PRIMES, strict=False):
        columns.append(law.inverse((0.5 + points * math.sqrt(prime)) % 1.0 * (1.0 - 2e-12) + 1e-12))
    left, total = np.ones(LATTICE), np.zeros(LATTICE)
    for stick, rate in zip(columns[: len(sticks)], columns[len(sticks) :], strict=False):
        total += left * stick * rate
        left = left * (1.0 - stick)
    total += left * columns[-1]
    levels = np.quantile(total, LEVELS)
    return Spread(mean, math.sqrt(variance), tuple(float(level) for level in levels))


# Sites


def _sites(
    gathered: Gathered, path: Path, terms: SitesTerms, origin: str, several: bool
) -> tuple[Number, tuple[Number, Number] | None]:
    counts = Counts(tuple(site.successes for site in terms.counts), tuple(site.of for site in terms.counts))
    posterior = fit_sites(counts, terms.spread)
    spread, mean = _mean_and_spread(gathered, path, posterior, origin, len(counts.of))
    n_sites = f"{len(counts.of)} site{'s' if len(counts.of) > 1 else ''}"
    if terms.new_site and not several:
        place = gathered.number((*path, "new_site"), _STANDARD, "1", low=-math.inf)
        found = spread_of(*posterior.new_site())
        text = f"a new site, learnt from {n_sites}"
        return gathered.derive(path[:-1], layout.AT_SITE, (mean, spread, place), text, origin, found), None
    found = spread_of(*posterior.over_sites())
    own = "; each cohort has its own" if terms.new_site else ""
    rate = gathered.derive(
        path[:-1], layout.OVER_SITES, (mean, spread), f"mean of all sites, learnt from {n_sites}{own}", origin, found
    )
    return rate, ((mean, spread) if terms.new_site else None)


_STANDARD = grammar.Normal(normal=grammar.NormalShape(mean=0.0, sd=1.0))


def _mean_and_spread(
    gathered: Gathered, path: Path, posterior: Posterior, origin: str, n_sites: int
) -> tuple[Number, Number]:
    """Spread and mean of the log odds of sites; they share one draw: the pieces of both are the nodes of the spread."""
    starts = np.concatenate([[0.0], np.cumsum(posterior.weights)[:-1]])
    spans = list(zip(starts, posterior.weights, strict=True))
    spread = Law(
        f"spread of log odds between sites, learnt from {n_sites}",
        tuple(Piece(float(s), w, tau, None) for (s, w), tau in zip(spans, posterior.spreads, strict=True)),
    )
    mean = Law(
        f"mean log odds of sites, learnt from {n_sites}",
        tuple(Piece(float(s), w, None, family) for (s, w), family in zip(spans, posterior.means, strict=True)),
    )
    first = gathered.enter((*path, "spread"), spread, "1", origin)
    return first, gathered.enter((*path, "mean"), mean, "1", origin, draws_of=first)


# Quadrature


def product_rule(laws: Sequence[Law]) -> tuple[list[FloatArray], FloatArray]:
    """A rule over independent laws: values of each, float64[n], and weights float64[n] that add up to 1."""
    for nodes in (6, 5, 4, 3, 2):
        rules = [rule_of(law, nodes) for law in laws]
        if math.prod(values.size for values, _ in rules) <= MOST_POINTS:
            break
    grid = np.meshgrid(*(values for values, _ in rules), indexing="ij")
    weights = reduce(np.multiply.outer, (weights for _, weights in rules))
    return [values.ravel() for values in grid], np.asarray(weights).ravel()


def rule_of(law: Law, nodes: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre over the standard normal score of each piece: values and weights, float64[n]."""
    from scipy import special

    values, weights = [], []
    places, of_place = np.polynomial.legendre.leggauss(nodes)
    for piece in law.pieces:
        if piece.family is None:
            values.append(np.array([piece.mean()]))
            weights.append(np.array([piece.width]))
            continue
        kinks = [float(special.ndtri(kink)) for kink in piece.family.kinks]
        borders = np.array(sorted({*np.linspace(-REACH, REACH, 17).tolist(), *kinks}))
        half, middle = 0.5 * np.diff(borders), 0.5 * (borders[:-1] + borders[1:])
        score = (middle[:, np.newaxis] + half[:, np.newaxis] * places).ravel()
        density = (half[:, np.newaxis] * of_place).ravel() * np.exp(-0.5 * score**2)
        values.append(np.clip(piece.family.inverse(special.ndtr(score), special.ndtr(-score)), law.low, law.high))
        weights.append(piece.width * density / density.sum())
    return np.concatenate(values), np.concatenate(weights)


def spread_of(values: FloatArray, weights: FloatArray) -> Spread:
    """Mean, standard deviation and quantiles of values with weights that add up to 1."""
    mean = float(values @ weights)
    sd = math.sqrt(max(float((values - mean) ** 2 @ weights), 0.0))
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) - 0.5 * weights[order]
    return Spread(mean, sd, tuple(float(level) for level in np.interp(LEVELS, reached, values[order])))
