"""Effects against a baseline or comparison group, once more: person by person and in fractions.

Written from `docs/reference/model.md`, `docs/reference/randomness.md` and the parsed `Scenario`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from risksim.scenario.base import value_of
from risksim.scenario.effects import EffectOnAmount, EffectOnOutcome
from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import Normal, NormalShape
from tests.reference.philox import COMPARISON, COMPARISON_MEASUREMENT, Key, limit, person_words

LUCK = Normal(normal=NormalShape(mean=0.0, sd=1.0))


def effect_numbers(scenario: Scenario) -> Iterator[tuple[str, Any, str]]:
    """Every number of every effect that may be uncertain: the name of its draw, its law and what it counts."""
    for name, effect in scenario.effects.items():
        here = f"outcomes[{name}]"
        yield f"{here}.against.people", effect.against.people or 0.0, "ratio"
        yield f"{here}.against.icc", effect.against.icc or 0.0, "share"
        yield f"{here}.against.effective", effect.against.effective, "share"
        if isinstance(effect, EffectOnOutcome):
            yield f"{here}.against.rate", effect.against.rate, "share"
            yield f"{here}.against.unmeasured", effect.against.unmeasured, "share"
        else:
            yield f"{here}.true_effect", effect.true_effect, "ratio"
            yield f"{here}.sd", effect.sd, "ratio"
            yield f"{here}.people", effect.people, "ratio"
            yield f"{here}.correlation", effect.correlation or 0.0, "share"
            yield f"{here}.sampling", LUCK, "ratio"
        if effect.matching_error is not None:
            size = 0.07 if effect.matching_error == "usual" else effect.matching_error
            yield f"{here}.matching_error", size, "ratio"
            yield f"{here}.matching", LUCK, "ratio"
        yield f"{here}.analyst_error", effect.analyst_error, "ratio"
        yield f"{here}.analyst", LUCK if effect.analyst_error != 0.0 else 0.0, "ratio"


def size_of(
    effect: EffectOnOutcome | EffectOnAmount, here: str, values: Mapping[str, float], enrolled: Mapping[int, float]
) -> float:
    """People of a group as they count; `enrolled` says how many enrol in each month."""
    people = values[f"{here}.against.people"]
    if getattr(effect.against, "enrolled_by", None) is not None:
        people = math.fsum(n for month, n in enrolled.items() if month < value_of(effect.against.enrolled_by))
    people *= values[f"{here}.against.effective"]
    if effect.against.clusters is not None:
        each = people / value_of(effect.against.clusters)
        people /= max(1.0 + (each - 1.0) * values[f"{here}.against.icc"], 1.0)
    return people


def draw_groups(
    scenario: Scenario, values: Mapping[str, float], key: Key, path: int, enrolled: Mapping[int, float]
) -> dict[str, float]:
    """People of each group who succeeded and were measured, and who were measured, under names of their own."""
    found = {}
    for name, effect in scenario.effects.items():
        here = f"outcomes[{name}]"
        people = math.floor(size_of(effect, here, values, enrolled) + 1e-9)
        met, seen = math.floor(values.get(f"{here}.people", 0.0) + 1e-9), people
        if isinstance(effect, EffectOnOutcome):
            hidden, bar = limit(values[f"{here}.against.unmeasured"]), limit(values[f"{here}.against.rate"])
            words = person_words(key, path, COMPARISON, 0, people, name)
            others = person_words(key, path, COMPARISON_MEASUREMENT, 0, people, name)
            visible = [word for word, other in zip(words, others, strict=True) if other >= hidden]
            met, seen = sum(word < bar for word in visible), len(visible)
        found |= {f"{here}: met": float(met), f"{here}: seen": float(seen)}
    return found


def expected_groups(scenario: Scenario, values: Mapping[str, float], enrolled: Mapping[int, float]) -> dict[str, float]:
    """The same if people were divisible."""
    found = {}
    for name, effect in scenario.effects.items():
        here = f"outcomes[{name}]"
        people = size_of(effect, here, values, enrolled)
        met, seen = values.get(f"{here}.people", 0.0), people
        if isinstance(effect, EffectOnOutcome):
            seen = people * (1.0 - values[f"{here}.against.unmeasured"])
            met = seen * values[f"{here}.against.rate"]
        found |= {f"{here}: met": met, f"{here}: seen": seen}
    return found


def effect_on_date(
    scenario: Scenario, values: Mapping[str, float], tallies: Mapping[Any, list[float]], name: str, date: dt.date
) -> float | None:
    """The value of an effect at a follow-up; None where it has none."""
    effect, follow_ups = scenario.effects[name], scenario.follow_up_dates()
    if isinstance(effect.known, list):
        known = {next(day for day in follow_ups if day >= value_of(stated)) for stated in effect.known}
    else:
        known = set(follow_ups if effect.known == "each follow-up" else follow_ups[-1:])
    from tests.reference.twin import day_of  # which imports this module

    ready = [value_of(effect.against.measured)] if effect.against.measured is not None else []
    if getattr(effect.against, "enrolled_by", None) is not None:
        ready.append(day_of(scenario.start_date, int(value_of(effect.against.enrolled_by))))
    if date not in known or any(date < day for day in ready):
        return None
    here, fewest = f"outcomes[{name}]", value_of(effect.minimum)
    met_0, seen_0 = values[f"{here}: met"], values[f"{here}: seen"]
    noise = values[f"{here}.analyst_error"] * values[f"{here}.analyst"]
    bias = values.get(f"{here}.matching_error", 0.0) * values.get(f"{here}.matching", 0.0)
    if isinstance(effect, EffectOnAmount):
        people, spread = met_0, values[f"{here}.sd"]
        if people < fewest or seen_0 < fewest:
            return None
        if effect.matching_error == "usual":
            bias *= spread
        r = values[f"{here}.correlation"]
        part = {"difference": 1.0, "difference in differences": 2.0 * (1.0 - r), "ancova": 1.0 - r * r}
        error = spread * math.sqrt(part[effect.estimator] * (1.0 / people + 1.0 / seen_0))
        value = values[f"{here}.true_effect"] + (values[f"{here}.sampling"] + noise) * error - bias
        if effect.reads == "t":
            return value / error if abs(value) < 1e9 * error else None
        return value * people if effect.reads == "total" else value
    counted = [
        tally
        for (_, outcome, day), tally in tallies.items()
        if outcome == effect.effect_on and day in follow_ups and day <= date
    ]
    met, seen = (math.fsum(tally[place] for tally in counted) for place in (0, 1))
    if seen < fewest or seen_0 < fewest:
        return None
    if effect.matching_error == "usual":
        rate = values[f"{here}.against.rate"]
        bias *= math.sqrt(rate * (1.0 - rate))
    return estimate(effect.reads, met, seen, met_0, seen_0, bias, noise)


def estimate(
    reads: str, met: float, seen: float, met_0: float, seen_0: float, bias: float = 0.0, noise: float = 0.0
) -> float | None:
    """What a contract reads of two shares."""
    exact = Fraction(met) / Fraction(seen), Fraction(met_0) / Fraction(seen_0)
    p, p_0 = float(exact[0]), float(exact[1])
    own = math.sqrt(p * (1.0 - p) / seen + p_0 * (1.0 - p_0) / seen_0)
    difference = float(exact[0] - exact[1]) + (noise * own - bias)
    if reads == "difference":
        return difference
    if reads == "additional people":
        return float((exact[0] - exact[1]) * Fraction(seen)) + (noise * own - bias) * seen
    if reads in ("relative increase", "relative reduction"):
        if met_0 + bias * seen_0 < 1.0:
            return None
        plain = noise == 0.0 and bias == 0.0
        ratio = float((exact[0] - exact[1]) / exact[1]) if plain else difference / (p_0 + bias)
        return ratio if reads == "relative increase" else -ratio
    both = (met + met_0) / (seen + seen_0)
    pooled = math.sqrt(both * (1.0 - both) * (1.0 / seen + 1.0 / seen_0))
    error = pooled if reads == "pooled z" else own
    return difference / error if error else None
