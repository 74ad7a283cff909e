"""The exact engine: no path is drawn. Inputs are integrated, counts enumerated, and each combination is settled once.

1. What settling reads of people is a handful of counts. Every combination of them that can come about is a row, and its
   weight is its probability.
2. An uncertain input that serves one step of a person's way alone is integrated there, over one dimension. Inputs that
   several steps share are integrated around the whole, over at most three dimensions.
3. Where there are too many combinations but all money is a sum of prices paid on one date, the law of the sum is found
   on a lattice (`risksim.engine.lattice`), and every total is settled once.

What rows cannot carry, how many people come, stay and succeed, has its own laws: `CountLaws`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from risksim.engine import quadrature
from risksim.engine.keep import allocate, store
from risksim.engine.lattice import without_rounding
from risksim.engine.obstacles import in_words
from risksim.engine.results import know_results
from risksim.engine.settle import settle
from risksim.engine.thinning import Stage, law_after, passing
from risksim.engine.totals import prices_of, solve_totals
from risksim.engine.ways import (
    MOST_AXES,
    MOST_OF_BOTH,
    NODE,
    Count,
    Factor,
    Given,
    Read,
    StageKey,
    Way,
    contract,
    enrolled_of,
    factors_of,
    hides,
    periods,
    stage_of,
    ways_of,
)
from risksim.errors import RunError
from risksim.kernels.patterns import HEAD
from risksim.language import N_, _
from risksim.plan.layout import (
    ATTENDED,
    ENROLLED,
    EXACT,
    RESULT,
    FloatArray,
    Int16Array,
    IntArray,
    PathResults,
    Plan,
)

MOST_COMBINATIONS = 250_000
"""Combinations of counts that are settled."""
MOST_SHARED = 3
"""Inputs that several steps may share."""
MOST_NODES = 3_000_000
"""Nodes of what is shared."""
STEPS = (0.5, 0.25, 0.125, 0.0625)
"""Steps of the nodes for several inputs at once, tried one after the other."""
FINE_STEPS = (1 / 64, 1 / 128, 1 / 256, 1 / 512, 1 / 1024)
"""Steps for one input alone, where the nodes of its table are too few."""
CLOSE = 1e-7
"""How little halving the step may change any probability. The error falls with its square, to 1e-14. [1]"""
DOES_NOT_CONVERGE = N_(
    "the exact engine cannot run this deal: its integrals over uncertain inputs don't converge on the finest grid that "
    "there is room for. Try another engine."
)
MOST_IN_TABLE = 2_000
"""Largest cohort for which it is told how many of any number of people pass a step. [people]"""
CELLS = 4_000_000
"""Numbers worked on at once."""
BLOCK = 16_384
"""Combinations that are settled at once."""


class CountLaws(NamedTuple):
    """How many people come, stay, are measured and succeed."""

    total: tuple[FloatArray, ...]
    """One for each column of head counts, all cohorts together: float64[replicate, people + 1], one replicate where
    there is no simulation error. [1]"""
    mean: FloatArray
    """float64[replicate, cohort, count]: the means by cohort. [people]"""


class ExactResults(NamedTuple):
    """What the exact engine and the integrated form of the conditional engine give."""

    paths: PathResults
    """A row for each combination of counts; it keeps neither inputs nor head counts."""
    counts: CountLaws


def sample_of_means(counts: CountLaws) -> tuple[FloatArray, Int16Array]:
    """Weight and replicate of the rows of `CountLaws.mean`: float64[replicate] and int16[replicate]."""
    n_replicates = counts.mean.shape[0]
    first = EXACT if n_replicates == 1 else 0
    return np.full(n_replicates, 1.0 / n_replicates), np.arange(first, first + n_replicates, dtype=np.int16)


def obstacle(plan: Plan) -> str | None:
    """Why the exact engine can't run a deal, in words that follow "cannot run this deal: "; None where it can.

    Parameters
    ----------
    plan : Plan
        The deal.

    Returns
    -------
    str or None
    """
    return structure(plan) or _too_shared(plan) or _too_many(plan)


def run_exact(plan: Plan) -> ExactResults:
    """Run a deal without simulation error.

    Parameters
    ----------
    plan : Plan
        A deal without `obstacle`.

    Returns
    -------
    ExactResults
        Rows with replicate -1.

    Raises
    ------
    RunError
        If the engine can't run the deal.
    """
    found = obstacle(plan)
    if found is not None:
        raise RunError(_("the exact engine cannot run this deal: {found}. Try another engine.", found=in_words(found)))
    shape = shape_of(plan)
    if shape.combinations > MOST_COMBINATIONS:
        given, prices = given_at(plan, STEPS[0]), prices_of(plan, shape.ways)
        assert prices is not None
        paths = solve_totals(plan, shape.ways[0], prices, given)
    else:
        rows = rows_of(plan, shape)
        given, paths = rows.given, settle_rows(plan, shape, rows.which)._replace(weight=rows.weight)
    exact = np.full(paths.weight.size, EXACT, dtype=np.int16)
    return ExactResults(without_people(paths._replace(replicate=exact)), count_laws(plan, [given]))


def without_people(paths: PathResults) -> PathResults:
    """Rows that keep neither inputs nor head counts, since they stand for many."""
    return paths._replace(inputs=paths.inputs[:0], headcount=paths.headcount[:0])


# What can be run


def structure(plan: Plan) -> str | None:
    """What makes counts of people depend on more than chances, whatever engine integrates the people."""
    if plan.cohorts.places.size > MOST_COHORTS:
        return f"it has more than {MOST_COHORTS} cohorts, whose counts would have to be added up for every input"
    if not plan.by_pattern or plan.unlike is not None or plan.dependence is not None:
        return "people must be lived month by month, because outcomes repeat, hang together or depend on the person"
    if plan.ending is not None:
        return "an early end acts back on the programme"
    if plan.effects.measure.size:
        return "an effect is estimated against a group that is drawn as well"
    if plan.anyway is not None:
        return "it says what would have happened anyway, which is told path by path"
    if plan.arrivals is not None and (plan.arrivals.in_turn.any() or plan.arrivals.drawn.any()):
        return "people start in turn, or a random number of them comes"
    if plan.events or (plan.inputs.luck is not None and plan.inputs.luck.any()):
        return "it has events or other luck that is not that of persons"
    groups = (plan.payments, plan.changes, plan.financing, plan.waterfall, plan.results, plan.splits)
    read = sorted(set().union(*map(slots_read, groups)))
    if read:
        names = [note.name for note in plan.labels.inputs]
        known = ", ".join(names[slot] for slot in read[:3]) if len(names) > read[-1] else f"{len(read)} inputs"
        return f"the contract or its results read an uncertain number ({known})"
    return _odd_measures(plan)


def slots_read(node: Any) -> set[int]:
    """Every drawn input that a group of the plan reads: the fields whose names end in ``_slot``."""
    if not hasattr(node, "_fields"):
        return set()
    found: set[int] = set()
    for name in node._fields:
        value = getattr(node, name)
        if name.endswith("_slot"):
            found |= {int(slot) for slot in np.ravel(value) if slot >= 0}
        else:
            found |= slots_read(value)
    return found


def _odd_measures(plan: Plan) -> str | None:
    for m in np.flatnonzero(plan.measures.statistic != RESULT):
        statistic, k = plan.measures.statistic[m], plan.measures.outcome[m]
        if statistic == ATTENDED:
            return "costs follow the months that people attend"
        if k >= 0 and statistic not in (0, 1, 2):
            return "it pays by more than counts of people"
        for cohort in np.flatnonzero(plan.cohorts.places > 0):
            if len(periods(plan, int(cohort), int(m))) > 1:
                return "people of a cohort settle on several dates, so that their numbers by date matter"
    return None


def _too_shared(plan: Plan) -> str | None:
    shared = shared_inputs(plan)
    steps = steps_of(plan)
    if any(slot in shared for key, slots in steps.items() if key[0] == "enrolled" for slot in slots):
        return "an uncertain enrolment ratio serves several cohorts, or is worked out of other numbers"
    if any(slot.slot in plan.cohorts.ratio_slot for slot in plan.derived):
        return "an uncertain enrolment ratio is worked out of other numbers"
    if len(shared) > MOST_SHARED:
        return f"{len(shared)} uncertain inputs each act on several counts at once, at most {MOST_SHARED} may"
    if quadrature.node_count(plan.inputs, shared, STEPS[1]) > MOST_NODES:
        return "the laws of the inputs that act on several counts have too many pieces"
    return None


def _too_many(plan: Plan) -> str | None:
    shape = shape_of(plan)
    if shape.combinations > MOST_COMBINATIONS:
        if not needs_steps(plan) and prices_of(plan, shape.ways) is not None:
            return None
        return f"there are more than {MOST_COMBINATIONS:,} combinations of counts"
    return too_wide(plan, shape)


def too_wide(plan: Plan, shape: Shape) -> str | None:
    """Whether a contraction would need more axes or larger tables than there is room for."""
    if sum(4 + len(way.of_whom) for way in shape.ways) > MOST_AXES and not shape.merged:
        return "there are too many cohorts whose counts matter one by one"
    uncertain = [key[1] for key in steps_of(plan)]
    for way in shape.ways:
        several = len(way.kept) > 1 or hides(way) or uncertain.count(way.cohort) > 1
        if several and plan.cohorts.places[way.cohort] > MOST_IN_TABLE:
            return f"several steps are uncertain, or several counts matter, among more than {MOST_IN_TABLE:,} people"
        needed = set(way.kept) | {name for _, name in way.of_whom}
        if {"s", "w", "v"} <= needed and plan.cohorts.places[way.cohort] > MOST_OF_BOTH:
            return f"who stays and who can be measured both matter among more than {MOST_OF_BOTH} people"
    return None


# What is counted


MOST_COHORTS = 64
"""Cohorts whose counts are added up, or drawn where nothing else is asked for: of more, people are drawn quicker."""


class Shape(NamedTuple):
    """The axes of the joint law of counts."""

    ways: tuple[Way, ...]
    merged: bool
    """Whether the counts of all cohorts are added up: nothing looks at one of them."""
    sizes: tuple[int, ...]
    """Length of each axis: of the first cohort's, where they are added up; else of all, one after the other."""

    @property
    def combinations(self) -> int:
        """How many combinations of counts there are at most."""
        return math.prod(self.sizes)


