"""Uncertain inputs by inversion: a uniform, looked up in a table of the law's inverse.

References
----------
.. [1] The logarithm follows the series of FreeBSD's ``e_log.c`` (Sun Microsystems, 1993): error below 1 ulp there.
"""

from __future__ import annotations

import numpy as np

from risksim.kernels.jit import inlined, kernel

LOGIT_LIMIT = 37.0
BATCH = 256
ROOT_HALF = np.int64(0x3FE6A09E00000000)  # bits of about sqrt(1/2)
EXPONENT = np.int64(-0x10000000000000)  # the sign and exponent bits
LN2 = 0.6931471805599453


@inlined
def log_ratio(top, bottom):
    """ln(top / bottom) of positive normal numbers: no branch and no library, so that it vectorises [1]_."""
    bits = np.float64(top / bottom).view(np.int64)
    over = bits - ROOT_HALF
    m = np.int64(bits - (over & EXPONENT)).view(np.float64)  # between sqrt(1/2) and sqrt(2)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    series = 0.15313837699209373 + z * 0.14798198605116586
    series = 0.22222198432149784 + z * (0.1818357216161805 + z * series)
    series = 0.3999999999940941 + z * (0.2857142874366239 + z * series)
    series = 0.6666666666666735 + z * series
    return np.float64(over >> np.int64(52)) * LN2 + (2.0 * s + s * z * series)


@kernel
def find_places(uniforms, piece_start, piece_width, piece, place):
    """Which piece each uniform falls in, and where in it: uniforms float64[n] -> piece int64[n], place float64[n]."""
    last = piece_start.size - 1
    for p in range(uniforms.size):
        here = 0
        while here < last and uniforms[p] >= piece_start[here + 1]:
            here += 1
        piece[p] = here
        place[p] = (uniforms[p] - piece_start[here]) / piece_width[here]


@kernel
def look_up(uniforms, piece_start, piece_width, table_index, atom, table, column, out):
    """Inverse of one law: uniforms float64[path]; its pieces and the tables of all laws
    -> column of out float64[path, input].

    A piece is an atom or a table of cubics over equal cells of the local logit, as `risksim.plan.layout.Inputs` says.
    """
    n_cells = table.shape[1]
    per_unit = n_cells / (2.0 * LOGIT_LIMIT)
    place = np.empty(BATCH)
    piece = np.zeros(BATCH, np.int64)
    for first in range(0, uniforms.size, BATCH):
        batch = uniforms[first : first + BATCH]
        find_places(batch, piece_start, piece_width, piece, place)
        # The logarithms in a loop of their own: this one vectorises, the reading of tables cannot.
        for p in range(batch.size):
            v = min(max(place[p], 1e-300), 1.0 - 2.0**-53)
            place[p] = min(max((log_ratio(v, 1.0 - v) + LOGIT_LIMIT) * per_unit, 0.0), np.float64(n_cells))
        for p in range(batch.size):
            row = table_index[piece[p]]
            if row < 0:
                out[first + p, column] = atom[piece[p]]
                continue
            x = place[p]
            cell = min(np.uint64(x), np.uint64(n_cells - 1))
            t = min(x - np.float64(cell), 1.0)
            cubic = table[np.uint64(row), cell]
            out[first + p, column] = cubic[0] + t * (cubic[1] + t * (cubic[2] + t * cubic[3]))
