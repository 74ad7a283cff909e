"""Financing: who invests, in which order they are paid back, who bears what goes wrong, and what it costs."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from risksim.language import _
from risksim.scenario.base import Date, Duration, Months, Name, Origin, Part, mistake
from risksim.scenario.loans import Loan
from risksim.scenario.uncertainty import Amount, Ratio

AnnualRate = Annotated[float, Field(ge=0, le=1)]
"""A rate per year. [1/year]"""


class Instalments(Origin):
    """Capital drawn in equal instalments from the start."""

    every: Duration = Field(examples=["6 months"])
    """The time between two instalments, as '6 months'. [month]"""
    times: Annotated[int, Field(ge=1, le=600)] = Field(examples=[6])
    """How many instalments."""


class Drawing(Origin):
    """A share of the commitment, or an amount, drawn on a date."""

    on: Date = Field(examples=["2021-08-01"])
    """When this share or amount is drawn."""
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(default=None, examples=[0.25])
    """The share of the commitment drawn on that day; shares add up to 1. [1]"""
    amount: Annotated[float, Field(gt=0, le=9e13)] | None = Field(default=None, examples=[800_000])
    """The amount drawn on that day instead of a share; amounts never pass the commitment. [currency]"""

    @model_validator(mode="after")
    def _one(self) -> Drawing:
        if (self.share is None) == (self.amount is None):
            found = _("neither share nor amount") if self.share is None else _("both a share and an amount")
            raise mistake(
                _("got {found}; a drawing is one of the two.", found=found), _("Write {on: 2021-08-01, share: 0.25}.")
            )
        return self


def _drawdown_key(found: Any) -> str | None:
    if isinstance(found, dict | Instalments):
        return "instalments"
    if isinstance(found, list):
        return "dates"
    return "start" if found in ("start", "as needed") else None


Drawdown = Annotated[
    Annotated[Literal["start", "as needed"], Tag("start")]
    | Annotated[Instalments, Tag("instalments")]
    | Annotated[list[Drawing], Field(min_length=1, max_length=600), Tag("dates")],
    Discriminator(_drawdown_key, custom_error_type="no_drawdown", custom_error_message="not a drawdown"),
]
"""`start`, `as needed`, instalments, or a list of dates with shares or amounts."""


class ReturnCap(Origin):
    """The most an investor may earn, with the definition by which it is counted (afkastloft)."""

    rate: Annotated[float, Field(ge=0, le=10)] = Field(examples=[0.046])
    """The return above which nothing more is paid: a rate per year, or for a multiple the gain per unit drawn. [1]"""
    as_: Literal["irr", "simple average", "multiple"] = Field(alias="as", examples=["irr"])
    """How the return is counted: irr, simple average or multiple."""


class ReturnFloor(Origin):
    """The least that comes back at the final settlement, and who tops it up (afkastgulv)."""

    share: Annotated[float, Field(gt=0, le=10)] = Field(examples=[0.5])
    """The share of the capital drawn that comes back at least. [1]"""
    paid_by: Name = Field(examples=["municipality"])
    """Who pays the difference: a payer, guarantor or giver of a grant of this deal."""


class Tranche(Origin):
    """One investor's money: what is promised, when it is drawn and how it is paid back."""

    name: Name = Field(examples=["DSI"])
    """Who invests."""
    commitment: Amount = Field(examples=[3_200_000])
    """What the investor pays in, at most where money is drawn as needed. [currency]"""
    drawdown: Drawdown = "start"
    """When the money is drawn: all of it at `start`, `as needed` by the costs, in instalments, or on a list of dates
    with shares or amounts."""
    rank: Annotated[int, Field(ge=1, le=50)] | None = Field(default=None, examples=[1])
    """The place in the queue: 1 is paid back first. Tranches of one rank, or without ranks, share."""
    rate: AnnualRate = Field(default=0.0, examples=[0.04])
    """The interest on what is owed to the tranche, added once a year in effect and paid before its principal.
    [1/year]"""
    return_cap: ReturnCap | None = Field(default=None, examples=[{"rate": 0.046, "as": "irr"}])
    """The most this tranche may earn."""
    return_floor: ReturnFloor | None = Field(default=None, examples=[{"share": 0.5, "paid_by": "municipality"}])
    """The least that comes back to this tranche."""
    commitment_fee: AnnualRate = Field(default=0.0, examples=[0.005])
    """The fee on what is promised and not yet drawn, paid by the programme to the tranche on each date for the time
    since the date before, as long as money may still be drawn. [1/year]"""
    loan: Loan | None = Field(default=None, examples=[{"maturity": "2027-03-01"}])
    """Makes the tranche a loan to the provider, who pays it back from its own funds; it has no part in the outcome
    payments."""


