"""A batch says of every file what a run of it alone says, goes on where a file is bad, and keeps what is done."""

import csv
import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.analysis import batch as module
from risksim.analysis.batch import batch, found_files
from risksim.analysis.limits import NAMES, Answer, Limit, LimitError, answer_of, breaches, read_limits
from risksim.cli.main import app
from risksim.errors import RisksimError
from risksim.jobs.executors import Threads
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Withheld

ROOT = Path(__file__).parents[2]
SIMPLE = ROOT / "scenarios" / "examples" / "simple-reference.yaml"
COST = ROOT / "scenarios" / "risks" / "development-cost.yaml"
FUND = ROOT / "scenarios" / "portfolio" / "one-economy.yaml"
SPENT = ROOT / "scenarios" / "soem" / "r-and-r2-adhd-2020.yaml"
PATHS = 300


@pytest.fixture
def deals(tmp_path):
    """A folder with two deals, one in a folder below, a bad file and a hidden one."""
    (tmp_path / "below").mkdir()
    shutil.copy(SIMPLE, tmp_path / "one.yaml")
    shutil.copy(COST, tmp_path / "below" / "two.yaml")
    (tmp_path / "wrong.yaml").write_text("name: no deal\n", encoding="utf-8")
    (tmp_path / ".hidden.yaml").write_text("nothing\n", encoding="utf-8")
    (tmp_path / "note.txt").write_text("nothing\n", encoding="utf-8")
    return tmp_path


def called(*args):
    return CliRunner().invoke(app, ["batch", *map(str, args), "--paths", str(PATHS), "--quiet"], catch_exceptions=False)


# Rows


def test_a_row_says_what_a_run_of_the_file_says():
    (row,) = batch([SIMPLE], PATHS, seed=3).rows
    deal = api.read(SIMPLE)
    summary = api.simulate(deal, PATHS, 3).summary()
    everybody, worth = summary.everybody, list(summary.everybody.npv.values())[-1]
    assert row.answer.p_loss == everybody.loss.p_loss
    assert row.answer.npv == worth.mean
    assert row.answer.npv_es95 == worth.expected_shortfall_95
    assert row.answer.irr == everybody.irr.of_mean_flow
    assert row.answer.moic == everybody.moic.mean
    assert row.answer.repayment.value == pytest.approx(sum(p.total.mean.value for p in summary.payers.values()))
    assert (row.deal, row.digest, row.stress, row.kind) == (deal.plan.name, deal.plan.digest, None, "deal")


def test_stresses_are_the_rows_of_a_stress_of_the_file():
    from risksim.analysis.stress import stress

    base, *rows = batch([COST], PATHS, stresses=True).rows
    found = stress(api.read(COST), PATHS)
    assert [row.stress for row in rows] == [one.name for one in found.stresses]
    for row, values in zip([base, *rows], [found.base, *(one.values for one in found.stresses)], strict=True):
        for name in values._fields:
            assert getattr(row.answer, name) == getattr(values, name)


def test_a_portfolio_is_a_row_of_its_fund():
    (row,) = batch([FUND], PATHS).rows
    run = api.run_portfolio(api.read_portfolio(FUND), PATHS)
    assert (row.kind, row.digest) == ("portfolio", run.portfolio.digest)
    assert row.answer.p_loss == run.summary.fund.loss.p_loss
    assert row.answer.moic == run.summary.fund.moic
    total = sum(payer.total.mean.value for payer in run.summary.payers.values())
    assert row.answer.repayment.value == pytest.approx(total)


def test_an_executor_changes_nothing():
    assert batch([SIMPLE, COST], PATHS, executor=Threads(2)) == batch([SIMPLE, COST], PATHS, threads=1)


def test_files_folders_and_patterns_are_found_once_in_their_order(deals):
    bad = []
    names = [deals / "below", deals, str(deals / "*.yaml"), str(deals / "**" / "two.yaml"), deals / "none*.yaml"]
    found = found_files(names, bad)
    assert [Path(file).relative_to(deals).as_posix() for file in found] == ["below/two.yaml", "one.yaml", "wrong.yaml"]
    assert [one.file for one in bad] == [str(deals / "none*.yaml")]
    assert "matches this pattern" in bad[0].message


def test_a_file_that_is_not_there_is_bad_and_the_others_are_done(deals):
    found = batch([deals, deals / "absent.yaml"], PATHS)
    assert [row.deal for row in found.rows] == [api.read(COST).plan.name, api.read(SIMPLE).plan.name]
    assert [Path(one.file).name for one in found.bad] == ["wrong.yaml", "absent.yaml"]
    assert not found.partial


