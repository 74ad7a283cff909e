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
from risksim.scenario.financing import Instalments, Tranche
from risksim.scenario.scenario import Scenario


def drawings(scenario: Scenario, tranche: Tranche) -> list[tuple[dt.date, float]]:
    """Dates of a drawdown with the cumulative share drawn on each."""
    if tranche.drawdown == "start":
        return [(scenario.start_date, 1.0)]
    if isinstance(tranche.drawdown, Instalments):
        times, step = tranche.drawdown.times, int(value_of(tranche.drawdown.every))
        return [(add_months(scenario.start_date, k * step), (k + 1) / times) for k in range(times)]
    by_date: dict[dt.date, float] = {}
    whole = math.fsum(drawing.amount or 0.0 for drawing in tranche.drawdown)
    for drawing in sorted(tranche.drawdown, key=lambda drawing: value_of(drawing.on)):
        part = drawing.share or 0.0
        if drawing.amount is not None:
            part = drawing.amount / whole
        by_date[value_of(drawing.on)] = by_date.get(value_of(drawing.on), 0.0) + part
    shares = [min(math.fsum(list(by_date.values())[: k + 1]), 1.0) for k in range(len(by_date))]
    shares[-1] = 1.0
    return list(zip(by_date, shares, strict=True))


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


def financing(
    gathered: Gathered, draws: Sequence[Sequence[tuple[dt.date, float]]], dates: Sequence[dt.date]
) -> layout.Financing:
    """The tranches and their cumulative drawdown by period."""
    scenario = gathered.scenario
    commitments = [
        gathered.number(("financing", "tranches", position, "commitment"), tranche.commitment, scenario.currency)
        for position, tranche in enumerate(scenario.financing.tranches)
    ]
    share = np.zeros((len(draws), len(dates)))
    for k, drawing in enumerate(draws):
        for t, date in enumerate(dates):
            share[k, t] = max((upto for day, upto in drawing if day <= date), default=0.0)
    return layout.Financing(*slots(commitments), share)


def ledger(n_tranches: int, n_payers: int) -> layout.Ledger:
    """A line per tranche to the provider (party 0), then one per payer to the first tranche (party 1)."""
    first_payer = 1 + n_tranches
    return layout.Ledger(
        from_party=np.array([*range(1, first_payer), *range(first_payer, first_payer + n_payers)], dtype=np.int64),
        to_party=np.array([0] * n_tranches + [1] * n_payers, dtype=np.int64),
    )
