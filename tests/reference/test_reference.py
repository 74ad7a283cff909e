"""The slow twin against hand sums, published values and closed forms."""

import datetime as dt
import math
import statistics
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from scipy import integrate

from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import Component
from tests.reference import laws, philox
from tests.reference.investor import irr, norstrom, npv
from tests.reference.twin import (
    day_of,
    drawing_shares,
    enrolment_limits,
    expected_only,
    luck_only,
    month_of_leaving,
    month_weights,
    run_path,
    share_out,
    to_minor,
    years_to,
)

SIMPLE = Path(__file__).parents[2] / "scenarios" / "examples" / "simple-reference.yaml"
SEED = 20_250_101

D0, D1, D2 = dt.date(2025, 1, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 31)  # instalments
F1, F2, F3 = dt.date(2025, 7, 31), dt.date(2026, 2, 28), dt.date(2026, 12, 31)  # follow-ups


def simple() -> Scenario:
    return Scenario.model_validate(YAML(typ="safe").load(SIMPLE.read_text(encoding="utf-8")))


def deal(**changes) -> Scenario:
    """Five people, every chance 0 or 1: three in the north (6 months), two in the south (13 months)."""
    told = {
        "schema": 1,
        "name": "Five people",
        "currency": "DKK",
        "start": D0,
        "end": F3,
        "follow_up": [F2, F1, F3],  # out of order on purpose
        "day_count": "months/12",
        "hurdles": [0.0, 0.05],
        "cohorts": [
            {"name": "north", "participants": 3, "duration": "6 months"},
            {"name": "south", "participants": 2, "duration": "13 months"},
        ],
        "outcomes": {
            "well": {"of": "enrolled", "success_rate": 1.0, "measured": {"at": "completion"}},
            "job": {"of": "completers", "success_rate": 1.0, "measured": {"after_completion": "1 month"}},
            "home": {"of": "completers", "success_rate": 1.0, "measured": {"on": F1}},
            "moon": {"of": "measured", "success_rate": 0.0, "measured": {"at": "completion"}},
        },
        "payments": [
            {"per_outcome": {"outcome": "well", "price": 100.125, "payer": "municipality"}},
            {"per_outcome": {"outcome": "job", "price": 50.0, "payer": "state"}},
            {"cap": {"total": 600.0}},
            {"per_outcome": {"outcome": "home", "price": 10.0, "payer": "region"}},
            {"per_outcome": {"outcome": "moon", "price": 1e6, "payer": "state"}},
        ],
        "financing": {
            "tranches": [
                {"name": "investor", "commitment": 1000.0, "drawdown": {"every": "1 month", "times": 3}},
            ]
        },
    }
    return Scenario.model_validate(told | changes)


def one_cohort(cohort: dict, outcome: dict, **changes) -> Scenario:
    return deal(
        cohorts=[{"name": "all", "participants": 40, **cohort}],
        outcomes={"well": outcome},
        payments=[{"per_outcome": {"outcome": "well", "price": 1.0}}],
        **changes,
    )


# The hand sum


def test_five_people_claim_what_the_hand_sum_says():
    claims = run_path(deal(), SEED, 0).claims

    # well: north ends month 6 = 31 July 2025, the day of the first follow-up: 3 * 10 012.5 = 30 037.5, half to even.
    # South ends month 13 = 28 February 2026 (the 31st clipped), the day of the second: 2 * 10 012.5 = 20 025.
    assert [claims[0, "municipality", date] for date in (F1, F2, F3)] == [30_038, 20_025, 0]
    # job: north a month later, 31 August 2025, counts on F2; south on 31 March 2026 counts on F3.
    assert [claims[1, "state", date] for date in (F1, F2, F3)] == [0, 15_000, 10_000]
    # cap: 30 038 leave 29 962 of 60 000; 35 025 are claimed on F2, so 5 063 are cut.
    # 5 063 * 20 025 / 35 025 = 2 894.69, 5 063 * 15 000 / 35 025 = 2 168.31: the odd unit is the municipality's.
    assert [claims[2, "municipality", date] for date in (F1, F2, F3)] == [0, -2_895, 0]
    # On F3 everything new is cut, and what was cut on F2 is not cut again.
    assert [claims[2, "state", date] for date in (F1, F2, F3)] == [0, -2_168, -10_000]
    # home on F1: the north finished that very day, the south has not and never counts. Below the cap, so not cut.
    assert [claims[3, "region", date] for date in (F1, F2, F3)] == [3_000, 0, 0]
    assert [claims[4, "state", date] for date in (F1, F2, F3)] == [0, 0, 0]


