"""Prices and caps as the compiler lays them, for tests of the kernels that read them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.plan import layout
from risksim.plan.layout import CAP, PER_OUTCOME, Payments


class Rule(NamedTuple):
    """A price (of a measure, to a payer) or a cap."""

    amount: float
    measure: int = -1
    payer: int = 0

    @property
    def is_cap(self):
        return self.measure < 0


def group(*rules, slots=None, n_periods=8):
    """Rules as the compiler lays them: a cap has one row per payer above it."""
    rows, payers = [], []
    for clause, rule in enumerate(rules):
        if not rule.is_cap and rule.payer not in payers:
            payers.append(rule.payer)
        for payer in range(len(payers)) if rule.is_cap else [rule.payer]:
            rows.append((CAP if rule.is_cap else PER_OUTCOME, payer, clause))
    kind, payer, clause = np.array(rows, dtype=np.int64).T.copy()
    n = len(rules)
    none, no, never = np.zeros(n, np.int64), np.zeros(n), np.full(n, -1)
    small = np.zeros(n, np.uint8)
    column = np.full((n, 3), -1)
    column[:, 0] = [rule.measure for rule in rules]
    return Payments(
        kind=kind,
        payer=payer,
        clause=clause,
        share=np.ones(len(rows), np.int64),
        first_row=np.searchsorted(clause, np.arange(n + 1)),
        first_number=np.arange(n + 1),
        amount_slot=never.copy() if slots is None else np.array(slots),
        amount_value=np.array([rule.amount for rule in rules], dtype=np.float64),
        number_period=never,
        unless_slot=never,
        unless_value=no,
        looks=np.ones((n, n_periods), np.uint8),
        paid_in=np.tile(np.arange(n_periods), (n, 1)),
        lagged=small,
        growth_slot=never,
        growth_value=no,
        growth_years=np.zeros((n, n_periods), np.int64),
        level=np.ones((n, n_periods)),
        scope=(clause < np.arange(n)[:, None]).astype(np.uint8),
        basis=none,
        readings=layout.Readings(column, none, none, small, small, small, small, no, no, no, none),
        tables=layout.Tables(
            np.zeros(n + 1, np.int64),
            no[:0],
            no[:0],
            no,
            np.zeros((n, n_periods)),
            no,
            none,
            np.zeros((n, 1, n_periods)),
        ),
    )
