"""Outcomes that people need to be lived for: several measurements, gates, spells, amounts, scores and use.

What a measurement is *worth* is 1 where an outcome is met and 0 where it is not, or an amount; it is not a number for
people the outcome does not speak of. Arrays over people are [person, lane], 64 lanes.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import kernel
from risksim.kernels.normal import normal_of, uniform_of
from risksim.kernels.words import LANES

NEVER = 32_767
ENROLLED, COMPLETERS, MEASURED, EARLIER = 0, 1, 2, 3
POINT, CONTINUOUS, CUMULATIVE, ANY_SPELL, MONTHS = 0, 1, 2, 3, 4
SINCE_LAST, FROM_START, NEW_HIGH, LEVEL, POINTS = 0, 1, 2, 3, 4
USE_FALLS = 1
FORGIVEN = 1e-9


@kernel
def speak_of(population, enrolled_at, left_at, able):
    """Whom an outcome speaks of, gates apart: enrolled_at, left_at int16[person, lane] -> able uint8[person, lane]."""
    for j in range(able.shape[0]):
        for i in range(LANES):
            stays = population in (ENROLLED, EARLIER) or left_at[j, i] == NEVER
            able[j, i] = enrolled_at[j, i] != NEVER and stays


@kernel
def happen(words, bars, first, able, state, worth):
    """Whether something happens to each person at a measurement.

    words uint32[person, lane]; bars uint32[3, lane], the limits at the first measurement, after a success and after a
    failure; able uint8[person, lane]; state uint8[person, lane], what happened at the measurement before, written over
    -> worth float64[person, lane].
    """
    at_first, again, anew = bars[0], bars[1], bars[2]
    for j in range(worth.shape[0]):
        for i in range(LANES):
            bar = at_first[i] if first else (again[i] if state[j, i] else anew[i])
            met = words[j, i] < bar
            state[j, i] = met
            value = 1.0 if met else 0.0
            worth[j, i] = value if able[j, i] else np.nan


@kernel
def pass_gate(rows, enrolled_at, all_worth, opens, drops, worth):
    """Hold a measurement against that of another outcome.

    rows int64[month of the window], the row of `all_worth` that counts, -1 for none; enrolled_at int16[person, lane];
    all_worth float64[row, person, lane]; opens: 1 for a gate that must be met, 0 for one that must not; drops: 1 where
    people before a closed gate are not spoken of -> worth float64[person, lane] written over.
    """
    for j in range(worth.shape[0]):
        for i in range(LANES):
            if enrolled_at[j, i] == NEVER:
                continue
            row, value = rows[enrolled_at[j, i]], worth[j, i]
            met = (row >= 0) & (all_worth[max(row, 0), j, i] == 1.0)
            # Chosen without branches, which nobody could foresee; nan stays nan.
            shut = np.nan if drops or value != value else 0.0
            worth[j, i] = value if met == (opens == 1) else shut


@kernel
def begin_spells(inside, inside_at_start, spell):
    """People at the start of their clock: inside uint8[person, lane] and spell float64[5, person, lane] filled.

    The five: the clock, when the running spell began, when it was last left, time inside so far, the longest spell.
    Not yet left, or never begun, is minus infinity.
    """
    for j in range(inside.shape[0]):
        for i in range(LANES):
            inside[j, i] = inside_at_start
            spell[0, j, i] = 0.0
            spell[1, j, i] = 0.0 if inside_at_start else -np.inf
            spell[2, j, i] = -np.inf
            spell[3, j, i] = 0.0
            spell[4, j, i] = 0.0


@kernel
def look_at_spells(clause, lasts, gap, inside, at, until, spell, j, i):
    """What a contract sees of one person on a day inside the running segment, which began at clock `at`."""
    begun, left, total, longest = spell[1, j, i], spell[2, j, i], spell[3, j, i], spell[4, j, i]
    if clause == POINT:
        return 1.0 if inside else 0.0
    if clause in (CUMULATIVE, MONTHS):
        months = total + (until - at if inside else 0.0)
        if clause == MONTHS:
            return months
        return 1.0 if months >= lasts else 0.0
    unbroken = inside or until - left <= gap
    running = until - begun if unbroken and begun > -np.inf else 0.0
    if clause == CONTINUOUS:
        return 1.0 if running >= lasts else 0.0
    return 1.0 if max(longest, running if inside else left - begun if begun > -np.inf else 0.0) >= lasts else 0.0


@kernel
def length_of_stretch(u, stays, rate, shape):
    """How long a stretch in or out of a state lasts at a uniform: a Weibull law inside, an exponential one outside."""
    if rate <= 0.0:
        return np.inf
    length = -math.log(1.0 - u)
    if stays and shape != 1.0:
        length = length ** (1.0 / shape)
    return length / rate


@kernel
def end_stretch(at, until, stays, clause, lasts, gap, since, month, inside, spell, worth, j, i):
    """Note what measurements see in one person's stretch from clock `at` to `until`, and move the person on.

    stays: whether the person is inside; the rest as in `next_spell`. Returns 1 where a measurement is still to come.
    """
    last = since.shape[0] - 1
    for o in range(last + 1):
        day = np.float64(since[o, month])
        # A day belongs to the stretch that begins on it.
        if at <= day and day < until:
            worth[o, j, i] = look_at_spells(clause, lasts, gap, stays, at, day, spell, j, i)
    spell[0, j, i] = until
    if until > since[last, month]:
        return 0
    if stays:
        spell[2, j, i] = until
        spell[3, j, i] += until - at
        spell[4, j, i] = max(spell[4, j, i], until - spell[1, j, i])
        inside[j, i] = 0
    else:
        if until - spell[2, j, i] > gap:
            spell[1, j, i] = until
        inside[j, i] = 1
    return 1


@kernel
def next_spell(words, starts, ends, shape, clause, lasts, gap, since, enrolled_at, inside, spell, worth):
    """Live each person's next stretch in or out of a state, and note what measurements fall in it see.

    words uint32[person, lane]; starts, ends float64[lane] rates; shape float of the Weibull law of stays; since
    int64[measurement, month of the window], months on each person's clock; inside uint8, spell float64[5, person, lane]
    as `begin_spells` has them, moved on -> worth float64[measurement, person, lane]. Returns how many people still have
    a measurement to come. [month]
    """
    waiting = 0
    last = since.shape[0] - 1
    for j in range(inside.shape[0]):
        for i in range(LANES):
            month = enrolled_at[j, i]
            if month == NEVER or spell[0, j, i] > since[last, month]:
                continue
            at, stays = spell[0, j, i], inside[j, i] == 1
            until = at + length_of_stretch(uniform_of(words[j, i]), stays, ends[i] if stays else starts[i], shape)
            waiting += end_stretch(at, until, stays, clause, lasts, gap, since, month, inside, spell, worth, j, i)
    return waiting


@kernel
def spread_amounts(drawn, shift, least, most, able, worth):
    """Amounts of people: drawn float64[person * lane, 1], shift float64[lane], able uint8[person, lane]
    -> worth float64[person, lane].
    """
    for j in range(worth.shape[0]):
        for i in range(LANES):
            amount = min(max(drawn[j * LANES + i, 0] + shift[i], least), most)
            worth[j, i] = amount if able[j, i] else np.nan


@kernel
def reach(amount, goal, always, first, enrolled_at, worth):
    """Whether amounts reach a goal.

    amount float64[person, lane]; first uint8[month of the window], 1 where no measurement took place before;
    enrolled_at int16[person, lane] -> worth float64[person, lane], which holds the answer of the measurement before on
    the way in, where every measurement counts.
    """
    for j in range(worth.shape[0]):
        for i in range(LANES):
            if amount[j, i] != amount[j, i]:
                worth[j, i] = np.nan
                continue
            met = amount[j, i] >= goal
            if always and first[enrolled_at[j, i]] == 0:
                met = met and worth[j, i] == 1.0
            worth[j, i] = 1.0 if met else 0.0


@kernel
def see_score(normals, errors, mean, growth, since, sd, noise, lowest, highest, step, enrolled_at, score):
    """A score as it is measured.

    normals float64[person, lane], a person's place among all; errors uint32[person, lane]; mean, growth float64[lane],
    growth a year; since int64[month of the window], months since enrolment -> score float64[person, lane].
    """
    for j in range(score.shape[0]):
        for i in range(LANES):
            if enrolled_at[j, i] == NEVER:
                continue
            years = since[enrolled_at[j, i]] / 12.0
            true = mean[i] + growth[i] * years + sd * normals[j, i]
            seen = true + noise * normal_of(uniform_of(errors[j, i]))
            seen = min(max(seen, lowest), highest)
            if step > 0.0:
                # A half goes up; the scale's ends are steps themselves or cut the last one.
                seen = min(lowest + step * math.floor((seen - lowest) / step + 0.5), highest)
            score[j, i] = seen


@kernel
def compare_score(clause, goal, score, start, before, best, takes_place, enrolled_at, able, worth):
    """What a contract sees in a score.

    score, start, before, best float64[person, lane]: now, at enrolment, at the measurement before, the best so far; the
    last two are moved on where the measurement takes place, takes_place uint8[month of the window]; enrolled_at
    int16[person, lane], able uint8[person, lane] -> worth float64[person, lane].
    """
    for j in range(worth.shape[0]):
        for i in range(LANES):
            if not able[j, i]:
                worth[j, i] = np.nan
                continue
            now = score[j, i]
            if clause == POINTS:
                worth[j, i] = now - before[j, i]
            else:
                mark = before[j, i]
                if clause == FROM_START:
                    mark = start[j, i]
                elif clause == NEW_HIGH:
                    mark = best[j, i]
                elif clause == LEVEL:
                    mark = 0.0
                # What is forgiven keeps whole steps whole: 2.3 - 1.8 is a gain of 0.5.
                worth[j, i] = 1.0 if now - mark >= goal - FORGIVEN else 0.0
            if takes_place[enrolled_at[j, i]]:
                before[j, i] = now
                best[j, i] = max(best[j, i], now)


@kernel
def places_in_use(words, place, again, none, none_after, none_again, above, correlation, before, after):
    """Places of a person's use among those who have some, before and after; -1 for no use.

    words uint32[person, lane] of use before, place of its amount; again of use after, and `after` the word of its
    amount on the way in as float64 uniform -> before, after float64[person * lane]. [1]
    """
    rest = math.sqrt(1.0 - correlation * correlation)
    for j in range(words.shape[0]):
        for i in range(LANES):
            at = j * LANES + i
            some = uniform_of(words[j, i]) >= none
            u = above + (1.0 - above) * uniform_of(place[j, i])
            before[at] = min(u, 1.0 - 2.0**-53) if some else -1.0
            still = uniform_of(again[j, i]) >= (none_after if some else none_again)
            z = normal_of(after[at])
            if some and correlation == 1.0:
                u = before[at]  # to the last bit, so that nobody saves by rounding
            else:
                if some:
                    z = correlation * normal_of(before[at]) + rest * z
                u = 0.5 * math.erfc(-z * 0.7071067811865476)
            after[at] = min(max(u, 2.0**-53), 1.0 - 2.0**-53) if still else -1.0


@kernel
def fall_in_use(clause, place_before, place_after, before, after, effect, able, worth):
    """The fall in use from before to after: places float64[person * lane], amounts float64[person * lane, 1], effect
    float64[lane], able uint8[person, lane] -> worth float64[person, lane].
    """
    for j in range(worth.shape[0]):
        for i in range(LANES):
            at = j * LANES + i
            first = before[at, 0] if place_before[at] >= 0.0 else 0.0
            then = after[at, 0] * (1.0 - effect[i]) if place_after[at] >= 0.0 else 0.0
            fall = first - then
            if clause == USE_FALLS:
                fall = max(fall, 0.0)
            worth[j, i] = fall if able[j, i] else np.nan


@kernel
def meter(population, worth, seen, enrolled_at, period_of_month, out):
    """What the contract measures at one measurement.

    worth float64[person, lane], seen uint8[person, lane], enrolled_at int16[person, lane], period_of_month int64[month
    of the window] -> out float64[lane, statistic, period] (eligible, seen, sum, unused, sum of squares), added to.
    """
    whole = population in (ENROLLED, COMPLETERS)
    for j in range(worth.shape[0]):
        for i in range(LANES):
            if worth[j, i] != worth[j, i]:
                continue
            period = period_of_month[enrolled_at[j, i]]
            if period < 0:
                continue
            visible = np.float64(seen[j, i])
            value = visible * worth[j, i]
            out[i, 0, period] += 1.0 if whole else visible
            out[i, 1, period] += visible
            out[i, 2, period] += value
            out[i, 4, period] += value * value


@kernel
def meter_card(prices, most, all_worth, seen, enrolled_at, period_of_month, earned, out):
    """What a price list with a most for each person owes.

    prices float64[row, lane]; most float64[lane]; all_worth float64[row, person, lane]; seen uint8, enrolled_at int16
    [person, lane]; period_of_month int64[row, month of the window]; scratch earned float64[period]
    -> out float64[lane, period], added to. [currency]
    """
    for i in range(LANES):
        for j in range(seen.shape[0]):
            if enrolled_at[j, i] == NEVER or seen[j, i] == 0:
                continue
            earned[:] = 0.0
            some = False
            for row in range(prices.shape[0]):
                period = period_of_month[row, enrolled_at[j, i]]
                worth = all_worth[row, j, i]
                if period >= 0 and worth == worth and prices[row, i] * worth > 0.0:
                    earned[period] += prices[row, i] * worth
                    some = True
            if not some:
                continue
            left = most[i]
            for t in range(earned.size):
                paid = min(earned[t], left)
                out[i, t] += paid
                left -= paid


@kernel
def count_worth(worth, counted, seen, enrolled_at, period_of_month, out):
    """People for whom a measurement is worth more than nothing: worth float64[person, lane] in truth, counted the same
    for the contract -> out int32[lane, 2] (all, and those who count for payment), added to.
    """
    for j in range(worth.shape[0]):
        for i in range(LANES):
            month = enrolled_at[j, i]
            met = np.int32(worth[j, i] > 0.0)
            paid = np.int32(counted[j, i] > 0.0) & np.int32(seen[j, i])
            counts = np.int32(period_of_month[0 if month == NEVER else month] >= 0)
            out[i, 0] += met
            out[i, 1] += paid & counts
