"""Several deals side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from risksim.language import N_, _
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures.drawing import (
    DARK,
    DASHES,
    DIM,
    INK,
    LIGHT,
    MIDDLE,
    Row,
    Width,
    amount,
    drawn,
    error_of,
    key,
    listed,
    padded,
    quantity,
    rule,
    share,
    share_in_prose,
    shares,
    unit_of,
    word,
    wrapped,
)
from risksim.report.figures.payers import texts

if TYPE_CHECKING:
    from risksim.analysis.compare import Difference
    from risksim.analysis.memo import Compared, Facts

LINE_COLOURS = (DARK, "#d98200", INK, MIDDLE)
"""Of the curves of deals, beside their dashes."""
MOST_CURVES = 4
QUANTITIES = {
    "npv": N_("investors' net present value"),
    "loss": N_("money lost by investors"),
    "repayment": N_("repayment in all"),
    "net benefit total": N_("net benefit of public budgets"),
}
"""Differences that are drawn, by their keys."""


def names_of(found: Compared) -> list[str]:
    """The deals with letters, so that two of the same name are told apart."""
    return [f"{chr(ord('A') + place)}: {one.deal.name}" for place, one in enumerate(found.facts)]


def exceedance(found: Compared, width: Width = "full") -> Chart | None:
    """The probability that the result is at least so much, a curve for each deal.

    Parameters
    ----------
    found : Compared
        Several deals.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where fewer than two deals of one currency have results, or more than four.
    """
    shown = [
        (name, one)
        for name, one in zip(names_of(found), found.facts, strict=True)
        if one.results is not None and one.results.quantiles and one.summary is not None
    ]
    currencies = {one.deal.currency for _name, one in shown}
    if not 2 <= len(shown) <= MOST_CURVES or len(currencies) != 1:
        return None
    currency = currencies.pop()
    labels = [wrapped(name, 46 if width == "full" else 40, 1) for name, _one in shown]
    rows: list[Row] = [
        {"deal": label, "result": point.value, "chance": 1.0 - at}
        for label, (_name, one) in zip(labels, shown, strict=True)
        for at, point in (one.results.quantiles if one.results is not None else ())
    ]
    values = [row["result"] for row in rows]
    unit = unit_of(values, currency)
    domain = padded(min(*values, 0.0), max(*values, 0.0))
    x = quantity(
        "result",
        _("result in {unit}, at least", unit=unit.title),
        unit.axis | {"tickCount": 6},
        domain=domain,
        nice=False,
        zero=False,
    )
    scale = {"scale": {"domain": labels, "range": list(LINE_COLOURS[: len(labels)])}}
    dashes = {"scale": {"domain": labels, "range": [list(dash) for dash in DASHES[: len(labels)]]}}
    legend = {"columns": 2 if width == "full" else 1, "symbolType": "stroke", "symbolSize": 400, "symbolStrokeWidth": 2}
    layers: list[Spec] = [
        {
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": x,
                "y": quantity("chance", _("probability"), shares(tickCount=5, grid=True), domain=[0, 1]),
                "color": {"field": "deal", "type": "nominal", **scale, "legend": legend},
                "strokeDash": {"field": "deal", "type": "nominal", **dashes, "legend": legend},
            },
        },
        rule(0.0, color=DIM),
    ]
    caption = _("Probability that the result is at least so much, deal by deal")
    table = Table(
        "compared-exceedance",
        f"{caption}, {currency}",
        (_("probability of at least that"), *labels),
        _curves([one for _name, one in shown]),
    )
    said = [
        f"{name}: {share_in_prose(one.summary.everybody.loss.p_loss)}" for name, one in shown if one.summary is not None
    ]
    alt = _(
        "Falling curves of the probability that the result is at least so much. Probability of a loss: {list}.",
        list="; ".join(said),
    )
    return drawn("compared-exceedance", layers, rows, table, alt, caption, width, 250.0)


def _curves(facts: list[Facts]) -> tuple[tuple[Cell, ...], ...]:
    points = [dict(one.results.quantiles) if one.results is not None else {} for one in facts]
    levels = sorted({at for each in points for at in each})
    return tuple(
        (share(1.0 - at, 0), *(amount(each[at]) if at in each else Cell("-") for each in points)) for at in levels
    )


def differences(found: Compared, width: Width = "full") -> Chart | None:
    """What each deal leaves more than the first, path by path, with the range of nine futures in ten.

    Parameters
    ----------
    found : Compared
        Several deals.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where deals are not met by the same people, or nothing differs.
    """
    if found.comparison is None:
        return None
    many = len(found.comparison.pairs) > 1
    shown: list[tuple[str, str, Difference]] = [
        (pair.letter, _(QUANTITIES[one.quantity.key]), one)
        for key_ in QUANTITIES
        for pair in found.comparison.pairs
        for one in pair.differences
        if one.quantity.key == key_ and one.p_equal.value < 1.0
    ]
    if not shown:
        return None
    rows: list[Row] = []
    for place, (letter, name, one) in enumerate(shown):
        points = one.over_paths.quantiles
        rows.append(
            {
                "row": place,
                "name": _("{name}, {letter} less A", name=name, letter=letter) if many else name,
                "mean": one.over_paths.mean.value,
                "p05": points[0].value,
                "p50": points[2].value,
                "p95": points[-1].value,
            }
        )
    ends = [row[name] for row in rows for name in ("mean", "p05", "p95")]
    unit = unit_of(ends, found.comparison.currency)
    for row, (_letter, _name, one) in zip(rows, shown, strict=True):
        text = unit.short(row["mean"], error_of(one.over_paths.mean))
        row["said"] = f"+{text}" if row["mean"] > 0.0 and not text.startswith("0" * len(text)) else text
    labels = [wrapped(row["name"], 34 if width == "full" else 20) for row in rows]
    down = listed(labels)
    domain = padded(min(0.0, *ends), max(0.0, *ends), 0.04, 0.12 if width == "full" else 0.26)
    kinds = (_("9 of 10 futures"), _("mean"))
    legend = key(kinds, (LIGHT, INK), symbolType="square")
    title = _("less A, {unit}", unit=unit.title)
    x = quantity("p05", title, unit.axis | {"tickCount": 5}) | {
        "scale": {"domain": domain, "nice": False, "zero": False}
    }
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.5}, "stroke": MIDDLE, "strokeWidth": 0.8},
            "encoding": {
                "y": down,
                "x": x,
                "x2": {"field": "p95"},
                "color": {"datum": kinds[0], "type": "nominal", **legend},
            },
        },
        rule(0.0, strokeDash=[4, 3], color=DIM),
        {
            "mark": {"type": "point", "filled": True, "shape": "diamond", "size": 90, "opacity": 1},
            "encoding": {
                "y": down,
                "x": {"field": "mean", "type": "quantitative"},
                "color": {"datum": kinds[1], "type": "nominal", **legend},
            },
        },
        texts(down, []),
    ]
    caption = _("What the deals leave more or less than A, on the same people and the same luck")
    table = Table(
        "compared-differences",
        f"{caption}, {found.comparison.currency}",
        ("", _("mean"), "5 %", "50 %", "95 %", _("probability of more")),
        tuple(
            (
                word(row["name"]),
                amount(one.over_paths.mean),
                *(amount(one.over_paths.quantiles[place]) for place in (0, 2, -1)),
                share(one.p_more),
            )
            for row, (_letter, _name, one) in zip(rows, shown, strict=True)
        ),
    )
    said = [
        _(
            "{name}: {mean} on average, between {low} and {high} in nine futures of ten",
            name=row["name"],
            mean=unit.prose(row["mean"], error_of(one.over_paths.mean)),
            low=unit.prose(row["p05"], error_of(one.over_paths.quantiles[0])),
            high=unit.prose(row["p95"], error_of(one.over_paths.quantiles[-1])),
        )
        for row, (_letter, _name, one) in zip(rows, shown, strict=True)
    ]
    alt = _("Ranges of the differences from A, path by path.") + f" {'; '.join(said[:4])}."
    height = 84.0 + len(labels) * max(28, 14 * max(label.count("\n") + 1 for label in labels) + 8)
    return drawn("compared-differences", layers, rows, table, alt, caption, width, height)


def ranking(found: Compared, width: Width = "half") -> Chart | None:
    """The probability of a loss, deal by deal, the safest first.

    Parameters
    ----------
    found : Compared
        Several deals.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where fewer than two deals have investors.
    """
    losses = [
        (name, one.summary.everybody.loss.p_loss)
        for name, one in zip(names_of(found), found.facts, strict=True)
        if one.summary is not None and math.isfinite(one.summary.everybody.loss.p_loss.value)
    ]
    if len(losses) < 2:
        return None
    losses.sort(key=lambda each: each[1].value)
    rows: list[Row] = [
        {"row": place, "name": name, "loss": loss.value, "low": loss.low, "high": loss.high, "said": share(loss).text}
        for place, (name, loss) in enumerate(losses)
    ]
    labels = [wrapped(name, 22 if width == "half" else 40) for name, _loss in losses]
    down = listed(labels)
    top = max(0.01, *(min(row["high"], 1.0) for row in rows))
    domain = [0.0, top * (1.45 if width == "half" else 1.2)]
    axis = shares(tickCount=4)
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "color": MIDDLE, "stroke": INK, "strokeWidth": 0.5, "height": {"band": 0.6}},
            "encoding": {
                "y": down,
                "x": quantity("loss", _("probability of a loss"), axis, domain=domain, nice=False),
            },
        },
        {
            "mark": {"type": "rule", "strokeWidth": 1.5},
            "encoding": {"y": down, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
        },
        texts(down, []),
    ]
    caption = _("Probability of a loss, the safest deal first")
    table = Table(
        "compared-ranking",
        caption,
        ("", _("probability of a loss"), _("lower end of 95 %"), _("upper end of 95 %")),
        tuple((word(name), share(loss), share(loss.low), share(loss.high)) for name, loss in losses),
    )
    said = "; ".join(f"{name}: {share_in_prose(loss)}" for name, loss in losses[:6])
    alt = _("Bars of the probability of a loss, the safest deal first. {list}.", list=said)
    height = 50.0 + len(labels) * max(26, 14 * max(label.count("\n") + 1 for label in labels) + 8)
    return drawn("compared-ranking", layers, rows, table, alt, caption, width, height)
