"""What stands behind a replayed path: it is what the path was lived with, and pages say it only where a deal has it."""

import datetime as dt
import math
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from risksim.api import explain, read
from risksim.engine import shared
from risksim.engine.addresses import keys_of
from risksim.engine.enrolment import come_in
from risksim.engine.inputs import inputs_of
from risksim.engine.replay import replay
from risksim.plan.layout import LANES, NEVER
from risksim.plan.portfolio import for_portfolio
from risksim.report.story import story
from risksim.results.story import placed_in_words, tell
from tests.engine.deals import shipped_plan

ROOT = Path(__file__).parents[2]
SEED = 1


def text_of(name, path=3):
    return story(explain(read(ROOT / "scenarios" / f"{name}.yaml"), path, SEED))


# What all share


def test_the_economy_is_that_of_the_run_from_the_start_of_the_deal_on():
    plan = for_portfolio(shipped_plan("dependence/what-people-share.yaml"), 7, 1.0, 2022)
    opened = replay(plan, SEED, 70)
    series = shared.economy(plan.dependence, keys_of(SEED, 7), 64, LANES)[:, 6]
    assert opened.world.year.tolist() == [2022, 2023, 2024, 2025, 2026, 2027]
    assert np.array_equal(opened.world.economy, series)
    told = tell(plan, opened)
    assert [year.year for year in told.economy] == [2025, 2026, 2027]
    assert told.economy[0].factor == series[3]
    assert told.economy[0].worse == pytest.approx(NormalDist().cdf(series[3]))


@pytest.mark.parametrize(
    ("worse", "said"),
    [
        (0.1, "a bad year, one in ten"),
        (0.9, "a good year, one in ten"),
        (0.35, "an ordinary year"),
        (0.3, "a bad year, one in three"),
        (0.045, "a bad year, one in 20"),
        (0.02, "a very bad year, one in 50"),
        (0.999, "a very good year, one in 1,000"),
        (0.0, "a very bad year, one in 1,000,000"),
    ],
)
def test_a_place_in_words(worse, said):
    assert placed_in_words("year", worse) == said


def test_one_year_in_ten_is_as_bad_as_said():
    # The share of years called bad with "one in ten" or worse words is about a tenth: words are no rounding up.
    plan = shipped_plan("dependence/what-people-share.yaml")
    series = shared.economy(plan.dependence, keys_of(SEED), 0, 20_032)[0]
    worst = np.mean([NormalDist().cdf(value) <= 0.1 for value in series])
    assert abs(worst - 0.1) < 4 * math.sqrt(0.1 * 0.9 / series.size)


def test_a_recession_begins_on_its_day():
    told = tell(
        plan := shipped_plan("dependence/recession.yaml"),
        replay(plan, SEED, 0),
    )
    assert told.recessions == (dt.date(2027, 1, 1),)
    assert "A recession begins in January 2027." in text_of("dependence/recession")


# What a cohort shares


def test_the_rates_of_a_cohort_follow_what_it_shares():
    plan = shipped_plan("dependence/what-people-share.yaml")
    for path in range(5):
        north, south = replay(plan, SEED, path).cohorts
        assert north.factor != south.factor
        assert np.isnan(north.rates).all()  # people are lived one by one: the factor ties them itself


def test_the_rate_of_a_cohort_alone_is_the_one_given_its_factor():
    plan = shipped_plan("dependence/what-people-share.yaml")
    tied = plan.dependence._replace(
        person=np.zeros(3),
        leaving=0.0,
        macro=np.zeros(3),
        cohort=np.array([0.0, 0.2, 0.0]),
        by_chance=np.array([False, True, False]),
    )
    plan = plan._replace(dependence=tied)
    normal, job = NormalDist(), plan.labels.outcomes.index("job")
    for path in range(5):
        opened = replay(plan, SEED, path)
        rate = opened.results.inputs[0, plan.outcomes.rate_slot[job]]
        for life in opened.cohorts:
            # The latent number is 0.2 C + root of 0.96 e; success where Phi of its negative is below the rate.
            expected = normal.cdf((normal.inv_cdf(rate) + 0.2 * life.factor[0]) / math.sqrt(0.96))
            assert life.rates[job] == pytest.approx(expected, abs=1e-9)
            assert np.isnan(np.delete(life.rates, job)).all()


def test_a_site_says_its_own_rate():
    told = explain(read(ROOT / "scenarios" / "evidence" / "sites.yaml"), 8, SEED)
    rates = [dict(one.rates)["work"] for one in told.cohorts]
    assert len(set(rates)) == len(rates)
    assert f"Its own success rates: work {100 * rates[0]:.2f} %." in story(told)


# What each person is


