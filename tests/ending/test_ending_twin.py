"""Deals that may end early against the slow twin, to the øre and to the person."""

from typing import Any

import pytest

from risksim.engine.run import Settings, run, run_expected
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import NEVER
from risksim.scenario.scenario import Scenario
from tests.ending.deals import EVERY, INTERIM, POLITICAL, RIGHT, TOO_FEW, deal
from tests.engine.test_twin import (
    SEED,
    assert_same_path,
    assert_same_people,
    compare,
    compare_without_evidence,
    drawn_inputs,
    means,
)
from tests.reference.twin import expected_only, run_path

WELL = {"name": "well", "on": "2026-07-01", "notice": "1 month", "run_off": "4 months"}


def reads(**when: Any) -> dict[str, Any]:
    return {**WELL, "when": when}


ENDS: dict[str, list[dict[str, Any]]] = {
    "all": EVERY,
    "interim": [INTERIM],
    "too few": [TOO_FEW],
    "right": [RIGHT],
    "political": [POLITICAL],
    "uncertain chance": [{**RIGHT, "chance": {"beta": [2, 3]}}, {**POLITICAL, "yearly_chance": {"uniform": [0, 0.4]}}],
    "right where seen": [{**INTERIM, "chance": 0.5}],
    "count": [reads(outcome="well", counts="count", below=12)],
    "mean above, observed": [reads(outcome="well", counts="mean", above=0.7, unmeasured="observed")],
    "share outside, excluded": [reads(outcome="well", counts="share", outside=[0.55, 0.8], unmeasured="exclude")],
    "share, assumed": [reads(outcome="well", counts="share", below=0.66, unmeasured="assumed", assumed_rate=0.5)],
    "value": [reads(outcome="effect", counts="value", below=0.08)],
    "share of drawn": [{**RIGHT, "chance": 0.6, "pays": {"share_of_drawn": 0.123, "paid_by": "municipality"}}],
    "share of undrawn": [
        {**POLITICAL, "yearly_chance": 0.4, "pays": {"share_of_undrawn": {"uniform": [0, 1]}, "paid_by": "state"}}
    ],
}


def compare_ends(scenario: Scenario, n_paths: int = 12) -> None:
    """Every path, and how it ends; of 25 at least some do, and some don't."""
    twins = compare(scenario, n_paths)
    compare_without_evidence(scenario, 2)
    plan = compile_plan(scenario)
    found = run(plan, Settings(max(n_paths, 25), SEED, threads=1))
    names = [end.name for end in scenario.ends_early]
    for row, twin in enumerate(path.ended for path in twins):
        if twin is None:
            assert (found.stop_month[row], found.ended_by[row]) == (NEVER, -1)
        else:
            assert (found.stop_month[row], names[found.ended_by[row]]) == (twin.month, twin.end.name)
    assert 0 < (found.stop_month != NEVER).sum() < len(found.stop_month)


@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS.keys())
def test_deal_that_may_end_early_equals_the_slow_twin(ends):
    compare_ends(deal(ends))


@pytest.mark.slow
@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS.keys())
def test_200_paths_that_may_end_early_equal_the_slow_twin(ends):
    compare_ends(deal(ends), 200)


RULES: dict[str, list[dict[str, Any]]] = {
    "goals": [
        {"threshold": {"outcome": "well", "counts": "count", "at_least": 10, "pays": 100_000, "on": "last"}},
        {"threshold": {"outcome": "job", "counts": "count", "at_least": 5, "pays": 10_000, "lag": "4 months"}},
        {"floor": {"total": 90_000, "payer": "state", "lag": "5 months"}},
        {"floor": {"per_period": 5_000}},
    ],
    "dated": [
        {"fixed": {"amounts": [{"on": "2026-03-15", "amount": 7_000}, {"on": "2028-01-01", "amount": 9_000}]}},
        {"standing": {"every": "5 months", "amount": 4_321.09, "lag": "3 months"}},
    ],
    "results": [
        {"steps": {"outcome": "effect", "counts": "value", "pays": "coupon", "table": [{"from": 0.05, "gives": 0.07}]}},
        {
            "ladder": {
                "outcome": "effect",
                "counts": "value",
                "pays": "share of principal",
                "on": "last",
                "nodes": [{"at": 0, "gives": 0.1}, {"at": 0.2, "gives": 0.9}],
            }
        },
    ],
    "return": [
        {"per_outcome": {"outcome": "job", "price": 9_000}},
        {
            "steps": {
                "outcome": "well",
                "counts": "share",
                "unmeasured": "failure",
                "pays": "annual return",
                "on": "last",
                "lag": "0 months",
                "table": [{"from": 0.5, "gives": 0.03}],
            }
        },
    ],
}


@pytest.mark.parametrize("payments", RULES.values(), ids=RULES.keys())
def test_rules_of_a_deal_that_ends_early_equal_the_slow_twin(payments):
    compare_ends(deal(EVERY, payments=payments))


