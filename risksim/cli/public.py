"""``risksim public``: what a deal leaves to public budgets."""

from __future__ import annotations

import csv
import io
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from risksim import api
from risksim.cli.output import OutputError, as_text, check_folder, mark, plain, show, talk, write
from risksim.cli.run import progress
from risksim.errors import RisksimError

if TYPE_CHECKING:
    from risksim.analysis.answer import PurseOf
    from risksim.analysis.purse_tornado import Tornado
    from risksim.report.purse_words import Words

SCHEMA = "risksim.public/1"
OF_PORTFOLIO = "risksim.public-portfolio/1"
OF_PATH = "risksim.public-path/1"
SUFFIXES = (".csv", ".json")
EVERY = "all"
"""Stands for every stress of a file."""


class NoPurseError(RisksimError):
    """A file that says nothing of public budgets."""


class Wishes(NamedTuple):
    """What is asked for beside the page."""

    stresses: tuple[str, ...] = ()
    tornado: bool = False
    path: int | None = None
    fail_if: str | None = None
    language: Literal["en", "da"] = "en"
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
    _refuse_without(deal)
    if wishes.path is not None:
        return _tell(deal, wishes.path, seed, engine, as_json, _words(wishes))

    from risksim.analysis.limits import PURSE_EXAMPLE, names_of_purse, read_limits

    assert deal.plan.purse is not None
    limits = read_limits(wishes.fail_if, names_of_purse(deal.plan.purse.budgets), PURSE_EXAMPLE)
    changed = {name: _stressed(deal, name) for name in _stresses_of(deal, wishes.stresses)}
    _warm_up(quiet)
    with progress((paths or api.PATHS) * (1 + len(changed)), quiet) as report:
        run = api.run_purse(deal, paths, seed, engine, threads, report)
        count = int(run.paths.weight.size)
        others = {name: api.run_purse(other, count, seed, run.engine, threads) for name, other in changed.items()}
    found = _tornado(deal) if wishes.tornado else None
    summary = api.summarise_purse(run)
    said = envelope(deal, run, summary.to_json())
    if others:
        said["stresses"] = [_stress_json(deal, name, other, run) for name, other in others.items()]
    if found is not None:
        said["tornado"] = plain(found)
    if out is not None:
        write(out, as_text(said) if out.suffix == ".json" else _as_csv(api.purse_columns(run)))
        talk(f"Wrote {out}.")
    if as_json:
        show(as_text(said))
    else:
        _show_pages(deal, run, summary, others, found, _words(wishes))
    return _breaches(limits, api.purse_figures(run)) if limits else 0


def check_out(out: Path) -> None:
    """Refuse a file that cannot be saved, before any work is done."""
    if out.suffix not in SUFFIXES:
        raise OutputError(
            f"{out}: got the ending '{out.suffix}'; this is saved as .csv (one row a path) or .json (statistics).\n"
            f"  Try --out {out.with_suffix('.json')}"
        )
    check_folder(out)


def _refuse_without(deal: api.Deal) -> None:
    if not api.has_purse(deal):
        raise NoPurseError(
            f"{deal.document.file}: got no `public:` block; it says what public budgets save, pay and spend.\n"
            "  Add one such as\n"
            "    public:\n"
            "      consequences:\n"
            "        shelter:\n"
            "          outcome: NAME OF AN OUTCOME\n"
            "          saved: 120\n"
            "          unit: nights\n"
            "          price: 1500\n"
            "          bears: municipality\n"
            "          assumption: why so many nights at this price"
        )


def _warm_up(quiet: bool) -> None:
    if not quiet and api.first_run_on_this_machine():
        talk("First run on this machine: compiling the kernels once, a few seconds ...")


def _stresses_of(deal: api.Deal, wished: tuple[str, ...]) -> tuple[str, ...]:
    """The stresses asked for, each once; `all` stands for every one of the file, unless one is called so."""
    own = tuple(deal.scenario.stresses)
    if EVERY not in wished or EVERY in own:
        return tuple(dict.fromkeys(wished))
    if not own:
        raise OutputError(f"--stress all: {deal.document.file} has no stresses.\n  Add some under `stresses:`.")
    return tuple(dict.fromkeys(each for name in wished for each in (own if name == EVERY else (name,))))


