"""Sums and counts of quantities over the paths of a task: by leaf of 256 paths and by replicate.

Path k belongs to replicate k modulo the number of replicates, which divides 256. Paths of a leaf are added in order.
"""

from __future__ import annotations

import numpy as np

from risksim.kernels.jit import kernel

LEAF = 256
OCTAVES = 4096
"""Signs times exponents of a float64."""
CELLS = 2048
"""Buckets in an octave: 11 bits of the mantissa."""
CELL_BITS = np.uint64(41)
OCTAVE_BITS = np.uint64(52)
CELL_MASK = np.uint64(CELLS - 1)


@kernel
def add_powers(values, shift, sums):
    """Powers of the distance to a shift: values float64[path] -> sums float64[leaf, replicate, 4], which begin at 0."""
    n_replicates = sums.shape[1]
    for p in range(values.size):
        far = values[p] - shift
        square = far * far
        here = sums[p // LEAF, p % n_replicates]
        here[0] += far
        here[1] += square
        here[2] += square * far
        here[3] += square * square


@kernel
def add_products(first, second, shifts, sums):
    """Two quantities less their shifts: first, second float64[path], shifts float64[2]
    -> sums float64[leaf, replicate, 5] of a, a^2, b, b^2 and a b, which begin at 0.
    """
    n_replicates = sums.shape[1]
    for p in range(first.size):
        a, b = first[p] - shifts[0], second[p] - shifts[1]
        here = sums[p // LEAF, p % n_replicates]
        here[0] += a
        here[1] += a * a
        here[2] += b
        here[3] += b * b
        here[4] += a * b


@kernel
def add_flows(flow, shift, sums, products):
    """A cash flow less its shift: flow float64[path, period], shift float64[period]
    -> sums float64[leaf, replicate, period], products float64[leaf, period, period], which begin at 0.
    """
    n_periods, n_replicates = flow.shape[1], sums.shape[1]
    far = np.empty(n_periods)
    for p in range(flow.shape[0]):
        here, square = sums[p // LEAF, p % n_replicates], products[p // LEAF]
        for t in range(n_periods):
            far[t] = flow[p, t] - shift[t]
            here[t] += far[t]
        for t in range(n_periods):
            for u in range(n_periods):
                square[t, u] += far[t] * far[u]


@kernel
def count_event(holds, counts):
    """Paths on which something holds: holds bool[path] -> added to counts int64[replicate]."""
    n_replicates = counts.size
    for p in range(holds.size):
        counts[p % n_replicates] += holds[p]


@kernel
def touch_octaves(values, touched):
    """Octaves in which any value lies: values float64[path] -> touched bool[4096]. Nan is nowhere, -0 is 0."""
    bits = (values + 0.0).view(np.uint64)
    for p in range(values.size):
        if values[p] == values[p]:
            touched[bits[p] >> OCTAVE_BITS] = True


@kernel
def count_values(values, page_of, counts, low, high):
    """Count values in buckets: values float64[path], page_of int64[4096], the page of each octave
    -> added to counts int64[page, cell, replicate]; low, high float64[page, cell], the extreme values seen.
    """
    n_replicates = counts.shape[2]
    bits = (values + 0.0).view(np.uint64)
    for p in range(values.size):
        value = values[p]
        if value == value:
            page = page_of[bits[p] >> OCTAVE_BITS]
            cell = (bits[p] >> CELL_BITS) & CELL_MASK
            counts[page, cell, p % n_replicates] += 1
            low[page, cell] = min(low[page, cell], value)
            high[page, cell] = max(high[page, cell], value)
