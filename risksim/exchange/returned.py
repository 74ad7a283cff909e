"""A memo's workbook that comes back: the scenario it carries, with the numbers that somebody changed in it.

Only what was changed moves, every other line of the scenario stays as it was written. A number that was changed has no
published source any more: it becomes an assumption that names its cell and what stood there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from risksim.errors import BookError, Fault, ScenarioError
from risksim.exchange.books import Book, Cell
from risksim.exchange.compose import Compile, Missing, Placed
from risksim.exchange.reading import LeftOut
from risksim.language import _
from risksim.scenario.document import Document, Path
from risksim.scenario.numbers import Stated, is_time_span, stated
from risksim.scenario.reader import read_text

NUMBERS, SCENARIO = "risksim_numbers", "risksim_scenario"
"""Names in the workbook: the table of numbers, and the lines of the scenario."""

_AREA = re.compile(r"^'?(?P<sheet>.+?)'?!\$?[A-Z]+\$?(?P<first>\d+):\$?[A-Z]+\$?(?P<last>\d+)$")
_SCALAR = re.compile(r"""(?:"[^"\n]*"|'[^'\n]*'|[^\n,\]}#]*[^\s,\]}#])""")


class Returned(NamedTuple):
    """What came back."""

    text: str
    """The scenario with what was changed; empty where there are mistakes."""
    placed: list[Placed]
    """What was changed."""
    left_out: list[LeftOut]
    missing: list[Missing]
    warnings: list[str]
    mistakes: list[Fault]


class _Change(NamedTuple):
    """A number that somebody changed."""

    of: Stated
    new: str
    """As the scenario writes it."""
    cell: Cell


def comes_back(book: Book) -> bool:
    """Whether a workbook carries a scenario, as memos do."""
    return SCENARIO in book.names and NUMBERS in book.names


def read_back(book: Book, name: str = "scenario.yaml", compiled: Compile | None = None) -> Returned:
    """The scenario of a memo's workbook, with the numbers that were changed in it.

    Parameters
    ----------
    book : Book
        A workbook for which `comes_back` holds.
    name : str
        What messages call the scenario.
    compiled : callable, optional
        What the changed scenario must pass to be run.

    Returns
    -------
    Returned

    Raises
    ------
    BookError
        Where the workbook lost its scenario or its table.
    """
    text = _scenario(book)
    try:
        _scenario_read, document = read_text(text, name)
    except ScenarioError as error:
        found = _("got a scenario that no longer reads; somebody changed its hidden sheet.")
        raise _lost(book, SCENARIO, found) from error
    changes, mistakes = _changes(book, document)
    if mistakes:
        return Returned("", [], [], [], [], mistakes)
    changed = _written(document, changes, book.title)
    mistakes = _refused(changed, name, changes, book, compiled)
    placed = [
        Placed(one.of.place, one.new, "", one.cell.place, f"{one.of.value}, changed to {one.new}") for one in changes
    ]
    warnings = (
        [] if changes else [_("{title}: no number was changed, so this is the scenario as it was.", title=book.title)]
    )
    return Returned("" if mistakes else changed, placed, [], [], warnings, mistakes)


def _lost(book: Book, name: str, found: str) -> BookError:
    remedy = _("Write the memo anew with --format xlsx, and change the yellow cells alone.")
    return BookError([Fault(book.file, None, None, name, found, remedy)])


def _area(book: Book, name: str) -> tuple[Any, int, int]:
    """The sheet that a defined name refers to, and its first and last row."""
    found = _AREA.match(book.names[name][0])
    sheet = None if found is None else book.sheets.get(found["sheet"].replace("''", "'"))
    if found is None or sheet is None:
        raise _lost(book, name, _("got a name that refers to nothing in this workbook."))
    return sheet, int(found["first"]), int(found["last"])


def _scenario(book: Book) -> str:
    sheet, first, last = _area(book, SCENARIO)
    lines = [sheet.cell(row, 1).value for row in range(first, last + 1)]
    return "\n".join("" if line is None else str(line) for line in lines)


