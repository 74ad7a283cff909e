"""`risksim check` tells the faults of a file in the language spoken."""

from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.errors import ScenarioError
from tests.scenario.broken import DEAL


def checked(file, *options):
    done = CliRunner().invoke(app, ["check", str(file), *options])
    assert isinstance(done.exception, ScenarioError)
    return str(done.exception)


def test_check_tells_faults_in_danish_and_english(tmp_path):
    file = tmp_path / "deal.yaml"
    file.write_text(DEAL.replace("unmeasured: 0.1", "unmeasured: 10"), encoding="utf-8")
    danish, english = checked(file, "--lang", "da"), checked(file, "--lang", "en")
    assert "fandt 10;" in danish
    assert "skriv 0.1" in danish
    assert "got 10;" in english
    assert danish.splitlines()[0] == english.splitlines()[0]


def test_a_file_that_is_not_there_is_told_in_danish(tmp_path):
    assert "fandt ikke filen; et scenarie læses" in checked(tmp_path / "nowhere.yaml", "--lang", "da")
