"""Cohorts collapsed: how many people of each path meet each fate, drawn count by count.

A multinomial number of people is a chain of binomial ones: how many meet the first fate, how many of those left meet
the second, and so on. Which classes the people of a pattern are in, once the classes of their pool are known, is
multivariate hypergeometric: a chain again.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.binomial import FEW, hypergeometric_quantile, quantile_inside
from risksim.kernels.jit import kernel

TILE = 64


@kernel
def chain(uniforms, people, chance, reciprocal, scratch, out):
    """People spread over cells by their chances.

    uniforms float64[cell - 1, path], people int64[path], chance float64[path, cell], or float64[1, cell] where it is
    the same on every path; reciprocal and scratch as `risksim.kernels.binomial` says -> out int64[cell, path], which
    adds up to the people.
    """
    n_cells, n_paths = out.shape
    given, odds, log_rest = np.empty(n_cells), np.empty(n_cells), np.empty(n_cells)
    alike = chance.shape[0] == 1
    for i in range(n_paths):
        if i == 0 or not alike:
            row, total = chance[i], 0.0
            for cell in range(
                n_cells - 1, -1, -1
            ):  # from the end, so that cells which nobody meets leave the one before
                total += row[cell]
                given[cell] = row[cell] / total if total > 0.0 else 0.0
        left = people[i]
        for cell in range(n_cells - 1):
            p, count = given[cell], np.int64(0)
            if 0.0 < p < 1.0:
                if i == 0 or (not alike and left > 0):
                    odds[cell] = p / (1.0 - p)
                if i == 0 or (not alike and left * p <= FEW):
                    log_rest[cell] = math.log1p(-p)
                if left > 0:
                    count = quantile_inside(uniforms[cell, i], left, p, odds[cell], log_rest[cell], reciprocal, scratch)
            elif p >= 1.0:
                count = left
            out[cell, i] = count
            left -= count
        out[n_cells - 1, i] = left


@kernel
def split_by_class(uniforms, people, free, reciprocal, scratch, out):
    """The classes of the people of one pattern, taken from those of their pool who have none of another pattern.

    uniforms float64[class - 1, path], people int64[path], free int64[class, path] -> out int64[class, path], which adds
    up to the people, and is taken away from those who are free.
    """
    n_classes, n_paths = out.shape
    for i in range(n_paths):
        left, among = people[i], np.int64(0)
        for c in range(n_classes):
            among += free[c, i]
        for c in range(n_classes - 1):
            own, count = free[c, i], np.int64(0)
            if left > 0 and own > 0:
                count = hypergeometric_quantile(uniforms[c, i], among, own, left, reciprocal, scratch)
            out[c, i] = count
            free[c, i] = own - count
            left -= count
            among -= own
        out[n_classes - 1, i] = left
        free[n_classes - 1, i] -= left


@kernel
def tally(cohort, counts, seen, heads, measured, headcount):
    """Counts of fates to what the contract measures of a cohort.

    counts int64[row, path]; seen int64[entry, 3], row, measure and period to which it adds; heads int64[entry, 3], row,
    column and how often it counts -> measured float64[path, cohort, measure, period], headcount int32[path, cohort,
    count], both added to.
    """
    n_paths = counts.shape[1]
    for at in range(0, n_paths, TILE):
        end = min(at + TILE, n_paths)
        for e in range(seen.shape[0]):
            row, measure, period = counts[seen[e, 0]], seen[e, 1], seen[e, 2]
            for i in range(at, end):
                measured[i, cohort, measure, period] += row[i]
        for e in range(heads.shape[0]):
            row, column, times = counts[heads[e, 0]], heads[e, 1], heads[e, 2]
            for i in range(at, end):
                headcount[i, cohort, column] += np.int32(row[i] * times)