def shape_of(plan: Plan) -> Shape:
    """The axes of the joint law of what settling reads."""
    ways, places = tuple(ways_of(plan)), plan.cohorts.places
    merged = len(ways) > 1 and _merges(plan, ways)
    if merged:
        most = int(sum(places[way.cohort] for way in ways))
        return Shape(ways, True, (most + 1,) * len(ways[0].kept))
    return Shape(ways, False, tuple(int(places[way.cohort]) + 1 for way in ways for _ in way.kept))


def _merges(plan: Plan, ways: tuple[Way, ...]) -> bool:
    apart = plan.payments.readings.each_cohort.any() or plan.splits is not None
    same = all(way._replace(cohort=0) == ways[0]._replace(cohort=0) for way in ways)
    return bool(same and not apart)


def steps_of(plan: Plan) -> dict[StageKey, tuple[int, ...]]:
    """The drawn inputs behind every step of every cohort, where there are any."""
    cohorts, outcomes, sites = plan.cohorts, plan.outcomes, plan.sites
    at_sites = {} if sites is None else {int(k): row for row, k in enumerate(sites.outcome)}
    found: dict[StageKey, tuple[int, ...]] = {}
    for c in map(int, np.flatnonzero(cohorts.places > 0)):
        slots: dict[StageKey, list[int]] = {
            ("enrolled", c, -1): [cohorts.ratio_slot[c]],
            ("stays", c, -1): [cohorts.dropout_slot[c]],
            ("seen", c, -1): [cohorts.unmeasured_slot[c]],
        }
        for k in range(outcomes.address.size):
            slots["met", c, k] = [outcomes.rate_slot[k]]
            if k in at_sites:
                assert sites is not None
                slots["met", c, k] = [sites.mean_slot[at_sites[k]], sites.spread_slot[at_sites[k]]]
        for key, behind in slots.items():
            bases = {base for slot in behind if slot >= 0 for base in quadrature.base_of(plan, int(slot))}
            if bases:
                found[key] = tuple(sorted(bases))
    return found


