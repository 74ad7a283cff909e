"""Deals compiled, and kept for whoever asks them next.

Moving a slider asks the same deal many times a second, so compiled deals are kept by the SHA-256 of their text. What is
kept was made of the text alone: it knows neither who asked nor which saved deal the text belongs to.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict

from risksim import api
from risksim.errors import FaultyFileError, PlanError, RisksimError
from risksim.language import _, spoken
from risksim.service.live.shapes import MOST_TEXT
from risksim.service.problems import Problem

FILE = "deal.yaml"
"""What messages call a deal that has no file."""
MOST_KEPT = 64
"""Compiled deals that are kept."""
_PORTFOLIO = re.compile(r"^portfolio\s*:", re.MULTILINE)


def compiled(text: str, file: str = FILE) -> api.Deal:
    """The deal that a text is, from memory where it was asked before.

    Parameters
    ----------
    text : str
        A scenario file.
    file : str
        What messages call it; never the name of somebody's deal.

    Returns
    -------
    api.Deal

    Raises
    ------
    Problem
        If it is too long, or a portfolio.
    RisksimError
        With every mistake of the text.
    """
    check_text(text)
    if _PORTFOLIO.search(text):
        raise Problem(
            "portfolio",
            422,
            _("A portfolio, not a deal"),
            _("This file lists deals instead of describing one. Ask one of the deals that it lists."),
        )
    return _KEPT.get(text, file)


def digest_of(text: str) -> str | None:
    """The digest by which a run names a text; None where the text is no deal (yet)."""
    try:
        return compiled(text).plan.digest
    except RisksimError:
        return None


def check_text(text: str) -> None:
    """Refuse a text that is too long to keep, or that is no text."""
    if len(text) > MOST_TEXT:
        raise Problem(
            "too-long",
            413,
            _("The text is too long"),
            _(
                "It has {got} letters; a deal has at most {most}. Results and data stand in files of their own.",
                got=len(text),
                most=MOST_TEXT,
            ),
        )
    check_letters(text)


def check_letters(text: str) -> None:
    """Refuse what no database and no file can keep: a zero byte, or half of a letter."""
    if "\0" in text or not _is_whole(text):
        raise Problem(
            "no-text",
            422,
            _("This is no text"),
            _("It holds a zero byte or half of a letter. Type the line again, or save the file as UTF-8."),
        )


def _is_whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class _Place:
    """A deal that is being compiled, or was."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.deal: api.Deal | None = None
        self.error: RisksimError | None = None


class _Kept:
    """The deals that were asked last; each is compiled once, however many ask it at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._places: OrderedDict[tuple[str, str, str], _Place] = OrderedDict()

    def get(self, text: str, file: str) -> api.Deal:
        """The deal of a text."""
        place = self._place((hashlib.sha256(text.encode("utf-8")).hexdigest(), file, spoken()))
        with place.lock:
            if place.deal is None and place.error is None:
                try:
                    place.deal = api.read_text(text, file)
                except (FaultyFileError, PlanError) as error:
                    place.error = error
            if place.error is not None:
                raise place.error.with_traceback(None)
            assert place.deal is not None
            return place.deal

    def _place(self, key: tuple[str, str, str]) -> _Place:
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
            return place


_KEPT = _Kept(MOST_KEPT)
