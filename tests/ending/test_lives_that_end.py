"""Everything at once: people lived one by one, effects, amended terms and costs per head in a deal that ends early."""

from __future__ import annotations

import numpy as np
import pytest

from risksim.engine.replay import replay
from risksim.engine.run import Settings, run
from risksim.plan.compile import compile_plan
from risksim.plan.layout import NEVER
from risksim.scenario.scenario import Scenario
from tests.ending.deals import deal
from tests.engine.processes import EVERY_KIND, EVERY_RULE

SEED = 77
PATHS = 300

OUTCOMES = EVERY_KIND | {
    "job effect": {
        "effect_on": "job",
        "against": {"people": 60, "rate": {"beta": [30, 70]}},
        "reads": "difference",
        "known": "each follow-up",
        "analyst_error": 0.3,
    }
}
RULES = [
    *EVERY_RULE,
    {"ladder": {"outcome": "job effect", "counts": "value", "pays": "amount", "on": "last",
                "nodes": [{"at": 0.0, "gives": 0}, {"at": 0.5, "gives": 90_000}]}},
    {"amend": {"on": "2026-07-01", "outcome": "home", "counts": "share", "unmeasured": "failure", "below": 0.75,
               "rules": ["home"], "times": 0.8}},
]  # fmt: skip
ENDS = [
    {"name": "too little work", "on": "2026-07-01", "notice": "4 months", "run_off": "5 months",
     "when": {"outcome": "job", "counts": "share", "below": 0.45, "unmeasured": "exclude"},
     "pays": {"amount": 10_000, "paid_by": "municipality"}},
    {"name": "politics", "yearly_chance": 0.15, "notice": "2 months", "run_off": "3 months"},
]  # fmt: skip
MONEY = {
    "tranches": [{"name": "investor", "commitment": 900_000, "drawdown": "as needed", "commitment_fee": 0.01}],
    "costs": [{"name": "course", "amount": 1_500, "per": "participant month"}],
    "buffer": "3 months",
}


def scenario(ends: list[dict[str, object]]) -> Scenario:
    return deal(ends, outcomes=OUTCOMES, payments=RULES, financing=MONEY)


@pytest.fixture(scope="module")
def plan():
    return compile_plan(scenario(ENDS))


@pytest.fixture(scope="module")
def whole(plan):
    found = run(plan, Settings(PATHS, SEED, threads=1))
    stopped = (found.stop_month != NEVER).mean()
    assert 0.2 < stopped < 0.9  # some of both
    assert set(found.ended_by[found.stop_month != NEVER]) == {0, 1}
    return found


def test_the_same_bytes_however_a_run_is_cut(plan, whole):
    for settings in (Settings(PATHS, SEED, threads=2, block=256), Settings(PATHS, SEED, threads=1, form="lives")):
        again = run(plan, settings)
        for name, kept in whole._asdict().items():
            np.testing.assert_array_equal(getattr(again, name), kept, err_msg=name)


def test_replay_equals_the_paths_of_a_run(plan, whole):
    ended = np.flatnonzero(whole.stop_month != NEVER)[:6]
    went_on = np.flatnonzero(whole.stop_month == NEVER)[:4]
    for path in map(int, [*ended, *went_on]):
        again = replay(plan, SEED, path).results
        for name in ("claim", "flow", "headcount", "stop_month", "ended_by", "irr", "npv"):
            np.testing.assert_array_equal(getattr(again, name)[0], getattr(whole, name)[path], err_msg=name)


def test_flows_up_to_the_stop_are_those_of_a_deal_that_cannot_end(plan, whole):
    # The same inputs are drawn by name; what cannot end has no luck of ending.
    free = compile_plan(deal([], outcomes=OUTCOMES, payments=RULES, financing=MONEY | {"termination": {
        "on": "2029-07-01", "amount": 0, "paid_by": "municipality"}}))  # fmt: skip
    other = run(free, Settings(PATHS, SEED, threads=1))
    lines = {line: free.labels.lines.index(line) for line in free.labels.lines if line in plan.labels.lines}
    common = [t for t, date in enumerate(plan.labels.dates) if date in free.labels.dates]
    compared = 0
    for path in range(PATHS):
        before = [t for t in common if plan.calendar.month[t] < whole.stop_month[path]]
        for line, row in lines.items():
            for t in before:
                mine = whole.flow[path, plan.labels.lines.index(line), t]
                assert mine == other.flow[path, row, free.labels.dates.index(plan.labels.dates[t])], (path, line, t)
                compared += mine != 0
    assert compared > PATHS


CERTAIN = {
    "looked at": {
        "of": "enrolled",
        "success_rate": 1,
        "persistence": 1,
        "measured": {"after_enrolment": ["6 months", "12 months", "18 months"]},
    }
}
FIVE = [{"name": "five", "participants": 5, "duration": "24 months"}]
PRICE = [{"per_outcome": {"outcome": "looked at", "price": 100}}]
PLAIN = {"tranches": [{"name": "investor", "commitment": 2_000}]}


@pytest.mark.parametrize(
    ("run_off", "paid"),
    [
        # all five succeed at 6, 12 and 18 months; the deal stops 8 months after its start
        ("0 months", {"2025-07-01": 500}),
        ("3 months", {"2025-07-01": 500}),
        ("4 months", {"2025-07-01": 500, "2026-01-01": 500}),
        ("10 months", {"2025-07-01": 500, "2026-01-01": 500, "2026-07-01": 500}),
    ],
)
def test_a_measurement_after_the_run_off_pays_nothing(run_off, paid):
    end = {"name": "certain", "on": "2025-07-01", "chance": 1, "notice": "2 months", "run_off": run_off}
    told = deal([end], cohorts=FIVE, outcomes=CERTAIN, payments=PRICE, financing=PLAIN)
    plan = compile_plan(told)
    found = run(plan, Settings(4, SEED, threads=1))
    assert (found.stop_month == 8).all()
    claims = {str(date): int(found.claim[0, 0, t]) / 100 for t, date in enumerate(plan.labels.dates)}
    assert {date: amount for date, amount in claims.items() if amount} == paid
    assert (found.claim == found.claim[0]).all()
