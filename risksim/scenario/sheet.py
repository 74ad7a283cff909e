"""A sheet of observed counts as it stands: CSV, JSON or YAML to cells with their places.

Only spelling is decided here: separators, quotation marks, decimal commas. What a cell means for a deal is decided by
`risksim.plan.observed`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from risksim.errors import Fault, ObservedError
from risksim.language import N_, _
from risksim.scenario.document import Path, path_text, printable, shown
from risksim.scenario.reader import Wanted, text_of
from risksim.scenario.tree import Tree, read_tree

OBSERVED = Wanted(
    noun=N_("an observed file"),
    file=N_("an observed file"),
    written=N_("text: CSV, JSON or YAML"),
    named=N_("the CSV, JSON or YAML file; in Excel, save as 'CSV UTF-8'"),
    endings=(".csv", ".yaml", ".yml", ".json"),
    too_large=N_("Name the file with the counts of one deal."),
    to_start=N_("`risksim settle FILE --template` writes a file to fill in"),
    error=ObservedError,
)
FOLLOW_UP, COHORT, INPUT = "follow_up", "cohort", "input"
START = N_("`risksim settle FILE --template` writes a file to fill in.")
_ANY = N_("a CSV, JSON or YAML file; in Excel, save as 'CSV UTF-8'")
"""As `OBSERVED` names it where a folder was named."""


class Cell(NamedTuple):
    """One value as it is written, and where."""

    value: Any
    """Text of a CSV cell; text, a number or None of YAML and JSON."""
    line: int | None = None
    column: int | None = None

    @property
    def empty(self) -> bool:
        """Nothing is written there."""
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())


class Row(NamedTuple):
    """What stands in one row, by column; of YAML and JSON, one entry."""

    cells: dict[str, Cell]
    names: dict[str, Cell]
    """The column titles or keys, with their places."""
    line: int | None
    column: int | None


class Sheet(NamedTuple):
    """An observed file as it is written."""

    file: str
    decimal: str
    """What may stand before decimals without being taken for thousands: ``.``, or ``,`` where ``;`` separates cells."""
    rows: tuple[Row, ...]
    inputs: tuple[tuple[Cell, Cell], ...]
    """Name and value of each uncertain term that the file settles."""
    faults: tuple[Fault, ...]
    """Mistakes of spelling."""


def read_sheet(file: str | FilePath) -> Sheet:
    """The cells of an observed file.

    Parameters
    ----------
    file : str or Path
        A file ending in .csv, .json, .yaml or .yml; ``-`` reads standard input, in any of these forms.

    Returns
    -------
    Sheet

    Raises
    ------
    ObservedError
        If it cannot be opened, is empty or is no text.
    """
    name = str(file)
    return sheet_of(text_of(name, OBSERVED), name)


def sheet_of(text: str, name: str) -> Sheet:
    """`read_sheet` of text that is already in memory; the name's ending says the form."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ObservedError(
            [Fault(name, None, None, "", _("got an empty file; it begins with the columns."), _(START))]
        )
    ending = FilePath(name).suffix.lower()
    if ending in (".yaml", ".yml", ".json") or (ending != ".csv" and _looks_like_blocks(text)):
        return _of_tree(read_tree(name, text))
    return _of_lines(name, text)


def _looks_like_blocks(text: str) -> bool:
    first = next((line.strip() for line in text.split("\n") if line.strip() and not line.startswith("#")), "")
    return first.startswith(("{", "[", "- ")) or first.rstrip().endswith(":")


# Numbers

_WHOLE = re.compile(r"[+-]?\d+")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_GROUPS = {mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}(\{mark}\d{{3}})+") for mark in ".,"}
_DECIMALS = {mark: re.compile(rf"[+-]?\d+\{mark}\d*") for mark in ".,"}
_SPACES = re.compile("[ \u00a0\u202f'](?=\\d{3}(\\D|$))")


class Misread(NamedTuple):
    """A cell that is no number, or might be one of two."""

    found: str
    remedy: str


