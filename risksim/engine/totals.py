"""Deals with too many combinations of counts whose payments are one sum: the law of the sum, on a lattice.

Where every payment is a certain price for each person who meets an outcome, paid by one payer on one date, what
investors get depends on the sum alone. Given how many people the outcomes speak of, the outcomes are independent, so
the law of the sum is a product of Fourier transforms, one for each outcome. Each total is settled once, as so many
people (in fractions) who meet the first outcome.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from risksim.engine.keep import allocate, store
from risksim.engine.lattice import without_rounding
from risksim.engine.settle import claims_of, settle
from risksim.engine.thinning import Stage, all_transitions, law_after, start_of
from risksim.engine.ways import Given, Way, enrolled_of, stage_of
from risksim.errors import RunError
from risksim.language import _
from risksim.plan.layout import CAP, ENROLLED, FLOOR, PER_OUTCOME, FloatArray, IntArray, PathResults, Plan

MOST_TOTALS = 2**18
"""Totals that are settled."""
MOST_CELLS = 2**28
"""Numbers in all transforms together."""
NOISE = 1e-17
"""Probabilities below this are the rounding of a transform. [1]"""


class Prices(NamedTuple):
    """What one success of each outcome brings."""

    amount: tuple[int, ...]
    """By outcome, as `Way.of_whom`. [minor unit]"""
    unit: int
    """Their greatest common divisor. [minor unit]"""
    n_totals: int
    """How many totals there are, from nothing to everybody's success in everything."""


def prices_of(plan: Plan, ways: tuple[Way, ...]) -> Prices | None:
    """What successes bring in a deal whose payments are one sum; None for any other deal.

    Parameters
    ----------
    plan : Plan
        A deal that no input is uncertain for but those of persons.
    ways : tuple of Way
        Its counts.

    Returns
    -------
    Prices or None
    """
    rules = plan.payments
    simple = set(rules.kind.tolist()) <= {PER_OUTCOME, CAP, FLOOR} and len(set(rules.payer.tolist())) == 1
    if not simple or plan.changes is not None or plan.waterfall is not None or len(ways) != 1:
        return None
    (way,) = ways
    whom = {name for _, name in way.of_whom}
    if way.kept != tuple(k for k, _ in way.of_whom) or len(whom) != 1 or not way.kept:
        return None
    found, places = [], int(plan.cohorts.places[way.cohort])
    for k, _whom in way.of_whom:
        one, everybody = _claimed(plan, _people(plan, way, k, np.array([1.0, places])))
        if (one[one > 0].size, int(one.sum()) * places) != (1, int(everybody.sum())):
            return None
        found.append((int(one.sum()), int(np.argmax(one))))
    if len({period for _, period in found}) > 1:
        return None
    amounts = tuple(amount for amount, _ in found)
    unit = math.gcd(*amounts)
    n_totals = places * sum(amounts) // unit + 1
    length = _length(n_totals)
    nodes = 1 if way.known and whom == {"n"} else places + 1
    if n_totals > MOST_TOTALS or length * nodes * len(amounts) > MOST_CELLS:
        return None
    return Prices(amounts, unit, n_totals)


def solve_totals(plan: Plan, way: Way, prices: Prices, given: Given) -> PathResults:
    """Settle every total that can come about.

    Parameters
    ----------
    plan : Plan
        The deal.
    way : Way
        Its counts.
    prices : Prices
        What successes bring.
    given : Given
        Steps of people, without a shared input.

    Returns
    -------
    PathResults
        Weighted by probability; which rule claims what is not told.
    """
    law = total_law(plan, way, prices, given)
    which = np.flatnonzero(law > NOISE)
    results = allocate(plan, which.size, keep_claims=False)
    results.inputs[:], results.headcount[:] = np.nan, 0
    for first in range(0, which.size, 16_384):
        here = slice(first, min(first + 16_384, which.size))
        totals = which[here] * prices.unit
        measured = _people(plan, way, way.of_whom[0][0], totals / prices.amount[0])
        if (_claimed(plan, measured).sum(axis=1) != totals).any():
            raise RunError(
                _("{name}: a total misses its payments by a minor unit. Try another engine.", name=plan.name)
            )
        inputs = results.inputs[here]
        store(results, first, inputs, results.headcount[here], settle(plan, inputs, measured))
    return results._replace(weight=law[which] / law[which].sum())


def total_law(plan: Plan, way: Way, prices: Prices, given: Given) -> FloatArray:
    """Law of the sum of all payments before caps and floors: float64[total], in units of `Prices.unit`. [1]"""
    enrolled = enrolled_of(plan, given, way.cohort)
    k = way.of_whom[0][0]
    steps = [stage_of(plan, given, "seen", way.cohort)]
    if plan.outcomes.population[k] != ENROLLED:
        steps.append(stage_of(plan, given, "stays", way.cohort))
    whom = (start_of(enrolled) if all(step.sure for step in steps) else law_after(enrolled, steps))[0]
    numbers = np.flatnonzero(whom > 0.0)
    laws = [_by_number(stage_of(plan, given, "met", way.cohort, k), enrolled.most, numbers) for k, _ in way.of_whom]
    length = _length(prices.n_totals)
    transform = np.zeros(length // 2 + 1, dtype=np.complex128)
    for row, number in enumerate(numbers):
        product = np.full(length // 2 + 1, whom[number], dtype=np.complex128)
        for law, amount in zip(laws, prices.amount, strict=True):
            stretched = np.zeros(length)
            stretched[: law.shape[1] * (amount // prices.unit) : amount // prices.unit] = law[row]
            product *= np.fft.rfft(stretched)
        transform += product
    return without_rounding(np.fft.irfft(transform, length)[: prices.n_totals], length)


def _by_number(stage: Stage, most: int, numbers: IntArray) -> FloatArray:
    """How many succeed of each number of people: float64[number, people + 1]. [1]"""
    return np.asarray(all_transitions([stage], most)[0][numbers])


def _length(size: int) -> int:
    return 1 << max(1, size - 1).bit_length()


def _people(plan: Plan, way: Way, outcome: int, people: FloatArray) -> FloatArray:
    """Measures of paths on which so many people meet one outcome: float64[path, cohort, measure, period]."""
    shape = (people.size, plan.cohorts.places.size, plan.measures.outcome.size, plan.calendar.years.size)
    measured = np.zeros(shape)
    for read in way.reads:
        if read.which == outcome:
            measured[:, way.cohort, read.measure, read.period] = people
    return measured


def _claimed(plan: Plan, measured: FloatArray) -> IntArray:
    """What is claimed by price: int64[path, period]. [minor unit]"""
    inputs = np.full((measured.shape[0], plan.inputs.address.size), np.nan)
    by_price = plan.payments.kind == PER_OUTCOME
    return np.asarray(claims_of(plan, inputs, measured)[:, by_price].sum(axis=1))
