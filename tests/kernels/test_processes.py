"""Outcomes that people are lived for: spells, gates, amounts, scores, use and price lists, worked by hand.

One path is spread over all lanes; the first lane is looked at.
"""

import math

import numpy as np
import pytest
from scipy import stats

from risksim.kernels.processes import (
    begin_spells,
    compare_score,
    count_worth,
    fall_in_use,
    look_at_spells,
    meter_card,
    next_spell,
    pass_gate,
    places_in_use,
    reach,
    see_score,
    spread_amounts,
)
from risksim.kernels.words import LANES
from risksim.plan.layout import (
    ANY_SPELL,
    CONTINUOUS,
    CUMULATIVE,
    FROM_START,
    LEVEL,
    MONTHS,
    NEVER,
    NEW_HIGH,
    POINT,
    POINTS,
    SINCE_LAST,
    USE_CHANGE,
    USE_FALLS,
)
from tests.kernels.forms import both, python_of
from tests.kernels.test_lives import months
from tests.kernels.test_patterns import on_lanes, tile

NAN = math.nan
ABLE = np.ones((1, LANES), np.uint8)


def lanes(values) -> np.ndarray:
    """One number for each person, the same on every lane."""
    return np.repeat(np.array(values, dtype=np.float64)[:, None], LANES, axis=1)


def same(found, expected) -> bool:
    return np.array_equal(np.asarray(found)[:, 0], np.array(expected), equal_nan=True)


def word_at(u: float) -> int:
    """The word whose uniform lies nearest to u."""
    return round(u * 2**32 - 0.5)


# Gates


@both(pass_gate)
@pytest.mark.parametrize(
    ("opens", "drops", "expected"),
    [
        (1, 0, [5.0, 0.0, 0.0, 0.0, NAN, 7.0]),
        (1, 1, [5.0, NAN, NAN, NAN, NAN, 7.0]),
        (0, 0, [0.0, 5.0, 5.0, 5.0, NAN, 7.0]),
    ],
)
def test_a_gate_lets_through_who_met_the_latest_measurement(run, opens, drops, expected):
    # met, not met, not spoken of, not measured yet, nothing to let through; the last did not enrol
    other = lanes([1.0, 0.0, NAN, 1.0, 0.0, 1.0])
    worth = lanes([5.0, 5.0, 5.0, 5.0, NAN, 7.0])
    enrolled = months([0, 0, 0, 1, 0, NEVER])
    run(np.array([0, -1]), enrolled, np.stack([other, lanes([9.0] * 6)]), opens, drops, worth)
    assert same(worth, expected)


@both(pass_gate)
def test_a_gate_looks_at_the_row_of_the_month(run):
    rows = np.stack([lanes([1.0, 1.0, 1.0]), lanes([0.0, 0.0, 0.0])])
    worth = lanes([1.0, 1.0, 1.0])
    run(np.array([-1, 0, 1]), months([0, 1, 2]), rows, 1, 0, worth)
    assert same(worth, [0.0, 1.0, 0.0])


# Spells


def life(inside: bool, lengths: list[float], clause: int, days: list[int], **more: float) -> list[float]:
    """What a contract sees on each day of a life of stretches of these lengths, in turn in and out of the state."""
    return lived(next_spell, begin_spells, inside, lengths, clause, days, **more)


def lived(run, begin, inside, lengths, clause, days, lasts=0.0, gap=0.0, shape=1.0, rate=0.5) -> list[float]:
    inside_now, spell = np.empty((1, LANES), np.uint8), np.empty((5, 1, LANES))
    begin(inside_now, int(inside), spell)
    worth = np.full((len(days), 1, LANES), NAN)
    since = np.array(days, dtype=np.int64)[:, None]
    rates = on_lanes(rate, np.float64)
    for length in [*lengths, 1e9]:
        # the stretch is -ln(1 - u) / rate long, so that u is 1 - exp(-rate * length)
        u = min(1.0 - math.exp(-((rate * length) ** (shape if inside else 1.0))), 1.0 - 2.0**-33)
        inside = not inside
        if not run(
            tile([word_at(u)]), rates, rates, shape, clause, lasts, gap, since, months([0]), inside_now, spell, worth
        ):
            break
    return worth[:, 0, 0].tolist()


