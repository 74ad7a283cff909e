"""What stands behind the people of one path: how they came in, how well they are placed, and what they share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.engine import shared
from risksim.engine.chances import rates_in
from risksim.engine.dependence import TiedWords
from risksim.engine.enrolment import come_in, enrol
from risksim.engine.lives import Tile
from risksim.engine.processes import months_of_success
from risksim.engine.words import KeyArray, Words, on_lanes
from risksim.plan.layout import LANES, NEVER, FloatArray, Int16Array, IntArray, Plan, Stops, World


class Behind(NamedTuple):
    """The last fields of `CohortLife`, in their order."""

    arrived_at: Int16Array
    never_started: IntArray
    standing: FloatArray
    harder: npt.NDArray[np.uint8]
    met_at: Int16Array
    factor: FloatArray
    rates: FloatArray


def behind(
    plan: Plan,
    key: KeyArray,
    first_path: int,
    lane: int,
    cohort: int,
    inputs: FloatArray,
    stops: Stops | None,
    tile: Tile,
) -> Behind:
    """What stands behind the people of one cohort on one lane of a tile.

    Parameters
    ----------
    plan, key, first_path, cohort, inputs, stops
        As for `risksim.engine.lives.live_tile`.
    lane : int
        Which of the 64 paths.
    tile : Tile
        The lives themselves.

    Returns
    -------
    Behind
    """
    words, _, _ = enrol(plan, key, first_path, cohort, inputs)
    people = tile.enrolled_at[:, lane] != NEVER
    months = slice(plan.cohorts.month_ptr[cohort], plan.cohorts.month_ptr[cohort + 1])
    met_at = months_of_success(plan, words, months, inputs, tile.enrolled_at, tile.worth)[:, people, lane]
    arrived_at, never_started = _came_in(plan, key, first_path, lane, cohort, inputs, stops, tile)
    standing, harder, factor = _ties(plan, words, people, lane)
    rates = _own_rates(plan, key, first_path, lane, cohort, inputs)
    return Behind(arrived_at, np.array([never_started]), standing, harder, met_at, factor, rates)


def _came_in(
    plan: Plan,
    key: KeyArray,
    first_path: int,
    lane: int,
    cohort: int,
    inputs: FloatArray,
    stops: Stops | None,
    tile: Tile,
) -> tuple[Int16Array, int]:
    """When those who start came in, and how many came in before any stop and never started."""
    starts = tile.enrolled_at[:, lane]
    people = starts != NEVER
    if plan.arrivals is None or not plan.arrivals.in_turn[cohort]:
        return starts[people], 0
    arrived = come_in(plan, key, first_path, cohort, inputs)[1][:, lane]
    stop = NEVER if stops is None else stops.month[lane]
    return arrived[people], int((~people & (arrived < stop)).sum())


def _ties(
    plan: Plan, words: Words, people: npt.NDArray[np.bool_], lane: int
) -> tuple[FloatArray, npt.NDArray[np.uint8], FloatArray]:
    """How well people are placed, who belongs to the harder group, and what their cohort shares."""
    n, tied = int(people.sum()), plan.dependence
    standing, harder, factor = np.full(n, np.nan), np.zeros(n, np.uint8), np.full(1, np.nan)
    if isinstance(words, TiedWords):
        harder = words.harder[people, lane]
        if tied is not None and (tied.person.any() or tied.leaving or tied.measurable):
            standing = words.placed[people, lane]
        if tied is not None and tied.cohort.any():
            factor = words.cohort_factor[lane : lane + 1]
    return standing, harder, factor


def _own_rates(plan: Plan, key: KeyArray, first_path: int, lane: int, cohort: int, inputs: FloatArray) -> FloatArray:
    """The success rates that a cohort has of its own: float64[outcome]; nan where all cohorts have the same."""
    own = np.full(plan.outcomes.address.size, np.nan)
    rates = rates_in(plan, key, first_path, cohort, inputs)
    if rates is not None and plan.sites is not None:
        own[plan.sites.outcome] = rates[lane, plan.sites.outcome]
    if rates is not None and plan.dependence is not None and plan.unlike is None:
        moved = plan.dependence.by_chance
        own[moved] = rates[lane, moved]
    return own


def world_of(plan: Plan, key: KeyArray, first_path: int, lane: int, inputs: FloatArray) -> World | None:
    """What deals share on one lane of a tile; None for a deal without dependence."""
    tied = plan.dependence
    if tied is None:
        return None
    economy, began, scale = np.empty(0), np.empty(0, dtype=np.int64), np.full(1, np.nan)
    if tied.macro.any():
        economy = shared.economy_of(plan, key, first_path, LANES)[:, lane]
    if tied.recession is not None:
        part = tied.recession
        chance = on_lanes(part.chance_slot, part.chance_value, inputs)
        began = np.flatnonzero(shared.recessions(part, key, first_path, chance)[:, lane])
    if tied.degrees:
        scale = shared.scale(tied, key, first_path, LANES)[lane : lane + 1]
    return World(tied.first_year + np.arange(economy.size), economy, began, scale)
