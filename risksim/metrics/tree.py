"""Sums over paths along one fixed tree: the same bits whatever blocks the paths came in.

A leaf is 256 paths, folded in half eight times; the leaf sums are then added in neighbouring pairs, level by level.
The shape of the tree depends on the number of paths alone. A block of whole leaves can be reduced to its leaf sums on
its own, and the leaf sums of all blocks, end to end, give the sum of the whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

LEAF = 256
"""Paths in a leaf. [paths]"""
FEW = 32_768
"""Paths up to which copying all takes less than folding the last leaf by itself. [paths]"""


def tree_sum(values: npt.NDArray[Any]) -> Any:
    """Sum over paths.

    Parameters
    ----------
    values : float64[path, ...]
        Numbers, whole numbers or truth values; added as float64.

    Returns
    -------
    float64[...]
        Zero for no paths.

    Examples
    --------
    >>> tree_sum(np.arange(1000))
    np.float64(499500.0)
    """
    return pair_sum(leaf_sums(values))


def leaf_sums(values: npt.NDArray[Any]) -> FloatArray:
    """Sum of each leaf of 256 paths; the last one may be short.

    Parameters
    ----------
    values : float64[path, ...]
        Numbers, whole numbers or truth values.

    Returns
    -------
    float64[leaf, ...]
        Blocks that are whole leaves give slices of the leaf sums of all paths.
    """
    n_paths, rest = values.shape[0], values.shape[1:]
    if n_paths <= FEW:
        n_leaves = -(-n_paths // LEAF)
        whole = np.zeros((n_leaves * LEAF, *rest))
        whole[:n_paths] = values
        return _fold(whole.reshape(n_leaves, LEAF, *rest))
    n_full = n_paths // LEAF
    sums = np.empty((-(-n_paths // LEAF), *rest))
    sums[:n_full] = _fold(values[: n_full * LEAF].astype(np.float64, copy=False).reshape(n_full, LEAF, *rest))
    if n_full < sums.shape[0]:
        short = np.zeros((1, LEAF, *rest))
        short[0, : n_paths - n_full * LEAF] = values[n_full * LEAF :]
        sums[n_full:] = _fold(short)
    return sums


def pair_sum(leaves: FloatArray) -> Any:
    """Sum of leaf sums, neighbour with neighbour, level by level; an odd one out moves up as it is.

    Parameters
    ----------
    leaves : float64[leaf, ...]
        From `leaf_sums`.

    Returns
    -------
    float64[...]
        Zero for no leaves.
    """
    if leaves.shape[0] == 0:
        return np.zeros(leaves.shape[1:])[()]
    while leaves.shape[0] > 1:
        n_pairs = leaves.shape[0] // 2
        pairs = leaves[0 : 2 * n_pairs : 2] + leaves[1 : 2 * n_pairs : 2]
        leaves = pairs if 2 * n_pairs == leaves.shape[0] else np.concatenate([pairs, leaves[-1:]])
    return leaves[0]


def _fold(leaves: FloatArray) -> FloatArray:
    """Each leaf folded in half until one number is left: float64[leaf, 256, ...] -> float64[leaf, ...]."""
    while leaves.shape[1] > 1:
        half = leaves.shape[1] // 2
        leaves = leaves[:, :half] + leaves[:, half:]
    return leaves[:, 0]
