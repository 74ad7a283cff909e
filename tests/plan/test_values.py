"""One number moved, all others at their means."""

import numpy as np

from risksim import api
from risksim.plan.compile import at_means
from risksim.plan.values import at_values
from tests.cli.purses import FILE, ROOT

ONE_SERVICE = ROOT / "scenarios" / "public" / "one-service.yaml"


def test_only_the_number_that_is_given_moves():
    plan = api.read(FILE).plan
    slot = int(plan.outcomes.rate_slot[0])
    moved, means = at_values(plan, {slot: 0.123}), at_means(plan)
    assert moved.outcomes.rate_value[0] == 0.123
    np.testing.assert_array_equal(moved.cohorts.dropout_value, means.cohorts.dropout_value)
    assert moved.inputs.address.size == 0
    assert plan.inputs.mean[slot] != 0.123  # the plan itself is left alone


def test_numbers_of_the_purse_move_alone():
    plan = api.read(ONE_SERVICE).plan
    slot = int(plan.purse.lines.volume.slot[0])
    moved = at_values(plan, of_purse={slot: 0.5})
    assert moved.purse.lines.volume.value[0] == 0.5
    np.testing.assert_array_equal(moved.purse.lines.volume.value[1:], at_means(plan).purse.lines.volume.value[1:])
    np.testing.assert_array_equal(moved.outcomes.rate_value, at_means(plan).outcomes.rate_value)
