"""Charts of joined sites and of what each deal adds to the risk of a fund."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from risksim.language import _
from risksim.metrics.precision import Estimate
from risksim.report.charts import COLOURS, Spec, chart


class Point(NamedTuple):
    """A number for so many sites."""

    sites: int
    series: str
    estimate: Estimate


def sites_chart(title: str, axis: str, points: Sequence[Point], *, share: bool) -> Spec:
    """Numbers of sites against a number, with 95 % intervals.

    Parameters
    ----------
    title : str
        What is seen.
    axis : str
        Title of the upright axis, with its unit.
    points : sequence of Point
        What is drawn; a line for each series.
    share : bool
        Show it in per cent.

    Returns
    -------
    dict
    """
    rows = [
        {
            "sites": point.sites,
            "series": point.series,
            "value": point.estimate.value,
            "low": point.estimate.low,
            "high": point.estimate.high,
        }
        for point in points
        if point.estimate.value == point.estimate.value
    ]
    across = {
        "field": "sites",
        "type": "ordinal",
        "title": _("number of municipalities"),
        "axis": {"labelAngle": 0},
    }
    upright: Spec = {
        "field": "value",
        "type": "quantitative",
        "title": axis,
        "scale": {"zero": True},
        "axis": {"format": "%" if share else "~s"},
    }
    colour = {
        "field": "series",
        "type": "nominal",
        "title": None,
        "legend": {"orient": "bottom", "columns": 1, "labelLimit": 480},
    }
    return chart(
        title,
        rows,
        [
            {
                "mark": {"type": "line", "point": True},
                "encoding": {"x": across, "y": upright, "color": colour},
            },
            {
                "mark": {"type": "rule"},
                "encoding": {
                    "x": across,
                    "y": {"field": "low", "type": "quantitative"},
                    "y2": {"field": "high"},
                    "color": colour,
                },
            },
        ],
    )


def contributions_chart(title: str, currency: str, rows: Sequence[tuple[str, Estimate]]) -> Spec:
    """What each deal adds to a number of the fund, as bars with 95 % intervals, the largest on top."""
    data: list[dict[str, Any]] = [
        {"deal": name, "value": found.value, "low": found.low, "high": found.high} for name, found in rows
    ]
    down = {"field": "deal", "type": "nominal", "title": None, "sort": {"field": "value", "order": "descending"}}
    along = {"field": "value", "type": "quantitative", "title": currency, "axis": {"format": "~s"}}
    spread = {"field": "low", "type": "quantitative"}
    return chart(
        title,
        data,
        [
            {"mark": {"type": "bar", "color": COLOURS[0]}, "encoding": {"y": down, "x": along}},
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"y": down, "x": spread, "x2": {"field": "high"}},
            },
        ],
        height={"step": 24},
    )
