"""``risksim public``: what a deal leaves to public budgets."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from risksim import api
from risksim.cli.output import OutputError, check_folder, mark, show, talk, write
from risksim.cli.run import progress
from risksim.language import Language, _, speaking
from risksim.replies.form import as_text
from risksim.replies.public import (
    as_csv,
    calculation,
    find,
    of_path,
    of_portfolio,
    refuse_without,
    said_of,
    stressed,
    tell,
)

if TYPE_CHECKING:
    from risksim.analysis.answer import PurseOf
    from risksim.replies.public import Found

SUFFIXES = (".csv", ".json")


class Wishes(NamedTuple):
    """What is asked for beside the page."""

    stresses: tuple[str, ...] = ()
    tornado: bool = False
    path: int | None = None
    fail_if: str | None = None
    language: Language = "en"
    """Of the page; JSON and CSV keep their keys."""


def public(
    file: str,
    paths: int | None,
    seed: int,
    threads: int,
    engine: str,
    as_json: bool,
    out: Path | None,
    quiet: bool,
    wishes: Wishes = Wishes(),  # noqa: B008 - never changed
) -> int:
    """Simulate a deal with its public purse, print what is left to whom, save what was asked for.

    Returns
    -------
    int
        Exit code: 1 where a limit is breached.
    """
    if out is not None:
        check_out(out)
    if api.lists_deals(file):
        return _portfolio(file, paths, seed, threads, engine, as_json, out, quiet, wishes)
    deal = api.read(file)
    refuse_without(deal)
    if wishes.path is not None:
        with speaking(wishes.language):
            return _tell(deal, wishes.path, seed, engine, as_json)

    from risksim.analysis.limits import PURSE_EXAMPLE, names_of_purse, read_limits

    assert deal.plan.purse is not None
    limits = read_limits(wishes.fail_if, names_of_purse(deal.plan.purse.budgets), PURSE_EXAMPLE)
    changed = stressed(deal, wishes.stresses)
    _warm_up(quiet)
    with progress((paths or api.PATHS) * (1 + len(changed)), quiet) as report:
        found = find(deal, changed, paths, seed, engine, threads, wishes.tornado, report)
    said = said_of(found)
    if out is not None:
        write(out, as_text(said) if out.suffix == ".json" else as_csv(found))
        talk(_("Wrote {file}.", file=out))
    if as_json:
        show(as_text(said))
    else:
        with speaking(wishes.language):
            _show_pages(found)
    return _breaches(limits, api.purse_figures(found.run)) if limits else 0


def check_out(out: Path) -> None:
    """Refuse a file that cannot be saved, before any work is done."""
    if out.suffix not in SUFFIXES:
        raise OutputError(
            _(
                "{out}: got the ending '{suffix}'; this is saved as .csv (one row a path) or .json (statistics).\n"
                "  Try --out {with_suffix}",
                out=out,
                suffix=out.suffix,
                with_suffix=out.with_suffix(".json"),
            )
        )
    check_folder(out)


def _warm_up(quiet: bool) -> None:
    if not quiet and api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))


def _tell(deal: api.Deal, path: int, seed: int, engine: str, as_json: bool) -> int:
    """Tell the public side of one path."""
    told = tell(deal, path, seed, engine)
    if as_json:
        show(as_text(of_path(deal, told)))
        return 0
    from risksim.report.purse import known_limits
    from risksim.report.purse_story import purse_story

    show(purse_story(told) + known_limits())
    mark(api.constants_in_use(deal))
    return 0


def _breaches(limits: Any, figures: Any) -> int:
    from risksim.analysis.limits import breaches_among, figures_of_purse

    broken = breaches_among(limits, figures_of_purse(figures))
    for said in broken:
        talk(f"--fail-if: {said}")
    return 1 if broken else 0


def _show_pages(of: Found) -> None:
    from risksim.report import purse as report

    deal, run, summary, others, found = of
    plan, purse = run.plan, run.plan.purse
    assert purse is not None
    labels = plan.labels
    titles = dict(zip(labels.outcomes, labels.outcome_titles, strict=True)) if labels.outcome_titles else {}
    head = report.PurseHeading(
        plan.name,
        plan.currency,
        purse.price_year,
        purse.years[0],
        calculation(run),
        int(run.paths.weight.size),
        run.seed,
        run.engine,
        plan.digest,
        version("risksim-dsi"),
        purse.editions,
        titles,
        api.gross_only(run),
    )
    more = ""
    if others:
        rows = [report.StressedPurse("", (), api.purse_figures(run), {})]
        rows += [
            report.StressedPurse(
                name, api.changes_of(deal, name), api.purse_figures(other), api.purse_changes(other, run)
            )
            for name, other in others.items()
        ]
        more += report.stressed(plan.currency, purse.price_year, rows)
    if found is not None:
        from risksim.analysis.purse_tornado import NET_BENEFIT

        bars = [
            report.TornadoBar(bar.name, bar.unit, tuple(report.TornadoPoint(*point) for point in bar.points))
            for bar in found.bars
        ]
        is_gross_only = found.quantity == NET_BENEFIT and summary.total.is_gross_only
        more += report.tornado(plan.currency, found.quantity, found.base, bars, is_gross_only=is_gross_only)
    show(report.page(head, summary, more))
    mark(api.constants_in_use(deal))


# Below the page of a run


def block_of(found: PurseOf, file: str) -> str:
    """The lines below the page of a run."""
    from risksim.report.purse import block

    plan = found.run.plan
    assert plan.purse is not None
    return block(plan.currency, plan.purse.price_year, found.run.how, found.figures, f"risksim public {file}")


# Portfolios


def _portfolio(
    file: str,
    paths: int | None,
    seed: int,
    threads: int,
    engine: str,
    as_json: bool,
    out: Path | None,
    quiet: bool,
    wishes: Wishes,
) -> int:
    from risksim.analysis.limits import PURSE_EXAMPLE, names_of_purse, read_limits

    if wishes.stresses or wishes.tornado or wishes.path is not None or engine not in ("auto", "individual"):
        raise OutputError(
            _(
                "--stress, --tornado, --path and --engine speak of one deal.\n"
                "  Leave them out, or name the file of one deal."
            )
        )
    if out is not None and out.suffix != ".json":
        raise OutputError(
            _(
                "{out}: the public purses of a portfolio are saved as .json.\n  Try --out {with_suffix}",
                out=out,
                with_suffix=out.with_suffix(".json"),
            )
        )
    portfolio = api.read_portfolio(file)
    purses = [holding.deal.plan.purse for holding in portfolio.holdings]
    budgets = tuple(dict.fromkeys(budget for purse in purses if purse is not None for budget in purse.budgets))
    limits = read_limits(wishes.fail_if, names_of_purse(budgets), PURSE_EXAMPLE)
    _warm_up(quiet)
    paths = api.PATHS if paths is None else paths
    with progress(paths * len(portfolio.holdings), quiet) as report:
        found = api.portfolio_purse(portfolio, paths, seed, threads, progress=report)
    said = of_portfolio(portfolio, found, paths, seed)
    if out is not None:
        write(out, as_text(said))
        talk(_("Wrote {file}.", file=out))
    if as_json:
        show(as_text(said))
    else:
        from risksim.report import purse as pages

        with speaking(wishes.language):
            rows = [pages.DealRow(name, figures) for name, figures in found.deals]
            how = pages.how_of(paths, seed, found.engine)
            total = pages.DealRow(_("all deals"), found.total)
            years = found.price_year, found.first_year
            show(pages.portfolio(portfolio.name, portfolio.currency, years[0], how, rows, total, years[1]))
            mark(api.constants_of_portfolio(portfolio, public=True))
    return _breaches(limits, found.total) if limits else 0
