"""Numbers as text: no digit that the simulation error doesn't support."""

from __future__ import annotations

import math
from typing import Literal

Language = Literal["en", "da"]
"""English 1,234.5 or Danish 1.234,5."""

_DANISH = str.maketrans(",.", ".,")


def written(text: str, language: Language = "en") -> str:
    """A number that Python wrote, as ``1,234.5``, in the marks of a language.

    Examples
    --------
    >>> written("1,234,567.8", "da")
    '1.234.567,8'
    """
    return text.translate(_DANISH) if language == "da" else text


def uncertain_digit(standard_error: float) -> int:
    """Decimal place of the first uncertain digit: 2 for 0.03, -4 for 21,000."""
    return -math.floor(math.log10(standard_error))


def rounded(value: float, standard_error: float, most_places: int, language: Language = "en") -> str:
    """A number rounded to its first uncertain digit, thousands grouped.

    Parameters
    ----------
    value : float
        The number.
    standard_error : float
        Its simulation error, in the same unit; 0 or nan where there is none.
    most_places : int
        Decimal places shown at most.
    language : {"en", "da"}
        Whose marks group thousands and begin decimals.

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


def percent(value: float, standard_error: float = 0.0, most_places: int = 2, language: Language = "en") -> str:
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


def plus_minus(standard_error: float, scale: float = 1.0, language: Language = "en") -> str:
    """A standard error with one uncertain digit more than its first, as ``± 430``; empty where there is none."""
    if math.isnan(standard_error) or standard_error == 0.0:
        return ""
    error = scale * standard_error
    places = uncertain_digit(error) + 1
    return f"± {written(f'{round(error, places):,.{max(places, 0)}f}', language)}"
