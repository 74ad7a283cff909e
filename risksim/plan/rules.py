"""Payment rules as rows: one per rule, one per payer for a cap."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from risksim.plan import layout
from risksim.plan.numbers import Gathered, Number, slots
from risksim.scenario.payments import Cap, PerOutcome


class _Row(NamedTuple):
    kind: int
    measure: int
    payer: int
    clause: int
    amount: Number


def payments(gathered: Gathered) -> tuple[layout.Payments, layout.Measures, list[str], list[str]]:
    """The rules, the measures they read, the payers in the order in which they are named, and a name per row."""
    scenario = gathered.scenario
    outcome_names = list(scenario.outcomes)
    payers: list[str] = []
    measured: list[tuple[int, int]] = []
    rows: list[_Row] = []
    names: list[str] = []
    for clause, rule in enumerate(scenario.payments):
        if isinstance(rule, PerOutcome):
            terms = rule.per_outcome
            column = (outcome_names.index(terms.outcome), layout.SUM)
            if column not in measured:
                measured.append(column)
            if terms.payer not in payers:
                payers.append(terms.payer)
            price = gathered.number(
                ("payments", clause, "per_outcome", "price"), terms.price, f"{scenario.currency}/outcome"
            )
            rows.append(_Row(layout.PER_OUTCOME, measured.index(column), payers.index(terms.payer), clause, price))
            names.append(terms.outcome)
        elif isinstance(rule, Cap):
            total = gathered.number(("payments", clause, "cap", "total"), rule.cap.total, scenario.currency)
            rows.extend(_Row(layout.CAP, -1, payer, clause, total) for payer in range(len(payers)))
            names.extend("cap" if len(payers) == 1 else f"cap ({payer})" for payer in payers)

    def column_of(pick: Callable[[_Row], int]) -> layout.IntArray:
        return np.array([pick(row) for row in rows], dtype=np.int64)

    group = layout.Payments(
        column_of(lambda row: row.kind),
        column_of(lambda row: row.measure),
        column_of(lambda row: row.payer),
        column_of(lambda row: row.clause),
        *slots([row.amount for row in rows]),
    )
    measures = layout.Measures(*(np.array(column, dtype=np.int64) for column in zip(*measured, strict=True)))
    return group, measures, payers, names
