"""Terms that every payment rule may have: who pays, when, at which price level; and how a rule reads an outcome."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import ValidationError

from risksim.language import _
from risksim.scenario.base import Date, Duration, Months, Name, Origin, Part, Payer, mistake_at
from risksim.scenario.uncertainty import Amount, Growth

Fraction1 = Annotated[float, Field(gt=0, le=1)]
Plain = Annotated[float, Field(ge=-1e12, le=1e12)]


def exact(number: float) -> Fraction:
    """A number as its shortest decimal text says it: 0.33 is 33/100."""
    return Fraction(repr(float(number)))


class Indexed(Origin):
    """Follows prices: amounts grow from a date on, at a rate or along a published index."""

    from_: Date = Field(alias="from", examples=["2025-01-01"])
    """The date of the price level in which amounts stand; they are raised on each anniversary of it."""
    rate: Growth | None = Field(default=None, examples=[0.02])
    """The growth of prices; compounds once for every whole year since `from`. [1/year]"""
    levels: dict[int, Annotated[float, Field(gt=0)]] | None = Field(default=None, examples=[{2025: 100.0, 2026: 102.3}])
    """The index by calendar year, instead of a rate; amounts are multiplied by the level of the year in which they
    are earned over that of the year of `from`."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Indexed:
        if (self.rate is None) == (self.levels is None):
            found = mistake_at(
                ("rate",),
                _(
                    "got {what}; amounts follow one of them.",
                    what=_("neither rate nor levels") if self.rate is None else _("both rate and levels"),
                ),
                _("Write rate: 0.02, or levels: {2025: 100, 2026: 102.3}."),
            )
            raise ValidationError.from_exception_data("Indexed", [found])
        return self


class Terms(Origin):
    """What every rule that pays may say."""

    payer: Payer = Field(default="municipality", examples=["municipality"])
    """Who pays: municipality, region, state or outcome fund."""
    payers: dict[Payer, Fraction1] | None = Field(default=None, examples=[{"municipality": 0.66, "state": 0.34}])
    """Several payers and the share of each claim that each bears, instead of `payer`; shares add up to 1. [1]"""
    lag: Duration = Field(default=Months(0), examples=["3 months"])
    """The months between the follow-up at which a payment is earned and the day on which it is paid. [month]"""
    indexed: Indexed | None = Field(default=None, examples=[{"from": "2025-01-01", "rate": 0.02}])
    """How amounts follow prices; fixed amounts where this is left out."""
    tranche: Name | None = Field(default=None, examples=["DSI"])
    """The only tranche that gets this payment, on top of its part in all others; left out, the payment is shared as
    `financing` says. What a table gives is then reckoned on the capital of that tranche alone."""
    label: str | None = Field(default=None, examples=["stable housing"])
    """A longer name for reports."""

    @model_validator(mode="after")
    def _shares_add_up(self) -> Terms:
        if self.payers is not None:
            total = sum(map(exact, self.payers.values()), Fraction(0))
            fault = None
            if "payer" in self.model_fields_set:
                fault = _("got both payer and payers; a claim is split in one way."), _("Keep one of the two lines.")
            elif total != 1:
                fault = (
                    _(
                        "got shares that add up to {total:.10g}; payers bear the whole claim, so they add up to 1.",
                        total=float(total),
                    ),
                    _("Change one of them by {total:+.10g}.", total=float(1 - total)),
                )
            if fault is not None:
                raise ValidationError.from_exception_data("Terms", [mistake_at(("payers",), *fault)])
        return self

    def shares(self) -> dict[str, Fraction]:
        """Who bears which part of each claim, in the order of the file."""
        return {str(name): exact(share) for name, share in (self.payers or {self.payer: 1.0}).items()}


