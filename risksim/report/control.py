"""Means put right by control variates, as text."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import N_, _
from risksim.metrics.precision import Estimate
from risksim.report.numbers import number, plus_minus, rounded
from risksim.report.table import heading, table

NAMES = {"npv": N_("mean net present value"), "repayment": N_("mean repayment")}

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
            _(NAMES[one.quantity]),
            *(_pair(one.plain)),
            *(_pair(one.adjusted)),
            _times(one.variance_ratio),
        )
        for one in found
    ]
    return (
        heading(_("Means without the luck of the draw ({currency})", currency=currency))
        + table(("", _("plain"), "", _("adjusted"), "", _("worth so many times the paths")), rows)
        + _("  adjusted by what each path pays if its people are divisible, whose mean is known (control variates)\n")
    )


def _times(ratio: float) -> str:
    """Beyond a million nothing is left to chance but rounding."""
    return number(ratio, ",.1f") if ratio < MOST_TIMES else _("over {times}", times=number(MOST_TIMES, ",.0f"))


def _pair(estimate: Estimate) -> tuple[str, str]:
    return rounded(estimate.value, estimate.standard_error, 0), plus_minus(estimate.standard_error)
