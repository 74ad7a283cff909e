"""The worst futures: right where they are known, and far more exact than plain runs of as many paths."""

import math

import numpy as np
import pytest

from risksim import api
from risksim.analysis import tail as analysis
from risksim.analysis.tail import few_succeed, tail
from risksim.errors import RunError
from risksim.metrics.precision import Estimate
from tests.engine.deals import SHIPPED

SMALL = SHIPPED / "risks/small-cohort.yaml"
ERRORS = 4.0
AT_MOST_6, AT_MOST_5 = 4.32203e-4, 1.45239e-4
"""P(X <= 6) and P(X <= 5) of BetaBin(25; 15.5, 5.5), 30 of 40 at half weight on Jeffreys' prior: the sum of
C(25, k) B(k + 15.5, 25 - k + 5.5) / B(15.5, 5.5) over k."""


def losing_at_most(people):
    """The deal of 25 families, which loses when at most so many succeed at 40,000 each."""
    deal = api.read(SMALL)
    return api.changed(deal, "rare", {"financing.tranches[0].commitment": 40_000 * (people + 1)})


def figure(found, quantity, level=None):
    (one,) = [each for each in found.figures if (each.quantity, each.level) == (quantity, level)]
    return one


def test_reference_tail_is_the_sum_of_its_terms():
    from scipy.special import betaln, gammaln

    k = np.arange(7)
    log = gammaln(26) - gammaln(k + 1) - gammaln(26 - k) + betaln(k + 15.5, 25 - k + 5.5) - betaln(15.5, 5.5)
    chances = np.cumsum(np.exp(log))
    assert chances[6] == pytest.approx(AT_MOST_6, abs=5e-10)
    assert chances[5] == pytest.approx(AT_MOST_5, abs=5e-10)


@pytest.mark.parametrize(("people", "chance"), [(6, AT_MOST_6), (5, AT_MOST_5)])
def test_rare_loss_is_found(people, chance):
    """With 20,000 paths a plain run has a standard error of sqrt(p / 20,000), 1.5e-4 of 4.3e-4. Independent paths moved
    well have half of that; quasi-random ones, people moved too, do better than both."""
    found = tail(losing_at_most(people), 20_000, level=1.0 - 2.0 * chance)
    loss = figure(found, "p_loss")
    assert abs(loss.value.value - chance) < ERRORS * loss.value.standard_error
    assert loss.value.standard_error < 7.5e-5 / 3
    assert loss.gain > 9.0
    assert found.warnings == ()


@pytest.mark.parametrize(("people", "chance"), [(6, AT_MOST_6), (5, AT_MOST_5)])
def test_rare_count_is_summed(people, chance):
    """Summing the tail of the count leaves the rate alone to be drawn: with 20,000 independent paths, 5.7e-6 of 4.3e-4.
    Quasi-random points may be better, never worse than twice that."""
    found = few_succeed(api.read(SMALL), "success", people, 20_000)
    assert abs(found.value.value - chance) < ERRORS * found.value.standard_error
    assert found.value.standard_error < 2 * 5.7e-6
    assert found.plain.standard_error > 3 * found.value.standard_error
    assert [(one.name, one.by < -1.5) for one in found.shifted] == [("the success rate of 'success'", True)]


@pytest.mark.parametrize("name", ["examples/simple-reference.yaml", "broendby-tuba.yaml", "risks/small-cohort.yaml"])
def test_tail_agrees_with_runs_of_both_engines(name):
    deal = api.read(SHIPPED / name)
    found = tail(deal, 16_384, seed=4)
    summary = api.simulate(deal, 40_000, seed=9, keep_claims=False).summary().everybody
    loss = summary.loss
    lived = {"p_loss": loss.p_loss, "p_severe_loss": loss.p_severe_loss, "p_total_loss": loss.p_total_loss}
    for one in found.figures:
        for other in (one.plain, lived.get(one.quantity, one.plain)):
            error = np.hypot(one.value.standard_error, other.standard_error)
            if np.isfinite(error) and other.value > 1e-4:  # a handful of plain paths have no error to speak of
                assert abs(one.value.value - other.value) <= ERRORS * error, one
    assert {one.level for one in found.figures} == {None, 0.95, 0.99}


