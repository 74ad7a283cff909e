"""What would have to happen for a limit to break, as a page of text and a chart."""

from __future__ import annotations

from typing import Any, NamedTuple

from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.input_titles import input_title
from risksim.report.numbers import percent, plus_minus, rounded
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
    parts.append(heading(f"One number alone, all else as it is: where '{found.limit}' begins or ends"))
    parts.append(
        table(
            ("", "as it is", "break point", "", "breaks", "chance of that by its own law"),
            [_row(one) for one in found.breaks if one.breaks != "unknown"],
        )
    )
    parts += [f"Missing: {one.name}: {one.said}.\n" for one in found.breaks if one.breaks == "unknown"]
    if found.unit_saving is not None and found.unit_saving.value is not None:
        one = found.unit_saving
        parts.append(
            f"Public budgets: they gain on average as long as all unit savings are more than {shown(one)} "
            f"{plus_minus(one.standard_error or 0.0)} times those stated.\n"
        )
    if found.rates:
        parts.append(heading("The success rate that gives a present value of zero or more with"))
        outcomes = list(dict.fromkeys(one.outcome for one in found.rates))
        chances = list(dict.fromkeys(one.chance for one in found.rates))
        rows = [(name, *(_rate(one) for one in found.rates if one.outcome == name)) for name in outcomes]
        parts.append(table(("", *(f"probability {percent(chance)}" for chance in chances)), rows))
    parts += _joint(found)
    parts.append(
        f"\n{foot.paths:,} paths each, all meeting the same luck, seed {foot.seed}, {found.engine} engine. "
        f"Scenario {foot.digest[:12]}, risksim {foot.version}.\n"
        f"Present values at {percent(foot.hurdle)} a year. ± is one standard error, of simulation alone.\n"
    )
    return "".join(parts)


def sentence(found: Any) -> str:
    """Whether the limit holds now, and what would change that most plausibly."""
    name = found.limit
    if found.statistic is None:
        return f"As the deal stands, the number of '{name}' does not exist."
    now = number(found.statistic, found.standard_error or 0.0)
    holds = (
        f"As the deal stands, it is so that {name}" if found.broken else f"As the deal stands, it is not so that {name}"
    )
    said = f"{holds} ({now})."
    plausible = [one for one in found.breaks if one.chance is not None]
    if plausible:
        key = min if found.broken else max
        one = key(plausible, key=lambda each: each.chance)
        says = f"Of single numbers, the {one.name.split(',')[0]} turns it most easily, at {shown(one)}"
        said += f" {says}; {percent(one.chance, 0.0, 1)} of its own law lies {one.breaks} that."
    return said


def number(value: float, error: float) -> str:
    """A statistic: a share or rate with places, money without."""
    return rounded(value, error, 4 if abs(value) < 10.0 else 0)


def shown(one: Any) -> str:
    """A break point with its unit."""
    if one.unit == "month" and one.standard_error is None:
        return f"{one.value:.0f} month{'' if one.value == 1 else 's'}"
    return rounded(one.value, one.standard_error or 0.0, 3) + (f" {one.unit}s" if one.unit == "month" else "")


def _row(one: Any) -> tuple[str, ...]:
    base = "" if one.base is None else rounded(one.base, 0.0, 3)
    if one.value is None:
        return (one.name, base, "none", "", one.breaks, one.said)
    chance = one.said if one.chance is None else f"{percent(one.chance, 0.0, 2)}, {one.said}"
    return (one.name, base, shown(one), plus_minus(one.standard_error or 0.0), one.breaks, chance)


def _rate(one: Any) -> str:
    if one.rate is None:
        return "none"
    law = "" if one.quantile is None else f" (its {100.0 * one.quantile:.0f} % point)"
    return f"{one.rate:.3f}{law}"


def _joint(found: Any) -> list[str]:
    joint = found.joint
    if joint is None:
        return [heading("All together"), "Every number is certain, so none can change together with others.\n"]
    what = "keeps" if found.middle_broken else "breaks"
    if not joint.found:
        return [heading("All together"), "No joint change within reach of the laws turns the limit.\n"]
    parts = [heading(f"The most plausible change of all inputs together that {what} the limit")]
    rows = [
        (input_title(one.name), f"{one.score:+.2f}", rounded(one.median, 0.0, 3), rounded(one.value, 0.0, 3))
        for place, one in enumerate(joint.moved)
        if place == 0 or abs(one.score) >= MOST_MOVED
    ]
    parts.append(table(("", "standard deviations", "middle", "there"), rows))
    order = f"about 1 in {1.0 / joint.probability:,.2g}" if joint.probability > 1e-12 else "next to never"
    there = number(joint.statistic, joint.standard_error)
    held = "broken" if joint.breaks else "not broken"
    parts.append(
        f"It lies {joint.distance:.2f} standard deviations from the middle of all laws: {order}, as an order of "
        f"magnitude.\nThe deal was run there: {there} {plus_minus(joint.standard_error)}; the limit is {held}.\n"
    )
    return parts


def charts(deal: str, found: Any) -> dict[str, Spec]:
    """Break points beside the numbers as they are, as parts of these."""
    rows = [
        {"name": one.name, "what": what, "at": value / one.base}
        for one in found.breaks
        if one.value is not None and one.base
        for what, value in (("as it is", one.base), ("break point", one.value))
    ]
    if not rows:
        return {}
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 320, "grid": True}}
    x = {"field": "at", "type": "quantitative", "title": "as a part of the number as it is", "scale": {"zero": False}}
    colour = {"field": "what", "type": "nominal", "title": None, "scale": {"range": [COLOURS[0], COLOURS[1]]}}
    return {
        "breaks": chart(
            f"{deal}: how far a number alone may move before '{found.limit}' turns",
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
