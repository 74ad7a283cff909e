"""What is chance and no evidence is still drawn where everything else is at its mean."""

import numpy as np

from risksim import api
from risksim.plan.compile import at_means, luck_of
from tests.engine.deals import shipped_plan
from tests.payments.deals import deal

SAVINGS = "effects/savings-by-difference-in-differences.yaml"


def test_luck_only_keeps_the_errors_of_an_estimate():
    plan = shipped_plan(SAVINGS)
    names = [plan.labels.inputs[slot].name for slot in luck_of(plan)]
    assert names == [note.name for note in at_means(plan, luck=True).labels.inputs]
    assert any(name.endswith(".sampling") for name in names)
    luck = api.simulate(at_means(plan, luck=True), 4_000, seed=3)
    assert luck.paths.received.std() > 0.0
    assert at_means(plan).labels.inputs == ()


def test_luck_only_draws_the_same_luck_as_the_whole():
    plan = shipped_plan(SAVINGS)
    kept, whole = luck_of(plan), api.simulate(plan, 256, seed=3)
    only = api.simulate(at_means(plan, luck=True), 256, seed=3)
    np.testing.assert_array_equal(only.paths.inputs, whole.paths.inputs[:, kept])


def test_luck_only_draws_whether_a_method_is_agreed():
    # 5 people, price 1,000, assumed rate 0.6: 3,000 where no method is agreed, 0 elsewhere since nobody succeeds
    outcomes = {"job": {"of": "enrolled", "success_rate": 0, "measured": {"after_enrolment": "12 months"}}}
    chance = {"beta": [2, 6]}
    rules = [{"deemed": {"outcome": "job", "price": 1_000, "chance": chance, "rate": 0.6}}]
    plan = api.at_means(api.Deal(*_compiled(rules, outcomes)), luck=True)
    received = api.simulate(plan, 4_000, seed=5).paths.received[:, 0] / 100
    assert set(np.unique(received)) == {0.0, 3_000.0}
    share = (received > 0).mean()
    assert abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 4_000)  # four standard errors


def _compiled(rules, outcomes):
    from risksim.plan.compile import compile_plan

    scenario = deal(rules, outcomes=outcomes)
    return scenario, None, compile_plan(scenario)
