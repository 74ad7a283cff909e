"""A backup of all that is kept, in one file, and the way back.

The file is a ``.tar.gz`` of JSON lines, one file a table, of the results that runs name, and of a manifest with a hash
of each. It is the same from SQLite and from PostgreSQL, so a backup of one may be restored into the other. All tables
are read in one transaction that sees one moment, while the service goes on working.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import secrets
import shutil
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, NamedTuple

from sqlalchemy import JSON, Connection, DateTime, MetaData, func, insert, select, text
from sqlalchemy import Table as StoredTable
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from risksim.language import _
from risksim.service.settings import Settings
from risksim.service.store import upkeep
from risksim.service.store.database import Database, StoreError
from risksim.service.store.files import GRACE, Files, settle
from risksim.service.store.place import RESULTS, mark, unmark
from risksim.service.store.tables import LOCAL, now

FORMAT = "risksim-backup"
VERSION = 1
_MANIFEST, _SEAL = "manifest.json", "manifest.sha256"
_NOT_SAVED = "alembic_version"  # its one value stands in the manifest
_IDENTITY = "identity"
_MOST_MANIFEST = 200_000_000
_AT_ONCE = 500
_CHUNK = 1 << 20
_YOUNG = GRACE / 4
"""After how long results that are still to be saved are made young again. [s]"""
_TRIES = 5


class Saved(NamedTuple):
    """What a backup holds."""

    file: Path
    made_at: str
    """ISO 8601, in UTC."""
    rows: dict[str, int]
    """Rows by table."""
    files: int
    """Results."""
    left_out: tuple[str, ...]
    """Results that runs name, but that were damaged or gone: their runs can be asked again."""


# Saving


def save(settings: Settings, out: Path | None = None) -> Saved:
    """Write a backup; the service may be running.

    Parameters
    ----------
    settings : Settings
        Name the database and the folder.
    out : Path, optional
        Where to write it; left out, a file in this folder that is named by the moment.

    Returns
    -------
    Saved

    Raises
    ------
    StoreError
        If there is nothing to save, or the file is there already.
    """
    moment = now()
    out = out or Path(f"risksim-backup-{moment:%Y%m%dT%H%M%SZ}.tar.gz")
    if out.exists():
        raise StoreError(_("{file} is there already. Name another file, or delete it first.", file=out))
    if not out.parent.is_dir():
        raise StoreError(_("There is no folder {folder}. Make it, or name another file.", folder=out.parent))
    if settings.database is None and not (settings.folder / "risksim.sqlite").is_file():
        raise StoreError(
            _(
                "There is nothing to save in {folder}. Name the folder of the service with --folder or RISKSIM_FOLDER.",
                folder=settings.folder,
            )
        )
    database = Database(settings)
    half = out.with_name(f".{out.name}.{secrets.token_hex(4)}.half")
    try:
        with upkeep.answered(database):
            saved = _save(database, Files(settings.folder / RESULTS), moment, half)
        half.replace(out)
        settle(out.parent)
    except OSError as error:
        raise StoreError(
            _(
                "{file} could not be written ({reason}). Make room for it, or name another file.",
                file=out,
                reason=error.strerror or type(error).__name__,
            )
        ) from error
    finally:
        database.close()
        half.unlink(missing_ok=True)
    return saved._replace(file=out)


def _save(database: Database, files: Files, moment: dt.datetime, out: Path) -> Saved:
    with tempfile.TemporaryDirectory(prefix=".risksim-", dir=out.parent) as name:
        folder = Path(name)
        before: list[str] = []
        for _again in range(_TRIES):  # a result may go with its run between the two; then there is a newer moment
            tables, wanted, step = _dump(database, folder)
            found, left_out = _whole(files, wanted)
            if left_out == before:  # nothing, or what stays damaged however often it is looked at
                break
            before = left_out
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": moment.isoformat(),
            "program": version("risksim-dsi"),
            "step": step,
            "tables": tables,
            "files": found,
            "left_out": left_out,
        }
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # others' deals: for the owner alone
        with os.fdopen(descriptor, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as tar:
                said = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
                _add(tar, _MANIFEST, said, moment)
                _add(tar, _SEAL, hashlib.sha256(said).hexdigest().encode(), moment)
                for table in tables:
                    tar.add(
                        folder / f"{table}.jsonl", f"tables/{table}.jsonl", filter=lambda info: _plain(info, moment)
                    )
                for kept in _wanted(files, list(found)):
                    tar.add(files.place(kept), f"files/{kept}", filter=lambda info: _plain(info, moment))
            stream.flush()
            os.fsync(stream.fileno())
    rows = {table: int(each["rows"]) for table, each in tables.items()}
    return Saved(out, moment.isoformat(), rows, len(found), tuple(left_out))


def _add(tar: tarfile.TarFile, name: str, content: bytes, moment: dt.datetime) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(_plain(info, moment), io.BytesIO(content))


def _plain(info: tarfile.TarInfo, moment: dt.datetime) -> tarfile.TarInfo:
    """Without the names of this machine's people."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode, info.mtime = 0o600, int(moment.timestamp())
    return info


