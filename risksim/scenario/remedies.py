"""What to try instead of a value of the wrong kind: the value itself, rewritten, wherever it can be guessed."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

from risksim.language import N_, _
from risksim.scenario.base import parse_months
from risksim.scenario.places import Place, fields_of, is_fraction, opened
from risksim.scenario.uncertainty import LAWS

EXAMPLE_ROOT = N_("Begin with `schema: 1` and `name: ...`; `risksim init` writes a file to start from.")

EXAMPLES = {
    "beta": "beta: [30, 10]",
    "uniform": "uniform: [0.6, 0.9]",
    "triangular": "triangular: [0.5, 0.7, 0.8]",
    "pert": "pert: [0.5, 0.7, 0.8]",
    "prior": "prior: [0.5, 0.5]",
    "limits": "limits: [0, 1]",
    "evidence": "evidence: {successes: 45, of: 60}",
    "quantiles": "quantiles: {p10: 0.55, p50: 0.70, p90: 0.82}",
    "normal": "normal: {mean: 25000, sd: 3000}",
    "lognormal": "lognormal: {median: 25000, p90: 33000}",
    "gamma": "gamma: {mean: 25000, sd: 8000}",
    "discrete": "discrete: [{value: 0, weight: 0.2}, {value: 1, weight: 0.8}]",
    "mixture": "mixture: [{weight: 0.15, of: {beta: [6, 16]}}, {weight: 0.85, of: 1}]",
    "changed": "changed: {of: {beta: [4, 16]}, times: 0.5}",
    "experts": "experts: [{name: leader, says: {p5: 0.4, p95: 0.6}}, {name: caseworker, says: {p5: 0.5, p95: 0.8}}]",
    "graded": "graded: {value: 25000, grade: 3, as: cost}",
    "register": "register: enrolment-ratio",
    "icc": "icc: 0.02",
    "class": "class: same manual",
    "may_not_apply": "may_not_apply: 0.2",
    "at_most": "at_most: 40",
    "p5": "p5: 0.3, p95: 0.55",
    "value": "value: 0.75, source: pwc-2021",
    "fixed": "fixed: 0.75",
    "measured": "measured: {at: completion}",
    "enrolment": "enrolment: {window: 36 months}",
    "source": "source: pwc-2021",
    "sources": 'sources: {pwc-2021: "PwC, 2021"}',
    "hurdles": "hurdles: [0.0, 0.035]",
    "drawdown": "drawdown: {every: 6 months, times: 6}",
    "duration": "duration: 9 months",
    "window": "window: 36 months",
    "ramp": "ramp: 6 months",
    "unchecked": "unchecked: true",
    "currency": "currency: DKK",
    "day_count": "day_count: act/365",
    "payer": "payer: municipality",
    "assumption": "assumption: not published; the average of similar deals",
    "fit": "fit: beta",
    "weight": "weight: 0.5",
    "successes": "successes: 45",
    "of": "of: completers",
    "mean": "mean: 25000",
    "sd": "sd: 3000",
    "p95": "p95: 0.55",
    "unmeasured": "unmeasured: 0.1",
    "dropout": "dropout: 0.2",
    "ratio": "ratio: 0.9",
}
"""How fields without an example of their own are written."""


def example(place: Place) -> str:
    """A line of the file that holds the field."""
    if place.field is not None and place.field.examples:
        return f"{place.key}: {flow(place.field.examples[0])}"
    if place.key == "of" and place.model is not None and "successes" in fields_of(place.model):
        return "of: 60"
    return EXAMPLES.get(place.key, f"{place.key}: 0.5" if place.key else "schema: 1")


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(entry) for entry in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def closest(word: str, known: Iterable[str]) -> list[str]:
    """Known words that look like one that isn't known."""
    known = list(known)
    close = difflib.get_close_matches(word[:60], known, n=2, cutoff=0.6)
    return close or [name for name in known if name.casefold() == word.casefold().strip(" :")]


# Remedies for a value of the wrong kind


