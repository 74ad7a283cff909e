"""The deals of `scenarios/time` pay what the page on outcomes works out, and say where each number comes from."""

import re
from pathlib import Path

import numpy as np
import pytest

import risksim
from risksim import api

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "outcomes.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## Leaving, moving and time\n")[1]
FILES = sorted((ROOT / "scenarios" / "time").glob("*.yaml"))
PAID = {
    name: float(paid.replace(",", "")) for name, paid in re.findall(r"\| `([\w-]+)` \| ([\d,.]+) \|$", SECTION, re.M)
}
PATHS = 10_000


def test_every_deal_stands_on_the_page():
    assert {file.stem for file in FILES} == PAID.keys()
    shown = SECTION.split("```yaml\n")[1].split("```")[0]
    assert shown in (ROOT / "scenarios" / "time" / "pace-and-moves.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAID)
def test_a_deal_pays_what_the_page_works_out(name):
    deal = risksim.read(ROOT / "scenarios" / "time" / f"{name}.yaml")
    assert api.review(deal).unstated == ()
    run = risksim.simulate(deal, paths=PATHS, seed=3)
    people = run.paths.headcount[:, :, 0].sum(axis=1)
    paid = run.paths.repayment.sum(axis=(1, 2)) / run.plan.minor_units / people
    assert np.mean(paid) == pytest.approx(PAID[name], abs=4 * np.std(paid) / PATHS**0.5)
