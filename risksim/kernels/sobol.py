"""Sobol points, scrambled: direction numbers to points of many replicates at once.

A number in [0, 1) is 52 bits here, the most significant first, kept in the low bits of an uint64. Points come in Gray
order, so that each follows from the one before it by one exclusive or; so does every replicate, which is why the
replicate is the last axis.

References
----------
.. [1] P. Bratley and B. L. Fox, "Algorithm 659: implementing Sobol's quasirandom sequence generator," ACM TOMS 14,
   1988.
.. [2] J. Matousek, "On the L2-discrepancy for anchored boxes," Journal of Complexity 14, 1998 (the linear scramble).
"""

from __future__ import annotations

import numpy as np

from risksim.kernels.jit import kernel
from risksim.kernels.words import SHIFT, philox10

BITS = 52
COLUMNS = 43  # points of a replicate: 2**48 paths in 32 replicates
PURPOSE = np.uint64(20)
CALLS = BITS // 2 + 1  # two numbers of 52 bits a call: the columns of the scramble, then the shift


@kernel
def direct(polynomials, starts, out):
    """Direction numbers from primitive polynomials and the first direction integers.

    polynomials int64[dimension] with leading and last coefficient; starts int64[dimension, k], as many of each row as
    the degree says -> out uint64[dimension, column].
    """
    integers = np.empty(COLUMNS, np.int64)
    for d in range(polynomials.size):
        degree = 0
        while (polynomials[d] >> (degree + 1)) > 0:
            degree += 1
        for j in range(COLUMNS):
            if degree == 0:
                integers[j] = 1
            elif j < degree:
                integers[j] = starts[d, j]
            else:
                integers[j] = integers[j - degree]
                for k in range(1, degree + 1):
                    if (polynomials[d] >> (degree - k)) & 1:
                        integers[j] ^= integers[j - k] << k
            out[d, j] = np.uint64(integers[j]) << np.uint64(BITS - 1 - j)


@kernel
def scramble(key, first_dimension, n_replicates, directions, columns, shifts):
    """Scrambled direction numbers: a random lower-triangular matrix with ones on its diagonal times each of them.

    key uint64[2]; directions uint64[dimension, column], the first of them of `first_dimension` -> columns
    uint64[dimension, column, replicate], shifts uint64[dimension, replicate]. The words of a call are at counter (call,
    purpose, dimension, replicate).
    """
    one, bits, zero = np.uint64(1), np.uint64(BITS), np.uint64(0)
    most = (one << bits) - one
    matrix = np.empty(2 * CALLS, np.uint64)
    for d in range(directions.shape[0]):
        dimension = np.uint64(first_dimension + d)
        for r in range(n_replicates):
            for call in range(CALLS):
                w0, w1, w2, w3 = philox10(np.uint64(call), PURPOSE, dimension, np.uint64(r), key[0], key[1])
                matrix[2 * call] = ((w0 << SHIFT) | w1) & most
                matrix[2 * call + 1] = ((w2 << SHIFT) | w3) & most
            for place in range(BITS):
                own = one << np.uint64(BITS - 1 - place)
                matrix[place] = (matrix[place] & (own - one)) | own
            shifts[d, r] = matrix[BITS]
            for j in range(directions.shape[1]):
                direction, scrambled = directions[d, j], zero
                for place in range(j + 1):  # lower bits of a direction number are 0
                    if (direction >> np.uint64(BITS - 1 - place)) & one:
                        scrambled ^= matrix[place]
                columns[d, j, r] = scrambled


@kernel
def fill_points(first_path, columns, shifts, out):
    """Points of consecutive paths; path k is point k div R of replicate k mod R.

    columns uint64[dimension, column, replicate], shifts uint64[dimension, replicate] -> out float64[dimension, path]:
    midpoints of cells of 2**-52, in (0, 1).
    """
    n_replicates, n_paths = shifts.shape[1], out.shape[1]
    state = np.empty(n_replicates, np.uint64)
    for d in range(out.shape[0]):
        point = first_path // n_replicates
        gray = np.uint64(point ^ (point >> 1))
        state[:] = shifts[d]
        for j in range(columns.shape[1]):
            if (gray >> np.uint64(j)) & np.uint64(1):
                for r in range(n_replicates):
                    state[r] ^= columns[d, j, r]
        row = out[d]
        at = point * n_replicates - first_path
        while at < n_paths:
            first, last = max(-at, 0), min(n_replicates, n_paths - at)
            part = row[at + first : at + last]
            for r in range(last - first):
                part[r] = (np.float64(np.int64(state[first + r])) + 0.5) * 2.0**-52
            point += 1
            at += n_replicates
            j = 0
            while not (point >> j) & 1:
                j += 1
            column = columns[d, j]
            for r in range(n_replicates):
                state[r] ^= column[r]
