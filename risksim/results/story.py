"""One path in words: who enrolled when, who left, who succeeded, and every payment with its reason."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np

from risksim.plan.layout import (
    BY_SUCCESSES,
    CAP,
    CHANGE,
    DATED,
    DEEMED,
    ENROLLED,
    FLOOR,
    FUND,
    NEVER,
    PER_OUTCOME,
    PERIOD,
    RESULT,
    VALUE,
    Plan,
    Replay,
)


class Drawn(NamedTuple):
    """An uncertain input and the value that this path drew."""

    name: str
    family: str
    value: float
    low: float
    """Its 5 % point."""
    high: float
    """Its 95 % point."""


class OutcomeOf(NamedTuple):
    """One outcome of one person."""

    outcome: str
    result: str
    """``met``, ``not met``, ``left before``, ``not measured``, or ``never due`` where no day of measurement comes."""
    measured_on: dt.date | None
    """Day of measurement; None where it never comes."""
    settled_on: dt.date | None
    """Follow-up at which it pays; None where it doesn't."""


class Person(NamedTuple):
    """One participant."""

    cohort: str
    number: int
    """Counted from 1 inside the cohort."""
    enrolled_on: dt.date
    left_on: dt.date | None
    measurable: bool
    outcomes: tuple[OutcomeOf, ...]


class Payment(NamedTuple):
    """One claim, with its reason. A cap's cut is negative."""

    date: dt.date
    payer: str
    rule: str
    amount: float
    """[currency]"""
    reason: str


class Flow(NamedTuple):
    """One line of the ledger."""

    date: dt.date
    from_party: str
    to_party: str
    amount: float
    """[currency]"""
    reason: str


class TrancheResult(NamedTuple):
    """What one tranche of several gets."""

    name: str
    paid_in: float
    """[currency]"""
    received: float
    """[currency]"""
    irr: float
    """nan where there is none. [1/year]"""
    irr_status: int
    npv: tuple[tuple[float, float], ...]
    """Hurdle and net present value. [1/year, currency]"""


class Story(NamedTuple):
    """One path, ready to be read. The result is that of all investors together."""

    deal: str
    digest: str
    currency: str
    decimals: int
    """Decimal places of an amount: those of the currency's minor unit."""
    day_count: str
    seed: int
    path: int
    inputs: tuple[Drawn, ...]
    places: tuple[tuple[str, int, int], ...]
    """Cohort, people enrolled, places."""
    people: tuple[Person, ...]
    payments: tuple[Payment, ...]
    ledger: tuple[Flow, ...]
    paid_in: float
    """[currency]"""
    received: float
    """[currency]"""
    irr: float
    """nan where there is none. [1/year]"""
    irr_status: int
    npv: tuple[tuple[float, float], ...]
    """Hurdle and net present value. [1/year, currency]"""
    tranches: tuple[TrancheResult, ...]
    """Each tranche, where there are several."""


def tell(plan: Plan, replay: Replay) -> Story:
    """Put a replayed path into words.

    Parameters
    ----------
    plan : Plan
        The deal.
    replay : Replay
        One path of it.

    Returns
    -------
    Story
    """
    results, labels = replay.results, plan.labels
    return Story(
        deal=plan.name,
        digest=plan.digest,
        currency=plan.currency,
        decimals=len(str(plan.minor_units)) - 1,
        day_count=plan.day_count,
        seed=replay.seed,
        path=replay.path,
        inputs=tuple(
            Drawn(note.name, note.family, float(value), note.quantiles[0], note.quantiles[2])
            for note, value in zip(labels.inputs, results.inputs[0], strict=True)
        ),
        places=tuple(
            (name, len(life.enrolled_at), int(places))
            for name, life, places in zip(labels.cohorts, replay.cohorts, plan.cohorts.places, strict=True)
        ),
        people=tuple(_people(plan, replay)),
        payments=tuple(_payments(plan, replay)),
        ledger=tuple(_ledger(plan, replay)),
        **_result(plan, replay),
    )


def _result(plan: Plan, replay: Replay) -> dict[str, Any]:
    """All investors together, and each of several tranches."""
    results, labels = replay.results, plan.labels
    each = [
        TrancheResult(
            name,
            float(results.drawn[0, k]) / plan.minor_units,
            float(results.received[0, k]) / plan.minor_units,
            float(results.irr[0, k]),
            int(results.irr_status[0, k]),
            tuple((hurdle, float(results.npv[0, k, h])) for h, hurdle in enumerate(labels.hurdles)),
        )
        for k, name in enumerate(labels.tranches)
    ]
    if not labels.groups:
        return {key: value for key, value in each[0]._asdict().items() if key != "name"} | {"tranches": ()}
    return {
        "paid_in": float(results.drawn[0].sum()) / plan.minor_units,
        "received": float(results.received[0].sum()) / plan.minor_units,
        "irr": float(results.group_irr[0, 0]),
        "irr_status": int(results.group_irr_status[0, 0]),
        "npv": tuple((hurdle, float(results.group_npv[0, 0, h])) for h, hurdle in enumerate(labels.hurdles)),
        "tranches": tuple(each),
    }


