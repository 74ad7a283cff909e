"""Claims to the ledger of a deal with several tranches, costs, caps or guarantees. Money in minor units.

In each period: interest and hurdle balances accrue, payments come in, capital is drawn and costs are paid, what is left
is distributed, and guarantees and floors are called. Where a path ends early nothing falls due after its stop. Balances
that accrue are float64; what is paid is whole.

Every step is arithmetic on arrays over paths, path last, so that nothing has to be compiled and a clause that a deal
lacks costs nothing. A float is reckoned by the same operations in the same order on every path.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from risksim.kernels import loans
from risksim.kernels.amounts import on_paths, part_of, positive, rounded, whole
from risksim.kernels.shares import split, split_up_to

NO_CAP, IRR, SIMPLE_AVERAGE, MULTIPLE = 0, 1, 2, 3
PROGRAMME, INVESTORS, PAYER = 0, 1, 2
ALL_TRANCHES, PROVIDER = -1, -2
END_AMOUNT, END_DRAWN, END_UNDRAWN = 0, 1, 2
NEVER = 32_767
MOST = 4_611_686_018_427_387_904  # 2**62


class Until(NamedTuple):
    """Until when paths run, in a deal that may end early: arrays over paths."""

    last_due: Any
    """int64[path]: last period in which money falls due, the last of all where nothing stops the path."""
    pays_in: Any
    """int64[path]: first period on or after the stop, -1 where nothing stops the path."""
    by: Any
    """int64[path]: which early end stops it, -1 for none."""


class State(NamedTuple):
    """What a path remembers from one period to the next: arrays over paths, by tranche unless said otherwise."""

    commitment: Any
    """int64[source, path]: of tranches, then grants. [minor unit]"""
    drawn: Any
    """int64[source, path]: paid out so far. [minor unit]"""
    paid_in: Any
    """int64[tranche, path]: capital drawn and fees paid. [minor unit]"""
    received: Any
    """int64[tranche, path]. [minor unit]"""
    principal: Any
    """int64[tranche, path]: drawn and not yet repaid. [minor unit]"""
    interest: Any
    """float64[tranche, path]: accrued and not yet paid. [minor unit]"""
    hurdle: Any
    """float64[tranche, path]: what may still be paid under a cap on the IRR. [minor unit]"""
    moment: Any
    """float64[tranche, path]: sum of money paid in times the years when. [minor unit * year]"""
    bill: Any
    """int64[cost, period, path]: what each cost comes to on each date. [minor unit]"""
    foreseen: Any
    """int64[cost, period, path]: the same as if nothing stopped the path, for what is kept or called for costs to come.
    [minor unit]"""
    claimed: Any
    """int64[payer, path]: all payments so far. [minor unit]"""
    claimed_now: Any
    """int64[payer, path]: payments of the period. [minor unit]"""
    account: Any
    """int64[3, path]: cash of the programme, own funds put in, own funds given back. [minor unit]"""
    left: Any
    """int64[guarantee, path]: what remains of each limit. [minor unit]"""
    direct: Any
    """int64[tranche, path]: payments of the period to one tranche alone. [minor unit]"""
    loan: Any
    """`risksim.kernels.loans.Terms`, None where no tranche is a loan."""
    until: Any
    """`Until`, None where nothing ends the deal early."""


CASH, OWN_IN, OWN_BACK = 0, 1, 2


# Steps of a date


def still_allowed(k, w, s, year):
    """What a tranche may still receive under its return cap: int64[path]. [minor unit]"""
    if w.cap_kind[k] == NO_CAP:
        return np.full_like(s.received[k], MOST)
    if w.cap_kind[k] == IRR:
        return whole(s.hurdle[k])
    if w.cap_kind[k] == SIMPLE_AVERAGE:
        earned = w.cap_rate[k] * (s.paid_in[k] * year - s.moment[k])
        return whole(s.paid_in[k] + earned - s.received[k])
    return whole((1.0 + w.cap_rate[k]) * s.paid_in[k] - s.received[k])


def pay_in(k, amount, year, s):
    """Money that a tranche pays counts from this day on in its hurdle and its average."""
    s.paid_in[k] += amount
    s.hurdle[k] += amount
    s.moment[k] += amount * year


def receive(k, amount, s):
    """Money that a tranche gets."""
    s.received[k] += amount
    s.hurdle[k] -= amount


def draw(source, amount, t, year, w, s, flow):
    """Capital of a tranche, or a grant, goes to the programme; a borrower who has failed gets none."""
    n_tranches = w.rank.size
    s.drawn[source] += amount
    if source < n_tranches:
        s.principal[source] += amount
        amount = still_there(source, t, amount, w, s)
        pay_in(source, amount, year, s)
        flow[source, t] += amount
    else:
        flow[w.line_grant + source - n_tranches, t] += amount
    s.account[CASH] += amount


def still_there(k, t, amount, w, s):
    """An amount to or from a borrower, nothing once it has failed; all of it for a tranche that is no loan."""
    return part_of(amount, s.loan.alive[k, t]) if s.loan is not None and w.loans.is_loan[k] else amount


def hand_out(line, given, t, s, flow):
    """Post shares to one line per tranche."""
    for k in range(given.shape[0]):
        flow[line + k, t] += given[k]
        receive(k, given[k], s)


def accrue(t, w, s):
    """Interest on all that is owed, and the hurdle of a cap on the IRR."""
    for k in range(w.rank.size):
        growth = w.growth[k, t]
        if growth != 1.0:
            if s.loan is not None and w.loans.is_loan[k]:
                growth = loans.growth_of(k, t, growth, w.loans, s.loan)
            s.interest[k] += (s.principal[k] + s.interest[k]) * (growth - 1.0)
        s.hurdle[k] *= w.cap_growth[k, t]


def money_in(t, claim, payer, w, s, minor_units, inputs, flow):
    """Outcome payments of one date, and a payment for ending early. Returns the cash: int64[path]."""
    n_tranches = w.rank.size
    s.claimed_now[:] = 0
    s.direct[:] = 0
    for r in range(claim.shape[1]):
        flow[n_tranches + payer[r], t] += claim[:, r, t]
        s.claimed_now[payer[r]] += claim[:, r, t]
        if w.row_tranche[r] >= 0:
            s.direct[w.row_tranche[r]] += claim[:, r, t]
    s.claimed[:] += s.claimed_now
    cash = s.claimed_now.sum(axis=0) - s.direct.sum(axis=0)
    for b in range(w.break_slot.size):
        if w.break_period[b] == t:
            amount = rounded(on_paths(w.break_slot[b], w.break_value[b], inputs), minor_units)
            flow[w.line_break, t] += amount
            cash = cash + amount
    return cash


def while_due(t, amount, s):
    """An amount, or nothing on paths that were stopped before this date."""
    return amount if s.until is None else np.where(t <= s.until.last_due, amount, 0)


def draw_scheduled(t, year, w, s, minor_units, inputs, flow):
    """Draw what shares or amounts foresee up to this date, never beyond the commitment."""
    for source in range(w.source_slot.size):
        if w.as_needed[source]:
            continue
        if w.by_amount[source]:
            upto = np.minimum(rounded(w.upto[source, t], minor_units), s.commitment[source])
        else:
            commitment = on_paths(w.source_slot[source], w.source_value[source], inputs)
            upto = rounded(commitment * w.upto[source, t], minor_units)
        draw(source, while_due(t, upto - s.drawn[source], s), t, year, w, s, flow)


def call_as_needed(gap, t, year, w, s, flow):
    """Grants in their order, then investors in proportion to what they have not paid in."""
    n_tranches = w.rank.size
    for source in range(n_tranches, w.source_slot.size):
        if w.as_needed[source]:
            amount = np.minimum(gap, s.commitment[source] - s.drawn[source])
            draw(source, amount, t, year, w, s, flow)
            gap = gap - amount
    undrawn = (s.commitment[:n_tranches] - s.drawn[:n_tranches]) * w.as_needed[:n_tranches, None]
    given = split_up_to(gap, undrawn, undrawn)
    for k in np.flatnonzero(w.as_needed[:n_tranches]):
        draw(k, given[k], t, year, w, s, flow)


def commitment_fees(t, w, s):
    """The fee on what each tranche has promised and not paid in yet, by tranche: int64[path]. [minor unit]"""
    undrawn = s.commitment - s.drawn
    return {
        k: still_there(k, t, while_due(t, whole(w.fee[k, t] * undrawn[k]), s), w, s)
        for k in np.flatnonzero(w.fee[:, t] > 0.0).tolist()
    }


def fund_and_pay_costs(cash, fees, t, year, w, s, flow):
    """Costs of the programme: cash, kept payments, grants, calls, own funds, in this order. Returns the cash left."""
    borne = np.flatnonzero(w.cost_by == PROGRAMME)
    if not borne.size and not fees:
        return cash
    need = s.bill[borne, t].sum(axis=0) + sum(fees.values())
    if w.recycle:
        to_come = while_due(t, s.foreseen[borne, t + 1 :].sum(axis=(0, 1)), s)
        kept = np.minimum(cash, positive(need + to_come - s.account[CASH]))
        flow[w.line_recycle, t] += kept
        s.account[CASH] += kept
        cash = cash - kept
    ahead = while_due(t, s.foreseen[borne, t + 1 : w.ahead[t] + 1].sum(axis=(0, 1)), s)
    call_as_needed(positive(need + ahead - s.account[CASH]), t, year, w, s, flow)
    if w.line_own >= 0:
        gap = positive(need - s.account[CASH])
        flow[w.line_own, t] += gap
        s.account[CASH] += gap
        s.account[OWN_IN] += gap
    for k, fee in fees.items():
        amount = np.minimum(fee, s.account[CASH])
        flow[w.line_fee + k, t] += amount
        s.account[CASH] -= amount
        receive(k, amount, s)
    for c in borne:
        amount = np.minimum(s.bill[c, t], s.account[CASH])
        flow[w.line_cost[c], t] += amount
        s.account[CASH] -= amount
    return cash


def pay_fees(t, year, w, s, flow):
    """Costs that investors or a payer bear: investors share them in proportion to their commitments."""
    n_tranches = w.rank.size
    for c in range(w.cost_by.size):
        amount = s.bill[c, t]
        if w.cost_by[c] == PAYER:
            flow[w.line_cost[c], t] += amount
        elif w.cost_by[c] == INVESTORS and amount.any():
            given = split(amount, s.commitment[:n_tranches])
            given[0] += amount - given.sum(axis=0)
            for k in range(n_tranches):
                flow[w.line_cost[c] + k, t] += given[k]
                pay_in(k, given[k], year, s)


def pay_for_ending(t, w, s, minor_units, inputs, flow):
    """What the investors are paid because the deal ends, and payments that were kept for costs that no longer come.

    Returns the cash to distribute: int64[path].
    """
    here = s.until.pays_in == t
    cash = np.zeros_like(here, dtype=np.int64)
    if not here.any():
        return cash
    if w.line_release >= 0:
        kept = flow[w.line_recycle, : t + 1].sum(axis=0)
        cash = np.where(here, np.minimum(kept, s.account[CASH]), 0)
        flow[w.line_release, t] += cash
        s.account[CASH] -= cash
    for k in np.flatnonzero(w.line_end >= 0):
        told = on_paths(w.end_slot[k], w.end_value[k], inputs)
        amount = rounded(told, minor_units) if w.end_kind[k] == END_AMOUNT else part_of(ended_on(k, w, s), told)
        amount = np.where(here & (s.until.by == k), amount, 0)
        flow[w.line_end[k], t] += amount
        cash = cash + amount
    return cash


def ended_on(k, w, s):
    """The capital of which a share is paid because the deal ends, without loans: int64[path]. [minor unit]"""
    n_tranches = w.rank.size
    of = s.drawn[:n_tranches] if w.end_kind[k] == END_DRAWN else s.commitment[:n_tranches] - s.drawn[:n_tranches]
    return of[w.rank >= 0].sum(axis=0)


def pay_direct(t, w, s, flow):
    """Payments to one tranche alone: they count against its interest, then its principal; the rest is its own."""
    if w.line_direct < 0:
        return
    hand_out(w.line_direct, s.direct, t, s, flow)
    of_interest = np.minimum(s.direct, whole(s.interest))
    s.interest[:] -= of_interest
    s.principal[:] -= np.minimum(s.direct - of_interest, s.principal)


def pay_rank(rank, cash, t, year, w, s, flow):
    """Interest, then principal of the tranches of one rank. Returns the cash left."""
    n, nothing = w.rank.size, np.zeros_like(cash)

    def owed_to(balance):
        return np.stack(
            [np.minimum(balance(k), still_allowed(k, w, s, year)) if w.rank[k] == rank else nothing for k in range(n)]
        )

    owed = owed_to(lambda k: whole(s.interest[k]))
    given = split_up_to(cash, owed, owed)
    hand_out(w.line_interest, given, t, s, flow)
    s.interest[:] -= given
    cash = cash - given.sum(axis=0)
    owed = owed_to(lambda k: s.principal[k])
    given = split_up_to(cash, owed, owed)
    hand_out(w.line_principal, given, t, s, flow)
    s.principal[:] -= given
    return cash - given.sum(axis=0)


def distribute(cash, t, year, w, s, flow):
    """Rank by rank, then the surplus. Returns what no investor may take."""
    if not cash.any():
        return cash
    if w.by_rank:
        for rank in range(w.n_ranks):
            cash = pay_rank(rank, cash, t, year, w, s, flow)
    n = w.rank.size
    weight = s.commitment[:n] * w.takes_surplus[:, None]
    given = split_up_to(cash, weight, np.stack([still_allowed(k, w, s, year) for k in range(n)]))
    hand_out(w.line_share, given, t, s, flow)
    return cash - given.sum(axis=0)


def return_surplus(cash, t, n_payers, w, s, flow):
    """What is left goes to the provider, or back to the payers by what they pay on this date, or have paid so far."""
    if w.line_bonus >= 0:
        flow[w.line_bonus, t] += cash
        return
    if not cash.any():
        return
    given = split(cash, s.claimed_now)
    given += split(cash - given.sum(axis=0), s.claimed)
    given[0] += cash - given.sum(axis=0)
    flow[w.line_back : w.line_back + n_payers, t] += given


def default_on_loans(t, w, s, flow):
    """What is recovered of loans whose borrower fails in this period."""
    for k in np.flatnonzero(w.loans.is_loan):
        amount = loans.fail(k, t, s.loan, s.principal[k], s.interest[k])
        flow[w.loans.line_recovered + k, t] += amount
        receive(k, amount, s)


def repay_loans(t, w, s, flow):
    """What falls due of each loan, after what is forgiven, from the provider's own funds."""
    for k in np.flatnonzero(w.loans.is_loan):
        s.principal[k] -= loans.forgive(k, t, w.loans, s.loan, s.drawn[k], s.principal[k])
        of_interest, of_principal = loans.fall_due(k, t, w.loans, s.loan, s.principal[k], s.interest[k])
        s.interest[k] -= of_interest
        s.principal[k] -= of_principal
        for line, due in ((w.loans.line_interest, of_interest), (w.loans.line_principal, of_principal)):
            amount = still_there(k, t, due, w, s)
            flow[line + k, t] += amount
            receive(k, amount, s)


