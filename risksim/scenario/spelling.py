"""The YAML parser's complaints in words of the file: what is wrong there and what to try."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruamel.yaml.error import MarkedYAMLError

from risksim.language import N_, _
from risksim.scenario.document import shown

LOOK = N_(
    "Look at this line and the one above: indented by spaces, one colon per key, brackets and quotation marks closed."
)
"""What to try where nothing better is known."""


def complaint(error: MarkedYAMLError, text: str) -> tuple[int, int, str, str]:
    """Where a text stops being YAML, why, and what to try.

    Parameters
    ----------
    error : MarkedYAMLError
        What the parser said.
    text : str
        The text it read.

    Returns
    -------
    line, column : int
        The place, counted from 0.
    found, remedy : str
        What is wrong and what to try.
    """
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or "")
    if mark is None:
        return (
            0,
            0,
            _("got text that is not YAML: {problem}.", problem=shown(problem, 120, "")),
            _(LOOK),
        )
    opened = error.context_mark or mark
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    for words, at_opening, found, remedy in _readings(problem, line, mark, opened):
        if words in problem:
            place = opened if at_opening else mark
            return place.line, place.column, found, remedy
    return (
        mark.line,
        mark.column,
        _("got text that is not YAML: {problem}.", problem=shown(problem, 120, "")),
        _(LOOK),
    )


def _readings(problem: str, line: str, mark: Any, opened: Any) -> Iterator[tuple[str, bool, str, str]]:
    """Words of a complaint; whether it belongs where the piece was opened; what to say and what to try."""
    letter = line[mark.column : mark.column + 1]
    if letter == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        yield (
            "",
            False,
            _("got a tab; YAML is indented by spaces."),
            _("Replace the tab by spaces, two for each level."),
        )
    yield (
        "mapping values are not allowed",
        False,
        _(
            "got a colon where no key can stand, in {line}; a line holds one key, its colon and its value.",
            line=shown(line.strip()),
        ),
        _("Put text that holds a colon in quotation marks; give a key of its own its own line and indentation."),
    )
    yield (
        "could not find expected ':'",
        True,
        _("got a line without a colon; a key is followed by a colon and a space."),
        _("Write `key: value`, and indent text that goes on over several lines."),
    )
    yield (
        "that cannot start any token",
        False,
        _("got {letter} at the beginning of a value; unquoted text cannot begin with it.", letter=shown(letter)),
        _("Put the text in quotation marks."),
    )
    if "quoted scalar" in problem or "found unexpected end of stream" in problem:
        yield "", True, _("got a quotation mark that is never closed."), _("Close it at the end of the text.")
    yield (
        "found unexpected document separator",
        True,
        _("got a quotation mark that is not closed before '---'."),
        _("Close it at the end of the text."),
    )
    for closing, opening, what in (("]", "[", _("list")), ("}", "{", _("block"))):
        yield (
            f"expected ',' or '{closing}'",
            True,
            _(
                "got a {what} opened with {opening} here and, by line {line}, not closed or short of a comma.",
                what=what,
                opening=opening,
                line=mark.line + 1,
            ),
            _("Close it with {closing}, and put a comma between its entries.", closing=closing),
        )
    yield (
        "expected the node content",
        False,
        _("got {what} where a value should stand.", what=shown(letter) if letter.strip() else _("the end")),
        _("Write the value, or take the superfluous comma or bracket out."),
    )
    yield (
        "expected <block end>",
        False,
        _(
            "got {line}, which does not fit the lines above; the keys of a block begin in the same column.",
            line=shown(line.strip()),
        ),
        _(
            "Give it as many spaces as the block that begins on line {line}, or begin a list entry with '- '.",
            line=opened.line + 1,
        ),
    )
    yield (
        "expected '<document start>'",
        False,
        _(
            "got {line} outside what begins the file; a file is one block, whose keys begin in one column.",
            line=shown(line.strip()),
        ),
        _("Begin this line and the first key of the file at the left margin, with nothing but keys beside them."),
    )
    yield (
        "sequence entries are not allowed here",
        False,
        _("got a dash on the line of a key; a list begins on a line of its own."),
        _("Move the dash to the next line, or write the list as [a, b]."),
    )
    yield (
        "unknown escape character",
        False,
        _(
            "got a backslash before {letter} in double quotation marks; there it begins a special character.",
            letter=shown(letter),
        ),
        _("Use single quotation marks, or write the backslash twice."),
    )
    yield (
        "expected escape sequence",
        False,
        _("got a backslash sequence that is not complete."),
        _("Use single quotation marks, or write the backslash twice."),
    )
    if "[*]" in line:
        yield (
            "expected alphabetic or numeric",
            False,
            _("got [*] inside braces, where * begins an alias."),
            _("Give each place of a stress a line of its own, or put it in quotation marks."),
        )
    yield (
        "undefined tag handle",
        True,
        _("got a tag; a scenario has no tags."),
        _("Delete the word that begins with '!'."),
    )
    yield (
        "anchor",
        False,
        _("got & or * without a name; an anchor is written &name and an alias *name."),
        _("Put text that begins with & or * in quotation marks."),
    )
    yield "alias", False, _("got * without a name; an alias is written *name."), _("Put the text in quotation marks.")
