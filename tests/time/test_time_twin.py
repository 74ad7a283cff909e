"""Leaving, moving and success in time against the slow twin, to the last minor unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from risksim.engine.replay import replay
from risksim.engine.run import Settings, draw_block, run
from risksim.plan.compile import compile_plan
from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal
from tests.engine.test_processes_twin import SEED, assert_same_worths, compare, compare_at_means
from tests.engine.test_twin import assert_same_path, assert_same_people, compare_without_evidence, drawn_inputs
from tests.engine.test_twin import compare as compare_plain
from tests.reference.twin import run_path
from tests.time.deals import COHORTS, OUTCOMES, going


def test_every_way_to_go_equals_the_slow_twin():
    compare(going(), 10)
    compare_at_means(going(), 3)


def test_two_events_and_one_after_the_course_equal_the_slow_twin():
    late = {"of": "enrolled", "monthly": {"beta": [2, 20]}, "measured": {"after_completion": "9 months"}}
    compare(going(outcomes=OUTCOMES | {"late": late}), 4)
    only = {key: outcome for key, outcome in OUTCOMES.items() if key not in ("job", "kept")} | {"late": late}
    payments = [{"per_outcome": {"outcome": name, "price": 1_000}} for name in ("late", "well")]
    compare(going(outcomes=only, payments=payments), 4)


def plain(**changes: Any) -> Scenario:
    """Plain outcomes, costs that follow the people, and shares that need no more than the total."""
    cost = {"amount": 100, "per": "participant month", "paid_by": "programme", "paid_to": "provider"}
    money = {
        "tranches": [{"name": "investor", "commitment": 900_000}],
        "costs": [{"name": "staff", **cost}],
    }
    cohorts = [
        {key: value for key, value in cohort.items() if key != "moves"} | {"dropout": dropout}
        for cohort, dropout in zip(
            COHORTS,
            (
                {"monthly": 0.04, "shape": 1},
                {"stay": {"8 weeks": 0.85, "26 weeks": 0.68}, "odds": 2},
                {"share": {"beta": [4, 16]}},
                {"share": 0.3, "shape": 2, "odds": 1.5},
            ),
            strict=True,
        )
    ]
    return deal(**({"cohorts": cohorts, "financing": money, "end": "2031-12-31"} | changes))


def test_a_law_whose_total_is_enough_is_counted_by_pattern():
    plan = compile_plan(plain())
    assert plan.by_pattern
    counted, lived = (draw_block(plan, Settings(form=form, seed=3), 0, 256) for form in ("patterns", "lives"))
    for one, other in zip(counted, lived, strict=True):
        assert np.array_equal(one, other)


def test_patterns_equal_the_slow_twin():
    compare_plain(plain(), 4)
    compare_without_evidence(plain(), 2)


@pytest.mark.parametrize("then", ["lost", "excluded"])
def test_moves_of_a_plain_deal_are_lived(then):
    moves = {"yearly": 0.3, "then": then}
    scenario = plain(
        cohorts=[{"name": "a", "participants": 40, "duration": "6 months", "dropout": 0.2, "moves": moves}]
    )
    plan = compile_plan(scenario)
    assert not plan.by_pattern
    found = run(plan, Settings(4, SEED, threads=1))
    for row in range(4):
        twin = run_path(scenario, SEED, row, known=drawn_inputs(plan, found, row))
        assert_same_people(plan, found, row, twin)
        assert_same_worths(scenario, plan, replay(plan, SEED, row), twin)
        assert_same_path(scenario, plan, found, row, twin)  # costs of every month of the course too


def test_moves_that_mean_nothing_leave_people_counted():
    cohorts = [{"name": "a", "participants": 40, "duration": "6 months", "dropout": 0.2}]
    kept = [cohorts[0] | {"moves": {"yearly": 0.3, "then": "kept"}}]
    plan = compile_plan(plain(cohorts=kept))
    assert plan.by_pattern
    assert np.array_equal(run(plan, Settings(300)).flow, run(compile_plan(plain(cohorts=cohorts)), Settings(300)).flow)
