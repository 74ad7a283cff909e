"""``risksim pool``: what joining municipalities, or the deals of a fund, does to the risk."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from risksim import api
from risksim.cli.output import mark, show
from risksim.cli.questions_output import check_files, greet, in_tongue, save
from risksim.cli.run import progress
from risksim.errors import RisksimError
from risksim.language import _
from risksim.replies.form import as_text
from risksim.replies.pool import of_fund, said_of, told_of, told_of_fund


def pool(
    file: str,
    sites: str | None,
    site_sd: float | None,
    icc: float | None,
    same_total: bool,
    outcome: str | None,
    paths: int,
    seed: int,
    threads: int,
    as_json: bool,
    out: Path | None,
    chart: Path | None,
    quiet: bool,
) -> None:
    """Join sites of a deal, or look at the deals of a portfolio, and print what it does to the risk."""
    check_files(out, chart)
    greet(quiet)
    if api.lists_deals(file):
        if same_total or any(asked is not None for asked in (sites, site_sd, icc, outcome)):
            raise RisksimError(
                _(
                    "--sites, --site-sd, --icc, --same-total and --outcome speak of one deal; a portfolio lists its "
                    "deals.\n"
                    "  Leave them out, or name the file of one deal."
                )
            )
        said, page, constants, drawn = _fund(file, paths, seed, threads, quiet)
    else:
        said, page, constants, drawn = _sites(
            file, sites, site_sd, icc, same_total, outcome, paths, seed, threads, quiet
        )
    save(out, chart, said, drawn=drawn)
    if as_json:
        show(as_text(said))
        return
    show(page)
    mark(constants)


def _sites(
    file: str,
    sites: str | None,
    site_sd: float | None,
    icc: float | None,
    same_total: bool,
    outcome: str | None,
    paths: int,
    seed: int,
    threads: int,
    quiet: bool,
) -> tuple[dict[str, Any], str, Any, dict[str, Any]]:
    from risksim.analysis.pool import SITES, n_runs
    from risksim.analysis.pool import pool as ask
    from risksim.report.pool import Footing, pool_charts
    from risksim.report.pool import pool as page

    deal = api.read(file)
    numbers = SITES if sites is None else _numbers(sites)
    with progress(paths * n_runs(numbers or SITES, same_total), quiet) as report:
        found = ask(
            deal,
            numbers,
            site_sd=site_sd,
            icc=icc,
            same_total=same_total,
            outcome=outcome,
            paths=paths,
            seed=seed,
            threads=threads,
            progress=report,
        )
    plan, said = deal.plan, said_of(deal, found, paths, seed)
    told = told_of(found)
    drawn = in_tongue(said["charts"], lambda: pool_charts(plan.currency, told))
    foot = Footing(plan.name, plan.currency, paths, seed, plan.digest, version("risksim-dsi"))
    return said, page(foot, told), api.constants_in_use(deal), drawn


def _fund(
    file: str, paths: int, seed: int, threads: int, quiet: bool
) -> tuple[dict[str, Any], str, Any, dict[str, Any]]:
    from risksim.analysis.pool import pool_fund
    from risksim.report.pool import Footing, fund, fund_charts

    portfolio = api.read_portfolio(file, funded=True)
    with progress(paths * len(portfolio.holdings), quiet) as report:
        made = api.run_portfolio(portfolio, paths, seed, threads, progress=report)
    found = pool_fund(made)
    said, told = of_fund(made, found), told_of_fund(found)
    foot = Footing(portfolio.name, portfolio.currency, paths, seed, portfolio.digest, version("risksim-dsi"))
    drawn = in_tongue(said["charts"], lambda: fund_charts(portfolio.currency, told.deals))
    return said, fund(foot, told), api.constants_of_portfolio(portfolio), drawn


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise RisksimError(
            _("--sites: got '{text}'; whole numbers joined by commas.\n  Try --sites 1,2,4,8", text=text)
        ) from None
