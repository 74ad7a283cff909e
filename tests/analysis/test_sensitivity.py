"""What the answer hangs on: against closed forms, and on deals of every kind."""

import time

import numpy as np
import pytest

from risksim import api
from risksim.analysis import judgements as of_judgements
from risksim.analysis import sensitivity as module
from risksim.analysis.judgements import judgements
from risksim.analysis.sensitivity import GAINS, LOSSES, TAIL, NothingUncertainError, all_paths, kind_of, sensitivity
from risksim.analysis.stress import Outcome
from tests.engine.deals import SHIPPED, funded_files

SMALL = SHIPPED / "risks" / "small-cohort.yaml"
TUBA = SHIPPED / "broendby-tuba.yaml"
QUICK = [
    SHIPPED / name
    for name in (
        "danish/aaben-og-rolig-loan.yaml",
        "danish/dialog-mod-vold.yaml",
        "dependence/what-people-share.yaml",
        "ending/four-ways.yaml",
        "enrolment/three-sites.yaml",
        "evidence/composition.yaml",
        "financing/revenue-loan.yaml",
    )
]


def near(estimate, value, errors=3.5, slack=0.0):
    assert abs(estimate.value - value) < errors * estimate.standard_error + slack


@pytest.fixture(scope="module")
def small():
    """25 families, each success paid 40,000, and a rate known as Beta(15.5, 5.5)."""
    return sensitivity(api.read(SMALL), 20_000, seed=2, sobol=True)


def test_share_of_the_one_input_of_a_beta_binomial(small):
    """25/46 of the variance of successes; payments are linear in them and paid at fixed dates, so of any value too."""
    (index,) = small.given_data
    near(index.npv, 25 / 46, slack=0.002)  # what the rate does inside a bin of 1/64


def test_luck_is_taken_out_of_sobol_indices(small):
    """With one input all of the variance of what is expected given the inputs is that input's."""
    (index,) = small.sobol.inputs
    near(index.npv_first, 1.0)
    near(index.npv_total, 1.0)
    near(index.p_loss_total, 1.0)


def test_tornado_of_a_linear_deal(small):
    """The mean moves by 25 people times the price and discount times the way from one point of the law to the other.

    NPV is linear in the rate: its slope is that between the mean NPV and the NPV at a rate of 0, where all is lost.
    """
    (bar,) = small.tornado
    from scipy.stats import beta

    assert (bar.low_value, bar.high_value) == pytest.approx(beta(15.5, 5.5).ppf([0.1, 0.9]), abs=1e-6)
    deal = api.read(SMALL)
    nothing = api.investors(api.simulate(api.fixed(deal, {0: 0.0}), 256, keep_claims=False)).npv[:, -1].mean()
    slope = (small.base_npv.value - nothing) / (15.5 / 21)
    error = small.base_npv.standard_error / (15.5 / 21)
    expected = slope * (bar.high_value - bar.low_value)
    assert abs(bar.npv.swing.value - expected) < 3.5 * np.hypot(bar.npv.swing.standard_error, error)
    assert bar.p_loss.swing.value == pytest.approx(bar.p_loss.high.value - bar.p_loss.low.value, abs=1e-12)


def test_losses_of_a_linear_deal_lie_at_low_rates(small):
    assert small.discovery.of == LOSSES
    (one,) = small.discovery.box.restrictions
    assert not one.above
    assert one.quasi_p < 1e-6
    assert one.found_again == 1.0
    assert small.discovery.box.density.value > small.discovery.box.share.value


def test_guesses_are_ranked_and_judgements_named():
    found = sensitivity(api.read(TUBA), 20_000, tornado=False)
    assert found.tornado == ()
    assert found.sobol is None
    assert found.guesses[:2] == ("cohorts[Brøndby].enrolment.ratio", "outcomes[education_or_work].success_rate")
    shares = {one.input: one.npv.value for one in found.given_data}
    assert list(found.guesses) == sorted(found.guesses, key=lambda name: -shares[name])
    assert "consequence-volume" in {one.key for one in found.judged}
    assert found.discovery.of == GAINS
    assert next(one.places for one in found.inputs if one.input == found.guesses[0]) == 120


