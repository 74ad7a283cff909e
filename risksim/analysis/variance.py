"""Why futures differ: what nobody knows about the programme, what all its people share, and the luck of small numbers.

The same evidence is met by other people. How far two such futures go together is what the evidence decides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.metrics.precision import Split, split_variance
from risksim.metrics.sample import Sample

MOST_PATHS = 20_000
"""Paths behind a split: a share of one half is known to about half a per cent. [paths]"""
FIRST_OUTCOME = 4
"""Column of the head count in which the first outcome begins; two for each outcome: achieved, verified."""


class PartOf(NamedTuple):
    """The variance of one quantity, in parts."""

    quantity: str
    """``npv`` (of all investors, at the last hurdle), ``repayment`` (by all payers) or ``achieved``."""
    outcome: str | None
    """Which outcome is achieved; None for money."""
    split: Split


class VarianceSplit(NamedTuple):
    """Why futures differ."""

    paths: int
    of: tuple[PartOf, ...]


def variance_split(
    run: api.Run, threads: int = 0, most: int = MOST_PATHS, executor: api.Executor | None = None
) -> VarianceSplit:
    """Split the variance of a run by drawing its first paths again on the same evidence.

    Parameters
    ----------
    run : Run
        A run with evidence and luck.
    threads : int
        Threads of the further runs.
    most : int
        Paths at most. [paths]
    executor : Executor, optional
        Who computes the further runs, as in `risksim.api.simulate`.

    Returns
    -------
    VarianceSplit
        ``Var(E[Y | inputs])``, what the people of a path share given the inputs, and the rest, as shares of ``Var(Y)``.
    """
    n_paths = min(run.paths.weight.size, most)
    draws = [quantities(run, n_paths)]
    for shared in (0, 1) if api.shares_luck(run.plan) else (0,):  # one after the other: one further run is held
        again = api.simulate(
            run.plan, n_paths, run.seed, threads, keep_claims=False, executor=executor, luck=1, shared=shared
        )
        draws.append(quantities(again, n_paths))
        del again
    sample = Sample.equal(n_paths)
    names: list[tuple[str, str | None]] = [("npv", None), ("repayment", None)]
    names += [("achieved", outcome) for outcome in run.plan.labels.outcomes]
    parts = []
    for (quantity, outcome), first, second, *third in zip(names, *draws, strict=True):
        parts.append(PartOf(quantity, outcome, split_variance(first, second, third[0] if third else None, sample)))
    return VarianceSplit(n_paths, tuple(parts))


def quantities(run: api.Run, n_paths: int) -> list[npt.NDArray[np.float64]]:
    """What is split, on the first paths of a run: present value, repayment, and people who achieve each outcome."""
    paths = run.paths
    found = [api.investors(run).npv[:n_paths, -1].copy()]
    found.append(paths.repayment[:n_paths].sum(axis=(1, 2)) / run.plan.minor_units)
    people = paths.headcount[:n_paths].sum(axis=1)
    return found + [
        people[:, FIRST_OUTCOME + 2 * place].astype(np.float64) for place in range(len(run.plan.labels.outcomes))
    ]
