"""People lived one by one: repeated outcomes, gates, spells, amounts, scores and use of services, person after person.

Written from `docs/reference/model.md` (*Outcomes lived person by person*), `docs/reference/randomness.md` and the
parsed `Scenario`, never from the plan, the kernels or the engine.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from scipy import special

from risksim.scenario.base import value_of
from risksim.scenario.outcomes import (
    AfterCompletion,
    AfterEnrolment,
    AmountOutcome,
    AtCompletion,
    EventOutcome,
    Outcome,
    PersonOutcome,
    Reaches,
    ScoreOutcome,
    SpellOutcome,
    UseOutcome,
    moments,
)
from risksim.scenario.payments import PerOutcomeTerms, PerPersonTerms, PerUnitTerms, terms_of
from risksim.scenario.scenario import Scenario
from risksim.scenario.terms import Reading
from tests.reference import laws, leaving, rates
from tests.reference.dependence import Ties, Weather, recessions
from tests.reference.philox import ERROR, ONSET, SPELL, SUCCESS, WORTH, Key, limit, person_words

FORGIVEN = 1e-9
"""By how much a score may miss a goal (model.md, Scores)."""
Worth = list[list[float]]
"""By measurement and person."""


@dataclass(slots=True)
class Look:
    """One measurement of one outcome of one person."""

    day: dt.date | None
    """Day of measurement; None where the date came before the person enrolled or finished."""
    worth: float | None
    """1 where the outcome is met, 0 where it is not, or an amount; None for people it does not speak of."""
    eligible: bool
    """Contracts count the person among those the outcome speaks of."""
    seen: bool
    """Eligible and measurable."""
    shut: bool = False
    """A gate was closed."""
    date: dt.date | None = None
    """The follow-up at which the measurement counts, whatever it finds; None if there is none."""


def are_lived(scenario: Scenario) -> bool:
    """Whether a deal has more than plain outcomes, measured once."""
    plain = all(
        type(outcome) is Outcome
        and len(moments(outcome.measured)) == 1
        and not (outcome.after or outcome.unless)
        and outcome.dropouts is None
        and outcome.onset is None
        for outcome in scenario.personal.values()
    )
    prices = any(isinstance(terms_of(rule), PerPersonTerms) for rule in scenario.payments)
    return prices or not plain or leaving.are_lived(scenario)


def uncertain(name: str, outcome: PersonOutcome) -> Iterator[tuple[str, tuple[Any, laws.Kind]]]:
    """The numbers of an outcome that may be uncertain, by the names of their draws."""
    here = f"outcomes[{name}]"
    match outcome:
        case Outcome():
            yield from rates.parts(name, outcome.success_rate)
            if outcome.counterfactual is not None:
                yield f"{here}.counterfactual", (outcome.counterfactual, "share")
            if outcome.dropouts is not None:
                yield f"{here}.dropouts", (outcome.dropouts, "share")
        case EventOutcome():
            yield f"{here}.monthly", (outcome.monthly, "share")
        case SpellOutcome(spells=law):
            yield f"{here}.spells.starts", (law.starts, "ratio")
            yield f"{here}.spells.ends", (law.ends, "ratio")
        case AmountOutcome(amount=law):
            yield f"{here}.amount.shift", (law.shift, "number")
        case ScoreOutcome(score=law):
            yield f"{here}.score.mean", (law.mean, "number")
            yield f"{here}.score.growth", (law.growth, "number")
        case UseOutcome(use=law):
            yield f"{here}.use.effect", (law.effect, "share")


def place(word: int) -> float:
    """The u of a person's word (randomness.md, Person-level decisions)."""
    return (word + 0.5) * 2.0**-32


normal = NormalDist()


def score_of(u: float) -> float:
    """The standard normal quantile."""
    return float(special.ndtri(u))


