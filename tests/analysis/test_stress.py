"""Stresses: the same people meet the deal as it stands and as it is changed."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.analysis import stress as analysis
from risksim.analysis.stress import Outcome, compare, stress
from risksim.cli.main import app
from risksim.metrics.sample import Sample

ROOT = Path(__file__).parents[2]
DEAL = """
schema: 1
name: Ten people
start: 2025-01-01
end: 2027-01-01
follow_up: {every: 12 months}
day_count: months/12
hurdles: [0.0]
cohorts:
  - {name: all, participants: 10, duration: 6 months, dropout: {beta: [4, 16]}, unmeasured: 0.2}
outcomes:
  job: {of: completers, success_rate: {beta: [6, 4]}}
payments:
  - per_outcome: {outcome: job, price: {lognormal: {median: 1000, p90: 1300}}}
financing:
  tranches: [{name: fund, commitment: 4000}]
stresses:
"""
STRESSES = """\
  a dearer job: {"payments[0].price": {times: 2}}
  nobody leaves: {"cohorts[*].dropout": 0}
  half the odds: {"cohorts[*].dropout": {odds: 0.5}}
  a wide cap: {"payments[+]": {cap: {total: 1000000}}}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "deal.yaml"
    path.write_text(DEAL + STRESSES, encoding="utf-8")
    return path


def risksim(*args, code=0):
    done = CliRunner().invoke(app, [str(arg) for arg in args])
    assert done.exit_code == code, done.output
    return done


def test_what_a_stress_leaves_alone_is_drawn_as_before(file):
    deal = api.read(file)
    base = api.simulate(deal, 512)
    dearer = api.simulate(api.stressed(deal, "a dearer job"), 512)
    names = [note.name for note in deal.plan.labels.inputs]
    price = names.index("payments[0].price")
    others = [slot for slot in range(len(names)) if slot != price]
    np.testing.assert_array_equal(base.paths.headcount, dearer.paths.headcount)
    np.testing.assert_array_equal(base.paths.inputs[:, others], dearer.paths.inputs[:, others])
    np.testing.assert_allclose(dearer.paths.inputs[:, price], 2.0 * base.paths.inputs[:, price], rtol=1e-9)
    # An amount is rounded once an invoice: twice a price rounded is within two øre a date of the rounded double.
    assert np.abs(dearer.paths.received - 2 * base.paths.received).max() <= 2 * base.paths.flow.shape[2]


def test_odds_of_a_law_meet_the_same_place(file):
    deal = api.read(file)
    before, after = (api.simulate(one, 512).paths.inputs[:, 0] for one in (deal, api.stressed(deal, "half the odds")))
    np.testing.assert_allclose(after, 0.5 * before / (1.0 - before + 0.5 * before), rtol=1e-8)


def test_differences_are_paired(file):
    deal = api.read(file)
    found = stress(deal, 2_048, seed=4, threads=1)
    base = api.simulate(deal, 2_048, seed=4).paths
    other = api.simulate(api.stressed(deal, "nobody leaves"), 2_048, seed=4).paths
    moved = (other.npv - base.npv)[:, 0, -1]
    one = found.stresses[1]
    assert one.difference.npv.value == pytest.approx(moved.mean())
    assert one.difference.npv.standard_error == pytest.approx(moved.std(ddof=1) / np.sqrt(2_048))
    lost = (other.received < other.drawn)[:, 0].astype(float) - (base.received < base.drawn)[:, 0]
    assert one.difference.p_loss.value == pytest.approx(lost.mean())
    assert one.difference.p_loss.standard_error == pytest.approx(lost.std(ddof=1) / np.sqrt(2_048))
    assert one.difference.p_loss.standard_error < one.values.p_loss.standard_error
    for name in ("p_loss", "npv", "npv_es95", "repayment"):
        values, differences = getattr(one.values, name), getattr(one.difference, name)
        assert values.value - getattr(found.base, name).value == pytest.approx(differences.value, abs=1e-6)


