"""The fates of a cohort as tables: pools, components and patterns, found by going through everything that may happen.

What measurements are worth follows from a few yes-or-no decisions of a person: which measurements would be met, and if
the person stays, moves, is seen. Here every combination is put through the same rules as lives are (who is spoken of,
gates, exclusions, moves), and combinations that nobody could tell apart become one pattern. How likely each decision
is, on which path, is said elsewhere (`risksim.engine.rich_fates`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.engine.fates import Fates, everybody_in
from risksim.kernels.patterns import HEAD
from risksim.plan.layout import (
    ABLE,
    ACHIEVED,
    CARD,
    COMPLETERS,
    EARLIER,
    ELIGIBLE,
    ENROLLED,
    EVENLY,
    EVENT,
    EXCLUDED,
    FIRST,
    HAPPENS,
    KEPT,
    NEVER,
    SEEN,
    SQUARES,
    SUM,
    WHOLE,
    WHOLE_EACH,
    FloatArray,
    IntArray,
    Plan,
)

MOST_PATTERNS = 64
"""Patterns of a component."""
MOST_RAW = 4_096
"""Combinations of decisions of a component that are gone through."""
MOST_POOLS = 1_024
"""Pools of a cohort."""
NOT_SPOKEN_OF = -1
"""The worth of a measurement that does not speak of a person."""

KINDS = {
    1: "is a state that comes and goes, so that how long a person stays in it is a continuous number",
    2: "is an amount",
    3: "is an amount held against a goal",
    4: "is a score",
    5: "is a fall in use, which is an amount",
}


class Decision(NamedTuple):
    """A yes or no that a path's chances decide for each person."""

    outcome: int
    """Which outcome; -1 for being measurable."""
    row: int
    """Its measurement; -1 for being measurable."""
    occasion: int
    """How many measurements of the outcome came before."""


class Factor(NamedTuple):
    """The chance of one side of a decision, given those before."""

    decision: int
    given: tuple[int, ...]
    """The decisions that matter: of the same outcome the one before; of being measurable all."""
    met: bool


class Pool(NamedTuple):
    """Who is in a pool."""

    harder: int
    """1 for the harder group."""
    left: int
    """1 for those who do not complete the course."""
    own: int
    """1 where they would have left without a move; -1 where nobody can tell."""
    moved: int
    """First month after enrolment of those in which they move; NEVER for who stays for good. [month]"""
    before: int
    """First month after those; NEVER for the last. [month]"""
    seen: int
    """1 for who can be measured, 0 for who can't, -1 where that goes with what becomes of them."""
    month_class: int
    """Their class, -1 for all classes."""


class Component(NamedTuple):
    """Outcomes that hang together, and what may become of one person in them."""

    outcomes: tuple[int, ...]
    """In the order in which they are lived."""
    decisions: tuple[Decision, ...]
    factors: tuple[Factor, ...]
    parent: IntArray
    """int64[step]: the step before, -1 for the first."""
    factor: IntArray
    """int64[step]: the factor by which its chance is that of the step before."""
    pattern: IntArray
    """int64[step]: the pattern that is settled with the step, counted in the component; -1 where more follows."""
    certain: int
    """The only pattern of a component in which nothing is left to chance; -1 elsewhere."""
    same: IntArray
    """int64[pool, pattern]: the pattern under which one is counted in a pool in which they come to the same."""
    n_patterns: int


class Tables(NamedTuple):
    """Everything about the fates of one cohort that no path changes."""

    fates: Fates
    pools: tuple[Pool, ...]
    components: tuple[Component, ...]
    """Without the first one of `fates` where that only counts who is in a pool."""
    first: int
    """Patterns before those of the first of `components`."""
    month_of_class: IntArray
    """int64[class]: a month of the window in each class. [month]"""
    by_class: bool
    """Whether chances differ by class, so that each pool lies in one."""


# Why not


def obstacle(plan: Plan) -> str | None:
    """Why the fates of a deal can't be listed.

    Parameters
    ----------
    plan : Plan
        The deal.

    Returns
    -------
    str or None
        None where they can; otherwise words that follow "cannot run this deal: ".
    """
    for why in (_alone, _kinds, _ties):
        found = why(plan)
        if found is not None:
            return found
    for cohort in range(plan.cohorts.places.size):
        found = _events(plan, cohort) or _too_many(plan, cohort)
        if found is not None:
            return found
    return None