FINANCINGS: dict[str, dict[str, Any]] = {
    "plain": {
        "tranches": [{"name": "investor", "commitment": 500_000}],
        "guarantees": [{"name": "foundation", "limit": 0}],
    },
    "recycled": {
        "tranches": [
            {"name": "senior", "commitment": 300_000, "drawdown": "as needed", "rank": 1, "rate": 0.04},
            {"name": "junior", "commitment": 200_000, "drawdown": "as needed", "rank": 2},
        ],
        "recycle": True,
        "costs": [
            {"name": "staff", "amount": {"uniform": [70_000, 90_000]}, "due": {"every": "4 months", "times": 13}},
            {"name": "evaluation", "amount": 20_000, "due": ["2028-01-01"], "paid_by": "investors"},
        ],
        "grants": [{"name": "foundation", "amount": 60_000, "drawdown": "as needed"}],
    },
    "capped": {
        "tranches": [
            {
                "name": "investor",
                "commitment": 400_000,
                "drawdown": [{"on": "2025-01-01", "amount": 150_000}, {"on": "2027-03-01", "amount": 120_000}],
                "return_cap": {"rate": 0.05, "as": "irr"},
                "return_floor": {"share": 0.4, "paid_by": "foundation"},
            }
        ],
        "surplus": "payers",
        "guarantees": [{"name": "foundation", "share": 0.2, "attaches_after": 30_000}],
    },
    "heads": {
        "tranches": [
            {"name": "DSI", "commitment": 250_000, "drawdown": "as needed", "commitment_fee": 0.01},
            {"name": "fund", "commitment": 90_000, "drawdown": "as needed", "rate": 0.03, "commitment_fee": 0.02},
        ],
        "recycle": True,
        "buffer": "9 months",
        "costs": [
            {"name": "place", "amount": {"uniform": [2_000, 3_000]}, "per": "participant"},
            {"name": "stay", "amount": 333.335, "per": "participant month", "due": {"every": "5 months", "times": 12}},
            {"name": "diploma", "amount": 712.5, "per": "completer", "due": ["2026-03-01", "2029-06-30"]},
            {"name": "adviser", "amount": 70, "per": "participant month", "paid_by": "investors"},
            {"name": "visits", "amount": 55, "per": "completer", "paid_by": "state"},
            {"name": "staff", "amount": 9_000, "due": {"every": "7 months", "times": 8}},
        ],
        "grants": [{"name": "foundation", "amount": 30_000, "drawdown": "as needed"}],
    },
    "heads unpaid": {
        "tranches": [{"name": "DSI", "commitment": 60_000, "drawdown": {"every": "6 months", "times": 6}}],
        "uncovered_costs": "unpaid",
        "guarantees": [{"name": "foundation", "limit": 40_000}],
        "costs": [{"name": "stay", "amount": 333.335, "per": "participant month"}],
    },
    "loans": {
        "tranches": [
            {"name": "DSI", "commitment": 200_000, "drawdown": {"every": "6 months", "times": 8}, "rate": 0.03},
            {
                "name": "bank",
                "commitment": {"uniform": [80_000, 120_000]},
                "drawdown": {"every": "9 months", "times": 4},
                "rate": 0.05,
                "commitment_fee": 0.01,
                "loan": {
                    "maturity": "2029-12-31",
                    "repaid": {"every": "6 months", "times": 6, "first": "2026-04-01"},
                    "lowered": {"outcome": "well", "counts": "count", "at_least": 9, "to": 0.02},
                    "accelerated": {"outcome": "job", "counts": "share", "at_least": 0.45},
                    "default": {"yearly_chance": 0.1, "lost": 0.5},
                },
            },
            {
                "name": "lender",
                "commitment": 50_000,
                "rate": 0.04,
                "loan": {
                    "maturity": "2029-01-01",
                    "repaid": {"share_of": "revenue", "share": 0.2},
                    "forgiven": {"outcome": "effect", "counts": "value", "at_least": 0.15, "share": 0.3},
                },
            },
        ],
        "guarantees": [{"name": "foundation", "share": 0.2, "covers": "DSI"}],
        "costs": [
            {"name": "evaluation", "share_of_commitment": 0.02, "due": ["2025-06-30", "2028-06-30"]},
            {"name": "stay", "amount": 333.33, "per": "participant month"},
        ],
        "surplus": "provider",
    },
}

LIKE_OTHERS = {"plain", "capped", "heads unpaid"}
"""Financings whose parts stand in the others too."""
REVENUE = {
    "result": [{"on": f"{year}-05-15", "value": {"uniform": [-10_000, 80_000]}} for year in (2025, 2026, 2027, 2028)]
}


