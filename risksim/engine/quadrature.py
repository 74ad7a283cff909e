"""Integrals over uncertain inputs, from the same quantile tables from which a run draws them.

On every piece of a table an input is a smooth function of the place `v` inside the piece, whose ends may be singular (a
beta law with a parameter below one, a law without bounds). Two changes of variable take the ends to infinity, after
which the plain trapezoidal rule converges faster than any power of its step [1]_:

- one input alone: ``v = 1 / (1 + exp(-x))``, at the cell ends of the table, where it is the exact inverse of the law
  and no cubic stands between;
- several inputs at once: ``v = Phi(z)``, whose weights fall fast, so that few nodes do.

An atom is one node with its whole probability.

References
----------
.. [1] L. N. Trefethen and J. A. C. Weideman, "The exponentially convergent trapezoidal rule," SIAM Review, 56(3), 2014.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from risksim.engine.inputs import look_up_input, work_out
from risksim.plan.layout import LOGIT_LIMIT, TABLE_CELLS, FloatArray, Inputs, IntArray, Plan

REACH = 8.25
"""How far nodes reach on the normal scale: what lies beyond has a probability below 1.6e-16. [1]"""
BISECTIONS = 64
"""Halvings of an interval of probability: more than a number has bits."""


class Nodes(NamedTuple):
    """Inputs at the nodes of a quadrature."""

    inputs: FloatArray
    """float64[node, input]: nan in the columns that were not asked for."""
    weight: FloatArray
    """float64[node]: sums to one. [1]"""


def base_of(plan: Plan, slot: int) -> tuple[int, ...]:
    """The drawn inputs behind a slot, rising: the input itself, or those that it is worked out of.

    Inputs that are drawn together, from one uniform number, count as the first of them.
    """
    for each in plan.derived:
        if each.slot == slot:
            return tuple(sorted({base for part in each.slots if part >= 0 for base in base_of(plan, part)}))
    return (drawn_with(plan.inputs, slot)[0],)


def drawn_with(inputs: Inputs, position: int) -> tuple[int, ...]:
    """The inputs that are drawn from the same uniform number as one input, itself among them, rising."""
    return tuple(map(int, np.flatnonzero(inputs.address == inputs.address[position])))


def along_one(plan: Plan, position: int, stride: int = 1) -> Nodes:
    """Nodes of one input that is drawn alone, with what is worked out of it.

    Parameters
    ----------
    plan : Plan
        The deal.
    position : int
        Which input.
    stride : int
        Cells of the table between two nodes, a power of two.

    Returns
    -------
    Nodes
        At most 2,048 a piece.
    """
    inputs = plan.inputs
    step = 2.0 * LOGIT_LIMIT / TABLE_CELLS
    x = step * (np.arange(0, TABLE_CELLS, stride) - TABLE_CELLS // 2)
    v = special.expit(x)
    values, weights = [], []
    for piece in range(inputs.piece_ptr[position], inputs.piece_ptr[position + 1]):
        row, width = inputs.table_index[piece], inputs.piece_width[piece]
        values.append(inputs.atom[piece : piece + 1] if row < 0 else inputs.table[row, ::stride, 0])
        weights.append(np.array([width]) if row < 0 else width * step * stride * v * special.expit(-x))
    drawn = np.full((sum(part.size for part in values), inputs.address.size), np.nan)
    drawn[:, position] = np.concatenate(values)
    return _worked_out(plan, (position,), drawn, np.concatenate(weights))


def tensor(plan: Plan, positions: Sequence[int], step: float) -> Nodes:
    """Nodes of several inputs at once, with what is worked out of them.

    Parameters
    ----------
    plan : Plan
        The deal.
    positions : sequence of int
        Which inputs.
    step : float
        Distance of two nodes on the normal scale. [1]

    Returns
    -------
    Nodes
        Every combination; one node where there is no input.
    """
    columns = [normal_nodes(plan.inputs, position, step) for position in positions]
    n_nodes = math.prod(of_input.size for _, of_input in columns)
    drawn, weight = np.full((n_nodes, plan.inputs.address.size), np.nan), np.ones(n_nodes)
    grids = np.meshgrid(*(np.arange(of_input.size) for _, of_input in columns), indexing="ij")
    given = []
    for position, (uniforms, of_input), grid in zip(positions, columns, grids, strict=True):
        for member in drawn_with(plan.inputs, position):
            drawn[:, member] = look_up_at(plan.inputs, member, uniforms)[grid.ravel()]
            given.append(member)
        weight *= of_input[grid.ravel()]
    return _worked_out(plan, given, drawn, weight)


def node_count(inputs: Inputs, positions: Sequence[int], step: float) -> int:
    """How many nodes `tensor` has, before those of no weight are left out."""
    count = 1
    for position in positions:
        _, _, smooth = _joint_pieces(inputs, position)
        count *= int((~smooth).sum()) + int(smooth.sum()) * _grid(step).size
    return count


def normal_nodes(inputs: Inputs, position: int, step: float) -> tuple[FloatArray, FloatArray]:
    """Uniform numbers and weights of one input, and of those drawn with it, on an even grid of the normal scale of each
    piece: float64[node] each.
    """
    z = _grid(step)
    density = step / np.sqrt(2.0 * np.pi) * np.exp(-0.5 * z * z)
    uniforms, weights = [], []
    for start, width, smooth in zip(*_joint_pieces(inputs, position), strict=True):
        uniforms.append(start + width * special.ndtr(z) if smooth else np.array([start + 0.5 * width]))
        weights.append(width * density if smooth else np.array([width]))
    return np.concatenate(uniforms), np.concatenate(weights)


def _joint_pieces(inputs: Inputs, position: int) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Pieces of all inputs that are drawn together: start, width, and whether any of them varies inside."""
    tables = [slice(*inputs.piece_ptr[member : member + 2]) for member in drawn_with(inputs, position)]
    start = np.unique(np.concatenate([inputs.piece_start[pieces] for pieces in tables]))
    varies = np.zeros(start.size, dtype=np.bool_)
    for pieces in tables:
        row = np.searchsorted(inputs.piece_start[pieces], start, side="right") - 1
        varies |= inputs.table_index[pieces][row] >= 0
    return start, np.diff(start, append=1.0), varies


