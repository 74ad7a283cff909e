"""Counts by inversion, beside scipy's distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from risksim.kernels import binomial as kernels
from risksim.kernels import collapse
from tests.kernels.forms import python_of

CLOSE = 1e-13
"""How far a cumulated chance may lie from scipy's before the number found must agree. [1]"""


def scratch(people):
    reciprocal = np.empty(people + 2)
    kernels.reciprocals(reciprocal)
    return reciprocal, np.empty((2, people + 2))


SIZES = (1, 2, 3, 7, 25, 120, 450, 3_000, 100_000)
CHANCES = (1e-9, 1e-4, 0.01, 0.1, 1 / 3, 0.5, 0.75, 0.99, 1.0 - 1e-7)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("p", CHANCES)
def test_binomial_quantile_steps_where_the_distribution_does(n, p):
    room = scratch(n)
    law = stats.binom(n, p)
    around = np.unique(np.clip(np.arange(-14, 15, 28 / min(n + 1, 400)) * law.std() + law.mean(), 0, n).astype(int))
    cumulated = law.cdf(around)
    # scipy's own distribution function is right to about 1e-12 where there are many people
    slack = CLOSE if n <= 450 else 3e-11
    for x, chance in zip(around, cumulated, strict=True):
        if 1e-15 < chance < 1.0 - 1e-11:
            assert kernels.binomial_quantile(chance * (1.0 - slack), n, p, *room) <= x
            assert kernels.binomial_quantile(min(chance * (1.0 + slack), 1.0 - 2.0**-53), n, p, *room) > x


@pytest.mark.parametrize(
    ("people", "marked", "drawn"),
    [(1, 1, 1), (2, 1, 1), (10, 4, 6), (10, 8, 7), (85, 6, 40), (85, 40, 6), (85, 30, 40), (300, 280, 290),
     (3_000, 900, 55), (100_000, 40_000, 700)],
)  # fmt: skip
def test_hypergeometric_quantile_steps_where_the_distribution_does(people, marked, drawn):
    room = scratch(people)
    law = stats.hypergeom(people, marked, drawn)
    cumulated = law.pmf(np.arange(min(marked, drawn) + 1)).cumsum()
    for x, chance in enumerate(cumulated):
        if 1e-15 < chance < 1.0 - 1e-11:
            slack = CLOSE if people < 1_000 else 1e-9  # of scipy, by differences of logarithms of factorials
            assert kernels.hypergeometric_quantile(chance * (1.0 - slack), people, marked, drawn, *room) <= x
            assert kernels.hypergeometric_quantile(min(chance * (1.0 + slack), 1.0 - 2.0**-53), people, marked, drawn, *room) > x  # fmt: skip # noqa: E501


def test_small_laws_are_exact():
    """Bin(3, 1/2) is 1, 3, 3, 1 eighths; of 5 people 2 marked, 3 drawn: 1, 6, 3 tenths hold 0, 1 and 2 marked."""
    room = scratch(5)
    below, above = 1.0 - 1e-15, 1.0 + 1e-15
    for eighths, x in ((1, 0), (4, 1), (7, 2)):
        assert kernels.binomial_quantile(eighths / 8 * below, 3, 0.5, *room) == x
        assert kernels.binomial_quantile(eighths / 8 * above, 3, 0.5, *room) == x + 1
    for tenths, x in ((1, 0), (7, 1)):
        assert kernels.hypergeometric_quantile(tenths / 10 * below, 5, 2, 3, *room) == x
        assert kernels.hypergeometric_quantile(tenths / 10 * (1.0 + 1e-14), 5, 2, 3, *room) == x + 1


@pytest.mark.parametrize("u", [2.0**-53, 1e-9, 0.5, 1.0 - 2.0**-53])
def test_certain_counts_follow_no_uniform(u):
    room = scratch(40)
    for n in (0, 1, 40):
        assert kernels.binomial_quantile(u, n, 0.0, *room) == 0
        assert kernels.binomial_quantile(u, n, 1.0, *room) == n
    assert kernels.hypergeometric_quantile(u, 40, 0, 10, *room) == 0
    assert kernels.hypergeometric_quantile(u, 40, 40, 10, *room) == 10
    assert kernels.hypergeometric_quantile(u, 40, 13, 40, *room) == 13
    assert kernels.hypergeometric_quantile(u, 40, 13, 0, *room) == 0


