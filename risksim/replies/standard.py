"""The same hard questions for every deal, or for many files: the JSON of `risksim stress --standard`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import envelope, fields, in_english, pairs, plain, public_limits, table
from risksim.replies.stress import figures, heads

if TYPE_CHECKING:
    from collections.abc import Callable

    from risksim.analysis.standard import Standard
    from risksim.analysis.stress_table import StressTable
    from risksim.replies import Means
    from risksim.replies.wishes import Stress
    from risksim.report.standard import Footing

SCHEMA = "risksim.stress-standard/1"
OF_TABLE = "risksim.stress-table/1"


def work(deal: api.Deal, wishes: Stress) -> int:
    """Paths of all runs."""
    from risksim.analysis.standard import all_paths

    return all_paths(deal, wishes.paths, own=wishes.own)


def reply(deal: api.Deal, wishes: Stress, progress: Callable[[int], None] | None, means: Means) -> dict[str, Any]:
    """Ask the standard stresses of a deal."""
    from risksim.analysis.standard import answer

    report = None if progress is None else lambda done, _whole: progress(done)
    found = answer(deal, wishes.paths, wishes.seed, means.threads, own=wishes.own, progress=report)
    return said_of(deal, found, wishes.paths, wishes.seed)


def foot_of(deal: api.Deal, paths: int, seed: int) -> Footing:
    """What stands below the page and the charts."""
    from importlib.metadata import version

    from risksim.report.standard import Footing

    plan = deal.plan
    return Footing(plan.name, plan.currency, paths, seed, plan.digest, version("risksim-dsi"))


def said_of(deal: api.Deal, found: Standard, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of the standard stresses of one deal, with its charts."""
    from risksim.report.standard import charts

    said: dict[str, Any] = envelope(SCHEMA, deal, paths, seed) | fields(found)
    said["net_benefit"] = [{"budget": name, "mean": plain(value)} for name, value in found.net_benefit]
    said["stresses"] = [
        {"key": one["key"], "paths": one["paths"], "words": one["words"], **one["found"], "budgets": one["budgets"]}
        for one in said["stresses"]
    ]
    drawn = in_english(lambda: charts(found, foot_of(deal, paths, seed)))
    return said | public_limits(bool(found.net_benefit)) | {"charts": drawn}


def as_csv(said: dict[str, Any]) -> str:
    """A row for the deal as it stands and one for each stress."""
    rows = [["", "", *figures(said["base"], None)]]
    rows += [[one["key"], one["name"], *figures(one["values"], one["difference"])] for one in said["stresses"]]
    return table(["key", "stress", *heads()], rows)


def said_of_table(found: StressTable, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of the standard stresses of many files, with its charts."""
    from risksim.report.standard import table_charts

    run = {"paths": paths, "seed": seed, **api.identity()}
    return {"schema": OF_TABLE, "run": run, **fields(found), "charts": in_english(lambda: table_charts(found))}


def table_as_csv(said: dict[str, Any]) -> str:
    """A row for each file and stress; a stress that makes no sense has its reason and no numbers."""
    moved = ("p_loss", "p_loss_difference", "npv_difference", "repayment_difference")
    named = ["file", "deal", "digest", "currency", "hurdle", "key", "stress"]
    numbers = [f"{name}{end}" for name in moved for end in ("", "_standard_error")]
    partial = "yes" if said["partial"] else "no"
    rows: list[list[Any]] = []
    for row in said["rows"]:
        about = [row[name] for name in named[:5]]
        for cell in row["cells"]:
            shown = [*pairs(cell[name] for name in moved), cell["npv_difference_share"]]
            rows.append([*about, cell["key"], cell["stress"], *shown, "", partial])
        for one in row["left_out"]:
            rows.append([*about, one["key"], one["name"], *[""] * (len(numbers) + 1), one["reason"], partial])
    return table([*named, *numbers, "npv_difference_share", "reason", "partial"], rows)
