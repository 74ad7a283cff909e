"""Finished tasks on disk, so that a killed run goes on where it was.

A folder for each question: what the tasks of two runs have in common is named by everything that could change a bit of
them. The number of paths is not part of it, so a longer run begins with the tasks of a shorter one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from risksim.engine.run import Settings
from risksim.errors import RunError
from risksim.jobs.blocks import Wanted
from risksim.jobs.executors import Reduced, Task
from risksim.language import _
from risksim.plan.layout import Plan

FORM = 1
"""Version of what is in a file."""
ROOMS = ("kernels", "engine", "results", "metrics", "jobs")
DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


class Checkpoint:
    """The finished tasks of one question in a folder.

    Parameters
    ----------
    folder : Path
        Where all questions are.
    question : str
        From `question_of`.

    Raises
    ------
    RunError
        If nothing can be written there.
    """

    def __init__(self, folder: Path, question: str) -> None:
        self.folder = folder / question
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(
                _(
                    "{folder}: cannot be written ({reason}). Name another folder with --checkpoint.",
                    folder=folder,
                    reason=error.strerror,
                )
            ) from error

    def file(self, task: Task) -> Path:
        """The file of a task."""
        return self.folder / f"{task.number:06d}.npz"

    def has(self, task: Task) -> bool:
        """Whether something is there, sound or not."""
        return self.file(task).exists()

    def load(self, task: Task) -> Reduced | None:
        """A finished task; None where its file is damaged or holds another number of paths."""
        try:
            with self.file(task).open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
                found = {name: stored[name] for name in stored.files}
            return found if int(found["paths"]) == task.paths else None
        except DAMAGED:
            return None

    def save(self, task: Task, found: Reduced) -> None:
        """Write a finished task: the file appears whole or not at all, even if the machine stops.

        Raises
        ------
        RunError
            If the disk is full or the folder is gone.
        """
        name = ""
        try:
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".task.")
            with os.fdopen(handle, "wb") as stream:
                np.savez(stream, allow_pickle=False, **found)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(self.file(task))
        except OSError as error:
            if name:
                Path(name).unlink(missing_ok=True)
            raise RunError(
                _(
                    "{folder}: cannot be written ({reason}). Name a folder with more room with --checkpoint.",
                    folder=self.folder,
                    reason=error.strerror,
                )
            ) from error


def question_of(plan: Plan, settings: Settings, wanted: Wanted, size: int) -> str:
    """The name of a question: everything that could change a bit of its tasks.

    Parameters
    ----------
    plan : Plan
        The deal.
    settings : Settings
        How paths are made.
    wanted : Wanted
        What is left of them.
    size : int
        Paths in a task.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    same = settings._replace(paths=0, threads=0, block=0, keep_claims=False)
    digest = hashlib.sha256(_program().encode())
    for part in (FORM, plan, same, wanted, size):
        _add(digest, part)
    return digest.hexdigest()[:32]


def _add(digest: hashlib._Hash, node: object) -> None:
    """Add whatever a plan is made of, by its values alone."""
    if isinstance(node, np.ndarray):
        digest.update(f"{node.dtype}{node.shape}".encode())
        digest.update(np.ascontiguousarray(node).tobytes() if node.dtype != object else repr(node.tolist()).encode())
    elif isinstance(node, tuple | list):
        digest.update(f"{type(node).__name__}{len(node)}".encode())
        for part in node:
            _add(digest, part)
    else:
        digest.update(repr(node).encode())


@cache
def _program() -> str:
    """Sources of everything that makes and reduces paths, and versions of what they stand on."""
    digest = hashlib.sha256()
    for room in ROOMS:
        for file in sorted((Path(__file__).parents[1] / room).rglob("*.py")):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return digest.hexdigest() + "".join(version(name) for name in ("risksim-dsi", "numpy", "numba"))
