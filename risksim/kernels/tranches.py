"""Claims to the ledger of a deal with several tranches, costs, caps or guarantees. Money in minor units.

In each period: interest and hurdle balances accrue, payments come in, capital is drawn and costs are paid, what is left
is distributed, and guarantees and floors are called. Balances that accrue are float64; what is paid is whole.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from risksim.kernels.chances import pick
from risksim.kernels.jit import kernel

NO_CAP, IRR, SIMPLE_AVERAGE, MULTIPLE = 0, 1, 2, 3
PROGRAMME, INVESTORS, PAYER = 0, 1, 2
ALL_TRANCHES, PROVIDER = -1, -2
END_AMOUNT, END_DRAWN, END_UNDRAWN = 0, 1, 2
NEVER = 32_767
MOST = 4_611_686_018_427_387_904  # 2**62
LARGEST = 9007199254740992.0  # 2**53


class State(NamedTuple):
    """What a path remembers from one period to the next, by tranche unless said otherwise, and scratch for sharing."""

    commitment: Any
    """int64[source]: of tranches, then grants. [minor unit]"""
    drawn: Any
    """int64[source]: paid out so far. [minor unit]"""
    paid_in: Any
    """int64[tranche]: capital drawn and fees paid. [minor unit]"""
    received: Any
    """int64[tranche]. [minor unit]"""
    principal: Any
    """int64[tranche]: drawn and not yet repaid. [minor unit]"""
    interest: Any
    """float64[tranche]: accrued and not yet paid. [minor unit]"""
    hurdle: Any
    """float64[tranche]: what may still be paid under a cap on the IRR. [minor unit]"""
    moment: Any
    """float64[tranche]: sum of money paid in times the years when. [minor unit * year]"""
    due: Any
    """int64[cost]: amount of each cost on one date. [minor unit]"""
    claimed: Any
    """int64[payer]: all payments so far. [minor unit]"""
    claimed_now: Any
    """int64[payer]: payments of the period. [minor unit]"""
    account: Any
    """int64[4]: cash of the programme, own funds put in, own funds given back, costs still to come. [minor unit]"""
    weight: Any
    """int64[n]: scratch."""
    limit: Any
    """int64[n]: scratch."""
    open_weight: Any
    """int64[n]: scratch."""
    rests: Any
    """int64[n]: scratch."""
    part: Any
    """int64[n]: scratch."""
    given: Any
    """int64[n]: scratch, the shares of the last split."""


CASH, OWN_IN, OWN_BACK, TO_COME = 0, 1, 2, 3


@kernel
def whole(amount):
    """A balance as whole minor units, half to even; not below zero, and small enough to add up fifty of them."""
    return np.int64(np.rint(min(max(amount, 0.0), LARGEST)))


@kernel
def proportion(amount, weight, total):
    """Quotient and remainder of ``amount * weight / total``, exact where the product would overflow.

    0 <= weight <= total and 0 <= amount.
    """
    if weight == 0 or amount <= 9_223_372_036_854_775_807 // weight:
        product = amount * weight
        return product // total, product % total
    quotient, rest = np.int64(0), np.int64(0)
    for bit in range(62, -1, -1):
        quotient, rest = 2 * quotient, 2 * rest
        if rest >= total:
            quotient, rest = quotient + 1, rest - total
        if (amount >> bit) & 1:
            rest += weight
            if rest >= total:
                quotient, rest = quotient + 1, rest - total
    return quotient, rest


@kernel
def split(amount, weight, n, rests, out):
    """Split an amount in proportion to n weights by largest remainder; ties go to the first. Returns what is left.

    amount, weight int64[n], scratch rests -> out int64[n]. Nothing is given where all weights are zero.
    """
    total = np.int64(0)
    for i in range(n):
        total += weight[i]
    left = amount
    for i in range(n):
        out[i] = 0
        if total > 0:
            out[i], rests[i] = proportion(amount, weight[i], total)
            left -= out[i]
    if total == 0:
        return left
    while left > 0:
        first = 0
        for i in range(1, n):
            if rests[i] > rests[first]:
                first = i
        out[first] += 1
        rests[first] = -1
        left -= 1
    return left


@kernel
def split_up_to(amount, n, s):
    """Split by `weight`, nobody beyond `limit`: what one may not take is shared again among the others.

    Returns what is left when all are at their limits; the shares stand in ``s.given``.
    """
    for i in range(n):
        s.given[i] = 0
    left = amount
    while left > 0:
        some = False
        for i in range(n):
            s.open_weight[i] = s.weight[i] if s.given[i] < s.limit[i] else 0
            some = some or s.open_weight[i] > 0
        if not some:
            break
        split(left, s.open_weight, n, s.rests, s.part)
        for i in range(n):
            more = min(s.part[i], s.limit[i] - s.given[i])
            s.given[i] += more
            left -= more
    return left


@kernel
def still_allowed(k, w, s, year):
    """What a tranche may still receive under its return cap. [minor unit]"""
    if w.cap_kind[k] == NO_CAP:
        return np.int64(MOST)
    if w.cap_kind[k] == IRR:
        most = s.hurdle[k]
    elif w.cap_kind[k] == SIMPLE_AVERAGE:
        earned = w.cap_rate[k] * (s.paid_in[k] * year - s.moment[k])
        most = s.paid_in[k] + earned - s.received[k]
    else:
        most = (1.0 + w.cap_rate[k]) * s.paid_in[k] - s.received[k]
    return whole(most)


@kernel
def pay_in(k, amount, year, s):
    """Money that a tranche pays counts from this day on in its hurdle and its average."""
    s.paid_in[k] += amount
    s.hurdle[k] += amount
    s.moment[k] += amount * year


@kernel
def draw(source, amount, t, year, w, s, flow):
    """Capital of a tranche, or a grant, goes to the programme."""
    n_tranches = w.rank.size
    if source < n_tranches:
        pay_in(source, amount, year, s)
        s.principal[source] += amount
        flow[source, t] += amount
    else:
        flow[w.line_grant + source - n_tranches, t] += amount
    s.drawn[source] += amount
    s.account[CASH] += amount


@kernel
def hand_out(line, t, n, s, flow):
    """Post the shares of the last split to n lines and tranches."""
    for k in range(n):
        flow[line + k, t] += s.given[k]
        s.received[k] += s.given[k]
        s.hurdle[k] -= s.given[k]


@kernel
def accrue(t, w, s):
    """Interest on all that is owed, and the hurdle of a cap on the IRR."""
    for k in range(w.rank.size):
        s.interest[k] += (s.principal[k] + s.interest[k]) * (w.growth[k, t] - 1.0)
        s.hurdle[k] *= w.cap_growth[k, t]


@kernel
def draw_scheduled(t, year, w, s, minor_units, inputs, p, flow):
    """Draw what shares or amounts foresee up to this date, never beyond the commitment."""
    for source in range(w.source_slot.size):
        if w.as_needed[source]:
            continue
        if w.by_amount[source]:
            upto = min(np.int64(np.rint(w.upto[source, t] * minor_units)), s.commitment[source])
        else:
            commitment = pick(w.source_slot[source], w.source_value[source], inputs, p)
            upto = np.int64(np.rint(commitment * w.upto[source, t] * minor_units))
        draw(source, upto - s.drawn[source], t, year, w, s, flow)


@kernel
def call_as_needed(gap, t, year, w, s, flow):
    """Grants in their order, then investors in proportion to what they have not paid in. Returns what is missing."""
    n_tranches, n_sources = w.rank.size, w.source_slot.size
    for source in range(n_tranches, n_sources):
        if w.as_needed[source] and gap > 0:
            amount = min(gap, s.commitment[source] - s.drawn[source])
            draw(source, amount, t, year, w, s, flow)
            gap -= amount
    for k in range(n_tranches):
        s.weight[k] = s.commitment[k] - s.drawn[k] if w.as_needed[k] else 0
        s.limit[k] = s.weight[k]
    gap = split_up_to(gap, n_tranches, s)
    for k in range(n_tranches):
        draw(k, s.given[k], t, year, w, s, flow)
    return gap


@kernel
def fund_and_pay_costs(cash, t, year, w, s, flow):
    """Costs of the programme: cash, kept payments, grants, calls, own funds, in this order. Returns the cash left."""
    need = np.int64(0)
    for c in range(w.cost_slot.size):
        if w.cost_by[c] == PROGRAMME:
            need += s.due[c] * w.cost_times[c, t]
    s.account[TO_COME] -= need
    if w.recycle:
        kept = min(cash, max(np.int64(0), need + s.account[TO_COME] - s.account[CASH]))
        flow[w.line_recycle, t] += kept
        s.account[CASH] += kept
        cash -= kept
    gap = call_as_needed(max(np.int64(0), need - s.account[CASH]), t, year, w, s, flow)
    if gap > 0 and w.line_own >= 0:
        flow[w.line_own, t] += gap
        s.account[CASH] += gap
        s.account[OWN_IN] += gap
    for c in range(w.cost_slot.size):
        if w.cost_by[c] == PROGRAMME:
            amount = min(s.due[c] * w.cost_times[c, t], s.account[CASH])
            flow[w.line_cost[c], t] += amount
            s.account[CASH] -= amount
    return cash


@kernel
def pay_fees(t, year, w, s, flow):
    """Costs that investors or a payer bear: investors share them in proportion to their commitments."""
    n_tranches = w.rank.size
    for c in range(w.cost_slot.size):
        amount = s.due[c] * w.cost_times[c, t]
        if w.cost_by[c] == PAYER:
            flow[w.line_cost[c], t] += amount
        elif w.cost_by[c] == INVESTORS:
            for k in range(n_tranches):
                s.weight[k] = s.commitment[k]
            left = split(amount, s.weight, n_tranches, s.rests, s.given)
            s.given[0] += left
            for k in range(n_tranches):
                flow[w.line_cost[c] + k, t] += s.given[k]
                pay_in(k, s.given[k], year, s)


@kernel
def pay_rank(rank, cash, t, year, w, s, flow):
    """Interest, then principal of the tranches of one rank. Returns the cash left."""
    n = w.rank.size
    for k in range(n):
        owed = whole(s.interest[k]) if w.rank[k] == rank else 0
        s.weight[k] = s.limit[k] = min(owed, still_allowed(k, w, s, year))
    cash = split_up_to(cash, n, s)
    hand_out(w.line_interest, t, n, s, flow)
    for k in range(n):
        s.interest[k] -= s.given[k]
        owed = s.principal[k] if w.rank[k] == rank else 0
        s.weight[k] = s.limit[k] = min(owed, still_allowed(k, w, s, year))
    cash = split_up_to(cash, n, s)
    hand_out(w.line_principal, t, n, s, flow)
    for k in range(n):
        s.principal[k] -= s.given[k]
    return cash


@kernel
def distribute(cash, t, year, w, s, flow):
    """Rank by rank, then the surplus. Returns what no investor may take."""
    n = w.rank.size
    if w.by_rank:
        for rank in range(w.n_ranks):
            cash = pay_rank(rank, cash, t, year, w, s, flow)
    for k in range(n):
        s.weight[k] = s.commitment[k] if w.takes_surplus[k] else 0
        s.limit[k] = still_allowed(k, w, s, year)
    cash = split_up_to(cash, n, s)
    hand_out(w.line_share, t, n, s, flow)
    return cash


@kernel
def return_surplus(cash, t, n_payers, w, s, flow):
    """What is left goes to the provider, or back to the payers by what they pay on this date, or have paid so far."""
    if w.line_bonus >= 0:
        flow[w.line_bonus, t] += cash
        return
    left = split(cash, s.claimed_now, n_payers, s.rests, s.given)
    if left > 0:
        left = split(cash, s.claimed, n_payers, s.rests, s.given)
    s.given[0] += left
    for q in range(n_payers):
        flow[w.line_back + q, t] += s.given[q]


@kernel
def call_guarantee(g, limit, after, t, w, s, flow):
    """Cover a loss beyond what is borne first, up to the limit. Returns what is paid."""
    n = w.rank.size
    if w.covers[g] == PROVIDER:
        cover = min(max(np.int64(0), s.account[OWN_IN] - s.account[OWN_BACK] - after), limit)
        flow[w.line_guarantee[g], t] += cover
        s.account[OWN_BACK] += cover
        return cover
    loss = np.int64(0)
    for k in range(n):
        covered = w.covers[g] == ALL_TRANCHES or w.covers[g] == k
        s.weight[k] = max(np.int64(0), s.paid_in[k] - s.received[k]) if covered else 0
        s.limit[k] = s.weight[k]
        loss += s.weight[k]
    cover = min(max(np.int64(0), loss - after), limit)
    split_up_to(cover, n, s)
    hand_out(w.line_guarantee[g], t, n, s, flow)
    return cover


@kernel
def call_guarantees(t, w, s, minor_units, inputs, p, left, flow):
    """Every guarantee that is called on this date, in order; left int64[guarantee] is what remains of each limit."""
    for g in range(w.covers.size):
        if w.called[g, t]:
            after = np.int64(np.rint(pick(w.after_slot[g], w.after_value[g], inputs, p) * minor_units))
            left[g] -= call_guarantee(g, left[g], after, t, w, s, flow)


@kernel
def limits_of(w, s, minor_units, inputs, p, out):
    """The most that each guarantee pays: -> out int64[guarantee]."""
    for g in range(w.covers.size):
        if w.limit_share[g] > 0.0:
            covered = np.int64(0)
            for k in range(w.rank.size):
                if w.covers[g] == ALL_TRANCHES or w.covers[g] == k:
                    covered += s.commitment[k]
            out[g] = np.int64(np.rint(w.limit_share[g] * covered))
        else:
            out[g] = np.int64(np.rint(pick(w.limit_slot[g], w.limit_value[g], inputs, p) * minor_units))


@kernel
def top_up(t, w, s, flow):
    """Bring every tranche with a return floor up to its share of what it paid in."""
    for k in range(w.rank.size):
        if w.floor_share[k] > 0.0:
            least = np.int64(np.rint(w.floor_share[k] * s.paid_in[k]))
            missing = max(np.int64(0), least - s.received[k])
            flow[w.line_floor[k], t] += missing
            s.received[k] += missing


@kernel
def begin(w, s, minor_units, inputs, p):
    """The state of a path before its first period."""
    s.drawn[:] = 0
    s.paid_in[:] = 0
    s.received[:] = 0
    s.principal[:] = 0
    s.interest[:] = 0.0
    s.hurdle[:] = 0.0
    s.moment[:] = 0.0
    s.claimed[:] = 0
    s.account[:] = 0
    for source in range(w.source_slot.size):
        commitment = pick(w.source_slot[source], w.source_value[source], inputs, p)
        s.commitment[source] = np.int64(np.rint(commitment * minor_units))
    for c in range(w.cost_slot.size):
        s.due[c] = np.int64(np.rint(pick(w.cost_slot[c], w.cost_value[c], inputs, p) * minor_units))
        if w.cost_by[c] == PROGRAMME:
            for t in range(w.cost_times.shape[1]):
                s.account[TO_COME] += s.due[c] * w.cost_times[c, t]


@kernel
def money_in(t, p, claim, payer, w, s, minor_units, inputs, flow):
    """Outcome payments of one date, and a payment for ending early. Returns the cash."""
    n_tranches = w.rank.size
    cash = np.int64(0)
    s.claimed_now[:] = 0
    for r in range(claim.shape[1]):
        flow[n_tranches + payer[r], t] += claim[p, r, t]
        s.claimed[payer[r]] += claim[p, r, t]
        s.claimed_now[payer[r]] += claim[p, r, t]
        cash += claim[p, r, t]
    for b in range(w.break_slot.size):
        if w.break_period[b] == t:
            amount = np.int64(np.rint(pick(w.break_slot[b], w.break_value[b], inputs, p) * minor_units))
            flow[w.line_break, t] += amount
            cash += amount
    return cash


@kernel
def pay_for_ending(k, t, w, s, minor_units, inputs, p, flow):
    """What the investors are paid because the deal ends, and payments that were kept for costs that no longer come.

    Returns the cash to distribute.
    """
    cash = np.int64(0)
    if w.line_release >= 0:
        kept = np.int64(0)
        for before in range(t + 1):
            kept += flow[w.line_recycle, before]
        cash = min(kept, s.account[CASH])
        flow[w.line_release, t] += cash
        s.account[CASH] -= cash
    if w.line_end[k] < 0:
        return cash
    told = pick(w.end_slot[k], w.end_value[k], inputs, p)
    of = np.int64(0)
    for tranche in range(w.rank.size):
        of += s.drawn[tranche] if w.end_kind[k] == END_DRAWN else s.commitment[tranche] - s.drawn[tranche]
    amount = np.int64(np.rint(told * (minor_units if w.end_kind[k] == END_AMOUNT else of)))
    flow[w.line_end[k], t] += amount
    return cash + amount


@kernel
def post_path(p, due, ends, k, claim, payer, w, s, left, n_payers, minor_units, inputs, years, flow):
    """Post every line of one path, period by period.

    As `post_in_order`; nothing falls due after period `due`, and early end k is paid for in period `ends` (-1: never).
    """
    n_periods = years.size
    begin(w, s, minor_units, inputs, p)
    limits_of(w, s, minor_units, inputs, p, left)
    for t in range(n_periods):
        accrue(t, w, s)
        cash = money_in(t, p, claim, payer, w, s, minor_units, inputs, flow)
        if t <= due:
            draw_scheduled(t, years[t], w, s, minor_units, inputs, p, flow)
            cash = fund_and_pay_costs(cash, t, years[t], w, s, flow)
            pay_fees(t, years[t], w, s, flow)
        if t == ends:
            cash += pay_for_ending(k, t, w, s, minor_units, inputs, p, flow)
        cash = distribute(cash, t, years[t], w, s, flow)
        return_surplus(cash, t, n_payers, w, s, flow)
        call_guarantees(t, w, s, minor_units, inputs, p, left, flow)
        if t == n_periods - 1:
            top_up(t, w, s, flow)


@kernel
def keep_totals(p, w, s, drawn, received):
    """What each tranche paid in and received on a path: -> drawn and received int64[path, tranche]. [minor unit]"""
    for k in range(w.rank.size):
        drawn[p, k] = s.paid_in[k]
        received[p, k] = s.received[k]


@kernel
def post_in_order(claim, payer, w, state, n_payers, minor_units, inputs, years, flow, drawn, received):
    """Post every line of the ledger, path by path and period by period.

    claim int64[path, rule, period], payer int64[rule], w: waterfall group of the plan, state: scratch of one path,
    inputs float64[path, input], years float64[period] -> flow int64[path, line, period], drawn and received
    int64[path, tranche]. [minor unit]
    """
    left = np.empty(w.covers.size, np.int64)
    last = years.size - 1
    flow[:] = 0
    for p in range(claim.shape[0]):
        post_path(p, last, -1, 0, claim, payer, w, state, left, n_payers, minor_units, inputs, years, flow[p])
        keep_totals(p, w, state, drawn, received)


@kernel
def post_until(claim, payer, w, state, n_payers, minor_units, inputs, years, ending, stops, flow, drawn, received):
    """`post_in_order` where some paths end early: ending group of the plan, stops of the paths."""
    left = np.empty(w.covers.size, np.int64)
    last = years.size - 1
    flow[:] = 0
    for p in range(claim.shape[0]):
        due, ends, k = last, -1, 0
        if stops.month[p] != NEVER:
            due, ends, k = ending.last_due[stops.month[p]], ending.pays_in[stops.month[p]], stops.by[p]
        post_path(p, due, ends, k, claim, payer, w, state, left, n_payers, minor_units, inputs, years, flow[p])
        keep_totals(p, w, state, drawn, received)


@kernel
def close_accounts(flow, claim, ledger, n_tranches, n_payers, year_index, balance, repayment):
    """Add up every party and budget year, and count the paths whose books don't close.

    flow int64[path, line, period], claim int64[path, rule, period], ledger: group of the plan -> balance int64[path,
    party, period] (net receipts), repayment int64[path, payer, year], what a payer pays less what it gets back.
    [minor unit] The books of a path close if no line is negative, the payers pay what was claimed, a party that only
    passes money on keeps nothing in any period, and a party without credit is never below zero.
    """
    n_paths, n_lines, n_periods = flow.shape
    n_parties = balance.shape[1]
    balance[:] = 0
    repayment[:] = 0
    held = np.empty(n_parties, np.int64)
    broken = 0
    for p in range(n_paths):
        wrong = False
        held[:] = 0
        open_claims = np.int64(0)
        for t in range(n_periods):
            for line in range(n_lines):
                amount = flow[p, line, t]
                wrong = wrong or amount < 0
                balance[p, ledger.from_party[line], t] -= amount
                balance[p, ledger.to_party[line], t] += amount
                if n_tranches <= line < n_tranches + n_payers:
                    open_claims -= amount
            for r in range(claim.shape[1]):
                open_claims += claim[p, r, t]
            total = np.int64(0)
            for party in range(n_parties):
                total += balance[p, party, t]
                held[party] += balance[p, party, t]
                wrong = wrong or (ledger.credit[party] < 1 and held[party] < 0)
                wrong = wrong or (ledger.credit[party] < 0 and balance[p, party, t] != 0)
            wrong = wrong or total != 0
            for q in range(n_payers):
                repayment[p, q, year_index[t]] -= balance[p, 1 + n_tranches + q, t]
        if wrong or open_claims != 0:
            broken += 1
    return broken


@kernel
def add_up_groups(balance, n_tranches, out):
    """Net flow of all tranches together: balance int64[path, party, period] -> out int64[path, 1, period]."""
    for p in range(balance.shape[0]):
        for t in range(balance.shape[2]):
            total = np.int64(0)
            for k in range(n_tranches):
                total += balance[p, 1 + k, t]
            out[p, 0, t] = total
