"""``risksim tail``: how bad can it get?"""

from __future__ import annotations

import csv
import io
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from risksim import api
from risksim.cli.output import as_text, mark, plain, show
from risksim.cli.questions_output import TABLE, check_files, envelope, greet, named, read_deal, save, with_stress
from risksim.cli.run import progress

if TYPE_CHECKING:
    from risksim.analysis.tail import Tail

SCHEMA = "risksim.tail/1"


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
    said = envelope(SCHEMA, deal, paths, seed) | plain(found)
    said["scenario"]["stress"] = stress
    save(out, None, said, lambda: _as_csv(found))
    if as_json:
        show(as_text(said))
        return
    show(_page(deal, stress, found, paths, seed))
    mark(api.constants_for_investors(deal))


def _as_csv(found: Tail) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["quantity", "level", "value", "value_standard_error", "plain", "plain_standard_error", "gain"])
    for one in found.figures:
        cells = [one.quantity, one.level, *one.value[:2], *one.plain[:2], one.gain]
        writer.writerow(["" if cell is None or cell != cell else cell for cell in cells])
    return stream.getvalue()


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
