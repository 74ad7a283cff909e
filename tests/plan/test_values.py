"""One number moved, all others at their means."""

import numpy as np

from risksim import api
from risksim.plan.compile import at_means
from risksim.plan.values import at_values
from tests.cli.purses import FILE, with_purse


def test_only_the_number_that_is_given_moves():
    plan = api.read(FILE).plan
    slot = int(plan.outcomes.rate_slot[0])
    moved, means = at_values(plan, {slot: 0.123}), at_means(plan)
    assert moved.outcomes.rate_value[0] == 0.123
    np.testing.assert_array_equal(moved.cohorts.dropout_value, means.cohorts.dropout_value)
    assert moved.inputs.address.size == 0
    assert plan.inputs.mean[slot] != 0.123  # the plan itself is left alone


def test_numbers_of_the_purse_move_alone():
    plan = with_purse(api.read(FILE)).plan
    moved = at_values(plan, of_purse={0: 0.5 * plan.purse.inputs.mean[0]})
    assert moved.purse.inputs.mean[0] == 0.5 * plan.purse.inputs.mean[0]
    np.testing.assert_array_equal(moved.outcomes.rate_value, at_means(plan).outcomes.rate_value)
