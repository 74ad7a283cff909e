"""From what the contract measures to money: the part of a run that draws nothing."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from risksim.errors import RunError
from risksim.kernels import cashflow, payments, tranches, waterfall
from risksim.plan.layout import FloatArray, IntArray, Plan


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


def settle(plan: Plan, inputs: FloatArray, measured: FloatArray) -> Settled:
    """Pay, post and measure the returns of a block of paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    inputs : float64[path, input]
        Drawn inputs.
    measured : float64[path, cohort, measure, period]
        What the contract measures. [people]

    Returns
    -------
    Settled

    Raises
    ------
    RunError
        If the books of any path don't close.
    """
    n_paths, n_periods = measured.shape[0], measured.shape[3]
    n_payers = len(plan.labels.payers)
    claim = np.empty((n_paths, plan.payments.kind.size, n_periods), dtype=np.int64)
    payments.claims(
        measured, plan.payments, plan.financing, plan.calendar.years, n_payers, plan.minor_units, inputs, claim
    )
    return finance(plan, inputs, claim, measured)


def finance(plan: Plan, inputs: FloatArray, claim: IntArray, measured: FloatArray | None = None) -> Settled:
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

    Returns
    -------
    Settled

    Raises
    ------
    RunError
        If the books of any path don't close.
    """
    n_paths, _, n_periods = claim.shape
    n_tranches, n_payers = len(plan.labels.tranches), len(plan.labels.payers)
    drawn = np.empty((n_paths, n_tranches), dtype=np.int64)
    received = np.empty((n_paths, n_tranches), dtype=np.int64)
    balance = np.empty((n_paths, len(plan.labels.parties), n_periods), dtype=np.int64)
    repayment = np.empty((n_paths, n_payers, len(plan.labels.years)), dtype=np.int64)
    year_index = plan.calendar.year_index
    n_lines = plan.ledger.from_party.size
    if plan.waterfall is None:
        flow = np.empty((n_paths, n_lines, n_periods), dtype=np.int64)
        waterfall.post(claim, plan.payments, plan.financing, plan.minor_units, inputs, flow, drawn, received)
        ledger = plan.ledger
        broken = waterfall.close_books(
            flow, claim, ledger.from_party, ledger.to_party, n_tranches, year_index, balance, repayment
        )
    else:
        # Path last in memory, as the waterfall reckons.
        flow = np.empty((n_lines, n_periods, n_paths), dtype=np.int64).transpose(2, 0, 1)
        tranches.post_in_order(
            claim,
            plan.payments.payer,
            plan.waterfall,
            tranches.begin(plan.waterfall, n_payers, measured, plan.calendar.years, plan.minor_units, inputs),
            n_payers,
            plan.minor_units,
            inputs,
            plan.calendar.years,
            flow,
            drawn,
            received,
        )
        broken = tranches.close_accounts(flow, claim, plan.ledger, n_tranches, n_payers, year_index, balance, repayment)
    if broken:
        raise RunError(
            f"{plan.name}: the books of {broken} paths do not close. This is a fault of risksim, not of the scenario; "
            "please report it with the scenario file."
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
