"""The fates of deals whose people are otherwise lived one by one: what may become of each, and with which chance.

The law is that of lives (`risksim.engine.lives`): given the inputs of a path and what a cohort and a year share, people
are independent and alike. What goes together in one person is integrated out at the nodes at which chances among those
who are selected are calibrated too.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np

from risksim.engine import shared as world
from risksim.engine.chances import rates_in, words_of_cohort
from risksim.engine.dependence import ALL_OF_THEM, LEAVERS, STAYERS, TiedWords
from risksim.engine.fate_tables import (
    Component,
    Pool,
    Tables,
    alike,
    before_leaving,
    has_harder,
    lasts,
    leavers_succeed,
    looks_at,
    obstacle,
    rows_of,
    tables_of,
    worth_of_first,
)
from risksim.engine.fates import Chances, Fates
from risksim.engine.leaving import Law, law_of
from risksim.engine.words import KeyArray
from risksim.kernels import dependence as ties
from risksim.kernels import fates as kernels
from risksim.kernels.chances import enrolled_on_paths
from risksim.kernels.normal import uniforms_of_words
from risksim.plan.layout import BY_SHARE, EVENLY, EVENT, LANES, NEVER, FloatArray, Plan

__all__ = ["Shared", "chances_of", "fates_of", "obstacle"]

PIECES = 32
"""Places at which leaving is integrated beside what may happen in any month."""

AT_A_TIME = 4_096
"""Paths whose chances are worked out at a time, so that they stay in the cache; a multiple of 64."""


class Shared(NamedTuple):
    """What the people of a cohort share on some paths, where that is not drawn by address. All standard normal."""

    cohort: FloatArray | None = None
    """float64[path]: what the cohort shares."""
    economy: FloatArray | None = None
    """float64[year, path]: the economy of each year, as `risksim.engine.shared.economy` has it."""
    sites: FloatArray | None = None
    """float64[row, path]: how far a site lies from the mean of sites, by row of `Plan.sites`."""


def fates_of(plan: Plan, cohort: int) -> Fates:
    """The fates of one cohort of a deal without obstacle.

    Parameters
    ----------
    plan : Plan
        The deal.
    cohort : int
        Which cohort.

    Returns
    -------
    Fates
        Its first component has one pattern, which everybody meets: what the pool alone decides.
    """
    return tables_of(plan, cohort).fates


def chances_of(
    plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray, shared: Shared | None = None
) -> Chances:
    """The chances of the fates of one cohort on some paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    key : uint64[8]
        Keys of the run.
    first_path : int
        First path, a multiple of 64.
    cohort : int
        Which cohort.
    inputs : float64[path, input]
        Drawn inputs of a multiple of 64 paths.
    shared : Shared, optional
        What people share; what is left out is drawn by address, as for lives.

    Returns
    -------
    Chances
    """
    tables, n_paths, cohorts = tables_of(plan, cohort), inputs.shape[0], plan.cohorts
    n_pools, n_patterns = len(tables.pools), int(tables.fates.first_pattern[-1])
    pool, pattern = np.empty((n_paths, n_pools)), np.empty((n_paths, n_patterns, n_pools))
    n_enrolled = np.empty(n_paths, dtype=np.int32)
    for at in range(0, n_paths, AT_A_TIME):
        here = slice(at, min(at + AT_A_TIME, n_paths))
        part = None if shared is None else Shared(*(each if each is None else each[..., here] for each in shared))
        paths = _Paths(plan, key, first_path + at, cohort, inputs[here], part or Shared())
        _fill(paths, tables, pool[here], pattern[here])
        ratio = paths.column(cohorts.ratio_slot[cohort], cohorts.ratio_value[cohort])
        enrolled_on_paths(cohorts.places[cohort], ratio, n_enrolled[here])
    return Chances(n_enrolled.astype(np.int64), pool, pattern)


def _fill(paths: _Paths, tables: Tables, pool: FloatArray, pattern: FloatArray) -> None:
    """The chances of pools and patterns: pool float64[path, pool], pattern float64[path, pattern, pool]."""
    at_nodes = np.stack([_at_nodes(paths, tables, each) for each in tables.pools])
    weights = paths.weights if at_nodes.shape[1] > 1 else np.ones(1)
    pool[:] = np.einsum("n,anp->ap", weights, at_nodes).T
    pattern[:, 0] = 1.0
    for place, component in enumerate(tables.components):
        first = int(tables.fates.first_pattern[tables.first + place])
        kernels.share_out_patterns(_Outcomes(paths, tables, component).patterns(at_nodes), first, pattern)


def _marks(chances: FloatArray) -> FloatArray:
    out = np.empty(chances.size)
    kernels.marks_of_chances(np.ascontiguousarray(chances), out)
    return out


def _below(marks: FloatArray) -> FloatArray:
    out = np.empty(marks.size)
    kernels.chances_of_marks(np.ascontiguousarray(marks).ravel(), out)
    return out.reshape(marks.shape)


class _Ties(TiedWords):
    """What ties people, of which only the chances are asked: these need not be the bits of lives."""

    calibrate = staticmethod(kernels.calibrate_together)
    at_nodes = staticmethod(kernels.chances_at_nodes)


class _Paths:
    """What some paths say of one cohort."""

    def __init__(
        self, plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray, shared: Shared
    ) -> None:
        self.plan, self.key, self.first_path, self.cohort = plan, key, first_path, cohort
        self.inputs, self.shared = inputs, shared
        self.tied = plan.dependence
        self.n_paths = inputs.shape[0]

    def column(self, slot: int, value: float) -> FloatArray:
        """A number of the plan: float64[path]."""
        return np.ascontiguousarray(self.inputs[:, slot]) if slot >= 0 else np.full(self.n_paths, float(value))

    def number(self, outcome: int, which: int) -> FloatArray:
        """A number of an outcome: float64[path]."""
        assert self.plan.processes is not None
        at = self.plan.processes.first_number[outcome] + which
        return self.column(self.plan.processes.number_slot[at], self.plan.processes.number_value[at])

    def certain(self, outcome: int, which: int) -> float:
        """A number of an outcome that is never uncertain."""
        assert self.plan.processes is not None
        return float(self.plan.processes.number_value[self.plan.processes.first_number[outcome] + which])

    def unlike(self, name: str) -> FloatArray:
        """A number of who is unlike whom in the cohort: float64[path]."""
        own = self.plan.unlike
        return self.column(getattr(own, f"{name}_slot")[self.cohort], getattr(own, f"{name}_value")[self.cohort])

    # What is shared

    @cached_property
    def nodes(self) -> FloatArray:
        """How well a person may be placed: float64[node]."""
        return world.nodes()[0]

    @cached_property
    def weights(self) -> FloatArray:
        """How many persons each node stands for: float64[node]. [1]"""
        return world.nodes()[1]

    @cached_property
    def cohort_factor(self) -> FloatArray:
        """What the cohort shares: float64[path]."""
        if self.shared.cohort is not None:
            return self.shared.cohort
        return self._factor_of(0)

    def _factor_of(self, outcome: int) -> FloatArray:
        words = words_of_cohort(self.plan, self.key, self.first_path, self.cohort, outcome, self.n_paths)
        uniforms, out = np.empty(self.n_paths), np.empty(self.n_paths)
        uniforms_of_words(words.reshape(-1, LANES), uniforms)
        ties.normals_of_uniforms(uniforms, out)
        return out

    @cached_property
    def economy(self) -> FloatArray:
        """The economy of each year: float64[year, path]."""
        if self.shared.economy is not None:
            return self.shared.economy
        return world.economy_of(self.plan, self.key, self.first_path, self.n_paths)

    # Rates

    def rate(self, outcome: int) -> FloatArray:
        """The success rate of an outcome in the cohort: float64[path]. [1]"""
        outcomes, sites = self.plan.outcomes, self.plan.sites
        if self.shared.cohort is None and self.shared.sites is None:
            if self._rates is not None:
                return np.ascontiguousarray(self._rates[:, outcome])
            return self.column(outcomes.rate_slot[outcome], outcomes.rate_value[outcome])
        rate = self.column(outcomes.rate_slot[outcome], outcomes.rate_value[outcome])
        if sites is not None and (sites.outcome == outcome).any():
            row = int(np.flatnonzero(sites.outcome == outcome)[0])
            mean = self.column(sites.mean_slot[row], sites.mean_value[row])
            spread = self.column(sites.spread_slot[row], sites.spread_value[row])
            own = self.shared.sites
            place = own[row] if own is not None else self._factor_of(int(outcomes.address[outcome]))
            rate = 1.0 / (1.0 + np.exp(-(mean + spread * place)))
        if self.tied is not None and self.plan.unlike is None and self.tied.by_chance[outcome]:
            loading = float(self.tied.cohort[outcome])
            rate = _below((_marks(rate) + loading * self.cohort_factor) / math.sqrt(1.0 - loading**2))
        return rate

    @cached_property
    def _rates(self) -> FloatArray | None:
        return rates_in(self.plan, self.key, self.first_path, self.cohort, self.inputs)

    # Chances as they are held against what ties people

    def ties(self, outcome: int) -> bool:
        """Whether anything ties an outcome."""
        if self.plan.dependence is None and self.plan.unlike is None:
            return False
        return self._words(0).ties(outcome)

    def _words(self, at: int) -> _Ties:
        """Words of 64 paths, of which only the chances are asked."""
        return _Ties(self.plan, self.key, self.first_path + at, self.cohort, 1, self.inputs[at : at + LANES])

    @cached_property
    def _tiles(self) -> list[_Ties] | None:
        """Words of which only the chances are asked, 64 paths each; None where nothing is tied."""
        if self.plan.dependence is None and self.plan.unlike is None:
            return None
        return [self._words(at) for at in range(0, self.n_paths, LANES)]

    def held(self, outcome: int, among: int, harder: int) -> FloatArray:
        """The chance against which an outcome is held: float64[path]. [1]"""
        return self._held[outcome, among][harder]

    @cached_property
    def _held(self) -> dict[tuple[int, int], tuple[FloatArray, FloatArray]]:
        found: dict[tuple[int, int], tuple[FloatArray, FloatArray]] = {}
        order = range(self.plan.outcomes.address.size) if self.plan.processes is None else self.plan.processes.order
        for outcome in map(int, order):
            rate = self.rate(outcome)
            if leavers_succeed(self.plan, outcome):
                found[outcome, STAYERS] = self._chances(outcome, rate, STAYERS)
                found[outcome, LEAVERS] = self._chances(outcome, self.number(outcome, 1) * rate, LEAVERS)
            else:
                found[outcome, ALL_OF_THEM] = self._chances(outcome, rate, ALL_OF_THEM)
        return found

    def _chances(self, outcome: int, rate: FloatArray, among: int) -> tuple[FloatArray, FloatArray]:
        if not self.ties(outcome):
            return rate, rate
        assert self._tiles is not None
        if not self._selects:
            return rate, self._of_harder(rate)
        usual, harder = np.empty(self.n_paths), np.empty(self.n_paths)
        for tile, words in enumerate(self._tiles):
            lanes = slice(tile * LANES, (tile + 1) * LANES)
            usual[lanes], harder[lanes] = words.chances(outcome, np.ascontiguousarray(rate[lanes]), among)
        return usual, harder

    @cached_property
    def _selects(self) -> bool:
        """Whether how well people are placed may select those of whom an outcome speaks."""
        tied, own = self.tied, self.plan.processes
        if tied is None or not tied.person.any():
            return False
        waits = own is not None and bool((own.gate >= 0).any() or (own.bar >= 0).any())
        return waits or tied.leaving > 0.0 or tied.measurable > 0.0

    def _of_harder(self, rate: FloatArray) -> FloatArray:
        if not has_harder(self.plan, self.cohort):
            return rate
        odds = np.exp(-self.unlike("log_odds"))
        return rate * odds / (1.0 - rate + rate * odds)

    # Leaving, moving, being measurable

    def law(self, *, together: bool = True) -> Law:
        """How people leave: its arrays are float64[path]."""
        own = self.plan.leaving
        if own is None or own.way[self.cohort] == EVENLY or (own.way[self.cohort] == BY_SHARE and self._plain_share):
            cohorts = self.plan.cohorts
            share = self.column(cohorts.dropout_slot[self.cohort], cohorts.dropout_value[self.cohort])
            return Law(EVENLY, share, np.zeros(self.n_paths), 1.0)
        laws = [
            law_of(self.plan, self.cohort, self.inputs[at : at + LANES], together=together)
            for at in range(0, self.n_paths, LANES)
        ]
        share, rate = (np.concatenate([getattr(law, name) for law in laws]) for name in ("share", "rate"))
        return laws[0]._replace(share=share, rate=rate)

    @property
    def _plain_share(self) -> bool:
        """Whether only the share who leave counts, and it is said."""
        assert self.plan.leaving is not None
        n_outcomes = self.plan.outcomes.address.size
        waits = any(before_leaving(self.plan, outcome) for outcome in range(n_outcomes))
        return not self.plan.leaving.reckoned[self.cohort] and not waits

    @cached_property
    def share_who_leave(self) -> tuple[FloatArray, FloatArray]:
        """The share who leave, of the usual and of the harder group: float64[path] each. [1]"""
        usual = self.law().share
        if not has_harder(self.plan, self.cohort):
            return usual, usual
        odds = self.unlike("leaving")
        return usual, usual * odds / (1.0 - usual + usual * odds)

    def stays_here(self, months: int) -> FloatArray:
        """The share that has not moved away after some months: float64[path]. [1]"""
        if months == NEVER:
            return np.zeros(self.n_paths)
        own = self.plan.leaving
        assert own is not None
        yearly = self.column(own.yearly_slot[self.cohort], own.yearly_value[self.cohort])
        return np.asarray(np.exp(months / 12.0 * np.log1p(-np.minimum(yearly, 1.0 - 2.0**-53))))

    @cached_property
    def hidden(self) -> FloatArray:
        """The share that cannot be measured, where nothing says who: float64[path]. [1]"""
        cohorts = self.plan.cohorts
        return self.column(cohorts.unmeasured_slot[self.cohort], cohorts.unmeasured_value[self.cohort])

    def at_nodes(self, chance: FloatArray, loading: float) -> FloatArray:
        """A chance at each node of how well people are placed: float64[node or 1, path]. [1]"""
        if not loading:
            return chance[np.newaxis]
        marks = _marks(chance)[np.newaxis] - loading * self.nodes[:, np.newaxis]
        return _below(marks / math.sqrt(1.0 - loading**2))

    @cached_property
    def leaves_at_nodes(self) -> tuple[FloatArray, FloatArray]:
        """The chance to leave at each node, of the usual and of the harder group: float64[node or 1, path] each. [1]"""
        loading = 0.0 if self.tied is None else self.tied.leaving
        usual, harder = self.share_who_leave
        at_nodes = self.at_nodes(usual, loading)
        return at_nodes, at_nodes if harder is usual else self.at_nodes(harder, loading)

    @cached_property
    def hidden_at_nodes(self) -> FloatArray:
        """The chance to be unmeasured at each node: float64[node or 1, path]. [1]"""
        return self.at_nodes(self.hidden, 0.0 if self.tied is None else self.tied.measurable)

    @cached_property
    def odds_of_unmeasured(self) -> FloatArray:
        """The odds of being unmeasured of those who stay and succeed: float64[path]. [1]"""
        outcome = looks_at(self.plan, self.cohort)
        rate, out = self.rate(outcome), np.empty(self.n_paths)
        assert self._held  # chances of what an outcome waits for come first
        assert self._tiles is not None
        for tile, words in enumerate(self._tiles):
            lanes = slice(tile * LANES, (tile + 1) * LANES)
            out[lanes] = words.odds_of_unmeasured(outcome, np.ascontiguousarray(rate[lanes]))
        return out


def _at_nodes(paths: _Paths, tables: Tables, pool: Pool) -> FloatArray:
    """The chance of a pool at each node: float64[node or 1, path]. [1]"""
    plan, cohort, tied = paths.plan, paths.cohort, paths.tied
    leaving, measurable = (0.0, 0.0) if tied is None else (tied.leaving, tied.measurable)
    nodes = paths.nodes.size if leaving or measurable else 1
    out = np.ones((nodes, paths.n_paths))
    if has_harder(plan, cohort):
        harder = paths.unlike("harder")
        out *= harder if pool.harder else 1.0 - harder
    if pool.month_class >= 0:
        out *= tables.fates.class_chance[pool.month_class]
    if pool.own >= 0:
        leaves = paths.leaves_at_nodes[pool.harder]
        out *= leaves if pool.own else 1.0 - leaves
    if pool.moved != NEVER:
        out *= paths.stays_here(pool.moved) - paths.stays_here(pool.before)
    if pool.seen >= 0:
        hidden = paths.hidden_at_nodes
        out *= 1.0 - hidden if pool.seen else hidden
    return out


class _Base(NamedTuple):
    """A chance on which factors are built: the normal distribution at ``level + slope * node``, or the level itself."""

    level: FloatArray
    """float64[path]."""
    slope: float = 0.0
    tied: bool = False


class _Outcomes:
    """The chances of one component on some paths."""

    def __init__(self, paths: _Paths, tables: Tables, component: Component) -> None:
        self.paths, self.tables, self.component = paths, tables, component
        self.plan = paths.plan
        self.hides = component.decisions[-1].outcome < 0
        self.minds_leaving = self.hides or any(
            leavers_succeed(self.plan, k) or before_leaving(self.plan, k) for k in component.outcomes
        )

    def patterns(self, at_nodes: FloatArray) -> FloatArray:
        """Chances that pool and pattern meet: at_nodes float64[pool, node, path] -> float64[pool, pattern, path]."""
        component = self.component
        out = np.zeros((at_nodes.shape[0], component.n_patterns, at_nodes.shape[2]))
        if component.certain >= 0:
            out[:, component.certain] = 1.0
            return out
        alike_pools: dict[Pool, list[int]] = {}
        for place, pool in enumerate(self.tables.pools):
            alike_pools.setdefault(self._what_matters(pool), []).append(place)
        for pool, places in alike_pools.items():
            out[places] = self._in_pool(pool, at_nodes[places])
        for place, same in enumerate(component.same):
            moved = np.flatnonzero(same != np.arange(same.size))
            for pattern in moved:
                out[place, same[pattern]] += out[place, pattern]
                out[place, pattern] = 0.0
        return out

    def _what_matters(self, pool: Pool) -> Pool:
        """A pool without what the chances of this component don't hang on."""
        if not self.hides:
            pool = pool._replace(moved=NEVER, before=NEVER)
        return pool._replace(
            left=pool.left if self.minds_leaving else 0,
            own=0,
            seen=0,
            month_class=pool.month_class if self.tables.by_class else -1,
        )

    def _in_pool(self, pool: Pool, at_nodes: FloatArray) -> FloatArray:
        """As `patterns`, for pools in which chances are the same."""
        bases, indices = self._bases(pool)
        tied = np.array([base.tied for base in bases], dtype=np.uint8)
        n_paths, by_node = self.paths.n_paths, at_nodes.shape[1] > 1
        nodes, weights = (self.paths.nodes, self.paths.weights) if tied.any() else (np.zeros(1), np.ones(1))
        if tied.any() and by_node:
            weight = np.ascontiguousarray(at_nodes * weights[:, np.newaxis])
            # Where nobody is, the chances of everybody stand in.
            nobody = ~(weight.sum(axis=1) > 0.0)
            weight = np.where(nobody[:, np.newaxis], weights[:, np.newaxis], weight)
        else:
            weight = weights[np.newaxis, :, np.newaxis]
        found = np.zeros((weight.shape[0], self.component.n_patterns, n_paths))
        factors = self.component.factors
        kernels.patterns_at_nodes(
            nodes,
            tied,
            np.array([base.slope for base in bases]),
            np.ascontiguousarray(np.stack([base.level for base in bases])),
            np.array([index for index, *_ in indices], dtype=np.int64),
            *(np.array([each[1 + k] for each in indices], dtype=np.float64) for k in range(3)),
            np.array([not factor.met for factor in factors], dtype=np.uint8),
            self.component.parent,
            self.component.factor,
            self.component.pattern,
            weight,
            found,
        )
        return np.maximum(found, 0.0)

    def _bases(self, pool: Pool) -> tuple[list[_Base], list[tuple[int, float, float, float]]]:
        """The chances in a pool, and of each factor which it is built on, with plus, times and less."""
        bases: list[_Base] = []
        known: dict[tuple[int, ...], int] = {}
        indices = []
        for factor in self.component.factors:
            decision = self.component.decisions[factor.decision]
            if decision.outcome < 0:
                name: tuple[int, ...] = (-1, *factor.given)
                build = self._seen(pool, factor.given)
                how = (0.0, 1.0, 0.0)
            elif self._is_event(decision.outcome):
                name, how = (decision.outcome, decision.row), (0.0, 1.0, 0.0)
                build = self._happens_by(pool, decision.outcome, decision.row)
            else:
                name = (decision.outcome, decision.row if self._by_year(decision.outcome) else -1)
                how = self._how(pool, decision.outcome, decision.row, factor.given)
                build = self._happens(pool, decision.outcome, decision.row)
            if name not in known:
                known[name] = len(bases)
                bases.append(build)
            indices.append((known[name], *how))
        return bases, indices

    def _is_event(self, outcome: int) -> bool:
        return self.plan.processes is not None and self.plan.processes.kind[outcome] == EVENT

    def _by_year(self, outcome: int) -> bool:
        """Whether the economy of the year of each measurement decides."""
        tied = self.paths.tied
        return tied is not None and bool(tied.macro[outcome]) and not lasts(self.plan, outcome)

    def _month(self, pool: Pool) -> int:
        """Column of the arrays over months for the people of a pool."""
        month = self.tables.month_of_class[max(pool.month_class, 0)]
        return int(self.plan.cohorts.month_ptr[self.paths.cohort] + month)

    # A yes or no

    def _happens(self, pool: Pool, outcome: int, row: int) -> _Base:
        paths, tied = self.paths, self.paths.tied
        among = (LEAVERS if pool.left else STAYERS) if leavers_succeed(self.plan, outcome) else ALL_OF_THEM
        chance = paths.held(outcome, among, pool.harder)
        if not paths.ties(outcome) or tied is None:
            return _Base(chance)
        person, cohort, macro = (float(each[outcome]) for each in (tied.person, tied.cohort, tied.macro))
        if not (person or cohort or macro):
            return _Base(chance)
        own = math.sqrt(1.0 - person**2 - cohort**2 - macro**2)
        level = _marks(chance)
        if cohort:
            level = level + cohort * paths.cohort_factor
        if macro:
            decides = rows_of(self.plan, outcome)[-1] if lasts(self.plan, outcome) else row
            level = level + macro * paths.economy[tied.year[decides, self._month(pool)] - tied.first_year]
        if not person:
            return _Base(_below(level / own))
        return _Base(level / own, person / own, tied=True)

    def _how(self, pool: Pool, outcome: int, row: int, given: tuple[int, ...]) -> tuple[float, float, float]:
        """How the chance at a measurement follows from that of the outcome: plus, times and less."""
        if lasts(self.plan, outcome):
            now = self._has_come(pool, outcome, row)
            before = self._has_come(pool, outcome, row - 1) if given else 0.0
            return 0.0, now - before, before
        if not given:
            return 0.0, 1.0, 0.0
        same = alike(self.plan, outcome)
        return (same, 1.0 - same, 0.0) if given[0] else (0.0, 1.0 - same, 0.0)

    def _has_come(self, pool: Pool, outcome: int, row: int) -> float:
        """The part of those who succeed by the last measurement who have done so by an earlier one. [1]"""
        assert self.plan.processes is not None
        last, month = rows_of(self.plan, outcome)[-1], self._month(pool)
        if row == last:
            return 1.0
        typical, shape = self.paths.certain(outcome, 2), self.paths.certain(outcome, 3)
        months, all_of_them = (max(float(self.plan.processes.since[each, month]), 0.0) for each in (row, last))
        if all_of_them == 0.0:
            return 1.0 if self.plan.processes.since[row, month] >= 0 else 0.0
        part = math.expm1(-math.log(2.0) * (months / typical) ** shape)
        return part / math.expm1(-math.log(2.0) * (all_of_them / typical) ** shape)

    # What may happen in any month

    def _happens_by(self, pool: Pool, outcome: int, row: int) -> _Base:
        """The chance that it has happened by a measurement, of those to whom it had not by the one before."""
        by_now = self._by(pool, outcome, row)
        first = rows_of(self.plan, outcome)[0]
        before = self._by(pool, outcome, row - 1) if row > first else np.zeros_like(by_now)
        rest = 1.0 - before
        return _Base(np.clip(np.divide(by_now - before, rest, out=np.zeros_like(rest), where=rest > 0.0), 0.0, 1.0))

    def _by(self, pool: Pool, outcome: int, row: int) -> FloatArray:
        paths, own = self.paths, self.plan.processes
        assert own is not None
        since = max(float(own.since[row, self._month(pool)]), 0.0)
        rate = self._monthly_rate(outcome)
        if not pool.left:
            return np.asarray(-np.expm1(-rate * since))
        course = float(self.plan.cohorts.duration[paths.cohort])
        until = min(since, course)
        if not before_leaving(self.plan, outcome) or until <= 0.0:
            return np.zeros(paths.n_paths)
        law = paths.law()
        places, weights = np.polynomial.legendre.leggauss(PIECES)
        part = 0.5 * (places + 1.0)
        months = until * part**3  # the law of leaving bends sharply at its start
        width = 0.5 * weights * until * 3.0 * part**2
        if law.way == EVENLY:
            tail = np.broadcast_to(1.0 - months / course, (paths.n_paths, months.size))
        else:
            stays = np.exp(-law.rate[:, np.newaxis] * months**law.shape)
            end = np.exp(-law.rate * course**law.shape)[:, np.newaxis]
            tail = np.divide(stays - end, 1.0 - end, out=np.zeros_like(stays), where=end < 1.0)
        density = rate[:, np.newaxis] * np.exp(-rate[:, np.newaxis] * months)
        return np.asarray((density * tail) @ width)

    def _monthly_rate(self, outcome: int) -> FloatArray:
        """The rate at which it happens: float64[path]. [1/month]"""
        paths, own = self.paths, self.plan.leaving
        monthly, other = paths.number(outcome, 0), np.zeros(paths.n_paths)
        beside = own is not None and own.beside[paths.cohort] == outcome
        if beside and before_leaving(self.plan, outcome):
            other = -np.expm1(-paths.law(together=False).rate)
        both = monthly + other
        part = np.divide(monthly, both, out=np.zeros_like(both), where=both > 0.0)
        return np.asarray(part * -np.log1p(-np.minimum(both, 1.0 - 2.0**-53)))

    # Who can be measured

    def _seen(self, pool: Pool, given: tuple[int, ...]) -> _Base:
        """The chance to be measured of somebody of whom all else is known."""
        paths, tied = self.paths, self.paths.tied
        odds = paths.odds_of_unmeasured
        if not worth_of_first(self.plan, paths.cohort, self.tables, self.component, pool, given):
            odds = odds * paths.unlike("failures")
        if pool.left:
            odds = odds * paths.unlike("leavers")
        hidden = np.where(np.isinf(odds), 1.0, odds / (1.0 + np.where(np.isinf(odds), 0.0, odds)))
        if tied is None or not tied.measurable:
            return _Base(1.0 - hidden)
        own = math.sqrt(1.0 - tied.measurable**2)
        return _Base(-_marks(hidden) / own, tied.measurable / own, tied=True)