def call_guarantee(g, limit, after, t, w, s, flow):
    """Cover a loss beyond what is borne first, up to the limit. Returns what is paid."""
    if w.covers[g] == PROVIDER:
        cover = np.minimum(positive(s.account[OWN_IN] - s.account[OWN_BACK] - after), limit)
        flow[w.line_guarantee[g], t] += cover
        s.account[OWN_BACK] += cover
        return cover
    loss = positive(s.paid_in - s.received) * covered_by(g, w)[:, None]
    cover = np.minimum(positive(loss.sum(axis=0) - after), limit)
    hand_out(w.line_guarantee[g], split_up_to(cover, loss, loss), t, s, flow)
    return cover


def covered_by(g, w):
    """1 for the tranches that a guarantee covers: int64[tranche]."""
    return np.array([w.covers[g] in (ALL_TRANCHES, k) for k in range(w.rank.size)], dtype=np.int64)


def call_guarantees(t, w, s, minor_units, inputs, flow):
    """Every guarantee that is called on this date, in order."""
    for g in range(w.covers.size):
        if w.called[g, t]:
            after = rounded(on_paths(w.after_slot[g], w.after_value[g], inputs), minor_units)
            s.left[g] -= call_guarantee(g, s.left[g], after, t, w, s, flow)


def top_up(t, w, s, flow):
    """Bring every tranche with a return floor up to its share of what it paid in."""
    for k in np.flatnonzero(w.floor_share > 0.0):
        least = np.rint(w.floor_share[k] * s.paid_in[k]).astype(np.int64)
        missing = positive(least - s.received[k])
        flow[w.line_floor[k], t] += missing
        s.received[k] += missing


