"""Claims to the ledger: who pays whom in every period. Money in minor units."""

from __future__ import annotations

import numpy as np

from risksim.kernels.chances import pick
from risksim.kernels.jit import kernel


@kernel
def post(claim, payments, financing, minor_units, inputs, flow, drawn, received):
    """Post the drawdown and what each payer owes.

    claim int64[path, rule, period], payments and financing: groups of the plan, inputs float64[path, input]
    -> flow int64[path, line, period] (a line per tranche, then one per payer), drawn and received int64[path, tranche].
    [minor unit]
    """
    n_paths, n_rules, n_periods = claim.shape
    n_tranches, n_lines = financing.drawn_share.shape[0], flow.shape[1]
    certain = True
    for k in range(n_tranches):
        certain = certain and financing.commitment_slot[k] < 0
    for p in range(n_paths):
        for k in range(n_tranches):
            received[p, k] = 0
            line, first = flow[p, k], flow[0, k]
            if p > 0 and certain:  # every path draws what the first does
                for t in range(n_periods):
                    line[t] = first[t]
                drawn[p, k] = drawn[0, k]
                continue
            commitment = pick(financing.commitment_slot[k], financing.commitment_value[k], inputs, p)
            before = np.int64(0)
            for t in range(n_periods):
                upto = np.int64(np.rint(commitment * financing.drawn_share[k, t] * minor_units))
                line[t] = upto - before
                before = upto
            drawn[p, k] = before
        for k in range(n_tranches, n_lines):
            line = flow[p, k]
            for t in range(n_periods):
                line[t] = 0
        total = np.int64(0)
        for r in range(n_rules):
            line, owed = flow[p, n_tranches + payments.payer[r]], claim[p, r]
            for t in range(n_periods):
                line[t] += owed[t]
                total += owed[t]
        received[p, 0] = total


@kernel
def close_books(flow, claim, from_party, to_party, n_tranches, year_index, balance, repayment):
    """Add up every party and budget year, and count the paths whose books don't close.

    flow int64[path, line, period], claim int64[path, rule, period] -> balance int64[path, party, period] (net
    receipts), repayment int64[path, payer, year]. [minor unit] The books of a path close if no line is negative, every
    period adds up to zero over the parties, and what the payers pay is what was claimed.
    """
    n_paths, n_lines, n_periods = flow.shape
    n_parties, n_years = balance.shape[1], repayment.shape[2]
    broken = 0
    whole = np.empty(n_periods, np.int64)
    for p in range(n_paths):
        signs, open_claims, off = np.int64(0), np.int64(0), np.int64(0)
        for party in range(n_parties):
            own = balance[p, party]
            for t in range(n_periods):
                own[t] = 0
        for line in range(n_lines):
            row, gives, takes = flow[p, line], balance[p, from_party[line]], balance[p, to_party[line]]
            for t in range(n_periods):
                signs |= row[t]  # below zero if any of them is
                gives[t] -= row[t]
            for t in range(n_periods):
                takes[t] += row[t]
            if line >= n_tranches:
                paid = repayment[p, line - n_tranches]
                for y in range(n_years):
                    paid[y] = 0
                for t in range(n_periods):
                    paid[year_index[t]] += row[t]
                    open_claims -= row[t]
        for r in range(claim.shape[1]):
            owed = claim[p, r]
            for t in range(n_periods):
                open_claims += owed[t]
        for t in range(n_periods):
            whole[t] = 0
        for party in range(n_parties):
            own = balance[p, party]
            for t in range(n_periods):
                whole[t] += own[t]
        for t in range(n_periods):
            off |= whole[t]
        if signs < 0 or off != 0 or open_claims != 0:
            broken += 1
    return broken
