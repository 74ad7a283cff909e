"""Fates against lives: the same law of everything that is counted, given what a path says and what its people share.

Lives are drawn at the inputs and shared factors of each path, fates say what to expect of them there. So the difference
has mean zero on every path, and its square the variance that fates say.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from risksim.engine.addresses import Purpose, keys_of
from risksim.engine.chances import words_of_cohort
from risksim.engine.fate_counts import count_block
from risksim.engine.fate_tables import tables_of
from risksim.engine.fates import Chances, Fates
from risksim.engine.inputs import inputs_of
from risksim.engine.lives import live_block
from risksim.engine.rich_fates import Shared, chances_of, fates_of, obstacle
from risksim.engine.shared import economy
from risksim.kernels.normal import normal_of, uniform_of
from risksim.kernels.patterns import HEAD
from risksim.plan.compile import compile_plan
from risksim.plan.layout import FloatArray, Plan
from tests.engine.deals import deal, shipped_plan
from tests.time.deals import COHORTS, OUTCOMES

PATHS = 1_024
SEED = 20_250_101
MOST_ERRORS = 4.0
"""Standard errors that a mean or a variance may lie off."""
PROJECTIONS = 8
"""Weightings of all counts whose variances are compared."""

Told = dict[str, Any]

SHIPPED = [
    "outcomes/gate.yaml",
    "outcomes/exclusive.yaml",
    "outcomes/repeated.yaml",
    "danish/havnen.yaml",
    "danish/laer-for-livet.yaml",
    "dependence/what-people-share.yaml",
    "dependence/hard-to-reach.yaml",
    "time/pace-and-moves.yaml",
    "time/retention.yaml",
    "time/success-beside-leaving.yaml",
    "effects/gross-and-net.yaml",
    "broendby-tuba.yaml",
]


def made_up(outcomes: Told, cohorts: list[Told], **more: Any) -> Plan:
    payments = [{"per_outcome": {"outcome": name, "price": 1_000}} for name in outcomes]
    return compile_plan(deal(outcomes=outcomes, cohorts=cohorts, payments=payments, **more))


def moves() -> Plan:
    """Rates of leavers, success that takes its time, fixed dates, and people who move away in every way."""
    late = {"of": "enrolled", "success_rate": 0.5, "measured": {"on": ["2026-03-15", "2027-01-15"]}, "persistence": 0.4}
    then = {"of": "earlier", "after": "late", "success_rate": 0.6, "measured": {"on": "2026-09-15"}}
    kept = {name: OUTCOMES[name] for name in ("well", "home", "diploma")}
    north = {**COHORTS[0], "enrolment": {"window": "3 months", "ratio": {"uniform": [0.6, 1.2]}}}
    return made_up({**kept, "late": late, "then": then}, [north, *COHORTS[1:]])


def events() -> Plan:
    """What may happen in any month before people leave, beside a monthly chance to leave and under a Weibull law."""
    job = {
        "of": "enrolled",
        "monthly": {"uniform": [0.03, 0.08]},
        "measured": {"after_enrolment": ["5 months", "12 months"]},
    }
    cohorts = [{key: said for key, said in cohort.items() if key != "moves"} for cohort in COHORTS]
    return made_up(
        {"job": job, "kept": OUTCOMES["kept"]},
        [*cohorts, {"name": "even", "participants": 9, "duration": "6 months", "dropout": 0.4}],
    )


def ties() -> Plan:
    """Everything goes together: a person's results, leaving, being measured, a cohort and the economy of each year."""
    outcomes = {
        "well": {"of": "measured", "success_rate": 0.6, "measured": {"at": "completion"}},
        "home": {"of": "enrolled", "success_rate": 0.3, "unless": "well", "measured": {"on": "2026-11-15"}},
        "job": {
            "of": "completers",
            "success_rate": 0.5,
            "dropouts": 0.4,
            "measured": {"after_enrolment": ["9 months", "15 months"]},
            "persistence": 0,
        },
    }
    cohorts = [
        {**COHORTS[0], "enrolment": {"window": "4 months"}, "moves": {"yearly": 0.1, "then": "lost"}},
        COHORTS[3],
    ]
    dependence = {
        "within_person": 0.4,
        "leaving": 0.3,
        "measurable": 0.2,
        "cohort_icc": {"well": 0.05, "job": 0.1},
        "macro": {"job": 0.15},
        "macro_persistence": 0.5,
    }
    return made_up(outcomes, cohorts, dependence=dependence)


MADE_UP = {"moves": moves, "events": events, "ties": ties}


class Expected(NamedTuple):
    """Of one person on each path."""

    mean: FloatArray
    """float64[path, count]."""
    variance: FloatArray
    """float64[path, projection]."""


