"""Deals side by side: differences path by path, what they share, and what they say otherwise."""

import math

import numpy as np
import pytest

from risksim import api
from risksim.analysis.compare import CompareError, Quantity, bins_of, compare, difference
from risksim.analysis.stress import stress
from risksim.metrics.sample import Sample
from risksim.report.compare import Footing, charts, comparison
from tests.analysis.test_stress import DEAL, STRESSES
from tests.engine.deals import SHIPPED, shipped_files

FOOT = Footing(512, 1, "0")
NPV = Quantity("npv", "investors", "currency", 1)


BRIEF = DEAL.removesuffix("stresses:\n")


def deal(text=BRIEF):
    return api.read_text(text)


def by_key(found, pair=0):
    return {one.quantity.key: one for one in found.pairs[pair].differences}


def test_four_paths_by_hand():
    before, after = np.array([0.0, 10, 20, 30]), np.array([10.0, 10, 10, 60])
    found = difference(NPV, before, after, Sample.equal(4))
    # Differences 10, 0, -10, 30: mean 7.5, squares about it 875, sd sqrt(875 / 3), over the root of four.
    assert found.over_paths.mean[:2] == pytest.approx((7.5, math.sqrt(875 / 3) / 2))
    assert found.over_paths.sd.value == pytest.approx(math.sqrt(875 / 3))
    # Squares about 15 are 500, about 22.5 they are 1875: variances 500 / 3 and 1875 / 3 of means of four.
    assert found.unpaired == pytest.approx(math.sqrt((500 + 1875) / 3 / 4))
    assert found.saved == pytest.approx(2375 / 875)
    assert (found.p_more.value, found.p_less.value, found.p_equal.value) == (0.5, 0.25, 0.25)
    # Deviations -15, -5, 5, 15 and -12.5, -12.5, -12.5, 37.5: products add up to 187.5 + 62.5 - 62.5 + 562.5 = 750.
    assert found.correlation.value == pytest.approx(750 / math.sqrt(500 * 1875))


def test_bars_of_a_histogram_never_mix_gains_and_losses():
    values = np.array([-3.0, -1.0, -0.5, 0.0, 2.0, 7.0])
    bins = bins_of(values, Sample.equal(6))
    assert all(low >= 0.0 or high <= 1e-12 for low, high, _ in bins)
    assert sum(part for low, _, part in bins if low >= 0.0) == pytest.approx(3 / 6)
    assert sum(part for _, _, part in bins) == pytest.approx(1.0)
    assert bins_of(np.ones(3), Sample.equal(3)) == ((1.0, 1.0, 1.0),)


def test_a_stress_compared_is_the_stress_asked():
    first = api.read_text(DEAL + STRESSES)
    asked = stress(first, 512, seed=3).stresses[0]
    found = compare([first, api.stressed(first, asked.name)], [None, asked.name], 512, seed=3)
    one = by_key(found)
    assert one["npv"].over_paths.mean == asked.difference.npv
    assert one["lost"].over_paths.mean == asked.difference.p_loss
    assert one["repayment"].over_paths.mean == asked.difference.repayment
    assert one["npv"].over_paths.mean.standard_error < one["npv"].unpaired
    (words,) = found.pairs[0].words
    law = "lognormal median 1,000, p90 1,300"
    assert words == f"payments[0].price: {law} becomes changed of {law}, times 2"


def test_years_add_up_to_the_total_and_a_year_of_one_side_counts():
    at = "of: completers, measured: {after_enrolment: 30 months}"
    later = BRIEF.replace("end: 2027-01-01", "end: 2028-01-01").replace("of: completers", at)
    found = by_key(compare([deal(), deal(later)], paths=256))
    total = found["repayment"].over_paths.mean.value
    years = {key: one.over_paths.mean.value for key, one in found.items() if key.startswith("repayment ")}
    assert sum(years.values()) == pytest.approx(total)
    # What was paid in 2026 is measured and paid in 2028, which the first deal doesn't see; in all the same.
    assert years["repayment 2026"] == pytest.approx(-years["repayment 2028"]) != 0.0
    assert found["repayment"].p_equal.value == 1.0


