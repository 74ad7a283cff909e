"""The slow twin: one deal, one path, person by person, as the specification says it.

Written from `docs/reference/model.md`, `docs/reference/randomness.md` and the parsed `Scenario`, never from the plan,
the kernels or the engine. It is slow and plain on purpose: what it says is what they have to say.

Two switches take randomness away. ``inputs="mean"`` holds every input at its exact mean (*luck only*).
``people="expected"`` replaces people by their expected number, without rounding to whole persons; both together are
the *expected only* line of a report.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from risksim.scenario.base import value_of
from risksim.scenario.financing import Instalments
from risksim.scenario.outcomes import AfterCompletion, AfterEnrolment, AtCompletion, OnDate, Outcome
from risksim.scenario.payments import (
    DeemedTerms,
    FixedTerms,
    PerPersonTerms,
    ThresholdTerms,
    terms_of,
)
from risksim.scenario.programme import Cohort, Enrolment
from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import Chance, Discrete, Uniform
from tests.reference import dependence, laws, leaving, processes, rates
from tests.reference import enrolment as coming
from tests.reference.contract import (  # noqa: F401
    claim,
    payers,
    reading,
    result_numbers,
    result_on,
    rule_dates,
    share_out,
    to_minor,
)
from tests.reference.effects import draw_groups, effect_numbers, expected_groups
from tests.reference.ending import Ended, early_numbers
from tests.reference.ending import ended as ended_of
from tests.reference.financing import Books, Events, Moves, dates_of
from tests.reference.investor import irr, npv
from tests.reference.philox import (
    DROPOUT,
    ENROLMENT,
    MEASUREMENT,
    MOVE,
    SUCCESS,
    Key,
    input_place,
    key_of,
    limit,
    person_words,
)
from tests.reference.repeats import unrolled

Claims = dict[tuple[int, str, dt.date], int]
Counts = dict[tuple[str, dt.date], float]
Tallies = dict[tuple[str, str, dt.date], list[float]]
"""Verified, measured and eligible people by cohort, outcome and follow-up."""

MINOR_UNITS = dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XOF", "XAF"), 1) | dict.fromkeys(
    ("BHD", "JOD", "KWD", "OMR", "TND"), 1_000
)
"""Minor units in one unit of a currency (ISO 4217); 100 for every currency that isn't named."""


@dataclass(slots=True)
class Fate:
    """What became of one outcome of one person."""

    met: bool
    """The person met the outcome, whether or not anybody could see it."""
    measured_month: int | None
    """Contract month of measurement; None where the outcome is measured on a date."""
    measured_on: dt.date | None
    """Day of measurement; None where the date came before the person enrolled or finished."""
    counted: dt.date | None
    """Follow-up at which the outcome counts as verified; None if it was not met, not seen, or no follow-up came."""


@dataclass(slots=True)
class Person:
    """One enrolled person."""

    cohort: str
    number: int
    """Number inside the cohort, from 0."""
    enrolled: int
    """Contract month."""
    left: int | None
    """Contract month; None for whoever completes the course."""
    measurable: bool
    fates: dict[str, Fate] = field(default_factory=dict)
    looks: dict[str, list[processes.Look]] = field(default_factory=dict)
    """Instead of fates where people are lived one by one: every measurement of every outcome."""


@dataclass(slots=True)
class Headcount:
    """How many of a cohort; whole numbers unless people are expected numbers."""

    enrolled: float
    completed: float
    dropped_out: float
    unmeasured: float
    """Enrolled people who cannot be measured, dropouts among them."""
    achieved: dict[str, float]
    """Met the outcome, whether or not it was measured or counted."""
    verified: dict[str, float]
    """Met the outcome, seen, and counted at a follow-up."""


@dataclass(slots=True)
class Line:
    """One line of the ledger: money from one party to another, in minor units by period."""

    debtor: str
    creditor: str
    amounts: dict[dt.date, int]


@dataclass(slots=True)
class TwinPath:
    """One path of one deal. Money in minor units, but for `npv`."""

    inputs: dict[str, float]
    """Value of every number that may be uncertain, certain ones too, by the name of its draw."""
    persons: list[Person]
    """Empty where people are expected numbers."""
    counts: Counts
    """Number verified by outcome and follow-up, every follow-up named."""
    claims: Claims
    """By position of the rule, payer and follow-up; cuts are negative, zeros stand."""
    ledger: list[Line]
    """The drawdown, then one line per payer in the order of the file; every line names every period."""
    periods: list[dt.date]
    drawn: int
    received: int
    flows: dict[dt.date, int]
    """Net flow of the investor by period."""
    years: dict[dt.date, float]
    irr: float
    irr_status: str
    moic: float
    """Not a number where nothing was drawn."""
    npv: dict[float, float]
    """By hurdle. [currency]"""
    repayment: dict[tuple[str, int], int]
    """By payer and calendar year, every year from start to end."""
    headcounts: dict[str, Headcount]
    """By cohort."""
    moves: Moves | None = None
    """Instead of `ledger` where the deal has more than one investor who gets all payments; the result is then that of
    all investors together."""
    investors: dict[str, tuple[int, int, list[int]]] = field(default_factory=dict)
    """Paid in, received and net flow by period of each of several tranches."""
    ended: Ended | None = None
    """How the deal ended early; None where it ran to its end."""


