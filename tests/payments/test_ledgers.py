"""Five participants and pencil: every payment rule, worked in the comments, to the øre."""

import numpy as np
import pytest
from pydantic import ValidationError

from risksim.kernels.payments import still_open
from risksim.plan.compile import compile_plan
from tests.kernels.forms import python_of
from tests.payments.deals import claimed, deal, measured_of

# verified, measured, eligible at each of three follow-ups
PEOPLE = [(1, 1, 2), (2, 2, 2), (0, 1, 1)]
MUNICIPALITY = "municipality"


def one(rule, people=PEOPLE, result=None, **changes):
    """Claims of one rule by month, all payers together."""
    found = {}
    for (_, _, month), amount in claimed([rule], people, result, **changes).items():
        found[month] = found.get(month, 0.0) + amount
    return found


def test_per_outcome_pays_a_price_for_each():
    # 1 x 1,000, 2 x 1,000, nobody
    assert one({"per_outcome": {"outcome": "job", "price": 1_000}}) == {"2026-01": 1_000, "2027-01": 2_000}


def test_per_unit_pays_what_was_measured_and_nothing_below_zero():
    # 2.5 x 10, -3 pays nothing, 0.333 x 10 = 3.33
    rule = {"per_unit": {"outcome": "rate", "price": 10}}
    assert one(rule, result=[2.5, -3.0, 0.333]) == {"2026-01": 25.0, "2028-01": 3.33}


def test_share_of_savings_pays_its_share():
    rule = {"share_of_savings": {"outcome": "rate", "share": 0.4}}
    assert one(rule, result=[1_000.0, -50.0, 0.0]) == {"2026-01": 400.0}


def test_claim_is_split_by_largest_remainder_and_a_tie_goes_to_the_first():
    # 100.01 = 10,001 øre: 66 % is 6,600.66 and 34 % is 3,400.34: the odd øre goes to 0.66
    rule = {"per_outcome": {"outcome": "job", "price": 100.01, "payers": {"municipality": 0.66, "state": 0.34}}}
    found = claimed([rule], [(1, 1, 1), (0, 0, 0), (0, 0, 0)])
    assert found == {(0, "municipality", "2026-01"): 66.01, (0, "state", "2026-01"): 34.00}
    rule["per_outcome"]["payers"] = {"state": 0.5, "municipality": 0.5}
    found = claimed([rule], [(1, 1, 1), (0, 0, 0), (0, 0, 0)])
    assert found == {(0, "state", "2026-01"): 50.01, (0, "municipality", "2026-01"): 50.00}


def test_lag_pays_later_and_what_was_earned_before():
    rule = {"per_outcome": {"outcome": "job", "price": 1_000, "lag": "3 months"}}
    assert one(rule) == {"2026-04": 1_000, "2027-04": 2_000}


def test_amounts_follow_prices_once_a_year():
    # priced 2025-07-01 at 2 %: one anniversary before 2027-01-01, two before 2028-01-01
    rule = {"per_outcome": {"outcome": "job", "price": 1_000, "indexed": {"from": "2025-07-01", "rate": 0.02}}}
    assert one(rule, [(1, 1, 1)] * 3) == {"2026-01": 1_000, "2027-01": 1_020, "2028-01": 1_040.4}
    levels = {"from": "2025-01-01", "levels": {2025: 100.0, 2026: 101.0, 2027: 104.0, 2028: 103.0}}
    rule = {"per_outcome": {"outcome": "job", "price": 1_000, "indexed": levels}}
    assert one(rule, [(1, 1, 1)] * 3) == {"2026-01": 1_010, "2027-01": 1_040, "2028-01": 1_030}


def test_fixed_and_standing_payments_need_no_outcome():
    rule = {"fixed": {"amounts": [{"on": "2025-06-30", "amount": 700}, {"on": "2028-01-01", "amount": 0.5}]}}
    assert one(rule) == {"2025-06": 700, "2028-01": 0.5}
    rule = {"standing": {"every": "18 months", "amount": 40}}  # 2026-07-01 and 2028-01-01
    assert one(rule) == {"2026-07": 40, "2028-01": 40}
    rule = {"standing": {"every": "12 months", "amount": 40, "until": "2027-06-30"}}
    assert one(rule) == {"2026-01": 40, "2027-01": 40}


