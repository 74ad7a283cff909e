"""The public purse: what a deal saves and costs municipality, region and state, in which year, and who bears it.

The calculation is that of the Danish investment model SØM: people x success rate x consequence x price, less the cost
of the programme, over the years after a success and split between sectors. Here the people are those of the simulated
paths, and every number may be uncertain.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from risksim.language import N_
from risksim.scenario.base import Day, Name, Origin, Part, Payer
from risksim.scenario.uncertainty import (
    INFINITY,
    Amount,
    Bounds,
    Fixed,
    FixedLaw,
    Ratio,
    Share,
    UncertainNumber,
    plain_within,
)

MOST_YEARS = 30
"""The longest horizon of savings. [year]"""

MOST_LINES = 60
"""Consequences, and costs, of a deal."""

SECTORS = ("municipality", "region", "state")
"""The budgets between which savings are split."""

Sector = Literal["municipality", "region", "state"]
"""A public sector that saves and pays."""

DISCOUNTS = ("discount-schedule", "discount-schedule-2013")
"""Tables of the register that hold real rates of present values."""

PRICE_INDICES = ("net-price-index",)
"""Tables of the register that convert prices of one year to those of another."""

REFUND_NEEDS: Mapping[str, str] = {
    "refund-ladder": "weeks",
    "co-financing": "weeks",
    "expensive-cases": "yearly_cost",
    "shelter-refund": "days",
    "shelter-refund-90-days": "days",
}
"""Rules of refund of the register, and what each must be told of the people on whom it is paid."""

REFUND_RULES = tuple(REFUND_NEEDS)
"""Rules of refund of the register."""

_NUMBER = re.compile(r"^\d{1,14}(\.\d{1,6})?$")


def _year_key(found: Any) -> Any:
    """Keys of a file are text: the year that one says."""
    return int(found) if isinstance(found, str) and re.match(r"^\d{4}$", found) else found


def _number_key(found: Any) -> Any:
    """Keys of a file are text: the number that one says."""
    return float(found) if isinstance(found, str) and _NUMBER.match(found) else found


CalendarYear = Annotated[int, Field(ge=1900, le=2199)]
"""A calendar year."""

YearKey = Annotated[int, BeforeValidator(_year_key), Field(ge=1900, le=2199)]
"""A calendar year as the key of a block."""

NumberKey = Annotated[float, BeforeValidator(_number_key), Field(ge=0)]
"""A number, of weeks or of money, as the key of a block."""

Horizon = Annotated[int, Field(ge=1, le=MOST_YEARS)]
"""Whole years. [year]"""

_CASHABLE = {"service": "cashable-share-services", "transfer": "cashable-share-transfers"}

Saving = Annotated[
    UncertainNumber, Bounds(-INFINITY, INFINITY, "unit"), plain_within(-INFINITY, INFINITY, N_("a number of units"))
]
"""An uncertain number of units that may be negative: what a success costs more. [unit]"""


# Who bears


class Refunded(Part):
    """Paid by the municipality, which gets a part back from the state under dated rules."""

    refund: Name = Field(examples=["refund-ladder"])
    """The rule: one of the register (`refund-ladder`, `co-financing`, `expensive-cases`, `shelter-refund`) or of
    `refunds`."""
    weeks: Annotated[float, Field(ge=0, le=5_200)] = 0.0
    """For rules by weeks on support, as `refund-ladder`: how long people would have been on it already when they
    succeed. 0 is somebody who would just have begun; from 52 on, the lowest refund holds from the first day. [week]"""
    yearly_cost: Annotated[float, Field(gt=0, le=9e13)] | None = Field(default=None, examples=[973_571])
    """For rules by cost, as `expensive-cases`: what one person costs in a year before the refund, at the price level
    of the line. [currency/year]"""
    days: Annotated[float, Field(gt=0, le=366)] | None = Field(default=None, examples=[200])
    """For rules by days, as `shelter-refund`: how many days of a year one person uses. [day/year]"""


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
    """A rule of refund as it stands from a date on: `by_week`, `by_cost` or `share`."""

    valid_from: Day = Field(examples=["2016-01-04"])
    """The first day on which it holds."""
    valid_to: Day | None = None
    """The last day on which it holds; it still holds where this is left out."""
    by_week: dict[NumberKey, Annotated[float, Field(ge=0, le=1)]] | None = Field(
        default=None, examples=[{0: 0.8, 4: 0.4, 26: 0.3, 52: 0.2}]
    )
    """The share that the state refunds, by weeks on support: `{0: 0.8, 4: 0.4}` is 80 % of the first four weeks and
    40 % of the rest."""
    by_cost: dict[NumberKey, Annotated[float, Field(ge=0, le=1)]] | None = Field(
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


def _one_or_several(found: Any) -> str:
    return "several" if isinstance(found, list) else "one"


OneOrMore = Annotated[
    Annotated[Name, Tag("one")] | Annotated[list[Name], Field(min_length=1, max_length=8), Tag("several")],
    Discriminator(_one_or_several),
]
"""An outcome, or a list of outcomes."""


class Consequence(Origin):
    """What a success changes in the use of one public service or benefit, year after year."""

    outcome: OneOrMore = Field(examples=["home"])
    """The outcome whose successes save; of several, a person counts once a year, with the one that saves most."""
    counts: Literal["first success", "while met"] = "first success"
    """`first success`: each person once, in each of the `lasts` years after the first success. `while met`: the time
    from each measurement at which it is met to the next follow-up, all of it in the year of the measurement, and
    nothing before the first or after; the last follow-up stands for as long as the gap before it."""
    saved: Saving = Field(examples=[120])
    """How many units fewer are used in each year after a success, as nights or hours; negative where a success uses
    more. [unit/year]"""
    by_year: Annotated[list[Annotated[float, Field(ge=-1e9, le=1e9)]], Field(min_length=1, max_length=MOST_YEARS)] | (
        None
    ) = Field(default=None, examples=[[1.0, 0.8, 0.6]])
    """What `saved` is multiplied by in the first, second, ... year after a success; nothing is saved after the last of
    them. 1 in every year where this is left out. [1]"""
    unit: str = Field(default="currency", examples=["nights"])
    """What is counted, in words."""
    price: Amount = Field(default=1.0, examples=[1_500])
    """What a unit costs, before any refund; 1 where `saved` is money. [currency/unit]"""
    price_year: CalendarYear | None = None
    """The price level of `price`; that of the calculation where this is left out."""
    kind: Literal["service", "transfer"] = "service"
    """`service`: something that is done for people and no longer needed. `transfer`: income support that is no longer
    paid, which cancels in a socio-economic calculation; more of it becomes cash."""
    volume: Ratio | None = Field(default=None, examples=[1])
    """A factor on `saved` for how much more or less it really is, the same in all years; the register's
    `consequence-volume` where this is left out. Write 1 where `saved` holds all of the uncertainty itself. [1]"""
    decay: Share | None = Field(default=None, examples=[0])
    """The share of the saving that is lost with each further year, as people relapse; the register's `benefit-decay`
    where this is left out. [1/year]"""
    lasts: Horizon | None = None
    """For how many years a success saves; the horizon of the calculation where this is left out. [year]"""
    evidence: Horizon | None = Field(default=None, examples=[5])
    """For how many of these years there is evidence; what comes after them is shown as assumption. [year]"""
    bears: Bears = Field(examples=["municipality", {"refund": "refund-ladder"}])
    """Whose money is saved."""
    committee: Name | None = Field(default=None, examples=["employment"])
    """The municipal committee in whose budget it falls."""
    cashable: Share | None = Field(default=None, examples=[0.5])
    """The share of the saving that becomes cash, as posts and places that are really closed; the register's
    `cashable-share-services` or `cashable-share-transfers` where this is left out. [1]"""
    unserved: Share = 0.0
    """The share of the successes by people who would have got no such service, so that nothing is saved on them.
    [1]"""

    def register_keys(self) -> tuple[str, ...]:
        """What the file leaves to the register: volume, decay and the share that becomes cash."""
        acts = {
            "consequence-volume": self.volume is None,
            "benefit-decay": self.decay is None and self.counts == "first success",
            _CASHABLE[self.kind]: self.cashable is None,
        }
        return tuple(key for key, does in acts.items() if does)

    @property
    def claimed_by(self) -> list[str]:
        """The outcomes whose successes save."""
        return [self.outcome] if isinstance(self.outcome, str) else self.outcome


class During(Origin):
    """What changes in the use of a public service or benefit while people take part."""

    per: Literal["participant", "completer"] = "participant"
    """Counted once for each who enrols, in the year of enrolment, or who completes, in the year of completion."""
    saved: Saving = Field(examples=[-40])
    """How many units each saves; negative where each uses more. [unit]"""
    unit: str = Field(default="currency", examples=["hours"])
    """What is counted, in words."""
    price: Amount = Field(default=1.0, examples=[120])
    """What a unit costs, before any refund; 1 where `saved` is money. [currency/unit]"""
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

    def register_keys(self) -> tuple[str, ...]:
        """The share that becomes cash, where the file leaves it to the register."""
        return (_CASHABLE[self.kind],) if self.cashable is None else ()


class PublicCost(Origin):
    """A cost that public budgets bear themselves, beside what they repay investors."""

    amount: Amount = Field(examples=[958_000])
    """The cost: in all, or of each where `per` is given. [currency]"""
    per: Literal["participant", "completer"] | None = Field(default=None, examples=["completer"])
    """Each who enrols, in the year of enrolment, or each who completes; the cost in all where this is left out."""
    by_year: dict[YearKey, Annotated[float, Field(ge=0, le=1e6)]] | None = Field(
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
    """Other programmes for the same people that claim the same successes."""

    share: Share = Field(examples=[0.2])
    """The share of the successes that other programmes claim as well. [1]"""
    programmes: Annotated[int, Field(ge=2, le=20)] = 2
    """How many programmes claim them, this one included."""
    by: Literal["equal parts", "priority"] = "equal parts"
    """`equal parts`: each gets the same part of them, the Shapley value of programmes that would each be enough.
    `priority`: the first in rank gets them whole."""
    rank: Annotated[int, Field(ge=1, le=20)] = 1
    """The rank of this programme, where `by` is priority: the first gets them whole, the others nothing."""


def _index_key(found: Any) -> str | None:
    if isinstance(found, str):
        return "table"
    return "years" if isinstance(found, dict) else None


PriceIndex = Annotated[
    Annotated[Name, Tag("table")] | Annotated[dict[YearKey, Annotated[float, Field(gt=0)]], Tag("years")],
    Discriminator(_index_key, custom_error_type="no_index", custom_error_message="not a price index"),
]
"""A table of the register, or a value for each year."""


def _rate_key(found: Any) -> str | None:
    if isinstance(found, str):
        return "table"
    return "rate" if isinstance(found, int | float) and not isinstance(found, bool) else None


RealRate = Annotated[
    Annotated[Name, Tag("table")] | Annotated[float, Field(ge=0, lt=1), Tag("rate")],
    Discriminator(_rate_key, custom_error_type="no_discount", custom_error_message="not a rate of present values"),
]
"""A table of the register, or one yearly rate."""


class Public(Origin):
    """What public budgets pay and save."""

    horizon: Horizon | None = Field(default=None, examples=[10])
    """The years after a success over which savings are counted; the register's `benefit-horizon` where this is left
    out, 30 at most. [year]"""
    price_year: CalendarYear | None = Field(default=None, examples=[2021])
    """The year in whose prices everything is added up; the year of `start` where this is left out."""
    index: PriceIndex | None = Field(default=None, examples=["net-price-index"])
    """What converts prices of other years to `price_year`: `net-price-index` of the register, or a value for each
    year."""
    inflation: Annotated[float, Field(gt=-0.5, lt=1)] | None = Field(default=None, examples=[0.02])
    """The yearly growth of prices by which repayments, which are nominal, are brought to `price_year`; the register's
    `public-inflation` where this is left out. [1/year]"""
    discount: RealRate = Field(default="discount-schedule", examples=[0.035])
    """The real rate of present values: a table of the register (`discount-schedule`, `discount-schedule-2013`), or one
    yearly rate. [1/year]"""
    calculation: Literal["budget-economic", "socio-economic"] = "budget-economic"
    """`budget-economic`: what public budgets pay and get. `socio-economic`: what society gains, where transfers and
    payments cancel and factor prices are raised by the net tax factor."""
    anyway: dict[Name, Share] = Field(default={}, examples=[{"home": 0.4}])
    """The share of people who would have met an outcome anyway, for outcomes without a `counterfactual` of their own by
    which something is saved or for which something is paid: of everybody of whom it could speak, those who never pass
    its gate (`after`, `unless`) among them. A `counterfactual` speaks only of those who pass the gate. [1]"""
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
    appropriations: dict[Payer, dict[YearKey, Amount]] = Field(
        default={}, examples=[{"municipality": {2027: 1_200_000}}]
    )
    """What each payer has set aside for repayments, by budget year, in money of that year. [currency]"""

    def first_price_year(self, start: dt.date) -> int:
        """The price level of everything that is added up."""
        return start.year if self.price_year is None else self.price_year

    @property
    def years_counted(self) -> int:
        """The years after a success over which savings are counted. [year]"""
        if self.horizon is not None:
            return self.horizon
        from risksim.scenario import register

        return int(register.plain("benefit-horizon"))

    @property
    def claimed(self) -> list[str]:
        """The outcomes by whose successes anything is saved, each once."""
        return list(dict.fromkeys(name for line in self.consequences.values() for name in line.claimed_by))

    @property
    def lines(self) -> dict[tuple[str, str], Consequence | During | PublicCost]:
        """Everything that saves or costs, by its block and its name, in the order of the file."""
        blocks: dict[str, Mapping[str, Consequence | During | PublicCost]] = {
            "consequences": self.consequences,
            "during": self.during,
            "costs": self.costs,
        }
        return {(block, name): line for block, lines in blocks.items() for name, line in lines.items()}

    def refund_needs(self, rule: str) -> set[str]:
        """What a rule of refund must be told of the people: of `weeks`, `yearly_cost` and `days`."""
        if rule in self.refunds:
            needs = [_needed(edition) for edition in self.refunds[rule]]
        else:
            needs = [REFUND_NEEDS.get(rule)]
        return {need for need in needs if need is not None}

    def register_keys(self) -> tuple[str, ...]:
        """The horizon, the discount rate and the other constants that act on the purse as a whole."""
        first = [line for line in self.consequences.values() if line.counts == "first success"]
        open_ended = [line for line in first if line.lasts is None and line.by_year is None]
        by_rule = [line.bears.refund for line in self.lines.values() if isinstance(line.bears, Refunded)]
        uncertain = [line for line in self.consequences.values() if not _certain(line.volume)]
        acts = {
            "benefit-horizon": self.horizon is None and bool(open_ended),
            "consequence-correlation": self.together is None and len(uncertain) > 1,
            "net-tax-factor": self.calculation == "socio-economic",
        }
        acts |= {key: True for key in (self.discount, self.index) if isinstance(key, str)}
        if self.refunds_apply:
            acts |= {key: True for rule in by_rule if rule not in self.refunds for key in _editions_of(rule)}
        return tuple(key for key, does in acts.items() if does)


def _editions_of(rule: str) -> list[str]:
    """The constants of the register that are editions of a rule of refund."""
    from risksim.scenario import register

    return [key for key, one in register.constants().items() if rule in (key, getattr(one, "rule", None))]


def _needed(edition: Edition) -> str | None:
    if edition.by_week is not None:
        return "weeks"
    if edition.by_cost is not None:
        return "yearly_cost"
    return "days" if edition.most_days is not None else None


def _certain(number: Any) -> bool:
    return isinstance(number, int | float | Fixed | FixedLaw)
