"""From evidence to a distribution: what so many successes of so many people teach about a rate, and what steps it took.

The order is fixed, and every step acts once: each body of evidence counts as fewer people where they are alike (design
effect); it is weighted (power prior) and added to the prior; the sum is scaled down to a most; and with some chance
none of it applies (robust mixture). Also the count of a cohort that such a rate predicts (beta-binomial), what new
counts do to a mixture, and the factor of a graded amount.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from risksim.plan.families import Lognormal, figure
from risksim.plan.layout import FloatArray
from risksim.scenario import register
from risksim.scenario import uncertainty as grammar
from risksim.scenario.uncertainty import plain_share

P90 = 1.2815515655446004
"""90 % point of the standard normal. [sd]"""


class BetaPart(NamedTuple):
    """One beta distribution of a mixture."""

    weight: float
    """Its probability. [1]"""
    a: float
    b: float

    @property
    def mean(self) -> float:
        """``a / (a + b)``. [1]"""
        return self.a / (self.a + self.b)


class Learnt(NamedTuple):
    """What evidence teaches about a rate."""

    parts: tuple[BetaPart, ...]
    """The posterior as a mixture of betas, where the evidence applies; more than one where a weight is uncertain."""
    may_not_apply: float
    """The chance that any rate is as likely as any other instead. [1]"""
    steps: tuple[str, ...]
    """What was done, in words and in order."""

    @property
    def mean(self) -> float:
        """Mean of the whole. [1]"""
        applies = math.fsum(part.weight * part.mean for part in self.parts)
        return (1.0 - self.may_not_apply) * applies + 0.5 * self.may_not_apply

    @property
    def people(self) -> float:
        """Effective sample size where the evidence applies: mean of a + b. [people]"""
        return math.fsum(part.weight * (part.a + part.b) for part in self.parts)


def learn(number: grammar.Evidence) -> Learnt:
    """What an evidence block teaches, in the order of this module.

    Parameters
    ----------
    number : Evidence
        As the file says it.

    Returns
    -------
    Learnt

    Notes
    -----
    ``Beta(a0 + sum w k, b0 + sum w (n - k))`` with k and n after the design effect: a power prior [1]_, scaled down to
    at most `at_most` people, and mixed with Beta(1, 1) [2]_. An uncertain weight makes a mixture over the nodes of a
    Gauss-Jacobi rule (`weight_nodes`).

    References
    ----------
    .. [1] J. G. Ibrahim and M.-H. Chen, "Power prior distributions for regression models," Statistical Science, 2000.
    .. [2] H. Schmidli et al., "Robust meta-analytic-predictive priors in clinical trials with historical control
       information," Biometrics, 2014.

    Examples
    --------
    >>> half = grammar.Evidence(evidence=grammar.Source(successes=30, of=40, weight=0.5), may_not_apply=0.2)
    >>> learn(half).parts, learn(half).may_not_apply
    ((BetaPart(weight=1.0, a=15.5, b=5.5),), 0.2)
    """
    certain, unsure, unsure_weight = [*number.prior], None, None
    steps = [f"prior Beta({figure(number.prior[0])}, {figure(number.prior[1])})"]
    for body in number.bodies:
        icc = 0.0 if body.icc is None else plain_share(body.icc)
        people = counted_people(body.of, icc)
        successes = people * body.successes / body.of
        failures = people - successes
        steps += _steps(body, icc, people)
        if isinstance(body.counts, grammar.Beta):
            unsure, unsure_weight = (successes, failures), body.counts.beta
            continue
        certain[0] += body.counts * successes
        certain[1] += body.counts * failures
    parts = [BetaPart(1.0, certain[0], certain[1])]
    if unsure is not None and unsure_weight is not None:
        parts = _mixed(certain, unsure, unsure_weight)
    if number.at_most is not None:
        parts, capped = _capped(parts, number.at_most)
        steps += [f"counts as {figure(number.at_most)} people at most, prior included"] if capped else []
    chance = 0.0 if number.may_not_apply is None else plain_share(number.may_not_apply)
    if chance > 0.0:
        steps.append(f"{figure(100.0 * chance, 3)} % that the evidence does not apply, so that any rate is as likely")
    return Learnt(tuple(parts), chance, tuple(steps))


def _steps(body: grammar.Source, icc: float, people: float) -> list[str]:
    said = f"{figure(body.successes)} of {figure(body.of)} people"
    if icc > 0.0:
        said += f"; design effect by an icc of {figure(icc)}: {figure(body.of)} people count as {figure(people, 4)}"
    steps = [said]
    if body.class_ is not None:
        steps.append(f"weight {figure(float(register.plain(grammar.CLASS_KEYS[body.class_])))} ({body.class_})")
    elif isinstance(body.counts, grammar.Beta):
        steps.append(f"weight uncertain, Beta({', '.join(map(figure, body.counts.beta))})")
    elif body.counts != 1.0:
        steps.append(f"weight {figure(body.counts)}")
    return steps


def counted_people(people: float, icc: float) -> float:
    """As how many independent people a group counts whose members are alike.

    Parameters
    ----------
    people : float
        People observed. [people]
    icc : float
        Intraclass correlation. [1]

    Returns
    -------
    float
        ``n / (1 + (n - 1) icc)``, never more than `people`. [people]

    Examples
    --------
    >>> round(counted_people(60, 0.02), 4)
    27.5229
    """
    return people / max(1.0, 1.0 + (people - 1.0) * icc)


def _capped(parts: Sequence[BetaPart], most: float) -> tuple[list[BetaPart], bool]:
    """Pseudo-counts scaled down so that a + b is at most so many people, part by part."""
    scales = [min(1.0, most / (part.a + part.b)) for part in parts]
    capped = [BetaPart(p.weight, p.a * scale, p.b * scale) for p, scale in zip(parts, scales, strict=True)]
    return capped, min(scales) < 1.0


# Uncertain weights

FEWEST_NODES, MOST_NODES = 16, 256
"""Nodes of the rule over an uncertain weight: doubled until the moments stand still."""
STILL = 1e-8
"""Mean and mean square that move by less stand still. [1]"""
NEGLIGIBLE = 1e-12
"""Nodes of less probability are left out. [1]"""


def _mixed(certain: Sequence[float], unsure: tuple[float, float], weight: tuple[float, float]) -> list[BetaPart]:
    """Posteriors at the nodes of the uncertain weight, by as many nodes as the moments need."""
    moments, nodes = (math.inf, math.inf), FEWEST_NODES
    while True:
        points, chances = weight_nodes(*weight, nodes)
        a, b = certain[0] + points * unsure[0], certain[1] + points * unsure[1]
        mean = a / (a + b)
        now = float(chances @ mean), float(chances @ (mean * (a + 1.0) / (a + b + 1.0)))
        if max(abs(new - old) for new, old in zip(now, moments, strict=True)) < STILL or nodes >= MOST_NODES:
            break
        moments, nodes = now, 2 * nodes
    kept = chances > NEGLIGIBLE
    chances = chances[kept] / chances[kept].sum()
    return [BetaPart(*map(float, part)) for part in zip(chances, a[kept], b[kept], strict=True)]


def weight_nodes(a: float, b: float, nodes: int) -> tuple[FloatArray, FloatArray]:
    """Gauss's rule for means over a Beta(a, b): exact for polynomials of degree 2 `nodes` - 1.

    Parameters
    ----------
    a, b : float
        Parameters of the beta distribution.
    nodes : int
        Nodes.

    Returns
    -------
    float64[node], float64[node]
        Places in (0, 1), rising, and probabilities. [1]

    Notes
    -----
    Eigenvalues of the three-term recurrence of the Jacobi polynomials [1]_.

    References
    ----------
    .. [1] G. H. Golub and J. H. Welsch, "Calculation of Gauss quadrature rules," Mathematics of Computation, 1969.

    Examples
    --------
    >>> points, chances = weight_nodes(2.0, 3.0, 4)
    >>> round(float(chances @ points), 12), round(float(chances @ points**2), 12)
    (0.4, 0.2)
    """
    left, right = a - 1.0, b - 1.0
    k = np.arange(1, nodes, dtype=np.float64)
    both = 2.0 * k + left + right
    diagonal = np.empty(nodes)
    diagonal[0] = (left - right) / (left + right + 2.0)
    diagonal[1:] = (left**2 - right**2) / (both * (both + 2.0))
    # The first entry in its reduced form: where a + b = 1 the general one is 0 / 0.
    beside = np.empty(nodes - 1)
    beside[:1] = 4.0 * (1.0 + left) * (1.0 + right) / ((2.0 + left + right) ** 2 * (3.0 + left + right))
    k, both = k[1:], both[1:]
    beside[1:] = 4.0 * k * (k + left) * (k + right) * (k + left + right) / (both**2 * (both**2 - 1.0))
    roots = np.sqrt(beside)
    places, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(roots, 1) + np.diag(roots, -1))
    return 0.5 * (1.0 + places), np.square(vectors[0])


# What a rate predicts, and what new counts teach


def beta_binomial(people: int, a: float, b: float) -> FloatArray:
    """Probability of each count of successes among people whose rate is Beta(a, b).

    Parameters
    ----------
    people : int
        People of the cohort. [people]
    a, b : float
        Parameters of the rate.

    Returns
    -------
    float64[people + 1]
        ``C(n, x) B(a + x, b + n - x) / B(a, b)``. [1]

    Examples
    --------
    >>> chances = beta_binomial(25, 15.5, 5.5)
    >>> round(float(chances[:16].sum()), 6), round(float(chances[20:].sum()), 6)
    (0.177323, 0.404362)
    """
    return np.array([math.exp(log_chance(count, people, a, b)) for count in range(people + 1)])


def log_chance(count: float, people: float, a: float, b: float) -> float:
    """Logarithm of the beta-binomial probability of a count."""
    chosen = math.lgamma(people + 1.0) - math.lgamma(count + 1.0) - math.lgamma(people - count + 1.0)
    return chosen + _log_beta(a + count, b + people - count) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


class Predicted(NamedTuple):
    """Mean and variance of a count."""

    mean: float
    """[people]"""
    variance: float
    """[people squared]"""
    from_the_rate: float
    """The share of the variance that comes from not knowing the rate: n / (a + b + n). [1]"""


def predicted(people: float, a: float, b: float) -> Predicted:
    """What a Beta(a, b) rate predicts for a cohort.

    Parameters
    ----------
    people : float
        People of the cohort. [people]
    a, b : float
        Parameters of the rate.

    Returns
    -------
    Predicted

    Examples
    --------
    >>> predicted(25, 15.5, 5.5).from_the_rate == 25 / 46
    True
    """
    total = a + b
    variance = people * a * b * (total + people) / (total**2 * (total + 1.0))
    return Predicted(people * a / total, variance, people / (total + people))


def shapes_of(mean: float, icc: float) -> tuple[float, float]:
    """Parameters of the beta distribution over groups whose people are so alike: a + b = 1 / icc - 1.

    Parameters
    ----------
    mean : float
        Mean rate. [1]
    icc : float
        Intraclass correlation, above 0 and below 1. [1]

    Examples
    --------
    >>> [round(shape, 6) for shape in shapes_of(0.6, 0.05)]
    [11.4, 7.6]
    """
    total = 1.0 / icc - 1.0
    return mean * total, (1.0 - mean) * total


def updated(parts: Sequence[BetaPart], successes: float, people: float) -> list[BetaPart]:
    """A mixture of betas after new counts: each part learns, and parts that foresaw the counts gain weight.

    Parameters
    ----------
    parts : sequence of BetaPart
        Before the counts; the vague part of a robust mixture is Beta(1, 1).
    successes, people : float
        The new counts. [people]

    Returns
    -------
    list of BetaPart
        In the same order.

    Notes
    -----
    Weights become proportional to ``w C(n, k) B(a + k, b + n - k) / B(a, b)``.

    Examples
    --------
    >>> after = updated([BetaPart(0.8, 15.5, 5.5), BetaPart(0.2, 1.0, 1.0)], 10, 25)
    >>> round(after[0].weight, 6), round(sum(part.weight * part.mean for part in after), 6)
    (0.39698, 0.46574)
    """
    logs = [math.log(part.weight) + log_chance(successes, people, part.a, part.b) for part in parts]
    largest = max(logs)
    gains = [math.exp(log - largest) for log in logs]
    total = math.fsum(gains)
    return [
        BetaPart(gain / total, part.a + successes, part.b + people - successes)
        for gain, part in zip(gains, parts, strict=True)
    ]


def matched_people(mean: float, variance: float) -> float:
    """The sample size of the beta distribution with this mean and variance: m (1 - m) / v - 1. [people]

    Examples
    --------
    >>> round(matched_people(15.5 / 21, 15.5 * 5.5 / (21**2 * 22)), 9)
    21.0
    """
    return mean * (1.0 - mean) / variance - 1.0


# Graded amounts


def graded_factor(grade: int, use: str) -> Lognormal:
    """By what a graded amount is multiplied.

    Parameters
    ----------
    grade : int
        1 to 6.
    use : {"cost", "saving"}
        What the amount is.

    Returns
    -------
    Lognormal
        With share s of the register: median 1 + s and sigma ln(1 + s) / 1.2816 for a cost, median 1 - s and sigma
        -ln(1 - s) / 1.2816 for a saving, so that no bias at all is the 10 % or the 90 % point.

    Examples
    --------
    >>> graded_factor(3, "saving").text(3)
    'Lognormal(median 0.9, sigma 0.0822)'
    """
    share = register.plain(f"confidence-grade-{grade}")
    centre = math.log1p(share if use == "cost" else -share)
    return Lognormal(centre, abs(centre) / P90 if centre != 0.0 else register.plain("confidence-sure-spread"))
