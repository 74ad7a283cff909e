"""``risksim import``: workbooks in, and templates to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from risksim.cli.output import OutputError, check_folder, show, talk, write, write_bytes
from risksim.errors import BookError, Fault, RisksimError
from risksim.language import N_, _, plural
from risksim.replies.form import as_text, plain

if TYPE_CHECKING:
    from risksim.exchange.importing import Imported

SCHEMA = "risksim.import/1"
MOST_SHOWN = 200
UNITS = (
    N_("people"),
    N_("currency"),
    N_("share"),
    N_("units"),
    N_("days"),
    N_("years"),
    N_("factor"),
    N_("multiples"),
    N_("months"),
    N_("date"),
)
"""Units of what is read, for the catalogue."""


class UsageError(RisksimError):
    """Options that don't go together."""


def command(
    book: str | None,
    mapping: str | None,
    template: bool,
    language: str,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Write a template, or read a book; the exit code."""
    if (book is None) != template:
        both = _(
            "import: got both of a workbook and --template; one of them is needed.\n"
            "  Try: risksim import --template --out template.xlsx\n"
            "  Then fill it in, and: risksim import template.xlsx --out scenario.yaml"
        )
        neither = _(
            "import: got neither of a workbook and --template; one of them is needed.\n"
            "  Try: risksim import --template --out template.xlsx\n"
            "  Then fill it in, and: risksim import template.xlsx --out scenario.yaml"
        )
        raise UsageError(both if template else neither)
    if book is not None:
        return import_book(book, mapping, out, as_json, force)
    if mapping is not None or as_json:
        raise UsageError(
            _(
                "import: got --template with --mapping or --json; a template takes neither.\n"
                "  Try: risksim import --template --out template.xlsx"
            )
        )
    write_template(language, out, force)
    return 0


def write_template(language: str, out: Path | None, force: bool) -> None:
    """Write the workbook to fill in."""
    from risksim.exchange.template import template

    file = Path("template.xlsx") if out is None else out
    if file.suffix != ".xlsx":
        raise OutputError(
            _(
                "{file}: got the ending '{suffix}'; a template is written as .xlsx.\n  Try --out {with_suffix}",
                file=file,
                suffix=file.suffix,
                with_suffix=file.with_suffix(".xlsx"),
            )
        )
    _must_be_free(file, force)
    write_bytes(file, template("da" if language == "da" else "en"))
    talk(_("Wrote {file}.", file=file))
    talk(_("Next: fill it in, then try  risksim import {file} --out scenario.yaml", file=file))


def _must_be_free(file: Path, force: bool) -> None:
    check_folder(file)
    if file.exists() and not force:
        raise OutputError(
            _(
                "{file}: is there already; nothing was changed.\n"
                "  Choose another name, or add --force to overwrite it.",
                file=file,
            )
        )


def import_book(file: str, mapping: str | None, out: Path | None, as_json: bool, force: bool) -> int:
    """Read a workbook, say what became of each value, and write the scenario.

    Returns
    -------
    int
        Exit code.
    """
    if out is not None:
        if out.suffix not in (".yaml", ".yml"):
            raise OutputError(
                _(
                    "{out}: got the ending '{suffix}'; a scenario is written as .yaml.\n  Try --out {with_suffix}",
                    out=out,
                    suffix=out.suffix,
                    with_suffix=out.with_suffix(".yaml"),
                )
            )
        _must_be_free(out, force)
    from risksim import api
    from risksim.exchange.importing import import_book as read
    from risksim.report.said_below import in_words

    name = "scenario.yaml" if out is None else str(out)
    found = read(file, mapping, name, lambda text, named: api.read_text(text, named, draft=True))
    if as_json:
        show(as_text(_keyed(found)))
    if found.mistakes:
        if as_json:
            return 2
        for line in found.warnings:
            talk(_("Note: {remark}", remark=in_words(line)))
        raise BookError(_first(found.mistakes))
    if out is not None:
        write(out, found.text)
    if not as_json:
        # Whoever pipes the scenario into a file still sees what became of each value.
        (talk if out is None else show)(_told(found).rstrip("\n") + ("" if out is None else "\n"))
        if out is None:
            show(found.text)
    if out is not None:
        talk(_("Wrote {file}.", file=out))
        if found.missing:
            talk(_("Next: add what is missing, then try  risksim check {file}", file=out))
        else:
            talk(_("Next: try  risksim check {file}", file=out))
    return 0


def _first(mistakes: list[Fault]) -> list[Fault]:
    """As many mistakes as anybody reads, and how many more there are."""
    rest = len(mistakes) - MOST_SHOWN
    if rest <= 0:
        return mistakes
    found = _("got {rest:,} more mistakes after these {most}; they are not shown.", rest=rest, most=MOST_SHOWN)
    return [
        *mistakes[:MOST_SHOWN],
        Fault(mistakes[0].file, None, None, "", found, _("Mend the ones above, try again.")),
    ]


def _keyed(found: Imported) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "book": found.book,
        "sha256_begins": found.digest,
        "values": [one._asdict() for one in found.placed],
        "left_out": plain(found.left_out),
        "to_add": plain(found.missing),
        "warnings": found.warnings,
        "mistakes": [{"place": one.path, "found": one.found, "remedy": one.remedy} for one in found.mistakes],
        "scenario": found.text or None,
    }


def _told(found: Imported) -> str:
    from risksim.report.numbers import number
    from risksim.report.said_below import in_words
    from risksim.report.table import heading, table

    rows = [
        [one.cell, _short(one.was), one.path, _short(one.value), _(one.unit) if one.unit else ""]
        for one in found.placed
    ]
    text = plural(
        "{book}: {n} value read.\n",
        "{book}: {n} values read.\n",
        len(rows),
        book=found.book,
        n=number(len(rows), "d"),
    )
    text += heading(_("What became of each value"))
    text += table([_("cell"), _("stands there"), _("place in the scenario"), _("became"), _("unit")], rows, left=5)
    if found.left_out:
        text += heading(_("Left out"))
        text += "".join(f"- {one.place}: {in_words(one.why)}\n" for one in found.left_out)
    if found.missing:
        text += heading(_("Still to add"))
        text += "".join(f"- {one.path}: {one.found}\n    {one.remedy}\n" for one in found.missing)
    if found.warnings:
        text += heading(_("Good to know"))
        text += "".join(f"- {in_words(line)}\n" for line in found.warnings)
    return text


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
