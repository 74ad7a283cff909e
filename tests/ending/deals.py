"""A deal that may end early in several ways, for tests."""

from __future__ import annotations

from typing import Any

from risksim.scenario.scenario import Scenario

INTERIM = {
    "name": "interim evaluation",
    "on": "2026-07-01",
    "when": {"outcome": "well", "counts": "share", "below": 0.6, "unmeasured": "failure"},
    "notice": "6 months",
    "run_off": "12 months",
    "pays": {"amount": 50_000.005, "paid_by": "foundation"},
}
TOO_FEW = {"name": "too few people", "on": "2026-01-01", "when": {"enrolled_below": 0.45}, "notice": "3 months"}
RIGHT = {"name": "right of the city", "on": "2027-01-01", "chance": 0.2, "run_off": "7 months"}
POLITICAL = {"name": "political decision", "yearly_chance": 0.1, "notice": "2 months", "run_off": "5 months"}
EVERY = [INTERIM, TOO_FEW, RIGHT, POLITICAL]


def deal(ends: list[dict[str, Any]], **changes: Any) -> Scenario:
    """Two cohorts over three years, outcomes of each kind, half-yearly follow-ups."""
    told = {
        "schema": 1,
        "name": "May end early",
        "start": "2025-01-01",
        "end": "2029-12-31",
        "follow_up": {"every": "6 months"},
        "hurdles": [0.0, 0.05],
        "cohorts": [
            {
                "name": "north",
                "participants": 60,
                "duration": "7 months",
                "enrolment": {"window": "24 months", "ratio": {"uniform": [0.7, 1.2]}},
                "dropout": {"beta": [4, 16]},
                "unmeasured": 0.1,
            },
            {"name": "south", "participants": 15, "duration": "2 months", "enrolment": {"window": "30 months"}},
        ],
        "outcomes": {
            "well": {"of": "completers", "success_rate": {"beta": [8, 4]}},
            "job": {"of": "enrolled", "success_rate": 0.4, "measured": {"after_enrolment": "10 months"}},
            "late": {"of": "measured", "success_rate": 0.5, "measured": {"on": "2027-08-15"}},
            "effect": {"result": {"uniform": [0.0, 0.2]}},
        },
        "payments": [
            {"per_outcome": {"outcome": "well", "price": 10_000.01, "payer": "municipality", "lag": "2 months"}},
            {"per_outcome": {"outcome": "job", "price": {"uniform": [9_000, 11_000]}, "payer": "state"}},
            {"per_outcome": {"outcome": "late", "price": 3_000, "payer": "municipality"}},
            {"cap": {"total": 700_000}},
        ],
        "financing": {
            "tranches": [
                {"name": "investor", "commitment": 600_000, "drawdown": {"every": "6 months", "times": 8}},
            ],
            "costs": [{"name": "staff", "amount": 70_000, "due": {"every": "6 months", "times": 8}}],
            "guarantees": [{"name": "foundation", "limit": 40_000}],
        },
        "ends_early": ends,
    }
    # None takes a part out.
    return Scenario.model_validate({key: part for key, part in (told | changes).items() if part is not None})