def run_path(
    scenario: Scenario,
    seed: int,
    path: int,
    *,
    stream: int = 0,
    inputs: Literal["drawn", "mean"] = "drawn",
    people: Literal["drawn", "expected"] = "drawn",
    known: Mapping[str, float] | None = None,
) -> TwinPath:
    """Draw one path of a deal and settle it.

    Parameters
    ----------
    scenario : Scenario
        The deal.
    seed, path, stream : int
        Address of the path.
    inputs : str
        Whether uncertain inputs are drawn or held at their means.
    people : str
        Whether people are drawn or are expected numbers.
    known : mapping, optional
        Inputs whose values are given, by name; they are neither drawn nor taken at their means.
    """
    key = key_of(seed, stream)
    scenario, values = inputs_of(scenario, key, path, inputs == "mean", known)
    if by_looks(scenario):
        assert not scenario.ends_early, "the twin stops no lives of persons"
        counts: Counts = {(outcome, date): 0 for outcome in scenario.personal for date in follow_ups(scenario)}
        if people == "expected":
            values |= expected_groups(scenario, values, {})  # of those who enrol only where people are counted
            return averaged(scenario, values, counts, key_of(0, stream))
        tallies: Tallies = {}
        persons, headcounts = live_people(scenario, values, key, path, tallies, counts)
        values |= draw_groups(scenario, values, key, path, Counter(person.enrolled for person in persons))
        owed = processes.owed(scenario, values, [person.looks for person in persons])
        lived = Lived(persons=persons, headcounts=headcounts, tallies=tallies, counts=counts, owed=owed)
        lived.events = events_of(scenario, lived, None)
        return settle(scenario, values, lived, planned=lived.events)

    def form() -> None:
        enrolled = lived.enrolled
        expected = people == "expected"
        values.update(
            expected_groups(scenario, values, enrolled)
            if expected
            else draw_groups(scenario, values, key, path, enrolled)
        )

    lived = live(scenario, key, path, values, people, None)
    form()
    ended, planned = None, lived.events
    if scenario.ends_early:
        ended = ended_of(scenario, values, lived.enrolled, lived.tallies, day_of, reading, result_on)
        if ended is not None:
            lived = live(scenario, key, path, values, people, ended)
            form()
    return settle(scenario, values, lived, ended, planned, spread=inputs == "mean")


def inputs_of(
    said: Scenario, key: Key, path: int, at_means: bool = False, known: Mapping[str, float] | None = None
) -> tuple[Scenario, dict[str, float]]:
    """The deal with each of its repeated cohorts, and the value of every input on a path."""
    scenario, same = unrolled(said)
    values = input_values(scenario, key, path, at_means)
    values |= input_values(said, key, path, at_means) | dict(known or {})
    values |= {name: values[shared] for name, shared in same.items() if shared in values}
    work_out(scenario, values, at_means)
    return scenario, values


def by_looks(scenario: Scenario) -> bool:
    """Whether every measurement of every person is written down, as where people are lived one by one.

    Of people who start in turn and may be stopped only what they met is, as of people counted by pattern.
    """
    in_turn = any(coming.in_turn(cohort) for cohort in scenario.cohorts)
    return processes.are_lived(scenario) or (in_turn and not scenario.ends_early)


@dataclass(slots=True)
class Lived:
    """The people of a path and what was measured of them."""

    persons: list[Person] = field(default_factory=list)
    headcounts: dict[str, Headcount] = field(default_factory=dict)
    tallies: Tallies = field(default_factory=dict)
    counts: Counts = field(default_factory=dict)
    enrolled: dict[int, float] = field(default_factory=dict)
    """People who enrolled, by month."""
    events: Events = field(default_factory=list)
    """What costs that follow the people are for."""
    owed: dict[tuple[int, dt.date], float] | None = None
    """What price lists owe people, by position of the rule."""


def live(
    scenario: Scenario, key: Key, path: int, values: Mapping[str, float], people: str, ended: Ended | None
) -> Lived:
    """Every cohort of a path, drawn or expected, up to its stop."""
    lived = Lived(counts={(outcome, date): 0 for outcome in scenario.personal for date in follow_ups(scenario)})
    for position, cohort in enumerate(scenario.cohorts):
        if people == "expected":
            lived.headcounts[cohort.name], found = expected_lives(
                scenario, cohort, values, lived.tallies, lived.enrolled, ended
            )
        else:
            lives = draw_lives(scenario, cohort, position, values, key, path, ended)
            lived.persons += lives
            for person in lives:
                lived.enrolled[person.enrolled] = lived.enrolled.get(person.enrolled, 0) + 1
            lived.headcounts[cohort.name], found = headcount(scenario, lives), count_verified(lives)
            tally(scenario, lives, lived.tallies)
        for address, number in found.items():
            lived.counts[address] += number
    lived.events = (
        expected_events(scenario, values, ended) if people == "expected" else events_of(scenario, lived, ended)
    )
    return lived


def live_people(
    scenario: Scenario, values: Mapping[str, float], key: Key, path: int, tallies: Tallies, counts: Counts
) -> tuple[list[Person], dict[str, Headcount]]:
    """The people of every cohort, lived one by one, and what the contract counts of them."""
    persons, headcounts = [], {}
    for position, cohort in enumerate(scenario.cohorts):
        lives = draw_lives(scenario, cohort, position, values, key, path)
        for person in lives:
            processes.tally(person.looks, cohort.name, tallies)
            for name, looks in person.looks.items():
                for look in looks:
                    if look.seen and look.date is not None and look.worth > 0.0:
                        counts[name, look.date] += 1
        headcounts[cohort.name] = headcount(scenario, lives)
        persons += lives
    return persons, headcounts


