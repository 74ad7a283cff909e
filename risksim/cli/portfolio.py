"""``risksim check`` and ``risksim run`` of a portfolio."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from risksim import api
from risksim.cli.output import OutputError, mark, show, talk, write
from risksim.language import _
from risksim.replies.form import as_text
from risksim.replies.portfolio import checked, of_check, said_of


def check(file: str, as_json: bool) -> None:
    """Read a portfolio and its deals, print what it lists."""
    portfolio = api.read_portfolio(file, draft=True)
    found = checked(portfolio)
    if as_json:
        show(as_text(of_check(portfolio, found)))
        return
    from risksim.report.portfolio import checked as page

    show(page(found))
    mark(api.constants_of_portfolio(portfolio))


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
            _(
                "--tolerance, --exact, --checkpoint and --keep-values speak of one deal; a portfolio keeps every "
                "path.\n"
                "  Leave them out, or run the file of one deal."
            )
        )
    paths = api.PATHS if paths is None else paths
    if ledger:
        raise OutputError(
            _("--ledger: a portfolio has a ledger for each deal.\n  Run the file of one deal with --ledger.")
        )
    if out is not None:
        check_out(out)
    portfolio = api.read_portfolio(file, funded=True)
    if not quiet and api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))
    with executor_at(dask) as executor, progress(paths * len(portfolio.holdings), quiet) as report:
        made = api.run_portfolio(portfolio, paths, seed, threads, executor=executor, progress=report)
    said = said_of(made)
    if out is not None:
        _save(made, out, said)
        talk(_("Wrote {file}.", file=out))
    if as_json:
        show(as_text(said))
    else:
        show(_page(made))
        mark(api.constants_of_portfolio(portfolio))
    return told_breaches(limits, answer_of_fund(made)) if limits else 0


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
