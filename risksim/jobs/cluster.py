"""Tasks on machines of a Dask cluster, or on worker processes of this machine: the same bits as on threads.

A task is known by its first path and its number of paths, and draws by address, so it does not matter who computes it,
when, or how often. A worker that dies takes nothing with it but the time that its tasks had taken.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import os
import pickle
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from risksim.errors import RunError
from risksim.jobs.executors import AHEAD, Function, Reduced, Task
from risksim.jobs.identity import identity
from risksim.language import Language, _, speaking, spoken

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

LOCAL = "local"
"""Address that stands for worker processes on this machine."""
REMOTE = re.compile(r"(?:tcp|tls)://\S+:\d{1,5}")
PATIENCE = 5.0
"""How long a scheduler, or its first worker, may take to answer. [s]"""
START_UP = 60.0
"""How long worker processes of this machine may take to start. [s]"""
FAREWELL = 30.0
"""How long they may take to end. [s]"""
DESERTED = 120.0
"""How long a run waits for workers that have all gone. [s]"""
MOST_LOSSES = 10
"""Workers that may die under one task before the task itself is suspected."""

MOST_GREETINGS = 20
"""Times that a connection is tried whose greeting another client's message ran into."""


class Cluster(NamedTuple):
    """Where tasks are sent."""

    address: str
    """``tcp://host:port`` of a scheduler, or ``local``."""
    workers: int = 0
    """Worker processes of a local cluster; 0 takes one a core. None of these is used for another address."""


def cluster_of(text: str) -> Cluster:
    """Read ``tcp://host:port``, ``local`` or ``local:4``.

    Parameters
    ----------
    text : str
        As the command line takes it.

    Returns
    -------
    Cluster

    Raises
    ------
    RunError
        If it is none of these.

    Examples
    --------
    >>> cluster_of("local:4")
    Cluster(address='local', workers=4)
    """
    if text == LOCAL:
        return Cluster(LOCAL)
    if text.startswith(f"{LOCAL}:"):
        number = text.removeprefix(f"{LOCAL}:")
        if number.isdecimal() and 1 <= int(number) <= 1024:
            return Cluster(LOCAL, int(number))
        raise RunError(
            _(
                "--dask {text}: got '{number}' workers; there is at least one. Try --dask local:2.",
                text=text,
                number=number,
            )
        )
    if REMOTE.fullmatch(text):
        return Cluster(text)
    raise RunError(
        _(
            "--dask {text}: is no address of a scheduler. It is tcp://HOST:PORT, as `dask scheduler` prints it, or "
            "local for worker processes on this machine.\n"
            "  Try --dask local, or --dask tcp://127.0.0.1:8786",
            text=text,
        )
    )


