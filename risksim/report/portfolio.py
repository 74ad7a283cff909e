"""A portfolio as pages of text: what a check found, and the answer of a run."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import _, plural
from risksim.metrics.fund import FundSummary, Holding
from risksim.metrics.summary import Withheld
from risksim.report.answer import (
    SPREAD_HEAD,
    chance,
    error_of,
    money,
    money_row,
    npv_rows,
    return_of,
    translated,
    worst_twentieth,
)
from risksim.report.numbers import number, percent, rounded
from risksim.report.said_below import in_words, the_payer
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
            in_words(line.held),
            line.start,
            line.end,
            number(line.commitment, ",.0f"),
            _economy(line),
            str(line.uncertain),
            str(line.unstated),
        )
        for line in found.deals
    ]
    head = (
        _("deal"),
        _("held"),
        _("start"),
        _("end"),
        _("capital"),
        _("the economy decides"),
        _("uncertain numbers"),
        _("without origin"),
    )
    return (
        _("{file}: reads well.\n\n", file=found.file)
        + plural(
            "{portfolio}: {n} deal, {capital} {currency} of capital. Portfolio {digest}.\n",
            "{portfolio}: {n} deals, {capital} {currency} of capital. Portfolio {digest}.\n",
            n,
            portfolio=found.portfolio,
            n=n,
            capital=number(capital, ",.0f"),
            currency=found.currency,
            digest=found.digest[:12],
        )
        + heading(_("Deals (check each file for what it assumes)"))
        + table(head, rows, left=2)
    )


def _economy(line: Line) -> str:
    """How far the economy decides a deal, in a cell."""
    share = number(line.economy, ".3g")
    if line.recession:
        return _("{share} and recessions", share=share) if line.economy else _("recessions")
    return share if line.economy else _("nothing")


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
        heading(_("The fund ({currency})", currency=head.currency)),
        _fund(summary),
        heading(_("Its deals: what the fund pays in and gets back ({currency})", currency=head.currency)),
        _deals(summary),
        _together(head, summary),
    ]
    rows = [money_row(the_payer(name), payer.total) for name, payer in summary.payers.items()]
    parts += [
        heading(_("Who repays, all deals and years ({currency})", currency=head.currency)),
        table(translated(SPREAD_HEAD), rows),
    ]
    for name, payer in summary.payers.items():
        rows = [money_row(year, spread) for year, spread in payer.years.items() if spread.p95.value > 0.0]
        title = _(
            "Repayment by the {payer}, by budget year ({currency})", payer=the_payer(name), currency=head.currency
        )
        parts += [heading(title), table(translated(SPREAD_HEAD), rows)]
    parts.append(
        _(
            "\n{how}, {day_count}. Portfolio {digest}, risksim {version}.\n"
            "± is one standard error of the simulation; digits beyond it are not shown.\n",
            how=in_words(f"{_paths(head.paths)}, seed {head.seed}, {head.engine} engine"),
            day_count=head.day_count,
            digest=head.digest[:12],
            version=head.version,
        )
    )
    return "".join(parts)


def _sentence(head: Heading, summary: FundSummary) -> str:
    loss, capital = summary.fund.loss, summary.fund.drawn.mean.value
    whole = round(100 * summary.fund.keeps_capital.value)
    share = _("{whole} of 100", whole=whole)
    if whole == 100 and loss.p_loss.value > 0:
        share = _("more than 99 of 100")
    elif whole == 0 and loss.p_loss.value < 1:
        share = _("fewer than 1 of 100")
    n = len(summary.deals)
    text = plural(
        "In {share} futures the fund gets its capital back from its {n} deal.",
        "In {share} futures the fund gets its capital back from its {n} deals.",
        n,
        share=share,
        n=n,
    )
    if loss.p_loss.value > 0 and loss.expected_shortfall_95.value > 0:
        text += " " + worst_twentieth(loss.expected_shortfall_95, capital, head.currency)
    return text + "\n"


def _paths(count: int) -> str:
    """Paths as a run itself says them, in English."""
    return "1 path" if count == 1 else f"{count:,} paths"


def _fund(summary: FundSummary) -> str:
    fund = summary.fund
    irr = fund.irr_of_mean_flow
    rows = [
        (_("capital paid in, mean"), *money(fund.drawn.mean)),
        (_("most capital out at one time, mean"), *money(fund.most_out.mean)),
        (_("probability of loss"), *chance(fund.loss.p_loss)),
        (_("mean loss when there is one"), *money(fund.loss.expected_given_loss)),
        (_("loss not exceeded with 95 % (VaR)"), *money(fund.loss.value_at_risk_95)),
        (_("mean loss of the worst twentieth (ES)"), *money(fund.loss.expected_shortfall_95)),
        (_("money back over money in"), rounded(fund.moic.value, fund.moic.standard_error, 4), error_of(fund.moic)),
        (
            _("IRR of the mean cash flow"),
            return_of(irr),
            in_words(irr.reason) if isinstance(irr, Withheld) else error_of(irr, 100.0, " %"),
        ),
    ]
    for hurdle, value in fund.npv.items():
        rows += npv_rows(percent(float(hurdle)), value)
    return table(("", "", ""), rows).split("\n", 2)[2]


def _deals(summary: FundSummary) -> str:
    head = (
        "",
        _("paid in"),
        _("got back"),
        _("P(loss)"),
        _("worst 5 %: mean loss"),
        _("mean NPV"),
        _("sd of NPV"),
    )
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
    said = heading(_("How the deals go together (net present values at {rate} a year)", rate=percent(head.hurdle)))
    if ratio.value == ratio.value:
        share = percent(ratio.value, ratio.standard_error, 0)
        said += _(
            "The fund varies by {share} of what its deals vary by one after the other; 100 % is no spreading.\n",
            share=share,
        )
    if len(summary.deals) > MOST_CORRELATED:
        there = _("Correlations of {n} deals are in the JSON.\n", n=len(summary.deals))
        return said + (there if summary.correlation else "")
    names = list(summary.deals)
    rows = [
        (name, *(rounded(pair.value, pair.standard_error, 2) for pair in summary.correlation[name].values()))
        for name in names
    ]
    return said + "\n" + table((_("correlation"), *names), rows)
