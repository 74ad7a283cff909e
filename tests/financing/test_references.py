"""Published and exact figures, computed from enumerated payments that go through the waterfall."""

import numpy as np
import pytest
from scipy.stats import betabinom

from risksim.kernels.cashflow import OK_UNIQUE, TOTAL_LOSS
from tests.financing.deals import financed, received_by

CAPITAL, PRICE = 750_000, 40_000
MASS = betabinom(25, 15.5, 5.5).pmf(np.arange(26))


def loss_over_successes(**more):
    """Expected loss, probability of loss and expected guarantee over 0 to 25 successes."""
    investor = {"name": "investor", "commitment": CAPITAL}
    plan, found = financed({"tranches": [investor], **more}, PRICE * np.arange(26.0)[:, None])
    loss = np.maximum(0, found.drawn[:, 0] - found.received[:, 0]) / plan.minor_units
    paid = sum(
        found.flow[:, line, -1] for line, reason in enumerate(plan.labels.lines) if reason.startswith("guarantee")
    )
    return MASS @ loss, MASS @ (loss > 0), MASS @ np.broadcast_to(paid, 26) / plan.minor_units


def test_first_loss_guarantee_bears_what_the_exact_distribution_says():
    shortfall, p_loss, _ = loss_over_successes()
    assert shortfall == pytest.approx(56_965.81, abs=0.005)
    assert p_loss == pytest.approx(0.472273, abs=5e-7)
    left, p_after, borne = loss_over_successes(guarantees=[{"name": "foundation", "share": 0.25}])
    assert borne == pytest.approx(50_220.76, abs=0.005)
    assert p_after == pytest.approx(0.116070, abs=5e-7)
    assert left + borne == pytest.approx(shortfall, abs=1e-6)


SENIOR_JUNIOR = {
    "tranches": [
        {"name": "senior", "commitment": 6_000_000, "rank": 1, "rate": 0.04},
        {"name": "junior", "commitment": 4_000_000, "rank": 2},
    ]
}


def test_senior_is_paid_with_interest_before_junior():
    plan, found = financed(SENIOR_JUNIOR, [[2e6, 3e6, 6e6]])
    assert received_by(plan, found, "senior") == [0, 2_000_000, 3_000_000, 1_465_984]
    assert received_by(plan, found, "junior") == [0, 0, 0, 4_534_016]
    assert found.irr[0] == pytest.approx([0.04, 0.0426559], abs=5e-8)
    assert found.irr_status.tolist() == [[OK_UNIQUE, OK_UNIQUE]]


def test_junior_loses_all_before_senior_is_short():
    plan, found = financed(SENIOR_JUNIOR, [[1e6, 2e6, 2.5e6]])
    assert received_by(plan, found, "senior") == [0, 1_000_000, 2_000_000, 2_500_000]
    # owed after three years: ((6 * 1.04 - 1) * 1.04 - 2) * 1.04 - 2.5 = 1.087584
    owed = ((6e6 * 1.04 - 1e6) * 1.04 - 2e6) * 1.04 - 2.5e6
    assert owed == pytest.approx(1_087_584)
    assert found.irr_status[0, 1] == TOTAL_LOSS
    assert found.received[0].tolist() == [550_000_000, 0]


def drawn_twice(**cap):
    drawdown = [{"on": "2025-01-01", "amount": 5e6}, {"on": "2026-01-01", "amount": 3e6}]
    return {"tranches": [{"name": "investor", "commitment": 8e6, "drawdown": drawdown, **cap}]}


def test_cap_on_the_irr_pays_until_the_hurdle_is_empty():
    capped = {**drawn_twice(return_cap={"rate": 0.05, "as": "irr"}), "surplus": "payers"}
    plan, found = financed(capped, [[2e6, 4e6, 5e6, 3e6]])
    assert received_by(plan, found, "investor") == [0, 2_000_000, 4_000_000, 2_690_625, 0]
    assert found.irr[0, 0] == pytest.approx(0.05, abs=1e-12)
    assert received_by(plan, found, "municipality") == [0, 0, 0, 2_309_375, 3_000_000]
    assert found.repayment[0, 0].sum() == 869_062_500


def test_without_the_cap_the_same_payments_return_more():
    _, found = financed(drawn_twice(), [[2e6, 4e6, 5e6, 3e6]])
    assert found.irr[0, 0] == pytest.approx(0.293465, abs=5e-7)


RIKERS = {
    "tranches": [{"name": "lender", "commitment": 9_600_000}],
    "guarantees": [{"name": "foundation", "limit": 7_200_000, "attaches_after": 2_400_000}],
}


def test_lender_bears_the_first_quarter_of_the_rikers_loan():
    # Published city payments below 8.5 %, at 8.5 %, 10 %, 11 % and 20 % less recidivism.
    plan, found = financed(RIKERS, [[0, 0, 0, paid] for paid in (0, 4.8e6, 9.6e6, 10.08e6, 11.712e6)])
    lost = (found.drawn[:, 0] - found.received[:, 0]) / plan.minor_units
    assert lost.tolist() == [2_400_000, 2_400_000, 0, -480_000, -2_112_000]
    # published: 1.2 % and 5.1 % a year
    assert found.irr[3:, 0].round(3).tolist() == [0.012, 0.051]


def test_rikers_break_after_three_years_loses_a_sixth():
    drawdown = [{"on": f"{year}-01-01", "amount": 2_400_000} for year in (2025, 2026, 2027)]
    broken = {
        "tranches": [{"name": "lender", "commitment": 9_600_000, "drawdown": drawdown}],
        "guarantees": [{"name": "foundation", "limit": 0}],
        "termination": {"on": "2028-01-01", "amount": 6_000_000, "paid_by": "foundation"},
    }
    _, found = financed(broken, [[0, 0, 0]])
    drawn, lost = found.drawn[0, 0], found.drawn[0, 0] - found.received[0, 0]
    assert (drawn, lost) == (720_000_000, 120_000_000)
    assert lost / drawn == pytest.approx(0.1667, abs=5e-5)


def test_capped_floor_of_a_protected_tranche_beside_one_at_risk():
    # Two tranches of 7.5 and 2.5 million paid once after five years, the first protected, the second wholly at risk:
    # with 5 % and 8 % a year they are owed 9,572,111.72 and 3,673,320.19, which is what the outcome must pay.
    owed = [7.5e6 * 1.05**5, 2.5e6 * 1.08**5]
    terms = {
        "tranches": [
            {
                "name": "P",
                "commitment": 7.5e6,
                "rank": 1,
                "rate": 0.05,
                "return_floor": {"share": 1, "paid_by": "state"},
            },
            {"name": "E", "commitment": 2.5e6, "rank": 2, "rate": 0.08},
        ],
        "surplus": "payers",
    }
    _, found = financed(terms, [[0, 0, 0, 0, sum(owed)], [0, 0, 0, 0, 0]], payers=("state",))
    assert found.irr[0] == pytest.approx([0.05, 0.08], abs=1e-9)
    assert (found.received[1] == [750_000_000, 0]).all()
