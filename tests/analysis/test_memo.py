"""The facts of a memo: found once, equal to what `run` says, for every kind of deal."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from risksim import api
from risksim.analysis.answer import Wishes, answer, ask
from risksim.analysis.facts import MULTIPLES, NOBODY_INVESTS, NOT_ASKED, SECTIONS, How, facts
from risksim.analysis.many_facts import OTHER_CURRENCIES, compared, portfolio_facts
from risksim.analysis.memo import Facts, Results
from risksim.analysis.results import LEVELS, results_of
from risksim.metrics.sample import Sample
from risksim.replies.run import of_answer
from tests.engine.deals import SHIPPED, shipped_files

BARE = How(paths=1_024, side_paths=256, leave_out=frozenset(SECTIONS))
SHORT = How(paths=1_024, side_paths=512)
KINDS = [
    "financing/senior-junior.yaml",
    "danish/aaben-og-rolig-loan.yaml",
    "public/wrong-pocket.yaml",
    "rules/cap.yaml",
]
UNFUNDED = "faxe/early-effort.yaml"
PORTFOLIO = "portfolio/four-danish-deals.yaml"


@cache
def deal(name: str) -> api.Deal:
    return api.read(SHIPPED / name)


@cache
def bare(name: str) -> Facts:
    return facts(deal(name), BARE)


@cache
def short() -> Facts:
    return facts(deal("questions/terms.yaml"), SHORT)


def left_of_zero(results: Results) -> float:
    return sum(share for share, edge in zip(results.full.shares, results.full.edges, strict=False) if edge < 0.0)


# Results by hand


def test_nought_is_an_edge_and_a_result_of_nought_is_no_loss():
    # In øre: -5, 0, 0, 95. Width: the next round number above 100 / 40 = 2.5 is 4, so edges are multiples of 4 øre:
    # -8, -4, 0, ... 96. One of four lies left of nought.
    found = results_of(np.array([-5, 0, 0, 95]), Sample.equal(4), 100, 0.2)
    assert found.full.edges[:3] == (-0.08, -0.04, 0.0)
    assert found.full.edges[-1] == 0.96
    assert found.full.shares[0] == 0.25
    assert found.full.shares[2] == 0.5
    assert left_of_zero(found) == 0.25
    assert [level for level, _ in found.quantiles] == list(LEVELS)
    # The smallest value at which the distribution function reaches the level: a quarter lies at or below -0.05.
    points = dict(found.quantiles)
    assert points[0.25].value == -0.05
    assert points[0.26].value == 0.0
    assert points[0.76].value == 0.95


def test_weights_of_an_engine_are_respected():
    sample = Sample.exact(np.array([0.1, 0.9]))
    found = results_of(np.array([-100, 300]), sample, 100, 0.0)
    assert left_of_zero(found) == pytest.approx(0.1, abs=1e-15)
    assert sum(found.full.shares) == pytest.approx(1.0)
    assert found.quantiles[9][1].value == -1.0  # a tenth


def test_where_many_paths_end_at_least_so_much_is_likelier_than_the_level_says():
    equal = results_of(np.array([-5, 0, 0, 95]), Sample.equal(4), 100, 0.2)
    by_value = {point.value: chance for (_, point), chance in zip(equal.quantiles, equal.at_least, strict=True)}
    assert by_value == {-0.05: 1.0, 0.0: 0.75, 0.95: 0.25}
    weighed = results_of(np.array([300, -100]), Sample.exact(np.array([0.9, 0.1])), 100, 0.0)
    assert weighed.at_least[0] == 1.0
    assert weighed.at_least[-1] == pytest.approx(0.9, abs=1e-15)


def test_a_loss_beyond_the_ends_is_still_left_of_nought():
    # One loss in 1,001 lies beyond the 0.2 % point, which is a gain.
    result = np.array([-1_000_000, *range(100, 1_100)])
    found = results_of(result, Sample.equal(1_001), 100, 0.0)
    assert left_of_zero(found) == pytest.approx(1 / 1_001)
    assert found.full.edges[0] < 0.0 < found.full.edges[-1]


def test_luck_lies_over_the_same_edges():
    sample = Sample.equal(3)
    found = results_of(np.array([10, 20, 30]), sample, 100, 0.0, (np.array([-7, 20, 25]), sample))
    assert found.luck is not None
    assert found.luck.edges == found.full.edges
    below = [share for share, edge in zip(found.luck.shares, found.luck.edges, strict=False) if edge < 0.0]
    assert sum(below) == pytest.approx(1 / 3)
    assert left_of_zero(found) == 0.0


def test_one_result_on_every_path_has_a_bar_of_its_own():
    found = results_of(np.array([0, 0]), Sample.equal(2), 1, 0.0)
    assert found.full.edges == (0.0, 1.0)
    assert found.full.shares == (1.0,)


# Equal to run


@pytest.mark.parametrize("name", KINDS)
def test_share_left_of_nought_is_the_probability_of_a_loss(name: str):
    found = bare(name)
    assert found.results is not None
    assert found.summary is not None
    assert found.lines is not None
    assert found.results.luck is not None
    assert left_of_zero(found.results) == pytest.approx(found.summary.everybody.loss.p_loss.value, abs=1e-12)
    below = sum(
        share for share, edge in zip(found.results.luck.shares, found.results.luck.edges, strict=False) if edge < 0
    )
    assert below == pytest.approx(found.lines.lines[1].p_loss.value, abs=1e-12)
    assert sum(found.results.full.shares) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_numbers_are_those_of_run(name: str):
    found, asked = bare(name), ask(deal(name), 1_024, wishes=Wishes())
    said = of_answer(answer(asked))
    assert found.summary is not None
    assert found.summary.to_json() == said["statistics"]
    assert found.provenance.how == said["run"]["how"]
    assert found.provenance.digest == said["scenario"]["digest"]
    assert found.opened == (said["run"]["open"]["typical"], said["run"]["open"]["bad"])
    if "public" in said:
        assert found.budgets is not None
        net = {name: one["net_benefit"]["mean"]["value"] for name, one in said["public"]["budgets"].items()}
        assert {name: one.net_benefit.mean.value for name, one in found.budgets.all_budgets.items()} == net
    json.dumps(said, allow_nan=False)


def test_quantiles_are_those_of_the_summary():
    # What nobody earns has no present value: at a hurdle of nought the net present value is the nominal result.
    found = bare("questions/terms.yaml")
    assert found.results is not None
    assert found.summary is not None
    points = dict(found.results.quantiles)
    worth = found.summary.everybody.npv["0"]
    assert points[0.05].value == pytest.approx(worth.p05.value)
    assert points[0.5].value == pytest.approx(worth.p50.value)


# What a deal tells


def test_a_deal_as_its_file_tells_it():
    told = bare("rules/cap.yaml").deal
    assert told.people == 5
    assert told.capital == 10_000.0
    assert [(one.name, one.amount, one.kind) for one in told.investors] == [("investor", 10_000.0, "investor")]
    assert [(one.rule, one.price, one.payers) for one in told.prices] == [
        ("first job", 1_000.0, ("municipality",)),
        ("second job", 2_000.0, ("municipality",)),
    ]
    assert told.caps == (("total", 12_000.0),)
    assert told.assumed > 0


def test_what_is_due_each_year_and_how_likely_more_is():
    # Five first jobs at 1,000 in 2026; five second ones at 2,000 in 2027, of which the cap of 12,000 leaves 7,000.
    found = bare("rules/cap.yaml")
    assert [(one.year, one.amount, one.is_expected, one.p_more.value) for one in found.appropriations] == [
        (2026, 5_000.0, True, 0.0),
        (2027, 7_000.0, True, 0.0),
    ]


# Questions beside the run


def test_terms_keep_the_limit_and_other_prices_do_what_they_should():
    found = short()
    (term,) = found.terms
    assert (term.term, term.kind, term.asked) == ("payments[0].price", "price", "p_loss<=0.1")
    assert term.priced.solved is not None
    assert term.priced.solved.p_loss.value <= 0.1
    assert [point[0] for point in found.acceptability] == list(MULTIPLES)
    losses = [p_loss.value for _, p_loss, _ in found.acceptability]
    costs = [cost.value for _, _, cost in found.acceptability]
    assert losses == sorted(losses, reverse=True)
    assert costs == sorted(costs)
    assert found.main_price == "payments[0].price"


def test_at_its_own_price_the_figures_are_those_of_the_run():
    found = facts(deal("questions/terms.yaml"), How(paths=1_024, leave_out=frozenset(SECTIONS) - {"acceptability"}))
    assert found.summary is not None
    own = found.acceptability[MULTIPLES.index(1.0)]
    assert own[1].value == pytest.approx(found.summary.everybody.loss.p_loss.value, abs=1e-12)
    assert own[2].value == pytest.approx(found.summary.payers["municipality"].total.mean.value, rel=1e-12)


def test_all_prices_are_solved_to_the_hundredth():
    found = short()
    together = found.together
    assert together is not None
    assert together.multiple is not None
    assert together.p_loss.value + 2.0 * together.p_loss.standard_error <= together.limit == 0.1
    assert together.multiple == round(together.multiple, 2)
    for multiple, p_loss, _ in found.acceptability:  # what costs less is not enough
        surely = p_loss.high if p_loss.value == 0.0 else p_loss.value + 2.0 * p_loss.standard_error
        assert (surely <= 0.1) == (multiple >= together.multiple)
    own = found.acceptability[MULTIPLES.index(1.0)]
    assert together.now == own[1:]


def test_a_guarantee_covers_what_the_tenth_worst_future_loses():
    found = facts(
        deal("examples/simple-reference.yaml"), How(paths=1_024, leave_out=frozenset(SECTIONS) - {"acceptability"})
    )
    assert found.results is not None
    assert found.promise is not None
    tenth = -dict(found.results.quantiles)[0.1].value  # enumerated: fewer than one future in ten loses more
    assert tenth <= found.promise.amount < 1.01 * tenth  # rounded up to three digits
    assert found.promise.p_loss.value <= 0.1
    assert 0.0 < found.promise.paid.value < found.promise.amount * found.acceptability[4][1].value


def test_a_deal_with_a_guarantee_is_offered_no_other():
    assert bare("financing/first-loss-guarantee.yaml").promise is None


def test_drivers_stresses_and_stories_are_there():
    found = short()
    assert found.drivers is not None
    assert set(found.drivers.first) <= {one.input for one in found.drivers.found.inputs}
    assert found.stresses is not None
    assert found.stresses.stresses
    assert found.typical is not None
    assert found.bad is not None
    assert not found.lacking.keys() & {"drivers", "stresses", "typical", "bad"}


def test_what_was_left_out_says_so():
    found = bare("questions/terms.yaml")
    assert found.lacking["stresses"] == NOT_ASKED
    assert found.stresses is None
    assert found.terms == ()


def test_progress_says_what_is_done():
    told: list[str] = []
    facts(deal("rules/cap.yaml"), BARE, lambda done, of, what: told.append(what) if 0 <= done <= of else None)
    assert told[0] == "simulating the deal"


# Other kinds


def test_a_file_in_which_nobody_invests_tells_of_budgets_alone():
    found = facts(deal(UNFUNDED), BARE)
    assert found.summary is None
    assert found.results is None
    assert found.budgets is not None
    assert found.lacking["summary"] == NOBODY_INVESTS
    assert found.deal.investors == ()


def test_a_loan_without_people_is_told():
    found = facts(deal("danish/aaben-og-rolig-loan.yaml"), SHORT)
    assert found.deal.people == 0
    assert found.summary is not None
    assert found.terms == ()
    assert {"terms", "acceptability", "appropriations", "budgets"} <= found.lacking.keys()


def test_a_portfolio_is_told_as_a_fund():
    found = portfolio_facts(api.read_portfolio(SHIPPED / PORTFOLIO), How(paths=512, leave_out=frozenset({"budgets"})))
    assert found.summary is not None
    assert found.results is not None
    assert left_of_zero(found.results) == pytest.approx(found.summary.fund.loss.p_loss.value, abs=1e-12)
    assert [row.name for row in found.holdings] == list(found.summary.deals)
    assert len(found.provenance.also) == 4


def test_deals_are_compared_on_the_same_people():
    found = compared([deal("financing/pari-passu.yaml"), deal("financing/senior-junior.yaml")], BARE)
    assert found.comparison is not None
    assert len(found.facts) == 2
    assert found.why_not == ""


def test_deals_in_other_currencies_are_not():
    found = compared([deal("rules/cap.yaml"), deal("international/seoul.yaml")], BARE)
    assert found.comparison is None
    assert found.why_not == OTHER_CURRENCIES


@pytest.mark.slow
@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_has_facts(file: Path):
    found = facts(api.read(file), How(paths=256, side_paths=64))
    told = found._asdict()
    for name, value in told.items():
        if value is None and name not in ("opened", "purse_drivers"):
            assert name in found.lacking, name
    assert all(math.isfinite(one.amount) for one in found.appropriations)
    if found.results is not None and found.summary is not None:
        p_loss = found.summary.everybody.loss.p_loss.value
        assert left_of_zero(found.results) == pytest.approx(p_loss, abs=1e-12)