class Lives:
    """The people of one cohort on one path, lived outcome after outcome.

    Parameters
    ----------
    scenario : Scenario
        The deal.
    position : int
        Which cohort.
    people : sequence
        When each person enrolled, whether they left, and whether they can be measured.
    values : mapping
        Every number that may be uncertain.
    key, path : int
        Address of the path.
    dates : callable
        The day of a contract month, and the first follow-up on or after a day.
    going : sequence
        How each person leaves and moves.
    ties : Ties, optional
        What goes together.
    shared : tuple, optional
        The key of what all deals share.
    """

    def __init__(
        self,
        scenario: Scenario,
        position: int,
        people: Sequence[tuple[int, bool, bool]],
        values: Mapping[str, float],
        key: Key,
        path: int,
        day_of: Callable[[int], dt.date],
        follow_up: Callable[[dt.date | None], dt.date | None],
        going: Sequence[leaving.Going],
        ties: Ties | None = None,
        shared: Key | None = None,
    ) -> None:
        self.scenario, self.position, self.people, self.values = scenario, position, people, values
        self.key, self.path, self.day_of, self.follow_up = key, path, day_of, follow_up
        self.going, self.ties, self.shared = going, ties, shared or key
        self.duration = int(value_of(scenario.cohorts[position].duration))
        self.done: dict[str, list[list[Look]]] = {}
        self.drawn: dict[str, Worth] = {}

    def looks(self, name: str) -> list[list[Look]]:
        """Every measurement of an outcome, by person."""
        if name not in self.done:
            self.done[name] = self._looks(name)
        return self.done[name]

    def words(self, purpose: int, name: str, occasion: int) -> list[int]:
        """One word for each person."""
        return person_words(self.key, self.path, purpose, self.position, len(self.people), name, occasion)

    # When, and of whom

    def source(self, name: str) -> PersonOutcome:
        """The outcome that says when and of whom; the amount's where one reads an amount."""
        outcome = self.scenario.personal[name]
        return self.source(outcome.reads) if isinstance(outcome, Reaches) else outcome

    def day(self, name: str, measurement: int, enrolled: int) -> tuple[dt.date | None, dt.date]:
        """The day of a measurement, None where there is none for this person, and the day that the file says."""
        outcome = self.source(name)
        moment = moments(outcome.measured)[measurement]
        match outcome.measured:
            case AtCompletion():
                said = self.day_of(enrolled + self.duration)
            case AfterEnrolment():
                said = self.day_of(enrolled + int(moment))
            case AfterCompletion():
                said = self.day_of(enrolled + self.duration + int(moment))
            case _:
                course = self.duration if outcome.of in ("completers", "measured") else 0
                return (moment if self.day_of(enrolled + course) <= moment else None), moment
        return said, said

    def months(self, name: str, measurement: int, enrolled: int) -> int:
        """Whole months from enrolment to a measurement."""
        outcome = self.source(name)
        moment = moments(outcome.measured)[measurement]
        match outcome.measured:
            case AtCompletion():
                return self.duration
            case AfterEnrolment():
                return int(moment)
            case AfterCompletion():
                return self.duration + int(moment)
        month = 0
        while self.day_of(month + 1) <= moment:
            month += 1
        return month - enrolled

    def _looks(self, name: str) -> list[list[Look]]:
        """Draw an outcome, then hold populations and gates against it."""
        outcome, source = self.scenario.personal[name], self.source(name)
        drawn = self.draw(name, outcome)
        found = []
        for i, (enrolled, left, measurable) in enumerate(self.people):
            own = []
            for m in range(len(drawn)):
                day, said = self.day(name, m, enrolled)
                can, shut, worth = source.of in ("enrolled", "earlier") or not left, False, drawn[m][i]
                if isinstance(source, Outcome) and source.dropouts is not None:
                    can = True
                eligible = can and (measurable or source.of not in ("measured", "earlier"))
                if isinstance(outcome, Reaches):
                    read = self.looks(outcome.reads)[i][m]
                    can, eligible, shut = read.worth is not None, read.eligible, read.shut
                if outcome.after is not None and not self.met(outcome.after, i, said):
                    shut = True
                    if outcome.of == "earlier":
                        can = eligible = False
                if outcome.unless is not None and self.met(outcome.unless, i, said):
                    shut = True
                if shut:
                    worth = 0.0
                moved, then = self.going[i].moved, getattr(self.scenario.cohorts[self.position].moves, "then", "kept")
                if moved is not None and then != "kept" and enrolled + self.months(name, m, enrolled) > moved:
                    worth = 0.0
                    if then == "excluded":
                        can = eligible = False
                own.append(
                    Look(day, worth if can else None, eligible, eligible and measurable, shut, self.follow_up(day))
                )
            found.append(own)
        return found

    def met(self, other: str, i: int, upto: dt.date) -> bool:
        """Whether the latest measurement of another outcome on or before a day was met."""
        known = [look for look in self.looks(other)[i] if look.day is not None and look.day <= upto]
        return bool(known) and known[-1].worth == 1.0

    def taken(self, name: str, i: int) -> list[int]:
        """The measurements that take place for a person."""
        return [
            m
            for m in range(len(moments(self.source(name).measured)))
            if self.day(name, m, self.people[i][0])[0] is not None
        ]

    # What happens

    def draw(self, name: str, outcome: PersonOutcome) -> Worth:
        """What happens, before gates are held against it."""
        match outcome:
            case Outcome():
                return self.happens(name, outcome)
            case EventOutcome():
                return self.event(name, outcome)
            case SpellOutcome():
                return self.spells(name, outcome)
            case AmountOutcome():
                return self.amounts(name, outcome)
            case Reaches():
                return self.reached(name, outcome)
            case ScoreOutcome():
                return self.scores(name, outcome)
            case UseOutcome():
                return self.use(name, outcome)
        raise TypeError(name)

    def happens(self, name: str, outcome: Outcome) -> Worth:
        """Yes or no, once or again; those who leave at their own rate, and no success before it has come."""
        if self.ties is not None:
            return self.ties.happens(name)
        rate = rates.chance_in(self.scenario, name, self.values, self.key, self.path, self.position)
        found = self.chain(name, outcome, rate)
        if outcome.dropouts is not None:
            theirs = self.chain(name, outcome, rate * self.values[f"outcomes[{name}].dropouts"])
            found = [
                [other if left else one for one, other, (_, left, _) in zip(own, others, self.people, strict=True)]
                for own, others in zip(found, theirs, strict=True)
            ]
        if outcome.onset is not None:
            typical, shape = int(value_of(outcome.onset.typical)), outcome.onset.shape
            words = self.words(ONSET, name, 0)
            for i, (enrolled, _, _) in enumerate(self.people):
                months = [self.months(name, m, enrolled) for m in range(outcome.times)]
                whole = 1.0 - 0.5 ** ((max(months[-1], 0) / typical) ** shape)
                comes = typical * (-math.log2(1.0 - place(words[i]) * whole)) ** (1.0 / shape)
                for m, month in enumerate(months[:-1]):
                    if comes > month:
                        found[m][i] = 0.0
        return found

    def event(self, name: str, outcome: EventOutcome) -> Worth:
        """What happens in some month, unless the person leaves first."""
        monthly = self.values[f"outcomes[{name}].monthly"]
        cohort = self.scenario.cohorts[self.position]
        rate = -math.log(1.0 - monthly)
        course = leaving.Course(self.scenario, cohort, self.values)
        if leaving.beside(self.scenario, cohort) == name:
            other = 1.0 - math.exp(-course.alone)
            rate = monthly / (monthly + other) * -math.log(1.0 - monthly - other)
        after = isinstance(outcome.measured, AfterCompletion)
        words = self.words(SUCCESS, name, 0)
        found: Worth = [[] for _ in range(outcome.times)]
        for i, (enrolled, left, _) in enumerate(self.people):
            comes, going = -math.log(1.0 - place(words[i])) / rate if rate else math.inf, self.going[i]
            until = going.stays
            if going.left is not None and (until == math.inf or going.left < enrolled + math.floor(until)):
                until = going.left - enrolled
            for m in range(outcome.times):
                months = self.months(name, m, enrolled) - (self.duration if after else 0)
                there = not left if after else comes < until
                found[m].append(float(comes <= months and there))
        return found

    def chain(self, name: str, outcome: Outcome, rate: float) -> Worth:
        """Yes or no at a rate, once or again; with onset the first word decides all."""
        stays = outcome.persistence if outcome.onset is None else 1.0
        found: Worth = []
        for m in range(outcome.times):
            words = self.words(SUCCESS, name, m)
            if m == 0 or stays is None:
                chances = [rate for _ in words]
            else:
                chances = [rate + stays * (1.0 - rate) if met else rate * (1.0 - stays) for met in found[-1]]
            found.append([float(word < limit(chance)) for word, chance in zip(words, chances, strict=True)])
        return found

    def spells(self, name: str, outcome: SpellOutcome) -> Worth:
        """A state that comes and goes."""
        here, law = f"outcomes[{name}].spells", outcome.spells
        starts, ends = self.values[f"{here}.starts"], self.values[f"{here}.ends"]
        words = functools.cache(lambda n: self.words(SPELL, name, n))
        since = 0 if isinstance(outcome.measured, AfterEnrolment) else self.duration
        days = [self.months(name, m, 0) - since for m in range(outcome.times)]
        lasts = None if outcome.lasts is None else float(value_of(outcome.lasts))
        found: Worth = [[] for _ in days]
        told = None if self.scenario.dependence is None else self.scenario.dependence.recession
        hit = told is not None and (told.outcomes is None or name in told.outcomes)
        begins = recessions(self.scenario, self.values, self.shared, self.path, self.day_of) if hit else []
        for i in range(len(self.people)):
            weather = Weather(self.scenario, self.values, begins, self.people[i][0] + since) if begins else None
            stretches: list[tuple[float, float, bool]] = []
            end, inside = 0.0, law.begins == "in"
            while end <= days[-1]:
                begin, waits = end, -math.log1p(-place(words(len(stretches))[i]))
                if weather is not None:
                    own = (lambda age: (ends * age) ** law.shape) if inside else (lambda age: starts * age)
                    end = weather.end(begin, waits, own, inside, days[-1] + 1.0)
                elif inside:
                    end = begin + waits ** (1.0 / law.shape) / ends if ends > 0.0 else math.inf
                else:
                    end = begin + waits / starts if starts > 0.0 else math.inf
                stretches.append((begin, end, inside))
                inside = not inside
            for m, day in enumerate(days):
                found[m].append(looked_at(stretches, day, outcome.counts, lasts, outcome.gap))
        return found

    def normals(self, purpose: int, name: str, occasions: Sequence[int], stays: float) -> list[list[float]]:
        """Places on the normal scale, each like the one before: by occasion and person."""
        found: list[list[float]] = []
        for occasion in occasions:
            fresh = [score_of(place(word)) for word in self.words(purpose, name, occasion)]
            if found:
                own = math.sqrt(1.0 - stays * stays)
                fresh = [stays * before + own * e for before, e in zip(found[-1], fresh, strict=True)]
            found.append(fresh)
        return found

    def amounts(self, name: str, outcome: AmountOutcome) -> Worth:
        """An amount for each person."""
        law, shift = outcome.amount, self.values[f"outcomes[{name}].amount.shift"]
        tied = self.ties is not None and self.ties.is_tied(name)
        if outcome.persistence is None and not tied:
            places = [[place(word) for word in self.words(WORTH, name, 0)]]
        else:
            scores = self.normals(WORTH, name, range(outcome.times), outcome.persistence or 0.0)
            if self.ties is not None:
                scores = [
                    [self.ties.normal_place(name, m, i, z) for i, z in enumerate(row)] for m, row in enumerate(scores)
                ]
            places = [[normal.cdf(z) for z in row] for row in scores]
        low = -math.inf if law.least is None else law.least
        high = math.inf if law.most is None else law.most
        return [[min(max(amount + shift, low), high) for amount in inverse(law.each, row, "number")] for row in places]

    def reached(self, name: str, outcome: Reaches) -> Worth:
        """Whether an amount is at least a goal, now or at every measurement so far."""
        found: Worth = [[] for _ in self.source(name).measured and moments(self.source(name).measured)]
        for i, looks in enumerate(self.looks(outcome.reads)):
            takes_place = self.taken(name, i)
            held = [not look.shut and look.worth is not None and look.worth >= outcome.at_least for look in looks]
            for m in range(len(looks)):
                so_far = [held[k] for k in takes_place if k < m] if outcome.always else []
                found[m].append(float(held[m] and all(so_far)))
        return found

    def scores(self, name: str, outcome: ScoreOutcome) -> Worth:
        """A score with an error, and what pays for it."""
        law = outcome.score
        mean, growth = self.values[f"outcomes[{name}].score.mean"], self.values[f"outcomes[{name}].score.growth"]
        occasions = range(outcome.times + 1)
        true = self.normals(WORTH, name, occasions, law.persistence)
        if self.ties is not None:
            true = [
                [self.ties.normal_place(name, o - 1 if o else None, i, z) for i, z in enumerate(row)]
                for o, row in enumerate(true)
            ]
        errors = [[score_of(place(word)) for word in self.words(ERROR, name, o)] for o in occasions]
        found: Worth = [[] for _ in range(outcome.times)]
        for i, (enrolled, _, _) in enumerate(self.people):
            takes_place = self.taken(name, i)
            seen = []
            for o in occasions:
                years = self.months(name, o - 1, enrolled) / 12 if o else 0.0
                score = mean + growth * years + law.sd * true[o][i] + law.noise * errors[o][i]
                if law.scale is not None:
                    score = min(max(score, law.scale[0]), law.scale[1])
                    if law.step is not None:
                        score = law.scale[0] + law.step * math.floor((score - law.scale[0]) / law.step + 0.5)
                        score = min(score, law.scale[1])
                seen.append(score)
            for m in range(outcome.times):
                before = [seen[0], *(seen[k + 1] for k in takes_place if k < m)]
                found[m].append(scored(seen[m + 1], before, outcome.counts, outcome.at_least))
        return found

    def use(self, name: str, outcome: UseOutcome) -> Worth:
        """The fall in the use of services from before to after."""
        law, effect = outcome.use, self.values[f"outcomes[{name}].use.effect"]
        none_after = law.none if law.none_after is None else law.none_after
        none_again = none_after if law.none_again is None else law.none_again
        below = float(laws.frozen(law.each, "amount").cdf(law.above)) if law.above > 0.0 else 0.0
        some, where, after, fresh = (self.words(WORTH, name, occasion) for occasion in range(4))
        used_before = [law.above > 0.0 or word >= limit(law.none) for word in some]
        used_after = [
            word >= limit(none_after if used else none_again) for word, used in zip(after, used_before, strict=True)
        ]
        places = [below + (1.0 - below) * place(word) for word in where]
        innovations = [score_of(place(word)) for word in fresh]
        own = math.sqrt(1.0 - law.correlation**2)
        places_after = [
            u if used and law.correlation == 1.0 else normal.cdf(law.correlation * score_of(u) + own * e if used else e)
            for u, e, used in zip(places, innovations, used_before, strict=True)
        ]
        before = [x * used for x, used in zip(inverse(law.each, places, "amount"), used_before, strict=True)]
        now = [
            x * (1.0 - effect) * used
            for x, used in zip(inverse(law.each, places_after, "amount"), used_after, strict=True)
        ]
        falls = [x - y for x, y in zip(before, now, strict=True)]
        if outcome.counts == "falls only":
            falls = [max(fall, 0.0) for fall in falls]
        return [falls for _ in range(outcome.times)]


