"""What was observed, settled: invoices with their reasons, returns so far, and what is still open."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from risksim.plan.layout import (
    CAP,
    FLOOR,
    FUND,
    RETURN,
    THRESHOLD,
    ByteArray,
    FloatArray,
    IntArray,
    PathResults,
    Plan,
    Replay,
)
from risksim.results.story import Flow, Titles, tell_claims, tell_ledger, titles_of


class TermTaken(NamedTuple):
    """An uncertain term of the contract, and the value that was taken."""

    name: str
    value: float
    unit: str
    origin: str
    """``observed`` where the file says it, ``mean`` where it does not."""


class InvoiceLine(NamedTuple):
    """What one payer owes under one rule on one date. A cap's cut is negative."""

    date: dt.date
    payer: str
    rule: str
    amount: float
    """[currency]"""
    reason: str
    provisional: bool
    """Something is missing that may still change it."""


class Due(NamedTuple):
    """What one payer is invoiced on one date, under all rules."""

    date: dt.date
    payer: str
    amount: float
    """[currency]"""
    provisional: bool


class PayerTotal(NamedTuple):
    """What one payer pays up to the date of settlement."""

    name: str
    invoiced: float
    """Outcome payments. [currency]"""
    paid: float
    """All that it paid less what it got back: with costs, floors and surplus. [currency]"""


class FlowOn(NamedTuple):
    """What investors pay in and get on one date."""

    date: dt.date
    paid_in: float
    """[currency]"""
    received: float
    """[currency]"""


class ReturnSoFar(NamedTuple):
    """What a tranche, or all together, has paid in and got."""

    name: str
    paid_in: float
    """[currency]"""
    received: float
    """[currency]"""
    moic: float
    """Received over paid in; nan where nothing was paid in."""
    irr: float
    """nan where there is none. [1/year]"""
    irr_status: int
    flows: tuple[FlowOn, ...]


class OpenClaim(NamedTuple):
    """A claim that waits for something that is not known yet."""

    date: dt.date
    """When it would be paid."""
    payer: str
    rule: str
    due: bool
    """What it waits for should be known by the date of settlement."""
    waits_for: tuple[str, ...]


class Settlement(NamedTuple):
    """An observed file, settled up to a date."""

    deal: str
    digest: str
    currency: str
    decimals: int
    """Decimal places of an amount: those of the currency's minor unit."""
    day_count: str
    observed: str
    """The observed file."""
    until: dt.date
    """Up to when: later measurements do not count, later payments are not posted."""
    provisional_from: dt.date | None
    """From this date on payments may still change, since something is missing; None where nothing is."""
    terms: tuple[TermTaken, ...]
    invoice: tuple[InvoiceLine, ...]
    totals: tuple[Due, ...]
    payers: tuple[PayerTotal, ...]
    tranches: tuple[ReturnSoFar, ...]
    together: ReturnSoFar
    """All tranches together."""
    open: tuple[OpenClaim, ...]
    to_come: tuple[InvoiceLine, ...]
    """What is known already and falls due after `until`."""
    ledger: tuple[Flow, ...]
    remarks: tuple[str, ...]
    titles: Titles


class Arrays(NamedTuple):
    """What the engine made of one observed path."""

    measured: FloatArray
    """float64[1, cohort, measure, period]; nan where it is not known."""
    results: PathResults
    claim: IntArray
    """int64[rule, period]: by what is known, after the date too. [minor unit]"""
    open: ByteArray
    """uint8[rule, period]."""
    missing: ByteArray
    """uint8[cohort, measure, period]."""


def settlement(
    plan: Plan,
    arrays: Arrays,
    until: dt.date,
    observed: str,
    terms: Sequence[TermTaken] = (),
    remarks: Sequence[str] = (),
) -> Settlement:
    """Put a settled path into words.

    Parameters
    ----------
    plan : Plan
        The deal.
    arrays : Arrays
        What the engine made of it.
    until : date
        The date of settlement.
    observed : str
        The observed file.
    terms : sequence of TermTaken
        Uncertain terms and their values.
    remarks : sequence of str
        What a reader should look at.

    Returns
    -------
    Settlement
    """
    labels, unit, results = plan.labels, plan.minor_units, arrays.results
    upto = sum(date <= until for date in labels.dates) - 1
    lines = _lines(plan, arrays)
    claimed = [sum(line.amount for line in lines if line.payer == p and line.date <= until) for p in labels.payers]
    early = np.flatnonzero(arrays.open[:, : upto + 1].any(axis=0))
    return Settlement(
        deal=plan.name,
        digest=plan.digest,
        currency=plan.currency,
        decimals=len(str(unit)) - 1,
        day_count=plan.day_count,
        observed=observed,
        until=until,
        provisional_from=labels.dates[early[0]] if early.size else None,
        terms=tuple(terms),
        invoice=tuple(line for line in lines if line.date <= until),
        totals=tuple(_totals(plan, arrays, upto)),
        payers=tuple(
            PayerTotal(name, round(claimed[q], 6), float(results.repayment[0, q].sum()) / unit)
            for q, name in enumerate(labels.payers)
        ),
        tranches=tuple(
            _return(plan, results, name, [1 + k], (results.irr[0, k], results.irr_status[0, k]))
            for k, name in enumerate(labels.tranches)
        ),
        together=_together(plan, results),
        open=tuple(_open(plan, arrays, upto)),
        to_come=tuple(line for line in lines if line.date > until),
        ledger=tuple(tell_ledger(plan, _replay(arrays, results))),
        remarks=tuple(remarks),
        titles=titles_of(plan),
    )


