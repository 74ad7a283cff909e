"""A document as an Excel workbook: a sheet per question, numbers that stay numbers.

The sheet with the numbers of the scenario can be changed and goes back in with ``risksim import``: the scenario itself
travels along on a hidden sheet.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import Any

from risksim.language import _
from risksim.report.document import (
    Beside,
    Block,
    Bullets,
    Cell,
    Chart,
    Document,
    Heading,
    Keys,
    PageBreak,
    Paragraph,
    Sheet,
    Table,
    is_numeric,
)
from risksim.report.forms.draw import heading, png, untitled

NUMBERS_TABLE = "scenario-numbers"
"""Name of the table whose numbers may be changed: place, value and what else is told of it."""
NUMBERS, SCENARIO = "risksim_numbers", "risksim_scenario"
"""Names in the workbook by which `risksim import` finds the changed numbers and the scenario."""
HIDDEN = "scenario"
LONGEST_CELL = 32_000
"""Letters that Excel keeps in a cell."""
LEAST_WIDTH, NUMBER_WIDTH, MOST_WIDTH = 9, 24, 48
"""Widths of columns. [letters]"""
TEXT_COLUMN = 100
"""Letters after which a paragraph is wrapped."""
CHART_WIDTH = 620
"""Width at which a chart is shown. [pixel]"""
ROW, POINTS = 20, 0.75
"""Height of a row [pixel], and of a pixel [pt]."""
STAMP = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
"""When every workbook was made, so that the same memo is the same file."""
SCREEN_DOTS, METRES_IN_AN_INCH = 96.0, 0.0254
LINE, HEAD_LETTERS = 13.5, 18
"""Height of a line of a cell that wraps [pt], and letters that a heading makes a column wide."""
LETTERS = 1.15
"""Letters of words in the width of a digit, in which columns are measured."""
OPEN_LINES, MOST_LINES = 2, 29
"""Lines that a row of a table takes at most, where its number may be changed and elsewhere."""
HIGHEST = 400
"""Height of a row that Excel takes. [pt]"""
THOUSAND = 1_000
_PLAIN = re.compile(r"[-+\u2212]?\d+(?:[.,](?P<decimals>\d+))?")
_PERCENT = re.compile(r"(?:[.,](?P<decimals>\d+))?\s*%")
ACCENT, RULE, YELLOW = "#0B4F6C", "#B8C4CC", "#FFF6CC"


def render(document: Document) -> bytes:
    """A document as an Excel workbook.

    Parameters
    ----------
    document : Document
        What it says; its `sheets` are written, its pages are not.

    Returns
    -------
    bytes
        An .xlsx file; equal for equal documents.
    """
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(
            {
                "title": document.title,
                "subject": document.subtitle,
                "author": "risksim",
                "keywords": ", ".join(document.keywords),
                "comments": _("Scenario {digest}", digest=document.digest) if document.digest else "",
                "created": STAMP.replace(tzinfo=None),
            }
        )
        formats = _Formats(book)
        for sheet in document.sheets:
            _SheetWriter(book, formats, document, sheet).all()
        blocks = [block for sheet in document.sheets for block in sheet.blocks]
        if any(isinstance(block, Table) and block.name == NUMBERS_TABLE for block in blocks):
            _keep_scenario(book, document)
    return made.getvalue()


class _Formats:
    """Formats of cells, made once each."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:
        """The format with these properties."""
        properties = {"font_name": "Calibri", "font_size": 10, "valign": "top"} | properties
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(properties)
        return self.made[key]

    def number(self, cell: Cell, *, bold: bool, open_: bool) -> Any:
        """How the number of a cell is shown: Excel writes the marks of the reader's own language."""
        shown = number_format(cell if open_ else as_read(cell))
        if not open_ and is_bound(cell):
            shown = '"' + cell.text.replace('"', "") + '"'
        return self.of(num_format=shown, align="right", **_weight(bold=bold, open_=open_))


def number_format(cell: Cell) -> str:
    """The number format of a cell, with the decimals that its error supports."""
    if cell.form == "date":
        return "yyyy-mm-dd"
    decimals = "." + "0" * cell.places if cell.places > 0 else ""
    if cell.form == "percent":
        return f"0{decimals} %"
    if cell.form == "text":
        return "General"
    if cell.text.isdigit() and len(cell.text) == len("2026"):  # years, which have no mark at the thousands
        return "0"
    return f"#,##0{decimals}"


def is_bound(cell: Cell) -> bool:
    """Whether a number is read as a word or a bound, as "exact" or "below 0.005 %", which its digits would deny."""
    return (cell.form == "percent" or cell.value == 0) and cell.text[:1].isalpha()


