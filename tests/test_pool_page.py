"""The page of pools names every key and option, and no others; the command says no where it must."""

import json
import re
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.errors import RisksimError
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/pool.md").read_text(encoding="utf-8")
FILE = ROOT / "scenarios/questions/pooled.yaml"
FUND = ROOT / "scenarios/portfolio/four-danish-deals.yaml"


def section(title):
    return PAGE.split(f"# {title}\n")[1].split("\n#")[0]


def ask(*args):
    args = ["pool", *map(str, args), "--quiet", "--paths", "500"]
    return CliRunner().invoke(app, args, catch_exceptions=False).stdout


def test_page_names_every_key_of_the_sites_and_no_other(tmp_path):
    place = tmp_path / "charts.json"
    said = json.loads(ask(FILE, "--sites", "1,4", "--icc", "0.05", "--json", "--chart", place))
    charts = said.pop("charts")
    assert json.loads(place.read_text(encoding="utf-8")) == charts
    assert set(charts) == {"payments_sd", "p_loss"}
    unmarked = {"scenario.not_checked[]"}  # none in this deal
    assert set(keys(said)) | unmarked == {key for key, _ in rows(section("JSON of a pool"))}
    assert [round(one["share_sd_formula"], 6) for one in said["joined"]] == [0.148324, 0.074162]
    assert round(said["joined"][1]["one_site_formula"], 6) == 0.121963


def test_page_names_every_key_of_the_fund_and_no_other():
    said = json.loads(ask(FUND, "--json"))
    assert set(said["charts"]) == {"sd", "es95"}
    above = {"schema", "kind", "portfolio", "run", "charts"}
    own = {key: part for key, part in said.items() if key not in above}
    assert set(keys(own)) == {key for key, _ in rows(section("JSON of a portfolio's pool"))}


def test_page_names_every_option():
    named = set(re.findall(r"`(--[\w-]+)", PAGE))
    offered = {name for option in typer.main.get_command(app).commands["pool"].params for name in option.opts}
    assert {name for name in offered if name.startswith("--")} - named == {"--quiet"}
    assert named <= offered


def test_text_shows_simulation_and_formula():
    text = ask(FILE, "--sites", "1,4")
    for number in ("0.148324", "0.074162", "0.121963"):
        assert number in text
    assert "settled together" in text
    assert "adds to the fund's sd" in ask(FUND)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((FILE, "--sites", "one"), "joined by commas"),
        ((FUND, "--sites", "2"), "a portfolio lists its deals"),
        ((FILE, "--chart", "c.png"), "saved as .json"),
        ((FILE, "--site-sd", "9"), "of log odds"),
    ],
)
def test_bad_use_is_refused(args, said):
    with pytest.raises(RisksimError, match=said):
        ask(*args)


def test_a_file_without_payments_has_no_empty_tables():
    file = ROOT / "scenarios/faxe/adults-succeed.yaml"
    text = ask(file, "--sites", "1,4")
    assert "At 4 sites together the share who succeed varies by 0." in text
    assert "nobody pays by results in this file" in text
    for heading in ("Payments for one site", "All investors together", "How independent", "What one municipality"):
        assert heading not in text
    said = json.loads(ask(file, "--sites", "1,4", "--json"))
    assert set(said["charts"]) == {"share_sd"}
    assert said["joined"][1]["apart"]["payments_mean"]["value"] is None
