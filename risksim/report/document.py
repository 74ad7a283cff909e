"""A document before it takes a form: blocks of text, tables and charts, in one language, with nothing left to reckon.

`risksim.report.memo` writes documents; `risksim.report.forms` turns them into HTML, PDF, Word and Excel.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from risksim.language import Language
from risksim.report.charts import Spec

Form = Literal["text", "money", "percent", "number", "people", "date"]
"""How a number behind a cell is to be shown where numbers stay alive, as in Excel."""


class Cell(NamedTuple):
    """A cell of a table: what is read, and the number behind it."""

    text: str
    """What is read, to the digit that its error supports."""
    value: float | str | None = None
    """The raw number, unrounded (a share as 0.31); None where the text is all there is."""
    form: Form = "text"
    places: int = 0
    """Decimals that the error of the number supports (of a percent: of the number before the sign)."""


class Heading(NamedTuple):
    """A heading."""

    text: str
    level: int = 2
    """1 is the title of the document."""


class Paragraph(NamedTuple):
    """A paragraph."""

    text: str
    kind: Literal["plain", "lead", "note", "warning"] = "plain"
    """``lead`` is the answer in one sentence, ``note`` is small print."""


class Bullets(NamedTuple):
    """A list of sentences."""

    items: tuple[str, ...]


class Table(NamedTuple):
    """A table with a heading row; the first column names the row."""

    name: str
    """A key that does not change between languages: letters, digits and dashes."""
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    emphasised: tuple[int, ...] = ()
    """Rows that are sums or the answer, counted from 0."""


class Chart(NamedTuple):
    """A chart, the words for those who cannot see it, and the numbers behind it."""

    name: str
    """A key that does not change between languages: letters, digits and dashes."""
    spec: Spec
    """Vega-Lite."""
    alt: str
    """What is seen, in a sentence or two with the main figures."""
    table: Table
    caption: str = ""
    width: Literal["half", "full"] = "full"
    """Share of the width of the page."""


class Beside(NamedTuple):
    """Blocks beside each other, where the form is wide enough; else one below the other."""

    blocks: tuple[Block, ...]


class Keys(NamedTuple):
    """A few figures in large type, each with what it is."""

    figures: tuple[tuple[str, str, str], ...]
    """What it is, the figure, its error or range in small type (may be empty)."""


class PageBreak(NamedTuple):
    """What follows starts on a new page."""


Block: TypeAlias = Heading | Paragraph | Bullets | Table | Chart | Beside | Keys | PageBreak


class Sheet(NamedTuple):
    """A sheet of the workbook: one question."""

    name: str
    """At most 31 characters, in the language of the document."""
    blocks: tuple[Block, ...]


class Attachment(NamedTuple):
    """A file that goes with the document, as the scenario."""

    name: str
    what: str
    content: bytes


class Document(NamedTuple):
    """A document in one language."""

    language: Language
    title: str
    subtitle: str
    running: str
    """What stands at the foot of each page, beside its number."""
    front: tuple[Block, ...]
    """The two pages that a board reads."""
    annexes: tuple[Block, ...]
    sheets: tuple[Sheet, ...]
    """The workbook."""
    attachments: tuple[Attachment, ...]
    keywords: tuple[str, ...] = ()
    digest: str = ""
    """Of the scenario, for the properties of the file."""


def is_numeric(table: Table, column: int) -> bool:
    """Whether a column holds numbers, which stand to the right."""
    if column == 0:
        return False
    cells = [row[column] for row in table.rows if column < len(row) and row[column].text]
    return any(cell.form not in ("text", "date") for cell in cells) or all(_looks_like_number(cell) for cell in cells)


def _looks_like_number(cell: Cell) -> bool:
    return any(sign.isdigit() for sign in cell.text) and not any(sign.isalpha() for sign in cell.text[:1])
