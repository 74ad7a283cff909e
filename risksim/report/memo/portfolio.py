"""The memo of a portfolio: one fund that holds parts of several deals."""

from __future__ import annotations

import datetime as dt
import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from risksim.language import _, plural, spoken
from risksim.metrics.purse import TOTAL
from risksim.metrics.summary import Withheld
from risksim.report.document import Attachment, Block, Cell, Document, Heading, Keys, Paragraph, Sheet, Table
from risksim.report.figures import returns as charts
from risksim.report.memo.limits import all_limits, why
from risksim.report.memo.opening import the_deal_of
from risksim.report.memo.provenance import SHOWN_DIGITS, how, provenance_table
from risksim.report.memo.sheets import MOST_LETTERS
from risksim.report.memo.words import (
    DASH,
    capital_letter,
    count,
    ended,
    error_of,
    estimate_cell,
    futures,
    key_money,
    loss_cell,
    money_of,
    of_hundred,
    party,
    probability_cell,
    rate,
    share_cell,
    text_cell,
    tidied,
)
from risksim.report.memo.words import date as day_words

if TYPE_CHECKING:
    from risksim.analysis.memo import HoldingOf, PortfolioFacts
    from risksim.metrics.purse import KeyFigures


def portfolio(facts: PortfolioFacts, date: dt.date | None = None) -> Document:
    """Write the memo of a portfolio.

    Parameters
    ----------
    facts : PortfolioFacts
        What was found.
    date : date, optional
        That stands below the title.

    Returns
    -------
    Document
        In the language spoken.
    """
    subtitle = _("Memo to the board on a portfolio")
    if date is not None:
        subtitle = _("Memo to the board on a portfolio, {date}", date=day_words(date))
    figures = key_figures(facts)
    front: list[Block] = [
        Heading(facts.name, 1),
        Paragraph(the_portfolio(facts)),
        Paragraph(the_answer(facts), "lead"),
        *([Keys(figures)] if figures else []),
        *_drawn(facts),
        *([Heading(_("The deals"))] if facts.summary is not None else []),
        *([deals(facts)] if facts.summary is not None else []),
        *_budgets(facts),
        Heading(_("What the calculation cannot say")),
        Paragraph(
            " ".join(
                [
                    *all_limits(public=facts.budgets is not None),
                    *dict.fromkeys(
                        why(name, reason) for name, reason in facts.lacking.items() if facts.summary is not None
                    ),
                ]
            ),
            "note",
        ),
        Paragraph(how(facts.provenance), "note"),
    ]
    annexes: list[Block] = []
    for one in facts.holdings:
        annexes += [Heading(one.name), Paragraph(" ".join(the_deal_of(one.deal)))]
    years = _years(facts)
    annexes += [*([Heading(_("Repayment per year"))] if years else []), *years]
    annexes.append(provenance_table(facts.provenance, facts.day_count))
    sheets: list[tuple[str, list[Block]]] = [
        (_("Answer"), front[:4]),
        (_("Deals"), [deals(facts)]),
        (_("Public budgets"), _budgets(facts)),
        (_("Repayment"), _years(facts)),
        (_("Method"), [provenance_table(facts.provenance, facts.day_count)]),
    ]
    source = facts.provenance
    files = [(source.file, _("The portfolio file"), source.text)]
    files += [(name, _("The scenario file"), content) for name, content in source.also]
    return Document(
        spoken(),
        facts.name,
        subtitle,
        _("{deal}, digest {digest}", deal=facts.name, digest=source.digest[:SHOWN_DIGITS]),
        tidied(front),
        tidied(annexes),
        tuple(Sheet(name[:MOST_LETTERS], tidied(blocks)) for name, blocks in sheets if blocks),
        tuple(Attachment(*one) for one in files),
        (_("social outcome investment"), _("portfolio")),
        source.digest,
    )