def inverse(law: Any, places: Sequence[float], kind: laws.Kind) -> list[float]:
    """The inverse of the law from which each person's own amount comes."""
    if laws.certain_value(law) is None and not hasattr(law, "mixture") and not hasattr(law, "discrete"):
        return [float(x) for x in laws.frozen(law, kind).ppf(places)]
    return [laws.quantile(law, u, kind) for u in places]


def looked_at(
    stretches: list[tuple[float, float, bool]], day: float, counts: str, lasts: float | None, gap: float
) -> float:
    """What a contract finds on a day in a row of stretches in and out of a state."""
    here = next(k for k, (begin, end, _) in enumerate(stretches) if begin <= day < end)
    months = math.fsum(min(end, day) - begin for begin, end, inside in stretches[: here + 1] if inside)
    if counts == "point":
        return float(stretches[here][2])
    if counts == "months":
        return months
    assert lasts is not None
    if counts == "cumulative":
        return float(months >= lasts)
    # Spells with short breaks taken in: begin and end of each, the end not past the day.
    merged: list[list[float]] = []
    for k, (begin, end, inside) in enumerate(stretches[: here + 1]):
        if not inside:
            continue
        back = k >= 2 and begin - stretches[k - 2][1] <= gap
        if back:
            merged[-1][1] = min(end, day)
        else:
            merged.append([begin, min(end, day)])
    if counts == "any spell":
        return float(any(end - begin >= lasts for begin, end in merged))
    begin, _, inside = stretches[here]
    running = inside or (here > 0 and day - begin <= gap)
    return float(running and day - merged[-1][0] >= lasts)


