"""Reads a workbook by a mapping: every value with its cell, everything that is left out, and every mistake at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from risksim.errors import BookError, Fault
from risksim.exchange.books import Book, Cell, Sheet, area_text, closest, folded, several
from risksim.exchange.fields import BY_YEAR, EXAMPLE_REASON, HIGHEST, LOWEST, TABLES, VALUES, Field, told_below
from risksim.exchange.mapping import AtLabel, AtName, Column, Mapping, Said, Table, Years
from risksim.exchange.references import cell_of_name, sheet_of_name
from risksim.exchange.values import Wrong, contradicted, converted, money_said, scaled, scaled_format, unit_said
from risksim.language import _, plural
from risksim.scenario.base import FIRST_YEAR, LAST_YEAR
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
    comment: str = ""
    """What a comment on the cell says."""


class Row(NamedTuple):
    """One row of a table."""

    place: str
    """The row in the book, as ``Konsekvenser!A7:H7``."""
    values: dict[str, Got]
    by_year: Got | None = None
    """The numbers by year, as they stand there."""
    years: tuple[int, ...] = ()
    """The calendar years of these numbers; empty where they are years after a success."""


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

    def take(
        self, sheet: Sheet, cell: Cell, field: Field, unit: str | None, label: str, beside: Cell | None = None
    ) -> Got | None:
        """A cell that isn't empty as a value; None where it holds a mistake.

        What stands `beside` it, or above its header, may be a unit.
        """
        self.used.add(sheet.title)
        said = "" if beside is None else unit_said(beside.value)
        wrong = contradicted(field.kind, unit, label, said, self.currency)
        if wrong is not None:
            self.wrong(cell.place, wrong.found, wrong.remedy)
            return None
        label = f"{label} {said}".strip()
        if (hidden := sheet.is_hidden(cell.row, cell.column)) is not None:
            self.warnings.append(f"{hidden} is hidden and holds values that are read.")
        if cell.formula is not None and ("[" in cell.formula.split("!")[0] or ".xls" in cell.formula):
            self.warnings.append(f"{cell.place} links to another workbook; its value is as it was last calculated.")
        if unit == "pct" and isinstance(cell.value, int | float) and 0 < cell.value <= 1:
            self.warnings.append(f"{cell.place} holds {_as_shown(cell)} and is read in per cent: a very small share.")
        value = converted(cell, field.kind, unit, currency=self.currency, label=label)
        if isinstance(value, Wrong):
            self.wrong(cell.place, value.found, value.remedy)
            return None
        if scaled_format(cell.format):
            self.warnings.append(
                f"{cell.place} is shown in thousands and holds {_as_shown(cell)}, which is what is read."
            )
        reason = _assumption_in(cell.comment)
        return Got(value, cell.place, _as_shown(cell), reason, comment="" if reason else cell.comment)

    def said(self, said: Said, field: Field, place: str) -> Got | None:
        """A value that the mapping says."""
        value = converted(Cell("", 0, 0, said.value, None, "General", False), field.kind)
        if isinstance(value, Wrong):
            self.wrong(place, value.found, value.remedy)
            return None
        return Got(value, f"mapping: {place}", str(said.value), said.assumption, in_book=False)


def _assumption_in(comment: str) -> str | None:
    """The reason in a comment that begins with the word."""
    word, colon, said = comment.partition(":")
    is_reason = bool(colon) and folded(word) in ("assumption", "antagelse", "antaget") and len(said.strip()) >= 3
    return said.strip() if is_reason else None


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
    _range(hand, values, VALUES, "limits")
    tables = {key: _table(hand, key, table) for key, table in mapping.tables.items()}
    _people_once(hand, values, tables.get("cohorts", []))
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
            _(
                "got a cell inside the merged cells {cells}; the value of {key} stands in a cell of its own.",
                cells=area_text(area),
                key=key,
            ),
            _("Unmerge them, or point the mapping to their first cell."),
        )
        return None
    if cell.empty:
        if not field.extra:
            hand.left_out.append(LeftOut(cell.place, f"{key}: the cell is empty"))
        if cell.comment:
            hand.left_out.append(LeftOut(cell.place, f"{key}: the comment on an empty cell"))
        return None
    got = hand.take(sheet, cell, field, place.unit, label, sheet.cell(cell.row, cell.column + 1))
    if got is None or place.assumption is None:
        return got
    beside = sheet.cell(cell.row, cell.column + place.assumption)
    if beside.empty:
        return got
    return got._replace(reason=_reason(hand, beside), comment=got.comment or (cell.comment if got.reason else ""))


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
        remedy = closest(title, there) or _("Look at the names at the bottom of the workbook, and at the mapping.")
        hand.wrong(
            title,
            _("got no sheet {title}; the book has {several}.", title=shown(title), several=several(there)),
            remedy,
        )
    return sheet


def _at_label(hand: _Hand, place: AtLabel) -> Found | None:
    sheet = _sheet(hand, place.sheet)
    if sheet is None:
        return None
    hand.used.add(sheet.title)
    found = sheet.labelled(place.label)
    if not found:
        remedy = closest(place.label, sheet.labels()) or _("Look at the sheet, and at the mapping.")
        hand.wrong(sheet.title, _("got no cell that says {label}.", label=shown(place.label)), remedy)
        return None
    if len(found) > 1:
        places = several([cell.place for cell in found])
        said = _(
            "got {number} cells that say {label}: {places}.", number=len(found), label=shown(place.label), places=places
        )
        hand.wrong(sheet.title, said, _("Write a label that stands once, or name the cell and map the name."))
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
    """Columns."""
    calendar: tuple[int, ...]
    """The calendar years of these columns; empty where they are years after a success."""


def _table(hand: _Hand, key: str, table: Table) -> list[Row]:
    header = _header(hand, key, table)
    if header is None:
        return []
    fields = TABLES[key]
    first = next(name for name, field in fields.items() if field.needed)
    rows = _filled_rows(hand, table, header, header.columns[first])
    if _merged_inside(hand, header, rows):
        return []
    _without_header(hand, header, rows)
    mapped = {*header.columns.values(), *header.years}
    unread = [column for column in header.sheet.columns(header.row) if column not in mapped]
    for column in unread:
        cell = header.sheet.cell(header.row, column)
        if table.years is not None and table.years.from_ is None and _holds_numbers(header.sheet, rows, column):
            # Any column may be a year here, and a year that is misspelt would lose its amounts.
            found = _(
                "got {value} above numbers; where no years are named, it is a calendar year.", value=shown(cell.value)
            )
            hand.wrong(cell.place, found, _("Write the year, or name the first and last one in the mapping."))
            continue
        hand.left_out.append(LeftOut(cell.place, f"the column {shown(cell.value)} is not read"))
    read = [row for row in (_row(hand, key, table, header, number, first) for number in rows) if row is not None]
    if key == "refunds":
        _editions_agree(hand, read)
    _twice(hand, read, None if key in ("payments", "refunds") else first)
    return read


def _holds_numbers(sheet: Sheet, rows: list[int], column: int) -> bool:
    cells = [sheet.cell(row, column) for row in rows]
    return any(cell.formula is not None or isinstance(cell.value, int | float) for cell in cells)


def _without_header(hand: _Hand, header: _Header, rows: list[int]) -> None:
    """Cells beside the table that no header names, of which it can't be told whether they belong to it."""
    headed = header.sheet.columns(header.row)
    for row in rows:
        for column in header.sheet.columns(row):
            if column in headed:
                continue
            cell = header.sheet.cell(row, column)
            if header.calendar and not isinstance(cell.value, str):
                hand.wrong(cell.place, _("got a value in a column without a header."), _("Write the year above it."))
            else:
                hand.left_out.append(LeftOut(cell.place, "it stands in a column without a header"))


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


