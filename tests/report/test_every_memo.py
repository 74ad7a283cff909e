"""Every shipped file gives a memo in both languages that holds nothing nobody can read, on paper as it should be."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from risksim import api
from risksim.analysis.facts import How, facts
from risksim.analysis.many_facts import portfolio_facts
from risksim.language import LANGUAGES, Language, speaking
from risksim.report.document import Block, Chart, Document, Heading, Table
from risksim.report.forms.pdf import FRONT, render
from risksim.report.memo.portfolio import portfolio
from risksim.report.memo.write import memo
from tests.engine.deals import SHIPPED, lists_deals
from tests.report.test_memo import said_in

FILES = sorted(str(file.relative_to(SHIPPED)) for file in SHIPPED.rglob("*.yaml"))
FEW = {
    "examples/simple-reference.yaml": "en",
    "ending/five-people.yaml": "da",
}
"""Memos that are always made, in one language; the other is made before a release."""
"""A plain deal, and one with so few people that all is seen."""
TINY = How(paths=256, side_paths=64, threads=1)
PLAIN = TINY._replace(leave_out=frozenset({"terms", "stresses"}))
THREE_PAGES: dict[str, str] = {}
"""Files whose front may be longer than two pages, and why: none."""

UNREADABLE = re.compile(r"\bnan\b|\bNone\b|[{}]|Estimate\(")
ENGLISH = re.compile(
    r"\b(?:the|of|and|which|from|would|with|than|shift|value|result|share|rate|amount|what|where|loss|number|futures)\b"
)
VERBATIM = {"inputs", "certain", "constants", "prices", "statistics"}
"""Tables that hold notes and sources as the file or the register has them."""


class Made(NamedTuple):
    """A memo, and the file that it is of."""

    document: Document
    pdf: Any
    file: str


@cache
def writer_of(name: str, how: How) -> Callable[[], Document]:
    """What writes the memo of a file in the language spoken, its facts found once."""
    file = str(SHIPPED / name)
    if lists_deals(SHIPPED / name):
        return partial(portfolio, portfolio_facts(api.read_portfolio(file), how))
    return partial(memo, facts(api.read(file), how))


def made(name: str, language: Language, how: How) -> Made:
    from pypdf import PdfReader

    write = writer_of(name, how)
    with speaking(language):
        document = write()
    return Made(document, PdfReader(io.BytesIO(render(document))), (SHIPPED / name).read_text(encoding="utf-8"))


def words_of_files(name: str) -> list[str]:
    """All keys and texts of a file, and of the deals of a portfolio, the longest first."""

    def within(thing: Any) -> Iterator[str]:
        if isinstance(thing, dict):
            for key, each in thing.items():
                yield str(key)
                yield from within(each)
        elif isinstance(thing, list):
            for each in thing:
                yield from within(each)
        elif isinstance(thing, str):
            yield " ".join(thing.split())

    file = SHIPPED / name
    root = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    found = {*within(root), file.name}
    for word in list(found):
        if word != file.name and word.endswith(".yaml") and (file.parent / word).is_file():
            found |= set(words_of_files(str((file.parent / word).resolve().relative_to(SHIPPED))))
    found |= {word.replace("_", " ") for word in found}
    return sorted((word for word in found if len(word) > 1), key=len, reverse=True)


def said_by(blocks: tuple[Block, ...]) -> Iterator[str]:
    """All that is read on pages, but for tables that quote."""
    for block in blocks:
        if isinstance(block, Table) and block.name in VERBATIM:
            continue
        yield from said_in([block])
        if isinstance(block, Chart):
            yield from drawn_words(block)


def drawn_words(chart: Chart) -> Iterator[str]:
    """Titles and labels inside a chart."""
    text = json.dumps({"layer": chart.spec.get("layer"), "data": chart.spec.get("data")}, ensure_ascii=False)
    yield from re.findall(r'"(?:title|said|kind|name)": "([^"]+)"', text)


def check_words(name: str, found: Made) -> None:
    """No page holds a number that is none, a hole in a sentence, or English among Danish."""
    whole = "\n".join(page.extract_text() for page in found.pdf.pages)
    for hit in set(UNREADABLE.findall(whole)):
        assert hit in found.file, f"{name}: {hit}"
    if found.document.language == "en":
        return
    quoted = words_of_files(name)
    for said in said_by(found.document.front):
        left = " ".join(said.replace("\n", " ").split())
        if not ENGLISH.search(left):
            continue
        for word in quoted:
            left = left.replace(word, "")
        assert not ENGLISH.search(left), f"{name}: {said}"


def check_paper(name: str, found: Made) -> None:
    """The front is two pages, all type is inside, and who cannot see the pages hears them in their language."""
    pdf, document = found.pdf, found.document
    pages = [page.extract_text() for page in pdf.pages]
    first = next(block.text for block in document.annexes if isinstance(block, Heading))
    front = next(number for number, text in enumerate(pages) if first in text[: len(first) + 200])
    assert front <= (FRONT + 1 if name in THREE_PAGES else FRONT), f"{name}: the front has {front} pages"
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == document.language
    assert pdf.metadata.title == document.title
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"]
            assert "/FontFile2" in inner.get_object()["/FontDescriptor"]


def check(name: str, language: Language, how: How, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = made(name, language, how)
    assert not caplog.records
    check_words(name, found)
    check_paper(name, found)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        pytest.param(name, language, marks=() if language == usual else pytest.mark.slow)
        for name, usual in FEW.items()
        for language in LANGUAGES
    ],
)
def test_a_few_memos(name: str, language: Language, caplog: pytest.LogCaptureFixture) -> None:
    check(name, language, PLAIN, caplog)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FILES)
def test_every_memo(name: str, language: Language, caplog: pytest.LogCaptureFixture) -> None:
    check(name, language, TINY, caplog)


def test_no_file_is_forgotten_that_may_be_longer():
    assert THREE_PAGES.keys() <= set(FILES)
