"""What only the public purse counts, in the conditional engine: drawn after everything that the contract reads.

Whatever the contract has drawn stands: people of a pattern are never drawn twice, and people whose months of enrolment
the contract told apart are only told apart further. Given what is known, the months of the people of a pattern are a
draw without putting back from those of their pool, as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from risksim.engine.fates import Chances, Fates
from risksim.kernels import collapse
from risksim.plan.layout import FloatArray, IntArray

if TYPE_CHECKING:
    from risksim.engine.conditional import Schedule, Scratch, Timed, Uniforms


class Finer(NamedTuple):
    """The people of some patterns of a component in one pool, told apart further by when they enrolled."""

    group: IntArray
    """int64[group of the pool]: the group of the component in which each group of the pool falls."""
    parent: IntArray
    """int64[group]: the group of the component's own split by the contract; 0 where there is none."""
    patterns: tuple[tuple[int, int], ...]
    """Pattern, and first row of its split by the contract, -1 for none."""
    is_whole: bool
    """Whether these are all of the component, so that the last takes those who are left."""
    first_row: int
    """First row of the first pattern; each has one row a group."""


class FinerPool(NamedTuple):
    """A pool in which it matters when people enrolled."""

    pool: int
    parent: IntArray
    """int64[group]: group of the contract's own split of the pool, 0 where there is none."""
    chance: FloatArray
    """float64[group]: chance of each group of classes. [1]"""
    splits: tuple[Finer, ...]


class Later(NamedTuple):
    """What is drawn of a cohort for the public purse; its rows stand after those of the contract."""

    chains: tuple[tuple[int, int, int], ...]
    """As `Schedule.chains`, of patterns that the contract does not read."""
    total: IntArray
    """As `Schedule.total`, with these."""
    timed: tuple[FinerPool, ...]
    n_rows: int
    """Of all rows, those of the contract included."""
    seen: IntArray
    """int64[entry, 3]: row, measure and period to which it adds."""


def later_of(fates: Fates, schedule: Schedule) -> Later:
    """What is left to draw for the public purse once the schedule of the contract is drawn."""
    readers = _readers(fates)
    borders, total, n_rows = fates.first_pattern.tolist(), schedule.total.copy(), schedule.n_rows
    components = [range(*border) for border in pairwise(borders)]
    chains: list[tuple[int, int, int]] = []
    seen: list[tuple[int, int, int]] = []
    for pool in range(total.shape[1]):
        for place, own in enumerate(components):
            if total[own.start, pool] < 0 and any((pattern, pool) in readers for pattern in own):
                chains.append((pool, place, n_rows))
                total[own.start : own.stop, pool] = range(n_rows, n_rows + len(own))
                n_rows += len(own)
    contract = {each.pool: each for each in schedule.timed}
    timed = []
    for pool in range(total.shape[1]):
        found = _finer_pool(fates, readers, components, pool, contract.get(pool), n_rows, seen)
        if found is not None:
            timed.append(found[0])
            n_rows = found[1]
    for (pattern, pool), measures in readers.items():
        for measure, periods in measures:
            if len(set(periods)) == 1 and periods[0] >= 0:
                seen.append((int(total[pattern, pool]), measure, periods[0]))
    return Later(tuple(chains), total, tuple(timed), n_rows, np.array(seen, dtype=np.int64).reshape(-1, 3))


Readers = dict[tuple[int, int], list[tuple[int, tuple[int, ...]]]]


def _readers(fates: Fates) -> Readers:
    """By pattern and pool: each measure with the period of every class, one period where a pool has one class."""
    found: Readers = {}
    for pattern, pool, measure, row in fates.later.tolist():
        own, periods = int(fates.class_of_pool[pool]), tuple(fates.period[row].tolist())
        found.setdefault((pattern, pool), []).append((measure, periods if own < 0 else (periods[own],)))
    return found


