"""Philox4x32-10 by address: the only kernel that draws. Everything else is a pure function of its words.

References
----------
.. [1] J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3," SC11, 2011.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from risksim.kernels.jit import inlined, kernel

LANES = 64
MASK = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
LAST_WORD = np.uint32(0xFFFFFFFE)


@inlined
def philox_round(c0, c1, c2, c3, k0, k1):
    """One round: two 32 x 32 -> 64 bit products, crossed and mixed with the key.

    Words are uint64 of which only the low half counts: it is cut out where it is multiplied, which costs nothing there.
    """
    p0 = MULTIPLIER_0 * (c0 & MASK)
    p1 = MULTIPLIER_1 * (c2 & MASK)
    return (p1 >> SHIFT) ^ c1 ^ k0, p1, (p0 >> SHIFT) ^ c3 ^ k1, p0


@inlined
def philox10(c0, c1, c2, c3, k0, k1):
    """Ten rounds; the key moves on by a Weyl constant between rounds. Words below 2**32 in and out."""
    for _ in range(10):
        c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
        k0, k1 = (k0 + WEYL_0) & MASK, (k1 + WEYL_1) & MASK
    return c0 & MASK, c1 & MASK, c2 & MASK, c3 & MASK


@kernel
def _philox(c0, c1, c2, c3, k0, k1, out):
    """One call of Philox4x32-10: words as uint64 -> out uint64[4]."""
    out[0], out[1], out[2], out[3] = philox10(c0, c1, c2, c3, k0, k1)


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> npt.NDArray[np.uint64]:
    """One call of Philox4x32-10.

    Parameters
    ----------
    c0, c1, c2, c3 : int
        Counter, four 32-bit words.
    k0, k1 : int
        Key, two 32-bit words.

    Returns
    -------
    uint64[4]
        Four words below 2**32.
    """
    out = np.empty(4, np.uint64)
    _philox(*(np.uint64(word) for word in (c0, c1, c2, c3, k0, k1)), out)
    return out


@kernel
def fill_persons(key, path, purpose, cohort, outcome, occasion, first_quad, n_quads, out):
    """Words of one decision for a tile: key uint64[2], first path -> out uint32[person, lane], below 2**32 - 1.

    Fills rows 0 to ``4 * n_quads - 1`` with persons from ``4 * first_quad`` on. The last word is taken for the one
    before it, so that a limit of 2**32 - 1 lies above every word and a chance of one is certain. The first path of a
    tile is a multiple of 64, so that its paths share the high half of their number.
    """
    k0, k1 = key[0], key[1]
    c1 = ((np.uint64(path) >> SHIFT) << np.uint64(16)) | np.uint64(purpose)
    c3 = (np.uint64(outcome) << np.uint64(16)) | np.uint64(occasion)
    low = np.uint64(path) & MASK
    for quad in range(n_quads):
        c2 = (np.uint64(cohort) << np.uint64(16)) | np.uint64(first_quad + quad)
        row0, row1, row2, row3 = out[4 * quad], out[4 * quad + 1], out[4 * quad + 2], out[4 * quad + 3]
        for i in range(LANES):
            w0, w1, w2, w3 = philox10(low + np.uint64(i), c1, c2, c3, k0, k1)
            row0[i] = min(np.uint32(w0), LAST_WORD)
            row1[i] = min(np.uint32(w1), LAST_WORD)
            row2[i] = min(np.uint32(w2), LAST_WORD)
            row3[i] = min(np.uint32(w3), LAST_WORD)


@kernel
def fill_uniforms(key, path, purpose, address, out):
    """Uniforms in (0, 1) of one input: key uint64[2], first path, address uint32 -> out float64[path].

    Two words make 52 bits, each cell's midpoint, exactly representable.
    """
    k0, k1 = key[0], key[1]
    c2 = np.uint64(address)
    zero = np.uint64(0)
    for i in range(out.size):
        at = np.uint64(path) + np.uint64(i)
        c1 = ((at >> SHIFT) << np.uint64(16)) | np.uint64(purpose)
        w0, w1, _, _ = philox10(at & MASK, c1, c2, zero, k0, k1)
        bits = ((w0 << SHIFT) | w1) >> np.uint64(12)
        out[i] = (np.float64(np.int64(bits)) + 0.5) * 2.0**-52