def weightings(n_counts: int) -> FloatArray:
    return np.random.default_rng(SEED).integers(-3, 4, (n_counts, PROJECTIONS)).astype(np.float64)


def worth_of_fates(plan: Plan, fates: Fates) -> tuple[FloatArray, FloatArray]:
    """What patterns add in each pool and class, and pools alone: [pattern, pool, class, count], [pool, count]."""
    n_measured, n_periods = plan.measures.outcome.size, plan.calendar.years.size
    n_counts = n_measured * n_periods + HEAD + 2 * plan.outcomes.address.size
    n_pools, n_classes = fates.class_of_pool.size, fates.class_chance.size
    worth = np.zeros((fates.first_pattern[-1], n_pools, n_classes, n_counts))
    for pattern, pool, measure, row in fates.adds:
        for place, period in enumerate(fates.period[row]):
            if period >= 0:
                worth[pattern, pool, place, measure * n_periods + period] += 1.0
    for pattern, pool, column, row in fates.counts:
        where = np.full(n_classes, True) if row < 0 else fates.period[row] >= 0
        worth[pattern, pool, where, n_measured * n_periods + column] += 1.0
    alone = np.zeros((n_pools, n_counts))
    alone[:, n_measured * n_periods : n_measured * n_periods + 4] = fates.pool_head
    return worth, alone


def expect(plan: Plan, fates: Fates, chances: Chances) -> Expected:
    worth, alone = worth_of_fates(plan, fates)
    weights = weightings(alone.shape[1])
    n_paths = chances.n_enrolled.size
    mean, square = np.zeros((n_paths, alone.shape[1])), np.zeros((n_paths, PROJECTIONS))
    for pool, own in enumerate(fates.class_of_pool):
        for place, part in enumerate(fates.class_chance if own < 0 else [1.0]):
            here = worth[:, pool, place if own < 0 else own]
            found, first = np.tile(alone[pool], (n_paths, 1)), np.tile(alone[pool] @ weights, (n_paths, 1))
            luck = np.zeros((n_paths, PROJECTIONS))
            for begin, end in zip(fates.first_pattern[:-1], fates.first_pattern[1:], strict=True):
                chance, value = chances.pattern[:, begin:end, pool], here[begin:end] @ weights
                found += chance @ here[begin:end]
                first += chance @ value
                luck += chance @ value**2 - (chance @ value) ** 2
            share = (chances.pool[:, pool] * part)[:, np.newaxis]
            mean += share * found
            square += share * (luck + first**2)
    return Expected(mean, square - (mean @ weights) ** 2)


def off(difference: FloatArray) -> float:
    """The largest mean in standard errors: float64[path, count] -> number; what never moves must be 0."""
    error = difference.std(axis=0, ddof=1) / difference.shape[0] ** 0.5
    moves = error > 1e-9
    assert np.abs(difference[:, ~moves]).max(initial=0.0) < 1e-6
    return float(np.abs(difference.mean(axis=0)[moves] / error[moves]).max(initial=0.0))


def drawn(plan: Plan, n_paths: int = PATHS) -> tuple[Any, FloatArray]:
    key = keys_of(SEED, plan.stream)
    return key, inputs_of(plan, key, 0, n_paths)


def empty(plan: Plan, n_paths: int = PATHS) -> tuple[Any, Any]:
    n_cohorts, n_measures = plan.cohorts.places.size, plan.measures.outcome.size
    measured = np.empty((n_paths, n_cohorts, n_measures, plan.calendar.years.size))
    return measured, np.empty((n_paths, n_cohorts, HEAD + 2 * plan.outcomes.address.size), dtype=np.int32)


def hold(plan: Plan, expected: Expected, n_enrolled: Any, measured: Any, headcount: Any, cohort: int) -> None:
    found = np.concatenate([measured[:, cohort].reshape(measured.shape[0], -1), headcount[:, cohort]], axis=1)
    people = n_enrolled[:, np.newaxis]
    difference = found - people * expected.mean
    assert off(difference) < MOST_ERRORS
    # Given the path, people are independent: the variance of a count is that of one person times their number.
    assert off((difference @ weightings(found.shape[1])) ** 2 - people * expected.variance) < MOST_ERRORS


def plan_of(name: str) -> Plan:
    return MADE_UP[name]() if name in MADE_UP else shipped_plan(name)


