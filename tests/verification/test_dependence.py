"""What goes together, against laws that owe nothing to risksim: the bivariate normal, the t, a two-state equation.

Every seed is fixed; what is drawn lies within four standard errors of the truth. Standard errors are taken over paths,
which are independent, where people of a path are not.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import integrate, stats

from risksim.engine.addresses import keys_of
from risksim.engine.inputs import draw_inputs
from risksim.engine.lives import Tile, live_tile
from risksim.engine.run import Settings, run
from risksim.engine.shared import economy, recessions
from risksim.kernels import dependence as kernels
from risksim.plan.compile import compile_plan
from risksim.plan.dependence import latent_of, latent_of_icc, nearest_correlations, observed_of
from risksim.plan.layout import LANES, NEVER, Plan
from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal
from tests.kernels.forms import both, close_to

Told = dict[str, Any]
KEYS = keys_of(20_260_101, 0)


def people(
    outcomes: dict[str, Told], dependence: Told | None = None, participants: int = 25, **cohort: Any
) -> Scenario:
    """A deal of one cohort."""
    return deal(
        start="2025-01-01",
        end="2034-12-31",
        follow_up={"every": "6 months"},
        cohorts=[{"name": "all", "participants": participants, **cohort}],
        outcomes=outcomes,
        payments=[{"per_outcome": {"outcome": next(iter(outcomes)), "price": 1}}],
        financing={"tranches": [{"name": "DSI", "commitment": 100_000}]},
        **({"dependence": dependence} if dependence else {}),
    )


def outcome(rate: float, of: str = "enrolled", **more: Any) -> Told:
    return {"of": of, "success_rate": rate, "measured": {"after_enrolment": "6 months"}, **more}


def tiles(scenario: Scenario, n: int, keys: np.ndarray = KEYS) -> tuple[Plan, list[Tile]]:
    plan = compile_plan(scenario)
    drawn = []
    for tile in range(n):
        inputs = draw_inputs(plan.inputs, keys, tile * LANES, LANES, plan.events)
        drawn.append(live_tile(plan, keys, tile * LANES, 0, inputs))
    return plan, drawn


def worth(scenario: Scenario, n: int) -> np.ndarray:
    """What every measurement of everybody is worth: float64[row, path, person]."""
    plan, drawn = tiles(scenario, n)
    there = plan.cohorts.places[0]
    return np.concatenate([tile.worth[:, :there].transpose(0, 2, 1) for tile in drawn], axis=1)


def near(truth: float, by_path: np.ndarray) -> None:
    """The mean over independent paths lies within four standard errors of the truth."""
    error = float(by_path.std(ddof=1)) / math.sqrt(by_path.size)
    assert close_to(truth, error, float(by_path.mean())), (truth, by_path.mean(), error)


def correlation_near(truth: float, a: np.ndarray, b: np.ndarray) -> None:
    """The correlation of two series of independent pairs lies within four standard errors, on Fisher's scale."""
    found = float(np.corrcoef(a, b)[0, 1])
    assert close_to(math.atanh(truth), 1.0 / math.sqrt(a.size - 3), math.atanh(found)), (truth, found)


# Latent and observed correlations


LATENT = {
    (0.1, 0.01): 0.0286, (0.1, 0.05): 0.1317, (0.1, 0.10): 0.2424,
    (0.9, 0.01): 0.0286, (0.9, 0.05): 0.1317, (0.9, 0.10): 0.2424,
    (0.2, 0.01): 0.0203, (0.2, 0.05): 0.0986, (0.2, 0.10): 0.1909,
    (0.5, 0.01): 0.0157, (0.5, 0.05): 0.0785, (0.5, 0.10): 0.1564,
    (0.75, 0.01): 0.0185, (0.75, 0.05): 0.0909, (0.75, 0.10): 0.1781,
}  # fmt: skip


@pytest.mark.parametrize(("at", "latent"), LATENT.items())
def test_a_latent_share_stands_behind_every_intraclass_correlation(at: tuple[float, float], latent: float):
    p, icc = at
    assert latent_of_icc(icc, p) == pytest.approx(latent, abs=5e-5)


