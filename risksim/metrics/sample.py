"""What a set of paths stands for: the weight of each path and the replicate it belongs to.

Every statistic takes a `Sample`, so engines may differ in how they choose paths:

=====================  ======================  =========================================================
replicate              who makes such paths    where the error of a statistic comes from
=====================  ======================  =========================================================
-1 on every path       exact enumeration       there is none
0 on every path        independent paths       formulae of docs/reference/statistics.md
several, 0 to R - 1    R scrambles of a        the spread of the R estimates, one per replicate; replicates
                       quasi-random rule       weigh the same
=====================  ======================  =========================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from risksim.metrics.tree import tree_sum

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Int16Array = npt.NDArray[np.int16]
BoolArray = npt.NDArray[np.bool_]
Rows: TypeAlias = IntArray | slice
"""Some of the paths."""

EXACT = -1
"""Replicate number of enumerated paths."""
WEIGHT_TOLERANCE = 1e-9
"""How far the weights may add up to something else than one. [1]"""

MOST_BESIDE = 131_072
"""Paths up to which replicates are looked at beside each other. [paths]"""


class _Arrays(NamedTuple):
    """What a sample is made of."""

    weight: FloatArray
    """float64[path]: sums to one. [1]"""
    replicate: Int16Array
    """int16[path]: which replicate a path belongs to; -1 where paths are enumerated."""


class Sample(_Arrays):
    """Weight and replicate of every path, which nobody changes: what is found of them is kept.

    Examples
    --------
    >>> Sample.equal(4).effective_size
    4.0
    """

    @classmethod
    def equal(cls, n_paths: int) -> Sample:
        """Independent paths that weigh the same.

        Parameters
        ----------
        n_paths : int
            How many. [paths]

        Returns
        -------
        Sample
            Weights ``1 / n_paths``, replicate 0.
        """
        if n_paths < 1:
            raise ValueError(f"got {n_paths} paths; a sample has at least one.")
        return cls(np.full(n_paths, 1.0 / n_paths), np.zeros(n_paths, np.int16))

    @classmethod
    def exact(cls, weight: FloatArray) -> Sample:
        """Enumerated cases with their probabilities: statistics of them have no simulation error.

        Parameters
        ----------
        weight : float64[path]
            Probability of each case; sums to one. [1]

        Returns
        -------
        Sample
            Replicate -1.
        """
        return cls.of(weight, np.full(weight.shape, EXACT, np.int16))

    @classmethod
    def of(cls, weight: FloatArray, replicate: Int16Array) -> Sample:
        """Paths as an engine hands them over, checked.

        Parameters
        ----------
        weight : float64[path]
            Not negative; sums to one. [1]
        replicate : int16[path]
            -1 on every path, or numbers from 0.

        Returns
        -------
        Sample

        Raises
        ------
        ValueError
            If the arrays do not fit together or the weights do not add up to one.
        """
        if weight.ndim != 1 or weight.shape != replicate.shape or weight.size == 0:
            raise ValueError(
                f"got weights {weight.shape} and replicates {replicate.shape}; both have one entry per path."
            )
        total = float(tree_sum(weight))
        if not (weight.min() >= 0 and abs(total - 1.0) <= WEIGHT_TOLERANCE):
            raise ValueError(f"got weights that add up to {total!r}; they are not negative and add up to 1.")
        if replicate.min() < EXACT or (replicate.min() == EXACT) != (replicate.max() == EXACT):
            raise ValueError("got replicates below 0; they count from 0, or are -1 on every path of an enumeration.")
        return cls(weight, replicate)

    @property
    def n_paths(self) -> int:
        """How many paths. [paths]"""
        return int(self.weight.size)

    @property
    def is_exact(self) -> bool:
        """Whether the paths are an enumeration."""
        return self.n_paths > 0 and int(self.replicate[0]) == EXACT

    @cached_property
    def is_equal(self) -> bool:
        """Whether all paths weigh the same."""
        return self.n_paths == 0 or bool(self.weight.min() == self.weight.max())

    @cached_property
    def n_replicates(self) -> int:
        """How many replicates: 0 for an enumeration."""
        if self.is_exact or self.n_paths == 0:
            return 0
        if self.replicate.min() == self.replicate.max():
            return 1
        return self._in_turn or int(np.unique(self.replicate).size)

    @cached_property
    def _in_turn(self) -> int:
        """How many replicates take turns, path by path; 0 where they don't."""
        n = int(self.replicate[: 2**15].max(initial=0)) + 1
        turns = -(-self.n_paths // n)
        whole = np.broadcast_to(np.arange(n, dtype=np.int16), (turns, n)).ravel()[: self.n_paths]
        return n if n > 1 and np.array_equal(self.replicate, whole) else 0

    @property
    def effective_size(self) -> float:
        """Equally weighted paths that would tell as much: ``(sum w)^2 / sum w^2``. [paths]"""
        if self.n_paths == 0:
            return 0.0
        if self.is_equal:
            return float(self.n_paths)
        return float(tree_sum(self.weight)) ** 2 / float(tree_sum(self.weight**2))

    def where(self, mask: BoolArray) -> Sample:
        """The paths for which something holds, their weights adding up to one again.

        Parameters
        ----------
        mask : bool[path]
            Which paths stay.

        Returns
        -------
        Sample
            Without a path where the mask holds nowhere.
        """
        weight = self.weight[mask]
        if weight.size == 0:
            return Sample(weight, self.replicate[mask])
        share = np.full(weight.size, 1.0 / weight.size) if self.is_equal else weight / tree_sum(weight)
        return Sample(share, self.replicate[mask])

    def parts(self) -> Iterator[tuple[Rows, Sample]]:
        """Each replicate on its own.

        Yields
        ------
        tuple of int64[path] or slice and Sample
            Rows of the replicate's paths, in order, and a sample of one replicate whose weights add up to one.
        """
        for rows in self._rows():
            weight = self.weight[rows]
            share = (
                np.full(weight.size, 1.0 / weight.size) if (weight == weight[0]).all() else weight / tree_sum(weight)
            )
            yield rows, Sample(share, np.zeros(weight.size, np.int16))

    def sheaves(self) -> Iterator[tuple[IntArray, Sample]] | None:
        """Replicates of the same length beside each other, so that what is asked of each is asked of all at once.

        Returns
        -------
        iterator of tuple of int64[path, replicate] and Sample, or None
            As `parts`, in the same order; None where paths weigh differently, replicates don't take turns, or there are
            so many paths that nothing would be gained.
        """
        if self.n_paths > MOST_BESIDE or not self.is_equal:
            return None
        turns = self._in_turn
        return iter(_sheaves(self.n_paths, turns)) if 0 < turns <= self.n_paths else None

    def _rows(self) -> Iterable[Rows]:
        turns = self._in_turn
        if turns:
            return [slice(first, None, turns) for first in range(min(turns, self.n_paths))]
        rows_in_order = np.argsort(self.replicate, kind="stable")
        return np.split(rows_in_order, np.flatnonzero(np.diff(self.replicate[rows_in_order])) + 1)


@lru_cache(maxsize=8)  # every statistic of a run asks for the same
def _sheaves(n_paths: int, turns: int) -> tuple[tuple[IntArray, Sample], ...]:
    """Rows of replicates that take turns, those of the same length beside each other."""
    found = []
    whole, longer = divmod(n_paths, turns)
    for first, last, length in ((0, longer, whole + 1), (longer, turns, whole)):
        if first < last:
            rows = np.arange(length)[:, np.newaxis] * turns + np.arange(first, last)
            rows.setflags(write=False)
            found.append((rows, Sample(np.full(length, 1.0 / length), np.zeros(length, np.int16))))
    return tuple(found)
