"""Quantile tables against the exact inverse."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risksim.plan.families import Beta, Family, Gamma, Lognormal, Normal, StudentT3, Triangular, Uniform, pert
from risksim.plan.laws import Law, Piece, law_of
from risksim.plan.layout import TABLE_CELLS, Inputs
from risksim.plan.quantile_table import QuantileTables, evaluate, tabulate
from risksim.scenario import uncertainty as grammar

INFINITY = math.inf
FAMILIES: list[Family] = [
    Beta(0.5, 0.5),
    Beta(0.1, 5.0),
    Beta(5.0, 0.1),
    Beta(0.2, 0.2),
    Beta(2.0, 2.0),
    Beta(15.5, 5.5),
    Beta(30.0, 10.0),
    Beta(3000.0, 1000.0),
    Beta(1e5, 1e5),
    Beta(2.0, 3.0, 0.2, 0.9),
    Gamma(0.1, 1.0),
    Gamma(2.0, 3.0),
    Gamma(9.7, 2560.0),
    Gamma(1e8, 2.5e-4),
    Lognormal(0.02, 0.25),
    Lognormal(10.1, 0.22),
    Lognormal(0.0, 1.5),
    Normal(0.0, 1.0),
    Normal(25e3, 3e3),
    StudentT3(0.0, 1.0),
    Uniform(0.0, 1.0),
    Uniform(0.0, 1e6),
    Triangular(0.0, 0.3, 1.0),
    Triangular(0.0, 0.0, 1.0),
    Triangular(20e3, 25e3, 40e3),
    pert(0.0, 0.0, 1.0),
    pert(0.0, 0.3, 1.0),
    pert(20e3, 25e3, 40e3),
]
each_family = pytest.mark.parametrize("family", FAMILIES, ids=[family.text() for family in FAMILIES])


def alone(family: Family, low: float = -INFINITY, high: float = INFINITY) -> Law:
    return Law(family.text(), (Piece(0.0, 1.0, None, family),), low, high)


def uniforms(n: int = 60_000, far: float = 1e-9) -> np.ndarray:
    """Half even, half even in the logit; none nearer than `far` to 0 and 1."""
    random = np.random.Generator(np.random.Philox(7))
    reach = math.log((1.0 - far) / far)
    u = np.concatenate([random.random(n // 2), 1.0 / (1.0 + np.exp(-random.uniform(-reach, reach, n // 2)))])
    return u[(u >= far) & (u <= 1.0 - far)]


ENDS = np.concatenate([uniforms(20_000, 2.0**-52), [2.0**-53, 2.0**-52, 1.0 - 2.0**-52, 1.0 - 2.0**-53]])


@each_family
def test_table_is_the_exact_inverse_to_ten_digits(family):
    u, law = uniforms(), alone(family)
    exact = law.inverse(u)
    error = np.abs(evaluate(tabulate([law]), 0, u) - exact)
    usual = max(1.0, abs(law.mean) + 2.0 * law.sd)
    assert (error / np.maximum(usual, np.abs(exact))).max() < 1.5e-10
    middle = (u > 1e-6) & (u < 1.0 - 1e-6)  # further out the values themselves are many sd large
    assert error[middle].max() < 1e-9 * max(1.0, law.sd)


@each_family
def test_table_stays_inside_the_support_and_never_falls(family):
    drawn = evaluate(tabulate([alone(family)]), 0, np.sort(np.concatenate([uniforms(), ENDS])))
    assert np.isfinite(drawn).all()
    assert ((family.low <= drawn) & (drawn <= family.high)).all()
    assert np.diff(drawn).min() >= -8.0 * np.spacing(np.abs(drawn).max())


@each_family
def test_table_keeps_the_mean(family):
    tables = tabulate([alone(family)])
    x = np.linspace(-36.7, 36.7, 200_001)
    v, rest = 1.0 / (1.0 + np.exp(-x)), 1.0 / (1.0 + np.exp(x))
    mean = (evaluate(tables, 0, v) * v * rest).sum() * (x[1] - x[0])
    assert mean == pytest.approx(family.mean, abs=1e-7 * max(1.0, family.sd))
    assert tables.mean.tolist() == [family.mean]


def test_fields_are_those_of_the_inputs():
    assert set(QuantileTables._fields) | {"address", "luck"} == set(Inputs._fields)
    tables = tabulate([alone(Beta(30.0, 10.0)), law_of(3.0)])
    assert tables.piece_ptr.tolist() == [0, 1, 2]
    assert tables.table_index.tolist() == [0, -1]
    assert tables.atom[1] == 3.0
    assert tables.table.shape == (1, TABLE_CELLS, 4)
    assert [field.dtype.name for field in tables] == ["int64", "float64", "float64", "int64", *["float64"] * 3]
    assert all(field.flags.c_contiguous for field in tables)


def test_no_inputs_make_empty_tables():
    tables = tabulate([])
    assert tables.piece_ptr.tolist() == [0]
    assert tables.table.shape == (0, TABLE_CELLS, 4)


def test_certain_inputs_need_no_table():
    assert evaluate(tabulate([law_of(3.0)]), 0, np.array([0.1, 0.9])).tolist() == [3.0, 3.0]


def test_equal_laws_share_a_table():
    tables = tabulate([alone(Beta(30.0, 10.0)), alone(Uniform(0.0, 1.0)), alone(Beta(30.0, 10.0))])
    assert tables.table_index.tolist() == [0, 1, 0]


def test_triangular_is_cut_at_its_peak():
    tables = tabulate([alone(Triangular(0.0, 0.3, 1.0))])
    assert tables.piece_start.tolist() == [0.0, 0.3]


def test_rough_law_is_halved():
    tables = tabulate([alone(Beta(0.5, 0.5))])
    assert tables.piece_start.tolist() == [0.0, 0.25, 0.5, 0.75]
    assert tables.piece_width.sum() == 1.0


def test_mixture_is_drawn_as_the_address_page_says():
    tail = {
        "mixture": [
            {"weight": 0.15, "of": {"beta": [6, 16]}},
            {"weight": 0.05, "of": {"discrete": [{"value": 2, "weight": 1}, {"value": 0, "weight": 1}]}},
            {"weight": 0.8, "of": {"lognormal": {"mu": 0.02, "sigma": 0.25}}},
        ]
    }
    law = law_of(grammar.Mixture.model_validate(tail), 0.0, INFINITY)
    tables, u = tabulate([alone(Normal(0.0, 1.0)), law]), uniforms(far=1e-8)
    assert tables.piece_start[1:] == pytest.approx([0.0, 0.15, 0.175, 0.2])
    assert evaluate(tables, 1, u) == pytest.approx(law.inverse(u), abs=1e-9)


def test_what_lies_beyond_the_bounds_is_an_atom():
    law = alone(Normal(0.5, 0.1), 0.0, 1.0)
    tables, u = tabulate([law]), np.concatenate([uniforms(), ENDS])
    assert tables.table_index.tolist() == [-1, 0, -1]
    drawn = evaluate(tables, 0, u)
    assert drawn == pytest.approx(law.inverse(u), abs=1e-9)
    assert (drawn.min(), drawn.max()) == (0.0, 1.0)


def test_table_is_continuous_across_its_cells():
    table = tabulate([alone(Beta(15.5, 5.5))]).table[0]
    assert table[:-1].sum(axis=1) == pytest.approx(table[1:, 0], abs=1e-15)


sizes = st.floats(-3.0, 9.0).map(math.exp)
bounded = st.one_of(
    st.builds(Beta, sizes, sizes),
    st.tuples(st.floats(0.0, 1.0), st.floats(1e-3, 1e3)).map(lambda t: pert(3.0, 3.0 + t[0] * t[1], 3.0 + t[1])),
    st.builds(Gamma, sizes, sizes),
    st.builds(Lognormal, st.floats(-5.0, 15.0), st.floats(0.01, 1.5)),
)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(bounded)
def test_any_table_is_exact_finite_and_inside(family):
    law, u = alone(family, 0.0), uniforms(4_000)
    tables, exact = tabulate([law]), law.inverse(u)
    error = np.abs(evaluate(tables, 0, u) - exact)
    usual = max(1.0, abs(law.mean) + 2.0 * law.sd)
    assert (error / np.maximum(usual, np.abs(exact))).max() < 1e-9
    drawn = evaluate(tables, 0, ENDS)
    assert np.isfinite(drawn).all()
    assert ((family.low <= drawn) & (drawn <= family.high)).all()
