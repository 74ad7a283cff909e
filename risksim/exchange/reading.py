"""Reads a workbook by a mapping: every value with its cell, everything that is left out, and every mistake at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from risksim.errors import BookError, Fault
from risksim.exchange.books import Book, Cell, Sheet, area_text, closest, folded, several
from risksim.exchange.fields import TABLES, VALUES, Field
from risksim.exchange.mapping import AtLabel, AtName, Column, Mapping, Said, Table, Years
from risksim.exchange.references import cell_of_name, sheet_of_name
from risksim.exchange.values import Wrong, converted, scaled
from risksim.scenario.document import shown

MOST_ROWS = 1_000
"""Rows of one table."""


class Got(NamedTuple):
    """One value."""

    value: Any
    place: str
    """Sheet and cell; the place in the mapping for what the mapping says."""
    was: str
    """What stands in the cell."""
    reason: str | None = None
    """Why it was assumed; None where the book is its source."""
    in_book: bool = True


class Row(NamedTuple):
    """One row of a table."""

    place: str
    """The row in the book, as ``Konsekvenser!A7:H7``."""
    values: dict[str, Got]
    by_year: Got | None = None
    """The numbers by year, as they stand there."""


class LeftOut(NamedTuple):
    """Something that is not in the scenario."""

    place: str
    why: str


class Reading(NamedTuple):
    """What a workbook says."""

    book: Book
    values: dict[str, Got]
    tables: dict[str, list[Row]]
    left_out: list[LeftOut]
    warnings: list[str]
    mistakes: list[Fault]


class _Hand:
    """Reads one book, and gathers what is said about it on the way."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.currency: str | None = None
        self.left_out: list[LeftOut] = []
        self.warnings: list[str] = []
        self.mistakes: list[Fault] = []
        self.used: set[str] = set()

    def wrong(self, place: str, found: str, remedy: str) -> None:
        self.mistakes.append(self.book.fault(place, found, remedy))

    def take(self, sheet: Sheet, cell: Cell, field: Field, unit: str | None, label: str) -> Got | None:
        """A cell that isn't empty as a value; None where it holds a mistake."""
        self.used.add(sheet.title)
        if (hidden := sheet.is_hidden(cell.row, cell.column)) is not None:
            said = f"{hidden} is hidden and holds values that are read."
            if said not in self.warnings:
                self.warnings.append(said)
        if cell.formula is not None and ("[" in cell.formula.split("!")[0] or ".xls" in cell.formula):
            self.warnings.append(f"{cell.place} links to another workbook; its value is as it was last calculated.")
        if unit == "pct" and isinstance(cell.value, int | float) and 0 < cell.value <= 1:
            self.warnings.append(f"{cell.place} holds {_as_shown(cell)} and is read in per cent: a very small share.")
        value = converted(cell, field.kind, unit, currency=self.currency, label=label)
        if isinstance(value, Wrong):
            self.wrong(cell.place, value.found, value.remedy)
            return None
        return Got(value, cell.place, _as_shown(cell))

    def said(self, said: Said, field: Field, place: str) -> Got | None:
        """A value that the mapping says."""
        value = converted(Cell("", 0, 0, said.value, None, "General", False), field.kind)
        if isinstance(value, Wrong):
            self.wrong(place, value.found, value.remedy)
            return None
        return Got(value, f"mapping: {place}", str(said.value), said.assumption, in_book=False)


def _as_shown(cell: Cell) -> str:
    found = cell.value
    if isinstance(found, dt.datetime):
        return str(found.date()) if found.time() == dt.time() else str(found)
    if isinstance(found, int | float) and not isinstance(found, bool):
        if "%" in cell.format:
            return f"{scaled(found * 100, None)} %"
        return str(scaled(found, None))
    return shown(found, 40, "")


