"""Net present value and internal rate of return of dated flows.

References
----------
.. [1] C. J. Norstrøm, "A sufficient condition for a unique nonnegative internal rate of return," J. Financial and
   Quantitative Analysis, 7(3), 1972.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import kernel

OK_UNIQUE, TOTAL_LOSS, NO_INVESTMENT, ALL_POSITIVE, MULTIPLE, NO_ROOT = 0, 1, 2, 3, 4, 5
STATUS_NAMES = ("OK_UNIQUE", "TOTAL_LOSS", "NO_INVESTMENT", "ALL_POSITIVE", "MULTIPLE", "NO_ROOT")

LOWEST_LOG = -9.210340371976182  # ln(1 - 0.9999)
HIGHEST_LOG = 2.3978952727983707  # ln(1 + 10)
SCAN = 512


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
def returns(balance, tranche_party, drawn, received, years, discount, minor_units, irr, status, npv):
    """Returns of every tranche on every path.

    balance int64[path, party, period], tranche_party int64[tranche], drawn and received int64[path, tranche],
    years float64[period], discount float64[hurdle, period] -> irr float64[path, tranche], status int8[path, tranche],
    npv float64[path, tranche, hurdle] [currency].
    """
    n_periods = years.size
    flows = np.empty(n_periods)
    for p in range(balance.shape[0]):
        for k in range(tranche_party.size):
            for t in range(n_periods):
                flows[t] = balance[p, tranche_party[k], t] / minor_units
            rate, code = internal_rate(flows, years, np.float64(drawn[p, k]), np.float64(received[p, k]))
            irr[p, k] = rate
            status[p, k] = code
            for h in range(discount.shape[0]):
                value = 0.0
                for t in range(n_periods):
                    value += flows[t] * discount[h, t]
                npv[p, k, h] = value