def goal(**more):
    return {"threshold": {"outcome": "job", "counts": "count", "at_least": 3, "pays": 900} | more}


def test_threshold_on_a_count_adds_up_from_the_start():
    # verified so far: 1, 3, 3
    assert one(goal()) == {"2027-01": 900, "2028-01": 900}
    assert one(goal(on="first")) == {"2027-01": 900}
    assert one(goal(on="last")) == {"2028-01": 900}
    assert one(goal(on=["2026-01-01", "2027-01-01"])) == {"2027-01": 900}
    # since the last look: 1, 2, 0
    assert one(goal(cumulative=False, at_least=2)) == {"2027-01": 900}
    assert one(goal(cumulative=False, at_least=2, on=["2028-01-01"])) == {"2028-01": 900}  # 3 since the start
    assert one(goal(above=3, at_least=None)) == {}


@pytest.mark.parametrize(
    ("unmeasured", "shares"),
    [
        # so far verified 1, 3, 3; measured 1, 3, 4; eligible 2, 4, 5
        ({"unmeasured": "failure"}, [1 / 2, 3 / 4, 3 / 5]),
        ({"unmeasured": "exclude"}, [1, 1, 3 / 4]),
        ({"unmeasured": "observed"}, [1, 1, 3 / 4]),
        ({"unmeasured": "assumed", "assumed_rate": 0.25}, [1.25 / 2, 3.25 / 4, 3.25 / 5]),
    ],
)
@pytest.mark.parametrize("limit", [0.5, 0.6, 0.625, 0.65, 0.75, 0.8125, 1.0])
def test_threshold_on_a_share_compares_the_share_as_the_contract_counts_it(unmeasured, shares, limit):
    expected = {f"{2026 + t}-01": 900.0 for t, share in enumerate(shares) if share >= limit}
    assert one(goal(counts="share", at_least=limit, **unmeasured)) == expected


def test_threshold_on_a_share_is_exact_where_float_rates_are_not():
    # 33 of 100 reaches 0.33; above 0.33 it does not; 0.07 of 100 is 7.000000000000001 in float64
    people = [(33, 100, 100), (0, 0, 0), (0, 0, 0)]
    last = {"on": ["2026-01-01"], "unmeasured": "failure", "counts": "share"}
    assert one(goal(at_least=0.33, **last), people) == {"2026-01": 900}
    assert one(goal(at_least=None, above=0.33, **last), people) == {}
    assert one(goal(at_least=0.07, **last), [(7, 100, 100), (0, 0, 0), (0, 0, 0)]) == {"2026-01": 900}
    assert one(goal(at_least=0.29, **last), [(29, 100, 100), (0, 0, 0), (0, 0, 0)]) == {"2026-01": 900}


TWO = {"cohorts": [{"name": "north", "participants": 5}, {"name": "south", "participants": 5}]}


def test_each_cohort_pays_for_itself():
    # north 1, 3, 3; south 2, 2, 4: reached by nobody, by north, by both
    people = {0: [(1, 1, 1), (2, 2, 2), (0, 0, 0)], 1: [(2, 2, 2), (0, 0, 0), (2, 2, 2)]}
    assert one(goal(over="each cohort"), people, **TWO) == {"2027-01": 900, "2028-01": 1_800}
    assert one(goal(over="each cohort", on="first"), people, **TWO) == {"2027-01": 900, "2028-01": 900}
    assert one(goal(), people, **TWO) == {"2026-01": 900, "2027-01": 900, "2028-01": 900}


@pytest.mark.parametrize(
    ("otherwise", "expected"),
    [
        ("nothing", {"2028-01": 900}),  # so far measured 1, 3, 4: only the last has four
        ("postpone", {"2028-01": 900}),
        ("assumed", {"2026-01": 900, "2027-01": 900, "2028-01": 900}),  # 0.6 reaches 0.6
        ("pooled", {"2028-01": 900}),  # one cohort: the pool is as small
    ],
)
def test_too_small_a_sample_is_treated_as_said(otherwise, expected):
    sample = {"people": 4, "otherwise": otherwise}
    rule = goal(counts="share", at_least=0.6, unmeasured="failure", assumed_rate=0.6, minimum_sample=sample)
    assert one(rule) == expected


