"""Returns that cannot lie: reference values, a rival, and every claim of uniqueness against a fine scan."""

import datetime as dt
import math

import numpy as np
import pytest
import pyxirr

from risksim.kernels import cashflow
from risksim.kernels.cashflow import (
    ALL_POSITIVE,
    MULTIPLE,
    NO_INVESTMENT,
    NO_ROOT,
    OK_UNIQUE,
    STATUS_NAMES,
    TOTAL_LOSS,
    internal_rate,
    paid_back_from_the_end,
    returns,
    root_between,
    unique_root,
    value_at,
)
from tests.kernels.forms import both, python_of

LOWEST, HIGHEST = -0.9999, 10.0
"""Where roots are looked for that no criterion makes unique."""


def rate_of(flows, years=None, *, paid_in=None, received=None, run=internal_rate):
    """Rate and name of the status; all paid in and received are those of the flows unless said otherwise."""
    flows = np.array(flows, dtype=np.float64)
    years = np.arange(flows.size, dtype=np.float64) if years is None else np.array(years, dtype=np.float64)
    paid_in = -flows[flows < 0].sum() if paid_in is None else paid_in
    received = flows[flows > 0].sum() if received is None else received
    rate, status = run(flows, years, np.float64(paid_in), np.float64(received))
    return float(rate), STATUS_NAMES[status]


def present_value(flows, years, rate):
    """As a share of the money moved, dated so that no term overflows: 0 at a root to rounding."""
    powers = -np.array(years, dtype=np.float64) * math.log1p(rate)
    terms = np.array(flows) * np.exp(powers - powers.max())
    return math.fsum(terms) / math.fsum(np.abs(terms))


# Reference values


@both(internal_rate)
@pytest.mark.parametrize("flows", [[100, -110], [50, 470, -100], [0, 100, 0, -1]])
def test_money_received_before_any_is_paid_in_earns_no_rate(run, flows):
    # The solution would be the rate of a loan taken, with its sign the wrong way round for an investor.
    rate, status = rate_of(flows, run=run)
    assert math.isnan(rate)
    assert status == "ALL_POSITIVE"


@both(internal_rate)
@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        ([-100, 60, 60], 0.130662),
        ([-100, -50, 30, 40], -0.288422),
        ([-100, 110], 0.10),
        ([0, -100, 0, 121, 0], 0.10),
        ([-100, 50, -10, 100], 0.158622),  # three changes, the running sum changes once
        ([-100, 40, -5, 20], -0.281840),  # three changes, never paid back
        ([-100, 100], 0.0),
    ],
)
def test_rate_is_the_root_when_there_is_one(run, flows, rate):
    found, status = rate_of(flows, run=run)
    assert (found, status) == (pytest.approx(rate, abs=1e-6), "OK_UNIQUE")
    assert abs(present_value(flows, range(len(flows)), found)) < 1e-12


@both(internal_rate)
def test_rate_of_dated_flows_equals_the_published_value(run):
    dates = [dt.date(2026, 1, 1), dt.date(2026, 7, 1), dt.date(2027, 7, 1), dt.date(2028, 12, 31)]
    years = [(date - dates[0]).days / 365 for date in dates]
    found, status = rate_of([-1_000_000, -500_000, 400_000, 1_300_000], years, run=run)
    assert (found, status) == (pytest.approx(0.05194188, abs=5e-9), "OK_UNIQUE")


@both(internal_rate)
@pytest.mark.parametrize(
    ("flows", "status"),
    [
        ([-100, 230, -132], "MULTIPLE"),  # 10 % and 20 %
        ([-100, 200, -121], "NO_ROOT"),
        ([100, -230, 140], "NO_ROOT"),
        ([-100, 150, -50], "MULTIPLE"),  # 0 % and -50 %: a running sum that ends at nothing is no criterion
        ([-1_000, 3_600, -4_310, 1_716], "MULTIPLE"),  # 10 %, 20 % and 30 %
        ([0, 10, 5], "ALL_POSITIVE"),
        ([0, 0, 0], "NO_INVESTMENT"),
    ],
)
def test_status_names_what_is_not_unique(run, flows, status):
    rate, found = rate_of(flows, run=run)
    assert found == status
    assert math.isnan(rate) == (status != "OK_UNIQUE")


