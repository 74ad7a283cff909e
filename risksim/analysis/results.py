"""How results are spread over futures: histogram and quantiles of what investors are left with, what years may cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.analysis.memo import Appropriation, Histogram, Results
from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.purse import PurseSummary, at_risk
from risksim.metrics.sample import Sample
from risksim.metrics.source import Of, Spread, Stored
from risksim.metrics.summary import WITH_IRR, Payer

Amounts = npt.NDArray[Any]
BINS = 40
"""Bars of a histogram, about."""
LEVELS = tuple(round(0.01 * k, 2) for k in range(1, 100))
"""Levels of the raw quantiles. [1]"""
ENDS = (0.002, 0.998)
"""Quantiles between which a histogram is drawn to scale; what lies beyond is in its last bars. [1]"""


def results_of(
    result: Amounts,
    sample: Sample,
    minor_units: int,
    expected: float,
    luck: tuple[Amounts, Sample] | None = None,
    irr: Amounts | None = None,
) -> Results:
    """How the nominal results of all investors together are spread.

    Parameters
    ----------
    result : [path]
        Money received less money paid in. [minor unit]
    sample : Sample
        Weights and replicates of the paths.
    minor_units : int
        Minor units in one unit of the currency.
    expected : float
        The result where everything is as expected. [currency]
    luck : tuple of [path] and Sample, optional
        The same with luck only.
    irr : float64[path], optional
        Internal rates of return, where all paths have one. [1/year]

    Returns
    -------
    Results
    """
    both = [(result, sample), *([luck] if luck is not None else [])]
    first, last, width = _lattice(both, minor_units)
    edges = tuple(k * width / minor_units for k in range(first, last + 1))
    quantiles = precision.quantiles(result / minor_units, sample, LEVELS)
    rates = () if irr is None else tuple(zip(LEVELS, precision.quantiles(irr, sample, LEVELS), strict=True))
    shares = [_shares(values, one, first, last, width) for values, one in both]
    return Results(
        Histogram(edges, shares[0]),
        Histogram(edges, shares[1]) if luck is not None else None,
        expected,
        tuple(zip(LEVELS, quantiles, strict=True)),
        rates,
        _at_least([one.value for one in quantiles], result / minor_units, sample),
    )


def result_of(run: api.Run) -> Amounts:
    """What all investors together are left with on every path of a run.

    Returns
    -------
    int64[path]
        Money received less money paid in. [minor unit]
    """
    side = api.investors(run)
    return np.asarray(side.received - side.drawn)


def p_loss_of(run: api.Run) -> Estimate:
    """The probability that less comes back than all investors together paid in: that of the run's summary. [1]"""
    side = api.investors(run)
    return precision.probability(side.received < side.drawn, run.sample)


def _at_least(values: Sequence[float], result: Amounts, sample: Sample) -> tuple[float, ...]:
    """How likely the result is at least so much."""
    order = np.argsort(result, kind="stable")
    place = np.searchsorted(result[order], values, side="left")
    if sample.is_equal:  # whole paths are counted
        return tuple(((result.size - place) / result.size).tolist())
    from_here = np.append(np.cumsum(sample.weight[order][::-1])[::-1], 0.0)
    return tuple(np.minimum(from_here[place] / from_here[0], 1.0).tolist())


def _lattice(samples: Sequence[tuple[Amounts, Sample]], minor_units: int) -> tuple[int, int, int]:
    """The first and the last edge of a histogram in widths of its bars, and this width in minor units.

    Nought is an edge: a width is a round number, and edges are multiples of it.
    """
    ends = [each.value for values, sample in samples for each in precision.quantiles(values, sample, ENDS)]
    low, high = min(*ends, 0.0), max(*ends, 0.0)
    width = _round_up((high - low) / BINS) if high > low else minor_units
    below = any(float(values.min()) < 0 for values, _ in samples)
    above = any(float(values.max()) >= 0 for values, _ in samples)
    first = min(math.floor(low / width), -1 if below else 0)
    last = max(math.floor(high / width) + 1 if high > 0.0 else 0, 1 if above else 0)
    return first, last, width


def _round_up(width: float) -> int:
    """The next round number of minor units: 1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 80, ..."""
    power = 10 ** max(0, math.floor(math.log10(max(width, 1.0))))
    steps = (step * power for step in (1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0))
    return next(int(step) for step in steps if step >= width and step == int(step))