def _header(hand: _Hand, key: str, table: Table) -> _Header | None:
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
        remedy = closest(lacking[0], sheet.labels()) or _("Look at the headers of the sheet, and at the mapping.")
        hand.wrong(
            sheet.title,
            plural(
                "got no row with the headers {headers}: {lacking} is lacking.",
                "got no row with the headers {headers}: {lacking} are lacking.",
                len(lacking),
                headers=several(table.header_row_with),
                lacking=several(lacking),
            ),
            remedy,
        )
        return None
    if len(rows) > 1:
        places = several([f"row {row}" for row in rows])
        said = _(
            "got {number} rows with the headers {several}: {places}.",
            number=len(rows),
            several=several(table.header_row_with),
            places=places,
        )
        hand.wrong(sheet.title, said, _("Name more headers in `header_row_with`, so that one row has them all."))
        return None
    return _columns(hand, key, table, sheet, rows[0])


def _columns(hand: _Hand, key: str, table: Table, sheet: Sheet, row: int) -> _Header | None:
    columns: dict[str, int] = {}
    whole = True
    labels = {name: said.column if isinstance(said, Column) else said for name, said in table.columns.items()}
    others = frozenset(map(folded, labels.values()))
    for name, label in labels.items():
        found = _column(hand, sheet, row, label, others)
        whole &= found is not None
        if found is not None:
            columns[name] = found
    found_years = _year_columns(hand, table, sheet, row, set(columns.values()))
    if found_years is None or not whole:
        return None
    years = found_years
    calendar = _calendar(hand, key, sheet, row, years)
    return None if calendar is None else _Header(sheet, row, columns, years, calendar)