def test_without_keep_going_nothing_is_run_after_a_bad_file(deals):
    found = batch([deals], PATHS, keep_going=False)
    assert (found.rows, [Path(one.file).name for one in found.bad]) == ((), ["wrong.yaml"])


def test_progress_counts_rows_and_paths():
    seen = []
    batch([SIMPLE, COST], PATHS, progress=lambda *done: seen.append(done))
    assert seen[0] == (0, 2, 0)
    assert seen[-1] == (1, 2, PATHS)
    assert seen == sorted(seen)


# Rows that are kept


def test_kept_rows_are_read_and_not_computed(tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    first = batch([COST], PATHS, stresses=True, resume=kept)
    assert len(list(kept.glob("*.json"))) == len(first.rows)
    monkeypatch.setattr(module, "_computed", None)
    again = batch([COST], PATHS, stresses=True, resume=kept)
    assert again.rows == first.rows
    assert (first.resumed, again.resumed) == (0, len(first.rows))


@pytest.mark.parametrize("change", ["paths", "seed", "code"])
def test_rows_of_other_paths_seeds_or_versions_are_not_taken(tmp_path, monkeypatch, change):
    batch([SIMPLE], PATHS, resume=tmp_path)
    if change == "code":
        monkeypatch.setattr(api, "identity", lambda: {"code": "another"})
    paths, seed = (PATHS + 1 if change == "paths" else PATHS), (2 if change == "seed" else 1)
    assert batch([SIMPLE], paths, seed, resume=tmp_path).resumed == 0
    assert len(list(tmp_path.glob("*.json"))) == 2


def test_a_damaged_row_is_computed_again(tmp_path):
    first = batch([SIMPLE], PATHS, resume=tmp_path)
    (file,) = tmp_path.glob("*.json")
    file.write_text(file.read_text(encoding="utf-8")[:40], encoding="utf-8")
    again = batch([SIMPLE], PATHS, resume=tmp_path)
    assert (again.rows, again.resumed) == (first.rows, 0)
    assert batch([SIMPLE], PATHS, resume=tmp_path).resumed == 1


def test_what_is_withheld_and_not_a_number_comes_back_as_it_was(tmp_path):
    answer = Answer(*[Estimate(0.1, float("nan"), -float("inf"), 1 / 3)] * 3, Withheld("why"), *[Estimate.exact(2)] * 2)
    row = module.Row("a.yaml", "Å", "deal", None, "d", "individual", "DKK", 0.03, answer)
    module._keep(tmp_path / "row.json", row)
    assert str(module._read_row(tmp_path / "row.json")) == str(row)  # nan is no equal of itself


@pytest.mark.skipif(os.name == "nt", reason="folders of another kind")
def test_a_folder_that_cannot_keep_rows_is_refused_first(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RisksimError, match="rows cannot be kept there"):
        batch([SIMPLE], PATHS, resume=tmp_path / "file")


def test_what_is_done_is_kept_when_interrupted(tmp_path, monkeypatch):
    computed, rows = module._computed, []

    def interrupted(asked, *rest):
        if rows:
            raise KeyboardInterrupt
        rows.append(asked)
        return computed(asked, *rest)

    monkeypatch.setattr(module, "_computed", interrupted)
    out = tmp_path / "table.csv"
    done = called(SIMPLE, COST, "--out", out)
    assert done.exit_code == 130
    assert "partial" in done.stdout
    assert "Interrupted" in done.stderr
    lines = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [(line["deal"], line["partial"]) for line in lines] == [(api.read(SIMPLE).plan.name, "yes")]


# Limits

SOME = Answer(
    Estimate.symmetric(0.25, 0.01),
    Estimate.symmetric(-1000.0, 10.0),
    Estimate.symmetric(5000.0, 10.0),
    Withheld("no single IRR"),
    Estimate.symmetric(100.0, 1.0),
    Estimate.symmetric(0.9, 0.01),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p_loss>0.2", ["p_loss is 0.25, which breaches p_loss>0.2"]),
        ("p_loss>0.25", []),
        ("p_loss>=0.25", ["p_loss is 0.25, which breaches p_loss>=0.25"]),
        ("npv<0 , moic <= 0.9", ["npv is -1000, which breaches npv<0", "moic is 0.9, which breaches moic<=0.9"]),
        ("npv<-1e3,repayment>1000", []),
        ("irr<0.03", ["irr does not exist, which breaches irr<0.03"]),
        ("irr>0.03", ["irr does not exist, which breaches irr>0.03"]),
    ],
)
def test_limits_are_breached_by_the_numbers_that_pass_them(text, expected):
    assert list(breaches(read_limits(text), SOME)) == expected


