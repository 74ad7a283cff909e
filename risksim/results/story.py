"""One path in words: who enrolled when, who left, who succeeded, and every payment with its reason."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, NamedTuple

import numpy as np

from risksim.plan.layout import (
    AMOUNT_OF,
    CAP,
    CARD,
    DATED,
    DEEMED,
    EARLIER,
    ENROLLED,
    FLOOR,
    FUND,
    MONTHS,
    NEVER,
    PER_OUTCOME,
    PER_PERSON,
    PERIOD,
    POINTS,
    RESULT,
    SCORE,
    SPELL,
    USE,
    VALUE,
    EffectLife,
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
    """``met``, ``not met``, ``measured`` (an amount), ``left before``, ``gate not met``, ``not measured``, or ``never
    due`` where no day of measurement comes."""
    amount: float | None
    """What was measured, where the outcome is an amount."""
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


class Estimate(NamedTuple):
    """One effect as it was estimated at one follow-up."""

    effect: str
    date: dt.date
    reads: str
    """What the contract reads, as ``difference`` or ``pooled z``."""
    value: float
    """nan where there is none."""
    reason: str
    """What it is made of, or why there is none."""


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
    effects: tuple[Estimate, ...]
    """Estimates against comparison groups; none where the deal has none."""
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
        effects=tuple(_effects(plan, replay)),
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
            outcomes = tuple(
                _outcome(plan, replay, c, k, row, j, first + month)
                for k in range(len(labels.outcomes))
                for row in range(plan.outcomes.first_row[k], plan.outcomes.first_row[k + 1])
            )
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


def _outcome(plan: Plan, replay: Replay, cohort: int, outcome: int, row: int, person: int, column: int) -> OutcomeOf:
    life = replay.cohorts[cohort]
    population = plan.outcomes.population[outcome]
    ordinal = int(plan.outcomes.measured_ordinal[row, column])
    period = int(plan.outcomes.period_of_month[row, column])
    worth, seen = float(life.worth[row, person]), bool(life.seen[person])
    left = life.left_at[person] != NEVER
    amount = _is_amount(plan, outcome)
    if ordinal == 0:
        result = "never due"
    elif population not in (ENROLLED, EARLIER) and left:
        result = "left before"
    elif math.isnan(worth):
        result = "gate not met"
    elif not seen:
        result = "not measured"
    elif amount:
        result = "measured"
    else:
        result = "met" if worth == 1.0 else "not met"
    pays = result in ("met", "measured") and period >= 0
    times = int(plan.outcomes.first_row[outcome + 1] - plan.outcomes.first_row[outcome])
    number = f" {row - int(plan.outcomes.first_row[outcome]) + 1}" if times > 1 else ""
    return OutcomeOf(
        plan.labels.outcomes[outcome] + number,
        result,
        worth if amount and result == "measured" else None,
        dt.date.fromordinal(ordinal) if ordinal > 0 else None,
        plan.labels.dates[period] if pays else None,
    )


def _is_amount(plan: Plan, outcome: int) -> bool:
    """Whether an outcome is measured as an amount, not as yes or no."""
    own = plan.processes
    if own is None:
        return False
    kind, clause = int(own.kind[outcome]), int(own.clause[outcome])
    return kind in (AMOUNT_OF, USE) or (kind == SPELL and clause == MONTHS) or (kind == SCORE and clause == POINTS)


READS = (
    "difference",
    "additional people",
    "relative increase",
    "relative reduction",
    "pooled z",
    "unpooled z",
    "per person",
    "total",
    "t",
)
"""What a contract reads of an effect, in the order of `risksim.plan.layout`."""


def _effects(plan: Plan, replay: Replay) -> list[Estimate]:
    effects, found = plan.effects, []
    for k, life in enumerate(replay.effects):
        m = int(effects.measure[k])
        for t in np.flatnonzero(effects.known_in[k]):
            value = float(replay.measured[0, 0, m, t])
            reason = _made_of(life, int(t), bool(effects.reads[k] >= PER_PERSON), float(effects.fewest[k]))
            found.append(
                Estimate(plan.labels.measures[m], plan.labels.dates[t], READS[effects.reads[k]], value, reason)
            )
    return found


def _made_of(life: EffectLife, t: int, amount: bool, fewest: float) -> str:
    """What an estimate is made of: people on both sides, and its errors."""
    seen, group = float(life.seen[t]), life.group_seen
    sides = f"{seen:.0f} participants and {group:.0f} others measured"
    if min(seen, group) < fewest:
        return f"no value: {sides}, and {fewest:.0f} are needed on either side"
    if not amount:
        sides = f"{life.verified[t]:.0f} of {seen:.0f} participants, {life.group_met:.0f} of {group:.0f} others"
    error = float(life.standard_error[t])
    said = [sides, f"standard error {_figure(error)}"]
    if amount:
        said.append(f"chance {_figure(life.sampling_error * error, sign='+')}")
    if life.matching_error:
        said.append(f"matching {_figure(-life.matching_error, sign='+')}")
    if life.analyst_error:
        said.append(f"analyst {_figure(life.analyst_error * error, sign='+')}")
    return "; ".join(said)


def _figure(value: float, sign: str = "") -> str:
    """A number of any size to about four digits."""
    return f"{value:{sign},.0f}" if abs(value) >= 1_000 else f"{value:{sign}.4g}"


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
    earned = [t for t in range(paid + 1) if payments.looks[k, t] and payments.paid_in[k, t] == paid]
    said = " and ".join(text for t in earned if (text := _earned(plan, replay, k, kind, t)))
    late = "" if earned == [paid] else f", earned on {' and '.join(str(labels.dates[t]) for t in earned)}"
    parts = payments.share[payments.first_row[k] : payments.first_row[k + 1]]
    split = f"; {payments.share[row] / parts.sum():.4g} of it" if parts.size > 1 else ""
    return said + late + split


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
            f"{_price(plan, _number(plan, replay, due[0]))} due on this date{_prices(plan, replay, k, t)}"
            if due
            else ""
        )
    if kind == PER_OUTCOME:
        count, column = float(sums[how.column[k, 0], t]), int(how.column[k, 0])
        if plan.measures.statistic[column] == CARD:
            return f"what the price list owes people, each up to its most{_prices(plan, replay, k, t)}" if count else ""
        amount = plan.labels.measures[column].endswith(": amount")
        units = "units measured" if amount or plan.measures.statistic[column] == RESULT else "verified"
        number = f"{count:.0f}" if count == round(count) else f"{count:,.6g}"
        price = _price(plan, _number(plan, replay, first))
        return f"{number} {units} at {price} each{_prices(plan, replay, k, t)}" if count > 0 else ""
    if kind == DEEMED:
        people, rate = float(sums[how.column[k, 2], t]), float(payments.amount_value[first + 2])
        price = _price(plan, _number(plan, replay, first))
        return f"no method agreed: {people:.0f} people at the assumed rate {rate:g}, {price} each" if people else ""
    return f"{_measured_words(plan, replay, k, t)}{_prices(plan, replay, k, t)}"


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
