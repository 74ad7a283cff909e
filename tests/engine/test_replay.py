"""One path drawn again: equal to that path of the run in every field."""

import numpy as np
import pytest

from risksim.engine.replay import replay
from risksim.engine.run import Settings, draw_block, run
from risksim.errors import RunError
from risksim.plan.layout import NEVER
from tests.engine.deals import BROENDBY, SIMPLE, bent_plan, shipped_plan

PLANS = {"simple": lambda: shipped_plan(SIMPLE), "broendby": lambda: shipped_plan(BROENDBY), "bent": bent_plan}
each_plan = pytest.mark.parametrize("plan", [pytest.param(plan, id=name) for name, plan in PLANS.items()])
SEED = 20_250_101
PATHS = (0, 1, 63, 64, 300, 499)
OF_THE_RUN = ("weight",)
"""Fields that speak of the whole run: one path alone weighs one."""


@each_plan
@pytest.mark.parametrize("path", PATHS)
def test_replay_equals_that_path_of_the_run(plan, path):
    plan = plan()
    whole, alone = run(plan, Settings(500, SEED)), replay(plan, SEED, path)
    for name in set(whole._fields) - set(OF_THE_RUN):
        field, again = getattr(whole, name), getattr(alone.results, name)
        assert again.dtype == field.dtype
        assert again.tobytes() == field[path : path + 1].tobytes(), name
    assert (alone.path, alone.seed) == (path, SEED)


@each_plan
@pytest.mark.parametrize("path", [2**32 - 1, 2**32, 2**32 + 77, 2**48 - 1])
def test_replay_equals_the_run_beyond_32_bits(plan, path):
    plan = plan()
    whole, alone = run(plan, Settings(1, SEED, first_path=path)), replay(plan, SEED, path)
    for name in whole._fields:
        assert getattr(alone.results, name).tobytes() == getattr(whole, name).tobytes(), name


@each_plan
def test_replay_measures_what_the_run_measured(plan):
    plan = plan()
    _, measured, _ = draw_block(plan, Settings(seed=SEED), 0, 100)
    assert (replay(plan, SEED, 99).measured == measured[99:]).all()


@each_plan
def test_people_of_a_replay_add_up_to_its_head_counts(plan):
    plan = plan()
    for path in PATHS:
        again = replay(plan, SEED, path)
        for c, cohort in enumerate(again.cohorts):
            stays = cohort.left_at == NEVER
            heads = [cohort.enrolled_at.size, stays.sum(), (~stays).sum(), (cohort.seen == 0).sum()]
            assert again.results.headcount[0, c, :4].tolist() == heads
            assert again.results.headcount[0, c, 4::2].tolist() == (cohort.worth == 1.0).sum(axis=1).tolist()
            assert (cohort.enrolled_at != NEVER).all()
            assert ((cohort.left_at >= cohort.enrolled_at) & (cohort.enrolled_at >= 0)).all()


def test_replay_of_a_path_of_which_nobody_enrols():
    plan = bent_plan()
    nobody = plan._replace(cohorts=plan.cohorts._replace(ratio_value=np.zeros(3), ratio_slot=np.full(3, -1)))
    again = replay(nobody, SEED, 5)
    assert [cohort.enrolled_at.size for cohort in again.cohorts] == [0, 0, 0]
    assert again.results.irr.tolist() == [[-1.0]]


@pytest.mark.parametrize("path", [-1, 2**48])
def test_path_that_does_not_exist_is_refused_with_a_remedy(path):
    with pytest.raises(RunError, match=rf"got path {path};.*Try --path 4711\."):
        replay(shipped_plan(SIMPLE), SEED, path)
