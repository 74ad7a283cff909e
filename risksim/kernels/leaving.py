"""Leaving a course, moving away, and success in time: when each person goes, and when what they do comes about.

Survival is ``exp(-rate * t ** shape)``, `t` in months. Arrays over people are [person, lane], 64 lanes; months are
contract months, NEVER where it does not happen.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import kernel
from risksim.kernels.normal import uniform_of
from risksim.kernels.words import LANES

NEVER = 32_767
EVENLY, BY_SHARE, BY_MONTH, STAYS = 0, 1, 2, 3
EXCLUDED = 3
ALL = 1.0 - 2.0**-53
TWO = math.log(2.0)


@kernel
def rate_of_two(one, other):
    """The rate of one of two things of which in each month the first may happen, of their chances in a month together.

    ``one / (one + other) * -log(1 - one - other)``; all within a month where they add up to 1 or more. [1/month]
    """
    both = one + other
    if both <= 0.0:
        return 0.0
    return one / both * -math.log1p(-min(both, ALL))


@kernel
def leaving_law(way, levels, odds, shape, duration, beside, shares, rates):
    """The share who leave by the end of the course, and the rate of the law.

    way: BY_SHARE, BY_MONTH or STAYS; levels, odds float64[lane] as `Leaving` has them; beside float64[lane], the
    monthly chance of a success that is read together with that of leaving, 0 for none -> shares, rates float64[lane],
    written over. [1, 1/month**shape]
    """
    course = np.float64(duration) ** shape
    for i in range(LANES):
        if way == BY_SHARE:
            rate = -math.log1p(-levels[i]) / course
        elif way == BY_MONTH:
            rate = -math.log1p(-levels[i])
        else:
            rate = levels[i]
        share = levels[i] if way == BY_SHARE else -math.expm1(-rate * course)
        if odds[i] != 1.0:
            share = odds[i] * share / (1.0 - share + odds[i] * share)
            rate = -math.log1p(-share) / course
        if beside[i] > 0.0:
            rate = rate_of_two(-math.expm1(-rate), beside[i])
            share = -math.expm1(-rate * course)
        shares[i], rates[i] = share, rate


@kernel
def months_on_course(evenly, words, limits, shares, rates, shape, duration, out):
    """How long each person stays on the course: infinitely long who does not leave it.

    evenly: 1 where people leave evenly over the course; words uint32[person, lane], low for who leaves early; limits
    uint32[lane]; shares, rates float64[lane] -> out float64[person, lane]. [month]
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            out[j, i] = np.inf
            if words[j, i] < limits[i]:
                u = uniform_of(words[j, i])
                months = duration * (u / shares[i]) if evenly else (-math.log1p(-u) / rates[i]) ** (1.0 / shape)
                out[j, i] = min(months, duration * ALL)


@kernel
def leave_after(stays, duration, enrolled_at, out):
    """Month in which each person leaves: stays float64[person, lane], months on the course, infinite for who does not
    leave; enrolled_at int16[person, lane] -> out int16[person, lane]. [month]
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            out[j, i] = NEVER
            if enrolled_at[j, i] != NEVER and stays[j, i] < np.inf:
                out[j, i] = enrolled_at[j, i] + max(min(np.int64(stays[j, i]), duration - 1), 0)


@kernel
def staying(way, share, rate, shape, duration, months):
    """The share still on the course after some months, at most its duration."""
    if way == EVENLY:
        return 1.0 - share * months / duration
    return math.exp(-rate * months**shape)


@kernel
def staying_here(yearly, months):
    """The share that has not moved away after some months, of the share that moves in a year."""
    return math.exp(months / 12.0 * math.log1p(-min(yearly, ALL)))


@kernel
def move_month(words, yearly, enrolled_at, out):
    """Month in which each person moves away.

    words uint32[person, lane], low for who moves early; yearly float64[lane], the share that moves in a year;
    enrolled_at int16[person, lane] -> out int16[person, lane]. [month]
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            out[j, i] = NEVER
            if enrolled_at[j, i] == NEVER or yearly[i] <= 0.0:
                continue
            months = -12.0 * math.log1p(-uniform_of(words[j, i])) / -math.log1p(-min(yearly[i], ALL))
            if months < NEVER - enrolled_at[j, i] - 1:
                out[j, i] = enrolled_at[j, i] + np.int64(months)


@kernel
def end_by_move(moved_at, duration, enrolled_at, left_at):
    """A move during the course ends it: moved_at, enrolled_at int16[person, lane] -> left_at int16[person, lane],
    moved forward. [month]
    """
    for j in range(left_at.shape[0]):
        for i in range(LANES):
            moved = moved_at[j, i]
            if moved != NEVER and moved < enrolled_at[j, i] + duration and moved < left_at[j, i]:
                left_at[j, i] = moved