def test_paired_figures_of_four_paths_by_hand():
    base = Outcome(np.array([1.0, 1, 0, 0]), np.array([-10.0, -20, 30, 40]), np.array([90.0, 80, 130, 140]))
    after = Outcome(np.array([0.0, 1, 0, 0]), np.array([10.0, -20, 30, 60]), np.array([110.0, 80, 130, 160]))
    found = compare("x", (), base, after, Sample.equal(4))
    # Losses -1, 0, 0, 0: mean -1/4, sd 1/2, over the root of four 1/4. NPV +20, 0, 0, +20: mean 10, sd sqrt(400/3).
    assert found.difference.p_loss[:2] == pytest.approx((-0.25, 0.25))
    assert found.difference.npv[:2] == pytest.approx((10.0, np.sqrt(400 / 3) / 2))
    assert found.difference.repayment.value == pytest.approx(10.0)
    assert found.difference.npv_es95.value == 0.0  # the worst twentieth is the path of -20 in both
    assert found.p_differs.value == 0.5


def test_the_page_says_what_each_stress_does(file):
    said = risksim("stress", file, "--paths", 2_048, "--quiet").stdout
    assert "- a dearer job: the chance of a loss falls from" in said
    assert "- a wide cap: nothing changes on any of 2,048 paths." in said
    assert "as it stands" in said
    assert "a wide cap: payments[+]: {cap: {total: 1000000}}" in said


def test_a_stress_that_no_path_can_see_is_said_to_be_so(file, tmp_path):
    rare = tmp_path / "rare.yaml"
    rare.write_text(DEAL + '  rarely found: {"cohorts[*].unmeasured": 0.2001}\n', encoding="utf-8")
    said = risksim("stress", rare, "--paths", 512, "--quiet").stdout
    assert "does not change as far as 512 paths can see" in said or "nothing changes on any" in said


def test_json_and_csv_say_the_same(file, tmp_path):
    out = tmp_path / "stress.csv"
    said = json.loads(risksim("stress", file, "--paths", 512, "--quiet", "--json", "--out", out).stdout)
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["stress"] for row in rows] == ["", "a dearer job", "nobody leaves", "half the odds", "a wide cap"]
    assert float(rows[2]["p_loss"]) == said["stresses"][1]["values"]["p_loss"]["value"]
    assert float(rows[2]["difference_npv"]) == said["stresses"][1]["difference"]["npv"]["value"]
    assert rows[0]["difference_npv"] == ""
    risksim("stress", file, "--paths", 512, "--quiet", "--out", tmp_path / "stress.json")
    assert json.loads((tmp_path / "stress.json").read_text(encoding="utf-8")) == said


def test_threads_change_nothing(file):
    deal = api.read(file)
    assert stress(deal, 1_024, threads=1) == stress(deal, 1_024, threads=2)


def test_a_file_without_stresses_is_told_how_to_ask(tmp_path):
    plain = tmp_path / "plain.yaml"
    plain.write_text(DEAL.removesuffix("stresses:\n"), encoding="utf-8")
    with pytest.raises(Exception, match="got no stresses") as caught:
        CliRunner().invoke(app, ["stress", str(plain)], catch_exceptions=False)
    assert "cohorts[*].participants: {times: 0.5}" in str(caught.value)


def test_a_wrong_ending_is_refused_before_any_work(file, tmp_path):
    with pytest.raises(Exception, match=r"\.csv"):
        CliRunner().invoke(app, ["stress", str(file), "--out", str(tmp_path / "x.nc")], catch_exceptions=False)


def test_check_names_what_is_asked_and_finds_its_mistakes(file, tmp_path):
    assert "What `risksim stress` asks (4)" in risksim("check", file).stdout
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(DEAL + '  too many leave: {"cohorts[*].dropout": {times: 4}}\n', encoding="utf-8")
    with pytest.raises(Exception, match="with this stress"):
        CliRunner().invoke(app, ["check", str(wrong)], catch_exceptions=False)


def test_progress_counts_over_all_runs(file):
    done = []
    stress(api.read(file), 256, threads=1, progress=done.append)
    assert done[-1] == 5 * 256
    assert done == sorted(done)


def test_the_level_of_the_shortfall_is_that_of_the_three_lines():
    assert analysis.RISK_LEVEL == 0.95