FUTURES = 4_096
"""Futures over which the measures of people lived one by one are averaged (model.md, Expected values only)."""


def averaged(scenario: Scenario, values: dict[str, float], counts: Counts, key: Key) -> TwinPath:
    """The measures averaged over many futures at the given inputs, paid once.

    In each future every place is taken; a cohort counts by the share of its places that is filled. Where people start
    in turn the futures differ in how many come in, and every cohort counts as it is.
    """
    simply = [cohort.name for cohort in scenario.cohorts if not coming.in_turn(cohort)]
    filled = dict.fromkeys((cohort.name for cohort in scenario.cohorts), 1.0)
    filled |= {name: min(values.get(f"cohorts[{name}].enrolment.ratio", 1.0), 1.0) for name in simply}
    given = values
    values = values | {f"cohorts[{name}].enrolment.ratio": 1.0 for name in simply}
    tallies: Tallies = {}
    owed: dict[tuple[int, dt.date], float] = {}
    started: dict[str, dict[int, float]] = {name: {} for name in filled if name not in simply}
    for path in range(FUTURES):
        values = values | coming.on_future(scenario.cohorts, key, path)
        persons, _ = live_people(scenario, values, key, path, tallies, counts)
        for person in persons:
            if person.cohort in started:
                by_month = started[person.cohort]
                by_month[person.enrolled] = by_month.get(person.enrolled, 0.0) + 1.0 / FUTURES
        for name, share in filled.items():
            looks = [person.looks for person in persons if person.cohort == name]
            for place, amount in processes.owed(scenario, values, looks).items():
                owed[place] = owed.get(place, 0.0) + share * amount
    tallies = {place: [filled[place[0]] * number / FUTURES for number in found] for place, found in tallies.items()}
    owed = {place: amount / FUTURES for place, amount in owed.items()}
    counts = {place: number / FUTURES for place, number in counts.items()}
    events = expected_events(scenario, given, None, started)
    lived = Lived(tallies=tallies, counts=counts, owed=owed, events=events)
    return settle(scenario, given, lived, planned=events, spread=True)


def events_of(scenario: Scenario, lived: Lived, ended: Ended | None) -> Events:
    """Enrolments, months of the course begun and completions of persons, with their days."""
    start, found = value_of(scenario.start), []
    durations = {cohort.name: int(value_of(cohort.duration)) for cohort in scenario.cohorts}
    for person in lived.persons:
        found.append(("participant", day_of(start, person.enrolled), 1.0))
        end = person.enrolled + durations[person.cohort]
        last = end - 1 if person.left is None else min(person.left, end - 1)
        begun = [month for month in range(person.enrolled, last + 1) if ended is None or month < ended.month]
        found += [("participant month", day_of(start, month), 1.0) for month in begun]
        if person.left is None:
            found.append(("completer", day_of(start, end), 1.0))
    return found


def expected_events(
    scenario: Scenario,
    values: Mapping[str, float],
    ended: Ended | None,
    started: Mapping[str, Mapping[int, float]] | None = None,
) -> Events:
    """The same of expected people; `started` holds those of cohorts in which people start in turn."""
    start, found = value_of(scenario.start), []
    stop = math.inf if ended is None else ended.month
    for cohort in scenario.cohorts:
        places, duration = int(value_of(cohort.participants)), int(value_of(cohort.duration))
        people = min(float(places), values.get(f"cohorts[{cohort.name}].enrolment.ratio", 1.0) * places)
        course = leaving.Course(scenario, cohort, values)
        by_month = {month: people * float(weight) for month, weight in enumerate(month_weights(cohort.enrolment))}
        for month, number in (started or {}).get(cohort.name, by_month).items():
            if month >= stop:
                continue
            found.append(("participant", day_of(start, month), number))
            for j in range(duration):
                if month + j < stop:
                    there = number * course.there(j) * leaving.staying_here(cohort, values, j)
                    found.append(("participant month", day_of(start, month + j), there))
            if month + duration <= stop:
                end = (1.0 - course.share) * leaving.staying_here(cohort, values, duration)
                found.append(("completer", day_of(start, month + duration), number * end))
    return found


def luck_only(scenario: Scenario, seed: int, path: int, **more: Any) -> TwinPath:
    """One path with every input at its mean and people drawn."""
    return run_path(scenario, seed, path, inputs="mean", **more)


def expected_only(scenario: Scenario, **more: Any) -> TwinPath:
    """The deal with every input at its mean and people as expected numbers; nothing is drawn."""
    return run_path(scenario, 0, 0, inputs="mean", people="expected", **more)


# Time (model.md, The clock)


@functools.cache
def day_of(start: dt.date, month: int) -> dt.date:
    """The day of a contract month: the same day of the month, clipped to its end."""
    year, index = start.year + (start.month - 1 + month) // 12, (start.month - 1 + month) % 12 + 1
    return dt.date(year, index, min(start.day, calendar.monthrange(year, index)[1]))


def follow_ups(scenario: Scenario) -> list[dt.date]:
    """Dates on which the parties settle, in order."""
    if isinstance(scenario.follow_up, list):
        return sorted(value_of(date) for date in scenario.follow_up)
    return list(days_every(value_of(scenario.start), value_of(scenario.end), value_of(scenario.follow_up.every)))


