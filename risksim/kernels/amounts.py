"""Amounts on many paths at once: numbers of the plan, and balances as whole minor units."""

from __future__ import annotations

import numpy as np

LARGEST = 9007199254740992.0  # 2**53


def on_paths(slot, value, inputs):
    """A number of the plan on every path: the constant, or the drawn input its slot points at: float64[path]."""
    return inputs[:, slot] if slot >= 0 else np.full(inputs.shape[0], value)


def whole(amount):
    """A balance as whole minor units, half to even; not below zero, and small enough to add up fifty of them."""
    return np.rint(np.minimum(np.maximum(amount, 0.0), LARGEST)).astype(np.int64)


def rounded(amount, minor_units):
    """An amount in whole minor units, half to even. [minor unit]"""
    return np.rint(amount * minor_units).astype(np.int64)


def positive(amount):
    """An amount, or nothing where it is below zero."""
    return np.maximum(amount, 0)


def part_of(amount, share):
    """A share of whole minor units, half to even: where the share is 0 or 1, nothing or all of it."""
    return np.rint(amount * share).astype(np.int64)
