"""Deals whose outcome payments are handed to the waterfall as they are, without people."""

from __future__ import annotations

from typing import Any

import numpy as np

from risksim.engine.settle import Settled, finance
from risksim.plan.compile import compile_plan
from risksim.plan.layout import Plan
from risksim.scenario.scenario import Scenario


def told(financing: dict[str, Any], years: int, *, payers: tuple[str, ...] = ("municipality",)) -> Scenario:
    """A deal with a follow-up on each first of January after the start, and a rule per payer."""
    return Scenario.model_validate(
        {
            "schema": 1,
            "name": "Claims by hand",
            "start": "2025-01-01",
            "end": f"{2025 + years}-01-01",
            "follow_up": [f"{2025 + year}-01-01" for year in range(1, years + 1)],
            "day_count": "months/12",
            "hurdles": [0.0],
            "cohorts": [{"name": "everybody", "participants": 1}],
            "outcomes": {"success": {"of": "enrolled", "success_rate": 1}},
            "payments": [{"per_outcome": {"outcome": "success", "price": 1, "payer": payer}} for payer in payers],
            "financing": financing,
        }
    )


def settled(plan: Plan, payments: Any) -> Settled:
    """Hand yearly payments to the waterfall.

    payments float64[path, year] of the first payer, or float64[path, payer, year]. [currency]
    """
    payments = np.asarray(payments, dtype=np.float64)
    if payments.ndim == 2:
        payments = payments[:, None]
    claim = np.zeros((payments.shape[0], plan.payments.kind.size, plan.calendar.years.size), np.int64)
    dates = [f"{2025 + year}-01-01" for year in range(1, payments.shape[2] + 1)]
    columns = [[str(date) for date in plan.labels.dates].index(date) for date in dates]
    claim[:, : payments.shape[1], columns] = np.rint(payments * plan.minor_units).astype(np.int64)
    return finance(plan, np.empty((payments.shape[0], 0)), claim)


def financed(financing: dict[str, Any], payments: Any, **more: Any) -> tuple[Plan, Settled]:
    """The plan of a financing and what it makes of yearly payments."""
    payments = np.asarray(payments, dtype=np.float64)
    plan = compile_plan(told(financing, payments.shape[-1], **more))
    return plan, settled(plan, payments)


def received_by(plan: Plan, found: Settled, name: str, path: int = 0) -> list[float]:
    """What a party receives in each period. [currency]"""
    party = plan.labels.parties.index(name)
    return (found.flow[path][plan.ledger.to_party == party].sum(axis=0) / plan.minor_units).tolist()
