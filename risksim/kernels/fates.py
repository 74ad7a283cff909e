"""Fates: the chances of patterns, with how well a person is placed integrated out, and people counted by fate.

How well a person is placed is taken at a few places on the normal scale (*nodes*); given it, the decisions of a person
are independent, and the chance of a pattern is a product along a tree of decisions.
"""

from __future__ import annotations

import numpy as np

from risksim.kernels.dependence import below
from risksim.kernels.jit import kernel
from risksim.kernels.normal import normal_of
from risksim.kernels.words import LANES

MASK = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
LARGEST = np.int32(2147483647)


@kernel
def marks_of_chances(chances, out):
    """The mark on the normal scale below which something of a chance lies: float64[n] -> out float64[n], infinite at
    chances of 0 and 1.
    """
    for i in range(out.size):
        p = chances[i]
        out[i] = -np.inf if p <= 0.0 else np.inf if p >= 1.0 else normal_of(p)


@kernel
def chances_of_marks(marks, out):
    """The normal distribution: float64[n] -> out float64[n]."""
    for i in range(out.size):
        out[i] = below(marks[i])


@kernel
def patterns_at_nodes(nodes, tied, slope, level, base, plus, times, less, turned, parent, factor, pattern, weight, out):
    """The chances of the patterns of one component, added up over nodes.

    nodes float64[node]; tied uint8[base], 1 where a chance moves with the node: it is then the normal distribution at
    level + slope * node, else the level itself; slope float64[base], level float64[base, path]. A factor is
    (plus + times * p) / (1 - less * p) of the chance p of its base (all float64[factor], base int64[factor]), or one
    less that where turned (uint8[factor]). Steps of the tree: parent, factor, pattern int64[step] as `Component`.
    weight float64[pool, node, path], a multiple of 64 paths -> out float64[pool, pattern, path], added to.
    """
    n_steps = parent.size
    chance = np.empty((level.shape[0], LANES))
    side = np.empty((base.size, LANES))
    along = np.empty((n_steps, LANES))
    for at in range(0, level.shape[1], LANES):
        for q in range(nodes.size):
            for b in range(level.shape[0]):
                own, here = chance[b], level[b]
                if tied[b]:
                    move = slope[b] * nodes[q]
                    for i in range(LANES):
                        own[i] = below(here[at + i] + move)
                elif q == 0:
                    for i in range(LANES):
                        own[i] = here[at + i]
            for f in range(base.size):
                own, p = side[f], chance[base[f]]
                a, b, c = plus[f], times[f], less[f]
                for i in range(LANES):
                    rest = 1.0 - c * p[i]
                    value = (a + b * p[i]) / rest if rest > 0.0 else 0.0
                    own[i] = 1.0 - value if turned[f] else value
            for s in range(n_steps):
                own, last = along[s], side[factor[s]]
                if parent[s] < 0:
                    for i in range(LANES):
                        own[i] = last[i]
                else:
                    before = along[parent[s]]
                    for i in range(LANES):
                        own[i] = before[i] * last[i]
                if pattern[s] >= 0:
                    for pool in range(weight.shape[0]):
                        total, part = out[pool, pattern[s]], weight[pool, q]
                        for i in range(LANES):
                            total[at + i] += own[i] * part[at + i]
