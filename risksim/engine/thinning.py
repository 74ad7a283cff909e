"""Counts of people who pass one step after another, when the chance of a step may itself be uncertain.

Given their chance, of `n` people a binomial number pass. Where the chance has a law of its own, the number is a mixture
of binomials, and people are exchangeable: the number who pass among `n` of `n + 1` people is what is left when one of
them, any one, is taken away. So the law for every smaller number of people follows from that of the largest by

    P(k of n) = P(k of n + 1) (n + 1 - k) / (n + 1) + P(k + 1 of n + 1) (k + 1) / (n + 1),

sums of positive terms, and only one integral over the chance is ever taken.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from risksim.plan.layout import FloatArray, IntArray

CELLS = 2_000_000
"""Numbers worked on at once."""
NOTHING = -1e6
"""Stands for the logarithm of zero, so that nought times it is nought."""


class Stage(NamedTuple):
    """The chance of one step, on every node of what is shared: a law of a few points, one where it is certain there."""

    chance: FloatArray
    """float64[node or 1, point]. [1]"""
    weight: FloatArray
    """float64[point]: sums to one. [1]"""

    @classmethod
    def certain(cls, chance: float) -> Stage:
        """A step with one chance."""
        return cls(np.array([[chance]]), np.ones(1))

    @property
    def sure(self) -> bool:
        """Whether everybody passes."""
        return bool((self.chance == 1.0).all())

    @property
    def missed(self) -> Stage:
        """The step that those pass who don't pass this one."""
        return Stage(1.0 - self.chance, self.weight)


def together(stages: list[Stage]) -> list[Stage]:
    """The same way in as few steps as possible: a chance that is certain joins any other.

    Who passes several steps that don't look at each other passes them in any order.
    """
    plain = np.ones((1, 1))
    mixed: list[Stage] = []
    for stage in stages:
        if stage.weight.size == 1:
            plain = plain * stage.chance
        else:
            mixed.append(stage)
    if not mixed:
        return [Stage(plain, np.ones(1))]
    return [Stage(mixed[0].chance * plain, mixed[0].weight), *mixed[1:]]


