"""What goes together, once more: persons, cohorts, years, recessions, a harder group and who cannot be measured.

Written from `docs/reference/dependence.md`, `docs/reference/model.md` (*What goes together*),
`docs/reference/randomness.md` and the parsed `Scenario`, never from the plan, the kernels or the engine. Marks are
solved for on a fine grid of the normal scale and by bisection, not by the nodes and the method of the program.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from risksim.scenario.base import value_of
from risksim.scenario.outcomes import (
    AfterCompletion,
    AfterEnrolment,
    AmountOutcome,
    AtCompletion,
    Outcome,
    Reaches,
    moments,
)
from risksim.scenario.programme import UnlikeAssumed, Unmeasured
from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import FromRegister
from tests.reference import laws
from tests.reference.philox import (
    COHORT,
    DROPOUT,
    FRAILTY,
    GROUP,
    MACRO,
    MEASUREMENT,
    RECESSION,
    SUCCESS,
    TAIL,
    Key,
    limit,
    person_words,
    shared_place,
)

CLOSE = 1e-8
"""How near to its mark a number may lie that the twin still decides; a seed on which one lies nearer is no test."""
GRID = np.linspace(-10.0, 10.0, 801)
WEIGHTS = np.exp(-0.5 * GRID * GRID) / math.sqrt(2.0 * math.pi) * (GRID[1] - GRID[0])
"""The trapezoidal rule on the normal density, which is exact to sixteen digits."""

Signs = frozenset[Any]
Selection = dict[Signs, int]
"""A product of yes-or-no numbers as a polynomial: the factors of each term and its coefficient."""


class TooCloseError(ArithmeticError):
    """A number lies so near to its mark that the last digits of two programs decide."""


def below(found: float, mark: float) -> bool:
    """Whether a real number lies below its mark, never by its last digits."""
    if abs(found - mark) < CLOSE and 0.0 < mark < 1.0:
        raise TooCloseError(found, mark)
    return found < mark


def place(word: int) -> float:
    """The u of a word."""
    return (word + 0.5) * 2.0**-32


def normal(x: Any) -> Any:
    """The normal distribution."""
    return special.ndtr(x)


def quantile(p: Any) -> Any:
    """Its inverse."""
    return special.ndtri(p)


def said_of(number: Any) -> float:
    """A number that may stand with its origin."""
    return float(number.number if isinstance(number, FromRegister) else value_of(number))  # type: ignore[arg-type]


# What the block says


def numbers(scenario: Scenario) -> Iterator[tuple[str, tuple[Any, laws.Kind]]]:
    """The numbers of cohorts that may be uncertain, by the names of their draws."""
    for cohort in scenario.cohorts:
        here = f"cohorts[{cohort.name}]"
        if isinstance(cohort.unmeasured, Unmeasured):
            yield f"{here}.unmeasured.share", (cohort.unmeasured.share, "share")
            yield f"{here}.unmeasured.failures", (cohort.unmeasured.failures, "ratio")
            yield f"{here}.unmeasured.leavers", (cohort.unmeasured.leavers, "ratio")
        else:
            yield f"{here}.unmeasured", (cohort.unmeasured, "share")
        if isinstance(cohort.unlike_assumed, UnlikeAssumed):
            yield f"{here}.unlike_assumed.share", (cohort.unlike_assumed.share, "share")
            yield f"{here}.unlike_assumed.log_odds", (cohort.unlike_assumed.log_odds, "number")
            yield f"{here}.unlike_assumed.leaving_odds", (cohort.unlike_assumed.leaving_odds, "ratio")

    told = None if scenario.dependence is None else scenario.dependence.recession
    if told is not None:
        for key in ("yearly_chance", "spells_survive", "starts"):
            if getattr(told, key) is not None:
                yield f"dependence.recession.{key}", (getattr(told, key), "share")


def are_tied(scenario: Scenario) -> bool:
    """Whether anything goes together, or anybody is unlike the others."""
    return scenario.dependence is not None or any(
        isinstance(cohort.unmeasured, Unmeasured) or cohort.unlike_assumed is not None for cohort in scenario.cohorts
    )


def gated(outcome: Any) -> bool:
    """Whether an outcome has a gate."""
    return outcome.after is not None or outcome.unless is not None


def for_each(scenario: Scenario, said: Any, *, gates: bool) -> dict[str, float]:
    """One number for every yes or no, with or without those behind gates; or one by name."""
    if said is None:
        return {}
    if isinstance(said, dict):
        return {name: said_of(number) for name, number in said.items()}
    return {
        name: said_of(said)
        for name, outcome in scenario.personal.items()
        if isinstance(outcome, Outcome) and (gates or not gated(outcome))
    }


def mean_rate(scenario: Scenario, name: str) -> float:
    """The mean success rate."""
    return laws.mean(scenario.personal[name].success_rate, "share")  # type: ignore[attr-defined]


@functools.cache
def latent(p: float, q: float, observed: float) -> float:
    """The correlation of two normals that are on the low side of their marks with chances p and q, and together so
    often that yes and no correlate as observed."""
    if observed == 0.0 or not (0.0 < p < 1.0 and 0.0 < q < 1.0):
        return observed
    together = p * q + observed * math.sqrt(p * (1.0 - p) * q * (1.0 - q))
    a, b = float(quantile(p)), float(quantile(q))
    return float(optimize.brentq(lambda r: both_below(a, b, r) - together, -0.999999, 0.999999, xtol=1e-14))


def both_below(a: float, b: float, correlation: float) -> float:
    """The chance that both of two correlated normals lie below their marks."""
    if math.isinf(a) or math.isinf(b):
        return float(normal(a) * normal(b))
    # Plackett: the derivative in the correlation is the density at the marks.
    nodes, weights = np.polynomial.legendre.leggauss(64)
    angle = math.asin(correlation)
    angles = 0.5 * angle * (nodes + 1.0)
    sine, cosine = np.sin(angles), np.cos(angles)
    heights = np.exp(-(a * a - 2.0 * a * b * sine + b * b) / (2.0 * cosine * cosine))
    return float(normal(a) * normal(b) + 0.5 * angle * (weights * heights).sum() / (2.0 * math.pi))


# A year's economy, a recession and a tail: shared by all deals


def economy(shared: Key, path: int, first: int, last: int, stays: float) -> dict[int, float]:
    """The economy of every calendar year."""
    found: dict[int, float] = {}
    for year in range(first, last + 1):
        fresh = float(quantile(shared_place(shared, path, MACRO, year)))
        before = found.get(year - 1)
        found[year] = fresh if before is None else stays * before + math.sqrt(1.0 - stays * stays) * fresh
    return found


def recessions(
    scenario: Scenario, values: Mapping[str, float], shared: Key, path: int, day_of: Callable[[int], dt.date]
) -> list[float]:
    """The contract months in which recessions begin on a path."""
    told = None if scenario.dependence is None else scenario.dependence.recession
    if told is None:
        return []
    if told.on is not None:
        month = 0
        while day_of(month) < value_of(told.on):
            month += 1
        return [float(month)]
    chance = 1.0 - (1.0 - values["dependence.recession.yearly_chance"]) ** (1.0 / 12.0)
    found, month = [], 0
    while day_of(month) <= value_of(scenario.end):
        day = day_of(month)
        if shared_place(shared, path, RECESSION, 12 * day.year + day.month - 1) < chance:
            found.append(float(month))
        month += 1
    return found


class Weather:
    """What recessions do to the spells of somebody whose clock starts in a month of the contract."""

    def __init__(self, scenario: Scenario, values: Mapping[str, float], begins: Sequence[float], clock: int) -> None:
        told = scenario.dependence.recession  # type: ignore[union-attr]
        survive = values["dependence.recession.spells_survive"]
        over, lasts = float(int(value_of(told.over))), float(int(value_of(told.lasts)))
        self.starts = values["dependence.recession.starts"]
        self.ends = -math.log(survive) / over if survive > 0.0 else math.inf
        self.shocks = [(begin - clock, begin - clock + over) for begin in begins]
        self.troughs = [(begin - clock, begin - clock + lasts) for begin in begins]

    def end(self, begin: float, waits: float, own: Callable[[float], float], inside: bool, forever: float) -> float:
        """When what has added up since a stretch began reaches what it waits for.

        ``own(age)`` is what has added up by itself; outside it is a straight line, bent by recessions.
        """
        spans = self.shocks if inside else self.troughs
        edges = sorted({edge for span in spans for edge in span if begin < edge < forever})
        so_far = 0.0
        for low, high in itertools.pairwise([begin, *edges, forever]):
            running = sum(first <= low < last for first, last in spans)
            slower, more = (1.0, running * self.ends if running else 0.0) if inside else (self.starts**running, 0.0)
            adds = functools.partial(added, own, begin, low, slower, more)
            if so_far + adds(high) >= waits:
                return crossing(adds, waits - so_far, low, high)
            so_far += adds(high)
        return math.inf


def added(own: Callable[[float], float], begin: float, low: float, slower: float, more: float, to: float) -> float:
    """What adds up from one day of a stretch to another."""
    return slower * (own(to - begin) - own(low - begin)) + (more * (to - low) if to > low else 0.0)


def crossing(adds: Callable[[float], float], waits: float, low: float, high: float) -> float:
    """When what adds up reaches what is waited for."""
    if math.isinf(adds(high)):
        return low
    return float(optimize.brentq(lambda to: adds(to) - waits, low, high, xtol=1e-13, rtol=1e-15))


# The people of a cohort


class Ties:
    """What ties the people of one cohort on one path.

    Parameters
    ----------
    scenario : Scenario
        The deal.
    position, people : int
        Which cohort, and how many enrolled.
    values : mapping
        Every number that may be uncertain.
    key, shared : tuple
        The key of the deal, and that of what all deals share.
    path : int
        Address of the path.
    enrolled : sequence
        The contract month of each.
    day_of : callable
        The day of a contract month.
    """

    def __init__(
        self,
        scenario: Scenario,
        position: int,
        people: int,
        values: Mapping[str, float],
        key: Key,
        shared: Key,
        path: int,
        enrolled: Sequence[int],
        day_of: Callable[[int], dt.date],
    ) -> None:
        self.scenario, self.position, self.people, self.values = scenario, position, people, values
        self.key, self.path, self.enrolled, self.day_of = key, path, enrolled, day_of
        self.cohort = scenario.cohorts[position]
        self.here = f"cohorts[{self.cohort.name}]"
        told = scenario.dependence
        self.b = for_each(scenario, told and told.within_person, gates=True)
        if told is not None and not isinstance(told.within_person, dict):
            self.b = {name: math.sqrt(number) for name, number in self.b.items()}
        self.c = {
            name: math.sqrt(self.latent_share(name, number))
            for name, number in for_each(scenario, told and told.cohort_icc, gates=False).items()
        }
        self.m = {
            name: math.sqrt(number) for name, number in for_each(scenario, told and told.macro, gates=False).items()
        }
        self.staying = 0.0 if told is None else said_of(told.leaving)
        self.finding = 0.0 if told is None else said_of(told.measurable)
        self.f = [float(quantile(place(word))) for word in person_words(key, path, FRAILTY, position, people)]
        self.C = float(quantile(place(person_words(key, path, COHORT, position, 1)[0])))
        first, last = value_of(scenario.start).year, value_of(scenario.end).year + 60
        self.M = economy(shared, path, first, last, 0.5 if told is None else said_of(told.macro_persistence))
        self.scale = None
        if told is not None and told.tail is not None:
            self.scale = float(stats.chi2.ppf(shared_place(shared, path, TAIL, 0), told.tail)) / told.tail
            self.degrees = told.tail
        harder = self.cohort.unlike_assumed
        bound = limit(self.values[f"{self.here}.unlike_assumed.share"]) if harder is not None else 0
        self.harder = [word < bound for word in person_words(key, path, GROUP, position, people)]
        self.marks: dict[Any, float] = {}

    def latent_share(self, name: str, observed: float) -> float:
        """The share of a cohort on the latent scale from the observed intraclass correlation."""
        if not isinstance(self.scenario.personal[name], Outcome):
            return observed
        rate = mean_rate(self.scenario, name)
        return latent(rate, rate, observed)

    # Chances of the two groups

    def dropout(self, harder: bool) -> float:
        """The chance to leave."""
        p = self.values[f"{self.here}.dropout"]
        return odds_times(p, self.values[f"{self.here}.unlike_assumed.leaving_odds"]) if harder else p

    def rate(self, name: str, harder: bool) -> float:
        """The success rate."""
        p = self.values[f"outcomes[{name}].success_rate"]
        return odds_times(p, math.exp(-self.values[f"{self.here}.unlike_assumed.log_odds"])) if harder else p

    # Pairs

    def members(self) -> list[str]:
        """What the pairs name: leaving, then outcomes in the order of the file."""
        told = self.scenario.dependence
        named = {name for pair in (told.correlations if told else []) for name in pair.between}
        listed = [name for name in self.scenario.personal if name in named]
        return [*(["leaving"] if "leaving" in named and "leaving" not in listed else []), *listed]

    def matrix(self) -> np.ndarray:
        """The latent correlations of the members."""
        members = self.members()
        found = np.eye(len(members))
        for pair in self.scenario.dependence.correlations:  # type: ignore[union-attr]
            i, j = (members.index(name) for name in pair.between)
            if pair.latent is not None:
                number = said_of(pair.latent)
            else:
                number = latent(*(self.mean_chance(name) for name in pair.between), said_of(pair.observed))
            found[i, j] = found[j, i] = number
        return found

    def mean_chance(self, name: str) -> float:
        if name == "leaving" and name not in self.scenario.personal:
            return laws.mean(self.cohort.dropout, "share")
        return mean_rate(self.scenario, name)

    def paired(self, name: str, i: int) -> float:
        """The uniform of a member of the pairs."""
        members = self.members()
        root = np.linalg.cholesky(self.matrix())
        own = [
            float(
                quantile(place(self.word(DROPOUT, None, i) if member == "leaving" else self.word(SUCCESS, member, i)))
            )
            for member in members
        ]
        row = root[members.index(name)]
        return float(normal(sum(row[k] * own[k] for k in range(len(own)))))

    def with_leaving(self, name: str) -> float:
        """How far a member goes with leaving, where the pairs say so."""
        members = self.members()
        if members[:1] != ["leaving"] or name not in members:
            return 0.0
        return float(self.matrix()[0, members.index(name)])

    # Words

    @functools.cached_property
    def _words(self) -> dict[Any, list[int]]:
        return {}

    def word(self, purpose: int, name: str | None, i: int, occasion: int = 0) -> int:
        """A person's own word."""
        kept = self._words
        address = purpose, name, occasion
        if address not in kept:
            kept[address] = person_words(self.key, self.path, purpose, self.position, self.people, name, occasion)
        return kept[address][i]

    def tied_word(self, purpose: int, i: int, loading: float) -> int:
        """A word of leaving, or of not being measurable, that goes with how well a person is placed."""
        word = self.word(purpose, None, i)
        if loading == 0.0:
            return word
        own = math.sqrt(1.0 - loading * loading)
        return whole_word(float(normal(own * quantile(place(word)) + loading * self.f[i])))

    def leaving_word(self, i: int) -> int:
        """A person's word of leaving, to be held against the chance of the others."""
        word = self.tied_word(DROPOUT, i, self.staying)
        if self.members()[:1] == ["leaving"]:
            word = whole_word(self.paired("leaving", i))
        p, q = self.dropout(False), self.dropout(self.harder[i])
        if p == q or not 0.0 < p < 1.0:
            return word
        u = place(word)
        return whole_word(u * p / q if u < q else p + (u - q) * (1.0 - p) / (1.0 - q))

    # Who is selected

    def day(self, name: str, m: int, enrolled: int) -> tuple[dt.date | None, dt.date]:
        """The day of a measurement, None where there is none for this person, and the day that the file says."""
        outcome = self.scenario.personal[name]
        if isinstance(outcome, Reaches):
            return self.day(outcome.reads, m, enrolled)
        moment, duration = moments(outcome.measured)[m], int(value_of(self.cohort.duration))
        match outcome.measured:
            case AtCompletion():
                said = self.day_of(enrolled + duration)
            case AfterEnrolment():
                said = self.day_of(enrolled + int(moment))
            case AfterCompletion():
                said = self.day_of(enrolled + duration + int(moment))
            case _:
                course = duration if outcome.of in ("completers", "measured") else 0
                return (moment if self.day_of(enrolled + course) <= moment else None), moment
        return said, said

    def met(self, name: str, enrolled: int, upto: dt.date) -> Selection:
        """Whether the latest measurement of an outcome up to a day was met."""
        outcome = self.scenario.personal[name]
        source = self.scenario.personal[outcome.reads] if isinstance(outcome, Reaches) else outcome
        known = []
        for m in range(len(moments(source.measured))):
            day, _ = self.day(name, m, enrolled)
            if day is not None and day <= upto:
                known.append(m)
        if not known:
            return {}
        drawn = {frozenset([("drawn", name, known[-1])]): 1}
        return times(self.reached(name, enrolled, self.day(name, known[-1], enrolled)[1]), drawn)

    def reached(self, name: str, enrolled: int, said: dt.date) -> Selection:
        """Whether a person can meet an outcome: did not leave, and passes the gates."""
        outcome = self.scenario.personal[name]
        found: Selection = {frozenset(): 1}
        if outcome.of in ("completers", "measured"):
            found = {frozenset(["stays"]): 1}
        if outcome.after is not None:
            found = times(found, self.met(outcome.after, enrolled, said))
        if outcome.unless is not None:
            found = less(found, times(found, self.met(outcome.unless, enrolled, said)))
        return found

    def spoken_of(self, name: str, enrolled: int, said: dt.date) -> Selection:
        """Whether a success rate speaks of a person."""
        found = self.reached(name, enrolled, said)
        if self.scenario.personal[name].of == "measured" and not isinstance(self.cohort.unmeasured, Unmeasured):
            found = times(found, {frozenset(["measurable"]): 1})
        return found

    def given_f(self, sign: Any, enrolled: int, harder: bool) -> np.ndarray:
        """The chance of one yes or no by how well a person is placed."""
        if sign == "stays":
            return 1.0 - tied_chance(self.dropout(harder), self.staying)
        if sign == "measurable":
            return 1.0 - tied_chance(self.values[f"{self.here}.unmeasured"], self.finding)
        _, name, m = sign
        outcome, b = self.scenario.personal[name], self.b.get(name, 0.0)
        if not isinstance(outcome, Outcome):
            return self.others_given_f(name)
        return np.asarray(normal((self.mark(name, m, enrolled, harder) + b * GRID) / math.sqrt(1.0 - b * b)))

    def others_given_f(self, name: str) -> np.ndarray:
        """The chance of an amount to reach a goal by how well a person is placed; what has no tie drops out."""
        outcome = self.scenario.personal[name]
        read = getattr(outcome, "reads", name)
        if self.b.get(read, 0.0) == 0.0:
            return np.full(GRID.shape, 0.5)
        source = self.scenario.personal[read]
        if not isinstance(outcome, Reaches) or not isinstance(source, AmountOutcome) or outcome.always:
            raise NotImplementedError(name)
        law = source.amount
        if (law.least is not None and law.least >= outcome.at_least) or (
            law.most is not None and law.most < outcome.at_least
        ):
            return np.full(GRID.shape, float(law.most is None or law.most >= outcome.at_least))
        short = laws.frozen(law.each, "number").cdf(outcome.at_least - self.values[f"outcomes[{read}].amount.shift"])
        return 1.0 - tied_chance(float(short), self.b[read])

    def chance_selected(self, selection: Selection, enrolled: int, harder: bool) -> np.ndarray:
        """The chance to be selected by how well a person is placed."""
        total = np.zeros(GRID.shape)
        for signs, coefficient in selection.items():
            shared = [sign for sign in signs if isinstance(sign, tuple) and (sign[1] in self.c or sign[1] in self.m)]
            if len(shared) > 1:
                product = self.together(shared, enrolled, harder)
                signs = signs - set(shared)
            else:
                product = np.ones(GRID.shape)
            for sign in signs:
                product = product * self.given_f(sign, enrolled, harder)
            total += coefficient * product
        return total

    def together(self, signs: Sequence[Any], enrolled: int, harder: bool) -> np.ndarray:
        """The chance that several outcomes that share a cohort or a year are met, by how well a person is placed."""
        years = sorted({self.day(name, m, enrolled)[1].year for _, name, m in signs if name in self.m})
        stays = said_of(self.scenario.dependence.macro_persistence)  # type: ignore[union-attr]
        root = np.linalg.cholesky([[stays ** abs(y - x) for x in years] for y in years]) if years else np.zeros((0, 0))
        nodes, weights = np.polynomial.hermite_e.hermegauss(24)
        weights = weights / weights.sum()
        total = np.zeros(GRID.shape)
        for which in itertools.product(range(len(nodes)), repeat=1 + len(years)):
            drawn = nodes[list(which)]
            economies = dict(zip(years, root @ drawn[1:], strict=True))
            product = np.full(GRID.shape, float(np.prod(weights[list(which)])))
            for _, name, m in signs:
                b, c, m_ = (loads.get(name, 0.0) for loads in (self.b, self.c, self.m))
                moved = self.mark(name, m, enrolled, harder) + b * GRID + c * drawn[0]
                if m_:
                    moved = moved + m_ * economies[self.day(name, m, enrolled)[1].year]
                product = product * normal(moved / math.sqrt(1.0 - b * b - c * c - m_ * m_))
            total += product
        return total

    def mark(self, name: str, m: int, enrolled: int, harder: bool) -> float:
        """The mark on the normal scale below which an outcome is met."""
        said = self.day(name, m, enrolled)[1]
        address = name, m, enrolled, harder
        if address in self.marks:
            return self.marks[address]
        p, b = self.rate(name, harder), self.b.get(name, 0.0)
        found = float(quantile(p))
        selection, r = self.spoken_of(name, enrolled, said), self.with_leaving(name)
        q = self.dropout(harder)
        if 0.0 < p < 1.0 and r != 0.0 and any("stays" in signs for signs in selection) and 0.0 < q < 1.0:
            d = float(quantile(q))
            found = root_of(lambda a: (float(normal(a)) - both_below(a, d, r)) - p * (1.0 - q))
        elif 0.0 < p < 1.0 and b != 0.0 and selection and list(selection) != [frozenset()]:
            w = WEIGHTS * self.chance_selected(selection, enrolled, harder)
            if w.sum() > 1e-12:
                own = math.sqrt(1.0 - b * b)
                found = root_of(lambda a: float((w * normal((a + b * GRID) / own)).sum()) - p * float(w.sum()))
        self.marks[address] = found
        return found

    # What happens

    def is_tied(self, name: str) -> bool:
        """Whether an outcome goes with a person, a cohort or a year."""
        return any(loads.get(name, 0.0) != 0.0 for loads in (self.b, self.c, self.m))

    def year(self, name: str, m: int, i: int) -> float:
        """The economy of the year of a measurement."""
        return self.M[self.day(name, m, self.enrolled[i])[1].year]

    def happens(self, name: str) -> list[list[float]]:
        """A yes or no at each measurement, by person, before gates are held against it."""
        outcome = self.scenario.personal[name]
        assert isinstance(outcome, Outcome)
        rows: list[list[float]] = [[] for _ in range(outcome.times)]
        stays = outcome.persistence
        b, c, m_ = (loads.get(name, 0.0) for loads in (self.b, self.c, self.m))
        by_cohort = c != 0.0 and b == 0.0 and m_ == 0.0 and self.cohort_wise()
        for i in range(self.people):
            untied, met = 0.5, 0.0
            for m in range(outcome.times):
                word = self.word(SUCCESS, name, i, m)
                chance = self.rate(name, self.harder[i])
                if name in self.members():
                    mark = self.mark(name, m, self.enrolled[i], self.harder[i])
                    met = float(below(self.paired(name, i), float(normal(mark))))
                elif by_cohort or not (self.is_tied(name) or self.cohort.unlike_assumed):
                    if by_cohort:
                        chance = self.in_cohort(chance, c)
                    if m > 0 and stays is not None:
                        chance = chance + stays * (1.0 - chance) if met else chance * (1.0 - stays)
                    met = float(word < limit(chance))
                else:
                    v = place(word)
                    if m == 0 or stays is None:
                        untied = v
                    elif not below(v, stays):
                        untied = (v - stays) / (1.0 - stays)
                    own = math.sqrt(1.0 - b * b - c * c - m_ * m_)
                    z = own * float(quantile(untied)) - b * self.f[i] - c * self.C - m_ * self.year(name, m, i)
                    mark = self.mark(name, m, self.enrolled[i], self.harder[i])
                    met = float(below(self.put_back(z), float(normal(mark))))
                rows[m].append(met)
        return rows

    def cohort_wise(self) -> bool:
        """Whether no cohort of the deal has a harder group or an unmeasured block."""
        return all(
            cohort.unlike_assumed is None and not isinstance(cohort.unmeasured, Unmeasured)
            for cohort in self.scenario.cohorts
        )

    def in_cohort(self, p: float, c: float) -> float:
        """The chance of everybody in a cohort."""
        if not 0.0 < p < 1.0:
            return p
        own = math.sqrt(1.0 - c * c)
        if self.scale is None:
            return float(normal((quantile(p) + c * self.C) / own))
        mark = float(special.stdtrit(self.degrees, p)) * math.sqrt(self.scale)
        return float(normal((mark + c * self.C) / own))

    def put_back(self, z: float) -> float:
        """A tied number as a uniform."""
        if self.scale is None:
            return float(normal(z))
        return float(special.stdtr(self.degrees, z / math.sqrt(self.scale)))

    def normal_place(self, name: str, m: int | None, i: int, own: float) -> float:
        """The place of an amount or a score on the normal scale; a score at enrolment has no year."""
        b, c, m_ = (loads.get(name, 0.0) for loads in (self.b, self.c, self.m))
        if not self.is_tied(name):
            return own
        if m is None:
            m_ = 0.0
        z = math.sqrt(1.0 - b * b - c * c - m_ * m_) * own + b * self.f[i] + c * self.C
        if m is not None:
            z += m_ * self.year(name, m, i)
        return z if self.scale is None else float(quantile(self.put_back(z)))

    # Who cannot be measured

    def measurable(self, left: Sequence[bool], met: Sequence[bool]) -> list[bool]:
        """Whether each can be measured, by whether they left and met the outcome that decides."""
        words = [self.tied_word(MEASUREMENT, i, self.finding) for i in range(self.people)]
        if not isinstance(self.cohort.unmeasured, Unmeasured):
            bound = limit(self.values[f"{self.here}.unmeasured"])
            return [word >= bound for word in words]
        here = f"{self.here}.unmeasured"
        odds = {
            (gone, success): (self.values[f"{here}.leavers"] if gone else 1.0)
            * (1.0 if success else self.values[f"{here}.failures"])
            for gone in (False, True)
            for success in (False, True)
        }
        first = self.base_odds(odds)
        found = []
        for i, word in enumerate(words):
            o = first * odds[left[i], met[i]]
            found.append(not below(place(word), o / (1.0 + o) if math.isfinite(o) else 1.0))
        return found

    def base_odds(self, odds: Mapping[tuple[bool, bool], float]) -> float:
        """The odds of those who stay and succeed, so that the share of all is as said."""
        share = self.values[f"{self.here}.unmeasured.share"]
        if share <= 0.0:
            return 0.0
        if share >= 1.0:
            return math.inf
        cells = self.cells()

        def excess(logarithm: float) -> float:
            total = 0.0
            for which, density in cells.items():
                o = math.exp(logarithm) * odds[which]
                total += float((density * tied_chance(o / (1.0 + o), self.finding)).sum())
            return total - share

        return math.exp(float(optimize.brentq(excess, -60.0, 60.0, xtol=1e-13)))

    def cells(self) -> dict[tuple[bool, bool], np.ndarray]:
        """How the enrolled fall into leavers and successes, by how well they are placed."""
        name = self.cohort.unmeasured.outcome  # type: ignore[union-attr]
        speaks_of_leavers = self.scenario.personal[name].of == "enrolled"
        found = {(gone, met): np.zeros(GRID.shape) for gone in (False, True) for met in (False, True)}
        h = self.values.get(f"{self.here}.unlike_assumed.share", 0.0)
        for harder, weight in ((False, 1.0 - h), (True, h)):
            if weight == 0.0:
                continue
            stays = self.given_f("stays", 0, harder)
            succeeds = self.given_f(("drawn", name, 0), 0, harder)
            both = stays * succeeds
            r, q = self.with_leaving(name), self.dropout(harder)
            if r != 0.0 and 0.0 < q < 1.0:
                mark = self.mark(name, 0, 0, harder)
                both = np.full(GRID.shape, float(normal(mark)) - both_below(mark, float(quantile(q)), r))
            met_and_left = succeeds - both if speaks_of_leavers else np.zeros(GRID.shape)
            for which, chance in {
                (False, True): both,
                (False, False): stays - both,
                (True, True): met_and_left,
                (True, False): 1.0 - stays - met_and_left,
            }.items():
                found[which] = found[which] + weight * WEIGHTS * chance
        return found


