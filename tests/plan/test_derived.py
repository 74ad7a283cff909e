"""Rates worked out of other numbers: shrinkage, discounts, means by quadrature, and what a run draws of them."""

import itertools
import math

import numpy as np
import pytest
from scipy import special, stats

from risksim.engine import inputs as engine
from risksim.engine.addresses import key_of
from risksim.engine.chances import rates_of
from risksim.engine.inputs import inputs_of
from risksim.plan.compile import at_means, compile_plan, luck_of
from risksim.plan.derived import FORMULAS
from risksim.plan.layout import BY_COMPOSITION, OVER_SITES
from risksim.scenario.rates import EffectTerms, SitesRate, shrunk
from tests.engine.test_rates_twin import COUNTS, RATES, USUAL, with_rate

PATHS = 64 * 1024
KEY = np.array(key_of(7), dtype=np.uint64)


@pytest.mark.parametrize(
    ("z", "left"), [(1.0, 0.55346), (1.96, 0.63284), (2.5, 0.68830), (3.0, 0.73584), (4.0, 0.80495)]
)
def test_shrinkage_of_one_trial(z, left):
    parts = shrunk(2.0 * z, 2.0)
    assert math.fsum(weight for weight, _, _ in parts) == pytest.approx(1.0, abs=1e-15)
    assert math.fsum(weight * mean for weight, mean, _ in parts) / (2.0 * z) == pytest.approx(left, abs=5e-6)


def test_shrinkage_of_a_huge_effect_leaves_it():
    # All weight on the widest part: 5.64^2 / (1 + 5.64^2) = 0.96952.
    assert math.fsum(w * m for w, m, _ in shrunk(500.0, 1.0)) / 500.0 == pytest.approx(0.96952, abs=1e-5)


@pytest.mark.parametrize(
    ("design", "flags", "left"),
    [
        ("randomised trial", [], 1.0),
        ("randomised trial", ["weak measure"], 0.5),
        ("trial with problems, or strong quasi-experiment", ["not real-world"], 0.375),
        ("matched comparison group", ["weak measure", "not real-world"], 0.125),
        ("matched comparison group", ["weak measure", "not real-world", "developer is evaluator"], 0.1),
    ],
)
def test_multiplier_of_a_design(design, flags, left):
    terms = {"usual": 0.4, "difference": {"estimate": 0.1, "standard_error": 0.05}, "design": design, "flags": flags}
    found = EffectTerms.model_validate(terms)
    assert found.discount == pytest.approx(left)
    assert len(found.register_keys()) == 1 + len(flags) + (left < 1.0) + (left == 0.1)


def test_defaults_in_use_are_named():
    told = {"sites": {"counts": COUNTS}}
    assert SitesRate.model_validate(told).register_keys() == ("between-site-mean", "between-site-spread")
    told["sites"]["spread"] = 0.5
    assert SitesRate.model_validate(told).register_keys() == ("between-site-mean",)


def column(plan, name):
    return next(k for k, note in enumerate(plan.labels.inputs) if note.name == name)


@pytest.mark.parametrize("name", [*RATES, "sites"])
@pytest.mark.parametrize("one", [True, False])
def test_drawn_rates_follow_their_note(name, one):
    rate = RATES.get(name, {"sites": {"counts": COUNTS}})
    plan = compile_plan(with_rate(rate, one=one))
    drawn = inputs_of(plan, KEY, 0, PATHS)
    slot = column(plan, "outcomes[job].success_rate")
    note, values = plan.labels.inputs[slot], drawn[:, slot]
    assert plan.inputs.mean[slot] == note.mean
    assert abs(values.mean() - note.mean) < 4.0 * note.sd / math.sqrt(PATHS)
    fourth = float(((values - note.mean) ** 4).mean())
    assert abs(values.var() - note.sd**2) < 4.0 * math.sqrt((fourth - note.sd**4) / PATHS)
    for level, point in zip((0.05, 0.5, 0.95), note.quantiles, strict=True):
        assert abs((values <= point).mean() - level) < 4.0 * math.sqrt(level * (1.0 - level) / PATHS) + 5e-4


def test_mean_of_an_effect_equals_another_rule():
    # E expit(logit p0 + m theta): p0 ~ Beta(20, 30), theta normal, m ~ Beta(5, 5); Simpson's rule over p0 and m, and
    # 64 points of Gauss-Hermite over theta.
    plan = compile_plan(with_rate(RATES["matched"]))
    note = plan.labels.inputs[column(plan, "outcomes[job].success_rate")]
    grid = np.linspace(0.0, 1.0, 801)
    simpson = np.array([1.0, *([4.0, 2.0] * 399), 4.0, 1.0]) / 3.0 / 800
    usual, left = simpson * stats.beta.pdf(grid, 20, 30), simpson * stats.beta.pdf(grid, 5, 5)
    places, weights = np.polynomial.hermite_e.hermegauss(64)
    log, error = math.log(1.8), (math.log(2.9) - math.log(1.1)) / (2.0 * stats.norm.ppf(0.975))
    theta = log + error * places
    total = 0.0
    for shift, weight in zip(theta, weights / weights.sum(), strict=True):
        inside = special.expit(special.logit(np.clip(grid, 1e-300, 1 - 1e-16))[:, None] + shift * grid[None, :])
        total += weight * float(usual @ inside @ left)
    assert note.mean == pytest.approx(total, rel=1e-7)


