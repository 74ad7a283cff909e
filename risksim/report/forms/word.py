"""A document as a Word file, made from a template that a board may restyle.

Looks live in the template alone: every paragraph and table names a style, so a board that changes the styles of the
template changes all its memos. Two documents that say the same are the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from risksim.errors import RisksimError
from risksim.language import _, plural
from risksim.report.document import (
    Beside,
    Block,
    Bullets,
    Chart,
    Document,
    Heading,
    Keys,
    PageBreak,
    Paragraph,
    Table,
    is_numeric,
)
from risksim.report.forms.draw import heading, png, untitled

STYLES = {"lead": "Memo Lead", "note": "Memo Note", "warning": "Memo Warning", "plain": "Normal"}
CELL, CELL_NUMBER, KEY, KEY_LABEL, CAPTION = "Memo Cell", "Memo Number", "Memo Key", "Memo Key Label", "Memo Caption"
TABLE, FOOT = "Memo Table", "Footer"
OWN = (*(name for name in STYLES.values() if name != "Normal"), CELL, CELL_NUMBER, KEY, KEY_LABEL, CAPTION)
"""Paragraph styles beside those that every Word template has."""
ACCENT, INK, QUIET, RULE = "0B4F6C", "1A1A1A", "555555", "B8C4CC"
"""Colours of the template. [rgb]"""
WIDTH, GAP = 17.4, 0.4
"""Width of the text on a page of the shipped template, and between blocks side by side. [cm]"""
EMU = 360_000
"""Word's unit of length. [1/cm]"""
LETTER, SIDES, LONGEST_LINE = 0.155, 0.3, 110
"""Width of a letter in a table, of the sides of a cell [cm], and letters beyond which a column grows no wider."""
KEPT_ROWS, KEPT_LETTERS = 14, 90
"""Rows, and letters of a cell, up to which a table is never split between pages."""
STAMP = (1980, 1, 1, 0, 0, 0)
"""When every part was packed, so that the same memo is the same file."""
LANGUAGE_CODES = {"en": "en-GB", "da": "da-DK"}


class TemplateError(RisksimError):
    """A template that can't be used."""


def render(document: Document, template: bytes | None = None) -> bytes:
    """A document as a Word file.

    Parameters
    ----------
    document : Document
        What it says.
    template : bytes, optional
        A Word file whose styles are used; `default_template` where there is none.

    Returns
    -------
    bytes
        A .docx file; equal for equal documents and templates.

    Raises
    ------
    TemplateError
        If the template is no Word file, or lacks a style that the memo names.
    """
    file = _opened(default_template() if template is None else template)
    _Writer(file, document).all()
    _describe(file, document)
    return _packed(file)


def check_template(template: bytes) -> None:
    """Refuse a template of which no memo can be made.

    Parameters
    ----------
    template : bytes
        A Word file.

    Raises
    ------
    TemplateError
        If it is none, or lacks a style that the memo names.
    """
    _opened(template)


def default_template() -> bytes:
    """The template that ships with risksim: an empty page with all styles of a memo, to be restyled in Word."""
    import docx
    from docx.shared import Cm

    file = docx.Document()
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21.0 - WIDTH) / 2)
    section.top_margin, section.bottom_margin = Cm(1.4), Cm(1.5)
    section.footer_distance = Cm(0.8)
    _style_text(file)
    _style_table(file)
    return _packed(file)