def read_book(book: Book, mapping: Mapping) -> Reading:
    """Everything that a mapping finds in a book.

    Parameters
    ----------
    book : Book
        A workbook.
    mapping : Mapping
        Where in it everything stands.

    Returns
    -------
    Reading
        With every mistake; nothing is raised for them.
    """
    hand = _Hand(book)
    values: dict[str, Got] = {}
    # The currency first: it says which amounts are in another.
    currency = mapping.values.get("currency")
    if currency is not None and (got := _value(hand, "currency", currency)) is not None:
        hand.currency = got.value
    for key, place in mapping.values.items():
        if (got := _value(hand, key, place)) is not None:
            values[key] = got
    tables = {key: _table(hand, key, table) for key, table in mapping.tables.items()}
    unread = [title for title in book.sheets if title not in hand.used]
    hand.left_out += [LeftOut(title, "nothing on this sheet is read") for title in unread]
    warnings = [*book.remarks, *dict.fromkeys(hand.warnings)]
    return Reading(
        book, values, tables, list(dict.fromkeys(hand.left_out)), warnings, list(dict.fromkeys(hand.mistakes))
    )


def refuse(mistakes: Iterable[Fault]) -> None:
    """Raise the mistakes, if there are some."""
    if found := list(mistakes):
        raise BookError(found)


# Single values


def _value(hand: _Hand, key: str, place: AtName | AtLabel | Said) -> Got | None:
    field = VALUES[key]
    if isinstance(place, Said):
        return hand.said(place, field, f"values.{key}")
    found = _at_name(hand, place) if isinstance(place, AtName) else _at_label(hand, place)
    if found is None:
        return None
    sheet, cell, label = found
    hand.used.add(sheet.title)
    area = sheet.area_of(cell.row, cell.column)
    if area is not None and area[:2] != (cell.row, cell.column):
        hand.wrong(
            cell.place,
            f"got a cell inside the merged cells {area_text(area)}; the value of {key} stands in a cell of its own.",
            "Unmerge them, or point the mapping to their first cell.",
        )
        return None
    if cell.empty:
        hand.left_out.append(LeftOut(cell.place, f"{key}: the cell is empty"))
        return None
    got = hand.take(sheet, cell, field, place.unit, label)
    if got is None or place.assumption is None:
        return got
    beside = sheet.cell(cell.row, cell.column + place.assumption)
    return got if beside.empty else got._replace(reason=_reason(hand, beside))


def _reason(hand: _Hand, cell: Cell) -> str | None:
    reason = converted(cell, "text")
    if isinstance(reason, Wrong):
        hand.wrong(cell.place, reason.found, reason.remedy)
        return None
    return str(reason) if len(str(reason)) >= 3 else f"{reason} (as the book says)"


Found = tuple[Sheet, Cell, str]


def _at_name(hand: _Hand, place: AtName) -> Found | None:
    cell = cell_of_name(hand.book, place.name)
    if isinstance(cell, Wrong):
        hand.wrong(place.name, cell.found, cell.remedy)
        return None
    sheet = hand.book.sheets[cell.sheet]
    beside = sheet.cell(cell.row, cell.column - 1) if cell.column > 1 else cell
    return sheet, cell, str(beside.value) if isinstance(beside.value, str) and beside is not cell else ""


def _sheet(hand: _Hand, title: str) -> Sheet | None:
    sheet = hand.book.sheet(title)
    if sheet is None:
        there = list(hand.book.sheets)
        remedy = closest(title, there) or "Look at the names at the bottom of the workbook, and at the mapping."
        hand.wrong(title, f"got no sheet {shown(title)}; the book has {several(there)}.", remedy)
    return sheet


def _at_label(hand: _Hand, place: AtLabel) -> Found | None:
    sheet = _sheet(hand, place.sheet)
    if sheet is None:
        return None
    hand.used.add(sheet.title)
    found = sheet.labelled(place.label)
    if not found:
        remedy = closest(place.label, sheet.labels()) or "Look at the sheet, and at the mapping."
        hand.wrong(sheet.title, f"got no cell that says {shown(place.label)}.", remedy)
        return None
    if len(found) > 1:
        places = several([cell.place for cell in found])
        said = f"got {len(found)} cells that say {shown(place.label)}: {places}."
        hand.wrong(sheet.title, said, "Write a label that stands once, or name the cell and map the name.")
        return None
    label = found[0]
    area = sheet.area_of(label.row, label.column) or (label.row, label.column, label.row, label.column)
    if place.below is not None:
        cell = sheet.cell(area[2] + place.below, label.column)
    else:
        cell = sheet.cell(label.row, area[3] + (place.right or 1))
    return sheet, cell, str(label.value)


