"""Outcomes: what may happen to a participant, how likely it is, and when the contract looks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from risksim.scenario.base import Date, Duration, Origin, Part
from risksim.scenario.effects import EffectOnAmount, EffectOnOutcome
from risksim.scenario.uncertainty import Share, UncertainNumber


class AtCompletion(Origin):
    """Measured when the participant's course ends."""

    at: Literal["completion"]
    """`completion`: the end of the participant's own course."""


class AfterEnrolment(Origin):
    """Measured a fixed time after the participant enrolled."""

    after_enrolment: Duration = Field(examples=["12 months"])
    """The time since enrolment, as '12 months'. [month]"""


class AfterCompletion(Origin):
    """Measured a fixed time after the participant's course ended."""

    after_completion: Duration = Field(examples=["6 months"])
    """The time since the end of the course, as '6 months'. [month]"""


class OnDate(Origin):
    """Measured for everybody on one date."""

    on: Date = Field(examples=["2027-01-01"])
    """The date, as 2027-01-01; those who enrol later are not counted."""


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


class Outcome(Part):
    """Something that either happens to a participant or does not, and is measured once."""

    of: Literal["enrolled", "completers", "measured"] = Field(examples=["completers"])
    """Whom `success_rate` speaks of: everybody enrolled (dropouts included), those who complete their course, or those
    who complete it and can be measured. Said, never implied: it moves results more than most numbers do."""
    success_rate: Share = Field(examples=[0.75])
    """The chance that one of those people succeeds. [1]"""
    measured: Measured = Field(default_factory=lambda: AtCompletion(at="completion"))
    """When the contract looks; the first follow-up on or after that day pays."""
    label: str | None = None
    """A longer name for reports."""


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


EFFECTS = {"effect_on": EffectOnOutcome, "true_effect": EffectOnAmount}
"""The key that tells each kind of effect, and its model."""


def _outcome_key(found: Any) -> str:
    if isinstance(found, ProgrammeResult) or (isinstance(found, dict) and "result" in found):
        return "programme"
    for key, model in EFFECTS.items():
        if isinstance(found, model) or (isinstance(found, dict) and key in found):
            return key
    return "persons"


AnyOutcome = Annotated[
    Annotated[Outcome, Tag("persons")]
    | Annotated[ProgrammeResult, Tag("programme")]
    | Annotated[EffectOnOutcome, Tag("effect_on")]
    | Annotated[EffectOnAmount, Tag("true_effect")],
    Discriminator(_outcome_key),
]
"""An outcome of persons, a result of the programme as a whole, or an effect against a comparison group."""
