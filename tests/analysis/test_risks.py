"""The deals of the page of risks: where a switch leaves a law that is known exactly, the program meets it."""

from pathlib import Path

import pytest
from scipy import stats

from risksim import api

ROOT = Path(__file__).parents[2] / "scenarios/risks"
PATHS = 20_000
SE_LIMIT = 4.0
"""Standard errors within which a simulated chance meets its law."""

# A price each pays back the capital from so many successes on: one fewer is a loss. Successes are beta-binomial.
KNOWN = [
    ("small-cohort", None, 14, (25, 15.5, 5.5)),  # 600,000 / 40,000 = 15
    ("small-cohort", "ten times as many families at a tenth of the price", 149, (250, 15.5, 5.5)),
    ("too-few-recruited", "every place is filled", 14, (40, 20, 20)),  # 600,000 / 40,000 = 15
    ("anonymous-participants", "everybody can be measured", 17, (40, 20, 20)),  # 17 pay 510,000, 18 540,000 + 200,000
    ("other-target-group", "both", 23, (40, 15.5, 5.5)),  # 960,000 / 40,000 = 24
    ("gains-elsewhere", None, 17, (40, 20, 20)),  # 17 x 61,923 = 1,052,691, 18 pay 1,114,614 of 1,100,000
    ("gains-elsewhere", "the state pays half of what it keeps too", 10, (40, 20, 20)),  # 100,000 each, 11 pay it back
    ("gains-elsewhere", "who comes has been on benefits for more than a year", 13, (40, 20, 20)),  # 14 x 80,000
]


@pytest.mark.parametrize(("file", "stress", "most", "law"), KNOWN)
def test_the_chance_of_a_loss_is_that_of_the_law(file, stress, most, law):
    deal = api.read(ROOT / f"{file}.yaml")
    run = api.simulate(deal if stress is None else api.stressed(deal, stress), PATHS)
    side = api.investors(run)
    lost, chance = (side.received < side.drawn).mean(), stats.betabinom(*law).cdf(most)
    assert abs(lost - chance) <= SE_LIMIT * (chance * (1.0 - chance) / PATHS) ** 0.5


def test_what_a_municipality_keeps_of_a_year_of_benefits():
    # The state refunds 80 % of weeks 1 to 4, 40 % to week 26 and 30 % to week 52.
    kept = (0.2 * 4 + 0.6 * 22 + 0.7 * 26) / 52
    (price,) = {rule.per_outcome.price for rule in api.read(ROOT / "gains-elsewhere.yaml").scenario.payments}
    assert price == round(0.5 * kept * 200_000)


def test_half_the_cash_of_those_who_would_have_been_served():
    # On average 40 x 0.75 people would have been served, 60,000 is saved on each, and a quarter of it is paid.
    run = api.simulate(api.read(ROOT / "savings-without-cash.yaml"), PATHS)
    paid = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units
    assert abs(paid.mean() - 40 * 0.75 * 60_000 * 0.25) <= SE_LIMIT * paid.std() / PATHS**0.5


def test_ties_change_no_average_of_those_who_leave_and_succeed():
    deal = api.read(ROOT / "dropout.yaml")
    tied, alone = (
        api.simulate(one, PATHS) for one in (deal, api.stressed(deal, "leaving and success are on their own"))
    )
    for column in (1, 4, 6):  # completed, then achieved of both outcomes
        moved = tied.paths.headcount[:, 0, column].astype(float) - alone.paths.headcount[:, 0, column]
        assert abs(moved.mean()) <= SE_LIMIT * moved.std() / PATHS**0.5
