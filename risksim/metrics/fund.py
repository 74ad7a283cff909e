"""The statistics of a fund: its deals added up path by path.

Keys
----
As in `risksim.metrics.summary`; SPREAD is the same.

=========================================  ============================================================================
``fund.keeps_capital``                     probability that at least as much comes back as is paid in [1]
``fund.drawn.SPREAD``                      what the fund pays in [currency]
``fund.most_out.SPREAD``                   the most that is paid in and not yet back at any time [currency]
``fund.irr_of_mean_flow``                  IRR of the fund's mean cash flow [1/year]
``fund.moic``                              all money received over all paid in, as ratio of means [x]
``fund.npv[HURDLE]...``                    net present value at the start of the first deal, as of a tranche
``fund.loss...``                           nominal loss of the fund, as of a tranche
``deals[DEAL].drawn``, ``.received``       mean of what the fund pays into a deal, and gets back [currency]
``deals[DEAL].npv[HURDLE]...``             net present value of the fund's part, at the start of the first deal
``deals[DEAL].loss...``                    nominal loss of the fund's part
``deals[DEAL].whole...``                   the statistics of the whole deal
``correlation[DEAL][DEAL]``                correlation of the net present values of two deals, at the last hurdle;
                                           nothing where there are more than 60 deals [1]
``diversification``                        sd of the fund's net present value over the sum of those of its deals [1]
``payers[NAME]...``                        what a kind of payer pays for all deals, in all and by budget year [currency]
=========================================  ============================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from risksim.metrics import precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import FloatArray, IntArray, Sample
from risksim.metrics.source import Spread
from risksim.metrics.source import spread as spread_of
from risksim.metrics.summary import Loss, Payer, PresentValue, Statistic, Summary, loss_of, plain, present_value


class FundArrays(NamedTuple):
    """The fund on every path, its deals in the order of the portfolio."""

    npv: FloatArray
    """float64[path, deal, hurdle]: net present value of the fund's part of each deal, at the start of the first deal.
    [currency]"""
    drawn: FloatArray
    """float64[path, deal]: what the fund pays in. [minor unit]"""
    received: FloatArray
    """float64[path, deal]: what the fund gets back. [minor unit]"""
    flow: FloatArray
    """float64[path, period]: received less paid in, all deals. [currency]"""
    repayment: IntArray
    """int64[path, payer, year]: what each kind of payer pays for all deals, whoever receives it. [minor unit]"""


class FundNames(NamedTuple):
    """Names of the axes of `FundArrays`."""

    deals: tuple[str, ...]
    hurdles: tuple[float, ...]
    """Nominal annual rates. [1/year]"""
    years: FloatArray
    """float64[period]: years since the start of the first deal. [year]"""
    payers: tuple[str, ...]
    budget_years: tuple[int, ...]
    minor_units: int


class Part(NamedTuple):
    """What a deal adds to its fund."""

    drawn: FloatArray
    """float64[path]: what the fund pays in. [minor unit]"""
    received: FloatArray
    """float64[path]: what it gets back. [minor unit]"""
    flow: FloatArray
    """float64[path, period of the deal]: received less paid in. [currency]"""
    periods: Sequence[int]
    """The fund's period of each period of the deal."""
    repayment: IntArray
    """int64[path, payer of the deal, year of the deal]: what payers pay. [minor unit]"""
    payers: Sequence[int]
    """The fund's row of each payer of the deal."""
    budget_years: Sequence[int]
    """The fund's column of each budget year of the deal."""


def no_money(names: FundNames, n_paths: int) -> FundArrays:
    """A fund that holds nothing yet."""
    n_deals = len(names.deals)
    return FundArrays(
        npv=np.zeros((n_paths, n_deals, len(names.hurdles))),
        drawn=np.zeros((n_paths, n_deals)),
        received=np.zeros((n_paths, n_deals)),
        flow=np.zeros((n_paths, names.years.size)),
        repayment=np.zeros((n_paths, len(names.payers), len(names.budget_years)), dtype=np.int64),
    )


def bytes_per_path(names: FundNames) -> int:
    """Memory that one path of a fund takes. [byte]"""
    return sum(array.nbytes for array in no_money(names, 1))


def add_deal(arrays: FundArrays, names: FundNames, row: int, part: Part) -> None:
    """Add a deal to its fund, path by path.

    Parameters
    ----------
    arrays : FundArrays
        The fund; written.
    names : FundNames
        Names of its axes.
    row : int
        Which deal.
    part : Part
        What it adds.
    """
    arrays.drawn[:, row], arrays.received[:, row] = part.drawn, part.received
    years = names.years[list(part.periods)]
    for column, hurdle in enumerate(names.hurdles):
        arrays.npv[:, row, column] = present_worth(part.flow, years, hurdle)
    for period, place in enumerate(part.periods):
        arrays.flow[:, place] += part.flow[:, period]
    for payer, own in enumerate(part.payers):
        for year, column in enumerate(part.budget_years):
            arrays.repayment[:, own, column] += part.repayment[:, payer, year]


@dataclass(frozen=True)
class Fund:
    """The fund as a whole."""

    keeps_capital: Estimate
    drawn: Spread
    most_out: Spread
    irr_of_mean_flow: Statistic
    moic: Estimate
    npv: Mapping[str, PresentValue]
    loss: Loss


