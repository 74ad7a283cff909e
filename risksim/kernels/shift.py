"""Points moved towards what is rare, and what a path that came too often weighs.

A score is the place of a uniform on the normal scale. Points whose choice is at least `defence` have their scores moved
by a shift; the others stay where they are, so that no path weighs more than ``1 / defence``.
"""

from __future__ import annotations

import math

from risksim.kernels.jit import kernel
from risksim.kernels.normal import ROOT_HALF, normal_of

LARGEST = 700.0  # exp of more is infinite


@kernel
def move(choices, defence, shift, uniforms):
    """Uniforms of one dimension, moved: choices float64[path], uniforms float64[path] in (0, 1), written over."""
    for i in range(uniforms.size):
        if choices[i] >= defence:
            u = 0.5 * math.erfc(-(normal_of(uniforms[i]) + shift) * ROOT_HALF)
            uniforms[i] = min(max(u, 2.0**-53), 1.0 - 2.0**-53)


@kernel
def score(choices, defence, shift, uniforms, out):
    """Scores of one dimension, moved: choices, uniforms before the move float64[path] -> out float64[path]."""
    for i in range(out.size):
        z = normal_of(uniforms[i])
        out[i] = z + shift if choices[i] >= defence else z


@kernel
def lean(scores, shift, out):
    """Logarithm by how much likelier the shift makes a score: adds ``s z - s^2 / 2`` to out float64[path]."""
    for i in range(out.size):
        out[i] += shift * scores[i] - 0.5 * shift * shift


@kernel
def weigh(leans, defence, out):
    """Density of all points over that of the mixture: leans float64[path] -> out float64[path], mean 1."""
    for i in range(out.size):
        out[i] = 1.0 / (defence + (1.0 - defence) * math.exp(min(leans[i], LARGEST)))
