"""The page of questions names every key of a stress; the page of risks says what the program says."""

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.analysis.stress import stress
from risksim.cli.main import app
from risksim.report.stress import FiguresOf, StressOf, sentence
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
QUESTIONS = (ROOT / "docs/reference/questions.md").read_text(encoding="utf-8")
RISKS = (ROOT / "docs/reference/risks.md").read_text(encoding="utf-8")
FILES = sorted((ROOT / "scenarios/risks").glob("*.yaml"))
ANONYMOUS = ROOT / "scenarios/risks/anonymous-participants.yaml"
PATHS = 20_000


def section(title):
    return QUESTIONS.split(f"# {title}\n")[1].split("\n#")[0]


def test_page_names_every_key_of_the_json_of_a_stress_and_no_other(tmp_path):
    out = tmp_path / "stress.csv"
    args = ["stress", str(FILES[0]), "--paths", "200", "--quiet", "--json", "--out", str(out)]
    said = json.loads(CliRunner().invoke(app, args, catch_exceptions=False).stdout)
    unmarked = {"scenario.not_checked[]"}  # none in this deal
    assert set(keys(said)) | unmarked == {key for key, _ in rows(section("JSON of a stress"))}
    head = next(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    named = re.findall(r"`(\w+)`", section("CSV of a stress").split("|---|---|")[1])
    assert {name.removesuffix("_standard_error").removeprefix("difference_") for name in head} <= set(named)


def test_page_names_every_key_of_the_json_of_a_tipping_table_and_no_other(tmp_path):
    out = tmp_path / "tipping.csv"
    args = ["stress", str(ANONYMOUS), "--tipping", "--paths", "200", "--quiet", "--json", "--out", str(out)]
    said = json.loads(CliRunner().invoke(app, args, catch_exceptions=False).stdout)
    alike = {key for key in keys(said) if key.startswith(("scenario.", "run."))}
    assert alike <= {key for key, _ in rows(section("JSON of a stress"))}
    named = {key for key, _ in rows(section("JSON of a tipping table"))}
    assert set(keys(said)) - alike == named - {"scenario", "run"}
    head = next(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    named = re.findall(r"`(\w+)`", section("CSV of a tipping table").split("|---|---|")[1])
    assert {name.removesuffix("_standard_error") for name in head} == set(named) - {"_standard_error"}


def test_the_example_of_the_page_reads():
    from risksim.scenario.reader import read_text
    from tests.scenario.broken import DEAL

    block = QUESTIONS.split("```yaml\n")[1].split("```")[0]
    assert len(read_text(DEAL + block)[0].stresses) == 4


def test_the_sentences_of_the_example_are_those_of_the_page_of_risks():
    shown = QUESTIONS.split("The cost of a deal\n")[1].split("...\n```")[0].splitlines()
    assert len(shown) == 2
    assert all(f"| {line.removeprefix('- ')} |" in RISKS for line in shown)


SLOW = ("dropout", "pooled-municipalities")
"""Deals of many people, whose sentences take as long as those of all others together."""


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, id=file.stem, marks=pytest.mark.slow if file.stem in SLOW else ()) for file in FILES],
)
def test_page_of_risks_says_what_the_program_says(file):
    found = stress(api.read(file), PATHS, seed=1)
    base, page = FiguresOf(*found.base), RISKS.split(f"`scenarios/risks/{file.name}`")[1].split("\n## ")[0]
    assert found.stresses
    for one in found.stresses:
        values, difference = FiguresOf(*one.values), FiguresOf(*one.difference)
        said = sentence(base, StressOf(one.name, one.changes, values, difference, one.p_differs), PATHS)
        assert f"| `{'; '.join(one.changes)}` | {said} |" in page


def test_every_risk_stands_on_the_page():
    parts = {part.split(".")[0]: part for part in RISKS.split("\n## ")[1:] if part.startswith("R")}
    assert list(parts) == [f"R{number}" for number in range(1, 18)]
    assert all("| `" in part for part in parts.values()), "each has a switch, and a sentence on it"
    named = re.findall(r"`scenarios/risks/([\w-]+\.yaml)`", RISKS)
    assert sorted(named) == [file.name for file in FILES]
