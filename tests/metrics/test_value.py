"""What knowing is worth: exact where the sum is known, and near it by regression."""

import numpy as np
import pytest
from scipy import special, stats

from risksim.metrics import value as worth
from risksim.metrics.precision import Estimate
from risksim.metrics.regression import conditional_mean
from risksim.metrics.sample import Sample

A, B = 15.5, 5.5
EVSI = {5: 9_740.15, 10: 15_696.11, 25: 21_621.62, 50: 25_632.74, 100: 28_224.82, 1000: 31_225.45}
"""A pilot of m people before 25 at a rate of Beta(15.5, 5.5), 40,000 each, at a cost of 750,000: the sum over k of
BetaBin(k; m, a, b) max(0, 1,000,000 (a + k) / (a + b + m) - 750,000), as the best without is to leave it: 0."""


def rates(n):
    place, weight = worth.normal_places(n)
    rate = worth.beta_quantile(place, A, B)
    return worth.Rates(rate, weight, np.stack([np.zeros(n), 1e6 * rate - 750_000.0], axis=1))


@pytest.mark.parametrize(("people", "expected"), EVSI.items())
def test_pilot_of_the_reference(people, expected):
    k = np.arange(people + 1)
    chance = stats.betabinom.pmf(k, people, A, B)
    by_sum = float(chance @ np.maximum(1e6 * (A + k) / (A + B + people) - 750_000.0, 0.0))
    assert by_sum == pytest.approx(expected, abs=0.006)
    assert worth.choices_after(rates(worth.SCORES), people)[0] == pytest.approx(by_sum, rel=1e-9)


def test_perfect_knowledge_of_the_reference():
    """E max(0, 1,000,000 p - 750,000): 1,000,000 a/(a+b) P(Beta(a+1, b) > .75) - 750,000 P(Beta(a, b) > .75)."""
    exact = 1e6 * A / (A + B) * special.betaincc(A + 1, B, 0.75) - 750_000 * special.betaincc(A, B, 0.75)
    assert exact == pytest.approx(31_611.47, abs=0.005)
    assert worth.perfect(rates(worth.FINE_SCORES)) == pytest.approx(exact, abs=0.005)


def test_pilots_are_worth_more_the_larger_and_never_more_than_all():
    of = rates(worth.SCORES)
    found = [worth.choices_after(of, people)[0] for people in (1, 2, 3, 5, 8, 20, 60, 200)]
    assert found == sorted(found)
    assert found[0] >= 0.0
    assert found[-1] < worth.perfect(rates(worth.FINE_SCORES))


def test_beta_quantile_is_exact_in_both_tails():
    score = np.array([-8.0, -1.0, 0.0, 1.0, 8.0])
    expected = [*stats.beta.ppf(stats.norm.cdf(score[:3]), A, B), *stats.beta.isf(stats.norm.sf(score[3:]), A, B)]
    assert worth.beta_quantile(score, A, B) == pytest.approx(expected, rel=1e-10)


def test_regression_finds_the_value_within_its_errors():
    """20,000 paths with people drawn: within 4 standard errors of the exact values, at errors of a few hundred."""
    random = np.random.default_rng(5)
    n, sample = 20_000, Sample.equal(20_000)
    rate = random.beta(A, B, n)
    payoffs = np.stack([np.zeros(n), 40_000.0 * random.binomial(25, rate) - 750_000.0], axis=1)
    expected = np.zeros((n, 2))
    expected[:, 1:] = conditional_mean(payoffs[:, 1:], rate[:, np.newaxis], sample)
    found = worth.value_of_knowing(expected, payoffs, sample)
    assert abs(found.value - 31_611.47) < 4.0 * found.standard_error
    assert 100.0 < found.standard_error < 1_000.0
    for people in (5, 25, 100):
        pilot = worth.value_of_pilot(rate, expected, payoffs, sample, people)
        assert abs(pilot.value - EVSI[people]) < 4.0 * pilot.standard_error
        assert pilot.value < found.value


def test_regression_follows_bends_and_products():
    random = np.random.default_rng(8)
    given = random.standard_normal((20_000, 3))
    truth = np.maximum(given[:, 0] + 0.5 * given[:, 0] * given[:, 1], 0.0)
    fit = conditional_mean(truth + random.standard_normal(20_000), given, Sample.equal(20_000))
    assert np.sqrt(np.mean((fit - truth) ** 2)) < 0.15  # of a spread of 0.6, below luck of 1
    assert fit.mean() == pytest.approx((truth).mean(), abs=0.03)
    few = (given[:, :1] > 0.0).astype(float)
    assert np.unique(np.round(conditional_mean(truth, few, Sample.equal(20_000)), 9)).size == 2
    assert np.ptp(conditional_mean(truth, np.ones((20_000, 1)), Sample.equal(20_000))) == 0.0


def test_nothing_changes_the_decision_has_no_error():
    payoffs = np.stack([np.zeros(50), np.linspace(1.0, 2.0, 50)], axis=1)
    found = worth.value_of_knowing(payoffs, payoffs, Sample.equal(50))
    assert found.value == 0.0
    assert np.isnan(found.standard_error)


def test_rounding_is_no_difference():
    # A choice that is certain is a sum of the others at 0 and of itself at 1 less rounding.
    payoffs = np.array([[0.0, 1e6], [0.0, -2e6], [0.0, 3e6]])
    expected = np.array([[0.0, 1e6], [0.0, 1e6], [0.0, 1e6]])
    then = payoffs[:, 1] * (1.0 - 2e-16)
    found = worth._gain(then, payoffs[:, 1], Sample.equal(3))
    assert found.value == 0.0
    assert np.isnan(found.standard_error)
    assert worth.best(expected, Sample.equal(3)) == 1


def test_net_value():
    """3 deals, 10 % lapse, a year at 4 %: 3 x 0.9 / 1.04 x 1,000 - 500 = 2,096.15."""
    net = worth.net_value(Estimate.symmetric(1_000.0, 10.0), 500.0, 3.0, 0.1, 12.0, 0.04)
    assert net.value == pytest.approx(2_096.1538, abs=1e-3)
    assert net.standard_error == pytest.approx(10.0 * 2.7 / 1.04)
