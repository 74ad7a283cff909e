"""Reads portfolio files and the scenario files that they list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from risksim.errors import Fault, ScenarioError
from risksim.language import N_, _, plural
from risksim.scenario.base import Stated, value_of
from risksim.scenario.calendar import add_months
from risksim.scenario.dependence import Dependence, Portion, shared
from risksim.scenario.document import Document, Path, shown
from risksim.scenario.portfolio import Economy, Listed, Portfolio, PortfolioFile, delayed, names_of, not_a_portfolio
from risksim.scenario.reader import Wanted, checked, read_scenario, text_of
from risksim.scenario.scenario import Scenario, nearest

PORTFOLIO = Wanted(
    noun=N_("a portfolio"),
    file=N_("a portfolio file"),
    too_large=N_("Name the portfolio file; deals stand in files of their own."),
    to_start=N_("a portfolio begins with `portfolio:`"),
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
    alone: Scenario
    """The deal on that day without what the portfolio says of the economy; `scenario` itself where that is nothing."""


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
        shares = with_economy(later, portfolio.macro)
        members += [
            Member(each, listed, position, shares, scenario, its, later)
            for each in names_of(listed.name if listed.name is not None else scenario.name, listed.times)
        ]
    faults += _same_names(members, document)
    if faults:
        raise ScenarioError(list(dict.fromkeys(faults)))
    return portfolio, document, tuple(members)


def with_economy(scenario: Scenario, macro: Economy | None) -> Scenario:
    """A deal whose outcomes the economy decides as far as its portfolio says, unless it says so itself.

    Parameters
    ----------
    scenario : Scenario
        The deal.
    macro : Economy or None
        What the portfolio says.

    Returns
    -------
    Scenario
        The deal itself where nothing is said, where it has a `macro` of its own, or where it has no outcome that a
        portfolio can speak of.
    """
    said = scenario.dependence
    if macro is None or (said is not None and said.macro is not None):
        return scenario
    paired = {name for pair in said.correlations for name in pair.between} if said is not None else set[str]()
    decided = {name: macro.share for name in shared(macro.share, scenario.personal) if name not in paired}
    if not decided:
        return scenario
    more: dict[str, Any] = {"macro": decided}
    if said is None:
        said = Dependence(assumption=_told_by_portfolio(macro))
    elif not paired:
        more["macro"] = Stated[Portion](value=macro.share, assumption=_told_by_portfolio(macro))
    if macro.persistence != said.macro_persistence:
        more["macro_persistence"] = macro.persistence
    return scenario.model_copy(update={"dependence": said.model_copy(update=more)})


def _told_by_portfolio(macro: Economy) -> str | None:
    """Where the numbers come from, for a deal whose own sources are others."""
    if macro.source is not None:
        keys = macro.source if isinstance(macro.source, str) else ", ".join(macro.source)
        return f"as the portfolio says, after {keys}"
    return None if macro.assumption is None else f"as the portfolio says: {macro.assumption}"


def _deal(file: FilePath) -> tuple[Scenario, Document] | ScenarioError:
    try:
        if is_portfolio(file):
            found = not_a_portfolio(file.name)
            return ScenarioError([Fault(str(file), None, None, "", found, _("List the deals of that file here."))])
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
    found = plural(
        "got {file}, in which there is a mistake.",
        "got {file}, in which there are {number} mistakes.",
        count,
        file=shown(listed.file),
        number=count,
    )
    said = document.fault(("portfolio", "deals", position, "file"), found, _("Mend that file; it is told below."))
    return [said, *error.faults]


def without_financing(members: Iterable[Member], document: Document) -> list[Fault]:
    """The files of a portfolio in which nobody invests, for questions about investors.

    Parameters
    ----------
    members : iterable of Member
        The deals that it lists.
    document : Document
        The file of the portfolio.

    Returns
    -------
    list of Fault
        One an entry.
    """
    return [
        document.fault(
            ("portfolio", "deals", member.position, "file"),
            _(
                "got {file}, a scenario without financing; there is no investor to ask about.",
                file=shown(member.listed.file),
            ),
            _("Try `risksim public {file}`, or leave it out.", file=document.file),
        )
        for member in {member.position: member for member in members if not member.scenario.is_funded}.values()
    ]


def _contradictions(
    portfolio: Portfolio, listed: Listed, scenario: Scenario, document: Document, here: Path
) -> list[Fault]:
    faults = []
    if scenario.currency != portfolio.currency:
        faults.append(
            document.fault(
                (*here, "file"),
                _(
                    "got {file}, a deal in {currency}; this portfolio is in {of_portfolio}.",
                    file=shown(listed.file),
                    currency=scenario.currency,
                    of_portfolio=portfolio.currency,
                ),
                _(
                    "Write currency: {currency} for the portfolio, or list deals of one currency only.",
                    currency=scenario.currency,
                ),
            )
        )
    tranches = [tranche.name for tranche in scenario.financing.tranches]
    if listed.tranche is not None and listed.tranche not in tranches:
        faults.append(
            document.fault(
                (*here, "tranche"),
                _(
                    "got {tranche}, which is no tranche of that deal; there is {tranches}.",
                    tranche=shown(listed.tranche),
                    tranches=", ".join(tranches),
                ),
                nearest(listed.tranche, tranches) or _("Write one of these names, or take the line out."),
            )
        )
    months = 0 if listed.start_delay is None else int(value_of(listed.start_delay))
    if add_months(scenario.end_date, months).year > _LAST_YEAR:
        faults.append(
            document.fault(
                (*here, "start_delay"),
                _("got {months} months, so the deal would end after {last_year}.", months=months, last_year=_LAST_YEAR),
                _("Count the zeros, or look at the unit."),
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
                    _(
                        "got a deal {name}, which is also one of entry {other}; a name addresses the draws of its "
                        "deal, so each stands once.",
                        name=shown(member.name),
                        other=other + 1,
                    ),
                    _("Add a line such as name: {name} B.", name=shown(member.name, quote="")),
                )
            )
    return faults
