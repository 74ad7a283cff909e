"""The people of each cohort, over all paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy.typing as npt

from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample
from risksim.metrics.source import Source, Stored
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
    columns = {
        f"heads.{cohort}.{count}": headcount[:, cohort, count]
        for cohort in range(len(cohorts) if len(cohorts) <= MOST_COHORTS else 0)
        for count in range(headcount.shape[2])
    }
    return cohorts_from(Stored(columns, sample), cohorts, outcomes)


def cohorts_from(source: Source, cohorts: Sequence[str], outcomes: Sequence[str]) -> list[CohortPeople]:
    """As `people_of_cohorts`, from a source of quantities ``heads.COHORT.COUNT``."""
    if len(cohorts) > MOST_COHORTS:
        return []

    def mean(cohort: int, count: int) -> Estimate:
        return source.mean(f"heads.{cohort}.{count}", lambda of: of[f"heads.{cohort}.{count}"])

    return [
        CohortPeople(
            name,
            mean(cohort, ENROLLED),
            mean(cohort, COMPLETED),
            tuple(Achieved(outcome, mean(cohort, FIRST_OUTCOME + 2 * k)) for k, outcome in enumerate(outcomes)),
        )
        for cohort, name in enumerate(cohorts)
    ]


def ask_cohorts(source: Source, n_cohorts: int, n_outcomes: int) -> None:
    """Ask for everything that `cohorts_from` asks for."""
    cohorts_from(source, [str(cohort) for cohort in range(n_cohorts)], [str(k) for k in range(n_outcomes)])
