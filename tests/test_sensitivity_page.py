"""The page of the sensitivity names every key and column; the command prints, saves and refuses."""

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim.analysis.sensitivity import NothingUncertainError
from risksim.cli.main import app
from risksim.report.input_titles import input_title, input_value
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/sensitivity.md").read_text(encoding="utf-8")
FILE = ROOT / "scenarios/danish/diabetes-aarhus.yaml"


def section(title):
    return PAGE.split(f"# {title}\n")[1].split("\n#")[0]


def ask(*args):
    return CliRunner().invoke(app, ["sensitivity", *map(str, args), "--quiet"], catch_exceptions=False)


def test_page_names_every_key_of_the_json_and_no_other(tmp_path):
    out, chart = tmp_path / "inputs.csv", tmp_path / "chart.json"
    done = ask(FILE, "--paths", 512, "--sobol", "--json", "--out", out, "--chart", chart)
    said = json.loads(done.stdout)
    drawn = said.pop("charts")
    points = said.pop("points")
    unmarked = {"scenario.not_checked[]", *(f"charts.{name}" for name in drawn), *(f"points.{name}" for name in points)}
    assert set(keys(said)) | unmarked == {key for key, _ in rows(section("JSON of a sensitivity"))}
    assert set(drawn) == {"tornado", "indices", "box"}
    assert len(json.loads(chart.read_text(encoding="utf-8"))["vconcat"]) == 3
    head = next(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    named = set(re.findall(r"`(\w+)`", section("CSV of a sensitivity").split("|---|---|")[1]))
    assert {name.removesuffix("_standard_error") for name in head} == named - {"_standard_error"}


def test_the_tornado_never_stands_alone_and_says_what_it_misses():
    text = ask(FILE, "--paths", 512).stdout
    for title in (
        "Share of the variance that each input decides alone",
        "One input at a time",
        "Which guess matters most",
        "Judgements of the register",
    ):
        assert title in text
    assert "what happens when two\nmove together is not in this table" in text
    assert re.search(r"\(covers \d+ %, density \d+ %\)\.|No limits on a few inputs", text)


def test_given_data_makes_no_tornado():
    text = ask(FILE, "--paths", 512, "--given-data").stdout
    assert "One input at a time" not in text
    assert "Share of the variance that each input decides alone" in text


def test_refusals_are_kind():
    with pytest.raises(NothingUncertainError, match=r"cap\.yaml: every number is certain"):
        ask(ROOT / "scenarios/rules/cap.yaml")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("cohorts[Brøndby].dropout", "dropout in Brøndby"),
        ("cohorts[a b].unmeasured.share", "share not measured in a b"),
        (
            "outcomes[in work].success_rate.composition.groups[new].rate",
            "success rate composition groups new rate of in work",
        ),
        ("payments[3].price", "price of payments[3]"),
        ("financing.costs[own].amount", "financing.costs[own].amount"),
    ],
)
def test_inputs_in_words(name, title):
    assert input_title(name) == title


def test_values_with_units():
    assert input_value("cohorts[a].enrolment.ratio", 1.2, "1", 50) == "120 % of plan (all 50 places)"
    assert input_value("payments[3].price", 12_345.6, "DKK/outcome") == "12,346 DKK/outcome"
    assert input_value("outcomes[a].success_rate.effect.odds_ratio", 1.5, "1") == "1.5"
    assert input_value("cohorts[a].enrolment.late_start.months", 3.0, "month") == "3 month"
