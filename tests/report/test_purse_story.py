"""The public side of one path, told: its sums, and the words around them."""

from __future__ import annotations

import numpy as np
import pytest

from risksim.api import explain_purse
from risksim.engine import purse_counts
from risksim.engine.purse_counts import Counted
from risksim.engine.run import Settings, draw_block
from risksim.plan.layout import IN_ALL, IS_COST, Plan
from risksim.report.purse_story import purse_story
from tests.engine.deals import SIMPLE, shipped_plan
from tests.engine.public_lines import Line, random_counts, with_purse

LINES = [
    Line(saved=3, price=100.0, profile=(0.0, 1.0, 1.0), decay=0.5, cashable=0.5, share=(0.5, 0, 0.5), evidence=1),
    Line("rent", IS_COST, IN_ALL, saved=400, in_all={0: 1.0}),
]


@pytest.fixture
def plan(monkeypatch) -> Plan:
    """The simple deal: ten people succeed in 2027, eight of whom the programme brought."""
    found = with_purse(shipped_plan(SIMPLE), LINES, 8, discount=0.5 ** np.arange(8), deflator=0.8 ** np.arange(8))

    def count(plan: Plan, settings: Settings, first_path: int, n_paths: int) -> Counted:
        inputs, measured, headcount = draw_block(plan, settings, first_path, n_paths)
        counted = random_counts(plan, 1)._replace(inputs=inputs, measured=measured, headcount=headcount)
        counted.gross[:], counted.net[:] = 0, 0
        counted.gross[0, 2, 1], counted.net[0, 2, 1], counted.attributable[:] = 10, 8, 8
        return counted

    monkeypatch.setattr(purse_counts, "count_purse", count)
    return found


def test_one_path_is_told_line_by_line(plan):
    told = explain_purse(plan, 3)
    shelter, rent = told.lines
    # 2027: ten succeed, nothing is saved yet. 2028: 10 x 300; 2029: half of it.
    assert [(year.year, year.people, year.added, year.gross, year.net) for year in shelter.years] == [
        (2027, 10, 8, 0, 0),
        (2028, 0, 0, 3_000, 2_400),
        (2029, 0, 0, 1_500, 1_200),
    ]
    assert shelter.years[1].by_sector == (1_200, 0, 1_200)
    assert (shelter.gross, shelter.net, shelter.beyond) == (4_500, 3_600, 1_200)
    assert (rent.gross, [year.year for year in rent.years]) == (-400, [2025])
    assert told.succeeded[0][1:] == (10, 8)


def test_what_is_left_is_savings_less_costs_and_repayments(plan):
    told = explain_purse(plan, 3)
    municipality = told.budgets[0]
    repaid = sum(year.repaid_nominal for year in municipality.years)
    assert repaid > 0
    # All is repaid in 2027, two years after the start: deflated by 0.8 x 0.8 and discounted by a quarter.
    assert municipality.repaid == pytest.approx(repaid * 0.64 / 4)
    # Saved 1,200 in 2028 and 600 in 2029, an eighth and a sixteenth of it today.
    assert municipality.left == pytest.approx(1_200 / 8 + 600 / 16 - 400 - repaid * 0.64 / 4)
    # The cash position: half of the savings, undiscounted.
    assert municipality.years[-1].position == pytest.approx(900 - 400 - repaid * 0.64)
    assert told.budgets[2].left == pytest.approx(1_200 / 8 + 600 / 16)


def test_the_tables_carry_the_same_numbers(plan):
    text = purse_story(explain_purse(plan, 3))
    assert text.startswith("Simple reference deal: public budgets on path 3 of seed 1\n")
    assert "units each 3, price 100, decay 0.5, cashable 0.5\n" in text
    assert (
        "2028       0      0     10            8  3,000.00  2,400.00  1,200.00      1,200.00    0.00  1,200.00" in text
    )
    assert "1,200.00 falls in years for which there is no evidence" in text
    assert "rent: own cost, in all" in text
    assert "volume" not in text  # factors that change nothing are left out
    assert "together" in text


def test_a_reader_is_told_where_nothing_comes_off(plan):
    told = explain_purse(plan, 3)
    unsaid = told._replace(succeeded=(told.succeeded[0]._replace(added=None),))
    assert "Nothing says how many would have succeeded anyway" not in purse_story(told)
    assert "net counts every success: success.\n" in purse_story(unsaid)
