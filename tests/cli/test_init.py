"""`risksim init` for each kind of deal, as a user meets it."""

import json

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.errors import RisksimError
from risksim.scenario.starter import KINDS, starter_text


def risksim(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_list_names_every_kind_with_a_line_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = risksim("init", "--list")
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(KINDS)
    assert all(said in done.stdout for said in KINDS.values())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_written_and_checks(kind, tmp_path):
    file = tmp_path / "deal.yaml"
    assert risksim("init", "--type", kind, file).exit_code == 0
    assert file.read_text(encoding="utf-8") == starter_text(kind)
    assert json.loads((tmp_path / "risksim.schema.json").read_text(encoding="utf-8"))["type"] == "object"
    checked = risksim("check", file)
    assert checked.exit_code == 0
    assert "What due diligence still lacks" in checked.stdout


@pytest.mark.parametrize("kind", ["ratecard", "rate_card", "Rate-card", "starter", "../starter", ""])
def test_an_unknown_kind_is_answered_with_the_kinds_and_nothing_is_written(kind, tmp_path):
    done = risksim("init", "--type", kind, tmp_path / "deal.yaml")
    assert isinstance(done.exception, RisksimError)
    said = str(done.exception)
    assert all(known in said for known in KINDS)
    assert ("Did you mean rate-card?" in said) == (kind.lower().startswith("rate"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept(tmp_path):
    file = tmp_path / "deal.yaml"
    file.write_text("mine", encoding="utf-8")
    assert isinstance(risksim("init", "--type", "loan", file).exception, RisksimError)
    assert file.read_text(encoding="utf-8") == "mine"
    assert risksim("init", "--type", "loan", file, "--force").exit_code == 0
    assert file.read_text(encoding="utf-8") == starter_text("loan")


def test_check_says_what_lacks_as_text_and_as_json(tmp_path):
    file = tmp_path / "deal.yaml"
    risksim("init", "--type", "rate-card", file)
    said = json.loads(risksim("check", file, "--json").stdout)["lacking"]
    assert [line["topic"] for line in said] == ["evidence", "evidence", "evidence", "price"]
    assert said[3]["where"] == ["payments[0].price", "payments[1].price"]
    text = risksim("check", file).stdout
    assert text.rstrip().endswith(said[3]["add"])
    assert f"What due diligence still lacks ({len(said)})" in text
