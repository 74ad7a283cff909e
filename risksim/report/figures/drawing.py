"""What all figures share: one look, units by size, and rows that are drawn and tabled alike.

A figure is made at the size at which it is printed: 96 pixels an inch, so that 11 pixels are a little more than 8
points in a column of half a page. Colours differ in lightness too, so that a copy in grey still says the same, and
nothing is said by colour alone.
"""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from risksim.language import N_, _, spoken
from risksim.metrics.precision import Estimate
from risksim.report.answer import chance
from risksim.report.charts import SCHEMA, Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.numbers import percent, rounded, uncertain_digit, written

Row = dict[str, Any]
Width = Literal["half", "full"]

PIXELS: Mapping[Width, int] = {"half": 321, "full": 661}
"""Widths of a chart: 85 and 175 mm at 96 pixels an inch. [pixel]"""
FONT = "Open Sans, DejaVu Sans, sans-serif"
LETTER = 6.2
"""About the width of a letter at `SIZE`. [pixel]"""
SIZE = 11
"""Of all letters. [pixel]"""

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
_NEGATIVE = re.compile(r"(?<![\w)\]-])-(?=\d)")

INK = "#1a1a1a"
DIM = "#6b6b6b"
DARK, MIDDLE, LIGHT, PALE = "#0b4f80", "#4f93c4", "#a9cfe8", "#dcebf5"
"""Blues from dark to pale: what is good, likely or plain."""
WARM, WARM_LIGHT, WARM_PALE = "#b8430a", "#f2a55f", "#fdeee3"
"""What is bad or a limit."""
SERIES = ("#0b4f80", "#f0b83c", "#4f93c4", "#5b2a0a", "#a9cfe8", "#b8430a", "#dcebf5", "#6b6b6b")
"""Series one beside the other: neighbours differ in lightness."""
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3))
"""Dashes of lines, in the order in which deals take them."""

KNOWN = {
    "municipality": N_("municipality"),
    "region": N_("region"),
    "state": N_("state"),
    "outcome fund": N_("outcome fund"),
    "investor": N_("investor"),
    "investors": N_("investors"),
    "total": N_("all budgets"),
}
"""Parties that most files call by a plain word of the trade."""


def signed(text: str) -> str:
    """Words with a true minus sign before negative numbers; a dash where there is no number.

    Examples
    --------
    >>> signed("from -2 to 3, 2026-11-22") == "from " + MINUS + "2 to 3, 2026-11-22"
    True
    """
    return DASH if text == "-" else _NEGATIVE.sub(MINUS, text)


def party(name: str) -> str:
    """A party as a reader knows it: words of the trade in the language spoken, names as the file has them."""
    plain = name.replace("_", " ")
    return _(KNOWN[plain]) if plain in KNOWN else plain


class Unit(NamedTuple):
    """In what money is shown, by its size."""

    scale: float
    """[currency]"""
    title: str
    """As it stands beside an axis."""
    currency: str
    """As it stands after an amount."""
    places: int
    """Decimals of an amount in the unit that show about three digits of the largest."""

    @property
    def axis(self) -> Row:
        """How an axis labels amounts, which are in whole currency."""
        small = ",.2~f" if self.places < 4 else f".{self.places}~f"
        return {"labelExpr": f"format(datum.value / {self.scale:.0f}, '{small}')"}

    def short(self, value: float, error: float = 0.0) -> str:
        """An amount in the unit, without it."""
        return rounded(value / self.scale, error / self.scale, self.places, spoken())

    def prose(self, value: float, error: float = 0.0) -> str:
        """An amount with its unit, as it stands in a sentence."""
        if self.scale == 1e3:
            error = max(error, 10.0 ** (3 - self.places)) if value else error
            return f"{rounded(value, error, 0, spoken())} {self.currency}"
        return f"{self.short(value, error)} {self.title}"


def unit_of(amounts: Iterable[float], currency: str) -> Unit:
    """In what amounts are shown: the currency, thousands, millions or thousand millions of it.

    Parameters
    ----------
    amounts : iterable of float
        All that is drawn. [currency]
    currency : str
        Its code.

    Returns
    -------
    Unit
    """
    largest = max((abs(amount) for amount in amounts if math.isfinite(amount)), default=0.0)
    name = "kr." if currency == "DKK" and spoken() == "da" else currency
    scale, title = 1.0, name
    if largest >= 2e9:
        scale, title = 1e9, _("bn {currency}", currency=name)
    elif largest >= 1e6:
        scale, title = 1e6, _("m {currency}", currency=name)
    elif largest >= 1e4:
        scale, title = 1e3, _("1,000 {currency}", currency=name)
    places = 2 - math.floor(math.log10(largest / scale)) if largest > 0.0 else 0
    return Unit(scale, title, name, min(max(places, 0), 6))


