"""What goes together against the slow twin: everybody, every claim and every flow, path by path.

The program solves for marks with nodes and Newton's method, the twin on a fine grid by bisection. Where somebody lies
nearer to a mark than the eighth digit the twin refuses to decide, and no seed here is such a case.
"""

from __future__ import annotations

from typing import Any

import pytest

from risksim.engine.replay import replay
from risksim.engine.run import Settings, run
from risksim.plan.compile import at_means, compile_plan
from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal, shipped
from tests.engine.test_processes_twin import amounts_pay, assert_nearly_same_claims, assert_same_worths
from tests.engine.test_twin import assert_same_inputs, assert_same_path, assert_same_people, drawn_inputs, means
from tests.reference import processes
from tests.reference.twin import luck_only, run_path

SEED = 20_260_201
Told = dict[str, Any]


def hold(scenario: Scenario, plan: Any, found: Any, row: int, twin: Any, path: int) -> None:
    """Everything that a run keeps of a path; of people lived one by one every worth too."""
    assert_same_people(plan, found, row, twin)
    if processes.are_lived(scenario):
        assert_same_worths(scenario, plan, replay(plan, SEED, path), twin)
    if amounts_pay(scenario):
        assert_nearly_same_claims(plan, found, row, twin)
    else:
        assert_same_path(scenario, plan, found, row, twin)


def compare(scenario: Scenario, n_paths: int, *, first: int = 0) -> None:
    """Hold drawn paths of a run against the twin, and one with every input at its mean."""
    plan = compile_plan(scenario)
    found = run(plan, Settings(n_paths, SEED, threads=1, first_path=first))
    for row in range(n_paths):
        inputs = drawn_inputs(plan, found, row)
        twin = run_path(scenario, SEED, first + row, known=inputs)
        assert_same_inputs(plan, inputs, run_path(scenario, SEED, first + row), 1e-9)
        hold(scenario, plan, found, row, twin, first + row)
    fixed = at_means(plan)
    found = run(fixed, Settings(1, SEED, threads=1))
    hold(scenario, fixed, found, 0, luck_only(scenario, SEED, 0, known=means(plan)), 0)


def yes(of: str, rate: Any, months: Any = "6 months", **more: Any) -> Told:
    return {"of": of, "success_rate": rate, "measured": {"after_enrolment": months}, **more}


COHORTS: list[Told] = [
    {
        "name": "north",
        "participants": 40,
        "duration": "6 months",
        "enrolment": {"window": "9 months", "ratio": {"uniform": [0.7, 1.2]}},
        "dropout": {"beta": [4, 16]},
        "unmeasured": 0.1,
    },
    {"name": "south", "participants": 25, "duration": "3 months", "dropout": 0.4, "unmeasured": {"beta": [2, 8]}},
]
PLAIN = {
    "well": {"of": "completers", "success_rate": {"beta": [8, 4]}, "measured": {"at": "completion"}},
    "job": yes("enrolled", 0.35, "18 months"),
    "home": yes("measured", {"beta": [5, 9]}, "30 months"),
}
AGAIN = {
    "home": yes("enrolled", {"beta": [8, 4]}, ["6 months", "12 months", "30 months"], persistence=0.6),
    "well": yes("completers", 0.6, ["6 months", "18 months"], persistence=0.3),
    "job": yes("enrolled", 0.4, "20 months"),
}
GATES = {
    "job": yes("completers", {"beta": [6, 6]}, "12 months"),
    "kept": yes("earlier", 0.6, "18 months", after="job"),
    "still": yes("earlier", 0.8, "24 months", after="kept"),
    "school": yes("completers", 0.4, "14 months", unless="job"),
    "well": yes("enrolled", 0.3, ["12 months", "24 months"], persistence=0.5, after="job"),
}
AMOUNTS = {
    "job": yes("enrolled", 0.35, "18 months"),
    "days": {
        "of": "completers",
        "amount": {"each": {"gamma": {"mean": 6, "sd": 4}}},
        "persistence": 0.7,
        "measured": {"after_enrolment": ["8 months", "20 months"]},
    },
    "once": {
        "of": "enrolled",
        "amount": {"each": {"normal": {"mean": 6, "sd": 4}}},
        "measured": {"after_enrolment": "8 months"},
    },
    "many": {"reads": "days", "at_least": 6.5},
    "mastery": {
        "of": "enrolled",
        "score": {"mean": 2, "sd": 0.8, "growth": 0.4, "persistence": 0.9, "noise": 0.4},
        "counts": "gain since last",
        "at_least": 0.5,
        "measured": {"after_enrolment": ["6 months", "18 months"]},
    },
}
SPELLS = {
    "work": {
        "of": "enrolled",
        "spells": {"starts": 0.1, "ends": {"uniform": [0.02, 0.06]}, "shape": 0.8, "begins": "out"},
        "counts": "point",
        "measured": {"after_enrolment": ["6 months", "12 months", "24 months"]},
    },
    "steady": {
        "of": "completers",
        "spells": {"starts": 0.1, "ends": 0.03, "begins": "in"},
        "counts": "continuous",
        "lasts": "6 months",
        "measured": {"after_completion": "12 months"},
    },
}
PAIRED = {
    "well": yes("enrolled", {"beta": [8, 4]}, "6 months"),
    "job": yes("enrolled", 0.35, "18 months"),
    "done": yes("completers", {"beta": [6, 4]}, "12 months"),
}
RECESSION: Told = {"spells_survive": 0.333, "starts": 0.5}


