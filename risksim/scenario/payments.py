"""Payment rules: what is paid per outcome, and the cap."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from risksim.scenario.base import Name, Origin, Part, Payer
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
