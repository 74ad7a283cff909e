"""Charts as pictures: a Vega-Lite specification drawn without a browser, in the font and number marks of the page.

The same specification gives the same bytes every time, and is drawn once for all forms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from risksim.language import Language
from risksim.report.charts import Spec
from risksim.report.document import Chart

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Roboto"
VERSION = "5.21"
"""Of Vega-Lite, the newest in the language that `risksim.report.charts.SCHEMA` names."""
NUMBERS: Mapping[Language, Mapping[str, Any]] = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "minus": "−"},
    "da": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " kr."], "minus": "−", "percent": " %"},
}
"""How a chart writes numbers, in the words of d3-format."""
TIMES: Mapping[Language, str] = {"en": "en-GB", "da": "da-DK"}
THREADS = 4
"""That draw charts at once."""
LOOK: Spec = {
    "font": FAMILY,
    "aria": False,  # Vega would describe axes in English; the page has the words of the chart
    "title": {"fontSize": 12, "fontWeight": 500, "anchor": "start", "color": "#1a1a1a"},
    "axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "labelColor": "#1a1a1a"},
    "legend": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"},
    "view": {"stroke": None},
}
"""What a specification leaves open."""

_NAMES = re.compile(r'(?<=\sid=")[^"]+(?=")')
_IDLE = re.compile(
    r'\s(?:(?:aria-[a-z]+|role|class)="[^"]*"|pointer-events="none"|opacity="1"|fill-opacity="1"|stroke-opacity="1")'
    r'|<path(?=[^>]* d="(?:|M0,0h0v0h0Z)")[^>]*/>'
)
"""What changes nothing that is seen, or describes it in English."""
_EMPTY = re.compile(r"<g(?: [^>]*)?></g>")


def svg(spec: Spec, language: Language, name: str = "chart") -> str:
    """A chart as SVG, its text in letters.

    Parameters
    ----------
    spec : dict
        Vega-Lite with its data inside.
    language : {"en", "da"}
        Whose marks its numbers have.
    name : str
        What names inside it begin with; several in one page must not share it.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    drawn = _svg(_key(spec), language)
    return drawn.replace('id="own-', f'id="{name}-').replace("url(#own-", f"url(#{name}-")


def all_svg(specs: Sequence[Spec], language: Language) -> tuple[str, ...]:
    """Several charts as SVG, drawn side by side where the machine can."""
    _vega()
    with ThreadPoolExecutor(min(len(specs), THREADS) or 1) as pool:
        return tuple(pool.map(lambda spec: svg(spec, language), specs))


def png(spec: Spec, language: Language, scale: float = 3.0) -> bytes:
    """A chart as a picture.

    Parameters
    ----------
    spec : dict
        Vega-Lite with its data inside.
    language : {"en", "da"}
        Whose marks its numbers have.
    scale : float
        Points of the picture for each of the chart.

    Returns
    -------
    bytes
    """
    return _png(svg(spec, language), scale)


def heading(chart: Chart) -> str:
    """What stands above a chart: its caption, else the title inside it."""
    title = chart.spec.get("title", "")
    text = title.get("text", "") if isinstance(title, Mapping) else title
    return chart.caption or (" ".join(text) if isinstance(text, list) else str(text or ""))


def untitled(chart: Chart) -> Spec:
    """A chart without the title inside it, for pages that set `heading` above it: words there may break lines."""
    return {key: value for key, value in chart.spec.items() if key != "title"}


def _key(spec: Spec) -> str:
    """A specification as text with the look of the pages."""
    own = spec.get("config", {})
    look = {key: (value | own.get(key, {}) if isinstance(value, dict) else value) for key, value in LOOK.items()}
    drawn = {key: value for key, value in spec.items() if key not in ("$schema", "description")}
    return json.dumps(drawn | {"config": own | look}, ensure_ascii=False)


@lru_cache(maxsize=256)
def _svg(text: str, language: Language) -> str:
    found = _vega().vegalite_to_svg(json.loads(text), **_how(language))
    assert isinstance(found, str)
    found = _IDLE.sub("", found)
    while (fewer := _EMPTY.sub("", found)) != found:
        found = fewer
    for position, name in enumerate(dict.fromkeys(_NAMES.findall(found))):
        found = re.sub(rf'(?<=\sid="){re.escape(name)}(?=")', f"own-{position}", found)
        found = re.sub(rf"url\(#{re.escape(name)}\)", f"url(#own-{position})", found)
    return found


@lru_cache(maxsize=64)
def _png(drawn: str, scale: float) -> bytes:
    found = _vega().svg_to_png(drawn, scale=scale)
    assert isinstance(found, bytes)
    return found


def _how(language: Language) -> dict[str, Any]:
    """How all charts of a language are drawn: nothing is fetched."""
    return {
        "vl_version": VERSION,
        "allowed_base_urls": [],
        "format_locale": dict(NUMBERS[language]),
        "time_format_locale": TIMES[language],
    }


@cache
def _vega() -> Any:
    """The drawing library, its fonts known."""
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
