"""What if? The same deal with a few places changed, met by the same people and the same luck."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample

FloatArray = npt.NDArray[np.float64]
RISK_LEVEL = 0.95
"""Level of the expected shortfall. [1]"""


class Figures(NamedTuple):
    """The answer for all investors together and for the payers, or the difference of two."""

    p_loss: Estimate
    """Probability that less comes back than was paid in. [1]"""
    npv: Estimate
    """Mean net present value at the last hurdle. [currency]"""
    npv_es95: Estimate
    """Mean loss of that net present value in the worst twentieth. [currency]"""
    repayment: Estimate
    """Mean of what all payers pay. [currency]"""


class Stressed(NamedTuple):
    """One stress beside the deal as it stands."""

    name: str
    changes: tuple[str, ...]
    """What is changed, in words."""
    values: Figures
    difference: Figures
    """Less the deal as it stands, path by path: the standard error is that of the paired difference."""
    p_differs: Estimate
    """Probability that the stress changes what the investors or the payers get at all. [1]"""


class Stresses(NamedTuple):
    """A deal and its stresses."""

    hurdle: float
    """Rate at which present values are taken: the last hurdle of the scenario. [1/year]"""
    base: Figures
    stresses: tuple[Stressed, ...]


class Outcome(NamedTuple):
    """What a comparison needs of every path."""

    lost: FloatArray
    """float64[path]: 1 where less comes back than was paid in."""
    npv: FloatArray
    """float64[path]: at the last hurdle. [currency]"""
    repayment: FloatArray
    """float64[path]: by all payers. [currency]"""


def stress(
    deal: api.Deal,
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
    executor: api.Executor | None = None,
) -> Stresses:
    """Run a deal as it stands and with each of its stresses, on the same draws.

    Parameters
    ----------
    deal : Deal
        A deal with `stresses`.
    paths, seed, threads
        As in `risksim.api.simulate`.
    progress : callable, optional
        Called with the number of paths done, over all runs.
    executor : Executor, optional
        As in `risksim.api.simulate`.

    Returns
    -------
    Stresses

    Raises
    ------
    ScenarioError
        With every mistake that a stress makes.
    """
    # Every stress is read before the first is run: a mistake in the last one is told at once.
    changed = {name: api.stressed(deal, name) for name in deal.scenario.stresses}

    def run(plan: api.Deal, number: int) -> tuple[Outcome, Sample]:
        report = None if progress is None else lambda done: progress(number * paths + done)
        made = api.simulate(plan, paths, seed, threads, keep_claims=False, executor=executor, progress=report)
        return outcome_of(made), made.sample

    base, sample = run(deal, 0)
    found = []
    for number, (name, other) in enumerate(changed.items()):
        after, _ = run(other, number + 1)
        found.append(compare(name, api.changes_of(deal, name), base, after, sample))
    return Stresses(deal.plan.labels.hurdles[-1], figures(base, sample), tuple(found))


def outcome_of(run: api.Run) -> Outcome:
    """What a comparison needs of a run."""
    side = api.investors(run)
    repayment = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units
    return Outcome((side.received < side.drawn).astype(np.float64), side.npv[:, -1].copy(), repayment)


def figures(found: Outcome, sample: Sample) -> Figures:
    """The answer of one run."""
    return Figures(
        precision.probability(found.lost > 0.0, sample),
        precision.mean(found.npv, sample),
        precision.expected_shortfall(-found.npv, sample, RISK_LEVEL),
        precision.mean(found.repayment, sample),
    )


def compare(name: str, changes: tuple[str, ...], base: Outcome, after: Outcome, sample: Sample) -> Stressed:
    """One stress beside the deal as it stands, both met by the same paths."""
    differs = (after.npv != base.npv) | (after.repayment != base.repayment) | (after.lost != base.lost)
    difference = Figures(
        precision.paired_difference(after.lost, base.lost, sample),
        precision.paired_difference(after.npv, base.npv, sample),
        precision.shortfall_difference(-after.npv, -base.npv, sample, RISK_LEVEL),
        precision.paired_difference(after.repayment, base.repayment, sample),
    )
    return Stressed(name, changes, figures(after, sample), difference, precision.probability(differs, sample))
