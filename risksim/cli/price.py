"""``risksim price``: which terms keep the limits at least cost?"""

from __future__ import annotations

import csv
import io
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.cli.output import OutputError, as_text, check_folder, mark, plain, show, talk, write
from risksim.cli.stress import check_out, envelope

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
    if out is not None:
        check_out(out)
    if chart is not None:
        _check_chart(chart)
    deal = api.read(file, funded=True)

    from risksim.analysis.price import price as ask
    from risksim.analysis.price_limits import read_limits
    from risksim.report.price import charts, page

    limits = read_limits(deal, asked.investor, asked.payer, asked.budget, asked.public)
    if not quiet and api.first_run_on_this_machine():
        talk("First run on this machine: compiling the kernels once, a few seconds ...")
    found = ask(deal, asked, paths, seed, threads, engine)
    told = _page(deal, found, [limit.is_money for limit in limits], paths, seed)
    specs = charts(told)
    said = envelope(SCHEMA, deal, paths, seed) | plain(found) | {"charts": specs}
    if out is not None:
        write(out, as_text(said) if out.suffix == ".json" else _as_csv(found))
        talk(f"Wrote {out}.")
    if chart is not None:
        if not specs:
            raise OutputError("--chart: got terms of which one is best for everybody; there is nothing to draw.")
        write(chart, as_text(specs["pareto"]))
        talk(f"Wrote {chart}.")
    if as_json:
        show(as_text(said))
        return
    show(page(told))
    mark(api.constants_in_use(deal))


def _check_chart(chart: Path) -> None:
    if chart.suffix != ".json":
        raise OutputError(
            f"{chart}: got the ending '{chart.suffix}'; a chart is written as a Vega-Lite specification, .json.\n"
            f"  Try --chart {chart.with_suffix('.json')}"
        )
    check_folder(chart)


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
