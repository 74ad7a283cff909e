"""A deal over a grid, as a table and as a chart."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from risksim.language import N_, _, spoken
from risksim.metrics.precision import Estimate
from risksim.report import numbers
from risksim.report.answer import chance
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.heat import heat_map
from risksim.report.numbers import percent, plus_minus, rounded, written
from risksim.report.said_below import listing
from risksim.report.stress import signed
from risksim.report.table import heading, table

WORDS = {
    "npv": N_("Mean NPV of all investors"),
    "p_loss": N_("Probability of a loss"),
    "irr_p50": N_("Median IRR of all investors"),
    "repayment": N_("Mean repayment of all payers"),
}
MORE_IS_GOOD = {"npv": True, "p_loss": False, "irr_p50": True, "repayment": False}
"""Whether a rise is coloured as good: for investors, and of repayments for payers."""
NO_PATH = N_("no path has one")
"""Why a median is missing; other reasons are messages about faults."""
BASE = "*"
"""Stands beside the deal as it stands."""


class Footing(NamedTuple):
    """What stands above and below the table."""

    deal: str
    currency: str
    paths: int
    seed: int
    digest: str
    version: str


def grid(found: Any, foot: Footing) -> str:
    """A grid as text.

    Parameters
    ----------
    found : risksim.analysis.grid.Grid
        The grid.
    foot : Footing
        Provenance.

    Returns
    -------
    str
    """
    parts = [f"{foot.deal}\n", heading(title(found, foot.currency))]
    parts.append(_one_way(found) if len(found.axes) == 1 else _two_way(found))
    shown, error = _shown(found.show, found.base)
    value = f"{shown} {error}" if error else shown
    if any(cell.is_base for cell in found.cells):
        parts.append(_("\n{mark} the deal as it stands: {value}\n", mark=BASE, value=value))
    else:
        parts.append(
            _(
                "\n{mark} the deal as it stands: {value}; no cell is that: in the file, {places}\n",
                mark=BASE,
                value=value,
                places=_where(found),
            )
        )
    reasons = dict.fromkeys(cell.reason for cell in found.cells if cell.reason is not None)
    parts += [_("- no value where: {reason}\n", reason=_(reason)) for reason in reasons]
    parts.append(
        _(
            "\n{paths} paths each, seed {seed}. Scenario {digest}, risksim {version}.\n"
            "Every cell meets the same people and the same luck. {errors}\n",
            paths=numbers.number(foot.paths),
            seed=foot.seed,
            digest=foot.digest[:12],
            version=foot.version,
            errors=_errors(found),
        )
    )
    return "".join(parts)


def title(found: Any, currency: str) -> str:
    """What the grid shows."""
    said = {"what": _(WORDS[found.show]), "places": listing([axis_title(axis) for axis in found.axes])}
    if found.show in ("p_loss", "irr_p50"):
        return _("{what} by {places}", **said)
    if found.show == "npv":
        return _(
            "{what} by {places}, {currency}, present values at {rate} a year",
            currency=currency,
            rate=percent(found.hurdle),
            **said,
        )
    return _("{what} by {places}, {currency}", currency=currency, **said)


def axis_title(axis: Any) -> str:
    """The place of an axis and what is done to it; places stay as files write them."""
    if axis.operation == "times":
        return _("{place}, times", place=axis.place)
    if axis.operation == "plus":
        return _("{place}, plus", place=axis.place)
    return str(axis.title)


def _errors(found: Any) -> str:
    if len(found.axes) == 1:
        return _("± is one standard error, of a change that of the pairs.")
    errors = [cell.value.standard_error for cell in found.cells if cell.value is not None]
    errors = [error for error in errors if error == error]
    if not errors:
        return ""
    scale = 100.0 if found.show in ("p_loss", "irr_p50") else 1.0
    most = plus_minus(max(errors), scale).removeprefix("± ") or "0"
    if scale == 100.0:
        return _("No cell's standard error is above {error} points.", error=most)
    return _("No cell's standard error is above {error}.", error=most)


def _where(found: Any) -> str:
    """Where the deal as it stands lies."""
    return listing(
        [
            _("{place} is {number}", place=axis.place, number=number(axis.base))
            if axis.base is not None
            else _("{place} is no single certain number", place=axis.place)
            for axis in found.axes
        ]
    )


def _one_way(found: Any) -> str:
    rows = []
    for cell in found.cells:
        mark = BASE if cell.is_base else ""
        if cell.value is None:
            rows.append((number(cell.at[0]), mark, _("none"), "", "", ""))
            continue
        value, error = _shown(found.show, cell.value)
        moved = ("", "")
        if cell.difference is not None:
            scale, places = (100.0, 2) if found.show == "p_loss" else (1.0, 0)
            text, _space, beside = signed(cell.difference, scale, places).partition(" ")
            moved = (text, beside)
        rows.append((number(cell.at[0]), mark, value, error, *moved))
    change = _("change, points") if found.show == "p_loss" else _("change")
    return table((axis_title(found.axes[0]), "", _(WORDS[found.show]), "", change, ""), rows)


def _two_way(found: Any) -> str:
    down, across = found.axes
    head = (f"{axis_title(down)} \\ {axis_title(across)}", *(_mark(across, value) for value in across.values))
    by_place = {cell.at: cell for cell in found.cells}
    rows = []
    for value in down.values:
        cells = [by_place[value, other] for other in across.values]
        rows.append((_mark(down, value), *(_cell(found.show, cell) for cell in cells)))
    return table(head, rows)


def _mark(axis: Any, value: float | str) -> str:
    """A value of an axis, marked where the file says it."""
    alike = value == axis.base or (
        isinstance(value, float) and isinstance(axis.base, float) and math.isclose(value, axis.base, rel_tol=1e-9)
    )
    return f"{number(value)}{BASE if alike else ''}"


def _cell(show: str, cell: Any) -> str:
    if cell.value is None:
        return _("none")
    return f"{_shown(show, cell.value)[0]}{BASE if cell.is_base else ''}"


def number(value: float | str) -> str:
    """A value of an axis: thousands grouped, no digit that was not written."""
    if isinstance(value, str):
        return value
    text = f"{value:.12g}"
    return written(
        f"{value:,.0f}"
        if value == round(value) and abs(value) < 1e15
        else f"{value:,.2f}"
        if abs(value) >= 1e4
        else text
    )


def _shown(show: str, estimate: Estimate) -> tuple[str, str]:
    if show == "p_loss":
        return chance(estimate)
    if show == "irr_p50":
        error = plus_minus(estimate.standard_error, 100.0)
        return percent(estimate.value, estimate.standard_error), f"{error} %" if error else ""
    return rounded(estimate.value, estimate.standard_error, 0), plus_minus(estimate.standard_error)


# Charts


def charts(found: Any, currency: str) -> dict[str, Spec]:
    """The grid as a chart: a heat map of two axes, points with their errors of one.

    Parameters
    ----------
    found : risksim.analysis.grid.Grid
        The grid.
    currency : str
        Of its amounts.

    Returns
    -------
    dict of str to dict
        ``grid``.
    """
    return {"grid": _map(found, currency) if len(found.axes) == 2 else _points(found, currency)}


def _map(found: Any, currency: str) -> Spec:
    rows = [
        {
            "y": number(cell.at[0]),
            "x": number(cell.at[1]),
            "value": None if cell.value is None else cell.value.value,
            "change": None if cell.value is None else cell.value.value - found.base.value,
            "text": _("none") if cell.value is None else _shown(found.show, cell.value)[0],
            "base": cell.is_base,
        }
        for cell in found.cells
    ]
    rate = found.show in ("p_loss", "irr_p50")
    value = _shown(found.show, found.base)[0]
    value = value if rate else f"{value} {currency}"
    if any(cell.is_base for cell in found.cells):
        subtitle = _("as it stands {value} (framed); orange is worse, blue is better", value=value)
    else:
        subtitle = _("as it stands {value}; orange is worse, blue is better", value=value)
    return heat_map(
        _(WORDS[found.show]),
        subtitle,
        rows,
        (axis_title(found.axes[1]), axis_title(found.axes[0])),
        _("change") if rate else _("change, {currency}", currency=currency),
        more_is_good=MORE_IS_GOOD[found.show],
        number="+.0%" if rate else "+,.3~s",
    )


def _points(found: Any, currency: str) -> Spec:
    rate = found.show in ("p_loss", "irr_p50")
    kinds = [_("changed"), _("as it stands")]
    rows = [
        {
            "x": number(cell.at[0]),
            "value": cell.value.value,
            "low": cell.value.low,
            "high": cell.value.high,
            "base": kinds[1] if cell.is_base else kinds[0],
        }
        for cell in found.cells
        if cell.value is not None
    ]
    order = [row["x"] for row in rows]
    what, place = _(WORDS[found.show]), axis_title(found.axes[0])
    name = f"{what[0].lower()}{what[1:]}" if spoken() == "da" else what.lower()
    across = {"field": "x", "type": "ordinal", "sort": order, "title": place, "axis": {"labelAngle": 0}}
    down = {
        "field": "value",
        "type": "quantitative",
        "title": name if rate else f"{name}, {currency}",
        "scale": {"zero": False},
        "axis": {"format": ".0%" if rate else ",.3~s"},
    }
    colour = {
        "field": "base",
        "type": "nominal",
        "title": None,
        "scale": {"domain": kinds, "range": [COLOURS[0], COLOURS[1]]},
    }
    base = {
        "data": {"values": [{"value": found.base.value}]},
        "mark": {"type": "rule", "strokeDash": [4, 3], "color": COLOURS[1]},
        "encoding": {"y": {"field": "value", "type": "quantitative"}},
    }
    return chart(
        _("{what} by {places}; dashed: as it stands", what=what, places=place),
        rows,
        [
            base,
            {
                "mark": "rule",
                "encoding": {"x": across, "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60},
                "encoding": {"x": across, "y": down, "color": colour},
            },
        ],
    )
