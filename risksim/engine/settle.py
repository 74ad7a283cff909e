"""From what the contract measures to money: the part of a run that draws nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from risksim.errors import RunError
from risksim.kernels import cashflow, payments, tranches, waterfall
from risksim.language import _
from risksim.plan.layout import NEVER, FloatArray, IntArray, Payments, Plan, Stops, payments_after

PIECE = 4_096
"""Paths settled at a time where nothing hangs on the whole block: their money stays in the cache."""


class Settled(NamedTuple):
    """Money of a block of paths. Minor units unless said otherwise."""

    claim: IntArray
    """int64[path, rule, period]."""
    flow: IntArray
    """int64[path, line, period]."""
    drawn: IntArray
    """int64[path, tranche]."""
    received: IntArray
    """int64[path, tranche]."""
    repayment: IntArray
    """int64[path, payer, year]."""
    irr: FloatArray
    """float64[path, tranche]. [1/year]"""
    irr_status: np.ndarray[tuple[int, int], np.dtype[np.int8]]
    """int8[path, tranche]."""
    npv: FloatArray
    """float64[path, tranche, hurdle]. [currency]"""
    group_irr: FloatArray
    """float64[path, group]: all tranches together. [1/year]"""
    group_irr_status: np.ndarray[tuple[int, int], np.dtype[np.int8]]
    """int8[path, group]."""
    group_npv: FloatArray
    """float64[path, group, hurdle]. [currency]"""


def discount_factors(plan: Plan) -> FloatArray:
    """Discount factors at the hurdles: float64[hurdle, period]."""
    return np.asarray((1.0 + plan.hurdles[:, None]) ** -plan.calendar.years[None, :], dtype=np.float64)


def settle(
    plan: Plan,
    inputs: FloatArray,
    measured: FloatArray,
    stops: Stops | None = None,
    planned: FloatArray | None = None,
) -> Settled:
    """Pay, post and measure the returns of a block of paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    inputs : float64[path, input]
        Drawn inputs.
    measured : float64[path, cohort, measure, period]
        What the contract measures. [people]
    stops : Stops, optional
        How the paths end; left out, they run to their end.
    planned : float64[path, cohort, measure, period], optional
        The people as if nothing stopped, where costs follow them; left out, as measured.

    Returns
    -------
    Settled

    Raises
    ------
    RunError
        If the books of any path don't close.
    """
    return finance(plan, inputs, claims_of(plan, inputs, measured, stops), measured, stops, planned)


def settle_in_pieces(
    plan: Plan,
    inputs: FloatArray,
    measured: FloatArray,
    stops: Stops | None = None,
    planned: FloatArray | None = None,
) -> Iterator[tuple[slice, Settled]]:
    """As `settle`, a few thousand paths at a time: which paths, and their money."""
    n_paths = inputs.shape[0]
    piece = PIECE if plan.waterfall is None and stops is None and planned is None else n_paths
    for start in range(0, n_paths, piece):
        here = slice(start, min(start + piece, n_paths))
        yield here, settle(plan, inputs[here], measured[here], stops, planned)


def claims_of(plan: Plan, inputs: FloatArray, measured: FloatArray, stops: Stops | None = None) -> IntArray:
    """What every rule claims: int64[path, rule, period]. [minor unit]"""
    n_paths, n_periods = measured.shape[0], measured.shape[3]
    claim = np.empty((n_paths, plan.payments.kind.size, n_periods), dtype=np.int64)
    _claims(plan, plan.payments, inputs, measured, claim)
    if stops is not None:
        _claim_again(plan, inputs, measured, stops, claim)
    return claim


def _claims(plan: Plan, rules: Payments, inputs: FloatArray, measured: FloatArray, claim: IntArray) -> None:
    n_payers = len(plan.labels.payers)
    terms = (rules, plan.financing, plan.calendar.years, n_payers, plan.minor_units, inputs)
    payments.claims(measured, *terms, claim, plan.changes, plan.splits)


def _claim_again(plan: Plan, inputs: FloatArray, measured: FloatArray, stops: Stops, claim: IntArray) -> None:
    """Claims of the paths that stop, under the rules as they then stand; together where the rules stand alike."""
    assert plan.ending is not None
    stopped = np.flatnonzero(stops.month != NEVER)
    variant = plan.ending.variant[stops.by[stopped], stops.month[stopped]]
    for each in np.unique(variant):
        rows = stopped[variant == each]
        part = np.empty((rows.size, *claim.shape[1:]), dtype=np.int64)
        rules = payments_after(plan, int(stops.by[rows[0]]), int(stops.month[rows[0]]))
        _claims(plan, rules, inputs[rows], measured[rows], part)
        claim[rows] = part


def finance(
    plan: Plan,
    inputs: FloatArray,
    claim: IntArray,
    measured: FloatArray | None = None,
    stops: Stops | None = None,
    planned: FloatArray | None = None,
) -> Settled:
    """Post the claims of a block of paths to the ledger and measure the returns.

    Parameters
    ----------
    plan : Plan
        The deal.
    inputs : float64[path, input]
        Drawn inputs.
    claim : int64[path, rule, period]
        What every rule claims; cuts are negative. [minor unit]
    measured : float64[path, cohort, measure, period], optional
        What the contract measures, where costs or loans read it.
    stops : Stops, optional
        How the paths end; left out, they run to their end.
    planned : float64[path, cohort, measure, period], optional
        The people as if nothing stopped, where costs follow them; left out, as measured.

    Returns
    -------
    Settled

    Raises
    ------
    RunError
        If the books of any path don't close.
    """
    return close(plan, claim, *post(plan, inputs, claim, measured, stops, planned))


def post(
    plan: Plan,
    inputs: FloatArray,
    claim: IntArray,
    measured: FloatArray | None = None,
    stops: Stops | None = None,
    planned: FloatArray | None = None,
) -> tuple[IntArray, IntArray, IntArray]:
    """The ledger, and what each tranche pays in and gets: int64[path, line, period], twice int64[path, tranche].

    As `finance`.
    """
    n_paths, _, n_periods = claim.shape
    n_tranches, n_payers, n_lines = len(plan.labels.tranches), len(plan.labels.payers), plan.ledger.from_party.size
    drawn = np.empty((n_paths, n_tranches), dtype=np.int64)
    received = np.empty((n_paths, n_tranches), dtype=np.int64)
    if plan.waterfall is None:
        flow = np.empty((n_paths, n_lines, n_periods), dtype=np.int64)
        waterfall.post(claim, plan.payments, plan.financing, plan.minor_units, inputs, flow, drawn, received)
    else:
        # Path last in memory, as the waterfall reckons.
        flow = np.empty((n_lines, n_periods, n_paths), dtype=np.int64).transpose(2, 0, 1)
        order, years, unit = plan.waterfall, plan.calendar.years, plan.minor_units
        until = None
        if stops is not None and plan.ending is not None:
            until = tranches.until_stops(plan.ending, stops, years.size)
        state = tranches.begin(order, n_payers, measured, years, unit, inputs, until, planned)
        tranches.post_in_order(
            claim, plan.payments.payer, order, state, n_payers, unit, inputs, years, flow, drawn, received
        )
    return flow, drawn, received


def close(plan: Plan, claim: IntArray, flow: IntArray, drawn: IntArray, received: IntArray) -> Settled:
    """Close the books of a ledger and measure the returns.

    Raises
    ------
    RunError
        If the books of any path don't close.
    """
    n_paths, _who, n_periods = claim.shape
    n_tranches, n_payers = drawn.shape[1], len(plan.labels.payers)
    balance = np.empty((n_paths, len(plan.labels.parties), n_periods), dtype=np.int64)
    repayment = np.empty((n_paths, n_payers, len(plan.labels.years)), dtype=np.int64)
    year_index, ledger = plan.calendar.year_index, plan.ledger
    if plan.waterfall is None:
        broken = waterfall.close_books(
            flow, claim, ledger.from_party, ledger.to_party, n_tranches, year_index, balance, repayment
        )
    else:
        broken = tranches.close_accounts(flow, claim, ledger, n_tranches, n_payers, year_index, balance, repayment)
    if broken:
        raise RunError(
            _(
                "{name}: the books of {broken} paths do not close. This is a fault of risksim, not of the scenario; "
                "please report it with the scenario file.",
                name=plan.name,
                broken=broken,
            )
        )
    irr, status, npv = _returns(plan, balance, np.arange(1, 1 + n_tranches, dtype=np.int64), drawn, received)
    groups = _returns(plan, *_together(plan, balance, drawn, received))
    return Settled(claim, flow, drawn, received, repayment, irr, status, npv, *groups)


def _together(plan: Plan, balance: IntArray, drawn: IntArray, received: IntArray) -> tuple[Any, ...]:
    """All tranches as one party, where there are several: balance, party, drawn, received."""
    n_groups, n_tranches = len(plan.labels.groups), len(plan.labels.tranches)
    total = np.empty((balance.shape[0], n_groups, balance.shape[2]), dtype=np.int64)
    if n_groups:
        tranches.add_up_groups(balance, n_tranches, total)
    sums = [np.repeat(money.sum(axis=1, keepdims=True), n_groups, axis=1) for money in (drawn, received)]
    return total, np.arange(n_groups, dtype=np.int64), *sums


def _returns(plan: Plan, balance: IntArray, party: IntArray, drawn: IntArray, received: IntArray) -> tuple[Any, ...]:
    """IRR, its status and NPV of some parties."""
    n_paths, n_parties = drawn.shape
    irr = np.empty((n_paths, n_parties))
    status = np.empty((n_paths, n_parties), dtype=np.int8)
    npv = np.empty((n_paths, n_parties, plan.hurdles.size))
    if n_parties:
        cashflow.returns(
            balance,
            party,
            drawn,
            received,
            plan.calendar.years,
            discount_factors(plan),
            float(plan.minor_units),
            irr,
            status,
            npv,
        )
    return irr, status, npv