def passing(stage: Stage, people: IntArray, most: int) -> FloatArray:
    """How many of a known number of people pass a step.

    Parameters
    ----------
    stage : Stage
        The step.
    people : int64[node or 1]
        How many there are. [people]
    most : int
        The largest number.

    Returns
    -------
    float64[node or 1, most + 1]
    """
    n_nodes = max(stage.chance.shape[0], people.size)
    out = np.zeros((n_nodes, most + 1))
    n_points = stage.weight.size
    nodes = max(1, CELLS // ((most + 1) * min(n_points, 256)))
    for first in range(0, n_nodes, nodes):
        here = slice(first, first + nodes)
        chance = stage.chance[here] if stage.chance.shape[0] > 1 else stage.chance
        number = people[here] if people.size > 1 else people
        for point in range(0, n_points, 256):
            points = slice(point, point + 256)
            law = binomial(chance[:, points], number[:, np.newaxis], most)
            out[here] += np.einsum("tjk,j->tk", law, stage.weight[points])
    return out


def binomial(chance: FloatArray, people: IntArray, most: int) -> FloatArray:
    """Binomial laws, by logarithms: float64[...] and int64[...] -> float64[..., most + 1]."""
    k = np.arange(most + 1, dtype=np.float64)
    rest = people[..., np.newaxis] - k
    possible = rest >= 0.0
    rest = np.maximum(rest, 0.0)
    factorial = special.gammaln(np.arange(most + 1) + 1.0)
    ways = factorial[people][..., np.newaxis] - factorial[k.astype(np.int64)] - factorial[rest.astype(np.int64)]
    ways[~possible] = NOTHING
    inside = np.clip(chance, 0.0, 1.0)
    with np.errstate(divide="ignore"):
        passes = np.maximum(np.log(inside), NOTHING)[..., np.newaxis]
        fails = np.maximum(np.log1p(-inside), NOTHING)[..., np.newaxis]
    law = passes * k
    law += fails * rest
    law += ways
    return np.asarray(np.exp(law, out=law))


def transitions(stage: Stage, most: int) -> FloatArray:
    """How many of any number of people pass a step.

    Parameters
    ----------
    stage : Stage
        The step.
    most : int
        The largest number of people.

    Returns
    -------
    float64[node or 1, most + 1, most + 1]
        By how many there are and how many pass.
    """
    last = passing(stage, np.array([most]), most)
    out = np.zeros((last.shape[0], most + 1, most + 1))
    out[:, most] = last
    k = np.arange(most + 1, dtype=np.float64)
    for n in range(most - 1, -1, -1):
        more, stays, goes = out[:, n + 1], np.maximum(n + 1.0 - k, 0.0) / (n + 1.0), (k + 1.0) / (n + 1.0)
        out[:, n] = more * stays
        out[:, n, :-1] += (more * np.append(0.0, goes[:-1]))[:, 1:]
    return out


def all_transitions(stages: list[Stage], most: int) -> FloatArray:
    """`transitions` over several steps: float64[node or 1, most + 1, most + 1]."""
    first, *others = (transitions(stage, most) for stage in together(stages))
    for matrix in others:
        first = np.matmul(first, matrix)
    return first


class Enrolled(NamedTuple):
    """How many people there are at first."""

    number: IntArray
    """int64[node or 1]: the number where a node knows it; the places where it has a law. [people]"""
    law: FloatArray | None
    """float64[people + 1]; None where the number is known. [1]"""
    most: int
    """The places. [people]"""

    @property
    def fixed(self) -> bool:
        """Whether the number is the same everywhere."""
        return self.law is None and bool((self.number == self.number[0]).all())


def law_after(enrolled: Enrolled, stages: list[Stage]) -> FloatArray:
    """How many people pass all steps: float64[node or 1, people + 1]. [1]"""
    if not stages:
        return start_of(enrolled)
    first, *others = together(stages)
    law: FloatArray
    if enrolled.law is not None:
        law = np.matmul(enrolled.law[np.newaxis, np.newaxis], transitions(first, enrolled.most))[:, 0]
    else:
        law = passing(first, enrolled.number, enrolled.most)
    for stage in others:
        law = np.matmul(law[:, np.newaxis], transitions(stage, enrolled.most))[:, 0]
    return law


def start_of(enrolled: Enrolled) -> FloatArray:
    """How many people there are at first: float64[node or 1, people + 1]. [1]"""
    if enrolled.law is not None:
        return enrolled.law[np.newaxis]
    return np.asarray(enrolled.number[:, np.newaxis] == np.arange(enrolled.most + 1), dtype=np.float64)


def both(most: int) -> FloatArray:
    """How many pass two steps that don't look at each other, given how many pass each.

    Of `n` people `a` pass the one and `b` the other; who passes which is chance, so the number who pass both is
    hypergeometric.

    Parameters
    ----------
    most : int
        The largest number of people.

    Returns
    -------
    float64[most + 1, most + 1, most + 1, most + 1]
        By n, a, b and the number who pass both; zero where a or b is more than n.
    """
    n, a, b, x = np.ogrid[: most + 1, : most + 1, : most + 1, : most + 1]
    possible = (x <= a) & (x <= b) & (a <= n) & (b <= n) & (a + b - x <= n)
    factorial = special.gammaln(np.arange(most + 1) + 1.0)

    def choose(top: IntArray, bottom: IntArray) -> FloatArray:
        rest = np.clip(top - bottom, 0, most)
        return np.asarray(factorial[top] - factorial[np.minimum(bottom, most)] - factorial[rest])

    left = np.clip(n - a, 0, most)
    ways = choose(a, x) + choose(left, np.clip(b - x, 0, most)) - choose(n, b)
    law: FloatArray = np.exp(np.where(possible, ways, -np.inf))
    return law