def test_small_cohorts_look_at_the_pool():
    # each cohort has 2 measured, both have 4: three of four reach 0.75, though south alone has half
    people = {0: [(2, 2, 2)] + [(0, 0, 0)] * 2, 1: [(1, 2, 2)] + [(0, 0, 0)] * 2}
    rule = goal(
        counts="share", at_least=0.75, unmeasured="exclude", over="each cohort", on=["2026-01-01"],
        minimum_sample={"people": 3, "otherwise": "pooled"},
    )  # fmt: skip
    assert one(rule, people, **TWO) == {"2026-01": 1_800}


def test_postponed_people_count_at_the_next_date():
    # since the last look, at least three measured: 1 waits, 1 + 2 = 3 decide (3 of 4), then 1 waits for ever
    sample = {"people": 3, "otherwise": "postpone"}
    rule = goal(counts="share", at_least=0.75, unmeasured="failure", cumulative=False, minimum_sample=sample)
    assert one(rule) == {"2027-01": 900}


STEPS = [{"from": 0.55, "gives": 300}, {"from": 0.6, "gives": 750}, {"from": 0.7, "gives": 1_500}]


def test_steps_give_the_last_line_that_is_reached():
    rule = {"steps": {"outcome": "rate", "counts": "value", "pays": "amount", "below": 50, "table": STEPS}}
    assert one(rule, result=[0.55, 0.5999, 0.7]) == {"2026-01": 300, "2027-01": 300, "2028-01": 1_500}
    assert one(rule, result=[0.5499, 0.6, 99.0]) == {"2026-01": 50, "2027-01": 750, "2028-01": 1_500}
    # shares in integers: so far 1 of 2, 3 of 4, 3 of 5
    rule = {"steps": {"outcome": "job", "counts": "share", "unmeasured": "failure", "pays": "amount", "table": STEPS}}
    assert one(rule) == {"2027-01": 1_500, "2028-01": 750}


def test_ladder_runs_straight_between_its_corners():
    nodes = [{"at": 0.5, "gives": 100}, {"at": 0.6, "gives": 300}, {"at": 1.0, "gives": 400}]
    rule = {"ladder": {"outcome": "rate", "counts": "value", "pays": "amount", "nodes": nodes}}
    # halfway 100-300; a quarter of 300-400; beyond the last corner
    assert one(rule, result=[0.55, 0.7, 2.0]) == {"2026-01": 200, "2027-01": 325, "2028-01": 400}
    rule["ladder"] |= {"most": 310, "floors": [{"until": "2026-12-31", "gives": 250}]}
    assert one(rule, result=[0.55, 0.7, 0.4]) == {"2026-01": 250, "2027-01": 310}


def test_tables_give_shares_of_the_principal_and_coupons():
    drawdown = [{"on": "2025-01-01", "amount": 60_000}, {"on": "2026-07-01", "amount": 40_000}]
    money = {"financing": {"tranches": [{"name": "investor", "commitment": 100_000, "drawdown": drawdown}]}}
    table = [{"from": 0.5, "gives": 0.1}]
    rule = {"steps": {"outcome": "rate", "counts": "value", "pays": "share of principal", "table": table}}
    # drawn so far 60,000, 100,000, 100,000
    assert one(rule, result=[0.5, 0.4, 0.6], **money) == {"2026-01": 6_000, "2028-01": 10_000}
    rule = {"steps": {"outcome": "rate", "counts": "value", "pays": "coupon", "table": table}}
    # 60,000 for a year; 60,000 for half a year and 100,000 for half; 100,000 for a year; all at 10 %
    assert one(rule, result=[0.5] * 3, **money) == {"2026-01": 6_000, "2027-01": 8_000, "2028-01": 10_000}


