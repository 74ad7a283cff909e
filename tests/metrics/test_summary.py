from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
from scipy.stats import betabinom

from risksim.kernels import cashflow
from risksim.metrics import precision, summary
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample
from risksim.metrics.summary import RunArrays, RunNames, Withheld, summarise

NAMES = RunNames(
    tranches=("investor",),
    hurdles=(0.0, 0.05),
    payers=("municipality", "state"),
    years=(2025, 2027),
    outcomes=("job", "uddannelse på vej"),
    minor_units=100,
)
OK_UNIQUE, TOTAL_LOSS, _, ALL_POSITIVE, MULTIPLE, _ = range(6)


def example_run(successes: np.ndarray) -> RunArrays:
    """The example contract: capital 750,000, 40,000 for each success after two years, a quarter of it by the state."""
    n_paths = successes.size
    received = 4_000_000 * successes
    drawn = np.full(n_paths, 75_000_000)
    repayment = np.zeros((n_paths, 2, 2), np.int64)
    repayment[:, 0, 1], repayment[:, 1, 1] = 3_000_000 * successes, 1_000_000 * successes
    head = [np.full(n_paths, 25), np.full(n_paths, 20), np.full(n_paths, 5), np.full(n_paths, 0)]
    head += [successes, successes, successes + 2, successes + 1]
    headcount = np.stack([np.stack(head, axis=1), np.zeros((n_paths, 8))], axis=1).astype(np.int32)
    return RunArrays(
        irr=(np.sqrt(received / drawn) - 1)[:, None],
        irr_status=np.where(received > 0, OK_UNIQUE, TOTAL_LOSS).astype(np.int8)[:, None],
        npv=np.stack([(received / growth - drawn) / 100 for growth in (1.0, 1.05**2)], axis=1)[:, None, :],
        drawn=drawn[:, None],
        received=received[:, None],
        repayment=repayment,
        headcount=headcount,
    )


def drawn_run(n_paths: int = 2_000) -> RunArrays:
    rng = np.random.default_rng(5)
    return example_run(rng.binomial(25, rng.beta(15.5, 5.5, n_paths)))


@pytest.fixture(scope="module")
def exact() -> dict[str, Estimate]:
    successes = np.arange(26)
    sample = Sample.exact(betabinom(25, 15.5, 5.5).pmf(successes))
    return dict(summarise(example_run(successes), NAMES, sample, [Estimate.exact(-0.008)]).statistics())


def test_status_names_are_those_of_the_kernel():
    assert summary.IRR_STATUSES == cashflow.STATUS_NAMES


def test_enumerated_example_contract_has_its_exact_statistics(exact):
    assert exact["tranches[investor].loss.p_loss"].value == pytest.approx(0.472273, abs=5e-7)
    assert exact["tranches[investor].loss.value_at_risk_95"].value == 230_000.0
    assert exact["tranches[investor].loss.expected_shortfall_95"].value == pytest.approx(301_350.98, abs=0.005)
    given_loss = exact["tranches[investor].loss.expected_given_loss"].value
    assert given_loss * exact["tranches[investor].loss.p_loss"].value == pytest.approx(56_965.81, abs=0.005)
    assert exact["tranches[investor].npv[0].expected_shortfall_95"].value == pytest.approx(301_350.98, abs=0.005)
    assert exact["programme.outcomes[job].achieved.mean"].value == pytest.approx(18.45238, abs=5e-6)
    assert exact["payers[state].years[2027].mean"].value == pytest.approx(184_523.81, abs=0.005)


def test_enumerated_statistics_have_no_error(exact):
    assert all(found == Estimate.exact(found.value) for found in exact.values())


def test_keys_are_stable(exact):
    spread = ["mean", "sd", "p05", "p25", "p50", "p75", "p95"]
    risk = ["value_at_risk_95", "expected_shortfall_95"]
    expected = [f"tranches[investor].irr.{key}" for key in ["of_mean_flow", *spread[2:]]]
    statuses = ["ok_unique", "total_loss", "no_investment", "all_positive", "multiple", "no_root"]
    expected += [f"tranches[investor].irr.status.{status}" for status in statuses]
    expected += [f"tranches[investor].moic.{key}" for key in ["mean", *spread[2:]]]
    for hurdle in ("0", "0.05"):
        expected += [f"tranches[investor].npv[{hurdle}].{key}" for key in [*spread, "p_loss", *risk]]
    losses = ["p_loss", "p_severe_loss", "p_total_loss", "expected_given_loss", *risk]
    expected += [f"tranches[investor].loss.{key}" for key in losses]
    for payer in ("municipality", "state"):
        for place in ("total", "years[2025]", "years[2027]"):
            expected += [f"payers[{payer}].{place}.{key}" for key in spread]
    for count in ("enrolled", "completed", "dropouts", "unmeasured"):
        expected += [f"programme.{count}.{key}" for key in spread]
    for outcome in NAMES.outcomes:
        for count in ("achieved", "verified"):
            expected += [f"programme.outcomes[{outcome}].{count}.{key}" for key in spread]
    assert list(exact) == expected


def test_outcome_columns_alternate_between_achieved_and_verified(exact):
    job = exact["programme.outcomes[job].achieved.mean"].value
    assert exact["programme.outcomes[job].verified.mean"].value == pytest.approx(job)
    assert exact["programme.outcomes[uddannelse på vej].achieved.mean"].value == pytest.approx(job + 2)
    assert exact["programme.outcomes[uddannelse på vej].verified.mean"].value == pytest.approx(job + 1)


