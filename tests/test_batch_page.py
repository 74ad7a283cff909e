"""The page on batches names every key, column, limit and option of a batch, and no others."""

import csv
import json
import re
from pathlib import Path

import typer.main
from typer.testing import CliRunner

from risksim.analysis.limits import NAMES
from risksim.cli.main import app
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/batch.md").read_text(encoding="utf-8")
COST = ROOT / "scenarios/risks/development-cost.yaml"
SPENT = ROOT / "scenarios/soem/ips-2021.yaml"
FUND = ROOT / "scenarios/portfolio/four-danish-deals.yaml"


def section(title):
    return PAGE.split(f"# {title}\n")[1].split("\n#")[0]


def called(*args):
    args = ["batch", *map(str, args), "--paths", "200", "--quiet"]
    return CliRunner().invoke(app, args, catch_exceptions=False)


def test_page_names_every_key_of_the_json_and_no_other():
    done = called(COST, FUND, SPENT, "absent.yaml", "--stresses", "--json", "--fail-if", "p_loss>=0")
    assert done.exit_code == 2
    assert set(keys(json.loads(done.stdout))) == {key for key, _ in rows(section("JSON of a batch"))}


def test_page_names_every_column_and_no_other(tmp_path):
    out = tmp_path / "table.csv"
    assert called(COST, "--out", out).exit_code == 0
    head = next(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    table = section("CSV of a batch").split("|---|---|")[1]
    named = [
        name for row in table.splitlines() if row.startswith("|") for name in re.findall(r"`(\w+)`", row.split("|")[1])
    ]
    assert [name for name in head if not name.endswith("_standard_error")] == named


def test_page_names_every_limit_in_its_order():
    assert tuple(name for name, _ in rows(section("Limits"))) == NAMES


def test_page_names_every_option():
    named = set(re.findall(r"`(--[\w-]+)", PAGE))
    options = typer.main.get_command(app).commands["batch"].params
    offered = {name for option in options for name in (*option.opts, *option.secondary_opts) if name.startswith("--")}
    assert offered - named <= {"--quiet", "--keep-going"}
    assert named <= offered
