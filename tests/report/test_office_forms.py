"""Word and Excel: what a document says stands in the file, alive, and the same document is the same file."""

from __future__ import annotations

import io
import re
import zipfile

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm

from risksim.language import Language
from risksim.report.charts import chart
from risksim.report.document import (
    Beside,
    Bullets,
    Cell,
    Chart,
    Document,
    Heading,
    Keys,
    PageBreak,
    Paragraph,
    Sheet,
    Table,
    is_numeric,
)
from risksim.report.forms import excel, word
from risksim.report.forms.draw import png, untitled
from risksim.report.forms.excel import CHART_WIDTH, ROW, as_read, number_format, png_size
from risksim.report.forms.word import TemplateError, default_template, widths_of

MONEY = Table(
    "money",
    "Repayment by year",
    ("year", "mean", "P(more)", "note"),
    (
        (Cell("2026"), Cell("1.2m", 1_234_567.891, "money"), Cell("31 %", 0.3114, "percent"), Cell("first")),
        (Cell("2027"), Cell("none", None), Cell("below 1 %", 0.0031, "percent", 1), Cell("")),
        (Cell("all"), Cell("-5.25", -5.25, "number", 2), Cell("2026-01-31", "2026-01-31", "date"), Cell("last")),
    ),
    ("Years are budget years.",),
    (2,),
)
BAR = {"mark": "bar", "encoding": {"x": {"field": "x"}, "y": {"field": "y", "type": "quantitative"}}}
BARS = chart("Bars", [{"x": "a", "y": 1}, {"x": "b", "y": 2}], [BAR])
BEHIND = Table("bars-table", "Behind it", ("x", "y"), ((Cell("a"), Cell("1", 1.0, "number")),))
DRAWN = Chart("bars", BARS, "b is twice a.", BEHIND, "Two bars", "half")


def document(language: Language = "en") -> Document:
    blocks = (
        Heading("First heading", 2),
        Paragraph("In 72 of 100 futures the capital comes back.", "lead"),
        Keys((("probability of a loss", "28 %", "± 0.1 %"), ("capital", "3.2m", ""))),
        Bullets(("one", "two")),
        MONEY,
        Beside((DRAWN, MONEY)),
        DRAWN,
        PageBreak(),
        Paragraph("Small print.", "note"),
    )
    sheet = Sheet("Repayment", blocks)
    sheets = (sheet, Sheet("Second", (MONEY,)))
    annex = (Heading("Annex", 2),)
    title, digest = "Memo: Ærø & Sønner", "0a5147bc0782"
    return Document(language, title, "Board of 2026", "foot & number", blocks, annex, sheets, (), ("loss",), digest)


@pytest.fixture(scope="module")
def in_word() -> docx.document.Document:
    return docx.Document(io.BytesIO(word.render(document("da"))))


@pytest.fixture(scope="module")
def in_excel() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(excel.render(document())))


@pytest.mark.parametrize("form", [word, excel])
def test_the_same_document_is_the_same_file(form):
    made = form.render(document())
    assert made == form.render(document())
    stamps = {part.date_time for part in zipfile.ZipFile(io.BytesIO(made)).infolist()}
    assert stamps == {(1980, 1, 1, 0, 0, 0)}


def test_word_says_what_the_document_says_in_named_styles(in_word):
    said = [(paragraph.style.name, paragraph.text) for paragraph in in_word.paragraphs if paragraph.text]
    assert said[:4] == [
        ("Title", "Memo: Ærø & Sønner"),
        ("Subtitle", "Board of 2026"),
        ("Heading 1", "First heading"),
        ("Memo Lead", "In 72 of 100 futures the capital comes back."),
    ]
    assert ("List Bullet", "two") in said
    assert said[-1] == ("Heading 1", "Annex")


