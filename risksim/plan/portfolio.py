"""A deal as one of many: its own stream of draws, and its part in what all deals share."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

import numpy as np

from risksim.errors import Fault, PlanError
from risksim.language import _
from risksim.plan.hashes import hash32
from risksim.plan.layout import FloatArray, Labels, Plan
from risksim.scenario.calendar import months_between
from risksim.scenario.document import Document
from risksim.scenario.portfolio import Portfolio
from risksim.scenario.portfolio_reader import Member


def stream_of(name: str) -> int:
    """Stream of a deal of a portfolio: the 32-bit hash of its name; 1 in place of 0, the stream of a lone deal and of
    everything that all deals of a portfolio share.
    """
    return hash32(name) or 1


def for_portfolio(plan: Plan, stream: int, exposure: float = 1.0, first_year: int | None = None) -> Plan:
    """A deal as one of many.

    Parameters
    ----------
    plan : Plan
        The deal alone.
    stream : int
        Its stream (`stream_of`): inputs, people and everything else of its own are drawn there. What all deals share,
        the economy and recessions, is drawn in stream 0 by calendar year and month, whatever this is.
    exposure : float
        What the correlations of its outcomes with the economy, the roots of their shares, are multiplied by. [1]
    first_year : int, optional
        Calendar year in which the series of the economy begins, the same for all deals, so that all see the same
        economy in the same year. [year]

    Returns
    -------
    Plan

    Raises
    ------
    PlanError
        If the economy would decide more of an outcome than persons and cohorts leave, or there is an exposure to
        an economy that decides nothing.
    """
    plan, tied = plan._replace(stream=stream), plan.dependence
    if exposure != 1.0 and (tied is None or not tied.macro.any()):
        raise PlanError(
            _(
                "got {exposure:g}, but the economy decides nothing of this deal. Take it out, or say a macro of the "
                "portfolio or the deal.",
                exposure=exposure,
            )
        )
    if tied is None:
        return plan
    macro = exposure * tied.macro
    decided = tied.person**2 + tied.cohort**2 + macro**2
    most = int(np.argmax(decided))
    if exposure != 1.0 and decided[most] >= 1.0:
        raise PlanError(
            _(
                "got {exposure:g}, with which persons, cohorts and the economy decide {decided:.3g} of '{outcomes}', "
                "{economy:.3g} of it the economy; together they stay below 1. Lower the exposure.",
                exposure=exposure,
                decided=decided[most],
                outcomes=plan.labels.outcomes[most],
                economy=macro[most] ** 2,
            )
        )
    begins = tied.first_year if first_year is None else min(first_year, tied.first_year)
    return plan._replace(dependence=tied._replace(macro=macro, first_year=begins))


def most_exposed(plan: Plan) -> tuple[float, bool]:
    """The largest share of an outcome that the economy decides, and whether a recession may end spells."""
    tied, outcomes = plan.dependence, plan.outcomes
    if tied is None:
        return 0.0, False
    certain = (outcomes.rate_slot < 0) & (outcomes.rate_value == 1.0)  # what always comes follows nothing
    return round(float(np.where(certain, 0.0, tied.macro**2).max()), 12), tied.recession is not None


def same_streams(members: Sequence[Member], document: Document) -> list[Fault]:
    """Deals whose names share a stream, so that they would share every person's luck."""
    faults, seen = [], dict[int, Member]()
    for member in members:
        other = seen.setdefault(stream_of(member.name), member)
        if other.name != member.name:
            found = _("'{name}' and '{other}' share the address of their draws.", name=member.name, other=other.name)
            faults.append(document.fault(("portfolio", "deals", member.position), found, _("Rename one of them.")))
    return faults


def clock(labels: Sequence[Labels], start: dt.date, day_count: str) -> tuple[tuple[dt.date, ...], FloatArray]:
    """The dates of all deals, and the years from the start of the first of them: float64[period]. [year]"""
    dates = tuple(sorted({date for of_deal in labels for date in of_deal.dates}))
    if day_count == "act/365":
        return dates, np.array([(date - start).days / 365.0 for date in dates])
    return dates, np.array([months_between(start, date) / 12.0 for date in dates])


def digest_of(said: Portfolio, members: Sequence[Member]) -> str:
    """SHA-256 of what a portfolio and its deals say, whatever their comments and spacing."""
    told = [said, *(member.said for member in members)]
    texts = [part.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"titles"}) for part in told]
    return hashlib.sha256(json.dumps(texts, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()
