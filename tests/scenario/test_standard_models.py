"""The standard models: each reads, runs, says that its numbers are made up, and shows its kind of deal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import risksim
from risksim import api
from risksim.plan.compile import compile_plan
from risksim.scenario.payments import key_of
from risksim.scenario.reader import read_text
from risksim.scenario.starter import KINDS, starter_text

FOLDER = Path(risksim.__file__).parent / "scenario" / "models"


def test_every_file_is_offered_and_every_kind_has_a_file():
    assert {file.stem for file in FOLDER.glob("*.yaml")} == {*KINDS, "starter"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_runs_and_every_number_is_an_assumption(kind: str):
    scenario, document = read_text(starter_text(kind), f"{kind}.yaml")
    deal = api.Deal(scenario, document, compile_plan(scenario, document))
    found = api.review(deal)
    assert found.unstated == ()
    assert found.sources == ()
    assert len(found.assumptions) >= 10
    summary = api.simulate(deal, paths=400).summary()
    assert summary.paths.count == 400


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_explains_its_choice_before_anything_else(kind: str):
    lines = starter_text(kind).splitlines()
    assert lines[0] == "# yaml-language-server: $schema=risksim.schema.json"
    head = " ".join(line.removeprefix("#").strip() for line in lines[: lines.index("schema: 1")])
    assert "A standard model: " in head
    assert re.search(r"Choose it (only )?(where|if|for) ", head)
    assert all(len(line) <= 120 for line in lines)


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("rate-card", ["per_outcome", "per_outcome", "cap"]),
        ("threshold", ["threshold", "threshold"]),
        ("graded-return", ["ladder"]),
        ("retention-chain", ["per_outcome"] * 4),
        ("loan", []),
        ("pooled-municipalities", ["per_outcome", "threshold"]),
        ("outcome-fund", ["per_outcome", "per_outcome", "per_outcome", "fund"]),
    ],
)
def test_a_model_shows_its_kind_of_deal(kind: str, rules: list[str]):
    scenario, _ = read_text(starter_text(kind))
    assert [key_of(rule) for rule in scenario.payments] == rules
    assert (kind == "loan") == any(tranche.loan is not None for tranche in scenario.financing.tranches)
    assert (kind == "pooled-municipalities") == (len(scenario.cohorts) > 1)
    assert (kind == "outcome-fund") == bool(scenario.financing.guarantees)
