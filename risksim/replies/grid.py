"""One or two numbers of a deal over a grid: the JSON of `risksim stress --grid`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, in_english, pairs, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from risksim.analysis.grid import Axis, Grid
    from risksim.replies import Means
    from risksim.replies.wishes import Stress

SCHEMA = "risksim.stress-grid/1"
SHOW = "npv"
"""What is shown unless said otherwise."""


def axes_of(deal: api.Deal, texts: tuple[str, ...], show: str) -> tuple[Axis, ...]:
    """The axes of a grid, read and checked."""
    from risksim.analysis.grid import check, read_axis

    axes = tuple(read_axis(deal, text) for text in texts)
    check(axes, show)
    return axes


def all_paths(axes: tuple[Axis, ...], paths: int) -> int:
    """Paths of the deal as it stands and of each cell."""
    return paths * (1 + math.prod(len(axis.values) for axis in axes))


def work(deal: api.Deal, wishes: Stress) -> int:
    """Paths of all cells."""
    return all_paths(axes_of(deal, wishes.grid, wishes.show or SHOW), wishes.paths)


def reply(deal: api.Deal, wishes: Stress, progress: Callable[[int], None] | None, means: Means) -> dict[str, Any]:
    """Run a deal over a grid."""
    from risksim.analysis.grid import grid as ask

    show = wishes.show or SHOW
    axes = axes_of(deal, wishes.grid, show)
    found = ask(deal, axes, show, wishes.paths, wishes.seed, means.threads, progress=progress)
    return said_of(deal, found, wishes.paths, wishes.seed)


def said_of(deal: api.Deal, found: Grid, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of a grid, with its charts."""
    from risksim.report.grid import charts

    drawn = in_english(lambda: charts(found, deal.plan.currency))
    return envelope(SCHEMA, deal, paths, seed) | fields(found) | {"charts": drawn}


def as_csv(said: dict[str, Any]) -> str:
    """A row for each cell; what does not exist is an empty cell."""
    titles = [f"{axis['place']}{', ' + axis['operation'] if axis['operation'] else ''}" for axis in said["axes"]]
    head = ["value", "value_standard_error", "difference", "difference_standard_error", "is_base", "reason"]
    rows = (
        [*one["at"], *pairs([one["value"], one["difference"]]), "yes" if one["is_base"] else "no", one["reason"] or ""]
        for one in said["cells"]
    )
    return table([*titles, *head], rows)
