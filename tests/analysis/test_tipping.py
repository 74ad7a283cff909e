"""The table of what cannot be measured: which change each step is, and what the program makes of it."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.analysis import tipping as analysis
from risksim.analysis.stress import figures, outcome_of
from risksim.analysis.tipping import STEPS, NothingUnmeasuredError, changes_at, outcome_asked, tipping
from risksim.cli.main import app

ROOT = Path(__file__).parents[2]
ANONYMOUS = ROOT / "scenarios/risks/anonymous-participants.yaml"
SE_LIMIT = 4.0
"""Standard errors within which a simulated number meets its law."""
FORTY = """
schema: 1
name: Forty people
start: 2025-01-01
end: 2027-01-01
follow_up: {every: 12 months}
day_count: months/12
hurdles: [0.0]
cohorts:
  - {name: all, participants: 40, duration: 6 months, dropout: 0, unmeasured: SHARE}
outcomes:
  job: {of: enrolled, success_rate: 0.5}
  home: {of: enrolled, success_rate: 0.5}
payments:
  - per_outcome: {outcome: job, price: 1000}
financing:
  tranches: [{name: fund, commitment: 18500}]
"""


@pytest.fixture(scope="module")
def deal():
    return api.read(ANONYMOUS)


@pytest.fixture(scope="module")
def found(deal):
    return tipping(deal, 2_048, threads=1)


def forty(tmp_path, share):
    path = tmp_path / "forty.yaml"
    path.write_text(FORTY.replace("SHARE", share), encoding="utf-8")
    return api.read(path)


def near(value, estimate):
    return abs(estimate.value - value) <= SE_LIMIT * estimate.standard_error


# What becomes of the file


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


@pytest.mark.parametrize("failures", ["{uniform: [1, 3]}", "{value: 2, assumption: a guess}"])
def test_every_way_to_say_the_odds_can_be_raised(tmp_path, failures):
    uncertain = forty(tmp_path, f"{{share: {{beta: [2, 18]}}, outcome: job, failures: {failures}}}")
    rates = [row.rate_measured.value for row in tipping(uncertain, 256, threads=1).rows]
    assert rates == sorted(rates)


# What the program makes of it


def test_the_first_row_is_the_file_as_it_stands(deal, found):
    assert [row.step for row in found.rows] == list(STEPS)
    assert [row.odds for row in found.rows] == pytest.approx([1.0, 1.6487, 2.7183, 7.3891], abs=1e-4)
    plain = api.simulate(deal, 2_048)
    assert found.rows[0].values == figures(outcome_of(plain), plain.sample)
    assert found.rows[0].difference.npv[:2] == (0.0, 0.0)


def test_a_plain_certain_share_too(tmp_path):
    plain = forty(tmp_path, "0.1")
    run = api.simulate(plain, 2_048)
    assert tipping(plain, 2_048, threads=1).rows[0].values == figures(outcome_of(run), run.sample)


def test_a_plain_uncertain_share_up_to_the_error_of_both_and_all_rows_share_its_draws(tmp_path):
    plain = forty(tmp_path, "{beta: [2, 18]}")
    run = api.simulate(plain, 8_192)
    ran, rows = figures(outcome_of(run), run.sample).repayment, tipping(plain, 8_192, threads=1).rows
    error = math.hypot(ran.standard_error, rows[0].values.repayment.standard_error)
    assert abs(rows[0].values.repayment.value - ran.value) <= SE_LIMIT * error
    assert rows[3].difference.repayment.standard_error < 0.5 * error


def test_rates_are_those_of_the_head_counts(deal, found):
    heads = api.simulate(deal, 2_048).paths.headcount[:, 0].sum(axis=0)  # enrolled, ..., unmeasured, achieved, verified
    assert found.rows[0].rate_all.value == pytest.approx(heads[4] / heads[0])
    assert found.rows[0].rate_measured.value == pytest.approx(heads[5] / (heads[0] - heads[3]))


def test_the_table_of_a_deal_worked_by_hand(tmp_path):
    # Half succeed, a tenth cannot be measured, odds r = e^step times as high for failures. With s and f the chances of
    # successes and failures not to be measured, s + f = 0.2 and f / (1 - f) = r s / (1 - s), so that
    # (r - 1) s^2 + (1 + r - 0.2 (r - 1)) s - 0.2 = 0. At r = e: 1.71828 s^2 + 3.37463 s = 0.2, s = 0.05758.
    # Of the measured 0.5 (1 - s) / 0.9 succeed, and 40 * 0.5 (1 - s) * 1,000 is paid.
    by_hand = {0.0: (0.5, 18_000.0), 0.5: (0.51231, 18_443.3), 1.0: (0.52357, 18_848.4), 2.0: (0.54031, 19_451.0)}
    for row in tipping(forty(tmp_path, "0.1"), 16_384, threads=1).rows:
        rate, paid = by_hand[row.step]
        assert near(rate, row.rate_measured), row.step
        assert near(paid, row.values.repayment), row.step
        assert near(0.5, row.rate_all), row.step


def test_the_share_of_all_who_cannot_be_measured_stays_as_said(deal):
    for step in STEPS:
        run = api.simulate(api.changed(deal, "x", changes_at(deal.document.root, "job", step)), 8_192)
        shares = run.paths.headcount[:, 0, 3] / run.paths.headcount[:, 0, 0]
        assert abs(shares.mean() - 0.1) <= SE_LIMIT * shares.std() / np.sqrt(len(shares))  # Beta(2, 18)


def test_the_measured_look_better_and_better_while_nobody_does_better(found):
    measured = [row.rate_measured.value for row in found.rows]
    assert measured == sorted(set(measured))
    assert len({row.rate_all for row in found.rows}) == 1
    assert all(row.difference.repayment.value > 0.0 for row in found.rows[1:])


# What is printed


def test_the_page_says_where_the_answer_turns():
    args = ["stress", str(ANONYMOUS), "--tipping", "--paths", "4096", "--quiet"]
    done = CliRunner().invoke(app, args, catch_exceptions=False)
    assert "The mean NPV, below zero as the file stands, is above zero once the odds are" in done.stdout
    assert "as the file says" in done.stdout
    assert "7.4 times as high" in done.stdout


def test_json_and_csv_of_the_table(tmp_path):
    out = tmp_path / "tipping.csv"
    args = ["stress", str(ANONYMOUS), "--tipping", "--paths", "512", "--quiet", "--json", "--out", str(out)]
    said = json.loads(CliRunner().invoke(app, args, catch_exceptions=False).stdout)
    assert (said["schema"], said["outcome"], len(said["rows"])) == ("risksim.tipping/1", "job", 4)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    assert float(lines[2].split(",")[2]) == said["rows"][1]["rate_measured"]["value"]


# What is refused


def test_a_deal_in_which_everybody_is_measured_cannot_tip(tmp_path):
    for deal in (api.read(ROOT / "scenarios/risks/small-cohort.yaml"), forty(tmp_path, "0")):
        with pytest.raises(NothingUnmeasuredError, match="nothing can tip"):
            tipping(deal, 64)


def test_an_outcome_is_chosen_by_name(tmp_path):
    plain = forty(tmp_path, "0.1")
    assert [outcome_asked(plain, asked) for asked in (None, "job", "home")] == ["job", "job", "home"]
    with pytest.raises(NothingUnmeasuredError, match="There is job, home"):
        outcome_asked(plain, "work")


def test_the_outcome_that_the_file_names_comes_first(tmp_path):
    block = forty(tmp_path, "{share: 0.1, outcome: home, failures: 2}")
    assert outcome_asked(block, None) == outcome_asked(block, "home") == "home"
    with pytest.raises(NothingUnmeasuredError, match="goes with home"):
        outcome_asked(block, "job")


def test_the_steps_are_those_of_the_literature():
    assert analysis.STEPS == (0.0, 0.5, 1.0, 2.0)
