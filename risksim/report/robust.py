"""Bounds on an answer whose model is wrong, as a page of text and charts."""

from __future__ import annotations

from typing import Any, NamedTuple

from risksim.language import N_, _, plural
from risksim.metrics.precision import Estimate
from risksim.report.answer import chance
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.numbers import number, percent, plus_minus, rounded
from risksim.report.said_below import in_words
from risksim.report.table import heading, table

VISIBLE = 3.0
"""Standard errors from which a move of an input is told."""
MOST_FEARED = 8
TOGETHER = {
    "cohorts": N_("If nobody knows how cohorts go together ({fails})"),
    "deals": N_("If nobody knows how deals go together ({fails})"),
}
PARTS = {"cohorts": N_("{n} cohorts"), "deals": N_("{n} deals")}
"""What may fail together."""


class Footing(NamedTuple):
    """What stands above and below the tables."""

    deal: str
    file: str | None
    """Of which a path can be opened; None of a deal with a stress."""
    currency: str
    paths: int
    seed: int
    digest: str
    version: str


def robust(foot: Footing, found: Any) -> str:
    """Bounds as text.

    Parameters
    ----------
    foot : Footing
        Deal and provenance.
    found : Robust
        From `risksim.analysis.robust`.

    Returns
    -------
    str
    """
    within = _("  at most, by any law within {eta}", eta=number(found.eta, ".3g"))
    anything = _("  at most, if with {epsilon} anything may hold", epsilon=percent(found.epsilon, 0.0, 2))
    parts = [f"{foot.deal}\n{sentence(foot, found)}\n", f"{meaning(found)}\n"]
    rows = [
        (_("mean loss of present value, as modelled"), *_money(found.loss)),
        (within, *_money(found.loss_worst)),
        (_("  the same, were it normal"), rounded(found.loss_normal, found.loss.standard_error, 0), ""),
        (_("P(loss), as modelled"), *chance(found.p_loss)),
        (within, *chance(found.p_loss_worst)),
        (anything, *chance(found.p_loss_contaminated)),
        (_("  at most, by any law with this mean and spread"), percent(found.p_loss_moments, 0.0, 2), ""),
    ]
    parts.append(heading(_("How wrong may the model be? (all investors, {currency})", currency=foot.currency)))
    parts.append(table(("", "", ""), rows))
    if found.at_edge:
        parts.append(_("The bound is the worst path itself: more paths may show worse.\n"))
    parts += _feared(found) + _opened(foot, found) + _together(found)
    parts.append(
        _(
            "\n{how}. Scenario {digest}, risksim {version}.\n"
            "Present values at {rate} a year; a negative loss is a gain. ± is one standard error.\n"
            "A law can only make likelier what the paths show: what no path can do, no bound here fears.\n",
            how=in_words(f"{foot.paths:,} paths, seed {foot.seed}, {found.engine} engine"),
            digest=foot.digest[:12],
            version=foot.version,
            rate=percent(found.hurdle),
        )
    )
    return "".join(parts)


def sentence(foot: Footing, found: Any) -> str:
    """The bound in one sentence."""
    loss, worst = found.loss, found.loss_worst
    most, now = chance(found.p_loss_worst)[0], chance(found.p_loss)[0]
    return _(
        "If the model is off by a relative entropy of {eta}, the chance of a loss is at most {most} instead of {now}, "
        "and the mean loss of present value at most {worst} {currency} instead of {loss}.",
        eta=number(found.eta, ".3g"),
        most=most,
        now=now,
        worst=rounded(worst.value, worst.standard_error, 0),
        currency=foot.currency,
        loss=rounded(loss.value, loss.standard_error, 0),
    )


def meaning(found: Any) -> str:
    """What the relative entropy means in words."""
    if found.anchor is not None:
        one = found.anchor
        return plural(
            "{eta} is how far {people} person at a success rate of {rate} is from one at {other}.",
            "{eta} is how far {people} people at a success rate of {rate} are from as many at {other}.",
            one.people,
            eta=number(one.eta, ".3g"),
            people=number(one.people),
            rate=number(one.rate, "g"),
            other=number(one.other, "g"),
        )
    pairs = [
        _("{people} people at {rate}", people=number(people), rate=number(rate, ".2f"))
        for rate, _other, people in found.rates_apart
    ]
    return _(
        "That is as far as {pairs} are from as many at a success rate of {rate}.",
        pairs=_(", or ").join(pairs),
        rate=number(0.7, ".2f"),
    )


