"""How often Python looks for garbage: seldom while the program loads, often enough while it simulates."""

from __future__ import annotations

import gc

WHILE_LOADING = 100_000
"""Objects made between two searches; Python's usual 700 would look hundreds of times while the program loads, where
everything stays, and take a tenth of the start."""
WHILE_RUNNING = 10_000
"""The same of a run, whose blocks leave garbage with large arrays: at the pace of loading it would grow to a quarter
of the memory that a run takes."""


def loads() -> None:
    """The program begins to load."""
    gc.set_threshold(WHILE_LOADING)


def runs() -> None:
    """A run begins; nothing changes where somebody else decides how often garbage is looked for."""
    if gc.get_threshold()[0] == WHILE_LOADING:
        gc.set_threshold(WHILE_RUNNING)
