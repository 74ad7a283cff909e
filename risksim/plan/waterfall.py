"""The financing of a deal with several tranches, costs, caps or guarantees, as arrays and ledger lines."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from risksim.plan import layout
from risksim.plan.columns import Column
from risksim.plan.ending import end_lines, end_payments
from risksim.plan.loans import column, loan_dates, loans
from risksim.plan.money import drawings, drawn_upto
from risksim.plan.numbers import Gathered, Number, slots
from risksim.scenario.base import value_of
from risksim.scenario.calendar import add_months, months_between
from risksim.scenario.deal_contradictions import due_dates
from risksim.scenario.financing import (
    Cost,
    Financing,
    Grant,
    Tranche,
    by_amount,
    cap_of,
    floor_of,
    ranks_of,
)
from risksim.scenario.payments import terms_of
from risksim.scenario.scenario import Scenario

CAP_KINDS = {"irr": 1, "simple average": 2, "multiple": 3}
PROGRAMME, INVESTORS, PAYER = 0, 1, 2


HEADS = {
    "participant": layout.JOINED,
    "participant month": layout.ATTENDED,
    "completer": layout.FINISHED,
}
"""What a cost that follows the people is for."""


def dates(scenario: Scenario) -> set[dt.date]:
    """Dates of grants, costs, loans and a termination payment: money moves on them besides drawdowns and follow-ups."""
    deal = scenario.financing
    found = {date for grant in deal.grants for date, _ in drawings(scenario, grant)}
    found |= {date for cost in deal.costs for date in due_dates(scenario, cost)} | loan_dates(deal)
    return found | ({value_of(deal.termination.on)} if deal.termination is not None else set())


def waterfall(
    gathered: Gathered,
    financing: layout.Financing,
    payers: Sequence[str],
    dates: Sequence[dt.date],
    row_clause: layout.IntArray,
    measured: list[Column],
) -> tuple[layout.Waterfall, layout.Ledger, list[str], list[str]]:
    """The waterfall, its ledger, the parties and the reason of each line.

    Measures that costs and loans read are added to `measured`; row_clause int64[rule] is the clause of each claim.
    """
    scenario = gathered.scenario
    deal = scenario.financing
    book = _Book(scenario, payers)
    direct = direct_tranches(scenario)
    lines = _lines(book, deal, scenario.provider, any(k >= 0 for k in direct))
    loan_lines = _loan_lines(book, deal, scenario.provider)
    line_end, line_release = end_lines(book, scenario)
    sources = _sources(gathered, financing, dates)
    order = layout.Waterfall(
        **sources,
        **_order(deal),
        **_returns(scenario, dates),
        ahead=_ahead(scenario, dates),
        fee=_fees(scenario, dates),
        row_tranche=_ints([direct[clause] for clause in row_clause]),
        loans=loans(gathered, measured, dates, _spans(scenario, dates), sources["upto"], loan_lines),
        **_costs(gathered, dates, measured),
        **_guarantees(gathered, dates),
        **_break(gathered, dates),
        **lines._asdict(),
        **end_payments(gathered),
        line_end=line_end,
        line_release=line_release,
    )
    return order, book.ledger(), book.parties, book.reasons


class _Book:
    """Parties and ledger lines as they are named."""

    def __init__(self, scenario: Scenario, payers: Sequence[str]) -> None:
        self.tranches = [tranche.name for tranche in scenario.financing.tranches]
        self.payers = list(payers)
        self.provider = scenario.provider
        self.parties = [scenario.provider, *self.tranches, *self.payers]
        self.moves: list[tuple[int, int]] = []
        self.reasons: list[str] = []
        self.passes_on: set[int] = set()

    def party(self, name: str) -> int:
        """The row of a party; a new one where nobody has named it before."""
        if name not in self.parties:
            self.parties.append(name)
        return self.parties.index(name)

    def lines(self, moves: Iterable[tuple[str, str, str]]) -> int:
        """Lines from, to, why; returns the row of the first."""
        first = len(self.moves)
        for giver, taker, reason in moves:
            self.moves.append((self.party(giver), self.party(taker)))
            self.reasons.append(reason)
        return first

    def ledger(self) -> layout.Ledger:
        """The lines as arrays."""
        credit = np.ones(len(self.parties), dtype=np.int64)
        credit[0] = 0
        credit[list(self.passes_on)] = -1
        moves = np.array(self.moves, dtype=np.int64)
        return layout.Ledger(moves[:, 0].copy(), moves[:, 1].copy(), credit)


class _Lines(NamedTuple):
    line_grant: int
    line_cost: layout.IntArray
    line_recycle: int
    line_own: int
    line_interest: int
    line_principal: int
    line_share: int
    line_back: int
    line_bonus: int
    line_break: int
    line_guarantee: layout.IntArray
    line_floor: layout.IntArray
    line_fee: int
    line_direct: int


def direct_tranches(scenario: Scenario) -> list[int]:
    """For each payment rule the tranche that alone gets what it pays, -1 where all share."""
    names = [tranche.name for tranche in scenario.financing.tranches]
    told = [getattr(terms_of(rule), "tranche", None) for rule in scenario.payments]
    return [names.index(name) if name is not None else -1 for name in told]


def _loan_lines(book: _Book, deal: Financing, provider: str) -> tuple[int, int, int]:
    """First ledger lines of interest, principal and what is recovered, from the provider's own funds."""
    if not any(tranche.loan is not None for tranche in deal.tranches):
        return -1, -1, -1
    own = f"{provider}, own funds"

    def to_each(what: str) -> int:
        return book.lines((own, name, f"{what} {name}") for name in book.tranches)

    return to_each("interest on the loan of"), to_each("repayment of the loan of"), to_each("recovered of the loan of")


