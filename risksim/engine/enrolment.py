"""Who enrols and when."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import Purpose
from risksim.engine.dependence import words_of
from risksim.engine.words import KeyArray, Words, on_lanes
from risksim.kernels.chances import enrolled_on_paths
from risksim.kernels.lives import enrolment_month
from risksim.plan.layout import LANES, FloatArray, Int16Array, Int32Array, Plan


def enrol(
    plan: Plan, key: KeyArray, first_path: int, cohort: int, inputs: FloatArray
) -> tuple[Words, Int16Array, Int32Array]:
    """When the people of one cohort enrol on 64 paths if nothing stops: as `attend`, without who leaves."""
    cohorts = plan.cohorts
    months = slice(cohorts.month_ptr[cohort], cohorts.month_ptr[cohort + 1])
    ratio = on_lanes(cohorts.ratio_slot[cohort], cohorts.ratio_value[cohort], inputs)
    n_enrolled = np.empty(LANES, dtype=np.int32)
    enrolled_on_paths(cohorts.places[cohort], ratio, n_enrolled)
    words = words_of(plan, key, first_path, cohort, int(n_enrolled.max()), inputs)
    enrolled_at = np.empty(words.shape, np.int16)
    enrolment_month(words.draw(Purpose.ENROLMENT), cohorts.month_limit[months], n_enrolled, enrolled_at)
    return words, enrolled_at, n_enrolled