def the_portfolio(facts: PortfolioFacts) -> str:
    """What the fund holds, or what the portfolio lists, in a sentence."""
    if facts.summary is None:
        return plural(
            "The portfolio has {number} deal, which begins on {start}; nobody invests in it.",
            "The portfolio has {number} deals, the first of which begins on {start}; nobody invests in them.",
            len(facts.holdings),
            number=count(len(facts.holdings)),
            start=day_words(facts.starts_on),
        )
    return plural(
        "The fund holds a part of {number} deal; the last settlement is on {end}.",
        "The fund holds parts of {number} deals, the first of which begins on {start}; the last settlement is on "
        "{end}.",
        len(facts.holdings),
        number=count(len(facts.holdings)),
        start=day_words(facts.starts_on),
        end=day_words(facts.ends_on),
    )


def the_answer(facts: PortfolioFacts) -> str:
    """The answer in one sentence."""
    if facts.summary is None and facts.budgets is not None:
        worth = facts.budgets.total[TOTAL].net_benefit
        told = _(
            "Public budgets together are left with {amount} on average; {often} they end with a loss.",
            amount=money_of(worth.mean, facts.currency),
            often=futures(worth.p_negative),
        )
        return ended(told)
    if facts.summary is None:
        return _("Nobody invests in these deals, so there is no capital to lose.")
    fund, worst = facts.summary.fund, facts.summary.fund.loss.expected_shortfall_95
    often = capital_letter(futures(fund.keeps_capital))
    if math.isnan(worst.value) or worst.value <= 0.0:
        return _("{often} the fund gets its capital back.", often=often)
    return ended(
        _(
            "{often} the fund gets its capital back; in the worst twentieth, {amount} of {capital} is lost on average.",
            often=often,
            amount=money_of(worst, facts.currency),
            capital=money_of(fund.drawn.mean, facts.currency),
        )
    )


def key_figures(facts: PortfolioFacts) -> tuple[tuple[str, str, str], ...]:
    """A few figures in large type."""
    if facts.summary is None:
        return _key_budgets(facts)
    fund = facts.summary.fund
    worst, irr = fund.loss.expected_shortfall_95, fund.irr_of_mean_flow
    lost = _("nothing") if worst.value <= 0.0 else key_money(worst.value, facts.currency, error_of(worst))
    paid_in = fund.drawn.mean
    return (
        (_("futures in which the capital comes back"), of_hundred(fund.keeps_capital), ""),
        (_("lost on average in the worst twentieth"), DASH if math.isnan(worst.value) else lost, ""),
        (
            _("yearly return of the mean cash flow"),
            DASH if isinstance(irr, Withheld) else rate(irr.value, error_of(irr), 1),
            "",
        ),
        (_("paid in on average"), key_money(paid_in.value, facts.currency, error_of(paid_in)), ""),
    )


def _key_budgets(facts: PortfolioFacts) -> tuple[tuple[str, str, str], ...]:
    """What the budgets that gain or lose are left with by all deals, in large type."""
    if facts.budgets is None:
        return ()
    found = facts.budgets.total
    return tuple(
        (
            _("net benefit: {budget}", budget=party(name, article=False)),
            key_money(one.net_benefit.mean.value, facts.currency, error_of(one.net_benefit.mean)),
            _("risk of a loss {share}", share=probability_cell(one.net_benefit.p_negative).text),
        )
        for name, one in found.items()
        if _varies(one)
    )[:4]


def _varies(one: KeyFigures) -> bool:
    """Whether a budget has anything to do with a deal."""
    return one.net_benefit.mean.value != 0.0 or one.net_benefit.sd.value != 0.0


def _drawn(facts: PortfolioFacts) -> list[Block]:
    """How often each result of the fund comes about."""
    if facts.summary is None or facts.results is None:
        return []
    # The chart asks of a deal: the fund's result, its loss and its currency.
    side, deal = SimpleNamespace(everybody=facts.summary.fund), SimpleNamespace(currency=facts.currency)
    of_fund: Any = SimpleNamespace(results=facts.results, summary=side, deal=deal)
    chart = charts.histogram(of_fund, "full")
    caption = _("How often each result of the fund comes about")
    return [] if chart is None else [chart._replace(caption=caption)]


