"""Searching whole numbers: for the first that holds, on a grid that is refined, and for points that nothing beats."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

Key = tuple[int, ...]
"""A point of a lattice."""


def first_true(low: int, high: int, holds: Callable[[int], bool], step: int = 1) -> int:
    """The smallest whole number from which on something holds, by bisection.

    Parameters
    ----------
    low, high : int
        It does not hold at `low`, and holds at `high`; `high` may be the smaller of the two, and then it is the largest
        number that is sought.
    holds : callable
        Changes once between them.
    step : int
        How far the answer may lie on the side on which it holds.

    Returns
    -------
    int
        A number at which it holds.

    Examples
    --------
    >>> first_true(0, 100, lambda k: k * k >= 50)
    8
    >>> first_true(100, 0, lambda k: k * k <= 50)
    7
    """
    while abs(high - low) > step:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def direction(values: Sequence[float], tolerance: float = 1e-12) -> int | None:
    """Whether values in a row rise (1), fall (-1), stay (0), or do neither throughout (None).

    Parameters
    ----------
    values : sequence of float
        In the order in which they stand; a value that is nan says nothing of itself.
    tolerance : float
        Of the largest of them, what counts as no change.

    Examples
    --------
    >>> direction([1.0, 1.0, 3.0]), direction([2.0, 1.0, 3.0])
    (1, None)
    """
    known = [value for value in values if not math.isnan(value)]
    slack = tolerance * max((abs(value) for value in known), default=0.0)
    steps = [later - value for value, later in itertools.pairwise(known)]
    rises, falls = any(step > slack for step in steps), any(step < -slack for step in steps)
    return None if rises and falls else 1 if rises else -1 if falls else 0


def spaced(low: int, high: int, count: int) -> list[int]:
    """At most so many whole numbers from `low` to `high`, both ends among them, evenly spaced."""
    if high - low < count:
        return list(range(low, high + 1))
    return sorted({low + round(k * (high - low) / (count - 1)) for k in range(count)})


def refined(
    ends: Sequence[tuple[int, int]], score: Callable[[Key], Any], count: int, finer: int, rounds: int
) -> tuple[Key, tuple[int, ...]]:
    """The point of least score on a grid, and on finer grids around the best point so far.

    Parameters
    ----------
    ends : sequence of (int, int)
        Of each coordinate.
    score : callable
        What is to be small; anything that can be compared.
    count : int
        Points along each coordinate at first.
    finer : int
        Points along each coordinate around the best one.
    rounds : int
        How often the grid is refined at most.

    Returns
    -------
    tuple of int
        The point.
    tuple of int
        How far the points of the last grid lay apart.
    """
    windows = list(ends)
    best: Key | None = None
    gaps: tuple[int, ...] = ()
    for number in range(rounds + 1):
        axes = [spaced(low, high, finer if number else count) for low, high in windows]
        points = list(itertools.product(*axes))
        best = min([*points, *([best] if best is not None else [])], key=score)
        gaps = tuple(max((b - a for a, b in itertools.pairwise(axis)), default=1) for axis in axes)
        if max(gaps) <= 1:
            break
        windows = [
            (max(low, at - gap), min(high, at + gap)) for at, gap, (low, high) in zip(best, gaps, ends, strict=True)
        ]
    assert best is not None
    return best, gaps


def unbeaten(points: Sequence[tuple[float, float]]) -> list[int]:
    """Which points no other beats: none is at most as large in both numbers and smaller in one.

    Examples
    --------
    >>> unbeaten([(1.0, 5.0), (2.0, 3.0), (2.0, 4.0), (3.0, 3.0)])
    [0, 1]
    """
    order = sorted(range(len(points)), key=lambda k: points[k])
    kept, least = [], math.inf
    for k in order:
        if points[k][1] < least:
            kept.append(k)
            least = points[k][1]
    return kept
