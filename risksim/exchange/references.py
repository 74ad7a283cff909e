"""Defined names of a workbook: which cell, or which sheet, each stands for."""

from __future__ import annotations

import re

from risksim.exchange.books import Book, Cell, Sheet, closest, several
from risksim.exchange.values import Wrong
from risksim.language import _
from risksim.scenario.document import shown

_CELL = re.compile(r"^\$?([A-Z]{1,3})\$?([0-9]{1,7})$")


def cell_of_name(book: Book, name: str) -> Cell | Wrong:
    """The one cell that a name stands for.

    Parameters
    ----------
    book : Book
        The workbook.
    name : str
        A defined name; case doesn't matter.

    Returns
    -------
    Cell or Wrong
    """
    found = _area(book, name)
    if isinstance(found, Wrong):
        return found
    sheet, area = found
    ends = [_CELL.match(end) for end in area.split(":")]
    first, last = ends[0], ends[-1]
    if first is None or last is None or len(ends) > 2:
        return _no_cell(name, f"{sheet.title}!{area}")
    row, column = int(first[2]), _column(first[1])
    merged = sheet.area_of(row, column)
    corner = (row, column, int(last[2]), _column(last[1]))
    if first[0] != last[0] and merged != corner:
        found_ = _(
            "got the name {name} for several cells, {title}!{area}; a value stands in one.",
            name=shown(name),
            title=sheet.title,
            area=area,
        )
        return Wrong(found_, _("Let the name stand for the cell of the value."))
    return sheet.cell(row, column)


def sheet_of_name(book: Book, name: str) -> Sheet | Wrong:
    """The sheet on which the cells of a name stand."""
    found = _area(book, name)
    return found if isinstance(found, Wrong) else found[0]


def _area(book: Book, name: str) -> tuple[Sheet, str] | Wrong:
    alike = [key for key in book.names if key.casefold() == name.casefold()]
    refers = [refer for key in alike for refer in book.names[key]]
    if not refers:
        there = [key for key in book.names if not key.startswith("_xlnm")]
        has = _("the book has {names}", names=several(there)) if there else _("the book has none")
        remedy = closest(name, there) or _(
            "Name the cell: select it and write the name to the left of the formula bar."
        )
        return Wrong(_("got no defined name {name}; {has}.", name=shown(name), has=has), remedy)
    if len(refers) > 1:
        return Wrong(
            _("got the name {name} for {several}.", name=shown(name), several=several(refers)),
            _("Keep one of them in the name manager."),
        )
    title, mark, area = refers[0].removeprefix("=").rpartition("!")
    title = title[1:-1].replace("''", "'") if title.startswith("'") else title
    if "#REF!" in refers[0] or not mark:
        return _no_cell(name, refers[0])
    if title not in book.sheets:
        return _no_cell(name, refers[0])
    return book.sheets[title], area


def _no_cell(name: str, refers: str) -> Wrong:
    found = _(
        "got the name {name} for {refers}, which is no cell of this book.", name=shown(name), refers=shown(refers)
    )
    return Wrong(found, _("Let the name stand for the cell of the value, in the name manager."))


def _column(text: str) -> int:
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
