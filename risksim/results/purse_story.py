"""The public side of one path in words: every line, what it saves or costs in which year, and what is left to whom."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from risksim.plan.layout import (
    BY_SUCCESS,
    IN_ALL,
    IS_CONSEQUENCE,
    IS_COST,
    IS_DURING,
    OF_PEOPLE,
    WHILE_MET,
    Plan,
    Purse,
    PurseLedger,
)

KIND_WORDS = {IS_CONSEQUENCE: "saved by successes", IS_DURING: "changed while people take part", IS_COST: "own cost"}
COUNT_WORDS = {
    BY_SUCCESS: "from the first success on",
    WHILE_MET: "for the time it is met",
    OF_PEOPLE: "for each person",
    IN_ALL: "in all",
}
FACTOR_WORDS = ("units each", "volume", "price", "decay", "cashable", "unserved")


class LineYear(NamedTuple):
    """What a line saves in a calendar year, in whole units of the currency; costs are negative."""

    year: int
    people: float | None
    """Successes, or people, of this year; None where several outcomes claim the line and for costs in all. [people]"""
    added: float | None
    """Those of them whom the programme adds; None where nothing says it as well. [people]"""
    units: float
    """People of this and earlier years by what they still count, decay and price conversion included. [1]"""
    added_units: float
    gross: float
    net: float
    cash: float
    by_sector: tuple[float, ...]
    """Net, in the order of `PurseStory.sectors`; gross for costs, where they are the same."""


class LineStory(NamedTuple):
    """One line of the purse on this path."""

    name: str
    kind: str
    counts: str
    committee: str
    """Empty for none."""
    factors: tuple[tuple[str, float], ...]
    """What a unit is multiplied by on this path, by name."""
    unit_gross: float
    """What a unit is worth on this path: units saved by volume by price, negative for costs. [currency]"""
    unit_net: float
    """The same less what nobody would serve and what other programmes claim as well. [currency]"""
    cash_share: float
    """The share of net that becomes cash. [1]"""
    years: tuple[LineYear, ...]
    """Years in which anything happens."""
    gross: float
    net: float
    beyond: float
    """The part of `net` that falls beyond the evidence."""


class BudgetYear(NamedTuple):
    """A calendar year of a budget, undiscounted and in prices of the price year."""

    year: int
    net: float
    cash: float
    own_costs: float
    repaid: float
    """Repayments in prices of the price year."""
    repaid_nominal: float
    position: float
    """Cash savings less own costs and repayments, from the first year up to this one."""


class BudgetStory(NamedTuple):
    """One budget on this path."""

    name: str
    years: tuple[BudgetYear, ...]
    net: float
    """Present value of net savings."""
    own_costs: float
    repaid: float
    left: float
    """What is left: net savings less own costs and repayments, as present values."""


class Succeeded(NamedTuple):
    """One outcome by which something is saved. [people]"""

    outcome: str
    met: float
    added: float | None
    """Whom the programme brought there, less those whom it kept from it; None where nothing says it."""


class PurseStory(NamedTuple):
    """The public side of one path."""

    deal: str
    path: int
    seed: int
    engine: str
    currency: str
    price_year: int
    sectors: tuple[str, ...]
    drawn: tuple[tuple[str, float], ...]
    """The purse's own uncertain numbers on this path."""
    overlap: float
    """The share of successes that other programmes claim as well. [1]"""
    succeeded: tuple[Succeeded, ...]
    lines: tuple[LineStory, ...]
    budgets: tuple[BudgetStory, ...]
    deadweight: float | None
    """Repayments for successes that would have come anyway, nominal; None where nothing says it."""


def tell_purse(plan: Plan, ledger: PurseLedger) -> PurseStory:
    """The public side of one path.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.
    ledger : PurseLedger
        `risksim.engine.purse.purse_ledger` of a path.

    Returns
    -------
    PurseStory
        With amounts in whole units of the currency.
    """
    purse = plan.purse
    assert purse is not None
    deadweight = float(ledger.purse.deadweight[0])
    return PurseStory(
        deal=plan.name,
        path=ledger.path,
        seed=ledger.seed,
        engine=ledger.engine,
        currency=plan.currency,
        price_year=purse.price_year,
        sectors=purse.budgets[: ledger.gross.shape[1]],
        drawn=tuple((note.name, float(ledger.purse.inputs[0, k])) for k, note in enumerate(purse.notes)),
        overlap=ledger.overlap,
        succeeded=tuple(_succeeded(plan, ledger)),
        lines=tuple(_line(plan, purse, ledger, line) for line in range(purse.lines.kind.size)),
        budgets=tuple(_budget(plan, purse, ledger, row) for row in range(len(purse.budgets))),
        deadweight=None if math.isnan(deadweight) else deadweight / plan.minor_units,
    )


def _succeeded(plan: Plan, ledger: PurseLedger) -> list[Succeeded]:
    achieved, added = ledger.purse.achieved[0], ledger.purse.attributable[0]
    return [
        Succeeded(name, float(achieved[k]), _said(added[k]))
        for k, name in enumerate(plan.labels.outcomes)
        if not math.isnan(achieved[k])
    ]


def _said(number: float) -> float | None:
    return None if math.isnan(number) else float(number)


def _line(plan: Plan, purse: Purse, ledger: PurseLedger, line: int) -> LineStory:
    unit, kind, counts = plan.minor_units, int(purse.lines.kind[line]), int(purse.lines.counts[line])
    gross, net, cash = (each[line].sum(axis=0) / unit for each in (ledger.gross, ledger.net, ledger.cash))
    years = []
    for y, year in enumerate(purse.years):
        people = ledger.people[line, y]
        if not (people > 0.0 or ledger.units[line, y] or ledger.added_units[line, y]):
            continue
        of_sectors = tuple((ledger.net[line, :, y] / unit).tolist())
        years.append(
            LineYear(
                year,
                _said(people),
                _said(ledger.added[line, y]),
                float(ledger.units[line, y]),
                float(ledger.added_units[line, y]),
                float(gross[y]),
                float(net[y]),
                float(cash[y]),
                of_sectors,
            )
        )
    factors = tuple(zip(FACTOR_WORDS, ledger.factors[line].tolist(), strict=True))
    kind_words = KIND_WORDS.get(kind, "cost of the alternative, saved")
    beyond = float(ledger.purse.beyond[0, line]) / unit
    of_gross, of_net, of_cash = ledger.of_unit[line].tolist()
    return LineStory(
        name=purse.names[line],
        kind=kind_words,
        counts=COUNT_WORDS[counts],
        committee=purse.committees[line],
        factors=factors,
        unit_gross=of_gross / unit,
        unit_net=of_net / unit,
        cash_share=of_cash,
        years=tuple(years),
        gross=float(gross.sum()),
        net=float(net.sum()),
        beyond=beyond,
    )


def _budget(plan: Plan, purse: Purse, ledger: PurseLedger, row: int) -> BudgetStory:
    unit, money = plan.minor_units, ledger.purse
    net, cash, cost, nominal = (each[0, row] / unit for each in (money.net, money.cash, money.cost, money.payment))
    repaid = nominal * (0.0 if purse.socio_economic else purse.deflator)
    position = np.cumsum(cash - cost - repaid)
    years = tuple(
        BudgetYear(year, *(float(each[y]) for each in (net, cash, cost, repaid, nominal, position)))
        for y, year in enumerate(purse.years)
        if net[y] or cash[y] or cost[y] or nominal[y]
    )
    saved, own, back = (float(each @ purse.discount) for each in (net, cost, repaid))
    return BudgetStory(purse.budgets[row], years, saved, own, back, saved - own - back)
