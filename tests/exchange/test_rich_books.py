"""Imports of everything that a template offers, of a calculation on paper, and of books that people spoiled."""

import datetime as dt
import os
import random
import re
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from ruamel.yaml import YAML
from typer.testing import CliRunner

from risksim import api
from risksim.cli.main import app
from risksim.errors import BookError, ScenarioError
from risksim.exchange.books import Book, Cell, Sheet
from risksim.exchange.compose import compose
from risksim.exchange.fields import TABLES
from risksim.exchange.importing import import_book
from risksim.exchange.mapping import Mapping, read_mapping
from risksim.exchange.reading import read_book
from risksim.exchange.template import HEADER_ROW, template_mapping
from risksim.exchange.values import Wrong, converted
from tests.exchange.rich import rich
from tests.exchange.workbooks import SOEM, cell_in, cell_of, filled, sheet, soem_book

MAPPING = SOEM / "soem-mapping.yaml"


def plain(text):
    return YAML(typ="safe").load(text)


def opened(book):
    """A book that is not written and opened again: quicker."""
    names = {name: [defined.attr_text] for name, defined in book.defined_names.items()}
    for page in book:
        for name, defined in page.defined_names.items():
            names.setdefault(name, []).append(defined.attr_text)
    return Book("book.xlsx", "0" * 12, {page.title: Sheet(page, page) for page in book}, names, ())


def said_by(book, mapping=None):
    """What a book becomes, and its mistakes."""
    reading = read_book(opened(book), mapping or template_mapping("en"))
    composed = compose(reading) if not reading.mistakes else None
    return reading, composed, reading.mistakes or (composed.mistakes if composed else [])


def soem_mapping(**changes):
    said = plain(MAPPING.read_text(encoding="utf-8"))
    for place, value in changes.items():
        block = said
        *path, last = place.split("__")
        for step in path:
            block = block[step]
        block[last] = value
    return Mapping.model_validate(said)


# Everything that a template offers


@pytest.mark.parametrize("language", ["en", "da"])
def test_rich_template_reads_and_every_number_says_where_it_comes_from(language, tmp_path):
    file = tmp_path / "book.xlsx"
    rich(language).save(file)
    found = import_book(file, compiled=lambda text, name: api.read_text(text, name, draft=True))
    assert (found.mistakes, found.missing, found.warnings) == ([], [], [])
    deal = api.read_text(found.text, "deal.yaml")
    assert api.review(deal).unstated == ()
    said = plain(found.text)
    north, south = said["cohorts"]
    assert north["dropout"]["triangular"] == [0.1, 0.2, 0.4]
    assert north["dropout"]["assumption"] == "made up for a test"
    assert south["enrolment"]["opens"]["value"] == "6 months"
    home, work = said["outcomes"].values()
    assert home["success_rate"]["evidence"] == {"successes": 45, "of": 60, "weight": 0.5}
    assert work["success_rate"]["quantiles"] == {"p5": 0.2, "p50": 0.3, "p95": 0.5}
    assert work["counterfactual"]["evidence"] == {"successes": 10, "of": 50}
    public = said["public"]
    assert public["anyway"]["home"]["value"] == 0.3
    shelter, benefit = public["consequences"].values()
    assert (shelter["outcome"], shelter["counts"]) == (["home", "work"], "first success")
    assert [shelter[key]["value"] for key in ("volume", "decay", "unserved")] == [1, 0.15, 0.1]
    assert (shelter["evidence"], shelter["committee"]) == (2, "social affairs")
    assert "unit" not in benefit  # a price of 1 is that of a krone
    assert public["during"]["guidance"]["saved"]["triangular"] == [-60, -40, -30]
    # 400,000, 300,000 and 100,000 over the first of them.
    assert public["costs"]["caseworker"]["by_year"] == {2027: 1, 2028: 0.75, 2030: 0.25}
    assert public["costs"]["usual help"]["instead"] is True
    first, second = public["refunds"]["own ladder"]
    assert (first["by_week"], first["valid_to"], second["share"]) == ({0: 0.8, 52: 0.2}, dt.date(2029, 12, 31), 0.3)
    amounts = public["appropriations"]["municipality"]
    assert {year: one["value"] for year, one in amounts.items()} == {2028: 1_200_000, 2029: 800_000}
    assert said["financing"]["tranches"][0]["drawdown"] == {"every": "6 months", "times": 6}


