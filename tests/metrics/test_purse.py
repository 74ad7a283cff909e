"""The statistics of the public purse on arrays small enough to work by hand."""

import math

import numpy as np
import pytest

from risksim.metrics import precision, purse
from risksim.metrics.purse import Ledger, PurseArrays, PurseNames
from risksim.metrics.sample import Sample

HALF = 0.5
"""Present value of the second year, a discount that is easy to reckon with."""


def names(**changes):
    said = {
        "budgets": ("municipality", "state"),
        "years": (2026, 2027, 2028),
        "payers": ("municipality",),
        "budget_years": (2026, 2027),
        "lines": ("shelter", "course"),
        "committees": ("social", ""),
        "outcomes": ("home",),
        "discount": np.array([1.0, HALF, HALF**2]),
        "deflator": np.array([1.0, 1.0, 1.0]),
        "minor_units": 100,
    }
    return PurseNames(**said | changes)


def arrays(net, payment, **changes):
    """Arrays of money given in whole units: net and payment [path][budget][year]."""
    net, payment = (100 * np.array(part, dtype=np.int64) for part in (net, payment))
    n = net.shape[0]
    said = {
        "gross": 2 * net,
        "net": net,
        "cash": net // 2,
        "cost": np.zeros_like(net),
        "payment": payment,
        "line_gross": np.zeros((n, 2), dtype=np.int64),
        "line_net": np.zeros((n, 2), dtype=np.int64),
        "beyond": np.zeros((n, 2), dtype=np.int64),
        "achieved": np.full((n, 1), 4.0),
        "attributable": np.full((n, 1), 2.0),
        "deadweight": np.zeros(n),
        "repayment": payment[:, :1, :2],
        "set_aside": np.full((1, 1, 2), np.nan),
        "investor": np.zeros(n),
    }
    return PurseArrays(**said | changes)


# Three paths: the municipality pays 60 in 2026 and saves in 2027 and 2028; the state saves 20 in 2027 and pays nothing.
#   path 0: saves 80, 80: positions, discounted, -60, -20, 0         -> breaks even in 2028
#   path 1: saves 160, 0: -60, 20, 20                                -> 2027
#   path 2: saves 40, 40: -60, -40, -30                              -> never
THREE = arrays(
    net=[[[0, 80, 80], [0, 20, 0]], [[0, 160, 0], [0, 20, 0]], [[0, 40, 40], [0, 20, 0]]],
    payment=[[[60, 0, 0], [0, 0, 0]]] * 3,
    investor=np.array([1.0, -1.0, 2.0]),
)
EQUAL = Sample.equal(3)


def test_net_benefit_is_what_is_saved_less_what_is_repaid_discounted():
    worth = purse.summarise_purse(THREE, names(), EQUAL).budgets["municipality"].net_benefit
    # 0, 20 and -30: mean -10/3; squares about it 100/9, 4900/9 and 6400/9 add up to 11400/9, over two 633.333.
    assert worth.mean.value == pytest.approx(-10 / 3)
    assert worth.mean.standard_error == pytest.approx(math.sqrt(11400 / 9 / 2 / 3))
    assert worth.sd.value == pytest.approx(math.sqrt(11400 / 9 / 2))
    assert (worth.p05.value, worth.p50.value, worth.p95.value) == (-30.0, 0.0, 20.0)
    assert worth.p_negative.value == pytest.approx(1 / 3)
    assert worth.p_negative.standard_error == pytest.approx(math.sqrt(1 / 3 * 2 / 3 / 3))
    assert (worth.value_at_risk_95.value, worth.expected_shortfall_95.value) == (30.0, 30.0)


