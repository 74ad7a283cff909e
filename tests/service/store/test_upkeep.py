"""The tables of a database become those of the program, once, and only where they may."""

from __future__ import annotations

import os
import sqlite3
import threading
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from risksim.service.settings import Settings
from risksim.service.store import upkeep
from risksim.service.store.database import Database
from risksim.service.store.tables import LOCAL, Account, Identity, Run, Table
from tests.service.conftest import TEST_DATABASE


@pytest.fixture
def database(settings):
    if TEST_DATABASE is None:
        (settings.folder / "risksim.sqlite").unlink()
    made = Database(settings)
    yield made
    made.close()


def test_the_steps_lead_to_the_tables_of_the_program(database):
    upkeep.prepare(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == [], (
            "tables.py and migrations/versions differ: add a step (alembic's autogenerate writes a draft of it)"
        )
    assert ScriptDirectory.from_config(upkeep._config()).get_current_head() == upkeep.LATEST


def test_preparing_twice_changes_nothing(database):
    upkeep.prepare(database)
    upkeep.prepare(database)
    with database.reading() as session:
        assert session.scalars(select(Account.id)).all() == [LOCAL]


def test_several_processes_may_start_at_once(database, settings):
    begin, errors = threading.Barrier(4), []

    def start() -> None:
        begin.wait()
        try:
            mine = Database(settings)
            upkeep.prepare(mine)
            mine.close()
        except Exception as error:  # told below, in the thread of the test
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1
        assert session.scalar(select(func.count()).select_from(Identity)) == 1


@pytest.mark.skipif(TEST_DATABASE is not None, reason="of SQLite")
def test_a_new_database_that_somebody_else_changes_is_waited_for(settings, database, monkeypatch):
    """SQLite itself does not wait then: it would refuse at once."""
    other = sqlite3.connect(settings.folder / "risksim.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(time, "sleep", lambda _seconds: other.execute("ROLLBACK"))
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert not other.in_transaction
    other.close()


def test_runs_of_an_older_program_are_kept(database):
    upkeep.migrate(database, "0001")
    row = {
        "id": "r", "question": "run", "wishes": "{}", "language": "en", "digest": "d", "state": "queued", "done": 0,
        "attempts": 2, "created_at": "2026-01-01 00:00:00",
    }  # fmt: skip
    with database.writing() as session:
        names = ", ".join(row)
        session.execute(text(f"INSERT INTO runs ({names}) VALUES (:{', :'.join(row)})"), row)
    upkeep.prepare(database)
    with database.reading() as session:
        found = session.scalars(select(Run)).one()
        assert (found.id, found.attempts, found.deaths) == ("r", 2, 0)


@pytest.mark.parametrize("step", ["0001", "0002"])
def test_database_of_an_older_program_gets_an_identity_and_keeps_it(database, step):
    upkeep.migrate(database, step)
    upkeep.make_local(database)
    upkeep.prepare(database)
    with database.reading() as session:
        said = session.scalars(select(Identity.id)).one()
    upkeep.prepare(database)
    with database.reading() as session:
        assert session.scalars(select(Identity.id)).one() == said
        assert session.scalars(select(Account.id)).all() == [LOCAL]


def test_a_database_of_a_newer_program_is_refused_and_left_alone(database):
    upkeep.prepare(database)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(upkeep.StoreError, match=r"newer risksim.*9999"):
        upkeep.prepare(database)
    with database.reading() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_tables_that_nobody_numbered_are_refused(database):
    Table.metadata.create_all(database.engine)
    with pytest.raises(upkeep.StoreError, match="restore a backup"):
        upkeep.prepare(database)


def test_a_step_that_breaks_leaves_nothing_behind(database, monkeypatch):
    from alembic import command

    def half(config, _revision):
        config.attributes["connection"].execute(text("CREATE TABLE half (x INTEGER)"))
        raise RuntimeError("broken step")

    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", half)
        with pytest.raises(RuntimeError, match="broken step"):
            upkeep.prepare(database)
    upkeep.prepare(database)
    with database.engine.connect() as connection:
        assert "half" not in upkeep.inspect(connection).get_table_names()


def test_foreign_keys_are_held_after_the_tables_were_changed(database):
    upkeep.prepare(database)
    with database.reading() as session:
        if database.is_embedded:
            assert session.scalar(text("PRAGMA foreign_keys")) == 1


@pytest.mark.parametrize(
    "address", ["nonsense", "mysql://me:hunter2@h/x", "nosuch://me:hunter2@h/x", "postgresql://[::1/x"]
)
def test_an_address_of_no_database_is_told_without_its_password(tmp_path, address):
    with pytest.raises(upkeep.StoreError, match="RISKSIM_DATABASE names no database") as found:
        Database(Settings(folder=tmp_path, database=address))
    assert "hunter2" not in str(found.value)
    assert found.value.__suppress_context__


def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path):
    there = tmp_path / "file"
    there.mkdir()
    made = Database(Settings(folder=tmp_path, database=f"sqlite:///{there}"))
    with pytest.raises(upkeep.StoreError, match="does not answer, or cannot be written to: unable to open"):
        upkeep.prepare(made)
    made.engine.url = made.engine.url.set(password="hunter2")
    with pytest.raises(upkeep.StoreError, match=r"no \*\*\*") as found, upkeep.answered(made):
        raise OperationalError("SELECT 1", {}, RuntimeError("no hunter2"))
    assert found.value.__suppress_context__
    made.close()


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such names")
@pytest.mark.parametrize("name", ["a?b", "a#b", "a%41b", "Sønderjylland 2"])
def test_the_embedded_database_lies_in_its_folder_whatever_that_is_called(tmp_path, name):
    made = Database(Settings(folder=tmp_path / name, database=None))
    upkeep.prepare(made)
    made.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "risksim.sqlite").stat().st_size > 0


@pytest.mark.skipif(os.name != "posix", reason="other systems keep folders of a person private by themselves")
def test_a_folder_that_the_service_makes_is_read_by_nobody_else(tmp_path):
    Database(Settings(folder=tmp_path / "kept")).close()
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0
