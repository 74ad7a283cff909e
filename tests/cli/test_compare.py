"""``risksim compare``, ``stress --standard`` and ``stress --grid`` as people call them."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.errors import RisksimError
from tests.analysis.test_stress import DEAL, STRESSES


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.yaml").write_text(DEAL + STRESSES, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(DEAL.replace("median: 1000", "median: 1200") + STRESSES, encoding="utf-8")
    return tmp_path


def called(*args, code=0):
    done = CliRunner().invoke(app, [*map(str, args), "--quiet", "--paths", "128"])
    assert done.exit_code == code, done.output
    return done


def refused(*args):
    with pytest.raises(RisksimError) as caught:
        CliRunner().invoke(app, [*map(str, args), "--quiet"], catch_exceptions=False)
    return str(caught.value)


def test_two_files_and_all_that_can_be_saved(files):
    out, chart = files / "x.csv", files / "charts.json"
    done = called("compare", files / "a.yaml", files / "b.yaml", "--json", "--out", out, "--chart", chart)
    said = json.loads(done.stdout)
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["quantity"] for row in rows] == [one["key"] for one in said["pairs"][0]["differences"]]
    assert float(rows[0]["mean"]) == said["pairs"][0]["differences"][0]["mean"]["value"]
    assert json.loads(chart.read_text(encoding="utf-8")) == said["charts"]
    assert "B less A, path by path" in called("compare", files / "a.yaml", files / "b.yaml").stdout


def test_a_file_and_its_stresses(files):
    said = called("compare", files / "a.yaml", "--stress", "nobody leaves", "--stress", "a wide cap").stdout
    assert said == called("compare", files / "a.yaml", "--with", "nobody leaves", "--with", "a wide cap").stdout
    assert "B: Ten people, with 'nobody leaves'" in said
    assert "C leaves investors the same as A on every path." in said


def test_what_cannot_be_compared_is_said_with_a_way_out(files):
    a, b = files / "a.yaml", files / "b.yaml"
    assert "There is 'a dearer job'" in refused("compare", a, "--stress", "nobody comes")
    assert "names stresses of one file" in refused("compare", a, b, "--stress", "nobody leaves")
    assert "--stress" in refused("compare", a)
    assert "Try --chart" in refused("compare", a, b, "--chart", files / "x.png")
    (files / "fund.yaml").write_text("schema: 1\nportfolio:\n  name: x\n  deals: [a.yaml]\n", encoding="utf-8")
    assert "a comparison is of deals" in refused("compare", a, files / "fund.yaml")


def test_standard_stresses_of_one_file(files):
    out, chart = files / "x.csv", files / "charts.json"
    done = called("stress", files / "a.yaml", "--standard", "--own", "--json", "--out", out, "--chart", chart)
    said = json.loads(done.stdout)
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["stress"] for row in rows[1:]] == [one["name"] for one in said["stresses"]]
    assert float(rows[1]["difference_npv"]) == said["stresses"][0]["difference"]["npv"]["value"]
    assert list(json.loads(chart.read_text(encoding="utf-8"))) == ["stresses"]
    assert "Makes no sense for this deal" in called("stress", files / "a.yaml", "--standard").stdout


def test_standard_stresses_of_a_folder_name_the_files_that_cannot_be_run(files):
    out = files / "rows.csv"
    done = called("stress", str(files / "*.yaml"), "--standard", "--out", out, "--resume", files / "rows")
    assert done.stdout.startswith("2 files.")
    assert len(list((files / "rows").glob("*.json"))) == 2
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert {row["reason"] for row in rows if row["key"] == "half_cap"} == {"no cap"}
    (files / "broken.yaml").write_text("schema: 1\n", encoding="utf-8")
    done = called("stress", files, "--standard", "--json", code=2)
    assert "broken.yaml" in done.stderr
    assert len(json.loads(done.stdout)["rows"]) == 2


def test_a_grid(files):
    out = files / "x.csv"
    args = ("stress", files / "a.yaml", "--grid", "cohorts[*].participants=5,10", "--show", "repayment")
    said = json.loads(called(*args, "--json", "--out", out).stdout)
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["is_base"] for row in rows] == ["no", "yes"]
    assert float(rows[0]["value"]) == said["cells"][0]["value"]["value"]
    assert "Mean repayment of all payers" in called(*args).stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--standard", "--grid", "a=1,2"), "a question of its own"),
        (("--show", "npv"), "Add --grid"),
        (("--chart", "x.json"), "Add --standard or --grid"),
        (("--resume", "x"), "Add --standard"),
        (("--own", "--tipping"), "stands beside --standard"),
        (("--standard", "--dask", "local"), "on this machine"),
    ],
)
def test_options_that_have_no_place_beside_each_other(files, options, said):
    assert said in refused("stress", files / "a.yaml", *options)


def test_own_stresses_of_several_files_are_no_one_question(files):
    assert "Add --standard" in refused("stress", files / "a.yaml", files / "b.yaml")
    assert "Add --standard" in refused("stress", files / "*.yaml")


def test_own_alone_is_the_question_that_it_always_was(files):
    plain, own = (called("stress", files / "a.yaml", "--json", *more).stdout for more in ((), ("--own",)))
    assert plain == own
