"""The same deal by another engine: two ways to the same number that share no code but the payments."""

from __future__ import annotations

import math
from typing import NamedTuple

from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Summary

LIMIT = 4.0
"""Combined standard errors beyond which two engines don't agree."""


class Compared(NamedTuple):
    """One statistic by both engines."""

    name: str
    """``p_loss``, ``npv`` (both of all investors), ``repayment[PAYER]`` or ``achieved[OUTCOME]``."""
    value: Estimate
    other: Estimate
    z: float
    """Their difference in combined standard errors."""


class CrossCheck(NamedTuple):
    """A run beside one of another engine."""

    engine: str
    """The other engine."""
    how: str
    """Its paths, in words."""
    of: tuple[Compared, ...]
    """The statistics that have an error in either run."""

    @property
    def worst(self) -> Compared | None:
        """The statistic that differs most."""
        return max(self.of, key=lambda each: abs(each.z), default=None)

    @property
    def agrees(self) -> bool:
        """Whether no statistic differs by more than four combined standard errors."""
        return self.worst is None or abs(self.worst.z) <= LIMIT


def cross_check(summary: Summary, other: Summary, engine: str, how: str) -> CrossCheck:
    """Hold a run against another of the same deal.

    Parameters
    ----------
    summary, other : Summary
        Of the run, and of that by the other engine; their draws must be independent.
    engine : str
        The other engine.
    how : str
        Its paths, in words.

    Returns
    -------
    CrossCheck
    """
    theirs = _figures(other)
    found = []
    for name, value in _figures(summary).items():
        error = math.hypot(value.standard_error, theirs[name].standard_error)
        if error > 0.0:  # nan where a probability was 0 or 1 in a sample
            found.append(Compared(name, value, theirs[name], (value.value - theirs[name].value) / error))
    return CrossCheck(engine, how, tuple(found))


def _figures(summary: Summary) -> dict[str, Estimate]:
    side = summary.everybody
    found = {"p_loss": side.loss.p_loss, "npv": list(side.npv.values())[-1].mean}
    found |= {f"repayment[{name}]": payer.total.mean for name, payer in summary.payers.items()}
    return found | {f"achieved[{name}]": each.achieved.mean for name, each in summary.programme.outcomes.items()}