def test_present_values_of_all_sides_are_at_the_hurdle_of_the_first():
    other = BRIEF.replace("hurdles: [0.0]", "hurdles: [0.05]")
    found = compare([deal(), deal(other)], paths=256)
    assert found.hurdle == 0.0
    assert by_key(found)["npv"].p_equal.value == 1.0
    assert any("other hurdles" in remark for remark in found.pairs[0].remarks)


def test_an_outcome_of_another_name_has_luck_of_its_own():
    renamed = BRIEF.replace("  job:", "  work:").replace("outcome: job", "outcome: work")
    found = compare([deal(), deal(BRIEF), deal(renamed)], paths=512)
    same, other = found.pairs
    assert by_key(found)["npv"].p_equal.value == 1.0
    assert same.shared.other_outcomes == ()
    assert other.shared.other_outcomes == ("job", "work")
    assert (other.shared.inputs, other.shared.of_first) == (2, 3)  # dropout and price, not the rate
    assert other.words[0] == "outcomes[job]: is called work now, and is otherwise the same"
    npv = next(one for one in other.differences if one.quantity.key == "npv")
    assert npv.correlation.value < 0.9


def test_currencies_do_not_compare():
    with pytest.raises(CompareError, match="got amounts in EUR") as caught:
        compare([deal(), deal(BRIEF.replace("start:", "currency: EUR\nstart:"))])
    assert "at a rate of exchange" in str(caught.value)


def test_one_side_and_five_sides_are_refused():
    for count in (1, 5):
        with pytest.raises(CompareError, match="two to four"):
            compare([deal()] * count)


def test_the_conditional_engine_runs_sides_whose_points_decide_the_same():
    dearer = BRIEF.replace("median: 1000, p90: 1300", "median: 2000, p90: 2600")
    found = compare([deal(), deal(dearer)], paths=512, engine="conditional")
    assert found.engine == "conditional"
    assert by_key(found)["npv"].correlation.value > 0.9
    other = BRIEF.replace("dropout: {beta: [4, 16]}", "dropout: 0.2")
    with pytest.raises(CompareError, match="decide different things"):
        compare([deal(), deal(other)], paths=512, engine="conditional")


def test_the_page_and_the_charts_say_the_same_numbers():
    first = api.read_text(DEAL + STRESSES)
    found = compare([first, api.stressed(first, "nobody leaves")], [None, "nobody leaves"], 512)
    said = comparison(found, FOOT)
    assert said.index("path by path") < said.index("Each side on its own") < said.index("What B says otherwise")
    assert "B: Ten people, with 'nobody leaves'" in said
    assert "cohorts[all].dropout: beta [4, 16] becomes 0" in said
    spec = charts(found)["B npv"]
    bars = spec["data"]["values"]
    assert sum(bar["probability"] for bar in bars) == pytest.approx(1.0)
    more = sum(bar["probability"] for bar in bars if bar["side"] == "B more")
    one = by_key(found)["npv"]
    assert more == pytest.approx(one.p_more.value + one.p_equal.value)


def test_threads_change_nothing():
    first = api.read_text(DEAL + STRESSES)
    sides = [first, api.stressed(first, "half the odds")]
    assert compare(sides, paths=512, threads=1) == compare(sides, paths=512, threads=2)


PAIRS = (
    ("broendby-tuba.yaml", "danish/havnen.yaml"),
    ("danish/aaben-og-rolig-loan.yaml", "financing/revenue-loan.yaml"),
    ("faxe/early-effort.yaml", "faxe/mixed.yaml"),
    ("international/newpin.yaml", "international/newpin-line.yaml"),
)


@pytest.mark.parametrize("names", PAIRS, ids=lambda names: names[0])
def test_shipped_deals_of_all_kinds_compare(names):
    _compares([api.read(SHIPPED / name) for name in names])


@pytest.mark.slow
@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_is_compared_with_itself_or_refused(file):
    one = api.read(file)
    if not one.scenario.is_funded and not api.has_purse(one):
        with pytest.raises(CompareError, match="no investors"):
            compare([one, one], paths=64)
        return
    found = _compares([one, one])
    assert all(difference.p_equal.value == 1.0 for difference in found.pairs[0].differences)
    assert found.pairs[0].words == ()


def _compares(deals):
    found = compare(deals, paths=64)
    assert found.pairs[0].differences
    assert comparison(found, FOOT)
    assert isinstance(charts(found), dict)
    return found
