"""Success rates that differ between the cohorts of a path."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import Purpose, is_pointed, shared_key
from risksim.engine.dimensions import shared_dimensions
from risksim.engine.shift import points_of
from risksim.engine.words import KeyArray
from risksim.kernels.chances import WORDS
from risksim.kernels.dependence import chances_given_cohort
from risksim.kernels.derived import rates_at_sites
from risksim.kernels.words import fill_persons
from risksim.plan.layout import LANES, FloatArray, Plan, WordArray


def rates_of(plan: Plan, key: KeyArray, first_path: int, inputs: FloatArray) -> FloatArray | None:
    """The success rate of every outcome in every cohort.

    Parameters
    ----------
    plan : Plan
        The deal.
    key : uint64[8]
        Keys of the run.
    first_path : int
        First path, a multiple of 64.
    inputs : float64[path, input]
        Drawn inputs of a multiple of 64 paths.

    Returns
    -------
    float64[path, cohort, outcome] or None
        None where no rate differs between cohorts. [1]
    """
    found = [rates_in(plan, key, first_path, cohort, inputs) for cohort in range(plan.cohorts.places.size)]
    there = [rates for rates in found if rates is not None]
    return np.ascontiguousarray(np.stack(there, axis=1)) if there else None


def rates_in(plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray) -> FloatArray | None:
    """The success rate of every outcome in one cohort, as `rates_of`: float64[path, outcome]. [1]"""
    tied = plan.dependence
    shared = np.flatnonzero(tied.by_chance) if tied is not None and plan.unlike is None else np.empty(0, dtype=np.int64)
    if plan.sites is None and not shared.size:
        return None
    outcomes, sites = plan.outcomes, plan.sites
    rates = np.empty((inputs.shape[0], outcomes.address.size))
    for k in range(outcomes.address.size):
        rates[:, k] = _column(int(outcomes.rate_slot[k]), float(outcomes.rate_value[k]), inputs)
    for row, k in enumerate(map(int, sites.outcome) if sites is not None else ()):
        assert sites is not None
        mean = _column(int(sites.mean_slot[row]), float(sites.mean_value[row]), inputs)
        spread = _column(int(sites.spread_slot[row]), float(sites.spread_value[row]), inputs)
        words = words_of_cohort(plan, key, first_path, cohort, int(outcomes.address[k]), inputs.shape[0])
        own = np.empty(inputs.shape[0])
        rates_at_sites(words, mean, spread, own)
        rates[:, k] = own
    for k in map(int, shared):
        assert tied is not None
        words = words_of_cohort(plan, key, first_path, cohort, 0, inputs.shape[0])
        own = np.empty(inputs.shape[0])
        chances_given_cohort(np.ascontiguousarray(rates[:, k]), float(tied.cohort[k]), words, own)
        rates[:, k] = own
    return rates


def words_of_cohort(plan: Plan, key: KeyArray, first_path: int, cohort: int, outcome: int, n_paths: int) -> WordArray:
    """One word for all people of a cohort, by the address of an outcome: uint32[path], a multiple of 64 paths."""
    dimension = shared_dimensions(plan).get((cohort, outcome), -1) if is_pointed(key) else -1
    if dimension >= 0:
        uniforms = points_of(key, shared_key(key), first_path, n_paths, dimension)
        words: WordArray = (uniforms * WORDS).astype(np.uint32)
        return words
    out = np.empty(n_paths, dtype=np.uint32)
    words, own = np.empty((4, LANES), dtype=np.uint32), shared_key(key)
    for at in range(0, n_paths, LANES):
        fill_persons(own, first_path + at, int(Purpose.COHORT), cohort, outcome, 0, 0, 1, words)
        out[at : at + LANES] = words[0]
    return out


def _column(slot: int, value: float, inputs: FloatArray) -> FloatArray:
    return np.ascontiguousarray(inputs[:, slot]) if slot >= 0 else np.full(inputs.shape[0], value)