def test_five_people_ledger_equals_the_hand_sum():
    path = run_path(deal(), SEED, 0)
    assert path.periods == [D0, D1, D2, F1, F2, F3]
    lines = {(line.debtor, line.creditor): list(line.amounts.values()) for line in path.ledger}
    assert lines == {
        ("investor", "provider"): [33_333, 33_334, 33_333, 0, 0, 0],
        ("municipality", "investor"): [0, 0, 0, 30_038, 17_130, 0],
        ("state", "investor"): [0, 0, 0, 0, 12_832, 0],
        ("region", "investor"): [0, 0, 0, 3_000, 0, 0],
    }
    assert list(path.flows.values()) == [-33_333, -33_334, -33_333, 33_038, 29_962, 0]
    assert (path.drawn, path.received, path.moic) == (100_000, 63_000, 0.63)
    assert list(path.years.values()) == [0.0, 1 / 12, 2 / 12, 6 / 12, 13 / 12, 23 / 12]
    assert path.npv[0.0] == pytest.approx(-370.0, abs=1e-9)
    paid_in = 333.33 + 333.34 * 1.05 ** (-1 / 12) + 333.33 * 1.05 ** (-1 / 6)
    assert path.npv[0.05] == pytest.approx(330.38 * 1.05**-0.5 + 299.62 * 1.05 ** (-13 / 12) - paid_in)
    assert path.repayment == {
        ("municipality", 2025): 30_038,
        ("municipality", 2026): 17_130,
        ("state", 2025): 0,
        ("state", 2026): 12_832,
        ("region", 2025): 3_000,
        ("region", 2026): 0,
    }
    assert path.irr_status == "OK_UNIQUE"
    assert sum(f * (1 + path.irr) ** -y for f, y in zip(path.flows.values(), path.years.values(), strict=True)) == (
        pytest.approx(0.0, abs=1e-6)
    )


def test_five_people_have_the_fates_the_calendar_gives_them():
    path = run_path(deal(), SEED, 0)
    north, south = path.persons[0], path.persons[3]
    assert (north.cohort, north.number, south.cohort, south.number) == ("north", 0, "south", 0)
    assert (north.fates["job"].measured_month, north.fates["job"].measured_on) == (7, dt.date(2025, 8, 31))
    assert south.fates["well"].measured_on == F2 == south.fates["well"].counted
    assert (south.fates["home"].met, south.fates["home"].measured_on, south.fates["home"].counted) == (True, None, None)
    heads = path.headcounts["south"]
    assert (heads.enrolled, heads.completed, heads.dropped_out, heads.unmeasured) == (2, 2, 0, 0)
    assert heads.achieved == {"well": 2, "job": 2, "home": 2, "moon": 0}
    assert heads.verified == {"well": 2, "job": 2, "home": 0, "moon": 0}


def test_expected_only_equals_the_path_when_every_chance_is_0_or_1():
    path, expected = run_path(deal(), SEED, 0), expected_only(deal())
    assert expected.persons == []
    assert expected.claims == path.claims
    assert expected.counts == path.counts
    assert expected.headcounts == path.headcounts


