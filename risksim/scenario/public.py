"""The public purse: what a deal saves and costs municipality, region and state, in which year, and who bears it.

The calculation is that of the Danish investment model SØM: people x success rate x consequence x price, less the cost
of the programme, over the years after a success and split between sectors. Here the people are those of the simulated
paths, and every number may be uncertain.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from risksim.scenario.base import Day, Name, Origin, Part, Payer
from risksim.scenario.uncertainty import INFINITY, Amount, Bounds, Ratio, Share, UncertainNumber, plain_within

MOST_YEARS = 30
"""The longest horizon of savings. [year]"""

MOST_LINES = 60
"""Consequences, and costs, of a deal."""

SECTORS = ("municipality", "region", "state")
"""The budgets between which savings are split."""

Sector = Literal["municipality", "region", "state"]
"""A public sector that saves and pays."""

CalendarYear = Annotated[int, Field(ge=1900, le=2199)]
"""A calendar year."""

Horizon = Annotated[int, Field(ge=1, le=MOST_YEARS)]
"""Whole years. [year]"""

Saving = Annotated[
    UncertainNumber, Bounds(-INFINITY, INFINITY, "unit"), plain_within(-INFINITY, INFINITY, "a number of units")
]
"""An uncertain number of units that may be negative: what a success costs more. [unit]"""


# Who bears


class Refunded(Part):
    """Borne by the municipality, which gets a part back from the state under dated rules."""

    refund: Name = Field(examples=["refund-ladder"])
    """The rule: a key of the register (`refund-ladder`, `co-financing`, `expensive-cases`, `shelter-refund`) or of
    `refunds`."""
    weeks: Annotated[float, Field(ge=0, le=5_200)] = 0.0
    """For rules by weeks on support: how long people had been on it when they succeed. Above a year, the municipality
    is on the last step from the first day. [week]"""
    yearly_cost: Annotated[float, Field(gt=0, le=9e13)] | None = Field(default=None, examples=[973_571])
    """For rules by cost: what one person costs in a year before the refund, at the price level of the line.
    [currency/year]"""
    days: Annotated[float, Field(gt=0, le=366)] | None = Field(default=None, examples=[200])
    """For rules by days: how many days of a year one person uses. [day/year]"""


def _bears_key(found: Any) -> str | None:
    if isinstance(found, str):
        return "one"
    if isinstance(found, Refunded) or (isinstance(found, dict) and "refund" in found):
        return "refunded"
    return "shares" if isinstance(found, dict) else None


Bears = Annotated[
    Annotated[Sector, Tag("one")]
    | Annotated[dict[Sector, Annotated[float, Field(ge=0, le=1)]], Field(min_length=1), Tag("shares")]
    | Annotated[Refunded, Tag("refunded")],
    Discriminator(_bears_key, custom_error_type="no_bearer", custom_error_message="not a sector, shares or a refund"),
]
"""Whose money it is: `municipality`, shares that add up to 1 as `{municipality: 0.6, state: 0.4}`, or a refund as
`{refund: refund-ladder, weeks: 52}`."""


class Edition(Origin):
    """A rule of refund as it stands from a date on."""

    valid_from: Day = Field(examples=["2016-01-04"])
    """The first day on which it holds."""
    valid_to: Day | None = None
    """The last day; it still holds where this is left out."""
    by_week: dict[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0, le=1)]] | None = Field(
        default=None, examples=[{0: 0.8, 4: 0.4, 26: 0.3, 52: 0.2}]
    )
    """The share that the state refunds, by weeks on support: `{0: 0.8, 4: 0.4}` is 80 % of the first four weeks."""
    by_cost: dict[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0, le=1)]] | None = Field(
        default=None, examples=[{830_000: 0.25, 1_630_000: 0.5, 2_050_000: 0.75}]
    )
    """The share that the state refunds of the part of one person's yearly cost above each threshold."""
    price_year: CalendarYear | None = None
    """The price level of the thresholds of `by_cost`."""
    share: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, examples=[0.5])
    """The share that the state refunds of the first `most_days` of a year, of all of it where there is no limit."""
    most_days: Annotated[float, Field(gt=0, le=366)] | None = Field(default=None, examples=[120])
    """The days of a year for which `share` is refunded."""