class SplitTerms(Terms):
    """What a rule may say whose claim is split between the payers of the cohorts."""

    split: Literal["by successes", "by people"] | None = Field(default=None, examples=["by successes"])
    """How the claim on all cohorts together is split between their payers (`cohorts[].payer`), instead of `payer` or
    `payers`: by the number verified in the cohorts of each, or by the people the outcome speaks of, both since the last
    payment of this rule. Without successes it is split by people, without people in equal parts."""

    @model_validator(mode="after")
    def _split_in_one_way(self) -> SplitTerms:
        also = [key for key in ("payer", "payers") if key in self.model_fields_set]
        if self.split is not None and also:
            fault = mistake_at(
                ("split",),
                _("got both split and {also}; a claim is split in one way.", also=also[0]),
                _("Take {also} out where each cohort has its own payer.", also=also[0]),
            )
            raise ValidationError.from_exception_data("SplitTerms", [fault])
        return self


class MinimumSample(Origin):
    """What holds where too few people were measured."""

    people: Annotated[int, Field(ge=1, le=1_000_000)] = Field(examples=[20])
    """The fewest measured people on whom the rule decides. [people]"""
    otherwise: Literal["nothing", "assumed", "pooled", "postpone"] = Field(examples=["postpone"])
    """What happens with fewer: nothing is paid, the assumed rate stands in, all cohorts together decide, or the people
    are added to those of the next date on which the rule looks."""


def _on_key(found: Any) -> str | None:
    if isinstance(found, list):
        return "dates"
    return "word" if isinstance(found, str) else None


On = Annotated[
    Annotated[Literal["each", "first", "last"], Tag("word")]
    | Annotated[list[Date], Field(min_length=1, max_length=600), Tag("dates")],
    Discriminator(_on_key, custom_error_type="no_on", custom_error_message="not a choice of follow-ups"),
]
"""`each`, `first`, `last`, or a list of follow-up dates."""


class Reading(SplitTerms):
    """How a rule reads an outcome before it decides."""

    outcome: Name = Field(examples=["wellbeing"])
    """Which outcome is read: a key of `outcomes`."""
    measurements: Annotated[list[Annotated[int, Field(ge=1, le=120)]], Field(min_length=1)] | None = Field(
        default=None, examples=[[3]]
    )
    """Which measurements of the outcome are read, counted from 1; every one where this is left out."""
    counts: Literal["count", "share", "mean", "value"] = Field(examples=["share"])
    """What is held against the table: the number verified, their share, the mean, or the value of a result of the whole
    programme."""
    cumulative: bool = Field(default=True, examples=[True])
    """Whether people count from the start of the deal, or only since the last date on which the rule looked."""
    unmeasured: Literal["failure", "exclude", "assumed", "observed"] | None = Field(default=None, examples=["failure"])
    """How people count whom the outcome speaks of but who could not be measured: as failures, not at all, at
    `assumed_rate`, or like those who were measured. Shares and means must say it."""
    assumed_rate: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, examples=[0.5])
    """The rate that stands in for what was not measured. [1]"""
    minimum_sample: MinimumSample | None = Field(default=None, examples=[{"people": 20, "otherwise": "postpone"}])
    """How many people must have been measured before the rule decides."""
    on: On = Field(default="each", examples=["last"])
    """When the rule looks: at `each` follow-up, at each until it pays for the `first` time, at the `last`, or on a list
    of follow-up dates."""
    over: Literal["pooled", "each cohort"] = Field(default="pooled", examples=["each cohort"])
    """Whether all cohorts together are held against the goal or table, or each by itself, so that each pays."""

    @model_validator(mode="after")
    def _reads_well(self) -> Reading:
        rate_needed = self.unmeasured == "assumed" or (
            self.minimum_sample is not None and self.minimum_sample.otherwise == "assumed"
        )
        faults = unsaid(self.counts, self.unmeasured, self.assumed_rate, needed=rate_needed)
        if self.over == "each cohort" and self.counts == "value":
            faults.append(
                mistake_at(
                    ("over",),
                    _("got each cohort, but a value is a result of the programme as a whole."),
                    _("Write over: pooled."),
                )
            )
        if self.over == "each cohort" and self.split is not None:
            faults.append(
                mistake_at(
                    ("split",),
                    _(
                        "got {split} with over: each cohort; what is split is the claim on all cohorts together.",
                        split=self.split,
                    ),
                    _("Write over: pooled, or name one payer."),
                )
            )
        if faults:
            raise ValidationError.from_exception_data("Reading", faults)
        return self


