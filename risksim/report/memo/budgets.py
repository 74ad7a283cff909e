"""Who pays and who gains: investors, payers, and public budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import _
from risksim.metrics.purse import TOTAL
from risksim.report.document import Block, Cell, Paragraph, Table
from risksim.report.figures import payers as figures
from risksim.report.memo.parties import investors
from risksim.report.memo.words import (
    capital_letter,
    estimate_cell,
    futures,
    money_cell,
    party,
    probability_cell,
    rate,
    text_cell,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts
    from risksim.metrics.purse import Budget

MARK = "†"
"""Behind what is known gross only."""


def who_gains(facts: Facts) -> list[Block]:
    """The table of all who pay or gain, and a sentence where nothing is said of public budgets."""
    rows = [*_investor_rows(facts), *_budget_rows(facts)]
    blocks: list[Block] = []
    if rows:
        notes = []
        hurdle = _hurdle(facts)
        if hurdle is not None and _investor_rows(facts):
            notes.append(_("Investors: present value at {rate} a year.", rate=rate(hurdle)))
        if facts.budgets is not None:
            notes.append(_("Public budgets: present value of savings less own costs and repayments, in fixed prices."))
            if any(budget.is_gross_only for budget in facts.budgets.all_budgets.values()):
                notes.append(
                    _(
                        "{mark} Gross only: nobody says how many would have succeeded anyway, so net is not known.",
                        mark=MARK,
                    )
                )
        blocks.append(
            Table(
                "who-gains",
                _("On average, in {currency}", currency=facts.deal.currency),
                ("", _("pays"), _("gains"), _("is left with"), _("risk of a loss")),
                tuple(rows),
                (" ".join(notes),) if notes else (),
            )
        )
    if facts.budgets is None:
        blocks.append(
            Paragraph(
                _("The file says nothing of savings in public budgets, so whether public money gains is not told.")
            )
        )
    elif facts.budgets.total.win_win is not None:
        win = facts.budgets.total.win_win
        blocks.append(
            Paragraph(capital_letter(_("{often} both investors and public budgets gain.", often=futures(win.both))))
        )
    return blocks


def waterfall(facts: Facts) -> list[Block]:
    """Who pays whom, as a picture half a page wide."""
    chart = figures.waterfall(facts, "half")
    return [chart] if chart is not None else []


def budgets_chart(facts: Facts) -> list[Block]:
    """What public budgets are left with, as a picture half a page wide."""
    chart = figures.budgets(facts, "half")
    return [chart] if chart is not None else []


def _hurdle(facts: Facts) -> float | None:
    """The yearly rate at which the table counts what investors are left with; None where nobody invests."""
    if facts.summary is None or not facts.summary.tranches:
        return None
    return float(list(facts.summary.everybody.npv)[-1])


def _investor_rows(facts: Facts) -> list[tuple[Cell, ...]]:
    summary = facts.summary
    if summary is None or not investors(facts.deal) or facts.deal.capital == 0.0:
        return []
    paid_in = {one.name: one.amount for one in facts.deal.investors}
    sides = [(party(name, article=False), side, paid_in.get(name)) for name, side in summary.tranches.items()]
    if summary.investors is not None:
        sides.append((_("all investors together"), summary.investors, facts.deal.capital))
    elif len(sides) == 1:
        sides = [(sides[0][0], sides[0][1], facts.deal.capital)]
    rows: list[tuple[Cell, ...]] = []
    for name, side, capital in sides:
        npv = list(side.npv.values())[-1]
        multiple = side.moic.mean
        gains = Cell(_("varies"), None, "money")
        if capital is not None and facts.deal.capital is not None:
            gains = money_cell(multiple.value * capital, multiple.standard_error * capital)
        rows.append(
            (
                text_cell(name),
                Cell(_("as needed"), None, "money") if capital is None else money_cell(capital),
                gains,
                estimate_cell(npv.mean),
                probability_cell(side.loss.p_loss),
            )
        )
    return rows


def _budget_rows(facts: Facts) -> list[tuple[Cell, ...]]:
    if facts.budgets is None:
        return _payer_rows(facts)
    found = facts.budgets.all_budgets
    if len(found) == 2:
        found = {name: budget for name, budget in found.items() if name != TOTAL}
    return [_budget_row(name, budget) for name, budget in found.items()]


def _budget_row(name: str, budget: Budget) -> tuple[Cell, ...]:
    mark = MARK if budget.is_gross_only else ""
    left = estimate_cell(budget.net_benefit.mean)
    return (
        text_cell(f"{party(name, article=False)}{mark}"),
        estimate_cell(budget.pocket.pays),
        estimate_cell(budget.pocket.gains),
        left,
        probability_cell(budget.net_benefit.p_negative),
    )


def _payer_rows(facts: Facts) -> list[tuple[Cell, ...]]:
    if facts.summary is None:
        return []
    return [
        (
            text_cell(party(name, article=False)),
            estimate_cell(payer.total.mean),
            *(Cell(_("not said"), None, "money"),) * 3,
        )
        for name, payer in facts.summary.payers.items()
    ]


def budget_details(facts: Facts) -> list[Block]:
    """Net benefit of every budget with its spread, for the annex and the workbook."""
    if facts.budgets is None:
        return []
    rows = []
    for name, budget in facts.budgets.all_budgets.items():
        worth, cash = budget.net_benefit, budget.net_benefit_cash
        mark = MARK if budget.is_gross_only else ""
        rows.append(
            (
                text_cell(f"{party(name, article=False)}{mark}"),
                estimate_cell(worth.mean),
                estimate_cell(worth.p05),
                estimate_cell(worth.p95),
                probability_cell(worth.p_negative),
                estimate_cell(cash.mean),
                _year(budget),
                probability_cell(budget.break_even.p_never),
            )
        )
    return [
        Table(
            "budgets",
            _("Net benefit of public budgets (present value, {currency})", currency=facts.deal.currency),
            (
                "",
                _("mean"),
                _("5 %"),
                _("95 %"),
                _("risk of a loss"),
                _("mean, cash only"),
                _("half of the futures break even by"),
                _("never breaks even"),
            ),
            tuple(rows),
            (_("{mark} Gross only: nobody says how many would have succeeded anyway, so net is not known.", mark=MARK),)
            if any(budget.is_gross_only for budget in facts.budgets.all_budgets.values())
            else (),
            (len(rows) - 1,),
        )
    ]


def _year(budget: Budget) -> Cell:
    """The year by which half of the futures break even."""
    year = budget.break_even.p50.value
    return text_cell(_("never")) if year != year else Cell(str(int(year)), float(int(year)), "number")