def _alone(plan: Plan) -> str | None:
    if plan.arrivals is not None and plan.arrivals.in_turn.any():
        return "people start in turn, so that who starts when hangs on the others"
    if plan.ending is not None:
        return "the deal may end early, which cuts lives short in mid-course"
    if (plan.measures.statistic == CARD).any():
        return "a price list pays each person up to a most, which hangs on everything that the person earns"
    if (plan.measures.outcome < 0).any():
        return "costs follow the people month by month"
    return None


def _kinds(plan: Plan) -> str | None:
    own, names = plan.processes, plan.labels.outcomes
    if own is None:
        return None
    for outcome, kind in enumerate(map(int, own.kind)):
        if kind in KINDS:
            return f"'{names[outcome]}' {KINDS[kind]}"
        rows = slice(plan.outcomes.first_row[outcome], plan.outcomes.first_row[outcome + 1])
        takes_time = kind == EVENT or (kind == HAPPENS and _number(plan, outcome, 2) > 0.0)
        if takes_time and (np.diff(own.since[rows], axis=0) < 0).any():
            return f"'{names[outcome]}' takes its time, and its measurements do not come one after the other"
    return None


def _ties(plan: Plan) -> str | None:
    tied, names = plan.dependence, plan.labels.outcomes
    if tied is None:
        return None
    if tied.degrees:
        return "everything lies far out together (dependence: tail)"
    if tied.pairs is not None:
        return "results of one person go together pair by pair (dependence: correlations)"
    for outcome in range(plan.outcomes.address.size):
        alike = _number(plan, outcome, 0) if plan.processes is not None and _kind(plan, outcome) == HAPPENS else 0.0
        several = plan.outcomes.first_row[outcome + 1] - plan.outcomes.first_row[outcome] > 1
        if several and alike > 0.0 and _onset(plan, outcome) == 0.0 and tied.macro[outcome]:
            return f"'{names[outcome]}' is measured several times, each like the one before, in different economies"
    return None


def _events(plan: Plan, cohort: int) -> str | None:
    """Whether something that may happen in any month meets what else hangs on when people leave."""
    if plan.processes is None:
        return None
    waits = [
        outcome
        for outcome in range(plan.outcomes.address.size)
        if _kind(plan, outcome) == EVENT and _number(plan, outcome, 1) != 1.0
    ]
    if not waits:
        return None
    name = plan.labels.outcomes[waits[0]]
    if moves(plan, cohort):
        return f"'{name}' may happen in any month before a person moves away"
    if not someone_leaves(plan, cohort):
        return None
    if len(waits) > 1:
        return f"'{name}' and another outcome may both happen in any month before a person leaves"
    if plan.dependence is not None and plan.dependence.leaving > 0.0:
        return f"'{name}' may happen in any month before a person leaves, and leaving goes with other results"
    return None


def _too_many(plan: Plan, cohort: int) -> str | None:
    own = plan.processes
    if looks_at(plan, cohort) >= 0 and own is not None:
        months = month_classes(plan, cohort)[0]
        for other in (own.gate_row, own.bar_row):
            rows = other[:, plan.cohorts.month_ptr[cohort] + months]
            if (rows != rows[:, :1]).any() and not by_class(plan, cohort, months):
                return "who can be measured goes with gates that open on a date"
    try:
        tables_of(plan, cohort)
    except TooManyError as error:
        return str(error)
    return None


class TooManyError(Exception):
    """More fates than are worth listing."""


# What the plan says


def _number(plan: Plan, outcome: int, which: int) -> float:
    assert plan.processes is not None
    return float(plan.processes.number_value[plan.processes.first_number[outcome] + which])


def _kind(plan: Plan, outcome: int) -> int:
    return HAPPENS if plan.processes is None else int(plan.processes.kind[outcome])


def _onset(plan: Plan, outcome: int) -> float:
    """Months in which half of those who succeed have done so; 0 where nothing says."""
    return _number(plan, outcome, 2) if plan.processes is not None and _kind(plan, outcome) == HAPPENS else 0.0