# A path


def commitments(w, minor_units, inputs):
    """What each tranche promises and each grant gives: int64[source, path]. [minor unit]"""
    sources = zip(w.source_slot, w.source_value, strict=True)
    return np.stack([rounded(on_paths(slot, value, inputs), minor_units) for slot, value in sources])


def bills(w, commitment, measured, minor_units, inputs, until):
    """What each cost comes to on each date: int64[cost, period, path]. [minor unit]

    What follows the people is billed for all that came up since the last date: measured float64[path, cohort, measure,
    period], nan where it is not known. After a stop nothing falls due but, on the first date, what came up before it.
    """
    out = np.zeros((*w.cost_times.shape, inputs.shape[0]), dtype=np.int64)
    period = np.arange(w.cost_times.shape[1])[:, None]
    due = True if until is None else period <= until.last_due
    at_last = False if until is None else period == until.pays_in
    for c, times in enumerate(w.cost_times):
        amount = on_paths(w.cost_slot[c], w.cost_value[c], inputs)
        if w.cost_share[c]:
            out[c] = part_of(commitment[: w.rank.size].sum(axis=0), amount) * times[:, None] * due
        elif w.cost_head[c] < 0:
            out[c] = rounded(amount, minor_units) * times[:, None] * due
        else:
            billed = np.nan_to_num(measured[:, :, w.cost_head[c]]).sum(axis=1).T.cumsum(axis=0)
            looks, before = np.broadcast_to((times[:, None] > 0) & due | at_last, billed.shape), 0.0
            for t in np.flatnonzero(looks.any(axis=1)):
                out[c, t] = np.where(looks[t], rounded(amount * (billed[t] - before), minor_units), 0)
                before = np.where(looks[t], billed[t], before)
    return out


