"""Bounds on a deal whose model is wrong: what they fear, what they mean, and of which deals."""

import math

import numpy as np
import pytest

from risksim import api
from risksim.analysis import robust as analysis
from risksim.analysis.robust import anchor_of, bounds, bounds_of_portfolio
from risksim.errors import RunError, ScenarioError
from tests.engine.deals import SHIPPED, shipped_files

FILE = SHIPPED / "questions/pilot.yaml"


def test_the_bound_fears_low_success():
    found = bounds(api.read(FILE), paths=8_192)
    assert found.loss_worst.value > found.loss.value
    # By the law of 25 people the value is nearly normal: off by less than 5 % of the shift.
    shift = found.loss_worst.value - found.loss.value
    assert shift == pytest.approx(found.loss_normal - found.loss.value, rel=0.05)
    (one,) = found.feared
    assert one.by < -0.1
    assert one.in_errors < -10.0
    q, p = found.p_loss_worst.value, found.p_loss.value
    assert q * math.log(q / p) + (1 - q) * math.log((1 - q) / (1 - p)) == pytest.approx(0.05, abs=1e-9)
    assert found.p_loss_contaminated.value == pytest.approx(0.95 * p + 0.05)
    assert found.p_loss_moments == 1.0  # it loses on average: the mean says nothing
    assert [one.eta for one in found.curve] == sorted(one.eta for one in found.curve)
    assert np.all(np.diff([one.loss.value for one in found.curve]) > 0.0)


def test_paths_to_open_are_those_of_the_run():
    deal = api.read(FILE)
    found = bounds(deal, paths=2_048, seed=3)
    run = api.simulate(deal, 2_048, 3, keep_claims=False, engine=found.engine)
    npv = api.investors(run).npv[:, -1]
    assert found.opened[0].npv == npv.min()
    assert all(npv[one.path] == one.npv for one in found.opened)
    assert [one.times for one in found.opened] == sorted((one.times for one in found.opened), reverse=True)


def test_anchor_is_the_entropy_of_two_rates():
    """40 (0.6 ln(0.6 / 0.7) + 0.4 ln(0.4 / 0.3)) = 40 (-0.092490 + 0.115073) = 0.90330."""
    assert anchor_of(0.6, 0.7, 40).eta == pytest.approx(0.90330, abs=1e-5)
    for rate, other, people in analysis.rates_apart(0.05):
        assert anchor_of(rate, other, people).eta == pytest.approx(0.05, abs=1e-9)
        assert rate < other
    with pytest.raises(RunError, match=r"Try --between 0\.6 0\.7 --people 40"):
        anchor_of(0.6, 1.0, 40)


def test_cohorts_that_fail_together_stay_within_their_bounds():
    together = bounds(api.read(SHIPPED / "danish/memox-vejle.yaml"), paths=1_024).together
    chances = [chance for _, chance in together.chances]
    assert together.p_all <= together.p_all_most == min(chances)
    assert max(chances) <= together.p_any <= together.p_any_most == pytest.approx(min(1.0, sum(chances)))


def test_deals_of_a_portfolio():
    portfolio = api.read_portfolio(SHIPPED / "portfolio/four-danish-deals.yaml")
    found = bounds_of_portfolio(portfolio, paths=512)
    assert found.together.of == "deals"
    assert len(found.together.chances) == 4
    assert found.loss_worst.value > found.loss.value
    assert found.feared == ()


def test_refusals():
    deal = api.read(FILE)
    with pytest.raises(RunError, match=r"Try --eta 0\.05"):
        bounds(deal, -1.0)
    with pytest.raises(RunError, match=r"Try --epsilon 0\.05"):
        bounds(deal, epsilon=1.5)


def answers_or_says_why(file):
    deal = api.read(file)
    if not deal.scenario.is_funded:
        with pytest.raises(ScenarioError, match="financing"):
            bounds(deal, paths=256)
        return
    found = bounds(deal, paths=256)
    assert found.loss_worst.value >= found.loss.value - 1e-6
    assert found.p_loss_worst.value >= found.p_loss.value


@pytest.mark.parametrize(
    "name", ["danish/aaben-og-rolig-loan.yaml", "faxe/mixed.yaml", "financing/one-tranche.yaml", "rules/cap.yaml"]
)
def test_some_shipped_deals_are_answered(name):
    answers_or_says_why(SHIPPED / name)


@pytest.mark.slow
@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_is_answered_or_refused_kindly(file):
    answers_or_says_why(file)
