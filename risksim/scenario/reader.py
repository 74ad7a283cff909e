"""Reads scenario files: the only code that opens them, and the text of files that stand beside them.

A file is refused before it is read where it cannot be a scenario (missing, a folder, too large, not text), and
otherwise answered with all of its mistakes at once, each with its line, what was found, what is allowed and what to
try.
"""

from __future__ import annotations

import dataclasses
import difflib
import errno
import itertools
import os
import stat
import sys
from pathlib import Path as FilePath
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from risksim.errors import Fault, FaultyFileError, ScenarioError
from risksim.language import N_, _
from risksim.scenario.base import Part
from risksim.scenario.document import Document, Path, grouped, shown
from risksim.scenario.scenario import Scenario
from risksim.scenario.stresses import stressed
from risksim.scenario.tree import Tree, read_tree
from risksim.scenario.wording import Explained, explain

__all__ = ["MOST_BYTES", "Document", "Wanted", "bytes_of", "read_scenario", "read_stressed", "read_text", "text_of"]

MOST_BYTES = 5_000_000
"""The largest scenario file. [byte]"""

MOST_FAULTS = 200
"""Mistakes that are shown one by one; the rest are counted."""

MOST_EXPLAINED = 5 * MOST_FAULTS
"""Mistakes that are put into words before they are sorted by line."""


Root = TypeVar("Root", bound=Part)
"""What a whole file is."""


class Wanted(NamedTuple):
    """What kind of file is asked for, in the words of the messages that refuse another."""

    noun: str = N_("a scenario")
    """As in 'a scenario is read from a file'."""
    file: str = N_("a scenario file")
    written: str = N_("a text file in YAML")
    named: str = N_("the YAML file")
    endings: tuple[str, ...] = (".yaml", ".yml")
    too_large: str = N_("Name the scenario file; results and data stand in files of their own.")
    to_start: str = N_("`risksim init` writes a file to start from")
    error: type[FaultyFileError] = ScenarioError


SCENARIO = Wanted()
_ANY = N_("a YAML file")
"""As `named` says it where a folder was named."""


def read_scenario(file: str | FilePath) -> tuple[Scenario, Document]:
    """A checked scenario and the document it stands in.

    Parameters
    ----------
    file : str or Path
        A YAML file; ``-`` reads standard input.

    Returns
    -------
    Scenario
        The deal, frozen.
    Document
        The file's text, and where in it every value stands.

    Raises
    ------
    ScenarioError
        With every mistake of the file, in the order of its lines.
    """
    name = str(file)
    return read_text(text_of(name, SCENARIO), name)


def read_text(text: str, name: str = "-") -> tuple[Scenario, Document]:
    """A checked scenario from text that is already in memory.

    Parameters
    ----------
    text : str
        YAML.
    name : str
        What messages call it.

    Returns
    -------
    Scenario, Document
        As `read_scenario`.

    Raises
    ------
    ScenarioError
        With every mistake of the text, in the order of its lines.
    """
    return checked(text, name, Scenario)


def checked(text: str, name: str, model: type[Root]) -> tuple[Root, Document]:
    """A checked file of a kind, from its text: as `read_text`."""
    tree = read_tree(_printable(name), text)
    if not tree.whole and tree.faults:
        raise ScenarioError(_in_order(tree.faults))
    if tree.root is None and not tree.faults:
        raise ScenarioError([_empty(tree.document.file)])
    try:
        read = model.model_validate(tree.root)
    except ValidationError as error:
        unsaid = max(0, error.error_count() - MOST_EXPLAINED)
        raise ScenarioError(_in_order([*tree.faults, *_faults(tree, error, model)], unsaid)) from None
    if tree.faults:
        raise ScenarioError(_in_order(tree.faults))
    document = dataclasses.replace(tree.document, root=tree.root)
    stresses = read.stresses if isinstance(read, Scenario) else ()
    faults = [fault for stress in stresses for fault in _stress_faults(document, stress)]
    if faults:
        raise ScenarioError(_in_order(faults))
    return read, document


def read_stressed(document: Document, stress: str) -> tuple[Scenario, Document]:
    """The scenario that a stress of a file makes of it.

    Parameters
    ----------
    document : Document
        A file that was read.
    stress : str
        One of its `stresses`.

    Returns
    -------
    Scenario
        The changed deal, without stresses.
    Document
        The changed file; mistakes are told at the change that makes them.

    Raises
    ------
    ScenarioError
        With every mistake that the stress makes.
    """
    changed = stressed(document, stress)
    try:
        return Scenario.model_validate(changed.root), changed
    except ValidationError as error:
        raise ScenarioError(_in_order(_faults(Tree(changed.root, changed), error, Scenario))) from None


def _stress_faults(document: Document, stress: str) -> tuple[Fault, ...]:
    try:
        read_stressed(document, stress)
    except ScenarioError as error:
        return error.faults
    return ()


