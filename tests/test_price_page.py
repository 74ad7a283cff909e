"""The page on solved terms names every key and column; files and charts are written whole."""

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/price.md").read_text(encoding="utf-8")
FILE = ROOT / "scenarios/questions/terms.yaml"
UNMARKED = {"scenario.not_checked[]", "base", "break_even", "at_end[]", "remarks[]", "apart[]"}
UNMARKED |= {"public_limits.en[]", "public_limits.da[]"}
"""Keys of what these answers don't say."""


def section(title):
    return PAGE.split(f"# {title}\n")[1].split("\n#")[0]


def ask(*args, code=0):
    asked = ["price", str(FILE), "--change", "payments[0].price", "--paths", 256, "--quiet", *args]
    done = CliRunner().invoke(app, [str(each) for each in asked])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("price")
    files = folder / "terms.csv", folder / "pareto.json"
    solved = ask("--investor", "p_loss<=0.10", "--json", "--out", files[0], "--chart", files[1]).stdout
    infeasible = ask("--investor", "p_loss<=0.05", "--payer", "mean<=900000", "--json").stdout
    return json.loads(solved), json.loads(infeasible), *files


def test_page_names_every_key_of_the_json_and_no_other(answers):
    found = set()
    for said in answers[:2]:
        found |= set(keys({name: child for name, child in said.items() if name != "charts"}))
    assert found | UNMARKED | {"charts.pareto"} == {key for key, _ in rows(section("JSON of solved terms"))}
    assert answers[0]["schema"] == "risksim.price/1"


@pytest.mark.parametrize("command", ["price", "value", "tail", "reference"])
def test_a_portfolio_is_refused_kindly(command):
    more = ["--change", "payments[0].price", "--investor", "p_loss<=0.1"] if command == "price" else []
    fund = ROOT / "scenarios/portfolio/four-danish-deals.yaml"
    done = CliRunner().invoke(app, [command, str(fund), *more])
    assert "got a portfolio; this question is asked of one deal" in str(done.exception)


def test_page_names_every_column(answers):
    head = next(csv.reader(answers[2].read_text(encoding="utf-8").splitlines()))
    named = set(re.findall(r"`(\w+)`", section("CSV of solved terms").split("|---|---|")[1])) - {"_standard_error"}
    assert {name.removesuffix("_standard_error") for name in head} == named | {"payments[0].price"}


def test_chart_holds_the_numbers_of_the_table(answers):
    said, _, _, chart = answers
    spec = json.loads(chart.read_text(encoding="utf-8"))
    assert spec == said["charts"]["pareto"]
    drawn = [(one["cost"], one["p_loss"]) for one in spec["data"]["values"]]
    points = [(one["cost"]["value"], one["p_loss"]["value"]) for one in said["pareto"]]
    base = said["base"]["cost"]["value"], said["base"]["p_loss"]["value"]
    assert drawn == [*points, base]
    assert [one["is"] for one in spec["data"]["values"]].count("solved") == 1
    # Between two points the chance is that of the cheaper one: it falls only where the dearer terms are reached.
    assert spec["layer"][0]["mark"]["interpolate"] == "step-after"


def test_solved_digits_of_the_page(answers):
    said = answers[0]
    assert said["solved"]["terms"] == [53571.43]
    assert f"{said['solved']['p_loss']['value']:.6f}" == "0.072183"
    assert f"{said['base']['p_loss']['value']:.6f}" == "0.472273"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--investor", "p_loss<=0.1", "--chart", "chart.png"), "Vega-Lite"),
        (("--investor", "p_loss<=0.1", "--out", "terms.nc"), ".csv"),
        (("--investor", "loss<=0.1"), "Did you mean p_loss"),
        ((), "no limit"),
    ],
)
def test_what_cannot_be_done_is_refused_before_any_work(args, said):
    error = ask(*args, code=1).exception
    assert said in str(error)
