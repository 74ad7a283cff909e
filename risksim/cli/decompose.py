"""``risksim decompose``: where does the uncertainty come from?"""

from __future__ import annotations

import csv
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.cli.output import OutputError, as_text, check_folder, mark, plain, show, talk, write
from risksim.cli.run import progress
from risksim.cli.stress import check_out, envelope

if TYPE_CHECKING:
    from risksim.analysis.decompose import Decomposition
    from risksim.report.decompose import Footing, PartsOf

SCHEMA = "risksim.decompose/1"


def decompose(
    file: str, paths: int, seed: int, threads: int, as_json: bool, out: Path | None, chart: Path | None, quiet: bool
) -> None:
    """Deal the variance of a deal out and print where it comes from."""
    if out is not None:
        check_out(out)
    if chart is not None:
        check_chart(chart)
    deal = api.read(file, funded=True)

    from risksim.analysis.decompose import all_paths
    from risksim.analysis.decompose import decompose as ask
    from risksim.report.decompose import decomposition, split_chart

    if not quiet and api.first_run_on_this_machine():
        talk("First run on this machine: compiling the kernels once, a few seconds ...")
    with progress(all_paths(deal, paths), quiet) as report:
        found = ask(deal, paths, seed, threads, report)
    foot, of = told_of(deal, found, seed)
    drawn = split_chart(foot, of)
    said = envelope(SCHEMA, deal, paths, seed) | plain(found) | {"charts": {"split": drawn}}
    if chart is not None:
        write_chart(chart, drawn)
    if out is not None:
        write(out, as_text(said) if out.suffix == ".json" else _as_csv(found))
        talk(f"Wrote {out}.")
    if as_json:
        show(as_text(said))
        return
    show(decomposition(foot, of))
    mark(api.constants_in_use(deal))


def check_chart(chart: Path) -> None:
    """Refuse a chart that cannot be saved, before any work is done."""
    if chart.suffix != ".json":
        raise OutputError(
            f"{chart}: got the ending '{chart.suffix}'; a chart is saved as a Vega-Lite specification, .json.\n"
            f"  Try --chart {chart.with_suffix('.json')}"
        )
    check_folder(chart)


def write_chart(chart: Path, spec: dict[str, Any]) -> None:
    """Save a chart."""
    write(chart, json.dumps(spec, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    talk(f"Wrote {chart}.")


def told_of(deal: api.Deal, found: Decomposition, seed: int) -> tuple[Footing, tuple[PartsOf, ...]]:
    """What the page and the chart are made of."""
    from risksim.report.decompose import Footing, PartsOf, ShareOf

    plan = deal.plan
    foot = Footing(
        plan.name,
        plan.currency,
        found.hurdle,
        found.runs,
        found.paths_each,
        seed,
        plan.digest,
        version("risksim-dsi"),
        len(plan.labels.cohorts) == 1,
    )
    of = tuple(
        PartsOf(one.quantity, one.outcome, one.sd, tuple(ShareOf(*share) for share in one.shares), one.together)
        for one in found.of
    )
    return foot, of


def _as_csv(found: Decomposition) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    head = [f"{name}{end}" for name in ("closed", "total", "shapley") for end in ("", "_standard_error")]
    writer.writerow(["quantity", "outcome", "sd", "factor", *head])
    for one in found.of:
        for share in one.shares:
            cells = [number for part in (share.closed, share.total, share.shapley) for number in part[:2]]
            row = [one.quantity, one.outcome, one.sd, share.factor, *cells]
            writer.writerow(["" if cell is None or cell != cell else cell for cell in row])
    return stream.getvalue()
