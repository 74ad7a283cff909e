"""What each dimension of the points of a run decides, in words: for reports that say which were moved."""

from __future__ import annotations

import re

import numpy as np

from risksim.engine.conditional import Schedule, schedule_of
from risksim.engine.dimensions import input_dimensions, shared_dimensions, year_dimensions
from risksim.engine.fates import Fates
from risksim.engine.fates_of_deals import fates_of
from risksim.kernels.patterns import HEAD
from risksim.plan.layout import Plan

PLACE = re.compile(r"\w+\[([^\]]*)\]\.([\w.]+)")
"""An input by its place in the file, as ``outcomes[job].success_rate``."""


def names_of(plan: Plan, n_dimensions: int) -> tuple[str, ...]:
    """What the first dimensions decide, in words that stand before "1.3 standard deviations down".

    Parameters
    ----------
    plan : Plan
        A deal that the conditional engine can run.
    n_dimensions : int
        How many at most.

    Returns
    -------
    tuple of str
        Fewer where the deal has fewer; classes of enrolment are left out.
    """
    labels = plan.labels
    found: dict[int, str] = {}
    for slot, dimension in enumerate(input_dimensions(plan)):
        if dimension >= 0:
            found.setdefault(dimension, _of_input(labels.inputs[slot].name))
    for place, dimension in enumerate(year_dimensions(plan)):
        assert plan.dependence is not None
        found[dimension] = f"the economy of {plan.dependence.first_year + place}"
    of_address = {int(address): labels.outcomes[k] for k, address in enumerate(plan.outcomes.address)}
    for (cohort, address), dimension in shared_dimensions(plan).items():
        about = f" about '{of_address[address]}'" if address else ""
        found[dimension] = f"what the people of '{labels.cohorts[cohort]}' share{about}"
    names = [found[dimension] for dimension in sorted(found)]
    for cohort in range(plan.cohorts.places.size):
        if len(names) < n_dimensions:
            names += _of_counts(plan, cohort, schedule_of(fates_of(plan, cohort)))
    return tuple(names[:n_dimensions])


def _of_input(name: str) -> str:
    place = PLACE.fullmatch(name)
    return f"the {re.sub('[._]', ' ', place[2])} of '{place[1]}'" if place else name


def _of_counts(plan: Plan, cohort: int, schedule: Schedule) -> list[str]:
    """The counts of a cohort in the order in which they are drawn: pools, then patterns."""
    fates, name = schedule.fates, plan.labels.cohorts[cohort]
    pools = [_pool(row.tolist()) for row in fates.pool_head]
    names = [f"how many of '{name}' {pool}" for pool in pools[:-1]]
    for pool, component, _ in schedule.chains:
        own = range(int(fates.first_pattern[component]), int(fates.first_pattern[component + 1]) - 1)
        names += [f"how many of '{name}' who {pools[pool]} {_pattern(plan, fates, pattern)}" for pattern in own]
    return names


def _pool(heads: list[int]) -> str:
    _, completed, _, unmeasured = heads
    return f"{'stay' if completed else 'leave'} and {'cannot' if unmeasured else 'can'} be measured"


def _pattern(plan: Plan, fates: Fates, pattern: int) -> str:
    columns = np.unique(fates.counts[fates.counts[:, 0] == pattern, 2]).tolist()
    met = [plan.labels.outcomes[(column - HEAD) // 2] for column in columns if (column - HEAD) % 2 == 0]
    return "meet " + " and ".join(f"'{each}'" for each in met) if met else "meet nothing"
