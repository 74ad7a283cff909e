"""The standard normal: its inverse, and places that follow a person from one measurement to the next."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from risksim.kernels.normal import next_normal, normal_of, uniform_of, uniforms_of_normals, uniforms_of_words
from risksim.kernels.words import LANES
from tests.kernels.forms import both, close_to, python_of, words_of
from tests.kernels.test_patterns import tile
from tests.reference import philox

DIGITS = 1e-14


def places() -> np.ndarray:
    """Places over the whole range of a uniform of 52 bits: even, and thick in both tails."""
    tail = 10.0 ** -np.linspace(0.31, 15.9, 2_000)
    even = np.linspace(0.0, 1.0, 2_002)[1:-1]
    joints = np.array([0.075, 0.925, 0.5 - 1e-12, 0.5 + 1e-12, math.exp(-25.0), 2.0**-33, 1.0 - 2.0**-33, 2.0**-53])
    return np.concatenate([even, tail, 1.0 - tail[tail > 1e-15], joints])


@both(normal_of)
def test_the_inverse_is_that_of_scipy(run):
    for u in places().tolist():
        truth = float(stats.norm.ppf(u))
        assert run(u) == pytest.approx(truth, rel=DIGITS, abs=1e-300), u


@both(normal_of)
def test_the_inverse_is_zero_in_the_middle_odd_and_rising(run):
    assert run(0.5) == 0.0
    for u in (2.0**-40, 2.0**-20, 0.015625, 0.0625, 0.25, 0.4375):  # so that 1 - u is exact
        assert run(u) == -run(1.0 - u)
    found = [run(u) for u in np.sort(places()).tolist()]
    assert all(low <= high for low, high in itertools.pairwise(found))


@both(uniform_of)
def test_the_uniform_of_a_word_is_the_middle_of_its_cell(run):
    assert [run(np.uint32(w)) for w in (0, 1, 2**31, 2**32 - 2)] == [
        2.0**-33,
        3 * 2.0**-33,
        0.5 + 2.0**-33,
        1.0 - 3 * 2.0**-33,
    ]


@both(uniforms_of_words)
def test_uniforms_of_words_stand_person_after_person(run):
    words = words_of(philox.WORTH, 3)
    out = np.empty(3 * LANES)
    run(words, out)
    assert (out.reshape(3, LANES) == (words + 0.5) * 2.0**-32).all()


@both(uniforms_of_normals)
def test_uniforms_of_normals_are_the_normal_distribution_inside_0_and_1(run):
    z = np.array([-40.0, -8.0, -1.0, 0.0, 1.0, 2.5, 9.0])
    out = np.empty(z.size * LANES)
    run(np.repeat(z[:, None], LANES, axis=1), out)
    found = out.reshape(z.size, LANES)[:, 0]
    assert found[1:6] == pytest.approx(stats.norm.cdf(z[1:6]), rel=1e-13)
    assert (found[0], found[6]) == (2.0**-53, 1.0 - 2.0**-53)


@both(next_normal)
def test_a_place_is_made_of_the_one_before_and_a_new_one(run):
    # words at the 84.13 % and 15.87 % points are 1 and -1 standard deviations
    up, down = (int(stats.norm.cdf(z) * 2**32) for z in (1.0, -1.0))
    out = np.empty((2, LANES))
    run(tile([up, down]), 0.6, True, out)
    assert out[:, 0] == pytest.approx([1.0, -1.0], abs=1e-8)
    run(tile([up, up]), 0.6, False, out)
    assert out[:, 0] == pytest.approx([0.6 + 0.8, -0.6 + 0.8], abs=1e-8)
    run(tile([down, down]), 1.0, False, out)  # who remembers everything stays
    assert out[:, 0] == pytest.approx([1.4, 0.2], abs=1e-8)
    run(tile([down, down]), 0.0, False, out)  # and who remembers nothing starts anew
    assert out[:, 0] == pytest.approx([-1.0, -1.0], abs=1e-8)


@both(next_normal)
def test_places_stay_standard_normal(run):
    # 64 x 200 people; four standard errors of a mean, a variance and a correlation
    first, second = np.empty((200, LANES)), np.empty((200, LANES))
    run(words_of(philox.WORTH, 200), 0.8, True, first)
    second[:] = first
    run(words_of(philox.WORTH, 200, path=64), 0.8, False, second)
    n = first.size
    for normals in (first, second):
        assert close_to(0.0, 1.0 / math.sqrt(n), normals.mean())
        assert close_to(1.0, math.sqrt(2.0 / n), normals.var())
    assert close_to(0.8, math.sqrt((1.0 + 0.8**2) / n), (first * second).mean())


def test_compiled_and_python_agree_to_a_few_bits():
    written = python_of(normal_of)
    for u in places().tolist():
        assert normal_of(u) == pytest.approx(written(u), rel=4e-16)
