"""``risksim robust``: how wrong may the model be?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from risksim import api
from risksim.cli.output import OutputError, mark, show
from risksim.cli.questions_output import check_files, greet, in_tongue, one_or_all, save
from risksim.cli.run import progress
from risksim.language import _
from risksim.replies.asking import with_stress
from risksim.replies.form import as_text, named
from risksim.replies.robust import apart, of_portfolio, paths_of, said_of

if TYPE_CHECKING:
    from risksim.analysis.robust import Anchor, Robust


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
        raise OutputError(_("--eta and --between: got both; each says how far the model may be off. Leave one out."))
    if (between is None) != (people is None):
        raise OutputError(_("--between and --people go together. Try --between 0.6 0.7 --people 40"))

    from risksim.report.robust import Footing, charts
    from risksim.report.robust import robust as page

    settings = _Settings(*apart(eta, epsilon, between, people), epsilon, paths, seed, threads, quiet)
    greet(quiet)
    if api.lists_deals(file):
        if stress is not None:
            raise OutputError(
                _(
                    "--stress: got it for a portfolio; a stress is of one deal.\n"
                    "  Leave it out, or name the deal's file."
                )
            )
        answer = _of_portfolio(file, settings)
    else:
        answer = _of_deal(file, stress, settings)
    found, constants, said = answer
    of, run = said["scenario"], said["run"]
    name = named(of["name"], stress)
    drawn = in_tongue(said["charts"], lambda: charts(name, of["currency"], found))
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
    anchor: Anchor | None
    epsilon: float
    paths: int | None
    seed: int
    threads: int
    quiet: bool


class _Answer(NamedTuple):
    """Bounds, the constants behind them, and their JSON."""

    found: Robust
    constants: Any
    said: dict[str, Any]


def _of_portfolio(file: str, settings: _Settings) -> _Answer:
    from risksim.analysis.robust import bounds_of_portfolio

    portfolio = api.read_portfolio(file, funded=True)
    paths = settings.paths or api.PATHS
    eta, anchor, epsilon, _, seed, threads, quiet = settings
    with progress(paths * len(portfolio.holdings), quiet) as report:
        found = bounds_of_portfolio(portfolio, eta, epsilon, paths, seed, threads, anchor, report)
    return _Answer(found, api.constants_of_portfolio(portfolio), of_portfolio(portfolio, found, paths, seed))


def _of_deal(file: str, stress: str | None, settings: _Settings) -> _Answer:
    from risksim.analysis.robust import bounds

    deal = with_stress(api.read(file, funded=True), stress)
    eta, anchor, epsilon, _, seed, threads, quiet = settings
    paths = paths_of(deal, settings.paths)
    with progress(paths, quiet) as report:
        found = bounds(deal, eta, epsilon, paths, seed, threads, anchor, report)
    return _Answer(found, api.constants_in_use(deal), said_of(deal, stress, found, paths, seed))
