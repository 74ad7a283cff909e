"""The people of the public purse: who succeeds, measured or not, and who would have succeeded anyway.

Compiled only where a deal has a public purse. Arrays over people are [person, lane], 64 lanes.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.binomial import binomial_quantile
from risksim.kernels.jit import kernel
from risksim.kernels.normal import normal_of
from risksim.kernels.words import LANES, fill_persons

NEVER = 32_767
PURPOSE = np.int64(23)
ROOT_HALF = 0.7071067811865476


@kernel
def together(factor, correlation, uniforms):
    """Uniforms of an input whose normal score goes with a factor.

    factor float64[path], the factor's uniforms; correlation of the score with the factor, squared -> uniforms
    float64[path], those of the input's own draw on the way in.
    """
    common, own = math.sqrt(correlation), math.sqrt(1.0 - correlation)
    for p in range(uniforms.size):
        z = common * normal_of(factor[p]) + own * normal_of(uniforms[p])
        uniforms[p] = min(max(0.5 * math.erfc(-z * ROOT_HALF), 2.0**-53), 1.0 - 2.0**-53)


@kernel
def count_true(worth, everybody, enrolled_at, left_at, period_of_month, out):
    """People of one outcome as they are, measured or not.

    worth float64[row, person, lane], rows of the outcome; everybody: whether it would speak of everybody if it waited
    for no other; enrolled_at, left_at int16[person, lane]; period_of_month int64[row, month of the window]
    -> out float64[lane, 5, period] (able, achieved, first, whole, whole at each measurement), added to. [people]
    """
    n_rows = worth.shape[0]
    for j in range(worth.shape[1]):
        for i in range(LANES):
            month = enrolled_at[j, i]
            if month == NEVER:
                continue
            whole = everybody or left_at[j, i] == NEVER
            before = False
            for row in range(n_rows):
                period = period_of_month[row, month]
                if period < 0:
                    continue
                value = worth[row, j, i]
                if whole:
                    out[i, 4, period] += 1.0
                    if row == 0:
                        out[i, 3, period] += 1.0
                if row == 0 and value == value:
                    out[i, 0, period] += 1.0
                if value > 0.0:
                    out[i, 1, period] += 1.0
                    if not before:
                        out[i, 2, period] += 1.0
                    before = True


@kernel
def failures_by_period(first, whole, out):
    """Who never succeeds, by the period of the first measurement, of whom only totals are known.

    first, whole float64[path, cohort, period]; a first success is taken from the people last asked up to then
    -> out float64[path, cohort, period]. [people]
    """
    n_paths, n_cohorts, n_periods = first.shape
    for p in range(n_paths):
        for c in range(n_cohorts):
            for t in range(n_periods):
                out[p, c, t] = whole[p, c, t]
                left, at = first[p, c, t], t
                while left > 0.0 and at >= 0:
                    taken = min(left, out[p, c, at])
                    out[p, c, at] -= taken
                    left -= taken
                    at -= 1


@kernel
def thin(key, first_path, address, occasions, met, failed, anyway, lost, reciprocal, scratch, net, credited):
    """Of those who meet an outcome, without those who would have met it anyway, less those who would have and do not.

    key uint64[2]; first_path a multiple of 64; address of the outcome; occasions int64[cohort, period] of the draws;
    met, failed float64[path, cohort, period], whole numbers, a multiple of 64 paths; anyway float64[path, cohort], the
    share of those who meet it who would have anyway; lost, the share of the others who would have; reciprocal and
    scratch as `risksim.kernels.binomial` says -> net float64[path, period] and credited float64[path] (those who count
    of the ones who met it), both added to. [people]
    """
    n_paths, n_cohorts, n_periods = met.shape
    words = np.empty((4, LANES), np.uint32)
    for at in range(0, n_paths, LANES):
        for c in range(n_cohorts):
            drawn = np.int64(-1)
            for t in range(n_periods):
                some = False
                for i in range(LANES):
                    some = some or met[at + i, c, t] > 0.0 or (lost[at + i, c] > 0.0 and failed[at + i, c, t] > 0.0)
                if not some:
                    continue
                if occasions[c, t] != drawn:
                    drawn = occasions[c, t]
                    fill_persons(key, first_path + at, PURPOSE, c, address, drawn, 0, 1, words)
                for i in range(LANES):
                    p = at + i
                    bits = ((np.uint64(words[0, i]) << np.uint64(32)) | np.uint64(words[1, i])) >> np.uint64(12)
                    u = (np.float64(np.int64(bits)) + 0.5) * 2.0**-52
                    if lost[p, c] > 0.0:
                        n = np.int64(failed[p, c, t])
                        net[p, t] -= binomial_quantile(u, n, lost[p, c], reciprocal, scratch)
                    else:
                        own = binomial_quantile(u, np.int64(met[p, c, t]), 1.0 - anyway[p, c], reciprocal, scratch)
                        net[p, t] += own
                        credited[p] += own


@kernel
def find_onsets(words, worth, everybody, anyway, lost, enrolled_at, left_at, period_of_month, onset, otherwise):
    """When each person meets an outcome first, and when without the programme.

    words uint32[person, lane] of attribution; worth float64[row, person, lane]; everybody as in `count_true`; anyway,
    lost float64[lane] as in `thin`; period_of_month int64[row, month of the window] -> onset, otherwise
    int64[person, lane]: period, -1 for never. Who would have met it and does not would have at its first measurement.
    """
    n_rows = worth.shape[0]
    for j in range(worth.shape[1]):
        for i in range(LANES):
            onset[j, i], otherwise[j, i] = -1, -1
            month = enrolled_at[j, i]
            if month == NEVER:
                continue
            for row in range(n_rows - 1, -1, -1):
                if worth[row, j, i] > 0.0 and period_of_month[row, month] >= 0:
                    onset[j, i] = period_of_month[row, month]
            u = (np.float64(words[j, i]) + 0.5) * 2.0**-32
            if onset[j, i] >= 0:
                otherwise[j, i] = onset[j, i] if lost[i] > 0.0 or u < anyway[i] else -1
            elif (everybody or left_at[j, i] == NEVER) and u < lost[i]:
                otherwise[j, i] = period_of_month[0, month]


@kernel
def count_onsets(onset, otherwise, net, credited):
    """Of single people, who counts as what the programme brought to an outcome and what it kept from it.

    onset, otherwise int64[person, lane] as `find_onsets` has them -> net float64[lane, period] and credited
    float64[lane] as `thin` has them, both added to. [people]
    """
    for j in range(onset.shape[0]):
        for i in range(LANES):
            if onset[j, i] >= 0 and otherwise[j, i] < 0:
                net[i, onset[j, i]] += 1.0
                credited[i] += 1.0
            elif onset[j, i] < 0 and otherwise[j, i] >= 0:
                net[i, otherwise[j, i]] -= 1.0


@kernel
def count_times(met, otherwise, bit, net):
    """Likewise at every measurement: met, otherwise int64[person, lane, period] as `find_times` has them
    -> net float64[lane, period], added to. [people]
    """
    for j in range(met.shape[0]):
        for i in range(LANES):
            for t in range(met.shape[2]):
                if met[j, i, t] & bit:
                    net[i, t] += 1.0
                if otherwise[j, i, t] & bit:
                    net[i, t] -= 1.0


@kernel
def best_claim(periods, j, i, year, year_of_period, factor):
    """The best claim of one person in one year: periods int64[claim, person, lane], factor float64[t, lane]; 0 for
    none.
    """
    best, some = 0.0, False
    for k in range(periods.shape[0]):
        if periods[k, j, i] < 0:
            continue
        t = year - year_of_period[periods[k, j, i]]
        if 1 <= t < factor.shape[0] and factor[t, i] != 0.0:
            best = factor[t, i] if not some else max(best, factor[t, i])
            some = True
    return best


@kernel
def claim_years(onset, otherwise, year_of_period, profile, keeps, gross, net):
    """The best claim of each person-year on a line that several outcomes claim, added up over people.

    onset, otherwise int64[claim, person, lane] as `find_onsets` has them; year_of_period int64[period]; profile
    float64[t]; keeps float64[lane], what is left of a saving after each year -> gross, net float64[lane, year], added
    to: net is the best claim less the best of what would have come without the programme. [1]
    """
    factor = np.zeros((profile.size, LANES))
    for i in range(LANES):
        decay = 1.0
        for t in range(1, profile.size):
            factor[t, i] = profile[t] * decay
            decay *= keeps[i]
    n_years = gross.shape[1]
    for j in range(onset.shape[1]):
        for i in range(LANES):
            begins = n_years
            for k in range(onset.shape[0]):
                for period in (onset[k, j, i], otherwise[k, j, i]):
                    if period >= 0:
                        begins = min(begins, year_of_period[period])
            for year in range(begins, n_years):
                own = best_claim(onset, j, i, year, year_of_period, factor)
                gross[i, year] += own
                net[i, year] += own - best_claim(otherwise, j, i, year, year_of_period, factor)


@kernel
def find_times(words, worth, everybody, anyway, lost, enrolled_at, left_at, period_of_month, bit, met, otherwise):
    """In which periods each person meets an outcome, and in which without the programme.

    As `find_onsets`; bit int64, of this outcome -> met, otherwise int64[person, lane, period], to which the bit is
    added at most once. A person whom the programme brings to the outcome is so at every measurement.
    """
    for j in range(worth.shape[1]):
        for i in range(LANES):
            month = enrolled_at[j, i]
            if month == NEVER:
                continue
            u = (np.float64(words[j, i]) + 0.5) * 2.0**-32
            for row in range(worth.shape[0]):
                period = period_of_month[row, month]
                if period < 0:
                    continue
                if worth[row, j, i] > 0.0:
                    met[j, i, period] |= bit
                    if lost[i] > 0.0 or u < anyway[i]:
                        otherwise[j, i, period] |= bit
                elif (everybody or left_at[j, i] == NEVER) and u < lost[i]:
                    otherwise[j, i, period] |= bit


@kernel
def claim_times(met, otherwise, year_of_period, weight, gross, net):
    """The time for which any claiming outcome is met: met, otherwise int64[person, lane, period] as `find_times` has
    them; weight float64[period], what each measurement stands for -> gross, net float64[lane, year], added to. [1]
    """
    for j in range(met.shape[0]):
        for i in range(LANES):
            for t in range(met.shape[2]):
                own = weight[t] if met[j, i, t] != 0 else 0.0
                gross[i, year_of_period[t]] += own
                net[i, year_of_period[t]] += own - (weight[t] if otherwise[j, i, t] != 0 else 0.0)
