"""``risksim value``: what is it worth to know more before deciding?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from risksim import api
from risksim.cli.output import OutputError, mark, show
from risksim.cli.questions_output import check_files, greet, in_tongue, limits_beside, one_or_all, read_deal, save
from risksim.cli.run import progress
from risksim.language import _
from risksim.replies.form import as_text
from risksim.replies.value import all_paths, pilot_of, said_of, tells_of_public_money


class Wishes(NamedTuple):
    """What may be asked for beside the value of knowing all."""

    decides: str
    terms: tuple[str, ...]
    hurdle: float | None
    people: int | None
    outcome: str | None
    cost: float
    serves: float
    delay: float
    lapse: float


def value(
    file: str,
    wishes: Wishes,
    paths: int | None,
    seed: int,
    threads: int,
    as_json: bool,
    out: Path | None,
    chart: Path | None,
    quiet: bool,
) -> None:
    """Say what knowing more is worth to whoever decides."""
    check_files(out, chart)
    if wishes.people is None and (wishes.outcome is not None or wishes.cost):
        raise OutputError(_("--cost and --for are of a pilot, and none was given. Try --pilot 25 --cost 200000"))
    deal = read_deal(file, funded=False)

    from risksim.analysis.value import value as ask
    from risksim.report.value import Footing, charts
    from risksim.report.value import value as page

    pilot = pilot_of(wishes.people, wishes.outcome, wishes.cost, wishes.serves, wishes.lapse, wishes.delay)
    greet(quiet)
    with progress(all_paths(deal, wishes.decides, wishes.terms, paths), quiet) as report:
        found = ask(
            deal,
            wishes.decides,
            paths,
            seed,
            threads,
            terms=wishes.terms,
            hurdle=wishes.hurdle,
            pilot=pilot,
            progress=report,
        )
    plan, said = deal.plan, said_of(deal, found, seed)
    drawn = in_tongue(said["charts"], lambda: charts(plan.name, plan.currency, found))
    save(out, chart, said, drawn=one_or_all(drawn))
    if as_json:
        show(as_text(said))
        return
    how = f"{found.paths:,} paths, seed {seed}, {found.engine} engine"
    if found.engine == "exact":
        how = "Solved exactly, no simulation error"
    foot = Footing(plan.name, plan.currency, found.hurdle, how, plan.digest, version("risksim-dsi"))
    show(page(foot, found) + limits_beside(tells_of_public_money(deal, found)))
    mark(api.constants_in_use(deal))
