"""Which folder goes with which database, and what is said where they do not belong together."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import select

from risksim.cli import serve as command
from risksim.language import speaking
from risksim.service.app import make
from risksim.service.settings import Settings
from risksim.service.store import backup, place, upkeep
from risksim.service.store.database import Database
from risksim.service.store.tables import Identity
from risksim.service.store.upkeep import StoreError


def identity(database):
    with database.reading() as session:
        return session.scalars(select(Identity.id)).one()


@pytest.fixture
def other(tmp_path):
    """Another service, of another database."""
    settings = Settings(folder=tmp_path / "other")
    database = Database(settings)
    upkeep.prepare(database)
    yield database, settings
    database.close()


def test_server_marks_its_folder_once(service):
    said = place.read(service.settings.folder)
    assert said == identity(service.database)
    make(service.settings).state.service.database.close()
    assert place.read(service.settings.folder) == said
    assert not list(service.settings.folder.glob(f".{place.MARK}*"))


@pytest.mark.skipif(os.name != "posix", reason="other systems keep folders of a person private by themselves")
def test_folder_that_is_made_for_a_database_elsewhere_is_read_by_nobody_else(service, tmp_path):
    place.take(service.database, service.settings.model_copy(update={"folder": tmp_path / "new"}))
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_databases_differ(service, other):
    assert identity(service.database) != identity(other[0])


def test_folder_of_another_database_is_refused(service, other):
    database, settings = other
    there = settings.model_copy(update={"folder": service.settings.folder})
    before = place.read(service.settings.folder)
    with pytest.raises(StoreError, match="belongs to another database"):
        place.take(database, there)
    with pytest.raises(StoreError, match="belongs to another database"):
        place.check(database, there)
    assert place.read(service.settings.folder) == before


def test_worker_takes_the_folder_of_its_server(service):
    place.check_marked(service.settings)
    place.check(service.database, service.settings)
    left = {
        found.name
        for name in (place.RESULTS, place.CHECKPOINTS)
        for found in (service.settings.folder / name).iterdir()
    }
    assert left == set()


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize(("language", "said"), [("en", "Mount it here"), ("da", "Gør mappen tilgængelig her")])
def test_worker_without_the_folder_of_its_server_says_what_to_mount(tmp_path, there, language, said):
    folder = tmp_path / "not-mounted"
    if there:
        folder.mkdir()
    with speaking(language), pytest.raises(StoreError, match=said) as caught:
        command.work(Settings(folder=folder))
    assert place.MARK in str(caught.value)
    assert list(tmp_path.rglob("*")) == ([folder] if there else [])  # nothing was made, no database either


def test_worker_that_may_not_write_says_so(service, monkeypatch):
    def full(**_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place.tempfile, "TemporaryFile", full)
    with pytest.raises(StoreError, match="No space left on device"):
        place.check(service.database, service.settings)


def test_mark_goes_with_a_backup(service, tmp_path):
    if not service.database.is_embedded:
        pytest.skip("restoring takes an empty database, of which there is one")
    backup.save(service.settings, tmp_path / "b.tar.gz")
    there = Settings(folder=tmp_path / "there", workers=0)
    make(there).state.service.database.close()  # a first start marked it as its own
    assert place.read(there.folder) != identity(service.database)
    backup.restore(there, tmp_path / "b.tar.gz")
    restored = Database(there)
    place.check_marked(there)
    place.check(restored, there)
    assert identity(restored) == identity(service.database) == place.read(there.folder)
    restored.close()


@pytest.mark.parametrize("moment", ["_fill", "mark"])
def test_a_restoring_that_is_killed_leaves_a_folder_that_its_server_takes(service, tmp_path, monkeypatch, moment):
    if not service.database.is_embedded:
        pytest.skip("restoring takes an empty database, of which there is one")
    backup.save(service.settings, tmp_path / "b.tar.gz")
    there = Settings(folder=tmp_path / "there", workers=0)
    make(there).state.service.database.close()  # a first start marked it as its own

    def killed(*_all):
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, moment, killed)
    with pytest.raises(KeyboardInterrupt):
        backup.restore(there, tmp_path / "b.tar.gz")
    made = make(there).state.service.database
    assert place.read(there.folder) == identity(made)
    made.close()