def test_word_tables_repeat_their_heads_and_keep_numbers_to_the_right(in_word):
    table = next(table for table in in_word.tables if table.style.name == "Memo Table")
    assert [cell.text for cell in table.rows[0].cells] == ["year", "mean", "P(more)", "note"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [cell.paragraphs[0].style.name for cell in table.rows[1].cells] == [
        "Memo Cell",
        "Memo Number",
        "Memo Number",
        "Memo Cell",
    ]
    assert all(run.bold for cell in table.rows[3].cells for run in cell.paragraphs[0].runs if run.text)


def test_word_pictures_have_words(in_word):
    found = in_word.element.body.findall(f".//{qn('wp:docPr')}")
    assert [one.get("descr") for one in found] == ["b is twice a."] * 2
    assert len({one.get("id") for one in found}) == 2


def test_word_knows_its_language_and_numbers_its_pages(in_word):
    assert in_word.core_properties.language == "da-DK"
    language = in_word.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert language.get(qn("w:val")) == "da-DK"
    foot = in_word.sections[0].footer.paragraphs[0]._p
    assert [field.get(qn("w:instr")) for field in foot.findall(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert (in_word.sections[0].page_width.cm, in_word.sections[0].page_height.cm) == pytest.approx(
        (21.0, 29.7), abs=0.01
    )


def test_a_board_may_restyle_the_template():
    own = docx.Document(io.BytesIO(default_template()))
    own.styles["Memo Lead"].font.name = "Georgia"
    own.add_paragraph("an old memo, which is not kept")
    saved = io.BytesIO()
    own.save(saved)
    made = docx.Document(io.BytesIO(word.render(document(), saved.getvalue())))
    assert made.styles["Memo Lead"].font.name == "Georgia"
    assert "an old memo" not in "".join(paragraph.text for paragraph in made.paragraphs)


def test_a_template_that_cannot_serve_is_refused():
    with pytest.raises(TemplateError, match=r"no Word file"):
        word.render(document(), b"not a template")
    plain = io.BytesIO()
    docx.Document().save(plain)
    with pytest.raises(TemplateError, match=r"lacks the styles Memo Lead"):
        word.render(document(), plain.getvalue())


def test_excel_keeps_numbers_alive(in_excel):
    sheet = in_excel["Second"]
    rows = {row[0].value: row for row in sheet.iter_rows()}
    assert [cell.value for cell in rows["year"]] == ["year", "mean", "P(more)", "note"]
    assert rows["2026"][1].value == 1_234_567.891  # unrounded; the format rounds
    assert rows["2026"][1].number_format == "#,##0"
    assert (rows["2026"][2].value, rows["2026"][2].number_format) == (0.3114, "0 %")
    assert rows["2027"][1].value == "none"
    assert (rows["2027"][2].value, rows["2027"][2].number_format) == (0.0031, '"below 1 %"')  # a bound stays one
    assert (rows["all"][1].value, rows["all"][1].number_format) == (-5.25, "#,##0.00")
    assert rows["all"][2].is_date
    assert rows["all"][1].font.bold
    assert not rows["2026"][1].font.bold


def test_excel_has_a_sheet_per_question_and_prints_on_a4(in_excel):
    assert in_excel.sheetnames == ["Repayment", "Second"]
    sheet = in_excel["Second"]
    assert sheet.freeze_panes == "B3"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == (
        9,
        "landscape",
        0,
    )
    assert in_excel.properties.title == "Memo: Ærø & Sønner"


def test_excel_pictures_have_words():
    drawing = zipfile.ZipFile(io.BytesIO(excel.render(document()))).read("xl/drawings/drawing1.xml").decode()
    assert drawing.count('descr="b is twice a."') == 2


def test_text_that_looks_like_a_formula_stays_text():
    table = Table("t", "", ("a", "b"), ((Cell("=1+1", "=1+1"), Cell("http://x", "http://x")),))
    made = excel.render(Document("en", "T", "", "", (), (), (Sheet("S", (table,)),), ()))
    cell = openpyxl.load_workbook(io.BytesIO(made))["S"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (Cell("", 1.0, "money"), "#,##0"),
        (Cell("", 1.0, "money", 2), "#,##0.00"),
        (Cell("", 0.5, "percent"), "0 %"),
        (Cell("", 0.5, "percent", 2), "0.00 %"),
        (Cell("", 5, "people", 1), "#,##0.0"),
        (Cell("", "2026-01-01", "date"), "yyyy-mm-dd"),
    ],
)
def test_number_formats_follow_the_error(cell, wanted):
    assert number_format(cell) == wanted


def test_columns_fill_the_width_and_no_word_is_broken():
    widths = widths_of(MONEY, 17.4)
    assert sum(widths) == pytest.approx(17.4)
    assert [is_numeric(MONEY, column) for column in range(4)] == [False, True, True, False]


def test_the_page_of_a_board_is_filled_and_its_foot_stays():
    template = docx.Document(io.BytesIO(default_template()))
    section = template.sections[0]
    section.left_margin = section.right_margin = Cm(4)
    section.footer.paragraphs[0].text = "The board of Havnen"
    made = io.BytesIO()
    template.save(made)
    file = docx.Document(io.BytesIO(word.render(document(), made.getvalue())))
    assert [paragraph.text.strip().split(" ")[0] for paragraph in file.sections[0].footer.paragraphs] == ["The", "foot"]
    widths = [sum(column.width.cm for column in table.columns) for table in file.tables]
    assert max(widths) == pytest.approx(13.0, abs=0.05)


def test_no_column_is_narrower_than_its_longest_word():
    long = "a reason that is long enough to take most of the width of the page, and more than that"
    cells = (Cell("x"), Cell("12.000.000", 12e6, "money"), Cell(long))
    widths = widths_of(Table("t", "", ("a", "amount", "why"), (cells,) * 3), 17.4)
    assert widths[1] > 10 * 0.15
    assert widths[2] > 10.0


def test_a_small_table_stays_on_one_page():
    file = docx.Document(io.BytesIO(word.render(document())))
    money = next(table for table in file.tables if table.rows[0].cells[0].text == "year")
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in money.rows]
    assert kept == [True, True, True, None]


def test_a_sheet_with_a_chart_does_not_freeze_below_it(in_excel):
    assert in_excel["Repayment"].freeze_panes is None


def test_long_reasons_wrap_in_excel_and_words_in_columns_of_numbers_stand_right(in_excel):
    reason = "word " * 40
    table = Table("t", "", ("a", "why"), ((Cell("x"), Cell(reason)),))
    made = excel.render(Document("en", "T", "", "", (), (), (Sheet("S", (table,)),), ()))
    sheet = openpyxl.load_workbook(io.BytesIO(made))["S"]
    assert sheet["B2"].alignment.wrap_text
    assert sheet.row_dimensions[2].height > 40
    rows = {row[0].value: row for row in in_excel["Second"].iter_rows()}
    assert rows["2027"][1].alignment.horizontal == "right"


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (Cell("30,8 %", 0.3081, "number", 4), "0.0 %"),
        (Cell("30 % a year", 0.3, "number", 4), "0 %"),
        (Cell("2.000.000", 2e6, "number", 4), "#,##0"),
        (Cell("2031", 2031, "number"), "0"),
        (Cell("0,0013", 0.00131, "people", 1), "#,##0.0000"),
        (Cell("\N{MINUS SIGN}0,5", -0.5, "number", 4), "#,##0.0"),
        (Cell("1,25", 1.25, "number", 2), "#,##0.00"),
        (Cell("1.234", 1234.0, "money"), "#,##0"),
    ],
)
def test_plain_numbers_are_shown_as_they_are_read(cell, wanted):
    assert number_format(as_read(cell)) == wanted