def standard_normal(step: float) -> tuple[FloatArray, FloatArray]:
    """Values and weights of a standard normal number: float64[node] each."""
    z = _grid(step)
    weight = np.exp(-0.5 * z * z)
    return z, weight / weight.sum()


def look_up_at(inputs: Inputs, position: int, uniforms: FloatArray) -> FloatArray:
    """One input at given uniforms: float64[n] -> float64[n]."""
    out = np.empty((uniforms.size, inputs.address.size))
    look_up_input(inputs, position, uniforms, out)
    return np.ascontiguousarray(out[:, position])


def law_of_enrolled(inputs: Inputs, position: int, places: int) -> FloatArray:
    """How many people enrol where their share of the places is uncertain.

    Parameters
    ----------
    inputs : Inputs
        Tables.
    position : int
        The input that is the share.
    places : int
        Most people who can enrol. [people]

    Returns
    -------
    float64[people + 1]
        ``floor(ratio * places + 1e-9)``, at most the places, by bisection of the table: an integral over the jumps
        would not converge. [1]
    """
    people = np.arange(1, places + 1)
    low, high = np.zeros(places), np.ones(places)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        reached = enrolled_at(look_up_at(inputs, position, middle), places) >= people
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    below = np.concatenate([[0.0], high, [1.0]])
    return np.asarray(np.diff(np.maximum.accumulate(below)))


def enrolled_at(ratio: FloatArray, places: int) -> IntArray:
    """People who enrol, as `risksim.kernels.chances.enrolled_people`: float64[...] -> int64[...]."""
    return np.minimum(places, np.floor(ratio * places + 1e-9)).astype(np.int64)


def logistic(log_odds: FloatArray) -> FloatArray:
    """The chance of log odds: float64[...] -> float64[...]. [1]"""
    return np.asarray(special.expit(log_odds))


def _grid(step: float) -> FloatArray:
    half = int(REACH / step)
    return np.asarray(step * np.arange(-half, half + 1), dtype=np.float64)


def _worked_out(plan: Plan, positions: Sequence[int], drawn: FloatArray, weight: FloatArray) -> Nodes:
    """Nodes that weigh anything, with every input that is worked out of those given."""
    keep = weight > 1e-14 / weight.size
    drawn, weight = drawn[keep], weight[keep]
    given = set(positions)
    for each in plan.derived:
        if all(slot < 0 or slot in given for slot in each.slots):
            work_out(each, drawn)
            given.add(each.slot)
    return Nodes(drawn, weight / weight.sum())
