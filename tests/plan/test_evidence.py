"""Evidence to distribution, against values worked elsewhere and against the checks that every step must pass."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import special, stats

from risksim.engine.run import Settings, run
from risksim.errors import ScenarioError
from risksim.plan.compile import compile_plan
from risksim.plan.evidence import (
    BetaPart,
    beta_binomial,
    counted_people,
    graded_factor,
    learn,
    log_chance,
    matched_people,
    predicted,
    shapes_of,
    updated,
    weight_nodes,
)
from risksim.plan.fits import fit_quantiles
from risksim.plan.laws import Law, law_of
from risksim.scenario.reader import read_scenario, read_text
from risksim.scenario.uncertainty import UncertainNumber
from tests.engine.test_twin import compare, compare_without_evidence
from tests.reference import laws as twin
from tests.scenario.broken import DEAL

FOLDER = Path(__file__).parents[2] / "scenarios" / "evidence"
NUMBER: TypeAdapter[Any] = TypeAdapter(UncertainNumber)
HALF = {"evidence": {"successes": 30, "of": 40, "weight": 0.5}}


def law(told: Any, low: float = 0.0, high: float = 1.0) -> Law:
    return law_of(NUMBER.validate_python(told), low, high)


def shapes(told: Any) -> tuple[float, float]:
    (part,) = learn(NUMBER.validate_python(told)).parts
    return part.a, part.b


# Reference values: 30 of 40, Jeffreys' prior, half weight, for a cohort of 25


def test_half_weight_has_the_published_distribution():
    found = law(HALF)
    assert found.text == "Beta(15.5, 5.5)"
    assert found.mean == pytest.approx(0.738095, abs=5e-7)
    points = [float(found.quantile(level)) for level in (0.05, 0.5, 0.95)]
    assert points == pytest.approx([0.57138, 0.74577, 0.87849], abs=5e-6)


def test_half_weight_predicts_the_published_counts():
    chances = beta_binomial(25, 15.5, 5.5)
    told = predicted(25, 15.5, 5.5)
    assert (told.mean, told.variance) == pytest.approx((18.45238, 10.104875), rel=3e-7)
    assert told.from_the_rate == pytest.approx(0.543478, abs=5e-7)
    assert chances[:16].sum() == pytest.approx(0.177323, abs=5e-7)
    assert chances[20:].sum() == pytest.approx(0.404362, abs=5e-7)
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)
    assert chances @ np.arange(26) == pytest.approx(told.mean, rel=1e-12)


def test_a_run_counts_as_the_evidence_predicts():
    paths = 40_000
    plan = compile_plan(read_scenario(FOLDER / "half-weight.yaml")[0])
    found = run(plan, Settings(paths, 20_260_101, threads=1)).headcount[:, 0, 4]  # achieved
    counts = np.bincount(found, minlength=26)
    told, chances = predicted(25, 15.5, 5.5), beta_binomial(25, 15.5, 5.5)
    assert abs(found.mean() - told.mean) < 4 * math.sqrt(told.variance / paths)
    # a sample variance has variance (kurtosis term) (m4 - v^2) / n
    m4 = chances @ (np.arange(26) - told.mean) ** 4
    assert abs(found.var() - told.variance) < 4 * math.sqrt((m4 - told.variance**2) / paths)
    for share, published in (((found <= 15).mean(), 0.177323), ((found >= 20).mean(), 0.404362)):
        assert abs(share - published) < 4 * math.sqrt(published * (1 - published) / paths)
    rare = chances * paths < 20
    seen = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(chances[~rare], chances[rare].sum()) * paths
    assert stats.chisquare(seen, expected).pvalue > 1e-6


# Reference values: 10 of 25 under 0.8 Beta(15.5, 5.5) + 0.2 U(0, 1)


def test_new_counts_move_the_weight_of_the_evidence():
    before = [BetaPart(0.8, 15.5, 5.5), BetaPart(0.2, 1.0, 1.0)]
    marginals = [math.exp(log_chance(10, 25, part.a, part.b)) for part in before]
    # published cut, not rounded, after eight digits: 0.00632999 of 0.0063299955
    assert [math.floor(marginals[0] * 1e8), round(marginals[1] * 1e8)] == [632_999, 3_846_154]
    after = updated(before, 10, 25)
    assert after[0].weight == pytest.approx(0.396980, abs=5e-7)
    assert sum(part.weight for part in after) == pytest.approx(1.0, abs=1e-15)
    assert sum(part.weight * part.mean for part in after) == pytest.approx(0.465740, abs=5e-7)
    assert (after[0].a, after[0].b, after[1].a, after[1].b) == (25.5, 20.5, 11.0, 16.0)


# Reference values: elicited quartiles, and people who are alike


def test_experts_quartiles_have_the_published_fit():
    fit = law({"quantiles": {"p25": 0.55, "p50": 0.65, "p75": 0.74}})
    beta: Any = fit.pieces[0].family
    assert (beta.a, beta.b) == pytest.approx((7.52067, 4.20882), abs=5e-6)
    assert [float(fit.quantile(p)) for p in (0.05, 0.95)] == pytest.approx([0.40593, 0.84796], abs=5e-6)
    lognormal: Any = law({"quantiles": {"p10": 20, "p90": 60}, "fit": "lognormal"}, 0.0, math.inf).pieces[0].family
    assert (lognormal.mu, lognormal.sigma) == pytest.approx((3.545038, 0.428626), abs=5e-7)


@pytest.mark.parametrize(("a", "b"), [(7.5, 4.2), (2.0, 18.0), (30.0, 10.0), (0.8, 1.3)])
def test_a_fit_to_exact_quantiles_gives_the_parameters_back(a: float, b: float):
    p = [0.1, 0.25, 0.5, 0.75, 0.9]
    found: Any = fit_quantiles(p, special.betaincinv(a, b, p).tolist()).distribution
    assert (found.a, found.b) == pytest.approx((a, b), abs=1e-6)


def test_people_who_are_alike_vary_more():
    a, b = shapes_of(0.6, 0.05)
    assert (a, b) == pytest.approx((11.4, 7.6), rel=1e-12)
    assert predicted(36, a, b).variance == pytest.approx(23.76, rel=1e-12)


# Steps and their order


def test_weight_0_is_the_prior_and_weight_1_all_of_the_evidence():
    assert shapes({"evidence": {"successes": 30, "of": 40, "weight": 0}}) == (0.5, 0.5)
    assert shapes({"evidence": {"successes": 30, "of": 40}}) == (30.5, 10.5)
    assert shapes({"evidence": {"successes": 30, "of": 40, "weight": 0}, "prior": [2, 3]}) == (2.0, 3.0)


def test_design_effect_comes_before_the_weight_and_the_most_after_both():
    # 40 people with an icc of 0.1 count as 40 / 4.9; half of that is 4.0816: successes 3.0612, failures 1.0204
    told: dict[str, Any] = {"evidence": {"successes": 30, "of": 40, "icc": 0.1, "weight": 0.5}}
    assert shapes(told) == pytest.approx((3.5612245, 1.5204082), abs=5e-8)
    # 5.0816327 people scaled to 4: times 0.7871486
    assert shapes(told | {"at_most": 4}) == pytest.approx((2.8032129, 1.1967871), abs=5e-8)
    assert shapes(told | {"at_most": 400}) == shapes(told)
    words = learn(NUMBER.validate_python(told | {"at_most": 4, "may_not_apply": 0.2})).steps
    named = ("prior", "icc", "weight", "at most", "not apply")
    order = [next(place for place, step in enumerate(words) if word in step) for word in named]
    assert order == sorted(order) == list(range(5)), "each step stands once, in order"


def test_an_icc_of_1_counts_one_person_and_never_more_than_there_are():
    assert counted_people(60, 1.0) == pytest.approx(1.0)
    assert counted_people(60, 0.0) == 60
    assert counted_people(0.5, 0.5) == 0.5


def test_sources_add_up_and_a_class_brings_its_weight():
    # 0.5 + 0.3 * 30 + 0.15 * 10 and 0.5 + 0.3 * 10 + 0.15 * 10
    told = [
        {"successes": 30, "of": 40, "class": "same manual"},
        {"successes": 10, "of": 20, "class": "foreign"},
    ]
    assert shapes({"evidence": told}) == pytest.approx((11.0, 5.0), rel=1e-14)


def test_evidence_that_may_not_apply_is_a_mixture_with_any_rate():
    found = law(HALF | {"may_not_apply": 0.2})
    assert found.text == "80 % Beta(15.5, 5.5) and 20 % Uniform(0, 1)"
    # 0.8 * 15.5 / 21 + 0.2 * 0.5
    assert found.mean == pytest.approx(0.690476, abs=5e-7)
    for x in (0.1, 0.5, 0.9):
        assert float(found.cdf(x)) == pytest.approx(0.8 * stats.beta.cdf(x, 15.5, 5.5) + 0.2 * x, abs=1e-14)
    assert law(HALF | {"may_not_apply": 0}).text == "Beta(15.5, 5.5)"
    assert law(HALF | {"may_not_apply": 1}).mean == 0.5


@pytest.mark.parametrize(
    ("of", "successes", "a", "b"),
    [(60, 45, 4, 4), (200, 30, 2, 8), (1000, 100, 0.5, 1.5), (40, 39, 1, 9), (400, 100, 0.5, 0.5)],
)
def test_an_uncertain_weight_has_the_exact_mean(of: float, successes: float, a: float, b: float):
    found = law({"evidence": {"successes": successes, "of": of, "weight": {"beta": [a, b]}}})
    # E (1/2 + w k) / (1 + w n) = k/n + (1/2 - k/n) E 1 / (1 + w n), and the last is Gauss's hypergeometric function
    exact = successes / of + (0.5 - successes / of) * special.hyp2f1(1.0, a, a + b, -of)
    assert found.mean == pytest.approx(exact, abs=1e-7)
    assert sum(piece.width for piece in found.pieces) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (4.0, 4.0), (1.0, 1.0), (0.3, 7.0)])
def test_nodes_of_a_weight_are_those_of_scipy(a: float, b: float):
    places, chances = weight_nodes(a, b, 12)
    nodes, weights = special.roots_sh_jacobi(12, a + b - 1.0, a)
    assert places == pytest.approx(nodes, rel=1e-9, abs=1e-13)
    assert chances == pytest.approx(weights / weights.sum(), rel=1e-8)


def test_the_sample_size_of_a_beta_is_a_plus_b():
    found = law({"beta": [30, 10]})
    assert matched_people(found.mean, found.sd**2) == pytest.approx(40.0, rel=1e-12)


# Experts, grades, constants


def test_experts_are_pooled_and_never_merged():
    told = {
        "experts": [
            {"name": "A", "weight": 3, "says": {"quantiles": {"p25": 0.55, "p50": 0.65, "p75": 0.74}}},
            {"name": "B", "says": {"beta": [2, 18]}},
        ]
    }
    found = law(told)
    # two humps: the pool is wider than either
    assert found.mean == pytest.approx(0.75 * 7.52067 / 11.72949 + 0.25 * 0.1, abs=1e-6)
    assert [piece.width for piece in found.pieces] == [0.75, 0.25]
    assert "(A)" in found.text
    assert "(B)" in found.text
    assert found.sd > max(law({"beta": [2, 18]}).sd, 0.14)


@pytest.mark.parametrize(
    ("grade", "use", "median", "sigma"),
    [
        (1, "cost", 1.0, 0.02),
        (3, "saving", 0.9, 0.0822),
        (3, "cost", 1.1, 0.0744),
        (6, "saving", 0.6, 0.3986),
        (6, "cost", 1.4, 0.2626),
    ],
)
def test_grades_have_their_factors(grade: int, use: str, median: float, sigma: float):
    factor = graded_factor(grade, use)
    assert (math.exp(factor.mu), factor.sigma) == pytest.approx((median, sigma), abs=5e-5)
    if grade > 1:  # no bias stands at the 10 % point of a cost and the 90 % point of a saving
        assert factor.cdf(np.array([1.0]))[0] == pytest.approx(0.1 if use == "cost" else 0.9, abs=1e-9)
    graded = law({"graded": {"value": 25_000, "grade": grade, "as": use}}, 0.0, math.inf)
    assert float(graded.quantile(0.5)) == pytest.approx(25_000 * median, rel=1e-9)


def test_a_constant_is_its_number():
    assert law({"register": "therapy-dropout"}).certain
    assert law({"register": "anonymous-share"}).text == "Beta(2, 18)"
    assert law({"register": "enrolment-ratio"}, 0.0, math.inf).text.startswith("15 % Beta(6, 16)")


# The language


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"evidence": {"successes": 3, "of": 4, "weight": 0.5, "class": "foreign"}}, "a class brings its weight"),
        ({"evidence": {"successes": 3, "of": 4, "class": "abroad"}}, "same manual"),
        ({"evidence": {"successes": 3, "of": 4, "icc": 2}}, "less than or equal to 1"),
        ({"evidence": {"successes": 3, "of": 4, "icc": {"beta": [1, 9]}}}, "not a number"),
        ({"evidence": {"successes": 3, "of": 4, "icc": {"register": "prior-rate"}}}, "no certain share"),
        ({"evidence": {"successes": 3, "of": 4}, "may_not_apply": {"register": "benefit-horizon"}}, "no certain share"),
        ({"evidence": [{"successes": 3, "of": 4, "weight": {"beta": [1, 1]}}] * 2}, "one weight may be uncertain"),
        ({"evidence": {"successes": 3, "of": 4}, "at_most": 0}, "greater than 0"),
        ({"experts": [{"name": "A", "says": 0.3}, {"name": "A", "says": 0.4}]}, "each expert is asked once"),
        ({"graded": {"value": 5, "grade": 7, "as": "cost"}}, "less than or equal to 6"),
        ({"graded": {"value": 5, "grade": 3, "as": "price"}}, "'cost' or 'saving'"),
        ({"register": "enrolment-rate"}, "Did you mean enrolment-ra"),
        ({"register": "qqqq"}, "risksim describe --register"),
        ({"register": "refund-ladder"}, "a table of the register"),
        ({"register": "therapy-dropout", "source": "swift"}, "brings its own source"),
    ],
)
def test_what_contradicts_itself_is_refused(told: dict[str, Any], said: str):
    with pytest.raises(ValidationError) as caught:
        NUMBER.validate_python(told)
    assert said in str(caught.value)


GRADED = "{graded: {value: 1, grade: 3, as: saving}}"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("unmeasured: 0.1", f"unmeasured: {GRADED}", 17),
        ("success_rate: 0.4", f"success_rate: {{mixture: [{{weight: 1, of: {GRADED}}}]}}", 28),
        ("      window: 12 months", f"      window: 12 months\n      ratio: {GRADED}", 15),
    ],
)
def test_a_share_is_never_graded(old: str, new: str, line: int):
    deal, places = read_text(DEAL.replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        compile_plan(deal, places, draft=True)
    (fault,) = caught.value.faults
    assert fault.line == line
    assert "only costs, savings and prices in money are graded" in fault.found


def test_a_price_may_be_graded():
    graded = "{graded: {value: 10000, grade: 3, as: saving}}"
    deal, places = read_text(DEAL.replace("price: 10000", f"price: {graded}"))
    (note,) = [n for n in compile_plan(deal, places).labels.inputs if n.name == "payments[1].price"]
    assert note.family == "Lognormal(median 9,000, sigma 0.0822)"


# The slow twin


@pytest.mark.parametrize(
    "told",
    [
        HALF | {"may_not_apply": 0.2, "at_most": 12},
        {"evidence": {"successes": 45, "of": 60, "icc": {"register": "icc-housing"}, "weight": {"beta": [2, 5]}}},
        {"evidence": {"successes": 45, "of": 60, "weight": {"beta": [2, 5]}}, "may_not_apply": 0.3, "at_most": 20},
        {"experts": [{"name": "A", "says": {"p5": 0.3, "p95": 0.6}}, {"name": "B", "weight": 2, "says": 0.4}]},
        {"register": "valid-outcome-data"},
    ],
)
def test_laws_equal_those_of_the_twin(told: dict[str, Any]):
    number, found = NUMBER.validate_python(told), law(told)
    assert found.mean == pytest.approx(twin.mean(number, "share"), rel=1e-12)
    for u in (0.013, 0.21, 0.5, 0.77, 0.9, 0.996):
        assert float(found.inverse(u)) == pytest.approx(twin.quantile(number, u, "share"), rel=1e-8)


# Sites have rates of their own, which the twin draws and does not average; tests/engine/test_rates_twin.py has them.
@pytest.mark.parametrize("file", sorted(set(FOLDER.glob("*.yaml")) - {FOLDER / "sites.yaml"}), ids=lambda f: f.stem)
def test_deals_equal_the_slow_twin(file: Path):
    scenario = read_scenario(file)[0]
    compare(scenario, 30)
    compare_without_evidence(scenario, 3)