@pytest.mark.parametrize(("n", "p"), [(30, 0.4), (200, 0.02), (200, 0.97), (5_000, 0.6), (100_000, 1e-5)])
def test_counts_never_fall_when_the_uniform_rises(n, p):
    room = scratch(n)
    uniforms = np.sort(np.concatenate([2.0 ** -np.arange(1.0, 54), 1.0 - 2.0 ** -np.arange(2.0, 54), np.linspace(0.001, 0.999, 999)]))  # fmt: skip # noqa: E501
    found = [kernels.binomial_quantile(u, n, p, *room) for u in uniforms]
    marked = [kernels.hypergeometric_quantile(u, n, max(int(n * p), 1), n // 3, *room) for u in uniforms]
    assert (np.diff(found) >= 0).all()
    assert (np.diff(marked) >= 0).all()
    assert 0 <= found[0] <= found[-1] <= n
    # twelve standard deviations and some single people are farther out than 1 - 2**-53 goes
    assert found[-1] <= n * p + 12 * np.sqrt(n * p * (1 - p)) + 20


def test_many_counts_have_the_mean_and_variance_of_the_law():
    """At 10,000 midpoints the mean of n = 120, p = 0.75 is 90 and the variance 22.5, but for the steps of the tails."""
    room = scratch(120)
    found = np.array([kernels.binomial_quantile((i + 0.5) / 10_000, 120, 0.75, *room) for i in range(10_000)])
    assert found.mean() == pytest.approx(90.0, abs=1e-3)
    assert found.var() == pytest.approx(22.5, abs=2e-2)


def test_kernels_say_the_same_uncompiled():
    room = scratch(200)
    for u in (1e-12, 0.2, 0.999):
        for n, p in ((200, 0.3), (10, 0.2), (200, 0.01)):
            slow = python_of(kernels.binomial_quantile)(u, n, p, *room)
            assert slow == kernels.binomial_quantile(u, n, p, *room)
        for case in ((200, 80, 70), (200, 5, 100), (20, 15, 12)):
            slow = python_of(kernels.hypergeometric_quantile)(u, *case, *room)
            assert slow == kernels.hypergeometric_quantile(u, *case, *room)


def test_a_chain_spends_everybody_and_leaves_empty_cells_empty():
    rng = np.random.Generator(np.random.Philox(7))
    people = rng.integers(0, 60, 500)
    chance = rng.dirichlet([1.0] * 5, 500)
    chance[:, 2] = 0.0
    chance[:250, 4] = 0.0
    chance /= chance.sum(axis=1, keepdims=True)
    out = np.empty((5, 500), np.int64)
    collapse.chain(rng.random((4, 500)), people, chance, *scratch(60), out)
    assert np.array_equal(out.sum(axis=0), people)
    assert out.min() >= 0
    assert not out[2].any()
    assert not out[4, :250].any()


def test_classes_are_drawn_without_putting_back():
    """4 of 6 people, of classes with 1, 3 and 2: C(1,a) C(3,b) C(2,c) of 15 ways; worked at 40,000 draws, 4 s.e."""
    rng = np.random.Generator(np.random.Philox(8))
    n = 40_000
    free = np.repeat(np.array([[1], [3], [2]]), n, axis=1)
    out = np.empty((3, n), np.int64)
    collapse.split_by_class(rng.random((2, n)), np.full(n, 4), free, *scratch(6), out)
    assert np.array_equal(out + free, np.repeat(np.array([[1], [3], [2]]), n, axis=1))
    ways = {(0, 2, 2): 3, (0, 3, 1): 2, (1, 1, 2): 3, (1, 2, 1): 6, (1, 3, 0): 1}
    for cell, count in ways.items():
        p = count / 15
        share = (out == np.array(cell)[:, None]).all(axis=0).mean()
        assert abs(share - p) <= 4 * np.sqrt(p * (1 - p) / n)


def test_a_chance_too_small_to_be_written_down_is_not_taken_for_none():
    # 96 people who all but surely meet it: nobody has the chance 1e-384. One misses it with a chance near 96e-4.
    reciprocal, scratch = np.empty(98), np.empty((2, 98))
    kernels.reciprocals(reciprocal)
    p = 1.0 - 1e-4
    for u, expected in [(0.5, 96), (0.005, 95), (1e-6, 94)]:
        # Above P(X <= 95) = 1 - p**96 = 0.00955; P(X <= 94) = 0.0000453; P(X <= 93) = 1.4e-7.
        assert kernels.binomial_quantile(u, 96, p, reciprocal, scratch) == expected