def test_whoever_is_well_placed_does_well():
    plan = shipped_plan("dependence/what-people-share.yaml")
    above, below = [], []
    for path in range(60):
        for life in replay(plan, SEED, path).cohorts:
            well = life.worth[plan.outcomes.first_row[1]]
            above.append(np.mean(well[life.standing > 0]))
            below.append(np.mean(well[life.standing <= 0]))
    gap = np.array(above) - np.array(below)
    assert gap.mean() > 4 * gap.std() / math.sqrt(gap.size)


def test_the_harder_group_is_as_large_as_drawn():
    plan = shipped_plan("dependence/hard-to-reach.yaml")
    share = people = expected = 0.0
    for path in range(60):
        opened = replay(plan, SEED, path)
        drawn = opened.results.inputs[0, plan.unlike.harder_slot[0]]
        share += opened.cohorts[0].harder.sum()
        expected += drawn * opened.cohorts[0].harder.size
        people += drawn * (1 - drawn) * opened.cohorts[0].harder.size
    assert abs(share - expected) < 4 * math.sqrt(people)


def test_who_waits_and_who_never_starts():
    plan = shipped_plan("enrolment/three-sites.yaml")
    key, some = keys_of(SEED), 0
    inputs = inputs_of(plan, key, 0, LANES)
    for path in range(20):
        opened = replay(plan, SEED, path)
        for cohort, life in enumerate(opened.cohorts):
            waited = life.enrolled_at - life.arrived_at
            assert (waited >= 0).all()
            assert (waited <= plan.arrivals.patience[cohort]).all()
            arrived = come_in(plan, key, 0, cohort, inputs)[1][:, path]
            assert life.never_started[0] + life.enrolled_at.size == (arrived != NEVER).sum()
            some += life.never_started[0]
    assert some > 0


@pytest.mark.parametrize("name", ["time/success-beside-leaving", "time/pace-and-moves"])
def test_a_success_comes_before_the_first_measurement_that_sees_it(name):
    plan = shipped_plan(f"{name}.yaml")
    seen = 0
    for path in range(40):
        (life,) = replay(plan, SEED, path).cohorts
        months = slice(plan.cohorts.month_ptr[0], plan.cohorts.month_ptr[1])
        measured = plan.outcomes.measured_month[:, months][:, life.enrolled_at]
        met = life.met_at[0] != NEVER
        assert np.array_equal(met, (life.worth == 1.0).any(axis=0))
        assert (life.met_at[0][met] >= life.enrolled_at[met]).all()
        for row in range(life.worth.shape[0]):
            sees = met & (life.worth[row] == 1.0)
            assert (life.met_at[0][sees] <= measured[row][sees]).all()
            misses = met & (life.worth[row] == 0.0) & (life.moved_at > measured[row])
            assert (life.met_at[0][misses] >= measured[row][misses]).all()
            seen += int(sees.sum())
    assert seen > 0


# Pages


def test_a_page_says_what_the_deal_has():
    said = text_of("dependence/what-people-share")
    for words in (
        "What all deals share in this future",
        "year, one in",
        "What its people share:",
        "better placed than",
    ):
        assert words in said
    assert "group" in text_of("dependence/hard-to-reach").split("\nClaims")[0]
    assert "met in 2025-" in text_of("time/pace-and-moves")
    assert "came in and never started." in text_of("enrolment/three-sites")


def test_a_plain_page_says_nothing_of_it():
    said = text_of("examples/simple-reference")
    for words in ("share", "placed", "waited", "harder", "never started", "own success", "met in "):
        assert words not in said.split("\nClaims")[0], words
    told = explain(read(ROOT / "scenarios" / "examples" / "simple-reference.yaml"), 3, SEED)
    assert (told.economy, told.recessions, told.tail_scale) == ((), (), None)
    assert all(one[1:] == (None, None, None, (), None) for one in told.cohorts)
    assert all((one.arrived_on, one.waited, one.standing, one.harder) == (None,) * 4 for one in told.people)


def test_a_tail_is_told(tmp_path):
    text = (ROOT / "scenarios" / "dependence" / "what-people-share.yaml").read_text(encoding="utf-8")
    deal = tmp_path / "deal.yaml"
    deal.write_text(
        text.replace("  leaving: 0.23\n", "  tail: 4\n").replace(
            "within_person: 0.36", "within_person: {wellbeing: 0.6, job: 0.6}"
        ),
        encoding="utf-8",
    )
    read_deal = read(deal)
    told = explain(read_deal, 3, SEED)
    assert told.tail_scale == shared.scale(read_deal.plan.dependence, keys_of(SEED), 0, LANES)[3]
    assert f"Everything lies {1 / math.sqrt(told.tail_scale):.2f} times as far out as usual" in story(told)
