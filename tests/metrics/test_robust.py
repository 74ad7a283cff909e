"""Bounds on a model that is wrong: closed forms, and the law that attains them."""

import math

import numpy as np
import pytest

from risksim.metrics import robust
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample


@pytest.mark.parametrize(
    ("p", "eta", "expected"), [(0.10, 0.05, 0.206729), (0.10, 0.01, 0.144950), (0.05, 0.05, 0.132199)]
)
def test_worst_probability(p, eta, expected):
    q = robust.worst_probability(p, eta)
    assert q == pytest.approx(expected, abs=5e-7)
    assert q * math.log(q / p) + (1 - q) * math.log((1 - q) / (1 - p)) == pytest.approx(eta, abs=1e-10)


def test_ends_of_worst_probability():
    assert robust.worst_probability(0.0, 0.1) == 0.0
    assert robust.worst_probability(1.0, 0.1) == 1.0
    assert robust.worst_probability(0.3, 0.0) == 0.3
    assert robust.worst_probability(0.9, 0.2) == 1.0  # -ln 0.9 = 0.105 is all that it takes to make it sure


def test_error_of_worst_probability_is_that_of_its_slope():
    found = robust.worst_probability_of(Estimate.symmetric(0.1, 0.001), 0.05)
    slope = (robust.worst_probability(0.1005, 0.05) - robust.worst_probability(0.0995, 0.05)) / 0.001
    assert found.standard_error == pytest.approx(0.001 * slope, rel=1e-3)


def test_event_as_a_value_has_the_same_bound():
    values = np.zeros(1_000)
    values[:100] = 1.0
    found = robust.worst_mean(values, Sample.equal(1_000), 0.05)
    assert found.bound.value == pytest.approx(0.206729, abs=5e-7)


def test_normal_values_shift_by_sigma_root_two_eta():
    """3 sqrt(2 x 0.05) = 0.94868; within 4 standard errors."""
    values = 3.0 * np.random.default_rng(1).standard_normal(100_000)
    found = robust.worst_mean(values, Sample.equal(100_000), 0.05)
    assert abs(found.bound.value - 0.94868) < 4.0 * found.bound.standard_error
    assert found.bound.standard_error < 0.02


@pytest.mark.parametrize("eta", [1e-4, 0.05, 1.0])
def test_worst_law_is_as_far_as_allowed_and_attains_the_bound(eta):
    values = np.random.default_rng(3).gamma(2.0, 1e6, 5_000)
    sample = Sample.equal(5_000)
    found = robust.worst_mean(values, sample, eta)
    assert found.weight.sum() == pytest.approx(1.0)
    assert found.weight @ values == pytest.approx(found.bound.value, rel=1e-9)
    assert found.weight @ np.log(found.weight * 5_000) == pytest.approx(eta, rel=1e-6)
    for theta in (0.7 * found.theta, 1.4 * found.theta):  # any other theta gives a weaker bound
        other = theta * (math.log(np.mean(np.exp((values - values.max()) / theta))) + eta) + values.max()
        assert other > found.bound.value


def test_bound_never_passes_the_worst_path():
    found = robust.worst_mean(np.array([1.0, 2.0, 3.0, 4.0]), Sample.equal(4), 2.0)  # above ln 4 = 1.386
    assert found.bound.value == 4.0
    assert found.at_edge
    assert found.weight.tolist() == [0.0, 0.0, 0.0, 1.0]
    same = robust.worst_mean(np.array([1.0, 2.0]), Sample.equal(2), 0.0)
    assert same.bound.value == 1.5


def test_other_bounds():
    assert robust.contaminated(Estimate.symmetric(0.1, 0.01), 0.05)[:2] == pytest.approx((0.145, 0.0095))
    assert robust.cantelli(2.0, 1.0) == pytest.approx(1.0 / 5.0)  # k = 2: 1 / (1 + 4)
    assert robust.cantelli(-1.0, 1.0) == 1.0
    assert robust.together([0.2, 0.3, 0.9]) == pytest.approx((0.0, 0.2, 0.9, 1.0))
    assert robust.together([0.8, 0.9]) == pytest.approx((0.7, 0.8, 0.9, 1.0))


def test_moves_of_a_number_that_does_not_matter_are_luck():
    random = np.random.default_rng(2)
    values, other = random.standard_normal(20_000), random.standard_normal(20_000)
    sample = Sample.equal(20_000)
    worst = robust.worst_mean(values, sample, 0.05)
    assert abs(robust.moved(other, worst.weight, sample).in_errors) < 4.0
    feared = robust.moved(values, worst.weight, sample)
    assert feared.in_errors > 10.0
    assert feared.by == pytest.approx(math.sqrt(0.1), abs=0.03)
