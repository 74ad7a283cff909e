"""The ledger: what is posted, and whether broken books are seen."""

import numpy as np
import pytest

from risksim.kernels.waterfall import close_books, post
from risksim.plan.layout import Financing
from tests.kernels.forms import both, python_of
from tests.kernels.rules import Rule, group

N_PATHS, N_PERIODS = 50, 5
YEARS = np.array([0, 0, 1, 1, 2])
FROM, TO = np.array([1, 2, 3]), np.array([0, 1, 1])
"""Parties: provider, tranche, two payers."""


def payments():
    """Two prices, one payer each, and a cap on both."""
    return group(Rule(1.0, 0, 0), Rule(1.0, 1, 1), Rule(1.0))


def financing(share, commitment=1_000.05, slot=-1):
    return Financing(np.array([slot]), np.array([commitment]), np.array([share], dtype=np.float64))


def claim():
    """int64[path, rule, period]: cuts smaller than claims."""
    random = np.random.Generator(np.random.Philox(2))
    found = random.integers(0, 10**9, (N_PATHS, 4, N_PERIODS))
    found[:, 2:] = -(found[:, :2] * random.random((N_PATHS, 2, N_PERIODS))).astype(np.int64)
    return found


def posted(run=post, share=(0.1, 0.4, 0.4, 1.0, 1.0), inputs=None, minor_units=100, **terms):
    flow = np.full((N_PATHS, 3, N_PERIODS), 9, np.int64)
    drawn, received = np.full((N_PATHS, 1), 9, np.int64), np.full((N_PATHS, 1), 9, np.int64)
    inputs = np.empty((N_PATHS, 0)) if inputs is None else inputs
    run(claim(), payments(), financing(share, **terms), minor_units, inputs, flow, drawn, received)
    return flow, drawn, received


def closed(flow, run=close_books, claims=None):
    balance = np.full((N_PATHS, 4, N_PERIODS), 9, np.int64)
    repayment = np.full((N_PATHS, 2, 3), 9, np.int64)
    broken = run(flow, claim() if claims is None else claims, FROM, TO, 1, YEARS, balance, repayment)
    return broken, balance, repayment


@both(post)
def test_every_payer_pays_its_claims_cuts_included(run):
    flow, _, received = posted(run)
    found = claim()
    assert (flow[:, 1] == found[:, 0] + found[:, 2]).all()
    assert (flow[:, 2] == found[:, 1] + found[:, 3]).all()
    assert (received[:, 0] == found.sum(axis=(1, 2))).all()


@both(post)
def test_drawdown_follows_the_rounded_cumulative_share(run):
    flow, drawn, _ = posted(run)
    # cumulative 100.005, 400.02, 1 000.05: half to even on the float64 product
    upto = [round(1_000.05 * share * 100) for share in (0.1, 0.4, 0.4, 1.0, 1.0)]
    assert flow[0, 0].cumsum().tolist() == upto
    assert (flow[:, 0] == flow[0, 0]).all()
    assert (drawn == 100_005).all()


@both(post)
@pytest.mark.parametrize("times", [3, 5])
def test_instalments_add_up_to_the_commitment(run, times):
    share = np.minimum(np.arange(1, N_PERIODS + 1) / times, 1.0)
    flow, drawn, _ = posted(run, share, commitment=100.0)
    assert (drawn == 10_000).all()
    assert flow[0, 0].max() - flow[0, 0][:times].min() <= 1
    assert (flow[:, 0, times:] == 0).all()


@both(post)
def test_commitment_of_a_path_is_its_drawn_input(run):
    inputs = np.arange(N_PATHS, dtype=np.float64)[:, None] + 0.25
    flow, drawn, _ = posted(run, inputs=inputs, slot=0, minor_units=1)
    assert drawn[:, 0].tolist() == [round(amount) for amount in inputs[:, 0]]
    assert (flow[:, 0].sum(axis=1) == drawn[:, 0]).all()


def test_post_compiled_equals_python():
    for fast, slow in zip(posted(), posted(python_of(post)), strict=True):
        assert (fast == slow).all()


@both(close_books)
def test_books_close_and_no_money_is_lost(run):
    flow, drawn, received = posted()
    broken, balance, repayment = closed(flow, run)
    assert broken == 0
    assert (balance.sum(axis=1) == 0).all()
    assert (balance[:, 0].sum(axis=1) == drawn[:, 0]).all()
    assert (balance[:, 1].sum(axis=1) == received[:, 0] - drawn[:, 0]).all()
    assert (-balance[:, 2:].sum(axis=2) == repayment.sum(axis=2)).all()


@both(close_books)
def test_repayment_is_what_each_payer_pays_in_each_year(run):
    flow, _, _ = posted()
    _, _, repayment = closed(flow, run)
    for year in range(3):
        assert (repayment[:, :, year] == flow[:, 1:, year == YEARS].sum(axis=2)).all()


def spoil_amount(flow):
    flow[7, 2, 3] += 1


def spoil_sign(flow):
    flow[7, 0, 1] = -1


def spoil_reason(flow):
    flow[7, 1, 4] -= 5
    flow[7, 1, 3] += 4


@both(close_books)
@pytest.mark.parametrize("spoil", [spoil_amount, spoil_sign, spoil_reason])
def test_broken_books_are_counted(run, spoil):
    flow, _, _ = posted()
    spoil(flow)
    assert closed(flow, run)[0] == 1


@both(close_books)
def test_claim_that_nobody_pays_breaks_the_books(run):
    flow, _, _ = posted()
    claims = claim()
    claims[[3, 9], 0, 2] += 1
    assert closed(flow, run, claims)[0] == 2


def test_books_compiled_equal_python():
    flow, _, _ = posted()
    for fast, slow in zip(closed(flow), closed(flow, python_of(close_books)), strict=True):
        assert np.array_equal(fast, slow)
