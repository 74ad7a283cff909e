"""Every payment rule against the slow twin on random draws, and laws that hold for all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risksim.engine.run import Settings, draw_block
from risksim.engine.settle import settle
from risksim.plan.compile import compile_plan
from tests.engine.deals import deal
from tests.engine.test_twin import compare, compare_without_evidence

BASE = deal().model_dump(mode="json", by_alias=True, exclude_unset=True)
OUTCOMES = BASE["outcomes"] | {
    "effect": {
        "result": [{"on": "2026-01-01", "value": {"uniform": [-0.2, 0.6]}}, {"on": "2028-01-01", "value": 0.31}]
    },
    "index": {"result": {"uniform": [0.0, 1.0]}},
}
DATES = [str(date) for date in deal().follow_up_dates()]


LATER = {"end": "2031-12-31", "follow_up": DATES}


def bent(payments: list[dict[str, Any]]) -> Any:
    return deal(payments=payments, outcomes=OUTCOMES, **LATER)


def terms() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "payers": st.sampled_from([{"state": 0.5, "region": 0.5}, {"municipality": 0.662, "outcome fund": 0.338}]),
            "lag": st.sampled_from(["1 months", "7 months"]),
            "indexed": st.sampled_from(
                [
                    {"from": "2025-06-30", "rate": 0.023},
                    {"from": "2024-01-01", "rate": {"uniform": [-0.01, 0.04]}},
                    {"from": "2025-01-01", "levels": {year: 100.0 + 1.7 * (year - 2025) for year in range(2025, 2032)}},
                ]
            ),
        },
    )


@st.composite
def readings(draw: st.DrawFn) -> dict[str, Any]:
    told: dict[str, Any] = {"on": draw(st.sampled_from(["each", "first", "last", [DATES[3], DATES[5]]]))}
    if draw(st.booleans()):
        return told | {"outcome": draw(st.sampled_from(["effect", "index"])), "counts": "value"}
    told |= {
        "outcome": draw(st.sampled_from(["job", "well", "home"])),
        "counts": draw(st.sampled_from(["share", "mean", "count"])),
        "unmeasured": draw(st.sampled_from(["failure", "exclude", "assumed", "observed"])),
        "cumulative": draw(st.booleans()),
        "assumed_rate": 0.45,
    }
    if draw(st.booleans()):
        otherwise = draw(st.sampled_from(["nothing", "assumed", "pooled", "postpone"]))
        told["minimum_sample"] = {"people": draw(st.sampled_from([3, 20])), "otherwise": otherwise}
    return told


def scaled(reading: dict[str, Any], places: list[float]) -> list[float]:
    return [round(place * 60) for place in places] if reading["counts"] == "count" else places


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            ["per_outcome", "per_unit", "share_of_savings", "fixed", "standing", "threshold", "steps", "ladder"]
        )
    )
    said = draw(terms())
    if kind == "per_outcome":
        return {kind: said | {"outcome": draw(st.sampled_from(["job", "home"])), "price": 12_345.678}}
    if kind == "per_unit":
        return {kind: said | {"outcome": "effect", "price": {"uniform": [10_000, 90_000]}}}
    if kind == "share_of_savings":
        return {kind: said | {"outcome": "index", "share": 0.37}}
    if kind == "fixed":
        return {kind: said | {"amounts": [{"on": "2025-03-03", "amount": 1_000.01}, {"on": DATES[4], "amount": 77}]}}
    if kind == "standing":
        return {kind: said | {"every": "7 months", "amount": 333.333, "until": "2028-02-01"}}
    reading = draw(readings())
    places = scaled(reading, [0.2, 0.33, 0.5])
    if kind == "threshold":
        goal = draw(st.sampled_from(["at_least", "above"]))
        over = draw(st.sampled_from(["pooled", "each cohort"])) if reading["counts"] != "value" else "pooled"
        return {kind: said | reading | {goal: places[1], "pays": 100_000.5, "over": over}}
    pays = draw(st.sampled_from(["amount", "share of principal", "coupon", "annual return"]))
    if pays != "amount":
        said.pop("indexed", None)
    if pays == "annual return":
        said.pop("lag", None)
    size = 90_000.0 if pays == "amount" else 0.08
    more: dict[str, Any] = {"pays": pays, "below": size * 0.1}
    if draw(st.booleans()):
        more |= {"most": 0.9 * size, "floors": [{"until": DATES[2], "gives": 0.2 * size}]}
    word, key = ("table", "from") if kind == "steps" else ("nodes", "at")
    more[word] = [{key: place, "gives": size * (k + 1) / 3} for k, place in enumerate(places)]
    return {kind: said | reading | more}


@st.composite
def contracts(draw: st.DrawFn) -> list[dict[str, Any]]:
    # A last payment that keeps the internal rate of return within reach of any search.
    told: list[dict[str, Any]] = [{"fixed": {"amounts": [{"on": DATES[-1], "amount": 700_000}], "payer": "region"}}]
    told += draw(st.lists(rules(), min_size=1, max_size=3))
    if draw(st.booleans()):
        told.append({"deemed": {"outcome": "job", "price": 5_000, "chance": 0.4, "rate": 0.6, "payer": "state"}})
    told += draw(
        st.lists(
            st.sampled_from(
                [
                    {"cap": {"total": 850_000}},
                    {"cap": {"per_period": 600_000}},
                    {"floor": {"per_period": 10_000, "payers": {"state": 0.3, "region": 0.7}}},
                    {"floor": {"total": 800_000, "lag": "2 months"}},
                    {"fund": {"payer": "state", "limit": 30_000, "otherwise": "region"}},
                    {"fund": {"payer": "outcome fund", "limit": 20_000, "otherwise": "unpaid"}},
                ]
            ),
            max_size=3,
            unique_by=lambda rule: next(iter(rule)),
        )
    )  # fmt: skip
    return told


@settings(derandomize=True, deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_made_up_contracts_equal_the_slow_twin(payments):
    scenario = bent(payments)
    compare(scenario, 4)
    compare_without_evidence(scenario, 1)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_400_made_up_contracts_equal_the_slow_twin(payments):
    scenario = bent(payments)
    compare(scenario, 6)
    compare_without_evidence(scenario, 2)


def block(payments: list[dict[str, Any]], n_paths: int = 64) -> tuple[Any, ...]:
    return block_of(bent(payments), n_paths)


def block_of(scenario: Any, n_paths: int = 64) -> tuple[Any, ...]:
    plan = compile_plan(scenario)
    inputs, measured, _ = draw_block(plan, Settings(n_paths, 7, threads=1), 0, n_paths)
    return plan, inputs, measured


@settings(derandomize=True, deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_a_cap_that_does_not_bind_changes_nothing(payments):
    plan, inputs, measured = block(payments)
    capped = compile_plan(bent([*payments, {"cap": {"total": 1e9}}]))
    assert (settle(plan, inputs, measured).flow == settle(capped, inputs, measured).flow).all()


@settings(derandomize=True, deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(contracts(), st.integers(1, 8))
def test_claims_do_not_look_past_their_date(payments, cut):
    plan, inputs, measured = block(payments)
    follow_ups = [plan.labels.dates.index(date) for date in bent(payments).follow_up_dates()]
    upto = follow_ups[cut]
    known = measured.copy()
    known[:, :, :, upto + 1 :] = np.nan
    before, after = settle(plan, inputs, measured).claim, settle(plan, inputs, known).claim
    assert (before[:, :, : upto + 1] == after[:, :, : upto + 1]).all()


MONOTONE = [
    {"per_outcome": {"outcome": "job", "price": 100}},
    {"threshold": {"outcome": "job", "counts": "share", "unmeasured": "failure", "at_least": 0.33, "pays": 1_000}},
    {"threshold": {"outcome": "job", "counts": "count", "at_least": 20, "pays": 1_000, "over": "each cohort"}},
    {"steps": {"outcome": "job", "counts": "share", "unmeasured": "exclude", "pays": "amount",
               "table": [{"from": 0.2, "gives": 10}, {"from": 0.4, "gives": 90}]}},
    {"ladder": {"outcome": "job", "counts": "mean", "unmeasured": "assumed", "assumed_rate": 0.3, "pays": "coupon",
                "nodes": [{"at": 0.2, "gives": 0.01}, {"at": 0.4, "gives": 0.09}]}},
]  # fmt: skip


@pytest.mark.parametrize("rule", MONOTONE, ids=lambda rule: next(iter(rule)))
def test_one_more_success_never_lowers_what_was_claimed_so_far(rule):
    plan, inputs, measured = block([rule])
    more = measured.copy()
    verified = int(np.flatnonzero(plan.measures.statistic == 2)[0])
    more[:, 0, verified, 3] += 1.0
    fewer, found = (settle(plan, inputs, seen).claim.sum(axis=1).cumsum(axis=1) for seen in (measured, more))
    assert (found >= fewer).all()


@settings(derandomize=True, deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_amounts_times_100_are_claims_times_100_up_to_rounding(payments):
    plan, inputs, measured = block(payments)
    one = settle(plan, inputs, measured)
    hundred = settle(plan._replace(minor_units=plan.minor_units * 100), inputs, measured)
    rows = plan.payments.kind.size
    assert (abs(hundred.claim.sum(axis=1) - 100 * one.claim.sum(axis=1)) <= 100 * rows * rows).all()
