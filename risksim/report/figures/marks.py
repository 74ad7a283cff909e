"""Marks and axes that several figures draw: rows of bars, ranges, curves that fall, and amounts at the edge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from risksim.language import _
from risksim.metrics.precision import Estimate
from risksim.report.charts import Spec
from risksim.report.figures.drawing import (
    DIM,
    INK,
    LIGHT,
    MIDDLE,
    Row,
    Unit,
    error_of,
    key,
    padded,
    quantity,
    rule,
    shares,
)


def along(field: str) -> Row:
    """A place on an axis that another mark describes."""
    return {"field": field, "type": "quantitative"}


def fitted(field: str, title: str, axis: Row, domain: list[float]) -> Row:
    """An axis of numbers that ends where it is told to."""
    return quantity(field, title, axis, domain=domain, nice=False, zero=False)


def around_nought(ends: Collection[float], below: float = 0.05, above: float = 0.05) -> list[float]:
    """The ends of an axis on which everything and nought have room."""
    return padded(min(0.0, *ends), max(0.0, *ends), below, above)


def bars(down: Row, x: Row, to: str | None, band: float, colours: Row | None = None, **mark: object) -> Spec:
    """A bar in each row, from where `x` says to another field, or from nought."""
    found: Spec = {
        "mark": {"type": "bar", **mark, "stroke": INK, "strokeWidth": 0.5, "height": {"band": band}},
        "encoding": {"y": down, "x": x},
    }
    found["encoding"] |= {} if to is None else {"x2": {"field": to}}
    found["encoding"] |= {} if colours is None else {"color": colours}
    return found


def at_edge(down: Row, bold: Collection[int] = ()) -> Spec:
    """Amounts in a column at the right edge, those of some rows in bold."""
    heavy = " || ".join(f"datum.row == {place}" for place in bold) or "false"
    return {
        "layer": [
            {
                "transform": [{"filter": f"{'' if is_bold else '!'}({heavy})"}],
                "mark": {"type": "text", "align": "right", "fontWeight": "bold" if is_bold else "normal"},
                "encoding": {"y": down, "x": {"value": "width"}, "text": {"field": "said"}},
            }
            for is_bold in (False, True)
        ]
    }


def lines_of(labels: Sequence[str]) -> int:
    """Lines of the longest label."""
    return max(label.count("\n") + 1 for label in labels)


def height_of(labels: Sequence[str], beside: float, least: int) -> float:
    """Of a chart with a row for each label, and so much beside them. [pixel]"""
    return beside + len(labels) * max(least, 14 * lines_of(labels) + 8)


# Ranges of nine futures in ten


class Range(NamedTuple):
    """A mean with the ends between which nine futures in ten lie."""

    name: str
    mean: Estimate
    p05: Estimate
    p50: Estimate
    p95: Estimate

    @property
    def ends(self) -> tuple[float, float, float]:
        """What must have room on the axis."""
        return self.mean.value, self.p05.value, self.p95.value

    def row(self, place: int) -> Row:
        """As it is drawn, without what is said beside it."""
        return {
            "row": place,
            "name": self.name,
            "mean": self.mean.value,
            "p05": self.p05.value,
            "p50": self.p50.value,
            "p95": self.p95.value,
        }

    def said(self, unit: Unit) -> str:
        """In words."""
        return _(
            "{name}: {mean} on average, between {low} and {high} in nine futures of ten",
            name=self.name,
            mean=unit.prose(self.mean.value, error_of(self.mean)),
            low=unit.prose(self.p05.value, error_of(self.p05)),
            high=unit.prose(self.p95.value, error_of(self.p95)),
        )


def ranges(down: Row, x: Row, bold: Collection[int] = ()) -> list[Spec]:
    """A bar from ``p05`` to ``p95`` in each row with its ``mean``, and what is ``said`` of it at the edge."""
    kinds = (_("9 of 10 futures"), _("mean"))
    legend = key(kinds, (LIGHT, INK), symbolType="square")
    return [
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
                "x": along("mean"),
                "color": {"datum": kinds[1], "type": "nominal", **legend},
            },
        },
        at_edge(down, bold),
    ]


# Curves that fall


def at_least(values: Sequence[float], unit: Unit, ticks: int) -> Row:
    """The axis of results of which a curve tells how likely at least so much is."""
    axis = unit.axis | {"tickCount": ticks}
    return fitted("result", _("result in {unit}, at least", unit=unit.title), axis, around_nought(values))


def how_likely() -> Row:
    """The axis of their probabilities."""
    return quantity("chance", _("probability"), shares(tickCount=5, grid=True), domain=[0, 1])
