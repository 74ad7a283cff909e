"""Early ends: whether something ends the deal before its time, and what a stop does to lives and measurements.

A decision looks at periods up to its own and at nothing later. Months are contract months, NEVER where it does not
happen.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.chances import pick
from risksim.kernels.goals import VALUE, quantity
from risksim.kernels.jit import kernel
from risksim.kernels.words import LANES

NEVER = 32_767
READS_NOTHING, READS_OUTCOME, READS_ENROLLED = 0, 1, 2
RESULT = 3


@kernel
def month_of_chance(luck, yearly_chance):
    """The month in which something with a chance in a year first happens, the same in every month: 1 or later.

    It has happened by month m if ``luck < 1 - (1 - yearly_chance)**(m / 12)``.
    """
    if yearly_chance <= 0.0:
        return NEVER
    whole = 12.0 * math.log1p(-luck) / math.log1p(-yearly_chance) if yearly_chance < 1.0 else 0.0
    return np.int64(math.floor(whole)) + 1 if whole < NEVER - 1 else NEVER


@kernel
def is_seen(e, k, p, measured, enrolled):
    """Whether a path shows what early end k must see on its day.

    e: ending group of the plan, measured float64[path, cohort, measure, period], enrolled float64[path, early end].
    """
    if e.reads[k] == READS_ENROLLED:
        return e.grain[k] * enrolled[p, k] < e.low[k]
    n_cohorts = measured.shape[1]
    first = e.on[k] if e.counts[k] == VALUE else 0
    sums = np.zeros(3)
    for t in range(first, e.on[k] + 1):
        for c in range(n_cohorts):
            for s in range(3):
                if e.column[k, s] >= 0:
                    sums[s] += measured[p, c, e.column[k, s], t]
    number, people = quantity(e.counts[k], e.unmeasured[k], e.grain[k], e.assumed[k], sums[0], sums[1], sums[2])
    # Nothing to divide by, or something that is not known: not seen. Not a number fails every comparison.
    return people > 0.0 and (number < e.low[k] * people or number > e.high[k] * people)


@kernel
def find_stops(measured, enrolled, e, inputs, month, by, counted):
    """When each path ends, and what ends it: the earliest stop, the first of the file among equals.

    measured float64[path, cohort, measure, period] and enrolled float64[path, early end] (people who enrolled before
    the day of its decision) as if the deal went on, e: ending group of the plan, inputs float64[path, input]
    -> month, by, counted int16[path] as `Stops`.
    """
    for p in range(measured.shape[0]):
        month[p], by[p], counted[p] = NEVER, -1, NEVER
        for k in range(e.on.size):
            luck = pick(e.luck_slot[k], e.luck_value[k], inputs, p)
            decided = e.month[k]
            if e.on[k] < 0:
                decided = month_of_chance(luck, pick(e.yearly_slot[k], e.yearly_value[k], inputs, p))
            elif not luck < pick(e.chance_slot[k], e.chance_value[k], inputs, p):
                continue
            stop = decided + e.notice[k]
            if stop > e.last_month or stop >= month[p]:
                continue
            if e.reads[k] != READS_NOTHING and not is_seen(e, k, p, measured, enrolled):
                continue
            month[p], by[p], counted[p] = stop, k, min(stop + e.run_off[k], NEVER)


@kernel
def count_enrolled(month, enrolled_at, out):
    """People who enrolled before the day of a month: enrolled_at int16[person, lane] -> out float64[lane], added to."""
    for j in range(enrolled_at.shape[0]):
        for i in range(LANES):
            out[i] += enrolled_at[j, i] < month


@kernel
def stop_lives(stop, duration, enrolled_at, left_at):
    """The programme stops: nobody enrols from that day on, and whoever's course is not over leaves on it.

    stop int16[lane], duration of a course -> enrolled_at and left_at int16[person, lane], changed in place. [month]
    """
    for j in range(enrolled_at.shape[0]):
        for i in range(LANES):
            if enrolled_at[j, i] >= stop[i]:
                enrolled_at[j, i] = NEVER
                left_at[j, i] = NEVER
            elif enrolled_at[j, i] + duration > stop[i]:
                left_at[j, i] = min(left_at[j, i], stop[i])


@kernel
def forget_late(counted, measured_by, enrolled_at, worth):
    """Leave out whom an outcome is measured too late.

    counted int16[lane], measured_by int64[month of the window], enrolled_at int16[person, lane]
    -> worth float64[person, lane], not a number for people who are left out.
    """
    for j in range(enrolled_at.shape[0]):
        for i in range(LANES):
            month = enrolled_at[j, i]
            if month != NEVER and measured_by[month] > counted[i]:
                worth[j, i] = np.nan


@kernel
def forget_results(statistic, result, known_by, counted, measured):
    """Results measured after the run-off are never known.

    statistic and result int64[measure], known_by int64[result, period], counted int16[path] -> measured float64[path,
    cohort, measure, period]: nan there.
    """
    n_paths, n_cohorts, n_measures, n_periods = measured.shape
    for p in range(n_paths):
        for m in range(n_measures):
            if statistic[m] == RESULT:
                for t in range(n_periods):
                    if known_by[result[m], t] > counted[p]:
                        for c in range(n_cohorts):
                            measured[p, c, m, t] = np.nan
