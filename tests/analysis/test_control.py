"""Control variates: the same mean, a smaller error, and intervals that still cover."""

import math

import numpy as np
import pytest

from risksim import api
from risksim.analysis.control import coefficient, control_variates, controlled, obstacle
from risksim.errors import RunError
from risksim.metrics.precision import Estimate
from risksim.report.control import ControlledOf
from risksim.report.control import controlled as page
from tests.engine.deals import SHIPPED

SIMPLE, SMALL = SHIPPED / "examples/simple-reference.yaml", SHIPPED / "risks/small-cohort.yaml"
EXACT_NPV = -257_587.48
"""Mean net present value of the simple reference deal (tests/verification/test_simple_reference.py)."""
ERRORS = 4.0


def control(file, paths, seed=1):
    return control_variates(api.simulate(api.read(file), paths, seed, keep_claims=False))


def test_adjusted_mean_of_the_simple_reference_is_right_and_more_exact():
    """Without the cap the payment is linear in the count of 120 people, who succeed with chance q = (1 - D) S, where D
    is Beta(4, 16) and S Beta(30, 10). Var(q) = 0.64 Var(S) + 0.5625 Var(D) + Var(D) Var(S) with Var(D) = 0.16 / 21 and
    Var(S) = 0.1875 / 41: 0.002927 + 0.004286 + 0.000035 = 0.00725, so 104.4 of the variance of the count is evidence
    and 120 (0.6 - 0.36 - 0.00725) = 27.9 luck. The control leaves the luck: a ratio of 132.3 / 27.9 = 4.7. The cap at
    75 takes some of the upper half away, so less is asked."""
    npv, repayment = control(SIMPLE, 20_000).of
    assert abs(npv.adjusted.value - EXACT_NPV) < ERRORS * npv.adjusted.standard_error
    assert npv.adjusted.standard_error < npv.plain.standard_error
    for one in (npv, repayment):
        assert 1.5 < one.variance_ratio < 4.8
        assert one.variance_ratio == pytest.approx((one.plain.standard_error / one.adjusted.standard_error) ** 2)
        assert one.adjusted.low < one.adjusted.value < one.adjusted.high


def test_ratio_of_a_beta_binomial_count_is_the_one_that_can_be_worked_out():
    """25 families at Beta(15.5, 5.5): 21 / 46 of the variance is luck, which alone is left. The ratio is 46 / 21 =
    2.19, the coefficient 1; of 20,000 paths both are known to a few per cent."""
    found = control(SMALL, 20_000).of[0]
    assert found.variance_ratio == pytest.approx(46 / 21, rel=0.06)
    assert found.coefficient == pytest.approx(1.0, abs=0.03)
    # 25 x 40,000 x 15.5 / 21 less 600,000
    assert abs(found.adjusted.value - (1e6 * 15.5 / 21 - 6e5)) < ERRORS * found.adjusted.standard_error


def test_control_belongs_to_its_path():
    """What is expected on a path goes together with what happens there, shared luck of sites included."""
    deal = api.read(SHIPPED / "evidence/sites.yaml")
    run = api.simulate(deal, 4_096, keep_claims=False)
    own = api.divisible(deal.plan, 4_096)
    npv = api.investors(run).npv[:, -1]
    assert np.corrcoef(npv, own.npv)[0, 1] > 0.7
    assert np.corrcoef(npv, np.roll(own.npv, 1))[0, 1] < 0.1
    np.testing.assert_array_equal(api.divisible(deal.plan, 1_000).npv, own.npv[:1_000])


def test_where_nothing_is_left_to_chance_the_control_is_everything():
    values, control_values = np.array([1.0, 2.0, 4.0, 5.0]), np.array([2.0, 4.0, 8.0, 10.0])
    assert coefficient(values, control_values) == pytest.approx(0.5)
    assert coefficient(values, np.ones(4)) == 0.0
    found = controlled("npv", values, control_values, Estimate.exact(7.0), 0.5)
    assert found.adjusted.value == pytest.approx(3.5)
    assert found.variance_ratio > 1e20
    certain = controlled("npv", np.ones(4), np.ones(4), Estimate.exact(1.0), 0.0)
    assert certain.variance_ratio == 1.0


def test_error_of_what_is_held_to_be_known_is_added():
    """Nothing is left but the error of the control's mean, 3, times the coefficient, 0.5."""
    values = np.array([1.0, 2.0, 4.0, 5.0])
    found = controlled("npv", values, 2.0 * values, Estimate.symmetric(6.0, 3.0), 0.5)
    assert found.adjusted.standard_error == pytest.approx(1.5)


def test_what_cannot_be_put_right_is_refused():
    deal = api.read(SHIPPED / "ending/five-people.yaml")
    with pytest.raises(RunError, match="because it may end early"):
        control_variates(api.simulate(deal, 256, keep_claims=False))
    run = api.simulate(api.read(SMALL), 256, keep_claims=False, engine="conditional")
    assert "draws nobody" in obstacle(run)


def test_text_shows_both_means():
    one = ControlledOf(
        "npv", Estimate.symmetric(-257_000.0, 3_100.0), Estimate.symmetric(-257_400.0, 1_500.0), 4.1, 0.95
    )
    text = page("DKK", (one,))
    assert "mean net present value" in text
    assert "± 1,500" in text
    assert "4.1" in text
    assert "over 1,000,000" in page("DKK", (one._replace(variance_ratio=math.inf),))


@pytest.mark.slow
def test_adjusted_intervals_cover():
    """Of 50 seeds, 95 % intervals fail to cover at most 7 times (P(Bin(50, 0.05) > 7) = 0.8 %), and the spread of the
    adjusted means is the error that they state (chi-squared with 49 degrees of freedom: within 35 %)."""
    found = [control(SIMPLE, 4_096, seed).of[0] for seed in range(50)]
    assert sum(not one.adjusted.low <= EXACT_NPV <= one.adjusted.high for one in found) <= 7
    spread = np.std([one.adjusted.value for one in found], ddof=1)
    assert spread == pytest.approx(np.mean([one.adjusted.standard_error for one in found]), rel=0.35)
