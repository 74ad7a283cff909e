"""Laws with known statistics, enumerated: values and probabilities."""

from __future__ import annotations

import numpy as np
from scipy.stats import betabinom

from risksim.metrics.sample import Sample


def example_contract() -> tuple[np.ndarray, np.ndarray, Sample]:
    """Capital 750,000, repaid 40,000 per success, X ~ BetaBin(25; 15.5, 5.5)."""
    successes = np.arange(26)
    pmf = betabinom(25, 15.5, 5.5).pmf(successes)
    return successes, 750_000.0 - 40_000.0 * successes, Sample.exact(pmf)


def lattice_losses(rng: np.random.Generator, n_paths: int) -> np.ndarray:
    """Losses of the example contract, drawn."""
    return 750_000.0 - 40_000.0 * rng.binomial(25, rng.beta(15.5, 5.5, n_paths))
