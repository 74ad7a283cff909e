"""Live answers from processes beside the server: the same numbers and problems, and another one for one that died."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing import forkserver

import pytest

from risksim.errors import RisksimError
from risksim.language import spoken
from risksim.service.live import processes, warming
from risksim.service.live.gate import Gate
from risksim.service.live.giving_up import GivenUpError
from risksim.service.live.processes import Processes, ReckoningError, _Asked, _Questions, said_of
from risksim.service.live.reckon import Reckoning, reckoned
from risksim.service.problems import Problem
from tests.engine.deals import SHIPPED
from tests.service.conftest import SIMPLE

PRICED = Reckoning(SIMPLE, "deal.yaml", {"payments[0].price": 900.0}, 256, 1, ("answer",), "en")
TUBA = PRICED._replace(text=(SHIPPED / "broendby-tuba.yaml").read_text("utf-8"), moves={"payments[0].price": 20_000.0})


@pytest.fixture
def no_fork_server_left() -> Iterator[None]:
    """A server ends its fork server by ending itself, which a test does not."""
    yield
    forkserver._forkserver._stop()


@pytest.mark.usefixtures("no_fork_server_left")
@pytest.mark.parametrize("way", warming.ways())
def test_processes_answer_as_the_server_and_outlive_a_death(way):
    some = Processes(1, (way,))
    try:
        some.begin()
        assert some.ready.is_set()
        before = some.pids()
        assert _numbers(some.ask(PRICED, "page")) == _numbers(reckoned(PRICED))
        with pytest.raises(Problem) as found:
            some.ask(PRICED._replace(moves={"payments[0].prise": 1.0}, language="da"))
        assert (found.value.kind, found.value.status) == ("no-such-input", 422)
        assert "Mente du" in found.value.detail
        with pytest.raises(Problem) as found:
            some.ask(PRICED._replace(text="schema: 1\nname: x\n"))
        assert found.value.kind == "faulty-deal"
        assert found.value.faults
        assert found.value.faults[0].remedy
        with pytest.raises(Problem) as found:
            some.ask(PRICED._replace(text="schema: 1\nname: x\n", language="da"))
        assert found.value.faults[0].found.startswith("fandt ")
        firsts: list[bytes] = []
        whole = some.ask(TUBA, "page", firsts.append)
        assert _numbers(whole) == _numbers(reckoned(TUBA))
        assert [json.loads(one)["parts"] for one in firsts] == [["returns"]]
        assert json.loads(firsts[0])["charts"] == {"returns": json.loads(whole)["charts"]["returns"]}
        os.kill(before[0], signal.SIGKILL)
        assert _numbers(some.ask(PRICED)) == _numbers(reckoned(PRICED))
        after = some.pids()
        assert len(after) == 1
        assert after != before
    finally:
        some.end()
    assert some.pids() == []
    assert not some.ready.is_set()
    with pytest.raises(Problem):
        some.ask(PRICED)


def _numbers(answer: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(answer)
    del found["milliseconds"]
    return found


def test_what_nobody_foresaw_tells_its_place_and_no_value(caplog):
    def fail(_asked: Reckoning, _look: object, _first: object) -> bytes:
        raise KeyError("a secret of the deal")

    said = said_of(PRICED, fail)
    assert said.answer is None
    assert said.problem is None
    assert said.failed.startswith("KeyError at ")
    assert "secret" not in said.failed
    with pytest.raises(ReckoningError):
        processes._told(said)
    assert "KeyError" in caplog.text


def test_a_problem_is_said_in_the_language_asked_for():
    def refuse(_asked: Reckoning, _look: object, _first: object) -> bytes:
        raise RisksimError(spoken())

    assert said_of(PRICED._replace(language="da"), refuse).problem["detail"] == "da"
    assert spoken() == "en"


# How they are started

ON_LINUX = pytest.mark.skipif("forkserver" not in warming.ways(), reason="threads cannot be counted here")
SERVER = """
import os, signal, socket, sys
from risksim.service.live.processes import Processes

signal.signal(signal.SIGINT, signal.SIG_IGN)
listening = socket.create_server(("127.0.0.1", 0))
database = open(sys.argv[1], "w")
some = Processes(1, ("forkserver",))
some.begin()
forked = some.pids()[0]
fork_server = int(open(f"/proc/{forked}/stat").read().rsplit(")")[-1].split()[1])
assert fork_server != os.getpid()


def opened(process):
    return {os.readlink(f"/proc/{process}/fd/{one}") for one in os.listdir(f"/proc/{process}/fd") if int(one) > 2}


def name(descriptor):
    return os.readlink(f"/proc/self/fd/{descriptor}")


