"""From people to public money: formulas worked by hand, and what is conserved on every path."""

from __future__ import annotations

import functools
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risksim.engine import purse_counts
from risksim.engine.purse import bytes_per_purse, expect_purse, paths_of, purse_ledger, run_purse
from risksim.engine.purse_counts import Counted
from risksim.engine.purse_money import deadweight_of, reckon, reckon_line
from risksim.engine.run import Settings, bytes_per_path, draw_block, run
from risksim.errors import RunError
from risksim.kernels.purse_money import BILLIONTHS, kept_after, split_by_share, whole_shares
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import (
    FINISHED,
    IN_ALL,
    IS_COST,
    IS_DURING,
    IS_INSTEAD,
    OF_PEOPLE,
    WHILE_MET,
    Plan,
    PursePaths,
)
from risksim.scenario.scenario import Scenario
from tests.engine.deals import SIMPLE, bent_plan, shipped_plan
from tests.engine.public_lines import (
    MUNICIPALITY,
    STATE,
    Line,
    Money,
    numbers,
    purse_for,
    random_counts,
    random_money,
    with_purse,
)

TEN_YEARS = (0.0, *(1.0,) * 10)
LADDER = ((0.5, 0.0, 0.5), (0.5123, 0.0, 0.4877), (0.7, 0.1, 0.2), (0.8, 0.0, 0.2))
"""Shares by years after the success: a refund that falls with the weeks on support."""

MIXED = [
    Line("shelter", saved=120.5, price=1_503.37, profile=TEN_YEARS, decay=0.1, evidence=3, cashable=0.5),
    Line("support", outcomes=(1,), saved=52, price=2_071.11, profile=(0.0, 1.0, 0.8, 0.6), share=LADDER, unserved=0.3),
    Line("care", outcomes=(2,), counts=WHILE_MET, saved=12, price=733.33, profile=(1.0,), share=(1 / 3, 1 / 3, 1 / 3)),
    Line("hours", IS_DURING, OF_PEOPLE, saved=-40, price=411.07, profile=(1.0,), share=(0.6, 0.4, 0.0)),
    Line("course", IS_COST, OF_PEOPLE, people=FINISHED, saved=9_399.99, profile=(1.0,), share=(0.21, 0.0, 0.79)),
    Line("rent", IS_COST, IN_ALL, saved=958_000.01, in_all={0: 1.0, 1: 1.0, 2: 0.5}, share=(0.7, 0.0, 0.3)),
    Line("usual", IS_INSTEAD, IN_ALL, saved=100_000, in_all={0: 1.0}),
]


def mixed_plan(lines: list[Line] = MIXED, **changes: object) -> Plan:
    return with_purse(bent_plan(), lines, 16, **changes)


@functools.cache
def mixed() -> tuple[Plan, Counted, PursePaths]:
    plan = mixed_plan()
    counted = random_counts(plan, 200)
    return plan, counted, reckon(plan, counted, random_money(plan, 200))


def reckoned(lines: list[Line], counted: Counted | None = None, **changes: object) -> PursePaths:
    plan = mixed_plan(lines, **changes)
    counted = random_counts(plan, 60) if counted is None else counted
    return reckon(plan, counted, random_money(plan, 60))


# Splits


@given(
    st.lists(st.integers(-(2**53), 2**53), min_size=1, max_size=4),
    st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda shares: sum(shares) > 0.01),
)
def test_parts_of_sectors_add_up_and_are_off_by_less_than_one_minor_unit(amounts, shares):
    weight = whole_shares(np.array(shares) / sum(shares))
    amount = np.array(amounts)
    parts = split_by_share(amount, weight)
    assert weight.sum() == BILLIONTHS
    assert (parts.sum(axis=0) == amount).all()
    for j, whole in enumerate(amounts):
        for s in range(3):
            # In whole numbers, which Python does not round: |part - whole x weight / 10^9| < 1.
            assert abs(int(parts[s, j]) * BILLIONTHS - whole * int(weight[s])) < BILLIONTHS
    assert (parts[weight == 0] == 0).all()


