"""What a run keeps of its paths: empty at first, filled a block at a time."""

from __future__ import annotations

import numpy as np

from risksim.engine.settle import Settled
from risksim.kernels.patterns import HEAD
from risksim.plan.layout import NEVER, FloatArray, Int32Array, PathResults, Plan, Stops


def allocate(plan: Plan, n_paths: int, keep_claims: bool) -> PathResults:
    """Empty results of a run: equal weights, one replicate."""
    labels = plan.labels
    n_tranches, n_periods = len(labels.tranches), plan.calendar.years.size
    n_counts = HEAD + 2 * len(labels.outcomes)
    return PathResults(
        weight=np.full(n_paths, 1.0 / n_paths),
        replicate=np.zeros(n_paths, dtype=np.int16),
        inputs=np.empty((n_paths, plan.inputs.address.size)),
        headcount=np.empty((n_paths, len(labels.cohorts), n_counts), dtype=np.int32),
        claim=np.empty((n_paths if keep_claims else 0, plan.payments.kind.size, n_periods), dtype=np.int64),
        flow=np.empty((n_paths, plan.ledger.from_party.size, n_periods), dtype=np.int64),
        irr=np.empty((n_paths, n_tranches)),
        irr_status=np.empty((n_paths, n_tranches), dtype=np.int8),
        npv=np.empty((n_paths, n_tranches, plan.hurdles.size)),
        drawn=np.empty((n_paths, n_tranches), dtype=np.int64),
        received=np.empty((n_paths, n_tranches), dtype=np.int64),
        repayment=np.empty((n_paths, len(labels.payers), len(labels.years)), dtype=np.int64),
        group_irr=np.empty((n_paths, len(labels.groups))),
        group_irr_status=np.empty((n_paths, len(labels.groups)), dtype=np.int8),
        group_npv=np.empty((n_paths, len(labels.groups), plan.hurdles.size)),
        stop_month=np.full(n_paths, NEVER, dtype=np.int16),
        ended_by=np.full(n_paths, -1, dtype=np.int16),
    )


def store(
    results: PathResults,
    start: int,
    inputs: FloatArray,
    headcount: Int32Array,
    settled: Settled,
    stops: Stops | None = None,
) -> None:
    """Write a settled block into its place in the results."""
    here = slice(start, start + inputs.shape[0])
    if stops is not None:
        results.stop_month[here], results.ended_by[here] = stops.month, stops.by
    results.inputs[here] = inputs
    results.headcount[here] = headcount
    for name in settled._fields:
        kept = getattr(results, name)
        if kept.shape[0]:
            kept[here] = getattr(settled, name)
