"""Where output goes: stdout for results, files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import typer

from risksim.errors import RisksimError
from risksim.language import _


class OutputError(RisksimError):
    """A file that cannot be written."""


def mark(constants: Iterable[Any]) -> None:
    """Name the constants in use that nobody compared with their source, under whatever was printed."""
    from risksim.report.describe import not_checked

    show(not_checked(constants))


def show(text: str) -> None:
    """Print a result."""
    typer.echo(text, nl=False)


def talk(text: str) -> None:
    """Say something that is not a result."""
    typer.echo(text, err=True)


def write(file: Path, text: str) -> None:
    """Write a file that appears whole or not at all.

    Parameters
    ----------
    file : Path
        Where to.
    text : str
        What.

    Raises
    ------
    OutputError
        If it cannot be written there.
    """
    _place(file, lambda handle: os.fdopen(handle, "w", encoding="utf-8"), text)


def write_bytes(file: Path, data: bytes) -> None:
    """Write a file of bytes that appears whole or not at all; as `write`."""
    _place(file, lambda handle: os.fdopen(handle, "wb"), data)


def _place(file: Path, opened: Callable[[int], IO[Any]], content: str | bytes) -> None:
    check_folder(file)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with opened(handle) as stream:
            stream.write(content)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(file)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise OutputError(
            _(
                "{file}: cannot be written ({reason}).\n  Name a file in another folder with --out.",
                file=file,
                reason=error.strerror,
            )
        ) from error


def check_folder(file: Path) -> None:
    """Refuse a file whose folder isn't there or can't be written, before any work is done."""
    folder = file.parent
    if not folder.is_dir():
        raise OutputError(
            _(
                "{file}: there is no folder {folder}.\n  Make it first, or name another file with --out.",
                file=file,
                folder=folder,
            )
        )
    if file.is_dir():
        raise OutputError(_("{file}: is a folder.\n  Name a file in it with --out.", file=file))
    if not os.access(folder, os.W_OK):
        raise OutputError(
            _(
                "{file}: the folder {folder} cannot be written.\n  Name a file in another folder with --out.",
                file=file,
                folder=folder,
            )
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
