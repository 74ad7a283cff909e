"""The facts of several deals at once: of a portfolio, and of deals side by side."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from risksim import api
from risksim.analysis.deal_facts import deal_of
from risksim.analysis.facts import (
    COMPARING,
    NO_PUBLIC,
    NOBODY_INVESTS,
    NOT_ASKED,
    NOT_FOUND,
    NOTHING_SHARED,
    ON_BUDGETS,
    OTHER_CURRENCIES,
    RUNNING,
    TOO_MANY_DEALS,
    How,
    Report,
    facts,
    teller,
    versions,
)
from risksim.analysis.memo import Compared, DealOf, HoldingOf, PortfolioFacts, Provenance, Results
from risksim.analysis.results import appropriations_of_payers, results_of
from risksim.errors import RisksimError

MOST_COMPARED = 4
"""Deals of a comparison path by path."""


def portfolio_facts(
    portfolio: api.Portfolio,
    how: How = How(),  # noqa: B008 - never changed
    progress: Report | None = None,
) -> PortfolioFacts:
    """Find all that a memo says of a portfolio: the fund, its deals as rows, what public budgets are left with.

    Parameters
    ----------
    portfolio : Portfolio
        Its deals may have no investors, if they speak of public budgets.
    how, progress
        As of `facts`.

    Returns
    -------
    PortfolioFacts
    """
    paths, deals = how.paths or api.PATHS, [holding.deal for holding in portfolio.holdings]
    lacking: dict[str, str] = {}
    run, purse = None, None
    if all(deal.scenario.is_funded for deal in deals):
        hear = teller(progress, RUNNING)
        run = api.run_portfolio(
            portfolio, paths, how.seed, how.threads, progress=lambda done: hear(done, paths * len(deals))
        )
    else:
        lacking |= dict.fromkeys(("summary", "results", "appropriations"), NOBODY_INVESTS)
    if not any(api.has_purse(deal) for deal in deals):
        lacking["budgets"] = NO_PUBLIC
    elif "budgets" in how.leave_out:
        lacking["budgets"] = NOT_ASKED
    else:
        hear = teller(progress, ON_BUDGETS)
        purse = api.portfolio_purse(
            portfolio, paths, how.seed, how.threads, progress=lambda done: hear(done, paths * len(deals))
        )
    rows = tuple(_holdings(portfolio, run, purse))
    minor_units = deals[0].plan.minor_units
    return PortfolioFacts(
        provenance=_of_portfolio(portfolio, how, paths, run),
        name=portfolio.name,
        description=" ".join(str(portfolio.document.root["portfolio"].get("description") or "").split()),
        currency=portfolio.currency,
        decimals=len(str(minor_units)) - 1,
        day_count=portfolio.day_count,
        hurdles=portfolio.hurdles,
        starts_on=portfolio.start,
        ends_on=max(row.deal.ends_on for row in rows),
        holdings=rows,
        summary=None if run is None else run.summary,
        results=None if run is None else _results_of_fund(run),
        appropriations=() if run is None else appropriations_of_payers(run.summary.payers),
        budgets=purse,
        lacking=lacking,
    )


def _holdings(
    portfolio: api.Portfolio, run: api.PortfolioRun | None, purse: api.PortfolioPurse | None
) -> Iterator[HoldingOf]:
    figures = {} if purse is None else dict(purse.deals)
    told: dict[str, DealOf] = {}  # deals of a repeated entry say the same
    for name, deal, share, tranche in portfolio.holdings:
        file, key = deal.document.file, f"{deal.document.file} {deal.scenario.start_date}"
        if key not in told:
            told[key] = deal_of(deal)
        tranche_name = None if tranche is None else deal.plan.labels.tranches[tranche]
        held = None if run is None else run.summary.deals[name]
        yield HoldingOf(name, Path(file).name, share, tranche_name, told[key], held, figures.get(name))


def _results_of_fund(run: api.PortfolioRun) -> Results:
    arrays, unit = run.arrays, run.names.minor_units
    result = arrays.received.sum(axis=1) - arrays.drawn.sum(axis=1)
    expected = 0.0
    for _, deal, share, tranche in run.portfolio.holdings:
        paths = api.expected_only(deal).paths
        held = slice(None) if tranche is None else slice(tranche, tranche + 1)
        expected += share * float((paths.received[0, held].sum() - paths.drawn[0, held].sum()) / unit)
    return results_of(result, run.sample, unit, expected)


def _of_portfolio(portfolio: api.Portfolio, how: How, paths: int, run: api.PortfolioRun | None) -> Provenance:
    file, engine = Path(portfolio.document.file).name, "individual" if run is None else run.engine
    documents = {holding.deal.document.file: holding.deal.document.text for holding in portfolio.holdings}
    command = "risksim public" if run is None else "risksim run"
    return Provenance(
        file=file,
        text=portfolio.document.text.encode("utf-8"),
        digest=portfolio.digest,
        register=api.describe(portfolio.holdings[0].deal).register,
        seed=how.seed,
        paths=paths,
        engine=engine,
        how=f"{paths:,} paths, seed {how.seed}, {engine} engine",
        checked="",
        versions=versions(),
        command=f"{command} {shlex.quote(file)} --paths {paths} --seed {how.seed}",
        also=tuple((Path(name).name, text.encode("utf-8")) for name, text in documents.items()),
    )


def compared(
    deals: Sequence[api.Deal],
    how: How = How(),  # noqa: B008 - never changed
    progress: Report | None = None,
) -> Compared:
    """Find all that a memo says of several deals side by side.

    Parameters
    ----------
    deals : sequence of Deal
        At least two; up to four are compared path by path.
    how, progress
        As of `facts`.

    Returns
    -------
    Compared
    """
    found = []
    for number, deal in enumerate(deals):
        report = progress and _of_many(progress, number, len(deals))
        found.append(facts(deal, how, report))
    why_not = _why_not_compared(deals)
    if why_not:
        return Compared(tuple(found), None, why_not)
    from risksim.analysis.compare import compare

    paths, told = how.paths or api.PATHS, teller(progress, COMPARING)
    engine = "auto" if how.engine == "exact" else how.engine
    try:
        comparison = compare(
            deals,
            (),
            paths,
            how.seed,
            how.threads,
            engine=engine,
            progress=lambda done: told(done, paths * len(deals)),
        )
    except RisksimError:
        return Compared(tuple(found), None, NOT_FOUND)
    return Compared(tuple(found), comparison)


def _of_many(progress: Report, number: int, deals: int) -> Report:
    """Progress over several deals: each counts the same, and a question of a deal as much as another."""
    return lambda done, of, what: progress(number * of + min(done, of), deals * of, what)


def _why_not_compared(deals: Sequence[api.Deal]) -> str:
    """Why deals are not compared path by path; empty where they are."""
    if len(deals) > MOST_COMPARED:
        return TOO_MANY_DEALS
    if len({deal.plan.currency for deal in deals}) > 1:
        return OTHER_CURRENCIES
    funded, public = (all(map(has, deals)) for has in (_is_funded, api.has_purse))
    return "" if funded or public else NOTHING_SHARED


def _is_funded(deal: api.Deal) -> bool:
    return deal.scenario.is_funded
