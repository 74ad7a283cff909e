"""A process that claims runs, one at a time, and says that it is alive while it works.

The work is done in a thread of its own, so that the main thread can beat, hear of a cancellation, and stop in time.
Work is stopped where it tells of its progress, which is between finished blocks. What tells of none for a while is
stopped by ending the process: blocks appear on disk whole or not at all, and answers count only while the table names
this worker, so that no moment is a bad one.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from risksim import api
from risksim.errors import RisksimError
from risksim.language import _, speaking
from risksim.replies import Means
from risksim.service.context import Service
from risksim.service.memory import give_back, keep_little
from risksim.service.problems import Problem, of_error
from risksim.service.settings import Settings
from risksim.service.store import place, runs
from risksim.service.store.database import Database
from risksim.service.store.files import Files
from risksim.service.store.tables import Run
from risksim.service.work.making import Answer, make, spoken_by
from risksim.service.work.names import name_of, new_word

log = logging.getLogger(__name__)

Reason = Literal["taken", "stopped"]
"""Why a run is let go: it is no longer this worker's or was cancelled, or the worker stops."""
T = TypeVar("T")

AWAY: tuple[type[DBAPIError], ...] = (OperationalError, InterfaceError)
"""What a database raises that is away for a moment, or busy."""
BEAT = 0.5
"""Between two signs of life. [s]"""
LOOK = 0.25
"""Between two looks at the queue. [s]"""
PATIENCE = 3.0
"""How long work that is to stop may go on without telling of progress. [s]"""
IDLE = 600.0
"""A worker that its keeper can start again ends when it had nothing to do for so long. [s]"""
PERSISTENCE = 60.0
"""How long an answer that is found waits for a database that does not answer. [s]"""
NICENESS = 10
"""By how much work stands back behind pages."""
ENDED_AMID_WORK = 3
"""Exit code of a worker that ended because its work did not."""


class LetGoError(BaseException):
    """Ends work that nobody wants any more; no handler of errors catches it."""


class Worker:
    """Claims runs and answers them.

    Parameters
    ----------
    service : Service
        Whose runs.
    name : str
        What the table calls it.
    threads : int
        Of its work; 0 leaves one core of the machine to pages.
    leave : callable
        Ends the process at once, with an exit code.
    """

    def __init__(self, service: Service, name: str, threads: int = 0, leave: Callable[[int], None] = os._exit) -> None:
        self.service, self.name = service, name
        self.threads = threads or threads_of(service.settings)
        self.stopping = threading.Event()
        self._leave = leave

    def stop(self) -> None:
        """Stop soon; a run that is worked on goes back to the queue."""
        self.stopping.set()

    def serve(self, idle: float | None = None) -> None:
        """Work until told to stop, or until nothing was to be done for so long. [s]"""
        busy = time.monotonic()
        while not self.stopping.is_set():
            if self.work_once():
                busy = time.monotonic()
            elif idle is not None and time.monotonic() - busy > idle:
                return
            else:
                self.stopping.wait(LOOK)

    def work_once(self) -> bool:
        """Claim one run and answer it; False where nothing waits."""
        try:
            run = self._claim()
        except AWAY as error:
            log.warning("no answer of the database: %s", type(error.orig).__name__)
            self.stopping.wait(BEAT)
            return False
        if run is None:
            return False
        _Attempt(self, run).go()
        give_back()
        return True

    def _claim(self) -> Run | None:
        with self.service.database.reading() as session:
            if not runs.waiting(session):
                return None
        with self.service.database.writing() as session:
            return runs.claim(session, self.name)

    def leave(self, code: int) -> None:
        """End the process at once."""
        logging.shutdown()
        self._leave(code)