def _due_key(found: Any) -> str | None:
    if isinstance(found, dict | Instalments):
        return "instalments"
    if isinstance(found, list):
        return "dates"
    return "start" if isinstance(found, str) else None


Due = Annotated[
    Annotated[Literal["start"], Tag("start")]
    | Annotated[Instalments, Tag("instalments")]
    | Annotated[list[Date], Field(min_length=1, max_length=600), Tag("dates")],
    Discriminator(_due_key, custom_error_type="no_due", custom_error_message="not a list of dates"),
]
"""`start`, instalments, or a list of dates."""


class Cost(Origin):
    """A cost or fee of the deal: what for, how much on each date, who pays and who receives it."""

    name: Name = Field(examples=["staff"])
    """What the money is for."""
    amount: Amount | None = Field(default=None, examples=[250_000])
    """The amount due on each of its dates; with `per`, for each person or month. [currency]"""
    share_of_commitment: Ratio | None = Field(default=None, examples=[0.02])
    """What is due on each of its dates as a share of all commitments, instead of an amount. [1]"""
    per: Literal["participant", "participant month", "completer"] | None = Field(
        default=None, examples=["participant month"]
    )
    """What `amount` is paid for, where it follows the people: each who enrols, each month of the course that somebody
    begins, or each who completes it. A due date bills what came up to it since the one before."""
    due: Due = Field(default="start", examples=[{"every": "6 months", "times": 6}])
    """When it falls due: at `start`, in instalments of the whole amount each, or on a list of dates. With `per` and
    without `due`, at each follow-up."""
    paid_by: Name = Field(default="programme", examples=["investors"])
    """Who pays: programme, investors, or a payer of this deal. What investors pay counts as capital paid in."""
    paid_to: Name = Field(default="suppliers", examples=["evaluator"])
    """Who receives the money."""

    @model_validator(mode="after")
    def _one_amount(self) -> Cost:
        if (self.amount is None) == (self.share_of_commitment is None):
            found = (
                _("neither amount nor share_of_commitment") if self.amount is None else _("both an amount and a share")
            )
            raise mistake(_("got {found}; a cost has one of the two.", found=found), _("Write amount: 250000."))
        if self.per is not None and self.amount is None:
            raise mistake(
                _("got a share of the commitments for each {per}; what follows the people is an amount.", per=self.per),
                _("Write amount: with the price for each."),
            )
        return self

    @property
    def at_follow_ups(self) -> bool:
        """Whether it is billed at follow-ups, because it follows the people and names no date."""
        return self.per is not None and "due" not in self.model_fields_set


class Grant(Origin):
    """Money for the programme that nobody pays back."""

    name: Name = Field(examples=["Velliv Foreningen"])
    """Who gives."""
    amount: Amount = Field(examples=[500_000])
    """What is given, at most where it is drawn as needed. [currency]"""
    drawdown: Drawdown = Field(default="start", examples=["as needed"])
    """When it is paid out, as for a tranche; a grant as needed is used up before investors are called."""


class Guarantee(Origin):
    """A promise to bear a loss: of investors, or the deficit of the provider (underskudsgaranti)."""

    name: Name = Field(examples=["Bikubenfonden"])
    """Who guarantees."""
    covers: Name = Field(default="investors", examples=["investors"])
    """Whose loss: investors, one tranche by its name, or provider."""
    limit: Amount | None = Field(default=None, examples=[3_000_000])
    """The most that is paid. [currency]"""
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(default=None, examples=[0.25])
    """The most that is paid as a share of the commitments covered, instead of a limit. [1]"""
    attaches_after: Amount = Field(default=0.0, examples=[2_400_000])
    """The loss that is borne first by whom the guarantee covers. [currency]"""
    called: Literal["at the end", "yearly"] = "at the end"
    """When it is called: at the end, or yearly (the provider's deficit only)."""

    @model_validator(mode="after")
    def _one_limit(self) -> Guarantee:
        if (self.limit is None) == (self.share is None):
            found = _("neither limit nor share") if self.limit is None else _("both a limit and a share")
            raise mistake(
                _("got {found}; a guarantee has one of the two.", found=found),
                _("Write limit: 3000000, or share: 0.25."),
            )
        return self


class Termination(Origin):
    """A payment to investors because the deal ends early. It stops no programme and changes no outcome."""

    on: Date = Field(examples=["2015-07-01"])
    """When it is paid."""
    amount: Amount = Field(examples=[6_000_000])
    """What is paid; it is distributed as outcome payments are. [currency]"""
    paid_by: Name = Field(examples=["municipality"])
    """Who pays: a payer, guarantor or giver of a grant of this deal."""


