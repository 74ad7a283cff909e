"""Broken observed files: each mistake is told with its place, what was found, what is allowed and what to try."""

from __future__ import annotations

from pathlib import Path

import pytest

from risksim.errors import ObservedError
from risksim.plan.compile import compile_plan
from risksim.plan.layout import Plan
from risksim.plan.observed import observe
from risksim.scenario.sheet import Cell, Misread, number_of, read_sheet, sheet_of
from tests.payments.deals import deal

GOAL = {"threshold": {"outcome": "job", "counts": "share", "at_least": 0.4, "unmeasured": "exclude", "pays": 5_000}}
TABLE = {"ladder": {"outcome": "rate", "counts": "value", "pays": "amount",
                    "nodes": [{"at": 0.2, "gives": 0.0}, {"at": 0.8, "gives": 500.0}]}}  # fmt: skip
WINDOW = {"enrolment": {"window": "25 months"}}
COHORTS = [{"name": "Brøndby", "participants": 50, **WINDOW}, {"name": "Køge", "participants": 20, **WINDOW}]
PRICE = {"per_outcome": {"outcome": "job", "price": {"uniform": [900, 1_100]}}}
HEAD = "follow_up,cohort,job: verified,job: measured,job: eligible,rate\n"


@pytest.fixture(scope="module")
def plan() -> Plan:
    made = compile_plan(deal([GOAL, TABLE, PRICE], cohorts=COHORTS))
    assert made.labels.measures == ("job: verified", "job: measured", "job: eligible", "rate")
    return made


def read(plan: Plan, text: str, name: str = "observed.csv"):
    return observe(plan, plan.labels.dates[1:], sheet_of(text, name))


def mistakes(plan: Plan, text: str, name: str = "observed.csv"):
    with pytest.raises(ObservedError) as caught:
        read(plan, text, name)
    for fault in caught.value.faults:
        assert fault.found.startswith("got ")
        assert fault.found.endswith(".")
        assert fault.remedy.endswith((".", "?", ")")) or "`" in fault.remedy
        assert fault.file == name
    return caught.value.faults


