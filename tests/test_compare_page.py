"""The pages on comparisons and on standard stresses name every key, column, stress and option, and no others."""

import csv
import json
import re
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from risksim.analysis.grid import MOST_CELLS, SHOWN
from risksim.analysis.standard import SET
from risksim.cli.main import app
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
COMPARE = (ROOT / "docs/reference/compare.md").read_text(encoding="utf-8")
STRESSES = (ROOT / "docs/reference/stresses.md").read_text(encoding="utf-8")
TUBA = ROOT / "scenarios/broendby-tuba.yaml"
LATE = ROOT / "scenarios/risks/development-cost.yaml"
LIKE_A_STRESS = ("scenario.", "run.", "base.")


def section(page, title):
    return page.split(f"# {title}\n")[1].split("\n#")[0]


def said(*args, code=0):
    done = CliRunner().invoke(app, [*map(str, args), "--paths", "64", "--quiet", "--json"], catch_exceptions=False)
    assert done.exit_code == code, done.output
    found = json.loads(done.stdout)
    assert found.pop("charts")
    return set(keys(found))


def documented(page, title):
    return {key for key, _ in rows(section(page, title))}


@pytest.fixture
def other(tmp_path):
    file = tmp_path / "other.yaml"
    text = TUBA.read_text(encoding="utf-8").replace("hurdles: [0.0, 0.035]", "hurdles: [0.05]")
    file.write_text(text.replace("education_or_work", "work"), encoding="utf-8")
    return file


def test_page_names_every_key_of_a_comparison_and_no_other(other):
    found = said("compare", TUBA, other)
    unmarked = {"sides[].not_checked[]"}  # none in these deals
    assert found | unmarked == documented(COMPARE, "JSON of a comparison") | (found & unmarked)


def test_page_names_every_column_of_a_comparison(tmp_path):
    out = tmp_path / "x.csv"
    said("compare", LATE, "--stress", "no cost of development", "--out", out)
    head = next(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    named = re.findall(r"`(\w+)`", section(COMPARE, "CSV of a comparison").split("|---|---|")[1])
    assert {name.removesuffix("_standard_error") for name in head} <= set(named)


def test_page_names_every_key_of_standard_stresses():
    found = {key for key in said("stress", TUBA, "--standard") if not key.startswith(LIKE_A_STRESS)} - {"hurdle"}
    assert found == documented(STRESSES, "JSON of standard stresses") - {"scenario`, `run`, `hurdle`, `base"}


def test_page_names_every_key_of_a_table_of_stresses():
    found = said("stress", TUBA, LATE, "absent.yaml", "--standard", code=2)
    found = {key for key in found if not key.startswith("run.")} | {"run"}
    assert found == documented(STRESSES, "JSON of a table of stresses")


def test_page_names_every_key_of_a_grid():
    found = said("stress", TUBA, "--grid", "payments[0].price=1,20000")
    found = {key for key in found if not key.startswith(LIKE_A_STRESS)} - {"hurdle"}
    assert found == documented(STRESSES, "JSON of a grid")


def test_page_names_every_standard_stress_in_its_order():
    named = re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", section(STRESSES, "The standard set"), re.MULTILINE)
    assert named == [(stress.key, stress.name) for stress, _ in SET]


def test_page_says_what_a_grid_shows_and_how_large_it_may_be():
    text = section(STRESSES, "Grids")
    assert all(f"`{name}`" in text for name in SHOWN)
    assert f"at most {MOST_CELLS} cells" in text


@pytest.mark.parametrize(("command", "page"), [("compare", COMPARE), ("stress", STRESSES)])
def test_pages_name_only_options_that_there_are(command, page):
    offered = {
        name
        for option in typer.main.get_command(app).commands[command].params
        for name in option.opts
        if name.startswith("--")
    }
    assert set(re.findall(r"(?<![\w-])(--[a-z][\w-]+)", page)) <= offered
