"""The connection to the database: SQLite in WAL mode, or PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from risksim.errors import RisksimError
from risksim.language import _
from risksim.service.settings import Settings

BUSY = 10_000
"""How long a writer waits for another. [ms]"""


class StoreError(RisksimError):
    """A store that this program cannot use."""


class Database:
    """The database of a service.

    Parameters
    ----------
    settings : Settings
        Names it.

    Raises
    ------
    StoreError
        If what names it is no address of a database, or of one that this program cannot use.
    """

    def __init__(self, settings: Settings) -> None:
        try:
            address = settings.database_address
            self.engine = _engine(address)
        except (ArgumentError, ValueError, ImportError):
            raise StoreError(
                _(
                    "RISKSIM_DATABASE names no database that this program can use. Write an address such as {example}, "
                    "or leave it out for a database in the folder of the service.",
                    example="postgresql+psycopg://NAME:PASSWORD@HOST/risksim",
                )
            ) from None  # it may hold a password
        if address.get_backend_name() == "sqlite":
            # What lies there is private, whoever else works on the machine.
            settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._readers = sessionmaker(self.engine, expire_on_commit=False)
        self._writers = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)

    @property
    def is_embedded(self) -> bool:
        """Whether it is a file of this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that changes nothing."""
        with self._readers() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together or not at all."""
        with self._writers.begin() as session:
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def begin(connection: Connection) -> None:
    """Begin a transaction of SQLite as what it is.

    One that will write takes the lock at once and waits for it. If it began by reading, it could not wait any more when
    it comes to write: what it had read might be stale.
    """
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _engine(address: URL) -> Engine:
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True, pool_size=10, max_overflow=20)
    engine = create_engine(address, connect_args={"timeout": BUSY / 1000})

    event.listen(engine, "begin", begin)

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # `begin` says when a transaction begins
        connection.execute(f"PRAGMA busy_timeout={BUSY}")
        _write_ahead(connection)
        for pragma in ("foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Keep a log of what is written, so that readers need not wait.

    That changes a new database, and of several who open one at once SQLite lets none wait: it tells all but one that
    the database is locked, whatever the time-out.
    """
    until = time.monotonic() + BUSY / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > until:
                raise
        time.sleep(0.01)