def test_repayments_cancel_in_a_socio_economic_calculation():
    """A budget of society loses nothing by what investors get; what is nominal stands as it is paid."""
    budget, society = (purse.summarise_purse(THREE, names(repayments_cancel=yes), EQUAL) for yes in (False, True))
    # Savings of 80, 80 are worth 60 in the year of the start, 160 are worth 80, and 40, 40 worth 30.
    assert society.budgets["municipality"].net_benefit.mean.value == pytest.approx((60 + 80 + 30) / 3)
    assert society.total.net_benefit == society.total.before_repayments == budget.total.before_repayments
    assert society.total.net_benefit.p_negative.value == 0.0
    assert society.total.repayments.mean.value == 0.0
    assert society.total.pocket.pays.value == 0.0
    assert society.total.fund_share is None
    assert society.total.break_even.p_always.value == 1.0
    assert repr(society.payers) == repr(budget.payers)
    parts = [of.net_benefit.mean.value for of in society.budgets.values()]
    assert math.fsum(parts) == pytest.approx(society.total.net_benefit.mean.value)


def test_a_budget_that_spends_just_what_it_saves_does_not_lose():
    # A third of 3 in each year, in prices that leave a rest: what rounding leaves is no loss.
    net = [[[1, 1, 1], [0, 0, 0]]] * 3
    cost = np.array([[[300, 0, 0], [0, 0, 0]]] * 3)
    level = names(discount=np.array([1.0, 1.0 - 1e-9, 1.0 - 1e-9]), budgets=("municipality", "state"))
    of = purse.summarise_purse(arrays(net, np.zeros_like(net), cost=cost), level, EQUAL).budgets["municipality"]
    assert of.net_benefit.p_negative.value == of.before_repayments.p_negative.value == 0.0


def test_cash_gross_and_undiscounted_follow_from_their_own_parts():
    of = purse.summarise_purse(THREE, names(), EQUAL).budgets["municipality"]
    # Undiscounted 100, 100 and 20; half of the savings is cash: 20, 20 and -20; discounted -30, -20 and -45.
    assert of.undiscounted.mean.value == pytest.approx(220 / 3)
    assert of.undiscounted_cash.p_negative.value == pytest.approx(1 / 3)
    assert of.net_benefit_cash.mean.value == pytest.approx(-95 / 3)
    # Present values of net savings 60, 80 and 30; gross twice that; before repayments nothing comes off.
    assert of.net_savings.mean.value == pytest.approx(170 / 3)
    assert of.gross_savings.mean.value == pytest.approx(340 / 3)
    assert of.before_repayments.mean.value == pytest.approx(170 / 3)
    assert (of.repayments.mean.value, of.own_costs.mean.value) == (60.0, 0.0)


def test_budgets_add_up_to_the_total():
    found = purse.summarise_purse(THREE, names(), EQUAL)
    parts = sum(budget.net_benefit.mean.value for budget in found.budgets.values())
    assert found.total.net_benefit.mean.value == pytest.approx(parts)
    assert found.total.net_benefit.mean.value == pytest.approx(-10 / 3 + 10)  # the state's 20 in 2027 is worth 10


def test_repayments_are_deflated_and_savings_are_not():
    inflated = names(deflator=np.array([0.5, 0.5, 0.5]))
    of = purse.summarise_purse(THREE, inflated, EQUAL).budgets["municipality"]
    assert of.repayments.mean.value == 30.0
    assert of.net_benefit.mean.value == pytest.approx(-10 / 3 + 30)


def test_break_even_is_the_year_from_which_the_position_stays_above_nought():
    found = purse.summarise_purse(THREE, names(), EQUAL).budgets["municipality"].break_even
    assert found.p_never.value == pytest.approx(1 / 3)
    assert found.p_always.value == 0.0
    assert {year: share.value for year, share in found.years.items()} == pytest.approx(
        {"2026": 0.0, "2027": 1 / 3, "2028": 1 / 3}
    )
    # In rising order 2027, 2028, never.
    assert (found.p05.value, found.p50.value) == (2027.0, 2028.0)
    assert math.isnan(found.p95.value)
    assert found.p50_after_start.value == 2.0


@pytest.mark.parametrize(
    ("position", "year"),
    [
        ([-2.0, 1.0, 1.0], 2027),
        ([-2.0, 1.0, -1.0], math.nan),
        ([-2.0, 1.0, -1.0, 2.0], 2029),  # up for a while is not up
        ([0.0, 0.0, 0.0], 2026),
        ([1.0, -1.0, 0.0], 2028),
    ],
)
def test_a_position_that_falls_again_has_not_broken_even(position, year):
    years = range(2026, 2026 + len(position))
    np.testing.assert_array_equal(purse.break_even_years(np.array([position]), years), [year])


