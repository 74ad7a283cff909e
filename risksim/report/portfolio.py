"""A portfolio as pages of text: what a check found, and the answer of a run."""

from __future__ import annotations

from typing import NamedTuple

from risksim.metrics.fund import FundSummary, Holding
from risksim.metrics.summary import Withheld
from risksim.report.answer import SPREAD_HEAD, chance, error_of, money, money_row, return_of
from risksim.report.numbers import percent, rounded
from risksim.report.table import heading, table

MOST_CORRELATED = 12
"""Deals up to which correlations are shown. [deals]"""


class Line(NamedTuple):
    """A deal of a portfolio, as a check shows it."""

    name: str
    file: str
    start: str
    end: str
    commitment: float
    """Mean capital that the fund pays in. [currency]"""
    held: str
    """What the fund holds, in words."""
    uncertain: int
    unstated: int
    digest: str
    economy: float = 0.0
    """The largest share of an outcome that the economy decides. [1]"""
    recession: bool = False
    """Whether a recession may end spells."""


class Checked(NamedTuple):
    """What a check of a portfolio found."""

    file: str
    portfolio: str
    digest: str
    currency: str
    deals: tuple[Line, ...]


class Heading(NamedTuple):
    """What stands above the answer."""

    portfolio: str
    currency: str
    day_count: str
    hurdle: float
    """Rate of the correlations. [1/year]"""
    paths: int
    seed: int
    engine: str
    digest: str
    version: str


def checked(found: Checked) -> str:
    """What a portfolio lists.

    Parameters
    ----------
    found : Checked
        Of one portfolio.
    """
    n, capital = len(found.deals), sum(line.commitment for line in found.deals)
    rows = [
        (
            line.name,
            line.held,
            line.start,
            line.end,
            f"{line.commitment:,.0f}",
            _economy(line),
            str(line.uncertain),
            str(line.unstated),
        )
        for line in found.deals
    ]
    head = ("deal", "held", "start", "end", "capital", "the economy decides", "uncertain numbers", "without origin")
    return (
        f"{found.file}: reads well.\n\n"
        f"{found.portfolio}: {n} deal{'' if n == 1 else 's'}, {capital:,.0f} {found.currency} of capital. "
        f"Portfolio {found.digest[:12]}.\n"
        + heading("Deals (check each file for what it assumes)")
        + table(head, rows, left=2)
    )


def _economy(line: Line) -> str:
    """How far the economy decides a deal, in a cell."""
    said = [f"{line.economy:.3g}"] if line.economy else []
    return " and ".join([*said, *(["recessions"] if line.recession else [])]) or "nothing"


def answer(head: Heading, summary: FundSummary) -> str:
    """A run of a portfolio as text: the sentence, the fund, its deals, how they go together, who repays when.

    Parameters
    ----------
    head : Heading
        Portfolio and provenance.
    summary : FundSummary
        Statistics of the run.

    Returns
    -------
    str
    """
    parts = [
        f"{head.portfolio}\n",
        _sentence(head, summary),
        heading(f"The fund ({head.currency})"),
        _fund(summary),
        heading(f"Its deals: what the fund pays in and gets back ({head.currency})"),
        _deals(summary),
        _together(head, summary),
    ]
    rows = [money_row(name, payer.total) for name, payer in summary.payers.items()]
    parts += [heading(f"Who repays, all deals and years ({head.currency})"), table(SPREAD_HEAD, rows)]
    for name, payer in summary.payers.items():
        rows = [money_row(year, spread) for year, spread in payer.years.items() if spread.p95.value > 0.0]
        parts += [heading(f"Repayment by the {name}, by budget year ({head.currency})"), table(SPREAD_HEAD, rows)]
    parts.append(
        f"\n{head.paths:,} path{'' if head.paths == 1 else 's'}, seed {head.seed}, {head.engine} engine, "
        f"{head.day_count}. Portfolio {head.digest[:12]}, risksim {head.version}.\n"
        "± is one standard error of the simulation; digits beyond it are not shown.\n"
    )
    return "".join(parts)


