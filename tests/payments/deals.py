"""Small deals that can be settled by hand: one follow-up a year, what was measured given as numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from risksim.engine.settle import settle
from risksim.plan.compile import compile_plan
from risksim.plan.layout import ELIGIBLE, RESULT, SEEN, SUM, Plan
from risksim.scenario.scenario import Scenario


def deal(payments: list[dict[str, Any]], **changes: Any) -> Scenario:
    """Five participants, three yearly follow-ups, an outcome of persons and a result of the programme."""
    told = {
        "schema": 1,
        "name": "By hand",
        "currency": "DKK",
        "day_count": "months/12",
        "start": "2025-01-01",
        "end": "2028-12-31",
        "follow_up": ["2026-01-01", "2027-01-01", "2028-01-01"],
        "cohorts": [{"name": "five", "participants": 5}],
        "outcomes": {
            "job": {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "12 months"}},
            "rate": {"result": 0.5},
        },
        "payments": payments,
        "financing": {"tranches": [{"name": "investor", "commitment": 100_000}]},
    }
    return Scenario.model_validate(told | changes)


def measured_of(plan: Plan, people: dict[int, tuple[Any, ...]] | list[Any], result: Any = None) -> np.ndarray:
    """What was measured: per follow-up (verified, measured, eligible) of each cohort, and the result's value."""
    follow_ups = [
        t for t in range(len(plan.labels.dates)) if plan.measures.measured_in[:, t].any() or t in _looked(plan)
    ]
    shape = (1, plan.cohorts.places.size, plan.measures.outcome.size, len(plan.labels.dates))
    out = np.zeros(shape)
    cohorts = people if isinstance(people, dict) else {0: people}
    for m, statistic in enumerate(plan.measures.statistic):
        for place, t in enumerate(follow_ups):
            if statistic == RESULT:
                out[0, 0, m, t] = np.nan if result is None or result[place] is None else result[place]
            else:
                for c, rows in cohorts.items():
                    out[0, c, m, t] = rows[place][{SUM: 0, SEEN: 1, ELIGIBLE: 2}[int(statistic)]]
    return out


def _looked(plan: Plan) -> set[int]:
    wanted = {dt.date(2026, 1, 1), dt.date(2027, 1, 1), dt.date(2028, 1, 1)}
    return {t for t, date in enumerate(plan.labels.dates) if date in wanted}


def claimed(payments: list[dict[str, Any]], people: Any = ((0, 0, 0),) * 3, result: Any = None, **changes: Any) -> dict:
    """Every claim that is not nothing: (rule, payer, year-month) -> kroner."""
    plan = compile_plan(deal(payments, **changes))
    found = settle(plan, np.empty((1, 0)), measured_of(plan, people, result)).claim[0]
    return {
        (int(plan.payments.clause[r]), plan.labels.payers[plan.payments.payer[r]], f"{plan.labels.dates[t]:%Y-%m}"): (
            found[r, t] / plan.minor_units
        )
        for r, t in zip(*found.nonzero(), strict=True)
    }