def test_the_lowest_position_is_that_of_cash_undiscounted():
    low = purse.summarise_purse(THREE, names(), EQUAL).budgets["municipality"].lowest
    # All paths are 60 behind at the end of 2026, cash savings come later.
    assert (low.year, low.position.value, low.position.standard_error) == (2026, -60.0, 0.0)
    assert (low.depth.mean.value, low.year_p50.value) == (-60.0, 2026.0)


def test_years_tell_savings_costs_repayments_and_the_cash_position():
    years = purse.summarise_purse(THREE, names(), EQUAL).budgets["municipality"].years
    assert list(years) == ["2026", "2027", "2028"]
    # 2027: 80, 160 and 40 saved, half of it cash; positions -20, 20 and -40.
    assert years["2027"].net_savings.mean.value == pytest.approx(280 / 3)
    assert (years["2027"].position.p05.value, years["2027"].position.p95.value) == (-40.0, 20.0)
    assert years["2026"].repayments.mean == precision.Estimate.exact(60.0)


def test_who_pays_and_who_gains():
    found = purse.summarise_purse(THREE, names(), EQUAL)
    own, other = found.budgets["municipality"].pocket, found.budgets["state"].pocket
    # The municipality pays 60 and gains 60, 80 and 30; the state pays nothing and gains 10 on every path.
    assert own.share_of_pays.value == 1.0
    assert own.share_of_gains.value == pytest.approx(170 / 200)
    assert own.pays_per_gain.value == pytest.approx(180 / 170)
    # Delta method: 60 - R x gains is 60 - 1080/17, 60 - 1440/17 and 60 - 540/17 = -60/17, -420/17 and 480/17; their
    # squares add up to 410400/289; over n (n - 1) = 6, under the root, over the mean gain of 170/3.
    assert own.pays_per_gain.standard_error == pytest.approx(math.sqrt(410_400 / 289 / 6) / (170 / 3))
    assert other.pays_per_gain.value == 0.0


def test_share_of_a_fund_that_leaves_the_payer_whole():
    fund = purse.summarise_purse(THREE, names(), EQUAL).budgets["municipality"].fund_share
    # On average 1 - (170/3) / 60 = 1/18; by path 0, 0 (cut) and a half.
    assert fund.on_average.value == pytest.approx(1 / 18)
    # Delta: 60 - gains - 60/18 is -10/3, -70/3 and 80/3: squares add up to 11400/9; over 6, root, over 60.
    assert fund.on_average.standard_error == pytest.approx(math.sqrt(11_400 / 9 / 6) / 60)
    assert (fund.with_80.value, fund.with_95.value, fund.p_no_share.value) == (0.5, 0.5, 0.0)
    assert purse.summarise_purse(THREE, names(), EQUAL).budgets["state"].fund_share is None


def test_no_share_helps_where_own_costs_exceed_savings():
    # Left 5, -1 and nothing; repaid 10, 10 and 0: a half, none, nought.
    fund = purse.fund_share(np.array([5.0, -1.0, 0.0]), np.array([10.0, 10.0, 0.0]), EQUAL)
    assert fund.p_no_share.value == pytest.approx(1 / 3)
    assert math.isnan(fund.with_80.value)
    assert math.isnan(fund.with_95.value)
    assert fund.on_average.value == pytest.approx(1 - 4 / 20)


def test_a_share_that_is_cut_stays_between_nought_and_one():
    fund = purse.fund_share(np.array([15.0, 25.0]), np.array([10.0, 10.0]), Sample.equal(2))
    assert (fund.on_average.value, fund.on_average.low) == (0.0, 0.0)


def test_win_win_shares_add_up_to_one():
    found = purse.summarise_purse(THREE, names(), EQUAL)
    own = found.budgets["municipality"].win_win
    # Path 0: both; path 1: the budget only; path 2: investors only.
    assert [share.value for share in (own.both, own.investors_only, own.budget_only, own.neither)] == pytest.approx(
        [1 / 3, 1 / 3, 1 / 3, 0.0]
    )
    assert own.both.standard_error == pytest.approx(math.sqrt(2 / 27))


