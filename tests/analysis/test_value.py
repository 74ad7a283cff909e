"""What knowing more about a deal is worth: exact on the shipped example, by regression elsewhere, and kind refusals."""

import numpy as np
import pytest

from risksim import api
from risksim.analysis import value as analysis
from risksim.analysis.value import NothingToKnowError, Pilot, value
from risksim.errors import RunError
from tests.engine.deals import SHIPPED, shipped_files
from tests.metrics.test_value import EVSI

FILE = SHIPPED / "questions/pilot.yaml"


@pytest.fixture(scope="module")
def exact():
    return value(api.read(FILE), pilot=Pilot(25, cost=20_000.0))


def test_reference_deal_is_solved_exactly(exact):
    assert exact.engine == "exact"
    assert exact.evpi[:2] == (pytest.approx(31_611.47, abs=0.005), 0.0)
    assert {one.people: one.value.value for one in exact.pilot.sizes} == pytest.approx(EVSI, abs=0.006)
    # 1,000,000 x 15.5 / 21 - 750,000 = -11,904.76: without more knowledge the deal is left.
    assert exact.best == analysis.LEAVE
    assert exact.decisions[1].mean.value == pytest.approx(-11_904.76, abs=0.005)
    assert exact.pilot.this.net.value == pytest.approx(1_621.62, abs=0.006)


def test_regression_agrees_with_the_exact_sums(exact, monkeypatch):
    """Within 3 standard errors; over 12 seeds the errors are as large as they say: the mean square of 12 is below 2.4
    with 99.6 % (a twelfth of chi square with 12 degrees of freedom, for errors from 32 replicates)."""
    monkeypatch.setattr(analysis, "_exact", lambda *_: None)
    found = value(api.read(FILE), paths=16_384, seed=2, pilot=Pilot(25, cost=20_000.0))
    assert found.engine == "conditional"
    pairs = [(found.evpi, exact.evpi), (found.pilot.evppi, exact.evpi)]
    pairs += [(one.value, other.value) for one, other in zip(found.pilot.sizes, exact.pilot.sizes, strict=True)]
    for one, other in pairs:
        assert abs(one.value - other.value) < 3.0 * one.standard_error, (one, other)
        assert one.standard_error < 200.0
    assert np.all(np.diff([one.value.value for one in found.pilot.sizes]) > 0.0)
    squares = []
    for seed in range(20, 32):
        one = value(api.read(FILE), paths=4_096, seed=seed).evpi
        squares.append(((one.value - exact.evpi.value) / one.standard_error) ** 2)
    assert np.mean(squares) < 2.4


def test_one_input_is_worth_what_nested_runs_say():
    """EVPPI of each input of a deal with two, against holding it at 64 points of its law, on the same luck: the nested
    value averages max(0, mean) over the points; its own error is that of the middle rule, below 2 % here."""
    deal = api.changed(api.read(SHIPPED / "examples/simple-reference.yaml"), "dear", {})
    run = api.simulate(deal, 8_192, engine="conditional", keep_claims=False)
    middle = float(api.investors(run).npv[:, -1].mean())
    found = value(deal, paths=16_384)
    singles = {one.name: one.value for one in found.known if one.kind == "input"}
    levels = (np.arange(64) + 0.5) / 64
    for slot in api.free_inputs(deal.plan):
        means = []
        for at in api.input_values(deal.plan, slot, levels):
            held = api.simulate(api.fixed(deal, {slot: float(at)}), 1_024, engine="conditional", keep_claims=False)
            means.append(float(api.investors(held).npv[:, -1].mean()))
        nested = np.maximum(means, 0.0).mean() - max(np.mean(means), 0.0)
        one = singles[deal.plan.labels.inputs[slot].name]
        error = 0.0 if np.isnan(one.standard_error) else one.standard_error
        assert abs(one.value - nested) < 3.0 * error + 0.02 * nested + 1e-3 * abs(middle), deal.plan.labels.inputs[slot]
    assert found.evpi.value >= max(one.value for one in singles.values()) - 3.0 * found.evpi.standard_error