def deals(facts: PortfolioFacts) -> Table:
    """The deals and what the fund may lose in each."""
    return Table(
        "deals",
        _("The fund's part of each deal ({currency})", currency=facts.currency),
        (
            "",
            _("part held"),
            _("paid in"),
            _("received"),
            _("present value"),
            _("risk of loss"),
            _("mean loss, worst twentieth"),
        ),
        tuple(_deal(one) for one in facts.holdings),
        (_("Present value at {rate} a year.", rate=rate(facts.hurdles[-1])),) if facts.hurdles else (),
    )


def _deal(one: HoldingOf) -> tuple[Cell, ...]:
    found = one.summary
    if found is None:
        return (text_cell(_held(one)), share_cell(one.share), *(text_cell(_("nobody invests")),), *(text_cell(""),) * 4)
    return (
        text_cell(_held(one)),
        share_cell(one.share),
        estimate_cell(found.drawn),
        estimate_cell(found.received),
        estimate_cell(list(found.npv.values())[-1].mean),
        probability_cell(found.loss.p_loss),
        loss_cell(found.loss.expected_shortfall_95),
    )


def _held(one: HoldingOf) -> str:
    """A deal, and the tranche of it that the fund holds where it is not all of them."""
    return one.name if one.tranche is None else _("{deal}, of which {tranche}", deal=one.name, tranche=one.tranche)


def _years(facts: PortfolioFacts) -> list[Block]:
    """Repayments of all deals by payer and year."""
    if facts.summary is None:
        return []
    rows = [
        (text_cell(party(name, article=False)), text_cell(year), *map(estimate_cell, (each.mean, each.p05, each.p95)))
        for name, payer in facts.summary.payers.items()
        for year, each in payer.years.items()
        if each.mean.value > 0.0
    ]
    return [
        Table(
            "repayment",
            _("Repayment per year of all deals ({currency})", currency=facts.currency),
            (_("payer"), _("budget year"), _("mean"), _("5 %"), _("95 %")),
            tuple(rows),
        )
    ]


def _budgets(facts: PortfolioFacts) -> list[Block]:
    """What each deal leaves to public budgets."""
    rows = []
    for one in facts.holdings:
        for name, budget in (one.budgets or {}).items():
            if _varies(budget):
                rows.append((text_cell(one.name), *_budget(name, budget)))
    if not rows:
        return []
    together = _("all deals")
    total = facts.budgets.total if facts.budgets is not None else {}
    sums = [(text_cell(together), *_budget(name, budget)) for name, budget in total.items() if _varies(budget)]
    emphasised = tuple(range(len(rows), len(rows) + len(sums)))
    return [
        Heading(_("What it leaves to public budgets")),
        Table(
            "budgets",
            _("Net benefit, the whole of each deal ({currency})", currency=facts.currency),
            (
                _("deal"),
                _("public budget"),
                _("mean"),
                _("5 %"),
                _("95 %"),
                _("risk of a loss"),
                _("half of the futures break even by"),
            ),
            (*rows, *sums),
            emphasised=emphasised,
        ),
    ]


def _budget(name: str, budget: KeyFigures) -> tuple[Cell, ...]:
    """What one budget is left with, and when half of the futures break even."""
    worth, year = budget.net_benefit, budget.break_even.p50.value
    never = math.isnan(year) or math.isinf(year)
    pays = worth.p_negative.value > 0.0 or budget.repayments.value > 0.0
    return (
        text_cell(party(name, article=False)),
        estimate_cell(worth.mean),
        estimate_cell(worth.p05),
        estimate_cell(worth.p95),
        probability_cell(worth.p_negative),
        text_cell(_("never") if never else str(int(year)) if pays else DASH),
    )