def test_budget_at_risk_against_an_appropriation():
    due = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    found = purse.at_risk(due, np.full(5, 35.0), Sample.equal(5))
    assert not found.is_expected
    assert found.p_more.value == pytest.approx(0.4)
    assert (found.set_aside.value, found.budget_at_risk_90.value, found.budget_at_risk_95.value) == (35.0, 15.0, 15.0)


def test_the_expected_repayment_stands_in_and_says_so():
    due = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    found = purse.at_risk(due, np.full(5, np.nan), Sample.equal(5))
    assert found.is_expected
    assert (found.set_aside.value, found.p_more.value, found.budget_at_risk_90.value) == (30.0, 0.4, 20.0)
    # s^2 = 250, so that the mean has an error of sqrt(250 / 5).
    assert found.set_aside.standard_error == pytest.approx(math.sqrt(50))


def test_nobody_owes_more_than_expected_where_nothing_varies():
    found = purse.at_risk(np.full(10, 0.1), np.full(10, np.nan), Sample.equal(10))
    assert found.p_more.value == 0.0


def test_an_uncertain_appropriation_is_compared_path_by_path():
    found = purse.at_risk(np.array([10.0, 20.0]), np.array([15.0, 15.5]), Sample.equal(2))
    assert (found.p_more.value, found.set_aside.value) == (0.5, 15.25)


def test_value_for_money_and_what_is_paid_anyway():
    made = THREE._replace(deadweight=np.array([1000.0, 2000.0, 3000.0]))
    value = purse.summarise_purse(made, names(), EQUAL).value_for_money
    assert value.benefit_cost_ratio.value == pytest.approx(200 / 180)
    assert value.deadweight_share.value == pytest.approx(20 / 60)
    # 10 - 20, 20 - 20 and 30 - 20: squares add up to 200; over 6, root, over 60.
    assert value.deadweight_share.standard_error == pytest.approx(math.sqrt(200 / 6) / 60)
    assert value.outcomes["home"].per_achieved.value == 15.0
    assert value.outcomes["home"].per_attributable.value == 30.0


def test_what_nobody_says_is_missing():
    made = THREE._replace(deadweight=np.full(3, np.nan), attributable=np.full((3, 1), np.nan))
    value = purse.summarise_purse(made, names(), EQUAL).value_for_money
    assert math.isnan(value.deadweight_share.value)
    assert math.isnan(value.outcomes["home"].per_attributable.value)
    nothing = purse.summarise_purse(THREE._replace(achieved=np.full((3, 1), np.nan)), names(), EQUAL)
    assert nothing.value_for_money.outcomes == {}


def test_lines_committees_and_the_end_of_the_evidence():
    line_net = 100 * np.array([[180, -10], [180, -10], [100, -10]])
    beyond = 100 * np.array([[80, 0], [0, 0], [40, 0]])
    made = THREE._replace(line_gross=2 * line_net, line_net=line_net, beyond=beyond)
    found = purse.summarise_purse(made, names(), EQUAL)
    assert found.lines["shelter"].net.value == pytest.approx(460 / 3)
    assert found.lines["shelter"].beyond_evidence.value == pytest.approx(120 / 460)
    assert found.lines["course"].gross.value == -20.0
    assert found.committees["social"].net.value == pytest.approx(460 / 3)
    assert list(found.committees) == ["social"]
    # Undiscounted, all budgets: 120, 120 and 40; less 80, 0 and 40.
    assert found.if_effects_end.mean.value == pytest.approx((40 + 120 + 0) / 3)