def _year_columns(hand: _Hand, table: Table, sheet: Sheet, row: int, taken: set[int]) -> list[int] | None:
    """The columns by year; None where they can't be told."""
    if table.years is None:
        return []
    if table.years.from_ is None or table.years.to is None:
        there = [sheet.cell(row, column) for column in sheet.columns(row) if column not in taken]
        return [cell.column for cell in there if _is_year(cell) or (cell.formula is not None and cell.value is None)]
    first, last = _column(hand, sheet, row, table.years.from_), _column(hand, sheet, row, table.years.to)
    if first is None or last is None:
        return None
    years = list(range(first, last + 1))
    place = f"{sheet.title}!row {row}"
    if not years:
        said = _(
            "got {last} to the left of {first}; years go to the right.",
            last=shown(table.years.to),
            first=shown(table.years.from_),
        )
        hand.wrong(place, said, _("Let `from` and `to` change places."))
        return None
    if both := taken.intersection(years):
        cells = several([sheet.cell(row, column).place for column in sorted(both)])
        hand.wrong(
            place,
            _("got {cells} as a year and as another column.", cells=cells),
            _("Look at `from`, `to` and the columns."),
        )
        return None
    return years


def _is_year(cell: Cell) -> bool:
    text = folded(cell.value)
    return len(text) == 4 and text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR


def _calendar(hand: _Hand, key: str, sheet: Sheet, row: int, years: list[int]) -> tuple[int, ...] | None:
    """The calendar years that headers say; None where one says none."""
    if BY_YEAR.get(key) != "calendar years":
        return ()
    cells = [sheet.cell(row, column) for column in years]
    for position, cell in enumerate(cells):
        if not _is_year(cell):
            found = _("got {value} above a column of {key}; this is a calendar year.", value=shown(cell.value), key=key)
            hand.wrong(cell.place, found, _("Write it, as 2027, and save the book where it is a formula."))
        elif folded(cell.value) in [folded(other.value) for other in cells[:position]]:
            hand.wrong(
                cell.place, _("got the year {folded} twice.", folded=folded(cell.value)), _("Write another year.")
            )
        else:
            continue
        return None
    return tuple(int(folded(cell.value)) for cell in cells)


