"""Solved terms: the numbers of a deal that can be worked out by hand, and every kind of term and of answer."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import betabinom

from risksim import api
from risksim.analysis.limits import LimitError
from risksim.analysis.price import Asked, Tried, _of_luck, price, terms_of
from risksim.analysis.price_limits import read_limits
from risksim.errors import RunError
from risksim.metrics.precision import Estimate
from tests.engine.deals import SHIPPED, funded_files

TERMS = SHIPPED / "questions/terms.yaml"
PRICE = "payments[0].price"


@pytest.fixture(scope="module")
def deal():
    return api.read(TERMS)


def chance_below(successes):
    """P(X < successes) of 25 people who succeed with Beta(15.5, 5.5), by scipy's own beta-binomial law."""
    return betabinom(25, 15.5, 5.5).cdf(successes - 1)


# 750,000 / 40,000 = 18.75, so 19 successes break even. A price with which 14 do is 750,000 / 14 = 53,571.428..., which
# 14 times 53,571.42 falls short of and 14 times 53,571.43 = 750,000.02 does not; 750,000 / 13 = 57,692.307...


@pytest.mark.parametrize(
    ("limit", "price_at", "needed", "attained"),
    [("p_loss<=0.10", 53_571.43, 14, 0.072183), ("p_loss<=0.05", 57_692.31, 13, 0.042540)],
)
def test_price_to_the_oere_and_the_chance_attained(deal, limit, price_at, needed, attained):
    found = price(deal, Asked([PRICE], [limit]), 4_096)
    assert (found.engine, found.noise_free, found.monotone) == ("exact", True, True)
    assert found.base.p_loss.value == pytest.approx(0.472273, abs=5e-7)
    assert found.base.p_loss.value == pytest.approx(chance_below(19), abs=1e-12)
    assert found.solved.terms == (price_at,)
    assert found.solved.p_loss.value == pytest.approx(attained, abs=5e-7)
    assert found.solved.p_loss.value == pytest.approx(chance_below(needed), abs=1e-12)
    assert found.break_even == ("success", 25, 19, needed)
    assert found.solved.cost.value == pytest.approx(price_at * 25 * 15.5 / 21.0, rel=1e-9)
    assert found.binding == (limit.replace("0.10", "0.1"),)
    # One øre less and the limit is broken.
    less = api.solve_exactly(api.changed(deal, "less", {PRICE: price_at - 0.01}))
    side = api.investors(less)
    assert less.paths.weight[side.received < side.drawn].sum() == pytest.approx(chance_below(needed + 1), abs=1e-12)
    # The new people, path by path, say the same.
    again = found.again.point.p_loss
    assert abs(again.value - attained) < 4.0 * again.standard_error
    assert (found.again.engine, found.again.seed) == ("individual", 2)


@pytest.mark.slow
def test_pareto_set_rises_in_cost_and_falls_in_loss(deal):
    found = price(deal, Asked([PRICE], ["p_loss<=0.10"]), 1_024)
    losses = [one.p_loss.value for one in found.pareto]
    costs = [one.cost.value for one in found.pareto]
    assert 8 <= len(losses) <= 12
    assert losses == sorted(losses)
    assert costs == sorted(costs, reverse=True)
    assert [one.chosen for one in found.pareto].count(True) == 1
    # Every point breaks even at a whole number of successes: its price is 750,000 over it, rounded up to the øre.
    for one in found.pareto:
        whole = round(750_000 / one.terms[0])
        assert one.terms[0] == pytest.approx(750_000 / whole, abs=0.01)
        assert one.terms[0] * whole >= 750_000


def test_infeasible_says_the_smallest_relaxation(deal):
    # p_loss <= .05 costs 57,692.31 x 18.4524 = 1,064,560.48; 900,000 / 18.4524 = 48,774.19 breaks even at 16 of 25,
    # for which 46,875.00 is enough, and P(X < 16) = .177323.
    found = price(deal, Asked([PRICE], ["p_loss<=0.05"], ["mean<=900000"]), 1_024)
    assert found.solved is None
    assert found.again is None
    cost, loss = found.relaxations
    assert (cost.limit, loss.limit) == ("mean<=900000", "p_loss<=0.05")
    assert cost.needed == pytest.approx(57_692.31 * 25 * 15.5 / 21.0, rel=1e-9)
    assert cost.by == pytest.approx(cost.needed - 900_000)
    assert loss.needed == pytest.approx(chance_below(16), abs=1e-12)
    assert loss.terms == (46_875.0,)
    assert cost.alone
    assert loss.alone


