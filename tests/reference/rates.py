"""Success rates that are worked out of other numbers, one path at a time.

Written from `docs/reference/evidence-effects.md`. The posterior of the mean and the spread of sites is not fitted here:
the paths of a run hand both over, and `tests/plan/test_sites.py` holds them against sampling.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from scipy import special, stats

from risksim.scenario import uncertainty as grammar
from risksim.scenario.rates import CompositionRate, EffectRate, EffectTerms, SitesRate
from risksim.scenario.scenario import Scenario
from tests.reference import laws
from tests.reference.philox import Key, person_words

COHORT = 12
HELD = "sites held"
"""A value that is there where sites are not drawn: everything is at its mean."""

MULTIPLIERS = {
    "randomised trial": 1.0,
    "trial with problems, or strong quasi-experiment": 0.75,
    "matched comparison group": 0.5,
}
TRIALS = ((0.32, 0.61), (0.31, 1.42), (0.30, 2.16), (0.07, 5.64))


def parts(name: str, rate: Any) -> Iterator[tuple[str, tuple[Any, laws.Kind]]]:
    """The numbers that a success rate is made of, by the names of their draws."""
    here = f"outcomes[{name}].success_rate"
    if isinstance(rate, EffectRate):
        effect = rate.effect
        yield f"{here}.effect.usual", (effect.usual, "share")
        yield f"{here}.effect.{scale(effect)}", (law_of_effect(effect), "number")
        if effect.multiplier is not None:
            yield f"{here}.effect.multiplier", (effect.multiplier, "ratio")
        else:
            left = 1.0 if effect.design is None else MULTIPLIERS[effect.design]
            left = max(left * 0.5 ** len(effect.flags), 0.1)
            law = 1.0 if left == 1.0 else grammar.Beta(beta=(10.0 * left, 10.0 * (1.0 - left)))
            yield f"{here}.effect.design", (law, "share")
    elif isinstance(rate, CompositionRate):
        groups, certainty = rate.composition.groups, rate.composition.certainty
        shares = [group.share / math.fsum(g.share for g in groups) for group in groups]
        for k, group in enumerate(groups):
            yield f"{here}.composition.groups[{group.name}].rate", (group.rate, "share")
            rest = math.fsum(shares[k + 1 :])
            if rest > 0.0:
                part: Any = shares[k] / (shares[k] + rest)
                if certainty is not None:
                    part = grammar.Beta(beta=(certainty * shares[k], certainty * rest))
                yield f"{here}.composition.groups[{group.name}].share", (part, "share")
    elif isinstance(rate, SitesRate):
        yield f"{here}.sites.new_site", (grammar.Normal(normal=grammar.NormalShape(mean=0.0, sd=1.0)), "number")
    else:
        yield here, (rate, "share")


def scale(effect: EffectTerms) -> str:
    return next(key for key in ("odds_ratio", "log_odds", "difference") if getattr(effect, key) is not None)


def law_of_effect(effect: EffectTerms) -> Any:
    if effect.odds_ratio is not None:
        low, high = (math.log(end) for end in effect.odds_ratio.ci95)
        b, s = math.log(effect.odds_ratio.estimate), (high - low) / (2.0 * float(stats.norm.ppf(0.975)))
    else:
        said = getattr(effect, scale(effect))
        b, s = said.estimate, said.standard_error
    found = [(1.0, b, s)]
    if effect.shrink:
        likely = [w * float(stats.norm.pdf(b / s, 0.0, math.sqrt(1.0 + sd**2))) for w, sd in TRIALS]
        kept = [sd**2 / (1.0 + sd**2) for _, sd in TRIALS]
        found = [(w / sum(likely), b * k, s * math.sqrt(k)) for w, k in zip(likely, kept, strict=True)]

    def one(mean: float, sd: float) -> Any:
        if effect.odds_ratio is not None:
            return grammar.Lognormal(lognormal=grammar.LognormalShape(mu=mean, sigma=sd))
        return grammar.Normal(normal=grammar.NormalShape(mean=mean, sd=sd))

    if len(found) == 1:
        return one(*found[0][1:])
    return grammar.Mixture(mixture=[grammar.Component(weight=w, of=one(m, sd)) for w, m, sd in found])


def rate_of(rate: Any, here: str, values: Mapping[str, float]) -> float | None:
    """A rate on one path; None where it is a plain number."""
    if isinstance(rate, EffectRate):
        of_scale = scale(rate.effect)
        left = values[f"{here}.effect.{'multiplier' if rate.effect.multiplier is not None else 'design'}"]
        return moved(of_scale, values[f"{here}.effect.usual"], values[f"{here}.effect.{of_scale}"], left)
    if isinstance(rate, CompositionRate):
        groups = [f"{here}.composition.groups[{group.name}]" for group in rate.composition.groups]
        left, total = 1.0, 0.0
        for group in groups[:-1]:
            total += left * values[f"{group}.share"] * values[f"{group}.rate"]
            left *= 1.0 - values[f"{group}.share"]
        return total + left * values[f"{groups[-1]}.rate"]
    if isinstance(rate, SitesRate) and f"{here}.sites.mean" in values:
        mean, spread = values[f"{here}.sites.mean"], values[f"{here}.sites.spread"]
        return float(special.expit(mean + spread * values[f"{here}.sites.new_site"]))
    return None


def moved(of_scale: str, usual: float, effect: float, left: float) -> float:
    if of_scale == "difference":
        return min(max(usual + left * effect, 0.0), 1.0)
    shift = left * (math.log(effect) if of_scale == "odds_ratio" else effect)
    return float(special.expit(special.logit(usual) + shift))


def mean_rate(rate: Any, name: str) -> float | None:
    """The mean of a rate, by Gauss-Hermite over the normal scores of its parts; None where that is not done here."""
    if not isinstance(rate, EffectRate | CompositionRate):
        return None
    here, numbers = f"outcomes[{name}].success_rate", dict(parts(name, rate))
    if isinstance(rate, CompositionRate):
        means = [laws.mean(*numbers[f"{here}.composition.groups[{g.name}].rate"]) for g in rate.composition.groups]
        shares = [group.share for group in rate.composition.groups]
        return math.fsum(q * m for q, m in zip(shares, means, strict=True)) / math.fsum(shares)
    places, weights = np.polynomial.hermite_e.hermegauss(40)
    u = stats.norm.cdf(places)
    columns = []
    for law, kind in numbers.values():
        if laws.certain_value(law) is not None:
            columns.append([(laws.certain_value(law), 1.0)])
        elif isinstance(law, grammar.Mixture):
            shares = [part.weight / sum(p.weight for p in law.mixture) for part in law.mixture]
            columns.append(
                [
                    (laws.quantile(part.of, x, kind), share * w / weights.sum())
                    for part, share in zip(law.mixture, shares, strict=True)
                    for x, w in zip(u, weights, strict=True)
                ]
            )
        else:
            columns.append([(laws.quantile(law, x, kind), w / weights.sum()) for x, w in zip(u, weights, strict=True)])
    total = 0.0
    of_scale = scale(rate.effect)
    for combination in itertools.product(*columns):
        (usual, a), (effect, b), (left, c) = combination
        total += a * b * c * moved(of_scale, usual, effect, left)
    return total


def chance_in(scenario: Scenario, name: str, values: Mapping[str, float], key: Key, path: int, cohort: int) -> float:
    """The success rate of an outcome in one cohort."""
    here, rate = f"outcomes[{name}].success_rate", getattr(scenario.personal[name], "success_rate", None)
    differs = isinstance(rate, SitesRate) and rate.sites.new_site and len(scenario.cohorts) > 1
    if not differs or HELD in values:
        return values[here]
    word = person_words(key, path, COHORT, cohort, 1, name)[0]
    place = float(stats.norm.ppf((word + 0.5) * 2.0**-32))
    return float(special.expit(values[f"{here}.sites.mean"] + values[f"{here}.sites.spread"] * place))