def _dump(database: Database, folder: Path) -> tuple[dict[str, dict[str, Any]], list[str], str]:
    """Every table as JSON lines, in one moment; what was written, the results that are named, and the step."""
    with database.engine.connect() as connection:
        if not database.is_embedded:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            step = upkeep.step_of(connection)
            if step is None or not upkeep.is_known(step):
                raise StoreError(_("This database is not one that this program can save. Use the newest risksim."))
            tables = {}
            for table in _tables(connection):
                tables[table.name] = _dump_table(connection, table, folder / f"{table.name}.jsonl")
            runs = next(table for table in _tables(connection) if table.name == "runs")
            named = select(runs.c.result).where(runs.c.result.is_not(None)).distinct().order_by(runs.c.result)
            return tables, [str(one) for one in connection.scalars(named)], step


def _tables(connection: Connection) -> list[StoredTable]:
    """The tables as they are, those first on which others hang."""
    metadata = MetaData()
    metadata.reflect(connection)
    for column in (column for table in metadata.tables.values() for column in table.columns):
        if isinstance(column.type, JSON):
            column.type = JSON(none_as_null=True)  # else nothing would become the word null
    return [table for table in metadata.sorted_tables if table.name != _NOT_SAVED]


def _dump_table(connection: Connection, table: StoredTable, file: Path) -> dict[str, Any]:
    rows, digest = 0, hashlib.sha256()
    asked = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_AT_ONCE)
    with file.open("wb") as stream:
        for row in connection.execute(asked).mappings():
            line = json.dumps({name: _said(value) for name, value in row.items()}, ensure_ascii=False).encode() + b"\n"
            stream.write(line)
            digest.update(line)
            rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


def _said(value: Any) -> Any:
    if isinstance(value, dt.datetime):  # SQLite forgets the zone: all times are UTC
        return (value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)).isoformat()
    return value


def _wanted(files: Files, names: Sequence[str]) -> Iterator[str]:
    """One result after the other, none of which is cleaned away meanwhile, though its run may be deleted."""
    touched = -_YOUNG
    for at, name in enumerate(names):
        if time.monotonic() - touched >= _YOUNG:
            files.want(names[at:])
            touched = time.monotonic()
        yield name


def _whole(files: Files, wanted: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """The sizes of the results that are whole, and those that are not."""
    found, left_out = {}, []
    for name in _wanted(files, wanted):
        try:
            if _hash_of(files.place(name)) != name:
                raise ValueError(name)
            found[name] = files.place(name).stat().st_size
        except (OSError, ValueError):
            left_out.append(name)
    return found, left_out


def _hash_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# Restoring


def restore(settings: Settings, file: Path) -> Saved:
    """Bring a backup back into an empty place. Nothing is touched before all of it was found whole.

    Parameters
    ----------
    settings : Settings
        Name the database and the folder, both empty.
    file : Path
        A backup.

    Returns
    -------
    Saved

    Raises
    ------
    StoreError
        If the file is damaged, of a newer program or no backup, or the place is not empty.
    """
    results = settings.folder / RESULTS
    with _written_to(settings.folder):
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unpacked = tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.folder)
    with unpacked as name:
        folder = Path(name)
        manifest = _unpacked(file, folder)
        database = Database(settings)
        try:
            with upkeep.answered(database):
                _check_empty(database, results)
            unmark(settings.folder)  # it was of the first start; whoever is killed before the end leaves none at all
            (folder / "files").rename(results)
            try:
                with upkeep.answered(database):
                    _fill(database, manifest, folder)
            except BaseException:
                shutil.rmtree(results, ignore_errors=True)
                raise
            upkeep.prepare(database)
            mark(database, settings.folder)
        finally:
            database.close()
    rows = {table: int(each["rows"]) for table, each in manifest["tables"].items()}
    return Saved(file, manifest["made_at"], rows, len(manifest["files"]), tuple(manifest["left_out"]))


