"""Leaving a course and moving away: how fast people go, and what it means for what is measured of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, GetJsonSchemaHandler, Tag, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from risksim.language import _
from risksim.scenario import register
from risksim.scenario.base import Origin, mistake_at, parse_stretch, written
from risksim.scenario.document import shown
from risksim.scenario.uncertainty import Ratio, Share

YEARLY = 0.05
"""The share that moves away in a year where nothing is said: `move-yearly` of the register, held to it by a test."""

Staying = Annotated[float, Field(gt=0, lt=1)]


WAYS = ("share", "monthly", "stay")
"""The ways to say how many leave."""


class Dropout(Origin):
    """How people leave their course, month after month (a Weibull law): how many by its end, or in its first month, or
    how many are still there at one or two points in time. Exactly one of `share`, `monthly` and `stay` is said.
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [way]} for way in WAYS]})

    share: Share | None = Field(default=None, examples=[0.2])
    """The share of the enrolled who leave before the end of their course. [1]"""
    monthly: Share | None = Field(default=None, examples=[0.036])
    """The chance to leave in the first month; in every month where `shape` is 1. [1]"""
    stay: Annotated[dict[str, Staying], Field(min_length=1, max_length=2)] | None = Field(
        default=None, examples=[{"13 weeks": 0.80, "26 weeks": 0.68}]
    )
    """The share still there after so long, at one or two points in time; two of them say the shape too. [1]"""
    shape: Annotated[float, Field(ge=0.2, le=5)] | None = Field(default=None, examples=[1.0])
    """How the risk of leaving moves with the time on the course: below 1 it falls, above 1 it grows, 1 leaves it as it
    is. 0.8 where nothing is said."""
    odds: Ratio = Field(default=1.0, examples=[2.0])
    """What the odds of leaving by the end of the course are multiplied by: 2 for a group that is hard to hold. [1]"""

    @model_validator(mode="after")
    def _consistent(self) -> Dropout:
        faults = [*self._one_way(), *self._points(), *self._whole()]
        if faults:
            raise ValidationError.from_exception_data("Dropout", faults)
        return self

    def _one_way(self) -> list[InitErrorDetails]:
        said = [key for key in WAYS if getattr(self, key) is not None]
        if len(said) == 1:
            return []
        key = said[1] if said else "odds"
        found = _(
            "got {said}; one of them says how many leave.",
            said=_(" and ").join(said) or _("none of share, monthly and stay"),
        )
        return [
            mistake_at(
                (key,) if said else (), found, _("Keep {said}.", said=said[0]) if said else _("Write {share: 0.2}.")
            )
        ]

    def _whole(self) -> list[InitErrorDetails]:
        return [
            mistake_at(
                (key,),
                _("got 1; under this law everybody would be gone on the first day."),
                _("Write dropout: 1 for all, spread evenly over the course."),
            )
            for key in ("share", "monthly")
            if _certain(getattr(self, key)) == 1.0
        ]

    def _points(self) -> list[InitErrorDetails]:
        if self.stay is None:
            return []
        times: list[float] = []
        for key in self.stay:
            try:
                time = parse_stretch(key)
            except PydanticCustomError:
                found = _("got {key}; the share still there is said for a time, in weeks or months.", key=shown(key))
                return [mistake_at(("stay",), found, _("Write {13 weeks: 0.80, 26 weeks: 0.68}."))]
            if time <= 0:
                found = _("got {time}; at the start everybody is there.", time=written(time))
                return [mistake_at(("stay", key), found, _("Look later."))]
            times.append(float(time))
        (first, early), *more = sorted(zip(times, self.stay.values(), strict=True))
        if more and (more[0][0] == first or more[0][1] >= early):
            found = _(
                "got {early:g} still there at first and {more:g} later; the number can only fall.",
                early=early,
                more=more[0][1],
            )
            if more[0][0] == first:
                found = _("got the same time twice; two points in time differ.")
            return [mistake_at(("stay",), found, _("Did two values change places?"))]
        if more and self.shape is not None:
            found = _(
                "got a shape of {shape:g} beside two points in time, which say the shape themselves.", shape=self.shape
            )
            return [mistake_at(("shape",), found, _("Take shape out, or one of the points."))]
        return []

    @property
    def points(self) -> list[tuple[float, float]]:
        """Time and share still there, in the order of time. [month, 1]"""
        return sorted((float(parse_stretch(key)), share) for key, share in (self.stay or {}).items())

    @property
    def shaped(self) -> float:
        """The shape where it is not said by two points."""
        return register.plain("dropout-shape") if self.shape is None else self.shape

    @property
    def constant(self) -> bool:
        """Whether it is one chance in every month, which may be read together with that of a success."""
        return self.monthly is not None and self.shaped == 1.0

    def register_keys(self) -> tuple[str, ...]:
        """The constants that hold because the file is silent."""
        return ("dropout-shape",) if self.shape is None and len(self.stay or {}) < 2 else ()


def _certain(number: Any) -> float | None:
    found = getattr(number, "value", getattr(number, "fixed", number))
    return float(found) if isinstance(found, int | float) else None


def _dropout_key(found: Any) -> str:
    ways = {*WAYS, "odds", "shape"}
    return "law" if isinstance(found, Dropout) or (isinstance(found, dict) and ways & found.keys()) else "share"


class _Flat:
    """Marks a choice of which one branch is a choice itself: an editor is shown all of them side by side."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        share, law = handler(core)["oneOf"]
        (word,) = share.keys() & {"oneOf", "anyOf"}
        return {**share, word: [*share[word], law]}


Leaving = Annotated[
    Annotated[Share, Tag("share")] | Annotated[Dropout, Tag("law")],
    Discriminator(_dropout_key),
    _Flat,
]
"""A share that leaves evenly over the course, or a block that says how people leave."""


class Moves(Origin):
    """Moving out of the municipality that pays, at any time after enrolment. A contract says what it means."""

    yearly: Share = Field(default=YEARLY, examples=[0.05])
    """The share that moves in a year, 0.05 where nothing is said. [1/year]"""
    then: Literal["kept", "lost", "excluded"] = Field(examples=["lost"])
    """What it means: nothing (`kept`); the course ends and whatever is measured later is a failure (`lost`); or the
    course ends and later measurements do not exist, for successes and for people alike (`excluded`)."""

    def register_keys(self) -> tuple[str, ...]:
        """The constants that hold because the file is silent."""
        return () if "yearly" in self.model_fields_set else ("move-yearly",)