@pytest.mark.parametrize("name", [*SHIPPED, *MADE_UP])
def test_lives_and_people_counted_by_fate_follow_the_chances_of_fates(name):
    plan = plan_of(name)
    assert obstacle(plan) is None
    key, inputs = drawn(plan)
    fates = [fates_of(plan, cohort) for cohort in range(plan.cohorts.places.size)]
    chances = [chances_of(plan, key, 0, cohort, inputs) for cohort in range(plan.cohorts.places.size)]
    lived, counted = empty(plan), empty(plan)
    live_block(plan, key, 0, inputs, *lived)
    count_block(plan, fates, chances, key, 0, *counted)
    for cohort in range(plan.cohorts.places.size):
        expected = expect(plan, fates[cohort], chances[cohort])
        for measured, headcount in (lived, counted):
            assert (headcount[:, cohort, 0] == chances[cohort].n_enrolled).all()
            hold(plan, expected, chances[cohort].n_enrolled, measured, headcount, cohort)


@pytest.mark.parametrize("name", [*SHIPPED, *MADE_UP])
def test_chances_add_up_to_one(name):
    plan = plan_of(name)
    key, inputs = drawn(plan, 64)
    for cohort in range(plan.cohorts.places.size):
        fates, chances = fates_of(plan, cohort), chances_of(plan, key, 0, cohort, inputs)
        assert fates.class_chance.sum() == pytest.approx(1.0, abs=1e-12)
        assert (chances.pool >= 0.0).all()
        assert (chances.pattern >= 0.0).all()
        assert np.allclose(chances.pool.sum(axis=1), 1.0, atol=1e-12)
        for begin, end in zip(fates.first_pattern[:-1], fates.first_pattern[1:], strict=True):
            assert np.allclose(chances.pattern[:, begin:end].sum(axis=1), 1.0, atol=1e-12)


def one_person(plan: Plan) -> tuple[Fates, Chances, FloatArray]:
    """Fates of the first cohort, and what one person is expected to add to the head counts."""
    key, inputs = drawn(plan, 64)
    fates, chances = fates_of(plan, 0), chances_of(plan, key, 0, 0, inputs)
    heads = expect(plan, fates, chances).mean[0, plan.measures.outcome.size * plan.calendar.years.size :]
    return fates, chances, heads


def test_two_outcomes_with_a_gate():
    # Half find a job; of these 70 % keep it. So 0.5 * 0.7 = 0.35 do both, 0.5 * 0.3 = 0.15 only find one, and half do
    # neither: three patterns, whoever was never asked about keeping one being no failure of its own.
    fates, chances, _ = one_person(shipped_plan("outcomes/gate.yaml"))
    assert fates.first_pattern.tolist() == [0, 1, 4]
    assert chances.pool[0].tolist() == [1.0]
    assert chances.pattern[0, :, 0] == pytest.approx([1.0, 0.35, 0.15, 0.5], abs=1e-15)


def test_one_outcome_rules_out_the_other():
    # 30 % are in education; of the other 70 % four in ten work: 0.28; 0.42 do neither.
    _, chances, heads = one_person(shipped_plan("outcomes/exclusive.yaml"))
    assert sorted(chances.pattern[0, 1:, 0]) == pytest.approx([0.28, 0.30, 0.42], abs=1e-15)
    # Enrolled, completed, left, unmeasured; education achieved and verified; work achieved and verified.
    assert heads == pytest.approx([1.0, 1.0, 0.0, 0.0, 0.3, 0.3, 0.28, 0.28], abs=1e-15)


def test_two_dates_with_a_leaver():
    # Of ten, two leave. Those who complete are in work at half a year with chance 0.5, and at a year again with
    # 0.5 + 0.6 * 0.5 = 0.8 if they were, 0.5 * (1 - 0.6) = 0.2 if not. Those who leave: with chance 0.25, and the
    # year after 0.25 + 0.6 * 0.75 = 0.7 or 0.25 * 0.4 = 0.1.
    work = {
        "of": "completers",
        "success_rate": 0.5,
        "dropouts": 0.5,
        "persistence": 0.6,
        "measured": {"after_enrolment": ["6 months", "12 months"]},
    }
    plan = made_up({"work": work}, [{"name": "all", "participants": 10, "duration": "3 months", "dropout": 0.2}])
    fates, chances, heads = one_person(plan)
    assert fates.pool_head.tolist() == [[1, 1, 0, 0], [1, 0, 1, 0]]
    assert chances.pool[0] == pytest.approx([0.8, 0.2], abs=1e-15)
    # Both dates, one of them (in an order of no meaning), none: of who stays 0.4, 0.1 and 0.1, 0.4; of who leaves
    # 0.25 * 0.7 = 0.175, 0.25 * 0.3 = 0.075 and 0.75 * 0.1 = 0.075, 0.75 * 0.9 = 0.675.
    assert chances.pattern[0, 1:, 0] == pytest.approx([0.4, 0.1, 0.1, 0.4], abs=1e-15)
    assert chances.pattern[0, 1:, 1] == pytest.approx([0.175, 0.075, 0.075, 0.675], abs=1e-15)
    # Successes over both dates: 0.8 * (0.8 + 0.2) + 0.2 * (0.35 + 0.15) = 0.9.
    assert heads[HEAD] == pytest.approx(0.9, abs=1e-15)


