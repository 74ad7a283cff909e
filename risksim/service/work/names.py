"""What a worker is called: machine, process and a random word, so that whoever finds the name can tell if it lives.

Two machines may have one name, as copies of one image and containers have. What counts is where numbers of processes
mean the same, so that nobody looks a worker up among the processes of another machine and finds it dead.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from functools import cache
from pathlib import Path

_PROCESSES = Path("/proc")
_STARTED = _PROCESSES / "sys/kernel/random/boot_id"
_NUMBERED = _PROCESSES / "self/ns/pid"
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
    among = _among()
    return socket.gethostname()[:48] + (f"-{among}" if among else "")


@cache
def _among() -> str:
    """Among which processes a number is looked up: those of one start of a system, and of one container in it.

    Nothing where the system does not say so.
    """
    try:
        said = f"{_STARTED.read_text(encoding='ascii')} {_NUMBERED.readlink()}"
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(said.encode()).hexdigest()[:8]
