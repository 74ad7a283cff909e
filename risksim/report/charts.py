"""Charts as Vega-Lite specifications: plain dictionaries with their data inside, which any page can draw.

One look for all: colours that the colour-blind tell apart, the numbers of the table and no others, and a title that
says what is seen. Nothing is reckoned here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from risksim.language import spoken

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
"""The version of the language."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's colours, in the order in which series take them."""
WIDTH, HEIGHT = 520, 240
"""Size of a chart. [pixel]"""
DANISH_NUMBERS = {
    "decimal": ",",
    "thousands": ".",
    "grouping": [3],
    "currency": ["", " kr."],
    "percent": "\N{NO-BREAK SPACE}%",
}
"""How numbers are written in a Danish chart."""

Spec = dict[str, Any]
"""A Vega-Lite specification."""


def chart(title: str, rows: Sequence[dict[str, Any]], layers: Sequence[Spec], **more: Any) -> Spec:
    """A chart of some rows.

    Parameters
    ----------
    title : str
        What is seen, as a sentence.
    rows : sequence of dict
        The data, a row each.
    layers : sequence of dict
        Marks with their encodings, drawn one over the other.
    **more
        Further keys of the specification.

    Returns
    -------
    dict
    """
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "anchor": "start"},
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": list(rows)},
        "layer": list(layers),
        "config": {
            "range": {"category": list(COLOURS)},
            "view": {"stroke": None},
            "axis": {"grid": False},
            **({"locale": {"number": DANISH_NUMBERS}} if spoken() == "da" else {}),
        },
    } | more
