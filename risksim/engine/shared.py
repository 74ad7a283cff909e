"""What all deals of a run share: the economy year by year, recessions, and how far out everything lies together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from risksim.engine.addresses import Purpose, is_pointed, world_key
from risksim.engine.dimensions import year_dimensions
from risksim.engine.inputs import look_up_input
from risksim.engine.shift import points_of
from risksim.engine.words import KeyArray
from risksim.kernels import dependence as kernels
from risksim.kernels.words import fill_uniforms
from risksim.plan.layout import ByteArray, Dependence, FloatArray, Plan, Recession


def economy_of(plan: Plan, key: KeyArray, first_path: int, n_paths: int) -> FloatArray:
    """The economy of a deal, as `economy`; in a run by quasi-random points its years are dimensions of these."""
    assert plan.dependence is not None
    dimensions = year_dimensions(plan) if is_pointed(key) else ()
    return economy(plan.dependence, key, first_path, n_paths, dimensions)


def economy(
    tied: Dependence, key: KeyArray, first_path: int, n_paths: int, dimensions: Sequence[int] = ()
) -> FloatArray:
    """The economy of each calendar year from the first on, standard normal: float64[year, path].

    Its innovations are addressed by the calendar year, so that deals which start in different years see the same; the
    first of them are taken from dimensions of quasi-random points, where there are any.
    """
    years = range(tied.first_year, int(tied.year.max(initial=tied.first_year)) + 1)
    innovations = np.empty((len(years), n_paths))
    uniforms = np.empty(n_paths)
    for place, year in enumerate(years):
        if place < len(dimensions):
            uniforms[:] = points_of(key, world_key(key), first_path, n_paths, dimensions[place])
        else:
            fill_uniforms(world_key(key), first_path, int(Purpose.MACRO), year, uniforms)
        kernels.normals_of_uniforms(uniforms, innovations[place])
    out = np.empty_like(innovations)
    kernels.follow_economy(innovations, tied.persistence, out)
    return out


def scale(tied: Dependence, key: KeyArray, first_path: int, n_paths: int) -> FloatArray:
    """What the squares of the latent numbers of each path are divided by; 1 for the normal copula: float64[path]."""
    out = np.ones((n_paths, 1))
    if tied.degrees:
        uniforms = np.empty(n_paths)
        fill_uniforms(world_key(key), first_path, int(Purpose.TAIL), 0, uniforms)
        look_up_input(tied.tail, 0, uniforms, out)
    return out[:, 0]


def recessions(part: Recession, key: KeyArray, first_path: int, chance: FloatArray) -> ByteArray:
    """In which months a recession begins: uint8[contract month, path].

    Parameters
    ----------
    part : Recession
    key : uint64[8]
        Keys of the run.
    first_path : int
        First path.
    chance : float64[path]
        The chance that one begins within a year. [1/year]
    """
    begins = np.zeros((part.address.size, chance.size), dtype=np.uint8)
    if part.month >= 0:
        begins[part.month] = 1
        return begins
    monthly = -np.expm1(np.log1p(-np.minimum(chance, 1.0 - 1e-16)) / 12.0)
    uniforms = np.empty(chance.size)
    for month, address in enumerate(part.address):
        fill_uniforms(world_key(key), first_path, int(Purpose.RECESSION), int(address), uniforms)
        begins[month] = uniforms < monthly
    return begins


@lru_cache(maxsize=1)
def nodes() -> tuple[FloatArray, FloatArray]:
    """Places and weights of a quadrature over how well persons are placed: float64[32] each."""
    places, weights = np.polynomial.hermite_e.hermegauss(32)
    return places, weights / weights.sum()
