"""A document as a tagged PDF that says what it shows to those who cannot see it, with its scenario inside.

The same document gives the same bytes: no clock, no chance and no name of a machine is in the file.
"""

from __future__ import annotations

import atexit
import hashlib
import os
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from risksim.report.document import Block, Document
from risksim.report.forms import draw
from risksim.report.forms.html import WEIGHTS, charts, face, page, rules
from risksim.report.forms.room import height

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint import Document as LaidOut
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

FRONT = 2
"""Pages that a board reads."""
ROOM = (1345.0, 1470.0, 1520.0, 1640.0)
"""How high the blocks of a front may be, by `risksim.report.forms.room`, for each setting but the closest. [pt]"""
SETTINGS = ((0, True), (1, True), (1, False), (2, False), (3, False))
"""How type can be set, from the most generous: how closely, and whether pages end where the document asks for it."""


def render(document: Document) -> bytes:
    """A document as PDF.

    Parameters
    ----------
    document : Document
        What is written.

    Returns
    -------
    bytes
        PDF/UA-1: tagged, in a language, with a title, bookmarks, words for every chart and the attachments inside.
    """
    from weasyprint import Attachment

    attached = [
        Attachment(string=given.content, name=given.name, description=given.what, relationship="Source")
        for given in sorted(document.attachments)
    ]
    laid_out = _laid_out(document)
    with _still_clock():
        found = laid_out.write_pdf(
            pdf_variant="pdf/ua-1",
            pdf_identifier=_identifier(document),
            custom_metadata=True,
            attachments=attached,
            finisher=_finished,
        )
    assert isinstance(found, bytes)
    return found


def _laid_out(document: Document) -> LaidOut:
    """The document on its pages, set as generously as the front still fits on two.

    Setting type is what takes time, so the setting is guessed, and the whole is set at once: most fronts fit at the
    first attempt. Where it is guessed to be close, the front alone is tried with the next more generous setting.
    """
    drawn = draw.all_svg([draw.untitled(chart) for chart in charts(document)], document.language)
    setter = _Setter(drawn)
    alone = document._replace(annexes=())
    closer = _guess(document.front)
    while closer and _front(setter.laid(alone, SETTINGS[closer - 1])) <= FRONT:
        closer -= 1
    whole = setter.laid(document, SETTINGS[closer])
    if _front(whole) <= FRONT or closer == len(SETTINGS) - 1:
        return whole
    while (closer := closer + 1) < len(SETTINGS) - 1:
        if _front(setter.laid(alone, SETTINGS[closer])) <= FRONT:
            break
    return setter.laid(document, SETTINGS[closer])


def _guess(front: tuple[Block, ...]) -> int:
    """Which setting a front will need, by the room that it takes."""
    return bisect_left(ROOM, height(front))


def _front(laid_out: LaidOut) -> int:
    """Pages before the annexes."""
    return next((at for at, sheet in enumerate(laid_out.pages) if "annexes" in sheet.anchors), len(laid_out.pages))


class _Setter:
    """Sets type with the charts drawn for a document."""

    def __init__(self, drawn: tuple[str, ...]) -> None:
        self._fetcher = _fetcher()(drawn)
        self._pictures: dict[str, Any] = {}

    def laid(self, part: Document, setting: tuple[int, bool]) -> LaidOut:
        """A document, or a part of one, on its pages."""
        from weasyprint import HTML

        fonts, looks = _looks()
        html = HTML(string=page(part, "paper", "", *setting), base_url="page:", url_fetcher=self._fetcher)
        return html.render(font_config=fonts, stylesheets=[looks], cache=self._pictures)


@cache
def _looks() -> tuple[FontConfiguration, CSS]:
    """The fonts and the rules of all pages, read once in a process."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    faces = [face(name, f"font:{draw.FAMILY}-{name}.ttf", "truetype") for name in WEIGHTS]
    text = "\n".join([*faces, rules("paper")])
    atexit.register(_looks.cache_clear)  # while the libraries are still there to let go of the fonts
    return fonts, CSS(string=text, base_url="page:", url_fetcher=_fetcher()(()), font_config=fonts)


@cache
def _fetcher() -> type[URLFetcher]:
    """What the page may load: fonts of the program and charts drawn for it, and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Own(URLFetcher):  # type: ignore[misc]
        def __init__(self, drawn: tuple[str, ...]) -> None:
            super().__init__(allowed_protocols=())
            self._drawn = drawn

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:  # noqa: ARG002 - as the library calls it
            kind, _, name = url.partition(":")
            if kind == "font":
                return URLFetcherResponse(url, (draw.FONTS / name).read_bytes(), {"Content-Type": "font/ttf"})
            if kind == "chart":
                return URLFetcherResponse(url, self._drawn[int(name)], {"Content-Type": "image/svg+xml"})
            raise ValueError(f"a page loads nothing from outside: {url}")

    return Own


def _identifier(document: Document) -> bytes:
    """A name of the file that follows from what it says."""
    return hashlib.sha256(repr(document).encode()).digest()[:16]


def _finished(_: LaidOut, pdf: Any) -> None:
    """Take out when an attachment was made, which would be now, and write its name so that all readers can read it.

    What runs at the foot of each page is made an artifact, which nobody is read aloud page after page.
    """
    _feet_apart(pdf)
    named: dict[int, Any] = {}
    for thing in pdf.objects:
        extra = getattr(thing, "extra", {})
        if extra.get("Type") == "/EmbeddedFile":
            extra["Params"].pop("CreationDate")
            extra["Params"].pop("ModDate")
        elif isinstance(thing, dict) and thing.get("Type") == "/Filespec":
            named[id(thing["F"])] = thing["UF"]
            thing["F"] = thing["UF"]
    for thing in pdf.objects:
        if isinstance(thing, dict) and thing.keys() == {"Names"}:
            thing["Names"][:] = [named.get(id(one), one) for one in thing["Names"]]


def _feet_apart(pdf: Any) -> None:
    """Make artifacts of what is marked on a page and stands nowhere in the structure: the foot and its number."""
    known = {thing.reference: thing for thing in pdf.objects}
    tree = known[pdf.catalog["StructTreeRoot"]]
    read: set[bytes] = set()
    waiting = list(tree["K"])
    while waiting:
        one = waiting.pop()
        if one in known and one not in read:
            read.add(one)
            kids = known[one].get("K", [])
            waiting += [kid for kid in (kids if isinstance(kids, list) else [kids]) if isinstance(kid, bytes)]
    parents = known[tree["ParentTree"]]["Nums"]
    for sheet, marks in zip(pdf.page_references, parents[1::2], strict=False):
        apart = {number for number, element in enumerate(marks) if element not in read}
        content = known[known[sheet]["Contents"]].stream
        for at, part in enumerate(content):
            if isinstance(part, dict) and part.get("MCID") in apart:
                content[at - 1 : at + 2] = ["/Artifact", b"", b"BMC"]
        marks[:] = ["null" if number in apart else element for number, element in enumerate(marks)]


@contextmanager
def _still_clock() -> Iterator[None]:
    """Let what cuts fonts to size write no time of today into them."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