def _unpacked(file: Path, folder: Path) -> dict[str, Any]:
    """The manifest of a backup, its content unpacked and held against it."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            manifest = _manifest(tar)
            Files(folder / "files").folder.mkdir()
            wanted = {f"tables/{name}.jsonl": each["sha256"] for name, each in manifest["tables"].items()}
            wanted |= {f"files/{name}": name for name in manifest["files"]}
            while (info := tar.next()) is not None:
                if info.name not in wanted or not info.isfile():
                    raise _damaged(_("it holds {name}, which its manifest does not name", name=repr(info.name[:80])))
                _unpack(tar, info, folder, wanted.pop(info.name))
            while tar.fileobj is not None and tar.fileobj.read(1 << 20):
                pass  # to its end, where it says how long it is
            if wanted:
                raise _damaged(_("{name} is missing", name=min(wanted)))
    except FileNotFoundError:
        raise StoreError(_("There is no file {file}. Look at its name again.", file=file)) from None
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(_("it cannot be read to its end ({error})", error=type(error).__name__)) from None
    return manifest


def _damaged(why: str) -> StoreError:
    return StoreError(
        _(
            "This file is not a whole backup: {why}. Nothing was restored. Take another backup, or copy it again.",
            why=why,
        )
    )


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    said, seal = _first(tar, _MANIFEST), _first(tar, _SEAL)
    if hashlib.sha256(said).hexdigest().encode() != seal:
        raise _damaged(_("its manifest was changed"))
    manifest: dict[str, Any] = json.loads(said)
    if manifest["format"] != FORMAT:
        raise _damaged(_("it is something else"))
    if manifest["version"] != VERSION or not upkeep.is_known(manifest["step"]):
        raise StoreError(
            _(
                "This backup is of a newer risksim ({program}). Install that version, and restore with it.",
                program=manifest["program"],
            )
        )
    return manifest


def _first(tar: tarfile.TarFile, name: str) -> bytes:
    info = tar.next()
    if info is None or info.name != name or not info.isfile() or info.size > _MOST_MANIFEST:
        raise _damaged(_("it does not begin with a manifest"))
    stream = tar.extractfile(info)
    assert stream is not None
    return stream.read()


def _place(folder: Path, name: str) -> Path:
    """Where a file of a backup is unpacked: its name is in the manifest, yet it is not taken for a path."""
    kind, _slash, rest = name.partition("/")
    if kind == "files":
        return Files(folder / "files").place(rest)
    if not rest.removesuffix(".jsonl").isidentifier():
        raise ValueError(name)
    return folder / rest


def _unpack(tar: tarfile.TarFile, info: tarfile.TarInfo, folder: Path, digest: str) -> None:
    place, stream = _place(folder, info.name), tar.extractfile(info)
    assert stream is not None
    with _written_to(folder.parent):
        place.parent.mkdir(exist_ok=True)
        out = place.open("xb", buffering=0)  # else what could not be written is tried once more when it is closed
    with out:
        while said := stream.read(_CHUNK):
            with _written_to(folder.parent):
                _put(out, said)
        with _written_to(folder.parent):
            os.fsync(out.fileno())
    if _hash_of(place) != digest:
        raise _damaged(_("{name} is not what its manifest says", name=info.name))


def _put(out: io.RawIOBase | IO[bytes], said: bytes) -> None:
    left = memoryview(said)
    while left:
        left = left[out.write(left) or 0 :]


@contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    """Tell what cannot be written there from what cannot be read of a backup."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            _(
                "{folder} cannot be written to ({reason}). Nothing was restored. Make room there, or name another "
                "folder with --folder.",
                folder=folder,
                reason=error.strerror or type(error).__name__,
            )
        ) from error


def _check_empty(database: Database, results: Path) -> None:
    """Refuse a place where somebody's work lies; what a first start makes is none."""
    with database.engine.connect() as connection, connection.begin():
        if upkeep.step_of(connection) is not None:
            for table in _tables(connection):
                if table.name == _IDENTITY:
                    continue
                own = table.c.id != LOCAL if table.name == "accounts" else text("1 = 1")
                if connection.scalar(select(func.count()).select_from(table).where(own)):
                    raise _occupied(_("the database"))
    if results.is_dir():
        if any(results.iterdir()):
            raise _occupied(str(results))
        results.rmdir()


def _occupied(place: str) -> StoreError:
    return StoreError(
        _(
            "Something is kept in {place} already, and a backup overwrites nothing. Name an empty folder with --folder "
            "or RISKSIM_FOLDER, and an empty database with RISKSIM_DATABASE if you use one.",
            place=place,
        )
    )


def _fill(database: Database, manifest: dict[str, Any], folder: Path) -> None:
    """Put the rows into the tables as they were when the backup was made."""
    upkeep.migrate(database, manifest["step"])
    engine = database.engine.execution_options(writes=True)
    try:
        with engine.connect() as connection, connection.begin():
            tables = {table.name: table for table in _tables(connection)}
            for name in ("accounts", _IDENTITY):  # those of the first start
                if name in tables:
                    connection.execute(tables[name].delete())
            for name in (name for name in tables if name in manifest["tables"]):
                with (folder / f"{name}.jsonl").open("rb") as stream:
                    for rows in _batches(stream, tables[name]):
                        connection.execute(insert(tables[name]), rows)
                _count_on(connection, tables[name])
    except (OperationalError, InterfaceError):
        raise  # no fault of the rows
    except (SQLAlchemyError, ValueError, KeyError, TypeError) as error:
        raise _damaged(_("its rows do not fit ({error})", error=type(error).__name__)) from error


def _batches(stream: IO[bytes], table: StoredTable) -> Iterator[list[dict[str, Any]]]:
    moments = {column.name for column in table.columns if isinstance(column.type, DateTime)}
    rows: list[dict[str, Any]] = []
    for line in stream:
        said = json.loads(line).items()
        rows.append({name: dt.datetime.fromisoformat(one) if name in moments and one else one for name, one in said})
        if len(rows) == _AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def _count_on(connection: Connection, table: StoredTable) -> None:
    """Let PostgreSQL number new rows behind those that came with a number."""
    for column in table.primary_key.columns:
        if connection.dialect.name == "postgresql" and column.identity is None and column.server_default is not None:
            last = connection.scalar(select(func.max(column)))
            if last is not None:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                connection.execute(select(func.setval(sequence, last)))
