"""What a worker is called: machine, process and a random word, so that whoever finds the name can tell if it lives."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

_PROCESSES = Path("/proc")
_WORD_BYTES = 6


def new_word() -> str:
    """A word that tells a worker from an earlier one with the same process number."""
    return secrets.token_hex(_WORD_BYTES)


def name_of(process: int, word: str) -> str:
    """The name of a worker of this machine."""
    return f"{_machine()}:{process}:{word}"


def is_dead(name: str) -> bool:
    """Whether a worker is known to be dead: one of this machine whose process is gone, or is somebody else's by now.

    Parameters
    ----------
    name : str
        From `name_of`, on any machine.

    Returns
    -------
    bool
        False for workers of other machines, of which nothing is known here.
    """
    machine, process, word = ("::" + name).rsplit(":", 2)
    if machine != f"::{_machine()}" or not process.isdecimal():
        return False
    if int(process) == os.getpid():
        return False
    if _PROCESSES.is_dir():
        try:
            command = (_PROCESSES / process / "cmdline").read_bytes()
            return word.encode() not in command if command else _has_ended(process)
        except OSError:
            return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _has_ended(process: str) -> bool:
    """Whether a process without a command line came to its end; one that just begins has none yet either."""
    state = (_PROCESSES / process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    return state in ("Z", "X")


def _machine() -> str:
    return socket.gethostname()[:48]
