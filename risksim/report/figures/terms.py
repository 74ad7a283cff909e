"""Which terms both sides could accept."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from risksim.language import _, spoken
from risksim.metrics.precision import Estimate
from risksim.report.charts import Spec
from risksim.report.document import Chart, Table
from risksim.report.figures.drawing import (
    DARK,
    DIM,
    INK,
    LETTER,
    LIGHT,
    PALE,
    PIXELS,
    Row,
    Unit,
    Width,
    amount,
    drawn,
    error_of,
    in_prose,
    lettered,
    number,
    padded,
    quantity,
    share,
    share_in_prose,
    shares,
    short_percent,
    unit_of,
)
from risksim.report.figures.marks import along, fitted
from risksim.report.numbers import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from risksim.analysis.memo import Facts

LIMIT = re.compile(r"p_loss\s*<=?\s*([0-9.]+)\s*(%?)")
"""A limit on the probability of a loss, as it is asked for."""


def acceptability(facts: Facts, width: Width = "half") -> Chart | None:
    """Investors' probability of a loss against the payers' mean repayment, a point for each price.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    width : {"half", "full"}
        Share of the width of the page.

    Returns
    -------
    Chart or None
        None where there are fewer than two prices to compare.
    """
    points = [
        (times, loss, paid)
        for times, loss, paid in sorted(facts.acceptability, key=lambda each: each[0])
        if math.isfinite(loss.value) and math.isfinite(paid.value)
    ]
    if len(points) < 2 or len({(loss.value, paid.value) for _times, loss, paid in points}) < 2:
        return None
    limit, most = _limit(facts), _most(facts)
    unit = unit_of([paid.value for _times, _loss, paid in points], facts.deal.currency)
    rows: list[Row] = [
        {
            "times": times,
            "repayment": paid.value,
            "loss": loss.value,
            "now": math.isclose(times, 1.0),
            "said": _multiple(times),
        }
        for times, loss, paid in points
    ]
    caption = _("What all prices, as multiples of what they are, do to both sides")
    table = Table(
        "acceptability",
        f"{caption}, {facts.deal.currency}",
        (_("prices, multiple"), _("probability of a loss"), _("mean repayment")),
        tuple((number(times, _multiple(times), 2), share(loss), amount(paid)) for times, loss, paid in points),
        _notes(limit, most, facts),
    )
    paid = [row["repayment"] for row in rows]
    domain = padded(min(paid), max(paid), 0.1, 0.26 if width == "half" else 0.12)
    top = max(1.12 * max(row["loss"] for row in rows), 1.4 * (limit or 0.0), 0.02)
    layers = [] if limit is None else _acceptable(limit, most, domain, top)
    layers += _curve(unit, domain, top)
    layers += _names(_apart(rows, domain, top, width))
    return drawn("acceptability", layers, rows, table, _alt(points, limit, unit), caption, width, 175.0)


PLACE = {"x": along("repayment"), "y": along("loss")}
"""Of a point."""


def _acceptable(limit: float, most: float | None, domain: list[float], top: float) -> list[Spec]:
    """The ground on which both sides would agree, and what it is."""
    right = domain[1] if most is None else min(max(most, domain[0]), domain[1])
    area = {"low": domain[0], "high": right, "bottom": 0.0, "top": min(limit, top)}
    said = _("shaded: acceptable, at most {share}", share=short_percent(limit))
    return [
        {
            "data": {"values": [area]},
            "mark": {"type": "rect", "color": PALE, "stroke": DARK, "strokeDash": [4, 3]},
            "encoding": {
                "x": along("low"),
                "x2": {"field": "high"},
                "y": along("bottom"),
                "y2": {"field": "top"},
            },
        },
        *lettered(  # a falling curve leaves room at the upper right
            {"align": "right", "baseline": "top", "dx": -4, "color": DARK},
            {"x": {"value": "width"}, "y": {"value": 4}, "text": {"field": "said"}},
            [{"said": said}],
        ),
    ]


def _curve(unit: Unit, domain: list[float], top: float) -> list[Spec]:
    """A line through the points, the one of the prices as they are standing out."""
    x = fitted("repayment", _("mean repayment in {unit}", unit=unit.title), unit.axis | {"tickCount": 4}, domain)
    labels = shares(tickCount=5)
    labels["labelExpr"] = f"datum.value > 1 ? '' : {labels['labelExpr']}"
    y = quantity("loss", _("probability of a loss"), labels, domain=[0, top], nice=False)

    def if_now(then: object, otherwise: object) -> Row:
        return {"condition": {"test": "datum.now", "value": then}, "value": otherwise}

    looks = {"color": if_now(INK, LIGHT), "shape": if_now("diamond", "circle"), "size": if_now(130, 60)}
    return [
        {
            "mark": {"type": "line", "color": DIM, "strokeWidth": 1.5},
            "encoding": {"x": x, "y": y, "order": {"field": "times"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "stroke": INK, "strokeWidth": 1, "opacity": 1},
            "encoding": PLACE | looks,
        },
    ]


def _names(rows: list[Row]) -> Iterator[Spec]:
    """The multiples beside their points."""
    for now in (False, True):
        mark = {"align": "left", "dx": 6, "dy": -9, "fontWeight": "bold" if now else "normal"}
        only = [{"filter": f"{'' if now else '!'}datum.now"}]
        yield from lettered(mark, PLACE | {"text": {"field": "said"}}, rows, transform=only)


def _multiple(times: float) -> str:
    return f"× {written(f'{times:.4g}', spoken())}"


def _apart(rows: list[Row], domain: list[float], top: float, width: Width) -> list[Row]:
    """Points whose names do not run into each other: that of the price as it is first, then from the ends."""
    across, up = (PIXELS[width] - 75) / (domain[1] - domain[0]), 100.0 / top
    kept: list[Row] = []
    for row in sorted(rows, key=lambda row: (not row["now"], -abs(row["times"] - 1.0))):
        clear = all(
            abs(row["repayment"] - one["repayment"]) * across > LETTER * 6 or abs(row["loss"] - one["loss"]) * up > 14
            for one in kept
        )
        if clear:
            kept.append(row)
    return sorted(kept, key=lambda row: row["times"])


def _limit(facts: Facts) -> float | None:
    """The probability of a loss that investors accept at most, as the terms were asked for."""
    if facts.together is not None:
        return facts.together.limit
    for term in facts.terms:
        found = LIMIT.search(term.asked)
        if found:
            return float(found[1]) / (100.0 if found[2] else 1.0)
    return None


def _most(facts: Facts) -> float | None:
    """What payers have appropriated in all, where the file says so of every year."""
    said = [one.amount for one in facts.appropriations]
    return sum(said) if said and not any(one.is_expected for one in facts.appropriations) else None


def _notes(limit: float | None, most: float | None, facts: Facts) -> tuple[str, ...]:
    notes = []
    if limit is not None:
        notes.append(
            _(
                "Acceptable to investors: a probability of a loss of at most {share}.",
                share=short_percent(limit),
            )
        )
    if most is not None:
        unit = unit_of([most], facts.deal.currency)
        notes.append(_("Set aside by payers in all: {amount}.", amount=unit.prose(most)))
    return tuple(notes)


def _alt(points: list[tuple[float, Estimate, Estimate]], limit: float | None, unit: Unit) -> str:
    ends = [points[0], points[-1]]
    parts = [
        _(
            "at {times} times the prices {share} and {amount}",
            times=_multiple(times).removeprefix("× "),
            share=share_in_prose(loss),
            amount=unit.prose(paid.value, error_of(paid)),
        )
        for times, loss, paid in ends
    ]
    said = _(
        "Curve of the investors' probability of a loss against the mean repayment, a point for each multiple of all "
        "prices: {ends}.",
        ends="; ".join(parts),
    )
    if limit is None:
        return said
    reached = [times for times, loss, _paid in points if loss.value <= limit]
    if not reached:
        return said + " " + _("No multiple shown brings the probability of a loss to the limit.")
    return (
        said
        + " "
        + _(
            "From {times} times the prices on it is at most {share}.",
            times=_multiple(min(reached)).removeprefix("× "),
            share=in_prose(short_percent(limit)),
        )
    )