@pytest.mark.parametrize(
    ("of", "achieved", "verified"), [("enrolled", 40, 40), ("completers", 0, 0), ("measured", 0, 0)]
)
def test_dropouts_count_only_where_the_rate_speaks_of_the_enrolled(of, achieved, verified):
    scenario = one_cohort({"duration": "3 months", "dropout": 1.0}, {"of": of, "success_rate": 1.0})
    for path in (run_path(scenario, SEED, 3), expected_only(scenario)):
        heads = path.headcounts["all"]
        assert (heads.dropped_out, heads.completed) == (40, 0)
        assert (heads.achieved["well"], heads.verified["well"]) == (achieved, verified)
    assert {person.left for person in run_path(scenario, SEED, 3).persons} == {0, 1, 2}


@pytest.mark.parametrize("of", ["enrolled", "completers", "measured"])
def test_whoever_cannot_be_measured_achieves_but_is_not_verified(of):
    scenario = one_cohort({"unmeasured": 1.0}, {"of": of, "success_rate": 1.0})
    for path in (run_path(scenario, SEED, 3), expected_only(scenario)):
        heads = path.headcounts["all"]
        assert (heads.unmeasured, heads.achieved["well"], heads.verified["well"]) == (40, 40, 0)
        assert path.received == 0
        assert (path.irr, path.irr_status) == (-1.0, "TOTAL_LOSS")


def test_outcome_on_a_date_leaves_out_who_enrols_later():
    enrolment = {"window": "12 months"}
    scenario = one_cohort({"enrolment": enrolment}, {"of": "enrolled", "success_rate": 1.0, "measured": {"on": F1}})
    path = run_path(scenario, SEED, 5)
    for person in path.persons:
        assert (person.fates["well"].counted is not None) == (person.enrolled <= 6)  # month 6 is 31 July itself
    assert expected_only(scenario).counts["well", F1] == pytest.approx(40 * 7 / 12)


def test_outcome_measured_after_the_last_follow_up_never_counts():
    scenario = one_cohort({}, {"of": "enrolled", "success_rate": 1.0, "measured": {"after_enrolment": "24 months"}})
    for path in (run_path(scenario, SEED, 0), expected_only(scenario)):
        assert path.received == 0
        assert path.headcounts["all"].achieved["well"] == 40
        assert path.headcounts["all"].verified["well"] == 0


# Caps, drawdown, rounding


def test_cap_counts_what_an_earlier_cap_left():
    scenario = deal(
        outcomes={"well": {"of": "enrolled", "success_rate": 1.0, "measured": {"at": "completion"}}},
        payments=[
            {"per_outcome": {"outcome": "well", "price": 100.0, "payer": "state"}},
            {"cap": {"total": 400.0}},
            {"per_outcome": {"outcome": "well", "price": 100.0, "payer": "region"}},
            {"cap": {"total": 650.0}},
        ],
    )
    claims = run_path(scenario, SEED, 0).claims
    assert claims[1, "state", F1] == 0
    assert claims[1, "state", F2] == -10_000  # 300 + 200 against 400
    # The second cap sees 600 on F1, and 100 (state, cut) + 200 (region) on F2: 250 are too much, one part to two.
    assert (claims[3, "state", F1], claims[3, "region", F1]) == (0, 0)
    assert (claims[3, "state", F2], claims[3, "region", F2]) == (-8_333, -16_667)


