"""Where variance comes from: against closed forms, against the split of a run, and on deals of every kind."""

import math
import time

import numpy as np
import pytest

from risksim import api
from risksim.analysis import decompose as module
from risksim.analysis.decompose import PEOPLE, SHARED, all_paths, decompose, factors_of
from risksim.analysis.variance import variance_split
from tests.engine.deals import SHIPPED, shipped_files

SMALL = SHIPPED / "risks" / "small-cohort.yaml"
PILOT = SHIPPED / "questions" / "pilot.yaml"
SAVINGS = "savings and public costs"
TUBA = SHIPPED / "broendby-tuba.yaml"
QUICK = [
    SHIPPED / name
    for name in (
        "aarhus-table.yaml",
        "danish/aaben-og-rolig-loan.yaml",
        "danish/ungifokus-aarhus.yaml",
        "dependence/recession.yaml",
        "dependence/what-people-share.yaml",
        "ending/four-ways.yaml",
        "enrolment/three-sites.yaml",
        "evidence/composition.yaml",
        "financing/revenue-loan.yaml",
        "rules/fixed.yaml",
    )
]


def near(estimate, value, errors=3.5):
    assert abs(estimate.value - value) < errors * estimate.standard_error


def of(found, quantity):
    return {share.factor: share for share in next(one for one in found.of if one.quantity == quantity).shares}


@pytest.fixture(scope="module")
def small():
    return decompose(api.read(SMALL), 20_000, seed=3)


def test_beta_binomial_shares(small):
    """25 families and Beta(15.5, 5.5): Var(X) = E(Var) + Var(E) with mean rate m = 15.5/21 and a + b = 21.

    E(Var) = 25 m (1 - m) 21/22 = 4.613095 and Var(E) = 25^2 m (1 - m)/22 = 5.491780; 25/(25 + 21) = 54.35 % of the sum.
    """
    share = 25 / 46
    np.testing.assert_allclose(5.491780 / (5.491780 + 4.613095), share, atol=1e-6)
    shares = of(small, "achieved")
    near(shares["success rates"].closed, share)
    # The variance given the rate is not the same at every rate: what luck does alone is less than all it does. Alone,
    # it is Var(E[X | luck]); in all, E(Var(X | rate)) = 21/46.
    near(shares[PEOPLE].total, 21 / 46)
    assert shares[PEOPLE].closed.value < shares[PEOPLE].total.value
    assert shares["success rates"].closed.standard_error < 0.01


def test_standard_deviation_is_that_of_the_law(small):
    people = next(one for one in small.of if one.quantity == "achieved")
    assert people.sd == pytest.approx(math.sqrt(10.104875), rel=0.02)


def test_shares_add_up(small):
    for one in small.of:
        assert sum(share.shapley.value for share in one.shares) == pytest.approx(1.0, abs=1e-9)
        assert sum(share.closed.value for share in one.shares) + one.together.value == pytest.approx(1.0, abs=1e-9)
        for share in one.shares:
            assert share.closed.value <= share.total.value + 3 * share.total.standard_error


def test_agrees_with_the_split_of_a_run():
    """What inputs have together is one less the total share of luck, by other runs of other paths."""
    deal = api.read(TUBA)
    shares = of(decompose(deal, 10_000, seed=5), "npv")
    split = variance_split(api.simulate(deal, 20_000, seed=6, keep_claims=False)).of[0].split
    both = math.hypot(split.small_numbers.standard_error, shares[PEOPLE].total.standard_error)
    assert abs(split.small_numbers.value - shares[PEOPLE].total.value) < 3.5 * both


def with_public(**public):
    """25 families, Beta(15.5, 5.5), whose successes save a municipality money, and whom a fund pays for."""
    bears = {"municipality": 1}
    consequences = {
        name: {"outcome": "success", "saved": 1, "unit": "nights", "bears": bears, **said}
        for name, said in public.items()
    }
    block = {"horizon": 3, "together": 0.5, "assumption": "made up", "consequences": consequences}
    return {"public": block, "payments[0].payer": "outcome fund"}


def net_benefit_of(found, budget):
    (one,) = [one for one in found.of if one.budget == budget]
    return one, {share.factor: share for share in one.shares}


def test_net_benefit_of_a_budget_is_successes_times_what_each_saves():
    """X successes, mean m = 25 * 15.5 / 21, A = Var(E[X | rate]) = 5.491780, B = E(Var(X | rate)) = 4.613095, and a
    price of coefficient of variation 0.3: Var(X V) over E[V]^2 is T = A + B + 0.09 (m^2 + A + B).

    Alone the price has 0.09 m^2 / T, in all 0.09 (m^2 + A + B) / T; the rate alone A / T, in all (A + B - B) 1.09 / T
    but for what luck does with it; luck in all 1.09 B / T.
    """
    price = {"price": {"gamma": {"mean": 30_000, "sd": 9_000}}, "volume": 1}
    deal = api.changed(api.read(PILOT), "public", with_public(shelter=price))
    found = decompose(deal, 20_000, seed=3)
    mean, a, b = 25 * 15.5 / 21, 5.491780, 4.613095
    whole = a + b + 0.09 * (mean**2 + a + b)
    one, shares = net_benefit_of(found, "municipality")
    near(shares[SAVINGS].closed, 0.09 * mean**2 / whole)
    near(shares[SAVINGS].total, 0.09 * (mean**2 + a + b) / whole)
    near(shares["success rates"].closed, a / whole)
    near(shares[PEOPLE].total, 1.09 * b / whole)
    assert sum(share.shapley.value for share in one.shares) == pytest.approx(1.0, abs=1e-9)
    assert of(found, "npv")[SAVINGS].total.value == 0.0  # nothing that investors get hangs on it


