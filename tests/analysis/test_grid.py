"""Grids: values are put where they belong, every cell meets the same luck, and the deal as it stands is marked."""

import numpy as np
import pytest

from risksim import api
from risksim.analysis.grid import GridError, check, grid, read_axis
from risksim.errors import ScenarioError
from risksim.report.grid import Footing, charts
from risksim.report.grid import grid as page
from tests.analysis.test_stress import DEAL

BRIEF = DEAL.removesuffix("stresses:\n").replace("{lognormal: {median: 1000, p90: 1300}}", "{value: 1000, note: x}")
FOOT = Footing("x", "DKK", 256, 1, "0" * 64, "0")


@pytest.fixture(scope="module")
def deal():
    return api.read_text(BRIEF)


@pytest.mark.parametrize(
    ("text", "place", "operation", "values", "base"),
    [
        ("payments[0].price=500:1500:3", "payments[0].price", None, (500.0, 1000.0, 1500.0), 1000.0),
        ("cohorts[*].dropout=0.1:0.3:3", "cohorts[*].dropout", None, (0.1, 0.2, 0.3), None),
        ("cohorts[*].dropout*=0.5,1", "cohorts[*].dropout", "times", (0.5, 1.0), 1.0),
        ("cohorts[all].participants+=-1,0", "cohorts[all].participants", "plus", (-1.0, 0.0), 0.0),
        ("cohorts[0].duration=6 months, 9 months", "cohorts[0].duration", None, ("6 months", "9 months"), "6 months"),
    ],
)
def test_axes_are_read(deal, text, place, operation, values, base):
    assert read_axis(deal, text) == (place, operation, values, base)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("payments[0].price", "a grid is a place"),
        ("=1,2", "a grid is a place"),
        ("a=1:x:3", "plain numbers"),
        ("a=3:1:3", "low lies below high"),
        ("a=1:3:1", "low lies below high"),
        ("a=1:3:500", "at most 400 cells"),
        ("a=1,1", "names a value twice"),
    ],
)
def test_what_is_no_axis_is_answered(deal, text, said):
    with pytest.raises(GridError, match=said) as caught:
        read_axis(deal, text)
    assert "Try --grid" in str(caught.value)


def test_too_many_cells_axes_and_unknown_figures_are_refused(deal):
    axes = [read_axis(deal, f"{place}=1:30:30") for place in ("payments[0].price", "cohorts[0].participants")]
    with pytest.raises(GridError, match="900 cells"):
        check(axes, "npv")
    with pytest.raises(GridError, match="one or two axes"):
        check([], "npv")
    with pytest.raises(GridError, match="twice"):
        check([axes[0], axes[0]], "npv")
    with pytest.raises(GridError, match="npv, p_loss, irr_p50, repayment"):
        check(axes[:1], "irr")


def test_repayment_grows_with_the_price_on_every_path(deal):
    found = grid(deal, [read_axis(deal, "payments[0].price=500,1000,2000")], "repayment", 256)
    half, base, twice = found.cells
    assert base.is_base
    assert base.difference.value == 0.0
    assert half.value.value == pytest.approx(0.5 * found.base.value)
    assert twice.difference.value == pytest.approx(found.base.value)
    # The difference is the repayment as it stands, on every path, and so is its error.
    assert twice.difference.standard_error == pytest.approx(found.base.standard_error)


def test_two_axes_run_row_by_row_and_say_what_a_stress_says(deal):
    axes = [read_axis(deal, "payments[0].price=1000,1500"), read_axis(deal, "cohorts[0].participants=5,10")]
    found = grid(deal, axes, "npv", 256)
    assert [cell.at for cell in found.cells] == [(1000.0, 5.0), (1000.0, 10.0), (1500.0, 5.0), (1500.0, 10.0)]
    assert [cell.is_base for cell in found.cells] == [False, True, False, False]
    other = api.changed(deal, "x", {"payments[0].price": 1500, "cohorts[0].participants": 5})
    npv = api.investors(api.simulate(other, 256)).npv[:, -1]
    assert found.cells[2].value.value == pytest.approx(npv.mean())
    said = page(found, FOOT)
    assert "1,000*" in said
    values = charts(found, "DKK")["grid"]["data"]["values"]
    assert [row["base"] for row in values] == [False, True, False, False]
    assert values[2]["change"] == pytest.approx(npv.mean() - found.base.value)


def test_the_median_return_is_that_of_the_summary(deal):
    found = grid(deal, [read_axis(deal, "payments[0].price=1000,2000")], "irr_p50", 256)
    for cell in found.cells:
        run = api.simulate(api.changed(deal, "x", {"payments[0].price": int(cell.at[0])}), 256)
        assert cell.value == run.summary().everybody.irr.p50
        assert cell.difference is None
    assert "Median IRR" in page(found, FOOT)
    assert charts(found, "DKK")["grid"]["layer"]


def test_a_cell_that_contradicts_itself_has_a_reason_and_all_of_them_are_refused(deal):
    found = grid(deal, [read_axis(deal, "cohorts[0].dropout=0.1,1.5")], "npv", 64)
    good, bad = found.cells
    assert good.value is not None
    assert bad.value is None
    assert "1.5" in bad.reason
    assert "none" in page(found, FOOT)
    with pytest.raises(ScenarioError, match="not known here"):
        grid(deal, [read_axis(deal, "cohorts[0].drop=0.1,0.2")], "npv", 64)


def test_progress_ends_at_all_cells(deal):
    seen = []
    grid(deal, [read_axis(deal, "payments[0].price=500,1000")], "npv", 64, progress=seen.append)
    assert seen[-1] == 3 * 64
    assert np.all(np.diff(seen) >= 0)