@both(internal_rate)
@pytest.mark.parametrize(
    ("flows", "paid_in", "received", "rate", "status"),
    [
        ([-100, -50, 0], 150, 0, -1.0, "TOTAL_LOSS"),
        ([-100, -40], 150, 10, math.nan, "NO_ROOT"),  # what came back fell on a day of drawing
        ([0, 0], 10, 10, math.nan, "NO_INVESTMENT"),  # every date nets to zero
        ([5, 5], 10, 20, math.nan, "ALL_POSITIVE"),
        ([0, 5], 0, 5, math.nan, "ALL_POSITIVE"),
        ([0, 0], 0, 0, math.nan, "NO_INVESTMENT"),
    ],
)
def test_status_looks_at_what_was_paid_in_and_received(run, flows, paid_in, received, rate, status):
    found = rate_of(flows, paid_in=paid_in, received=received, run=run)
    assert found == (pytest.approx(rate, nan_ok=True), status)


def test_every_status_has_a_name():
    codes = (OK_UNIQUE, TOTAL_LOSS, NO_INVESTMENT, ALL_POSITIVE, MULTIPLE, NO_ROOT)
    assert codes == tuple(range(6))
    assert [cashflow.STATUS_NAMES[code] for code in codes] == [
        "OK_UNIQUE",
        "TOTAL_LOSS",
        "NO_INVESTMENT",
        "ALL_POSITIVE",
        "MULTIPLE",
        "NO_ROOT",
    ]


# A rival


