"""``risksim stress``: what if a few things were otherwise?"""

from __future__ import annotations

import csv
import io
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from risksim import api
from risksim.cli.output import OutputError, as_text, mark, plain, show
from risksim.cli.questions_output import TABLE, check_files, envelope, greet, read_deal, save
from risksim.cli.run import executor_at, progress
from risksim.errors import RisksimError

if TYPE_CHECKING:
    from risksim.analysis.stress import Stresses

SCHEMA = "risksim.stress/1"
COLUMNS = ("p_loss", "npv", "npv_es95", "repayment")


class NothingAskedError(RisksimError):
    """A file without stresses."""


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
            raise OutputError("--dask: a tipping table is reckoned on this machine.\n  Leave --dask or --tipping out.")
        from risksim.cli.tipping import tipping as table

        table(deal, paths, seed, threads, as_json, out, outcome, quiet)
        return
    if not deal.scenario.stresses:
        raise NothingAskedError(
            f"{deal.document.file}: got no stresses; a stress says by name what is changed.\n"
            "  Add a block such as\n"
            "    stresses:\n"
            "      half the participants:\n"
            "        cohorts[*].participants: {times: 0.5}"
        )
    from risksim.analysis.stress import stress as ask

    greet(quiet)
    with executor_at(dask) as executor, progress(paths * (1 + len(deal.scenario.stresses)), quiet) as report:
        found = ask(deal, paths, seed, threads, report, executor)
    said = envelope(SCHEMA, deal, paths, seed) | plain(found)
    save(out, None, said, lambda: _as_csv(found))
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
        raise OutputError(f"{' and '.join(asked)}: each is a question of its own.\n  Ask one, then the other.")
    if not wishes.standard and (len(files) > 1 or any(api.is_pattern(file) for file in files)):
        raise OutputError(
            f"{files[-1]}: got several files; the stresses that a file names are asked of one.\n"
            "  Add --standard for the same stresses of all of them, or see  risksim batch --stresses"
        )
    if wishes.own and not wishes.standard and asked:
        raise OutputError(f"--own: stands beside --standard, and not beside {asked[0]}.\n  Leave it out.")
    if wishes.show is not None and not wishes.grid:
        raise OutputError(f"--show {wishes.show}: says what a grid shows.\n  Add --grid, or leave it out.")
    if wishes.chart is not None and not (wishes.standard or wishes.grid):
        raise OutputError("--chart: the stresses of a file are a table.\n  Add --standard or --grid, or leave it out.")
    if wishes.resume is not None and not wishes.standard:
        raise OutputError("--resume: keeps the rows of several files.\n  Add --standard, or leave it out.")
    if dask is not None and asked and not tipping:
        raise OutputError(f"--dask: {asked[0]} is reckoned on this machine.\n  Leave --dask out.")


def _as_csv(found: Stresses) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    head = [f"{name}{end}" for name in COLUMNS for end in ("", "_standard_error")]
    writer.writerow(["stress", *head, *(f"difference_{name}" for name in head)])
    for name, values, difference in [
        ("", found.base, None),
        *((s.name, s.values, s.difference) for s in found.stresses),
    ]:
        cells: list[Any] = [number for part in (values, difference or ()) for each in part for number in each[:2]]
        cells += [""] * (4 * len(COLUMNS) - len(cells))
        writer.writerow([name, *("" if cell != cell else cell for cell in cells)])
    return stream.getvalue()


def _page(deal: api.Deal, found: Stresses, paths: int, seed: int) -> str:
    from risksim.report.stress import FiguresOf, Footing, StressOf, stresses

    plan = deal.plan
    foot = Footing(plan.name, plan.currency, found.hurdle, paths, seed, plan.digest, version("risksim-dsi"))
    lines = tuple(
        StressOf(one.name, one.changes, FiguresOf(*one.values), FiguresOf(*one.difference), one.p_differs)
        for one in found.stresses
    )
    return stresses(foot, FiguresOf(*found.base), lines)
