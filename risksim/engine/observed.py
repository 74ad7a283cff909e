"""Settle what was observed up to a date: the same claims and ledger as a simulated path, cut off at that date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.engine.keep import allocate, store
from risksim.engine.results import known_only
from risksim.engine.settle import claims_of, close, post
from risksim.kernels.changes import waits as waits_for_change
from risksim.kernels.payments import still_open
from risksim.plan.layout import (
    FLOOR,
    POSTPONE,
    RETURN,
    THRESHOLD,
    ByteArray,
    FloatArray,
    IntArray,
    PathResults,
    Plan,
)


class SettledSoFar(NamedTuple):
    """One observed path, settled up to a date."""

    results: PathResults
    """Of the one path: claims, ledger and returns up to the date, nothing after it."""
    claim: IntArray
    """int64[rule, period]: what the rules claim by what is known, after the date too. [minor unit]"""
    open: ByteArray
    """uint8[rule, period]: 1 where a claim waits for something that is not known."""
    missing: ByteArray
    """uint8[cohort, measure, period]: 1 where something can be measured and is not known."""


def settle_so_far(plan: Plan, inputs: FloatArray, measured: FloatArray, upto: int) -> SettledSoFar:
    """Settle what is known at the end of a period.

    Parameters
    ----------
    plan : Plan
        The deal.
    inputs : float64[1, input]
        Its uncertain terms.
    measured : float64[1, cohort, measure, period]
        What was measured, nan where it is not known.
    upto : int
        The last period whose payments are posted and whose measurements count; -1 for none.

    Returns
    -------
    SettledSoFar

    Raises
    ------
    RunError
        If the books don't close.
    """
    measured = known_only(plan, measured, upto)
    waits = np.empty((1, plan.payments.kind.size, measured.shape[3]), dtype=np.uint8)
    changing = None
    if plan.changes is not None:
        changing = waits_for_change(measured, plan.measures.measured_in, plan.changes)
    still_open(measured, plan.measures.measured_in, plan.payments, waits, changing)
    claim = claims_of(_silent_while_open(plan, waits[0]), inputs, measured)
    due = claim.copy()
    due[:, :, upto + 1 :] = 0
    flow, _, _ = post(plan, inputs, due, measured)
    flow[:, :, upto + 1 :] = 0
    settled = close(plan, due, flow, *_by_tranche(plan, flow))
    results = allocate(plan, 1, keep_claims=True)
    store(results, 0, inputs, np.zeros_like(results.headcount), settled)
    missing = np.isnan(measured[0]) & (plan.measures.measured_in == 1)[None]
    return SettledSoFar(results, claim[0], _done_with(plan, claim[0], waits[0]), missing.astype(np.uint8))


def _silent_while_open(plan: Plan, waits: ByteArray) -> Plan:
    """The plan in which rules that look at other claims, or at earlier dates, say nothing while these are open.

    A floor, or a payment up to a return, would fill up for what only has not come yet; a rule that pays once, or lets
    people wait, might have spoken on an earlier date.
    """
    rules = plan.payments
    looks = rules.looks.copy()
    for k in range(looks.shape[0]):
        row = rules.first_row[k]
        goal = rules.kind[row] >= THRESHOLD and not rules.readings.each_cohort[k]
        careful = rules.kind[row] == FLOOR or (
            goal
            and (
                rules.tables.unit[k] == RETURN or rules.readings.once[k] == 1 or rules.readings.otherwise[k] == POSTPONE
            )
        )
        if careful:
            looks[k] &= 1 - waits[row, rules.paid_in[k]]
    return plan._replace(payments=rules._replace(looks=looks))


def _done_with(plan: Plan, claim: IntArray, waits: ByteArray) -> ByteArray:
    """What waits, without the rules that pay once and have paid."""
    waits, rules = waits.copy(), plan.payments
    for k in np.flatnonzero((rules.readings.once == 1) & (rules.readings.each_cohort == 0)):
        rows = slice(int(rules.first_row[k]), int(rules.first_row[k + 1]))
        paid = np.flatnonzero(((claim[rows] != 0) & (waits[rows] == 0)).any(axis=0))
        if paid.size:
            waits[rows, paid[0] :] = 0
    return waits


def _by_tranche(plan: Plan, flow: IntArray) -> tuple[IntArray, IntArray]:
    """What each tranche pays in and gets by its lines of the ledger: int64[path, tranche], twice. [minor unit]"""
    party = 1 + np.arange(len(plan.labels.tranches))
    total = flow.sum(axis=2)
    gives = (plan.ledger.from_party[None, :] == party[:, None]).astype(np.int64)
    takes = (plan.ledger.to_party[None, :] == party[:, None]).astype(np.int64)
    return total @ gives.T, total @ takes.T
