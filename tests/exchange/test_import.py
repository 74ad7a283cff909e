"""Imports: a filled template becomes a scenario, every mistake is told by its cell, and nothing is guessed."""

import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
import zipfile

import openpyxl
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from risksim import api
from risksim.cli.main import app
from risksim.errors import BookError, ScenarioError
from risksim.exchange import books
from risksim.exchange.books import Book, Sheet, open_book
from risksim.exchange.compose import compose
from risksim.exchange.fields import TABLES, UNITS, VALUES
from risksim.exchange.importing import import_book
from risksim.exchange.mapping import AtLabel, AtName, Column, Mapping, Said, Table, Years, read_mapping
from risksim.exchange.reading import read_book
from risksim.exchange.template import HEADER_ROW, template, template_mapping
from tests.exchange.workbooks import FILLED, ROWS, SOEM, blank, cell_in, cell_of, filled, sheet, soem_book

MAPPING = SOEM / "soem-mapping.yaml"


def saved(book, folder, name="book.xlsx"):
    file = folder / name
    book.save(file)
    return file


def cached(file, values):
    """Give formulas a calculated value, as Excel writes it: openpyxl writes none."""
    source = io.BytesIO(file.read_bytes())
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            for formula, value in values.items():
                for empty in ("<v />", "<v></v>"):  # without lxml and with it
                    part = part.replace(f"<f>{formula}</f>{empty}".encode(), f"<f>{formula}</f><v>{value}</v>".encode())
            new.writestr(name, part)
    return file


def plain(text):
    return YAML(typ="safe").load(text)


def told(found):
    return [f"{fault.path}: {fault.found} {fault.remedy}" for fault in found.mistakes]


# From a template to a plan


@pytest.mark.parametrize("language", ["en", "da"])
def test_filled_template_is_read_checked_and_compiled(language, tmp_path):
    found = import_book(saved(filled(language), tmp_path))
    assert (found.mistakes, found.missing) == ([], [])
    file = tmp_path / "scenario.yaml"
    file.write_text(found.text, encoding="utf-8")
    deal = api.read(file)
    assert api.review(deal).unstated == ()
    scenario = deal.scenario
    assert (scenario.name, scenario.start_date, scenario.end_date) == ("Northtown", FILLED["start"], FILLED["end"])
    (cohort,) = scenario.cohorts
    assert (cohort.places, cohort.duration.value, cohort.dropout.value) == (120, 9, 0.2)
    shelter, benefit = scenario.public.consequences.values()
    assert (shelter.saved.value, shelter.price.value, shelter.lasts, shelter.cashable.value) == (120, 1_500, 5, 0.5)
    assert shelter.bears == {"municipality": 0.6, "state": 0.4}
    assert (benefit.bears.refund, benefit.bears.weeks, benefit.kind) == ("refund-ladder", 52, "transfer")


def test_every_number_keeps_its_cell(tmp_path):
    file = saved(filled(), tmp_path)
    found = import_book(file)
    said = plain(found.text)
    assert said["cohorts"][0]["participants"] == {"value": 120, "source": "book", "note": "Deal!B13"}
    assert said["sources"]["book"].startswith("book.xlsx, a workbook (SHA-256 ")
    book = openpyxl.load_workbook(file)
    assert len(found.placed) > 40
    for placed in found.placed:
        title, _, address = placed.cell.rpartition("!")
        assert book[title][address].value is not None, placed
        assert placed.path.split(".")[-1].split("[")[0] in found.text


def test_assumption_of_a_row_and_of_a_value_is_kept(tmp_path):
    book = filled()
    dropout = cell_of(book, "dropout")
    dropout.offset(0, 2).value = "nobody published it"
    said = plain(import_book(saved(book, tmp_path)).text)
    assert said["cohorts"][0]["dropout"]["assumption"] == "nobody published it"
    assert "source" not in said["cohorts"][0]["dropout"]
    assert said["public"]["consequences"]["shelter"]["assumption"] == "made up for a test"
    assert said["sources"]["source-1"] == "the ministry's rates (as book.xlsx names it)"


