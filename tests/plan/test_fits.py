"""Fits to quantiles: worked examples, round trips, rivals and refusals."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from risksim.errors import PlanError
from risksim.plan.families import Beta, Gamma, Lognormal, Normal, StudentT3
from risksim.plan.fits import FitError, fit_quantiles

INFINITY = math.inf
AMOUNT = {"low": 0.0, "high": INFINITY}
ANYTHING = {"low": -INFINITY, "high": INFINITY}
QUARTILES = [0.25, 0.5, 0.75]


def test_quartiles_of_an_expert_give_a_beta():
    fit = fit_quantiles(QUARTILES, [0.55, 0.65, 0.74])
    assert isinstance(fit.distribution, Beta)
    assert (fit.distribution.a, fit.distribution.b) == pytest.approx((7.52067, 4.20882), abs=5e-6)
    assert (fit.chosen.p5, fit.chosen.p95) == pytest.approx((0.40593, 0.84796), abs=5e-6)
    assert fit.chosen.fitted == pytest.approx((0.55045, 0.64945, 0.74039), abs=5e-6)
    assert fit.values == (0.55, 0.65, 0.74)


def test_two_quantiles_of_an_expert_give_a_lognormal():
    fit = fit_quantiles([0.1, 0.9], [20.0, 60.0], **AMOUNT)
    assert isinstance(fit.distribution, Lognormal)
    assert (fit.distribution.mu, fit.distribution.sigma) == pytest.approx((3.545038, 0.428626), abs=5e-7)
    assert fit.sum_of_squares < 1e-18


@pytest.mark.parametrize(
    ("points", "values", "bounds"),
    [
        ([0.1, 0.9], [0.3, 0.55], {}),
        ([0.05, 0.95], [0.001, 0.2], {}),
        ([0.05, 0.95], [0.02, 0.98], {}),
        ([0.05, 0.95], [20.0, 21.0], AMOUNT),
        ([0.05, 0.95], [1.0, 1e4], AMOUNT),
        ([0.1, 0.9], [-5.0, 1e6], ANYTHING),
    ],
)
def test_two_quantiles_are_met_exactly_by_every_family(points, values, bounds):
    fit = fit_quantiles(points, values, **bounds)
    for candidate in fit.candidates:
        assert candidate.sum_of_squares < 1e-18
        assert candidate.fitted == pytest.approx(values, rel=1e-8)
    assert fit.chosen is fit.candidates[0]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.floats(-1.6, 8.0), st.floats(-1.6, 8.0), st.sampled_from([(0.05, 0.95), (0.1, 0.5, 0.9), (0.3, 0.7)]))
def test_beta_comes_back_from_its_own_quantiles(log_a, log_b, points):
    true, p = Beta(math.exp(log_a), math.exp(log_b)), np.array(points)
    values = true.inverse(p, 1.0 - p)
    assume(values[0] > 1e-12 and values[-1] < 1.0 - 1e-6)
    found = fit_quantiles(points, values.tolist()).distribution
    assert isinstance(found, Beta)
    assert (found.a / true.a, found.b / true.b) == pytest.approx((1.0, 1.0), abs=1e-6)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.floats(-1.6, 8.0), st.floats(-7.0, 14.0), st.sampled_from([(0.05, 0.95), (0.1, 0.5, 0.9), (0.3, 0.7)]))
def test_gamma_comes_back_from_its_own_quantiles(log_shape, log_scale, points):
    true, p = Gamma(math.exp(log_shape), math.exp(log_scale)), np.array(points)
    found = fit_quantiles(points, true.inverse(p, 1.0 - p).tolist(), "gamma", **AMOUNT).distribution
    assert isinstance(found, Gamma)
    assert (found.shape / true.shape, found.scale / true.scale) == pytest.approx((1.0, 1.0), abs=1e-6)


@pytest.mark.parametrize("true", [Lognormal(9.0, 0.4), Gamma(2.0, 9e3)])
def test_smallest_sum_of_squares_chooses_the_family(true):
    p = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    fit = fit_quantiles(p.tolist(), true.inverse(p, 1.0 - p).tolist(), **AMOUNT)
    assert type(fit.distribution) is type(true)
    assert fit.sum_of_squares == min(candidate.sum_of_squares for candidate in fit.candidates) < 1e-18
    assert len(fit.candidates) == 2


@pytest.mark.parametrize("true", [Normal(-3.0, 2.0), StudentT3(-3.0, 2.0)])
def test_unbounded_numbers_get_a_normal_or_a_student(true):
    p = np.array([0.01, 0.25, 0.5, 0.75, 0.99])
    fit = fit_quantiles(p.tolist(), true.inverse(p, 1.0 - p).tolist(), **ANYTHING)
    assert type(fit.distribution) is type(true)
    assert (fit.distribution.centre, fit.distribution.scale) == pytest.approx((-3.0, 2.0), rel=1e-8)


SKEWED = ([0.1, 0.3, 0.6, 0.9], [0.12, 0.35, 0.42, 0.85])


@pytest.mark.parametrize(
    ("family", "bounds", "cdf", "starts"),
    [
        ("beta", {}, lambda v, t: stats.beta.cdf(v, *np.exp(t)), [(0.7, 0.7), (2.0, 2.0)]),
        ("lognormal", AMOUNT, lambda v, t: stats.lognorm.cdf(v, np.exp(t[1]), scale=np.exp(t[0])), [(-1.0, -0.5)]),
        ("gamma", AMOUNT, lambda v, t: stats.gamma.cdf(v, np.exp(t[0]), scale=np.exp(t[1])), [(0.7, -1.5)]),
        ("normal", ANYTHING, lambda v, t: stats.norm.cdf(v, t[0], np.exp(t[1])), [(0.4, -1.0)]),
        ("student", ANYTHING, lambda v, t: stats.t.cdf(v, 3, t[0], np.exp(t[1])), [(0.4, -1.0), (0.4, -3.0)]),
    ],
)
def test_no_optimiser_of_scipy_finds_a_smaller_sum_of_squares(family, bounds, cdf, starts):
    p, v = map(np.array, SKEWED)
    fit = fit_quantiles(*SKEWED, family, **bounds)
    rivals = [optimize.least_squares(lambda t: cdf(v, t) - p, start, xtol=1e-15, ftol=1e-15) for start in starts]
    assert fit.sum_of_squares <= min(2.0 * rival.cost for rival in rivals) + 1e-14
    at = fit.distribution.cdf(v)
    assert fit.sum_of_squares == pytest.approx(float(((at - p) ** 2).sum()), rel=1e-12)


def test_order_of_the_points_does_not_matter():
    assert fit_quantiles([0.75, 0.25, 0.5], [0.74, 0.55, 0.65]) == fit_quantiles(QUARTILES, [0.55, 0.65, 0.74])


def test_limits_stretch_the_beta():
    p = np.array([0.1, 0.5, 0.9])
    true = Beta(2.0, 5.0, 1000.0, 4000.0)
    values = true.inverse(p, 1.0 - p).tolist()
    fit = fit_quantiles(p.tolist(), values, limits=(1000.0, 4000.0), **AMOUNT)
    assert [candidate.name for candidate in fit.candidates] == ["beta", "lognormal", "gamma"]
    assert isinstance(fit.distribution, Beta)
    assert (fit.distribution.a, fit.distribution.b) == pytest.approx((2.0, 5.0), rel=1e-7)
    assert fit.distribution.text(3) == "Beta(2, 5) between 1,000 and 4,000"


def test_limits_are_taken_by_the_named_beta_alone():
    p = np.array(QUARTILES)
    values = Beta(2.0, 5.0, 0.2, 0.9).inverse(p, 1.0 - p).tolist()
    fit = fit_quantiles(QUARTILES, values, "beta", (0.2, 0.9))
    assert fit.sum_of_squares < 1e-18
    assert len(fit.candidates) == 1


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([0.5, 1.2], {}, "got p90: 1.2; a share lies between 0 and 1. If 1.2 means percent, write 0.012."),
        ([-5, 20], AMOUNT, "got p10: -5; this number is not negative. Move it inside."),
        ([0, 20], AMOUNT, "got p10: 0; every quantile of a lognormal is above 0."),
        ([0.0, 0.5], {}, "every quantile lies strictly between the limits 0 and 1."),
        ([0.3, 0.5], {"limits": (0.4, 0.9)}, "every quantile lies strictly between the limits 0.4 and 0.9."),
        ([0.3, 0.5], {"limits": (0.2, 1.9)}, "got limits 0.2 and 1.9; a share lies between 0 and 1"),
        ([0.3, 0.5], {"limits": (0.9, 0.2)}, "the lowest stands first"),
        ([0.3, 0.5], {"family": "normal", "limits": (0.2, 0.9)}, "limits belong to a beta fit"),
        ([20, 60], {"family": "beta", **AMOUNT}, "Add `limits: [lowest, highest]`."),
        (
            [0.3, 0.8],
            {"family": "normal"},
            "fitted to p10: 0.3, p90: 0.8 leaves 1.1 % above 1; a share lies between 0 and 1. Fit beta, or leave `fit`",
        ),
        ([20, 60], {"family": "student", **AMOUNT}, "below 0; this number is not negative. Fit lognormal or gamma"),
        ([0.2, 0.9], {"family": "lognormal"}, "above 1; a share lies between 0 and 1."),
    ],
)
def test_fit_is_refused_with_a_remedy(values, options, message):
    with pytest.raises(FitError) as caught:
        fit_quantiles([0.1, 0.9], values, **options)
    assert message in str(caught.value)
    assert caught.value.remedy
    assert isinstance(caught.value, PlanError)


def test_named_family_is_allowed_where_it_stays_inside():
    assert fit_quantiles([0.1, 0.9], [0.48, 0.52], "normal").distribution.text(3) == "Normal(mean 0.5, sd 0.0156)"
