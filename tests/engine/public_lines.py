"""Public purses laid out by hand, and people counted by hand, for tests of what comes of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from risksim.engine.purse_counts import Counted
from risksim.plan.layout import (
    ABLE,
    ACHIEVED,
    BY_SUCCESS,
    FINISHED,
    FIRST,
    IN_ALL,
    IS_CONSEQUENCE,
    JOINED,
    OF_PEOPLE,
    FloatArray,
    Inputs,
    Measures,
    Numbers,
    Plan,
    Purse,
    PurseLines,
)

MUNICIPALITY, STATE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


class Line(NamedTuple):
    """One line as a test says it; numbers are certain unless they are ``("slot", 3)``."""

    name: str = "shelter"
    kind: int = IS_CONSEQUENCE
    counts: int = BY_SUCCESS
    outcomes: tuple[int, ...] = (0,)
    people: int = JOINED
    """JOINED or FINISHED, where people are counted."""
    saved: Any = 1.0
    volume: Any = 1.0
    price: Any = 1.0
    decay: Any = 0.0
    cashable: Any = 1.0
    unserved: Any = 0.0
    profile: tuple[float, ...] = (0.0, 1.0)
    evidence: int = 30
    transfer: bool = False
    in_all: dict[int, float] = {}  # noqa: RUF012 - a NamedTuple's default, never changed
    """By row of the years."""
    share: Any = MUNICIPALITY
    """Of each sector, or float64[t, sector], or float64[year, t, sector]."""


def purse_for(plan: Plan, lines: list[Line], n_years: int = 12, **changes: Any) -> Purse:
    """A purse of some lines, with every meter of every outcome."""
    n_outcomes, n_t = len(plan.labels.outcomes), max(len(line.profile) for line in lines)
    statistics = [(k, s) for k in range(n_outcomes) for s in (ABLE, ACHIEVED, FIRST)] + [(-1, JOINED), (-1, FINISHED)]
    first = plan.labels.dates[0].year
    month_gap = np.diff(plan.calendar.month)
    made = Purse(
        inputs=no_inputs(),
        together=np.empty(0),
        meters=meters_of(plan, statistics),
        lines=PurseLines(
            kind=np.array([line.kind for line in lines]),
            counts=np.array([line.counts for line in lines]),
            claim_ptr=np.cumsum([0, *(len(claims_of(line)) for line in lines)]),
            claim_outcome=np.array([k for line in lines for k in claims_of(line)], dtype=np.int64),
            meter=np.array([meter_of(line, statistics) for line in lines]),
            able=np.array([able_of(line, statistics) for line in lines]),
            profile=np.array([[*line.profile, *[0.0] * (n_t - len(line.profile))] for line in lines]),
            evidence=np.array([line.evidence for line in lines]),
            saved=numbers(line.saved for line in lines),
            volume=numbers(line.volume for line in lines),
            price=numbers(line.price for line in lines),
            decay=numbers(line.decay for line in lines),
            cashable=numbers(line.cashable for line in lines),
            unserved=numbers(line.unserved for line in lines),
            is_transfer=np.array([line.transfer for line in lines], dtype=np.uint8),
            in_all=np.array([[line.in_all.get(y, 0.0) for y in range(n_years)] for line in lines]),
            share=np.array([shares_of(line.share, n_years, n_t) for line in lines]),
        ),
        anyway_slot=np.full(n_outcomes, -1),
        anyway_value=np.full(n_outcomes, 0.25),
        overlap=numbers([0.0]),
        overlap_kept=1.0,
        year_of_period=np.array([date.year - first for date in plan.labels.dates]),
        months_to_next=np.append(month_gap, month_gap[-1:]) if month_gap.size else np.array([12.0]),
        discount=np.ones(n_years),
        deflator=np.ones(n_years),
        payer_budget=np.array([0 if payer == "municipality" else 2 for payer in plan.labels.payers], dtype=np.int64),
        appropriation=numbers([np.nan] * len(plan.labels.payers) * len(plan.labels.years)),
        claim_of_rule=np.full(plan.payments.kind.size, -1),
        socio_economic=False,
        tax_factor=1.0,
        budgets=("municipality", "region", "state"),
        years=tuple(range(first, first + n_years)),
        names=tuple(line.name for line in lines),
        committees=("",) * len(lines),
        notes=(),
        price_year=first,
        editions=(),
    )
    return made._replace(**changes)


def with_purse(plan: Plan, lines: list[Line], n_years: int = 12, **changes: Any) -> Plan:
    """A plan with that purse."""
    return plan._replace(purse=purse_for(plan, lines, n_years, **changes))


def claims_of(line: Line) -> tuple[int, ...]:
    return () if line.counts in (OF_PEOPLE, IN_ALL) else line.outcomes


def meter_of(line: Line, statistics: list[tuple[int, int]]) -> int:
    if line.counts == IN_ALL or len(claims_of(line)) > 1:
        return -1
    if line.counts == OF_PEOPLE:
        return statistics.index((-1, line.people))
    return statistics.index((line.outcomes[0], FIRST if line.counts == BY_SUCCESS else ACHIEVED))


def able_of(line: Line, statistics: list[tuple[int, int]]) -> int:
    return statistics.index((line.outcomes[0], ABLE)) if len(claims_of(line)) == 1 else -1


def numbers(values: Any) -> Numbers:
    """Numbers, certain or ``("slot", n)``."""
    values = list(values)
    slots = [value[1] if isinstance(value, tuple) else -1 for value in values]
    certain = [np.nan if isinstance(value, tuple) else value for value in values]
    return Numbers(np.array(slots, dtype=np.int64), np.array(certain, dtype=np.float64))


def shares_of(share: Any, n_years: int, n_t: int) -> FloatArray:
    given = np.asarray(share, dtype=np.float64)
    if given.ndim == 2:
        given = np.vstack([given, np.repeat(given[-1:], max(n_t - len(given), 0), axis=0)])[:n_t]
    return np.broadcast_to(given, (n_years, n_t, 3)).copy()


def no_inputs() -> Inputs:
    empty, none = np.empty(0), np.empty(0, dtype=np.int64)
    return Inputs(np.empty(0, np.uint32), np.zeros(1, np.int64), empty, empty, none, empty, np.empty((0, 0, 4)), empty)


def meters_of(plan: Plan, statistics: list[tuple[int, int]]) -> Measures:
    outcome, statistic = (np.array(each, dtype=np.int64) for each in zip(*statistics, strict=True))
    rows = plan.outcomes.period_of_month.shape[0]
    row_outcome = np.repeat(np.arange(plan.outcomes.address.size), np.diff(plan.outcomes.first_row))
    of_rows = (row_outcome[None] == outcome[:, None]).astype(np.uint8).reshape(outcome.size, rows)
    return Measures(outcome, statistic, of_rows, np.ones((outcome.size, plan.calendar.years.size), np.uint8))


# People


def random_counts(plan: Plan, n_paths: int, seed: int = 1, own: FloatArray | None = None, **changes: Any) -> Counted:
    """People by chance: of each meter a few in each period, and fewer of them added by the programme."""
    assert plan.purse is not None
    rng = np.random.default_rng(seed)
    n_meters, n_periods = plan.purse.meters.outcome.size, plan.calendar.years.size
    n_lines, n_years, n_outcomes = plan.purse.lines.kind.size, len(plan.purse.years), len(plan.labels.outcomes)
    gross = rng.integers(0, 12, (n_paths, n_meters, n_periods)).astype(float)
    net = gross - rng.integers(0, 4, gross.shape).clip(max=gross)
    net[:, plan.purse.meters.outcome < 0] = gross[:, plan.purse.meters.outcome < 0]
    counted = Counted(
        inputs=np.empty((n_paths, plan.inputs.address.size)),
        measured=np.empty((n_paths, 0)),
        headcount=np.empty((n_paths, 0), np.int32),
        stops=None,
        planned=None,
        own=np.empty((n_paths, 0)) if own is None else own,
        gross=gross,
        net=net,
        claimed_gross=np.zeros((n_paths, n_lines, n_years)),
        claimed_net=np.zeros((n_paths, n_lines, n_years)),
        attributable=rng.uniform(0, 9, (n_paths, n_outcomes)),
        anyway=rng.uniform(0, 1, (n_paths, n_outcomes)),
    )
    return counted._replace(**changes)


class Money(NamedTuple):
    """Claims and repayments, as far as the purse reads them."""

    claim: Any
    repayment: Any


def random_money(plan: Plan, n_paths: int, seed: int = 2) -> Money:
    rng = np.random.default_rng(seed)
    claims = rng.integers(0, 10**7, (n_paths, plan.payments.kind.size, plan.calendar.years.size))
    return Money(claims, rng.integers(0, 10**8, (n_paths, len(plan.labels.payers), len(plan.labels.years))))
