from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from risksim.metrics import array
from risksim.metrics.sample import Sample
from tests.metrics.laws import example_contract

whole_losses = hnp.arrays(np.float64, st.integers(1, 60), elements=st.integers(-50, 50).map(float))
levels = st.sampled_from([0.01, 0.05, 0.07, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
same = settings(derandomize=True, deadline=None, max_examples=80)


def weighted(counts: list[int]) -> Sample:
    """Weights in proportion to whole numbers."""
    total = sum(counts)
    return Sample.of(np.array(counts) / total, np.zeros(len(counts), np.int16))


def test_example_contract_has_its_exact_statistics():
    successes, losses, sample = example_contract()
    assert array.probability(successes <= 18, sample) == pytest.approx(0.472273, abs=5e-7)
    assert array.value_at_risk(losses, sample, 0.95) == 230_000.0
    assert array.expected_shortfall(losses, sample, 0.95) == pytest.approx(301_350.98, abs=0.005)
    assert array.mean(np.maximum(losses, 0.0), sample) == pytest.approx(56_965.81, abs=0.005)
    assert array.mean(successes, sample) == pytest.approx(18.45238, abs=5e-6)
    assert array.sd(successes, sample) ** 2 == pytest.approx(10.104875, abs=5e-7)


def test_expected_shortfall_is_the_formula_of_acerbi_and_tasche():
    _, losses, sample = example_contract()
    q, p = 230_000.0, sample.weight
    beyond = losses > q
    by_hand = ((losses * p)[beyond].sum() + q * (0.05 - p[beyond].sum())) / 0.05
    assert array.expected_shortfall(losses, sample, 0.95) == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("level", [0.05, 0.07, 0.1, 0.29, 0.5, 0.57, 0.58, 0.95])
@pytest.mark.parametrize("n_paths", [1, 3, 100, 1_000, 100_000])
def test_rank_is_found_in_whole_numbers(level, n_paths):
    exact = Fraction(str(level)) * n_paths
    rank = array.rank_of(level, n_paths)
    assert rank - 1 < exact <= rank


def test_quantile_is_the_smallest_value_that_reaches_the_level():
    values = np.arange(1.0, 101.0)
    assert array.quantile(values, Sample.equal(100), 0.07) == 7.0
    assert array.quantile(values, Sample.equal(100), 0.071) == 8.0
    assert array.quantile(values, weighted([1] * 99 + [2]), 0.5) == 51.0


@same
@given(whole_losses, levels)
def test_quantile_equals_its_definition(values, level):
    found = array.quantile(values, Sample.equal(values.size), level)
    need = Fraction(str(level)) * values.size
    assert found == min(value for value in values if np.count_nonzero(values <= value) >= need)


@same
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 5)), min_size=1, max_size=30), levels)
def test_weighted_quantile_equals_the_quantile_of_repeated_paths(cases, level):
    values, counts = np.array([value for value, _ in cases], float), [count for _, count in cases]
    if sum(counts) == 0:
        counts[0] = 1
    repeated = np.repeat(values, counts)
    expected = array.quantile(repeated, Sample.equal(repeated.size), level)
    assert array.quantile(values, weighted(counts), level) == expected


@same
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 5)), min_size=1, max_size=30), levels)
def test_weighted_statistics_equal_those_of_repeated_paths(cases, level):
    values, counts = np.array([value for value, _ in cases], float), [count for _, count in cases]
    repeated = np.repeat(values, counts)
    one, many = weighted(counts), Sample.equal(repeated.size)
    for statistic in (array.mean, lambda v, s: array.expected_shortfall(v, s, level)):
        assert statistic(values, one) == pytest.approx(statistic(repeated, many), abs=1e-12)
    assert array.expected_loss_given_loss(values, one) == pytest.approx(
        array.expected_loss_given_loss(repeated, many), abs=1e-12, nan_ok=True
    )


@same
@given(whole_losses, levels, st.integers(-20, 20), st.integers(1, 8))
def test_tail_measures_move_and_stretch_with_the_losses(losses, level, shift, factor):
    sample = Sample.equal(losses.size)
    for measure in (array.value_at_risk, array.expected_shortfall):
        expected = factor * measure(losses, sample, level) + shift
        assert measure(factor * losses + shift, sample, level) == pytest.approx(expected, abs=1e-9)


@same
@given(whole_losses, levels)
def test_expected_shortfall_is_never_below_value_at_risk_nor_above_the_worst_loss(losses, level):
    sample = Sample.equal(losses.size)
    shortfall = array.expected_shortfall(losses, sample, level)
    assert array.value_at_risk(losses, sample, level) <= shortfall <= losses.max() + 1e-9


@same
@given(
    hnp.arrays(np.float64, 40, elements=st.integers(-50, 50).map(float)),
    hnp.arrays(np.float64, 40, elements=st.integers(-50, 50).map(float)),
    levels,
)
def test_expected_shortfall_of_a_sum_is_at_most_the_sum(first, second, level):
    sample = Sample.equal(40)
    apart = array.expected_shortfall(first, sample, level) + array.expected_shortfall(second, sample, level)
    assert array.expected_shortfall(first + second, sample, level) <= apart + 1e-9


def test_statistics_run_over_the_first_axis():
    values = np.random.default_rng(1).normal(size=(50, 3, 2))
    sample = weighted(list(range(1, 51)))
    statistics = [
        array.mean,
        array.sd,
        array.expected_loss_given_loss,
        lambda v, s: array.quantile(v, s, 0.3),
        lambda v, s: array.expected_shortfall(v, s, 0.9),
        lambda v, s: array.probability(v > 0, s),
    ]
    for statistic in statistics:
        found = statistic(values, sample)
        assert found.shape == (3, 2)
        assert found[2, 1] == statistic(values[:, 2, 1], sample)


def test_mean_and_sd_equal_their_sums_by_hand():
    values, sample = np.array([1.0, 4.0, 10.0]), weighted([1, 2, 5])
    w = sample.weight
    assert array.mean(values, sample) == pytest.approx((w * values).sum())
    squares = (w * (values - (w * values).sum()) ** 2).sum()
    assert array.sd(values, sample) == pytest.approx(np.sqrt(squares / (1 - (w**2).sum())))
    assert array.sd(values, Sample.equal(3)) == pytest.approx(np.std(values, ddof=1))
    assert array.sd(values, Sample.exact(w)) == pytest.approx(np.sqrt(squares))


def test_what_does_not_exist_is_nan():
    gains, sample = np.array([-1.0, -2.0]), Sample.equal(2)
    assert np.isnan(array.expected_loss_given_loss(gains, sample))
    assert np.isnan(array.ratio_of_means(gains, np.zeros(2), sample))
    assert np.isnan(array.quantile(np.array([1.0, np.nan]), sample, 0.5))
    assert np.isnan(array.sd(np.array([3.0]), Sample.equal(1)))


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 95.0, float("nan")])
def test_level_outside_zero_and_one_is_refused(level):
    for sample in (Sample.equal(2), weighted([1, 2])):
        with pytest.raises(ValueError, match="level"):
            array.quantile(np.array([1.0, 2.0]), sample, level)


def test_values_and_sample_must_have_the_same_paths():
    for statistic in (array.mean, lambda v, s: array.quantile(v, s, 0.5)):
        with pytest.raises(ValueError, match="both need the same"):
            statistic(np.zeros(3), Sample.equal(2))


def test_probability_of_equal_paths_is_a_count_over_a_count():
    assert array.probability(np.arange(1_000) < 123, Sample.equal(1_000)) == 123 / 1_000
