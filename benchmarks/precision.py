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
from risksim.engine.integrated import run_integrated
from risksim.plan.layout import PathResults

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
INTEGRATED = "risksim: conditional, people integrated"
REPLICATES = 32
"""Scrambles in a run of the conditional engine."""


class Sample(NamedTuple):
    """One estimate's worth of paths."""

    received: IntArray
    """int64[path]. [minor unit]"""
    weight: FloatArray
    """float64[path], sums to one."""


Program = Callable[[int, int], list[Sample]]
"""Samples of so many paths or points each, of a seed."""


class Precision(NamedTuple):
    """What a program reaches."""

    seconds: float
    """Of one sample."""
    rmse: FloatArray
    """float64[metric]. [currency, 1, currency]"""
    bias: FloatArray
    """float64[metric]: mean of what samples are off, in standard errors of that mean."""


def worth(received: IntArray) -> FloatArray:
    """Net present value of what was received. [currency]"""
    return received / 100.0 / (1.0 + RATE) ** YEARS - rivals.TERMS.investment / 100.0


def alike(received: IntArray) -> list[Sample]:
    """One sample whose paths weigh the same."""
    return [Sample(received, np.full(received.size, 1.0 / received.size))]


def metrics(of: Sample) -> FloatArray:
    """Mean NPV, P(loss) and ES95 of a sample: the last one is the mean of the worst 5 % by weight."""
    order = np.argsort(of.received)
    received, weight = of.received[order], of.weight[order]
    npv = worth(received)
    in_tail = np.diff(np.minimum(np.cumsum(weight), TAIL), prepend=0.0)
    return np.array([weight @ npv, weight[received < rivals.TERMS.investment].sum(), in_tail @ npv / TAIL])


def exact_metrics() -> FloatArray:
    """Mean NPV, P(loss) and ES95 of the exact law."""
    law = rivals.exact_law()
    return metrics(Sample(rivals.paid(np.arange(law.size)), law))


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


def conditional(n_points: int, seed: int) -> list[Sample]:
    """The conditional engine: each of its replicates is one scramble of so many points."""
    settings = engine.Settings(REPLICATES * n_points, seed, 1, engine="conditional")
    return _by_replicate(engine.run(simple_deal(), settings))


def integrated(n_points: int, seed: int) -> list[Sample]:
    """The conditional engine with people integrated at every point."""
    return _by_replicate(run_integrated(simple_deal(), REPLICATES * n_points, seed).paths)


def _by_replicate(paths: PathResults) -> list[Sample]:
    samples = []
    for replicate in np.unique(paths.replicate):
        here = paths.replicate == replicate
        weight = paths.weight[here]
        samples.append(Sample(paths.received[here, 0], weight / weight.sum()))
    return samples


def shifted_sobol(n_points: int, seed: int) -> list[Sample]:
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
    successes = binom.ppf(luck, terms.people, success * (1.0 - dropout)).astype(np.int64)
    return alike(rivals.paid(successes))


def programs() -> tuple[dict[str, Program], list[str]]:
    """Programs that can run here, and what is left out."""
    found: dict[str, Program] = {
        PLAIN: lambda n, seed: alike(pay(simple_deal(), n, seed)),
        NUMPY: lambda n, seed: alike(rivals.people_as_stated(n, seed)),
    }
    left_out = []
    obstacle = next(verdict.obstacle for verdict in verdicts(simple_deal()) if verdict.engine == "conditional")
    if obstacle is None:
        found[CONDITIONAL] = conditional
    else:
        left_out.append(f"{CONDITIONAL}: {obstacle}")
    found[INTEGRATED] = integrated
    if rivals.installed("openturns"):
        found[OPENTURNS] = shifted_sobol
    else:
        left_out.append(f"{OPENTURNS}: not installed")
    return found, left_out


def measure(program: Program, points: int, seeds: int) -> Precision:
    """Errors over so many samples, and the median time of one."""
    program(engine.LEAF, 1)  # compiles
    exact = exact_metrics()
    errors: list[FloatArray] = []
    taken = []
    seed = 0
    while len(errors) < seeds:
        seed += 1
        begin = time.perf_counter()
        samples = program(points, seed)
        taken.append((time.perf_counter() - begin) / len(samples))
        errors += [metrics(sample) - exact for sample in samples]
    off = np.array(errors)
    spread = off.std(axis=0, ddof=1) / np.sqrt(len(errors)) if len(errors) > 1 else np.full(off.shape[1], np.nan)
    return Precision(float(np.median(taken)), np.sqrt(np.mean(off**2, axis=0)), off.mean(axis=0) / spread)


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