def test_the_largest_remainder_gets_what_is_left_and_ties_go_to_the_first():
    # 7 x (0.5, 0.3, 0.2) = 3.5, 2.1, 1.4: one is left, for the first. 1 x (0.5, 0, 0.5): a tie.
    parts = split_by_share(np.array([7, -7]), whole_shares(np.array([0.5, 0.3, 0.2])))
    assert parts.T.tolist() == [[4, 2, 1], [-4, -2, -1]]
    assert split_by_share(np.array([1]), whole_shares(np.array([0.5, 0.0, 0.5]))).T.tolist() == [[1, 0, 0]]


def test_decay_begins_in_the_second_year():
    assert [float(kept_after(np.array([0.2]), t)[0]) for t in (1, 2, 3)] == pytest.approx([1, 0.8, 0.64], abs=1e-15)


# One path by hand


def test_one_path_by_hand():
    # The simple deal: follow-ups in 2025 and 2027. Ten people succeed in 2027, eight of whom the programme brought.
    line = Line(saved=3, price=100.0, profile=(0.0, 1.0, 1.0), decay=0.25, cashable=0.5, unserved=0.1, evidence=1)
    line = line._replace(share=[(0.5, 0, 0.5), (0.5, 0, 0.5), (0.8, 0, 0.2)])
    plan = with_purse(shipped_plan(SIMPLE), [line], 8, overlap=numbers([0.2]), overlap_kept=0.5)
    counted = random_counts(plan, 1)
    counted.gross[:], counted.net[:] = 0, 0
    counted.gross[0, 2, 1], counted.net[0, 2, 1] = 10, 8
    paths = reckon(plan, counted, Money(np.zeros((1, 2, 2), int), np.array([[[7, 11]]])))
    # 2028: 10 x 3 x 100 = 3,000.00, half each. 2029: 3,000 x 0.75 = 2,250.00, split 1,800.00 and 450.00.
    assert paths.gross[0, :, 3].tolist() == [150_000, 0, 150_000]
    assert paths.gross[0, :, 4].tolist() == [180_000, 0, 45_000]
    # Net: 8 / 10 x (1 - 0.1) x (1 - 0.2 x (1 - 0.5)) = 0.648: 1,944.00 and 1,458.00 (1,166.40 and 291.60).
    assert paths.net[0, :, 3].tolist() == [97_200, 0, 97_200]
    assert paths.net[0, :, 4].tolist() == [116_640, 0, 29_160]
    assert paths.cash[0].sum() == (194_400 + 145_800) // 2
    assert paths.gross[0].sum() == paths.line_gross[0, 0] == 525_000
    assert paths.line_net[0, 0] == 340_200
    assert paths.beyond[0, 0] == 145_800  # the second year, where there is evidence for one
    assert paths.achieved[0, 0] == 10
    # Budget years of the deal are 2025 and 2027; the municipality pays.
    assert paths.payment[0, 0].tolist() == [7, 0, 11, 0, 0, 0, 0, 0]


def test_a_year_is_rounded_once_half_to_even():
    # Two cohorts of successes, 0.005 each, in the same year after one and two years: 0.005 + 0.005 = 0.01, not 0 + 0.
    line = Line(saved=0.005, profile=(0.0, 1.0, 1.0), share=[(1, 0, 0), (1, 0, 0), (0, 0, 1)])
    plan = with_purse(bent_plan(), [line])
    counted = random_counts(plan, 1)
    counted.gross[:], counted.net[:] = 0, 0
    first, second = (list(plan.purse.year_of_period).index(year) for year in (0, 1))
    counted.gross[0, 2, [first, second]] = 1
    paths = reckon(plan, counted, random_money(plan, 1))
    # 2026: 0.5 minor units, to even 0. 2027: 0.5 of the second people (t = 1), then 1 in all: 0, and 1 of t = 2.
    assert paths.gross[0, 0].tolist()[:4] == [0, 0, 0, 0]
    assert paths.gross[0, 2].tolist()[:4] == [0, 0, 1, 0]


def test_time_while_met_counts_in_its_own_year():
    # Met by 6 people at a follow-up 3 months before the next: 6 x 3 / 12 = 1.5 years of 1,000 a year.
    line = Line(counts=WHILE_MET, saved=1_000, profile=(1.0,))
    plan = with_purse(bent_plan(), [line])
    counted = random_counts(plan, 1)
    counted.gross[:], counted.net[:] = 0, 0
    counted.gross[0, 1, 0] = 6
    assert plan.purse.months_to_next[0] == 3
    paths = reckon(plan, counted, random_money(plan, 1))
    assert paths.gross[0, 0, 0] == paths.gross.sum() == 150_000


