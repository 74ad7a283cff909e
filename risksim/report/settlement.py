"""A settlement as text: what is owed and why, what investors have got, and what is missing."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from collections.abc import Sequence

from risksim.report.numbers import percent
from risksim.report.story import STATUS_WORDS
from risksim.report.table import heading, table
from risksim.results.settlement import InvoiceLine, OpenClaim, ReturnSoFar, Settlement

WIDTH = 110
MOST_OPEN = 30
"""Open claims listed one by one; the rest is in the JSON."""
MARK = "may change"


def page(settled: Settlement) -> str:
    """A settlement as text.

    Parameters
    ----------
    settled : Settlement
        Of one observed file.

    Returns
    -------
    str
    """
    currency = settled.currency
    parts = [
        f"{settled.deal}: settled up to {settled.until}, by {settled.observed}\n",
        heading(f"Invoices ({currency})"),
        _invoice(settled, settled.invoice, "Nothing is owed by what is known.\n"),
    ]
    if settled.totals:
        parts += [heading(f"In all, by date and payer ({currency})"), _totals(settled)]
    paid = [(each.name, _money(settled, each.invoiced), _money(settled, each.paid)) for each in settled.payers]
    parts += [
        heading(f"What each payer pays up to {settled.until} ({currency})"),
        table(("payer", "outcome payments", "paid in all"), paid),
    ]
    parts += [heading(f"Investors up to {settled.until} ({currency}, {settled.day_count})"), _returns(settled)]
    parts += [heading(f"Flows of the investors ({currency})"), _flows(settled)]
    if settled.open:
        parts += [heading("Still open"), _open(settled)]
    if settled.to_come:
        parts += [
            heading(f"Known already, due after {settled.until} ({currency})"),
            _invoice(settled, settled.to_come, ""),
        ]
    if settled.terms:
        rows = [
            (term.name, f"{term.value:,.6g}", term.unit, "as observed" if term.origin == "observed" else "its mean")
            for term in settled.terms
        ]
        parts += [heading("Uncertain terms of the contract"), table(("term", "taken as", "unit", "which is"), rows)]
    parts += [heading(f"Who paid whom ({currency})"), _ledger(settled)]
    parts.append("\n" + "".join(_note(note) for note in _notes(settled)))
    return "".join(parts)


def _money(settled: Settlement, amount: float) -> str:
    return f"{amount:,.{settled.decimals}f}"


def _right(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], column: int) -> str:
    """A table of words with one column of amounts."""
    width = max((len(row[column]) for row in rows), default=0)
    rows = [(*row[:column], row[column].rjust(width), *row[column + 1 :]) for row in rows]
    return table(head, rows, left=len(head))


def _totals(settled: Settlement) -> str:
    rows: list[tuple[str, ...]] = [
        (str(due.date), due.payer, _money(settled, due.amount), MARK if due.provisional else "")
        for due in settled.totals
    ]
    some = any(due.provisional for due in settled.totals)
    head = ("date", "payer", "amount", "note") if some else ("date", "payer", "amount")
    return _right(head, [row[: len(head)] for row in rows], 2)


def _invoice(settled: Settlement, lines: tuple[InvoiceLine, ...], nothing: str) -> str:
    if not lines:
        return nothing
    titles = dict(settled.titles.rules)
    rows = [
        (
            str(line.date),
            line.payer,
            titles.get(line.rule, line.rule),
            _money(settled, line.amount),
            line.reason + (f" ({MARK})" if line.provisional else ""),
        )
        for line in lines
    ]
    return _right(("date", "payer", "rule", "amount", "because"), rows, 3)


def _returns(settled: Settlement) -> str:
    several = (settled.together,) if len(settled.tranches) > 1 else ()
    rows = [
        (
            "all investors" if each is settled.together else each.name,
            _money(settled, each.paid_in),
            _money(settled, each.received),
            "none" if math.isnan(each.moic) else f"{each.moic:.4f}",
            _rate(each),
        )
        for each in (*settled.tranches, *several)
    ]
    return table(("tranche", "paid in", "received", "times", "IRR so far"), rows)


def _rate(each: ReturnSoFar) -> str:
    return STATUS_WORDS[each.irr_status] if math.isnan(each.irr) else f"{percent(each.irr, 0.0, 4)} a year"


def _flows(settled: Settlement) -> str:
    rows = [
        (each.name, str(flow.date), _money(settled, flow.paid_in), _money(settled, flow.received))
        for each in settled.tranches
        for flow in each.flows
    ]
    return table(("tranche", "date", "paid in", "received"), rows, left=2) if rows else "No money has moved.\n"


def _open(settled: Settlement) -> str:
    """What should be known and is not, one by one; what is only to come, in a sentence."""
    titles = dict(settled.titles.rules)
    missing = [claim for claim in settled.open if claim.due]
    later = [claim for claim in settled.open if not claim.due]
    text = ""
    if missing:
        rows = [
            (str(claim.date), claim.payer, titles.get(claim.rule, claim.rule), _waits(claim))
            for claim in missing[:MOST_OPEN]
        ]
        text = table(("date", "payer", "rule", "waits for"), rows, left=4)
        if len(missing) > MOST_OPEN:
            text += f"... and {len(missing) - MOST_OPEN:,} more; --json lists them all.\n"
    for rule in dict.fromkeys(claim.rule for claim in later):
        dates: list[dt.date] = sorted({claim.date for claim in later if claim.rule == rule})
        span = f"on {dates[0]}" if len(dates) == 1 else f"on {len(dates)} dates from {dates[0]} to {dates[-1]}"
        text += f"{titles.get(rule, rule)}: not due yet, {span}.\n"
    return text


def _waits(claim: OpenClaim) -> str:
    shown = claim.waits_for[:3]
    more = len(claim.waits_for) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _ledger(settled: Settlement) -> str:
    rows = [
        (str(flow.date), flow.from_party, flow.to_party, _money(settled, flow.amount), flow.reason)
        for flow in settled.ledger
    ]
    return _right(("date", "from", "to", "amount", "what for"), rows, 3) if rows else "No money has moved.\n"


def _notes(settled: Settlement) -> list[str]:
    notes = list(settled.remarks)
    if settled.provisional_from is not None:
        notes.append(
            f"Something that should be known by {settled.until} is missing, or claims of that time wait for it: "
            f"payments, ledger and returns from {settled.provisional_from} on may still change. A cap, a guarantee and "
            "a return floor take what is open as nothing for now."
        )
    means = [term.name for term in settled.terms if term.origin == "mean"]
    if means:
        notes.append(f"Taken at their means, since the observed file does not say them: {', '.join(means)}.")
    notes.append("Returns count what was paid in and received up to this date; what is to come counts as nothing.")
    return notes


def _note(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False) + "\n"