@dataclass(frozen=True)
class Holding:
    """The fund's part of one deal, and the whole deal."""

    drawn: Estimate
    received: Estimate
    npv: Mapping[str, PresentValue]
    loss: Loss
    whole: Summary


@dataclass(frozen=True)
class FundSummary:
    """All statistics of a portfolio."""

    fund: Fund
    deals: Mapping[str, Holding]
    correlation: Mapping[str, Mapping[str, Estimate]]
    diversification: Estimate
    payers: Mapping[str, Payer]

    def to_json(self) -> dict[str, Any]:
        """The tree as plain dictionaries, as `Summary.to_json`."""
        said: dict[str, Any] = plain(self)
        for name, holding in self.deals.items():
            said["deals"][name]["whole"] = holding.whole.to_json()
        return said


def summarise_fund(
    arrays: FundArrays,
    names: FundNames,
    sample: Sample,
    deals: Mapping[str, Summary],
    irr_of_mean_flow: Statistic,
) -> FundSummary:
    """The statistics of a portfolio, each with its simulation error.

    Parameters
    ----------
    arrays : FundArrays
        The fund on every path.
    names : FundNames
        Names of the axes.
    sample : Sample
        Weights and replicates of the paths.
    deals : mapping
        The statistics of each whole deal.
    irr_of_mean_flow : Estimate or Withheld
        Of the fund.

    Returns
    -------
    FundSummary
    """
    unit, last = names.minor_units, len(names.hurdles) - 1
    paid_in, back = arrays.drawn.sum(axis=1), arrays.received.sum(axis=1)
    worth = np.ascontiguousarray(arrays.npv[:, :, last])
    return FundSummary(
        fund=Fund(
            keeps_capital=precision.probability(back >= paid_in, sample),
            drawn=spread_of(paid_in / unit, sample),
            most_out=spread_of(most_out(arrays.flow), sample),
            irr_of_mean_flow=irr_of_mean_flow,
            moic=precision.ratio_of_means(back, paid_in, sample),
            npv=_present_values(lambda hurdle: arrays.npv[:, :, hurdle].sum(axis=1), names, sample),
            loss=loss_of(paid_in, back, unit, sample),
        ),
        deals={name: _holding(arrays, names, sample, row, deals[name]) for row, name in enumerate(names.deals)},
        correlation=_correlations(worth, names.deals, sample),
        diversification=precision.ratio_of_spreads(worth, sample),
        payers={
            name: Payer(
                total=spread_of(arrays.repayment[:, row].sum(axis=1) / unit, sample),
                years={
                    str(year): spread_of(arrays.repayment[:, row, column] / unit, sample)
                    for column, year in enumerate(names.budget_years)
                },
            )
            for row, name in enumerate(names.payers)
        },
    )


MOST_CORRELATED = 60
"""Deals up to which the correlation of every pair is reckoned. [deals]"""


def _correlations(worth: FloatArray, deals: Sequence[str], sample: Sample) -> dict[str, dict[str, Estimate]]:
    """Correlation of every two deals, by name; nothing where there are too many."""
    if len(deals) > MOST_CORRELATED:
        return {}
    columns = [np.ascontiguousarray(worth[:, row]) for row in range(len(deals))]
    pairs = {
        (j, k): precision.correlation(columns[j], columns[k], sample) for k in range(len(deals)) for j in range(k + 1)
    }
    return {one: {other: pairs[min(j, k), max(j, k)] for k, other in enumerate(deals)} for j, one in enumerate(deals)}


def _holding(arrays: FundArrays, names: FundNames, sample: Sample, row: int, whole: Summary) -> Holding:
    unit, drawn, received = names.minor_units, arrays.drawn[:, row], arrays.received[:, row]
    return Holding(
        drawn=precision.mean(drawn / unit, sample),
        received=precision.mean(received / unit, sample),
        npv=_present_values(lambda hurdle: np.ascontiguousarray(arrays.npv[:, row, hurdle]), names, sample),
        loss=loss_of(drawn, received, unit, sample),
        whole=whole,
    )


def _present_values(worth: Callable[[int], FloatArray], names: FundNames, sample: Sample) -> dict[str, PresentValue]:
    return {f"{hurdle:.10g}": present_value(worth(column), sample) for column, hurdle in enumerate(names.hurdles)}


def most_out(flow: FloatArray) -> FloatArray:
    """The most that is paid in and not yet back at any time, on each path.

    Parameters
    ----------
    flow : float64[path, period]
        Received less paid in, in the order of dates. [currency]

    Returns
    -------
    float64[path]
        Not negative. [currency]
    """
    balance, lowest = np.zeros(flow.shape[0]), np.zeros(flow.shape[0])
    for period in range(flow.shape[1]):
        balance += flow[:, period]
        np.minimum(lowest, balance, out=lowest)
    return -lowest


def present_worth(flow: FloatArray, years: FloatArray, rate: float) -> FloatArray:
    """Net present value of a cash flow on each path: float64[path, period] -> float64[path].

    Parameters
    ----------
    flow : float64[path, period]
        Received less paid in. [currency]
    years : float64[period]
        Years since the day at which it is valued. [year]
    rate : float
        Nominal annual rate. [1/year]
    """
    worth = np.zeros(flow.shape[0])
    for period in range(years.size):  # in a fixed order, so that the bits are the same on every machine
        worth += flow[:, period] * (1.0 + rate) ** -years[period]
    return worth