def alike(plan: Plan, outcome: int) -> float:
    """The chance that a measurement repeats the one before. [1]"""
    return _number(plan, outcome, 0) if plan.processes is not None and _kind(plan, outcome) == HAPPENS else 0.0


def lasts(plan: Plan, outcome: int) -> bool:
    """Whether an outcome once met is met at every later measurement."""
    return _kind(plan, outcome) == EVENT or _onset(plan, outcome) > 0.0


def leavers_succeed(plan: Plan, outcome: int) -> bool:
    """Whether a yes-or-no outcome has a rate of those who leave."""
    if plan.processes is None or _kind(plan, outcome) != HAPPENS:
        return False
    at = plan.processes.first_number[outcome] + 1
    return bool(plan.processes.number_slot[at] >= 0 or plan.processes.number_value[at] >= 0.0)


def before_leaving(plan: Plan, outcome: int) -> bool:
    """Whether an outcome may happen in any month of the course before a person leaves."""
    return plan.processes is not None and _kind(plan, outcome) == EVENT and _number(plan, outcome, 1) != 1.0


def someone_leaves(plan: Plan, cohort: int) -> bool:
    """Whether anybody may leave the course, moves apart."""
    own, cohorts = plan.leaving, plan.cohorts
    if own is None or own.way[cohort] == EVENLY or not own.reckoned[cohort]:
        return bool(cohorts.dropout_slot[cohort] >= 0 or cohorts.dropout_value[cohort] > 0.0)
    return True


def moves(plan: Plan, cohort: int) -> bool:
    """Whether moving away changes anything."""
    return plan.leaving is not None and bool(plan.leaving.then[cohort] > KEPT)


def has_harder(plan: Plan, cohort: int) -> bool:
    """Whether a cohort has a harder group."""
    own = plan.unlike
    return own is not None and bool(own.harder_slot[cohort] >= 0 or own.harder_value[cohort] > 0.0)


def looks_at(plan: Plan, cohort: int) -> int:
    """The outcome with which being measurable goes in a cohort, -1 for none."""
    return -1 if plan.unlike is None else int(plan.unlike.outcome[cohort])


def rows_of(plan: Plan, outcome: int) -> range:
    """Measurements of an outcome."""
    return range(int(plan.outcomes.first_row[outcome]), int(plan.outcomes.first_row[outcome + 1]))


# Classes of months


def month_classes(plan: Plan, cohort: int) -> tuple[IntArray, FloatArray]:
    """Months of enrolment whose people the contract can't tell apart.

    Returns
    -------
    int64[class]
        A month of the window in each class. [month]
    float64[class]
        Chance to enrol in a month of the class. [1]
    """
    ptr = plan.cohorts.month_ptr
    months = slice(ptr[cohort], ptr[cohort + 1])
    weight = plan.cohorts.month_weight[months]
    told = [plan.outcomes.period_of_month[:, months]]
    if plan.processes is not None:
        told += [plan.processes.gate_row[:, months], plan.processes.bar_row[:, months]]
    told += _what_moves_chances(plan, cohort)
    marks = np.concatenate(told, axis=0).T if told else np.zeros((weight.size, 0), dtype=np.int64)
    first: dict[tuple[int, ...], int] = {}
    member = [first.setdefault(tuple(mark), len(first)) for mark in marks.tolist()]
    month = np.array([member.index(place) for place in range(len(first))], dtype=np.int64)
    chance = np.bincount(np.array(member, dtype=np.int64), weights=weight, minlength=len(first))
    kept = chance > 0.0
    return month[kept], np.asarray(chance[kept] / chance.sum())


def _what_moves_chances(plan: Plan, cohort: int) -> list[IntArray]:
    """What the chances of decisions hang on besides inputs, by month: int64[row, month of the window] each."""
    ptr = plan.cohorts.month_ptr
    months = slice(ptr[cohort], ptr[cohort + 1])
    enrolled = np.arange(months.stop - months.start)
    told = []
    for outcome in range(plan.outcomes.address.size):
        rows = slice(rows_of(plan, outcome).start, rows_of(plan, outcome).stop)
        if plan.dependence is not None and plan.dependence.macro[outcome]:
            told.append(plan.dependence.year[rows, months])
        if plan.processes is not None and lasts(plan, outcome):
            told.append(plan.processes.since[rows, months])
        if moves(plan, cohort):
            told.append(plan.outcomes.measured_month[rows, months] - enrolled)
    return told


