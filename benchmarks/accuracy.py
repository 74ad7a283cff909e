"""How many plain paths a quasi-random one is worth, on the deal whose answers are known exactly.

    python benchmarks/accuracy.py [--scrambles 200] [--points 14]

A scramble is one replicate of a run: 2 to the power of `points` points, randomised on their own. The error of a
statistic is the root of the mean square of what it is off over scrambles; a plain path has the variance of the
statistic at one path. Their ratio says how many plain paths would be as exact as one scramble.

The tail mean of a sample lies a little too low wherever the tail is estimated too: its bias is part of its error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

from risksim import api
from risksim.engine.run import Settings, run
from risksim.engine.sobol import REPLICATES
from risksim.metrics import array
from risksim.metrics.sample import Sample
from risksim.plan.layout import Plan

DEAL = Path(__file__).parents[1] / "scenarios" / "examples" / "simple-reference.yaml"
FIVE_PERCENT = 1
"""Column of the hurdle of 5 %."""

FloatArray = npt.NDArray[np.float64]


class Statistic(NamedTuple):
    """A statistic with a known answer."""

    name: str
    of: Callable[[FloatArray, FloatArray], float]
    """From net present values at 5 % and gains of one scramble, float64[path] each."""
    truth: float
    plain_variance: float
    """Of the statistic, times the number of independent paths, where there are many."""


class Worth(NamedTuple):
    """What one scramble is worth."""

    name: str
    error: float
    """Root of the mean square of what a scramble is off."""
    bias: float
    """Mean of what it is off, in standard errors of that mean."""
    plain_paths: float
    """Independent paths with the same error. [paths]"""


MEAN, SD = -257_587.48, 431_150.0
LOSS, SHORTFALL = 0.311386, 1_418_442.0
"""Exact answers of the deal: twice a beta-binomial law, enumerated."""


def shortfall(npv: FloatArray) -> float:
    """Mean loss of the worst twentieth."""
    return float(array.expected_shortfall(-npv, Sample.equal(npv.size), 0.95))


def statistics(tail_variance: float) -> tuple[Statistic, ...]:
    """The statistics looked at; the variance of the tail mean comes from outside."""
    return (
        Statistic("mean NPV", lambda npv, _: float(npv.mean()), MEAN, SD**2),
        Statistic("P(loss)", lambda _, gain: float((gain < 0).mean()), LOSS, LOSS * (1.0 - LOSS)),
        Statistic("ES95", lambda npv, _: shortfall(npv), SHORTFALL, tail_variance),
    )


def scrambles(plan: Plan, points: int, n_scrambles: int, first_seed: int = 1) -> list[tuple[FloatArray, FloatArray]]:
    """Net present values and gains of each scramble: replicates of as many seeds as it takes.

    Parameters
    ----------
    plan : Plan
        The simple reference deal.
    points : int
        Points of a scramble, as a power of two.
    n_scrambles : int
        How many.
    first_seed : int
        Seed of the first 32.

    Returns
    -------
    list of tuple of float64[path]
    """
    found: list[tuple[FloatArray, FloatArray]] = []
    for seed in range(first_seed, first_seed + -(-n_scrambles // REPLICATES)):
        made = run(plan, Settings(REPLICATES << points, seed, keep_claims=False, engine="conditional"))
        npv = made.npv[:, 0, FIVE_PERCENT].reshape(-1, REPLICATES)
        gain = (made.received[:, 0] - made.drawn[:, 0]).astype(np.float64).reshape(-1, REPLICATES)
        found += [(npv[:, r].copy(), gain[:, r].copy()) for r in range(REPLICATES)]
    return found[:n_scrambles]


def plain_tail_variance(plan: Plan) -> float:
    """Variance of the tail mean at one path: that of ``max(loss - quantile, 0) / 0.05``, over 2^20 individual paths."""
    made = run(plan, Settings(1 << 20, 99, keep_claims=False))
    loss = -made.npv[:, 0, FIVE_PERCENT]
    at_risk = float(array.value_at_risk(loss, Sample.equal(loss.size), 0.95))
    return float((np.maximum(loss - at_risk, 0.0) / 0.05).var())


def worths(points: int = 14, n_scrambles: int = 200) -> list[Worth]:
    """What a scramble of the conditional engine is worth, statistic by statistic."""
    plan = api.read(DEAL).plan
    made = scrambles(plan, points, n_scrambles)
    told = []
    for statistic in statistics(plain_tail_variance(plan)):
        off = np.array([statistic.of(*one) - statistic.truth for one in made])
        error = float(np.sqrt((off**2).mean()))
        bias = float(off.mean() / (off.std(ddof=1) / np.sqrt(off.size)))
        told.append(Worth(statistic.name, error, bias, statistic.plain_variance / error**2))
    return told


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scrambles", type=int, default=200, help="Independent point sets.")
    parser.add_argument("--points", type=int, default=14, help="Points of each, as a power of two.")
    asked = parser.parse_args()
    print(f"{2**asked.points:,} points, {asked.scrambles} scrambles, {DEAL.name}, conditional engine (collapsed)")
    print(f"{'statistic':10} {'error':>12} {'bias, s.e.':>10} {'plain paths':>14}")
    for worth in worths(asked.points, asked.scrambles):
        print(f"{worth.name:10} {worth.error:12.4g} {worth.bias:10.2f} {worth.plain_paths:14,.0f}")


if __name__ == "__main__":
    main()
