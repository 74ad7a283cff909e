"""Rules that change the terms of others: new prices and goals by path and date, and claims settled again.

Plain numpy over the paths, since a deal has few such rules. What is not known yet (nan) changes nothing. Money in minor
units.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

PER_OUTCOME, DEEMED, THRESHOLD = 0, 2, 4
COUNT, SHARE, VALUE, PEOPLE = 0, 1, 2, 3
EXCLUDE, ASSUMED, OBSERVED = 1, 2, 3
TIMES, SET, SHIFT = 0, 1, 2
MILLION = 1e6
DIGITS = 1e9
"""A difference between baseline and assumption is taken to nine decimals, so that 0.40 - 0.35 is 0.05."""


def on_paths(slot: int, value: float, inputs: FloatArray) -> FloatArray:
    """A number of the plan on every path: float64[path]."""
    return inputs[:, slot].copy() if slot >= 0 else np.full(inputs.shape[0], value)


def changed_terms(
    measured: FloatArray, payments: Any, changes: Any, inputs: FloatArray
) -> tuple[dict[int, FloatArray], dict[int, FloatArray]]:
    """Prices and shifts of goals of the rules that are changed.

    measured float64[path, cohort, measure, period]; payments and changes: groups of the plan; inputs
    float64[path, input] -> by clause float64[path, period]: the price (a factor where a rule has not one price), and
    what is added to goals. [currency/outcome or 1; millionth]
    """
    n_paths, _, _, n_periods = measured.shape
    prices: dict[int, FloatArray] = {}
    shifts: dict[int, FloatArray] = {}
    for i in np.argsort(changes.since, kind="stable"):  # in the order of their dates, then of the file
        happens, by = effect(measured, changes, i, inputs)
        since = changes.since[i]
        for k in np.flatnonzero(changes.changed[i]):
            if changes.what[i] == SHIFT:
                shift = shifts.setdefault(int(k), np.zeros((n_paths, n_periods)))
                move = np.minimum(np.maximum(by, changes.lowest[i, k]), changes.highest[i, k])
                shift[:, since:] += np.where(happens, move, 0.0)[:, None]
                continue
            price = prices.get(int(k))
            if price is None:
                price = prices[int(k)] = np.repeat(agreed_price(int(k), payments, inputs)[:, None], n_periods, axis=1)
            new = by[:, None] if changes.what[i] == SET else price[:, since:] * by[:, None]
            price[:, since:] = np.where(happens[:, None], new, price[:, since:])
    return prices, shifts


def agreed_price(k: int, payments: Any, inputs: FloatArray) -> FloatArray:
    """The price of a clause as agreed, 1 where it has not one price: float64[path]."""
    if payments.kind[payments.first_row[k]] in (PER_OUTCOME, DEEMED, THRESHOLD):
        number = payments.first_number[k]
        return on_paths(payments.amount_slot[number], payments.amount_value[number], inputs)
    return np.ones(inputs.shape[0])


def effect(measured: FloatArray, changes: Any, i: int, inputs: FloatArray) -> tuple[npt.NDArray[np.bool_], FloatArray]:
    """Whether a change happens, bool[path], and its factor, new price or shift, float64[path].

    [1, currency or millionth]
    """
    if changes.rebased[i]:
        return rebased(measured[:, 0, changes.column[i, 0], changes.period[i]], changes, i)
    by = on_paths(changes.amount_slot[i], changes.amount_value[i], inputs)
    return seen(measured, changes, i), np.rint(by * MILLION) if changes.what[i] == SHIFT else by


def rebased(baseline: FloatArray, changes: Any, i: int) -> tuple[npt.NDArray[np.bool_], FloatArray]:
    """Whether a baseline, float64[path], is far enough from what was assumed, and the factor or shift that follows."""
    assumed = changes.assumed_baseline[i]
    difference = np.rint((baseline - assumed) * DIGITS) / DIGITS
    happens = np.abs(difference) > changes.tolerance[i]
    if changes.what[i] == SHIFT:
        return happens, np.rint(changes.strength[i] * difference * MILLION)
    factor = 1.0 - changes.strength[i] * difference / assumed
    return happens, np.minimum(np.maximum(factor, changes.least[i]), changes.most[i])


def seen(measured: FloatArray, changes: Any, i: int) -> npt.NDArray[np.bool_]:
    """Whether what an amendment looks for is seen on its date: bool[path]."""
    column, upto, grain = changes.column[i], changes.period[i] + 1, changes.grain[i]
    counts, unmeasured = changes.counts[i], changes.unmeasured[i]
    one = np.ones(measured.shape[0])
    if counts == VALUE:
        number, people = np.full_like(one, np.nan), one
        for t in range(upto):
            now = measured[:, 0, column[0], t]
            number = np.where(np.isnan(now), number, now)
    else:
        total, measured_people, eligible = (
            measured[:, :, column[s], :upto].sum(axis=(1, 2)) if column[s] >= 0 else one for s in range(3)
        )
        number, people = grain * (eligible if counts == PEOPLE else total), one
        if counts != PEOPLE and unmeasured == ASSUMED:
            number = number + changes.assumed_rate[i] * (eligible - measured_people)
        if counts == COUNT and unmeasured == OBSERVED:
            number, people = number * eligible, measured_people
        if counts == SHARE:
            people = measured_people if unmeasured in (EXCLUDE, OBSERVED) else eligible
    goal = changes.goal[i] * people
    found = number < goal if changes.below[i] else number >= goal
    return np.asarray((people > 0.0) & found, dtype=np.bool_)


def waits(measured: FloatArray, measured_in: npt.NDArray[np.uint8], changes: Any) -> npt.NDArray[np.uint8]:
    """Which terms wait for a change that cannot be decided yet.

    measured float64[path, cohort, measure, period], measured_in uint8[measure, period] -> uint8[path, clause, period]:
    1 from the date on from which the change would hold, for the clauses that it changes and for itself where it
    settles earlier claims again.
    """
    out = np.zeros((measured.shape[0], changes.changed.shape[1], measured.shape[3]), np.uint8)
    for i in range(changes.clause.size):
        upto = np.arange(measured.shape[3]) <= changes.period[i]
        open_ = np.zeros(measured.shape[0], np.bool_)
        for column in changes.column[i]:
            if column >= 0:
                known_by = upto & (measured_in[column] == 1)
                open_ |= np.isnan(measured[:, :, column][:, :, known_by]).any(axis=(1, 2))
        touched = np.flatnonzero(changes.changed[i]).tolist() + [changes.clause[i]] * int(changes.retroactive[i])
        for k in touched:
            out[open_, k, changes.since[i] :] = 1
    return out


def settle_again(
    first: int, rows: int, since: int, payer: IntArray, before: IntArray, again: IntArray, out: IntArray
) -> None:
    """Pay or set off what claims earned before a date differ by at their new price. [minor unit]

    The rows of the change are `first` to ``first + rows - 1``, one per payer of the rules it changes; payer
    int64[rule], before and again int64[path, rule, period]: those rules as they were claimed, and as they are claimed
    with the new price from the start, 0 in all other rows -> out int64[path, rule, period].
    """
    n_paths, n_rules, n_periods = out.shape
    difference = again - before
    for r in range(first, first + rows):
        mine = payer == payer[r]
        above = mine & (np.arange(n_rules) < first)
        due = difference[:, mine].sum(axis=1)
        due[:, since] += due[:, :since].sum(axis=1)
        owed = out[:, above].sum(axis=1)
        credit, paid = np.zeros(n_paths, np.int64), owed[:, :since].sum(axis=1)
        out[:, r, :since] = 0
        for t in range(since, n_periods):
            more = np.maximum(due[:, t], 0)
            paid += owed[:, t] + more
            # Never more than was paid in all, and never so much that the payer would be paid.
            credit = np.minimum(credit + np.maximum(-due[:, t], 0), paid)
            set_off = np.minimum(credit, np.maximum(owed[:, t] + more, 0))
            out[:, r, t] = more - set_off
            credit -= set_off
            paid -= set_off
