"""Rules that change the terms of others, and claims split between the payers of cohorts, as arrays."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from risksim.plan import layout
from risksim.plan.numbers import Number, slots
from risksim.scenario.base import value_of
from risksim.scenario.changes import places_of, split_by, what_changes
from risksim.scenario.outcomes import ProgrammeResult
from risksim.scenario.payments import AmendTerms, RebaseTerms, changed_rules, terms_of
from risksim.scenario.scenario import Scenario
from risksim.scenario.terms import exact

MILLION = 10**6
_WHAT = {"price": layout.TIMES, "new price": layout.SET, "goal": layout.SHIFT}
_COUNTS = {
    "count": layout.COUNT,
    "share": layout.SHARE,
    "mean": layout.SHARE,
    "value": layout.VALUE,
    "people": layout.PEOPLE,
}
UNMEASURED = {
    None: layout.FAILURE,
    "failure": layout.FAILURE,
    "exclude": layout.EXCLUDE,
    "assumed": layout.ASSUMED,
    "observed": layout.OBSERVED,
}


class Change(NamedTuple):
    """One rule that changes others, as its builder says it."""

    clause: int
    number: Number
    columns: tuple[int, int, int]


def moved(scenario: Scenario) -> set[int]:
    """Positions of the rules whose goals move."""
    return {
        k
        for position, rule in enumerate(scenario.payments)
        if isinstance(terms := terms_of(rule), RebaseTerms | AmendTerms) and what_changes(terms) == "goal"
        for k in changed_rules(scenario.payments, position)
    }


def changes(
    scenario: Scenario, found: Sequence[Change], follow_ups: Sequence[dt.date], dates: Sequence[dt.date]
) -> layout.Changes | None:
    """The changes of a deal; None where there is none."""
    if not found:
        return None
    n, clauses = len(found), len(scenario.payments)
    said = [terms_of(scenario.payments[change.clause]) for change in found]
    changed, bounds = np.zeros((n, clauses), np.uint8), np.zeros((2, n, clauses))
    bounds[0], bounds[1] = -math.inf, math.inf
    for i, change in enumerate(found):
        for k in changed_rules(scenario.payments, change.clause):
            changed[i, k] = 1
            if isinstance(said[i], RebaseTerms) and said[i].changes == "goal":
                bounds[:, i, k] = _bounds(said[i], terms_of(scenario.payments[k]))
    when = [_decided(scenario, terms, follow_ups) for terms in said]
    amends = [terms if isinstance(terms, AmendTerms) else None for terms in said]
    rebases = [terms if isinstance(terms, RebaseTerms) else None for terms in said]
    grains = [_grain(terms) if terms is not None else 1 for terms in amends]
    goals = [_goal(terms) if terms is not None else Fraction(0) for terms in amends]
    rates = [exact(a.assumed_rate) if a is not None and a.assumed_rate is not None else Fraction(0) for a in amends]

    def of_rebase(name: str) -> layout.FloatArray:
        return np.array([getattr(terms, name) if terms is not None else 0.0 for terms in rebases], dtype=np.float64)

    def flags(values: Sequence[bool]) -> layout.ByteArray:
        return np.array(values, dtype=np.uint8)

    return layout.Changes(
        clause=np.array([change.clause for change in found], dtype=np.int64),
        changed=changed,
        what=np.array([_WHAT[what_changes(terms)] for terms in said], dtype=np.int64),
        rebased=flags([terms is not None for terms in rebases]),
        period=np.array([dates.index(decided) for decided, _ in when], dtype=np.int64),
        since=np.array([dates.index(since) for _, since in when], dtype=np.int64),
        retroactive=flags([terms is not None and terms.retroactive for terms in rebases]),
        column=np.array([change.columns for change in found], dtype=np.int64),
        counts=np.array([_COUNTS[a.counts] if a is not None else layout.VALUE for a in amends], dtype=np.int64),
        unmeasured=np.array([UNMEASURED[a.unmeasured] if a is not None else 0 for a in amends], dtype=np.int64),
        grain=np.array(grains, dtype=np.float64),
        assumed_rate=np.array([float(r * g) for r, g in zip(rates, grains, strict=True)], dtype=np.float64),
        goal=np.array([float(q * g) for q, g in zip(goals, grains, strict=True)], dtype=np.float64),
        below=flags([terms is not None and terms.below is not None for terms in amends]),
        amount_slot=slots([change.number for change in found])[0],
        amount_value=slots([change.number for change in found])[1],
        assumed_baseline=of_rebase("assumed"),
        tolerance=of_rebase("tolerance"),
        strength=of_rebase("strength"),
        least=of_rebase("least"),
        most=of_rebase("most"),
        lowest=bounds[0],
        highest=bounds[1],
    )


def _decided(
    scenario: Scenario, terms: RebaseTerms | AmendTerms, follow_ups: Sequence[dt.date]
) -> tuple[dt.date, dt.date]:
    """When a change is decided, and the first date whose claims it touches."""
    if isinstance(terms, RebaseTerms):
        first = known_first(scenario.results[terms.baseline], follow_ups)
        return first, first
    on = value_of(terms.on)
    return on, follow_ups[list(follow_ups).index(on) + 1]


def known_first(result: ProgrammeResult, follow_ups: Sequence[dt.date]) -> dt.date:
    """The first follow-up that knows a result."""
    if not isinstance(result.result, list):
        return follow_ups[0]
    earliest = min(value_of(entry.on) for entry in result.result)
    return next(date for date in follow_ups if date >= earliest)


def _bounds(change: RebaseTerms, goal: Any) -> tuple[float, float]:
    """How far the goals of a rule may move, in whole millionths: by its first goal above zero."""
    first = min(exact(place) for place in places_of(goal) if place > 0)
    low, high = (exact(change.least) - 1) * first * MILLION, (exact(change.most) - 1) * first * MILLION
    return float(math.ceil(low)), float(math.floor(high))


def _goal(terms: AmendTerms) -> Fraction:
    goal = terms.below if terms.below is not None else terms.at_least
    assert goal is not None
    return exact(goal)


def _grain(terms: AmendTerms) -> int:
    if terms.counts == "value":
        return 1
    rate = exact(terms.assumed_rate) if terms.assumed_rate is not None else Fraction(0)
    return math.lcm(_goal(terms).denominator, rate.denominator)


def splits(
    scenario: Scenario, shares: Sequence[Mapping[str, Fraction]], columns: Mapping[int, tuple[int, int]]
) -> layout.Splits | None:
    """The splits of a deal; None where there is none.

    Parameters
    ----------
    scenario : Scenario
        The deal.
    shares : sequence of mapping
        The payers of each clause.
    columns : mapping
        By clause that is split, the measures of people verified and eligible.
    """
    if not columns:
        return None
    said = {"by successes": layout.BY_SUCCESSES, "by people": layout.BY_PEOPLE, None: 0}
    n, cohorts = len(scenario.payments), scenario.cohorts
    column, row_of_cohort = np.full((n, 2), -1, np.int64), np.zeros((n, len(cohorts)), np.int64)
    for k, both in columns.items():
        column[k] = both
        row_of_cohort[k] = [list(shares[k]).index(str(cohort.payer)) for cohort in cohorts]
    by = np.array([said[split_by(rule)] for rule in scenario.payments], dtype=np.int64)
    return layout.Splits(by, column, row_of_cohort)
