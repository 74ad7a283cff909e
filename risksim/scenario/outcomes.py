"""Outcomes: what may happen to a participant, how likely it is, and when the contract looks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.scenario.base import Date, Duration, Months, Name, Origin, Part, mistake_at, value_of
from risksim.scenario.effects import EffectOnAmount, EffectOnOutcome
from risksim.scenario.uncertainty import Amount, Ratio, Share, UncertainNumber

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
    complete it and can be measured, or those who met the earlier outcome named in `after`. Said, never implied: it
    moves results more than most numbers do."""
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
                    "got earlier, but no earlier outcome is named.",
                    "Add a line such as after: job, or write of: enrolled or of: completers.",
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
            f"got {_shown(said[place])} after {_shown(said[place - 1])}; measurements follow each other.",
            "Put them in order, each once.",
        )
        for place in range(1, len(said))
        if said[place] <= said[place - 1]
    ]


def _shown(moment: Any) -> str:
    return f"{int(moment)} months" if isinstance(moment, Months | int) else str(moment)


def _persistence(outcome: Any) -> list[InitErrorDetails]:
    """Several measurements of one person say how alike they are; one measurement has nothing to be like."""
    if outcome.times > 1 and outcome.persistence is None:
        return [
            mistake_at(
                ("persistence",),
                f"got none, but there are {outcome.times} measurements of each person; how alike a person's "
                "measurements are bends every sum.",
                "Write persistence: 0 where each is on its own, up to persistence: 1 where the first decides all.",
            )
        ]
    if outcome.times == 1 and outcome.persistence is not None:
        return [
            mistake_at(
                ("persistence",),
                "got a persistence, but the outcome is measured once.",
                "Take it out, or list several measurements, as after_enrolment: [6 months, 12 months].",
            )
        ]
    return []


class Outcome(PersonOutcome):
    """Something that either happens to a participant or does not, measured once or at several follow-ups."""

    success_rate: Share = Field(examples=[0.75])
    """The chance that one of those people succeeds; with `after` or `unless` the chance of those who pass that gate.
    The same at every measurement. [1]"""
    persistence: Correlation | None = Field(default=None, examples=[0.6])
    """The correlation between a person's result at one measurement and the next: 0 where each is on its own, 1 where
    the first decides all. Said where there are several measurements. [1]"""

    def _faults(self) -> list[InitErrorDetails]:
        return _persistence(self)


# Spells


class SpellLaw(Origin):
    """How people come into a state and out of it again, month after month."""

    starts: Ratio = Field(examples=[0.25])
    """The rate at which somebody outside comes in: 0.25 is a quarter of a time a month, four months on average.
    [1/month]"""
    ends: Ratio = Field(examples=[0.08])
    """The rate at which a spell ends, 1 / `ends` being its scale. [1/month]"""
    shape: Annotated[float, Field(ge=0.2, le=5)] = Field(default=1.0, examples=[0.71])
    """How the risk of ending moves with the age of a spell (Weibull): below 1 it falls, above it grows. [1]"""
    begins: Literal["in", "out"] = Field(examples=["out"])
    """Whether people are in the state at the start of the clock, with a new spell, or out of it."""


class SpellOutcome(PersonOutcome):
    """A state that people come into and fall out of: in work, housed, free of crime.

    The clock runs from enrolment, or from the end of the course where `measured` says `after_completion`.
    """

    spells: SpellLaw = Field(examples=[{"starts": 0.25, "ends": 0.08, "begins": "out"}])
    """How spells come and go."""
    counts: Literal["point", "continuous", "cumulative", "any spell", "months"] = Field(examples=["any spell"])
    """What the contract looks for: in the state on the day (`point`); in it without a break for `lasts` up to the day
    (`continuous`); `lasts` in all, breaks or not (`cumulative`); one spell of `lasts` at any time up to the day
    (`any spell`); or the months in the state, paid per unit (`months`)."""
    lasts: Duration | None = Field(default=None, examples=["6 months"])
    """How long, for every clause but `point` and `months`. [month]"""
    gap: Annotated[float, Field(ge=0, le=12)] = Field(default=0.0, examples=[0.5])
    """The longest break that does not interrupt a spell, for `continuous` and `any spell`; on the day of measurement
    the break so far. [month]"""

    def _faults(self) -> list[InitErrorDetails]:
        needed = self.counts not in ("point", "months")
        if needed and self.lasts is not None and int(value_of(self.lasts)) == 0:
            found = f"got 0 months with counts: {self.counts}; a spell lasts some time."
            return [mistake_at(("lasts",), found, "Write counts: point where being in the state is enough.")]
        if needed == (self.lasts is not None):
            return []
        found = "no lasts" if needed else "a lasts"
        remedy = "Add a line such as lasts: 6 months." if needed else "Take lasts out, or write counts: continuous."
        return [mistake_at(("lasts",), f"got {found} with counts: {self.counts}.", remedy)]


# Amounts


class Each(Origin):
    """An amount that differs between people."""

    each: UncertainNumber = Field(examples=[{"normal": {"mean": 6.8, "sd": 5.0}}])
    """The law from which each person's own amount comes; every parameter in it is certain. Quantiles without a `fit`
    are met by a normal, which may go below zero."""
    shift: UncertainNumber = Field(default=0.0, examples=[{"normal": {"mean": 0.0, "sd": 1.0}}])
    """What everybody's amount is moved by: how unsure the mean itself is."""
    least: Plain | None = Field(default=None, examples=[0.0])
    """The smallest amount a person can have."""
    most: Plain | None = Field(default=None, examples=[60.0])
    """The largest amount a person can have."""

    @model_validator(mode="after")
    def _bounds(self) -> Each:
        if self.least is not None and self.most is not None and self.least >= self.most:
            fault = mistake_at(
                ("most",),
                f"got {self.most:g}, not above least {self.least:g}.",
                "Did the two change places?",
            )
            raise ValidationError.from_exception_data("Each", [fault])
        return self