# What is saved and what it costs


class Consequence(Origin):
    """What a success changes in the use of one public service, year after year."""

    outcome: Name | Annotated[list[Name], Field(min_length=1, max_length=8)] = Field(examples=["home"])
    """The outcome whose successes save; of several, a person counts once a year, with the one that saves most."""
    counts: Literal["first success", "while met"] = "first success"
    """`first success`: each person once, from the first success on, for `lasts` years. `while met`: the time from each
    measurement at which it is met to the next follow-up, and nothing after."""
    saved: Saving = Field(examples=[120])
    """How many units a success saves in each year after it; negative where it uses more. [unit/year]"""
    by_year: Annotated[list[Annotated[float, Field(ge=-1e9, le=1e9)]], Field(min_length=1, max_length=MOST_YEARS)] | (
        None
    ) = Field(default=None, examples=[[1.0, 0.8, 0.6]])
    """What `saved` is multiplied by in the first, second, ... year after a success; nothing is saved after the last of
    them. 1 in every year where this is left out. [1]"""
    unit: str = Field(default="currency", examples=["nights"])
    """What is counted, in words."""
    price: Amount = 1.0
    """The price of a unit. [currency/unit]"""
    price_year: CalendarYear | None = None
    """The price level of `price`; that of the calculation where this is left out."""
    kind: Literal["service", "transfer"] = "service"
    """A service that is no longer needed, or income support that is no longer paid: transfers cancel in a
    socio-economic calculation, and more of them becomes cash."""
    volume: Ratio | None = Field(default=None, examples=[1])
    """How much more or less than `saved` it really is, the same in all years; the register's `consequence-volume` where
    this is left out, 1 for certain. [1]"""
    decay: Share | None = Field(default=None, examples=[0])
    """The share of the saving that is lost each year; the register's `benefit-decay` where this is left out.
    [1/year]"""
    lasts: Horizon | None = None
    """For how many years a success saves; the horizon of the calculation where this is left out. [year]"""
    evidence: Horizon | None = Field(default=None, examples=[5])
    """For how many of these years there is evidence; what comes after them is shown as assumption. [year]"""
    bears: Bears = Field(examples=["municipality", {"refund": "refund-ladder"}])
    """Whose money is saved."""
    committee: Name | None = Field(default=None, examples=["employment"])
    """The municipal committee in whose budget it falls."""
    cashable: Share | None = Field(default=None, examples=[0.5])
    """The share of the saving that becomes cash; the register's `cashable-share-services` or `cashable-share-transfers`
    where this is left out. [1]"""
    unserved: Share = 0.0
    """The share of the successes that nobody would have served, so that nothing is saved on them. [1]"""


class During(Origin):
    """What changes in the use of a public service while people take part."""

    per: Literal["participant", "completer"] = "participant"
    """Counted once for each who enrols, in the year of enrolment, or who completes, in the year of completion."""
    saved: Saving = Field(examples=[-40])
    """How many units each saves; negative where each uses more. [unit]"""
    unit: str = Field(default="currency", examples=["hours"])
    """What is counted, in words."""
    price: Amount = 1.0
    """The price of a unit. [currency/unit]"""
    price_year: CalendarYear | None = None
    """The price level of `price`; that of the calculation where this is left out."""
    kind: Literal["service", "transfer"] = "service"
    """As for consequences."""
    bears: Bears = Field(examples=["municipality"])
    """Whose money is saved."""
    committee: Name | None = None
    """The municipal committee in whose budget it falls."""
    cashable: Share | None = None
    """The share that becomes cash, as for consequences. [1]"""


