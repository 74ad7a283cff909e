"""What every uncertain number of a scenario says as a distribution, and by which steps it became one.

Only looked at, never run: a draft of the plan is gathered, and its laws are asked for their quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from risksim.errors import ScenarioError
from risksim.plan import layout
from risksim.plan.compile import compile_plan
from risksim.plan.derived import FORMULAS, Spread, product_rule, spread_of
from risksim.plan.evidence import graded_factor, learn, matched_people
from risksim.plan.families import Beta, figure
from risksim.plan.fits import Fit, FitError, fit_quantiles
from risksim.plan.laws import Law, law_of
from risksim.plan.layout import Plan
from risksim.plan.numbers import Gathered, NoFile, Number, Path, Places
from risksim.plan.sites import Counts, Posterior, fit_sites
from risksim.scenario import register
from risksim.scenario import uncertainty as grammar
from risksim.scenario.base import walk
from risksim.scenario.origins import input_name, origin_text
from risksim.scenario.public import Public, PublicCost
from risksim.scenario.rates import DESIGNS, FLAGS, CompositionRate, EffectRate, EffectTerms, SitesRate
from risksim.scenario.repeats import said_once, written_out
from risksim.scenario.scenario import Scenario, certain

SuccessLaw = EffectRate | CompositionRate | SitesRate
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
    return told(look_at(scenario, places)[0])


def look_at(scenario: Scenario, places: Places | None = None) -> tuple[Gathered, Plan]:
    """The laws of a scenario and a draft of its plan."""
    gathered = Gathered(written_out(scenario), places or NoFile(), draft=True, quantiles=True)
    return gathered, compile_plan(scenario, places, draft=True, gathered=gathered)


def told(gathered: Gathered) -> list[Told]:
    """Every uncertain number that was gathered, those worked out of them, and the net effects that follow."""
    scenario = gathered.out.said
    said, name_once = dict(walk(scenario)), said_once(scenario)
    derived = {each.slot: each for each in gathered.derived}
    found: list[Told] = []
    for slot, note in enumerate(gathered.notes):
        name = name_once(note.name)
        drawn = slot in derived or gathered.given[slot] is not None or gathered.laws[slot].sd > 0.0
        if name is None or not drawn or _is_luck(gathered, slot):
            continue
        path = gathered.out.entry(gathered.paths[slot])
        found.append(_told(gathered, slot, name, path, said))
        if slot in derived:
            found += _follows(gathered, derived[slot], name, said.get(path))
    return [*found, *_net_of_counterfactuals(gathered, scenario), *_between_people(gathered, scenario)]


def told_of_public(scenario: Scenario, places: Places | None = None) -> list[Told]:
    """Every uncertain number of what public budgets pay and save, in the order of the file.

    Parameters
    ----------
    scenario : Scenario
        A deal that reads well.
    places : Places, optional
        The document it was read from.

    Returns
    -------
    list of Told
        Empty where the file says nothing of public budgets.
    """
    if scenario.public is None:
        return []
    gathered = Gathered(written_out(scenario), places or NoFile(), draft=True, quantiles=True)
    for path, number, unit, (low, high) in _public_numbers(scenario.public, scenario.currency):
        gathered.number(("public", *path), number, unit, low, high)
    if gathered.faults:
        raise ScenarioError(gathered.faults)
    said = dict(walk(scenario))
    return [
        _told(gathered, slot, note.name, gathered.paths[slot], said)
        for slot, note in enumerate(gathered.notes)
        if gathered.laws[slot].sd > 0.0 or isinstance(gathered.given[slot], grammar.FromRegister)
    ]


_SHARE, _POSITIVE, _ANY = (0.0, 1.0), (0.0, math.inf), (-math.inf, math.inf)
_OF_LINES = {"volume": _POSITIVE, "decay": _SHARE, "cashable": _SHARE, "unserved": _SHARE}


def _public_numbers(public: Public, currency: str) -> Iterator[tuple[Path, Any, str, tuple[float, float]]]:
    """Numbers of the public side with their places, units and bounds; certain ones too."""
    for name, share in public.anyway.items():
        yield ("anyway", name), share, "1", _SHARE
    if public.overlap is not None:
        yield ("overlap", "share"), public.overlap.share, "1", _SHARE
    for (block, name), line in public.lines.items():
        if isinstance(line, PublicCost):
            yield (block, name, "amount"), line.amount, currency, _POSITIVE
            continue
        unit = currency if line.unit == "currency" else line.unit
        yield (block, name, "saved"), line.saved, unit, _ANY
        yield (block, name, "price"), line.price, f"{currency}/{'unit' if unit == currency else unit}", _POSITIVE
        for key, bounds in _OF_LINES.items():
            if (number := getattr(line, key, None)) is not None:
                yield (block, name, key), number, "1", bounds
    for payer, years in public.appropriations.items():
        for year, amount in years.items():
            yield ("appropriations", payer, year), amount, currency, _POSITIVE


def _is_luck(gathered: Gathered, slot: int) -> bool:
    """Whether a slot is a place in (0, 1) that no file says: the luck of small numbers, errors and events."""
    number = gathered.given[slot]
    plain = isinstance(number, grammar.Uniform) and tuple(number.uniform) == (0.0, 1.0)
    return plain and gathered.out.entry(gathered.paths[slot]) not in {
        path for path, part in walk(gathered.out.said) if part is number
    }


def _told(gathered: Gathered, slot: int, name: str, path: Path, said: dict[Path, Any]) -> Told:
    note, law, number = gathered.notes[slot], gathered.laws[slot], gathered.given[slot]
    own = origin_text(number) if number is not None else note.origin
    origin = own or next((text for end in range(len(path), 0, -1) if (text := origin_text(said.get(path[:end])))), "")
    people, matched = _people(number, law) if number is not None else (None, None)
    if number is None and note.unit == "1" and note.sd > 0.0 and not name.endswith(("sites.mean", "sites.spread")):
        matched = matched_people(note.mean, note.sd**2)
    bounds = _bounds(note.unit, law)
    worked = tuple(worked_steps(said.get(path))) if number is None else tuple(steps(number))
    p5, p50, p95 = note.quantiles
    return Told(
        name,
        note.unit,
        _kind(origin),
        origin,
        note.family,
        note.mean,
        p5,
        p50,
        p95,
        people,
        matched,
        worked,
        _candidates(number, *bounds),
        _opinions(number, *bounds),
    )


def _plainly(name: str, form: str, spread: Spread, step: str) -> Told:
    """A number that follows from others, and that no draw is spent on."""
    origin = "follows from the numbers above"
    p5, p50, p95 = spread.quantiles
    return Told(name, "1", "follows", origin, form, spread.mean, p5, p50, p95, None, None, (step,), (), ())


def _follows(gathered: Gathered, derived: layout.Derived, name: str, rate: Any) -> Iterator[Told]:
    """What an effect adds to what would happen anyway; what the counts of sites say of a new one."""
    if derived.operation in FORMULAS:
        laws = [gathered.law_at(Number(*each)) for each in zip(derived.slots, derived.values, strict=True)]
        values, weights = product_rule(laws)
        net = FORMULAS[derived.operation](*values) - values[0]
        yield _plainly(f"{name} (net effect)", "the rate less the usual one", spread_of(net, weights), NET)
    if isinstance(rate, SitesRate) and derived.operation == layout.OVER_SITES and rate.sites.new_site:
        new = _posterior(rate).new_site()
        yield _plainly(f"{name} (of one new site)", "prediction for a new site", spread_of(*new), OWN_SITE)


NET = "p1 - p0, each drawn as above; what a comparison would find, and what the programme adds"
OWN_SITE = "each cohort draws its own around the mean of all sites"


def _posterior(rate: SitesRate) -> Posterior:
    counts = rate.sites.counts
    return fit_sites(Counts(tuple(s.successes for s in counts), tuple(s.of for s in counts)), rate.sites.spread)


def _net_of_counterfactuals(gathered: Gathered, scenario: Scenario) -> Iterator[Told]:
    """The net effect where a file says the gross rate and what would have happened anyway."""
    slot_of = {note.name: slot for slot, note in enumerate(gathered.notes)}
    derived = {each.slot for each in gathered.derived}
    for name, outcome in scenario.personal.items():
        usual = getattr(outcome, "counterfactual", None)
        if usual is None:
            continue
        where = f"outcomes[{name}]."
        slots = [slot_of.get(f"{where}{key}", -1) for key in ("success_rate", "counterfactual")]
        if slots[0] in derived or max(slots) < 0:
            continue
        given = (getattr(outcome, "success_rate", 0.0), usual)
        laws = [
            gathered.laws[slot] if slot >= 0 else gathered.law_at(Number(-1, certain(number) or 0.0))
            for slot, number in zip(slots, given, strict=True)
        ]
        (gross, anyway), weights = product_rule(laws)
        yield _plainly(
            f"{where}success_rate (net effect)", "the rate less the usual one", spread_of(gross - anyway, weights), NET
        )


def _between_people(gathered: Gathered, scenario: Scenario) -> Iterator[Told]:
    """Laws that say how people differ from each other: nothing is drawn of them once a path."""
    drawn = {gathered.out.entry(path) for path in gathered.paths}
    inside: list[Path] = []
    said = dict(walk(scenario))
    for path, part in said.items():
        nested = any(path[: len(outer)] == outer for outer in inside)
        if not isinstance(part, grammar.Law) or nested:
            continue
        inside.append(path)
        if path in drawn or path[0] != "outcomes" or isinstance(part, SuccessLaw) or certain(part) is not None:
            continue
        try:
            law = law_of(cast("grammar.UncertainNumber", part))
        except FitError:
            continue
        if law.certain:
            continue
        origin = next((text for end in range(len(path), 0, -1) if (text := origin_text(said.get(path[:end])))), "")
        p5, p50, p95 = (float(law.quantile(level)) for level in (0.05, 0.5, 0.95))
        yield Told(
            f"{input_name(scenario, path)} (between people)",
            "",
            _kind(origin),
            origin,
            law.text,
            law.mean,
            p5,
            p50,
            p95,
            None,
            None,
            (*steps(part), "drawn for each person"),
            _candidates(part, *_bounds("", law)),
            _opinions(part, *_bounds("", law)),
        )


def worked_steps(rate: Any) -> Iterator[str]:
    """What was done to work a success rate out of other numbers, each once.

    Parameters
    ----------
    rate : EffectRate, CompositionRate or SitesRate
        What the scenario says.

    Yields
    ------
    str
    """
    match rate:
        case EffectRate():
            yield from _effect_steps(rate.effect)
        case CompositionRate():
            for group, share in zip(rate.composition.groups, rate.composition.shares, strict=True):
                yield f"{group.name}: {figure(100.0 * share, 4)} % of the people"
            sure = rate.composition.certainty
            yield "shares are certain" if sure is None else f"shares known as from {figure(sure)} people (Dirichlet)"
        case SitesRate():
            spread = figure(rate.sites.spread)
            sd = figure(register.plain("between-site-mean"))
            yield f"prior of log odds: mean Normal(0, {sd}), spread between sites half-normal with scale {spread}"
            for place, (site, mean) in enumerate(zip(rate.sites.counts, _posterior(rate).at_sites(), strict=True)):
                name = site.name or f"site {place + 1}"
                yield f"{name}: {figure(site.successes)} of {figure(site.of)}, drawn towards the others to {mean:.3f}"


def _effect_steps(effect: EffectTerms) -> Iterator[str]:
    scale = "difference" if effect.difference is not None else "log odds"
    if effect.shrink:
        mark = register.STATUS[register.constants()["shrinkage-prior"].status]
        yield f"drawn towards 0 as far as trials in general overstate (shrinkage-prior of the register, {mark})"
    if effect.design is not None:
        parts = [DESIGNS[effect.design], *(FLAGS[flag] for flag in effect.flags)]
        product = " x ".join(f"{figure(register.plain(key))} ({key})" for key in parts)
        marks = {register.STATUS[register.constants()[key].status] for key in parts}
        yield f"multiplier of the design, applied once: {product} = {figure(effect.discount)}; {', '.join(marks)}"
        if effect.discount < 1.0:
            yield f"uncertain with a + b = {figure(register.plain('design-certainty'))} (design-certainty)"
    elif effect.multiplier is not None:
        yield "multiplier as the file says it, applied once"
    yield (
        "rate = usual + multiplier x difference, kept between 0 and 1"
        if scale == "difference"
        else "log odds of the rate = log odds of the usual one + multiplier x log odds ratio"
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
        case grammar.Changed():
            change = number.changed
            yield from steps(change.of)
            for key, words in (("times", "every value times"), ("plus", "every value plus"), ("odds", "odds times")):
                if (by := getattr(change, key)) is not None:
                    yield f"{words} {figure(by)}"
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