def _stressed(deal: api.Deal, name: str) -> api.Deal:
    if name not in deal.scenario.stresses:
        there = ", ".join(deal.scenario.stresses)
        raise OutputError(
            f"--stress {name}: {deal.document.file} has no such stress.\n"
            + (f"  There is {there}; all takes every one." if there else "  Add it to the file under `stresses:`.")
        )
    other = api.stressed(deal, name)
    if not api.has_purse(other):
        raise OutputError(f"--stress {name}: takes the public purse away.\n  Leave it out.")
    return other


def _tornado(deal: api.Deal) -> Tornado:
    from risksim.analysis.purse_tornado import tornado

    return tornado(deal)


def _words(wishes: Wishes) -> Words:
    from risksim.report.purse_words import WORDS

    return WORDS[wishes.language]


def _tell(deal: api.Deal, path: int, seed: int, engine: str, as_json: bool, words: Words) -> int:
    """Tell the public side of one path."""
    told = api.explain_purse(deal, path, seed, api.engine_of_purse(deal, engine))
    if as_json:
        show(as_text({"schema": OF_PATH, **json_of_path(deal, told)}))
        return 0
    from risksim.report.purse import known_limits
    from risksim.report.purse_story import purse_story

    show(purse_story(told, words) + known_limits(words))
    mark(api.constants_in_use(deal), words.not_checked)
    return 0


def json_of_path(deal: api.Deal, told: api.PurseStory) -> dict[str, Any]:
    """The public side of one path, under documented keys."""
    unchecked = [one.key for one in api.constants_in_use(deal) if one.status == "T"]
    return {**plain(told), "not_checked": unchecked, "limits": _limits()}


def _breaches(limits: Any, figures: Any) -> int:
    from risksim.analysis.limits import breaches_among, figures_of_purse

    broken = breaches_among(limits, figures_of_purse(figures))
    for said in broken:
        talk(f"--fail-if: {said}")
    return 1 if broken else 0


