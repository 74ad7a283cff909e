"""Shares of a variance against closed forms and another program."""

import math

import numpy as np
import pytest
import scipy.stats

from risksim.metrics.indices import (
    given_data_indices,
    shapley_effects,
    shapley_weights,
    shares_of_subsets,
    sobol_indices,
    walsh,
)

A, B = 7.0, 0.1
# Ishigami and Homma: V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2, of which input 1 has (1 + b pi^4/5)^2/2 alone, input 2
# a^2/8, and inputs 1 and 3 together 8 b^2 pi^8/225.
V_ISHIGAMI = A**2 / 8 + B * math.pi**4 / 5 + B**2 * math.pi**8 / 18 + 0.5
FIRST = [(1 + B * math.pi**4 / 5) ** 2 / 2 / V_ISHIGAMI, A**2 / 8 / V_ISHIGAMI, 0.0]
PAIR = 8 * B**2 * math.pi**8 / 225 / V_ISHIGAMI
TOTAL = [FIRST[0] + PAIR, FIRST[1], PAIR]
SHAPLEY = [FIRST[0] + PAIR / 2, FIRST[1], PAIR / 2]


def ishigami(x):
    """float64[path, input] on (-pi, pi)."""
    return np.sin(x[..., 0]) + A * np.sin(x[..., 1]) ** 2 + B * x[..., 2] ** 4 * np.sin(x[..., 0])


def angles(seed, n=4096):
    return np.random.default_rng(seed).uniform(-math.pi, math.pi, (n, 3))


def mixed(first, second):
    """The first sample with one input of the second, for each input."""
    found = np.repeat(first[np.newaxis], first.shape[1], axis=0)
    for place in range(first.shape[1]):
        found[place, :, place] = second[:, place]
    return found


def near(estimate, value, errors=3.5):
    assert estimate.standard_error > 0
    assert abs(estimate.value - value) < errors * estimate.standard_error


def test_constants_of_ishigami():
    np.testing.assert_allclose(V_ISHIGAMI, 13.844588, atol=5e-7)
    np.testing.assert_allclose(FIRST, [0.313905, 0.442411, 0.0], atol=5e-7)
    np.testing.assert_allclose(TOTAL, [0.557589, 0.442411, 0.243684], atol=5e-7)


def test_ishigami_by_pick_and_freeze():
    first, second = angles(1), angles(2)
    found = sobol_indices(ishigami(first)[None], ishigami(second)[None], ishigami(mixed(first, second))[:, np.newaxis])
    for index, alone, total in zip(found, FIRST, TOTAL, strict=True):
        near(index.first, alone)
        near(index.total, total)
        assert index.total.standard_error < 0.03
        assert index.first.low < index.first.value < index.first.high


def test_the_same_as_another_program():
    first, second = angles(3), angles(4)
    a, b, ab = ishigami(first), ishigami(second), ishigami(mixed(first, second))
    other = scipy.stats.sobol_indices(func={"f_A": a[None], "f_B": b[None], "f_AB": ab[:, None]}, n=a.size)
    found = sobol_indices(a[None], b[None], ab[:, None])
    np.testing.assert_allclose([one.first.value for one in found], other.first_order.ravel(), rtol=1e-9)
    np.testing.assert_allclose([one.total.value for one in found], other.total_order.ravel(), rtol=1e-9)


def interleaved(a, ab, b):
    """Outputs in the order of Saltelli's design: a, each mixture, b, row by row."""
    return np.column_stack([a, *ab, b]).ravel()


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_the_same_as_salib():
    """Its estimators differ in how they centre, so on one sample both agree within a fraction of their errors."""
    from SALib.analyze import sobol

    first, second = angles(8, 8_192), angles(9, 8_192)
    a, b, ab = ishigami(first), ishigami(second), ishigami(mixed(first, second))
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-math.pi, math.pi]] * 3}
    other = sobol.analyze(problem, interleaved(a, ab, b), calc_second_order=False, seed=1)
    for one, alone, total in zip(sobol_indices(a[None], b[None], ab[:, None]), other["S1"], other["ST"], strict=True):
        near(one.first, alone, errors=0.5)
        near(one.total, total, errors=0.5)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_indices_of_a_run_already_made_are_those_of_salib():
    """Both estimate the first-order index from one sample, by other means: they agree within their errors."""
    from SALib.analyze import delta

    x = angles(10, 2_048)
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-math.pi, math.pi]] * 3}
    other = delta.analyze(problem, x, ishigami(x), num_resamples=20, seed=1, method="sobol")
    for one, alone, error in zip(given_data_indices(x, ishigami(x)), other["S1"], other["S1_conf"], strict=True):
        both = math.hypot(one.standard_error, error / 1.96)
        assert abs(one.value - alone) < 3.5 * both, (one, alone, error)