def test_table_lifts_the_investor_to_an_annual_return():
    # 100,000 at 5 % for three years is 115,762.50; a coupon of 2,000 after two years grew to 2,100
    ladder = {"ladder": {"outcome": "rate", "counts": "value", "pays": "annual return", "on": "last",
                         "nodes": [{"at": 0.0, "gives": 0.0}, {"at": 1.0, "gives": 0.1}]}}  # fmt: skip
    fixed = {"fixed": {"amounts": [{"on": "2027-01-01", "amount": 2_000}]}}
    found = claimed([fixed, ladder], result=[0.1, 0.2, 0.5])
    assert found == {(0, MUNICIPALITY, "2027-01"): 2_000, (1, MUNICIPALITY, "2028-01"): 113_662.5}


CARD = [
    {"per_outcome": {"outcome": "job", "price": 1_000, "payer": "state"}},
    {"fixed": {"amounts": [{"on": "2026-01-01", "amount": 500}, {"on": "2027-01-01", "amount": 500}]}},
]
"""State 1,000 and 2,000; municipality 500 and 500."""


def total_on(found):
    months = {}
    for (_, _, month), amount in found.items():
        months[month] = months.get(month, 0.0) + amount
    return months


def test_caps_hold_in_all_and_on_each_date():
    assert total_on(claimed([*CARD, {"cap": {"total": 2_000}}], PEOPLE)) == {"2026-01": 1_500, "2027-01": 500}
    found = claimed([*CARD, {"cap": {"per_period": 1_200}}], PEOPLE)
    assert total_on(found) == {"2026-01": 1_200, "2027-01": 1_200}
    # cut 300 of 1,000 and 500: 200 and 100; cut 1,300 of 2,000 and 500: 1,040 and 260
    assert {place: amount for place, amount in found.items() if place[0] == 2} == {
        (2, "state", "2026-01"): -200, (2, MUNICIPALITY, "2026-01"): -100,
        (2, "state", "2027-01"): -1_040, (2, MUNICIPALITY, "2027-01"): -260,
    }  # fmt: skip
    found = claimed([*CARD, {"cap": {"total": 2_500, "outcome": "job"}}], PEOPLE)
    assert total_on(found) == {"2026-01": 1_500, "2027-01": 2_000}


def test_floors_top_up():
    found = claimed([*CARD, {"floor": {"per_period": 1_600, "payer": "region"}}], PEOPLE)
    assert {place: amount for place, amount in found.items() if place[0] == 2} == {
        (2, "region", "2026-01"): 100, (2, "region", "2028-01"): 1_600,
    }  # fmt: skip
    found = claimed([*CARD, {"floor": {"total": 5_000}}], PEOPLE)  # 4,000 so far
    assert total_on(found) == {"2026-01": 1_500, "2027-01": 2_500, "2028-01": 1_000}


def test_fund_runs_dry_and_somebody_else_pays_or_nobody():
    fund = {"fund": {"payer": "state", "limit": 1_750, "otherwise": "municipality"}}
    found = claimed([*CARD, fund], PEOPLE)  # the state owes 1,000 and 2,000
    assert {place: amount for place, amount in found.items() if place[0] == 2} == {
        (2, "state", "2027-01"): -1_250, (2, MUNICIPALITY, "2027-01"): 1_250,
    }  # fmt: skip
    fund["fund"]["otherwise"] = "unpaid"
    assert total_on(claimed([*CARD, fund], PEOPLE)) == {"2026-01": 1_500, "2027-01": 1_250}


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_deemed_success_pays_without_measurement_instead_of_measured(chance):
    rules = [
        {"per_outcome": {"outcome": "job", "price": 1_000}},
        {"deemed": {"outcome": "job", "price": 1_000, "chance": chance, "rate": 0.6, "payer": "state"}},
    ]
    found = claimed(rules, PEOPLE)  # people 2, 2, 1
    if chance:
        assert found == {(1, "state", "2026-01"): 1_200, (1, "state", "2027-01"): 1_200, (1, "state", "2028-01"): 600}
    else:
        assert found == {(0, MUNICIPALITY, "2026-01"): 1_000, (0, MUNICIPALITY, "2027-01"): 2_000}


# What is not known yet


