from __future__ import annotations

import numpy as np
import pytest

from risksim.metrics.sample import Sample


def test_equal_sample_is_one_replicate_of_its_full_size():
    sample = Sample.equal(7)
    assert (sample.n_paths, sample.n_replicates, sample.effective_size) == (7, 1, 7.0)
    assert sample.is_equal
    assert not sample.is_exact


def test_effective_size_shrinks_with_unequal_weights():
    sample = Sample.of(np.array([0.5, 0.25, 0.25]), np.zeros(3, np.int16))
    assert sample.effective_size == pytest.approx(1 / (0.25 + 0.0625 + 0.0625))


def test_exact_sample_has_no_replicates():
    sample = Sample.exact(np.array([0.2, 0.8]))
    assert sample.is_exact
    assert sample.n_replicates == 0


@pytest.mark.parametrize(
    ("weight", "replicate"),
    [([0.5, 0.6], [0, 0]), ([1.5, -0.5], [0, 0]), ([0.5, 0.5], [-1, 0]), ([0.5, 0.5], [-2, 0]), ([1.0], [0, 0])],
)
def test_sample_refuses_what_is_no_sample(weight, replicate):
    with pytest.raises(ValueError, match="got"):
        Sample.of(np.array(weight), np.array(replicate, np.int16))


def test_sample_refuses_nan_weights_and_no_paths():
    with pytest.raises(ValueError, match="add up"):
        Sample.of(np.array([np.nan, 1.0]), np.zeros(2, np.int16))
    with pytest.raises(ValueError, match="at least one"):
        Sample.equal(0)


def test_where_keeps_weights_that_add_up_to_one():
    sample = Sample.of(np.array([0.5, 0.2, 0.3]), np.array([0, 1, 1], np.int16))
    kept = sample.where(np.array([False, True, True]))
    assert kept.weight == pytest.approx([0.4, 0.6])
    assert kept.replicate.tolist() == [1, 1]
    assert sample.where(np.zeros(3, bool)).n_paths == 0


def test_parts_are_the_replicates_in_order():
    sample = Sample(np.full(6, 1 / 6), np.array([0, 1, 2, 0, 1, 2], np.int16))
    parts = list(sample.parts())
    assert [np.arange(6)[rows].tolist() for rows, _ in parts] == [[0, 3], [1, 4], [2, 5]]
    assert all(part.weight.tolist() == [0.5, 0.5] for _, part in parts)


def test_replicates_that_take_no_turns_are_found_too():
    sample = Sample(np.full(5, 1 / 5), np.array([2, 0, 0, 1, 2], np.int16))
    assert sample.n_replicates == 3
    assert [np.arange(5)[rows].tolist() for rows, _ in sample.parts()] == [[1, 2], [3], [0, 4]]


def test_the_last_turn_of_replicates_may_be_short():
    sample = Sample(np.full(5, 1 / 5), np.array([0, 1, 2, 0, 1], np.int16))
    assert sample.n_replicates == 3
    assert [np.arange(5)[rows].tolist() for rows, _ in sample.parts()] == [[0, 3], [1, 4], [2]]
