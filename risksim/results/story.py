"""One path in words: who enrolled when, who left, who succeeded, and every payment with its reason."""

from __future__ import annotations

import datetime as dt
import math
from calendar import monthrange
from typing import Any, NamedTuple

import numpy as np

from risksim.plan.layout import (
    AMOUNT_OF,
    BY_SUCCESSES,
    CAP,
    CARD,
    CHANGE,
    COUNT,
    DATED,
    DEEMED,
    EARLIER,
    ENROLLED,
    FLOOR,
    FUND,
    KEPT,
    MONTHS,
    NEVER,
    PER_OUTCOME,
    PER_PERSON,
    PERIOD,
    POINTS,
    READS_ENROLLED,
    READS_OUTCOME,
    RESULT,
    SCORE,
    SPELL,
    USE,
    VALUE,
    CohortLife,
    EffectLife,
    Plan,
    Replay,
    World,
    payments_after,
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
    """``met``, ``not met``, ``measured`` (an amount), ``left before``, ``moved before`` where a move makes it fail or
    not exist, ``gate not met``, ``not measured``, ``deal ended`` where the day of measurement comes too late in a deal
    that ended early, or ``never due`` where it never comes."""
    amount: float | None
    """What was measured, where the outcome is an amount."""
    measured_on: dt.date | None
    """Day of measurement; None where it never comes."""
    settled_on: dt.date | None
    """Follow-up at which it pays; None where it doesn't."""
    succeeded_on: dt.date | None = None
    """First day of the month in which the success comes, for outcomes that say when; None elsewhere."""


class Person(NamedTuple):
    """One participant."""

    cohort: str
    number: int
    """Counted from 1 inside the cohort."""
    enrolled_on: dt.date
    left_on: dt.date | None
    measurable: bool
    outcomes: tuple[OutcomeOf, ...]
    moved_on: dt.date | None = None
    """Month in which the person moves away, by its first day; None where they don't before the last follow-up."""
    arrived_on: dt.date | None = None
    """Month in which the person comes in, by its first day, where people start in turn; None elsewhere."""
    waited: int | None = None
    """Months from then to the start; None elsewhere. [month]"""
    standing: float | None = None
    """The share of people who are placed worse; None where nothing goes with it. [1]"""
    harder: bool | None = None
    """Whether the person belongs to the harder group; None where there is none."""


class Year(NamedTuple):
    """The economy of a calendar year."""

    year: int
    factor: float
    """Standard normal; low is bad."""
    worse: float
    """The share of years that are worse. [1]"""
    words: str
    """The same in words."""


class Shared(NamedTuple):
    """What the people of a cohort share, and who of them never started."""

    cohort: str
    factor: float | None
    """Standard normal, low is bad; None where they share nothing."""
    worse: float | None
    """The share of cohorts that are worse; None likewise. [1]"""
    words: str | None
    """The same in words."""
    rates: tuple[tuple[str, float], ...]
    """Outcome and success rate, where cohorts have rates of their own."""
    never_started: int | None
    """People who came in and never started; None where nobody waits for a place. [people]"""


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


class Titles(NamedTuple):
    """What reports call cohorts, outcomes and rules that have a label: pairs of name and label."""

    cohorts: tuple[tuple[str, str], ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()
    rules: tuple[tuple[str, str], ...] = ()


class Ended(NamedTuple):
    """How a path ended early."""

    clause: str
    """What ended the deal."""
    decided_on: dt.date
    stopped_on: dt.date
    """When the programme stopped."""
    counted_until: dt.date
    """Last day on which an outcome could be measured."""
    settled_on: dt.date
    """The final settlement."""
    reason: str
    """What was seen on the day of the decision, or drawn."""


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
    ended: tuple[Ended, ...] = ()
    """How the deal ended early; empty where it ran to its end."""
    titles: Titles = Titles()
    economy: tuple[Year, ...] = ()
    """The economy of each calendar year from the start on; empty where it decides nothing."""
    recessions: tuple[dt.date, ...] = ()
    """Months in which a recession begins, each by its first day."""
    tail_scale: float | None = None
    """What the squares of all latent numbers are divided by; None without a t-copula."""
    cohorts: tuple[Shared, ...] = ()
    """What the people of each cohort share."""
    engine: str = "individual"
    """Engine of the run; of ``conditional`` an individual life at the inputs of the path."""


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
    by, stop = int(results.ended_by[0]), int(results.stop_month[0])
    if by >= 0:  # the rules as they stand on this path
        plan = plan._replace(payments=payments_after(plan, by, stop))
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
        payments=tuple(claim for _, _, claim in tell_claims(plan, replay)),
        ledger=tuple(tell_ledger(plan, replay)),
        titles=titles_of(plan),
        engine=replay.engine,
        ended=(_ended(plan, replay, by, stop),) if by >= 0 else (),
        cohorts=tuple(_shared(plan, life, c) for c, life in enumerate(replay.cohorts)),
        **_world(plan, replay.world),
        **_result(plan, replay),
    )


ORDINARY = 0.3
"""A year or cohort is called good or bad where no more than this share lies further out. [1]"""
NUMBERS = ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def placed_in_words(noun: str, worse: float) -> str:
    """How far out something lies, as ``a bad year, one in ten``.

    Parameters
    ----------
    noun : str
        What it is.
    worse : float
        The share of its kind that are worse. [1]

    Examples
    --------
    >>> placed_in_words("year", 0.1), placed_in_words("year", 0.6), placed_in_words("cohort", 0.99)
    ('a bad year, one in ten', 'an ordinary year', 'a very good cohort, one in 100')
    """
    out = min(worse, 1.0 - worse)
    if out > ORDINARY:
        return f"an ordinary {noun}"
    times = 1.0 / max(out, 1e-6)
    many = round(times) if times < 12.5 else 5 * round(times / 5.0)
    if times >= 100.0:
        many = int(float(f"{times:.2g}"))
    kind = f"{'very ' if times >= 49.5 else ''}{'bad' if worse < 0.5 else 'good'}"
    return f"a {kind} {noun}, one in {NUMBERS[many - 3] if many <= 12 else f'{many:,}'}"


def below(normal: float) -> float:
    """The share of standard normal numbers below one."""
    return 0.5 * math.erfc(-normal / math.sqrt(2.0))


def _world(plan: Plan, world: World | None) -> dict[str, Any]:
    """What all deals of a portfolio share, from the start of this one on."""
    if world is None:
        return {}
    start = dt.date.fromordinal(int(plan.calendar.month_ordinal[0])).year
    years = tuple(
        Year(int(year), float(factor), below(factor), placed_in_words("year", below(factor)))
        for year, factor in zip(world.year, world.economy, strict=True)
        if year >= start
    )
    return {
        "economy": years,
        "recessions": tuple(_month_day(plan, int(month)) for month in world.recession),
        "tail_scale": None if math.isnan(world.scale[0]) else float(world.scale[0]),
    }


def _shared(plan: Plan, life: CohortLife, cohort: int) -> Shared:
    """What the people of a cohort share."""
    factor = float(life.factor[0])
    worse = None if math.isnan(factor) else below(factor)
    return Shared(
        plan.labels.cohorts[cohort],
        None if worse is None else factor,
        worse,
        None if worse is None else placed_in_words("cohort", worse),
        tuple(
            (name, float(rate))
            for name, rate in zip(plan.labels.outcomes, life.rates, strict=True)
            if not math.isnan(rate)
        ),
        int(life.never_started[0]) if _in_turn(plan, cohort) else None,
    )


def _in_turn(plan: Plan, cohort: int) -> bool:
    """Whether the people of a cohort wait for a place."""
    return plan.arrivals is not None and bool(plan.arrivals.in_turn[cohort])


def _has_harder(plan: Plan, cohort: int) -> bool:
    """Whether a cohort has a group that is harder than the one assumed."""
    unlike = plan.unlike
    return unlike is not None and bool(unlike.harder_slot[cohort] >= 0 or unlike.harder_value[cohort] > 0.0)


def titles_of(plan: Plan) -> Titles:
    """The names of a plan for which reports have longer ones."""
    labels = plan.labels

    def longer(names: tuple[str, ...], titles: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        pairs = dict(zip(names, titles, strict=True)) if titles else {}
        return tuple((name, title) for name, title in pairs.items() if name != title)

    return Titles(
        longer(labels.cohorts, labels.cohort_titles),
        longer(labels.outcomes, labels.outcome_titles) + longer(labels.results, labels.result_titles),
        longer(labels.rules, labels.rule_titles),
    )


def _ended(plan: Plan, replay: Replay, by: int, stop: int) -> Ended:
    """How the path ended, in words."""
    e = plan.ending
    assert e is not None
    until = stop + int(e.run_off[by])
    decided = plan.labels.dates[e.on[by]] if e.on[by] >= 0 else _month_day(plan, stop - int(e.notice[by]))
    settled = plan.labels.dates[e.settles_in[min(until, e.last_month + 1)]]
    return Ended(
        plan.labels.endings[by],
        decided,
        _month_day(plan, stop),
        _month_day(plan, until),
        settled,
        _why(plan, replay, by),
    )


def _why(plan: Plan, replay: Replay, by: int) -> str:
    e = plan.ending
    assert e is not None
    said = []
    if e.reads[by] == READS_ENROLLED:
        places = int(plan.cohorts.places.sum())
        people = sum(int((life.enrolled_at < e.month[by]).sum()) for life in replay.cohorts)
        said.append(f"{people} of {places} places filled before that day, fewer than {e.low[by] / e.grain[by]:g}")
    elif e.reads[by] == READS_OUTCOME:
        said.append(_outcome_seen(plan, replay, by))
    if e.on[by] < 0:
        said.append(f"a chance of {_drawn(replay, e.yearly_slot[by], e.yearly_value[by]):.4g} a year")
    elif e.luck_slot[by] >= 0:
        said.append(f"a chance of {_drawn(replay, e.chance_slot[by], e.chance_value[by]):.4g}")
    return "; ".join(said)


def _outcome_seen(plan: Plan, replay: Replay, by: int) -> str:
    """What a decision read of an outcome, and its goal."""
    e, sums = plan.ending, replay.measured[0].sum(axis=0)
    assert e is not None
    name = plan.labels.measures[e.column[by, 0]].removesuffix(": verified")
    goal = [
        f"{word} {limit / e.grain[by]:g}"
        for word, limit in (("below", e.low[by]), ("above", e.high[by]))
        if np.isfinite(limit)
    ]
    ends = f"the deal ends {' or '.join(goal)}"
    if e.counts[by] == VALUE:
        return f"{name} is {sums[e.column[by, 0], e.on[by]]:.6g}; {ends}"
    verified, seen, eligible = (sums[e.column[by, s], : e.on[by] + 1].sum() for s in range(3))
    what = {COUNT: "count"}.get(int(e.counts[by]), "share")
    return f"{name}: {verified:.0f} verified, {seen:.0f} measured of {eligible:.0f}; {ends} by {what}"


def _drawn(replay: Replay, slot: int, value: float) -> float:
    return float(replay.results.inputs[0, slot]) if slot >= 0 else float(value)


def _month_day(plan: Plan, month: int) -> dt.date:
    """The day of any contract month."""
    start = dt.date.fromordinal(int(plan.calendar.month_ordinal[0]))
    year, index = divmod(start.year * 12 + start.month - 1 + month, 12)
    return dt.date(year, index + 1, min(start.day, monthrange(year, index + 1)[1]))


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
                    _moved_on(plan, life, j),
                    *_behind(plan, life, c, j),
                )
            )
    return people


