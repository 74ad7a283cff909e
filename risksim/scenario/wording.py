"""What pydantic found wrong, in words of the file: where, what was found, what is allowed and what to try."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic_core import ErrorDetails

from risksim.scenario.base import Origin, Part
from risksim.scenario.document import Path, shown
from risksim.scenario.outcomes import KINDS, MEASURED, kinds_in, misspelt_kind
from risksim.scenario.payments import RULES
from risksim.scenario.places import Place, fields_of, locate, meaning, model_of, what_is
from risksim.scenario.rates import RATES
from risksim.scenario.remedies import (
    EXAMPLES,
    closest,
    date_remedy,
    duration_remedy,
    example,
    flow,
    months_in,
    number_remedy,
    read_date,
    remedy_for,
)
from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import LAWS

_ORIGIN = set(Origin.model_fields)


@dataclass(frozen=True)
class Explained:
    """A complaint in words of the file.

    Attributes
    ----------
    path : tuple
        Where it stands.
    found, remedy : str
        What was found and what is allowed; what to try.
    key : bool
        True where the key is the mistake and not its value.
    leans_on : tuple
        Places whose mistakes may have caused this one.
    trail : list of Place
        The fields that it passes through.
    spans : bool
        True for a check that compares parts of the file.
    """

    path: Path
    found: str
    remedy: str
    key: bool
    leans_on: tuple[Path, ...]
    trail: list[Place]
    spans: bool


def explain(error: ErrorDetails, root: type[Part] = Scenario) -> Explained:
    """A complaint of pydantic in words of the file; `root` is what the whole file is."""
    about = error.get("ctx", {})
    # A check of the whole scenario names the place in the file itself, without branches.
    spans = error["type"] == "mistake" and about.get("path") == error["loc"]
    trail = [Place(error["loc"])] if spans else locate(error["loc"], root)
    if own := () if spans else about.get("path", ()):
        # A check of one part names the place below it as the file does, without branches.
        trail[-1] = replace(trail[-1], path=(*locate(error["loc"][: -len(own)], root)[-1].path, *own))
    place = trail[-1]
    found, remedy = _words(error, place)
    path, is_key = place.path, error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",)
    if error["type"] == "no_outcome" and (wrong := misspelt_kind(error["input"])) is not None:
        path, is_key = (*path, wrong[0]), True
    return Explained(
        path,
        found,
        remedy,
        is_key,
        tuple(about.get("leans_on", ())),
        trail,
        spans,
    )


def _words(error: ErrorDetails, place: Place) -> tuple[str, str]:
    kind, value, about = error["type"], error["input"], error.get("ctx", {})
    if kind == "mistake":
        return str(about["found"]), str(about["remedy"])
    if kind == "missing":
        return _missing(place)
    if kind == "extra_forbidden":
        return _unknown_key(error, place)
    if kind == "bounds":
        return _out_of_bounds(value, about["words"], place)
    if error["loc"][-1:] == ("[key]",) and kind in _BAD_KEYS:
        return _bad_key(error, place)
    if error["loc"][-1:] == ("[key]",) or kind == "name":
        return _bad_name(value, place)
    if kind in ("too_long", "too_short") and isinstance(value, list | dict) and value:
        most = about.get("max_length", about.get("min_length"))
        limit = f"at {'most' if kind == 'too_long' else 'least'} {most:,} may stand here"
        return f"got {len(value):,} entries; {limit}: {meaning(place)}.", remedy_for(kind, value, place)
    special = _SPECIAL.get(kind)
    if special is not None:
        found, remedy = special(value, place)
        return found, _spaceless(value) or remedy
    said = what_is(place).removesuffix(", as text") if isinstance(value, str) else what_is(place)
    return f"got {shown(value)}; {said}.", remedy_for(kind, value, place)


def _spaceless(value: Any) -> str | None:
    """What to try where a block holds a key such as 'at:completion'; None where it holds none."""
    for key in value if isinstance(value, dict) else ():
        match = re.match(r"^(\w+):(\S.*)$", str(key)[:80])
        if match and value[key] is None:
            return f"Put a space after the colon: {{{match[1]}: {match[2]}}}."
    return None


def _missing(place: Place) -> tuple[str, str]:
    if isinstance(place.path[-1], int):
        return f"got too few numbers; {what_is(place)}.", f"Write it as `{example(place)}`."
    key = str(place.path[-1])
    return f"got no {key}; {what_is(place, limits=False)}.", f"Add a line such as `{example(place)}`."


def _unknown_key(error: ErrorDetails, place: Place) -> tuple[str, str]:
    key = str(error["loc"][-1])
    fields = list(fields_of(place.model)) if place.model is not None else []
    known = [key for key in fields if key not in _ORIGIN] + [key for key in fields if key in _ORIGIN]
    close = closest(key, known)
    where = f"in {shown(place.path[-2], 40, '')} " if len(place.path) > 1 and isinstance(place.path[-2], str) else ""
    found = f"got the key {shown(key)}, which is not known here; {where}there is {', '.join(known)}."
    if re.match(r"^[^:]+:\S", key):
        return found, "Put a space after the colon."
    if close:
        return found, f"Did you mean {' or '.join(close)}?"
    if key in ("comment", "comments", "remark", "description", "source", "assumption", "note"):
        return found, f"Write it as a comment, after `# `, or beside a number as `{{value: ..., {key}: ...}}`."
    if key in _homes():
        return found, f"`{key}` belongs {_homes()[key]}; move it there."
    return found, "Take the line out, or write it as a comment after `# `."


@cache
def _homes() -> dict[str, str]:
    """Where keys of a scenario belong that people write in the wrong part."""
    homes = dict.fromkeys(fields_of(Scenario), "at the top of the file")
    homes |= {
        "participants": "in an entry of cohorts",
        "enrolment": "in an entry of cohorts",
        "duration": "in an entry of cohorts",
        "dropout": "in an entry of cohorts",
        "unmeasured": "in an entry of cohorts",
        "window": "under enrolment",
        "ramp": "under enrolment",
        "ramp_power": "under enrolment",
        "decay": "under enrolment",
        "ratio": "under enrolment",
        "shortfall": "under enrolment",
        "arrivals": "under enrolment",
        "speed": "under arrivals",
        "opens": "under enrolment",
        "late_start": "under enrolment",
        "per_month": "under enrolment",
        "wait_at_most": "under enrolment",
        "waiting_list_after_window": "under enrolment",
        "replace": "under enrolment",
        "who_leave_within": "under replace",
        "success_rate": "in an outcome",
        "measured": "in an outcome",
        "counterfactual": "in an outcome with a success_rate",
        "persistence": "in an outcome that is measured several times",
        "after": "in an outcome",
        "unless": "in an outcome",
        "lasts": "in an outcome with spells",
        "gap": "in an outcome with spells",
        "starts": "under spells",
        "ends": "under spells",
        "begins": "under spells",
        "unit": "in an outcome with amount",
        "always": "in an outcome with reads",
        "noise": "under score",
        "growth": "under score",
        "effect": "under use",
        "enrolled_by": "under against",
        "clusters": "under against",
        "measurements": "in a rule per_outcome",
        "prices": "in a rule per_person",
        "most": "in a rule per_person, or under amount",
        "least": "under amount",
        "counts": "in an outcome with spells, score or use, or in a rule that reads an outcome",
        "at_least": "in an outcome with reads or score, or in a rule threshold",
        "price": "in a rule per_outcome",
        "payer": "in a rule per_outcome",
        "payers": "in a rule per_outcome",
        "split": "in a rule per_outcome, threshold, steps or ladder",
        "baseline": "in a rule rebase",
        "assumed": "in a rule rebase",
        "retroactive": "in a rule rebase",
        "times": "in a rule amend, or in instalments",
        "shift": "in a rule amend",
        "rebase": "in the list of payments",
        "amend": "in the list of payments",
        "total": "in a rule cap",
        "cap": "in the list of payments, as `- cap: {total: 4000000}`",
        "per_outcome": "in the list of payments",
        "tranches": "under financing",
        "commitment": "in an entry of tranches",
        "drawdown": "in an entry of tranches",
        "rank": "in an entry of tranches",
        "rate": "in an entry of tranches, or under return_cap",
        "surplus": "under financing",
        "return_cap": "under financing, or in an entry of tranches",
        "return_floor": "under financing, or in an entry of tranches",
        "costs": "under financing",
        "fees": "under financing, as entries of costs",
        "grants": "under financing",
        "guarantees": "under financing",
        "guarantee": "under financing, as an entry of guarantees",
        "recycle": "under financing",
        "uncovered_costs": "under financing",
        "termination": "under financing",
        "notice": "in an entry of ends_early",
        "run_off": "in an entry of ends_early",
        "yearly_chance": "in an entry of ends_early",
        "enrolled_below": "under when, in an entry of ends_early",
        "buffer": "under financing",
        "commitment_fee": "in an entry of tranches",
        "loan": "in an entry of tranches",
        "loans": "under financing, as entries of tranches with loan",
        "maturity": "under loan, in an entry of tranches",
        "share_of_commitment": "in an entry of costs",
        "consequences": "under public",
        "appropriations": "under public",
        "refunds": "under public",
        "refunds_apply": "under public",
        "horizon": "under public",
        "price_year": "under public, or in one of its entries",
        "bears": "in an entry of consequences, during or costs, under public",
        "committee": "in an entry of consequences, during or costs, under public",
        "cashable": "in an entry of consequences or during, under public",
        "saved": "in an entry of consequences or during, under public",
    }
    return homes


def _out_of_bounds(value: Any, words: str, place: Place) -> tuple[str, str]:
    is_share = words.startswith("a share")
    own = place.bounds is not None and place.path[-1] in (place.key, "value", "fixed")
    found = f"got {_number(value)}; {what_is(place) if own else words}."
    if is_share and 1.0 < value <= 100.0:
        return found, f"If {_number(value)} means percent, write {value / 100:g}."
    if words.startswith("a group of people"):
        return found, "Write the number of people, as 100; leave the effect out where there is no such group."
    if value < 0:
        return found, "Take the minus sign out, or write 0."
    if words.startswith("a monthly rate"):
        return found, f"If {_number(value)} is the rate of a year, write {value / 12:.4g}."
    return found, "Write the share as a decimal number, 0.75 for 75 %."


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e300 else shown(value)


def _bad_name(value: Any, place: Place) -> tuple[str, str]:
    found = f"got {shown(value)}; a name is one line of visible text, at most 120 letters, without spaces at its ends."
    if isinstance(value, str) and value.strip() != value:
        return found, f"Write {shown(value.strip())}."
    if value == "":
        return found, f"Write a name, as `{example(place)}`." if place.key == "name" else "Write a name."
    if isinstance(value, str):
        return found, "Type it again; it holds a letter that cannot be seen, or a line break."
    return found, "Write a name on one line."


_BAD_KEYS = ("literal_error", "int_type", "float_type", "greater_than_equal", "less_than_equal")


def _bad_key(error: ErrorDetails, place: Place) -> tuple[str, str]:
    """A key that is no word of a choice, no year and no number."""
    value, found = error["input"], f"got the key {shown(error['input'])}"
    if error["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        close = closest(str(value), choices)
        remedy = f"Did you mean {close[0]}?" if close else f"Write {choices[0]}, for example."
        return f"{found}; each key of {place.key} is one of {', '.join(choices)}.", remedy
    if place.key in ("by_week", "by_cost"):
        what = "weeks on support" if place.key == "by_week" else "the yearly cost above which it is refunded"
        return f"{found}; each key of {place.key} is {what}, a number not below 0.", f"Write `{example(place)}`."
    return f"{found}; each key is a calendar year, as 2027.", "Write the year with four digits, as 2027."


# Unions whose branch could not be told


def _no_number(value: Any, place: Place) -> tuple[str, str]:
    if not isinstance(value, dict):
        return f"got {shown(value)}; {what_is(place)}.", number_remedy(value, place)
    known = [*LAWS, *RATES] if place.key == "success_rate" else list(LAWS)
    laws = [key for key in known if key in value]
    head = f"got {shown(value)}; {place.key} is {meaning(place)}" if place.field is not None else f"got {shown(value)}"
    if len(laws) > 1:
        both = " and ".join(laws)
        if "value" in laws:
            return f"{head}, and a number follows one law, here {both}.", "Take `value` out, or the law beside it."
        return f"{head}, and a number follows one law, here {both}.", "Keep one of them, or join them in a mixture."
    of_rates = [key for key in RATES if key in value]
    if of_rates:
        found = f"{head}; {of_rates[0]} says what a success rate is made of, and stands nowhere else."
        return found, "Write a number, or move it to the success_rate of an outcome."
    return f"{head}, written as a number or a block with one law: {', '.join(known)}.", _law_remedy(value)


def _law_remedy(value: dict[str, Any]) -> str:
    keys = set(value)
    points = [key for key in value if re.match(r"^[pP]\d", str(key))]
    if not keys - {"source", "assumption", "note", "unchecked"}:
        return "Write the number itself too, as `{value: 0.75, source: ...}`." if keys else "Write a number, as 0.75."
    if points:
        named = ", ".join(f"{key}: ..." for key in points)
        return f"Write quantiles as `{{quantiles: {{{named}}}}}`, at least two of them."
    for law, hints in (
        ("evidence", {"successes"}),
        ("lognormal", {"median", "p90", "mu", "sigma"}),
        ("normal", {"mean", "sd", "std"}),
        ("gamma", {"shape", "scale"}),
    ):
        if keys & hints:
            return f"Name the law, as `{{{EXAMPLES[law]}}}`."
    if keys & {"low", "high", "min", "max", "from", "to"}:
        return f"Write a range as `{{{EXAMPLES['uniform']}}}` or `{{{EXAMPLES['p5']}}}`."
    for key in value:
        close = closest(str(key), LAWS)
        if close:
            return f"Did you mean {' or '.join(close)}, as `{{{EXAMPLES[close[0]]}}}`?"
    return f"Write a number, as 0.75, or a law such as `{{{EXAMPLES['beta']}}}`."


def _no_rule(value: Any, _place: Place) -> tuple[str, str]:
    known = "per_outcome or cap, for example"
    examples = {key: flow({key: next(iter(fields_of(model).values())).examples[0]}) for key, model in RULES.items()}  # type: ignore[index]
    if not isinstance(value, dict):
        return f"got {shown(value)}; a payment rule is a block with one key, {known}.", (
            f"Write the entry as `- {examples['per_outcome'][1:-1]}`."
        )
    rules = [key for key in RULES if key in value]
    if len(rules) > 1:
        return (
            f"got {' and '.join(rules)} in one entry; each payment rule is an entry of its own.",
            "Begin each rule with a dash, on a line of its own.",
        )
    found = f"got {shown(value)}; a payment rule is a block with one key, {known}."
    for key in value:
        close = closest(str(key), RULES)
        if close:
            unknown = f"got {shown(str(key))}, which is no payment rule; a rule is a block with one key, {known}."
            return unknown, f"Did you mean {close[0]}, as `- {examples[close[0]][1:-1]}`?"
    for name, model in RULES.items():
        terms = model_of(fields_of(model)[name].annotation)
        if terms is not None and set(value) & set(fields_of(terms)) - {"source", "assumption", "note", "unchecked"}:
            return found, f"Name the rule, as `- {examples[name][1:-1]}`, with its terms inside."
    return found, f"Write the entry as `- {examples['per_outcome'][1:-1]}`."


def _no_measured(value: Any, place: Place) -> tuple[str, str]:
    found = (
        f"got {shown(value)}; measured is {meaning(place)}, a block with one key: {', '.join(MEASURED)}."
        if place.key == "measured"
        else f"got {shown(value)}."
    )
    if isinstance(value, dict):
        several = [key for key in MEASURED if key in value]
        if len(several) > 1:
            return found, f"Keep one of {' and '.join(several)}."
        for key in value:
            close = closest(str(key), MEASURED)
            if close:
                return found, f"Did you mean {' or '.join(close)}?"
    if isinstance(value, str) and months_in(value) is not None:
        return found, f"Write {{after_enrolment: {value}}} or {{after_completion: {value}}}."
    if isinstance(value, str) and (date := read_date(value)) is not None:
        return found, f"Write {{on: {date}}}."
    return (
        found,
        "Write {at: completion}, {after_enrolment: 12 months}, {after_completion: 6 months} or {on: 2027-01-01}.",
    )


def _no_outcome(value: Any, place: Place) -> tuple[str, str]:
    wrong = misspelt_kind(value)
    if wrong is not None:
        key, meant = wrong
        kinds = ", ".join(("success_rate", *KINDS))
        return f"got the key {shown(key)}; an outcome has one of {kinds}.", f"Did you mean {meant}?"
    several = kinds_in(value)
    name = shown(str(place.path[-1]), 40, "")
    return (
        f"got {' and '.join(several)} in one outcome; each of them is an outcome of its own.",
        f"Keep one, and write the other as a second outcome beside {name}.",
    )


def _no_follow_up(value: Any, place: Place) -> tuple[str, str]:
    found = f"got {shown(value)}; follow_up is {meaning(place)}, a block with `every` or a list of dates."
    if isinstance(value, str) and months_in(value) is not None:
        return found, f"Write {{every: {value}}}."
    if isinstance(value, str) and (date := read_date(value)) is not None:
        return found, f"Write [{date}]."
    return found, "Write {every: 6 months}, or [2026-01-01, 2027-01-01]."


def _no_drawdown(value: Any, place: Place) -> tuple[str, str]:
    return (
        f"got {shown(value)}; drawdown is {meaning(place)}.",
        "Write start, as needed, {every: 6 months, times: 6}, or a list such as [{on: 2025-01-01, share: 1.0}].",
    )


def _no_due(value: Any, place: Place) -> tuple[str, str]:
    return (
        f"got {shown(value)}; due is {meaning(place)}.",
        "Write start, {every: 6 months, times: 6}, or a list such as [2025-01-01, 2026-01-01].",
    )


def _no_repaid(value: Any, place: Place) -> tuple[str, str]:
    return (
        f"got {shown(value)}; repaid is {meaning(place)}.",
        "Write at maturity, {every: 6 months, times: 10, first: 2026-01-01}, or {share_of: revenue, share: 0.1}.",
    )


def _no_bearer(value: Any, place: Place) -> tuple[str, str]:
    return (
        f"got {shown(value)}; {place.key} says whose money it is: a sector, shares that add up to 1, or a refund.",
        "Write municipality, {municipality: 0.6, state: 0.4}, or {refund: refund-ladder, weeks: 52}.",
    )


def _no_index(value: Any, place: Place) -> tuple[str, str]:
    return f"got {shown(value)}; index is {meaning(place)}.", "Write net-price-index, or {2020: 105.3, 2025: 121.4}."


def _no_discount(value: Any, place: Place) -> tuple[str, str]:
    return f"got {shown(value)}; discount is {meaning(place)}.", "Write discount-schedule, or a rate such as 0.035."


def _duration(value: Any, place: Place) -> tuple[str, str]:
    found = f"got {shown(value)}; {place.key} is {meaning(place)}, whole months or years."
    return found, duration_remedy(value, place)


def _date(value: Any, place: Place) -> tuple[str, str]:
    return f"got {shown(value)}; {place.key} is {meaning(place)}, a date such as 2021-08-01.", date_remedy(value)


_SPECIAL = {
    "no_law": _no_number,
    "no_rule": _no_rule,
    "no_measured": _no_measured,
    "no_outcome": _no_outcome,
    "no_follow_up": _no_follow_up,
    "no_drawdown": _no_drawdown,
    "no_due": _no_due,
    "no_repaid": _no_repaid,
    "no_bearer": _no_bearer,
    "no_index": _no_index,
    "no_discount": _no_discount,
    "duration": _duration,
    "calendar_date": _date,
}