MISTAKES = {
    "unknown column": ("follow_up,cohort,job: verifed\n2026-01-01,Køge,1\n", 1, 18, "verifed", "job: verified?"),
    "column twice": ("follow_up,cohort,rate,rate\n", 1, 23, "a second time", "Delete"),
    "no header": ("2026-01-01,Køge,1\n", 1, 1, "first row", "--template"),
    "unknown cohort": (f"{HEAD}2026-01-01,Koge,1,1,1,\n", 2, 12, "the cohort 'Koge'", "Did you mean Køge?"),
    "no follow-up": (f"{HEAD}2026-02-01,Køge,1,1,1,\n", 2, 1, "no follow-up of this deal", "nearest is 2026-01-01"),
    "no date": (f"{HEAD}summer,Køge,1,1,1,\n", 2, 1, "a follow-up is a date", "2027-01-31"),
    "impossible date": (f"{HEAD}2026-02-30,Køge,1,1,1,\n", 2, 1, "a follow-up is a date", "2027-01-31"),
    "date missing": (f"{HEAD},Køge,1,1,1,\n", 2, 1, "without a follow_up", "Write its date"),
    "more measured than eligible": (f"{HEAD}2026-01-01,Køge,1,3,2,\n", 2, 19, "the 2 of job: eligible", "Put"),
    "more verified than measured": (f"{HEAD}2026-01-01,Køge,3,2,5,\n", 2, 17, "the 2 of job: measured", "Put"),
    "negative": (f"{HEAD}2026-01-01,Køge,-1,2,5,\n", 2, 17, "not below 0", "sign"),
    "part of a person": (f"{HEAD}2026-01-01,Køge,1.5,2,5,\n", 2, 17, "whole numbers", "not a share"),
    "above participants": (f"{HEAD}2026-01-01,Køge,1,2,21,\n", 2, 21, "Køge has 20 participants", "scenario"),
    "running totals": (f"{HEAD}2026-01-01,Køge,1,2,12,\n2027-01-01,Køge,1,2,12,\n", 3, 21, "24 up to this", "are new"),
    "text": (f"{HEAD}2026-01-01,Køge,many,2,5,\n", 2, 17, "'many'", "number such as 12"),
    "not available": (f"{HEAD}2026-01-01,Køge,n/a,2,5,\n", 2, 17, "stays empty", "Leave the cell empty"),
    "infinite": (f"{HEAD}2026-01-01,,,,,inf\n", 2, 16, "'inf'", "number such as 12"),
    "per cent": (f"{HEAD}2026-01-01,,,,,31 %\n", 2, 16, "a fraction", "0.12 for 12 %"),
    "row twice": (f"{HEAD}2026-01-01,Køge,1,2,5,\n2026-01-01,Køge,1,2,5,\n", 3, 1, "a second time", "line 2"),
    "result twice": (f"{HEAD}2026-01-01,Køge,1,2,5,0.3\n2026-01-01,,,,,0.3\n", 3, 16, "stands once", "line 2"),
    "people without a cohort": (f"{HEAD}2026-01-01,,1,,,\n", 2, 13, "counted in each cohort", "Brøndby and Køge"),
    "too many cells": (f"{HEAD}2026-01-01,Køge,1,2,5,,7\n", 2, 24, "beyond the last column", "quotation marks"),
    "thousands or decimals": (
        "follow_up;cohort;rate\n2026-01-01;;1.234\n", 2, 13, "1234 to some and 1.234 to others", "Write 1234"),
    "quoted thousands": (f'{HEAD}2026-01-01,,,,,"1,234"\n', 2, 16, "1234 to some", "1,2340 if 1.234"),
    "American date": (f"{HEAD}1/13/2026,Køge,1,2,5,\n", 2, 1, "2026-01-13, which is no follow-up", "2026-01-01"),
    "unknown term": (f"{HEAD}input,payments[1].price,5\n", 2, 7, "are payments[2].price", "Did you mean payments[2]"),
    "negative price": (f"{HEAD}input,payments[2].price,-5\n", 2, 25, "not below 0", "again"),
    "empty file": ("\n \n", None, None, "an empty file", "--template"),
    "comments only": ("# nothing\n# here\n", None, None, "comments only", "--template"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "found", "remedy"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_place_and_a_remedy(plan, text, line, column, found, remedy):
    (fault, *more) = mistakes(plan, text)
    assert not more
    assert (fault.line, fault.column) == (line, column)
    assert found in fault.found
    assert remedy in fault.remedy


def test_all_mistakes_are_told_at_once_in_the_order_of_lines(plan):
    text = f"{HEAD}2026-01-01,Koge,1,1,1,\n2027-01-01,Køge,-1,x,1,\n2029-01-01,Køge,1,1,1,\n"
    assert [fault.line for fault in mistakes(plan, text)] == [2, 3, 3, 4]


def test_a_measurement_outside_its_follow_ups_is_told_where_it_belongs():
    told = {"job": {"of": "enrolled", "success_rate": 0.5, "measured": {"on": "2027-01-01"}}, "rate": {"result": 0.5}}
    made = compile_plan(deal([GOAL, TABLE], outcomes=told))
    (fault,) = mistakes(made, f"{HEAD}2026-01-01,five,1,1,1,\n".replace(",1,1,1,", ",0,-,1,"))
    assert "but at 2027-01-01" in fault.found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (f"{HEAD}2026-01-01,Køge,1,2,5,\n".encode("cp1252"), "in Windows-1252 it would be ø"),
        (f"{HEAD}".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04 a workbook", "an Excel, Word or zip file"),
        (b"", "an empty file"),
        (b"follow_up\0", "zero byte"),
    ],
)
def test_what_is_no_text_is_refused(content, found, tmp_path):
    file = tmp_path / "observed.csv"
    file.write_bytes(content)
    with pytest.raises(ObservedError) as caught:
        read_sheet(file)
    assert found in str(caught.value)
    assert "a scenario" not in str(caught.value)


def test_a_missing_file_names_its_neighbours(tmp_path: Path):
    (tmp_path / "observed.csv").write_text(HEAD, encoding="utf-8")
    with pytest.raises(ObservedError, match=r"Did you mean observed\.csv\?"):
        read_sheet(tmp_path / "observd.csv")


# What is read though it is written in another way

GOOD = {
    "plain": f"{HEAD}2026-01-01,Køge,1,2,5,\n2026-01-01,,,,,0.31\n",
    "a byte order mark": f"\ufeff{HEAD}2026-01-01,Køge,1,2,5,\n2026-01-01,,,,,0.31\n",
    "Danish Excel": f"{HEAD}01-01-2026,Køge,1,2,5,\n01-01-2026,,,,,0#31\n".replace(",", ";").replace("#", ","),
    "sep line": "sep=;\n" + f"{HEAD}2026-01-01,Køge,1,2,5,\n2026-01-01,,,,,0.31\n".replace(",", ";"),
    "tabs": f"{HEAD}2026-01-01,Køge,1,2,5,\n2026-01-01,,,,,0.31\n".replace(",", "\t"),
    "comments, blank rows and spaces": f"# by hand\n{HEAD}\n ,,,\n2026-01-01 , Køge, 1 ,2,5,\n2026-01-01,,-,-,-,0.31\n",
    "quotation marks": f'"# x, y"\n{HEAD}"2026-01-01","Køge","1",2,5,\n2026-01-01,,,,,"0,31"\n',
    "columns in another order": "rate,cohort,job: eligible,Follow up,job: measured,job: verified\n"
    ",Køge,5,2026-01-01,2,1\n0.31,,,2026-01-01,,\n",
    "a result beside a cohort": f"{HEAD}2026-01-01,Køge,1,2,5,0.31\n",
    "Windows lines": f"{HEAD}2026-01-01,Køge,1,2,5,\n2026-01-01,,,,,0.31\n".replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_the_same_numbers_written_otherwise(plan, text):
    seen = read(plan, text)
    t = plan.labels.dates.index(min(plan.labels.dates[1:]))
    assert seen.measured[0, 1, :3, t].tolist() == [1.0, 2.0, 5.0]
    assert seen.measured[0, 0, 3, t] == 0.31
    assert seen.last == t


def test_yaml_and_json_say_the_same(plan):
    texts = {
        "observed.yaml": "observed:\n"
        "  - {follow_up: 2026-01-01, cohort: Køge, job: {verified: 1, measured: 2, eligible: 5}}\n"
        "  - {follow_up: 2026-01-01, rate: 0.31}\ninputs: {'payments[2].price': 1000}\n",
        "observed.json": '{"observed": [{"follow_up": "2026-01-01", "cohort": "Køge", "job: verified": 1,'
        ' "job: measured": 2, "job: eligible": 5}, {"follow_up": "2026-01-01", "rate": 0.31}]}',
    }
    for name, text in texts.items():
        seen = read(plan, text, name)
        assert seen.measured[0, 1, :3, 1].tolist() == [1.0, 2.0, 5.0]
        assert seen.measured[0, 0, 3, 1] == 0.31


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("observed:\n  - {follow_up: 2026-01-01, cohort: Køge, job: {verifed: 1}}\n", 2, "'job: verifed'"),
        ("observed:\n  - {follow_up: 2026-01-01, cohort: Køge, job: {verified: true}}\n", 2, "got true"),
        ("observed:\n  - {follow_up: 2026-01-01, cohort: Køge, job: {verified: [1]}}\n", 2, "a number or empty"),
        ("observed: 5\n", 1, "no list `observed`"),
        ("rows: []\n", 1, "no list `observed`"),
        ("observed: []\nmore: 1\n", 2, "'more'"),
        ("observed:\n  - 5\n", 2, "block of keys"),
        ("observed: [\n", 2, "got"),
        ("observed: []\ninputs: 5\n", 2, "block of names"),
    ],
)
def test_a_mistake_of_a_yaml_file_is_told_with_its_line(plan, text, line, found):
    (fault,) = mistakes(plan, text, "observed.yaml")
    assert fault.line == line
    assert found in fault.found
    assert "scenario" not in fault.found


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1.234,5", ",", 1234.5), ("1,234.5", ".", 1234.5), ("1.234.567", ",", 1_234_567), ("0,315", ",", 0.315),
        ("0.315", ",", 0.315), ("12,", ",", 12), (".5", ".", 0.5), ("1e-05", ".", 1e-5), ("1e-05", ",", 1e-5),
        ("1 234", ",", 1234), ("1\u00a0234,5", ",", 1234.5), ("1234,567", ",", 1234.567), ("1.250", ".", 1.25),
        ("-0,5", ",", -0.5), ("+3", ".", 3), ("12.5", ",", 12.5),
    ],
)  # fmt: skip
def test_a_number_that_can_be_read_in_one_way_is_read(text, decimal, number):
    assert number_of(Cell(text), decimal) == number