@pytest.mark.parametrize(
    ("p", "latent", "observed"),
    [
        (0.5, 0.1, 0.0637686),
        (0.2, 0.1, 0.0507362),
        (0.4, 0.05, 0.0311573),
        (0.75, 0.1, 0.0551154),
        (0.4, 0.3, 0.1910386),
    ],
)
def test_observed_correlations_are_those_of_the_bivariate_normal(p: float, latent: float, observed: float):
    assert observed_of(p, p, latent) == pytest.approx(observed, abs=5e-8)
    assert latent_of(p, p, observed) == pytest.approx(latent, abs=1e-6)
    assert observed_of(0.5, 0.5, latent) == pytest.approx(2.0 / math.pi * math.asin(latent), abs=1e-14)


@pytest.mark.parametrize("latent", [-0.999, -0.6, 0.0, 0.36, 0.97])
def test_two_chances_of_different_size_too(latent: float):
    truth = stats.multivariate_normal(cov=[[1.0, latent], [latent, 1.0]]).cdf(stats.norm.ppf([0.2, 0.7]))
    p, q = 0.2, 0.7
    assert observed_of(p, q, latent) * math.sqrt(p * (1 - p) * q * (1 - q)) + p * q == pytest.approx(truth, abs=1e-6)


def test_what_cannot_be_observed_has_no_latent_correlation():
    # of 20 % and 70 %, at most all 20 % are among the 70 %: (0.2 - 0.14) / sqrt(0.16 * 0.21) = 0.327
    assert latent_of(0.2, 0.7, 0.33) is None
    assert latent_of(0.2, 0.7, 0.32) is not None


def test_the_nearest_correlations_are_correlations_and_leave_sound_ones_alone():
    sound = np.array([[1.0, 0.3, 0.2], [0.3, 1.0, 0.4], [0.2, 0.4, 1.0]])
    np.testing.assert_allclose(nearest_correlations(sound), sound, atol=1e-12)
    # Higham 2002, section 4: the nearest correlation matrix of this tridiagonal matrix of ones
    found = nearest_correlations(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]))
    np.testing.assert_allclose(found, [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]], atol=5e-5)
    assert np.linalg.eigvalsh(found)[0] > -1e-8


# Chances are kept


def chance_and_stay(mark: float, leaves: float, latent: float) -> float:
    """The chance to succeed below a mark and to stay, by adaptive quadrature over the latent number of leaving."""
    at = stats.norm.ppf(leaves)
    rest = math.sqrt(1.0 - latent * latent)
    value, _ = integrate.quad(
        lambda x: stats.norm.pdf(x) * stats.norm.cdf((mark + latent * x) / rest), at, 12.0, epsabs=1e-13, epsrel=1e-12
    )
    return value


@both(kernels.calibrate)
@pytest.mark.parametrize(
    ("p", "leaves", "person", "stays"), [(0.6, 0.2, 0.6, 0.23), (0.1, 0.5, 0.8, 0.5), (0.97, 0.05, 0.3, 0.7)]
)
def test_a_calibrated_chance_holds_among_those_who_stay(run: Any, p: float, leaves: float, person: float, stays: float):
    places, weights = np.polynomial.hermite_e.hermegauss(32)
    nodes = np.repeat(places[:, None], LANES, axis=1)
    left, out = np.empty_like(nodes), np.empty(LANES)
    kernels.happens_at_nodes(np.full(LANES, leaves), -stays, nodes, left)
    run(np.full(LANES, p), person, nodes, (1.0 - left) * (weights / weights.sum())[:, None], out)
    # who is well placed stays and succeeds, so that leaving and success go against each other
    truth = chance_and_stay(float(stats.norm.ppf(out[0])), leaves, person * stays) / (1.0 - leaves)
    assert truth == pytest.approx(p, abs=1e-8)
    assert (out == out[0]).all()


