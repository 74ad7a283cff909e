"""Heat maps as charts: colours that run from bad to good through nothing, and that the colour-blind tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from risksim.report.charts import Spec, chart

SCHEME = "blueorange"
"""A diverging scheme of Vega without red beside green; orange is bad, blue is good, and near white is no change."""
CELL_WIDTH, CELL_HEIGHT = 76, 34
"""Size of a cell. [pixel]"""
MOST_LETTERS = 34
"""Letters of a name on an axis. [pixel / 6]"""


def heat_map(
    title: str,
    subtitle: str,
    rows: Sequence[dict[str, Any]],
    axes: tuple[str | None, str | None],
    legend: str,
    *,
    more_is_good: bool,
    number: str,
) -> Spec:
    """A heat map.

    Parameters
    ----------
    title, subtitle : str
        What is seen.
    rows : sequence of dict
        A cell each: ``x`` and ``y`` as text, ``change`` that colours it (None where there is none), ``text`` shown
        in it and ``base`` where it is framed.
    axes : tuple of str or None
        Titles of both axes.
    legend : str
        What the colours are.
    more_is_good : bool
        Whether a rise is blue.
    number : str
        Format of the legend.

    Returns
    -------
    dict
    """
    far = max((abs(row["change"]) for row in rows if row["change"] is not None), default=0.0) or 1.0
    across, down = (list(dict.fromkeys(row[axis] for row in rows)) for axis in ("x", "y"))
    where = {
        "x": {
            "field": "x",
            "type": "ordinal",
            "sort": across,
            "title": axes[0],
            "axis": {"orient": "top", "labelAngle": -35 if max(map(len, across)) > 10 else 0, "labelLimit": 240},
        },
        "y": {
            "field": "y",
            "type": "ordinal",
            "sort": down,
            "title": axes[1],
            "axis": {"labelLimit": 6 * MOST_LETTERS},
        },
    }
    colour = {
        "field": "change",
        "type": "quantitative",
        "title": legend,
        "scale": {"scheme": SCHEME, "reverse": more_is_good, "domain": [-far, far], "domainMid": 0},
        "legend": {"format": number},
    }
    dark = f"abs(datum.change) > {0.6 * far!r}"
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "stroke": "white"},
            "transform": [{"filter": "datum.change != null"}],
            "encoding": where | {"color": colour},
        },
        {
            "mark": {"type": "rect", "fill": None, "stroke": "black", "strokeWidth": 2},
            "transform": [{"filter": "datum.base"}],
            "encoding": where,
        },
        {
            "mark": {"type": "text", "fontSize": 11},
            "encoding": where
            | {"text": {"field": "text"}, "color": {"condition": {"test": dark, "value": "white"}, "value": "black"}},
        },
    ]
    size = {"width": CELL_WIDTH * len(across), "height": CELL_HEIGHT * len(down)}
    return chart(title, rows, layers, **size) | {"title": {"text": title, "subtitle": subtitle, "anchor": "start"}}
