"""``risksim memo``: what a board reads of a deal, of several side by side, or of a portfolio."""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from risksim import api
from risksim.cli import garbage
from risksim.cli.output import OutputError, check_folder, talk, write_bytes
from risksim.cli.questions_output import greet
from risksim.language import Language, _, speaking
from risksim.report.forms import FORMS, MAKERS, missing, render

if TYPE_CHECKING:
    from risksim.analysis.facts import How
    from risksim.report.document import Document


WRITERS = {
    "deal": ("risksim.report.memo.write", "memo"),
    "comparison": ("risksim.report.memo.comparison", "comparison"),
    "portfolio": ("risksim.report.memo.portfolio", "portfolio"),
}
"""Who writes each kind of memo: ``write(facts, date) -> Document`` in the language spoken."""
NAMELESS = "deal"
"""What a memo of standard input is named after."""


class Wishes(NamedTuple):
    """What is asked for."""

    language: Language = "en"
    forms: str | None = None
    """Endings joined by commas; left out, pdf."""
    out: Path | None = None
    """A folder, or a file whose ending names its form."""
    date: str | None = None
    """As ``2026-11-22``; printed on the memo."""
    template: Path | None = None
    """A Word file in whose styles the memo is made."""


def memo(files: Sequence[str], wishes: Wishes, how: How, quiet: bool) -> None:
    """Write the memo of a deal or a portfolio, or of several deals side by side."""
    date = read_date(wishes.date)
    if not files:
        raise OutputError(_("memo: got no file.\n  Name a scenario or a portfolio, as risksim memo deal.yaml"))
    several = len(files) > 1
    stem = "comparison" if several else stem_of(files[0])
    targets = targets_of(wishes, stem)
    check_forms(targets)
    template = read_template(wishes.template, targets)
    portfolios = [file for file in files if api.lists_deals(file)]
    if several and portfolios:
        raise OutputError(
            _(
                "{portfolios}: got a portfolio beside other files; deals are put side by side, not portfolios.\n"
                "  Make a memo of the portfolio by itself, or name the files of its deals.",
                portfolios=portfolios[0],
            )
        )
    what: Any = api.read_portfolio(files[0]) if portfolios else [api.read(file) for file in files]
    kind = "portfolio" if portfolios else "comparison" if several else "deal"
    writer = load(*WRITERS[kind])
    with speaking(wishes.language):
        greet(quiet)
        with progress(quiet) as report:
            document = written(kind, what, writer, how, date, report)
            for form, target in targets.items():
                report(0, 1, _("writing {file}", file=target.name))
                write_bytes(target, render(document, form, template))
        for target in targets.values():
            talk(_("Wrote {file}.", file=target))


def written(
    kind: str,
    what: Any,
    writer: Callable[..., Document],
    how: How,
    date: dt.date | None,
    report: Callable[[int, int, str], None] | None,
) -> Document:
    """Find what a memo says and write it in the language spoken.

    Parameters
    ----------
    kind : str
        One of `WRITERS`.
    what : list of Deal, or Portfolio
        Of what.
    writer : callable
        Who writes it.
    how : How
        How it is found.
    date : date, optional
        Printed on it.
    report : callable, optional
        Told how much is done, of how much, and what is being done.

    Returns
    -------
    Document
    """
    from risksim.analysis.facts import facts
    from risksim.analysis.many_facts import compared, portfolio_facts

    found: Any
    if kind == "portfolio":
        found = portfolio_facts(what, how, report)
    elif kind == "comparison":
        found = compared(what, how, report)
    else:
        found = facts(what[0], how, report)
    return writer(found, date)


# Files


def stem_of(file: str) -> str:
    """The name of a scenario file without its folders and its ending."""
    return NAMELESS if file == "-" else Path(file).stem


def forms_of(forms: str | None) -> tuple[str, ...]:
    """The forms asked for, each once.

    Raises
    ------
    OutputError
        If one of them is none.
    """
    found = tuple(dict.fromkeys(part.strip().lower().lstrip(".") for part in (forms or "pdf").split(",")))
    for form in found:
        if form not in FORMS:
            raise OutputError(
                _(
                    "--format: got '{form}'; a memo is made as {names}.\n  Try --format pdf,docx",
                    form=form,
                    names=", ".join(FORMS),
                )
            )
    return found


