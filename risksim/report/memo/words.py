"""Sentences and cells made from numbers: amounts, shares, futures, years and lists, in the language spoken."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from risksim.language import N_, _, plural, spoken
from risksim.metrics.summary import Withheld
from risksim.report.document import Beside, Block, Bullets, Cell, Paragraph, Table
from risksim.report.numbers import rounded, uncertain_digit, written

if TYPE_CHECKING:
    from risksim.metrics.precision import Estimate
    from risksim.metrics.summary import Statistic

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
KEPT_TOGETHER = "\N{NO-BREAK SPACE}"
MILLION = 1e6
ROUND_MILLION = 999_500.0
"""Amounts from here on are told in millions: what would be rounded to 1,000,000 is among them."""
DIGITS = 3
"""Significant digits of an amount in a sentence at most."""
EXACT_DIGITS = 4
"""The same of an amount that no simulation made."""
SMALL = 1_000.0
"""Exact amounts below this are told with what is below one unit. [currency]"""
PLACES_OF_A_SHARE = 1
"""Decimals of a percentage that a board reads at most."""
VAGUE = 0.05
"""A standard error of a probability from which on its number of futures is a rough one. [1]"""

PARTIES = {
    "municipality": (N_("municipality"), N_("the municipality")),
    "region": (N_("region"), N_("the region")),
    "state": (N_("state"), N_("the state")),
    "outcome fund": (N_("outcome fund"), N_("the outcome fund")),
    "outcomes fund": (N_("outcome fund"), N_("the outcome fund")),
    "investor": (N_("investor"), N_("the investor")),
    "investors": (N_("investors"), N_("the investors")),
    "provider": (N_("provider"), N_("the provider")),
    "foundation": (N_("foundation"), N_("the foundation")),
    "bank": (N_("bank"), N_("the bank")),
    "total": (N_("all budgets together"), N_("all budgets together")),
    "all payers": (N_("all payers"), N_("all payers")),
}
"""Parties that are no names, bare and with the article; whoever has a name keeps it as the file writes it."""


# Numbers


def number(value: float, error: float = 0.0, places: int = 0) -> str:
    """A number to the digit that its error supports, with a true minus sign.

    Examples
    --------
    >>> number(-257587.48, 431.0)
    '−257,600'
    """
    if math.isnan(value) or math.isinf(value):
        return DASH
    return rounded(value, error, places, spoken()).replace("-", MINUS)


def count(value: float) -> str:
    """A whole number, thousands grouped."""
    return number(value)


def share(value: float, error: float = 0.0, places: int = PLACES_OF_A_SHARE) -> str:
    """A share or a rate as a table shows it.

    Examples
    --------
    >>> share(0.0312).replace(KEPT_TOGETHER, " ")
    '3.1 %'
    """
    text = number(100.0 * value, 100.0 * error, places)
    text = text if error else _without_noughts(text)
    return text if text == DASH else f"{text}{KEPT_TOGETHER}%"


def rate(value: float, error: float = 0.0, places: int = 2) -> str:
    """A share or a rate in a sentence; trailing noughts are left out where it is exact."""
    if math.isnan(value):
        return _("none")
    text = number(100.0 * value, 100.0 * error, places)
    if not error:
        text = _without_noughts(text)
    return _("{number} %", number=text).replace(" ", KEPT_TOGETHER)


def _without_noughts(text: str) -> str:
    """Drop what decimals do not tell."""
    mark = "," if spoken() == "da" else "."
    return text.rstrip("0").rstrip(mark) if mark in text else text


# Money


def money(value: float, currency: str, error: float = 0.0, digits: int | None = None) -> str:
    """An amount in a sentence, in millions from a million on.

    Parameters
    ----------
    value : float
        The amount. [currency]
    currency : str
        Its code, as ``DKK``.
    error : float
        Its simulation error; 0 where it is exact.
    digits : int, optional
        Significant digits at most.

    Returns
    -------
    str

    Examples
    --------
    >>> money(3_200_000.0, "DKK").replace(KEPT_TOGETHER, " ")
    'DKK 3.2m'
    """
    if math.isnan(value):
        return _("not known")
    error = 0.0 if math.isnan(error) else error
    is_millions = abs(value) >= ROUND_MILLION
    scale = MILLION if is_millions else 1.0
    places = _places(max(abs(value / scale), 1.0), digits or (DIGITS if error else EXACT_DIGITS))
    if not is_millions:
        places = min(0, places) if error or digits else (0 if abs(value) >= SMALL else 2)
    text = number(value / scale, error / scale, places)
    if not error:
        text = _without_noughts(text)
    if spoken() == "da":
        unit = "kr." if currency == "DKK" else currency
        text = f"{text} mio. {unit}" if is_millions else f"{text} {unit}"
    else:
        text = f"{currency} {text}m" if is_millions else f"{currency} {text}"
    return text.replace(" ", KEPT_TOGETHER)


def key_money(value: float, currency: str, error: float = 0.0) -> str:
    """An amount in large type, as short as it can be told."""
    return money(value, currency, error, 2 if ROUND_MILLION <= abs(value) < 10 * MILLION else DIGITS)


def money_of(estimate: Estimate, currency: str) -> str:
    """An estimated amount in a sentence."""
    return money(estimate.value, currency, error_of(estimate))


def _places(value: float, digits: int) -> int:
    """Decimals that leave so many significant digits."""
    return digits if value == 0.0 else digits - 1 - math.floor(math.log10(abs(value)))


def error_of(estimate: Estimate) -> float:
    """What digits are cut by: the standard error, or a fourth of the interval where there is none. Never nan."""
    if not math.isnan(estimate.standard_error) and estimate.standard_error > 0.0:
        return estimate.standard_error
    width = (estimate.high - estimate.low) / 4.0
    return width if math.isfinite(width) else 0.0


# Chances


def futures(chance: Estimate) -> str:
    """A probability as a number of futures, bounded where no or every path showed it.

    Parameters
    ----------
    chance : Estimate
        The probability. [1]

    Returns
    -------
    str
        What may follow "the capital comes back": ``in 72 of 100 futures``.
    """
    p, whole = chance.value, round(100.0 * chance.value) if not math.isnan(chance.value) else 0
    if math.isnan(p):
        return _("in a number of futures that is not known")
    if p == 0.0:
        return _("in none of the simulated futures") if chance.high > 0.0 else _("in no future")
    if p == 1.0:
        return _("in all of the simulated futures") if chance.low < 1.0 else _("in every future")
    if whole == 0:
        return _("in fewer than 1 of 100 futures")
    if whole == 100:
        return _("in more than 99 of 100 futures")
    if chance.standard_error > VAGUE:
        return _("in about {whole} of 100 futures", whole=whole)
    return _("in {whole} of 100 futures", whole=whole)


def of_hundred(chance: Estimate) -> str:
    """The same as a figure in large type: ``72 of 100``."""
    p, whole = chance.value, round(100.0 * chance.value) if not math.isnan(chance.value) else 0
    if math.isnan(p):
        return DASH
    if p == 0.0:
        return _("never seen") if chance.high > 0.0 else _("never")
    if p == 1.0:
        return _("always seen") if chance.low < 1.0 else _("always")
    if whole == 0:
        return _("under 1 of 100")
    if whole == 100:
        return _("over 99 of 100")
    return _("{whole} of 100", whole=whole)


def other_way(chance: Estimate) -> Estimate:
    """The probability that it does not happen."""
    return chance._replace(value=1.0 - chance.value, low=1.0 - chance.high, high=1.0 - chance.low)


def probability(chance: Estimate) -> str:
    """A probability as a table shows it; what was never or always seen is a bound."""
    if math.isnan(chance.value):
        return DASH
    if chance.value == 0.0 and chance.high > 0.0:
        return _("under {share}", share=_bound(chance.high))
    if chance.value == 1.0 and chance.low < 1.0:
        return _("over {share}", share=_bound(1.0 - chance.low, of_certainty=True))
    error = error_of(chance)
    places = min(PLACES_OF_A_SHARE, uncertain_digit(100.0 * error)) if error > 0.0 else PLACES_OF_A_SHARE
    shown = round(100.0 * chance.value, places)
    if 0.0 < chance.value < 1.0 and shown in (0.0, 100.0):
        least = min(10.0 ** -(2 + places), 0.5)
        bound = share(least if shown == 0.0 else 1.0 - least, places=PLACES_OF_A_SHARE)
        return _("under {share}", share=bound) if shown == 0.0 else _("over {share}", share=bound)
    return share(chance.value, error)


def _bound(distance: float, *, of_certainty: bool = False) -> str:
    """A bound on a probability by how far it lies from nothing or from certainty, rounded outward to one digit."""
    places = min(4, max(0, uncertain_digit(100.0 * distance)))
    step = 10.0 ** -(places + 2)
    outward = math.ceil(distance / step - 1e-9) * step
    return share(1.0 - outward if of_certainty else outward, places=places)


def return_of(statistic: Statistic) -> str:
    """A rate of return in a table; none where it would mislead."""
    if isinstance(statistic, Withheld) or math.isnan(statistic.value):
        return _("none")
    return share(statistic.value, error_of(statistic))


# Cells


def text_cell(text: str) -> Cell:
    """A cell that is only read."""
    return Cell(text)


def money_cell(value: float, error: float = 0.0, digits: int | None = None) -> Cell:
    """An amount without its currency, to so many digits at most."""
    if math.isnan(value):
        return Cell(DASH)
    error = 0.0 if math.isnan(error) else error
    places = 0 if digits is None else min(0, _places(value, digits))
    if error > 0.0 and math.isfinite(error):
        places = min(places, uncertain_digit(error))
    return Cell(number(value, error, places), value, "money", max(places, 0))


def estimate_cell(estimate: Estimate) -> Cell:
    """An estimated amount, to four digits at most."""
    return money_cell(estimate.value, error_of(estimate), EXACT_DIGITS)


def loss_cell(estimate: Estimate) -> Cell:
    """A mean loss in the tail; what even there is none of is said so."""
    found = estimate_cell(estimate)
    return found._replace(text=_("no loss")) if estimate.value <= 0.0 else found


def probability_cell(chance: Estimate) -> Cell:
    """A probability."""
    if math.isnan(chance.value):
        return Cell(DASH)
    return Cell(probability(chance), chance.value, "percent", _supported(100.0 * error_of(chance), PLACES_OF_A_SHARE))


def share_cell(value: float, error: float = 0.0, places: int = PLACES_OF_A_SHARE) -> Cell:
    """A share or a rate."""
    if math.isnan(value):
        return Cell(DASH)
    return Cell(share(value, error, places), value, "percent", _supported(100.0 * error, places))


def return_cell(statistic: Statistic) -> Cell:
    """A rate of return."""
    if isinstance(statistic, Withheld) or math.isnan(statistic.value):
        return Cell(_("none"))
    return share_cell(statistic.value, error_of(statistic))


def number_cell(value: float, error: float = 0.0, places: int = 2) -> Cell:
    """A plain number."""
    if math.isnan(value) or math.isinf(value):
        return Cell(DASH)
    return Cell(number(value, error, places), value, "number", _supported(error, places))


def people_cell(value: float, error: float = 0.0) -> Cell:
    """A number of people."""
    if math.isnan(value):
        return Cell(DASH)
    return Cell(number(value, error, 1), value, "people", _supported(error, 1))


def _supported(error: float, most: int) -> int:
    """Decimals that an error supports."""
    if error > 0.0 and math.isfinite(error):
        return max(0, min(most, uncertain_digit(error)))
    return most


# Changes


def change(estimate: Estimate, scale: float = 1.0, places: int = 0) -> str:
    """A difference with its sign; none where the error leaves no sign to tell."""
    if math.isnan(estimate.value):
        return DASH
    if estimate.value == 0.0:
        return "0"
    text = number(scale * estimate.value, scale * error_of(estimate), places)
    return text if text.startswith(MINUS) or not re.search("[1-9]", text) else f"+{text}"


def change_cell(estimate: Estimate, scale: float = 1.0, places: int = 0) -> Cell:
    """A difference of amounts, or of shares in percentage points where the scale is 100."""
    if math.isnan(estimate.value):
        return Cell(DASH)
    error = error_of(estimate)
    most = places if scale != 1.0 else min(places, _places(estimate.value, EXACT_DIGITS))
    return Cell(
        change(estimate, scale, most), scale * estimate.value, "number", _supported(scale * error, max(most, 0))
    )


# Lists, years, names


def listing(items: Sequence[str]) -> str:
    """Things one after the other: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return _("{first} and {last}", first=", ".join(items[:-1]), last=items[-1])