def _behind(
    plan: Plan, life: CohortLife, cohort: int, person: int
) -> tuple[dt.date | None, int | None, float | None, bool | None]:
    """When a person came in, how long they waited, how well they are placed, and whether they are of a harder group."""
    arrived, standing = int(life.arrived_at[person]), float(life.standing[person])
    return (
        _month_day(plan, arrived) if _in_turn(plan, cohort) else None,
        int(life.enrolled_at[person]) - arrived if _in_turn(plan, cohort) else None,
        None if math.isnan(standing) else below(standing),
        bool(life.harder[person]) if _has_harder(plan, cohort) else None,
    )


def _moved_on(plan: Plan, life: CohortLife, person: int) -> dt.date | None:
    """When somebody moves away, as far as the deal can tell."""
    if life.moved_at[person] == NEVER:
        return None
    last = plan.labels.dates[-1]
    first = dt.date.fromordinal(int(plan.calendar.month_ordinal[0]))
    months = (last.year - first.year) * 12 + last.month - first.month
    day = _month_day(plan, min(int(life.moved_at[person]), months + 1))
    return day if day <= last else None


def _moved_before(plan: Plan, cohort: int, life: CohortLife, row: int, person: int, column: int) -> bool:
    """Whether a move makes a measurement fail, or not exist."""
    if plan.leaving is None or plan.leaving.then[cohort] <= KEPT:
        return False
    return bool(plan.outcomes.measured_month[row, column] > life.moved_at[person])