def envelope(deal: api.Deal, run: api.PurseRun, statistics: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a public purse, under documented keys."""
    plan, purse, in_use = run.plan, run.plan.purse, api.constants_in_use(deal)
    assert purse is not None
    return {
        "schema": SCHEMA,
        "scenario": {
            "name": plan.name,
            "file": deal.document.file,
            "digest": plan.digest,
            "currency": plan.currency,
            "constants": plain(in_use),
            "not_checked": [one.key for one in in_use if one.status == "T"],
        },
        "run": {
            "paths": int(run.paths.weight.size),
            "seed": run.seed,
            "engine": run.engine,
            "how": run.how,
            **_versions(),
        },
        "public": {
            "calculation": _calculation(run),
            "price_year": purse.price_year,
            "start_year": purse.years[0],
            "last_year": purse.years[-1],
            "gross_only": list(api.gross_only(run)),
            "editions": list(purse.editions),
        },
        "statistics": statistics,
        "limits": _limits(),
    }


def _versions() -> dict[str, str]:
    return {"risksim": version("risksim-dsi"), "numpy": version("numpy"), "numba": version("numba")}


def _limits() -> dict[str, list[str]]:
    from risksim.report.limits import limits

    return limits()


def _calculation(run: api.PurseRun) -> str:
    assert run.plan.purse is not None
    return "socio-economic" if run.plan.purse.socio_economic else "budget-economic"


def _stress_json(deal: api.Deal, name: str, other: api.PurseRun, base: api.PurseRun) -> dict[str, Any]:
    figures, change = api.purse_figures(other), api.purse_changes(other, base)
    return {
        "name": name,
        "changes": list(api.changes_of(deal, name)),
        "budgets": {
            budget: {**_figures_json(found), "net_benefit_change": _estimate(change.get(budget))}
            for budget, found in figures.items()
        },
    }


def _figures_json(found: Any) -> dict[str, Any]:
    return api.as_json(found)


def _estimate(estimate: Any) -> dict[str, Any] | None:
    return None if estimate is None else api.as_json(estimate)


def _as_csv(columns: dict[str, list[object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return stream.getvalue()


def _show_pages(
    deal: api.Deal,
    run: api.PurseRun,
    summary: Any,
    others: dict[str, api.PurseRun],
    found: Tornado | None,
    words: Words,
) -> None:
    from risksim.report import purse as report

    plan, purse = run.plan, run.plan.purse
    assert purse is not None
    labels = plan.labels
    titles = dict(zip(labels.outcomes, labels.outcome_titles, strict=True)) if labels.outcome_titles else {}
    head = report.PurseHeading(
        plan.name,
        plan.currency,
        purse.price_year,
        purse.years[0],
        _calculation(run),
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
        more += report.stressed(plan.currency, purse.price_year, rows, words)
    if found is not None:
        from risksim.analysis.purse_tornado import NET_BENEFIT

        bars = [
            report.TornadoBar(bar.name, bar.unit, tuple(report.TornadoPoint(*point) for point in bar.points))
            for bar in found.bars
        ]
        is_gross_only = found.quantity == NET_BENEFIT and summary.total.is_gross_only
        more += report.tornado(plan.currency, found.quantity, found.base, bars, words, is_gross_only=is_gross_only)
    show(report.page(head, summary, more, words))
    mark(api.constants_in_use(deal), words.not_checked)


# Below the page of a run


def block_of(found: PurseOf, file: str) -> str:
    """The lines below the page of a run."""
    from risksim.report.purse import block

    plan = found.run.plan
    assert plan.purse is not None
    return block(plan.currency, plan.purse.price_year, found.run.how, found.figures, f"risksim public {file}")


def json_of(found: PurseOf) -> dict[str, Any]:
    """The key ``public`` of the JSON of a run."""
    run = found.run
    assert run.plan.purse is not None
    return {
        "paths": int(run.paths.weight.size),
        "engine": run.engine,
        "how": run.how,
        "price_year": run.plan.purse.price_year,
        "start_year": run.plan.purse.years[0],
        "budgets": {budget: _figures_json(each) for budget, each in found.figures.items()},
        "limits": _limits(),
    }


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
            "--stress, --tornado, --path and --engine speak of one deal.\n"
            "  Leave them out, or name the file of one deal."
        )
    if out is not None and out.suffix != ".json":
        raise OutputError(
            f"{out}: the public purses of a portfolio are saved as .json.\n  Try --out {out.with_suffix('.json')}"
        )
    portfolio = api.read_portfolio(file)
    purses = [holding.deal.plan.purse for holding in portfolio.holdings]
    budgets = tuple(dict.fromkeys(budget for purse in purses if purse is not None for budget in purse.budgets))
    limits = read_limits(wishes.fail_if, names_of_purse(budgets), PURSE_EXAMPLE)
    _warm_up(quiet)
    paths = api.PATHS if paths is None else paths
    with progress(paths * len(portfolio.holdings), quiet) as report:
        found = api.portfolio_purse(portfolio, paths, seed, threads, progress=report)
    said = {
        "schema": OF_PORTFOLIO,
        "portfolio": {
            "name": portfolio.name,
            "file": portfolio.document.file,
            "digest": portfolio.digest,
            "currency": portfolio.currency,
            "not_checked": [one.key for one in api.constants_of_portfolio(portfolio, public=True) if one.status == "T"],
        },
        "run": {"paths": paths, "seed": seed, "engine": found.engine, **_versions()},
        "public": {"price_year": found.price_year, "first_year": found.first_year},
        "deals": [
            {
                "name": name,
                "budgets": None if figures is None else {key: _figures_json(each) for key, each in figures.items()},
            }
            for name, figures in found.deals
        ],
        "total": {budget: _figures_json(each) for budget, each in found.total.items()},
        "limits": _limits(),
    }
    if out is not None:
        write(out, as_text(said))
        talk(f"Wrote {out}.")
    if as_json:
        show(as_text(said))
    else:
        from risksim.report import purse as pages

        words = _words(wishes)
        rows = [pages.DealRow(name, figures) for name, figures in found.deals]
        how = pages.how_of(words, paths, seed, found.engine)
        total = pages.DealRow(words.all_deals, found.total)
        years = found.price_year, found.first_year
        show(pages.portfolio(portfolio.name, portfolio.currency, years[0], how, rows, total, years[1], words))
        mark(api.constants_of_portfolio(portfolio, public=True), words.not_checked)
    return _breaches(limits, found.total) if limits else 0
