"""A few paths that are kept whole, to be opened: one in so many, chosen by number alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from risksim.jobs.executors import Reduced
from risksim.plan.layout import FloatArray, PathResults

MOST = 400
"""Paths kept at most; every other one is let go when there are more, so at least half as many stay. [paths]"""
PICK_EVERY = 64
"""One path in so many is kept at first. [paths]"""
KEPT_WHOLE = ("inputs", "headcount", "flow", "irr", "npv", "drawn", "received", "repayment")
"""What is kept of a path."""


class Reservoir:
    """Paths spread evenly over a run: the same ones for the same number of paths, however they were cut into tasks."""

    def __init__(self) -> None:
        self._parts: dict[str, list[npt.NDArray[Any]]] = {}
        self._every = PICK_EVERY

    def add(self, part: Reduced) -> None:
        """Add what a task kept whole."""
        stay = part["whole.path"] % self._every == 0
        for name, values in part.items():
            if name.startswith("whole."):
                self._parts.setdefault(name.removeprefix("whole."), []).append(values[stay])
        while self.path.size > MOST:
            self._every *= 2
            stay = self.path % self._every == 0
            self._parts = {name: [np.concatenate(held)[stay]] for name, held in self._parts.items()}

    @classmethod
    def of_paths(cls, paths: PathResults, worth: FloatArray) -> Reservoir:
        """From a run that kept every path, and the present value of each."""
        found = cls()
        found.add(whole(paths, worth, 0))
        return found

    @property
    def path(self) -> npt.NDArray[np.int64]:
        """int64[path]: numbers of the paths."""
        return self["path"]

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        """An array by path: ``path``, ``worth`` (the present value for all investors at the last hurdle), ``inputs``,
        ``headcount``, ``flow``, ``irr``, ``npv``, ``drawn``, ``received`` or ``repayment``, as in the results of a run.
        """
        return np.concatenate(self._parts[name])

    def nearest(self, worth: float) -> int:
        """Number of the path whose present value is nearest to a value."""
        return int(self.path[int(np.argmin(np.abs(self["worth"] - worth)))])


def whole(paths: PathResults, worth: FloatArray, first: int) -> Reduced:
    """What is kept at first of consecutive paths, and the present value of each: float64[path]."""
    rows = np.arange(0, worth.size, PICK_EVERY)
    found: Reduced = {f"whole.{name}": getattr(paths, name)[rows] for name in KEPT_WHOLE}
    return {"whole.path": first + rows, "whole.worth": worth[rows], **found}
