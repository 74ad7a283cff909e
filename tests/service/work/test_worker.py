"""A worker in this process: what it answers, and how it stops."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import json
import os
import threading
import time

import pytest
from sqlalchemy import update

from risksim import api, replies
from risksim.errors import RisksimError
from risksim.service.problems import Problem
from risksim.service.store import deals, runs
from risksim.service.store.tables import Run, now
from risksim.service.work import making, worker
from risksim.service.work.making import Answer
from risksim.service.work.worker import ENDED_AMID_WORK, LetGoError, Worker, checkpoint_of
from tests.service.conftest import SIMPLE

HERE = "elsewhere:1:test"
SMALL = {"paths": 512, "seed": 3, "engine": "individual"}
LONG = 60.0
"""What a slow machine may take for what takes no time. [s]"""


class GoneError(Exception):
    """The process would have ended."""


def leave(code):
    raise GoneError(code)


@pytest.fixture
def at_work(service, monkeypatch):
    monkeypatch.setattr(worker, "BEAT", 0.02)
    monkeypatch.setattr(worker, "PATIENCE", LONG)
    return Worker(service, HERE, 1, leave)


@pytest.fixture
def ask(service, local):
    def asked(question="run", wishes=SMALL, **more):
        which = more if more.keys() & {"deal", "shipped", "text"} else more | {"text": SIMPLE}
        with service.database.writing() as session:
            return runs.ask(session, local, question=question, wishes=wishes, digest="d", **which).id

    return asked


@pytest.fixture
def seen(service, local):
    def found(run_id):
        with service.database.reading() as session:
            return runs.find(session, local, run_id)

    return found


def made_by(monkeypatch, function):
    """What makes answers, in place of the real one."""
    monkeypatch.setattr(worker, "make", function)


# Answers


def test_answer_is_that_of_the_command_line(at_work, ask, seen, service):
    run_id = ask()
    assert at_work.work_once()
    run = seen(run_id)
    assert (run.state, run.media_type, run.problem) == ("done", "application/json", None)
    said = json.loads(service.files.read(run.result))
    assert said == replies.ask("run", [api.read_text(SIMPLE, "deal.yaml")], SMALL)
    assert not checkpoint_of(service.settings, run_id).exists()
    assert not at_work.work_once()


def test_saved_shipped_and_typed_deals_are_all_answered(at_work, ask, seen, service, local):
    with service.database.writing() as session:
        deal = deals.create(session, local, "A deal", SIMPLE)
        deals.revise(session, local, deal.id, SIMPLE.replace("name:", "name: Other, not", 1), 1, "")
    few = SMALL | {"paths": 256}
    of_first, of_second = (ask(wishes=few, deal=deal.id, revision=number) for number in (1, 2))
    typed, of_house = ask(wishes=few), ask(wishes=few, shipped="examples/simple-reference")
    while at_work.work_once():
        pass
    found = [seen(run_id).result for run_id in (of_first, typed)]
    assert found[0] == found[1] is not None
    assert seen(of_second).result not in (None, found[0])
    said = json.loads(service.files.read(seen(of_house).result))
    assert said["scenario"]["file"] == "examples/simple-reference.yaml"


def test_stress_and_changes_are_made(at_work, ask, seen, service):
    run_id = ask(wishes=SMALL | {"changes": {"cohorts[0].participants": 7}})
    at_work.work_once()
    assert json.loads(service.files.read(seen(run_id).result))["scenario"]["digest"] != _digest()


def _digest():
    return api.read_text(SIMPLE, "deal.yaml").plan.digest


@pytest.mark.parametrize("language", ["en", "da"])
def test_mistake_is_told_in_the_language_of_the_run(at_work, ask, seen, language):
    run_id = ask(wishes={"paths": -5}, language=language)
    at_work.work_once()
    run = seen(run_id)
    assert (run.state, run.result) == ("failed", None)
    assert "`paths`" in run.problem["detail"]


def test_error_of_the_program_is_told_without_values(at_work, ask, seen, monkeypatch, caplog):
    def broken(*_given):
        raise ValueError("a secret of the deal")

    made_by(monkeypatch, broken)
    run_id = ask()
    at_work.work_once()
    assert seen(run_id).problem["type"] == "unexpected"
    assert run_id in caplog.text
    assert "secret" not in caplog.text + json.dumps(seen(run_id).problem)


def test_lack_of_memory_is_told(at_work, ask, seen, monkeypatch):
    def greedy(*_given):
        raise MemoryError

    made_by(monkeypatch, greedy)
    run_id = ask()
    at_work.work_once()
    assert seen(run_id).problem["type"] == "too-large"


@pytest.mark.parametrize(("language", "said"), [("en", "make room there"), ("da", "skaffe plads")])
def test_full_disk_is_told_and_the_run_goes_on_when_there_is_room(
    at_work, ask, seen, service, local, monkeypatch, language, said
):
    made_by(monkeypatch, lambda *_all: Answer(b"{}", "application/json"))
    run = ask(language=language)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert at_work.work_once()
    found = seen(run)
    assert (found.state, found.problem["type"], found.result) == ("failed", "cannot-keep", None)
    assert said in found.problem["detail"]
    with service.database.writing() as session:
        runs.resume(session, local, run)
    assert at_work.work_once()
    assert seen(run).state == "done"


def full(_descriptor):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_data_that_are_half_written_lie_where_they_are_cleaned_away(at_work, ask, seen, service, monkeypatch):
    def save(_made, file):
        assert checkpoint_of(service.settings, run) in file.parents
        file.write_bytes(b"data")

    monkeypatch.setattr(making.api, "save", save)
    run = ask("data", {"paths": 256, "engine": "individual"})
    assert at_work.work_once()
    assert service.files.read(seen(run).result) == b"data"


def test_data_are_every_path(at_work, ask, seen, service):
    run_id = ask("data", SMALL | {"form": "csv"})
    at_work.work_once()
    run = seen(run_id)
    assert run.media_type.startswith("text/csv")
    rows = list(csv.reader(io.StringIO(service.files.read(run.result).decode())))
    assert len(rows) == 1 + SMALL["paths"]
    deal = api.read_text(SIMPLE, "deal.yaml")
    whole = api.simulate(deal, SMALL["paths"], SMALL["seed"], 1, keep_claims=False)
    assert service.files.read(run.result).decode() == api.path_table(whole)


@pytest.mark.slow
def test_memo_speaks_the_language_of_the_run(service, ask, seen, local):
    wishes = {"form": "html", "paths": 256, "quick": True}
    told = []
    run = seen(ask("memo", wishes, language="da"))
    found = making.make(service, run, told.append)
    assert found.media_type == "text/html; charset=utf-8"
    assert b'lang="da"' in found.content
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= making.MEMO_WORK


@pytest.mark.parametrize(("question", "wish"), [("memo", "format"), ("data", "form"), ("run", "folder")])
def test_wishes_that_nobody_knows_are_refused(service, ask, seen, question, wish):
    with pytest.raises(RisksimError, match=wish):
        making.make(service, seen(ask(question, {wish: "exe"})), print)


def test_work_is_counted_before_it_is_done():
    deal = api.read_text(SIMPLE, "deal.yaml")
    assert making.work_of("run", deal, SMALL) == SMALL["paths"]
    assert making.work_of("data", deal, SMALL) == SMALL["paths"]
    assert making.work_of("memo", deal, {}) == making.MEMO_WORK
    with pytest.raises(Problem):
        making.work_of("memo", deal, {"form": "exe"})
    assert making.is_known("memo")
    assert not making.is_known("dance")


# Stopping


def slowly(_service, _run, progress, _means):
    """Work that tells of its progress."""
    until, done = time.monotonic() + LONG, 0
    while time.monotonic() < until:
        progress(done := done + 1)
        time.sleep(0.005)
    raise AssertionError("nobody stopped it")


LEFT = threading.Event()
"""Whether silent work was left to itself."""


def silently(_service, _run, _progress, _means):
    """Work that offers no pause."""
    LEFT.wait(LONG)
    return Answer(b"too late", "text/plain")


@pytest.fixture(params=[slowly, silently])
def work(request, at_work, monkeypatch):
    made_by(monkeypatch, request.param)
    if request.param is silently:
        monkeypatch.setattr(worker, "PATIENCE", 0.1)
    return request.param


def meanwhile(at_work, begun, change):
    """Work once, and change something as soon as the work has begun as far as it should have."""
    gone = []
    LEFT.clear()

    def work():
        try:
            at_work.work_once()
        except GoneError as error:
            gone.append(error.args[0])

    thread = threading.Thread(target=work)
    thread.start()
    until = time.monotonic() + LONG
    while not begun() and time.monotonic() < until:
        time.sleep(0.01)
    change()
    thread.join(LONG)
    LEFT.set()
    assert not thread.is_alive()
    return gone


def test_stopped_worker_puts_its_run_back(at_work, ask, seen, monkeypatch):
    made_by(monkeypatch, slowly)
    run_id = ask()
    assert not meanwhile(at_work, lambda: seen(run_id).done > 1, at_work.stop)
    run = seen(run_id)
    assert (run.state, run.worker, run.attempts, run.result) == ("queued", None, 0, None)
    assert run.done > 1


def test_cancelled_run_stops(at_work, ask, seen, service, local, work):
    run_id = ask()

    def cancel():
        with service.database.writing() as session:
            runs.cancel(session, local, run_id)

    gone = meanwhile(at_work, lambda: seen(run_id).state == "running", cancel)
    assert gone == ([ENDED_AMID_WORK] if work is silently else [])
    assert (seen(run_id).state, seen(run_id).result) == ("cancelled", None)


@pytest.mark.usefixtures("work")
def test_run_that_was_taken_is_let_go(at_work, ask, seen, service):
    run_id = ask()

    def take():
        with service.database.writing() as session:
            session.execute(update(Run).where(Run.id == run_id).values(heartbeat_at=now() - dt.timedelta(hours=1)))
            runs.requeue_stale(session, service.settings.most_attempts)
            assert runs.claim(session, "elsewhere:2:other").id == run_id

    meanwhile(at_work, lambda: seen(run_id).state == "running", take)
    assert (seen(run_id).state, seen(run_id).worker) == ("running", "elsewhere:2:other")


def test_nobody_sees_an_answer_that_is_not_whole(at_work, ask, seen, service, monkeypatch):
    """Its file is on disk before the row says so; where keeping fails, the run is not done."""
    states = []
    keep = service.files.keep

    def kept(content):
        states.append(seen(run_id).state)
        found = keep(content)
        states.append(seen(run_id).state)
        return found

    monkeypatch.setattr(type(service.files), "keep", lambda _self, content: kept(content))
    run_id = ask()
    at_work.work_once()
    assert states == ["running", "running"]
    assert seen(run_id).state == "done"


def test_interrupted_run_goes_on_where_it_was(at_work, ask, seen, service, monkeypatch):
    wishes = SMALL | {"paths": 40_000}
    further = worker._Attempt._further

    def stopped_after_the_first_block(self, done):
        self.worker.stop()
        further(self, done)

    run_id = ask(wishes=wishes)
    with monkeypatch.context() as patched:
        patched.setattr(worker._Attempt, "_further", stopped_after_the_first_block)
        at_work.work_once()
    assert seen(run_id).state == "queued"
    blocks = list(checkpoint_of(service.settings, run_id).rglob("*.npz"))
    assert blocks
    before = {block: block.stat().st_mtime_ns for block in blocks}
    monkeypatch.setattr("shutil.rmtree", lambda *_given, **_more: None)
    assert Worker(service, HERE, 1, leave).work_once()
    assert all(block.stat().st_mtime_ns == made for block, made in before.items())
    whole = replies.ask("run", [api.read_text(SIMPLE, "deal.yaml")], wishes)
    assert json.loads(service.files.read(seen(run_id).result)) == whole


def test_folder_for_blocks_does_not_choose_the_engine(tmp_path):
    deal = api.read_text(SIMPLE, "deal.yaml")
    plain = replies.ask("run", [deal], {"paths": 512})
    assert plain["run"]["engine"] == "exact"
    assert replies.ask("run", [deal], {"paths": 512}, checkpoint=tmp_path) == plain
    drawn = replies.ask("run", [deal], SMALL)
    assert replies.ask("run", [deal], SMALL, checkpoint=tmp_path) == drawn
    assert list(tmp_path.rglob("*.npz"))


def test_let_go_is_no_error_that_work_could_catch():
    assert not issubclass(LetGoError, Exception)


def test_worker_ends_when_it_has_nothing_to_do(at_work):
    began = time.monotonic()
    at_work.serve(idle=0.0)
    assert time.monotonic() - began < LONG < worker.IDLE


def test_worker_outlives_a_database_that_is_away(at_work, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def away(_self):
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(Worker, "_claim", away)
    assert not at_work.work_once()
