"""Outcomes: what may happen to a participant, how likely it is, and when the contract looks."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.language import N_, _
from risksim.scenario.base import (
    MONTHS,
    WEEKS,
    Date,
    Duration,
    Name,
    Origin,
    Part,
    Stretch,
    mistake,
    mistake_at,
    value_of,
    written,
)
from risksim.scenario.effects import EffectOnAmount, EffectOnOutcome
from risksim.scenario.rates import EffectRate, SuccessRate
from risksim.scenario.uncertainty import LAWS, Amount, Rate, Share, UncertainNumber

Plain = Annotated[float, Field(ge=-1e12, le=1e12)]
Correlation = Annotated[float, Field(ge=0, le=1)]

# When


class AtCompletion(Origin):
    """Measured when the participant's course ends."""

    at: Literal["completion"]
    """`completion`: the end of the participant's own course."""


def _one_or_several(found: Any) -> str:
    return "several" if isinstance(found, list) else "one"


Durations = Annotated[
    Annotated[Duration, Tag("one")] | Annotated[list[Duration], Field(min_length=1, max_length=120), Tag("several")],
    Discriminator(_one_or_several),
]
"""A duration, or a list of them: one for each measurement."""

Dates = Annotated[
    Annotated[Date, Tag("one")] | Annotated[list[Date], Field(min_length=1, max_length=120), Tag("several")],
    Discriminator(_one_or_several),
]
"""A date, or a list of them: one for each measurement."""


class AfterEnrolment(Origin):
    """Measured a fixed time after the participant enrolled, once or several times."""

    after_enrolment: Durations = Field(examples=["12 months"])
    """The time since enrolment, as '12 months'; a list for several measurements, as [6 months, 12 months]. [month]"""


class AfterCompletion(Origin):
    """Measured a fixed time after the participant's course ended, once or several times."""

    after_completion: Durations = Field(examples=["6 months"])
    """The time since the end of the course, as '6 months'; a list for several measurements. [month]"""


class OnDate(Origin):
    """Measured for everybody on one date, or on several."""

    on: Dates = Field(examples=["2027-01-01"])
    """The date, as 2027-01-01, or a list of dates; those who enrol later are not counted."""


MEASURED = {"at": AtCompletion, "after_enrolment": AfterEnrolment, "after_completion": AfterCompletion, "on": OnDate}
"""The key that names each way to say when an outcome is measured, and its model."""


def _measured_key(found: Any) -> str | None:
    if isinstance(found, Part):
        return next(key for key, model in MEASURED.items() if isinstance(found, model))
    if isinstance(found, dict):
        keys = [key for key in MEASURED if key in found]
        return keys[0] if len(keys) == 1 else None
    return None


Measured = Annotated[
    Annotated[AtCompletion, Tag("at")]
    | Annotated[AfterEnrolment, Tag("after_enrolment")]
    | Annotated[AfterCompletion, Tag("after_completion")]
    | Annotated[OnDate, Tag("on")],
    Discriminator(_measured_key, custom_error_type="no_measured", custom_error_message="no measurement date"),
]
"""When an outcome is measured: `{at: completion}`, `{after_enrolment: 12 months}`, `{on: 2027-01-01}` ..."""


def moments(when: Any) -> list[Any]:
    """What each measurement of an outcome waits for: whole months, dates, or None for the end of the course."""
    if isinstance(when, AtCompletion):
        return [None]
    said = next(getattr(when, key) for key, model in MEASURED.items() if isinstance(when, model))
    return [value_of(one) for one in (said if isinstance(said, list) else [said])]


# Yes or no


