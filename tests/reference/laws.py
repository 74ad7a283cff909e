"""Inverse and mean of every law of the grammar, through `scipy.stats`.

Written from the grammar of uncertain numbers (`risksim.scenario.uncertainty`); never from the fast code, which this is
held against.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Literal

import numpy as np
from scipy import integrate, optimize, special, stats

from risksim.scenario import uncertainty as grammar

Kind = Literal["share", "ratio", "amount", "number"]
"""What the number counts: a share lies in [0, 1]; a ratio and an amount are not negative; a number may be any."""

Points = tuple[tuple[float, float], ...]
"""Probability and value of each stated quantile, in rising order."""

FAMILIES = ("beta", "lognormal", "gamma", "normal", "student")
STUDENT_DEGREES = 3
TIE = 1e-12
"""Sums of squares closer than this are the same fit; the family that stands first in `FAMILIES` is taken."""
SMALLEST = 2.0**-53
"""Place of u inside a mixture part is kept this far from 0 and 1."""


def quantile(law: Any, u: float, kind: Kind) -> float:
    """The value of an uncertain number at the place u of its distribution."""
    if isinstance(law, grammar.FromRegister):
        return quantile(law.number, u, kind)
    if (parts := mixture_parts(law)) is not None:
        return _mixture_quantile(parts, u, kind)
    if isinstance(law, grammar.Discrete):
        return _discrete_quantile(law, u)
    if isinstance(law, grammar.Changed):
        return changed(law.changed, quantile(law.changed.of, u, kind))
    certain = certain_value(law)
    return certain if certain is not None else float(frozen(law, kind).ppf(u))


def mean(law: Any, kind: Kind) -> float:
    """The exact mean of an uncertain number."""
    if isinstance(law, grammar.FromRegister):
        return mean(law.number, kind)
    if (parts := mixture_parts(law)) is not None:
        weights = _shares([weight for weight, _ in parts])
        return math.fsum(w * mean(of, kind) for w, (_, of) in zip(weights, parts, strict=True))
    if isinstance(law, grammar.Discrete):
        weights = _shares([chance.weight for chance in law.discrete])
        return math.fsum(w * chance.value for w, chance in zip(weights, law.discrete, strict=True))
    if isinstance(law, grammar.Changed):
        return _mean_of_changed(law.changed, kind)
    certain = certain_value(law)
    return certain if certain is not None else float(frozen(law, kind).mean())


def changed(change: grammar.Change, value: float) -> float:
    """A value after its change."""
    if change.odds is not None:
        return change.odds * value / (1.0 - value + change.odds * value)
    return value * change.times if change.times is not None else value + change.plus


def _mean_of_changed(change: grammar.Change, kind: Kind) -> float:
    """Of the odds by adaptive quadrature over the distribution, of the others by the change of the mean."""
    if change.odds is None:
        return changed(change, mean(change.of, kind))
    value, _ = integrate.quad(lambda u: changed(change, quantile(change.of, u, kind)), 0.0, 1.0, limit=500)
    return float(value)


def certain_value(law: Any) -> float | None:
    """The value of a number that isn't uncertain; None if it is."""
    if isinstance(law, grammar.Fixed):
        return law.value
    if isinstance(law, grammar.FixedLaw):
        return law.fixed
    if isinstance(law, grammar.FromRegister):
        return certain_value(law.number)
    return None if isinstance(law, grammar.Law) else float(law)


def mixture_parts(law: Any) -> list[tuple[float, Any]] | None:
    """Weight and law of each part of a mixture, in the order in which they share the interval; else None."""
    if isinstance(law, grammar.Mixture):
        return [(part.weight, part.of) for part in law.mixture]
    if isinstance(law, grammar.Experts):
        return [(expert.weight, expert.says) for expert in law.experts]
    if isinstance(law, grammar.Evidence):
        betas = [(weight, grammar.Beta(beta=shapes)) for weight, shapes in evidence_parts(law)]
        vague = 0.0 if law.may_not_apply is None else float(certain_value(law.may_not_apply) or 0.0)
        parts: list[tuple[float, Any]] = [((1.0 - vague) * weight, beta) for weight, beta in betas]
        return [*parts, (vague, grammar.Uniform(uniform=(0.0, 1.0)))] if vague > 0.0 else parts
    return None


def _shares(weights: list[float]) -> list[float]:
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def _interval(weights: list[float], u: float) -> tuple[int, float]:
    """Which cumulative weight interval ``[low, high)`` holds u, and the place of u inside it."""
    low = 0.0
    last = len(weights) - 1
    for position, weight in enumerate(weights):
        high = 1.0 if position == last else low + weight
        if u < high:
            return position, (u - low) / (high - low)
        low = high
    raise ValueError(f"got u = {u}, which is not below 1")