class PublicCost(Origin):
    """A cost that public budgets bear themselves, beside what they repay investors."""

    amount: Amount = Field(examples=[958_000])
    """The cost: in all, or of each where `per` is given. [currency]"""
    per: Literal["participant", "completer"] | None = Field(default=None, examples=["completer"])
    """Each who enrols, in the year of enrolment, or each who completes; the cost in all where this is left out."""
    by_year: dict[CalendarYear, Annotated[float, Field(ge=0, le=1e6)]] | None = Field(
        default=None, examples=[{2017: 1, 2018: 1, 2019: 1}]
    )
    """What `amount` is multiplied by in each calendar year; all of it in the year of `start` where this is left out."""
    price_year: CalendarYear | None = None
    """The price level of `amount`; that of the calculation where this is left out."""
    bears: Bears = "municipality"
    """Who pays it."""
    committee: Name | None = None
    """The municipal committee in whose budget it falls."""
    instead: bool = False
    """True for the cost of the alternative, what is done where there is no programme: it is saved."""


class Overlap(Origin):
    """Other programmes that the same successes are claimed by."""

    share: Share = Field(examples=[0.2])
    """The share of the successes that other programmes claim as well. [1]"""
    programmes: Annotated[int, Field(ge=2, le=20)] = 2
    """How many programmes claim them, this one included."""
    by: Literal["equal parts", "priority"] = "equal parts"
    """`equal parts`: each gets the same part of them, the Shapley value of programmes that would each be enough.
    `priority`: the first in rank gets them whole."""
    rank: Annotated[int, Field(ge=1, le=20)] = 1
    """The rank of this programme, where `by` is priority."""


class Public(Origin):
    """What public budgets pay and save."""

    horizon: Horizon | None = Field(default=None, examples=[10])
    """The years after a success over which savings are counted; the register's `benefit-horizon` where this is left
    out, 30 at most. [year]"""
    price_year: CalendarYear | None = Field(default=None, examples=[2021])
    """The price level of everything that is added up; the year of `start` where this is left out."""
    index: Name | dict[CalendarYear, Annotated[float, Field(gt=0)]] | None = Field(
        default=None, examples=["net-price-index"]
    )
    """What converts prices of other years: a table of the register, or a value for each year."""
    inflation: Annotated[float, Field(gt=-0.5, lt=1)] | None = Field(default=None, examples=[0.02])
    """The yearly growth of prices by which repayments, which are nominal, are brought to `price_year`; the register's
    `public-inflation` where this is left out. [1/year]"""
    discount: Name | Annotated[float, Field(ge=0, lt=1)] = "discount-schedule"
    """The real rate of present values: a table of the register (`discount-schedule`, `discount-schedule-2013`), or a
    yearly rate. [1/year]"""
    calculation: Literal["budget-economic", "socio-economic"] = "budget-economic"
    """What public budgets pay and get; or what society does: transfers and payments cancel, and factor prices are
    raised by the net tax factor."""
    anyway: dict[Name, Share] = Field(default={}, examples=[{"home": 0.4}])
    """The share of people who would have met an outcome anyway, for outcomes without a `counterfactual` of their own.
    [1]"""
    overlap: Overlap | None = None
    """Other programmes that the same successes are claimed by; none where this is left out."""
    together: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, examples=[0.3])
    """How closely the volumes of different consequences go together; the register's `consequence-correlation` where
    this is left out. [1]"""
    consequences: Annotated[dict[Name, Consequence], Field(max_length=MOST_LINES)] = Field(
        default={}, examples=[{"shelter": {"outcome": "home", "saved": 120, "price": 1_500, "bears": "municipality"}}]
    )
    """What successes change, by name."""
    during: Annotated[dict[Name, During], Field(max_length=MOST_LINES)] = Field(default={})
    """What changes while people take part, by name."""
    costs: Annotated[dict[Name, PublicCost], Field(max_length=MOST_LINES)] = Field(default={})
    """What public budgets pay for the programme themselves, and for the alternative, by name."""
    refunds: dict[Name, Annotated[list[Edition], Field(min_length=1)]] = Field(default={})
    """Rules of refund in place of those of the register, by name, each as a list of dated editions."""
    refunds_apply: bool = True
    """False for a world without refunds: the municipality bears what the state would have refunded."""
    appropriations: dict[Payer, dict[CalendarYear, Amount]] = Field(
        default={}, examples=[{"municipality": {2027: 1_200_000}}]
    )
    """What each payer has set aside for repayments, by budget year. [currency]"""

    def first_price_year(self, start: dt.date) -> int:
        """The price level of everything that is added up."""
        return start.year if self.price_year is None else self.price_year
