"""``risksim sensitivity``: which numbers does the answer hang on?"""

from __future__ import annotations

from pathlib import Path

from risksim import api
from risksim.cli.output import mark, show
from risksim.cli.questions_output import TABLE, check_files, greet, limits_beside, read_deal, save
from risksim.cli.run import progress
from risksim.replies.form import as_text
from risksim.replies.sensitivity import as_csv, said_of, tells_of_public_money, told_of


def sensitivity(
    file: str,
    paths: int,
    seed: int,
    threads: int,
    given_data: bool,
    sobol: bool,
    as_json: bool,
    out: Path | None,
    chart: Path | None,
    quiet: bool,
) -> None:
    """Say which numbers the answer of a deal hangs on."""
    check_files(out, chart, TABLE)
    deal = read_deal(file)

    from risksim.analysis.sensitivity import all_paths, check
    from risksim.analysis.sensitivity import sensitivity as ask
    from risksim.report.sensitivity import page, together

    check(deal)
    greet(quiet)
    with progress(all_paths(deal, paths, tornado=not given_data, sobol=sobol), quiet) as report:
        found = ask(deal, paths, seed, threads, tornado=not given_data, sobol=sobol, progress=report)
    told = told_of(deal, found, seed)
    said = said_of(deal, found, paths, seed)
    save(out, chart, said, lambda: as_csv(said), together(told))
    if as_json:
        show(as_text(said))
        return
    show(page(told) + limits_beside(tells_of_public_money(found)))
    mark(api.constants_in_use(deal))
