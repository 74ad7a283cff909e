"""Where a deal lies among past deals: its size, its places, what it may pay, whom and what it counts on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from risksim import api
from risksim.analysis.pool import ENROLLED, FIRST_OUTCOME, outcome_with_rate
from risksim.errors import RisksimError
from risksim.language import _
from risksim.metrics import precision
from risksim.metrics.precision import Estimate

PATHS = 20_000
"""Paths of each deal where none are asked for."""
KEYS = {
    "capital": "past-capital",
    "places": "past-places",
    "most_paid": "past-most-paid",
    "enrolment": "past-enrolment",
    "achieved": "past-achieved",
}
"""Constants of the register that hold the reference class of each measure."""


class Measure(NamedTuple):
    """One measure of a deal among past deals."""

    name: str
    """A key of `KEYS`."""
    value: Estimate | None
    """Of the deal; None where it has none."""
    left_out: str | None
    """Why it has none."""
    levels: tuple[float, ...]
    """[1]"""
    quantiles: tuple[float, ...]
    """Of past deals, at these levels."""
    past_deals: int
    below: float | None
    """The highest level whose quantile lies below the value; None where none does. [1]"""
    above: float | None
    """The lowest level whose quantile lies above the value; None where none does. [1]"""
    p_below_median: Estimate | None
    """Of what is achieved: probability that the file itself gives less than the median of past deals. [1]"""


class Reference(NamedTuple):
    """A deal among past deals."""

    file: str
    deal: str
    currency: str
    digest: str
    usd: float | None
    """US dollars for one unit of the currency, as given."""
    outcome: str | None
    """Whose successes stand for what is achieved."""
    capped: bool
    """Whether the most that is paid is a cap of the file; otherwise the most on any path."""
    measures: tuple[Measure, ...]


def reference(
    deal: api.Deal,
    usd: float | None = None,
    paths: int = PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Reference:
    """Lay a deal beside the quantiles of past deals. Nothing of it enters a simulation.

    Parameters
    ----------
    deal : Deal
        A deal.
    usd : float, optional
        US dollars for one unit of its currency; without it the capital is not compared.
    paths, seed, threads
        As in `risksim.api.simulate`.
    progress : callable, optional
        Called with the number of paths done.

    Returns
    -------
    Reference
    """
    if usd is not None and not (math.isfinite(usd) and usd > 0.0):
        raise RisksimError(
            _(
                "--usd: got {usd:g}; a number above 0, the dollars for one unit of the currency.\n  Try --usd 0.15",
                usd=usd,
            )
        )
    plan = deal.plan
    run = api.simulate(deal.plan, paths, seed, threads, keep_claims=False, progress=progress)
    sample, unit = run.sample, plan.minor_units
    side = api.investors(run) if deal.scenario.is_funded else None
    places = float(np.sum(plan.cohorts.places)) if plan.cohorts.places.size else 0.0
    none = "the file has no investors"
    found: dict[str, tuple[Estimate | None, str | None]] = {}
    capital = None if side is None else precision.mean(side.drawn / unit, sample)
    committed = None if side is None else _committed(deal)
    if committed is None:
        found["capital"] = None, none
    elif usd is None:
        found["capital"] = None, f"no rate of {plan.currency} to US dollars was given (--usd)"
    else:
        found["capital"] = Estimate.exact(committed * usd), None
    found["places"] = (Estimate.exact(places), None) if places else (None, "the deal has no participants")
    cap = _cap(deal)
    most = cap if cap is not None else float(run.paths.repayment.sum(axis=(1, 2)).max()) / unit
    whole = committed or (capital.value if capital is not None else 0.0)
    if side is None or whole <= 0.0:
        found["most_paid"] = None, none
    elif most <= 0.0:
        found["most_paid"] = None, "payers pay nothing for outcomes"
    else:
        found["most_paid"] = Estimate.exact(most / whole), None
    heads = run.paths.headcount
    if places:
        enrolled = heads[:, :, ENROLLED].sum(axis=1).astype(np.float64)
        found["enrolment"] = precision.mean(enrolled / places, sample), None
    else:
        found["enrolment"] = None, "the deal has no participants"
    outcome = outcome_with_rate(deal) if places else None
    below: Estimate | None = None
    if outcome is None:
        found["achieved"] = None, "no outcome has a success rate"
    else:
        column = FIRST_OUTCOME + 2 * plan.labels.outcomes.index(outcome)
        successes = heads[:, :, column].sum(axis=1).astype(np.float64)
        expected = precision.mean(successes, sample).value
        found["achieved"] = Estimate.exact(1.0), None
        median = api.register_table(KEYS["achieved"])["value"][2]
        below = precision.probability(successes < median * expected, sample)
    measures = tuple(_measure(name, *found[name], below if name == "achieved" else None) for name in KEYS)
    return Reference(deal.document.file, plan.name, plan.currency, plan.digest, usd, outcome, cap is not None, measures)


def _committed(deal: api.Deal) -> float:
    """All commitments at their means. [currency]"""
    return float(deal.plan.financing.commitment_value.sum())


def _cap(deal: api.Deal) -> float | None:
    """The total of a cap over all rules, where it is a plain number. [currency]"""
    caps = []
    for rule in deal.document.root.get("payments", []):
        said = rule.get("cap")
        if said is not None and "outcome" not in said:
            total = said.get("total")
            total = total.get("value") if isinstance(total, dict) else total
            caps += [float(total)] if isinstance(total, int | float) else []
    return min(caps, default=None)


def _measure(name: str, value: Estimate | None, left_out: str | None, below_median: Estimate | None) -> Measure:
    past = api.register_table(KEYS[name])
    levels, quantiles = past["level"], past["value"]
    below = above = None
    if value is not None:
        # A plan of exactly 100 % is that, however the mean of whole people comes out.
        at = round(value.value, 9)
        below = max((level for level, q in zip(levels, quantiles, strict=True) if q < at), default=None)
        above = min((level for level, q in zip(levels, quantiles, strict=True) if q > at), default=None)
    return Measure(
        name, value, left_out, tuple(levels), tuple(quantiles), int(past["n"][0]), below, above, below_median
    )