@functools.cache
def days_every(start: dt.date, end: dt.date, step: int) -> tuple[dt.date, ...]:
    """Every so many months after the start, none after the end."""
    dates = []
    month = step
    while day_of(start, month) <= end:
        dates.append(day_of(start, month))
        month += step
    return tuple(dates)


def years_to(scenario: Scenario, date: dt.date) -> float:
    """Years from the start to a date by the scenario's day count (model.md, The investor's result)."""
    start = value_of(scenario.start)
    if scenario.day_count == "act/365":
        return (date - start).days / 365
    month = 0
    while day_of(start, month + 1) <= date:
        month += 1
    since, length = date - day_of(start, month), day_of(start, month + 1) - day_of(start, month)
    return (month + since.days / length.days) / 12


# Uncertain inputs (randomness.md, From words to decisions)


def uncertain_numbers(scenario: Scenario) -> dict[str, tuple[Any, laws.Kind]]:
    """Every number that may be uncertain, by the name of its draw, with what it counts."""
    numbers: dict[str, tuple[Any, laws.Kind]] = {}
    for cohort in scenario.cohorts:
        here = f"cohorts[{cohort.name}]"
        numbers |= dict(coming.uncertain(cohort))
        numbers |= leaving.uncertain(cohort)
    numbers |= dependence.numbers(scenario)
    for name, outcome in scenario.personal.items():
        numbers |= processes.uncertain(name, outcome)
    for name, whole in scenario.results.items():
        for key, value in result_numbers(name, whole):
            numbers[key] = value, "ratio"
    for name, number, kind in effect_numbers(scenario):
        numbers[name] = number, kind
    for position, rule in enumerate(scenario.payments):
        terms, here = terms_of(rule), f"payments[{position}]"
        for key in ("price", "total", "per_period", "amount", "limit"):
            if getattr(terms, key, None) is not None:
                numbers[f"{here}.{key}"] = getattr(terms, key), "amount"
        match terms:
            case DeemedTerms(chance=chance) if (certain := laws.certain_value(chance)) is not None:
                both = [Chance(value=0.0, weight=1.0 - certain), Chance(value=1.0, weight=certain)]
                numbers[f"{here}.chance"] = Discrete(discrete=both) if 0.0 < certain < 1.0 else certain, "share"
            case DeemedTerms(chance=chance):
                numbers[f"{here}.chance"] = chance, "share"
                numbers[f"{here}.event"] = Uniform(uniform=(0.0, 1.0)), "share"
            case FixedTerms(amounts=amounts):
                for k, entry in enumerate(amounts):
                    numbers[f"{here}.amounts[{k}].amount"] = entry.amount, "amount"
            case ThresholdTerms(pays=pays):
                numbers[f"{here}.pays"] = pays, "amount"
            case PerPersonTerms(prices=prices, most=most):
                numbers |= {f"{here}.prices.{name}": (price, "amount") for name, price in prices.items()}
                numbers[f"{here}.most"] = most, "amount"
        if getattr(terms, "indexed", None) is not None and terms.indexed.rate is not None:
            numbers[f"{here}.indexed.rate"] = terms.indexed.rate, "ratio"
    for tranche in scenario.financing.tranches:
        numbers[f"financing.tranches[{tranche.name}].commitment"] = tranche.commitment, "amount"
        if tranche.loan is not None and tranche.loan.default is not None and tranche.loan.default.yearly_chance != 0.0:
            here = f"financing.tranches[{tranche.name}].loan.default"
            numbers[f"{here}.moment"] = Uniform(uniform=(0.0, 1.0)), "share"
            numbers[f"{here}.yearly_chance"] = tranche.loan.default.yearly_chance, "share"
            numbers[f"{here}.lost"] = tranche.loan.default.lost, "share"
    for grant in scenario.financing.grants:
        numbers[f"financing.grants[{grant.name}].amount"] = grant.amount, "amount"
    for cost in scenario.financing.costs:
        if cost.share_of_commitment is not None:
            numbers[f"financing.costs[{cost.name}].share_of_commitment"] = cost.share_of_commitment, "ratio"
        else:
            numbers[f"financing.costs[{cost.name}].amount"] = cost.amount, "amount"
    for guarantee in scenario.financing.guarantees:
        if guarantee.limit is not None:
            numbers[f"financing.guarantees[{guarantee.name}].limit"] = guarantee.limit, "amount"
        numbers[f"financing.guarantees[{guarantee.name}].attaches_after"] = guarantee.attaches_after, "amount"
    if scenario.financing.termination is not None:
        numbers["financing.termination.amount"] = scenario.financing.termination.amount, "amount"
    for name, number, kind in early_numbers(scenario):
        numbers[name] = number, kind
    return numbers


def input_values(scenario: Scenario, key: Key, path: int, at_means: bool) -> dict[str, float]:
    """The value of every input on a path, or its mean."""
    values = {}
    for name, (law, kind) in uncertain_numbers(scenario).items():
        certain = laws.certain_value(law)
        if certain is not None:
            values[name] = certain
        elif at_means and not name.endswith(".enrolment.arrivals"):  # how many come in at a speed is luck
            values[name] = laws.mean(law, kind)
        else:
            values[name] = laws.quantile(law, input_place(key, path, name), kind)
    for name in [name for name in values if name.endswith("].event")]:
        chance = values[name.replace(".event", ".chance")]
        values[name] = chance if at_means else float(values[name] >= 1.0 - chance)
    return values


