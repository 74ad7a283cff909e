"""``risksim price``: which terms keep the limits at least cost?"""

from __future__ import annotations

import csv
import io
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.cli.output import OutputError, as_text, mark, plain, show
from risksim.cli.questions_output import (
    TABLE,
    check_files,
    counted,
    drawn_in_both,
    envelope,
    greet,
    limits_beside,
    one_or_all,
    public_limits,
    read_deal,
    save,
)
from risksim.language import _

if TYPE_CHECKING:
    from risksim.analysis.price import Asked, Priced
    from risksim.report.price import Page

SCHEMA = "risksim.price/1"


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

    limits = read_limits(deal, asked.investor, asked.payer, asked.budget, asked.public)
    greet(quiet)
    with counted(_("terms tried"), quiet) as report:
        found = ask(deal, asked, paths, seed, threads, engine, report)
    told = _page(deal, found, [limit.is_money for limit in limits], paths, seed)
    specs, drawn = drawn_in_both(lambda: charts(told))
    said = envelope(SCHEMA, deal, paths, seed) | plain(found) | public_limits(bool(asked.public)) | {"charts": specs}
    save(out, None, said, lambda: _as_csv(found))
    if chart is not None and not specs:
        raise OutputError("--chart: got terms of which one is best for everybody; there is nothing to draw.")
    save(None, chart, said, drawn=one_or_all(drawn))
    if as_json:
        show(as_text(said))
        return
    show(page(told) + limits_beside(bool(asked.public)))
    mark(api.constants_in_use(deal))


def _as_csv(found: Priced) -> str:
    """The Pareto set, a row each."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    places = [term.place for term in found.terms]
    writer.writerow([*places, "p_loss", "p_loss_standard_error", "cost", "cost_standard_error", "holds", "chosen"])
    for one in found.pareto:
        cells: list[Any] = [*one.terms, *one.p_loss[:2], *one.cost[:2], int(one.holds), int(one.chosen)]
        writer.writerow(["" if cell is None or cell != cell else cell for cell in cells])
    return stream.getvalue()


def _page(deal: api.Deal, found: Priced, money: list[bool], paths: int, seed: int) -> Page:
    from risksim.report import price as report

    plan = deal.plan

    def point(one: Any) -> report.PointOf | None:
        return None if one is None else report.PointOf(*one)

    again = found.again
    return report.Page(
        plan.name,
        plan.currency,
        found.minimised,
        _how(found, paths, seed),
        plan.digest,
        version("risksim-dsi"),
        found.hurdle,
        found.margin,
        tuple(report.TermOf(*term) for term in found.terms),
        tuple(report.LimitOf(*pair) for pair in zip(found.limits, money, strict=True)),
        point(found.base),
        point(found.solved),
        found.binding,
        found.monotone,
        tuple(report.RelaxationOf(*one) for one in found.relaxations),
        tuple(report.ParetoOf(*one) for one in found.pareto),
        None if found.break_even is None else report.BreakEvenOf(*found.break_even),
        None if again is None else report.AgainOf(again.engine, again.paths, again.seed, report.PointOf(*again.point)),
        found.candidates,
        found.remarks,
    )


def _how(found: Priced, paths: int, seed: int) -> str:
    if found.noise_free:
        return "Exact engine, no simulation error"
    return f"{paths:,} {'points' if found.engine == 'conditional' else 'paths'}, seed {seed}, {found.engine} engine"
