"""Words to arrays: a scenario becomes a plan. Pure: no files, no randomness.

Steps: the calendar, the uncertain inputs, the cohorts and outcomes on the contract clock, the rules, the money.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from risksim.errors import Fault, ScenarioError
from risksim.plan import layout
from risksim.plan.currency import minor_units
from risksim.plan.fits import FitError
from risksim.plan.hashes import hash16, hash32
from risksim.plan.laws import Law, bounds_fault, law_of
from risksim.plan.quantile_table import tabulate
from risksim.scenario.base import value_of
from risksim.scenario.calendar import add_months, months_between
from risksim.scenario.contract import Cap, Instalments, PerOutcome, Tranche
from risksim.scenario.origins import input_name, origin_text
from risksim.scenario.outcomes import AfterCompletion, AfterEnrolment, OnDate, Outcome
from risksim.scenario.programme import Cohort
from risksim.scenario.scenario import Scenario

Path = tuple[str | int, ...]

POPULATIONS = {"enrolled": layout.ENROLLED, "completers": layout.COMPLETERS, "measured": layout.MEASURED}
WORDS = 2.0**32


class Places(Protocol):
    """Anything that turns a place in a scenario into a fault: `risksim.scenario.reader.Document`."""

    @property
    def text(self) -> str:
        """The scenario file itself."""

    def fault(self, path: Path, found: str, remedy: str) -> Fault:
        """A fault with file, line and column."""


class NoFile:
    """Places of a scenario that was not read from a file."""

    text = ""

    def fault(self, path: Path, found: str, remedy: str) -> Fault:
        """A fault without a line."""
        return Fault("scenario", None, None, ".".join(str(step) for step in path), found, remedy)


class Number(NamedTuple):
    """A number of the plan: a slot of the drawn inputs, or a constant."""

    slot: int
    value: float


class Gathered:
    """Uncertain inputs in the order in which they are met, and the faults found on the way."""

    def __init__(self, scenario: Scenario, places: Places) -> None:
        self.scenario, self.places = scenario, places
        self.laws: list[Law] = []
        self.notes: list[layout.InputNote] = []
        self.addresses: dict[int, str] = {}
        self.faults: list[Fault] = []

    def number(self, path: Path, number: Any, unit: str, low: float = 0.0, high: float = math.inf) -> Number:
        """A number as slot or constant; its law is held against its bounds."""
        try:
            law = law_of(number, low, high)
        except FitError as error:
            self.faults.append(self.places.fault(path, error.found, error.remedy))
            return Number(-1, 0.0)
        wrong = bounds_fault(law, low, high, unit)
        if wrong is not None:
            self.faults.append(self.places.fault(path, *wrong))
            return Number(-1, 0.0)
        if law.certain:
            return Number(-1, law.mean)
        name = input_name(self.scenario, path)
        address = hash32(name)
        if address in self.addresses:
            self.faults.append(
                self.places.fault(
                    path,
                    f"'{name}' and '{self.addresses[address]}' share the address of their draws.",
                    "Rename one of them.",
                )
            )
        self.addresses[address] = name
        self.laws.append(law)
        quantiles = (law.quantile(0.05), law.quantile(0.5), law.quantile(0.95))
        self.notes.append(layout.InputNote(name, law.text, unit, origin_text(number), law.mean, quantiles))
        return Number(len(self.laws) - 1, law.mean)

    def inputs(self) -> layout.Inputs:
        """The tables of everything gathered."""
        tables = tabulate(self.laws)
        return layout.Inputs(address=np.array(list(self.addresses), dtype=np.uint32), **tables._asdict())


def compile_plan(scenario: Scenario, places: Places | None = None) -> layout.Plan:
    """Compile a scenario.

    Parameters
    ----------
    scenario : Scenario
        One deal.
    places : Places, optional
        The document it was read from, for line numbers in messages.

    Returns
    -------
    Plan

    Raises
    ------
    ScenarioError
        If a law leaves the bounds of its field, names collide, or a part can never work.
    """
    places = places or NoFile()
    gathered = Gathered(scenario, places)
    gathered.faults.extend(_impossible(scenario, places))
    follow_ups = scenario.follow_up_dates()
    draws = [_drawings(scenario, tranche) for tranche in scenario.financing.tranches]
    dates = sorted({*follow_ups, *(date for drawing in draws for date, _ in drawing)})
    years = sorted({date.year for date in dates})
    cohorts, months = _cohorts(gathered)
    outcomes, class_of_month, class_ptr, class_limit = _outcomes(gathered, months, follow_ups, dates)
    cohorts = cohorts._replace(class_of_month=class_of_month, class_ptr=class_ptr, class_limit=class_limit)
    payments, measures, payers, rule_names = _payments(gathered)
    financing = _financing(gathered, draws, dates)
    tranches = [tranche.name for tranche in scenario.financing.tranches]
    parties = [scenario.provider, *tranches, *payers]
    for position, name in enumerate(tranches):
        if parties.count(name) > 1:
            gathered.faults.append(
                places.fault(
                    ("financing", "tranches", position, "name"),
                    f"got '{name}', which is also another party of this deal.",
                    "Give each party a name of its own.",
                )
            )
    if gathered.faults:
        raise ScenarioError(gathered.faults)
    return layout.Plan(
        inputs=gathered.inputs(),
        cohorts=cohorts,
        outcomes=outcomes,
        measures=measures,
        payments=payments,
        financing=financing,
        ledger=_ledger(len(tranches), len(payers)),
        calendar=_calendar(scenario, dates, years),
        hurdles=np.array(scenario.hurdles, dtype=np.float64),
        minor_units=minor_units(scenario.currency),
        stream=0,
        currency=scenario.currency,
        day_count=scenario.day_count,
        name=scenario.name,
        digest=digest_of(scenario),
        scenario_text=places.text,
        labels=layout.Labels(
            cohorts=tuple(cohort.name for cohort in scenario.cohorts),
            outcomes=tuple(scenario.outcomes),
            rules=tuple(rule_names),
            payers=tuple(payers),
            tranches=tuple(tranches),
            parties=tuple(parties),
            lines=(
                *(f"drawdown of {name}" for name in tranches),
                *(f"outcome payments by {payer}" for payer in payers),
            ),
            dates=tuple(dates),
            years=tuple(years),
            hurdles=tuple(scenario.hurdles),
            inputs=tuple(gathered.notes),
        ),
    )


def digest_of(scenario: Scenario) -> str:
    """SHA-256 of what a scenario says, whatever its comments and spacing."""
    said = scenario.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


def at_means(plan: layout.Plan) -> layout.Plan:
    """The same deal with every uncertain input at its mean.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    Plan
        Without uncertain inputs.
    """
    mean = plan.inputs.mean

    def fixed(group: Any, *names: str) -> Any:
        changes: dict[str, Any] = {}
        for name in names:
            slot = getattr(group, f"{name}_slot")
            values = np.where(
                slot >= 0, mean[np.maximum(slot, 0)] if mean.size else 0.0, getattr(group, f"{name}_value")
            )
            changes |= {f"{name}_slot": np.full_like(slot, -1), f"{name}_value": values}
        return group._replace(**changes)

    return plan._replace(
        inputs=plan.inputs._replace(
            address=plan.inputs.address[:0], piece_ptr=plan.inputs.piece_ptr[:1], mean=mean[:0]
        ),
        cohorts=fixed(plan.cohorts, "ratio", "dropout", "unmeasured"),
        outcomes=fixed(plan.outcomes, "rate"),
        payments=fixed(plan.payments, "amount"),
        financing=fixed(plan.financing, "commitment"),
        labels=plan.labels._replace(inputs=()),
    )


def _impossible(scenario: Scenario, places: Places) -> list[Fault]:
    faults = []
    for position, cohort in enumerate(scenario.cohorts):
        if cohort.dropout != 0.0 and int(value_of(cohort.duration)) == 0:
            faults.append(
                places.fault(
                    ("cohorts", position, "dropout"),
                    "people leave before the end of their course, but this cohort has no duration.",
                    "Add a line such as duration: 9 months, or leave dropout out.",
                )
            )
    addresses: dict[int, str] = {}
    for name in scenario.outcomes:
        other = addresses.setdefault(hash16(name), name)
        if other != name:
            faults.append(
                places.fault(
                    ("outcomes", name),
                    f"'{name}' and '{other}' share the address of their draws.",
                    "Rename one of them.",
                )
            )
    return faults


def _drawings(scenario: Scenario, tranche: Tranche) -> list[tuple[dt.date, float]]:
    """Dates of a drawdown with the cumulative share drawn on each."""
    if tranche.drawdown == "start":
        return [(scenario.start_date, 1.0)]
    if isinstance(tranche.drawdown, Instalments):
        times, step = tranche.drawdown.times, int(value_of(tranche.drawdown.every))
        return [(add_months(scenario.start_date, k * step), (k + 1) / times) for k in range(times)]
    by_date: dict[dt.date, float] = {}
    for drawing in sorted(tranche.drawdown, key=lambda drawing: value_of(drawing.on)):
        by_date[value_of(drawing.on)] = by_date.get(value_of(drawing.on), 0.0) + drawing.share
    shares = [min(math.fsum(list(by_date.values())[: k + 1]), 1.0) for k in range(len(by_date))]
    shares[-1] = 1.0
    return list(zip(by_date, shares, strict=True))


def _calendar(scenario: Scenario, dates: Sequence[dt.date], years: Sequence[int]) -> layout.Calendar:
    months = np.array([months_between(scenario.start_date, date) for date in dates])
    days = np.array([(date - scenario.start_date).days for date in dates], dtype=np.float64)
    return layout.Calendar(
        ordinal=np.array([date.toordinal() for date in dates], dtype=np.int64),
        month=months,
        years=days / 365.0 if scenario.day_count == "act/365" else months / 12.0,
        year_index=np.array([years.index(date.year) for date in dates], dtype=np.int64),
        month_ordinal=np.array(
            [add_months(scenario.start_date, month).toordinal() for month in range(_last_month(scenario) + 1)],
            dtype=np.int64,
        ),
    )


def _last_month(scenario: Scenario) -> int:
    """The last contract month in which anybody can enrol or leave."""
    return max(len(_month_weights(cohort)) + int(value_of(cohort.duration)) for cohort in scenario.cohorts)


def _slots(numbers: Sequence[Number]) -> tuple[layout.IntArray, layout.FloatArray]:
    return np.array([n.slot for n in numbers], dtype=np.int64), np.array([n.value for n in numbers], dtype=np.float64)


def limit_of(chance: float) -> int:
    """The limit below which a word means yes (``docs/reference/randomness.md``)."""
    return int(min(max(math.ceil(chance * WORDS - 0.5), 0), WORDS - 1))


def _month_weights(cohort: Cohort) -> list[float]:
    if cohort.enrolment is None:
        return [1.0]
    window = max(int(value_of(cohort.enrolment.window)), 1)
    ramp = max(int(value_of(cohort.enrolment.ramp)), 1) if cohort.enrolment.ramp is not None else 1
    weights = [min(1.0, (month + 1) / ramp) for month in range(window)]
    return [weight / math.fsum(weights) for weight in weights]


def _cohorts(gathered: Gathered) -> tuple[layout.Cohorts, list[int]]:
    """The cohorts without their settlement classes, and the months of each window."""
    ratios, dropouts, unmeasured = [], [], []
    weights: list[float] = []
    limits: list[int] = []
    months: list[int] = []
    for position, cohort in enumerate(gathered.scenario.cohorts):
        here: Path = ("cohorts", position)
        ratio = cohort.enrolment.ratio if cohort.enrolment is not None else 1.0
        ratios.append(gathered.number((*here, "enrolment", "ratio"), ratio, "1"))
        dropouts.append(gathered.number((*here, "dropout"), cohort.dropout, "1", high=1.0))
        unmeasured.append(gathered.number((*here, "unmeasured"), cohort.unmeasured, "1", high=1.0))
        weight = _month_weights(cohort)
        weights.extend(weight)
        limits.extend(limit_of(math.fsum(weight[: month + 1])) for month in range(len(weight)))
        months.append(len(weight))
    everybody = gathered.scenario.cohorts
    nothing = np.empty(0, dtype=np.int64)
    group = layout.Cohorts(
        np.array([value_of(cohort.participants) for cohort in everybody], dtype=np.int64),
        *_slots(ratios),
        *_slots(dropouts),
        *_slots(unmeasured),
        np.array([int(value_of(cohort.duration)) for cohort in everybody], dtype=np.int64),
        np.concatenate([[0], np.cumsum(months)]).astype(np.int64),
        np.array(limits, dtype=np.uint32),
        np.array(weights, dtype=np.float64),
        nothing,
        nothing,
        np.empty(0, dtype=np.uint32),
    )
    return group, months


def _measurement(scenario: Scenario, outcome: Outcome, duration: int, month: int) -> tuple[dt.date | None, int]:
    """Day and contract month of measurement of somebody who enrolled in a month; no day where it never comes."""
    start, when = scenario.start_date, outcome.measured
    if isinstance(when, OnDate):
        date: dt.date = value_of(when.on)
        ready = month if outcome.of == "enrolled" else month + duration
        return (date if add_months(start, ready) <= date else None), int(months_between(start, date))
    if isinstance(when, AfterEnrolment):
        after = month + int(value_of(when.after_enrolment))
    elif isinstance(when, AfterCompletion):
        after = month + duration + int(value_of(when.after_completion))
    else:
        after = month + duration
    return add_months(start, after), after


def _outcomes(
    gathered: Gathered, months: Sequence[int], follow_ups: Sequence[dt.date], dates: Sequence[dt.date]
) -> tuple[layout.Outcomes, layout.IntArray, layout.IntArray, layout.WordArray]:
    scenario = gathered.scenario
    outcomes = list(scenario.outcomes.items())
    rates = [
        gathered.number(("outcomes", name, "success_rate"), outcome.success_rate, "1", high=1.0)
        for name, outcome in outcomes
    ]
    place = {date: position for position, date in enumerate(dates)}
    measured_month = np.empty((len(outcomes), sum(months)), dtype=np.int64)
    measured_ordinal = np.zeros_like(measured_month)
    period = np.full((len(outcomes), sum(months)), -1, dtype=np.int64)
    for k, (_, outcome) in enumerate(outcomes):
        column = 0
        for cohort, window in zip(scenario.cohorts, months, strict=True):
            for month in range(window):
                date, measured_month[k, column] = _measurement(scenario, outcome, int(value_of(cohort.duration)), month)
                measured_ordinal[k, column] = date.toordinal() if date is not None else 0
                paying = next((day for day in follow_ups if date is not None and day >= date), None)
                if paying is not None:
                    period[k, column] = place[paying]
                column += 1
    class_of_month, class_ptr, last_month = _classes(period, months)
    limits = [
        limit_of(math.fsum(_month_weights(cohort)[: month + 1]))
        for cohort, lasts in zip(scenario.cohorts, last_month, strict=True)
        for month in lasts
    ]
    first = np.concatenate([[0], np.cumsum(months)])[:-1]
    columns = np.concatenate([np.array(lasts) + start for lasts, start in zip(last_month, first, strict=True)]).astype(
        np.int64
    )
    group = layout.Outcomes(
        np.array([hash16(name) for name, _ in outcomes], dtype=np.int64),
        np.array([POPULATIONS[outcome.of] for _, outcome in outcomes], dtype=np.int64),
        *_slots(rates),
        measured_month,
        measured_ordinal,
        period,
        np.ascontiguousarray(period[:, columns]),
    )
    return group, class_of_month, class_ptr, np.array(limits, dtype=np.uint32)


def _classes(
    period: layout.IntArray, months: Sequence[int]
) -> tuple[layout.IntArray, layout.IntArray, list[list[int]]]:
    """Settlement classes: runs of enrolment months whose people settle in the same periods; the last month of each."""
    class_of_month = np.zeros(sum(months), dtype=np.int64)
    last_month: list[list[int]] = []
    column = 0
    for window in months:
        lasts = [0]
        for month in range(1, window):
            if (period[:, column + month] == period[:, column + month - 1]).all():
                lasts[-1] = month
            else:
                lasts.append(month)
            class_of_month[column + month] = len(lasts) - 1
        last_month.append(lasts)
        column += window
    class_ptr = np.concatenate([[0], np.cumsum([len(lasts) for lasts in last_month])]).astype(np.int64)
    return class_of_month, class_ptr, last_month


class _Row(NamedTuple):
    kind: int
    measure: int
    payer: int
    clause: int
    amount: Number


def _payments(gathered: Gathered) -> tuple[layout.Payments, layout.Measures, list[str], list[str]]:
    scenario = gathered.scenario
    outcome_names = list(scenario.outcomes)
    payers: list[str] = []
    measured: list[tuple[int, int]] = []
    rows: list[_Row] = []
    names: list[str] = []
    for clause, rule in enumerate(scenario.payments):
        if isinstance(rule, PerOutcome):
            terms = rule.per_outcome
            column = (outcome_names.index(terms.outcome), layout.SUM)
            if column not in measured:
                measured.append(column)
            if terms.payer not in payers:
                payers.append(terms.payer)
            price = gathered.number(
                ("payments", clause, "per_outcome", "price"), terms.price, f"{scenario.currency}/outcome"
            )
            rows.append(_Row(layout.PER_OUTCOME, measured.index(column), payers.index(terms.payer), clause, price))
            names.append(terms.outcome)
        elif isinstance(rule, Cap):
            total = gathered.number(("payments", clause, "cap", "total"), rule.cap.total, scenario.currency)
            rows.extend(_Row(layout.CAP, -1, payer, clause, total) for payer in range(len(payers)))
            names.extend("cap" if len(payers) == 1 else f"cap ({payer})" for payer in payers)

    def column_of(pick: Callable[[_Row], int]) -> layout.IntArray:
        return np.array([pick(row) for row in rows], dtype=np.int64)

    group = layout.Payments(
        column_of(lambda row: row.kind),
        column_of(lambda row: row.measure),
        column_of(lambda row: row.payer),
        column_of(lambda row: row.clause),
        *_slots([row.amount for row in rows]),
    )
    measures = layout.Measures(*(np.array(column, dtype=np.int64) for column in zip(*measured, strict=True)))
    return group, measures, payers, names


def _financing(
    gathered: Gathered, draws: Sequence[Sequence[tuple[dt.date, float]]], dates: Sequence[dt.date]
) -> layout.Financing:
    scenario = gathered.scenario
    commitments = [
        gathered.number(("financing", "tranches", position, "commitment"), tranche.commitment, scenario.currency)
        for position, tranche in enumerate(scenario.financing.tranches)
    ]
    share = np.zeros((len(draws), len(dates)))
    for k, drawing in enumerate(draws):
        for t, date in enumerate(dates):
            share[k, t] = max((upto for day, upto in drawing if day <= date), default=0.0)
    return layout.Financing(*_slots(commitments), share)


def _ledger(n_tranches: int, n_payers: int) -> layout.Ledger:
    """A line per tranche to the provider (party 0), then one per payer to the first tranche (party 1)."""
    first_payer = 1 + n_tranches
    return layout.Ledger(
        from_party=np.array([*range(1, first_payer), *range(first_payer, first_payer + n_payers)], dtype=np.int64),
        to_party=np.array([0] * n_tranches + [1] * n_payers, dtype=np.int64),
    )
