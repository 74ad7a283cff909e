"""Searching whole numbers: for the first that holds, on a grid that is refined, and for points that nothing beats."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

Key = tuple[int, ...]
"""A point of a lattice."""
TRUNCATED = 0.2
"""How far an interpolated place is moved towards the middle, in squares of what is left of the step. [1]"""


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


def turning(
    f: Callable[[float], float], low: float, high: float, at_low: float, at_high: float, width: float
) -> tuple[float, float]:
    """A step no wider than asked for in which a number becomes positive, or ceases to be.

    Parameters
    ----------
    f : callable
        Positive at one of the ends and not at the other; it may jump, and be infinite.
    low, high : float
        The ends, `low` the smaller.
    at_low, at_high : float
        What it is there.
    width : float
        How wide the step may be, more than zero.

    Returns
    -------
    low, high : float
        The ends of the step.

    Notes
    -----
    The method of Oliveira and Takahashi [1]_, which interpolates, truncates towards the middle and stays so near to it
    that it never takes more than one value beyond those of halving. Next to an end that is not finite it halves.

    References
    ----------
    .. [1] I. F. D. Oliveira and R. H. C. Takahashi, "An enhancement of the bisection method average performance
       preserving minmax optimality," ACM Transactions on Mathematical Software, 47, 2020.

    Examples
    --------
    >>> low, high = turning(lambda x: x * x - 2.0, 1.0, 2.0, -1.0, 2.0, 1e-6)
    >>> low < 2.0**0.5 < high, round(low, 5)
    (True, 1.41421)
    """
    whole, lower = high - low, at_low > 0.0
    halvings = math.ceil(math.log2(max(whole / width, 1.0)))
    for number in range(halvings + 1):
        size = high - low
        if size <= width:
            break
        middle = 0.5 * (low + high)
        at = middle
        if math.isfinite(at_low) and math.isfinite(at_high) and at_low != at_high:
            at = (low * at_high - high * at_low) / (at_high - at_low)
            towards = math.copysign(1.0, middle - at)
            at += towards * min(TRUNCATED * size * size / whole, abs(middle - at))
            reach = max(0.5 * width * 2.0 ** (halvings + 1 - number) - 0.5 * size, 0.0)
            at = middle - towards * min(abs(middle - at), reach)
        value = f(at)
        if (value > 0.0) == lower:
            low, at_low = at, value
        else:
            high, at_high = at, value
    return low, high


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


def best_of_line(
    low: int, high: int, score: Callable[[int], Any], holds: Callable[[int], tuple[bool, ...]], step: int = 1
) -> int | None:
    """The number of least score at which all conditions hold, where score and conditions each move one way.

    Parameters
    ----------
    low, high : int
        Between which it is sought.
    score : callable
        What is to be small; it rises or falls throughout.
    holds : callable
        Whether each condition holds; each changes once at most.
    step : int
        How far the answer may lie on the side on which the conditions hold.

    Returns
    -------
    int or None
        None where they hold together at no number that was tried.

    Examples
    --------
    >>> best_of_line(0, 100, lambda k: k, lambda k: (k >= 30, k <= 60))
    30
    >>> best_of_line(0, 100, lambda k: -k, lambda k: (k >= 30, k <= 60))
    60
    """
    best, worst = (low, high) if score(low) <= score(high) else (high, low)
    at_best = holds(best)
    if all(at_best):
        return best
    missed = [place for place, held in enumerate(at_best) if not held]

    def met(k: int) -> bool:
        held = holds(k)
        return all(held[place] for place in missed)

    if not met(worst):
        return None
    left, right = best, worst
    while abs(right - left) > step or (abs(right - left) > 1 and _may_hold_between(holds, left, right, missed)):
        middle = (left + right) // 2
        left, right = (left, middle) if met(middle) else (middle, right)
    return right if all(holds(right)) else None


def _may_hold_between(holds: Callable[[int], tuple[bool, ...]], left: int, right: int, missed: Sequence[int]) -> bool:
    """Whether the conditions that hold at the better end break only inside the last bracket."""
    if all(holds(right)):
        return False
    return all(held for place, held in enumerate(holds(left)) if place not in missed)


def best_of_lines(
    ends: tuple[tuple[int, int], tuple[int, int]],
    score: Callable[[Key], Any],
    holds: Callable[[Key], tuple[bool, ...]],
    count: int,
    rounds: int,
    fine: int = 128,
) -> tuple[Key | None, int]:
    """The best of two numbers under conditions: for the first on lines that draw closer, the second by bisection.

    Parameters
    ----------
    ends : ((int, int), (int, int))
        Of each number.
    score : callable
        What is to be small.
    holds : callable
        Whether each condition holds.
    count : int
        Lines at first, evenly spaced along the first number.
    rounds : int
        How often lines are laid half as far apart around the best one.
    fine : int
        Into how many parts of the second number the bisection goes at first; twice as many in each round.

    Returns
    -------
    tuple of int or None
        The two numbers; None where the conditions hold together on none of the lines.
    int
        How far the last lines lay apart.

    Examples
    --------
    >>> best_of_lines(((0, 1000), (0, 1000)), sum, lambda k: (3 * k[0] + k[1] >= 600, k[1] >= 90), 17, 12)
    ((170, 90), 1)
    """
    (first, last), (low, high) = ends
    best: Key | None = None
    axis = spaced(first, last, count)
    gap = max((right - left for left, right in itertools.pairwise(axis)), default=1)
    for number in range(rounds + 1):
        step = max(1, (high - low) // (fine << number))
        for a in axis:
            found = best_of_line(low, high, lambda b, a=a: score((a, b)), lambda b, a=a: holds((a, b)), step)  # type: ignore[misc]
            if found is not None:
                best = min([(a, found), *([best] if best is not None else [])], key=lambda key: (score(key), key))
        if best is None or gap == 1 or number == rounds:
            break
        gap = (gap + 1) // 2
        axis = sorted({min(max(best[0] + shift * gap, first), last) for shift in (-2, -1, 0, 1, 2)})
    return best, gap


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
