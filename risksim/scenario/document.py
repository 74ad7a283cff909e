"""A scenario file as it stands: its name, its text, and where in it everything is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from risksim.errors import Fault
from risksim.language import _, spoken

Path = tuple[str | int, ...]
"""Keys and positions from the top of the file, as in ``("cohorts", 0, "dropout")``."""

Position = tuple[int, int]
"""Line and column, counted from 1."""

_WORD = re.compile(r"^\w[\w-]*$")


@dataclass(frozen=True)
class Document:
    """A scenario file: its name, its text and the places of its values.

    Attributes
    ----------
    file : str
        The file as the user named it; ``-`` for standard input.
    text : str
        What it says, its lines ended by line feeds.
    positions : mapping
        From the path of a value to the line and column where it begins.
    keys : mapping
        From the path of a value to the line and column of its key.
    root : Any
        What the file says, as plain blocks, lists and values.
    """

    file: str
    text: str
    positions: Mapping[Path, Position] = field(default_factory=dict, repr=False)
    keys: Mapping[Path, Position] = field(default_factory=dict, repr=False)
    root: Any = field(default=None, repr=False)

    def position(self, path: Path, *, key: bool = False) -> Position | None:
        """Where a value (or its key) stands; the nearest part around it where the file doesn't say it itself."""
        if key and path in self.keys:
            return self.keys[path]
        for length in range(len(path), -1, -1):
            found = self.positions.get(path[:length])
            if found is not None:
                return found
        return None

    def fault(self, path: Path, found: str, remedy: str, *, key: bool = False) -> Fault:
        """A mistake at a place of this file.

        Parameters
        ----------
        path : tuple
            Keys and positions from the top of the file.
        found : str
            What was found there and what is allowed instead.
        remedy : str
            What to try.
        key : bool
            True where the key is the mistake, and not its value.

        Returns
        -------
        Fault
        """
        line, column = self.position(path, key=key) or (None, None)
        return Fault(self.file, line, column, path_text(path), printable(found), printable(remedy))


def printable(text: str) -> str:
    """Text without what could move the cursor or hide: other letters are shown by their number."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def path_text(path: Path) -> str:
    """A place as people read it.

    Examples
    --------
    >>> path_text(("cohorts", 1, "dropout")), path_text(("outcomes", "in work", "of"))
    ('cohorts[1].dropout', 'outcomes[in work].of')
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _WORD.match(step) and len(step) <= 60:
            text += f".{step}" if text else step
        else:
            text += f"[{shown(step, quote='')}]"
    return text


def shown(value: object, most: int = 60, quote: str = "'") -> str:
    """A found value in a message: on one line, printable, never long.

    Examples
    --------
    >>> shown("75 %"), shown(None), shown(True), shown({"beta": [1, 2]}), shown("x" * 100, most=10)
    ("'75 %'", 'nothing', 'true', '{beta: [1, 2]}', "'xxxxxxxxx…'")
    """
    if isinstance(value, str):
        said = printable(value[:most])
        if len(value) > most or len(said) > most:
            said = said[: most - 1] + "…"
        return f"{quote}{said}{quote}"
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**most:
        return _("a number of more than {most} digits", most=most)
    if isinstance(value, dict | list | tuple):
        return _block(value, most)
    return str(value)


def _block(value: dict[object, object] | list[object] | tuple[object, ...], most: int) -> str:
    """A block on one line; what doesn't fit is left out."""
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    if not value:
        return _("an empty block {}") if isinstance(value, dict) else _("an empty list []")
    parts: list[str] = []
    entries = value.items() if isinstance(value, dict) else ((None, entry) for entry in value)
    for key, entry in entries:
        said = _short(entry)
        parts.append(f"{shown(key, 20, '')}: {said}" if isinstance(value, dict) else said)
        if sum(len(part) + 2 for part in parts) > most:
            parts[-1] = "…"
            break
    return opening + ", ".join(parts) + closing


def _short(value: object) -> str:
    if isinstance(value, dict):
        return (
            "{…}" if len(value) > 1 or any(isinstance(inner, dict | list) for inner in value.values()) else shown(value)
        )
    if isinstance(value, list | tuple):
        plain = len(value) <= 4 and not any(isinstance(inner, dict | list) for inner in value)
        return shown(value, 40) if plain else "[…]"
    return shown(value, 40, "" if isinstance(value, str) and _WORD.match(value) else "'")


def grouped(value: float, how: str = ",") -> str:
    """A number that a sentence tells, its thousands apart as the language spoken wants it.

    Examples
    --------
    >>> grouped(4500000), grouped(0.5, ",.2f")
    ('4,500,000', '0.50')
    """
    said = format(value, how)
    return said if spoken() == "en" else said.translate(_DANISH)


_DANISH = str.maketrans(",.", ".,")
"""A comma before decimals and full stops between thousands."""