def _lines(book: _Book, deal: Financing, provider: str, some_direct: bool) -> _Lines:
    tranches, payers = book.tranches, book.payers
    account, own = _unused("outcome account", book, deal), f"{provider}, own funds"
    first_payment = len(tranches)
    book.lines((name, provider, f"drawdown of {name}") for name in tranches)
    assert book.lines((payer, account, f"outcome payments by {payer}") for payer in payers) == first_payment
    book.passes_on.add(book.party(account))
    grant = book.lines((gift.name, provider, f"grant of {gift.name}") for gift in deal.grants)
    costs = [_cost_line(book, cost, provider) for cost in deal.costs]
    recycle = book.lines([(account, provider, "outcome payments kept for costs")]) if deal.recycle else -1
    charged = any(tranche.commitment_fee > 0.0 for tranche in deal.tranches)
    fee = book.lines((provider, name, f"commitment fee of {name}") for name in tranches) if charged else -1
    bears = charged or any(cost.paid_by == "programme" for cost in deal.costs)
    bears = bears and deal.uncovered_costs == "provider"
    own_funds = book.lines([(own, provider, "costs beyond all sources")]) if bears else -1
    interest = principal = -1
    if _by_rank(deal):
        interest = book.lines((account, name, f"interest of {name}") for name in tranches)
        principal = book.lines((account, name, f"principal of {name}") for name in tranches)
    what = "surplus to" if _by_rank(deal) else "outcome payments to"
    share = book.lines((account, name, f"{what} {name}") for name in tranches)
    back = book.lines((account, payer, f"surplus back to {payer}") for payer in payers)
    bonus = book.lines([(account, own, "surplus to the provider")]) if deal.surplus == "provider" else -1
    ends = deal.termination
    early = book.lines([(ends.paid_by, account, "payment for ending early")]) if ends is not None else -1
    guarantees = []
    for guarantee in deal.guarantees:
        what = f"{'deficit ' if guarantee.covers == 'provider' else ''}guarantee of {guarantee.name}"
        takers = [own] if guarantee.covers == "provider" else tranches
        guarantees.append(book.lines((guarantee.name, taker, what) for taker in takers))
    floors = []
    for tranche in deal.tranches:
        floor = floor_of(deal, tranche)
        floors.append(
            -1 if floor is None else book.lines([(floor.paid_by, tranche.name, f"return floor of {tranche.name}")])
        )
    direct = book.lines((account, name, f"payments to {name} alone") for name in tranches) if some_direct else -1
    return _Lines(
        grant, _ints(costs), recycle, own_funds, interest, principal, share, back, bonus, early, _ints(guarantees),
        _ints(floors), fee, direct,
    )  # fmt: skip