def limits_of(w, commitment, minor_units, inputs):
    """The most that each guarantee pays: int64[guarantee, path]. [minor unit]"""
    out = np.empty((w.covers.size, inputs.shape[0]), dtype=np.int64)
    for g in range(w.covers.size):
        if w.limit_share[g] > 0.0:
            covered = (commitment[: w.rank.size] * covered_by(g, w)[:, None]).sum(axis=0)
            out[g] = np.rint(w.limit_share[g] * covered)
        else:
            out[g] = rounded(on_paths(w.limit_slot[g], w.limit_value[g], inputs), minor_units)
    return out


def until_stops(ending: Any, stops: Any, n_periods: int) -> Until:
    """Until when paths run: ending group of the plan, stops of the paths."""
    stopped = stops.month != NEVER
    month = np.where(stopped, stops.month, 0)
    return Until(
        last_due=np.where(stopped, ending.last_due[month], n_periods - 1),
        pays_in=np.where(stopped, ending.pays_in[month], -1),
        by=np.where(stopped, stops.by, -1).astype(np.int64),
    )


def begin(
    w: Any,
    n_payers: int,
    measured: Any,
    years: Any,
    minor_units: int,
    inputs: Any,
    until: Until | None = None,
    planned: Any = None,
) -> State:
    """The state of every path before its first period.

    planned: as `measured` if nothing stopped the paths, None where that is the same.
    """
    n_tranches, n_paths = w.rank.size, inputs.shape[0]

    def nothing(n, dtype=np.int64):
        return np.zeros((n, n_paths), dtype=dtype)

    commitment = commitments(w, minor_units, inputs)
    bill = foreseen = bills(w, commitment, measured, minor_units, inputs, until)
    if until is not None:
        foreseen = bills(w, commitment, measured if planned is None else planned, minor_units, inputs, None)
    return State(
        commitment=commitment,
        drawn=nothing(w.source_slot.size),
        paid_in=nothing(n_tranches),
        received=nothing(n_tranches),
        principal=nothing(n_tranches),
        interest=nothing(n_tranches, np.float64),
        hurdle=nothing(n_tranches, np.float64),
        moment=nothing(n_tranches, np.float64),
        bill=bill,
        foreseen=foreseen,
        claimed=nothing(n_payers),
        claimed_now=nothing(n_payers),
        account=nothing(3),
        left=limits_of(w, commitment, minor_units, inputs),
        direct=nothing(n_tranches),
        loan=None if w.loans is None else loans.terms_of_loans(w.loans, measured, years, minor_units, inputs),
        until=until,
    )