def _people(plan: Plan, replay: Replay) -> list[Person]:
    labels, people = plan.labels, []
    for c, life in enumerate(replay.cohorts):
        first = int(plan.cohorts.month_ptr[c])
        for j in range(life.enrolled_at.size):
            month = int(life.enrolled_at[j])
            left = int(life.left_at[j])
            outcomes = tuple(_outcome(plan, replay, c, k, j, first + month) for k in range(len(labels.outcomes)))
            people.append(
                Person(
                    labels.cohorts[c],
                    j + 1,
                    _date(plan, month),
                    None if left == NEVER else _date(plan, left),
                    bool(life.seen[j]),
                    outcomes,
                )
            )
    return people


def _outcome(plan: Plan, replay: Replay, cohort: int, outcome: int, person: int, column: int) -> OutcomeOf:
    life = replay.cohorts[cohort]
    population = plan.outcomes.population[outcome]
    ordinal = int(plan.outcomes.measured_ordinal[outcome, column])
    period = int(plan.outcomes.period_of_month[outcome, column])
    met, seen = life.met_at[outcome, person] != NEVER, bool(life.seen[person])
    left = life.left_at[person] != NEVER
    if ordinal == 0:
        result = "never due"
    elif population != ENROLLED and left:
        result = "left before"
    elif not seen:
        result = "not measured"
    else:
        result = "met" if met else "not met"
    pays = result == "met" and period >= 0
    return OutcomeOf(
        plan.labels.outcomes[outcome],
        result,
        dt.date.fromordinal(ordinal) if ordinal > 0 else None,
        plan.labels.dates[period] if pays else None,
    )


def _payments(plan: Plan, replay: Replay) -> list[Payment]:
    payments, labels = plan.payments, plan.labels
    claims = replay.results.claim[0]
    return [
        Payment(
            labels.dates[t],
            labels.payers[payments.payer[r]],
            labels.rules[r],
            float(claims[r, t]) / plan.minor_units,
            _reason(plan, replay, int(r), int(t)),
        )
        for t in np.flatnonzero(claims.any(axis=0))
        for r in np.flatnonzero(claims[:, t])
    ]


def _number(plan: Plan, replay: Replay, place: int) -> float:
    """A price, total or amount on this path."""
    slot = plan.payments.amount_slot[place]
    return float(replay.results.inputs[0, slot]) if slot >= 0 else float(plan.payments.amount_value[place])


def _reason(plan: Plan, replay: Replay, row: int, paid: int) -> str:
    """Why a row claims something on a date."""
    payments, labels = plan.payments, plan.labels
    k, kind = int(payments.clause[row]), int(payments.kind[row])
    if kind in (CAP, FLOOR, FUND):
        return _limit_reason(plan, replay, row)
    if kind == CHANGE:
        more = replay.results.claim[0, row, paid] > 0
        return f"earlier claims at the new price, {'paid' if more else 'set off'} on this date"
    earned = [t for t in range(paid + 1) if payments.looks[k, t] and payments.paid_in[k, t] == paid]
    said = " and ".join(text for t in earned if (text := _earned(plan, replay, k, kind, t)))
    late = "" if earned == [paid] else f", earned on {' and '.join(str(labels.dates[t]) for t in earned)}"
    parts = payments.share[payments.first_row[k] : payments.first_row[k + 1]]
    split = f"; {payments.share[row] / parts.sum():.4g} of it" if parts.size > 1 and parts.sum() else ""
    if plan.splits is not None and plan.splits.by[k]:
        by = "verified" if plan.splits.by[k] == BY_SUCCESSES else "the outcome speaks of"
        split = f"; split between the payers of the cohorts by the people {by}"
    return said + late + split


def _agreed(plan: Plan, replay: Replay, k: int, number: int, t: int) -> float:
    """The price of a clause on a date, or an amount at what it is then multiplied by."""
    price = _number(plan, replay, number)
    if k not in replay.prices:
        return price
    now = float(replay.prices[k][0, t])
    return price * now if plan.payments.kind[plan.payments.first_row[k]] == DATED else now


def _price(plan: Plan, amount: float) -> str:
    """An amount to its minor unit; a drawn price that is none of whole minor units, a few digits further."""
    places = len(str(plan.minor_units)) - 1
    whole = abs(amount - round(amount, places)) < 1e-9 * max(1.0, abs(amount))
    return f"{amount:,.{places if whole else places + 4}f}"


