"""Effects: what a programme achieved beyond a baseline or comparison group, as a contract estimates it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.language import _
from risksim.scenario.base import Count, Date, Duration, Name, Origin, mistake_at, value_of
from risksim.scenario.calendar import add_months
from risksim.scenario.uncertainty import Fixed, FixedLaw, FromRegister, People, Ratio, Share, UncertainNumber


class Compared(Origin):
    """What every baseline or comparison group says: how much its people count, and when they are measured."""

    effective: Share = Field(default=1.0, examples=[0.8])
    """What matching with replacement or weights leaves of the group, as a share of its people: (sum of weights)^2 over
    the sum of squared weights, divided by the people. [1]"""
    clusters: Count | None = Field(default=None, examples=[4])
    """From how many sites of equal size the group comes, whose people are alike; said together with `icc`. [sites]"""
    icc: Share | None = Field(default=None, examples=[0.05])
    """How alike the people of one of those sites are: the intraclass correlation. The group then counts as if it held
    fewer people, `n / (1 + (n / clusters - 1) icc)`. [1]"""
    measured: Date | None = Field(default=None, examples=["2026-07-01"])
    """The day by which the group is measured: there is no effect before. Left out, it is measured as soon as the
    participants are."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Let who the people are stand before how much they count: that is how files are written and read."""
        for name in Compared.model_fields:
            cls.__pydantic_fields__[name] = cls.__pydantic_fields__.pop(name)

    @model_validator(mode="after")
    def _sound(self) -> Compared:
        faults = self._faults()
        if (self.clusters is None) != (self.icc is None):
            there, gone, line = (
                ("clusters", "icc", "icc: 0.05") if self.icc is None else ("icc", "clusters", "clusters: 4")
            )
            found = _(
                "got {there} and no {gone}; both together say how much less people count who are alike.",
                there=there,
                gone=gone,
            )
            faults.append(mistake_at((gone,), found, _("Add {line}, or take {there} out.", line=line, there=there)))
        if faults:
            raise ValidationError.from_exception_data(type(self).__name__, faults)
        return self

    def _faults(self) -> list[InitErrorDetails]:
        """Mistakes of one kind of group."""
        return []


class ComparisonGroup(Compared):
    """People who were not in the programme, and what is measured of them."""

    people: People | None = Field(default=None, examples=[100])
    """How many people the baseline or comparison group holds. [people]"""
    enrolled_by: Duration | None = Field(default=None, examples=["12 months"])
    """In the place of `people`: as many as enrol before so many months of the contract are over, all cohorts together.
    So it is uncertain how many they are, and there is no effect before that day. [month]"""
    rate: Share = Field(examples=[{"beta": [35, 65]}])
    """The true chance that one of them succeeds: what would have happened without the programme. [1]"""
    unmeasured: Share = Field(default=0.0, examples=[0.1])
    """The share of them who cannot be measured, whatever happened. [1]"""

    def _faults(self) -> list[InitErrorDetails]:
        if self.enrolled_by is None:
            if self.people is not None:
                return []
            found = _("got no people; people is how many people the baseline or comparison group holds.")
            return [mistake_at(("people",), found, _("Add a line such as `people: 100`, or `enrolled_by: 12 months`."))]
        if self.people is not None:
            found = _("got people beside enrolled_by, which counts them.")
            return [mistake_at(("people",), found, _("Keep one of the two."))]
        if int(value_of(self.enrolled_by)) == 0:
            found = _("got 0 months; nobody has enrolled before the first day.")
            return [mistake_at(("enrolled_by",), found, _("Write a longer time, or the number of `people`."))]
        return []


class ComparisonSample(Compared):
    """People who were not in the programme and of whom an amount is measured."""

    people: People = Field(examples=[100])
    """How many people the baseline or comparison group holds. [people]"""


def _known_key(found: Any) -> str:
    return "dates" if isinstance(found, list) else "word"


Known = Annotated[
    Annotated[Literal["each follow-up", "last follow-up"], Tag("word")]
    | Annotated[list[Date], Field(min_length=1, max_length=600), Tag("dates")],
    Discriminator(_known_key),
]
"""`each follow-up`, `last follow-up`, or a list of dates."""


def _matching_key(found: Any) -> str:
    return "usual" if isinstance(found, str) else "points"


Matching = Annotated[
    Annotated[Literal["usual"], Tag("usual")] | Annotated[Ratio, Tag("points")], Discriminator(_matching_key)
]
"""`usual`, or a standard deviation."""


