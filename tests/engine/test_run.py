"""A run: the same bits however it is cut, paths that stay, and settings that make no sense."""

import threading
from typing import Any

import numpy as np
import pytest

from risksim.engine.keep import allocate
from risksim.engine.run import Settings, block_size, draw_block, run
from risksim.errors import RunError
from risksim.kernels import waterfall
from risksim.plan.layout import LANES, LEAF, PathResults
from tests.engine.deals import BROENDBY, SIMPLE, bent_plan, shipped_plan

PLANS = {"simple": lambda: shipped_plan(SIMPLE), "broendby": lambda: shipped_plan(BROENDBY), "bent": bent_plan}
each_plan = pytest.mark.parametrize("plan", [pytest.param(plan, id=name) for name, plan in PLANS.items()])
SEED = 20_250_101


def made(plan, paths=1_000, **settings: Any) -> PathResults:
    return run(plan, Settings(paths, **{"seed": SEED, "threads": 1, "block": 256, **settings}))


def differences(first: PathResults, second: PathResults, *, paths: int | None = None, start: int = 0) -> list[str]:
    """Names of the fields whose bytes differ, over the paths given; weights are looked at only where all paths are."""
    names = [name for name in PathResults._fields if paths is None or name != "weight"]
    here = slice(start, None if paths is None else start + paths)
    return [name for name in names if getattr(first, name)[here].tobytes() != getattr(second, name)[:paths].tobytes()]


@each_plan
@pytest.mark.parametrize(
    ("threads", "block"), [(1, 1_024), (1, 4_096), (2, 256), (2, 1_024), (4, 256), (4, 4_096), (0, 0)]
)
def test_run_has_the_same_bytes_for_any_threads_and_block(plan, threads, block):
    assert differences(made(plan(), 5_000), made(plan(), 5_000, threads=threads, block=block)) == []


@each_plan
def test_paths_stay_when_more_are_run(plan):
    assert differences(made(plan(), 3_000), made(plan(), 1_000), paths=1_000) == []


@pytest.mark.slow
@each_plan
def test_first_10_000_of_100_000_paths_stay(plan):
    assert differences(made(plan(), 100_000, threads=0, block=0), made(plan(), 10_000), paths=10_000) == []


@each_plan
@pytest.mark.parametrize("paths", [1, 63, 64, 65, 700])
def test_lives_equal_patterns_in_every_field(plan, paths):
    assert differences(made(plan(), paths), made(plan(), paths, form="lives")) == []


@pytest.mark.slow
@each_plan
def test_lives_equal_patterns_in_every_field_on_20_000_paths(plan):
    assert differences(made(plan(), 20_000), made(plan(), 20_000, form="lives")) == []


@each_plan
@pytest.mark.parametrize("first", [1, 64, 300])
def test_run_can_start_at_any_path(plan, first):
    whole = made(plan(), first + 200)
    assert differences(whole, made(plan(), 200, first_path=first), start=first, paths=200) == []


@each_plan
def test_path_beyond_32_bits_is_another_path(plan):
    low, high = made(plan(), 64), made(plan(), 64, first_path=2**32)
    assert "headcount" in differences(low, high)
    assert differences(made(plan(), 128, first_path=2**32 - 64), high, start=64, paths=64) == []


def test_run_that_starts_just_below_path_2_to_the_32_goes_on_above_it():
    plan = shipped_plan(SIMPLE)
    assert (
        differences(made(plan, 96, first_path=2**32 - 32), made(plan, 64, first_path=2**32), start=32, paths=64) == []
    )


@each_plan
def test_other_seed_gives_other_lives_and_inputs(plan):
    changed = differences(made(plan(), 64), made(plan(), 64, seed=SEED + 1))
    assert {"headcount", "inputs", "flow", "npv"} <= set(changed)
    assert {"headcount", "inputs"} <= set(differences(made(plan(), 64), made(plan(), 64, seed=SEED + 2**32)))


def test_claims_can_be_left_out_without_changing_anything_else():
    kept, left = made(bent_plan()), made(bent_plan(), keep_claims=False)
    assert left.claim.shape[0] == 0
    assert differences(kept, left) == ["claim"]


def test_price_changes_money_and_nobody_s_life():
    plan = bent_plan()
    dearer = plan._replace(payments=plan.payments._replace(amount_value=plan.payments.amount_value * 2.0))
    changed = differences(made(plan), made(dearer))
    assert "claim" in changed
    assert not {"headcount", "inputs", "drawn"} & set(changed)