class DaskExecutor:
    """The workers of a Dask cluster; see `risksim.jobs.executors.Executor`.

    Parameters
    ----------
    address : str
        ``tcp://host:port`` of a scheduler that runs, or ``local`` for worker processes of this machine, which end with
        the executor. What runs elsewhere is left as it is.
    workers : int
        Worker processes of a local cluster; 0 takes one a core.

    Raises
    ------
    RunError
        If there is no cluster, no worker, or a worker whose versions are others than here.
    """

    def __init__(self, address: str = LOCAL, workers: int = 0) -> None:
        _import()
        self.address = address
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._cluster: LocalCluster | None = None
        self._client: Client | None = None
        self._runs = 0
        self._before = logging.getLogger("distributed").level
        try:
            self._connect(workers or os.cpu_count() or 1)
            self._compare()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Use as ``with DaskExecutor() as executor``."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Close what was started."""
        self.close()

    @property
    def client(self) -> Client:
        """The connection to the scheduler.

        Raises
        ------
        RunError
            If it is closed.
        """
        if self._client is None:
            raise RunError(_("this executor is closed. Make another."))
        return self._client

    @property
    def threads(self) -> int:
        """Tasks that the workers of the moment compute at the same time."""
        with self._reached():
            return sum(self.client.nthreads().values())

    def close(self) -> None:
        """Close the connection and the processes that were started here, and no others."""
        with suppress(TimeoutError):  # what was computed is not spoilt by somebody who is slow to say farewell
            if self._client is not None:
                self._client.close(timeout=PATIENCE)
        with suppress(TimeoutError):
            if self._cluster is not None:
                self._cluster.close(timeout=FAREWELL)
        if self._folder is not None:
            self._folder.cleanup()
        self._client = self._cluster = self._folder = None
        logging.getLogger("distributed").setLevel(self._before)

    def map(self, function: Function, common: tuple[Any, ...], tasks: Iterable[Task]) -> Iterator[tuple[int, Reduced]]:
        """Compute tasks; see `risksim.jobs.executors.Executor.map`."""
        if self.client.status != "running":
            raise RunError(_lost(self.address))
        packed = pickle.dumps((function, common), protocol=pickle.HIGHEST_PROTOCOL)
        # A result of a task, not data scattered: the scheduler can make it again where every worker that had it died.
        # A name of its own for every run: what an earlier one of the same deal lets go is not yet forgotten everywhere.
        self._runs += 1
        job = f"risksim-{hashlib.sha256(packed).hexdigest()[:24]}-{self.client.id}-{self._runs}"
        sent = self.client.submit(_unpacked, packed, identity(), key=job, pure=False)
        left, taken_all = iter(tasks), False
        waiting: dict[Future[Reduced], _Sent] = {}
        try:
            while True:
                n_workers = max(1, self.threads)
                while not taken_all and _room(waiting.values(), n_workers):
                    task = next(left, None)
                    taken_all = task is None
                    if task is not None:
                        waiting[self._submit(sent, job, task, 0)] = _Sent(task, 0)
                if not waiting:
                    return
                for future in self._finished(list(waiting)):
                    task, losses = waiting.pop(future)
                    found = self._result(future, task, losses)
                    if found is None:
                        waiting[self._submit(sent, job, task, losses + 1)] = _Sent(task, losses + 1)
                    else:
                        yield task.number, found
        finally:
            self._drop([*waiting, sent])

    def _connect(self, workers: int) -> None:
        if self.address != LOCAL:
            try:
                self._client = _reach(self.address)
                self._client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError as error:
                raise RunError(_silence(self.address, there=self._client is not None)) from error
            except (OSError, ValueError) as error:
                raise RunError(_silence(self.address, there=False)) from error
            return
        try:
            self._start(workers)
        except (RuntimeError, OSError) as error:
            raise RunError(
                _(
                    "{workers} worker processes could not be started on this machine.\n"
                    "  Try fewer, as --dask local:1. In a script of your own, what starts them stands under: if "
                    '__name__ == "__main__":',
                    workers=workers,
                )
            ) from error

    def _start(self, workers: int) -> None:
        """Start worker processes of this machine, and connect to them."""
        import dask
        from distributed import Client, LocalCluster

        self._folder = tempfile.TemporaryDirectory(prefix="risksim-dask-", ignore_cleanup_errors=True)
        with dask.config.set(
            {
                "distributed.worker.multiprocessing-method": "spawn",  # forked threads of numba or Dask may hang
                "distributed.scheduler.allowed-failures": MOST_LOSSES,
                "distributed.comm.timeouts.connect": START_UP,
                "distributed.scheduler.http.routes": [],  # no pages, for anybody
                "distributed.worker.http.routes": [],
            }
        ):
            self._cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                local_directory=self._folder.name,
                memory_limit=0,  # a worker is not ended because this machine has little memory
                silence_logs=logging.CRITICAL,
                preload=["risksim.jobs.worker"],
            )
            self._client = Client(self._cluster, timeout=START_UP, set_as_default=False)
            self._client.wait_for_workers(workers, timeout=START_UP)

    def _compare(self) -> None:
        """Refuse workers whose code is other than here, before anything is computed."""
        here = identity()
        found: dict[str, Any] = self.client.run(_identity_there, on_error="return")
        for worker, there in sorted(found.items()):
            if isinstance(there, BaseException):
                raise RunError(
                    _(
                        "the worker at {worker} has no risksim like this one ({name}: {there}).\n"
                        "  Install risksim {here} there with the extra cluster, in the worker's environment.",
                        worker=worker,
                        name=type(there).__name__,
                        there=there,
                        here=here["risksim"],
                    )
                )
            _same(worker, there, here)

    def _submit(self, sent: Future[Any], job: str, task: Task, losses: int) -> Future[Reduced]:
        key = f"{job}-{task.number}-{task.first}-{task.paths}-{losses}"
        with self._reached():
            return self.client.submit(_compute, sent, spoken(), task, key=key, pure=False)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Tell a scheduler that has gone from everything else that may go wrong."""
        from concurrent.futures import CancelledError

        try:
            yield
        except (OSError, CancelledError) as error:
            raise RunError(_lost(self.address)) from error

    def _finished(self, waiting: list[Future[Reduced]]) -> Iterable[Future[Reduced]]:
        """Futures that are done, in the order in which they were sent; waits for one of them."""
        from distributed import wait

        last_seen = time.monotonic()
        while True:
            with self._reached(), self.client.as_current():
                try:
                    done = wait(waiting, timeout=PATIENCE, return_when="FIRST_COMPLETED").done
                    return [future for future in waiting if future in done]
                except TimeoutError:
                    pass  # nothing is done yet
                if self.client.status != "running":
                    raise RunError(_lost(self.address))
                now = time.monotonic()
                last_seen = now if self.client.nthreads() else last_seen
            if now - last_seen > DESERTED:
                raise RunError(
                    _(
                        "every worker at {address} has gone, and none came for {deserted:.0f} seconds.\n"
                        "  Look at the logs of the workers, start some again, and run this once more.",
                        address=self.address,
                        deserted=DESERTED,
                    )
                )

    def _result(self, future: Future[Reduced], task: Task, losses: int) -> Reduced | None:
        """What a task left; None where its workers died, which can be the fault of none of them."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        try:
            return future.result()
        except KilledWorker as error:
            if losses < MOST_LOSSES:
                return None
            raise RunError(
                _(
                    "paths {first:,} to {last:,} have cost one worker after the other; most likely they have too "
                    "little "
                    "memory.\n"
                    "  Give the workers more memory, or each fewer threads.",
                    first=task.first,
                    last=task.first + task.paths - 1,
                )
            ) from error
        except (CancelledError, CommClosedError) as error:
            raise RunError(_lost(self.address)) from error

    def _drop(self, futures: list[Future[Any]]) -> None:
        """Give up what is not computed yet."""
        if self._client is not None and self._client.status == "running":
            with suppress(OSError):  # there is nobody left to tell
                self._client.cancel(futures, reason="risksim has what it wants, or was stopped")