def tied(outcomes: dict[str, Told], dependence: Told | None = None, cohorts: Any = None, **more: Any) -> Scenario:
    """A small deal with a price for every outcome."""
    amounts = [name for name, told in outcomes.items() if "amount" in told]
    rules: list[Told] = [
        {("per_unit" if name in amounts else "per_outcome"): {"outcome": name, "price": 1_234.567 + 111 * k}}
        for k, name in enumerate(outcomes)
    ]
    told = {
        "start": "2025-01-31",
        "end": "2029-12-31",
        "follow_up": {"every": "5 months"},
        "cohorts": cohorts or COHORTS,
        "outcomes": outcomes,
        "payments": [*rules, {"cap": {"total": 60_000}}],
        "financing": {"tranches": [{"name": "DSI", "commitment": 50_000}]},
    }
    return deal(**told | ({"dependence": dependence} if dependence else {}) | more)


def with_cohorts(**changes: Any) -> list[Told]:
    return [told | changes for told in COHORTS]


BLOCK = {"share": {"beta": [2, 8]}, "outcome": "well", "failures": 2.7, "leavers": 2}
HARDER = {"share": {"beta": [2, 6]}, "log_odds": {"normal": {"mean": 0.7, "sd": 0.2}}, "leaving_odds": 2.5}

