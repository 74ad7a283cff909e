"""The page names every key of the command's JSON; the text and the charts hold what it says."""

import json
from pathlib import Path

from typer.testing import CliRunner

from risksim.cli.main import app
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/robust.md").read_text(encoding="utf-8")


def ask(*args, code=0):
    done = CliRunner().invoke(app, ["robust", *map(str, args), "--quiet"], catch_exceptions=code != 0)
    assert done.exit_code == code, done.output
    return done


def section(title):
    return PAGE.split(f"# {title}\n")[1].split("\n#")[0]


FILE = ROOT / "scenarios/danish/memox-vejle.yaml"


def test_page_names_every_key_of_the_json_and_no_other():
    said = json.loads(ask(FILE, "--paths", 512, "--between", 0.6, 0.7, "--people", 4, "--json").stdout)
    assert set(said.pop("charts")) == {"loss", "p_loss"}
    unmarked = {"charts", "scenario.not_checked[]"}  # charts speak their own language; all of this deal is checked
    assert set(keys(said)) | unmarked == {key for key, _ in rows(section("JSON of a robust"))}
    pairs = {key.removesuffix("[]").rsplit(".", 1)[-1] for key, _ in rows(section("JSON of a robust"))}
    assert set(said) <= pairs | {"scenario", "run", "anchor", "together", "feared", "opened", "curve"}


def test_text_opens_the_paths_that_it_fears():
    text = ask(FILE, "--paths", 512).stdout
    assert "Open one:  risksim explain" in text
    assert "If nobody knows how cohorts go together" in text
    text = ask(ROOT / "scenarios/portfolio/four-danish-deals.yaml", "--paths", 256).stdout
    assert "If nobody knows how deals go together" in text
    assert "--deal" in text


def test_a_stress_is_asked_instead_of_the_deal_as_it_stands():
    deal = ROOT / "scenarios/questions/pilot.yaml"
    asked = (deal, "--paths", 512, "--stress", "a tenth more for each success")
    plain, said = (json.loads(ask(*args, "--json").stdout) for args in ((deal, "--paths", 512), asked))
    assert (plain["scenario"]["stress"], said["scenario"]["stress"]) == (None, "a tenth more for each success")
    assert said["p_loss"]["value"] < plain["p_loss"]["value"]
    text = ask(*asked).stdout
    assert "with 'a tenth more for each success'" in text
    assert "Open one" not in text  # a path of the file is not one of the deal with a stress
    assert "has no such stress" in str(ask(deal, "--stress", "half", code=1).exception)
    fund = ROOT / "scenarios/portfolio/four-danish-deals.yaml"
    assert "a stress is of one deal" in str(ask(fund, "--stress", "half", code=1).exception)


def test_mistakes_are_told():
    assert "got both" in str(ask(FILE, "--eta", 0.1, "--between", 0.6, 0.7, code=1).exception)
    assert "go together" in str(ask(FILE, "--people", 4, code=1).exception)
