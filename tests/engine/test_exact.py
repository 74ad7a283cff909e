"""The exact engine and integrated people against laws reckoned here, and against people drawn one by one."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from risksim import api
from risksim.engine import exact, integrated, quadrature, totals
from risksim.engine.thinning import Enrolled, Stage, binomial, both, law_after, passing, transitions
from risksim.errors import RunError
from risksim.plan.compile import compile_plan
from risksim.plan.layout import ELIGIBLE, SEEN, SUM
from risksim.scenario.scenario import Scenario
from tests.engine.deals import SHIPPED, SIMPLE, bent_plan, funded_files, shipped_plan

ERRORS = 4.0
"""How many standard errors an estimate may lie from the truth."""
SOLVED = (
    "evidence/half-weight.yaml",
    "evidence/sites.yaml",
    "financing/grants.yaml",
    "international/st-basils.yaml",
    "international/seoul.yaml",
    "risks/amended-terms.yaml",
    "risks/outcome-fund.yaml",
    "risks/pooled-municipalities.yaml",
    "rules/each-cohort.yaml",
    "time/retention.yaml",
)
PEOPLE, PRICE, CAP = 120, 60_000, 4_500_000


def small(**changes):
    """Two people, of whom half stay, and half of those succeed; 100 a success, 100 paid in at the start."""
    told = {
        "schema": 1,
        "name": "Two people",
        "currency": "DKK",
        "start": "2025-01-01",
        "end": "2026-12-31",
        "follow_up": ["2026-12-31"],
        "hurdles": [0.0],
        "cohorts": [{"name": "all", "participants": 2, "duration": "6 months", "dropout": 0.5}],
        "outcomes": {"job": {"of": "completers", "success_rate": 0.5, "measured": {"at": "completion"}}},
        "payments": [{"per_outcome": {"outcome": "job", "price": 100, "payer": "state"}}],
        "financing": {"tranches": [{"name": "investor", "commitment": 100}]},
    }
    return compile_plan(Scenario.model_validate(told | changes))


def chances_by_amount(run):
    """Probability of each amount that the investor receives, in currency."""
    found: dict[float, float] = {}
    for weight, received in zip(run.paths.weight, run.paths.received[:, 0] / run.plan.minor_units, strict=True):
        found[float(received)] = found.get(float(received), 0.0) + float(weight)
    return found


# Laws reckoned by hand


def test_two_people_by_hand():
    # each succeeds with 1/4: nobody 9/16, one 6/16, both 1/16. Mean 50, variance 100^2 * 2 * 1/4 * 3/4 = 3750.
    run = api.solve_exactly(small())
    assert chances_by_amount(run) == pytest.approx({0.0: 9 / 16, 100.0: 6 / 16, 200.0: 1 / 16}, abs=1e-15)
    said = dict(run.summary().statistics())
    assert said["payers[state].total.mean"] == pytest.approx((50.0, 0.0, 50.0, 50.0), abs=1e-12)
    assert said["payers[state].total.sd"].value == pytest.approx(math.sqrt(3750.0), abs=1e-11)
    # the worst twentieth lies in the 9/16 who bring nothing: all 100 are lost
    assert said["tranches[investor].loss.expected_shortfall_95"].value == pytest.approx(100.0, abs=1e-11)
    assert said["tranches[investor].loss.p_loss"].value == pytest.approx(9 / 16, abs=1e-15)
    assert said["programme.completed.mean"].value == pytest.approx(1.0, abs=1e-15)
    assert said["programme.outcomes[job].achieved.p50"].value == 0.0


def test_an_atom_on_the_border_counts_in_part():
    # 19 of 20 succeed: P(0) = 1/400, P(1) = 38/400, P(2) = 361/400. The worst twentieth of losses is 1/400 at 100 and
    # 19/400 of the atom at 0 (received 100): mean (1/400 * 100 + 0) / (1/20) = 5
    plan = small(
        cohorts=[{"name": "all", "participants": 2, "duration": "6 months"}],
        outcomes={"job": {"of": "completers", "success_rate": 0.95, "measured": {"at": "completion"}}},
    )
    said = dict(api.solve_exactly(plan).summary().statistics())
    assert said["tranches[investor].loss.value_at_risk_95"].value == 0.0
    assert said["tranches[investor].loss.expected_shortfall_95"].value == pytest.approx(5.0, abs=1e-12)


def test_how_many_enrol_where_the_ratio_is_uniform():
    # floor(4 r) for r uniform between 0.25 and 1: 1, 2 and 3 with a third each
    plan = small(
        cohorts=[{"name": "all", "participants": 4, "enrolment": {"ratio": {"uniform": [0.25, 1.0]}}}],
        outcomes={"job": {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "6 months"}}},
    )
    law = quadrature.law_of_enrolled(plan.inputs, int(plan.cohorts.ratio_slot[0]), 4)
    assert law == pytest.approx([0.0, 1 / 3, 1 / 3, 1 / 3, 0.0], abs=1e-8)  # 1e-9 guards whole numbers
    # nobody succeeds: (1/2 + 1/4 + 1/8) / 3 = 7/24; all three: 1/8 / 3 = 1/24
    found = chances_by_amount(api.solve_exactly(plan))
    assert found[0.0] == pytest.approx(7 / 24, abs=1e-8)
    assert found[300.0] == pytest.approx(1 / 24, abs=1e-8)


def fates_of_one(stay, seen, met):
    """Every way in which one person may fare, with its chance: enrolled and completed, seen, and who met what."""
    for stays, visible, job, well in itertools.product((1, 0), repeat=4):
        chance = (stay if stays else 1 - stay) * (seen if visible else 1 - seen)
        chance *= (met[0] if job else 1 - met[0]) * (met[1] if well else 1 - met[1])
        yield chance, stays, visible, job * visible, well * visible * stays


@pytest.mark.parametrize("shares", [("job", "well"), ("job",), ("well",)])
def test_counts_that_hang_together_are_those_of_every_fate(shares):
    # three people, every one of the 16^3 combinations of fates
    terms = {"pays": 100, "on": "last", "payer": "state"}
    goals = [
        {"threshold": {"outcome": name, "counts": "share", "at_least": 0.5, "unmeasured": "exclude"} | terms}
        for name in shares
    ]
    counts = [
        {"per_outcome": {"outcome": name, "price": 10, "payer": "state"}}
        for name in ("job", "well")
        if name not in shares
    ]
    plan = small(
        cohorts=[{"name": "all", "participants": 3, "duration": "6 months", "dropout": 0.3, "unmeasured": 0.2}],
        outcomes={
            "job": {"of": "enrolled", "success_rate": 0.6, "measured": {"after_enrolment": "6 months"}},
            "well": {"of": "completers", "success_rate": 0.35, "measured": {"at": "completion"}},
        },
        payments=goals + counts,
    )
    shape = exact.shape_of(plan)
    law = exact.joint_law(plan, shape, exact.given_at(plan, 0.5))
    (way,) = shape.ways
    expected = np.zeros(shape.sizes)
    for fates in itertools.product(list(fates_of_one(0.7, 0.8, (0.6, 0.35))), repeat=3):
        chance = math.prod(fate[0] for fate in fates)
        stays, seen, job, well = (sum(fate[i] for fate in fates) for i in range(1, 5))
        both_ = sum(fate[1] * fate[2] for fate in fates)
        count = {"s": stays, "w": seen, "v": both_, 0: job, 1: well}
        expected[tuple(count[name] for name in way.kept)] += chance
    assert {read.which for read in way.reads} >= set(way.kept)
    assert law == pytest.approx(expected, abs=1e-14)
    statistics = set(plan.measures.statistic.tolist())
    assert statistics == {SUM, SEEN, ELIGIBLE}


# The simple deal


def betabinomial():
    """Successes of the simple deal: stay with share Beta(16, 4), succeed with rate Beta(30, 10)."""
    chance = np.zeros(PEOPLE + 1)
    for stay, weight in enumerate(stats.betabinom(PEOPLE, 16, 4).pmf(np.arange(PEOPLE + 1))):
        chance[: stay + 1] += weight * stats.betabinom(stay, 30, 10).pmf(np.arange(stay + 1))
    return chance


def test_simple_deal_is_its_beta_binomial_law():
    run = api.solve_exactly(shipped_plan(SIMPLE))
    law, found = betabinomial(), chances_by_amount(run)
    for successes in range(CAP // PRICE):
        assert found[float(PRICE * successes)] == pytest.approx(law[successes], abs=1e-10)
        assert found[float(PRICE * successes)] == pytest.approx(law[successes], rel=1e-7)
    assert found[float(CAP)] == pytest.approx(law[CAP // PRICE :].sum(), abs=1e-10)
    assert run.sample.is_exact
    assert run.counts is not None
    assert run.counts.total[4][0] == pytest.approx(law, abs=1e-10)
    assert run.counts.total[2][0] == pytest.approx(stats.betabinom(PEOPLE, 4, 16).pmf(np.arange(121)), abs=1e-10)


def test_simple_deal_has_its_published_figures():
    said = dict(api.solve_exactly(shipped_plan(SIMPLE)).summary().statistics())
    here = "tranches[investor].npv[0.05]"
    assert said[f"{here}.mean"].value == pytest.approx(-257_587.48, abs=0.005)
    assert said["tranches[investor].loss.p_loss"].value == pytest.approx(0.311386, abs=5e-7)
    assert said[f"{here}.p_loss"].value == pytest.approx(0.539181, abs=5e-7)
    assert said[f"{here}.p05"].value == pytest.approx(-1_170_068, abs=0.5)
    assert said[f"{here}.expected_shortfall_95"].value == pytest.approx(1_418_442, abs=0.5)
    assert said[f"{here}.sd"].value == pytest.approx(431_150, abs=0.5)
    assert all(estimate.standard_error == 0.0 for _, estimate in said.items())


def test_a_row_keeps_neither_inputs_nor_people():
    run = api.solve_exactly(shipped_plan(SIMPLE))
    dataset = run.dataset()
    assert {"inputs", "enrolled", "verified"} <= set(dataset.attrs["left_out"].split())
    assert float(dataset["weight"] @ dataset["received"].isel(tranche=0)) / 100 == pytest.approx(
        4_126_009.80, abs=0.005
    )
    header = api.path_table(run).split("\n", 1)[0]
    assert "npv[investor][0.05]" in header
    assert "enrolled" not in header
    (everybody,) = api.cohorts(run)
    assert everybody.completed == pytest.approx((96.0, 0.0, 96.0, 96.0), abs=1e-10)


def test_simple_deal_at_its_means_is_binomial():
    run = api.solve_exactly(api.at_means(shipped_plan(SIMPLE)))
    law, found = stats.binom(PEOPLE, 0.8 * 0.75).pmf(np.arange(PEOPLE + 1)), chances_by_amount(run)
    for successes in range(CAP // PRICE):
        assert found[float(PRICE * successes)] == pytest.approx(law[successes], abs=1e-14)


def test_a_sum_of_prices_has_the_same_law_by_its_total_and_by_its_counts():
    # three outcomes of completers, who are a random number: 13^3 combinations, or multiples of 50 up to 12 * 450
    beta, at = {"beta": [3, 2]}, {"at": "completion"}
    rates, prices = {"a": beta, "b": 0.3, "c": beta}, {"a": 100, "b": 250, "c": 100}
    plan = small(
        cohorts=[{"name": "all", "participants": 12, "duration": "6 months", "dropout": {"beta": [2, 6]}}],
        outcomes={name: {"of": "completers", "success_rate": rate, "measured": at} for name, rate in rates.items()},
        payments=[{"per_outcome": {"outcome": name, "price": prices[name], "payer": "state"}} for name in prices]
        + [{"cap": {"total": 2_000}}],
    )
    shape, given = exact.shape_of(plan), exact.given_at(plan, 0.5)
    found = totals.prices_of(plan, shape.ways)
    assert found == totals.Prices((10_000, 25_000, 10_000), 5_000, 12 * 9 + 1)
    by_total = np.zeros(109)
    for (a, b, c), chance in np.ndenumerate(exact.joint_law(plan, shape, given)):
        by_total[2 * a + 5 * b + 2 * c] += chance
    assert totals.total_law(plan, shape.ways[0], found, given) == pytest.approx(by_total, abs=1e-14)
    settled = totals.solve_totals(plan, shape.ways[0], found, given)
    paid = np.bincount(settled.received[:, 0] // 5_000, settled.weight, 41)
    assert paid == pytest.approx([*by_total[:40], by_total[40:].sum()], abs=1e-14)


# Quadrature and thinning


@pytest.mark.parametrize(("a", "b"), [(30, 10), (4, 16), (0.5, 0.5), (300, 2), (1, 1)])
def test_mixtures_over_a_beta_law_are_beta_binomial(a, b):
    plan = small(
        outcomes={"job": {"of": "completers", "success_rate": {"beta": [a, b]}, "measured": {"at": "completion"}}}
    )
    slot = int(plan.outcomes.rate_slot[0])
    for n in (1, 40, 700):
        truth = stats.betabinom(n, a, b).pmf(np.arange(n + 1))
        fine, coarse = (
            passing(Stage(nodes.inputs[:, slot][np.newaxis], nodes.weight), np.array([n]), n)[0]
            for nodes in (quadrature.along_one(plan, slot), quadrature.along_one(plan, slot, 2))
        )
        assert fine == pytest.approx(truth, abs=1e-12)
        assert fine == pytest.approx(coarse, abs=1e-11)  # the error of half the nodes; that of all is its square
        nodes = quadrature.tensor(plan, (slot,), 1 / 64)
        other = passing(Stage(nodes.inputs[:, slot][np.newaxis], nodes.weight), np.array([n]), n)[0]
        assert other == pytest.approx(truth, abs=1e-9)  # between the nodes of the table


def test_a_large_cohort_takes_more_nodes_than_its_table_has():
    # a uniform rate: 0 to 4,000 successes with the same probability
    plan = small(
        cohorts=[{"name": "all", "participants": 4_000}],
        outcomes={"job": {"of": "enrolled", "success_rate": {"uniform": [0, 1]}, "measured": {"on": "2026-01-01"}}},
    )
    run = api.solve_exactly(plan)
    assert run.counts is not None
    assert run.counts.total[4][0] == pytest.approx(np.full(4_001, 1 / 4_001), rel=1e-8)


def test_thinning_gives_the_law_of_every_number_of_people():
    z, weight = quadrature.standard_normal(0.25)
    stage = Stage(quadrature.logistic(0.3 + z)[np.newaxis], weight)
    table = transitions(stage, 50)[0]
    for n in (0, 1, 17, 49):
        assert table[n] == pytest.approx(passing(stage, np.array([n]), 50)[0], abs=1e-14)


def test_certain_chances_are_certain():
    for chance, where in ((0.0, 0), (1.0, 5)):
        assert binomial(np.array([chance]), np.array([5]), 7)[0].tolist() == [float(k == where) for k in range(8)]
    assert law_after(Enrolled(np.array([3]), None, 4), [])[0].tolist() == [0, 0, 0, 1, 0]


def test_who_passes_both_steps_is_hypergeometric():
    table = both(12)
    found = table[12, 5, 7]
    assert found == pytest.approx(stats.hypergeom(12, 5, 7).pmf(np.arange(13)), abs=1e-14)


# Other deals


def agree(name, paths=20_000, seed=3):
    """Every mean and probability of the exact engine within four standard errors of people drawn one by one."""
    plan = shipped_plan(name)
    solved, drawn = api.solve_exactly(plan), api.simulate(plan, paths, seed, keep_claims=False)
    truth, found = dict(solved.summary().statistics()), dict(drawn.summary().statistics())
    assert truth.keys() == found.keys()
    for key, estimate in found.items():
        if not key.endswith((".mean", ".p_loss", ".of_mean_flow", ".expected_given_loss")):
            continue
        exact_one, error = truth[key], estimate.standard_error
        assert exact_one.standard_error == 0.0 or math.isnan(exact_one.standard_error), key
        if not error > 0.0 or math.isnan(exact_one.value):
            low, high = estimate.low, estimate.high
            assert math.isnan(exact_one.value) or low - 1e-6 <= exact_one.value <= high + 1e-6, key
            continue
        assert abs(exact_one.value - estimate.value) <= ERRORS * error + 1e-9 * abs(exact_one.value), key
    possible = {tuple(row) for row in solved.paths.repayment.reshape(solved.paths.weight.size, -1)}
    assert {tuple(row) for row in drawn.paths.repayment.reshape(paths, -1)} <= possible


@pytest.mark.parametrize("name", SOLVED)
def test_shipped_deals_agree_with_people_drawn(name):
    agree(name)


def solvable():
    names = [file.relative_to(SHIPPED).as_posix() for file in funded_files()]
    return [name for name in names if exact.obstacle(shipped_plan(name)) is None]


@pytest.mark.slow
def test_every_shipped_deal_that_can_be_solved_agrees_with_people_drawn():
    names = solvable()
    print(len(names), names)
    assert set(SOLVED) <= set(names)
    for name in names:
        agree(name, 100_000)


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (bent_plan, "an uncertain number"),
        (lambda: shipped_plan("broendby-tuba.yaml"), "on several dates"),
        (lambda: shipped_plan("international/newpin.yaml"), "an uncertain number"),
        (lambda: shipped_plan("ending/five-people.yaml"), "an early end"),
        (lambda: shipped_plan("outcomes/gate.yaml"), "lived month by month"),
        (lambda: shipped_plan("effects/effect-against-comparison.yaml"), "a group that is drawn"),
        (lambda: shipped_plan("evidence/effect.yaml"), "would have happened anyway"),
        (lambda: shipped_plan("financing/costs-per-head.yaml"), "the months that people attend"),
    ],
)
def test_deals_that_cannot_be_solved_say_why(plan, says):
    assert says in (exact.obstacle(plan()) or "")
    with pytest.raises(RunError, match=r"the exact engine cannot run this deal: .*Try another engine\."):
        exact.run_exact(plan())


# Integrated people


def test_integrated_people_agree_with_the_exact_law():
    plan = shipped_plan(SIMPLE)
    truth = dict(api.solve_exactly(plan).summary().statistics())
    found = dict(api.integrate(plan, 4_096, 5).summary().statistics())
    assert truth.keys() == found.keys()
    for key, estimate in found.items():
        if key.endswith((".mean", ".sd", ".p_loss", "expected_shortfall_95")) and estimate.standard_error > 0.0:
            assert abs(estimate.value - truth[key].value) <= ERRORS * estimate.standard_error, key


def test_integrated_people_are_the_same_bits_again_and_others_for_another_seed():
    plan = shipped_plan(SIMPLE)
    first, again, other = (integrated.run_integrated(plan, 320, seed) for seed in (1, 1, 2))
    assert (first.paths.weight == again.paths.weight).all()
    assert first.paths.weight.shape != other.paths.weight.shape or (first.paths.weight != other.paths.weight).any()
    assert first.paths.replicate.max() == 31
    assert np.bincount(first.paths.replicate, first.paths.weight) == pytest.approx(1 / 32)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["evidence/sites.yaml", "risks/amended-terms.yaml", "risks/pooled-municipalities.yaml"]
)
def test_integrated_people_agree_with_other_exact_laws(name):
    plan = shipped_plan(name)
    truth = dict(api.solve_exactly(plan).summary().statistics())
    found = dict(api.integrate(plan, 4_096, 5).summary().statistics())
    for key, estimate in found.items():
        if key.endswith((".mean", ".p_loss")) and estimate.standard_error > 0.0:
            assert abs(estimate.value - truth[key].value) <= ERRORS * estimate.standard_error, key


def test_a_deal_without_anything_uncertain_has_one_row():
    run = api.integrate(shipped_plan("rules/cap.yaml"), 64)
    assert run.sample.is_exact
    assert run.paths.weight.tolist() == [1.0]


@pytest.mark.slow
def test_one_replicate_is_worth_many_plain_paths():
    # 200 scrambles of 16,384 points; the root mean square error is itself known to 5 %, the ratio below to 10 %
    plan = shipped_plan(SIMPLE)
    shape, n_points, law = exact.shape_of(plan), 16_384, betabinomial()
    received = np.minimum(PRICE * np.arange(PEOPLE + 1.0), CAP)
    npv = received * 1.05 ** -(730 / 365) - 4_000_000.0
    at_risk = -npv[np.searchsorted(law.cumsum(), 0.05)]
    excess = np.maximum(-npv - at_risk, 0.0) / 0.05
    errors = []
    for seed in range(200):
        (given,) = integrated.given_in_replicates(plan, n_points, seed, 1)
        found = exact.joint_law(plan, shape, given)
        errors.append([(found - law) @ values for values in (npv, received < 4_000_000.0, excess)])
    mean_square = np.mean(np.square(errors), axis=0)
    variance = [law @ np.square(values - law @ values) for values in (npv, received < 4_000_000.0, excess)]
    plain_paths = variance / mean_square
    print("plain paths worth as much: mean NPV, P(loss), expected shortfall", plain_paths)
    assert plain_paths[0] > 1_000_000_000
    assert plain_paths[1] > 1_000_000_000
    assert plain_paths[2] > 30_000_000
