"""Deals side by side as a page of text, and as charts: the differences first, then the levels, then the inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from risksim.metrics.precision import Estimate
from risksim.report.answer import chance
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.numbers import percent, plus_minus, rounded
from risksim.report.stress import signed, visible
from risksim.report.table import heading, table

MOST_WORDS = 60
"""Lines of what a file says otherwise."""
ABOUT = {  # what each quantity is called
    "npv": "NPV of all investors",
    "lost": "chance of a loss, points",
    "loss": "money lost by investors",
    "repayment": "repaid by all payers",
}
ORDER = ("investors", "payers", "people", "public")
DIFFERENCE_HEAD = (
    "",
    "mean",
    "",
    "sd",
    "5 %",
    "25 %",
    "50 %",
    "75 %",
    "95 %",
    "higher",
    "lower",
    "unpaired",
    "paths saved",
)
LEVEL_HEAD = ("", "", "mean", "", "sd", "5 %", "25 %", "50 %", "75 %", "95 %")


class Footing(NamedTuple):
    """What stands below the page."""

    paths: int
    seed: int
    version: str


def comparison(found: Any, foot: Footing) -> str:
    """Deals side by side as text.

    Parameters
    ----------
    found : risksim.analysis.compare.Comparison
        The comparison.
    foot : Footing
        Provenance.

    Returns
    -------
    str
    """
    sides = {side.letter: side for side in found.sides}
    parts = [f"{side.letter}: {title(side)}\n" for side in found.sides]
    parts.append("\n")
    for pair in found.pairs:
        said = list(sentences(pair, found.hurdle))
        parts += [f"- {line}\n" for line in said or [f"{pair.letter}: these paths see no difference on average."]]
    parts += [part for pair in found.pairs for part in _differences(pair, found)]
    parts.append(heading(f"Each side on its own ({_money(found)})"))
    parts.append(table(LEVEL_HEAD, list(_levels(found.sides)), left=2))
    for pair in found.pairs:
        parts.append(heading(f"What {pair.letter} says otherwise than A"))
        parts += [f"- {line}\n" for line in (pair.words or ("nothing that changes a result",))[:MOST_WORDS]]
        if len(pair.words) > MOST_WORDS:
            parts.append(f"- and {len(pair.words) - MOST_WORDS} more; --json has all of them\n")
    digests = ", ".join(f"{letter} {side.digest[:12]}" for letter, side in sides.items())
    parts.append(
        f"\n{foot.paths:,} paths each, seed {foot.seed}, {found.engine} engine: {found.engine_why}.\n"
        f"Scenarios {digests}, risksim {foot.version}.\n"
        "± is one standard error, of a difference that of the pairs; `unpaired` is what it would be with luck "
        "of its own for each side,\nand `paths saved` how many times as many paths that would take.\n"
    )
    return "".join(parts)


def _money(found: Any) -> str:
    """In what money is counted, and at which rate what investors get is valued."""
    invested = any(one.quantity.key == "npv" for one in found.pairs[0].differences)
    return f"money in {found.currency}{f', NPV at {percent(found.hurdle)}' if invested else ''}"


def title(side: Any) -> str:
    """A side in a line: the deal, the stress and the file."""
    stress = "" if side.stress is None else f", with '{side.stress}'"
    return f"{side.deal}{stress} ({side.file})"


def sentences(pair: Any, hurdle: float) -> Iterator[str]:
    """What one side leaves more or less than the first, in plain words."""
    by_key = {one.quantity.key: one for one in pair.differences}
    npv, lost, paid = (by_key.get(key) for key in ("npv", "lost", "repayment"))
    if npv is not None:
        mean = npv.over_paths.mean
        if npv.p_equal.value == 1.0:
            yield f"{pair.letter} leaves investors the same as A on every path."
        else:
            more = "more" if mean.value > 0.0 else "less"
            seen = (
                f"{_size(mean)} {more} than A on average"
                if visible(mean)
                else f"on average as much as A, as far as these paths can see ({signed(mean)})"
            )
            shares = (("better", npv.p_more), ("worse", npv.p_less), ("the same", npv.p_equal))
            said = ", ".join(
                f"{how} on {percent(part.value, part.standard_error)}" for how, part in shares if part.value
            )
            yield f"{pair.letter} leaves investors {seen} (NPV at {percent(hurdle)}); of all futures {said}."
    if lost is not None and visible(lost.over_paths.mean):
        verb = "rises" if lost.over_paths.mean.value > 0.0 else "falls"
        yield f"{pair.letter}: the chance of a loss {verb} by {_size(lost.over_paths.mean, 100.0, 2)} points."
    if paid is not None and visible(paid.over_paths.mean):
        more = "more" if paid.over_paths.mean.value > 0.0 else "less"
        yield f"{pair.letter}: payers pay {_size(paid.over_paths.mean)} {more} on average."
    total = by_key.get("net benefit total")
    if total is not None and visible(total.over_paths.mean):
        more = "more" if total.over_paths.mean.value > 0.0 else "less"
        yield (
            f"{pair.letter} leaves public budgets {_size(total.over_paths.mean)} {more} on average, and more on "
            f"{chance(total.p_more)[0]} of futures."
        )


def luck(pair: Any) -> str:
    """How much luck a side shares with the first, in a line."""
    shared = pair.shared
    said = f"{shared.inputs} of {shared.of_first} uncertain numbers of A are drawn alike"
    if not shared.of_first:
        said = "A has no uncertain numbers"
    if shared.of_this != shared.of_first:
        said += f" ({pair.letter} has {shared.of_this})"
    if shared.outcomes:
        said += f", and the people's results of {', '.join(shared.outcomes)}"
    if shared.other_outcomes:
        said += f"; {', '.join(shared.other_outcomes)} stand in one of the two only, and are drawn apart"
    if not shared.same_start:
        said += "; cohorts are matched by their place in the list, and the two lists are not equally long"
    key = next((one for one in pair.differences if one.quantity.key in ("npv", "net benefit total")), None)
    if key is not None and not math.isnan(key.correlation.value):
        said += f". Correlation attained, of {label(key.quantity)}: {key.correlation.value:.3f}"
    return f"Luck shared: {said}."


def label(quantity: Any) -> str:
    """What a quantity is called in a table."""
    if quantity.key in ABOUT:
        return ABOUT[quantity.key]
    if quantity.key.startswith("repayment "):
        return f"  in {quantity.key.removeprefix('repayment ')}"
    if quantity.key.startswith("net benefit "):
        return f"net benefit, {quantity.key.removeprefix('net benefit ')}"
    return str(quantity.key)


def _differences(pair: Any, found: Any) -> Iterator[str]:
    yield heading(f"{pair.letter} less A, path by path ({_money(found)})")
    shown = [one for one in pair.differences if not (_is_year(one.quantity) and one.p_equal.value == 1.0)]
    yield table(DIFFERENCE_HEAD, [_difference(one) for one in shown])
    if len(shown) < len(pair.differences):
        yield "Years in which both pay the same on every path are left out.\n"
    yield f"{luck(pair)}\n"
    yield from (f"Mind: {remark}\n" for remark in pair.remarks)


def _is_year(quantity: Any) -> bool:
    return bool(quantity.key.startswith("repayment "))


def _difference(one: Any) -> tuple[str, ...]:
    if one.p_equal.value == 1.0:
        return (label(one.quantity), "the same", *[""] * (len(DIFFERENCE_HEAD) - 2))
    scale, places = _scale(one.quantity)
    mean, error = one.over_paths.mean, plus_minus(one.over_paths.mean.standard_error, scale)
    text = signed(mean, scale, places).split(" ")[0]
    quantiles = _quantiles(one.quantity, one.over_paths)
    unpaired = plus_minus(one.unpaired, scale)
    return (
        label(one.quantity),
        text,
        error,
        _point(one.over_paths.sd, scale, places),
        *quantiles,
        chance(one.p_more)[0],
        chance(one.p_less)[0],
        unpaired,
        _times(one.saved),
    )


def _times(saved: float) -> str:
    if math.isnan(saved):
        return ""
    return "all" if math.isinf(saved) else f"{saved:,.1f} x" if saved < 100 else f"{saved:,.0f} x"


def _levels(sides: Sequence[Any]) -> Iterator[tuple[str, ...]]:
    names = dict.fromkeys(level.quantity for side in sides for level in side.levels)
    # Years that only a later side has stand with the other years.
    for quantity in sorted(names, key=lambda one: (ORDER.index(one.about), one.key if one.about == "payers" else "")):
        scale, places = _scale(quantity)
        if _is_year(quantity) and not any(
            _pays(level) for side in sides for level in side.levels if level.quantity == quantity
        ):
            continue
        here = [(side, level) for side in sides for level in side.levels if level.quantity == quantity]
        for number, (side, level) in enumerate(here):
            over = level.over_paths
            quantiles = _quantiles(quantity, over)
            mean = rounded(scale * over.mean.value, scale * over.mean.standard_error, places)
            spread = "" if quantity.unit == "1" else _point(over.sd, scale, places)
            name = label(quantity).replace(", points", ", %") if number == 0 else ""
            yield (name, side.letter, mean, plus_minus(over.mean.standard_error, scale), spread, *quantiles)
    for number, side in enumerate(side for side in sides if side.irr is not None):
        rates = [percent(one.value, one.standard_error, 1) for one in side.irr.quantiles]
        there = "" if side.irr.p_exists.value == 1.0 else f"of {percent(side.irr.p_exists.value, 0.0, 1)}"
        yield ("IRR of all investors" if number == 0 else "", side.letter, "", there, "", *rates)


def _pays(level: Any) -> bool:
    """Whether anything is paid in a year on any path."""
    return bool(level.over_paths.mean.value != 0.0)


def _quantiles(quantity: Any, over: Any) -> list[str]:
    # Those of an event are 0 or 1 and say nothing that its chance doesn't.
    if quantity.unit == "1":
        return [""] * len(over.quantiles)
    return [_point(each, 1.0, 0) for each in over.quantiles]


def _scale(quantity: Any) -> tuple[float, int]:
    return (100.0, 2) if quantity.unit == "1" else (1.0, 2 if quantity.unit == "people" else 0)


def _point(estimate: Estimate, scale: float, places: int) -> str:
    return rounded(scale * estimate.value, scale * estimate.standard_error, places)


def _size(estimate: Estimate, scale: float = 1.0, places: int = 0) -> str:
    return signed(estimate._replace(value=abs(estimate.value)), scale, places).removeprefix("+")


# Charts


def charts(found: Any) -> dict[str, Spec]:
    """Difference distributions as charts, by side and quantity.

    Parameters
    ----------
    found : risksim.analysis.compare.Comparison
        The comparison.

    Returns
    -------
    dict of str to dict
        ``B npv``, ``B repayment`` and so on, for what varies: a histogram whose bars are gains or losses, never both.
    """
    wanted = ("npv", "loss", "repayment")
    return {
        f"{pair.letter} {one.quantity.key}": histogram(pair.letter, one, found.currency)
        for pair in found.pairs
        for one in pair.differences
        if (one.quantity.key in wanted or one.quantity.key.startswith("net benefit ")) and len(one.bins) > 1
    }


def histogram(letter: str, one: Any, currency: str) -> Spec:
    """The distribution of a difference, with a line at zero and one at its mean."""
    what = label(one.quantity)
    unit = currency if one.quantity.unit == "currency" else one.quantity.unit
    mean = one.over_paths.mean
    rows = [
        {"low": low, "high": high, "probability": part, "side": f"{letter} more" if low >= 0.0 else f"{letter} less"}
        for low, high, part in one.bins
    ]
    sides = [f"{letter} more", f"{letter} less"]
    subtitle = (
        f"{percent(one.p_more.value, 0.0, 1)} of futures more, {percent(one.p_less.value, 0.0, 1)} less; "
        f"mean {signed(mean)} {unit} (dashed)"
    )
    headline = f"{what}: {letter} less A, path by path"
    spec = chart(
        headline,
        rows,
        [
            {
                "mark": {"type": "bar", "binSpacing": 0},
                "encoding": {
                    "x": {
                        "field": "low",
                        "type": "quantitative",
                        "bin": {"binned": True},
                        "title": f"difference, {unit}",
                    },
                    "x2": {"field": "high"},
                    "y": {
                        "field": "probability",
                        "type": "quantitative",
                        "title": "share of futures",
                        "axis": {"format": "%"},
                    },
                    "color": {
                        "field": "side",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": sides, "range": [COLOURS[0], COLOURS[1]]},
                    },
                },
            },
            _line(0.0, "black", []),
            _line(mean.value, "black", [4, 3]),
        ],
    )
    return spec | {"title": {"text": headline, "subtitle": subtitle, "anchor": "start"}}


def _line(at: float, colour: str, dash: list[int]) -> Spec:
    return {
        "data": {"values": [{"at": at}]},
        "mark": {"type": "rule", "color": colour, "strokeDash": dash},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }
