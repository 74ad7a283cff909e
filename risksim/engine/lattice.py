"""Laws of sums on a lattice: totals of many people, counts of unlike people, random numbers of payments.

A law is float64[value + 1]: the probability of 0, 1, 2, ... units. Sums of independent numbers are products of their
discrete Fourier transforms, taken long enough that nothing wraps around [1]_.

References
----------
.. [1] Y. Hong, "On computing the distribution function for the Poisson binomial distribution," Comput. Stat. Data
   Anal., 59, 2013.
.. [2] H. H. Panjer, "Recursive evaluation of a family of compound distributions," ASTIN Bulletin, 12(1), 1981.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from risksim.language import _
from risksim.plan.layout import FloatArray

ROUNDING = 1e-15
"""Largest negative probability that is taken for rounding, per doubling of the length of a transform. [1]"""


class Total(NamedTuple):
    """The law of a total that falls on a lattice."""

    value: FloatArray
    """float64[value]: rising, in the unit of the amounts."""
    chance: FloatArray
    """float64[value]: sums to one. [1]"""


def lattice_law(amounts: Sequence[int], chances: Sequence[float], n: int) -> Total:
    """Law of the total of people who are alike and independent, each of whom brings one of several amounts or nothing.

    Parameters
    ----------
    amounts : sequence of int
        What each fate of a person brings, whole and not negative. [minor unit]
    chances : sequence of float
        Chance of each fate; what is missing to one brings nothing. [1]
    n : int
        How many people. [people]

    Returns
    -------
    Total
        On multiples of the greatest common divisor of the amounts.

    Examples
    --------
    Two people who each bring 10 with chance one half:

    >>> lattice_law([10], [0.5], 2).chance.round(12).tolist()
    [0.25, 0.5, 0.25]
    """
    if min(amounts, default=0) < 0 or min(chances, default=0.0) < 0.0 or sum(chances) > 1.0 + 1e-12:
        raise ValueError(
            f"got amounts {amounts} with chances {chances}; neither is negative, chances sum to at most 1."
        )
    unit = math.gcd(*amounts) or 1
    one = np.zeros(max(amounts, default=0) // unit + 1)
    for amount, chance in zip(amounts, chances, strict=True):
        one[amount // unit] += chance
    one[0] += max(0.0, 1.0 - math.fsum(chances))
    law = power(one, n)
    return Total(unit * np.arange(law.size, dtype=np.float64), law)


def power(law: FloatArray, n: int) -> FloatArray:
    """Law of the sum of `n` independent numbers that share a law: float64[value + 1] -> float64[n * value + 1]. [1]"""
    size = (law.size - 1) * n + 1
    return _inverse(np.fft.rfft(law, _length(size)) ** n, size)


def convolve(*laws: FloatArray) -> FloatArray:
    """Law of the sum of independent numbers.

    Parameters
    ----------
    laws : float64[..., value + 1]
        Each on its own lattice of 0, 1, 2, ...; leading axes go together. [1]

    Returns
    -------
    float64[..., sum of values + 1]
    """
    size = sum(law.shape[-1] - 1 for law in laws) + 1
    length = _length(size)
    product = np.fft.rfft(laws[0], length)
    for law in laws[1:]:
        product = product * np.fft.rfft(law, length)
    return _inverse(product, size)


def poisson_binomial(chances: FloatArray) -> FloatArray:
    """How many of unlike people succeed.

    Parameters
    ----------
    chances : float64[person]
        Chance of each. [1]

    Returns
    -------
    float64[person + 1]
        By the discrete Fourier transform of the law: the product over people of ``1 - p + p w^l``.
    """
    n = chances.size
    roots = np.exp(-2j * math.pi * np.arange(n + 1) / (n + 1))
    transform = np.ones(n + 1, dtype=np.complex128)
    for chance in chances:
        transform *= 1.0 - chance + chance * roots
    return without_rounding(np.fft.ifft(transform).real, n + 1)


def panjer(
    one: FloatArray,
    number: Literal["binomial", "poisson", "negative binomial"],
    parameters: Sequence[float],
    most: int,
) -> FloatArray:
    """Law of the sum of a random number of amounts, by Panjer's recursion.

    Parameters
    ----------
    one : float64[value + 1]
        Law of one amount. [1]
    number : {"binomial", "poisson", "negative binomial"}
        Law of the number.
    parameters : sequence of float
        ``(n, p)``; ``(mean,)``; ``(r, p)`` for failures before the r-th success with chance p.
    most : int
        Largest total told.

    Returns
    -------
    float64[most + 1]

    Raises
    ------
    ValueError
        If the recursion would begin with a probability too small for a number; `convolve` can do it.
    """
    if number == "binomial":
        n, p = parameters
        a, b, start = -p / (1.0 - p), (n + 1.0) * p / (1.0 - p), (1.0 - p + p * one[0]) ** n
    elif number == "poisson":
        a, b, start = 0.0, parameters[0], math.exp(parameters[0] * (one[0] - 1.0))
    else:
        r, p = parameters
        a, b, start = 1.0 - p, (r - 1.0) * (1.0 - p), (p / (1.0 - (1.0 - p) * one[0])) ** r
    if start < 1e-290:
        raise ValueError(f"got a chance of {start!r} that nothing is paid; the recursion needs at least 1e-290.")
    law = np.zeros(most + 1)
    law[0] = start
    for total in range(1, most + 1):
        amount = np.arange(1, min(total, one.size - 1) + 1)
        law[total] = ((a + b * amount / total) * one[amount] * law[total - amount]).sum() / (1.0 - a * one[0])
    return law


def without_rounding(law: FloatArray, length: int) -> FloatArray:
    """A law whose tiny negative probabilities, the rounding of a transform, are zero.

    Raises
    ------
    ArithmeticError
        If a probability is more negative than rounding explains.
    """
    lowest = float(law.min(initial=0.0))
    if lowest < -ROUNDING * max(1.0, math.log2(length)):
        raise ArithmeticError(
            _(
                "got the probability {lowest!r}; a transform of {length} values cannot miss by so much.",
                lowest=lowest,
                length=length,
            )
        )
    return np.maximum(law, 0.0)


def _length(size: int) -> int:
    """A power of two that holds a law: transforms of it are quick and nothing wraps around."""
    return 1 << max(1, size - 1).bit_length()


def _inverse(transform: np.ndarray[tuple[int, ...], np.dtype[np.complex128]], size: int) -> FloatArray:
    length = 2 * (transform.shape[-1] - 1)
    return without_rounding(np.fft.irfft(transform, length)[..., :size], length)
