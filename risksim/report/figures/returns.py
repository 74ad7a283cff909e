"""What all investors together are left with."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from risksim.language import _
from risksim.metrics.precision import Estimate
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures.drawing import (
    DIM,
    INK,
    LETTER,
    LIGHT,
    PIXELS,
    WARM,
    WARM_PALE,
    Row,
    Unit,
    Width,
    amount,
    drawn,
    error_of,
    in_prose,
    key,
    lettered,
    level,
    listed,
    quantity,
    rule,
    share,
    share_in_prose,
    short_percent,
    unit_of,
    word,
)
from risksim.report.figures.marks import along, around_nought, at_least, fitted, how_likely

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts, Results
    from risksim.analysis.three_lines import ThreeLines

MARKED = (0.05, 0.50, 0.95)
"""Quantiles that are marked in the histogram. [1]"""


def histogram(facts: Facts, width: Width = "full") -> Chart | None:
    """How often each result comes about, nominally.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where nobody invests, or where the result is always the same.
    """
    if facts.results is None or facts.summary is None:
        return None
    return histogram_of(facts.results, facts.summary.everybody.loss.p_loss, facts.deal.currency, width)


def histogram_of(found: Results, loss: Estimate, currency: str, width: Width = "full") -> Chart | None:
    """The same of results alone, for who draws them before anything else of a run is worked out.

    Parameters
    ----------
    found : Results
        Of all investors together.
    loss : Estimate
        The probability that less comes back than was paid in. [1]
    currency : str
        As ``DKK``.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where the result is always the same.
    """
    if not _varies(found):
        return None
    edges = found.full.edges
    unit = unit_of([*edges, found.expected], currency)
    rows = _bars(found)
    named = _sides(loss)
    for row in rows:
        row["side"] = named[0] if row["high"] <= 0.0 else named[1]
    layers: list[Spec] = [_rectangles(found, rows, named, unit, width)]
    low, high = edges[0], edges[-1]
    if low < 0.0:
        layers.insert(0, _shade(low, min(high, 0.0)))
    if found.luck is not None:
        layers += _outline()
    if low < 0.0 < high:
        layers.append(rule(0.0, strokeWidth=1.5))
    layers += _labelled(_marked(found), found.expected, (low, high), width)
    return drawn(
        "result-histogram",
        layers,
        rows,
        _histogram_table(found, currency),
        _histogram_alt(found, unit, loss),
        _("How often each result of all investors together comes about"),
        width,
        230.0,
    )


def _rectangles(found: Results, rows: list[Row], named: list[str], unit: Unit, width: Width) -> Spec:
    """The bars, by whether there is a loss."""
    luck, edges = found.luck, found.full.edges
    kinds = [*named, *([f"- - {_('luck only')}"] if luck is not None else [])]
    colours = key(kinds, [WARM, LIGHT, INK][: len(kinds)], columns=2 if width == "half" else 3, symbolType="square")
    top = max([row["drawn"] for row in rows] + [row["luck"] for row in rows if luck is not None])
    axis = unit.axis | {"tickCount": PIXELS[width] // 65}
    y = quantity(
        "drawn",
        _("share of futures"),
        {"tickCount": 4, "labelExpr": _up_to(top)},
        domain=[0, 1.34 * top],
        nice=False,
    )
    return {
        "mark": {"type": "rect", "stroke": "white", "strokeWidth": 0.5},
        "encoding": {
            "x": fitted("low", _("result in {unit}", unit=unit.title), axis, [edges[0], edges[-1]]),
            "x2": {"field": "high"},
            "y": y,
            "y2": {"datum": 0},
            "color": {"field": "side", "type": "nominal", **colours},
        },
    }


def _varying(facts: Facts) -> Results | None:
    """The results, where they vary."""
    found = facts.results
    return found if found is not None and facts.summary is not None and _varies(found) else None


def _varies(found: Results) -> bool:
    return sum(part > 0.0 for part in found.full.shares) > 1


def _marked(found: Results) -> list[tuple[float, Estimate]]:
    return [(at, point) for at, point in found.quantiles if any(math.isclose(at, mark) for mark in MARKED)]


def _bars(found: Results) -> list[Row]:
    """A bar for each pair of edges; where they are not equally far apart, its area is its share."""
    edges = found.full.edges
    usual = sorted(high - low for low, high in itertools.pairwise(edges))[len(edges) // 2 - 1]
    rows: list[Row] = []
    for place, (low, high) in enumerate(itertools.pairwise(edges)):
        wide = (high - low) / usual
        each = 1.0 if math.isclose(wide, 1.0, rel_tol=1e-6) else 1.0 / wide
        part = found.full.shares[place]
        lucky = found.luck.shares[place] if found.luck is not None else 0.0
        rows.append({"low": low, "high": high, "share": part, "drawn": part * each, "luck": lucky * each})
    return rows


def _up_to(top: float) -> str:
    """Labels of an axis that reaches further than its data, so that there is room for words above."""
    return f"datum.value > {1.05 * top!r} ? '' : format(100 * datum.value, ',.2~f') + ' %'"


def _sides(loss: Estimate) -> list[str]:
    """What both colours are called, with the chance of each."""
    return [
        _("loss ({share})", share=share(loss).text),
        _("no loss ({share})", share=share(_other(loss)).text),
    ]


def _shade(low: float, high: float) -> Spec:
    """The ground on which money is lost, so that it is seen where its bars are low."""
    return {
        "data": {"values": [{"low": low, "high": high}]},
        "mark": {"type": "rect", "color": WARM_PALE},
        "encoding": {"x": along("low"), "x2": {"field": "high"}},
    }


def _other(chance: Estimate) -> Estimate:
    """The probability that it does not happen."""
    return Estimate(1.0 - chance.value, chance.standard_error, 1.0 - chance.high, 1.0 - chance.low)


def _outline() -> list[Spec]:
    """The histogram of luck alone, as an outline."""
    there = {"type": "rule", "strokeDash": [3, 2], "strokeWidth": 1.3, "color": INK}
    across = {"x": along("low"), "x2": {"field": "high"}}
    return [
        {
            "transform": [{"filter": "datum.luck > 0"}],
            "mark": there,
            "encoding": across | {"y": along("luck")},
        },
        {
            "transform": [
                {"window": [{"op": "lag", "field": "luck", "as": "before"}], "frame": [None, None]},
                {"filter": "datum.luck > 0 || datum.before > 0"},
            ],
            "mark": there,
            "encoding": {
                "x": along("low"),
                "y": along("luck"),
                "y2": {"field": "before"},
            },
        },
    ]


def _labelled(
    marked: list[tuple[float, Estimate]], expected: float, ends: tuple[float, float], width: Width
) -> list[Spec]:
    """Quantiles and the expected-only result as rules with their names in rows above the bars."""
    low, high = ends
    room = PIXELS[width] - 70.0
    groups: list[tuple[float, str]] = []
    for at, point in marked:
        place = min(max(point.value, low), high)
        if groups and (place - groups[-1][0]) / (high - low) * room < 6 * LETTER:
            groups[-1] = (groups[-1][0], f"{groups[-1][1].removesuffix(' %')}/{level(at)}")
        else:
            groups.append((place, level(at)))
    rows: list[Row] = [
        {"at": min(max(p.value, low), high), "kind": "quantile", "said": "", "px": 24} for _at, p in marked
    ]
    said = [_text(at, text, (low, high), room, 14) for at, text in groups]
    place = min(max(expected, low), high)
    rows.append({"at": place, "kind": "expected", "said": "", "px": 10})
    said.append(_text(place, _("expected only"), (low, high), room, 1))
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "transform": [{"filter": f"datum.kind == '{kind}'"}],
            "mark": {"type": "rule", "strokeWidth": wide, "strokeDash": dash, "color": INK},
            "encoding": {
                "x": along("at"),
                "y": {"value": top},
                "y2": {"value": "height"},
            },
        }
        for kind, wide, dash, top in (("quantile", 1.0, [1, 0], 27), ("expected", 1.8, [7, 3], 13))
    ]
    for align in ("left", "center", "right"):
        here = [one for one in said if one["align"] == align]
        if here:
            layers += lettered(
                {"align": align, "baseline": "top"},
                {
                    "x": along("at"),
                    "y": {"field": "px", "type": "quantitative", "scale": None},
                    "text": {"field": "said"},
                },
                here,
            )
    return layers


def _text(at: float, said: str, ends: tuple[float, float], room: float, px: float) -> Row:
    """A word at a place of the axis, kept inside the chart."""
    low, high = ends
    left, half = (at - low) / (high - low) * room, 0.5 * LETTER * len(said)
    align = "left" if left < half else "right" if room - left < half else "center"
    return {"at": at, "said": said, "align": align, "px": px}


def _histogram_table(found: Results, currency: str) -> Table:
    head = [_("from"), _("to"), _("share of futures")]
    if found.luck is not None:
        head.append(_("share by luck only"))
    rows: list[tuple[Cell, ...]] = []
    for place, part in enumerate(found.full.shares):
        lucky = (share(found.luck.shares[place]),) if found.luck is not None else ()
        rows.append((amount(found.full.edges[place]), amount(found.full.edges[place + 1]), share(part), *lucky))
    for at, point in _marked(found):
        rows.append(
            (word(_("{level} of results lie below", level=level(at))), amount(point), *[word("")] * (len(head) - 2))
        )
    rows.append((word(_("expected only")), amount(found.expected), *[word("")] * (len(head) - 2)))
    return Table(
        "result-histogram",
        _("Results of all investors together, {currency}", currency=currency),
        tuple(head),
        tuple(rows),
        (_("What lies beyond the ends is counted in the first and the last row."),),
    )


def _histogram_alt(found: Results, unit: Unit, loss: Estimate) -> str:
    points = {round(at, 2): point for at, point in found.quantiles}
    said = [_("Histogram of what all investors together are left with: money received less money paid in.")]
    said.append(_("There is a loss in {share} of futures.", share=share_in_prose(loss)))
    if {0.05, 0.5, 0.95} <= points.keys():
        low, middle, high = (unit.prose(points[at].value, error_of(points[at])) for at in MARKED)
        said.append(
            _(
                "Half of all results lie below {middle}, and nine in ten lie between {low} and {high}.",
                middle=middle,
                low=low,
                high=high,
            )
        )
    said.append(_("By expected values only it would be {expected}.", expected=unit.prose(found.expected)))
    return " ".join(said)


def exceedance(facts: Facts, width: Width = "half") -> Chart | None:
    """The probability that the result is at least so much.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where nobody invests, or where the result is always the same.
    """
    found = _varying(facts)
    if found is None or facts.summary is None or len(found.quantiles) < 3:
        return None
    values = [point.value for _at, point in found.quantiles]
    unit = unit_of(values, facts.deal.currency)
    rows: list[Row] = [{"result": point.value, "chance": 1.0 - at} for at, point in found.quantiles]
    back = _other(facts.summary.everybody.loss.p_loss)
    table = Table(
        "result-exceedance",
        _("Probability that the result is at least so much, {currency}", currency=facts.deal.currency),
        (_("result"), _("probability of at least that")),
        (
            (word(_("the capital back")), share(back)),
            *((amount(point), _whole_share(chance)) for point, chance in _reached(found)),
        ),
    )
    caption = _("Probability that the result is at least so much")
    layers, alt = _falling(values, unit, back), _exceedance_alt(found, unit, back)
    return drawn("result-exceedance", layers, rows, table, alt, caption, width, 210.0)


def _reached(found: Results) -> list[tuple[Estimate, float]]:
    """Results, each once, and how likely at least so much is, which is more than its level where many futures end."""
    chances = found.at_least or tuple(1.0 - at for at, _point in found.quantiles)
    points = {point.value: (point, chance) for (_at, point), chance in zip(found.quantiles, chances, strict=True)}
    return list(points.values())


def _whole_share(chance: float) -> Cell:
    """A probability in whole per cent, unless that would make it nothing or certain."""
    return share(chance, 1 if chance < 1.0 and round(100.0 * chance) in (0, 100) else 0)


def _falling(values: list[float], unit: Unit, back: Estimate) -> list[Spec]:
    """The curve, with a point on it where the capital comes back."""
    x, y = at_least(values, unit, 5), how_likely()
    at_zero = {"result": 0.0, "chance": back.value, "said": share(back).text}
    low, high = x["scale"]["domain"]
    room = (0.0 - low) / (high - low)
    place = {"x": along("result"), "y": along("chance")}
    # A falling curve leaves room at the upper right and at the lower left of a point.
    beside = {
        "align": "left" if room < 0.75 else "right",
        "dx": 8 if room < 0.75 else -8,
        "dy": (-10 if back.value < 0.93 else 2) if room < 0.75 else (12 if back.value > 0.12 else -2),
        "fontWeight": "bold",
    }
    return [
        {"mark": {"type": "line", "color": INK, "strokeWidth": 2}, "encoding": {"x": x, "y": y}},
        rule(0.0, strokeDash=[4, 3]),
        {
            "data": {"values": [at_zero]},
            "mark": {"type": "point", "filled": True, "size": 60, "color": WARM, "opacity": 1},
            "encoding": place,
        },
        *lettered(beside, place | {"text": {"field": "said"}}, [at_zero]),
    ]


def _exceedance_alt(found: Results, unit: Unit, back: Estimate) -> str:
    points = {round(at, 2): point for at, point in found.quantiles}
    said = [
        _("Falling curve of the probability that all investors together are left with at least so much."),
        _("The capital comes back in {share} of futures.", share=share_in_prose(back)),
    ]
    if 0.9 in points and 0.1 in points:
        low, high = (unit.prose(points[at].value, error_of(points[at])) for at in (0.1, 0.9))
        said.append(
            _("With nine chances in ten it is at least {low}, with one in ten at least {high}.", low=low, high=high)
        )
    return " ".join(said)


LINE_NAMES = ("expected only", "luck only", "evidence and luck")
"""The three lines, in their order."""


def three_lines(facts: Facts, width: Width = "half") -> Chart | None:
    """The same deal by expected values only, by luck only, and by evidence and luck.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where nobody invests.
    """
    if facts.lines is None:
        return None
    names = (_("expected only"), _("luck only"), _("evidence and luck"))
    lines = facts.lines.lines
    numbers = [each for line in lines for each in (line.npv.value, line.npv_p05.value, -line.npv_es95.value)]
    if not all(math.isfinite(each) for each in numbers):
        return None
    unit = unit_of(numbers, facts.deal.currency)
    rows: list[Row] = [
        {
            "row": place,
            "name": names[place],
            "mean": line.npv.value,
            "p05": line.npv_p05.value,
            "worst": -line.npv_es95.value,
        }
        for place, line in enumerate(lines)
    ]
    down = listed([name.replace(" ", "\n", 1) if width == "half" else name for name in names])
    title = _("present value in {unit}", unit=unit.title)
    x = fitted("worst", title, unit.axis | {"tickCount": 5}, around_nought(numbers, 0.06, 0.06))
    kinds = (_("mean"), _("5 % point"), _("mean of the worst 5 %"))
    rate = short_percent(facts.lines.hurdle)
    table = Table(
        "three-lines",
        _("Net present value of all investors at {rate}, {currency}", rate=rate, currency=facts.deal.currency),
        ("", *kinds),
        tuple(
            (word(name), amount(line.npv), amount(line.npv_p05), amount(_negative(line.npv_es95)))
            for name, line in zip(names, lines, strict=True)
        ),
    )
    layers, alt = _views(down, x, kinds, 1 if width == "half" else 3), _views_alt(facts.lines, unit, rate)
    caption = _("What is added by luck, and what by not knowing")
    return drawn("three-lines", layers, rows, table, alt, caption, width, 230.0 if width == "half" else 190.0)


def _views(down: Row, x: Row, kinds: tuple[str, str, str], columns: int) -> list[Spec]:
    """A line for each view from the worst twentieth to the mean, with a point for each kind of figure on it."""
    colours, shapes = key(kinds, (INK, INK, WARM), columns=columns), {"domain": list(kinds), "range": SHAPES}

    def marks(field: str, kind: str, size: int) -> Spec:
        named = {"datum": kind, "type": "nominal"}
        return {
            "mark": {"type": "point", "filled": True, "size": size, "opacity": 1},
            "encoding": {"y": down, "x": along(field), "color": named | colours, "shape": named | {"scale": shapes}},
        }

    return [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "color": LIGHT},
            "encoding": {"y": down, "x": x, "x2": {"field": "mean"}},
        },
        rule(0.0, strokeDash=[4, 3], color=DIM),
        marks("worst", kinds[2], 80),
        marks("p05", kinds[1], 80),
        marks("mean", kinds[0], 70),
    ]


def _views_alt(found: ThreeLines, unit: Unit, rate: str) -> str:
    first, second, third = (unit.prose(line.npv.value, error_of(line.npv)) for line in found.lines)
    worst = found.lines[2].npv_es95
    return _(
        "Net present value at {rate} a year under three views. Expected only: {first}. Luck only: {second} on average. "
        "Evidence and luck: {third} on average and {worst} in the worst twentieth.",
        rate=in_prose(rate),
        first=first,
        second=second,
        third=third,
        worst=unit.prose(-worst.value, error_of(worst)),
    )


SHAPES = ["circle", "diamond", "triangle-down"]
"""Of the mean, the 5 % point, and the mean of the worst twentieth."""


def _negative(estimate: Estimate) -> Estimate:
    return Estimate(-estimate.value, estimate.standard_error, -estimate.high, -estimate.low)