def _money(estimate: Estimate) -> tuple[str, str]:
    return rounded(estimate.value, estimate.standard_error, 0), plus_minus(estimate.standard_error)


def _feared(found: Any) -> list[str]:
    seen = [one for one in found.feared if abs(one.in_errors) >= VISIBLE][:MOST_FEARED]
    if not found.feared:
        return []
    if not seen:
        return [heading(_("What the bound fears")), _("No input moves visibly: it fears the luck of people.\n")]
    down = _(
        "- {input} is {worst} on average instead of {plain}: {by} of its standard deviations down ({errors} standard "
        "errors).\n"
    )
    up = _(
        "- {input} is {worst} on average instead of {plain}: {by} of its standard deviations up ({errors} standard "
        "errors).\n"
    )
    return [heading(_("What the bound fears"))] + [
        (up if one.by > 0.0 else down).format(
            input=one.name,
            worst=rounded(one.worst, 0.0, 3),
            plain=rounded(one.plain, 0.0, 3),
            by=number(abs(one.by), ".2f"),
            errors=number(abs(one.in_errors), ",.0f"),
        )
        for one in seen
    ]


def _opened(foot: Footing, found: Any) -> list[str]:
    if not found.opened:
        return []
    first = found.opened[0]
    each = ", ".join(_("{path} ({times} times)", path=one.path, times=number(one.times, ".1f")) for one in found.opened)
    said = [_("- Paths that become most likely: {paths}.\n", paths=each)]
    if foot.file is not None:
        command = f"risksim explain {foot.file} --path {first.path} --seed {foot.seed}"
        if found.together is not None and found.together.of == "deals":
            command += f' --deal "{found.together.chances[0][0]}"'
        elif found.engine == "conditional":
            command += " --engine conditional"
        said.append(_("  Open one:  {command}\n", command=command))
    return said if found.feared else [heading(_("What the bound fears")), *said]


def _together(found: Any) -> list[str]:
    one = found.together
    if one is None:
        return []
    rows = [
        (_("all fail"), percent(one.p_all, 0.0, 2), percent(one.p_all_most, 0.0, 2)),
        (_("any fails"), percent(one.p_any, 0.0, 2), percent(one.p_any_most, 0.0, 2)),
    ]
    return [
        heading(_(TOGETHER[one.of], fails=in_words(one.fails))),
        table((_(PARTS[one.of], n=number(len(one.chances))), _("as modelled"), _("at most")), rows),
    ]


def charts(deal: str, currency: str, found: Any) -> dict[str, Spec]:
    """Both bounds against the relative entropy."""
    drawn = {}
    for name, title, unit in (
        ("loss", _("{deal}: the most that mean loss of present value can be if the model is wrong"), currency),
        ("p_loss", _("{deal}: the most that P(loss) can be if the model is wrong"), _("probability")),
    ):
        rows = [
            {"eta": one.eta, "bound": value.value, "low": value.low, "high": value.high}
            for one in found.curve
            for value in (getattr(one, name),)
        ]
        rows = [{key: cell if abs(cell) < float("inf") else None for key, cell in row.items()} for row in rows]
        x = {"field": "eta", "type": "quantitative", "title": _("relative entropy")}
        y = {"field": "bound", "type": "quantitative", "title": unit, "scale": {"zero": name == "p_loss"}}
        y |= {"axis": {"format": ".0%" if name == "p_loss" else ",.0f"}}
        drawn[name] = chart(
            title.format(deal=deal),
            rows,
            [
                {"mark": {"type": "line", "point": True, "color": COLOURS[0]}, "encoding": {"x": x, "y": y}},
                {
                    "data": {"values": [{"eta": found.eta}]},
                    "mark": {"type": "rule", "color": COLOURS[1], "strokeDash": [6, 4]},
                    "encoding": {"x": {"field": "eta", "type": "quantitative"}},
                },
            ],
        )
    return drawn
