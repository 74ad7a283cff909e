"""What is restored equals what was saved; what is no whole backup is refused before anything is touched."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import tarfile
import threading

import pytest
from sqlalchemy import create_engine, delete, select, text
from sqlalchemy.exc import OperationalError

from risksim.cli.main import app as commands
from risksim.cli.output import OutputError
from risksim.service.settings import Settings
from risksim.service.store import backup, cleaning, deals, upkeep
from risksim.service.store.backup import StoreError
from risksim.service.store.database import Database
from risksim.service.store.files import Files
from risksim.service.store.tables import Event, Link, Remembered, Run, SignIn, Table, Token, Tries, now
from tests.service.conftest import SIMPLE, TEST_DATABASE

DANISH = SIMPLE.replace("name: Simple reference deal", "name: Æblehaven, Sønderjylland – prøve")


@pytest.fixture
def kept(people):
    """A service that holds something in every table."""
    service = people.service
    made = people.deal(DANISH, "Æblehaven")
    result = service.files.keep(b'{"p_loss": 0.1}')
    with service.database.writing() as session:
        deals.revise(session, people.editor.principal, made.id, DANISH.replace("60000", "55000"), 1, "billigere")
        session.add_all(
            [
                Run(deal_id=made.id, revision=2, account_id=people.owner.id, question="run", digest="d" * 64,
                    wishes={"paths": 10**12, "rate": 0.1 + 0.2, "stress": None}, state="done", result=result,
                    done=2**40, of=2**40, finished_at=now()),
                Run(account_id=people.viewer.id, text=SIMPLE, question="price", wishes={}, digest="e",
                    problem={"type": "cannot-answer"}, idempotency_key="k"),
                Token(secret_hash="a" * 64, prefix="rsk_abcd", account_id=people.owner.id, name="R", scopes=["read"]),
                SignIn(secret_hash="b" * 64, account_id=people.owner.id, expires_at=now()),
                Link(secret_hash="c" * 64, deal_id=made.id, account_id=None, expires_at=now()),
                Tries(key="t" * 64, count=2),
                Remembered(who=people.owner.id, key="k", fingerprint="f", status=201, answer={"id": made.id}),
                *(Event(account_id=people.owner.id, by="session", action="view", deal_id=made.id, detail={"k": k})
                  for k in range(3)),
            ]
        )  # fmt: skip
    return people


@pytest.fixture
def place(tmp_path, request):
    """An empty place to restore to, on the same kind of database."""
    folder = tmp_path / "restored"
    if TEST_DATABASE is None:
        return Settings(folder=folder)
    request.getfixturevalue("database_address")
    engine = create_engine(TEST_DATABASE, isolation_level="AUTOCOMMIT")
    schema = f"restored_{tmp_path.name[-20:].replace('-', '_')}"
    with engine.connect() as connection:
        connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
        connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    engine.dispose()
    joint = "&" if "?" in TEST_DATABASE else "?"
    return Settings(folder=folder, database=f"{TEST_DATABASE}{joint}options=-csearch_path%3D{schema}")


def content(database: Database) -> dict[str, list]:
    """Every row of every table."""
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Table.metadata.sorted_tables
        }


def files_in(folder) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def restored(place: Settings) -> dict[str, list]:
    database = Database(place)
    try:
        return content(database)
    finally:
        database.close()


def test_what_is_restored_equals_what_was_saved(kept, place, tmp_path):
    before, files = content(kept.service.database), files_in(kept.service.files.folder)
    assert all(before.values())  # every table holds something, else this test shows little
    saved = backup.save(kept.service.settings, tmp_path / "b.tar.gz")
    assert saved.rows == {name: len(rows) for name, rows in before.items()}
    assert (saved.files, saved.left_out) == (1, ())
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    found = backup.restore(place, tmp_path / "b.tar.gz")
    assert found.rows == saved.rows
    assert restored(place) == before
    assert files_in(place.folder / "results") == files
    assert [path.name for path in tmp_path.glob(".*")] == []  # nothing is left lying about
    database = Database(place)
    with database.writing() as session:  # and it can be worked with
        session.add(Event(by="nobody", action="view"))
        session.flush()
        assert session.scalar(text("SELECT max(id) FROM events")) == 4
        null = "SELECT count(*) FROM runs WHERE problem IS NULL"
        assert session.scalar(text(null)) == 1
    database.close()


def test_a_backup_of_one_kind_of_database_is_restored_into_the_other(kept, tmp_path):
    """On SQLite this only repeats the test above; on PostgreSQL it goes there and back."""
    before = content(kept.service.database)
    backup.save(kept.service.settings, tmp_path / "there.tar.gz")
    embedded = Settings(folder=tmp_path / "embedded", database=None)
    backup.restore(embedded, tmp_path / "there.tar.gz")
    assert restored(embedded) == before


def test_nothing_is_overwritten(kept, place, tmp_path):
    file = tmp_path / "b.tar.gz"
    backup.save(kept.service.settings, file)
    before = file.read_bytes()
    with pytest.raises(StoreError, match="there already"):
        backup.save(kept.service.settings, file)
    assert file.read_bytes() == before
    content_before = content(kept.service.database)
    with pytest.raises(StoreError, match="overwrites nothing"):
        backup.restore(kept.service.settings, file)
    assert content(kept.service.database) == content_before
    Files(place.folder / "results").keep(b"somebody's")
    with pytest.raises(StoreError, match="overwrites nothing"):
        backup.restore(place, file)
    assert list(files_in(place.folder / "results").values()) == [b"somebody's"]


def test_a_place_where_the_service_only_started_counts_as_empty(kept, place, tmp_path):
    backup.save(kept.service.settings, tmp_path / "b.tar.gz")
    database = Database(place)
    upkeep.prepare(database)
    database.close()
    backup.restore(place, tmp_path / "b.tar.gz")
    assert restored(place) == content(kept.service.database)


def rewritten(file, change) -> None:
    """The archive with its members changed: name to bytes."""
    with tarfile.open(file) as tar:
        members = {info.name: tar.extractfile(info).read() for info in tar}
    members = change(members)
    with tarfile.open(file, "w:gz") as tar:
        for name, said in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(said)
            tar.addfile(info, io.BytesIO(said))


def edited(name, old, new):
    return lambda members: {key: said.replace(old, new) if key == name else said for key, said in members.items()}


def newer(members):
    from hashlib import sha256

    said = json.dumps(json.loads(members["manifest.json"]) | {"step": "9999", "program": "99.0"}).encode()
    return members | {"manifest.json": said, "manifest.sha256": sha256(said).hexdigest().encode()}


DAMAGE = {
    "an edited deal": edited("tables/revisions.jsonl", b"value: 55000", b"value: 75000"),
    "an edited manifest": edited("manifest.json", b'"rows": 2', b'"rows": 3'),
    "an edited result": lambda members: {
        name: said if not name.startswith("files/") else b'{"p_loss": 0.0}' for name, said in members.items()
    },
    "a table less": lambda members: {name: said for name, said in members.items() if "revisions" not in name},
    "a file too many": lambda members: members | {"files/../../evil": b"x"},
    "no manifest": lambda members: {name: said for name, said in members.items() if "manifest" not in name},
    "of a newer program": newer,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_edited_backup_is_refused_and_nothing_is_touched(kept, place, tmp_path, damage):
    file = tmp_path / "b.tar.gz"
    backup.save(kept.service.settings, file)
    rewritten(file, DAMAGE[damage])
    with pytest.raises(StoreError, match="newer risksim" if "newer" in damage else "not a whole backup"):
        backup.restore(place, file)
    assert not list(place.folder.iterdir())
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_backup_is_refused(kept, place, tmp_path, share):
    file = tmp_path / "b.tar.gz"
    backup.save(kept.service.settings, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(StoreError, match="not a whole backup"):
        backup.restore(place, file)
    assert not list(place.folder.iterdir())


@pytest.mark.parametrize(
    "said",
    [b"", b"hello", gzip.compress(b"hello", mtime=0), b"PK\x03\x04" + bytes(100)],
    ids=["nothing", "text", "packed text", "a zip without files"],
)
def test_what_is_no_backup_is_refused(settings, tmp_path, said):
    (tmp_path / "x").write_bytes(said)
    with pytest.raises(StoreError, match="not a whole backup"):
        backup.restore(Settings(folder=tmp_path / "there"), tmp_path / "x")


def test_a_damaged_result_does_not_stop_a_backup_and_is_named(kept, place, tmp_path):
    (name,) = files_in(kept.service.files.folder)
    kept.service.files.place(name).write_bytes(b"half")
    saved = backup.save(kept.service.settings, tmp_path / "b.tar.gz")
    assert (saved.files, saved.left_out) == (0, (name,))
    assert backup.restore(place, tmp_path / "b.tar.gz").left_out == (name,)
    assert restored(place) == content(kept.service.database)


def test_a_result_whose_run_is_deleted_meanwhile_is_saved(kept, place, tmp_path, monkeypatch):
    """Cleaning comes by while the backup is written: what it names is still to be read."""
    (name,) = files_in(kept.service.files.folder)
    os.utime(kept.service.files.place(name), (0, 0))
    whole = backup._whole

    def and_then(*given):
        found = whole(*given)
        with kept.service.database.writing() as session:
            session.execute(delete(Run))
        assert cleaning.collect(kept.service) == 0
        return found

    monkeypatch.setattr(backup, "_whole", and_then)
    backup.save(kept.service.settings, tmp_path / "b.tar.gz")
    backup.restore(place, tmp_path / "b.tar.gz")
    assert list(files_in(place.folder / "results")) == [name]
    assert len(restored(place)["runs"]) == 2


def test_two_backups_at_once_into_one_file_leave_a_whole_one(kept, place, tmp_path, monkeypatch):
    file, add = tmp_path / "b.tar.gz", backup._add

    def and_another(*given):
        monkeypatch.setattr(backup, "_add", add)
        backup.save(kept.service.settings, file)
        add(*given)

    monkeypatch.setattr(backup, "_add", and_another)
    backup.save(kept.service.settings, file)
    backup.restore(place, file)
    assert [path.name for path in tmp_path.glob(".*")] == []


def full(_descriptor):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_backup_for_which_there_is_no_room_is_told_and_leaves_nothing(kept, tmp_path, monkeypatch):
    there = tmp_path / "there"
    there.mkdir()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        backup.save(kept.service.settings, there / "b.tar.gz")
    assert list(there.iterdir()) == []


def test_a_backup_is_not_blamed_for_a_place_without_room(kept, place, tmp_path, monkeypatch):
    backup.save(kept.service.settings, tmp_path / "b.tar.gz")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match=r"No space left on device.*Nothing was restored"):
            backup.restore(place, tmp_path / "b.tar.gz")
    assert list(place.folder.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written to"):
        backup.restore(place.model_copy(update={"folder": tmp_path / "file" / "below"}), tmp_path / "b.tar.gz")


def test_a_backup_is_not_blamed_for_a_database_that_does_not_answer(kept, place, tmp_path, monkeypatch):
    backup.save(kept.service.settings, tmp_path / "b.tar.gz")

    def away(*_all):
        raise OperationalError("INSERT", {}, RuntimeError("database or disk is full"))

    monkeypatch.setattr(backup, "_batches", away)
    with pytest.raises(
        StoreError, match="The database does not answer, or cannot be written to: database or disk is full"
    ):
        backup.restore(place, tmp_path / "b.tar.gz")
    assert not (place.folder / "results").exists()


def test_a_backup_while_others_write_holds_one_moment(kept, place, tmp_path):
    """A revision and the number that names it are written together; a backup never has one without the other."""
    made = kept.deal()
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        number = 1
        while not stop.is_set():
            with kept.service.database.writing() as session:
                changed = SIMPLE.replace("value: 60000", f"value: {60000 + number}")
                number = deals.revise(session, kept.owner.principal, made.id, changed, number, draft=True).number
            wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    saved = []
    try:
        for k in range(3):
            wrote.clear()
            assert wrote.wait(60)  # the writer gets on between backups, also on a machine that is slow to let it
            saved.append(backup.save(kept.service.settings, tmp_path / f"{k}.tar.gz"))
    finally:
        stop.set()
        writer.join()
    for one in saved:
        with tarfile.open(one.file) as tar:
            rows = {
                name: [json.loads(line) for line in tar.extractfile(f"tables/{name}.jsonl").read().splitlines()]
                for name in ("deals", "revisions")
            }
        latest = next(row["latest"] for row in rows["deals"] if row["id"] == made.id)
        assert sorted(row["number"] for row in rows["revisions"] if row["deal_id"] == made.id) == list(
            range(1, latest + 1)
        )
    assert saved[-1].rows["revisions"] > saved[0].rows["revisions"]


def test_secrets_are_in_a_backup_only_as_hashes(kept, tmp_path):
    backup.save(kept.service.settings, tmp_path / "b.tar.gz")
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        rows = [json.loads(line) for line in tar.extractfile("tables/tokens.jsonl").read().splitlines()]
    assert rows
    assert set(rows[0]) == set(Token.__table__.columns.keys())
    assert "secret" not in set(rows[0]) - {"secret_hash"}


def test_the_commands_save_and_restore(kept, place, tmp_path, monkeypatch, capsys):
    if kept.service.settings.database is not None:
        monkeypatch.setenv("RISKSIM_DATABASE", kept.service.settings.database.get_secret_value())
    options = {"standalone_mode": False}
    file = str(tmp_path / "b.tar.gz")
    commands(["backup", "--out", file, "--folder", str(kept.service.settings.folder), "--lang", "en"], **options)
    said = capsys.readouterr()
    assert said.out == f"Saved 1 deal, 2 runs, 1 result in {file}.\n"
    assert "keep it where only you can read it" in said.err
    if place.database is not None:
        monkeypatch.setenv("RISKSIM_DATABASE", place.database.get_secret_value())
    commands(["restore", file, "--folder", str(place.folder), "--lang", "en"], **options)
    assert capsys.readouterr().out.startswith("Restored 1 deal, 2 runs, 1 result, as it was at 20")
    monkeypatch.delenv("RISKSIM_DATABASE", raising=False)
    with pytest.raises(StoreError, match="There is nothing to save"):
        commands(["backup", "--folder", str(tmp_path / "nowhere"), "--lang", "en"], **options)
    monkeypatch.setenv("RISKSIM_WORKERS", "many")
    with pytest.raises(OutputError, match="RISKSIM_WORKERS"):
        commands(["backup", "--folder", str(tmp_path / "nowhere"), "--lang", "en"], **options)