def investments(n, seed, step=90):
    """Dated flows of an investor who pays in first: amounts and days, at least `step` apart."""
    random = np.random.Generator(np.random.Philox(seed))
    for _ in range(n):
        dates = int(random.integers(2, 12))
        days = np.sort(random.choice(3_650 // step, dates, replace=False)) * step
        split = int(random.integers(1, dates))
        paid_in, back = random.uniform(1, 1e6, split), random.uniform(1, 1e6, dates - split)
        if random.random() < 0.5:  # a programme that pays about what was paid in, as most do
            back *= paid_in.sum() / back.sum() * random.uniform(0.5, 2.0)
        yield np.concatenate([-paid_in, back]), days - days[0]


def test_rate_equals_pyxirr_to_ten_digits_where_it_is_unique():
    # pyxirr stops once the net present value is below 1e-3 and looks no lower than about -90 %: a million times the
    # money makes it precise, and where it gives up there is nothing to compare
    compared, start = 0, dt.date(2025, 1, 1)
    for flows, days in investments(2_000, seed=6):
        found, status = rate_of(flows, days / 365)
        assert status == "OK_UNIQUE"
        rival = pyxirr.xirr([start + dt.timedelta(int(day)) for day in days], flows * 1e6, silent=True)
        if rival is not None and rival > -1.0 and abs(present_value(flows, days / 365, rival)) < 1e-12:
            assert abs(found - rival) <= 1e-10 * (1.0 + abs(found))
            compared += 1
    assert compared > 1_800


def test_rate_of_yearly_flows_equals_pyxirr_to_ten_digits():
    random = np.random.Generator(np.random.Philox(9))
    for _ in range(2_000):
        flows = np.concatenate([-random.uniform(1.0, 10.0, 3), random.uniform(1.0, 10.0, 5)])
        found, status = rate_of(flows)
        assert status == "OK_UNIQUE"
        assert abs(found - pyxirr.irr(flows * 1e9)) <= 1e-10


def test_present_value_of_the_rate_is_zero():
    for flows, days in investments(2_000, seed=7):
        found, status = rate_of(flows, days / 365)
        assert status == "OK_UNIQUE"
        # at such rates a change in the last digit of the rate moves the value by more than this
        if -0.999 < found < 1_000:
            assert abs(present_value(flows, days / 365, found)) < 1e-12


def test_rate_compiled_equals_python():
    for flows, days in [*investments(150, seed=8), *((f, 365 * y) for f, y in wild_flows(150, seed=8))]:
        fast, slow = rate_of(flows, days / 365), rate_of(flows, days / 365, run=python_of(internal_rate))
        assert fast == (pytest.approx(slow[0], rel=0, abs=0, nan_ok=True), slow[1])


# Extremes


@both(internal_rate)
@pytest.mark.parametrize(
    ("flows", "years", "log_growth"),
    [
        ([-1e6, 1e6 - 1], [0, 1 / 365], 365 * math.log1p(-1e-6)),
        ([-1e6, 1e6 + 1], [0, 1 / 365], 365 * math.log1p(1e-6)),
        ([-1, 9e13], [0, 10], math.log(9e13) / 10),
        ([-9e13, 1], [0, 10], -math.log(9e13) / 10),
        ([-9e13, 0.01], [0, 0.5], 2 * math.log(0.01 / 9e13)),
        ([-1, 1e4], [0, 0.5], 2 * math.log(1e4)),
        ([-1, 2], [0, 100], math.log(2) / 100),
    ],
)
def test_rate_is_found_wherever_it_is(run, flows, years, log_growth):
    rate, status = rate_of(flows, years, run=run)
    assert (rate, status) == (pytest.approx(math.expm1(log_growth), rel=1e-9), "OK_UNIQUE")


def test_whoever_pays_in_first_and_gets_something_back_has_a_rate():
    assert {rate_of(flows, days / 365)[1] for flows, days in investments(2_000, seed=6, step=1)} == {"OK_UNIQUE"}


@pytest.mark.parametrize(
    ("flows", "years", "rate"),
    [
        ([-1e6, 100], [1, 1 + 1 / 365], -1.0),
        ([-1e6, -1e6, 1e7, 3], [5, 5 + 1 / 365, 5 + 2 / 365, 20], 3.463057229015084e157),
        ([0, 0, -1e6, 0, 100, 0], [0, 1, 2, 2.001, 2.0027, 9], -1.0),
    ],
)
def test_rate_is_found_when_money_turns_over_within_days_years_after_the_start(flows, years, rate):
    assert rate_of(flows, years) == (pytest.approx(rate, rel=1e-9), "OK_UNIQUE")


@pytest.mark.parametrize(("flows", "rate"), [([-1, 100, -5], 98.94997497), ([-1, 100, -95], 98.04079934)])
def test_positive_root_is_the_rate_when_it_is_unique_and_huge(flows, rate):
    assert rate_of(flows) == (pytest.approx(rate, rel=1e-9), "OK_UNIQUE")


# Uniqueness against a fine scan


FINE = np.linspace(math.log1p(LOWEST), math.log1p(HIGHEST), 40_001)
"""ln(1 + r): eighty points to every step of the kernel's own search."""


def wild_flows(n, seed):
    """Flows of any sign, yearly or at irregular dates."""
    random = np.random.Generator(np.random.Philox(seed))
    for k in range(n):
        dates = int(random.integers(3, 9))
        years = np.sort(random.choice(3_650, dates, replace=False)) / 365 if k % 2 else np.arange(dates) * 1.0
        yield np.round(random.normal(size=dates) * 10 ** random.uniform(0, 2, dates), 2), years - years[0]


def changes_of(values):
    """Sign changes, zeros left out."""
    signs = np.sign(values[values != 0])
    return int((signs[1:] != signs[:-1]).sum())


def crossings(flows, years, rates):
    """Where the present value crosses zero, as ln(1 + r)."""
    values = (flows[:, None] * np.exp(-years[:, None] * rates)).sum(axis=0)
    return rates[1:][(values[1:] > 0) != (values[:-1] > 0)]


@pytest.mark.parametrize(
    ("n", "seed"),
    [(1_500, 21), *(pytest.param(4_000, seed, marks=pytest.mark.slow) for seed in (21, 22))],
)
def test_unique_rate_is_the_only_root_where_it_is_claimed(n, seed):
    """One change of flows or Norstrøm with time reversed: of all. Norstrøm: above zero. The search: where it looks."""
    seen = {"one change": 0, "norstrom": 0, "reversed": 0, "search": 0}
    for flows, years in wild_flows(n, seed):
        rate, status = rate_of(flows, years)
        if status != "OK_UNIQUE":
            continue
        running, changes = np.cumsum(flows), changes_of(flows)
        norstrom = changes_of(running) == 1 and running[-1] > 0
        backwards = changes_of(running) == 0 and running[-1] < 0 and paid_back_from_the_end(flows)
        how = "one change" if changes == 1 else "norstrom" if norstrom else "reversed" if backwards else "search"
        if how == "norstrom" and not 0 < rate < HIGHEST:
            continue  # roots beyond the search are tested above
        roots = crossings(flows, years, FINE[FINE >= 0.0] if how == "norstrom" else FINE)
        assert len(roots) == (LOWEST < rate < HIGHEST)
        assert all(abs(root - math.log1p(rate)) < 1e-3 for root in roots)
        seen[how] += 1
    assert min(seen.values()) > 20, seen


@pytest.mark.parametrize("n", [1_500, pytest.param(4_000, marks=pytest.mark.slow)])
def test_rate_is_withheld_only_where_the_scan_finds_none_or_several(n):
    for flows, years in wild_flows(n, seed=23):
        rate, status = rate_of(flows, years)
        if status in ("MULTIPLE", "NO_ROOT"):
            assert math.isnan(rate)
            found = len(crossings(flows, years, FINE))
            assert found >= 2 if status == "MULTIPLE" else found == 0


@both(paid_back_from_the_end)
def test_money_counted_from_the_end_starts_positive_and_changes_once(run):
    assert run(np.array([-100.0, 40.0, -5.0, 20.0]))
    assert not run(np.array([-100.0, 40.0, -5.0, -20.0]))
    assert not run(np.array([-100.0, 50.0, -60.0, 20.0, -1.0, 5.0]) * -1.0)
    assert not run(np.array([-10.0, 50.0, -60.0, 15.0]))  # 15, -45, 5, -5


# Parts


@both(value_at)
def test_value_and_slope_are_those_of_the_present_value(run):
    flows, years, x = np.array([-100.0, 0.0, 60.0, 60.0]), np.array([0.0, 0.5, 1.0, 2.25]), 0.07
    value, slope = run(flows, years, x)
    at = lambda x: (flows * np.exp(-years * x)).sum()  # noqa: E731 - a formula of one line
    assert value == pytest.approx(at(x), rel=1e-14)
    assert slope == pytest.approx((at(x + 1e-6) - at(x - 1e-6)) / 2e-6, rel=1e-8)


@both(unique_root)
@pytest.mark.parametrize("guess", [-9.0, 0.0, 0.09, 2.0])
def test_root_does_not_depend_on_the_guess(run, guess):
    flows, years = np.array([-100.0, 60.0, 60.0]), np.array([0.0, 1.0, 2.0])
    found = run(flows, years, min(guess, 0.0) - 0.5, max(guess, 0.0) + 0.5, guess, True, True)
    assert found == pytest.approx(math.log1p(0.13066238629), rel=1e-9)


@both(root_between)
@pytest.mark.parametrize("guess", [-5.0, 0.0, 0.1, 5.0])
def test_root_between_two_signs_stays_between_them(run, guess):
    flows, years = np.array([-100.0, 230.0, -132.0]), np.array([0.0, 1.0, 2.0])
    assert run(flows, years, 0.0, math.log(1.15), guess) == pytest.approx(math.log(1.1), rel=1e-12)
    assert run(flows, years, math.log(1.15), 1.0, guess) == pytest.approx(math.log(1.2), rel=1e-12)


@both(returns)
def test_returns_are_those_of_each_tranche_and_path(run):
    years = np.array([0.0, 1.0, 2.0])
    balance = np.zeros((2, 3, 3), np.int64)
    balance[0, 1] = [-10_000, 6_000, 6_000]
    balance[1, 1] = [-10_000, 0, 0]
    balance[0, 2] = [-10_000, 23_000, -13_200]
    balance[1, 2] = [0, 500, 0]
    drawn, received = np.array([[10_000, 23_200], [10_000, 0]]), np.array([[12_000, 23_000], [0, 500]])
    discount = np.array([[1.0, 1.0, 1.0], [1.0, 1 / 1.1, 1 / 1.21]])
    irr, status, npv = np.full((2, 2), 9.0), np.full((2, 2), 9, np.int8), np.full((2, 2, 2), 9.0)
    run(balance, np.array([1, 2]), drawn, received, years, discount, 100.0, irr, status, npv)
    assert status.tolist() == [[OK_UNIQUE, MULTIPLE], [TOTAL_LOSS, ALL_POSITIVE]]
    assert irr[:, 0].tolist() == [pytest.approx(0.130662, abs=1e-6), -1.0]
    assert np.isnan(irr[:, 1]).all()
    assert npv[:, :, 0].tolist() == [[20.0, -2.0], [-100.0, 5.0]]
    assert npv[:, :, 1] == pytest.approx(np.array([[4.132231, 0.0], [-100.0, 4.545455]]), abs=1e-6)


# Many rates at once


def many_flows(n, seed):
    """Flows of many kinds in minor units, wild ones among them: int64[path, period], and their years."""
    rng = np.random.default_rng(seed)
    for case in range(12):
        periods = int(rng.integers(2, 20))
        years = np.sort(rng.uniform(0.0, rng.choice([2.0, 10.0, 40.0]), periods))
        years = years if case % 2 else np.arange(periods) * rng.choice([0.5, 1.0])
        if case < 4:
            balance = rng.integers(-100, 300, (n, periods))
            balance[:, 0] = -rng.integers(1, 1500, n)
            balance *= rng.integers(1, 100_000)
        elif case < 8:
            balance = rng.integers(-3, 4, (n, periods)) * rng.integers(1, 1_000_000, (n, 1))
        else:
            size = 10.0 ** rng.uniform(0.0, 10.0, (n, periods))
            balance = np.rint(size * rng.choice([-1.0, 0.0, 1.0], (n, periods), p=[0.2, 0.3, 0.5])).astype(np.int64)
            balance[:, :2] = -np.abs(balance[:, :2])
        yield balance, years


def many_rates(balance, years, run=returns):
    """Rates, their status and net present values of one party: float64[path], int8[path], float64[path, 2]."""
    drawn, received = (np.maximum(side, 0).sum(axis=1)[:, np.newaxis] for side in (-balance, balance))
    n = balance.shape[0]
    irr, status, npv = np.empty((n, 1)), np.empty((n, 1), dtype=np.int8), np.empty((n, 1, 2))
    discount = np.array([np.ones(years.size), 1.05**-years])
    first = np.zeros(1, dtype=np.int64)
    run(balance[:, np.newaxis], first, drawn, received, years, discount, 100.0, irr, status, npv)
    return irr[:, 0], status[:, 0], npv[:, 0]


def one_by_one(balance, years):
    """The same rates, by the solver that takes one path at a time."""
    paid_in, received = (np.maximum(side, 0).sum(axis=1).astype(np.float64) for side in (-balance, balance))
    flows = balance / 100.0
    found = [internal_rate(*each[:1], years, *each[1:]) for each in zip(flows, paid_in, received, strict=True)]
    return np.array([rate for rate, _ in found]), np.array([status for _, status in found])


def check_many(n, seed):
    for balance, years in many_flows(n, seed):
        rate, status, _ = many_rates(balance, years)
        expected, expected_status = one_by_one(balance, years)
        assert (status == expected_status).all()
        # Of 1 + r, which is what money grows by in a year; close to -1 a rate itself is written in steps of 2**-53.
        np.testing.assert_allclose(1.0 + rate, 1.0 + expected, rtol=1e-13, atol=2.0**-52)


def test_many_rates_are_those_found_one_by_one():
    check_many(500, 91)


@pytest.mark.slow
def test_a_million_rates_are_those_found_one_by_one():
    check_many(84_000, 92)


def test_a_rate_hangs_neither_on_its_neighbours_nor_on_the_compiler():
    for balance, years in list(many_flows(70, 93))[::3]:
        whole = many_rates(balance, years)
        for run, rows in ((returns, slice(3, 50)), (returns, slice(69, 70)), (python_of(returns), slice(60, 70))):
            for all_of_it, part in zip(whole, many_rates(balance[rows], years, run), strict=True):
                assert all_of_it[rows].tobytes() == part.tobytes()
