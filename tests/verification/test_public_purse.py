"""The public purse against numbers worked by hand, each through a whole scenario: read, compiled, run, summarised."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from risksim import api
from risksim.metrics import precision, purse
from risksim.metrics.precision import Estimate
from risksim.report.purse import PurseHeading, page

ALONE: dict[str, Any] = {"volume": 1, "decay": 0, "cashable": 1, "bears": "municipality"}
"""A line with nothing from the register."""
HALF_A_YEAR = {"after_enrolment": "6 months"}


def line(**said: Any) -> dict[str, Any]:
    return {"outcome": "home", "saved": 1_000, **ALONE, **said}


def while_met(**said: Any) -> dict[str, Any]:
    return {key: value for key, value in line(counts="while met", **said).items() if key != "decay"}


def deal(public: dict[str, Any], **changes: Any) -> api.Deal:
    """Ten people who enrol in January 2021 and all have a home in July, unless something else is said."""
    said = {
        "schema": 1,
        "name": "Ten people",
        "currency": "DKK",
        "start": "2021-01-01",
        "end": "2023-12-31",
        "follow_up": {"every": "6 months"},
        "cohorts": [
            {
                "name": "ten",
                "participants": 10,
                "enrolment": {"window": "1 month"},
                "duration": "6 months",
                "dropout": 0,
                "unmeasured": 0,
            }
        ],
        "outcomes": {"home": {"of": "enrolled", "success_rate": 1, "counterfactual": 0, "measured": HALF_A_YEAR}},
        "payments": [{"per_outcome": {"outcome": "home", "price": 1_000, "payer": "municipality"}}],
        "financing": {"tranches": [{"name": "investor", "commitment": 100_000}]},
        "public": {"assumption": "made up", **public},
    }
    return api.read_text(yaml.safe_dump(said | changes, sort_keys=False), draft=True)


def with_outcomes(**outcomes: dict[str, Any]) -> dict[str, Any]:
    first = next(iter(outcomes))
    return {
        "outcomes": {name: {"of": "enrolled", "measured": HALF_A_YEAR, **said} for name, said in outcomes.items()},
        "payments": [{"per_outcome": {"outcome": first, "price": 1_000, "payer": "municipality"}}],
    }


def run(deal: api.Deal, paths: int = 64, engine: str = "individual") -> api.PurseRun:
    return api.run_purse(deal, paths, engine=engine)


ROOT = Path(__file__).parents[2]
ENGINES = pytest.mark.parametrize("engine", ["individual", "conditional"])


# Present values


@ENGINES
@pytest.mark.parametrize(("decay", "worth"), [(0.0, 8.316605), (0.2, 3.931406)])
def test_ten_years_of_a_saving_are_worth_the_annuity(engine: str, decay: float, worth: float):
    # v (1 - (v (1 - d))^10) / (1 - v (1 - d)) with v = 1 / 1.035; ten people save a million each.
    public = {"horizon": 10, "consequences": {"stay": line(saved=1_000_000, decay=decay)}}
    found = api.summarise_purse(run(deal(public), engine=engine)).total.net_savings
    assert found.mean.value / 1e7 == pytest.approx(worth, abs=5e-7)
    assert found.sd.value == 0.0


def test_a_saving_of_thirty_years_is_known_for_five_of_them():
    # 10,000 x sum of 0.9^k over k < 30, and over 5 <= k < 30, each year rounded to an oere.
    public = {"horizon": 30, "consequences": {"stay": line(evidence=5, decay=0.1)}}
    paths = run(deal(public)).purse
    assert paths.line_net[0, 0] / 100 == pytest.approx(1e5 * (1 - 0.9**30), abs=0.15)
    assert paths.beyond[0, 0] / 100 == pytest.approx(1e5 * (0.9**5 - 0.9**30), abs=0.15)


def test_years_may_save_nothing_and_cost():
    public = {"consequences": {"stay": line(by_year=[1, 0, -0.5, 0, 2], evidence=2)}}
    paths = run(deal(public)).purse
    assert paths.net[0, 0, :6].tolist() == [0, 1_000_000, 0, -500_000, 0, 2_000_000]
    assert paths.beyond[0, 0] == 1_500_000


@pytest.mark.parametrize("inflation", [0.0, 0.5])
def test_repayments_come_to_the_price_level_of_the_calculation(inflation: float):
    public = {"horizon": 1, "price_year": 2026, "index": {2020: 100, 2026: 120}, "inflation": inflation}
    found = api.summarise_purse(run(deal(public | {"consequences": {"stay": line(price_year=2020)}}))).total
    assert found.repayments.mean.value == pytest.approx(10_000 * (1 + inflation) ** 5)
    assert found.net_savings.mean.value == pytest.approx(12_000 / 1.035)


def test_december_and_january_are_different_years():
    """A deal that starts in December and looks in January: years are those of the dates, and dates as far apart."""
    follow_up = ["2022-07-10", "2023-01-10", "2026-01-10"]
    public = {"horizon": 1, "consequences": {"once": line(), "time": while_met()}}
    found = deal(public, start="2021-12-15", end="2026-12-31", follow_up=follow_up)
    # Homes are seen in July 2022: one year of it in 2023, and the time to January in 2022, 6 months and 5 / 930.
    own = found.plan.purse
    assert own is not None
    assert own.months_to_next[1:].tolist() == [pytest.approx(6.0, abs=0.01), 36.0, 36.0]
    net = run(found).purse.net[0, 0] / 100
    assert net[:3].tolist() == [0.0, pytest.approx(10_000 * own.months_to_next[1] / 12, abs=0.01), 10_000.0]


# Who bears


@pytest.mark.parametrize(("years", "share"), [(1, 0.619231), (2, 0.709615)])
def test_the_municipality_bears_of_52_and_104_weeks_what_the_ladder_says(years: int, share: float):
    # (0.2 x 4 + 0.6 x 22 + 0.7 x 26) / 52, and 52 weeks at 0.8 after them.
    public = {"horizon": years, "consequences": {"support": line(saved=1e6, bears={"refund": "refund-ladder"})}}
    net = run(deal(public)).purse.net[0].sum(axis=1)
    assert net[0] / net.sum() == pytest.approx(share, abs=5e-7)
    assert net[2] / net.sum() == pytest.approx(1 - share, abs=5e-7)


@pytest.mark.parametrize(("weeks", "share"), [(26, 0.75), (51.5, (0.5 * 0.7 + 51.5 * 0.8) / 52), (52, 0.8), (900, 0.8)])
def test_the_clock_goes_on_from_where_people_stand(weeks: float, share: float):
    bears = {"refund": "refund-ladder", "weeks": weeks}
    net = run(deal({"horizon": 1, "consequences": {"support": line(saved=1e6, bears=bears)}})).purse.net[0]
    assert net[:, 1].tolist() == [pytest.approx(1e9 * share, abs=1), 0, pytest.approx(1e9 * (1 - share), abs=1)]


def test_an_expensive_case_is_split_by_its_slices():
    # A place at 973,571 a year: a quarter of what exceeds 830,000 is 35,892.75, in prices of 2020, 2 % more in 2021.
    bears = {"refund": "expensive-cases", "yearly_cost": 973_571}
    public = {"horizon": 1, "index": {2020: 100, 2021: 102}}
    place = line(saved=973_571, price_year=2020, bears=bears)
    net = run(deal(public | {"consequences": {"place": place}})).purse.net[0, :, 1] / 100
    assert net.tolist() == [pytest.approx(9_564_318.15), 0.0, pytest.approx(10 * 35_892.75 * 1.02)]


def test_a_rule_that_changes_meets_the_years_in_which_savings_fall():
    editions = [
        {"valid_from": "2016-01-01", "valid_to": "2023-06-30", "share": 0.5, "assumption": "made up"},
        {"valid_from": "2023-07-01", "share": 0.25, "assumption": "made up"},
    ]
    public = {"horizon": 4, "refunds": {"own": editions}, "consequences": {"stay": line(bears={"refund": "own"})}}
    # Homes of 2021 save from 2022 on; 184 days of 2023 are under the second rule.
    net = run(deal(public)).purse.net[0, :, 1:5] / 100
    assert net[2].tolist() == [5_000.0, 2_500.0, 2_500.0, 2_500.0]
    assert net[0].tolist() == [5_000.0, 7_500.0, 7_500.0, 7_500.0]


def test_whoever_is_kept_from_two_outcomes_is_refunded_as_they_would_have_been():
    """Nobody succeeds and everybody would have: the years after what would have been are those of the refund."""
    kept = {"success_rate": 0, "counterfactual": 1}
    bears = {"refund": "refund-ladder"}
    public = {"horizon": 3, "consequences": {"support": line(outcome=["home", "job"], evidence=1, bears=bears)}}
    paths = run(deal(public, **with_outcomes(home=kept, job=kept))).purse
    # 61.9231 % of the first year, 80 % of the years after it.
    assert paths.net[0, 0, :5].tolist() == [0, -619_231, -800_000, -800_000, 0]
    assert paths.net[0, 2, :5].tolist() == [0, -380_769, -200_000, -200_000, 0]
    assert paths.beyond[0, 0] == -2_000_000


def test_a_currency_without_minor_units_is_split_in_whole_units():
    public = {"horizon": 1, "consequences": {"stay": line(saved=1_001.1, bears={"municipality": 0.5, "state": 0.5})}}
    # 10 x 1,001.1 = 10,011; the odd won is the municipality's.
    assert run(deal(public, currency="KRW")).purse.net[0, :, 1].tolist() == [5_006, 0, 5_005]


def test_the_largest_amounts_are_exact():
    public = {"horizon": 1, "consequences": {"stay": line(saved=9e12)}}
    assert run(deal(public)).purse.net[0, 0, 1] == 9 * 10**15


# What would have happened anyway


@ENGINES
@pytest.mark.parametrize(
    ("without", "under"), [(0.0, 0.5), (0.25, 0.5), (0.8, 0.8), (0.5, 0.25), (1.0, 0.5), (1.0, 1.0)]
)
def test_the_programme_adds_the_difference_of_the_chances(engine: str, without: float, under: float):
    public = {"horizon": 1, "consequences": {"stay": line()}}
    found = run(deal(public, **with_outcomes(home={"success_rate": under, "counterfactual": without})), 8_192, engine)
    added = found.purse.line_net[:, 0] / 100_000
    # Of ten people a binomial number of chance |p1 - p0| is brought there or kept from it.
    much = abs(under - without)
    assert added.mean() == pytest.approx(10 * (under - without), abs=4 * math.sqrt(10 * much * (1 - much) / 8_192))
    assert added.var() == pytest.approx(10 * much * (1 - much), abs=0.15)
    # Who would have come anyway is paid for as well: 1,000 for each, of all where fewer succeed than would have.
    dead = 10_000 * min(without, under)
    assert found.purse.deadweight.mean() / 100 == pytest.approx(dead, abs=80)


@ENGINES
def test_behind_a_gate_the_purse_speaks_of_everybody_and_a_counterfactual_of_those_who_pass(engine: str):
    """The same 0.25: of the half who would pass the gate anyway an eighth in all, of everybody a quarter."""
    course = {"success_rate": 0.5, "counterfactual": 0.5}
    added = []
    for job, anyway in (({"counterfactual": 0.25}, {}), ({}, {"job": 0.25})):
        outcomes = with_outcomes(
            course=course,
            job={"after": "course", "success_rate": 0.5, "measured": {"after_enrolment": "12 months"}, **job},
        )
        found = run(
            deal({"horizon": 1, "anyway": anyway, "consequences": {"stay": line(outcome="job")}}, **outcomes),
            8_192,
            engine,
        )
        added.append(found.purse.line_net.mean() / 100_000)
    # 10 x (0.25 - 0.125), and 10 x (0.25 - 0.25) on every path; the standard deviation is below 1.2.
    assert added[0] == pytest.approx(1.25, abs=4 * 1.2 / math.sqrt(8_192))
    assert added[1] == 0.0


@ENGINES
def test_two_lines_of_one_outcome_see_the_same_people_come_anyway(engine: str):
    public = {"horizon": 1, "consequences": {"once": line(), "time": while_met(saved=2_000)}}
    found = run(deal(public, **with_outcomes(home={"success_rate": 0.6, "counterfactual": 0.3})), 4_096, engine)
    once, time = found.purse.line_net.T
    assert (once == time).all()
    # Binomial(10, 0.3) twice over: drawn apart, its standard deviation of 2.90 would be 2.32.
    assert (once + time).std() / 100_000 == pytest.approx(2 * math.sqrt(10 * 0.21), rel=0.05)


def test_a_line_of_two_outcomes_sees_the_people_of_a_line_of_one():
    rates = {"success_rate": 0.6, "counterfactual": 0.3}
    public = {"horizon": 1, "consequences": {"one": line(), "two": line(outcome=["home", "job"])}}
    found = run(deal(public, **with_outcomes(home=rates, job=rates)), 8_192)
    one, two = found.purse.line_net.T / 100_000
    # Of each person: brought home 0.3, brought to any 0.84 - 0.51 = 0.33, both 0.3 x 0.7 = 0.21, since who would have
    # had the job anyway gains nothing. Correlation (0.21 - 0.3 x 0.33) / sqrt(0.21 x 0.2211) = 0.515.
    assert one.mean() == pytest.approx(3.0, abs=4 * math.sqrt(2.1 / 8_192))
    assert two.mean() == pytest.approx(3.3, abs=4 * math.sqrt(2.211 / 8_192))
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(0.515, abs=4 * (1 - 0.515**2) / math.sqrt(8_192))
    assert (found.purse.attributable[:, 0] == one).all()


@ENGINES
def test_people_who_cannot_be_measured_save_and_are_not_paid_for(engine: str):
    cohort = {"name": "ten", "participants": 10, "enrolment": {"window": "1 month"}, "duration": "6 months"}
    nobody = [{**cohort, "dropout": 0, "unmeasured": 1}]
    found = run(deal({"horizon": 1, "consequences": {"stay": line()}}, cohorts=nobody), engine=engine)
    assert (found.purse.line_net == 1_000_000).all()
    assert not found.paths.repayment.any()


def test_deadweight_is_missing_where_one_price_pays_for_several_outcomes():
    rates = {"success_rate": 0.6, "counterfactual": 0.3}
    said = with_outcomes(home=rates, job=rates)
    said["payments"] = [{"per_person": {"prices": {"home": 1_000, "job": 500}, "most": 1_200, "payer": "municipality"}}]
    found = api.summarise_purse(run(deal({"horizon": 1, "consequences": {"stay": line()}}, **said)))
    assert math.isnan(found.value_for_money.deadweight_share.value)


# Whose point of view


def test_repayments_are_no_cost_to_society():
    # Ten people save 1,000 each in the year after: 1.28 x 10,000 / 1.035; transfers and repayments cancel.
    benefit = line(kind="transfer", bears={"refund": "refund-ladder"})
    public = {"horizon": 1, "calculation": "socio-economic", "consequences": {"stay": line(), "benefit": benefit}}
    found = api.summarise_purse(run(deal(public)))
    assert found.total.net_benefit.mean.value == pytest.approx(12_800 / 1.035)
    assert found.total.expected_only is not None
    assert found.total.expected_only.value == pytest.approx(12_800 / 1.035)
    assert found.total.repayments.mean.value == 0.0
    assert found.payers["municipality"]["2021"].set_aside.value == 10_000.0


# What is known of the future


def test_what_is_known_gross_only_says_so_wherever_it_counts():
    """One of two lines has no counterfactual: it, its budget and the sum are marked, and the other budget is not."""
    outcomes = with_outcomes(home={"success_rate": 0.6, "counterfactual": 0.3}, job={"success_rate": 0.6})
    public = {"horizon": 1, "consequences": {"stay": line(), "support": line(outcome="job", bears="state")}}
    found = run(deal(public, **outcomes))
    told = api.summarise_purse(found)
    assert [told.lines[name].is_gross_only for name in ("stay", "support")] == [False, True]
    marked = {name: budget.is_gross_only for name, budget in told.all_budgets.items()}
    assert marked == {"municipality": False, "region": False, "state": True, "total": True}
    assert {name: each.is_gross_only for name, each in api.purse_figures(found).items()} == marked
    assert told.lines["support"].net == told.lines["support"].gross
    head = PurseHeading(
        "Ten", "DKK", 2021, 2021, "budget-economic", 8, 1, "individual", "", "", (), {}, api.gross_only(found)
    )
    text = page(head, told)
    rows = [row for row in text.split("\n") if row.startswith(("state", "all together", "support", "net savings per"))]
    assert len(rows) >= 11
    assert all("†" in row for row in rows)
    assert not any("†" in row for row in text.split("\n") if row.startswith(("municipality", "stay")))
    flat = " ".join(text.split())
    assert "on average (gross only, net unknown)." in flat
    assert "is not known to be an effect of the programme" in flat


def test_a_budget_that_pays_nothing_breaks_even_from_the_start():
    public = {"horizon": 1, "consequences": {"stay": line(bears={"municipality": 0.5, "region": 0.5})}}
    told = api.summarise_purse(run(deal(public)))
    of = told.budgets["region"].break_even
    assert (of.p_always.value, of.p50.value, of.p50_after_start.value) == (1.0, 2021.0, 0.0)
    head = PurseHeading("Ten", "DKK", 2021, 2021, "budget-economic", 8, 1, "individual", "", "", (), {}, ())
    rows = [row for row in page(head, told).split("\n") if row.startswith("region") and "from the start" in row]
    assert rows[0].count("from the start") == 6  # three points, cash, and both on paper
    # The municipality repays 10,000 in 2021 and saves 5,000: it never breaks even.
    assert math.isnan(told.budgets["municipality"].break_even.p50.value)


@pytest.mark.slow
@ENGINES
def test_intervals_hold_the_truth_as_often_as_they_say(engine: str):
    """Numbers of the purse are drawn by chance beside quasi-random points, and errors are those of replicates."""
    unsure = api.read(ROOT / "scenarios" / "public" / "one-service.yaml")

    def told(paths: int, seed: int, of: str) -> dict[str, Estimate]:
        found = api.run_purse(unsure, paths, seed, of)
        arrays, names = api.purse_arrays(found), api.purse_names(unsure.plan)
        own = purse.ledger(arrays, names, 0)
        worth = purse.figures_of(own, names.years, found.sample).net_benefit
        saved, repaid = own.present(own.net), own.present(own.payment)
        share = purse.fund_share(saved, repaid, found.sample)
        assert share is not None
        ratio = precision.ratio_of_means(saved, repaid, found.sample)
        return {"mean": worth.mean, "p_negative": worth.p_negative, "ratio": ratio, "fund": share.on_average}

    truth = {name: each.value for name, each in told(1 << 18, 987_654, "individual").items()}
    held = dict.fromkeys(truth, 0)
    for seed in range(200):
        for name, each in told(2_048, seed, engine).items():
            held[name] += each.low <= truth[name] <= each.high
    # Of 200 intervals of 95 % 190 hold it, with a standard deviation of 3.1; three of them, and one for the truth's own
    # error, which is a tenth of each interval's.
    assert {name: many for name, many in held.items() if not 180 <= many <= 200} == {}
