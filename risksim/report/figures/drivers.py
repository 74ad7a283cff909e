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
from risksim.report.memo.titles import input_words, input_worth
from risksim.report.numbers import percent

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts
    from risksim.analysis.sensitivity import Bar
    from risksim.analysis.variance import PartOf

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
    base = found.base_npv.value
    titles = [input_words(facts, bar.input) for bar in bars]
    ranges = [_range(facts, bar) for bar in bars]
    labels = [
        f"{wrapped(title, LETTERS[width])}\n{wrapped(values, LETTERS[width] + 4, 1)}"
        for title, values in zip(titles, ranges, strict=True)
    ]
    kinds = (_("low value"), _("high value"))
    rows: list[Row] = [
        {"row": place, "input": bar.input, "end": end, "kind": kinds[side], "npv": npv.value, "base": base}
        for place, bar in enumerate(bars)
        for side, (end, npv) in enumerate((("low", bar.npv.low), ("high", bar.npv.high)))
    ]
    values = [row["npv"] for row in rows]
    unit = unit_of([*values, base], facts.deal.currency)
    domain = padded(min(*values, base), max(*values, base), 0.04, 0.04)
    down = listed(labels)
    title = _("mean present value in {unit}", unit=unit.title)
    axis = unit.axis | END | {"tickCount": 4, "grid": True}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "stroke": INK, "strokeWidth": 0.5, "height": {"band": 0.55}},
            "encoding": {
                "y": down,
                "x": quantity("base", title, axis, domain=domain, nice=False, zero=False),
                "x2": {"field": "npv"},
                "color": {"field": "kind", "type": "nominal", **key(kinds, (LIGHT, DARK), symbolType="square")},
            },
        },
        rule(base, strokeWidth=1.2),
    ]
    if domain[0] < 0.0 < domain[1]:
        layers.append(rule(0.0, strokeDash=[4, 3]))
    caption = _("What the answer hangs on most")
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
    first = bars[0]
    alt = _(
        "Bars of the mean net present value with one input at a low and at a high value. Most hangs on this one: "
        "{input}. With {values} it goes from {low} to {high}.",
        input=titles[0],
        values=ranges[0],
        low=unit.prose(first.npv.low.value, error_of(first.npv.low)),
        high=unit.prose(first.npv.high.value, error_of(first.npv.high)),
    )
    lines = max(label.count("\n") + 1 for label in labels)
    height = 70.0 + (LABEL_LINE * lines + 5) * len(bars)
    return drawn("drivers", layers, rows, table, alt, caption, width, height)


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
    rows: list[Row] = []
    for place, one in enumerate(shown):
        start = 0.0
        for part, estimate in enumerate(_parts(one)):
            if estimate is None:
                continue
            size = _held(estimate)
            said = percent(size, estimate.standard_error, 0, spoken())
            rows.append(
                {"row": place, "name": names[place], "part": _(PARTS[part]), "share": size, "from": start}
                | {"to": start + size, "said": said if size >= ROOM_FOR_LABEL[width] else "", "dark": part == 0}
            )
            start += size
    kinds = [_(name) for part, name in enumerate(PARTS) if any(_parts(one)[part] is not None for one in shown)]
    colours = [colour for colour, name in zip(COLOURS, PARTS, strict=True) if _(name) in kinds]
    letters = LETTERS[width] - (6 if width == "half" else 0)
    labels = [wrapped(name, letters, 3) for name in names]
    down = listed(labels)
    long = max(1.0, *(row["to"] for row in rows))
    x = quantity(
        "from",
        _("share of the variance"),
        shares(tickCount=5 if width == "full" else 2, **END),
        domain=[0, long],
        nice=False,
    )
    legend = key(kinds, colours, columns=columns_for(kinds, width), symbolType="square")
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "stroke": INK, "strokeWidth": 0.5, "height": {"band": 0.62}},
            "encoding": {
                "y": down,
                "x": x,
                "x2": {"field": "to"},
                "color": {"field": "part", "type": "nominal", **legend},
            },
        },
        {
            "transform": [{"calculate": "(datum.from + datum.to) / 2", "as": "middle"}],
            "mark": {"type": "text", "baseline": "middle"},
            "encoding": {
                "y": down,
                "x": {"field": "middle", "type": "quantitative"},
                "text": {"field": "said"},
                "color": {"condition": {"test": "datum.dark", "value": "white"}, "value": INK},
            },
        },
    ]
    table = Table(
        "why-futures-differ",
        _("Shares of the variance"),
        ("", *kinds),
        tuple(
            (
                word(name),
                *(
                    Cell(DASH) if part is None else _share(part)
                    for number, part in enumerate(_parts(one))
                    if _(PARTS[number]) in kinds
                ),
            )
            for name, one in zip(names, shown, strict=True)
        ),
        (_("Shares below nothing, which the simulation error can make, are shown as 0."),),
    )
    first = shown[0]
    spoken_parts = [
        f"{_(PARTS[number])} {_share(part).text}" for number, part in enumerate(_parts(first)) if part is not None
    ]
    alt = _(
        "Bars of why futures differ, as shares of the variance. {quantity}: {parts}.",
        quantity=names[0],
        parts=", ".join(spoken_parts),
    )
    if spoken() == "da":
        alt = alt.replace(" %", " pct.")
    lines = max(label.count("\n") + 1 for label in labels)
    height = 84.0 + (SIZE_OF_LINE * lines + 10) * len(labels) + 18 * (-(-len(kinds) // columns_for(kinds, width)) - 1)
    return drawn("why-futures-differ", layers, rows, table, alt, _("Why futures differ"), width, height)


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
