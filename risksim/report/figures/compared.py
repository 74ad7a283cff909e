"""Several deals side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from risksim.language import N_, _
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures.drawing import (
    DARK,
    DASHES,
    DIM,
    INK,
    MIDDLE,
    Row,
    Width,
    amount,
    drawn,
    error_of,
    listed,
    quantity,
    rule,
    share,
    share_in_prose,
    shares,
    unit_of,
    word,
    wrapped,
)
from risksim.report.figures.marks import (
    Range,
    along,
    around_nought,
    at_edge,
    at_least,
    bars,
    fitted,
    height_of,
    how_likely,
    ranges,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from risksim.analysis.compare import Comparison
    from risksim.analysis.memo import Compared
    from risksim.metrics.precision import Estimate
    from risksim.report.figures.drawing import Unit

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
        _Curve(name, one.deal.currency, one.results.quantiles, one.summary.everybody.loss.p_loss)
        for name, one in zip(names_of(found), found.facts, strict=True)
        if one.results is not None and one.results.quantiles and one.summary is not None
    ]
    currencies = {one.currency for one in shown}
    if not 2 <= len(shown) <= MOST_CURVES or len(currencies) != 1:
        return None
    labels = [wrapped(one.name, 46 if width == "full" else 40, 1) for one in shown]
    rows: list[Row] = [
        {"deal": label, "result": point.value, "chance": 1.0 - at}
        for label, one in zip(labels, shown, strict=True)
        for at, point in one.quantiles
    ]
    currency = currencies.pop()
    caption = _("Probability that the result is at least so much, deal by deal")
    table = Table(
        "compared-exceedance",
        f"{caption}, {currency}",
        (_("probability of at least that"), *labels),
        _curve_cells(shown),
    )
    alt = _(
        "Falling curves of the probability that the result is at least so much. Probability of a loss: {list}.",
        list="; ".join(f"{one.name}: {share_in_prose(one.loss)}" for one in shown),
    )
    layers = _falling(labels, [row["result"] for row in rows], currency, width)
    return drawn("compared-exceedance", layers, rows, table, alt, caption, width, 250.0)


class _Curve(NamedTuple):
    """What the curve of a deal tells."""

    name: str
    currency: str
    quantiles: Sequence[tuple[float, Estimate]]
    loss: Estimate


def _falling(labels: list[str], values: list[float], currency: str, width: Width) -> list[Spec]:
    """A curve for each deal, told apart by colour and by dashes."""
    scale = {"scale": {"domain": labels, "range": list(LINE_COLOURS[: len(labels)])}}
    dashes = {"scale": {"domain": labels, "range": [list(dash) for dash in DASHES[: len(labels)]]}}
    legend = {"columns": 2 if width == "full" else 1, "symbolType": "stroke", "symbolSize": 400, "symbolStrokeWidth": 2}
    return [
        {
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": at_least(values, unit_of(values, currency), 6),
                "y": how_likely(),
                "color": {"field": "deal", "type": "nominal", **scale, "legend": legend},
                "strokeDash": {"field": "deal", "type": "nominal", **dashes, "legend": legend},
            },
        },
        rule(0.0, color=DIM),
    ]


def _curve_cells(shown: list[_Curve]) -> tuple[tuple[Cell, ...], ...]:
    points = [dict(one.quantiles) for one in shown]
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
    shown = list(_differing(found.comparison))
    if not shown:
        return None
    ends = [end for one, _more in shown for end in one.ends]
    unit = unit_of(ends, found.comparison.currency)
    rows = [one.row(place) | {"said": _with_sign(one.mean, unit)} for place, (one, _more) in enumerate(shown)]
    labels = [wrapped(one.name, 34 if width == "full" else 20) for one, _more in shown]
    domain = around_nought(ends, 0.04, 0.12 if width == "full" else 0.26)
    x = fitted("p05", _("less A, {unit}", unit=unit.title), unit.axis | {"tickCount": 5}, domain)
    caption = _("What the deals leave more or less than A, on the same people and the same luck")
    table = Table(
        "compared-differences",
        f"{caption}, {found.comparison.currency}",
        ("", _("mean"), "5 %", "50 %", "95 %", _("probability of more")),
        tuple((word(one.name), *map(amount, one[1:]), share(more)) for one, more in shown),
    )
    said = [one.said(unit) for one, _more in shown[:4]]
    alt = _("Ranges of the differences from A, path by path.") + f" {'; '.join(said)}."
    height = height_of(labels, 84.0, 28)
    return drawn("compared-differences", ranges(listed(labels), x), rows, table, alt, caption, width, height)


def _differing(found: Comparison) -> Iterator[tuple[Range, Estimate]]:
    """What differs from the first deal in any future, and the probability that it is more."""
    many = len(found.pairs) > 1
    for key, name in QUANTITIES.items():
        for pair in found.pairs:
            title = _("{name}, {letter} less A", name=_(name), letter=pair.letter) if many else _(name)
            for one in pair.differences:
                if one.quantity.key == key and one.p_equal.value < 1.0:
                    points = one.over_paths.quantiles
                    yield Range(title, one.over_paths.mean, points[0], points[2], points[-1]), one.p_more


def _with_sign(mean: Estimate, unit: Unit) -> str:
    text = unit.short(mean.value, error_of(mean))
    return f"+{text}" if mean.value > 0.0 and not text.startswith("0" * len(text)) else text


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
    x = quantity("loss", _("probability of a loss"), shares(tickCount=4), domain=domain, nice=False)
    layers: list[Spec] = [
        bars(down, x, None, 0.6, color=MIDDLE),
        {
            "mark": {"type": "rule", "strokeWidth": 1.5},
            "encoding": {"y": down, "x": along("low"), "x2": {"field": "high"}},
        },
        at_edge(down),
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
    return drawn("compared-ranking", layers, rows, table, alt, caption, width, height_of(labels, 50.0, 26))
