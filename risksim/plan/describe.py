"""What every uncertain number of a scenario says as a distribution, and by which steps it became one.

Only looked at, never run: a draft of the plan is gathered, and its laws are asked for their quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from risksim.plan.compile import compile_plan
from risksim.plan.evidence import graded_factor, learn, matched_people
from risksim.plan.families import Beta, figure
from risksim.plan.fits import Fit, FitError, fit_quantiles
from risksim.plan.laws import Law, law_of
from risksim.plan.numbers import Gathered, NoFile, Path, Places
from risksim.scenario import register
from risksim.scenario import uncertainty as grammar
from risksim.scenario.base import walk
from risksim.scenario.origins import origin_text
from risksim.scenario.repeats import written_out
from risksim.scenario.scenario import Scenario

FAMILIES = ("beta", "lognormal", "gamma", "normal", "student")
"""Every family that stated quantiles are held against."""


class Candidate(NamedTuple):
    """One family fitted to stated quantiles, as feedback to who stated them."""

    family: str
    form: str
    """In words."""
    sum_of_squares: float
    """Sum of (fitted minus stated cumulative probability) squared. [1]"""
    p5: float
    """The 5 % point that it implies."""
    p95: float
    """The 95 % point that it implies."""
    chosen: bool


class Opinion(NamedTuple):
    """What one expert says."""

    name: str
    share: float
    """Weight among the experts, as a share. [1]"""
    form: str
    mean: float
    candidates: tuple[Candidate, ...]
    """The families fitted to the expert's quantiles; empty where the expert stated a law."""


class Told(NamedTuple):
    """One uncertain number."""

    name: str
    unit: str
    origin: str
    """`source`, `assumption`, `unchecked` or `unstated`."""
    origin_text: str
    form: str
    """The distribution in words."""
    mean: float
    p5: float
    p50: float
    p95: float
    people: float | None
    """Effective sample size of a beta distribution, where the evidence applies; None for other laws. [people]"""
    matched_people: float | None
    """That of the beta distribution with the same mean and variance; None but for mixtures between 0 and 1. [people]"""
    steps: tuple[str, ...]
    """What was done to get there, in order."""
    candidates: tuple[Candidate, ...]
    """The families fitted to stated quantiles."""
    experts: tuple[Opinion, ...]


def numbers(scenario: Scenario, places: Places | None = None) -> list[Told]:
    """Every uncertain number that a run draws, in the order in which the plan meets it.

    Parameters
    ----------
    scenario : Scenario
        A deal that reads well.
    places : Places, optional
        The document it was read from.

    Returns
    -------
    list of Told
        What is pure luck, as sampling error, is left out: no file says a law for it.
    """
    gathered = Gathered(written_out(scenario), places or NoFile(), draft=True)
    compile_plan(scenario, places, draft=True, gathered=gathered)
    said = dict(walk(scenario))
    events = {slot for slot, _ in gathered.events}
    return [
        _told(note.name, note.unit, path, said, law)
        for slot, (path, law, note) in enumerate(zip(gathered.paths, gathered.laws, gathered.notes, strict=True))
        if path in said and slot not in events
    ]


def _told(name: str, unit: str, path: Path, said: dict[Path, Any], law: Law) -> Told:
    number = said[path]
    origin = next((text for end in range(len(path), 0, -1) if (text := origin_text(said.get(path[:end])))), "")
    p5, p50, p95 = (float(law.quantile(level)) for level in (0.05, 0.5, 0.95))
    people, matched = _people(number, law)
    bounds = _bounds(unit, law)
    return Told(
        name,
        unit,
        _kind(origin),
        origin,
        law.text,
        law.mean,
        p5,
        p50,
        p95,
        people,
        matched,
        tuple(steps(number)),
        _candidates(number, *bounds),
        _opinions(number, *bounds),
    )


def _bounds(unit: str, law: Law) -> tuple[float, float]:
    """Bounds of the number for a fit; money has a largest amount that is none of its law."""
    return law.low, law.high if unit == "1" and law.high == 1.0 else math.inf


def _kind(origin: str) -> str:
    if origin.startswith("source, not checked") or origin.endswith("(unchecked)"):
        return "unchecked"
    return next((kind for kind in ("source", "assumption") if origin.startswith(kind)), "unstated")


def steps(number: Any) -> Iterator[str]:
    """What is done to a number between the file and its distribution, in order and each once.

    Parameters
    ----------
    number : float or a model of `risksim.scenario.uncertainty`
        What the scenario says.

    Yields
    ------
    str
        One step in words; nothing for a law that is taken as it stands.
    """
    match number:
        case grammar.FromRegister():
            mark = register.STATUS[register.constants()[number.register_].status]
            yield f"constant {number.register_} of the register ({mark})"
            yield from steps(number.number)
        case grammar.Evidence():
            yield from learn(number).steps
        case grammar.Graded():
            shape = number.graded
            factor = graded_factor(shape.grade, shape.as_)
            yield f"stated as {figure(shape.value)}"
            yield (
                f"grade {shape.grade} as a {shape.as_}: times a factor with median {figure(math.exp(factor.mu))} and "
                f"sigma {figure(factor.sigma, 3)} (confidence-grade-{shape.grade} of the register)"
            )
        case grammar.Experts():
            yield f"{len(number.experts)} experts, each fitted apart, pooled by weight"


def _people(number: Any, law: Law) -> tuple[float | None, float | None]:
    if isinstance(number, grammar.FromRegister):
        return _people(number.number, law)
    families = [piece.family for piece in law.pieces]
    only = families[0]
    if len(families) == 1:
        plain = isinstance(only, Beta) and (only.low, only.high) == (0.0, 1.0)
        return (only.a + only.b if plain and isinstance(only, Beta) else None), None
    inside = all(
        0.0 <= piece.mean() <= 1.0 if piece.family is None else piece.family.low >= 0.0 and piece.family.high <= 1.0
        for piece in law.pieces
    )
    matched = matched_people(law.mean, law.sd**2) if inside and law.sd > 0.0 else None
    return (learn(number).people if isinstance(number, grammar.Evidence) else None), matched


def _opinions(number: Any, low: float, high: float) -> tuple[Opinion, ...]:
    if not isinstance(number, grammar.Experts):
        return ()
    total = math.fsum(expert.weight for expert in number.experts)
    found = []
    for expert in number.experts:
        law = law_of(expert.says, low, high)
        found.append(
            Opinion(expert.name, expert.weight / total, law.text, law.mean, _candidates(expert.says, low, high))
        )
    return tuple(found)


def _candidates(number: Any, low: float, high: float) -> tuple[Candidate, ...]:
    """Every family that can be fitted to stated quantiles, whether the number allows it or not."""
    if not isinstance(number, grammar.Quantiles | grammar.Range):
        return ()
    fit = law_of(number, low, high).fits[0]
    return tuple(_others(fit, number.limits or (low, high)))


def _others(fit: Fit, limits: tuple[float, float]) -> Iterator[Candidate]:
    tried = {candidate.name: candidate for candidate in fit.candidates}
    for name in FAMILIES:
        one = tried.get(name)
        if one is None:
            try:
                ends = limits if name == "beta" else None
                one = fit_quantiles(fit.probabilities, fit.values, name, ends, -math.inf, math.inf).chosen
            except FitError:
                continue
        form = one.distribution.text(3)
        yield Candidate(name, form, one.sum_of_squares, one.p5, one.p95, name == fit.chosen.name)
