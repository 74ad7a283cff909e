"""Public money split between sectors: arithmetic on arrays over paths, compiles nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

BILLIONTHS = 1_000_000_000
"""What shares are counted in: fine enough for weeks of a year, and products of two of them still fit 64 bits."""


def whole_shares(share: FloatArray) -> IntArray:
    """Shares as whole billionths that add up to one; what rounding leaves goes to the largest share.

    float64[..., sector] -> int64[..., sector]. Shares that are all zero stay zero, and so do those that nobody knows.
    """
    weight: IntArray = np.rint(np.nan_to_num(share) * BILLIONTHS).astype(np.int64)
    total = weight.sum(axis=-1)
    largest = weight.argmax(axis=-1)[..., None]
    rest = np.where(total > 0, BILLIONTHS - total, 0)[..., None]
    np.put_along_axis(weight, largest, np.take_along_axis(weight, largest, -1) + rest, -1)
    return weight


def split_by_share(amount: IntArray, weight: IntArray) -> IntArray:
    """Split amounts between sectors by largest remainder, by magnitude where negative; ties go to the first.

    amount int64[path], weight int64[sector] in billionths -> int64[sector, path]. [minor unit]
    """
    if (weight == BILLIONTHS).any():
        return np.where((weight == BILLIONTHS)[:, None], amount, 0)
    size = np.abs(amount)
    whole, left_over = size // BILLIONTHS, size % BILLIONTHS
    # Whole multiples of the total split without remainder, so that only what is left over has to be shared out.
    product = left_over * weight[:, None]
    parts, rests = whole * weight[:, None] + product // BILLIONTHS, product % BILLIONTHS
    left = size - parts.sum(axis=0)
    for _ in range(weight.size - 1):
        first = rests.argmax(axis=0)[None]
        np.put_along_axis(parts, first, np.take_along_axis(parts, first, 0) + (left > 0), 0)
        np.put_along_axis(rests, first, -1, 0)
        left = left - (left > 0)
    return np.where(amount < 0, -parts, parts)


def kept_after(decay: FloatArray, t: int) -> FloatArray:
    """What decay leaves in the t-th year after a success: float64[path] -> float64[path]. [1]"""
    left = np.ones_like(decay)
    for _ in range(t - 1):
        left *= 1.0 - decay
    return left
