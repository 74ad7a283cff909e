"""Benchmarks compare programs that do the same: small runs agree with the exact law, with each other and with risksim.

No time is looked at. Whether the page says what the figures say is looked at.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import budgets, growth, page, precision, purse, questions, rates, rich, rivals

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "reference" / "performance.md"


# The simple deal


@pytest.mark.parametrize(
    ("rival", "paths"),
    [(rivals.people_as_stated, 20_000), (rivals.people_tuned, 20_000), (rivals.people_whole_array, 20_000)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_numpy_programs_follow_the_exact_law(rival, paths):
    assert rivals.agreement(rival(paths, 1)).holds


@pytest.mark.parametrize(("rival", "package"), [("conditioned_binomial", "openturns"), ("case_loop", "monaco")])
def test_optional_rivals_follow_the_exact_law_where_they_are_installed(rival, package):
    if not rivals.installed(package):
        pytest.skip(f"{package} is not installed")
    assert rivals.agreement(getattr(rivals, rival)(2_000, 1)).holds


def test_agreement_sees_a_law_that_is_a_little_off():
    # 1.5 % less of every payment: the mean is 4.24 million, its spread 0.48 million, so 20,000 paths see 19 errors.
    payments = (rivals.people_as_stated(20_000, 1) * 0.985).astype(np.int64)
    assert not rivals.agreement(payments).holds


def test_exact_metrics_are_those_of_the_law():
    # From the law by another route: the worst futures one by one until 5 % are together.
    law = rivals.exact_law()
    received = rivals.paid(np.arange(law.size)) / 100.0
    npv = received / 1.05**2 - 4_000_000.0
    order = np.argsort(npv)
    left, tail = 0.05, 0.0
    for k in order:
        taken = min(left, law[k])
        tail, left = tail + taken * npv[k], left - taken
    expected = [law @ npv, law[received < 4_000_000.0].sum(), tail / 0.05]
    np.testing.assert_allclose(precision.exact_metrics(), expected, rtol=1e-12)


def test_metrics_of_a_sample_by_hand():
    # Forty futures: the worst 5 % are the two worst, which bring nothing and 1 million; 37 bring 5 million, one 3.
    received = np.array([0, 100_000_000, 300_000_000, *[500_000_000] * 37])
    mean, p_loss, tail = precision.metrics(precision.alike(received)[0])
    assert mean == pytest.approx((1e6 + 3e6 + 37 * 5e6) / 40 / 1.05**2 - 4e6)
    assert p_loss == pytest.approx(3 / 40)
    assert tail == pytest.approx(0.5e6 / 1.05**2 - 4e6)


def test_errors_of_plain_paths_fall_with_the_root_of_their_number():
    np.testing.assert_allclose(precision.plain_errors(100), 10.0 * precision.plain_errors(10_000), rtol=1e-12)


# Internal rates


def test_rates_agree_with_pyxirr_and_odd_flows_get_their_status():
    assert rates.faults(rates.flows(500), pyxirr_too=rivals.installed("pyxirr")) == []


# The rich deal


@pytest.fixture(scope="module")
def inputs():
    return rich.given(2_048)


@pytest.fixture(scope="module")
def results(inputs):
    found = {}
    programs, _ = rich.programs()
    for name, program in programs.items():
        verified = program.lives(inputs)
        found[name] = rich.Result(verified, program.money(verified, inputs))
    return found


def test_terms_written_out_are_those_of_the_scenario():
    terms, plan = rich.terms(), rich.rich_deal()
    np.testing.assert_allclose(terms.month_weight, plan.cohorts.month_weight, rtol=1e-12)
    np.testing.assert_array_equal(terms.period, plan.outcomes.period_of_month)
    np.testing.assert_array_equal(terms.settlement_class, plan.cohorts.class_of_month)
    np.testing.assert_allclose(terms.years, plan.calendar.years, rtol=1e-15)
    np.testing.assert_allclose(plan.dependence.cohort, terms.cohort, rtol=1e-9)
    assert plan.dependence.person.tolist() == [terms.person, terms.person]
    assert np.floor(2_450_000_00 * plan.financing.drawn_share[0] + 0.5).tolist() == np.cumsum(terms.drawn).tolist()


def test_every_program_of_the_rich_deal_agrees_with_risksim(inputs, results):
    assert rich.faults(results, inputs) == []


def test_agreement_of_the_rich_deal_sees_people_who_are_missing(inputs, results):
    off = results[rich.SAME]
    verified = off.verified.copy()
    verified[:, 0] -= verified[:, 0] > 1
    apart = rich.differences(rich.Result(verified, off.money), results[rich.LIVED])
    assert abs(apart["well-being"]) > 4.0


def test_joint_fates_keep_the_chances_of_the_outcomes(inputs):
    # Summed over fates: well-being of stayers who can be measured, work of everybody who can be measured.
    from scipy.special import ndtr, ndtri

    chances = rich.fate_chances(inputs)
    terms = rich.terms()
    shared = terms.cohort * inputs.factor
    rate_a, rate_b = (
        ndtr((ndtri(inputs.inputs[:, column]) + shared) / (1.0 - terms.cohort**2) ** 0.5) for column in (2, 3)
    )
    met = rich.FATES[:-1].T @ chances
    np.testing.assert_allclose(met[0], 0.9 * (1.0 - inputs.inputs[:, 1]) * rate_a, rtol=1e-7)
    np.testing.assert_allclose(met[1], 0.9 * rate_b, rtol=1e-7)
    np.testing.assert_allclose(met[2], 0.9 * rate_b, rtol=1e-7)


# Growth


def test_larger_deals_are_the_simple_one_with_other_numbers():
    plan = growth.deal_of(25, 10)
    assert plan.cohorts.places.tolist() == [25] * 10
    assert plan.payments.amount_value.tolist() == [60_000.0, 37_500.0 * 250]


def test_power_of_growth():
    assert growth.exponent({"1": 9.0, "10": 2.0, "1000": 200.0}) == 1.0
    assert growth.exponent({"10": 9.0, "100": 5.0, "1000": 5.0}, each=False) == 1.0


# The public purse


def test_a_purse_beside_a_run_leaves_investors_as_they_are():
    assert purse.faults(256) == []
    assert [purse.purse_of(deal, engine) for deal in purse.deals() for engine in purse.ENGINES][-1] == (
        "Havnen, conditional, with its purse"
    )


def test_page_can_tell_of_the_purse_once_it_is_measured():
    part = {"figures": {"paths": 64, "ratios": {"a deal, times the plain run": 1.25}}, "left out": []}
    assert "| a deal, times the plain run | 1.25 |" in page.part_text("purse", part)
    assert set(page.ORDER) == set(page.TITLES) == set(page.TEXTS)


# Questions


def test_questions_answer_alike_on_any_number_of_threads():
    assert questions.faults(256) == []


# The page


@pytest.fixture(scope="module")
def figures():
    return json.loads(FIGURES.read_text(encoding="utf-8"))


def test_page_says_what_the_figures_say(figures):
    assert PAGE.read_text(encoding="utf-8") == page.text_of(figures), (
        "write it anew: python benchmarks/run.py --from benchmarks/results.json --page docs/reference/performance.md"
    )


def test_page_names_every_promise_and_its_pictures_are_there(figures):
    text = PAGE.read_text(encoding="utf-8")
    for budget in budgets.BUDGETS:
        assert f"| {budget.what} | " in text
    for picture in re.findall(r"\]\((\.\./images/[^)]+)\)", text):
        assert (PAGE.parent / picture).exists(), picture


def test_a_budget_that_is_not_reached_says_so():
    parts = {"start-up": {"figures": {"s": {"risksim --help": 0.2}}}}
    table = page.budget_table(parts)
    assert "| risksim --help | at most 0.15 s | 0.20 s | not reached |" in table
    assert "| risksim check | at most 0.50 s | | not measured |" in table
