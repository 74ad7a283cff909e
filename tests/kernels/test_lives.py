"""Cohorts lived: months of enrolling, leaving and meeting an outcome."""

import numpy as np
import pytest

from risksim.engine.inputs import draw_inputs
from risksim.engine.lives import live_tile
from risksim.kernels.lives import NEVER, enrolment_month, leave_month, measurable
from risksim.kernels.processes import happen, meter, speak_of
from risksim.kernels.words import LANES
from risksim.plan import layout
from tests.engine.deals import BROENDBY, bent_plan, shipped_plan
from tests.kernels import people
from tests.kernels.forms import both, close_to, key_array, words_of
from tests.kernels.test_patterns import on_lanes, tile
from tests.reference import philox, twin

PEOPLE = 120


def months(rows):
    """One month per person, the same on every lane."""
    return np.repeat(np.array(rows, dtype=np.int16)[:, None], LANES, axis=1)


def test_never_is_the_never_of_the_plan():
    assert NEVER == layout.NEVER


@pytest.mark.parametrize("plan", [bent_plan, lambda: shipped_plan(BROENDBY)], ids=["bent", "broendby"])
def test_lives_equal_people_by_hand(plan):
    plan = plan()
    inputs = draw_inputs(plan.inputs, key_array(), 640, LANES)
    for cohort in range(plan.cohorts.places.size):
        lived = live_tile(plan, key_array(), 640, cohort, inputs)
        for lane in (0, 9, 63):
            by_hand = people.lives(plan, cohort, 640 + lane, inputs[lane])
            n = len(by_hand)
            assert lived.n_enrolled[lane] == n
            assert lived.enrolled_at[:n, lane].tolist() == [person.enrolled for person in by_hand]
            assert lived.left_at[:n, lane].tolist() == [person.left for person in by_hand]
            assert lived.seen[:n, lane].tolist() == [person.seen for person in by_hand]
            met = [[month != NEVER for month in person.met] for person in by_hand]
            assert (lived.worth[:, :n, lane] == 1.0).T.tolist() == met
            assert (lived.enrolled_at[n:, lane] == NEVER).all()
            assert np.isnan(lived.worth[:, n:, lane]).all()
            assert (lived.seen[n:, lane] == 0).all()


@both(enrolment_month)
def test_enrolment_month_counts_the_limits_passed(run):
    out = np.empty((6, LANES), np.int16)
    run(tile([0, 99, 100, 200, 2**32 - 2, 0]), np.array([100, 200, 300], np.uint32), on_lanes(5, np.int32), out)
    assert out[:, 0].tolist() == [0, 0, 1, 2, 2, NEVER]


@both(enrolment_month)
def test_enrolment_fills_the_window_by_its_weights(run):
    # 64 x 120 people over 4 months of weights 1, 2, 2, 2 in sevenths; four standard errors
    limits = np.array([philox.limit(k / 7) for k in (1, 3, 5, 7)], np.uint32)
    out = np.empty((PEOPLE, LANES), np.int16)
    run(words_of(philox.ENROLMENT, PEOPLE), limits, on_lanes(PEOPLE, np.int32), out)
    for month, share in enumerate((1 / 7, 2 / 7, 2 / 7, 2 / 7)):
        assert close_to(share * out.size, np.sqrt(share * (1 - share) * out.size), (out == month).sum())


