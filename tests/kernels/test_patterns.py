"""Cohorts counted: against people by hand, against the form of lives, on scripted words and by law."""

import itertools

import numpy as np
import pytest

from risksim.engine.inputs import draw_inputs
from risksim.engine.lives import live_block
from risksim.kernels.patterns import (
    CHUNK,
    HEAD,
    class_offsets,
    count_classes,
    count_one_class,
    count_people,
    mark_people,
    mark_stayers,
    scratch_of,
)
from risksim.kernels.words import LANES
from risksim.plan.compile import compile_plan
from tests.engine.deals import BROENDBY, SIMPLE, bent_plan, deal, shipped_plan
from tests.kernels import people
from tests.kernels.forms import both, key_array, python_of, words_of

PLANS = {"simple": lambda: shipped_plan(SIMPLE), "broendby": lambda: shipped_plan(BROENDBY), "bent": bent_plan}
each_plan = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())

VALUE = np.empty(LANES, np.uint32)
"""Scratch of `count_classes`."""


def counted(plan, *, run=count_people, path=0, tiles=1, inputs=None):
    """Measured and head counts of some tiles, and the inputs they were drawn with."""
    if inputs is None:
        inputs = draw_inputs(plan.inputs, key_array(), path, tiles * LANES)
    n_paths, n_cohorts = inputs.shape[0], plan.cohorts.places.size
    measured = np.full((n_paths, n_cohorts, plan.measures.outcome.size, plan.calendar.years.size), np.nan)
    heads = np.full((n_paths, n_cohorts, HEAD + 2 * plan.outcomes.address.size), -1, dtype=np.int32)
    scratch = scratch_of(plan.cohorts, plan.outcomes)
    run(key_array(), path, plan.cohorts, plan.outcomes, plan.measures, inputs, scratch, measured, heads)
    return measured, heads, inputs


@both(count_people)
@each_plan
def test_counts_equal_people_by_hand(run, plan):
    plan = people.every_measure(plan())
    measured, heads, inputs = counted(plan, run=run, path=64)
    for lane in (0, 1, 17, 63):
        by_hand, heads_by_hand = people.count(plan, 64 + lane, inputs[lane])
        assert (measured[lane] == by_hand).all()
        assert (heads[lane] == heads_by_hand).all()


def test_bent_deal_has_what_the_kernel_must_tell_apart():
    plan = bent_plan()
    assert plan.cohorts.places[0] > CHUNK
    assert (plan.cohorts.places % 4 != 0).all()
    assert np.diff(plan.cohorts.class_ptr).max() >= 3
    assert np.diff(plan.cohorts.class_ptr).min() == 1
    assert set(plan.outcomes.population) == {0, 1, 2}
    assert (plan.outcomes.period_of_class < 0).any()


@each_plan
def test_counts_equal_lives(plan):
    plan = people.every_measure(plan())
    for path in (0, 2**32 - 64, 2**32):
        measured, heads, inputs = counted(plan, path=path, tiles=2)
        lived, lived_heads = np.empty_like(measured), np.empty_like(heads)
        live_block(plan, key_array(), path, inputs, lived, lived_heads)
        assert (measured == lived).all()
        assert (heads == lived_heads).all()


@pytest.mark.parametrize("people_there", [1, 3, 4, 127, 128, 129, 131, 255, 256, 257])
def test_counts_equal_people_by_hand_at_the_edges_of_a_chunk(people_there):
    cohort = {"name": "all", "participants": people_there, "duration": "2 months", "dropout": 0.2, "unmeasured": 0.1}
    plan = people.every_measure(compile_plan(deal(cohorts=[{**cohort, "enrolment": {"window": "13 months"}}])))
    measured, heads, inputs = counted(plan, path=640)
    by_hand, heads_by_hand = people.count(plan, 640 + 5, inputs[5])
    assert (measured[5] == by_hand).all()
    assert (heads[5] == heads_by_hand).all()


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_counts_are_nobody_or_everybody_when_every_chance_is_0_or_1(chance):
    cohort = {"name": "all", "participants": 1_000, "duration": "6 months"}
    outcomes = {"well": {"of": "enrolled", "success_rate": chance}}
    payments = [{"per_outcome": {"outcome": "well", "price": 1}}]
    for hidden in (0.0, 1.0):
        plan = people.every_measure(
            compile_plan(
                deal(
                    cohorts=[{**cohort, "dropout": chance, "unmeasured": hidden}], outcomes=outcomes, payments=payments
                )
            )
        )
        measured, heads, _ = counted(plan)
        met = 1_000 * chance
        counts = [1_000, 1_000 - met, met, 1_000 * hidden, met, met * (1 - hidden)]
        assert (heads == np.array(counts)).all()
        assert (measured.sum(axis=(1, 3)) == np.array([met * (1 - hidden), 1_000, 1_000 * (1 - hidden)])).all()


