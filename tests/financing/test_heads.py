"""Costs that follow the people, fees, calls ahead and direct payments: what holds for all of them."""

import numpy as np
import pytest

from risksim.engine.replay import replay
from risksim.engine.run import Settings, draw_block, run, run_expected
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import ATTENDED, FINISHED, JOINED, NEVER
from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal, shipped
from tests.financing.deals import financed, received_by, told

COSTS = [
    {"name": "intake", "amount": 100, "per": "participant", "paid_by": "investors"},
    {"name": "course", "amount": 10, "per": "participant month", "paid_by": "investors"},
    {"name": "farewell", "amount": 1, "per": "completer", "paid_by": "investors"},
]


def with_costs(scenario: Scenario, costs=COSTS) -> Scenario:
    said = scenario.model_dump(by_alias=True, exclude_defaults=True)
    said["financing"]["costs"] = costs
    return Scenario.model_validate(said)


PLANS = {"bent": lambda: with_costs(deal()), "broendby": lambda: with_costs(shipped("broendby-tuba.yaml"))}


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("form", ["patterns", "lives"])
def test_people_by_period_add_up_to_the_people_of_the_path(name, form):
    plan = compile_plan(PLANS[name]())
    _, measured, heads = draw_block(plan, Settings(100, 7, form=form), 30, 100)
    column = {int(s): m for m, s in enumerate(plan.measures.statistic)}
    assert set(column) >= {JOINED, ATTENDED, FINISHED}
    by_statistic = measured.sum(axis=3)
    assert (by_statistic[:, :, column[JOINED]] == heads[:, :, 0]).all()
    assert (by_statistic[:, :, column[FINISHED]] == heads[:, :, 1]).all()
    most = heads[:, :, 0] * plan.cohorts.duration
    assert (by_statistic[:, :, column[ATTENDED]] <= most).all()
    assert (by_statistic[:, :, column[ATTENDED]] >= heads[:, :, 1] * plan.cohorts.duration).all()


def test_replayed_path_bills_what_the_run_bills():
    plan = compile_plan(PLANS["bent"]())
    found = run(plan, Settings(100, 7, threads=1))
    for path in (0, 63, 64, 99):
        told_again = replay(plan, 7, path)
        assert (told_again.results.flow[0] == found.flow[path]).all()
        life = told_again.cohorts[0]
        months = np.where(life.left_at == NEVER, 7, np.minimum(life.left_at - life.enrolled_at + 1, 7)).sum()
        m = plan.measures.statistic.tolist().index(ATTENDED)
        assert told_again.measured[0, 0, m].sum() == months


@pytest.mark.parametrize("name", PLANS)
def test_expected_people_are_the_mean_of_people(name):
    plan, paths = at_means(compile_plan(PLANS[name]())), 2_000
    expected = run_expected(plan).flow[0]
    drawn = run(plan, Settings(paths, 7, threads=1)).flow
    lines = [k for k, reason in enumerate(plan.labels.lines) if reason in ("intake", "course", "farewell")]
    error = drawn[:, lines].std(axis=0) / paths**0.5
    # Whole people enrol, so a fraction of one per cohort may be missing.
    slack = 4 * error + 20_000
    assert (np.abs(drawn[:, lines].mean(axis=0) - expected[lines]) <= slack).all()


def test_costs_per_head_change_no_person_and_no_claim():
    plain, costly = compile_plan(deal()), compile_plan(with_costs(deal()))
    few, many = (run(plan, Settings(200, 3, threads=1)) for plan in (plain, costly))
    assert (few.headcount == many.headcount).all()
    assert (few.claim == many.claim).all()


def test_fee_on_the_commitment_is_a_share_of_all_of_it():
    terms = {
        "tranches": [{"name": "a", "commitment": 300_000}, {"name": "b", "commitment": 700_000}],
        "costs": [{"name": "management", "share_of_commitment": 0.02, "due": ["2026-01-01", "2027-01-01"]}],
    }
    plan, found = financed(terms, [[0, 0]])
    assert found.flow[0][plan.labels.lines.index("management")].tolist() == [0, 2_000_000, 2_000_000]


def test_calls_ahead_never_pass_the_commitment_and_spend_the_same():
    terms = {
        "tranches": [{"name": "a", "commitment": 350_000, "drawdown": "as needed"}],
        "costs": [{"name": "staff", "amount": 100_000, "due": {"every": "12 months", "times": 4}}],
    }
    plan, now = financed(terms, [[0, 0, 0, 0]])
    _, ahead = financed({**terms, "buffer": "24 months"}, [[0, 0, 0, 0]])
    assert (now.flow[0, 0] / 100).tolist() == [100_000, 100_000, 100_000, 50_000, 0]
    assert (ahead.flow[0, 0] / 100).tolist() == [300_000, 50_000, 0, 0, 0]
    for line in ("staff", "costs beyond all sources"):
        assert (now.flow[0, plan.labels.lines.index(line)] == ahead.flow[0, plan.labels.lines.index(line)]).all()


def test_commitment_fee_counts_as_received():
    terms = {
        "tranches": [{"name": "a", "commitment": 400_000, "drawdown": "as needed", "commitment_fee": 0.01}],
        "costs": [{"name": "staff", "amount": 100_000, "due": {"every": "12 months", "times": 3}}],
    }
    plan, found = financed(terms, [[0, 0, 0]])
    # 1 % of 300,000, then of 300,000 - 103,000; nothing after the last cost
    assert received_by(plan, found, "a") == [0, 3_000, 1_970, 0]
    assert found.drawn[0, 0] == 30_497_000


def test_two_payments_alone_are_the_same_as_one_shared_in_proportion():
    tranches = [{"name": "a", "commitment": 300_000}, {"name": "b", "commitment": 100_000}]
    said = told({"tranches": tranches}, 1).model_dump(by_alias=True, exclude_defaults=True)

    def paid(*rules):
        said["payments"] = [{"per_outcome": {"outcome": "success", "payer": "municipality", **rule}} for rule in rules]
        return run(compile_plan(Scenario.model_validate(said)), Settings(2, 1, threads=1))

    alone, shared = paid({"price": 30_000, "tranche": "a"}, {"price": 10_000, "tranche": "b"}), paid({"price": 40_000})
    assert (alone.received == shared.received).all()
    assert (alone.repayment == shared.repayment).all()


def test_payment_to_one_tranche_pays_off_what_it_is_owed():
    tranches = [{"name": "a", "commitment": 100_000, "rate": 0.1, "rank": 1}, {"name": "b", "commitment": 1, "rank": 2}]
    said = told({"tranches": tranches, "surplus": "payers"}, 2).model_dump(by_alias=True, exclude_defaults=True)
    on = [{"on": f"{year}-01-01", "amount": amount} for year, amount in ((2026, 60_000), (2027, 60_000))]
    said["payments"] = [
        {"fixed": {"amounts": on[:1], "tranche": "a"}},
        {"fixed": {"amounts": on[1:]}},
    ]
    plan = compile_plan(Scenario.model_validate(said))
    found = run(plan, Settings(1, 1, threads=1))
    mine = found.flow[0][plan.ledger.to_party == 1].sum(axis=0) / 100
    # 110,000 owed, 60,000 paid alone, 50,000 * 1.1 = 55,000 of the shared payment; 1 to b, the rest back
    assert mine.tolist() == [0, 60_000, 55_000]
    assert found.received[0].tolist() == [11_500_000, 100]
