"""What nobody needs any more goes: old runs, results that no run names, sessions long expired."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.engine import CursorResult

from risksim.service.context import Service
from risksim.service.store import place
from risksim.service.store.files import GOING, GRACE, Files
from risksim.service.store.tables import Remembered, Run, SignIn, now

REMEMBERED = dt.timedelta(days=7)
"""How long an idempotency key is remembered."""
SESSIONS = dt.timedelta(days=30)
"""How long a session that has ended is shown."""
_ENDED = ("done", "failed", "cancelled")
_AT_ONCE = 500


class Cleaned(NamedTuple):
    """What went."""

    runs: int
    files: int


def clean(service: Service) -> Cleaned:
    """Let go what nobody needs any more; may run beside everything else, and as often as one likes.

    Parameters
    ----------
    service : Service
        What is cleaned.

    Returns
    -------
    Cleaned
    """
    moment = now()
    with service.database.writing() as session:
        session.execute(delete(Remembered).where(Remembered.created_at < moment - REMEMBERED))
        session.execute(delete(SignIn).where(SignIn.expires_at < moment - SESSIONS))
        old: CursorResult[tuple[()]] | None = None
        if service.settings.keep_runs > 0:
            before = moment - dt.timedelta(days=service.settings.keep_runs)
            old = session.execute(  # type: ignore[assignment]
                delete(Run).where(Run.state.in_(_ENDED), Run.finished_at < before)
            )
    place.tidy(service.settings.folder, time.time() - GRACE)
    return Cleaned(0 if old is None else old.rowcount, collect(service))


def collect(service: Service, grace: float = GRACE) -> int:
    """Delete results that no run names; how many.

    Parameters
    ----------
    service : Service
        Whose results.
    grace : float
        Younger ones stay: their run may be about to name them. [s]

    Returns
    -------
    int
    """
    begin, count = time.time() - grace, 0
    for names in _batches(_old(service.files, begin)):
        with service.database.reading() as session:
            named = set(session.scalars(select(Run.result).where(Run.result.in_(names))))
        count += sum(service.files.drop(name, begin) for name in names if name not in named)
    return count


def _old(files: Files, before: float) -> Iterator[str]:
    """Names of results that nobody kept since a moment; what killed ones left half-written or half-gone is tidied."""
    for folder in _listed(files.folder):
        for entry in _listed(Path(folder.path)) if folder.is_dir() else ():
            try:
                if entry.name.startswith(GOING):
                    if (
                        entry.stat().st_ctime < before
                    ):  # since when it lies aside: its other time is that of its content
                        files.put_back(Path(entry.path))
                    continue
                if entry.stat().st_mtime >= before:
                    continue
                if entry.name.startswith("."):
                    Path(entry.path).unlink()
                    continue
            except (FileNotFoundError, ValueError):  # gone meanwhile, or none of ours
                continue
            if len(entry.name) == 64:
                yield entry.name


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for name in names:
        batch.append(name)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
