"""Cohorts: who is invited, who enrols and when, who leaves, who cannot be measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.scenario.base import Count, Duration, Months, Name, Origin, Part, Payer, mistake_at, value_of, walk
from risksim.scenario.document import shown
from risksim.scenario.uncertainty import Fixed, FixedLaw, Law, Ratio, Share

MOST_COHORTS = 65_535
"""Cohorts of a deal, each of a repeated entry counted. [cohorts]"""


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


class Repeat(Origin):
    """Many cohorts alike under one entry: sites, municipalities, intake windows."""

    times: int = Field(ge=1, le=MOST_COHORTS, examples=[200])
    """The number of cohorts for which the entry stands. [cohorts]"""
    opens_every: Duration | None = None
    """The months by which each cohort opens its window later than the one before; all open at `start` where this is
    left out. [month]"""
    names: Name | None = Field(default=None, examples=["site {n}"])
    """The names of the cohorts, {n} standing for 1, 2, 3 and so on; the name of the entry and the number where this is
    left out."""
    each: list[Name] = Field(default=[], examples=[["dropout"]])
    """The keys of uncertain numbers of this entry that are drawn for each cohort on its own; all others are drawn once
    and hold for every cohort."""

    @model_validator(mode="after")
    def _numbered(self) -> Repeat:
        faults = []
        if self.names is not None and "{n}" not in self.names:
            faults.append(
                mistake_at(
                    ("names",),
                    f"got {shown(self.names)}, which names every cohort alike; {{n}} stands for the number of each.",
                    f"Write '{shown(self.names, quote='')} {{n}}'.",
                )
            )
        if self.opens_every is not None and int(value_of(self.opens_every)) == 0:
            faults.append(
                mistake_at(
                    ("opens_every",),
                    "got 0 months; each cohort opens at least one month after the one before.",
                    "Take opens_every out where all open at the start.",
                )
            )
        faults += [
            mistake_at(
                ("each", position),
                f"got {shown(key)} a second time; each key stands once.",
                "Take one of the two out.",
            )
            for position, key in enumerate(self.each)
            if key in self.each[:position]
        ]
        if faults:
            raise ValidationError.from_exception_data("Repeat", faults)
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
    dropout: Share = 0.0
    """The share of the enrolled who leave before the end of their course; spread evenly over its months. [1]"""
    unmeasured: Share = 0.0
    """The share of the enrolled whose outcomes cannot be measured (anonymous or lost), whatever happened. [1]"""
    payer: Payer | None = Field(default=None, examples=["region"])
    """Who bears this cohort's part of a claim that a payment rule splits (`split`): municipality, region, state or
    outcome fund."""
    label: str | None = None
    """A longer name for reports."""
    repeat: Repeat | None = None
    """How many cohorts alike the entry stands for; one where this is left out."""

    @property
    def times(self) -> int:
        """Cohorts for which the entry stands."""
        return 1 if self.repeat is None else self.repeat.times

    @property
    def places(self) -> int:
        """Places of all cohorts for which the entry stands. [people]"""
        return self.times * int(value_of(self.participants))

    @property
    def opens_last(self) -> int:
        """Months from `start` to the day on which the last cohort of the entry opens. [month]"""
        if self.repeat is None or self.repeat.opens_every is None:
            return 0
        return (self.times - 1) * int(value_of(self.repeat.opens_every))


def names_of(cohort: Cohort) -> Iterator[str]:
    """The names of the cohorts for which an entry stands."""
    if cohort.repeat is None:
        yield cohort.name
        return
    form = cohort.repeat.names
    for number in range(1, cohort.repeat.times + 1):
        yield f"{cohort.name} {number}" if form is None else form.replace("{n}", str(number))


def repeat_faults(cohorts: Sequence[Cohort], months: int) -> Iterator[InitErrorDetails]:
    """What repeated entries say that cannot be.

    Parameters
    ----------
    cohorts : sequence of Cohort
        The entries of the file.
    months : int
        Whole months from the start of the deal to its end. [month]
    """
    everybody = sum(cohort.times for cohort in cohorts)
    if everybody > MOST_COHORTS:
        yield mistake_at(
            ("cohorts",),
            f"got {everybody:,} cohorts in all, repeated ones counted; a deal has at most {MOST_COHORTS:,}.",
            "Look for a zero too many in `times`, or split the deal.",
            leans_on=(("cohorts",),),
        )
    taken: dict[str, int] = {}
    for position, cohort in enumerate(cohorts if everybody <= MOST_COHORTS else ()):
        if cohort.repeat is not None:
            yield from _repeat(cohort, ("cohorts", position), months)
        for name in names_of(cohort):
            other = taken.setdefault(name, position)
            if other != position and (cohort.repeat is not None or cohorts[other].repeat is not None):
                here: tuple[str | int, ...] = ("cohorts", position, "name" if cohort.repeat is None else "repeat")
                yield mistake_at(
                    here,
                    f"got a cohort {shown(name)}, which is also one of entry {other + 1}; "
                    "a name addresses the draws of its cohort, so each stands once.",
                    "Write other names, as 'names: \"site {n}\"'.",
                    leans_on=(("cohorts", other),),
                )
                break


def _repeat(cohort: Cohort, here: tuple[str | int, ...], months: int) -> Iterator[InitErrorDetails]:
    assert cohort.repeat is not None
    if cohort.opens_last > months:
        yield mistake_at(
            (*here, "repeat", "opens_every"),
            f"got {int(value_of(cohort.repeat.opens_every))} months, so the last of {cohort.times:,} cohorts would "
            f"open {cohort.opens_last:,} months after start; the deal lasts {months}.",
            "Open them closer together, repeat fewer, or move the end.",
            leans_on=(("start",), ("end",), (*here, "repeat", "times")),
        )
    uncertain = {
        str(step)
        for path, part in walk(cohort)
        if isinstance(part, Law) and not isinstance(part, Fixed | FixedLaw)
        for step in path[-1:]
    }
    for position, key in enumerate(cohort.repeat.each):
        if key not in uncertain:
            there = ", ".join(sorted(uncertain)) or "none"
            yield mistake_at(
                (*here, "repeat", "each", position),
                f"got {shown(key)}, which is no uncertain number of this entry; there is {there}.",
                "Name one that is, or take the line out: what is certain is the same for every cohort.",
                leans_on=(here,),
            )
