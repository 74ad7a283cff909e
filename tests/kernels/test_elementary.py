"""Elementary functions for loops over lanes, against the mathematical library; and what is built on them."""

import numpy as np
import pytest
from scipy.special import ndtr

from risksim.engine.shared import nodes
from risksim.kernels import dependence, fates
from risksim.kernels.elementary import exponential_parts, logarithm, normal_and_bell
from risksim.kernels.words import LANES
from tests.kernels.forms import both, python_of


def test_exponential_is_that_of_the_library_to_its_last_digits():
    for z in np.random.default_rng(1).uniform(-690.0, 690.0, 2_000):
        power, more = python_of(exponential_parts)(np.float64(z))
        assert power + power * more == pytest.approx(np.exp(z), rel=1e-15)


def test_exponential_less_one_is_right_for_small_numbers_too():
    for z in [0.0, 1e-18, -1e-12, 1e-5, -0.3]:
        power, more = python_of(exponential_parts)(np.float64(z))
        assert (power - 1.0) + power * more == pytest.approx(np.expm1(z), rel=1e-15, abs=0.0)


def test_logarithm_is_that_of_the_library_to_its_last_digits():
    random = np.random.default_rng(2)
    for x in [1.0, 0.5, 2.0, *np.exp(random.uniform(-300.0, 300.0, 1_000)), *random.uniform(0.7, 1.4, 1_000)]:
        assert python_of(logarithm)(np.float64(x)) == pytest.approx(np.log(x), rel=2e-15, abs=1e-16)


def test_normal_distribution_is_that_of_the_library():
    marks = np.concatenate([np.linspace(-40.0, 40.0, 400_001), [-np.inf, np.inf, 0.0]])
    chances = np.empty(marks.size)
    fates.chances_of_marks(marks, chances)
    np.testing.assert_allclose(chances, ndtr(marks), rtol=0.0, atol=5e-16)
    assert chances[-3:].tolist() == [0.0, 1.0, 0.5]
    assert (np.diff(chances[:-3]) >= 0.0).all()
    far = (marks > -8.0) & (marks < 0.0)
    np.testing.assert_allclose(chances[far], ndtr(marks[far]), rtol=2e-14)


def test_normal_distribution_has_the_same_bits_compiled_or_not():
    marks = np.random.default_rng(3).normal(0.0, 4.0, 500)
    compiled, python = np.empty(500), np.empty(500)
    fates.chances_of_marks(marks, compiled)
    python_of(fates.chances_of_marks)(marks, python)
    assert compiled.tobytes() == python.tobytes()
    assert python_of(normal_and_bell)(np.float64(1.0))[1] == pytest.approx(np.exp(-0.5), rel=1e-15)


def selected(seed):
    """Chances, a loading, nodes and weights of those who are selected, odd ones among them."""
    random = np.random.default_rng(seed)
    places, weights = nodes()
    chance = random.uniform(0.0, 1.0, LANES) ** random.integers(1, 6)
    chance[:3] = 0.0, 1.0, 1e-12
    kept = random.uniform(0.0, 1.0, (places.size, LANES)) ** random.integers(0, 4)
    kept[:, 5] = 0.0
    at = np.repeat(places[:, np.newaxis], LANES, axis=1)
    return chance, float(random.uniform(-0.95, 0.95)), at, np.ascontiguousarray(weights[:, np.newaxis] * kept)


def test_chances_of_many_lanes_are_calibrated_as_those_of_lives():
    for seed in range(40):
        given, of_lives, of_fates = selected(seed), np.empty(LANES), np.empty(LANES)
        dependence.calibrate(*given, of_lives)
        fates.calibrate_together(*given, of_fates)
        np.testing.assert_allclose(of_fates, of_lives, rtol=0.0, atol=1e-13)


@both(fates.chances_at_nodes)
def test_chances_at_nodes_are_those_of_lives(run):
    chance, person, at, _ = selected(41)
    of_lives, of_fates = np.empty_like(at), np.empty_like(at)
    dependence.happens_at_nodes(chance, person, at, of_lives)
    run(chance, person, at, of_fates)
    np.testing.assert_allclose(of_fates, of_lives, rtol=0.0, atol=1e-15)
