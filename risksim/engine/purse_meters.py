"""The people's meters of the public purse, beside those of the contract while people are drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from risksim.engine.heads import period_of_month
from risksim.plan.layout import (
    ABLE,
    ACHIEVED,
    AMOUNT_OF,
    FINISHED,
    FIRST,
    MONTHS,
    POINTS,
    SCORE,
    SPELL,
    USE,
    WHILE_MET,
    WHOLE,
    WHOLE_EACH,
    FloatArray,
    Int32Array,
    IntArray,
    Measures,
    Plan,
    Purse,
)


class Meters(NamedTuple):
    """A deal whose drawing counts for the purse too."""

    plan: Plan
    """The deal, with columns for the purse after those of the contract."""
    contract: int
    """How many columns are the contract's."""
    column: dict[tuple[int, int], int]
    """The column of an outcome and a statistic of the purse; of people only where they are drawn."""


_KEPT: dict[tuple[int, str], tuple[Plan, Meters]] = {}
_MOST_KEPT = 64


def purse_of(plan: Plan) -> Purse:
    """The public purse of a deal that has one."""
    assert plan.purse is not None
    return plan.purse


def meters_of(plan: Plan, engine: str) -> Meters:
    """A deal with the meters of its purse appended; those of the last deals asked for are kept."""
    found = _KEPT.get((id(plan), engine))
    if found is not None and found[0] is plan:
        return found[1]
    built = _build(plan, engine)
    if len(_KEPT) >= _MOST_KEPT:
        _KEPT.clear()
    _KEPT[id(plan), engine] = plan, built
    return built


def _build(plan: Plan, engine: str) -> Meters:
    purse, own = purse_of(plan), plan.measures
    asked = list(zip(purse.meters.outcome.tolist(), purse.meters.statistic.tolist(), strict=True))
    timed = np.repeat(purse.lines.counts == WHILE_MET, np.diff(purse.lines.claim_ptr))
    asked += [(outcome, ACHIEVED) for outcome in purse.lines.claim_outcome[timed].tolist()]
    for outcome in np.flatnonzero(says_anyway(plan)).tolist():
        asked += [(outcome, FIRST), (outcome, WHOLE)]
        if (outcome, ACHIEVED) in asked:
            asked.append((outcome, WHOLE_EACH))
    # The conditional engine draws no months of single people: when they come and finish is reckoned.
    drawn = [each for each in dict.fromkeys(asked) if each[1] >= ABLE or engine != "conditional"]
    rows = np.zeros((len(drawn), own.rows.shape[1]), dtype=np.uint8)
    for m, (outcome, _) in enumerate(drawn):
        if outcome >= 0:
            rows[m, plan.outcomes.first_row[outcome] : plan.outcomes.first_row[outcome + 1]] = 1
    outcomes, statistics = (np.array([each[axis] for each in drawn], dtype=np.int64) for axis in (0, 1))
    never = np.zeros((len(drawn), own.measured_in.shape[1]), dtype=np.uint8)
    joined = Measures(
        np.concatenate([own.outcome, outcomes]),
        np.concatenate([own.statistic, statistics]),
        np.concatenate([own.rows, rows]),
        np.concatenate([own.measured_in, never]),
    )
    place = {each: own.outcome.size + m for m, each in enumerate(drawn)}
    return Meters(plan._replace(measures=joined), own.outcome.size, place)


def is_yes_or_no(plan: Plan, outcome: int) -> bool:
    """Whether an outcome is met or not, and no amount."""
    if plan.processes is None:
        return True
    kind, clause = int(plan.processes.kind[outcome]), int(plan.processes.clause[outcome])
    amounts = kind in (AMOUNT_OF, USE) or (kind == SPELL and clause == MONTHS) or (kind == SCORE and clause == POINTS)
    return not amounts


def says_anyway(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """bool[outcome]: whether anything says who would meet an outcome anyway."""
    purse, n_outcomes = purse_of(plan), plan.outcomes.address.size
    said = (purse.anyway_slot >= 0) | ~np.isnan(purse.anyway_value)
    if plan.anyway is not None:
        said[plan.anyway.outcome] = True
    return said & np.array([is_yes_or_no(plan, outcome) for outcome in range(n_outcomes)], dtype=np.bool_)


def gross_only_lines(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """bool[line]: whether nothing says of an outcome that claims a line who would have met it anyway: what the line
    saves net is then reckoned as gross.
    """
    lines, out = purse_of(plan).lines, np.zeros(purse_of(plan).lines.kind.size, dtype=np.bool_)
    if not lines.claim_outcome.size:
        return out
    said = says_anyway(plan)
    for line, (first, end) in enumerate(pairwise(lines.claim_ptr.tolist())):
        out[line] = not said[lines.claim_outcome[first:end]].all()
    return out


def reckoned_heads(plan: Plan, headcount: Int32Array, statistic: int) -> FloatArray:
    """Who comes or finishes, by period, where only their number is drawn: float64[path, cohort, period].

    When they do is as expected of the months of enrolment, so that there are fractions of people.
    """
    months, cohorts = period_of_month(plan), plan.cohorts
    out = np.zeros((*headcount.shape[:2], plan.calendar.years.size))
    for cohort in range(cohorts.places.size):
        later = int(cohorts.duration[cohort]) if statistic == FINISHED else 0
        people = headcount[:, cohort, 1 if statistic == FINISHED else 0]
        weights = cohorts.month_weight[cohorts.month_ptr[cohort] : cohorts.month_ptr[cohort + 1]]
        for month, weight in enumerate(weights):
            period = months[month + later]
            if period >= 0:
                out[:, cohort, period] += people * weight
    return out


def columns_of(found: FloatArray, meters: Meters, outcome: int, statistic: int) -> FloatArray:
    """One column of what was counted: float64[path, cohort, period]."""
    return np.ascontiguousarray(found[:, :, meters.column[outcome, statistic]])


def periods_of_rows(plan: Plan, cohort: int, outcome: int) -> IntArray:
    """The period of each measurement of an outcome: int64[row, month of the window]."""
    months = slice(plan.cohorts.month_ptr[cohort], plan.cohorts.month_ptr[cohort + 1])
    rows = slice(plan.outcomes.first_row[outcome], plan.outcomes.first_row[outcome + 1])
    return np.ascontiguousarray(plan.outcomes.period_of_month[rows, months])
