"""The law of a quantity in fixed memory: how many values fell into each of narrow buckets.

A bucket holds the numbers that agree in sign, exponent and the first ten bits of the mantissa, so it is no wider than a
thousandth of what is in it, and its middle is off by at most `RELATIVE_ERROR`. Counts are whole numbers: sketches of
parts, added in any order, are the sketch of the whole. Each bucket also remembers the least and the greatest value that
it has seen; where both are the same, as in laws of few values, it is exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.kernels.tally import CELLS, OCTAVES, count_values, touch_octaves
from risksim.metrics.sample import FloatArray, IntArray

RELATIVE_ERROR = 2.0**-11
"""How far a quantile can be off, as a share of itself: 0.05 %. [1]"""


class Counted(NamedTuple):
    """The buckets that some paths touched."""

    key: IntArray
    """int64[bucket]: sign, exponent and ten bits of the mantissa."""
    number: IntArray
    """int64[bucket, replicate]. [paths]"""
    low: FloatArray
    """float64[bucket]: the least value seen."""
    high: FloatArray
    """float64[bucket]: the greatest value seen."""


def count(values: FloatArray, n_replicates: int) -> Counted:
    """Count values.

    Parameters
    ----------
    values : float64[path]
        Nan where a path has none; the first path belongs to replicate 0.
    n_replicates : int
        1 or a divisor of 256.

    Returns
    -------
    Counted
        By rising key.
    """
    touched = np.zeros(OCTAVES, dtype=np.bool_)
    touch_octaves(values, touched)
    octaves = np.flatnonzero(touched)
    page_of = np.zeros(OCTAVES, dtype=np.int64)
    page_of[octaves] = np.arange(octaves.size)
    counts = np.zeros((octaves.size, CELLS, n_replicates), dtype=np.int64)
    low, high = np.full((octaves.size, CELLS), np.inf), np.full((octaves.size, CELLS), -np.inf)
    count_values(values, page_of, counts, low, high)
    page, cell = np.nonzero(low < np.inf)
    return Counted(octaves[page] * CELLS + cell, counts[page, cell], low[page, cell], high[page, cell])


def keys_of(values: FloatArray) -> IntArray:
    """The bucket of each value: float64[...] -> int64[...]."""
    return ((values + 0.0).view(np.uint64) >> np.uint64(42)).astype(np.int64)


class Sketch:
    """Counts of any number of parts, added up.

    Parameters
    ----------
    n_replicates : int
        Replicates.
    """

    def __init__(self, n_replicates: int) -> None:
        self._page_of = np.full(OCTAVES, -1, dtype=np.int64)
        self._count = np.zeros((0, CELLS, n_replicates), dtype=np.int64)
        self._low = np.zeros((0, CELLS))
        self._high = np.zeros((0, CELLS))

    def add(self, part: Counted) -> None:
        """Add a part; the order of parts makes no difference."""
        octave, cell = np.divmod(part.key, CELLS)
        new = np.unique(octave[self._page_of[octave] < 0])
        if new.size:
            self._page_of[new] = self._count.shape[0] + np.arange(new.size)
            more = (new.size, CELLS)
            self._count = np.concatenate([self._count, np.zeros((*more, self._count.shape[2]), dtype=np.int64)])
            self._low = np.concatenate([self._low, np.full(more, np.inf)])
            self._high = np.concatenate([self._high, np.full(more, -np.inf)])
        page = self._page_of[octave]
        self._count[page, cell] += part.number
        self._low[page, cell] = np.minimum(self._low[page, cell], part.low)
        self._high[page, cell] = np.maximum(self._high[page, cell], part.high)

    def counted(self) -> Counted:
        """The buckets that were touched, by rising value."""
        octaves = np.flatnonzero(self._page_of >= 0)
        pages = self._page_of[octaves]
        row, cell = np.nonzero(self._low[pages] < np.inf)
        page = pages[row]
        found = Counted(
            octaves[row] * CELLS + cell, self._count[page, cell], self._low[page, cell], self._high[page, cell]
        )
        order = np.argsort(found.low, kind="stable")
        return Counted(found.key[order], found.number[order], found.low[order], found.high[order])


class Law(NamedTuple):
    """The law of one quantity on equally weighted paths, by buckets of rising value."""

    number: IntArray
    """int64[bucket]. [paths]"""
    low: FloatArray
    """float64[bucket]."""
    high: FloatArray
    """float64[bucket]."""
    inside: dict[int, FloatArray]
    """The values in a bucket, rising, where a second pass collected them."""

    @property
    def size(self) -> int:
        """Paths that have the quantity. [paths]"""
        return int(self.number.sum())

    def bucket_of(self, rank: int) -> int:
        """The bucket of a rank counted from 1."""
        return int(np.searchsorted(np.cumsum(self.number), rank))

    def at(self, rank: int) -> float:
        """The value of a rank counted from 1: exact where its bucket allows it, else the middle of its bucket."""
        bucket = self.bucket_of(rank)
        place = rank - int(self.number[:bucket].sum())
        low, high = float(self.low[bucket]), float(self.high[bucket])
        if bucket in self.inside:
            return float(self.inside[bucket][place - 1])
        if place == 1:
            return low
        return high if place == self.number[bucket] else low + 0.5 * (high - low)

    def beyond(self, rank: int) -> tuple[float, FloatArray, FloatArray]:
        """The value of a rank, how far each bucket lies above it on average, and the mean of the squares of that.

        Values in the bucket of the rank that were not collected count as spread evenly from there to its end.
        """
        bucket = self.bucket_of(rank)
        threshold = self.at(rank)
        middle = self.low + 0.5 * (self.high - self.low)
        far = np.where(np.arange(middle.size) > bucket, np.maximum(middle - threshold, 0.0), 0.0)
        square = far**2
        for here in [bucket, *self.inside]:
            if here >= bucket:
                values = self.inside.get(here)
                if values is not None and values.size:
                    above = np.maximum(values - threshold, 0.0)
                    far[here], square[here] = float(above.mean()), float((above**2).mean())
                elif values is None:
                    left = int(self.number[: here + 1].sum()) - rank
                    reach = 0.5 * (float(self.high[here]) - threshold)
                    share = left / float(self.number[here])
                    far[here], square[here] = share * reach, share * reach**2
        return threshold, far, square

    def reflected(self) -> Law:
        """The law of minus the quantity."""
        last = self.number.size - 1
        return Law(
            self.number[::-1],
            -self.high[::-1],
            -self.low[::-1],
            {last - bucket: -values[::-1] for bucket, values in self.inside.items()},
        )
