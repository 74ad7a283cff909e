"""Observed counts to invoices: the JSON of `risksim settle`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.language import _
from risksim.replies.form import QuestionError, keyed, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.replies import Means
    from risksim.replies.wishes import Settle
    from risksim.results.settlement import Settlement

SCHEMA = "risksim.settle/1"
INVOICE = ("date", "payer", "rule", "amount", "reason", "provisional")


def work(_deals: Sequence[api.Deal], _wishes: Settle) -> int:
    """Nothing is simulated."""
    return 0


def reply(
    deals: Sequence[api.Deal], wishes: Settle, _progress: Callable[[int], None] | None, _means: Means
) -> dict[str, Any]:
    """Settle what was observed."""
    (deal,) = deals
    day = day_of(wishes.until)
    return said_of(deal, api.settle_text(deal, wishes.observed, wishes.name, day))


def day_of(text: str | None) -> dt.date | None:
    """A date, read."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise QuestionError(
            _("--until: got '{text}'; this is a date.\n  Write it as 2027-01-31.", text=text[:60])
        ) from None


def said_of(deal: api.Deal, settled: Settlement) -> dict[str, Any]:
    """The JSON of a settlement."""
    return {"schema": SCHEMA, **keyed(settled), "not_checked": api.not_checked(deal)}


def as_csv(said: dict[str, Any]) -> str:
    """A row for each line of the invoices."""
    rows = ([int(line[name]) if name == "provisional" else line[name] for name in INVOICE] for line in said["invoice"])
    return table(INVOICE, rows)
