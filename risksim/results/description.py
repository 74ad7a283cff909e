"""Where every uncertain number of a scenario comes from, what became of it, and which constants act beside it."""

from __future__ import annotations

from typing import NamedTuple

from risksim.results.review import Lacking


class Candidate(NamedTuple):
    """One family fitted to stated quantiles."""

    family: str
    form: str
    sum_of_squares: float
    """Of (fitted minus stated cumulative probability). [1]"""
    p5: float
    p95: float
    chosen: bool


class Opinion(NamedTuple):
    """What one expert says."""

    name: str
    share: float
    """Weight among the experts. [1]"""
    form: str
    mean: float
    candidates: tuple[Candidate, ...]


class Described(NamedTuple):
    """One uncertain number."""

    name: str
    unit: str
    origin: str
    """`source`, `assumption`, `unchecked`, `unstated`, or `follows` from other numbers."""
    origin_text: str
    form: str
    mean: float
    p5: float
    p50: float
    p95: float
    people: float | None
    """Effective sample size of a beta distribution. [people]"""
    matched_people: float | None
    """That of the beta distribution with the same mean and variance, for mixtures. [people]"""
    steps: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    experts: tuple[Opinion, ...]


class Worked(NamedTuple):
    """What the program worked out of what the file says, before anything is drawn."""

    name: str
    text: str


class Certain(NamedTuple):
    """A number that stands for the world and is taken for certain."""

    name: str
    value: str
    """In words."""
    origin_text: str
    """Empty where nothing says where it comes from."""


class Unsaid(NamedTuple):
    """What the file leaves to the program."""

    name: str
    value: str
    """In words."""


class ConstantInUse(NamedTuple):
    """A constant of the register that influences a run."""

    key: str
    what: str
    value: str
    unit: str
    status: str
    """V, T or J."""
    means: str
    """The status in words."""
    source: str
    valid_from: str
    valid_to: str | None
    where: tuple[str, ...]


class Description(NamedTuple):
    """A scenario, number by number."""

    file: str
    deal: str
    digest: str
    register: str
    """Date of the register of constants."""
    numbers: tuple[Described, ...]
    worked: tuple[Worked, ...]
    """What was worked out of the file before anything is drawn."""
    certain: tuple[Certain, ...]
    """Numbers that stand for the world and are taken for certain."""
    unsaid: tuple[Unsaid, ...]
    """What the file leaves to the program, value by value."""
    constants: tuple[ConstantInUse, ...]
    not_checked: tuple[str, ...]
    """Keys of the constants in use that nobody compared with their source."""
    unstated: tuple[str, ...]
    """Numbers with neither source nor assumption."""
    lacking: tuple[Lacking, ...]
    """What due diligence still lacks."""
