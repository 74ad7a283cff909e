"""What the answer hangs on, and why futures differ."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from risksim.language import N_, _, spoken
from risksim.metrics.precision import Estimate
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures.drawing import (
    DARK,
    DASH,
    END,
    INK,
    LIGHT,
    PALE,
    WARM_LIGHT,
    Row,
    Width,
    amount,
    columns_for,
    drawn,
    error_of,
    in_prose,
    key,
    listed,
    padded,
    quantity,
    rule,
    share,
    shares,
    unit_of,
    word,
    wrapped,
)
from risksim.report.figures.marks import along, fitted, lines_of
from risksim.report.figures.marks import bars as bars_of
from risksim.report.memo.titles import input_words, input_worth
from risksim.report.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from risksim.analysis.memo import Facts
    from risksim.analysis.sensitivity import Bar
    from risksim.analysis.variance import PartOf
    from risksim.report.figures.drawing import Unit

LETTERS = {"half": 24, "full": 40}
"""Letters of a name on one line."""
LABEL_LINE = 13
"""[pixel]"""
MOST_OUTCOMES = 2
"""Outcomes whose variance is shown beside money."""
ROOM_FOR_LABEL = {"half": 0.14, "full": 0.07}
"""A part of a bar that is at least so long has its share written in it. [1]"""


def tornado(facts: Facts, width: Width = "half") -> Chart | None:
    """The mean net present value with each driver held at a low and a high value.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where nothing is uncertain.
    """
    if facts.drivers is None:
        return None
    found = facts.drivers.found
    by_name = {bar.input: bar for bar in found.tornado}
    bars = [by_name[name] for name in facts.drivers.first if name in by_name]
    bars.sort(key=lambda bar: -abs(bar.npv.swing.value))
    if not bars:
        return None
    titles = [input_words(facts, bar.input) for bar in bars]
    ranges = [_range(facts, bar) for bar in bars]
    labels = [
        f"{wrapped(title, LETTERS[width])}\n{wrapped(values, LETTERS[width] + 4, 1)}"
        for title, values in zip(titles, ranges, strict=True)
    ]
    base = found.base_npv.value
    rows = _ends_of(bars, base)
    values = [row["npv"] for row in rows]
    unit = unit_of([*values, base], facts.deal.currency)
    table = Table(
        "drivers",
        _(
            "Mean net present value of all investors with one input held, {currency} (as it stands: {base})",
            currency=facts.deal.currency,
            base=amount(found.base_npv).text,
        ),
        (_("input"), _("held at"), _("with the low value"), _("with the high value"), _("difference")),
        tuple(
            (word(name), word(values), amount(bar.npv.low), amount(bar.npv.high), amount(bar.npv.swing))
            for name, values, bar in zip(titles, ranges, bars, strict=True)
        ),
        (_("One input is held at its 10 % and at its 90 % point; all else stays as drawn."),),
    )
    low, high = (unit.prose(end.value, error_of(end)) for end in (bars[0].npv.low, bars[0].npv.high))
    alt = _(
        "Bars of the mean net present value with one input at a low and at a high value. Most hangs on this one: "
        "{input}. With {values} it goes from {low} to {high}.",
        input=titles[0],
        values=ranges[0],
        low=low,
        high=high,
    )
    height = 70.0 + (LABEL_LINE * lines_of(labels) + 5) * len(bars)
    layers = _about(base, values, unit, listed(labels))
    return drawn("drivers", layers, rows, table, alt, _("What the answer hangs on most"), width, height)


def _ends_of(bars: list[Bar], base: float) -> list[Row]:
    kinds = (_("low value"), _("high value"))
    return [
        {"row": place, "input": bar.input, "end": end, "kind": kinds[side], "npv": npv.value, "base": base}
        for place, bar in enumerate(bars)
        for side, (end, npv) in enumerate((("low", bar.npv.low), ("high", bar.npv.high)))
    ]


def _about(base: float, values: list[float], unit: Unit, down: Row) -> list[Spec]:
    """Bars to both sides of the deal as it stands."""
    kinds = (_("low value"), _("high value"))
    domain = padded(min(*values, base), max(*values, base), 0.04, 0.04)
    axis = unit.axis | END | {"tickCount": 4, "grid": True}
    x = fitted("base", _("mean present value in {unit}", unit=unit.title), axis, domain)
    colours = {"field": "kind", "type": "nominal", **key(kinds, (LIGHT, DARK), symbolType="square")}
    layers = [bars_of(down, x, "npv", 0.55, colours), rule(base, strokeWidth=1.2)]
    return [*layers, rule(0.0, strokeDash=[4, 3])] if domain[0] < 0.0 < domain[1] else layers


SIZE_OF_LINE = 14
"""[pixel]"""


def _range(facts: Facts, bar: Bar) -> str:
    """Both values at which an input is held, the unit said once."""
    assert facts.drivers is not None
    told = next(one for one in facts.drivers.found.inputs if one.input == bar.input)
    low, high = (input_worth(facts, bar.input, value, told.unit) for value in (bar.low_value, bar.high_value))
    unit = re.search(r"\s[^\d\s][^\d]*$", high)
    return _("{low} to {high}", low=low.removesuffix(unit[0]) if unit else low, high=high)


PARTS = (N_("what nobody knows"), N_("what all share"), N_("luck of small numbers"))
"""Why futures differ."""
COLOURS = (DARK, WARM_LIGHT, PALE)


def split(facts: Facts, width: Width = "half") -> Chart | None:
    """Why futures differ: a bar for each quantity, cut into the parts of its variance.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where nothing varies.
    """
    if facts.split is None:
        return None
    varying = [one for one in facts.split.of if one.split.not_known.value == one.split.not_known.value]
    money = [one for one in varying if one.quantity != "achieved"]
    shown = money + [one for one in varying if one.quantity == "achieved"][:MOST_OUTCOMES]
    if not shown:
        return None
    titles = dict(facts.deal.outcomes)
    names = [_quantity(one, titles) for one in shown]
    rows = [row for place, one in enumerate(shown) for row in _rows_of_parts(place, names[place], one, width)]
    there = [part for part in range(len(PARTS)) if any(_parts(one)[part] is not None for one in shown)]
    kinds = [_(PARTS[part]) for part in there]
    labels = [wrapped(name, LETTERS[width] - (6 if width == "half" else 0), 3) for name in names]
    table = Table(
        "why-futures-differ",
        _("Shares of the variance"),
        ("", *kinds),
        tuple(
            (word(name), *(_cell(_parts(one)[part]) for part in there)) for name, one in zip(names, shown, strict=True)
        ),
        (_("Shares below nothing, which the simulation error can make, are shown as 0."),),
    )
    said = [
        f"{_(PARTS[part])} {_share(found).text}" for part, found in enumerate(_parts(shown[0])) if found is not None
    ]
    alt = _(
        "Bars of why futures differ, as shares of the variance. {quantity}: {parts}.",
        quantity=names[0],
        parts=", ".join(said),
    )
    in_rows = columns_for(kinds, width)
    legend = key(kinds, [COLOURS[part] for part in there], columns=in_rows, symbolType="square")
    layers = _stacked(rows, listed(labels), legend, width)
    height = 84.0 + (SIZE_OF_LINE * lines_of(labels) + 10) * len(labels) + 18 * (-(-len(kinds) // in_rows) - 1)
    title = _("Why futures differ")
    return drawn("why-futures-differ", layers, rows, table, in_prose(alt), title, width, height)


def _rows_of_parts(place: int, name: str, one: PartOf, width: Width) -> Iterator[Row]:
    """The parts of the variance of a quantity, one after the other."""
    start = 0.0
    for part, estimate in enumerate(_parts(one)):
        if estimate is None:
            continue
        size = _held(estimate)
        said = percent(size, estimate.standard_error, 0, spoken())
        yield {
            "row": place,
            "name": name,
            "part": _(PARTS[part]),
            "share": size,
            "from": start,
            "to": start + size,
            "said": said if size >= ROOM_FOR_LABEL[width] else "",
            "dark": part == 0,
        }
        start += size


def _stacked(rows: list[Row], down: Row, legend: Row, width: Width) -> list[Spec]:
    """Stacked bars with their shares written in them."""
    long = max(1.0, *(row["to"] for row in rows))
    axis = shares(tickCount=5 if width == "full" else 2, **END)
    x = quantity("from", _("share of the variance"), axis, domain=[0, long], nice=False)
    return [
        bars_of(down, x, "to", 0.62, {"field": "part", "type": "nominal", **legend}),
        {
            "transform": [{"calculate": "(datum.from + datum.to) / 2", "as": "middle"}],
            "mark": {"type": "text", "baseline": "middle"},
            "encoding": {
                "y": down,
                "x": along("middle"),
                "text": {"field": "said"},
                "color": {"condition": {"test": "datum.dark", "value": "white"}, "value": INK},
            },
        },
    ]


def _cell(part: Estimate | None) -> Cell:
    return Cell(DASH) if part is None else _share(part)


def _parts(one: PartOf) -> tuple[Estimate | None, ...]:
    return (one.split.not_known, one.split.shared, one.split.small_numbers)


def _held(estimate: Estimate) -> float:
    return min(max(estimate.value, 0.0), 1.0)


def _share(estimate: Estimate) -> Cell:
    size = _held(estimate)
    return share(size, 1)._replace(text=percent(size, estimate.standard_error, 1, spoken()))


def _quantity(one: PartOf, titles: dict[str, str]) -> str:
    if one.quantity == "npv":
        return _("investors' net present value")
    if one.quantity == "repayment":
        return _("repayment in all")
    return titles.get(one.outcome or "") or (one.outcome or "").replace("_", " ")