def by_class(plan: Plan, cohort: int, months: IntArray) -> bool:
    """Whether chances of decisions differ between classes of months."""
    return any((rows[:, months] != rows[:, months[:1]]).any() for rows in _what_moves_chances(plan, cohort))


# Pools


def pools_of(plan: Plan, cohort: int, months: IntArray) -> tuple[Pool, ...]:
    """Who may be told apart before any outcome is looked at."""
    cohorts = plan.cohorts
    hides = cohorts.unmeasured_slot[cohort] >= 0 or cohorts.unmeasured_value[cohort] > 0.0
    seen = (-1,) if looks_at(plan, cohort) >= 0 else (1, 0) if hides else (1,)
    split = by_class(plan, cohort, months)
    found = []
    for place in range(months.size) if split else [-1]:
        for harder in range(2 if has_harder(plan, cohort) else 1):
            for left, own, moved, before in _goings(plan, cohort, int(months[max(place, 0)])):
                found += [Pool(harder, left, own, moved, before, sees, place) for sees in seen]
    if len(found) > MOST_POOLS:
        raise TooManyError(
            f"when people enrol, leave and move makes {len(found)} kinds of them, more than {MOST_POOLS}"
        )
    return tuple(found)


def _goings(plan: Plan, cohort: int, month: int) -> list[tuple[int, int, int, int]]:
    """Left, by themselves, first month of moving and first one after: of those who enrol in one month."""
    ways = (0, 1) if someone_leaves(plan, cohort) else (0,)
    if not moves(plan, cohort):
        return [(left, left, NEVER, NEVER) for left in ways]
    course = int(plan.cohorts.duration[cohort])
    rows = plan.outcomes.measured_month[:, plan.cohorts.month_ptr[cohort] + month] - month
    borders = sorted({0, course, *(int(day) for day in rows if day > 0)})
    found = []
    for begins, ends in pairwise([*borders, NEVER]):
        found += [(1, -1, begins, ends)] if begins < course else [(left, left, begins, ends) for left in ways]
    return found


# What becomes of whom


def worths(plan: Plan, cohort: int, pools: tuple[Pool, ...], months: IntArray, part: _Part) -> npt.NDArray[np.int8]:
    """What each measurement is worth for every combination of decisions, in every pool and class.

    Returns
    -------
    int8[combination, pool, class, row]
        1 met, 0 not, NOT_SPOKEN_OF; rows of other components hold NOT_SPOKEN_OF.
    """
    n_rows = int(plan.outcomes.first_row[-1])
    out = np.full((part.bits.shape[0], len(pools), months.size, n_rows), NOT_SPOKEN_OF, dtype=np.int8)
    left = np.array([pool.left for pool in pools])[:, np.newaxis]
    moved = np.array([pool.moved for pool in pools])[:, np.newaxis]
    columns = plan.cohorts.month_ptr[cohort] + months
    for outcome in part.outcomes:
        population = plan.outcomes.population[outcome]
        able = np.broadcast_to((left == 0) | (population in (ENROLLED, EARLIER)), (len(pools), months.size))
        for row in rows_of(plan, outcome):
            bit = part.bits[:, part.place[row]][:, np.newaxis, np.newaxis]
            out[..., row] = np.where(able, bit, NOT_SPOKEN_OF)
            _hold_against(plan, outcome, row, columns, out)
        if moves(plan, cohort):
            assert plan.leaving is not None
            then = NOT_SPOKEN_OF if plan.leaving.then[cohort] == EXCLUDED else 0
            for row in rows_of(plan, outcome):
                late = plan.outcomes.measured_month[row, columns] - months > moved
                worth = out[..., row]
                out[..., row] = np.where(late & (worth != NOT_SPOKEN_OF), then, worth)
    return out


