"""``risksim check`` and ``risksim run`` of a portfolio."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from risksim import api
from risksim.cli.output import OutputError, as_text, mark, plain, show, talk, write
from risksim.language import _


def check(file: str, as_json: bool) -> None:
    """Read a portfolio and its deals, print what it lists."""
    from risksim.report.portfolio import Checked, Line, checked

    portfolio = api.read_portfolio(file, draft=True)
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
    said = Checked(portfolio.document.file, portfolio.name, portfolio.digest, portfolio.currency, tuple(lines))
    constants = api.constants_of_portfolio(portfolio)
    if as_json:
        marks = [one.key for one in constants if one.status == "T"]
        show(as_text({"schema": "risksim.portfolio-check/1", **plain(said), "not_checked": marks}))
        return
    show(checked(said))
    mark(constants)


def _held(holding: api.Holding) -> str:
    """What the fund holds of a deal, in words."""
    what = "all" if holding.tranche is None else holding.deal.plan.labels.tranches[holding.tranche]
    return what if holding.share == 1.0 else f"{holding.share:.4g} of {what}"


def run(
    file: str,
    paths: int | None,
    seed: int,
    threads: int,
    as_json: bool,
    out: Path | None,
    ledger: bool,
    quiet: bool,
    streams: bool = False,
    dask: str | None = None,
    fail_if: str | None = None,
) -> int:
    """Simulate a portfolio, print the answer, save what was asked for.

    Returns
    -------
    int
        Exit code: 1 where a limit is breached.
    """
    from risksim.analysis.limits import answer_of_fund, read_limits
    from risksim.cli.run import check_out, executor_at, progress, told_breaches

    limits = read_limits(fail_if)
    if streams:
        raise OutputError(
            "--tolerance, --exact, --checkpoint and --keep-values speak of one deal; a portfolio keeps every path.\n"
            "  Leave them out, or run the file of one deal."
        )
    paths = api.PATHS if paths is None else paths
    if ledger:
        raise OutputError(
            "--ledger: a portfolio has a ledger for each deal.\n  Run the file of one deal with --ledger."
        )
    if out is not None:
        check_out(out)
    portfolio = api.read_portfolio(file, funded=True)
    if not quiet and api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))
    with executor_at(dask) as executor, progress(paths * len(portfolio.holdings), quiet) as report:
        made = api.run_portfolio(portfolio, paths, seed, threads, executor=executor, progress=report)
    said = envelope(made)
    if out is not None:
        _save(made, out, said)
        talk(_("Wrote {file}.", file=out))
    if as_json:
        show(as_text(said))
    else:
        show(_page(made))
        mark(api.constants_of_portfolio(portfolio))
    return told_breaches(limits, answer_of_fund(made)) if limits else 0


def envelope(made: api.PortfolioRun) -> dict[str, Any]:
    """The JSON of a portfolio, under documented keys."""
    portfolio = made.portfolio
    return {
        "schema": "risksim.portfolio/1",
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
            "risksim": version("risksim-dsi"),
            "numpy": version("numpy"),
            "numba": version("numba"),
        },
        "statistics": made.summary.to_json(),
    }


def _page(made: api.PortfolioRun) -> str:
    from risksim.report.portfolio import Heading, answer

    portfolio = made.portfolio
    head = Heading(
        portfolio.name,
        portfolio.currency,
        portfolio.day_count,
        portfolio.hurdles[-1],
        made.sample.n_paths,
        made.seed,
        made.engine,
        portfolio.digest,
        version("risksim-dsi"),
    )
    return answer(head, made.summary)


def _save(made: api.PortfolioRun, out: Path, statistics: dict[str, Any]) -> None:
    if out.suffix == ".nc":
        api.save_portfolio(made, out)
    elif out.suffix == ".json":
        write(out, as_text(statistics))
    else:
        write(out, api.portfolio_table(made))