def _style_text(file: Any) -> None:
    """Paragraph styles of the template."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    sizes = {
        "Normal": (9, INK, False, 0, 3),
        "Title": (20, ACCENT, True, 0, 0),
        "Subtitle": (10, QUIET, False, 0, 6),
        "Heading 1": (14, ACCENT, True, 8, 2),
        "Heading 2": (11.5, ACCENT, True, 9, 2),
        "Heading 3": (10, INK, True, 6, 2),
        "List Bullet": (9, INK, False, 0, 1),
        "Footer": (7.5, QUIET, False, 0, 0),
        "Memo Lead": (12, INK, True, 2, 4),
        "Memo Note": (7.5, QUIET, False, 0, 3),
        "Memo Warning": (9.5, "9A3324", True, 2, 4),
        "Memo Cell": (8, INK, False, 0.5, 0.5),
        "Memo Number": (8, INK, False, 0.5, 0.5),
        "Memo Key": (16, ACCENT, True, 2, 0),
        "Memo Key Label": (7.5, QUIET, False, 0, 2),
        "Memo Caption": (8.5, INK, True, 6, 2),
    }
    styles = file.styles
    for name, (size, colour, bold, before, after) in sizes.items():
        if name not in [style.name for style in styles]:
            styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
        style = styles[name]
        style.font.name, style.font.size = "Calibri", Pt(size)
        style.font.bold, style.font.italic = bold, False
        style.font.color.rgb = RGBColor.from_string(colour)
        _plain_fonts(style.element)
        for spread in style.element.rPr.findall(_tag("w:spacing")):  # Word's own subtitle is letter-spaced
            style.element.rPr.remove(spread)
        paragraph = style.paragraph_format
        paragraph.space_before, paragraph.space_after, paragraph.line_spacing = Pt(before), Pt(after), 1.0
        paragraph.keep_with_next = name.startswith("Heading") or name == CAPTION
    styles[CELL_NUMBER].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    title = styles["Title"].element.pPr
    for border in title.findall(_tag("w:pBdr")):  # Word's own title is underlined
        title.remove(border)


def _plain_fonts(style: Any) -> None:
    """Let the named font win over those of Word's theme."""
    fonts = style.rPr.rFonts
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]


