"""The ledgers of the documentation, each worked by hand there, are what the deals of `scenarios/financing` pay."""

import re
from pathlib import Path

import pytest

from risksim import api

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/financing.md").read_text(encoding="utf-8")
SECTIONS = {
    re.search(r"`(scenarios/financing/[\w-]+\.yaml)`", section)[1]: section for section in PAGE.split("\n## ")[1:]
}
FILES = sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / "scenarios/financing").glob("*.yaml"))


def rows(section):
    lines = [line for line in section.splitlines() if line.startswith("| 20")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def test_every_instrument_stands_on_the_page():
    assert sorted(SECTIONS) == FILES


@pytest.mark.parametrize("file", FILES)
def test_ledger_of_the_page_is_what_the_deal_pays(file):
    told = api.explain(api.read(ROOT / file), 0)
    found = [
        (str(flow.date), flow.from_party, flow.to_party, f"{flow.amount:,.2f}", flow.reason) for flow in told.ledger
    ]
    assert found == rows(SECTIONS[file])


@pytest.mark.parametrize("file", FILES)
def test_terms_on_the_page_are_those_of_the_file(file):
    terms = (ROOT / file).read_text(encoding="utf-8").split("\nfinancing:\n")[1].rstrip()
    assert f"```yaml\nfinancing:\n{terms}\n```" in SECTIONS[file]
