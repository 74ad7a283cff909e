"""What knowing more is worth, as a page of text and charts."""

from __future__ import annotations

from typing import Any, NamedTuple

from risksim.metrics.precision import Estimate
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.numbers import percent, plus_minus, rounded
from risksim.report.table import heading, table

MOST_NAMED = 12
"""Inputs in the table at most."""
WHOSE = {"investor": "the investors'", "payer": "the payers'", "both": "a joint"}


class Footing(NamedTuple):
    """What stands above and below the tables."""

    deal: str
    currency: str
    hurdle: float
    """[1/year]"""
    how: str
    digest: str
    version: str


def value(foot: Footing, found: Any) -> str:
    """What knowing more is worth, as text.

    Parameters
    ----------
    foot : Footing
        Deal and provenance.
    found : Value
        From `risksim.analysis.value`.

    Returns
    -------
    str
    """
    parts = [f"{foot.deal}\n", f"{sentence(foot, found)}\n"]
    parts += [f"{said}\n" for said in _of_pilot(foot, found.pilot)]
    parts.append(heading(f"Decisions ({foot.currency})"))
    rows = [(one.name, *_money(one.mean), percent(one.p_best, 0.0, 1)) for one in found.decisions]
    parts.append(table(("", "mean payoff", "", "best, if all were known"), rows))
    parts.append(heading(f"What it is worth to know beforehand ({foot.currency})"))
    rows_known = [("everything that is uncertain", *_money(found.evpi))]
    for kind, title in (("group", "all of: {}"), ("input", "{}")):
        of_kind = [one for one in found.known if one.kind == kind]
        rows_known += [(title.format(one.name), *_money(one.value)) for one in of_kind[:MOST_NAMED]]
        if len(of_kind) > MOST_NAMED:
            rows_known.append((f"{len(of_kind) - MOST_NAMED} more, each worth no more than the last", "", ""))
    parts.append(table(("", "worth", ""), rows_known))
    if found.pilot is not None:
        parts.append(heading(f"A pilot that counts '{found.pilot.outcome}' ({foot.currency})"))
        sizes = [(f"{one.people:,} people", *_money(one.value), *_money(one.net)) for one in found.pilot.sizes]
        itself = ("the rate itself", *_money(found.pilot.evppi), "", "")
        parts.append(table(("", "information", "", f"net of {found.pilot.asked.cost:,.0f}", ""), [*sizes, itself]))
    rate = "" if found.decides == "payer" else f"; investors' money at {percent(foot.hurdle)} a year"
    parts.append(
        f"\nPayoff: {found.payoff}{rate}. Nothing else counts in it.\n"
        f"{foot.how}. Scenario {foot.digest[:12]}, risksim {foot.version}.\n"
        + "".join(f"{note}\n" for note in found.notes)
        + "± is one standard error. Values do not add up: what one number tells, another may tell as well.\n"
    )
    return "".join(parts)


def sentence(foot: Footing, found: Any) -> str:
    """Who decides, what is best now, and what more knowledge would be worth."""
    best = next(one for one in found.decisions if one.name == found.best)
    said = (
        f"It is {WHOSE[found.decides]} decision. As far as is known, the best is to {found.best}: "
        f"{rounded(best.mean.value, best.mean.standard_error, 0)} {foot.currency} on average."
    )
    worth = rounded(found.evpi.value, found.evpi.standard_error, 0)
    if found.evpi.value <= 0.0:
        return f"{said} Nothing that could be known would change it."
    return f"{said} Knowing every uncertain number beforehand would be worth {worth} {foot.currency}."


def _of_pilot(foot: Footing, pilot: Any) -> list[str]:
    if pilot is None:
        return []
    this, asked = pilot.this, pilot.asked
    information = rounded(this.value.value, this.value.standard_error, 0)
    said = f"A pilot with {this.people:,} people tells as much as is worth {information} {foot.currency}"
    more = [f"serves {asked.serves:g} deals"] if asked.serves != 1.0 else []
    more += [f"takes {asked.delay:g} months"] if asked.delay else []
    more += [f"lets the chance lapse with {percent(asked.lapse)}"] if asked.lapse else []
    if more:
        said += f" for one deal; it {', '.join(more)}"
    if asked.cost:
        net = rounded(this.net.value, this.net.standard_error, 0)
        verdict = "worth making" if this.net.value > 0.0 else "not worth making"
        said += f". At a cost of {asked.cost:,.0f} it is {verdict}: {net} {foot.currency} remain"
    return [f"{said}."]


def _money(estimate: Estimate) -> tuple[str, str]:
    return rounded(estimate.value, estimate.standard_error, 0), plus_minus(estimate.standard_error)


def charts(deal: str, currency: str, found: Any) -> dict[str, Spec]:
    """Charts of what knowing more is worth: by input, and of a pilot by its size."""
    known = [one for one in found.known if one.kind == "input" and one.value.value > 0.0][:MOST_NAMED]
    drawn = {}
    if known:
        rows = [
            {"name": one.name, "value": one.value.value, "low": _finite(one.value.low), "high": _finite(one.value.high)}
            for one in known
        ]
        y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 320}}
        title = f"{deal}: what it is worth to know one number beforehand"
        drawn["known"] = chart(
            title,
            rows,
            [
                {
                    "mark": {"type": "bar", "color": COLOURS[0]},
                    "encoding": {"y": y, "x": {"field": "value", "type": "quantitative", "title": currency}},
                },
                {
                    "mark": {"type": "rule", "color": "black"},
                    "encoding": {"y": y, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
                },
            ],
            height={"step": 22},
        )
    if found.pilot is not None:
        drawn["pilot"] = _pilot_chart(deal, currency, found)
    return drawn


def _pilot_chart(deal: str, currency: str, found: Any) -> Spec:
    pilot = found.pilot
    rows = [
        {"people": one.people, "value": one.value.value, "low": _finite(one.value.low), "high": _finite(one.value.high)}
        for one in pilot.sizes
    ]
    lines = [{"line": "knowing everything", "at": found.evpi.value}]
    if pilot.asked.cost:
        lines.append({"line": "cost of the pilot", "at": pilot.asked.cost})
    x = {
        "field": "people",
        "type": "quantitative",
        "scale": {"type": "log"},
        "title": "people of the pilot",
        "axis": {"values": [one.people for one in pilot.sizes]},
    }
    y = {"field": "value", "type": "quantitative", "title": currency, "scale": {"zero": True}}
    colour = {
        "field": "line",
        "type": "nominal",
        "title": None,
        "scale": {"domain": ["knowing everything", "cost of the pilot"], "range": [COLOURS[2], COLOURS[1]]},
    }
    return chart(
        f"{deal}: what a pilot is worth by its size",
        rows,
        [
            {"mark": {"type": "line", "point": True, "color": COLOURS[0]}, "encoding": {"x": x, "y": y}},
            {
                "mark": {"type": "rule", "color": COLOURS[0]},
                "encoding": {"x": x, "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
            },
            {
                "data": {"values": lines},
                "mark": {"type": "rule", "strokeDash": [6, 4], "size": 2},
                "encoding": {"y": {"field": "at", "type": "quantitative"}, "color": colour},
            },
        ],
    )


def _finite(number: float) -> float | None:
    return number if abs(number) < float("inf") else None
