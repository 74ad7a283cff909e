"""Documents as HTML and PDF: nothing from outside, the same bytes twice, and words for those who cannot see."""

from __future__ import annotations

import base64
import io
import re
import socket
import warnings
from html.parser import HTMLParser
from typing import Any

import pytest

from risksim.errors import RisksimError
from risksim.report import forms
from risksim.report.document import (
    Attachment,
    Beside,
    Bullets,
    Cell,
    Chart,
    Document,
    Heading,
    Keys,
    PageBreak,
    Paragraph,
    Table,
)
from risksim.report.forms import draw

for package in ("jinja2", "vl_convert", "weasyprint", "pypdf"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip(package)

SCENARIO = b'name: "Br\xc3\xb8ndby <& co>"\n'
VOID = {"meta", "img", "br", "link", "hr", "input"}


def table(name: str, danish: bool, rows: int = 3) -> Table:
    money = ("1.234,5", "−4,0") if danish else ("1,234.5", "−4.0")
    words = ("Hvem", "Hvor meget", "Andel") if danish else ("Who", "How much", "Share")
    body = (Cell("Brøndby <& co>"), Cell(money[0], 1234.5, "money", 1), Cell("31 %", 0.31, "percent"))
    last = (Cell("I alt" if danish else "In all"), Cell(money[1], -4.0, "money", 1), Cell("–"))
    return Table(
        name, f"Tabel {name}", words, (*(body,) * (rows - 1), last), ("En note." if danish else "A note.",), (1,)
    )


def chart(name: str, danish: bool, width: Any = "half") -> Chart:
    rows = [{"x": at, "y": 0.125 * at, "side": "tab" if at < 2 else "gevinst"} for at in range(5)]
    spec = {
        "title": {"text": "drawn by the page"},
        "width": 321 if width == "half" else 661,
        "height": 120,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": {"values": rows},
        "mark": {"type": "area", "clip": True},
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"field": "y", "type": "quantitative", "axis": {"format": ".2f", "values": [0.0, 0.25, 0.5]}},
            "color": {"field": "side", "type": "nominal"},
        },
    }
    caption = "I 72 af 100 fremtider" if danish else "In 72 of 100 futures"
    return Chart(
        name,
        spec,
        f"Søjler, {name} & mere" if danish else f"Bars, {name} & more",
        table(f"of-{name}", danish),
        caption,
        width,
    )


