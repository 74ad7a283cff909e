"""One path, drawn again and opened: its people month by month, then the same payments and returns as in a run."""

from __future__ import annotations

import numpy as np

from risksim.engine.behind import behind, world_of
from risksim.engine.effects import compare_groups, effect_lives, form_groups, numbers_on_paths
from risksim.engine.ending import find_stops, no_stops
from risksim.engine.heads import planned_heads
from risksim.engine.inputs import inputs_of
from risksim.engine.keep import allocate, store
from risksim.engine.known import know_all
from risksim.engine.lives import counted_worth, head_of, live_tile, meter_tile
from risksim.engine.run import MOST_PATHS, Engine, Settings, check_engine, keys_of_run
from risksim.engine.settle import settle
from risksim.engine.words import KeyArray
from risksim.errors import RunError
from risksim.kernels.changes import changed_terms
from risksim.language import _
from risksim.plan.layout import LANES, NEVER, CohortLife, EffectLife, FloatArray, Int32Array, Plan, Replay, Stops


def replay(plan: Plan, seed: int, path: int, engine: Engine = "individual") -> Replay:
    """Draw one path again, person by person.

    Parameters
    ----------
    plan : Plan
        The deal.
    seed : int
        Seed of the run.
    path : int
        Which path, counted from 0.
    engine : {"individual", "conditional"}
        Engine of the run.

    Returns
    -------
    Replay
        Equal to that path of a run of the individual engine in every bit. Of the conditional engine: its inputs and
        what cohorts share, and people drawn at these.

    Raises
    ------
    RunError
        If there is no such path, or the engine can't run the deal.
    """
    if not 0 <= path < MOST_PATHS:
        raise RunError(_("got path {path}; paths are counted from 0. Try --path 4711.", path=path))
    settings = Settings(seed=seed, engine=engine)
    check_engine(plan, engine)
    key = keys_of_run(plan, settings)
    lane = path % LANES
    first = path - lane
    inputs = inputs_of(plan, key, first, LANES)
    mine = inputs[lane : lane + 1]
    n_cohorts = max(plan.cohorts.places.size, 1)
    measured = np.zeros((LANES, n_cohorts, plan.measures.outcome.size, plan.calendar.years.size))
    results = allocate(plan, 1, keep_claims=True)
    headcount = np.empty_like(results.headcount)
    cohorts = _live(plan, key, first, lane, inputs, None, measured, headcount)
    know_all(plan, key, first, inputs, measured)
    planned = planned_heads(plan, measured[lane : lane + 1])
    stops = find_stops(plan, key, path, mine, measured[lane : lane + 1])
    on_lane = None
    if stops is not None and stops.month[0] != NEVER:
        on_lane = no_stops(LANES)
        for of_lane, of_path in zip(on_lane, stops, strict=True):
            of_lane[lane] = of_path[0]
        cohorts = _live(plan, key, first, lane, inputs, on_lane, measured, headcount)
        know_all(plan, key, first, inputs, measured, on_lane)
    own = measured[lane : lane + 1]
    store(results, 0, mine, headcount, settle(plan, mine, own, stops, planned), stops)
    changed = changed_terms(own, plan.payments, plan.changes, mine) if plan.changes is not None else ({}, {})
    effects = _effects(plan, key, first, lane, inputs, own, on_lane)
    world = world_of(plan, key, first, lane, inputs)
    return Replay(path, seed, cohorts, own, effects, results, *changed, world, engine)


def _effects(
    plan: Plan,
    key: KeyArray,
    first: int,
    lane: int,
    inputs: FloatArray,
    measured: FloatArray,
    stops: Stops | None,
) -> tuple[EffectLife, ...]:
    """What each effect of one lane of a tile is made of."""
    if not plan.effects.measure.size:
        return ()
    numbers = numbers_on_paths(plan, inputs)
    form_groups(plan, key, first, inputs, numbers, stops)
    groups = compare_groups(plan, key, first, numbers)
    here = slice(lane, lane + 1)
    return tuple(effect_lives(plan, numbers[:, :, here], groups[:, :, here], measured))


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
        counted = counted_worth(plan, cohort, tile, stops)
        measured[:, cohort] = meter_tile(plan, cohort, tile, counted, inputs)
        headcount[0, cohort] = head_of(plan, cohort, tile, counted)[lane]
        people = tile.enrolled_at[:, lane] != NEVER
        moved_at = np.full_like(tile.left_at, NEVER) if tile.moved_at is None else tile.moved_at
        cohorts.append(
            CohortLife(
                tile.enrolled_at[people, lane],
                tile.left_at[people, lane],
                tile.seen[people, lane],
                tile.worth[:, people, lane],
                moved_at[people, lane],
                *behind(plan, key, first, lane, cohort, inputs, stops, tile),
            )
        )
    return tuple(cohorts)
