"""Leaving, moving and success in time against laws that owe nothing to risksim.

Every seed is fixed; what is drawn lies within four standard errors of the truth, and laws are held to the
Kolmogorov-Smirnov distance at 1e-6.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import linalg, stats

from risksim.engine.enrolment import DRAWN
from risksim.engine.expected import expected_people
from risksim.engine.inputs import draw_inputs
from risksim.engine.leaving import stay_on_course, still_there
from risksim.engine.lives import Tile, attend, live_tile
from risksim.engine.replay import replay
from risksim.engine.run import Settings, draw_block, run
from risksim.errors import ScenarioError
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.hazards import (
    competing_risks,
    enrolled_rate,
    monthly_of_yearly,
    share_by_month,
    weibull_through,
    with_odds,
)
from risksim.plan.layout import JOINED, LANES, NEVER, SUM, Plan
from risksim.report.story import story
from risksim.results.story import tell
from risksim.scenario.base import Weeks
from risksim.scenario.origins import remarks, value_text
from tests.kernels.forms import key_array
from tests.verification.test_processes import assert_chance, assert_near, lived, people

PEOPLE = 3_125
"""Times 64 lanes: 200,000 people in a tile."""

TWELVE = {"after_enrolment": "12 months"}
KS = 1e-6


def told(outcomes: dict[str, Any] | None = None, **cohort: Any) -> Plan:
    """A deal of 200,000 people a tile who all enrol on the first day."""
    some = outcomes or {"well": {"of": "enrolled", "success_rate": 0.5, "measured": TWELVE}}
    return compile_plan(people(some, **({"participants": PEOPLE, "duration": "12 months"} | cohort)))


def tile_of(plan: Plan, tile: int = 0) -> Tile:
    inputs = draw_inputs(plan.inputs, key_array(), tile * LANES, LANES)
    return live_tile(plan, key_array(), tile * LANES, 0, inputs)


def left(plan: Plan) -> np.ndarray:
    """Months after which each of the people left, NEVER for who stayed: int64[person of all lanes]."""
    return tile_of(plan).left_at[:PEOPLE].astype(np.int64).ravel()


# Formulas


def test_a_weibull_law_goes_through_two_points():
    law = weibull_through((13, 0.80), (26, 0.68))
    assert law.shape == pytest.approx(0.789367, abs=5e-7)
    assert law.scale == pytest.approx(86.9324, abs=5e-5)
    assert law.stays(52) == pytest.approx(0.513479, abs=5e-7)
    assert law.stays(13) == pytest.approx(0.80, abs=1e-12)
    assert law.stays(26) == pytest.approx(0.68, abs=1e-12)
    # An exponential through the first point alone: 0.8 ** 4 = 0.4096.
    assert share_by_month(0.2, 1.0, 4) == pytest.approx(1 - 0.4096, abs=1e-12)


def test_success_and_leaving_beside_each_other():
    found = competing_risks(0.05, 0.03, 12)
    assert found == pytest.approx((0.395209, 0.237125, 0.367666), abs=5e-7)
    assert sum(found) == pytest.approx(1.0, abs=1e-15)
    # Leaving taken for a reason not to look any further: 1 - 0.95 ** 12.
    assert competing_risks(0.05, 0.0, 12).succeeded == pytest.approx(0.459640, abs=5e-7)
    assert competing_risks(0.0, 0.0, 12) == (0.0, 0.0, 1.0)


def test_rates_of_completers_odds_and_years():
    # 0.75 of the 80 % who complete and half of that of the 20 % who leave: 0.6 + 0.075.
    assert enrolled_rate(0.75, 0.5, 0.2) == pytest.approx(0.675, abs=1e-15)
    assert enrolled_rate(0.75, 0.0, 0.2) == pytest.approx(0.6, abs=1e-15)
    # Odds of 1 to 4 doubled are 1 to 2.
    assert with_odds(0.2, 2.0) == pytest.approx(1 / 3, abs=1e-15)
    # Through the generator of two states, gone or not.
    generator = np.array([[math.log(0.95), -math.log(0.95)], [0.0, 0.0]])
    assert monthly_of_yearly(0.05) == pytest.approx(linalg.expm(generator / 12)[0, 1], abs=1e-12)


def test_weeks_are_counted_in_months_as_contracts_do():
    scenario = people(
        {
            "kept": {
                "of": "enrolled",
                "spells": {"starts": 0.25, "ends": 0.08, "begins": "in"},
                "counts": "continuous",
                "lasts": "8 weeks",
                "gap": "2 weeks",
                "measured": {"after_enrolment": ["13 weeks", "26 weeks", "52 weeks"]},
            }
        },
        duration="39 weeks",
    )
    kept = scenario.personal["kept"]
    assert [int(month) for month in kept.measured.after_enrolment] == [3, 6, 12]
    assert int(scenario.cohorts[0].duration) == 9
    assert kept.lasts == Weeks(8 * 3 / 13)
    assert kept.gap == 6 / 13
    assert value_text(scenario.cohorts[0].duration) == "39 weeks"
    assert value_text(kept.lasts) == "8 weeks"
    assert scenario.model_dump(mode="json", exclude_defaults=True)["outcomes"]["kept"]["lasts"] == "8 weeks"


def test_a_spell_of_eight_weeks_is_not_rounded_to_months():
    spell = {
        "of": "enrolled",
        "spells": {"starts": 0.25, "ends": 0.08, "begins": "in"},
        "counts": "continuous",
        "lasts": "8 weeks",
        "measured": {"after_enrolment": "2 months"},
    }
    # The spell that runs after two months began 24/13 months ago or before: at the start, or within the first 2/13 of a
    # month after an end; the second adds less than 0.0003 (out and in again within 2/13 months: 0.08 * 0.25 / 2 / 42).
    (met,) = lived(people({"kept": spell}, participants=2_000), 2)["kept"]
    assert met.mean() == pytest.approx(math.exp(-0.08 * 2), abs=4 * math.sqrt(0.85 * 0.15 / met.size) + 3e-4)


# Leaving


LAWS = {
    "monthly": ({"monthly": 0.03, "shape": 1}, 1.0, -math.log(0.97)),
    "falling": ({"monthly": 0.036}, 0.8, -math.log(0.964)),
    "share": ({"share": 0.2, "shape": 2}, 2.0, -math.log(0.8) / 12**2),
    # Odds of 1 to 4 times 1.5 are 3 to 8: 3 of 11 leave.
    "odds": ({"share": 0.2, "shape": 0.8, "odds": 1.5}, 0.8, -math.log(8 / 11) / 12**0.8),
    "two points": ({"stay": {"13 weeks": 0.80, "26 weeks": 0.68}}, 0.789367, None),
    "one point": ({"stay": {"6 months": 0.7}, "shape": 1}, 1.0, -math.log(0.7) / 6),
}


@pytest.mark.parametrize("name", LAWS)
def test_months_of_leaving_follow_the_law(name):
    said, shape, rate = LAWS[name]
    rate = (86.9324 * 3 / 13) ** -0.789367 if rate is None else rate
    plan = told(dropout=said)
    month = left(plan)
    for t in (1, 3, 6, 12):
        assert_chance(1.0 - math.exp(-rate * t**shape), month < t)
    assert still_there(plan, 0) == pytest.approx([math.exp(-rate * t**shape) for t in range(13)], abs=1e-5)
    assert not plan.lived
    assert plan.cohorts.dropout_value[0] == pytest.approx(1.0 - math.exp(-rate * 12**shape), abs=1e-5)


def test_times_of_leaving_follow_a_weibull_law():
    plan = told(dropout={"stay": {"13 weeks": 0.80, "26 weeks": 0.68}})
    inputs = np.empty((LANES, 0))
    words, *_ = attend(plan, key_array(), 0, 0, inputs)
    stays = stay_on_course(plan, words, 0, inputs)[:PEOPLE].ravel()
    gone = stays[np.isfinite(stays)]
    law = stats.weibull_min(0.789367, scale=86.9324 * 3 / 13)
    assert stats.kstest(gone, lambda t: law.cdf(t) / law.cdf(12.0)).pvalue > KS


def test_a_plain_share_leaves_evenly_as_ever():
    month = left(told(dropout=0.36))
    for t in range(1, 13):
        assert_chance(0.03 * t, month < t)


def test_an_uncertain_chance_a_month_is_turned_into_a_share_on_each_path():
    plan = told(dropout={"monthly": {"uniform": [0.0, 0.1]}, "shape": 1})
    assert plan.lived
    inputs = draw_inputs(plan.inputs, key_array(), 0, LANES)
    found = (tile_of(plan).left_at[:PEOPLE] != NEVER).mean(axis=0)
    truth = 1.0 - (1.0 - inputs[:, 0]) ** 12
    assert (np.abs(found - truth) < 5.0 * np.sqrt(truth * (1 - truth) / PEOPLE) + 1e-12).all()
    # At the mean of 5 % a month.
    assert still_there(at_means(plan), 0)[12] == pytest.approx(0.95**12, abs=1e-9)


def test_costs_per_month_follow_the_law():
    cost = {"name": "staff", "amount": 1, "per": "participant month", "paid_by": "programme", "paid_to": "provider"}
    scenario = people(
        {"well": {"of": "enrolled", "success_rate": 0.5, "measured": TWELVE}},
        participants=PEOPLE,
        duration="12 months",
        dropout={"monthly": 0.06, "shape": 0.5},
        moves={"yearly": 0.3, "then": "lost"},
    )
    money = scenario.financing.model_dump(by_alias=True) | {"costs": [cost]}
    plan = compile_plan(type(scenario).model_validate(scenario.model_dump(by_alias=True) | {"financing": money}))
    m = int(np.flatnonzero(plan.measures.statistic == JOINED + 1)[0])
    expected = expected_people(plan)[0, 0, m].sum()
    # People there at the start of month j: 0.94 ** sqrt(j) have not left and 0.7 ** (j / 12) have not moved.
    assert expected == pytest.approx(PEOPLE * sum(0.94 ** math.sqrt(j) * 0.7 ** (j / 12) for j in range(12)), rel=1e-9)
    _, measured, _ = draw_block(plan, Settings(), 0, 256)
    assert_near(expected, measured[:, 0, m].sum(axis=1))


# Success and leaving beside each other


JOB = {"job": {"of": "enrolled", "monthly": 0.05, "measured": TWELVE}}


def test_competing_risks_are_those_of_the_formula():
    tile = tile_of(told(JOB, dropout={"monthly": 0.03, "shape": 1}))
    met, gone = tile.worth[0, :PEOPLE] == 1.0, tile.left_at[:PEOPLE] != NEVER
    assert_chance(0.395209, met)
    assert_chance(0.237125, gone & ~met)
    assert_chance(0.367666, ~gone & ~met)


def test_cumulative_incidence_of_histories_is_that_of_the_inputs():
    months = range(1, 13)
    job = {"job": JOB["job"] | {"measured": {"after_enrolment": [f"{t} months" for t in months]}}}
    tile = tile_of(told(job, dropout={"monthly": 0.03, "shape": 1}))
    met = tile.worth[:, :PEOPLE].reshape(12, -1) == 1.0
    month = tile.left_at[:PEOPLE].astype(np.int64).ravel()
    for t in months:
        truth = competing_risks(0.05, 0.03, t)
        succeeded, gone = met[t - 1], (month < t) & ~met[t - 1]
        assert_chance(truth.succeeded, succeeded)
        assert_chance(truth.left, gone)
        assert int(succeeded.sum() + gone.sum() + (~succeeded & ~gone).sum()) == PEOPLE * LANES
    assert (np.diff(met.astype(int), axis=0) >= 0).all()  # what has happened has happened


def test_without_leaving_it_is_the_chance_of_all_months():
    (met,) = lived(people(JOB, participants=PEOPLE, duration="12 months"), 1)["job"]
    assert_chance(1 - 0.95**12, met)


def test_leaving_evenly_is_read_alone():
    # Leaves evenly with 0.6 over 12 months: met in month t and still there, integral of r exp(-r t) (1 - 0.05 t) dt.
    rate = -math.log(0.95)
    truth = (1 - math.exp(-12 * rate)) - 0.05 * (1 / rate) * (1 - math.exp(-12 * rate) * (1 + 12 * rate))
    (met,) = lived(people(JOB, participants=PEOPLE, duration="12 months", dropout=0.6), 1)["job"]
    assert_chance(truth, met)


def test_several_chances_a_month_are_read_alone():
    both = JOB | {"home": JOB["job"] | {"monthly": 0.02}}
    found = lived(people(both, participants=PEOPLE, duration="12 months", dropout={"monthly": 0.03, "shape": 1}), 1)
    out = -math.log(0.97)
    for name, chance in (("job", 0.05), ("home", 0.02)):
        rate = -math.log(1 - chance)
        assert_chance(rate / (rate + out) * (1 - math.exp(-12 * (rate + out))), found[name][0])


def test_after_the_course_only_those_who_completed_it_succeed():
    late = {"job": JOB["job"] | {"measured": {"after_completion": "6 months"}}}
    (met,) = lived(people(late, participants=PEOPLE, duration="12 months", dropout={"monthly": 0.03, "shape": 1}), 1)[
        "job"
    ]
    assert_chance(0.97**12 * (1 - 0.95**6), met)


# Rates of those who complete, turned into rates of those who enrol


def test_those_who_leave_succeed_at_their_share_of_the_rate():
    well = {"of": "completers", "success_rate": 0.75, "dropouts": 0.5, "measured": {"at": "completion"}}
    plan = told({"well": well}, dropout=0.2)
    tile = tile_of(plan)
    met, gone = tile.worth[0, :PEOPLE] == 1.0, tile.left_at[:PEOPLE] != NEVER
    assert_chance(0.675, met)
    assert_chance(0.375, met[gone])
    assert_chance(0.75, met[~gone])
    # Everybody enrolled is spoken of and paid: one a piece, on average over futures.
    owed = expected_people(plan)[0, 0].sum()
    assert abs(owed - 0.675 * PEOPLE) < 4.0 * math.sqrt(0.675 * 0.325 * PEOPLE / DRAWN)


def test_nothing_said_of_those_who_leave_means_that_they_fail():
    well = {"of": "completers", "success_rate": 0.75, "measured": {"at": "completion"}}
    none = {"of": "completers", "success_rate": 0.75, "dropouts": 0, "measured": {"at": "completion"}}
    found = lived(people({"well": well, "none": none}, participants=PEOPLE, duration="12 months", dropout=0.2), 1)
    assert np.isnan(found["well"][0]).mean() == pytest.approx(0.2, abs=0.005)
    assert_chance(0.6, found["none"][0])


# The pace of success


def test_a_success_comes_in_time_and_the_last_measurement_has_the_whole_chance():
    onset = {"typical": "4 months", "shape": 1.5}
    months = (3, 6, 9, 12)
    well = {"of": "enrolled", "success_rate": 0.6, "onset": onset}
    well["measured"] = {"after_enrolment": [f"{t} months" for t in months]}
    found = lived(people({"well": well}, participants=PEOPLE), 1)["well"]
    law = stats.weibull_min(1.5, scale=4 / math.log(2) ** (1 / 1.5))
    for t, met in zip(months, found, strict=True):
        assert_chance(0.6 * law.cdf(t) / law.cdf(12), met)
    assert (np.diff(found, axis=0) >= 0).all()


def test_one_measurement_does_not_care_when_success_comes():
    well = {"of": "enrolled", "success_rate": 0.6, "measured": TWELVE}
    slow = well | {"onset": {"typical": "4 months"}}
    plain, paced = (lived(people({"well": one}), 1)["well"] for one in (well, slow))
    assert np.array_equal(plain, paced)


# Moving away


def test_months_of_moving_add_up_to_the_share_of_a_year():
    plan = told(moves={"yearly": 0.3, "then": "kept"})
    moved_at = tile_of(plan).moved_at
    assert moved_at is not None
    months = moved_at[:PEOPLE].astype(np.int64).ravel()
    for t in (1, 6, 12, 24):
        assert_chance(1 - 0.7 ** (t / 12), months < t)
    assert (tile_of(plan).left_at == NEVER).all()


@pytest.mark.parametrize("then", ["lost", "excluded"])
def test_what_a_move_means_is_said_by_the_contract(then):
    plan = told(
        {"well": {"of": "enrolled", "success_rate": 0.6, "measured": {"after_enrolment": ["6 months", "18 months"]},
                  "persistence": 0}},
        moves={"yearly": 0.3, "then": then},
    )  # fmt: skip
    tile = tile_of(plan)
    worth, moved = tile.worth[:, :PEOPLE], tile.moved_at[:PEOPLE]
    for row, t in enumerate((6, 18)):
        here = 0.7 ** (t / 12)
        if then == "lost":
            assert_chance(0.6 * here, worth[row] == 1.0)
            assert not np.isnan(worth[row]).any()
        else:
            assert np.array_equal(np.isnan(worth[row]), moved < t)
            assert_chance(0.6, worth[row][moved >= t])
    # The course of twelve months ends with the move.
    assert np.array_equal(tile.left_at[:PEOPLE] != NEVER, moved < 12)
    assert np.array_equal(tile.left_at[:PEOPLE][moved < 12], moved[moved < 12])


def test_a_move_that_excludes_is_not_unmeasured():
    well = {"of": "enrolled", "success_rate": 0.6, "measured": {"after_enrolment": "12 months"}}
    payments = [
        {"threshold": {"outcome": "well", "counts": "share", "unmeasured": "exclude", "at_least": 0.5, "pays": 1}}
    ]
    scenario = people(
        {"well": well}, payments=payments, participants=PEOPLE, duration="6 months",
        moves={"yearly": 0.3, "then": "excluded"},
    )  # fmt: skip
    plan = compile_plan(scenario)
    _, measured, heads = draw_block(plan, Settings(), 0, 256)
    sums = {int(s): measured[:, 0, m].sum(axis=1) for m, s in enumerate(plan.measures.statistic)}
    assert np.array_equal(sums[0], sums[1])  # eligible are seen
    assert_near(0.7 * PEOPLE, sums[0])
    assert_near(0.6 * 0.7 * PEOPLE, sums[SUM])
    assert (heads[:, 0, 3] == 0).all()


def test_states_add_up_in_every_month():
    """Enrolled is waiting, met, left or moved, month after month."""
    months = range(1, 13)
    job = {"job": JOB["job"] | {"measured": {"after_enrolment": [f"{t} months" for t in months]}}}
    plan = told(job, dropout={"monthly": 0.03, "shape": 1}, moves={"yearly": 0.2, "then": "lost"})
    tile = tile_of(plan)
    moved, gone = tile.moved_at[:PEOPLE], tile.left_at[:PEOPLE]
    for t, worth in zip(months, tile.worth[:, :PEOPLE], strict=True):
        states = [
            moved < t,
            (moved >= t) & (worth == 1.0),
            (moved >= t) & (worth == 0.0) & (gone < t),
            (moved >= t) & (worth == 0.0) & (gone >= t),
        ]
        assert sum(state.astype(int) for state in states).min() == 1
        truth = competing_risks(0.05, 0.03, t)
        here = 0.8 ** (t / 12)
        for share, state in zip((1 - here, *(here * part for part in truth)), states, strict=True):
            assert_chance(share, state)


def test_threads_and_blocks_change_nothing():
    plan = told(JOB, dropout={"monthly": {"uniform": [0.01, 0.05]}, "shape": 1}, moves={"then": "lost"}, participants=9)
    one, two = (run(plan, Settings(700, seed=5, threads=threads, block=block)) for threads, block in ((1, 0), (2, 256)))
    for a, b in itertools.zip_longest(one, two):
        assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


# Mistakes that need more than one part of the file


def test_two_chances_of_a_month_that_leave_nobody_are_refused():
    sure = {"job": JOB["job"] | {"monthly": 0.6}}
    with pytest.raises(ScenarioError, match=r"got 0\.4 beside 0\.6 of 'job'"):
        told(sure, dropout={"monthly": 0.4, "shape": 1})
    told(sure, dropout={"monthly": 0.39, "shape": 1})


def test_what_the_file_leaves_unsaid_is_remarked_and_named_for_the_register():
    scenario = people(JOB, dropout={"share": 0.2}, duration="6 months", moves={"then": "lost"})
    cohort = scenario.cohorts[0]
    assert cohort.dropout.register_keys() == ("dropout-shape",)
    assert cohort.moves.register_keys() == ("move-yearly",)
    said = [line for line in remarks(scenario) if line.startswith("cohorts[all]: nothing said about")]
    assert "cohorts[all]: nothing said about the shape of leaving, so 0.8: who has stayed long stays longer." in said
    assert "cohorts[all]: nothing said about how many move away, so 0.05 a year." in said


def test_two_rivals_of_leaving_are_remarked():
    both = JOB | {"home": JOB["job"]}
    said = remarks(people(both, dropout={"monthly": 0.03, "shape": 1}, duration="6 months"))
    assert any("'job' and 'home' have a chance a month each" in line for line in said)
    assert not any(
        "a chance a month each" in line for line in remarks(people(JOB, dropout={"monthly": 0.03, "shape": 1}))
    )


def test_a_quarter_in_weeks_has_the_digest_of_a_quarter_in_months():
    plans = [compile_plan(people(JOB, duration=time)) for time in ("26 weeks", "6 months")]
    assert plans[0].digest == plans[1].digest


def test_defaults_stay_out_of_the_digest_and_old_files_keep_theirs():
    plain, zero = people(JOB, dropout=0.0), people(JOB)
    assert compile_plan(plain).digest == compile_plan(zero).digest
    assert compile_plan(zero).leaving is None


# The story of a path


def test_a_story_says_who_moved_and_what_it_meant():
    scenario = people(
        {"well": {"of": "enrolled", "success_rate": 1.0, "measured": TWELVE}},
        participants=30,
        duration="6 months",
        moves={"yearly": 0.5, "then": "lost"},
    )
    plan = compile_plan(scenario)
    told_ = tell(plan, replay(plan, 3, 0))
    moved = [person for person in told_.people if person.moved_on is not None and str(person.moved_on) < "2026-01-01"]
    assert 5 < len(moved) < 25
    for person in told_.people:
        before = person in moved
        assert person.outcomes[0].result == ("moved before" if before else "met")
        assert (person.left_on is not None) == (before and str(person.moved_on) < "2025-07-01")
    text = story(told_)
    assert f"{len(moved)} moved away before" in text
    assert "moved away, the first in the month from" in text
