"""How the counts that a contract looks at hang together: of one cohort, and of all.

Of the `n` people of a cohort `s` stay, `w` can be measured, and `v` do both; an outcome is met by some of those of whom
it speaks. Every step is a thinning (`risksim.engine.thinning`), so the joint law of the counts is a sum of products
over the counts that nobody reads, and over nodes of the inputs that several steps share. `Way` says which counts are
read, `contract` takes the sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from risksim.engine import quadrature
from risksim.engine.heads import period_of_month
from risksim.engine.thinning import Enrolled, Stage, all_transitions, both, law_after, start_of
from risksim.plan.layout import (
    COMPLETERS,
    ELIGIBLE,
    ENROLLED,
    FINISHED,
    JOINED,
    MEASURED,
    RESULT,
    SEEN,
    SUM,
    FloatArray,
    IntArray,
    Plan,
)

Count = str | int
"""``n`` enrolled, ``s`` stayed, ``w`` can be measured, ``v`` both; a number is an outcome: who met it and counts."""
StageKey = tuple[str, int, int]
"""What a step is (``enrolled``, ``stays``, ``seen``, ``met``), its cohort and outcome."""

NODE = 0
"""Axis of the nodes in a contraction."""
MOST_AXES = 50
"""Axes that `numpy.einsum` can tell apart, less two."""
MOST_OF_BOTH = 40
"""Largest cohort in which both who stays and who can be measured are counted each on their own. [people]"""


class Read(NamedTuple):
    """A measure of one cohort: which count it is, and when."""

    measure: int
    which: Count
    period: int


class Way(NamedTuple):
    """The counts of one cohort."""

    cohort: int
    reads: tuple[Read, ...]
    kept: tuple[Count, ...]
    """Counts that are read and vary: the axes of the cohort's law."""
    of_whom: tuple[tuple[int, str], ...]
    """Outcomes that are read, and the people of whom each speaks."""
    known: bool
    """Whether the number of people is certain."""


class Given(NamedTuple):
    """What is known on each node: the inputs that several steps share."""

    inputs: FloatArray
    """float64[node, input]: nan where an input serves one step alone."""
    weight: FloatArray
    """float64[node]: sums to one. [1]"""
    alone: Mapping[StageKey, Stage]
    """Steps whose inputs serve nothing else, by quadrature."""
    enrolled: Mapping[int, FloatArray]
    """Laws of how many enrol, of cohorts whose ratio serves nothing else."""
    step: float
    """Step of the nodes for what sites differ by. [1]"""
    sites: FloatArray | None = None
    """float64[node, cohort, row]: how the sites differ, standard normal; None where that is integrated too."""

    def part(self, here: slice) -> Given:
        """Some of the nodes, with their own weights."""
        sites = None if self.sites is None else self.sites[here]
        return self._replace(inputs=self.inputs[here], weight=self.weight[here], sites=sites)


def alike(plan: Plan, cohort: int) -> dict[str, str]:
    """Counts that are the same where everybody stays or can be measured: by count, the one to take."""
    cohorts = plan.cohorts
    stays = cohorts.dropout_slot[cohort] < 0 and cohorts.dropout_value[cohort] == 0.0
    seen = cohorts.unmeasured_slot[cohort] < 0 and cohorts.unmeasured_value[cohort] == 0.0
    names = {"n": "n", "s": "n" if stays else "s", "w": "n" if seen else "w"}
    return names | {"v": names["w"] if stays else names["s"] if seen else "v"}


def periods(plan: Plan, cohort: int, measure: int) -> set[int]:
    """Periods in which people of a cohort may count for a measure of persons, -1 where they never do."""
    k, statistic = int(plan.measures.outcome[measure]), int(plan.measures.statistic[measure])
    if k >= 0:
        classes = slice(plan.cohorts.class_ptr[cohort], plan.cohorts.class_ptr[cohort + 1])
        return {int(period) for period in plan.outcomes.period_of_class[k, classes]}
    months = np.flatnonzero(plan.cohorts.month_weight[_months(plan, cohort)] > 0.0)
    later = plan.cohorts.duration[cohort] if statistic == FINISHED else 0
    return {int(period) for period in period_of_month(plan)[months + later]}


def count_of(plan: Plan, measure: int) -> Count:
    """Which count a measure of persons is."""
    k, statistic = int(plan.measures.outcome[measure]), int(plan.measures.statistic[measure])
    if statistic == JOINED:
        return "n"
    if statistic == FINISHED:
        return "s"
    if statistic == SUM:
        return k
    population = plan.outcomes.population[k]
    if statistic == ELIGIBLE:
        return {ENROLLED: "n", COMPLETERS: "s", MEASURED: "v"}[int(population)]
    assert statistic == SEEN
    return "w" if population == ENROLLED else "v"