def work_out(scenario: Scenario, values: dict[str, float], at_means: bool) -> None:
    """Add the success rates that are worked out of other numbers."""
    for name, outcome in scenario.personal.items():
        if isinstance(outcome, Outcome) and (here := f"outcomes[{name}].success_rate") not in values:
            law = outcome.success_rate
            rate = rates.mean_rate(law, name) if at_means else rates.rate_of(law, here, values)
            if rate is not None:
                values[here] = rate
    if at_means:
        values[rates.HELD] = 1.0


# People (model.md, People; randomness.md, Person-level decisions)


def draw_lives(
    scenario: Scenario,
    cohort: Cohort,
    position: int,
    values: Mapping[str, float],
    key: Key,
    path: int,
    ended: Ended | None = None,
    shared: Key | None = None,
) -> list[Person]:
    """The people of one cohort, each with the fate of every outcome."""
    here = f"cohorts[{cohort.name}]"
    duration = int(value_of(cohort.duration))
    course, unmeasured = leaving.Course(scenario, cohort, values), values.get(f"{here}.unmeasured", 0.0)
    in_turn = coming.in_turn(cohort)
    people = coming.number_who_come(cohort, values) if in_turn else number_enrolled(cohort, values)
    ties = None
    enrolment_words = person_words(key, path, ENROLMENT, position, people)
    dropout_words = person_words(key, path, DROPOUT, position, people)
    measurement_words = person_words(key, path, MEASUREMENT, position, people)
    month_limits = enrolment_limits(cohort.enrolment)
    unmeasured_limit = limit(unmeasured)
    move_words = person_words(key, path, MOVE, position, people)

    def months_until(number: int) -> tuple[int | None, int | None]:
        """Months from the start until somebody leaves and moves away; None where they don't."""
        stays, left, moved = course.months(dropout_words[number]), None, None
        if stays < math.inf:
            left = max(0, min(math.floor(stays), duration - 1))
            if course.evenly:
                left = month_of_leaving(dropout_words[number], course.share, duration)
        if cohort.moves is not None:
            moved = leaving.month_of_moving(move_words[number], values[f"{here}.moves.yearly"])
            if moved is not None and cohort.moves.then != "kept" and moved < duration:
                left = moved if left is None else min(left, moved)
        return left, moved

    months: list[int | None] = [sum(word >= bound for bound in month_limits) for word in enrolment_words]
    if dependence.are_tied(scenario):
        on = functools.partial(day_of, value_of(scenario.start))
        come = [month or 0 for month in months]
        ties = dependence.Ties(scenario, position, people, values, key, shared or key, path, come, on)
        dropout_words = [ties.leaving_word(number) for number in range(people)]
    if in_turn:
        months = coming.starts(cohort, values, [month or 0 for month in months], lambda number: months_until(number)[0])
    absent = {number for number, month in enumerate(months) if month is None}

    drawn: dict[str, list[list[float]]] = {}
    if ties is not None:
        ties.enrolled = [month or 0 for month in months]
        drawn = {name: ties.happens(name) for name, one in scenario.personal.items() if type(one) is Outcome}

    persons, going = [], []
    for number in range(people):
        enrolled = months[number] or 0  # who never starts is lived all the same, so that words keep their persons
        after, moved_after = months_until(number)
        left = None if after is None else enrolled + after
        moved = None if moved_after is None else enrolled + moved_after
        stays = course.months(dropout_words[number])
        if ended is not None and enrolled + duration > ended.month:
            left = ended.month if left is None else min(left, ended.month)
        measurable = measurement_words[number] >= unmeasured_limit
        persons.append(Person(cohort.name, number, enrolled, left, measurable))
        going.append(leaving.Going(stays, left, moved))
    if ties is not None:
        name = getattr(cohort.unmeasured, "outcome", None)
        gone = [person.left is not None for person in persons]
        met_first = [
            name is not None and bool(drawn[name][0][i]) and (scenario.personal[name].of == "enrolled" or not gone[i])
            for i in range(people)
        ]
        for person, found in zip(persons, ties.measurable(gone, met_first), strict=True):
            person.measurable = found

    if by_looks(scenario):
        people_so_far = [(person.enrolled, person.left is not None, person.measurable) for person in persons]
        lives = processes.Lives(
            scenario,
            position,
            people_so_far,
            values,
            key,
            path,
            functools.partial(day_of, value_of(scenario.start)),
            functools.partial(first_follow_up, scenario),
            going,
            ties,
            shared or key,
        )
        for name in scenario.personal:
            for person, looks in zip(persons, lives.looks(name), strict=True):
                person.looks[name] = looks
        return [person for person in persons if person.number not in absent]
    for name, outcome in scenario.personal.items():
        success_words = person_words(key, path, SUCCESS, position, people, name)
        success_limit = limit(rates.chance_in(scenario, name, values, key, path, position))
        for i, (person, word) in enumerate(zip(persons, success_words, strict=True)):
            met = bool(drawn[name][0][i]) if ties is not None else word < success_limit
            met = met and (outcome.of == "enrolled" or person.left is None)
            person.fates[name] = fate(scenario, outcome, person, duration, met)
            day = person.fates[name].measured_on
            if ended is not None and day is not None and day > ended.until:
                person.fates[name] = Fate(met, None, None, None)
    present = [person for person in persons if person.number not in absent]
    return [person for person in present if ended is None or person.enrolled < ended.month]


