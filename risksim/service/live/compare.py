"""Variants of a deal side by side: differences path by path, as the same people live in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from risksim import api
from risksim.analysis.compare import Difference, compare
from risksim.analysis.deal_facts import deal_of
from risksim.analysis.memo import Facts
from risksim.language import _
from risksim.report.answer import error_of
from risksim.report.document import Cell, Table
from risksim.report.memo.comparison import quantity_words
from risksim.report.memo.words import capital_letter, change_cell, text_cell
from risksim.report.said_below import in_words
from risksim.service.live import charts as apart
from risksim.service.live.changes import changes_of_set, moved_deal
from risksim.service.live.shapes import CompareShown, VariantAsked

POINTS = 100.0
"""Percentage points in one. [1]"""


def compared(deal: api.Deal, variants: Sequence[VariantAsked], paths: int, seed: int, threads: int = 1) -> CompareShown:
    """Compare variants of a deal with the first of them.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    variants : sequence of VariantAsked
        Two to four.
    paths, seed, threads
        As in `risksim.analysis.compare.compare`.

    Returns
    -------
    CompareShown
    """
    deals = [moved_deal(deal, changes_of_set(deal, one.set)) for one in variants]
    found = compare(deals, [one.name for one in variants], paths, seed, threads)
    facts = cast("Facts", _Naming(deals[0]))
    by_pair = [{one.quantity: one for one in pair.differences} for pair in found.pairs]
    quantities = list(dict.fromkeys(quantity for differences in by_pair for quantity in differences))
    head = [""]
    for variant in variants[1:]:
        head += [_("{variant} less {first}", variant=variant.name, first=variants[0].name), _("standard error")]
    rows = tuple(
        (
            text_cell(_named(facts, quantity)),
            *(cell for differences in by_pair for cell in _cells(differences.get(quantity))),
        )
        for quantity in quantities
    )
    caption = _("What changes on average, met by the same people ({currency})", currency=found.currency)
    notes = (
        _(
            "Chances are in percentage points. Each difference is that of the pairs, so luck that both share counts "
            "for neither."
        ),
    )
    remarks = [in_words(remark) for pair in found.pairs for remark in pair.remarks]
    return CompareShown(
        names=[one.name for one in variants],
        digests=[side.digest for side in found.sides],
        currency=found.currency,
        paths=paths,
        seed=seed,
        engine=found.engine,
        table=apart.table(Table("differences", caption, tuple(head), rows, notes)),
        notes=list(dict.fromkeys(remarks)),
    )


class _Naming:
    """What titles of quantities are found by."""

    def __init__(self, deal: api.Deal) -> None:
        self.deal = deal_of(deal)


def _named(facts: Facts, quantity: Any) -> str:
    return capital_letter(quantity_words(facts, quantity))


def _cells(difference: Difference | None) -> tuple[Cell, Cell]:
    if difference is None:
        return text_cell(""), text_cell("")
    mean = difference.over_paths.mean
    scale, places = (
        (POINTS, 1) if difference.quantity.unit == "1" else (1.0, 0 if difference.quantity.unit == "currency" else 1)
    )
    error = scale * mean.standard_error
    return change_cell(mean, scale, places), Cell(error_of(mean, scale), error if error == error else None, "number")