def _hold_against(plan: Plan, outcome: int, row: int, columns: IntArray, out: npt.NDArray[np.int8]) -> None:
    """Hold a measurement against the gate and the bar of its outcome, as lives do."""
    own = plan.processes
    if own is None:
        return
    drops = plan.outcomes.population[outcome] == EARLIER and own.reads[outcome] < 0
    for other, rows, opens in ((own.gate, own.gate_row, True), (own.bar, own.bar_row, False)):
        if other[outcome] < 0:
            continue
        for place, column in enumerate(columns):
            read, worth = int(rows[row, column]), out[:, :, place, row]
            met = out[:, :, place, read] == 1 if read >= 0 else np.zeros(worth.shape, dtype=np.bool_)
            shut = np.where((drops and opens) | (worth == NOT_SPOKEN_OF), NOT_SPOKEN_OF, 0)
            out[:, :, place, row] = np.where(met == opens, worth, shut)


def worth_of_first(
    plan: Plan, cohort: int, tables: Tables, component: Component, pool: Pool, bits: tuple[int, ...]
) -> bool:
    """Whether somebody met the outcome with which being measurable goes, of whom all decisions are known."""
    place = {decision.row: at for at, decision in enumerate(component.decisions)}
    part = _Part(component.outcomes, component.decisions, np.array([bits], dtype=np.int8), place)
    month = tables.month_of_class[max(pool.month_class, 0)]
    worth = worths(plan, cohort, (pool,), np.array([month], dtype=np.int64), part)
    return bool(worth[0, 0, 0, rows_of(plan, looks_at(plan, cohort))[0]] == 1)


# Components


class _Part(NamedTuple):
    """A component before its patterns are known."""

    outcomes: tuple[int, ...]
    decisions: tuple[Decision, ...]
    bits: npt.NDArray[np.int8]
    """int8[combination, decision]: every combination that can be, in lexical order."""
    place: dict[int, int]
    """The decision of each row."""


def _parts(plan: Plan, cohort: int) -> list[_Part]:
    """Outcomes that hang together."""
    n, own, tied = plan.outcomes.address.size, plan.processes, plan.dependence
    root = list(range(n))

    def join(a: int, b: int) -> None:
        low, high = sorted((root[a], root[b]))
        root[:] = [low if each == high else each for each in root]

    for outcome in range(n):
        for other in () if own is None else (own.gate, own.bar):
            if other[outcome] >= 0:
                join(outcome, int(other[outcome]))
    personal = [] if tied is None else [int(k) for k in np.flatnonzero(tied.person)]
    for a, b in pairwise(range(n) if looks_at(plan, cohort) >= 0 else personal):
        join(a, b)
    order = range(n) if own is None else [int(k) for k in own.order]
    found = []
    for first in sorted(set(root)):
        outcomes = tuple(k for k in order if root[k] == first)
        decisions = [Decision(k, row, occasion) for k in outcomes for occasion, row in enumerate(rows_of(plan, k))]
        if looks_at(plan, cohort) in outcomes:
            decisions.append(Decision(-1, -1, 0))
        place = {decision.row: at for at, decision in enumerate(decisions)}
        found.append(_Part(outcomes, tuple(decisions), _combinations(plan, decisions), place))
    return found


def _combinations(plan: Plan, decisions: list[Decision]) -> npt.NDArray[np.int8]:
    found: list[list[int]] = [[]]
    for decision in decisions:
        found = [[*before, side] for before in found for side in _sides(plan, decision, before)]
        if len(found) > MOST_RAW:
            raise TooManyError("too many measurements hang together to go through all that may happen")
    return np.array(found, dtype=np.int8).reshape(len(found), len(decisions))


def _sides(plan: Plan, decision: Decision, before: list[int]) -> tuple[int, ...]:
    """What a decision may be, given those before."""
    if decision.outcome < 0 or decision.occasion == 0:
        return (1, 0)
    if alike(plan, decision.outcome) == 1.0 and not lasts(plan, decision.outcome):
        return (before[-1],)
    return (1,) if lasts(plan, decision.outcome) and before[-1] else (1, 0)


