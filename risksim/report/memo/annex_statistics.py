"""Annex: every statistic with its standard error and its key, which does not change between versions or languages."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from risksim.language import _
from risksim.report.document import Block, Cell, Heading, Paragraph, Table
from risksim.report.memo.words import money_cell, number, number_cell, people_cell, share_cell, text_cell

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts
    from risksim.metrics.precision import Estimate

_SHARE = re.compile(r"\.(p_\w+|share_anyway)$|\.status\.|^ends_early|\.irr\.")


def statistics(facts: Facts, *, all_of_them: bool) -> list[Block]:
    """The statistics of the run.

    Parameters
    ----------
    facts : Facts
        The deal.
    all_of_them : bool
        Those that do not exist too, as the workbook lists them.

    Returns
    -------
    list of Block
    """
    if facts.summary is None:
        return []
    rows = [
        row(key, estimate)
        for key, estimate in facts.summary.statistics()
        if all_of_them or not math.isnan(estimate.value)
    ]
    return [
        Heading(_("All statistics with their standard errors")),
        Paragraph(
            _(
                "Keys are the same in every language and version. The standard error is that of the simulation; it "
                "says nothing of how good the inputs are."
            ),
            "note",
        ),
        Table(
            "statistics",
            _("Statistics (amounts in {currency})", currency=facts.deal.currency),
            (_("key"), _("value"), _("standard error"), _("low"), _("high")),
            tuple(rows),
            (_("Low and high bound the 95 % interval of the simulation."),),
        ),
    ]


def row(key: str, estimate: Estimate) -> tuple[Cell, ...]:
    """One statistic."""
    error = 0.0 if math.isnan(estimate.standard_error) else estimate.standard_error
    low, high = (
        text_cell(_("no bound")) if math.isinf(end) else _cell(key, end, error) for end in (estimate.low, estimate.high)
    )
    return (text_cell(key), _cell(key, estimate.value, error), _error_cell(key, estimate.standard_error), low, high)


def _cell(key: str, value: float, error: float) -> Cell:
    if _SHARE.search(key):
        return share_cell(value, error, 2)
    if key.startswith("programme"):
        return people_cell(value, error)
    if ".moic." in key:
        return number_cell(value, error, 4)
    return money_cell(value, error)


def _error_cell(key: str, error: float) -> Cell:
    if math.isnan(error):
        return text_cell("")
    if error == 0.0:
        return Cell(_("exact"), 0.0, "number")
    if _SHARE.search(key):
        return share_cell(error, error / 10.0, 4)
    return Cell(number(error, error / 10.0, 6), error, "number", 2)
