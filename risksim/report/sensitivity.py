"""What the answer hangs on, as a page of text and charts."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import N_, _, plural
from risksim.metrics.boxes import Box
from risksim.metrics.precision import Estimate, Z
from risksim.report.answer import chance, translated
from risksim.report.charts import Spec, chart
from risksim.report.decompose import is_seen
from risksim.report.input_titles import input_title, input_value
from risksim.report.numbers import marked, number, percent, plus_minus, rounded
from risksim.report.said_below import in_words, listing
from risksim.report.table import heading, table

OPENINGS = {
    "losses": N_("Losses concentrate where {where} (covers {covers}, density {density})."),
    "money back": N_("The money comes back mostly where {where} (covers {covers}, density {density})."),
    "worst tenth": N_("The worst tenth of futures lies mostly where {where} (covers {covers}, density {density})."),
}
"""A sentence about a box, by what it tells from the rest."""
NO_BOX = {
    "losses": N_("No limits on a few inputs tell losses from the rest."),
    "money back": N_("No limits on a few inputs tell futures in which the money comes back from the rest."),
    "worst tenth": N_("No limits on a few inputs tell the worst tenth of futures from the rest."),
}
"""What is said where there is none."""
FOOTNOTES = {
    "losses": N_(
        "Of all futures {share} end in a loss. {mass} lie within these limits; of them {density} do, and they are "
        "{coverage} of all that do, counted on paths that had no part in the search."
    ),
    "money back": N_(
        "Of all futures {share} bring the money back. {mass} lie within these limits; of them {density} do, and they "
        "are {coverage} of all that do, counted on paths that had no part in the search."
    ),
    "worst tenth": N_(
        "Of all futures {share} are the worst tenth. {mass} lie within these limits; of them {density} do, and they "
        "are {coverage} of all that do, counted on paths that had no part in the search."
    ),
}
"""What its numbers mean."""
HITS = {
    "losses": (N_("loss"), N_("no loss")),
    "money back": (N_("money back"), N_("loss")),
    "worst tenth": (N_("worst tenth"), N_("the rest")),
}
"""What the paths of a picture are called: those told from the rest, and the rest."""
TORNADO_HEAD = (
    "",
    N_("10 % point"),
    N_("90 % point"),
    N_("NPV at 10 %"),
    N_("at 90 %"),
    N_("swing"),
    "",
    N_("P(loss) at 10 %"),
    N_("at 90 %"),
)
MOST_ROWS = 24
"""Inputs in a table or a chart at most; JSON has all."""
UNSTABLE = 0.8
"""Share of the resamples below which a restriction is said to be unsure. [1]"""


class InputOf(NamedTuple):
    """An uncertain input."""

    input: str
    unit: str
    mean: float
    origin: str
    is_assumption: bool
    places: int | None


class EndsOf(NamedTuple):
    """A figure with one input at two points."""

    low: Estimate
    high: Estimate
    swing: Estimate


class BarOf(NamedTuple):
    """One input of a tornado."""

    input: str
    low_value: float
    high_value: float
    npv: EndsOf
    p_loss: EndsOf


class IndexOf(NamedTuple):
    """What an input has of a variance."""

    input: str
    npv: Estimate
    p_loss: Estimate


class SobolOf(NamedTuple):
    """Indices of what is expected given the inputs."""

    input: str
    npv_first: Estimate
    npv_total: Estimate
    p_loss_first: Estimate
    p_loss_total: Estimate


class JudgedOf(NamedTuple):
    """A constant that is a judgement."""

    key: str
    what: str
    value: str
    where: tuple[str, ...]
    low_value: float | None
    high_value: float | None
    npv: EndsOf | None
    p_loss: EndsOf | None
    net_benefit: EndsOf | None
    reason: str


class PointsOf(NamedTuple):
    """Some paths for a picture."""

    inputs: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    npv: tuple[float, ...]
    hits: tuple[bool, ...]


class Told(NamedTuple):
    """All that is told, with deal and provenance."""

    deal: str
    currency: str
    hurdle: float
    """[1/year]"""
    base_npv: Estimate
    base_p_loss: Estimate
    paths: int
    seed: int
    digest: str
    version: str
    one_cohort: bool
    inputs: tuple[InputOf, ...]
    given_data: tuple[IndexOf, ...]
    tornado: tuple[BarOf, ...]
    tornado_paths: int
    sobol: tuple[SobolOf, ...]
    sobol_paths: int
    sobol_inner: int
    box_of: str
    box_inputs: tuple[str, ...]
    box: Box | None
    guesses: tuple[str, ...]
    judged: tuple[JudgedOf, ...]
    points: PointsOf

    def title(self, name: str) -> str:
        """An input in words."""
        return input_title(name, self.one_cohort)

    def value(self, name: str, value: float) -> str:
        """A value of an input with its unit."""
        one = next(each for each in self.inputs if each.input == name)
        return input_value(name, value, one.unit, one.places)


def page(told: Told) -> str:
    """What the answer hangs on, as text.

    Parameters
    ----------
    told : Told
        All that is told.

    Returns
    -------
    str
    """
    parts = [f"{told.deal}\n", f"{box_sentence(told)}\n"]
    if told.box is not None:
        parts.append(f"{box_footnote(told, told.box)}\n")
    parts += [_shares(told), _tornado(told), _sobol(told), _guesses(told), _judged(told)]
    npv, p_loss = told.base_npv, chance(told.base_p_loss)
    parts.append(
        _(
            "\nAs it stands the mean net present value of all investors, at {rate} a year, is {npv} {currency} and "
            "P(loss) is {p_loss}.\n"
            "{paths} paths, seed {seed}. Scenario {digest}, risksim {version}. ± is one standard error.\n",
            rate=percent(told.hurdle),
            npv=rounded(npv.value, npv.standard_error, 0),
            currency=told.currency,
            p_loss=p_loss[0],
            paths=number(told.paths),
            seed=told.seed,
            digest=told.digest[:12],
            version=told.version,
        )
    )
    return "".join(parts)


def box_sentence(told: Told) -> str:
    """Where futures of a kind lie, in one sentence.

    Parameters
    ----------
    told : Told
        All that is told.

    Returns
    -------
    str
        As "Losses concentrate where enrolment <= 84 of 120 people and dropout > 31 % (covers 71 %, density 64 %)."
    """
    if told.box is None:
        return _(NO_BOX[told.box_of])
    sides = [
        f"{told.title(name)} {'>' if one.above else '≤'} {told.value(name, one.limit)}"
        for name, one in zip(told.box_inputs, told.box.restrictions, strict=True)
    ]
    covers, density = (percent(each.value, 0.0, 0) for each in (told.box.coverage, told.box.density))
    return _(OPENINGS[told.box_of], where=listing(sides), covers=covers, density=density)


def box_footnote(told: Told, box: Box) -> str:
    """What the numbers of a box mean, and which of its limits are unsure."""
    share, mass, density, coverage = (
        percent(each.value, each.standard_error, 1) for each in (box.share, box.mass, box.density, box.coverage)
    )
    unsure = [
        (told.title(where), one)
        for where, one in zip(told.box_inputs, box.restrictions, strict=True)
        if one.found_again < UNSTABLE
    ]
    said = _(FOOTNOTES[told.box_of], share=share, mass=mass, density=density, coverage=coverage)
    if not unsure:
        return said
    doubts = [
        _(
            "the limit on {input} is found again in {share} of resamples only",
            input=title,
            share=number(one.found_again, ".0%").replace("%", " %"),
        )
        for title, one in unsure
    ]
    return _("{said} Unsure: {doubts}.", said=said, doubts="; ".join(doubts))


def _share(estimate: Estimate) -> tuple[str, str]:
    if estimate.value != estimate.value:
        return "-", ""
    if not is_seen(estimate):
        return "0 %", ""
    return percent(estimate.value, estimate.standard_error, 1), plus_minus(estimate.standard_error, 100.0)


def _shares(told: Told) -> str:
    head = ("", _("known as"), _("of net present value"), "", _("of loss or none"), "")
    kinds = {one.input: _("assumption") if one.is_assumption else _("source") for one in told.inputs}
    rows = [
        (told.title(one.input), kinds[one.input], *_share(one.npv), *_share(one.p_loss))
        for one in told.given_data[:MOST_ROWS]
    ]
    more = _more(len(told.given_data))
    return (
        heading(_("Share of the variance that each input decides alone (from the run as it stands)"))
        + table(head, rows, left=2)
        + more
        + _("What is missing to 100 % is luck, and what inputs do together.\n")
    )


def _more(n: int) -> str:
    if n <= MOST_ROWS:
        return ""
    return plural(
        "and {number} more inputs, in --json\n",
        "and {number} more inputs, in --json\n",
        n - MOST_ROWS,
        number=n - MOST_ROWS,
    )


def _tornado(told: Told) -> str:
    if not told.tornado:
        return ""
    head = translated(TORNADO_HEAD)
    rows = []
    for bar in told.tornado:
        npv, p_loss = bar.npv, bar.p_loss
        rows.append(
            (
                told.title(bar.input),
                told.value(bar.input, bar.low_value),
                told.value(bar.input, bar.high_value),
                rounded(npv.low.value, npv.low.standard_error, 0),
                rounded(npv.high.value, npv.high.standard_error, 0),
                rounded(npv.swing.value, npv.swing.standard_error, 0),
                plus_minus(npv.swing.standard_error),
                chance(p_loss.low)[0],
                chance(p_loss.high)[0],
            )
        )
    left = ""
    if len(told.tornado) < len(told.inputs):
        left = plural(
            "Only the {number} with the largest shares above.\n",
            "Only the {number} with the largest shares above.\n",
            len(told.tornado),
            number=len(told.tornado),
        )
    paths = number(told.tornado_paths)
    return (
        heading(_("One input at a time (mean over {paths} paths; {currency})", paths=paths, currency=told.currency))
        + table(head, rows)
        + left
        + _(
            "One input is held at its 10 % and its 90 % point while all others and all luck stay as drawn: what "
            "happens when two\nmove together is not in this table.\n"
        )
    )


def _sobol(told: Told) -> str:
    if not told.sobol:
        return ""
    head = ("", _("NPV: alone"), "", _("in all"), "", _("P(loss): alone"), "", _("in all"), "")
    ranked = sorted(
        told.sobol, key=lambda one: -one.npv_total.value if one.npv_total.value == one.npv_total.value else 0.0
    )
    rows = [
        (
            told.title(one.input),
            *_share(one.npv_first),
            *_share(one.npv_total),
            *_share(one.p_loss_first),
            *_share(one.p_loss_total),
        )
        for one in ranked[:MOST_ROWS]
    ]
    return (
        heading(_("Share of the variance of what is expected given the inputs, luck taken out (Sobol indices)"))
        + table(head, rows)
        + _more(len(told.sobol))
        + _(
            "{points} points in each of {samples} samples, each met by {draws} independent draws of luck.\n"
            "Alone: first-order index. In all: total index, with what it does together with others.\n",
            points=number(told.sobol_paths),
            samples=len(told.sobol) + 2,
            draws=told.sobol_inner,
        )
    )


def _guesses(told: Told) -> str:
    if not told.guesses:
        return heading(_("Which guess matters most")) + _("No uncertain input is marked as an assumption.\n")
    shares = {one.input: one.npv for one in told.given_data}
    origins = {one.input: one.origin.removeprefix("assumption: ") for one in told.inputs}
    lines = []
    for place, name in enumerate(told.guesses[:MOST_ROWS], 1):
        share = _share(shares[name])[0]
        lines.append(f"{place}. {told.title(name)} ({share}): {_first_words(origins[name])}\n")
    return (
        heading(_("Which guess matters most: inputs marked as assumptions, by their share of the variance"))
        + "".join(lines)
        + _more(len(told.guesses))
    )


def _first_words(text: str, most: int = 110) -> str:
    """The beginning of a reason, up to a whole word."""
    said = " ".join(text.split())
    return said if len(said) <= most else f"{said[:most].rpartition(' ')[0]} ..."


def _judged(told: Told) -> str:
    if not told.judged:
        return ""
    moved = [one for one in told.judged if one.npv is not None]
    held = [one for one in told.judged if one.npv is None]
    parts = [_judged_table(told, moved)] if moved else []
    if held:
        title = _("Judgements of the register that act in this file and were not moved")
        lines = [
            _(
                "- {what}: {value}, at {places} ({key}): {reason}\n",
                what=one.what,
                value=marked(one.value),
                places=", ".join(map(in_words, one.where[:3])),
                key=one.key,
                reason=in_words(one.reason),
            )
            for one in held
        ]
        parts.append(heading(title) + "".join(lines))
    return "".join(parts)


def _judged_table(told: Told, moved: list[JudgedOf]) -> str:
    """What the judgements of the register change, each between the ends of its range."""
    public = any(one.net_benefit is not None for one in moved)
    more = (_("net benefit by"), "") if public else ()
    head = ("", _("value"), _("from"), _("to"), _("NPV changes by"), "", *more)
    rows = [
        (
            one.key,
            marked(one.value),
            *(number(value, ".3g") for value in (one.low_value, one.high_value) if value is not None),
            *_swing(one.npv),
            *(_swing(one.net_benefit) if public else ()),
        )
        for one in moved
    ]
    return "".join(
        (
            heading(
                _(
                    "Judgements of the register, each moved from one end of its range to the other ({currency})",
                    currency=told.currency,
                )
            ),
            table(head, rows),
            *(
                _(
                    "- {key}: {what}, at {places}\n",
                    key=one.key,
                    what=one.what,
                    places=", ".join(map(in_words, one.where[:3])),
                )
                for one in moved
            ),
            _(
                "none: no path differs. ~: less than its simulation error explains. Net benefit: of all public "
                "budgets.\n"
            )
            if public
            else _("none: no path differs. ~: less than its simulation error explains.\n"),
        )
    )


def _swing(ends: EndsOf | None) -> tuple[str, str]:
    """A swing and its error; a tilde where it may be nothing."""
    if ends is None or (ends.swing.value == 0.0 and ends.swing.standard_error == 0.0):
        return _("none"), ""
    value, error = ends.swing.value, ends.swing.standard_error
    shown = rounded(value, error, 0)
    return (f"~{shown}" if abs(value) < Z * error else shown), plus_minus(error)


def charts(told: Told) -> dict[str, Spec]:
    """Charts by name: ``indices``, ``box``, and ``tornado`` where there is one.

    Parameters
    ----------
    told : Told
        All that is told.

    Returns
    -------
    dict
        Vega-Lite specifications.
    """
    found = {"indices": _indices_chart(told), "box": _box_chart(told)}
    return found | ({"tornado": _tornado_chart(told)} if told.tornado else {})


def together(told: Told) -> Spec:
    """All charts on one page, one below the other."""
    found = charts(told)
    shared = {key: next(iter(found.values()))[key] for key in ("$schema", "config")}
    below = [
        {key: value for key, value in spec.items() if key not in shared}
        for spec in (found[name] for name in ("tornado", "indices", "box") if name in found)
    ]
    return {**shared, "vconcat": below, "resolve": {"scale": {"color": "independent"}}}


def _names(field: str = "input") -> Spec:
    return {"field": field, "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 320}}


def _tornado_chart(told: Told) -> Spec:
    rows = [
        {
            "input": told.title(bar.input),
            "end": end,
            "value": told.value(bar.input, value),
            "npv": estimate.value,
            "base": told.base_npv.value,
        }
        for bar in told.tornado
        for end, value, estimate in (
            (_("at its 10 % point"), bar.low_value, bar.npv.low),
            (_("at its 90 % point"), bar.high_value, bar.npv.high),
        )
    ]
    x = {
        "type": "quantitative",
        "scale": {"zero": False},
        "title": _("mean net present value ({currency})", currency=told.currency),
    }
    bars = {
        "mark": {"type": "bar", "opacity": 0.8},
        "encoding": {
            "y": _names(),
            "x": {"field": "npv", **x},
            "x2": {"field": "base"},
            "color": {"field": "end", "type": "nominal", "title": None, "legend": {"orient": "bottom"}},
            "tooltip": [{"field": "input"}, {"field": "value"}, {"field": "npv", "format": ",.0f"}],
        },
    }
    rule = {"mark": {"type": "rule"}, "encoding": {"x": {"field": "base", **x, "aggregate": "mean"}}}
    title = _("{deal}: one input at a time", deal=told.deal)
    below = _("all others as drawn; what two do together is not in it")
    spec = chart(title, rows, [bars, rule], height={"step": 26})
    return spec | {"title": {"text": title, "subtitle": below, "anchor": "start"}}


def _indices_chart(told: Told) -> Spec:
    if told.sobol:
        title = _("{deal}: share of the variance of the expected net present value", deal=told.deal)
        kinds = [(one.input, kind, each) for one in told.sobol for kind, each in _both(one)]
        kinds.sort(key=lambda row: -row[2].value if row[1] == _("in all") else 0.0)
        order = sorted(told.sobol, key=lambda one: -one.npv_total.value)
        kinds = [row for one in order[:MOST_ROWS] for row in kinds if row[0] == one.input]
    else:
        title = _(
            "{deal}: share of the variance of the net present value that each input decides alone", deal=told.deal
        )
        kinds = [(one.input, _("alone"), one.npv) for one in told.given_data[:MOST_ROWS]]
    rows = [
        {"input": told.title(name), "kind": kind, "share": each.value, "low": each.low, "high": each.high}
        for name, kind, each in kinds
        if each.value == each.value
    ]
    x = {"type": "quantitative", "title": _("share of the variance, with 95 % interval"), "axis": {"format": "%"}}
    colour = {"field": "kind", "type": "nominal", "title": None, "legend": {"orient": "bottom"} if told.sobol else None}
    offset = {"yOffset": {"field": "kind"}} if told.sobol else {}
    layers = [
        {
            "mark": {"type": "rule"},
            "encoding": {
                "y": _names(),
                **offset,
                "x": {"field": "low", **x},
                "x2": {"field": "high"},
                "color": colour,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60},
            "encoding": {"y": _names(), **offset, "x": {"field": "share", **x}, "color": colour},
        },
    ]
    return chart(title, rows, layers, height={"step": 30, "for": "position"})


def _both(one: SobolOf) -> tuple[tuple[str, Estimate], ...]:
    return (_("alone"), one.npv_first), (_("in all"), one.npv_total)


def _box_chart(told: Told) -> Spec:
    points, (hit, rest) = told.points, translated(HITS[told.box_of])
    rows = [
        {"x": values[0], "y": values[1] if len(values) > 1 else npv, "future": hit if is_hit else rest}
        for values, npv, is_hit in zip(points.values, points.npv, points.hits, strict=True)
    ]
    titles = [told.title(name) for name in points.inputs]
    if len(titles) < 2:
        titles.append(_("net present value ({currency})", currency=told.currency))
    axes = [
        {
            "field": field,
            "type": "quantitative",
            "title": title,
            "scale": {"zero": False},
            "axis": {"format": "%"} if _in_percent(told, points.inputs, place) else {},
        }
        for place, (field, title) in enumerate(zip("xy", titles, strict=True))
    ]
    dots = {
        "mark": {"type": "point", "filled": True, "opacity": 0.7, "size": 25},
        "encoding": {
            "x": axes[0],
            "y": axes[1],
            "color": {
                "field": "future",
                "type": "nominal",
                "title": None,
                "sort": [rest, hit],
                "legend": {"orient": "bottom"},
            },
        },
    }
    layers = [dots, *_frame(told, axes)]
    title = f"{told.deal}: {box_sentence(told)}"
    return chart(title, rows, layers) | {"title": {"text": _folded(title), "anchor": "start"}}


def _folded(text: str, most: int = 80) -> list[str]:
    """A title as lines of at most so many letters."""
    lines = [""]
    for word in text.replace(" %", "\u00a0%").split(" "):
        if len(lines[-1]) + len(word) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _in_percent(told: Told, names: tuple[str, ...], place: int) -> bool:
    if place >= len(names):
        return False
    one = next(each for each in told.inputs if each.input == names[place])
    return input_value(one.input, one.mean, one.unit).endswith("%")


def _frame(told: Told, axes: list[Spec]) -> list[Spec]:
    """The box in the plane of the picture; limits on further inputs are not seen."""
    if told.box is None:
        return []
    ends: dict[str, float] = {}
    for place, (field, values) in enumerate(zip("xy", zip(*told.points.values, strict=True), strict=False)):
        ends[field], ends[f"{field}2"] = min(values), max(values)
        for name, one in zip(told.box_inputs, told.box.restrictions, strict=True):
            if name == told.points.inputs[place]:
                ends[field if one.above else f"{field}2"] = one.limit
    if "y" not in ends:
        ends["y"], ends["y2"] = min(told.points.npv), max(told.points.npv)
    return [
        {
            "data": {"values": [ends]},
            "mark": {"type": "rect", "fillOpacity": 0.08, "stroke": "black", "fill": "black", "strokeWidth": 1.5},
            "encoding": {"x": axes[0], "x2": {"field": "x2"}, "y": axes[1], "y2": {"field": "y2"}},
        }
    ]
