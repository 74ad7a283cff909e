"""``risksim reverse``: what would have to happen for a limit to break?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from risksim import api
from risksim.cli.output import mark, show
from risksim.cli.questions_output import check_files, greet, in_tongue, limits_beside, one_or_all, read_deal, save
from risksim.language import _
from risksim.replies.form import as_text
from risksim.replies.reverse import said_of
from risksim.report.said_below import in_words


@contextmanager
def watch(quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar on stderr where somebody watches, by the numbers that are moved; nothing in a log file."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("reading"), total=None)
        yield lambda words, done, of: bar.update(
            task, description=_("moving {what}", what=in_words(words)), completed=done, total=of
        )


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
    deal = read_deal(file)

    from risksim.analysis.reverse import check, limit_of
    from risksim.analysis.reverse import reverse as ask
    from risksim.report.reverse import Footing, charts
    from risksim.report.reverse import reverse as page

    limit_of(limit)
    check(paths)
    greet(quiet)
    with watch(quiet) as report:
        found = ask(deal, limit, paths, seed, threads, report)
    plan = deal.plan
    said = said_of(deal, found, paths, seed)
    drawn = in_tongue(said["charts"], lambda: charts(plan.name, found))
    save(out, chart, said, drawn=one_or_all(drawn))
    if as_json:
        show(as_text(said))
        return
    foot = Footing(plan.name, plan.currency, found.hurdle, paths, seed, plan.digest, version("risksim-dsi"))
    show(page(foot, found) + limits_beside(api.has_purse(plan)))
    mark(api.constants_in_use(deal))
