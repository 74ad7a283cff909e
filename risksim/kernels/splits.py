"""Pooled claims split between the payers of the cohorts. Money in minor units."""

from __future__ import annotations

import numpy as np

from risksim.kernels.jit import kernel
from risksim.kernels.shares import share_out

BY_SUCCESSES = 1
MILLION = 1e6


@kernel
def split_by_cohort(row, rows, measured, verified, eligible, by, row_of_cohort, weight, rests, parts, out):
    """Split a clause's claims between its rows by what was counted since its last payment.

    measured float64[path, cohort, measure, period]; verified and eligible: its columns; by: BY_SUCCESSES or by people;
    row_of_cohort int64[cohort], from 0; scratch weight float64[2, row of the clause], rests, parts int64[row of the
    clause] -> rows `row` to ``row + rows - 1`` of out int64[path, rule, period]. [minor unit]
    """
    n_paths, n_cohorts, _, n_periods = measured.shape
    owed = np.empty(rows, np.int64)
    for p in range(n_paths):
        weight[:] = 0.0
        for t in range(n_periods):
            for c in range(n_cohorts):
                for s in range(2):
                    now = measured[p, c, verified if s == 0 else eligible, t]
                    if now == now:  # what is not known yet has no weight
                        weight[s, row_of_cohort[c]] += now
            claim = out[p, row, t]
            if claim == 0:
                for i in range(rows):
                    out[p, row + i, t] = 0
                continue
            use = 0 if by == BY_SUCCESSES and weight[0].sum() > 0.0 else 1
            for i in range(rows):
                # Expected people are no whole numbers: they weigh by the millionth.
                owed[i] = np.int64(np.rint(max(weight[use, i], 0.0) * MILLION))
            if owed.sum() == 0:
                owed[:] = 1
            share_out(claim, owed, rests, parts)
            for i in range(rows):
                out[p, row + i, t] = parts[i]
            weight[:] = 0.0
