"""The investor's result: years, NPV and the IRR that cannot lie (docs/reference/model.md, The investor's result)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

OK_UNIQUE, TOTAL_LOSS, NO_INVESTMENT = "OK_UNIQUE", "TOTAL_LOSS", "NO_INVESTMENT"
ALL_POSITIVE, MULTIPLE, NO_ROOT = "ALL_POSITIVE", "MULTIPLE", "NO_ROOT"

LOWEST_RATE, HIGHEST_RATE = -0.9999, 10.0
"""Where roots are looked for if they are not known to be unique."""
SCAN_STEPS = 4_000


def npv(flows: Sequence[float], years: Sequence[float], rate: float) -> float:
    """``sum of flow * (1 + rate)^-years``."""
    return math.fsum(flow * (1.0 + rate) ** -year for flow, year in zip(flows, years, strict=True))


def sign_changes(amounts: Sequence[float]) -> int:
    """How often neighbours differ in sign, zeros left out (Descartes)."""
    positive = [amount > 0 for amount in amounts if amount != 0]
    return sum(before != after for before, after in itertools.pairwise(positive))


def irr(flows: Sequence[float], years: Sequence[float], received: float | None = None) -> tuple[float, str]:
    """Internal rate of return and its status; not a number where the status names no rate.

    Parameters
    ----------
    flows : sequence of float
        Net flow of each date, in order of time: money received less money paid in.
    years : sequence of float
        Years from the start to each date.
    received : float, optional
        All money received, before capital drawn on the same date is taken off. A path with capital paid in and
        ``received == 0`` is a total loss. The sum of the positive flows where it isn't given.
    """
    if received is None:
        received = math.fsum(flow for flow in flows if flow > 0)
    moved = [(flow, year) for flow, year in zip(flows, years, strict=True) if flow != 0]
    flows, years = [flow for flow, _ in moved], [year for _, year in moved]
    if not any(flow < 0 for flow in flows):
        return math.nan, ALL_POSITIVE if flows else NO_INVESTMENT
    if not any(flow > 0 for flow in flows):
        return (-1.0, TOTAL_LOSS) if received == 0 else (math.nan, NO_ROOT)
    if sign_changes(flows) == 1 and flows[0] > 0:
        return math.nan, ALL_POSITIVE
    if sign_changes(flows) == 1:
        return _only_root(flows, years), OK_UNIQUE
    if norstrom(flows):
        return _bisect(lambda x: _sign(flows, years, x), _far(years), 0.0), OK_UNIQUE
    brackets = _brackets(flows, years)
    if len(brackets) == 1:
        return _bisect(lambda x: _sign(flows, years, x), *brackets[0]), OK_UNIQUE
    return math.nan, MULTIPLE if brackets else NO_ROOT


def norstrom(flows: Sequence[float]) -> bool:
    """Cumulative flows change sign exactly once and end positive: one positive root (Norstrøm 1972)."""
    cumulative = [math.fsum(flows[: position + 1]) for position in range(len(flows))]
    return sign_changes(cumulative) == 1 and cumulative[-1] > 0


# Roots are looked for on x = ln v = -ln(1 + r), where v^years = exp(x * years).


def _sign(flows: Sequence[float], years: Sequence[float], x: float) -> float:
    """A number with the sign of the NPV at x: every term is divided by the largest power, so none overflows."""
    largest = max(x * year for year in years)
    return math.fsum(flow * math.exp(x * year - largest) for flow, year in zip(flows, years, strict=True))


def _far(years: Sequence[float]) -> float:
    """An x so low that the first flow outweighs all others, however close the next date lies."""
    gaps = [b - a for a, b in itertools.pairwise(years) if b > a]
    return -100.0 / min(gaps)


def _only_root(flows: Sequence[float], years: Sequence[float]) -> float:
    """The one root of flows that change sign once, wherever above -100 % it lies."""
    return _bisect(lambda x: _sign(flows, years, x), _far(years), -_far(years))


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Halve the bracket until it is two neighbouring numbers; the rate in the middle."""
    rises = function(high) > 0
    assert (function(low) > 0) != rises
    while low < (middle := (low + high) / 2.0) < high:
        if (function(middle) > 0) == rises:
            high = middle
        else:
            low = middle
    return math.expm1(-middle) if middle > -700.0 else math.inf


def _brackets(flows: Sequence[float], years: Sequence[float]) -> list[tuple[float, float]]:
    """Where the NPV changes sign in the range that is looked at; a root that only touches zero is not found."""
    low, high = -math.log1p(HIGHEST_RATE), -math.log1p(LOWEST_RATE)
    grid = [low + (high - low) * step / SCAN_STEPS for step in range(SCAN_STEPS + 1)]
    positive = [_sign(flows, years, x) > 0 for x in grid]
    return [(grid[step], grid[step + 1]) for step in range(SCAN_STEPS) if positive[step] != positive[step + 1]]
