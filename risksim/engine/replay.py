"""One path, drawn again and opened: its people month by month, then the same payments and returns as in a run."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import key_of
from risksim.engine.effects import compare_groups, effect_lives, know_effects, numbers_on_paths
from risksim.engine.inputs import draw_inputs
from risksim.engine.lives import head_of, live_tile, meter_tile
from risksim.engine.results import know_results
from risksim.engine.run import MOST_PATHS, allocate, store
from risksim.engine.settle import settle
from risksim.errors import RunError
from risksim.plan.layout import LANES, CohortLife, EffectLife, Plan, Replay


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
    measured = np.zeros((1, plan.cohorts.places.size, plan.measures.outcome.size, plan.calendar.years.size))
    results = allocate(plan, 1, keep_claims=True)
    headcount = np.empty_like(results.headcount)
    cohorts = []
    for cohort in range(plan.cohorts.places.size):
        tile = live_tile(plan, key, first, cohort, inputs)
        measured[0, cohort] = meter_tile(plan, cohort, tile, inputs)[lane]
        headcount[0, cohort] = head_of(plan, cohort, tile)[lane]
        people = slice(0, int(tile.n_enrolled[lane]))
        cohorts.append(
            CohortLife(
                tile.enrolled_at[people, lane],
                tile.left_at[people, lane],
                tile.seen[people, lane],
                tile.worth[:, people, lane],
            )
        )
    know_results(plan, mine, measured)
    effects: tuple[EffectLife, ...] = ()
    if plan.effects.measure.size:
        numbers = numbers_on_paths(plan, inputs)
        groups = compare_groups(plan, key, first, numbers)[:, :, lane : lane + 1]
        numbers = numbers[:, :, lane : lane + 1]
        know_effects(plan, numbers, groups, measured)
        effects = effect_lives(plan, numbers, groups, measured)
    store(results, 0, mine, headcount, settle(plan, mine, measured))
    return Replay(path, seed, tuple(cohorts), measured, effects, results)
