"""The words of a cohort by address, and numbers of the plan on the paths of a tile."""

from __future__ import annotations

import numpy as np

from risksim.engine.addresses import SHARED, Purpose, shared_key
from risksim.engine.addresses import KeyArray as KeyArray
from risksim.kernels.chances import limits
from risksim.kernels.words import fill_persons
from risksim.plan.layout import LANES, FloatArray, WordArray


class Words:
    """The words of one cohort on 64 paths, by address."""

    def __init__(self, key: KeyArray, first_path: int, cohort: int, people: int) -> None:
        self.key, self.first_path, self.cohort = key, first_path, cohort
        self.n_quads = max(-(-people // 4), 1)
        self.shape = (4 * self.n_quads, LANES)

    def draw(self, purpose: Purpose, outcome: int = 0, occasion: int = 0) -> WordArray:
        """Words of one decision: uint32[person, lane]."""
        out = np.empty(self.shape, dtype=np.uint32)
        key = shared_key(self.key) if purpose in SHARED else self.key
        fill_persons(key, self.first_path, int(purpose), self.cohort, outcome, occasion, 0, self.n_quads, out)
        return out


def on_lanes(slot: int, value: float, inputs: FloatArray) -> FloatArray:
    """A number of the plan on each lane: float64[lane]."""
    return np.ascontiguousarray(inputs[:, slot]) if slot >= 0 else np.full(LANES, value)


def limits_of(chances: FloatArray) -> WordArray:
    """The limits of chances: float64[n] -> uint32[n]."""
    out = np.empty(chances.size, dtype=np.uint32)
    limits(chances, out)
    return out
