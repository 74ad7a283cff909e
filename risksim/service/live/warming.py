"""A process for live answers becomes warm: by itself, or once for all that are forked from it.

What was loaded and compiled before a fork is shared by those who are forked, and costs them no time. A fork takes over
one thread only, and any lock that another one held stays locked: so nobody is forked where others would be alive.
"""

from __future__ import annotations

import gc
import importlib.util
import multiprocessing
import os
import time
from pathlib import Path
from typing import Literal

from risksim.service.memory import give_back, keep_little

Way = Literal["forkserver", "spawn"]

PRELOADED = "risksim.service.live.warmed"
"""What the fork server loads before it forks anybody."""
SETTLING = 5.0
"""What ended threads may take to be gone, on a machine that has much else to do. [s]"""
_ALIVE = Path("/proc/self/task")
"""Where Linux lists threads, those of libraries among them."""
_CODE = ("risksim", "numpy", "numba")


def ways() -> tuple[Way, ...]:
    """How processes may be started here, the best first: forked where threads can be counted, which is Linux."""
    if "forkserver" in multiprocessing.get_all_start_methods() and _ALIVE.is_dir():
        return ("forkserver", "spawn")
    return ("spawn",)


def origins() -> tuple[str | None, ...]:
    """Where the code is loaded from that makes the numbers.

    A fork server looks in the folder it was started in first, where there may be another version.
    """
    found = (importlib.util.find_spec(name) for name in _CODE)
    return tuple(None if one is None or one.origin is None else os.path.realpath(one.origin) for one in found)


class _State:
    """What is known of this process, and of the one that it was forked from."""

    is_warm = False
    may_fork = True


def is_fit(expected: tuple[str | None, ...]) -> bool:
    """Whether this process may answer: it was safe to fork, and runs the server's own code.

    Parameters
    ----------
    expected : tuple of str or None
        The server's `origins`.
    """
    return _State.may_fork and origins() == expected


def become_warm() -> None:
    """Warm up, unless this process was forked from a warm one; what is loaded stays."""
    if _State.is_warm:
        return
    keep_little()
    _ask_a_small_deal()
    gc.collect()
    gc.freeze()
    give_back()
    _State.is_warm = True


def prepare_to_fork() -> None:
    """Become warm as a fork server; those who are forked say so where that failed, and end."""
    _State.may_fork = False
    try:
        become_warm()
        _State.may_fork = _is_alone()
    except Exception:  # noqa: S110 - would end the fork server; who is forked tells the server
        pass


def _is_alone() -> bool:
    """Whether one thread only is alive once this process has forked: libraries may end theirs for a fork, as BLAS does.

    They start them again when they need them, so that this holds only until then.
    """
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    until = time.monotonic() + SETTLING
    while (alive := len(list(_ALIVE.iterdir()))) > 1 and time.monotonic() < until:
        time.sleep(0.01)
    return alive == 1


def _ask_a_small_deal() -> None:
    """Ask a small deal, by both engines, so that the compiled code is there."""
    from risksim.service.live.processes import said_of
    from risksim.service.live.reckon import Reckoning
    from risksim.service.store import shipped

    text = shipped.text_of("examples/simple-reference")
    priced: dict[str, float | int | str] = {"payments[0].price": 901.0}
    for moves in ({}, priced):
        said_of(Reckoning(text, "warm-up.yaml", moves, 256, 1, ("answer",), "en"))