def test_costs_are_negative_in_lines_and_the_alternative_is_taken_off():
    lines = [
        Line("own", IS_COST, IN_ALL, saved=958_000, in_all={0: 1, 1: 1, 2: 1}),
        Line("course", IS_COST, OF_PEOPLE, saved=10, profile=(1.0,), share=STATE),
        Line("usual", IS_INSTEAD, IN_ALL, saved=58_000, in_all={1: 1}),
    ]
    plan = with_purse(bent_plan(), lines)
    counted = random_counts(plan, 3)
    paths = reckon(plan, counted, random_money(plan, 3))
    assert (paths.cost[:, 0, :4] == [95_800_000, 90_000_000, 95_800_000, 0]).all()
    joined = counted.gross[:, plan.purse.lines.meter[1]].sum(axis=1)
    assert (paths.cost[:, 2].sum(axis=1) == joined * 1_000).all()
    assert (paths.line_gross[:, 0] == -287_400_000).all()
    assert (paths.line_gross[:, 2] == 5_800_000).all()
    assert not paths.gross.any()
    assert not paths.net.any()
    assert not paths.cash.any()


# What is conserved


def test_what_sectors_get_is_what_the_lines_save():
    plan, _, paths = mixed()
    costs = plan.purse.lines.kind >= IS_COST
    assert (paths.gross.sum(axis=(1, 2)) == paths.line_gross[:, ~costs].sum(axis=1)).all()
    assert (paths.net.sum(axis=(1, 2)) == paths.line_net[:, ~costs].sum(axis=1)).all()
    assert (paths.cost.sum(axis=(1, 2)) == -paths.line_gross[:, costs].sum(axis=1)).all()
    assert paths.line_gross[:, 1].std() > 0


def test_refunds_move_money_between_municipality_and_state_only():
    with_refund = reckoned(MIXED)
    without = reckoned([line._replace(share=MUNICIPALITY) if line.name == "support" else line for line in MIXED])
    for on, off in (
        (with_refund.gross, without.gross),
        (with_refund.net, without.net),
        (with_refund.cash, without.cash),
    ):
        # The ladder of the test gives the region a tenth in one year; taken as the state's it is zero-sum too.
        assert (on.sum(axis=1) == off.sum(axis=1)).all()
    ladder = [line._replace(share=[(0.5, 0, 0.5), (0.6, 0, 0.4), (0.8, 0, 0.2)]) for line in MIXED[1:2]]
    on, off = reckoned(ladder), reckoned([MIXED[1]._replace(share=MUNICIPALITY)])
    assert (off.gross[:, 0] - on.gross[:, 0] == on.gross[:, 2]).all()  # what the municipality loses is the state's
    assert (on.gross[:, 1] == off.gross[:, 1]).all()
    assert on.gross[:, 2].any()


def test_a_doubled_price_doubles_what_is_saved():
    once = reckoned(MIXED[:1])
    twice = reckoned([MIXED[0]._replace(price=2 * MIXED[0].price)])
    # |2 round(x) - round(2x)| <= 1 in each line and year: the rounding of one minor unit.
    assert np.abs(2 * once.gross - twice.gross).max() <= 1
    assert np.abs(2 * once.net - twice.net).max() <= 1
    assert once.gross.any()


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(0, 99))
def test_net_is_never_above_gross_nor_cash_above_net(decay, unserved, share, kept, cashable, seed):
    line = MIXED[0]._replace(decay=decay, unserved=unserved, cashable=cashable)
    plan = with_purse(bent_plan(), [line], 16, overlap=numbers([share]), overlap_kept=kept)
    paths = reckon(plan, random_counts(plan, 5, seed), random_money(plan, 5))
    assert (paths.net <= paths.gross).all()
    assert (paths.cash <= paths.net).all()
    assert (paths.beyond <= paths.line_net).all()


