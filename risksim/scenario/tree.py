"""YAML text to plain dicts, lists and scalars with their places, and every mistake of spelling on the way.

`ruamel.yaml` finds keys, values and their marks; what they mean is decided here, by the core schema of YAML 1.2 and
nothing more: no tags, no merge keys, no keys that aren't text. Events are read one by one and the tree is built
without recursion, so that a hostile file is refused as soon as it passes a limit and not after it was built.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from risksim.errors import Fault
from risksim.language import N_, _
from risksim.scenario.document import Document, Path, Position, grouped, path_text, shown
from risksim.scenario.scanner import DirectiveError, QuickParser, QuickReader, QuickScanner
from risksim.scenario.spelling import LOOK, complaint
from risksim.scenario.uncertainty import Written

MOST_LINES = 60_000
"""Lines of a file."""
MOST_WORDS = 300_000
"""Words of a file, comments included."""
LONGEST_WORD = 5_000
"""Letters between two spaces, commas, brackets or quotation marks."""
MOST_VALUES = 75_000
"""Keys and values of a file, those that aliases repeat included. 2,000 cohorts of ten lines hold about 60,000."""
MOST_LEVELS = 40
"""Blocks and lists inside each other."""

_ROOM = N_("A scenario of 2,000 cohorts with ten lines each still fits. Split the deal, or write equal cohorts as one.")


@dataclass
class Tree:
    """What a text says, as far as it could be read.

    Attributes
    ----------
    root : Any
        Plain dicts, lists and scalars; None for a text without content.
    document : Document
        The text with the places of all values.
    faults : list of Fault
        Mistakes of spelling, in the order in which they were met.
    whole : bool
        False where reading stopped before the end, so that nothing may be said about what is missing.
    unread : list of tuple
        Paths whose value could not be told and is already a fault, so that nothing more may be said about it.
    """

    root: Any
    document: Document
    faults: list[Fault] = field(default_factory=list)
    whole: bool = True
    unread: list[Path] = field(default_factory=list)


def read_tree(file: str, text: str) -> Tree:
    """Plain values of a YAML text, with their places.

    Parameters
    ----------
    file : str
        The file as the user named it.
    text : str
        What it says.

    Returns
    -------
    Tree
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    positions: dict[Path, Position] = {}
    keys: dict[Path, Position] = {}
    tree = Tree(None, Document(file, text, positions, keys))
    refused = _too_much(file, text) or _unprintable(file, text)
    if refused is not None:
        return Tree(None, tree.document, [refused], whole=False)
    builder = _Builder(file, positions, keys, tree.faults)
    yaml = YAML(typ="safe", pure=True)
    yaml.Reader, yaml.Scanner, yaml.Parser = QuickReader, QuickScanner, QuickParser
    try:
        for event in yaml.parse(text):
            builder.take(event)
    except StopReadingError as stop:
        tree.faults.append(stop.fault)
        tree.whole = False
    except MarkedYAMLError as error:
        line, column, found, remedy = complaint(error, text)
        tree.faults.append(_at(file, line, column, found, remedy))
        tree.whole = False
    except DirectiveError as error:
        found = _("got a line that begins with %, a directive; a scenario has none and is YAML 1.2.")
        remedy = _("Delete the line, or put the text in quotation marks.")
        tree.faults.append(_at(file, error.line, error.column, found, remedy))
        tree.whole = False
    except (YAMLError, ValueError, OverflowError, IndexError, AttributeError, TypeError, KeyError, AssertionError):
        # ruamel.yaml breaks on some odd texts, such as "\UFFFFFFFF", instead of naming them.
        tree.faults.append(
            _at(file, *builder.reached, _("got text that is not YAML on this line or the next."), _(LOOK))
        )
        tree.whole = False
    tree.root, tree.unread = builder.root, builder.unread
    return tree


