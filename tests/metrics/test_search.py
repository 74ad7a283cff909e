"""Whole numbers that are searched: bisection from both sides, grids that are refined, points that nothing beats."""

import math

import pytest

from risksim.metrics.search import direction, first_true, refined, spaced, unbeaten


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