def test_a_rare_loss_gains_and_a_usual_one_need_not():
    found = tail(api.read(SHIPPED / "examples/simple-reference.yaml"), 16_384)
    assert figure(found, "p_severe_loss").gain > 10.0
    assert figure(found, "npv_es", 0.99).gain > 3.0
    assert figure(found, "loss_es", 0.99).gain > 3.0


def test_gain_of_what_plain_paths_hardly_see_is_that_of_independent_ones():
    """p = 0.0004 of 10,000 paths is 4 of them: sqrt(0.0004 x 0.9996 / 10,000) = 2.0e-4, whatever the 4 paths say."""
    rare = Estimate.symmetric(0.0004, 1e-5)
    for plain in (Estimate(0.0, math.nan, 0.0, 3e-4), Estimate.symmetric(0.0001, 1e-4)):
        error = analysis.plain_error(rare, plain, 10_000)
        assert error == pytest.approx(2.0e-4, rel=1e-3)
        assert analysis.gain(rare, error) == pytest.approx(400.0, rel=1e-3)
    usual = Estimate.symmetric(0.2, 1e-3)
    assert analysis.plain_error(usual, Estimate.symmetric(0.2, 3e-3), 10_000) == 3e-3
    assert analysis.gain(usual, math.nan) is None
    assert analysis.gain(Estimate.exact(0.2), 3e-3) is None
    found = tail(api.read(SMALL), 8_192, level=0.99)
    assert figure(found, "npv_es", 0.95).gain is not None
    assert figure(found, "npv_es", 0.99).gain is None  # 82 plain paths


def test_weights_and_directions_are_told():
    found = tail(api.read(SHIPPED / "examples/simple-reference.yaml"), 8_192)
    directions = {one.name: one.by > 0 for one in found.shifted}
    assert directions["the dropout of 'everybody'"]
    assert not directions["the success rate of 'success'"]
    assert [abs(one.by) for one in found.shifted] == sorted((abs(one.by) for one in found.shifted), reverse=True)
    assert 8_192 / 2 < found.weights.effective_paths < 8_192
    assert found.weights.largest_share <= 2 / 8_192 * 1.1
    assert found.weights.tail_paths > 0.2 * 8_192  # of plain paths it would be a hundredth
    assert found.weights.tail_largest_share < 0.05


def test_one_heavy_path_is_said_aloud():
    even = analysis.Weights(512.0, 2 / 1_024, 100, 60.0, 0.049)
    moved = (analysis.Shifted("the dropout of 'everybody'", 1.0),)
    assert analysis.warnings_of(even, moved) == ()
    (said,) = analysis.warnings_of(even._replace(tail_largest_share=0.2), moved)
    assert "20 % of the weight" in said
    assert "Take more paths" in said
    (said,) = analysis.warnings_of(even, ())
    assert "Nothing was moved" in said


def test_nothing_is_moved_where_all_futures_are_alike():
    """A price of nothing loses everything on every path: none is worse than the others."""
    deal = api.read(SMALL)
    flat = api.changed(deal, "flat", {"payments[0].price": 0})
    found = tail(flat, 1_024)
    assert found.shifted == ()
    assert any("Nothing was moved" in warning for warning in found.warnings)
    assert figure(found, "p_total_loss").value.value == 1.0


def test_refusals_say_what_to_try():
    with pytest.raises(RunError, match=r"may end early(.|\n)*Try risksim run"):
        tail(api.read(SHIPPED / "ending/five-people.yaml"))
    deal = api.read(SMALL)
    with pytest.raises(RunError, match=r"got level 1\.2; it lies from 0\.5"):
        tail(deal, level=1.2)
    with pytest.raises(RunError, match="at least 1,024"):
        tail(deal, 1_000)
    with pytest.raises(RunError, match="got outcome 'job'; there is success"):
        few_succeed(deal, "job", 3)


@pytest.mark.slow
def test_intervals_of_the_tail_cover():
    """Of 60 seeds, 95 % intervals for P(X <= 6) fail to cover at most 8 times (P(Bin(60, 0.05) > 8) = 0.3 %)."""
    deal = losing_at_most(6)
    missed = 0
    for seed in range(60):
        value = figure(tail(deal, 4_096, seed, level=0.999), "p_loss").value
        missed += not value.low <= AT_MOST_6 <= value.high
    assert missed <= 8