def _finer_pool(
    fates: Fates,
    readers: Readers,
    components: Sequence[range],
    pool: int,
    contract: Timed | None,
    n_rows: int,
    seen: list[tuple[int, int, int]],
) -> tuple[FinerPool, int] | None:
    """How a pool is told apart further, and how many rows there are then; None where nothing asks for it."""

    def timed_of(patterns: range) -> dict[int, list[tuple[int, tuple[int, ...]]]]:
        found = {p: [each for each in readers.get((p, pool), []) if len(set(each[1])) > 1] for p in patterns}
        return {pattern: each for pattern, each in found.items() if each}

    asked = [timed_of(own) for own in components]
    marks = [periods for each in asked for found in each.values() for _, periods in found]
    if not marks:
        return None
    n_classes = fates.class_chance.size
    parent_of = np.zeros(n_classes, dtype=np.int64) if contract is None else np.array(contract.of_class)
    of_class, first = _groups([tuple(parent_of.tolist()), *marks])
    chance = np.bincount(of_class, fates.class_chance, len(first)).astype(np.float64)
    splits = []
    for own, each in zip(components, asked, strict=True):
        if not each:
            continue
        before = None if contract is None else next((s for s in contract.splits if s.patterns[0] in own), None)
        group_before = np.zeros(n_classes, dtype=np.int64) if before is None else before.group[parent_of]
        of_own, first_own = _groups([tuple(group_before.tolist()), *(p for found in each.values() for _, p in found)])
        known: dict[int, int] = {}
        if before is not None:
            size = int(before.group.max()) + 1
            known = {pattern: before.first_row + at * size for at, pattern in enumerate(before.patterns)}
        # Those of whom the contract says more come first: what is left is then drawn from the rest.
        order = [p for p in known if p in each or not each.keys() <= known.keys()]
        order += [p for p in each if p not in known]
        splits.append(
            Finer(
                np.array([of_own[c] for c in first], dtype=np.int64),
                np.array([group_before[c] for c in first_own], dtype=np.int64),
                tuple((pattern, known.get(pattern, -1)) for pattern in order),
                len(order) == len(own),
                n_rows,
            )
        )
        for at, pattern in enumerate(order):
            for measure, periods in each.get(pattern, []):
                rows = ((n_rows + at * len(first_own) + g, measure, periods[c]) for g, c in enumerate(first_own))
                seen.extend(row for row in rows if row[2] >= 0)
        n_rows += len(order) * len(first_own)
    return FinerPool(pool, parent_of[first], chance, tuple(splits)), n_rows


def _groups(marks: Sequence[tuple[int, ...]]) -> tuple[list[int], list[int]]:
    """Classes that nothing tells apart: the group of each class, and the first class of each group."""
    kinds = list(zip(*marks, strict=True))
    order = {kind: place for place, kind in enumerate(dict.fromkeys(kinds))}
    return [order[kind] for kind in kinds], [kinds.index(kind) for kind in order]


def draw_later(
    fates: Fates,
    later: Later,
    chances: Chances | None,
    classes: dict[int, IntArray],
    cohort: int,
    uniforms: Uniforms,
    scratch: Scratch,
    counts: IntArray,
) -> None:
    """Draw what only the public purse reads: rows of counts int64[row, path] after those of the contract.

    `chances` may be left out where there are no chains; `classes` are those that the contract drew, by pool:
    int64[group, path].
    """
    for pool, component, first in later.chains:
        assert chances is not None
        own = slice(int(fates.first_pattern[component]), int(fates.first_pattern[component + 1]))
        chance = np.ascontiguousarray(chances.pattern[:, own, pool])
        cells = counts[first : first + chance.shape[1]]
        collapse.chain(uniforms.draw(cohort, chance.shape[1] - 1), counts[pool], chance, *scratch, cells)
    for pool, parent, chance, splits in later.timed:
        before = classes.get(pool, counts[pool : pool + 1])
        groups = np.empty((chance.size, counts.shape[1]), dtype=np.int64)
        for place, people in enumerate(before):
            mine = np.flatnonzero(parent == place)
            out = np.empty((mine.size, counts.shape[1]), dtype=np.int64)
            numbers = uniforms.draw(cohort, mine.size - 1)
            collapse.chain(numbers, np.ascontiguousarray(people), chance[mine][np.newaxis], *scratch, out)
            groups[mine] = out
        for split in splits:
            _draw_finer(split, groups, later, pool, cohort, uniforms, scratch, counts)


def _draw_finer(
    split: Finer,
    groups: IntArray,
    later: Later,
    pool: int,
    cohort: int,
    uniforms: Uniforms,
    scratch: Scratch,
    counts: IntArray,
) -> None:
    """When the people of each pattern of a component enrolled: groups int64[group of the pool, path]."""
    size, n_paths = split.parent.size, counts.shape[1]
    free = np.zeros((size, n_paths), dtype=np.int64)
    for place, own in enumerate(split.group):
        free[own] += groups[place]
    for at, (pattern, known) in enumerate(split.patterns):
        out = counts[split.first_row + at * size : split.first_row + (at + 1) * size]
        if split.is_whole and at == len(split.patterns) - 1:
            out[:] = free
            continue
        if known < 0:
            numbers = uniforms.draw(cohort, size - 1)
            collapse.split_by_class(numbers, counts[later.total[pattern, pool]], free, *scratch, out)
            continue
        for group in range(int(split.parent.max()) + 1):
            mine = np.flatnonzero(split.parent == group)
            part, found = free[mine], np.empty((mine.size, n_paths), dtype=np.int64)
            numbers = uniforms.draw(cohort, mine.size - 1)
            collapse.split_by_class(numbers, counts[known + group], part, *scratch, found)
            free[mine], out[mine] = part, found
