"""``risksim price``: which terms keep the limits at least cost?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from risksim import api
from risksim.cli.output import OutputError, mark, show
from risksim.cli.questions_output import (
    TABLE,
    check_files,
    counted,
    greet,
    in_tongue,
    limits_beside,
    one_or_all,
    read_deal,
    save,
)
from risksim.language import _
from risksim.replies.form import as_text
from risksim.replies.price import as_csv, page_of, said_of

if TYPE_CHECKING:
    from risksim.analysis.price import Asked


def price(
    file: str,
    asked: Asked,
    paths: int,
    seed: int,
    threads: int,
    engine: str,
    as_json: bool,
    out: Path | None,
    chart: Path | None,
    quiet: bool,
) -> None:
    """Solve for terms and print them, what they attain and what they cost."""
    check_files(out, chart, TABLE)
    deal = read_deal(file)

    from risksim.analysis.price import price as ask
    from risksim.analysis.price_limits import read_limits
    from risksim.report.price import charts, page

    read_limits(deal, asked.investor, asked.payer, asked.budget, asked.public)
    greet(quiet)
    with counted(_("terms tried"), quiet) as report:
        found = ask(deal, asked, paths, seed, threads, engine, report)
    told = page_of(deal, asked, found, paths, seed)
    said = said_of(deal, asked, found, paths, seed)
    save(out, None, said, lambda: as_csv(said))
    if chart is not None and not said["charts"]:
        raise OutputError(_("--chart: got terms of which one is best for everybody; there is nothing to draw."))
    save(None, chart, said, drawn=one_or_all(in_tongue(said["charts"], lambda: charts(told))))
    if as_json:
        show(as_text(said))
        return
    show(page(told) + limits_beside(bool(asked.public)))
    mark(api.constants_in_use(deal))
