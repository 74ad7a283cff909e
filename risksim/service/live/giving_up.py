"""Giving up what nobody waits for any more, so that it takes no time from what is asked now."""

from __future__ import annotations

from collections.abc import Callable

Look = Callable[[], None]
"""Called now and then by whoever reckons for long; raises `GivenUpError` when nobody waits any more."""


class GivenUpError(Exception):
    """Nobody waits for this any more."""


def never() -> None:
    """Somebody waits to the end."""
