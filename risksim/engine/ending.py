"""Deals that end early: the stop of each path, and its people drawn again up to there."""

from __future__ import annotations

import numpy as np

from risksim.engine.enrolment import enrol
from risksim.engine.inputs import inputs_of
from risksim.engine.known import know_all
from risksim.engine.lives import live_block
from risksim.engine.words import KeyArray
from risksim.kernels import ending as kernels
from risksim.plan.layout import LANES, NEVER, READS_ENROLLED, FloatArray, Int32Array, Plan, Stops


def end_early(
    plan: Plan, key: KeyArray, first_path: int, inputs: FloatArray, measured: FloatArray, headcount: Int32Array
) -> Stops | None:
    """Find the stops of consecutive paths, and draw the paths that stop again.

    A decision knows only what was measured up to its day, which no later stop changes: so all stops are found on the
    deal as it would go on, and the earliest of a path is its stop.

    Parameters
    ----------
    plan : Plan
        The deal.
    key : uint64[2]
        Key of the stream.
    first_path : int
        First path.
    inputs : float64[path, input]
        Drawn inputs.
    measured : float64[path, cohort, measure, period]
        What was measured if nothing stops; paths that stop are written over.
    headcount : int32[path, cohort, count]
        Likewise.

    Returns
    -------
    Stops or None
        None where nothing ends the deal early.
    """
    stops = find_stops(plan, key, first_path, inputs, measured)
    if stops is not None:
        live_until(plan, key, first_path, stops, measured, headcount)
    return stops


def find_stops(plan: Plan, key: KeyArray, first_path: int, inputs: FloatArray, measured: FloatArray) -> Stops | None:
    """The stops of consecutive paths, as `end_early`."""
    if plan.ending is None:
        return None
    return stops_of(plan, inputs, measured, enrolled_before(plan, key, first_path, inputs.shape[0]))


def stops_of(plan: Plan, inputs: FloatArray, measured: FloatArray, enrolled: FloatArray) -> Stops:
    """The stops of paths whose people are known: enrolled float64[path, early end]."""
    stops = Stops(*(np.empty(inputs.shape[0], np.int16) for _ in Stops._fields))
    kernels.find_stops(measured, enrolled, plan.ending, inputs, *stops)
    return stops


def enrolled_before(plan: Plan, key: KeyArray, first_path: int, n_paths: int) -> FloatArray:
    """People who enrolled before the day of each decision that asks for it: float64[path, early end]."""
    assert plan.ending is not None
    before = first_path % LANES
    whole = -(-(before + n_paths) // LANES) * LANES
    out = np.zeros((plan.ending.on.size, whole))
    asked = np.flatnonzero(plan.ending.reads == READS_ENROLLED)
    if asked.size:
        inputs = inputs_of(plan, key, first_path - before, whole)
        for at in range(0, whole, LANES):
            lanes = slice(at, at + LANES)
            for c in range(plan.cohorts.places.size):
                _, enrolled_at, _ = enrol(plan, key, first_path - before + at, c, inputs[lanes])
                for k in asked:
                    kernels.count_enrolled(plan.ending.month[k], enrolled_at, out[k, lanes])
    return np.ascontiguousarray(out[:, before : before + n_paths].T)


def live_until(
    plan: Plan,
    key: KeyArray,
    first_path: int,
    stops: Stops,
    measured: FloatArray,
    headcount: Int32Array,
) -> None:
    """Draw the paths that stop again, up to their stop; the others keep what they have."""
    rows = np.flatnonzero(stops.month != NEVER)
    tiles = (first_path + rows) // LANES
    lived = np.empty((LANES, *measured.shape[1:]))
    heads = np.empty((LANES, *headcount.shape[1:]), dtype=np.int32)
    for tile in np.unique(tiles):
        mine, first = rows[tiles == tile], int(tile) * LANES
        lanes = first_path + mine - first
        whole = no_stops(LANES)
        for of_lane, of_path in zip(whole, stops, strict=True):
            of_lane[lanes] = of_path[mine]
        drawn = inputs_of(plan, key, first, LANES)
        live_block(plan, key, first, drawn, lived, heads, whole)
        know_all(plan, key, first, drawn, lived, whole)
        measured[mine], headcount[mine] = lived[lanes], heads[lanes]


def no_stops(n_paths: int) -> Stops:
    """Paths that all run to their end."""
    return Stops(np.full(n_paths, NEVER, np.int16), np.full(n_paths, -1, np.int16), np.full(n_paths, NEVER, np.int16))
