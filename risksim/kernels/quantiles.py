"""Uncertain inputs by inversion: a uniform, looked up in a table of the law's inverse."""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import kernel

LOGIT_LIMIT = 37.0


@kernel
def look_up(uniforms, piece_start, piece_width, table_index, atom, table, column, out):
    """Inverse of one law: uniforms float64[path]; its pieces and the tables of all laws
    -> column of out float64[path, input].

    A piece is an atom or a table of cubics over equal cells of the local logit, as `risksim.plan.layout.Inputs` says.
    """
    n_cells = table.shape[1]
    per_unit = n_cells / (2.0 * LOGIT_LIMIT)
    last = piece_start.size - 1
    for p in range(uniforms.size):
        u = uniforms[p]
        piece = 0
        while piece < last and u >= piece_start[piece + 1]:
            piece += 1
        row = table_index[piece]
        if row < 0:
            out[p, column] = atom[piece]
            continue
        v = (u - piece_start[piece]) / piece_width[piece]
        x = (
            (math.log(v / (1.0 - v)) + LOGIT_LIMIT) * per_unit
            if 0.0 < v < 1.0
            else (0.0 if v <= 0.0 else n_cells * 1.0)
        )
        cell = min(max(np.int64(x), 0), n_cells - 1)
        t = min(max(x - cell, 0.0), 1.0)
        cubic = table[row, cell]
        out[p, column] = cubic[0] + t * (cubic[1] + t * (cubic[2] + t * cubic[3]))
