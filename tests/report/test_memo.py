"""The memo of a made-up deal: what it says, in both languages, and what no page may hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import risksim.report.memo as pages
from risksim.analysis.memo import Compared, Facts, InvestorOf
from risksim.language import Language, speaking
from risksim.metrics.precision import Estimate
from risksim.report.document import (
    Attachment,
    Beside,
    Block,
    Bullets,
    Chart,
    Document,
    Heading,
    Keys,
    Paragraph,
    Table,
)
from risksim.report.memo.opening import the_answer, the_deal
from risksim.report.memo.repayment import overspending, years_table
from risksim.report.memo.write import comparison, memo
from tests.report.made_up import about, deal, described, facts
from tests.report.test_memo_words import ALWAYS, NEVER, plain

OF_THE_FILE = {"Havnen", "I arbejde", "havnen.yaml", "risksim run havnen.yaml", "our guess", "act/365", "risksim"}
"""Names, titles and notes of the made-up file, and names of programs."""
THE_SAME = {"seed", "5 %", "95 %", "2027", "2028", "investor", "risksim", "individual", "Havnen"}
"""Phrases that both languages share."""


def said_in(blocks: Any) -> Iterator[str]:
    """Every string that somebody reads."""
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield block.text
            case Bullets():
                yield from block.items
            case Table():
                yield from (block.caption, *block.head, *block.notes)
                yield from (cell.text for row in block.rows for cell in row)
            case Chart():
                yield from (block.alt, block.caption)
                yield from said_in([block.table])
            case Beside():
                yield from said_in(block.blocks)
            case Keys():
                yield from (text for figure in block.figures for text in figure)


def all_of(document: Document) -> list[str]:
    """Every string of a document."""
    found = [document.subtitle, document.running, *document.keywords, *(sheet.name for sheet in document.sheets)]
    blocks: list[Block] = [*document.front, *document.annexes]
    for sheet in document.sheets:
        blocks += sheet.blocks
    return [*found, *said_in(blocks), *(attachment.what for attachment in document.attachments)]


def keys_of(document: Document) -> set[str]:
    """What stands in tables of keys and digests, which are never translated."""
    blocks = [*document.annexes, *(block for sheet in document.sheets for block in sheet.blocks)]
    tables = [block for block in blocks if isinstance(block, Table)]
    found = {row[0].text for table in tables if table.name == "statistics" for row in table.rows}
    return found | {
        cell.text for table in tables if table.name == "provenance" for row in table.rows for cell in row[1:]
    }


def unfunded() -> Facts:
    return facts(summary=None, lines=None, deal=deal(investors=(), capital=None), appropriations=())


def a_loan() -> Facts:
    made = facts()
    assert made.summary is not None
    return facts(
        summary=made.summary.__class__(made.summary.paths, made.summary.tranches, {}, made.summary.programme),
        deal=deal(people=0, cohorts=0, outcomes=(), payers=(), prices=()),
        appropriations=(),
        lacking={"stresses": "The deal has no people.", "terms": "no price"},
    )


CASES = {
    "usual": facts,
    "no loss ever seen": lambda: facts(NEVER),
    "always loss": lambda: facts(ALWAYS),
    "never a loss": lambda: facts(about(0.0)),
    "unfunded": unfunded,
    "loan": a_loan,
    "no capital": lambda: facts(deal=deal(capital=0.0)),
    "capital drawn as needed": lambda: facts(deal=deal(capital=None)),
    "small cell": lambda: facts(
        description=facts().description._replace(numbers=(described(steps=("3 of 351 people",)),))
    ),
}


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("case", CASES)
def test_no_page_holds_what_nobody_can_read(case: str, language: Language) -> None:
    with speaking(language):
        document = memo(CASES[case]())
    for said in all_of(document):
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|[{}]|  |\.\.(?!\.)(?<!\.\.\.)|Estimate\(", said), said
    assert document.language == language


@pytest.mark.parametrize("case", CASES)
def test_every_phrase_is_told_in_danish(case: str) -> None:
    english = memo(CASES[case]())
    with speaking("da"):
        danish = memo(CASES[case]())
    kept = OF_THE_FILE | THE_SAME | keys_of(english)
    pairs = zip(all_of(english), all_of(danish), strict=True)
    assert not [one for one, other in pairs if re.search("[a-zA-Z]{2}", one) and one not in kept and one == other]


def test_both_languages_have_the_same_blocks_and_numbers() -> None:
    english = memo(facts())
    with speaking("da"):
        danish = memo(facts())
    for one, other in zip(english.front, danish.front, strict=True):
        assert type(one) is type(other)
        if isinstance(one, Table) and isinstance(other, Table):
            assert one.name == other.name
            assert [[cell.value for cell in row] for row in one.rows] == [
                [cell.value for cell in row] for row in other.rows
            ]


def test_the_deal_is_told_in_three_sentences() -> None:
    assert [plain(said) for said in the_deal(facts())] == [
        (
            "The programme begins on 21 November 2026 with places for 120 people; the last settlement is on 31 "
            "December 2028."
        ),
        "The investor pays in DKK 4m; the municipality pays back by results.",
        "Paid for: “I arbejde” at DKK 58,333 (assumed).",
    ]
    with speaking("da"):
        assert [plain(said) for said in the_deal(facts())] == [
            (
                "Indsatsen begynder 21. november 2026 med plads til 120 personer; den sidste opgørelse er 31. "
                "december 2028."
            ),
            "Investoren indbetaler 4 mio. kr.; kommunen betaler tilbage efter opnåede resultater.",
            "Betalingsmål: »I arbejde« til 58.333 kr. (antaget).",
        ]


@pytest.mark.parametrize(
    ("p_loss", "english", "danish"),
    [
        (
            about(0.28, 0.002),
            (
                "In 72 of 100 futures the investor gets the capital back; in the worst twentieth, DKK 1.40m of DKK 4m "
                "is lost on average."
            ),
            (
                "I 72 af 100 mulige fremtider får investoren kapitalen tilbage; i den værste tyvendedel tabes i "
                "gennemsnit 1,40 mio. kr. af 4 mio. kr."
            ),
        ),
        (
            NEVER,
            "In all of the simulated futures the investor gets the capital back.",
            "I alle simulerede fremtider får investoren kapitalen tilbage.",
        ),
        (
            ALWAYS,
            (
                "In none of the simulated futures the investor gets the capital back; in the worst twentieth, DKK 1.40m "
                "of DKK 4m is lost on average."
            ),
            (
                "I ingen af de simulerede fremtider får investoren kapitalen tilbage; i den værste tyvendedel tabes i "
                "gennemsnit 1,40 mio. kr. af 4 mio. kr."
            ),
        ),
    ],
)
def test_the_answer_is_one_sentence(p_loss: Estimate, english: str, danish: str) -> None:
    assert plain(the_answer(facts(p_loss))) == english
    with speaking("da"):
        assert plain(the_answer(facts(p_loss))) == danish


def test_no_capital_is_none_to_lose() -> None:
    assert the_answer(facts(deal=deal(capital=0.0))) == "No capital is paid in, so there is none to lose."


def test_a_guarantor_is_no_investor() -> None:
    investors = (InvestorOf("investor", 4e6, 0), InvestorOf("Fonden", None, None, guaranteed=5e5, kind="guarantor"))
    said = the_deal(facts(deal=deal(investors=investors)))[1]
    assert plain(said) == (
        "The investor pays in DKK 4m, and Fonden makes good losses of up to DKK 500,000; the municipality pays back by "
        "results."
    )


def test_an_appropriation_is_held_against_what_is_due() -> None:
    assert plain(overspending(facts(), "municipality")) == (
        "The municipality has set aside DKK 3m in 2028, the year that overspends most often: in 40 of 100 futures more "
        "is due."
    )
    table = years_table(facts(), "municipality")
    assert [row[0].text for row in table.rows] == ["2027", "2028", "all years"]
    assert [cell.value for cell in table.rows[1]][1:] == [3_100_000.0, 1_900_000.0, 4_300_000.0, 3_000_000.0, 0.4]


def test_the_scenario_goes_with_the_memo() -> None:
    assert memo(facts()).attachments == (Attachment("havnen.yaml", "The scenario file", b"name: Havnen\n"),)


def test_sheets_have_names_that_a_workbook_takes() -> None:
    for language in ("en", "da"):
        with speaking(language):
            names = [sheet.name for sheet in memo(facts()).sheets]
        assert len(set(names)) == len(names)
        assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def test_tables_have_rows_as_wide_as_their_heads() -> None:
    document = memo(facts())
    tables = [block for block in (*document.front, *document.annexes) if isinstance(block, Table)]
    assert tables
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.head)}, table.name


def test_deals_side_by_side_tell_which_is_riskier() -> None:
    safe, risky = facts(about(0.1, 0.001)), facts(about(0.3, 0.001))
    risky = risky._replace(deal=risky.deal._replace(name="Molen"))
    document = comparison(Compared((safe, risky), None, "other people"))
    assert document.title == "Havnen and Molen"
    assert "lowest in Havnen (10.0 %) and highest in Molen (30.0 %)" in plain(" ".join(said_in(document.front)))
    assert [attachment.name for attachment in document.attachments] == ["havnen.yaml", "2-havnen.yaml"]


def test_deals_that_cannot_be_told_apart_are_not_ranked() -> None:
    document = comparison(Compared((facts(about(0.30, 0.01)), facts(about(0.31, 0.01))), None))
    assert "the same for all of them" in " ".join(said_in(document.front))


def test_no_text_of_the_memo_is_said_without_a_catalogue() -> None:
    """Whatever is put into a paragraph, heading or caption as a plain string would never be translated."""
    for file in Path(pages.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                is_text = node.func.id in ("Paragraph", "Heading") and isinstance(node.args[0], ast.Constant)
                assert not is_text, f"{file.name}:{node.lineno}"