def remedy_for(kind: str, value: Any, place: Place) -> str:
    """What to try instead of a value of which pydantic says that it is of the wrong kind."""
    if kind in ("float_type", "float_parsing", "finite_number", "int_type", "int_from_float", "int_parsing"):
        return number_remedy(value, place, whole=kind.startswith("int"))
    if kind in ("string_type", "string_unicode"):
        return _text_remedy(value, place)
    if kind == "literal_error":
        return _choice_remedy(value, place)
    if kind == "bool_type":
        truth = str(value).casefold() in ("yes", "ja", "y", "on", "1", "true")
        falsehood = str(value).casefold() in ("no", "nej", "n", "off", "0", "false")
        if truth or falsehood:
            return _("Write {value}.", value="true" if truth else "false")
        return _("Write true or false.")
    if kind in ("list_type", "tuple_type"):
        return _list_remedy(value, place)
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return _block_remedy(value, place)
    if kind in ("too_short", "too_long") and isinstance(value, str):
        kind = f"string_{kind}"
    if kind == "too_short":
        return _("Add at least one entry, as `{example}`.", example=example(place))
    if kind == "too_long":
        return _too_long_remedy(place)
    if kind.startswith(("greater_than", "less_than")):
        return _limit_remedy(value, place)
    if kind == "string_pattern_mismatch":
        return _pattern_remedy(value, place)
    if kind == "string_too_short":
        return _("Write a few words, as `{example}`.", example=example(place))
    if kind == "string_too_long":
        return _("Write a short name; a longer one fits into `label` or `description`.")
    return _("Write it as `{example}`.", example=example(place))


# Numbers

_PLAIN = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_UNITS = {
    "": 1,
    "k": 1e3,
    "t": 1e3,
    "tkr": 1e3,
    "m": 1e6,
    "mio": 1e6,
    "mill": 1e6,
    "million": 1e6,
    "mia": 1e9,
    "bn": 1e9,
}


def _bare(text: str) -> float | None:
    """The number that a text with separators means; None where it cannot be told."""
    text = text.strip()
    if re.match(rf"^{_PLAIN}$", text):
        return float(text)
    if re.match(r"^[-+]?\d{1,3}(?:[.'_ \u00a0\u202f]\d{3})+(?:,\d+)?$", text):
        return float(re.sub(r"[.'_ \u00a0\u202f]", "", text).replace(",", "."))
    if re.match(r"^[-+]?\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?$|^[-+]?\d{1,3}(?:,\d{3})+\.\d+$", text):
        return float(text.replace(",", ""))
    if re.match(r"^[-+]?\d*,\d+$", text):
        return float(text.replace(",", "."))
    if re.match(r"^[-+]?\d+(?:_\d+)+$", text):
        return float(text.replace("_", ""))
    return None


def _written(number: float) -> str:
    return f"{number:.0f}" if number == round(number) and abs(number) < 1e15 else f"{number:.12g}"


_SHARES = {"hurdles", "share", "weight"}
"""Keys of certain numbers that count in hundredths."""


def number_remedy(value: Any, place: Place, *, whole: bool = False) -> str:
    """What to try instead of something that is no number."""
    is_share = place.key in _SHARES or (place.bounds is not None and place.bounds.high == 1.0)
    like = "120" if whole else "0.75" if is_share else "20000"
    if value is None:
        return _(
            "Write a number after the colon, as `{key}: {like}`, or take the line out.",
            key=place.key or "value",
            like=like,
        )
    if isinstance(value, bool):
        return _("Write a number, as {like}.", like=like)
    if (isinstance(value, float) and value != value) or value in (float("inf"), -float("inf")):
        return _("Write a number; where it is not known, write a range as {uniform: [0.2, 0.6]} with an assumption.")
    if whole and isinstance(value, str) and (number := _bare(value)) is not None and number != round(number):
        return _("Write a whole number, as {number:.0f}.", number=number)
    if isinstance(value, float) and whole:
        return (
            _("Write a whole number, as {value:.0f}.", value=value)
            if abs(value) < 1e15
            else _("Write a whole number, as 120.")
        )
    if isinstance(value, list):
        numbers = [entry for entry in value if isinstance(entry, int | float) and not isinstance(entry, bool)]
        if len(value) == len(numbers) == 2:
            return _("For a range write {{uniform: {value}}}.", value=flow(value))
        return _("Write one number, as {like}, or a block with a law, as {{beta: [30, 10]}}.", like=like)
    if isinstance(value, dict):
        return _("Write a plain number, as {like}.", like=like)
    return _text_number_remedy(str(value)[:200].strip(), is_share, like)