def test_calculation_on_paper_stands_beside_the_paths():
    # On paper the municipality is, discounted, at -60, -10, 5: even in 2028; the state saves 20 / 2 and pays nothing.
    # In cash, half of it and not discounted, the municipality is at -60, -10, 20 - 0: -60 + 50 = -10, then + 30 = 20.
    paper = arrays(net=[[[0, 100, 60], [0, 20, 0]]], payment=[[[60, 0, 0], [0, 0, 0]]])
    found = purse.summarise_purse(THREE, names(), EQUAL, paper)
    municipality = found.budgets["municipality"]
    assert municipality.expected_only == precision.Estimate.exact(5.0)
    assert found.total.expected_only == precision.Estimate.exact(15.0)
    assert municipality.break_even.expected_only == precision.Estimate.exact(2028.0)
    assert municipality.break_even_cash.expected_only == precision.Estimate.exact(2028.0)
    assert found.budgets["state"].break_even.expected_only == precision.Estimate.exact(2026.0)
    alone = purse.summarise_purse(THREE, names(), EQUAL).total
    assert (alone.expected_only, alone.break_even.expected_only) == (None, None)


def test_a_calculation_on_paper_that_never_breaks_even_has_no_year():
    paper = arrays(net=[[[0, 40, 40], [0, 20, 0]]], payment=[[[60, 0, 0], [0, 0, 0]]])
    found = purse.summarise_purse(THREE, names(), EQUAL, paper).budgets["municipality"]
    assert math.isnan(found.break_even.expected_only.value)


def test_own_costs_stand_over_the_people_who_came_and_who_completed():
    # Costs of 30 on each path; 4, 5 and 6 come and 2, 3 and 4 complete: 30 / 5 and 30 / 3.
    cost = np.zeros((3, 2, 3), dtype=np.int64)
    cost[:, 0, 0] = 3_000
    people = np.array([[4, 2], [5, 3], [6, 4]])
    found = purse.summarise_purse(THREE._replace(cost=cost, people=people), names(), EQUAL).value_for_money.per_head
    assert found.own_costs.value == 30.0
    assert (found.per_enrolled.value, found.per_completed.value) == pytest.approx((6.0, 10.0))
    nobody = purse.summarise_purse(THREE._replace(cost=cost, people=0 * people), names(), EQUAL)
    assert math.isnan(nobody.value_for_money.per_head.per_completed.value)
    assert purse.summarise_purse(THREE._replace(people=people), names(), EQUAL).value_for_money.per_head is None


def test_weights_decide_every_figure():
    weighted = Sample.of(np.array([0.5, 0.25, 0.25]), np.zeros(3, dtype=np.int16))
    doubled = PurseArrays(*(part[[0, 0, 1, 2]] if part is not None and part.shape[0] == 3 else part for part in THREE))
    one = purse.summarise_purse(THREE, names(), weighted).budgets["municipality"]
    other = purse.summarise_purse(doubled, names(), Sample.equal(4)).budgets["municipality"]
    assert one.net_benefit.mean.value == pytest.approx(other.net_benefit.mean.value)
    assert one.break_even.p_never.value == pytest.approx(other.break_even.p_never.value)
    assert one.fund_share.on_average.value == pytest.approx(other.fund_share.on_average.value)
    assert one.win_win.both.value == pytest.approx(other.win_win.both.value)


def random_arrays(n_paths, seed=7):
    random = np.random.default_rng(seed)
    net = random.integers(0, 200, (n_paths, 2, 3))
    net[:, :, 0] = 0
    payment = np.zeros((n_paths, 2, 3), dtype=np.int64)
    payment[:, 0, 0] = random.integers(40, 160, n_paths)
    return arrays(net, payment, investor=random.normal(size=n_paths))


