"""The internal rate of return of a mean cash flow, from the flows of every path or from their sums."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from risksim.kernels.cashflow import STATUS_NAMES, internal_rate
from risksim.metrics import array, precision
from risksim.metrics.precision import Estimate, from_parts
from risksim.metrics.sample import FloatArray, Sample
from risksim.metrics.summary import Statistic, Withheld


class FlowSums(NamedTuple):
    """A mean cash flow and how well it is known. [currency]"""

    mean: FloatArray
    """float64[period]."""
    covariance: FloatArray | None
    """float64[period, period]: of the mean; None where replicates say how well it is known."""
    replicates: FloatArray | None
    """float64[replicate, period]: the mean of each replicate."""

    def linear(self, value: float, weights: FloatArray) -> Estimate:
        """A statistic that moves by ``weights @ (mean - expected mean)``."""
        if self.replicates is not None:
            return from_parts(value, value + (self.replicates - self.mean) @ weights)
        assert self.covariance is not None
        return Estimate.symmetric(value, math.sqrt(max(float(weights @ self.covariance @ weights), 0.0)))


def irr_of_paths(
    flow: FloatArray, years: FloatArray, drawn: float, received: float, hurdle: float, sample: Sample
) -> Statistic:
    """IRR of the mean of the cash flows of all paths, or why there is none.

    Parameters
    ----------
    flow : float64[path, period]
        Money received less money paid in. [any money unit]
    years : float64[period]
        Years since the start. [year]
    drawn, received : float
        Mean money paid in and received. [any money unit]
    hurdle : float
        At which money is put out where there is no single rate. [1/year]
    sample : Sample
        Weights and replicates of the paths.

    Returns
    -------
    Estimate or Withheld
        [1/year]
    """
    mean = np.asarray(array.mean(flow, sample), dtype=np.float64)
    rate, status = internal_rate(mean, years, drawn, received)
    if math.isnan(rate):
        return _no_rate(status, hurdle, precision.modified_rate(flow, years, hurdle, sample))
    return precision.irr_of_mean_flow(rate, flow, years, sample)


def irr_of_sums(sums: FlowSums, years: FloatArray, drawn: float, received: float, hurdle: float) -> Statistic:
    """As `irr_of_paths`, from sums over the paths."""
    rate, status = internal_rate(sums.mean, years, drawn, received)
    if math.isnan(rate):
        return _no_rate(status, hurdle, _modified_rate(sums, years, hurdle))
    if rate <= -1.0:
        return Estimate(rate, math.nan, math.nan, math.nan)
    discount = (1.0 + rate) ** -years
    slope = -float(np.sum(years * sums.mean * discount)) / (1.0 + rate)
    if slope == 0.0:
        return Estimate(rate, math.nan, math.nan, math.nan)
    return sums.linear(rate, discount / -slope)


def _no_rate(status: int, hurdle: float, other: Estimate) -> Withheld:
    reason = f"the mean cash flow has no single IRR ({STATUS_NAMES[status].lower()})"
    if not math.isnan(other.value):
        reason += f"; with money at {hurdle:.2%} it earns {other.value:.2%} ± {other.standard_error:.2%} a year (MIRR)"
    return Withheld(reason)


def _modified_rate(sums: FlowSums, years: FloatArray, rate: float) -> Estimate:
    """As `risksim.metrics.precision.modified_rate`."""
    mean = sums.mean
    moved = np.flatnonzero(mean)
    span = float(years[moved[-1]] - years[moved[0]]) if moved.size else 0.0
    if span <= 0.0 or not (mean < 0.0).any():
        return Estimate.missing()
    received = np.where(mean > 0.0, (1.0 + rate) ** (years[moved[-1]] - years), 0.0)
    paid = -np.where(mean < 0.0, (1.0 + rate) ** (years[moved[0]] - years), 0.0)
    below = float(mean @ paid)
    ratio = float(mean @ received) / below
    found = max(ratio, 0.0) ** (1.0 / span)
    slope = found / (span * ratio) if ratio > 0.0 else math.nan
    return sums.linear(found - 1.0, slope * (received - ratio * paid) / below)