def _text_number_remedy(text: str, is_share: bool, like: str) -> str:
    folded = text.casefold()
    if match := re.match(r"^(.*\d)\s*(?:%|percent|per cent|pct\.?|procent)$", folded):
        number = _bare(match[1])
        if number is not None:
            return (
                _("Write {number}.", number=_written(number / 100))
                if is_share
                else _("Write {number}, or {share} as a share.", number=_written(number), share=_written(number / 100))
            )
    if re.match(r"^\d{1,3},\d{3}$", text) and not is_share:
        joined, point = text.replace(",", ""), text.replace(",", ".")
        return _(
            "If the comma separates thousands, write {joined}; if it is a decimal comma, write {point}.",
            joined=joined,
            point=point,
        )
    number = _bare(text)
    if number is not None:
        if re.match(rf"^{_PLAIN}$", text):
            return _("Take the quotation marks away: {text}.", text=text)
        if re.match(r"^[-+]?\d*,\d+$", text):
            return _("YAML takes a decimal point: write {number}.", number=_written(number))
        return _("Write it without separators: {number}.", number=_written(number))
    if match := re.match(
        r"^(?:dkk|eur|kr\.?|€|\$|£|usd|gbp)?\s*([-+\d.,' ]*\d)\s*([a-zæøå]*)\.?\s*(?:dkk|kr\.?|kroner|eur|euro)?[.]?$",
        folded,
    ):
        number, factor = _bare(match[1]), _UNITS.get(match[2], 1.0)
        if number is not None:
            return _("Write the number alone: {number}.", number=_written(number * factor))
    if match := re.match(r"^(\d+)\s*/\s*(\d+)$", text):
        below = float(match[2])
        return (
            _("Write {share:.6g}.", share=float(match[1]) / below)
            if 0 < below < 1e12
            else _("Write a number, as {like}.", like=like)
        )
    if match := re.match(rf"^({_PLAIN})\s*(?:-|–|\.\.|to|til)\s*({_PLAIN})$", folded):
        return _(
            "For a range write {{uniform: [{low}, {high}]}} or {{p5: {low}, p95: {high}}}.", low=match[1], high=match[2]
        )
    if folded in ("no", "none", "nej", "ingen", "nothing", "n", "off"):
        return _("Write a number: 0 for none, where 0 is allowed.")
    if folded in ("yes", "ja", "all", "alle", "y", "on"):
        return _("For all, write 1.") if is_share else _("Write a number, as {like}.", like=like)
    if folded in ("nan", "inf", "-inf", "infinity", "n/a", "na", "tbd", "?", "-", "unknown", "ukendt"):
        return _("Where it is not known, write a range as {uniform: [0.2, 0.6]} with an assumption.")
    if closest(folded, LAWS) and not re.search(r"\d", folded):
        law = closest(folded, LAWS)[0]
        return _("Write the law as a block: {{{example}}}.", example=EXAMPLES[law])
    return _("Write a number, as {like}, or a block with a law, as {{beta: [30, 10]}}.", like=like)


# Durations and dates


def months_in(text: str) -> int | None:
    """The months that a phrase means; None if it is no duration."""
    try:
        return int(parse_months(text))
    except ValueError:
        return None


_MONTH_WORDS = {
    "month": 1,
    "måned": 1,
    "maaned": 1,
    "mdr": 1,
    "mth": 1,
    "mo": 1,
    "year": 12,
    "år": 12,
    "yr": 12,
    "aar": 12,
}


