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
from tests.scenario.broken import DEAL

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


MARK = "Not checked against its source: confidence-grade-4"


def test_every_command_marks_constants_that_were_not_checked(tmp_path: Path):
    text = Path(FILE).read_text(encoding="utf-8")
    text += "\nstresses:\n  fewer people:\n    cohorts[town].participants: 30\n"
    file, observed, fund = (tmp_path / name for name in ("deal.yaml", "observed.csv", "fund.yaml"))
    file.write_text(text, encoding="utf-8")
    fund.write_text("portfolio:\n  name: One deal\n  deals:\n    - {file: deal.yaml}\n", encoding="utf-8")
    risksim("settle", str(file), "--template", "--out", str(observed))
    few = ("--paths", "200", "--quiet")
    marks = ["confidence-grade-4", "therapy-dropout"]
    for command, where in (
        (("explain", str(file), "--path", "3"), ()),
        (("settle", str(file), "--observed", str(observed)), ()),
        (("stress", str(file), *few), ("scenario",)),
        (("run", str(fund), *few), ("portfolio",)),
        (("check", str(fund)), ()),
    ):
        assert MARK in risksim(*command), command
        said = json.loads(risksim(*command, "--json"))
        for key in where:
            said = said[key]
        assert said["not_checked"] == marks, command


def test_a_deal_without_such_constants_says_nothing_of_them():
    simple = str(ROOT / "scenarios" / "examples" / "simple-reference.yaml")
    assert "Not checked" not in risksim("run", simple, "--paths", "200", "--quiet")


def described(text: str, tmp_path: Path) -> dict[str, Any]:
    file = tmp_path / "deal.yaml"
    file.write_text(text, encoding="utf-8")
    found: dict[str, Any] = json.loads(risksim("describe", str(file), "--json"))
    return found


