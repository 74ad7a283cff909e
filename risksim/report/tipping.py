"""A tipping-point table as a page of text."""

from __future__ import annotations

from typing import NamedTuple

from risksim.metrics.precision import Estimate
from risksim.report.answer import chance
from risksim.report.numbers import percent, rounded
from risksim.report.stress import FiguresOf, Footing, signed
from risksim.report.table import heading, table


class TippingOf(NamedTuple):
    """The answer at one step."""

    step: float
    odds: float
    values: FiguresOf
    difference: FiguresOf
    rate_measured: Estimate
    rate_all: Estimate


HEAD = ("odds to miss those who fail", "measured", "all", "P(loss)", "change", "mean NPV", "repayment", "change")


def tipping(foot: Footing, outcome: str, rows: tuple[TippingOf, ...]) -> str:
    """A tipping-point table as text.

    Parameters
    ----------
    foot : Footing
        Deal and provenance.
    outcome : str
        The outcome that is failed.
    rows : tuple of TippingOf
        From the file as it stands to the hardest step.

    Returns
    -------
    str
    """
    cells = [
        (
            "as the file says" if row.step == 0.0 else f"{row.odds:.2g} times as high",
            percent(row.rate_measured.value, row.rate_measured.standard_error, 1),
            percent(row.rate_all.value, row.rate_all.standard_error, 1),
            chance(row.values.p_loss)[0],
            "" if row.step == 0.0 else signed(row.difference.p_loss, 100.0, 2),
            rounded(row.values.npv.value, row.values.npv.standard_error, 0),
            rounded(row.values.repayment.value, row.values.repayment.standard_error, 0),
            "" if row.step == 0.0 else signed(row.difference.repayment),
        )
        for row in rows
    ]
    return (
        f"{foot.deal}\n{sentence(rows)}\n"
        + heading(f"If those who fail are harder to measure ({outcome}, {foot.currency})")
        + table(HEAD, cells)
        + "  measured: share of the enrolled who can be measured and achieve it, of all who can be measured\n"
        + "  all: share of the enrolled who achieve it, measured or not\n"
        + f"\n{foot.paths:,} paths each, seed {foot.seed}. Scenario {foot.digest[:12]}, risksim {foot.version}.\n"
        + f"Present values at {percent(foot.hurdle)} a year. Every line meets the same people.\n"
        + "± is one standard error, of a change that of the pairs.\n"
    )


def sentence(rows: tuple[TippingOf, ...]) -> str:
    """Where the mean present value turns, in plain words."""
    first = rows[0].values.npv.value
    turned = [row for row in rows if (row.values.npv.value < 0.0) != (first < 0.0)]
    side = "below" if first < 0.0 else "above"
    if not turned:
        return f"The mean NPV stays {side} zero at all of these odds."
    there = "above" if first < 0.0 else "below"
    odds = f"{turned[0].odds:.2g} times as high"
    return f"The mean NPV, {side} zero as the file stands, is {there} zero once the odds are {odds}."
