"""How much accuracy a second buys on the simple deal: root mean squared errors against its exact law.

The deal ends after exactly two years, so what the investor receives says all: its worth today at 5 %, whether it is a
loss, and the mean of the worst 5 % of futures.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks import rivals
from benchmarks.bench_simple import pay, simple_deal
from benchmarks.clock import rounded
from risksim.engine import run as engine
from risksim.engine.engines import verdicts

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

POINTS, SEEDS = 16_384, 200
RATE, YEARS = 0.05, 2
TAIL = 0.05
METRICS = ("mean NPV", "P(loss)", "ES95")
PLAIN = "risksim: individual"
CONDITIONAL = "risksim: conditional"
OPENTURNS = "OpenTURNS: Sobol points, shifted"
NUMPY = "NumPy as stated"
Program = Callable[[int, int], IntArray]
"""Payments int64[path] of so many paths of a seed. [minor unit]"""


class Precision(NamedTuple):
    """What a program reaches."""

    seconds: float
    """Of one run."""
    rmse: FloatArray
    """float64[metric]. [currency, 1, currency]"""


def worth(received: IntArray) -> FloatArray:
    """Net present value of what was received. [currency]"""
    return received / 100.0 / (1.0 + RATE) ** YEARS - rivals.TERMS.investment / 100.0


def metrics(received: IntArray) -> FloatArray:
    """Mean NPV, P(loss) and ES95 of a sample."""
    npv = np.sort(worth(received))
    held = TAIL * npv.size
    full = int(held)
    tail = (npv[:full].sum() + (held - full) * npv[min(full, npv.size - 1)]) / held
    return np.array([npv.mean(), (received < rivals.TERMS.investment).mean(), tail])


def exact_metrics() -> FloatArray:
    """Mean NPV, P(loss) and ES95 of the exact law."""
    law = rivals.exact_law()
    received = rivals.paid(np.arange(law.size))
    npv = worth(received)  # rises with the number of successes
    in_tail = np.diff(np.minimum(np.cumsum(law), TAIL), prepend=0.0)
    return np.array([law @ npv, law[received < rivals.TERMS.investment].sum(), in_tail @ npv / TAIL])


def plain_errors(n_paths: int) -> FloatArray:
    """Standard errors of the three for plain paths, by the exact law.

    That of the expected shortfall is that of the mean of how far paths fall below the quantile, over the tail.
    """
    law = rivals.exact_law()
    received = rivals.paid(np.arange(law.size))
    npv, mean, p_loss = worth(received), *exact_metrics()[:2]
    quantile = npv[int(np.searchsorted(np.cumsum(law), TAIL))]
    short = np.maximum(quantile - npv, 0.0)
    spread_of_short = law @ short**2 - (law @ short) ** 2
    return np.sqrt(np.array([law @ (npv - mean) ** 2, p_loss * (1.0 - p_loss), spread_of_short / TAIL**2]) / n_paths)


def conditional(n_points: int, seed: int) -> IntArray:
    """What the investor receives at the points of the conditional engine."""
    settings = engine.Settings(n_points, seed, 1, engine="conditional")
    return engine.run(simple_deal(), settings).received[:, 0]


def shifted_sobol(n_points: int, seed: int) -> IntArray:
    """OpenTURNS: Sobol points for both shares and the luck of the cohort, moved by one random vector a seed."""
    import openturns
    from scipy.stats import binom

    openturns.RandomGenerator.SetSeed(seed)
    terms = rivals.TERMS
    law = openturns.JointDistribution(
        [
            openturns.Beta(*terms.success, 0.0, 1.0),
            openturns.Beta(*terms.dropout, 0.0, 1.0),
            openturns.Uniform(0.0, 1.0),
        ]
    )
    experiment = openturns.LowDiscrepancyExperiment(openturns.SobolSequence(), law, n_points, False)
    experiment.setRandomize(True)
    success, dropout, luck = np.asarray(experiment.generate()).T
    return rivals.paid(binom.ppf(luck, terms.people, success * (1.0 - dropout)).astype(np.int64))


def programs() -> tuple[dict[str, Program], list[str]]:
    """Programs that can run here, and what is left out."""
    found: dict[str, Program] = {
        PLAIN: lambda n, seed: pay(simple_deal(), n, seed),
        NUMPY: rivals.people_as_stated,
    }
    left_out = []
    obstacle = next(verdict.obstacle for verdict in verdicts(simple_deal()) if verdict.engine == "conditional")
    if obstacle is None:
        found[CONDITIONAL] = conditional
    else:
        left_out.append(f"{CONDITIONAL}: {obstacle}")
    if rivals.installed("openturns"):
        found[OPENTURNS] = shifted_sobol
    else:
        left_out.append(f"{OPENTURNS}: not installed")
    return found, left_out


def measure(program: Program, points: int, seeds: int) -> Precision:
    """Errors over many seeds and the median time of one run."""
    program(engine.LEAF, 1)  # compiles
    exact, errors, taken = exact_metrics(), [], []
    for seed in range(1, seeds + 1):
        begin = time.perf_counter()
        received = program(points, seed)
        taken.append(time.perf_counter() - begin)
        errors.append(metrics(received) - exact)
    return Precision(float(np.median(taken)), np.sqrt(np.mean(np.square(errors), axis=0)))


def table(points: int = POINTS, seeds: int = SEEDS) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Of every program: seconds, errors, the plain paths that are as good, and the gain for the same time."""
    available, left_out = programs()
    reached = {name: measure(program, points, seeds) for name, program in available.items()}
    seconds = reached[PLAIN].seconds
    as_good = {name: (plain_errors(points) / got.rmse) ** 2 for name, got in reached.items()}
    found = {
        "seconds": {name: rounded(got.seconds) for name, got in reached.items()},
        "plain paths as good": {name: by_metric(points * gain) for name, gain in as_good.items()},
        "gain in the same time": {
            name: by_metric(gain * seconds / reached[name].seconds) for name, gain in as_good.items()
        },
        "error": {name: by_metric(got.rmse) for name, got in reached.items()},
    }
    return found, left_out


def by_metric(values: FloatArray) -> dict[str, float]:
    """Figures by the name of their metric."""
    return {metric: rounded(float(value)) for metric, value in zip(METRICS, values, strict=True)}