class _Tree:
    """The decisions of a component one after the other, as far as they matter."""

    def __init__(self, plan: Plan, part: _Part, label: IntArray) -> None:
        self.plan, self.part, self.label = plan, part, [int(each) for each in label]
        self.rows = [tuple(row) for row in part.bits.tolist()]
        self.factors: dict[Factor, int] = {}
        self.steps: list[tuple[int, int, int]] = []
        self.hides = part.decisions[-1].outcome < 0
        self.certain = self._grow(-1, -1, list(range(len(self.rows))), 0)

    def _grow(self, parent: int, factor: int, members: list[int], depth: int) -> int:
        """Add what follows a step; returns the pattern where nothing does and there is no step yet."""
        while depth < len(self.part.decisions) and len({self.label[each] for each in members}) > 1:
            sides = [[each for each in members if self.rows[each][depth] == side] for side in (1, 0)]
            if not (sides[0] and sides[1]):
                depth += 1
                continue
            if self._matters(depth, *sides):
                break
            members, depth = sides[0], depth + 1
        else:
            settled = self.label[members[0]]
            if parent < 0 and factor < 0:
                return settled
            self.steps.append((parent, factor, settled))
            return -1
        if factor >= 0:
            self.steps.append((parent, factor, -1))
            parent = len(self.steps) - 1
        for side, some in zip((1, 0), sides, strict=True):
            own = Factor(depth, self._given(depth, self.rows[some[0]]), bool(side))
            self._grow(parent, self.factors.setdefault(own, len(self.factors)), some, depth + 1)
        return -1

    def _matters(self, depth: int, yes: list[int], no: list[int]) -> bool:
        """Whether anything hangs on a decision."""
        follows = depth + 1 < len(self.part.decisions) and self.part.decisions[depth + 1].occasion > 0
        outcome = self.part.decisions[depth].outcome
        if self.hides or (follows and (lasts(self.plan, outcome) or alike(self.plan, outcome) > 0.0)):
            return True
        rest = [[(self.rows[each][depth + 1 :], self.label[each]) for each in some] for some in (yes, no)]
        return rest[0] != rest[1]

    def _given(self, depth: int, row: tuple[int, ...]) -> tuple[int, ...]:
        decision = self.part.decisions[depth]
        if decision.outcome < 0:
            return row[:depth]
        looks_back = lasts(self.plan, decision.outcome) or alike(self.plan, decision.outcome) > 0.0
        return (row[depth - 1],) if decision.occasion and looks_back else ()


# The tables


_KEPT: dict[tuple[int, int], tuple[Plan, Tables]] = {}
_MOST_KEPT = 1_024


def tables_of(plan: Plan, cohort: int) -> Tables:
    """The fates of a cohort and how they come about; those of the last deals asked for are kept."""
    found = _KEPT.get((id(plan), cohort))
    if found is not None and found[0] is plan:
        return found[1]
    built = _build(plan, cohort)
    if len(_KEPT) >= _MOST_KEPT:
        _KEPT.clear()
    _KEPT[id(plan), cohort] = plan, built
    return built


def _build(plan: Plan, cohort: int) -> Tables:
    months, class_chance = month_classes(plan, cohort)
    pools = pools_of(plan, cohort, months)
    book = _Book(plan, cohort, pools, months)
    components, first, entered = [], [0, 1], []
    for part in _parts(plan, cohort):
        worth = worths(plan, cohort, pools, months, part)
        component, chosen = _component(plan, pools, part, worth)
        book.enter(part, worth[chosen], part.bits[chosen], first[-1])
        entered.append((part, worth[chosen], first[-1]))
        components.append(component)
        first.append(first[-1] + component.n_patterns)
    for each in entered:
        book.enter_later(*each)
    head = np.array([(1, 1 - pool.left, pool.left, int(pool.seen == 0)) for pool in pools], dtype=np.int64)
    fates = Fates(
        pool_head=head,
        class_of_pool=np.array([pool.month_class for pool in pools], dtype=np.int64),
        first_pattern=np.array(first, dtype=np.int64),
        adds=np.array(sorted(book.adds), dtype=np.int64).reshape(-1, 4),
        counts=np.array(sorted(book.counts), dtype=np.int64).reshape(-1, 4),
        period=book.period(),
        class_chance=class_chance,
        later=np.array(sorted(book.later), dtype=np.int64).reshape(-1, 4),
    )
    return Tables(fates, pools, tuple(components), 1, months, by_class(plan, cohort, months))


