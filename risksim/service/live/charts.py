"""Charts of the memo with their data apart, so that a page which has drawn one only swaps rows.

A specification says what is drawn, and its named data sources what there is to draw. Ends of axes are rows too: of a
source that is drawn as points nobody sees. So where only numbers move the specification stays the same to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from risksim.language import _
from risksim.report.charts import Spec
from risksim.report.document import Cell, Chart, Table
from risksim.report.figures import years
from risksim.report.memo.repayment import paying
from risksim.report.memo.words import capital_letter, money_cell, party
from risksim.service.live.shapes import CellShown, ChartShown, TableShown

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts

ROWS, ENDS = "rows", "ends"
"""The main source of a chart, and the source of the ends of its axes."""
SPREAD = ("mean", "p05", "p25", "p50", "p75", "p95")
"""What the table of a fan says of a year, in its order."""
CHANNELS = ("x", "y")
PLACED = ("align", "baseline", "dx", "dy")
"""How words stand beside their place, which depends on where that is."""
_UP_TO = re.compile(r"datum\.value > [0-9.e+-]+ \?")
_BESIDE = re.compile(r" \([^()]*\)$")


def shown(chart: Chart, name: str) -> ChartShown:
    """A chart with its data apart."""
    spec = {key: part for key, part in chart.spec.items() if key != "description"}
    spec["layer"] = [dict(layer) for layer in spec["layer"]]
    _loosen(spec)
    datasets: dict[str, list[dict[str, Any]]] = {}
    for place in _sources(spec):
        rows = place["data"]["values"]
        source = ROWS if ROWS not in datasets else f"{ROWS}{len(datasets)}"
        datasets[source] = list(rows)
        place["data"] = {"name": source}
    ends = _ends(spec)
    if ends:
        datasets[ENDS] = [ends[0], ends[1]]
        spec["layer"].append(_unseen(ends[0]))
    return ChartShown(
        name=name, spec=spec, datasets=datasets, alt=chart.alt, caption=chart.caption, table=table(chart.table)
    )


def repayments(facts: Facts, repaid: Mapping[int, Any]) -> dict[str, ChartShown]:
    """What is repaid in each year: the fan of a single payer; of several bars, and fans to choose from.

    Parameters
    ----------
    facts : Facts
        Of a deal.
    repaid : mapping
        What all payers together repay, by budget year; nothing where nobody kept it.

    Returns
    -------
    dict of str to ChartShown
        ``repayment``, and with several payers ``repayment-all`` and ``repayment-1``, ``repayment-2``, ...
    """
    whole = years.all_payers(facts, "full")
    if whole is None or facts.summary is None:
        return {}
    paid = {name: {int(year): one for year, one in facts.summary.payers[name].years.items()} for name in paying(facts)}
    if len(paid) < 2:
        return {"repayment": _with_errors(shown(whole, "repayment"), next(iter(paid.values()), {}))}
    found = {"repayment": shown(whole, "repayment")}
    together = years.fan_of_all(facts, repaid, "full")
    if together is not None:
        one = _with_errors(shown(together, "repayment-all"), repaid)
        found["repayment-all"] = one.model_copy(update={"label": capital_letter(_("all payers together"))})
    for place, (name, spreads) in enumerate(paid.items(), 1):
        fan = years.fan(facts, name, "full")
        if fan is not None:
            one = _with_errors(shown(fan, f"repayment-{place}"), spreads)
            found[one.name] = one.model_copy(update={"label": capital_letter(party(name, article=False))})
    return found


def _with_errors(chart: ChartShown, spreads: Mapping[int, Any]) -> ChartShown:
    """A fan whose table says how far each number may be off."""
    rows = []
    for row in chart.table.rows:
        spread = spreads.get(int(row[0].value or 0))
        errors = [getattr(spread, name).standard_error for name in SPREAD] if spread is not None else []
        told = [_off(cell, error) for cell, error in zip(row[1:], errors, strict=False)]
        rows.append([row[0], *told, *row[1 + len(told) :]])
    notes = [*chart.table.notes, _("± is the standard error of the simulation.")]
    return chart.model_copy(update={"table": chart.table.model_copy(update={"rows": rows, "notes": notes})})


def _off(cell: CellShown, error: float) -> CellShown:
    if not error > 0.0 or cell.value is None:
        return cell
    return cell.model_copy(update={"text": f"{cell.text} ± {money_cell(error, digits=2).text}"})


def _loosen(spec: Spec) -> None:
    """Take numbers out of what is drawn: where words stand goes into rows, chances out of the names of colours."""
    for part in _layers(spec):
        mark, data = part.get("mark"), part.get("data", {}).get("values")
        if data is not None and isinstance(mark, dict) and mark.get("type") == "text":
            moving = {key: mark[key] for key in PLACED if key in mark}
            part["data"] = {"values": [row | moving for row in data]}
            part["mark"] = mark | {key: {"expr": f"datum.{key}"} for key in moving}
    spec["layer"] = _merged(spec["layer"])
    for encoding in _encodings(spec):
        colour, field = encoding.get("color", {}), encoding.get("color", {}).get("field")
        domain = colour.get("scale", {}).get("domain")
        if field == "side" and isinstance(domain, list):
            colour["scale"] = colour["scale"] | {"domain": [_BESIDE.sub("", name) for name in domain]}
            spec["data"] = {"values": [row | {field: _BESIDE.sub("", row[field])} for row in spec["data"]["values"]]}
        axis = encoding.get("y", {}).get("axis")
        if isinstance(axis, dict) and "labelExpr" in axis:
            share = "datum.value > 0.785 * domain('y')[1] ?"
            encoding["y"] = encoding["y"] | {"axis": axis | {"labelExpr": _UP_TO.sub(share, axis["labelExpr"])}}


def _merged(layers: list[Spec]) -> list[Spec]:
    """Layers that draw different rows alike, drawn once."""
    found: list[Spec] = []
    for layer in layers:
        bare = {key: part for key, part in layer.items() if key != "data"}
        like = next((one for one in found if {key: part for key, part in one.items() if key != "data"} == bare), None)
        if like is not None and "values" in like.get("data", {}) and "values" in layer.get("data", {}):
            like["data"] = {"values": [*like["data"]["values"], *layer["data"]["values"]]}
        else:
            found.append(layer)
    return found


def _layers(spec: Spec) -> Iterator[Spec]:
    for part in spec.get("layer", []):
        yield part
        yield from _layers(part)


def table(found: Table) -> TableShown:
    """A table as the page gets it."""
    return TableShown(
        name=found.name,
        caption=found.caption,
        head=list(found.head),
        rows=[[_cell(cell) for cell in row] for row in found.rows],
        notes=list(found.notes),
        emphasised=list(found.emphasised),
    )


def _cell(cell: Cell) -> CellShown:
    return CellShown(text=cell.text, value=cell.value)


def _sources(spec: Any) -> Iterator[Spec]:
    """The parts of a specification that hold rows, the whole first."""
    if isinstance(spec, dict):
        if isinstance(spec.get("data"), dict) and "values" in spec["data"]:
            yield spec
        for key, part in spec.items():
            if key != "data":
                yield from _sources(part)
    elif isinstance(spec, list):
        for part in spec:
            yield from _sources(part)


def _encodings(spec: Any) -> Iterator[Spec]:
    if isinstance(spec, dict):
        if isinstance(spec.get("encoding"), dict):
            yield spec["encoding"]
        for part in spec.get("layer", []):
            yield from _encodings(part)


def _ends(spec: Spec) -> list[dict[str, float]]:
    """The ends of the axes of numbers, taken out of their scales."""
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    for encoding in _encodings(spec):
        for channel in CHANNELS:
            scale = encoding.get(channel, {}).get("scale")
            domain = scale.get("domain") if isinstance(scale, dict) else None
            if isinstance(domain, list) and len(domain) == 2 and all(isinstance(end, int | float) for end in domain):
                encoding[channel] = encoding[channel] | {"scale": scale | {"zero": False, "nice": False}}
                del encoding[channel]["scale"]["domain"]
                low[channel] = min(float(domain[0]), low.get(channel, float(domain[0])))
                high[channel] = max(float(domain[1]), high.get(channel, float(domain[1])))
    return [low, high] if low else []


def _unseen(ends: dict[str, float]) -> Spec:
    """A layer that only stretches the axes."""
    return {
        "data": {"name": ENDS},
        "mark": {"type": "point", "opacity": 0, "size": 1, "tooltip": False},
        "encoding": {channel: {"field": channel, "type": "quantitative"} for channel in ends},
    }
