"""Expectations instead of people: by hand, and as what the simulation tends to."""

import numpy as np
import pytest

from risksim.engine.expected import expected_people
from risksim.engine.run import Settings, draw_block, run, run_expected
from risksim.plan.compile import at_means, compile_plan
from tests.engine.deals import BROENDBY, SIMPLE, bent_plan, deal, shipped_plan
from tests.kernels.people import every_measure

PLANS = {"simple": lambda: shipped_plan(SIMPLE), "broendby": lambda: shipped_plan(BROENDBY), "bent": bent_plan}
each_plan = pytest.mark.parametrize("plan", [pytest.param(plan, id=name) for name, plan in PLANS.items()])
ONE = {"name": "all", "participants": 30, "duration": "6 months", "dropout": 0.2, "unmeasured": 0.1}


def one(cohort=None, **outcome):
    """One cohort and one outcome that counts at the end."""
    return compile_plan(
        deal(
            cohorts=[ONE | (cohort or {})],
            outcomes={"well": {"of": "completers", "success_rate": 0.75} | outcome},
            payments=[{"per_outcome": {"outcome": "well", "price": 1_000}}],
            financing={"tranches": [{"name": "investor", "commitment": 10_000}]},
        )
    )


@pytest.mark.parametrize(
    ("of", "verified", "eligible", "seen"),
    [
        ("enrolled", 30 * 0.9 * 0.75, 30.0, 27.0),
        ("completers", 30 * 0.8 * 0.9 * 0.75, 24.0, 21.6),
        ("measured", 30 * 0.8 * 0.9 * 0.75, 21.6, 21.6),
    ],
)
def test_expected_people_are_the_product_of_their_chances(of, verified, eligible, seen):
    found = expected_people(every_measure(one(of=of)))
    assert found.shape[0] == 1
    assert found.sum(axis=(0, 1, 3)) == pytest.approx([verified, eligible, seen], rel=1e-14)


def test_expected_enrolment_follows_the_weights_of_the_months():
    enrolment = {"window": "12 months", "ramp": "2 months", "ratio": 0.5}
    plan = one({"enrolment": enrolment}, of="enrolled", measured={"after_enrolment": "0 months"})
    found = expected_people(plan)[0, 0, 0]
    weights = np.array([1, *[2] * 11]) / 23
    # Months 0 to 5 count at the follow-up of month 5, 6 to 10 at that of month 10, 11 at that of month 15
    expected = np.array([weights[:6].sum(), weights[6:11].sum(), weights[11]]) * 15 * 0.9 * 0.75
    assert found[found > 0] == pytest.approx(expected, rel=1e-14)


def test_expected_enrolment_is_cut_to_the_places():
    assert expected_people(one({"enrolment": {"ratio": 1.4}}, of="enrolled")).sum() == pytest.approx(30 * 0.9 * 0.75)


def test_whoever_is_measured_after_the_last_follow_up_is_not_expected():
    assert expected_people(one(of="enrolled", measured={"after_enrolment": "90 months"})).sum() == 0.0


@each_plan
def test_expectation_is_what_people_drawn_at_the_means_tend_to(plan):
    # 4,096 paths, four standard errors; the ratios of these deals fill whole places but for the bent one
    plan = at_means(every_measure(plan()))
    plan = plan._replace(
        cohorts=plan.cohorts._replace(ratio_value=np.minimum(np.rint(plan.cohorts.ratio_value * 10) / 10, 1))
    )
    _, measured, _ = draw_block(plan, Settings(seed=1), 0, 4_096)
    error = measured.std(axis=0, ddof=1) / np.sqrt(4_096)
    assert (np.abs(measured.mean(axis=0) - expected_people(plan)[0]) <= 4.0 * error + 1e-9).all()


@each_plan
def test_expected_run_is_one_path_paid_by_the_same_rules(plan):
    plan = at_means(plan())
    found = run_expected(plan)
    assert found.weight.tolist() == [1.0]
    assert found.inputs.shape == (1, 0)
    assert (found.claim.sum(axis=(1, 2)) == found.received[:, 0]).all()
    assert (found.drawn[0] == run(plan, Settings(1)).drawn[0]).all()


def test_expected_run_of_the_simple_deal_pays_72_people():
    found = run_expected(at_means(shipped_plan(SIMPLE)))
    assert found.received.tolist() == [[72 * 6_000_000]]
    assert found.irr[0, 0] == pytest.approx((72 * 60_000 / 4e6) ** 0.5 - 1.0, abs=1e-12)