def test_quadrature_and_kernels_say_the_same():
    grid = np.array(
        list(itertools.product([0.0, 1e-9, 0.3, 1.0], [1e-300, 0.01, 0.7, 1.0, 50.0, 2000.0], [0.0, 0.4, 1.0]))
    ).T
    for operation, formula in FORMULAS.items():
        numbers, out = np.ascontiguousarray(grid), np.empty(grid.shape[1])
        engine.OPERATIONS[operation](numbers, out)
        assert out == pytest.approx(formula(*numbers), rel=1e-13, abs=1e-300)
        assert ((out >= 0.0) & (out <= 1.0)).all()


def test_without_a_discount_the_effect_counts_in_full_and_with_none_left_not_at_all():
    # logit 0.3 + ln 2: odds 3/7 * 2 = 6/7, rate 6/13.
    out = np.empty(2)
    engine.OPERATIONS[0](np.array([[0.3, 0.3], [2.0, 2.0], [1.0, 0.0]]), out)
    assert out == pytest.approx([6 / 13, 0.3], rel=1e-14)


def test_composition_by_hand():
    # Parts 0.5 of everybody, then 0.4 of the rest: shares 0.5, 0.2, 0.3; 0.5 * 0.8 + 0.2 * 0.5 + 0.3 * 0.1 = 0.53.
    out = np.empty(1)
    engine.OPERATIONS[BY_COMPOSITION](np.array([[0.5], [0.4], [0.8], [0.5], [0.1]]), out)
    assert out[0] == pytest.approx(0.53, rel=1e-14)


def test_mean_rate_over_sites():
    # No spread: the rate itself; a wide one: still 1/2 about 1/2, and drawn towards 1/2 elsewhere.
    out = np.empty(3)
    engine.OPERATIONS[OVER_SITES](np.array([[0.7, 0.0, 2.0], [0.0, 2.0, 1.5]]), out)
    by_quad = stats.norm.expect(lambda u: special.expit(2.0 + 1.5 * u))
    assert out == pytest.approx([special.expit(0.7), 0.5, by_quad], rel=1e-7)


def test_each_cohort_has_a_rate_of_its_own_around_the_same_mean():
    plan = compile_plan(with_rate({"sites": {"counts": COUNTS}}))
    one = compile_plan(with_rate({"sites": {"counts": COUNTS}}, one=True))
    note = one.labels.inputs[column(one, "outcomes[job].success_rate")]
    drawn = inputs_of(plan, KEY, 0, PATHS)
    rates = rates_of(plan, KEY, 0, drawn)
    assert rates.shape == (PATHS, 3, 4)
    assert (rates[:, 0, 1] == drawn[:, plan.outcomes.rate_slot[1]]).all()  # another outcome: the same in every cohort
    for cohort in range(3):
        own = rates[:, cohort, 0]
        assert abs(own.mean() - note.mean) < 4.0 * note.sd / math.sqrt(PATHS)
        squares = (own - note.mean) ** 2
        assert abs(squares.mean() - note.sd**2) < 4.0 * squares.std() / math.sqrt(PATHS)
    # What two sites share is the mean and the spread: the covariance is the variance of the mean rate of sites.
    over = plan.labels.inputs[column(plan, "outcomes[job].success_rate")]
    products = (rates[:, 0, 0] - note.mean) * (rates[:, 1, 0] - note.mean)
    assert abs(products.mean() - over.sd**2) < 4.0 * products.std() / math.sqrt(PATHS)
    later = rates_of(plan, KEY, 6400, inputs_of(plan, KEY, 6400, 64))
    assert (later == rates[6400:6464]).all()


def test_at_means_nothing_is_worked_out():
    plan = compile_plan(with_rate({"sites": {"counts": COUNTS}}))
    fixed = at_means(plan)
    assert fixed.labels.inputs == ()
    assert (fixed.derived, fixed.sites) == ((), None)
    assert fixed.outcomes.rate_value[0] == plan.labels.inputs[column(plan, "outcomes[job].success_rate")].mean
    assert not set(luck_of(plan)) & {each.slot for each in plan.derived}


def test_parts_of_a_rate_are_drawn_by_their_own_address():
    plan = compile_plan(with_rate(RATES["matched"]))
    same = compile_plan(
        with_rate({"effect": RATES["matched"]["effect"] | {"usual": USUAL, "multiplier": 0.5, "design": None}})
    )
    usual = "outcomes[job].success_rate.effect.usual"
    one, other = (inputs_of(each, KEY, 0, 64)[:, column(each, usual)] for each in (plan, same))
    assert (one == other).all()


def test_counterfactual_is_an_input_that_changes_no_payment():
    plain = compile_plan(with_rate(0.5))
    said = compile_plan(with_rate(0.5, counterfactual={"beta": [20, 30]}))
    names = [note.name for note in said.labels.inputs]
    assert "outcomes[job].counterfactual" in names
    assert [n for n in names if n != "outcomes[job].counterfactual"] == [n.name for n in plain.labels.inputs]
    assert said.digest != plain.digest


def test_a_draft_knows_mean_and_spread():
    whole, draft = (compile_plan(with_rate(RATES["groups"]), draft=draft) for draft in (False, True))
    slot = column(whole, "outcomes[job].success_rate")
    assert draft.labels.inputs[slot].mean == whole.labels.inputs[slot].mean
    assert math.isnan(draft.labels.inputs[slot].quantiles[0])