def _column(hand: _Hand, sheet: Sheet, row: int, label: str, others: frozenset[str] = frozenset()) -> int | None:
    """The column with a header; `others` are those that the mapping takes for another field."""
    there = [sheet.cell(row, column) for column in sheet.columns(row)]
    found = [cell.column for cell in there if folded(cell.value) == folded(label)]
    if len(found) == 1:
        return found[0]
    place = f"{sheet.title}!row {row}"
    if found:
        hand.wrong(
            place,
            _("got the header {label} {number} times.", label=shown(label), number=len(found)),
            _("Give each column a header of its own."),
        )
    else:
        texts = [str(cell.value) for cell in there]
        remedy = closest(label, [text for text in texts if folded(text) not in others]) or _(
            "Look at the headers, and at the mapping."
        )
        hand.wrong(
            place, _("got no column {label}; there is {several}.", label=shown(label), several=several(texts)), remedy
        )
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
        there = [sheet.cell(row, column) for column in mapped if column != first]
        numbers = any(cell.is_error or cell.formula or isinstance(cell.value, int | float) for cell in there)
        if gap is not None:
            if numbers:
                hand.wrong(
                    name.place,
                    _("got a row with numbers below the empty row {gap}; a table ends there.", gap=gap),
                    _("Take the empty row out, or say in the mapping where the table ends, as `until: I alt`."),
                )
                break
            hand.left_out.append(LeftOut(name.place, f"below the empty row {gap}: a table ends there"))
            continue
        if label in _TOTALS:
            said = _(
                "got {value}, which looks like a total and would be counted beside its parts.", value=shown(name.value)
            )
            hand.wrong(
                name.place,
                said,
                _("Say `until: {value}` in the mapping, or give the row another name.", value=name.value),
            )
            continue
        if name.empty:
            found = _("got an empty cell in a row with values; it tells the row apart.")
            hand.wrong(name.place, found, _("Write a name, or clear the row."))
            continue
        rows.append(row)
    else:
        if table.until is not None:
            found = _("got no row that says {until}, where the table ends.", until=shown(table.until))
            hand.wrong(sheet.title, found, _("Look at the sheet, or take `until` out of the mapping."))
        if sheet.last_row > header.row + MOST_ROWS and len(rows) == MOST_ROWS:
            hand.wrong(
                sheet.title,
                _("got more than {most_rows:,} rows.", most_rows=MOST_ROWS),
                _("Say where the table ends with `until`."),
            )
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
        found = _("got merged cells inside a table; which row or column they belong to cannot be told.")
        hand.wrong(place, found, _("Unmerge them and write the value into each cell."))
    return bool(inside)


def _row(hand: _Hand, key: str, table: Table, header: _Header, row: int, first: str) -> Row | None:
    sheet, fields = header.sheet, TABLES[key]
    before = len(hand.mistakes)
    values: dict[str, Got] = {}
    by_year, years = _by_year(hand, key, table.years, header, row) if table.years is not None else (None, ())
    for name, column in header.columns.items():
        cell, field = sheet.cell(row, column), fields[name]
        if cell.empty:
            if field.needed and not (name == "amount" and by_year is not None):
                found = _(
                    "got an empty cell; {told} Nothing is taken instead.",
                    told=told_below(field),
                )
                hand.wrong(cell.place, found, _("Fill it in, or clear the row."))
            elif name not in _QUIET and (not field.extra or name == "kind") and not _said_otherwise(name, header, row):
                hand.left_out.append(LeftOut(cell.place, f"{key}, {name}: the cell is empty"))
            continue
        if name == "assumption" and folded(cell.value) in _EXAMPLES:
            found = _("got the reason of an example; the numbers of this row may still be those of the example.")
            hand.wrong(
                cell.place, found, _("Look at every cell of the row, and write a reason or a source of your own.")
            )
            continue
        said = table.columns[name]
        unit, label = (said.unit, said.column) if isinstance(said, Column) else (None, said)
        above = sheet.cell(header.row - 1, column) if header.row > 1 else None
        got = hand.take(sheet, cell, field, unit, label, above)
        if got is not None:
            values[name] = got
    for name, given in table.all_rows.items():
        got = hand.said(given, fields[name], f"tables.{key}.all_rows.{name}")
        if got is not None:
            values[name] = got
    _sectors(hand, values, sheet, row)
    ends = sorted([*header.columns.values(), *header.years])
    place = f"{sheet.title}!{area_text((row, ends[0], row, ends[-1]))}"
    if first not in values or len(hand.mistakes) > before:
        return None
    found_row = Row(place, values, by_year, years)
    _row_agrees(hand, key, found_row)
    return None if len(hand.mistakes) > before else found_row


