"""Several sites of one deal, and the deals of a fund."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from risksim import api
from risksim.analysis.pool import PoolError, pool, pool_fund
from tests.engine.deals import shipped_files

ROOT = Path(__file__).parents[2] / "scenarios"
FILE = ROOT / "questions" / "pooled.yaml"
PATHS = 20_000


@pytest.fixture(scope="module")
def found():
    return pool(api.read(FILE), (1, 2, 4), paths=PATHS, seed=3)


def test_success_share_meets_the_closed_form(found):
    expected = {1: (0.148324, 0.148324), 4: (0.074162, 0.121963)}  # at these sites, and at one site as large
    for one in found.joined:
        if one.sites in expected:
            ours, large = expected[one.sites]
            assert one.share_sd_formula == pytest.approx(ours, abs=5e-7)
            assert one.one_site_formula == pytest.approx(large, abs=5e-7)
        assert abs(one.share_sd.value - one.share_sd_formula) < 4 * one.share_sd.standard_error
        assert abs(one.one_site_share_sd.value - one.one_site_formula) < 4 * one.one_site_share_sd.standard_error


def test_sites_are_independent_where_nothing_is_shared(found):
    for one in found.joined:
        assert abs(one.effective_sites.value - one.sites) <= 4 * one.effective_sites.standard_error
        assert one.people.value == 25 * one.sites


def test_one_site_is_the_deal_itself(found):
    run, one = api.simulate(api.read(FILE), PATHS, 3), found.joined[0]
    assert one.apart == one.pooled
    assert one.apart.p_loss == run.summary().everybody.loss.p_loss
    assert one.p_loss_change.value == 0.0
    assert all(by.more_than_alone.value == 0.0 for by in one.allocations)


def test_pooled_terms_are_those_of_a_file_written_by_hand(found):
    by_hand = {
        "cohorts[0].repeat": {"times": 4, "each": []},
        "payments[0].table[0].gives": 2_000_000,
        "financing.tranches[investor].commitment": 1_700_000,
    }
    run = api.simulate(api.changed(api.read(FILE), "four", by_hand), PATHS, 3)
    assert found.joined[2].pooled.p_loss == run.summary().everybody.loss.p_loss
    share = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units / 4
    assert found.joined[2].pooled.payments_mean.value == pytest.approx(share.mean())


def test_what_municipalities_pay_adds_up(found):
    # All are alike, so that a quarter of the mean claim is what the first pays on average, however it is split.
    one = found.joined[2]
    for by in one.allocations:
        assert abs(by.mean.value - one.pooled.payments_mean.value) < 4 * by.mean.standard_error
    assert [by.by for by in one.allocations] == ["successes", "people"]
    assert one.allocations[1].mean.value == pytest.approx(one.pooled.payments_mean.value)


def test_what_nobody_knows_is_the_same_at_all_sites():
    # With rates known and people aplenty, sites would be independent; an unknown rate moves them together.
    changes = {"outcomes[job].success_rate": {"beta": [5, 5]}, "dependence": "left out"}
    (one,) = pool(api.changed(api.read(FILE), "unknown", changes), (4,), paths=4000).joined
    # Var of a share: p q / n for people, Var(p) = .25 / 11 shared; correlation of payments is far above 0.
    assert one.effective_sites.value < 2.0
    # The sites of a file that repeats its cohort share the rate too: their shares spread as those of copies.
    many = {**changes, "cohorts[0].repeat": {"times": 4, "each": []}}
    heads = api.simulate(api.changed(api.read(FILE), "many", many), 4000, seed=9).paths.headcount
    shares = heads[:, :, 4].sum(axis=1) / heads[:, :, 0].sum(axis=1)
    error = one.share_sd.standard_error
    assert abs(one.share_sd.value - shares.std(ddof=1)) < 4 * np.hypot(error, error)


def test_the_same_total_is_split():
    (one, two) = pool(api.read(ROOT / "risks/pooled-municipalities.yaml"), (1, 2), same_total=True, paths=500).joined
    assert one.people.value == two.people.value == 60
    with pytest.raises(PoolError, match="a whole number"):
        pool(api.read(FILE), (2,), same_total=True, paths=100)


def test_site_sd_becomes_an_icc():
    found = pool(api.read(FILE), (1,), site_sd=0.5, paths=500)
    assert 0.05 < found.icc < 0.0625  # p q s^2 = .0625 at most
    assert found.joined[0].share_sd_formula == pytest.approx((0.25 / 25 * (1 + 24 * found.icc)) ** 0.5)


@pytest.mark.parametrize(
    ("file", "asked", "said"),
    [
        ("danish/aaben-og-rolig-loan.yaml", {}, "differ by their people"),
        ("questions/pooled.yaml", {"sites": (0,)}, "whole numbers"),
        ("questions/pooled.yaml", {"icc": 1.0}, "below 1"),
        ("questions/pooled.yaml", {"icc": 0.1, "site_sd": 0.1}, "got both"),
        ("questions/pooled.yaml", {"outcome": "home"}, "there is job"),
        ("risks/pooled-municipalities.yaml", {"icc": 0.1}, "differs between them already"),
    ],
)
def test_what_makes_no_sense_is_refused(file, asked, said):
    with pytest.raises(PoolError, match=said):
        pool(api.read(ROOT / file), paths=64, **asked)


def test_contributions_add_up_to_the_fund():
    run = api.run_portfolio(api.read_portfolio(ROOT / "portfolio/four-danish-deals.yaml"), 400)
    found = pool_fund(run)
    assert sum(part.sd_contribution.value for part in found.deals) == pytest.approx(found.sd.value)
    assert sum(part.es95_contribution.value for part in found.deals) == pytest.approx(found.npv_es95.value)
    assert found.keeps_capital == run.summary.fund.keeps_capital
    assert found.diversification == run.summary.diversification


SOME = ("examples/simple-reference.yaml", "soem/ips-2021.yaml", "ending/four-ways.yaml", "rules/split.yaml")


def answers(file):
    try:
        assert pool(api.read(file), (1, 2), paths=64).joined
    except PoolError as error:
        assert "no cohorts" in str(error)  # noqa: PT017 - either an answer or this message


@pytest.mark.parametrize("name", SOME)
def test_some_shipped_files_are_answered(name):
    answers(ROOT / name)


@pytest.mark.slow
@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_every_shipped_file_is_answered_or_told_why_not(file):
    answers(file)


# Deals in which nobody pays by results


def test_without_payments_only_people_are_told_of():
    found = pool(api.read(ROOT / "public" / "service-level.yaml"), (1, 4), paths=4_000, seed=3)
    assert found.not_pooled == "nobody pays by results in this file, so there is nothing to settle"
    for one in found.joined:
        assert np.isnan([one.site_payments_sd.value, one.apart.payments_mean.value, one.apart.payments_sd.value]).all()
        assert np.isnan([one.diversification.value, one.effective_sites.value, one.largest_share.value]).all()
        assert one.pooled is None
        assert one.allocations == ()
        assert one.apart.p_loss is None
    # 40 people who need no other service with chance one half: sqrt(0.5 * 0.5 / 40), and half of it at four sites.
    for one, expected in zip(found.joined, (0.0790569, 0.0395285), strict=True):
        assert one.share_sd_formula == pytest.approx(expected, abs=5e-7)
        assert abs(one.share_sd.value - expected) < 4 * one.share_sd.standard_error


def test_the_people_of_a_deal_without_payments_may_be_split():
    found = pool(api.read(ROOT / "public" / "service-level.yaml"), (4,), same_total=True, paths=256)
    assert found.joined[0].people.value == 40.0


def test_a_file_without_rates_payments_and_investors_is_refused():
    deal = api.read(ROOT / "public" / "service-level.yaml")
    root = deal.document.root
    outcomes = {
        name: {key: said[key] for key in said if key != "success_rate"} for name, said in root["outcomes"].items()
    }
    bare = deal._replace(document=replace(deal.document, root=root | {"outcomes": outcomes}))
    with pytest.raises(PoolError, match="got no success rate, payments or investors"):
        pool(bare, paths=64)