def odds_times(p: float, factor: float) -> float:
    """A chance whose odds are so many times as high."""
    return p * factor / (1.0 - p + p * factor)


def tied_chance(p: float, loading: float) -> np.ndarray:
    """The chance that a tied word lies below a limit, by how well a person is placed."""
    if not 0.0 < p < 1.0:
        return np.full(GRID.shape, p)
    return np.asarray(normal((quantile(p) - loading * GRID) / math.sqrt(1.0 - loading * loading)))


def whole_word(u: float) -> int:
    """A uniform as a word, cut."""
    return min(max(math.floor(u * 2.0**32), 0), 2**32 - 2)


def root_of(function: Callable[[float], float]) -> float:
    """Where a rising function is zero."""
    return float(optimize.brentq(function, -40.0, 40.0, xtol=1e-13))


def times(one: Selection, other: Selection) -> Selection:
    """The product of two polynomials of yes-or-no numbers."""
    found: Selection = {}
    for a, x in one.items():
        for b, y in other.items():
            found[a | b] = found.get(a | b, 0) + x * y
    return {signs: number for signs, number in found.items() if number}


def less(one: Selection, other: Selection) -> Selection:
    """The difference of two."""
    found = dict(one)
    for signs, number in other.items():
        found[signs] = found.get(signs, 0) - number
    return {signs: number for signs, number in found.items() if number}