def _mixture_quantile(parts: list[tuple[float, Any]], u: float, kind: Kind) -> float:
    """randomness.md: the part whose interval holds u gets the place of u inside it; parts in the order of the file."""
    if len(parts) == 1:
        return quantile(parts[0][1], u, kind)
    position, place = _interval(_shares([weight for weight, _ in parts]), u)
    return quantile(parts[position][1], min(max(place, SMALLEST), 1.0 - SMALLEST), kind)


def _discrete_quantile(law: grammar.Discrete, u: float) -> float:
    """randomness.md: the value whose interval holds u; values in rising order."""
    rising = sorted(law.discrete, key=lambda chance: chance.value)
    position, _ = _interval(_shares([chance.weight for chance in rising]), u)
    return rising[position].value


def frozen(law: Any, kind: Kind) -> Any:
    """The continuous distribution of a law, as `scipy.stats` has it."""
    match law:
        case grammar.Beta():
            return stats.beta(*law.beta)
        case grammar.Graded():
            return graded(law.graded)
        case grammar.Quantiles():
            named = [(float(key[1:]) / 100.0, value) for key, value in law.quantiles.items()]
            return fitted(tuple(sorted(named)), law.fit, law.limits, kind)
        case grammar.Range():
            return fitted(((0.05, law.p5), (0.95, law.p95)), law.fit, law.limits, kind)
        case grammar.Normal():
            return stats.norm(law.normal.mean, law.normal.sd)
        case grammar.Lognormal():
            mu, sigma = lognormal_logs(law.lognormal)
            return stats.lognorm(sigma, scale=math.exp(mu))
        case grammar.Gamma():
            shape, scale = gamma_shapes(law.gamma)
            return stats.gamma(shape, scale=scale)
        case grammar.Uniform():
            low, high = law.uniform
            return stats.uniform(low, high - low)
        case grammar.Triangular():
            low, mode, high = law.triangular
            return stats.triang((mode - low) / (high - low), low, high - low)
        case grammar.Pert():
            low, mode, high = law.pert
            a = 1.0 + 4.0 * (mode - low) / (high - low)
            b = 1.0 + 4.0 * (high - mode) / (high - low)
            return stats.beta(a, b, low, high - low)
    raise TypeError(f"no continuous law: {law!r}")


CLASS_WEIGHTS = {"same provider": 1.0, "other municipality": 0.5, "same manual": 0.3, "foreign": 0.15}
GRADE_SHARES = {1: 0.0, 2: 0.05, 3: 0.10, 4: 0.15, 5: 0.25, 6: 0.40}


def evidence_shapes(law: grammar.Evidence, uncertain_weight: float = math.nan) -> tuple[float, float]:
    """Prior plus weighted successes, prior plus weighted failures, each counted after its design effect."""
    sources = law.evidence if isinstance(law.evidence, list) else [law.evidence]
    a, b = law.prior
    for source in sources:
        icc = 0.0 if source.icc is None else float(certain_value(source.icc) or 0.0)
        share = 1.0 / max(1.0, 1.0 + (source.of - 1.0) * icc)
        if source.class_ is not None:
            share *= CLASS_WEIGHTS[source.class_]
        elif isinstance(source.weight, grammar.Beta):
            share *= uncertain_weight
        else:
            share *= float(certain_value(source.weight) or 0.0)
        a += share * source.successes
        b += share * (source.of - source.successes)
    if law.at_most is not None and a + b > law.at_most:
        a, b = a * law.at_most / (a + b), b * law.at_most / (a + b)
    return a, b


def evidence_parts(law: grammar.Evidence) -> list[tuple[float, tuple[float, float]]]:
    """Weight and shapes of each beta: one, or one for each node of an uncertain weight.

    randomness.md: 16 nodes, doubled until mean and mean square, before the most people, move by less than 1e-8, at most
    256; those of a probability of at most 1e-12 are left out.
    """
    sources = law.evidence if isinstance(law.evidence, list) else [law.evidence]
    unsure = next((source.weight.beta for source in sources if isinstance(source.weight, grammar.Beta)), None)
    if unsure is None:
        return [(1.0, evidence_shapes(law))]
    uncapped, nodes, before = law.model_copy(update={"at_most": None}), 16, (math.inf, math.inf)
    while True:
        places, chances = special.roots_sh_jacobi(nodes, sum(unsure) - 1.0, unsure[0])
        chances = chances / chances.sum()
        shapes = [evidence_shapes(uncapped, float(place)) for place in places]
        means = np.array([a / (a + b) for a, b in shapes])
        squares = np.array([a * (a + 1.0) / (a + b) / (a + b + 1.0) for a, b in shapes])
        now = float(chances @ means), float(chances @ squares)
        if max(abs(now[0] - before[0]), abs(now[1] - before[1])) < 1e-8 or nodes == 256:
            break
        nodes, before = 2 * nodes, now
    return [
        (float(chance), evidence_shapes(law, float(place)))
        for place, chance in zip(places, chances, strict=True)
        if chance > 1e-12
    ]