def test_comments_become_notes_and_reasons_where_no_source_stands(tmp_path):
    file = tmp_path / "book.xlsx"
    rich().save(file)
    found = import_book(file)
    said = plain(found.text)
    assert said["payments"][-1]["cap"]["total"]["note"] == "Deal!B18: agreed in June"
    assert said["public"]["note"] == "horizon: as the council wishes (Deal!B19)"
    assert said["public"]["consequences"]["benefit"]["saved"]["note"].endswith(": from last year's accounts")
    assert any("(comment: agreed in June)" in one.was for one in found.placed)
    # The row of appropriations names a source.
    assert [one.place for one in found.left_out if "its comment" in one.why] == ["Appropriations!A6"]


def test_comment_of_newer_excel_is_read_without_what_excel_writes_around_it():
    book = filled()
    text = "[Threaded comment]\n\nYour version of Excel allows you to read this; see https://x\n\nComment:\n    by Ann"
    cell_of(book, "participants").comment = Comment(text, "tc={1}")
    reading, _, _ = said_by(book)
    assert reading.values["participants"].comment == "by Ann"


# A calculation on paper


def paper_result(book):
    """The sum of the book, cell by cell, as somebody would reckon it on paper."""
    first, target = book["Forudsætninger"], book["Målgruppe"]
    people, dropout, rate = first["B4"].value, first["B5"].value / 100, first["B11"].value
    net = people * (1 - dropout) * (target["B3"].value - target["C3"].value)
    # People begin on 1 January 2027 and are measured 12 months later: success in 2028, the first saving in 2029.
    lines = [[book["Konsekvenser"][f"{column}{row}"].value for column in "EFGHI"] for row in (4, 5, 6)]
    by_year = [1_000 * net * sum(line[year] for line in lines) for year in range(5)]
    savings = sum(amount / (1 + rate) ** (2 + year) for year, amount in enumerate(by_year))
    return savings - 1_000 * book["Omkostninger"]["B2"].value


