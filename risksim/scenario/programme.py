"""Cohorts: who is invited, who enrols and when, who leaves, who cannot be measured."""

from __future__ import annotations

from pydantic import Field, model_validator
from pydantic_core import ValidationError

from risksim.scenario.base import Count, Duration, Months, Name, Part, Payer, mistake_at, value_of
from risksim.scenario.leaving import Leaving, Moves
from risksim.scenario.uncertainty import Ratio, Share


class Enrolment(Part):
    """How the places of a cohort are filled. Without this block everybody enrols at the start."""

    window: Duration = Months(1)
    """The months during which people enrol, counted from `start`; each person's month is drawn on its own. [month]"""
    ramp: Duration | None = None
    """The months until recruitment runs at full speed; it grows evenly until then. [month]"""
    ratio: Ratio = 1.0
    """The people who enrol as a share of `participants`; what goes beyond the places is turned away. [1]"""

    @model_validator(mode="after")
    def _at_least_a_month(self) -> Enrolment:
        faults = [
            mistake_at(
                (key,),
                f"got 0 months; {key} is at least one month.",
                "Write '1 month' where everybody enrols at the start."
                if key == "window"
                else "Take ramp out where recruitment runs at full speed from the first day.",
            )
            for key in ("window", "ramp")
            if (months := getattr(self, key)) is not None and int(value_of(months)) == 0
        ]
        if faults:
            raise ValidationError.from_exception_data("Enrolment", faults)
        return self


class Cohort(Part):
    """A group of participants who go through the programme under the same terms."""

    name: Name = Field(examples=["Brøndby"])
    """What the cohort is called; its uncertain numbers are drawn by this name, its people by its place in the list."""
    participants: Count = Field(examples=[120])
    """The most people who can enrol, the places of the cohort. [people]"""
    enrolment: Enrolment | None = None
    """How the places are filled; everybody enrols at the start where this is left out."""
    duration: Duration = Months(0)
    """The months from enrolment to the end of the course. [month]"""
    dropout: Leaving = 0.0
    """The share of the enrolled who leave before the end of their course; spread evenly over its months, unless a block
    says how people leave: `{share: 0.2, shape: 0.8}`, `{monthly: 0.036, shape: 1}` or
    `{stay: {13 weeks: 0.80, 26 weeks: 0.68}}`. [1]"""
    moves: Moves | None = Field(default=None, examples=[{"yearly": 0.05, "then": "lost"}])
    """Moving out of the municipality, and what that means for what is measured; nobody moves where this is left out."""
    unmeasured: Share = 0.0
    """The share of the enrolled whose outcomes cannot be measured (anonymous or lost), whatever happened. [1]"""
    payer: Payer | None = Field(default=None, examples=["region"])
    """Who bears this cohort's part of a claim that a payment rule splits (`split`): municipality, region, state or
    outcome fund."""
    label: str | None = None
    """A longer name for reports."""