WORKED = [
    # in for 3, out for 1, in for 4, out for 2, in to the end
    (POINT, 0, 0, [1, 3.5, 5, 9, 11], [1, 0, 1, 0, 1]),
    (CUMULATIVE, 5, 0, [4, 5, 7, 9, 11], [0, 0, 1, 1, 1]),
    (MONTHS, 0, 0, [2, 4, 7, 9, 12], [2, 3, 6, 7, 9]),
    (CONTINUOUS, 3, 0, [2, 4, 6, 7, 9], [0, 0, 0, 1, 0]),
    (ANY_SPELL, 4, 0, [3, 5, 7, 9, 12], [0, 0, 0, 1, 1]),
    # breaks of 1.5 or less do not count: one spell from 0 to 8, then one from 10 on
    (CONTINUOUS, 6, 1.5, [5, 6, 8, 9, 12], [0, 1, 1, 1, 0]),
    (ANY_SPELL, 6, 1.5, [5, 6, 7, 9, 12], [0, 1, 1, 1, 1]),
    # breaks of 3 or less: one spell for ever
    (CONTINUOUS, 10, 3, [8, 9, 10, 11, 12], [0, 0, 1, 1, 1]),
    (ANY_SPELL, 10, 3, [8, 9, 10, 11, 12], [0, 0, 1, 1, 1]),
]


@pytest.mark.parametrize("form", ["compiled", "python"])
@pytest.mark.parametrize(("clause", "lasts", "gap", "days", "expected"), WORKED)
def test_spells_by_hand(form, clause, lasts, gap, days, expected):
    step = next_spell if form == "compiled" else python_of(next_spell)
    start = begin_spells if form == "compiled" else python_of(begin_spells)
    # ten times as slow, with ends of stretches a little off the whole months on which the contract looks
    slow = [round(10 * day) for day in days]
    found = lived(step, start, True, [30.1, 9.9, 40.1, 19.8], clause, slow, 10.0 * lasts - 0.5, 10.0 * gap, 1.0, 0.02)
    if clause == MONTHS:
        assert found == pytest.approx([10.0 * value for value in expected], abs=0.31)  # three spells, each 0.1 off
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("begins", "expected"),
    [(False, [0.0, 1.0]), (True, [1.0, 1.0])],
)
def test_a_short_wait_before_the_first_spell_is_no_break_in_one(begins, expected):
    # out for half a month at first (or in all the time): nobody has been in for six months by the sixth
    lengths = [] if begins else [0.5]
    assert life(begins, lengths, CONTINUOUS, [6, 7], lasts=6.0, gap=2.0) == expected


def test_a_break_on_the_day_itself_counts_as_far_as_it_has_gone():
    # in for 8.2, then out for 5: on day 9 out for 0.8, within a gap of 1; on day 10 out for 1.8; nobody knows the end
    assert life(True, [8.2, 5.0], CONTINUOUS, [8, 9, 10], lasts=8.0, gap=1.0) == [1.0, 1.0, 0.0]
    # any spell of 9: that of 8.2 has not gone on by being interrupted
    assert life(True, [8.2, 5.0], ANY_SPELL, [8, 9, 10], lasts=9.0, gap=1.0) == [0.0, 0.0, 0.0]
    # but once the person is back, the break counts: 8.2 + 0.5 + the rest
    assert life(True, [8.2, 0.5], ANY_SPELL, [8, 9, 10], lasts=9.0, gap=1.0) == [0.0, 1.0, 1.0]
    assert life(True, [8.2, 0.5], ANY_SPELL, [8, 9, 10], lasts=9.0, gap=0.4) == [0.0, 0.0, 0.0]


def test_a_day_belongs_to_the_stretch_that_begins_on_it():
    # nobody moves before day 0; with a rate of 0 nobody ever moves
    for inside in (True, False):
        assert life(inside, [], POINT, [0, 1_000], rate=0.0) == [float(inside)] * 2


