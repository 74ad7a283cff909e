"""What the commands that answer questions have in common: JSON with charts, files, kindness on the first run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from risksim import api
from risksim.cli.output import OutputError, check_folder, talk, write
from risksim.language import N_, _, spoken
from risksim.replies.form import as_text

TABLE = {".csv": N_("its table"), ".json": N_("all")}
"""Endings under which an answer with a table is saved, and what of it."""
ALL = {".json": N_("all")}
"""Endings under which an answer without one is saved."""
CHARTS = {".json": "Vega-Lite"}


def check_files(out: Path | None, chart: Path | None = None, endings: dict[str, str] = ALL) -> None:
    """Refuse files that cannot be written, before any work is done.

    Parameters
    ----------
    out, chart : Path or None
        What ``--out`` and ``--chart`` name.
    endings : dict of str
        What is saved under each ending of ``--out``.

    Raises
    ------
    OutputError
        If one of them cannot be written, or not under that ending.
    """
    for option, file, allowed in (("--out", out, endings), ("--chart", chart, CHARTS)):
        if file is None:
            continue
        if file.suffix not in allowed:
            forms = _(" or ").join(f"{ending} ({_(what)})" for ending, what in allowed.items())
            raise OutputError(
                _(
                    "{option} {file}: got the ending '{suffix}'; this is saved as {forms}.\n"
                    "  Try {option} {with_suffix}",
                    option=option,
                    file=file,
                    suffix=file.suffix,
                    forms=forms,
                    with_suffix=file.with_suffix(next(iter(allowed))),
                )
            )
        check_folder(file)


def read_deal(file: str, *, funded: bool = True) -> api.Deal:
    """The deal of a question that is asked of one deal; `funded` as in `risksim.api.read`.

    Raises
    ------
    OutputError
        If the file lists deals.
    """
    if api.lists_deals(file):
        raise OutputError(
            _(
                "{file}: got a portfolio; this question is asked of one deal.\n"
                "  Name one of the deals that it lists, or see  risksim pool --help",
                file=file,
            )
        )
    return api.read(file, funded=funded)


def greet(quiet: bool) -> None:
    """Say why the first run takes longer."""
    if not quiet and api.first_run_on_this_machine():
        talk(_("First run on this machine: compiling the kernels once, a few seconds ..."))


def one_or_all(charts: dict[str, Any]) -> dict[str, Any]:
    """What goes to a chart file: the chart itself where there is one, else all by name."""
    return next(iter(charts.values())) if len(charts) == 1 else charts


def save(
    out: Path | None,
    chart: Path | None,
    said: dict[str, Any],
    as_csv: Callable[[], str] | None = None,
    drawn: dict[str, Any] | None = None,
) -> None:
    """Write what was asked for, and say where.

    Parameters
    ----------
    out, chart : Path or None
        What ``--out`` and ``--chart`` name.
    said : dict
        The answer in JSON.
    as_csv : callable, optional
        Its table, where it has one.
    drawn : dict, optional
        What goes to the chart file; left out, the charts by name, or the chart itself where there is one.
    """
    if out is not None:
        write(out, as_csv() if as_csv is not None and out.suffix == ".csv" else as_text(said))
        talk(_("Wrote {file}.", file=out))
    if chart is not None:
        drawn = one_or_all(said["charts"]) if drawn is None else drawn
        write(chart, as_text(drawn))
        talk(_("Wrote {file}.", file=chart))


def in_tongue(english: dict[str, Any], draw: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Charts in the language spoken, as `--chart` draws them; JSON holds them in English in every language."""
    return english if spoken() == "en" else draw()


@contextmanager
def counted(what: str, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """How much was done so far, on stderr where somebody watches; nothing in a log file."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} " + what), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done: bar.update(task, completed=done)


def limits_beside(tells_of_public_money: bool) -> str:
    """The same as text: it stands below every page that shows public money."""
    if not tells_of_public_money:
        return ""
    from risksim.report.purse import known_limits

    return known_limits()
