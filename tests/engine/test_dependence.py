"""Deals whose people are not alone: the same bits for any cut, and every path opened equal to that of the run."""

from __future__ import annotations

import numpy as np
import pytest

from risksim.engine.replay import replay
from risksim.engine.run import Settings, run
from risksim.plan.compile import compile_plan
from tests.engine.deals import SHIPPED, deal, shipped_plan

FILES = sorted(path.relative_to(SHIPPED).as_posix() for path in (SHIPPED / "dependence").glob("*.yaml"))
KEPT = ("inputs", "headcount", "claim", "flow", "irr", "npv")


@pytest.mark.parametrize("file", FILES)
def test_threads_and_blocks_change_nothing(file: str):
    plan = shipped_plan(file)
    one = run(plan, Settings(1_100, 7, threads=1, block=256))
    two = run(plan, Settings(1_100, 7, threads=2, block=1_024))
    more = run(plan, Settings(1_500, 7, threads=1))
    for name in KEPT:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        np.testing.assert_array_equal(getattr(one, name), getattr(more, name)[:1_100])


@pytest.mark.parametrize("file", FILES)
def test_an_opened_path_is_that_of_the_run(file: str):
    plan = shipped_plan(file)
    found = run(plan, Settings(256, 7, threads=1))
    for path in (0, 63, 64, 200):
        opened = replay(plan, 7, path).results
        for name in KEPT:
            np.testing.assert_array_equal(getattr(opened, name)[0], getattr(found, name)[path])


def test_what_is_shared_can_be_drawn_anew_apart_from_people():
    plan = compile_plan(deal(dependence={"within_person": 0.3, "cohort_icc": 0.05, "macro": 0.1}))
    assert plan.shares_luck
    usual, others, years = (
        run(plan, Settings(512, 7, **again)) for again in ({}, {"luck": 1}, {"luck": 1, "shared": 1})
    )
    np.testing.assert_array_equal(usual.inputs, years.inputs)

    def alike(a, b):
        return np.corrcoef(a.headcount[:, :, 4].sum(axis=1), b.headcount[:, :, 4].sum(axis=1))[0, 1]

    # The same years and cohorts go together beyond the same evidence; what people share is drawn by its own key.
    assert alike(usual, others) > alike(usual, years) + 0.1
