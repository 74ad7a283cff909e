"""Reads portfolio files and the scenario files that they list."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import NamedTuple

from risksim.errors import Fault, ScenarioError
from risksim.scenario.base import value_of
from risksim.scenario.calendar import add_months
from risksim.scenario.document import Document, Path, shown
from risksim.scenario.portfolio import Listed, Portfolio, PortfolioFile, delayed, names_of, not_a_portfolio
from risksim.scenario.reader import Wanted, checked, read_scenario, text_of
from risksim.scenario.scenario import Scenario, nearest

PORTFOLIO = Wanted(
    noun="a portfolio",
    file="a portfolio file",
    too_large="Name the portfolio file; deals stand in files of their own.",
    to_start="a portfolio begins with `portfolio:`",
)

_LAST_YEAR = 2199


class Member(NamedTuple):
    """One deal of a portfolio that was read."""

    name: str
    """What the portfolio calls it."""
    listed: Listed
    """What the portfolio says of it."""
    position: int
    """Entry of the portfolio, counted from 0."""
    scenario: Scenario
    """The deal, moved to the day on which it starts in this portfolio."""
    said: Scenario
    """The deal as its file says it."""
    document: Document
    """Its file."""


def is_portfolio(file: str | FilePath) -> bool:
    """Whether a file lists deals instead of describing one; False for what cannot be opened."""
    if str(file) == "-":
        return False
    try:
        return _lists_deals(text_of(str(file), PORTFOLIO))
    except ScenarioError:
        return False


def _lists_deals(text: str) -> bool:
    return re.search(r"^portfolio\s*:", text, re.MULTILINE) is not None


def read_portfolio(file: str | FilePath) -> tuple[Portfolio, Document, tuple[Member, ...]]:
    """A checked portfolio, the document it stands in, and its deals.

    Parameters
    ----------
    file : str or Path
        A YAML file.

    Returns
    -------
    Portfolio, Document
        What the file says, and where.
    tuple of Member
        Every deal, those of a repeated entry one by one.

    Raises
    ------
    ScenarioError
        With every mistake of the file, or of the files that it lists.
    """
    name = str(file)
    read, document = checked(text_of(name, PORTFOLIO), name, PortfolioFile)
    portfolio = read.portfolio
    folder, faults = FilePath(name).parent, list[Fault]()
    members: list[Member] = []
    deals: dict[str, tuple[Scenario, Document] | ScenarioError] = {}
    for position, listed in enumerate(portfolio.deals):
        here: Path = ("portfolio", "deals", position)
        if listed.file not in deals:
            deals[listed.file] = _deal(folder / listed.file)
        found = deals[listed.file]
        if isinstance(found, ScenarioError):
            faults += in_both(document, position, listed, found)
            continue
        scenario, its = found
        wrong = _contradictions(portfolio, listed, scenario, document, here)
        faults += wrong
        if wrong:
            continue
        later = delayed(scenario, 0 if listed.start_delay is None else int(value_of(listed.start_delay)))
        members += [
            Member(each, listed, position, later, scenario, its)
            for each in names_of(listed.name if listed.name is not None else scenario.name, listed.times)
        ]
    faults += _same_names(members, document)
    if faults:
        raise ScenarioError(list(dict.fromkeys(faults)))
    return portfolio, document, tuple(members)


def _deal(file: FilePath) -> tuple[Scenario, Document] | ScenarioError:
    try:
        if is_portfolio(file):
            found = not_a_portfolio(file.name)
            return ScenarioError([Fault(str(file), None, None, "", found, "List the deals of that file here.")])
        return read_scenario(file)
    except ScenarioError as error:
        return error


def in_both(document: Document, position: int, listed: Listed, error: ScenarioError) -> list[Fault]:
    """The faults of a listed deal: its entry in the portfolio first, then the places in its own file.

    Parameters
    ----------
    document : Document
        The portfolio file.
    position : int
        Entry of the portfolio.
    listed : Listed
        What it says.
    error : ScenarioError
        What was found in the deal.
    """
    count = len(error.faults)
    found = f"got {shown(listed.file)}, in which there {'is a mistake' if count == 1 else f'are {count} mistakes'}."
    said = document.fault(("portfolio", "deals", position, "file"), found, "Mend that file; it is told below.")
    return [said, *error.faults]


def _contradictions(
    portfolio: Portfolio, listed: Listed, scenario: Scenario, document: Document, here: Path
) -> list[Fault]:
    faults = []
    if scenario.currency != portfolio.currency:
        faults.append(
            document.fault(
                (*here, "file"),
                f"got {shown(listed.file)}, a deal in {scenario.currency}; this portfolio is in {portfolio.currency}.",
                f"Write currency: {scenario.currency} for the portfolio, or list deals of one currency only.",
            )
        )
    tranches = [tranche.name for tranche in scenario.financing.tranches]
    if listed.tranche is not None and listed.tranche not in tranches:
        faults.append(
            document.fault(
                (*here, "tranche"),
                f"got {shown(listed.tranche)}, which is no tranche of that deal; there is {', '.join(tranches)}.",
                nearest(listed.tranche, tranches) or "Write one of these names, or take the line out.",
            )
        )
    months = 0 if listed.start_delay is None else int(value_of(listed.start_delay))
    if add_months(scenario.end_date, months).year > _LAST_YEAR:
        faults.append(
            document.fault(
                (*here, "start_delay"),
                f"got {months} months, so the deal would end after {_LAST_YEAR}.",
                "Count the zeros, or look at the unit.",
            )
        )
    return faults


def _same_names(members: list[Member], document: Document) -> list[Fault]:
    faults, seen = [], dict[str, int]()
    for member in members:
        other = seen.setdefault(member.name, member.position)
        if other != member.position:
            key = "name" if member.listed.name is not None else "file"
            faults.append(
                document.fault(
                    ("portfolio", "deals", member.position, key),
                    f"got a deal {shown(member.name)}, which is also one of entry {other + 1}; a name addresses the "
                    "draws of its deal, so each stands once.",
                    f"Add a line such as name: {shown(member.name, quote='')} B.",
                )
            )
    return faults