DEALS: dict[str, Scenario] = {
    "one number": tied(PLAIN, {"within_person": 0.36}),
    "one number and leaving": tied(PLAIN, {"within_person": 0.36, "leaving": 0.5}),
    "measurable": tied(PLAIN, {"within_person": 0.36, "leaving": 0.5, "measurable": 0.4}),
    "measurable without leaving": tied(PLAIN, {"within_person": {"home": 0.6, "job": -0.3}, "measurable": 0.4}),
    "by name with signs": tied(PLAIN, {"within_person": {"well": 0.6, "job": -0.4}, "leaving": 0.3}),
    "cohorts alone": tied(PLAIN, {"cohort_icc": 0.05}),
    "cohorts alone, measured again": tied(AGAIN, {"cohort_icc": {"home": 0.1, "well": 0.02}}),
    "years alone": tied(PLAIN, {"macro": 0.1, "macro_persistence": 0.7}),
    "years alone, measured again": tied(AGAIN, {"macro": {"home": 0.2, "job": 0.1}}),
    "everything": tied(
        PLAIN,
        {"within_person": 0.36, "leaving": 0.23, "measurable": 0.2, "cohort_icc": {"well": 0.05}, "macro": 0.1},
    ),
    "everything again": tied(AGAIN, {"within_person": 0.36, "leaving": 0.4, "cohort_icc": 0.05, "macro": 0.1}),
    "some measured again are on their own": tied(AGAIN, {"within_person": {"job": 0.5}, "leaving": 0.4}),
    "tail": tied(PLAIN, {"within_person": 0.36, "macro": 0.1, "tail": 4}),
    "tail with cohorts": tied(PLAIN, {"within_person": 0.36, "cohort_icc": 0.05, "tail": 4}),
    "tail of cohorts alone": tied(PLAIN, {"cohort_icc": 0.05, "tail": 4}),
    "tail beside outcomes on their own": tied(PLAIN, {"within_person": {"job": 0.6}, "tail": 3}),
    "tail measured again": tied(AGAIN, {"within_person": 0.36, "macro": 0.1, "tail": 4}),
    "gates": tied(GATES, {"within_person": 0.36, "leaving": 0.5}),
    "gates with cohorts and years": tied(GATES, {"within_person": 0.36, "leaving": 0.5, "cohort_icc": 0.05, "macro": 0.1}),
    "gates without leaving": tied(GATES, {"within_person": {"job": 0.7, "kept": -0.6, "well": 0.5, "school": 0.3}}),
    "amounts": tied(AMOUNTS, {"within_person": {"job": 0.6, "days": -0.5, "once": 0.4, "mastery": 0.3}}),
    "amounts with cohorts": tied(AMOUNTS, {"cohort_icc": {"days": 0.1, "once": 0.1, "mastery": 0.2}}),
    "amounts with years": tied(AMOUNTS, {"macro": {"days": 0.1, "once": 0.1, "mastery": 0.2}}),
    "amounts with a tail": tied(AMOUNTS, {"within_person": {"job": 0.6, "days": -0.5, "once": 0.4}, "tail": 4}),
    "scores with a tail": tied(AMOUNTS, {"within_person": {"mastery": 0.4}, "tail": 4}),
    "recession on a day": tied(SPELLS, {"recession": RECESSION | {"on": "2026-02-15"}}),
    "recession at the start": tied(SPELLS, {"recession": RECESSION | {"on": "2025-01-31"}}),
    "recessions by chance": tied(SPELLS, {"recession": RECESSION | {"yearly_chance": 0.6, "over": "5 months"}}),
    "recession of one outcome": tied(
        SPELLS, {"recession": RECESSION | {"yearly_chance": {"beta": [2, 4]}, "outcomes": ["steady"]}}
    ),
    "uncertain recessions": tied(
        SPELLS,
        {"recession": {"yearly_chance": 0.5, "spells_survive": {"beta": [3, 5]}, "starts": {"uniform": [0.2, 0.9]}}},
    ),
    "pairs": tied(PAIRED, {"correlations": [{"between": ["well", "job"], "latent": 0.4}]}),
    "observed pairs": tied(
        PAIRED,
        {"correlations": [{"between": ["job", "well"], "observed": 0.25}, {"between": ["done", "job"], "latent": 0.3}]},
    ),
    "pairs with leaving": tied(
        PAIRED,
        {"correlations": [{"between": ["well", "job"], "latent": 0.4}, {"between": ["job", "leaving"], "latent": -0.3}]},
    ),
    "completers paired with leaving": tied(
        PAIRED,
        {
            "correlations": [
                {"between": ["leaving", "done"], "latent": -0.5},
                {"between": ["well", "done"], "latent": 0.3},
            ]
        },
    ),
    "observed with leaving": tied(
        PAIRED, {"correlations": [{"between": ["job", "leaving"], "observed": -0.15}]}
    ),
    "unmeasured block": tied(PLAIN, None, with_cohorts(unmeasured=BLOCK)),
    "unmeasured block of all enrolled": tied(PLAIN, None, with_cohorts(unmeasured=BLOCK | {"outcome": "job"})),
    "unmeasured block with ties": tied(
        PLAIN, {"within_person": 0.36, "leaving": 0.5, "macro": 0.1}, with_cohorts(unmeasured=BLOCK)
    ),
    "unmeasured block of all enrolled with ties": tied(
        PLAIN,
        {"within_person": 0.36, "leaving": 0.5, "cohort_icc": 0.05},
        with_cohorts(unmeasured=BLOCK | {"outcome": "job"}),
    ),
    "unmeasured block and measurable": tied(
        PLAIN, {"within_person": 0.36, "leaving": 0.5, "measurable": 0.5}, with_cohorts(unmeasured=BLOCK)
    ),
    "unmeasured block measured again": tied(AGAIN, {"within_person": 0.3}, with_cohorts(unmeasured=BLOCK)),
    "unmeasured block of the measured": tied(PLAIN, None, with_cohorts(unmeasured=BLOCK | {"outcome": "home"})),
    "harder group": tied(PLAIN, None, with_cohorts(unlike_assumed=HARDER)),
    "harder group with ties": tied(
        PLAIN, {"within_person": 0.36, "leaving": 0.5}, with_cohorts(unlike_assumed=HARDER)
    ),
    "harder group behind gates": tied(
        GATES, {"within_person": 0.36, "leaving": 0.5}, with_cohorts(unlike_assumed=HARDER)
    ),
    "harder group behind gates without ties": tied(GATES, None, with_cohorts(unlike_assumed=HARDER)),
    "harder group measured again": tied(AGAIN, None, with_cohorts(unlike_assumed=HARDER)),
    "harder group in one cohort, cohorts alone": tied(
        AGAIN, {"cohort_icc": {"home": 0.1}}, [COHORTS[0] | {"unlike_assumed": HARDER}, COHORTS[1]]
    ),
    "harder group, unmeasured block and ties": tied(
        PLAIN,
        {"within_person": 0.36, "leaving": 0.5},
        with_cohorts(unlike_assumed=HARDER, unmeasured=BLOCK),
    ),
    "harder group and pairs": tied(
        PAIRED,
        {"correlations": [{"between": ["leaving", "done"], "latent": -0.5}]},
        with_cohorts(unlike_assumed=HARDER),
    ),
}


@pytest.mark.parametrize("name", DEALS)
def test_a_tied_deal_equals_the_slow_twin(name):
    compare(DEALS[name], 4)


@pytest.mark.parametrize("name", ["hard-to-reach", "recession", "what-people-share"])
def test_shipped_deals_that_go_together_equal_the_slow_twin(name):
    compare(shipped(f"dependence/{name}.yaml"), 3)