_EXAMPLES = frozenset(folded(word) for word in (EXAMPLE_REASON.en, EXAMPLE_REASON.da))
"""What the examples of a template say of their numbers."""

_OTHERWISE = {"success_rate": ("successes",), "counterfactual": ("anyway_successes", "anyway")}


def _said_otherwise(name: str, header: _Header, row: int) -> bool:
    """Whether another cell of the row says it."""
    columns = [header.columns[other] for other in _OTHERWISE.get(name, ()) if other in header.columns]
    return any(not header.sheet.cell(row, column).empty for column in columns)


_QUIET = frozenset(
    {"municipality", "region", "state", "bears", "refund", "weeks", "source", "assumption", "per", "opens", "year"}
    | {"price_year", "valid_to", "from_week", "above", "most_days"}
)
"""Columns of which only some hold something in a row."""

_AMOUNTS, _PAID = TABLES["consequences"]["saved"], TABLES["costs"]["amount"]


def _by_year(hand: _Hand, key: str, years: Years, header: _Header, row: int) -> tuple[Got | None, tuple[int, ...]]:
    """The numbers of a row by year, and their calendar years."""
    calendar = dict(zip(header.years, header.calendar, strict=False))
    cells = [header.sheet.cell(row, column) for column in header.years]
    while cells and cells[-1].empty:
        cells.pop()
    if calendar:
        # A calendar year without a cost, or without money set aside, stays empty in many books.
        cells = [cell for cell in cells if not cell.empty]
    if not cells:
        if key != "costs":
            first = header.sheet.cell(row, header.years[0] if header.years else 1)
            hand.wrong(first.place, _("got no number in any year."), _("Fill the years in, or clear the row."))
        return None, ()
    field = _AMOUNTS if key == "consequences" else _PAID
    numbers: list[float] = []
    for cell in cells:
        if cell.empty:
            hand.wrong(
                cell.place, _("got an empty cell between years with values."), _("Write 0 where nothing is saved.")
            )
            continue
        label = str(header.sheet.cell(header.row, cell.column).value)
        above = header.sheet.cell(header.row - 1, cell.column) if header.row > 1 else None
        got = hand.take(header.sheet, cell, field, years.unit, label, above)
        numbers += [] if got is None else [got.value]
        if got is not None and (got.comment or got.reason):
            hand.left_out.append(LeftOut(cell.place, "the comment on a year; write it under Source or Assumption"))
    if len(numbers) == len(cells) and not any(numbers) and key != "appropriations":
        hand.wrong(
            cells[0].place, _("got 0 in every year; then the row says nothing."), _("Clear the row, or look again.")
        )
    area = area_text((row, cells[0].column, row, cells[-1].column))
    shown_as = ", ".join(_as_shown(cell) for cell in cells)
    got = Got(numbers, f"{header.sheet.title}!{area}", shown_as)
    return got, tuple(calendar[cell.column] for cell in cells) if calendar else ()


# What the cells of a row say together


def _row_agrees(hand: _Hand, key: str, row: Row) -> None:
    """Refuses cells of one row that contradict each other."""
    values = row.values
    style = values["range"].value if "range" in values else "limits"
    _range(hand, values, TABLES[key], style)
    for stem, share in (("", "success_rate"), ("anyway_", "counterfactual")):
        _counts(hand, values, f"{stem}successes", f"{stem}observed", share)
    if "weight" in values and "successes" not in values:
        found = _("got a weight without people who succeeded; it says how much they count.")
        hand.wrong(values["weight"].place, found, _("Clear it, or write so many of so many people."))
    if "counterfactual" in values and "anyway" in values:
        found = _("got {place} too; what would happen anyway is said once.", place=values["counterfactual"].place)
        hand.wrong(values["anyway"].place, found, _("Keep one of the two."))
    if key in ("consequences", "during"):
        _unit_of_row(hand, values)
    if key == "costs" and row.by_year is not None:
        for name in ("amount", "year", "amount_lowest", "amount_highest"):
            if name in values:
                found = _(
                    "got a value beside amounts by year in {place}; a cost is said once.", place=row.by_year.place
                )
                hand.wrong(values[name].place, found, _("Keep one of the two."))
    if key == "financing":
        _paid_in(hand, values)
    if key == "refunds" and "from_week" in values and "above" in values:
        found = _("got {place} too; a step goes by weeks or by cost.", place=values["from_week"].place)
        hand.wrong(values["above"].place, found, _("Keep one of the two."))
    for name in ("refund",) if key in ("consequences", "during") else ():
        for needing in ("weeks", "yearly_cost", "days"):
            if needing in values and name not in values:
                found = _("got {needing} without a rule of refund, which alone needs it.", needing=needing)
                hand.wrong(values[needing].place, found, _("Write the rule, as refund-ladder, or clear the cell."))