class Effect(Origin):
    """What every effect says: when it is known, and what errors it bears beside that of small numbers."""

    known: Known = Field(examples=["last follow-up"])
    """When the effect is reckoned: at `each follow-up`, at the `last follow-up`, or at the first follow-up on or after
    each of a list of dates."""
    matching_error: Matching | None = Field(default=None, examples=["usual"])
    """How far the two groups may differ without the programme, as a standard deviation in the unit of the difference;
    `usual` takes 0.07 times the standard deviation between people. None where this is left out."""
    analyst_error: Ratio = Field(default=0.0, examples=[0.3])
    """How far two analysts of the same data differ, as a multiple of the standard error. [1]"""
    minimum: Count = Field(default=1, examples=[20])
    """The fewest people who must be measured on either side; with fewer there is no effect and no claim. [people]"""
    label: str | None = None
    """A longer name for reports."""

    def register_keys(self) -> tuple[str, ...]:
        """The usual error of matching, where it is taken."""
        return ("matching-bias",) if self.matching_error == "usual" else ()


class EffectOnOutcome(Effect):
    """The effect on an outcome of this deal's participants: the rate among those measured, held against a group."""

    effect_on: Name = Field(examples=["employment"])
    """The outcome whose rate is compared: a key of `outcomes` that people meet or not."""
    against: ComparisonGroup = Field(examples=[{"people": 100, "rate": {"beta": [35, 65]}}])
    """The baseline or comparison group."""
    reads: Literal[
        "difference", "additional people", "relative increase", "relative reduction", "pooled z", "unpooled z"
    ] = Field(examples=["difference"])
    """What the contract reads: the difference of the two rates; that difference times the participants measured; how
    much higher, or lower, the rate is in proportion to that of the group; or the difference over its standard error,
    pooled over both groups or not."""


class EffectOnAmount(Effect):
    """The effect on an amount per person, without persons: an estimate drawn around a true effect."""

    true_effect: UncertainNumber = Field(examples=[{"normal": {"mean": 20_000, "sd": 8_000}}])
    """What the programme truly does, per person on average, in the unit of the amount."""
    sd: Ratio = Field(examples=[60_000])
    """The standard deviation of the amount between people, in its unit."""
    people: People = Field(examples=[60])
    """How many participants are measured. [people]"""
    against: ComparisonSample = Field(examples=[{"people": 150}])
    """The baseline or comparison group."""
    estimator: Literal["difference", "difference in differences", "ancova"] = Field(examples=["ancova"])
    """How the contract estimates: the difference of the two means after the programme; the difference of the two
    changes since before it; or the difference after it at equal values before it."""
    correlation: Share | None = Field(default=None, examples=[0.6])
    """The correlation of a person's amount before and after; for estimators that use both. [1]"""
    reads: Literal["per person", "total", "t"] = Field(examples=["total"])
    """What the contract reads: the estimate per person; that times the participants; or the estimate over its standard
    error."""

    @model_validator(mode="after")
    def _needs(self) -> EffectOnAmount:
        uses = self.estimator != "difference"
        if uses == (self.correlation is not None):
            return self
        found = (
            (
                _("got no correlation; {estimator} uses measurements before and after.", estimator=self.estimator),
                _("Add correlation: 0.5."),
            )
            if uses
            else (
                _("got a correlation with estimator: difference, which looks at no measurement before the programme."),
                _("Take it out, or write estimator: difference in differences, or ancova."),
            )
        )
        raise ValidationError.from_exception_data("EffectOnAmount", [mistake_at(("correlation",), *found)])


def _certain(number: Any) -> float | None:
    """The value of a number that is not uncertain; None where it follows a law."""
    if isinstance(number, Fixed | FixedLaw):
        return number.value if isinstance(number, Fixed) else number.fixed
    if isinstance(number, FromRegister):
        return _certain(number.number)
    return float(number) if isinstance(number, int | float) else None


# What spans the parts of a deal