class PersonOutcome(Origin):
    """What every outcome of a participant says: of whom, when, and under which condition."""

    of: Literal["enrolled", "completers", "measured", "earlier"] = Field(examples=["completers"])
    """Whom the outcome speaks of: everybody enrolled (dropouts included), those who complete their course, those who
    complete it and can be measured, or those who met the earlier outcome named in `after` (`earlier`). Said, never
    implied: it moves results more than most numbers do."""
    measured: Measured = Field(default_factory=lambda: AtCompletion(at="completion"))
    """When the contract looks; the first follow-up on or after that day pays. Several dates are several measurements,
    each of which pays."""
    after: Name | None = Field(default=None, examples=["job"])
    """The outcome that must be met first (a gate): where it is not, this one is not met either. What counts is its
    latest measurement up to this one."""
    unless: Name | None = Field(default=None, examples=["education"])
    """The outcome that rules this one out: nobody meets both. What counts is its latest measurement up to this one."""
    label: str | None = None
    """A longer name for reports."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Let what each kind says of itself stand before what all say: that is how files are written and read."""
        for name in ("measured", "after", "unless", "label"):
            cls.__pydantic_fields__[name] = cls.__pydantic_fields__.pop(name)

    @model_validator(mode="after")
    def _gated(self) -> PersonOutcome:
        faults = [*self._gates(), *_rising_moments(self.measured), *self._faults()]
        if faults:
            raise ValidationError.from_exception_data("Outcome", faults)
        return self

    def _gates(self) -> list[InitErrorDetails]:
        if self.of == "earlier" and self.after is None:
            return [
                mistake_at(
                    ("of",),
                    _("got earlier, but no earlier outcome is named."),
                    _("Add a line such as after: job, or write of: enrolled or of: completers."),
                )
            ]
        return []

    def _faults(self) -> list[InitErrorDetails]:
        """Mistakes of one kind of outcome."""
        return []

    @property
    def times(self) -> int:
        """How often the outcome is measured."""
        return len(moments(self.measured))


def _rising_moments(when: Any) -> list[InitErrorDetails]:
    said = moments(when)
    key = next(key for key, model in MEASURED.items() if isinstance(when, model))
    return [
        mistake_at(
            ("measured", key, place),
            _(
                "got {said} after {before}; measurements follow each other.",
                said=_shown(said[place]),
                before=_shown(said[place - 1]),
            ),
            _("Put them in order, each once."),
        )
        for place in range(1, len(said))
        if said[place] <= said[place - 1]
    ]


def _shown(moment: Any) -> str:
    return written(moment) if isinstance(moment, int | float) else str(moment)


def _persistence(outcome: Any) -> list[InitErrorDetails]:
    """Several measurements of one person say how alike they are; one measurement has nothing to be like."""
    if getattr(outcome, "onset", None) is not None:
        if outcome.persistence is None:
            return []
        found = _(
            "got {persistence:g} beside onset; once somebody has met the outcome, they have met it.",
            persistence=outcome.persistence,
        )
        return [mistake_at(("persistence",), found, _("Take persistence out, or onset."))]
    if outcome.times > 1 and outcome.persistence is None:
        return [
            mistake_at(
                ("persistence",),
                _(
                    "got no persistence for {times} measurements of each person; how alike they are decides "
                    "how far sums spread.",
                    times=outcome.times,
                ),
                _("Write persistence: 0 where each is on its own, up to persistence: 1 where the first decides all."),
            )
        ]
    if outcome.times == 1 and outcome.persistence is not None:
        return [
            mistake_at(
                ("persistence",),
                _(
                    "got {persistence:g}, but the outcome is measured once; persistence says how alike several "
                    "measurements of one person are.",
                    persistence=outcome.persistence,
                ),
                _("Take it out, or list several measurements, as after_enrolment: [6 months, 12 months]."),
            )
        ]
    return []


class Onset(Origin):
    """When somebody who meets an outcome by its last measurement meets it: a Weibull law, cut at that measurement."""

    typical: Duration = Field(examples=["4 months"])
    """The median of the law before it is cut: half of those who ever meet the outcome meet it by then. [month]"""
    shape: Annotated[float, Field(ge=0.2, le=5)] = Field(default=1.0, examples=[1.5])
    """Whether it comes early or late: below 1 many at once and few later, above 1 few at first; 1 at an even pace."""

    @model_validator(mode="after")
    def _some_time(self) -> Onset:
        if int(value_of(self.typical)) == 0:
            found = _("got 0 months; then everybody who meets the outcome meets it on the first day.")
            fault = mistake_at(("typical",), found, _("Write a longer time, or take onset out."))
            raise ValidationError.from_exception_data("Onset", [fault])
        return self


