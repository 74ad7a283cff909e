"""A ranking compares deals by common measures, lists what it cannot rank, and keeps exit codes."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.analysis import batch as module
from risksim.analysis.batch import batch
from risksim.analysis.ranking import NAMES, RISING
from risksim.cli.main import app
from risksim.errors import RisksimError
from risksim.metrics.summary import Withheld
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[2]
FILE = ROOT / "scenarios/questions/pooled.yaml"
PUBLIC = ROOT / "scenarios/public/one-service.yaml"
SOEM = ROOT / "scenarios/soem/ips-2021.yaml"
FUND = ROOT / "scenarios/portfolio/four-danish-deals.yaml"
PAGE = (ROOT / "docs/reference/batch.md").read_text(encoding="utf-8")
PATHS = 300


def called(*args):
    args = ["batch", *map(str, args), "--paths", str(PATHS), "--quiet"]
    return CliRunner().invoke(app, args, catch_exceptions=False)


def test_measures_are_those_of_a_run():
    (row,) = batch([FILE], PATHS, ranked=True).rows
    run = api.simulate(api.read(FILE), PATHS)
    side, summary = api.investors(run), run.summary()
    found, capital = row.measures, 425_000.0
    assert found.p_loss == summary.everybody.loss.p_loss
    assert found.npv_per_capital.value == pytest.approx(side.npv[:, -1].mean() / capital)
    worst = list(summary.everybody.npv.values())[-1].expected_shortfall_95
    assert found.es95_per_capital.value == pytest.approx(worst.value / capital)
    assert found.es95_per_capital.standard_error == pytest.approx(worst.standard_error / capital)
    assert (found.irr_p05, found.irr_p50) == (summary.everybody.irr.p05, summary.everybody.irr.p50)
    paid = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units
    assert found.repayment_per_head.value == pytest.approx(np.mean(paid) / 25)
    assert isinstance(found.net_benefit, Withheld)


def test_public_measures_are_those_of_the_purse():
    (row,) = batch([PUBLIC], PATHS, ranked=True).rows
    purse = api.summarise_purse(api.run_purse(api.read(PUBLIC), PATHS))
    assert row.measures.net_benefit == purse.total.net_benefit.mean
    assert row.measures.deadweight_share == purse.value_for_money.deadweight_share


def test_files_without_investors_stand_apart():
    found = batch([SOEM, FILE], PATHS, ranked=True)
    assert [one.file for one in found.apart] == [str(SOEM)]
    assert not found.bad
    done = called(SOEM, FILE, "--table")
    assert done.exit_code == 0
    assert "Not ranked" in done.stdout
    assert "no investors" in done.stdout


@pytest.mark.parametrize("by", ["p_loss", "npv_per_capital", "net_benefit"])
def test_rows_are_sorted_and_what_is_missing_comes_last(by):
    said = json.loads(called(FUND, FILE, PUBLIC, "--by", by, "--json").stdout)
    values = [row["measures"][by]["value"] for row in said["rows"]]
    there = [value for value in values if value is not None]
    assert values == there + [None] * (len(values) - len(there))
    assert there == sorted(there, reverse=by not in RISING)
    assert said["by"] == by


def test_limits_end_with_the_same_code():
    assert called(FILE, "--table", "--fail-if", "p_loss>0.2").exit_code == 1
    assert called(FILE, "--table", "--fail-if", "p_loss>0.9").exit_code == 0
    with pytest.raises(RisksimError, match="sorted by p_loss"):
        called(FILE, "--by", "profit")


def test_kept_rows_hold_their_measures(tmp_path, monkeypatch):
    plain = batch([FUND, FILE], PATHS, resume=tmp_path)
    first = batch([FUND, FILE], PATHS, resume=tmp_path, ranked=True)
    assert (plain.resumed, first.resumed) == (0, 0)
    monkeypatch.setattr(module, "_computed", None)
    again = batch([FUND, FILE], PATHS, resume=tmp_path, ranked=True)
    assert again.rows == first.rows
    assert again.resumed == 2


def test_page_names_every_measure_and_key(tmp_path):
    ranking = PAGE.split("## A ranking\n")[1].split("\n## ")[0]
    assert tuple(key for key, _ in rows(ranking)) == NAMES
    least = {name for name in NAMES if re.search(rf"^\| `{name}` .*\| the least \|$", ranking, re.MULTILINE)}
    assert least == RISING
    out = tmp_path / "t.csv"
    said = json.loads(called(FILE, SOEM, "--table", "--reference", "--json", "--out", out).stdout)
    own = set(said) - {"schema", "run", "partial", "rows", "bad", "skipped", "limits", "breaches"}
    named = {key for key, _ in rows(PAGE.split("## JSON and CSV of a ranking\n")[1])}
    public = {"public_limits.en[]", "public_limits.da[]"}
    assert named - {"rows[].measures.MEASURE"} - public == {
        "by",
        "apart[].file",
        "apart[].message",
        "reference[]",
        "past",
    }
    assert own - {"public_limits"} == {"by", "apart", "reference", "past"}
    assert set(keys(said["apart"], "apart")) == {"apart[].file", "apart[].message"}
    head = next(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    assert [name for name in head if name in NAMES] == list(NAMES)
