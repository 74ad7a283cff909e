"""The keeper: starts workers when something waits, and puts back what dead ones leave."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from sqlalchemy import update

from risksim.service.settings import Settings
from risksim.service.store import runs
from risksim.service.store.tables import Run, now
from risksim.service.work import keeper as keeping
from risksim.service.work import names
from risksim.service.work.keeper import Keeper, environment_of
from risksim.service.work.names import is_dead, name_of, new_word
from risksim.service.work.worker import checkpoint_of, checkpoints_of, threads_of
from tests.service.conftest import SIMPLE

SLEEPS = [sys.executable, "-c", "import sys; sys.stdin.read()"]
"""A process that ends with its keeper and works on nothing."""
DIES = [sys.executable, "-c", "raise SystemExit(7)"]


class Started:
    """Starts something else in place of workers."""

    def __init__(self, command):
        self.command, self.processes = command, []

    def __call__(self, command, _environment):
        assert command[1:3] == ["-m", "risksim.service.work"]
        made = subprocess.Popen([*self.command, command[3]], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.processes.append(made)
        return made


@pytest.fixture
def started():
    made = Started(SLEEPS)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()
        process.stdin.close()


@pytest.fixture
def kept(service, started, monkeypatch):
    monkeypatch.setattr(keeping, "YOUNG", 3600.0)  # however long a slow machine takes, what dies here dies young
    return Keeper(service, 2, started)


@pytest.fixture
def ask(service, local):
    def asked():
        with service.database.writing() as session:
            return runs.ask(session, local, question="run", wishes={"paths": 256}, digest="d", text=SIMPLE).id

    return asked


@pytest.fixture
def seen(service, local):
    def found(run_id):
        with service.database.reading() as session:
            return runs.find(session, local, run_id)

    return found


def claimed(service, worker):
    with service.database.writing() as session:
        return runs.claim(session, worker).id


def test_no_worker_while_nothing_waits(kept, started, ask):
    kept.look()
    assert not started.processes
    ask()
    kept.look()
    assert len(started.processes) == 1
    kept.look()
    assert len(started.processes) == 1
    ask()
    ask()
    kept.look()
    assert len(started.processes) == len(kept.names) == 2


def test_run_of_a_worker_that_dies_waits_again_at_once(kept, started, service, ask, seen):
    run_id = ask()
    kept.look()
    assert claimed(service, kept.names[0]) == run_id
    started.processes[0].kill()
    started.processes[0].wait()
    kept.look()
    assert (seen(run_id).state, seen(run_id).deaths) == ("queued", 1)
    assert len(started.processes) == 1  # it died young, so the next one waits a little


ENDS = [sys.executable, "-c", "import sys; sys.stdin.read(); raise SystemExit(3)"]


@pytest.mark.parametrize("told", ["by signal", "by its pipe", "by the end of the server"])
def test_run_is_not_blamed_for_a_worker_that_was_told_to_end(told, kept, started, service, ask, seen):
    started.command = ENDS
    run_id = ask()
    kept.look()
    assert claimed(service, kept.names[0]) == run_id
    process = started.processes[0]
    if told == "by signal":
        process.terminate()
    elif told == "by its pipe":
        process.stdin.close()
    else:
        kept.tell_to_stop()
        process.kill()
    process.wait()
    kept.look()
    assert (seen(run_id).state, seen(run_id).deaths, seen(run_id).worker) == ("queued", 0, None)


def test_own_worker_that_dies_just_now_is_left_to_be_buried(kept, started, service, ask, seen):
    run_id = ask()
    kept.look()
    claimed(service, kept.names[0])
    started.processes[0].kill()
    started.processes[0].wait()
    kept._put_back()
    assert seen(run_id).state == "running"
    kept._bury()
    assert (seen(run_id).state, seen(run_id).deaths) == ("queued", 1)


def test_run_that_always_takes_down_its_worker_is_given_up_and_others_are_not_kept_waiting(
    kept, started, service, ask, seen, monkeypatch
):
    monkeypatch.setattr(keeping, "YOUNG", 0.0)  # no waiting between workers
    kept.most, bad = 1, ask()
    others = [ask() for _ in range(3)]
    answered = []
    kept.look()
    while kept.names:
        run_id = claimed(service, kept.names[0])
        if run_id == bad:
            started.processes[-1].kill()
            started.processes[-1].wait()
            kept.look()
            continue
        with service.database.writing() as session:
            assert runs.finish(session, run_id, kept.names[0], "0" * 64, "application/json")
        answered.append((run_id, seen(bad).deaths))
    assert answered == [(run_id, runs.OFTEN) for run_id in others]
    assert (seen(bad).problem["type"], seen(bad).deaths) == ("given-up", service.settings.most_attempts)


def test_cancelled_run_of_a_worker_that_dies_is_cancelled(kept, started, service, local, ask, seen):
    run_id = ask()
    kept.look()
    claimed(service, kept.names[0])
    with service.database.writing() as session:
        runs.cancel(session, local, run_id)
    started.processes[0].kill()
    started.processes[0].wait()
    kept.look()
    assert seen(run_id).state == "cancelled"


def test_workers_that_die_young_are_started_less_and_less_often(kept, started, ask):
    started.command = DIES
    ask()
    for number in range(1, 9):
        kept.look()
        assert len(started.processes) == number
        started.processes[-1].wait()
        before = time.monotonic()
        kept.look()
        assert len(started.processes) == number, "the next one waits a little"
        assert before < kept._not_before - min(2.0**number / 2, keeping.LONGEST_WAIT) < time.monotonic()
        kept._not_before = 0.0  # as if that time had gone by


def test_runs_of_dead_and_silent_workers_wait_again(kept, service, ask, seen):
    gone, silent, alive = ask(), ask(), ask()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = [name_of(dead.pid, "gone"), "elsewhere:1:silent", "elsewhere:2:alive"]
    assert [claimed(service, name) for name in names] == [gone, silent, alive]
    with service.database.writing() as session:
        hour_ago = now() - dt.timedelta(hours=1)
        session.execute(update(Run).where(Run.id == silent).values(heartbeat_at=hour_ago))
    kept.look()
    assert [seen(run_id).state for run_id in (gone, silent, alive)] == ["queued", "queued", "running"]
    assert [seen(run_id).deaths for run_id in (gone, silent, alive)] == [1, 1, 0]  # they may be what took them down


def test_run_that_takes_down_the_whole_server_each_time_is_given_up(service, started, ask, seen):
    run_id, dead = ask(), subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for start in range(service.settings.most_attempts):
        assert (seen(run_id).state, seen(run_id).deaths) == ("queued", start)
        claimed(service, name_of(dead.pid, "gone"))
        Keeper(service, 0, started).look()  # of the next server
    assert (seen(run_id).state, seen(run_id).problem["type"]) == ("failed", "given-up")
    Keeper(service, 2, started).look()
    assert not started.processes


def test_silence_says_nothing_after_the_machine_stood_still(kept, started, service, ask, seen):
    run_id = ask()
    kept.look()
    claimed(service, kept.names[0])
    with service.database.writing() as session:
        session.execute(update(Run).values(heartbeat_at=now() - dt.timedelta(hours=1)))
    kept._awake -= 3600  # a closed laptop
    kept._next.clear()
    kept.look()
    assert (seen(run_id).state, started.processes[0].poll()) == ("running", None)
    kept._next.clear()
    kept.look()  # the worker said nothing since either
    assert (seen(run_id).state, seen(run_id).deaths) == ("queued", 1)


def test_own_worker_that_gives_no_sign_of_life_is_killed(kept, started, service, ask, seen):
    run_id = ask()
    kept.look()
    claimed(service, kept.names[0])
    with service.database.writing() as session:
        session.execute(update(Run).values(heartbeat_at=now() - dt.timedelta(hours=1)))
    kept._next.clear()
    kept.look()
    assert started.processes[0].wait(10) == -signal.SIGKILL
    kept.look()
    assert (seen(run_id).state, seen(run_id).deaths) == ("queued", 1)


def test_end_stops_workers_and_puts_back_their_runs(kept, started, service, ask, seen):
    run_id = ask()
    kept.begin()
    until = time.monotonic() + 60
    while not kept.names and time.monotonic() < until:
        time.sleep(0.01)
    claimed(service, kept.names[0])
    kept.end()
    assert all(process.poll() is not None for process in started.processes)
    assert seen(run_id).state == "queued"


def test_worker_that_does_not_stop_is_killed(service, ask, monkeypatch):
    monkeypatch.setattr(keeping, "GRACE", 0.3)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"

    def stubborn(_command, _environment):
        made = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        made.stdout.readline()
        return made

    kept = Keeper(service, 1, stubborn)
    ask()
    kept.look()
    process = kept._kept[0].process
    kept.end()
    assert process.returncode == -signal.SIGKILL
    process.stdin.close()
    process.stdout.close()


def test_blocks_are_kept_while_a_run_may_go_on(kept, service, local, ask, seen):
    waits, cancelled, forgotten, done = (ask() for _ in range(4))
    with service.database.writing() as session:
        runs.cancel(session, local, cancelled)
        runs.cancel(session, local, forgotten)
        month_ago = now() - dt.timedelta(days=30)
        session.execute(update(Run).where(Run.id == forgotten).values(finished_at=month_ago))
        session.execute(update(Run).where(Run.id == done).values(state="done"))
    for run_id in (waits, cancelled, forgotten, done, "0" * 24):
        checkpoint_of(service.settings, run_id).mkdir(parents=True)
    kept._clean()
    assert {place.name for place in checkpoints_of(service.settings).iterdir()} == {waits, cancelled}


def test_keeper_outlives_a_database_that_is_away(kept, service, monkeypatch):
    from sqlalchemy.exc import OperationalError

    looks = []

    def away():
        looks.append(1)
        if len(looks) == 3:
            kept.tell_to_stop()
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(kept, "look", away)
    monkeypatch.setattr(keeping, "TICK", 0.01)
    kept.keep()
    assert len(looks) == 3


def test_worker_process_gets_the_same_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("RISKSIM_PORT", "1234")
    monkeypatch.setenv("LOG", "theirs")
    monkeypatch.setenv("RISKSIM_CACHE_DIR", "theirs")
    settings = Settings(folder=tmp_path, database="postgresql+psycopg://me:hunter2@127.0.0.1/risksim", accounts=True)
    environment = environment_of(settings)
    assert (environment["LOG"], environment["RISKSIM_CACHE_DIR"]) == ("theirs", "theirs")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings
    assert "hunter2" not in repr(settings)


def test_name_tells_whether_its_process_lives():
    assert not is_dead(name_of(os.getpid(), "word"))
    assert not is_dead(f"not-{socket.gethostname()}:1:word")
    assert not is_dead("no name")
    code = "import sys; print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, "word"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert not is_dead(name_of(process.pid, "word"))
        process.stdout.readline()  # what has just begun has no command line yet, and may be anybody
        assert not is_dead(name_of(process.pid, "word"))
        assert is_dead(name_of(process.pid, "another")) == os.path.isdir("/proc")  # noqa: PTH112
        process.stdin.close()
    assert is_dead(name_of(process.pid, "word"))


@pytest.mark.parametrize("what", ["_STARTED", "_NUMBERED"])
@pytest.mark.skipif(not names._STARTED.exists(), reason="the system does not say when it was started")
def test_worker_of_another_machine_of_the_same_name_is_not_looked_up_here(what, tmp_path, monkeypatch):
    there = tmp_path / "there"
    if what == "_STARTED":
        there.write_text("00000000-0000-4000-8000-000000000000\n")
    else:
        there.symlink_to("pid:[1]")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(names, what, there)
        names._among.cache_clear()
        name = name_of(2**22, "word")
    names._among.cache_clear()
    assert name.startswith(socket.gethostname()[:48])
    assert len(name) + len(new_word()) - len("word") <= Run.worker.type.length
    assert not is_dead(name)
    assert is_dead(name_of(2**22, "word"))


@pytest.mark.parametrize("workers", [0, 1, 2, 64])
def test_a_core_is_left_to_pages(workers, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(8)), raising=False)
    assert threads_of(Settings(workers=workers)) == {0: 7, 1: 7, 2: 3, 64: 1}[workers]


@pytest.mark.slow
def test_worker_process_ends_with_its_keeper_and_answers_before(service, ask, seen):
    """A real worker: claims, answers, and ends when the other end of its pipe is gone."""
    run_id = ask()
    kept = Keeper(service, 1)
    kept.look()
    process = kept._kept[0].process
    until = time.monotonic() + 60
    while seen(run_id).state != "done" and time.monotonic() < until:
        time.sleep(0.05)
    assert seen(run_id).state == "done"
    assert os.getpriority(os.PRIO_PROCESS, process.pid) > 0
    process.stdin.close()
    assert process.wait(15) == 0
