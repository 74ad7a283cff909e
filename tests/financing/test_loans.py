"""Loans: closed forms, goals, failures of borrowers, and a deal in which nobody takes part."""

from typing import Any

import numpy as np
import pytest

from risksim import api
from risksim.engine.run import Settings, run, run_expected
from risksim.kernels.loans import not_failed
from risksim.plan.compile import at_means, compile_plan
from risksim.scenario.scenario import Scenario

YEARS = 6


def lent(loan: dict[str, Any], revenue: Any = 500_000, **more: Any) -> Scenario:
    """A loan of a million at 5 % for six years, and the revenue of the borrower."""
    tranche = {"name": "lender", "commitment": 1_000_000, "rate": 0.05, "loan": {"maturity": "2031-01-01", **loan}}
    told = {
        "schema": 1,
        "name": "A loan",
        "start": "2025-01-01",
        "end": "2031-01-01",
        "follow_up": {"every": "12 months"},
        "day_count": "months/12",
        "hurdles": [0.0, 0.05],
        "outcomes": {"revenue": {"result": revenue}, "contracts": {"result": 12}},
        "financing": {"tranches": [tranche]},
    }
    return Scenario.model_validate(told | more)


def received(scenario: Scenario, paths: int = 1) -> Any:
    """float64[path, period]: what the lender receives. [currency]"""
    plan = compile_plan(scenario)
    flow = run(plan, Settings(paths, 1, threads=1)).flow
    return flow[:, plan.ledger.to_party == 1].sum(axis=1) / plan.minor_units


def test_share_of_a_certain_revenue_is_an_annuity():
    paid = received(lent({"repaid": {"share_of": "revenue", "share": 0.3}}))[0]
    # balance after n years: C q^n - p (q^n - 1) / r, with C = 1,000,000, q = 1.05, p = 150,000
    balance = [1e6 * 1.05**n - 150_000 * (1.05**n - 1) / 0.05 for n in range(YEARS + 1)]
    assert paid[1:6].tolist() == [150_000] * 5
    assert paid[6] == pytest.approx(balance[5] * 1.05, abs=0.02)  # maturity: all that is left, with its interest
    assert balance[5] == pytest.approx(447_436.875, abs=0.001)


def test_annuity_ends_when_nothing_is_owed():
    # 0.3 * 1,000,000 a year: 1,000,000 -> 750,000 -> 487,500 -> 211,875 -> paid off with 222,468.75
    paid = received(lent({"repaid": {"share_of": "revenue", "share": 0.3}}, revenue=1_000_000))[0]
    assert paid.tolist() == [0, 300_000, 300_000, 300_000, 222_468.75, 0, 0]


def test_certain_loan_returns_its_rate():
    for repaid in (
        "at maturity",
        {"share_of": "revenue", "share": 0.1},
        {"every": "12 months", "times": 6, "first": "2026-01-01"},
    ):
        plan = compile_plan(lent({"repaid": repaid}))
        found = run(plan, Settings(1, 1, threads=1))
        assert found.irr[0, 0] == pytest.approx(0.05, abs=1e-8)
        assert found.npv[0, 0, 1] == pytest.approx(0.0, abs=0.05)


def test_loan_at_maturity_grows_until_then():
    assert received(lent({}))[0].tolist() == [0, 0, 0, 0, 0, 0, round(1e6 * 1.05**6, 2)]


def test_loss_of_revenue_pays_nothing_and_everything_stays_due():
    paid = received(lent({"repaid": {"share_of": "revenue", "share": 0.3}}, revenue=-50_000))[0]
    assert paid.tolist() == [0, 0, 0, 0, 0, 0, round(1e6 * 1.05**6, 2)]


GOAL = {"outcome": "contracts", "counts": "value", "at_least": 12}


def test_reached_goal_calls_everything_at_once():
    paid = received(lent({"accelerated": {**GOAL, "on": ["2028-01-01"]}}))[0]
    assert paid.tolist() == [0, 0, 0, 1_157_625, 0, 0, 0]  # 1,000,000 * 1.05^3


def test_lower_rate_holds_from_the_day_on_which_the_goal_is_reached():
    paid = received(lent({"lowered": {**GOAL, "on": ["2027-01-01"], "to": 0.01}}))[0]
    assert paid[-1] == pytest.approx(1e6 * 1.05**2 * 1.01**4, abs=0.005)


def test_forgiven_part_bears_no_interest_from_then_on():
    # 0.25 of 1,000,000 after two years, when 102,500 of interest have come up and stay owed
    paid = received(lent({"forgiven": {**GOAL, "on": ["2027-01-01"], "share": 0.25}}))[0]
    assert paid[-1] == pytest.approx((750_000 + 102_500) * 1.05**4, abs=0.005)


def test_missed_goals_change_nothing():
    missed = {**GOAL, "at_least": 12.001}
    loan = {"lowered": {**missed, "to": 0}, "forgiven": {**missed, "share": 1}, "accelerated": missed}
    assert (received(lent(loan)) == received(lent({}))).all()


def test_default_without_chance_changes_nothing():
    assert (received(lent({"default": {"yearly_chance": 0, "lost": 1}})) == received(lent({}))).all()


