"""Inputs, terms and stresses in words of the language spoken; names and titles of the file stay as it writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from risksim.language import N_, _
from risksim.report.input_titles import SHARES, SITES_MEAN, chance_of_log_odds
from risksim.report.memo.words import KEPT_TOGETHER, money, number, quoted, share

if TYPE_CHECKING:
    from risksim.analysis.memo import DealOf, Facts

PLACE = re.compile(r"(?P<block>[a-z_.]+)\[(?P<whose>[^\]]*)\](?:\.(?P<keys>.*))?")
"""An input by its place in the file, as ``outcomes[job].success_rate``."""

KEYS = {
    "success_rate": N_("success rate"),
    "monthly": N_("monthly chance of success"),
    "rate": N_("rate"),
    "result[].value": N_("measured result"),
    "result": N_("measured result"),
    "enrolment.ratio": N_("enrolment"),
    "enrolment.arrivals.speed": N_("speed of enrolment"),
    "enrolment.late_start.months": N_("late start"),
    "dropout": N_("dropout"),
    "dropout.share": N_("dropout"),
    "unmeasured": N_("share not measured"),
    "unmeasured.share": N_("share not measured"),
    "unlike_assumed.share": N_("share of a harder group"),
    "counterfactual": N_("success without the programme"),
    "anyway": N_("success without the programme"),
    "success_rate.effect.odds_ratio": N_("odds ratio of the effect"),
    "success_rate.effect.usual": N_("success under the usual service"),
    "success_rate.effect.design": N_("doubt about the study behind the effect"),
    "success_rate.sites.mean": N_("mean success rate of sites"),
    "success_rate.sites.spread": N_("spread of success rates between sites"),
    "success_rate.composition.groups[].rate": N_("success rate of a group"),
    "success_rate.composition.groups[].share": N_("share of a group"),
    "true_effect": N_("true effect"),
    "sampling": N_("chance in the comparison group"),
    "matching": N_("error of the matching"),
    "against.rate": N_("rate of the comparison group"),
    "analyst": N_("choices of the evaluator"),
    "use.each": N_("use of services"),
    "use.effect": N_("effect on the use of services"),
    "amount.each": N_("amount per person"),
    "amount.shift": N_("change of the amount"),
    "price": N_("price"),
    "saved": N_("amount saved"),
    "amount": N_("cost"),
    "volume": N_("factor on the volume"),
    "decay": N_("yearly decay"),
    "cashable": N_("share in cash"),
    "unserved": N_("share without another service"),
    "dropout.monthly": N_("monthly dropout"),
    "dropout.shape": N_("shape of dropout over time"),
    "chance": N_("chance of being paid"),
    "loan.default.yearly_chance": N_("yearly chance of default"),
    "loan.default.lost": N_("share lost on default"),
}
"""What the keys behind a name mean."""

STRESSES = {
    "half_enrolment": (
        N_("half the enrolment"),
        N_("half as many people come in as the file says; places, capital and planned costs stay"),
    ),
    "dropout": (
        N_("twice the odds of leaving"),
        N_("the odds of leaving the course early are doubled everywhere"),
    ),
    "low_success": (
        N_("weak success"),
        N_("every uncertain chance of success is held at the value that its evidence exceeds nine times in ten"),
    ),
    "year_late": (
        N_("one year late"),
        N_("everybody enrols, and so succeeds, twelve months later; follow-ups, planned costs and the end stay"),
    ),
    "recession": (
        N_("recession in year two"),
        N_("a recession begins a year after the start"),
    ),
    "harder_group": (
        N_("a harder target group"),
        N_("one person in five, give or take, has half the odds of success"),
    ),
    "anonymous": (
        N_("three times as many anonymous"),
        N_("three times as many people cannot be measured"),
    ),
    "half_cap": (N_("half the cap"), N_("every cap on payments is halved")),
    "ended_early": (
        N_("ended half-way"),
        N_("the programme is stopped at the follow-up nearest to the middle of the deal"),
    ),
    "no_refunds": (
        N_("no refunds from the state"),
        N_("the state refunds municipalities nothing; investors don't notice, budgets do"),
    ),
}
"""The standard stresses by their keys: name, and what each does."""

ORIGINS = {
    "source": N_("published"),
    "assumption": N_("assumed"),
    "unchecked": N_("published, not checked"),
    "unstated": N_("no origin given"),
    "follows": N_("follows from other numbers"),
}
"""Where a number comes from."""

UNITS = {
    "month": N_("months"),
    "months": N_("months"),
    "year": N_("years"),
    "years": N_("years"),
    "people": N_("people"),
    "person": N_("people"),
}
"""Units that are told; others stand in the file."""
LARGE = 1_000
"""Numbers from here on are told without decimals."""

ENGINES = {
    "individual": N_("person by person"),
    "conditional": N_("conditional method"),
    "exact": N_("exact enumeration"),
    "integrated": N_("integrated over people"),
}
"""How a deal was run."""

STATUS = {
    "V": N_("compared with its source"),
    "T": N_("not yet compared with its source"),
    "J": N_("a judgement"),
}
"""How far a constant of the register is checked."""


def whose_title(deal: DealOf, whose: str) -> str:
    """The title of an outcome or the name of a cohort, as the file writes it."""
    return dict(deal.outcomes).get(whose, whose.replace("_", " "))


def input_words(facts: Facts, name: str) -> str:
    """An uncertain input in words.

    Parameters
    ----------
    facts : Facts
        The deal.
    name : str
        Its place in the file, as ``outcomes[job].success_rate``.

    Returns
    -------
    str
    """
    place = PLACE.fullmatch(name.split(" (")[0])
    if place is None:
        return name.replace("_", " ")
    block, whose, keys = place["block"], place["whose"], place["keys"] or place["block"].rpartition(".")[2]
    plain = re.sub(r"\[[^\]]*\]", "[]", keys)
    words = _(KEYS[plain]) if plain in KEYS else re.sub(r"[._\[\]]+", " ", keys).strip()
    position = re.search(r"\[(\d+)\]", keys)
    if position is not None:
        words = f"{words} {int(position[1]) + 1}"
    if block == "cohorts" and facts.deal.cohorts == 1:
        return words
    return _("{what}: {whose}", what=words, whose=whose_title(facts.deal, whose))


def input_worth(facts: Facts, name: str, value: float, unit: str) -> str:
    """A value of an input with its unit."""
    last = name.split(" (")[0].rpartition(".")[2]
    if unit == "1" or not unit:
        if name.split(" (")[0].endswith(SITES_MEAN):
            value = chance_of_log_odds(value)
        is_share = last in SHARES or last == "ratio" or ".anyway[" in name
        return share(value) if is_share else number(value, places=2 if abs(value) < 100 else 0)
    if unit == facts.deal.currency:
        return money(value, facts.deal.currency)
    if unit == "1/year":
        return _("{share} a year", share=share(value))
    said = number(value, places=0 if abs(value) >= LARGE else 2)
    return f"{said}{KEPT_TOGETHER}{_(UNITS[unit])}" if unit in UNITS else said


def stress_name(key: str, name: str) -> str:
    """What a stress is called; one of the file keeps its name."""
    return _(STRESSES[key][0]) if key in STRESSES else quoted(name)


def stress_words(key: str) -> str:
    """What a stress does."""
    return _(STRESSES[key][1]) if key in STRESSES else _("a stress that the file names")


def origin_word(origin: str) -> str:
    """Where a number comes from, in a word."""
    return _(ORIGINS[origin]) if origin in ORIGINS else origin


def engine_words(engine: str) -> str:
    """How the deal was run."""
    return _(ENGINES[engine]) if engine in ENGINES else engine