def _sentence(head: Heading, summary: FundSummary) -> str:
    loss, capital = summary.fund.loss, summary.fund.drawn.mean.value
    whole = round(100 * summary.fund.keeps_capital.value)
    share = f"{whole} of 100"
    if whole == 100 and loss.p_loss.value > 0:
        share = "more than 99 of 100"
    elif whole == 0 and loss.p_loss.value < 1:
        share = "fewer than 1 of 100"
    n = len(summary.deals)
    text = f"In {share} futures the fund gets its capital back from its {n} deal{'' if n == 1 else 's'}."
    if loss.p_loss.value > 0 and loss.expected_shortfall_95.value > 0:
        worst = rounded(loss.expected_shortfall_95.value, loss.expected_shortfall_95.standard_error, 0)
        text += f" In the worst twentieth, {worst} of {capital:,.0f} {head.currency} is lost on average."
    return text + "\n"


def _fund(summary: FundSummary) -> str:
    fund = summary.fund
    irr = fund.irr_of_mean_flow
    rows = [
        ("capital paid in, mean", *money(fund.drawn.mean)),
        ("most capital out at one time, mean", *money(fund.most_out.mean)),
        ("probability of loss", *chance(fund.loss.p_loss)),
        ("mean loss when there is one", *money(fund.loss.expected_given_loss)),
        ("loss not exceeded with 95 % (VaR)", *money(fund.loss.value_at_risk_95)),
        ("mean loss of the worst twentieth (ES)", *money(fund.loss.expected_shortfall_95)),
        ("money back over money in", rounded(fund.moic.value, fund.moic.standard_error, 4), error_of(fund.moic)),
        (
            "IRR of the mean cash flow",
            return_of(irr),
            irr.reason if isinstance(irr, Withheld) else error_of(irr, 100.0, " %"),
        ),
    ]
    for hurdle, value in fund.npv.items():
        at = percent(float(hurdle))
        rows += [
            (f"NPV at {at}, mean", *money(value.mean)),
            (f"NPV at {at}, probability below zero", *chance(value.p_loss)),
            (f"NPV at {at}, mean loss of the worst twentieth", *money(value.expected_shortfall_95)),
        ]
    return table(("", "", ""), rows).split("\n", 2)[2]


def _deals(summary: FundSummary) -> str:
    head = ("", "paid in", "got back", "P(loss)", "worst 5 %: mean loss", "mean NPV", "sd of NPV")
    return table(head, [_deal(name, holding) for name, holding in summary.deals.items()])


def _deal(name: str, holding: Holding) -> tuple[str, ...]:
    worth = list(holding.npv.values())[-1]
    return (
        name,
        money(holding.drawn)[0],
        money(holding.received)[0],
        chance(holding.loss.p_loss)[0],
        money(holding.loss.expected_shortfall_95)[0],
        money(worth.mean)[0],
        money(worth.sd)[0],
    )


def _together(head: Heading, summary: FundSummary) -> str:
    ratio = summary.diversification
    if len(summary.deals) < 2:
        return ""
    said = heading(f"How the deals go together (net present values at {percent(head.hurdle)} a year)")
    if ratio.value == ratio.value:
        share = percent(ratio.value, ratio.standard_error, 0)
        said += f"The fund varies by {share} of what its deals vary by one after the other; 100 % is no spreading.\n"
    if len(summary.deals) > MOST_CORRELATED:
        return said + (f"Correlations of {len(summary.deals)} deals are in the JSON.\n" if summary.correlation else "")
    names = list(summary.deals)
    rows = [
        (name, *(rounded(pair.value, pair.standard_error, 2) for pair in summary.correlation[name].values()))
        for name in names
    ]
    return said + "\n" + table(("correlation", *names), rows)
