"""Files of results, named by what is in them: the same answer is kept once, and a half-written one never."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from risksim.language import _
from risksim.service.problems import Problem

GOING = ".going-"
"""How the name of a file begins that is about to be deleted."""
GRACE = 3600.0
"""How long a content may lie without anybody who names it: it is kept before its run says so. [s]"""


class Files:
    """A folder of files by their SHA-256.

    Parameters
    ----------
    folder : Path
        Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes) -> str:
        """Keep a content; returns its SHA-256. It is there whole, on disk, when this returns.

        Raises
        ------
        Problem
            If it cannot be written, as on a full disk; nothing of it is left there then.
        """
        name = hashlib.sha256(content).hexdigest()
        try:
            if not self._is_there(name, content):
                self._write(self.place(name), content)
        except OSError as error:
            raise _cannot_keep(error) from error
        return name

    def want(self, names: Iterable[str]) -> None:
        """Make contents young again, so that `drop` leaves them for a while to whoever reads them next."""
        for name in names:
            with suppress(OSError):  # gone, or somebody else's
                os.utime(self.place(name))

    def _is_there(self, name: str, content: bytes) -> bool:
        """Whether a content is kept already, and whole: what was damaged on its disk is written anew."""
        place = self.place(name)
        try:
            os.utime(place)  # young again: `drop` leaves it to whoever needs it now
            return place.stat().st_size == len(content) and place.read_bytes() == content
        except OSError:
            return False

    def _write(self, place: Path, content: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            with half.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            half.replace(place)
        finally:
            half.unlink(missing_ok=True)  # on a full disk above all
        settle(place.parent)

    def drop(self, name: str, before: float) -> bool:
        """Delete a content unless somebody kept it, perhaps again, since a moment.

        Parameters
        ----------
        name : str
            Which one.
        before : float
            The moment, in seconds since 1970.

        Returns
        -------
        bool
            Whether it was deleted.
        """
        place = self.place(name)
        aside = place.with_name(f"{GOING}{name}.{secrets.token_hex(4)}")  # of two who clean none takes the other's
        try:
            place.replace(aside)  # from here on whoever keeps it writes it anew
            if aside.stat().st_mtime >= before:  # kept between being found and being put aside
                aside.replace(place)
                return False
            aside.unlink()
        except FileNotFoundError:
            return False
        return True

    def put_back(self, aside: Path) -> None:
        """Give a file its name again that was put aside by somebody who was killed before it was gone."""
        place = self.place(aside.name.removeprefix(GOING)[:64])
        if place.exists():
            aside.unlink()
        else:
            aside.replace(place)

    def read(self, name: str) -> bytes:
        """The content of a name.

        Raises
        ------
        FileNotFoundError
            If it is not kept.
        ValueError
            If what lies there is not what its name says.
        """
        content = self.place(name).read_bytes()
        if hashlib.sha256(content).hexdigest() != name:
            raise ValueError(f"{name}: the file was damaged")
        return content

    def place(self, name: str) -> Path:
        """Where a content lies."""
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise ValueError("not the name of a kept file")
        return self.folder / name[:2] / name


def _cannot_keep(error: OSError) -> Problem:
    detail = _(
        "Nothing can be written where the service keeps its answers ({reason}). Tell whoever keeps the service to make "
        "room there, and ask again.",
        reason=error.strerror or type(error).__name__,
    )
    return Problem("cannot-keep", 500, _("The answer could not be kept"), detail)


def settle(folder: Path) -> None:
    """Let the name of a new file survive a power cut, where the system can do that."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
