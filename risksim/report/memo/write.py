"""The memo of one deal as a document in the language spoken."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from risksim.language import _, spoken
from risksim.report.document import Attachment, Beside, Block, Bullets, Document, Heading, PageBreak, Table
from risksim.report.figures import drivers as drawn
from risksim.report.memo.annex_inputs import inputs, lacking
from risksim.report.memo.annex_method import method
from risksim.report.memo.annex_statistics import statistics
from risksim.report.memo.annex_stories import stories
from risksim.report.memo.assumptions import assumptions
from risksim.report.memo.budgets import budget_details, budgets_chart, waterfall, who_gains
from risksim.report.memo.comparison import comparison
from risksim.report.memo.drivers import all_tables, drivers, drivers_table, judged_table, purse_drivers, tornado
from risksim.report.memo.limits import limits
from risksim.report.memo.opening import opening
from risksim.report.memo.provenance import SHOWN_DIGITS, provenance
from risksim.report.memo.repayment import all_years, fan, paying, repayment
from risksim.report.memo.returns import exceedance, return_charts, three_lines
from risksim.report.memo.sheets import sheets
from risksim.report.memo.stresses import stresses, what_each_does
from risksim.report.memo.terms import acceptability, terms
from risksim.report.memo.words import date as day_words
from risksim.report.memo.words import tidied

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts

__all__ = ["comparison", "memo"]


def memo(facts: Facts, date: dt.date | None = None) -> Document:
    """Write the memo of a deal.

    Parameters
    ----------
    facts : Facts
        What was found.
    date : date, optional
        That stands below the title; left out, none, so that the same file gives the same pages on any day.

    Returns
    -------
    Document
        In the language spoken.
    """
    subtitle = _("Memo to the board on risk and return")
    if date is not None:
        subtitle = _("Memo to the board on risk and return, {date}", date=day_words(date))
    return Document(
        language=spoken(),
        title=facts.deal.name,
        subtitle=subtitle,
        running=_("{deal}, digest {digest}", deal=facts.deal.name, digest=facts.provenance.digest[:SHOWN_DIGITS]),
        front=tidied([*first_page(facts), *_between(facts), *second_page(facts)]),
        annexes=tidied(annexes(facts)),
        sheets=sheets(facts),
        attachments=(Attachment(facts.provenance.file, _("The scenario file"), facts.provenance.text),),
        keywords=(_("social outcome investment"), _("risk analysis"), facts.deal.name),
        digest=facts.provenance.digest,
    )


def first_page(facts: Facts) -> list[Block]:
    """The deal, the answer, returns and repayment."""
    payers = paying(facts)
    result, years = return_charts(facts), fan(facts, payers[0]) if payers else []
    repaid = repayment(facts)
    if result and not years:
        years = exceedance(facts)
    elif years and not result and isinstance(repaid[-1], Table):
        return [*opening(facts), *three_lines(facts), *repaid[:-1], Beside((*years, repaid[-1]))]
    return [*opening(facts), *beside([*result, *years]), *three_lines(facts), *repaid]


def _between(facts: Facts) -> list[Block]:
    """A new page, where what follows surely fits on one: what is told of public budgets may run over."""
    return [PageBreak()] if facts.budgets is None else []


def second_page(facts: Facts) -> list[Block]:
    """Who gains, what the answer hangs on and what is assumed, stresses, terms, limits, provenance."""
    blocks = _section(_("Who pays and who gains"), who_gains(facts))
    if facts.summary is None:  # nobody invests: budgets have the room of returns
        blocks += [*budgets_chart(facts), *budget_details(facts), *purse_drivers(facts)]
    said: list[Block] = [Bullets((*drivers(facts), *assumptions(facts)))]
    title = _("What the answer hangs on, and what is assumed") if facts.drivers is not None else _("What is assumed")
    blocks += _section(title, beside([*said, *tornado(facts)]))
    blocks += _section(_("Stresses"), stresses(facts))
    offered = [*terms(facts), *(acceptability(facts) if _has_room(facts) else [])]
    blocks += _section(_("Terms that would make it acceptable"), beside(offered))
    blocks += _section(_("What the calculation cannot say"), limits(facts))
    return [*blocks, *provenance(facts)]


def _has_room(facts: Facts) -> bool:
    """Whether the picture of other prices fits beside their words; what is told of public budgets takes its place."""
    return facts.budgets is None and bool(terms(facts))


def annexes(facts: Facts) -> list[Block]:
    """All that stands behind the two pages."""
    why = drawn.split(facts, "half")
    more = [
        *beside([*exceedance(facts), *([why] if why is not None else [])]),
        *beside([*waterfall(facts), *(budgets_chart(facts) if facts.summary is not None else [])]),
        *all_years(facts),
        *(budget_details(facts) if facts.summary is not None else []),
        *(all_tables(facts) if facts.summary is not None else [*drivers_table(facts), *judged_table(facts)]),
    ]
    blocks = _section(
        _("Further figures"), [*more, *([] if _has_room(facts) else acceptability(facts)), *what_each_does(facts)]
    )
    return [
        *blocks,
        *inputs(facts),
        *lacking(facts),
        *stories(facts),
        *method(facts),
        *statistics(facts, all_of_them=False),
    ]


def _section(title: str, blocks: list[Block]) -> list[Block]:
    """Blocks under a heading; nothing where there are none."""
    return [Heading(title), *blocks] if blocks else []


def beside(blocks: list[Block]) -> list[Block]:
    """Blocks beside each other; one alone takes the width it has."""
    return [Beside(tuple(blocks))] if len(blocks) > 1 else blocks
