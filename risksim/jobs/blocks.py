"""Tasks: a stretch of paths is run and reduced to what the statistics need. The same bits wherever that happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from risksim.engine.run import Settings, block_size, bytes_per_path, run
from risksim.jobs.columns import asked_of, columns_of_paths, pack
from risksim.jobs.executors import Reduced, Task
from risksim.jobs.reservoir import whole
from risksim.metrics.sketch import keys_of
from risksim.metrics.source import Recorder, Values
from risksim.metrics.tally import Shifts, reduce, shifts_of, sums_beyond
from risksim.plan.layout import LEAF, FloatArray, IntArray, PathResults, Plan

LARGEST_TASK = 16_384
"""Paths in a task at most. [paths]"""
TASK_BYTES = 64 * 2**20
"""Memory that the results of a task may take. [byte]"""


class Wanted(NamedTuple):
    """What a task leaves of its paths."""

    shifts: Shifts | None
    """Sums and counts about these; None where the values themselves are kept."""
    moves: bool = False
    """Also what each line of the ledger moves."""
    cohorts: bool = False
    """Also the people of each cohort."""


class Beginning(NamedTuple):
    """What the first leaf of a run says about all of it."""

    columns: dict[str, Values]
    kinds: dict[str, np.dtype[Any]]
    """Type of each column."""
    asked: Recorder
    shifts: Shifts


def task_size(plan: Plan, settings: Settings) -> int:
    """Paths in a task: leaves in a power of two, so that sums of tasks fit into the tree, few enough for the memory."""
    if settings.block:
        return _power_of_two(-(-settings.block // LEAF)) * LEAF
    most = min(LARGEST_TASK, block_size(plan, settings), TASK_BYTES // bytes_per_path(plan, False))
    return _power_of_two(max(1, most // LEAF)) * LEAF


def _power_of_two(number: int) -> int:
    """The largest power of two that isn't larger."""
    return 1 << (number.bit_length() - 1)


def tasks_of(first: int, last: int, size: int) -> Iterator[Task]:
    """Tasks of the paths from `first`, a multiple of `size`, up to `last`."""
    for start in range(first, last, size):
        yield Task(start // size, start, min(size, last - start))


def begin(plan: Plan, settings: Settings, n_paths: int, moves: bool, cohorts: bool) -> Beginning:
    """Look at the first leaf of a run."""
    paths = paths_of(plan, settings, Task(0, 0, min(LEAF, n_paths)))
    columns = columns_of_paths(plan, paths, moves, cohorts)
    asked = asked_of(plan, columns, moves, cohorts)
    n_replicates = int(paths.replicate.max()) + 1
    kinds = {name: values.dtype for name, values in columns.items()}
    return Beginning(columns, kinds, asked, shifts_of(columns, asked, plan.minor_units, n_replicates))


def paths_of(plan: Plan, settings: Settings, task: Task) -> PathResults:
    """Run the paths of a task; the engine is chosen by the settings."""
    first = settings.first_path + task.first
    return run(plan, settings._replace(paths=task.paths, first_path=first, threads=1, keep_claims=False))


def run_task(plan: Plan, settings: Settings, wanted: Wanted, task: Task) -> Reduced:
    """Run the paths of a task and reduce them.

    Parameters
    ----------
    plan : Plan
        The deal.
    settings : Settings
        Seed, engine and whatever else makes paths.
    wanted : Wanted
        What is to be left.
    task : Task
        Which paths.

    Returns
    -------
    dict of str to ndarray
        ``paths`` int64; ``column.NAME``, packed, or what `risksim.metrics.tally.reduce` returns; ``whole.path``
        int64[path] and ``whole.FIELD`` [path, ...], the paths kept whole.
    """
    paths = paths_of(plan, settings, task)
    columns = columns_of_paths(plan, paths, wanted.moves, wanted.cohorts)
    if wanted.shifts is None:
        found: Reduced = {f"column.{name}": values for name, values in pack(columns).items()}
        found["paths"] = np.array(task.paths)
    else:
        asked = asked_of(plan, columns, wanted.moves, wanted.cohorts)
        found = reduce(columns, asked, wanted.shifts, plan.minor_units)
    worth = paths.group_npv if plan.labels.groups else paths.npv
    return found | whole(paths, worth[:, 0, -1], task.first)


class Look(NamedTuple):
    """What a second pass collects."""

    keys: dict[str, IntArray]
    """Buckets of each quantity whose values are wanted."""
    edges: dict[str, tuple[int, FloatArray]]
    """Of each quantity whose tail is asked for: the sign of a loss, and the edges of the tails."""
    n_replicates: int


def collect_task(plan: Plan, settings: Settings, look: Look, task: Task) -> Reduced:
    """Run the paths of a task again and collect the values that lie in some buckets.

    Returns
    -------
    dict of str to ndarray
        ``value.NAME`` float64[value], ``replicate.NAME`` int64[value], and where a tail is asked for ``beyond.NAME``
        float64[law, 2].
    """
    columns = columns_of_paths(plan, paths_of(plan, settings, task), False, False)
    asked = asked_of(plan, columns, False, False)
    found: Reduced = {}
    for name, keys in look.keys.items():
        values = np.ascontiguousarray(asked.laws[name](columns), dtype=np.float64)
        rows = np.flatnonzero(np.isin(keys_of(values), keys) & (values == values))
        found[f"value.{name}"], found[f"replicate.{name}"] = values[rows], rows % look.n_replicates
        if name in look.edges:
            found[f"beyond.{name}"] = sums_beyond(values, *look.edges[name])
    return found
