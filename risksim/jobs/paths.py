"""All that a run keeps of every path, computed by an executor: the same bits as the threads of one process give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from risksim.engine.keep import allocate
from risksim.engine.run import Progress, Settings, block_size, bytes_per_path, check, run
from risksim.jobs.executors import Executor, Reduced, Task
from risksim.plan.layout import LEAF, PathResults, Plan

RESULT_BYTES = 16 * 2**20
"""What a task sends back, at most, where a leaf is not more. [byte]"""
LEAST_TASKS = 32
"""Tasks into which a run is cut at least, so that every worker has some and none is waited for long."""


def gather(executor: Executor, plan: Plan, settings: Settings, progress: Progress | None = None) -> PathResults:
    """Simulate a deal on an executor.

    Parameters
    ----------
    executor : Executor
        Who computes.
    plan : Plan
        The deal.
    settings : Settings
        As in `risksim.engine.run.run`; threads are the executor's.
    progress : callable, optional
        Called with the number of paths done, from the calling thread.

    Returns
    -------
    PathResults
        The same bits as from `risksim.engine.run.run`.

    Raises
    ------
    RunError
        As `risksim.engine.run.run`, or if the executor is lost.
    """
    check(plan, settings)
    results, size, done = allocate(plan, settings.paths, settings.keep_claims), task_size(plan, settings), 0
    tasks = cut(settings.paths, size)
    for number, found in executor.map(keep_paths, (plan, settings), tasks):
        here = slice(number * size, min((number + 1) * size, settings.paths))
        for name, values in found.items():
            getattr(results, name)[here] = values
        done += here.stop - here.start
        if progress is not None:
            progress(done)
    return results


def task_size(plan: Plan, settings: Settings) -> int:
    """Paths of a task: whole leaves, few enough for the memory of a worker and for what it sends back. [paths]"""
    by_result = RESULT_BYTES // max(1, bytes_per_path(plan, settings.keep_claims))
    size = min(block_size(plan, settings), by_result, settings.paths // LEAST_TASKS)
    return max(LEAF, size // LEAF * LEAF)


def cut(paths: int, size: int) -> Iterator[Task]:
    """Consecutive tasks of a size, the last one short."""
    for number, first in enumerate(range(0, paths, size)):
        yield Task(number, first, min(size, paths - first))


def keep_paths(plan: Plan, settings: Settings, task: Task) -> Reduced:
    """All that is kept of the paths of a task.

    Parameters
    ----------
    plan : Plan
        The deal.
    settings : Settings
        Of the whole run.
    task : Task
        Which of its paths.

    Returns
    -------
    dict of str to ndarray
        Fields of `PathResults`, but for the weights, which belong to the whole run, and what is empty.
    """
    own = settings._replace(paths=task.paths, first_path=settings.first_path + task.first, threads=1, block=0)
    found: dict[str, np.ndarray] = run(plan, own)._asdict()
    del found["weight"]
    return {name: values for name, values in found.items() if values.shape[0]}