def contradictory(
    effects: Mapping[str, EffectOnOutcome | EffectOnAmount], personal: Iterable[str], others: Iterable[str], places: int
) -> Iterator[InitErrorDetails]:
    """Effects on outcomes that there are not, and groups that are always too small.

    Parameters
    ----------
    effects : mapping
        The effects by name.
    personal, others : iterable of str
        Outcomes that people meet or not, and all other outcomes.
    places : int
        Participants of all cohorts. [people]
    """
    can, cannot = list(personal), list(others)
    for name, effect in effects.items():
        here = ("outcomes", name)
        most: float | None = places
        if isinstance(effect, EffectOnOutcome):
            if effect.effect_on not in can:
                yield mistake_at(
                    (*here, "effect_on"),
                    _(
                        "got '{name}', which people do not meet or miss one by one; an effect compares the rates of "
                        "two groups.",
                        name=effect.effect_on,
                    )
                    if effect.effect_on in cannot
                    else _(
                        "got '{name}', which is no outcome of this deal; there is {can}.",
                        name=effect.effect_on,
                        can=", ".join(can[:12]) or _("none"),
                    ),
                    _("Name an outcome with a success_rate.")
                    if can
                    else _("Add an outcome with a success_rate, or write true_effect for an effect without persons."),
                    leans_on=(("outcomes", "*"),),
                )
        else:
            most = _certain(effect.people)
        fewest, group, share = (
            int(value_of(effect.minimum)),
            _certain(effect.against.people),
            _certain(effect.against.effective),
        )
        there = group * share if group is not None and share is not None else None
        alike = _certain(effect.against.icc)
        if there is not None and alike is not None and effect.against.clusters is not None:
            there /= max(1.0 + (there / value_of(effect.against.clusters) - 1.0) * alike, 1.0)
        for count, key, who in (
            (there, "against", _("the comparison group")),
            (most, "minimum", _("the participants")),
        ):
            if count is not None and count + 1e-9 < fewest:
                yield mistake_at(
                    (*here, key),
                    _(
                        "got {count:g} people that count in {who} and a minimum of {fewest} on either side; this "
                        "effect never has a value.",
                        count=count,
                        who=who,
                        fewest=fewest,
                    ),
                    _("Enlarge the group, or lower the minimum."),
                    leans_on=(("cohorts",),),
                )
                break


def misdated(
    effects: Mapping[str, EffectOnOutcome | EffectOnAmount],
    start: dt.date,
    last: dt.date,
    clock: tuple[tuple[str | int, ...], ...],
) -> Iterator[InitErrorDetails]:
    """Dates of effects outside the deal, or before their group is measured."""
    for name, effect in effects.items():
        ready = measured_by(effect, start)
        if ready is not None and not start <= ready <= last:
            said = effect.against.measured
            key = "measured" if said is not None and ready == value_of(said) else "enrolled_by"
            yield mistake_at(
                ("outcomes", name, "against", key),
                _(
                    "got a group that is measured by {ready}; an effect is reckoned from start {start} to the "
                    "last follow-up {last}.",
                    ready=ready,
                    start=start,
                    last=last,
                ),
                _("Measure it earlier, or add a follow-up."),
                leans_on=clock,
            )
            continue
        for place, stated in enumerate(effect.known if isinstance(effect.known, list) else []):
            if not start <= value_of(stated) <= last:
                yield mistake_at(
                    ("outcomes", name, "known", place),
                    _(
                        "got {stated}; an effect is reckoned from start {start} to the last follow-up {last}.",
                        stated=value_of(stated),
                        start=start,
                        last=last,
                    ),
                    _("Move the date, or add a follow-up."),
                    leans_on=clock,
                )
            elif ready is not None and value_of(stated) < ready:
                yield mistake_at(
                    ("outcomes", name, "known", place),
                    _(
                        "got {stated}; the group is measured by {ready}, and before there is no effect.",
                        stated=value_of(stated),
                        ready=ready,
                    ),
                    _("Move the date, or measure the group earlier."),
                    leans_on=clock,
                )


def measured_by(effect: EffectOnOutcome | EffectOnAmount, start: dt.date) -> dt.date | None:
    """The day by which the group of an effect is measured; None where it is as soon as the participants are."""
    days = []
    if effect.against.measured is not None:
        days.append(value_of(effect.against.measured))
    if isinstance(effect.against, ComparisonGroup) and effect.against.enrolled_by is not None:
        days.append(add_months(start, int(value_of(effect.against.enrolled_by))))
    return max(days, default=None)


def known_on(effect: EffectOnOutcome | EffectOnAmount, follow_ups: list[dt.date], start: dt.date) -> list[dt.date]:
    """The follow-ups at which an effect is reckoned, in order."""
    ready = measured_by(effect, start) or start
    if isinstance(effect.known, list):  # a date after the last follow-up is mistaken, and said so elsewhere
        days = map(value_of, effect.known)
        return sorted({next((date for date in follow_ups if date >= day), follow_ups[-1]) for day in days})
    return [day for day in (follow_ups if effect.known == "each follow-up" else follow_ups[-1:]) if day >= ready]
