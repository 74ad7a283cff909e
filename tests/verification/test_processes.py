"""Outcomes lived person by person against laws that owe nothing to risksim: closed forms, a renewal equation, scipy.

Every seed is fixed; what is drawn lies within four standard errors of the truth.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from risksim.engine.expected import expected_people
from risksim.engine.inputs import draw_inputs
from risksim.engine.lives import live_tile
from risksim.engine.run import Settings, draw_block, run
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import ELIGIBLE, LANES, SEEN, SUM, Plan
from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal
from tests.kernels.forms import close_to, key_array

ERRORS = 4.0
STARTS, ENDS = 0.25, 0.08
BOTH = STARTS + ENDS

Told = dict[str, Any]


def people(
    outcomes: dict[str, Told], *, payments: list[Told] | None = None, participants: int = 100, **cohort: Any
) -> Scenario:
    """A deal of one cohort without dropouts, whose outcomes are paid one a piece."""
    paid = payments or [{"per_person": {"prices": dict.fromkeys(outcomes, 1), "most": 1e6}}]
    return deal(
        start="2025-01-01",
        end="2032-12-31",
        follow_up={"every": "6 months"},
        cohorts=[{"name": "all", "participants": participants, **cohort}],
        outcomes=outcomes,
        payments=paid,
        financing={"tranches": [{"name": "DSI", "commitment": 100_000}]},
    )


def lived(scenario: Scenario, tiles: int) -> dict[str, np.ndarray]:
    """The worth of every measurement of everybody, by outcome: float64[measurement, person of all paths]."""
    plan = compile_plan(scenario)
    parts = []
    for tile in range(tiles):
        inputs = draw_inputs(plan.inputs, key_array(), tile * LANES, LANES)
        parts.append(live_tile(plan, key_array(), tile * LANES, 0, inputs).worth[:, : plan.cohorts.places[0]])
    worth = np.concatenate([part.reshape(part.shape[0], -1) for part in parts], axis=1)
    rows = plan.outcomes.first_row
    return {name: worth[rows[k] : rows[k + 1]] for k, name in enumerate(plan.labels.outcomes)}


def assert_near(truth: float, drawn: np.ndarray, *, other_error: float = 0.0) -> None:
    """The mean of independent draws lies within four standard errors of the truth."""
    error = math.hypot(float(drawn.std()) / math.sqrt(drawn.size), other_error)
    assert close_to(truth, error, float(drawn.mean()), errors=ERRORS), (truth, drawn.mean(), error)


def assert_chance(truth: float, met: np.ndarray) -> None:
    """A share of independent people lies within four standard errors of its chance."""
    error = math.sqrt(truth * (1.0 - truth) / met.size)
    assert close_to(truth, error, float(met.mean()), errors=ERRORS), (truth, met.mean(), error)


# Spells


def spell(counts: str, begins: str, after: int, lasts: int | None = None, **law: float) -> Told:
    gap = law.pop("gap", 0.0)
    told: Told = {
        "of": "enrolled",
        "spells": {"starts": STARTS, "ends": ENDS, "begins": begins, **law},
        "counts": counts,
        "gap": gap,
        "measured": {"after_enrolment": f"{after} months"},
    }
    return told | ({} if lasts is None else {"lasts": f"{lasts} months"})


def in_state(months: float, begins: str) -> float:
    """The chance to be in the state, of two states with constant rates."""
    long_run, fades = STARTS / BOTH, math.exp(-BOTH * months)
    return long_run + (1.0 - long_run) * fades if begins == "in" else long_run * (1.0 - fades)


def some_spell(months: float, lasts: float, steps: int) -> float:
    """The chance of some spell of that length for people who begin outside, by the renewal equation.

    Q(t) = exp(-ENDS * lasts) (1 - exp(-STARTS (t - lasts))) + integral over x of k(x) Q(t - x), k the density of one
    stay outside and one spell inside together; nobody has it before `lasts`. The trapezoid rule; with t < 2 * lasts no
    spell that is over within t - lasts is as long as `lasts`.
    """
    assert months < 2 * lasts + 1e-9
    h = (months - lasts) / steps
    x = h * np.arange(steps + 1)
    density = STARTS * ENDS / (STARTS - ENDS) * (np.exp(-ENDS * x) - np.exp(-STARTS * x))
    first = math.exp(-ENDS * lasts) * (1.0 - np.exp(-STARTS * x))
    chance = np.zeros(steps + 1)
    for n in range(1, steps + 1):
        past = density[1 : n + 1] * chance[n - 1 :: -1]
        chance[n] = first[n] + h * float(np.sum(past[:-1]) + 0.5 * past[-1])
    return float(chance[-1])


def test_the_chances_of_a_spell_are_those_the_page_names():
    assert in_state(6, "in") == pytest.approx(0.791047, abs=5e-7)
    assert math.exp(-6 * ENDS) == pytest.approx(0.618783, abs=5e-7)
    assert in_state(12, "out") == pytest.approx(0.743134, abs=5e-7)
    # within twice `lasts` at most one spell is that long: spells that begin by month 6, times the chance that one lasts
    outside = 6.0 - STARTS / BOTH * (6.0 - (1.0 - math.exp(-6.0 * BOTH)) / BOTH)
    assert STARTS * outside * math.exp(-6 * ENDS) == pytest.approx(0.531112, abs=5e-7)
    assert some_spell(12, 6, 2_000) == pytest.approx(STARTS * outside * math.exp(-6 * ENDS), abs=1e-6)


@functools.cache
def spells() -> dict[str, np.ndarray]:
    """Each clause on 640,000 people."""
    made = {
        "point in": spell("point", "in", 6),
        "unbroken": spell("continuous", "in", 6, 6),
        "point out": spell("point", "out", 12),
        "any": spell("any spell", "out", 12, 6),
        "months": spell("months", "out", 12),
        "summed": spell("cumulative", "out", 12, 6),
        "any with gap": spell("any spell", "out", 18, 6, gap=1.0),
        "unbroken with gap": spell("continuous", "out", 18, 6, gap=1.0),
        "summed weibull": spell("cumulative", "in", 18, 12, shape=0.71),
    } | {f"weibull {months}": spell("continuous", "in", months, months, shape=0.71) for months in (1, 6, 24)}
    return lived(people(made), 100)


@pytest.mark.parametrize(
    ("name", "chance"),
    [
        ("point in", in_state(6, "in")),
        ("unbroken", math.exp(-6 * ENDS)),
        ("point out", in_state(12, "out")),
        ("any", some_spell(12, 6, 2_000)),
        *((f"weibull {months}", math.exp(-((ENDS * months) ** 0.71))) for months in (1, 6, 24)),
    ],
)
def test_spells_come_with_their_exact_chance(name, chance):
    assert_chance(chance, spells()[name][0])


def test_months_in_a_state_have_their_exact_mean():
    # the integral of the chance to be in it over 12 months
    mean = STARTS / BOTH * (12.0 - (1.0 - math.exp(-12.0 * BOTH)) / BOTH)
    assert_near(mean, spells()["months"][0])


def simulated(begins: str, months: float, *, shape: float = 1.0, gap: float = 0.0, n: int = 400_000) -> dict[str, Any]:
    """Stays in and out drawn straight ahead: months inside, longest spell and running spell, short breaks taken in."""
    rng = np.random.default_rng(20_250_101)
    clock, inside = np.zeros(n), np.full(n, begins == "in")
    total, longest = np.zeros(n), np.zeros(n)
    begun = np.where(inside, 0.0, np.nan)
    left = np.full(n, np.nan)
    while (clock < months).any():
        stay = np.where(inside, rng.weibull(shape, n) / ENDS, rng.exponential(1.0 / STARTS, n))
        until = clock + stay
        lives = clock < months
        here = lives & inside
        begun = np.where(here & ~(clock - left <= gap) & (clock > 0.0), clock, begun)
        total[here] += np.minimum(until, months)[here] - clock[here]
        longest[here] = np.maximum(longest, np.minimum(until, months) - begun)[here]
        left = np.where(here & (until <= months), until, left)
        inside = np.where(lives & (until <= months), ~inside, inside)
        clock = np.where(lives, until, clock)
    running = np.where(inside | (months - left <= gap), months - begun, 0.0)
    return {"total": total, "longest": longest, "running": np.nan_to_num(running)}


@pytest.mark.parametrize(
    ("name", "found", "at_least", "how"),
    [
        ("summed", "total", 6.0, {"begins": "out", "months": 12.0}),
        ("summed weibull", "total", 12.0, {"begins": "in", "months": 18.0, "shape": 0.71}),
        ("any", "longest", 6.0, {"begins": "out", "months": 12.0}),
        ("any with gap", "longest", 6.0, {"begins": "out", "months": 18.0, "gap": 1.0}),
        ("unbroken with gap", "running", 6.0, {"begins": "out", "months": 18.0, "gap": 1.0}),
    ],
)
def test_spells_agree_with_a_plain_simulation(name, found, at_least, how):
    other = simulated(**how)[found] >= at_least
    drawn = spells()[name][0]
    error = math.sqrt(drawn.var() / drawn.size + other.var() / other.size)
    assert close_to(float(other.mean()), error, float(drawn.mean()), errors=ERRORS)


# Scores


def test_noise_alone_earns_money():
    score = {"mean": 2, "sd": 0.8, "growth": 0, "persistence": 1, "noise": 0.4}
    told = {
        "of": "enrolled",
        "score": score,
        "counts": "gain since last",
        "at_least": 0.2,
        "measured": {"after_enrolment": ["6 months", "12 months", "24 months"]},
    }
    truth = stats.norm.cdf(-0.5 / math.sqrt(2.0))
    assert truth == pytest.approx(0.361837, abs=5e-7)
    for measurement in lived(people({"progress": told}), 40)["progress"]:
        assert_chance(truth, measurement)


def test_a_score_moves_as_it_is_told():
    score = {"mean": 2, "sd": 0.8, "growth": 0.6, "persistence": 0.7, "noise": 0.4}
    told = {
        "of": "enrolled",
        "score": score,
        "counts": "points gained",
        "measured": {"after_enrolment": ["6 months", "18 months"]},
    }
    first, second = lived(people({"progress": told}), 40)["progress"]
    # a gain of two scores: growth by time, twice the noise, and what the true score forgets
    assert_near(0.3, first)
    assert_near(0.6, second)
    variance = 2.0 * 0.8**2 * (1.0 - 0.7) + 2.0 * 0.4**2
    assert_near(variance, (first - 0.3) ** 2)
    # neighbouring gains share the error and the place of the score between them
    shared = 0.8**2 * (0.7 - 1.0 - 0.7**2 + 0.7) - 0.4**2
    assert_near(shared, (first - 0.3) * (second - 0.6))


# Use of services

USE = {"none": 0.3, "each": {"lognormal": {"mean": 100_000, "sd": 100_000}}, "correlation": 0}


def use(counts: str, **law: Any) -> Told:
    return {"of": "enrolled", "use": USE | law, "counts": counts, "measured": {"after_enrolment": "12 months"}}


def test_falls_of_each_family_pay_half_the_mean_absolute_difference():
    # one some and the other nothing: 0.7 * 0.3 means; both some: the exchange of two lognormals, 0.49 times
    sigma = math.sqrt(math.log(2.0))
    truth = 100_000 * (0.7 * 0.3 + 0.7**2 * (2.0 * stats.norm.cdf(sigma / math.sqrt(2.0)) - 1.0))
    assert truth == pytest.approx(42_753.1, abs=0.05)
    found = lived(people({"fall": use("falls only"), "change": use("change")}), 100)
    assert_near(truth, found["fall"][0])
    assert_near(0.0, found["change"][0])


@pytest.mark.parametrize(("key", "terms"), [("per_unit", {"price": 1}), ("share_of_savings", {"share": 1})])
def test_the_sum_of_a_cohort_pays_a_quarter_of_that(key, terms):
    families, paths = 25, 60_000
    scenario = people({"change": use("change")}, participants=families, payments=[{key: terms | {"outcome": "change"}}])
    claims = run(compile_plan(scenario), Settings(paths, 3, threads=1)).claim.sum(axis=(1, 2)) / 100 / families
    assert (claims == 0.0).mean() == pytest.approx(0.5, abs=0.02)  # no rule pays a sum below nothing
    rng = np.random.default_rng(3)
    sigma = math.sqrt(math.log(2.0))

    def families_use() -> np.ndarray:
        some = rng.random((paths, families)) >= 0.3
        return some * rng.lognormal(math.log(100_000) - sigma**2 / 2.0, sigma, (paths, families))

    other = np.maximum((families_use() - families_use()).sum(axis=1), 0.0) / families
    assert_near(float(other.mean()), claims, other_error=float(other.std()) / math.sqrt(paths))
    assert_near(10_490.0, claims, other_error=5.0)


def test_use_goes_back_to_the_mean_by_itself():
    # on a normal law the mean after is m + r (before - m); above 130 of N(120, 20) the mean is higher than m by
    # 20 phi(0.5) / (1 - Phi(0.5))
    law = {"none": 0.4, "none_after": 0, "each": {"normal": {"mean": 120, "sd": 20}}, "above": 130}
    excess = 20.0 * stats.norm.pdf(0.5) / stats.norm.sf(0.5)
    for r in (0.0, 0.5, 0.9):
        (change,) = lived(people({"change": use("change", **law, correlation=r)}), 30)["change"]
        assert_near((1.0 - r) * excess, change)


def test_use_before_and_after_have_the_shares_that_are_told():
    # everybody uses 50 or nothing, so that the fall is -50, 0 or 50
    law = {"none": 0.3, "none_after": 0.2, "none_again": 0.6, "each": 50, "effect": 0.2}
    (change,) = lived(people({"change": use("change", **law)}), 30)["change"]
    for fall, chance in ((50.0, 0.7 * 0.2), (10.0, 0.7 * 0.8), (0.0, 0.3 * 0.6), (-40.0, 0.3 * 0.4)):
        assert_chance(chance, np.isclose(change, fall))


# Persistence and amounts

MONTHS = ["3 months", "6 months", "12 months", "18 months"]


def test_every_measurement_has_its_chance_and_neighbours_their_correlation():
    p, r = 0.3, 0.6
    told = {"of": "enrolled", "success_rate": p, "persistence": r, "measured": {"after_enrolment": MONTHS}}
    met = lived(people({"home": told}), 60)["home"]
    for one in met:
        assert_chance(p, one)
    for apart in (1, 2, 3):
        # two successes so many measurements apart
        together = p * (p + r**apart * (1.0 - p))
        for first, second in zip(met[:-apart], met[apart:], strict=True):
            assert_chance(together, first * second)


@pytest.mark.parametrize("persistence", [0.0, 1.0])
def test_no_memory_and_all_memory(persistence):
    told = {"of": "enrolled", "success_rate": 0.3, "measured": {"after_enrolment": MONTHS}}
    met = lived(people({"home": told | {"persistence": persistence}}), 20)["home"]
    if persistence:
        assert (met == met[0]).all()
    else:
        assert_chance(0.09, met[0] * met[1])


def test_amounts_keep_their_law_and_their_correlation():
    law = {"each": {"gamma": {"mean": 6, "sd": 4}}}
    told = {"of": "enrolled", "amount": law, "persistence": 0.7, "measured": {"after_enrolment": MONTHS}}
    amounts = lived(people({"months": told}), 10)["months"]
    frozen = stats.gamma(2.25, scale=4.0 / 1.5)
    for one in amounts:
        assert_near(6.0, one)
        # one of 64,000 people: the largest distance of the two distribution functions has a p-value
        assert stats.kstest(one, frozen.cdf).pvalue > 1e-4
    places = stats.norm.ppf(frozen.cdf(amounts))
    for first, second in itertools.pairwise(places):
        assert_near(0.7, first * second)
    assert_near(0.49, places[0] * places[2])


def test_an_amount_is_cut_and_read_as_it_is_told():
    law = {"each": {"normal": {"mean": 6.8, "sd": 5}}, "shift": -1, "least": 0, "most": 12}
    told = {"of": "enrolled", "amount": law, "persistence": 0.5, "measured": {"after_enrolment": MONTHS[:2]}}
    found = lived(
        people(
            {
                "fall": told,
                "now": {"reads": "fall", "at_least": 8},
                "always": {"reads": "fall", "at_least": 8, "always": True},
            }
        ),
        30,
    )
    chance = stats.norm.sf((8 + 1 - 6.8) / 5)
    both = stats.multivariate_normal(cov=[[1, 0.5], [0.5, 1]]).cdf([-(9 - 6.8) / 5] * 2)
    assert_chance(stats.norm.cdf((1 - 6.8) / 5), found["fall"][0] == 0.0)
    assert_chance(stats.norm.sf((12 + 1 - 6.8) / 5), found["fall"][1] == 12.0)
    assert_chance(chance, found["now"][1])
    assert (found["now"] == (found["fall"] >= 8)).all()
    assert_chance(both, found["always"][1])


# Gates


def gated(**more: Any) -> dict[str, Told]:
    return {
        "job": {"of": "completers", "success_rate": 0.5, "measured": {"after_completion": "3 months"}},
        "kept": {
            "of": "earlier",
            "after": "job",
            "success_rate": 0.6,
            "persistence": 0.4,
            "measured": {"after_completion": ["6 months", "12 months"]},
        },
        "bonus": {
            "of": "enrolled",
            "after": "kept",
            "success_rate": 0.9,
            "measured": {"after_completion": "9 months"},
        },
        "school": {
            "of": "completers",
            "unless": "job",
            "success_rate": 0.4,
            "measured": {"after_completion": "6 months"},
        },
        # by the ninth month only those who enrolled in the first three of six have had their job measured
        "early": {"of": "enrolled", "after": "job", "success_rate": 1.0, "measured": {"on": "2025-10-01"}},
        "early school": {"of": "enrolled", "unless": "job", "success_rate": 0.7, "measured": {"on": "2025-10-01"}},
    } | more


def test_gates_multiply_chances():
    found = lived(people(gated(), duration="4 months", dropout=0.2, enrolment={"window": "6 months"}), 60)
    job, kept, bonus, school = (found[name] for name in ("job", "kept", "bonus", "school"))
    stays = 0.8
    assert_chance(stays * 0.5, job[0] == 1.0)
    assert np.isnan(kept[0]).mean() == 1.0 - (job[0] == 1.0).mean()  # spoken of are those in a job
    assert_chance(stays * 0.5 * 0.6, kept[0] == 1.0)
    assert_chance(stays * 0.5 * 0.6, kept[1] == 1.0)
    assert_chance(stays * 0.5 * 0.6 * (0.6 + 0.4 * 0.4), (kept == 1.0).all(axis=0))
    assert_chance(stays * 0.5 * 0.6 * 0.9, bonus[0] == 1.0)  # the sixth month is the latest up to the ninth
    assert not ((bonus[0] == 1.0) & (kept[0] != 1.0)).any()
    assert_chance(stays * 0.5 * 0.4, school[0] == 1.0)
    assert not ((school[0] == 1.0) & (job[0] == 1.0)).any()  # nobody meets both
    # what was not measured yet opens no gate and rules nothing out
    assert_chance(0.5 * stays * 0.5, found["early"][0])
    assert_chance((1.0 - 0.5 * stays * 0.5) * 0.7, found["early school"][0])


def test_the_number_who_pass_a_chain_is_binomial():
    participants, paths = 30, 40_000
    prices = [{"per_outcome": {"outcome": "bonus", "price": 1, "payer": "state"}}]
    cohort = {"participants": participants, "duration": "4 months", "dropout": 0.2, "unmeasured": 0.1}
    cohort["enrolment"] = {"window": "6 months"}
    plan = compile_plan(people(gated(), payments=prices, **cohort))
    _, measured, _ = draw_block(plan, Settings(seed=11), 0, paths)
    counts = measured.sum(axis=(1, 2, 3)).astype(int)
    law = stats.binom(participants, 0.8 * 0.5 * 0.6 * 0.9 * 0.9)
    most = int(law.isf(1e-3))  # rarer counts are added up, so that each expects at least 40
    chances = np.append(law.pmf(np.arange(most)), law.sf(most - 1))
    found = np.bincount(np.minimum(counts, most), minlength=most + 1)
    assert stats.chisquare(found, paths * chances).pvalue > 1e-4
    for chance, number in zip(chances, found, strict=True):
        assert close_to(paths * chance, math.sqrt(paths * chance * (1.0 - chance)), number, errors=ERRORS)


# Expected values only


def sums(plan: Plan, statistic: int, outcome: str) -> float:
    """What is expected of a measure over all follow-ups."""
    which = plan.labels.outcomes.index(outcome)
    (column,) = np.flatnonzero((plan.measures.statistic == statistic) & (plan.measures.outcome == which))
    return float(expected_people(plan)[0, :, column].sum())


def test_expected_values_of_a_chain_are_without_bias():
    participants, ratio, stays, seen = 7, 0.65, 0.8, 0.9
    cohort = {"duration": "4 months", "dropout": 1.0 - stays, "unmeasured": 1.0 - seen}
    enrolment = {"window": "3 months", "ratio": {"uniform": [0.5, 0.8]}}
    prices = [
        {
            "threshold": {
                "outcome": name,
                "counts": "share",
                "unmeasured": "exclude" if name == "kept" else "failure",
                "at_least": 0.5,
                "pays": 1,
            }
        }
        for name in ("kept", "bonus")
    ]
    plan = at_means(
        compile_plan(people(gated(), payments=prices, participants=participants, enrolment=enrolment, **cohort))
    )
    job = stays * 0.5
    # successes, people seen and eligible; kept is measured twice
    exact = {
        ("kept", SUM): 2 * job * 0.6 * seen,
        ("kept", SEEN): 2 * job * seen,
        ("kept", ELIGIBLE): 2 * job * seen,
        ("bonus", SUM): job * 0.6 * 0.9 * seen,
        ("bonus", SEEN): seen,
        ("bonus", ELIGIBLE): 1.0,
    }
    for (name, statistic), each in exact.items():
        # a person counts at most twice, so the deviation of one person is at most the root of each (2 - each)
        error = ratio * math.sqrt(participants * each * (2.0 - each) / 4_096)
        assert close_to(ratio * participants * each, error, sums(plan, statistic, name), errors=ERRORS)
