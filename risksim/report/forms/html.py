"""A document as one HTML file: nothing outside it is needed to read it."""

from __future__ import annotations

import base64
import mimetypes
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from risksim.language import N_, _, speaking
from risksim.report.document import Attachment, Beside, Block, Chart, Document, Heading, Keys, Table
from risksim.report.forms import draw

if TYPE_CHECKING:
    from jinja2 import Template

HERE = Path(__file__).parent / "page"
WEIGHTS = {"Regular": (400, "normal"), "Italic": (400, "italic"), "Medium": (500, "normal"), "Bold": (700, "normal")}
"""Faces of the font: how heavy, how slanted."""
SENTENCE = 70
"""What is longer than this is a sentence. [letters]"""
LARGE, SMALLER = 55, 70
"""Letters of the longest key figure, times how many stand beside each other, up to which type is large, or smaller."""
NUMBERS_BEHIND = N_("The numbers behind the chart")
FILES = N_("Files")


def render(document: Document) -> bytes:
    """A document as HTML.

    Parameters
    ----------
    document : Document
        What is written.

    Returns
    -------
    bytes
        One file in UTF-8.
    """
    faces = [face(name, f"data:font/woff2;base64,{_coded(f'{draw.FAMILY}-{name}.woff2')}", "woff2") for name in WEIGHTS]
    return page(document, "screen", "\n".join(faces)).encode()


def page(
    document: Document, medium: Literal["screen", "paper"], faces: str, density: int = 0, turns: bool = True
) -> str:
    """The page that both HTML and PDF are made of.

    Parameters
    ----------
    document : Document
        What is written.
    medium : {"screen", "paper"}
        On paper charts are pictures named ``chart:0``, ``chart:1``, ... in the order of `charts`, nothing folds, and
        `rules` come with the fonts and not with the page.
    faces : str
        The rules that say where the fonts are.
    density : int
        How closely type is set, from 0.
    turns : bool
        Whether a page ends where the document asks for it.

    Returns
    -------
    str
    """
    with speaking(document.language):
        return _template().render(
            document=document,
            front=_without_title(document),
            paper=medium == "paper",
            faces=faces,
            css=rules("screen") if medium == "screen" else "",
            density=density,
            turns=turns,
            position=count().__next__,
            words={"behind": _(NUMBERS_BEHIND), "files": _(FILES)},
        )


def charts(document: Document) -> list[Chart]:
    """All charts of the pages, in their order."""

    def within(blocks: tuple[Block, ...]) -> list[Chart]:
        found: list[Chart] = []
        for block in blocks:
            if isinstance(block, Chart):
                found.append(block)
            elif isinstance(block, Beside):
                found += within(block.blocks)
        return found

    return within(document.front + document.annexes)


def face(name: str, address: str, kind: str) -> str:
    """The rule that says where a face of the font is."""
    weight, style = WEIGHTS[name]
    return (
        f"@font-face {{ font-family: {draw.FAMILY}; font-weight: {weight}; font-style: {style}; "
        f'src: url("{address}") format("{kind}") }}'
    )


def figures(table: Table) -> tuple[bool, ...]:
    """Which columns of a table hold figures and stand flush right.

    Examples
    --------
    >>> from risksim.report.document import Cell
    >>> figures(Table("t", "", ("who", "how much"), ((Cell("a"), Cell("1", 1.0, "money")),)))
    (False, True)
    """
    return tuple(
        at > 0 and any(row[at].form not in ("text", "date") for row in table.rows if at < len(row))
        for at in range(len(table.head))
    )


def prose(table: Table) -> tuple[bool, ...]:
    """Which columns of a table hold sentences, and need more room than others."""
    return tuple(
        at > 0 and any(len(row[at].text) > SENTENCE for row in table.rows if at < len(row))
        for at in range(len(table.head))
    )


def crowded(keys: Keys) -> str:
    """How much smaller key figures are set so that none breaks: with a space before it, the name of the style.

    Examples
    --------
    >>> crowded(Keys((("what", "72 of 100", ""),)))
    ''
    """
    wide = max(len(figure) for _what, figure, _range in keys.figures) * len(keys.figures)
    return "" if wide <= LARGE else " close" if wide <= SMALLER else " closest"


def _without_title(document: Document) -> tuple[Block, ...]:
    """The front, without a heading that only repeats the title above it."""
    first = document.front[:1]
    is_title = bool(first) and isinstance(first[0], Heading) and first[0].level == 1
    return document.front[1:] if is_title else document.front


def _file(attachment: Attachment) -> str:
    """A file as an address that holds it."""
    kind = mimetypes.guess_type(attachment.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(attachment.content).decode()}"


def _coded(name: str) -> str:
    return base64.b64encode((draw.FONTS / name).read_bytes()).decode()


@cache
def rules(medium: Literal["screen", "paper"]) -> str:
    """The rules of all pages; on paper without those of screens, whose conditions the setter of type does not know."""
    whole = (HERE / "memo.css").read_text(encoding="utf-8")
    if medium == "screen":
        return whole
    return whole[: whole.index("@media screen")] + whole[whole.index("@page") :]


@cache
def _template() -> Template:
    """The template; its blocks are told apart by the name of their type."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def drawn(chart: Chart, document: Document, position: int) -> Any:
        return Markup(_inline(chart, document, position))  # noqa: S704 - drawn here, its words escaped

    loader = FileSystemLoader(HERE)
    found = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    found.filters |= {
        "kind": lambda block: type(block).__name__,
        "figures": figures,
        "prose": prose,
        "above": draw.heading,
        "crowded": crowded,
        "drawn": drawn,
        "file": _file,
        "css": lambda text: text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " "),
    }
    return found.get_template("memo.html")


def _inline(chart: Chart, document: Document, position: int) -> str:
    """A chart as part of the page, with the words for those who cannot see it."""
    from markupsafe import escape

    name = f"chart-{position}"
    opening, rest = draw.svg(draw.untitled(chart), document.language, name).split(">", 1)
    title = f'<title id="{name}-title">{escape(draw.heading(chart) or chart.table.caption)}</title>'
    words = f'<desc id="{name}-words">{escape(chart.alt)}</desc>'
    return f'{opening} role="img" aria-labelledby="{name}-title {name}-words">{title}{words}{rest}'
