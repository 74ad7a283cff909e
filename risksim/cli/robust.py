"""``risksim robust``: how wrong may the model be?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from risksim import api
from risksim.cli.output import OutputError, as_text, mark, plain, show
from risksim.cli.questions_output import (
    check_files,
    drawn_in_both,
    envelope,
    greet,
    named,
    one_or_all,
    save,
    with_stress,
)
from risksim.cli.run import progress

if TYPE_CHECKING:
    from risksim.analysis.robust import Anchor, Robust

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

    from risksim.analysis.robust import ETA, anchor_of, check
    from risksim.report.robust import Footing, charts
    from risksim.report.robust import robust as page

    anchor = None if between is None or people is None else anchor_of(*between, people)
    wanted = anchor.eta if anchor is not None else ETA if eta is None else eta
    check(wanted, epsilon)
    settings = _Settings(wanted, epsilon, anchor, paths, seed, threads, quiet)
    greet(quiet)
    if api.lists_deals(file):
        if stress is not None:
            raise OutputError(
                "--stress: got it for a portfolio; a stress is of one deal.\n  Leave it out, or name the deal's file."
            )
        answer = _of_portfolio(file, settings)
    else:
        answer = _of_deal(file, stress, settings)
    found, constants, about = answer.found, answer.constants, answer.said
    of, run = about["scenario"], about["run"]
    name = named(of["name"], stress)
    specs, drawn = drawn_in_both(lambda: charts(named(of["name"], stress), of["currency"], found))
    said = about | plain(found) | {"charts": specs}
    save(out, chart, said, drawn=one_or_all(drawn))
    if as_json:
        show(as_text(said))
        return
    opened = file if stress is None else None
    foot = Footing(name, opened, of["currency"], run["paths"], seed, of["digest"], version("risksim-dsi"))
    show(page(foot, found))
    mark(constants)


class _Settings(NamedTuple):
    """How far the model may be off, and how the deal is run."""

    eta: float
    epsilon: float
    anchor: Anchor | None
    paths: int | None
    seed: int
    threads: int
    quiet: bool


class _Answer(NamedTuple):
    """Bounds, the constants behind them, and what stands above them in JSON."""

    found: Robust
    constants: Any
    said: dict[str, Any]


def _of_portfolio(file: str, settings: _Settings) -> _Answer:
    from risksim.analysis.robust import bounds_of_portfolio

    portfolio = api.read_portfolio(file, funded=True)
    paths = settings.paths or api.PATHS
    eta, epsilon, anchor, _, seed, threads, quiet = settings
    with progress(paths * len(portfolio.holdings), quiet) as report:
        found = bounds_of_portfolio(portfolio, eta, epsilon, paths, seed, threads, anchor, report)
    constants = api.constants_of_portfolio(portfolio)
    said: dict[str, Any] = {
        "schema": SCHEMA,
        "scenario": {
            "name": portfolio.name,
            "file": file,
            "stress": None,
            "digest": portfolio.digest,
            "currency": portfolio.currency,
            "day_count": portfolio.day_count,
            "not_checked": [one.key for one in constants if one.status == "T"],
        },
        "run": _run(paths, seed),
    }
    return _Answer(found, constants, said)


def _of_deal(file: str, stress: str | None, settings: _Settings) -> _Answer:
    from risksim.analysis.robust import bounds

    deal = with_stress(api.read(file, funded=True), stress)
    eta, epsilon, anchor, paths, seed, threads, quiet = settings
    paths = paths or (api.POINTS if api.why_not_conditional(deal.plan) is None else api.PATHS)
    with progress(paths, quiet) as report:
        found = bounds(deal, eta, epsilon, paths, seed, threads, anchor, report)
    said = envelope(SCHEMA, deal, paths, seed)
    said["scenario"]["stress"] = stress
    return _Answer(found, api.constants_in_use(deal), said)


def _run(paths: int, seed: int) -> dict[str, Any]:
    return {
        "paths": paths,
        "seed": seed,
        "risksim": version("risksim-dsi"),
        "numpy": version("numpy"),
        "numba": version("numba"),
    }
