"""Scrambled Sobol points: uniforms that fill the cube more evenly than chance would, in 32 independent replicates.

Path k is point ``k // 32`` of replicate ``k % 32``, so that more paths keep the first ones. A replicate is a Sobol
sequence in Gray order, scrambled in each dimension by a random lower-triangular matrix and a random digital shift, so
that each of its points is uniform; replicates are independent, which is where errors come from.

The direction numbers are those of Joe and Kuo [1]_, read from ``sobol.txt`` beside this file, which also holds their
licence (BSD, three clauses) and says where they were taken from.

References
----------
.. [1] S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections," SIAM Journal on
   Scientific Computing 30, 2008.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.engine.addresses import KeyArray, evidence_key
from risksim.kernels import sobol as kernels
from risksim.plan.layout import FloatArray

REPLICATES = 32
"""Independent scrambles of a run."""
DIMENSIONS = 1_024
"""Dimensions for which there are direction numbers."""

BitsArray = npt.NDArray[np.uint64]


class Scramble(NamedTuple):
    """Scrambled direction numbers of some dimensions."""

    columns: BitsArray
    """uint64[dimension, column, replicate]."""
    shifts: BitsArray
    """uint64[dimension, replicate]."""


def points(
    key: KeyArray,
    first_path: int,
    n_paths: int,
    first_dimension: int,
    n_dimensions: int,
    n_replicates: int = REPLICATES,
) -> FloatArray:
    """Points of consecutive paths, the same bits however they are asked for.

    Parameters
    ----------
    key : uint64[8] or uint64[2]
        Keys of the run, of which that of evidence scrambles; or the key that does.
    first_path, n_paths : int
        Which paths.
    first_dimension, n_dimensions : int
        Which dimensions, below 1,024.
    n_replicates : int, optional
        Independent scrambles; path k is point ``k // n_replicates`` of replicate ``k % n_replicates``.

    Returns
    -------
    float64[path, dimension]
        In (0, 1); the numbers of one dimension lie side by side in memory. [1]
    """
    if first_dimension + n_dimensions > DIMENSIONS:
        raise ValueError(f"got dimension {first_dimension + n_dimensions - 1}; the last one is {DIMENSIONS - 1}.")
    k0, k1 = (int(word) for word in evidence_key(key))
    scramble = scrambled(k0, k1, first_dimension, n_dimensions, n_replicates)
    out = np.empty((n_dimensions, n_paths))
    kernels.fill_points(first_path, scramble.columns, scramble.shifts, out)
    return out.T


@lru_cache(maxsize=32)
def scrambled(k0: int, k1: int, first_dimension: int, n_dimensions: int, n_replicates: int) -> Scramble:
    """The direction numbers of some dimensions, scrambled by the words of a key."""
    directions = np.ascontiguousarray(direction_numbers()[first_dimension : first_dimension + n_dimensions])
    columns = np.empty((n_dimensions, kernels.COLUMNS, n_replicates), dtype=np.uint64)
    shifts = np.empty((n_dimensions, n_replicates), dtype=np.uint64)
    key = np.array([k0, k1], dtype=np.uint64)
    kernels.scramble(key, first_dimension, n_replicates, directions, columns, shifts)
    return Scramble(columns, shifts)


@lru_cache(maxsize=1)
def direction_numbers() -> BitsArray:
    """Direction numbers as they stand in the table: uint64[dimension, column]."""
    lines = Path(__file__).with_name("sobol.txt").read_text(encoding="ascii").splitlines()
    rows = [[int(number) for number in line.split()] for line in lines if not line.startswith("#")]
    starts = np.zeros((len(rows), max(map(len, rows)) - 1), dtype=np.int64)
    for row, numbers in enumerate(rows):
        starts[row, : len(numbers) - 1] = numbers[1:]
    out = np.empty((len(rows), kernels.COLUMNS), dtype=np.uint64)
    kernels.direct(np.array([numbers[0] for numbers in rows], dtype=np.int64), starts, out)
    return out
