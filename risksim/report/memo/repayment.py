"""What payers repay in each budget year, beside what is set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import _, plural
from risksim.report.document import Block, Cell, Heading, Paragraph, Table
from risksim.report.figures import years as figures
from risksim.report.memo.words import (
    capital_letter,
    estimate_cell,
    futures,
    listing,
    money,
    money_cell,
    party,
    probability_cell,
    text_cell,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts

MOST_YEARS = 8
"""Budget years in a table of the first two pages; more are summed up in a sentence."""
RARE = 0.005
"""A chance of overspending below this is not worth a sentence. [1]"""


def paying(facts: Facts) -> list[str]:
    """Payers who pay anything, the largest first."""
    if facts.summary is None:
        return []
    found = [name for name, payer in facts.summary.payers.items() if payer.total.mean.value > 0.0]
    return sorted(found, key=lambda name: -facts.summary.payers[name].total.mean.value)  # type: ignore[union-attr]


def fan(facts: Facts, payer: str) -> list[Block]:
    """The fan of a payer's budget years, half a page wide; none where every future is alike, as the table says it."""
    assert facts.summary is not None
    if all(year.p05.value == year.p95.value for year in facts.summary.payers[payer].years.values()):
        return []
    chart = figures.fan(facts, payer, "half")
    return [chart] if chart is not None else []


def repayment(facts: Facts) -> list[Block]:
    """Words and the table of the payer who repays most; the others stand in the annex."""
    payers = paying(facts)
    if not payers:
        return []
    blocks: list[Block] = [Paragraph(overspending(facts, payers[0]))]
    table = years_table(facts, payers[0])
    if len(table.rows) <= MOST_YEARS + 1:
        blocks.append(table)
    return blocks


def overspending(facts: Facts, payer: str) -> str:
    """How often a year costs more than is set aside, in words."""
    own = [one for one in facts.appropriations if one.payer == payer]
    who = capital_letter(party(payer))
    if not own:
        return _("The file names no appropriation, and nothing is expected to be due.")
    if all(one.is_expected for one in own):
        return _(
            "No appropriation is named in the file for {payer}; the expected repayment stands in its place.",
            payer=party(payer),
        )
    named = [one for one in own if not one.is_expected]
    worst = max(named, key=lambda one: one.p_more.value)
    if worst.p_more.value < RARE:
        return _("{payer} has set enough aside in every year, but for fewer than 1 of 200 futures.", payer=who)
    return _(
        "{payer} has set aside {amount} in {year}, the year that overspends most often: {often} more is due.",
        payer=who,
        amount=money(worst.amount, facts.deal.currency),
        year=str(worst.year),
        often=futures(worst.p_more),
    )


def years_table(facts: Facts, payer: str) -> Table:
    """A payer's budget years: those in which anything may be due, or is set aside."""
    assert facts.summary is not None
    own = {one.year: one for one in facts.appropriations if one.payer == payer and not one.is_expected}
    found = facts.summary.payers[payer]
    rows: list[tuple[Cell, ...]] = []
    for year, spread in found.years.items():
        one = own.get(int(year))
        if one is None and spread.mean.value == 0.0 and spread.p95.value == 0.0:
            continue
        aside = (
            (text_cell(""), text_cell("")) if one is None else (money_cell(one.amount), probability_cell(one.p_more))
        )
        rows.append((text_cell(year), *map(estimate_cell, (spread.mean, spread.p05, spread.p95)), *aside))
    total = found.total
    rows.append(
        (
            text_cell(_("all years")),
            *map(estimate_cell, (total.mean, total.p05, total.p95)),
            *(text_cell(""), text_cell("")),
        )
    )
    head: tuple[str, ...] = (_("budget year"), _("mean"), _("5 %"), _("95 %"), _("set aside"), _("risk of more"))
    if not own:
        head, rows = head[:4], [row[:4] for row in rows]
    return Table(
        f"repayment-{_key(facts, payer)}",
        _("Repayment by {payer} per budget year ({currency})", payer=party(payer), currency=facts.deal.currency),
        head,
        tuple(rows),
        emphasised=(len(rows) - 1,),
    )


def _key(facts: Facts, payer: str) -> str:
    """A key of letters and digits for a payer, whatever it is called."""
    assert facts.summary is not None
    return str(1 + list(facts.summary.payers).index(payer))


def all_years(facts: Facts) -> list[Block]:
    """Every payer's budget years, for the annex and the workbook."""
    blocks: list[Block] = []
    for payer in paying(facts):
        blocks += [Heading(_("Budget years: {payer}", payer=party(payer)), 3), *fan(facts, payer)]
        blocks.append(years_table(facts, payer))
    idle = [] if facts.summary is None else [party(name) for name in facts.summary.payers if name not in paying(facts)]
    if idle:
        blocks.append(
            Paragraph(
                capital_letter(
                    plural("{payers} pays nothing.", "{payers} pay nothing.", len(idle), payers=listing(idle))
                )
            )
        )
    return blocks