def test_nothing_is_guessed(tmp_path):
    book = filled(values={"name": "Northtown", "participants": 120}, rows={"outcomes": ROWS["outcomes"]})
    found = import_book(saved(book, tmp_path))
    assert found.mistakes == []
    assert {"start", "end", "follow_up"} <= {one.path for one in found.missing}
    assert all(one.remedy for one in found.missing)
    assert plain(found.text).keys() == {"schema", "name", "cohorts", "outcomes", "sources"}
    assert any(one.place == cell_place(book, "start") for one in found.left_out)


def cell_place(book, key):
    return f"Deal!{cell_of(book, key).coordinate}"


def test_year_of_a_cost_becomes_its_by_year(tmp_path):
    book = filled()
    cell_in(book, "costs", "year").value = 2028
    reading = read_book(open_book(saved(book, tmp_path)), template_mapping("en"))
    assert reading.mistakes == []
    assert "by_year: {2028: 1}" in compose(reading).text


def test_what_a_plan_lacks_is_still_to_add(tmp_path):
    values = {key: value for key, value in FILLED.items() if key != "duration"}
    found = import_book(saved(filled(values=values), tmp_path), compiled=api.read_text)
    (lacking,) = found.missing
    assert lacking.path == "cohorts[0].dropout"
    assert "this cohort has no duration. (Deal!B16)" in lacking.found
    assert "# Still to add: cohorts[0].dropout." in found.text


def test_formula_is_read_as_it_was_last_calculated(tmp_path):
    book = filled()
    cell_of(book, "participants").value = "=60*2"
    file = saved(book, tmp_path)
    (mistake,) = import_book(file).mistakes
    assert mistake.path == "Deal!B13"
    assert "'=60*2'" in mistake.found
    assert "never calculated" in mistake.found
    assert "Open the book in Excel or LibreOffice, save it" in mistake.remedy
    found = import_book(cached(file, {"60*2": 120}))
    assert found.mistakes == []
    assert plain(found.text)["cohorts"][0]["participants"]["value"] == 120


# A calculation laid out like SØM


def test_shipped_book_is_the_one_that_is_built_here():
    shipped, built = openpyxl.load_workbook(SOEM / "soem-like.xlsx"), soem_book()
    assert shipped.sheetnames == built.sheetnames
    for there, here in zip(shipped, built, strict=True):
        assert [[cell.value for cell in row] for row in there] == [[cell.value for cell in row] for row in here]


def test_consequences_by_year_become_saved_and_by_year():
    found = import_book(SOEM / "soem-like.xlsx", MAPPING)
    assert found.mistakes == []
    public = plain(found.text)["public"]
    # 180, 144, 108, 72, 36 thousand kroner; each year over the first: 144/180 = 0.8 and so on.
    shelter = public["consequences"]["Herberg"]
    assert (shelter["saved"]["value"], shelter["by_year"]) == (180_000, [1, 0.8, 0.6, 0.4, 0.2])
    transfers = public["consequences"]["Overførsler"]
    assert (transfers["saved"]["value"], transfers["by_year"]) == (-10_000, [1, -1.25, -1.25, -1.25, -1.25])
    assert public["costs"]["Sagsbehandler"]["amount"]["value"] == 450_000
    assert "I alt" not in public["consequences"]
    assert plain(found.text)["cohorts"][0]["dropout"]["value"] == 0.15


def test_what_the_mapping_says_itself_is_an_assumption():
    said = plain(import_book(SOEM / "soem-like.xlsx", MAPPING).text)
    assert said["start"]["assumption"] == "made up; the book has no dates"
    assert "source" not in said["start"]


def test_years_that_do_not_divide_keep_every_digit(tmp_path):
    book = soem_book()
    for column, value in zip("EFGHI", (3, 1, 2, 0, 7), strict=True):
        book["Konsekvenser"][f"{column}4"] = value
    public = plain(import_book(saved(book, tmp_path), MAPPING).text)["public"]
    shelter = public["consequences"]["Herberg"]
    got = [shelter["saved"]["value"] * multiple for multiple in shelter["by_year"]]
    assert got == pytest.approx([3_000, 1_000, 2_000, 0, 7_000], rel=1e-15)


