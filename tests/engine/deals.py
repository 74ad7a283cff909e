"""Deals to run: the shipped ones, and a made-up one that bends in every place."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from risksim.plan.compile import compile_plan
from risksim.plan.layout import Plan
from risksim.scenario.scenario import Scenario

SHIPPED = Path(__file__).parents[2] / "scenarios"
SIMPLE, BROENDBY = "examples/simple-reference.yaml", "broendby-tuba.yaml"


def shipped_files() -> list[Path]:
    """Every scenario that ships; a portfolio lists scenarios and is none itself."""
    return sorted(file for file in SHIPPED.rglob("*.yaml") if not lists_deals(file))


def funded_files() -> list[Path]:
    """Those of them with investors."""
    return [file for file in shipped_files() if "\nfinancing:" in file.read_text(encoding="utf-8")]


def lists_deals(file: Path) -> bool:
    """Whether a file is a portfolio."""
    return "\nportfolio:" in file.read_text(encoding="utf-8")


@functools.cache
def shipped(name: str) -> Scenario:
    return Scenario.model_validate(YAML(typ="safe").load((SHIPPED / name).read_text(encoding="utf-8")))


@functools.cache
def shipped_plan(name: str) -> Plan:
    return compile_plan(shipped(name))


def deal(**changes: Any) -> Scenario:
    """Three cohorts that settle in several classes, an outcome of each population, two payers, two caps."""
    told = {
        "schema": 1,
        "name": "Bent",
        "currency": "DKK",
        "start": "2025-01-31",
        "end": "2029-12-31",
        "follow_up": {"every": "5 months"},
        "hurdles": [0.0, 0.05],
        "cohorts": [
            {
                "name": "north",
                "participants": 150,  # more than a chunk of 128, and no multiple of 4
                "duration": "7 months",
                "enrolment": {"window": "14 months", "ramp": "4 months", "ratio": {"uniform": [0.6, 1.2]}},
                "dropout": {"beta": [4, 16]},
                "unmeasured": 0.1,
            },
            {"name": "south", "participants": 7, "duration": "2 months", "dropout": 0.3},
            {
                "name": "east",
                "participants": 33,
                "enrolment": {"window": "3 months"},
                "unmeasured": {"uniform": [0.0, 0.5]},
            },
        ],
        "outcomes": {
            "job": {"of": "enrolled", "success_rate": 0.35, "measured": {"after_enrolment": "6 months"}},
            "well": {"of": "completers", "success_rate": {"beta": [8, 4]}, "measured": {"at": "completion"}},
            "home": {"of": "measured", "success_rate": 0.6, "measured": {"after_completion": "3 months"}},
            "late": {"of": "completers", "success_rate": 0.5, "measured": {"on": "2026-03-15"}},
        },
        "payments": [
            {"per_outcome": {"outcome": "job", "price": 12_345.67, "payer": "state"}},
            {"per_outcome": {"outcome": "well", "price": {"uniform": [9_000, 11_000]}, "payer": "municipality"}},
            {"cap": {"total": 900_000.005}},
            {"per_outcome": {"outcome": "home", "price": 3_000.333, "payer": "state"}},
            {"per_outcome": {"outcome": "late", "price": 1_000, "payer": "region"}},
            {"cap": {"total": {"uniform": [1_000_000, 1_200_000]}}},
        ],
        "financing": {
            "tranches": [
                {
                    "name": "investor",
                    "commitment": {"uniform": [900_000, 1_000_000]},
                    "drawdown": {"every": "3 months", "times": 7},
                }
            ]
        },
    }
    return Scenario.model_validate(told | changes)


@functools.cache
def bent_plan() -> Plan:
    return compile_plan(deal())