def _in_order(faults: list[Fault], unsaid: int = 0) -> list[Fault]:
    faults = sorted(dict.fromkeys(faults), key=lambda fault: (fault.line or 0, fault.column or 0))
    rest = len(faults) - MOST_FAULTS + unsaid
    if rest <= 0:
        return faults
    found = _(
        "got {rest} more mistakes after these {most_faults}; they are not shown.",
        rest=grouped(rest),
        most_faults=MOST_FAULTS,
    )
    return [
        *faults[:MOST_FAULTS],
        Fault(faults[0].file, None, None, "", found, _("Mend the ones above and check again.")),
    ]


# Opening


def text_of(name: str, wanted: Wanted) -> str:
    """The text of a file that people wrote.

    Parameters
    ----------
    name : str
        The file as the user named it; ``-`` for standard input.
    wanted : Wanted
        What it should be.

    Returns
    -------
    str

    Raises
    ------
    FaultyFileError
        Of the kind that is wanted, where the file cannot be opened or is no text.
    """
    file = _printable(name)
    data = _standard_input() if name == "-" else bytes_of(name, wanted, MOST_BYTES)
    if len(data) > MOST_BYTES:
        found = _(
            "got more than {most_bytes} MB; {file} has at most that.",
            most_bytes=MOST_BYTES // 1000000,
            file=_(wanted.file),
        )
        raise _refused(wanted, file, found, _(wanted.too_large))
    return _decoded(data, file, wanted)


def _standard_input() -> bytes:
    data: bytes = sys.stdin.buffer.read(MOST_BYTES + 1)
    return data


def bytes_of(name: str, wanted: Wanted, most: int) -> bytes:
    """The bytes of a regular file, one more than `most` where it is larger.

    Parameters
    ----------
    name : str
        The file as the user named it.
    wanted : Wanted
        What it should be.
    most : int
        The largest file that is wanted. [byte]

    Returns
    -------
    bytes

    Raises
    ------
    FaultyFileError
        Of the kind that is wanted, where the file cannot be opened.
    """
    file = _printable(name)
    if not name or "\0" in name:
        found = _("got no file name; {noun} is read from a file.", noun=_(wanted.noun))
        raise _refused(wanted, file, found, _("Name a file, or - for standard input."))
    try:
        status = os.stat(name)  # noqa: PTH116, a Path would be no clearer
        if stat.S_ISDIR(status.st_mode):
            raise _folder(name, file, wanted)
        if not stat.S_ISREG(status.st_mode):
            raise _refused(
                wanted,
                file,
                _("got a device or pipe; {noun} is read from a regular file.", noun=_(wanted.noun)),
                _("Copy what it delivers into a file, or pipe it to standard input and name the file -."),
            )
        # Between the look and the opening a pipe may have taken the file's place: never wait for it.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as opened:
            return opened.read(most + 1)
    except OSError as error:
        raise _unopened(name, file, error, wanted) from None


def _refused(
    wanted: Wanted, file: str, found: str, remedy: str, line: int | None = None, column: int | None = None
) -> FaultyFileError:
    return wanted.error([Fault(file, line, column, "", found, remedy)])


