"""The numbers of a deal's file by the place where they stand, and what changes of them say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from risksim.scenario.numbers import stated as stated_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from risksim.api.deals import Deal
    from risksim.plan.moved import LawAt
    from risksim.scenario.numbers import Stated


class Named(NamedTuple):
    """The numbers that a place of a deal names."""

    values: tuple[float | None, ...]
    """What stands there; None for an uncertain number, and for one that the file doesn't say yet."""
    said: bool
    """Whether the file says them all."""
    kind: str
    """``money``, ``share`` (0 to 1), ``count`` (whole) or ``number``."""
    beside: dict[str, float]
    """Of the share of a payer: what each payer bears, in the order of the file."""


def numbers_at(deal: Deal, place: str, creates: bool = False) -> Named:
    """The numbers that a place names, as stresses write places.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    place : str
        As ``payments[0].price`` or ``payments[*].price``.
    creates : bool
        Whether the file need not say it yet.

    Returns
    -------
    Named

    Raises
    ------
    RunError
        If the place is not there, or what stands there is no number.
    """
    from risksim.errors import RunError
    from risksim.scenario.stresses import MisplacedError
    from risksim.scenario.stresses import numbers_at as found_at

    try:
        found = found_at(deal.document.root, place, creates)
    except MisplacedError as error:
        raise RunError(f"{deal.document.file}: {place}:\n  {error.found}\n  {error.remedy}") from None
    beside = found[0].beside if len(found) == 1 else {}
    kinds = {one.kind for one in found}
    return Named(
        tuple(one.value for one in found),
        all(one.said for one in found),
        kinds.pop() if len(kinds) == 1 else "number",
        beside,
    )


def law_of_block(block: Any, path: tuple[str | int, ...]) -> LawAt | None:
    """The law of what stands at a place of a file; None where it is no number that may be uncertain."""
    from risksim.plan.moved import law_at

    return law_at(block, path)


def kind_of_place(path: tuple[str | int, ...]) -> str:
    """What sort of number stands at a place of a file: ``money``, ``share`` (0 to 1), ``count`` or ``number``."""
    from risksim.plan.moved import sort_at

    return sort_at(path)


def moved_to(deal: Deal, path: tuple[str | int, ...], mean: float) -> dict[str, float]:
    """What is done to an uncertain number of a deal's file so that its mean is what is asked for.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    path : tuple
        Where the number stands.
    mean : float
        The mean asked for.

    Returns
    -------
    dict
        As under `stresses`: ``{"odds": ...}``, ``{"times": ...}`` or ``{"plus": ...}``.

    Raises
    ------
    ValueError
        If no change of this kind gives the mean.
    """
    from risksim.plan.moved import block_at, moved

    return moved(block_at(deal.document.root, path), path, mean)


def takes_origin(path: tuple[str | int, ...]) -> bool:
    """Whether a number at a place of a file may stand as ``{value: ..., assumption: ...}``."""
    from risksim.plan.moved import takes_origin as found

    return found(path)


def block_at(deal: Deal, path: tuple[str | int, ...]) -> Any:
    """What a deal's file says at a place; None where it says nothing there."""
    from risksim.plan.moved import block_at as found

    return found(deal.document.root, path)


def place_text(path: tuple[str | int, ...]) -> str:
    """A place of a file as people read it and stresses write it, as ``cohorts[0].dropout``."""
    from risksim.scenario.document import path_text

    return path_text(path)


def months_in(text: str) -> int:
    """The months of a duration as files write it, as ``2 years``.

    Raises
    ------
    ValueError
        If it is none.
    """
    from pydantic_core import PydanticCustomError

    from risksim.scenario.base import parse_months

    try:
        return int(parse_months(text))
    except PydanticCustomError as error:
        raise ValueError(str(error)) from None


def changes_of(deal: Deal, stress: str) -> tuple[str, ...]:
    """What a stress of a deal changes, in words, one a place."""
    from risksim.scenario.stresses import changes_of as said

    return tuple(said(deal.scenario.stresses[stress]))


def words_of_changes(changes: Mapping[str, Any]) -> tuple[str, ...]:
    """What changes as under `stresses` do, in words, one a place."""
    from risksim.scenario.stresses import changes_of as said

    return tuple(said(changes))


def stated(deal: Deal) -> tuple[Stated, ...]:
    """The numbers and dates that a deal's file states, in its order: see `risksim.scenario.numbers`."""
    return stated_in(deal.document)


def values_at(deal: Deal, place: str) -> list[Any]:
    """What the file of a deal says at a place, as a stress names it; nothing where it says nothing there."""
    from risksim.scenario.stresses import values_at as said

    return said(deal.document, place)