def test_renamed_sheet_and_label_are_told_with_the_nearest(tmp_path):
    book = soem_book()
    book["Konsekvenser"].title = "Konsekvens"
    book["Forudsætninger"]["A3"] = "Projektets navne"
    book["Målgruppe"]["B2"] = "Andel som lykkes"
    said = "\n".join(told(import_book(saved(book, tmp_path), MAPPING)))
    assert "got no sheet 'Konsekvenser'; the book has Læs mig" in said
    assert "Did you mean 'Konsekvens'?" in said
    assert "Did you mean 'Projektets navne'?" in said
    assert "Did you mean 'Andel som lykkes'?" in said


# Mistakes in cells


def set_(table, name, value, number=0):
    return lambda book: setattr(cell_in(book, table, name, number), "value", value)


def value_(key, value, look=None):
    def change(book):
        cell_of(book, key).value = value
        if look is not None:
            cell_of(book, key).number_format = look

    return change


def merge(book):
    sheet(book, "consequences").merge_cells(f"E{HEADER_ROW + 2}:E{HEADER_ROW + 3}")


def lose_column(book):
    sheet(book, "consequences").cell(HEADER_ROW, 5).value = "Cost of a unit"


def lose_sheet(book):
    del book["Consequences"]


def lose_name(book):
    del book.defined_names["deal_start"]


def gap(book):
    for number, name in ((3, "name"), (3, "saved"), (3, "price")):
        cell_in(book, "consequences", name, number).value = "late" if name == "name" else 5


def other_currency(book):
    cell_in(book, "consequences", "price").number_format = "[$€-2] #,##0.00"


def as_percent(book):
    cell_in(book, "consequences", "price").number_format = "0%"


BROKEN = {
    "text for a number": (value_("participants", "many"), "Deal!B13", "got the text 'many'", "leave the cell empty"),
    "numeral as text": (value_("participants", "120"), "Deal!B13", "got the text '120'", "as a number"),
    "percent as text": (value_("dropout", "20 %"), "Deal!B16", "got the text '20 %'", "Did you mean 20 %?"),
    "percent as number": (
        value_("dropout", 75, "General"), "Deal!B16", "got 75; a share lies between", "Did you mean 75 %?"),
    "percent of hundreds": (value_("dropout", 75, "0%"), "Deal!B16", "got 7500 %", "digits"),
    "number for a date": (value_("start", 46388, "General"), "Deal!B9", "got the number 46388", "mean 2027-01-01"),
    "text for a date": (value_("start", "soon"), "Deal!B9", "got 'soon'", "as 2027-01-01"),
    "date for a number": (value_("participants", dt.date(2027, 1, 2)), "Deal!B13", "got the date", "format the cell"),
    "yes for a number": (value_("participants", True), "Deal!B13", "got TRUE", "number"),
    "half a person": (value_("participants", 12.5), "Deal!B13", "got 12.5; this is a whole number", "Round it"),
    "year outside": (value_("price_year", 26), "Deal!B20", "got 26; a year lies between", "digits"),
    "date outside": (value_("end", dt.datetime(2531, 12, 31)), "Deal!B10", "got 2531-12-31", "year"),
    "end before start": (value_("end", dt.datetime(2021, 12, 31)), "Deal!B10", "not after start", "change places"),
    "currency": (value_("currency", "kr."), "Deal!B8", "got 'kr.'", "Did you mean DKK?"),
    "no participants": (value_("participants", 0), "Deal!B13", "cohorts[0].participants", ""),
    "error": (value_("participants", "#REF!"), "Deal!B13", "got the error #REF!", "Mend the formula"),
    "division": (value_("participants", "#DIV/0!"), "Deal!B13", "got the error #DIV/0!", "Mend the formula"),
    "other currency": (other_currency, "Consequences!E6", "got an amount in EUR; the deal is in DKK", "Convert"),
    "price in percent": (as_percent, "Consequences!E6", "got 150000 %", "format"),
    "no price": (set_("consequences", "price", None), "Consequences!E6", "got an empty cell", "Fill it in"),
    "no name": (set_("consequences", "name", None), "Consequences!A6", "got an empty cell in a row", "Write a name"),
    "total": (set_("consequences", "name", "Total", 1), "Consequences!A7", "looks like a total", "until"),
    "twice": (set_("consequences", "name", "shelter", 1), "Consequences!A7", "stands in Consequences!A6 too", "Write"),
    "no such outcome": (set_("payments", "outcome", "hme"), "Payments!A6", "got 'hme'", "home"),
    "shares": (set_("consequences", "state", 0.3), "Consequences!row 6", "add up to 90 %", "Change one"),
    "two bearers": (set_("consequences", "municipality", 1, 1), "Consequences!row 7", "refund and shares", "Keep"),
    "unknown payer": (set_("payments", "payer", "munisipality"), "Payments!C6", "got 'munisi", "mean municipality"),
    "rows apart": (gap, "Consequences!A9", "below the empty row 8", "Take the empty row out"),
    "merged": (merge, "Consequences!E6:E7", "merged cells inside a table", "Unmerge"),
    "column": (lose_column, "Consequences!row 4", "got no column 'Price of a unit'", "Cost of a unit"),
    "sheet": (lose_sheet, "table_consequences", "", ""),
    "name": (lose_name, "deal_start", "got no defined name 'deal_start'", "Did you mean"),
}  # fmt: skip