def graded(shape: grammar.GradedShape) -> Any:
    """A stated amount times its factor: no bias is the 10 % point of a cost and the 90 % point of a saving."""
    share = GRADE_SHARES[shape.grade]
    median = 1.0 + share if shape.as_ == "cost" else 1.0 - share
    sigma = 0.02 if share == 0.0 else abs(math.log(median)) / float(special.ndtri(0.9))
    return stats.lognorm(sigma, scale=shape.value * median)


def lognormal_logs(shape: grammar.LognormalShape) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm."""
    if shape.median is not None and shape.p90 is not None:
        return math.log(shape.median), math.log(shape.p90 / shape.median) / float(special.ndtri(0.9))
    if shape.median is not None and shape.sigma is not None:
        return math.log(shape.median), shape.sigma
    if shape.mean is not None and shape.sd is not None:
        variance = math.log1p((shape.sd / shape.mean) ** 2)
        return math.log(shape.mean) - variance / 2.0, math.sqrt(variance)
    assert shape.mu is not None
    assert shape.sigma is not None
    return shape.mu, shape.sigma


def gamma_shapes(gamma: grammar.GammaShape) -> tuple[float, float]:
    """Shape and scale."""
    if gamma.shape is not None and gamma.scale is not None:
        return gamma.shape, gamma.scale
    assert gamma.mean is not None
    assert gamma.sd is not None
    return (gamma.mean / gamma.sd) ** 2, gamma.sd**2 / gamma.mean


# Fits to quantiles: least squares on the cumulative probabilities (O'Hagan et al., Uncertain Judgements, 2006).


@functools.cache
def fitted(points: Points, family: str | None, limits: tuple[float, float] | None, kind: Kind) -> Any:
    """The distribution fitted to quantiles: of the family named, else the best of those the number allows."""
    names = [family] if family is not None else allowed_families(limits, kind)
    fits = {name: _fit(name, points, limits, kind) for name in names}
    squares = {name: math.fsum((float(law.cdf(v)) - p) ** 2 for p, v in points) for name, law in fits.items()}
    best = min(squares.values())
    return fits[next(name for name in names if squares[name] <= best + TIE)]


def allowed_families(limits: tuple[float, float] | None, kind: Kind) -> list[str]:
    """Families that stay inside what the number may be.

    A share is a beta. What isn't negative is a lognormal or a gamma, any other number a normal or a Student's t; both
    also a beta where limits are given.
    """
    if kind == "share":
        return ["beta"]
    families = ["normal", "student"] if kind == "number" else ["lognormal", "gamma"]
    return ["beta", *families] if limits is not None else families


def _fit(family: str, points: Points, limits: tuple[float, float] | None, kind: Kind) -> Any:
    """Fit one family. Two free parameters each: where the middle lies, and the logarithm of the spread."""
    if family == "beta" and limits is None and kind != "share":
        raise ValueError("a beta fit of a number other than a share needs limits")
    low, high = limits or (0.0, 1.0)
    values = np.array([value for _, value in points])
    probabilities = np.array([probability for probability, _ in points])

    def build(parameters: Any) -> Any:
        middle, spread = float(parameters[0]), math.exp(float(parameters[1]))
        match family:
            case "beta":  # mean on the logit scale, pseudo-count
                share = float(special.expit(middle))
                return stats.beta(share * spread, (1.0 - share) * spread, low, high - low)
            case "lognormal":
                return stats.lognorm(spread, scale=math.exp(middle))
            case "gamma":  # logarithm of the mean, shape
                return stats.gamma(spread, scale=math.exp(middle) / spread)
            case "normal":
                return stats.norm(middle, spread)
            case "student":
                return stats.t(STUDENT_DEGREES, middle, spread)
        raise ValueError(f"no family {family}")

    def distance(parameters: Any) -> Any:
        return build(parameters).cdf(values) - probabilities

    starts = _starts(family, values, probabilities, low, high)
    found = [
        optimize.least_squares(distance, start, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=20_000)
        for start in starts
    ]
    return build(min(found, key=lambda fit: float(fit.cost)).x)


def _starts(family: str, values: Any, probabilities: Any, low: float, high: float) -> list[list[float]]:
    """Where the search begins: the straight line through the normal scores, and a little to its sides."""
    scores = special.ndtri(probabilities)
    scale = np.log(values) if family in ("lognormal", "gamma") else values
    slope, level = np.polyfit(scores, scale, 1)
    if family == "beta":
        share = min(max((level - low) / (high - low), 0.02), 0.98)
        spread = max(share * (1.0 - share) * ((high - low) / slope) ** 2 - 1.0, 0.1)
        start = [math.log(share / (1.0 - share)), math.log(spread)]
    elif family == "gamma":
        start = [level + slope**2 / 2.0, math.log(1.0 / slope**2)]
    else:
        start = [float(level), math.log(slope)]
    return [[float(start[0]), float(start[1]) + step] for step in (0.0, -0.7, 0.7)]