class Outcome(PersonOutcome):
    """Something that either happens to a participant or does not, measured once or at several follow-ups."""

    success_rate: SuccessRate = Field(examples=[0.75])
    """The chance that one of those people succeeds; with `after` or `unless` the chance of those who pass that gate.
    The same at every measurement. [1]"""
    persistence: Correlation | None = Field(default=None, examples=[0.6])
    """The correlation between a person's result at one measurement and the next: 0 where each is on its own, 1 where
    the first decides all. Said where there are several measurements. [1]"""
    counterfactual: Share | None = Field(default=None, examples=[{"beta": [20, 30]}])
    """The share of the same people who would succeed with the usual service, without the programme. It changes no
    payment; it says how much of the success the programme adds. Where the success rate is worked out of an `effect`,
    that says it already. [1]"""

    dropouts: Share | None = Field(default=None, examples=[0.5])
    """With `of: completers`: the success rate of those who leave, as a share of the completers' rate. The outcome then
    speaks of everybody enrolled; where this is left out, nobody who leaves can succeed. [1]"""
    onset: Onset | None = Field(default=None, examples=[{"typical": "4 months", "shape": 1.5}])
    """When a success comes: `success_rate` is then the chance to have met the outcome by the last measurement, and an
    earlier one sees only those who have met it by its day. [month]"""

    def _faults(self) -> list[InitErrorDetails]:
        return [*_persistence(self), *self._anyway(), *self._leavers()]

    def _anyway(self) -> list[InitErrorDetails]:
        if self.counterfactual is None or not isinstance(self.success_rate, EffectRate):
            return []
        return [
            mistake_at(
                ("counterfactual",),
                _("got a counterfactual beside an effect, whose `usual` says what would happen anyway."),
                _("Keep `usual` and take this out."),
            )
        ]

    def _leavers(self) -> list[InitErrorDetails]:
        if self.dropouts is None or self.of == "completers":
            return []
        found = _("got a rate of those who leave with of: {of}.", of=self.of)
        return [
            mistake_at(("dropouts",), found, _("Write of: completers, whose rate it is a share of, or take it out."))
        ]

    @property
    def counted(self) -> str:
        """Whom the outcome speaks of: everybody enrolled where those who leave can meet it too."""
        return "enrolled" if self.dropouts is not None else self.of


class EventOutcome(PersonOutcome):
    """Something that happens in some month, unless the person leaves the course first; a measurement sees whether it
    has happened by then. A person's clock runs from the end of the course where `measured` says `after_completion`,
    elsewhere from enrolment.
    """

    monthly: Share = Field(examples=[0.05])
    """The chance that it happens in a month, of those to whom it has not happened and who have not left. Where the
    cohort's `dropout` is `monthly` with a shape of 1 and the deal has no other such outcome, the two are read together:
    with 0.05 and 0.03, eight in a hundred are gone after a month, five of them with success. [1/month]"""

    def _faults(self) -> list[InitErrorDetails]:
        when = self.measured
        first = 0 if isinstance(when, AtCompletion | OnDate) else moments(when)[0]
        if isinstance(when, AtCompletion | OnDate) or first > 0:
            return []
        found = _("got 0 months; the clock starts there, and on its first day nothing has happened.")
        key = next(key for key, model in MEASURED.items() if isinstance(when, model))
        return [mistake_at(("measured", key), found, _("Measure later, as {after_enrolment: 12 months}."))]


# Spells


_BREAK = re.compile(r"^\s*([0-9]{1,3})\s*weeks?\s*$")


def _weeks_of_break(found: Any) -> Any:
    match = _BREAK.match(found) if isinstance(found, str) else None
    return int(match[1]) * MONTHS / WEEKS if match is not None else found


