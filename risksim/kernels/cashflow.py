"""Net present value and internal rate of return of dated flows.

References
----------
.. [1] C. J. Norstrøm, "A sufficient condition for a unique nonnegative internal rate of return," J. Financial and
   Quantitative Analysis, 7(3), 1972.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.elementary import exponential_parts, logarithm
from risksim.kernels.jit import kernel
from risksim.kernels.words import LANES

OK_UNIQUE, TOTAL_LOSS, NO_INVESTMENT, ALL_POSITIVE, MULTIPLE, NO_ROOT = 0, 1, 2, 3, 4, 5
STATUS_NAMES = ("OK_UNIQUE", "TOTAL_LOSS", "NO_INVESTMENT", "ALL_POSITIVE", "MULTIPLE", "NO_ROOT")

LOWEST_LOG = -9.210340371976182  # ln(1 - 0.9999)
HIGHEST_LOG = 2.3978952727983707  # ln(1 + 10)
SCAN = 512

PLACE, SIDE, SURE, RATE, ROWS = 10, 11, 12, 13, 14  # rows of the scratch of many rates at once; the first ten are sums
ROUNDS = 8
ENOUGH = 1e-8
LEAST_GAP = 0.1  # years; below it the last digits of the value move the rate by more than 1e-14


@kernel
def value_at(flows, years, log_growth):
    """Value and its slope at ln(1 + r), as of the date that makes every discount factor at most one.

    flows float64[period], years float64[period], first and last flow not zero. That date (the first for rates above
    zero, the last below) changes neither sign nor root, and nothing overflows however wild the rate.
    """
    origin = years[0] if log_growth >= 0.0 else years[years.size - 1]
    value = 0.0
    slope = 0.0
    for t in range(flows.size):
        if flows[t] != 0.0:
            time = years[t] - origin
            term = flows[t] * math.exp(-time * log_growth)
            value += term
            slope -= time * term
    return value, slope


@kernel
def root_between(flows, years, low, high, guess):
    """The root in ln(1 + r) between two points of unlike sign: Newton, kept in by bisection."""
    f_low, _ = value_at(flows, years, low)
    x = guess if low < guess < high else 0.5 * (low + high)
    for _ in range(200):
        f, slope = value_at(flows, years, x)
        if f == 0.0:
            break
        if (f > 0.0) == (f_low > 0.0):
            low = x
        else:
            high = x
        step = x - f / slope if slope != 0.0 else low - 1.0
        new = step if low < step < high else 0.5 * (low + high)
        done = abs(new - x) <= 1e-15 * max(1.0, abs(x))
        x = new
        if done:
            break
    return x


@kernel
def unique_root(flows, years, low, high, guess, downwards, upwards):
    """The only root in ln(1 + r), wherever it is: the bracket grows on its open sides until the sign changes."""
    f_low, _ = value_at(flows, years, low)
    f_high, _ = value_at(flows, years, high)
    for _ in range(80):
        if (f_low > 0.0) != (f_high > 0.0):
            return root_between(flows, years, low, high, guess)
        width = 2.0 * (high - low)
        if downwards:
            low -= width
            f_low, _ = value_at(flows, years, low)
        if upwards:
            high += width
            f_high, _ = value_at(flows, years, high)
    return math.nan


@kernel
def paid_back_from_the_end(flows):
    """True if the sums counted back from the last flow start positive and change sign once.

    Norstrøm's criterion with time reversed: one root below zero. If the running sum from the front never turns
    positive, there is none above.
    """
    total = 0.0
    changes = 0
    sign = 0
    for t in range(flows.size - 1, -1, -1):
        total += flows[t]
        here = 1 if total > 0.0 else (-1 if total < 0.0 else 0)
        if here != 0:
            if sign == 0 and here < 0:
                return False
            if sign != 0 and here != sign:
                changes += 1
            sign = here
    return changes == 1


@kernel
def internal_rate(flows, years, paid_in, received):
    """Internal rate of return of one party and its status.

    flows float64[period], receipts positive; years float64[period]; all paid in and all received -> (rate, status).
    A total loss is -1, a rate that doesn't exist or isn't unique is nan. One sign change of the flows, or one of
    their running sum that ends positive [1]_, makes the rate unique; otherwise roots are looked for from -99.99 % to
    1000 % on a grid of 512 steps in ln(1 + r). That criterion is also tried with time reversed, for rates below zero.
    """
    if paid_in <= 0.0:
        return math.nan, (ALL_POSITIVE if received > 0.0 else NO_INVESTMENT)
    if received <= 0.0:
        return -1.0, TOTAL_LOSS
    first = 0
    last = flows.size - 1
    while first < last and flows[first] == 0.0:
        first += 1
    while last > first and flows[last] == 0.0:
        last -= 1
    flows = flows[first : last + 1]
    years = years[first : last + 1]
    changes = 0
    running_changes = 0
    sign = 0
    running_sign = 0
    total = 0.0
    in_time = 0.0
    out_time = 0.0
    gained = 0.0
    lost = 0.0
    first_sign = 0
    for t in range(flows.size):
        flow = flows[t]
        total += flow
        if flow > 0.0:
            gained += flow
            in_time += flow * years[t]
        elif flow < 0.0:
            lost -= flow
            out_time -= flow * years[t]
        here = 1 if flow > 0.0 else (-1 if flow < 0.0 else 0)
        if here != 0:
            if sign == 0:
                first_sign = here
            elif here != sign:
                changes += 1
            sign = here
        running = 1 if total > 0.0 else (-1 if total < 0.0 else 0)
        if running != 0:
            if running_sign != 0 and running != running_sign:
                running_changes += 1
            running_sign = running
    if changes == 0:
        return math.nan, (ALL_POSITIVE if first_sign > 0 else NO_ROOT if first_sign < 0 else NO_INVESTMENT)
    # The rate at which the average money in, at its average date, repays the average money out.
    gap = in_time / gained - out_time / lost
    guess = math.log(gained / lost) / gap if gap > 1e-6 else 0.0
    guess = min(max(guess, LOWEST_LOG), HIGHEST_LOG)
    if (
        changes == 1 and first_sign > 0
    ):  # what would solve the equation is the rate of a loan taken, not of money put in
        return math.nan, ALL_POSITIVE
    if changes == 1:
        x = unique_root(flows, years, min(guess, 0.0) - 0.5, max(guess, 0.0) + 0.5, guess, True, True)
        return (math.expm1(x), OK_UNIQUE) if not math.isnan(x) else (math.nan, NO_ROOT)
    if first_sign < 0 and running_changes == 1 and total > 0.0:
        x = unique_root(flows, years, 0.0, max(guess, 0.0) + 0.5, guess, False, True)
        return math.expm1(x), OK_UNIQUE
    if first_sign < 0 and running_changes == 0 and total < 0.0 and paid_back_from_the_end(flows):
        x = unique_root(flows, years, min(guess, 0.0) - 0.5, 0.0, guess, True, False)
        return math.expm1(x), OK_UNIQUE
    step = (HIGHEST_LOG - LOWEST_LOG) / SCAN
    roots = 0
    left = 0.0
    before, _ = value_at(flows, years, LOWEST_LOG)
    for k in range(1, SCAN + 1):
        here_value, _ = value_at(flows, years, LOWEST_LOG + k * step)
        if (before > 0.0) != (here_value > 0.0):
            roots += 1
            left = LOWEST_LOG + (k - 1) * step
        before = here_value
    if roots == 1:
        return math.expm1(root_between(flows, years, left, left + step, guess)), OK_UNIQUE
    return math.nan, (MULTIPLE if roots > 1 else NO_ROOT)


@kernel
def look_at_signs(flows, years, n, s):
    """Which lanes have one rate by the criteria of `internal_rate`, and where to begin to look for it.

    flows float64[period, lane], years float64[period], the first n lanes -> s float64[row, lane]: row SIDE 0 where a
    single rate may be anywhere, 1 above zero, -1 below it, 2 where no criterion holds; row PLACE the first guess of
    ln(1 + r).
    """
    sign, changes, first, total = s[0], s[1], s[2], s[3]
    running, turns, gained, lost = s[4], s[5], s[6], s[7]
    in_time, out_time, place, side = s[8], s[9], s[PLACE], s[SIDE]
    for row in range(10):
        own = s[row]
        for i in range(n):
            own[i] = 0.0
    for t in range(years.size):
        flow, time = flows[t], years[t]
        for i in range(n):
            f = flow[i]
            here = 1.0 if f > 0.0 else (-1.0 if f < 0.0 else 0.0)
            changes[i] += 1.0 if here * sign[i] < 0.0 else 0.0
            first[i] = here if first[i] == 0.0 else first[i]
            sign[i] = sign[i] if here == 0.0 else here
            money_in, money_out = (f if f > 0.0 else 0.0), (-f if f < 0.0 else 0.0)
            gained[i] += money_in
            lost[i] += money_out
            in_time[i] += money_in * time
            out_time[i] += money_out * time
        for i in range(n):
            whole = total[i] + flow[i]
            here = 1.0 if whole > 0.0 else (-1.0 if whole < 0.0 else 0.0)
            turns[i] += 1.0 if here * running[i] < 0.0 else 0.0
            running[i] = running[i] if here == 0.0 else here
            total[i] = whole
    for i in range(n):
        invests, both = first[i] < 0.0, lost[i] > 0.0 and gained[i] > 0.0
        money_in, money_out = (gained[i] if both else 1.0), (lost[i] if both else 1.0)
        gap = in_time[i] / money_in - out_time[i] / money_out
        guess = logarithm(money_in / money_out) / (gap if gap > 1e-6 else 1.0)
        guess = guess if gap > 1e-6 else 0.0
        guess = guess if guess > LOWEST_LOG else LOWEST_LOG
        place[i] = guess if guess < HIGHEST_LOG else HIGHEST_LOG
        one, whole = changes[i] == 1.0, total[i]
        above = turns[i] == 1.0 and whole > 0.0
        beneath = turns[i] == 0.0 and whole < 0.0
        where = 0.0 if one else (1.0 if above else (-1.0 if beneath else 2.0))
        side[i] = where if invests and both else 2.0
    # Below zero, what is counted back from the end has to start positive and change its sign once.
    some = False
    for i in range(n):
        some = some or side[i] == -1.0
        total[i], running[i], turns[i], first[i] = 0.0, 0.0, 0.0, 0.0
    if some:
        for t in range(years.size - 1, -1, -1):
            flow = flows[t]
            for i in range(n):
                whole = total[i] + flow[i]
                here = 1.0 if whole > 0.0 else (-1.0 if whole < 0.0 else 0.0)
                turns[i] += 1.0 if here * running[i] < 0.0 else 0.0
                first[i] = here if first[i] == 0.0 else first[i]
                running[i] = running[i] if here == 0.0 else here
                total[i] = whole
        for i in range(n):
            side[i] = 2.0 if side[i] == -1.0 and not (first[i] > 0.0 and turns[i] == 1.0) else side[i]


@kernel
def rates_of_lanes(flows, years, n, s):
    """Internal rates of up to 64 parties at a time, where that is quick and sure.

    flows float64[period, lane], years float64[period], the first n lanes; scratch float64[ROWS, lane] -> s: row SURE 1
    where the rate in row RATE is the only one, 0 where it has to be looked for by `internal_rate`.

    Notes
    -----
    Newton's method on the logarithm of the value of what comes in over that of what goes out, which is nearly straight
    in ln(1 + r). A lane stands still once its step is below 1e-8, since the next, which goes with the square of it,
    would only change the last digits; so no lane hangs on its neighbours. Sure are those that stand still where the
    average money comes in at least `LEAST_GAP` years after it goes out, on the side on which the only root lies.
    """
    look_at_signs(flows, years, n, s)
    value_in, value_out, in_time, out_time = s[0], s[1], s[2], s[3]
    place, side, sure, rate = s[PLACE], s[SIDE], s[SURE], s[RATE]
    n_periods = years.size
    span = years[n_periods - 1] - years[0]
    furthest = min(20.0, 600.0 / span) if span > 0.0 else 20.0
    for i in range(n):
        sure[i] = 0.0
    for _ in range(ROUNDS):
        for row in range(4):
            own = s[row]
            for i in range(n):
                own[i] = 0.0
        for t in range(n_periods):
            flow, time = flows[t], years[t] - years[0]
            for i in range(n):
                z, f = -time * place[i], flow[i]
                power, more = exponential_parts(z)
                term = f * (power + power * more)
                money_in, money_out = (term if f > 0.0 else 0.0), (-term if f < 0.0 else 0.0)
                value_in[i] += money_in
                value_out[i] += money_out
                in_time[i] += money_in * time
                out_time[i] += money_out * time
        left = 0.0
        for i in range(n):
            both = value_in[i] > 0.0 and value_out[i] > 0.0
            comes, goes = (value_in[i] if both else 1.0), (value_out[i] if both else 1.0)
            apart = (comes - goes) / (comes + goes)
            square = apart * apart
            log = 2.0 * apart * (1.0 + square * (1.0 / 3.0 + square * (0.2 + square * (1.0 / 7.0))))
            gap = in_time[i] / comes - out_time[i] / goes
            enough = both and gap > LEAST_GAP
            step = log / (gap if enough else 1.0)
            now = place[i]
            after = now + step
            size = abs(step)
            good = enough and size < 10.0 and abs(after) < furthest and side[i] < 2.0
            arrived = good and size <= ENOUGH * (1.0 + abs(now))
            moves = sure[i] == 0.0 and good
            place[i] = after if moves else now
            state = 1.0 if arrived else (0.0 if good else -1.0)
            sure[i] = sure[i] if sure[i] != 0.0 else state
        for i in range(n):
            left = max(left, 1.0 - abs(sure[i]))
        if left == 0.0:
            break
    for i in range(n):
        x, where = place[i], side[i]
        power, more = exponential_parts(x)
        rate[i] = (power - 1.0) + power * more
        here = where == 0.0 or where * x > 1e-6
        sure[i] = 1.0 if sure[i] == 1.0 and here else 0.0


@kernel
def returns(balance, tranche_party, drawn, received, years, discount, minor_units, irr, status, npv):
    """Returns of every tranche on every path, 64 paths at a time.

    balance int64[path, party, period], tranche_party int64[tranche], drawn and received int64[path, tranche],
    years float64[period], discount float64[hurdle, period] -> irr float64[path, tranche], status int8[path, tranche],
    npv float64[path, tranche, hurdle] [currency].
    """
    n_paths, n_periods = balance.shape[0], years.size
    flows, s, own = np.empty((n_periods, LANES)), np.empty((ROWS, LANES)), np.empty(n_periods)
    value, sure, rate = s[0], s[SURE], s[RATE]
    for at in range(0, n_paths, LANES):
        n = min(LANES, n_paths - at)
        for k in range(tranche_party.size):
            party = tranche_party[k]
            for i in range(n):
                money = balance[at + i, party]
                for t in range(n_periods):
                    flows[t, i] = np.float64(money[t])
            for t in range(n_periods):
                flow = flows[t]
                for i in range(n):
                    flow[i] = flow[i] / minor_units
            rates_of_lanes(flows, years, n, s)
            for i in range(n):
                p = at + i
                if sure[i] == 1.0 and drawn[p, k] > 0 and received[p, k] > 0:
                    irr[p, k], status[p, k] = rate[i], OK_UNIQUE
                    continue
                for t in range(n_periods):
                    own[t] = flows[t, i]
                found, code = internal_rate(own, years, np.float64(drawn[p, k]), np.float64(received[p, k]))
                irr[p, k], status[p, k] = found, code
            for h in range(discount.shape[0]):
                for i in range(n):
                    value[i] = 0.0
                for t in range(n_periods):
                    factor, flow = discount[h, t], flows[t]
                    for i in range(n):
                        value[i] += flow[i] * factor
                for i in range(n):
                    npv[at + i, k, h] = value[i]
