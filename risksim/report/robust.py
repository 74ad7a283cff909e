"""Bounds on an answer whose model is wrong, as a page of text and charts."""

from __future__ import annotations

from typing import Any, NamedTuple

from risksim.metrics.precision import Estimate
from risksim.report.answer import chance
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.numbers import percent, plus_minus, rounded
from risksim.report.table import heading, table

VISIBLE = 3.0
"""Standard errors from which a move of an input is told."""
MOST_FEARED = 8


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
    eta, epsilon = f"{found.eta:.3g}", percent(found.epsilon, 0.0, 2)
    parts = [f"{foot.deal}\n{sentence(foot, found)}\n", f"{meaning(found)}\n"]
    rows = [
        ("mean loss of present value, as modelled", *_money(found.loss)),
        (f"  at most, by any law within {eta}", *_money(found.loss_worst)),
        ("  the same, were it normal", rounded(found.loss_normal, found.loss.standard_error, 0), ""),
        ("P(loss), as modelled", *chance(found.p_loss)),
        (f"  at most, by any law within {eta}", *chance(found.p_loss_worst)),
        (f"  at most, if with {epsilon} anything may hold", *chance(found.p_loss_contaminated)),
        ("  at most, by any law with this mean and spread", percent(found.p_loss_moments, 0.0, 2), ""),
    ]
    parts.append(heading(f"How wrong may the model be? (all investors, {foot.currency})"))
    parts.append(table(("", "", ""), rows))
    if found.at_edge:
        parts.append("The bound is the worst path itself: more paths may show worse.\n")
    parts += _feared(found) + _opened(foot, found) + _together(found)
    parts.append(
        f"\n{foot.paths:,} paths, seed {foot.seed}, {found.engine} engine. "
        f"Scenario {foot.digest[:12]}, risksim {foot.version}.\n"
        f"Present values at {percent(found.hurdle)} a year; a negative loss is a gain. ± is one standard error.\n"
        "A law can only make likelier what the paths show: what no path can do, no bound here fears.\n"
    )
    return "".join(parts)


def sentence(foot: Footing, found: Any) -> str:
    """The bound in one sentence."""
    loss, worst = found.loss, found.loss_worst
    most, now = chance(found.p_loss_worst)[0], chance(found.p_loss)[0]
    return (
        f"If the model is off by a relative entropy of {found.eta:.3g}, the chance of a loss is at most {most} instead "
        f"of {now}, and the mean loss of present value at most {rounded(worst.value, worst.standard_error, 0)} "
        f"{foot.currency} instead of {rounded(loss.value, loss.standard_error, 0)}."
    )


def meaning(found: Any) -> str:
    """What the relative entropy means in words."""
    if found.anchor is not None:
        one = found.anchor
        return (
            f"{one.eta:.3g} is how far {one.people:,} people at a success rate of {one.rate:g} are from as many at "
            f"{one.other:g}."
        )
    pairs = [f"{people:,} people at {rate:.2f}" for rate, _, people in found.rates_apart]
    return f"That is as far as {', or '.join(pairs)} are from as many at a success rate of 0.70."


def _money(estimate: Estimate) -> tuple[str, str]:
    return rounded(estimate.value, estimate.standard_error, 0), plus_minus(estimate.standard_error)


def _feared(found: Any) -> list[str]:
    seen = [one for one in found.feared if abs(one.in_errors) >= VISIBLE][:MOST_FEARED]
    if not found.feared:
        return []
    if not seen:
        return [heading("What the bound fears"), "No input moves visibly: it fears the luck of people.\n"]
    return [heading("What the bound fears")] + [
        f"- {one.name} is {rounded(one.worst, 0.0, 3)} on average instead of {rounded(one.plain, 0.0, 3)}: "
        f"{abs(one.by):.2f} of its standard deviations {'up' if one.by > 0.0 else 'down'} "
        f"({abs(one.in_errors):,.0f} standard errors).\n"
        for one in seen
    ]


def _opened(foot: Footing, found: Any) -> list[str]:
    if not found.opened:
        return []
    first = found.opened[0]
    each = ", ".join(f"{one.path} ({one.times:.1f} times)" for one in found.opened)
    said = [f"- Paths that become most likely: {each}.\n"]
    if foot.file is None:
        pass
    elif found.together is not None and found.together.of == "deals":
        deal = found.together.chances[0][0]
        said.append(
            f'  Open one:  risksim explain {foot.file} --path {first.path} --seed {foot.seed} --deal "{deal}"\n'
        )
    else:
        engine = " --engine conditional" if found.engine == "conditional" else ""
        said.append(f"  Open one:  risksim explain {foot.file} --path {first.path} --seed {foot.seed}{engine}\n")
    return said if found.feared else [heading("What the bound fears"), *said]


def _together(found: Any) -> list[str]:
    one = found.together
    if one is None:
        return []
    rows = [
        ("all fail", percent(one.p_all, 0.0, 2), percent(one.p_all_most, 0.0, 2)),
        ("any fails", percent(one.p_any, 0.0, 2), percent(one.p_any_most, 0.0, 2)),
    ]
    return [
        heading(f"If nobody knows how {one.of} go together ({one.fails})"),
        table((f"{len(one.chances)} {one.of}", "as modelled", "at most"), rows),
    ]


def charts(deal: str, currency: str, found: Any) -> dict[str, Spec]:
    """Both bounds against the relative entropy."""
    drawn = {}
    for name, title, unit in (
        ("loss", "mean loss of present value", currency),
        ("p_loss", "P(loss)", "probability"),
    ):
        rows = [
            {"eta": one.eta, "bound": value.value, "low": value.low, "high": value.high}
            for one in found.curve
            for value in (getattr(one, name),)
        ]
        rows = [{key: cell if abs(cell) < float("inf") else None for key, cell in row.items()} for row in rows]
        x = {"field": "eta", "type": "quantitative", "title": "relative entropy"}
        y = {"field": "bound", "type": "quantitative", "title": unit, "scale": {"zero": name == "p_loss"}}
        y |= {"axis": {"format": ".0%" if name == "p_loss" else ",.0f"}}
        drawn[name] = chart(
            f"{deal}: the most that {title} can be if the model is wrong",
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
