"""How bad can it get? The JSON of `risksim tail`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, pairs, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.tail import Tail as Found
    from risksim.replies import Means
    from risksim.replies.wishes import Tail

SCHEMA = "risksim.tail/1"


def work(_deals: Sequence[api.Deal], wishes: Tail) -> int:
    """Paths of all runs."""
    from risksim.analysis.tail import all_paths

    return all_paths(wishes.paths)


def reply(
    deals: Sequence[api.Deal], wishes: Tail, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Look at the worst futures of a deal."""
    from risksim.analysis.tail import check
    from risksim.analysis.tail import tail as ask

    (deal,) = deals
    check(deal, wishes.paths, wishes.level)
    found = ask(deal, wishes.paths, wishes.seed, means.threads, wishes.level, progress)
    return said_of(deal, wishes.stress, found, wishes.paths, wishes.seed)


def said_of(deal: api.Deal, stress: str | None, found: Found, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of a tail."""
    said = envelope(SCHEMA, deal, paths, seed) | fields(found)
    said["scenario"]["stress"] = stress
    return said


def as_csv(said: dict[str, Any]) -> str:
    """A row for each figure."""
    rows = (
        [one["quantity"], one["level"], *pairs([one["value"], one["plain"]]), one["gain"]] for one in said["figures"]
    )
    return table(["quantity", "level", "value", "value_standard_error", "plain", "plain_standard_error", "gain"], rows)
