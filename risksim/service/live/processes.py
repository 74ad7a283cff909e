"""Processes that reckon what moves with sliders, since threads of one process take turns at most of it.

Each is forked from a process that is warm and has no threads, the fork server, so that they share what is loaded, and
is there in no time; where that cannot be had each is spawned and warms up by itself. It answers one question at a time
with finished JSON. A page is answered by the same process again where that one is free, which has the deal compiled and
its people drawn. One that dies is replaced and its question asked once more. Each holds the other end of a pipe, so
that it also ends when the server was killed, and the fork server ends with the last of them.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import signal
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from risksim.language import _, speaking
from risksim.service.live.gate import cores, superseded
from risksim.service.live.giving_up import GivenUpError, Look, never
from risksim.service.live.reckon import Reckoning, Told, reckoned
from risksim.service.live.warming import PRELOADED, Way, become_warm, is_fit, origins, ways
from risksim.service.problems import FaultFound, Problem, of_error

log = logging.getLogger(__name__)

MOST_UNASKED = 4
"""Processes at most where the settings don't say how many."""
LONGEST = 120.0
"""What an answer may take before its process is ended. [s]"""
STARTING = 300.0
"""What a process may take to start: without compiled code on the disk it compiles. [s]"""
GRACE = 2.0
"""What a process may take to end. [s]"""

Ask = Callable[[Reckoning, Look, Told | None], bytes]


class ReckoningError(RuntimeError):
    """An answer failed in another process; where stands in the log."""


def wanted(asked: int | None) -> int:
    """How many processes there are to be.

    Parameters
    ----------
    asked : int or None
        As the settings say; None leaves it to the machine.
    """
    return min(cores(), MOST_UNASKED) if asked is None else asked


class _Said(NamedTuple):
    """What a process answers: JSON, or why not."""

    answer: bytes | None
    problem: dict[str, Any] | None = None
    failed: str = ""
    """What nobody foresaw, and where it happened, without any value."""
    is_first: bool = False
    """Whether the whole answer follows."""


class _Asked(NamedTuple):
    """A question on its way to a process."""

    number: int
    what: Reckoning
    page: str
    in_two: bool = False
    """Whether the histogram is sent before the rest."""


@dataclass(eq=False)
class _One:
    """A process, or the place of one that is being started."""

    place: int
    process: Any = None
    line: Connection | None = None
    busy: bool = False
    asked: _Asked | None = None
    """What it answers."""
    sending: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, what: _Asked | int) -> None:
        """Send it a question, or the number of one that nobody waits for any more."""
        assert self.line is not None
        with self.sending:
            self.line.send(what)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and bool(self.process.is_alive())


class Processes:
    """Some processes that reckon.

    Parameters
    ----------
    count : int
        How many.
    by : tuple of str, optional
        How they may be started, the best first; left out, as can be done here.
    """

    def __init__(self, count: int, by: tuple[Way, ...] | None = None) -> None:
        self.count = count
        self._ways = ways() if by is None else by
        self.ready = threading.Event()
        """Whether all of them were started and are warm."""
        self._ones = [_One(place) for place in range(count)]
        self._changed = threading.Condition()
        self._ended = False
        self._numbers = itertools.count(1)

    def begin(self) -> None:
        """Start them and wait until they are warm."""
        if self._begun(self._ones):
            self.ready.set()
        elif not self._ended:
            log.error("a process for live answers did not start; the server answers itself")

    def pids(self) -> list[int]:
        """Identifiers of those that are alive."""
        return [one.process.pid for one in self._ones if one.is_alive]

    def ask(self, asked: Reckoning, page: str = "", first: Told | None = None) -> bytes:
        """Ask one of them.

        Parameters
        ----------
        asked : Reckoning
            What is asked.
        page : str
            Who asks: the process that answered them before is taken where it is free.
        first : callable, optional
            As in `reckoned`; told again where a process died after it.

        Returns
        -------
        bytes
            As `reckoned`.

        Raises
        ------
        Problem
            That the answer is, or that two processes died of it.
        """
        for _attempt in range(2):
            one = self._taken(page)
            try:
                said = self._asked(one, _Asked(next(self._numbers), asked, page, first is not None), first)
            finally:
                self._give_back(one)
            if said is not None:
                return _told(said)
        raise _died()

    def give_up(self, page: str) -> None:
        """Give up the slow parts that a page asked for, as it has moved on.

        Parameters
        ----------
        page : str
            As in `ask`.
        """
        for one in self._ones:
            asked = one.asked
            if page and asked is not None and asked.page == page and asked.what.is_slow:
                try:
                    one.tell(asked.number)
                except OSError:
                    continue  # it has just died, which who waits for it sees

    def end(self) -> None:
        """End them."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self.ready.clear()
        for one in self._ones:
            if one.line is not None and not one.busy:
                one.line.close()
        for one in self._ones:
            if one.process is not None:
                one.process.join(GRACE)
                _kill(one.process)

    def _taken(self, page: str) -> _One:
        """A free one, that of this page if it may be."""
        first = zlib.crc32(page.encode("utf-8")) % self.count if page else 0
        in_order = [*self._ones[first:], *self._ones[:first]]

        def free() -> _One | None:
            return next((one for one in in_order if not one.busy), None)

        with self._changed:
            self._changed.wait_for(lambda: self._ended or free() is not None, LONGEST)
            one = free()
            if self._ended or one is None:
                raise _died()
            one.busy = True
            return one

    def _give_back(self, one: _One) -> None:
        with self._changed:
            one.busy = False
            self._changed.notify_all()

    def _asked(self, one: _One, asked: _Asked, first: Told | None) -> _Said | None:
        """What it answers; None where it died, and another took its place."""
        try:
            if not one.is_alive:
                raise EOFError
            assert one.line is not None
            one.asked = asked
            one.tell(asked)
            while one.line.poll(LONGEST):
                said: _Said = one.line.recv()
                if not said.is_first:
                    return said
                if first is not None and said.answer is not None:
                    first(said.answer)
            log.error("a process for live answers took longer than %.0f s and was ended", LONGEST)
        except (EOFError, OSError):
            code = None if one.process is None else one.process.exitcode
            log.error("a process for live answers died (%s); another one takes its place", code)
        finally:
            one.asked = None
        _clear(one)
        if not self._ended:
            self._begun([one])
        return None

    def _begun(self, ones: list[_One]) -> bool:
        """Start some and wait until they are warm; where that fails in one way, in the next one from now on."""
        while True:
            way = self._ways[0]
            if all(self._start(one, way) for one in ones) and all(_has_begun(one) for one in ones):
                return True
            for one in ones:
                _clear(one)
            if self._ended or way == self._ways[-1]:
                return False
            self._ways = tuple(other for other in self._ways if other != way)
            log.warning("processes for live answers cannot be started by %s here; now by %s", way, self._ways[0])

    def _start(self, one: _One, way: Way) -> bool:
        """Start it, which takes until the fork server is warm where there was none."""
        context: Any = multiprocessing.get_context(way)
        if way == "forkserver":
            context.set_forkserver_preload([PRELOADED])
        here, there = context.Pipe()
        process = context.Process(
            target=answering,
            args=(there,),
            kwargs={"expected": origins()},  # by name: other versions that know of none refuse it
            name=f"risksim-live-{one.place + 1}",
            daemon=True,
        )
        try:
            with _undisturbed():
                process.start()
        except (EOFError, OSError):  # the fork server is not there
            here.close()
            return False
        finally:
            there.close()  # it would stay open here when the process has died
        one.line, one.process = here, process
        if self._ended:  # meanwhile
            _clear(one)
        return not self._ended


def _told(said: _Said) -> bytes:
    if said.answer is not None:
        return said.answer
    if said.problem is None:
        log.error("a live answer failed: %s", said.failed)
        raise ReckoningError
    faults = said.problem["faults"]
    raise Problem(**(said.problem | {"faults": None if faults is None else [FaultFound(**one) for one in faults]}))


def _died() -> Problem:
    return Problem(
        "busy",
        503,
        _("This could not be reckoned"),
        _("The process that reckons ended before it had an answer, perhaps for lack of memory. Ask again in a second."),
        headers={"Retry-After": "1"},
    )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """What is started meanwhile does not hear Ctrl-C before it can ignore it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # when it is started it lets Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _has_begun(one: _One) -> bool:
    """Wait until it is warm, or says that it may not answer."""
    assert one.line is not None
    try:
        return bool(one.line.poll(STARTING) and one.line.recv())
    except (EOFError, OSError):
        return False


