"""Terms that change, claims split between cohorts and events of uncertain chance against the slow twin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risksim.engine.settle import settle
from risksim.plan.compile import compile_plan
from tests.engine.deals import deal
from tests.engine.test_twin import compare, compare_without_evidence
from tests.payments.test_rules_twin import BASE, DATES, LATER, OUTCOMES, block_of, readings, scaled, terms

COHORTS = [
    cohort | {"payer": payer}
    for cohort, payer in zip(BASE["cohorts"], ("region", "municipality", "region"), strict=True)
]
LOOSE = OUTCOMES | {"baseline": {"result": [{"on": "2026-01-01", "value": {"uniform": [0.25, 0.6]}}]}}


def bent(payments: list[dict[str, Any]]) -> Any:
    splits = any("split" in said for rule in payments for said in rule.values())
    return deal(payments=payments, outcomes=LOOSE, **LATER, **({"cohorts": COHORTS} if splits else {}))


@st.composite
def changeable(draw: st.DrawFn, label: str) -> dict[str, Any]:
    """A rule with a price or goal, under a label."""
    kind = draw(st.sampled_from(["per_outcome", "per_unit", "standing", "threshold", "steps", "ladder"]))
    said = draw(terms()) | {"label": label}
    if kind == "per_outcome":
        said |= {"outcome": draw(st.sampled_from(["job", "home"])), "price": {"uniform": [10_000.123, 12_000.456]}}
    elif kind == "per_unit":
        said |= {"outcome": "effect", "price": 90_000.5}
    elif kind == "standing":
        said |= {"every": "7 months", "amount": 3_333.333, "first": "2025-03-31", "until": "2030-12-31"}
    else:
        reading = draw(readings())
        if reading["counts"] != "value":
            reading["over"] = draw(st.sampled_from(["pooled", "each cohort"]))
        places = scaled(reading, [0.2, 0.33, 0.5])
        said |= reading
        if kind == "threshold":
            said |= {"at_least": places[1], "pays": 100_000.5}
        else:
            word, key = ("table", "from") if kind == "steps" else ("nodes", "at")
            lines = [{key: place, "gives": 40_000.123 * (k + 1)} for k, place in enumerate(places)]
            said |= {word: lines, "pays": "amount", "below": 777.0}
    if kind in ("per_outcome", "threshold", "steps") and said.get("counts") != "value" and draw(st.booleans()):
        said = {key: value for key, value in said.items() if key not in ("payers", "over")}
        said["split"] = draw(st.sampled_from(["by successes", "by people"]))
    return {kind: said}


@st.composite
def changes(draw: st.DrawFn, rules: list[dict[str, Any]]) -> dict[str, Any]:
    which = draw(st.sampled_from(range(len(rules))))
    ((kind, said),) = rules[which].items()
    named = {"rules": [said["label"]]}
    has_goal = kind in ("threshold", "steps", "ladder")
    if draw(st.booleans()):
        told = named | {"baseline": draw(st.sampled_from(["baseline", "effect", "index"])), "assumed": 0.4}
        told |= {"strength": draw(st.sampled_from([1.0, 0.7])), "tolerance": draw(st.sampled_from([0.0, 0.05]))}
        told |= {"least": 0.6, "most": draw(st.sampled_from([1.0, 1.3]))}
        if has_goal and said["counts"] != "count" and draw(st.booleans()):
            return {"rebase": told | {"changes": "goal"}}
        return {"rebase": told | {"retroactive": draw(st.booleans())}}
    told = named | {"on": draw(st.sampled_from(DATES[1:6]))}
    counts = draw(st.sampled_from(["count", "share", "people", "value"]))
    told |= {"counts": counts, "outcome": "effect" if counts == "value" else draw(st.sampled_from(["job", "home"]))}
    if counts == "share":
        told |= {"unmeasured": draw(st.sampled_from(["failure", "exclude", "observed"]))}
    if counts == "count":
        told |= {"unmeasured": draw(st.sampled_from([None, "assumed", "observed"])), "assumed_rate": 0.45}
    told[draw(st.sampled_from(["below", "at_least"]))] = 0.33 if counts in ("share", "value") else 25
    what = draw(st.sampled_from(["times", "price", "shift"]))
    if what == "shift" and has_goal:
        return {"amend": told | {"shift": draw(st.sampled_from([-0.05, 0.1, 0.123456]))}}
    if what == "price" and kind in ("per_outcome", "per_unit", "threshold"):
        return {"amend": told | {"price": {"uniform": [5_000.12, 6_000.34]}}}
    return {"amend": told | {"times": draw(st.sampled_from([0.0, 0.8, 1.25]))}}


@st.composite
def contracts(draw: st.DrawFn) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = [{"fixed": {"amounts": [{"on": DATES[-1], "amount": 700_000}], "payer": "region"}}]
    rules = [draw(changeable(f"rule {k}")) for k in range(draw(st.integers(1, 2)))]
    told += rules
    if draw(st.booleans()):
        chance = {"beta": [4, 6]}
        told.append({"deemed": {"outcome": "job", "price": 5_000, "chance": chance, "rate": 0.6, "payer": "state"}})
    if draw(st.booleans()):
        told.append({"cap": {"total": 600_000}})
    told += [draw(changes(rules)) for _ in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        told.append(draw(st.sampled_from([{"cap": {"total": 850_000}}, {"floor": {"per_period": 10_000}}])))
    return told


@settings(derandomize=True, deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_changed_contracts_equal_the_slow_twin(payments):
    scenario = bent(payments)
    compare(scenario, 4)
    compare_without_evidence(scenario, 1)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_400_changed_contracts_equal_the_slow_twin(payments):
    scenario = bent(payments)
    compare(scenario, 6)
    compare_without_evidence(scenario, 2)


@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(contracts(), st.integers(1, 8))
def test_changes_do_not_look_past_their_date(payments, cut):
    scenario = bent(payments)
    plan, inputs, measured = block_of(scenario)
    upto = plan.labels.dates.index(scenario.follow_up_dates()[cut])
    known = measured.copy()
    known[:, :, :, upto + 1 :] = np.nan
    before, after = settle(plan, inputs, measured).claim, settle(plan, inputs, known).claim
    assert (before[:, :, : upto + 1] == after[:, :, : upto + 1]).all()


@settings(derandomize=True, deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_a_cap_that_does_not_bind_changes_nothing_below_changes(payments):
    plan, inputs, measured = block_of(bent(payments))
    capped = compile_plan(bent([*payments, {"cap": {"total": 1e9}}]))
    assert (settle(plan, inputs, measured).flow == settle(capped, inputs, measured).flow).all()