def duration_remedy(value: Any, place: Place) -> str:
    """What to try instead of something that is no duration."""
    if isinstance(value, bool) or value is None:
        return _("Write a duration after the colon, as `{key}: 9 months`.", key=place.key or "duration")
    if isinstance(value, int | float):
        return (
            _("Say the unit: '{value:g} months' or '{value:g} years'.", value=value)
            if abs(value) < 1e6
            else _("Write '9 months'.")
        )
    if isinstance(value, str):
        match = re.match(r"^\s*(\d{1,4}(?:[.,]\d{1,3})?)\s*-?\s*([a-zæøå]+)\.?\s*$", value.casefold())
        if match:
            number = float(match[1].replace(",", "."))
            for word, months in _MONTH_WORDS.items():
                if match[2].startswith(word):
                    whole = round(number * months)
                    return _("Write '{length}'.", length=f"{whole} month{'' if whole == 1 else 's'}")
            if match[2].startswith(("day", "week", "dag", "uge")):
                days = number * (7 if match[2][0] in "wu" else 1)
                return _("The clock runs in whole months; write '{months} months'.", months=max(1, round(days / 30.44)))
            if match[2].startswith(("quarter", "kvartal")):
                return _("Write '{months} months'.", months=round(number * 3))
        if re.match(r"^\s*\d+\s*$", value):
            return _("Say the unit: '{value} months' or '{value} years'.", value=value.strip())
    return _("Write whole months or years, as '9 months' or '3 years'.")


_MONTH_STARTS = ("jan", "feb", "mar", "apr", "ma", "jun", "jul", "aug", "sep", "o", "nov", "dec")


def read_date(text: str) -> dt.date | None:
    """The date that a text of another form means, day before month; None where it cannot be told.

    Examples
    --------
    >>> read_date("01-08-2021"), read_date("1. august 2021"), read_date("2021/8/1"), read_date("soon")
    (datetime.date(2021, 8, 1), datetime.date(2021, 8, 1), datetime.date(2021, 8, 1), None)
    """
    text = text.strip().casefold()
    year: int | str
    if match := re.match(r"^(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})(?:[t ].*)?$", text):
        year, month, day = match[1], int(match[2]), match[3]
    elif match := re.match(r"^(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})$", text):
        year, month, day = match[3], int(match[2]), match[1]
    elif match := re.match(r"^(\d{1,2})\.?\s+([a-z]{3,9})\.?,?\s+(\d{4})$", text):
        found = [number for number, start in enumerate(_MONTH_STARTS, 1) if match[2].startswith(start)]
        year, month, day = match[3], found[-1] if found else 0, match[1]
        month = 3 if match[2].startswith("mar") else month
    else:
        return None
    try:
        return dt.date(int(year), month, int(day))
    except ValueError:
        return None


def date_remedy(value: Any) -> str:
    """What to try instead of something that is no date."""
    if isinstance(value, str):
        match = re.match(r"^\s*(\d{4})-(\d{2})-(\d{2})\s*$", value)
        if match:
            year, month, day = (int(part) for part in match.groups())
            if not 1 <= month <= 12:
                return _("There is no month {month}; write year-month-day, as 2021-08-01.", month=month)
            if not 1 <= year <= 9999:
                return _("Look at the year again.")
            last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day if year < 9999 else 31
            return _(
                "Month {month} of {year} has no day {day}; its last is {year}-{month:02d}-{last}.",
                month=month,
                year=year,
                day=day,
                last=last,
            )
        date = read_date(value)
        if date is not None:
            first = re.match(r"^\D*(\d{1,2})\D", value)
            day_first = (
                first is not None and not re.match(r"^\s*\d{4}", value) and date.day <= 12 and not value.islower()
            )
            if day_first:
                return _("Write year-month-day: {date}, if the day stands first.", date=date)
            return _("Write year-month-day: {date}.", date=date)
        if re.match(r"^\s*\d{4}-\d{1,2}\s*$", value):
            return _("Add the day, as {value}-01.", value=value.strip())
    if isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2199:
        return _("Write the day too, as {value}-01-01.", value=value)
    return _("Write year-month-day, as 2021-08-01.")


# Texts, lists and blocks


def _text_remedy(value: Any, place: Place) -> str:
    if value is None:
        return _("Write text after the colon, as `{example}`, or take the line out.", example=example(place))
    if isinstance(value, bool | int | float):
        return _('Put it in quotation marks: "{value}".', value=flow(value))
    if isinstance(value, dict):
        return _("Put text that holds a colon or begins with {brace} in quotation marks.", brace="{")
    if isinstance(value, list):
        return _("Write one text; put it in quotation marks if it begins with [.")
    return _("Write text, as `{example}`.", example=example(place))


