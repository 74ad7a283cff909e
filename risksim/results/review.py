"""What a check found in a scenario that reads well."""

from __future__ import annotations

from typing import NamedTuple


class Assumed(NamedTuple):
    """A number that nobody published."""

    name: str
    """Where it stands."""
    value: str
    reason: str


class Uncertain(NamedTuple):
    """An uncertain number and the law it follows."""

    name: str
    law: str
    unit: str
    mean: float
    sd: float


class Lacking(NamedTuple):
    """Something that should be known before anybody signs, and is not said."""

    topic: str
    """What it belongs to, as ``evidence`` or ``price``."""
    what: str
    """What is lacking."""
    where: tuple[str, ...]
    """The places, by names."""
    add: str
    """What to write."""


class Asked(NamedTuple):
    """A stress, and what it changes."""

    name: str
    changes: tuple[str, ...]
    """Place and change, in words."""


class Review(NamedTuple):
    """A scenario in figures and origins."""

    file: str
    deal: str
    digest: str
    currency: str
    start: str
    end: str
    follow_ups: int
    cohorts: int
    """Cohorts, each of a repeated entry counted."""
    participants: int
    """Places over all cohorts. [people]"""
    commitment: float
    """Mean capital over all tranches. [currency]"""
    uncertain: tuple[Uncertain, ...]
    assumptions: tuple[Assumed, ...]
    sources: tuple[tuple[str, str], ...]
    """Key and text of each source that some number names."""
    unstated: tuple[str, ...]
    """Numbers with neither source nor assumption."""
    remarks: tuple[str, ...]
    """Sentences about what the file leaves to the program."""
    lacking: tuple[Lacking, ...]
    """What due diligence still lacks."""
    stresses: tuple[Asked, ...] = ()
    """Stresses that `risksim stress` runs."""