def _changes(book: Book, document: Document) -> tuple[list[_Change], list[Fault]]:
    """The numbers of the table that are not those of the scenario."""
    sheet, first, last = _area(book, NUMBERS)
    by_place = {one.place: one for one in stated(document)}
    changes: list[_Change] = []
    mistakes: list[Fault] = []
    for row in range(first + 1, last + 1):
        label, cell = sheet.cell(row, 1), sheet.cell(row, 2)
        known = by_place.get(str(label.value))
        if known is None:
            if not label.empty or not cell.empty:
                found = _(
                    "got the place {value!r}, which the scenario of this workbook doesn't have.", value=label.value
                )
                remedy = _("Leave the first column as it was, and add no rows.")
                mistakes.append(book.fault(label.place, found, remedy))
            continue
        new, fault = _new(book, known, cell)
        if fault is not None:
            mistakes.append(fault)
        elif new is not None:
            changes.append(_Change(known, new, cell))
    return changes, mistakes


def _new(book: Book, known: Stated, cell: Cell) -> tuple[str | None, Fault | None]:
    """What the scenario says instead of a number; None where it stays."""
    is_date, is_time = known.kind == "date", known.kind == "time"
    wanted = {"date": _("a date"), "time": _("a time such as 6 months")}.get(known.kind, _("a number"))
    value = cell.value
    if cell.is_error or cell.empty:
        what = _("an error") if cell.is_error else _("an empty cell")
        return None, book.fault(
            cell.place,
            _("got {what} for {place}, which is {wanted}.", what=what, place=known.place, wanted=wanted),
            _("Write {wanted}.", wanted=wanted),
        )
    if is_date and isinstance(value, dt.datetime | dt.date):
        new = f"{value:%Y-%m-%d}"
        return (None if new == known.value else new), None
    if is_time and isinstance(value, str) and is_time_span(value):
        return (None if value.strip() == known.value else value.strip()), None
    if is_date or is_time or isinstance(value, bool) or not isinstance(value, int | float):
        found = _("got {value!r} for {place}, which is {wanted}.", value=value, place=known.place, wanted=wanted)
        return None, book.fault(
            cell.place, found, _("Write {wanted}; it was {value}.", wanted=wanted, value=known.value)
        )
    if float(value) == float(known.value):
        return None, None
    return (str(int(value)) if float(value).is_integer() else repr(float(value))), None


def _written(document: Document, changes: Sequence[_Change], title: str) -> str:
    """The text with what was changed, all else as it was."""
    text = document.text
    edits = [(*_scalar(document, change.of.path), change.new) for change in changes]
    by_origin: dict[Path, list[_Change]] = {}
    for change in changes:
        if change.of.origin == "source" and change.of.origin_path is not None:
            by_origin.setdefault(change.of.origin_path, []).append(change)
    edits += [_as_assumption(document, path, those, title) for path, those in by_origin.items()]
    for first, last, new in sorted(edits, reverse=True):
        text = text[:first] + new + text[last:]
    return text


def _offset(document: Document, line: int, column: int) -> int:
    """A place of the text, counted in letters from its beginning."""
    return sum(len(one) + 1 for one in document.text.split("\n")[: line - 1]) + column - 1


def _scalar(document: Document, path: Path) -> tuple[int, int]:
    """Where a value on one line begins and ends."""
    first = _offset(document, *document.positions[path])
    found = _SCALAR.match(document.text, first)
    assert found is not None  # a value stands where the reader found one
    return first, found.end()


def _as_assumption(document: Document, path: Path, changes: Sequence[_Change], title: str) -> tuple[int, int, str]:
    """The source of a block, which becomes an assumption that says what was changed."""
    place = (*path, "source")
    first = _offset(document, *document.keys[place])
    last_of = max((one for one in document.positions if one[: len(place)] == place), key=document.positions.__getitem__)
    last = _scalar(document, last_of)[1]
    if document.text[_offset(document, *document.positions[place])] == "[":
        last = document.text.index("]", last) + 1
    said = "; ".join(f"{one.of.place} was {one.of.value}, changed in {title}, {one.cell.place}" for one in changes)
    words = f"{said}; before that: {changes[0].of.origin_text}".replace("\\", "/").replace('"', "'")
    return first, last, f'assumption: "{words}"'


def _refused(text: str, name: str, changes: Sequence[_Change], book: Book, compiled: Compile | None) -> list[Fault]:
    """What the checks of a scenario refuse, at the cell that holds it."""
    try:
        read_text(text, name)
        if compiled is not None:
            compiled(text, name)
    except ScenarioError as error:
        cells = {one.of.place: one.cell.place for one in changes}
        return [
            book.fault(cells[fault.path], fault.found, fault.remedy) if fault.path in cells else fault
            for fault in error.faults
        ]
    return []
