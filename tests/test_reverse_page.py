"""The page names every key of the command's JSON; the text and the charts hold what it says."""

import json
from pathlib import Path

from typer.testing import CliRunner

from risksim.cli.main import app
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/reverse.md").read_text(encoding="utf-8")


def ask(*args, code=0):
    done = CliRunner().invoke(app, ["reverse", *map(str, args), "--quiet"], catch_exceptions=code != 0)
    assert done.exit_code == code, done.output
    return done


def section(title):
    return PAGE.split(f"# {title}\n")[1].split("\n#")[0]


FILE = ROOT / "scenarios/questions/pilot.yaml"


def test_page_names_every_key_of_the_json_and_no_other(tmp_path):
    chart = tmp_path / "chart.json"
    said = json.loads(ask(FILE, "--paths", 256, "--json", "--chart", chart).stdout)
    assert json.loads(chart.read_text(encoding="utf-8")) == said["charts"]["breaks"]
    del said["charts"]
    unmarked = {
        "scenario.not_checked[]",
        "charts",
        "public_limits.en[]",
        "public_limits.da[]",
    }  # nothing unchecked in this deal; charts have a language of their own
    assert set(keys(said)) | unmarked == {key for key, _ in rows(section("JSON of a reverse"))}


def test_a_deal_whose_numbers_are_certain_has_break_points_too():
    text = ask(ROOT / "scenarios/financing/one-tranche.yaml", "--paths", 256).stdout
    assert "Every number is certain, so none can change together with others." in text
    assert "the file calls it certain" in text
    assert "Missing: dropout: a cohort has no `duration`" in text
    assert "delay of all enrolment" in text


def test_a_loan_without_participants_says_what_is_missing():
    text = ask(ROOT / "scenarios/danish/aaben-og-rolig-loan.yaml", "--paths", 256).stdout
    assert "Missing: delay: the file has no cohorts, so nobody enrols." in text


def test_public_money_is_told_with_what_it_cannot_say():
    said = json.loads(ask(ROOT / "scenarios/public/appropriation.yaml", "--paths", 256, "--json").stdout)
    assert set(said["public_limits"]) == {"en", "da"}
