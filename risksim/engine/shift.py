"""Importance sampling: quasi-random points moved towards what is rare, and what each path then weighs.

Half of the points of every replicate stay where they are (a defensive mixture): whichever way the shift goes wrong, no
path weighs more than two, and independent paths would know no mean worse than half as many plain ones do. Which half is
decided by the last dimension for which there are direction numbers, so that no other dimension moves.

References
----------
.. [1] T. Hesterberg, "Weighted average importance sampling and defensive mixture distributions," Technometrics 37,
   1995.
"""

from __future__ import annotations

import numpy as np

from risksim.engine import sobol
from risksim.engine.addresses import KeyArray, evidence_key, shared_key, world_key
from risksim.engine.dimensions import DIMENSIONS, first_of_counts, input_dimensions, shared_dimensions, year_dimensions
from risksim.kernels import shift as kernels
from risksim.plan.layout import FloatArray, Plan

DEFENCE = 0.5
"""Share of the points that stay where they are. [1]"""
CHOICE = sobol.DIMENSIONS - 1
"""The dimension that decides which points stay."""
WORDS_OF_KEYS = 9
"""Words of `risksim.engine.addresses.pointed` before the shift."""


def with_shift(key: KeyArray, shift: tuple[float, ...]) -> KeyArray:
    """Keys of `pointed` that carry a shift too, one more word for each dimension; the same keys where it is empty."""
    return np.append(key, np.array(shift, dtype=np.float64).view(np.uint64)) if shift else key


def shift_of(key: KeyArray) -> FloatArray:
    """The shift that keys carry: float64[dimension], in standard deviations; empty for a plain run."""
    return key[WORDS_OF_KEYS:].view(np.float64)


def points_of(key: KeyArray, own: KeyArray, first_path: int, n_paths: int, dimension: int) -> FloatArray:
    """The points of one dimension of a run, moved where the run says so.

    Parameters
    ----------
    key : uint64[9 + dimension]
        Keys of the run.
    own : uint64[2]
        The key that scrambles the dimension.
    first_path, n_paths : int
        Which paths.
    dimension : int
        Which dimension.

    Returns
    -------
    float64[path]
        In (0, 1). [1]
    """
    uniforms = np.ascontiguousarray(sobol.points(own, first_path, n_paths, dimension, 1)[:, 0])
    shift = shift_of(key)
    if dimension < shift.size and shift[dimension] != 0.0:
        kernels.move(_choices(key, first_path, n_paths), DEFENCE, float(shift[dimension]), uniforms)
    return uniforms


def scores_of(plan: Plan, key: KeyArray, first_path: int, n_paths: int, n_dimensions: int) -> FloatArray:
    """Where the points of a run lie on the normal scale: float64[path, dimension], of the first dimensions."""
    choices, shift = _choices(key, first_path, n_paths), shift_of(key)
    out = np.empty((n_dimensions, n_paths))
    owners = _owners(plan, key)
    for dimension, row in enumerate(out):
        by = float(shift[dimension]) if dimension < shift.size else 0.0
        uniforms = sobol.points(owners.get(dimension, key[:2]), first_path, n_paths, dimension, 1)[:, 0]
        kernels.score(choices, DEFENCE, by, np.ascontiguousarray(uniforms), row)
    return out.T


def weights_of(plan: Plan, key: KeyArray, first_path: int, n_paths: int) -> FloatArray:
    """What each path weighs, 1 on average and never more than two: float64[path]. [1]"""
    choices, owners = _choices(key, first_path, n_paths), _owners(plan, key)
    leans, scores, out = np.zeros(n_paths), np.empty(n_paths), np.empty(n_paths)
    for dimension, by in enumerate(shift_of(key).tolist()):
        if by != 0.0:
            uniforms = sobol.points(owners.get(dimension, key[:2]), first_path, n_paths, dimension, 1)[:, 0]
            kernels.score(choices, DEFENCE, by, np.ascontiguousarray(uniforms), scores)
            kernels.lean(scores, by, leans)
    kernels.weigh(leans, DEFENCE, out)
    return out


def _choices(key: KeyArray, first_path: int, n_paths: int) -> FloatArray:
    return np.ascontiguousarray(sobol.points(evidence_key(key), first_path, n_paths, CHOICE, 1)[:, 0])


def _owners(plan: Plan, key: KeyArray) -> dict[int, KeyArray]:
    """The key that scrambles each dimension, of those that decide no count."""
    luck = plan.inputs.luck
    owners = {
        dimension: key[:2] if luck is not None and luck[slot] else evidence_key(key)
        for slot, dimension in enumerate(input_dimensions(plan))
        if dimension >= 0
    }
    owners |= dict.fromkeys(year_dimensions(plan), world_key(key))
    return owners | dict.fromkeys(shared_dimensions(plan).values(), shared_key(key))


def n_parameters(plan: Plan) -> int:
    """Dimensions that decide what nobody knows and what people share, before any count of people."""
    return min(first_of_counts(plan), DIMENSIONS)
