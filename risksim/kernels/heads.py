"""People of a cohort by period, whatever their outcomes: who enrols, how long they stay, who completes the course."""

from __future__ import annotations

from risksim.kernels.jit import kernel
from risksim.kernels.words import LANES

NEVER = 32_767


@kernel
def count_heads(duration, stop, enrolled_at, left_at, period_of_month, out):
    """Enrolments, months of the course begun and completions, in the first period on or after the day of each.

    stop int16[lane], when the programme ends early: no month begins on that day or later; enrolled_at, left_at
    int16[person, lane], period_of_month int64[contract month], -1 for none -> out float64[lane, 3, period], added to.
    [people, months, people]
    """
    for j in range(enrolled_at.shape[0]):
        for i in range(LANES):
            month = enrolled_at[j, i]
            if month == NEVER:
                continue
            stays = left_at[j, i] == NEVER
            begun = duration if stays else min(left_at[j, i] - month + 1, duration)
            begun = min(begun, stop[i] - month)
            if period_of_month[month] >= 0:
                out[i, 0, period_of_month[month]] += 1.0
            for later in range(begun):
                if period_of_month[month + later] >= 0:
                    out[i, 1, period_of_month[month + later]] += 1.0
            if stays and period_of_month[month + duration] >= 0:
                out[i, 2, period_of_month[month + duration]] += 1.0
