"""Starts workers when something waits, starts them again when they die, and puts back what dead ones leave.

Workers are processes of their own: one that dies of too little memory takes no page with it. Each holds the other end
of a pipe, so that it also ends when the keeper was killed.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import SecretStr

from risksim.service.context import Service
from risksim.service.settings import Settings
from risksim.service.store import runs
from risksim.service.store.cleaning import clean
from risksim.service.work.names import is_dead, name_of, new_word
from risksim.service.work.worker import AWAY, ENDED_AMID_WORK, checkpoints_of

log = logging.getLogger(__name__)

TICK = 0.25
"""Between two looks. [s]"""
UPKEEP = 5.0
"""Between two searches for what dead workers left. [s]"""
CLEANING = 300.0
"""Between two cleanings of checkpoints. [s]"""
KEPT = 7 * 24 * 3600.0
"""How long the finished blocks of a run that was cancelled or failed wait for it to be resumed. [s]"""
YOUNG = 10.0
"""A worker that dies before this age did not get to work. [s]"""
LONGEST_WAIT = 60.0
"""Before a worker is started again after several died young. [s]"""
GRACE = 8.0
"""How long workers may take to stop. [s]"""
TOLD_TO_END = (0, ENDED_AMID_WORK, -signal.SIGTERM, -signal.SIGINT)
"""Exit codes of workers that somebody told to end; any other death may be the fault of what they worked on."""

Start = Callable[[Sequence[str], Mapping[str, str]], "subprocess.Popen[bytes]"]


class _Kept(NamedTuple):
    """A worker process."""

    process: subprocess.Popen[bytes]
    name: str
    since: float


class Keeper:
    """Keeps workers.

    Parameters
    ----------
    service : Service
        Whose runs are worked on.
    workers : int, optional
        Processes at most; left out, as the settings say.
    start : callable, optional
        Starts a process by its command and environment.
    """

    def __init__(self, service: Service, workers: int | None = None, start: Start | None = None) -> None:
        self.service = service
        self.most = service.settings.workers if workers is None else workers
        self._start = start or _started
        self._kept: list[_Kept] = []
        self._young_deaths = 0
        self._not_before = 0.0
        self._next: dict[str, float] = {}
        self._awake: float | None = None
        self._stop, self._wake = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    # From outside

    def begin(self) -> None:
        """Begin to keep, in a thread."""
        self._thread = threading.Thread(target=self.keep, name="keeper", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something may be waiting."""
        self._wake.set()

    def tell_to_stop(self) -> None:
        """Tell the workers to stop, without waiting for them."""
        self._stop.set()
        self._wake.set()
        for one in list(self._kept):
            _terminate(one.process)

    def end(self) -> None:
        """Stop every worker; what they worked on is in the queue again."""
        self.tell_to_stop()
        if self._thread is not None:
            self._thread.join(GRACE)
        until = time.monotonic() + GRACE
        for one in self._kept:
            _terminate(one.process)  # again: one may have been started while the thread came to its end
        for one in self._kept:
            try:
                one.process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                log.warning("worker %s did not stop in time and was killed", one.name)
                one.process.kill()
                one.process.wait()
        names, self._kept = [one.name for one in self._kept], []
        try:
            with self.service.database.writing() as session:
                runs.requeue_of(session, names)
        except AWAY:
            log.warning("the database does not answer; runs go back to the queue at the next start")

    @property
    def names(self) -> list[str]:
        """The workers that live."""
        return [one.name for one in self._kept]

    # Keeping

    def keep(self) -> None:
        """Keep until told to stop."""
        while not self._stop.is_set():
            try:
                self.look()
            except AWAY as error:
                log.warning("no answer of the database: %s", type(error.orig).__name__)
            except Exception:
                log.exception("the keeper stumbled and goes on")
            self._wake.wait(TICK)
            self._wake.clear()

    def look(self) -> None:
        """One look: bury dead workers, put back their runs, start new ones."""
        self._bury()
        if self._is_due("upkeep", UPKEEP):
            self._put_back()
        if self._is_due("cleaning", CLEANING):
            self._clean()
        self._hire()

    def _is_due(self, what: str, every: float) -> bool:
        moment = time.monotonic()
        if moment < self._next.get(what, 0.0):
            return False
        self._next[what] = moment + every
        return True

    def _bury(self) -> None:
        dead = [one for one in self._kept if one.process.poll() is not None]
        if not dead:
            return
        self._kept = [one for one in self._kept if one not in dead]
        for one in dead:
            code = one.process.returncode
            if code and time.monotonic() - one.since < YOUNG:
                self._young_deaths += 1
                wait = min(2.0**self._young_deaths / 2, LONGEST_WAIT)
                self._not_before = time.monotonic() + wait
                log.error("worker %s died young with code %d; the next one begins in %.0f s", one.name, code, wait)
            else:
                self._young_deaths = 0
                log.log(logging.WARNING if code else logging.INFO, "worker %s ended with code %d", one.name, code)
        died = [one.name for one in dead if one.process.returncode not in TOLD_TO_END and not self._stop.is_set()]
        with self.service.database.writing() as session:
            runs.requeue_of(session, died, self._attempts)
            runs.requeue_of(session, [one.name for one in dead])  # what is left; of the others none is

    def _put_back(self) -> None:
        """Put back the runs of workers that are dead or silent; end own workers that are silent.

        Workers that went down with their keeper are found here. Nobody knows of what, so it may have been their runs.
        Own ones that die are buried, and own ones that are silent may be so because of what they work on.
        """
        if self._slept():
            log.warning("this machine stood still; workers have time to say that they live")
            return
        with self.service.database.reading() as session:
            at_work = runs.workers_at_work(session)
        with self.service.database.writing() as session:
            dead = [name for name in at_work if name not in self.names and is_dead(name)]
            taken = runs.requeue_of(session, dead, self._attempts)
            silent = runs.silent_workers(session)
            taken += runs.requeue_stale(session, self._attempts)
        if taken:
            log.warning("runs of workers that are gone: %s", ", ".join(taken))
        for one in self._kept:
            if one.name in silent:
                log.error("worker %s gave no sign of life and was killed", one.name)
                one.process.kill()

    def _slept(self) -> bool:
        """Whether this machine stood still since the last time, so that the silence of its workers says nothing."""
        before, self._awake = self._awake, time.time()
        return before is not None and self._awake - before > UPKEEP + runs.STALE / 2

    @property
    def _attempts(self) -> int:
        return self.service.settings.most_attempts

    def _hire(self) -> None:
        if self._stop.is_set() or len(self._kept) >= self.most or time.monotonic() < self._not_before:
            return
        with self.service.database.reading() as session:
            states = runs.counted(session)
        wanted = min(self.most, states.get("queued", 0) + states.get("running", 0))
        for _ in range(wanted - len(self._kept) if states.get("queued") else 0):
            word = new_word()
            process = self._start(
                [sys.executable, "-m", "risksim.service.work", word], environment_of(self.service.settings)
            )
            self._kept.append(_Kept(process, name_of(process.pid, word), time.monotonic()))
            log.info("worker %s begins", self._kept[-1].name)

    def _clean(self) -> None:
        """Remove finished blocks that nobody can need any more."""
        folder = checkpoints_of(self.service.settings)
        there = {place.name: place for place in folder.iterdir()} if folder.is_dir() else {}
        with self.service.database.reading() as session:
            needed = runs.to_go_on_with(session, list(there), KEPT)
        for name, place in there.items():
            if name not in needed:
                shutil.rmtree(place, ignore_errors=True)
        clean(self.service)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which another process has the same settings."""
    said = {name: value for name, value in os.environ.items() if name.upper() not in _VARIABLES}
    for name in settings.model_fields_set:
        value: Any = getattr(settings, name)
        if value is not None:
            said[f"RISKSIM_{name.upper()}"] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return said


_VARIABLES = frozenset(f"RISKSIM_{name.upper()}" for name in Settings.model_fields)


def _started(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this program itself
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=dict(environment),
        start_new_session=True,  # Ctrl-C is for the server, which tells its workers
    )


def _terminate(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
