"""One path, drawn again and opened: its people month by month, then the same payments and returns as in a run."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import key_of
from risksim.engine.ending import find_stops, know_results_until, no_stops
from risksim.engine.inputs import draw_inputs
from risksim.engine.lives import KeyArray, head_of, live_tile, meter_tile
from risksim.engine.results import know_results
from risksim.engine.run import MOST_PATHS, allocate, store
from risksim.engine.settle import settle
from risksim.errors import RunError
from risksim.plan.layout import LANES, NEVER, RESULT, CohortLife, FloatArray, Int32Array, Plan, Replay, Stops


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
    cohorts = _live(plan, key, first, lane, inputs, None, measured, headcount)
    know_results(plan, mine, measured)
    stops = find_stops(plan, key, path, mine, measured)
    if stops is not None and stops.month[0] != NEVER:
        on_lane = no_stops(LANES)
        for of_lane, of_path in zip(on_lane, stops, strict=True):
            of_lane[lane] = of_path[0]
        cohorts = _live(plan, key, first, lane, inputs, on_lane, measured, headcount)
        know_results_until(plan, mine, stops.counted, measured)
    store(results, 0, mine, headcount, settle(plan, mine, measured, stops), stops)
    return Replay(path, seed, cohorts, measured, results)


def _live(
    plan: Plan,
    key: KeyArray,
    first: int,
    lane: int,
    inputs: FloatArray,
    stops: Stops | None,
    measured: FloatArray,
    headcount: Int32Array,
) -> tuple[CohortLife, ...]:
    """The people of one lane of a tile; what was measured of them, and their number, are written down."""
    cohorts = []
    for cohort in range(plan.cohorts.places.size):
        tile = live_tile(plan, key, first, cohort, inputs, stops)
        meters = [meter_tile(plan, cohort, k, tile, stops) for k in range(plan.outcomes.address.size)]
        for m, (k, statistic) in enumerate(zip(plan.measures.outcome, plan.measures.statistic, strict=True)):
            if statistic != RESULT:
                measured[0, cohort, m] = meters[k][lane, statistic]
        headcount[0, cohort] = head_of(tile, meters)[lane]
        people = tile.enrolled_at[:, lane] != NEVER
        cohorts.append(
            CohortLife(
                tile.enrolled_at[people, lane],
                tile.left_at[people, lane],
                tile.seen[people, lane],
                tile.met_at[:, people, lane],
            )
        )
    return tuple(cohorts)
