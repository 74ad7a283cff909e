"""Financing: who invests, how much and when."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import ValidationError

from risksim.scenario.base import Date, Duration, Name, Origin, Part, mistake_at
from risksim.scenario.uncertainty import LARGEST_AMOUNT, Amount


class Instalments(Origin):
    """Capital drawn in equal instalments from the start."""

    every: Duration = Field(examples=["6 months"])
    """The time between two instalments, as '6 months'. [month]"""
    times: Annotated[int, Field(ge=1, le=600)] = Field(examples=[6])
    """How many instalments."""


class Drawing(Origin):
    """A share of the commitment drawn on a date."""

    on: Date = Field(examples=["2021-08-01"])
    """When this share is drawn."""
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(default=None, examples=[0.25])
    """The share of the commitment drawn on that day; shares add up to 1. [1]"""
    amount: Annotated[float, Field(gt=0, le=LARGEST_AMOUNT)] | None = Field(default=None, examples=[800_000])
    """The amount drawn on that day, instead of a share; amounts add up to the commitment. [currency]"""

    @model_validator(mode="after")
    def _one_of_two(self) -> Drawing:
        if (self.share is None) == (self.amount is None):
            found = "neither share nor amount" if self.share is None else "both share and amount"
            fault = mistake_at(("share",), f"got {found}; a drawing says one of them.", "Write share: 0.25.")
            raise ValidationError.from_exception_data("Drawing", [fault])
        return self


def _drawdown_key(found: Any) -> str | None:
    if isinstance(found, dict | Instalments):
        return "instalments"
    if isinstance(found, list):
        return "dates"
    return "start" if isinstance(found, str) else None


Drawdown = Annotated[
    Annotated[Literal["start"], Tag("start")]
    | Annotated[Instalments, Tag("instalments")]
    | Annotated[list[Drawing], Field(min_length=1, max_length=600), Tag("dates")],
    Discriminator(_drawdown_key, custom_error_type="no_drawdown", custom_error_message="not a drawdown"),
]
"""`start`, instalments, or a list of dates with shares or amounts."""


class Tranche(Part):
    """One investor's money: what is promised, and when it is drawn."""

    name: Name = Field(examples=["DSI"])
    """Who invests."""
    commitment: Amount = Field(examples=[3_200_000])
    """What the investor pays in. [currency]"""
    drawdown: Drawdown = "start"
    """When the money is drawn: all of it at `start`, in instalments, or on a list of dates with shares."""


class Financing(Part):
    """Who puts up the money. What the payers pay goes to the investor."""

    tranches: Annotated[list[Tranche], Field(min_length=1, max_length=1)] = Field(
        examples=[[{"name": "DSI", "commitment": 3_200_000}]]
    )
    """The investor. One tranche in this version."""
