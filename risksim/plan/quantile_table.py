"""Quantile tables: laws as cubics on a logit grid, so that a kernel draws an input in a few nanoseconds.

A law is cut into pieces of probability. On a piece the exact inverse is read at the nodes of a grid that is even in
the local logit ``x = ln(v / (1 - v))``, ``v`` the place of `u` inside the piece, and every cell keeps one cubic:

1. The inverse at the nodes comes from `scipy.special`, from whichever end of the distribution is nearer.
2. Two points inside each cell come from the polynomial of degree seven through the eight nodes around it. They stand
   where, with the two ends of the cell, the cubic through all four has the smallest largest error: at the zeros of the
   Chebyshev polynomial T4, stretched until the outer ones meet the ends. So the table is continuous.
3. A cell whose cubic would fall is replaced by a straight line: the table never falls and never leaves the support.
4. A piece whose cubics miss the polynomial of degree seven by more than `TOLERANCE` is cut at its middle, and its
   halves are tabled apart. Halving is exact in binary, so the kernel finds the place inside a half without rounding.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim.plan.families import Family
from risksim.plan.laws import Law
from risksim.plan.layout import LOGIT_LIMIT, TABLE_CELLS, FloatArray, IntArray

TOLERANCE = 1e-10
"""Largest error that a table should have, per unit of ``max(1, |mean| + 2 sd, |value|)``. [1]"""
HALVINGS = 6
"""How often a piece may be halved in pursuit of `TOLERANCE`."""
PLACE_LIMIT = 2.0**-53
"""Places inside a piece are kept this far from 0 and 1, so that their logits stay inside `LOGIT_LIMIT`. [1]"""

_CELL = 2.0 * LOGIT_LIMIT / TABLE_CELLS
_EIGHTH = math.pi / 8.0
_INNER = (0.5 - 0.5 * math.tan(_EIGHTH), 0.5 + 0.5 * math.tan(_EIGHTH))
"""Places inside a cell where its cubic meets the inverse, besides the two ends."""
_RIPPLES = (0.5 - math.sin(_EIGHTH), 0.5, 0.5 + math.sin(_EIGHTH))
"""Places inside a cell where its cubic misses most."""


class QuantileTables(NamedTuple):
    """The fields of `risksim.plan.layout.Inputs` that describe laws; same names, shapes and units."""

    piece_ptr: IntArray
    """int64[input + 1]: first piece of each input."""
    piece_start: FloatArray
    """float64[piece]: probability at which the piece starts. [1]"""
    piece_width: FloatArray
    """float64[piece]: its probability. [1]"""
    table_index: IntArray
    """int64[piece]: row of `table`, or -1 where the piece is an atom."""
    atom: FloatArray
    """float64[piece]: value of an atom."""
    table: FloatArray
    """float64[table, cell, 4]: cubic coefficients in the place inside the cell, 0 to 1, constant term first."""
    mean: FloatArray
    """float64[input]: exact mean of each law."""


class _Slice(NamedTuple):
    """A continuous family between two of its probabilities, inside two values. Equal slices share a table."""

    family: Family
    start: float
    width: float
    low: float
    high: float


class _Part(NamedTuple):
    """A piece as the table keeps it: an atom, or a slice of a family."""

    start: float
    width: float
    atom: float
    slice: _Slice | None


def tabulate(laws: Sequence[Law]) -> QuantileTables:
    """Quantile tables of laws.

    Parameters
    ----------
    laws : sequence of Law
        One for each input.

    Returns
    -------
    QuantileTables
        Arrays for `risksim.plan.layout.Inputs`. Equal slices of equal families share a table.
    """
    parts = [_parts(law) for law in laws]
    flat = [part for of_law in parts for part in of_law]
    rows: dict[_Slice, int] = {}
    for part in flat:
        if part.slice is not None:
            rows.setdefault(part.slice, len(rows))
    tables = [_coefficients(piece)[0] for piece in rows]
    return QuantileTables(
        piece_ptr=np.cumsum([0, *(len(of_law) for of_law in parts)], dtype=np.int64),
        piece_start=np.array([part.start for part in flat], dtype=np.float64),
        piece_width=np.array([part.width for part in flat], dtype=np.float64),
        table_index=np.array([-1 if p.slice is None else rows[p.slice] for p in flat], dtype=np.int64),
        atom=np.array([part.atom for part in flat], dtype=np.float64),
        table=np.stack(tables) if tables else np.empty((0, TABLE_CELLS, 4)),
        mean=np.array([law.mean for law in laws], dtype=np.float64),
    )


def evaluate(tables: QuantileTables, input_index: int, u: FloatArray) -> FloatArray:
    """The slow twin of the kernel that draws inputs: one input at many uniform numbers.

    Parameters
    ----------
    tables : QuantileTables
        From `tabulate`.
    input_index : int
        Which input.
    u : float64[...]
        Uniform numbers in (0, 1). [1]

    Returns
    -------
    float64[...]
        Values, in the unit of the input.
    """
    first, last = tables.piece_ptr[input_index : input_index + 2]
    piece = first + np.searchsorted(tables.piece_start[first:last], u, side="right") - 1
    v = (np.asarray(u) - tables.piece_start[piece]) / tables.piece_width[piece]
    inside = np.clip(v, PLACE_LIMIT, 1.0 - PLACE_LIMIT)
    x = np.select([v <= 0.0, v >= 1.0], [-LOGIT_LIMIT, LOGIT_LIMIT], np.log(inside / (1.0 - inside)))
    place = (x + LOGIT_LIMIT) / _CELL
    cell = np.clip(place.astype(np.int64), 0, TABLE_CELLS - 1)
    row = tables.table_index[piece]
    atoms: FloatArray = tables.atom[piece]
    if not tables.table.size:
        return atoms
    c, t = tables.table[np.maximum(row, 0), cell], place - cell
    value = c[..., 0] + t * (c[..., 1] + t * (c[..., 2] + t * c[..., 3]))
    return np.where(row < 0, atoms, value)


@lru_cache(maxsize=1_024)
def _parts(law: Law) -> tuple[_Part, ...]:
    """The pieces of a law; a slider moves one law and leaves the others."""
    return tuple(_cut(law))


def _cut(law: Law) -> Iterator[_Part]:
    for start, width, atom, family in law.pieces:
        if family is None:
            value = min(max(atom if atom is not None else 0.0, law.low), law.high)
            yield _Part(start, width, value, None)
            continue
        low, high = max(family.low, law.low), min(family.high, law.high)
        below, above = _clamped(family, low, high)
        if below > 0.0:
            yield _Part(start, width * below, low, None)
        cuts = [below, *(kink for kink in family.kinks if below < kink < 1.0 - above), 1.0 - above]
        for left, right in itertools.pairwise(cuts):
            for piece in _halved(_Slice(family, left, right - left, low, high), HALVINGS):
                yield _Part(start + width * piece.start, width * piece.width, 0.0, piece)
        if above > 0.0:
            yield _Part(start + width * (1.0 - above), width * above, high, None)


def _clamped(family: Family, low: float, high: float) -> tuple[float, float]:
    """Probability of the family that is drawn as the bounds themselves; 0 where no uniform number can fall in it."""
    below = float(family.cdf(np.array([low]))[0])
    above = float(family.tail(np.array([high]))[0])
    return below * (below > PLACE_LIMIT), above * (above > PLACE_LIMIT)


def _halved(piece: _Slice, halvings: int) -> Iterator[_Slice]:
    """The slice itself if one table serves it, else its halves."""
    if halvings == 0 or _coefficients(piece)[1] <= TOLERANCE:
        yield piece
        return
    half = 0.5 * piece.width
    yield from _halved(piece._replace(width=half), halvings - 1)
    yield from _halved(piece._replace(start=piece.start + half, width=half), halvings - 1)


@lru_cache(maxsize=128)
def _coefficients(piece: _Slice) -> tuple[FloatArray, float]:
    """Table of one slice, float64[cell, 4], and its largest error per unit of `TOLERANCE`'s scale."""
    nodes = np.maximum.accumulate(_nodes(piece))
    windows = np.lib.stride_tricks.sliding_window_view(nodes, 8)
    base = windows[:, 3]
    rise = windows - base[:, None]
    to_inner, to_ripples, to_cubic = _weights()
    table = np.empty((TABLE_CELLS, 4))
    table[:, 0] = base
    table[:, 1:] = np.column_stack([rise @ to_inner, rise[:, 4]]) @ to_cubic
    straight = _falls(table, rise[:, 4], piece.low)
    table[straight, 1], table[straight, 2:] = rise[straight, 4], 0.0
    missed = np.abs(table[:, 1:] @ _powers(_RIPPLES) - rise @ to_ripples).max(axis=1)
    usual = abs(piece.family.mean) + 2.0 * piece.family.sd
    table.setflags(write=False)
    return table, float((missed / np.maximum(max(1.0, usual), np.abs(base))).max())


