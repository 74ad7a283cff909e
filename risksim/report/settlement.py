"""A settlement as text: what is owed and why, what investors have got, and what is missing."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from collections.abc import Sequence

from risksim.language import N_, _
from risksim.report.numbers import number
from risksim.report.said_below import in_words, the_payer
from risksim.report.story import rate_of
from risksim.report.table import heading, table
from risksim.results.settlement import InvoiceLine, OpenClaim, ReturnSoFar, Settlement

WIDTH = 110
MOST_OPEN = 30
"""Open claims listed one by one; the rest is in the JSON."""
MARK = N_("may change")


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
        _(
            "{deal}: settled up to {until}, by {observed}\n",
            deal=settled.deal,
            until=settled.until,
            observed=settled.observed,
        ),
        heading(_("Invoices ({currency})", currency=currency)),
        _invoice(settled, settled.invoice, _("Nothing is owed by what is known.\n")),
    ]
    if settled.totals:
        parts += [heading(_("In all, by date and payer ({currency})", currency=currency)), _totals(settled)]
    paid = [
        (the_payer(each.name), _money(settled, each.invoiced), _money(settled, each.paid)) for each in settled.payers
    ]
    parts += [
        heading(_("What each payer pays up to {until} ({currency})", until=settled.until, currency=currency)),
        table((_("payer"), _("outcome payments"), _("paid in all")), paid),
    ]
    title = _(
        "Investors up to {until} ({currency}, {day_count})",
        until=settled.until,
        currency=currency,
        day_count=settled.day_count,
    )
    parts += [heading(title), _returns(settled)]
    parts += [heading(_("Flows of the investors ({currency})", currency=currency)), _flows(settled)]
    if settled.open:
        parts += [heading(_("Still open")), _open(settled)]
    if settled.to_come:
        parts += [
            heading(_("Known already, due after {until} ({currency})", until=settled.until, currency=currency)),
            _invoice(settled, settled.to_come, ""),
        ]
    if settled.terms:
        rows = [
            (
                term.name,
                number(term.value, ",.6g"),
                term.unit,
                _("as observed") if term.origin == "observed" else _("its mean"),
            )
            for term in settled.terms
        ]
        parts += [
            heading(_("Uncertain terms of the contract")),
            table((_("term"), _("taken as"), _("unit"), _("which is")), rows),
        ]
    parts += [heading(_("Who paid whom ({currency})", currency=currency)), _ledger(settled)]
    parts.append("\n" + "".join(_note(note) for note in _notes(settled)))
    return "".join(parts)


def _money(settled: Settlement, amount: float) -> str:
    return number(amount, f",.{settled.decimals}f")


def _right(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], column: int) -> str:
    """A table of words with one column of amounts."""
    width = max((len(row[column]) for row in rows), default=0)
    rows = [(*row[:column], row[column].rjust(width), *row[column + 1 :]) for row in rows]
    return table(head, rows, left=len(head))


def _totals(settled: Settlement) -> str:
    rows: list[tuple[str, ...]] = [
        (str(due.date), the_payer(due.payer), _money(settled, due.amount), _(MARK) if due.provisional else "")
        for due in settled.totals
    ]
    some = any(due.provisional for due in settled.totals)
    head = (_("date"), _("payer"), _("amount"), _("note")) if some else (_("date"), _("payer"), _("amount"))
    return _right(head, [row[: len(head)] for row in rows], 2)


def _invoice(settled: Settlement, lines: tuple[InvoiceLine, ...], nothing: str) -> str:
    if not lines:
        return nothing
    titles = dict(settled.titles.rules)
    rows = [
        (
            str(line.date),
            the_payer(line.payer),
            titles.get(line.rule, line.rule),
            _money(settled, line.amount),
            in_words(line.reason) + (f" ({_(MARK)})" if line.provisional else ""),
        )
        for line in lines
    ]
    return _right((_("date"), _("payer"), _("rule"), _("amount"), _("because")), rows, 3)


def _returns(settled: Settlement) -> str:
    several = (settled.together,) if len(settled.tranches) > 1 else ()
    rows = [
        (
            _("all investors") if each is settled.together else each.name,
            _money(settled, each.paid_in),
            _money(settled, each.received),
            _("none") if math.isnan(each.moic) else number(each.moic, ".4f"),
            _rate(each),
        )
        for each in (*settled.tranches, *several)
    ]
    return table((_("tranche"), _("paid in"), _("received"), _("times"), _("IRR so far")), rows)


def _rate(each: ReturnSoFar) -> str:
    return rate_of(each.irr, each.irr_status)


def _flows(settled: Settlement) -> str:
    rows = [
        (each.name, str(flow.date), _money(settled, flow.paid_in), _money(settled, flow.received))
        for each in settled.tranches
        for flow in each.flows
    ]
    return (
        table((_("tranche"), _("date"), _("paid in"), _("received")), rows, left=2)
        if rows
        else _("No money has moved.\n")
    )


def _open(settled: Settlement) -> str:
    """What should be known and is not, one by one; what is only to come, in a sentence."""
    titles = dict(settled.titles.rules)
    missing = [claim for claim in settled.open if claim.due]
    later = [claim for claim in settled.open if not claim.due]
    text = ""
    if missing:
        rows = [
            (str(claim.date), the_payer(claim.payer), titles.get(claim.rule, claim.rule), _waits(claim))
            for claim in missing[:MOST_OPEN]
        ]
        text = table((_("date"), _("payer"), _("rule"), _("waits for")), rows, left=4)
        if len(missing) > MOST_OPEN:
            text += _("... and {n} more; --json lists them all.\n", n=number(len(missing) - MOST_OPEN))
    for rule in dict.fromkeys(claim.rule for claim in later):
        dates: list[dt.date] = sorted({claim.date for claim in later if claim.rule == rule})
        title = titles.get(rule, rule)
        if len(dates) == 1:
            text += _("{rule}: not due yet, on {date}.\n", rule=title, date=dates[0])
        else:
            text += _(
                "{rule}: not due yet, on {n} dates from {first} to {last}.\n",
                rule=title,
                n=len(dates),
                first=dates[0],
                last=dates[-1],
            )
    return text


def _waits(claim: OpenClaim) -> str:
    shown = claim.waits_for[:3]
    more = len(claim.waits_for) - len(shown)
    return ", ".join(shown) + (_(" and {n} more", n=more) if more > 0 else "")


def _ledger(settled: Settlement) -> str:
    rows = [
        (
            str(flow.date),
            the_payer(flow.from_party),
            the_payer(flow.to_party),
            _money(settled, flow.amount),
            in_words(flow.reason),
        )
        for flow in settled.ledger
    ]
    head = (_("date"), _("from"), _("to"), _("amount"), _("what for"))
    return _right(head, rows, 3) if rows else _("No money has moved.\n")


def _notes(settled: Settlement) -> list[str]:
    notes = [in_words(remark) for remark in settled.remarks]
    if settled.provisional_from is not None:
        notes.append(
            _(
                "Something that should be known by {until} is missing, or claims of that time wait for it: payments, "
                "ledger and returns from {date} on may still change. A cap, a guarantee and a return floor take what "
                "is open as nothing for now.",
                until=settled.until,
                date=settled.provisional_from,
            )
        )
    means = [term.name for term in settled.terms if term.origin == "mean"]
    if means:
        said = ", ".join(means)
        notes.append(_("Taken at their means, since the observed file does not say them: {terms}.", terms=said))
    notes.append(_("Returns count what was paid in and received up to this date; what is to come counts as nothing."))
    return notes


def _note(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False) + "\n"
