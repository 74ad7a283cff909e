"""``risksim tail``: how bad can it get?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from risksim import api
from risksim.cli.output import mark, show
from risksim.cli.questions_output import TABLE, check_files, greet, read_deal, save
from risksim.cli.run import progress
from risksim.replies.asking import with_stress
from risksim.replies.form import as_text, named
from risksim.replies.tail import as_csv, said_of

if TYPE_CHECKING:
    from risksim.analysis.tail import Tail


def tail(
    file: str,
    paths: int,
    seed: int,
    threads: int,
    level: float,
    stress: str | None,
    as_json: bool,
    out: Path | None,
    quiet: bool,
) -> None:
    """Look at the worst futures of a deal and print how likely and how bad they are."""
    check_files(out, endings=TABLE)
    deal = with_stress(read_deal(file), stress)

    from risksim.analysis.tail import all_paths, check
    from risksim.analysis.tail import tail as ask

    check(deal, paths, level)
    greet(quiet)
    with progress(all_paths(paths), quiet) as report:
        found = ask(deal, paths, seed, threads, level, report)
    said = said_of(deal, stress, found, paths, seed)
    save(out, None, said, lambda: as_csv(said))
    if as_json:
        show(as_text(said))
        return
    show(_page(deal, stress, found, paths, seed))
    mark(api.constants_for_investors(deal))


def _page(deal: api.Deal, stress: str | None, found: Tail, paths: int, seed: int) -> str:
    from risksim.report.tail import FigureOf, Footing, WeightsOf, tail

    plan = deal.plan
    foot = Footing(
        named(plan.name, stress),
        plan.currency,
        found.hurdle,
        found.level,
        paths,
        found.pilot_paths,
        seed,
        plan.digest,
        version("risksim-dsi"),
    )
    figures = tuple(FigureOf(*one) for one in found.figures)
    shifted = tuple((one.name, one.by) for one in found.shifted)
    return tail(foot, figures, WeightsOf(*found.weights), shifted, found.warnings)
