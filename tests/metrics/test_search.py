"""Whole numbers that are searched: bisection from both sides, grids that are refined, points that nothing beats."""

import math

import pytest

from risksim.metrics.search import direction, first_true, refined, spaced, turning, unbeaten


@pytest.mark.parametrize("limit", [0, 1, 7, 99, 100])
def test_bisection_finds_the_first_and_the_last(limit):
    assert first_true(-1, 100, lambda k: k >= limit) == limit
    assert first_true(101, 0, lambda k: k <= limit) == limit


def test_a_step_stays_on_the_side_that_holds():
    found = first_true(0, 1_000, lambda k: k >= 333, step=50)
    assert 333 <= found <= 333 + 50


def test_directions():
    assert direction([1.0, 1.0, 2.0]) == 1
    assert direction([2.0, math.nan, 1.0]) == -1
    assert direction([5.0, 5.0]) == 0
    assert direction([1.0, 2.0, 1.5]) is None
    assert direction([1.0, 1.0 + 1e-15, 1.0]) == 0


def test_spaced_numbers_hold_both_ends():
    assert spaced(0, 4, 9) == [0, 1, 2, 3, 4]
    assert spaced(0, 100, 5) == [0, 25, 50, 75, 100]


def test_refined_grids_find_the_bottom_of_a_bowl():
    best, gaps = refined([(0, 10_000), (0, 10_000)], lambda k: (k[0] - 1234) ** 2 + (k[1] - 8765) ** 2, 9, 5, 12)
    assert best == (1234, 8765)
    assert gaps == (1, 1)


def test_unbeaten_points():
    # (2, 4) is beaten by (2, 3); (3, 3) by (2, 3); (0, 9) and (1, 5) by nobody.
    assert unbeaten([(2.0, 4.0), (0.0, 9.0), (3.0, 3.0), (1.0, 5.0), (2.0, 3.0)]) == [1, 3, 4]


def turned(f, low, high, width):
    """The step that is found, and how many values it took."""
    asked = []

    def value(x):
        asked.append(x)
        return f(x)

    found = turning(value, low, high, f(low), f(high), width)
    assert low <= found[0] < found[1] <= high
    assert found[1] - found[0] <= width * (1.0 + 1e-8)
    assert (f(found[0]) > 0.0) != (f(found[1]) > 0.0)
    return *found, len(asked)


CURVES = {
    "line": (lambda x: x - 0.3137, 0.3137),
    "falling": (lambda x: 0.2 - x, 0.2),
    "jump": (lambda x: -5.0 if x < 0.71 else 3.0, 0.71),
    "steep": (lambda x: math.exp(10.0 * x) - 50.0, math.log(50.0) / 10.0),
    "flat": (lambda x: (x - 0.4) ** 9, 0.4),
    "infinite": (lambda x: math.inf if x > 0.5 else -1.0, 0.5),
    "one huge end": (lambda x: 1e300 if x > 0.6 else -1e-9, 0.6),
    "nought on one side": (lambda x: max(x - 0.3, 0.0), 0.3),
    "steps": (lambda x: math.floor(50.0 * x) / 50.0 - 0.41, 0.42),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("width", [0.3, 2e-3, 1e-6])
@pytest.mark.parametrize("scale", [1.0, 7e5])
def test_a_turn_is_found_with_at_most_one_value_beyond_halving(name, width, scale):
    f, at = CURVES[name]
    low, high, values = turned(lambda x: f(x / scale), 0.0, scale, width * scale)
    assert low <= at * scale * (1.0 + 1e-12)
    assert high >= at * scale * (1.0 - 1e-12)
    assert values <= math.ceil(math.log2(1.0 / width)) + 1


def test_smooth_turns_are_found_with_far_fewer_values_than_halving():
    # Halving takes 9 to two in a thousand and 20 to a millionth.
    for name in ("line", "falling"):
        f, _ = CURVES[name]
        assert turned(f, 0.0, 1.0, 2e-3)[2] <= 6
        assert turned(f, 0.0, 1.0, 1e-6)[2] <= 8


def test_a_step_that_is_narrow_already_stays():
    assert turning(lambda x: x, -1.0, 1.0, -1.0, 1.0, 2.0) == (-1.0, 1.0)