def test_everything_borne_by_one_sector_is_the_calculation_of_one_sector():
    one = reckoned([line._replace(share=STATE) for line in MIXED])
    several = reckoned(MIXED)
    assert not one.gross[:, :2].any()
    assert (one.gross[:, 2] == several.gross.sum(axis=1)).all()
    assert (one.cost[:, 2] == several.cost.sum(axis=1)).all()


def test_repayments_never_count_as_benefit():
    plan, counted, paths = mixed()
    money = random_money(plan, 200)
    twice = reckon(plan, counted, Money(2 * money.claim, 2 * money.repayment))
    for name in ("gross", "net", "cash", "cost", "line_gross", "line_net", "beyond"):
        assert (getattr(twice, name) == getattr(paths, name)).all()
    assert (twice.payment == 2 * paths.payment).all()
    assert (paths.payment.sum(axis=(1, 2)) == money.repayment.sum(axis=(1, 2))).all()


# Nothing is counted twice


def test_a_line_of_several_outcomes_saves_what_people_claim_at_most():
    line = Line(outcomes=(0, 1), saved=1_000, profile=TEN_YEARS, share=LADDER, evidence=2)
    plan = with_purse(bent_plan(), [line], 16)
    counted = random_counts(plan, 40)
    counted.claimed_gross[:, 0, 1:] = np.random.default_rng(3).integers(0, 9, (40, 15))
    counted.claimed_net[:] = counted.claimed_gross / 2
    paths = reckon(plan, counted, random_money(plan, 40))
    # The claims of people, once each, and not what each outcome would claim alone.
    assert (paths.gross.sum(axis=1) == counted.claimed_gross[:, 0] * 100_000).all()
    assert (paths.line_net[:, 0] == counted.claimed_net[:, 0].sum(axis=1) * 100_000).all()
    assert ((paths.beyond[:, 0] > 0) & (paths.beyond[:, 0] < paths.line_net[:, 0])).all()


@pytest.mark.parametrize("programmes", [2, 3, 7])
def test_equal_parts_of_programmes_add_up_to_one(programmes):
    # All successes are claimed by every one of k programmes: each keeps a k-th.
    alone = reckoned(MIXED[:1]).line_net
    each = reckoned(MIXED[:1], overlap=numbers([1.0]), overlap_kept=1 / programmes).line_net
    # Half a minor unit a year each, over at most 14 years.
    assert np.abs(programmes * each - alone).max() <= programmes * 14 / 2 + 14 / 2


def test_with_priority_the_first_has_everything_and_the_second_nothing():
    alone = reckoned(MIXED[:1])
    first = reckoned(MIXED[:1], overlap=numbers([1.0]), overlap_kept=1.0)
    second = reckoned(MIXED[:1], overlap=numbers([1.0]), overlap_kept=0.0)
    assert (first.net == alone.net).all()
    assert first.net.any()
    assert not second.net.any()
    assert (second.gross == alone.gross).all()


def test_overlaps_take_nothing_off_what_taking_part_costs():
    during = [line for line in MIXED if line.name in ("hours", "course", "rent")]
    assert (reckoned(during, overlap=numbers([1.0]), overlap_kept=0.0).net == reckoned(during).net).all()


def test_transfers_cancel_in_a_socio_economic_calculation_and_factor_prices_are_raised():
    lines = [MIXED[0], MIXED[1]._replace(transfer=True), MIXED[5]]
    budget, society = reckoned(lines), reckoned(lines, socio_economic=True, tax_factor=1.28)
    assert budget.line_gross[:, 1].any()
    assert not society.line_gross[:, 1].any()
    assert np.abs(society.line_gross - 1.28 * budget.line_gross)[:, [0, 2]].max() <= 1.14 * 14  # roundings of 14 years
    assert (society.payment == budget.payment).all()


def test_an_uncertain_price_is_applied_once():
    own = np.random.default_rng(5).uniform(0.5, 2, (60, 1))
    plan = mixed_plan([MIXED[0]._replace(price=("slot", 0))])
    counted = random_counts(plan, 60)._replace(own=own)
    factor = reckon_line(plan, counted, 0)
    expected = np.rint(factor.gross_units * (120.5 * own[:, 0] * 100))
    assert (factor.gross.sum(axis=0) == expected).all()


# People