@both(next_spell)
def test_stretches_are_as_long_as_their_word_says(run):
    # u = 0.5: out for ln 2 / 0.25, in for (ln 2)^(1 / 2) / 0.08 months
    inside, spell = np.empty((1, LANES), np.uint8), np.empty((5, 1, LANES))
    begin_spells(inside, 0, spell)
    worth, since = np.full((1, 1, LANES), NAN), np.array([[1_200]])
    rates = on_lanes(0.25, np.float64), on_lanes(0.08, np.float64)
    told = (tile([2**31]), *rates, 2.0, MONTHS, 0.0, 0.0, since, months([0]), inside, spell, worth)
    assert run(*told) == LANES  # all have a measurement to come
    first = math.log(2.0) / 0.25
    assert spell[0, 0, 0] == pytest.approx(first, rel=1e-9)
    run(*told)
    assert spell[0, 0, 0] == pytest.approx(first + math.sqrt(math.log(2.0)) / 0.08, rel=1e-9)
    assert spell[3, 0, 0] == pytest.approx(math.sqrt(math.log(2.0)) / 0.08, rel=1e-9)


@both(next_spell)
def test_who_did_not_enrol_has_no_spells(run):
    inside, spell = np.empty((1, LANES), np.uint8), np.empty((5, 1, LANES))
    begin_spells(inside, 1, spell)
    worth, rate = np.full((1, 1, LANES), NAN), on_lanes(0.5, np.float64)
    args = (np.array([[6]]), months([NEVER]), inside, spell, worth)
    assert run(tile([2**31]), rate, rate, 1.0, POINT, 0.0, 0.0, *args) == 0
    assert np.isnan(worth).all()


@both(look_at_spells)
def test_what_a_contract_sees_of_one_person(run):
    # back since 7, after a break; the spell began at 4, it was left at 6; 3 months inside before, 2 the longest
    spell = np.array([7.0, 4.0, 6.0, 3.0, 2.0])[:, None, None]
    assert run(POINT, 0.0, 0.0, True, 7.0, 9.0, spell, 0, 0) == 1.0
    assert run(MONTHS, 0.0, 0.0, True, 7.0, 9.0, spell, 0, 0) == 5.0
    assert run(CUMULATIVE, 5.0, 0.0, True, 7.0, 9.0, spell, 0, 0) == 1.0
    assert run(CUMULATIVE, 5.1, 0.0, True, 7.0, 9.0, spell, 0, 0) == 0.0
    assert run(CONTINUOUS, 5.0, 1.0, True, 7.0, 9.0, spell, 0, 0) == 1.0
    assert run(ANY_SPELL, 5.1, 1.0, True, 7.0, 9.0, spell, 0, 0) == 0.0


# Amounts


@both(spread_amounts)
def test_amounts_are_shifted_and_then_cut(run):
    drawn = np.repeat([1.0, 5.0, 9.0, 5.0], LANES)[:, None]
    able, worth = months([1, 1, 1, 0]).astype(np.uint8), np.empty((4, LANES))
    run(drawn, on_lanes(2.0, np.float64), 4.0, 10.0, able, worth)
    assert same(worth, [4.0, 7.0, 10.0, NAN])


@both(reach)
def test_a_goal_is_reached_at_it(run):
    amounts, worth = lanes([5.9, 6.0, 7.0, NAN]), np.empty((4, LANES))
    first = np.ones(1, np.uint8)
    run(amounts, 6.0, False, first, months([0] * 4), worth)
    assert same(worth, [0.0, 1.0, 1.0, NAN])
    run(amounts, 6.0, True, first, months([0] * 4), worth)
    assert same(worth, [0.0, 1.0, 1.0, NAN])


@both(reach)
def test_always_holds_every_measurement_that_took_place(run):
    # before: reached or not; the second month of the window had no measurement before
    first = np.array([0, 1], np.uint8)
    worth = lanes([1.0, 0.0, 1.0, 0.0])
    run(lanes([6.0, 6.0, 5.0, 6.0]), 6.0, True, first, months([0, 0, 0, 1]), worth)
    assert same(worth, [1.0, 0.0, 0.0, 1.0])


# Scores


