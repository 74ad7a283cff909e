"""``risksim compare``: two to four deals, or a deal and its stresses, on the same people and the same luck."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from risksim import api
from risksim.cli.output import mark, show
from risksim.cli.questions_output import TABLE, check_files, greet, in_tongue, limits_beside, save
from risksim.cli.run import progress
from risksim.language import _
from risksim.replies.compare import NoSuchSideError, as_csv, check_stresses, said_of, sides_of
from risksim.replies.form import as_text


def compare(
    files: list[str],
    stresses: list[str],
    paths: int,
    seed: int,
    threads: int,
    engine: str,
    as_json: bool,
    out: Path | None,
    chart: Path | None,
    quiet: bool,
) -> None:
    """Compare deals and print what one leaves more than another."""
    check_files(out, chart, TABLE)
    deals, names = _sides(files, stresses)

    from risksim.analysis.compare import check
    from risksim.analysis.compare import compare as ask
    from risksim.report.compare import Footing, charts, comparison

    check(deals)
    greet(quiet)
    with progress(paths * len(deals), quiet) as report:
        found = ask(deals, names, paths, seed, threads, engine=engine, progress=report)
    said = said_of(found, deals, paths, seed)
    drawn = in_tongue(said["charts"], lambda: charts(found))
    save(out, chart, said, lambda: as_csv(said), drawn)
    if as_json:
        show(as_text(said))
        return
    show(
        comparison(found, Footing(paths, seed, version("risksim-dsi")))
        + limits_beside(all(api.has_purse(deal) for deal in deals))
    )
    for deal in {deal.document.file: deal for deal in deals}.values():
        mark(api.constants_in_use(deal))


def _sides(files: list[str], stresses: list[str]) -> tuple[list[api.Deal], list[str | None]]:
    """The deals of a comparison, and which stress each is."""
    for file in files:
        if api.lists_deals(file):
            raise NoSuchSideError(
                _(
                    "{file}: got a portfolio; a comparison is of deals.\n  Name two of the deals that it lists.",
                    file=file,
                )
            )
    check_stresses(len(files), stresses)
    return sides_of([api.read(file) for file in files], stresses)