def _clear(one: _One) -> None:
    """Let its place be free. The line is closed, too: who was forked and lost the fork server is not known to live."""
    if one.line is not None:
        one.line.close()
    _kill(one.process)


def _kill(process: Any) -> None:
    if process is not None and process.is_alive():
        process.kill()
        process.join(GRACE)


# In the process itself


def answering(line: Connection, expected: tuple[str | None, ...], ask: Ask = reckoned) -> None:
    """Answer questions until nobody holds the other end.

    Parameters
    ----------
    line : Connection
        Where questions come from and answers go to.
    expected : tuple of str or None
        Where the server's code is loaded from.
    ask : callable
        Answers one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    try:
        if not is_fit(expected):
            line.send(False)
            return
        become_warm()
        line.send(True)
        questions = _Questions(line)
        while True:
            asked = questions.next()
            line.send(said_of(asked.what, ask, questions.look, _sending(line) if asked.in_two else None))
    except (EOFError, OSError):
        return


class _Questions:
    """What comes through the line: questions, and numbers of those that nobody waits for any more."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._now = self._given_up = 0

    def next(self) -> _Asked:
        """Wait for the next question."""
        while isinstance(came := self._line.recv(), int):
            self._given_up = came
        asked: _Asked = came
        self._now = asked.number
        return asked

    def look(self) -> None:
        """Raise `GivenUpError` where nobody waits for the question any more."""
        while self._line.poll():
            self._given_up = self._line.recv()
        if self._given_up == self._now:
            raise GivenUpError


def _sending(line: Connection) -> Told:
    """Send what comes before the answer."""
    return lambda answer: line.send(_Said(answer, is_first=True))


def said_of(asked: Reckoning, ask: Ask = reckoned, look: Look = never, first: Told | None = None) -> _Said:
    """What is said to a question: problems travel in parts, since not every exception can be sent.

    Parameters
    ----------
    asked : Reckoning
        The question.
    ask : callable
        Answers it.
    look : callable
        Raises where nobody waits for it any more.
    first : callable, optional
        As in `reckoned`.
    """
    from risksim.errors import RisksimError

    with speaking(asked.language):
        try:
            return _Said(ask(asked, look, first))
        except GivenUpError:
            return _Said(None, _parts_of(superseded()))
        except RisksimError as error:
            return _Said(None, _parts_of(of_error(error)))
        except Exception as error:  # told to the server, which answers and logs
            from risksim.service.telling import places

            return _Said(None, failed=f"{type(error).__name__} at {places(error)}")


def _parts_of(problem: Problem) -> dict[str, Any]:
    faults = problem.faults
    return {
        "kind": problem.kind,
        "status": problem.status,
        "title": problem.title,
        "detail": problem.detail,
        "faults": None if faults is None else [one.model_dump() for one in faults],
        "more": problem.more,
        "headers": problem.headers,
    }
