"""People counted by fate, person by person: a word for when each enrols, one for the pool, one for each component."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from risksim.engine.fates import Chances, Fates
from risksim.engine.words import KeyArray
from risksim.kernels import fates as kernels
from risksim.kernels.chances import limits
from risksim.plan.layout import FloatArray, Int32Array, IntArray, Plan, WordArray

MOST_CELLS = 128
"""Pools times patterns that one word decides together."""


def count_block(
    plan: Plan,
    fates: Sequence[Fates],
    chances: Sequence[Chances],
    key: KeyArray,
    first_path: int,
    measured: FloatArray,
    headcount: Int32Array,
) -> None:
    """Draw the people of every cohort of a block and count them by fate.

    The law is that of the counts which the conditional engine draws, and of lives; the people are neither's.

    Parameters
    ----------
    plan : Plan
        The deal.
    fates : sequence of Fates
        By cohort.
    chances : sequence of Chances
        By cohort, on the paths of the block.
    key : uint64[8]
        Keys of the run.
    first_path : int
        First path.
    measured : float64[path, cohort, measure, period]
        Filled in full.
    headcount : int32[path, cohort, count]
        Filled in full.
    """
    measured[:], headcount[:] = 0.0, 0
    for cohort in range(plan.cohorts.places.size):
        count_cohort(fates[cohort], chances[cohort], key, first_path, cohort, measured[:, cohort], headcount[:, cohort])


def count_cohort(
    fates: Fates,
    chances: Chances,
    key: KeyArray,
    first_path: int,
    cohort: int,
    measured: FloatArray,
    headcount: Int32Array,
) -> None:
    """As `count_block`, for one cohort: measured float64[path, measure, period], headcount int32[path, count], added
    to.
    """
    n_paths, n_periods = measured.shape[0], measured.shape[2]
    if n_paths == 0:
        return
    together, parts = _words(fates)
    there, ever = chances.pool.max(axis=0) > 0.0, chances.pattern.max(axis=0) > 0.0
    patterns = range(*_patterns(fates, together))
    cells = [
        (pool, pattern)
        for pool in range(there.size)
        for pattern in patterns
        if there[pool] and (pattern == patterns[-1] or ever[pattern, pool])
    ]
    add, head = _targets(fates, cells, parts, n_periods)
    alone = measured.flags.c_contiguous and headcount.flags.c_contiguous
    found = measured.reshape(n_paths, -1) if alone else np.zeros((n_paths, measured.shape[1] * n_periods))
    heads = headcount if alone else np.zeros(headcount.shape, dtype=np.int32)
    kernels.count_fates(
        key[:2],
        first_path,
        cohort,
        chances.n_enrolled,
        chances.pool,
        chances.pattern,
        _class_limits(fates),
        np.array(cells, dtype=np.int64).reshape(-1, 2),
        np.array(
            [(begin, end - begin) for begin, end in (_patterns(fates, part) for part in parts)], dtype=np.int64
        ).reshape(-1, 2),
        add,
        head,
        found,
        heads,
    )
    if not alone:
        measured += found.reshape(measured.shape)
        headcount += heads


def _patterns(fates: Fates, component: int) -> tuple[int, int]:
    return int(fates.first_pattern[component]), int(fates.first_pattern[component + 1])


def _words(fates: Fates) -> tuple[int, list[int]]:
    """The component that the word of the pool decides too, and those that have a word of their own."""
    sizes, n_pools = np.diff(fates.first_pattern), fates.class_of_pool.size
    small = np.flatnonzero(sizes * n_pools <= MOST_CELLS)
    together = int(small[np.argmax(sizes[small])]) if small.size else int(np.argmin(sizes))
    return together, [part for part in range(sizes.size) if part != together and sizes[part] > 1]


def _class_limits(fates: Fates) -> WordArray:
    """Limits of the words of enrolment; none where every pool has a class of its own."""
    if (fates.class_of_pool >= 0).all():
        return np.empty(0, dtype=np.uint32)
    ends = np.cumsum(fates.class_chance)[:-1]
    out = np.empty(ends.size, dtype=np.uint32)
    limits(ends, out)
    return out


def _targets(
    fates: Fates, cells: Sequence[tuple[int, int]], parts: Sequence[int], n_periods: int
) -> tuple[IntArray, IntArray]:
    """Where each line of the tally goes: int64[add, 3] and int64[head, 3] as `kernels.count_fates` has them."""
    n_pools = fates.class_of_pool.size
    line: dict[tuple[int, int], int] = {}
    after = len(cells)
    sizes = np.diff(fates.first_pattern)
    for pool in range(n_pools):  # what the pool alone decides, in components of one pattern
        for component in np.flatnonzero(sizes == 1):
            line[pool, int(fates.first_pattern[component])] = after + pool
    line |= {cell: place for place, cell in enumerate(cells)}
    after += n_pools
    for part in parts:
        begin, end = _patterns(fates, part)
        line |= {
            (pool, pattern): after + pool * (end - begin) + pattern - begin
            for pool in range(n_pools)
            for pattern in range(begin, end)
        }
        after += n_pools * (end - begin)
    classes = range(_class_limits(fates).size + 1)

    def period_of(row: int, pool: int, drawn: int) -> int:
        own = int(fates.class_of_pool[pool])
        return int(fates.period[row, own if own >= 0 else drawn])

    add = [
        (line[pool, pattern], drawn, measure * n_periods + period_of(row, pool, drawn))
        for pattern, pool, measure, row in fates.adds.tolist()
        if (pool, pattern) in line
        for drawn in classes
        if period_of(row, pool, drawn) >= 0
    ]
    head = [
        (len(cells) + pool, -1, column)
        for pool, own in enumerate(fates.pool_head.tolist())
        for column in range(4)
        for _ in range(own[column])
    ]
    for pattern, pool, column, row in fates.counts.tolist():
        if (pool, pattern) not in line:
            continue
        if row < 0:
            head.append((line[pool, pattern], -1, column))
        else:
            head += [(line[pool, pattern], drawn, column) for drawn in classes if period_of(row, pool, drawn) >= 0]
    return np.array(add, dtype=np.int64).reshape(-1, 3), np.array(head, dtype=np.int64).reshape(-1, 3)