def _component(
    plan: Plan, pools: tuple[Pool, ...], part: _Part, worth: npt.NDArray[np.int8]
) -> tuple[Component, IntArray]:
    """A component, and a combination of decisions that stands for each of its patterns."""
    told = _told_apart(pools, part, worth).reshape(worth.shape[0], -1)
    _, first, label = np.unique(told, axis=0, return_index=True, return_inverse=True)
    if first.size > MOST_PATTERNS:
        names = " and ".join(f"'{plan.labels.outcomes[k]}'" for k in part.outcomes)
        raise TooManyError(f"{names} can turn out in {first.size} ways for one person, more than {MOST_PATTERNS}")
    # The most successes first, so that the rest is mostly nothing at all.
    place = np.lexsort((first, -(worth[first] == 1).sum(axis=(1, 2, 3))))
    rank = np.argsort(place)
    chosen = np.asarray(first[place], dtype=np.int64)
    tree = _Tree(plan, part, np.asarray(rank[label.ravel()], dtype=np.int64))
    steps = np.array(tree.steps, dtype=np.int64).reshape(-1, 3)
    component = Component(
        outcomes=part.outcomes,
        decisions=part.decisions,
        factors=tuple(tree.factors),
        parent=np.ascontiguousarray(steps[:, 0]),
        factor=np.ascontiguousarray(steps[:, 1]),
        pattern=np.ascontiguousarray(steps[:, 2]),
        certain=tree.certain,
        same=_same(_told_apart(pools, part, worth)[chosen]),
        n_patterns=chosen.size,
    )
    return component, chosen