def number_enrolled(cohort: Cohort, values: Mapping[str, float]) -> int:
    """People who enrol: ``min(places, floor(ratio * places + 1e-9))``."""
    places = int(value_of(cohort.participants))
    if cohort.enrolment is None:
        return places
    return min(places, math.floor(values[f"cohorts[{cohort.name}].enrolment.ratio"] * places + 1e-9))


def month_weights(enrolment: Enrolment | None) -> list[Fraction]:
    """Share of the enrolled who enrol in each month of the window: ``min(1, (s + 1) / ramp)`` over its sum.

    A window of 0 months is one month; a ramp of 0 months is none.
    """
    return [Fraction(1)] if enrolment is None else coming.weights(enrolment)


def enrolment_limits(enrolment: Enrolment | None) -> list[int]:
    """``limit(W_s)`` of the cumulative weight of every month of the window but the last."""
    limits, cumulative = [], Fraction(0)
    for weight in month_weights(enrolment)[:-1]:
        cumulative += weight
        limits.append(limit(cumulative))
    return limits


def month_of_leaving(word: int, dropout: float, duration: int) -> int:
    """``floor(duration * (w + 0.5) * 2^-32 / dropout)``, at most ``duration - 1``, months after enrolment.

    From a course of 0 months one leaves in month 0.
    """
    month = math.floor(duration * (word + 0.5) * 2.0**-32 / dropout)
    return max(0, min(month, duration - 1))


def eligible(outcome: Outcome, left: bool, measurable: bool) -> bool:
    """Whether an outcome speaks of a person (model.md, below the table of `of:`)."""
    if outcome.of == "enrolled":
        return True
    if outcome.of == "completers":
        return not left
    return not left and measurable


def fate(scenario: Scenario, outcome: Outcome, person: Person, duration: int, met: bool) -> Fate:
    """When an outcome of a person is measured, and at which follow-up it counts."""
    month, day = measurement(scenario, outcome, person.enrolled, duration)
    seen = eligible(outcome, person.left is not None, person.measurable) and person.measurable
    counted = first_follow_up(scenario, day) if met and seen else None
    return Fate(met, month, day, counted)


def measurement(
    scenario: Scenario, outcome: Outcome, enrolled: int, duration: int
) -> tuple[int | None, dt.date | None]:
    """Contract month and day of measurement (model.md, When an outcome counts)."""
    start = value_of(scenario.start)
    match outcome.measured:
        case AtCompletion():
            month = enrolled + duration
        case AfterEnrolment(after_enrolment=months):
            month = enrolled + int(value_of(months))
        case AfterCompletion(after_completion=months):
            month = enrolled + duration + int(value_of(months))
        case OnDate(on=stated):
            ready = enrolled if outcome.of == "enrolled" else enrolled + duration
            date = value_of(stated)
            return None, date if day_of(start, ready) <= date else None
    return month, day_of(start, month)


def first_follow_up(scenario: Scenario, day: dt.date | None) -> dt.date | None:
    """The first follow-up on or after a day of measurement; None if there is none."""
    if day is None:
        return None
    return next((date for date in follow_ups(scenario) if date >= day), None)


def count_verified(persons: Iterable[Person]) -> Counts:
    """Number verified by outcome and follow-up."""
    counts: Counts = {}
    for person in persons:
        for outcome, found in person.fates.items():
            if found.counted is not None:
                counts[outcome, found.counted] = counts.get((outcome, found.counted), 0) + 1
    return counts


def tally(scenario: Scenario, persons: Iterable[Person], tallies: Tallies) -> None:
    """Count who was verified, measured and eligible, by cohort, outcome and follow-up."""
    for person in persons:
        for name, outcome in scenario.personal.items():
            found = person.fates[name]
            date = first_follow_up(scenario, found.measured_on)
            if date is not None and eligible(outcome, person.left is not None, person.measurable):
                counted = tallies.setdefault((person.cohort, name, date), [0, 0, 0])
                counted[0] += found.counted is not None
                counted[1] += person.measurable
                counted[2] += 1


def headcount(scenario: Scenario, persons: list[Person]) -> Headcount:
    """The people of one cohort, counted; people lived one by one once for each measurement."""
    lived = by_looks(scenario)

    def met(person: Person, name: str, verified: bool) -> int:
        if not lived:
            found = person.fates[name]
            return found.counted is not None if verified else found.met
        return sum(
            look.worth is not None and look.worth > 0.0 and (not verified or (look.seen and look.date is not None))
            for look in person.looks[name]
        )

    return Headcount(
        enrolled=len(persons),
        completed=sum(person.left is None for person in persons),
        dropped_out=sum(person.left is not None for person in persons),
        unmeasured=sum(not person.measurable for person in persons),
        achieved={name: sum(met(person, name, False) for person in persons) for name in scenario.personal},
        verified={name: sum(met(person, name, True) for person in persons) for name in scenario.personal},
    )


