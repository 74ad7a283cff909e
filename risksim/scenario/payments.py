"""Payment rules: what a contract pays for what it measures, in the order in which the rules stand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import ValidationError

from risksim.scenario.base import Date, Duration, Name, Origin, Part, Payer, mistake_at
from risksim.scenario.terms import DatedAmount, Line, Node, Plain, Reading, Table, Terms, rising
from risksim.scenario.uncertainty import Amount

# Prices


class PerOutcomeTerms(Terms):
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
    chance: Annotated[float, Field(ge=0, le=1)] = Field(examples=[0.3])
    """The chance that no method is agreed; then the rules above pay nothing for this outcome. [1]"""
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
        from risksim.scenario.base import value_of

        seen, faults = set(), []
        for position, entry in enumerate(self.amounts):
            if value_of(entry.on) in seen:
                faults.append(
                    mistake_at(
                        ("amounts", position, "on"),
                        f"got {value_of(entry.on)} a second time; each date stands once.",
                        "Add the two amounts up.",
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
    """The months between two payments; the first falls one interval after `start`. [month]"""
    amount: Amount = Field(examples=[50_000])
    """What is paid each time. [currency]"""
    until: Date | None = Field(default=None, examples=["2027-01-01"])
    """The last day on which it is paid; the end of the deal where this is left out."""


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
    over: Literal["pooled", "each cohort"] = Field(default="pooled", examples=["each cohort"])
    """Whether all cohorts together must reach the goal, or each pays for itself."""

    @model_validator(mode="after")
    def _one_goal(self) -> ThresholdTerms:
        if (self.at_least is None) == (self.above is None):
            found = "neither at_least nor above" if self.above is None else "both at_least and above"
            fault = mistake_at(
                ("at_least",), f"got {found}; a threshold has one goal.", "Write at_least: 0.33, or above: 0.33."
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
        found = "neither total nor per_period" if said.total is None else "both total and per_period"
        fault = mistake_at(
            ("total",),
            f"got {found}; a limit holds over the whole deal or in each period.",
            "Write one of them; two limits are two rules.",
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
    otherwise: Payer | Literal["unpaid"] = Field(examples=["municipality"])
    """Who pays what the limit leaves open; `unpaid` where nobody does."""


class Fund(Part):
    """A payer whose money may run out: what it cannot bear falls to another payer, or stays unpaid."""

    fund: FundTerms = Field(examples=[{"payer": "outcome fund", "limit": 3_000_000, "otherwise": "municipality"}])
    """Payer, limit, and what happens beyond it."""


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
}
"""The key that names each payment rule, and its model."""

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
    | Annotated[Fund, Tag("fund")],
    Discriminator(_rule_key, custom_error_type="no_rule", custom_error_message="no payment rule"),
]
"""One payment rule; rules are applied in the order in which they stand."""
