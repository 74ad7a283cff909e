"""Files of results, named by what is in them: the same answer is kept once, and a half-written one never."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

GOING = ".going-"
"""How the name of a file begins that is about to be deleted."""


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
        """Keep a content; returns its SHA-256. It is there whole, on disk, when this returns."""
        name = hashlib.sha256(content).hexdigest()
        place = self.place(name)
        try:
            os.utime(place)  # young again: `drop` leaves it to whoever needs it now
        except FileNotFoundError:
            pass
        else:
            return name
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f".{name}.{secrets.token_hex(4)}")
        with half.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(place)
        _settle(place.parent)
        return name

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
        aside = place.with_name(f"{GOING}{name}")
        try:
            place.replace(aside)  # from here on whoever keeps it writes it anew
            if aside.stat().st_mtime >= before:  # kept between being found and being put aside
                aside.replace(place)
                return False
            aside.unlink()
        except FileNotFoundError:
            return False
        return True

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


def _settle(folder: Path) -> None:
    """Let the name of a new file survive a power cut, where the system can do that."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