class _OrWeeks:
    """Marks a number of months that may be written in weeks."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [handler(core), {"type": "string", "pattern": _BREAK.pattern}]}


Gap = Annotated[float, Field(ge=0, le=12), BeforeValidator(_weeks_of_break), _OrWeeks]
"""A break in months, or in weeks. [month]"""


class SpellLaw(Origin):
    """How people come into a state and out of it again, month after month."""

    starts: Rate = Field(examples=[0.25])
    """The rate at which people outside come in: at 0.25 a month they wait four months on average. [1/month]"""
    ends: Rate = Field(examples=[0.08])
    """The rate at which spells end: at 0.08 a month a spell lasts twelve and a half months on average where `shape` is
    1. [1/month]"""
    shape: Annotated[float, Field(ge=0.2, le=5)] = Field(default=1.0, examples=[0.71])
    """How the risk of ending moves with the age of a spell (a Weibull law): below 1 it falls, so that whoever has
    stayed long stays longer, as in jobs; above 1 it grows; 1 leaves it as it is."""
    begins: Literal["in", "out"] = Field(examples=["out"])
    """Whether people are in the state when their clock starts, with a spell that begins on that day, or out of it."""


class SpellOutcome(PersonOutcome):
    """A state that people come into and fall out of: in work, housed, free of crime. A person's clock runs from
    enrolment where `measured` says `after_enrolment`, and from the end of the course where it says `after_completion`.
    """

    spells: SpellLaw = Field(examples=[{"starts": 0.25, "ends": 0.08, "begins": "out"}])
    """How spells come and go."""
    counts: Literal["point", "continuous", "cumulative", "any spell", "months"] = Field(examples=["any spell"])
    """What the contract looks for: in the state on the day (`point`); in it without a break for `lasts` up to the day
    (`continuous`); `lasts` in all, breaks or not (`cumulative`); one spell of `lasts` at any time up to the day
    (`any spell`); or the months in the state, paid per unit (`months`)."""
    lasts: Stretch | None = Field(default=None, examples=["6 months"])
    """How long the state must last; said for `continuous`, `cumulative` and `any spell` only. Any number of weeks may
    be written, as 8 weeks: 13 of them are three months. [month]"""
    gap: Gap = Field(default=0.0, examples=[0.5])
    """The longest break that does not interrupt a spell, as a number of months or as so many weeks (2 weeks); for
    `continuous` and `any spell` only. On the day of measurement it is the break so far. [month]"""

    def _faults(self) -> list[InitErrorDetails]:
        return [*self._length(), *self._break(), *self._clock()]

    def _length(self) -> list[InitErrorDetails]:
        needed = self.counts not in ("point", "months")
        if needed and self.lasts is not None and value_of(self.lasts) == 0:
            found = _("got 0 months with counts: {counts}; a spell lasts some time.", counts=self.counts)
            return [mistake_at(("lasts",), found, _("Write counts: point where being in the state is enough."))]
        if needed == (self.lasts is not None):
            return []
        if needed:
            found = _(
                "got no lasts with counts: {counts}, which looks for so many months in the state.", counts=self.counts
            )
            return [mistake_at(("lasts",), found, _("Add a line such as lasts: 6 months."))]
        looks = _("looks at one day only") if self.counts == "point" else _("counts every month in the state")
        found = _(
            "got {lasts} with counts: {counts}, which {looks}.",
            lasts=_shown(value_of(self.lasts)),
            counts=self.counts,
            looks=looks,
        )
        return [mistake_at(("lasts",), found, _("Take lasts out, or write counts: continuous."))]

    def _break(self) -> list[InitErrorDetails]:
        if self.gap == 0.0 or self.counts in ("continuous", "any spell"):
            return []
        found = _(
            "got {gap:g} with counts: {counts}; a gap joins the two spells beside it into one.",
            gap=self.gap,
            counts=self.counts,
        )
        return [mistake_at(("gap",), found, _("Take gap out, or write counts: continuous or counts: any spell."))]

    def _clock(self) -> list[InitErrorDetails]:
        """Spells that are looked at on a date, as they begin, or before they can be long enough."""
        when, remedy = self.measured, _("Write measured: {after_enrolment: 12 months}, or after_completion.")
        if isinstance(when, OnDate):
            found = _("got a date; spells are looked at so many months after a person's own start.")
            return [mistake_at(("measured",), found, remedy)]
        if isinstance(when, AtCompletion):
            said = _("the end of the course") if "measured" in self.model_fields_set else _("no measured")
            found = _(
                "got {said}; the clock of a spell starts there, and on its first day there is nothing to see.",
                said=said,
            )
            return [mistake_at(("measured",), found, remedy)]
        last = moments(when)[-1]
        if self.lasts is None or value_of(self.lasts) <= last:
            return []
        found = _(
            "got {lasts}, and the clock runs for {last} until the last measurement.",
            lasts=_shown(value_of(self.lasts)),
            last=_shown(last),
        )
        return [
            mistake_at(
                ("lasts",), _("{found}; nobody can reach it.", found=found[:-1]), _("Measure later, or ask for less.")
            )
        ]


# Amounts


class Each(Origin):
    """An amount that differs between people."""

    each: UncertainNumber = Field(examples=[{"normal": {"mean": 6.8, "sd": 5.0}}])
    """The law from which each person's own amount comes. It says how people differ; how unsure its mean is stands in
    `shift`. Quantiles without a `fit` are met by a normal, which may go below zero."""
    shift: UncertainNumber = Field(default=0.0, examples=[{"normal": {"mean": 0.0, "sd": 1.0}}])
    """By how much everybody's amount is moved, the same for all: how unsure the mean itself is."""
    least: Plain | None = Field(default=None, examples=[0.0])
    """The smallest amount a person can have."""
    most: Plain | None = Field(default=None, examples=[60.0])
    """The largest amount a person can have."""

    @model_validator(mode="before")
    @classmethod
    def _law_inside(cls, found: Any) -> Any:
        if isinstance(found, dict) and "each" not in found:
            law = next((key for key in LAWS if key in found), None)
            if law is not None:
                raise mistake(
                    _("got {law}, a law; an amount that differs between people has its law under each.", law=law),
                    _("Write amount: {{each: {{{law}: ...}}}}.", law=law),
                )
        return found

    @model_validator(mode="after")
    def _bounds(self) -> Each:
        if self.least is not None and self.most is not None and self.least >= self.most:
            fault = mistake_at(
                ("most",),
                _("got {most:g}, not above least {least:g}.", most=self.most, least=self.least),
                _("Did the two change places?"),
            )
            raise ValidationError.from_exception_data("Each", [fault])
        return self