def _range(hand: _Hand, values: dict[str, Got], fields: dict[str, Field], style: str) -> None:
    """Whether ranges have both ends, around their value."""
    for name in fields:
        low, value, high = values.get(f"{name}{LOWEST}"), values.get(name), values.get(f"{name}{HIGHEST}")
        if low is None and high is None:
            continue
        one = low or high
        assert one is not None
        if low is None or high is None or value is None:
            lacking = _("most likely") if value is None else _("lowest") if low is None else _("highest")
            found = _("got a range of {name} without its {lacking} value.", name=name, lacking=lacking)
            hand.wrong(
                one.place, found, _("Write the lowest, the most likely and the highest value, or only the value.")
            )
            continue
        ordered = low.value <= value.value <= high.value and low.value < high.value
        if style == "nine in ten":
            ordered = low.value < value.value < high.value
        if not ordered:
            found = _(
                "got {low:.15g}, {middle:.15g} and {high:.15g}, from the lowest to the highest",
                low=low.value,
                middle=value.value,
                high=high.value,
            )
            hand.wrong(
                low.place,
                _(
                    "{found} ({low}, {middle}, {high}); they rise.",
                    found=found,
                    low=low.place,
                    middle=value.place,
                    high=high.place,
                ),
                _("Look at the three cells and their units."),
            )


def _counts(hand: _Hand, values: dict[str, Got], successes: str, observed: str, share: str) -> None:
    """Whether a share is said once: as a share, or as so many of so many people."""
    some, all_ = values.get(successes), values.get(observed)
    if some is None and all_ is None:
        return
    if some is None or all_ is None:
        got = some or all_
        assert got is not None
        hand.wrong(got.place, _("got half of so many of so many people."), _("Fill in both cells, or clear this one."))
    elif share in values:
        found = _("got {place} too; the share is said once.", place=values[share].place)
        hand.wrong(some.place, found, _("Keep the share, or the people."))
    elif all_.value <= 0 or not 0 <= some.value <= all_.value:
        found = _(
            "got {successes} of {people} people ({place}, {other}).",
            successes=some.value,
            people=all_.value,
            place=some.place,
            other=all_.place,
        )
        hand.wrong(some.place, found, _("Did the two numbers change places?"))


def _unit_of_row(hand: _Hand, values: dict[str, Got]) -> None:
    """Whether what is counted and its price go together."""
    unit, price = values.get("unit"), values.get("price")
    if price is None or price.value == 1:
        return
    if unit is None:
        name = values["name"]
        hand.left_out.append(LeftOut(name.place, "the unit: what is counted isn't said, so it is called `units`"))
    elif (code := money_said(unit.value)) is not None:
        hand.wrong(
            unit.place,
            _(
                "got {value} beside a price of {price:,} ({place}); {code} has a price of 1.",
                value=shown(unit.value),
                price=price.value,
                place=price.place,
                code=code,
            ),
            _("Write what is counted, as nights, or clear the price where what is saved is money already."),
        )
    elif unit_said(unit.value) and "%" in str(unit.value):
        hand.wrong(
            unit.place,
            _("got {value}; units that are saved are no share.", value=shown(unit.value)),
            _("Write nights or hours."),
        )


