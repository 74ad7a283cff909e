"""Where the numbers come from, so that anybody can make them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import _, plural
from risksim.report.document import Block, Paragraph, Table
from risksim.report.memo.titles import engine_words
from risksim.report.memo.words import count, number, text_cell

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts, Provenance

SHOWN_DIGITS = 12
"""Of a digest, on the first two pages."""


def provenance(facts: Facts) -> list[Block]:
    """Seed, digests and versions in small print."""
    return [Paragraph(how(facts.provenance), "note")]


def how(one: Provenance) -> str:
    """How the numbers were made, in two sentences."""
    made = plural(
        "{number} simulated future, seed {seed}, {engine}.",
        "{number} simulated futures, seed {seed}, {engine}.",
        one.paths,
        number=count(one.paths),
        seed=str(one.seed),
        engine=engine_words(one.engine),
    )
    versions = ", ".join(f"{name} {version}" for name, version in one.versions.items())
    where = _(
        "File {file}, digest {digest}; register of constants {register}; {versions}.",
        file=one.file,
        digest=one.digest[:SHOWN_DIGITS],
        register=one.register,
        versions=versions,
    )
    errors = _("Digits that the error of the simulation does not support are not shown.")
    return " ".join(part for part in (made, checked(one), errors, where) if part)


def checked(one: Provenance) -> str:
    """The cross-check by another engine, in a sentence."""
    found = one.cross_check
    if found is None or found.worst is None:
        none_can = found is None and one.checked != ""  # of a portfolio none is tried
        return _("Not checked by another method, as none can run this deal.") if none_can else ""
    said = plural(
        "Checked by another method ({engine}): {number} figure, which differs by {errors} standard errors.",
        "Checked by another method ({engine}): {number} figures, of which none differs by more than {errors} standard "
        "errors.",
        len(found.of),
        engine=engine_words(found.engine),
        number=count(len(found.of)),
        errors=number(abs(found.worst.z), places=1),
    )
    return said if found.agrees else f"{said} {_('THE METHODS DISAGREE.')}"


def provenance_table(one: Provenance, day_count: str) -> Table:
    """The same in full, for the annex and the workbook."""
    rows = [
        (_("file"), one.file),
        (_("digest of the file"), one.digest),
        (_("register of constants"), one.register),
        (_("seed"), str(one.seed)),
        (_("simulated futures"), count(one.paths)),
        (_("method"), engine_words(one.engine)),
        (_("days between dates"), day_count),
        *((name, version) for name, version in one.versions.items()),
        (_("command that prints the same numbers"), one.command),
    ]
    return Table(
        "provenance",
        _("Where the numbers come from"),
        (_("what it is"), _("value")),
        tuple((text_cell(name), text_cell(value)) for name, value in rows if value),
    )