def _nodes(piece: _Slice) -> FloatArray:
    """Exact inverse at the nodes, three more on either side: float64[cell + 7]."""
    x = (np.arange(-3, TABLE_CELLS + 4) - 0.5 * TABLE_CELLS) * _CELL
    v, rest = 1.0 / (1.0 + np.exp(-x)), 1.0 / (1.0 + np.exp(x))
    below = piece.start + piece.width * v
    above = (1.0 - (piece.start + piece.width)) + piece.width * rest
    return np.clip(piece.family.inverse(below, above), *_inside(piece.low, piece.high))


def _inside(low: float, high: float) -> tuple[float, float]:
    """Bounds drawn in by eight units in the last place, so that the kernel's rounding cannot cross them."""
    drawn_low = low + 8.0 * math.ulp(low) if math.isfinite(low) and low != 0.0 else low
    return drawn_low, high - 8.0 * math.ulp(high) if math.isfinite(high) else high


def _falls(table: FloatArray, rise: FloatArray, low: float) -> npt.NDArray[np.bool_]:
    """Cells whose cubic falls somewhere, or starts so near the lower bound that rounding could cross it.

    Parameters
    ----------
    table : float64[cell, 4]
        Cubic coefficients.
    rise : float64[cell]
        Rise of the inverse over each cell.
    low : float
        Lower bound of the slice.

    Returns
    -------
    bool[cell]
        Slope ``c1 + 2 c2 t + 3 c3 t^2`` negative at an end or at its lowest point, or a start at the bound.
    """
    start, c1, c2, c3 = table.T
    dips = (c3 > 0.0) & (c2 < 0.0) & (-c2 < 3.0 * c3) & (3.0 * c1 * c3 < c2 * c2)
    falls: npt.NDArray[np.bool_] = (c1 < 0.0) | (c1 + 2.0 * c2 + 3.0 * c3 < 0.0) | dips | (start - low < 1e-12 * rise)
    return falls


@cache
def _weights() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Matrices: eight nodes to inner points, [8, 2]; to ripples, [8, 3]; three points of a cell to c1 to c3, [3, 3]."""
    to_cubic = np.asarray(np.linalg.inv(_powers((*_INNER, 1.0))), dtype=np.float64)
    return _lagrange(_INNER), _lagrange(_RIPPLES), to_cubic


def _powers(places: Sequence[float]) -> FloatArray:
    """First, second and third powers: float64[3, place]."""
    return np.array([[place**power for place in places] for power in (1, 2, 3)])


def _lagrange(places: Sequence[float]) -> FloatArray:
    """Weights of the nodes -3 to 4 in the polynomial of degree seven: float64[8, place]."""
    nodes = range(-3, 5)
    return np.array([[math.prod((t - m) / (k - m) for m in nodes if m != k) for t in places] for k in nodes])
