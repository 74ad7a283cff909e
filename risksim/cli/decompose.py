"""``risksim decompose``: where does the uncertainty come from?"""

from __future__ import annotations

from pathlib import Path

from risksim import api
from risksim.cli.output import mark, show
from risksim.cli.questions_output import TABLE, check_files, greet, in_tongue, limits_beside, read_deal, save
from risksim.cli.run import progress
from risksim.replies.decompose import as_csv, said_of, told_of
from risksim.replies.form import as_text


def decompose(
    file: str, paths: int, seed: int, threads: int, as_json: bool, out: Path | None, chart: Path | None, quiet: bool
) -> None:
    """Deal the variance of a deal out and print where it comes from."""
    check_files(out, chart, TABLE)
    deal = read_deal(file, funded=False)

    from risksim.analysis.decompose import all_paths
    from risksim.analysis.decompose import decompose as ask
    from risksim.report.decompose import decomposition, split_chart

    greet(quiet)
    with progress(all_paths(deal, paths), quiet) as report:
        found = ask(deal, paths, seed, threads, report)
    foot, of = told_of(deal, found, seed)
    said = said_of(deal, found, paths, seed)
    drawn = in_tongue(said["charts"]["split"], lambda: split_chart(foot, of))
    save(out, chart, said, lambda: as_csv(said), drawn)
    if as_json:
        show(as_text(said))
        return
    show(decomposition(foot, of) + limits_beside(api.has_purse(deal)))
    mark(api.constants_in_use(deal))
