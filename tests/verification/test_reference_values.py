"""Reference values that no other test holds, and the page that says which test holds each."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import betabinom
from typer.testing import CliRunner

from risksim import api
from risksim.analysis.variance import variance_split
from risksim.cli.main import app
from risksim.kernels.dependence import chances_given_cohort
from risksim.plan.evidence import beta_binomial, shapes_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "verification.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
ALMOST_NONE = 1e-7
"""An intraclass correlation so small that counts are binomial to six digits."""


def test_a_rate_known_for_certain_is_binomial():
    chances = beta_binomial(25, *shapes_of(15.5 / 21.0, ALMOST_NONE))
    assert chances[:16].sum() == pytest.approx(0.093090, abs=2e-6)


@pytest.mark.parametrize(("icc", "chance"), [(ALMOST_NONE, 0.215256), (0.01, 0.297184), (0.05, 0.382455)])
def test_a_target_is_reached_more_often_where_people_are_alike(icc: float, chance: float):
    # Within half a digit; without any correlation its first order, (0.297184 - 0.215256) / 0.01 times it, is added.
    assert beta_binomial(120, *shapes_of(0.46, icc))[60:].sum() == pytest.approx(chance, abs=5e-7 + 10.0 * ALMOST_NONE)


def test_the_rate_in_the_worst_of_a_hundred_cohorts():
    # the word in whose place the normal is at its 1 % point
    words, out = np.array([round(0.01 * 2**32)], dtype=np.uint32), np.empty(1)
    chances_given_cohort(np.array([0.4]), np.sqrt(0.05), words, out)
    assert out[0] == pytest.approx(0.213706, abs=5e-7)


def test_the_variance_of_a_small_cohort_is_what_nobody_knows_and_luck():
    """25 people at Beta(15.5, 5.5): Var(E) 5.491780 and E(Var) 4.613095, exactly and by two draws of people."""
    deal = api.read(ROOT / "scenarios" / "evidence" / "half-weight.yaml")
    exact = api.solve_exactly(deal).summary().programme.outcomes["success"].achieved.sd.value ** 2
    assert exact == pytest.approx(5.491780 + 4.613095, abs=1e-6)
    of = variance_split(api.simulate(deal, 20_000)).of
    (split,) = [part.split for part in of if part.quantity == "achieved"]
    for part, truth in ((split.not_known, 5.491780), (split.small_numbers, 4.613095)):
        assert abs(part.value * exact - truth) <= 4.0 * part.standard_error * exact


def test_the_page_names_every_reference_value_once():
    listed = re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)
    assert list(dict.fromkeys(listed)) == [str(number) for number in range(1, 33)]


def test_commands_say_the_reference_numbers():
    """The numbers of cases 7, 27 and 30, asked of files on the command line."""

    def ask(*words):
        done = CliRunner().invoke(app, [*map(str, words), "--json", "--quiet"], catch_exceptions=False)
        return json.loads(done.stdout)

    questions = ROOT / "scenarios" / "questions"
    worth = ask("value", questions / "pilot.yaml", "--pilot", 25)
    assert worth["evpi"]["value"] == pytest.approx(31_611.47, abs=0.006)
    pilots = {one["people"]: one["value"]["value"] for one in [*worth["pilot"]["sizes"], worth["pilot"]["this"]]}
    # E max(0, 1,000,000 (15.5 + k) / (21 + m) - 750,000) over k of m people, by the beta-binomial law.
    for people in {5, 10, 25, 50, 100, 1_000} & set(pilots):
        k = np.arange(people + 1)
        left = np.maximum(1e6 * (15.5 + k) / (21 + people) - 750_000, 0.0)
        assert pilots[people] == pytest.approx(betabinom(people, 15.5, 5.5).pmf(k) @ left, rel=1e-6)
    assert pilots[25] == pytest.approx(21_621.62, abs=0.006)
    asked = ("--change", "payments[0].price", "--investor", "p_loss<=0.10", "--paths", 512)
    terms = ask("price", questions / "terms.yaml", *asked)
    assert terms["solved"]["terms"] == [53_571.43]
    assert terms["solved"]["p_loss"]["value"] == pytest.approx(0.072183, abs=5e-7)
    joined = ask("pool", questions / "pooled.yaml", "--sites", "1,4", "--paths", 256)["joined"]
    assert [one["share_sd_formula"] for one in joined] == pytest.approx([0.148324, 0.074162], abs=5e-7)
    assert joined[1]["one_site_formula"] == pytest.approx(0.121963, abs=5e-7)


@pytest.mark.parametrize(("file", "function"), NAMED, ids=[function for _, function in NAMED])
def test_the_page_names_tests_that_there_are(file: str, function: str):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