def mistakes_of(book):
    """Those of a book that is not written and opened again: quicker."""
    names = {name: [defined.attr_text] for name, defined in book.defined_names.items()}
    there = Book("book.xlsx", "0" * 12, {page.title: Sheet(page, page) for page in book}, names, ())
    reading = read_book(there, template_mapping("en"))
    return reading.mistakes or compose(reading).mistakes


@pytest.mark.parametrize("case", BROKEN)
def test_mistake_is_told_by_its_cell(case):
    change, place, found, remedy = BROKEN[case]
    book = filled()
    change(book)
    mistakes = mistakes_of(book)
    alike = [fault for fault in mistakes if fault.path == place]
    assert alike, mistakes
    assert any(found in fault.found and remedy in fault.remedy for fault in alike), mistakes


def test_all_mistakes_are_told_at_once(tmp_path):
    book = filled()
    for case in ("text for a number", "percent as number", "text for a date", "currency", "no price", "shares"):
        BROKEN[case][0](book)
    places = [fault.path for fault in import_book(saved(book, tmp_path)).mistakes]
    assert sorted(places) == sorted(
        ["Deal!B13", "Deal!B16", "Deal!B9", "Deal!B8", "Consequences!E6", "Consequences!row 6"]
    )


def test_hidden_cells_that_are_read_are_named(tmp_path):
    book = filled()
    sheet(book, "consequences").row_dimensions[HEADER_ROW + 2].hidden = True
    sheet(book, "consequences").column_dimensions["C"].hidden = True
    book["Outcomes"].sheet_state = "hidden"
    warnings = "\n".join(import_book(saved(book, tmp_path)).warnings)
    assert "row 6 of Consequences is hidden" in warnings
    assert "column C of Consequences is hidden" in warnings
    assert "sheet Outcomes is hidden" in warnings


def test_links_to_other_books_are_not_followed_and_said(tmp_path):
    file = saved(filled(), tmp_path)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    assert any("links to 1 other workbook" in line for line in import_book(file).warnings)


def test_header_in_thousands_must_be_said_in_the_mapping(tmp_path):
    said = MAPPING.read_text(encoding="utf-8")
    text = said.replace("Beløb (1.000 kr.), unit: 1.000 kr", "Beløb (1.000 kr.), unit: kr")
    mapping = tmp_path / "map.yaml"
    mapping.write_text(text, encoding="utf-8")
    (fault,) = import_book(SOEM / "soem-like.xlsx", mapping).mistakes
    assert (fault.path, "unit: 1.000 kr" in fault.remedy) == ("Omkostninger!B2", True)


def test_label_in_per_cent_without_a_unit_is_not_guessed(tmp_path):
    book = soem_book()
    book["Forudsætninger"]["B5"] = 0.15
    mapping = tmp_path / "map.yaml"
    text = MAPPING.read_text(encoding="utf-8")
    mapping.write_text(text.replace("right: 1, unit: pct", "right: 1"), encoding="utf-8")
    (fault,) = import_book(saved(book, tmp_path), mapping).mistakes
    assert fault.found == "got 0.15 under 'Frafald (pct.)': 0.15 %, or 15 %?"
    assert any("read in per cent" in line for line in import_book(saved(book, tmp_path), MAPPING).warnings)


