"""Goals and tables: what was measured, held against thresholds, steps and straight lines. Money in minor units.

A quantity is kept as a numerator and a denominator, both whole where people are whole, so that a share is compared with
a limit in integers: ``grain * sum >= (grain * limit) * people``.
"""

from __future__ import annotations

import numpy as np

from risksim.kernels.chances import pick
from risksim.kernels.jit import kernel
from risksim.kernels.levels import price_level

COUNT, SHARE, VALUE = 0, 1, 2
FAILURE, EXCLUDE, ASSUMED, OBSERVED = 0, 1, 2, 3
NOTHING, ASSUME, POOLED, POSTPONE = 0, 1, 2, 3
THRESHOLD, STEPS = 4, 5
AMOUNT, RETURN = 0, 3


@kernel
def quantity(counts, unmeasured, grain, assumed, total, seen, eligible):
    """What a rule holds against its limits, as numerator (times grain) and denominator; denominator 0 for nothing.

    total, seen, eligible: what was measured added up, people measured, people the outcome speaks of.
    """
    if counts == VALUE:
        return total, 1.0
    number, people = grain * total, 1.0
    if unmeasured == ASSUMED:
        number += assumed * (eligible - seen)
    if unmeasured == OBSERVED:
        if counts == COUNT:
            return number * eligible, seen
        return number, seen
    if counts == SHARE:
        people = seen if unmeasured == EXCLUDE else eligible
    return number, people


@kernel
def line_reached(number, people, limit, strict):
    """How many lines of a rising table a quantity reaches: limit float64[line], times the grain."""
    reached = 0
    for i in range(limit.size):
        goal = limit[i] * people
        reached += number > goal if strict else number >= goal
    return reached


@kernel
def along_lines(place, limit, gives, below):
    """What straight lines between corners give at a place; `below` before the first, the last one's value beyond it."""
    last = limit.size - 1
    if place < limit[0]:
        return below
    if place >= limit[last]:
        return gives[last]
    i = 0
    while place >= limit[i + 1]:
        i += 1
    return gives[i] + (gives[i + 1] - gives[i]) * (place - limit[i]) / (limit[i + 1] - limit[i])


@kernel
def given(kind, number, people, grain, strict, limit, gives, below):
    """What a table gives for a quantity; a threshold gives 1 where its goal is reached."""
    if kind in (THRESHOLD, STEPS):
        reached = line_reached(number, people, limit, strict)
        return gives[reached - 1] if reached > 0 else below
    # The quotient of whole numbers is the float64 nearest to the decimal that the table says.
    return along_lines(number / (grain * people), limit / grain, gives, below)


@kernel
def add_up(measured, column, path, cohorts, period, sums):
    """Add what was measured in a period.

    measured float64[path, cohort, measure, period], column int64[3] -> sums float64[cohort + 1, 3], all cohorts
    together in its last row.
    """
    for c in range(cohorts):
        for s in range(3):
            if column[s] >= 0:
                sums[c, s] += measured[path, c, column[s], period]
                sums[cohorts, s] += measured[path, c, column[s], period]


@kernel
def hurdle(
    path,
    period,
    upto,
    rate,
    received,
    drawn_share,
    commitment_slot,
    commitment_value,
    minor_units,
    years,
    inputs,
    out,
):
    """What is missing on a date for capital drawn to have earned a yearly rate; not negative.

    The rows that received uint8[rule] marks and the periods up to `upto` of out int64[path, rule, period] count as
    received; drawn_share float64[tranche, period], years float64[period]. [minor unit]
    """
    balance = 0.0
    for t in range(upto + 1):
        grown = (1.0 + rate) ** (years[period] - years[t])
        for k in range(drawn_share.shape[0]):
            commitment = pick(commitment_slot[k], commitment_value[k], inputs, path)
            before = np.rint(commitment * drawn_share[k, t - 1] * minor_units) if t > 0 else 0.0
            balance += (np.rint(commitment * drawn_share[k, t] * minor_units) - before) * grown
        for r in range(received.size):
            if received[r]:
                balance -= out[path, r, t] * grown
    return max(balance, 0.0)


@kernel
def shifted(limit, shift, grain, counts):
    """Limits with millionths added: limit float64[line], times the grain, which holds whole millionths."""
    if counts == VALUE:
        return np.rint((limit + shift / 1e6) * 1e9) / 1e9
    return limit + shift * (grain / 1e6)


