"""Chances as integers, against fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from risksim.kernels.chances import enrolled_people, limit_of, limits, pick
from tests.kernels.forms import both, python_of
from tests.reference import philox

LAST_WORD = 2**32 - 2
"""The largest word a person may have."""


@both(limit_of)
def test_limit_is_exact_at_0_and_1(run):
    assert int(run(0.0)) == 0
    assert int(run(1.0)) == 2**32 - 1 > LAST_WORD
    assert int(run(math.nextafter(1.0, 0.0))) == 2**32 - 1
    assert int(run(5e-324)) == 0


@both(limit_of)
def test_limit_of_a_chance_beyond_0_and_1_is_that_of_the_bound(run):
    assert int(run(-0.25)) == 0
    assert int(run(1.25)) == 2**32 - 1


@both(limit_of)
def test_limit_counts_the_words_whose_midpoint_lies_below_the_chance(run):
    for word in (0, 1, 2, 1_000_003, 2**31 - 1, 2**31, LAST_WORD):
        middle = (word + 0.5) * 2.0**-32
        assert int(run(middle)) == word  # u < p: the midpoint itself is not below
        assert int(run(math.nextafter(middle, 1.0))) == word + 1
        assert int(run(math.nextafter(middle, 0.0))) == word


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.floats(0.0, 1.0) | st.floats(0.0, 2.0**-28) | st.integers(0, 2**33).map(lambda n: n * 2.0**-33))
@example(0.3)
@example(2.0**-33)
def test_limit_equals_that_in_fractions(chance):
    expected = philox.limit(chance)
    assert int(limit_of(chance)) == expected
    assert int(python_of(limit_of)(chance)) == expected


@both(limits)
def test_limits_are_those_of_each_chance(run):
    chances = np.array([0.0, 0.25, 0.5, 1.0, 1e-10])
    out = np.empty(5, np.uint32)
    run(chances, out)
    assert out.tolist() == [philox.limit(chance) for chance in chances]


@both(enrolled_people)
@pytest.mark.parametrize(
    ("places", "ratio", "people"),
    [
        (100, 0.29, 29),  # 0.29 * 100 is 28.999999999999996
        (120, 1.0, 120),
        (120, 1.7, 120),
        (120, 0.0, 0),
        (10, 0.99, 9),
        (3, 0.33333333, 0),
        (3, 1.0 / 3.0, 1),
        (262_143, 0.5, 131_071),
    ],
)
def test_enrolled_people_are_whole_and_fit_the_places(run, places, ratio, people):
    assert int(run(places, ratio)) == people


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(1, 262_143), st.floats(0.0, 3.0))
def test_enrolled_people_are_the_floor_of_the_ratio_of_the_places(places, ratio):
    expected = min(places, math.floor(Fraction(ratio * places + 1e-9)))
    assert int(enrolled_people(places, ratio)) == int(python_of(enrolled_people)(places, ratio)) == expected


@both(pick)
def test_pick_takes_the_constant_or_the_drawn_input(run):
    inputs = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert run(-1, 9.0, inputs, 1) == 9.0
    assert run(0, 9.0, inputs, 1) == 3.0
    assert run(1, 9.0, inputs, 0) == 2.0
