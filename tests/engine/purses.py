"""A public purse for any deal, made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from risksim.engine.purse_meters import is_yes_or_no
from risksim.plan import layout
from risksim.plan.hashes import hash32
from risksim.plan.layout import (
    ABLE,
    ACHIEVED,
    BY_SUCCESS,
    FINISHED,
    FIRST,
    IS_CONSEQUENCE,
    JOINED,
    Inputs,
    Measures,
    Plan,
    Purse,
    PurseLines,
)
from tests.engine.public_lines import no_inputs, numbers


def certain(n, value):
    """Numbers that are certain."""
    return numbers([float(value)] * n)


def inputs_like(inputs, names):
    """Uncertain inputs with the law of the first input of a deal, drawn at the addresses of names."""
    size = int(inputs.piece_ptr[1])
    n = len(names)
    pieces = [
        np.tile(getattr(inputs, name)[:size], n) for name in ("piece_start", "piece_width", "table_index", "atom")
    ]
    return Inputs(
        np.array([hash32(name) for name in names], dtype=np.uint32),
        np.arange(0, size * n + 1, size, dtype=np.int64),
        *pieces,
        inputs.table,
        np.full(n, inputs.mean[0]),
    )


def yes_or_no(plan):
    return [outcome for outcome in range(plan.outcomes.address.size) if is_yes_or_no(plan, outcome)]


def with_purse(
    plan: Plan,
    *,
    people: bool = False,
    claims: tuple[tuple[int, ...], ...] = (),
    profile: tuple[float, ...] = (0.0, 1.0, 0.5, 0.25),
    decay: float = 0.1,
    counts: int = BY_SUCCESS,
    **changes: Any,
) -> Plan:
    """The deal with every meter of each yes-or-no outcome, and lines that outcomes claim together."""
    asked = [(outcome, statistic) for outcome in yes_or_no(plan) for statistic in (ABLE, ACHIEVED, FIRST)]
    if people:
        asked += [(-1, JOINED), (-1, FINISHED)]
    n_rows, n_periods = plan.measures.rows.shape[1], plan.calendar.years.size
    rows = np.zeros((len(asked), n_rows), np.uint8)
    for m, (outcome, _) in enumerate(asked):
        if outcome >= 0:
            rows[m, plan.outcomes.first_row[outcome] : plan.outcomes.first_row[outcome + 1]] = 1
    meters = Measures(
        np.array([outcome for outcome, _ in asked], dtype=np.int64),
        np.array([statistic for _, statistic in asked], dtype=np.int64),
        rows,
        np.ones((len(asked), n_periods), np.uint8),
    )
    first = plan.labels.dates[0].year if plan.labels.dates else 2025
    last = plan.labels.dates[-1].year + len(profile)
    years = tuple(range(first, last + 1))
    n = len(claims)
    lines = PurseLines(
        kind=np.full(n, IS_CONSEQUENCE, dtype=np.int64),
        counts=np.full(n, counts, dtype=np.int64),
        claim_ptr=np.cumsum([0, *map(len, claims)]).astype(np.int64),
        claim_outcome=np.array([outcome for own in claims for outcome in own], dtype=np.int64),
        meter=np.full(n, -1, dtype=np.int64),
        able=np.full(n, -1, dtype=np.int64),
        profile=np.tile(np.array(profile), (n, 1)).reshape(n, len(profile)),
        evidence=np.full(n, 5, dtype=np.int64),
        saved=certain(n, 1),
        volume=certain(n, 1),
        price=certain(n, 1),
        decay=certain(n, decay),
        cashable=certain(n, 0.5),
        unserved=certain(n, 0),
        is_transfer=np.zeros(n, np.uint8),
        in_all=np.zeros((n, len(years))),
        share=np.zeros((n, len(years), len(profile), 3)),
    )
    n_outcomes = plan.outcomes.address.size
    purse = Purse(
        inputs=no_inputs(),
        together=np.empty(0),
        meters=meters,
        lines=lines,
        anyway_slot=np.full(n_outcomes, -1, dtype=np.int64),
        anyway_value=np.full(n_outcomes, np.nan),
        overlap=certain(1, 0),
        overlap_kept=0.5,
        year_of_period=np.array([date.year - first for date in plan.labels.dates], dtype=np.int64),
        months_to_next=np.full(n_periods, 12.0),
        discount=np.ones(len(years)),
        deflator=np.ones(len(years)),
        payer_budget=np.zeros(len(plan.labels.payers), dtype=np.int64),
        appropriation=certain(len(plan.labels.payers) * len(plan.labels.years), np.nan),
        claim_of_rule=np.full(plan.payments.kind.size, -1, dtype=np.int64),
        socio_economic=False,
        tax_factor=1.0,
        budgets=("municipality", "region", "state"),
        years=years,
        names=tuple(f"line {k}" for k in range(n)),
        committees=("",) * n,
        notes=(),
        price_year=first,
        editions=(),
    )
    assert layout.Purse is Purse
    return plan._replace(purse=purse._replace(**changes))