def test_chances_are_kept_when_dependence_is_switched_on():
    tied = {
        "within_person": 0.36,
        "leaving": 0.3,
        "measurable": 0.3,
        "macro": {"job": 0.1},
        "cohort_icc": {"job": 0.03},
    }
    scenario = people(
        {
            "job": outcome(0.4, measured={"after_enrolment": ["6 months", "18 months", "30 months"]}, persistence=0.5),
            "well": outcome(0.6, "completers"),
            "seen": outcome(0.3, "measured"),
            "kept": outcome(0.7, "earlier", after="well", measured={"after_enrolment": "9 months"}),
            "home": outcome(0.2, unless="well", measured={"after_enrolment": "9 months"}),
        },
        tied,
        dropout=0.3,
        duration="6 months",
        unmeasured=0.2,
    )
    _, drawn = tiles(scenario, 400)
    met = [np.concatenate([tile.worth[row].T for tile in drawn])[:, :25] for row in range(7)]
    left = np.concatenate([tile.left_at.T for tile in drawn])[:, :25] != NEVER
    seen = np.concatenate([tile.seen.T for tile in drawn])[:, :25] == 1
    near(0.3, left.mean(axis=1))
    near(0.8, seen.mean(axis=1))
    for row in range(3):
        near(0.4, met[row].mean(axis=1))
    for row, chance, speaks in (
        (3, 0.6, ~left),
        (4, 0.3, ~left & seen),
        (5, 0.7, met[3] == 1.0),
        (6, 0.2, ~(met[3] == 1.0)),
    ):
        # a ratio of sums over independent paths, its error by the delta method
        top, bottom = (speaks & (met[row] == 1.0)).sum(axis=1), speaks.sum(axis=1)
        error = float((top - chance * bottom).std(ddof=1)) / math.sqrt(top.size) / float(bottom.mean())
        assert close_to(chance, error, float(top.sum() / bottom.sum())), (row, chance, top.sum() / bottom.sum(), error)
    # and they do go together: staying with job, job at one time with job at the next beyond its persistence
    assert np.corrcoef(left.ravel(), met[0].ravel())[0, 1] < -0.05
    assert np.corrcoef(met[0].ravel(), met[1].ravel())[0, 1] > 0.52


def test_constants_of_the_register_tie_as_their_numbers_do():
    told = {
        "within_person": {"register": "within-person"},
        "leaving": {"register": "leaving-with-placement"},
        "cohort_icc": {"job": {"register": "icc-employment"}},
        "macro": {"register": "macro-share-employment"},
    }
    plain = {"within_person": 0.36, "leaving": 0.23, "cohort_icc": {"job": 0.02}, "macro": 0.1}
    named, said = (compile_plan(people({"job": outcome(0.4)}, one)).dependence for one in (told, plain))
    assert named is not None
    assert said is not None
    assert (named.person[0], named.leaving, named.cohort[0], named.macro[0]) == (
        said.person[0], said.leaving, said.cohort[0], said.macro[0],
    )  # fmt: skip


@pytest.mark.parametrize("key", ["enrolment-ratio", "weight-same-provider"])
def test_a_constant_that_is_no_portion_ties_nobody(key: str):
    with pytest.raises(ValidationError, match="no certain number from 0 to below 1"):
        people({"job": outcome(0.4)}, {"cohort_icc": {"register": key}})


def test_without_ties_nothing_moves():
    plain, tied = ({"job": outcome(0.4)} for _ in range(2))
    off, on = (
        worth(people(o, d, dropout=0.2, duration="3 months"), 2) for o, d in ((plain, None), (tied, {"leaving": 0.5}))
    )
    np.testing.assert_array_equal(off, on)


# How far things go together


def test_outcomes_of_a_person_go_together_as_the_bivariate_normal_says():
    met = worth(people({"a": outcome(0.4), "b": outcome(0.2)}, {"within_person": 0.36}, participants=4), 1_500)
    correlation_near(observed_of(0.4, 0.2, 0.36), met[0].ravel(), met[1].ravel())
    correlation_near(0.0, met[0][:, 0], met[1][:, 1])


def test_loadings_have_a_sign():
    said = {"within_person": {"a": 0.8, "days": -0.5}}
    days = {"of": "enrolled", "amount": {"each": {"normal": {"mean": 10, "sd": 3}}}, "unit": "day"}
    days["measured"] = {"after_enrolment": "6 months"}
    found = worth(people({"a": outcome(0.5), "days": days}, said, participants=4), 1_000)
    # of a normal number and whether another one is below its median: sqrt(2 / pi) times their correlation
    correlation_near(-0.4 * math.sqrt(2.0 / math.pi), found[0].ravel(), found[1].ravel())
    assert stats.kstest(found[1][:, 0], "norm", args=(10.0, 3.0)).pvalue > 1e-6


def test_pairs_go_together_as_said_and_with_leaving():
    said = [
        {"between": ["a", "b"], "observed": 0.25},
        {"between": ["a", "leaving"], "latent": -0.4},
        {"between": ["b", "leaving"], "latent": -0.1},
    ]
    scenario = people(
        {"a": outcome(0.4), "b": outcome(0.7), "c": outcome(0.5, "completers")},
        {"correlations": [*said, {"between": ["c", "leaving"], "latent": -0.5}]},
        participants=4, dropout=0.3, duration="6 months",
    )  # fmt: skip
    _, drawn = tiles(scenario, 1_000)
    a, b, c = (np.concatenate([tile.worth[row].T for tile in drawn]).ravel() for row in range(3))
    left = (np.concatenate([tile.left_at.T for tile in drawn]) != NEVER).ravel()
    correlation_near(0.25, a, b)
    correlation_near(observed_of(0.4, 0.3, -0.4), a, left.astype(float))
    for chance, met in ((0.4, a), (0.7, b), (0.5, c[~left])):
        assert close_to(chance, math.sqrt(chance * (1 - chance) / met.size), float(met.mean()))