def test_progress_counts_every_path_from_the_calling_thread():
    seen = []
    run(shipped_plan(SIMPLE), Settings(1_000, SEED, 2, 256), lambda done: seen.append((done, threading.get_ident())))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert seen[-1][0] == 1_000
    assert {thread for _, thread in seen} == {threading.get_ident()}


def test_progress_that_fails_stops_the_run():
    def stop(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(shipped_plan(SIMPLE), Settings(2_000, SEED, 1, 256), stop)


@each_plan
def test_weights_of_a_run_are_equal_and_add_up_to_one(plan):
    found = made(plan(), 1_000)
    assert (found.weight == 1e-3).all()
    assert (found.replicate == 0).all()


@each_plan
def test_money_of_every_path_and_period_is_conserved(plan):
    plan = plan()
    found = made(plan, 500)
    n_tranches = len(plan.labels.tranches)
    assert (found.flow >= 0).all()
    assert (found.flow[:, :n_tranches].sum(axis=2) == found.drawn).all()
    assert (found.flow[:, n_tranches:].sum(axis=(1, 2)) == found.received[:, 0]).all()
    assert (found.claim.sum(axis=(1, 2)) == found.received[:, 0]).all()
    assert (found.repayment.sum(axis=(1, 2)) == found.received[:, 0]).all()


@each_plan
def test_people_of_every_path_add_up(plan):
    plan = plan()
    heads = made(plan, 500).headcount
    assert (heads >= 0).all()
    assert (heads[:, :, 1] + heads[:, :, 2] == heads[:, :, 0]).all()
    assert (heads[:, :, 0] <= plan.cohorts.places).all()
    assert (heads[:, :, 5::2] <= heads[:, :, 4::2]).all()


# Settings


@pytest.mark.parametrize("block", [1, 255, 256, 257, 100_000])
def test_block_is_whole_leaves(block):
    found = block_size(bent_plan(), Settings(block=block))
    assert found % LEAF == 0
    assert found - LEAF < block <= found


def test_block_chosen_by_memory_is_whole_leaves_and_not_none():
    plan = bent_plan()
    many = plan._replace(cohorts=plan.cohorts._replace(places=np.ones(100_000, np.int64)))
    assert block_size(many, Settings()) == LEAF
    assert block_size(plan, Settings()) % LEAF == 0


def test_draws_of_a_block_need_not_fill_a_tile():
    inputs, measured, heads = draw_block(bent_plan(), Settings(seed=SEED), 128, LANES + 1)
    assert inputs.shape[0] == measured.shape[0] == heads.shape[0] == LANES + 1


@pytest.mark.parametrize(
    ("settings", "found", "remedy"),
    [
        ({"paths": 0}, "got 0 paths", "Try --paths 100000."),
        ({"paths": -5}, "got -5 paths", "Try --paths 100000."),
        ({"paths": 2**48 + 1}, f"got {2**48 + 1} paths", "Try --paths 100000."),
        ({"paths": 10, "first_path": 2**48 - 5}, "got 10 paths", "Try --paths 100000."),
        ({"paths": 10**12}, "this machine has room for", "Try --paths 100000."),
        ({"seed": -1}, "got seed -1", "Try --seed 1."),
        ({"seed": 2**64}, f"got seed {2**64}", "Try --seed 1."),
        ({"threads": -1}, "got -1 threads", "Leave --threads out to use every core."),
        ({"threads": 5_000}, "got 5000 threads", "Leave --threads out to use every core."),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_a_remedy(settings, found, remedy):
    with pytest.raises(RunError) as error:
        run(shipped_plan(SIMPLE), Settings(**{"paths": 64, **settings}))
    assert found in str(error.value)
    assert remedy in str(error.value)


@pytest.mark.parametrize("settings", [{"block": -1}, {"block": -300}, {"first_path": -1}])
def test_block_and_first_path_below_0_are_refused(settings):
    with pytest.raises(RunError):
        run(shipped_plan(SIMPLE), Settings(**{"paths": 64, "threads": 1, **settings}))


def test_run_whose_books_do_not_close_is_refused(monkeypatch):
    post = waterfall.post

    def lose_an_oere(claim, payments, financing, minor_units, inputs, flow, drawn, received):
        post(claim, payments, financing, minor_units, inputs, flow, drawn, received)
        flow[3, -1, -1] += 1

    monkeypatch.setattr(waterfall, "post", lose_an_oere)
    with pytest.raises(RunError, match=r"Bent: the books of 1 paths do not close\..* please report it"):
        run(bent_plan(), Settings(64, SEED))


def test_allocated_results_have_a_row_per_path():
    found = allocate(bent_plan(), 7, keep_claims=True)
    assert {getattr(found, name).shape[0] for name in found._fields} == {7}