def _unused(name: str, book: _Book, deal: Financing) -> str:
    """A name for the account through which payments pass that no party of the deal has."""
    taken = {*book.parties, *(g.name for g in deal.grants), *(g.name for g in deal.guarantees)}
    taken |= {cost.paid_to for cost in deal.costs}
    return name if name not in taken else _unused(f"the {name}", book, deal)


def _cost_line(book: _Book, cost: Cost, provider: str) -> int:
    if cost.paid_by == "investors":
        return book.lines((name, cost.paid_to, cost.name) for name in book.tranches)
    return book.lines([(provider if cost.paid_by == "programme" else cost.paid_by, cost.paid_to, cost.name)])


def _ints(values: Sequence[int]) -> layout.IntArray:
    return np.array(values, dtype=np.int64)


def _by_rank(deal: Financing) -> bool:
    """Whether interest and principal are told apart from the surplus."""
    queue = [tranche for tranche in deal.tranches if tranche.loan is None]
    told = any(tranche.rank is not None or tranche.rate > 0.0 for tranche in queue)
    return told or (deal.surplus in ("payers", "provider") and not all(cap_of(deal, t) for t in queue))


def _order(deal: Financing) -> dict[str, Any]:
    ranks = ranks_of(deal)
    if deal.surplus in ("payers", "provider"):
        # A return cap promises the return up to it; only what passes it leaves the investors.
        takes = [
            rank == max(ranks) and cap_of(deal, t) is not None for rank, t in zip(ranks, deal.tranches, strict=True)
        ]
    else:
        takes = [rank > 0 and (deal.surplus == "investors" or rank == max(ranks)) for rank in ranks]
    return {
        "rank": _ints(ranks) - 1,
        "n_ranks": max(ranks),
        "by_rank": int(_by_rank(deal)),
        "takes_surplus": _ints(takes),
        "recycle": int(deal.recycle),
    }


def _sources(gathered: Gathered, financing: layout.Financing, dates: Sequence[dt.date]) -> dict[str, Any]:
    scenario = gathered.scenario
    grants = [
        gathered.number(("financing", "grants", position, "amount"), grant.amount, scenario.currency)
        for position, grant in enumerate(scenario.financing.grants)
    ]
    slot, value = slots(grants)
    parts: list[Tranche | Grant] = [*scenario.financing.tranches, *scenario.financing.grants]
    return {
        "source_slot": np.concatenate([financing.commitment_slot, slot]),
        "source_value": np.concatenate([financing.commitment_value, value]),
        "as_needed": _ints([int(part.drawdown == "as needed") for part in parts]),
        "by_amount": _ints([int(by_amount(part)) for part in parts]),
        "upto": drawn_upto([drawings(scenario, part) for part in parts], dates),
    }


def _spans(scenario: Scenario, dates: Sequence[dt.date]) -> layout.FloatArray:
    """Years between each period and the one before, by the scenario's day count: float64[period]."""
    start = scenario.start_date
    months = np.array([months_between(start, date) for date in dates])
    days = np.array([(date - start).days for date in dates], dtype=np.float64)
    years = days / 365.0 if scenario.day_count == "act/365" else months / 12.0
    return np.diff(years, prepend=years[0])


def _returns(scenario: Scenario, dates: Sequence[dt.date]) -> dict[str, Any]:
    deal, spans = scenario.financing, _spans(scenario, dates)
    caps = [cap_of(deal, tranche) for tranche in deal.tranches]
    floors = [floor_of(deal, tranche) for tranche in deal.tranches]
    rates = np.array([tranche.rate for tranche in deal.tranches])
    cap_rates = np.array([cap.rate if cap is not None else 0.0 for cap in caps])
    return {
        "growth": (1.0 + rates)[:, None] ** spans[None, :],
        "cap_kind": _ints([CAP_KINDS[cap.as_] if cap is not None else 0 for cap in caps]),
        "cap_rate": cap_rates,
        "cap_growth": (1.0 + cap_rates)[:, None] ** spans[None, :],
        "floor_share": np.array([floor.share if floor is not None else 0.0 for floor in floors]),
    }


def _ahead(scenario: Scenario, dates: Sequence[dt.date]) -> layout.IntArray:
    """The last period for whose costs investors are called on each date."""
    buffer = int(value_of(scenario.financing.buffer))
    return _ints([bisect.bisect_right(dates, add_months(date, buffer)) - 1 for date in dates])