class StopReadingError(Exception):
    """Reading ends here: what follows would not be worth the time, or would mean nothing."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def _at(file: str, line: int, column: int, found: str, remedy: str, path: Path = ()) -> Fault:
    """A fault at a mark of the scanner, which counts from 0."""
    return Fault(file, line + 1, column + 1, path_text(path), found, remedy)


# Before reading


def _too_much(file: str, text: str) -> Fault | None:
    lines = text.count("\n")
    if lines > MOST_LINES:
        return Fault(
            file,
            None,
            None,
            "",
            _(
                "got {lines} lines; a scenario file has at most {most_lines}.",
                lines=grouped(lines),
                most_lines=grouped(MOST_LINES),
            ),
            _(_ROOM),
        )
    words = text.split()
    n_words = len(words) + text.count("\\") + text.count("''")
    if n_words > MOST_WORDS:
        return Fault(
            file,
            None,
            None,
            "",
            _(
                "got {n_words} words; a scenario file has at most {most_words}.",
                n_words=grouped(n_words),
                most_words=grouped(MOST_WORDS),
            ),
            _(_ROOM),
        )
    for word in words:
        if len(word) > LONGEST_WORD:
            longest = max(re.split(r"[,\[\]{}\"']", word), key=len)
            if len(longest) > LONGEST_WORD:
                place = text.find(longest)
                found = _(
                    "got {longest}, a word of {letters} letters; one has at most {longest_word}.",
                    longest=shown(longest, 20),
                    letters=grouped(len(longest)),
                    longest_word=grouped(LONGEST_WORD),
                )
                remedy = _("Look for text that got into the file by mistake, or break it into words.")
                return _at(file, text.count("\n", 0, place), place - text.rfind("\n", 0, place) - 1, found, remedy)
    return None


_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _unprintable(file: str, text: str) -> Fault | None:
    match = _UNPRINTABLE.search(text)
    if match is None:
        return None
    line, column = text.count("\n", 0, match.start()), match.start() - text.rfind("\n", 0, match.start()) - 1
    return _at(
        file,
        line,
        column,
        _("got a character that cannot be seen (U+{match:04X}); a scenario file is plain text.", match=ord(match[0])),
        _("Delete the character, or type the line again."),
    )


# Scalars

_INTEGER = re.compile(r"^[-+]?[0-9]+$")
_FLOAT = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_BASED = re.compile(r"^(0o[0-7]+|0x[0-9a-fA-F]+)$")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


def plain_value(text: str) -> Any:
    """What an unquoted scalar means in YAML 1.2: nothing, true or false, a number, or text.

    Dates stay text; the fields that hold dates read them. A number too long for a float is infinite.

    Examples
    --------
    >>> plain_value("NO"), plain_value("010"), plain_value("1e6"), plain_value("0,75"), plain_value("~")
    ('NO', 10, 1000000.0, '0,75', None)
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.match(text):
        return int(text) if len(text) <= 18 else float(text)
    if _FLOAT.match(text):
        number = Written(text)
        number.text = text
        return number
    if len(text) <= 18 and _BASED.match(text):
        return int(text, 0)
    return text


_CONTROL = {"Cc", "Cs"}


def _text(value: str) -> str | None:
    """Text in one normal form, surrogate pairs joined; None where it holds what no text may hold."""
    if value.isascii() and value.isprintable():
        return value
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        # JSON spells letters beyond U+FFFF as two halves.
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if "\ufffd" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            return None
    if any(unicodedata.category(letter) in _CONTROL and letter not in "\n\t" for letter in value):
        return None
    return unicodedata.normalize("NFC", value)


# Events to a tree

_NOTHING: Any = object()


@dataclass(slots=True)
class _Level:
    """A block or list that is being filled."""

    value: Any
    path: Path | None  # None inside what is left out, such as the value of a key that stands twice
    anchor: str | None
    size_before: int
    key: Any = _NOTHING  # of a block: the key that waits for its value
    key_end: Any = None  # of a block: the mark behind that key
    is_key: bool = False  # a block that stands where a key should


NUMBERED = frozenset({"by_week", "by_cost", "by_year", "index"})
"""Blocks whose keys are weeks, amounts of money or calendar years; they are read as text like any other."""


def _counts(path: Path | None, key: Any) -> bool:
    """Whether a number may stand as a key here."""
    if isinstance(key, bool) or not isinstance(key, int | float) or not path:
        return False
    block = str(path[-1]).rsplit(".", 1)[-1]
    return block in NUMBERED or path[:2] == ("public", "appropriations")


