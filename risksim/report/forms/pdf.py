"""A document as a tagged PDF that says what it shows to those who cannot see it, with its scenario inside.

The same document gives the same bytes: no clock, no chance and no name of a machine is in the file.
"""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from risksim.report.document import Document
from risksim.report.forms import draw
from risksim.report.forms.html import WEIGHTS, charts, face, page

if TYPE_CHECKING:
    from weasyprint import Document as LaidOut
    from weasyprint.urls import URLFetcher

FRONT = 2
"""Pages that a board reads."""
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
    """The document on its pages, set as generously as the front still fits on two."""
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _fetcher()(tuple(draw.svg(draw.untitled(chart), document.language) for chart in charts(document)))
    faces = "\n".join(face(name, f"font:{draw.FAMILY}-{name}.ttf", "truetype") for name in WEIGHTS)
    pictures: dict[str, Any] = {}

    def laid(part: Document, setting: tuple[int, bool]) -> LaidOut:
        text = page(part, "paper", faces, *setting)
        html = HTML(string=text, base_url="page:", url_fetcher=fetcher, media_type="print")
        return html.render(font_config=FontConfiguration(), cache=pictures)

    alone = document._replace(annexes=())

    def fits(setting: tuple[int, bool]) -> bool:
        return len(laid(alone, setting).pages) <= FRONT

    closer = 0 if fits(SETTINGS[0]) else 1 + bisect_left(SETTINGS[1:], True, key=fits)
    return laid(document, SETTINGS[min(closer, len(SETTINGS) - 1)])


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
    """Take out when an attachment was made, which would be now, and write its name so that all readers can read it."""
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
