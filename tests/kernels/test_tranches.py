"""Sharing over many paths at once, against exact fractions."""

import numpy as np
import pytest

from risksim.kernels.shares import split, split_up_to
from tests.reference.financing import share


def by_hand(amount, weight, limit=None):
    """What the slow twin gives, path by path."""
    names = [str(k) for k in range(len(weight))]
    found = []
    for p in range(len(amount)):
        limits = None if limit is None else {name: int(limit[k][p]) for k, name in enumerate(names)}
        given = share(int(amount[p]), {name: int(weight[k][p]) for k, name in enumerate(names)}, limits)
        found.append([given[name] for name in names])
    return np.array(found).T


@pytest.mark.parametrize("most", [20, 10**6, 2**59], ids=["small", "middle", "products beyond 64 bits"])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_split_is_by_largest_remainder(most, n):
    random = np.random.Generator(np.random.Philox(n))
    amount, weight = random.integers(0, most, 60), random.integers(0, most, (n, 60))
    weight[:, :5] = 0
    found = split(amount, weight)
    assert (found == by_hand(amount, weight)).all()
    assert (found.sum(axis=0) == np.where(weight.sum(axis=0) > 0, amount, 0)).all()


@pytest.mark.parametrize("most", [20, 2**59])
def test_whoever_is_full_stands_aside(most):
    random = np.random.Generator(np.random.Philox(7))
    amount, weight = random.integers(0, most, 60), random.integers(0, most, (4, 60))
    limit = random.integers(0, most // 3, (4, 60))
    found = split_up_to(amount, weight, limit)
    assert (found == by_hand(amount, weight, limit)).all()
    assert (found <= limit).all()
