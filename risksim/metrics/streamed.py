"""The statistics of paths that were not kept: from sums along the tree and counts in buckets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from risksim.metrics.array import rank_of, tail_of
from risksim.metrics.precision import Estimate, Z, from_parts, rank_interval, wilson
from risksim.metrics.returns import FlowSums
from risksim.metrics.sample import FloatArray, IntArray
from risksim.metrics.sketch import Counted, Law, keys_of
from risksim.metrics.source import QUANTILE_LEVELS, Of, Partial, Paths, Spread
from risksim.metrics.tally import Tally


class Collected(NamedTuple):
    """Values of one quantity that lie in wanted buckets, from a second pass."""

    key: IntArray
    """int64[value]: bucket of each value."""
    value: FloatArray
    """float64[value]: rising."""
    replicate: IntArray
    """int64[value]."""

    beyond: FloatArray | None
    """float64[law, 2]: sums over all paths, then over those of each replicate, of how far the quantity lies above the
    edge of its value at risk, and of the squares of that; None where no tail is asked for."""

    @classmethod
    def of(cls, values: list[FloatArray], replicates: list[IntArray], beyond: FloatArray | None) -> Collected:
        """Values as tasks collected them."""
        value = np.concatenate(values)
        order = np.argsort(value, kind="stable")
        value = value[order]
        return cls(keys_of(value), value, np.concatenate(replicates)[order], beyond)


class Streamed:
    """Statistics from what is left of all paths.

    Parameters
    ----------
    tally : Tally
        Sums and counts.
    collected : mapping of str to Collected, optional
        By quantity, where a second pass made quantiles exact.
    """

    def __init__(self, tally: Tally, collected: Mapping[str, Collected] | None = None) -> None:
        self._tally, self._collected = tally, collected or {}
        self._rows = {
            kind: {name: row for row, name in enumerate(getattr(tally.asked, kind))}
            for kind in ("moments", "ratios", "events")
        }
        self._moments, self._ratios = tally.sums("moments"), tally.sums("ratios")
        n_replicates = tally.shifts.n_replicates
        numbers = np.arange(n_replicates)
        self._sizes = tally.n_paths // n_replicates + (numbers < tally.n_paths % n_replicates)
        self._several = int((self._sizes > 0).sum()) > 1

    @property
    def paths(self) -> Paths:
        """How many paths stand behind the answers."""
        return Paths(self._tally.n_paths, float(self._tally.n_paths), int((self._sizes > 0).sum()))

    def mean(self, name: str, _of: Of, /) -> Estimate:
        """See `risksim.metrics.source.Source.mean`."""
        row = self._rows["moments"][name]
        shift, n = float(self._tally.shifts.moments[row]), self._tally.n_paths
        sums = self._moments[row]
        middle = shift + float(sums[:, 0].sum()) / n
        if self._several:
            return from_parts(middle, shift + self._each(sums[:, 0]))
        return Estimate.symmetric(middle, _error(central(sums[0], n)[0], n))

    def spread(self, name: str, of: Of, /) -> Spread:
        """See `risksim.metrics.source.Source.spread`."""
        return Spread(self.mean(name, of), self._sd(name), *self._quantiles(self._laws(name), QUANTILE_LEVELS))

    def quantiles(self, name: str, _of: Of, /) -> Partial:
        """See `risksim.metrics.source.Source.quantiles`."""
        laws = self._laws(name)
        without = (self._tally.n_paths - laws[0].size) / self._tally.n_paths
        return Partial(without, self._quantiles(laws, QUANTILE_LEVELS) if laws[0].size else ())

    def tail(self, name: str, _of: Of, level: float, sign: int, /) -> tuple[Estimate, Estimate]:
        """See `risksim.metrics.source.Source.tail`."""
        laws = [law if sign > 0 else law.reflected() for law in self._laws(name)]
        collected = self._collected.get(name)
        return self._quantiles(laws, (level,))[0], self._shortfall(laws, level, collected and collected.beyond)

    def edges(self, name: str, level: float, sign: int) -> FloatArray:
        """Beyond which a second pass has to add up: float64[law], of all paths, then of each replicate."""
        laws = [law if sign > 0 else law.reflected() for law in self._laws(name)]
        return np.array([law.edge(rank_of(level, law.size)) if law.size else np.inf for law in laws])

    def probability(self, name: str, _of: Of, /) -> Estimate:
        """See `risksim.metrics.source.Source.probability`."""
        counts, n = self._tally.events[self._rows["events"][name]], self._tally.n_paths
        seen = int(counts.sum())
        if seen in (0, n):
            bound = min(1.0, 3.0 / n)
            return Estimate(0.0, math.nan, 0.0, bound) if seen == 0 else Estimate(1.0, math.nan, 1.0 - bound, 1.0)
        share = seen / n
        if self._several:
            found = from_parts(share, self._each(counts))
            return found._replace(low=max(found.low, 0.0), high=min(found.high, 1.0))
        return wilson(share, math.sqrt(share * (1 - share) / n))

    def ratio(self, name: str, _above: Of, _below: Of, /) -> Estimate:
        """See `risksim.metrics.source.Source.ratio`."""
        row, n = self._rows["ratios"][name], self._tally.n_paths
        first, second = (float(shift) for shift in self._tally.shifts.ratios[row])
        a, aa, b, bb, ab = (float(total) / n for total in self._ratios[row].sum(axis=0))
        above, below = first + a, second + b
        if below == 0.0:
            return Estimate.missing()
        found = above / below
        if self._several:
            each = self._each(self._ratios[row][:, [0, 2]])
            return from_parts(found, found + ((first + each[:, 0]) - found * (second + each[:, 1])) / below)
        variance = (aa - a * a) - 2.0 * found * (ab - a * b) + found * found * (bb - b * b)
        return Estimate.symmetric(found, _error(max(variance, 0.0), n) / abs(below))

    def means_of(self, name: str) -> tuple[float, float]:
        """The two means of a ratio."""
        row, n = self._rows["ratios"][name], self._tally.n_paths
        shift, total = self._tally.shifts.ratios[row], self._ratios[row].sum(axis=0)
        return float(shift[0] + total[0] / n), float(shift[1] + total[2] / n)

    def flows(self, side: int) -> FlowSums:
        """The mean cash flow of a side and what its error takes."""
        shift, n = self._tally.shifts.flows[side], self._tally.n_paths
        sums, products = self._tally.sums("flows")[side], self._tally.sums("products")[side]
        far = sums.sum(axis=0) / n
        if self._several:
            return FlowSums(shift + far, None, shift + self._each(sums))
        covariance = (products / n - np.outer(far, far)) / (n - 1) if n > 1 else np.full(products.shape, np.nan)
        return FlowSums(shift + far, covariance, None)

    def wanted(self, level: float, name: str, sign: int = 1) -> IntArray:
        """Buckets of a quantity that hold the ranks which a quantile and its error look at, if not exact yet."""
        counted = self._tally.sketches[name].counted()
        places: set[int] = set()
        for position, law in enumerate(self._laws(name)):
            n = law.size
            if n == 0:
                continue
            ranks = [rank_of(level, n)]
            ranks += rank_interval(n, level) if position == 0 and not self._several else ()
            inner = [rank for rank in ranks if 1 <= rank <= n]
            places |= {law.bucket_of(rank if sign > 0 else n + 1 - rank) for rank in inner}
        return np.array([counted.key[b] for b in sorted(places) if counted.low[b] < counted.high[b]], dtype=np.int64)

    def _sd(self, name: str) -> Estimate:
        sums, n = self._moments[self._rows["moments"][name]], self._tally.n_paths
        square, fourth = central(sums.sum(axis=0), n)
        spread = _free(square, n)
        if self._several:
            parts = [_free(central(part, int(m))[0], int(m)) for part, m in zip(sums, self._sizes, strict=True) if m]
            return from_parts(spread, np.array(parts))
        if spread == 0.0:
            return Estimate.symmetric(spread, 0.0)
        return Estimate.symmetric(spread, _error(max(fourth - square * square, 0.0), n) / (2.0 * spread))

    def _each(self, sums: FloatArray | IntArray) -> FloatArray:
        """Means of the replicates: [replicate, ...]."""
        there = self._sizes > 0
        return np.asarray(sums[there] / self._sizes[there].reshape(-1, *(1,) * (sums.ndim - 1)))

    def _laws(self, name: str) -> list[Law]:
        """The law over all paths, then of each replicate where there are several."""
        counted = self._tally.sketches[name].counted()
        found = [Law(counted.number.sum(axis=1), counted.low, counted.high, self._inside(name, counted, None))]
        if self._several:
            found += [
                Law(counted.number[:, r], counted.low, counted.high, self._inside(name, counted, r))
                for r in range(counted.number.shape[1])
                if self._sizes[r]
            ]
        return found

    def _inside(self, name: str, counted: Counted, replicate: int | None) -> dict[int, FloatArray]:
        values = self._collected.get(name)
        if values is None:
            return {}
        here = np.ones(values.key.size, dtype=bool) if replicate is None else values.replicate == replicate
        bucket_of = {int(key): bucket for bucket, key in enumerate(counted.key)}
        return {bucket_of[int(key)]: values.value[here & (values.key == key)] for key in np.unique(values.key)}

    def _quantiles(self, laws: list[Law], levels: tuple[float, ...]) -> tuple[Estimate, ...]:
        whole, *parts = laws
        parts = [part for part in parts if part.size]
        found = []
        for level in levels:
            value = whole.at(rank_of(level, whole.size))
            if len(parts) > 1:
                found.append(from_parts(value, np.array([part.at(rank_of(level, part.size)) for part in parts])))
                continue
            lower, upper = rank_interval(whole.size, level)
            low = whole.at(lower) if lower >= 1 else -math.inf
            high = whole.at(upper) if upper <= whole.size else math.inf
            bounded = math.isfinite(low) and math.isfinite(high)
            found.append(Estimate(value, (high - low) / (2 * Z) if bounded else math.nan, low, high))
        return tuple(found)

    def _shortfall(self, laws: list[Law], level: float, beyond: FloatArray | None) -> Estimate:
        found = [
            _shortfall_of(law, level, None if beyond is None else beyond[row])
            for row, law in enumerate(laws)
            if law.size
        ]
        if len(found) > 2:
            return from_parts(found[0][0], np.array([part[0] for part in found[1:]]))
        return Estimate.symmetric(*found[0])


def central(sums: FloatArray, n: int) -> tuple[float, float]:
    """Second and fourth central moment from power sums about a shift: float64[4]."""
    d, square, cube, fourth = (float(total) / n for total in sums)
    return max(square - d * d, 0.0), fourth - 4.0 * d * cube + 6.0 * d * d * square - 3.0 * d**4


def _free(square: float, n: int) -> float:
    """Standard deviation from the second central moment."""
    return math.sqrt(square * n / (n - 1)) if n > 1 else math.nan


def _error(variance: float, n: int) -> float:
    """Standard error of a mean whose influences have this variance."""
    return math.sqrt(variance / (n - 1)) if n > 1 else math.nan


def _shortfall_of(law: Law, level: float, sums: FloatArray | None) -> tuple[float, float]:
    n, tail = law.size, tail_of(level)
    threshold, total, square = law.beyond(rank_of(level, n), sums)
    average = total / n
    return threshold + average / tail, _error(max(square / n - average * average, 0.0), n) / tail
