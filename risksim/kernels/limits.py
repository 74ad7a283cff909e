"""Caps, floors and payers with a limit: what changes the claims of the rules above. Money in minor units."""

from __future__ import annotations

import numpy as np

from risksim.kernels.chances import pick
from risksim.kernels.jit import kernel
from risksim.kernels.shares import share_out

TOTAL, PERIOD = 0, 1


@kernel
def cut_at_cap(first, rows, scope, basis, payer, slot, value, minor_units, inputs, owed, cut_of, rests, out):
    """Cut what the rules above a cap claim together once their sum reaches its total, or on each date.

    The cap's rows are `first` to ``first + rows - 1``, one per payer above it; scope uint8[rule] and payer int64[rule];
    scratch owed, cut_of, rests int64[payer] -> out int64[path, rule, period], negative where something is cut.
    [minor unit]
    """
    n_paths, _, n_periods = out.shape
    in_all = np.int64(basis == TOTAL)
    for p in range(n_paths):
        limit = np.int64(np.rint(pick(slot, value, inputs, p) * minor_units))
        claimed = np.int64(0)
        for t in range(n_periods):
            now = np.int64(0)
            for above in range(first):
                now += out[p, above, t] * scope[above]
            cut = max(np.int64(0), now - max(np.int64(0), limit - claimed))
            claimed += (now - cut) * in_all
            if cut == 0 or rows == 1:
                for r in range(first, first + rows):
                    out[p, r, t] = -cut
                continue
            owed[:] = 0
            for above in range(first):
                if scope[above]:
                    owed[payer[above]] += out[p, above, t]
            share_out(cut, owed, rests, cut_of)
            for r in range(first, first + rows):
                out[p, r, t] = -cut_of[payer[r]]


@kernel
def top_up_to_floor(first, scope, looks, basis, slot, value, minor_units, inputs, out):
    """Top up what the rules above a floor claim together, on each date on which it looks.

    scope uint8[rule], looks uint8[period] -> row `first` of out int64[path, rule, period]. [minor unit]
    """
    n_paths, _, n_periods = out.shape
    for p in range(n_paths):
        least = np.int64(np.rint(pick(slot, value, inputs, p) * minor_units))
        claimed = np.int64(0)
        for t in range(n_periods):
            if basis == PERIOD:
                claimed = np.int64(0)
            for above in range(first):
                if scope[above]:
                    claimed += out[p, above, t]
            out[p, first, t] = max(np.int64(0), least - claimed) if looks[t] else np.int64(0)


@kernel
def draw_on_fund(first, rows, scope, payer, slot, value, minor_units, inputs, out):
    """Take from a payer what goes beyond its limit, and hand it to the payer of the next row, if there is one.

    scope uint8[rule], payer int64[rule] -> rows `first` to ``first + rows - 1`` of out int64[path, rule, period]: the
    first negative where the limit is passed, the second as much positive. [minor unit]
    """
    n_paths, _, n_periods = out.shape
    for p in range(n_paths):
        left = np.int64(np.rint(pick(slot, value, inputs, p) * minor_units))
        for t in range(n_periods):
            now = np.int64(0)
            for above in range(first):
                if scope[above] and payer[above] == payer[first]:
                    now += out[p, above, t]
            unmet = max(np.int64(0), now - left)
            left -= now - unmet
            out[p, first, t] = -unmet
            if rows == 2:
                out[p, first + 1, t] = unmet
