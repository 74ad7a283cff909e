"""From what the contract measures to money: the part of a run that draws nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.errors import RunError
from risksim.kernels import cashflow, payments, waterfall
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
    n_tranches, n_payers = len(plan.labels.tranches), len(plan.labels.payers)
    claim = np.empty((n_paths, plan.payments.kind.size, n_periods), dtype=np.int64)
    payments.claims(
        measured, plan.payments, plan.financing, plan.calendar.years, n_payers, plan.minor_units, inputs, claim
    )
    flow = np.empty((n_paths, plan.ledger.from_party.size, n_periods), dtype=np.int64)
    drawn = np.empty((n_paths, n_tranches), dtype=np.int64)
    received = np.empty((n_paths, n_tranches), dtype=np.int64)
    waterfall.post(claim, plan.payments, plan.financing, plan.minor_units, inputs, flow, drawn, received)
    balance = np.empty((n_paths, len(plan.labels.parties), n_periods), dtype=np.int64)
    repayment = np.empty((n_paths, n_payers, len(plan.labels.years)), dtype=np.int64)
    broken = waterfall.close_books(
        flow,
        claim,
        plan.ledger.from_party,
        plan.ledger.to_party,
        n_tranches,
        plan.calendar.year_index,
        balance,
        repayment,
    )
    if broken:
        raise RunError(
            f"{plan.name}: the books of {broken} paths do not close. This is a fault of risksim, not of the scenario; "
            "please report it with the scenario file."
        )
    irr = np.empty((n_paths, n_tranches))
    status = np.empty((n_paths, n_tranches), dtype=np.int8)
    npv = np.empty((n_paths, n_tranches, plan.hurdles.size))
    tranche_party = np.arange(1, 1 + n_tranches, dtype=np.int64)
    cashflow.returns(
        balance,
        tranche_party,
        drawn,
        received,
        plan.calendar.years,
        discount_factors(plan),
        float(plan.minor_units),
        irr,
        status,
        npv,
    )
    return Settled(claim, flow, drawn, received, repayment, irr, status, npv)