def _replay(arrays: Arrays, results: PathResults) -> Replay:
    """The path as the story of a path is told: what is not known counts as nothing in its reasons."""
    return Replay(-1, 0, (), np.nan_to_num(arrays.measured), (), results)


def _lines(plan: Plan, arrays: Arrays) -> list[InvoiceLine]:
    replay = _replay(arrays, arrays.results._replace(claim=arrays.claim[None]))
    return [InvoiceLine(*claim, bool(arrays.open[row, period])) for row, period, claim in tell_claims(plan, replay)]


def _totals(plan: Plan, arrays: Arrays, upto: int) -> list[Due]:
    """By date and payer; a date on which something of a payer is open is there too, since it may become more."""
    found = []
    for t in range(upto + 1):
        for q, payer in enumerate(plan.labels.payers):
            rows = plan.payments.payer == q
            amount, waits = int(arrays.claim[rows, t].sum()), bool(arrays.open[rows, t].any())
            if amount or waits or arrays.claim[rows, t].any():
                found.append(Due(plan.labels.dates[t], payer, amount / plan.minor_units, waits))
    return found


def _return(plan: Plan, results: PathResults, name: str, parties: list[int], rate: tuple[float, int]) -> ReturnSoFar:
    gives = results.flow[0][np.isin(plan.ledger.from_party, parties)].sum(axis=0)
    takes = results.flow[0][np.isin(plan.ledger.to_party, parties)].sum(axis=0)
    paid_in, received = int(gives.sum()), int(takes.sum())
    return ReturnSoFar(
        name,
        paid_in / plan.minor_units,
        received / plan.minor_units,
        received / paid_in if paid_in else math.nan,
        float(rate[0]),
        int(rate[1]),
        tuple(
            FlowOn(plan.labels.dates[t], int(gives[t]) / plan.minor_units, int(takes[t]) / plan.minor_units)
            for t in np.flatnonzero(gives | takes)
        ),
    )


def _together(plan: Plan, results: PathResults) -> ReturnSoFar:
    several = bool(plan.labels.groups)
    rate = (
        (results.group_irr[0, 0], results.group_irr_status[0, 0])
        if several
        else (results.irr[0, 0], results.irr_status[0, 0])
    )
    name = plan.labels.groups[0] if several else plan.labels.tranches[0]
    return _return(plan, results, name, list(range(1, 1 + len(plan.labels.tranches))), rate)


def _open(plan: Plan, arrays: Arrays, upto: int) -> list[OpenClaim]:
    payments, labels, found = plan.payments, plan.labels, []
    for t in range(len(labels.dates)):
        for row in np.flatnonzero(arrays.open[:, t]):
            earned, waits = _waits_for(plan, arrays, int(row), t)
            found.append(
                OpenClaim(
                    labels.dates[t],
                    labels.payers[payments.payer[row]],
                    labels.rules[row],
                    earned <= upto,
                    waits,
                )
            )
    return found


def _waits_for(plan: Plan, arrays: Arrays, row: int, paid: int) -> tuple[int, tuple[str, ...]]:
    """When the first thing should be known for which a claim waits, and all of them in words."""
    payments, labels = plan.payments, plan.labels
    k, kind = int(payments.clause[row]), int(payments.kind[row])
    looks = [t for t in range(paid + 1) if payments.looks[k, t] and payments.paid_in[k, t] == paid]
    returns = kind >= THRESHOLD and payments.tables.unit[k] == RETURN
    if kind in (CAP, FLOOR, FUND) or returns:
        above = range(int(payments.first_row[k]))
        rows = [r for r in above if (payments.scope[k, r] or returns) and arrays.open[r, : paid + 1].any()]
        if rows:
            when = min(int(np.flatnonzero(arrays.open[r, : paid + 1])[0]) for r in rows)
            return min([when, *looks]), tuple(dict.fromkeys(labels.rules[r] for r in rows))
    keeps = kind >= THRESHOLD
    cells = [
        (t, f"{labels.measures[m]}{_of(plan, int(c), m)} on {labels.dates[t]}")
        for m in dict.fromkeys(int(m) for m in payments.readings.column[k] if m >= 0)
        for t in range(max(looks, default=-1) + 1)
        for c in np.flatnonzero(arrays.missing[:, m, t])
        if keeps or t in looks
    ]
    return min((t for t, _ in cells), default=paid), tuple(text for _, text in sorted(cells, key=lambda one: one[0]))


def _of(plan: Plan, cohort: int, measure: int) -> str:
    persons = plan.labels.measures[measure] not in plan.labels.results
    return f" of {plan.labels.cohorts[cohort]}" if persons else ""
