"""Other terms settled on people drawn once: the same bits as a run of the deal that has them."""

import numpy as np
import pytest

from risksim import api
from risksim.engine.resettle import unlike_draws
from tests.engine.deals import SHIPPED

PRICES = {"payments[*].price": {"times": 1.37}}
DEALS = [
    ("questions/terms.yaml", PRICES, "auto"),  # exact: combinations of counts
    ("questions/terms.yaml", PRICES, "conditional"),
    ("questions/terms.yaml", PRICES, "individual"),
    ("broendby-tuba.yaml", PRICES, "individual"),
    ("broendby-tuba.yaml", PRICES, "auto"),
    ("risks/guarantee.yaml", {"financing.guarantees[0].limit": {"times": 0.3}}, "auto"),
    ("financing/senior-junior.yaml", {"financing.tranches[0].commitment": {"times": 0.9}}, "individual"),
    ("examples/simple-reference.yaml", {"payments[cap].total": {"times": 0.8}}, "auto"),
    ("risks/outcome-fund.yaml", {"payments[fund].limit": {"times": 0.5}}, "conditional"),
    ("ending/four-ways.yaml", PRICES, "individual"),
    ("international/rikers-early-end.yaml", {"financing.tranches[0].commitment": {"times": 1.1}}, "individual"),
]


def same_bits(one, other):
    for name in one._fields:
        first, second = getattr(one, name), getattr(other, name)
        assert first.dtype == second.dtype, name
        assert first.shape == second.shape, name
        np.testing.assert_array_equal(first, second, err_msg=name)


@pytest.mark.parametrize(("file", "changes", "engine"), DEALS)
def test_other_terms_are_settled_to_the_same_bits_as_in_a_run(file, changes, engine):
    deal = api.read(SHIPPED / file)
    other = api.changed(deal, "other terms", changes)
    draws = api.draw_once(deal, 640, seed=3, engine=engine)
    again = api.resettle(other, draws)
    run = api.run_job(api.job(other, 640, 3, engine=draws.engine))
    assert (again.seed, again.engine) == (run.seed, run.engine)
    same_bits(again.paths, run.paths)
    if run.counts is not None:
        np.testing.assert_array_equal(again.counts.mean, run.counts.mean)
    assert unlike_draws(deal.plan, other.plan, combined=draws.is_by_law) is None  # it was settled, not run anew
    before = api.resettle(deal, draws).paths
    assert (again.paths.received != before.received).any() or (again.paths.drawn != before.drawn).any()


def test_threads_and_blocks_change_nothing():
    deal = api.read(SHIPPED / "broendby-tuba.yaml")
    other = api.changed(deal, "other terms", PRICES)
    one, several = (api.draw_once(deal, 700, threads=k, engine="individual") for k in (1, 3))
    same_bits(api.resettle(other, one).paths, api.resettle(other, several).paths)


@pytest.mark.parametrize(
    "changes",
    [{"cohorts[*].participants": {"times": 0.5}}, {"outcomes.success.success_rate": 0.7}],
    ids=["people", "success rate"],
)
def test_a_deal_of_which_more_than_terms_differs_is_run_anew(changes):
    deal = api.read(SHIPPED / "questions/terms.yaml")
    other = api.changed(deal, "not terms", changes)
    assert unlike_draws(deal.plan, other.plan) is not None
    draws = api.draw_once(deal, 256, engine="individual")
    same_bits(api.resettle(other, draws).paths, api.simulate(other, 256, keep_claims=False).paths)


def test_successes_are_counted_on_every_path():
    deal = api.read(SHIPPED / "questions/terms.yaml")
    drawn = api.draw_once(deal, 256, engine="individual")
    run = api.simulate(deal, 256)
    verified = 5  # enrolled, completed, dropped out, unmeasured, achieved, verified
    np.testing.assert_array_equal(api.successes(drawn), run.paths.headcount[:, 0, verified])
