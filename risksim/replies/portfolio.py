"""A portfolio: the JSON of `risksim check` and of `risksim run` where the file lists deals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import fields, versions

if TYPE_CHECKING:
    from risksim.report.portfolio import Checked

SCHEMA = "risksim.portfolio/1"
OF_CHECK = "risksim.portfolio-check/1"


def checked(portfolio: api.Portfolio) -> Checked:
    """What a portfolio lists."""
    from risksim.report.portfolio import Checked, Line

    lines = []
    for holding in portfolio.holdings:
        name, deal, share, tranche = holding
        found = api.review(deal)
        commitments = deal.plan.financing.commitment_value
        held = commitments.sum() if tranche is None else commitments[tranche]
        lines.append(
            Line(
                name,
                deal.document.file,
                found.start,
                found.end,
                share * float(held),
                _held(holding),
                len(found.uncertain),
                len(found.unstated),
                found.digest,
                *api.economy_of(deal),
            )
        )
    return Checked(portfolio.document.file, portfolio.name, portfolio.digest, portfolio.currency, tuple(lines))


def _held(holding: api.Holding) -> str:
    """What the fund holds of a deal, in words."""
    what = "all" if holding.tranche is None else holding.deal.plan.labels.tranches[holding.tranche]
    return what if holding.share == 1.0 else f"{holding.share:.4g} of {what}"


def of_check(portfolio: api.Portfolio, found: Checked) -> dict[str, Any]:
    """The JSON of what a portfolio lists."""
    marks = [one.key for one in api.constants_of_portfolio(portfolio) if one.status == "T"]
    return {"schema": OF_CHECK, **fields(found), "not_checked": marks}


def said_of(made: api.PortfolioRun) -> dict[str, Any]:
    """The JSON of a run of a portfolio."""
    portfolio = made.portfolio
    return {
        "schema": SCHEMA,
        "portfolio": {
            "name": portfolio.name,
            "file": portfolio.document.file,
            "digest": portfolio.digest,
            "currency": portfolio.currency,
            "day_count": portfolio.day_count,
            "start": str(portfolio.start),
            "deals": [
                {
                    "name": name,
                    "file": deal.document.file,
                    "digest": deal.plan.digest,
                    "start": str(deal.scenario.start_date),
                    "stream": deal.plan.stream,
                    "share": share,
                    "tranche": None if tranche is None else deal.plan.labels.tranches[tranche],
                }
                for name, deal, share, tranche in portfolio.holdings
            ],
            "not_checked": [one.key for one in api.constants_of_portfolio(portfolio) if one.status == "T"],
        },
        "run": {
            "paths": made.sample.n_paths,
            "seed": made.seed,
            "engine": made.engine,
            **versions(),
        },
        "statistics": made.summary.to_json(),
    }
