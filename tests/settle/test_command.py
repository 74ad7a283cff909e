"""`risksim settle` as a user meets it: published results come out of the shipped files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.errors import RisksimError

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
TUBA = SCENARIOS / "broendby-tuba.yaml"


def risksim(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def settled(name: str, *words: object) -> dict:
    observed = SCENARIOS / f"{name}-observed.csv"
    return json.loads(risksim("settle", SCENARIOS / f"{name}.yaml", "--observed", observed, "--json", *words))


def received(told: dict) -> float:
    return told["together"]["received"]


def test_st_basils_comes_to_its_gross_and_is_cut_to_its_cap():
    told = settled("international/st-basils")
    assert sum(line["amount"] for line in told["invoice"] if line["amount"] > 0) == 2_802_950
    assert [(payer["name"], payer["paid"]) for payer in told["payers"]] == [("state", 2_622_375)]
    assert received(told) == 2_622_375
    assert told["open"] == []


@pytest.mark.parametrize(("name", "second", "third"), [("line", 0.08904, 0.12153), ("steps", 0.075, 0.12)])
def test_newpin_interest_of_the_published_years(name, second, third):
    told = settled(f"international/newpin-{name}")
    coupons = {line["date"][:4]: line["amount"] / 7e6 for line in told["invoice"]}
    assert coupons == pytest.approx({"2014": 0.075, "2015": second, "2016": third}, abs=1e-9)
    assert told["until"] == "2016-07-01"
    assert [claim["date"][:4] for claim in told["open"]] == ["2017", "2018", "2019", "2020"]
    assert [(line["date"], line["amount"]) for line in told["to_come"]] == [("2020-07-01", 7e6)]


def test_resolve_at_its_target_returns_seven_and_a_half_per_cent():
    assert settled("international/resolve")["together"]["irr"] == pytest.approx(0.075, abs=1e-8)


def test_rikers_pays_nothing_for_no_effect():
    told = settled("international/rikers")
    assert (received(told), told["together"]["irr"], told["together"]["irr_status"]) == (0, -1.0, 1)
    assert told["invoice"] == []


def test_seoul_reaches_both_goals():
    told = settled("international/seoul")
    assert [line["amount"] for line in told["invoice"]] == [1_110_000_000, 277_500_000]
    assert told["together"]["irr"] == pytest.approx(0.0772, abs=5e-5)


@pytest.mark.parametrize(("success", "paid"), [(32, 0), (33, 1.11e9), (41, 1.11e9), (42, 1.3875e9)])
def test_seoul_pays_from_33_and_from_42_on(success, paid, tmp_path):
    text = (SCENARIOS / "international" / "seoul-observed.csv").read_text(encoding="utf-8")
    file = tmp_path / "observed.csv"
    file.write_text(text.replace("children,53,", f"children,{success},"), encoding="utf-8")
    said = risksim("settle", SCENARIOS / "international" / "seoul.yaml", "--observed", file, "--json")
    assert received(json.loads(said)) == paid


@pytest.mark.parametrize(("cured", "paid"), [(244, 397_720), (245, 397_800)])
def test_cameroon_pays_by_the_cured_up_to_its_cap(cured, paid, tmp_path):
    text = (SCENARIOS / "international" / "cameroon-observed.csv").read_text(encoding="utf-8")
    file = tmp_path / "observed.csv"
    file.write_text(text.replace("patients,244", f"patients,{cured}"), encoding="utf-8")
    said = risksim("settle", SCENARIOS / "international" / "cameroon.yaml", "--observed", file, "--json")
    assert received(json.loads(said)) == paid


def test_aarhus_table_is_settled_date_by_date():
    told = settled("aarhus-table")
    assert [(payer["name"], payer["paid"]) for payer in told["payers"]] == [
        ("municipality", 11_928_000), ("outcome fund", 6_093_000)]  # fmt: skip
    assert told["together"]["irr"] == pytest.approx(0.158077, abs=5e-7)
    # by month 36 of the table, 780 + 1,161 + 1,608 + 4,824 thousand are back
    half = settled("aarhus-table", "--until", "2023-12-01")
    assert received(half) == 780_000 + 1_161_000 + 1_608_000 + 4_824_000
    assert half["together"]["paid_in"] == 1_010_445 * 2 + 2_160_445 * 2 + 4_770_891
    assert len(half["to_come"]) == 4


@pytest.mark.parametrize("ending", ["csv", "json", "yaml", "yml"])
def test_a_template_is_written_read_back_and_settles_to_nothing(ending, tmp_path):
    file = tmp_path / f"observed.{ending}"
    risksim("settle", TUBA, "--template", "--out", file)
    told = json.loads(risksim("settle", TUBA, "--observed", file, "--json"))
    assert told["invoice"] == told["totals"] == []
    assert told["until"] == "2021-08-01"
    assert received(told) == 0


def test_results_are_written_as_json_and_as_rows(tmp_path):
    observed = SCENARIOS / "international" / "st-basils-observed.csv"
    command = ("settle", SCENARIOS / "international" / "st-basils.yaml", "--observed", observed)
    page = risksim(*command, "--out", tmp_path / "said.json")
    assert "2,622,375.00" in page
    assert "IRR so far" in page
    said = json.loads((tmp_path / "said.json").read_text(encoding="utf-8"))
    assert said["schema"] == "risksim.settle/1"
    risksim(*command, "--out", tmp_path / "said.csv")
    rows = list(csv.DictReader((tmp_path / "said.csv").read_text(encoding="utf-8").splitlines()))
    assert sum(float(row["amount"]) for row in rows) == 2_622_375
    assert rows[0]["reason"] == "322 verified at 500.00 each"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "neither of --observed and --template"),
        (("--observed", "x.csv", "--template"), "both of --observed and --template"),
        (("--observed", "nowhere.csv"), "no such file"),
        (("--observed", "x.csv", "--until", "summer"), "2027-01-31"),
        (("--template", "--out", "x.xlsx"), ".csv"),
        (("--observed", "x.csv", "--out", "x.nc"), ".json or .csv"),
    ],
)
def test_wrong_usage_says_what_to_try(words, said):
    done = CliRunner().invoke(app, ["settle", str(TUBA), *words])
    assert isinstance(done.exception, RisksimError)  # which `main` prints, and ends with exit code 2
    assert said in str(done.exception)
    assert done.stdout == ""


def test_mistakes_of_an_observed_file_end_in_exit_code_2(tmp_path):
    import subprocess
    import sys

    file = tmp_path / "observed.csv"
    file.write_text("follow_up,cohort,wellbeing: verified\n2022-08-01,Brøndby,900\n2022-09-01,Brøndby,1\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "risksim", "settle", str(TUBA), "--observed", str(file)],
        capture_output=True, text=True, encoding="utf-8", cwd=ROOT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file}:2:20: 2022-08-01, Brøndby, wellbeing: verified" in done.stderr
    assert f"{file}:3:1: follow_up" in done.stderr
    assert "Traceback" not in done.stderr
