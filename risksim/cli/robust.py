"""``risksim robust``: how wrong may the model be?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from risksim import api
from risksim.cli.output import OutputError, as_text, mark, plain, show
from risksim.cli.questions_output import check_files, envelope, greet, named, save, with_stress
from risksim.cli.run import progress

SCHEMA = "risksim.robust/1"


def robust(
    file: str,
    eta: float | None,
    epsilon: float,
    between: tuple[float, float] | None,
    people: int | None,
    stress: str | None,
    paths: int | None,
    seed: int,
    threads: int,
    as_json: bool,
    out: Path | None,
    chart: Path | None,
    quiet: bool,
) -> None:
    """Bound what investors lose if the model is wrong."""
    check_files(out, chart)
    if between is not None and eta is not None:
        raise OutputError("--eta and --between: got both; each says how far the model may be off. Leave one out.")
    if (between is None) != (people is None):
        raise OutputError("--between and --people go together. Try --between 0.6 0.7 --people 40")

    from risksim.analysis.robust import ETA, anchor_of, bounds, bounds_of_portfolio, check
    from risksim.report.robust import Footing, charts
    from risksim.report.robust import robust as page

    anchor = None if between is None or people is None else anchor_of(*between, people)
    wanted = anchor.eta if anchor is not None else ETA if eta is None else eta
    check(wanted, epsilon)
    if api.lists_deals(file):
        if stress is not None:
            raise OutputError(
                "--stress: got it for a portfolio; a stress is of one deal.\n  Leave it out, or name the deal's file."
            )
        portfolio = api.read_portfolio(file, funded=True)
        n_paths = paths or api.PATHS
        greet(quiet)
        with progress(n_paths * len(portfolio.holdings), quiet) as report:
            found = bounds_of_portfolio(portfolio, wanted, epsilon, n_paths, seed, threads, anchor, report)
        name, currency, digest = portfolio.name, portfolio.currency, portfolio.digest
        constants = api.constants_of_portfolio(portfolio)
        said: dict[str, Any] = {
            "schema": SCHEMA,
            "scenario": {
                "name": name,
                "file": file,
                "stress": None,
                "digest": digest,
                "currency": currency,
                "day_count": portfolio.day_count,
                "not_checked": [one.key for one in constants if one.status == "T"],
            },
            "run": _run(n_paths, seed),
        }
    else:
        deal = with_stress(api.read(file, funded=True), stress)
        plan = deal.plan
        points = api.why_not_conditional(plan) is None
        n_paths = paths or (api.POINTS if points else api.PATHS)
        greet(quiet)
        with progress(n_paths, quiet) as report:
            found = bounds(deal, wanted, epsilon, n_paths, seed, threads, anchor, report)
        name, currency, digest = named(plan.name, stress), plan.currency, plan.digest
        constants, said = api.constants_in_use(deal), envelope(SCHEMA, deal, n_paths, seed)
        said["scenario"]["stress"] = stress
    said = said | plain(found) | {"charts": charts(name, currency, found)}
    save(out, chart, said)
    if as_json:
        show(as_text(said))
        return
    show(
        page(
            Footing(name, file if stress is None else None, currency, n_paths, seed, digest, version("risksim-dsi")),
            found,
        )
    )
    mark(constants)


def _run(paths: int, seed: int) -> dict[str, Any]:
    return {
        "paths": paths,
        "seed": seed,
        "risksim": version("risksim-dsi"),
        "numpy": version("numpy"),
        "numba": version("numba"),
    }
