"""Deals in which people leave by a law, move away, and succeed in time."""

from __future__ import annotations

from typing import Any

from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal

Told = dict[str, Any]

OUTCOMES: Told = {
    "well": {
        "of": "completers",
        "success_rate": {"beta": [8, 4]},
        "dropouts": {"uniform": [0.3, 0.7]},
        "onset": {"typical": "4 months", "shape": 1.5},
        "measured": {"after_enrolment": ["8 months", "12 months", "18 months"]},
    },
    "job": {"of": "enrolled", "monthly": 0.05, "measured": {"after_enrolment": ["6 months", "12 months"]}},
    "kept": {"of": "earlier", "after": "job", "success_rate": 0.7, "measured": {"after_enrolment": "18 months"}},
    "home": {
        "of": "completers",
        "success_rate": 0.6,
        "dropouts": 0.5,
        "persistence": 0.7,
        "measured": {"after_completion": ["26 weeks", "52 weeks"]},
    },
    "months": {
        "of": "enrolled",
        "amount": {"each": {"normal": {"mean": 5, "sd": 2}}},
        "persistence": 0.5,
        "measured": {"on": ["2026-01-15", "2027-01-15"]},
    },
    "half": {"reads": "months", "at_least": 5, "always": True},
    "diploma": {"of": "completers", "success_rate": 0.5, "measured": {"at": "completion"}},
    "steady": {
        "of": "enrolled",
        "spells": {"starts": 0.25, "ends": 0.08, "begins": "out"},
        "counts": "any spell",
        "lasts": "20 weeks",
        "gap": "2 weeks",
        "measured": {"after_enrolment": "12 months"},
    },
}

PAYMENTS: list[Told] = [
    *({"per_outcome": {"outcome": name, "price": 1_000}} for name in OUTCOMES if name != "months"),
    {"threshold": {"outcome": "diploma", "counts": "share", "unmeasured": "exclude", "at_least": 0.4, "pays": 9_000}},
    {"per_person": {"prices": {"well": 700, "home": 900}, "most": 2_000}},
]

COHORTS: list[Told] = [
    {
        "name": "north",
        "participants": 37,
        "duration": "8 months",
        "enrolment": {"window": "10 months", "ratio": {"uniform": [0.6, 1.2]}},
        "dropout": {"monthly": {"uniform": [0.02, 0.05]}, "shape": 1},
        "moves": {"yearly": {"beta": [5, 20]}, "then": "lost"},
        "unmeasured": 0.1,
    },
    {
        "name": "south",
        "participants": 21,
        "duration": "26 weeks",
        "dropout": {"stay": {"8 weeks": 0.85, "26 weeks": 0.68}, "odds": {"uniform": [1, 2]}},
        "moves": {"yearly": 0.3, "then": "excluded"},
    },
    {
        "name": "east",
        "participants": 18,
        "duration": "7 months",
        "dropout": {"share": {"beta": [4, 16]}},
        "moves": {"yearly": 0.2, "then": "kept"},
    },
    {"name": "west", "participants": 15, "duration": "5 months", "dropout": {"share": 0.3, "shape": 2, "odds": 1.5}},
]


def going(**changes: Any) -> Scenario:
    """Every way to leave, to move and to succeed in time."""
    told: Told = {"outcomes": OUTCOMES, "payments": PAYMENTS, "cohorts": COHORTS, "end": "2031-12-31"}
    return deal(**(told | changes))
