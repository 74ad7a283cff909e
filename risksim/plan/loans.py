"""Loans as arrays: when they are repaid, the goals that change them, and when the borrower fails."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from risksim.plan import layout
from risksim.plan.columns import Column
from risksim.plan.numbers import Gathered, Number, slots
from risksim.scenario.base import value_of
from risksim.scenario.deal_contradictions import repayment_dates
from risksim.scenario.financing import Financing, Tranche
from risksim.scenario.loans import GOALS, Loan, Repayments, RevenueShare
from risksim.scenario.scenario import Scenario
from risksim.scenario.terms import exact
from risksim.scenario.uncertainty import Uniform

NEVER_FAILS = Number(-1, 1.0)
COUNTS = {"count": layout.COUNT, "share": layout.SHARE, "value": layout.VALUE}


def loan_dates(deal: Financing) -> set[dt.date]:
    """Dates on which loans are repaid, besides follow-ups."""
    found = set()
    for tranche in deal.tranches:
        if tranche.loan is not None:
            found.add(value_of(tranche.loan.maturity))
            if isinstance(tranche.loan.repaid, Repayments):
                found.update(repayment_dates(tranche.loan.repaid))
    return found


def column(measured: list[Column], place: Column) -> int:
    """A measure, noted if it is new."""
    if place not in measured:
        measured.append(place)
    return measured.index(place)


def read(scenario: Scenario, measured: list[Column], name: str) -> tuple[int, int]:
    """The measures of an outcome: what is added up and whom it speaks of, or the value of a result."""
    if name in scenario.whole:
        return column(measured, Column(scenario.whole.index(name), layout.RESULT)), -1
    outcome = list(scenario.personal).index(name)
    return column(measured, Column(outcome, layout.SUM)), column(measured, Column(outcome, layout.ELIGIBLE))


def loans(
    gathered: Gathered,
    measured: list[Column],
    dates: Sequence[dt.date],
    spans: layout.FloatArray,
    upto: layout.FloatArray,
    lines: tuple[int, int, int],
) -> layout.Loans | None:
    """The loans of a deal; None where there is none.

    Parameters
    ----------
    gathered : Gathered
        The scenario and its uncertain numbers.
    measured : list
        The measures so far; those that loans read are added.
    dates : sequence of date
        All periods.
    spans : float64[period]
        Years since the period before. [year]
    upto : float64[source, period]
        What is drawn up to each period.
    lines : tuple of int
        First ledger line of interest, of principal and of what is recovered.
    """
    scenario = gathered.scenario
    tranches = scenario.financing.tranches
    if not any(tranche.loan is not None for tranche in tranches):
        return None
    n, n_periods = len(tranches), len(dates)
    out: dict[str, Any] = {
        "is_loan": np.array([tranche.loan is not None for tranche in tranches], dtype=np.int64),
        "low_growth": np.ones((n, n_periods)),
        "pays": np.zeros((n, n_periods), dtype=np.int64),
        "part": np.zeros((n, n_periods)),
        "maturity": np.full(n, n_periods - 1, dtype=np.int64),
        "revenue": np.full(n, -1, dtype=np.int64),
        "share": np.zeros(n),
        "goal_column": np.full((n, len(GOALS), 2), -1, dtype=np.int64),
        "goal_counts": np.zeros((n, len(GOALS)), dtype=np.int64),
        "goal_grain": np.ones((n, len(GOALS))),
        "goal_limit": np.zeros((n, len(GOALS))),
        "goal_looks": np.zeros((n, len(GOALS), n_periods), dtype=np.int64),
        "forgiven": np.zeros(n),
        "first": np.array([int(np.argmax(upto[k] > 0.0)) for k in range(n)], dtype=np.int64),
    }
    numbers = []
    for k, tranche in enumerate(tranches):
        numbers.append(_failure(gathered, k, tranche.loan))
        if tranche.loan is not None:
            _fill(scenario, measured, dates, spans, k, tranche, tranche.loan, out)
    for position, name in enumerate(("moment", "chance", "lost")):
        out[f"{name}_slot"], out[f"{name}_value"] = slots([number[position] for number in numbers])
    return layout.Loans(**out, line_interest=lines[0], line_principal=lines[1], line_recovered=lines[2])


def _fill(
    scenario: Scenario,
    measured: list[Column],
    dates: Sequence[dt.date],
    spans: layout.FloatArray,
    k: int,
    tranche: Tranche,
    loan: Loan,
    out: dict[str, Any],
) -> None:
    maturity = list(dates).index(value_of(loan.maturity))
    out["maturity"][k] = maturity
    low = loan.lowered.to if loan.lowered is not None else tranche.rate
    out["low_growth"][k] = (1.0 + low) ** spans
    if isinstance(loan.repaid, Repayments):
        for number, date in enumerate(repayment_dates(loan.repaid)):
            t = list(dates).index(date)
            out["pays"][k, t] = 1
            out["part"][k, t] = 1.0 / (loan.repaid.times - number)
    out["pays"][k, maturity], out["part"][k, maturity] = 1, 1.0
    if isinstance(loan.repaid, RevenueShare):
        out["revenue"][k] = read(scenario, measured, loan.repaid.share_of)[0]
        out["share"][k] = loan.repaid.share
    out["forgiven"][k] = loan.forgiven.share if loan.forgiven is not None else 0.0
    for g, key in enumerate(GOALS):
        goal = getattr(loan, key)
        if goal is None:
            continue
        limit = exact(goal.at_least)
        grain = limit.denominator if goal.counts == "share" else 1
        out["goal_column"][k, g] = read(scenario, measured, goal.outcome)
        out["goal_counts"][k, g] = COUNTS[goal.counts]
        out["goal_grain"][k, g], out["goal_limit"][k, g] = grain, float(limit * grain)
        judged = [value_of(date) for date in goal.on] if goal.on is not None else scenario.follow_up_dates()
        for date in judged:
            t = bisect.bisect_left(dates, date)
            out["goal_looks"][k, g, t] = int(t <= maturity)


def _failure(gathered: Gathered, k: int, loan: Loan | None) -> tuple[Number, Number, Number]:
    """The uniform number that decides when the borrower fails, the yearly chance, and what is lost."""
    default = loan.default if loan is not None else None
    if default is None or default.yearly_chance == 0.0:
        return NEVER_FAILS, Number(-1, 0.0), Number(-1, 0.0)
    here = ("financing", "tranches", k, "loan", "default")
    return (
        gathered.number((*here, "moment"), Uniform(uniform=(0.0, 1.0)), "1", high=1.0),
        gathered.number((*here, "yearly_chance"), default.yearly_chance, "1/year", high=1.0),
        gathered.number((*here, "lost"), default.lost, "1", high=1.0),
    )