def ways_of(plan: Plan) -> list[Way]:
    """The counts of every cohort with places, of a deal whose cohorts are each measured in one period."""
    return [_way(plan, c) for c in range(plan.cohorts.places.size) if plan.cohorts.places[c] > 0]


def _way(plan: Plan, cohort: int) -> Way:
    names, known = alike(plan, cohort), bool(plan.cohorts.ratio_slot[cohort] < 0)
    reads = []
    for m in np.flatnonzero(plan.measures.statistic != RESULT):
        (period,) = periods(plan, cohort, int(m))
        if period >= 0:
            count = count_of(plan, int(m))
            reads.append(Read(int(m), names[count] if isinstance(count, str) else count, period))
    counts = dict.fromkeys(read.which for read in reads)
    outcomes = sorted(count for count in counts if isinstance(count, int))
    pool = [name for name in "nswv" if name in counts and not (name == "n" and known)]
    of_whom = tuple((k, names["w" if plan.outcomes.population[k] == ENROLLED else "v"]) for k in outcomes)
    return Way(cohort, tuple(reads), (*pool, *outcomes), of_whom, known)


def hides(way: Way) -> int:
    """How many counts that nobody reads must be kept until the sum is taken."""
    whom = [name for _, name in way.of_whom]
    return len({name for name in whom if whom.count(name) > 1} - set(way.kept) - ({"n"} if way.known else set()))


def stage_of(plan: Plan, given: Given, what: str, cohort: int, outcome: int = -1) -> Stage:
    """The chance of one step: to stay, to be seen, or to meet an outcome."""
    cohorts, outcomes = plan.cohorts, plan.outcomes
    if what == "stays":
        return _chance(given, (what, cohort, -1), cohorts.dropout_slot, cohorts.dropout_value, cohort).missed
    if what == "seen":
        return _chance(given, (what, cohort, -1), cohorts.unmeasured_slot, cohorts.unmeasured_value, cohort).missed
    if plan.sites is not None and outcome in plan.sites.outcome:
        return _at_site(plan, given, cohort, outcome)
    return _chance(given, (what, cohort, outcome), outcomes.rate_slot, outcomes.rate_value, outcome)


def _chance(given: Given, key: StageKey, slots: IntArray, values: FloatArray, at: int) -> Stage:
    if slots[at] < 0:
        return Stage.certain(float(values[at]))
    if key in given.alone:
        return given.alone[key]
    return Stage(given.inputs[:, slots[at]][:, np.newaxis], np.ones(1))


def _at_site(plan: Plan, given: Given, cohort: int, outcome: int) -> Stage:
    sites = plan.sites
    assert sites is not None
    row = int(np.flatnonzero(sites.outcome == outcome)[0])

    def number(slots: IntArray, values: FloatArray) -> FloatArray:
        return given.inputs[:, slots[row]][:, np.newaxis] if slots[row] >= 0 else np.full((1, 1), values[row])

    mean, spread = number(sites.mean_slot, sites.mean_value), number(sites.spread_slot, sites.spread_value)
    if given.sites is not None:
        return Stage(quadrature.logistic(mean + spread * given.sites[:, cohort, row][:, np.newaxis]), np.ones(1))
    z, weight = quadrature.standard_normal(given.step)
    return Stage(quadrature.logistic(mean + spread * z), weight)


def enrolled_of(plan: Plan, given: Given, cohort: int) -> Enrolled:
    """How many people of a cohort enrol."""
    places, slot = int(plan.cohorts.places[cohort]), int(plan.cohorts.ratio_slot[cohort])
    if cohort in given.enrolled:
        return Enrolled(np.array([places]), given.enrolled[cohort], places)
    ratio = given.inputs[:, slot] if slot >= 0 else plan.cohorts.ratio_value[cohort : cohort + 1]
    return Enrolled(quadrature.enrolled_at(ratio, places), None, places)


class Factor(NamedTuple):
    """A table whose product with others is a joint law."""

    table: FloatArray
    axes: list[int]