def _shares(values: Amounts, sample: Sample, first: int, last: int, width: int) -> tuple[float, ...]:
    """The share of the paths in each bar: whole minor units, so that nought is exactly an edge."""
    bars = np.clip((values // width).astype(np.int64) - first, 0, last - first - 1)
    counted = np.bincount(bars, minlength=last - first)
    if sample.is_equal:
        return tuple((counted / values.size).tolist())
    return tuple(np.bincount(bars, weights=sample.weight, minlength=last - first).tolist())


def results_of_deal(done: api.Done, expected: api.Run, luck: api.Done) -> Results | None:
    """How the results of a deal are spread; None where its paths were not kept.

    Parameters
    ----------
    done : Done
        Of a job that kept what its statistics are made of.
    expected : Run
        The deal at its expectations.
    luck : Done
        The deal with luck only.

    Returns
    -------
    Results or None
    """
    if done.columns is None or done.sample is None:
        return None
    side = "all" if done.plan.labels.groups else "0"
    status, irr = done.columns[f"status.{side}"], None
    if bool(np.isin(status, WITH_IRR).all()):
        irr = np.asarray(done.columns[f"irr.{side}"], dtype=np.float64)
    money = api.investors(expected)
    on_paper = float((money.received - money.drawn)[0]) / done.plan.minor_units
    other = None
    if luck.columns is not None and luck.sample is not None:
        other = _result(luck.columns, side), luck.sample
    return results_of(_result(done.columns, side), done.sample, done.plan.minor_units, on_paper, other, irr)


def _result(columns: Mapping[str, Amounts], side: str) -> Amounts:
    return columns[f"received.{side}"].astype(np.int64) - columns[f"drawn.{side}"].astype(np.int64)


def appropriations_of_purse(found: PurseSummary) -> tuple[Appropriation, ...]:
    """What payers set aside, where the file speaks of public budgets."""
    return tuple(
        Appropriation(payer, int(year), one.set_aside.value, one.is_expected, one.p_more)
        for payer, years in found.payers.items()
        for year, one in years.items()
        if one.set_aside.value != 0.0 or one.p_more.value != 0.0
    )


def appropriations_of_paths(done: api.Done) -> tuple[Appropriation, ...]:
    """The expected repayment of each payer and year, and how likely more is due."""
    return tuple(_of_paths(done))


def _of_paths(done: api.Done) -> Iterator[Appropriation]:
    columns, sample, plan = done.columns, done.sample, done.plan
    if columns is None or sample is None:
        return
    nothing_said = np.broadcast_to(np.nan, sample.n_paths)
    for row, payer in enumerate(plan.labels.payers):
        for place, year in enumerate(plan.labels.years):
            due = np.asarray(columns[f"repayment.{row}.{place}"] / plan.minor_units, dtype=np.float64)
            if due.any():
                one = at_risk(due, nothing_said, sample)
                yield Appropriation(payer, year, one.set_aside.value, one.is_expected, one.p_more)


def repaid_by_year(done: api.Done) -> dict[int, Spread]:
    """What all payers together repay in each budget year; nothing for one payer, or where no paths were kept.

    Parameters
    ----------
    done : Done
        A run.

    Returns
    -------
    dict of int to Spread
        By budget year.
    """
    columns, sample, plan = done.columns, done.sample, done.plan
    if columns is None or sample is None or len(plan.labels.payers) < 2:
        return {}
    source = Stored(columns, sample)

    def together(place: int) -> Of:
        keys = [f"repayment.{row}.{place}" for row in range(len(plan.labels.payers))]

        def paid(kept: Mapping[str, Amounts]) -> Amounts:
            together: Amounts = sum((kept[key].astype(np.int64) for key in keys[1:]), kept[keys[0]].astype(np.int64))
            return np.asarray(together / plan.minor_units)

        return paid

    return {
        int(year): source.spread(f"repaid.{place}", together(place)) for place, year in enumerate(plan.labels.years)
    }


def appropriations_of_payers(payers: Mapping[str, Payer]) -> tuple[Appropriation, ...]:
    """The expected repayment of each payer and year, where nobody kept how often more is due."""
    return tuple(
        Appropriation(payer, int(year), spread.mean.value, True, Estimate.missing())
        for payer, one in payers.items()
        for year, spread in one.years.items()
        if spread.mean.value != 0.0
    )