def _outcome(plan: Plan, replay: Replay, cohort: int, outcome: int, row: int, person: int, column: int) -> OutcomeOf:
    life = replay.cohorts[cohort]
    population = plan.outcomes.population[outcome]
    ordinal = int(plan.outcomes.measured_ordinal[row, column])
    period = int(plan.outcomes.period_of_month[row, column])
    worth, seen = float(life.worth[row, person]), bool(life.seen[person])
    left = life.left_at[person] != NEVER
    amount = is_amount(plan, outcome)
    if ordinal == 0:
        result = "never due"
    elif _moved_before(plan, cohort, life, row, person, column):
        result = "moved before"
    elif population not in (ENROLLED, EARLIER) and left:
        result = "left before"
    elif _over(plan, replay, row, column):
        result = "deal ended"
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
        _succeeded_on(plan, life, outcome, person) if result == "met" else None,
    )


def _succeeded_on(plan: Plan, life: CohortLife, outcome: int, person: int) -> dt.date | None:
    """When a success came, where the outcome says when."""
    month = int(life.met_at[outcome, person])
    return None if month == NEVER else _month_day(plan, month)


def is_amount(plan: Plan, outcome: int) -> bool:
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


def _over(plan: Plan, replay: Replay, row: int, column: int) -> bool:
    """Whether a measurement would come after the deal ended early and its run-off was over."""
    by = int(replay.results.ended_by[0])
    if plan.ending is None or by < 0:
        return False
    until = int(replay.results.stop_month[0]) + int(plan.ending.run_off[by])
    return bool(plan.ending.measured_by[row, column] > until)