def test_calculation_on_paper_is_reckoned_to_the_oere(tmp_path):
    scenario = tmp_path / "nordby.yaml"
    runner = CliRunner()
    words = ["import", str(SOEM / "soem-like.xlsx"), "--mapping", str(MAPPING), "--out", str(scenario)]
    assert runner.invoke(app, words, catch_exceptions=False).exit_code == 0
    ours = api.net_benefits(api.expected_purse(api.read(scenario)))["total"]
    book = openpyxl.load_workbook(SOEM / "soem-like.xlsx")
    # 80 x 0.85 x (0.55 - 0.25) = 20.4 successes; 195, 181.5, 140.5, 104.5 and 63.5 thousand kroner each.
    assert round(paper_result(book), 2) == book["Resultat"]["B3"].value
    assert round(ours, 2) == book["Resultat"]["B3"].value
    done = runner.invoke(app, ["public", str(scenario), "--paths", "200", "-q"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "Herberg" in done.stdout
    assert "11,949,493" in done.stdout  # under "expected only"


# What is said twice, half or in another unit


def put(table, name, value, number=0):
    return lambda book: setattr(cell_in(book, table, name, number), "value", value)


def several_(*changes):
    return lambda book: [change(book) for change in changes]


def comment_unit(key, text):
    return lambda book: setattr(cell_of(book, key).offset(0, 1), "value", text)


def unit_row(table, name, text):
    return lambda book: setattr(cell_in(book, table, name).offset(-3, 0), "value", text)


def look(table, name, format_):
    return lambda book: setattr(cell_in(book, table, name), "number_format", format_)


SPOILED = {
    "half a range": (put("consequences", "saved_lowest", 5), "got a range of saved without its highest"),
    "range upside down": (
        several_(put("consequences", "saved_lowest", 150), put("consequences", "saved_highest", 100)), "they rise"),
    "value outside": (
        several_(put("consequences", "saved_lowest", 10), put("consequences", "saved_highest", 100)), "they rise"),
    "range of the deal": (lambda book: setattr(cell_of(book, "dropout_lowest"), "value", 0.1), "without its highest"),
    "share twice": (
        several_(put("outcomes", "successes", 5), put("outcomes", "observed", 9)), "the share is said once"),
    "half the people": (put("outcomes", "successes", 5), "got half of so many of so many people"),
    "anyway twice": (put("outcomes", "anyway", 0.2), "what would happen anyway is said once"),
    "weight alone": (put("outcomes", "weight", 0.5), "got a weight without people"),
    "money with a price": (put("consequences", "unit", "kr."), "got 'kr.' beside a price of 1,500"),
    "money a night with a price": (put("consequences", "unit", "kr. pr. nat"), "beside a price of 1,500"),
    "units in per cent": (put("consequences", "unit", "%"), "units that are saved are no share"),
    "days without a rule": (put("consequences", "days", 200), "got days without a rule of refund"),
    "cost twice": (put("costs", 2027, 5), "got a value beside amounts by year in Costs!"),
    "half of instalments": (put("financing", "instalments", 6), "got half of how instalments are paid in"),
    "people twice": (
        several_(put("cohorts", "name", "north"), put("cohorts", "participants", 5)), "people are said once"),
    "kroner of a share": (comment_unit("dropout", "kr."), "got the unit 'kr.'; a share is needed"),
    "per cent of an amount": (comment_unit("cap", "%"), "got the unit '%'; a number is needed"),
    "years of months": (comment_unit("duration", "år"), "got the unit 'år', to be read as months"),
    "thousands beside an amount": (comment_unit("cap", "1.000 kr."), "to be read as whole units"),
    "thousands above a column": (unit_row("consequences", "price", "1.000 kr."), "to be read as whole units"),
    "months of years": (comment_unit("horizon", "måneder"), "got the unit 'måneder'"),
    "weeks of years": (comment_unit("horizon", "uger"), "got the unit 'uger'"),
    "other currency beside": (comment_unit("cap", "EUR"), "the deal is in DKK"),
    "share that looks like money": (look("consequences", "state", '#,##0 "kr."'), "formatted as an amount of money"),
    "year header": (
        lambda book: setattr(cell_in(book, "costs", 2028).offset(-2, 0), "value", 2027), "got the year 2027 twice"),
    "date for a year": (
        several_(
            lambda book: setattr(cell_in(book, "costs", 2028).offset(-2, 0), "value", dt.date(2028, 1, 1)),
            put("costs", 2028, 7)),
        "above numbers; where no years are named"),
    "example written over": (
        lambda book: setattr(cell_in(book, "payments", "outcome").offset(-1, 0), "value", "home"),
        "got the reason of an example"),
    "value without a year": (
        several_(
            lambda book: setattr(cell_in(book, "costs", 2028).offset(-2, 0), "value", None), put("costs", 2028, 7)),
        "got a value in a column without a header"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILED)
def test_contradicting_cells_are_told_by_their_cell(case):
    change, found = SPOILED[case]
    book = filled()
    change(book)
    _, _, mistakes = said_by(book)
    assert any(found in fault.found and re.search("![A-Z]+[0-9]+", fault.path) for fault in mistakes), mistakes


def test_steps_of_an_edition_stand_once_and_agree():
    for change in (put("refunds", "from_week", 0, 1), put("refunds", "valid_to", dt.date(2031, 1, 1), 1)):
        book = rich()
        change(book)
        (mistake,) = said_by(book)[2]
        assert mistake.path.startswith("Refund rules!")


def test_empty_unit_is_not_money_in_silence():
    _, composed, mistakes = said_by(filled())
    assert mistakes == []
    assert plain(composed.text)["public"]["consequences"]["benefit"]["unit"] == "units"
    assert "# the book doesn't say what is counted" in composed.text


def test_amount_that_is_only_shown_in_thousands_is_read_as_it_stands():
    book = filled()
    cell_of(book, "cap").number_format = '#,##0, "t.kr."'
    reading, _, mistakes = said_by(book)
    assert (reading.values["cap"].value, mistakes) == (4_000_000, [])
    assert any("Deal!B18 is shown in thousands and holds 4000000" in line for line in reading.warnings)
    cell = Cell("Ark", 1, 1, 1_234_000, None, "#,##0,", False)
    assert isinstance(converted(cell, "amount", "1.000 kr"), Wrong)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1.234,50", "Did you mean 1234.50?"),
        ("1,234.50", "Did you mean 1234.50?"),
        ("1.234", "Did you mean 1234 (in Danish) or 1.234 (in English)?"),
        ("'12,5", "Did you mean 12.5?"),
        ("1.234,50 kr.", "Did you mean 1234.50?"),
        ("120", "Write it again as a number"),
    ],
)
def test_numeral_in_a_text_is_refused_with_the_number_it_may_be(text, meant):
    wrong = converted(Cell("Ark", 1, 1, text, None, "General", False), "amount")
    assert "got the text" in wrong.found
    assert meant in wrong.remedy


def test_share_formatted_in_per_cent_is_itself():
    assert converted(Cell("Ark", 1, 1, 0.75, None, "0 %", False), "share") == 0.75


# Books that are laid out otherwise


def test_columns_in_another_order_extra_columns_and_odd_spaces_read_alike():
    book = soem_book()
    page = book["Konsekvenser"]
    for row in range(3, 8):
        page.cell(row, 2).value, page.cell(row, 4).value = page.cell(row, 4).value, page.cell(row, 2).value
    page["B3"], page["D3"] = " Stat  ", "Kommune :"
    page["J3"], page["J4"] = "Bemærkning", "se rapporten"
    reading, composed, mistakes = said_by(book, soem_mapping())
    assert mistakes == []
    _, as_shipped, _ = said_by(soem_book(), soem_mapping())
    assert (
        plain(composed.text)["public"]["consequences"]["Overførsler"]["bears"]
        == (plain(as_shipped.text)["public"]["consequences"]["Overførsler"]["bears"])
    )
    assert any("'Bemærkning' is not read" in one.why for one in reading.left_out)


def test_two_rows_of_headers_and_merged_headers_are_told():
    book = soem_book()
    for column in range(1, 10):
        book["Konsekvenser"].cell(20, column).value = book["Konsekvenser"].cell(3, column).value
    (mistake,) = said_by(book, soem_mapping())[2]
    assert "got 2 rows with the headers" in mistake.found
    book = soem_book()
    book["Konsekvenser"].merge_cells("E3:F3")
    assert any(fault.path.startswith("Konsekvenser!") for fault in said_by(book, soem_mapping())[2])


@pytest.mark.parametrize(
    ("refers", "found"),
    [
        ("#REF!$B$4", "no cell of this book"),
        ("Slettet!$B$4", "no cell of this book"),
        ("Forudsætninger!$B$4:$B$6", "for several cells"),
        ("Forudsætninger!$B:$B", "no cell of this book"),
        ("42", "no cell of this book"),
    ],
)
def test_name_that_stands_for_no_single_cell_is_refused(refers, found):
    book = soem_book()
    book.defined_names["Antal_deltagere"] = DefinedName("Antal_deltagere", attr_text=refers)
    (mistake,) = said_by(book, soem_mapping())[2]
    assert (mistake.path, found in mistake.found) == ("Antal_deltagere", True)


def test_name_of_a_sheet_is_read_and_a_second_one_refused():
    book = soem_book()
    del book.defined_names["Antal_deltagere"]
    name = DefinedName("Antal_deltagere", attr_text="Forudsætninger!$B$4")
    book["Forudsætninger"].defined_names["Antal_deltagere"] = name
    assert said_by(book, soem_mapping())[2] == []
    book.defined_names["Antal_deltagere"] = DefinedName("Antal_deltagere", attr_text="Forudsætninger!$B$7")
    (mistake,) = said_by(book, soem_mapping())[2]
    assert "got the name 'Antal_deltagere' for" in mistake.found


def test_costs_over_years_are_read_by_a_mapping():
    book = soem_book()
    page = book["Omkostninger"]
    for row, cells in enumerate([("Post", 2027, 2028, "2029"), ("Sagsbehandler", 450, None, 225)], 1):
        for column, value in enumerate(cells, 1):
            page.cell(row, column).value = value
    costs = {
        "sheet": "Omkostninger",
        "header_row_with": ["Post"],
        "columns": {"name": "Post"},
        "years": {"from": 2027, "to": 2029, "unit": "1.000 kr"},
    }
    for years in (costs["years"], {"unit": "1.000 kr"}):
        _, composed, mistakes = said_by(book, soem_mapping(tables__costs=costs | {"years": years}))
        assert mistakes == []
        cost = plain(composed.text)["public"]["costs"]["Sagsbehandler"]
        assert (cost["amount"]["value"], cost["by_year"]) == (450_000, {2027: 1, 2029: 0.5})


def test_mistakes_of_years_and_ranges_in_a_mapping_have_lines(tmp_path):
    file = tmp_path / "map.yaml"
    file.write_text(
        "mapping: 1\n"
        "tables:\n"
        "  appropriations:\n"
        "    sheet: A\n"
        "    header_row_with: [Betaler]\n"
        "    columns: {payer: Betaler}\n"
        "  costs:\n"
        "    sheet: B\n"
        "    header_row_with: [Post]\n"
        "    columns: {name: Post, amount: Antal, amount_lowest: Lavest}\n"
        "    years: {from: 2027, are: multiples}\n"
        "  payments:\n"
        "    sheet: C\n"
        "    header_row_with: [Pris]\n"
        "    columns: {outcome: Mål, price: Pris}\n"
        "    years: {}\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as refused:
        read_mapping(file)
    said = str(refused.value)
    for line, found in (
        (4, "got no years; appropriations have a column for each budget year"),
        (10, "got amount_lowest without amount_highest"),
        (11, "got no to; costs go from one header to another"),
        (16, "got years for payments"),
    ):
        assert re.search(rf"map\.yaml:{line}:.*\n(.*\n)?.*{re.escape(found)}", said), said


# Files that nobody can read


def test_link_to_itself_and_wrong_content_types_are_refused(tmp_path):
    loop = tmp_path / "loop.xlsx"
    loop.symlink_to(loop)
    with pytest.raises(BookError):
        import_book(loop)
    file, broken = tmp_path / "book.xlsx", tmp_path / "broken.xlsx"
    filled().save(file)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b"sheet.main+xml", b"pdf") if name == "[Content_Types].xml" else part)
    with pytest.raises(BookError, match="cannot be read"):
        import_book(broken)


