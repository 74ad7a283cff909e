"""A portfolio of a thousand cohorts in one economy runs in one command, with little memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from risksim import api

ROOT = Path(__file__).parents[2]
FILE = ROOT / "scenarios" / "portfolio" / "thousand-cohorts.yaml"
PATHS = 10_000
MOST = 2**30
"""Memory at its peak. [byte]"""


def test_it_has_a_thousand_cohorts_of_120_people_in_one_economy():
    plans = [holding.deal.plan for holding in api.read_portfolio(FILE).holdings]
    assert sum(plan.cohorts.places.size for plan in plans) == 1_000
    assert all((plan.cohorts.places == 120).all() for plan in plans)
    assert all(plan.dependence.macro**2 == pytest.approx(0.03) for plan in plans)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="peak memory of one child is asked of the system by wait4")
def test_ten_thousand_paths_stay_below_one_gibibyte(tmp_path):
    out = tmp_path / "fund.json"
    command = [sys.executable, "-m", "risksim", "run", str(FILE), "--paths", str(PATHS), "--out", str(out), "--quiet"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    assert used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) < MOST
    statistics = json.loads(out.read_text(encoding="utf-8"))["statistics"]
    assert len(statistics["deals"]) == 10
    # Alone, ten regions alike would vary by 1 / sqrt(10) = 0.32 of what they vary by one after the other; the economy
    # they share takes them above it.
    assert statistics["diversification"]["value"] > 0.32