# Tables


class _Header(NamedTuple):
    """Where a table begins, and its columns."""

    sheet: Sheet
    row: int
    columns: dict[str, int]
    years: list[int]


def _table(hand: _Hand, key: str, table: Table) -> list[Row]:
    header = _header(hand, table)
    if header is None:
        return []
    fields = TABLES[key]
    first = next(name for name, field in fields.items() if field.needed)
    rows = _filled_rows(hand, table, header, header.columns[first])
    if _merged_inside(hand, header, rows):
        return []
    mapped = {*header.columns.values(), *header.years}
    unread = [column for column in header.sheet.columns(header.row) if column not in mapped]
    for column in unread:
        cell = header.sheet.cell(header.row, column)
        hand.left_out.append(LeftOut(cell.place, f"the column {shown(cell.value)} is not read"))
    read = [row for row in (_row(hand, key, table, header, number, first) for number in rows) if row is not None]
    _twice(hand, read, first if first == "name" else None)
    return read


def _title(hand: _Hand, table: Table) -> Sheet | None:
    if table.sheet is not None:
        if table.optional and hand.book.sheet(table.sheet) is None:
            hand.left_out.append(LeftOut(table.sheet, "the book has no such sheet"))
            return None
        return _sheet(hand, table.sheet)
    assert table.name is not None
    sheet = sheet_of_name(hand.book, table.name)
    if isinstance(sheet, Wrong):
        if table.optional:
            hand.left_out.append(LeftOut(table.name, "the book has no such name"))
        else:
            hand.wrong(table.name, sheet.found, sheet.remedy)
        return None
    return sheet


def _header(hand: _Hand, table: Table) -> _Header | None:
    sheet = _title(hand, table)
    if sheet is None:
        return None
    hand.used.add(sheet.title)
    wanted = [folded(label) for label in table.header_row_with]
    by_row = {row: {folded(sheet.cell(row, column).value) for column in sheet.columns(row)} for row in sheet.rows()}
    rows = [row for row, labels in by_row.items() if all(label in labels for label in wanted)]
    if not rows:
        best = max(by_row.values(), key=lambda labels: sum(label in labels for label in wanted), default=set())
        lacking = [label for label in table.header_row_with if folded(label) not in best]
        remedy = closest(lacking[0], sheet.labels()) or "Look at the headers of the sheet, and at the mapping."
        hand.wrong(
            sheet.title,
            f"got no row with the headers {several(table.header_row_with)}: "
            f"{several(lacking)} {'is' if len(lacking) == 1 else 'are'} lacking.",
            remedy,
        )
        return None
    if len(rows) > 1:
        places = several([f"row {row}" for row in rows])
        said = f"got {len(rows)} rows with the headers {several(table.header_row_with)}: {places}."
        hand.wrong(sheet.title, said, "Name more headers in `header_row_with`, so that one row has them all.")
        return None
    return _columns(hand, table, sheet, rows[0])


def _columns(hand: _Hand, table: Table, sheet: Sheet, row: int) -> _Header | None:
    columns: dict[str, int] = {}
    whole = True
    for name, said in table.columns.items():
        found = _column(hand, sheet, row, said.column if isinstance(said, Column) else said)
        whole &= found is not None
        if found is not None:
            columns[name] = found
    years: list[int] = []
    if table.years is not None:
        first, last = _column(hand, sheet, row, table.years.from_), _column(hand, sheet, row, table.years.to)
        whole &= first is not None and last is not None
        if first is not None and last is not None:
            years = list(range(first, last + 1))
            if not years:
                said = f"got {shown(table.years.to)} to the left of {shown(table.years.from_)}; years go to the right."
                hand.wrong(f"{sheet.title}!row {row}", said, "Let `from` and `to` change places.")
                whole = False
    return _Header(sheet, row, columns, years) if whole else None


