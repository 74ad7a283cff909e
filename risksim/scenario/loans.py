"""Loans: money that the provider owes back from its own business, whatever the outcome payments are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from risksim.scenario.base import Date, Duration, Name, Origin
from risksim.scenario.terms import Plain
from risksim.scenario.uncertainty import Share


class Goal(Origin):
    """A goal that changes a loan on the first follow-up on which it is reached."""

    outcome: Name = Field(examples=["contracts"])
    """Which outcome is read: a key of `outcomes`, of persons or of the whole programme."""
    counts: Literal["count", "share", "value"] = Field(examples=["value"])
    """What is held against `at_least`: the number verified since the start, their share of those of whom the outcome
    speaks, or the value of a result of the whole programme."""
    at_least: Plain = Field(examples=[10])
    """The goal, itself included."""
    on: Annotated[list[Date], Field(min_length=1, max_length=600)] | None = Field(
        default=None, examples=[["2025-03-01"]]
    )
    """The follow-ups on which it is judged; each one up to the maturity where this is left out."""


class Lowered(Goal):
    """The rate falls from the day on which the goal is reached."""

    to: Annotated[float, Field(ge=0, le=1)] = Field(examples=[0.02])
    """The rate from then on. [1/year]"""


class Forgiven(Goal):
    """A part of the loan is forgiven on the day on which the goal is reached."""

    share: Annotated[float, Field(gt=0, le=1)] = Field(examples=[0.3])
    """The share of the money drawn by then that is not paid back, at most what is still owed of it. [1]"""


class Repayments(Origin):
    """Regular repayments: the interest so far, and an equal part of the principal."""

    every: Duration = Field(examples=["6 months"])
    """The time between two repayments. [month]"""
    times: Annotated[int, Field(ge=1, le=600)] = Field(examples=[10])
    """How many repayments; the last one brings everything that is still owed."""
    first: Date = Field(examples=["2022-09-01"])
    """The day of the first one."""


class RevenueShare(Origin):
    """A share of a revenue on each follow-up that knows it, interest before principal, never more than is owed."""

    share_of: Name = Field(examples=["revenue"])
    """The revenue: a result of the whole programme, under `outcomes`; each of its values is that of one date."""
    share: Annotated[float, Field(gt=0, le=1)] = Field(examples=[0.1])
    """The share of it that goes to the lender. [1]"""


class Default(Origin):
    """The borrower may fail: from then on nothing is drawn, and nothing comes back but what is recovered that day."""

    yearly_chance: Share = Field(examples=[0.03])
    """The chance to fail within a year, for a borrower who has not failed before. [1/year]"""
    lost: Share = Field(examples=[0.6])
    """The share of principal and interest owed on that day that is lost; the rest is paid at once. [1]"""


def _repaid_key(found: Any) -> str | None:
    if isinstance(found, RevenueShare) or (isinstance(found, dict) and "share_of" in found):
        return "share"
    if isinstance(found, dict | Repayments):
        return "instalments"
    return "maturity" if found == "at maturity" else None


Repaid = Annotated[
    Annotated[Literal["at maturity"], Tag("maturity")]
    | Annotated[Repayments, Tag("instalments")]
    | Annotated[RevenueShare, Tag("share")],
    Discriminator(_repaid_key, custom_error_type="no_repaid", custom_error_message="no way to repay"),
]
"""`at maturity`, in instalments, or as a share of a revenue."""


class Loan(Origin):
    """What makes a tranche a loan to the provider, paid back from the provider's own funds."""

    maturity: Date = Field(examples=["2027-03-01"])
    """The day on which everything that is still owed falls due."""
    repaid: Repaid = Field(default="at maturity", examples=[{"share_of": "revenue", "share": 0.1}])
    """How it is paid back before that: not (`at maturity`), in instalments, or as a share of a revenue."""
    lowered: Lowered | None = Field(
        default=None, examples=[{"outcome": "contracts", "counts": "value", "at_least": 10, "to": 0.02}]
    )
    """The goal that lowers the rate, and to what."""
    forgiven: Forgiven | None = Field(
        default=None, examples=[{"outcome": "well-being", "counts": "share", "at_least": 0.6, "share": 0.3}]
    )
    """The goal that forgives a part."""
    accelerated: Goal | None = Field(
        default=None, examples=[{"outcome": "contracts", "counts": "value", "at_least": 20}]
    )
    """The goal on which everything falls due at once."""
    default: Default | None = Field(default=None, examples=[{"yearly_chance": 0.03, "lost": 0.6}])
    """The risk that the borrower fails; without it every amount due is paid."""


GOALS = ("lowered", "forgiven", "accelerated")
"""The goals of a loan, by their keys."""


def outcomes_of(loan: Loan | None) -> set[str]:
    """The outcomes that a loan reads: its goals, and a revenue that is shared."""
    if loan is None:
        return set()
    goals = {goal.outcome for key in GOALS if (goal := getattr(loan, key)) is not None}
    return goals | ({loan.repaid.share_of} if isinstance(loan.repaid, RevenueShare) else set())