class _Attempt:
    """One attempt at a run."""

    def __init__(self, worker: Worker, run: Run) -> None:
        self.worker, self.run = worker, run
        self.service = worker.service
        self.done = run.done
        self.why: Reason | None = None
        self.answer: Answer | None = None
        self.problem: dict[str, Any] | None = None

    def go(self) -> None:
        """Work, beat, and write down how it ended."""
        log.info("run %s: %s begins, attempt %d", self.run.id, self.run.question, self.run.attempts)
        work = threading.Thread(target=self._work, name="work", daemon=True)
        work.start()
        since = None
        while work.is_alive():
            work.join(BEAT)
            if not work.is_alive():
                break
            self._beat()
            if self.why is None:
                continue
            since = since or time.monotonic()
            if time.monotonic() - since > PATIENCE:
                self._end()
                log.info("run %s: left amid its work", self.run.id)
                self.worker.leave(ENDED_AMID_WORK)
                return
        self._end()

    def _beat(self) -> None:
        if self.why is None and self.worker.stopping.is_set():
            self.why = "stopped"
        if self.why == "taken":
            return
        try:
            with self.service.database.writing() as session:
                still = runs.beat(session, self.run.id, self.worker.name, self.done)
        except AWAY as error:
            log.warning("run %s: a beat was lost: %s", self.run.id, type(error.orig).__name__)
            return
        if not still:
            self.why = "taken"

    # In the thread of the work

    def _work(self) -> None:
        try:
            with speaking(spoken_by(self.run)):
                try:
                    with self._means() as means:
                        self.answer = make(self.service, self.run, self._further, means)
                except RisksimError as error:
                    self.problem = of_error(error).details()
                except Exception as error:
                    log.error("run %s: unexpected %s at %s", self.run.id, type(error).__name__, places(error))
                    self.problem = _unexpected(self.run, error).details()
        except LetGoError:
            pass

    def _further(self, done: int) -> None:
        if self.why is not None or self.worker.stopping.is_set():
            self.why = self.why or "stopped"
            raise LetGoError
        self.done = max(self.done, done)

    @contextmanager
    def _means(self) -> Iterator[Means]:
        folder = checkpoint_of(self.service.settings, self.run.id)
        with ExitStack() as open_:
            yield Means(self.worker.threads, folder, self._cluster(open_))

    def _cluster(self, open_: ExitStack) -> api.Executor | None:
        """The workers of a Dask cluster, where one is named and the run is large; threads where it does not answer."""
        settings = self.service.settings
        if settings.dask is None or self.run.question != "run" or (self.run.of or 0) <= settings.most_paths_at_once:
            return None
        try:
            return open_.enter_context(api.cluster(settings.dask))
        except RisksimError:
            log.warning("run %s: the Dask scheduler does not answer; computed here, with the same result", self.run.id)
            return None

    # The end

    def _end(self) -> None:
        """Write down how it ended; nothing where the run is somebody else's by now."""
        if self.answer is not None:
            written = self._patiently(self._finish)
        elif self.problem is not None:
            written = self._patiently(self._fail)
        else:
            written = self._patiently(self._put_back)
        said = "answered" if self.answer else "failed" if self.problem else "let go"
        log.info("run %s: %s%s", self.run.id, said, "" if written else ", but somebody else has it")
        if written and self.answer is not None:
            shutil.rmtree(checkpoint_of(self.service.settings, self.run.id), ignore_errors=True)

    def _finish(self) -> bool:
        assert self.answer is not None
        try:
            with speaking(spoken_by(self.run)):
                result = self.service.files.keep(self.answer.content)
        except Problem as problem:  # no fault of the run: it may be resumed when there is room
            log.error("run %s: its answer could not be kept: %s", self.run.id, type(problem.__cause__).__name__)
            self.answer, self.problem = None, problem.details()
            return self._fail()
        with self.service.database.writing() as session:
            return runs.finish(session, self.run.id, self.worker.name, result, self.answer.media_type)

    def _fail(self) -> bool:
        assert self.problem is not None
        with self.service.database.writing() as session:
            return runs.fail(session, self.run.id, self.worker.name, self.problem)

    def _put_back(self) -> bool:
        with self.service.database.writing() as session:
            return runs.put_back(session, self.run.id, self.worker.name)

    def _patiently(self, step: Callable[[], T]) -> T | None:
        """Do a step, and again while the database does not answer."""
        until = time.monotonic() + (PATIENCE if self.worker.stopping.is_set() else PERSISTENCE)
        while True:
            try:
                return step()
            except AWAY as error:
                log.warning("run %s: no answer of the database: %s", self.run.id, type(error.orig).__name__)
                if time.monotonic() > until:
                    return None
                time.sleep(BEAT)


def _unexpected(run: Run, error: Exception) -> Problem:
    if isinstance(error, MemoryError):
        detail = _("The machine has not enough memory for it. Try fewer paths.")
        return Problem("too-large", 507, _("Too large for this machine"), detail)
    detail = _(
        "Something went wrong that nobody foresaw; where is in the log of the service under {run}. Resume the run to "
        "try again, and tell whoever keeps the service.",
        run=run.id,
    )
    return Problem("unexpected", 500, _("An error of the program"), detail)


def places(error: BaseException) -> str:
    """Where an error happened, from the innermost call outwards, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames[-12:]))


# Where and how


def checkpoint_of(settings: Settings, run_id: str) -> Path:
    """Folder of the finished blocks of a run."""
    return checkpoints_of(settings) / run_id


def checkpoints_of(settings: Settings) -> Path:
    """Folder of the finished blocks of all runs."""
    return settings.folder / place.CHECKPOINTS


def threads_of(settings: Settings) -> int:
    """Threads of one worker: the cores but one, which is left to pages, shared by all workers."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max((cores - 1) // max(settings.workers, 1), 1)


# The process


def main(arguments: list[str]) -> int:
    """Run a worker process, which ends with the process that holds the other end of its standard input.

    Parameters
    ----------
    arguments : list of str
        The word of its name.

    Returns
    -------
    int
        Exit code.
    """
    from risksim.service.work.logs import set_up

    keep_little()
    word = arguments[0] if arguments else new_word()
    settings = Settings()
    set_up(settings)
    faulthandler.enable()  # a crash in compiled code says where it was, which nothing else can
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    database = Database(settings)
    worker = Worker(Service(settings, database, Files(settings.folder / place.RESULTS)), name_of(os.getpid(), word))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: worker.stop())
    threading.Thread(target=_end_with_keeper, args=(worker,), name="lifeline", daemon=True).start()
    worker.serve(IDLE)
    database.close()
    return 0


def _end_with_keeper(worker: Worker) -> None:
    """Stop when standard input ends, which it does when the keeper is gone, however it went."""
    try:
        while os.read(sys.stdin.fileno(), 1024):
            pass
    except OSError:
        pass
    worker.stop()
    time.sleep(3 * PATIENCE)
    worker.leave(ENDED_AMID_WORK)