# Files that are no workbooks


def zipped(folder, parts):
    file = folder / "book.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
NO_BOOKS = {
    "empty": (b"", "got an empty file"),
    "pdf": (b"%PDF-1.7 ...", "got a PDF file"),
    "csv": (b"name;price\nshelter;1500\n", "got a text file, as CSV"),
    "web page": (b"<html><body>", "got a web page"),
    "old": (OLE, "got an old Excel file"),
    "locked": (OLE + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
    "cut off": (blank("en")[:4_000], "damaged or cut off"),
    "bytes": (b"\0\1\2" * 50, "got a file that is no workbook"),
}


@pytest.mark.parametrize("case", NO_BOOKS)
def test_file_that_is_no_workbook_is_refused(case, tmp_path):
    data, said = NO_BOOKS[case]
    file = tmp_path / "book.xlsx"
    file.write_bytes(data)
    with pytest.raises(BookError) as refused:
        import_book(file)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"word/document.xml": "<w/>"}, "got a Word document"),
        ({"content.xml": "<o/>"}, "got an OpenDocument file"),
        ({"xl/workbook.bin": "x"}, "got a binary workbook"),
        ({"notes.txt": "x"}, "a zip file that holds no workbook"),
        ({"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'}, "defines XML entities"),
        ({"xl/workbook.xml": "<workbook/>"}, "cannot be read"),
    ],
)
def test_archive_that_is_no_workbook_is_refused(parts, said, tmp_path):
    with pytest.raises(BookError, match=said):
        import_book(zipped(tmp_path, parts))


def test_small_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    file = zipped(tmp_path, {"xl/workbook.xml": bytes(books.MOST_UNPACKED + 1)})
    assert file.stat().st_size < 200_000
    with pytest.raises(BookError, match="got a file that unpacks to 60 MB in 1 parts"):
        import_book(file)


def test_large_file_is_refused_unread(tmp_path):
    file = tmp_path / "book.xlsx"
    with file.open("wb") as stream:
        stream.truncate(200_000_000)  # a hole: nothing is written
    with pytest.raises(BookError, match="got more than 10 MB"):
        import_book(file)


def test_folder_missing_file_and_forbidden_file_are_refused(tmp_path, monkeypatch):
    file = saved(filled(), tmp_path)
    with pytest.raises(BookError, match="got a folder; a workbook is a file"):
        import_book(tmp_path)
    with pytest.raises(BookError, match=r"Did you mean book\.xlsx"):
        import_book(tmp_path / "bok.xlsx")

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(BookError, match="permission was denied"):
        import_book(file)


def test_other_workbook_without_a_mapping_is_refused():
    with pytest.raises(BookError, match="not made from the template"):
        import_book(SOEM / "soem-like.xlsx")


# Mappings


