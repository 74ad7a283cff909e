"""What is done to a store before it is used: its tables become those of this program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.inspection import inspect

from risksim.language import _
from risksim.service.store.database import Database, StoreError
from risksim.service.store.tables import LOCAL, Account, Identity, new_id

if TYPE_CHECKING:
    from alembic.config import Config

LATEST = "0003"
"""The step of `migrations` that this program's tables are at."""
STEPS = Path(__file__).parent / "migrations"
_LOCK = 7_241_885_310_226_001
"""Number of the lock of PostgreSQL that whoever changes tables holds: any number that nobody else takes."""


def prepare(database: Database) -> None:
    """Bring a database to the tables of this program, and make what every database has: an identity, the local account.

    Two processes may do so at once: one of them changes the tables, the other waits for it.

    Parameters
    ----------
    database : Database
        New, or of this or an older program.

    Raises
    ------
    StoreError
        If it does not answer, is of a newer program, or no database of risksim.
    """
    with answered(database):
        migrate(database)
        make_local(database)
        make_identity(database)


@contextmanager
def answered(database: Database) -> Iterator[None]:
    """Tell that a database does not answer, in a sentence and without its password.

    Raises
    ------
    StoreError
        With what the database said.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        said = (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]
        secret = database.engine.url.password
        raise StoreError(
            _(
                "The database does not answer, or cannot be written to: {said}\n"
                "Look whether it runs and has room, and at RISKSIM_DATABASE or RISKSIM_FOLDER, which name it.",
                said=said.replace(secret, "***") if secret else said,
            )
        ) from None


def migrate(database: Database, to: str = LATEST) -> None:
    """Bring a database to the tables of this program, or up to a step on the way there; as `prepare`."""
    with database.engine.connect() as connection:
        if step_of(connection) == to:  # nearly always: alembic need not be loaded
            return
    with _alone(database) as connection:
        step = step_of(connection)
        if step == to:  # another process did it meanwhile
            return
        _check(connection, step)
        from alembic import command

        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def is_current(database: Database) -> bool:
    """Whether a database has the tables of this program."""
    with database.engine.connect() as connection:
        return step_of(connection) == LATEST


def step_of(connection: Connection) -> str | None:
    """The step that a database is at; None where nobody made tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    step = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if step is None else str(step)


def _check(connection: Connection, step: str | None) -> None:
    """Refuse what is not ours to change."""
    if step is None:
        if inspect(connection).has_table("accounts"):
            raise StoreError(
                _(
                    "This database has tables already, but none that says which program made them. Name an empty "
                    "database, or another folder, and restore a backup into it."
                )
            )
        return
    if not is_known(step):
        raise StoreError(
            _(
                "This database is of a newer risksim (its tables are at step {step}, this program knows them up to "
                "{latest}). Install that version again, or name another folder or database.",
                step=step,
                latest=LATEST,
            )
        )


def is_known(step: str) -> bool:
    """Whether this program knows the way from a step to its own tables."""
    from alembic.script import ScriptDirectory

    return step in {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """A transaction during which nobody else changes tables; all its changes are kept, or none."""
    engine = database.engine.execution_options(writes=True)
    with engine.connect() as connection:
        if database.is_embedded:
            with _without_keys(connection), connection.begin():
                yield connection
            return
        with connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield connection


@contextmanager
def _without_keys(connection: Connection) -> Iterator[None]:
    """Without foreign keys: making a table of SQLite anew drops it, which would delete what hangs on its rows."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction, so it stands around it
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def make_local(database: Database) -> None:
    """The account of the one person who works on loopback without signing in."""
    with database.reading() as session:
        if session.get(Account, LOCAL) is not None:
            return
    try:
        with database.writing() as session:
            session.add(Account(id=LOCAL, email=LOCAL, is_admin=True))
    except IntegrityError:  # another process was quicker
        pass


def make_identity(database: Database) -> None:
    """What tells this database from any other; once made it stays, also through a backup."""
    counted = select(func.count()).select_from(Identity)
    with database.reading() as session:
        if session.scalar(counted):
            return
    with _alone(database) as connection:
        if not connection.scalar(counted):  # no other process was quicker
            connection.execute(insert(Identity).values(id=new_id()))
