"""What a scenario takes for certain: numbers that stand for the world, and everything that it leaves to the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from risksim.scenario.base import Origin, Stated
from risksim.scenario.document import Path
from risksim.scenario.origins import input_name, origin_text, value_text
from risksim.scenario.rates import CompositionRate, EffectRate, PlainEstimate, RatioEstimate, SiteCount, SitesRate
from risksim.scenario.scenario import Scenario, certain
from risksim.scenario.uncertainty import Law

WORLD = ("cohorts", "outcomes", "dependence", "ends_early")
"""Parts that speak of the world; the rest of a file is the contract, which is what it says."""


_OF_PURSE = ("saved", "price", "volume", "decay", "cashable", "unserved", "amount")


class Certain(NamedTuple):
    """A number that a file states as one value although it stands for the world."""

    name: str
    value: str
    """In words."""
    origin_text: str
    """Where it comes from; empty where nothing says so."""


class Unsaid(NamedTuple):
    """What a file leaves to the program."""

    name: str
    value: str
    """What the program takes, in words."""


def certainties(scenario: Scenario) -> list[Certain]:
    """Numbers about people, outcomes, what ties them and costs that a run takes as one value, in the order of the file.

    Parameters
    ----------
    scenario : Scenario
        A deal that reads well.

    Returns
    -------
    list of Certain
        Times and counts of people are no such numbers.
    """
    return [
        Certain(input_name(scenario, path), value_text(part), origin)
        for path, part, origin in _stated(scenario, (), "")
        if path[0] in WORLD or path[:2] == ("financing", "costs") or _is_of_purse(path)
    ]


def _is_of_purse(path: Path) -> bool:
    """Whether a number of the public purse stands for the world; shares between sectors and rules of refund do not."""
    return path[0] == "public" and (path[1] in ("anyway", "overlap") or path[-1] in _OF_PURSE)


def _stated(part: Any, path: Path, origin: str) -> Iterator[tuple[Path, Any, str]]:
    """Plain numbers that the file states outside of laws, each with the origin nearest to it."""
    origin = origin_text(part) or origin
    if isinstance(part, RatioEstimate | PlainEstimate | SiteCount):
        return  # of which laws are made
    if isinstance(part, Law) and not isinstance(part, EffectRate | CompositionRate | SitesRate):
        if certain(part) is not None:
            yield path, part, origin
    elif isinstance(part, Stated):
        if isinstance(part.value, float):
            yield path, part, origin
    elif isinstance(part, float):
        yield path, part, origin
    elif isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            if name in part.model_fields_set and (child := getattr(part, name)) is not None:
                yield from _stated(child, (*path, field.alias or name), origin)
    elif isinstance(part, dict):
        for key, child in part.items():
            yield from _stated(child, (*path, key), origin)
    elif isinstance(part, list | tuple):
        for position, child in enumerate(part):
            yield from _stated(child, (*path, position), origin)


def unsaid(scenario: Scenario) -> list[Unsaid]:
    """Every value that a file leaves to the program, in the order of the fields.

    Parameters
    ----------
    scenario : Scenario
        A deal that reads well.

    Returns
    -------
    list of Unsaid
        Numbers, words and lengths of time; a part that is left out as a whole is no value.
    """
    return [Unsaid(input_name(scenario, path), value_text(value)) for path, value in _defaults(scenario, ())]


def _defaults(part: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            child, here = getattr(part, name), (*path, field.alias or name)
            if child is None or name in Origin.model_fields:
                continue
            if name in part.model_fields_set:
                yield from _defaults(child, here)
            elif not isinstance(child, BaseModel | dict) and child not in ([], ()):
                yield here, child
    elif isinstance(part, dict):
        for key, child in part.items():
            yield from _defaults(child, (*path, key))
    elif isinstance(part, list | tuple):
        for position, child in enumerate(part):
            yield from _defaults(child, (*path, position))
