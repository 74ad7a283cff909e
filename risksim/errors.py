"""What can go wrong, as one tree.

::

    RisksimError
    ├── FaultyFileError   a file with mistakes; carries every fault with its place
    │   ├── ScenarioError     a scenario file that cannot be read as a deal
    │   ├── ObservedError     a file of observed counts that does not fit its deal
    │   └── BookError         a workbook that cannot be read as a deal
    ├── PlanError         a scenario that reads well but cannot be simulated
    │   ├── FitError          quantiles that no allowed family fits (`risksim.plan.fits`)
    │   └── IncidenceError    a rule of refund that says nothing of a year (`risksim.scenario.incidence`)
    ├── RunError          a run that broke one of its own rules (money not conserved, paths out of range)
    └── ResultError       a saved result that cannot be opened

Every message says where, what was found, what is allowed and what to try. The command line prints the message
alone and exits with code 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class RisksimError(Exception):
    """Base of every error that risksim raises on purpose."""


@dataclass(frozen=True)
class Fault:
    """One mistake in a file.

    Attributes
    ----------
    file : str
        The file as the user named it.
    line, column : int or None
        Where it stands, counted from 1; None where there is no such place (a missing file, an empty one).
    path : str
        The place in the document, as ``cohorts[1].dropout``; empty for the file itself.
    found : str
        What was found there and what is allowed instead.
    remedy : str
        What to try. Never empty.
    """

    file: str
    line: int | None
    column: int | None
    path: str
    found: str
    remedy: str

    def __str__(self) -> str:
        """The three-line form in which a fault is shown."""
        place = self.file
        if self.line is not None:
            place += f":{self.line}:{self.column if self.column is not None else 1}"
        head = f"{place}: {self.path}" if self.path else f"{place}:"
        return f"{head}\n  {self.found}\n  {self.remedy}"


class FaultyFileError(RisksimError):
    """A file with mistakes.

    Parameters
    ----------
    faults : sequence of Fault
        Every mistake of the file, in the order of the file.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ScenarioError(FaultyFileError):
    """A scenario file that cannot be read as a deal."""


class ObservedError(FaultyFileError):
    """A file of observed counts that cannot be read, or does not fit its deal."""


class BookError(FaultyFileError):
    """A workbook that cannot be read as a deal."""


class PlanError(RisksimError):
    """A scenario that reads well but cannot be simulated."""


class RunError(RisksimError):
    """A run that was asked for something impossible or broke one of its own rules."""


class ResultError(RisksimError):
    """A saved result that cannot be opened."""
