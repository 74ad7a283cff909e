"""The page of the tail names every key and column; the command says no where it must."""

import csv
import json
import re
from pathlib import Path

from typer.testing import CliRunner

from risksim.cli.main import app
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/tail.md").read_text(encoding="utf-8")
FILE = ROOT / "scenarios/risks/small-cohort.yaml"


def section(title):
    return PAGE.split(f"# {title}\n")[1].split("\n#")[0]


def ask(*args):
    return CliRunner().invoke(app, ["tail", *map(str, args), "--quiet"], catch_exceptions=False)


def test_page_names_every_key_of_the_json_and_no_other(tmp_path):
    out = tmp_path / "tail.csv"
    said = json.loads(ask(FILE, "--paths", 1_024, "--json", "--out", out).stdout)
    unmarked = {"scenario.not_checked[]", "warnings[]"}  # none in this deal
    assert set(keys(said)) | unmarked == {key for key, _ in rows(section("JSON of a tail"))}
    named = set(re.findall(r"`(\w+)`", section("CSV of a tail").split("|---|---|")[1]))
    head = next(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    assert {name.removesuffix("_standard_error") for name in head} == named - {"_standard_error"}
    quantities = {figure["quantity"] for figure in said["figures"]}
    cell = next(line for line in PAGE.splitlines() if line.startswith("| `figures[].quantity` |"))
    assert quantities == set(re.findall(r"`(\w+)`", cell.split("|")[2]))


def test_text_names_what_was_moved_and_both_runs():
    text = ask(FILE, "--paths", 2_048, "--level", 0.999).stdout
    assert "Where the worst 0.1 % of futures lie" in text
    assert re.search(r"- the success rate of 'success': 2\.\d standard deviations down", text)
    assert "mean loss beyond that" in text
    assert "loss not exceeded in 99.9 %" in text
    assert "2,048 paths each, seed 1" in text


def test_a_stress_is_asked_instead_of_the_deal_as_it_stands():
    deal = ROOT / "scenarios/questions/pilot.yaml"
    asked = (deal, "--paths", 1_024, "--stress", "a tenth more for each success")
    said = json.loads(ask(*asked, "--json").stdout)
    plain = json.loads(ask(deal, "--paths", 1_024, "--json").stdout)
    assert (said["scenario"]["stress"], plain["scenario"]["stress"]) == ("a tenth more for each success", None)
    assert said["scenario"]["digest"] != plain["scenario"]["digest"]
    assert "with 'a tenth more for each success'" in ask(*asked).stdout


def test_files_are_written_whole(tmp_path):
    out = tmp_path / "tail.json"
    ask(FILE, "--paths", 1_024, "--out", out)
    assert json.loads(out.read_text(encoding="utf-8"))["schema"] == "risksim.tail/1"
