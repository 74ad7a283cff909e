"""What pydantic found wrong, in words of the file: where, what was found, what is allowed and what to try."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import ErrorDetails

from risksim.language import N_, _
from risksim.scenario.base import Origin, Part
from risksim.scenario.document import Path, grouped, shown
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
        return _out_of_bounds(value, about["noun"], (about["low"], about["high"]), place)
    if error["loc"][-1:] == ("[key]",) and kind in _BAD_KEYS:
        return _bad_key(error, place)
    if error["loc"][-1:] == ("[key]",) or kind == "name":
        return _bad_name(value, place)
    if kind in ("too_long", "too_short") and isinstance(value, list | dict) and value:
        most = int(about.get("max_length", about.get("min_length", 0)))
        form = (
            N_("got {number} entries; at most {limit} may stand here: {meaning}.")
            if kind == "too_long"
            else N_("got {number} entries; at least {limit} may stand here: {meaning}.")
        )
        found = _(form, number=grouped(len(value)), limit=grouped(most), meaning=meaning(place))
        return found, remedy_for(kind, value, place)
    special = _SPECIAL.get(kind)
    if special is not None:
        found, remedy = special(value, place)
        return found, _spaceless(value) or remedy
    said = what_is(place, as_text=not isinstance(value, str))
    return _("got {value}; {said}.", value=shown(value), said=said), remedy_for(kind, value, place)


def _spaceless(value: Any) -> str | None:
    """What to try where a block holds a key such as 'at:completion'; None where it holds none."""
    for key in value if isinstance(value, dict) else ():
        match = re.match(r"^(\w+):(\S.*)$", str(key)[:80])
        if match and value[key] is None:
            return _("Put a space after the colon: {{{key}: {rest}}}.", key=match[1], rest=match[2])
    return None


def _missing(place: Place) -> tuple[str, str]:
    if isinstance(place.path[-1], int):
        return _("got too few numbers; {said}.", said=what_is(place)), _(
            "Write it as `{example}`.", example=example(place)
        )
    key = str(place.path[-1])
    return _("got no {key}; {said}.", key=key, said=what_is(place, limits=False)), _(
        "Add a line such as `{example}`.", example=example(place)
    )


def _unknown_key(error: ErrorDetails, place: Place) -> tuple[str, str]:
    key = str(error["loc"][-1])
    fields = list(fields_of(place.model)) if place.model is not None else []
    known = [key for key in fields if key not in _ORIGIN] + [key for key in fields if key in _ORIGIN]
    close = closest(key, known)
    found = _("got the key {key}, which is not known here; there is {known}.", key=shown(key), known=", ".join(known))
    if len(place.path) > 1 and isinstance(place.path[-2], str):
        found = _(
            "got the key {key}, which is not known here; in {block} there is {known}.",
            key=shown(key),
            block=shown(place.path[-2], 40, ""),
            known=", ".join(known),
        )
    if re.match(r"^[^:]+:\S", key):
        return found, _("Put a space after the colon.")
    if close:
        return found, _("Did you mean {close}?", close=_(" or ").join(close))
    if key in ("comment", "comments", "remark", "description", "source", "assumption", "note"):
        return found, _(
            "Write it as a comment, after `# `, or beside a number as `{{value: ..., {key}: ...}}`.", key=key
        )
    if key in _homes():
        return found, _("`{key}` belongs {where}; move it there.", key=key, where=_homes()[key])
    return found, _("Take the line out, or write it as a comment after `# `.")


def _homes() -> dict[str, str]:
    """Where keys of a scenario belong that people write in the wrong part."""
    homes = dict.fromkeys(fields_of(Scenario), _("at the top of the file"))
    homes |= {
        "participants": _("in an entry of cohorts"),
        "enrolment": _("in an entry of cohorts"),
        "duration": _("in an entry of cohorts"),
        "dropout": _("in an entry of cohorts"),
        "unmeasured": _("in an entry of cohorts"),
        "window": _("under enrolment"),
        "ramp": _("under enrolment"),
        "ramp_power": _("under enrolment"),
        "decay": _("under enrolment"),
        "ratio": _("under enrolment"),
        "shortfall": _("under enrolment"),
        "arrivals": _("under enrolment"),
        "speed": _("under arrivals"),
        "opens": _("under enrolment"),
        "late_start": _("under enrolment"),
        "per_month": _("under enrolment"),
        "wait_at_most": _("under enrolment"),
        "waiting_list_after_window": _("under enrolment"),
        "replace": _("under enrolment"),
        "who_leave_within": _("under replace"),
        "success_rate": _("in an outcome"),
        "measured": _("in an outcome"),
        "counterfactual": _("in an outcome with a success_rate"),
        "persistence": _("in an outcome that is measured several times"),
        "after": _("in an outcome"),
        "unless": _("in an outcome"),
        "lasts": _("in an outcome with spells"),
        "gap": _("in an outcome with spells"),
        "starts": _("under spells"),
        "ends": _("under spells"),
        "begins": _("under spells"),
        "unit": _("in an outcome with amount"),
        "always": _("in an outcome with reads"),
        "noise": _("under score"),
        "growth": _("under score"),
        "effect": _("under use"),
        "enrolled_by": _("under against"),
        "clusters": _("under against"),
        "measurements": _("in a rule per_outcome"),
        "prices": _("in a rule per_person"),
        "most": _("in a rule per_person, or under amount"),
        "least": _("under amount"),
        "counts": _("in an outcome with spells, score or use, or in a rule that reads an outcome"),
        "at_least": _("in an outcome with reads or score, or in a rule threshold"),
        "price": _("in a rule per_outcome"),
        "payer": _("in a rule per_outcome"),
        "payers": _("in a rule per_outcome"),
        "split": _("in a rule per_outcome, threshold, steps or ladder"),
        "baseline": _("in a rule rebase"),
        "assumed": _("in a rule rebase"),
        "retroactive": _("in a rule rebase"),
        "times": _("in a rule amend, or in instalments"),
        "shift": _("in a rule amend"),
        "rebase": _("in the list of payments"),
        "amend": _("in the list of payments"),
        "total": _("in a rule cap"),
        "cap": _("in the list of payments, as `- cap: {total: 4000000}`"),
        "per_outcome": _("in the list of payments"),
        "tranches": _("under financing"),
        "commitment": _("in an entry of tranches"),
        "drawdown": _("in an entry of tranches"),
        "rank": _("in an entry of tranches"),
        "rate": _("in an entry of tranches, or under return_cap"),
        "surplus": _("under financing"),
        "return_cap": _("under financing, or in an entry of tranches"),
        "return_floor": _("under financing, or in an entry of tranches"),
        "costs": _("under financing"),
        "fees": _("under financing, as entries of costs"),
        "grants": _("under financing"),
        "guarantees": _("under financing"),
        "guarantee": _("under financing, as an entry of guarantees"),
        "recycle": _("under financing"),
        "uncovered_costs": _("under financing"),
        "termination": _("under financing"),
        "notice": _("in an entry of ends_early"),
        "run_off": _("in an entry of ends_early"),
        "yearly_chance": _("in an entry of ends_early"),
        "enrolled_below": _("under when, in an entry of ends_early"),
        "buffer": _("under financing"),
        "commitment_fee": _("in an entry of tranches"),
        "loan": _("in an entry of tranches"),
        "loans": _("under financing, as entries of tranches with loan"),
        "maturity": _("under loan, in an entry of tranches"),
        "share_of_commitment": _("in an entry of costs"),
        "consequences": _("under public"),
        "appropriations": _("under public"),
        "refunds": _("under public"),
        "refunds_apply": _("under public"),
        "horizon": _("under public"),
        "price_year": _("under public, or in one of its entries"),
        "bears": _("in an entry of consequences, during or costs, under public"),
        "committee": _("in an entry of consequences, during or costs, under public"),
        "cashable": _("in an entry of consequences or during, under public"),
        "saved": _("in an entry of consequences or during, under public"),
    }
    return homes


def _out_of_bounds(value: Any, noun: str, limits: tuple[float, float], place: Place) -> tuple[str, str]:
    own = place.bounds is not None and place.path[-1] in (place.key, "value", "fixed")
    low, high = limits
    if own:
        said = what_is(place)
    elif high < float("inf"):
        said = _("{noun} lies between {low:g} and {high:g}", noun=_(noun), low=low, high=high)
    else:
        said = _("{noun} is not below {low:g}", noun=_(noun), low=low)
    found = _("got {value}; {said}.", value=_number(value), said=said)
    if noun == "a share" and 1.0 < value <= 100.0:
        return found, _("If {value} means percent, write {share:g}.", value=_number(value), share=value / 100)
    if noun == "a group of people":
        return found, _("Write the number of people, as 100; leave the effect out where there is no such group.")
    if value < 0:
        return found, _("Take the minus sign out, or write 0.")
    if noun == "a monthly rate":
        return found, _("If {value} is the rate of a year, write {rate:.4g}.", value=_number(value), rate=value / 12)
    return found, _("Write the share as a decimal number, 0.75 for 75 %.")


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e300 else shown(value)


def _bad_name(value: Any, place: Place) -> tuple[str, str]:
    found = _(
        "got {value}; a name is one line of visible text, at most 120 letters, without spaces at its ends.",
        value=shown(value),
    )
    if isinstance(value, str) and value.strip() != value:
        return found, _("Write {value}.", value=shown(value.strip()))
    if value == "":
        return found, _("Write a name, as `{example}`.", example=example(place)) if place.key == "name" else _(
            "Write a name."
        )
    if isinstance(value, str):
        return found, _("Type it again; it holds a letter that cannot be seen, or a line break.")
    return found, _("Write a name on one line.")


_BAD_KEYS = ("literal_error", "int_type", "float_type", "greater_than_equal", "less_than_equal")


def _bad_key(error: ErrorDetails, place: Place) -> tuple[str, str]:
    """A key that is no word of a choice, no year and no number."""
    value, found = error["input"], _("got the key {input}", input=shown(error["input"]))
    if error["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        close = closest(str(value), choices)
        remedy = (
            _("Did you mean {close}?", close=close[0])
            if close
            else _("Write {choices}, for example.", choices=choices[0])
        )
        return _(
            "{found}; each key of {key} is one of {choices}.",
            found=found,
            key=place.key,
            choices=", ".join(choices),
        ), remedy
    if place.key in ("by_week", "by_cost"):
        what = _("weeks on support") if place.key == "by_week" else _("the yearly cost above which it is refunded")
        return _(
            "{found}; each key of {key} is {what}, a number not below 0.",
            found=found,
            key=place.key,
            what=what,
        ), _("Write `{example}`.", example=example(place))
    return _("{found}; each key is a calendar year, as 2027.", found=found), _(
        "Write the year with four digits, as 2027."
    )


# Unions whose branch could not be told


def _no_number(value: Any, place: Place) -> tuple[str, str]:
    if not isinstance(value, dict):
        return _("got {value}; {said}.", value=shown(value), said=what_is(place)), number_remedy(value, place)
    known = [*LAWS, *RATES] if place.key == "success_rate" else list(LAWS)
    laws = [key for key in known if key in value]
    head = (
        _(
            "got {value}; {key} is {meaning}",
            value=shown(value),
            key=place.key,
            meaning=meaning(place),
        )
        if place.field is not None
        else _("got {value}", value=shown(value))
    )
    if len(laws) > 1:
        both = _(" and ").join(laws)
        if "value" in laws:
            return _("{head}, and a number follows one law, here {both}.", head=head, both=both), _(
                "Take `value` out, or the law beside it."
            )
        return _("{head}, and a number follows one law, here {both}.", head=head, both=both), _(
            "Keep one of them, or join them in a mixture."
        )
    of_rates = [key for key in RATES if key in value]
    if of_rates:
        found = _(
            "{head}; {of_rates} says what a success rate is made of, and stands nowhere else.",
            head=head,
            of_rates=of_rates[0],
        )
        return found, _("Write a number, or move it to the success_rate of an outcome.")
    return _(
        "{head}, written as a number or a block with one law: {known}.", head=head, known=", ".join(known)
    ), _law_remedy(value)


def _law_remedy(value: dict[str, Any]) -> str:
    keys = set(value)
    points = [key for key in value if re.match(r"^[pP]\d", str(key))]
    if not keys - {"source", "assumption", "note", "unchecked"}:
        return (
            _("Write the number itself too, as `{value: 0.75, source: ...}`.")
            if keys
            else _("Write a number, as 0.75.")
        )
    if points:
        named = ", ".join(f"{key}: ..." for key in points)
        return _("Write quantiles as `{{quantiles: {{{named}}}}}`, at least two of them.", named=named)
    for law, hints in (
        ("evidence", {"successes"}),
        ("lognormal", {"median", "p90", "mu", "sigma"}),
        ("normal", {"mean", "sd", "std"}),
        ("gamma", {"shape", "scale"}),
    ):
        if keys & hints:
            return _("Name the law, as `{{{example}}}`.", example=EXAMPLES[law])
    if keys & {"low", "high", "min", "max", "from", "to"}:
        return _("Write a range as `{{{uniform}}}` or `{{{p5}}}`.", uniform=EXAMPLES["uniform"], p5=EXAMPLES["p5"])
    for key in value:
        close = closest(str(key), LAWS)
        if close:
            return _(
                "Did you mean {close}, as `{{{example}}}`?", close=_(" or ").join(close), example=EXAMPLES[close[0]]
            )
    return _("Write a number, as 0.75, or a law such as `{{{beta}}}`.", beta=EXAMPLES["beta"])


def _no_rule(value: Any, _place: Place) -> tuple[str, str]:
    known = _("per_outcome or cap, for example")
    examples = {key: flow({key: next(iter(fields_of(model).values())).examples[0]}) for key, model in RULES.items()}  # type: ignore[index]
    if not isinstance(value, dict):
        return _("got {value}; a payment rule is a block with one key, {known}.", value=shown(value), known=known), (
            _("Write the entry as `- {per_outcome}`.", per_outcome=examples["per_outcome"][1:-1])
        )
    rules = [key for key in RULES if key in value]
    if len(rules) > 1:
        return (
            _("got {rules} in one entry; each payment rule is an entry of its own.", rules=_(" and ").join(rules)),
            _("Begin each rule with a dash, on a line of its own."),
        )
    found = _("got {value}; a payment rule is a block with one key, {known}.", value=shown(value), known=known)
    for key in value:
        close = closest(str(key), RULES)
        if close:
            unknown = _(
                "got {key}, which is no payment rule; a rule is a block with one key, {known}.",
                key=shown(str(key)),
                known=known,
            )
            return unknown, _(
                "Did you mean {close}, as `- {example}`?", close=close[0], example=examples[close[0]][1:-1]
            )
    for name, model in RULES.items():
        terms = model_of(fields_of(model)[name].annotation)
        if terms is not None and set(value) & set(fields_of(terms)) - {"source", "assumption", "note", "unchecked"}:
            return found, _("Name the rule, as `- {example}`, with its terms inside.", example=examples[name][1:-1])
    return found, _("Write the entry as `- {per_outcome}`.", per_outcome=examples["per_outcome"][1:-1])


def _no_measured(value: Any, place: Place) -> tuple[str, str]:
    found = (
        _(
            "got {value}; measured is {meaning}, a block with one key: {measured}.",
            value=shown(value),
            meaning=meaning(place),
            measured=", ".join(MEASURED),
        )
        if place.key == "measured"
        else _("got {value}.", value=shown(value))
    )
    if isinstance(value, dict):
        several = [key for key in MEASURED if key in value]
        if len(several) > 1:
            return found, _("Keep one of {several}.", several=_(" and ").join(several))
        for key in value:
            close = closest(str(key), MEASURED)
            if close:
                return found, _("Did you mean {close}?", close=_(" or ").join(close))
    if isinstance(value, str) and months_in(value) is not None:
        return found, _("Write {{after_enrolment: {value}}} or {{after_completion: {value}}}.", value=value)
    if isinstance(value, str) and (date := read_date(value)) is not None:
        return found, _("Write {{on: {date}}}.", date=date)
    return (
        found,
        _("Write {at: completion}, {after_enrolment: 12 months}, {after_completion: 6 months} or {on: 2027-01-01}."),
    )


def _no_outcome(value: Any, place: Place) -> tuple[str, str]:
    wrong = misspelt_kind(value)
    if wrong is not None:
        key, meant = wrong
        kinds = ", ".join(("success_rate", *KINDS))
        return _("got the key {key}; an outcome has one of {kinds}.", key=shown(key), kinds=kinds), _(
            "Did you mean {meant}?", meant=meant
        )
    several = kinds_in(value)
    name = shown(str(place.path[-1]), 40, "")
    return (
        _("got {several} in one outcome; each of them is an outcome of its own.", several=_(" and ").join(several)),
        _("Keep one, and write the other as a second outcome beside {name}.", name=name),
    )


def _no_follow_up(value: Any, place: Place) -> tuple[str, str]:
    found = _(
        "got {value}; follow_up is {meaning}, a block with `every` or a list of dates.",
        value=shown(value),
        meaning=meaning(place),
    )
    if isinstance(value, str) and months_in(value) is not None:
        return found, _("Write {{every: {value}}}.", value=value)
    if isinstance(value, str) and (date := read_date(value)) is not None:
        return found, _("Write [{date}].", date=date)
    return found, _("Write {every: 6 months}, or [2026-01-01, 2027-01-01].")


def _no_drawdown(value: Any, place: Place) -> tuple[str, str]:
    return (
        _("got {value}; drawdown is {meaning}.", value=shown(value), meaning=meaning(place)),
        _("Write start, as needed, {every: 6 months, times: 6}, or a list such as [{on: 2025-01-01, share: 1.0}]."),
    )


def _no_due(value: Any, place: Place) -> tuple[str, str]:
    return (
        _("got {value}; due is {meaning}.", value=shown(value), meaning=meaning(place)),
        _("Write start, {every: 6 months, times: 6}, or a list such as [2025-01-01, 2026-01-01]."),
    )


def _no_repaid(value: Any, place: Place) -> tuple[str, str]:
    return (
        _("got {value}; repaid is {meaning}.", value=shown(value), meaning=meaning(place)),
        _("Write at maturity, {every: 6 months, times: 10, first: 2026-01-01}, or {share_of: revenue, share: 0.1}."),
    )


def _no_bearer(value: Any, place: Place) -> tuple[str, str]:
    return (
        _(
            "got {value}; {key} says whose money it is: a sector, shares that add up to 1, or a refund.",
            value=shown(value),
            key=place.key,
        ),
        _("Write municipality, {municipality: 0.6, state: 0.4}, or {refund: refund-ladder, weeks: 52}."),
    )


def _no_index(value: Any, place: Place) -> tuple[str, str]:
    return _("got {value}; index is {meaning}.", value=shown(value), meaning=meaning(place)), _(
        "Write net-price-index, or {2020: 105.3, 2025: 121.4}."
    )


def _no_discount(value: Any, place: Place) -> tuple[str, str]:
    return _("got {value}; discount is {meaning}.", value=shown(value), meaning=meaning(place)), _(
        "Write discount-schedule, or a rate such as 0.035."
    )


def _duration(value: Any, place: Place) -> tuple[str, str]:
    found = _(
        "got {value}; {key} is {meaning}, whole months or years.",
        value=shown(value),
        key=place.key,
        meaning=meaning(place),
    )
    return found, duration_remedy(value, place)


def _date(value: Any, place: Place) -> tuple[str, str]:
    return _(
        "got {value}; {key} is {meaning}, a date such as 2021-08-01.",
        value=shown(value),
        key=place.key,
        meaning=meaning(place),
    ), date_remedy(value)


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