@both(see_score)
def test_a_score_is_grown_blurred_cut_and_rounded(run):
    # mean 2, growth 0.4 a year, 18 months, one standard deviation of 0.8 up; an error of 0.5 down
    up, down = (word_at(float(stats.norm.cdf(z))) for z in (1.0, -1.0))
    normals, enrolled = lanes([1.0, 1.0, 9.0, -9.0]), months([0, 1, 0, 0])
    errors, score = tile([down, up, down, down]), np.empty((4, LANES))
    told = (on_lanes(2.0, np.float64), on_lanes(0.4, np.float64), np.array([18, 0]), 0.8, 0.5)
    run(normals, errors, *told, -math.inf, math.inf, 0.0, enrolled, score)
    assert score[:2, 0] == pytest.approx([2.0 + 0.6 + 0.8 - 0.5, 2.0 + 0.8 + 0.5], abs=1e-8)
    run(normals, errors, *told, 0.0, 4.0, 0.0, enrolled, score)
    assert score[:, 0] == pytest.approx([2.9, 3.3, 4.0, 0.0], abs=1e-8)
    run(normals, errors, *told, 0.0, 4.0, 0.5, enrolled, score)
    assert same(score, [3.0, 3.5, 4.0, 0.0])
    run(normals, errors, *told, 0.0, 4.0, 1.5, enrolled, score)  # 4 lies between the steps 3 and 4.5
    assert same(score, [3.0, 3.0, 4.0, 0.0])
    run(normals, errors, *told, 1.0, 4.0, 2.0, enrolled, score)  # steps are counted from the lowest end
    assert same(score, [3.0, 3.0, 4.0, 1.0])


@both(see_score)
def test_a_half_goes_up(run):
    score = np.empty((1, LANES))
    for mean, expected in ((0.5, 1.0), (1.5, 2.0), (2.5, 3.0), (0.49, 0.0)):
        run(
            lanes([0.0]),
            tile([2**31]),
            on_lanes(mean, np.float64),
            on_lanes(0.0, np.float64),
            np.array([0]),
            1.0,
            0.0,
            0.0,
            4.0,
            1.0,
            months([0]),
            score,
        )
        assert score[0, 0] == expected


@both(compare_score)
@pytest.mark.parametrize(
    ("clause", "goal", "expected"),
    [
        # scores 2.3, 1.8, 2.6, 2.4 after 1.8 at enrolment
        (SINCE_LAST, 0.5, [1, 0, 1, 0]),
        (FROM_START, 0.5, [1, 0, 1, 1]),
        (NEW_HIGH, 0.3, [1, 0, 1, 0]),
        (NEW_HIGH, 0.5, [1, 0, 0, 0]),
        (LEVEL, 2.3, [1, 0, 1, 1]),
        (POINTS, 0.0, [0.5, -0.5, 0.8, -0.2]),
    ],
)
def test_gains_and_levels_by_hand(run, clause, goal, expected):
    start, takes_place = lanes([1.8]), np.ones(1, np.uint8)
    before, best = start.copy(), start.copy()
    found = []
    for score in (2.3, 1.8, 2.6, 2.4):
        worth = np.empty((1, LANES))
        run(clause, goal, lanes([score]), start, before, best, takes_place, months([0]), ABLE, worth)
        found.append(float(worth[0, 0]))
    assert found == pytest.approx(expected, abs=1e-12)


@both(compare_score)
def test_a_date_that_is_no_measurement_leaves_no_mark(run):
    start, worth = lanes([2.0, 2.0, 2.0]), np.empty((3, LANES))
    before, best, able = start.copy(), start.copy(), months([1, 1, 0]).astype(np.uint8)
    told = np.array([0, 1], np.uint8), months([0, 1, NEVER]), able, worth
    run(SINCE_LAST, 1.0, lanes([9.0, 9.0, 9.0]), start, before, best, *told)
    assert same(before, [2.0, 9.0, 2.0])
    assert same(best, [2.0, 9.0, 2.0])
    assert same(worth, [1.0, 1.0, NAN])


def test_decimals_do_not_take_a_gain_away():
    assert 2.3 - 1.8 < 0.5
    worth, start = np.empty((1, LANES)), lanes([1.8])
    for score, expected in ((2.3, 1.0), (2.299999, 0.0)):
        told = (start, start.copy(), start.copy(), np.ones(1, np.uint8), months([0]), ABLE, worth)
        compare_score(SINCE_LAST, 0.5, lanes([score]), *told)
        assert worth[0, 0] == expected


# Use of services


