"""What a deal leaves to public budgets: the JSON of `risksim public` and of the public side of a run and of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from risksim import api
from risksim.language import _
from risksim.replies.form import QuestionError, further, plain, table, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.analysis.answer import PurseOf
    from risksim.analysis.purse_tornado import Tornado
    from risksim.metrics.purse import PurseSummary
    from risksim.replies import Means
    from risksim.replies.wishes import Public

SCHEMA = "risksim.public/1"
OF_PORTFOLIO = "risksim.public-portfolio/1"
OF_PATH = "risksim.public-path/1"
EVERY = "all"
"""Stands for every stress of a file."""


class NoPurseError(QuestionError):
    """A file that says nothing of public budgets."""


class Found(NamedTuple):
    """The public purse of a deal, with its stresses, and what moves it."""

    deal: api.Deal
    run: api.PurseRun
    summary: PurseSummary
    others: dict[str, api.PurseRun]
    """The same paths with stresses, by their names."""
    tornado: Tornado | None


def work(deals: Sequence[api.Deal], wishes: Public) -> int | None:
    """Paths of the deal as it stands and with each stress; one where a path is told."""
    (deal,) = deals
    if wishes.path is not None:
        return 1
    return (wishes.paths or api.PATHS) * (1 + len(stresses_of(deal, wishes.stresses)))


def reply(
    deals: Sequence[api.Deal], wishes: Public, progress: Callable[[int], None] | None, means: Means
) -> dict[str, Any]:
    """Simulate a deal with its public purse, or tell the public side of one path."""
    (deal,) = deals
    refuse_without(deal)
    if wishes.path is not None:
        return of_path(deal, tell(deal, wishes.path, wishes.seed, wishes.engine))
    stresses = stressed(deal, wishes.stresses)
    return said_of(
        find(deal, stresses, wishes.paths, wishes.seed, wishes.engine, means.threads, wishes.tornado, progress)
    )


def refuse_without(deal: api.Deal) -> None:
    """Refuse a deal that says nothing of public budgets."""
    if not api.has_purse(deal):
        raise NoPurseError(
            _(
                "{file}: got no `public:` block; it says what public budgets save, pay and spend.\n"
                "  Add one such as\n"
                "    public:\n"
                "      consequences:\n"
                "        shelter:\n"
                "          outcome: NAME OF AN OUTCOME\n"
                "          saved: 120\n"
                "          unit: nights\n"
                "          price: 1500\n"
                "          bears: municipality\n"
                "          assumption: why so many nights at this price",
                file=deal.document.file,
            )
        )


def stresses_of(deal: api.Deal, wished: tuple[str, ...]) -> tuple[str, ...]:
    """The stresses asked for, each once; `all` stands for every one of the file, unless one is called so."""
    own = tuple(deal.scenario.stresses)
    if EVERY not in wished or EVERY in own:
        return tuple(dict.fromkeys(wished))
    if not own:
        raise QuestionError(
            _("--stress all: {file} has no stresses.\n  Add some under `stresses:`.", file=deal.document.file)
        )
    return tuple(dict.fromkeys(each for name in wished for each in (own if name == EVERY else (name,))))


def stressed(deal: api.Deal, wished: tuple[str, ...]) -> dict[str, api.Deal]:
    """The deal with each of the stresses asked for, by their names."""
    return {name: _stressed(deal, name) for name in stresses_of(deal, wished)}


def _stressed(deal: api.Deal, name: str) -> api.Deal:
    if name not in deal.scenario.stresses:
        there = ", ".join(deal.scenario.stresses)
        raise QuestionError(
            _("--stress {name}: {file} has no such stress.\n", name=name, file=deal.document.file)
            + (
                _("  There is {there}; all takes every one.", there=there)
                if there
                else _("  Add it to the file under `stresses:`.")
            )
        )
    other = api.stressed(deal, name)
    if not api.has_purse(other):
        raise QuestionError(_("--stress {name}: takes the public purse away.\n  Leave it out.", name=name))
    return other


def find(
    deal: api.Deal,
    stresses: dict[str, api.Deal],
    paths: int | None,
    seed: int,
    engine: str,
    threads: int,
    moves: bool,
    progress: Callable[[int], None] | None = None,
) -> Found:
    """Simulate a deal and its stresses with their public purses.

    Parameters
    ----------
    deal : Deal
        With a public purse.
    stresses : dict of Deal
        From `stressed`.
    paths : int or None
        As in `risksim.api.run_purse`. [paths]
    seed, engine, threads
        As there.
    moves : bool
        Whether each number is moved alone, too.
    progress : callable, optional
        Called with the number of paths done.

    Returns
    -------
    Found
    """
    run = api.run_purse(deal, paths, seed, engine, threads, progress)
    count = int(run.paths.weight.size)
    others = {
        name: api.run_purse(other, count, seed, run.engine, threads, further(progress, count * place))
        for place, (name, other) in enumerate(stresses.items(), 1)
    }
    found = None
    if moves:
        from risksim.analysis.purse_tornado import tornado

        found = tornado(deal)
    return Found(deal, run, api.summarise_purse(run), others, found)


def said_of(found: Found) -> dict[str, Any]:
    """The JSON of a public purse with its stresses."""
    said = envelope(found.deal, found.run, found.summary.to_json())
    if found.others:
        said["stresses"] = [_stress_json(found.deal, name, other, found.run) for name, other in found.others.items()]
    if found.tornado is not None:
        said["tornado"] = plain(found.tornado)
    return said


def tell(deal: api.Deal, path: int, seed: int, engine: str) -> api.PurseStory:
    """The public side of one path."""
    return api.explain_purse(deal, path, seed, api.engine_of_purse(deal, engine))


def of_path(deal: api.Deal, told: api.PurseStory) -> dict[str, Any]:
    """The JSON of one path."""
    return {"schema": OF_PATH, **json_of_path(deal, told)}


def json_of_path(deal: api.Deal, told: api.PurseStory) -> dict[str, Any]:
    """The public side of one path, under documented keys."""
    unchecked = [one.key for one in api.constants_in_use(deal) if one.status == "T"]
    return {**plain(told), "not_checked": unchecked, "limits": _limits()}


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
            **versions(),
        },
        "public": {
            "calculation": calculation(run),
            "price_year": purse.price_year,
            "start_year": purse.years[0],
            "last_year": purse.years[-1],
            "gross_only": list(api.gross_only(run)),
            "editions": list(purse.editions),
        },
        "statistics": statistics,
        "limits": _limits(),
    }


def _limits() -> dict[str, list[str]]:
    from risksim.report.limits import limits

    return limits()


def calculation(run: api.PurseRun) -> str:
    """What kind of calculation it is, by what it counts."""
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


def as_csv(found: Found) -> str:
    """A row a path."""
    columns = api.purse_columns(found.run)
    return table(columns, zip(*columns.values(), strict=True))


def of_portfolio(portfolio: api.Portfolio, found: api.PortfolioPurse, paths: int, seed: int) -> dict[str, Any]:
    """The JSON of the public purses of a portfolio."""
    return {
        "schema": OF_PORTFOLIO,
        "portfolio": {
            "name": portfolio.name,
            "file": portfolio.document.file,
            "digest": portfolio.digest,
            "currency": portfolio.currency,
            "not_checked": [one.key for one in api.constants_of_portfolio(portfolio, public=True) if one.status == "T"],
        },
        "run": {"paths": paths, "seed": seed, "engine": found.engine, **versions()},
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
