"""What investors are left with: the distribution and the three lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import N_, _
from risksim.report.document import Block, Cell, Heading, Paragraph, Table
from risksim.report.figures import returns as figures
from risksim.report.memo.words import (
    estimate_cell,
    loss_cell,
    money_cell,
    probability_cell,
    rate,
    return_cell,
    share_cell,
    text_cell,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts

LINES = {
    "expected only": (N_("expected values only"), N_("every number at its mean")),
    "luck only": (N_("luck only"), N_("numbers at their means, people and what else is chance drawn")),
    "evidence and luck": (N_("evidence and luck"), N_("everything that is not known is drawn")),
}
"""The three lines: what each is called, and what varies in it."""


def return_charts(facts: Facts) -> list[Block]:
    """The distribution of results, half a page wide."""
    chart = figures.histogram(facts, "half")
    return [chart] if chart is not None else []


def exceedance(facts: Facts) -> list[Block]:
    """How often each result is exceeded, half a page wide."""
    chart = figures.exceedance(facts, "half")
    return [chart] if chart is not None else []


def three_lines(facts: Facts) -> list[Block]:
    """The table of the three lines."""
    if facts.lines is None:
        return []
    hurdle = rate(facts.lines.hurdle)
    rows = []
    for line in facts.lines.lines:
        name = _(LINES[line.name][0]) if line.name in LINES else line.name
        rows.append(
            (
                text_cell(name),
                return_cell(line.irr),
                estimate_cell(line.npv),
                probability_cell(line.p_loss),
                estimate_cell(line.npv_p05),
                loss_cell(line.npv_es95),
            )
        )
    said = "; ".join(f"{_(name)}: {_(varies)}" for name, varies in LINES.values())
    return [
        Table(
            "three-lines",
            _("The same deal seen three ways ({currency})", currency=facts.deal.currency),
            (
                "",
                _("yearly return"),
                _("present value at {rate}", rate=hurdle),
                _("risk of loss"),
                _("present value exceeded 19 times of 20"),
                _("worst twentieth: mean loss of present value"),
            ),
            tuple(rows),
            (_("{lines}.", lines=said) + " " + _("A loss is money back below money paid in."),),
            (len(rows) - 1,),
        )
    ]


def quantiles(facts: Facts) -> list[Block]:
    """The raw quantiles of the result, for the workbook."""
    found = facts.results
    if found is None or not found.quantiles:
        return []
    rates = dict(found.irr_quantiles)
    rows = []
    for level, result in found.quantiles:
        row = [share_cell(level, places=0), money_cell(result.value, 0.0), Cell("", result.standard_error, "money")]
        row[1] = estimate_cell(result)
        row[2] = money_cell(result.standard_error)
        row += [money_cell(result.low), money_cell(result.high)]
        if rates:
            row.append(share_cell(rates[level].value, 0.0, 2) if level in rates else text_cell(""))
        rows.append(tuple(row))
    head = [_("level"), _("result"), _("standard error"), _("low"), _("high")]
    if rates:
        head.append(_("yearly return"))
    return [
        Heading(_("Quantiles of the result of all investors together ({currency})", currency=facts.deal.currency)),
        Paragraph(
            _("A level of 5 % means that one future in twenty ends lower. Low and high bound the 95 % interval."),
            "note",
        ),
        Table("return-quantiles", _("Quantiles of the result"), tuple(head), tuple(rows)),
    ]