@pytest.mark.slow
def test_limits_of_both_sides_that_hold_together(deal):
    found = price(deal, Asked([PRICE], ["p_loss<=0.10"], ["p_over(1200000)<=0.2"], ["2028<=1350000"]), 1_024)
    assert found.solved.terms == (53_571.43,)
    assert found.solved.holds == (True, True, True)
    # 22 successes cost 1,178,571 and 23 cost 1,232,143; 25 cost 1,339,285.75.
    assert found.solved.figures[1].value == pytest.approx(1.0 - chance_below(23), abs=1e-12)
    assert found.solved.figures[2].value == pytest.approx(25 * 53_571.43)


@pytest.mark.slow
def test_median_return_of_investors(deal):
    # The median number of successes is 19; its flow is -750,000 at 0 and 19 p two years later, so that 4 % a year asks
    # for p = 750,000 x 1.0816 / 19 = 42,694.7368...
    assert betabinom(25, 15.5, 5.5).ppf(0.5) == 19
    found = price(deal, Asked([PRICE], ["irr_p50>=0.04"]), 1_024)
    assert found.solved.terms == (42_694.74,)


@pytest.mark.slow
def test_tranche_as_large_as_the_limit_allows(deal):
    # Nobody pays more for a larger commitment, so the largest is taken: 14 successes bring 560,000.
    found = price(deal, Asked(["financing.tranches[0].commitment"], ["p_loss<=0.10"]), 1_024)
    assert found.solved.terms == (560_000.0,)
    assert found.binding == ("p_loss<=0.1",)
    assert any("does not depend" in remark for remark in found.remarks)


def test_the_check_of_an_exact_answer_is_no_reason_to_doubt_it():
    # 230,000 is exact; 512 other people may well show .053 ± .010 where .0445 is known.
    (limit,) = read_limits(api.read(TERMS), investor=["p_loss<=0.05"])
    known, seen = Estimate.exact(0.0445), Estimate(0.053, 0.0099, 0.03, 0.08)
    assert _of_luck(limit, known, seen) == []
    assert "differs by more than" in _of_luck(limit, known, seen._replace(value=0.0445 + 4.1 * 0.0099))[0]
    drawn = Estimate(0.03, 0.009, 0.01, 0.06)
    assert "does not hold with other people" in _of_luck(limit, drawn, seen)[0]


@pytest.mark.slow
def test_guarantee_as_small_as_the_limit_allows():
    # One øre less, and the next number of successes loses as well.
    deal = api.read(SHIPPED / "risks/guarantee.yaml")
    place = "financing.guarantees[0].limit"
    found = price(deal, Asked([place], ["p_loss<=0.05"]), 1_024)
    (solved,) = found.solved.terms
    for limit, holds in ((solved, True), (solved - 0.01, False)):
        run = api.solve_exactly(api.changed(deal, "guarantee", {place: limit}))
        side = api.investors(run)
        assert (run.paths.weight[side.received < side.drawn].sum() <= 0.05) is np.bool_(holds)
    assert found.solved.cost.value == pytest.approx(found.base.cost.value)


def test_a_limit_holds_by_a_margin():
    (limit,) = read_limits(api.read(TERMS), investor=["p_loss<=0.1"])
    figure = Estimate(0.09, 0.006, 0.078, 0.102)
    assert limit.holds(limit.surely(figure, 0.0))
    assert limit.surely(figure, 2.0) == pytest.approx(0.102)  # .09 + 2 x .006
    assert not limit.holds(limit.surely(figure, 2.0))
    # Seen on no path: the end of its interval, which a limit of one in a hundred thousand cannot know to hold.
    assert limit.surely(Estimate(0.0, math.nan, 0.0, 0.003), 2.0) == 0.003
    (at_least,) = read_limits(api.read(TERMS), investor=["npv>=0"])
    assert at_least.surely(Estimate(10.0, 4.0, 2.0, 18.0), 2.0) == pytest.approx(2.0)
    # What all payers pay in a year at most, on drawn paths, has no upper end: the most that was seen stands.
    assert limit.surely(Estimate(5.0, math.nan, 5.0, math.inf), 2.0) == 5.0


