"""Which dimension of the quasi-random points decides what: what moves the money most comes first.

First the uncertain inputs in the order of the plan, then the economy of each year, then what the people of a cohort
share, cohort by cohort, then the counts of people (`risksim.engine.conditional`). What lies beyond the last dimension
is drawn by address.
"""

from __future__ import annotations

from risksim.plan.layout import Plan

DIMENSIONS = 256
"""Dimensions of the points of a run; what comes later is drawn by Philox."""


def input_dimensions(plan: Plan) -> tuple[int, ...]:
    """The dimension of each input; -1 for what is worked out of others or lies beyond the last one.

    Inputs with one address share their number, and so their dimension.
    """
    worked_out = {each.slot for each in plan.derived}
    found: dict[int, int] = {}
    for slot, address in enumerate(map(int, plan.inputs.address)):
        if slot not in worked_out:
            found.setdefault(address, len(found))
    places = [
        -1 if slot in worked_out else found[address] for slot, address in enumerate(map(int, plan.inputs.address))
    ]
    return tuple(place if place < DIMENSIONS else -1 for place in places)


def year_dimensions(plan: Plan) -> range:
    """The dimensions of what is new in the economy of each calendar year, from the first on."""
    tied = plan.dependence
    if tied is None or not tied.macro.any():
        return range(0)
    first, n_years = _drawn_inputs(plan), int(tied.year.max(initial=tied.first_year)) + 1 - tied.first_year
    return range(first, max(min(first + n_years, DIMENSIONS), first))


def shared_dimensions(plan: Plan) -> dict[tuple[int, int], int]:
    """The dimension of what the people of a cohort share, by cohort and address of the outcome (0 for all outcomes)."""
    outcomes = [] if plan.sites is None else [int(plan.outcomes.address[k]) for k in plan.sites.outcome]
    if plan.dependence is not None and plan.dependence.cohort.any():
        outcomes.append(0)
    pairs = [(cohort, outcome) for cohort in range(plan.cohorts.places.size) for outcome in outcomes]
    first = _drawn_inputs(plan) + len(year_dimensions(plan))
    return {pair: first + place for place, pair in enumerate(pairs) if first + place < DIMENSIONS}


def first_of_counts(plan: Plan) -> int:
    """The first dimension that decides a count of people."""
    return _drawn_inputs(plan) + len(year_dimensions(plan)) + len(shared_dimensions(plan))


def _drawn_inputs(plan: Plan) -> int:
    return max(input_dimensions(plan), default=-1) + 1
