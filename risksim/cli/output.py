"""Where output goes: stdout for results, files that appear whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import typer

from risksim.errors import RisksimError


class OutputError(RisksimError):
    """A file that cannot be written."""


def as_text(envelope: dict[str, Any]) -> str:
    """JSON with Danish letters as they are, ending in a newline."""
    return json.dumps(envelope, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(node: Any) -> Any:
    """Named tuples as dictionaries, dates as text, what isn't a number as null."""
    if hasattr(node, "_asdict"):
        return {key: plain(value) for key, value in node._asdict().items()}
    if isinstance(node, tuple | list):
        return [plain(value) for value in node]
    if isinstance(node, dt.date):
        return node.isoformat()
    if isinstance(node, float) and not math.isfinite(node):
        return None
    return node


def keyed(told: Any) -> dict[str, Any]:
    """A result under its documented keys: names stay names there, so that the titles of reports are left out."""
    said: dict[str, Any] = plain(told)
    del said["titles"]
    return said


def mark(constants: Iterable[Any], says: str = "") -> None:
    """Name the constants in use that nobody compared with their source, under whatever was printed."""
    from risksim.report.describe import not_checked

    show(not_checked(constants, says))


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
            f"{file}: cannot be written ({error.strerror}).\n  Name a file in another folder with --out."
        ) from error


def check_folder(file: Path) -> None:
    """Refuse a file whose folder isn't there or can't be written, before any work is done."""
    folder = file.parent
    if not folder.is_dir():
        raise OutputError(f"{file}: there is no folder {folder}.\n  Make it first, or name another file with --out.")
    if file.is_dir():
        raise OutputError(f"{file}: is a folder.\n  Name a file in it with --out.")
    if not os.access(folder, os.W_OK):
        raise OutputError(
            f"{file}: the folder {folder} cannot be written.\n  Name a file in another folder with --out."
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
