"""Why futures differ: the same evidence, met by other people."""

from pathlib import Path

import numpy as np
import pytest

from risksim import api
from risksim.analysis.variance import variance_split
from risksim.engine.addresses import Purpose, evidence_key, key_of, keys_of, shared_key
from risksim.engine.run import Settings, run
from risksim.engine.words import Words
from risksim.plan.compile import luck_of
from tests.engine.deals import shipped_plan
from tests.reference.philox import philox

ROOT = Path(__file__).parents[2]
SAVINGS = "effects/savings-by-difference-in-differences.yaml"


def test_the_small_sample_share_of_a_beta_binomial_is_that_of_the_closed_form():
    # Beta(15.5, 5.5), N = 25: parameter share N / (a + b + N) = 25 / 46 = .5435, small samples 21 / 46 = .4565
    deal = api.read(ROOT / "scenarios/risks/small-cohort.yaml")
    found = variance_split(api.simulate(deal, 20_000, seed=2), threads=1)
    assert found.paths == 20_000
    assert [(part.quantity, part.outcome) for part in found.of] == [
        ("npv", None),
        ("repayment", None),
        ("achieved", "success"),
    ]
    for part in found.of:  # the price is linear, so that money splits as people do
        assert abs(part.split.not_known.value - 25 / 46) < 4 * part.split.not_known.standard_error
        assert abs(part.split.small_numbers.value - 21 / 46) < 4 * part.split.small_numbers.standard_error
        assert part.split.small_numbers.standard_error < 0.006
        assert part.split.shared is None


def test_a_deal_without_evidence_is_all_luck():
    deal = api.at_means(api.read(ROOT / "scenarios/risks/small-cohort.yaml"))
    (npv, _, _) = variance_split(api.simulate(deal, 8_192), threads=1).of
    assert abs(npv.split.not_known.value) < 4 * npv.split.not_known.standard_error


def test_luck_of_zero_keeps_every_bit():
    plan = shipped_plan(SAVINGS)
    plain, said = (run(plan, Settings(512, 7, 1, **more)) for more in ({}, {"luck": 0, "shared": 0}))
    np.testing.assert_array_equal(plain.flow, said.flow)


def test_other_luck_keeps_the_evidence_and_draws_all_else_anew():
    plan = shipped_plan(SAVINGS)
    first, again = (run(plan, Settings(2_048, 7, 1, luck=luck)) for luck in (0, 1))
    luck = luck_of(plan)
    assert luck
    for slot in range(plan.inputs.address.size):
        same = (first.inputs[:, slot] == again.inputs[:, slot]).all()
        assert same == (slot not in luck)
    assert (first.received != again.received).any()


@pytest.mark.parametrize("form", ["patterns", "lives"])
def test_both_forms_of_lives_meet_the_same_other_luck(form):
    plan = shipped_plan("broendby-tuba.yaml")
    counted, found = (run(plan, Settings(256, 3, 1, form=name, luck=1)) for name in ("patterns", form))
    np.testing.assert_array_equal(counted.flow, found.flow)
    assert (run(plan, Settings(256, 3, 1)).flow != found.flow).any()


def test_keys_are_those_of_the_address_page():
    slow = {luck: philox((7, luck, 0, 0), (5, 0))[:2] for luck in (0, 1, 2)}  # counter (stream, luck, 0, 0)
    keys = keys_of(5, 7, luck=1, shared=2)
    assert tuple(keys[:2]) == slow[1] == key_of(5, 7, 1)
    assert tuple(shared_key(keys)) == slow[2]
    assert tuple(evidence_key(keys)) == slow[0] == key_of(5, 7)


def test_a_key_of_two_words_serves_everything():
    key = np.array([3, 4], dtype=np.uint64)
    assert shared_key(key) is key
    assert evidence_key(key) is key


@pytest.mark.parametrize("purpose", list(Purpose))
def test_what_people_share_has_a_key_of_its_own(purpose):
    def words(**luck: int) -> np.ndarray:
        return Words(keys_of(5, **luck), 0, 0, 4).draw(purpose)

    shared = purpose in (Purpose.COHORT, Purpose.MACRO, Purpose.RECESSION, Purpose.TAIL)
    assert (words() == words(luck=1)).all() == shared
    assert (words() == words(shared=1)).all() != shared


def test_a_third_run_splits_what_people_share(monkeypatch):
    runs = []

    def simulate(plan, paths, seed, threads, **said):
        runs.append((said["luck"], said.get("shared", 0)))
        return made

    deal = api.read(ROOT / "scenarios/risks/small-cohort.yaml")
    made = api.simulate(deal, 256)
    monkeypatch.setattr(api, "simulate", simulate)
    monkeypatch.setattr(api, "shares_luck", lambda _plan: True)
    (npv, *_) = variance_split(made).of
    assert runs == [(1, 0), (1, 1)]
    assert (npv.split.not_known.value, npv.split.shared.value) == pytest.approx((1.0, 0.0))