def error_of(estimate: Estimate) -> float:
    """The standard error of an estimate; half its half width where it only has an interval, 0 where it has none."""
    if math.isfinite(estimate.standard_error):
        return estimate.standard_error
    wide = (estimate.high - estimate.low) / 4.0
    return wide if math.isfinite(wide) else 0.0


def chance_text(estimate: Estimate) -> str:
    """A probability to the digit that its error supports; a short bound where it was never or always seen."""
    text = chance(estimate, spoken())[0]
    if estimate.value == 0.0 < estimate.high < 0.5:
        return _("below {share}", share=short_percent(_outward(estimate.high)))
    if estimate.value == 1.0 > estimate.low > 0.5:
        return _("above {share}", share=short_percent(1.0 - _outward(1.0 - estimate.low)))
    return text


def _outward(small: float) -> float:
    """A small probability rounded up to one digit."""
    step = 10.0 ** math.floor(math.log10(small))
    return round(math.ceil(small / step - 1e-9) * step, 12)


def short_percent(share: float) -> str:
    """A share in per cent without noughts at its end.

    Examples
    --------
    >>> short_percent(0.035)
    '3.5 %'
    """
    return f"{written(f'{100.0 * share:.6g}', spoken())} %"


def share_in_prose(estimate: Estimate) -> str:
    """A probability as it stands in a sentence."""
    return in_prose(chance_text(estimate))


def in_prose(text: str) -> str:
    """Percentages as a sentence has them."""
    return text.replace(" %", " pct.") if spoken() == "da" else text


def level(share: float) -> str:
    """The name of a quantile, as ``5 %``."""
    return percent(share, 0.0, 0, spoken())


# Cells of the table behind a chart


def word(text: object) -> Cell:
    """A cell of text."""
    return Cell(str(text), str(text))


def amount(estimate: Estimate | float) -> Cell:
    """A cell of money, in whole currency."""
    value, error = (estimate.value, error_of(estimate)) if isinstance(estimate, Estimate) else (estimate, 0.0)
    most = 0 if abs(value) >= 100 or value == 0 else 2
    return Cell(rounded(value, error, most, spoken()), _there(value), "money", _places(error, most))


def share(estimate: Estimate | float, most: int = 2) -> Cell:
    """A cell of a probability or a share."""
    if isinstance(estimate, Estimate):
        places = _places(100.0 * error_of(estimate), most)
        return Cell(chance_text(estimate), _there(estimate.value), "percent", places)
    return Cell(percent(estimate, 0.0, most, spoken()), _there(estimate), "percent", most)


def number(value: float, text: str, places: int = 0) -> Cell:
    """A cell of a plain number."""
    return Cell(text, _there(value), "number", places)


