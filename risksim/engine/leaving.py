"""Who leaves and when."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import Purpose
from risksim.engine.words import Words, limits_of, on_lanes
from risksim.kernels.lives import leave_month
from risksim.plan.layout import FloatArray, Int16Array, Plan


def leave(plan: Plan, words: Words, cohort: int, inputs: FloatArray, enrolled_at: Int16Array) -> Int16Array:
    """When the people of one cohort leave on 64 paths if nothing stops.

    Parameters
    ----------
    plan : Plan
        The deal.
    words : Words
        The cohort's words.
    cohort : int
        Which cohort.
    inputs : float64[lane, input]
        Drawn inputs of the 64 paths.
    enrolled_at : int16[person, lane]
        When each enrols. [month]

    Returns
    -------
    int16[person, lane]
        When each leaves, NEVER for who stays to the end of the course. [month]
    """
    cohorts = plan.cohorts
    left_at = np.empty(words.shape, np.int16)
    dropout = on_lanes(cohorts.dropout_slot[cohort], cohorts.dropout_value[cohort], inputs)
    leaving = words.draw(Purpose.DROPOUT)
    leave_month(leaving, limits_of(dropout), dropout, cohorts.duration[cohort], enrolled_at, left_at)
    return left_at
