"""``risksim reverse``: what would have to happen for a limit to break?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from risksim import api
from risksim.cli.output import as_text, mark, plain, show, talk
from risksim.cli.questions_output import check_files, envelope, greet, limits_beside, save

SCHEMA = "risksim.reverse/1"


def reverse(
    file: str,
    limit: str,
    paths: int,
    seed: int,
    threads: int,
    as_json: bool,
    out: Path | None,
    chart: Path | None,
    quiet: bool,
) -> None:
    """Say where single numbers, and all together, break a limit."""
    check_files(out, chart)
    deal = api.read(file, funded=True)

    from risksim.analysis.reverse import check, limit_of
    from risksim.analysis.reverse import reverse as ask
    from risksim.report.reverse import Footing, charts
    from risksim.report.reverse import reverse as page

    limit_of(limit)
    check(paths)
    greet(quiet)
    if not quiet:
        talk("The deal is run again for every value that is tried, some hundred times ...")
    found = ask(deal, limit, paths, seed, threads)
    plan = deal.plan
    said = envelope(SCHEMA, deal, paths, seed) | plain(found) | {"charts": charts(plan.name, found)}
    save(out, chart, said)
    if as_json:
        show(as_text(said))
        return
    foot = Footing(plan.name, plan.currency, found.hurdle, paths, seed, plan.digest, version("risksim-dsi"))
    show(page(foot, found) + limits_beside(api.has_purse(plan)))
    mark(api.constants_in_use(deal))