def test_tiles_of_other_cohorts_leave_no_trace():
    # The first cohort has dropouts, unmeasured people and classes, the others have none: nothing may be left in scratch
    plan = people.every_measure(bent_plan())
    _, heads, _ = counted(plan)
    assert (heads[:, 1, 3] == 0).all()  # south: everybody can be measured
    assert (heads[:, 2, 2] == 0).all()  # east: nobody leaves
    assert (heads[:, 1, 0] == 7).all()
    assert (heads[:, 2, 0] == 33).all()


# By law, on the same words


def change(plan, **values):
    """The plan with certain values in place of drawn ones."""
    cohorts, outcomes = plan.cohorts, plan.outcomes
    for name in ("ratio", "dropout", "unmeasured"):
        if name in values:
            fixed = np.full(cohorts.places.size, values[name])
            slots = np.full(cohorts.places.size, -1)
            cohorts = cohorts._replace(**{f"{name}_value": fixed, f"{name}_slot": slots})
    if "rate" in values:
        fixed = np.full(outcomes.address.size, values["rate"])
        outcomes = outcomes._replace(rate_value=fixed, rate_slot=np.full(outcomes.address.size, -1))
    return plan._replace(cohorts=cohorts, outcomes=outcomes)


@pytest.mark.parametrize(
    ("name", "values", "sign"),
    [
        ("rate", (0.0, 0.2, 0.5, 0.50001, 0.9, 1.0), 1),
        ("dropout", (0.0, 0.1, 0.4, 0.40001, 1.0), -1),
        ("unmeasured", (0.0, 0.3, 0.7, 1.0), -1),
        ("ratio", (0.1, 0.5, 0.9, 1.0), 1),
    ],
)
def test_counts_move_one_way_with(name, values, sign):
    plan = people.every_measure(bent_plan())
    n_outcomes = plan.outcomes.address.size
    inputs = draw_inputs(plan.inputs, key_array(), 0, 2 * LANES)
    counts = []
    for value in values:
        measured, heads, _ = counted(change(plan, **{name: value}), inputs=inputs)
        counts.append(np.concatenate([measured[:, :, :n_outcomes].ravel(), heads[:, :, HEAD + 1 :: 2].ravel()]))
    for before, after in itertools.pairwise(counts):
        assert (sign * (after - before) >= 0).all()
    assert (counts[-1] != counts[0]).any()


# Scripted words


LIMIT = 1_000_000


def tile(rows):
    """One row of words per person, the same on every lane."""
    return np.repeat(np.array(rows, dtype=np.uint32)[:, None], LANES, axis=1)


def on_lanes(value, dtype=np.uint32):
    return np.full(LANES, value, dtype=dtype)


