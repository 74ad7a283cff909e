"""Cohorts lived: the months in which each person enrols and leaves, and who can be measured.

The form of lives behind `explain` and behind every clause that needs people one by one. Uses the same words as
`risksim.kernels.patterns`, so that both agree person by person. Months are contract months, NEVER where it does not
happen.
"""

from __future__ import annotations

import numpy as np

from risksim.kernels.jit import kernel
from risksim.kernels.words import LANES

NEVER = 32_767


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
def count_heads(enrolled_at, left_at, seen, out):
    """Heads of a cohort: enrolled_at, left_at int16[person, lane], seen uint8[person, lane] -> out int32[4, lane]
    (enrolled, completed, dropped out, unmeasured), written over. [people]
    """
    out[:] = 0
    for j in range(seen.shape[0]):
        for i in range(LANES):
            enrolled = np.int32(enrolled_at[j, i] != NEVER)
            left = enrolled & np.int32(left_at[j, i] != NEVER)
            out[0, i] += enrolled
            out[1, i] += enrolled - left
            out[2, i] += left
            out[3, i] += enrolled & np.int32(seen[j, i] == 0)


@kernel
def measurable(words, limits, enrolled_at, out):
    """Who can be measured.

    words uint32[person, lane], limits uint32[lane], enrolled_at int16[person, lane] -> out uint8[person, lane].
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            out[j, i] = enrolled_at[j, i] != NEVER and words[j, i] >= limits[i]