def test_terms_are_alternatives(exact):
    name = "a tenth more for each success"
    found = value(api.read(FILE), terms=[name], pilot=Pilot(25))
    assert [one.name for one in found.decisions] == [analysis.LEAVE, analysis.TAKE, f"take it with '{name}'"]
    # 1,100,000 x 15.5 / 21 - 750,000 = 61,904.76: now it is taken, and less can be gained by knowing.
    assert found.decisions[2].mean.value == pytest.approx(61_904.76, abs=0.01)
    assert found.best == f"take it with '{name}'"
    assert 0.0 < found.pilot.this.value.value < found.evpi.value < exact.evpi.value
    with pytest.raises(NothingToKnowError, match="the stresses of the file are: a tenth more"):
        value(api.read(FILE), terms=["twice"])


def test_payer_and_both_have_payoffs_of_their_own():
    deal = api.read(SHIPPED / "broendby-tuba.yaml")
    found = {who: value(deal, who, 2_048) for who in analysis.SIDES}
    means = {who: one.decisions[1].mean.value for who, one in found.items()}
    assert means["both"] == pytest.approx(means["investor"] + means["payer"], rel=0.05)
    assert any(one.name.startswith("public.") for one in found["payer"].known)
    assert not any(one.name.startswith("public.") for one in found["investor"].known)
    assert {one.payoff for one in found.values()} == set(analysis.SIDES.values())


def test_a_hurdle_of_ones_own():
    deal = api.read(SHIPPED / "broendby-tuba.yaml")
    run = api.simulate(deal, 64, keep_claims=False)
    rate = deal.plan.labels.hurdles[-1]
    own = api.cashflow_of(run) @ (1.0 + rate) ** -deal.plan.calendar.years
    assert analysis.npv_at(run, rate) == pytest.approx(own, abs=1.0)
    assert analysis.npv_at(run, rate + 1e-9) == pytest.approx(own, abs=1.0)


def test_refusals_say_what_to_try():
    deal = api.read(FILE)
    with pytest.raises(NothingToKnowError, match="try --decide investor"):
        value(deal, "payer")
    with pytest.raises(RunError, match="1 to 100,000"):
        value(deal, pilot=Pilot(0))
    with pytest.raises(RunError, match="lapse lies from 0 to 1"):
        value(deal, pilot=Pilot(5, lapse=2.0))
    with pytest.raises(NothingToKnowError, match="got 'job'; a pilot tells something of 'success'"):
        value(deal, pilot=Pilot(5, "job"))
    with pytest.raises(NothingToKnowError, match="every number is certain"):
        value(api.read(SHIPPED / "financing/one-tranche.yaml"))
    with pytest.raises(NothingToKnowError, match="Try --decide payer"):
        value(api.read(SHIPPED / "faxe/mixed.yaml"))
    with pytest.raises(NothingToKnowError, match=r'Try --for "wellbeing"'):
        value(api.read(SHIPPED / "broendby-tuba.yaml"), pilot=Pilot(5))


CHEAP = ["risks/loan-with-goals.yaml", "international/rikers.yaml", "effects/gross-and-net.yaml", "faxe/mixed.yaml"]


def answers_or_says_why(file):
    deal = api.read(file)
    decides = "investor" if deal.scenario.is_funded else "payer"
    luck = deal.plan.inputs.luck
    knowable = [slot for slot in api.free_inputs(deal.plan) if luck is None or not luck[slot]]
    if not knowable and (decides == "investor" or not deal.plan.purse.notes):
        with pytest.raises(NothingToKnowError, match=r"certain"):
            value(deal, decides, 256)
        return
    found = value(deal, decides, 256)
    assert found.evpi.value >= 0.0
    assert all(one.value.value >= 0.0 for one in found.known)


@pytest.mark.parametrize("name", CHEAP)
def test_some_shipped_deals_are_answered(name):
    answers_or_says_why(SHIPPED / name)


@pytest.mark.slow
@pytest.mark.parametrize("file", shipped_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_is_answered_or_refused_kindly(file):
    answers_or_says_why(file)


def test_the_same_question_has_the_same_digits(exact):
    assert value(api.read(FILE), pilot=Pilot(25, cost=20_000.0)) == exact