def post_in_order(
    claim: Any,
    payer: Any,
    w: Any,
    state: State,
    n_payers: int,
    minor_units: int,
    inputs: Any,
    years: Any,
    flow: Any,
    drawn: Any,
    received: Any,
) -> None:
    """Post every line of the ledger, period by period.

    claim int64[path, rule, period], payer int64[rule], w: waterfall group of the plan, state: of all paths before their
    first period, inputs float64[path, input], years float64[period] -> flow int64[path, line, period], drawn and
    received int64[path, tranche]. [minor unit]
    """
    last = claim.shape[2] - 1
    flow[:] = 0
    s, posted = state, flow.transpose(1, 2, 0)
    for t in range(last + 1):
        accrue(t, w, s)
        if w.loans is not None:
            default_on_loans(t, w, s, posted)
        fees = commitment_fees(t, w, s)
        cash = money_in(t, claim, payer, w, s, minor_units, inputs, posted)
        draw_scheduled(t, years[t], w, s, minor_units, inputs, posted)
        cash = fund_and_pay_costs(cash, fees, t, years[t], w, s, posted)
        pay_fees(t, years[t], w, s, posted)
        pay_direct(t, w, s, posted)
        if s.until is not None:
            cash = cash + pay_for_ending(t, w, s, minor_units, inputs, posted)
        cash = distribute(cash, t, years[t], w, s, posted)
        return_surplus(cash, t, n_payers, w, s, posted)
        if w.loans is not None:
            repay_loans(t, w, s, posted)
        call_guarantees(t, w, s, minor_units, inputs, posted)
    top_up(last, w, s, posted)
    drawn[:], received[:] = s.paid_in.T, s.received.T


