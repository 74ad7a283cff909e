"""Nothing goes that somebody needs, and nothing stays that nobody needs."""

from __future__ import annotations

import datetime as dt
import errno
import os
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from risksim.service.problems import Problem
from risksim.service.store import cleaning
from risksim.service.store.files import GOING
from risksim.service.store.tables import Remembered, Run, SignIn, now


def aged(service, name: str, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(service.files.place(name), (moment, moment))


def run(result: str | None, state: str = "done", days: float = 0) -> Run:
    return Run(
        account_id="local", question="run", wishes={}, digest="d", state=state, result=result,
        finished_at=now() - dt.timedelta(days=days),
    )  # fmt: skip


def test_results_that_no_run_names_go_after_a_while(service):
    named, lost, young = (service.files.keep(said) for said in (b"named", b"lost", b"young"))
    half = service.files.place(lost).parent / ".half"
    half.write_bytes(b"x")
    os.utime(half, (0, 0))
    for name in (named, lost):
        aged(service, name, 7200)
    with service.database.writing() as session:
        session.add(run(named))
    assert cleaning.collect(service) == 1
    assert service.files.read(named) == b"named"
    assert service.files.read(young) == b"young"
    assert not service.files.place(lost).exists()
    assert not half.exists()
    assert cleaning.collect(service) == 0


def test_what_is_kept_again_is_young_again(service):
    name = service.files.keep(b"again")
    aged(service, name, 7200)
    assert service.files.keep(b"again") == name
    assert cleaning.collect(service) == 0
    assert service.files.read(name) == b"again"


def test_a_result_kept_again_at_any_moment_of_its_deletion_is_there(service, monkeypatch):
    name = service.files.keep(b"wanted")
    moment = time.time() - 3600

    aged(service, name, 7200)  # kept again between being found and being put aside
    assert service.files.keep(b"wanted") == name
    assert not service.files.drop(name, moment)
    assert service.files.read(name) == b"wanted"

    aged(service, name, 7200)  # kept again while it lies aside
    look = Path.stat

    def slow(path: Path, **options: bool) -> os.stat_result:
        if path.name.startswith(GOING):
            monkeypatch.setattr(Path, "stat", look)
            assert service.files.keep(b"wanted") == name
        return look(path, **options)

    monkeypatch.setattr(Path, "stat", slow)
    assert service.files.drop(name, moment)
    assert service.files.read(name) == b"wanted"


def test_old_runs_go_and_those_that_wait_stay(service):
    result = service.files.keep(b"old")
    aged(service, result, 7200)
    with service.database.writing() as session:
        session.add_all([run(result, days=400), run(None, days=300), run(None, "running", days=400)])
        session.add(Remembered(who="local", key="k", fingerprint="f", created_at=now() - dt.timedelta(days=8)))
        session.add(SignIn(secret_hash="a", account_id="local", expires_at=now() - dt.timedelta(days=31)))
        session.add(SignIn(secret_hash="b", account_id="local", expires_at=now() - dt.timedelta(days=3)))
    assert cleaning.clean(service) == (1, 1)
    with service.database.reading() as session:
        assert sorted(one.state for one in session.scalars(select(Run))) == ["done", "running"]
        assert session.scalars(select(Remembered)).all() == []
        assert [one.secret_hash for one in session.scalars(select(SignIn))] == ["b"]
    assert not service.files.place(result).exists()


def test_what_is_damaged_is_written_anew(service):
    name = service.files.keep(b"whole")
    for damage in (b"", b"half", b"other"):
        service.files.place(name).write_bytes(damage)
        assert service.files.keep(b"whole") == name
        assert service.files.read(name) == b"whole"


def test_a_full_disk_is_told_and_nothing_is_left_half_written(service, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Problem, match="No space left on device") as found:
        service.files.keep(b"too much")
    assert found.value.kind == "cannot-keep"
    assert [file for file in service.files.folder.rglob("*") if file.is_file()] == []


def test_what_a_killed_cleaner_put_aside_has_its_name_again_or_goes(service):
    named, lost = (service.files.keep(said) for said in (b"named", b"lost"))
    with service.database.writing() as session:
        session.add(run(named))
    for name in (named, lost):
        aged(service, name, 7200)
        service.files.place(name).rename(service.files.place(name).with_name(f"{GOING}{name}.0a1b2c3d"))
    assert cleaning.collect(service) == 0  # somebody may be at it
    time.sleep(0.01)
    cleaning.collect(service, grace=0.0)
    assert service.files.read(named) == b"named"
    assert cleaning.collect(service) == 1
    assert [file.name for file in service.files.folder.rglob("*") if file.is_file()] == [named]