@pytest.mark.parametrize("text", ["1.234", "1,234", "1.23.4", "1,2,3", "1.234,5.6", "0x10", "1_000", "--1", "1e999"])
def test_a_number_that_cannot_be_told_is_refused(text):
    assert isinstance(number_of(Cell(text), ","), Misread)


def test_an_event_is_asked_for_as_soon_as_it_matters():
    rules = [PRICE, {"deemed": {"outcome": "job", "price": 800, "chance": 0.5, "rate": 0.6}}]
    made = compile_plan(deal(rules, cohorts=COHORTS))
    head = "follow_up,cohort,job: verified,job: eligible\n"
    (fault,) = mistakes(made, f"{head}2026-01-01,Køge,1,2\n")
    assert "payments[1].chance" in fault.found
    assert "`input,payments[1].chance,0`" in fault.remedy
    assert read(made, head).last == -1
    assert read(made, f"{head}2026-01-01,Køge,1,2\ninput,payments[1].chance,1\n").inputs[0].tolist() == [1.0, 1000.0]
    (fault,) = mistakes(made, f"{head}2026-01-01,Køge,1,2\ninput,payments[1].chance,0.5\n")
    assert "came about or did not" in fault.found


def test_a_share_written_in_per_cent_is_remarked(plan):
    (remark,) = read(plan, f"{HEAD}2026-01-01,,,,,31\n").remarks
    assert "per cent" in remark
