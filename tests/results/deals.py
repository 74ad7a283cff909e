"""A deal by hand: two cohorts, two outcomes, two payers, one tranche, four paths."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from risksim.plan import layout
from risksim.plan.layout import InputNote, Labels, PathResults, Plan

LABELS = Labels(
    cohorts=("første hold", "andet hold"),
    outcomes=("job", "uddannelse"),
    results=(),
    measures=("job: verified", "uddannelse: verified"),
    clauses=("per_outcome", "per_outcome", "cap"),
    rules=("job", "uddannelse", "cap", "cap"),
    payers=("Brøndby Kommune", "staten"),
    tranches=("Den Sociale Kapitalfond",),
    parties=("provider", "Den Sociale Kapitalfond", "Brøndby Kommune", "staten"),
    lines=("drawdown", "payment", "payment"),
    groups=(),
    dates=(dt.date(2025, 1, 1), dt.date(2026, 2, 28), dt.date(2027, 1, 1)),
    years=(2025, 2026, 2027),
    hurdles=(0.0, 0.035),
    inputs=(
        InputNote(
            "outcomes[job].success_rate", "Beta(30, 10)", "1", "source: København 2021", 0.75, 0.1, (0.6, 0.75, 0.9)
        ),
        InputNote("payments[0].price", "Uniform(5, 7)", "DKK", "assumption: gæt", 6.0, 0.6, (5.1, 6.0, 6.9)),
    ),
)
TEXT = "# Sådan går det på Ærø\nname: Prøve\n"


def only(group: Any, **given: Any) -> Any:
    """A group of the plan of which a test needs some fields; the others are empty."""
    return group(**{field: given.get(field, np.empty(0)) for field in group._fields})


def plan(**changed: Any) -> Plan:
    fields = {
        "inputs": only(layout.Inputs),
        "cohorts": only(layout.Cohorts),
        "outcomes": only(layout.Outcomes),
        "processes": None,
        "measures": only(layout.Measures),
        "results": only(layout.Results),
        "effects": only(layout.Effects),
        "payments": only(
            layout.Payments, kind=np.array([0, 0, 1, 1]), payer=np.array([0, 1, 0, 1]), clause=np.array([0, 1, 2, 2])
        ),
        "financing": only(layout.Financing),
        "waterfall": None,
        "ledger": layout.Ledger(
            from_party=np.array([1, 2, 3]), to_party=np.array([0, 1, 1]), credit=np.array([0, 1, 1, 1])
        ),
        "calendar": only(
            layout.Calendar,
            ordinal=np.array([date.toordinal() for date in LABELS.dates]),
            month=np.array([0.0, 14.0, 24.0]),
            years=np.array([0.0, 423 / 365, 2.0]),
            year_index=np.array([0, 1, 2]),
        ),
        "hurdles": np.array(LABELS.hurdles),
        "minor_units": 100,
        "stream": 0,
        "currency": "DKK",
        "day_count": "act/365",
        "name": "Prøve",
        "digest": "ab" * 32,
        "scenario_text": TEXT,
        "labels": LABELS,
    }
    return Plan(**{**fields, **changed})


def paths(n_paths: int = 4) -> PathResults:
    rng = np.random.default_rng(1)
    flow = rng.integers(0, 10**12, (n_paths, 3, 3))
    irr = rng.normal(size=(n_paths, 1))
    irr[0] = np.nan
    return PathResults(
        weight=np.full(n_paths, 1 / n_paths),
        replicate=np.zeros(n_paths, np.int16),
        inputs=rng.random((n_paths, 2)),
        headcount=rng.integers(0, 100, (n_paths, 2, 8)).astype(np.int32),
        claim=rng.integers(-(10**12), 2**62, (n_paths, 4, 3)),
        flow=flow,
        irr=irr,
        irr_status=np.where(np.isnan(irr), 4, 0).astype(np.int8),
        npv=rng.normal(size=(n_paths, 1, 2)),
        drawn=flow[:, :1].sum(axis=2),
        received=flow[:, 1:].sum(axis=(1, 2))[:, None],
        repayment=flow[:, 1:],
        group_irr=np.empty((n_paths, 0)),
        group_irr_status=np.empty((n_paths, 0), np.int8),
        group_npv=np.empty((n_paths, 0, 2)),
        stop_month=np.full(n_paths, 32_767, np.int16),
        ended_by=np.full(n_paths, -1, np.int16),
    )
