"""What stands in a cell as a value of a scenario: its kind, its unit, and what is wrong with it.

Nothing is guessed: a text that looks like a number, a share above 1 and a formula without a value are refused, each
with the reading that was probably meant.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
from decimal import Decimal
from typing import Any, NamedTuple

from risksim.exchange.books import Cell, folded
from risksim.exchange.fields import CHOICES, UNITS
from risksim.language import _
from risksim.scenario.base import FIRST_YEAR, LAST_YEAR, LONGEST
from risksim.scenario.document import shown

DIGITS = 15
"""Significant digits to which Excel reckons; 0.1 + 0.2 is stored as 0.30000000000000004 and means 0.3."""


LARGEST = 1e300
"""Numbers stay below this."""


class Wrong(NamedTuple):
    """Why a cell holds no value of its kind."""

    found: str
    remedy: str


_NUMBERS = frozenset({"whole", "year", "share", "number", "amount", "months", "moment"})
_NUMERAL = re.compile(r"^[-+]?[0-9][0-9.,   ']*(kr\.?|dkk|eur|%|pct\.?|kr|,-)?$", re.IGNORECASE)
_PERCENT = re.compile(r"^([0-9]+(?:[.,][0-9]+)?) ?(%|pct\.?|procent|percent|per cent)$", re.IGNORECASE)
_IN_PERCENT = re.compile(r"%|\bpct\b|procent|per ?cent", re.IGNORECASE)
_SYMBOL = re.compile(r"\[\$([^\]-]+)")
_MONEY = {"€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "$": "USD", "usd": "USD", "dkk": "DKK", "sek": "SEK"}
_MONEY |= {"euro": "EUR", "nok": "NOK"}
_SCALES = (
    (re.compile(r"\bmio\b|\bmill?\b", re.IGNORECASE), 1_000_000),
    (re.compile(r"\b1[.,   ]?000[   ]?(kr|dkk|eur)|\bt\.?[   ]?kr|\btusind", re.IGNORECASE), 1_000),
)


_UNIT_WORDS = {
    "percent": re.compile(r"(i |in )?(%|pct\.?|procent|percent|per cent)"),
    "thousands": re.compile(r"(i |in )?(1[.,]?000|1 000|t\.? ?kr\.?|tusinde?|thousands?)( ?(kr\.?|kroner|dkk|eur|€))?"),
    "millions": re.compile(r"(i |in )?(mio\.?|mill?\.?|millioner|millions?)( ?(kr\.?|kroner|dkk|eur|€))?"),
    "money": re.compile(r"(i |in )?(kr\.?|kroner|dkk|eur|euro|€|£|gbp|\$|usd|sek|nok)"),
    "months": re.compile(r"(i |in )?(måned(er)?|mdr?\.?|months?)"),
    "years": re.compile(r"(i |in )?(år|years?)"),
    "weeks": re.compile(r"(i |in )?(uger?|weeks?)"),
}
_FITTING = {
    "share": {"percent"},
    "amount": {"money", "thousands", "millions"},
    "number": {"money", "thousands", "millions", "months", "years", "weeks"},
    "whole": {"years"},
    "year": {"years"},
    "months": {"months", "years"},
    "moment": {"months", "years"},
}


def _unit_class(text: Any) -> str | None:
    said = folded(text) if isinstance(text, str) else ""
    return next((name for name, pattern in _UNIT_WORDS.items() if pattern.fullmatch(said)), None)


def unit_said(text: Any) -> str:
    """A text that is a unit and nothing else; empty for others.

    Examples
    --------
    >>> unit_said("kr."), unit_said("1.000"), unit_said("whoever takes part"), unit_said(3)
    ('kr.', '1.000 kr', '', '')
    """
    named = _unit_class(text)
    if named is None:
        return ""
    plain = {"thousands": "1.000 kr", "millions": "mio. kr", "percent": "%"}
    return plain.get(named, str(text).strip())


def money_said(text: Any) -> str | None:
    """The text, where it begins with the name of a currency, as ``kr. pr. nat``; None for other texts."""
    first = re.split(r"[ /]", folded(text) if isinstance(text, str) else "", maxsplit=1)[0]
    money = folded(text) == "currency" or _unit_class(text) in ("money", "thousands", "millions")
    return str(text) if money or _unit_class(first) == "money" else None


def contradicted(kind: str, unit: str | None, label: str, beside: str, currency: str | None) -> Wrong | None:
    """What a label, in brackets, or the cell beside a value says of its unit, where the field has another.

    Parameters
    ----------
    kind : str
        What the field is.
    unit : str or None
        What the mapping says of the unit.
    label, beside : str
        What stands at the value.
    currency : str or None
        That of the deal.

    Returns
    -------
    Wrong or None
    """
    if kind not in _FITTING:
        return None
    for said in (beside, *re.findall(r"\(([^()]*)\)", label)):
        named = _unit_class(said)
        if named is None:
            continue
        if named not in _FITTING[kind]:
            return Wrong(
                _(
                    "got the unit {said}; {wanted} is needed, which has another.",
                    said=shown(said),
                    wanted=_wanted(kind),
                ),
                _("Look whether this is the right cell, and write its number in the unit of the field."),
            )
        if kind in ("months", "moment") and named != (unit or "months"):
            return Wrong(
                _("got the unit {said}, to be read as {unit}.", said=shown(said), unit=unit or _("months")),
                _(
                    "Say `unit: {named}` for it in the mapping, or write it in {unit}.",
                    named=named,
                    unit=unit or _("months"),
                ),
            )
        code = _MONEY.get(folded(said), "DKK" if folded(said) in ("kr", "kr.", "kroner") else None)
        if kind == "amount" and code is not None and currency is not None and code != currency:
            kroner = code == "DKK" and currency in ("SEK", "NOK", "ISK") and "dkk" not in folded(said)
            if not kroner:
                return Wrong(
                    _("got the unit {said}; the deal is in {currency}.", said=shown(said), currency=currency),
                    _("Convert it to {currency}.", currency=currency),
                )
    return None


_SCALED = re.compile(r"[0#?],+(?![0#?,])")


def scaled_format(format_: str) -> bool:
    """Whether a cell shows its number in thousands or millions and holds the whole of it.

    Examples
    --------
    >>> scaled_format("#,##0"), scaled_format('#,##0, "t.kr."'), scaled_format("0.0,,")
    (False, True, True)
    """
    return bool(_SCALED.search(re.sub(r'"[^"]*"', "", format_)))


def converted(cell: Cell, kind: str, unit: str | None = None, *, currency: str | None = None, label: str = "") -> Any:
    """The value of a cell.

    Parameters
    ----------
    cell : Cell
        A cell that is not empty.
    kind : str
        What the field is (`risksim.exchange.fields.Field.kind`).
    unit : str, optional
        The unit of the number in the book; that of the field where this is left out.
    currency : str, optional
        That of the deal, where it is known.
    label : str
        The text beside or above the cell, which may name a unit too.

    Returns
    -------
    Any
        A value of a scenario, or `Wrong`.
    """
    if cell.is_error:
        return Wrong(
            _("got the error {value}; {wanted} is needed.", value=cell.value, wanted=_wanted(kind)),
            _("Mend the formula and save the book."),
        )
    if cell.formula is not None and cell.value is None:
        return Wrong(
            _("got the formula {formula} without a value: it was never calculated.", formula=shown(cell.formula)),
            _("Open the book in Excel or LibreOffice, save it there, and try again."),
        )
    if kind == "moment" and isinstance(cell.value, str):
        found = _choice(cell.value, kind)
        return found if isinstance(found, Wrong) else {"at": "completion"}
    if kind in _NUMBERS:
        wrong = _no_number(cell, kind) or _other_unit(cell, kind, unit, currency, label)
        return wrong if wrong is not None else _number(cell, kind, unit, label)
    if kind == "date":
        return _date(cell)
    if kind == "yes" and isinstance(cell.value, bool):
        return "yes" if cell.value else "no"
    return _text(cell, kind)


def _wanted(kind: str) -> str:
    if kind in _NUMBERS:
        return _("a share") if kind == "share" else _("a number")
    return _("a date") if kind == "date" else _("a text")


# Numbers


def _no_number(cell: Cell, kind: str) -> Wrong | None:
    found = cell.value
    if isinstance(found, bool):
        return Wrong(
            _("got {upper}; {wanted} is needed.", upper=str(found).upper(), wanted=_wanted(kind)),
            _("Write the number."),
        )
    if isinstance(found, int | float) and not abs(found) < LARGEST:
        return Wrong(
            _("got {found:.6g}; that is no number that Excel shows in full.", found=found),
            _("Look at the digits again."),
        )
    if isinstance(found, dt.date | dt.time | dt.timedelta):
        day = found.date() if isinstance(found, dt.datetime) else found
        return Wrong(
            _("got the date or time {day}; {wanted} is needed.", day=day, wanted=_wanted(kind)),
            _("Excel makes dates of some numbers, as 1-2: write it again and format the cell as a number."),
        )
    if isinstance(found, str):
        return _text_for_number(" ".join(found.split()), kind)
    return None


def _text_for_number(text: str, kind: str) -> Wrong:
    wanted = _("got the text {text} in a cell that needs {wanted}.", text=shown(text), wanted=_wanted(kind))
    if percent := _PERCENT.match(text):
        return Wrong(
            wanted, _("Did you mean {percent} %? Write it as a number, formatted in per cent.", percent=percent[1])
        )
    if readings := _readings(text):
        perhaps = _(" or ").join(readings)
        return Wrong(
            wanted, _("Did you mean {perhaps}? Write it as a number, without unit or apostrophe.", perhaps=perhaps)
        )
    if _NUMERAL.match(text):
        return Wrong(
            wanted, _("Write it again as a number, without unit or apostrophe, and format the cell as a number.")
        )
    return Wrong(wanted, _("Write a number, or leave the cell empty where nobody knows."))


_DANISH = re.compile(r"[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?")
_ENGLISH = re.compile(r"[-+]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")


def _readings(text: str) -> list[str]:
    """What a numeral would be as a number, in Danish and in English."""
    bare = re.sub(r"[   ']|(kr\.?|dkk|eur|,-)$", "", text.lstrip("'"), flags=re.IGNORECASE)
    found = []
    if "." not in bare and "," not in bare:
        return []
    if _DANISH.fullmatch(bare):
        found.append((bare.replace(".", "").replace(",", "."), "in Danish"))
    if _ENGLISH.fullmatch(bare):
        found.append((bare.replace(",", ""), "in English"))
    if len({number for number, _ in found}) == 1:
        return [found[0][0]]
    return [f"{number} ({language})" for number, language in found]


def _other_unit(cell: Cell, kind: str, unit: str | None, currency: str | None, label: str) -> Wrong | None:
    if "%" in cell.format and kind != "share":
        shows = f"{cell.value * 100:.10g} %"
        return Wrong(
            _("got {shows}; this is {wanted}, no share.", shows=shows, wanted=_wanted(kind)),
            _("Look at the cell and its format again."),
        )
    if kind not in ("amount", "number"):
        return _money_format(cell, kind)
    symbols = [part.strip() for part in _SYMBOL.findall(cell.format)] + re.findall("[€£]", cell.format)
    for symbol in symbols:
        code = _MONEY.get(symbol.casefold())
        if code is not None and currency is not None and code != currency:
            return Wrong(
                _("got an amount in {code}; the deal is in {currency}.", code=code, currency=currency),
                _(
                    "Convert it, or format the cell as an amount in {currency} if that is what it is.",
                    currency=currency,
                ),
            )
    said = next((scale for pattern, scale in _SCALES if pattern.search(label)), 1)
    taken = 1 if unit is None else UNITS[unit][1]
    if scaled_format(cell.format):
        # What is shown is in thousands, what is held is not.
        return (
            None
            if taken == 1
            else Wrong(
                _(
                    "got {value}, which is only shown in thousands, to be read as {unit}.",
                    value=shown(cell.value),
                    unit=unit,
                ),
                _("Take the unit out of the mapping, or format the cell as a plain number and look at it again."),
            )
        )
    if said not in (1, taken):
        fit = "1.000 kr" if said == 1_000 else "mio. kr"
        return Wrong(
            _("got {value} under {label}, to be read as whole units.", value=shown(cell.value), label=shown(label)),
            _("Say `unit: {fit}` for it in the mapping, or write whole amounts and another header.", fit=fit),
        )
    return None


def _money_format(cell: Cell, kind: str) -> Wrong | None:
    """A cell that looks like money and is to hold something else."""
    looks = [part.strip() for part in _SYMBOL.findall(cell.format)] + re.findall(r"[€£]|\bkr\b", cell.format)
    if not any(look and (folded(look) in _MONEY or _unit_class(look) == "money") for look in looks):
        return None
    return Wrong(
        _(
            "got {value}, formatted as an amount of money; {wanted} is needed.",
            value=shown(cell.value),
            wanted=_wanted(kind),
        ),
        _("Look whether this is the right cell, and format it anew."),
    )


def scaled(found: float, unit: str | None) -> int | float:
    """A number of the book in the unit of the field, exact in its decimal digits.

    Examples
    --------
    >>> scaled(1.234, "1.000 kr"), scaled(7.3, "pct"), scaled(0.1 + 0.2, None)
    (1234, 0.073, 0.3)
    """
    times, per = (1, 1) if unit is None else UNITS[unit][1:]
    exact = Decimal(f"{found:.{DIGITS}g}") * times / per
    return int(exact) if exact == exact.to_integral_value() and abs(exact) < 10**DIGITS else float(exact)


def _number(cell: Cell, kind: str, unit: str | None, label: str) -> Any:
    if kind == "share":
        return _share(cell, unit, label)
    number = scaled(cell.value, unit)
    if kind in ("amount", "number"):
        return number
    if not isinstance(number, int):
        what = {"year": _("a year"), "months": _("whole months"), "moment": _("whole months")}.get(
            kind, _("a whole number")
        )
        return Wrong(
            _("got {value}; this is {what}.", value=shown(cell.value), what=what), _("Round it, or look at the unit.")
        )
    if kind == "year" and not FIRST_YEAR <= number <= LAST_YEAR:
        return Wrong(
            _(
                "got {number}; a year lies between {first_year} and {last_year}.",
                number=number,
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            ),
            _("Look at the digits again."),
        )
    if kind in ("months", "moment"):
        if not 0 <= number <= LONGEST:
            return Wrong(
                _("got {number} months; a duration is 0 to {longest} of them.", number=number, longest=LONGEST),
                _("Look at the unit again."),
            )
        return {"after_enrolment": f"{number} months"} if kind == "moment" else f"{number} months"
    return number


def _share(cell: Cell, unit: str | None, label: str) -> Any:
    found = cell.value
    if unit == "pct" and "%" in cell.format:
        return Wrong(
            _(
                "got {percent:.10g} %, a share shown in per cent, where the mapping says `unit: pct`.",
                percent=found * 100,
            ),
            _("Take `unit: pct` out: a cell in per cent holds the share itself."),
        )
    if unit is None and 0 < found <= 1 and "%" not in cell.format and _IN_PERCENT.search(label):
        return Wrong(
            _(
                "got {scaled} under {label}: {found:.10g} %, or {percent:.10g} %?",
                scaled=shown(scaled(found, None)),
                label=shown(label),
                found=found,
                percent=found * 100,
            ),
            _("Format the cell in per cent, or say `unit: pct` or `unit: share` for it in the mapping."),
        )
    share = scaled(found, unit)
    if 0 <= share <= 1:
        return share
    if unit != "pct" and 1 < found <= 100 and "%" not in cell.format:
        return Wrong(
            _("got {scaled}; a share lies between 0 and 1.", scaled=shown(scaled(found, None))),
            _(
                "Did you mean {found:.10g} %? Write it with the sign (0.75 is 75 %), or say `unit: pct` in the "
                "mapping.",
                found=found,
            ),
        )
    return Wrong(
        _("got {percent:.10g} %; a share lies between 0 and 100 %.", percent=share * 100),
        _("Look at the digits and the unit."),
    )


# Dates and texts


def _date(cell: Cell) -> Any:
    found = cell.value
    if isinstance(found, str):
        try:
            found = dt.date.fromisoformat(found.strip())
        except ValueError:
            found = cell.value
    if isinstance(found, dt.datetime):
        found = found.date()
    if isinstance(found, dt.date):
        if FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
        return Wrong(
            _(
                "got {found}; a date lies between {first_year} and {last_year}.",
                found=found,
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            ),
            _("Look at the year again."),
        )
    if isinstance(found, int | float) and not isinstance(found, bool):
        day = _day_of(found)
        perhaps = (
            _("Did you mean {day}? Format the cell as a date.", day=day) if day else _("Write the date, as 2027-01-01.")
        )
        return Wrong(_("got the number {found:.10g} in a cell that needs a date.", found=found), perhaps)
    return Wrong(_("got {found} in a cell that needs a date.", found=shown(found)), _("Write the date, as 2027-01-01."))


def _day_of(serial: float) -> dt.date | None:
    """The day that Excel means by a number."""
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(serial)) if 20_000 < serial < 100_000 else None


def _text(cell: Cell, kind: str) -> Any:
    found = cell.value
    if isinstance(found, bool | dt.date | dt.time | dt.timedelta):
        return Wrong(_("got {found}; a text is needed.", found=shown(str(found))), _("Write it as a text."))
    if isinstance(found, int | float):
        if not math.isfinite(found):
            return Wrong(_("got {found}; a text is needed.", found=found), _("Write it as a text."))
        found = str(scaled(found, None))
    text = "".join(letter if letter.isprintable() else " " for letter in found)
    text = " ".join(text.split())
    if not text:
        return Wrong(_("got only unseen signs; a text is needed."), _("Write the text, or clear the cell."))
    if kind == "currency":
        return _currency(text)
    if kind == "name" and len(text) > 120:
        return Wrong(
            _("got a name of {number} letters; a name has at most 120.", number=len(text)), _("Write a shorter one.")
        )
    return _choice(text, kind) if kind in CHOICES else text


def _currency(text: str) -> Any:
    if re.fullmatch("[A-Z]{3}", text):
        return text
    perhaps = {"kr": "DKK", "kr.": "DKK", "kroner": "DKK", "€": "EUR", "euro": "EUR"}.get(text.casefold(), "DKK")
    return Wrong(
        _("got {text}; a currency is a code of three capital letters.", text=shown(text)),
        _("Did you mean {near}?", near=perhaps),
    )


def _choice(text: str, kind: str) -> Any:
    words = CHOICES[kind]
    if folded(text) in words:
        return words[folded(text)]
    close = difflib.get_close_matches(folded(text), words, n=1)
    remedy = _("Did you mean {near}?", near=close[0]) if close else _("Write one of these words.")
    return Wrong(_("got {text}; this is {names}.", text=shown(text), names=", ".join(words)), remedy)
