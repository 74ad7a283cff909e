"""People lived one by one against the slow twin: every worth of every person, what is measured, and the money.

The twin takes its laws from scipy, the run from tables that hold ten digits. So amounts are compared to eight digits,
and an invoice into which an amount enters to one minor unit: where its eleventh digit decides how it is rounded, the
two may differ by that much, and a limit by as much for each invoice under it. Everything else is the same.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from risksim.engine.replay import replay
from risksim.engine.run import Settings, run, run_expected
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import CARD, ELIGIBLE, SEEN, SUM, PathResults, Plan, Replay
from risksim.scenario.scenario import Scenario
from tests.engine.processes import deal, every_kind, lived_deals
from tests.engine.test_twin import (
    assert_same_inputs,
    assert_same_path,
    assert_same_people,
    drawn_inputs,
    means,
)
from tests.reference import processes
from tests.reference.philox import key_of
from tests.reference.twin import TwinPath, expected_only, inputs_of, luck_only, run_path

SEED = 20_250_101
DIGITS = 1e-8


def assert_same_worths(scenario: Scenario, plan: Plan, again: Replay, twin: TwinPath) -> None:
    """Everybody's worth at every measurement of every outcome."""
    for c, cohort in enumerate(plan.labels.cohorts):
        people = [person for person in twin.persons if person.cohort == cohort]
        row = 0
        for name in plan.labels.outcomes:
            looks = [person.looks[name] for person in people]
            times = int(plan.outcomes.first_row[row_of(plan, name) + 1] - plan.outcomes.first_row[row_of(plan, name)])
            for m in range(times):
                expected = np.array([np.nan if own[m].worth is None else own[m].worth for own in looks])
                found = again.cohorts[c].worth[row]
                scale = max([1.0, *np.abs(expected[np.isfinite(expected)])])
                assert np.allclose(found, expected, rtol=DIGITS, atol=DIGITS * scale, equal_nan=True), (
                    cohort, name, m, np.flatnonzero(~np.isclose(found, expected, equal_nan=True)), found, expected,
                )  # fmt: skip
                row += 1


def row_of(plan: Plan, name: str) -> int:
    return plan.labels.outcomes.index(name)


def assert_same_measures(scenario: Scenario, plan: Plan, again: Replay, twin: TwinPath) -> None:
    """What the contract sees: sums of worth, people seen and eligible, and what price lists owe."""
    tallies: dict[tuple[str, str, dt.date], list[float]] = {}
    for person in twin.persons:
        processes.tally(person.looks, person.cohort, tallies)
    lists = [k for k, rule in enumerate(scenario.payments) if hasattr(rule, "per_person")]
    column = {SUM: 0, SEEN: 1, ELIGIBLE: 2}
    for k, statistic in enumerate(plan.measures.statistic.tolist()):
        which = int(plan.measures.outcome[k])
        for c, cohort in enumerate(plan.labels.cohorts):
            people = [person.looks for person in twin.persons if person.cohort == cohort]
            if statistic == CARD:
                owed = processes.owed(scenario, twin.inputs, people)
                expected = [owed.get((lists[which], date), 0.0) for date in plan.labels.dates]
            else:
                name = plan.labels.outcomes[which]
                first = int(plan.outcomes.first_row[which])
                chosen = np.flatnonzero(plan.measures.rows[k]) - first
                expected = [
                    sum(
                        tallies.get((cohort, processes.of_measurement(name, m), date), [0, 0, 0])[column[statistic]]
                        for m in chosen
                    )
                    for date in plan.labels.dates
                ]
            found = again.measured[0, c, k]
            assert np.isfinite(found).all()
            scale = max(1.0, *np.abs(expected))
            assert np.allclose(found, expected, rtol=DIGITS, atol=DIGITS * scale), (k, statistic, cohort)


def amounts_pay(scenario: Scenario) -> bool:
    """Whether an amount that a person has enters an invoice."""
    return any(
        getattr(outcome, "counts", None) in ("months", "points gained")
        or type(outcome).__name__ in ("AmountOutcome", "UseOutcome")
        for outcome in scenario.personal.values()
    )


