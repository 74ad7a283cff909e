"""What the deals of a portfolio share: one economy by calendar year and month, and nothing else.

The expected correlations are worked from the orthant of two normals at the median, ``asin(r) / (2 pi)``: with chances
of one half, results whose latent correlation is `r` are correlated by ``asin(r) / (2 pi) / 0.25``.
"""

import json
import math

import numpy as np
import pytest

from risksim import api
from risksim.engine import shared
from risksim.engine.addresses import keys_of
from risksim.engine.dependence import words_of
from risksim.engine.inputs import inputs_of
from risksim.errors import ScenarioError
from tests.portfolio.test_portfolio import GATE, ROOT, fund, risksim, written

DEAL = """
schema: 1
name: Forty people
start: {value: 2025-01-01, assumption: a test}
end: {value: 2028-12-31, assumption: a test}
follow_up: {every: 12 months, assumption: a test}
hurdles: [0.0]
cohorts:
  - name: all
    participants: {value: 40, assumption: a test}
    duration: {value: 6 months, assumption: a test}
    dropout: {value: 0, assumption: a test}
    unmeasured: {value: 0, assumption: a test}
outcomes:
  job:
    of: enrolled
    success_rate: {value: 0.5, assumption: a test}
    measured: {after_enrolment: 18 months}
    assumption: a test
DEPENDENCE
payments:
  - per_outcome: {outcome: job, price: 1000, payer: state, assumption: a test}
financing:
  tranches:
    - {name: investor, commitment: 20000, assumption: a test}
"""
MACRO = "dependence: {macro: 0.1, assumption: a test}"
COHORT = "dependence: {within_person: 0.2, cohort_icc: 0.05, assumption: a test}"
IN_RECESSION = (
    DEAL.replace("success_rate: {value: 0.5, assumption: a test}", "spells: {starts: 0.1, ends: 0.05, begins: out}")
    .replace("    measured", "    counts: point\n    measured")
    .replace("DEPENDENCE", "dependence: {recession: {WHEN, spells_survive: 0.3, starts: 0.5}, assumption: a test}")
)


def a_fund(folder, *entries, dependence="", macro=""):
    written(folder, DEAL.replace("DEPENDENCE", dependence), "deal.yaml")
    return fund(folder, *entries, head=f"name: A fund\n  hurdles: [0.0]\n  {macro}")


def correlation(folder, *entries, paths=20_000, **said):
    made = api.run_portfolio(api.read_portfolio(a_fund(folder, *entries, **said)), paths)
    return made.summary.correlation["a"]["b"]


def economies(portfolio):
    """The economy of each deal by calendar year on the first 64 paths."""
    found = []
    for holding in portfolio.holdings:
        tied = holding.deal.plan.dependence
        series = shared.economy(tied, keys_of(1, holding.deal.plan.stream), 0, 64)
        found.append({tied.first_year + place: values for place, values in enumerate(series)})
    return found


# One economy


def test_deals_see_the_same_economy_in_the_same_year_whenever_they_start(tmp_path):
    entries = ("{file: deal.yaml, name: a}", "{file: deal.yaml, name: b, start_delay: 24 months}")
    early, late = economies(api.read_portfolio(a_fund(tmp_path, *entries, dependence=MACRO)))
    assert min(early) == min(late) == 2025
    assert max(late) == 2028  # 18 months after 2027-01-01
    for year in early:
        assert np.array_equal(early[year], late[year])


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        # ICC = asin(0.1) / (2 pi) / 0.25 = 0.063769; 40 x 0.063769 / (1 + 39 x 0.063769) = 0.73151
        ("{file: deal.yaml, name: b}", 0.73151),
        # A loading 1.5 times as high: between the deals asin(0.15) -> 0.095855, in the second asin(0.225) -> 0.144476:
        # 40 x 0.095855 / root of (3.486975 x 6.634580) = 0.79716
        ("{file: deal.yaml, name: b, exposure: 1.5}", 0.79716),
        # A year later and a persistence of 0.5: asin(0.05) -> 0.031844; 40 x 0.031844 / 3.486975 = 0.36529
        ("{file: deal.yaml, name: b, start_delay: 12 months}", 0.36529),
        # An exposure of 0 is none.
        ("{file: deal.yaml, name: b, exposure: 0}", 0.0),
    ],
)
@pytest.mark.parametrize("where", ["file", "portfolio"])
def test_results_of_two_deals_go_together_as_their_economy_says(second, expected, where, tmp_path):
    said = {"dependence": MACRO} if where == "file" else {"macro": "macro: {share: 0.1, persistence: 0.5}"}
    found = correlation(tmp_path, "{file: deal.yaml, name: a}", second, **said)
    assert abs(found.value - expected) < 4 * found.standard_error


