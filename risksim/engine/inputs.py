"""Uncertain inputs, drawn once per path from their quantile tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from risksim.engine.addresses import KeyArray, Purpose, evidence_key, is_pointed
from risksim.engine.dimensions import input_dimensions
from risksim.engine.shift import points_of
from risksim.kernels import derived
from risksim.kernels.quantiles import look_up
from risksim.kernels.words import fill_uniforms
from risksim.plan.layout import (
    AT_SITE,
    BY_COMPOSITION,
    BY_DIFFERENCE,
    BY_LOG_ODDS,
    BY_ODDS_RATIO,
    OVER_SITES,
    Derived,
    FloatArray,
    Inputs,
    Plan,
)

OPERATIONS = {
    BY_ODDS_RATIO: derived.by_odds_ratio,
    BY_LOG_ODDS: derived.by_log_odds,
    BY_DIFFERENCE: derived.by_difference,
    BY_COMPOSITION: derived.by_composition,
    AT_SITE: derived.at_site,
    OVER_SITES: derived.over_sites,
}
"""What works an input out of others."""


def inputs_of(
    plan: Plan, key: np.ndarray[tuple[int], np.dtype[np.uint64]], first_path: int, n_paths: int
) -> FloatArray:
    """Every input of consecutive paths of a deal, as `draw_inputs`: float64[path, input]."""
    dimensions = input_dimensions(plan) if is_pointed(key) else None
    return draw_inputs(plan.inputs, key, first_path, n_paths, plan.events, plan.derived, dimensions)


def draw_inputs(
    inputs: Inputs,
    key: KeyArray,
    first_path: int,
    n_paths: int,
    events: Sequence[tuple[int, int, float]] = (),
    worked_out: Sequence[Derived] = (),
    dimensions: Sequence[int] | None = None,
) -> FloatArray:
    """Draw the uncertain inputs of consecutive paths.

    Parameters
    ----------
    inputs : Inputs
        Their tables.
    key : uint64[2] or uint64[6]
        Key of the stream, or the keys of `keys_of`: evidence then has its own, and what is luck that of people.
    first_path, n_paths : int
        Which paths.
    events : sequence of (int, int, float)
        Inputs that are events, as `Plan.events`.
    worked_out : sequence of Derived
        Inputs that follow from others, as `Plan.derived`.
    dimensions : sequence of int, optional
        The dimension of the quasi-random points that an input is taken from, -1 for one of its own draw; left out, all
        are drawn.

    Returns
    -------
    float64[path, input]
    """
    drawn = np.empty((n_paths, inputs.address.size))
    uniforms = np.empty(n_paths)
    for position, address in enumerate(inputs.address):
        is_luck = inputs.luck is not None and inputs.luck[position]
        own = key[:2] if is_luck else evidence_key(key)
        if dimensions is not None and dimensions[position] >= 0:
            uniforms[:] = points_of(key, own, first_path, n_paths, dimensions[position])
        else:
            fill_uniforms(own, first_path, int(Purpose.INPUT), int(address), uniforms)
        look_up_input(inputs, position, uniforms, drawn)
    for event, slot, value in events:
        chance = drawn[:, slot] if slot >= 0 else value
        drawn[:, event] = drawn[:, event] >= 1.0 - chance
    for each in worked_out:
        work_out(each, drawn)
    return drawn


def work_out(each: Derived, drawn: FloatArray) -> None:
    """Work one input out of others: its column of drawn float64[path, input] is written over."""
    numbers = np.empty((len(each.slots), drawn.shape[0]))
    for row, slot, value in zip(numbers, each.slots, each.values, strict=True):
        row[:] = drawn[:, slot] if slot >= 0 else value
    out = np.empty(drawn.shape[0])
    OPERATIONS[each.operation](numbers, out)
    drawn[:, each.slot] = out


def look_up_input(inputs: Inputs, position: int, uniforms: FloatArray, out: FloatArray) -> None:
    """Values of one input at given uniforms: float64[path] -> its column of out float64[path, input]."""
    pieces = slice(inputs.piece_ptr[position], inputs.piece_ptr[position + 1])
    look_up(
        uniforms,
        inputs.piece_start[pieces],
        inputs.piece_width[pieces],
        inputs.table_index[pieces],
        inputs.atom[pieces],
        inputs.table,
        position,
        out,
    )
