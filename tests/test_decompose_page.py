"""The page of the decomposition names every key and column; the command prints, saves and refuses."""

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.cli.output import OutputError
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/decompose.md").read_text(encoding="utf-8")
FILE = ROOT / "scenarios/risks/small-cohort.yaml"


def section(title):
    return PAGE.split(f"# {title}\n")[1].split("\n#")[0]


def ask(*args):
    return CliRunner().invoke(app, ["decompose", *map(str, args), "--quiet"], catch_exceptions=False)


def test_page_names_every_key_of_the_json_and_no_other(tmp_path):
    out, chart = tmp_path / "parts.csv", tmp_path / "chart.json"
    said = json.loads(ask(FILE, "--paths", 300, "--json", "--out", out, "--chart", chart).stdout)
    drawn = said.pop("charts")
    # none in this deal, nor public money; a specification is Vega-Lite's
    unmarked = {"scenario.not_checked[]", "charts.split", "public_limits.en[]", "public_limits.da[]"}
    assert set(keys(said)) | unmarked == {key for key, _ in rows(section("JSON of a decomposition"))}
    assert set(drawn) == {"split"}
    assert json.loads(chart.read_text(encoding="utf-8")) == drawn["split"]
    head = next(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    named = set(re.findall(r"`(\w+)`", section("CSV of a decomposition").split("|---|---|")[1]))
    assert {name.removesuffix("_standard_error") for name in head} == named - {"_standard_error"}


def test_the_chart_holds_the_numbers_of_the_table():
    said = json.loads(ask(FILE, "--paths", 300, "--json").stdout)
    shares = {share["factor"]: share["shapley"]["value"] for share in said["of"][0]["shares"]}
    drawn = {row["from"]: row["share"] for row in said["charts"]["split"]["data"]["values"] if row["of"][0] == "n"}
    assert drawn == pytest.approx(shares)


def test_the_command_splits_the_variance_of_successes_as_the_law_of_total_variance_does():
    """25 families, Beta(15.5, 5.5): Var(E[X | rate]) = 5.491780 and E(Var(X | rate)) = 4.613095."""
    said = json.loads(ask(FILE, "--paths", 20_000, "--json").stdout)
    (people,) = [one for one in said["of"] if one["quantity"] == "achieved"]
    assert people["sd"] ** 2 == pytest.approx(5.491780 + 4.613095, rel=0.04)
    rate, luck = people["shares"]
    whole = 5.491780 + 4.613095
    for estimate, value in ((rate["closed"], 5.491780 / whole), (luck["total"], 4.613095 / whole)):
        assert abs(estimate["value"] - value) < 3.5 * estimate["standard_error"]


def test_text_says_where_the_variance_comes_from():
    text = ask(FILE, "--paths", 2_000).stdout
    assert re.search(r"Of the variance of the net present value, [\d.]+ % comes from (success|small)", text)
    assert "several together" in text
    assert "4 runs of 2,000 paths, seed 1" in text


def test_a_deal_that_does_not_vary_says_so():
    text = ask(ROOT / "scenarios/rules/fixed.yaml", "--paths", 300).stdout
    assert "The net present value does not vary." in text


def test_public_money_is_told_with_what_it_cannot_say():
    file = ROOT / "scenarios/faxe/mixed.yaml"
    text = ask(file, "--paths", 300).stdout
    assert "Of the variance of the net benefit of all budgets, " in text
    assert "Present values of all investors" not in text
    assert "What this cannot say" in text
    said = json.loads(ask(file, "--paths", 300, "--json").stdout)
    assert {one["budget"] for one in said["of"]} == {None, "municipality", "region", "state", "total"}
    assert set(said["public_limits"]) == {"en", "da"}


@pytest.mark.parametrize("command", ["decompose", "sensitivity", "reverse", "stress"])
def test_a_portfolio_is_refused_in_one_sentence(command):
    with pytest.raises(OutputError, match="got a portfolio; this question is asked of one deal"):
        CliRunner().invoke(
            app, [command, str(ROOT / "scenarios/portfolio/four-danish-deals.yaml")], catch_exceptions=False
        )


def test_refusals_are_kind(tmp_path):
    with pytest.raises(OutputError, match=r"Try --chart .*chart\.json"):
        ask(FILE, "--chart", tmp_path / "chart.png")
