"""The people of each cohort, over all paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample
from risksim.metrics.summary import COMPLETED, ENROLLED, FIRST_OUTCOME

MOST_COHORTS = 1_000
"""Cohorts up to which each is told on its own. [cohorts]"""


class Achieved(NamedTuple):
    """One outcome of one cohort."""

    outcome: str
    mean: Estimate
    """Who meets it. [people]"""


class CohortPeople(NamedTuple):
    """The mean people of one cohort. [people]"""

    name: str
    enrolled: Estimate
    completed: Estimate
    achieved: tuple[Achieved, ...]


def people_of_cohorts(
    headcount: npt.NDArray[Any], cohorts: Sequence[str], outcomes: Sequence[str], sample: Sample
) -> list[CohortPeople]:
    """The mean people of each cohort.

    Parameters
    ----------
    headcount : int32[path, cohort, count]
        People counted on each path. [people]
    cohorts, outcomes : sequence of str
        Their names.
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    list of CohortPeople
        Nothing for more than `MOST_COHORTS`.
    """
    if len(cohorts) > MOST_COHORTS:
        return []

    def mean(cohort: int, count: int) -> Estimate:
        return precision.mean(headcount[:, cohort, count].astype(np.float64), sample)

    return [
        CohortPeople(
            name,
            mean(cohort, ENROLLED),
            mean(cohort, COMPLETED),
            tuple(Achieved(outcome, mean(cohort, FIRST_OUTCOME + 2 * k)) for k, outcome in enumerate(outcomes)),
        )
        for cohort, name in enumerate(cohorts)
    ]
