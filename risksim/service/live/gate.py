"""Who may reckon now: as many answers at once as there are cores, so that sliders of many people never queue up.

What moves with a slider goes before what follows when it rests, and what follows leaves one core free. A page that asks
faster than it is answered loses what it asked first, as nobody waits for that any more.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from risksim.language import _
from risksim.service.problems import Problem

MOST_WAITING = 4
"""Questions of one page that wait at most: as many as it shows variants."""
MOST_OF_ALL = 400
"""Questions that wait at most, of whomever."""
MOST_KEPT = 64
"""Answers that are kept."""
MOST_OF_ONE = 48
"""Questions of one person that are reckoned or wait at most: else one person could hold every thread. Who works alone
on loopback is one person with many pages."""
LONGEST = 60.0
"""Seconds that a question waits at most. [s]"""
LONGEST_COLD = 300.0
"""The same while the code is still being compiled, once on every machine: then all wait for that. [s]"""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(eq=False)
class _Ticket:
    page: str
    slow: bool
    dropped: bool = False


class Gate:
    """Lets as many in at once as there is room for, the quick ones first.

    Parameters
    ----------
    room : int
        How many.
    """

    def __init__(self, room: int) -> None:
        self.room = max(1, room)
        self.came = 0
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._inside: list[_Ticket] = []

    @property
    def threads(self) -> int:
        """Threads for somebody who is inside: cores that nobody else takes who is as quick as they."""
        with self._changed:
            everybody = [*self._inside, *self._waiting]
            quick = sum(not one.slow for one in everybody)
            return max(1, cores() // max(1, quick or len(everybody)))

    @property
    def is_full(self) -> bool:
        """Whether who comes now has to wait."""
        with self._changed:
            return len(self._inside) + len(self._waiting) >= self.room

    @contextmanager
    def entered(self, page: str = "", *, slow: bool = False, longest: float = LONGEST) -> Iterator[None]:
        """Wait for room, and take it.

        Parameters
        ----------
        page : str
            Which page of whom asks; nothing where nobody says.
        slow : bool
            Whether it takes long, and so goes after what is quick.
        longest : float
            How long it waits at most. [s]

        Raises
        ------
        Problem
            If the page asked more than `MOST_WAITING` times since, or too many wait.
        """
        ticket = _Ticket(page, slow)
        with self._changed:
            self._queue(ticket)
            try:
                self._changed.wait_for(lambda: ticket.dropped or self._may_enter(ticket), longest)
                if ticket.dropped:
                    raise superseded()
                if not self._may_enter(ticket):
                    raise _busy()
                self._inside.append(ticket)
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._inside.remove(ticket)
                self._changed.notify_all()

    def give_up(self, page: str) -> None:
        """Drop the slow questions of a page that wait, as it has moved on.

        Parameters
        ----------
        page : str
            As in `entered`.
        """
        with self._changed:
            for one in self._waiting:
                one.dropped = one.dropped or (one.slow and one.page == page != "")
            self._changed.notify_all()

    def _queue(self, ticket: _Ticket) -> None:
        if len(self._waiting) >= MOST_OF_ALL:
            raise _busy()
        self.came += 1
        self._waiting.append(ticket)
        if ticket.page:
            same = [one for one in self._waiting if one.page == ticket.page and not one.dropped]
            for one in same[:-MOST_WAITING]:
                one.dropped = True
            if len(same) > MOST_WAITING:
                self._changed.notify_all()

    def _may_enter(self, ticket: _Ticket) -> bool:
        if len(self._inside) >= self.room or not self._has_room(ticket):
            return False
        able = [one for one in self._waiting if not one.dropped and self._has_room(one)]
        return min(able, key=lambda one: one.slow) is ticket  # the first of the quick ones, else of the slow ones

    def _has_room(self, ticket: _Ticket) -> bool:
        return not ticket.slow or sum(one.slow for one in self._inside) < max(1, self.room - 1)


def superseded() -> Problem:
    """Somebody asked something newer before this was reckoned."""
    return Problem(
        "superseded",
        409,
        _("Asked again since"),
        _("The same page asked something newer before this was reckoned. Take the newer answer."),
    )


def _busy() -> Problem:
    return Problem(
        "busy",
        503,
        _("Too many questions at once"),
        _("More is asked at the moment than can be reckoned. Ask again in a second."),
        headers={"Retry-After": "1"},
    )


class Kept:
    """The answers that were made last, as JSON."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        """An answer that was made before."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def keep(self, key: Hashable, answer: bytes) -> None:
        """Keep an answer."""
        with self._lock:
            self._found[key] = answer
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
