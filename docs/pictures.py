"""Draw the pictures of the documentation from real runs: ``python docs/pictures.py``.

Needs vl-convert-python, which neither the program nor its tests need.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import vl_convert

import risksim

HERE = Path(__file__).parent
FONT = "DejaVu Sans, Arial, sans-serif"
BLUE, RED, GREY = "#2b6c99", "#b5442e", "#5a5a5a"


def title(text: str, subtitle: str) -> dict[str, Any]:
    """Title of a panel."""
    return {
        "text": text,
        "subtitle": subtitle,
        "anchor": "start",
        "fontSize": 15,
        "subtitleFontSize": 12,
        "subtitleColor": GREY,
    }


def returns(run: risksim.Run) -> dict[str, Any]:
    """Histogram of the investor's result, losses apart."""
    result = (run.paths.received[:, 0] - run.paths.drawn[:, 0]) / run.plan.minor_units / 1e6
    width = 0.2
    edges = np.arange(np.floor(result.min() / width) * width, result.max() + width, width)
    counts, edges = np.histogram(result, edges)
    loss = float((result < 0).mean())
    rows = [
        {
            "from": round(float(a), 4),
            "to": round(float(b), 4),
            "share": float(n) / result.size,
            "side": "loss" if b <= 1e-9 else "gain",
        }
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    return {
        "width": 380,
        "height": 230,
        "title": title(
            f"In {100 - round(100 * loss)} of 100 futures the capital comes back",
            "Received less paid in, million kroner",
        ),
        "data": {"values": rows},
        "mark": {"type": "bar", "stroke": "white", "strokeWidth": 0.5},
        "encoding": {
            "x": {"field": "from", "type": "quantitative", "title": None, "bin": {"binned": True}},
            "x2": {"field": "to"},
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": "share of futures",
                "axis": {"format": ".0%", "tickCount": 5},
            },
            "color": {
                "field": "side",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": ["loss", "gain"], "range": [RED, BLUE]},
            },
        },
    }


def repayment(run: risksim.Run) -> dict[str, Any]:
    """Repayment by budget year as a fan."""
    labels = run.plan.labels
    paid = run.paths.repayment.sum(axis=1) / run.plan.minor_units / 1e6
    rows = []
    for position, year in enumerate(labels.years):
        p05, p25, p50, p75, p95 = np.quantile(paid[:, position], [0.05, 0.25, 0.5, 0.75, 0.95])
        rows.append({"year": str(year), "p05": p05, "p25": p25, "p50": p50, "p75": p75, "p95": p95})
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    y = {"type": "quantitative", "title": "million kroner", "axis": {"tickCount": 5}}
    return {
        "width": 380,
        "height": 230,
        "title": title(
            "What the municipality repays in each budget year", "Middle half and nine tenths of futures, and the median"
        ),
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "bar", "color": BLUE, "opacity": 0.25, "width": 30},
                "encoding": {"x": x, "y": {**y, "field": "p05"}, "y2": {"field": "p95"}},
            },
            {
                "mark": {"type": "bar", "color": BLUE, "opacity": 0.55, "width": 30},
                "encoding": {"x": x, "y": {**y, "field": "p25"}, "y2": {"field": "p75"}},
            },
            {
                "mark": {"type": "tick", "color": "black", "thickness": 2, "width": 30},
                "encoding": {"x": x, "y": {**y, "field": "p50"}},
            },
        ],
    }


def main() -> None:
    """Draw every picture."""
    run = risksim.simulate(risksim.read(HERE.parent / "scenarios" / "broendby-tuba.yaml"))
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        "padding": 16,
        "hconcat": [returns(run), repayment(run)],
        "spacing": 40,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "grid": False},
        },
    }
    (HERE / "images" / "broendby-tuba.svg").write_text(vl_convert.vegalite_to_svg(chart), encoding="utf-8")


if __name__ == "__main__":
    main()
