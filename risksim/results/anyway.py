"""What would have happened without the programme, path by path."""

from __future__ import annotations

import numpy as np

from risksim.plan.layout import FloatArray, PathResults, Plan


def would_anyway(plan: Plan, paths: PathResults) -> FloatArray | None:
    """People, or measurements, who would have met each outcome without the programme.

    Parameters
    ----------
    plan : Plan
        The deal.
    paths : PathResults
        Its run.

    Returns
    -------
    float64[path, outcome] or None
        What is to be expected on each path: the people of whom the outcome speaks, times the share who would meet it
        anyway; nan for outcomes of which the deal does not say it, None where it says it of none. [people]
    """
    said = plan.anyway
    if said is None:
        return None
    n_paths = paths.headcount.shape[0]
    out = np.full((n_paths, len(plan.labels.outcomes)), np.nan)
    chances: list[FloatArray] = []
    for row, outcome in enumerate(said.outcome):
        slot = said.chance_slot[row]
        chance = paths.inputs[:, slot].copy() if slot >= 0 else np.full(n_paths, said.chance_value[row])
        if said.after[row] >= 0:
            chance *= chances[said.after[row]]
        if said.unless[row] >= 0:
            chance *= 1.0 - chances[said.unless[row]]
        chances.append(chance)
        out[:, outcome] = said.times[row] * paths.headcount[:, :, said.counted[row]].sum(axis=1) * chance
    return out