@both(places_in_use)
def test_places_in_use_by_hand(run):
    # none 0.3, after 0.4 if some before and 0.8 if none; the place of 0.5 above 0.6 is 0.8
    low, high, middle = word_at(0.2), word_at(0.9), 2**31
    some, after = tile([low, high, high, low, high]), tile([high, high, low, middle, middle])
    before, now = np.empty(5 * LANES), np.full(5 * LANES, 0.5 + 2.0**-33)
    run(some, tile([middle] * 5), after, 0.3, 0.4, 0.8, 0.6, 0.5, before, now)
    z = float(stats.norm.ppf(0.8))
    assert before.reshape(5, LANES)[:, 0] == pytest.approx([-1, 0.8, 0.8, -1, 0.8], abs=1e-9)
    tied = float(stats.norm.cdf(0.5 * z))
    assert now.reshape(5, LANES)[:, 0] == pytest.approx([0.5, tied, -1, -1, tied], abs=1e-9)


@both(places_in_use)
def test_whoever_is_like_before_uses_the_same_to_the_last_bit(run):
    words = np.random.default_rng(7).integers(0, 2**32 - 1, (50, LANES), dtype=np.uint32)
    before, after = np.empty(words.size), np.full(words.size, 0.123)
    run(words, words[::-1].copy(), words, 0.0, 0.0, 0.0, 0.25, 1.0, before, after)
    assert (before == after).all()


@both(fall_in_use)
@pytest.mark.parametrize(
    ("clause", "expected"),
    [(USE_CHANGE, [60.0, -40.0, 100.0, 0.0, NAN]), (USE_FALLS, [60.0, 0.0, 100.0, 0.0, NAN])],
)
def test_falls_by_hand(run, clause, expected):
    # used 100 and now 50, lowered by a fifth; nothing and now 50; 100 and now nothing; nothing twice; not spoken of
    used, uses = (np.repeat(x, LANES) for x in ([0.5, -1, 0.5, -1, 0.5], [0.5, 0.5, -1, -1, 0.5]))
    before, after = (np.repeat(x, LANES)[:, None] for x in ([100.0] * 5, [50.0] * 5))
    able, worth = months([1, 1, 1, 1, 0]).astype(np.uint8), np.empty((5, LANES))
    run(clause, used, uses, before, after, on_lanes(0.2, np.float64), able, worth)
    assert same(worth, expected)


# What is counted


@both(meter_card)
def test_a_price_list_pays_each_person_up_to_a_most_in_time(run):
    # 100 for the first outcome, 250 for the second, at most 300; periods 0 to 2, the last measurement counts nowhere
    worth = np.stack([lanes([1, 1, 1, 0, 1, 1]), lanes([1, 0, 1, 0, NAN, 1]), lanes([1, 1, 1, 0, 1, 1])])
    prices = lanes([100.0, 250.0, 100.0])
    period = np.array([[1, 0], [0, 2], [2, -1]])
    seen, enrolled = months([1, 1, 0, 1, 1, 1]).astype(np.uint8), months([0, 0, 0, 0, 0, 1])
    out = np.zeros((LANES, 3))
    run(prices, on_lanes(300.0, np.float64), worth, seen, enrolled, period, np.empty(3), out)
    #        250 first, then 50 of 100; 100 and 100; not seen; nothing; 100 and 100; 100 in period 0, 200 of 250 in 2
    assert out[0].tolist() == [250.0 + 100.0, 50.0 + 100.0 + 100.0, 100.0 + 100.0 + 200.0]


@both(meter_card)
def test_a_price_list_takes_nothing_for_what_is_below_zero(run):
    worth, out = np.stack([lanes([-3.0, 2.5])]), np.zeros((LANES, 1))
    args = (np.ones((2, LANES), np.uint8), months([0, 0]), np.array([[0]]), np.empty(1), out)
    run(lanes([10.0]), on_lanes(1_000.0, np.float64), worth, *args)
    assert out[0].tolist() == [25.0]


@both(count_worth)
def test_worth_more_than_nothing_is_counted_once_a_measurement(run):
    out = np.zeros((LANES, 2), np.int32)
    #             met, unseen, no follow-up, nothing, below zero, not spoken of, an amount
    worth = lanes([1.0, 1.0, 1.0, 0.0, -2.0, NAN, 2.5])
    seen = months([1, 0, 1, 1, 1, 0, 1]).astype(np.uint8)
    run(worth, worth, seen, months([0, 0, 1, 0, 0, NEVER, 0]), np.array([3, -1]), out)
    assert out[0].tolist() == [4, 2]
