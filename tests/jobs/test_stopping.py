"""When a run stops, and what it says of it."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.cli.main import app
from risksim.errors import RunError
from risksim.jobs.job import work
from risksim.jobs.stopping import Tolerance, parse, stages, statistics_by_name

SIMPLE = "scenarios/examples/simple-reference.yaml"


@pytest.fixture(scope="module")
def plan():
    return api.read(SIMPLE).plan


def test_tolerances_are_standard_errors_or_shares():
    assert parse("p_loss=0.002, npv=1%") == (Tolerance("p_loss", 0.002, False), Tolerance("npv", 0.01, True))
    assert parse("tranches[a, b].irr.p50=0.1") == (Tolerance("tranches[a, b].irr.p50", 0.1, False),)


@pytest.mark.parametrize("text", ["p_loss", "p_loss=", "=1", "p_loss=-1", "p_loss=many", "p_loss=0", "p_loss=nan"])
def test_what_is_no_tolerance_is_refused(text):
    with pytest.raises(RunError, match=r"Try --tolerance"):
        parse(text)


def test_looks_double_up_to_the_ceiling():
    assert stages(100_000) == [16_384, 32_768, 65_536, 100_000]
    assert stages(1_000) == [1_000]


def test_a_run_stops_at_the_first_look_that_satisfies(plan):
    """About 31 % of futures lose: the error of 0.003 takes 0.31 * 0.69 / 0.003^2 = 23,800 paths, so two looks."""
    done = work(api.job(plan, 100_000, tolerance="p_loss=0.003"))
    assert done.paths == 32_768
    assert done.reached[0].met
    again = api.simulate(plan, 32_768, keep_claims=False)
    assert repr(done.summary) == repr(again.summary())


def test_a_run_that_outgrows_its_values_goes_over_to_sums(plan):
    grown = work(api.job(plan, 40_000, tolerance="p_loss=0.00001", keep_values=20_000))
    straight = work(api.job(plan, 40_000, keep_values=0))
    assert grown.paths == 40_000
    assert not grown.reached[0].met
    assert repr(grown.summary) == repr(straight.summary)


def test_every_key_and_every_short_name_can_be_asked_for(plan):
    summary = work(api.job(plan, 1000)).summary
    known = statistics_by_name(summary)
    assert {"p_loss", "npv", "npv_es95", "irr", "payers[municipality].total.mean"} <= known.keys()
    assert known["npv_es95"] == summary.everybody.npv["0.05"].expected_shortfall_95


def test_an_unknown_name_lists_the_names_and_ends_with_2():
    command = [sys.executable, "-m", "risksim", "run", SIMPLE, "--tolerance", "p_los=0.002", "-q"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "Try p_loss" in found.stderr
    assert "Traceback" not in found.stderr


def test_the_command_says_what_was_reached_and_whether_the_ceiling_stopped_it():
    asked = ["--tolerance", "p_loss=0.0001", "--paths", "20000", "--json", "--engine", "individual"]
    said = CliRunner().invoke(app, ["run", SIMPLE, *asked])
    assert said.exit_code == 0
    assert "NOT MET" in said.stderr
    assert "20,000 paths, the most allowed" in said.stderr
    (one,) = json.loads(said.stdout)["run"]["tolerance"]
    assert one["name"] == "p_loss"
    assert not one["met"]
