"""Words of a cohort whose persons are not alone: tied to how well each is placed, to the cohort and to the year.

A tied word is uniform like any other, so that whatever reads it (a limit, a hazard, a law) keeps its chance. Where a
chance speaks only of those who are selected (completers, those behind a gate), and how well people are placed selects
them, it is calibrated by quadrature so that it holds among them.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from risksim.engine import shared
from risksim.engine.addresses import Purpose
from risksim.engine.chances import words_of_cohort
from risksim.engine.leaving import law_of
from risksim.engine.words import KeyArray, Words, limits_of, on_lanes
from risksim.kernels import dependence as kernels
from risksim.plan.layout import (
    COMPLETERS,
    ENROLLED,
    LANES,
    MEASURED,
    ByteArray,
    Dependence,
    FloatArray,
    Int16Array,
    Pairs,
    Plan,
    WordArray,
)


def words_of(plan: Plan, key: KeyArray, first_path: int, cohort: int, people: int, inputs: FloatArray) -> Words:
    """The words of a cohort on 64 paths, tied where the deal says so.

    Parameters
    ----------
    plan : Plan
        The deal.
    key : uint64[8]
        Keys of the run.
    first_path : int
        First path of the tile.
    cohort : int
        Which cohort.
    people : int
        Persons for whom there are words.
    inputs : float64[lane, input]
        Drawn inputs of the 64 paths.

    Returns
    -------
    Words
    """
    if plan.dependence is None and plan.unlike is None:
        return Words(key, first_path, cohort, people)
    return TiedWords(plan, key, first_path, cohort, people, inputs)


ALL_OF_THEM, STAYERS, LEAVERS = range(3)
"""Among whom a chance holds: all whom its outcome speaks of, those of them who stay, or those who leave."""


class Chances(NamedTuple):
    """The chances of an outcome as its tied uniform is held against them."""

    usual: FloatArray
    """float64[lane]: of those whom the evidence speaks of."""
    harder: FloatArray
    """float64[lane]: of the harder group."""


class TiedWords(Words):
    """The words of one cohort on 64 paths, and what ties its persons."""

    calibrate = staticmethod(kernels.calibrate)
    at_nodes = staticmethod(kernels.happens_at_nodes)

    def __init__(
        self, plan: Plan, key: KeyArray, first_path: int, cohort: int, people: int, inputs: FloatArray
    ) -> None:
        super().__init__(key, first_path, cohort, people)
        self.plan, self.inputs = plan, inputs
        self.tied: Dependence | None = plan.dependence
        self.chains: dict[tuple[int, int], FloatArray] = {}
        """Of each outcome lived so far and each group (usual 0, harder 1): its chance at each node, gates included."""

    def draw(self, purpose: Purpose, outcome: int = 0, occasion: int = 0) -> WordArray:
        """Words of one decision: uint32[person, lane]; of leaving and of measurement, tied."""
        words = super().draw(purpose, outcome, occasion)
        if purpose == Purpose.DROPOUT:
            return self._leaving(words)
        if purpose == Purpose.MEASUREMENT and self.tied is not None and self.tied.measurable > 0.0:
            out = np.empty_like(words)
            kernels.tie_words(words, self.tied.measurable, self.placed, out)
            return out
        return words

    # What each person is

    @cached_property
    def placed(self) -> FloatArray:
        """How well each person is placed: float64[person, lane], standard normal."""
        return self._normals(super().draw(Purpose.FRAILTY))

    @cached_property
    def harder(self) -> ByteArray:
        """Who belongs to the harder group: uint8[person, lane]."""
        out = np.zeros(self.shape, np.uint8)
        if self.has_harder:
            kernels.belongs(super().draw(Purpose.GROUP), limits_of(self._unlike("harder")), out)
        return out

    @property
    def has_harder(self) -> bool:
        """Whether this cohort has a harder group."""
        unlike = self.plan.unlike
        if unlike is None:
            return False
        return bool(unlike.harder_slot[self.cohort] >= 0 or unlike.harder_value[self.cohort] > 0.0)

    def _unlike(self, name: str) -> FloatArray:
        unlike = self.plan.unlike
        return on_lanes(
            getattr(unlike, f"{name}_slot")[self.cohort], getattr(unlike, f"{name}_value")[self.cohort], self.inputs
        )

    def _normals(self, words: WordArray) -> FloatArray:
        out = np.empty(self.shape)
        kernels.normals_of_words(words, out)
        return out

    # What a cohort and a year share

    @cached_property
    def cohort_factor(self) -> FloatArray:
        """What the people of the cohort share: float64[lane], standard normal."""
        words = words_of_cohort(self.plan, self.key, self.first_path, self.cohort, 0, LANES)
        out = np.empty((1, LANES))
        kernels.normals_of_words(words[np.newaxis], out)
        return np.ascontiguousarray(out[0])

    @cached_property
    def economy(self) -> FloatArray:
        """The economy of each calendar year: float64[year, lane]."""
        assert self.tied is not None
        return shared.economy_of(self.plan, self.key, self.first_path, LANES)

    @cached_property
    def scale(self) -> FloatArray:
        """Scale of the t-copula: float64[lane]."""
        assert self.tied is not None
        return shared.scale(self.tied, self.key, self.first_path, LANES)

    def shift(self, outcome: int, row: int | None, months: slice) -> FloatArray:
        """What cohort and year bring to a measurement: float64[month of the window, lane]."""
        tied = self.tied
        out = np.zeros((months.stop - months.start, LANES))
        if tied is not None and tied.cohort[outcome]:
            out += tied.cohort[outcome] * self.cohort_factor
        if tied is not None and tied.macro[outcome] and row is not None:
            out += tied.macro[outcome] * self.economy[tied.year[row, months] - tied.first_year]
        return out

    # Leaving

    def _leaving(self, words: WordArray) -> WordArray:
        out = words
        if self.tied is not None and self.tied.leaving > 0.0:
            out = np.empty_like(words)
            kernels.tie_words(words, self.tied.leaving, self.placed, out)
        if self.has_harder:
            drawn, out = out, np.empty_like(words)
            usual, harder = self.leaving_chances
            kernels.stretch_words(drawn, self.harder, usual, harder, out)
        return out

    @cached_property
    def leaving_chances(self) -> Chances:
        """The chance to leave the course, of the usual and of the harder group."""
        usual = law_of(self.plan, self.cohort, self.inputs).share
        harder = usual.copy()
        if self.has_harder:
            odds = self._unlike("leaving")
            harder = usual * odds / (1.0 - usual + usual * odds)
        return Chances(usual, harder)

    # Outcomes

    def ties(self, outcome: int) -> bool:
        """Whether anything ties an outcome."""
        tied = self.tied
        if self.has_harder:
            return True
        if tied is None:
            return False
        if self.plan.unlike is None and tied.by_chance[outcome]:
            return False
        paired = tied.pairs is not None and bool((tied.pairs.member == outcome).any())
        return bool(paired or tied.person[outcome] or tied.cohort[outcome] or tied.macro[outcome])

    def happens(
        self,
        outcome: int,
        row: int,
        own: FloatArray,
        months: slice,
        chances: Chances,
        enrolled_at: Int16Array,
        able: ByteArray,
        worth: FloatArray,
    ) -> None:
        """Whether an outcome is met at one measurement: own float64[person, lane], the uniforms of each person."""
        tied = self.tied
        pair = self._pair(outcome)
        uniforms = np.empty(self.shape)
        if pair >= 0:
            self._mixed(pair, own, uniforms)
        elif tied is not None:
            person = float(tied.person[outcome])
            rest = 1.0 - person**2 - float(tied.cohort[outcome]) ** 2 - float(tied.macro[outcome]) ** 2
            shift = self.shift(outcome, row, months)
            placed = self.placed if person else np.zeros(self.shape)
            kernels.tie(own, rest**0.5, person, placed, shift, tied.degrees, self.scale, enrolled_at, uniforms)
        else:
            uniforms[:] = own
        kernels.happens_below(uniforms, chances.usual, chances.harder, self.harder, able, worth)

    def better(
        self, outcome: int, row: int | None, normals: FloatArray, months: slice, enrolled_at: Int16Array
    ) -> FloatArray:
        """Normals of an amount or score, tied: float64[person, lane]."""
        tied = self.tied
        if tied is None or not (tied.person[outcome] or tied.cohort[outcome] or tied.macro[outcome]):
            return normals
        person = float(tied.person[outcome])
        macro = float(tied.macro[outcome]) if row is not None else 0.0
        rest = 1.0 - person**2 - float(tied.cohort[outcome]) ** 2 - macro**2
        out = np.zeros(self.shape)
        shift = self.shift(outcome, row, months)
        placed = self.placed if person else np.zeros(self.shape)
        kernels.tie_normals(normals, rest**0.5, person, placed, shift, tied.degrees, self.scale, enrolled_at, out)
        return out

    # Pairs

    def _pair(self, outcome: int) -> int:
        pairs = self.tied.pairs if self.tied is not None else None
        found = np.flatnonzero(pairs.member == outcome) if pairs is not None else np.empty(0)
        return int(found[0]) if found.size else -1

    def _mixed(self, member: int, own: FloatArray, out: FloatArray) -> None:
        pairs = self._pairs
        normals = np.empty((member + 1, *self.shape))
        for k in range(member):
            normals[k] = self._own_normals(int(pairs.member[k]))
        flat = np.empty(own.size)
        kernels.normals_of_uniforms(own.ravel(), flat)
        normals[member] = flat.reshape(self.shape)
        kernels.mix_pairs(pairs.root, member, normals, out)

    def _own_normals(self, outcome: int) -> FloatArray:
        if outcome < 0:
            return self._normals(super().draw(Purpose.DROPOUT))
        return self._normals(super().draw(Purpose.SUCCESS, int(self.plan.outcomes.address[outcome])))

    @property
    def _pairs(self) -> Pairs:
        assert self.tied is not None and self.tied.pairs is not None  # noqa: PT018
        return self.tied.pairs

    # Chances among those selected

    def chances(self, outcome: int, rate: FloatArray, among: int = ALL_OF_THEM) -> Chances:
        """The chances against which the tied uniforms of an outcome are held, calibrated where people are selected.

        Parameters
        ----------
        outcome : int
            Which outcome; those it waits for were asked for before.
        rate : float64[lane]
            Its success rate among those it speaks of. [1]
        among : int
            ALL_OF_THEM, or STAYERS and then LEAVERS where these have a rate of their own.
        """
        harder = rate
        if self.has_harder:
            harder = np.empty(LANES)
            kernels.chances_of_harder(rate, self._unlike("log_odds"), harder)
        found = Chances(
            self._calibrated(outcome, 0, rate, among),
            self._calibrated(outcome, 1, harder, among) if self.has_harder else rate,
        )
        for group, chance in enumerate(found if self.has_harder else found[:1]):
            self._remember(outcome, group, chance, among)
        return found if self.has_harder else found._replace(harder=found.usual)

    def _calibrated(self, outcome: int, group: int, rate: FloatArray, among: int) -> FloatArray:
        pair = self._pair(outcome)
        if pair >= 0:
            return self._calibrated_pair(outcome, pair, rate, self.leaving_chances[group], among)
        person = float(self.tied.person[outcome]) if self.tied is not None else 0.0
        weight = self._selected(outcome, group, among) if person else None
        if weight is None:
            return rate
        out = np.empty(LANES)
        self.calibrate(rate, person, self._nodes, weight, out)
        return out

    def _calibrated_pair(
        self, outcome: int, pair: int, rate: FloatArray, leaving: FloatArray, among: int
    ) -> FloatArray:
        pairs, selects = self._pairs, among != ALL_OF_THEM or self._needs_stay(outcome)
        if not selects or pairs.member[0] >= 0:
            return rate
        latent = float(pairs.root[pair, 0] * pairs.root[0, 0])
        places, weights = np.polynomial.legendre.leggauss(32)
        part = 0.5 * (places[:, np.newaxis] + 1.0)
        inside = leaving * part if among == LEAVERS else leaving + (1.0 - leaving) * part
        nodes = np.empty(inside.size)
        kernels.normals_of_uniforms(np.clip(inside, 2.0**-53, 1.0 - 2.0**-53).ravel(), nodes)
        out = np.empty(LANES)
        # A low place among those who leave is high here: staying begins where leaving ends.
        weight = np.repeat(weights[:, np.newaxis], LANES, axis=1)
        self.calibrate(rate, -latent, nodes.reshape(inside.shape), weight, out)
        return out

    @cached_property
    def _nodes(self) -> FloatArray:
        return np.repeat(shared.nodes()[0][:, np.newaxis], LANES, axis=1)

    def _gate(self, outcome: int) -> tuple[int, int]:
        own = self.plan.processes
        return (-1, -1) if own is None else (int(own.gate[outcome]), int(own.bar[outcome]))

    def _needs_stay(self, outcome: int) -> bool:
        """Whether only those who stay can meet an outcome, or the gates before it."""
        gate = self._gate(outcome)[0]
        stays = self.plan.outcomes.population[outcome] in (COMPLETERS, MEASURED)
        return bool(stays or (gate >= 0 and self._needs_stay(gate)))

    def _staying(self, leaving: FloatArray) -> FloatArray:
        """The chance to stay at each node: float64[node, lane]."""
        assert self.tied is not None
        out = np.empty_like(self._nodes)
        self.at_nodes(leaving, -self.tied.leaving, self._nodes, out)
        return 1.0 - out

    def _selected(self, outcome: int, group: int, among: int) -> FloatArray | None:
        """The part of each node of whom an outcome speaks: float64[node, lane]; None where nothing selects."""
        assert self.tied is not None
        gate, bar = self._gate(outcome)
        weight = np.repeat(shared.nodes()[1][:, np.newaxis], LANES, axis=1)
        stay, selects = self._needs_stay(outcome) or among == STAYERS, False
        staying = self._staying(self.leaving_chances[group])
        if self.tied.leaving > 0.0 and (stay or among == LEAVERS):
            weight, selects = weight * (staying if stay else 1.0 - staying), True
        if self.plan.outcomes.population[outcome] == MEASURED and self.tied.measurable > 0.0:
            cohorts = self.plan.cohorts
            hidden = on_lanes(cohorts.unmeasured_slot[self.cohort], cohorts.unmeasured_value[self.cohort], self.inputs)
            out = np.empty_like(weight)
            self.at_nodes(hidden, -self.tied.measurable, self._nodes, out)
            weight, selects = weight * (1.0 - out), True
        if (gate, group) in self.chains:
            weight, selects = weight * self.chains[gate, group], True
        if (bar, group) in self.chains:
            ruled_out = self.chains[bar, group]
            if self._needs_stay(bar) and not stay:
                ruled_out = ruled_out * (0.0 if among == LEAVERS else staying)
            weight, selects = weight * (1.0 - ruled_out), True
        return weight if selects else None

    def _remember(self, outcome: int, group: int, chance: FloatArray, among: int) -> None:
        """Keep the chance of an outcome at each node, for those that wait for it."""
        own = self.plan.processes
        if self.tied is None or own is None or not ((own.gate == outcome).any() or (own.bar == outcome).any()):
            return
        at_nodes = np.empty_like(self._nodes)
        self.at_nodes(chance, float(self.tied.person[outcome]), self._nodes, at_nodes)
        gate, bar = self._gate(outcome)
        if (gate, group) in self.chains:
            at_nodes = at_nodes * self.chains[gate, group]
        if (bar, group) in self.chains:
            at_nodes = at_nodes * (1.0 - self.chains[bar, group])
        if among != ALL_OF_THEM:
            staying = self._staying(self.leaving_chances[group])
            at_nodes = at_nodes * (staying if among == STAYERS else 1.0 - staying)
        earlier = self.chains[outcome, group] if among == LEAVERS else 0.0
        self.chains[outcome, group] = at_nodes + earlier

    # Who can be measured

    def seen(
        self, outcome: int, rate: FloatArray, worth: FloatArray, enrolled_at: Int16Array, left_at: Int16Array
    ) -> ByteArray:
        """Who can be measured where that goes with what became of them: uint8[person, lane].

        Parameters
        ----------
        outcome : int
            The outcome looked at.
        rate : float64[lane]
            Its success rate. [1]
        worth : float64[person, lane]
            What became of each person.
        enrolled_at, left_at : int16[person, lane]
            [month]
        """
        failures, leavers = self._unlike("failures"), self._unlike("leavers")
        odds, out = self.odds_of_unmeasured(outcome, rate), np.empty(self.shape, np.uint8)
        words = self.draw(Purpose.MEASUREMENT)
        kernels.seen_by_worth(words, odds, failures, leavers, worth, enrolled_at, left_at, out)
        return out

    def odds_of_unmeasured(self, outcome: int, rate: FloatArray) -> FloatArray:
        """The odds of being unmeasured of those who stay and succeed: float64[lane]; arguments as for `seen`. [1]"""
        cohorts = self.plan.cohorts
        share = on_lanes(cohorts.unmeasured_slot[self.cohort], cohorts.unmeasured_value[self.cohort], self.inputs)
        failures, leavers = self._unlike("failures"), self._unlike("leavers")
        odds = np.empty(LANES)
        kernels.unmeasured_odds(share, failures, leavers, self._cells(outcome, rate), odds)
        return odds

    def _cells(self, outcome: int, rate: FloatArray) -> FloatArray:
        """The parts of all who stay and succeed, stay and fail, leave and succeed, leave and fail: float64[4, lane]."""
        chances, leaving = self.chances(outcome, rate), self.leaving_chances
        harder = self._unlike("harder") if self.has_harder else np.zeros(LANES)
        cells = np.zeros((4, LANES))
        for chance, leaves, part in (
            (chances.usual, leaving.usual, 1.0 - harder),
            (chances.harder, leaving.harder, harder),
        ):
            cells += part * self._group_cells(outcome, chance, leaves)
        return cells

    def _group_cells(self, outcome: int, chance: FloatArray, leaves: FloatArray) -> FloatArray:
        weights = shared.nodes()[1]
        met, left = np.empty_like(self._nodes), np.empty_like(self._nodes)
        person = float(self.tied.person[outcome]) if self.tied is not None else 0.0
        self.at_nodes(chance, person, self._nodes, met)
        self.at_nodes(leaves, -self.tied.leaving if self.tied is not None else 0.0, self._nodes, left)
        can = left if self.plan.outcomes.population[outcome] == ENROLLED else np.zeros_like(left)
        stay_met, leave_met = weights @ ((1.0 - left) * met), weights @ (can * met)
        return np.array([stay_met, weights @ (1.0 - left) - stay_met, leave_met, weights @ left - leave_met])