def _style_table(file: Any) -> None:
    """The table style of the template: thin rules, no boxes."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    style = file.styles.add_style(TABLE, WD_STYLE_TYPE.TABLE)
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{RULE}"'
    style.element.append(
        parse_xml(
            f"<w:tblPr {nsdecls('w')}><w:tblBorders><w:top {line}/><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"
            '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        )
    )
    style.element.append(
        parse_xml(f'<w:tblStylePr {nsdecls("w")} w:type="firstRow"><w:rPr><w:b/></w:rPr></w:tblStylePr>')
    )


def _opened(template: bytes) -> Any:
    """A template, without what it says."""
    import docx

    try:
        file = docx.Document(io.BytesIO(template))
    except (KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise TemplateError(
            _(
                "The template is no Word file (.docx) that can be read.\n"
                "  Try: risksim memo --write-template memo-template.docx, restyle that in Word, and save it as .docx"
            )
        ) from error
    there = {style.name for style in file.styles}
    lacking = [name for name in (*OWN, TABLE, "Title", "Subtitle", "Heading 1", "Heading 2") if name not in there]
    if lacking:
        raise TemplateError(
            plural(
                "The template lacks the style {names}.\n"
                "  Try: risksim memo --write-template memo-template.docx, restyle that in Word, and keep its styles",
                "The template lacks the styles {names}.\n"
                "  Try: risksim memo --write-template memo-template.docx, restyle that in Word, and keep its styles",
                len(lacking),
                names=", ".join(lacking),
            )
        )
    body = file.element.body
    for element in list(body):
        if element.tag != _tag("w:sectPr"):
            body.remove(element)
    return file


def _tag(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))


class _Writer:
    """Blocks into a Word file, one after the other."""

    def __init__(self, file: Any, document: Document) -> None:
        self.file, self.document = file, document
        self.width = text_width(file)
        self.pictures = 0
        self.ids = tuple(file.styles[name].style_id for name in (CELL, CELL_NUMBER))
        self.breaks = False
        """Whether the next heading begins a page."""
        self.forms: dict[type, Callable[[Any, Any, float], None]] = {
            Heading: self.heading,
            Paragraph: self.paragraph,
            Bullets: self.bullets,
            Table: self.table,
            Chart: self.chart,
            Beside: self.beside,
            Keys: self.keys,
            PageBreak: self.page_break,
        }

    def all(self) -> None:
        """The whole document."""
        document = self.document
        self.file.add_paragraph(document.title, style="Title")
        if document.subtitle:
            self.file.add_paragraph(document.subtitle, style="Subtitle")
        self.blocks(self.file, document.front, self.width)
        if document.annexes:
            self.blocks(self.file, (PageBreak(), *document.annexes), self.width)
        self.foot()

    def blocks(self, place: Any, blocks: Sequence[Block], width: float) -> None:
        """Some blocks at a place of that width in cm."""
        for number, block in enumerate(blocks):
            if isinstance(block, PageBreak) and isinstance(blocks[min(number + 1, len(blocks) - 1)], Heading):
                self.breaks = True
                continue
            self.forms[type(block)](place, block, width)

    def heading(self, place: Any, block: Heading, _width: float) -> None:
        """A heading of the level that it has, the title being the first."""
        if block.text != self.document.title:  # which stands at the head already
            made = place.add_paragraph(block.text, style=f"Heading {min(max(block.level - 1, 1), 3)}")
            made.paragraph_format.page_break_before = self.breaks or None
            self.breaks = False

    def paragraph(self, place: Any, block: Paragraph, _width: float) -> None:
        """A paragraph."""
        place.add_paragraph(block.text, style=STYLES[block.kind])

    def bullets(self, place: Any, block: Bullets, _width: float) -> None:
        """A list."""
        for item in block.items:
            place.add_paragraph(item, style="List Bullet")

    def page_break(self, place: Any, _block: PageBreak, _width: float) -> None:
        """A new page."""
        place.add_paragraph(style="Normal").paragraph_format.page_break_before = True

    def keys(self, place: Any, block: Keys, width: float) -> None:
        """Figures in large type beside each other."""
        if not block.figures:
            return
        table = self.grid(place, 1, [width / len(block.figures)] * len(block.figures))
        for cell, (label, figure, error) in zip(table.rows[0].cells, block.figures, strict=True):
            cell.paragraphs[0].style = KEY
            cell.paragraphs[0].add_run(figure)
            cell.add_paragraph(" ".join(part for part in (label, error) if part), style=KEY_LABEL)
        self.space(place)

    def beside(self, place: Any, block: Beside, width: float) -> None:
        """Blocks beside each other, in a table without rules."""
        each = (width - GAP * (len(block.blocks) - 1)) / len(block.blocks)
        table = self.grid(place, 1, [each] * len(block.blocks))
        for cell, inside in zip(table.rows[0].cells, block.blocks, strict=True):
            self.blocks(cell, [inside], each - 2 * GAP)  # a cell has margins
            first = cell.paragraphs[0]
            if not first.text and len(cell._element) > 2:
                cell._element.remove(first._element)
        _keep_rows(table)
        self.space(place)  # Word joins two tables that touch

    def table(self, place: Any, block: Table, width: float) -> None:
        """A table whose heading row is repeated on every page."""
        if block.caption:
            place.add_paragraph(block.caption, style=CAPTION)
        widths = widths_of(block, width)
        table = self.grid(place, 1 + len(block.rows), widths, TABLE)
        numeric = [is_numeric(block, column) for column in range(len(block.head))]
        head, *rows = table._tbl.tr_lst
        for column, text in enumerate(block.head):
            self.fill(head.tc_lst[column], text, number=numeric[column], bold=True)
        for number, (row, cells) in enumerate(zip(rows, block.rows, strict=True)):
            for column, (place_of, cell) in enumerate(zip(row.tc_lst, cells, strict=False)):
                self.fill(place_of, cell.text, number=numeric[column], bold=number in block.emphasised)
        _repeat_head(table)
        if len(block.rows) <= KEPT_ROWS and all(len(cell.text) <= KEPT_LETTERS for row in block.rows for cell in row):
            _keep_together(table)
        for note in block.notes:
            place.add_paragraph(note, style=STYLES["note"])
        if not block.notes:
            self.space(place)

    def space(self, place: Any) -> None:
        """A little room below a table."""
        from docx.shared import Pt

        room = place.add_paragraph(style=KEY_LABEL).paragraph_format
        room.line_spacing, room.space_after = Pt(4), Pt(0)

    def fill(self, cell: Any, text: str, *, number: bool, bold: bool) -> None:
        """One cell, an element of the table: the library would look up its style each time anew."""
        from docx.text.run import Run

        paragraph = cell.p_lst[0]
        paragraph.style = self.ids[number]
        run = paragraph.add_r()
        run.text = text
        if bold:
            Run(run, paragraph).bold = True

    def chart(self, place: Any, block: Chart, width: float) -> None:
        """A chart as a picture with its words."""
        from docx.shared import Cm

        shown = width if block.width == "full" or width < self.width else (width - GAP) / 2
        if heading(block):
            place.add_paragraph(heading(block), style=CAPTION)
        run = place.add_paragraph(style="Normal").add_run()
        picture = run.add_picture(io.BytesIO(png(untitled(block), self.document.language)), width=Cm(shown))
        self.pictures += 1
        properties = picture._inline.docPr
        properties.set("descr", block.alt)
        properties.set("name", block.name)
        properties.set("id", str(self.pictures))

    def grid(self, place: Any, rows: int, widths: Sequence[float], style: str | None = None) -> Any:
        """An empty table with columns of these widths in cm."""
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.shared import Cm

        table = place.add_table(rows, len(widths))
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.LEFT
        if style is not None:
            table.style = style
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for row in table._tbl.tr_lst:  # the library looks for every cell from the first one on
            for cell, width in zip(row.tc_lst, widths, strict=True):
                cell.width = Cm(width)
        return table

    def foot(self) -> None:
        """The running foot, with the number of the page."""
        footer = self.file.sections[0].footer
        paragraph = footer.paragraphs[0] if footer.paragraphs else footer.add_paragraph()
        if any(element.text for element in footer._element.iter(_tag("w:t"))):  # a board's own foot stays above
            paragraph = footer.add_paragraph()
        paragraph.style = FOOT
        paragraph.add_run(f"{self.document.running}   ")
        _field(paragraph, "PAGE")
        paragraph.add_run("/")
        _field(paragraph, "NUMPAGES")


def text_width(file: Any) -> float:
    """Width between the margins of a template's page. [cm]"""
    section = file.sections[0]
    sides = (section.page_width, section.left_margin, section.right_margin)
    if any(side is None for side in sides):
        return WIDTH
    page, left, right = sides
    return round(float(page - left - right) / EMU, 2)


