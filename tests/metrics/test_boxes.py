"""Boxes found by peeling: a box that is there is found, and none where there is none."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from risksim.metrics.boxes import Cells, Limits, discover, in_cells, inside, quasi_p, search, sides_of


@pytest.fixture(scope="module")
def uniform():
    return np.random.default_rng(1).random((20_000, 5))


def test_a_box_that_is_there_is_found(uniform):
    """Hits: nine in ten where x1 < 0.4 and x3 > 0.5, one in twenty elsewhere.

    The box holds 0.2 of all paths, 0.9 of it are hits; all hits are 0.2 * 0.9 + 0.8 * 0.05 = 0.22: coverage 0.18/0.22.
    """
    there = (uniform[:, 1] < 0.4) & (uniform[:, 3] > 0.5)
    hit = np.random.default_rng(2).random(len(uniform)) < np.where(there, 0.9, 0.05)
    box = discover(uniform, hit)
    sides = {(one.column, one.above): one for one in box.restrictions}
    assert set(sides) == {(1, False), (3, True)}
    assert abs(sides[1, False].limit - 0.4) < 0.02
    assert abs(sides[3, True].limit - 0.5) < 0.02
    assert all(one.quasi_p < 1e-6 and one.found_again == 1.0 for one in box.restrictions)
    assert all(one.limit_low - 0.02 <= one.limit <= one.limit_high + 0.02 for one in box.restrictions)
    for estimate, value in ((box.coverage, 9 / 11), (box.density, 0.9), (box.mass, 0.2), (box.share, 0.22)):
        assert abs(estimate.value - value) < 0.04
        assert 0 < estimate.standard_error < 0.01


def test_where_nothing_is_nothing_is_found(uniform):
    """A search finds something in any sample; what it finds is no denser elsewhere."""
    hit = np.random.default_rng(3).random(len(uniform)) < 0.3
    box = discover(uniform, hit)
    if box is not None:
        assert abs(box.density.value - 0.3) < 4.0 * box.density.standard_error
        assert min(one.found_again for one in box.restrictions) < 0.9


def test_at_most_three_inputs_are_restricted(uniform):
    hit = (uniform < 0.7).all(axis=1)
    box = discover(uniform, hit)
    assert len({one.column for one in box.restrictions}) <= 3
    assert box.density.value > box.share.value


def test_all_or_nothing_hit(uniform):
    assert discover(uniform, np.zeros(len(uniform), dtype=bool)) is None
    assert discover(uniform, np.ones(len(uniform), dtype=bool)) is None
    assert discover(uniform[:100], uniform[:100, 0] < 0.5) is None


def test_limits_lie_between_cells_by_hand():
    values = np.array([[1.0], [2.0], [3.0], [4.0]])
    cells = in_cells(values)
    assert cells.edges[0].tolist() == [1.0, 2.0, 3.0]
    assert cells.code[:, 0].tolist() == [0, 1, 2, 3]  # a value equal to an edge lies below it
    limits = Limits((1,), (2,))
    assert inside(cells, limits).tolist() == [False, True, True, False]
    assert sides_of(limits, cells) == {(0, True): 1.0, (0, False): 3.0}


def test_inputs_with_one_value_are_never_restricted(uniform):
    x = np.concatenate([uniform, np.full((len(uniform), 1), 0.5), (uniform[:, :1] < 0.3).astype(float)], axis=1)
    box = discover(x, x[:, 0] < 0.3)
    assert {one.column for one in box.restrictions} <= {0, 6}
    assert box.density.value == pytest.approx(1.0, abs=0.05)


def test_quasi_p_by_hand():
    """Ten paths, two cells of five; four of the first five are hits and one of the rest.

    Without the limit the density is 5/10, and four or five of five come with (5 + 1)/32.
    """
    code = np.repeat([0, 1], 5)[:, np.newaxis]
    hit = np.array([1, 1, 1, 1, 0, 1, 0, 0, 0, 0], dtype=bool)
    found = quasi_p(Cells(code, (np.array([0.5]),)), hit, Limits((0,), (0,)))
    assert found == {0: pytest.approx(6 / 32)}
    assert binom.sf(3, 5, 0.5) == pytest.approx(6 / 32)


def test_a_restriction_that_does_nothing_is_dropped(uniform):
    cells = in_cells(uniform[:3_000])
    limits, quasi = search(cells, uniform[:3_000, 2] > 0.9)
    assert list(quasi) == [2]
    assert limits.first[2] == pytest.approx(90, abs=1)
    assert not math.isnan(quasi[2])