def test_where_nothing_says_what_would_have_happened_nothing_comes_off():
    plan = with_purse(bent_plan(), MIXED[:1], 16, anyway_value=np.full(4, np.nan), claim_of_rule=np.arange(9) * 0)
    counted = random_counts(plan, 5)
    counted.net[:, plan.purse.meters.outcome >= 0] = np.nan
    counted.attributable[:] = np.nan
    paths = reckon(plan, counted, random_money(plan, 5))
    assert (paths.net == paths.gross).all()
    assert np.isnan(paths.attributable).all()
    assert np.isnan(paths.deadweight).all()


def test_those_kept_from_success_are_negative():
    plan = with_purse(bent_plan(), MIXED[:1], 16)
    counted = random_counts(plan, 5)
    counted.net[:] = -1.0
    assert (reckon(plan, counted, random_money(plan, 5)).line_net < 0).all()


def test_deadweight_is_scaled_to_what_is_repaid():
    # Two rules claim 300 and 100 before caps, of which 200 is repaid; 40 % and 10 % would have come anyway:
    # 200 / 400 x (300 x 0.4 + 100 x 0.1) = 65. The cap's row is negative and no claim.
    plan = with_purse(shipped_plan(SIMPLE), MIXED[:1], 16, claim_of_rule=np.array([0, -1]))
    claim, repayment = np.array([[[300, 0], [-100, 0]]]), np.array([[[0, 200]]])
    assert deadweight_of(plan, np.array([[0.4]]), Money(claim, repayment)).tolist() == [pytest.approx(80.0)]
    three = with_purse(bent_plan(), MIXED[:1], 16, claim_of_rule=np.array([0, 1, -1, -1, -1, -1, -1, -1, -1]))
    claim = np.zeros((1, 9, 17), int)
    claim[0, :3, 4] = 300, 100, -200
    repayment = np.zeros((1, 3, 5), int)
    repayment[0, 1, 2] = 200
    assert deadweight_of(three, np.array([[0.4, 0.1, 0, 0]]), Money(claim, repayment)).tolist() == [65.0]
    assert deadweight_of(three, np.full((1, 4), np.nan), Money(0 * claim, 0 * repayment)).tolist() == [0.0]


def test_too_large_amounts_are_refused():
    with pytest.raises(RunError, match=r"public\.shelter comes to more than"):
        reckoned([MIXED[0]._replace(saved=1e9, price=9e13)])


def test_savings_past_the_last_year_are_a_fault():
    plan = with_purse(bent_plan(), MIXED[:1], 8)
    with pytest.raises(RunError, match="the last year of the plan"):
        reckon(plan, random_counts(plan, 2), random_money(plan, 2))


# Runs


@pytest.fixture
def counted_by_chance(monkeypatch):
    """People of the contract as in a run, people of the purse by a formula of the path."""

    def count(plan: Plan, settings: Settings, first_path: int, n_paths: int) -> Counted:
        inputs, measured, headcount = draw_block(plan, settings, first_path, n_paths)
        each = [random_counts(plan, 1, seed=first_path + path) for path in range(n_paths)]
        names = ("own", "gross", "net", "claimed_gross", "claimed_net", "attributable", "anyway")
        joined = {name: np.concatenate([getattr(one, name) for one in each]) for name in names}
        return each[0]._replace(inputs=inputs, measured=measured, headcount=headcount, **joined)

    monkeypatch.setattr(purse_counts, "count_purse", count)


def test_a_run_has_the_investors_bits_of_a_plain_run_and_the_same_purse_in_any_block(counted_by_chance):
    plan = mixed_plan()
    settings = Settings(paths=700, seed=5, threads=1)
    plain = run(plan, settings._replace(keep_claims=False))
    results, purse = run_purse(plan, settings)
    for kept, same in zip(results, plain, strict=True):
        np.testing.assert_array_equal(kept, same)
    again = run_purse(plan, settings._replace(threads=2, block=256))[1]
    part = run_purse(plan, settings._replace(first_path=300, paths=100))[1]
    for name in PursePaths._fields:
        np.testing.assert_array_equal(getattr(purse, name), getattr(again, name))
        np.testing.assert_array_equal(getattr(purse, name)[300:400], getattr(part, name))
    assert (purse.payment.sum(axis=(1, 2)) == plain.repayment.sum(axis=(1, 2))).all()