def test_success_beside_leaving():
    # In each month 5 % find a job and 3 % leave, of those still waiting: after m months 0.92^m wait, and of the others
    # 5 in 8 have found one: 0.625 * (1 - 0.92^12) = 0.395209.
    _, _, heads = one_person(shipped_plan("time/success-beside-leaving.yaml"))
    months = np.array([6.0, 12.0])
    # Dates lie 26 and 52 weeks after enrolment: six and twelve months.
    assert heads[HEAD] == pytest.approx((0.625 * (1.0 - 0.92**months)).sum(), abs=1e-12)


def test_what_people_share_may_be_given():
    """The factors drawn by address, handed in, give what is drawn by address."""
    plan = shipped_plan("dependence/what-people-share.yaml")
    key, inputs = drawn(plan, 64)
    assert plan.dependence is not None
    words = words_of_cohort(plan, key, 0, 1, 0, 64)
    factor = np.array([normal_of(uniform_of(np.uint32(word))) for word in words])
    given = Shared(factor, economy(plan.dependence, key, 0, 64))
    for own, other in zip(chances_of(plan, key, 0, 1, inputs), chances_of(plan, key, 0, 1, inputs, given), strict=True):
        assert np.allclose(own, other, rtol=1e-12, atol=1e-14)


def test_a_cohort_factor_that_moves_chances_may_be_given():
    plan = compile_plan(deal(dependence={"cohort_icc": {"job": 0.05}}))
    key, inputs = drawn(plan, 64)
    words = words_of_cohort(plan, key, 0, 0, 0, 64)
    factor = np.array([normal_of(uniform_of(np.uint32(word))) for word in words])
    own, other = (chances_of(plan, key, 0, 0, inputs, given) for given in (None, Shared(cohort=factor)))
    assert np.allclose(own.pattern, other.pattern, rtol=1e-12, atol=1e-14)
    moved = chances_of(plan, key, 0, 0, inputs, Shared(cohort=factor + 1.0))
    assert not np.allclose(own.pattern, moved.pattern)


def test_people_are_the_same_in_any_block():
    plan = ties()
    key, inputs = drawn(plan, 256)
    fates = [fates_of(plan, cohort) for cohort in range(2)]
    whole = empty(plan, 256)
    count_block(plan, fates, [chances_of(plan, key, 0, cohort, inputs) for cohort in range(2)], key, 0, *whole)
    half = empty(plan, 128)
    later = [chances_of(plan, key, 128, cohort, inputs[128:]) for cohort in range(2)]
    count_block(plan, fates, later, key, 128, *half)
    assert (half[0] == whole[0][128:]).all()
    assert (half[1] == whole[1][128:]).all()
    assert Purpose.FATE == 22


def test_pools_tell_only_what_measurements_can():
    # Everything is measured so many months after enrolment, so when people enrol moves no chance.
    assert not tables_of(shipped_plan("time/pace-and-moves.yaml"), 0).by_class
    # Stay for good, move before month 12 (with which the course ends), before 18, later; and who leaves, of the last
    # three: 1 pool + 2 * 2.
    heads = fates_of(shipped_plan("time/pace-and-moves.yaml"), 0).pool_head
    assert heads[:, 1].sum() == 2
    assert heads[:, 2].sum() == 3


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("outcomes/spells-continuous.yaml", "comes and goes"),
        ("outcomes/amount-goal.yaml", "amount"),
        ("outcomes/score-gain.yaml", "score"),
        ("outcomes/use-change.yaml", "use"),
        ("outcomes/price-list-with-most.yaml", "price list"),
        ("risks/dropout.yaml", "costs follow the people"),
        ("ending/four-ways.yaml", "end early"),
        ("danish/housing-first-job-track.yaml", "243 ways"),
        ("enrolment/slow-start.yaml", "in turn"),
    ],
)
def test_deals_whose_fates_cannot_be_listed_say_why(name, why):
    assert why in (obstacle(shipped_plan(name)) or "")


@pytest.mark.parametrize(
    ("dependence", "why"),
    [
        ({"correlations": [{"between": ["job", "well"], "latent": 0.3}]}, "pair by pair"),
        ({"within_person": 0.3, "tail": 4}, "far out together"),
    ],
)
def test_dependence_that_cannot_be_integrated_out_says_so(dependence, why):
    assert why in (obstacle(compile_plan(deal(dependence=dependence))) or "")