def alone(plan: Plan) -> dict[StageKey, tuple[int, ...]]:
    """The steps whose inputs serve nothing else, and those inputs."""
    steps = steps_of(plan)
    users: dict[int, int] = {}
    for bases in steps.values():
        for base in bases:
            users[base] = users.get(base, 0) + 1
    at_sites = set() if plan.sites is None else set(map(int, plan.sites.outcome))
    return {
        key: bases
        for key, bases in steps.items()
        if len(bases) <= MOST_SHARED and key[2] not in at_sites and all(users[base] == 1 for base in bases)
    }


def shared_inputs(plan: Plan) -> tuple[int, ...]:
    """Inputs that several steps share, rising."""
    mine = alone(plan)
    return tuple(sorted({base for key, bases in steps_of(plan).items() if key not in mine for base in bases}))


# The joint law


class Rows(NamedTuple):
    """The combinations of counts that can come about."""

    given: Given
    """What is shared, at its nodes."""
    which: IntArray
    """int64[row]: which combinations, counted through the axes of the shape, the last one fastest."""
    weight: FloatArray
    """float64[row]: their probabilities; they sum to one. [1]"""


def rows_of(plan: Plan, shape: Shape) -> Rows:
    """The combinations of counts of a deal without `obstacle` that has at most `MOST_COMBINATIONS` of them."""
    given, joint = _integrated(plan, shape)
    chance = joint.ravel()
    which = np.flatnonzero(chance > 0.0)
    return Rows(given, which, chance[which] / chance[which].sum())


