"""Many deals in one table: the JSON of `risksim batch`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import further, pairs, plain, public_limits, table
from risksim.replies.reference import past, told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.batch import Batch as Found
    from risksim.analysis.batch import Row
    from risksim.analysis.limits import Limit
    from risksim.analysis.reference import Reference
    from risksim.replies import Means
    from risksim.replies.wishes import Batch

SCHEMA = "risksim.batch/1"


def work(deals: Sequence[api.Deal], wishes: Batch) -> int:
    """Paths of all rows, and of the deals among past ones."""
    from risksim.analysis.reference import PATHS

    return _paths_of_rows(deals, wishes) + (PATHS * len(deals) if wishes.reference else 0)


def _paths_of_rows(deals: Sequence[api.Deal], wishes: Batch) -> int:
    return wishes.paths * sum(1 + (len(deal.scenario.stresses) if wishes.stresses else 0) for deal in deals)


def reply(
    deals: Sequence[api.Deal], wishes: Batch, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Run deals and put them in one table."""
    from risksim.analysis.batch import batch_of_deals
    from risksim.analysis.limits import read_limits
    from risksim.analysis.ranking import check_measure

    check_measure(wishes.by)
    limits, ranking = read_limits(wishes.fail_if), wishes.table or wishes.by is not None
    row = None if progress is None else lambda number, _rows, done: progress(number * wishes.paths + done)
    found = batch_of_deals(
        deals,
        wishes.paths,
        wishes.seed,
        means.threads,
        engine=wishes.engine,
        stresses=wishes.stresses,
        ranked=ranking,
        progress=row,
    )
    found = sorted_by(found, wishes.by)
    said = said_of(found, wishes.paths, wishes.seed, limits)
    if ranking:
        said |= of_ranking(found, wishes.by)
    if wishes.reference:
        there = {one.digest for one in found.rows if one.stress is None}
        asked = [deal for deal in deals if deal.plan.digest in there]
        report = further(progress, _paths_of_rows(deals, wishes))
        said |= of_reference(among_past_deals(asked, wishes.usd, wishes.seed, means.threads, report))
    return said


def sorted_by(found: Found, by: str | None) -> Found:
    """A batch with the best rows of a measure first."""
    from risksim.analysis.ranking import ranked

    if by is None:
        return found
    first = sorted(found.rows, key=lambda row: ranked(row.measures, by) if row.measures else (True, 0.0))
    return found._replace(rows=tuple(first))


def among_past_deals(
    deals: Sequence[api.Deal],
    usd: float | None,
    seed: int,
    threads: int,
    progress: Callable[[int], None] | None = None,
) -> tuple[Reference, ...]:
    """Each deal among past deals."""
    from risksim.analysis.reference import PATHS, reference

    return tuple(
        reference(deal, usd, PATHS, seed, threads, further(progress, place * PATHS)) for place, deal in enumerate(deals)
    )


def tells_of_public_money(found: Found) -> bool:
    """Whether any row says what public budgets keep."""
    shown = (row.measures.net_benefit for row in found.rows if row.measures is not None)
    return any(not math.isnan(getattr(one, "value", math.nan)) for one in shown)


def said_of(found: Found, paths: int, seed: int, limits: tuple[Limit, ...]) -> dict[str, Any]:
    """The JSON of a batch."""
    from risksim.analysis.limits import breaches

    return {
        "schema": SCHEMA,
        "run": {"paths": paths, "seed": seed, **api.identity()},
        "partial": found.partial,
        "rows": [_row(row) for row in found.rows],
        "bad": plain(found.bad),
        "skipped": list(found.skipped),
        "limits": [str(limit) for limit in limits],
        "breaches": [
            {"file": row.file, "stress": row.stress, "said": said}
            for row in found.rows
            for said in breaches(limits, row.answer)
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    said: dict[str, Any] = plain(row)
    named = {name: said[name] for name in row._fields if name not in ("answer", "measures")}
    numbers = {name: _number(number) for name, number in said["answer"].items()}
    if row.measures is None:
        return {**named, **numbers}
    return {**named, **numbers, "measures": {name: _number(number) for name, number in said["measures"].items()}}


def _number(said: dict[str, Any]) -> dict[str, Any]:
    """A statistic; what is withheld says why."""
    if "reason" in said:
        return {"value": None, "standard_error": None, "low": None, "high": None, "withheld": said["reason"]}
    return said


def of_ranking(found: Found, by: str | None) -> dict[str, Any]:
    """What stands beside it where deals are ranked."""
    apart = [{"file": one.file, "message": one.message} for one in found.apart]
    return {"by": by, "apart": apart} | public_limits(tells_of_public_money(found))


def of_reference(among: Sequence[Reference]) -> dict[str, Any]:
    """What stands beside it where deals are laid beside past ones."""
    return {"reference": [told(one) for one in among], "past": past()}


def as_csv(said: dict[str, Any]) -> str:
    """A row a line; what does not exist is an empty cell."""
    from risksim.analysis.limits import NAMES
    from risksim.analysis.ranking import NAMES as MEASURES

    named = ("file", "deal", "kind", "stress", "digest", "engine", "currency", "hurdle")
    more = MEASURES[1:] if any("measures" in row for row in said["rows"]) else ()  # p_loss stands there already
    heads = [f"{name}{end}" for name in (*NAMES, *more) for end in ("", "_standard_error")]
    partial = "yes" if said["partial"] else "no"
    rows = (
        [
            *(row[name] for name in named),
            *pairs([*(row[name] for name in NAMES), *(row["measures"][name] for name in more)]),
            partial,
        ]
        for row in said["rows"]
    )
    return table([*named, *heads, "partial"], rows)