def expected_lives(
    scenario: Scenario,
    cohort: Cohort,
    values: Mapping[str, float],
    tallies: Tallies,
    enrolled: dict[int, float],
    ended: Ended | None = None,
) -> tuple[Headcount, Counts]:
    """Expected numbers of one cohort at the given inputs: nobody is rounded to a whole person."""
    here = f"cohorts[{cohort.name}]"
    places = int(value_of(cohort.participants))
    people = min(float(places), values.get(f"{here}.enrolment.ratio", 1.0) * places)
    duration = int(value_of(cohort.duration))
    dropout, unmeasured = leaving.Course(scenario, cohort, values).share, values[f"{here}.unmeasured"]
    achieved, verified, counts = {}, {}, {}
    for month, weight in enumerate(month_weights(cohort.enrolment)):
        enrolled[month] = enrolled.get(month, 0.0) + people * float(weight)
    for name, outcome in scenario.personal.items():
        can_meet = 1.0 if outcome.of == "enrolled" else 1.0 - dropout
        chance = can_meet * values[f"outcomes[{name}].success_rate"]
        achieved[name] = people * chance
        verified[name] = 0.0
        for month, weight in enumerate(month_weights(cohort.enrolment)):
            _, day = measurement(scenario, outcome, month, duration)
            if ended is not None and (
                month >= ended.month
                or (outcome.of != "enrolled" and month + duration > ended.month)
                or (day is not None and day > ended.until)
            ):
                continue
            date = first_follow_up(scenario, day)
            if date is not None:
                number = people * float(weight) * chance * (1.0 - unmeasured)
                verified[name] += number
                able = people * float(weight) * can_meet
                seen = able * (1.0 - unmeasured)
                counted = tallies.setdefault((cohort.name, name, date), [0.0, 0.0, 0.0])
                counted[0] += number
                counted[1] += seen
                counted[2] += seen if outcome.of == "measured" else able
                counts[name, date] = counts.get((name, date), 0.0) + number
    completed, dropped_out = people * (1.0 - dropout), people * dropout
    return Headcount(people, completed, dropped_out, people * unmeasured, achieved, verified), counts


# Money (model.md, Claims and Money)


def settle(
    scenario: Scenario,
    values: dict[str, float],
    lived: Lived,
    ended: Ended | None = None,
    planned: Events | None = None,
    *,
    spread: bool = False,
) -> TwinPath:
    """From verified numbers to money and the investor's result."""
    persons, counts, tallies, headcounts = lived.persons, lived.counts, lived.tallies, lived.headcounts
    if not is_plain(scenario):
        return settle_in_order(scenario, values, lived, ended, planned, spread=spread)
    minor = MINOR_UNITS.get(scenario.currency, 100)
    tranche = scenario.financing.tranches[0]
    commitment = values[f"financing.tranches[{tranche.name}].commitment"]
    drawdown = draw_capital(scenario, commitment, minor)
    periods = sorted({*drawdown, *follow_ups(scenario), *rule_dates(scenario)})
    capital = {date: commitment * share for date, share in drawing_shares(scenario)}
    claims = claim(scenario, values, tallies, minor, periods, drawdown, capital, None, lived.owed)

    ledger = [Line(tranche.name, scenario.provider, {date: drawdown.get(date, 0) for date in periods})]
    for payer in payers(scenario):
        paid = dict.fromkeys(periods, 0)
        for (_, debtor, date), amount in claims.items():
            if debtor == payer:
                paid[date] += amount
        ledger.append(Line(payer, tranche.name, paid))
    check_balances(ledger, periods)

    received_on = {date: sum(line.amounts[date] for line in ledger[1:]) for date in periods}
    flows = {date: received_on[date] - ledger[0].amounts[date] for date in periods}
    years = {date: years_to(scenario, date) for date in periods}
    drawn, received = sum(drawdown.values()), sum(received_on.values())
    rate, status = irr(list(flows.values()), list(years.values()), received)
    return TwinPath(
        inputs=values,
        persons=persons,
        counts=counts,
        claims=claims,
        ledger=ledger,
        periods=periods,
        drawn=drawn,
        received=received,
        flows=flows,
        years=years,
        irr=rate,
        irr_status=status,
        moic=received / drawn if drawn else math.nan,
        npv={
            hurdle: npv([flow / minor for flow in flows.values()], list(years.values()), hurdle)
            for hurdle in scenario.hurdles
        },
        repayment=repayment_by_year(scenario, ledger[1:]),
        headcounts=headcounts,
    )


def is_plain(scenario: Scenario) -> bool:
    """One investor who gets all payments, and nothing else under financing."""
    told = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)["financing"]
    plain = {"name", "commitment", "drawdown", "source", "assumption", "note", "unchecked"}
    tranche = told["tranches"][0]
    listed = scenario.financing.tranches[0].drawdown
    amounts = [drawing.amount for drawing in listed if drawing.amount] if isinstance(listed, list) else []
    whole = scenario.financing.tranches[0].commitment
    whole = getattr(whole, "value", whole)  # amounts that add up to a certain commitment are shares of it
    short = bool(amounts) and (not isinstance(whole, int | float) or abs(math.fsum(amounts) - whole) > 1e-6)
    return (
        not scenario.ends_early
        and set(told) == {"tranches"}
        and len(told["tranches"]) == 1
        and set(tranche) <= plain
        and tranche.get("drawdown") != "as needed"
        and not short
    )