def test_a_chart_covers_the_rows_that_are_left_for_it():
    picture = png(untitled(DRAWN), "en")
    width, height = png_size(picture)
    made = excel.render(document())
    drawing = zipfile.ZipFile(io.BytesIO(made)).read("xl/drawings/drawing1.xml").decode()
    across, down = (int(one) / 9525 for one in re.findall(r'<a:ext cx="(\d+)" cy="(\d+)"', drawing)[0])
    assert across == pytest.approx(CHART_WIDTH / 1.5, abs=2)
    assert down == pytest.approx(across * height / width, abs=2)
    rows = [
        row[0].value for row in openpyxl.load_workbook(io.BytesIO(excel.render(document())))["Repayment"].iter_rows()
    ]
    first = int(re.findall(r"<xdr:from>.*?<xdr:row>(\d+)", drawing)[0])
    free = next(number for number, value in enumerate(rows[first:]) if value is not None)
    assert free * ROW >= down


def test_no_bound_is_shown_as_nought_or_certainty():
    cells = (
        Cell("x"),
        Cell("under 0,005 %", 0.0, "percent", 1),
        Cell("eksakt", 0.0, "number"),
        Cell("0", 0.0, "money"),
    )
    table = Table("t", "", ("a", "b", "c", "d"), (cells,))
    made = excel.render(Document("da", "T", "", "", (), (), (Sheet("S", (table,)),), ()))
    row = openpyxl.load_workbook(io.BytesIO(made))["S"][2]
    assert [cell.number_format for cell in row[1:]] == ['"under 0,005 %"', '"eksakt"', "#,##0"]
    assert [cell.value for cell in row[1:]] == [0, 0, 0]
