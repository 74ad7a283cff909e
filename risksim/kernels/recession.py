"""Spells in a recession: some of those running end at once, and for a while fewer begin.

The months in which it bites are those of the contract; spells are lived on each person's own clock.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import kernel
from risksim.kernels.normal import uniform_of
from risksim.kernels.processes import end_stretch, length_of_stretch
from risksim.kernels.words import LANES

NEVER = 32_767
HALVINGS = 60


@kernel
def bite(begins, survive, over, starts, lasts, hits, slow):
    """How recessions bite month by month.

    begins uint8[month, lane], 1 where one begins; survive, starts float64[lane]; over, lasts months
    -> hits float64[month, lane], what they add to the rate at which spells end; slow float64[month, lane], what is left
    of the rate at which spells begin. Recessions add up.
    """
    hits[:] = 0.0
    slow[:] = 1.0
    n_months = hits.shape[0]
    for i in range(LANES):
        hit = -math.log(survive[i]) / over if survive[i] > 0.0 else np.inf
        for month in range(n_months):
            if begins[month, i]:
                for later in range(month, min(month + over, n_months)):
                    hits[later, i] += hit
                for later in range(month, min(month + lasts, n_months)):
                    slow[later, i] *= starts[i]


@kernel
def stretch(needed, stays, rate, shape, at, hits, slow, i):
    """How long a stretch lasts that ends once its rate has added up to `needed`, from contract month `at` on.

    rate, shape of its law; hits, slow as in `bite`, lane i. Forever where the months run out.
    """
    total, length = 0.0, 0.0
    for month in range(np.int64(math.floor(at)), hits.shape[0]):
        width = month + 1.0 - max(at, np.float64(month))
        if stays:
            own = (rate * (length + width)) ** shape - (rate * length) ** shape
            more = own + hits[month, i] * width
        else:
            more = rate * slow[month, i] * width
        if total + more >= needed:
            if not stays or shape == 1.0:
                return length + width * (needed - total) / more if more < np.inf else length
            low, high = 0.0, width
            for _ in range(HALVINGS):
                middle = 0.5 * (low + high)
                own = (rate * (length + middle)) ** shape - (rate * length) ** shape
                if total + own + hits[month, i] * middle >= needed:
                    high = middle
                else:
                    low = middle
            return length + high
        total += more
        length += width
    return np.inf


@kernel
def next_spell_in_recession(
    words, starts, ends, shape, clause, lasts, gap, since, began, bitten, hits, slow, enrolled_at, inside, spell, worth
):
    """`risksim.kernels.processes.next_spell` on months that recessions may bite.

    began int64[month of the window], the contract month of the start of each person's clock; bitten uint8[lane], 1
    where a recession comes at all; hits, slow float64[month, lane] as `bite` has them; the rest as there.
    """
    waiting = 0
    last = since.shape[0] - 1
    for j in range(inside.shape[0]):
        for i in range(LANES):
            month = enrolled_at[j, i]
            if month == NEVER or spell[0, j, i] > since[last, month]:
                continue
            at, stays = spell[0, j, i], inside[j, i] == 1
            u, rate = uniform_of(words[j, i]), ends[i] if stays else starts[i]
            if bitten[i]:
                until = at + stretch(-math.log(1.0 - u), stays, rate, shape, began[month] + at, hits, slow, i)
            else:
                until = at + length_of_stretch(u, stays, rate, shape)
            waiting += end_stretch(at, until, stays, clause, lasts, gap, since, month, inside, spell, worth, j, i)
    return waiting