def number_of(cell: Cell, decimal: str) -> float | Misread:
    """The number in a cell.

    Both 1.234,5 and 1,234.5 are read; 1.234 and 1,234 could be either of two numbers and are refused, except where
    ``decimal`` says that the mark can only be a decimal point.

    Examples
    --------
    >>> number_of(Cell("1.234,5"), ","), number_of(Cell("0,31"), ","), number_of(Cell("1.250"), ".")
    (1234.5, 0.31, 1.25)
    >>> number_of(Cell("1.234"), ",").found
    "got '1.234', which is 1234 to some and 1.234 to others; a number is written in one way only."
    """
    if isinstance(cell.value, bool) or not isinstance(cell.value, str | int | float):
        return Misread(_("got {value}; this is a number.", value=shown(cell.value)), _("Write a number such as 12."))
    if not isinstance(cell.value, str):
        return float(cell.value) if math.isfinite(cell.value) else _no_number(str(cell.value))
    written = cell.value.strip()
    text = _SPACES.sub("", written)
    if len(text) > 40:
        return _no_number(written)
    if _WHOLE.fullmatch(text) or (decimal == "." and _PLAIN.fullmatch(text)):
        return _finite(text, written)
    if "." in text and "," in text:
        point = max(".,", key=text.rfind)
        other = "," if point == "." else "."
        head, _point, tail = text.rpartition(point)
        if _GROUPS[other].fullmatch(head) and tail.isdigit():
            return _finite(f"{head.replace(other, '')}.{tail}", written)
        return _no_number(written)
    for mark in ".,":
        if _GROUPS[mark].fullmatch(text):
            if text.count(mark) > 1:
                return _finite(text.replace(mark, ""), written)
            whole, parts = text.replace(mark, ""), text.replace(mark, ".")
            return Misread(
                _(
                    "got '{text}', which is {whole} to some and {parts} to others; a number is written in one "
                    "way only.",
                    text=text,
                    whole=whole,
                    parts=parts,
                ),
                _(
                    "Write {whole}, or {text}0 if {parts} is meant.",
                    whole=whole,
                    text=text,
                    parts=parts,
                ),
            )
        if _DECIMALS[mark].fullmatch(text):
            return _finite(text.replace(mark, "."), written)
    if _PLAIN.fullmatch(text):  # 1e-05
        return _finite(text, written)
    return _no_number(written)


def _finite(text: str, written: str) -> float | Misread:
    value = float(text)
    return value if math.isfinite(value) else _no_number(written)


def _no_number(written: str) -> Misread:
    if written.endswith("%"):
        return Misread(
            _("got {written}; a share is written as a fraction.", written=shown(written)),
            _("Write 0.12 for 12 %."),
        )
    if written.lower() in ("-", "–", "na", "n/a", "nan", "null", "none", "?", "unknown", "ukendt"):
        return Misread(
            _("got {written}; what is not known yet stays empty.", written=shown(written)),
            _("Leave the cell empty."),
        )
    return Misread(
        _("got {written}; this is a number.", written=shown(written)),
        _("Write a number such as 12, or leave the cell empty."),
    )


# CSV

MARKS = (",", ";", "\t")


def _of_lines(file: str, text: str) -> Sheet:
    lines = [
        (number, line)
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip(" ,;\t") and not line.lstrip(' "').startswith("#") and not line.lower().startswith("sep=")
    ]
    if not lines:
        found = _("got a file of comments only; its first row names the columns.")
        raise ObservedError([Fault(file, None, None, "", found, _(START))])
    first, title = lines[0]
    faults: list[Fault] = []
    mark = max(MARKS, key=lambda one: (_is_head(_split(title, one)), title.count(one)))
    head = [Cell(text, first, column) for text, column in _split(title, mark)]
    if not _is_head(_split(title, mark)):
        found = _(
            "got {title} as the first row; it names the columns, of which one is follow_up.", title=shown(title, 50)
        )
        raise ObservedError([Fault(file, first, 1, "", found, _(START))])
    names = [_plain_name(cell.value) for cell in head]
    for place, name in enumerate(names):
        if name and name in names[:place]:
            found = _("got the column {name} a second time; each stands once.", name=shown(name))
            faults.append(Fault(file, first, head[place].column, "", found, _("Delete one of them.")))
    titles = dict(zip(names, head, strict=True))
    rows, inputs = [], []
    for number, line in lines[1:]:
        cells = [Cell(text, number, column) for text, column in _split(line, mark)]
        if _plain_name(cells[0].value) == INPUT:
            value = cells[2] if len(cells) > 2 else Cell(None, number, len(line) + 1)
            inputs.append((cells[1] if len(cells) > 1 else value, value))
            cells, spare = [], cells[3:]
        else:
            spare = cells[len(names) :]
        for cell in spare:
            if not cell.empty:
                found = _(
                    "got {value} beyond the last column; a row has as many cells as there are columns.",
                    value=shown(cell.value),
                )
                remedy = _("Put names that hold a separator in quotation marks, or delete the cell.")
                faults.append(Fault(file, number, cell.column, "", found, remedy))
        if cells:
            rows.append(Row(dict(zip(names, cells, strict=False)), titles, number, 1))
    return Sheet(file, "." if mark == "," else ",", tuple(rows), tuple(inputs), tuple(faults))


def _plain_name(text: str) -> str:
    """A column title; the first two may be written in any case and with a blank."""
    name = text.strip()
    lower = name.lower().replace(" ", "_")
    return lower if lower in (FOLLOW_UP, COHORT, INPUT) else name


