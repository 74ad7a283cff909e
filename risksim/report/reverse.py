"""What would have to happen for a limit to break, as a page of text and a chart."""

from __future__ import annotations

from typing import Any, NamedTuple

from risksim.language import _, plural
from risksim.report import numbers
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.input_titles import input_title
from risksim.report.numbers import percent, plus_minus, rounded
from risksim.report.said_below import in_words
from risksim.report.said_of_stresses import ENGINES
from risksim.report.table import heading, table

MOST_MOVED = 0.05
"""Normal scores below which an input of the joint change is not named. [standard deviations]"""


class Footing(NamedTuple):
    """What stands above and below the tables."""

    deal: str
    currency: str
    hurdle: float
    """[1/year]"""
    paths: int
    seed: int
    digest: str
    version: str


def reverse(foot: Footing, found: Any) -> str:
    """What would have to happen, as text.

    Parameters
    ----------
    foot : Footing
        Deal and provenance.
    found : Reverse
        From `risksim.analysis.reverse`.

    Returns
    -------
    str
    """
    parts = [f"{foot.deal}\n{sentence(found)}\n"]
    parts.append(heading(_("One number alone, all else as it is: where '{limit}' begins or ends", limit=found.limit)))
    parts.append(
        table(
            ("", _("as it is"), _("break point"), "", _("breaks"), _("chance of that by its own law")),
            [_row(one) for one in found.breaks if one.breaks != "unknown"],
        )
    )
    parts += [
        _("Missing: {name}: {why}.\n", name=in_words(one.name), why=in_words(one.said))
        for one in found.breaks
        if one.breaks == "unknown"
    ]
    if found.unit_saving is not None and found.unit_saving.value is not None:
        one = found.unit_saving
        parts.append(
            _(
                "Public budgets: they gain on average as long as all unit savings are more than {factor} {error} times "
                "those stated.\n",
                factor=shown(one),
                error=plus_minus(one.standard_error or 0.0),
            )
        )
    if found.rates:
        parts.append(heading(_("The success rate that gives a present value of zero or more with")))
        outcomes = list(dict.fromkeys(one.outcome for one in found.rates))
        chances = list(dict.fromkeys(one.chance for one in found.rates))
        rows = [(name, *(_rate(one) for one in found.rates if one.outcome == name)) for name in outcomes]
        head = ("", *(_("probability {chance}", chance=percent(chance)) for chance in chances))
        parts.append(table(head, rows))
    parts += _joint(found)
    parts.append(
        _(
            "\n{paths} paths each, all meeting the same luck, seed {seed}, {engine}. Scenario {digest}, risksim "
            "{version}.\n"
            "Present values at {rate} a year. ± is one standard error, of simulation alone.\n",
            paths=numbers.number(foot.paths),
            seed=foot.seed,
            engine=_(ENGINES[found.engine]),
            digest=foot.digest[:12],
            version=foot.version,
            rate=percent(foot.hurdle),
        )
    )
    return "".join(parts)


def sentence(found: Any) -> str:
    """Whether the limit holds now, and what would change that most plausibly."""
    name = found.limit
    if found.statistic is None:
        return _("As the deal stands, the number of '{limit}' does not exist.", limit=name)
    now = number(found.statistic, found.standard_error or 0.0)
    if found.broken:
        said = _("As the deal stands, it is so that {limit} ({value}).", limit=name, value=now)
    else:
        said = _("As the deal stands, it is not so that {limit} ({value}).", limit=name, value=now)
    plausible = [one for one in found.breaks if one.chance is not None]
    if plausible:
        key = min if found.broken else max
        one = key(plausible, key=lambda each: each.chance)
        turns = {
            "name": in_words(one.name.split(",")[0]),
            "value": shown(one),
            "share": percent(one.chance, 0.0, 1),
        }
        if one.breaks == "below":
            said += " " + _(
                "Of single numbers, the {name} turns it most easily, at {value}; {share} of its own law lies below "
                "that.",
                **turns,
            )
        else:
            said += " " + _(
                "Of single numbers, the {name} turns it most easily, at {value}; {share} of its own law lies above "
                "that.",
                **turns,
            )
    return said