def test_book_with_macros_is_read_without_them(tmp_path):
    file, macros = tmp_path / "book.xlsx", tmp_path / "book.xlsm"
    filled().save(file)
    macros.write_bytes(file.read_bytes())
    with zipfile.ZipFile(macros, "a") as archive:
        archive.writestr("xl/vbaProject.bin", "x")
    found = import_book(macros)
    assert found.mistakes == []
    assert "The book has macros; they were not run." in found.warnings


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_unreadable_file_is_refused(tmp_path):
    file = tmp_path / "book.xlsx"
    filled().save(file)
    file.chmod(0)
    with pytest.raises(BookError, match="permission"):
        import_book(file)


# Junk in any cell

JUNK = [
    "rubbish", "", " ", " ", "'5", "1.234,50", "12 %", "💰", "x" * 5_000, "=1+1", "#REF!", "#N/A", "\x00nul", "- a: [",
    -7, 0, 1, 0.5, 2.75, 75, 1e18, 1e308, -1e-300, float("nan"), float("inf"), True, False, None,
    dt.datetime(2028, 5, 1), dt.date(1850, 1, 1), dt.time(12), dt.timedelta(days=3),
]  # fmt: skip


def cells_of(book):
    """Cells that somebody has written into, and the row of headers."""
    return [
        cell
        for page in book
        for row in page.iter_rows()
        for cell in row
        if cell.value is not None and ((page.title == "Deal" and cell.column in (2, 7, 8)) or cell.row >= HEADER_ROW)
    ]


