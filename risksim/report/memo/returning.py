"""The sheet of the workbook that goes back in: every number of the scenario, to be changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import _
from risksim.report.document import Cell, Heading, Paragraph, Sheet, Table

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts, Stated

TABLE = "scenario-numbers"
"""Name of the table, by which the workbook knows what may be changed."""


def numbers_to_change(facts: Facts) -> Sheet | None:
    """The numbers and dates of a deal's file; None where there are none.

    Parameters
    ----------
    facts : Facts
        What is known of the deal.

    Returns
    -------
    Sheet or None
    """
    if not facts.stated:
        return None
    head = (_("place in the scenario"), _("value"), _("line"), _("where it comes from"))
    rows = tuple(_row(one) for one in facts.stated)
    how = _(
        "Change the yellow cells, save the workbook, and read it with: risksim import {name}. A number that was "
        "changed becomes an assumption that names its cell and what stood there; all else stays as it is.",
        name="memo.xlsx",
    )
    table = Table(TABLE, _("Numbers of the scenario"), head, rows)
    return Sheet(_("Numbers to change"), (Heading(_("Numbers to change")), Paragraph(how), table))


def _row(one: Stated) -> tuple[Cell, ...]:
    kinds = {"source": _("published"), "assumption": _("assumption"), "": _("not said")}
    origin = f"{kinds[one.origin]}: {one.origin_text}" if one.origin_text else kinds[one.origin]
    return (Cell(one.place), _cell(one), Cell(str(one.line), one.line, "number"), Cell(origin))


def _cell(one: Stated) -> Cell:
    """A value as it stands in the file, with as many decimals as it has there."""
    if isinstance(one.value, str):
        return Cell(one.value, one.value, "date" if one.kind == "date" else "text")
    text = str(one.value)
    places = len(text.split(".")[1]) if "." in text and "e" not in text else 0
    return Cell(text, one.value, "number", places)
