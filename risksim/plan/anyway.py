"""What would have happened without the programme: the outcomes of which the deal says it, as arrays."""

from __future__ import annotations

import numpy as np

from risksim.plan import layout
from risksim.plan.numbers import Gathered, slots
from risksim.scenario.gates import in_order
from risksim.scenario.leaving import Moves
from risksim.scenario.outcomes import Outcome, PersonOutcome
from risksim.scenario.scenario import Scenario

PEOPLE = {"enrolled": 0, "completers": 1, "measured": 1}
"""Column of head counts with the people of whom an outcome speaks: who cannot be measured may have met it all the same,
and is among those who achieved it."""


def anyway(gathered: Gathered) -> layout.Anyway | None:
    """The outcomes that can be split into what would have come anyway and what the programme adds.

    Not those behind a gate of which nothing is said or that is looked at several times, those that are seen to come
    over several measurements, and none where moving away turns successes into failures or takes people out: there
    nobody counts of how many people the outcome speaks.
    """
    scenario = gathered.scenario
    if any(isinstance(cohort.moves, Moves) and cohort.moves.then != "kept" for cohort in scenario.cohorts):
        return None
    rows: list[str] = []
    for name in in_order(scenario.personal):
        if name in gathered.anyway and _is_clear(scenario, scenario.personal[name], rows):
            rows.append(name)
    if not rows:
        return None
    personal = scenario.personal
    said = [personal[name] for name in rows]

    def of_rows(numbers: list[int]) -> layout.IntArray:
        return np.array(numbers, dtype=np.int64)

    return layout.Anyway(
        of_rows([list(personal).index(name) for name in rows]),
        of_rows([PEOPLE[_of(scenario, outcome)] for outcome in said]),
        of_rows([outcome.times for outcome in said]),
        of_rows([rows.index(outcome.after) if outcome.after is not None else -1 for outcome in said]),
        of_rows([rows.index(outcome.unless) if outcome.unless is not None else -1 for outcome in said]),
        *slots([gathered.anyway[name] for name in rows]),
    )


def _is_clear(scenario: Scenario, outcome: PersonOutcome, rows: list[str]) -> bool:
    if getattr(outcome, "onset", None) is not None and outcome.times > 1:
        return False
    gates = [name for name in (outcome.after, outcome.unless) if name is not None]
    return all(name in rows and scenario.personal[name].times == 1 for name in gates)


def _of(scenario: Scenario, outcome: PersonOutcome) -> str:
    """Whom an outcome speaks of; of those who met an earlier one, whom that speaks of."""
    while outcome.of == "earlier" and outcome.after is not None:
        outcome = scenario.personal[outcome.after]
    return outcome.counted if isinstance(outcome, Outcome) else outcome.of
