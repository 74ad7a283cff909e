"""Price levels: how amounts follow prices."""

from __future__ import annotations

from risksim.kernels.chances import pick
from risksim.kernels.jit import kernel


@kernel
def price_level(k, payments, inputs, path, out):
    """Price level of a clause on one path: payments: group of the plan -> out float64[period]. [1]"""
    rate = pick(payments.growth_slot[k], payments.growth_value[k], inputs, path)
    for t in range(out.size):
        grown = 1.0
        for _ in range(payments.growth_years[k, t]):  # a product, so that every machine rounds alike
            grown *= 1.0 + rate
        out[t] = payments.level[k, t] * grown
