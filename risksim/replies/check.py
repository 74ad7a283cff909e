"""What a file says and what it assumes: the JSON of `risksim check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.replies import Means
    from risksim.replies.wishes import Check
    from risksim.results.review import Review

SCHEMA = "risksim.check/1"


def work(_deals: Sequence[api.Deal], _wishes: Check) -> int:
    """Nothing is simulated."""
    return 0


def reply(
    deals: Sequence[api.Deal], _wishes: Check, _progress: Callable[[int], None] | None, _means: Means
) -> dict[str, Any]:
    """Review a deal."""
    (deal,) = deals
    return said_of(api.review(deal))


def said_of(found: Review) -> dict[str, Any]:
    """The JSON of a review."""
    return {"schema": SCHEMA, **fields(found)}
