"""Effects: people of a comparison group counted, and estimates from the counts of both groups.

What a contract estimates is compared with goals that the file writes as decimals. So a difference of two shares is one
quotient of whole numbers, the float64 nearest to it: 12 of 25 against 38 of 100 is exactly the 0.1 of a goal.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.chances import limit_of
from risksim.kernels.jit import kernel
from risksim.kernels.words import LANES, fill_persons

CHUNK = 128
NO_COHORT, ONCE = np.int64(0), np.int64(0)
COMPARISON_PURPOSE, COMPARISON_MEASUREMENT_PURPOSE = np.int64(9), np.int64(10)
DIFFERENCE, ADDITIONAL, INCREASE, REDUCTION, POOLED_Z, UNPOOLED_Z = range(6)
PER_PERSON, ADDED_UP, T_VALUE = range(6, 9)
MEANS, CHANGES, ANCOVA = range(3)
LARGEST_T = 1e9  # beyond it, as with a standard error of zero, there is nothing to read


@kernel
def count_chunk(first, n_quads, people, words, limit, hide, hidden, counts):
    """Count one chunk of persons of a tile.

    people int32[lane], words and hide uint32[person, lane], limit and hidden uint32[lane] -> counts int32[2, lane]
    (who succeeds and is measured, who is measured), added to.
    """
    met, seen = counts[0], counts[1]
    for j in range(4 * n_quads):
        person = np.int32(first + j)
        row, hide_row = words[j], hide[j]
        for i in range(LANES):
            visible = np.int32(person < people[i]) & np.int32(hide_row[i] >= hidden[i])
            seen[i] += visible
            met[i] += visible & np.int32(row[i] < limit[i])


@kernel
def count_group(key, first_path, address, people, rate, unmeasured, words, hide, met, seen):
    """Count a comparison group on every path of a block, a tile of 64 paths at a time.

    key uint64[2], people int32[path], rate and unmeasured float64[path], scratch words and hide uint32[person, lane]
    -> met and seen float64[path]: people who succeed and are measured, people measured.
    """
    limit, hidden = np.empty(LANES, np.uint32), np.empty(LANES, np.uint32)
    counts = np.empty((2, LANES), np.int32)
    for tile in range(met.size // LANES):
        at = tile * LANES
        path, here = first_path + at, slice(at, at + LANES)
        most, some_hide = np.int64(0), False
        for i in range(LANES):
            most = max(most, np.int64(people[at + i]))
            some_hide = some_hide or unmeasured[at + i] > 0.0
            limit[i], hidden[i] = limit_of(rate[at + i]), limit_of(unmeasured[at + i])
        counts[:] = 0
        for first in range(0, most, CHUNK):
            quad, n_quads = first // 4, (min(most - first, CHUNK) + 3) // 4
            fill_persons(key, path, COMPARISON_PURPOSE, NO_COHORT, address, ONCE, quad, n_quads, words)
            if some_hide:  # where nobody is hidden, no word lies below the limit of 0
                fill_persons(key, path, COMPARISON_MEASUREMENT_PURPOSE, NO_COHORT, address, ONCE, quad, n_quads, hide)
            count_chunk(first, n_quads, people[here], words, limit, hide, hidden, counts)
        met[here], seen[here] = counts[0], counts[1]


@kernel
def standard_error_of_shares(met, seen, met_0, seen_0):
    """Standard error of the difference of two shares, each group with its own variance."""
    p, p_0 = met / seen, met_0 / seen_0
    return math.sqrt(p * (1.0 - p) / seen + p_0 * (1.0 - p_0) / seen_0)


@kernel
def estimate_of_shares(reads, met, seen, met_0, seen_0, bias, noise):
    """What a contract reads of the shares of two groups; not a number where there is none.

    met, seen: participants who succeeded and who were measured; met_0, seen_0: the same of the comparison group, not
    empty; bias: how much higher its rate is by matching; noise: the analyst's error in standard errors.
    """
    error = standard_error_of_shares(met, seen, met_0, seen_0)
    moved = noise * error - bias
    crossed = met * seen_0 - met_0 * seen
    difference = crossed / (seen * seen_0) + moved
    if reads == DIFFERENCE:
        return difference
    if reads == ADDITIONAL:
        return crossed / seen_0 + moved * seen
    if reads in (INCREASE, REDUCTION):
        if met_0 + bias * seen_0 < 1.0:  # a rate of less than one person is no base to divide by
            return np.nan
        base = met_0 / seen_0 + bias
        increase = crossed / (seen * met_0) if moved == 0.0 and bias == 0.0 else difference / base
        return increase if reads == INCREASE else -increase
    if reads == POOLED_Z:
        both = (met + met_0) / (seen + seen_0)
        error = math.sqrt(both * (1.0 - both) * (1.0 / seen + 1.0 / seen_0))
    return difference / error if error > 0.0 else np.nan


@kernel
def standard_error_of_amounts(estimator, sd, correlation, n, n_0):
    """Standard error of an effect on an amount: sd between people, correlation of before and after, people measured."""
    part = 1.0
    if estimator == CHANGES:
        part = 2.0 * (1.0 - correlation)
    elif estimator == ANCOVA:
        part = 1.0 - correlation * correlation
    return sd * math.sqrt(part * (1.0 / n + 1.0 / n_0))


@kernel
def know_shares(columns, known_in, reads, fewest, met_0, seen_0, bias, noise, measured):
    """Reckon an effect on an outcome in the periods in which it is known.

    columns int64[3]: its own measure, participants verified, participants measured, which add up from the start over
    all cohorts; known_in uint8[period]; met_0, seen_0, bias, noise float64[path]
    -> measured float64[path, cohort, measure, period]: its own column in the first cohort.
    """
    n_paths, n_cohorts, _, n_periods = measured.shape
    own, verified, measurable = columns[0], columns[1], columns[2]
    for p in range(n_paths):
        met, seen = 0.0, 0.0
        for t in range(n_periods):
            for c in range(n_cohorts):
                met += measured[p, c, verified, t]
                seen += measured[p, c, measurable, t]
            value = np.nan
            if known_in[t] and seen >= fewest and seen_0[p] >= fewest:
                value = estimate_of_shares(reads, met, seen, met_0[p], seen_0[p], bias[p], noise[p])
            measured[p, 0, own, t] = value


@kernel
def know_amounts(own, known_in, reads, estimator, fewest, true, sd, correlation, n, n_0, luck, bias, noise, measured):
    """Reckon an effect on an amount in the periods in which it is known.

    known_in uint8[period]; true, sd, correlation, n and n_0 (people measured), luck (sampling error in standard
    errors), bias, noise float64[path] -> measured float64[path, cohort, measure, period]: its own column.
    """
    n_paths, _, _, n_periods = measured.shape
    for p in range(n_paths):
        value = np.nan
        if n[p] >= fewest and n_0[p] >= fewest:
            error = standard_error_of_amounts(estimator, sd[p], correlation[p], n[p], n_0[p])
            value = true[p] + (luck[p] + noise[p]) * error - bias[p]
            if reads == ADDED_UP:
                value *= n[p]
            elif reads == T_VALUE:
                value = value / error if abs(value) < LARGEST_T * error else np.nan
        for t in range(n_periods):
            measured[p, 0, own, t] = value if known_in[t] else np.nan


@kernel
def matching_bias(usual, luck, size, rate, sd, out):
    """By how much two groups differ without the programme; all float64[path] -> out float64[path].

    `size` is a standard deviation in the unit of the difference or, where it is the usual one, a multiple of the
    standard deviation between people: that of a rate, or `sd` where it is not zero.
    """
    for p in range(out.size):
        out[p] = luck[p] * size[p]
        if usual:
            out[p] *= sd[p] if sd[p] > 0.0 else math.sqrt(rate[p] * (1.0 - rate[p]))
