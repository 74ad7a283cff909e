"""Capital and the ledger: when it is drawn, who pays whom, and the dates on which money moves."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from risksim.plan import layout
from risksim.plan.numbers import Gathered, slots
from risksim.plan.people import last_month
from risksim.scenario.base import value_of
from risksim.scenario.calendar import add_months, months_between
from risksim.scenario.financing import Grant, Instalments, Tranche, by_amount
from risksim.scenario.scenario import Scenario


def drawings(scenario: Scenario, part: Tranche | Grant) -> list[tuple[dt.date, float]]:
    """Dates of a drawdown with the cumulative share drawn on each, or the amount where it is told in amounts."""
    if part.drawdown == "as needed":
        return []
    if part.drawdown == "start":
        return [(scenario.start_date, 1.0)]
    if isinstance(part.drawdown, Instalments):
        times = part.drawdown.times
        return [(date, (k + 1) / times) for k, date in enumerate(instalment_dates(scenario, part.drawdown))]
    by_date: dict[dt.date, float] = {}
    for drawing in sorted(part.drawdown, key=lambda drawing: value_of(drawing.on)):
        told = drawing.share or drawing.amount or 0.0
        by_date[value_of(drawing.on)] = by_date.get(value_of(drawing.on), 0.0) + told
    upto = [math.fsum(list(by_date.values())[: k + 1]) for k in range(len(by_date))]
    if not by_amount(part):
        whole = upto[-1] if part.drawdown[0].amount is not None else 1.0
        upto = [*(min(drawn / whole, 1.0) for drawn in upto[:-1]), 1.0]
    return list(zip(by_date, upto, strict=True))


def instalment_dates(scenario: Scenario, rhythm: Instalments) -> list[dt.date]:
    """Dates of a regular rhythm from the start on."""
    step = int(value_of(rhythm.every))
    return [add_months(scenario.start_date, k * step) for k in range(rhythm.times)]


def calendar(scenario: Scenario, dates: Sequence[dt.date], years: Sequence[int]) -> layout.Calendar:
    """The periods of the deal and the days of its months."""
    months = np.array([months_between(scenario.start_date, date) for date in dates])
    days = np.array([(date - scenario.start_date).days for date in dates], dtype=np.float64)
    return layout.Calendar(
        ordinal=np.array([date.toordinal() for date in dates], dtype=np.int64),
        month=months,
        years=days / 365.0 if scenario.day_count == "act/365" else months / 12.0,
        year_index=np.array([years.index(date.year) for date in dates], dtype=np.int64),
        month_ordinal=np.array(
            [add_months(scenario.start_date, month).toordinal() for month in range(last_month(scenario) + 1)],
            dtype=np.int64,
        ),
    )


def drawn_upto(draws: Sequence[Sequence[tuple[dt.date, float]]], dates: Sequence[dt.date]) -> layout.FloatArray:
    """What each source has paid out up to each period: float64[source, period]."""
    upto = np.zeros((len(draws), len(dates)))
    for k, drawing in enumerate(draws):
        for t, date in enumerate(dates):
            upto[k, t] = max((so_far for day, so_far in drawing if day <= date), default=0.0)
    return upto


def financing(
    gathered: Gathered, draws: Sequence[Sequence[tuple[dt.date, float]]], dates: Sequence[dt.date]
) -> layout.Financing:
    """The tranches and their cumulative drawdown by period."""
    scenario = gathered.scenario
    commitments = [
        gathered.number(("financing", "tranches", position, "commitment"), tranche.commitment, scenario.currency)
        for position, tranche in enumerate(scenario.financing.tranches)
    ]
    return layout.Financing(*slots(commitments), drawn_upto(draws, dates))


def plain_ledger(scenario: Scenario, payers: Sequence[str]) -> tuple[layout.Ledger, list[str], list[str]]:
    """The ledger of one investor: a line to the provider, then one per payer to the investor.

    Returns
    -------
    Ledger
    list of str
        The parties.
    list of str
        The reason of each line.
    """
    investor, n_payers = scenario.financing.tranches[0].name, len(payers)
    ledger = layout.Ledger(
        from_party=np.array([1, *range(2, 2 + n_payers)], dtype=np.int64),
        to_party=np.array([0] + [1] * n_payers, dtype=np.int64),
        credit=np.array([0] + [1] * (1 + n_payers), dtype=np.int64),
    )
    reasons = [f"drawdown of {investor}", *(f"outcome payments by {payer}" for payer in payers)]
    return ledger, [scenario.provider, investor, *payers], reasons