def test_failures_are_geometric_and_lose_their_part():
    chance, lost, paths = 0.08, 0.6, 40_000
    paid = received(lent({"default": {"yearly_chance": chance, "lost": lost}}), paths)
    failed = 1 - (1 - chance) ** YEARS
    is_whole = paid[:, -1] == round(1e6 * 1.05**6, 2)
    assert is_whole.mean() == pytest.approx(1 - failed, abs=4 * (failed * (1 - failed) / paths) ** 0.5)
    for year in range(1, YEARS + 1):
        here = (paid[:, year] > 0) & ~is_whole
        expected = chance * (1 - chance) ** (year - 1)
        assert here.mean() == pytest.approx(expected, abs=4 * (expected / paths) ** 0.5)
        # 40 % of what is owed on the first date after the failure
        assert np.abs(paid[here, year] - 0.4e6 * 1.05**year).max() <= 0.005


def test_borrower_fails_later_when_dates_lie_closer_but_as_often():
    moment, chance = np.array([0.1, 0.3, 0.9]), np.full(3, 0.08)
    few = not_failed(moment, chance, np.arange(7.0))
    many = not_failed(moment, chance, np.arange(0.0, 6.01, 0.25))
    assert (many[::4] == few).all()


def test_expected_only_is_the_mean_over_failures():
    scenario = lent({"repaid": {"share_of": "revenue", "share": 0.3}, "default": {"yearly_chance": 0.1, "lost": 0.5}})
    plan, paths = compile_plan(scenario), 40_000
    expected = run_expected(at_means(plan))
    drawn = run(at_means(plan, luck=True), Settings(paths, 1, threads=1))
    error = drawn.npv[:, 0].std(axis=0) / paths**0.5
    assert (np.abs(drawn.npv[:, 0].mean(axis=0) - expected.npv[0, 0]) <= 4 * error).all()
    assert drawn.inputs.shape[1] == 1


def test_guarantee_of_everything_leaves_no_loss_of_a_failed_borrower():
    scenario = lent({"default": {"yearly_chance": 0.3, "lost": 1}})
    told = scenario.model_dump(by_alias=True, exclude_defaults=True)
    told["financing"]["guarantees"] = [{"name": "fund", "share": 1.0}]
    found = run(compile_plan(Scenario.model_validate(told)), Settings(500, 1, threads=1))
    assert (found.received >= found.drawn).all()
    assert (run(compile_plan(scenario), Settings(500, 1, threads=1)).received == 0).any()


def test_failed_borrower_gets_no_more_money():
    drawdown = [{"on": "2025-01-01", "share": 0.5}, {"on": "2028-01-01", "share": 0.5}]
    scenario = lent({"default": {"yearly_chance": 0.3, "lost": 1}})
    told = scenario.model_dump(by_alias=True, exclude_defaults=True)
    told["financing"]["tranches"][0]["drawdown"] = drawdown
    found = run(compile_plan(Scenario.model_validate(told)), Settings(2_000, 1, threads=1))
    assert set(found.drawn[:, 0].tolist()) == {50_000_000, 100_000_000}
    early = (found.drawn[:, 0] == 50_000_000).mean()
    assert early == pytest.approx(1 - 0.7**3, abs=4 * (0.657 * 0.343 / 2_000) ** 0.5)


def test_deal_without_people_has_every_answer(tmp_path):
    deal = api.read("scenarios/financing/revenue-loan.yaml")
    done = api.simulate(deal, 2_000)
    lender = api.summarise(done).tranches["DSI"]
    # The loan is paid back before the end, so the lender loses less often than the borrower fails within six years.
    assert 0.0 < lender.loss.p_loss.value <= 1 - 0.97**6
    assert api.summarise(api.expected_only(deal)) is not None
    dataset = api.to_dataset(done)
    assert dataset.sizes["cohort"] == 0
    assert api.path_table(done).count("\n") >= 2_000
    api.save(done, tmp_path / "loan.nc")
    assert api.review(deal) is not None


def test_outcomes_can_still_be_paid_beside_a_loan():
    told = lent({}).model_dump(by_alias=True, exclude_defaults=True)
    told["cohorts"] = [{"name": "everybody", "participants": 10}]
    told["outcomes"]["success"] = {"of": "enrolled", "success_rate": 1}
    told["payments"] = [{"per_outcome": {"outcome": "success", "price": 1_000}}]
    told["financing"]["surplus"] = "provider"
    plan = compile_plan(Scenario.model_validate(told))
    found = run(plan, Settings(3, 1, threads=1))
    bonus = plan.labels.lines.index("surplus to the provider")
    assert (found.flow[:, bonus].sum(axis=1) == 1_000_000).all()
    assert (found.received == round(1e8 * 1.05**6)).all()


@pytest.mark.parametrize("repaid", ["at maturity", {"every": "12 months", "times": 6, "first": "2026-01-01"}])
def test_dates_without_flows_change_no_loan(repaid):
    scenario = lent({"repaid": repaid, "default": {"yearly_chance": 0.0, "lost": 1}})
    told = scenario.model_dump(by_alias=True, exclude_defaults=True)
    told["follow_up"] = {"every": "3 months"}
    few, many = received(scenario)[0], received(Scenario.model_validate(told))[0]
    assert np.abs(few.sum() - many.sum()) <= 0.02
    assert np.abs(few - many[::4]).max() <= 0.01
