"""Reference values that no other test holds, and the page that says which test holds each."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from risksim import api
from risksim.analysis.variance import variance_split
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
    assert list(dict.fromkeys(listed)) == [str(number) for number in range(1, 32)]


@pytest.mark.parametrize(("file", "function"), NAMED, ids=[function for _, function in NAMED])
def test_the_page_names_tests_that_there_are(file: str, function: str):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
