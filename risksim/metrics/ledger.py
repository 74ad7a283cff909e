"""The mean ledger: who pays whom in which budget year, over all paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import IntArray, Sample


class Move(NamedTuple):
    """One line of the ledger."""

    from_party: str
    to_party: str
    reason: str
    total: Estimate
    """Mean over paths of all that is moved. [currency]"""
    years: tuple[tuple[int, Estimate], ...]
    """By budget year, where any path moves something. [currency]"""


def mean_ledger(
    flow: IntArray,
    names: Sequence[tuple[str, str, str]],
    year_index: IntArray,
    years: Sequence[int],
    minor_units: int,
    sample: Sample,
) -> list[Move]:
    """Mean amounts of each line, by budget year.

    Parameters
    ----------
    flow : int64[path, line, period]
        What each line moves. [minor unit]
    names : sequence of (str, str, str)
        Of each line: who pays, who receives, and why.
    year_index : int64[period]
        Budget year of each period.
    years : sequence of int
        The budget years.
    minor_units : int
        Minor units in one unit of the currency.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    list of Move
        Lines and years in which no path moves anything are left out.
    """
    found = []
    for line, (giver, taker, reason) in enumerate(names):
        moved = flow[:, line]
        if not moved.any():
            continue
        by_year = []
        for position, year in enumerate(years):
            amount = moved[:, np.asarray(year_index) == position].sum(axis=1)
            if amount.any():
                by_year.append((int(year), precision.mean(amount / minor_units, sample)))
        total = precision.mean(moved.sum(axis=1) / minor_units, sample)
        found.append(Move(giver, taker, reason, total, tuple(by_year)))
    return found
