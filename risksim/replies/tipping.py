"""What if those who fail are harder to measure? The JSON of `risksim stress --tipping`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, pairs, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from risksim.analysis.tipping import Tipping
    from risksim.replies import Means
    from risksim.replies.wishes import Stress

SCHEMA = "risksim.tipping/1"
RATES = ("rate_measured", "rate_all")
FIGURES = ("p_loss", "npv", "npv_es95", "repayment")


def work(wishes: Stress) -> int:
    """Paths of all rows."""
    from risksim.analysis.tipping import STEPS

    return wishes.paths * len(STEPS)


def reply(deal: api.Deal, wishes: Stress, progress: Callable[[int], None] | None, means: Means) -> dict[str, Any]:
    """Run a deal while those who fail become harder and harder to measure."""
    from risksim.analysis.tipping import tipping as ask

    found = ask(deal, wishes.paths, wishes.seed, means.threads, wishes.outcome, progress)
    return said_of(deal, found, wishes.paths, wishes.seed)


def said_of(deal: api.Deal, found: Tipping, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of a table."""
    return envelope(SCHEMA, deal, paths, seed) | fields(found)


def as_csv(said: dict[str, Any]) -> str:
    """A row for each step."""
    head = [f"{name}{end}" for name in (*RATES, *FIGURES) for end in ("", "_standard_error")]
    rows = (
        [
            row["step"],
            row["odds"],
            *pairs([*(row[name] for name in RATES), *(row["values"][name] for name in FIGURES)]),
        ]
        for row in said["rows"]
    )
    return table(["step", "odds", *head], rows)
