"""Claims: rounding, caps and shares to the last minor unit."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from risksim.kernels import goals, limits
from risksim.kernels import payments as kernels
from risksim.kernels.payments import claims
from risksim.kernels.shares import divide_product, share_out
from risksim.plan import layout
from tests.kernels.forms import both, python_of
from tests.kernels.rules import Rule, group
from tests.reference import twin

LARGEST = 9_000_000_000_000_000
"""The largest amount a scenario may name, in minor units."""


def test_kinds_are_those_of_the_plan():
    for module in (kernels, goals, limits):
        names = [name for name in vars(module) if name.isupper() and hasattr(layout, name)]
        assert names
        assert {name: getattr(module, name) for name in names} == {name: getattr(layout, name) for name in names}


# Sharing a cut


@st.composite
def products(draw):
    n = draw(st.integers(1, LARGEST))
    return draw(st.integers(0, n)), draw(st.integers(0, LARGEST)), n


@settings(derandomize=True, deadline=None, max_examples=200)
@given(products())
@example((LARGEST, LARGEST, LARGEST))
@example((LARGEST - 1, LARGEST, LARGEST))
@example((1, 1, LARGEST))
@example((0, LARGEST, 1))
@example((2**62 // 3, 2**62, 2**62 - 1))
def test_divide_product_equals_whole_numbers_without_bounds(numbers):
    a, b, n = numbers
    for run in (divide_product, python_of(divide_product)):
        assert tuple(int(part) for part in run(np.int64(a), np.int64(b), np.int64(n))) == divmod(a * b, n)


def shared(amount, owed, run=share_out):
    rests, out = np.full(len(owed), 9, np.int64), np.full(len(owed), 9, np.int64)
    run(np.int64(amount), np.array(owed, np.int64), rests, out)
    return out.tolist()


@both(share_out)
@pytest.mark.parametrize(
    ("amount", "owed", "shares"),
    [
        (1, [5, 5], [1, 0]),  # a tie goes to the first
        (100, [1_000, 1_000, 1_000], [34, 33, 33]),
        (200, [1_000, 1_000, 1_000], [67, 67, 66]),
        (10, [10, 20], [3, 7]),
        (7, [0, 7], [0, 7]),
        (0, [5, 3], [0, 0]),
        (0, [0, 0], [0, 0]),
        (5_063, [20_025, 15_000], [2_895, 2_168]),
        (1, [LARGEST, LARGEST + 1], [0, 1]),
        (3 * LARGEST - 1, [LARGEST, LARGEST, LARGEST], [LARGEST, LARGEST, LARGEST - 1]),
    ],
)
def test_share_out_gives_the_odd_unit_to_the_largest_remainder(run, amount, owed, shares):
    assert shared(amount, owed, run) == shares


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.integers(0, LARGEST) | st.integers(0, 9), min_size=1, max_size=4), st.floats(0.0, 1.0))
def test_share_out_sums_exactly_and_takes_from_nobody_more_than_they_owe(owed, part):
    amount = min(int(part * sum(owed)), sum(owed))
    expected = twin.share_out(amount, dict(enumerate(owed)))
    for run in (share_out, python_of(share_out)):
        found = shared(amount, owed, run)
        assert sum(found) == amount
        assert all(0 <= share <= debt for share, debt in zip(found, owed, strict=True))
        assert found == list(expected.values())


# Rules


NO_CAPITAL = layout.Financing(np.array([-1]), np.array([0.0]), np.ones((1, 8)))


def claimed(payments, measured, *, run=claims, minor_units=100, inputs=None):
    """int64[path, rule, period] of measured float64[path, cohort, measure, period]."""
    n_paths, n_periods = measured.shape[0], measured.shape[3]
    inputs = np.empty((n_paths, 0)) if inputs is None else inputs
    out = np.full((n_paths, payments.kind.size, n_periods), 9, np.int64)
    n_payers = int(payments.payer.max()) + 1
    run(measured, payments, NO_CAPITAL, np.arange(8.0), n_payers, minor_units, inputs, out)
    return out


def people(seed=3, n_paths=300, n_cohorts=2, n_measures=3, n_periods=6):
    random = np.random.Generator(np.random.Philox(seed))
    return random.integers(0, 9, (n_paths, n_cohorts, n_measures, n_periods)).astype(np.float64)


@both(claims)
def test_claim_is_the_price_of_everybody_rounded_half_to_even(run):
    measured = np.array([[[[1.0, 3.0, 5.0, 0.5]], [[0.0, 0.0, 2.0, 0.25]]]])
    found = claimed(group(Rule(0.125, 0)), measured, run=run)
    assert found[0, 0].tolist() == [12, 38, 88, 9]  # 12.5 and 37.5, then 87.5; 9.375
    assert claimed(group(Rule(0.5, 0)), measured, run=run, minor_units=1)[0, 0].tolist() == [0, 2, 4, 0]


@both(claims)
def test_price_of_a_path_is_its_drawn_input(run):
    measured = np.ones((2, 1, 1, 1))
    inputs = np.array([[0.0, 3.0], [0.0, 4.5]])
    assert claimed(group(Rule(99.0, 0), slots=[1]), measured, run=run, inputs=inputs).ravel().tolist() == [300, 450]


@both(claims)
@pytest.mark.parametrize("cap", [0.0, 0.01, 100.0, 333.33, 1_000.0, 1e9])
def test_capped_claims_are_the_smaller_of_claims_and_cap_at_every_date(run, cap):
    measured = people(n_paths=300 if run is claims else 30)
    found = claimed(group(Rule(3.33, 0), Rule(2.5, 1), Rule(cap)), measured, run=run)
    uncapped = found[:, :2].sum(axis=1).cumsum(axis=1)
    kept = found.sum(axis=1).cumsum(axis=1)
    assert (kept == np.minimum(uncapped, round(cap * 100))).all()
    assert (found[:, 2] <= 0).all()


@both(claims)
def test_cap_that_does_not_bind_changes_nothing(run):
    measured = people(n_paths=30)
    rules = Rule(3.33, 0), Rule(2.5, 1, 1)
    found = claimed(group(*rules, Rule(1e9), Rule(7.0, 2, 1)), measured, run=run)
    assert (found[:, 2:4] == 0).all()
    assert (found[:, [0, 1, 4]] == claimed(group(*rules, Rule(7.0, 2, 1)), measured, run=run)).all()


@both(claims)
def test_higher_cap_never_pays_less(run):
    measured = people(n_paths=30)
    before = np.full((30, 6), -1)
    for cap in (0.0, 50.0, 50.01, 200.0, 1e6):
        kept = claimed(group(Rule(3.33, 0), Rule(cap)), measured, run=run).sum(axis=1).cumsum(axis=1)
        assert (kept >= before).all()
        before = kept


@both(claims)
@pytest.mark.parametrize(("low", "high"), [(150.0, 260.0), (150.0, 100.0), (0.0, 60.0), (1e9, 120.0)])
def test_second_cap_counts_what_the_first_one_left(run, low, high):
    measured = people(n_paths=100 if run is claims else 20)
    found = claimed(group(Rule(3.33, 0), Rule(low), Rule(2.5, 1), Rule(high)), measured, run=run)
    first = found[:, :2].sum(axis=1).cumsum(axis=1)
    assert (first == np.minimum(found[:, 0].cumsum(axis=1), round(low * 100))).all()
    # What stands above the second cap never falls, so that what it leaves is the smaller of the two
    above = found[:, :3].sum(axis=1).cumsum(axis=1)
    assert (found.sum(axis=1).cumsum(axis=1) == np.minimum(above, round(high * 100))).all()


@both(claims)
def test_cut_is_shared_between_payers_by_what_they_owe_at_that_date(run):
    measured = people(seed=5, n_paths=100 if run is claims else 20)
    rules = group(Rule(3.33, 0, 0), Rule(2.5, 1, 1), Rule(1.11, 2, 0), Rule(300.0))
    found = claimed(rules, measured, run=run)
    owed = np.stack([found[:, 0] + found[:, 2], found[:, 1]])
    cut = -found[:, 3:]
    assert (cut >= 0).all()
    assert (cut.transpose(1, 0, 2) <= owed).all()
    bound = 0
    for path, period in zip(*np.nonzero(cut.sum(axis=1)), strict=True):
        debts = dict(enumerate(owed[:, path, period].tolist()))
        shares = twin.share_out(int(cut[path, :, period].sum()), debts)
        assert cut[path, :, period].tolist() == list(shares.values())
        bound += 0 < shares[0] < debts[0]
    assert bound > 10


@both(claims)
def test_cap_leaves_alone_the_payer_below_it(run):
    measured = people(n_paths=20)
    found = claimed(group(Rule(3.33, 0, 0), Rule(1.0), Rule(2.5, 1, 1)), measured, run=run)
    assert (found[:, 2] == np.rint(2.5 * measured[:, :, 1].sum(axis=1) * 100)).all()


@both(claims)
def test_cap_of_a_path_is_its_drawn_input(run):
    measured = np.full((2, 1, 1, 2), 4.0)
    inputs = np.array([[5.0], [6.5]])
    found = claimed(group(Rule(1.0, 0), Rule(99.0), slots=[-1, 0]), measured, run=run, inputs=inputs)
    assert found.sum(axis=1).tolist() == [[400, 100], [400, 250]]


def test_claims_compiled_equal_python():
    measured = people(seed=8, n_paths=40)
    rules = group(Rule(3.33, 0, 0), Rule(2.5, 1, 1), Rule(90.0), Rule(1.11, 2, 0), Rule(140.0))
    assert (claimed(rules, measured) == claimed(rules, measured, run=python_of(claims))).all()


@both(claims)
def test_largest_amounts_are_counted_exactly(run):
    measured = np.ones((1, 1, 2, 3))
    found = claimed(group(Rule(9e13, 0, 0), Rule(9e13, 1, 1), Rule(9e13)), measured, run=run)
    assert found[0, :2].tolist() == [[LARGEST] * 3] * 2
    assert found[0].sum(axis=0).tolist() == [LARGEST, 0, 0]
    assert found[0, 2:].tolist() == [[-LARGEST // 2, -LARGEST, -LARGEST]] * 2
