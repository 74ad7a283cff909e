"""Elementary functions for loops over lanes: without branch, call or fused operation.

So they can be vectorised, and have the same bits whether or not they are, or compiled at all.

References
----------
.. [1] M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in 0 <= x < infinity,"
   Mathematics of Computation 36, 1981.
"""

from __future__ import annotations

import numpy as np

from risksim.kernels.jit import inlined

LOG2_E, LN2 = 1.4426950408889634, 0.6931471805599453
LN2_HIGH, LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10  # the first has 21 bits to spare for k
ROUNDER = 6755399441055744.0  # 1.5 * 2**52: what is added to it is rounded to a whole number
ROUNDER_BITS = np.int64(0x4338000000000000)
ROOT_HALF = 0.7071067811865476
FURTHEST = 37.0  # beyond it the normal distribution is 0 or 1


@inlined
def exponential_parts(z):
    """2**k and exp(r) - 1 with exp(z) = 2**k exp(r), for -700 < z < 700: without branch, call or fused operation.

    So it can stand in a loop over lanes, and has the same bits whether or not that is vectorised, or compiled at all.
    """
    shifted = z * LOG2_E + ROUNDER  # its last bits are k
    k = shifted - ROUNDER
    r = (z - k * LN2_HIGH) - k * LN2_LOW
    p = 1.0 / 6227020800.0  # 1 / 13!, and down to 1 / 2!: |r| is at most half of ln 2
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    power = np.int64((np.float64(shifted).view(np.int64) + np.int64(1023)) << np.int64(52)).view(np.float64)
    return power, r + r * r * p


@inlined
def logarithm(x):
    """ln(x) of a normal number above zero, to about 1e-15, as `exponential_parts` without branch or call."""
    bits = np.float64(x).view(np.int64)
    # Counted from the root of one half, so that the rest lies about one.
    above = bits - np.int64(0x3FE6A09E667F3BCD)
    k = np.int64((above >> np.int64(52)) + ROUNDER_BITS).view(np.float64) - ROUNDER
    m = np.int64(bits - ((above >> np.int64(52)) << np.int64(52))).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    w = s * s
    p = 2.0 / 17.0
    p = p * w + 2.0 / 15.0
    p = p * w + 2.0 / 13.0
    p = p * w + 2.0 / 11.0
    p = p * w + 2.0 / 9.0
    p = p * w + 2.0 / 7.0
    p = p * w + 2.0 / 5.0
    p = p * w + 2.0 / 3.0
    return k * LN2 + (s * w * p + 2.0 * s)


@inlined
def normal_and_bell(z):
    """The standard normal distribution, to about 4e-16, 0 and 1 from 37 standard deviations on, and exp(-z^2 / 2).

    Half of erfc(x) = exp(-x^2) / (1 + 2x) times a polynomial in (x - 3) / (x + 3) [1]_, fitted up to x = 26.2.
    """
    size = abs(z)
    far = size if size < FURTHEST else FURTHEST
    x = far * ROOT_HALF
    part = 1.0 / ((x + 3.0) * (1.0 + 2.0 * x))
    t = (x - 3.0) * (1.0 + 2.0 * x) * part
    p = -4.100344105572203e-09
    p = p * t - 8.22931570495608e-09
    p = p * t + 3.275376605322598e-08
    p = p * t + 9.101805471213039e-08
    p = p * t - 1.312347323492679e-07
    p = p * t - 6.038835780833419e-07
    p = p * t + 3.494341621085907e-07
    p = p * t + 3.463169784427031e-06
    p = p * t - 7.280232588985933e-07
    p = p * t - 2.0096258803563702e-05
    p = p * t + 4.94837345212743e-06
    p = p * t + 0.00012509804680412267
    p = p * t - 0.00010515955894081597
    p = p * t - 0.0007798320194856014
    p = p * t + 0.0018886903243946105
    p = p * t + 0.0025293917863140046
    p = p * t - 0.023770514915501983
    p = p * t + 0.0683080273459196
    p = p * t - 0.11927366341546315
    p = p * t + 0.12964515870270232
    p = p * t - 0.04756229435344767
    p = p * t - 0.13562110612458067
    p = p * t + 1.2530080582697296
    power, more = exponential_parts(-0.5 * far * far)
    bell = power + power * more
    tail = 0.5 * bell * p * ((x + 3.0) * part)
    tail = tail if size < FURTHEST else 0.0
    chance = 1.0 - tail if z > 0.0 else tail
    return chance, bell


@inlined
def normal_below(z):
    """The standard normal distribution: the first of `normal_and_bell`."""
    chance, _ = normal_and_bell(z)
    return chance