def _limit_reason(plan: Plan, replay: Replay, row: int) -> str:
    payments, labels = plan.payments, plan.labels
    k, kind = int(payments.clause[row]), int(payments.kind[row])
    limit = _price(plan, _number(plan, replay, int(payments.first_number[k])))
    if kind == FUND:
        first = int(payments.first_row[k])
        who = labels.payers[payments.payer[first]]
        return f"{who} has paid its limit of {limit}" if row == first else f"beyond the limit of {limit} of {who}"
    together = (
        "all payments" if payments.scope[k, : payments.first_row[k]].all() else labels.rules[row].split(" on ")[-1]
    )
    on_date = " on one date" if payments.basis[k] == PERIOD else ""
    if kind == FLOOR:
        return f"{together}{on_date} topped up to the floor of {limit}"
    return f"{together} together reach the cap of {limit}{on_date}"


def _earned(plan: Plan, replay: Replay, k: int, kind: int, t: int) -> str:
    """What one date earned under a rule, in words; empty where nothing was."""
    payments, first = plan.payments, int(plan.payments.first_number[k])
    how, sums = payments.readings, replay.measured[0].sum(axis=0)
    if kind == DATED:
        due = [n for n in range(first, int(payments.first_number[k + 1])) if payments.number_period[n] == t]
        return (
            f"{_price(plan, _agreed(plan, replay, k, due[0], t))} due on this date{_prices(plan, replay, k, t)}"
            if due
            else ""
        )
    if kind == PER_OUTCOME:
        count, column = float(sums[how.column[k, 0], t]), int(how.column[k, 0])
        units = "verified" if plan.measures.statistic[column] != RESULT else "units measured"
        number = f"{count:.0f}" if count == round(count) else f"{count:,.6g}"
        price = _price(plan, _agreed(plan, replay, k, first, t))
        return f"{number} {units} at {price} each{_prices(plan, replay, k, t)}" if count > 0 else ""
    if kind == DEEMED:
        people, rate = float(sums[how.column[k, 2], t]), float(payments.amount_value[first + 2])
        price = _price(plan, _agreed(plan, replay, k, first, t))
        return f"no method agreed: {people:.0f} people at the assumed rate {rate:g}, {price} each" if people else ""
    moved = float(replay.shifts[k][0, t]) / 1e6 if k in replay.shifts else 0.0
    goal = f", moved by {moved:+.6g}" if moved else ""
    new = ""
    if k in replay.prices:
        now = float(replay.prices[k][0, t])
        new = f", paying {_price(plan, now)}" if plan.labels.clauses[k] == "threshold" else f", times {now:.6g}"
    return f"{_measured_words(plan, replay, k, t)}{goal}{new}{_prices(plan, replay, k, t)}"


def _measured_words(plan: Plan, replay: Replay, k: int, t: int) -> str:
    """What a goal or table read, in words."""
    payments, how = plan.payments, plan.payments.readings
    sums = replay.measured[0].sum(axis=0)
    name = plan.labels.measures[how.column[k, 0]].removesuffix(": verified")
    goal = "its goal is reached" if plan.labels.clauses[k] == "threshold" else "by its table"
    if how.counts[k] == VALUE:
        return f"{name} is {sums[how.column[k, 0], t]:.6g}, {goal}"
    since = 0
    if not how.cumulative[k]:
        since = max((s + 1 for s in range(t) if payments.looks[k, s]), default=0)
    verified, seen, eligible = (sums[how.column[k, s], since : t + 1].sum() for s in range(3))
    met = "in some cohort " if how.each_cohort[k] else ""
    return f"{name}: {verified:.0f} verified, {seen:.0f} measured of {eligible:.0f}, {met}{goal}"


def _prices(plan: Plan, replay: Replay, k: int, t: int) -> str:
    """The price level of a date, where the rule follows prices."""
    payments = plan.payments
    slot = payments.growth_slot[k]
    rate = float(replay.results.inputs[0, slot]) if slot >= 0 else float(payments.growth_value[k])
    level = float(payments.level[k, t]) * (1.0 + rate) ** int(payments.growth_years[k, t])
    return f" at price level {level:.6g}" if level != 1.0 else ""


def _ledger(plan: Plan, replay: Replay) -> list[Flow]:
    labels, flow = plan.labels, replay.results.flow[0]
    return [
        Flow(
            labels.dates[t],
            labels.parties[plan.ledger.from_party[line]],
            labels.parties[plan.ledger.to_party[line]],
            float(flow[line, t]) / plan.minor_units,
            labels.lines[line],
        )
        for t in range(flow.shape[1])
        for line in range(flow.shape[0])
        if flow[line, t]
    ]


def _date(plan: Plan, month: int) -> dt.date:
    return dt.date.fromordinal(int(plan.calendar.month_ordinal[month]))