def leaves(found):
    if isinstance(found, dict):
        return [leaf for value in found.values() for leaf in leaves(value)]
    return [leaf for value in found for leaf in leaves(value)] if isinstance(found, list) else [found]


@pytest.mark.parametrize("seed", range(2))
def test_junk_in_a_cell_is_refused_by_its_address_or_lands_as_it_was_typed(seed):
    random_ = random.Random(seed)
    book = rich()
    cells = cells_of(book)
    outcomes = set()
    for _ in range(30):
        cell, junk = random_.choice(cells), random_.choice(JUNK)
        before, format_, kind = cell.value, cell.number_format, cell.data_type
        cell._value = junk
        cell.data_type = "f" if junk == "=1+1" else "e" if str(junk).startswith("#") else kind
        _, composed, mistakes = said_by(book)
        place = f"{cell.parent.title}!{cell.coordinate}"
        if mistakes:
            outcomes.add("refused")
            assert all(fault.path and fault.found and fault.remedy is not None for fault in mistakes), (place, junk)
        elif isinstance(junk, int | float) and not isinstance(junk, bool):
            landed = [one for one in composed.placed if one.cell == place]
            if landed and landed[0].unit not in ("", "multiples"):
                outcomes.add("landed")
                assert re.search(rf"(?<![0-9.]){re.escape(f'{junk:,}')}(?![0-9])|{junk}", landed[0].value), (
                    place,
                    junk,
                )
        elif isinstance(junk, str) and junk.strip() and composed.placed:
            outcomes.add("text")
        cell._value, cell.number_format, cell.data_type = before, format_, kind
    assert "refused" in outcomes
    assert said_by(book)[2] == []


def test_every_field_that_is_offered_can_be_filled_in_at_once():
    named = {name for fields in TABLES.values() for name in fields}
    assert {"saved_lowest", "successes", "instalments", "from_week", "opens"} <= named
    assert sheet(rich(), "refunds").title == "Refund rules"