@both(leave_month)
def test_leave_month_is_that_of_the_slow_twin(run):
    share, duration = 0.25, 9
    limit = philox.limit(share)
    words = tile([0, 1, limit // 2, limit - 1, limit, 2**32 - 2])
    out = np.empty((6, LANES), np.int16)
    run(words, on_lanes(limit), on_lanes(share, np.float64), duration, months([3, 3, 3, 3, 3, 3]), out)
    expected = [3 + twin.month_of_leaving(int(word), share, duration) for word in words[:4, 0]]
    assert out[:, 0].tolist() == [*expected, NEVER, NEVER]
    assert expected == [3, 3, 7, 11]


@both(leave_month)
def test_whoever_leaves_does_so_during_the_course(run):
    words, out = words_of(philox.DROPOUT, PEOPLE), np.empty((PEOPLE, LANES), np.int16)
    for share in (1e-9, 0.3, 1.0):
        run(words, on_lanes(philox.limit(share)), on_lanes(share, np.float64), 7, months([2] * PEOPLE), out)
        assert set(np.unique(out)) <= {*range(2, 9), NEVER}
    assert set(np.unique(out)) == set(range(2, 9))  # certain to leave, in any month


@both(leave_month)
@pytest.mark.parametrize("duration", [1, 7, 9, 24])
def test_whoever_leaves_last_still_leaves_before_the_end(run, duration):
    # The share lies one digit above the middle of the word: no place in the course is nearer to its end
    word, out = 3_000_000_000, np.empty((1, LANES), np.int16)
    share = np.nextafter((word + 0.5) * 2.0**-32, 1.0)
    assert philox.limit(share) == word + 1
    run(tile([word]), on_lanes(word + 1), on_lanes(share, np.float64), duration, months([0]), out)
    assert (out == duration - 1).all()


@both(leave_month)
def test_leaving_is_spread_evenly_over_the_course(run):
    words, out = words_of(philox.DROPOUT, PEOPLE), np.empty((PEOPLE, LANES), np.int16)
    run(words, on_lanes(philox.limit(0.4)), on_lanes(0.4, np.float64), 6, months([0] * PEOPLE), out)
    for month in range(6):
        share = 0.4 / 6
        assert close_to(share * out.size, np.sqrt(share * (1 - share) * out.size), (out == month).sum())


@both(leave_month)
def test_whoever_did_not_enrol_does_not_leave(run):
    out = np.empty((2, LANES), np.int16)
    run(tile([0, 0]), on_lanes(2**32 - 1), on_lanes(1.0, np.float64), 6, months([NEVER, 0]), out)
    assert out[:, 0].tolist() == [NEVER, 0]


@both(leave_month)
def test_nobody_leaves_later_when_more_leave(run):
    words, enrolled = words_of(philox.DROPOUT, PEOPLE), months([4] * PEOPLE)
    before = None
    for share in (0.0, 1e-6, 0.05, 0.0500001, 0.3, 0.9, 1.0):
        out = np.empty((PEOPLE, LANES), np.int16)
        run(words, on_lanes(philox.limit(share)), on_lanes(share, np.float64), 24, enrolled, out)
        if before is not None:
            assert (out <= before).all()
        before = out


@both(measurable)
def test_people_are_seen_unless_their_word_lies_below_the_limit(run):
    out = np.empty((5, LANES), np.uint8)
    run(tile([0, 99, 100, 2**32 - 2, 500]), on_lanes(100), months([0, 0, 0, 0, NEVER]), out)
    assert out[:, 0].tolist() == [0, 0, 1, 1, 0]


@both(speak_of)
@pytest.mark.parametrize(
    ("population", "expected"),
    [
        (layout.ENROLLED, [1, 1, 1, 0, 1]),
        (layout.COMPLETERS, [1, 0, 1, 0, 0]),
        (layout.MEASURED, [1, 0, 1, 0, 0]),
        (layout.EARLIER, [1, 1, 1, 0, 1]),
    ],
)
def test_an_outcome_speaks_of_its_population(run, population, expected):
    out = np.empty((5, LANES), np.uint8)
    run(population, months([1, 0, 1, NEVER, 1]), months([NEVER, 3, NEVER, NEVER, 5]), out)
    assert out[:, 0].tolist() == expected


def limits_of(first, again, anew):
    return np.array([np.full(LANES, limit, np.uint32) for limit in (first, again, anew)])


@both(happen)
def test_an_outcome_happens_below_its_limit(run):
    worth, state = np.empty((4, LANES)), np.zeros((4, LANES), np.uint8)
    able = months([1, 1, 1, 0]).astype(np.uint8)
    run(tile([99, 100, 0, 0]), limits_of(100, 0, 0), True, able, state, worth)
    assert worth[:3, 0].tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(worth[3]).all()


@both(happen)
def test_what_happened_before_sets_the_next_limit(run):
    worth, state = np.empty((4, LANES)), months([1, 1, 0, 0]).astype(np.uint8)
    able = np.ones((4, LANES), np.uint8)
    run(tile([149, 150, 49, 50]), limits_of(100, 150, 50), False, able, state, worth)
    assert worth[:, 0].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert state[:, 0].tolist() == [1, 0, 1, 0]


@both(happen)
def test_higher_success_takes_nobody_away(run):
    words, able = words_of(philox.SUCCESS, PEOPLE), np.ones((PEOPLE, LANES), np.uint8)
    before = np.zeros((PEOPLE, LANES))
    for rate in (0.0, 0.1, 0.5, 0.50001, 1.0):
        out, state = np.empty((PEOPLE, LANES)), np.zeros((PEOPLE, LANES), np.uint8)
        run(words, limits_of(philox.limit(rate), 0, 0), True, able, state, out)
        assert (out >= before).all()
        before = out
    assert (before == 1.0).all()


@both(meter)
@pytest.mark.parametrize(
    ("population", "eligible", "seen", "total", "squares"),
    [
        (layout.ENROLLED, [3, 1], [2, 1], [2.5, 0], [6.25, 0]),
        (layout.COMPLETERS, [3, 1], [2, 1], [2.5, 0], [6.25, 0]),
        (layout.MEASURED, [2, 1], [2, 1], [2.5, 0], [6.25, 0]),
        (layout.EARLIER, [2, 1], [2, 1], [2.5, 0], [6.25, 0]),
    ],
)
def test_meter_counts_by_the_period_of_the_month_of_enrolment(run, population, eligible, seen, total, squares):
    #                  worth, nothing, unseen, next period, never counts, not spoken of
    enrolled = months([0, 0, 0, 1, 2, 0])
    visible = months([1, 1, 0, 1, 1, 1]).astype(np.uint8)
    worth = np.repeat(np.array([2.5, 0.0, 1.0, 0.0, 1.0, np.nan])[:, None], LANES, axis=1)
    out = np.zeros((LANES, 5, 2))
    run(population, worth, visible, enrolled, np.array([0, 1, -1]), out)
    assert out[0].tolist() == [eligible, seen, total, [0, 0], squares]
    assert (out == out[0]).all()