def scored(now: float, before: list[float], counts: str, at_least: float | None) -> float:
    """What pays for a score: the rise since the last, the first or the best before, the score itself, or the points."""
    if counts == "points gained":
        return now - before[-1]
    assert at_least is not None
    rises = {
        "gain since last": now - before[-1],
        "gain from start": now - before[0],
        "new high": now - max(before),
        "level": now,
    }
    return float(rises[counts] >= at_least - FORGIVEN)


# What contracts see


def of_measurement(name: str, measurement: int) -> str:
    """Under which name the people of one measurement are counted."""
    return f"{name}: measurement {measurement + 1}"


def tally(looks: Mapping[str, list[Look]], cohort: str, tallies: dict[tuple[str, str, dt.date], list[float]]) -> None:
    """Add one person to the sums of worth, the people seen and the people eligible: of all and of each measurement."""
    for name, own in looks.items():
        for m, look in enumerate(own):
            if look.date is None or not look.eligible:
                continue
            for key in (name, of_measurement(name, m)):
                counted = tallies.setdefault((cohort, key, look.date), [0, 0, 0])
                if look.seen:
                    assert look.worth is not None
                    counted[0] += look.worth
                counted[1] += look.seen
                counted[2] += 1


def owed(
    scenario: Scenario, values: Mapping[str, float], people: Sequence[Mapping[str, list[Look]]]
) -> dict[tuple[int, dt.date], float]:
    """What each price list owes people who each have a most, by rule and follow-up, before price levels."""
    found: dict[tuple[int, dt.date], float] = {}
    for position, rule in enumerate(scenario.payments):
        terms = terms_of(rule)
        if not isinstance(terms, PerPersonTerms):
            continue
        here = f"payments[{position}]"
        most = values[f"{here}.most"]
        for looks in people:
            earned: dict[dt.date, float] = {}
            for name in terms.prices:
                for look in looks[name]:
                    if look.date is not None and look.seen and look.worth is not None:
                        price = values[f"{here}.prices.{name}"]
                        earned[look.date] = earned.get(look.date, 0.0) + price * max(look.worth, 0.0)
            so_far = 0.0
            for date in sorted(earned):
                paid = min(earned[date], most - so_far)
                so_far += paid
                found[position, date] = found.get((position, date), 0.0) + paid
    return found


def paid_measurements(terms: PerOutcomeTerms | PerUnitTerms | Reading) -> list[str]:
    """The names under which the people are counted for whom a price is paid."""
    if terms.measurements is None:
        return [terms.outcome]
    return [of_measurement(terms.outcome, number - 1) for number in sorted(set(terms.measurements))]


def added_up(rows: Sequence[Sequence[float]]) -> list[float]:
    """Sums of the same place in every row."""
    return [sum(column) for column in itertools.zip_longest(*rows, fillvalue=0.0)]
