"""What would have to happen for a limit to break? The JSON of `risksim reverse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, in_english, public_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.reverse import Reverse as Found
    from risksim.replies import Means
    from risksim.replies.wishes import Reverse

SCHEMA = "risksim.reverse/1"


def work(_deals: Sequence[api.Deal], _wishes: Reverse) -> None:
    """Nobody knows beforehand where a limit is found; progress counts the numbers that were moved."""


def reply(
    deals: Sequence[api.Deal], wishes: Reverse, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Say where single numbers, and all together, break a limit."""
    from risksim.analysis.reverse import reverse as ask

    (deal,) = deals
    report = None if progress is None else lambda _words, done, _of: progress(done)
    found = ask(deal, wishes.limit, wishes.paths, wishes.seed, means.threads, report)
    return said_of(deal, found, wishes.paths, wishes.seed)


def said_of(deal: api.Deal, found: Found, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of break points, with their charts."""
    from risksim.report.reverse import charts

    plan = deal.plan
    said = envelope(SCHEMA, deal, paths, seed) | fields(found) | public_limits(api.has_purse(plan))
    return said | {"charts": in_english(lambda: charts(plan.name, found))}
