"""Portfolios that are run: their deals simulated on the same paths and added up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from risksim.api.deals import funded_plan
from risksim.api.defaults import PATHS, SEED
from risksim.api.runs import simulate
from risksim.api.statistics import cashflow_of
from risksim.language import _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr

    from risksim.api.portfolios import Holding, Portfolio
    from risksim.api.runs import Run
    from risksim.engine.run import Progress
    from risksim.jobs.executors import Executor
    from risksim.metrics.fund import FundArrays, FundNames, FundSummary, Part
    from risksim.metrics.sample import Sample
    from risksim.metrics.summary import Statistic, Summary
    from risksim.plan.layout import FloatArray, Plan
    from risksim.results.portfolio import Labelled


class PortfolioRun(NamedTuple):
    """A finished run of a portfolio."""

    portfolio: Portfolio
    arrays: FundArrays
    """The fund on every path."""
    names: FundNames
    """Names of the axes of `arrays`."""
    dates: tuple[dt.date, ...]
    """Dates of the periods of `arrays`."""
    sample: Sample
    """Weights and replicates of the paths, which are those of every deal."""
    summary: FundSummary
    """All statistics, each with its standard error."""
    seed: int
    engine: str

    def dataset(self) -> xr.Dataset:
        """Everything kept of every path, labelled, with dimension ``deal``."""
        from risksim.results.portfolio import to_dataset as label

        return label(labelled(self))


def run_portfolio(
    portfolio: Portfolio,
    paths: int = PATHS,
    seed: int = SEED,
    threads: int = 0,
    *,
    block: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> PortfolioRun:
    """Simulate the deals of a portfolio on the same paths, one deal after the other, and add them up.

    Parameters
    ----------
    portfolio : Portfolio
        What to simulate.
    paths : int
        Paths. [paths]
    seed : int
        64-bit seed.
    threads : int
        Threads; 0 takes all cores. Never changes a result.
    block : int
        Paths in a block; 0 chooses by memory. Never changes a result.
    executor : Executor, optional
        As in `simulate`.
    progress : callable, optional
        Called with the number of paths done, all deals added up.

    Returns
    -------
    PortfolioRun
        Path k of the portfolio is path k of each deal.
    """
    from risksim.metrics import fund
    from risksim.plan.portfolio import clock

    plans = [funded_plan(holding.deal) for holding in portfolio.holdings]
    dates, years = clock([plan.labels for plan in plans], portfolio.start, portfolio.day_count)
    names = _names_of(portfolio, plans, years)
    _check_memory(names, paths)
    arrays = fund.no_money(names, paths)
    summaries: dict[str, Summary] = {}
    for row, holding in enumerate(portfolio.holdings):
        report = reporting_from(progress, row * paths)
        run = simulate(
            holding.deal.plan, paths, seed, threads, block=block, keep_claims=False, executor=executor, progress=report
        )
        summaries[holding.name] = run.summary()
        fund.add_deal(arrays, names, row, _part_of_fund(holding, run, names, dates))
    of_mean_flow = _irr_of_fund(arrays, names, run.sample)
    summary = fund.summarise_fund(arrays, names, run.sample, summaries, of_mean_flow)
    return PortfolioRun(portfolio, arrays, names, dates, run.sample, summary, seed, run.engine)


def _names_of(portfolio: Portfolio, plans: Sequence[Plan], years: FloatArray) -> FundNames:
    from risksim.metrics.fund import FundNames

    return FundNames(
        tuple(holding.name for holding in portfolio.holdings),
        portfolio.hurdles,
        years,
        tuple(dict.fromkeys(payer for plan in plans for payer in plan.labels.payers)),
        tuple(sorted({year for plan in plans for year in plan.labels.years})),
        plans[0].minor_units,
    )


def _part_of_fund(holding: Holding, run: Run, names: FundNames, dates: tuple[dt.date, ...]) -> Part:
    """What the fund gets of a deal that was run, by the periods and budget years of the fund."""
    from risksim.metrics.fund import Part

    share, tranche, labels = holding.share, holding.tranche, run.plan.labels
    held = slice(None) if tranche is None else slice(tranche, tranche + 1)
    return Part(
        share * run.paths.drawn[:, held].sum(axis=1),
        share * run.paths.received[:, held].sum(axis=1),
        share * cashflow_of(run, tranche),
        [dates.index(date) for date in labels.dates],
        run.paths.repayment,
        [names.payers.index(payer) for payer in labels.payers],
        [names.budget_years.index(year) for year in labels.years],
    )


def _check_memory(names: FundNames, paths: int) -> None:
    """Refuse a portfolio whose sums cannot be held, before the machine starts to swap or ends it."""
    import os

    from risksim.errors import RunError
    from risksim.metrics.fund import bytes_per_path

    each = bytes_per_path(names)
    most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4
    if paths * each > most:
        raise RunError(
            _(
                "got {paths:,} paths of {number:,} deals, whose results take {size:,.1f} GiB; this machine has room "
                "for "
                "about {most:,} paths. Try --paths 10000.",
                paths=paths,
                number=len(names.deals),
                size=paths * each / 2**30,
                most=most // each,
            )
        )


def labelled(run: PortfolioRun) -> Labelled:
    """A run of a portfolio: its arrays beside the names of their axes."""
    from risksim.results.portfolio import Labelled

    portfolio, arrays, names = run.portfolio, run.arrays, run.names
    plans = [funded_plan(holding.deal) for holding in portfolio.holdings]
    return Labelled(
        title=portfolio.name,
        digest=portfolio.digest,
        text=portfolio.document.text,
        currency=portfolio.currency,
        day_count=portfolio.day_count,
        minor_units=names.minor_units,
        seed=run.seed,
        engine=run.engine,
        deals=names.deals,
        digests=[plan.digest for plan in plans],
        streams=[plan.stream for plan in plans],
        hurdles=names.hurdles,
        dates=run.dates,
        years=names.years,
        payers=names.payers,
        budget_years=names.budget_years,
        weight=run.sample.weight,
        replicate=run.sample.replicate,
        npv=arrays.npv,
        drawn=arrays.drawn,
        received=arrays.received,
        flow=arrays.flow,
        repayment=arrays.repayment,
    )


def save_portfolio(run: PortfolioRun, file: str | Path) -> None:
    """Save a run of a portfolio as netCDF.

    Raises
    ------
    ResultError
        If it cannot be written there.
    """
    from risksim.results.store import save as write

    write(run.dataset(), file)


def portfolio_table(run: PortfolioRun) -> str:
    """One row a path as CSV: the fund, each deal, and what payers pay by budget year."""
    from risksim.results.portfolio import path_table as table

    return table(labelled(run))


def reporting_from(progress: Progress | None, before: int) -> Progress | None:
    """What tells of the paths of one deal as further ones of all deals; None where nobody asks."""
    return None if progress is None else lambda done: progress(before + done)


def _irr_of_fund(arrays: FundArrays, names: FundNames, sample: Sample) -> Statistic:
    from risksim.metrics import array
    from risksim.metrics.returns import irr_of_paths

    drawn, received = (float(array.mean(amount.sum(axis=1), sample)) for amount in (arrays.drawn, arrays.received))
    return irr_of_paths(arrays.flow, names.years, drawn, received, names.hurdles[-1], sample)
