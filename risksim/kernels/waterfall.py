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
    n_tranches = financing.drawn_share.shape[0]
    flow[:] = 0
    drawn[:] = 0
    received[:] = 0
    for p in range(n_paths):
        for k in range(n_tranches):
            commitment = pick(financing.commitment_slot[k], financing.commitment_value[k], inputs, p)
            before = np.int64(0)
            for t in range(n_periods):
                upto = np.int64(np.rint(commitment * financing.drawn_share[k, t] * minor_units))
                flow[p, k, t] = upto - before
                before = upto
            drawn[p, k] = before
        for r in range(n_rules):
            line = n_tranches + payments.payer[r]
            for t in range(n_periods):
                flow[p, line, t] += claim[p, r, t]
                received[p, 0] += claim[p, r, t]


@kernel
def close_books(flow, claim, from_party, to_party, n_tranches, year_index, balance, repayment):
    """Add up every party and budget year, and count the paths whose books don't close.

    flow int64[path, line, period], claim int64[path, rule, period] -> balance int64[path, party, period] (net
    receipts), repayment int64[path, payer, year]. [minor unit] The books of a path close if no line is negative, every
    period adds up to zero over the parties, and what the payers pay is what was claimed.
    """
    n_paths, n_lines, n_periods = flow.shape
    balance[:] = 0
    repayment[:] = 0
    broken = 0
    for p in range(n_paths):
        wrong = False
        open_claims = np.int64(0)
        for t in range(n_periods):
            for line in range(n_lines):
                amount = flow[p, line, t]
                wrong = wrong or amount < 0
                balance[p, from_party[line], t] -= amount
                balance[p, to_party[line], t] += amount
                if line >= n_tranches:
                    repayment[p, line - n_tranches, year_index[t]] += amount
                    open_claims -= amount
            for r in range(claim.shape[1]):
                open_claims += claim[p, r, t]
            total = np.int64(0)
            for party in range(balance.shape[1]):
                total += balance[p, party, t]
            wrong = wrong or total != 0
        if wrong or open_claims != 0:
            broken += 1
    return broken
