"""Cohorts: who is invited, who enrols and when, who leaves, who cannot be measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.language import _
from risksim.scenario.base import Count, Duration, Months, Name, Origin, Part, Payer, mistake_at, value_of, walk
from risksim.scenario.document import grouped, shown
from risksim.scenario.leaving import Leaving, Moves
from risksim.scenario.uncertainty import (
    Fixed,
    FixedLaw,
    FromRegister,
    Law,
    MonthCount,
    Ratio,
    Share,
    UncertainNumber,
)

MOST_COHORTS = 65_535
"""Cohorts of a deal, each of a repeated entry counted. [cohorts]"""


class Arrivals(Origin):
    """People who come in one after the other, at a speed of their own: how many is drawn, not stated."""

    speed: Ratio | None = None
    """How many come in over the window as a share of `participants`, on average over luck; above 1 where the plan
    leaves room. Left out, a gamma with shape 8 and mean 1.1226, with which as many fall short as of the trials that
    Walters et al. (2017) counted. [1]"""


class Decay(Origin):
    """Recruitment that dries up: in month s of the window at `(1 + s / over) ** -power` of its speed."""

    over: Duration = Field(examples=["12 months"])
    """The months over which recruitment dries up. [month]"""
    power: float = Field(gt=0.0, le=10.0, examples=[0.5])
    """How strongly: at 1, recruitment runs at half its speed after `over`. [1]"""


class LateStart(Origin):
    """A start later than planned, by an uncertain number of months."""

    months: MonthCount | None = None
    """The months by which the first can come in later than planned, cut to whole months. Left out, a gamma with shape 2
    and mean 3. [month]"""
    most: Duration = Field(examples=["12 months"])
    """The most months it can be; more is cut to this. [month]"""
    window: Literal["stays", "moves"] = "stays"
    """Whether the window ends on its day all the same, so that its last months are lost, or moves with the start."""


class Replace(Origin):
    """Participants who leave soon after they start free their place for the next in turn."""

    who_leave_within: Duration = Field(examples=["3 months"])
    """How soon after the start somebody must leave to be replaced; '1 month' for whoever leaves in their first.
    [month]"""
    until: Duration | None = Field(default=None, examples=["24 months"])
    """Whoever leaves after so many months is not replaced, counted as `window`; left out, there is no such day.
    [month]"""


class Enrolment(Origin):
    """How the places of a cohort are filled. Without this block everybody enrols at the start."""

    window: Duration = Months(1)
    """The months during which people enrol, counted from `start`, or from `opens`; each person's month is drawn on its
    own. [month]"""
    ramp: Duration | None = None
    """The months until recruitment runs at full speed; it grows evenly until then. [month]"""
    ramp_power: float = Field(default=1.0, gt=0.0, le=10.0)
    """How it grows until then: `((s + 1) / ramp) ** ramp_power` in month s; above 1 it grows late. [1]"""
    decay: Decay | None = None
    """Recruitment that dries up in the course of the window."""
    ratio: Ratio = 1.0
    """The people who enrol as a share of `participants`; what goes beyond the places is turned away. [1]"""
    shortfall: Literal["default", "trials"] | None = Field(default=None, examples=["default"])
    """Instead of `ratio`, what is known of other programmes. `default`: with a chance of 15 % the programme never gets
    going, Beta(6, 16), otherwise the ratio is lognormal around 1.02 with sigma 0.25, fitted to 51 completed bonds.
    `trials`: lognormal with mu 0.0550928 and sigma 0.3478932, fitted to trials, which may extend their window."""
    arrivals: Arrivals | None = Field(default=None, examples=[{"speed": {"gamma": {"shape": 8, "scale": 0.14}}}])
    """Instead of `ratio`: people come in one after the other, and how many is drawn around a speed."""
    opens: Duration = Months(0)
    """The months from `start` until the first can come in; so sites open one after the other. [month]"""
    late_start: LateStart | None = Field(default=None, examples=[{"most": "12 months"}])
    """A start later than planned."""
    per_month: Count | None = Field(default=None, examples=[5])
    """The most who can start in a month; the others wait in the order in which they came. [people]"""
    wait_at_most: Duration | None = Field(default=None, examples=["6 months"])
    """The months after which somebody on the waiting list gives up; left out, nobody does. '0 months' where there is no
    list: who finds no place in the month in which they come is lost. [month]"""
    waiting_list_after_window: Duration = Months(0)
    """The months after the window in which people on the waiting list may still start; nobody new comes in. [month]"""
    replace: Replace | None = Field(default=None, examples=[{"who_leave_within": "3 months"}])
    """Whether those who leave early free their place for the next in turn."""

    @property
    def is_in_turn(self) -> bool:
        """Whether people come in one after the other and start in turn, rather than each in a month of their own."""
        return any(part is not None for part in (self.arrivals, self.late_start, self.per_month, self.replace))

    @property
    def drawn_ratio(self) -> UncertainNumber:
        """The law of the ratio, whether the file states it or names it."""
        return self.ratio if self.shortfall is None else shortfall_law(self.shortfall)

    @property
    def is_certain(self) -> bool:
        """Whether it is certain how many come in; an uncertain number that can only be one value counts as certain."""
        return (
            self.arrivals is None and self.shortfall is None and self.late_start is None and self._plain() is not None
        )

    def _plain(self) -> float | None:
        """The ratio where the file states one number."""
        ratio = self.ratio
        if isinstance(ratio, Fixed | FixedLaw):
            return ratio.value if isinstance(ratio, Fixed) else ratio.fixed
        return float(ratio) if isinstance(ratio, int | float) else None

    def last_month(self) -> int:
        """The last contract month in which somebody can start. [month]"""
        late = self.late_start
        moved = int(value_of(late.most)) if late is not None and late.window == "moves" else 0
        return (
            sum(int(value_of(part)) for part in (self.opens, self.window, self.waiting_list_after_window)) + moved - 1
        )

    def register_keys(self) -> tuple[str, ...]:
        """Constants of the register that stand behind this block, where it leaves a law to the program."""
        said = {
            **{key: self.shortfall == name for name, key in SHORTFALLS.items()},
            "arrivals-speed": self.arrivals is not None and self.arrivals.speed is None,
            "late-start": self.late_start is not None and self.late_start.months is None,
        }
        return tuple(key for key, used in said.items() if used)

    @model_validator(mode="after")
    def _makes_sense(self) -> Enrolment:
        faults = [*self._at_least_a_month(), *self._one_number(), *self._goes_with()]
        if faults:
            raise ValidationError.from_exception_data("Enrolment", faults)
        return self

    def _at_least_a_month(self) -> Iterator[InitErrorDetails]:
        for path in (
            ("window",),
            ("ramp",),
            ("decay", "over"),
            ("late_start", "most"),
            ("replace", "who_leave_within"),
        ):
            months: Any = self
            for key in path:
                months = getattr(months, key, None)
            if months is not None and int(value_of(months)) == 0:
                yield mistake_at(
                    path,
                    _("got 0 months; {path} is at least one month.", path=path[-1]),
                    _("Write '1 month' where everybody enrols at the start.")
                    if path == ("window",)
                    else _("Take ramp out where recruitment runs at full speed from the first day.")
                    if path == ("ramp",)
                    else _("Write '1 month', or take {path} out.", path=path[0]),
                )

    def _one_number(self) -> Iterator[InitErrorDetails]:
        """How many come in is said once."""
        said = [key for key in ("ratio", "shortfall", "arrivals") if key in self.model_fields_set]
        if len([key for key in said if getattr(self, key) is not None]) > 1:
            yield mistake_at(
                (said[-1],),
                _("got {said}; each says how many come in.", said=_(" and ").join(said)),
                _("Keep one of them."),
            )

    def _goes_with(self) -> Iterator[InitErrorDetails]:
        """Keys that say nothing without another."""
        if self.ramp is None and self.ramp_power != 1.0:
            yield mistake_at(
                ("ramp_power",), _(
"got ramp_power without ramp; it says how recruitment grows during the ramp.",
),
                _("Add a line such as ramp: 6 months, or take ramp_power out."),
            )  # fmt: skip
        queue = self.per_month is not None or self.replace is not None
        for key in ("wait_at_most", "waiting_list_after_window"):
            if key in self.model_fields_set and not queue:
                yield mistake_at(
                    (key,),
                    _(
                        "got {key}, but nobody waits: any number can start in a month, and no place becomes free "
                        "again.",
                        key=key,
                    ),
                    _("Add per_month or replace, or take {key} out.", key=key),
                )
        ratio = self._plain() if self.shortfall is None and self.arrivals is None else None
        if self.replace is not None and ratio is not None and ratio <= 1.0:
            yield mistake_at(
                ("replace",),
                _(
                    "got a ratio of {ratio:g}: no more people come in than there are places, so nobody takes over.",
                    ratio=ratio,
                ),
                _("Add arrivals, shortfall: default or an uncertain ratio above 1, or take replace out."),
            )


SHORTFALLS = {"default": "enrolment-ratio", "trials": "enrolment-ratio-optimistic"}
"""The constant of the register that each `shortfall` names."""


@cache
def usual(key: str) -> FromRegister:
    """A constant of the register that stands where a file says nothing. Built when it is asked for: few files need it.

    Parameters
    ----------
    key : str
        Of the register.
    """
    return FromRegister.model_validate({"register": key})


def shortfall_law(name: str) -> UncertainNumber:
    """The law of the ratio that `shortfall` names."""
    return usual(SHORTFALLS[name])


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
                    _(
                        "got {names}, which names every cohort alike; {{n}} stands for the number of each.",
                        names=shown(self.names),
                    ),
                    _("Write '{names} {{n}}'.", names=shown(self.names, quote="")),
                )
            )
        if self.opens_every is not None and int(value_of(self.opens_every)) == 0:
            faults.append(
                mistake_at(
                    ("opens_every",),
                    _("got 0 months; each cohort opens at least one month after the one before."),
                    _("Take opens_every out where all open at the start."),
                )
            )
        faults += [
            mistake_at(
                ("each", position),
                _("got {key} a second time; each key stands once.", key=shown(key)),
                _("Take one of the two out."),
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

    repeat: Repeat | None = None
    """How many cohorts alike the entry stands for; one where this is left out."""

    @property
    def replaces(self) -> bool:
        """Whether more people can start than there are places, one after the other."""
        return self.enrolment is not None and self.enrolment.replace is not None

    @property
    def most_people(self) -> int:
        """No more people than this ever start: one for each place, or for each place and month where some are replaced.
        [people]
        """
        places = int(value_of(self.participants))
        if self.enrolment is None or not self.replaces:
            return self.times * places
        if self.enrolment.per_month is not None:
            places = min(places, int(value_of(self.enrolment.per_month)))
        return self.times * places * (self.enrolment.last_month() + 1 - int(value_of(self.enrolment.opens)))

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
            _(
                "got {everybody} cohorts in all, repeated ones counted; a deal has at most {most_cohorts}.",
                everybody=grouped(everybody),
                most_cohorts=grouped(MOST_COHORTS),
            ),
            _("Look for a zero too many in `times`, or split the deal."),
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
                    _(
                        "got a cohort {name}, which is also one of entry {other}; a name addresses the draws of "
                        "its cohort, so each stands once.",
                        name=shown(name),
                        other=other + 1,
                    ),
                    _("Write other names, as 'names: \"site {n}\"'."),
                    leans_on=(("cohorts", other),),
                )
                break


def _repeat(cohort: Cohort, here: tuple[str | int, ...], months: int) -> Iterator[InitErrorDetails]:
    assert cohort.repeat is not None
    if cohort.opens_last > months:
        yield mistake_at(
            (*here, "repeat", "opens_every"),
            _(
                "got {opens_every} months, so the last of {times} cohorts would open {opens_last} months "
                "after start; the deal lasts {months}.",
                opens_every=int(value_of(cohort.repeat.opens_every)),
                times=grouped(cohort.times),
                opens_last=grouped(cohort.opens_last),
                months=months,
            ),
            _("Open them closer together, repeat fewer, or move the end."),
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
                _(
                    "got {key}, which is no uncertain number of this entry; there is {there}.",
                    key=shown(key),
                    there=there,
                ),
                _("Name one that is, or take the line out: what is certain is the same for every cohort."),
                leans_on=(here,),
            )