class AmountOutcome(PersonOutcome):
    """An amount per participant: days housed, months off benefit, a fall in blood sugar."""

    amount: Each = Field(examples=[{"each": {"gamma": {"mean": 6.0, "sd": 4.0}}, "least": 0.0}])
    """How the amount is spread over people."""
    unit: str = Field(default="unit", max_length=40, examples=["month"])
    """What the amount counts."""
    persistence: Correlation | None = Field(default=None, examples=[0.6])
    """The correlation between a person's amount at one measurement and the next, on the normal scale. Said where there
    are several measurements. [1]"""

    def _faults(self) -> list[InitErrorDetails]:
        return _persistence(self)


class Reaches(PersonOutcome):
    """Yes or no, read off an amount: reached where the amount is at least a goal."""

    reads: Name = Field(examples=["months off benefit"])
    """The amount that is read; measured when it is, of the people it speaks of."""
    at_least: Plain = Field(examples=[6.0])
    """The goal, reached at this amount or above it."""
    always: bool = False
    """True where every measurement up to this one must reach the goal."""

    of: Literal["enrolled", "completers", "measured", "earlier"] = "enrolled"
    """Taken from the amount that is read."""

    def _faults(self) -> list[InitErrorDetails]:
        return [
            mistake_at(
                (key,),
                f"got {key}; an outcome that reads an amount follows it.",
                f"Take it out here and write it at '{self.reads}'.",
            )
            for key in ("of", "measured", "unless")
            if key in self.model_fields_set
        ]


# Scores


class ScoreLaw(Origin):
    """How a person's score moves, and how well it can be seen."""

    mean: UncertainNumber = Field(examples=[2.0])
    """The mean at enrolment."""
    sd: Annotated[float, Field(ge=0, le=1e9)] = Field(examples=[0.8])
    """The spread between people at any time."""
    growth: UncertainNumber = Field(default=0.0, examples=[0.4])
    """What the programme adds to everybody's score in a year. [1/year]"""
    persistence: Correlation = Field(examples=[0.9])
    """The correlation between a person's true score at one measurement and the next. [1]"""
    noise: Annotated[float, Field(ge=0, le=1e9)] = Field(examples=[0.4])
    """The standard deviation of the error of a measurement."""
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
                f"got {self.scale[0]:g} to {self.scale[1]:g}; a scale rises.",
                "Did the two ends change places?",
            )
        elif self.step is not None and self.scale is None:
            found = "got a step without a scale; steps are counted from its lowest end."
            fault = ("step",), found, "Add a line such as scale: [0, 4]."
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
    """The rise, or the score, that counts."""

    def _faults(self) -> list[InitErrorDetails]:
        needed = self.counts != "points gained"
        if needed == (self.at_least is not None):
            return []
        found = "no at_least" if needed else "an at_least"
        remedy = "Add a line such as at_least: 0.5." if needed else "Take at_least out."
        return [mistake_at(("at_least",), f"got {found} with counts: {self.counts}.", remedy)]


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
    """The law of the use of those who have some; every parameter in it is certain. [currency]"""
    correlation: Correlation = Field(examples=[0.5])
    """The correlation between a person's use before and after, on the normal scale: what is missing to 1 is regression
    to the mean. [1]"""
    effect: Share = Field(default=0.0, examples=[0.2])
    """The share by which the programme lowers the use of those who have some. [1]"""
    above: Annotated[float, Field(ge=0, le=9e13)] = Field(default=0.0, examples=[50_000])
    """Only people whose use before lay above this amount take part; regression to the mean grows with it. [currency]"""


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
                f"got {self.times} measurements; use has one before and one after, and would be paid several times.",
                "Measure it once, or write an outcome for each year after.",
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
    "effect_on": EffectOnOutcome,
    "true_effect": EffectOnAmount,
    "result": ProgrammeResult,
    "spells": SpellOutcome,
    "amount": AmountOutcome,
    "reads": Reaches,
    "score": ScoreOutcome,
    "use": UseOutcome,
}
"""The key that names each kind of outcome but the plain one, and its model."""


def _outcome_key(found: Any) -> str:
    if isinstance(found, Part):
        return next((key for key, model in KINDS.items() if isinstance(found, model)), "persons")
    keys = [key for key in KINDS if key in found] if isinstance(found, dict) else []
    return keys[0] if keys else "persons"


AnyOutcome = Annotated[
    Annotated[Outcome, Tag("persons")]
    | Annotated[SpellOutcome, Tag("spells")]
    | Annotated[AmountOutcome, Tag("amount")]
    | Annotated[Reaches, Tag("reads")]
    | Annotated[ScoreOutcome, Tag("score")]
    | Annotated[UseOutcome, Tag("use")]
    | Annotated[ProgrammeResult, Tag("result")]
    | Annotated[EffectOnOutcome, Tag("effect_on")]
    | Annotated[EffectOnAmount, Tag("true_effect")],
    Discriminator(_outcome_key),
]
"""An outcome of persons, a result of the programme as a whole, or an effect against a comparison group."""


def is_amount(outcome: Any) -> bool:
    """Whether an outcome of persons is measured as an amount, not as yes or no."""
    return isinstance(outcome, AmountOutcome | UseOutcome) or getattr(outcome, "counts", "") in (
        "months",
        "points gained",
    )