class Financing(Part):
    """Who puts up the money, in which order it comes back, and who bears what goes wrong."""

    tranches: Annotated[list[Tranche], Field(min_length=1, max_length=50)] = Field(
        examples=[[{"name": "DSI", "commitment": 3_200_000}]]
    )
    """The investors. Several share in proportion to their commitments, or are paid by rank."""
    surplus: Literal["investors", "last rank", "payers", "provider"] | None = Field(default=None, examples=["payers"])
    """Who gets what is left once interest and principal are paid, or caps are reached: investors, last rank, payers or
    provider. Left out, it is the last rank, and all investors where there are no ranks."""
    return_cap: ReturnCap | None = Field(default=None, examples=[{"rate": 0.046, "as": "irr"}])
    """The most that each tranche without a cap of its own may earn."""
    return_floor: ReturnFloor | None = Field(default=None, examples=[{"share": 0.5, "paid_by": "municipality"}])
    """The least that comes back to each tranche without a floor of its own."""
    costs: Annotated[list[Cost], Field(max_length=200)] = Field(
        default=[], examples=[[{"name": "staff", "amount": 250_000, "due": {"every": "6 months", "times": 6}}]]
    )
    """The costs and fees, paid in the order in which they stand."""
    uncovered_costs: Literal["provider", "unpaid"] = "provider"
    """What happens to costs when cash, grants and commitments are exhausted: the provider pays them from its own
    funds, or they stay unpaid."""
    buffer: Duration = Field(default=Months(0), examples=["3 months"])
    """How far ahead investors are called where money is drawn as needed: for the costs of a date and of those up to so
    many months after it. [month]"""
    recycle: bool = False
    """True where outcome payments are kept for the costs still to come before investors are called again."""
    grants: Annotated[list[Grant], Field(max_length=50)] = Field(
        default=[], examples=[[{"name": "Velliv Foreningen", "amount": 500_000}]]
    )
    """Money that nobody pays back."""
    guarantees: Annotated[list[Guarantee], Field(max_length=50)] = Field(
        default=[], examples=[[{"name": "Bikubenfonden", "limit": 3_000_000}]]
    )
    """The promises to bear a loss, called in the order in which they stand."""
    termination: Termination | None = Field(
        default=None, examples=[{"on": "2015-07-01", "amount": 6_000_000, "paid_by": "municipality"}]
    )
    """A payment to investors because the deal ends early."""

    @property
    def is_plain(self) -> bool:
        """One investor who gets all outcome payments: no costs, ranks, caps or guarantees."""
        told = any(
            getattr(self, name) != field.get_default(call_default_factory=True)
            for name, field in type(self).model_fields.items()
            if name != "tranches"
        )
        tranche = self.tranches[0]
        bent = tranche.drawdown == "as needed" or tranche.rank or tranche.rate or cap_of(self, tranche)
        more = tranche.commitment_fee or tranche.loan is not None
        return len(self.tranches) == 1 and not (told or bent or more or by_amount(tranche) or floor_of(self, tranche))


def by_amount(part: Tranche | Grant) -> bool:
    """Whether a drawdown is told in amounts that are not shares of the whole: they don't add up to it."""
    if not isinstance(part.drawdown, list) or part.drawdown[0].amount is None:
        return False
    whole = part.commitment if isinstance(part, Tranche) else part.amount
    certain = getattr(whole, "value", getattr(whole, "fixed", whole))
    told = math.fsum(drawing.amount or 0.0 for drawing in part.drawdown)
    return not isinstance(certain, int | float) or abs(told - certain) > 1e-6


def cap_of(financing: Financing, tranche: Tranche) -> ReturnCap | None:
    """The return cap that binds a tranche: its own, or that of the deal, which binds no loan."""
    return tranche.return_cap or (financing.return_cap if tranche.loan is None else None)


def floor_of(financing: Financing, tranche: Tranche) -> ReturnFloor | None:
    """The return floor that holds for a tranche: its own, or that of the deal, which holds for no loan."""
    return tranche.return_floor or (financing.return_floor if tranche.loan is None else None)


def ranks_of(financing: Financing) -> list[int]:
    """The rank of each tranche, 1 where none is said, 0 for a loan, which stands in no queue."""
    return [0 if tranche.loan is not None else tranche.rank or 1 for tranche in financing.tranches]


def shares_payments(financing: Financing) -> bool:
    """Whether some tranche has a part in the outcome payments: not all are loans."""
    return any(tranche.loan is None for tranche in financing.tranches)


NOBODY = "nobody"
"""Who invests in a scenario without financing."""


def nobody() -> Financing:
    """The financing of a scenario without investors: one tranche of nothing, so that the clock and the people of a deal
    are the same with and without investors.
    """
    # Sound by itself, so it is not checked: building what checks it would take longer than reading a file.
    return Financing.model_construct(tranches=[Tranche.model_construct(name=NOBODY, commitment=0.0)])