@both(mark_people)
def test_marks_tell_who_is_there_stays_and_is_seen(run):
    leave = tile([0, LIMIT - 1, LIMIT, 2**32 - 2])
    hide = tile([LIMIT, 2**32 - 2, LIMIT - 1, LIMIT])
    everybody, stayers, head = (
        np.full((4, LANES), 9, np.uint32),
        np.full((4, LANES), 9, np.uint32),
        np.zeros((2, LANES), np.int32),
    )
    n_enrolled = on_lanes(131, np.int32)
    n_enrolled[1] = 130  # person 131 is not there on lane 1
    run(128, 1, n_enrolled, leave, on_lanes(LIMIT), hide, on_lanes(LIMIT), everybody, stayers, head)
    assert everybody[:, 0].tolist() == [257, 257, 1, 0]
    assert stayers[:, 0].tolist() == [0, 0, 1, 0]
    assert everybody[:, 1].tolist() == [257, 257, 0, 0]
    assert head[:, 0].tolist() == [1, 1]
    assert head[:, 1].tolist() == [0, 0]


@both(mark_stayers)
def test_stayers_are_marked_as_by_the_longer_way(run):
    leave = words_of(3, 128)
    n_enrolled = np.arange(100, 164, dtype=np.int32)
    limit = (np.arange(LANES) * 2**26).astype(np.uint32)
    short, head = np.empty((128, LANES), np.uint32), np.zeros((2, LANES), np.int32)
    run(0, 32, n_enrolled, leave, limit, short, head)
    everybody, long, long_head = np.empty_like(short), np.empty_like(short), np.zeros_like(head)
    mark_people(0, 32, n_enrolled, leave, limit, leave, on_lanes(0), everybody, long, long_head)
    assert (short == long).all()
    assert (head == long_head).all()


@both(class_offsets)
def test_class_of_a_person_is_the_number_of_limits_not_above_the_word(run):
    words = tile([0, 99, 100, 199, 200, 2**32 - 2, 150, 201])
    out = np.empty((8, LANES), np.int32)
    run(2, words, np.array([100, 200, 2**32 - 1], np.uint32), out)
    assert (out // LANES == np.array([0, 0, 1, 1, 2, 2, 1, 2])[:, None]).all()
    assert (out % LANES == np.arange(LANES)).all()


@both(count_one_class)
def test_four_counts_of_a_full_chunk_fit_one_word(run):
    able = np.full((CHUNK, LANES), 257, np.uint32)
    counts = np.zeros(LANES, np.uint32)
    run(CHUNK // 4, np.zeros((CHUNK, LANES), np.uint32), on_lanes(2**32 - 1), able, counts)
    assert (counts == 128 * 0x0101_0101).all()


@pytest.mark.parametrize("count", [count_one_class, count_classes], ids=["one class", "classes"])
@pytest.mark.parametrize("form", [lambda kernel: kernel, python_of], ids=["compiled", "python"])
def test_word_at_the_limit_is_no_success(count, form):
    words = tile([LIMIT, LIMIT - 1, LIMIT, LIMIT, LIMIT - 1, LIMIT, LIMIT - 1, LIMIT - 1])
    able = np.full(words.shape, 257, np.uint32)  # byte 0: able, byte 1: able and measurable
    counts = np.zeros(LANES, np.uint32)
    offsets = [np.tile(np.arange(LANES, dtype=np.int32), (8, 1)), VALUE] if count is count_classes else []
    form(count)(2, words, on_lanes(LIMIT), able, *offsets, counts)
    assert (counts == 8 + (8 << 8) + (4 << 16) + (4 << 24)).all()


@both(count_classes)
def test_counts_by_class_add_up_to_those_of_one_class(run):
    words, able = words_of(5, CHUNK), (words_of(4, CHUNK) & np.uint32(1)) * np.uint32(257)
    limit = (np.arange(LANES) * 2**26).astype(np.uint32)
    offsets = np.empty((CHUNK, LANES), np.int32)
    class_offsets(CHUNK // 4, words_of(2, CHUNK), np.array([2**30, 2**31, 2**32 - 1], np.uint32), offsets)
    by_class, together = np.zeros(3 * LANES, np.uint32), np.zeros(LANES, np.uint32)
    run(CHUNK // 4, words, limit, able, offsets, VALUE, by_class)
    python_of(count_one_class)(CHUNK // 4, words, limit, able, together)
    assert (by_class.reshape(3, LANES).sum(axis=0, dtype=np.uint32) == together).all()
    assert (by_class.reshape(3, LANES) > 0).any(axis=1).all()
