"""Numbers that go out with a memo's workbook and come back changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import random
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.cli.main import app
from risksim.errors import BookError
from risksim.exchange.books import Cell
from risksim.exchange.importing import import_book
from risksim.exchange.returned import _Change, _written
from risksim.language import speaking
from risksim.report.document import Attachment, Document, Paragraph, Sheet
from risksim.report.forms.excel import render
from risksim.report.memo.returning import numbers_to_change
from risksim.report.memo.write import memo
from risksim.scenario.numbers import Stated, stated
from risksim.scenario.tree import read_tree
from tests.engine.deals import shipped_files
from tests.report.made_up import facts as made_up

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TUBA = SCENARIOS / "broendby-tuba.yaml"
NEW = {"number": "12345", "date": "2031-01-05", "time": "77 months"}


def workbook(file: Path, folder: Path, changes: dict[str, object], language: str = "en") -> Path:
    """The numbers of a file in a workbook, some of them changed as by hand."""
    facts = SimpleNamespace(stated=api.stated(api.read(file, draft=True)))
    sheet = numbers_to_change(facts)  # type: ignore[arg-type]
    assert sheet is not None
    scenario = Attachment(file.name, "scenario", file.read_bytes())
    first = Sheet("First", (Paragraph("x"),))
    document = Document(language, "T", "", "", (), (), (first, sheet), (scenario,))  # type: ignore[arg-type]
    book = openpyxl.load_workbook(io.BytesIO(render(document)))
    rows = {row[0].value: row[1] for row in book.worksheets[1].iter_rows()}
    for place, value in changes.items():
        rows[place].value = value
    place = folder / "memo.xlsx"
    book.save(place)
    return place


def test_a_changed_number_becomes_an_assumption_and_all_else_stays(tmp_path):
    back = import_book(workbook(TUBA, tmp_path, {"cohorts[0].participants.value": 90}))
    assert not back.mistakes
    before, after = TUBA.read_text().splitlines(), back.text.splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    (now,) = (new for old, new in changed if old == "    participants: {value: 120, source: [dsi-tuba, ritzau-2021]}")
    assert len(changed) == 1
    assert now == (
        '    participants: {value: 90, assumption: "cohorts[0].participants.value was 120, changed in memo.xlsx, '
        'Numbers to change!B12; before that: dsi-tuba, ritzau-2021"}'
    )
    assert [(one.path, one.value) for one in back.placed] == [("cohorts[0].participants.value", "90")]
    deal = api.read_text(back.text)
    assert deal.plan.labels.cohorts == api.read(TUBA).plan.labels.cohorts


def test_a_workbook_that_nobody_changed_is_the_scenario(tmp_path):
    back = import_book(workbook(TUBA, tmp_path, {}))
    assert back.text == TUBA.read_text()
    assert back.warnings == ["memo.xlsx: no number was changed, so this is the scenario as it was."]


def test_dates_come_back_as_dates(tmp_path):
    back = import_book(workbook(TUBA, tmp_path, {"end.value": dt.datetime(2029, 6, 30)}))
    assert api.read_text(back.text, draft=True).document.root["end"]["value"] == "2029-06-30"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("many", "Numbers to change!B12\n  got 'many' for cohorts[0].participants.value, which is a number."),
        (None, "got an empty cell for cohorts[0].participants.value"),
        (-5, "Numbers to change!B12"),
        (10.5, "Numbers to change!B12"),
    ],
)
def test_what_cannot_be_is_told_at_its_cell(tmp_path, value, found):
    back = import_book(workbook(TUBA, tmp_path, {"cohorts[0].participants.value": value}))
    assert back.text == ""
    said = "\n".join(map(str, back.mistakes))
    assert found.split("\n")[-1].strip() in said
    assert "!B12" in said


def test_a_workbook_that_lost_its_scenario_says_so(tmp_path):
    place = workbook(TUBA, tmp_path, {})
    book = openpyxl.load_workbook(place)
    book["scenario"]["A8"].value = "schema: [1"
    book.save(place)
    with pytest.raises(BookError, match="no longer reads"):
        import_book(place)


@pytest.mark.parametrize(("language", "name"), [("en", "Numbers to change"), ("da", "Tal, der kan rettes")])
def test_the_workbook_of_a_memo_comes_back_as_a_deal_of_its_own(tmp_path, language, name):
    before = api.read(TUBA)
    provenance = made_up().provenance._replace(file=TUBA.name, text=TUBA.read_bytes())
    with speaking(language):
        made = render(memo(made_up(provenance=provenance, stated=api.stated(before))))
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.sheetnames[-2:] == [name, "scenario"]
    assert book["scenario"].sheet_state == "veryHidden"
    (cell,) = [row[1] for row in book[name].iter_rows() if row[0].value == "cohorts[0].participants.value"]
    assert cell.value == 120
    cell.value = 90
    book.save(tmp_path / "memo.xlsx")
    out = tmp_path / "new.yaml"
    done = CliRunner().invoke(app, ["import", str(tmp_path / "memo.xlsx"), "--out", str(out)])
    assert done.exit_code == 0, (done.output, done.exception)
    after = api.read(out)
    assert after.plan.digest != before.plan.digest
    (now,) = [one for one in api.stated(after) if one.place == "cohorts[0].participants.value"]
    assert (now.value, now.origin) == (90, "assumption")
    assert f"was 120, changed in memo.xlsx, {name}!{cell.coordinate}" in now.origin_text


def every_number(file: Path) -> tuple[object, tuple[Stated, ...]]:
    tree = read_tree(str(file), file.read_text(encoding="utf-8"))
    document = dataclasses.replace(tree.document, root=tree.root)
    return document, stated(document)


def check_one(document, all_of_it, one: Stated) -> None:
    """Change one number of a file; it alone is another when the text is read again."""
    cell = Cell("Sheet", 1, 2, 1, None, "", False)
    text = _written(document, [_Change(one, NEW[one.kind], cell)], "memo.xlsx")
    tree = read_tree("x", text)
    assert not tree.faults, (document.file, one.place)
    again = stated(dataclasses.replace(tree.document, root=tree.root))
    wanted = [NEW[one.kind] if each.place == one.place else str(each.value) for each in all_of_it]
    assert [str(each.value) for each in again] == wanted, (document.file, one.place)
    changed = next(each for each in again if each.place == one.place)
    assert changed.origin == ("assumption" if one.origin == "source" else one.origin)


def test_numbers_of_shipped_files_come_back_alone():
    pick = random.Random(1)
    for file in pick.sample(shipped_files(), 8):
        document, numbers = every_number(Path(file))
        for one in pick.sample(numbers, min(5, len(numbers))):
            check_one(document, numbers, one)


@pytest.mark.slow
def test_every_number_of_every_shipped_file_comes_back_alone():
    for file in sorted(SCENARIOS.rglob("*.yaml")):
        document, numbers = every_number(file)
        for one in numbers:
            check_one(document, numbers, one)
