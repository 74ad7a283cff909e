"""Sobol points: the published ones without a scramble, nets with one, and how fast an integral comes right."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from risksim.engine.addresses import Purpose, keys_of
from risksim.engine.sobol import DIMENSIONS, REPLICATES, direction_numbers, points
from risksim.kernels import sobol as kernels
from risksim.kernels.dependence import normals_of_uniforms
from tests.kernels.forms import python_of
from tests.reference import philox as slow

KEY = keys_of(1)


def plain_points(n_dimensions, n_points):
    """Unscrambled points: float64[point, dimension], without the half cell that points of a run lie inside."""
    columns = np.ascontiguousarray(direction_numbers()[:n_dimensions, :, None])
    out = np.empty((n_dimensions, n_points))
    kernels.fill_points(0, columns, np.zeros((n_dimensions, 1), np.uint64), out)
    return out.T - 2.0**-53


def test_unscrambled_points_are_the_published_ones_in_gray_order():
    published = qmc.Sobol(64, scramble=False, bits=52).random_base2(12)
    assert np.array_equal(plain_points(64, 4_096), published)


def test_every_dimension_has_its_own_published_points():
    published = qmc.Sobol(DIMENSIONS, scramble=False, bits=52).random_base2(5)
    assert np.array_equal(plain_points(DIMENSIONS, 32), published)
    assert direction_numbers().shape == (1_024, kernels.COLUMNS)


@pytest.mark.parametrize("dimensions", [(0, 6), (300, 2), (1_022, 2)])
def test_each_replicate_has_one_number_in_each_interval(dimensions):
    for m in (0, 3, 9):
        found = points(KEY, 0, REPLICATES << m, *dimensions).reshape(2**m, REPLICATES, -1)
        cells = np.sort(np.floor(found * 2**m), axis=0)
        assert np.array_equal(cells, np.broadcast_to(np.arange(2.0**m)[:, None, None], cells.shape))


def test_first_two_dimensions_are_a_net_of_strength_zero():
    # every box of 2**-a by 2**-(8 - a) holds one of the first 2**8 points of every replicate
    found = points(KEY, 0, REPLICATES << 8, 0, 2).reshape(2**8, REPLICATES, 2)
    for a in range(9):
        box = np.floor(found[..., 0] * 2**a) * 2 ** (8 - a) + np.floor(found[..., 1] * 2 ** (8 - a))
        assert np.array_equal(np.sort(box, axis=0), np.broadcast_to(np.arange(256.0)[:, None], box.shape))


def test_points_are_the_same_however_they_are_asked_for():
    whole = points(KEY, 0, 3_000, 0, 40)
    for first, n_paths in ((0, 1), (7, 64), (31, 2), (33, 999), (2_048, 952)):
        assert np.array_equal(points(KEY, first, n_paths, 0, 40), whole[first : first + n_paths])
        assert np.array_equal(points(KEY, first, n_paths, 13, 5), whole[first : first + n_paths, 13:18])
    late = 2**40 + 5
    assert np.array_equal(points(KEY, late, 300, 0, 3)[100:], points(KEY, late + 100, 200, 0, 3))
    one = points(KEY, 0, 100, 0, 3, n_replicates=1)
    assert np.array_equal(points(KEY, 20, 10, 0, 3, n_replicates=1), one[20:30])
    assert np.array_equal(one[:50], whole[: 50 * REPLICATES : REPLICATES, :3])  # replicate 0 alone


def test_points_follow_the_key_of_evidence_alone():
    found = points(KEY, 0, 64, 0, 3)
    assert np.array_equal(points(keys_of(1, luck=1, shared=1), 0, 64, 0, 3), found)
    assert np.array_equal(points(KEY[4:6], 0, 64, 0, 3), found)
    assert not np.isin(points(keys_of(2), 0, 64, 0, 3), found).any()
    assert not np.isin(points(keys_of(1, stream=1), 0, 64, 0, 3), found).any()


def test_scramble_by_hand():
    """One dimension of one replicate, worked with whole numbers of Python and the slow twin of Philox."""
    first, second = (int(word) for word in KEY[4:6])
    calls = [slow.philox((call, int(Purpose.POINTS), 5, 3), (first, second)) for call in range(27)]
    numbers = [((a << 32 | b) & (2**52 - 1), (c << 32 | d) & (2**52 - 1)) for a, b, c, d in calls]
    flat = [number for pair in numbers for number in pair]
    matrix = [(flat[place] & ((1 << 51 - place) - 1)) | 1 << 51 - place for place in range(52)]
    bits = round(float(plain_points(6, 100)[77, 5]) * 2**52)
    scrambled = flat[52]
    for place in range(52):
        if bits >> (51 - place) & 1:
            scrambled ^= matrix[place]
    assert points(KEY, 77 * REPLICATES + 3, 1, 5, 1)[0, 0] == (scrambled + 0.5) / 2**52


def test_kernels_say_the_same_uncompiled():
    directions = direction_numbers()[3:5]
    columns, shifts = np.empty((2, kernels.COLUMNS, 2), np.uint64), np.empty((2, 2), np.uint64)
    with np.errstate(over="ignore"):
        python_of(kernels.scramble)(KEY[4:6], 3, 2, directions, columns, shifts)
    out = np.empty((2, 50))
    python_of(kernels.fill_points)(9, columns, shifts, out)
    assert np.array_equal(out.T, points(KEY, 9, 50, 3, 2, n_replicates=2))


def test_points_stop_at_the_last_dimension():
    with pytest.raises(ValueError, match="got dimension 1024; the last one is 1023"):
        points(KEY, 0, 1, 1_000, 25)


def test_uniforms_lie_inside():
    found = points(KEY, 0, 32 * 1_024, 0, 50)
    assert found.min() > 0.0
    assert found.max() < 1.0


SPREADS = np.array([0.5, 0.3, 0.2, 0.1, 0.1, 0.05])
TRUE_MEAN = 1.22293  # exp((.25 + .09 + .04 + .01 + .01 + .0025) / 2) = exp(.20125)


def test_lognormal_mean_comes_right_faster_than_by_chance():
    """The mean of exp(sum s z) over 640 scrambles at 2^8 to 2^14 points, beside errors known from another program.

    One number five standard deviations out moves a mean of 2^12 points by .005, so 100 scrambles are too few.
    """
    sizes, errors = (8, 10, 12, 14), []
    for m in sizes:
        means = np.concatenate([_means(seed, m) for seed in range(20)])
        assert abs(means.mean() - TRUE_MEAN) <= 4 * means.std(ddof=1) / np.sqrt(means.size) + 5e-6
        errors.append(means.std(ddof=1))
    for found, known in zip(errors, (5.0e-3, 1.8e-3, 3.4e-4, 1.0e-4), strict=True):
        assert known / 1.6 <= found <= known * 1.6
    assert np.polyfit(np.log(2.0) * np.array(sizes), np.log(errors), 1)[0] < -0.8


def _means(seed, m):
    uniforms = points(keys_of(seed), 0, REPLICATES << m, 0, 6)
    total = np.zeros(REPLICATES << m)
    normals = np.empty_like(total)
    for d, spread in enumerate(SPREADS):
        normals_of_uniforms(np.ascontiguousarray(uniforms[:, d]), normals)
        total += spread * normals
    return np.exp(total).reshape(2**m, REPLICATES).mean(axis=0)