# The books


def close_accounts(
    flow: Any,
    claim: Any,
    ledger: Any,
    n_tranches: int,
    n_payers: int,
    year_index: Any,
    balance: Any,
    repayment: Any,
) -> int:
    """Add up every party and budget year, and count the paths whose books don't close.

    flow int64[path, line, period], claim int64[path, rule, period], ledger: group of the plan -> balance int64[path,
    party, period] (net receipts), repayment int64[path, payer, year], what a payer pays less what it gets back.
    [minor unit] The books of a path close if no line is negative, the payers pay what was claimed, a party that only
    passes money on keeps nothing in any period, and a party without credit is never below zero.
    """
    n_paths, n_lines, n_periods = flow.shape
    net = np.zeros((balance.shape[1], n_periods, n_paths), dtype=np.int64)
    posted = flow.transpose(1, 2, 0)
    for line in range(n_lines):
        net[ledger.from_party[line]] -= posted[line]
        net[ledger.to_party[line]] += posted[line]
    wrong = (posted < 0).any(axis=(0, 1)) | (net.sum(axis=0) != 0).any(axis=0)
    paid = posted[n_tranches : n_tranches + n_payers].sum(axis=(0, 1))
    wrong |= paid != claim.sum(axis=(1, 2))
    for party in np.flatnonzero(ledger.credit < 1):
        wrong |= (net[party].cumsum(axis=0) < 0).any(axis=0)
        if ledger.credit[party] < 0:
            wrong |= (net[party] != 0).any(axis=0)
    balance[:] = net.transpose(2, 0, 1)
    repayment[:] = 0
    for t in range(n_periods):
        repayment[:, :, year_index[t]] -= balance[:, 1 + n_tranches : 1 + n_tranches + n_payers, t]
    return int(wrong.sum())


def add_up_groups(balance: Any, n_tranches: int, out: Any) -> None:
    """Net flow of all tranches together: balance int64[path, party, period] -> out int64[path, 1, period]."""
    out[:, 0] = balance[:, 1 : 1 + n_tranches].sum(axis=1)