def test_share_out_gives_the_odd_unit_to_the_largest_remainder_and_a_tie_to_the_first():
    assert share_out(1, {"state": 5, "region": 5}) == {"state": 1, "region": 0}
    assert share_out(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert share_out(10, {"a": 1, "b": 2}) == {"a": 3, "b": 7}
    assert share_out(7, {"a": 0, "b": 7}) == {"a": 0, "b": 7}
    assert share_out(0, {"a": 0, "b": 0}) == {"a": 0, "b": 0}


def test_drawings_follow_cumulative_shares_in_order_of_date():
    listed = [{"on": F1, "share": 0.7}, {"on": D0, "share": 0.1}, {"on": D1, "share": 0.2}]
    financing = {"tranches": [{"name": "investor", "commitment": 1000.05, "drawdown": listed}]}
    scenario = deal(financing=financing)
    assert [date for date, _ in drawing_shares(scenario)] == [D0, D1, F1]
    path = run_path(scenario, SEED, 0)
    # cumulative 100.005 (a float64 just above or below: 10 000 or 10 001), 300.015, 1 000.05
    drawn = path.ledger[0].amounts
    assert sum(drawn.values()) == path.drawn == 100_005
    assert drawn[D0] == to_minor(1000.05 * 0.1, 100)
    assert path.flows[F1] == sum(line.amounts[F1] for line in path.ledger[1:]) - drawn[F1]
    assert path.periods == [D0, D1, F1, F2, F3]


def test_start_is_no_period_when_nothing_is_drawn_then():
    financing = {"tranches": [{"name": "investor", "commitment": 5.0, "drawdown": [{"on": D2, "share": 1.0}]}]}
    assert run_path(deal(financing=financing), SEED, 0).periods == [D2, F1, F2, F3]


def test_currency_without_minor_units_rounds_to_whole_units():
    path = run_path(deal(currency="JPY"), SEED, 0)
    assert path.claims[0, "municipality", F1] == 300
    assert path.drawn == 1000
    assert path.npv[0.0] == path.received - 1000


def test_rounding_is_half_to_even():
    assert [to_minor(amount, 100) for amount in (0.125, 0.375, 2.675)] == [12, 38, 268]


# The calendar


def test_contract_month_is_clipped_to_the_end_of_its_month():
    assert [day_of(D0, month) for month in (0, 1, 2, 13, 37)] == [D0, D1, D2, F2, dt.date(2028, 2, 29)]
    assert day_of(dt.date(2025, 12, 5), 1) == dt.date(2026, 1, 5)


def test_months_over_12_count_days_as_a_fraction_of_the_contract_month():
    assert years_to(deal(), dt.date(2025, 2, 14)) == pytest.approx(14 / 28 / 12)
    assert years_to(deal(), dt.date(2025, 3, 1)) == pytest.approx((1 + 1 / 31) / 12)
    assert years_to(deal(day_count="act/365"), F2) == 393 / 365


# Randomness


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_words(counter, key, words):
    assert philox.philox(counter, key) == words


def test_counter_holds_each_part_of_the_address_in_its_place():
    counter = philox.person_counter(path=0x1234_89ABCDEF, purpose=5, cohort=7, quad=9, outcome="abc")
    # SHA-256 of "abc" begins ba7816bf
    assert counter == (0x89ABCDEF, 0x1234_0005, 0x0007_0009, 0xBA78_0000)
    assert philox.input_counter(3, "abc") == (3, 1, 0xBA7816BF, 0)


def test_person_gets_the_word_of_its_place_in_the_quad():
    key = philox.key_of(SEED)
    words = philox.person_words(key, 11, philox.DROPOUT, 2, 7)
    assert words[:4] == list(philox.philox((11, 3, 2 << 16, 0), key))
    assert words[4:] == list(philox.philox((11, 3, 2 << 16 | 1, 0), key))[:3]


def test_chance_of_0_never_happens_and_of_1_always():
    assert philox.limit(0.0) == 0
    assert philox.limit(2.0**-34) == 0
    assert philox.limit(0.5) == 2**31
    assert philox.limit(1.0) == 2**32 - 1 > 2**32 - 2  # the largest word a person may have
    assert (philox.limit(-0.1), philox.limit(1.1)) == (0, 2**32 - 1)


def test_leaving_is_spread_evenly_over_the_course():
    below = philox.limit(0.25)
    assert month_of_leaving(0, 0.25, 12) == 0
    assert month_of_leaving(below - 1, 0.25, 12) == 11
    assert month_of_leaving(below // 2, 0.25, 12) == 6
    assert month_of_leaving(below - 1, 0.25, 0) == 0


def test_enrolment_ramps_up_evenly():
    scenario = one_cohort(
        {"enrolment": {"window": "4 months", "ramp": "2 months"}}, {"of": "enrolled", "success_rate": 1.0}
    )
    enrolment = scenario.cohorts[0].enrolment
    assert [float(weight * 7) for weight in month_weights(enrolment)] == [1.0, 2.0, 2.0, 2.0]
    assert enrolment_limits(enrolment) == [philox.limit(k / 7) for k in (1, 3, 5)]


@pytest.mark.parametrize("n", [150, pytest.param(1_000, marks=pytest.mark.slow)])
def test_paths_of_the_simple_deal_have_its_exact_mean_and_spread(n):
    paths = [run_path(simple(), SEED, number) for number in range(n)]
    verified = [path.headcounts["everybody"].verified["success"] for path in paths]
    # E = 120 * 0.8 * 0.75; Var from E[Y^2] of the two betas, p = dropout-free share times success rate
    keep2, meet2 = (16 * 17) / (20 * 21), (30 * 31) / (40 * 41)
    variance = 120 * 0.6 + 120 * 119 * keep2 * meet2 - (120 * 0.6) ** 2
    assert abs(statistics.mean(verified) - 72.0) < 4 * math.sqrt(variance / n)
    assert statistics.stdev(verified) == pytest.approx(math.sqrt(variance), rel=4 / math.sqrt(2 * n))
    assert all(path.received <= 450_000_000 for path in paths)
    assert {path.drawn for path in paths} == {400_000_000}


def test_luck_only_holds_inputs_at_their_means_and_keeps_the_people():
    path = luck_only(simple(), SEED, 7)
    assert path.inputs["cohorts[everybody].dropout"] == pytest.approx(0.2)
    assert path.inputs["outcomes[success].success_rate"] == pytest.approx(0.75)
    drawn = run_path(simple(), SEED, 7)
    assert [person.measurable for person in path.persons] == [person.measurable for person in drawn.persons]
    again = run_path(simple(), SEED, 7, known=path.inputs)
    assert again == path


def test_expected_only_keeps_fractions_of_people_until_the_invoice():
    scenario = one_cohort(
        {"participants": 3, "enrolment": {"window": "2 months", "ratio": 0.5}, "dropout": 0.2, "duration": "6 months"},
        {"of": "completers", "success_rate": 0.7},
    )
    path = expected_only(scenario)
    heads = path.headcounts["all"]
    assert (heads.enrolled, heads.dropped_out, heads.completed) == pytest.approx((1.5, 0.3, 1.2))
    assert path.counts["well", F1] == pytest.approx(0.42)  # enrolled in month 0
    assert path.counts["well", F2] == pytest.approx(0.42)  # enrolled in month 1
    assert [path.claims[0, "municipality", date] for date in (F1, F2, F3)] == [42, 42, 0]


# IRR


@pytest.mark.parametrize(
    ("flows", "years", "rate"),
    [
        ([-100.0, 60.0, 60.0], [0, 1, 2], 0.130662),
        ([-100.0, -50.0, 30.0, 40.0], [0, 1, 2, 3], -0.288422),
        ([-100.0, 110.0], [0, 1], 0.10),
        ([0.0, -100.0, 110.0], [0, 1, 2], 0.10),
        ([-100.0, 50.0, -10.0, 100.0], [0, 1, 2, 3], 0.158622),  # three changes, cumulative flows change once
    ],
)
def test_irr_is_the_root_when_it_is_unique(flows, years, rate):
    found, status = irr(flows, years)
    assert (found, status) == (pytest.approx(rate, abs=1e-6), "OK_UNIQUE")


def test_irr_of_dated_flows_equals_the_published_value():
    dates = [dt.date(2026, 1, 1), dt.date(2026, 7, 1), dt.date(2027, 7, 1), dt.date(2028, 12, 31)]
    years = [(date - dates[0]).days / 365 for date in dates]
    found, status = irr([-1_000_000.0, -500_000.0, 400_000.0, 1_300_000.0], years)
    assert (found, status) == (pytest.approx(0.05194188, abs=1e-8), "OK_UNIQUE")


@pytest.mark.parametrize(
    ("flows", "status"),
    [
        ([-100.0, 230.0, -132.0], "MULTIPLE"),  # 10 % and 20 %
        ([-100.0, 220.0, -121.0], "NO_ROOT"),  # 10 % twice: the value touches zero and never changes sign
        ([-100.0, 200.0, -121.0], "NO_ROOT"),
        ([0.0, 10.0, 5.0], "ALL_POSITIVE"),
        ([0.0, 0.0, 0.0], "NO_INVESTMENT"),
    ],
)
def test_irr_is_named_and_not_guessed_when_it_is_not_unique(flows, status):
    rate, found = irr(flows, [0, 1, 2])
    assert math.isnan(rate)
    assert found == status


def test_irr_is_minus_one_when_nothing_comes_back():
    assert irr([-100.0, -50.0, 0.0], [0, 1, 2]) == (-1.0, "TOTAL_LOSS")
    # 10 came back, but on a day on which more was drawn: no total loss, and no rate either
    rate, status = irr([-100.0, -40.0], [0, 1], received=10.0)
    assert math.isnan(rate)
    assert status == "NO_ROOT"


def test_irr_close_to_minus_one_is_still_a_root():
    found, status = irr([-4e8, 1.0], [0, 2])
    assert (found, status) == (pytest.approx(math.sqrt(1 / 4e8) - 1, rel=1e-12), "OK_UNIQUE")


def test_norstrom_needs_one_change_of_the_cumulative_flows():
    assert norstrom([-100.0, 50.0, -10.0, 100.0])
    assert not norstrom([-100.0, 230.0, -132.0])
    assert not norstrom([-100.0, 150.0, -50.0])  # total is zero
    assert not norstrom([100.0, -150.0, -50.0])  # ends negative


def test_irr_is_the_single_root_that_the_search_finds_when_nothing_else_makes_it_unique():
    flows = [-100.0, 120.0, -30.0, 20.0, -20.0, 15.0]  # the running sum changes sign five times
    assert not norstrom(flows)
    found, status = irr(flows, list(range(6)))
    assert status == "OK_UNIQUE"
    assert npv(flows, list(range(6)), found) == pytest.approx(0.0, abs=1e-9)


# Laws


def law(told):
    """A law as the grammar reads it."""
    return Component.model_validate({"weight": 1.0, "of": told}).of


@pytest.mark.parametrize(
    ("told", "kind", "quantiles", "mean"),
    [
        (0.3, "share", {0.01: 0.3, 0.99: 0.3}, 0.3),
        ({"value": 7.0, "assumption": "made up"}, "amount", {0.5: 7.0}, 7.0),
        ({"fixed": 7.0}, "amount", {0.5: 7.0}, 7.0),
        # 30 of 40 at half weight on Jeffreys' prior is Beta(15.5, 5.5)
        ({"evidence": {"successes": 30.0, "of": 40.0, "weight": 0.5}}, "share", {}, 0.738095),
        ({"beta": [1.0, 1.0]}, "share", {0.3: 0.3}, 0.5),
        ({"quantiles": {"p25": 0.55, "p50": 0.65, "p75": 0.74}}, "share", {0.05: 0.40593, 0.95: 0.84796}, 0.641179),
        (
            {"quantiles": {"p10": 20.0, "p90": 60.0}, "fit": "lognormal"},
            "amount",
            {0.1: 20.0, 0.9: 60.0},
            math.exp(3.545038 + 0.428626**2 / 2),
        ),
        ({"p5": 10.0, "p95": 30.0, "fit": "normal"}, "amount", {0.05: 10.0, 0.5: 20.0}, 20.0),
        ({"p5": 10.0, "p95": 30.0, "fit": "student"}, "amount", {0.05: 10.0, 0.5: 20.0}, 20.0),
        ({"normal": {"mean": 5.0, "sd": 2.0}}, "amount", {0.5: 5.0, 0.975: 5.0 + 2 * 1.959964}, 5.0),
        ({"lognormal": {"median": 25.0, "p90": 33.0}}, "amount", {0.5: 25.0, 0.9: 33.0}, None),
        ({"lognormal": {"mean": 25.0, "sd": 10.0}}, "amount", {}, 25.0),
        ({"lognormal": {"mu": 0.0, "sigma": 1.0}}, "amount", {0.5: 1.0}, math.exp(0.5)),
        ({"lognormal": {"median": 2.0, "sigma": 1.0}}, "amount", {0.5: 2.0}, 2.0 * math.exp(0.5)),
        ({"gamma": {"mean": 25.0, "sd": 8.0}}, "amount", {}, 25.0),
        ({"gamma": {"shape": 1.0, "scale": 3.0}}, "amount", {0.5: 3.0 * math.log(2.0)}, 3.0),
        ({"uniform": [2.0, 6.0]}, "amount", {0.25: 3.0}, 4.0),
        ({"triangular": [0.0, 0.0, 1.0]}, "share", {0.75: 0.5}, 1 / 3),
        ({"triangular": [0.0, 1.0, 3.0]}, "amount", {1 / 3: 1.0}, 4 / 3),
        ({"pert": [0.0, 1.0, 3.0]}, "amount", {}, 7 / 6),
    ],
)
def test_law_has_its_quantiles_and_mean(told, kind, quantiles, mean):
    number = law(told)
    for u, value in quantiles.items():
        assert laws.quantile(number, u, kind) == pytest.approx(value, rel=1e-5)
    if mean is not None:
        assert laws.mean(number, kind) == pytest.approx(mean, rel=1e-5)
    by_quantiles, _ = integrate.quad(lambda u: laws.quantile(number, u, kind), 0.0, 1.0, epsabs=1e-4, epsrel=1e-4)
    assert by_quantiles == pytest.approx(laws.mean(number, kind), rel=1e-3)


def test_evidence_adds_weighted_counts_to_its_prior():
    assert laws.evidence_shapes(law({"evidence": {"successes": 30.0, "of": 40.0, "weight": 0.5}})) == (15.5, 5.5)
    two = [{"successes": 3.0, "of": 10.0}, {"successes": 8.0, "of": 10.0, "weight": 0.25}]
    assert laws.evidence_shapes(law({"evidence": two, "prior": [1.0, 1.0]})) == (6.0, 8.5)


def test_fit_to_quartiles_has_the_published_shapes():
    fit = laws.fitted(((0.25, 0.55), (0.5, 0.65), (0.75, 0.74)), None, None, "share")
    assert fit.args[:2] == pytest.approx((7.52067, 4.20882), rel=1e-5)


def test_fit_that_is_not_named_is_the_one_with_the_smallest_squares():
    lognormal = laws.fitted(((0.1, 20.0), (0.9, 60.0)), "lognormal", None, "amount")
    points = tuple((p, float(lognormal.ppf(p))) for p in (0.05, 0.3, 0.5, 0.7, 0.95))
    assert laws.fitted(points, None, None, "amount").dist.name == "lognorm"
    gamma = laws.fitted(((0.1, 20.0), (0.9, 60.0)), "gamma", None, "amount")
    points = tuple((p, float(gamma.ppf(p))) for p in (0.05, 0.3, 0.5, 0.7, 0.95))
    assert laws.fitted(points, None, None, "amount").dist.name == "gamma"


def test_mixture_hands_its_part_the_place_inside_the_interval():
    mixture = law(
        {"mixture": [{"weight": 1.0, "of": {"uniform": [10.0, 20.0]}}, {"weight": 3.0, "of": {"uniform": [0.0, 1.0]}}]}
    )
    assert laws.quantile(mixture, 0.125, "amount") == pytest.approx(15.0)
    assert laws.quantile(mixture, 0.625, "amount") == pytest.approx(0.5)
    assert laws.mean(mixture, "amount") == pytest.approx(0.25 * 15.0 + 0.75 * 0.5)


def test_discrete_takes_its_values_in_rising_order():
    discrete = law({"discrete": [{"value": 9.0, "weight": 1.0}, {"value": 1.0, "weight": 3.0}]})
    assert [laws.quantile(discrete, u, "amount") for u in (0.01, 0.74, 0.76)] == [1.0, 1.0, 9.0]
    assert laws.mean(discrete, "amount") == 3.0
