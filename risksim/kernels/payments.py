"""What the contract measures to claims: the payment rules, in the order in which they stand. Money in minor units.

Each kind of rule has a kernel of its own, which writes its clause's whole claim into its first row, in the period in
which it is earned. What every rule has is done here once: the price level, the lag, and the split between payers.
Something that is not known yet (nan) is never paid: `still_open` says which claims wait for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from risksim.kernels.chances import pick
from risksim.kernels.changes import changed_terms, effect, settle_again
from risksim.kernels.goals import POSTPONE, RETURN, VALUE, claim_goal
from risksim.kernels.jit import kernel
from risksim.kernels.levels import price_level
from risksim.kernels.limits import cut_at_cap, draw_on_fund, top_up_to_floor
from risksim.kernels.shares import share_out
from risksim.kernels.splits import split_by_cohort

PER_OUTCOME, CAP, DEEMED, DATED, THRESHOLD, STEPS, LADDER, FLOOR, FUND, CHANGE = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
UNCHANGED = np.empty((0, 0))


@kernel
def claim_fixed_price(measured, measure, slot, value, factor, minor_units, inputs, out):
    """`claim_per_outcome` where every path has the same price level and a method of measurement: the common case.

    measured float64[path, cohort, measure, period], factor float64[period], inputs float64[path, input]
    -> out int64[path, period]. [minor unit]
    """
    n_paths, n_cohorts, _, n_periods = measured.shape
    count = np.empty(n_periods)
    for p in range(n_paths):
        price = pick(slot, value, inputs, p)
        row = out[p]
        for t in range(n_periods):
            count[t] = 0.0
        for c in range(n_cohorts):
            here = measured[p, c, measure]
            for t in range(n_periods):
                count[t] += here[t]
        for t in range(n_periods):
            # Not a number fails the comparison: what is not known yet is not paid.
            owed = price * factor[t] * count[t] * minor_units if count[t] > 0.0 else 0.0
            row[t] = np.int64(np.rint(owed))


@kernel
def claim_per_outcome(k, row, measured, payments, minor_units, inputs, changed, factor, out):
    """Price times what was measured: clause k, into row `row` of out int64[path, rule, period]. [minor unit]

    measured float64[path, cohort, measure, period], payments: group of the plan, changed float64[path, period] (prices
    of a clause whose price changes, otherwise empty), scratch factor float64[period] filled for the first path.
    """
    n_paths, n_cohorts, _, n_periods = measured.shape
    number, measure = payments.first_number[k], payments.readings.column[k, 0]
    slot, value = payments.amount_slot[number], payments.amount_value[number]
    growing, maybe = payments.growth_slot[k] >= 0, payments.unless_slot[k] >= 0 or payments.unless_value[k] > 0.0
    for p in range(n_paths):
        agreed = pick(slot, value, inputs, p)
        part = 1.0
        if maybe:
            part = 1.0 - pick(payments.unless_slot[k], payments.unless_value[k], inputs, p)
        if growing:
            price_level(k, payments, inputs, p, factor)
        for t in range(n_periods):
            price = (changed[p, t] if changed.size > 0 else agreed) * part
            count = 0.0
            for c in range(n_cohorts):
                count += measured[p, c, measure, t]
            # Not a number fails the comparison: what is not known yet is not paid.
            out[p, row, t] = np.int64(np.rint(price * factor[t] * count * minor_units)) if count > 0.0 else np.int64(0)


@kernel
def claim_deemed(k, row, measured, payments, minor_units, inputs, changed, factor, out):
    """Price times people times the assumed rate, on the paths on which no method of measurement was agreed.

    As `claim_per_outcome`; the numbers of the clause are price, whether it happened, and rate. [minor unit]
    """
    n_paths, n_cohorts, _, n_periods = measured.shape
    first, measure = payments.first_number[k], payments.readings.column[k, 2]
    for p in range(n_paths):
        agreed = pick(payments.amount_slot[first], payments.amount_value[first], inputs, p)
        happened = pick(payments.amount_slot[first + 1], payments.amount_value[first + 1], inputs, p)
        if payments.growth_slot[k] >= 0:
            price_level(k, payments, inputs, p, factor)
        for t in range(n_periods):
            price = changed[p, t] if changed.size > 0 else agreed
            people = 0.0
            for c in range(n_cohorts):
                people += measured[p, c, measure, t]
            taken = people * payments.amount_value[first + 2] * happened
            out[p, row, t] = np.int64(np.rint(price * factor[t] * taken * minor_units)) if taken > 0.0 else np.int64(0)


@kernel
def claim_dated(k, row, payments, minor_units, inputs, changed, factor, out):
    """Amounts on dates, whatever was measured: clause k -> row `row` of out int64[path, rule, period]. [minor unit]

    changed float64[path, period]: what amounts are multiplied by, empty where they don't change.
    """
    for p in range(out.shape[0]):
        if payments.growth_slot[k] >= 0:
            price_level(k, payments, inputs, p, factor)
        for t in range(out.shape[2]):
            out[p, row, t] = 0
        for number in range(payments.first_number[k], payments.first_number[k + 1]):
            t = payments.number_period[number]
            amount = pick(payments.amount_slot[number], payments.amount_value[number], inputs, p)
            if changed.size > 0:
                amount *= changed[p, t]
            out[p, row, t] = np.int64(np.rint(amount * factor[t] * minor_units))


@kernel
def move_and_split(row, rows, lagged, paid_in, share, parts, rests, out):
    """Move a clause's claims to the dates on which they are paid, and split them between its payers.

    paid_in int64[period], share int64[row of the clause], scratch parts, rests int64[row of the clause]
    -> rows `row` to ``row + rows - 1`` of out int64[path, rule, period]. [minor unit]
    """
    n_paths, _, n_periods = out.shape
    for p in range(n_paths):
        if lagged:
            for t in range(n_periods - 1, -1, -1):  # backwards, since nothing is paid before it is earned
                if paid_in[t] != t:
                    out[p, row, paid_in[t]] += out[p, row, t]
                    out[p, row, t] = 0
        if rows > 1:
            for t in range(n_periods):
                share_out(out[p, row, t], share, rests, parts)
                for i in range(rows):
                    out[p, row + i, t] = parts[i]


def claims(
    measured: Any,
    payments: Any,
    financing: Any,
    years: Any,
    n_payers: int,
    minor_units: int,
    inputs: Any,
    out: npt.NDArray[np.int64],
    changes: Any = None,
    splits: Any = None,
) -> None:
    """What every rule claims in every period, rule by rule in their order.

    Plain Python over the rules, so that a deal compiles the kernels of its own rules and no others.

    measured float64[path, cohort, measure, period], payments, financing, changes and splits: groups of the plan, years
    float64[period], inputs float64[path, input] -> out int64[path, rule, period]; the rows of a cap or fund hold its
    cuts, negative. [minor unit]
    """
    owed = np.empty(n_payers, np.int64)
    cut_of = np.empty(n_payers, np.int64)
    rests = np.empty(n_payers, np.int64)
    prices, shifts = changed_terms(measured, payments, changes, inputs) if changes is not None else ({}, {})
    deal = (measured, payments, financing, years, minor_units, inputs, splits)
    for k in range(payments.first_row.size - 1):
        row = payments.first_row[k]
        rows = payments.first_row[k + 1] - row
        kind, number = payments.kind[row], payments.first_number[k]
        scope = payments.scope[k]
        if kind == CAP:
            slot, value = payments.amount_slot[number], payments.amount_value[number]
            cut_at_cap(
                row,
                rows,
                scope,
                payments.basis[k],
                payments.payer,
                slot,
                value,
                minor_units,
                inputs,
                owed,
                cut_of,
                rests,
                out,
            )
        elif kind == FUND:
            slot, value = payments.amount_slot[number], payments.amount_value[number]
            draw_on_fund(row, rows, scope, payments.payer, slot, value, minor_units, inputs, out)
        elif kind == CHANGE:
            out[:, row : row + rows] = 0
            change = int(np.flatnonzero(changes.clause == k)[0])
            if changes.retroactive[change]:
                claim_again(change, row, rows, deal, changes, prices, shifts, out)
        else:
            claim_rule(k, deal, prices.get(k, UNCHANGED), shifts.get(k, UNCHANGED), out)


def claim_rule(k: int, deal: Any, changed: Any, shift: Any, out: npt.NDArray[np.int64]) -> None:
    """What one rule that pays claims, moved to its dates and split between its payers.

    deal: what `claims` gets; changed and shift float64[path, period], empty where price or goal don't change -> the
    rows of clause k in out int64[path, rule, period]. [minor unit]
    """
    measured, payments, financing, years, minor_units, inputs, splits = deal
    n_cohorts, n_periods = measured.shape[1], measured.shape[3]
    row, number = payments.first_row[k], payments.first_number[k]
    rows = payments.first_row[k + 1] - row
    kind, share = payments.kind[row], payments.share[row : row + rows]
    if kind == FLOOR:
        slot, value = payments.amount_slot[number], payments.amount_value[number]
        scope = payments.scope[k]
        top_up_to_floor(row, scope, payments.looks[k], payments.basis[k], slot, value, minor_units, inputs, out)
    else:
        factor = np.empty(n_periods)
        growing, maybe = (
            payments.growth_slot[k] >= 0,
            payments.unless_slot[k] >= 0 or payments.unless_value[k] > 0.0,
        )
        if growing or payments.growth_value[k] != 0.0:
            price_level(k, payments, inputs, 0, factor)
        else:
            factor[:] = payments.level[k, :n_periods]
        if kind == PER_OUTCOME and not (growing or maybe or changed.size):
            column, slot = payments.readings.column[k, 0], payments.amount_slot[number]
            value = payments.amount_value[number]
            claim_fixed_price(measured, column, slot, value, factor, minor_units, inputs, out[:, row])
        elif kind == PER_OUTCOME:
            claim_per_outcome(k, row, measured, payments, minor_units, inputs, changed, factor, out)
        elif kind == DEEMED:
            claim_deemed(k, row, measured, payments, minor_units, inputs, changed, factor, out)
        elif kind == DATED:
            claim_dated(k, row, payments, minor_units, inputs, changed, factor, out)
        else:
            sums, paid = np.empty((n_cohorts + 1, 3)), np.empty(n_cohorts + 1, np.uint8)
            claim_goal(
                k,
                kind,
                row,
                measured,
                payments,
                financing,
                years,
                minor_units,
                inputs,
                changed,
                shift,
                factor,
                sums,
                paid,
                out,
            )
    parts, rests = np.empty(rows, np.int64), np.empty(rows, np.int64)
    lagged, paid_in = payments.lagged[k], payments.paid_in[k]
    if splits is not None and splits.by[k]:
        verified, eligible = splits.column[k]
        row_of_cohort, weight = splits.row_of_cohort[k], np.empty((2, rows))
        split_by_cohort(row, rows, measured, verified, eligible, splits.by[k], row_of_cohort, weight, rests, parts, out)
        for r in range(row, row + rows if lagged else row):
            move_and_split(r, 1, lagged, paid_in, share[:1], parts[:1], rests[:1], out)
    elif rows > 1 or lagged:
        move_and_split(row, rows, lagged, paid_in, share, parts, rests, out)


def claim_again(
    change: int, row: int, rows: int, deal: Any, changes: Any, prices: Any, shifts: Any, out: npt.NDArray[np.int64]
) -> None:
    """Settle again what a change of prices leaves of the claims earned before it: its rows of out. [minor unit]"""
    measured, payments, inputs = deal[0], deal[1], deal[5]
    happens, by = effect(measured, changes, change, inputs)
    since = changes.since[change]
    before, again = np.zeros_like(out), np.zeros_like(out)
    for k in np.flatnonzero(changes.changed[change]):
        mine = slice(payments.first_row[k], payments.first_row[k + 1])
        price = prices[int(k)].copy()
        price[:, :since] *= np.where(happens, by, 1.0)[:, None]
        claim_rule(int(k), deal, price, shifts.get(int(k), UNCHANGED), again)
        before[:, mine] = out[:, mine]
    settle_again(row, rows, since, payments.payer, before, again, out)


@kernel
def still_open(measured, measured_in, payments, out, change_waits=None):
    """Which claims wait for something that is not known yet.

    measured float64[path, cohort, measure, period], measured_in uint8[measure, period], payments: group of the plan,
    change_waits uint8[path, clause, period] of `risksim.kernels.changes.waits` where the deal has changes
    -> out uint8[path, rule, period]: 1 where the claim is open, in the period in which it would be paid.
    """
    n_paths, n_cohorts, _, n_periods = measured.shape
    out[:] = 0
    for p in range(n_paths):
        for k in range(payments.first_row.size - 1):
            rows = range(payments.first_row[k], payments.first_row[k + 1])
            kind, how = payments.kind[payments.first_row[k]], payments.readings
            waiting = False
            for t in range(n_periods):
                if kind in (CAP, FLOOR, FUND, CHANGE):
                    for above in range(payments.first_row[k]):
                        waiting = waiting or (payments.scope[k, above] == 1 and out[p, above, t] == 1)
                    if not payments.looks[k, t]:
                        continue
                else:
                    returns = kind >= THRESHOLD and payments.tables.unit[k] == RETURN
                    keeps = kind >= THRESHOLD and (how.counts[k] != VALUE or how.once[k] or returns)
                    if not keeps:
                        waiting = False
                    if returns:  # it counts what the rows above pay
                        for above in range(payments.first_row[k]):
                            waiting = waiting or out[p, above, t] == 1
                    for s in range(3):
                        m = how.column[k, s]
                        if m >= 0 and measured_in[m, t]:
                            for c in range(n_cohorts):
                                waiting = waiting or np.isnan(measured[p, c, m, t])
                    if not payments.looks[k, t]:
                        continue
                late = False
                if change_waits is not None:
                    late = change_waits[p, k, t] == 1
                if waiting or late:
                    for r in rows:
                        out[p, r, payments.paid_in[k, t]] = 1
                # What comes later still hangs on a date that was not known, where people wait or the rule pays once.
                forgets = not (how.cumulative[k] or how.once[k] or how.otherwise[k] == POSTPONE)
                if kind >= THRESHOLD and kind <= LADDER and forgets:
                    waiting = False
