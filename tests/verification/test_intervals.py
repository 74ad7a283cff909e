"""Do intervals cover the truth as often as they say? A thousand repeats of the simple deal against its exact law."""

import math

import numpy as np
import pytest

from risksim import api
from tests.verification.test_simple_reference import CAPITAL, FILE, TRUTH

REPEATS, PATHS = 1_000, 2_000
CONTINUOUS = {
    "npv.mean": TRUTH.mean(TRUTH.npv),
    "npv.p_loss": TRUTH.mean(TRUTH.npv < 0),
    "loss.p_loss": TRUTH.mean(TRUTH.received < CAPITAL),
    "npv.expected_shortfall_95": TRUTH.shortfall(-TRUTH.npv, 0.95),
}
"""Statistics whose intervals cover 93 to 97 %."""
LATTICE = {f"npv.p{level:02d}": TRUTH.quantile(TRUTH.npv, level / 100) for level in (5, 25, 50, 75, 95)}
"""Quantiles of a law with few values: their intervals may cover more."""


@pytest.fixture(scope="module")
def covered() -> dict[str, float]:
    """How many of the repeats cover the truth, by statistic."""
    deal = api.read(FILE)
    hits = dict.fromkeys(CONTINUOUS | LATTICE, 0)
    for seed in range(REPEATS):
        investor = api.simulate(deal, PATHS, 10_000 + seed, keep_claims=False).summary().everybody
        for name, truth in (CONTINUOUS | LATTICE).items():
            group, field = name.split(".")
            estimate = getattr(investor.npv["0.05"] if group == "npv" else investor.loss, field)
            # A truth on the border, as an atom often is, is covered though floating point may say it differently.
            hits[name] += estimate.low - 1e-6 <= truth <= estimate.high + 1e-6
    return {name: count / REPEATS for name, count in hits.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTINUOUS)
def test_intervals_cover_as_often_as_they_say(covered, name):
    """95 %, give or take 2: three standard errors of a share from a thousand repeats."""
    assert 0.93 <= covered[name] <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("name", LATTICE)
def test_intervals_of_quantiles_cover_at_least_as_often_as_they_say(covered, name):
    assert covered[name] >= 0.93


def test_the_truths_are_those_of_the_exact_law():
    """Mean and chance of a loss as worked out from two beta-binomial laws by hand of another program."""
    assert math.isclose(CONTINUOUS["npv.mean"], -257_587.48, abs_tol=0.01)
    assert math.isclose(CONTINUOUS["loss.p_loss"], 0.311386, abs_tol=1e-6)
    assert math.isclose(CONTINUOUS["npv.expected_shortfall_95"], 1_418_442, abs_tol=1)
    assert np.isclose(LATTICE["npv.p05"], -1_170_068, atol=1)
