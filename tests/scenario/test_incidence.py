"""Who bears what is saved: the dated rules of refund, and what the state bears under them, worked by hand."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from risksim.plan.purse import discount_factors
from risksim.scenario import register
from risksim.scenario.incidence import (
    IncidenceError,
    edition_on,
    editions,
    rule_keys,
    rules,
    state_share_by_weeks,
    state_share_of_cost,
    state_share_of_days,
)
from risksim.scenario.public import Public

(LADDER,) = editions("refund-ladder")
(MIRROR,) = editions("co-financing")
(EXPENSIVE,) = editions("expensive-cases")
SHELTER = editions("shelter-refund")


def public(**refunds: list[dict[str, object]]) -> Public:
    return Public.model_validate({"refunds": {name.replace("_", "-"): list_ for name, list_ in refunds.items()}})


# By weeks


# The municipality bears 20 % of weeks 1 to 4, 60 % of weeks 5 to 26, 70 % of weeks 27 to 52 and 80 % of all later ones:
#   4 weeks  0.2 * 4 = 0.8                                    0.8 / 4     = .200
#  13        0.8 + 0.6 * 9 = 6.2                              6.2 / 13    = .476923
#  26        0.8 + 0.6 * 22 = 14.0                            14.0 / 26   = .538462
#  39        14.0 + 0.7 * 13 = 23.1                           23.1 / 39   = .592308
#  52        14.0 + 0.7 * 26 = 32.2                           32.2 / 52   = .619231
#  78        32.2 + 0.8 * 26 = 53.0                           53.0 / 78   = .679487
# 104        32.2 + 0.8 * 52 = 73.8                           73.8 / 104  = .709615
# 156        32.2 + 0.8 * 104 = 115.4                         115.4 / 156 = .739744
@pytest.mark.parametrize(
    ("weeks", "municipal"),
    [
        (4, 0.2),
        (13, 6.2 / 13),
        (26, 14.0 / 26),
        (39, 23.1 / 39),
        (52, 0.619231),
        (78, 53.0 / 78),
        (104, 0.709615),
        (156, 115.4 / 156),
    ],
)
@pytest.mark.parametrize("edition", [LADDER, MIRROR], ids=["refund", "co-financing"])
def test_the_municipality_saves_these_shares_of_a_new_spell(edition, weeks, municipal):
    assert 1.0 - state_share_by_weeks(edition, 0, weeks) == pytest.approx(municipal, abs=5e-7)


def test_of_people_long_on_support_the_municipality_saves_four_fifths_from_the_first_day():
    assert state_share_by_weeks(LADDER, 52, 53) == pytest.approx(0.2, abs=1e-15)
    assert state_share_by_weeks(LADDER, 520, 572) == pytest.approx(0.2, abs=1e-15)


def test_the_clock_goes_on_from_where_people_stand():
    # From week 20 on: 6 weeks at 40 %, 26 at 30 %, 20 at 20 %: 2.4 + 7.8 + 4.0 = 14.2 of 52.
    assert state_share_by_weeks(LADDER, 20, 72) == pytest.approx(14.2 / 52, abs=1e-15)
    # Half a week on either side of the first step: (0.5 * 0.8 + 0.5 * 0.4) / 1.
    assert state_share_by_weeks(LADDER, 3.5, 4.5) == pytest.approx(0.6, abs=1e-15)


def test_two_stretches_add_up_to_the_whole():
    whole = state_share_by_weeks(LADDER, 0, 104) * 104
    assert state_share_by_weeks(LADDER, 0, 37) * 37 + state_share_by_weeks(LADDER, 37, 104) * 67 == pytest.approx(whole)


def test_co_financing_is_said_by_what_the_municipality_pays_and_mirrors_the_ladder():
    table = register.table("co-financing")
    assert table["municipal_share"] == [0.2, 0.6, 0.7, 0.8]
    assert [share for _, share in MIRROR.steps] == pytest.approx([share for _, share in LADDER.steps], abs=1e-15)


# By cost and by days


# 2,500,000: 25 % of 800,000, 50 % of 420,000, 75 % of 450,000 = 200,000 + 210,000 + 337,500 = 747,500, or 29.9 %.
@pytest.mark.parametrize(
    ("cost", "refund"),
    [
        (500_000, 0),
        (830_000, 0),
        (973_571, 0.25 * 143_571),
        (1_630_000, 200_000),
        (2_050_000, 410_000),
        (2_500_000, 747_500),
    ],
)
def test_each_slice_of_an_expensive_case_is_refunded_at_its_own_share(cost, refund):
    assert state_share_of_cost(EXPENSIVE, cost) * cost == pytest.approx(refund, abs=1e-6)


def test_thresholds_are_brought_to_the_price_level_of_the_cost():
    # At prices a tenth higher the first threshold is 913,000: of 1,000,000 a quarter of 87,000 is refunded.
    assert state_share_of_cost(EXPENSIVE, 1_000_000, 1.1) == pytest.approx(0.25 * 0.087, abs=1e-15)


def test_thresholds_of_the_two_constants_are_the_same():
    assert register.table("expensive-cases")["from"] == register.table("expensive-case-thresholds")["from"]
    assert EXPENSIVE.price_year == 2020
    assert EXPENSIVE.currency == "DKK"


# A half of 60 of 60 days, of 120 of 120, of 120 of 200, of 120 of 366.
@pytest.mark.parametrize(("days", "share"), [(60, 0.5), (120, 0.5), (200, 0.3), (366, 60 / 366)])
def test_the_state_bears_half_of_the_first_days_in_a_shelter(days, share):
    before, since = SHELTER
    assert state_share_of_days(since, days) == pytest.approx(share, abs=1e-15)
    assert state_share_of_days(before, days) == 0.5


def test_ninety_days_are_a_rule_of_their_own_that_a_file_names():
    (short,) = editions("shelter-refund-90-days")
    assert short.most_days == 90
    assert state_share_of_days(short, 180) == 0.25
    assert "shelter-refund-90-days" not in rule_keys("shelter-refund")


# Dates


def test_editions_hold_one_after_another():
    before, since = SHELTER
    assert (before.valid_to, since.valid_from, since.valid_to) == (dt.date(2023, 9, 30), dt.date(2023, 10, 1), None)


# 2016 but for three days; 273 of the days of 2023; all of 2024.
@pytest.mark.parametrize(("rule", "year", "place"), [("refund-ladder", 2016, 0), ("shelter-refund", 2023, 0)])
def test_a_year_is_that_of_the_edition_that_holds_through_most_of_it(rule, year, place):
    known = editions(rule)
    assert edition_on(known, year) == known[place]


def test_the_edition_changes_with_the_first_year_that_is_mostly_its_own():
    assert edition_on(SHELTER, 2024) == SHELTER[1]
    assert edition_on(SHELTER, 2199) == SHELTER[1]


def test_a_year_in_no_edition_is_an_error_that_says_what_is_covered():
    with pytest.raises(IncidenceError) as caught:
        edition_on(editions("refund-ladder"), 2015)
    assert caught.value.found == (
        "got 2015, a year in no edition of refund-ladder, which is known from 2016-01-04 on; a rule of refund is never "
        "carried over to years that it does not cover."
    )
    assert "public.refunds.refund-ladder how it stands in 2015" in caught.value.remedy


def test_a_year_of_which_an_edition_covers_less_than_half_is_not_its_own():
    # 2026 has 365 days; from 2 July on there are 183 of them, from 3 July on 182.
    for day, covers in [(2, True), (3, False)]:
        known = editions("own", public(own=[{"valid_from": f"2026-07-0{day}", "share": 0.5}]))
        if covers:
            assert edition_on(known, 2026) == known[0]
        else:
            with pytest.raises(IncidenceError, match="2026, a year in no edition of own"):
                edition_on(known, 2026)


def test_the_refunds_of_the_file_stand_in_place_of_all_of_the_register():
    said = public(
        refund_ladder=[
            {"valid_from": "2030-01-01", "by_week": {13: 0.2, 0: 0.6}, "assumption": "a reform"},
            {"valid_from": "2026-01-01", "by_week": {0: 0.5}, "assumption": "a first step"},
        ]
    )
    first, then = editions("refund-ladder", said)
    assert (first.valid_from.year, first.valid_to, then.valid_to) == (2026, dt.date(2029, 12, 31), None)
    assert then.steps == ((0.0, 0.6), (13.0, 0.2))
    assert then.origin == "assumption: a reform"
    with pytest.raises(IncidenceError, match="2025, a year in no edition"):
        edition_on((first, then), 2025)
    # 13 weeks at 60 %, 39 at 20 %: (7.8 + 7.8) / 52
    assert state_share_by_weeks(then, 0, 52) == pytest.approx(0.3, abs=1e-15)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([{"valid_from": "2026-01-01"}], "got no share of the state for own"),
        ([{"valid_from": "2026-01-01", "share": 0.5, "by_week": {0: 0.1}}], "got by_week and share for own"),
        (
            [{"valid_from": "2026-01-01", "valid_to": "2025-01-01", "share": 0.5}],
            "ends on 2025-01-01, before it begins",
        ),
        ([{"valid_from": "2026-01-01", "share": 0.5}] * 2, "got two editions of own from 2026-01-01 on"),
    ],
)
def test_editions_that_say_nothing_clear_are_refused(said, found):
    with pytest.raises(IncidenceError, match=found):
        editions("own", public(own=said))


def test_an_unknown_rule_names_the_known_ones():
    with pytest.raises(IncidenceError, match="got 'ladder', which is no rule of refund; there is refund-ladder, "):
        editions("ladder")
    assert rules(public(own=[{"valid_from": "2026-01-01", "share": 0.5}]))[-1] == "own"


@pytest.mark.parametrize("rule", rules())
def test_every_rule_of_the_register_has_sound_editions(rule):
    found = editions(rule)
    assert len(found) == len(rule_keys(rule))
    for one in found:
        starts, shares = zip(*one.steps, strict=True)
        assert list(starts) == sorted(starts)
        assert all(0.0 <= share <= 1.0 for share in shares)
        assert one.origin


def test_what_was_not_checked_says_so_and_only_acts_where_it_is_named():
    unchecked = {one.key for one in register.constants().values() if one.rule and one.status == "T"}
    assert unchecked == {"expensive-cases", "shelter-refund-2016", "shelter-refund", "shelter-refund-90-days"}
    assert "not checked against its source" in EXPENSIVE.origin
    assert "compared with its source" in LADDER.origin


# Present values


def annuity(rate: float, years: int, lost: float = 0.0) -> float:
    """What 1 in each of so many years is worth at the start, less what is lost each year after the first."""
    factors = discount_factors([0], [rate], years + 1)
    return math.fsum(factors[t] * (1.0 - lost) ** (t - 1) for t in range(1, years + 1))


# (1 - (1 + r)^-n) / r, as printed in tables of annuities.
@pytest.mark.parametrize(
    ("years", "factors"),
    [(10, (8.1109, 8.3166, 8.7521)), (13, (9.9856, 10.3027, 10.9832)), (5, (4.4518, 4.5151, 4.6458))],
)
def test_a_constant_saving_is_worth_the_printed_annuity(years, factors):
    for rate, factor in zip((0.04, 0.035, 0.025), factors, strict=True):
        assert annuity(rate, years) == pytest.approx(factor, abs=5e-5)


def test_a_saving_that_decays_is_worth_the_closed_form():
    # v (1 - (v (1 - d))^10) / (1 - v (1 - d)) with v = 1 / 1.035: 3.931406 at d = 0.2, 8.316605 at d = 0. What is left
    # in year t is (1 - d)^(t - 1): all of it in the first year.
    v = 1.0 / 1.035
    for lost, worth in [(0.0, 8.316605), (0.2, 3.931406)]:
        closed = v * (1.0 - (v * (1.0 - lost)) ** 10) / (1.0 - v * (1.0 - lost))
        assert annuity(0.035, 10, lost) == pytest.approx(closed, abs=1e-12)
        assert closed == pytest.approx(worth, abs=5e-7)


def test_factors_go_on_from_stretch_to_stretch_without_a_jump():
    table = register.table("discount-schedule")
    factors = discount_factors(table["from_year"], table["rate"], 73)
    assert factors[0] == 1.0
    assert factors[35] == pytest.approx(1.035**-35, rel=1e-13)
    assert factors[36] == pytest.approx(1.035**-35 / 1.025, rel=1e-13)
    assert factors[70] == pytest.approx(1.035**-35 * 1.025**-35, rel=1e-13)
    assert factors[72] == pytest.approx(1.035**-35 * 1.025**-35 * 1.015**-2, rel=1e-13)


def test_the_schedule_of_2013_stands_beside_that_of_2021():
    old, new = register.constants()["discount-schedule-2013"], register.constants()["discount-schedule"]
    assert old.value == {"from_year": [0, 35, 70], "rate": [0.04, 0.03, 0.02]}
    assert old.valid_to == new.valid_from - dt.timedelta(days=1)


# The net price index by month, 2015 = 100 (Danmarks Statistik): the first and the last year of the register's table.
MONTHS = {
    2015: [98.7, 99.8, 100.2, 100.3, 100.3, 100.3, 100.3, 100.0, 100.2, 100.2, 99.9, 99.8],
    2020: [103.6, 104.3, 103.9, 103.9, 103.7, 103.8, 104.6, 103.9, 103.7, 104.0, 103.6, 103.4],
    2023: [117.4, 118.5, 118.3, 118.7, 117.2, 117.6, 119.2, 118.3, 118.0, 118.3, 117.8, 117.2],
}


@pytest.mark.parametrize("year", MONTHS)
def test_the_net_price_index_of_a_year_is_the_mean_of_its_months(year):
    table = register.table("net-price-index")
    index = dict(zip(table["year"], table["index"], strict=True))
    assert index[year] == pytest.approx(math.fsum(MONTHS[year]) / 12, abs=5e-3)
    assert table["year"] == list(range(2015, 2024))


def test_everything_the_purse_takes_unsaid_is_there_and_was_checked_or_is_a_judgement():
    unsaid = [
        *("benefit-horizon", "benefit-decay", "cashable-share-services", "cashable-share-transfers"),
        *("public-inflation", "consequence-volume", "consequence-correlation", "discount-schedule", "net-tax-factor"),
        "tax-distortion",
    ]
    assert {register.constants()[key].status for key in unsaid} <= {"V", "J"}
    assert register.plain("public-inflation") == 0.02
    assert register.plain("consequence-correlation") == 0.3
    volume = register.number("consequence-volume").gamma
    assert (volume.mean, volume.sd) == (1.0, 0.5)