def _integrated(plan: Plan, shape: Shape) -> tuple[Given, FloatArray]:
    """What is shared at its nodes, and the joint law of counts, fine enough that a finer grid changes nothing."""
    given = given_at(plan, STEPS[0])
    joint = joint_law(plan, shape, given)
    if not needs_steps(plan):
        return given, joint
    shared = shared_inputs(plan)
    for step in STEPS[1:]:
        if quadrature.node_count(plan.inputs, shared, step) > MOST_NODES:
            break
        before, given = joint, given_at(plan, step)
        joint = joint_law(plan, shape, given)
        if float(np.abs(joint - before).max()) <= CLOSE:
            return given, joint
    raise RunError(_(DOES_NOT_CONVERGE))


def needs_steps(plan: Plan) -> bool:
    """Whether anything is integrated over several inputs at once, or between sites."""
    several = any(len(bases) > 1 for bases in alone(plan).values())
    return bool(shared_inputs(plan)) or several or plan.sites is not None


def given_at(plan: Plan, step: float) -> Given:
    """Nodes of what is shared, and every step that has its inputs for itself.

    Parameters
    ----------
    plan : Plan
        The deal.
    step : float
        Step of the nodes where several inputs go together, on the normal scale. [1]

    Returns
    -------
    Given
    """
    nodes = quadrature.tensor(plan, shared_inputs(plan), step)
    stages: dict[StageKey, Stage] = {}
    enrolled: dict[int, FloatArray] = {}
    for key, bases in alone(plan).items():
        what, cohort, outcome = key
        if what == "enrolled":
            ratio, places = int(plan.cohorts.ratio_slot[cohort]), int(plan.cohorts.places[cohort])
            enrolled[cohort] = quadrature.law_of_enrolled(plan.inputs, ratio, places)
            continue
        slot = {"stays": plan.cohorts.dropout_slot, "seen": plan.cohorts.unmeasured_slot}.get(what)
        column = int(plan.outcomes.rate_slot[outcome] if slot is None else slot[cohort])
        if len(bases) == 1:
            stages[key] = alone_at(plan, bases[0], column, int(plan.cohorts.places[cohort]))
        else:
            stages[key] = _stage_at(quadrature.tensor(plan, bases, step), column)
    return Given(nodes.inputs, nodes.weight, stages, enrolled, step)


