"""Which measures the rules of a deal read, before they are arrays."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """A measure that some rule reads."""

    outcome: int
    """Outcome of persons, result or price list."""
    statistic: int
    measurements: tuple[int, ...] | None = None
    """Which measurements are added up, counted from 1; None for all."""
