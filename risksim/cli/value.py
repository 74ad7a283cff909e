"""``risksim value``: what is it worth to know more before deciding?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from risksim import api
from risksim.cli.output import OutputError, as_text, mark, plain, show
from risksim.cli.questions_output import (
    check_files,
    drawn_in_both,
    envelope,
    greet,
    limits_beside,
    one_or_all,
    public_limits,
    read_deal,
    save,
)
from risksim.cli.run import progress

SCHEMA = "risksim.value/1"


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
        raise OutputError("--cost and --for are of a pilot, and none was given. Try --pilot 25 --cost 200000")
    deal = read_deal(file, funded=False)

    from risksim.analysis.value import Pilot, engine_of
    from risksim.analysis.value import value as ask
    from risksim.report.value import Footing, charts
    from risksim.report.value import value as page

    pilot = None
    if wishes.people is not None:
        pilot = Pilot(wishes.people, wishes.outcome, wishes.cost, wishes.serves, wishes.lapse, wishes.delay)
    greet(quiet)
    points = len(wishes.terms) == 0 and wishes.decides == "investor" and engine_of([deal], "investor") == "conditional"
    n_paths = paths or (api.POINTS if points else api.PATHS)
    with progress(n_paths * (1 + len(wishes.terms)), quiet) as report:
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
    plan = deal.plan
    specs, drawn = drawn_in_both(lambda: charts(plan.name, plan.currency, found))
    public = wishes.decides != "investor" and api.has_purse(plan)
    said = envelope(SCHEMA, deal, found.paths, seed) | plain(found) | public_limits(public) | {"charts": specs}
    save(out, chart, said, drawn=one_or_all(drawn))
    if as_json:
        show(as_text(said))
        return
    how = f"{found.paths:,} paths, seed {seed}, {found.engine} engine"
    if found.engine == "exact":
        how = "Solved exactly, no simulation error"
    foot = Footing(plan.name, plan.currency, found.hurdle, how, plan.digest, version("risksim-dsi"))
    show(page(foot, found) + limits_beside(public))
    mark(api.constants_in_use(deal))
