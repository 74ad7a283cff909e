"""The scenario: one deal as people say it, and the checks that span its parts."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from risksim.scenario.base import Date, Duration, Name, Origin, Part, Stated, value_of, walk
from risksim.scenario.calendar import add_months
from risksim.scenario.contract import Financing, PerOutcome, Rule
from risksim.scenario.outcomes import AfterEnrolment, OnDate, Outcome
from risksim.scenario.programme import Cohort


class Every(Origin):
    """Follow-ups at a regular interval."""

    every: Duration
    """Time between two follow-ups, as '6 months'; the first falls one interval after `start`. [month]"""


class Scenario(Part):
    """One social-outcome deal."""

    schema_version: Literal[1] = Field(alias="schema")
    """Version of this language. 1 in this edition."""
    name: Name
    """What the deal is called."""
    description: str | None = None
    """A few sentences for a reader who has never heard of it."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "DKK"
    """Three-letter code of the currency of every amount, as DKK or EUR."""
    start: Date
    """First day of the contract; month m falls on the same day of the m-th month after it."""
    end: Date
    """Last day of the contract; nothing is paid after it."""
    follow_up: Every | Annotated[list[dt.date | Stated[dt.date]], Field(min_length=1)]
    """When the parties settle: `{every: 6 months}` or a list of dates. An outcome pays at the first follow-up on or after its measurement."""
    day_count: Literal["act/365", "months/12"] = "act/365"
    """How time becomes years in IRR and NPV: actual days over 365, or whole months over 12."""
    hurdles: Annotated[list[Annotated[float, Field(gt=-1, lt=10)]], Field(min_length=1, max_length=10)] = [0.0, 0.035]
    """Nominal annual rates at which net present values are reported. 0 % and 3.5 % by default. [1/year]"""
    provider: Name = "provider"
    """Who runs the programme and receives the capital."""
    sources: dict[Name, str] = {}
    """Published sources by a short key, which numbers then name in `source`."""
    cohorts: Annotated[list[Cohort], Field(min_length=1, max_length=65_535)]
    """Groups of participants: sites, intake windows, municipalities."""
    outcomes: Annotated[dict[Name, Outcome], Field(min_length=1)]
    """Outcomes by name."""
    payments: Annotated[list[Rule], Field(min_length=1)]
    """Payment rules, applied in the order in which they stand."""
    financing: Financing
    """Who invests, how much and when."""

    @model_validator(mode="after")
    def _spans(self) -> Scenario:
        faults = [*_dates(self), *_names(self), *_sources(self), *_measurements(self), *_drawings(self)]
        if faults:
            raise ValidationError.from_exception_data("Scenario", faults)
        return self

    @property
    def start_date(self) -> dt.date:
        """First day of the contract."""
        date: dt.date = value_of(self.start)
        return date

    @property
    def end_date(self) -> dt.date:
        """Last day of the contract."""
        date: dt.date = value_of(self.end)
        return date

    def follow_up_dates(self) -> list[dt.date]:
        """Dates on which the parties settle, in order, none after `end`."""
        if isinstance(self.follow_up, list):
            return sorted(value_of(date) for date in self.follow_up)
        step = int(value_of(self.follow_up.every))
        dates: list[dt.date] = []
        month = step
        while (date := add_months(self.start_date, month)) <= self.end_date:
            dates.append(date)
            month += step
        return dates


def _detail(path: tuple[str | int, ...], message: str, found: Any = None) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("span", "{message}", {"message": message}), loc=path, input=found)


