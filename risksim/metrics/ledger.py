"""The mean ledger: who pays whom in which budget year, over all paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from risksim.metrics.precision import Estimate
from risksim.metrics.sample import IntArray, Sample
from risksim.metrics.source import Columns, Of, Source, Stored, Values


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
    columns = {
        f"move.{line}.{year}": flow[:, line, np.asarray(year_index) == year].sum(axis=1)
        for line in range(len(names))
        for year in range(len(years))
    }
    return ledger_from(Stored(columns, sample), names, years, minor_units)


def ledger_from(
    source: Source, names: Sequence[tuple[str, str, str]], years: Sequence[int], minor_units: int
) -> list[Move]:
    """As `mean_ledger`, from a source of quantities ``move.LINE.YEAR``."""
    found = []
    for line, (giver, taker, reason) in enumerate(names):
        moved = [y for y in range(len(years)) if source.probability(f"moves.{line}.{y}", _moves(line, y)).value > 0]
        if not moved:
            continue
        by_year = [(int(years[y]), source.mean(f"moved.{line}.{y}", _amount(line, (y,), minor_units))) for y in moved]
        total = source.mean(f"moved.{line}", _amount(line, range(len(years)), minor_units))
        found.append(Move(giver, taker, reason, total, tuple(by_year)))
    return found


def ask_moves(source: Source, n_lines: int, n_years: int, minor_units: int) -> None:
    """Ask for everything that `ledger_from` may ask for."""
    for line in range(n_lines):
        source.mean(f"moved.{line}", _amount(line, range(n_years), minor_units))
        for year in range(n_years):
            source.probability(f"moves.{line}.{year}", _moves(line, year))
            source.mean(f"moved.{line}.{year}", _amount(line, (year,), minor_units))


def _moves(line: int, year: int) -> Of:
    return lambda of: of[f"move.{line}.{year}"] != 0


def _amount(line: int, years: Sequence[int], minor_units: int) -> Of:
    def amount(of: Columns) -> Values:
        moved = sum((of[f"move.{line}.{y}"] for y in years[1:]), of[f"move.{line}.{years[0]}"])
        return np.asarray(moved / minor_units)

    return amount