def test_people_of_a_year_spread_as_one_factor_says():
    # 25 people, 40 %, 5 % latent: variance 10.486650, P(X <= 6) 0.142023 against 0.073565 on their own
    counts = worth(people({"job": outcome(0.4)}, {"macro": 0.05}), 3_000)[0].sum(axis=1)
    n = counts.size
    near(0.142023, counts <= 6)
    spread = float(((counts - 10.0) ** 2).std(ddof=1)) / math.sqrt(n)
    assert close_to(10.486650, spread, float(((counts - 10.0) ** 2).mean()))
    assert 25 * 0.24 * (1 + 24 * observed_of(0.4, 0.4, 0.05)) == pytest.approx(10.486650, abs=5e-7)


def test_a_cohort_spreads_as_its_intraclass_correlation_says():
    # 36 people, 60 %, ICC 0.05: 36 * 0.24 * (1 + 35 * 0.05) = 23.76 instead of 8.64
    counts = worth(people({"job": outcome(0.6)}, {"cohort_icc": 0.05}, participants=36), 2_000)[0].sum(axis=1)
    squares = (counts - 21.6) ** 2
    assert close_to(23.76, float(squares.std(ddof=1)) / math.sqrt(counts.size), float(squares.mean()))


@pytest.mark.parametrize(("cohorts", "each", "error"), [(1, 25, 0.148324), (4, 25, 0.074162), (1, 100, 0.121963)])
def test_pooling_spreads_what_cohorts_share(cohorts: int, each: int, error: float):
    scenario = deal(
        cohorts=[{"name": f"site {c}", "participants": each} for c in range(cohorts)],
        outcomes={"job": outcome(0.5)},
        payments=[{"per_outcome": {"outcome": "job", "price": 1}}],
        dependence={"cohort_icc": 0.05},
    )
    plan = compile_plan(scenario)
    rates = []
    for tile in range(1_200):
        inputs = draw_inputs(plan.inputs, KEYS, tile * LANES, LANES, plan.events)
        lived = [live_tile(plan, KEYS, tile * LANES, c, inputs).worth[0, :each] for c in range(cohorts)]
        rates.append(np.concatenate(lived).mean(axis=0))
    squares = (np.concatenate(rates) - 0.5) ** 2
    assert close_to(error**2, float(squares.std(ddof=1)) / math.sqrt(squares.size), float(squares.mean()))


def test_leaving_goes_with_success_and_completers_keep_their_rate():
    tied = {"within_person": 0.36, "leaving": 0.4}
    scenario = people({"all": outcome(0.5), "rest": outcome(0.5, "completers")}, tied,
                      participants=4, dropout=0.3, duration="6 months")  # fmt: skip
    _, drawn = tiles(scenario, 1_000)
    every, rest = (np.concatenate([tile.worth[row].T for tile in drawn]).ravel() for row in range(2))
    left = (np.concatenate([tile.left_at.T for tile in drawn]) != NEVER).ravel()
    correlation_near(observed_of(0.5, 0.3, -0.6 * 0.4), every, left.astype(float))
    among = chance_and_stay(0.0, 0.3, 0.6 * 0.4) / 0.7
    assert close_to(among, math.sqrt(among * (1 - among) / (~left).sum()), float(every[~left].mean()))
    assert close_to(0.5, math.sqrt(0.25 / (~left).sum()), float(rest[~left].mean()))


# The t-copula


@both(kernels.student_below)
@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 10, 31, 100])
def test_the_t_distribution_is_that_of_scipy(run: Any, degrees: int):
    for t in (-8.0, -2.5, -0.1, 0.0, 0.7, 3.0, 12.0):
        assert run(t, degrees) == pytest.approx(stats.t.cdf(t, degrees), abs=1e-13)


