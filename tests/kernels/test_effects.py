"""Estimates of an effect, enumerated over both groups, and the count of a comparison group."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from risksim.engine.addresses import Purpose
from risksim.kernels.effects import (
    ADDITIONAL,
    ANCOVA,
    CHANGES,
    DIFFERENCE,
    INCREASE,
    MEANS,
    POOLED_Z,
    REDUCTION,
    UNPOOLED_Z,
    count_chunk,
    count_group,
    estimate_of_shares,
    standard_error_of_amounts,
    standard_error_of_shares,
)
from risksim.kernels.words import LANES
from tests.reference.effects import estimate
from tests.reference.philox import limit, person_words

READS = {
    "difference": DIFFERENCE,
    "additional people": ADDITIONAL,
    "relative increase": INCREASE,
    "relative reduction": REDUCTION,
    "pooled z": POOLED_Z,
    "unpooled z": UNPOOLED_Z,
}


def enumerated(p, p_0, reads, what, n=25, n_0=100):
    """The mean of something over every pair of counts, by what the contract reads of them."""
    weights = [binom.pmf(np.arange(m + 1), m, rate) for m, rate in ((n, p), (n_0, p_0))]
    return math.fsum(
        weights[0][x] * weights[1][x_0] * what(estimate_of_shares(reads, float(x), n, float(x_0), n_0, 0.0, 0.0))
        for x in range(n + 1)
        for x_0 in range(n_0 + 1)
    )


# 25 participants against 100 others. The truth is .50 against .35, or .35 on both sides: then whatever is paid is luck.


def test_standard_error_is_that_of_two_shares():
    # sqrt(.5 * .5 / 25 + .35 * .65 / 100) = sqrt(.01 + .002275)
    variance = enumerated(0.5, 0.35, DIFFERENCE, lambda d: (d - 0.15) ** 2)
    assert math.sqrt(variance) == pytest.approx(0.1107926, abs=5e-8)
    assert standard_error_of_shares(12.5, 25.0, 35.0, 100.0) == pytest.approx(0.1107926, abs=5e-8)


@pytest.mark.parametrize(("p", "chance"), [(0.5, 0.689394), (0.35, 0.186750)])
def test_ten_points_are_reached_also_without_effect(p, chance):
    assert enumerated(p, 0.35, DIFFERENCE, lambda d: d >= 0.10) == pytest.approx(chance, abs=5e-7)


@pytest.mark.parametrize(("p", "mean"), [(0.5, 0.154468), (0.35, 0.0426052)])
def test_what_is_above_zero_is_more_than_the_effect(p, mean):
    assert enumerated(p, 0.35, DIFFERENCE, lambda d: max(d, 0.0)) == pytest.approx(mean, abs=5e-7)


@pytest.mark.parametrize(("p", "chance"), [(0.5, 0.402580), (0.35, 0.054325)])
def test_power_and_size_of_a_test_at_one_in_twenty(p, chance):
    assert enumerated(p, 0.35, POOLED_Z, lambda z: z >= 1.645) == pytest.approx(chance, abs=5e-7)


@pytest.mark.parametrize("run", [estimate_of_shares, estimate_of_shares.py_func], ids=["compiled", "python"])
def test_an_exact_tenth_reaches_the_goal_of_a_tenth(run):
    # 12/25 - 38/100 = 1/10; as two floats 0.48 - 0.38 = 0.09999999999999998
    assert 0.48 - 0.38 < 0.1
    assert run(DIFFERENCE, 12.0, 25.0, 38.0, 100.0, 0.0, 0.0) == 0.1
    # 25 * 0.1 people more, 10 points of 38, and as much less where fewer are wanted
    assert run(ADDITIONAL, 12.0, 25.0, 38.0, 100.0, 0.0, 0.0) == 2.5
    assert run(INCREASE, 12.0, 25.0, 38.0, 100.0, 0.0, 0.0) == 10 / 38
    assert run(REDUCTION, 12.0, 25.0, 60.0, 100.0, 0.0, 0.0) == 0.2


@pytest.mark.parametrize("reads", READS)
@pytest.mark.parametrize(("bias", "noise"), [(0.0, 0.0), (0.03, 0.0), (-0.05, 0.3), (0.0, -0.7)])
def test_estimates_equal_those_in_fractions(reads, bias, noise):
    for counts in [(12, 25, 38, 100), (0, 3, 1, 7), (5, 5, 0, 2), (3, 9, 9, 9), (2, 2, 2, 2), (7, 11, 13, 40)]:
        found = estimate_of_shares(READS[reads], *map(float, counts), bias, noise)
        expected = estimate(reads, *counts, bias, noise)
        if expected is None:
            assert math.isnan(found)
        else:
            assert found == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_errors_move_the_difference():
    # 0.1 - 0.02 + 0.5 * sqrt(.48 * .52 / 25 + .38 * .62 / 100)
    error = math.sqrt(0.48 * 0.52 / 25 + 0.38 * 0.62 / 100)
    assert estimate_of_shares(DIFFERENCE, 12.0, 25.0, 38.0, 100.0, 0.02, 0.5) == pytest.approx(0.08 + 0.5 * error)
    # over its own error, half an error more is half more
    plain, moved = (estimate_of_shares(UNPOOLED_Z, 12.0, 25.0, 38.0, 100.0, 0.0, noise) for noise in (0.0, 0.5))
    assert moved - plain == pytest.approx(0.5)


def test_nothing_is_read_where_there_is_nothing_to_divide_by():
    assert math.isnan(estimate_of_shares(INCREASE, 2.0, 4.0, 0.0, 9.0, 0.0, 0.0))
    assert math.isnan(estimate_of_shares(POOLED_Z, 4.0, 4.0, 9.0, 9.0, 0.0, 0.0))
    assert math.isnan(estimate_of_shares(UNPOOLED_Z, 4.0, 4.0, 0.0, 9.0, 0.0, 0.0))
    assert math.isnan(estimate_of_shares(REDUCTION, 2.0, 4.0, 1.0, 10.0, -0.2, 0.0))


@pytest.mark.parametrize("run", [standard_error_of_amounts, standard_error_of_amounts.py_func])
def test_standard_errors_of_amounts(run):
    # 1/60 + 1/120 = 1/40; sd 90,000 and r = .6: sqrt(1/40), sqrt(.8/40), sqrt(.64/40) = .4/sqrt(10)
    assert run(MEANS, 90_000.0, 0.6, 60.0, 120.0) == pytest.approx(90_000 / math.sqrt(40))
    assert run(CHANGES, 90_000.0, 0.6, 60.0, 120.0) == pytest.approx(90_000 * math.sqrt(0.02))
    assert run(ANCOVA, 90_000.0, 0.6, 60.0, 120.0) == pytest.approx(90_000 * 0.4 / math.sqrt(10))


def test_group_is_counted_person_by_person():
    key, address, first = (123, 456), 789, 2**40
    rng_rate = np.linspace(0.0, 1.0, LANES)
    hidden = np.where(np.arange(LANES) % 3 == 0, 0.0, np.linspace(0.0, 0.9, LANES))
    people = np.arange(LANES, dtype=np.int32) * 5  # 0 to 315: up to three chunks
    words, hide = np.empty((128, LANES), np.uint32), np.zeros((128, LANES), np.uint32)
    met, seen = np.empty(LANES), np.empty(LANES)
    count_group(
        np.array(key, np.uint64), first, address, people, rng_rate, hidden, words, hide, met, seen
    )  # fmt: skip
    for lane in range(LANES):
        told = _words(key, first + lane, address, int(people[lane]))
        visible = [w for w, h in zip(*told, strict=True) if h >= limit(hidden[lane])]
        assert (met[lane], seen[lane]) == (sum(w < limit(rng_rate[lane]) for w in visible), len(visible))


def _words(key, path, address, people):
    """Words of success and of measurement, by address instead of by name."""
    from tests.reference import philox

    found = []
    for purpose in (Purpose.COMPARISON, Purpose.COMPARISON_MEASUREMENT):
        words = []
        for quad in range((people + 3) // 4):
            words += philox.philox((path & philox.MASK, (path >> 32) << 16 | purpose, quad, address << 16), key)
        found.append([min(word, 2**32 - 2) for word in words[:people]])
    return found


def test_purposes_keep_their_numbers():
    assert (Purpose.COMPARISON, Purpose.COMPARISON_MEASUREMENT) == (9, 10)
    assert person_words((1, 2), 3, Purpose.COMPARISON, 0, 4, "effect") != person_words((1, 2), 3, 5, 0, 4, "effect")


def test_chunk_counts_alike_compiled_and_in_python():
    draws = np.random.RandomState(1)
    words, hide = (draws.randint(0, 2**32 - 1, (128, LANES), np.uint32) for _ in range(2))
    limits = [draws.randint(0, 2**32 - 1, LANES, np.uint32) for _ in range(2)]
    people = draws.randint(100, 300, LANES).astype(np.int32)
    counts = [np.zeros((2, LANES), np.int32) for _ in range(2)]
    for run, out in zip((count_chunk, count_chunk.py_func), counts, strict=True):
        run(128, 32, people, words, limits[0], hide, limits[1], out)
    assert (counts[0] == counts[1]).all()
    assert counts[0].any()
