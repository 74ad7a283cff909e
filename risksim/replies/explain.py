"""One path as a story: the JSON of `risksim explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import keyed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from risksim.replies import Means
    from risksim.replies.wishes import Explain
    from risksim.results.story import Story

    Engine = Literal["individual", "conditional"]

SCHEMA = "risksim.explain/1"


def work(_deals: Sequence[api.Deal], _wishes: Explain) -> int:
    """One path."""
    return 1


def reply(
    deals: Sequence[api.Deal], wishes: Explain, _progress: Callable[[int], None] | None, _means: Means
) -> dict[str, Any]:
    """Tell one path."""
    (deal,) = deals
    told = api.explain(deal, wishes.path, wishes.seed, wishes.engine)
    return said_of(deal, told, purse_of(deal, wishes.path, wishes.seed, wishes.engine)[0])


def purse_of(deal: api.Deal, path: int, seed: int, engine: Engine) -> tuple[api.PurseStory | None, str | None]:
    """The public side of the path, where the file speaks of it, and why another engine had to count its people."""
    if not api.has_purse(deal):
        return None, None
    obstacle = api.why_not_counted(deal) if engine == "conditional" else None
    return api.explain_purse(deal, path, seed, engine if obstacle is None else "individual"), obstacle


def said_of(deal: api.Deal, told: Story, purse: api.PurseStory | None) -> dict[str, Any]:
    """The JSON of a story."""
    said = {"schema": SCHEMA, **keyed(told), "not_checked": api.not_checked(deal)}
    if purse is not None:
        from risksim.replies.public import json_of_path

        said["public"] = json_of_path(deal, purse)
    return said