def _told_apart(pools: tuple[Pool, ...], part: _Part, worth: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """All that counts of each combination: int8[combination, pool, mark]."""
    marks = worth.reshape(*worth.shape[:2], -1)
    own = np.array([pool.month_class for pool in pools])
    if (own >= 0).all():  # people of a pool are in one class
        marks = worth[:, np.arange(len(pools)), own]
    if part.decisions[-1].outcome < 0:
        seen = np.repeat(part.bits[:, np.newaxis, -1:], len(pools), axis=1)
        marks = np.concatenate([marks, seen], axis=2)
    return marks


def _same(marks: npt.NDArray[np.int8]) -> IntArray:
    """The last pattern that comes to the same as each, by pool: marks int8[pattern, pool, mark]."""
    out = np.empty(marks.shape[1::-1], dtype=np.int64)
    for pool in range(marks.shape[1]):
        last = {mark.tobytes(): place for place, mark in enumerate(marks[:, pool])}
        out[pool] = [last[mark.tobytes()] for mark in marks[:, pool]]
    return out


class _Book:
    """What each pattern adds to measures and head counts."""

    def __init__(self, plan: Plan, cohort: int, pools: tuple[Pool, ...], months: IntArray) -> None:
        self.plan, self.pools = plan, pools
        self.months = np.arange(months.size)
        self.periods = plan.outcomes.period_of_month[:, plan.cohorts.month_ptr[cohort] + months]
        self.rows: dict[tuple[int, bytes], int] = {}
        self.adds: list[tuple[int, int, int, int]] = []
        self.counts: list[tuple[int, int, int, int]] = []
        self.later: list[tuple[int, int, int, int]] = []

    def period(self) -> IntArray:
        """As `Fates.period`."""
        out = np.empty((len(self.rows), self.months.size), dtype=np.int64)
        for place, (row, mask) in enumerate(self.rows):
            where = np.frombuffer(mask, dtype=np.bool_)
            out[place] = np.where(where, self.periods[row] if row >= 0 else 0, -1)
        return out

    def enter(self, part: _Part, worth: npt.NDArray[np.int8], bits: npt.NDArray[np.int8], first: int) -> None:
        """Enter the patterns of a component: worth int8[pattern, pool, class, row], bits int8[pattern, decision]."""
        hides = part.decisions[-1].outcome < 0
        for pool, own in enumerate(self.pools):
            here = self.months if own.month_class < 0 else np.array([own.month_class])
            seen = bits[:, -1] == 1 if hides else np.full(bits.shape[0], own.seen == 1)
            if hides:
                self.counts += [(first + int(pattern), pool, 3, -1) for pattern in np.flatnonzero(~seen)]
            for row in sorted(part.place.keys() - {-1}):
                outcome = int(np.searchsorted(self.plan.outcomes.first_row, row, side="right")) - 1
                self._enter_row(outcome, row, pool, first, worth[:, pool][:, here, row], seen, here)

    def enter_later(self, part: _Part, worth: npt.NDArray[np.int8], first: int) -> None:
        """Enter what only the public purse counts, after everything else: worth int8[pattern, pool, class, row]."""
        measures = self.plan.measures
        for outcome in part.outcomes:
            asked = np.flatnonzero((measures.outcome == outcome) & (measures.statistic >= ABLE))
            if not asked.size:
                continue
            for pool, own in enumerate(self.pools):
                here = self.months if own.month_class < 0 else np.array([own.month_class])
                before = np.zeros((worth.shape[0], here.size), dtype=np.bool_)
                whole = np.full(before.shape, own.left == 0 or everybody_in(self.plan, outcome))
                for row in rows_of(self.plan, outcome):
                    now = worth[:, pool][:, here, row]
                    is_first, met = np.bool_(row == rows_of(self.plan, outcome)[0]), now == 1
                    what = {
                        ABLE: (now != NOT_SPOKEN_OF) & is_first,
                        ACHIEVED: met,
                        FIRST: met & ~before,
                        WHOLE: whole & is_first,
                        WHOLE_EACH: whole,
                    }
                    before |= met & (self.periods[row, here] >= 0)
                    for measure in asked:
                        where = what[int(measures.statistic[measure])]
                        self._enter(self.later, pool, first, int(measure), row, where, here, shared=True)

    def _enter_row(
        self,
        outcome: int,
        row: int,
        pool: int,
        first: int,
        worth: npt.NDArray[np.int8],
        seen: npt.NDArray[np.bool_],
        here: IntArray,
    ) -> None:
        """Worth int8[pattern, class], seen bool[pattern], the classes that are there."""
        measures, spoken = self.plan.measures, worth != NOT_SPOKEN_OF
        visible, met = spoken & seen[:, np.newaxis], worth == 1
        whole = self.plan.outcomes.population[outcome] in (ENROLLED, COMPLETERS)
        what = {ELIGIBLE: spoken if whole else visible, SEEN: visible, SUM: met & visible, SQUARES: met & visible}
        for measure in np.flatnonzero(measures.rows[:, row] == 1):
            statistic = int(measures.statistic[measure])
            if statistic in what:
                self._enter(self.adds, pool, first, int(measure), row, what[statistic], here, shared=True)
        column = HEAD + 2 * outcome
        self._enter(self.counts, pool, first, column, -1, met, here, shared=False)
        self._enter(self.counts, pool, first, column + 1, row, met & visible, here, shared=False)

    def _enter(
        self,
        book: list[tuple[int, int, int, int]],
        pool: int,
        first: int,
        column: int,
        row: int,
        where: npt.NDArray[np.bool_],
        here: IntArray,
        *,
        shared: bool,
    ) -> None:
        if row >= 0:
            where = where & (self.periods[row, here] >= 0)
        if shared and (where == where[:1]).all():  # the pool alone decides
            where, first = where[:1], 0
        for pattern, classes in enumerate(where):
            if classes.any():
                book.append((first + pattern, pool, column, self._row(row, classes, here)))

    def _row(self, row: int, classes: npt.NDArray[np.bool_], here: IntArray) -> int:
        """A row that counts in some classes only; -1 for what counts in all of them, measured or not."""
        everywhere = bool(classes.all()) or bool((classes == (self.periods[row, here] >= 0)).all() and row >= 0)
        if row < 0 and everywhere:
            return -1
        mask = np.ones(self.months.size, dtype=np.bool_)
        if not everywhere:
            mask[:] = False
            mask[here[classes]] = True
        return self.rows.setdefault((row, mask.tobytes()), len(self.rows))
