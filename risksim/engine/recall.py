"""What was counted last, taken again where it would be counted from the same numbers.

Whoever moves one number of a deal asks most counts of it anew although nothing that they are made of has changed. A
step of the draw is kept with all that it was counted from, and is taken again only where that is the same to the last
bit: so it changes no result, only when it is there.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

LARGEST = 64_000_000
"""Memory that is kept at most. [byte]"""


class _Step(NamedTuple):
    """What a step read and wrote."""

    read: tuple[Array, ...]
    written: tuple[Array, ...]

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (*self.read, *self.written))


class Recall:
    """Steps of draws, each the last at its place.

    Parameters
    ----------
    largest : int, optional
        Memory that is kept at most; what was not asked for longest goes first. [byte]
    """

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._lock = threading.Lock()
        self._steps: OrderedDict[Hashable, _Step] = OrderedDict()
        self._bytes = 0

    def take(self, place: Hashable, read: Sequence[Array], written: Sequence[Array]) -> bool:
        """Fill what a step would write, if it read the same the last time.

        Parameters
        ----------
        place : hashable
            Which step of which draw: all that decides its counts besides what it reads.
        read : sequence of ndarray
            What it reads.
        written : sequence of ndarray
            What it writes, filled where it is known.

        Returns
        -------
        bool
            Whether it was.
        """
        with self._lock:
            step = self._steps.get(place)
            if step is None:
                return False
            self._steps.move_to_end(place)
        if not all(map(_same, step.read, read)):
            return False
        for into, known in zip(written, step.written, strict=True):
            into[...] = known
        return True

    def keep(self, place: Hashable, read: Sequence[Array], written: Sequence[Array]) -> None:
        """Keep a step.

        Parameters
        ----------
        place, read, written
            As in `take`; `read` as it was before the step. All are copied.
        """
        step = _Step(tuple(part.copy() for part in read), tuple(part.copy() for part in written))
        with self._lock:
            before = self._steps.pop(place, None)
            self._bytes += step.nbytes - (0 if before is None else before.nbytes)
            self._steps[place] = step
            while self._bytes > self._largest:
                self._bytes -= self._steps.popitem(last=False)[1].nbytes


def _same(one: Array, other: Array) -> bool:
    """Whether two arrays have the same bits."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    bits = f"i{one.itemsize}"
    return bool(np.array_equal(one.view(bits), np.ascontiguousarray(other).view(bits)))
