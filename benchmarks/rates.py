"""Internal rates of many deals: eight yearly flows each, risksim's kernel beside pyxirr in a loop."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.kernels.cashflow import OK_UNIQUE, STATUS_NAMES, returns

FloatArray = npt.NDArray[np.float64]

DEALS = 100_000
YEARS = np.arange(8.0)
ODD = {
    "TOTAL_LOSS": [-100.0, 0, 0, 0, 0, 0, 0, 0],
    "NO_INVESTMENT": [0.0, 0, 0, 0, 0, 0, 0, 0],
    "ALL_POSITIVE": [100.0, 10, 0, 0, 0, 0, 0, 0],
    # -100 (1 - 1.1 v) (1 - 1.5 v), v the discount factor: rates of 10 % and 50 %.
    "MULTIPLE": [-100.0, 260, -165, 0, 0, 0, 0, 0],
    # -100 + 100 v - 100 v^2 is below zero for every v.
    "NO_ROOT": [-100.0, 100, -100, 0, 0, 0, 0, 0],
}
"""Flows that have no rate, or not one, by the status they must get."""


class Rates(NamedTuple):
    """Internal rates and their status."""

    irr: FloatArray
    """float64[deal]. [1/year]"""
    status: npt.NDArray[np.int8]
    """int8[deal]."""


def flows(n_deals: int = DEALS, seed: int = 7) -> FloatArray:
    """Flows of many deals: float64[deal, 8], whole kroner; invested at once, repaid by uncertain successes."""
    generator = np.random.default_rng(seed)
    out = np.empty((n_deals, YEARS.size))
    chance = 0.8 * generator.beta(30.0, 10.0, n_deals)
    out[:, 0] = -4_000_000.0
    out[:, 1:] = 35_000.0 * generator.binomial(30, chance[:, np.newaxis], (n_deals, YEARS.size - 1))
    return out


class Balances(NamedTuple):
    """Flows as the engine has them."""

    balance: npt.NDArray[np.int64]
    """int64[deal, 1, 8]. [minor unit]"""
    drawn: npt.NDArray[np.int64]
    received: npt.NDArray[np.int64]
    """int64[deal, 1]. [minor unit]"""


def balances(of: FloatArray) -> Balances:
    """Flows float64[deal, 8] as the engine has them; not timed, because a run has them already."""
    minor = np.rint(100.0 * of).astype(np.int64)
    drawn, received = (np.maximum(side, 0).sum(axis=1)[:, np.newaxis] for side in (-minor, minor))
    return Balances(minor[:, np.newaxis], drawn, received)


def by_risksim(of: Balances) -> Rates:
    """Rates by risksim's kernel."""
    n_deals = of.drawn.shape[0]
    irr, status, npv = np.empty((n_deals, 1)), np.empty((n_deals, 1), dtype=np.int8), np.empty((n_deals, 1, 0))
    tranche, no_hurdle = np.zeros(1, dtype=np.int64), np.empty((0, YEARS.size))
    returns(of.balance, tranche, of.drawn, of.received, YEARS, no_hurdle, 100.0, irr, status, npv)
    return Rates(irr[:, 0], status[:, 0])


def by_pyxirr(of: FloatArray) -> FloatArray:
    """Rates by pyxirr, one call a deal: float64[deal], nan where it finds none."""
    import pyxirr

    found = (pyxirr.irr(row) for row in of)
    return np.array([np.nan if rate is None else rate for rate in found])


def faults(of: FloatArray, pyxirr_too: bool) -> list[str]:
    """What is wrong with the rates, whatever their speed."""
    said = []
    ours = by_risksim(balances(of))
    if pyxirr_too:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = by_pyxirr(of)
        unique = ours.status == OK_UNIQUE
        apart = float(np.abs(ours.irr - theirs)[unique].max())
        if not apart <= 1e-10:
            said.append(f"internal rates: {apart:.1e} off pyxirr")
    for name, row in ODD.items():
        got = STATUS_NAMES[by_risksim(balances(np.array([row]))).status[0]]
        if got != name:
            said.append(f"internal rates: {row} is {got}, not {name}")
    return said
