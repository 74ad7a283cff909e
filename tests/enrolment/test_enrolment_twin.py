"""People who start in turn against the slow twin: every person, every measurement and the money, on the same draws."""

import pytest
from hypothesis import HealthCheck, given, settings

from risksim.engine.run import Settings, run, run_expected
from risksim.plan.compile import at_means, compile_plan
from risksim.scenario.scenario import Scenario
from tests.engine.processes import EVERY_KIND, EVERY_RULE
from tests.engine.test_processes_twin import SEED, compare
from tests.engine.test_twin import assert_same_path, assert_same_people, drawn_inputs, means
from tests.enrolment.deals import SLOW, Told, enrolments, in_turn, one
from tests.reference.twin import expected_only, luck_only, run_path

SITES: list[Told] = [
    {"window": "24 months", "arrivals": {}},
    {"window": "18 months", "arrivals": {}, "opens": "6 months", "decay": {"over": "6 months", "power": 1.0}},
    {"window": "12 months", "shortfall": "default", "opens": "12 months"},
    {"window": "24 months", "late_start": {"most": "6 months", "window": "moves"}},
]


def of_luck_only(scenario: Scenario, n_paths: int) -> None:
    """What is luck is still drawn where inputs are at their means: how many come in at a given speed, for one."""
    plan = compile_plan(scenario)
    fixed = at_means(plan, luck=True)
    known = {name: mean for name, mean in means(plan).items() if not name.endswith(".enrolment.arrivals")}
    found = run(fixed, Settings(n_paths, SEED, threads=1))
    for row in range(n_paths):
        twin = luck_only(scenario, SEED, row, known=known)
        assert_same_people(plan, found, row, twin)
        assert_same_path(scenario, plan, found, row, twin)


def test_everything_an_enrolment_block_can_say_equals_the_slow_twin():
    compare(in_turn(SLOW, SLOW | {"opens": "3 months"}), 24)
    of_luck_only(in_turn(SLOW), 8)


def test_sites_that_open_one_after_the_other_equal_the_slow_twin():
    compare(in_turn(*SITES), 12)
    of_luck_only(in_turn(*SITES), 4)


def test_people_who_start_in_turn_and_are_lived_one_by_one_equal_the_slow_twin():
    compare(in_turn(SLOW, outcomes=EVERY_KIND, payments=EVERY_RULE, end="2033-12-31"), 8)


def test_starts_in_turn_equal_the_slow_twin_beyond_32_bits():
    compare(in_turn(SLOW), 2, first=2**40 + 17)


@settings(derandomize=True, deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(enrolments())
def test_made_up_enrolment_equals_the_slow_twin(enrolment):
    compare(in_turn(enrolment, SITES[0]), 3)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(enrolments())
def test_100_made_up_enrolments_equal_the_slow_twin(enrolment):
    compare(in_turn(enrolment, SITES[0]), 6)
    of_luck_only(in_turn(enrolment, SITES[0]), 2)


HEADS = {
    "tranches": [{"name": "DSI", "commitment": 500_000}],
    "costs": [
        {"name": f"per {word}", "per": word, "amount": 700}
        for word in ("participant", "participant month", "completer")
    ],
}


@pytest.mark.parametrize(
    "enrolment",
    [
        pytest.param(SLOW, id="everything", marks=pytest.mark.slow),
        pytest.param({"window": "6 months", "arrivals": {}}, id="arrivals", marks=pytest.mark.slow),
        pytest.param({"window": "6 months", "shortfall": "default", "per_month": 3}, id="a ratio in turn"),
    ],
)
def test_expected_values_equal_the_mean_of_4_096_twins(enrolment):
    """No rounding enters but that of invoices: both average the same futures."""
    scenario = one(enrolment, participants=9, dropout=0.4, financing=HEADS)
    plan = compile_plan(scenario)
    known = {name: mean for name, mean in means(plan).items() if not name.endswith(".enrolment.arrivals")}
    assert_same_path(scenario, plan, run_expected(at_means(plan)), 0, expected_only(scenario, known=known))


def test_costs_that_follow_people_who_start_in_turn_equal_the_slow_twin():
    scenario = one(SLOW, participants=30, dropout=0.4, financing=HEADS)
    plan = compile_plan(scenario)
    found = run(plan, Settings(24, SEED, threads=1))
    for row in range(24):
        twin = run_path(scenario, SEED, row, known=drawn_inputs(plan, found, row))
        assert_same_people(plan, found, row, twin)
        assert_same_path(scenario, plan, found, row, twin)


def test_a_deal_that_ends_early_stops_those_who_wait():
    """Too few have started on a day, or a party stops: nobody starts any more, and whoever's course lasts leaves."""
    scenario = one(
        SLOW,
        participants=30,
        dropout=0.4,
        ends_early=[
            {"name": "too few", "on": "2026-01-01", "when": {"enrolled_below": 0.4}, "notice": "3 months"},
        ],
    )
    plan = compile_plan(scenario)
    found = run(plan, Settings(64, SEED, threads=1))
    ended = 0
    for row in range(64):
        twin = run_path(scenario, SEED, row, known=drawn_inputs(plan, found, row))
        assert (found.ended_by[row] >= 0) == (twin.ended is not None)
        ended += twin.ended is not None
        assert_same_people(plan, found, row, twin)
        assert_same_path(scenario, plan, found, row, twin)
    assert 5 < ended < 59