def date(day: dt.date) -> str:
    """A day in words: ``21 November 2026``."""
    from babel.dates import format_date

    return format_date(
        day, "d. MMMM y" if spoken() == "da" else "d MMMM y", locale="da" if spoken() == "da" else "en_GB"
    )


def years(found: Sequence[int]) -> str:
    """Years as a span where they follow each other: ``2026–2028``, ``2026 and 2030``."""
    found = sorted(found)
    if len(found) > 2 and found[-1] - found[0] == len(found) - 1:
        return f"{found[0]}{DASH}{found[-1]}"
    return listing([str(year) for year in found])


def people(value: int) -> str:
    """People in a sentence."""
    return plural("{number} person", "{number} people", value, number=count(value))


def party(name: str, article: bool = True) -> str:
    """Somebody who pays or is paid; ``the municipality`` where the file gives no name of its own."""
    bare, whole = PARTIES.get(name, (name, name))
    return _(whole if article else bare) if name in PARTIES else name


def capital_letter(text: str) -> str:
    """A sentence that begins with whatever was put first."""
    return text[:1].upper() + text[1:]


def quoted(text: str) -> str:
    """A title of the file inside a sentence."""
    return _("“{text}”", text=text)


def decimal_mark(text: str) -> str:
    """A number that Python wrote, in the marks of the language spoken."""
    return written(text, spoken())


def ended(text: str) -> str:
    """A sentence without the second of two full stops, where it ends with an abbreviation.

    Examples
    --------
    >>> ended("kr..")
    'kr.'
    """
    return re.sub(r"(?<!\.)\.\.(?=\s|$)", ".", text)


def tidied(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks whose sentences end once."""
    return tuple(map(_tidied, blocks))


def _tidied(block: Block) -> Block:
    if isinstance(block, Paragraph):
        return block._replace(text=ended(block.text))
    if isinstance(block, Bullets):
        return block._replace(items=tuple(map(ended, block.items)))
    if isinstance(block, Beside):
        return Beside(tidied(block.blocks))
    if isinstance(block, Table):
        return block._replace(notes=tuple(map(ended, block.notes)))
    return block