def shipped(*path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(risksim("describe", str(ROOT.joinpath("scenarios", *path)), "--json"))
    return found


def texts(said: dict[str, Any], name: str) -> list[str]:
    return [one["text"] for one in said["worked"] if one["name"] == name]


def test_a_rate_of_an_effect_says_what_it_is_made_of_and_what_it_adds():
    said = shipped("evidence", "effect.yaml")
    rate, net = (number(said, f"outcomes[work].success_rate{end}") for end in ("", " (net effect)"))
    usual = number(said, "outcomes[work].success_rate.effect.usual")
    assert rate["p5"] < rate["p50"] < rate["p95"]
    assert net["mean"] == pytest.approx(rate["mean"] - usual["mean"], abs=1e-9)
    assert net["p5"] < net["p50"] < net["p95"] < rate["p95"]
    (once,) = [step for step in rate["steps"] if "applied once" in step]
    assert "0.5 (design-matched-comparison) = 0.5; not checked against its source" in once
    assert said["not_checked"] == ["design-matched-comparison"]


def test_sites_say_their_prior_their_posterior_and_a_new_site():
    said = shipped("evidence", "sites.yaml")
    rate, new = (number(said, f"outcomes[work].success_rate{end}") for end in ("", " (of one new site)"))
    assert "mean Normal(0, 1.5), spread between sites half-normal with scale 0.5" in rate["steps"][0]
    assert len(rate["steps"]) == 6
    # The mean of a new site is that of all of them; it is less sure.
    assert new["mean"] == pytest.approx(rate["mean"], abs=1e-9)
    assert new["p5"] < rate["p5"] < rate["p95"] < new["p95"]
    assert {one["key"] for one in said["constants"]} >= {"between-site-mean", "between-site-spread"}


def test_laws_that_stand_where_a_file_is_silent_are_described():
    said = shipped("enrolment", "slow-start.yaml")
    speed = number(said, "cohorts[everybody].enrolment.arrivals.speed")
    assert speed["mean"] == pytest.approx(1.1226, abs=1e-12)
    assert speed["steps"] == ["constant arrivals-speed of the register (compared with its source)"]
    assert number(said, "cohorts[everybody].enrolment.late_start.months")["origin"] == "assumption"
    assert not any(one["name"].endswith("arrivals") for one in said["numbers"])  # luck, which no file says


def test_what_ties_people_is_said_on_both_scales():
    said = shipped("dependence", "what-people-share.yaml")
    loadings = texts(said, "dependence")
    # sqrt(0.36); of 0.02 at 0.35 the latent one is about 0.02 p q / phi(z)^2 = 0.02 * 0.2275 / 0.3704^2 = 0.0332
    assert "'job': person 0.6, cohort 0.18" in loadings[1]
    assert "icc 0.02 as observed, 0.033" in loadings[1]
    assert "macro 0.3162 (share 0.1)" in loadings[1]  # sqrt(0.1)
    assert texts(said, "dependence.leaving") == ["goes with how well a person is placed at 0.23"]


def test_leaving_says_the_law_that_was_fitted():
    # k = ln(ln 0.68 / ln 0.80) / ln 2 = 0.789367; scale 86.9324 weeks = 20.061 months of 52 / 12 weeks
    (text,) = texts(shipped("time", "retention.yaml"), "cohorts[everybody].dropout")
    assert text.startswith("Weibull with shape 0.7894 and scale 20.06 months; 48.7 % leave")


def test_a_rate_of_completers_is_shown_as_one_of_the_enrolled(tmp_path: Path):
    # 0.6 (1 - 0.2) + 0.5 * 0.6 * 0.2 = 0.54; nobody leaves the other cohort
    text = DEAL.replace("dropout: {beta: [4, 16], assumption: one in five leaves}", "dropout: 0.2")
    text = text.replace("success_rate: {evidence: {successes: 45, of: 60, weight: 0.5}}", "success_rate: 0.6")
    said = described(text.replace("    success_rate: 0.6", "    dropouts: 0.5\n    success_rate: 0.6"), tmp_path)
    found = texts(said, "outcomes[work].dropouts")
    assert [line.rpartition(": ")[2] for line in found] == ["0.54 of the enrolled", "0.6 of the enrolled"]


def test_constants_of_the_register_tie_people(tmp_path: Path):
    ties = "dependence: {cohort_icc: {work: {register: icc-employment}}, macro: {register: macro-share-employment}, "
    ties += "within_person: {register: within-person}, leaving: {register: leaving-with-placement}}\npayments:\n"
    said = described(DEAL.replace("payments:\n", ties), tmp_path)
    keys = {one["key"]: one["where"] for one in said["constants"]}
    assert keys["icc-employment"] == ["dependence.cohort_icc.work"]
    assert keys["macro-persistence"] == ["dependence"]  # left to the program
    assert {"macro-share-employment", "within-person", "leaving-with-placement"} <= set(keys)
    assert any("icc 0.02 as observed" in text for text in texts(said, "dependence"))
    assert texts(said, "dependence.leaving") == ["goes with how well a person is placed at 0.23"]
    assert not any("dependence" in name for name in said["unstated"])


def test_what_is_certain_and_what_is_left_to_the_program_are_listed(tmp_path: Path):
    said = described(DEAL, tmp_path)
    certain = {one["name"]: one["value"] for one in said["certain"]}
    assert certain["cohorts[north].unmeasured"] == "0.1"
    assert "outcomes[work].success_rate" not in certain  # evidence is a law
    unsaid = {one["name"]: one["value"] for one in said["unsaid"]}
    assert unsaid["day_count"] == "act/365"
    assert "hurdles" not in unsaid
    without = described(DEAL.replace("hurdles: [0.0, 0.035]\n", ""), tmp_path)
    assert {one["name"] for one in without["unsaid"]} >= {"hurdles"}


def test_a_repeated_entry_is_described_once():
    file = next((ROOT / "scenarios" / "sites").glob("*.yaml"))
    said = shipped("sites", file.name)
    names = [one["name"] for one in said["numbers"]]
    assert len(names) == len(set(names)) < 50
    assert any("cohorts alike" in one["text"] for one in said["worked"])


def test_the_register_is_listed():
    listed = json.loads(risksim("describe", "--register", "--json"))["constants"]
    assert len(listed) > 50
    assert "enrolment-ratio" in risksim("describe", "--register")


def test_one_deal_of_a_portfolio_is_described_by_its_name():
    file = str(ROOT / "scenarios" / "faxe" / "strategies.yaml")
    done = CliRunner().invoke(app, ["describe", file])
    assert done.exit_code != 0
    assert "lists several deals; there is prevent placements, " in str(done.exception)
    assert "--deal" in str(done.exception)
    assert "What is uncertain" in risksim("describe", file, "--deal", "prevent placements")


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
