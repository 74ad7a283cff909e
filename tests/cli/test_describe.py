"""``risksim describe``: every step once, every constant named, and nothing heavy loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app

ROOT = Path(__file__).parents[2]
FILE = str(ROOT / "scenarios" / "evidence" / "how-much-we-know.yaml")


def risksim(*args: str) -> str:
    done = CliRunner().invoke(app, list(args))
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(risksim("describe", FILE, "--json"))
    return found


def number(said: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in said["numbers"] if one["name"] == name]
    return dict(found)


def test_each_step_stands_once_and_in_order(said: dict[str, Any]):
    rate = number(said, "outcomes[better].success_rate")
    # 60 / 3.95 = 15.190 people at half weight, 160 / 8.95 = 17.877 at 0.3, and the prior: 13.958, more than 12
    assert [step[:30] for step in rate["steps"]] == [
        "prior Beta(0.5, 0.5)",
        "45 of 60 people; design effect",
        "weight 0.5 (other municipality",
        "88 of 160 people; design effec",
        "weight 0.3 (same manual)",
        "counts as 12 people at most, p",
        "20 % that the evidence does no",
    ]
    assert rate["people"] == pytest.approx(12.0, rel=1e-12)
    assert 1.0 < rate["matched_people"] < 12.0
    assert rate["p5"] < rate["p50"] < rate["p95"]


def test_each_expert_sees_every_family(said: dict[str, Any]):
    experts = number(said, "outcomes[work].success_rate")["experts"]
    assert [expert["share"] for expert in experts] == [0.25, 0.5, 0.25]
    for expert in experts:
        fits = {fit["family"]: fit for fit in expert["candidates"]}
        assert set(fits) == {"beta", "lognormal", "gamma", "normal", "student"}
        assert [name for name, fit in fits.items() if fit["chosen"]] == ["beta"]
        assert all(fit["sum_of_squares"] >= 0.0 and fit["p5"] < fit["p95"] for fit in fits.values())


def test_constants_that_were_not_checked_are_marked_wherever_they_act(said: dict[str, Any]):
    assert said["not_checked"] == ["confidence-grade-4", "therapy-dropout"]
    ran = json.loads(risksim("run", FILE, "--paths", "200", "--quiet", "--json"))
    assert ran["scenario"]["not_checked"] == said["not_checked"]
    assert ran["scenario"]["constants"] == said["constants"]
    line = (
        "Not checked against its source: confidence-grade-4 (financing.costs[course].amount); "
        "therapy-dropout (cohorts[town].dropout).\n"
    )
    assert risksim("run", FILE, "--paths", "200", "--quiet").endswith(line)
    assert "therapy-dropout of the register is not checked against its source" in risksim("check", FILE)
    assert "not checked against its source" in risksim("describe", FILE)


def test_a_deal_without_such_constants_says_nothing_of_them():
    simple = str(ROOT / "scenarios" / "examples" / "simple-reference.yaml")
    assert "Not checked" not in risksim("run", simple, "--paths", "200", "--quiet")


def test_the_register_is_listed():
    listed = json.loads(risksim("describe", "--register", "--json"))["constants"]
    assert len(listed) > 50
    assert "enrolment-ratio" in risksim("describe", "--register")


def test_a_file_or_the_register_is_asked_for():
    done = CliRunner().invoke(app, ["describe"])
    assert done.exit_code != 0
    assert "--register" in str(done.exception)


def test_describing_compiles_nothing():
    code = (
        "import sys\n"
        "from risksim.cli.describe import describe\n"
        f"describe({FILE!r}, False, False)\n"
        "assert 'numba' not in sys.modules and 'xarray' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
