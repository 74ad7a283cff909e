"""Where variance comes from: against closed forms, against the split of a run, and on deals of every kind."""

import math
import time

import numpy as np
import pytest

from risksim import api
from risksim.analysis import decompose as module
from risksim.analysis.decompose import PEOPLE, SHARED, all_paths, decompose, factors_of
from risksim.analysis.variance import variance_split
from tests.engine.deals import SHIPPED, funded_files

SMALL = SHIPPED / "risks" / "small-cohort.yaml"
TUBA = SHIPPED / "broendby-tuba.yaml"
QUICK = [
    SHIPPED / name
    for name in (
        "aarhus-table.yaml",
        "danish/aaben-og-rolig-loan.yaml",
        "danish/dialog-mod-vold.yaml",
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
    assert found.of[0].quantity == "npv"
    for one in found.of:
        assert one.sd == 0.0 or sum(share.shapley.value for share in one.shares) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("file", funded_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_has_an_answer(file):
    test_every_kind_of_deal_has_an_answer(file)


def test_work_is_bounded():
    """All runs together take at most eight times the paths of a plain run, whatever the number of factors."""
    for file in QUICK:
        deal = api.read(file)
        assert all_paths(deal, 100_000) <= module.WORK * 100_000


@pytest.mark.slow
def test_time_is_bounded():
    deal = api.read(TUBA)
    decompose(deal, 2_000)
    begun = time.perf_counter()
    api.simulate(deal, 100_000, keep_claims=False)
    plain = time.perf_counter() - begun
    begun = time.perf_counter()
    decompose(deal)
    assert time.perf_counter() - begun < 20 * plain
