"""Annex: how the numbers are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import _
from risksim.report.document import Block, Bullets, Heading
from risksim.report.memo.limits import left_out
from risksim.report.memo.provenance import provenance_table

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts


def method(facts: Facts) -> list[Block]:
    """The method in a few sentences, what is left out, and how to make the numbers again."""
    said = [
        _(
            "Each future draws every uncertain number from its law, then every person: who comes, who leaves, who "
            "succeeds. Payments follow the terms of the file date by date."
        ),
        _(
            "Risk of loss is the share of futures in which investors get back less than they paid in. The worst "
            "twentieth is the twentieth of the futures with the largest loss."
        ),
        _("A present value discounts every amount to the start of the deal at the rate that stands beside it."),
        _(
            "The yearly return is that of the mean cash flow: the mean of the returns of single futures is no return "
            "of anything."
        ),
        _(
            "Stresses and other terms meet the same people and the same luck, so that differences are no accident of "
            "draws."
        ),
        _(
            "A share of the variance says how much of the spread goes with one number alone; shares need not add up to "
            "the whole."
        ),
    ]
    blocks: list[Block] = [Heading(_("Method")), Bullets(tuple(said))]
    missing = left_out(facts)
    if missing:
        blocks += [Heading(_("What is left out"), 3), *missing]
    return [*blocks, provenance_table(facts.provenance, facts.deal.day_count)]