def alone_at(plan: Plan, base: int, column: int, people: int) -> Stage:
    """A step whose one input serves nothing else, at enough nodes for as many people as there are places.

    Parameters
    ----------
    plan : Plan
        The deal.
    base : int
        The input that is drawn.
    column : int
        The input that is the chance: the same, or worked out of it.
    people : int
        Places. [people]

    Returns
    -------
    Stage

    Raises
    ------
    RunError
        If the integral does not converge.
    """

    def law(stage: Stage) -> FloatArray:
        return passing(stage, np.array([people]), people)

    before = np.zeros((1, people + 1))
    if len(quadrature.drawn_with(plan.inputs, base)) == 1:
        coarse, fine = (_stage_at(quadrature.along_one(plan, base, stride), column) for stride in (2, 1))
        before = law(fine)
        if float(np.abs(before - law(coarse)).max()) <= CLOSE * float(before.max()):
            return fine
    for step in FINE_STEPS:
        fine = _stage_at(quadrature.tensor(plan, (base,), step), column)
        after = law(fine)
        if float(np.abs(after - before).max()) <= CLOSE * float(after.max()):
            return fine
        before = after
    raise RunError(_(DOES_NOT_CONVERGE))


def _stage_at(nodes: quadrature.Nodes, column: int) -> Stage:
    return Stage(nodes.inputs[:, column][np.newaxis], nodes.weight)


def joint_law(plan: Plan, shape: Shape, given: Given) -> FloatArray:
    """The joint law of the counts that settling reads: float64[count, ...], as `Shape.sizes`."""
    out = np.zeros(shape.sizes)
    for part in pieces(plan, shape, given):
        out += _merged_law(plan, shape, part) if shape.merged else _law_of_all(plan, shape, part)
    return out


