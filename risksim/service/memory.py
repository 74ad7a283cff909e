"""Memory that is given back: what the C library keeps for later is a hundred megabytes a process.

Python hands freed arrays to the C library, and glibc keeps them, for each thread apart. Few such pools and a trim after
large work leave a process as small as it was before, at no cost that can be measured. Other libraries do without.
"""

from __future__ import annotations

import ctypes
import gc
from functools import cache

_M_ARENA_MAX = -8
"""Number of the option, from malloc.h of glibc."""
FEW = 2
"""Pools of a server, whose threads come and go."""


def keep_little(pools: int = 1) -> None:
    """Let this process keep few pools of freed memory; to be called before it starts threads.

    Parameters
    ----------
    pools : int
        How many.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, pools)


def give_back() -> None:
    """Give the system back what is free; takes some twenty milliseconds after large work."""
    gc.collect()
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    """The C library, where it is glibc."""
    try:
        library = ctypes.CDLL(None)
    except (OSError, TypeError):  # Windows has no such thing
        return None
    return library if hasattr(library, "gnu_get_libc_version") else None
