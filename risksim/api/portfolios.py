"""Portfolios: the deals of one fund, read and compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from risksim.api.deals import Deal
from risksim.errors import ScenarioError
from risksim.language import _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from risksim.errors import Fault
    from risksim.plan.layout import Plan
    from risksim.scenario.portfolio_reader import Member
    from risksim.scenario.reader import Document


class Holding(NamedTuple):
    """A deal of a portfolio, and what of it the fund holds."""

    name: str
    """What the portfolio calls it."""
    deal: Deal
    """The deal on the day on which it starts here; its plan draws in a stream of its own."""
    share: float
    """The part of the investors' money that the fund pays in and gets back. [1]"""
    tranche: int | None
    """The tranche that the fund holds; None for all of them together."""


class Portfolio(NamedTuple):
    """A portfolio that was read and compiled."""

    name: str
    currency: str
    day_count: str
    hurdles: tuple[float, ...]
    """Rates of the fund's net present values. [1/year]"""
    holdings: tuple[Holding, ...]
    """The deals, those of a repeated entry one by one."""
    document: Document
    digest: str
    """SHA-256 of what the portfolio and its deals say."""

    @property
    def start(self) -> dt.date:
        """The day on which the first deal starts."""
        return min(holding.deal.scenario.start_date for holding in self.holdings)

    def holding(self, name: str) -> Holding:
        """A deal by its name in the portfolio.

        Raises
        ------
        RunError
            If there is none.
        """
        from risksim.errors import RunError

        for holding in self.holdings:
            if holding.name == name:
                return holding
        names = ", ".join(holding.name for holding in self.holdings[:20])
        raise RunError(
            _("got deal '{name}', which this portfolio does not list; there is {names}.", name=name, names=names)
        )


def read_portfolio(file: str | Path, *, draft: bool = False, funded: bool = False) -> Portfolio:
    """Read and compile a portfolio and the deals that it lists.

    Parameters
    ----------
    file : str or Path
        A portfolio file.
    draft : bool
        Read it to look at, not to run: quicker.
    funded : bool
        Refuse files without financing, as `read` does.

    Returns
    -------
    Portfolio

    Raises
    ------
    ScenarioError
        With every mistake of the file and of the files that it lists.
    """
    from risksim.plan.portfolio import digest_of, same_streams
    from risksim.scenario.portfolio_reader import read_portfolio, without_financing

    said, document, members = read_portfolio(file)
    if funded and (unfunded := without_financing(members, document)):
        raise ScenarioError(unfunded)
    faults = same_streams(members, document)
    plans = _plans_of(members, document, draft, faults)
    holdings = tuple(_holdings_of(members, document, plans, faults))
    if faults:
        raise ScenarioError(list(dict.fromkeys(faults)))
    digest = digest_of(said, members)
    return Portfolio(said.name, said.currency, said.day_count, tuple(said.hurdles), holdings, document, digest)


def _plans_of(members: Sequence[Member], document: Document, draft: bool, faults: list[Fault]) -> dict[int, Plan]:
    """The plan of each entry by its position, deals of a repeated entry having the same; adds to the faults."""
    from risksim.plan.compile import compile_plan
    from risksim.scenario.portfolio_reader import in_both

    plans: dict[int, Plan] = {}
    for member in members:
        if member.position not in plans:
            try:
                plans[member.position] = compile_plan(member.scenario, member.document, draft=draft)
            except ScenarioError as error:
                faults += _too_exposed(document, member, draft) or in_both(
                    document, member.position, member.listed, error
                )
    return plans


def _holdings_of(
    members: Sequence[Member], document: Document, plans: Mapping[int, Plan], faults: list[Fault]
) -> Iterator[Holding]:
    """The deals that have a plan, each in a stream of its own; adds to the faults."""
    from risksim.errors import PlanError
    from risksim.plan.portfolio import for_portfolio, stream_of

    first_year = min(member.scenario.start_date.year for member in members)
    for member in members:
        listed, alone = member.listed, plans.get(member.position)
        if alone is None:
            continue
        try:
            plan = for_portfolio(alone, stream_of(member.name), listed.exposure, first_year)
        except PlanError as error:
            found, _, remedy = str(error).rpartition(". ")
            faults.append(document.fault(("portfolio", "deals", member.position, "exposure"), f"{found}.", remedy))
            continue
        tranche = None if listed.tranche is None else plan.labels.tranches.index(listed.tranche)
        yield Holding(member.name, Deal(member.scenario, member.document, plan), listed.share, tranche)


def _too_exposed(document: Document, member: Member, draft: bool) -> list[Fault]:
    """The fault of a deal that cannot bear the economy of its portfolio, but is none alone; nothing for any other."""
    from risksim.plan.compile import compile_plan

    if member.alone is member.scenario:
        return []
    try:
        compile_plan(member.alone, member.document, draft=draft)
    except ScenarioError:
        return []
    said = member.scenario.dependence
    assert said is not None
    found = _(
        "got a share that leaves the people of '{name}' nothing of their own, beside what its file says.",
        name=member.name,
    )
    remedy = _("Lower it, or give that deal a macro of its own.")
    return [document.fault(("portfolio", "macro", "share"), found, remedy)]


def economy_of(deal: Deal) -> tuple[float, bool]:
    """The largest share of an outcome that the economy decides, and whether a recession may end spells."""
    from risksim.plan.portfolio import most_exposed

    return most_exposed(deal.plan)


def lists_deals(file: str | Path) -> bool:
    """Whether a file is a portfolio; False for what cannot be opened."""
    from risksim.scenario.portfolio_reader import is_portfolio

    return is_portfolio(file)
