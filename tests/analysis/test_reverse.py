"""Where a limit breaks: known points of simple deals, the nearest joint change, and what the file cannot say."""

import math

import pytest
from scipy import special

from risksim import api
from risksim.analysis.limits import LimitError
from risksim.analysis.reverse import reverse
from risksim.errors import RunError, ScenarioError
from tests.engine.deals import SHIPPED, shipped_files

FILE = SHIPPED / "questions/pilot.yaml"
A, B = 15.5, 5.5


def score(rate):
    """Normal score of a rate under Beta(15.5, 5.5)."""
    return float(special.ndtri(special.betainc(A, B, rate)))


def named(found, start):
    (one,) = [each for each in found if each.name.startswith(start)]
    return one


@pytest.fixture(scope="module")
def found():
    return reverse(api.read(FILE), paths=2_048)


def test_rate_at_which_the_deal_breaks_even(found):
    """25 x 40,000 p = 750,000 at p = 0.75, below which more is lost: P(Beta(15.5, 5.5) < 0.75)."""
    one = named(found.breaks, "success rate")
    assert found.broken  # 0.738 is below it
    assert one.value == pytest.approx(0.75, abs=0.001)
    assert one.breaks == "below"
    assert one.chance == pytest.approx(special.betainc(A, B, 0.75), abs=0.005)
    assert one.said == "about as likely as not"


def test_rate_for_a_probability(found):
    """A present value of zero or more needs 19 of 25: P(X >= 19 | p) is the distribution function of Beta(19, 7)."""
    rates = {one.chance: one.rate for one in found.rates}
    for chance in (0.5, 0.9):
        assert rates[chance] == pytest.approx(special.betaincinv(19, 7, chance), abs=0.004)


def test_people_enrolled_and_what_is_missing():
    """40,000 x 15.5 / 21 = 29,524 comes from each family, 600,000 from 20.3 of them: 20 of 25 are too few, 21 enough,
    and a part of 25 is rounded to whole families."""
    found = reverse(api.read(SHIPPED / "risks/small-cohort.yaml"), paths=512)
    assert not found.broken
    one = named(found.breaks, "people enrolled")
    assert 20 / 25 <= one.value <= 21 / 25 + 0.001
    assert one.breaks == "below"
    assert one.chance is None
    assert one.said == "the file calls it certain"
    # Two years, measured a year after enrolment: whoever comes more than a year late is not measured in time.
    late = named(found.breaks, "delay")
    assert (late.base, late.value, late.breaks, late.standard_error) == (0.0, 13.0, "above", None)


def test_progress_is_told_number_by_number():
    said = []
    reverse(api.read(SHIPPED / "risks/small-cohort.yaml"), paths=256, progress=lambda *words: said.append(words))
    assert [words for words, _, _ in said[1:]][-2:] == ["delay of all enrolment", "all together"]
    assert all(done < of for _, done, of in said)


def test_joint_change_of_one_input_is_its_break_point(found):
    joint = found.joint
    assert found.middle_broken  # the median rate is 0.746
    assert joint.found
    assert joint.distance == pytest.approx(abs(score(0.75)), abs=0.01)
    assert joint.breaks is not found.middle_broken


TWO = {
    "outcomes.other": {
        "of": "enrolled",
        "success_rate": {"beta": [A, B]},
        "measured": {"after_enrolment": "12 months"},
    },
    "payments[0].price": 20_000,
    "payments[+]": {"per_outcome": {"outcome": "other", "price": 20_000, "payer": "municipality"}},
    "financing.tranches[0].commitment": 500_000,
}


def test_joint_change_of_two_alike_is_shared_evenly():
    """500,000 (p + q) = 500,000 at p = q = 0.5, where both lie equally far out: sqrt(2) |z(0.5)|."""
    deal = api.changed(api.read(FILE), "two", TWO)
    found = reverse(deal, paths=1_024)
    joint = found.joint
    assert joint.found
    assert joint.breaks
    assert not found.middle_broken
    assert joint.distance == pytest.approx(math.sqrt(2.0) * abs(score(0.5)), abs=0.05)
    assert joint.probability == pytest.approx(special.ndtr(-joint.distance))
    assert [one.value for one in joint.moved] == pytest.approx([0.5, 0.5], abs=0.03)


def test_other_limits_and_their_mistakes():
    deal = api.read(FILE)
    found = reverse(deal, "repayment>900000", 512)
    assert named(found.breaks, "success rate").value == pytest.approx(0.9, abs=0.003)  # 25 x 40,000 x 0.9
    assert named(found.breaks, "success rate").breaks == "above"
    with pytest.raises(LimitError, match="--limit: got 'profit'"):
        reverse(deal, "profit<0")
    with pytest.raises(RunError, match="one at a time"):
        reverse(deal, "npv<0,irr<0")
    with pytest.raises(RunError, match="at least 256"):
        reverse(deal, paths=10)


def test_unit_saving_where_the_file_has_some():
    deal = api.read(SHIPPED / "public/one-service.yaml")
    one = reverse(deal, paths=256).unit_saving
    run = api.run_purse(deal, 256)
    left = api.net_benefits(run)["total"]
    # What is saved times the part, less the rest, is nothing: the part is below 1 where something is left.
    assert (one.value < 1.0) is (left > 0.0)


def answers_or_says_why(file):
    deal = api.read(file)
    if not deal.scenario.is_funded:
        with pytest.raises(ScenarioError, match="financing"):
            reverse(deal, paths=256)
        return
    found = reverse(deal, paths=256)
    assert found.limit == "npv<0"
    if found.joint is not None and found.joint.found:
        assert found.joint.breaks is not found.middle_broken


@pytest.mark.parametrize("name", ["danish/aaben-og-rolig-loan.yaml", "faxe/mixed.yaml", "rules/cap.yaml"])
def test_some_shipped_deals_are_answered(name):
    answers_or_says_why(SHIPPED / name)


@pytest.mark.slow
@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_is_answered_or_refused_kindly(file):
    answers_or_says_why(file)
