"""Draw the pictures of the documentation from real runs: ``python docs/pictures.py``.

Needs vl-convert-python, which neither the program nor its tests need.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import vl_convert

import risksim
from risksim import api
from risksim.metrics.purse import PurseSummary

HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "scenarios"
FONT = "DejaVu Sans, Arial, sans-serif"
BLUE, RED, GREY = "#2b6c99", "#b5442e", "#5a5a5a"


def title(text: str, subtitle: str | list[str]) -> dict[str, Any]:
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


def cash_position(summary: PurseSummary, budget: str) -> dict[str, Any]:
    """Cash position of a budget year by year, with nine tenths of futures around it."""
    rows = [
        {
            "year": year,
            "mean": found.position.mean.value / 1e6,
            "p05": found.position.p05.value / 1e6,
            "p95": found.position.p95.value / 1e6,
        }
        for year, found in summary.budgets[budget].years.items()
    ]
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    ends = [row[end] for row in rows for end in ("p05", "p95")]
    room = 0.06 * (max(ends) - min(ends))  # no label of the axis at its very ends: titles of both panels stand alike
    scale = {"domain": [min(ends) - room, max(ends) + room], "nice": False}
    y = {"type": "quantitative", "title": None, "scale": scale, "axis": {"tickCount": 6, "format": ".1f"}}
    return {
        "width": 400,
        "height": 240,
        "title": title(
            f"The {budget} repays before it saves",
            ["Cash position at the end of each year, million kroner:", "mean, and nine tenths of futures"],
        ),
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "area", "color": BLUE, "opacity": 0.25},
                "encoding": {"x": x, "y": {**y, "field": "p05"}, "y2": {"field": "p95"}},
            },
            {"mark": {"type": "rule", "color": GREY, "strokeDash": [4, 3]}, "encoding": {"y": {"datum": 0}}},
            {
                "mark": {"type": "line", "color": BLUE, "strokeWidth": 2.5, "point": {"color": BLUE, "size": 45}},
                "encoding": {"x": x, "y": {**y, "field": "mean"}},
            },
        ],
    }


def pockets(summary: PurseSummary) -> dict[str, Any]:
    """What each budget pays beside what it gains."""
    rows = [
        {"budget": budget, "side": side, "value": value / 1e6, "label": f"{side} {value / 1e6:.1f}"}
        for budget, found in summary.budgets.items()
        for side, value in (("pays", found.pocket.pays.value), ("gains", found.pocket.gains.value))
        if value > 0.0
    ]
    y = {"field": "budget", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 200}}
    offset = {"field": "side", "sort": ["pays", "gains"], "scale": {"domain": ["pays", "gains"]}}
    most = 1.25 * max(row["value"] for row in rows)  # room for the label of the longest bar
    scale = {"domain": [0.0, most], "nice": False}
    x = {"field": "value", "type": "quantitative", "title": None, "scale": scale, "axis": {"tickCount": 5}}
    return {
        "width": 380,
        "height": 240,
        "title": title(
            "Whoever pays is not whoever gains",
            ["What each budget pays back and what it saves,", "mean present values, million kroner"],
        ),
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "bar"},
                "encoding": {
                    "y": y,
                    "yOffset": offset,
                    "x": x,
                    "color": {
                        "field": "side",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": ["pays", "gains"], "range": [RED, BLUE]},
                        "legend": None,
                    },
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12},
                "encoding": {"y": y, "yOffset": offset, "x": x, "text": {"field": "label"}},
            },
        ],
    }


def write(name: str, panels: list[dict[str, Any]]) -> None:
    """Draw panels side by side."""
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        "padding": 16,
        "hconcat": panels,
        "spacing": 40,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "grid": False},
        },
    }
    (HERE / "images" / f"{name}.svg").write_text(vl_convert.vegalite_to_svg(chart), encoding="utf-8")


def public(name: str) -> PurseSummary:
    """The public purse of one of the small deals on public budgets."""
    return api.summarise_purse(api.run_purse(api.read(SCENARIOS / "public" / f"{name}.yaml")))


def main() -> None:
    """Draw every picture."""
    run = risksim.simulate(risksim.read(SCENARIOS / "broendby-tuba.yaml"))
    write("broendby-tuba", [returns(run), repayment(run)])
    early = public("repays-before-it-saves")
    write("public-purse", [cash_position(early, "municipality"), pockets(public("wrong-pocket"))])


if __name__ == "__main__":
    main()
