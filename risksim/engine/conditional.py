"""The conditional engine, collapsed: of a path's people only how many meet each fate, by quasi-random points.

Given its inputs and what they share, the people of a cohort meet their fates like balls thrown into urns. So their
numbers are drawn, a binomial count at a time, without drawing a person: how many fall into each pool, how many of a
pool meet each pattern of every component, and, where it decides a period, in which class they enrolled.

The order of the draws is the order in which they move the money (docs/reference/engines.md): quasi-random points fill
their first dimensions best.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.engine.addresses import Purpose
from risksim.engine.dimensions import DIMENSIONS, first_of_counts
from risksim.engine.fates import Chances, Fates
from risksim.engine.fates_of_deals import chances_of, fates_of
from risksim.engine.later import Later, draw_later, later_of
from risksim.engine.recall import Recall
from risksim.engine.shift import points_of
from risksim.engine.words import KeyArray
from risksim.kernels import binomial as inversion
from risksim.kernels import collapse
from risksim.kernels.words import fill_uniforms
from risksim.plan.layout import FloatArray, Int32Array, IntArray, Plan

NUMBERS = 1 << 16
"""Draws of a cohort that addresses tell apart."""


class Uniforms:
    """The uniforms of counts, in the order in which they are asked for: points first, then words by address."""

    def __init__(self, plan: Plan, key: KeyArray, first_path: int, n_paths: int) -> None:
        self.key, self.first_path, self.n_paths = key, first_path, n_paths
        self.dimension = first_of_counts(plan)
        self.number = [0] * plan.cohorts.places.size
        """Draws of each cohort so far."""

    def draw(self, cohort: int, n_draws: int) -> FloatArray:
        """The next uniforms of a cohort: float64[draw, path]."""
        out = np.empty((n_draws, self.n_paths))
        for row in out:
            number = self.number[cohort]
            self.number[cohort] += 1
            if self.dimension < DIMENSIONS:
                row[:] = points_of(self.key, self.key[:2], self.first_path, self.n_paths, self.dimension)
                self.dimension += 1
            else:
                address = (cohort * NUMBERS + number) % 2**32
                fill_uniforms(self.key[:2], self.first_path, int(Purpose.COUNT), address, row)
        return out

    def pass_over(self, cohort: int, n_draws: int) -> None:
        """Go on as if the next uniforms of a cohort had been drawn."""
        self.number[cohort] += n_draws
        self.dimension = max(self.dimension, min(self.dimension + n_draws, DIMENSIONS))

    def place(self, cohort: int) -> tuple[int | bytes, ...]:
        """All that decides the next uniforms of a cohort."""
        return self.key.tobytes(), self.first_path, self.n_paths, cohort, self.dimension, self.number[cohort]


class Split(NamedTuple):
    """The people of some patterns of a component in one pool, split by when they enrolled."""

    group: IntArray
    """int64[group of the pool]: classes fall into fewer groups for a component; the group of each."""
    patterns: tuple[int, ...]
    """The patterns that are split."""
    is_whole: bool
    """Whether these are all of the component, so that the last takes those who are left."""
    first_row: int
    """First row of the first pattern; each has one row a group."""


class Timed(NamedTuple):
    """A pool in which it matters when people enrolled."""

    pool: int
    chance: FloatArray
    """float64[1, group]: chance of each group of classes that nothing read in the pool tells apart. [1]"""
    splits: tuple[Split, ...]
    of_class: tuple[int, ...]
    """The group of each class."""


class Schedule(NamedTuple):
    """What is drawn of a cohort, and where its counts go. Counts stand in the rows of one table."""

    fates: Fates
    chains: tuple[tuple[int, int, int], ...]
    """Pool, component and first row, for each chain of patterns that anything reads."""
    total: IntArray
    """int64[pattern, pool]: row of the people of a pattern in a pool; -1 where nothing reads it."""
    timed: tuple[Timed, ...]
    n_rows: int
    seen: IntArray
    """int64[entry, 3]: row, measure and period to which it adds."""
    heads: IntArray
    """int64[entry, 3]: row, column of the head count, and how often it counts."""
    later: Later | None = None
    """What only the public purse reads; None where there is none."""


class _Reader(NamedTuple):
    """Something that reads the people of a pattern in a pool."""

    target: int
    """Measure or column of the head count."""
    is_head: bool
    periods: tuple[int, ...]
    """Of each class the period, -1 where nothing counts; of a head count 0 or -1."""

    @property
    def is_timed(self) -> bool:
        return len(set(self.periods)) > 1


def schedule_of(fates: Fates) -> Schedule:
    """What is drawn of a cohort: pools, then the patterns of every component within a pool, then classes.

    What nothing reads is not drawn, and classes that nothing tells apart are one, so that no dimension is wasted.

    Parameters
    ----------
    fates : Fates
        Those of the cohort.

    Returns
    -------
    Schedule
    """
    n_pools, borders = fates.pool_head.shape[0], fates.first_pattern.tolist()
    readers = _readers(fates)
    total = np.full((borders[-1], n_pools), -1, dtype=np.int64)
    n_rows = n_pools
    chains, timed = [], []
    seen: list[tuple[int, int, int]] = []
    heads = [(pool, column, int(times)) for (pool, column), times in np.ndenumerate(fates.pool_head) if times]
    for pool in range(n_pools):
        for component, own in enumerate(map(range, borders[:-1], borders[1:])):
            if any((pattern, pool) in readers for pattern in own):
                chains.append((pool, component, n_rows))
                total[own.start : own.stop, pool] = range(n_rows, n_rows + len(own))
                n_rows += len(own)
    for pool in range(n_pools):
        periods = [r.periods for (_, at), found in readers.items() if at == pool for r in found if r.is_timed]
        if not periods:
            continue
        of_class, n_groups = _groups(periods)
        splits = []
        for own in map(range, borders[:-1], borders[1:]):
            patterns = tuple(p for p in own if any(r.is_timed for r in readers.get((p, pool), ())))
            if not patterns:
                continue
            found = [r.periods for p in patterns for r in readers[p, pool] if r.is_timed]
            of_own, n_own = _groups(found)
            group = np.zeros(n_groups, dtype=np.int64)
            group[of_class] = of_own
            splits.append(Split(group, patterns, len(patterns) == len(own), n_rows))
            first_class = [of_own.index(g) for g in range(n_own)]
            for pattern in patterns:
                for r in readers[pattern, pool]:
                    if r.is_timed:
                        rows = [(n_rows + g, r.target, r.periods[c]) for g, c in enumerate(first_class)]
                        _enter(r, [row for row in rows if row[2] >= 0], seen, heads)
                n_rows += n_own
        chance = np.bincount(of_class, fates.class_chance, n_groups).astype(np.float64)[np.newaxis]
        timed.append(Timed(pool, chance, tuple(splits), tuple(of_class)))
    for (pattern, pool), found_here in readers.items():
        for r in found_here:
            if not r.is_timed and r.periods[0] >= 0:
                _enter(r, [(int(total[pattern, pool]), r.target, r.periods[0])], seen, heads)
    entries = [np.array(rows, dtype=np.int64).reshape(-1, 3) for rows in (seen, heads)]
    schedule = Schedule(fates, tuple(chains), total, tuple(timed), n_rows, entries[0], entries[1])
    return schedule._replace(later=later_of(fates, schedule)) if fates.later.size else schedule


_KEPT: dict[tuple[int, int], tuple[Plan, Schedule]] = {}
_MOST_KEPT = 1_024


def _schedule_of_cohort(plan: Plan, cohort: int) -> Schedule:
    """`schedule_of` the fates of a cohort; those of the last deals asked for are kept."""
    found = _KEPT.get((id(plan), cohort))
    if found is not None and found[0] is plan:
        return found[1]
    built = schedule_of(fates_of(plan, cohort))
    if len(_KEPT) >= _MOST_KEPT:
        _KEPT.clear()
    _KEPT[id(plan), cohort] = plan, built
    return built


def _readers(fates: Fates) -> dict[tuple[int, int], list[_Reader]]:
    """What reads the people of each pattern and pool."""
    found: dict[tuple[int, int], list[_Reader]] = {}
    for pattern, pool, measure, row in fates.adds.tolist():
        found.setdefault((pattern, pool), []).append(_Reader(measure, False, _periods(fates, pool, row)))
    for pattern, pool, column, row in fates.counts.tolist():
        periods = (0,) if row < 0 else tuple(min(period, 0) for period in _periods(fates, pool, row))
        found.setdefault((pattern, pool), []).append(_Reader(column, True, periods))
    return found


def _periods(fates: Fates, pool: int, row: int) -> tuple[int, ...]:
    """The period of a row in each class that people of a pool may be in."""
    of_class, periods = int(fates.class_of_pool[pool]), tuple(fates.period[row].tolist())
    return periods if of_class < 0 else (periods[of_class],)


def _groups(periods: list[tuple[int, ...]]) -> tuple[list[int], int]:
    """Classes that nothing tells apart: the group of each class, and how many there are."""
    kinds = list(zip(*periods, strict=True))
    order = {kind: place for place, kind in enumerate(dict.fromkeys(kinds))}
    return [order[kind] for kind in kinds], len(order)


def _enter(
    reader: _Reader,
    rows: list[tuple[int, int, int]],
    seen: list[tuple[int, int, int]],
    heads: list[tuple[int, int, int]],
) -> None:
    if reader.is_head:
        heads.extend((row, column, 1) for row, column, _ in rows)
    else:
        seen.extend(rows)


class Scratch(NamedTuple):
    """What inversion reads and writes over."""

    reciprocal: FloatArray
    """float64[people + 2]."""
    weights: FloatArray
    """float64[2, people + 2]."""


def scratch_of(plan: Plan) -> Scratch:
    """Scratch for the largest cohort of a plan."""
    most = int(plan.cohorts.places.max(initial=0)) + 2
    reciprocal = np.empty(most)
    inversion.reciprocals(reciprocal)
    return Scratch(reciprocal, np.empty((2, most)))


class Counting(NamedTuple):
    """What counts are drawn with."""

    uniforms: Uniforms
    scratch: Scratch
    recall: Recall | None = None
    """What was counted before; None where nobody counts nearly the same again."""

    def chain(self, cohort: int, people: IntArray, chance: FloatArray, out: IntArray) -> None:
        """As `risksim.kernels.collapse.chain`, by the next uniforms of a cohort."""
        n_draws, read = out.shape[0] - 1, (people, chance)
        place = ("chain", out.shape[0], *self.uniforms.place(cohort))
        if self.recall is not None and self.recall.take(place, read, (out,)):
            self.uniforms.pass_over(cohort, n_draws)
            return
        collapse.chain(self.uniforms.draw(cohort, n_draws), people, chance, *self.scratch, out)
        if self.recall is not None:
            self.recall.keep(place, read, (out,))

    def split_by_class(self, cohort: int, people: IntArray, free: IntArray, out: IntArray) -> None:
        """As `risksim.kernels.collapse.split_by_class`, by the next uniforms of a cohort."""
        n_draws = out.shape[0] - 1
        place = ("split", out.shape[0], *self.uniforms.place(cohort))
        if self.recall is not None and self.recall.take(place, (people, free), (out, free)):
            self.uniforms.pass_over(cohort, n_draws)
            return
        before = None if self.recall is None else free.copy()
        collapse.split_by_class(self.uniforms.draw(cohort, n_draws), people, free, *self.scratch, out)
        if self.recall is not None and before is not None:
            self.recall.keep(place, (people, before), (out, free))


def count_fates(
    plan: Plan,
    key: KeyArray,
    first_path: int,
    inputs: FloatArray,
    measured: FloatArray,
    headcount: Int32Array,
    recall: Recall | None = None,
) -> None:
    """Draw how many people of every cohort of every path of a block meet each fate.

    Parameters
    ----------
    plan : Plan
        A deal whose fates can be told.
    key : uint64[9 + dimension]
        Keys of the run, `pointed`, and its shift.
    first_path : int
        First path, a multiple of 64.
    inputs : float64[path, input]
        Drawn inputs of a multiple of 64 paths.
    measured : float64[path, cohort, measure, period]
        Filled in full.
    headcount : int32[path, cohort, count]
        Filled in full.
    recall : Recall, optional
        What was counted before.
    """
    measured[:], headcount[:] = 0.0, 0
    uniforms, scratch = Uniforms(plan, key, first_path, inputs.shape[0]), scratch_of(plan)
    counting = Counting(uniforms, scratch, recall)
    drawn = []
    for cohort in range(plan.cohorts.places.size):
        schedule = _schedule_of_cohort(plan, cohort)
        n_rows = schedule.n_rows if schedule.later is None else schedule.later.n_rows
        counts = np.empty((n_rows, inputs.shape[0]), dtype=np.int64)
        chances = chances_of(plan, key, first_path, cohort, inputs)
        _draw_totals(schedule, chances, cohort, counting, counts)
        drawn.append((schedule, counts))
    known = []
    for cohort, (schedule, counts) in enumerate(drawn):
        classes = _draw_classes(schedule, cohort, counting, counts)
        collapse.tally(cohort, counts, schedule.seen, schedule.heads, measured, headcount)
        known.append(classes if schedule.later is not None else {})
    for cohort, (schedule, counts) in enumerate(drawn):
        if schedule.later is not None:
            asks = bool(schedule.later.chains)
            own = chances_of(plan, key, first_path, cohort, inputs) if asks else None
            draw_later(schedule.fates, schedule.later, own, known[cohort], cohort, uniforms, scratch, counts)
            collapse.tally(cohort, counts, schedule.later.seen, schedule.heads[:0], measured, headcount)


def _draw_totals(schedule: Schedule, chances: Chances, cohort: int, counting: Counting, counts: IntArray) -> None:
    """How many people fall into each pool, and how many of it meet each pattern: rows of counts int64[row, path]."""
    fates = schedule.fates
    n_pools = fates.pool_head.shape[0]
    pools = counts[:n_pools]
    counting.chain(cohort, chances.n_enrolled, chances.pool, pools)
    for pool, component, first in schedule.chains:
        own = slice(int(fates.first_pattern[component]), int(fates.first_pattern[component + 1]))
        chance = np.ascontiguousarray(chances.pattern[:, own, pool])
        cells = counts[first : first + chance.shape[1]]
        counting.chain(cohort, pools[pool], chance, cells)


def _draw_classes(schedule: Schedule, cohort: int, counting: Counting, counts: IntArray) -> dict[int, IntArray]:
    """When the people of each pattern enrolled, where periods differ: rows of counts int64[row, path].

    Returns
    -------
    dict of int to int64[group, path]
        When the people of each pool enrolled.
    """
    known = {}
    for pool, chance, splits, _ in schedule.timed:
        known[pool] = classes = np.empty((chance.size, counts.shape[1]), dtype=np.int64)
        counting.chain(cohort, counts[pool], chance, classes)
        for group, patterns, is_whole, first_row in splits:
            free = np.zeros((int(group.max()) + 1, counts.shape[1]), dtype=np.int64)
            for place, own in enumerate(group):
                free[own] += classes[place]
            for at, pattern in enumerate(patterns):
                first = first_row + at * free.shape[0]
                out = counts[first : first + free.shape[0]]
                if is_whole and pattern == patterns[-1]:
                    out[:] = free
                    continue
                counting.split_by_class(cohort, counts[schedule.total[pattern, pool]], free, out)
    return known
