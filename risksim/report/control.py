"""Means put right by control variates, as text."""

from __future__ import annotations

from typing import NamedTuple

from risksim.metrics.precision import Estimate
from risksim.report.numbers import plus_minus, rounded
from risksim.report.table import heading, table

NAMES = {"npv": "mean net present value", "repayment": "mean repayment"}

MOST_TIMES = 1e6


class ControlledOf(NamedTuple):
    """One mean, plain and adjusted."""

    quantity: str
    plain: Estimate
    adjusted: Estimate
    variance_ratio: float
    coefficient: float


def controlled(currency: str, found: tuple[ControlledOf, ...]) -> str:
    """Plain and adjusted means side by side.

    Parameters
    ----------
    currency : str
        Currency of the deal.
    found : tuple of ControlledOf
        The means.

    Returns
    -------
    str
    """
    rows = [
        (
            NAMES[one.quantity],
            *(_pair(one.plain)),
            *(_pair(one.adjusted)),
            _times(one.variance_ratio),
        )
        for one in found
    ]
    return (
        heading(f"Means without the luck of the draw ({currency})")
        + table(("", "plain", "", "adjusted", "", "worth so many times the paths"), rows)
        + "  adjusted by what each path pays if its people are divisible, whose mean is known (control variates)\n"
    )


def _times(ratio: float) -> str:
    """Beyond a million nothing is left to chance but rounding."""
    return f"{ratio:,.1f}" if ratio < MOST_TIMES else f"over {MOST_TIMES:,.0f}"


def _pair(estimate: Estimate) -> tuple[str, str]:
    return rounded(estimate.value, estimate.standard_error, 0), plus_minus(estimate.standard_error)