def widths_of(table: Table, width: float) -> list[float]:
    """Widths of the columns in cm: by their longest words and by how much they say.

    Parameters
    ----------
    table : Table
        What is to be shown.
    width : float
        The whole width. [cm]

    Returns
    -------
    list of float
        Their sum is `width`.
    """
    columns = range(len(table.head))
    texts = [[table.head[column], *(row[column].text for row in table.rows if column < len(row))] for column in columns]
    words = [max((len(word) for text in column for word in text.split(" ")), default=1) for column in texts]
    most = [min(max(map(len, column), default=1), LONGEST_LINE) for column in texts]
    least = [LETTER * word + SIDES for word in words]
    if sum(least) >= width:
        return [width * each / sum(least) for each in least]
    wanted = [max(LETTER * (letters - word), 0.1) for letters, word in zip(most, words, strict=True)]
    left = width - sum(least)
    return [each + left * share / sum(wanted) for each, share in zip(least, wanted, strict=True)]


def _repeat_head(table: Any) -> None:
    """Repeat the heading row on each page, and break no row."""
    from docx.oxml import OxmlElement

    _keep_rows(table)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_rows(table: Any) -> None:
    """Break no row between pages."""
    from docx.oxml import OxmlElement

    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _keep_together(table: Any) -> None:
    """Keep the rows of a table on one page."""
    for row in table.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _field(paragraph: Any, what: str) -> None:
    """A field that Word fills in."""
    from docx.oxml import OxmlElement

    field = OxmlElement("w:fldSimple")
    field.set(_tag("w:instr"), what)
    paragraph._p.append(field)


def _describe(file: Any, document: Document) -> None:
    """Title, language and subject of the file."""
    properties = file.core_properties
    properties.title, properties.subject = document.title, document.subtitle
    properties.keywords, properties.author = ", ".join(document.keywords), "risksim"
    properties.language = LANGUAGE_CODES[document.language]
    properties.comments = _("Scenario {digest}", digest=document.digest) if document.digest else ""
    properties.created = properties.modified = dt.datetime(*STAMP[:3], tzinfo=dt.UTC)
    properties.revision, properties.last_modified_by = 1, "risksim"
    _speak(file, LANGUAGE_CODES[document.language])


def _speak(file: Any, code: str) -> None:
    """The language in which Word checks and reads the text aloud."""
    from docx.oxml import OxmlElement

    defaults = file.styles.element.find(f".//{_tag('w:rPrDefault')}/{_tag('w:rPr')}")
    if defaults is None:
        return
    for old in defaults.findall(_tag("w:lang")):
        defaults.remove(old)
    language = OxmlElement("w:lang")
    language.set(_tag("w:val"), code)
    language.set(_tag("w:eastAsia"), code)
    defaults.append(language)


def _packed(file: Any) -> bytes:
    """A Word file whose parts all bear the same date."""
    made = io.BytesIO()
    file.save(made)
    packed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            stamped = zipfile.ZipInfo(part.filename, STAMP)
            stamped.compress_type, stamped.external_attr = zipfile.ZIP_DEFLATED, part.external_attr
            new.writestr(stamped, old.read(part.filename))
    return packed.getvalue()
