"""Cohorts lived: the months in which each person enrols, leaves and meets an outcome.

The form of lives behind `explain` and behind every clause that needs dates. Uses the same words as
`risksim.kernels.patterns`, so that both agree person by person. Months are contract months, NEVER where it does not
happen.
"""

from __future__ import annotations

import numpy as np

from risksim.kernels.jit import kernel
from risksim.kernels.words import LANES

NEVER = 32_767
ENROLLED, COMPLETERS, MEASURED = 0, 1, 2


@kernel
def enrolment_month(words, limits, n_enrolled, out):
    """Month in which each person enrols.

    words uint32[person, lane], limits uint32[month], n_enrolled int32[lane] -> out int16[person, lane]. [month]
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            month = 0
            for t in range(limits.size - 1):  # branch-free: counts the months passed by
                month += words[j, i] >= limits[t]
            out[j, i] = month if j < n_enrolled[i] else NEVER


@kernel
def leave_month(words, limits, shares, duration, enrolled_at, out):
    """Month in which each person leaves, spread evenly over the course.

    words uint32[person, lane], limits uint32[lane], shares float64[lane], enrolled_at int16[person, lane]
    -> out int16[person, lane]. [month]
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            out[j, i] = NEVER
            if enrolled_at[j, i] != NEVER and words[j, i] < limits[i]:
                place = (words[j, i] + 0.5) * 2.0**-32 / shares[i]
                out[j, i] = enrolled_at[j, i] + max(min(np.int64(duration * place), duration - 1), 0)


@kernel
def measurable(words, limits, enrolled_at, out):
    """Who can be measured.

    words uint32[person, lane], limits uint32[lane], enrolled_at int16[person, lane] -> out uint8[person, lane].
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            out[j, i] = enrolled_at[j, i] != NEVER and words[j, i] >= limits[i]


@kernel
def met_month(words, limits, population, measured_month, enrolled_at, left_at, out):
    """Month in which an outcome is met, that of its measurement.

    words uint32[person, lane], limits uint32[lane], measured_month int64[month of the window], enrolled_at and
    left_at int16[person, lane] -> out int16[person, lane]. [month]
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            able = enrolled_at[j, i] != NEVER and (population == ENROLLED or left_at[j, i] == NEVER)
            met = able and words[j, i] < limits[i]
            out[j, i] = measured_month[enrolled_at[j, i]] if met else NEVER


@kernel
def meter(population, enrolled_at, left_at, seen, met_at, period_of_month, out):
    """What the contract measures of one outcome.

    enrolled_at, left_at, met_at int16[person, lane], seen uint8[person, lane], period_of_month int64[month of the
    window] -> out float64[lane, statistic, period] (eligible, seen, verified), added to. [people]
    """
    for j in range(enrolled_at.shape[0]):
        for i in range(LANES):
            if enrolled_at[j, i] == NEVER:
                continue
            period = period_of_month[enrolled_at[j, i]]
            able = population == ENROLLED or left_at[j, i] == NEVER
            if period < 0 or not able:
                continue
            visible = seen[j, i] == 1
            out[i, 0, period] += 1.0 if population != MEASURED else (1.0 if visible else 0.0)
            out[i, 1, period] += 1.0 if visible else 0.0
            out[i, 2, period] += 1.0 if visible and met_at[j, i] != NEVER else 0.0
