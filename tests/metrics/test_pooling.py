"""Closed forms, shares and contributions of what is pooled."""

import math

import numpy as np
import pytest

from risksim.metrics import pooling, precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample


@pytest.mark.parametrize(("people", "sites", "expected"), [(25, 1, 0.148324), (25, 4, 0.074162), (100, 1, 0.121963)])
def test_success_share_sd_by_hand(people, sites, expected):
    # p q = .25; n = 25: .25 / 25 * (1 + 24 * .05) = .022, root .148324, half of it for four sites;
    # n = 100: .25 / 100 * (1 + 99 * .05) = .014875, root .121963.
    assert pooling.success_share_sd(0.5, people, sites, 0.05) == pytest.approx(expected, abs=5e-7)


def test_icc_of_sites_that_hardly_differ():
    # For a small spread s the rate moves by p q s z: its variance over p q is p q s^2.
    assert pooling.icc_of_site_sd(0.3, 0.01) == pytest.approx(0.21 * 1e-4, rel=1e-3)
    assert pooling.icc_of_site_sd(0.3, 0.0) == 0.0


def test_icc_of_sites_that_differ_utterly():
    # Where log odds lie anywhere, every site succeeds always or never: the correlation within one tends to 1.
    assert pooling.icc_of_site_sd(0.5, 200.0) > 0.9


def test_effective_number_is_one_over_the_square():
    found = pooling.effective_number(Estimate.symmetric(0.5, 0.01))
    assert found.value == 4.0
    assert found.standard_error == pytest.approx(2 * 0.01 / 0.5**3)  # |d(1/r^2)/dr| = 2 / r^3
    assert math.isnan(pooling.effective_number(Estimate.missing()).value)


def test_shares_leave_out_paths_without_anything():
    parts = np.array([[3.0, 1.0], [0.0, 0.0], [2.0, 2.0]])
    sample = Sample.equal(3)
    assert pooling.largest_share(parts, sample).value == pytest.approx((0.75 + 0.5) / 2)
    assert pooling.herfindahl(parts, sample).value == pytest.approx((0.625 + 0.5) / 2)  # 9/16 + 1/16; 1/4 + 1/4
    assert math.isnan(pooling.largest_share(np.zeros((3, 2)), sample).value)


def fund(n=4000, seed=5):
    """Normal losses of two deals with sd 1 and 2, correlated by one half."""
    draws = np.random.default_rng(seed).standard_normal((n, 2))
    return np.column_stack([draws[:, 0], draws[:, 0] + math.sqrt(3.0) * draws[:, 1]])


def test_contributions_add_up():
    losses, sample = fund(), Sample.equal(4000)
    total = losses.sum(axis=1)
    of_sd, of_tail = pooling.sd_contributions(losses, sample), pooling.shortfall_contributions(losses, sample)
    assert sum(one.value for one in of_sd) == pytest.approx(precision.sd(total, sample).value)
    assert sum(one.value for one in of_tail) == pytest.approx(precision.expected_shortfall(total, sample, 0.95).value)


def test_contributions_of_normal_losses():
    # Cov(A, S) = 1 + 1 = 2, Cov(B, S) = 4 + 1 = 5, Var(S) = 7; ES95 of a normal is phi(1.645) / .05 = 2.0627 sd.
    losses, sample = fund(40_000), Sample.equal(40_000)
    by_sd = pooling.sd_contributions(losses, sample)
    by_tail = pooling.shortfall_contributions(losses, sample)
    for found, expected in zip(by_sd, (2 / math.sqrt(7), 5 / math.sqrt(7)), strict=True):
        assert abs(found.value - expected) < 4 * found.standard_error
    for found, expected in zip(by_tail, (2.0627 * 2 / math.sqrt(7), 2.0627 * 5 / math.sqrt(7)), strict=True):
        assert abs(found.value - expected) < 4 * found.standard_error


def test_errors_of_contributions_are_those_of_repetition():
    sample = Sample.equal(1000)
    runs = [fund(1000, seed) for seed in range(200)]
    for ask in (pooling.sd_contributions, pooling.shortfall_contributions):
        found = np.array([[one[:2] for one in ask(losses, sample)] for losses in runs])
        spread, said = found[:, :, 0].std(axis=0, ddof=1), found[:, :, 1].mean(axis=0)
        assert np.all(np.abs(said / spread - 1.0) < 0.2)  # 200 repetitions know a spread to 5 %


def test_ties_at_the_quantile_are_taken_in_proportion():
    # Ten paths; the fund loses 2 on two of them, through one deal each: of the worst 5 %, half through each.
    losses = np.zeros((10, 2))
    losses[3, 0] = losses[7, 1] = 2.0
    found = pooling.shortfall_contributions(losses, Sample.equal(10))
    assert [one.value for one in found] == pytest.approx([1.0, 1.0])