def as_read(cell: Cell) -> Cell:
    """A number as its text shows it: shares in per cent, as many decimals as there, none behind thousands."""
    if cell.form not in ("number", "people", "money") or not isinstance(cell.value, int | float):
        return cell
    plain = _PLAIN.fullmatch(cell.text)
    if plain is not None and abs(cell.value) < THOUSAND:  # so that the mark is no mark of thousands
        return cell._replace(places=len(plain["decimals"] or ""))
    if cell.form != "number":
        return cell
    percent = _PERCENT.search(cell.text)
    if percent is not None:
        return cell._replace(form="percent", places=len(percent["decimals"] or ""))
    return cell._replace(places=0) if abs(cell.value) >= THOUSAND else cell


def _side(column: int, side: str) -> dict[str, Any]:
    """Where a text stands; a column of words keeps off the numbers before it."""
    return {"align": side} | ({"indent": 1} if side == "left" and column > 0 else {})


def _weight(*, bold: bool, open_: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"bold": True} if bold else {}
    return found | ({"bg_color": YELLOW, "border": 1, "border_color": RULE, "locked": False} if open_ else {})


class _SheetWriter:
    """Blocks down a sheet."""

    def __init__(self, book: Any, formats: _Formats, document: Document, sheet: Sheet) -> None:
        self.book, self.formats, self.document, self.blocks = book, formats, document, sheet.blocks
        self.sheet = book.add_worksheet(sheet.name)
        self.row = 0
        self.widths: dict[int, int] = {}
        self.head: int | None = None
        self.rows: list[tuple[int, Sequence[str], int]] = []
        """Rows of tables, their texts, and how many lines they may take."""
        self.sheet.set_default_row(ROW * POINTS)

    def all(self) -> None:
        """The whole sheet."""
        for block in self.blocks:
            self.block(block)
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, min(max(width + 2, LEAST_WIDTH), MOST_WIDTH))
        for row, texts, most in self.rows:
            lines = [self.lines_of(column, text) for column, text in enumerate(texts)]
            self.lines(row, min(max(lines, default=1), most))
        if self.head is not None and self.has_one_table():
            self.sheet.freeze_panes(self.head + 1, 1)
            self.sheet.repeat_rows(self.head)
        self.sheet.hide_gridlines(2)
        self.sheet.set_paper(9)  # A4
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer(f"&L{self.document.running.replace('&', '&&')}&R&P/&N")

    def has_one_table(self) -> bool:
        """Whether the sheet is a table, whose heading may stay in sight, and no chart."""
        tables = sum(isinstance(block, Table) for block in self.blocks)
        return tables == 1 and not any(isinstance(block, Chart | Beside) for block in self.blocks)

    def lines_of(self, column: int, text: str) -> int:
        """Lines that a text takes in its column."""
        letters = int(LETTERS * max(self.widths.get(column, 0) + 2, LEAST_WIDTH))
        return 1 if len(text) <= letters else len(wrapped(text, letters))

    def lines(self, row: int, count: int) -> None:
        """Make a row as high as so many lines."""
        if count > 1:
            self.sheet.set_row(row, min(count * LINE + 2, HIGHEST))

    def block(self, block: Block) -> None:
        """One block, and the rows that it takes."""
        if isinstance(block, Heading):
            size = {1: 16, 2: 13}.get(block.level, 11)
            self.text(block.text, self.formats.of(bold=True, font_size=size, font_color=ACCENT), 1.5 * size)
        elif isinstance(block, Paragraph):
            looks: dict[str, dict[str, Any]] = {
                "lead": {"bold": True, "font_size": 12},
                "note": {"font_size": 9, "font_color": "#555555"},
            }
            self.text(block.text, self.formats.of(**looks.get(block.kind, {})))
        elif isinstance(block, Bullets):
            for item in block.items:
                self.text(f"- {item}", self.formats.of())
        elif isinstance(block, Table):
            self.table(block)
        elif isinstance(block, Chart):
            self.chart(block)
        elif isinstance(block, Beside):
            for inside in block.blocks:
                self.block(inside)
        elif isinstance(block, Keys):
            for label, figure, error in block.figures:
                self.note_width(0, label)
                self.sheet.write_string(self.row, 0, label, self.formats.of())
                said = " ".join(part for part in (figure, error) if part)
                self.sheet.write_string(self.row, 1, said, self.formats.of(bold=True))
                self.row += 1
            self.row += 1
        else:
            assert isinstance(block, PageBreak)
            self.sheet.set_h_pagebreaks([self.row])

    def text(self, text: str, look: Any, height: float | None = None) -> None:
        """Text over as many rows as it takes; it runs on over the empty cells to the right."""
        for line in wrapped(text, TEXT_COLUMN):
            if height is not None:
                self.sheet.set_row(self.row, max(height, ROW * POINTS))
            self.sheet.write_string(self.row, 0, line, look)
            self.row += 1
        self.row += 0 if text else 1

    def table(self, table: Table) -> None:
        """A table with its numbers alive."""
        if table.caption:
            self.text(table.caption, self.formats.of(bold=True))
        is_open = table.name == NUMBERS_TABLE
        if self.head is None:
            self.head = self.row
        first = self.row
        numeric = [is_numeric(table, column) for column in range(len(table.head))]
        self.rows.append((self.row, table.head, MOST_LINES))
        for column, text in enumerate(table.head):
            self.note_width(column, text, HEAD_LETTERS)
            side = "right" if numeric[column] else "left"
            head = self.formats.of(bold=True, bottom=1, bottom_color=RULE, text_wrap=True, **_side(column, side))
            self.sheet.write_string(self.row, column, text, head)
        for number, row in enumerate(table.rows):
            self.row += 1
            self.rows.append((self.row, [cell.text for cell in row], OPEN_LINES if is_open else MOST_LINES))
            for column, cell in enumerate(row):
                side = "right" if column < len(numeric) and numeric[column] else "left"
                self.note_width(column, cell.text, NUMBER_WIDTH if side == "right" else MOST_WIDTH)
                self.cell(column, cell, side, bold=number in table.emphasised, open_=is_open and column == 1)
        if is_open:
            self.book.define_name(NUMBERS, f"={_quoted(self.sheet.name)}!$A${first + 1}:$B${self.row + 1}")
        self.row += 1
        for note in table.notes:
            self.text(note, self.formats.of(font_size=9, font_color="#555555"))
        self.row += 1

    def cell(self, column: int, cell: Cell, side: str, *, bold: bool, open_: bool) -> None:
        """One cell: a number where there is one, else what is read."""
        value = cell.value
        if isinstance(value, bool) or value is None or (isinstance(value, float) and value - value != 0.0):
            look = self.formats.of(text_wrap=True, **_side(column, side), **_weight(bold=bold, open_=open_))
            self.sheet.write_string(self.row, column, cell.text, look)
        elif isinstance(value, str) and cell.form == "date":
            look = self.formats.number(cell, bold=bold, open_=open_)
            self.sheet.write_datetime(self.row, column, dt.datetime.fromisoformat(value), look)
        elif isinstance(value, str):
            look = self.formats.of(text_wrap=True, **_side(column, side), **_weight(bold=bold, open_=open_))
            self.sheet.write_string(self.row, column, value[:LONGEST_CELL], look)
        else:
            self.sheet.write_number(self.row, column, value, self.formats.number(cell, bold=bold, open_=open_))

    def note_width(self, column: int, text: str, most: int = MOST_WIDTH) -> None:
        """Make a column wide enough for a text."""
        self.widths[column] = max(self.widths.get(column, 0), min(len(text), most))

    def chart(self, chart: Chart) -> None:
        """A chart as a picture with its words; its numbers stand below."""
        if heading(chart):
            self.text(heading(chart), self.formats.of(bold=True))
        picture = png(untitled(chart), self.document.language)
        width, height = png_size(picture)
        shown = CHART_WIDTH if chart.width == "full" else CHART_WIDTH / 1.5
        scale = shown / width
        dots = png_dots(picture)
        options = {
            "image_data": io.BytesIO(picture),
            "x_scale": scale * dots / SCREEN_DOTS,  # a picture is first shown at its own resolution
            "y_scale": scale * dots / SCREEN_DOTS,
            "description": chart.alt,
            "object_position": 1,
        }
        self.sheet.insert_image(self.row, 0, f"{chart.name}.png", options)
        self.row += int(height * scale / ROW) + 2
        self.table(chart.table)


def png_size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG picture. [pixel]"""
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


def png_dots(picture: bytes) -> float:
    """Resolution that a PNG picture says it has; that of a screen where it says nothing. [1/inch]"""
    place = picture.find(b"pHYs")
    if place < 0 or picture[place + 12] != 1:
        return SCREEN_DOTS
    return int.from_bytes(picture[place + 4 : place + 8], "big") * METRES_IN_AN_INCH


def wrapped(text: str, most: int) -> Sequence[str]:
    """A text in lines of at most so many letters."""
    import textwrap

    return textwrap.wrap(text, most)


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _keep_scenario(book: Any, document: Document) -> None:
    """The scenario on a sheet that nobody sees, a line a row."""
    sheet = book.add_worksheet(HIDDEN)
    text = next((one.content.decode() for one in document.attachments if one.name.endswith((".yaml", ".yml"))), "")
    lines = text.split("\n")
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    book.define_name(SCENARIO, f"={HIDDEN}!$A$1:$A${len(lines)}")
    sheet.very_hidden()
