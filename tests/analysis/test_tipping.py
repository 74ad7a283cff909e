"""The table of what cannot be measured: which change each step is, and what the table makes of the runs."""

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.analysis import tipping as analysis
from risksim.analysis.tipping import STEPS, NothingUnmeasuredError, changes_at, outcome_asked, tipping
from risksim.cli.main import app

ROOT = Path(__file__).parents[2]
ANONYMOUS = ROOT / "scenarios/risks/anonymous-participants.yaml"


@pytest.fixture
def deal():
    return api.read(ANONYMOUS)


@pytest.fixture
def easier(monkeypatch):
    """As if each step hid more people, whoever they are: the share itself is raised."""

    def changed(deal, name, changes):
        (block,) = changes.values()
        assert set(block) == {"share", "failures", "outcome"}
        return found(deal, name, {"cohorts[*].unmeasured": 0.1 * block["failures"]})

    found = api.changed
    monkeypatch.setattr(api, "changed", changed)


def test_a_plain_share_becomes_a_block():
    said = {"cohorts": [{"unmeasured": {"beta": [2, 18]}}, {"name": "all are seen"}, {"unmeasured": 0.1}]}
    assert changes_at(said, "job", 0.5) == {
        "cohorts[0].unmeasured": {"share": {"beta": [2, 18]}, "failures": math.exp(0.5), "outcome": "job"},
        "cohorts[2].unmeasured": {"share": 0.1, "failures": math.exp(0.5), "outcome": "job"},
    }


def test_a_block_keeps_its_words_and_its_odds_are_raised():
    said = {"cohorts": [{"unmeasured": {"share": 0.1, "failures": 2, "leavers": 3, "outcome": "home"}}]}
    (block,) = changes_at(said, "job", 1.0).values()
    assert block == {"share": 0.1, "failures": 2 * math.e, "leavers": 3, "outcome": "home"}


def test_uncertain_odds_are_raised_as_a_whole():
    said = {"cohorts": [{"unmeasured": {"share": 0.1, "failures": {"uniform": [1, 3]}}}]}
    (block,) = changes_at(said, "job", 2.0).values()
    assert block["failures"] == {"changed": {"of": {"uniform": [1, 3]}, "times": math.exp(2.0)}}


def test_the_first_row_is_the_file_as_it_stands(deal, easier):
    found = tipping(deal, 1_024, threads=1)
    assert [row.step for row in found.rows] == list(STEPS)
    assert [row.odds for row in found.rows] == pytest.approx([1.0, 1.6487, 2.7183, 7.3891], abs=1e-4)
    plain = api.simulate(deal, 1_024)
    assert found.rows[0].values.npv.value == pytest.approx(plain.paths.npv[:, 0, -1].mean())
    assert found.rows[0].difference.npv[:2] == (0.0, 0.0)


def test_rates_are_those_of_the_head_counts(deal, easier):
    row = tipping(deal, 1_024, threads=1).rows[0]
    heads = api.simulate(deal, 1_024).paths.headcount[:, 0].sum(axis=0)  # enrolled, ..., unmeasured, achieved, verified
    assert row.rate_all.value == pytest.approx(heads[4] / heads[0])
    assert row.rate_measured.value == pytest.approx(heads[5] / (heads[0] - heads[3]))


def test_the_page_says_where_the_answer_turns(deal, easier):
    done = CliRunner().invoke(
        app, ["stress", str(ANONYMOUS), "--tipping", "--paths", "1024", "--quiet"], catch_exceptions=False
    )
    assert "The mean NPV, above zero as the file stands, is below zero once the odds are" in done.stdout
    assert "as the file says" in done.stdout
    assert "7.4 times as high" in done.stdout


def test_json_and_csv_of_the_table(deal, easier, tmp_path):
    out = tmp_path / "tipping.csv"
    args = ["stress", str(ANONYMOUS), "--tipping", "--paths", "512", "--quiet", "--json", "--out", str(out)]
    said = json.loads(CliRunner().invoke(app, args, catch_exceptions=False).stdout)
    assert (said["schema"], said["outcome"], len(said["rows"])) == ("risksim.tipping/1", "job", 4)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    assert float(lines[2].split(",")[2]) == said["rows"][1]["rate_measured"]["value"]


def test_a_deal_in_which_everybody_is_measured_cannot_tip():
    with pytest.raises(NothingUnmeasuredError, match="nothing can tip"):
        tipping(api.read(ROOT / "scenarios/risks/small-cohort.yaml"), 64)


def test_an_outcome_is_chosen_by_name(deal):
    assert outcome_asked(deal, None) == outcome_asked(deal, "job") == "job"
    with pytest.raises(NothingUnmeasuredError, match="There is job"):
        outcome_asked(deal, "home")


def test_the_steps_are_those_of_the_literature():
    assert analysis.STEPS == (0.0, 0.5, 1.0, 2.0)