def _dates(deal: Scenario) -> list[InitErrorDetails]:
    faults = []
    if deal.end_date <= deal.start_date:
        faults.append(
            _detail(("end",), f"got {deal.end_date}, which is not after start {deal.start_date}; a deal ends after it starts. Did the two dates change places?")
        )
        return faults
    if isinstance(deal.follow_up, list):
        seen: set[dt.date] = set()
        for position, stated in enumerate(deal.follow_up):
            date = value_of(stated)
            if not deal.start_date < date <= deal.end_date:
                faults.append(
                    _detail(("follow_up", position), f"got {date}; a follow-up falls after start {deal.start_date} and not after end {deal.end_date}.")
                )
            if date in seen:
                faults.append(_detail(("follow_up", position), f"got {date} a second time; each follow-up date stands once."))
            seen.add(date)
    elif int(value_of(deal.follow_up.every)) == 0:
        faults.append(_detail(("follow_up", "every"), "got 0 months; follow-ups are at least one month apart."))
    elif not deal.follow_up_dates():
        faults.append(
            _detail(("follow_up", "every"), f"the first follow-up would fall after end {deal.end_date}; shorten the interval or move the end.")
        )
    return faults


def _names(deal: Scenario) -> list[InitErrorDetails]:
    faults = []
    seen: dict[str, int] = {}
    for position, cohort in enumerate(deal.cohorts):
        if cohort.name in seen:
            faults.append(
                _detail(("cohorts", position, "name"), f"got '{cohort.name}', which is also the name of cohort {seen[cohort.name] + 1}; names address draws, so each stands once.")
            )
        seen.setdefault(cohort.name, position)
    known = ", ".join(deal.outcomes)
    for position, rule in enumerate(deal.payments):
        if isinstance(rule, PerOutcome) and rule.per_outcome.outcome not in deal.outcomes:
            faults.append(
                _detail(("payments", position, "per_outcome", "outcome"), f"got '{rule.per_outcome.outcome}', which is no outcome of this deal; there is {known}.")
            )
    if not isinstance(deal.payments[0], PerOutcome):
        faults.append(_detail(("payments", 0), "a cap stands first, with nothing above it to cut; put it below the rules it limits."))
    return faults


def _sources(deal: Scenario) -> list[InitErrorDetails]:
    faults = []
    known = ", ".join(deal.sources) or "none"
    for path, part in walk(deal):
        keys = getattr(part, "source", None)
        for key in [keys] if isinstance(keys, str) else keys or []:
            if key not in deal.sources:
                faults.append(_detail((*path, "source"), f"got '{key}', which is not listed under sources; there is {known}."))
    return faults


def _measurements(deal: Scenario) -> list[InitErrorDetails]:
    faults = []
    for name, outcome in deal.outcomes.items():
        when = outcome.measured
        if isinstance(when, OnDate) and not deal.start_date <= value_of(when.on) <= deal.follow_up_dates()[-1]:
            faults.append(
                _detail(("outcomes", name, "measured", "on"), f"got {value_of(when.on)}; no follow-up comes on or after that day, so it could never pay. The last is {deal.follow_up_dates()[-1]}.")
            )
        if isinstance(when, AfterEnrolment) and outcome.of != "enrolled":
            longest = max(int(value_of(cohort.duration)) for cohort in deal.cohorts)
            if int(value_of(when.after_enrolment)) < longest:
                faults.append(
                    _detail(("outcomes", name, "measured", "after_enrolment"), f"got {int(value_of(when.after_enrolment))} months, before the course of {longest} months ends, so nobody knows yet who completes. Use of: enrolled, or measure later.")
                )
    return faults


def _drawings(deal: Scenario) -> list[InitErrorDetails]:
    faults = []
    for position, tranche in enumerate(deal.financing.tranches):
        here = ("financing", "tranches", position, "drawdown")
        if isinstance(tranche.drawdown, list):
            total = sum(drawing.share for drawing in tranche.drawdown)
            if abs(total - 1.0) > 1e-9:
                faults.append(_detail(here, f"the shares add up to {total:g}; they add up to 1."))
            for place, drawing in enumerate(tranche.drawdown):
                if not deal.start_date <= value_of(drawing.on) <= deal.end_date:
                    faults.append(_detail((*here, place, "on"), f"got {value_of(drawing.on)}; capital is drawn between start and end."))
        elif tranche.drawdown != "start":
            last = add_months(deal.start_date, int(value_of(tranche.drawdown.every)) * (tranche.drawdown.times - 1))
            if last > deal.end_date:
                faults.append(_detail((*here, "times"), f"the last instalment would fall on {last}, after end {deal.end_date}."))
    return faults
