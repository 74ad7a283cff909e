"""Loans, costs that follow the people, fees, calls ahead and direct payments against the slow twin, to the øre."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal
from tests.engine.test_twin import amounts, chances, compare, compare_without_evidence

MORE = {
    "revenue": {
        "result": [
            {"on": "2025-06-30", "value": {"uniform": [-20_000, 150_000]}},
            {"on": "2026-03-31", "value": {"lognormal": {"median": 120_000, "sigma": 0.5}}},
            {"on": "2027-06-30", "value": 90_000},
        ]
    },
    "contracts": {"result": {"uniform": [0, 20]}},
}


@st.composite
def goals(draw: st.DrawFn) -> dict[str, Any]:
    return draw(
        st.sampled_from(
            [
                {"outcome": "contracts", "counts": "value", "at_least": 10},
                {"outcome": "revenue", "counts": "value", "at_least": 100_000.5},
                {"outcome": "job", "counts": "count", "at_least": 4},
                {"outcome": "well", "counts": "share", "at_least": 0.35},
            ]
        )
    )


@st.composite
def loans(draw: st.DrawFn) -> dict[str, Any]:
    loan: dict[str, Any] = {"maturity": draw(st.sampled_from(["2027-06-30", "2027-11-15"]))}
    loan["repaid"] = draw(
        st.sampled_from(
            [
                "at maturity",
                {"share_of": "revenue", "share": 0.3},
                {"every": "4 months", "times": 5, "first": "2025-12-01"},
            ]
        )
    )
    for key, more in (("lowered", {"to": 0.01}), ("forgiven", {"share": 0.3}), ("accelerated", {})):
        if draw(st.booleans()):
            loan[key] = {**draw(goals()), **more}
    if draw(st.booleans()):
        chance = draw(st.sampled_from([0.0, 0.03, 0.4, {"beta": [3, 7]}]))
        loan["default"] = {"yearly_chance": chance, "lost": draw(chances())}
    return loan


@st.composite
def financings(draw: st.DrawFn) -> dict[str, Any]:
    tranches: list[dict[str, Any]] = []
    if draw(st.booleans()):
        tranches.append({"name": "DSI", "commitment": draw(amounts(80_000.0)), "drawdown": "as needed"})
    if draw(st.booleans()):
        parts = {"every": "5 months", "times": 3}
        tranches.append({"name": "fund", "commitment": draw(amounts(50_000.0)), "drawdown": parts, "rate": 0.03})
    for tranche in tranches:
        if draw(st.booleans()):
            tranche["commitment_fee"] = draw(st.sampled_from([0.005, 0.02]))
    lenders = draw(st.integers(0 if tranches else 1, 2))
    for name in ("bank", "lender")[:lenders]:
        drawdown = draw(
            st.sampled_from(
                [
                    "start",
                    {"every": "4 months", "times": 2},
                    [{"on": "2025-03-01", "amount": 20_000.004}, {"on": "2025-10-01", "amount": 10_000}],
                ]
            )
        )
        told = {"name": name, "commitment": draw(st.sampled_from([40_000, 60_000.5])), "drawdown": drawdown}
        tranches.append(told | {"rate": draw(st.sampled_from([0.01, 0.06])), "loan": draw(loans())})
    surplus = draw(st.sampled_from(["payers", "provider"]))
    financing: dict[str, Any] = {"tranches": tranches, "surplus": surplus}
    financing["guarantees"] = [{"name": "guarantor", "share": 0.2, "covers": draw(st.sampled_from(["investors"]))}]
    financing["costs"] = [
        {"name": "evaluation", "share_of_commitment": draw(st.sampled_from([0.02, {"uniform": [0.01, 0.1]}]))},
        {"name": "per head", "amount": draw(amounts(400.0)), "per": "participant"},
        {"name": "stay", "amount": 33.335, "per": "participant month"},
        {"name": "manual", "amount": 12.5, "per": "completer", "due": ["2025-12-31", "2027-12-31"]},
        {"name": "adviser", "amount": 7, "per": "participant", "paid_by": "investors"},
    ]
    financing["uncovered_costs"] = draw(st.sampled_from(["provider", "unpaid"]))
    if any(tranche.get("drawdown") == "as needed" for tranche in tranches):
        financing["buffer"] = draw(st.sampled_from(["0 months", "3 months", "13 months"]))
        financing["recycle"] = all(tranche.get("drawdown") == "as needed" for tranche in tranches)
    return financing


@st.composite
def deals(draw: st.DrawFn) -> Scenario:
    financing = draw(financings())
    payments = [
        {"per_outcome": {"outcome": "job", "price": 1_500.0, "payer": "state"}},
        {"per_outcome": {"outcome": "well", "price": 1_100.01, "payer": "municipality"}},
    ]
    sharing = [t["name"] for t in financing["tranches"] if "loan" not in t]
    if sharing and draw(st.booleans()):
        payments[1]["per_outcome"]["tranche"] = sharing[0]
    outcomes = deal().model_dump(by_alias=True, exclude_defaults=True)["outcomes"] | MORE
    return deal(payments=payments, outcomes=outcomes, financing=financing)


checks: dict[str, Any] = {"derandomize": True, "deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=5, **checks)
@given(deals())
def test_made_up_loans_and_costs_equal_the_slow_twin(scenario):
    compare(scenario, 5, digits=1e-6)
    compare_without_evidence(scenario, 1, digits=1e-6)


@pytest.mark.slow
@settings(max_examples=80, **checks)
@given(deals())
def test_80_made_up_loans_and_costs_equal_the_slow_twin(scenario):
    compare(scenario, 8, digits=1e-6)
    compare_without_evidence(scenario, 2, digits=1e-6)
