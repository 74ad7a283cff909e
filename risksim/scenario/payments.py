"""Payment rules: what a contract pays for what it measures, in the order in which the rules stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import ValidationError

from risksim.language import _
from risksim.scenario.base import Date, Duration, Name, Origin, Part, Payer, mistake_at, value_of
from risksim.scenario.calendar import add_months
from risksim.scenario.programme import Cohort
from risksim.scenario.terms import (
    DatedAmount,
    Line,
    Node,
    Plain,
    Reading,
    SplitTerms,
    Table,
    Terms,
    rising,
    unsaid,
)
from risksim.scenario.uncertainty import Amount, Share

# Prices


class PerOutcomeTerms(SplitTerms):
    """A price per verified outcome."""

    outcome: Name = Field(examples=["wellbeing"])
    """Which outcome pays: a key of `outcomes`."""
    price: Amount = Field(examples=[20_000])
    """The price per verified outcome. [currency/outcome]"""
    measurements: Annotated[list[Annotated[int, Field(ge=1, le=120)]], Field(min_length=1)] | None = Field(
        default=None, examples=[[1, 2, 3, 4]]
    )
    """Which measurements of the outcome pay this price, counted from 1; every one where this is left out."""


class PerOutcome(Part):
    """Pays a price for each verified outcome, at the first follow-up on or after its measurement."""

    per_outcome: PerOutcomeTerms = Field(examples=[{"outcome": "wellbeing", "price": 20_000, "payer": "municipality"}])
    """Outcome, price and payer."""


class PerUnitTerms(Terms):
    """A price per measured unit."""

    outcome: Name = Field(examples=["days housed"])
    """Which outcome is measured: a key of `outcomes`."""
    price: Amount = Field(examples=[150])
    """The price per unit measured. [currency/unit]"""
    measurements: Annotated[list[Annotated[int, Field(ge=1, le=120)]], Field(min_length=1)] | None = Field(
        default=None, examples=[[2]]
    )
    """Which measurements of an amount pay this price, counted from 1; every one where this is left out."""


class PerUnit(Part):
    """Pays a price for each unit measured at a follow-up; nothing where the measurement is negative."""

    per_unit: PerUnitTerms = Field(examples=[{"outcome": "days housed", "price": 150}])
    """Outcome, price and payer."""


class PerPersonTerms(Terms):
    """Prices of several outcomes, with a most for each participant."""

    prices: Annotated[dict[Name, Amount], Field(min_length=1, max_length=50)] = Field(
        examples=[{"housing": 20_000, "job": 60_000}]
    )
    """The price of each outcome, by its name; where the outcome is an amount, of each unit of it, and what is below
    zero counts as nothing. [currency/outcome]"""
    most: Amount = Field(examples=[200_000])
    """The most that one participant earns over the whole deal; what goes beyond it is not paid. [currency]"""


class PerPerson(Part):
    """Pays a price for each verified outcome until a participant has earned a most."""

    per_person: PerPersonTerms = Field(examples=[{"prices": {"housing": 20_000, "job": 60_000}, "most": 200_000}])
    """Prices, most and payer."""


class ShareOfSavingsTerms(Terms):
    """A share of what was saved."""

    outcome: Name = Field(examples=["savings"])
    """Which outcome measures the savings, in whole units of the currency: a key of `outcomes`."""
    share: Annotated[float, Field(gt=0, le=1)] = Field(examples=[0.5])
    """The share of the measured savings that is paid. [1]"""


class ShareOfSavings(Part):
    """Pays a share of the savings measured at a follow-up; nothing where they are negative."""

    share_of_savings: ShareOfSavingsTerms = Field(examples=[{"outcome": "savings", "share": 0.5}])
    """Outcome, share and payer."""


class DeemedTerms(Terms):
    """The assumed rate pays where no method of measurement is agreed."""

    outcome: Name = Field(examples=["court rulings"])
    """Which outcome may stay without an agreed method: a key of `outcomes`."""
    price: Amount = Field(examples=[40_000])
    """The price per person who is taken to have succeeded. [currency/outcome]"""
    chance: Share = Field(examples=[0.3])
    """The chance that no method is agreed; then the other rules pay nothing for this outcome. [1]"""
    rate: Annotated[float, Field(ge=0, le=1)] = Field(examples=[0.5])
    """The rate of success that is then assumed. [1]"""


class Deemed(Part):
    """Pays at an assumed rate, without measurement, on the paths on which no method is agreed."""

    deemed: DeemedTerms = Field(examples=[{"outcome": "court rulings", "price": 40_000, "chance": 0.3, "rate": 0.5}])
    """Outcome, price, chance and assumed rate."""


# Dated money


class FixedTerms(Terms):
    """Amounts on dates."""

    amounts: Annotated[list[DatedAmount], Field(min_length=1, max_length=600)] = Field(
        examples=[[{"on": "2027-01-01", "amount": 100_000}]]
    )
    """The dates and what is due on each."""

    @model_validator(mode="after")
    def _once_a_day(self) -> FixedTerms:
        seen, faults = set(), []
        for position, entry in enumerate(self.amounts):
            if value_of(entry.on) in seen:
                faults.append(
                    mistake_at(
                        ("amounts", position, "on"),
                        _("got {on} a second time; each date stands once.", on=value_of(entry.on)),
                        _("Add the two amounts up."),
                    )
                )
            seen.add(value_of(entry.on))
        if faults:
            raise ValidationError.from_exception_data("FixedTerms", faults)
        return self


class FixedAmounts(Part):
    """Pays fixed amounts on dates, whatever is measured."""

    fixed: FixedTerms = Field(examples=[{"amounts": [{"on": "2027-01-01", "amount": 100_000}]}])
    """Dates, amounts and payer."""


class StandingTerms(Terms):
    """The same amount again and again."""

    every: Duration = Field(examples=["6 months"])
    """The months between two payments. [month]"""
    first: Date | None = Field(default=None, examples=["2026-07-01"])
    """The day of the first payment; one interval after `start` where this is left out."""
    amount: Amount = Field(examples=[50_000])
    """What is paid each time. [currency]"""
    until: Date | None = Field(default=None, examples=["2027-01-01"])
    """The last day on which it is paid; the end of the deal where this is left out."""

    def dates(self, start: dt.date, end: dt.date) -> list[dt.date]:
        """The dates of the payments of a deal, in order; none where the interval is nothing."""
        step, dates = int(value_of(self.every)), []
        begin, month = (start, step) if self.first is None else (value_of(self.first), 0)
        last = end if self.until is None else min(end, value_of(self.until))
        while step and (date := add_months(begin, month)) <= last:
            dates.append(date)
            month += step
        return dates


class Standing(Part):
    """Pays the same amount at regular intervals, whatever is measured."""

    standing: StandingTerms = Field(examples=[{"every": "6 months", "amount": 50_000}])
    """Interval, amount and payer."""


# Goals


class ThresholdTerms(Reading):
    """A goal and what reaching it pays."""

    at_least: Plain | None = Field(default=None, examples=[0.33])
    """The goal: reached at this value or above it."""
    above: Plain | None = Field(default=None, examples=[0.33])
    """The goal: reached above this value, not at it."""
    pays: Amount = Field(examples=[1_000_000])
    """What is paid where the goal is reached. [currency]"""

    @model_validator(mode="after")
    def _one_goal(self) -> ThresholdTerms:
        if (self.at_least is None) == (self.above is None):
            found = _("neither at_least nor above") if self.above is None else _("both at_least and above")
            fault = mistake_at(
                ("at_least",),
                _("got {found}; a threshold has one goal.", found=found),
                _("Write at_least: 0.33, or above: 0.33."),
            )
            raise ValidationError.from_exception_data("ThresholdTerms", [fault])
        return self


class Threshold(Part):
    """Pays an amount where a count, share, mean or value reaches a goal."""

    threshold: ThresholdTerms = Field(
        examples=[{"outcome": "wellbeing", "counts": "count", "at_least": 33, "pays": 1_000_000, "on": "last"}]
    )
    """Outcome, goal and amount."""


class StepsTerms(Table):
    """A step table."""

    table: Annotated[list[Line], Field(min_length=1, max_length=200)] = Field(
        examples=[[{"from": 0.55, "gives": 0.03}, {"from": 0.60, "gives": 0.075}]]
    )
    """The lines of the table, rising."""

    @model_validator(mode="after")
    def _in_order(self) -> StepsTerms:
        low = max((floor.gives for floor in self.floors or []), default=None)
        if faults := rising(self.table, "from_", "table", low, self.most):
            raise ValidationError.from_exception_data("StepsTerms", faults)
        return self


class Steps(Part):
    """Pays by a step table: what the last line gives that the measured quantity reaches."""

    steps: StepsTerms = Field(
        examples=[
            {
                "outcome": "restoration",
                "counts": "value",
                "pays": "coupon",
                "table": [{"from": 0.55, "gives": 0.03}, {"from": 0.60, "gives": 0.075}],
            }
        ]
    )
    """Outcome, table and what it gives."""


class LadderTerms(Table):
    """A table of straight lines."""

    nodes: Annotated[list[Node], Field(min_length=2, max_length=200)] = Field(
        examples=[[{"at": 0.15, "gives": 0.003}, {"at": 0.175, "gives": 0.042}]]
    )
    """The corners, rising; straight lines run between them, and the last one holds beyond its place."""

    @model_validator(mode="after")
    def _in_order(self) -> LadderTerms:
        low = max((floor.gives for floor in self.floors or []), default=None)
        if faults := rising(self.nodes, "at", "nodes", low, self.most):
            raise ValidationError.from_exception_data("LadderTerms", faults)
        return self


class Ladder(Part):
    """Pays along straight lines between the corners of a table."""

    ladder: LadderTerms = Field(
        examples=[
            {
                "outcome": "reduction",
                "counts": "value",
                "pays": "annual return",
                "on": "last",
                "nodes": [{"at": 0.15, "gives": 0.003}, {"at": 0.175, "gives": 0.042}],
            }
        ]
    )
    """Outcome, corners and what they give."""


# Limits


def _one_basis(said: CapTerms | FloorTerms) -> None:
    if (said.total is None) == (said.per_period is None):
        found = _("neither total nor per_period") if said.total is None else _("both total and per_period")
        fault = mistake_at(
            ("total",),
            _("got {found}; a limit holds over the whole deal or in each period.", found=found),
            _("Write one of them; two limits are two rules."),
        )
        raise ValidationError.from_exception_data("limit", [fault])


class CapTerms(Origin):
    """The most that is paid."""

    total: Amount | None = Field(default=None, examples=[4_000_000])
    """The most that the rules above pay together over the whole deal. [currency]"""
    per_period: Amount | None = Field(default=None, examples=[500_000])
    """The most that the rules above pay together on any one date. [currency]"""
    outcome: Name | None = Field(default=None, examples=["wellbeing"])
    """The outcome to which the cap is confined; every rule above it where this is left out."""

    @model_validator(mode="after")
    def _basis(self) -> CapTerms:
        _one_basis(self)
        return self


class Cap(Part):
    """Cuts what the rules above it pay once their sum reaches a total."""

    cap: CapTerms = Field(examples=[{"total": 4_000_000}])
    """The total above which nothing more is paid."""


class FloorTerms(Terms):
    """The least that is paid."""

    total: Amount | None = Field(default=None, examples=[500_000])
    """The least that the rules above pay together; topped up at the last follow-up. [currency]"""
    per_period: Amount | None = Field(default=None, examples=[50_000])
    """The least that the rules above pay together at each follow-up. [currency]"""
    outcome: Name | None = Field(default=None, examples=["wellbeing"])
    """The outcome to which the floor is confined; every rule above it where this is left out."""

    @model_validator(mode="after")
    def _basis(self) -> FloorTerms:
        _one_basis(self)
        return self


class Floor(Part):
    """Tops up what the rules above it pay."""

    floor: FloorTerms = Field(examples=[{"total": 500_000, "payer": "municipality"}])
    """The least that is paid, and who tops up."""


class FundTerms(Origin):
    """A payer with a limit."""

    payer: Payer = Field(default="outcome fund", examples=["outcome fund"])
    """Whose money may run out."""
    limit: Amount = Field(examples=[3_000_000])
    """The most that this payer pays over the whole deal under the rules above. [currency]"""
    otherwise: Literal[Payer, "unpaid"] = Field(examples=["municipality"])
    """Who pays what the limit leaves open; `unpaid` where nobody does."""


class Fund(Part):
    """A payer whose money may run out: what it cannot bear falls to another payer, or stays unpaid."""

    fund: FundTerms = Field(examples=[{"payer": "outcome fund", "limit": 3_000_000, "otherwise": "municipality"}])
    """Payer, limit, and what happens beyond it."""


# Changes


class ChangeTerms(Origin):
    """What every rule may say that changes the terms of others."""

    rules: Annotated[list[Name], Field(min_length=1, max_length=100)] = Field(examples=[["wellbeing"]])
    """The rules above it that it changes, each by its `label`, or by its outcome for all rules on it."""
    label: str | None = Field(default=None, examples=["review after two years"])
    """A longer name for reports."""


class RebaseTerms(ChangeTerms):
    """A baseline that replaces an assumption."""

    baseline: Name = Field(examples=["baseline"])
    """The measured baseline: a result of the programme as a whole; the first value that becomes known."""
    assumed: Annotated[float, Field(gt=0)] = Field(examples=[0.4])
    """The baseline on which the parties agreed the terms. [as measured]"""
    changes: Literal["price", "goal"] = Field(default="price", examples=["price"])
    """Whether prices change in proportion, or goals move."""
    strength: Annotated[float, Field(gt=0, le=100)] = Field(default=1.0, examples=[0.5])
    """How much of the difference counts. [1]"""
    least: Annotated[float, Field(ge=0, le=1)] = Field(default=0.5, examples=[0.8])
    """The least that a price, or the first goal of a table, may become, as a share of what was agreed. [1]"""
    most: Annotated[float, Field(ge=1, le=100)] = Field(default=1.5, examples=[1.2])
    """The most that it may become, as a share of what was agreed. [1]"""
    tolerance: Annotated[float, Field(ge=0)] = Field(default=0.05, examples=[0.03])
    """The difference up to which nothing changes, this one included. [as measured]"""
    retroactive: bool = Field(default=False, examples=[True])
    """Whether what was earned before is settled again at the new price: a difference in favour of the payer is set off
    against what the payer owes from then on under the rules above, one in favour of the investors is paid on that
    day."""

    @model_validator(mode="after")
    def _prices_only(self) -> RebaseTerms:
        if self.retroactive and self.changes == "goal":
            fault = mistake_at(
                ("retroactive",),
                _("got true with changes: goal; only prices are settled again."),
                _("Take retroactive out, or write changes: price."),
            )
            raise ValidationError.from_exception_data("RebaseTerms", [fault])
        return self


class Rebase(Part):
    """Prices or goals follow a baseline that is measured after the deal has begun."""

    rebase: RebaseTerms = Field(examples=[{"baseline": "baseline", "assumed": 0.4, "rules": ["wellbeing"]}])
    """Baseline, assumption, and the rules that change."""


class AmendTerms(ChangeTerms):
    """A date, what must then be seen, and what changes."""

    on: Date = Field(examples=["2027-01-01"])
    """The follow-up at which the parties look; what changes does so from the next follow-up on."""
    outcome: Name = Field(examples=["wellbeing"])
    """Which outcome they look at: a key of `outcomes`."""
    counts: Literal["count", "share", "mean", "people", "value"] = Field(examples=["share"])
    """What they look at, over all cohorts and since the start: the number verified, their share, the mean, the people
    whom the outcome speaks of, or the last known value of a result of the whole programme."""
    unmeasured: Literal["failure", "exclude", "assumed", "observed"] | None = Field(default=None, examples=["failure"])
    """How people count who could not be measured, as in a goal. Shares and means must say it."""
    assumed_rate: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, examples=[0.5])
    """The rate that stands in for what was not measured. [1]"""
    below: Plain | None = Field(default=None, examples=[0.3])
    """The terms change where less than this is seen."""
    at_least: Plain | None = Field(default=None, examples=[0.6])
    """The terms change where this or more is seen."""
    price: Amount | None = Field(default=None, examples=[16_000])
    """The new price, or what a goal then pays. [currency]"""
    times: Annotated[float, Field(ge=0, le=100)] | None = Field(default=None, examples=[0.8])
    """What prices and amounts are multiplied by. [1]"""
    shift: Plain | None = Field(default=None, examples=[-0.05])
    """What is added to goals, and to every line of a table; in whole millionths."""

    @model_validator(mode="after")
    def _one_of_each(self) -> AmendTerms:
        faults = []
        for keys, what, remedy in (
            (("below", "at_least"), _("it looks for one thing"), _("Write below: 0.3, or at_least: 0.6.")),
            (
                ("price", "times", "shift"),
                _("it changes one thing"),
                _("Write price, times or shift; two are two rules."),
            ),
        ):
            said = [key for key in keys if getattr(self, key) is not None]
            if len(said) != 1:
                found = _(" and ").join(said) if said else _("none of {keys}", keys=", ".join(keys))
                faults.append(
                    mistake_at(
                        (said[0] if said else keys[0],), _("got {found}; {what}.", found=found, what=what), remedy
                    )
                )
        faults += unsaid(self.counts, self.unmeasured, self.assumed_rate, needed=self.unmeasured == "assumed")
        if faults:
            raise ValidationError.from_exception_data("AmendTerms", faults)
        return self


class Amend(Part):
    """Terms change from the next follow-up on, where something is seen on a date."""

    amend: AmendTerms = Field(
        examples=[
            {
                "on": "2027-01-01",
                "outcome": "wellbeing",
                "counts": "share",
                "unmeasured": "failure",
                "below": 0.3,
                "rules": ["wellbeing"],
                "times": 0.8,
            }
        ]
    )
    """Date, what must be seen, and what changes."""


RULES: dict[str, type[Part]] = {
    "per_outcome": PerOutcome,
    "cap": Cap,
    "per_unit": PerUnit,
    "per_person": PerPerson,
    "share_of_savings": ShareOfSavings,
    "deemed": Deemed,
    "fixed": FixedAmounts,
    "standing": Standing,
    "threshold": Threshold,
    "steps": Steps,
    "ladder": Ladder,
    "floor": Floor,
    "fund": Fund,
    "rebase": Rebase,
    "amend": Amend,
}
"""The key that names each payment rule, and its model."""

MONOTONE = frozenset({"per_outcome", "per_unit", "share_of_savings", "threshold", "steps", "ladder"})
"""Rules under which one more success never lowers what was claimed so far, as long as they look at each date and their
tables rise."""

_KEY_OF = {model: key for key, model in RULES.items()}


def key_of(rule: Part) -> str:
    """The key that names a rule."""
    return _KEY_OF[type(rule)]


def terms_of(rule: Part) -> Any:
    """The terms inside a rule."""
    return getattr(rule, key_of(rule))


def outcomes_of(rule: Part) -> list[str]:
    """The outcomes that a rule names."""
    one = outcome_of(rule)
    return [one] if one is not None else list(getattr(terms_of(rule), "prices", {}))


def outcome_of(rule: Part) -> str | None:
    """The one outcome that a rule names; None where it names none or several."""
    name: str | None = getattr(terms_of(rule), "outcome", None)
    return name


def cohort_payers(cohorts: Sequence[Cohort]) -> list[str]:
    """The payers that cohorts name, in the order of the file."""
    return list(dict.fromkeys(str(cohort.payer) for cohort in cohorts if cohort.payer is not None))


def payers_of(rule: Part, cohorts: Sequence[Cohort]) -> list[str]:
    """Who pays under a rule, in the order of the file; nobody where it only cuts or changes what others claim."""
    terms = terms_of(rule)
    if isinstance(terms, SplitTerms) and terms.split is not None:
        return cohort_payers(cohorts)
    if isinstance(terms, Terms):
        return list(terms.shares())
    if isinstance(terms, FundTerms):
        return [terms.payer] if terms.otherwise == "unpaid" else [terms.payer, terms.otherwise]
    return []


def changed_rules(rules: Sequence[Part], position: int) -> list[int]:
    """Positions of the rules that a change at `position` speaks of: above it, by label or outcome, in their order."""
    terms = terms_of(rules[position])
    return [
        above
        for above, rule in enumerate(rules[:position])
        if not isinstance(rule, Cap | Floor | Fund | Rebase | Amend)
        and {getattr(terms_of(rule), "label", None), outcome_of(rule)} & set(terms.rules)
    ]


def _rule_key(found: Any) -> str | None:
    if isinstance(found, Part):
        return _KEY_OF.get(type(found))
    if isinstance(found, dict):
        keys = [key for key in RULES if key in found]
        return keys[0] if len(keys) == 1 else None
    return None


Rule = Annotated[
    Annotated[PerOutcome, Tag("per_outcome")]
    | Annotated[Cap, Tag("cap")]
    | Annotated[PerUnit, Tag("per_unit")]
    | Annotated[PerPerson, Tag("per_person")]
    | Annotated[ShareOfSavings, Tag("share_of_savings")]
    | Annotated[Deemed, Tag("deemed")]
    | Annotated[FixedAmounts, Tag("fixed")]
    | Annotated[Standing, Tag("standing")]
    | Annotated[Threshold, Tag("threshold")]
    | Annotated[Steps, Tag("steps")]
    | Annotated[Ladder, Tag("ladder")]
    | Annotated[Floor, Tag("floor")]
    | Annotated[Fund, Tag("fund")]
    | Annotated[Rebase, Tag("rebase")]
    | Annotated[Amend, Tag("amend")],
    Discriminator(_rule_key, custom_error_type="no_rule", custom_error_message="no payment rule"),
]
"""One payment rule; rules are applied in the order in which they stand."""
