"""Early ends: what ends a deal before its time, when the programme then stops, and what is still paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator
from pydantic_core import InitErrorDetails, ValidationError

from risksim.language import _
from risksim.scenario.base import Date, Duration, Months, Name, Origin, Part, mistake, mistake_at, value_of
from risksim.scenario.calendar import add_months, months_between
from risksim.scenario.document import shown
from risksim.scenario.terms import Fraction1, Plain
from risksim.scenario.uncertainty import Amount, Share

Range = Annotated[tuple[Plain, Plain], Field(strict=False)]


class EndWhen(Part):
    """What must be seen on the day of the decision: too few people, or an outcome that misses its goal."""

    enrolled_below: Fraction1 | None = Field(default=None, examples=[0.5])
    """Fewer people enrolled before that day than this share of the places of all cohorts. [1]"""
    outcome: Name | None = Field(default=None, examples=["wellbeing"])
    """Which outcome is read, with everything that was measured of it since the start: a key of `outcomes`."""
    counts: Literal["count", "share", "mean", "value"] | None = Field(default=None, examples=["share"])
    """What is held against the goal: the number verified, their share, the mean, or the value of a result of the whole
    programme."""
    below: Plain | None = Field(default=None, examples=[0.4])
    """It must lie below this value."""
    above: Plain | None = Field(default=None, examples=[0.6])
    """It must lie above this value."""
    outside: Range | None = Field(default=None, examples=[[0.25, 0.35]])
    """It must lie below the first or above the second of these values."""
    unmeasured: Literal["failure", "exclude", "assumed", "observed"] | None = Field(default=None, examples=["failure"])
    """How people count whom the outcome speaks of but who could not be measured: as failures, not at all, at
    `assumed_rate`, or like those who were measured. Shares and means must say it."""
    assumed_rate: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, examples=[0.5])
    """The rate that stands in for what was not measured. [1]"""

    @model_validator(mode="after")
    def _reads_well(self) -> EndWhen:
        faults = [*self._one_question(), *self._reading()]
        if faults:
            raise ValidationError.from_exception_data("EndWhen", faults)
        return self

    def _one_question(self) -> Iterator[InitErrorDetails]:
        if (self.enrolled_below is None) == (self.outcome is None):
            found = (
                _("neither enrolled_below nor outcome")
                if self.outcome is None
                else _("both enrolled_below and outcome")
            )
            yield mistake_at(
                ("enrolled_below",) if self.outcome is not None else (),
                _("got {found}; a decision looks at one of the two.", found=found),
                _("Write {enrolled_below: 0.5}, or {outcome: ..., counts: share, below: 0.4, unmeasured: failure}."),
            )
        elif self.outcome is None and (said := self.model_fields_set - {"enrolled_below"}):
            word = sorted(said)[0]
            yield mistake_at(
                (word,),
                _("got {word} beside enrolled_below, which reads no outcome.", word=word),
                _("Take {word} out, or name one.", word=word),
            )

    def _reading(self) -> Iterator[InitErrorDetails]:
        if self.outcome is None or self.enrolled_below is not None:
            return
        if self.counts is None:
            yield mistake_at(
                (), _(
"got no counts; a decision says what of the outcome it holds against the goal.",
),
                _("Write counts: count, share, mean or value."),
            )  # fmt: skip
        limits = [word for word in ("below", "above", "outside") if getattr(self, word) is not None]
        if len(limits) != 1:
            found = _(" and ").join(limits) if limits else _("none of below, above and outside")
            yield mistake_at(
                (limits[-1],) if limits else (),
                _("got {found}; a decision has one of below, above and outside.", found=found),
                _("Write below: 0.4, above: 0.6, or outside: [0.25, 0.35]."),
            )
        elif self.outside is not None and self.outside[0] > self.outside[1]:
            yield mistake_at(
                ("outside",),
                _(
                    "got {low:g} before {high:g}; the smaller value stands first.",
                    low=self.outside[0],
                    high=self.outside[1],
                ),
                _("Did the two numbers change places?"),
            )
        if self.counts in ("share", "mean") and self.unmeasured is None:
            yield mistake_at(
                ("unmeasured",),
                _("got no unmeasured; a {counts} says how people count who could not be measured.", counts=self.counts),
                _("Write unmeasured: failure, exclude, assumed or observed."),
            )
        if self.unmeasured == "assumed" and self.assumed_rate is None:
            yield mistake_at(
                ("assumed_rate",),
                _("got no assumed_rate, and it stands in for what was not measured."),
                _("Add a line such as assumed_rate: 0.5."),
            )


class EndPayment(Origin):
    """What the investors are paid because the deal ends early."""

    amount: Amount | None = Field(default=None, examples=[6_000_000])
    """An amount. [currency]"""
    share_of_drawn: Share | None = Field(default=None, examples=[0.5])
    """A share of the capital drawn up to the stop, loans left out, instead of an amount. [1]"""
    share_of_undrawn: Share | None = Field(default=None, examples=[0.1])
    """A share of the capital promised and not drawn up to the stop, loans left out, instead of an amount. [1]"""
    paid_by: Name = Field(examples=["municipality"])
    """Who pays: a payer, guarantor or giver of a grant of this deal."""

    @model_validator(mode="after")
    def _one(self) -> EndPayment:
        words = ("amount", "share_of_drawn", "share_of_undrawn")
        said = [word for word in words if getattr(self, word) is not None]
        if len(said) != 1:
            found = _(" and ").join(said) if said else _("none of {words}", words=", ".join(words))
            raise mistake(
                _("got {found}; a payment is one of the three.", found=found), _("Write amount: 6000000, and paid_by.")
            )
        return self


class EarlyEnd(Origin):
    """One way in which the deal may end early: who decides what on which day, or a chance every year."""

    name: Name = Field(examples=["interim evaluation"])
    """What ends the deal; its chances are drawn by this name."""
    on: Date | None = Field(default=None, examples=["2014-07-01"])
    """The day of the decision, a follow-up; it knows what was measured up to that day and nothing later."""
    when: EndWhen | None = Field(
        default=None, examples=[{"outcome": "reconviction", "counts": "value", "below": 0.085}]
    )
    """What must be seen on that day for the deal to end."""
    chance: Share | None = Field(default=None, examples=[0.2])
    """The chance that the deal is then ended, as for a party's right that may be used; with `when`, the chance where
    that is seen. Certain where it is left out. [1]"""
    yearly_chance: Share | None = Field(default=None, examples=[0.01])
    """The chance in a year that the deal is ended for a reason outside it, the same in every month; instead of `on`.
    [1/year]"""
    notice: Duration = Field(default=Months(0), examples=["6 months"])
    """The months between the decision and the stop; costs fall due, capital is drawn and people enrol until then.
    [month]"""
    run_off: Duration = Field(default=Months(0), examples=["12 months"])
    """The months after the stop in which outcomes are still measured and paid. [month]"""
    pays: EndPayment | None = Field(default=None, examples=[{"amount": 6_000_000, "paid_by": "municipality"}])
    """What the investors are paid, on the first date after the stop on which money can move; nothing where this is left
    out."""

    @model_validator(mode="after")
    def _one_decision(self) -> EarlyEnd:
        fault: tuple[tuple[str, ...], str, str] | None = None
        if self.yearly_chance is None:
            if self.on is None:
                fault = (
                    (),
                    _("got neither on nor yearly_chance; a deal is ended on a day, or with a chance every year."),
                    _("Write on: with the date of a follow-up, or yearly_chance: 0.01."),
                )
            elif self.when is None and self.chance is None:
                fault = (
                    (),
                    _("got a day but neither when nor chance, so the deal always ends on it."),
                    _("Say under when what must be seen, write chance: 0.2, or move end to that day."),
                )
        else:
            for word in ("chance", "when", "on"):
                if getattr(self, word) is not None:
                    fault = (
                        (word,),
                        _(
                            "got both yearly_chance and {word}; a chance every year belongs to no day of decision.",
                            word=word,
                        ),
                        _("Take {word} out, or write two entries.", word=word),
                    )
        if fault is not None:
            raise ValidationError.from_exception_data("EarlyEnd", [mistake_at(*fault)])
        return self


def stop_month(start: dt.date, decided: dt.date, notice: int) -> int:
    """The contract month on whose day the programme stops: a decision between two such days counts from the later."""
    return decision_month(start, decided) + notice


def decision_month(start: dt.date, decided: dt.date) -> int:
    """The first contract month whose day is not before a date."""
    return -int(-months_between(start, decided) // 1)


class Known(NamedTuple):
    """What the rest of a deal says, as far as early ends lean on it."""

    start: dt.date
    follow_ups: Sequence[dt.date]
    people: Sequence[str]
    """Outcomes of persons."""
    results: dict[str, list[dt.date] | None]
    """Results of the programme, with the follow-ups at which a value is known; None where at each."""
    givers: Sequence[str]
    """Who can pay."""
    has_termination: bool
    nearest: Callable[[str, list[str]], str | None]
    """A question that names the known words closest to one that is not known."""


_CLOCK = (("start",), ("end",), ("follow_up",))


def contradictions(ends: Sequence[EarlyEnd], known: Known) -> Iterator[InitErrorDetails]:
    """What early ends say that the rest of the deal does not bear out."""
    seen: set[str] = set()
    for position, end in enumerate(ends):
        here = ("ends_early", position)
        if end.name in seen:
            yield mistake_at(
                (*here, "name"),
                _(
                    "got '{name}' a second time; a name addresses the draws of its entry, so each stands once.",
                    name=end.name,
                ),
                _("Write another name, as '{name} 2'.", name=end.name),
            )
        seen.add(end.name)
        yield from _dates(end, here, known)
        if end.when is not None and end.when.outcome is not None:
            yield from _outcome(end, end.when, here, known)
        if end.pays is not None and end.pays.paid_by not in known.givers:
            yield mistake_at(
                (*here, "pays", "paid_by"),
                _(
                    "got '{paid_by}', which is no party that can pay here; there is {givers}.",
                    paid_by=end.pays.paid_by,
                    givers=", ".join(known.givers),
                ),
                _("Write one of these names, or add the party."),
                leans_on=(("payments",), ("financing", "guarantees"), ("financing", "grants")),
            )
    if ends and known.has_termination:
        yield mistake_at(
            ("financing", "termination"),
            _(
                "got a termination on a certain date although ends_early says what ends the deal and what "
                "is then paid.",
            ),
            _("Take termination out, and write pays under ends_early."),
            leans_on=(("ends_early",),),
        )


def _dates(end: EarlyEnd, here: tuple[str | int, ...], known: Known) -> Iterator[InitErrorDetails]:
    if end.on is None:
        return
    on, last, notice = value_of(end.on), known.follow_ups[-1], int(value_of(end.notice))
    if on not in known.follow_ups:
        near = min(known.follow_ups, key=lambda date: abs(date - on))
        yield mistake_at(
            (*here, "on"),
            _(
                "got {on}, which is no follow-up; a decision is taken at a follow-up, when what was measured is known.",
                on=on,
            ),
            _("The nearest follow-up is {near}.", near=near),
            leans_on=_CLOCK,
        )
    elif (stop := add_months(known.start, stop_month(known.start, on, notice))) > last:
        yield mistake_at(
            (*here, "notice") if notice else (*here, "on"),
            _(
                "got {notice} months after {on}, so the programme would stop on {stop}, after the last "
                "follow-up {last}; the deal is over by then.",
                notice=notice,
                on=on,
                stop=stop,
                last=last,
            ),
            _("Decide earlier, or shorten the notice."),
            leans_on=_CLOCK,
        )


def _outcome(end: EarlyEnd, when: EndWhen, here: tuple[str | int, ...], known: Known) -> Iterator[InitErrorDetails]:
    name, here = str(when.outcome), (*here, "when")
    names = [*known.people, *known.results]
    if name not in names:
        yield mistake_at(
            (*here, "outcome"),
            _(
                "got {name}, which is no outcome of this deal; there is {names}.",
                name=shown(name),
                names=", ".join(names[:12]),
            ),
            known.nearest(name, names) or _("Write one of these names, or add the outcome."),
            leans_on=(("outcomes", "*"),),
        )
    elif (when.counts == "value") != (name in known.results):
        whole = name in known.results
        what = _("a result of the programme as a whole, which has a value") if whole else _("which people meet or not")
        yield mistake_at(
            (*here, "counts"),
            _(
                "got {counts} of '{name}', {what}.",
                counts=when.counts,
                name=name,
                what=what,
            ),
            _("Write counts: value.") if whole else _("Write counts: count, share or mean."),
            leans_on=(("outcomes", name),),
        )
    elif (dates := known.results.get(name)) is not None and value_of(end.on) not in dates:
        yield mistake_at(
            (*here, "outcome"),
            _(
                "got '{name}', of which no value becomes known on {on}; it becomes known on {dates}.",
                name=name,
                on=value_of(end.on),
                dates=", ".join(map(str, dates[:6])),
            ),
            _("Decide on one of these days."),
            leans_on=(("outcomes", name), *_CLOCK),
        )