@pytest.mark.parametrize("run", [still_open, python_of(still_open)], ids=["compiled", "python"])
def test_claims_that_wait_for_a_measurement_are_open_and_pay_nothing(run):
    rules = [
        {"per_outcome": {"outcome": "job", "price": 1_000, "lag": "3 months"}},
        {"steps": {"outcome": "rate", "counts": "value", "pays": "amount", "table": STEPS}},
        {"fixed": {"amounts": [{"on": "2028-01-01", "amount": 7}]}},
        {"cap": {"total": 1e6}},
    ]
    follow_ups = {"follow_up": ["2026-01-01", "2027-01-01"]}
    told = {"outcomes": {"job": {"of": "enrolled", "success_rate": 0.5, "measured": {"on": "2026-06-01"}},
                         "rate": {"result": 0.5}}}  # fmt: skip
    plan = compile_plan(deal(rules, **follow_ups, **told))
    measured = np.zeros((1, 1, plan.measures.outcome.size, len(plan.labels.dates)))
    second = plan.labels.dates.index(plan.labels.dates[0].replace(year=2027))
    measured[:, :, :, second] = np.nan
    out = np.full((1, plan.payments.kind.size, len(plan.labels.dates)), 9, np.uint8)
    run(measured, plan.measures.measured_in, plan.payments, out)
    waits = {(int(r), f"{plan.labels.dates[t]:%Y-%m}") for _, r, t in zip(*out.nonzero(), strict=True)}
    assert {place for place in waits if place[0] < 3} == {(0, "2027-04"), (1, "2027-01")}
    assert (3, "2027-01") in waits
    assert (3, "2026-01") not in waits
    from risksim.engine.settle import settle

    claim = settle(plan, np.empty((1, 0)), measured).claim[0]
    assert claim.sum() == 700


# Contradictions


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([{"per_outcome": {"outcome": "job", "price": 1, "payers": {"state": 0.6, "region": 0.3}}}], "add up to 0.9"),
        ([*CARD, {"floor": {"total": 900}}, {"cap": {"total": 800}}], "a cap below a floor"),
        ([*CARD, {"cap": {"total": 800}}, {"floor": {"total": 900}}], "a cap below a floor"),
        ([*CARD, {"cap": {"total": 1}}, {"cap": {"outcome": "job", "total": 1}}], "from narrow to wide"),
        ([{"steps": {"outcome": "rate", "counts": "value", "pays": "amount", "table": STEPS[::-1]}}], "table rise"),
        ([goal(counts="share")], "no unmeasured"),
        ([goal(counts="value")], "which people meet or not"),
        ([goal(outcome="rate")], "which has a value"),
        ([goal(above=2)], "both at_least and above"),
        ([goal(on=["2026-01-02"])], "no follow-up"),
        ([goal(lag="24 months")], "after end"),
        ([{"per_outcome": {"outcome": "rate", "price": 1}}], "counts people"),
        ([{"floor": {"total": 1}}], "nothing above it"),
        ([*CARD, {"fund": {"payer": "state", "limit": 1, "otherwise": "state"}}], "whose own limit"),
    ],
)
def test_a_contradiction_is_named(rules, said):
    with pytest.raises(ValidationError) as error:
        deal(rules)
    assert said in str(error.value)


def test_an_open_claim_never_needs_a_wrong_number():
    plan = compile_plan(deal([goal(), {"per_unit": {"outcome": "rate", "price": 10}}]))
    from risksim.engine.settle import settle

    assert not settle(plan, np.empty((1, 0)), measured_of(plan, [(np.nan,) * 3] * 3)).claim.any()


def test_goals_follow_the_prices_of_each_path():
    # 900 after one anniversary at 10 % is 990; at 20 % it is 1,080
    rule = goal(at_least=1, on=["2026-01-01"], indexed={"from": "2025-01-01", "rate": {"uniform": [0.0, 0.5]}})
    plan = compile_plan(deal([rule]))
    from risksim.engine.settle import settle

    measured = np.repeat(measured_of(plan, PEOPLE), 2, axis=0)
    assert settle(plan, np.array([[0.1], [0.2]]), measured).claim[:, 0].sum(axis=1).tolist() == [99_000, 108_000]