def assert_nearly_same_claims(plan: Plan, found: PathResults, row: int, twin: TwinPath) -> None:
    """Each invoice to one minor unit; a limit to one for each invoice so far under it."""
    clauses, payers, dates = plan.labels.clauses, plan.labels.payers, plan.labels.dates
    for r in range(plan.payments.kind.size):
        clause = int(plan.payments.clause[r])
        for t, date in enumerate(dates):
            expected = twin.claims.get((clause, payers[plan.payments.payer[r]], date), 0)
            most = 1 if clauses[clause] != "cap" else (t + 1) * plan.payments.kind.size
            assert abs(int(found.claim[row, r, t]) - expected) <= most, (r, date)
    assert found.claim[row].sum() == found.flow[row, 1:].sum()


def hold(scenario: Scenario, plan: Plan, found: PathResults, row: int, twin: TwinPath, again: Replay) -> None:
    assert_same_people(plan, found, row, twin)
    assert_same_worths(scenario, plan, again, twin)
    assert_same_measures(scenario, plan, again, twin)
    if amounts_pay(scenario):
        assert_nearly_same_claims(plan, found, row, twin)
    else:
        assert_same_path(scenario, plan, found, row, twin)


def compare(scenario: Scenario, n_paths: int, *, first: int = 0, digits: float = 1e-9) -> None:
    plan = compile_plan(scenario)
    found = run(plan, Settings(n_paths, SEED, threads=1, first_path=first))
    for row in range(n_paths):
        inputs = drawn_inputs(plan, found, row)
        twin = run_path(scenario, SEED, first + row, known=inputs)
        hold(scenario, plan, found, row, twin, replay(plan, SEED, first + row))
        if row == 0:
            assert_same_inputs(plan, inputs, inputs_of(scenario, key_of(SEED), first)[1], digits)


def compare_at_means(scenario: Scenario, n_paths: int) -> None:
    plan = compile_plan(scenario)
    known, fixed = means(plan), at_means(plan)
    found = run(fixed, Settings(n_paths, SEED, threads=1))
    for row in range(n_paths):
        twin = luck_only(scenario, SEED, row, known=known)
        hold(scenario, plan, found, row, twin, replay(fixed, SEED, row))


def test_a_deal_with_every_kind_of_outcome_equals_the_slow_twin():
    compare(every_kind(), 12)
    compare_at_means(every_kind(), 4)


def test_every_kind_equals_the_slow_twin_beyond_32_bits():
    compare(every_kind(), 2, first=2**40 + 17)


SMALL = [{"name": "few", "participants": 2, "duration": "6 months", "dropout": 0.2, "unmeasured": 0.1}]


@pytest.mark.slow
def test_expected_values_of_every_kind_equal_the_mean_of_4_096_twins():
    scenario = every_kind(cohorts=SMALL)
    plan = compile_plan(scenario)
    twin = expected_only(scenario, known=means(plan))
    assert_nearly_same_claims(plan, run_expected(at_means(plan)), 0, twin)


@settings(derandomize=True, deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(lived_deals())
def test_made_up_lives_equal_the_slow_twin(scenario):
    compare(scenario, 3)
    compare_at_means(scenario, 1)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(lived_deals())
def test_200_made_up_lives_equal_the_slow_twin(scenario):
    compare(scenario, 8)
    compare_at_means(scenario, 2)


def test_a_goal_may_read_one_measurement_of_several():
    amounts = {
        "fall": {
            "of": "enrolled",
            "amount": {"each": {"uniform": [0, 2]}},
            "persistence": 0.5,
            "measured": {"after_enrolment": ["6 months", "12 months", "18 months"]},
        }
    }
    mean = {"outcome": "fall", "counts": "mean", "unmeasured": "exclude", "pays": 100}
    rules = [
        {"threshold": mean | {"measurements": [2], "at_least": 1.1}},
        {"threshold": mean | {"measurements": [1, 3], "at_least": 0.9}},
        {"threshold": mean | {"at_least": 1.0, "on": "last"}},
    ]
    scenario = deal(outcomes=amounts, payments=rules, end="2031-12-31", cohorts=SMALL)
    compare(scenario, 12)
    claims = run(compile_plan(scenario), Settings(12, SEED)).claim.any(axis=2)
    assert claims.any(axis=0).all()
    assert not claims.all()
    assert (claims[:, 0] != claims[:, 1]).any()  # other measurements, other answers
