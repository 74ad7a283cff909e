"""What a contract knows beside its people: results of the programme, and effects against comparison groups."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from risksim.engine.effects import compare_groups, know_effects, numbers_on_paths
from risksim.engine.results import forget, know_results
from risksim.plan.layout import FloatArray, Int16Array, Plan


def know_all(
    plan: Plan,
    key: npt.NDArray[np.uint64],
    first_path: int,
    inputs: FloatArray,
    measured: FloatArray,
    counted: Int16Array | None = None,
) -> None:
    """Fill the columns of results and effects of consecutive paths.

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
        The columns of persons are there, those of results and effects are filled.
    counted : int16[path], optional
        Last month in which anything is measured, in deals that end early. [month]
    """
    know_results(plan, inputs, measured)
    if plan.effects.measure.size:
        numbers = numbers_on_paths(plan, inputs)
        know_effects(plan, numbers, compare_groups(plan, key, first_path, numbers), measured)
    if counted is not None:
        forget(plan, counted, measured)
