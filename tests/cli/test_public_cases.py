"""What a user reads of the published cases of public economy: the figures stand on the printed page."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app

SOEM = Path(__file__).parents[2] / "scenarios" / "soem"
FEW = ("--paths", "512", "--quiet")


def printed(name, *wishes):
    done = CliRunner().invoke(app, ["public", str(SOEM / name), *FEW, *wishes], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def per_head(page):
    """The table of what it costs a person: number by name."""
    block = page.split("What it costs a person")[1].split("\n\n")[0]
    found = re.findall(r"^(own costs.*?|people who \w+)  +([\d,.]+)", block, re.MULTILINE)
    return {name.strip(): float(number.replace(",", "")) for name, number in found}


def tornado(page):
    """Rows of the tornado: name, then value and change at each place, then the width."""
    block = page.split("One number at a time")[1].split("  each cell")[0]
    rows = {}
    for line in block.splitlines():
        if line.startswith("public."):
            name, *cells = re.split(r"  +", line.strip())
            rows[name] = [float(part.replace(",", "")) for cell in cells for part in cell.split(":")]
    return rows


def test_ips_prints_5300_a_participant_and_795_000_in_all():
    found = per_head(printed("ips-2021.yaml"))
    assert found["own costs of all budgets, less those of the alternative"] == 795_000
    assert (found["people who enrol"], found["own costs for each who enrols"]) == (150, 5_300)


def test_r_and_r2_prints_28_176_for_each_of_102():
    found = per_head(printed("r-and-r2-adhd-2020.yaml"))
    assert found["own costs of all budgets, less those of the alternative"] == 2_874_000
    assert (found["people who complete"], found["own costs for each who completes"]) == (102, 28_176)


def test_a_course_of_2018_prints_22_000_for_each_of_91_who_complete():
    found = per_head(printed("r-and-r2-adhd-cost-2018.yaml"))
    assert found["people who enrol"] == 96
    # 96 people of whom each leaves with 5 %: the mean of 512 points is 91.2 within 0.1, five standard errors.
    assert found["people who complete"] == pytest.approx(91.2, abs=0.1)
    assert found["own costs for each who completes"] == pytest.approx(22_000, abs=25)


def test_larger_groups_of_2018_stand_beside_it_under_all():
    page = printed("r-and-r2-adhd-cost-2018.yaml", "--stress", "all")
    assert "groups of ten" in page
    assert "groups of twelve" in page


def test_a_file_that_saves_nothing_is_told_as_a_cost():
    page = printed("adhd-parent-programmes.yaml")
    assert "says nothing of what is saved" in page
    for word in ("loses", "Break-even", "pays per 1 gained", "If effects end"):
        assert word not in page


PUBLISHED = {"M-SKP": (31_901, 57_183, 71_507), "PMTO+ADHD": (41_419, 45_094, 55_753), "KiK": (21_356, 29_949, 34_796)}
"""Lowest, base, highest cost of a completed course, the widest range first."""


def test_the_bars_of_the_parent_programmes_are_those_published():
    bars = tornado(printed("adhd-parent-programmes.yaml", "--tornado"))
    assert list(bars) == [f"public.costs[{name}].amount" for name in PUBLISHED]
    for (low, base, high), bar in zip(PUBLISHED.values(), bars.values(), strict=True):
        *_, lowest, down, highest, up, width = bar
        assert (lowest, highest, width) == (low, high, high - low)
        # Around its mean a triangle leans as around its base, only less.
        mean = (low + base + high) / 3
        assert (down, up) == (pytest.approx(low - mean, abs=1), pytest.approx(high - mean, abs=1))
        assert (up > -down) == (high - base > base - low)
    assert [high - low for low, _, high in PUBLISHED.values()] == [39_606, 14_334, 13_440]


def test_the_json_holds_the_same_figures():
    said = json.loads(printed("r-and-r2-adhd-2020.yaml", "--json"))["statistics"]["value_for_money"]["per_head"]
    assert said["per_completed"]["value"] == pytest.approx(2_874_000 / 102)
    assert said["per_completed"]["standard_error"] == 0.0
