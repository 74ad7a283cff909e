"""What if a few things were otherwise? The JSON of `risksim stress` with the stresses that the file names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.language import _
from risksim.replies.form import QuestionError, envelope, fields, pairs, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.stress import Stresses
    from risksim.replies import Means
    from risksim.replies.wishes import Stress

SCHEMA = "risksim.stress/1"
COLUMNS = ("p_loss", "npv", "npv_es95", "repayment")


class NothingAskedError(QuestionError):
    """A file without stresses."""


def work(deals: Sequence[api.Deal], wishes: Stress) -> int:
    """Paths of the deal as it stands and with each stress."""
    from risksim.replies import grid, standard, tipping

    (deal,) = deals
    if wishes.standard:
        return standard.work(deal, wishes)
    if wishes.grid:
        return grid.work(deal, wishes)
    if wishes.tipping:
        return tipping.work(wishes)
    return wishes.paths * (1 + len(deal.scenario.stresses))


def reply(
    deals: Sequence[api.Deal], wishes: Stress, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Run a deal with stresses: those of its file, the standard ones, a grid, or a tipping table."""
    from risksim.replies import grid, standard, tipping

    (deal,) = deals
    if wishes.standard:
        return standard.reply(deal, wishes, progress, means)
    if wishes.grid:
        return grid.reply(deal, wishes, progress, means)
    if wishes.tipping:
        return tipping.reply(deal, wishes, progress, means)

    from risksim.analysis.stress import stress as ask

    refuse_without(deal)
    found = ask(deal, wishes.paths, wishes.seed, means.threads, progress)
    return said_of(deal, found, wishes.paths, wishes.seed)


def refuse_without(deal: api.Deal) -> None:
    """Refuse a deal whose file names no stresses."""
    if not deal.scenario.stresses:
        raise NothingAskedError(
            _(
                "{file}: got no stresses; a stress says by name what is changed.\n"
                "  Add a block such as\n"
                "    stresses:\n"
                "      half the participants:\n"
                "        cohorts[*].participants: {{times: 0.5}}",
                file=deal.document.file,
            )
        )


def said_of(deal: api.Deal, found: Stresses, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of stresses."""
    return envelope(SCHEMA, deal, paths, seed) | fields(found)


def as_csv(said: dict[str, Any]) -> str:
    """A row for the deal as it stands and one for each stress."""
    rows = [["", *figures(said["base"], None)]]
    rows += [[one["name"], *figures(one["values"], one["difference"])] for one in said["stresses"]]
    return table(["stress", *heads()], rows)


def heads() -> list[str]:
    """Titles of the columns of figures."""
    head = [f"{name}{end}" for name in COLUMNS for end in ("", "_standard_error")]
    return [*head, *(f"difference_{name}" for name in head)]


def figures(values: dict[str, Any], difference: dict[str, Any] | None) -> list[Any]:
    """Cells of the columns of figures; empty ones where there is no difference."""
    cells = pairs(values[name] for name in COLUMNS)
    return cells + (pairs(difference[name] for name in COLUMNS) if difference else [""] * len(cells))