def settle_in_order(
    scenario: Scenario,
    values: dict[str, float],
    lived: Lived,
    ended: Ended | None,
    planned: Events | None,
    *,
    spread: bool,
) -> TwinPath:
    """The same for a deal with several tranches, costs, caps, guarantees or early ends.

    Payments that depend on the capital drawn are only settled where there is one tranche.
    """
    persons, counts, tallies, headcounts = lived.persons, lived.counts, lived.tallies, lived.headcounts
    minor, start = MINOR_UNITS.get(scenario.currency, 100), value_of(scenario.start)

    def add(day: dt.date, months: int) -> dt.date:
        return day_of(day, months)

    periods = sorted({*follow_ups(scenario), *dates_of(scenario, add), *rule_dates(scenario)})
    drawdown, capital = {}, {}
    if len(scenario.financing.tranches) == 1 and scenario.financing.tranches[0].drawdown != "as needed":
        commitment = values[f"financing.tranches[{scenario.financing.tranches[0].name}].commitment"]
        going = [date for date in periods if ended is None or date <= ended.day]
        drawdown = {d: n for d, n in draw_capital(scenario, commitment, minor).items() if d in going}
        capital = {date: commitment * share for date, share in drawing_shares(scenario) if date in going}
    claims = claim(scenario, values, tallies, minor, periods, drawdown, capital, ended, lived.owed)
    owed: dict[tuple[str, dt.date], int] = {}
    direct: dict[tuple[str, dt.date], int] = {}
    for (position, payer, date), amount in claims.items():
        owed[payer, date] = owed.get((payer, date), 0) + amount
        alone = getattr(terms_of(scenario.payments[position]), "tranche", None)
        if alone is not None:
            direct[alone, date] = direct.get((alone, date), 0) + amount
    years = {date: years_to(scenario, date) for date in periods}
    books = Books(
        scenario, values, minor, periods, years, add,
        events=lived.events, tallies=tallies, spread=spread, ended=ended, planned=planned or [],
    )  # fmt: skip
    books.run(payers(scenario), owed, direct)
    net: dict[tuple[str, dt.date], int] = {}
    for (giver, taker, _, date), amount in books.moves.items():
        net[giver, date] = net.get((giver, date), 0) - amount
        net[taker, date] = net.get((taker, date), 0) + amount
    flows = {date: sum(net.get((name, date), 0) for name in books.investors) for date in periods}
    drawn = sum(i.paid_in for i in books.investors.values())
    received = sum(i.received for i in books.investors.values())
    rate, status = irr(list(flows.values()), list(years.values()), received)
    if drawn and not received:
        rate, status = -1.0, "TOTAL_LOSS"
    repayment = {
        (payer, year): -sum(net.get((payer, date), 0) for date in periods if date.year == year)
        for payer in payers(scenario)
        for year in range(start.year, value_of(scenario.end).year + 1)
    }
    return TwinPath(
        inputs=values,
        persons=persons,
        counts=counts,
        claims=claims,
        ledger=[],
        periods=periods,
        drawn=drawn,
        received=received,
        flows=flows,
        years=years,
        irr=rate,
        irr_status=status,
        moic=received / drawn if drawn else math.nan,
        npv={
            hurdle: npv([flow / minor for flow in flows.values()], list(years.values()), hurdle)
            for hurdle in scenario.hurdles
        },
        repayment=repayment,
        headcounts=headcounts,
        moves=books.moves,
        investors={
            name: (i.paid_in, i.received, [net.get((name, date), 0) for date in periods])
            for name, i in books.investors.items()
        },
        ended=ended,
    )


def draw_capital(scenario: Scenario, commitment: float, minor: int) -> dict[dt.date, int]:
    """Capital drawn by date: the cumulative amount is rounded, and each date draws the difference.

    float64, in this order: (commitment * cumulative share) * minor units. The last share is exactly 1.
    """
    shares = drawing_shares(scenario)
    drawn, before = {}, 0
    for date, share in shares:
        so_far = to_minor(commitment * share, minor)
        drawn[date] = drawn.get(date, 0) + so_far - before
        before = so_far
    return drawn


def drawing_shares(scenario: Scenario) -> list[tuple[dt.date, float]]:
    """Dates of the drawdown in order, each with the share of the commitment drawn by then."""
    start = value_of(scenario.start)
    drawdown = scenario.financing.tranches[0].drawdown
    if isinstance(drawdown, Instalments):
        every = int(value_of(drawdown.every))
        return [(day_of(start, number * every), (number + 1) / drawdown.times) for number in range(drawdown.times)]
    if isinstance(drawdown, list):
        drawings = sorted(drawdown, key=lambda drawing: value_of(drawing.on))
        shares, so_far = [], 0.0
        whole = sum(drawing.amount or 0.0 for drawing in drawings)
        for drawing in drawings:
            so_far += drawing.share if drawing.share is not None else drawing.amount / whole
            shares.append((value_of(drawing.on), so_far))
        return [*shares[:-1], (shares[-1][0], 1.0)]
    return [(start, 1.0)]


def check_balances(ledger: list[Line], periods: list[dt.date]) -> None:
    """In every period the balances of all parties add up to zero."""
    for date in periods:
        balances: dict[str, int] = {}
        for line in ledger:
            balances[line.debtor] = balances.get(line.debtor, 0) - line.amounts[date]
            balances[line.creditor] = balances.get(line.creditor, 0) + line.amounts[date]
        assert sum(balances.values()) == 0


def repayment_by_year(scenario: Scenario, lines: list[Line]) -> dict[tuple[str, int], int]:
    """What each payer pays in each budget year, which is a calendar year."""
    first, last = value_of(scenario.start).year, value_of(scenario.end).year
    paid = {(line.debtor, year): 0 for line in lines for year in range(first, last + 1)}
    for line in lines:
        for date, amount in line.amounts.items():
            paid[line.debtor, date.year] += amount
    return paid