def pieces(plan: Plan, shape: Shape, given: Given) -> Iterator[Given]:
    """The nodes in pieces, so that their tables have room."""
    most = int(plan.cohorts.places.max(initial=0)) + 1
    simple = all(len(way.kept) <= 1 for way in shape.ways) and not given.enrolled and not given.alone
    each = most * len(shape.ways) if simple and plan.sites is None else most**2 + 100 * most
    if shape.merged:
        each = max(each, len(shape.ways) * 8 * shape.combinations)
    nodes = max(1, CELLS // each)
    for first in range(0, given.weight.size, nodes):
        yield given.part(slice(first, first + nodes))


def _law_of_all(plan: Plan, shape: Shape, given: Given) -> FloatArray:
    factors: list[Factor] = []
    kept: list[int] = []
    first = NODE + 1
    for way in shape.ways:
        own, axes = factors_of(plan, given, way, first)
        factors += own
        kept += [axes[count] for count in way.kept]
        first += len(axes)
    return contract(factors, kept, given.weight.size, given.weight)


def _merged_law(plan: Plan, shape: Shape, given: Given) -> FloatArray:
    """The law of counts added up over cohorts, which are independent on every node."""
    length = tuple(1 << max(1, size - 1).bit_length() for size in shape.sizes)
    axes = tuple(range(1, 1 + len(length)))
    product = None
    known: dict[object, Any] = {}
    for way in shape.ways:
        twin = twin_of(plan, given, way.cohort)
        if twin not in known:
            factors, numbers = factors_of(plan, given, way, NODE + 1)
            law = contract(factors, [numbers[count] for count in way.kept], given.weight.size, None)
            known[twin] = np.fft.rfftn(law, length, axes) if axes else law
        transform = known[twin]
        product = transform if product is None else product * transform
    assert product is not None
    if not axes:
        return np.asarray(np.einsum("t,t->", given.weight, product))
    total = np.fft.irfftn(np.tensordot(given.weight, product, 1), length, tuple(range(len(length))))
    return without_rounding(total[tuple(slice(size) for size in shape.sizes)], math.prod(length))


def twin_of(plan: Plan, given: Given, cohort: int) -> object:
    """What two cohorts have in common whose counts have the same law on every node."""
    of_its_own = any(key[1] == cohort for key in given.alone) or cohort in given.enrolled
    if of_its_own or (given.sites is not None and plan.sites is not None):
        return cohort
    cohorts = plan.cohorts
    chances = ("places", "ratio_slot", "ratio_value", "dropout_slot", "dropout_value", "unmeasured_slot")
    counted = tuple(_counted(plan, cohort, k) for k in range(plan.outcomes.address.size))
    numbers = tuple(float(getattr(cohorts, name)[cohort]) for name in (*chances, "unmeasured_value"))
    return (*numbers, *counted)


# Settling


def settle_rows(plan: Plan, shape: Shape, which: IntArray) -> PathResults:
    """Settle combinations of counts.

    Parameters
    ----------
    plan : Plan
        The deal.
    shape : Shape
        Axes of the joint law.
    which : int64[row]
        Which combinations, counted through the axes, the last one fastest.

    Returns
    -------
    PathResults
        With equal weights; inputs and head counts say nothing.
    """
    results = allocate(plan, which.size, keep_claims=True)
    results.inputs[:], results.headcount[:] = np.nan, 0
    for first in range(0, which.size, BLOCK):
        here = slice(first, min(first + BLOCK, which.size))
        settle_measured(plan, results, here, measured_in(plan, shape, which[here]))
    return results


def measured_in(plan: Plan, shape: Shape, which: IntArray) -> FloatArray:
    """What is measured of people in combinations of counts: float64[row, cohort, measure, period]. [people]"""
    counts = np.unravel_index(which, shape.sizes) if shape.sizes else ()
    n_cohorts, n_periods = plan.cohorts.places.size, plan.calendar.years.size
    measured = np.zeros((which.size, max(n_cohorts, 1), plan.measures.outcome.size, n_periods))
    _write_counts(plan, shape, list(counts), measured)
    return measured


def settle_measured(plan: Plan, results: PathResults, here: slice, measured: FloatArray) -> None:
    """Settle measures float64[row, cohort, measure, period] into some rows of results."""
    inputs = results.inputs[here]
    know_results(plan, inputs, measured)
    store(results, here.start, inputs, results.headcount[here], settle(plan, inputs, measured))


def _write_counts(plan: Plan, shape: Shape, counts: list[IntArray], measured: FloatArray) -> None:
    axis = 0
    for position, way in enumerate(shape.ways):
        axes: dict[Count, IntArray] = dict(zip(way.kept, counts[axis:], strict=False))
        if not shape.merged:
            axis += len(way.kept)
        for read in way.reads:
            cell = measured[:, way.cohort, read.measure, read.period]
            if read.which not in axes:
                cell[:] = _certain(plan, way, read)
            elif position == 0 or not shape.merged:
                cell[:] = axes[read.which]


def _certain(plan: Plan, way: Way, read: Read) -> int:
    """A count that is the same on every path: everybody who enrols."""
    assert read.which == "n"
    assert way.known
    ratio = plan.cohorts.ratio_value[way.cohort : way.cohort + 1]
    return int(quadrature.enrolled_at(ratio, int(plan.cohorts.places[way.cohort]))[0])


# Head counts


def count_laws(plan: Plan, replicates: list[Given]) -> CountLaws:
    """The laws of all head counts, one for each set of nodes."""
    n_cohorts, n_outcomes = plan.cohorts.places.size, plan.outcomes.address.size
    most = int(plan.cohorts.places.sum())
    total = np.zeros((HEAD + 2 * n_outcomes, len(replicates), most + 1))
    mean = np.zeros((len(replicates), n_cohorts, HEAD + 2 * n_outcomes))
    for replicate, given in enumerate(replicates):
        for part in _pieces_of_counts(plan, given):
            for column in range(HEAD + 2 * n_outcomes):
                if not _same_as_before(plan, column):
                    _add_counts(plan, part, column, total[column, replicate], mean[replicate])
    for column in filter(lambda each: _same_as_before(plan, each), range(HEAD + 2 * n_outcomes)):
        total[column], mean[:, :, column] = total[column - 1], mean[:, :, column - 1]
    return CountLaws(tuple(total), mean)


def _same_as_before(plan: Plan, column: int) -> bool:
    """Whether a column is verified successes, and everybody who succeeds is verified."""
    k, verified = divmod(column - HEAD, 2)
    if column < HEAD or not verified:
        return False
    cohorts = plan.cohorts
    seen = not cohorts.unmeasured_value.any() and bool((cohorts.unmeasured_slot < 0).all())
    return seen and all(_counted(plan, c, k) == 1.0 for c in range(cohorts.places.size))


def _pieces_of_counts(plan: Plan, given: Given) -> Iterator[Given]:
    most = int(plan.cohorts.places.max(initial=0)) + 1
    matrices = bool(given.enrolled) or bool(given.alone) or plan.sites is not None
    each = max(most * most if matrices else most, 4 * int(plan.cohorts.places.sum()) + 4)
    for first in range(0, given.weight.size, nodes := max(1, CELLS // each)):
        yield given.part(slice(first, first + nodes))


def _add_counts(plan: Plan, given: Given, column: int, total: FloatArray, mean: FloatArray) -> None:
    """Add the law of one column on some nodes: to total float64[people + 1] and mean float64[cohort, count]."""
    present = [c for c in range(plan.cohorts.places.size) if plan.cohorts.places[c] > 0]
    known: dict[object, FloatArray] = {}
    for c in present:
        if (twin := twin_of(plan, given, c)) not in known:
            known[twin] = _law_of_column(plan, given, c, column)
    laws = [known[twin_of(plan, given, c)] for c in present]
    share = float(given.weight.sum())
    for c, law in zip(present, laws, strict=True):
        averaged = share * law[0] if law.shape[0] == 1 else given.weight @ law
        mean[c, column] += averaged @ np.arange(averaged.size)
    if not laws:
        total[0] += share
        return
    length = 1 << max(1, total.size - 1).bit_length()
    if len(laws) == 1:
        total[: laws[0].shape[1]] += share * laws[0][0] if laws[0].shape[0] == 1 else given.weight @ laws[0]
        return
    product = np.ones((1, length // 2 + 1), dtype=np.complex128)
    for law in laws:
        product = product * np.fft.rfft(law, length)
    summed = share * product[0] if product.shape[0] == 1 else given.weight @ product
    total += without_rounding(np.fft.irfft(summed, length)[: total.size], length)


def _law_of_column(plan: Plan, given: Given, cohort: int, column: int) -> FloatArray:
    """How many people of a cohort a column of head counts has: float64[node or 1, people + 1]."""

    def stage(what: str, outcome: int = -1) -> Stage:
        return stage_of(plan, given, what, cohort, outcome)

    if column < HEAD:
        steps = [[], [stage("stays")], [stage("stays").missed], [stage("seen").missed]][column]
        return law_after(enrolled_of(plan, given, cohort), steps)
    k, verified = divmod(column - HEAD, 2)
    steps = [stage("met", k)]
    if plan.outcomes.population[k] != ENROLLED:
        steps.append(stage("stays"))
    if verified:
        steps += [stage("seen"), Stage.certain(_counted(plan, cohort, k))]
    return law_after(enrolled_of(plan, given, cohort), steps)


def _counted(plan: Plan, cohort: int, outcome: int) -> float:
    """The chance that a person enrols in time for an outcome to count."""
    cohorts = plan.cohorts
    months = slice(cohorts.month_ptr[cohort], cohorts.month_ptr[cohort + 1])
    period = plan.outcomes.period_of_month[outcome, months]
    if (period >= 0).all():
        return 1.0
    return float(cohorts.month_weight[months][period >= 0].sum())