def test_without_an_economy_deals_are_on_their_own(tmp_path):
    for said in ("", COHORT):
        found = correlation(tmp_path, "{file: deal.yaml, name: a}", "{file: deal.yaml, name: b}", dependence=said)
        assert abs(found.value) < 4 * found.standard_error


def test_explain_tells_the_same_economy_of_every_deal(tmp_path):
    entries = ("{file: deal.yaml, name: a}", "{file: deal.yaml, name: b, start_delay: 12 months}")
    file = a_fund(tmp_path, *entries, macro="macro: {share: 0.03, assumption: a test}")
    early, late = (
        json.loads(risksim("explain", file, "--path", 9, "--deal", name, "--json"))["economy"] for name in ("a", "b")
    )
    assert [year["year"] for year in early + late] == [2025, 2026, 2026, 2027]
    assert early[1] == late[0]


def test_copies_share_the_economy_and_neither_people_nor_what_cohorts_share(tmp_path):
    both = COHORT.replace("cohort_icc", "macro: 0.1, cohort_icc")
    portfolio = api.read_portfolio(a_fund(tmp_path, "{file: deal.yaml, name: a, times: 3}", dependence=both))
    first, *others = economies(portfolio)
    words = []
    for holding in portfolio.holdings:
        plan = holding.deal.plan
        key = keys_of(1, plan.stream)
        words.append(words_of(plan, key, 0, 0, 40, inputs_of(plan, key, 0, 64)))
    for other, theirs in zip(others, words[1:], strict=True):
        assert all(np.array_equal(first[year], other[year]) for year in first)
        assert not np.array_equal(words[0].cohort_factor, theirs.cohort_factor)
        assert abs(np.corrcoef(words[0].placed.ravel(), theirs.placed.ravel())[0, 1]) < 4 / math.sqrt(40 * 64)


def test_recessions_hit_all_deals_in_the_same_calendar_month(tmp_path):
    written(tmp_path, IN_RECESSION.replace("WHEN", "yearly_chance: 0.5"), "jobs.yaml")
    entries = ("{file: jobs.yaml, name: a}", "{file: jobs.yaml, name: b, start_delay: 7 months}")
    portfolio = api.read_portfolio(fund(tmp_path, *entries))
    began = []
    for holding in portfolio.holdings:
        plan = holding.deal.plan
        part = plan.dependence.recession
        months = shared.recessions(part, keys_of(1, plan.stream), 0, np.full(64, part.chance_value))
        began.append(months)
    assert began[0].any()
    assert np.array_equal(began[0][7:], began[1][:-7])  # 7 months on in one is the start of the other


def test_a_recession_on_a_day_does_not_move_with_a_deal(tmp_path):
    written(tmp_path, IN_RECESSION.replace("WHEN", "on: 2026-03-01"), "jobs.yaml")
    entries = ("{file: jobs.yaml, name: a}", "{file: jobs.yaml, name: b, start_delay: 7 months}")
    portfolio = api.read_portfolio(fund(tmp_path, *entries))
    assert [holding.deal.plan.dependence.recession.month for holding in portfolio.holdings] == [14, 7]


# What the portfolio says for deals that say nothing


def test_deals_that_say_their_own_keep_it(tmp_path):
    entries = ("{file: deal.yaml, name: a}",)
    own = api.read_portfolio(a_fund(tmp_path, *entries, dependence=MACRO, macro="macro: {share: 0.03}"))
    assert own.holdings[0].deal.plan.dependence.macro ** 2 == pytest.approx([0.1])
    none = MACRO.replace("0.1", "0")
    none = api.read_portfolio(a_fund(tmp_path, *entries, dependence=none, macro="macro: {share: 0.03}"))
    assert none.holdings[0].deal.plan.dependence is None