@pytest.mark.slow
def test_terms_solved_on_few_paths_hold_for_other_people(deal):
    # 16 successes are missed with .1773, 15 with .1161. On 400 paths the first may look like .17 and less (its standard
    # error is .019), and then terms that need 16 are solved for, which break the limit for everybody else.
    broken = {0.0: 0, 2.0: 0}
    for seed, margin in itertools.product(range(1, 9), broken):
        found = price(deal, Asked([PRICE], ["p_loss<=0.17"], margin=margin), 400, seed, engine="individual")
        loss = found.solved.p_loss
        assert loss.value + margin * loss.standard_error <= 0.17
        needed = math.ceil(750_000 / found.solved.terms[0] - 1e-9)
        broken[margin] += int(chance_below(needed) > 0.17)
    # By the normal law every third seed breaks it without a margin, and 1 in 100 or fewer with one.
    assert broken[0.0] >= 2
    assert broken[2.0] <= 1


BONUS = """threshold: {outcome: success, counts: count, at_least: 14, pays: {value: 300000, assumption: made up},
      on: last, assumption: made up}"""


@pytest.mark.slow
def test_two_terms_in_the_middle_of_both():
    # P(X < 14) = .0722 keeps a tenth, P(X < 15) = .1161 does not: 14 p + b >= 750,000 is needed. Half must come back
    # with nine successes, for P(X < 9) = .0051 and P(X < 10) = .0098 and P(X < 11) = .0177: p >= 375,000 / 10 = 37,500.
    # A krone at 14 successes costs 18.45 / 14 = 1.32 kroner of price and P(X >= 14) = .93 of bonus, so the price is the
    # least that is allowed and the bonus the rest: 750,000 - 14 x 37,500 = 225,000.
    assert chance_below(10) <= 0.01 < chance_below(11)
    deal = with_rule(api.read(TERMS), BONUS)
    asked = Asked(
        [PRICE, "payments[1].pays"], ["p_loss<=0.10", "p_severe_loss<=0.01"], low=(10_000, 0), high=(60_000, 800_000)
    )
    found = price(deal, asked, 512)
    least = 37_500 * 25 * 15.5 / 21.0 + 225_000 * (1.0 - chance_below(14))
    assert least <= found.solved.cost.value <= least * 1.001
    first, last = found.apart
    assert first == pytest.approx(50_000 / 16)
    assert last <= first / 2**6 + 0.01
    assert 37_500 <= found.solved.terms[0] <= 37_500 + 2 * last
    assert 14 * found.solved.terms[0] + found.solved.terms[1] == pytest.approx(750_000, abs=0.02)
    assert any("bisection" in remark for remark in found.remarks)
    # None of an even grid of 11 by 33 is cheaper.
    tried = Tried(deal, found.terms, read_limits(deal, asked.investor), None, api.draw_once(deal, 512))
    grid = itertools.product(range(1_000_000, 6_000_001, 500_000), range(0, 80_000_001, 2_500_000))
    points = [tried.at(key) for key in grid]
    assert min(point.cost.value for point in points if point.feasible) >= found.solved.cost.value


def with_rule(deal, rule):
    """The deal with one more rule."""
    return api.read_text(deal.document.text.replace("\nfinancing:", f"\n  - {rule}\n\nfinancing:"))


@pytest.mark.slow
def test_cap_as_low_as_the_investors_bear(deal):
    # With a cap the price stays: 40,000 for each. Investors lose below 750,000 whatever the cap above it is, so that
    # P(loss) is .472273 from a cap of 750,000 on, and 1 below.
    capped = with_rule(deal, "cap: {total: 900000, assumption: a made-up cap}")
    found = price(capped, Asked(["payments[cap].total"], ["p_loss<=0.5"]), 1_024)
    assert found.solved.terms == (750_000.0,)
    assert found.solved.p_loss.value == pytest.approx(chance_below(19), abs=1e-12)


@pytest.mark.slow
def test_floor_as_high_as_the_investors_need(deal):
    # Whatever happens, the floor is paid: with 750,000 nobody loses, with an øre less those who succeed fewer than 19
    # times do, and that is .4723 of the futures. It costs E max(40,000 X, 750,000).
    floored = with_rule(deal, "floor: {total: 400000, assumption: a made-up floor}")
    found = price(floored, Asked(["payments[floor].total"], ["p_loss<=0.4"]), 512)
    assert found.solved.terms == (750_000.0,)
    assert found.solved.p_loss.value == 0.0
    assert found.binding == ("p_loss<=0.4",)
    k = np.arange(26)
    expected = betabinom(25, 15.5, 5.5).pmf(k) @ np.maximum(40_000.0 * k, 750_000.0)
    assert found.solved.cost.value == pytest.approx(expected, rel=1e-9)