def _column(hand: _Hand, sheet: Sheet, row: int, label: str) -> int | None:
    there = [sheet.cell(row, column) for column in sheet.columns(row)]
    found = [cell.column for cell in there if folded(cell.value) == folded(label)]
    if len(found) == 1:
        return found[0]
    place = f"{sheet.title}!row {row}"
    if found:
        hand.wrong(place, f"got the header {shown(label)} {len(found)} times.", "Give each column a header of its own.")
    else:
        texts = [str(cell.value) for cell in there]
        remedy = closest(label, texts) or "Look at the headers, and at the mapping."
        hand.wrong(place, f"got no column {shown(label)}; there is {several(texts)}.", remedy)
    return None


_TOTALS = frozenset({"i alt", "ialt", "total", "sum", "in all", "samlet", "all", "alle"})


def _filled_rows(hand: _Hand, table: Table, header: _Header, first: int) -> list[int]:
    """Rows of the table, in order."""
    sheet, rows = header.sheet, list[int]()
    mapped = [*header.columns.values(), *header.years]
    gap = None
    for row in range(header.row + 1, min(sheet.last_row, header.row + MOST_ROWS) + 1):
        name = sheet.cell(row, first)
        label = folded(name.value)
        if table.until is not None and label == folded(table.until):
            break
        if all(sheet.cell(row, column).empty for column in mapped):
            gap = gap or row
            continue
        if any(label.startswith(folded(start)) for start in table.skip):
            hand.left_out.append(LeftOut(name.place, f"{shown(name.value)} is an example"))
            continue
        numbers = any(isinstance(sheet.cell(row, column).value, int | float) for column in mapped if column != first)
        if gap is not None:
            if numbers:
                hand.wrong(
                    name.place,
                    f"got a row with numbers below the empty row {gap}; a table ends there.",
                    "Take the empty row out, or say in the mapping where the table ends, as `until: I alt`.",
                )
                break
            continue
        if label in _TOTALS:
            said = f"got {shown(name.value)}, which looks like a total and would be counted beside its parts."
            hand.wrong(name.place, said, f"Say `until: {name.value}` in the mapping, or give the row another name.")
            continue
        if name.empty:
            found = "got an empty cell in a row with values; it tells the row apart."
            hand.wrong(name.place, found, "Write a name, or clear the row.")
            continue
        rows.append(row)
    else:
        if table.until is not None:
            found = f"got no row that says {shown(table.until)}, where the table ends."
            hand.wrong(sheet.title, found, "Look at the sheet, or take `until` out of the mapping.")
        if sheet.last_row > header.row + MOST_ROWS and len(rows) == MOST_ROWS:
            hand.wrong(sheet.title, f"got more than {MOST_ROWS:,} rows.", "Say where the table ends with `until`.")
    return rows


def _merged_inside(hand: _Hand, header: _Header, rows: list[int]) -> bool:
    columns = {*header.columns.values(), *header.years}
    last = max(rows, default=header.row)
    inside = [
        area
        for area in header.sheet.merged
        if area[0] <= last and area[2] >= header.row and any(area[1] <= column <= area[3] for column in columns)
    ]
    for area in inside:
        place = f"{header.sheet.title}!{area_text(area)}"
        found = "got merged cells inside a table; which row or column they belong to cannot be told."
        hand.wrong(place, found, "Unmerge them and write the value into each cell.")
    return bool(inside)


