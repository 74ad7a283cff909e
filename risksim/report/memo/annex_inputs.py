"""Annex: every input with its source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from risksim.language import _
from risksim.report.document import Block, Bullets, Cell, Heading, Paragraph, Table
from risksim.report.memo.honesty import is_small
from risksim.report.memo.titles import STATUS, input_words, input_worth, origin_word
from risksim.report.memo.words import DASH, decimal_mark, money, quoted, text_cell

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts
    from risksim.results.description import Described

_PREFIX = re.compile(r"^(assumption|source|sources)\s*:\s*")
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?")
MOST_TEXT = 600
"""Characters of a note that a table shows."""


def inputs(facts: Facts) -> list[Block]:
    """All numbers of the file that stand for the world, with where they come from."""
    blocks: list[Block] = [Heading(_("Inputs and their sources"))]
    blocks.append(
        Paragraph(
            _("Names, notes and sources stand as the file writes them; the file itself goes with the memo."), "note"
        )
    )
    return [*blocks, *uncertain(facts), *prices(facts), *certain(facts), *constants(facts)]


def uncertain(facts: Facts) -> list[Block]:
    """The uncertain numbers."""
    numbers = facts.description.numbers
    if not numbers:
        return [Paragraph(_("No number of the file is uncertain."))]
    return [
        Table(
            "inputs",
            _("Uncertain numbers"),
            (_("number"), _("mean"), _("5 %"), _("95 %"), _("origin"), _("source or reason, as the file says")),
            tuple(_row(facts, one) for one in numbers),
            (
                _(
                    "A number that rests on counts of fewer than 5 people, or of all but fewer than 5, is shown by its "
                    "mean alone."
                ),
            )
            if any(map(is_small, numbers))
            else (),
        )
    ]


def _row(facts: Facts, one: Described) -> tuple[Cell, ...]:
    unit, is_few = one.unit, is_small(one)

    def worth(value: float) -> Cell:
        return Cell(input_worth(facts, one.name, value, unit), value, "number", 4)

    return (
        text_cell(input_words(facts, one.name)),
        worth(one.mean),
        text_cell(DASH) if is_few else worth(one.p5),
        text_cell(DASH) if is_few else worth(one.p95),
        text_cell(origin_word(one.origin)),
        text_cell(note(one.origin_text)),
    )


def note(text: str) -> str:
    """A note of the file without its first word, cut where it is very long."""
    said = " ".join(_PREFIX.sub("", text).split())
    if len(said) <= MOST_TEXT:
        return said
    return said[:MOST_TEXT].rsplit(" ", 1)[0] + " ..."


def prices(facts: Facts) -> list[Block]:
    """What is paid for and at which price."""
    if not facts.deal.prices:
        return []
    rows = []
    for one in facts.deal.prices:
        price = (
            text_cell(_("by its terms"))
            if one.price is None
            else Cell(money(one.price, facts.deal.currency), one.price, "money", facts.deal.decimals)
        )
        rows.append((text_cell(one.title), price, text_cell(_("assumed") if one.is_assumption else _("published"))))
    return [
        Table(
            "prices", _("What is paid for"), (_("term of payment"), _("price"), _("origin of the price")), tuple(rows)
        )
    ]


def certain(facts: Facts) -> list[Block]:
    """Numbers that are taken for certain."""
    found = facts.description.certain
    if not found:
        return []
    return [
        Table(
            "certain",
            _("Numbers that stand for the world and are taken for certain"),
            (_("number"), _("value"), _("source or reason, as the file says")),
            tuple(
                (text_cell(input_words(facts, one.name)), _value(one.value), text_cell(note(one.origin_text)))
                for one in found
            ),
        )
    ]


def _value(text: str) -> Cell:
    """A value that the program wrote, with its number behind it where it is one."""
    if _NUMBER.fullmatch(text):
        return Cell(decimal_mark(text), float(text.replace(",", "")), "number", 4)
    return text_cell(text)


def constants(facts: Facts) -> list[Block]:
    """Constants of the register that act in the deal."""
    found = facts.description.constants
    if not found:
        return []
    return [
        Table(
            "constants",
            _("Constants of the register that act in the deal (as the register writes them)"),
            (_("constant"), _("value"), _("how far it is checked"), _("source")),
            tuple(
                (
                    text_cell(one.key),
                    _value(one.value),
                    text_cell(_(STATUS[one.status]) if one.status in STATUS else one.status),
                    text_cell(one.source or DASH),
                )
                for one in found
            ),
        )
    ]


def lacking(facts: Facts) -> list[Block]:
    """What the file lacks before anybody should decide on it, by how often it is lacking."""
    names = [quoted(one) for one in facts.description.unstated]
    if not names:
        return []
    return [Paragraph(_("Numbers with neither source nor assumption:")), Bullets(tuple(names))]