def _there(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _places(error: float, most: int) -> int:
    return max(0, min(most, uncertain_digit(error))) if error > 0.0 else most


# Specifications


def drawn(
    name: str,
    layers: Sequence[Spec],
    rows: Sequence[Row],
    table: Table,
    alt: str,
    caption: str,
    width: Width = "full",
    height: float = 200.0,
    **more: Any,
) -> Chart:
    """A chart of some rows, at the size at which it is printed.

    Parameters
    ----------
    name : str
        A key that is the same in all languages.
    layers : sequence of dict
        Marks with their encodings, drawn one over the other.
    rows : sequence of dict
        The data.
    table : Table
        The same numbers to be read.
    alt : str
        What is seen.
    caption : str
        What stands above it.
    width : {"half", "full"}
        Share of the width of the page.
    height : float
        Of the whole chart. [pixel]
    **more
        Further keys of the specification.

    Returns
    -------
    Chart
    """
    alt = signed(alt.replace("..", "."))  # where an abbreviation ends a sentence
    table = table._replace(
        caption=signed(table.caption),
        rows=tuple(tuple(cell._replace(text=signed(cell.text)) for cell in row) for row in table.rows),
        notes=tuple(map(signed, table.notes)),
    )
    spec: Spec = {
        "$schema": SCHEMA,
        "description": alt,
        "width": PIXELS[width],
        "height": round(height),
        "padding": 4,
        "autosize": {"type": "fit", "contains": "padding"},
        "background": "white",
        "data": {"values": _signed(list(rows))},
        "layer": _signed(list(layers)),
        "config": config(),
    } | more
    return Chart(name, spec, alt, table, caption, width)


_FORMULAS = ("labelExpr", "filter", "calculate", "test", "field", "expr")
"""Keys of a specification whose words are reckoned with and not read."""


def _signed(spec: Any) -> Any:
    """A specification whose words have a true minus sign."""
    if isinstance(spec, str):
        return signed(spec)
    if isinstance(spec, list):
        return [_signed(each) for each in spec]
    if isinstance(spec, dict):
        return {name: each if name in _FORMULAS else _signed(each) for name, each in spec.items()}
    return spec


def config() -> Spec:
    """The look of all figures, with the marks of the language spoken in their numbers."""
    comma = spoken() == "da"
    number = {
        "decimal": "," if comma else ".",
        "thousands": "." if comma else ",",
        "grouping": [3],
        "currency": ["", " kr."] if comma else ["DKK ", ""],
        "minus": MINUS,
    }
    letters = {"labelFontSize": SIZE, "titleFontSize": SIZE, "titleFontWeight": "normal"}
    colours = {"labelColor": INK, "titleColor": INK}
    return {
        "font": FONT,
        "locale": {"number": number},
        "view": {"stroke": None},
        "axis": {"grid": False, "domainColor": DIM, "tickColor": DIM, "labelLimit": 400, **letters, **colours},
        "legend": {
            **letters,
            **colours,
            "orient": "top",
            "title": None,
            "labelLimit": 320,
            "symbolSize": 90,
            "offset": 4,
            "rowPadding": 2,
            "columnPadding": 10,
        },
        "text": {"fontSize": SIZE, "color": INK},
        "rule": {"color": INK},
    }


def quantity(field: str, title: str | None, axis: Row | None = None, **scale: Any) -> Row:
    """An axis of numbers."""
    found: Row = {"field": field, "type": "quantitative", "title": title, "axis": axis or {}}
    return found | ({"scale": scale} if scale else {})


def listed(labels: Sequence[str], field: str = "row", **more: Any) -> Row:
    """An axis of named rows, from the top down; line breaks in a label begin a new line."""
    said = json.dumps(list(map(signed, labels)), ensure_ascii=False)
    wide = LETTER * max((len(line) for label in labels for line in label.split("\n")), default=1)
    return {
        "field": field,
        "type": "ordinal",
        "sort": list(range(len(labels))),
        "title": None,
        "axis": {
            "labelExpr": f"split({said}[datum.value], '\\n')",
            "labelLimit": round(wide * 1.3) + 20,
            "labelLineHeight": SIZE + 2,
            "labelPadding": 6,
            "ticks": False,
            "domain": False,
        },
    } | more


def wrapped(text: str, letters: int, lines: int = 2) -> str:
    r"""A name on a few lines, cut where it is longer still; the table has it whole.

    Examples
    --------
    >>> wrapped("success rate of employment after a year", 16)
    'success rate of\nemployment …'
    """
    return "\n".join(textwrap.wrap(text, letters, max_lines=lines, placeholder=" …")) or text


def key(domain: Sequence[str], colours: Sequence[str], **legend: Any) -> Row:
    """The scale of named colours, with what the legend needs."""
    return {"scale": {"domain": list(domain), "range": list(colours)}, "legend": legend or {}}


def columns_for(labels: Sequence[str], width: Width) -> int:
    """As many names beside each other in a legend as there is room for."""
    wide = LETTER * max(map(len, labels)) + 32
    return max(1, min(len(labels), int((PIXELS[width] - 50) // wide)))


def rule(at: float, axis: Literal["x", "y"] = "x", **mark: Any) -> Spec:
    """A line across the chart."""
    return {
        "data": {"values": [{"at": at}]},
        "mark": {"type": "rule", "color": INK, **mark},
        "encoding": {axis: {"field": "at", "type": "quantitative"}},
    }


END: Row = {"titleAnchor": "end"}
"""A title that may be longer than its axis, under which there is room to the left."""


def shares(**more: Any) -> Row:
    """How an axis labels shares."""
    return {"labelExpr": "format(100 * datum.value, ',.2~f') + ' %'", **more}


def lettered(mark: Row, encoding: Row, data: Sequence[Row] | None = None, **more: Any) -> list[Spec]:
    """Words on a white edge, so that lines may run beneath them."""
    rows = {} if data is None else {"data": {"values": list(data)}}
    edge = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round", "color": "white"}
    bare = {name: value for name, value in encoding.items() if name != "color"}
    return [
        {**rows, **more, "mark": {"type": "text", **mark, **edge}, "encoding": bare},
        {**rows, **more, "mark": {"type": "text", **mark}, "encoding": encoding},
    ]


def padded(low: float, high: float, below: float = 0.05, above: float = 0.05) -> list[float]:
    """The ends of an axis with some room at either; never of no width.

    Examples
    --------
    >>> padded(0.0, 10.0, 0.0, 0.1)
    [0.0, 11.0]
    """
    wide = high - low
    if not wide > 0.0:
        wide = abs(high) or 1.0
        return [low - 0.5 * wide, high + 0.5 * wide]
    return [low - below * wide, high + above * wide]
