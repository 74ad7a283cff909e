"""When to stop: a run grows until named statistics are known well enough.

A run that is looked at several times and stopped at the first look that satisfies is slightly optimistic: a look whose
standard error happens to be small stops it. With standard errors from thousands of paths that is far below the error.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import NamedTuple

from risksim.errors import RunError
from risksim.language import _
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Summary

FIRST_STAGE = 16_384
"""Paths before the first look; each look has twice as many. [paths]"""
CEILING = 10_000_000
"""Paths at most, unless said otherwise. [paths]"""


class Tolerance(NamedTuple):
    """How well one statistic has to be known."""

    name: str
    """A short name or a key of `Summary.statistics`."""
    limit: float
    """Standard error at most, in the unit of the statistic or as a share of it."""
    relative: bool

    def __str__(self) -> str:
        return f"{self.name}={self.limit * 100:g}%" if self.relative else f"{self.name}={self.limit:g}"


class Reached(NamedTuple):
    """How well a statistic is known."""

    tolerance: Tolerance
    value: float
    standard_error: float
    allowed: float
    """Standard error at most, in the unit of the statistic."""

    @property
    def met(self) -> bool:
        """Whether the statistic is known well enough."""
        return self.standard_error <= self.allowed


def parse(text: str) -> tuple[Tolerance, ...]:
    """Read ``p_loss=0.002,npv=1%``.

    Parameters
    ----------
    text : str
        Names and standard errors, with a comma between; ``%`` makes one a share of the statistic.

    Returns
    -------
    tuple of Tolerance

    Raises
    ------
    RunError
        If a part is no name and positive number.
    """
    return tuple(map(_parse_one, filter(None, (part.strip() for part in _parts(text)))))


def _parts(text: str) -> list[str]:
    """Cut at commas outside square brackets: names of a scenario may hold commas."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _parse_one(part: str) -> Tolerance:
    name, equals, number = part.rpartition("=")
    relative = number.strip().endswith("%")
    try:
        limit = float(number.strip().removesuffix("%"))
    except ValueError:
        limit = math.nan
    if not equals or not name.strip() or not 0.0 < limit < math.inf:
        raise RunError(
            _(
                "--tolerance: got '{part}'; each part is a statistic and the standard error it may have, as "
                "p_loss=0.002 or npv=1%. Try --tolerance p_loss=0.002,npv=1%.",
                part=part,
            )
        )
    return Tolerance(name.strip(), limit / 100.0 if relative else limit, relative)


def statistics_by_name(summary: Summary) -> dict[str, Estimate]:
    """Every statistic by its key, and those of all investors together by a short name.

    Parameters
    ----------
    summary : Summary
        Statistics of any number of paths.

    Returns
    -------
    dict of str to Estimate
        Short names first: ``irr``, ``moic``, ``p_loss``, ``expected_loss``, ``loss_var95``, ``loss_es95``; at the last
        hurdle ``npv``, ``npv_sd``, ``npv_p05``, ``npv_p50``, ``npv_p95``, ``p_npv_negative``, ``npv_var95``,
        ``npv_es95``.
    """
    side = summary.everybody
    npv = list(side.npv.values())[-1]
    irr = side.irr.of_mean_flow
    short = {
        "irr": irr if isinstance(irr, Estimate) else Estimate.missing(),
        "moic": side.moic.mean,
        "p_loss": side.loss.p_loss,
        "expected_loss": side.loss.expected_given_loss,
        "loss_var95": side.loss.value_at_risk_95,
        "loss_es95": side.loss.expected_shortfall_95,
        "npv": npv.mean,
        "npv_sd": npv.sd,
        "npv_p05": npv.p05,
        "npv_p50": npv.p50,
        "npv_p95": npv.p95,
        "p_npv_negative": npv.p_loss,
        "npv_var95": npv.value_at_risk_95,
        "npv_es95": npv.expected_shortfall_95,
    }
    return short | dict(summary.statistics())


def check(tolerances: tuple[Tolerance, ...], known: Mapping[str, Estimate]) -> None:
    """Refuse a name that no statistic has.

    Raises
    ------
    RunError
        Naming the closest ones.
    """
    for tolerance in tolerances:
        if tolerance.name not in known:
            close = difflib.get_close_matches(tolerance.name, known, n=3, cutoff=0.4)
            short = [name for name in known if "." not in name]
            listed = ", ".join([*close, *(name for name in short if name not in close)])
            raise RunError(
                _(
                    "--tolerance: got '{name}', which is no statistic of this deal. Try {listed}, or any key of the "
                    "statistics of 'risksim run --json'.",
                    name=tolerance.name,
                    listed=listed,
                )
            )


def reached(tolerances: tuple[Tolerance, ...], summary: Summary) -> tuple[Reached, ...]:
    """How well each named statistic is known.

    Parameters
    ----------
    tolerances : tuple of Tolerance
        What is asked for.
    summary : Summary
        Statistics so far.

    Returns
    -------
    tuple of Reached
        A statistic without a standard error (an event that no path has seen) counts as its whole interval over 3.92.
    """
    known, found = statistics_by_name(summary), []
    for tolerance in tolerances:
        estimate = known[tolerance.name]
        error = estimate.standard_error
        if math.isnan(error) and not math.isnan(estimate.value):
            error = (estimate.high - estimate.low) / 3.92
        allowed = tolerance.limit * (abs(estimate.value) if tolerance.relative else 1.0)
        found.append(Reached(tolerance, estimate.value, error, allowed))
    return tuple(found)


def stages(ceiling: int) -> list[int]:
    """Numbers of paths at which a growing run is looked at: doubling, the ceiling last."""
    found = []
    paths = FIRST_STAGE
    while paths < ceiling:
        found.append(paths)
        paths *= 2
    return [*found, ceiling]
