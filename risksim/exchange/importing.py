"""From a workbook to a scenario, in one step."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from risksim.errors import BookError, Fault
from risksim.exchange.books import open_book, several
from risksim.exchange.compose import Compile, Composed, Missing, Placed, compose
from risksim.exchange.mapping import read_mapping
from risksim.exchange.reading import LeftOut, read_book
from risksim.exchange.returned import comes_back, read_back
from risksim.exchange.template import language_of, template_mapping
from risksim.language import _


class Imported(NamedTuple):
    """What became of a workbook."""

    book: str
    """The file, as the user named it."""
    digest: str
    """The first twelve digits of its SHA-256."""
    placed: list[Placed]
    left_out: list[LeftOut]
    missing: list[Missing]
    """What a scenario needs and the book doesn't give."""
    warnings: list[str]
    mistakes: list[Fault]
    text: str
    """The scenario; empty where there are mistakes."""


def import_book(
    file: str | Path, mapping: str | Path | None = None, name: str = "scenario.yaml", compiled: Compile | None = None
) -> Imported:
    """Read a workbook as a scenario.

    Parameters
    ----------
    file : str or Path
        An Excel file.
    mapping : str or Path, optional
        Where in it everything stands; a book made from the template needs none.
    name : str
        What messages call the scenario.
    compiled : callable, optional
        What a scenario that reads well must pass to be run, as `risksim.api.read_text`.

    Returns
    -------
    Imported
        With every mistake of its cells; nothing is raised for them.

    Raises
    ------
    BookError
        Where the file is no workbook, or needs a mapping.
    ScenarioError
        With every mistake of the mapping.
    """
    places = None if mapping is None else read_mapping(mapping)
    book = open_book(file)
    if places is None and comes_back(book):
        back = read_back(book, name, compiled)
        return Imported(
            book.file, book.digest, back.placed, back.left_out, back.missing, back.warnings, back.mistakes, back.text
        )
    if places is None:
        language = language_of(book)
        if language is None:
            found = _(
                "got a workbook not made from the template; its sheets are {several}.",
                several=several(list(book.sheets)),
            )
            remedy = _(
                "Say where everything stands in it with --mapping MAP.yaml, or fill in a template: risksim import "
                "--template --out template.xlsx"
            )
            raise BookError([Fault(book.file, None, None, "", found, remedy)])
        places = template_mapping(language)
    reading = read_book(book, places)
    composed = Composed("", [], [], [], []) if reading.mistakes else compose(reading, name, compiled)
    mistakes = [*reading.mistakes, *composed.mistakes]
    return Imported(
        book.file,
        book.digest,
        composed.placed,
        reading.left_out
        + [LeftOut(place, "its comment, which no note of the scenario holds") for place in composed.unread],
        composed.missing,
        reading.warnings,
        mistakes,
        "" if mistakes else composed.text,
    )