@pytest.mark.slow
def test_share_of_an_outcome_fund():
    # The fund has set 340,000 aside. The municipality pays least where the fund bears most; a larger share of the fund
    # leaves more unpaid. The others' shares make up for it, to the last digit.
    deal = api.read(SHIPPED / "risks/outcome-fund.yaml")
    place = "payments[0].payers[outcome fund]"
    found = price(deal, Asked([place], ["p_loss<=0.45"], minimise="municipality"), 1_024)
    (share,) = found.solved.terms
    assert 0.0 < share < 1.0
    assert found.binding == ("p_loss<=0.45",)
    other = api.changed(
        deal, "share", {"payments[0].payers": {"municipality": round(1 - share, 4), "outcome fund": share}}
    )
    run = api.solve_exactly(other)
    side = api.investors(run)
    assert found.solved.p_loss.value == pytest.approx(run.paths.weight[side.received < side.drawn].sum())


@pytest.mark.slow
def test_two_terms_and_each_to_its_last_step(deal):
    # Of price and commitment the smallest commitment needs the smallest price: 600,000 / 14 = 42,857.142...
    places = [PRICE, "financing.tranches[0].commitment"]
    asked = Asked(places, ["p_loss<=0.10"], low=(30_000, 600_000), high=(60_000, 800_000))
    found = price(deal, asked, 512)
    assert found.solved.terms == (42_857.15, 600_000.0)
    assert found.at_end == ("financing.tranches[0].commitment",)
    assert not found.monotone


GOAL = """threshold: {outcome: success, counts: count, at_least: 15, pays: {value: 300000, assumption: made up},
      on: last, assumption: made up}"""


@pytest.mark.slow
def test_threshold_is_a_whole_number(deal):
    # 300,000 on top from so many successes on: at 14 successes 560,000 + 300,000 come back, at 11 740,000. So a goal of
    # 12 makes 12 successes enough, 12 x 40,000 + 300,000 = 780,000; a goal of 14 makes 14 enough, P(X < 14) = .0722.
    bonus = with_rule(deal, GOAL)
    found = price(bonus, Asked(["payments[1].at_least"], ["p_loss<=0.10"]), 512)
    assert found.terms[0].kind == "count"
    assert found.solved.terms == (14.0,)
    assert found.solved.p_loss.value == pytest.approx(chance_below(14), abs=1e-12)


@pytest.mark.slow
def test_what_does_not_move_one_way_is_searched_on_grids(deal, monkeypatch):
    # A figure that is first bad, then good, then bad again: a tenth at most from 80,000 to 100,000.
    from risksim.analysis import price as analysis

    real = analysis.point_of

    def bent(deal, values, run, *rest):
        point = real(deal, values, run, *rest)
        bad = abs(values[0] - 90_000.0) / 100_000.0
        figure = point.figures[0]._replace(value=bad)
        return point._replace(figures=(figure,), holds=(bad <= 0.10,))

    monkeypatch.setattr(analysis, "point_of", bent)
    found = price(deal, Asked([PRICE], ["p_loss<=0.10"]), 512)
    assert not found.monotone
    assert found.solved.terms[0] == pytest.approx(80_000.0, abs=1.0)
    assert any("grids" in remark for remark in found.remarks)


@pytest.mark.slow
def test_people_drawn_one_by_one_give_the_same_price(deal):
    # With 8,192 paths the chance at 14 and 15 successes, .0722 and .1161, lies 9 and 4 standard errors from 10 %.
    found = price(deal, Asked([PRICE], ["p_loss<=0.10"]), 8_192, engine="individual")
    assert found.solved.terms == (53_571.43,)
    assert found.solved.p_loss.standard_error > 0.0
    assert abs(found.solved.p_loss.value - chance_below(14)) < 4.0 * found.solved.p_loss.standard_error
    assert (found.again.engine, found.again.seed) == ("individual", 2)
    assert found.again.point.p_loss.value != found.solved.p_loss.value


