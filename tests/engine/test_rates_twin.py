"""Success rates worked out of other numbers: runs against the slow twin, counted and lived."""

from typing import Any

import pytest

from risksim.engine.replay import replay
from risksim.engine.run import Settings, run, run_expected
from risksim.plan.compile import at_means, compile_plan
from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal
from tests.engine.test_twin import (
    SEED,
    assert_same_path,
    assert_same_people,
    compare,
    compare_without_evidence,
    drawn_inputs,
    means,
)
from tests.reference.twin import expected_only, luck_only, run_path

USUAL = {"beta": [20, 30]}
RATIO = {"estimate": 1.8, "ci95": [1.1, 2.9]}
RATES: dict[str, dict[str, Any]] = {
    "matched": {"effect": {"usual": USUAL, "odds_ratio": RATIO, "design": "matched comparison group"}},
    "flags": {
        "effect": {
            "usual": USUAL,
            "log_odds": {"estimate": 0.6, "standard_error": 0.2},
            "design": "matched comparison group",
            "flags": ["developer is evaluator", "not real-world", "weak measure"],
        }
    },
    "trial": {"effect": {"usual": 0.4, "odds_ratio": RATIO, "design": "randomised trial"}},
    "shrunk": {"effect": {"usual": USUAL, "odds_ratio": RATIO, "shrink": True}},
    "multiplied": {
        "effect": {
            "usual": USUAL,
            "difference": {"estimate": 0.15, "standard_error": 0.05},
            "multiplier": {"uniform": [0.5, 1.0]},
        }
    },
    "groups": {
        "composition": {
            "groups": [
                {"name": "a", "share": 0.7, "rate": {"beta": [12, 8]}},
                {"name": "b", "share": 0.2, "rate": 0.35},
                {"name": "c", "share": 0.1, "rate": {"uniform": [0.1, 0.3]}},
            ],
            "certainty": 50,
        }
    },
    "certain groups": {
        "composition": {
            "groups": [{"name": "a", "share": 0.7, "rate": {"beta": [12, 8]}}, {"name": "b", "share": 0.3, "rate": 0.2}]
        }
    },
}
COUNTS = [{"successes": 45, "of": 60}, {"successes": 20, "of": 40}, {"successes": 12, "of": 30}]
AGAIN = {"measured": {"after_enrolment": ["6 months", "9 months"]}, "persistence": 0.4}


def with_rate(rate: dict[str, Any], *, one: bool = False, **more: Any) -> Scenario:
    """The bent deal with a success rate of its first outcome that is worked out of other numbers."""
    told = deal().model_dump(mode="json", by_alias=True, exclude_defaults=True)
    outcomes = told["outcomes"]
    outcomes["job"] |= {"success_rate": rate} | more
    return deal(outcomes=outcomes, cohorts=told["cohorts"][:1] if one else told["cohorts"])


@pytest.mark.parametrize("name", RATES)
def test_worked_out_rates_equal_the_twin(name):
    # The twin integrates means with fewer nodes than the plan, and mixtures cut u at other last digits.
    compare(with_rate(RATES[name]), 6, digits=1e-8)
    compare_without_evidence(with_rate(RATES[name]), 1, digits=1e-6)


@pytest.mark.parametrize("again", [{}, AGAIN], ids=["counted", "lived"])
@pytest.mark.parametrize("one", [True, False], ids=["one cohort", "several"])
@pytest.mark.parametrize("new_site", [True, False])
def test_rates_of_sites_equal_the_twin(again, one, new_site):
    scenario = with_rate({"sites": {"counts": COUNTS, "new_site": new_site}}, one=one, **again)
    plan = compile_plan(scenario)
    assert (plan.sites is not None) == (new_site and not one)
    found = run(plan, Settings(8, SEED, threads=1))
    for row in range(8):
        twin = run_path(scenario, SEED, row, known=drawn_inputs(plan, found, row))
        assert_same_people(plan, found, row, twin)
        assert_same_path(scenario, plan, found, row, twin)
    known, fixed = means(plan), at_means(plan)
    assert fixed.sites is None
    assert not fixed.derived
    assert_same_path(scenario, plan, run(fixed, Settings(1, SEED)), 0, luck_only(scenario, SEED, 0, known=known))
    if not again:
        assert_same_path(scenario, plan, run_expected(fixed), 0, expected_only(scenario, known=known))


@pytest.mark.parametrize("again", [{}, AGAIN], ids=["counted", "lived"])
@pytest.mark.parametrize("rate", [RATES["shrunk"], RATES["groups"], {"sites": {"counts": COUNTS}}])
def test_both_forms_and_replays_give_the_same_bits(rate, again):
    plan = compile_plan(with_rate(rate, **again))
    counted, lived = (run(plan, Settings(512, SEED, form=form)) for form in ("patterns", "lives"))
    for one, other in zip(counted, lived, strict=True):
        assert one.tobytes() == other.tobytes()
    for path in (0, 77, 300):
        again_drawn = replay(plan, SEED, path).results
        assert (again_drawn.flow[0] == counted.flow[path]).all()
        assert (again_drawn.inputs[0] == counted.inputs[path]).all()


def test_a_deal_that_ends_early_draws_the_same_rates_again():
    told = {
        "name": "weak",
        "on": "2026-04-30",
        "when": {"outcome": "job", "counts": "share", "below": 0.5, "unmeasured": "failure"},
    }
    scenario = with_rate({"sites": {"counts": COUNTS}})
    shown = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    plan = compile_plan(Scenario.model_validate(shown | {"ends_early": [told]}))
    found = run(plan, Settings(512, SEED))
    assert 0 < (found.ended_by >= 0).sum() < 512
    for path in (0, 1, 2, 3, 4, 5):
        assert (replay(plan, SEED, path).results.flow[0] == found.flow[path]).all()