@kernel
def fail_after_move(moved_at, then, measured_month, enrolled_at, worth):
    """What a move does to a measurement after it: on the day of the month in which somebody moves it still counts.

    moved_at, enrolled_at int16[person, lane]; then: LOST or EXCLUDED; measured_month int64[month of the window], the
    contract month of the measurement -> worth float64[person, lane], written over.
    """
    for j in range(worth.shape[0]):
        for i in range(LANES):
            if moved_at[j, i] == NEVER or worth[j, i] != worth[j, i]:
                continue
            if measured_month[enrolled_at[j, i]] > moved_at[j, i]:
                worth[j, i] = np.nan if then == EXCLUDED else 0.0


@kernel
def choose_leavers(theirs, enrolled_at, left_at, worth):
    """Another worth for those who left: theirs float64[person, lane]; enrolled_at, left_at int16[person, lane]
    -> worth float64[person, lane], written over.
    """
    for j in range(worth.shape[0]):
        for i in range(LANES):
            if enrolled_at[j, i] != NEVER and left_at[j, i] != NEVER:
                worth[j, i] = theirs[j, i]


@kernel
def onset_of(word, typical, shape, last):
    """How long a success takes whose law is cut at the last measurement: word, low for early; last, months until that
    measurement. [month]
    """
    whole = -math.expm1(-TWO * (max(last, 0) / typical) ** shape)
    return typical * (-math.log1p(-uniform_of(word) * whole) / TWO) ** (1.0 / shape)


@kernel
def event_of(word, monthly, leaving):
    """How long it takes until something happens that has a chance a month: word, low for early; leaving: the rate of
    leaving alone where the two chances are read together, else 0. [month]
    """
    rate = rate_of_two(monthly, -math.expm1(-leaving))
    return -math.log1p(-uniform_of(word)) / rate if rate > 0.0 else np.inf


@kernel
def months_to_onset(words, typical, shape, last, enrolled_at, out):
    """How long the success of each person takes: words uint32[person, lane]; last int64[month of the window], months
    until the last measurement; enrolled_at int16[person, lane] -> out float64[person, lane]. [month]
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            if enrolled_at[j, i] != NEVER:
                out[j, i] = onset_of(words[j, i], typical, shape, last[enrolled_at[j, i]])


@kernel
def months_to_event(words, monthly, leaving, out):
    """How long it takes until something happens to each person: words uint32[person, lane]; monthly, leaving
    float64[lane] -> out float64[person, lane], infinite where it never does. [month]
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            out[j, i] = event_of(words[j, i], monthly[i], leaving[i])


@kernel
def come_in_time(words, typical, shape, since, enrolled_at, worth):
    """A success that takes its time: earlier measurements see it only once it has come.

    words uint32[person, lane], low for early; typical, shape: median and shape of the Weibull law that is cut at the
    last measurement; since int64[measurement, month of the window], months on each person's clock; enrolled_at
    int16[person, lane] -> worth float64[measurement, person, lane], 1 at every measurement of who succeeds by the last.
    """
    last = worth.shape[0] - 1
    for j in range(worth.shape[1]):
        for i in range(LANES):
            if worth[last, j, i] != 1.0:
                continue
            month = enrolled_at[j, i]
            comes = onset_of(words[j, i], typical, shape, since[last, month])
            for row in range(last):
                if comes > since[row, month]:
                    worth[row, j, i] = 0.0


@kernel
def happen_by(words, monthly, leaving, stays, since, enrolled_at, left_at, able, worth):
    """What happens in some month unless the person leaves first.

    words uint32[person, lane], low for early; monthly float64[lane], its chance in a month; leaving float64[lane], the
    rate of leaving alone where the two chances are read together, else 0; stays float64[person, lane], months on each
    person's clock until they leave, infinite for who does not, below 0 where nobody who left can succeed; since
    int64[measurement, month of the window]; enrolled_at, left_at int16[person, lane]; able uint8[person, lane] ->
    worth float64[measurement, person, lane]. [month]
    """
    for j in range(able.shape[0]):
        for i in range(LANES):
            if able[j, i] == 0:
                worth[:, j, i] = np.nan
                continue
            month, left = enrolled_at[j, i], left_at[j, i]
            until = stays[j, i]
            # A stop of the programme or a move ends a course earlier than the person would have.
            if left != NEVER and (until == np.inf or left - month < np.int64(until)):
                until = np.float64(left - month)
            comes = event_of(words[j, i], monthly[i], leaving[i])
            for row in range(worth.shape[0]):
                worth[row, j, i] = 1.0 if comes <= since[row, month] and comes < until else 0.0