def _paid_in(hand: _Hand, values: dict[str, Got]) -> None:
    """Whether instalments are whole, and the only way in which it is paid in."""
    times, every, way = (values.get(name) for name in ("instalments", "instalment_every", "drawdown"))
    if (times is None) != (every is None):
        got = times or every
        assert got is not None
        found = _("got half of how instalments are paid in; they have a number and a time between them.")
        hand.wrong(got.place, found, _("Fill in both, or clear this cell."))
    elif times is not None and way is not None:
        hand.wrong(
            way.place, _("got {place} too; it is paid in one way.", place=times.place), _("Keep one of the two.")
        )


def _editions_agree(hand: _Hand, rows: list[Row]) -> None:
    """Whether rows of one edition say one thing: a step once, and the same dates, days and price level."""
    first: dict[tuple[str, Any], Row] = {}
    steps: dict[tuple[str, Any], dict[Any, str]] = {}
    for row in rows:
        values = row.values
        edition = (values["name"].value, values["valid_from"].value)
        step = next(((by, values[by].value) for by in ("from_week", "above") if by in values), None)
        there = steps.setdefault(edition, {})
        kinds = {None if one is None else one[0] for one in [*there, step]}
        if step in there or len(kinds) > 1:
            found = _("got a second step like that of {place}", place=there.get(step) or next(iter(there.values())))
            hand.wrong(
                row.place,
                _("{found}, in an edition of one rule.", found=found),
                _("Write other weeks or costs, or another day."),
            )
        there.setdefault(step, row.place)
        head = first.setdefault(edition, row)
        for name in ("valid_to", "most_days", "price_year"):
            got, before = values.get(name), head.values.get(name)
            if got is not None and got.value != (before.value if before else None):
                place = before.place if before else head.place
                found = _(
                    "got {was}, and something else in {place}; rows of one edition say the same.",
                    was=got.was,
                    place=place,
                )
                hand.wrong(got.place, found, _("Write it the same way, or leave it empty below the first row."))


def _people_once(hand: _Hand, values: dict[str, Got], groups: list[Row]) -> None:
    """Whether the people stand in one place: once, or a row for each group."""
    if not groups:
        return
    for name in ("cohort", "participants", "enrolment_window", "duration", "dropout", "unmeasured"):
        if name in values:
            found = _(
                "got {name} beside {number} groups ({place}); people are said once.",
                name=name,
                number=len(groups),
                place=groups[0].place,
            )
            hand.wrong(values[name].place, found, _("Clear this cell, or the rows of the groups."))


def _sectors(hand: _Hand, values: dict[str, Got], sheet: Sheet, row: int) -> None:
    """Whether who bears it is said once, and shares add up."""
    shares = [name for name in ("municipality", "region", "state") if name in values]
    ways = [way for way in ("bears", "refund") if way in values] + ([_("shares")] if shares else [])
    place = f"{sheet.title}!row {row}"
    if len(ways) > 1:
        found = _("got {names}; who bears it is said in one way.", names=_(" and ").join(ways))
        hand.wrong(place, found, _("Keep the shares, the sector or the refund rule."))
    elif shares and (total := scaled(sum(values[name].value for name in shares), None)) != 1:
        cells = several([values[name].place for name in shares])
        found = _(
            "got shares that add up to {percent:.10g} % ({cells}); they add up to 100 %.",
            percent=total * 100,
            cells=cells,
        )
        hand.wrong(place, found, _("Change one of them."))


def _twice(hand: _Hand, rows: list[Row], name: str | None) -> None:
    seen: dict[str, str] = {}
    for row in rows if name is not None else ():
        got = row.values[name or ""]
        if got.value in seen:
            found = _(
                "got {value}, which stands in {seen} too; a name stands once.",
                value=shown(got.value),
                seen=seen[got.value],
            )
            hand.wrong(got.place, found, _("Write another name, or put the two rows together."))
        seen.setdefault(got.value, got.place)


__all__ = ["Got", "LeftOut", "Reading", "Row", "read_book", "refuse"]