def document(language: Any, front_tables: int = 1) -> Document:
    danish = language == "da"
    front = (
        Heading("Titel" if danish else "Title", 1),
        Paragraph("I 72 af 100 fremtider.", "lead"),
        Keys((("Afkast" if danish else "Return", "0,4", "± 0,1"), ("Tab" if danish else "Loss", "1,4", ""))),
        Beside((chart("returns", danish), chart("years", danish))),
        Heading("Hvem betaler" if danish else "Who pays"),
        *(table(f"pays-{at}", danish) for at in range(front_tables)),
        Paragraph("Ingen har målt det.", "warning"),
        PageBreak(),
        chart("drivers", danish, "full"),
        Bullets(("Et & to", "Tre")),
        Paragraph("Småt.", "note"),
    )
    annexes = (Heading("Bilag A" if danish else "Annex A"), table("inputs", danish, rows=90))
    return Document(
        language,
        "Brøndby: notat" if danish else "Brøndby: memo",
        "21. november 2026" if danish else "21 November 2026",
        'Frø 1, "digest" \\ 0123',
        front,
        annexes,
        (),
        (Attachment("brøndby.yaml", "Scenariet" if danish else "The scenario", SCENARIO),),
        ("SIB",),
        "sha256:0123",
    )


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise AssertionError("a form asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refused)


@pytest.fixture(scope="module", params=["da", "en"])
def given(request: pytest.FixtureRequest) -> Document:
    return document(request.param)


@pytest.fixture(scope="module")
def page(given: Document) -> str:
    return forms.render(given, "html").decode()


@pytest.fixture(scope="module")
def pdf(given: Document) -> bytes:
    return forms.render(given, "pdf")


class Outline(HTMLParser):
    """Elements of a page, that each is closed where it should be, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


# HTML


def test_the_page_needs_nothing_from_outside(page):
    bare = re.sub(r'xmlns(:\w+)?="http://www\.w3\.org/[^"]*"|data:[a-z0-9/-]+;base64,[\w+/=]+', "", page)
    assert not re.findall(r"https?:|//[a-z]|<script|<link|@import", bare)
    assert len(page.encode()) < 600_000


def test_the_page_is_well_formed_and_in_its_language(page, given):
    outline = Outline(page)
    assert outline.all("html") == [{"lang": given.language}]
    assert len(outline.all("h1")) == 1
    assert "Brøndby <& co>" in outline.words
    names = [attributes["id"] for _, attributes in outline.found if "id" in attributes]
    assert len(names) == len(set(names))
    behind = "Tallene bag figuren" if given.language == "da" else "The numbers behind the chart"
    assert behind in outline.words or given.language == "da"  # Danish needs the catalogue compiled


def test_charts_of_the_page_have_words_and_numbers(page):
    outline = Outline(page)
    pictures = outline.all("svg")
    assert len(pictures) == 3
    names = {attributes.get("id") for _, attributes in outline.found}
    for picture in pictures:
        assert picture["role"] == "img"
        assert set(str(picture["aria-labelledby"]).split()) <= names
    assert page.count("<details>") == 3
    assert "axis" not in page.split("<body", 1)[1]  # no English from the drawing library
    assert "drawn by the page" not in page


def test_the_scenario_comes_with_the_page(page):
    (link,) = Outline(page).all("a")
    assert link["download"] == "brøndby.yaml"
    assert base64.b64decode(str(link["href"]).split(",", 1)[1]) == SCENARIO


def test_figures_stand_flush_right_under_their_heads(page):
    row = page.split("<tbody>", 1)[1].split("</tr>", 1)[0]
    assert row.count('scope="row"') == 1
    assert row.count('<td class="figure">') == 2
    assert page.count('<th scope="col" class="figure">') == 2 * page.count("<thead>")


def test_charts_write_numbers_as_the_language_does():
    spec = chart("returns", danish=True).spec
    assert ">0,50<" in draw.svg(spec, "da")
    assert ">0.50<" in draw.svg(spec, "en")


def test_names_inside_charts_are_their_own():
    drawn = draw.svg(chart("x", danish=True).spec, "da", "mine")
    names = set(re.findall(r'\sid="([^"]+)"', drawn))
    assert names
    assert all(name.startswith("mine-") for name in names)
    assert set(re.findall(r"url\(#([^)]+)\)", drawn)) <= names


def test_a_chart_is_also_a_picture():
    spec = chart("returns", danish=True).spec
    found = draw.png(spec, "da", scale=2.0)
    assert found[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(found[16:20]), int.from_bytes(found[20:24])) == (642, 240)


# PDF


def reader(content: bytes) -> Any:
    from pypdf import PdfReader

    return PdfReader(io.BytesIO(content))


def elements(node: Any) -> list[tuple[str, Any]]:
    node = node.get_object()
    if isinstance(node, int):
        return []
    if isinstance(node, list):
        return [found for kid in node for found in elements(kid)]
    own = [(str(node["/S"]), node)] if "/S" in node else []
    return own + (elements(node["/K"]) if "/K" in node else [])


def test_the_same_document_gives_the_same_bytes(pdf, page, given):
    assert forms.render(given, "pdf") == pdf
    assert forms.render(given, "html").decode() == page


def test_pdf_says_what_it_is(pdf, given):
    found = reader(pdf)
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == given.language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert found.metadata.title == given.title
    assert found.metadata.creation_date is None
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert [entry["/Title"] for entry in found.outline if not isinstance(entry, list)] == [given.title]


def test_pdf_is_tagged(pdf, given):
    found = elements(reader(pdf).trailer["/Root"]["/StructTreeRoot"]["/K"])
    kinds = [kind for kind, _ in found]
    assert kinds.count("/H1") == 1
    assert {"/H2", "/P", "/L", "/LI", "/Table", "/TR", "/TH", "/TD", "/Caption"} <= set(kinds)
    drawn = [given.front[3].blocks[0], given.front[3].blocks[1], next(b for b in given.front if isinstance(b, Chart))]
    assert [node["/Alt"] for kind, node in found if kind == "/Figure"] == [one.alt for one in drawn]
    assert all(node["/A"]["/Headers"] for kind, node in found if kind == "/TD")


def test_pdf_carries_the_scenario(pdf):
    (carried,) = reader(pdf).attachment_list
    assert carried.name == "brøndby.yaml"
    assert carried.content == SCENARIO


def test_every_font_is_inside_the_pdf(pdf):
    found = reader(pdf)
    used = {name: font for sheet in found.pages for name, font in sheet["/Resources"]["/Font"].items()}
    assert used
    for font in used.values():
        (inner,) = font.get_object()["/DescendantFonts"]
        descriptor = inner.get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor
        assert "+Roboto" in inner.get_object()["/BaseFont"]


def test_the_front_is_two_pages_and_annexes_follow(pdf, given):
    sheets = [sheet.extract_text() for sheet in reader(pdf).pages]
    assert given.annexes[0].text in sheets[2]
    assert given.annexes[0].text not in sheets[0] + sheets[1]
    for number, sheet in enumerate(sheets, start=1):
        assert f"{number} / {len(sheets)}" in sheet
        assert given.running in sheet


def test_type_is_set_closer_where_the_front_is_long():
    long = document("en", front_tables=9)
    sheets = [sheet.extract_text() for sheet in reader(forms.render(long, "pdf")).pages]
    assert "Annex A" in sheets[2]


def test_pdf_loads_nothing_else():
    from risksim.report.forms.pdf import _fetcher

    fetcher = _fetcher()(())
    for address in ("https://example.org/x.css", "file:///etc/hostname", "data:text/plain,x"):
        with pytest.raises(ValueError, match="nothing from outside"):
            fetcher.fetch(address)


# What is missing


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(forms, "find_spec", lambda name: None if name == "weasyprint" else object())
    assert forms.missing("html") is None
    assert "weasyprint" in str(forms.missing("pdf"))
    assert 'pip install "risksim-dsi[report]"' in str(forms.missing("pdf"))
    with pytest.raises(RisksimError, match="weasyprint"):
        forms.render(document("en"), "pdf")


def test_missing_pango_is_named(monkeypatch):
    def without(_: str) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'\nand more")

    monkeypatch.setattr(forms, "import_module", without)
    found = str(forms.missing("pdf"))
    assert "libpango-1.0-0" in found
    assert "apt install" in found
    assert "and more" not in found