@pytest.mark.parametrize(
    "financing",
    [
        pytest.param(financing, id=name, marks=pytest.mark.slow if name in LIKE_OTHERS else ())
        for name, financing in FINANCINGS.items()
    ],
)
def test_financing_of_a_deal_that_ends_early_equals_the_slow_twin(financing):
    outcomes = deal([]).model_dump(mode="json", by_alias=True, exclude_defaults=True)["outcomes"] | {"revenue": REVENUE}
    compare_ends(deal(EVERY, financing=financing, outcomes=outcomes))


@pytest.mark.parametrize("word", ["share_of_drawn", "share_of_undrawn"])
def test_a_share_of_the_capital_leaves_loans_out(word):
    ends = [{**RIGHT, "chance": 0.6, "pays": {word: 0.3, "paid_by": "municipality"}}]
    financing = FINANCINGS["loans"]
    bank = {**financing["tranches"][1], "loan": {"maturity": "2029-12-31"}}
    compare_ends(deal(ends, financing={**financing, "tranches": [financing["tranches"][0], bank]}))


def test_payments_to_one_tranche_of_a_deal_that_ends_equal_the_slow_twin():
    two = [
        {"name": "senior", "commitment": 300_000, "drawdown": {"every": "6 months", "times": 8}, "rate": 0.04},
        {"name": "junior", "commitment": 200_000, "drawdown": {"every": "6 months", "times": 6}},
    ]
    payments = [
        {"per_outcome": {"outcome": "well", "price": 9_000.01, "payer": "municipality"}},
        {"per_outcome": {"outcome": "job", "price": 4_000, "payer": "state", "tranche": "junior", "lag": "2 months"}},
        {"standing": {"every": "5 months", "amount": 1_234.56, "payer": "state", "tranche": "senior"}},
        {
            "threshold": {
                "outcome": "well", "counts": "count", "at_least": 10, "pays": 50_000, "on": "last", "tranche": "junior",
            }
        },
    ]  # fmt: skip
    compare_ends(deal(EVERY, payments=payments, financing={"tranches": two, "guarantees": [
        {"name": "foundation", "limit": 40_000}]}))  # fmt: skip


def test_a_table_on_the_capital_of_one_tranche_looks_at_that_one_after_a_stop():
    """As the rules of a deal that doesn't end look at it; nobody else's capital, and no loan's, counts."""
    two = [
        {"name": "senior", "commitment": 300_000, "drawdown": {"every": "6 months", "times": 8}},
        {"name": "junior", "commitment": 200_000, "drawdown": {"every": "6 months", "times": 8}},
        {"name": "bank", "commitment": 70_000, "rate": 0.03, "loan": {"maturity": "2029-01-01"}},
    ]
    table = {
        "steps": {
            "outcome": "effect", "counts": "value", "pays": "share of principal", "on": "last", "tranche": "junior",
            "table": [{"from": 0.0, "gives": 0.5}],
        }
    }  # fmt: skip
    shared = {"steps": {key: value for key, value in table["steps"].items() if key != "tranche"}}
    right = {**RIGHT, "chance": 1.0, "run_off": "60 months"}
    plan = compile_plan(deal([right], payments=[table, shared], financing={"tranches": two}))
    found = run(plan, Settings(20, SEED, threads=1))
    assert (found.stop_month == 24).all()
    # Five of eight instalments were drawn by 2027-01-01: 125,000 of the junior's, and 187,500 of the senior's.
    assert (found.claim[:, 0].sum(axis=1) == 62_500_00).all()
    assert (found.claim[:, 1].sum(axis=1) == 156_250_00).all()


@pytest.mark.parametrize("start", ["2025-01-01", "2025-01-31"])
def test_decisions_between_contract_days_equal_the_slow_twin(start):
    follow_ups = ["2025-11-15", "2026-07-01", "2027-02-28", "2028-06-30", "2029-10-30"]
    ends = [{**INTERIM, "run_off": "9 months"}, {**RIGHT, "on": "2027-02-28", "notice": "1 month"}, POLITICAL]
    compare_ends(deal(ends, start=start, follow_up=follow_ups))


def test_expected_values_of_a_deal_that_ends_equal_the_slow_twin():
    ends = [{**INTERIM, "when": {**INTERIM["when"], "below": 0.7}}]  # 0.9 times 2/3 is below it
    scenario = deal(ends)
    plan = compile_plan(scenario)
    twin = expected_only(scenario, known=means(plan))
    found = run_expected(at_means(plan))
    assert found.stop_month.tolist() == [24]
    assert_same_path(scenario, plan, found, 0, twin)


def test_people_of_a_stopped_path_equal_the_slow_twin():
    scenario = deal([{**RIGHT, "chance": 1.0}])
    plan = compile_plan(scenario)
    found = run(plan, Settings(20, SEED, threads=1))
    assert (found.stop_month == 24).all()
    for row in range(20):
        assert_same_people(plan, found, row, run_path(scenario, SEED, row, known=drawn_inputs(plan, found, row)))
