"""The contract: what is paid per outcome, the cap, and who finances the programme."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from risksim.scenario.base import Date, Duration, Name, Origin, Part, Payer
from risksim.scenario.uncertainty import Amount


class PerOutcomeTerms(Origin):
    """A price per verified outcome."""

    outcome: Name = Field(examples=["wellbeing"])
    """Which outcome pays: a key of `outcomes`."""
    price: Amount = Field(examples=[20_000])
    """The price per verified outcome. [currency/outcome]"""
    payer: Payer = "municipality"
    """Who pays: municipality, region, state or outcome fund."""


class PerOutcome(Part):
    """Pays a price for each verified outcome, at the first follow-up on or after its measurement."""

    per_outcome: PerOutcomeTerms = Field(examples=[{"outcome": "wellbeing", "price": 20_000, "payer": "municipality"}])
    """Outcome, price and payer."""


class CapTerms(Origin):
    """The most that is paid in all."""

    total: Amount = Field(examples=[4_000_000])
    """The most that the rules above pay together over the whole deal. [currency]"""


class Cap(Part):
    """Cuts what the rules above it pay once their sum reaches a total."""

    cap: CapTerms = Field(examples=[{"total": 4_000_000}])
    """The total above which nothing more is paid."""


RULES = {"per_outcome": PerOutcome, "cap": Cap}
"""The key that names each payment rule, and its model."""


def _rule_key(found: Any) -> str | None:
    if isinstance(found, Part):
        return next(key for key, model in RULES.items() if isinstance(found, model))
    if isinstance(found, dict):
        keys = [key for key in RULES if key in found]
        return keys[0] if len(keys) == 1 else None
    return None


Rule = Annotated[
    Annotated[PerOutcome, Tag("per_outcome")] | Annotated[Cap, Tag("cap")],
    Discriminator(_rule_key, custom_error_type="no_rule", custom_error_message="no payment rule"),
]
"""One payment rule; rules are applied in the order in which they stand."""


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
    share: Annotated[float, Field(gt=0, le=1)] = Field(examples=[0.25])
    """The share of the commitment drawn on that day; shares add up to 1. [1]"""


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
"""`start`, instalments, or a list of dates with shares."""


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