own = {name(listening.fileno()), name(database.fileno())}
print(len(own & opened(fork_server)), len(own & opened(forked)), len(os.listdir(f"/proc/{fork_server}/task")))
os.killpg(0, signal.SIGINT)
some._ones[0].process.join(0.2)
print(some.pids() == [forked], flush=True)
signal.pause()
"""


@ON_LINUX
def test_a_fork_server_keeps_nothing_open_and_ends_with_its_server(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path / "database")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as server:
        assert server.stdout is not None
        first, second = server.stdout.readline(), server.stdout.readline()
        os.kill(server.pid, signal.SIGKILL)
        out, err = server.communicate()  # which ends when nobody is left who could write to it
    assert (first, second, out, err) == ("0 0 1\n", "True\n", "", "")


def test_where_forking_fails_they_are_spawned_from_then_on(monkeypatch, caplog):
    some, tried = Processes(2, ("forkserver", "spawn")), []
    monkeypatch.setattr(some, "_start", lambda one, way: tried.append((one.place, way)) or True)
    monkeypatch.setattr(processes, "_has_begun", lambda _one: tried[-1][1] == "spawn")
    some.begin()
    assert some.ready.is_set()
    assert tried == [(0, "forkserver"), (1, "forkserver"), (0, "spawn"), (1, "spawn")]
    assert "now by spawn" in caplog.text
    assert some._begun([some._ones[1]])
    assert tried[4:] == [(1, "spawn")]


def test_where_nothing_can_be_started_the_server_answers_itself(monkeypatch, caplog):
    some = Processes(2, ("forkserver", "spawn"))
    monkeypatch.setattr(some, "_start", lambda _one, _way: False)
    some.begin()
    assert not some.ready.is_set()
    assert "the server answers itself" in caplog.text


@pytest.mark.parametrize(("may_fork", "same_code"), [(False, True), (True, False)])
def test_who_was_forked_amid_threads_or_runs_other_code_does_not_answer(monkeypatch, may_fork, same_code):
    monkeypatch.setattr(processes.signal, "signal", lambda *_: None)
    monkeypatch.setattr(warming._State, "may_fork", may_fork)
    here, there = multiprocessing.Pipe()
    processes.answering(there, warming.origins() if same_code else ("elsewhere",))
    assert here.recv() is False


@ON_LINUX
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_who_has_another_thread_may_not_fork(monkeypatch):
    monkeypatch.setattr(warming, "SETTLING", 0.0)
    monkeypatch.setattr(warming, "become_warm", lambda: None)
    monkeypatch.setattr(warming._State, "may_fork", True)
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        warming.prepare_to_fork()
    finally:
        done.set()
        other.join()
    assert not warming._State.may_fork


def test_a_warm_up_that_fails_leaves_the_fork_server_alive_and_unfit(monkeypatch):
    def fail() -> None:
        raise OSError

    monkeypatch.setattr(warming, "become_warm", fail)
    monkeypatch.setattr(warming._State, "may_fork", True)
    warming.prepare_to_fork()
    assert not warming._State.may_fork


@pytest.mark.parametrize(("asked", "there_are", "found"), [(None, 2, 2), (None, 16, 4), (0, 2, 0), (7, 2, 7)])
def test_how_many_there_are(monkeypatch, asked, there_are, found):
    monkeypatch.setattr(processes, "cores", lambda: there_are)
    assert processes.wanted(asked) == found


def test_a_page_is_answered_by_its_own_process_where_that_is_free():
    some = Processes(3)
    first = some._taken("a page")
    other = some._taken("a page")
    assert other is not first
    some._give_back(first)
    assert some._taken("a page") is first


def test_cores_are_shared_among_those_who_ask(monkeypatch):
    monkeypatch.setattr("risksim.service.live.gate.cores", lambda: 4)
    gate = Gate(4)
    with gate.entered():
        assert gate.threads == 4
        with gate.entered():
            assert gate.threads == 2

    with gate.entered(), gate.entered(slow=True):
        assert gate.threads == 4  # what is slow is given up for what is quick
    with gate.entered(slow=True), gate.entered(slow=True):
        assert gate.threads == 2


# What nobody waits for any more

SLOW = PRICED._replace(parts=("lines", "drivers", "stresses"))


def test_a_slow_question_is_given_up_by_its_number_and_no_other():
    here, there = multiprocessing.Pipe()
    questions = _Questions(there)
    here.send(3)  # of a question that was answered meanwhile
    here.send(_Asked(4, SLOW, "page"))
    assert questions.next().what == SLOW
    questions.look()
    here.send(3)
    questions.look()
    here.send(4)
    with pytest.raises(GivenUpError):
        questions.look()
    here.send(_Asked(5, PRICED, "page"))
    assert questions.next().what == PRICED
    questions.look()


def test_only_the_slow_questions_of_the_page_that_moved_on_are_given_up():
    some = Processes(3)
    lines = [multiprocessing.Pipe() for _ in some._ones]
    for one, (here, _there), asked in zip(
        some._ones, lines, [_Asked(7, SLOW, "this"), _Asked(8, SLOW, "other"), _Asked(9, PRICED, "this")], strict=True
    ):
        one.line, one.asked = here, asked
    some.give_up("")
    assert not any(there.poll() for _here, there in lines)
    some.give_up("this")
    assert lines[0][1].recv() == 7
    assert not any(there.poll() for _here, there in lines)


@pytest.mark.parametrize("part", ["drivers", "stresses"])
def test_slow_parts_look_whether_somebody_waits_again_and_again(part):
    looks = []

    def look() -> None:
        looks.append(part)
        if len(looks) == 4:
            raise GivenUpError

    said = said_of(PRICED._replace(parts=(part,)), reckoned, look)
    assert len(looks) == 4  # the part itself looks, between its own runs
    assert said.answer is None
    assert said.problem["kind"] == "superseded"


def test_what_waits_is_dropped_when_its_page_moves_on():
    gate, said = Gate(2), []

    def ask(page: str) -> None:
        try:
            with gate.entered(page, slow=True):
                said.append(page)
        except Problem as problem:
            said.append(problem.kind)

    with gate.entered("busy", slow=True):
        waiting = [threading.Thread(target=ask, args=(page,)) for page in ("this", "other")]
        for thread in waiting:
            thread.start()
        while gate.came < 3:
            pass
        gate.give_up("")
        gate.give_up("this")
        waiting[0].join(60)
        assert said == ["superseded"]
    waiting[1].join(60)
    assert said == ["superseded", "other"]
