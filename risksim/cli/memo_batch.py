"""``risksim batch --memo``: a memo for each of many deals, and a page that lists them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import typer

from risksim import api
from risksim.cli.memo import (
    WRITERS,
    Wishes,
    check_forms,
    forms_of,
    load,
    made_folder,
    progress,
    read_date,
    read_template,
    written,
)
from risksim.cli.output import OutputError, talk, write, write_bytes
from risksim.cli.questions_output import greet
from risksim.errors import RisksimError
from risksim.language import _, speaking
from risksim.report.forms import render

if TYPE_CHECKING:
    from risksim.analysis.batch import Bad, Row
    from risksim.analysis.facts import How

FOLDER = Path("memos")
"""Where memos go unless said otherwise."""
INDEX = "index.html"
FAULTY = 2
"""Exit code where a file has no memo."""


class _Made(NamedTuple):
    """A memo that was written."""

    file: str
    deal: str
    currency: str
    capital: float | None
    row: Row | None
    names: tuple[tuple[str, str], ...]


def memos(
    files: list[str], wishes: Wishes, how: How, by: str | None = None, *, keep_going: bool = True, quiet: bool = False
) -> None:
    """Write a memo for each deal, and a page that lists them; say at the end what went wrong."""
    from risksim.analysis.batch import Bad, found_files
    from risksim.analysis.ranking import check_measure

    check_measure(by)
    date, forms = read_date(wishes.date), forms_of(wishes.forms)
    folder = _folder(wishes.out or FOLDER)
    check_forms(forms)
    template = read_template(wishes.template, forms)
    bad: list[Bad] = []
    named = found_files(files, bad)
    stems = _stems(named)
    made: list[_Made] = []
    with speaking(wishes.language):
        greet(quiet)
        try:
            with progress(quiet) as report:
                for number, file in enumerate(named):
                    if bad and not keep_going:
                        break
                    told = _of_many(report, number, len(named), stems[file])
                    try:
                        made.append(_one(file, folder / stems[file], forms, how, (date, template), told))
                    except RisksimError as error:
                        bad.append(Bad(file, None, str(error)))
                    if not quiet and not sys.stderr.isatty():  # a log shows that it goes on
                        talk(_("{number} of {files}, {file}", number=number + 1, files=len(named), file=stems[file]))
        finally:  # whoever interrupts it finds what is done
            if made:
                write(folder / INDEX, _index(_sorted(made, by), bad, how))
                talk(_("Wrote {file}.", file=folder / INDEX))
    if bad:
        from risksim.report.batch import BadOf, not_done

        talk("\n" + not_done(tuple(BadOf(*one) for one in bad), memos=True).rstrip())
        raise typer.Exit(FAULTY)


def _folder(folder: Path) -> Path:
    """The folder of the memos, made where it is not there."""
    if folder.suffix and not folder.is_dir():
        raise OutputError(
            _(
                "--out {folder}: many memos go into a folder.\n  Name one, as --out {example}",
                folder=folder,
                example=FOLDER,
            )
        )
    return made_folder(folder)


def _stems(files: Sequence[str]) -> dict[str, str]:
    """What the memo of each file is named after: a file of the same name as one before it gets a number."""
    found: dict[str, str] = {}
    for file in files:
        stem, number = Path(file).stem, 1
        name = stem
        while name in found.values():
            number += 1
            name = f"{stem}-{number}"
        found[file] = name
    return found


def _of_many(
    report: Callable[[int, int, str], None], number: int, files: int, stem: str
) -> Callable[[int, int, str], None]:
    where = _("{number} of {files}, {file}", number=number + 1, files=files, file=stem)
    return lambda done, of, what: report(done, of, f"{where}: {_(what)}")


def _one(
    file: str,
    target: Path,
    forms: tuple[str, ...],
    how: How,
    looks: tuple[Any, bytes | None],
    report: Callable[[int, int, str], None],
) -> _Made:
    """The memo of one file, and its row of the ranking on the same paths; `looks` are its date and its template."""
    kind = "portfolio" if api.lists_deals(file) else "deal"
    what: Any = api.read_portfolio(file) if kind == "portfolio" else [api.read(file)]
    kept: dict[str, Any] = {}
    date, template = looks
    writer = load(*WRITERS[kind])

    def write_it(found: Any, day: Any) -> Any:
        kept["found"] = found
        return writer(found, day)

    document = written(kind, what, write_it, how, date, report)
    names = []
    for form in forms:
        place = target.with_name(f"{target.name}-memo.{form}")
        write_bytes(place, render(document, form, template))
        names.append((form, quote(place.name)))
    found = kept["found"]
    if kind == "portfolio":
        drawn = None if found.summary is None else found.summary.fund.drawn
        capital = None if drawn is None or drawn.sd.value != 0.0 else drawn.mean.value
        deal, currency = found.name, found.currency
    else:
        capital, deal, currency = found.deal.capital, found.deal.name, found.deal.currency
    row = _row(file, found.provenance.paths, how) if found.summary is not None else None
    return _Made(file, deal, currency, capital, row, tuple(names))


def _row(file: str, paths: int, how: How) -> Row | None:
    from risksim.analysis.batch import batch

    rows = batch([file], paths, how.seed, how.threads, engine=how.engine, ranked=True).rows
    return rows[0] if rows else None


def _sorted(made: list[_Made], by: str | None) -> list[_Made]:
    """By a measure, the best first; left out, those first that lose least often."""
    from risksim.analysis.ranking import ranked

    def key(one: _Made) -> tuple[bool, float]:
        measures = None if one.row is None else one.row.measures
        return (True, 0.0) if measures is None else ranked(measures, by or "p_loss")

    return sorted(made, key=key)


def _index(made: list[_Made], bad: Sequence[Bad], how: How) -> str:
    from risksim.report.memo_index import FaultOf, MemoOf, index

    rows = [
        MemoOf(
            one.deal,
            one.file,
            one.names,
            one.currency,
            one.capital,
            None if one.row is None or one.row.measures is None else tuple(one.row.measures),
            None if one.row is None else one.row.answer.npv_es95,
        )
        for one in made
    ]
    said = _("Seed {seed}, risksim {version}.", seed=how.seed, version=version("risksim-dsi"))
    return index(rows, [FaultOf(one.file, one.message) for one in bad], said)