def _is_head(cells: list[tuple[str, int]]) -> bool:
    return any(_plain_name(text) == FOLLOW_UP for text, _ in cells)


def _split(line: str, mark: str) -> list[tuple[str, int]]:
    """Cells of a line with the columns where they begin; inside quotation marks the separator is a letter."""
    cells: list[tuple[str, int]] = []
    start = 0
    while True:
        text, end = _cell(line, start, mark)
        cells.append((text, start + 1))
        if end >= len(line):
            return cells
        start = end + 1


def _cell(line: str, start: int, mark: str) -> tuple[str, int]:
    """The cell that begins at a place, and the place of the separator after it."""
    opening = start
    while line[opening : opening + 1] == " ":
        opening += 1
    if line[opening : opening + 1] != '"':
        end = line.find(mark, start)
        end = len(line) if end < 0 else end
        return line[start:end], end
    text, place = "", opening + 1
    while place < len(line):
        if line[place] == '"':
            if line[place + 1 : place + 2] != '"':
                end = line.find(mark, place + 1)
                end = len(line) if end < 0 else end
                return text + line[place + 1 : end].rstrip(), end
            place += 1
        text += line[place]
        place += 1
    return text, place


# YAML and JSON


def _of_tree(tree: Tree) -> Sheet:
    document, faults = tree.document, list(tree.faults)

    def fault(path: Path, found: str, remedy: str, *, key: bool = False) -> None:
        faults.append(document.fault(path, found, remedy, key=key))

    def cell(path: Path, value: Any, *, key: bool = False) -> Cell:
        return Cell(value, *(document.position(path, key=key) or (None, None)))

    def cells(path: Path, entry: dict[Any, Any], before: str = "") -> Iterator[tuple[str, Cell, Cell]]:
        for key, value in entry.items():
            here = (*path, key)
            name = f"{before}: {key}" if before else _plain_name(str(key))
            if isinstance(value, dict) and not before:
                yield from cells(here, value, name)
            elif isinstance(value, dict | list):
                fault(here, _("got {value}; this is a number or empty.", value=shown(value)), _("Write one number."))
            else:
                yield name, cell(here, str(key), key=True), cell(here, value)

    root: Any = {"observed": tree.root} if isinstance(tree.root, list) else tree.root
    if isinstance(root, dict) and "observed" in root and root["observed"] is None:
        root["observed"] = []
    prefix: Path = () if isinstance(tree.root, list) else ("observed",)
    if not isinstance(root, dict) or not isinstance(root.get("observed"), list):
        if not faults:
            fault(
                (),
                _("got no list `observed`; an observed file has one, with an entry for each row."),
                _(START),
            )
        raise ObservedError(_of_this_file(faults))
    for key in root:
        if key not in ("observed", "inputs", "about"):
            fault(
                (key,),
                _("got {key}; here stand observed, inputs and about.", key=shown(key)),
                _("Take the key out."),
                key=True,
            )
    rows, inputs = [], []
    for place, entry in enumerate(root["observed"]):
        here = (*prefix, place)
        if not isinstance(entry, dict):
            fault(
                here,
                _("got {entry}; an entry is a block of keys: follow_up, cohort and counts.", entry=shown(entry)),
                _(START),
            )
            continue
        found = list(cells(here, entry))
        position = document.position(here) or (None, None)
        rows.append(Row({n: c for n, _, c in found}, {n: k for n, k, _ in found}, *position))
    said = root.get("inputs")
    if said is not None and not isinstance(said, dict):
        fault(
            ("inputs",),
            _("got {said}; inputs is a block of names and numbers.", said=shown(said)),
            _(START),
        )
    elif said:
        inputs = [
            (cell(("inputs", key), str(key), key=True), cell(("inputs", key), value)) for key, value in said.items()
        ]
    return Sheet(document.file, ".", tuple(rows), tuple(inputs), tuple(_of_this_file(faults)))


def _of_this_file(faults: list[Fault]) -> list[Fault]:
    """Faults of the YAML reader, which speaks of scenarios, in the words of this file."""
    return [
        Fault(
            fault.file,
            fault.line,
            fault.column,
            fault.path,
            fault.found.replace(_("a scenario file"), _("an observed file")).replace(
                _("a scenario"), _("an observed file")
            ),
            fault.remedy,
        )
        for fault in faults
    ]


def place_text(*steps: str) -> str:
    """A row and column of a sheet as people read it; nothing that could hide."""
    return ", ".join(printable(step) for step in steps if step)


__all__ = [
    "COHORT",
    "FOLLOW_UP",
    "INPUT",
    "OBSERVED",
    "Cell",
    "Misread",
    "Row",
    "Sheet",
    "number_of",
    "path_text",
    "place_text",
    "read_sheet",
    "sheet_of",
]