def test_a_deal_gets_the_share_beside_what_it_says(tmp_path):
    portfolio = api.read_portfolio(
        a_fund(
            tmp_path,
            "{file: deal.yaml, name: a}",
            dependence=COHORT,
            macro="macro: {share: 0.03, persistence: 0.7, assumption: our judgement}",
        )
    )
    deal = portfolio.holdings[0].deal
    tied = deal.plan.dependence
    assert (tied.macro[0] ** 2, tied.persistence) == (pytest.approx(0.03), 0.7)
    assert tied.person[0] ** 2 == pytest.approx(0.2)
    assert deal.scenario.dependence.macro.assumption == "as the portfolio says: our judgement"
    assert api.review(deal).unstated == ()


def test_an_outcome_behind_a_gate_gets_nothing(tmp_path):
    file = fund(tmp_path, f"{{file: {GATE}, name: a}}", head="name: A fund\n  macro: {share: 0.03, assumption: a test}")
    deal = api.read_portfolio(file).holdings[0].deal
    gated = [outcome.after is not None for outcome in deal.scenario.personal.values()]
    assert any(gated)
    assert [share == 0.0 for share in deal.plan.dependence.macro] == gated


def test_the_digest_is_that_of_what_is_said(tmp_path):
    plain, said = (
        api.read_portfolio(a_fund(tmp_path, "{file: deal.yaml, name: a}", macro=macro))
        for macro in ("", "macro: {share: 0.03, assumption: a test}")
    )
    assert plain.digest != said.digest
    assert "0.03" in risksim("check", tmp_path / "fund.yaml")


@pytest.mark.slow
def test_the_page_says_what_the_shipped_funds_do():
    page = (ROOT / "docs" / "reference" / "portfolio.md").read_text(encoding="utf-8")
    alone, together = (
        api.run_portfolio(api.read_portfolio(ROOT / "scenarios" / "portfolio" / f"{name}.yaml"), 20_000).summary
        for name in ("four-danish-deals", "one-economy")
    )
    pair = together.correlation["Havnen"]["Memox"]
    for said in (
        f"by {together.diversification.value:.0%}".replace("%", " %"),
        f"not by {alone.diversification.value:.0%}".replace("%", " %"),
        f"{together.fund.loss.expected_shortfall_95.value / 1e6:.2f} million",
        f"instead of {alone.fund.loss.expected_shortfall_95.value / 1e6:.2f} million",
        f"correlated by {pair.value:.2f}",
    ):
        assert said in " ".join(page.split()), said
    assert pair.value > 4 * pair.standard_error
    assert abs(alone.correlation["Havnen"]["Memox"].value) < 4 * pair.standard_error


# Mistakes


def fault_of(folder, *entries, **said):
    with pytest.raises(ScenarioError) as raised:
        api.read_portfolio(a_fund(folder, *entries, **said))
    return raised.value.faults[0]


def test_an_exposure_that_leaves_persons_nothing_is_refused(tmp_path):
    # 3.2 x 3.2 x 0.1 = 1.024
    fault = fault_of(tmp_path, "{file: deal.yaml, name: a, exposure: 3.2}", dependence=MACRO)
    assert (fault.path, fault.line) == ("portfolio.deals[0].exposure", 6)
    assert "decide 1.02 of 'job'" in fault.found
    assert fault.remedy == "Lower the exposure."


def test_an_exposure_to_nothing_is_refused(tmp_path):
    fault = fault_of(tmp_path, "{file: deal.yaml, name: a, exposure: 2}")
    assert fault.path == "portfolio.deals[0].exposure"
    assert "the economy decides nothing" in fault.found
    assert "say a macro" in fault.remedy


def test_a_share_that_a_deal_cannot_bear_is_the_portfolios_mistake(tmp_path):
    # 0.2 of the person, 0.0785 of the cohort and 0.73 of the economy are more than all.
    fault = fault_of(tmp_path, "{file: deal.yaml, name: a}", dependence=COHORT, macro="macro: {share: 0.73}")
    assert (fault.file, fault.path) == (str(tmp_path / "fund.yaml"), "portfolio.macro.share")
    assert "nothing of their own" in fault.found


@pytest.mark.parametrize(("said", "path"), [("{share: 1}", "share"), ("{share: 0.1, persistence: 1}", "persistence")])
def test_a_share_is_below_one(said, path, tmp_path):
    fault = fault_of(tmp_path, "{file: deal.yaml, name: a}", macro=f"macro: {said}")
    assert fault.path == f"portfolio.macro.{path}"
