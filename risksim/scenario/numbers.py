"""The numbers and dates that a file states, each with its place and its origin: what a reader may change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from risksim.scenario.document import Document, Path, path_text

NOT_OF_THE_DEAL = ("schema", "sources", "stresses", "register")
"""Parts of a file whose numbers say nothing of the deal as it stands."""
ORIGINS = ("source", "assumption")
WORDS = (*ORIGINS, "note", "name", "title", "description")
"""Keys whose values are words, even where they look like a number or a date."""

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_TIME_SPAN = re.compile(r"^\s*\d+(\.\d+)? (day|week|month|quarter|year)s?\s*$")


class Stated(NamedTuple):
    """A number or a date that a file states."""

    place: str
    """As ``payments[0].price``."""
    path: Path
    value: float | int | str
    """A number, a date as ``2026-01-31``, or a time as ``6 months``."""
    kind: Literal["number", "date", "time"]
    line: int
    column: int
    """Where it stands in the file, counted from 1."""
    origin: str
    """``source``, ``assumption``, or empty where the file says neither."""
    origin_text: str
    """What is cited, or why it was assumed."""
    origin_path: Path | None
    """The block that says so."""


def stated(document: Document) -> tuple[Stated, ...]:
    """The numbers, dates and times of a file, in its order.

    Parameters
    ----------
    document : Document
        A file that was read.

    Returns
    -------
    tuple of Stated
    """
    return tuple(_in_block(document, document.root, (), None))


def _in_block(document: Document, value: Any, path: Path, origin: Path | None) -> Iterator[Stated]:
    if isinstance(value, dict):
        here = path if any(key in value for key in ORIGINS) else origin
        for key, inside in value.items():
            if key in WORDS or (not path and key in NOT_OF_THE_DEAL):
                continue
            yield from _in_block(document, inside, (*path, key), here)
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from _in_block(document, inside, (*path, number), origin)
    else:
        kind = _kind(value)
        if kind is not None and path in document.positions:  # what an alias repeats is stated at its anchor
            yield _stated(document, value, kind, path, origin)


def is_time_span(text: str) -> bool:
    """Whether a text is a time, as ``6 months``."""
    return _TIME_SPAN.match(text) is not None


def _kind(value: Any) -> Literal["number", "date", "time"] | None:
    if isinstance(value, str):
        return "date" if _DATE.match(value) else "time" if is_time_span(value) else None
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else None


def _stated(
    document: Document, value: Any, kind: Literal["number", "date", "time"], path: Path, origin: Path | None
) -> Stated:
    line, column = document.positions[path]
    said = document.root
    for step in origin or ():
        said = said[step]
    said_by = next((key for key in ORIGINS if origin is not None and key in said), "")
    cited = said[said_by] if said_by else ""
    text = " ".join((", ".join(map(str, cited)) if isinstance(cited, list) else str(cited)).split())
    plain = value if isinstance(value, str) else int(value) if float(value).is_integer() else float(value)
    return Stated(path_text(path), path, plain, kind, line, column, said_by, text, origin if said_by else None)