class AmountOutcome(PersonOutcome):
    """An amount per participant: days housed, months off benefit, a fall in blood sugar."""

    amount: Each = Field(examples=[{"each": {"gamma": {"mean": 6.0, "sd": 4.0}}, "least": 0.0}])
    """How the amount is spread over people."""
    unit: str = Field(default="unit", max_length=40, examples=["month"])
    """What one of the amount is, in the singular."""
    persistence: Correlation | None = Field(default=None, examples=[0.6])
    """The correlation between a person's amount at one measurement and the next, on the normal scale. Said where there
    are several measurements. [1]"""

    def _faults(self) -> list[InitErrorDetails]:
        return _persistence(self)


class Reaches(PersonOutcome):
    """Yes or no, read off an amount: met where the amount is at least a goal. Of whom and when is said by the amount
    and not here.
    """

    reads: Name = Field(examples=["months off benefit"])
    """The outcome with the amount that is read: a key of `outcomes`."""
    at_least: Plain = Field(examples=[6.0])
    """The goal, reached at this amount or above it."""
    always: bool = False
    """Whether every measurement so far must reach the goal, and not this one alone."""

    of: Literal["enrolled", "completers", "measured", "earlier"] = "enrolled"
    """Taken from the amount that is read."""

    def _faults(self) -> list[InitErrorDetails]:
        return [
            mistake_at(
                (key,),
                _("got {key}; an outcome that reads an amount follows it.", key=key),
                _("Take it out here and write it at '{reads}'.", reads=self.reads),
            )
            for key in ("of", "measured", "unless")
            if key in self.model_fields_set
        ]


# Scores


class ScoreLaw(Origin):
    """How a person's score moves, and how well it can be seen."""

    mean: UncertainNumber = Field(examples=[2.0])
    """The mean of people's true scores at enrolment."""
    sd: Annotated[float, Field(ge=0, le=1e9)] = Field(examples=[0.8])
    """The standard deviation of true scores between people, the same at any time."""
    growth: UncertainNumber = Field(default=0.0, examples=[0.4])
    """What the programme adds to everybody's true score in a year. [1/year]"""
    persistence: Correlation = Field(examples=[0.9])
    """The correlation between a person's true score at one measurement and the next. [1]"""
    noise: Annotated[float, Field(ge=0, le=1e9)] = Field(examples=[0.4])
    """The standard deviation of the error of one measurement; each measurement errs anew."""
    scale: Annotated[tuple[Plain, Plain], Field(strict=False)] | None = Field(default=None, examples=[[0, 4]])
    """The ends of the scale, lowest and highest; what lies beyond is cut to them."""
    step: Annotated[float, Field(gt=0)] | None = Field(default=None, examples=[1.0])
    """The step to which a measured score is rounded, counted from the lowest end of the scale."""

    @model_validator(mode="after")
    def _scaled(self) -> ScoreLaw:
        fault = None
        if self.scale is not None and self.scale[0] >= self.scale[1]:
            fault = (
                ("scale",),
                _("got {low:g} to {high:g}; a scale rises.", low=self.scale[0], high=self.scale[1]),
                _("Did the two ends change places?"),
            )
        elif self.step is not None and self.scale is None:
            found = _("got a step without a scale; steps are counted from its lowest end.")
            fault = ("step",), found, _("Add a line such as scale: [0, 4].")
        if fault is not None:
            raise ValidationError.from_exception_data("ScoreLaw", [mistake_at(*fault)])
        return self