def test_a_t_copula_keeps_chances_and_lets_all_fail_together_more_often():
    chance = 0.1
    off, on = ({"macro": 0.3}, {"macro": 0.3, "tail": 4})
    normal, tailed = (worth(people({"a": outcome(chance)}, said, participants=2), 2_000)[0] for said in (off, on))
    near(chance, tailed[:, 0])
    near(chance, tailed[:, 1])
    truth = stats.multivariate_t(shape=[[1.0, 0.3], [0.3, 1.0]], df=4, seed=1).cdf([stats.t.ppf(chance, 4)] * 2)
    near(float(truth), tailed.min(axis=1))
    assert tailed.min(axis=1).mean() > 1.1 * normal.min(axis=1).mean()


# The economy and recessions


def macro_plan(**more: Any) -> Plan:
    return compile_plan(people({"job": outcome(0.4)}, {"macro": 0.1, **more}))


def test_the_economy_follows_itself_and_is_the_same_for_all_deals():
    tied = macro_plan(macro_persistence=0.5).dependence
    assert tied is not None
    tied = tied._replace(year=np.array([[2030]]))
    one, other = (economy(tied, keys_of(1, stream), 0, 20_000) for stream in (0, 77))
    np.testing.assert_array_equal(one, other)
    assert stats.kstest(one[-1], "norm").pvalue > 1e-6
    for lag in (1, 2, 3):
        correlation_near(0.5**lag, one[0], one[lag])
    # a deal that starts later sees the same innovations in the same calendar years
    later = economy(tied._replace(first_year=2027), keys_of(1, 5), 0, 20_000)
    assert np.corrcoef(later[-1], one[-1])[0, 1] > 0.98


def recession_plan(begins: str, **said: Any) -> Plan:
    job = {"of": "enrolled", "spells": {"starts": 0.1, "ends": 0.04, "begins": begins}, "counts": "point"}
    job["measured"] = {"after_enrolment": [f"{month} months" for month in (5, 6, 8, 9, 12, 24, 30)]}
    said = {"spells_survive": 0.4, "starts": 0.5, "lasts": "12 months", **said}
    return compile_plan(people({"job": job}, {"recession": said}, participants=40))


def test_recessions_come_as_often_as_said():
    plan = recession_plan("in", yearly_chance=0.1)
    assert plan.dependence is not None
    assert plan.dependence.recession is not None
    begins = recessions(plan.dependence.recession, KEYS, 0, np.full(100_000, 0.1))
    no_year = 1.0 - begins[:12].max(axis=0)
    near(0.9, no_year)
    np.testing.assert_array_equal(
        begins, recessions(plan.dependence.recession, keys_of(20_260_101, 9), 0, np.full(100_000, 0.1))
    )


@pytest.mark.parametrize(
    ("begins", "shape"),
    [("in", 1.0), ("out", 1.0), ("in", 0.71), pytest.param("out", 0.71, marks=pytest.mark.slow)],
)
def test_a_recession_halves_employment_in_a_quarter_and_lets_it_recover(begins: str, shape: float):
    """Against the two-state equation with the same hazards; for shape 0.71 against plain-Python lives."""
    job = {
        "of": "enrolled",
        "spells": {"starts": 0.1, "ends": 0.04, "shape": shape, "begins": begins},
        "counts": "point",
    }
    months = (5, 6, 8, 9, 12, 24, 30)
    job["measured"] = {"after_enrolment": [f"{month} months" for month in months]}
    said = {"on": "2025-07-01", "spells_survive": 0.4, "starts": 0.5, "lasts": "12 months", "over": "2 months"}
    found = worth(people({"job": job}, {"recession": said}, participants=40), 200)
    truth = occupancy(begins, months) if shape == 1.0 else lived_slowly(begins, shape, months)
    for row, (chance, error) in enumerate(truth):
        own = math.sqrt(chance * (1.0 - chance) / found[row].size)
        assert close_to(chance, math.hypot(own, error), float(found[row].mean())), (
            months[row],
            chance,
            found[row].mean(),
        )


def hazards(month: float) -> tuple[float, float]:
    """What the recession of month 6 adds to leaving and leaves of entering."""
    return (-math.log(0.4) / 2.0 if 6 <= month < 8 else 0.0), (0.5 if 6 <= month < 18 else 1.0)


def occupancy(begins: str, months: tuple[int, ...]) -> list[tuple[float, float]]:
    """The chance to be in the state: hazards are constant within a month, so its equation is solved exactly."""
    chance, found = (1.0 if begins == "in" else 0.0), []
    for month in range(max(months) + 1):
        if month in months:
            found.append((chance, 0.0))
        extra, left = hazards(month)
        into, out = 0.1 * left, 0.04 + extra
        chance = into / (into + out) + (chance - into / (into + out)) * math.exp(-(into + out))
    return found


