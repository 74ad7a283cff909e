"""The workbook: one sheet for each question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import _
from risksim.report.document import Block, Bullets, Heading, Keys, Paragraph, Sheet
from risksim.report.memo.annex_inputs import inputs
from risksim.report.memo.annex_method import method
from risksim.report.memo.annex_statistics import statistics
from risksim.report.memo.assumptions import assumptions
from risksim.report.memo.budgets import budget_details, who_gains
from risksim.report.memo.drivers import all_tables, drivers
from risksim.report.memo.opening import key_figures, the_answer, the_deal
from risksim.report.memo.repayment import all_years
from risksim.report.memo.returning import numbers_to_change
from risksim.report.memo.returns import quantiles, three_lines
from risksim.report.memo.stresses import stresses, stresses_by_budget
from risksim.report.memo.terms import terms, terms_table
from risksim.report.memo.words import tidied

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts

MOST_LETTERS = 31
"""Of the name of a sheet."""


def sheets(facts: Facts) -> tuple[Sheet, ...]:
    """The sheets of a deal, and last the one that goes back in; a question that the deal does not answer has none."""
    figures = key_figures(facts)
    answer: list[Block] = [Heading(facts.deal.name, 1), Paragraph(" ".join(the_deal(facts)))]
    answer += [Paragraph(the_answer(facts), "lead"), *([Keys(figures)] if figures else [])]
    found: list[tuple[str, list[Block]]] = [
        (_("Answer"), [*answer, *three_lines(facts)]),
        (_("Quantiles"), quantiles(facts)),
        (_("Repayment"), all_years(facts)),
        (_("Who gains"), [*who_gains(facts), *budget_details(facts)]),
        (_("Drivers"), [*_bulleted([*drivers(facts), *assumptions(facts)]), *all_tables(facts)]),
        (_("Stresses"), [*stresses(facts), *stresses_by_budget(facts)]),
        (_("Terms"), [*terms(facts), *terms_table(facts)]),
        (_("Inputs"), inputs(facts)),
        (_("Statistics"), statistics(facts, all_of_them=True)),
        (_("Method"), method(facts)),
    ]
    asked = tuple(Sheet(name[:MOST_LETTERS], tidied(blocks)) for name, blocks in found if blocks)
    returning = numbers_to_change(facts)
    return asked if returning is None else (*asked, returning)


def _bulleted(sentences: list[str]) -> list[Block]:
    """Sentences one below the other."""
    return [Bullets(tuple(sentences))] if sentences else []