def test_mistakes_of_a_mapping_are_told_with_their_lines(tmp_path):
    file = tmp_path / "map.yaml"
    file.write_text(
        "mapping: 1\n"
        "values:\n"
        "  partcipants: {name: Antal}\n"
        "  start: {sheet: A, label: Start, unit: kr}\n"
        "  dropout: {sheet: A, label: Frafald, right: 1, below: 2}\n"
        "tables:\n"
        "  consequences:\n"
        "    sheet: Konsekvenser\n"
        "    header_row_with: [Konsekvens]\n"
        "    columns: {name: Konsekvens, saved: Antal}\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as refused:
        read_mapping(file)
    said = str(refused.value)
    assert "map.yaml:5" in said
    assert "got both right and below" in said
    file.write_text(file.read_text(encoding="utf-8").replace(", below: 2", ""), encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_mapping(file)
    said = str(refused.value)
    assert "map.yaml:3" in said
    assert "Did you mean participants?" in said
    assert "got kr, which is no unit of this field" in said
    assert "got no price" in said


def test_mapping_of_the_template_reads_in_both_languages():
    assert isinstance(template_mapping("en"), Mapping)
    assert template_mapping("da").tables["consequences"].columns["price"] == "Pris pr. enhed"


# The template


def test_template_is_the_same_bytes_every_time():
    assert template("da") == template("da")
    assert template("da") != template("en")


@pytest.mark.parametrize("language", ["en", "da"])
def test_template_is_tidy_and_its_names_are_the_same_in_both_languages(language):
    book = openpyxl.load_workbook(io.BytesIO(blank(language)))
    assert set(book.defined_names) == set(openpyxl.load_workbook(io.BytesIO(blank("en"))).defined_names)
    for page in list(book)[:-1]:
        assert page.freeze_panes is not None
        assert page.data_validations.count > 0
        assert all(dimension.width > 10 for dimension in page.column_dimensions.values())
        assert any(cell.font.bold and cell.fill.fill_type == "solid" for row in page["A3:A4"] for cell in row)


# The command


def run(*words):
    return CliRunner().invoke(app, ["import", *map(str, words)], catch_exceptions=True)


def test_command_writes_a_template_reads_it_and_overwrites_nothing(tmp_path):
    book, out = tmp_path / "t.xlsx", tmp_path / "deal.yaml"
    assert run("--template", "--language", "da", "--out", book).exit_code == 0
    again = run("--template", "--out", book)
    assert "is there already" in str(again.exception)
    saved(filled("da"), tmp_path, "t.xlsx")
    done = run(book, "--out", out)
    assert done.exit_code == 0
    assert "Aftale!B13" in done.stdout
    assert "cohorts[0].participants" in done.stdout
    assert out.exists()
    assert "is there already" in str(run(book, "--out", out).exception)
    assert run(book, "--out", out, "--force").exit_code == 0
    assert plain(run(book).stdout) == plain(out.read_text(encoding="utf-8"))


def test_command_as_json_tells_values_and_mistakes(tmp_path):
    book = filled()
    said = json.loads(run(saved(book, tmp_path), "--json").stdout)
    assert said["schema"] == "risksim.import/1"
    assert said["mistakes"] == []
    assert {"path": "cohorts[0].participants", "value": "120", "unit": "people", "cell": "Deal!B13", "was": "120"} in (
        said["values"]
    )
    BROKEN["percent as number"][0](book)
    done = run(saved(book, tmp_path), "--json")
    assert done.exit_code == 2
    said = json.loads(done.stdout)
    assert said["scenario"] is None
    assert [mistake["place"] for mistake in said["mistakes"]] == ["Deal!B16"]


def test_options_that_do_not_go_together_are_refused(tmp_path):
    for words in ((), ("book.xlsx", "--template"), ("--template", "--json")):
        assert "import: got" in str(run(*words).exception)
    assert "a scenario is written as .yaml" in str(run("book.xlsx", "--out", tmp_path / "x.json").exception)
    assert "a template is written as .xlsx" in str(run("--template", "--out", tmp_path / "x.yaml").exception)


def test_without_the_library_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(books.MissingLibraryError, match=r'pip install "risksim-dsi\[report\]"'):
        import_book(SOEM / "soem-like.xlsx", MAPPING)


def test_library_is_loaded_by_no_other_command():
    rooms = "risksim.cli.main, risksim.cli.exchange, risksim.exchange.importing, risksim.exchange.template"
    code = f"import sys, {rooms}; print('openpyxl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# The page


def test_every_field_and_unit_stands_on_the_page():
    page = (SOEM.parents[1] / "reference" / "import.md").read_text(encoding="utf-8")
    names = {*VALUES, *UNITS, *TABLES, *(name for fields in TABLES.values() for name in fields)}
    assert [name for name in sorted(names) if f"`{name}`" not in page and f"### {name}" not in page] == []


def test_every_key_of_a_mapping_stands_on_the_page():
    page = (SOEM.parents[1] / "reference" / "import.md").read_text(encoding="utf-8")
    parts = (Mapping, Table, Years, Column, AtName, AtLabel, Said)
    keys = {field.alias or name for part in parts for name, field in part.model_fields.items()}
    assert [key for key in sorted(keys) if not re.search(rf"`[^`\n]*\b{key}\b[^`\n]*`", page)] == []


def test_mapping_of_the_page_is_one():
    page = (SOEM.parents[1] / "reference" / "import.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert Mapping.model_validate(plain(block)).tables["consequences"].until == "I alt"