class FloorUntil(Origin):
    """The least that a table gives up to a date."""

    until: Date = Field(examples=["2016-06-30"])
    """The last day on which this floor holds."""
    gives: Plain = Field(examples=[0.05])
    """The least that the table gives until then."""


class Table(Reading):
    """A measured quantity to money."""

    pays: Literal["amount", "share of principal", "coupon", "annual return"] = Field(examples=["coupon"])
    """What the table gives: an amount of money; a share of the capital drawn so far; a coupon, a yearly rate on the
    capital drawn since the last date; or the annual return to which the payment lifts the investor."""
    below: Plain = Field(default=0.0, examples=[0.0])
    """What is given below the first line of the table."""
    floors: Annotated[list[FloorUntil], Field(min_length=1, max_length=20)] | None = Field(
        default=None, examples=[[{"until": "2016-06-30", "gives": 0.05}]]
    )
    """The least that is given up to a date, whatever was measured."""
    most: Plain | None = Field(default=None, examples=[0.15])
    """The most that is given."""

    @model_validator(mode="after")
    def _capital_is_of_the_deal(self) -> Table:
        if self.over == "each cohort" and self.pays != "amount":
            fault = mistake_at(
                ("over",),
                _("got each cohort on a table that gives {pays}; capital is that of the whole deal.", pays=self.pays),
                _("Write over: pooled, or pays: amount."),
            )
            raise ValidationError.from_exception_data("Table", [fault])
        return self


class Line(Part):
    """One line of a step table."""

    from_: Plain = Field(alias="from", examples=[0.55])
    """The measured quantity from which this line holds, itself included."""
    gives: Plain = Field(examples=[0.03])
    """What it gives."""


class Node(Part):
    """One corner of a straight-line table."""

    at: Plain = Field(examples=[0.55])
    """The measured quantity."""
    gives: Plain = Field(examples=[0.03])
    """What it gives there."""


class DatedAmount(Origin):
    """An amount on a date."""

    on: Date = Field(examples=["2027-01-01"])
    """The day on which it is due."""
    amount: Amount = Field(examples=[100_000])
    """What is due. [currency]"""


def unsaid(counts: str, unmeasured: str | None, assumed_rate: float | None, *, needed: bool) -> list[Any]:
    """Mistakes of a reading that leaves open how people count who could not be measured."""
    faults = []
    if counts in ("share", "mean") and unmeasured is None:
        faults.append(
            mistake_at(
                ("unmeasured",),
                _("got no unmeasured; a {counts} says how people count who could not be measured.", counts=counts),
                _("Write unmeasured: failure, exclude, assumed or observed."),
            )
        )
    if needed and assumed_rate is None:
        faults.append(
            mistake_at(
                ("assumed_rate",),
                _("got no assumed_rate, and it stands in for what was not measured."),
                _("Add a line such as assumed_rate: 0.5."),
            )
        )
    return faults


def rising(lines: list[Any], key: str, where: str, low: float | None, most: float | None) -> list[Any]:
    """Mistakes of a table whose places do not rise, or whose floor lies above its most."""
    faults = []
    for position in range(1, len(lines)):
        before, here = getattr(lines[position - 1], key), getattr(lines[position], key)
        if here <= before:
            faults.append(
                mistake_at(
                    (where, position, key.rstrip("_")),
                    _("got {here:g} after {before:g}; the lines of a table rise.", here=here, before=before),
                    _("Put the lines in order, each quantity once."),
                )
            )
    if low is not None and most is not None and low > most:
        faults.append(
            mistake_at(
                ("most",),
                _("got {most:g}, below the floor of {low:g}; a cap is not below its floor.", most=most, low=low),
                _("Raise most, or lower the floor."),
            )
        )
    return faults
