"""One path, drawn again and opened: its people month by month, then the same payments and returns as in a run."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import key_of
from risksim.engine.heads import count_heads
from risksim.engine.inputs import draw_inputs
from risksim.engine.lives import head_of, live_tile, meter_tile
from risksim.engine.results import know_results
from risksim.engine.run import MOST_PATHS, allocate, store
from risksim.engine.settle import settle
from risksim.errors import RunError
from risksim.plan.layout import LANES, RESULT, CohortLife, Plan, Replay


def replay(plan: Plan, seed: int, path: int) -> Replay:
    """Draw one path again, person by person.

    Parameters
    ----------
    plan : Plan
        The deal.
    seed : int
        Seed of the run.
    path : int
        Which path, counted from 0.

    Returns
    -------
    Replay
        Equal to that path of a run in every bit.

    Raises
    ------
    RunError
        If there is no such path.
    """
    if not 0 <= path < MOST_PATHS:
        raise RunError(f"got path {path}; paths are counted from 0. Try --path 4711.")
    key = np.array(key_of(seed, plan.stream), dtype=np.uint64)
    lane = path % LANES
    first = path - lane
    inputs = draw_inputs(plan.inputs, key, first, LANES)
    mine = inputs[lane : lane + 1]
    measured = np.zeros((1, max(plan.cohorts.places.size, 1), plan.measures.outcome.size, plan.calendar.years.size))
    results = allocate(plan, 1, keep_claims=True)
    headcount = np.empty_like(results.headcount)
    cohorts = []
    for cohort in range(plan.cohorts.places.size):
        tile = live_tile(plan, key, first, cohort, inputs)
        meters = [meter_tile(plan, cohort, k, tile) for k in range(plan.outcomes.address.size)]
        for m, (k, statistic) in enumerate(zip(plan.measures.outcome, plan.measures.statistic, strict=True)):
            if k >= 0 and statistic != RESULT:
                measured[0, cohort, m] = meters[k][lane, statistic]
        headcount[0, cohort] = head_of(tile, meters)[lane]
        people = slice(0, int(tile.n_enrolled[lane]))
        cohorts.append(
            CohortLife(
                tile.enrolled_at[people, lane],
                tile.left_at[people, lane],
                tile.seen[people, lane],
                tile.met_at[:, people, lane],
            )
        )
    measured += count_heads(plan, key, first, inputs)[lane : lane + 1]
    know_results(plan, mine, measured)
    store(results, 0, mine, headcount, settle(plan, mine, measured))
    return Replay(path, seed, tuple(cohorts), measured, results)
