"""The page on outcomes shows every deal of `scenarios/outcomes` as it stands, and what each pays on average."""

import re
from pathlib import Path

import numpy as np
import pytest

import risksim

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reference" / "outcomes.md").read_text(encoding="utf-8")
FILES = sorted((ROOT / "scenarios" / "outcomes").glob("*.yaml"))
PAID = {name: float(paid.replace(",", "")) for name, paid in re.findall(r"^\| `([\w-]+)` \| ([\d,.]+) \|$", PAGE, re.M)}
PATHS = 4_000


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_deal_stands_on_the_page_as_in_its_file(file):
    section = PAGE.split(f"`scenarios/outcomes/{file.name}`\n")[1]
    shown = section.split("```yaml\n")[1].split("```")[0]
    assert shown in file.read_text(encoding="utf-8")
    assert f"$ risksim explain scenarios/outcomes/{file.name} " in section.split("```console\n")[1]
    assert re.search(rf"^\| .* \| `{file.stem}` \|$", PAGE, re.MULTILINE), "the table of sentences names every deal"


def test_only_one_deal_has_no_payment_worked_out():
    assert {file.stem for file in FILES} - PAID.keys() == {"use-change"}


@pytest.mark.parametrize("name", PAID)
def test_a_deal_pays_what_the_page_works_out(name):
    """The mean over paths agrees with the page within four standard errors."""
    run = risksim.simulate(risksim.read(ROOT / "scenarios" / "outcomes" / f"{name}.yaml"), paths=PATHS, seed=3)
    people = run.paths.headcount[:, :, 0].sum(axis=1)
    paid = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units / people
    assert np.mean(paid) == pytest.approx(PAID[name], abs=4 * np.std(paid) / PATHS**0.5)