def _fees(scenario: Scenario, dates: Sequence[dt.date]) -> layout.FloatArray:
    """Commitment fee for the time since the period before, until the last day on which money may be drawn."""
    deal, spans = scenario.financing, _spans(scenario, dates)
    out = np.zeros((len(deal.tranches), len(dates)))
    for k, tranche in enumerate(deal.tranches):
        if tranche.commitment_fee == 0.0:
            continue
        costs = [date for cost in deal.costs if cost.paid_by == "programme" for date in due_dates(scenario, cost)]
        last = max(costs) if tranche.drawdown == "as needed" else drawings(scenario, tranche)[-1][0]
        out[k] = [tranche.commitment_fee * spans[t] if date <= last else 0.0 for t, date in enumerate(dates)]
    return out


def _costs(gathered: Gathered, dates: Sequence[dt.date], measured: list[Column]) -> dict[str, Any]:
    scenario = gathered.scenario
    costs = scenario.financing.costs
    times = np.zeros((len(costs), len(dates)), dtype=np.int64)
    amounts = []
    for c, cost in enumerate(costs):
        here = ("financing", "costs", c)
        if cost.share_of_commitment is not None:
            amounts.append(gathered.number((*here, "share_of_commitment"), cost.share_of_commitment, "1"))
        else:
            unit = f"{scenario.currency}/{cost.per}" if cost.per is not None else scenario.currency
            amounts.append(gathered.number((*here, "amount"), cost.amount, unit))
        for date in due_dates(scenario, cost):
            times[c, dates.index(date)] += 1
    slot, value = slots(amounts)
    by = {"programme": PROGRAMME, "investors": INVESTORS}
    return {
        "cost_slot": slot,
        "cost_value": value,
        "cost_share": _ints([int(cost.share_of_commitment is not None) for cost in costs]),
        "cost_head": _ints([_head(cost, measured) for cost in costs]),
        "cost_by": _ints([by.get(cost.paid_by, PAYER) for cost in costs]),
        "cost_times": times,
    }


def _head(cost: Cost, measured: list[Column]) -> int:
    return column(measured, Column(-1, HEADS[cost.per])) if cost.per is not None else -1


def _guarantees(gathered: Gathered, dates: Sequence[dt.date]) -> dict[str, Any]:
    scenario = gathered.scenario
    guarantees = scenario.financing.guarantees
    names = [tranche.name for tranche in scenario.financing.tranches]
    whom = {"investors": -1, "provider": -2} | {name: k for k, name in enumerate(names)}
    limits, after = [], []
    for position, guarantee in enumerate(guarantees):
        here = ("financing", "guarantees", position)
        limited = guarantee.limit is not None
        limits.append(
            gathered.number((*here, "limit"), guarantee.limit, scenario.currency) if limited else Number(-1, 0.0)
        )
        after.append(gathered.number((*here, "attaches_after"), guarantee.attaches_after, scenario.currency))
    called = np.zeros((len(guarantees), len(dates)), dtype=np.int64)
    called[:, -1] = 1
    for t in range(len(dates) - 1):
        if dates[t].year != dates[t + 1].year:
            called[:, t] = [int(guarantee.called == "yearly") for guarantee in guarantees]
    limit_slot, limit_value = slots(limits)
    after_slot, after_value = slots(after)
    return {
        "limit_slot": limit_slot,
        "limit_value": limit_value,
        "limit_share": np.array([guarantee.share or 0.0 for guarantee in guarantees], dtype=np.float64),
        "after_slot": after_slot,
        "after_value": after_value,
        "covers": _ints([whom[guarantee.covers] for guarantee in guarantees]),
        "called": called,
    }


def _break(gathered: Gathered, dates: Sequence[dt.date]) -> dict[str, Any]:
    ends = gathered.scenario.financing.termination
    numbers = (
        []
        if ends is None
        else [gathered.number(("financing", "termination", "amount"), ends.amount, gathered.scenario.currency)]
    )
    slot, value = slots(numbers)
    return {
        "break_slot": slot,
        "break_value": value,
        "break_period": _ints([] if ends is None else [dates.index(value_of(ends.on))]),
    }