class _Builder:
    """Builds plain values from events and notes the mistakes that are no mistakes of YAML's grammar."""

    def __init__(
        self, file: str, positions: dict[Path, Position], keys: dict[Path, Position], faults: list[Fault]
    ) -> None:
        self.file, self.positions, self.keys, self.faults = file, positions, keys, faults
        self.root: Any = None
        self.levels: list[_Level] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.size = 0
        self.documents = 0
        self.reached = (0, 0)
        self.unread: list[Path] = []

    def take(self, event: Any) -> None:
        """Add one event of the parser."""
        if event.start_mark is not None:
            self.reached = (event.start_mark.line, event.start_mark.column)
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, MappingStartEvent):
            self._open(event, {})
        elif isinstance(event, SequenceStartEvent):
            self._open(event, [])
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._close()
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, DocumentStartEvent):
            self._document(event)

    def _fault(self, mark: Any, found: str, remedy: str, path: Path | None = ()) -> None:
        self.faults.append(_at(self.file, mark.line, mark.column, found, remedy, path or ()))

    def _count(self, mark: Any, more: int = 1) -> None:
        self.size += more
        if self.size > MOST_VALUES:
            found = _(
                "got more than {most_values} keys and values up to here; a scenario file has at most that many.",
                most_values=grouped(MOST_VALUES),
            )
            raise StopReadingError(_at(self.file, mark.line, mark.column, found, _(_ROOM)))

    def _document(self, event: Any) -> None:
        self.documents += 1
        mark = event.start_mark
        if self.documents > 1:
            found = _("got a second document after '---'; a scenario file holds one.")
            remedy = _("Put the second deal into a file of its own, or delete the line '---'.")
            raise StopReadingError(_at(self.file, mark.line, mark.column, found, remedy))

    # Where the next value belongs

    def _next_path(self) -> Path | None:
        """The path of the value that comes next; None where it is left out."""
        if not self.levels:
            return ()
        level = self.levels[-1]
        if level.path is None:
            return None
        if isinstance(level.value, list):
            return (*level.path, len(level.value))
        return None if level.key is None or level.key is _NOTHING else (*level.path, level.key)

    def _wants_key(self) -> bool:
        return bool(self.levels) and isinstance(self.levels[-1].value, dict) and self.levels[-1].key is _NOTHING

    def _put(self, value: Any) -> None:
        if not self.levels:
            self.root = value
            return
        level = self.levels[-1]
        if isinstance(level.value, list):
            level.value.append(value)
            return
        if level.key is not None:
            level.value[level.key] = value
        level.key = _NOTHING

    # Events

    def _scalar(self, event: Any) -> None:
        mark = event.start_mark
        self._count(mark)
        self._tag(event)
        value = plain_value(event.value) if event.style is None or event.style == "" else event.value
        if isinstance(value, str):
            text = _text(value)
            if text is None:
                found = _(
                    "got {value}, which holds a character that cannot be seen; a scenario is plain text.",
                    value=shown(value),
                )
                path = self.levels[-1].path if self._wants_key() else self._next_path()
                self._fault(mark, found, _("Delete the backslash sequence, or write \\\\ for a backslash."), path)
                text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in value)
            value = text
        if self._wants_key():
            self._key(value, event)
        else:
            path = self._next_path()
            if path is not None:
                behind = self.levels[-1].key_end if self.levels and event.value == "" and value is None else None
                # Nothing stands behind the colon itself, not where the next line begins.
                line, column = (mark.line, mark.column) if behind is None else (behind.line, behind.column + 1)
                self.positions[path] = (line + 1, column + 1)
            self._put(value)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)

    def _key(self, value: Any, event: Any) -> None:
        level, mark = self.levels[-1], event.start_mark
        level.key_end = event.end_mark
        plain = event.style is None or event.style == ""
        if plain and value == "<<":
            found = _(
                "got a merge key '<<'; a scenario has no merge keys, so that every line can be read where it stands."
            )
            self._fault(mark, found, _("Write the keys out where they are needed."), level.path)
            level.key = None
            return
        if value is None:
            found = _("got a value without a key; every value of a block has a key before its colon.")
            self._fault(mark, found, _("Write the key before the colon, as `name: Brøndby`."), level.path)
            level.key = None
            return
        if _counts(level.path, value):
            value = event.value
        if not isinstance(value, str):
            found = _("got the key {value}, which is not text; keys are text.", value=shown(value))
            remedy = _(
                'Put it in quotation marks, as "{value}":',
                value=shown(event.value, quote=""),
            )
            self._fault(mark, found, remedy, level.path)
            value = event.value
        if value in level.value or level.value.get(value, _NOTHING) is not _NOTHING:
            path = (*(level.path or ()), value)
            first = self.keys.get(path)
            found = _("got the key {key} a second time; each key stands once in its block.", key=shown(value))
            if first:
                found = _(
                    "got the key {key} a second time and stands on line {line} already; each key stands once in its "
                    "block.",
                    key=shown(value),
                    line=first[0],
                )
            self._fault(mark, found, _("Keep one of the two, or give one of them its right name."), path)
            level.key = None
            return
        level.key = value
        if level.path is not None:
            self.keys[(*level.path, value)] = (mark.line + 1, mark.column + 1)

    def _open(self, event: Any, value: Any) -> None:
        mark = event.start_mark
        self._count(mark)
        self._tag(event)
        if len(self.levels) >= MOST_LEVELS:
            found = _(
                "got more than {most_levels} blocks or lists inside each other; no scenario needs so many.",
                most_levels=MOST_LEVELS,
            )
            raise StopReadingError(
                _at(self.file, mark.line, mark.column, found, _("Look for brackets that are never closed."))
            )
        is_key = self._wants_key()
        if is_key:
            found = _("got a block or list as a key; keys are text.")
            remedy = _(
                "Put text that begins with {brace} or [ in quotation marks, or look at the indentation.", brace="{"
            )
            self._fault(mark, found, remedy, self.levels[-1].path)
        path = None if is_key else self._next_path()
        if path is not None:
            self.positions[path] = (mark.line + 1, mark.column + 1)
        self.levels.append(_Level(value, path, event.anchor, self.size, is_key=is_key))
        if event.anchor is not None:
            self.anchors[event.anchor] = (_NOTHING, 0)

    def _close(self) -> None:
        level = self.levels.pop()
        if level.anchor is not None:
            self.anchors[level.anchor] = (level.value, self.size - level.size_before + 1)
        if level.is_key:
            self.levels[-1].key = None
        else:
            self._put(level.value)

    def _alias(self, event: Any) -> None:
        mark, name = event.start_mark, event.anchor
        path = self._next_path()
        value, size = self.anchors.get(name, (None, 1))
        if name not in self.anchors:
            found = _(
                "got *{name}, which names nothing; an alias repeats what an anchor marked above.",
                name=shown(name, 30, ""),
            )
            remedy = _("Write the value out, or put the text in quotation marks if it begins with a star.")
            self._fault(mark, found, remedy, path)
            self.unread += [path] if path is not None else []
        elif value is _NOTHING:
            found = _("got *{name} inside the block that it repeats; that would never end.", name=shown(name, quote=""))
            self._fault(mark, found, _("Write the value out."), path)
            self.unread += [path] if path is not None else []
            value, size = None, 1
        self._count(mark, size)
        if self._wants_key():
            if name in self.anchors:
                self._fault(
                    mark, _("got an alias as a key; keys are text."), _("Write the key out."), self.levels[-1].path
                )
            self.levels[-1].key = None
            return
        if path is not None:
            self.positions[path] = (mark.line + 1, mark.column + 1)
        self._put(value)

    def _tag(self, event: Any) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            said = str(tag).replace("tag:yaml.org,2002:", "!!")
            found = _(
                "got the tag {said}; a scenario has no tags: it says plain values and runs no code.",
                said=shown(said, quote=""),
            )
            path = self.levels[-1].path if self._wants_key() else self._next_path()
            self._fault(event.start_mark, found, _("Delete the tag; put text in quotation marks."), path)
