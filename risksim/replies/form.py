"""What the JSON of every question has in common: how values are written, and what stands above an answer."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.errors import RisksimError
from risksim.language import _, speaking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class QuestionError(RisksimError):
    """A question that cannot be asked, or not of this deal."""


def as_text(said: dict[str, Any]) -> str:
    """JSON with Danish letters as they are, ending in a newline."""
    return json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(node: Any) -> Any:
    """Named tuples as dictionaries, dates as text, what isn't a number as null."""
    if hasattr(node, "_asdict"):
        return {key: plain(value) for key, value in node._asdict().items()}
    if isinstance(node, tuple | list):
        return [plain(value) for value in node]
    if isinstance(node, dt.date):
        return node.isoformat()
    if isinstance(node, float) and not math.isfinite(node):
        return None
    return node


def fields(found: Any) -> dict[str, Any]:
    """A result under its documented keys."""
    return {key: plain(value) for key, value in found._asdict().items()}


def keyed(told: Any) -> dict[str, Any]:
    """A result under its documented keys: names stay names there, so that the titles of reports are left out."""
    said: dict[str, Any] = plain(told)
    del said["titles"]
    return said


def versions() -> dict[str, str]:
    """What computed an answer."""
    return {"risksim": version("risksim-dsi"), "numpy": version("numpy"), "numba": version("numba")}


def envelope(schema: str, deal: api.Deal, paths: int, seed: int) -> dict[str, Any]:
    """What stands above the answer to a question that is asked of one deal."""
    plan = deal.plan
    return {
        "schema": schema,
        "scenario": {
            "name": plan.name,
            "file": deal.document.file,
            "digest": plan.digest,
            "currency": plan.currency,
            "day_count": plan.day_count,
            "not_checked": api.not_checked(deal),
        },
        "run": {"paths": paths, "seed": seed, **versions()},
    }


def named(deal: str, stress: str | None) -> str:
    """A deal and its stress in words."""
    return deal if stress is None else _("{deal}, with '{stress}'", deal=deal, stress=stress)


def public_limits(tells_of_public_money: bool) -> dict[str, Any]:
    """What a calculation of public money cannot say, in English and Danish as `risksim public` says it."""
    if not tells_of_public_money:
        return {}
    from risksim.report.limits import limits

    return {"public_limits": limits()}


def in_english(draw: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Charts in English, as JSON holds them in every language."""
    with speaking("en"):
        return draw()


def further(progress: Callable[[int], None] | None, before: int) -> Callable[[int], None] | None:
    """Progress of a run that begins when so many paths were done."""
    return None if progress is None else lambda done: progress(before + done)


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would compute."""


def table(head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """A table as CSV; what does not exist is an empty cell.

    A text that a spreadsheet would take for a formula begins with an apostrophe: names are whatever somebody called
    them in a file that others open.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([_as_it_is(cell) for cell in row] for row in (head, *rows))
    return stream.getvalue()


def _as_it_is(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def pairs(estimates: Iterable[Mapping[str, Any] | None]) -> list[Any]:
    """Cells of a table: each value and its standard error, as JSON has them; empty where there is none."""
    return [None if one is None else one[key] for one in estimates for key in ("value", "standard_error")]