def test_limits_are_read():
    assert read_limits(None) == ()
    assert read_limits(" npv_es95 >= -1.5e6 ") == (Limit("npv_es95", ">=", -1.5e6),)
    assert NAMES == ("p_loss", "npv", "npv_es95", "irr", "repayment", "moic")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a limit is a name"),
        ("p_loss", "a limit is a name"),
        ("p_loss=0.2", "a limit is a name"),
        ("p_loss>0.2,", "a limit is a name"),
        ("ploss>0.2", "Did you mean p_loss"),
        ("P-Loss>0.2", "Did you mean p_loss"),
        ("es95>1", "Did you mean npv_es95"),
        ("zzz>1", "Try --fail-if"),
        ("p_loss>20%", "0.2 is 20 %"),
        ("npv<1_000", "thousands' marks"),
        ("npv<nan", "thousands' marks"),
    ],
)
def test_what_is_no_limit_is_refused_with_what_is_near(text, said):
    with pytest.raises(LimitError, match=said):
        read_limits(text)


PEOPLE = ("--engine", "individual")


def test_the_answer_of_a_run_is_that_of_its_page():
    said = CliRunner().invoke(app, ["run", str(SIMPLE), "--paths", str(PATHS), "--quiet", "--json", *PEOPLE]).stdout
    line = json.loads(said)["three_lines"]["lines"][2]
    found = answer_of(api.simulate(api.read(SIMPLE), PATHS))
    assert found.p_loss.value == line["p_loss"]["value"]
    assert found.npv_es95.value == line["npv_es95"]["value"]


# The command line


def test_codes_say_what_went_wrong(deals):
    assert called(SIMPLE).exit_code == 0
    assert called(SIMPLE, "--fail-if", "p_loss>1").exit_code == 0
    breached = called(SIMPLE, COST, "--stresses", "--fail-if", "moic<0.99")
    assert breached.exit_code == 1
    assert f"{COST}, stress 'twice the cost of development': moic is 0.9" in breached.stderr
    assert "as it stands" not in breached.stderr
    faulty = called(deals, "--fail-if", "p_loss>=0")
    assert faulty.exit_code == 2
    assert "1 of these has no row" in faulty.stderr
    assert "wrong.yaml" in faulty.stderr
    assert "which breaches p_loss>=0" in faulty.stderr
    assert called("nothing-here").exit_code == 2


@pytest.mark.parametrize(
    ("file", "limit", "code"), [(SIMPLE, "npv<1e12", 1), (FUND, "npv<1e12", 1), (FUND, "irr<-1", 0)]
)
def test_a_run_ends_by_its_limits_too(file, limit, code):
    done = CliRunner().invoke(app, ["run", str(file), "--paths", "100", "--quiet", "--fail-if", limit])
    assert done.exit_code == code
    assert ("--fail-if: npv is" in done.stderr) == (code == 1)
    assert done.stdout


def test_bad_use_is_refused_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_computed", None)
    for args in (["--out", tmp_path / "a.xlsx"], ["--out", tmp_path / "no" / "a.csv"], ["--fail-if", "npv"]):
        with pytest.raises(RisksimError):
            called(SIMPLE, *args)


def test_table_shows_every_row_and_rounds_to_its_error():
    shown = called(COST, FUND, "--stresses").stdout
    assert "  twice the cost of development" in shown
    assert "Four Danish deals in one economy" in shown
    assert f"{PATHS} paths each, seed 1" in shown
    assert "6 rows of 2 files" in shown


def test_saved_files_say_the_same_as_the_printed_json(tmp_path):
    table, saved = tmp_path / "t.csv", tmp_path / "t.json"
    assert called(COST, "--stresses", "--out", table).exit_code == 0
    printed = json.loads(called(COST, "--stresses", "--json", "--out", saved).stdout)
    assert json.loads(saved.read_text(encoding="utf-8")) == printed
    lines = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [line["stress"] for line in lines] == [row["stress"] or "" for row in printed["rows"]]
    for line, row in zip(lines, printed["rows"], strict=True):
        assert float(line["npv"]) == row["npv"]["value"]
        assert float(line["irr_standard_error"]) == row["irr"]["standard_error"]


def test_a_file_without_investors_is_passed_over_among_others_and_refused_alone(tmp_path):
    shutil.copy(SPENT, tmp_path / "spent.yaml")
    shutil.copy(COST, tmp_path / "funded.yaml")
    found = batch([tmp_path], 64)
    assert ([Path(one.file).name for one in found.rows], found.bad) == (["funded.yaml"], ())
    assert [Path(one).name for one in found.skipped] == ["spent.yaml"]
    done = called(tmp_path)
    assert done.exit_code == 0
    assert "Nobody invests in" in done.stderr
    alone = batch([tmp_path / "spent.yaml"], 64)
    assert (alone.rows, alone.skipped) == ((), ())
    assert "no investor to ask about" in alone.bad[0].message
