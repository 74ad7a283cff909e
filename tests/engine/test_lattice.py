"""Laws on a lattice, each against another way to reckon it."""

import numpy as np
import pytest
from scipy import stats

from risksim.engine import lattice


def test_two_people_by_hand():
    # each brings 10 with 1/4, 30 with 1/4, nothing with 1/2: 0: 1/4, 10: 1/4, 20: 1/16, 30: 1/4, 40: 1/8, 60: 1/16
    found = lattice.lattice_law([10, 30], [0.25, 0.25], 2)
    assert found.value.tolist() == [0, 10, 20, 30, 40, 50, 60]
    assert found.chance == pytest.approx([1 / 4, 1 / 4, 1 / 16, 1 / 4, 1 / 8, 0.0, 1 / 16], abs=1e-15)


def test_25_people_who_bring_60000_or_else_100000():
    # a person: mean 0.3 * 60k + 0.2 * 100k = 38k; square 0.3 * 3.6e9 + 0.2 * 1e10 = 3.08e9; variance 3.08e9 - 38k^2
    # = 1.636e9; 25 people: mean 950k, variance 4.09e10, sd 202.237k
    total = lattice.lattice_law([60_000, 100_000], [0.3, 0.2], 25)
    mean = total.chance @ total.value
    assert total.chance.sum() == pytest.approx(1.0, abs=1e-13)
    assert mean == pytest.approx(950_000, rel=1e-13)
    assert total.chance @ (total.value - mean) ** 2 == pytest.approx(4.09e10, rel=1e-12)
    assert np.sqrt(total.chance @ (total.value - mean) ** 2) == pytest.approx(202_237, abs=1)
    # the same by the multinomial law of how many bring which
    number = np.arange(26)
    below = sum(
        stats.multinomial(25, [0.3, 0.2, 0.5]).pmf([a, b, 25 - a - b])
        for a in number
        for b in number[: 26 - a]
        if 60_000 * a + 100_000 * b <= 800_000
    )
    assert total.chance[total.value <= 800_000].sum() == pytest.approx(below, abs=1e-13)
    assert total.chance[total.value <= 800_000].sum() == pytest.approx(0.246953, abs=5e-7)


def test_people_alike_are_binomial():
    law = lattice.power(np.array([0.7, 0.3]), 200)
    assert law == pytest.approx(stats.binom(200, 0.3).pmf(np.arange(201)), abs=1e-14)


def test_unlike_people_one_by_one():
    chances = np.linspace(0.0, 1.0, 60)
    direct = np.ones(1)
    for chance in chances:
        direct = np.convolve(direct, [1.0 - chance, chance])
    assert lattice.poisson_binomial(chances) == pytest.approx(direct, abs=1e-14)


def test_sums_of_independent_numbers():
    laws = [stats.binom(n, p).pmf(np.arange(n + 1)) for n, p in ((5, 0.2), (40, 0.9), (1, 0.5))]
    assert lattice.convolve(*laws) == pytest.approx(np.convolve(np.convolve(*laws[:2]), laws[2]), abs=1e-15)


@pytest.mark.parametrize(
    ("number", "parameters", "law"),
    [
        ("binomial", (30, 0.4), stats.binom(30, 0.4)),
        ("poisson", (12.0,), stats.poisson(12.0)),
        ("negative binomial", (6.0, 0.4), stats.nbinom(6.0, 0.4)),
    ],
)
def test_a_random_number_of_amounts_two_ways(number, parameters, law):
    one = np.array([0.1, 0.4, 0.2, 0.3])
    most = 150
    recursion = lattice.panjer(one, number, parameters, most)
    mixed = np.zeros(most + 1)
    for n in range(200):
        of_n = lattice.power(one, n)[: most + 1] if n else np.ones(1)
        mixed[: of_n.size] += law.pmf(n) * of_n
    assert recursion == pytest.approx(mixed, abs=1e-13)


def test_a_recursion_that_would_begin_with_nothing_is_refused():
    with pytest.raises(ValueError, match="1e-290"):
        lattice.panjer(np.array([0.0, 1.0]), "poisson", (2_000.0,), 10)


def test_chances_beyond_one_are_refused():
    with pytest.raises(ValueError, match="at most 1"):
        lattice.lattice_law([1, 2], [0.7, 0.7], 3)


def test_what_no_rounding_explains_is_no_law():
    with pytest.raises(ArithmeticError, match="cannot miss"):
        lattice.without_rounding(np.array([1.0, -1e-9]), 2)
