"""Deals side by side as a page of text, and as charts: the differences first, then the levels, then the inputs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from risksim.language import N_, _, spoken
from risksim.metrics.precision import Estimate
from risksim.report.answer import chance, translated
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.numbers import marked, number, percent, plus_minus, rounded
from risksim.report.said_below import in_words, separated, the_budget
from risksim.report.said_of_stresses import ENGINES
from risksim.report.stress import signed, visible
from risksim.report.table import heading, table

MOST_WORDS = 60
"""Lines of what a file says otherwise."""
ABOUT = {  # what each quantity is called
    "npv": N_("NPV of all investors"),
    "lost": N_("chance of a loss, points"),
    "loss": N_("money lost by investors"),
    "repayment": N_("repaid by all payers"),
}
OTHERWISE = tuple(
    (form, re.compile(pattern, re.DOTALL))
    for form, pattern in (
        (N_("{place}: {before} becomes {after}"), r"(.+?): (.*) becomes (.*)"),
        (N_("{place}: is called {before} now, and is otherwise the same"),
         r"(.+?): is called (.*) now, and is otherwise the same"),
        (N_("{place}: added, {before}"), r"(.+?): added, (.*)"),
        (N_("{place}: removed, {before}"), r"(.+?): removed, (.*)"),
        (N_("{place}: added"), r"(.+?): added"),
        (N_("{place}: removed"), r"(.+?): removed"),
    )
)  # fmt: skip
"""What a file may say otherwise, and how such lines are known."""
ALONE = re.compile(r"only one of the two has (.*): not compared\.", re.DOTALL)
"""How it is said that only one side has some quantities."""
ORDER = ("investors", "payers", "people", "public")
DIFFERENCE_HEAD = (
    "",
    N_("mean"),
    "",
    N_("sd"),
    "5 %",
    "25 %",
    "50 %",
    "75 %",
    "95 %",
    N_("higher"),
    N_("lower"),
    N_("unpaired"),
    N_("paths saved"),
)
LEVEL_HEAD = ("", "", N_("mean"), "", N_("sd"), "5 %", "25 %", "50 %", "75 %", "95 %")


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
        parts += [
            f"- {line}\n" for line in said or [_("{side}: these paths see no difference on average.", side=pair.letter)]
        ]
    parts += [part for pair in found.pairs for part in _differences(pair, found)]
    parts.append(heading(_("Each side on its own ({money})", money=_money(found))))
    parts.append(table(translated(LEVEL_HEAD), list(_levels(found.sides)), left=2))
    for pair in found.pairs:
        parts.append(heading(_("What {side} says otherwise than A", side=pair.letter)))
        told = [said_otherwise(line) for line in pair.words[:MOST_WORDS]] or [_("nothing that changes a result")]
        parts += [f"- {line}\n" for line in told]
        more = len(pair.words) - MOST_WORDS
        if more > 0:
            parts.append(_("- and {number} more; --json has all of them\n", number=more))
    digests = ", ".join(f"{letter} {side.digest[:12]}" for letter, side in sides.items())
    parts.append(
        _(
            "\n{paths} paths each, seed {seed}, {engine}: {why}.\n"
            "Scenarios {digests}, risksim {version}.\n"
            "± is one standard error, of a difference that of the pairs; `unpaired` is what it would be with luck "
            "of its own for each side,\nand `paths saved` how many times as many paths that would take.\n",
            paths=number(foot.paths),
            seed=foot.seed,
            engine=_(ENGINES[found.engine]),
            why=in_words(found.engine_why),
            digests=digests,
            version=foot.version,
        )
    )
    return "".join(parts)


def _money(found: Any) -> str:
    """In what money is counted, and at which rate what investors get is valued."""
    invested = any(one.quantity.key == "npv" for one in found.pairs[0].differences)
    if not invested:
        return _("money in {currency}", currency=found.currency)
    return _("money in {currency}, NPV at {rate}", currency=found.currency, rate=percent(found.hurdle))


def title(side: Any) -> str:
    """A side in a line: the deal, the stress and the file."""
    if side.stress is None:
        return f"{side.deal} ({side.file})"
    return _("{deal}, with '{stress}' ({file})", deal=side.deal, stress=side.stress, file=side.file)


def said_otherwise(line: str) -> str:
    """What a file says otherwise, a line as `risksim.scenario.differences` writes it; what files say stays theirs."""
    for form, pattern in OTHERWISE:
        if (found := pattern.fullmatch(line)) is not None:
            place, *said = found.groups()
            return _(form).format(place=place, **dict(zip(("before", "after"), map(marked, said), strict=False)))
    return line


def sentences(pair: Any, hurdle: float) -> Iterator[str]:
    """What one side leaves more or less than the first, in plain words."""
    by_key = {one.quantity.key: one for one in pair.differences}
    npv, lost, paid = (by_key.get(key) for key in ("npv", "lost", "repayment"))
    if npv is not None:
        yield _for_investors(pair.letter, npv, hurdle)
    if lost is not None and visible(lost.over_paths.mean):
        points = _size(lost.over_paths.mean, 100.0, 2)
        if lost.over_paths.mean.value > 0.0:
            yield _("{side}: the chance of a loss rises by {points} points.", side=pair.letter, points=points)
        else:
            yield _("{side}: the chance of a loss falls by {points} points.", side=pair.letter, points=points)
    if paid is not None and visible(paid.over_paths.mean):
        size = _size(paid.over_paths.mean)
        if paid.over_paths.mean.value > 0.0:
            yield _("{side}: payers pay {size} more on average.", side=pair.letter, size=size)
        else:
            yield _("{side}: payers pay {size} less on average.", side=pair.letter, size=size)
    total = by_key.get("net benefit total")
    if total is not None and visible(total.over_paths.mean):
        said = {"side": pair.letter, "size": _size(total.over_paths.mean), "share": chance(total.p_more)[0]}
        if total.over_paths.mean.value > 0.0:
            yield _("{side} leaves public budgets {size} more on average, and more on {share} of futures.", **said)
        else:
            yield _("{side} leaves public budgets {size} less on average, and more on {share} of futures.", **said)


def _for_investors(letter: str, npv: Any, hurdle: float) -> str:
    """What a side leaves investors, on average and how often."""
    mean = npv.over_paths.mean
    if npv.p_equal.value == 1.0:
        return _("{side} leaves investors the same as A on every path.", side=letter)
    parts = (
        (N_("better on {share}"), npv.p_more),
        (N_("worse on {share}"), npv.p_less),
        (N_("the same on {share}"), npv.p_equal),
    )
    shares = ", ".join(_(how, share=percent(part.value, part.standard_error)) for how, part in parts if part.value)
    said = {"side": letter, "rate": percent(hurdle), "shares": shares}
    if not visible(mean):
        return _(
            "{side} leaves investors on average as much as A, as far as these paths can see ({size}) (NPV at {rate}); "
            "of all futures {shares}.",
            size=signed(mean),
            **said,
        )
    if mean.value > 0.0:
        return _(
            "{side} leaves investors {size} more than A on average (NPV at {rate}); of all futures {shares}.",
            size=_size(mean),
            **said,
        )
    return _(
        "{side} leaves investors {size} less than A on average (NPV at {rate}); of all futures {shares}.",
        size=_size(mean),
        **said,
    )


def luck(pair: Any) -> str:
    """How much luck a side shares with the first, in a line."""
    shared = pair.shared
    counts = {"inputs": shared.inputs, "all": shared.of_first, "side": pair.letter, "others": shared.of_this}
    if not shared.of_first and not shared.of_this:
        said = _("A has no uncertain numbers")
    elif not shared.of_first:
        said = _("A has no uncertain numbers ({side} has {others})", **counts)
    elif shared.of_this != shared.of_first:
        said = _("{inputs} of {all} uncertain numbers of A are drawn alike ({side} has {others})", **counts)
    else:
        said = _("{inputs} of {all} uncertain numbers of A are drawn alike", **counts)
    if shared.outcomes:
        said = _("{luck}, and the people's results of {outcomes}", luck=said, outcomes=", ".join(shared.outcomes))
    if shared.other_outcomes:
        apart = ", ".join(shared.other_outcomes)
        said = _(
            "{luck}; {outcomes} stand in one of the two only, and are drawn apart",
            luck=said,
            outcomes=apart,
        )
    if not shared.same_start:
        said = _(
            "{luck}; cohorts are matched by their place in the list, and the two lists are not equally long", luck=said
        )
    key = next((one for one in pair.differences if one.quantity.key in ("npv", "net benefit total")), None)
    if key is None or math.isnan(key.correlation.value):
        return _("Luck shared: {luck}.", luck=said)
    return _(
        "Luck shared: {luck}. Correlation attained, of {quantity}: {correlation}.",
        luck=said,
        quantity=label(key.quantity),
        correlation=number(key.correlation.value, ".3f"),
    )


def label(quantity: Any) -> str:
    """What a quantity is called in a table."""
    return _named(str(quantity.key))


def _named(key: str) -> str:
    """The same by its key."""
    if key in ABOUT:
        return _(ABOUT[key])
    if key.startswith("repayment "):
        return _("  in {year}", year=key.removeprefix("repayment "))
    if key.startswith("net benefit "):
        return _("net benefit, {budget}", budget=the_budget(key.removeprefix("net benefit ")))
    if key.startswith("successes "):
        return _("successes {name}", name=key.removeprefix("successes "))
    return key


def _differences(pair: Any, found: Any) -> Iterator[str]:
    yield heading(_("{side} less A, path by path ({money})", side=pair.letter, money=_money(found)))
    shown = [one for one in pair.differences if not (_is_year(one.quantity) and one.p_equal.value == 1.0)]
    yield table(translated(DIFFERENCE_HEAD), [_difference(one) for one in shown])
    if len(shown) < len(pair.differences):
        yield _("Years in which both pay the same on every path are left out.\n")
    yield f"{luck(pair)}\n"
    yield from (_("Mind: {remark}\n", remark=_remark(remark)) for remark in pair.remarks)


def _remark(said: str) -> str:
    """What a reader must know to compare; quantities by their names in the tables."""
    alone = ALONE.fullmatch(said)
    if alone is None or spoken() == "en":
        return in_words(said)
    names = [_named(key) for key in alone[1].split(", ")]
    return _("only one of the two has {quantities}: not compared.", quantities=separated(names))


def _is_year(quantity: Any) -> bool:
    return bool(quantity.key.startswith("repayment "))


def _difference(one: Any) -> tuple[str, ...]:
    if one.p_equal.value == 1.0:
        return (label(one.quantity), _("the same"), *[""] * (len(DIFFERENCE_HEAD) - 2))
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
    return _("all") if math.isinf(saved) else f"{number(saved, ',.1f' if saved < 100 else ',.0f')} x"


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
        for place, (side, level) in enumerate(here):
            over = level.over_paths
            quantiles = _quantiles(quantity, over)
            mean = rounded(scale * over.mean.value, scale * over.mean.standard_error, places)
            spread = "" if quantity.unit == "1" else _point(over.sd, scale, places)
            named = _("chance of a loss, %") if quantity.key == "lost" else label(quantity)
            name = named if place == 0 else ""
            yield (name, side.letter, mean, plus_minus(over.mean.standard_error, scale), spread, *quantiles)
    for place, side in enumerate(side for side in sides if side.irr is not None):
        rates = [percent(one.value, one.standard_error, 1) for one in side.irr.quantiles]
        share = percent(side.irr.p_exists.value, 0.0, 1)
        there = "" if side.irr.p_exists.value == 1.0 else _("of {share}", share=share)
        yield (_("IRR of all investors") if place == 0 else "", side.letter, "", there, "", *rates)


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
    unit = currency if one.quantity.unit == "currency" else _(one.quantity.unit)
    mean = one.over_paths.mean
    sides = [_("{side} more", side=letter), _("{side} less", side=letter)]
    rows = [
        {"low": low, "high": high, "probability": part, "side": sides[0] if low >= 0.0 else sides[1]}
        for low, high, part in one.bins
    ]
    subtitle = _(
        "{more} of futures more, {less} less; mean {mean} {unit} (dashed)",
        more=percent(one.p_more.value, 0.0, 1),
        less=percent(one.p_less.value, 0.0, 1),
        mean=signed(mean),
        unit=unit,
    )
    headline = _("{quantity}: {side} less A, path by path", quantity=what, side=letter)
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
                        "title": _("difference, {unit}", unit=unit),
                    },
                    "x2": {"field": "high"},
                    "y": {
                        "field": "probability",
                        "type": "quantitative",
                        "title": _("share of futures"),
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
