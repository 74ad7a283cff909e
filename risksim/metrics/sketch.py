"""The law of a quantity in fixed memory: how many values fell into each of narrow buckets.

A bucket holds the numbers that agree in sign, exponent and the first eleven bits of the mantissa, so whatever is taken
for a value in it is off by at most `RELATIVE_ERROR`; values count as spread evenly over their bucket. Counts are whole
numbers: sketches of parts, added in any order, are the sketch of the whole. Each bucket also remembers the least and
the greatest value that it has seen; where both are the same, as in laws of few values, it is exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.kernels.tally import CELL_BITS, CELLS, OCTAVES, count_values, touch_octaves
from risksim.metrics.sample import FloatArray, IntArray

RELATIVE_ERROR = 2.0**-11
"""How far a quantile can be off, as a share of itself: 0.05 %. [1]"""


class Counted(NamedTuple):
    """The buckets that some paths touched."""

    key: IntArray
    """int64[bucket]: sign, exponent and eleven bits of the mantissa."""
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
    return ((values + 0.0).view(np.uint64) >> CELL_BITS).astype(np.int64)


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
        """The value of a rank counted from 1: exact where its bucket allows it."""
        bucket = self.bucket_of(rank)
        place = rank - int(self.number[:bucket].sum())
        low, high = float(self.low[bucket]), float(self.high[bucket])
        if bucket in self.inside:
            return float(self.inside[bucket][place - 1])
        if place == self.number[bucket]:
            return high
        return low + (high - low) * (place - 1) / (int(self.number[bucket]) - 1)

    def edge(self, rank: int) -> float:
        """The end of the bucket of a rank."""
        return float(self.high[self.bucket_of(rank)])

    def beyond(self, rank: int, sums: FloatArray | None = None) -> tuple[float, float, float]:
        """The value of a rank, and the sums over all paths of how far they lie above it and of the squares of that.

        Parameters
        ----------
        rank : int
            Counted from 1.
        sums : float64[2], optional
            How far all values lie above the `edge` of the rank, and the squares of that, where a second pass knows.
        """
        bucket, threshold = self.bucket_of(rank), self.at(rank)
        edge, values = self.edge(rank), self.inside.get(bucket)
        left = int(self.number[: bucket + 1].sum()) - rank  # in the bucket, above the threshold
        if values is not None:
            above = np.maximum(values - threshold, 0.0)
            total, square = float(above.sum()), float((above**2).sum())
        else:
            total, square = left * (edge - threshold) / 2, left * (edge - threshold) ** 2 / 3
        if sums is not None:
            further, gap = int(self.number[bucket + 1 :].sum()), edge - threshold
            total += float(sums[0]) + further * gap
            square += float(sums[1]) + 2.0 * gap * float(sums[0]) + further * gap**2
        else:
            far = self.low[bucket + 1 :] + 0.5 * (self.high - self.low)[bucket + 1 :] - threshold
            total += float(self.number[bucket + 1 :] @ far)
            square += float(self.number[bucket + 1 :] @ far**2)
        return threshold, total, square

    def reflected(self) -> Law:
        """The law of minus the quantity."""
        last = self.number.size - 1
        return Law(
            self.number[::-1],
            -self.high[::-1],
            -self.low[::-1],
            {last - bucket: -values[::-1] for bucket, values in self.inside.items()},
        )