def _printable(name: str) -> str:
    """A file name that can be shown, whatever bytes it has."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)


def _empty(file: str) -> Fault:
    found = _("got an empty file, or one of comments only; a scenario begins with `schema: 1`.")
    return Fault(file, None, None, "", found, _("Write a scenario; `risksim init` makes one to start from."))


def _names_in(folder: str) -> list[str]:
    """Names in a folder, the first ten thousand."""
    try:
        with os.scandir(folder or ".") as entries:
            return [entry.name for entry in itertools.islice(entries, 10_000)]
    except OSError:
        return []


def _folder(name: str, file: str, wanted: Wanted) -> FaultyFileError:
    inside = sorted(entry for entry in _names_in(name) if entry.endswith(wanted.endings))
    remedy = _("Name {named}.", named=_(wanted.named.replace("the ", "a ", 1)))
    if inside:
        first = _printable(os.path.join(name, inside[0]))  # noqa: PTH118
        remedy = _("Name a file in it, as {name}.", name=first)
    return _refused(wanted, file, _("got a folder; {noun} is a file.", noun=_(wanted.noun)), remedy)


def _unopened(name: str, file: str, error: OSError, wanted: Wanted) -> FaultyFileError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        folder, last = os.path.split(name)
        names = _names_in(folder)
        if not names and folder and not os.path.isdir(folder):  # noqa: PTH112
            remedy = _(
                "There is no folder {folder}; look at the path again.", folder=shown(_printable(folder), 200, "")
            )
        else:
            close = difflib.get_close_matches(last[:255], names, n=3, cutoff=0.6)
            stem = [entry for entry in names if entry.rsplit(".", 1)[0] == last and entry.endswith(wanted.endings)]
            close = list(dict.fromkeys([*stem, *close]))
            remedy = (
                _("Did you mean {close}?", close=_(" or ").join(_printable(entry) for entry in close[:3]))
                if close
                else _("Look at the name and the folder again; {to_start}.", to_start=_(wanted.to_start))
            )
        return _refused(
            wanted,
            file,
            _("got no such file; {noun} is read from a file that exists.", noun=_(wanted.noun)),
            remedy,
        )
    if isinstance(error, PermissionError):
        return _refused(
            wanted,
            file,
            _("got a file that you may not read; permission was denied."),
            _("Ask its owner, or copy it to a place of yours."),
        )
    reasons = {errno.ELOOP: _("a link that leads to itself"), errno.ENAMETOOLONG: _("a file name that is too long")}
    found = reasons.get(
        error.errno or 0,
        _("a file that cannot be opened ({reason})", reason=error.strerror or _("no reason given")),
    )
    found = _("got {found}; {noun} is read from a regular file.", found=found, noun=_(wanted.noun))
    return _refused(wanted, file, found, _("Name another file, or copy it."))


_KINDS = {
    b"PK\x03\x04": N_("an Excel, Word or zip file"),
    b"%PDF": N_("a PDF file"),
    b"\xd0\xcf\x11\xe0": N_("an old Excel or Word file"),
    b"\x89HDF": N_("a saved result"),
    b"\x1f\x8b": N_("a compressed file"),
}


def _decoded(data: bytes, file: str, wanted: Wanted) -> str:
    for start, kind in _KINDS.items():
        if data.startswith(start):
            found = _(
                "got {kind}; {noun} is {written}.",
                kind=_(kind),
                noun=_(wanted.noun),
                written=_(wanted.written),
            )
            raise _refused(wanted, file, found, _("Name {named}.", named=_(wanted.named)))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = _("got text in UTF-16; {file} is UTF-8.", file=_(wanted.file))
        raise _refused(wanted, file, found, _("Save it again, with the encoding UTF-8."))
    zero = data.find(b"\0")
    if zero >= 0:
        line = data.count(b"\n", 0, zero) + 1
        raise _refused(
            wanted,
            file,
            _(
                "got a zero byte at byte {zero}, so this is no text; {noun} is {written}.",
                zero=zero + 1,
                noun=_(wanted.noun),
                written=_(wanted.written),
            ),
            _("Name {named}, or save it again with the encoding UTF-8.", named=_(wanted.named)),
            line,
            1,
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        byte = data[error.start]
        letter = bytes([byte]).decode("cp1252", "replace")
        perhaps = (
            _(" (in Windows-1252 it would be {letter})", letter=letter)
            if letter.isprintable() and letter != "\ufffd"
            else ""
        )
        raise _refused(
            wanted,
            file,
            _(
                "got byte 0x{byte:02X}{perhaps} at byte {start}, which is not UTF-8; {file} is UTF-8.",
                byte=byte,
                perhaps=perhaps,
                start=error.start + 1,
                file=_(wanted.file),
            ),
            _("Save the file again, with the encoding UTF-8."),
            line,
            column,
        ) from None


# Checking


def _faults(tree: Tree, error: ValidationError, model: type[Part]) -> list[Fault]:
    """Every mistake the models find, with its place."""
    complaints, unread = _explained(error, model), set(tree.unread)
    if len(complaints) <= MOST_FAULTS and isinstance(tree.root, dict) and not complaints[0].spans:
        complaints += _hidden(tree.root, complaints, model)
    return [
        tree.document.fault(complaint.path, complaint.found, complaint.remedy, key=complaint.key)
        for complaint in complaints
        if complaint.path not in unread
    ]


def _explained(error: ValidationError, model: type[Part]) -> list[Explained]:
    return [explain(one, model) for one in error.errors(include_url=False)[:MOST_EXPLAINED]]


def _hidden(root: dict[str, Any], complaints: list[Explained], model: type[Part]) -> list[Explained]:
    """Mistakes between parts of the file, which the models only look for once every part is sound.

    Each mistaken value is replaced by its default or example, and the whole is checked again. What then turns up
    counts only where it touches none of the replaced places.
    """
    mended: Any = root
    places: list[Path] = []
    for complaint in complaints:
        mended, place = _mend(mended, complaint)
        places.append(place)
    try:
        model.model_validate(mended)
    except ValidationError as error:
        return [
            complaint
            for complaint in _explained(error, model)
            if complaint.spans and not any(_touch(place, about) for place in places for about in _about(complaint))
        ]
    return []


def _about(complaint: Explained) -> tuple[Path, ...]:
    return (complaint.path, *complaint.leans_on)


def _touch(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _mend(root: Any, complaint: Explained) -> tuple[Any, Path]:
    """The tree with one mistaken value taken out or replaced by its example, and the place that was touched."""
    if complaint.key:
        return _changed(root, complaint.path, None), complaint.path
    for place in reversed(complaint.trail):
        if place.field is None or not place.path or place.path[-1] != place.key:
            continue
        if not place.field.is_required():
            return _changed(root, place.path, None), place.path
        if place.field.examples:
            return _changed(root, place.path, place.field.examples[0]), place.path
    return root, complaint.path


def _changed(value: Any, path: Path, new: Any) -> Any:
    """A copy along a path with a new value at its end; None takes the key out."""
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        if not rest and new is None:
            return {key: entry for key, entry in value.items() if key != step}
        if rest and step not in value:
            return value
        return {**value, step: _changed(value[step], rest, new) if rest else new}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [*value[:step], _changed(value[step], rest, new) if rest else new, *value[step + 1 :]]
    return value