@pytest.mark.slow
def test_price_that_is_uncertain_is_solved_for_by_a_factor(deal):
    text = deal.document.text.replace(
        "price: {value: 40000, assumption: the first offer of the municipality}",
        "price: {uniform: [39000, 41000], assumption: made up}",
    )
    other = api.read_text(text)
    asked = Asked([PRICE], ["npv>=0"], low=(0.5,), high=(2.0,))
    found = price(other, asked, 1_024)
    assert found.terms[0].kind == "factor"
    # The mean price is 40,000 and the mean number 18.452: 750,000 / 738,095.24 = 1.016129.
    assert found.solved.terms[0] == pytest.approx(1.016129, abs=0.01)


def test_all_prices_move_together():
    deal = api.read(SHIPPED / "broendby-tuba.yaml")
    (term,) = terms_of(deal, Asked(["payments[*].price"]))
    assert (term.kind, term.as_it_stands, term.low, term.high) == ("factor", 1.0, 0.25, 4.0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(["payments[0].prise"], ["p_loss<=0.1"]), "Did you mean price"),
        (Asked(["name"], ["p_loss<=0.1"]), "never the name"),
        (Asked(["payments[0].payer"], ["p_loss<=0.1"]), "no number"),
        (Asked([PRICE]), "no limit"),
        (Asked([PRICE, PRICE], ["p_loss<=0.1"]), "one or two different"),
        (Asked([PRICE], ["p_loss<=0.1"], low=(5.0,), high=(3.0,)), "smaller number"),
        (Asked([PRICE], ["p_loss<=0.1"], low=(5.0, 6.0)), "one for each place"),
        (Asked([PRICE], ["p_loss<=0.1"], minimise="state"), "who pays is municipality"),
        (Asked([PRICE], public=["municipality.p_negative<=0.2"]), "public"),
    ],
)
def test_what_cannot_be_asked_is_said_kindly(deal, asked, said):
    with pytest.raises(RunError, match=said):
        price(deal, asked, 256)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"investor": ["loss<=0.1"]}, "Did you mean p_loss"),
        ({"investor": ["p_loss=0.1"]}, "one of <="),
        ({"investor": ["p_loss<=ten"]}, "fractions"),
        ({"investor": ["senior.p_loss<=0.1"]}, "there is investor"),
        ({"payer": ["p_over<=0.1"]}, "p_over"),
        ({"payer": ["state.mean<=1"]}, "there is municipality"),
        ({"budget": ["2031<=5"]}, "money moves in"),
        ({"budget": ["2028<=5@2"]}, "up to 1"),
    ],
)
def test_limits_that_cannot_be_read_say_what_can(deal, limits, said):
    with pytest.raises(LimitError, match=said):
        read_limits(deal, **limits)


@pytest.mark.parametrize("text", ["p_loss<=0.1", "investor.p_loss<=0.1", '"p_loss <= 0.1"', "npv_p05>=-100000"])
def test_limits_say_themselves_again(deal, text):
    (limit,) = read_limits(deal, investor=[text])
    assert str(limit) == text.replace(" ", "").strip('"')


@pytest.mark.slow
def test_limit_of_a_public_budget():
    deal = api.read(SHIPPED / "public/repays-before-it-saves.yaml")
    asked = Asked(
        ["payments[*].price"], ["p_loss<=0.9"], public=["municipality.p_negative<=0.2"], low=(50_000,), high=(50_064,)
    )
    deal_terms = terms_of(deal, asked)
    limits = read_limits(deal, asked.investor, public=asked.public)
    tried = Tried(deal, deal_terms, limits, None, api.draw_once(deal, 256))
    cheap, dear = (tried.at((k,)).figures[1].value for k in (4_000_000, 9_000_000))
    assert cheap < dear  # what the municipality pays more, it keeps less


def shipped(files):
    """Four candidates each: enough to say whether the question is answered."""
    place = "financing.tranches[0].commitment"
    for file in files:
        deal = api.read(file, funded=True)
        (value, *_) = api.numbers_at(deal, place).values
        now, steps = (1.0, 1_000_000) if value is None else (value, deal.plan.minor_units)
        asked = Asked([place], ["p_loss<=0.5"], low=(now,), high=(now + 3 / steps,))
        found = price(deal, asked, 64)
        assert found.solved is not None or found.relaxations, file
        assert found.pareto, file
        assert 3 <= found.candidates <= 4, file


CHEAP = ("rules/threshold.yaml", "financing/pari-passu.yaml", "ending/five-people.yaml", "outcomes/spells-any.yaml")


def test_some_shipped_deals_are_answered():
    shipped(SHIPPED / name for name in CHEAP)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_every_shipped_deal_is_answered(part):
    shipped(itertools.islice(funded_files(), part, None, 4))
