"""What a contract knows beside the outcomes of persons: people for costs, results of the programme, and effects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from risksim.engine.effects import compare_groups, form_groups, know_effects, numbers_on_paths
from risksim.engine.heads import add_heads
from risksim.engine.results import forget, know_results
from risksim.plan.layout import FloatArray, Plan, Stops


def know_all(
    plan: Plan,
    key: npt.NDArray[np.uint64],
    first_path: int,
    inputs: FloatArray,
    measured: FloatArray,
    stops: Stops | None = None,
) -> None:
    """Fill the columns of people, results and effects of consecutive paths.

    Parameters
    ----------
    plan : Plan
        The deal.
    key : uint64[2]
        Key of the stream.
    first_path : int
        First path, a multiple of 64.
    inputs : float64[path, input]
        Drawn inputs.
    measured : float64[path, cohort, measure, period]
        The columns of outcomes of persons are there, the others are filled.
    stops : Stops, optional
        How the paths end; left out, they run to their end.
    """
    add_heads(plan, key, first_path, inputs, measured, stops)
    know_results(plan, inputs, measured)
    if plan.effects.measure.size:
        numbers = numbers_on_paths(plan, inputs)
        form_groups(plan, key, first_path, inputs, numbers, stops)
        know_effects(plan, numbers, compare_groups(plan, key, first_path, numbers), measured)
    if stops is not None:
        forget(plan, stops.counted, measured)
