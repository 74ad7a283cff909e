"""One path told whole: every row of the purse checked by hand, its sums those of that path in the run."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.cli.main import app
from tests.cli.purses import ROOT

FILES = ("public/wrong-pocket.yaml", "public/refund-ladder.yaml", "danish/memox-vejle.yaml")
OVERLAPPING = ROOT / "scenarios" / "public" / "overlapping-outcomes.yaml"
PLAIN = ROOT / "scenarios" / "examples" / "simple-reference.yaml"
SEED, PATH = 2, 5


def ask(*words):
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


@pytest.fixture(scope="module", params=FILES)
def deal(request):
    return api.read(ROOT / "scenarios" / request.param)


@pytest.mark.parametrize("engine", ["individual", "conditional"])
def test_rows_are_units_by_their_worth_and_sums_those_of_the_path_in_the_run(deal, engine):
    told = api.explain_purse(deal, PATH, SEED, engine)
    run = api.run_purse(deal, 64, SEED, engine)
    unit, years = deal.plan.minor_units, deal.plan.purse.years
    cent = 0.5 / unit * 1.001  # rounded once for each line and year
    for position, line in enumerate(told.lines):
        factors = dict(line.factors)
        worth = factors["units each"] * factors["volume"] * factors["price"]
        assert abs(line.unit_gross) == pytest.approx(worth)
        for year in line.years:
            assert year.gross == pytest.approx(year.units * line.unit_gross, abs=cent)
            assert year.net == pytest.approx(year.added_units * line.unit_net, abs=cent)
            assert sum(year.by_sector) == pytest.approx(year.net, abs=1e-9 * abs(year.net))
        assert line.gross == pytest.approx(run.purse.line_gross[PATH, position] / unit)
        assert line.net == pytest.approx(run.purse.line_net[PATH, position] / unit)
    for row, budget in enumerate(told.budgets):
        found = {year.year: year for year in budget.years}
        for column, year in enumerate(years):
            said = found.get(year)
            parts = (0.0, 0.0, 0.0) if said is None else (said.net, said.own_costs, said.repaid_nominal)
            arrays = (run.purse.net, run.purse.cost, run.purse.payment)
            assert parts == pytest.approx([each[PATH, row, column] / unit for each in arrays])
    left = api.net_benefits_by_path(run)
    assert [budget.left for budget in told.budgets] == pytest.approx([left[each.name][PATH] for each in told.budgets])
    assert sum(budget.left for budget in told.budgets) == pytest.approx(left["total"][PATH])


def test_explain_ends_with_the_purse_of_the_same_people():
    file = ROOT / "scenarios" / FILES[0]
    text = ask("explain", file, "--path", PATH, "--seed", SEED)
    story, _, purse = text.partition(f"public budgets on path {PATH} of seed {SEED}\n")
    assert story
    assert purse.startswith("The people counted here are those told above.\n")
    assert "What this cannot say" in purse
    said = json.loads(ask("explain", file, "--path", PATH, "--seed", SEED, "--json"))
    repaid = sum(year["repaid_nominal"] for budget in said["public"]["budgets"] for year in budget["years"])
    assert repaid == pytest.approx(sum(one["amount"] for one in said["payments"]))
    alone = json.loads(ask("public", file, "--path", PATH, "--seed", SEED, "--engine", "individual", "--json"))
    assert alone.pop("schema") == "risksim.public-path/1"
    assert said["public"] == alone


def test_explain_of_a_run_that_draws_nobody_says_whose_counts_these_are():
    text = ask("explain", ROOT / "scenarios" / FILES[0], "--path", PATH, "--engine", "conditional")
    assert "not those of the individual life told above" in " ".join(text.split())
    text = ask("explain", OVERLAPPING, "--path", PATH, "--engine", "conditional")
    assert "another future than the one told above" in " ".join(text.split())
    assert json.loads(ask("explain", OVERLAPPING, "--path", PATH, "--engine", "conditional", "--json"))["public"][
        "engine"
    ] == ("individual")


def test_explain_of_a_file_without_public_budgets_says_nothing_of_them():
    assert "public budgets" not in ask("explain", PLAIN, "--path", PATH)
    assert "public" not in json.loads(ask("explain", PLAIN, "--path", PATH, "--json"))


def test_paths_of_the_story_are_drawn_alike_wherever_a_block_begins():
    deal = api.read(ROOT / "scenarios" / FILES[0])
    alone = api.explain_purse(deal, 70, SEED)
    run = api.run_purse(deal, 71, SEED, "individual")
    np.testing.assert_allclose([line.gross for line in alone.lines], run.purse.line_gross[70] / deal.plan.minor_units)
