"""The fates of any deal: counted by pattern where that is enough, gone through one by one elsewhere."""

from __future__ import annotations

from risksim.engine import fates_by_pattern, rich_fates
from risksim.engine.fates import Chances, Fates
from risksim.engine.words import KeyArray
from risksim.plan.layout import FloatArray, Plan


def obstacle(plan: Plan) -> str | None:
    """Why the fates of the people of a deal cannot be told; None where they can."""
    return None if plan.by_pattern else rich_fates.obstacle(plan)


def fates_of(plan: Plan, cohort: int) -> Fates:
    """The fates of the people of a cohort.

    Parameters
    ----------
    plan : Plan
        A deal without an `obstacle`.
    cohort : int
        Which cohort.

    Returns
    -------
    Fates
    """
    return fates_by_pattern.fates_of(plan, cohort) if plan.by_pattern else rich_fates.fates_of(plan, cohort)


def chances_of(plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray) -> Chances:
    """The chances of these fates on consecutive paths.

    Parameters
    ----------
    plan : Plan
        A deal without an `obstacle`.
    key : uint64[8] or uint64[9]
        Keys of the run; those of `pointed` take what a cohort shares from quasi-random points.
    first_path : int
        First path, a multiple of 64.
    cohort : int
        Which cohort.
    inputs : float64[path, input]
        Drawn inputs of a multiple of 64 paths.

    Returns
    -------
    Chances
    """
    chances = fates_by_pattern.chances_of if plan.by_pattern else rich_fates.chances_of
    return chances(plan, key, first_path, cohort, inputs)
