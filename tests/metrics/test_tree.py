from __future__ import annotations

import math

import numpy as np
import pytest

from risksim.metrics.tree import LEAF, leaf_sums, pair_sum, tree_sum
from risksim.plan import layout


def test_leaf_is_the_leaf_of_the_plan():
    assert LEAF == layout.LEAF


@pytest.mark.parametrize("n_paths", [1, 255, 256, 257, 5 * 256, 100_003])
@pytest.mark.parametrize("leaves_per_block", [1, 2, 7, 64])
def test_tree_sum_has_the_same_bits_for_any_blocks(n_paths, leaves_per_block):
    values = np.random.default_rng(n_paths).lognormal(0, 5, n_paths)
    step = leaves_per_block * LEAF
    blocks = [leaf_sums(values[start : start + step]) for start in range(0, n_paths, step)]
    assert pair_sum(np.concatenate(blocks)) == tree_sum(values)


def test_tree_sum_of_a_column_equals_the_column_of_the_sums_whatever_the_memory_layout():
    values = np.random.default_rng(1).normal(size=(1_000, 3, 2))
    sums = tree_sum(values)
    assert sums.shape == (3, 2)
    for column in np.ndindex(3, 2):
        assert tree_sum(values[:, *column]) == sums[column]
    assert (tree_sum(np.asfortranarray(values)) == sums).all()


def test_tree_sum_is_close_to_the_exact_sum():
    values = np.random.default_rng(2).normal(size=100_000) * 1e6
    assert tree_sum(values) == pytest.approx(math.fsum(values), rel=1e-12)


def test_tree_sum_counts_and_adds_whole_numbers_exactly():
    money = np.random.default_rng(3).integers(0, 10**12, 5_000)
    assert tree_sum(money) == money.sum()
    assert tree_sum(money > 5 * 10**11) == (money > 5 * 10**11).sum()


def test_tree_sum_of_nothing_is_zero():
    assert tree_sum(np.empty(0)) == 0.0
    assert (tree_sum(np.empty((0, 2))) == 0.0).all()
