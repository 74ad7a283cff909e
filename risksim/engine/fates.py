"""What may become of a person of one cohort, as the contract sees it, and with what chance.

Given the inputs of a path and what its people share, the people of a cohort are independent and alike (but for when
they enrol). So everything that the contract counts of them follows from how many meet each *fate*, and those numbers
are multinomial. The conditional engine draws them without drawing a person.

A fate is told in three parts:

- a *pool*: whether a person stays or leaves (and when, as far as measurements tell), and can be measured or not;
- of every *component* one *pattern*: which measurements of a group of outcomes are met. Outcomes that hang together
  (through a gate, repeats that look at each other, or what goes together in one person) are one component; given the
  pool, components are independent;
- a *class*: the months of enrolment whose measurements all fall into the same periods.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risksim.plan.layout import EARLIER, ENROLLED, FloatArray, IntArray, Plan

NOTHING_LATER: IntArray = np.empty((0, 4), dtype=np.int64)


class Fates(NamedTuple):
    """The fates of one cohort. Depends on the plan alone."""

    pool_head: IntArray
    """int64[pool, 4]: what one person of a pool adds to enrolled, completed, dropped out, unmeasured. [people]"""
    class_of_pool: IntArray
    """int64[pool]: the class in which all people of the pool are; -1 where a pool has people of every class."""
    first_pattern: IntArray
    """int64[component + 1]: where the patterns of each component begin; the last one of a component is the rest."""
    adds: IntArray
    """int64[add, 4]: pattern, pool, measure and row: one person of the pattern in the pool adds one to the measure, in
    the period in which the row is measured."""
    counts: IntArray
    """int64[count, 4]: pattern, pool, column of the head count and row: one person adds one to the column; where row is
    not -1, only if the row is measured at all in the person's class."""
    period: IntArray
    """int64[row, class]: period in which a row is measured, -1 where it never is."""
    class_chance: FloatArray
    """float64[class]: chance of each class, for pools with people of every class. [1]"""
    later: IntArray = NOTHING_LATER
    """int64[add, 4]: as `adds`, of what only the public purse counts, so that it is drawn after everything else."""


class Chances(NamedTuple):
    """The chances of the fates of one cohort on some paths."""

    n_enrolled: IntArray
    """int64[path]. [people]"""
    pool: FloatArray
    """float64[path, pool]: sums to one over pools. [1]"""
    pattern: FloatArray
    """float64[path, pattern, pool]: sums to one over the patterns of each component. [1]"""


def everybody_in(plan: Plan, outcome: int) -> bool:
    """Whether an outcome would speak of everybody who enrols, and not only of completers, if it waited for no other."""
    own = plan.processes
    while plan.outcomes.population[outcome] == EARLIER and own is not None and own.gate[outcome] >= 0:
        outcome = int(own.gate[outcome])
    return bool(plan.outcomes.population[outcome] in (ENROLLED, EARLIER))
