"""Which folder goes with which database: a file in the folder says what the database says of itself.

Results and finished blocks are files, so every server and every worker of a database needs the same folder. One that
was given another would find no result, compute again what is finished, and clean away what is not its own.
"""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from sqlalchemy import select

from risksim.language import _
from risksim.service.settings import Settings
from risksim.service.store.database import Database, StoreError
from risksim.service.store.tables import Identity

MARK = "belongs-to.txt"
"""The file that says to which database a folder belongs."""
RESULTS, CHECKPOINTS = "results", "checkpoints"
"""The folders in it: answers, and finished blocks of runs."""


def take(database: Database, settings: Settings) -> None:
    """Take the folder of a server: a new one is marked, one of another database is refused.

    Parameters
    ----------
    database : Database
        Whose tables are those of this program.
    settings : Settings
        Name the folder.

    Raises
    ------
    StoreError
        If the folder belongs to another database.
    """
    said = read(settings.folder)
    if said is None:
        mark(database, settings.folder)
    elif said != _identity(database):
        raise StoreError(_another(settings.folder))


def mark(database: Database, folder: Path) -> None:
    """Write down to which database a folder belongs; the file is there whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # as with the embedded database: answers lie there
    half = folder / f".{MARK}.{secrets.token_hex(4)}"
    half.write_text(f"{_identity(database)}\n", encoding="ascii")
    half.replace(folder / MARK)


def unmark(folder: Path) -> None:
    """Let a folder belong to no database, before its own becomes another one."""
    (folder / MARK).unlink(missing_ok=True)


def tidy(folder: Path, before: float) -> None:
    """Let go what a server that was killed while it marked its folder left half-written, before a moment."""
    for half in folder.glob(f".{MARK}.*"):
        if half.stat().st_mtime < before:
            half.unlink(missing_ok=True)


def check_marked(settings: Settings) -> None:
    """Refuse a folder that no server took, before a worker makes or changes anything.

    Raises
    ------
    StoreError
        With what to mount.
    """
    if read(settings.folder) is None:
        raise StoreError(
            _(
                "{folder} is not the folder of the service: the file {mark} is missing, which its server writes at its "
                "start. Results and finished blocks of jobs are files, so workers need the very folder of the server. "
                "Mount it here and name it with --folder or RISKSIM_FOLDER; start the server first if it never ran.",
                folder=settings.folder,
                mark=MARK,
            )
        )


def check(database: Database, settings: Settings) -> None:
    """Refuse a folder in which a worker of a database cannot leave its answers.

    Raises
    ------
    StoreError
        If it belongs to another database, or nothing can be written there.
    """
    if read(settings.folder) != _identity(database):
        raise StoreError(_another(settings.folder))
    for name in (RESULTS, CHECKPOINTS):
        place = settings.folder / name
        try:
            place.mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=place, prefix=".try-") as stream:
                stream.write(b"x")
        except OSError as error:
            raise StoreError(
                _(
                    "Nothing can be written in {place} ({reason}). Workers leave results and finished blocks of jobs "
                    "there: mount the folder so that they may write, with room left on it.",
                    place=place,
                    reason=error.strerror or type(error).__name__,
                )
            ) from None


def read(folder: Path) -> str | None:
    """What the mark of a folder says; None where there is none."""
    try:
        return (folder / MARK).read_text(encoding="ascii", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _identity(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(Identity.id)).one()


def _another(folder: Path) -> str:
    return _(
        "{folder} belongs to another database than the one that is named: {mark} in it says so. Name the folder and "
        "the database that belong together (RISKSIM_FOLDER, RISKSIM_DATABASE), or an empty folder for a new database.",
        folder=folder,
        mark=MARK,
    )
