"""What a result must remember about how it was made.

Nothing here tells the time: two runs of the same scenario, seed and software have the same attributes, so that their
files are equal byte for byte.
"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from risksim.plan.layout import Plan

RESULT_SCHEMA = 1
"""Version of the names, shapes and meanings of a saved result."""
KIND = "risksim result"
"""By this a risksim result is told from any other netCDF file."""

SOFTWARE = {
    "risksim_version": "risksim-dsi",
    "numpy_version": "numpy",
    "numba_version": "numba",
    "scipy_version": "scipy",
}
"""Attribute and the distribution whose version it holds."""


def provenance(plan: Plan, *, n_paths: int, seed: int, engine: str) -> dict[str, str | int | np.uint64]:
    """Attributes of a result.

    Parameters
    ----------
    plan : Plan
        The deal that was run.
    n_paths : int
        Paths run. [paths]
    seed : int
        64-bit seed of the run.
    engine : str
        Which engine ran, as ``individual``.

    Returns
    -------
    dict
        Text and whole numbers; among them the scenario file itself, so that a result needs no other file.

    Raises
    ------
    ValueError
        If the seed has more than 64 bits.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"got seed {seed}; a seed is a whole number from 0 to 2^64 - 1.")
    return {
        "kind": KIND,
        "result_schema": RESULT_SCHEMA,
        "title": plan.name,
        "scenario_name": plan.name,
        "scenario_digest": plan.digest,
        "scenario_text": plan.scenario_text,
        "seed": np.uint64(seed),
        "stream": plan.stream,
        "n_paths": n_paths,
        "engine": engine,
        "currency": plan.currency,
        "minor_units": plan.minor_units,
        "day_count": plan.day_count,
        **{attribute: version_of(distribution) for attribute, distribution in SOFTWARE.items()},
        "python_version": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def version_of(distribution: str) -> str:
    """Version of an installed distribution, or ``not installed``."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"
