"""What knowing more is worth, as a page of text and charts."""

from __future__ import annotations

from typing import Any, NamedTuple

from risksim.language import N_, _, plural
from risksim.metrics.precision import Estimate
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.numbers import number, percent, plus_minus, rounded
from risksim.report.said_below import in_words
from risksim.report.table import heading, table

MOST_NAMED = 12
"""Inputs in the table at most."""
WHOSE = {
    "investor": N_("It is the investors' decision."),
    "payer": N_("It is the payers' decision."),
    "both": N_("It is a joint decision."),
}


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
    parts.append(heading(_("Decisions ({currency})", currency=foot.currency)))
    rows = [(in_words(one.name), *_money(one.mean), percent(one.p_best, 0.0, 1)) for one in found.decisions]
    parts.append(table(("", _("mean payoff"), "", _("best, if all were known")), rows))
    parts.append(heading(_("What it is worth to know beforehand ({currency})", currency=foot.currency)))
    rows_known = [(_("everything that is uncertain"), *_money(found.evpi))]
    for kind in ("group", "input"):
        of_kind = [one for one in found.known if one.kind == kind]
        rows_known += [(_known(kind, one.name), *_money(one.value)) for one in of_kind[:MOST_NAMED]]
        if len(of_kind) > MOST_NAMED:
            more = _("{n} more, each worth no more than the last", n=len(of_kind) - MOST_NAMED)
            rows_known.append((more, "", ""))
    parts.append(table(("", _("worth"), ""), rows_known))
    if found.pilot is not None:
        title = _("A pilot that counts '{outcome}' ({currency})", outcome=found.pilot.outcome, currency=foot.currency)
        sizes = [(_people(one.people), *_money(one.value), *_money(one.net)) for one in found.pilot.sizes]
        itself = (_("the rate itself"), *_money(found.pilot.evppi), "", "")
        net = _("net of {cost}", cost=number(found.pilot.asked.cost, ",.0f"))
        parts += [heading(title), table(("", _("information"), "", net, ""), [*sizes, itself])]
    if found.decides == "payer":
        parts.append(_("\nPayoff: {payoff}. Nothing else counts in it.\n", payoff=in_words(found.payoff)))
    else:
        parts.append(
            _(
                "\nPayoff: {payoff}; investors' money at {rate} a year. Nothing else counts in it.\n",
                payoff=in_words(found.payoff),
                rate=percent(foot.hurdle),
            )
        )
    how = in_words(foot.how)
    parts.append(
        _("{how}. Scenario {digest}, risksim {version}.\n", how=how, digest=foot.digest[:12], version=foot.version)
    )
    parts += [f"{in_words(note)}\n" for note in found.notes]
    parts.append(_("± is one standard error. Values do not add up: what one number tells, another may tell as well.\n"))
    return "".join(parts)


def _known(kind: str, name: str) -> str:
    """What may be known: an input as the file calls it, or a group of them."""
    return _("all of: {group}", group=in_words(name)) if kind == "group" else name


def _people(count: int) -> str:
    return plural("{people} person", "{people} people", count, people=number(count))


def sentence(foot: Footing, found: Any) -> str:
    """Who decides, what is best now, and what more knowledge would be worth."""
    best = next(one for one in found.decisions if one.name == found.best)
    now = _(
        "As far as is known, the best is to {best}: {amount} {currency} on average.",
        best=in_words(found.best),
        amount=rounded(best.mean.value, best.mean.standard_error, 0),
        currency=foot.currency,
    )
    if found.evpi.value <= 0.0:
        then = _("Nothing that could be known would change it.")
    else:
        then = _(
            "Knowing every uncertain number beforehand would be worth {worth} {currency}.",
            worth=rounded(found.evpi.value, found.evpi.standard_error, 0),
            currency=foot.currency,
        )
    return f"{_(WHOSE[found.decides])} {now} {then}"


def _of_pilot(foot: Footing, pilot: Any) -> list[str]:
    if pilot is None:
        return []
    this, asked = pilot.this, pilot.asked
    serves, delay = number(asked.serves, "g"), number(asked.delay, "g")
    more = [plural("serves {n} deal", "serves {n} deals", asked.serves, n=serves)] if asked.serves != 1.0 else []
    more += [plural("takes {n} month", "takes {n} months", asked.delay, n=delay)] if asked.delay else []
    more += [_("lets the chance lapse with {share}", share=percent(asked.lapse))] if asked.lapse else []
    form = _("A pilot with {people} tells as much as is worth {information} {currency}.")
    if more:
        form = _("A pilot with {people} tells as much as is worth {information} {currency} for one deal; it {more}.")
    information = rounded(this.value.value, this.value.standard_error, 0)
    said = form.format(
        people=_people(this.people), information=information, currency=foot.currency, more=", ".join(more)
    )
    if not asked.cost:
        return [said]
    verdict = _("At a cost of {cost} it is not worth making: {net} {currency} remain.")
    if this.net.value > 0.0:
        verdict = _("At a cost of {cost} it is worth making: {net} {currency} remain.")
    cost, net = number(asked.cost, ",.0f"), rounded(this.net.value, this.net.standard_error, 0)
    return [f"{said} {verdict.format(cost=cost, net=net, currency=foot.currency)}"]


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
        title = _("{deal}: what it is worth to know one number beforehand", deal=deal)
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
    lines = [{"line": _("knowing everything"), "at": found.evpi.value}]
    if pilot.asked.cost:
        lines.append({"line": _("cost of the pilot"), "at": pilot.asked.cost})
    x = {
        "field": "people",
        "type": "quantitative",
        "scale": {"type": "log"},
        "title": _("people of the pilot"),
        "axis": {"values": [one.people for one in pilot.sizes]},
    }
    y = {"field": "value", "type": "quantitative", "title": currency, "scale": {"zero": True}}
    colour = {
        "field": "line",
        "type": "nominal",
        "title": None,
        "scale": {"domain": [_("knowing everything"), _("cost of the pilot")], "range": [COLOURS[2], COLOURS[1]]},
    }
    return chart(
        _("{deal}: what a pilot is worth by its size", deal=deal),
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