class ScoreOutcome(PersonOutcome):
    """Progress on a scale, measured with an error at enrolment and at each measurement."""

    score: ScoreLaw = Field(examples=[{"mean": 2.0, "sd": 0.8, "growth": 0.4, "persistence": 0.9, "noise": 0.4}])
    """How the score moves and is seen."""
    counts: Literal["gain since last", "gain from start", "new high", "level", "points gained"] = Field(
        examples=["gain since last"]
    )
    """What pays: a rise of `at_least` since the measurement before, or since enrolment; a rise of `at_least` above the
    best so far; a score of `at_least`; or the points gained since the measurement before, paid per unit."""
    at_least: Plain | None = Field(default=None, examples=[0.5])
    """The smallest rise, or the lowest score, that counts; left out where points are paid per unit."""

    def _faults(self) -> list[InitErrorDetails]:
        counts, goal = f"counts: {self.counts}", self.at_least
        if goal is None:
            if self.counts == "points gained":
                return []
            found = (
                _("got no at_least with {counts}, which looks for a score of at least so much.", counts=counts)
                if self.counts == "level"
                else _("got no at_least with {counts}, which looks for a rise of at least so much.", counts=counts)
            )
            return [mistake_at(("at_least",), found, _("Add a line such as at_least: 0.5."))]
        if self.counts == "points gained":
            found = _("got {goal:g} with {counts}, which pays every point.", goal=goal, counts=counts)
            return [mistake_at(("at_least",), found, _("Take at_least out, or write counts: gain since last."))]
        return self._beyond(goal)

    def _beyond(self, goal: float) -> list[InitErrorDetails]:
        """A goal that lies outside the scale."""
        if self.score.scale is None:
            return []
        low, high = self.score.scale
        most = high if self.counts == "level" else high - low
        if goal <= most:
            return []
        form = (
            N_("got {goal:g}, and on a scale from {low:g} to {high:g} no score is above {most:g}; nobody can reach it.")
            if self.counts == "level"
            else N_(
                "got {goal:g}, and on a scale from {low:g} to {high:g} no rise is above {most:g}; nobody can reach it."
            )
        )
        found = _(form, goal=goal, low=low, high=high, most=most)
        return [mistake_at(("at_least",), found, _("Write at most {most:g}, or look at the scale again.", most=most))]


# Use of services


class UseLaw(Origin):
    """What a participant costs in the year before and in the year after."""

    none: Annotated[float, Field(ge=0, le=1)] = Field(examples=[0.3])
    """The share of people with no use at all before. [1]"""
    none_after: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, examples=[0.35])
    """The share with no use after, of those who had some before; `none` where this is left out. [1]"""
    none_again: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, examples=[0.8])
    """The share with no use after, of those who had none before; `none_after` where this is left out. [1]"""
    each: Amount = Field(examples=[{"lognormal": {"median": 70_000, "p90": 203_000}}])
    """The law of a year's use by those who have some, before as after. [currency]"""
    correlation: Correlation = Field(examples=[0.5])
    """The correlation between a person's use before and after, on the normal scale: what is missing to 1 is regression
    to the mean. [1]"""
    effect: Share = Field(default=0.0, examples=[0.2])
    """The share by which the programme lowers the use of those who have some. [1]"""
    above: Annotated[float, Field(ge=0, le=9e13)] = Field(default=0.0, examples=[50_000])
    """Only people whose use before lay above this amount take part, so that none of them had no use; regression to the
    mean grows with it. [currency]"""


