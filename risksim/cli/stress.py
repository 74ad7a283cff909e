"""``risksim stress``: what if a few things were otherwise?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from risksim import api
from risksim.cli.output import OutputError, mark, show
from risksim.cli.questions_output import TABLE, check_files, greet, read_deal, save
from risksim.cli.run import executor_at, progress
from risksim.language import _
from risksim.replies.form import as_text
from risksim.replies.stress import as_csv, refuse_without, said_of

if TYPE_CHECKING:
    from risksim.analysis.stress import Stresses


class Wishes(NamedTuple):
    """What is asked for beside, or instead of, the stresses of the file."""

    standard: bool = False
    own: bool = False
    grid: tuple[str, ...] = ()
    show: str | None = None
    chart: Path | None = None
    resume: Path | None = None


def stress(
    files: list[str],
    paths: int,
    seed: int,
    threads: int,
    as_json: bool,
    out: Path | None,
    tipping: bool,
    outcome: str | None,
    quiet: bool,
    dask: str | None = None,
    wishes: Wishes = Wishes(),  # noqa: B008 - never changed
) -> None:
    """Run a deal with each of its stresses and print what they change."""
    _check_wishes(files, tipping, dask, wishes)
    check_files(out, wishes.chart, TABLE)
    if wishes.grid or wishes.standard:
        from risksim.cli.grid import grid
        from risksim.cli.standard import standard

        command = grid if wishes.grid else standard
        command(files, paths, seed, threads, as_json, out, quiet, wishes)
        return
    (file,) = files
    deal = read_deal(file)
    if tipping:
        if dask is not None:
            raise OutputError(
                _("--dask: a tipping table is reckoned on this machine.\n  Leave --dask or --tipping out.")
            )
        from risksim.cli.tipping import tipping as table

        table(deal, paths, seed, threads, as_json, out, outcome, quiet)
        return
    refuse_without(deal)
    from risksim.analysis.stress import stress as ask

    greet(quiet)
    with executor_at(dask) as executor, progress(paths * (1 + len(deal.scenario.stresses)), quiet) as report:
        found = ask(deal, paths, seed, threads, report, executor)
    said = said_of(deal, found, paths, seed)
    save(out, None, said, lambda: as_csv(said))
    if as_json:
        show(as_text(said))
        return
    show(_page(deal, found, paths, seed))
    mark(api.constants_for_investors(deal))


def _check_wishes(files: list[str], tipping: bool, dask: str | None, wishes: Wishes) -> None:
    """Refuse options that have no place beside each other, before any work is done."""
    kinds = {"--standard": wishes.standard, "--grid": bool(wishes.grid), "--tipping": tipping}
    asked = [name for name, there in kinds.items() if there]
    if len(asked) > 1:
        raise OutputError(
            _("{names}: each is a question of its own.\n  Ask one, then the other.", names=_(" and ").join(asked))
        )
    if not wishes.standard and (len(files) > 1 or any(api.is_pattern(file) for file in files)):
        raise OutputError(
            _(
                "{files}: got several files; the stresses that a file names are asked of one.\n"
                "  Add --standard for the same stresses of all of them, or see  risksim batch --stresses",
                files=files[-1],
            )
        )
    if wishes.own and not wishes.standard and asked:
        raise OutputError(
            _("--own: stands beside --standard, and not beside {asked}.\n  Leave it out.", asked=asked[0])
        )
    if wishes.show is not None and not wishes.grid:
        raise OutputError(_("--show {show}: says what a grid shows.\n  Add --grid, or leave it out.", show=wishes.show))
    if wishes.chart is not None and not (wishes.standard or wishes.grid):
        raise OutputError(
            _("--chart: the stresses of a file are a table.\n  Add --standard or --grid, or leave it out.")
        )
    if wishes.resume is not None and not wishes.standard:
        raise OutputError(_("--resume: keeps the rows of several files.\n  Add --standard, or leave it out."))
    if dask is not None and asked and not tipping:
        raise OutputError(_("--dask: {asked} is reckoned on this machine.\n  Leave --dask out.", asked=asked[0]))


def _page(deal: api.Deal, found: Stresses, paths: int, seed: int) -> str:
    from risksim.report.stress import FiguresOf, Footing, StressOf, stresses

    plan = deal.plan
    foot = Footing(plan.name, plan.currency, found.hurdle, paths, seed, plan.digest, version("risksim-dsi"))
    lines = tuple(
        StressOf(one.name, one.changes, FiguresOf(*one.values), FiguresOf(*one.difference), one.p_differs)
        for one in found.stresses
    )
    return stresses(foot, FiguresOf(*found.base), lines)
