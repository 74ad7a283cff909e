"""How many requests of one person are answered: in a minute, and at the same moment."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from risksim.language import _
from risksim.service.problems import Problem


class AtOnce:
    """What is being answered at the same moment, of each person and of all.

    Parameters
    ----------
    most : int
        Of one person at most.
    most_of_all : int
        Of all at most.
    """

    def __init__(self, most: int, most_of_all: int) -> None:
        self._most, self._most_of_all = most, most_of_all
        self._lock = threading.Lock()
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, who: str) -> Iterator[None]:
        """One more of somebody, for as long as it lasts.

        Raises
        ------
        Problem
            429 if that is too many of one person, 503 if it is too many of all.
        """
        with self._lock:
            if self._open[who] >= self._most:
                raise _too_many_at_once(429, self._most)
            if self._open.total() >= self._most_of_all:
                raise _too_many_at_once(503, self._most_of_all)
            self._open[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._open[who] -= 1
                if not self._open[who]:
                    del self._open[who]


def _too_many_at_once(status: int, most: int) -> Problem:
    return Problem(
        "too-many-at-once",
        status,
        _("Too many at once"),
        _("At most {most} such requests are answered at the same time. Wait until one is answered.", most=most),
        headers={"Retry-After": "1"},
    )


class Pace:
    """Requests of each person in the last minute, counted in this process.

    Parameters
    ----------
    per_minute : int
        Answered at most.
    """

    def __init__(self, per_minute: int) -> None:
        self._most = RateLimitItemPerMinute(per_minute)
        self._counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    def take(self, who: str) -> None:
        """Count a request.

        Raises
        ------
        Problem
            429 if there were too many.
        """
        if self._counted.hit(self._most, who):
            return
        left = self._counted.get_window_stats(self._most, who).reset_time - time.time()
        seconds = max(1, math.ceil(left))
        raise Problem(
            "too-many-requests",
            429,
            _("Too many requests"),
            _(
                "At most {most} requests a minute are answered. Wait {seconds} s and go on.",
                most=self._most.amount,
                seconds=seconds,
            ),
            headers={"Retry-After": str(seconds)},
        )