class _Builder:
    """The factors of one cohort. Axes are numbered as they come up."""

    def __init__(self, plan: Plan, given: Given, way: Way, first_axis: int) -> None:
        self.plan, self.given, self.way = plan, given, way
        self.enrolled = enrolled_of(plan, given, way.cohort)
        self.axes: dict[Count, int] = {}
        self.next = first_axis
        self.factors: list[Factor] = []

    def add(self, table: FloatArray, counts: list[Count]) -> None:
        """A factor table[node or 1, count, ...]."""
        axes = []
        for count in counts:
            if count not in self.axes:
                self.axes[count] = self.next
                self.next += 1
            axes.append(self.axes[count])
        if table.shape[0] == 1:
            self.factors.append(Factor(table[0], axes))
        else:
            self.factors.append(Factor(table, [NODE, *axes]))

    def step(self, before: str, after: Count, stages: list[Stage]) -> None:
        """How many of the people `before` pass on to `after`."""
        if before == "n" and self.enrolled.law is None:
            self.add(law_after(self.enrolled, stages), [after])
            return
        if before == "n":
            self.root()
        self.add(all_transitions(stages, self.enrolled.most), [before, after])

    def root(self) -> None:
        """The number of people as a count of its own."""
        if "n" not in self.axes:
            self.add(start_of(self.enrolled), ["n"])


def factors_of(plan: Plan, given: Given, way: Way, first_axis: int) -> tuple[list[Factor], dict[Count, int]]:
    """The factors of the law of one cohort's counts.

    Parameters
    ----------
    plan : Plan
        The deal.
    given : Given
        What is shared, on some nodes.
    way : Way
        The counts.
    first_axis : int
        Number of the first axis that is free.

    Returns
    -------
    list of Factor
        Their product, summed over counts that are not kept, is the law.
    dict of count to int
        The axis of each count.
    """
    build = _Builder(plan, given, way, first_axis)

    def stage(what: str, outcome: int = -1) -> Stage:
        return stage_of(plan, given, what, way.cohort, outcome)

    whom = dict(way.of_whom)
    needed = {count for count in way.kept if isinstance(count, str)} | set(whom.values())
    parent, steps = _chain(needed, stage)
    read = {count for count in way.kept if isinstance(count, str)}
    speaks_of = list(whom.values())
    below = set(parent.values()) if "v" in steps or "v" not in needed else set(needed)
    leaves = {name for name in needed - read - below - {"n"} if speaks_of.count(name) == 1 and name in steps}
    if "n" in read:
        build.root()
    for name in ("s", "w", "v"):
        if name in needed - leaves and name in steps:
            build.step(parent[name], name, steps[name])
    if "v" in needed and "v" not in steps:
        _add_both(build)
    for k, name in way.of_whom:
        if name in leaves:
            build.step(parent[name], k, [*steps[name], stage("met", k)])
        else:
            build.step(name, k, [stage("met", k)])
    return build.factors, build.axes


def _chain(needed: set[str], stage: object) -> tuple[dict[str, str], dict[str, list[Stage]]]:
    """From which count each needed one comes, and by which steps; `v` has none where it needs both others."""
    assert callable(stage)
    parent, steps = {}, {}
    if "s" in needed:
        parent["s"], steps["s"] = "n", [stage("stays")]
    if "w" in needed:
        parent["w"], steps["w"] = "n", [stage("seen")]
    if "v" in needed and not {"s", "w"} <= needed:
        parent["v"] = "s" if "s" in needed else "w" if "w" in needed else "n"
        steps["v"] = {"s": [stage("seen")], "w": [stage("stays")], "n": [stage("stays"), stage("seen")]}[parent["v"]]
    return parent, steps


def _add_both(build: _Builder) -> None:
    table = both(build.enrolled.most)
    if build.enrolled.fixed:
        build.add(table[int(build.enrolled.number[0])][np.newaxis], ["s", "w", "v"])
    else:
        build.root()
        build.add(table[np.newaxis], ["n", "s", "w", "v"])


def contract(factors: list[Factor], kept: list[int], n_nodes: int, weight: FloatArray | None) -> FloatArray:
    """The sum of the product of factors over everything that is not kept.

    Parameters
    ----------
    factors : list of Factor
        From `factors_of`.
    kept : list of int
        Axes of the result.
    n_nodes : int
        How many nodes.
    weight : float64[node], optional
        Weights of the nodes, which are then summed over; left out, they are the first axis of the result.

    Returns
    -------
    float64[count, ...] or float64[node, count, ...]
    """
    parts = [*factors, Factor(np.ones(n_nodes) if weight is None else weight, [NODE])]
    operands: list[object] = [item for factor in parts for item in (factor.table, factor.axes)]
    out = kept if weight is not None else [NODE, *kept]
    return np.asarray(np.einsum(*operands, out, optimize="greedy"))  # type: ignore[call-overload]


def _months(plan: Plan, cohort: int) -> slice:
    return slice(int(plan.cohorts.month_ptr[cohort]), int(plan.cohorts.month_ptr[cohort + 1]))