class UseOutcome(PersonOutcome):
    """A fall in the use of public services from before to after, with people who use none."""

    use: UseLaw = Field(
        examples=[{"none": 0.3, "each": {"lognormal": {"median": 70_000, "p90": 203_000}}, "correlation": 0.5}]
    )
    """What people use before and after."""
    counts: Literal["change", "falls only"] = Field(examples=["change"])
    """Whether rises are set off against falls (`change`), or each person counts with the fall alone (`falls only`),
    which pays for chance as well."""

    def _faults(self) -> list[InitErrorDetails]:
        if self.times == 1:
            return []
        return [
            mistake_at(
                ("measured",),
                _(
                    "got {times} measurements; use has one before and one after, and would be paid several times.",
                    times=self.times,
                ),
                _("Measure it once, or write an outcome for each year after."),
            )
        ]


# Results without persons


class DatedValue(Origin):
    """A result that becomes known on a date."""

    on: Date = Field(examples=["2027-01-01"])
    """The day of measurement; the first follow-up on or after it knows the result."""
    value: UncertainNumber = Field(examples=[0.6])
    """The result."""


def _result_key(found: Any) -> str:
    return "dates" if isinstance(found, list) else "one"


class ProgrammeResult(Part):
    """A result of the programme as a whole, without persons: a rate, an effect, a saving, an index."""

    result: Annotated[
        Annotated[UncertainNumber, Tag("one")]
        | Annotated[list[DatedValue], Field(min_length=1, max_length=600), Tag("dates")],
        Discriminator(_result_key),
    ] = Field(examples=[0.6])
    """What is measured: one number that holds at every follow-up, or a list of dates and values."""
    label: str | None = None
    """A longer name for reports."""


KINDS: dict[str, type[Part]] = {
    "spells": SpellOutcome,
    "amount": AmountOutcome,
    "reads": Reaches,
    "score": ScoreOutcome,
    "use": UseOutcome,
    "result": ProgrammeResult,
    "effect_on": EffectOnOutcome,
    "true_effect": EffectOnAmount,
    "monthly": EventOutcome,
}
"""The key that names each kind of outcome but the plain one, and its model."""


def kinds_in(found: dict[str, Any]) -> list[str]:
    """The keys of a block that name a kind of outcome; `success_rate` names the plain one."""
    keys = [key for key in found if key == "success_rate" or key in KINDS]
    # An effect reads something too, but no amount.
    return [
        key
        for key in keys
        if not any(key in KINDS[other].model_fields for other in keys if other in KINDS and other != key)
    ]


def misspelt_kind(found: dict[str, Any]) -> tuple[str, str] | None:
    """A key of a block that names no kind but looks like one that does, and the one it looks like."""
    import difflib

    if kinds_in(found):
        return None
    models: list[type[Part]] = [Outcome, *KINDS.values()]
    known = {name for model in models for name in model.model_fields}
    for key in found:
        close = difflib.get_close_matches(str(key)[:60], ("success_rate", *KINDS), n=1, cutoff=0.6)
        if close and key not in known:
            return key, close[0]
    return None


def _outcome_key(found: Any) -> str | None:
    if isinstance(found, Part):
        return next((key for key, model in KINDS.items() if isinstance(found, model)), "persons")
    if not isinstance(found, dict):
        return "persons"
    keys = kinds_in(found)
    if len(keys) > 1 or misspelt_kind(found) is not None:
        return None
    return keys[0] if keys and keys[0] in KINDS else "persons"


AnyOutcome = Annotated[
    Annotated[Outcome, Tag("persons")]
    | Annotated[EventOutcome, Tag("monthly")]
    | Annotated[SpellOutcome, Tag("spells")]
    | Annotated[AmountOutcome, Tag("amount")]
    | Annotated[Reaches, Tag("reads")]
    | Annotated[ScoreOutcome, Tag("score")]
    | Annotated[UseOutcome, Tag("use")]
    | Annotated[ProgrammeResult, Tag("result")]
    | Annotated[EffectOnOutcome, Tag("effect_on")]
    | Annotated[EffectOnAmount, Tag("true_effect")],
    Discriminator(_outcome_key, custom_error_type="no_outcome", custom_error_message="not one kind of outcome"),
]
"""An outcome of persons, a result of the programme as a whole, or an effect against a comparison group."""


def is_amount(outcome: Any) -> bool:
    """Whether an outcome of persons is measured as an amount, not as yes or no."""
    return isinstance(outcome, AmountOutcome | UseOutcome) or getattr(outcome, "counts", "") in (
        "months",
        "points gained",
    )
