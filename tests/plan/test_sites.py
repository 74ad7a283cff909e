"""Counts of sites: the posterior by quadrature against closed forms, sampling and its own limits."""

import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from risksim.plan.sites import Counts, fit_sites, rate_at, site_integrals

THREE = Counts((45.0, 20.0, 12.0), (60.0, 40.0, 30.0))
SEVERAL = {
    "three": THREE,
    "one": Counts((7.0,), (10.0,)),
    "large": Counts((5000.0, 6000.0, 100.0), (10_000.0, 10_000.0, 300.0)),
    "none and all": Counts((0.0, 12.0, 0.0), (10_000.0, 12.0, 3.0)),
}
each = pytest.mark.parametrize("counts", SEVERAL.values(), ids=SEVERAL.keys())


def mean_and_sd(values, weights):
    mean = float(values @ weights)
    return mean, math.sqrt(float((values - mean) ** 2 @ weights))


@each
@pytest.mark.parametrize("spread", [0.01, 0.3, 1.7])
def test_the_integral_over_a_site_equals_a_fine_sum(counts, spread):
    u = np.linspace(-150.0, 150.0, 240_001)  # the top may lie far out where the prior says otherwise
    for mean in (-2.0, 0.3):
        logs, rates = site_integrals(counts, np.array([mean]), spread)
        for j, (k, n) in enumerate(zip(*counts, strict=True)):
            p = special.expit(mean + spread * u)
            dense = stats.binom.logpmf(k, n, p) - stats.binom.logpmf(k, n, k / n) - 0.5 * u**2
            height, density = dense.max(), np.exp(dense - dense.max())
            log_integral = math.log(density.sum() * (u[1] - u[0]) / math.sqrt(2.0 * math.pi)) + height
            assert logs[0, j] == pytest.approx(log_integral, abs=1e-7 * max(1.0, abs(height)))
            assert rates[0, j] == pytest.approx((density * p).sum() / density.sum(), rel=1e-5)


@each
def test_nodes_of_the_spread_are_enough(counts):
    few, many = fit_sites(counts, 0.5), fit_sites(counts, 0.5, 96)
    mean, sd = mean_and_sd(*few.new_site())
    assert mean_and_sd(*many.new_site()) == pytest.approx((mean, sd), rel=1e-5)
    assert math.fsum(few.weights) == pytest.approx(1.0, abs=1e-14)


@each
def test_the_law_of_the_mean_is_its_own_inverse(counts):
    law = fit_sites(counts, 0.5).means[3]
    u = np.concatenate([10.0 ** np.arange(-15.0, -1.0), np.linspace(0.02, 0.98, 49)])
    assert law.cdf(law.inverse(u, 1.0 - u)) == pytest.approx(u, rel=1e-10)
    assert law.tail(law.inverse(1.0 - u, u)) == pytest.approx(u, rel=1e-10)
    places = np.linspace(law.low, law.high, 20_001)
    grown = np.gradient(law.cdf(places), places)
    total = integrate.trapezoid(grown * places, places)
    assert law.mean == pytest.approx(total, abs=1e-4 * law.sd)


def test_posterior_equals_importance_sampling():
    # Mean, spread and the rate of each site from the prior, weighted by the likelihood with the site's rate integrated
    # out by drawing it: an unbiased likelihood, so the weighted averages have no bias but that of a ratio.
    rng = np.random.default_rng(20_250_101)
    n = 400_000
    mean, spread = rng.normal(0.0, 1.5, n), np.abs(rng.normal(0.0, 0.5, n))
    weight = np.ones(n)
    for k, of in zip(*THREE, strict=True):
        inner = special.expit(mean[:, None] + spread[:, None] * rng.normal(size=(n, 8)))
        weight *= stats.binom.pmf(k, of, inner).mean(axis=1)
    new = special.expit(mean + spread * rng.normal(size=n))
    posterior = fit_sites(THREE, 0.5)
    exact_mean, exact_sd = mean_and_sd(*posterior.new_site())
    of_spread = mean_and_sd(np.array(posterior.spreads), np.array(posterior.weights))
    for sampled, exact in (
        (new, exact_mean),
        ((new - exact_mean) ** 2, exact_sd**2),
        (spread, of_spread[0]),
        (spread**2, of_spread[1] ** 2 + of_spread[0] ** 2),
    ):
        found = float(np.average(sampled, weights=weight))
        error = math.sqrt(float((weight**2 * (sampled - found) ** 2).sum())) / weight.sum()
        assert abs(found - exact) < 4.0 * error


def test_without_spread_the_sites_are_pooled():
    # 77 of 130 under a normal prior of the log odds, by a sum over a fine grid.
    grid = np.linspace(-3.0, 3.0, 200_001)
    density = np.exp(stats.binom.logpmf(77, 130, special.expit(grid)) - 0.5 * (grid / 1.5) ** 2)
    pooled = float(density @ special.expit(grid) / density.sum())
    posterior = fit_sites(THREE, 1e-4)
    assert mean_and_sd(*posterior.new_site())[0] == pytest.approx(pooled, abs=1e-6)
    assert posterior.at_sites() == pytest.approx([pooled] * 3, abs=1e-6)


def test_with_a_wide_spread_every_site_stands_alone():
    # A flat law of the log odds of a site: Beta(k, n - k) for its rate, of mean k / n.
    wide = fit_sites(THREE, 1000.0)
    assert wide.at_sites() == pytest.approx([45 / 60, 20 / 40, 12 / 30], abs=0.02)
    usual = fit_sites(THREE, 0.5).at_sites()
    alone = np.array([45 / 60, 20 / 40, 12 / 30])
    pooled = 77 / 130
    assert (np.abs(usual - pooled) < np.abs(alone - pooled)).all()


def test_given_a_very_wide_spread_the_rate_of_a_site_is_its_count():
    _, rates = site_integrals(THREE, np.array([0.0]), 200.0)
    # Beta(k, n - k), cut off by the prior only far out: k / n.
    assert rates[0] == pytest.approx([45 / 60, 20 / 40, 12 / 30], abs=1e-4)


def test_more_people_make_the_mean_surer_and_more_sites_the_spread():
    few = fit_sites(Counts((6.0, 4.0), (10.0, 10.0)), 0.5)
    many = fit_sites(Counts((600.0, 400.0), (1000.0, 1000.0)), 0.5)
    assert mean_and_sd(*many.over_sites())[1] < mean_and_sd(*few.over_sites())[1]
    same = fit_sites(Counts((50.0,) * 20, (100.0,) * 20), 0.5)
    assert np.dot(same.spreads, same.weights) < np.dot(few.spreads, few.weights) / 2


def test_fifty_sites_are_fitted():
    found = fit_sites(Counts((5_000.0,) * 50, (10_000.0,) * 50), 0.5)
    assert mean_and_sd(*found.new_site())[0] == pytest.approx(0.5, abs=1e-9)


def test_rates_do_not_overflow():
    assert rate_at(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
