"""The page names every key of the command's JSON; the text and the charts hold what it says."""

import json
from pathlib import Path

from typer.testing import CliRunner

from risksim.cli.main import app
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/value.md").read_text(encoding="utf-8")


def ask(*args, code=0):
    done = CliRunner().invoke(app, ["value", *map(str, args), "--quiet"], catch_exceptions=code != 0)
    assert done.exit_code == code, done.output
    return done


def section(title):
    return PAGE.split(f"# {title}\n")[1].split("\n#")[0]


FILE = ROOT / "scenarios/questions/pilot.yaml"


def test_page_names_every_key_of_the_json_and_no_other(tmp_path):
    out, chart = tmp_path / "value.json", tmp_path / "chart.json"
    said = json.loads(ask(FILE, "--pilot", 25, "--cost", 20_000, "--json", "--out", out, "--chart", chart).stdout)
    assert json.loads(out.read_text(encoding="utf-8")) == said
    assert json.loads(chart.read_text(encoding="utf-8")) == said["charts"]
    assert set(said.pop("charts")) == {"known", "pilot"}
    unmarked = {
        "scenario.not_checked[]",
        "charts",
        "public_limits.en[]",
        "public_limits.da[]",
    }  # nothing unchecked in this deal, nor public; charts have a language of their own
    assert set(keys(said)) | unmarked == {key for key, _ in rows(section("JSON of a value"))}


def test_text_says_whose_decision_and_payoff():
    text = ask(ROOT / "scenarios/faxe/mixed.yaml", "--decide", "payer", "--paths", 512).stdout
    assert "It is the payers' decision." in text
    assert "Payoff: what public budgets save and avoid" in text
    text = ask(FILE, "--stress", "a tenth more for each success", "--pilot", 5, "--serves", 2, "--delay", 6).stdout
    assert "It is the investors' decision." in text
    assert "serves 2 deals, takes 6 months" in text
    assert "take it with 'a tenth more for each success'" in text
    before = ask(FILE, "--terms", "a tenth more for each success", "--pilot", 5, "--serves", 2, "--delay", 6).stdout
    assert before == text  # as the option was called once


def test_mistakes_are_told():
    assert "a pilot, and none was given" in str(ask(FILE, "--cost", 5, code=1).exception)
    assert "the stresses of the file are: a tenth more" in str(ask(FILE, "--stress", "half", code=1).exception)
    assert "saved as .json" in str(ask(FILE, "--chart", "chart.png", code=1).exception)