def _row(hand: _Hand, key: str, table: Table, header: _Header, row: int, first: str) -> Row | None:
    sheet, fields = header.sheet, TABLES[key]
    before = len(hand.mistakes)
    values: dict[str, Got] = {}
    for name, column in header.columns.items():
        cell, field = sheet.cell(row, column), fields[name]
        if cell.empty:
            if field.needed:
                found = f"got an empty cell; {field.told.en[0].lower()}{field.told.en[1:]} Nothing is taken instead."
                hand.wrong(cell.place, found, "Fill it in, or clear the row.")
            elif name not in _QUIET:
                hand.left_out.append(LeftOut(cell.place, f"{key}, {name}: the cell is empty"))
            continue
        said = table.columns[name]
        unit, label = (said.unit, said.column) if isinstance(said, Column) else (None, said)
        got = hand.take(sheet, cell, field, unit, label)
        if got is not None:
            values[name] = got
    for name, given in table.all_rows.items():
        got = hand.said(given, fields[name], f"tables.{key}.all_rows.{name}")
        if got is not None:
            values[name] = got
    by_year = _by_year(hand, table.years, header, row) if table.years is not None else None
    _sectors(hand, values, sheet, row)
    ends = sorted([*header.columns.values(), *header.years])
    place = f"{sheet.title}!{area_text((row, ends[0], row, ends[-1]))}"
    if first not in values or len(hand.mistakes) > before:
        return None
    return Row(place, values, by_year)


_QUIET = frozenset({"municipality", "region", "state", "bears", "refund", "weeks", "source", "assumption", "per"})
"""Columns of which only some hold something in a row."""

_AMOUNTS = TABLES["consequences"]["saved"]


def _by_year(hand: _Hand, years: Years, header: _Header, row: int) -> Got | None:
    cells = [header.sheet.cell(row, column) for column in header.years]
    while cells and cells[-1].empty:
        cells.pop()
    if not cells:
        first = header.sheet.cell(row, header.years[0])
        hand.wrong(first.place, "got no number in any year.", "Fill the years in, or clear the row.")
        return None
    numbers: list[float] = []
    for cell in cells:
        if cell.empty:
            hand.wrong(cell.place, "got an empty cell between years with values.", "Write 0 where nothing is saved.")
            continue
        label = str(header.sheet.cell(header.row, cell.column).value)
        got = hand.take(header.sheet, cell, _AMOUNTS, years.unit, label)
        numbers += [] if got is None else [got.value]
    if len(numbers) == len(cells) and not any(numbers):
        hand.wrong(cells[0].place, "got 0 in every year; then nothing is saved.", "Clear the row, or look again.")
    area = area_text((row, cells[0].column, row, cells[-1].column))
    shown_as = ", ".join(_as_shown(cell) for cell in cells)
    return Got(numbers, f"{header.sheet.title}!{area}", shown_as)


def _sectors(hand: _Hand, values: dict[str, Got], sheet: Sheet, row: int) -> None:
    """Whether who bears it is said once, and shares add up."""
    shares = [name for name in ("municipality", "region", "state") if name in values]
    ways = [way for way in ("bears", "refund") if way in values] + (["shares"] if shares else [])
    place = f"{sheet.title}!row {row}"
    if len(ways) > 1:
        found = f"got {' and '.join(ways)}; who bears it is said in one way."
        hand.wrong(place, found, "Keep the shares, the sector or the refund rule.")
    elif shares and (total := scaled(sum(values[name].value for name in shares), None)) != 1:
        cells = several([values[name].place for name in shares])
        found = f"got shares that add up to {total * 100:.10g} % ({cells}); they add up to 100 %."
        hand.wrong(place, found, "Change one of them.")


def _twice(hand: _Hand, rows: list[Row], name: str | None) -> None:
    seen: dict[str, str] = {}
    for row in rows if name is not None else ():
        got = row.values[name or ""]
        if got.value in seen:
            found = f"got {shown(got.value)}, which stands in {seen[got.value]} too; a name stands once."
            hand.wrong(got.place, found, "Write another name, or put the two rows together.")
        seen.setdefault(got.value, got.place)


__all__ = ["Got", "LeftOut", "Reading", "Row", "read_book", "refuse"]