@pytest.mark.parametrize("replicates", [2, 4])
def test_luck_given_the_inputs_enters_no_index(replicates):
    """Noise with the variance of the function itself, drawn anew in each replicate, common to a and ab."""
    first, second = angles(5), angles(6)
    rng, spread = np.random.default_rng(7), math.sqrt(V_ISHIGAMI)
    luck = spread * rng.standard_normal((replicates, len(first)))
    other = spread * rng.standard_normal((replicates, len(first)))
    found = sobol_indices(
        ishigami(first) + luck, ishigami(second) + other, ishigami(mixed(first, second))[:, None] + luck
    )
    for index, alone, total in zip(found, FIRST, TOTAL, strict=True):
        near(index.first, alone)
        near(index.total, total)


def test_intervals_cover():
    """Ninety runs of 512 paths: intervals of 95 % hold the closed share of input 2 in 80 at least (p = 0.006 below)."""
    held = 0
    for seed in range(90):
        first, second = angles(100 + seed, 512), angles(1100 + seed, 512)
        found = sobol_indices(ishigami(first)[None], ishigami(second)[None], ishigami(mixed(first, second))[:, None])
        held += found[1].first.low <= FIRST[1] <= found[1].first.high
    assert held >= 80


def test_ishigami_by_subsets():
    first, second = angles(8), angles(9)
    drawn = [[second if subset >> place & 1 else first for place in range(3)] for subset in range(8)]
    outputs = np.array([ishigami(np.stack([one[:, k] for k, one in enumerate(row)], axis=1)) for row in drawn])
    found = shares_of_subsets(outputs)
    for place in range(3):
        near(found.first[place], FIRST[place])
        near(found.total[place], TOTAL[place])
        near(found.shapley[place], SHAPLEY[place])
    near(found.together, PAIR)
    assert sum(one.value for one in found.shapley) == pytest.approx(1.0, abs=1e-12)
    assert found.variance == pytest.approx(V_ISHIGAMI, rel=0.05)


def test_subsets_by_hand():
    """Y = X1 + X2 X3 with signs: each draw is -1 or 1. One path whose draws are all turned: f by subset is known."""
    # r(s) = mean over u of f(u) f(u ^ s), added up term by term instead of by a transform.
    outputs = np.random.default_rng(1).standard_normal((8, 5))
    slow = np.array([np.mean([outputs[u] * outputs[u ^ s] for u in range(8)], axis=0) for s in range(8)])
    np.testing.assert_allclose(walsh(walsh(outputs) ** 2) / 64, slow, atol=1e-12)


def test_shapley_weights_by_hand():
    # Two factors: Sh_1 = ((c{1} - c{}) + (c{1,2} - c{2})) / 2, and c(known) is the product with all others anew.
    np.testing.assert_allclose(shapley_weights(2, 0), [0.5, -0.5, 0.5, -0.5])
    np.testing.assert_allclose(shapley_weights(2, 1), [0.5, 0.5, -0.5, -0.5])


def test_nothing_varies():
    found = shares_of_subsets(np.full((4, 10), 3.0))
    assert found.variance == 0.0
    assert math.isnan(found.shapley[0].value)


def gaussian(given, values, uniforms):
    """Two normals, sd 1 and 2, correlation one half: all of them given some."""
    z = scipy.stats.norm.ppf(uniforms)
    if not given:
        return np.stack([z[:, 0], 2 * (0.5 * z[:, 0] + math.sqrt(0.75) * z[:, 1])], axis=1)
    (known,) = given
    x = np.empty_like(z)
    x[:, known] = values[:, 0]
    scale = (1.0, 2.0)
    other = 1 - known
    x[:, other] = scale[other] * (0.5 * values[:, 0] / scale[known] + math.sqrt(0.75) * z[:, other])
    return x


def test_shapley_effects_of_dependent_normals():
    """Y = X1 + X2: V = 1 + 4 + 2 * 0.5 * 1 * 2 = 7, Var(E[Y|X1]) = (1 + 0.5 * 2)^2 = 4, Var(E[Y|X2]) = 2.5^2 = 6.25.

    Sh_1 = (4 + 7 - 6.25) / 14 = 0.339286.
    """
    found = shapley_effects(lambda x: x.sum(axis=1), gaussian, 2, permutations=4_000, n_variance=200_000)
    near(found[0], 4.75 / 14)
    near(found[1], 9.25 / 14)
    assert found[0].standard_error < 0.01
    assert found[0].value + found[1].value == pytest.approx(1.0, abs=1e-12)


def test_ishigami_from_a_sample_already_made():
    x = angles(10, 100_000)
    found = given_data_indices(x, ishigami(x))
    for one, alone in zip(found, FIRST, strict=True):
        assert abs(one.value - alone) < 3.5 * one.standard_error + 0.004  # what input 1 and 2 do inside a bin of 1/64
        assert one.standard_error < 0.01


def test_luck_is_no_influence():
    """Twenty inputs on which nothing hangs, few paths: without the correction each would have 62/2000 = 3 %."""
    rng = np.random.default_rng(11)
    found = given_data_indices(rng.random((2_000, 20)), rng.standard_normal(2_000))
    values = np.array([one.value for one in found])
    assert abs(values.mean()) < 3.5 * values.std(ddof=1) / math.sqrt(20)
    assert sum(one.low <= 0.0 <= one.high for one in found) >= 16
    errors = np.array([one.standard_error for one in found])
    assert 0.6 < errors.mean() / values.std(ddof=1) < 1.7