def targets_of(wishes: Wishes, stem: str) -> dict[str, Path]:
    """The file of each form.

    Raises
    ------
    OutputError
        If one of them cannot be written.
    """
    out, name = wishes.out, f"{stem}-memo"
    if out is not None and not out.is_dir() and out.suffix:
        form = out.suffix[1:].lower()
        if form not in FORMS:
            endings = ", ".join(f".{one}" for one in FORMS)
            raise OutputError(
                _(
                    "--out {out}: got the ending '{suffix}'; a memo is saved as {endings}.\n  Try --out {with_suffix}",
                    out=out,
                    suffix=out.suffix,
                    endings=endings,
                    with_suffix=out.with_suffix(".pdf"),
                )
            )
        if wishes.forms is not None and forms_of(wishes.forms) != (form,):
            raise OutputError(
                _(
                    "--out {out}: one file has one form, and --format asks for {names}.\n"
                    "  Name a folder, as --out {parent}, or leave --format out.",
                    out=out,
                    names=", ".join(forms_of(wishes.forms)),
                    parent=out.parent,
                )
            )
        check_folder(out)
        return {form: out}
    folder = Path() if out is None else made_folder(out)
    targets = {form: folder / f"{name}.{form}" for form in forms_of(wishes.forms)}
    for target in targets.values():
        check_folder(target)
    return targets


def made_folder(folder: Path) -> Path:
    """A folder of memos, made where it is not there.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            _(
                "--out {folder}: cannot be made ({reason}).\n  Name another folder.",
                folder=folder,
                reason=error.strerror,
            )
        ) from error
    return folder


def read_date(text: str | None) -> dt.date | None:
    """The date that is printed on a memo.

    Raises
    ------
    OutputError
        If it is none.
    """
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise OutputError(_("--date: got '{text}', which is no date.\n  Try --date 2026-11-22", text=text)) from None


def refuse_beside_memos(options: dict[str, bool]) -> None:
    """Refuse options of a table that make no memo.

    Raises
    ------
    OutputError
        With the first of them.
    """
    for option, given in options.items():
        if given:
            raise OutputError(
                _("{option}: belongs to the table, not to memos.\n  Leave it out, or leave --memo out.", option=option)
            )


# Word in the styles of a board


def read_template(file: Path | None, forms: Iterable[str]) -> bytes | None:
    """A Word template, read and held against the styles of a memo before any work is done.

    Parameters
    ----------
    file : Path, optional
        A .docx file.
    forms : iterable of str
        The forms asked for.

    Returns
    -------
    bytes, optional

    Raises
    ------
    OutputError
        If it cannot be read, or no Word file is asked for.
    TemplateError
        If it is no Word file, or lacks a style.
    """
    if file is None:
        return None
    if "docx" not in forms:
        raise OutputError(_("--template {file}: is for Word, which is not asked for.\n  Add --format docx", file=file))
    try:
        template = file.read_bytes()
    except OSError as error:
        raise OutputError(
            _(
                "--template {file}: cannot be read ({reason}).\n"
                "  Write one to restyle with  risksim memo --write-template memo-template.docx",
                file=file,
                reason=error.strerror,
            )
        ) from error
    load(MAKERS["docx"].module, "check_template")(template)
    return template


def write_template(file: Path) -> None:
    """Write the Word template that memos are made from, to be restyled; an existing file is never overwritten."""
    if file.suffix.lower() != ".docx":
        raise OutputError(
            _(
                "--write-template {file}: a Word template ends in .docx.\n  Try {with_suffix}",
                file=file,
                with_suffix=file.with_suffix(".docx"),
            )
        )
    if file.exists():
        raise OutputError(
            _("--write-template {file}: is there already.\n  Name another file, or move that one away.", file=file)
        )
    check_folder(file)
    check_forms(("docx",))
    write_bytes(file, load(MAKERS["docx"].module, "default_template")())
    talk(_("Wrote {file}.", file=file))


# What a form needs


def check_forms(wanted: Iterable[str]) -> None:
    """Refuse forms that this machine cannot make, before any work is done.

    Raises
    ------
    OutputError
        With what to install.
    """
    lacks = [lack for lack in map(missing, wanted) if lack is not None]
    if lacks:
        raise OutputError("\n".join(dict.fromkeys(lacks)))


def load(module: str, name: str) -> Callable[..., Any]:
    """A function by the names of its module and itself."""
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.startswith("risksim"):
            raise OutputError(_("this edition cannot do that yet: there is no {module}.", module=module)) from None
        raise
    return found


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr where somebody watches, with what is being done; nothing in a log file."""
    garbage.runs()
    if quiet or not sys.stderr.isatty():
        yield lambda *_told: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of, what: bar.update(task, description=_(what), total=of, completed=min(done, of))