def test_errors_agree_with_the_spread_over_many_runs():
    """Each stated error lies within a fifth of the spread of 400 runs of 500 paths, whose own error is 3.5 %."""
    wanted = {
        "net benefit": lambda found: found.budgets["municipality"].net_benefit.mean,
        "never": lambda found: found.budgets["municipality"].break_even.p_never,
        "fund": lambda found: found.budgets["municipality"].fund_share.on_average,
        "ratio": lambda found: found.value_for_money.benefit_cost_ratio,
        "pays per gain": lambda found: found.budgets["municipality"].pocket.pays_per_gain,
        "both": lambda found: found.total.win_win.both,
    }
    # The statistics one by one: the whole tree of 400 runs would take long.
    values = {name: [] for name in wanted}
    stated = {}
    for seed in range(400):
        made, sample = random_arrays(500, seed), Sample.equal(500)
        own, whole = purse.ledger(made, names(), 0), purse.ledger(made, names(), None)
        position = own.position(discounted=True)
        paid, saved = own.present(own.payment), own.present(own.net)
        found = {
            "net benefit": precision.mean(position[:, -1], sample),
            "never": precision.probability(np.isnan(purse.break_even_years(position, (2026, 2027, 2028))), sample),
            "fund": purse.fund_share(saved - own.present(own.cost), paid, sample).on_average,
            "ratio": precision.ratio_of_means(whole.present(whole.net), whole.present(whole.payment), sample),
            "pays per gain": precision.ratio_of_means(paid, saved, sample),
            "both": purse.win_win(made.investor, whole.position(discounted=True)[:, -1], sample).both,
        }
        if seed == 0:
            tree = purse.summarise_purse(made, names(), sample)
            assert {name: of(tree) for name, of in wanted.items()} == found
            stated = {name: one.standard_error for name, one in found.items()}
        for name, one in found.items():
            values[name].append(one.value)
    for name, error in stated.items():
        assert error == pytest.approx(np.std(values[name], ddof=1), rel=0.2), name


def test_replicates_give_the_error_of_their_own_spread():
    made = random_arrays(640)
    replicates = (np.arange(640) % 4).astype(np.int16)
    found = purse.summarise_purse(made, names(), Sample(np.full(640, 1 / 640), replicates))
    own = purse.ledger(made, names(), 0)
    worth = own.position(discounted=True)[:, -1]
    means = [worth[replicates == part].mean() for part in range(4)]
    assert found.budgets["municipality"].net_benefit.mean.standard_error == pytest.approx(
        np.std(means, ddof=1) / math.sqrt(4)
    )
    assert found.paths.replicates == 4


def test_an_enumeration_has_no_error():
    sample = Sample.exact(np.array([0.5, 0.25, 0.25]))
    found = purse.summarise_purse(THREE, names(), sample)
    assert found.total.net_benefit.mean.standard_error == 0.0
    assert found.budgets["municipality"].break_even.p_never.standard_error == 0.0


def test_key_figures_are_those_of_the_summary():
    figures = purse.key_figures(THREE, names(), EQUAL)
    found = purse.summarise_purse(THREE, names(), EQUAL).all_budgets
    assert list(figures) == ["municipality", "state", "total"]
    for name, one in figures.items():
        assert repr((one.net_benefit, one.break_even)) == repr((found[name].net_benefit, found[name].break_even))
        assert one.repayments == found[name].repayments.mean


def test_deals_of_a_portfolio_are_added_up_on_the_calendar():
    early = Ledger(
        *np.array([[[0.0, 0.0]], [[0.0, 8.0]], [[0.0, 0.0]], [[1.0, 0.0]], [[4.0, 0.0]]]), np.array([1, HALF])
    )
    late = Ledger(*np.array([[[0.0]], [[16.0]], [[0.0]], [[0.0]], [[0.0]]]), np.array([1.0]))
    spans = [((2027,), late.discount), ((2025, 2026), early.discount)]
    total, years = purse.no_money(1, spans)
    purse.add_deal(total, years, late, (2027,))
    purse.add_deal(total, years, early, (2025, 2026))
    assert years == (2025, 2026, 2027)
    np.testing.assert_array_equal(total.discount, [1.0, HALF, HALF**2])
    # -4 - 1 in 2025, 8 in 2026 worth 4, 16 in 2027 worth 4.
    np.testing.assert_array_equal(total.position(discounted=True), [[-5.0, -1.0, 3.0]])


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="deadweight"):
        purse.summarise_purse(THREE._replace(deadweight=np.zeros(2)), names(), EQUAL)
    with pytest.raises(ValueError, match="appropriations"):
        purse.summarise_purse(THREE._replace(set_aside=np.zeros((2, 1, 2))), names(), EQUAL)
