"""Where a deal lies among past deals: the JSON of `risksim reference`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.reference import Reference as Found
    from risksim.replies import Means
    from risksim.replies.wishes import Reference

SCHEMA = "risksim.reference/1"


def work(_deals: Sequence[api.Deal], wishes: Reference) -> int:
    """Paths of the run."""
    return wishes.paths


def reply(
    deals: Sequence[api.Deal], wishes: Reference, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Lay a deal beside past deals."""
    from risksim.analysis.reference import reference as ask

    (deal,) = deals
    found = ask(deal, wishes.usd, wishes.paths, wishes.seed, means.threads, progress)
    return said_of(deal, found, wishes.paths, wishes.seed)


def said_of(deal: api.Deal, found: Found, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of a deal among past deals, and of those as a whole."""
    return envelope(SCHEMA, deal, paths, seed) | {"reference": told(found)} | {"past": past()}


def told(found: Found) -> dict[str, Any]:
    """The JSON of a deal among past deals."""
    said: dict[str, Any] = fields(found)
    said["measures"] = {one.pop("name"): one for one in said["measures"]}
    return {key: said[key] for key in ("file", "deal", "usd", "outcome", "capped", "measures")}


def past() -> dict[str, Any]:
    """What is known of past deals as a whole."""
    tables = {"timing": "past-timing", "repayment": "past-repayment"}
    return {
        name: {part: numbers[0] for part, numbers in api.register_table(key).items()} for name, key in tables.items()
    }
