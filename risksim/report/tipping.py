"""A tipping-point table as a page of text."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import N_, _
from risksim.metrics.precision import Estimate
from risksim.report.answer import chance, translated
from risksim.report.numbers import number, percent, rounded
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


HEAD = (
    N_("odds to miss those who fail"),
    N_("measured"),
    N_("all"),
    N_("P(loss)"),
    N_("change"),
    N_("mean NPV"),
    N_("repayment"),
    N_("change"),
)


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
            _("as the file says") if row.step == 0.0 else _times(row.odds),
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
        + heading(
            _(
                "If those who fail are harder to measure ({outcome}, {currency})",
                outcome=outcome,
                currency=foot.currency,
            )
        )
        + table(translated(HEAD), cells)
        + _(
            "  measured: share of the enrolled who can be measured and achieve it, of all who can be measured\n"
            "  all: share of the enrolled who achieve it, measured or not\n"
            "\n{paths} paths each, seed {seed}. Scenario {digest}, risksim {version}.\n"
            "Present values at {rate} a year. Every line meets the same people.\n"
            "± is one standard error, of a change that of the pairs.\n",
            paths=number(foot.paths),
            seed=foot.seed,
            digest=foot.digest[:12],
            version=foot.version,
            rate=percent(foot.hurdle),
        )
    )


def sentence(rows: tuple[TippingOf, ...]) -> str:
    """Where the mean present value turns, in plain words."""
    first = rows[0].values.npv.value
    turned = [row for row in rows if (row.values.npv.value < 0.0) != (first < 0.0)]
    if not turned:
        if first < 0.0:
            return _("The mean NPV stays below zero at all of these odds.")
        return _("The mean NPV stays above zero at all of these odds.")
    odds = _times(turned[0].odds)
    if first < 0.0:
        return _("The mean NPV, below zero as the file stands, is above zero once the odds are {odds}.", odds=odds)
    return _("The mean NPV, above zero as the file stands, is below zero once the odds are {odds}.", odds=odds)


def _times(odds: float) -> str:
    return _("{times} times as high", times=number(odds, ".2g"))