class _Sent(NamedTuple):
    """A task that workers have."""

    task: Task
    losses: int
    """How often all workers that tried it died."""


def _room(waiting: Iterable[_Sent], workers: int) -> bool:
    """Whether one more task may be taken, by the rule of the protocol."""
    numbers = [sent.task.number for sent in waiting]
    return not numbers or (len(numbers) < 2 * workers and max(numbers) - min(numbers) < AHEAD * workers)


def _unpacked(packed: bytes, wanted: dict[str, str]) -> tuple[Function, tuple[Any, ...], dict[str, str]]:
    """On a worker: what every task needs, and the versions that it is meant for."""
    function, common = pickle.loads(packed)  # noqa: S301 - from our own client; Dask itself sends nothing else
    return function, common, wanted


def _compute(sent: tuple[Function, tuple[Any, ...], dict[str, str]], language: Language, task: Task) -> Reduced:
    """On a worker: one task, its errors in the language of whoever asks.

    Workers may come while a run goes on, so each compares its versions.
    """
    function, common, wanted = sent
    with speaking(language):
        _same(_own_address(), identity(), wanted)
        return function(*common, task)


def _identity_there() -> dict[str, str]:
    """On a worker: its versions."""
    from risksim.jobs.identity import identity as of_this_machine

    return of_this_machine()


def _own_address() -> str:
    from distributed import get_worker

    return str(get_worker().address)


def _same(worker: str, there: dict[str, str], here: dict[str, str]) -> None:
    """Refuse a machine that could give other bits."""
    other = [
        f"{name} {there.get(name, 'none')} there and {wanted} here"
        for name, wanted in here.items()
        if there.get(name) != wanted
    ]
    if other:
        raise RunError(
            _(
                "the worker at {worker} has other versions, which may give other digits: {names}.\n"
                "  Install the same versions on both sides (requirements/core.txt pins them), then start the worker "
                "again.",
                worker=worker,
                names=", ".join(other),
            )
        )


def _import() -> None:
    """Refuse where Dask is not installed."""
    try:
        importlib.import_module("distributed")
    except ImportError as error:
        raise RunError(
            _('runs over workers need Dask, which is not installed.\n  Try: pip install "risksim-dsi[cluster]"')
        ) from error


def _reach(address: str) -> Client:
    """Connect to a scheduler that runs.

    The scheduler tells every client when any of them drops a run. Where it does so in the two milliseconds in which it
    greets a new one, both messages come as one, and the library's client asserts that there is but the greeting. It
    says nothing about the cluster: the next try falls into another moment.
    """
    from distributed import Client

    for left in reversed(range(MOST_GREETINGS)):
        try:
            return Client(address, timeout=PATIENCE, set_as_default=False)
        except AssertionError:
            if not left:
                raise
    raise AssertionError  # the last try returns or raises


def _silence(address: str, *, there: bool) -> str:
    """Nobody answers."""
    if there:
        return _(
            "the scheduler at {address} has no workers.\n"
            "  Start one on each machine: dask worker {address} --nthreads 1 --nworkers auto",
            address=address,
        )
    return _(
        "no Dask scheduler answers at {address} within {patience:.0f} seconds.\n"
        "  Start one with `dask scheduler`, look at the address that it prints, or use --dask local.",
        address=address,
        patience=PATIENCE,
    )


def _lost(address: str) -> str:
    return _(
        "the scheduler at {address} has gone, or has dropped this run's tasks.\n"
        "  Start it and its workers again, and run this once more.",
        address=address,
    )
