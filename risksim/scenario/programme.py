"""Cohorts: who is invited, who enrols and when, who leaves, who cannot be measured."""

from __future__ import annotations

from pydantic import Field

from risksim.scenario.base import Count, Duration, Months, Name, Part
from risksim.scenario.uncertainty import Ratio, Share


class Enrolment(Part):
    """How the places of a cohort are filled. Without this block everybody enrols at the start."""

    window: Duration = Months(1)
    """Months during which people enrol, counted from `start`; each person's month is drawn on its own. [month]"""
    ramp: Duration | None = None
    """Months until recruitment runs at full speed; it grows evenly until then. [month]"""
    ratio: Ratio = 1.0
    """People who enrol as a share of `participants`; what goes beyond the places is turned away. [1]"""


class Cohort(Part):
    """A group of participants who go through the programme under the same terms."""

    name: Name
    """What the cohort is called; the address of its draws, so renaming it draws new people."""
    participants: Count
    """Places: the most people who can enrol. [people]"""
    enrolment: Enrolment | None = None
    """How the places are filled; everybody enrols at the start where this is left out."""
    duration: Duration = Months(0)
    """Months from enrolment to the end of the course. [month]"""
    dropout: Share = 0.0
    """Share of the enrolled who leave before the end of their course; spread evenly over its months. [1]"""
    unmeasured: Share = 0.0
    """Share of the enrolled whose outcomes cannot be measured (anonymous or lost), whatever happened. [1]"""
    label: str | None = Field(default=None)
    """A longer name for reports."""
