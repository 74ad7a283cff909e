"""Opens workbooks: what a file must be, what of it is safe to open, and its cells by sheet, name and label.

A workbook is opened twice, once for the values that Excel or LibreOffice last calculated and once for the formulas, so
that a formula without a value is told from an empty cell. Nothing is calculated here, macros never run, and links to
other books are not followed.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from risksim.errors import BookError, Fault, RisksimError
from risksim.language import N_, _
from risksim.scenario.document import shown
from risksim.scenario.reader import Wanted, bytes_of

MOST_BYTES = 10_000_000
"""The largest workbook that is opened. [byte]"""

MOST_UNPACKED = 60_000_000
"""The most that a workbook may unpack to, so that a small file cannot fill the memory. [byte]"""

MOST_PARTS = 2_000
"""Files inside a workbook, which is a zip archive."""

BOOK = Wanted(
    noun=N_("a workbook"),
    file=N_("a workbook"),
    written=N_("an Excel file (.xlsx or .xlsm)"),
    named=N_("the Excel file"),
    endings=(".xlsx", ".xlsm"),
    to_start=N_("`risksim import --template` writes a workbook to fill in"),
    error=BookError,
)


_ANY = N_("a Excel file")
"""As `named` is said where a folder was named."""


class MissingLibraryError(RisksimError):
    """The library that reads and writes workbooks is not installed."""


def library() -> Any:
    """openpyxl, imported where a workbook is needed and not before."""
    try:
        import openpyxl
    except ImportError:
        raise MissingLibraryError(
            _(
                "import: reading and writing Excel files needs openpyxl, which is not installed.\n  "
                'Try: pip install "risksim-dsi[report]"'
            )
        ) from None
    return openpyxl


# Cells


class Cell(NamedTuple):
    """One cell of a workbook."""

    sheet: str
    row: int
    """Counted from 1."""
    column: int
    """Counted from 1."""
    value: Any
    """What it shows: as last calculated where a formula stands in it, None where it is empty."""
    formula: str | None
    """The formula, with its `=`."""
    format: str
    """The number format, as Excel writes it."""
    is_error: bool
    comment: str = ""
    """What somebody wrote into a comment on it."""

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return self.formula is None and (self.value is None or (isinstance(self.value, str) and not self.value.strip()))

    @property
    def place(self) -> str:
        """Sheet and address, as ``Konsekvenser!D7``."""
        return f"{self.sheet}!{letters(self.column)}{self.row}"


def letters(column: int) -> str:
    """The letters of a column.

    Examples
    --------
    >>> letters(1), letters(26), letters(27), letters(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    text = ""
    while column > 0:
        column, last = divmod(column - 1, 26)
        text = chr(ord("A") + last) + text
    return text


def folded(found: Any) -> str:
    """A label as it is compared: without case, outer spaces and a colon at its end; empty for what is no label.

    Examples
    --------
    >>> folded("  Antal  Deltagere: "), folded(2026), folded(1.5), folded(None)
    ('antal deltagere', '2026', '1.5', '')
    """
    if isinstance(found, bool) or found is None or isinstance(found, dt.date | dt.time | dt.timedelta):
        return ""
    if isinstance(found, float) and found.is_integer():
        found = round(found)
    return " ".join(str(found).split()).rstrip(":").rstrip().casefold()


class Sheet:
    """A sheet and its labels.

    Parameters
    ----------
    values, formulas : openpyxl worksheet
        The same sheet as last calculated, and with its formulas.
    """

    def __init__(self, values: Any, formulas: Any) -> None:
        self.title: str = values.title
        self.hidden: bool = values.sheet_state != "visible"
        self._values, self._formulas = values, formulas
        self._labels: dict[str, list[Cell]] | None = None
        self.merged: list[tuple[int, int, int, int]] = [
            (area.min_row, area.min_col, area.max_row, area.max_col) for area in formulas.merged_cells.ranges
        ]

    def cell(self, row: int, column: int) -> Cell:
        """One cell, empty where the sheet has none."""
        # openpyxl would make and keep a cell for every one that is asked for.
        there, behind = self._values._cells.get((row, column)), self._formulas._cells.get((row, column))
        formula = _formula(behind)
        return Cell(
            self.title,
            row,
            column,
            getattr(there, "value", None),
            formula,
            str(getattr(there, "number_format", None) or "General"),
            getattr(there, "data_type", "") == "e",
            _comment(behind),
        )

    @property
    def last_row(self) -> int:
        """The last row in which anything stands."""
        return max((row for row, _ in self._values._cells), default=0)

    def rows(self) -> list[int]:
        """Rows in which any cell stands, in order."""
        return sorted({row for row, _ in self._values._cells})

    def columns(self, row: int) -> list[int]:
        """Columns of a row in which any cell stands, in order."""
        if self._labels is None:
            self._index()
        return self._by_row.get(row, [])

    def labelled(self, label: str) -> list[Cell]:
        """Cells that hold a label."""
        if self._labels is None:
            self._index()
        assert self._labels is not None
        return self._labels.get(folded(label), [])

    def labels(self) -> list[str]:
        """Every text of the sheet that may be a label."""
        if self._labels is None:
            self._index()
        assert self._labels is not None
        return [str(cells[0].value) for cells in self._labels.values() if isinstance(cells[0].value, str)]

    def _index(self) -> None:
        self._labels, self._by_row = {}, dict[int, list[int]]()
        for row, column in sorted(self._values._cells):
            cell = self.cell(row, column)
            if cell.empty:
                continue
            self._by_row.setdefault(row, []).append(column)
            if label := folded(cell.value):
                self._labels.setdefault(label, []).append(cell)

    def area_of(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        """The merged cells that a cell is one of: first row and column, last row and column."""
        for area in self.merged:
            if area[0] <= row <= area[2] and area[1] <= column <= area[3]:
                return area
        return None

    def is_hidden(self, row: int, column: int) -> str | None:
        """What hides a cell: the sheet, its row or its column; None where it can be seen.

        Columns of a group that is folded up are no more hidden than the + above them.
        """
        if self.hidden:
            return f"sheet {self.title}"
        if row in self._formulas.row_dimensions and self._formulas.row_dimensions[row].hidden:
            return f"row {row} of {self.title}"
        for name, dimension in self._formulas.column_dimensions.items():
            first, last = dimension.min or 0, dimension.max or 0
            if (
                dimension.hidden
                and not dimension.outline_level
                and (first <= column <= last or name == letters(column))
            ):
                return f"column {letters(column)} of {self.title}"
        return None


def _formula(cell: Any) -> str | None:
    if getattr(cell, "data_type", "") != "f":
        return None
    text = getattr(cell.value, "text", cell.value)  # array formulas are objects
    return str(text) if text is not None else "="


_THREADED = re.compile(r"^\[Threaded comment\].*?^Comment:\s*", re.DOTALL | re.MULTILINE)


def _comment(cell: Any) -> str:
    """A comment on one line, without what Excel writes around those of newer editions."""
    comment = getattr(cell, "comment", None)
    text = _THREADED.sub("", str(getattr(comment, "text", None) or ""))
    author = str(getattr(comment, "author", None) or "")
    text = text.removeprefix(f"{author}:") if author else text
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def area_text(area: tuple[int, int, int, int]) -> str:
    """Cells from one corner to the other, as ``C7:C9``."""
    return f"{letters(area[1])}{area[0]}:{letters(area[3])}{area[2]}"


# Books


class Book(NamedTuple):
    """A workbook that was opened."""

    file: str
    """As the user named it."""
    digest: str
    """The first twelve digits of the SHA-256 of the file."""
    sheets: dict[str, Sheet]
    """By title, in the order of the book."""
    names: dict[str, list[str]]
    """What each defined name refers to, as ``Aftale!$B$4``."""
    remarks: tuple[str, ...]
    """What was ignored."""

    @property
    def title(self) -> str:
        """The name of the file without its folder."""
        return Path(self.file).name

    def sheet(self, title: str) -> Sheet | None:
        """A sheet, by its title or one that differs in case and spaces only."""
        if title in self.sheets:
            return self.sheets[title]
        alike = [sheet for name, sheet in self.sheets.items() if folded(name) == folded(title)]
        return alike[0] if len(alike) == 1 else None

    def fault(self, place: str, found: str, remedy: str) -> Fault:
        """A mistake at a cell, sheet or name."""
        return Fault(self.file, None, None, place, found, remedy)


def closest(wanted: str, there: Iterable[str]) -> str:
    """``Did you mean 'x'?``, of what is there; empty where nothing is near."""
    by_fold = {folded(name): name for name in there}
    close = difflib.get_close_matches(folded(wanted), by_fold, n=1, cutoff=0.6)
    return _("Did you mean {near}?", near=shown(by_fold[close[0]])) if close else ""


def several(names: Sequence[str], most: int = 8) -> str:
    """Names in a message, the first few of them."""
    rest = _(" and {number} more", number=len(names) - most) if len(names) > most else ""
    return ", ".join(shown(name, 40, "") for name in names[:most]) + rest


def open_book(file: str | Path) -> Book:
    """Open a workbook.

    Parameters
    ----------
    file : str or Path
        An Excel file.

    Returns
    -------
    Book

    Raises
    ------
    BookError
        Where it is no workbook, or too large.
    MissingLibraryError
        Where openpyxl is not installed.
    """
    name = str(file)
    data = bytes_of(name, BOOK, MOST_BYTES)
    parts = _parts(name, data)
    openpyxl = library()
    values, formulas = _loaded(openpyxl, name, data, cached=True), _loaded(openpyxl, name, data, cached=False)
    sheets = {sheet.title: Sheet(sheet, formulas[sheet.title]) for sheet in values.worksheets}
    if not sheets:
        raise _refused(
            name, _("got a workbook without sheets of cells."), _("Name the workbook that holds the numbers.")
        )
    names: dict[str, list[str]] = {}
    for key, defined in formulas.defined_names.items():
        names.setdefault(key, []).append(str(defined.attr_text))
    for sheet in formulas.worksheets:
        for key, defined in sheet.defined_names.items():
            names.setdefault(key, []).append(str(defined.attr_text))
    return Book(name, hashlib.sha256(data).hexdigest()[:12], sheets, names, tuple(_remarks(parts)))


def _refused(name: str, found: str, remedy: str) -> BookError:
    return BookError([Fault(name, None, None, "", found, _(remedy))])


def _loaded(openpyxl: Any, name: str, data: bytes, *, cached: bool) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that openpyxl leaves out: charts, pictures, form fields
            return openpyxl.load_workbook(io.BytesIO(data), data_only=cached, keep_links=False)
    except Exception as error:
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise _refused(
            name,
            _("got an Excel file that cannot be read ({reason}).", reason=reason),
            _("Open it in Excel or LibreOffice, save it as .xlsx, and try again."),
        ) from None


_XLSX = N_("Open it in Excel or LibreOffice and save it as .xlsx.")


def _parts(name: str, data: bytes) -> list[str]:
    """The files inside a workbook, after everything that can be said before it is opened."""
    if len(data) > MOST_BYTES:
        raise _refused(
            name,
            _("got more than {most} MB; a workbook to import has at most that.", most=MOST_BYTES // 1_000_000),
            _("Copy the sheets with the numbers into a book of their own."),
        )
    if not data.startswith(b"PK"):
        raise _no_book(name, data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = archive.infolist()
            unpacked = sum(part.file_size for part in inside)
            if unpacked > MOST_UNPACKED or len(inside) > MOST_PARTS:
                raise _refused(
                    name,
                    _(
                        "got a file that unpacks to {size:,.0f} MB in {number:,} parts; a workbook has at most "
                        "{most} MB "
                        "in {most_parts:,}.",
                        size=unpacked / 1e6,
                        number=len(inside),
                        most=MOST_UNPACKED // 1_000_000,
                        most_parts=MOST_PARTS,
                    ),
                    _("Copy the sheets with the numbers into a book of their own."),
                )
            if any(part.flag_bits & 1 for part in inside):
                raise _refused(
                    name,
                    _("got a file that is locked with a password."),
                    _("{xlsx} Leave the password out.", xlsx=_(_XLSX)),
                )
            names = [part.filename for part in inside]
            _workbook_inside(name, names)
            # Reading a part checks that it unpacks to what it says and no further.
            if any(
                b"<!DOCTYPE" in archive.read(part) or b"<!ENTITY" in archive.read(part)
                for part in inside
                if part.filename.endswith((".xml", ".rels", ".vml"))
            ):
                raise _refused(name, _("got a workbook that defines XML entities, which no Excel writes."), _XLSX)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise _refused(
            name,
            _("got an Excel file that is damaged or cut off ({error}).", error=str(error)[:80]),
            _("Copy or download it again, or open it in Excel and save it anew."),
        ) from None
    return names


def _workbook_inside(name: str, names: list[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    kinds = {
        "xl/workbook.bin": N_("a binary workbook (.xlsb)"),
        "content.xml": N_("an OpenDocument file"),
        "word/document.xml": N_("a Word document"),
        "ppt/presentation.xml": N_("a PowerPoint file"),
    }
    kind = next((said for part, said in kinds.items() if part in names), N_("a zip file that holds no workbook"))
    known = kind.startswith(("a bin", "an Open"))
    raise _refused(
        name, _("got {kind}; a workbook is an Excel file (.xlsx or .xlsm).", kind=_(kind)), _XLSX if known else _NAME_IT
    )


_NAME_IT = N_("Name the Excel file; `risksim import --template` writes one to fill in.")


def _no_book(name: str, data: bytes) -> BookError:
    if not data.strip():
        return _refused(name, _("got an empty file; a workbook is an Excel file (.xlsx or .xlsm)."), _NAME_IT)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            found = _("got a workbook that is locked with a password.")
            return _refused(name, found, _("Open it in Excel, save it without the password, and try again."))
        return _refused(name, _("got an old Excel file (.xls); a workbook is an .xlsx or .xlsm."), _XLSX)
    if data.startswith(b"%PDF"):
        found = _("got a PDF file, whatever its name says; a workbook is an Excel file (.xlsx or .xlsm).")
        return _refused(name, found, _("Name the Excel file that it was printed from."))
    if data.startswith(b"<") or b"<html" in data[:1000].lower():
        return _refused(name, _("got a web page or XML; a workbook is an Excel file (.xlsx or .xlsm)."), _XLSX)
    if b"\0" not in data[:10_000]:
        found = _("got a text file, as CSV or YAML; a workbook is an Excel file (.xlsx or .xlsm).")
        return _refused(name, found, _("{xlsx} A scenario in YAML is read by `risksim check`.", xlsx=_(_XLSX)))
    return _refused(name, _("got a file that is no workbook; a workbook is an Excel file (.xlsx or .xlsm)."), _NAME_IT)


def _remarks(parts: list[str]) -> Iterable[str]:
    links = sum(1 for part in parts if re.fullmatch(r"xl/externalLinks/[^/]+\.xml", part))
    if links:
        yield (
            f"The book links to {links} other workbook{'s' if links > 1 else ''}; links are not followed, values stand "
            "as they were last calculated."
        )
    if any(part.endswith("vbaProject.bin") for part in parts):
        yield "The book has macros; they were not run."
