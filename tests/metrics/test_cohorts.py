"""The people of each cohort: their means add up to those of the programme."""

import numpy as np
import pytest

from risksim.metrics.cohorts import MOST_COHORTS, people_of_cohorts
from risksim.metrics.sample import Sample

# path, cohort, count: enrolled, completed, dropped out, unmeasured, achieved, verified
HEADS = np.array([[[10, 8, 2, 1, 5, 4], [4, 4, 0, 0, 1, 1]], [[12, 6, 6, 0, 3, 3], [2, 1, 1, 0, 0, 0]]], dtype=np.int32)


def test_means_by_hand():
    first, second = people_of_cohorts(HEADS, ("a", "b"), ("job",), Sample.equal(2))
    # (10 + 12) / 2 = 11 enrol, (8 + 6) / 2 = 7 complete, (5 + 3) / 2 = 4 succeed; in b 3, 2.5 and 0.5.
    assert (first.enrolled.value, first.completed.value, first.achieved[0].mean.value) == (11, 7, 4)
    assert (second.enrolled.value, second.completed.value, second.achieved[0].mean.value) == (3, 2.5, 0.5)
    assert [one.achieved[0].outcome for one in (first, second)] == ["job", "job"]
    # s / sqrt(n) = sqrt(2) / sqrt(2) = 1 for 10 and 12
    assert first.enrolled.standard_error == pytest.approx(1.0)


def test_too_many_cohorts_are_not_told():
    n = MOST_COHORTS + 1
    assert people_of_cohorts(np.zeros((1, n, 6), np.int32), ["c"] * n, ["job"], Sample.equal(1)) == []
