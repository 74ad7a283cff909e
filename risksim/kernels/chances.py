"""Chances as integers: what happens to a person is a word held against a limit."""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import inlined, kernel

WORDS = 4294967296.0  # 2**32
LAST_LIMIT = 4294967295.0


@inlined
def limit_of(chance):
    """The limit below which a word means yes: ``(w + 0.5) / 2**32 < chance`` in integers, exact at 0 and 1."""
    return np.uint32(min(max(math.ceil(chance * WORDS - 0.5), 0.0), LAST_LIMIT))


@inlined
def pick(slot, value, inputs, path):
    """A number of the plan on one path: the constant, or the drawn input its slot points at."""
    if slot < 0:
        return value
    return inputs[path, slot]


@kernel
def enrolled_people(places, ratio):
    """People who enrol: the ratio of the places, cut to the places; 1e-9 guards whole numbers such as 0.29 * 100."""
    return np.int64(min(np.float64(places), math.floor(ratio * places + 1e-9)))


@kernel
def enrolled_on_paths(places, ratios, out):
    """People who enrol on many paths: ratios float64[path] -> out int32[path]."""
    for i in range(out.size):
        out[i] = enrolled_people(places, ratios[i])


@kernel
def limits(chances, out):
    """Limits of many chances: float64[n] -> out uint32[n]."""
    for i in range(chances.size):
        out[i] = limit_of(chances[i])
