"""Portfolios: the deals of a fund in a small file of its own, and a deal that starts later than its file says."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator
from pydantic_core import ValidationError

from risksim.language import _
from risksim.scenario.base import Duration, Name, Origin, Part, mistake_at
from risksim.scenario.calendar import add_months
from risksim.scenario.dependence import Portion, Recession
from risksim.scenario.document import grouped, shown

MOST_DEALS = 1_000
"""Deals of a portfolio, each of a repeated entry counted. [deals]"""


class Listed(Origin):
    """A deal of the portfolio: its scenario file, and what of it the fund holds."""

    file: Annotated[str, Field(min_length=1, max_length=4_000)] = Field(examples=["../danish/havnen.yaml"])
    """The scenario file, looked up from the folder of the portfolio file."""
    name: Name | None = Field(default=None, examples=["Havnen"])
    """What the portfolio calls the deal; the deal's own name where this is left out. It addresses the deal's draws."""
    times: int = Field(default=1, ge=1, le=MOST_DEALS, examples=[3])
    """The number of independent deals of this kind; they are named after the deal and 1, 2, 3 and so on. [deals]"""
    share: float = Field(default=1.0, gt=0.0, le=1.0, examples=[0.5])
    """The part of the investors' money that the fund pays in and gets back. [1]"""
    tranche: Name | None = Field(default=None, examples=["DSI"])
    """The tranche that the fund holds; all of them together where this is left out."""
    start_delay: Duration | None = Field(default=None, examples=["6 months"])
    """The months by which the deal starts later than its file says; every date of the file moves along. [month]"""
    exposure: float = Field(default=1.0, ge=0.0, le=10.0, examples=[1.5])
    """How strongly the deal follows the economy that all deals share: what the correlation of its outcomes with it, the
    root of their share, is multiplied by. [1]"""


class Economy(Origin):
    """How far the economy decides the outcomes of deals whose files do not say so themselves."""

    share: Portion = Field(examples=[0.03])
    """The share of what decides an outcome that the economy of the year of its measurement decides; for every outcome
    with a `success_rate` and no gate. [1]"""
    persistence: Portion = Field(default=0.5, examples=[0.5])
    """How far the economy of a year goes with that of the year before. [1]"""


class Portfolio(Part):
    """The deals of a fund."""

    name: Name = Field(examples=["Four Danish deals"])
    """What the portfolio is called."""
    description: str | None = None
    """A few sentences for a reader who has never heard of it."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "DKK"
    """The three-letter code of the currency of every deal, as DKK or EUR."""
    hurdles: Annotated[list[Annotated[float, Field(gt=-1, lt=10)]], Field(min_length=1, max_length=10)] = Field(
        default=[0.0, 0.035]
    )
    """The nominal annual rates at which the fund's net present values are reported, at the start of its first deal;
    0 % and 3.5 % by default. [1/year]"""
    day_count: Literal["act/365", "months/12"] = "act/365"
    """How time becomes years for the fund: actual days over 365, or whole months over 12."""
    macro: Economy | None = Field(default=None, examples=[{"share": 0.03, "persistence": 0.5}])
    """How far the economy decides the outcomes of every deal without `dependence.macro` of its own; deals that say
    their own keep it."""
    deals: Annotated[list[Listed], Field(min_length=1, max_length=MOST_DEALS)] = Field(
        examples=[[{"file": "../danish/havnen.yaml"}]]
    )
    """The deals, each by its scenario file."""

    @model_validator(mode="after")
    def _spans(self) -> Portfolio:
        faults = []
        said = [f"{hurdle:.10g}" for hurdle in self.hurdles]
        for position, rate in enumerate(said):
            if rate in said[:position]:
                faults.append(
                    mistake_at(
                        ("hurdles", position),
                        _("got {rate} a second time; each hurdle stands once.", rate=rate),
                        _("Delete it, or write another rate."),
                    )
                )
        everybody = sum(deal.times for deal in self.deals)
        if everybody > MOST_DEALS:
            faults.append(
                mistake_at(
                    ("deals",),
                    _(
                        "got {everybody} deals in all, repeated ones counted; a portfolio has at most {most_deals}.",
                        everybody=grouped(everybody),
                        most_deals=grouped(MOST_DEALS),
                    ),
                    _("Look for a zero too many in `times`, or split the portfolio."),
                )
            )
        if faults:
            raise ValidationError.from_exception_data("Portfolio", faults)
        return self


class PortfolioFile(Part):
    """A file that lists deals instead of describing one."""

    portfolio: Portfolio = Field(examples=[{"name": "Four deals", "deals": [{"file": "../danish/havnen.yaml"}]}])
    """The portfolio."""


def names_of(name: str, times: int) -> list[str]:
    """The names of the deals for which an entry stands."""
    return [name] if times == 1 else [f"{name} {number + 1}" for number in range(times)]


def not_a_portfolio(found: str) -> str:
    """What is wrong with a listed file that lists deals itself."""
    return _("got {found}, which is a portfolio itself; a portfolio lists deals.", found=shown(found))


def delayed(part: Any, months: int) -> Any:
    """The same deal, or a part of it, some months later.

    Parameters
    ----------
    part : Any
        A `Part`, or anything that stands in one.
    months : int
        By how much later. [month]

    Returns
    -------
    Any
        A copy in which every date is moved by as many months, clipped to the end of its month. What stands under
        calendar years, such as the levels of a published index, stays there, and so does the day of a recession.
    """
    if months == 0 or isinstance(part, Recession):  # the economy does not wait for a deal
        return part
    if isinstance(part, dt.date):
        return add_months(part, months)
    if isinstance(part, BaseModel):
        moved = {name: later for name, value in part if (later := delayed(value, months)) is not value}
        return part.model_copy(update=moved) if moved else part  # what the file leaves unsaid stays unsaid
    if isinstance(part, dict):
        entries = {delayed(key, months): delayed(value, months) for key, value in part.items()}
        same = all(key in part and part[key] is value for key, value in entries.items())
        return part if same else entries
    if isinstance(part, list | tuple):
        listed = type(part)(delayed(value, months) for value in part)
        return part if all(one is other for one, other in zip(part, listed, strict=True)) else listed
    return part
