"""``risksim sensitivity``: which numbers does the answer hang on?"""

from __future__ import annotations

import csv
import io
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from risksim import api
from risksim.cli.output import as_text, mark, plain, show
from risksim.cli.questions_output import (
    TABLE,
    check_files,
    drawn_in_both,
    envelope,
    greet,
    limits_beside,
    public_limits,
    read_deal,
    save,
)
from risksim.cli.run import progress

if TYPE_CHECKING:
    from risksim.analysis.judgements import Judged
    from risksim.analysis.sensitivity import Sensitivity
    from risksim.report.sensitivity import JudgedOf, Told

SCHEMA = "risksim.sensitivity/1"


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
    from risksim.report.sensitivity import charts, page, together

    check(deal)
    greet(quiet)
    with progress(all_paths(deal, paths, tornado=not given_data, sobol=sobol), quiet) as report:
        found = ask(deal, paths, seed, threads, tornado=not given_data, sobol=sobol, progress=report)
    told = told_of(deal, found, seed)
    said = envelope(SCHEMA, deal, paths, seed) | plain(found)
    public = any(one.net_benefit is not None for one in found.judged)
    said |= public_limits(public) | {"charts": drawn_in_both(lambda: charts(told))[0]}
    save(out, chart, said, lambda: _as_csv(found), together(told))
    if as_json:
        show(as_text(said))
        return
    show(page(told) + limits_beside(public))
    mark(api.constants_in_use(deal))


def told_of(deal: api.Deal, found: Sensitivity, seed: int) -> Told:
    """What the page and the charts are made of."""
    from risksim.report.sensitivity import BarOf, EndsOf, IndexOf, InputOf, PointsOf, SobolOf, Told

    plan, indices = deal.plan, found.sobol
    return Told(
        deal=plan.name,
        currency=plan.currency,
        hurdle=found.hurdle,
        base_npv=found.base_npv,
        base_p_loss=found.base_p_loss,
        paths=found.paths,
        seed=seed,
        digest=plan.digest,
        version=version("risksim-dsi"),
        one_cohort=len(plan.labels.cohorts) == 1,
        inputs=tuple(InputOf(*one) for one in found.inputs),
        given_data=tuple(IndexOf(*one) for one in found.given_data),
        tornado=tuple(BarOf(*one[:3], EndsOf(*one.npv), EndsOf(*one.p_loss)) for one in found.tornado),
        tornado_paths=found.tornado_paths,
        sobol=() if indices is None else tuple(SobolOf(*one) for one in indices.inputs),
        sobol_paths=0 if indices is None else indices.paths_each,
        sobol_inner=0 if indices is None else indices.inner,
        box_of=found.discovery.of,
        box_inputs=found.discovery.inputs,
        box=found.discovery.box,
        guesses=found.guesses,
        judged=tuple(_judged_of(one) for one in found.judged),
        points=PointsOf(*found.points),
    )


def _judged_of(one: Judged) -> JudgedOf:
    from risksim.report.sensitivity import EndsOf, JudgedOf

    npv, p_loss, net_benefit = (
        None if ends is None else EndsOf(*ends) for ends in (one.npv, one.p_loss, one.net_benefit)
    )
    return JudgedOf(
        one.key, one.what, one.value, one.where, one.low_value, one.high_value, npv, p_loss, net_benefit, one.reason
    )


def _as_csv(found: Sensitivity) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = [
        "npv_share",
        "p_loss_share",
        "npv_low",
        "npv_high",
        "npv_swing",
        "p_loss_low",
        "p_loss_high",
        "p_loss_swing",
    ]
    names += ["npv_first", "npv_total", "p_loss_first", "p_loss_total"]
    head = [f"{name}{end}" for name in names for end in ("", "_standard_error")]
    writer.writerow(["input", "unit", "mean", "is_assumption", "low_value", "high_value", *head])
    inputs = {one.input: one for one in found.inputs}
    bars = {bar.input: bar for bar in found.tornado}
    indices = {one.input: one for one in (found.sobol.inputs if found.sobol is not None else ())}
    for one in found.given_data:
        told, bar, index = inputs[one.input], bars.get(one.input), indices.get(one.input)
        estimates = [one.npv, one.p_loss, *((*bar.npv, *bar.p_loss) if bar is not None else (None,) * 6)]
        estimates += index[1:] if index is not None else (None,) * 4
        cells = [told.input, told.unit, told.mean, int(told.is_assumption)]
        cells += [bar.low_value, bar.high_value] if bar is not None else [None, None]
        cells += [number for each in estimates for number in (each[:2] if each is not None else (None, None))]
        writer.writerow(["" if cell is None or cell != cell else cell for cell in cells])
    return stream.getvalue()