@kernel
def claim_goal(
    k, kind, row, measured, payments, financing, years, minor_units, inputs, changed, shift, factor, sums, paid, out
):
    """What a threshold, step table or ladder claims: clause k, into row `row` of out int64[path, rule, period].

    measured float64[path, cohort, measure, period]; payments and financing: groups of the plan; years float64[period];
    changed and shift float64[path, period]: amounts (or what they are multiplied by) and what is added to goals, in
    millionths, of a clause whose terms change, otherwise empty; scratch factor float64[period] (price level), sums
    float64[cohort + 1, 3], paid uint8[cohort + 1]. [minor unit]
    """
    how, tables = payments.readings, payments.tables
    n_paths, n_cohorts, _, n_periods = measured.shape
    lines = slice(tables.first[k], tables.first[k + 1])
    limit, gives = tables.limit[lines], tables.gives[lines]
    column, counts, grain = how.column[k], how.counts[k], how.grain[k]
    unit, number_at = tables.unit[k], payments.first_number[k]
    groups = n_cohorts if how.each_cohort[k] else 1
    for p in range(n_paths):
        sums[:] = 0.0
        paid[:] = 0
        amount = 1.0
        if kind == THRESHOLD:
            amount = pick(payments.amount_slot[number_at], payments.amount_value[number_at], inputs, p)
        part = 1.0 - pick(payments.unless_slot[k], payments.unless_value[k], inputs, p)
        if payments.growth_slot[k] >= 0:
            price_level(k, payments, inputs, p, factor)
        for t in range(n_periods):
            if changed.size > 0:
                amount = changed[p, t]
            if shift.size > 0:
                limit = shifted(tables.limit[lines], shift[p, t], grain, counts)
            out[p, row, t] = 0
            if counts == VALUE:
                sums[:] = 0.0
            if counts != VALUE or payments.looks[k, t]:
                add_up(measured, column, p, n_cohorts, t, sums)
            if not payments.looks[k, t]:
                continue
            worth = 0.0
            for g in range(groups):
                own = g if how.each_cohort[k] else n_cohorts
                total, seen, eligible = sums[own, 0], sums[own, 1], sums[own, 2]
                # Something that is not known yet: no claim, even where the rest would do, nor a decision on few people.
                if total != total or seen != seen or eligible != eligible:
                    continue
                number, people = quantity(counts, how.unmeasured[k], grain, how.assumed[k], total, seen, eligible)
                few = counts != VALUE and seen < how.fewest[k]
                if few:
                    if how.otherwise[k] == NOTHING or how.otherwise[k] == POSTPONE:
                        continue
                    if how.otherwise[k] == ASSUME:
                        number, people = how.assumed[k], 1.0
                        if counts == COUNT:
                            number = how.assumed[k] * eligible
                    else:
                        total, seen, eligible = sums[n_cohorts, 0], sums[n_cohorts, 1], sums[n_cohorts, 2]
                        if not seen >= how.fewest[k]:
                            continue
                        number, people = quantity(
                            counts, how.unmeasured[k], grain, how.assumed[k], total, seen, eligible
                        )
                # Nothing to divide by, or something that is not known yet: no claim.
                if not people > 0.0 or number != number or (how.once[k] and paid[own]):
                    continue
                rate = given(kind, number, people, grain, how.strict[k], limit, gives, tables.below[k])
                rate = min(max(rate, tables.least[k, t]), tables.most[k])
                if rate != 0.0:
                    paid[own] = 1
                if unit == RETURN:
                    worth += hurdle(
                        p,
                        t,
                        t,
                        rate,
                        payments.scope[k],
                        tables.capital[k],
                        financing.commitment_slot,
                        financing.commitment_value,
                        minor_units,
                        years,
                        inputs,
                        out,
                    )
                elif unit == AMOUNT:
                    worth += amount * rate * factor[t]
                else:
                    for tranche in range(tables.capital.shape[1]):
                        commitment = pick(
                            financing.commitment_slot[tranche], financing.commitment_value[tranche], inputs, p
                        )
                        worth += rate * commitment * tables.capital[k, tranche, t]
            worth *= part if unit == RETURN else part * minor_units
            out[p, row, t] = np.int64(np.rint(max(worth, 0.0)))
            if not how.cumulative[k]:
                for g in range(n_cohorts + 1):
                    wait = how.otherwise[k] == POSTPONE and sums[g, 1] < how.fewest[k]
                    if not wait:
                        sums[g, :] = 0.0