def number(value: float, error: float) -> str:
    """A statistic: a share or rate with places, money without."""
    return rounded(value, error, 4 if abs(value) < 10.0 else 0)


def shown(one: Any) -> str:
    """A break point with its unit."""
    if one.unit == "month" and one.standard_error is None:
        whole = numbers.number(one.value, ".0f")
        return plural("{months} month", "{months} months", one.value, months=whole)
    text = rounded(one.value, one.standard_error or 0.0, 3)
    return _("{months} months", months=text) if one.unit == "month" else text


def _row(one: Any) -> tuple[str, ...]:
    base = "" if one.base is None else rounded(one.base, 0.0, 3)
    if one.value is None:
        return (in_words(one.name), base, _("none"), "", in_words(one.breaks), in_words(one.said))
    said = in_words(one.said)
    chance = said if one.chance is None else f"{percent(one.chance, 0.0, 2)}, {said}"
    error = plus_minus(one.standard_error or 0.0)
    return (in_words(one.name), base, shown(one), error, in_words(one.breaks), chance)


def _rate(one: Any) -> str:
    if one.rate is None:
        return _("none")
    rate = numbers.number(one.rate, ".3f")
    if one.quantile is None:
        return rate
    return _("{rate} (its {level} % point)", rate=rate, level=numbers.number(100.0 * one.quantile, ".0f"))


def _joint(found: Any) -> list[str]:
    joint = found.joint
    if joint is None:
        return [heading(_("All together")), _("Every number is certain, so none can change together with others.\n")]
    if not joint.found:
        return [heading(_("All together")), _("No joint change within reach of the laws turns the limit.\n")]
    parts = [
        heading(
            _("The most plausible change of all inputs together that keeps the limit")
            if found.middle_broken
            else _("The most plausible change of all inputs together that breaks the limit")
        )
    ]
    rows = [
        (
            input_title(one.name),
            numbers.number(one.score, "+.2f"),
            rounded(one.median, 0.0, 3),
            rounded(one.value, 0.0, 3),
        )
        for place, one in enumerate(joint.moved)
        if place == 0 or abs(one.score) >= MOST_MOVED
    ]
    parts.append(table(("", _("standard deviations"), _("middle"), _("there")), rows))
    order = _("next to never")
    if joint.probability > 1e-12:
        order = _("about 1 in {many}", many=numbers.number(1.0 / joint.probability, ",.2g"))
    far = numbers.number(joint.distance, ".2f")
    there = {"value": number(joint.statistic, joint.standard_error), "error": plus_minus(joint.standard_error)}
    parts.append(
        _(
            "It lies {distance} standard deviations from the middle of all laws: {order}, as an order of magnitude.\n",
            distance=far,
            order=order,
        )
    )
    if joint.breaks:
        parts.append(_("The deal was run there: {value} {error}; the limit is broken.\n", **there))
    else:
        parts.append(_("The deal was run there: {value} {error}; the limit is not broken.\n", **there))
    return parts


def charts(deal: str, found: Any) -> dict[str, Spec]:
    """Break points beside the numbers as they are, as parts of these."""
    rows = [
        {"name": in_words(one.name), "what": what, "at": value / one.base}
        for one in found.breaks
        if one.value is not None and one.base
        for what, value in ((_("as it is"), one.base), (_("break point"), one.value))
    ]
    if not rows:
        return {}
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 320, "grid": True}}
    x = {
        "field": "at",
        "type": "quantitative",
        "title": _("as a part of the number as it is"),
        "scale": {"zero": False},
    }
    colour = {"field": "what", "type": "nominal", "title": None, "scale": {"range": [COLOURS[0], COLOURS[1]]}}
    return {
        "breaks": chart(
            _("{deal}: how far a number alone may move before '{limit}' turns", deal=deal, limit=found.limit),
            rows,
            [
                {
                    "mark": {"type": "line", "color": "#999999"},
                    "encoding": {"y": y, "x": x, "detail": {"field": "name"}},
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                    "encoding": {"y": y, "x": x, "color": colour},
                },
            ],
            height={"step": 26},
        )
    }