def tell_claims(plan: Plan, replay: Replay) -> list[tuple[int, int, Payment]]:
    """Every claim of a path that is not nothing: its row, its period, and the claim with its reason."""
    payments, labels = plan.payments, plan.labels
    claims = replay.results.claim[0]
    return [
        (
            int(r),
            int(t),
            Payment(
                labels.dates[t],
                labels.payers[payments.payer[r]],
                labels.rules[r],
                float(claims[r, t]) / plan.minor_units,
                _reason(plan, replay, int(r), int(t)),
            ),
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
        if plan.measures.statistic[column] == CARD:
            return f"what the price list owes people, each up to its most{_prices(plan, replay, k, t)}" if count else ""
        amount = plan.labels.measures[column].endswith(": amount")
        units = "units measured" if amount or plan.measures.statistic[column] == RESULT else "verified"
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
    measure = plan.labels.measures[how.column[k, 0]]
    name, what = measure.removesuffix(": verified"), "verified"
    if measure.endswith(": amount"):
        name, what = measure.removesuffix(": amount"), "in all"
    goal = "its goal is reached" if plan.labels.clauses[k] == "threshold" else "by its table"
    if how.counts[k] == VALUE:
        return f"{name} is {sums[how.column[k, 0], t]:.6g}, {goal}"
    since = 0
    if not how.cumulative[k]:
        since = max((s + 1 for s in range(t) if payments.looks[k, s]), default=0)
    verified, seen, eligible = (sums[how.column[k, s], since : t + 1].sum() for s in range(3))
    met = "in some cohort " if how.each_cohort[k] else ""
    number = f"{verified:.0f}" if what == "verified" else f"{verified:,.6g}"
    return f"{name}: {number} {what}, {seen:.0f} measured of {eligible:.0f}, {met}{goal}"


def _prices(plan: Plan, replay: Replay, k: int, t: int) -> str:
    """The price level of a date, where the rule follows prices."""
    payments = plan.payments
    slot = payments.growth_slot[k]
    rate = float(replay.results.inputs[0, slot]) if slot >= 0 else float(payments.growth_value[k])
    level = float(payments.level[k, t]) * (1.0 + rate) ** int(payments.growth_years[k, t])
    return f" at price level {level:.6g}" if level != 1.0 else ""


def tell_ledger(plan: Plan, replay: Replay) -> list[Flow]:
    """Every move of money on a path, date by date."""
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