def test_the_ledger_of_a_path_adds_up_to_the_run(counted_by_chance):
    plan, settings = mixed_plan(), Settings(paths=40, seed=5)
    purse = run_purse(plan, settings)[1]
    ledger = purse_ledger(plan, settings, 17)
    costs = plan.purse.lines.kind >= IS_COST
    assert (ledger.gross[~costs].sum(axis=0) == purse.gross[17]).all()
    assert (ledger.net[~costs].sum(axis=0) == purse.net[17]).all()
    assert (-ledger.gross[costs].sum(axis=0) == purse.cost[17]).all()
    assert (ledger.purse.payment[0] == purse.payment[17]).all()
    with pytest.raises(RunError, match="path -1"):
        purse_ledger(plan, settings, -1)


def test_pieces_of_a_block_are_the_block(counted_by_chance):
    plan, counted, paths = mixed()
    here = slice(50, 90)
    money = Money(*(each[here] for each in random_money(plan, 200)))
    for whole, part in zip(paths, reckon(plan, paths_of(counted, here), money), strict=True):
        np.testing.assert_array_equal(whole[here], part)


def test_more_paths_than_fit_are_refused_before_anything_is_held():
    plan = mixed_plan()
    most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    # More than fit with the public budgets, fewer than fit without.
    paths = int(most // (bytes_per_path(plan, False) + bytes_per_purse(plan) / 2))
    with pytest.raises(RunError, match="with their public budgets"):
        run_purse(plan, Settings(paths=paths))


def test_a_deal_without_a_purse_is_refused():
    with pytest.raises(RunError, match="Add a block 'public'"):
        run_purse(bent_plan(), Settings(paths=10))


# Expected values: the calculation on paper


def paper_deal(participants: int, rate: float, dropout: float = 0.0) -> Scenario:
    return Scenario.model_validate(
        {
            "schema": 1,
            "name": "Paper",
            "currency": "DKK",
            "start": "2017-01-01",
            "end": "2020-12-31",
            "follow_up": {"every": "12 months"},
            "cohorts": [
                {"name": "all", "participants": participants, "duration": "6 months", "dropout": dropout},
            ],
            "outcomes": {
                "home": {"of": "completers", "success_rate": rate, "measured": {"after_completion": "12 months"}}
            },
            "payments": [{"per_outcome": {"outcome": "home", "price": 10_000, "payer": "municipality"}}],
            "financing": {"tranches": [{"name": "investor", "commitment": 100_000, "drawdown": "start"}]},
            "hurdles": [0.0],
        }
    )


def paper_plan(scenario: Scenario, lines: list[Line], **changes: object) -> Plan:
    return with_purse(compile_plan(scenario), lines, 20, **changes)


def test_the_calculation_on_paper_to_the_minor_unit():
    # 150 participants, a fifth of whom drop out, 40 % of completers succeed, 30 % would have anyway (p0 / p1 = 3 / 4).
    lines = [
        Line(saved=120, price=1_500, profile=TEN_YEARS, decay=0.1, cashable=0.5, unserved=0.05, evidence=5),
        Line("course", IS_COST, OF_PEOPLE, saved=5_300, profile=(1.0,)),
    ]
    plan = paper_plan(paper_deal(150, 0.4, 0.2), lines, anyway_value=np.array([0.3]), claim_of_rule=np.array([0]))
    results, paths = expect_purse(plan)
    assert paths.cost.sum() == 795_000_00  # 150 x 5,300 = 795,000
    # 150 x 0.8 x 0.4 = 48 successes after 18 months, in July 2018, counted at the follow-up of January 2019.
    assert paths.achieved[0, 0] == pytest.approx(48, abs=1e-9)
    assert paths.attributable[0, 0] == pytest.approx(12, abs=1e-9)
    by_year = [round(48 * 120 * 1_500 * 0.9 ** (t - 1) * 100) for t in range(1, 11)]
    assert paths.gross[0, 0, 2:].tolist() == [0, *by_year, 0, 0, 0, 0, 0, 0, 0]
    net = [round(48 * (1 - 0.3 / 0.4) * 0.95 * 120 * 1_500 * 0.9 ** (t - 1) * 100) for t in range(1, 11)]
    assert paths.net[0, 0, 2:].tolist() == [0, *net, 0, 0, 0, 0, 0, 0, 0]
    assert paths.line_net[0, 0] == sum(net)
    assert paths.beyond[0, 0] == sum(net[5:])
    cash = [48 * 0.25 * 0.95 * 120 * 1_500 * 0.9 ** (t - 1) * 50 for t in range(1, 11)]
    assert np.abs(paths.cash[0, 0, 3:13] - cash).max() <= 0.5
    # 48 x 10,000 repaid, three quarters of it for what would have come anyway.
    assert results.repayment.sum() == paths.payment.sum() == 480_000_00
    assert paths.deadweight[0] == pytest.approx(360_000_00)


def test_a_file_gives_the_calculation_on_paper_to_the_minor_unit():
    # 100 participants, all complete, 0.4 - 0.3 = a tenth more than would have succeeded anyway: 10 people, counted in
    # January 2019. 180,000 a year each for three years from 2020 on, decay 10 %, a fifth of them unserved, half cash;
    # the price of the file's 2016 is 100 / 125 of that of 2020: written as 1,200, worth 1,500.
    told = paper_deal(100, 0.4).model_dump(mode="json", by_alias=True, exclude_unset=True)
    told["public"] = {
        "price_year": 2020,
        "index": {2016: 100, 2020: 125},
        "anyway": {"home": {"uniform": [0.2, 0.4]}},
        "consequences": {
            "nights": {
                "outcome": "home",
                "saved": {"uniform": [100, 140]},
                "price": 1_200,
                "price_year": 2016,
                "volume": 1,
                "decay": 0.1,
                "lasts": 3,
                "unserved": 0.2,
                "cashable": 0.5,
                "bears": {"municipality": 0.75, "state": 0.25},
            }
        },
    }
    paths = expect_purse(at_means(compile_plan(Scenario.model_validate(told))))[1]
    assert paths.achieved[0, 0] == pytest.approx(40, abs=1e-9)
    assert paths.attributable[0, 0] == pytest.approx(10, abs=1e-9)
    # Gross 40 x 180,000 = 7,200,000, 6,480,000 and 5,832,000; net a quarter of it, times 0.8.
    assert paths.gross[0].sum(axis=0)[3:6].tolist() == [7_200_000_00, 6_480_000_00, 5_832_000_00]
    assert paths.net[0, 0, 3:6].tolist() == [1_080_000_00, 972_000_00, 874_800_00]
    assert paths.net[0, 2, 3:6].tolist() == [360_000_00, 324_000_00, 291_600_00]
    assert paths.cash[0].sum() == (1_440_000_00 + 1_296_000_00 + 1_166_400_00) // 2


def test_three_years_of_costs_by_completer():
    # 958,000 in each of 2017 to 2019 is 2,874,000; 34 completers a year are 102: 28,176.47 each.
    lines = [
        Line("programme", IS_COST, IN_ALL, saved=958_000, in_all={0: 1, 1: 1, 2: 1}),
        Line("by completer", IS_COST, OF_PEOPLE, people=FINISHED, saved=1, profile=(1.0,)),
    ]
    scenario = paper_deal(136, 0.5, 0.25)  # 136 x 0.75 = 102 complete
    paths = expect_purse(paper_plan(scenario, lines))[1]
    assert paths.line_gross[0, 0] == -2_874_000_00
    completers = -paths.line_gross[0, 1] / 100
    assert completers == 102
    assert round(2_874_000 / completers) == 28_176


def test_fewer_successes_than_would_have_come_anyway_are_a_loss_on_paper():
    line = Line(saved=1, price=100, profile=TEN_YEARS)
    plan = paper_plan(paper_deal(100, 0.2), [line], anyway_value=np.array([0.3]))
    # 100 x (0.2 - 0.3) x 100 x 10 years.
    assert expect_purse(plan)[1].line_net[0, 0] == -10_000_00


def test_a_purse_of_nothing_saves_nothing():
    plan = with_purse(bent_plan(), [Line(saved=0)], 16)
    assert purse_for(plan, [Line()]).names == ("shelter",)
    assert not reckon(plan, random_counts(plan, 4), random_money(plan, 4)).gross.any()