def _choice_remedy(value: Any, place: Place) -> str:
    kind = opened(place.kind)[0]
    choices = [str(choice) for choice in get_args(kind)]
    if place.key == "schema":
        return _("Write `schema: 1`; a file for a later version needs a later risksim.")
    close = closest(str(value), choices)
    if close:
        return _("Did you mean {close}?", close=_(" or ").join(close))
    if value is None:
        return _("Write one of them after the colon, as `{key}: {choice}`.", key=place.key, choice=choices[0])
    if place.key == "due":
        return _("Write start, {every: 6 months, times: 6}, or a list such as [2025-01-01, 2026-01-01].")
    if place.key == "drawdown":
        return _("Write start, {every: 6 months, times: 6}, or a list such as [{on: 2025-01-01, share: 1.0}].")
    return (
        _("Write one of {choices}.", choices=", ".join(choices))
        if len(choices) > 1
        else _("Write `{key}: {choice}`.", key=place.key, choice=choices[0])
    )


def _list_remedy(value: Any, place: Place) -> str:
    kind = opened(place.kind)[0]
    if get_origin(kind) is tuple:
        return _("Write the numbers in brackets, as `{example}`.", example=example(place))
    if value is None:
        return _("Write its entries below it, each after a dash, as `{example}`.", example=example(place))
    if isinstance(value, dict):
        return _("Begin each entry of {key} with a dash, as `{example}`.", key=place.key, example=example(place))
    return _("Put it in brackets, as `{example}`.", example=example(place))


def _block_remedy(value: Any, place: Place) -> str:
    if place.field is None:
        return _(EXAMPLE_ROOT)
    last = place.path[-1] if place.path else ""
    if isinstance(value, list):
        return _("Write names or keys with a colon instead of dashes, as `{example}`.", example=example(place))
    if isinstance(last, int):
        return _("Write its keys after the dash, as `{example}`.", example=example(place))
    if isinstance(value, str) and re.match(r"^\w+:\S", value):
        return _("Put a space after the colon.")
    return _("Write its keys below it, indented, or as `{example}`.", example=example(place))


def _too_long_remedy(place: Place) -> str:
    kind = opened(place.kind)[0]
    if get_origin(kind) is tuple:
        return _("Write it as `{example}`.", example=example(place))
    if place.key == "tranches":
        return _("Join those of one investor, or of one rank.")
    return _("Take entries out, or split the deal.")


def _limit_remedy(value: Any, place: Place) -> str:
    if place.key == "hurdles" and isinstance(value, int | float) and value >= 10:
        return _("If {value:g} means percent, write {share:g}.", value=value, share=value / 100)
    is_share = place.key in ("weight", "share") or is_fraction(place)
    if is_share and isinstance(value, int | float) and 1 < value <= 100:
        return _("If {value:g} means percent, write {share:g}.", value=value, share=value / 100)
    if isinstance(value, int | float) and value <= 0:
        return _("Write a number above 0, as `{example}`.", example=example(place))
    return _("Look for a zero too many; write it as `{example}`.", example=example(place))


def _pattern_remedy(value: Any, place: Place) -> str:
    if place.key == "currency":
        code = {"kr": "DKK", "kr.": "DKK", "kroner": "DKK", "€": "EUR", "euro": "EUR", "£": "GBP", "$": "USD"}.get(
            str(value).casefold(), str(value).upper()
        )
        return (
            _("Write {code}.", code=code)
            if re.match("^[A-Z]{3}$", code)
            else _("Write the three-letter code, as DKK or EUR.")
        )
    if place.key == "fit":
        families = ["beta", "lognormal", "gamma", "normal", "student"]
        close = closest(str(value), families)
        return (
            _("Did you mean {close}?", close=close[0])
            if close
            else _("Write one of {families}.", families=", ".join(families))
        )
    return _("Write it as `{example}`.", example=example(place))
