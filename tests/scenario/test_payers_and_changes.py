"""Who may pay, and what rules that change others may not say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from risksim.plan.compile import compile_plan
from risksim.scenario.reader import read_text
from tests.payments.deals import deal

CARD = [
    {"per_outcome": {"outcome": "job", "price": 1_000}},
    {"threshold": {"outcome": "job", "counts": "share", "unmeasured": "failure", "at_least": 0.5, "pays": 900,
                   "label": "half of them"}},
    {"per_unit": {"outcome": "rate", "price": 10}},
]  # fmt: skip
PAYERS = {
    "threshold": [{"threshold": {"outcome": "job", "counts": "count", "at_least": 1, "pays": 9, "payer": "region"}}],
    "floor": [*CARD, {"floor": {"total": 5, "payer": "region"}}],
    "fund": [*CARD, {"fund": {"payer": "municipality", "limit": 9, "otherwise": "region"}}],
    "limited fund": [*CARD, {"fund": {"payer": "region", "limit": 9, "otherwise": "unpaid"}}],
    "fixed": [{"fixed": {"amounts": [{"on": "2026-01-01", "amount": 9}], "payer": "region"}}],
    "standing": [{"standing": {"every": "12 months", "amount": 9, "payer": "region"}}],
    "deemed": [{"deemed": {"outcome": "job", "price": 9, "chance": 0.5, "rate": 0.5, "payer": "region"}}],
    "per_unit": [{"per_unit": {"outcome": "rate", "price": 9, "payer": "region"}}],
    "payers": [{"per_outcome": {"outcome": "job", "price": 9, "payers": {"state": 0.5, "region": 0.5}}}],
}


def financed(rules: list[dict[str, Any]], paid_by: str, **more: Any) -> Any:
    told = {
        "tranches": [{"name": "investor", "commitment": 100_000}],
        "costs": [{"name": "evaluation", "amount": 100, "due": ["2026-01-01"], "paid_by": paid_by, "paid_to": "x"}],
    }
    return deal(rules, financing=told, **more)


@pytest.mark.parametrize("rules", PAYERS.values(), ids=PAYERS.keys())
def test_a_cost_may_be_paid_by_whoever_any_rule_names(rules):
    plan = compile_plan(financed(rules, "region"))
    assert "region" in plan.labels.payers


def test_a_cost_may_be_paid_by_the_payer_of_a_cohort():
    cohorts = [{"name": "north", "participants": 3, "payer": "region"}]
    rule = {"per_outcome": {"outcome": "job", "price": 9, "split": "by people"}}
    assert "region" in compile_plan(financed([rule], "region", cohorts=cohorts)).labels.payers


def test_a_cost_of_nobodys_is_refused():
    with pytest.raises(ValidationError, match="'region', which is no party that can pay here"):
        financed(CARD, "region")


REBASE = {"baseline": "rate", "assumed": 0.4, "rules": ["job"]}
AMEND = {"on": "2026-01-01", "outcome": "job", "counts": "count", "below": 3, "rules": ["job"], "times": 0.8}
TABLE = {"outcome": "job", "counts": "count", "table": [{"from": 3, "gives": 0.1}]}
TWO = [{"name": "north", "participants": 3, "payer": "region"}, {"name": "south", "participants": 2}]
STANDING = {"every": "6 months", "amount": 5}

REFUSED = {
    "a name of no rule": ([*CARD, {"rebase": REBASE | {"rules": ["jobs"]}}], "neither the label nor the outcome"),
    "a name of a rule below": ([{"rebase": REBASE}, *CARD], "below this one"),
    "no result": ([*CARD, {"rebase": REBASE | {"baseline": "job"}}], "no result of the programme as a whole"),
    "goals settled again": (
        [*CARD, {"rebase": REBASE | {"rules": ["half of them"], "changes": "goal", "retroactive": True}}],
        "only prices are settled again",
    ),
    "a goal of a price": ([*CARD[:1], {"rebase": REBASE | {"changes": "goal"}}], "which has no goal"),
    "a goal of so many people": (
        [{"threshold": {"outcome": "job", "counts": "count", "at_least": 3, "pays": 9}},
         {"rebase": REBASE | {"changes": "goal"}}],
        "a number of people, which a baseline does not move",
    ),
    "a price of a coupon": (
        [{"steps": TABLE | {"pays": "coupon"}}, {"rebase": REBASE}],
        "gives coupon and so has no price",
    ),
    "one price of a table": (
        [{"steps": TABLE | {"pays": "amount"}}, {"amend": AMEND | {"times": None, "price": 9}}],
        "which has not one price",
    ),
    "two changes": ([*CARD, {"amend": AMEND | {"price": 9}}], "got price and times; it changes one thing"),
    "no change": ([*CARD, {"amend": AMEND | {"times": None}}], "got none of price, times, shift"),
    "two goals": ([*CARD, {"amend": AMEND | {"at_least": 4}}], "got below and at_least; it looks for one thing"),
    "a share of whom": ([*CARD, {"amend": AMEND | {"counts": "share"}}], "got no unmeasured; a share says"),
    "a rate of nothing": ([*CARD, {"amend": AMEND | {"unmeasured": "assumed"}}], "got no assumed_rate"),
    "a value of people": ([*CARD, {"amend": AMEND | {"counts": "value"}}], "which people meet or not"),
    "people of a value": ([*CARD, {"amend": AMEND | {"outcome": "rate"}}], "which has a value"),
    "a look at the end": ([*CARD, {"amend": AMEND | {"on": "2028-01-01"}}], "got 2028-01-01, the last follow-up"),
    "a look between": ([*CARD, {"amend": AMEND | {"on": "2026-02-01"}}], "which is no follow-up"),
    "capital by cohort": ([{"steps": TABLE | {"pays": "coupon", "over": "each cohort"}}], "capital is that of"),
    "a value by cohort": (
        [{"threshold": {"outcome": "rate", "counts": "value", "at_least": 1, "pays": 9, "over": "each cohort"}}],
        "got each cohort, but a value is a result",
    ),
    "first after until": ([{"standing": STANDING | {"first": "2026-01-01", "until": "2025-12-31"}}], "first payment"),
    "first before the start": ([{"standing": STANDING | {"first": "2024-12-31"}}], "the first payment falls between"),
    "a standing amount paid too late": ([{"standing": STANDING | {"lag": "6 months"}}], "after end 2028-12-31"),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_named(rules, said):
    with pytest.raises(ValidationError) as caught:
        deal([{key: {k: v for k, v in t.items() if v is not None} for key, t in rule.items()} for rule in rules])
    assert said in str(caught.value)


SPLIT = {"outcome": "job", "price": 1, "split": "by successes"}
SPLITS = {
    "a cohort without a payer": ([{"per_outcome": SPLIT}], TWO, "cohort south names no payer"),
    "a payer for nothing": (CARD, TWO, "no payment rule splits its claim"),
    "payer and split": ([{"per_outcome": SPLIT | {"payer": "state"}}], TWO[:1], "got both split and payer"),
    "payers and split": ([{"per_outcome": SPLIT | {"payers": {"state": 1}}}], TWO[:1], "got both split and payers"),
    "a result": (
        [{"threshold": {"outcome": "rate", "counts": "value", "at_least": 1, "pays": 9, "split": "by people"}}],
        TWO[:1],
        "in which no cohort has a part",
    ),
    "each cohort": (
        [{"steps": TABLE | {"pays": "amount", "over": "each cohort", "split": "by people"}}],
        TWO[:1],
        "what is split is the claim on all cohorts together",
    ),
}


@pytest.mark.parametrize(("rules", "cohorts", "said"), SPLITS.values(), ids=SPLITS.keys())
def test_a_claim_that_cannot_be_split_is_named(rules, cohorts, said):
    with pytest.raises(ValidationError) as caught:
        deal(rules, cohorts=cohorts)
    assert said in str(caught.value).replace("'south'", "south")


def test_numbers_of_changes_are_drawn_by_their_place():
    told = {key: value for key, value in AMEND.items() if key != "times"}
    rules = [*CARD, {"amend": told | {"price": {"uniform": [1, 2]}, "rules": ["half of them"]}}]
    assert [note.name for note in compile_plan(deal(rules)).labels.inputs] == ["payments[3].price"]


def test_a_rebase_on_an_uncertain_baseline_is_read():
    from tests.scenario.broken import DEAL

    text = DEAL.replace("  - cap: {total: 4500000}", "  - rebase: {baseline: b, assumed: 0.3, rules: [home]}").replace(
        "outcomes:\n", "outcomes:\n  b: {result: [{on: 2026-01-01, value: {uniform: [0.2, 0.4]}}]}\n"
    )
    assert read_text(text)[0].payments[2].rebase.strength == 1.0