def lived_slowly(begins: str, shape: float, months: tuple[int, ...], n: int = 20_000) -> list[tuple[float, float]]:
    """Plain lives in steps of a fiftieth of a month: the share in the state and its standard error."""
    rng, steps = np.random.default_rng(7), 50
    inside = np.full(n, begins == "in")
    age = np.zeros(n)
    found = []
    for step in range(max(months) * steps + 1):
        now = step / steps
        if step % steps == 0 and round(now) in months:
            share = float(inside.mean())
            found.append((share, math.sqrt(share * (1.0 - share) / n)))
        extra, left = hazards(now)
        own = (0.04 * (age + 1 / steps)) ** shape - (0.04 * age) ** shape
        leaves = inside & (rng.random(n) < -np.expm1(-(own + extra / steps)))
        enters = ~inside & (rng.random(n) < -math.expm1(-0.1 * left / steps))
        age = np.where(inside, age + 1 / steps, 0.0)
        age[leaves | enters] = 0.0
        inside = (inside & ~leaves) | enters
    return found


def test_employment_halves_and_recovers():
    start, dip, back = (chance for chance, _ in occupancy("in", (6, 8, 60)))
    assert dip < 0.5 * start
    assert back == pytest.approx(0.1 / 0.14, abs=0.005)


# Unlike people


def test_being_measured_goes_with_success_and_keeps_its_share():
    hidden = {"share": 0.2, "outcome": "well", "failures": 3.0, "leavers": 2.0}
    scenario = people(
        {"well": outcome(0.6, "completers")}, participants=40, unmeasured=hidden, dropout=0.3, duration="6 months"
    )
    _, drawn = tiles(scenario, 400)
    met = np.concatenate([tile.worth[0].T for tile in drawn]) == 1.0
    seen = np.concatenate([tile.seen.T for tile in drawn]) == 1
    left = np.concatenate([tile.left_at.T for tile in drawn]) != NEVER
    assert close_to(0.2, math.sqrt(0.16 / seen.size), 1.0 - float(seen.mean()))

    def odds(who: np.ndarray) -> tuple[float, float]:
        share = 1.0 - float(seen[who].mean())
        return math.log(share / (1.0 - share)), 1.0 / (who.sum() * share * (1.0 - share))

    (ok, v1), (failed, v2), (gone, v3) = odds(met), odds(~met & ~left), odds(left)
    assert close_to(math.log(3.0), math.sqrt(v1 + v2), failed - ok)
    assert close_to(math.log(6.0), math.sqrt(v1 + v3), gone - ok)


def test_a_harder_group_succeeds_less_and_leaves_more():
    group = {"share": 0.25, "log_odds": 0.7, "leaving_odds": 2.0}
    scenario = people({"job": outcome(0.5), "well": outcome(0.8, "completers")}, participants=40, unlike_assumed=group,
                      dropout=0.2, duration="6 months")  # fmt: skip
    job, well = (part.ravel() for part in worth(scenario, 400))
    _, drawn = tiles(scenario, 400)
    left = (np.concatenate([tile.left_at.T for tile in drawn]) != NEVER).ravel()
    harder_job, harder_leaves = 1.0 / (1.0 + math.exp(0.7)), 0.5 / 1.5  # odds 0.25 doubled
    leaves = 0.75 * 0.2 + 0.25 * harder_leaves
    harder_well = 4.0 * math.exp(-0.7) / (1.0 + 4.0 * math.exp(-0.7))
    stays = 0.75 * 0.8 + 0.25 * (1.0 - harder_leaves)
    among = (0.75 * 0.8 * 0.8 + 0.25 * (1.0 - harder_leaves) * harder_well) / stays
    for chance, met in ((0.75 * 0.5 + 0.25 * harder_job, job), (leaves, left), (among, well[~left])):
        assert close_to(chance, math.sqrt(chance * (1.0 - chance) / met.size), float(met.mean())), chance


def test_cohorts_alone_move_chances_in_both_forms_alike():
    scenario = deal(dependence={"cohort_icc": {"job": 0.05, "well": 0.1}})
    plan = compile_plan(scenario)
    assert plan.by_pattern
    counted, lived = (run(plan, Settings(512, 3, form=form)) for form in ("patterns", "lives"))
    for name in ("headcount", "flow", "claim"):
        np.testing.assert_array_equal(getattr(counted, name), getattr(lived, name))