def test_all_of_the_variance_is_evidence_where_only_savings_are_uncertain():
    """Everybody succeeds. Two volumes of standard deviation 0.5 that go together: were the factor that they share not
    drawn anew with them, the variance between two draws would be too small."""
    change = with_public(a={"price": 30_000}, b={"price": 30_000}) | {"outcomes[success].success_rate": 1}
    deal = api.changed(api.read(PILOT), "public", change)
    one, shares = net_benefit_of(decompose(deal, 4_000, seed=3), "total")
    assert shares[SAVINGS].shapley.value == pytest.approx(1.0, abs=1e-9)
    assert shares[PEOPLE].total.value == 0.0
    drawn = api.net_benefits_by_path(api.run_purse(deal, 40_000, engine="individual"))["total"]
    assert one.sd == pytest.approx(drawn.std(), rel=0.04)  # sd of a gamma: its error is 0.016 at 4,000 paths
    # Alone each would have half of the variance but for the correlation: with none, the sd falls by sqrt(1.46).
    assert drawn.std() / 1.15 > one.sd / math.sqrt(1.5)


def test_people_and_the_purse_are_drawn_anew_apart_from_each_other():
    deal = api.read(SHIPPED / "public" / "one-service.yaml")

    def run(slots=(), **luck):
        plan = api.renewed(deal, (), of_purse=slots)
        return api.run_purse(plan, 256, engine="individual", **luck)

    base, luck = run(), run(luck=1)
    groups = api.purse_groups(deal.plan)
    prices = run(groups[SAVINGS])
    np.testing.assert_array_equal(base.purse.inputs, luck.purse.inputs)
    np.testing.assert_array_equal(base.paths.headcount, prices.paths.headcount)
    assert (base.paths.headcount != luck.paths.headcount).any()
    assert (base.purse.inputs != prices.purse.inputs).all()
    # and the same people as a run without the purse
    again = api.simulate(deal, 256, luck=1, keep_claims=False)
    np.testing.assert_array_equal(again.paths.headcount, luck.paths.headcount)


def test_a_file_without_investors_is_told_by_its_budgets():
    found = decompose(api.read(SHIPPED / "faxe" / "mixed.yaml"), 300)
    assert {one.quantity for one in found.of} == {"net_benefit", "achieved"}


def test_what_people_share_is_a_factor_of_its_own():
    deal = api.read(SHIPPED / "dependence" / "what-people-share.yaml")
    assert [factor.name for factor in factors_of(deal.plan)][-2:] == [SHARED, PEOPLE]
    shares = of(decompose(deal, 600), "achieved")
    assert shares[SHARED].total.value > 3 * shares[SHARED].total.standard_error


def test_inputs_that_are_luck_belong_to_luck():
    deal = api.read(SHIPPED / "ending" / "four-ways.yaml")
    named = {deal.plan.labels.inputs[slot].name for factor in factors_of(deal.plan) for slot in factor.slots}
    assert not any(name.endswith(".luck") for name in named)


def test_same_digits_with_any_number_of_threads():
    deal = api.read(SMALL)
    assert decompose(deal, 600, threads=1) == decompose(deal, 600, threads=2)


@pytest.mark.parametrize("file", QUICK, ids=lambda file: file.stem)
def test_every_kind_of_deal_has_an_answer(file):
    found = decompose(api.read(file), 300)
    assert found.of[0].quantity == ("npv" if "tranches" in file.read_text(encoding="utf-8") else "net_benefit")
    for one in found.of:
        assert one.sd == 0.0 or sum(share.shapley.value for share in one.shares) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_has_an_answer(file):
    test_every_kind_of_deal_has_an_answer(file)


def test_work_is_bounded():
    """All runs together take at most eight times the paths of a plain run, whatever the number of factors."""
    for file in QUICK:
        deal = api.read(file)
        assert all_paths(deal, 100_000) <= module.WORK * 100_000


def test_public_budgets_take_fewer_paths_as_each_takes_longer():
    """2^7 runs of 2.5 times 100,000 paths over 128 each, rounded down: 1,953."""
    deal = api.read(TUBA)
    assert len(factors_of(deal.plan)) == 7
    assert all_paths(deal, 100_000) == 128 * 1_953


@pytest.mark.slow
def test_time_is_bounded():
    deal = api.read(TUBA)
    decompose(deal, 2_000)
    begun = time.process_time()
    api.simulate(deal, 100_000, keep_claims=False)
    plain = time.process_time() - begun
    begun = time.process_time()
    decompose(deal)
    assert time.process_time() - begun < 20 * plain