def test_judgements_of_the_register_are_moved_in_pairs():
    """15.5 / 21 successes a person at weight 0.5; 8 / 11 at 0.25 and 30.5 / 41 at 1, each worth 40,000 to 25 people."""
    deal = api.read(SHIPPED / "evidence" / "half-weight.yaml")
    (one,) = judgements(deal, 20_000)
    assert (one.key, one.low_value, one.high_value, one.reason) == ("weight-other-municipality", 0.25, 1.0, "")
    for end, rate in ((0.25, 8 / 11), (1.0, 30.5 / 41)):
        plan = api.with_constants(deal, {one.key: end}).plan
        assert plan.labels.inputs[0].mean == pytest.approx(rate, rel=1e-6)
    assert api.with_constants(deal, {}).plan.digest == deal.plan.digest
    assert api.read(SHIPPED / "evidence" / "half-weight.yaml").plan.labels.inputs[0].mean == pytest.approx(15.5 / 21)
    paired = one.npv.swing
    assert paired.value == pytest.approx(one.npv.high.value - one.npv.low.value)
    assert paired.standard_error < np.hypot(one.npv.high.standard_error, one.npv.low.standard_error) / 2


def test_every_judgement_in_use_is_moved_or_says_why_not():
    of = {}
    for name in ("broendby-tuba", "evidence/how-much-we-know", "evidence/sites", "enrolment/slow-start"):
        deal = api.read(SHIPPED / f"{name}.yaml")
        found = of[name] = judgements(deal, 1_024)
        assert {one.key for one in found} == {one.key for one in api.constants_in_use(deal) if one.status == "J"}
        assert all((one.npv is None) is bool(one.reason) for one in found)
    tuba = {one.key: one for one in of["broendby-tuba"]}
    assert tuba["benefit-decay"].npv.swing.value == 0.0  # investors don't notice what fades
    assert tuba["benefit-decay"].net_benefit.swing.value < 0.0


def test_which_futures_are_told_from_the_rest():
    npv = np.arange(100.0)

    def kind(losses):
        return kind_of(Outcome((np.arange(100) < losses).astype(float), npv, npv))

    assert [kind(n)[0] for n in (0, 1, 2, 50, 51, 98, 99, 100)] == [TAIL, TAIL, *[LOSSES] * 2, *[GAINS] * 2, TAIL, TAIL]
    assert kind(30)[1].sum() == 30
    assert kind(70)[1].sum() == 30
    assert kind(0)[1].sum() == 10


def test_a_certain_deal_is_refused_kindly():
    with pytest.raises(NothingUncertainError, match="every number is certain"):
        sensitivity(api.read(SHIPPED / "rules" / "fixed.yaml"), 500)


def test_same_digits_with_any_number_of_threads():
    deal = api.read(SMALL)
    assert sensitivity(deal, 2_000, threads=1, sobol=True) == sensitivity(deal, 2_000, threads=2, sobol=True)


@pytest.mark.parametrize("file", QUICK, ids=lambda file: file.stem)
def test_every_kind_of_deal_has_an_answer(file):
    deal = api.read(file)
    if not api.evidence_inputs(deal.plan):
        with pytest.raises(NothingUncertainError):
            sensitivity(deal, 500)
        return
    found = sensitivity(deal, 500, sobol=len(api.evidence_inputs(deal.plan)) < 8)
    assert len(found.given_data) == len(found.inputs)
    assert len(found.tornado) == min(len(found.inputs), module.MOST_BARS)


@pytest.mark.slow
@pytest.mark.parametrize("file", funded_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_has_an_answer(file):
    test_every_kind_of_deal_has_an_answer(file)


def test_work_is_bounded():
    for file in QUICK:
        assert (
            all_paths(api.read(file), 100_000, tornado=True, sobol=True)
            <= (1 + 2 * module.WORK + of_judgements.WORK) * 100_000
        )


@pytest.mark.slow
def test_time_is_bounded():
    deal = api.read(TUBA)
    sensitivity(deal, 2_000)
    begun = time.process_time()
    api.simulate(deal, 100_000, keep_claims=False)
    plain = time.process_time() - begun
    begun = time.process_time()
    sensitivity(deal)
    assert time.process_time() - begun < 20 * plain
