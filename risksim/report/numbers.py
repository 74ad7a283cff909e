"""Numbers as text: no digit that the simulation error doesn't support."""

from __future__ import annotations

import datetime as dt
import math
import re

from risksim.language import N_, Language, _, spoken

NOTED = (N_("and"), N_("fitted"), N_("mean"), N_("median"), N_("sd"), N_("over"), N_("weights of the evidence"))
"""Words in the notation of laws."""
_DANISH = str.maketrans(",.", ".,")


def written(text: str, language: Language | None = None) -> str:
    """A number that Python wrote, as ``1,234.5``, in the marks of a language; left out, of the one spoken.

    Examples
    --------
    >>> written("1,234,567.8", "da")
    '1.234.567,8'
    """
    return text.translate(_DANISH) if (language or spoken()) == "da" else text


def number(value: float, form: str = ",", language: Language | None = None) -> str:
    """A number in a form of Python's, in the marks of a language; left out, of the one spoken.

    Examples
    --------
    >>> number(1234567)
    '1,234,567'
    >>> number(1234.5, ",.1f", "da")
    '1.234,5'
    """
    return written(f"{value:{form}}", language)


def marked(text: str) -> str:
    """A law as the program notes it, as ``15 % Beta(6, 16)``: lists with semicolons where commas begin decimals.

    Examples
    --------
    >>> marked("Lognormal(median 1.02, sigma 0.25)")
    'Lognormal(median 1.02, sigma 0.25)'
    """
    if spoken() == "en":
        return text
    listed = re.sub(r",(?!\d{3}(?!\d))", ";", text)
    for word in NOTED:
        listed = re.sub(rf"\b{word}\b", _(word), listed)
    return re.sub(r"(?<=\d)[.,](?=\d)", lambda mark: mark[0].translate(_DANISH), listed)


def long_date(day: dt.date, language: Language | None = None) -> str:
    """A day in words, as sentences want it; tables and files write 2026-11-21 in every language.

    Examples
    --------
    >>> long_date(dt.date(2026, 11, 21), "en"), long_date(dt.date(2026, 11, 21), "da")
    ('21 November 2026', '21. november 2026')
    """
    from babel.dates import format_date

    tongue = language or spoken()
    return str(format_date(day, "d. MMMM y" if tongue == "da" else "d MMMM y", tongue))


def uncertain_digit(standard_error: float) -> int:
    """Decimal place of the first uncertain digit: 2 for 0.03, -4 for 21,000."""
    return -math.floor(math.log10(standard_error))


def rounded(value: float, standard_error: float, most_places: int, language: Language | None = None) -> str:
    """A number rounded to its first uncertain digit, thousands grouped.

    Parameters
    ----------
    value : float
        The number.
    standard_error : float
        Its simulation error, in the same unit; 0 or nan where there is none.
    most_places : int
        Decimal places shown at most.
    language : {"en", "da"}, optional
        Whose marks group thousands and begin decimals; left out, the one spoken.

    Returns
    -------
    str

    Examples
    --------
    >>> rounded(-257587.48, 431.0, 0)
    '-257,600'
    >>> rounded(0.31139, 0.0, 3)
    '0.311'
    >>> rounded(-257587.48, 431.0, 0, "da")
    '-257.600'
    """
    if math.isnan(value):
        return "-"
    places = most_places
    if standard_error > 0 and math.isfinite(standard_error):
        places = min(most_places, uncertain_digit(standard_error))
    shown = round(value, places)
    text = f"{shown:,.{max(places, 0)}f}"
    text = text.replace("-0", "0", 1) if float(text.replace(",", "")) == 0.0 else text
    return written(text, language)


def percent(value: float, standard_error: float = 0.0, most_places: int = 2, language: Language | None = None) -> str:
    """A share or a rate in per cent, rounded to its first uncertain digit.

    Examples
    --------
    >>> percent(0.311386, 0.0005)
    '31.14 %'
    >>> percent(0.311386, 0.0005, language="da")
    '31,14 %'
    """
    text = rounded(100.0 * value, 100.0 * standard_error, most_places, language)
    return text if text == "-" else f"{text} %"


def plus_minus(standard_error: float, scale: float = 1.0, language: Language | None = None) -> str:
    """A standard error with one uncertain digit more than its first, as ``± 430``; empty where there is none."""
    if math.isnan(standard_error) or standard_error == 0.0:
        return ""
    error = scale * standard_error
    places = uncertain_digit(error) + 1
    return f"± {written(f'{round(error, places):,.{max(places, 0)}f}', language)}"
