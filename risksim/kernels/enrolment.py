"""People who come in one after the other, wait, and start in turn.

Months are contract months, NEVER where it does not happen.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import inlined, kernel
from risksim.kernels.words import LANES

NEVER = 32_767
DEEP = 12.0
"""Standard deviations below its mean at which a Poisson number has no chance left (10 to the power -32)."""

LARGE = 100.0
"""From here on Stirling's series has all digits of the logarithm of a factorial."""


@inlined
def log_poisson(number, mean):
    """The logarithm of a Poisson probability, to 12 digits of the probability also where the mean is large."""
    n = np.float64(number)
    if n < LARGE:
        return n * math.log(mean) - mean - math.lgamma(n + 1.0)
    # Stirling's series; written so that large terms cancel before they are rounded.
    series = (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * n * n)) / (n * n)) / n
    return n * math.log1p((mean - n) / n) - (mean - n) - 0.5 * math.log(2.0 * math.pi * n) - series


@inlined
def poisson_at(mean, place):
    """The Poisson number at a place in its law: the smallest whose cumulative probability reaches `place`.

    Probabilities are added up from where they begin to count, so that no approximation enters.
    """
    if not mean > 0.0:
        return np.int64(0)
    number = np.int64(max(math.floor(mean - DEEP * math.sqrt(mean) - DEEP), 0.0))
    chance = math.exp(log_poisson(number, mean))
    below = chance
    # Beyond the mean, a chance that no longer moves the sum has reached the last digit of one.
    while below < place and (number < mean or below + chance > below):
        number += 1
        chance *= mean / number
        below += chance
    return number


@kernel
def people_who_come(drawn, places, ratio, luck, most, out):
    """People who come in on many paths.

    drawn: whether their number is Poisson around `ratio` times the places, or that product itself, rounded down; places
    [people]; ratio float64[path]; luck float64[path], the place of the number in its law, or what is added before
    rounding down, 0 for nothing; the most there can be -> out int32[path]. [people]
    """
    for i in range(out.size):
        if drawn:
            number = np.float64(poisson_at(ratio[i] * places, luck[i]))
        else:
            number = math.floor(ratio[i] * places + 1e-9 + luck[i])
        out[i] = np.int32(min(number, np.float64(most)))


@kernel
def start_late(late, most, moves, closes, last, arrived):
    """Everybody comes in later, and after the window nobody does.

    late float64[lane], months, cut to whole months and to `most`; moves 1 where the window moves too; closes, the first
    month in which nobody comes in -> last int64[lane], the last month of the window; arrived int16[person, lane],
    changed in place. [month]
    """
    for i in range(LANES):
        shift = np.int64(min(math.floor(late[i]), np.float64(most)))
        last[i] = closes - 1 + moves * shift
        for j in range(arrived.shape[0]):
            if arrived[j, i] != NEVER:
                month = arrived[j, i] + shift
                arrived[j, i] = month if month <= last[i] else NEVER


@kernel
def start_in_turn(arrived, left, before, places, per_month, patience, within, until, last, n_months, out):
    """When each person starts: in the order of coming in, by number inside a month, as far as there is room.

    arrived int16[person, lane]; left int16[person, lane], when whoever started in `before` int16[person, lane] leaves;
    places and most starts in a month [people]; months that somebody waits; whoever leaves in one of `within` months
    from the start, before month until int64[lane], frees the place for the months after; last int64[lane], the last
    month of starts; months of the cohort -> out int16[person, lane]. [month]

    A leaver counts where the start is that of `before`: called again with its own answer until nothing changes, it
    gives the months in which people start when all leavers are known.
    """
    first = np.empty(n_months + 1, np.int64)
    filled = np.empty(n_months, np.int64)
    order = np.empty(arrived.shape[0], np.int64)
    freed = np.empty(n_months + 1, np.int64)
    for i in range(LANES):
        first[:] = 0
        freed[:] = 0
        for j in range(arrived.shape[0]):
            out[j, i] = NEVER
            if arrived[j, i] != NEVER:
                first[arrived[j, i] + 1] += 1
        for month in range(n_months):
            first[month + 1] += first[month]
            filled[month] = first[month]
        for j in range(arrived.shape[0]):
            if arrived[j, i] != NEVER:
                order[filled[arrived[j, i]]] = j
                filled[arrived[j, i]] += 1
        turn, taken = 0, 0
        for month in range(min(n_months, last[i] + 1)):
            taken -= freed[month]
            while turn < first[month + 1] and arrived[order[turn], i] + patience < month:
                turn += 1
            started = 0
            while turn < first[month + 1] and taken < places and started < per_month:
                person = order[turn]
                out[person, i] = month
                turn, taken, started = turn + 1, taken + 1, started + 1
                gone = np.int64(left[person, i])
                early = before[person, i] == month and gone != NEVER and gone - month < within and gone < until[i]
                if early and gone < n_months:
                    freed[gone + 1] += 1
