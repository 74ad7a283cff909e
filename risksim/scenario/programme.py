"""Cohorts: who is invited, who enrols and when, who leaves, who cannot be measured."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import ValidationError

from risksim.scenario.base import Count, Duration, Months, Name, Origin, Part, Payer, mistake_at, value_of
from risksim.scenario.leaving import Leaving, Moves
from risksim.scenario.uncertainty import Ratio, Share, UncertainNumber


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


class Unmeasured(Origin):
    """Who cannot be measured where that goes with what became of them."""

    share: Share = Field(examples=[0.15])
    """The share of the enrolled who cannot be measured, all together. [1]"""
    outcome: Name = Field(examples=["wellbeing"])
    """The outcome whose failures are harder, or easier, to measure: one with a `success_rate`."""
    failures: Ratio = Field(examples=[2.7])
    """The odds of being unmeasured of those who did not succeed, as a multiple of the odds of those who did; 1 where it
    makes no difference. [1]"""
    leavers: Ratio = Field(default=1.0, examples=[2.0])
    """The odds of being unmeasured of those who left their course, as a further multiple. [1]"""


class UnlikeAssumed(Origin):
    """People who do worse than those whom the evidence speaks of."""

    share: Share = Field(examples=[{"beta": [1, 4]}])
    """The share of the enrolled who belong to this harder group. [1]"""
    log_odds: UncertainNumber = Field(examples=[0.7])
    """How far below lie the log odds of their success, for every outcome with a `success_rate`: 0.7 halves the
    odds."""
    leaving_odds: Ratio = Field(default=1.0, examples=[2.0])
    """Their odds of leaving the course, as a multiple of those of the others. [1]"""


def _unmeasured_key(found: Any) -> str:
    asks = isinstance(found, Unmeasured) or (isinstance(found, dict) and ("share" in found or "failures" in found))
    return "block" if asks else "share"


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
    unmeasured: Annotated[
        Annotated[Share, Tag("share")] | Annotated[Unmeasured, Tag("block")], Discriminator(_unmeasured_key)
    ] = 0.0
    """The share of the enrolled whose outcomes cannot be measured (anonymous or lost), whatever happened; or a block,
    where that goes with what happened. [1]"""
    unlike_assumed: UnlikeAssumed | None = Field(default=None, examples=[{"share": {"beta": [1, 4]}, "log_odds": 0.7}])
    """Those among the enrolled who are unlike the people of the evidence; nobody where this is left out."""
    payer: Payer | None = Field(default=None, examples=["region"])
    """Who bears this cohort's part of a claim that a payment rule splits (`split`): municipality, region, state or
    outcome fund."""
    label: str | None = None
    """A longer name for reports."""
