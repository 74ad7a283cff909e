"""The ledgers of the documentation, each worked by hand there, are what the deals of `scenarios/rules` pay."""

import re
from pathlib import Path

import pytest

from risksim import api
from risksim.scenario.payments import RULES, key_of
from risksim.scenario.reader import read_scenario

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/payments.md").read_text(encoding="utf-8")
SECTIONS = {re.search(r"`(scenarios/rules/[\w-]+\.yaml)`", section)[1]: section for section in PAGE.split("\n## ")[1:]}
FILES = sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / "scenarios/rules").glob("*.yaml"))


def rows(section):
    lines = [line for line in section.splitlines() if line.startswith("| 20")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def test_every_small_deal_stands_on_the_page():
    assert sorted(SECTIONS) == FILES


def test_every_rule_has_a_small_deal():
    assert {key_of(rule) for file in FILES for rule in read_scenario(ROOT / file)[0].payments} == set(RULES)


@pytest.mark.parametrize("file", FILES)
def test_ledger_of_the_page_is_what_the_deal_claims(file):
    told = api.explain(api.read(ROOT / file), 0)
    found = [(str(claim.date), claim.payer, claim.rule, f"{claim.amount:,.2f}") for claim in told.payments]
    assert found == rows(SECTIONS[file])


@pytest.mark.parametrize("file", FILES)
def test_terms_on_the_page_are_those_of_the_file(file):
    terms = (ROOT / file).read_text(encoding="utf-8").split("\npayments:\n")[1].split("\n\nfinancing:")[0]
    assert f"```yaml\npayments:\n{terms}\n```" in SECTIONS[file]
