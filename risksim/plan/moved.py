"""An uncertain number that is moved: the mean becomes what is asked for, the form stays.

A share is moved by its odds, so that it stays a share; a number that cannot be negative by a factor; any other by a
sum. Draws keep their places in the law, so a path that drew a high value draws a high one still.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from risksim.plan.fits import FitError
from risksim.plan.laws import Law, law_of, mean_at_odds
from risksim.scenario.document import Path
from risksim.scenario.places import branches_of, is_fraction, is_share, is_whole, locate
from risksim.scenario.places import opened as opened_kind
from risksim.scenario.uncertainty import INFINITY, Bounds, UncertainNumber, law_key

SIDES = (0.05, 0.95)
"""Points that tell how wide a law is. [1]"""
NEAR = 1e-13
"""How near the mean comes to what is asked for, in parts of it."""
WIDEST_ODDS = 60.0
"""Logarithm of the odds ratio beyond which no mean is looked for. [1]"""

ANY = Bounds(-INFINITY, INFINITY, "")
"""Of a number that may be anything."""


class LawAt(NamedTuple):
    """The law of a number that stands in a file."""

    mean: float
    low: float
    """One in twenty lies below."""
    high: float
    """One in twenty lies above."""
    least: float
    """Bounds of the number, whatever its law."""
    most: float
    unit: str
    text: str
    """Its form, as ``Beta(30, 10)``."""
    is_certain: bool


@functools.cache
def _grammar() -> TypeAdapter[Any]:
    return TypeAdapter(UncertainNumber)


@functools.lru_cache(maxsize=4096)
def kind_at(path: Path) -> Any:
    """What may stand at a place of a file, and its bounds where it is an uncertain number."""
    # A rule is a branch of a union, and its tag is the key that stands in the file; so with some kinds of outcome.
    through_rule = path[:1] == ("payments",) and len(path) > 3
    there = locate((*path[:3], *path[2:]) if through_rule else path)[-1]
    if path[:1] == ("outcomes",) and len(path) > 2 and there.path != path:
        there = locate((*path[:3], *path[2:]))[-1]
    if there.bounds is not None:
        return there
    kinds = branches_of(opened_kind(there.kind)[0])
    for branch in kinds.values():  # a number, or a block or list that says more
        bounds = opened_kind(branch)[1] or (ANY if "beta" in branches_of(opened_kind(branch)[0]) else None)
        if bounds is not None:
            return replace(there, kind=branch, bounds=bounds)
    return replace(there, bounds=ANY) if "beta" in kinds else there


def sort_at(path: Path) -> str:
    """What sort of number stands at a place: ``money``, ``share``, ``count`` or ``number``."""
    there = kind_at(path)
    described = "" if there.field is None or not there.field.description else there.field.description
    if path[-1] == "share":
        return "share"
    if (there.bounds is not None and there.bounds.unit == "currency") or "[currency]" in described:
        return "money"
    if is_whole(there):
        return "count"
    return "share" if is_share(there) or is_fraction(there) else "number"


def takes_origin(path: Path) -> bool:
    """Whether a number at a place may stand as ``{value: ..., assumption: ...}``."""
    return bool({"value", "stated"} & set(map(str, branches_of(opened_kind(kind_at(path).kind)[0]))))


def law_at(block: Any, path: Path) -> LawAt | None:
    """The law of what stands at a place; None where it is no number that may be uncertain.

    Parameters
    ----------
    block : Any
        What stands there.
    path : tuple
        The place.

    Returns
    -------
    LawAt or None
    """
    bounds = kind_at(path).bounds
    if bounds is None or law_key(block) is None:
        return None
    try:
        said = json.dumps(block, sort_keys=True)
        law = _law(said, bounds.low, bounds.high)
    except (ValidationError, FitError, ValueError, TypeError):
        return None
    low, high = _ends(said, bounds.low, bounds.high)
    return LawAt(law.mean, low, high, bounds.low, bounds.high, bounds.unit, law.text, law.certain)


@functools.lru_cache(maxsize=2048)
def _law(said: str, low: float, high: float) -> Law:
    return law_of(_grammar().validate_python(json.loads(said)), low, high)


@functools.lru_cache(maxsize=2048)
def _ends(said: str, low: float, high: float) -> tuple[float, float]:
    law = _law(said, low, high)
    return law.quantile(SIDES[0]), law.quantile(SIDES[1])


def moved(block: Any, path: Path, mean: float) -> dict[str, float]:
    """What is done to an uncertain number so that its mean is what is asked for.

    Parameters
    ----------
    block : Any
        What stands at the place.
    path : tuple
        The place.
    mean : float
        The mean asked for.

    Returns
    -------
    dict
        ``{"odds": ...}``, ``{"times": ...}`` or ``{"plus": ...}``.

    Raises
    ------
    ValueError
        If no change of this kind gives the mean.
    """
    bounds = kind_at(path).bounds
    if bounds is None:
        raise ValueError(f"{path} is no uncertain number")
    return dict(_moved(json.dumps(block, sort_keys=True), bounds.low, bounds.high, mean))


@functools.lru_cache(maxsize=4096)
def _moved(said: str, low: float, high: float, mean: float) -> tuple[tuple[str, float], ...]:
    law = _law(said, low, high)
    if low == 0.0 and high == 1.0:
        return (("odds", _odds(law, mean)),)
    if high == INFINITY and law.mean > 0.0 and (low >= 0.0 or _least(law) >= 0.0):
        return (("times", mean / law.mean),)
    return (("plus", mean - law.mean),)


def _least(law: Law) -> float:
    """The lowest value that a law may take."""
    return min(piece.mean() if piece.family is None else piece.family.low for piece in law.pieces)


def _odds(law: Law, mean: float) -> float:
    """The odds ratio that gives a share its mean."""
    if not 0.0 < mean < 1.0:
        raise ValueError(f"got a mean of {mean:g}; an uncertain share has one between 0 and 1")
    if math.isclose(mean, law.mean, rel_tol=NEAR, abs_tol=0.0):
        return 1.0
    guess = math.log(mean / (1.0 - mean)) - math.log(law.mean / (1.0 - law.mean)) if 0.0 < law.mean < 1.0 else 0.0
    return math.exp(_root(lambda log_odds: mean_at_odds(law, math.exp(log_odds)) - mean, guess))


def _root(rising: Callable[[float], float], guess: float) -> float:
    """Where a rising function is nought."""
    from scipy.optimize import brentq

    step = 0.5
    low, high = guess - step, guess + step
    while rising(low) > 0.0:
        low -= step
        step *= 2.0
        if low < -WIDEST_ODDS:
            raise ValueError("no odds ratio gives this mean")
    while rising(high) < 0.0:
        high += step
        step *= 2.0
        if high > WIDEST_ODDS:
            raise ValueError("no odds ratio gives this mean")
    return float(brentq(rising, low, high, xtol=1e-14, rtol=1e-14))


def block_at(root: Mapping[str, Any], path: Path) -> Any:
    """What a file says at a place; None where it says nothing there."""
    found: Any = root
    for step in path:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return None
    return found
