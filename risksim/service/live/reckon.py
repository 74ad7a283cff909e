"""One answer from a text and what was moved, as finished JSON: the same in the server and in a process beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from risksim.language import Language
from risksim.service.live.answer import Question, answer
from risksim.service.live.changes import changes_of_set, moved_deal
from risksim.service.live.giving_up import Look, never
from risksim.service.live.shapes import Part
from risksim.service.store.compiled import compiled

if TYPE_CHECKING:
    from risksim.service.live.shapes import LiveAnswer

Told = Callable[[bytes], None]
"""Told JSON that comes before an answer."""


class Reckoning(NamedTuple):
    """All that an answer depends on. Who asks is not among it."""

    text: str
    """The deal's file."""
    file: str
    """What messages call it."""
    moves: dict[str, float | int | str]
    """Inputs that were moved, by their place, and what they were moved to."""
    paths: int
    seed: int
    parts: tuple[Part, ...]
    language: Language
    """That is spoken where it is reckoned."""
    threads: int = 1
    """Which change no digit."""

    @property
    def is_slow(self) -> bool:
        """Whether it asks for what follows when the slider rests."""
        return self.parts != ("answer",)


def reckoned(asked: Reckoning, look: Look = never, first: Told | None = None) -> bytes:
    """The answer as JSON, in the language spoken.

    Parameters
    ----------
    asked : Reckoning
        What is asked.
    look : callable, optional
        Called between the slow parts and within them.
    first : callable, optional
        Told the histogram alone, as JSON, where that is there before the rest.

    Returns
    -------
    bytes
        A `risksim.service.live.shapes.LiveAnswer`.
    """
    began = time.perf_counter()
    deal = compiled(asked.text, asked.file)
    changes = changes_of_set(deal, asked.moves)
    question = Question(asked.paths, asked.seed, asked.parts, bool(changes), asked.threads)

    def packed(found: LiveAnswer) -> bytes:
        found.milliseconds = round(1000.0 * (time.perf_counter() - began), 1)
        return found.model_dump_json().encode("utf-8")

    early = None if first is None else lambda found: first(packed(found))
    return packed(answer(moved_deal(deal, changes), question, look, early))