def test_json_nests_the_same_numbers_under_the_same_names():
    found = summarise(drawn_run(), NAMES, Sample.equal(2_000), [Estimate.exact(0.01)])
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert plain["paths"] == {"count": 2_000, "effective": 2_000.0, "replicates": 1}
    for key, estimate in found.statistics():
        node = plain
        for in_brackets, word in re.findall(r"\[([^\]]*)\]|([^.\[\]]+)", key):
            node = node[in_brackets or word]
        for number, written in zip(estimate, node.values(), strict=False):
            assert written == number or (written is None and not math.isfinite(number))


def test_loss_is_decided_in_whole_minor_units():
    run = drawn_run(4)
    run = run._replace(
        drawn=np.array([[100], [100], [101], [0]]),
        received=np.array([[100], [99], [50], [0]]),
    )
    loss = summarise(run, NAMES, Sample.equal(4), [Estimate.missing()]).tranches["investor"].loss
    assert (loss.p_loss.value, loss.p_severe_loss.value, loss.p_total_loss.value) == (0.5, 0.25, 0.0)
    half = run._replace(drawn=np.array([[100]] * 4), received=np.array([[50], [49], [0], [200]]))
    loss = summarise(half, NAMES, Sample.equal(4), [Estimate.missing()]).tranches["investor"].loss
    assert (loss.p_loss.value, loss.p_severe_loss.value, loss.p_total_loss.value) == (0.75, 0.5, 0.25)


def test_total_loss_counts_as_minus_one_in_quantiles_of_irr():
    run = drawn_run(100)
    run.irr[:10], run.irr_status[:10] = -1.0, TOTAL_LOSS
    irr = summarise(run, NAMES, Sample.equal(100), [Estimate.missing()]).tranches["investor"].irr
    assert isinstance(irr.p05, Estimate)
    assert irr.p05.value == -1.0
    assert irr.status["total_loss"].value == 0.1


def test_quantile_of_irr_is_withheld_when_more_paths_than_its_tail_have_none():
    run = drawn_run(100)
    run.irr[:10], run.irr_status[:6], run.irr_status[6:10] = np.nan, MULTIPLE, ALL_POSITIVE
    found = summarise(run, NAMES, Sample.equal(100), [Withheld("no sign change")])
    irr = found.tranches["investor"].irr
    assert isinstance(irr.p05, Withheld)
    assert isinstance(irr.p95, Withheld)
    assert "10.0% of the paths have no single IRR (all_positive 4.0%, multiple 6.0%)" in irr.p05.reason
    assert irr.p25 == precision.quantile(run.irr[10:, 0], Sample.equal(90), 0.25)
    flat = dict(found.statistics())
    assert math.isnan(flat["tranches[investor].irr.p05"].value)
    plain = found.to_json()["tranches"]["investor"]["irr"]
    assert plain["p05"]["value"] is None
    assert plain["p05"]["withheld"] == irr.p05.reason
    assert plain["of_mean_flow"]["withheld"] == "no sign change"


def test_quantile_of_irr_is_shown_when_as_many_paths_as_its_tail_have_none():
    run = drawn_run(100)
    run.irr[:5], run.irr_status[:5] = np.nan, MULTIPLE
    irr = summarise(run, NAMES, Sample.equal(100), [Estimate.missing()]).tranches["investor"].irr
    assert isinstance(irr.p05, Estimate)
    assert isinstance(irr.p95, Estimate)


def test_moic_is_a_ratio_of_means_and_withheld_where_nothing_is_drawn():
    run = drawn_run(100)
    run.drawn[:30], run.received[:30] = 0, 0
    moic = summarise(run, NAMES, Sample.equal(100), [Estimate.missing()]).tranches["investor"].moic
    assert moic.mean.value == pytest.approx(run.received.sum() / run.drawn.sum())
    assert isinstance(moic.p25, Withheld)
    assert isinstance(moic.p50, Estimate)
    run.drawn[:], run.received[:] = 0, 0
    moic = summarise(run, NAMES, Sample.equal(100), [Estimate.missing()]).tranches["investor"].moic
    assert moic.p50 == Withheld("all paths draw no capital")
    assert math.isnan(moic.mean.value)


def test_replicates_and_weights_reach_every_statistic():
    run = drawn_run(2_000)
    sample = Sample(np.full(2_000, 1 / 2_000), (np.arange(2_000) % 8).astype(np.int16))
    found = summarise(run, NAMES, sample, [Estimate.missing()])
    assert found.paths == summary.Paths(2_000, 2_000.0, 8)
    plain = summarise(run, NAMES, Sample.equal(2_000), [Estimate.missing()])
    one, other = found.tranches["investor"].npv["0"].mean, plain.tranches["investor"].npv["0"].mean
    assert one.value == other.value
    assert one.standard_error != other.standard_error


def test_arrays_that_do_not_fit_their_names_are_refused():
    run = drawn_run(10)
    with pytest.raises(ValueError, match=r"got repayment of shape \(10, 2, 1\)"):
        summarise(run._replace(repayment=run.repayment[:, :, :1]), NAMES, Sample.equal(10), [Estimate.missing()])
    with pytest.raises(ValueError, match="got irr of shape"):
        summarise(run, NAMES, Sample.equal(9), [Estimate.missing()])
    with pytest.raises(ValueError, match="0 IRRs of the mean flow"):
        summarise(run, NAMES, Sample.equal(10), [])
