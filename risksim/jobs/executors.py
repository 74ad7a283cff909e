"""Who computes the tasks of a job: threads here, or machines that speak the same protocol."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from risksim.language import speak, spoken

Reduced: TypeAlias = dict[str, npt.NDArray[Any]]
"""What is left of the paths of a task: arrays by name, the same bits wherever the task was computed."""
Function: TypeAlias = Callable[..., Reduced]
"""Called as ``function(*common, task)``: pure, and importable by its name wherever it is called."""

AHEAD = 4
"""Tasks in flight for each worker, from the oldest unfinished one to the youngest, at most. [tasks]"""


class Task(NamedTuple):
    """Consecutive paths that are computed and reduced together. A task means the same on every machine."""

    number: int
    """Counted from 0 in the order of the paths."""
    first: int
    """First path."""
    paths: int
    """Whole leaves of 256, but for the last task of a job. [paths]"""


class Executor(Protocol):
    """Computes tasks, in any order."""

    def map(self, function: Function, common: tuple[Any, ...], tasks: Iterable[Task]) -> Iterator[tuple[int, Reduced]]:
        """Compute tasks.

        Parameters
        ----------
        function : callable
            A function of a module, so that it can be sent by its name; called as ``function(*common, task)``.
        common : tuple
            What every task needs; sent to each machine once. Plain named tuples and arrays, so it can be pickled.
        tasks : iterable of Task
            Taken as they are needed, never all at once: there may be very many.

        Yields
        ------
        tuple of int and dict of str to ndarray
            The number of a task and what is left of it, in any order. Tasks are taken so that the youngest is at most
            a few per worker ahead of the oldest unfinished one: what waits for the oldest has to be held in memory.

        Notes
        -----
        When the caller stops taking results (closes the generator, or an exception passes through it), tasks not begun
        are dropped. An exception of a task is raised where its result would have come.
        """
        ...


class Threads:
    """The threads of this process.

    Parameters
    ----------
    threads : int
        How many; 0 takes every core.
    """

    def __init__(self, threads: int = 0) -> None:
        self.threads = threads or os.cpu_count() or 1

    def map(self, function: Function, common: tuple[Any, ...], tasks: Iterable[Task]) -> Iterator[tuple[int, Reduced]]:
        """Compute tasks; see `Executor.map`."""
        left, taken_all = iter(tasks), False
        waiting: dict[Future[Reduced], int] = {}
        pool = ThreadPoolExecutor(self.threads, initializer=speak, initargs=(spoken(),))
        try:
            while True:
                while not taken_all and _room(waiting, self.threads):
                    task = next(left, None)
                    taken_all = task is None
                    if task is not None:
                        waiting[pool.submit(function, *common, task)] = task.number
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    yield waiting.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _room(waiting: dict[Future[Reduced], int], workers: int) -> bool:
    """Whether one more task may be taken."""
    if not waiting:
        return True
    numbers = np.fromiter(waiting.values(), dtype=np.int64)
    return len(waiting) < 2 * workers and int(numbers.max() - numbers.min()) < AHEAD * workers
