"""Inputs by inversion: the look-up against its slow twin and against the exact inverse."""

import math

import numpy as np
import pytest

from risksim.engine.inputs import draw_inputs, look_up_input
from risksim.kernels import quantiles
from risksim.kernels.quantiles import look_up
from risksim.plan import layout
from risksim.plan.laws import law_of
from risksim.plan.quantile_table import QuantileTables, evaluate, tabulate
from risksim.scenario.uncertainty import Component
from tests.engine.deals import BROENDBY, bent_plan, shipped_plan
from tests.kernels.forms import KEY, both, close_to, key_array, python_of
from tests.reference import philox

INFINITY = math.inf


def law(told, low=-INFINITY, high=INFINITY):
    return law_of(Component.model_validate({"weight": 1.0, "of": told}).of, low, high)


LAWS = {
    "beta": law({"beta": [30, 10]}, 0.0, 1.0),
    "beta at the ends": law({"beta": [0.5, 0.5]}, 0.0, 1.0),
    "evidence": law({"evidence": {"successes": 30.0, "of": 40.0, "weight": 0.5}}, 0.0, 1.0),
    "quartiles": law({"quantiles": {"p25": 0.55, "p50": 0.65, "p75": 0.74}}, 0.0, 1.0),
    "range": law({"p5": 10.0, "p95": 30.0, "fit": "lognormal"}, 0.0),
    "normal": law({"normal": {"mean": 25_000.0, "sd": 3_000.0}}, 0.0),
    "student": law({"p5": 10.0, "p95": 30.0, "fit": "student"}),
    "lognormal": law({"lognormal": {"median": 25_000.0, "p90": 33_000.0}}, 0.0),
    "gamma": law({"gamma": {"mean": 25.0, "sd": 8.0}}, 0.0),
    "uniform": law({"uniform": [2.0, 6.0]}, 0.0),
    "triangular": law({"triangular": [0.0, 0.3, 1.0]}, 0.0, 1.0),
    "pert": law({"pert": [20_000.0, 25_000.0, 40_000.0]}, 0.0),
    "discrete": law({"discrete": [{"value": 9.0, "weight": 1.0}, {"value": 1.0, "weight": 3.0}]}, 0.0),
    "mixture": law(
        {
            "mixture": [
                {"weight": 0.15, "of": {"beta": [6, 16]}},
                {"weight": 0.80, "of": {"lognormal": {"mu": 0.02, "sigma": 0.25}}},
                {"weight": 0.05, "of": 1.0},
            ]
        },
        0.0,
    ),
    "half a share": law({"changed": {"of": {"beta": [4, 16]}, "times": 0.5}}, 0.0, 1.0),
    "twice the odds": law({"changed": {"of": {"triangular": [0.0, 0.3, 1.0]}, "odds": 2.0}}, 0.0, 1.0),
    "certain": law(7.0),
}
NAMES = list(LAWS)
TABLES = tabulate(list(LAWS.values()))
each_law = pytest.mark.parametrize("name", NAMES)


def uniforms(n=20_000):
    """Half as the engine draws them, half even in the logit up to 2e-9 from 0 and 1."""
    drawn = np.random.Generator(np.random.Philox(11))
    even = (drawn.integers(0, 2**52, n // 2) + 0.5) * 2.0**-52
    far = 1.0 / (1.0 + np.exp(-drawn.uniform(-20.0, 20.0, n // 2)))
    return np.concatenate([even, far])


def looked_up(name, u, run=look_up, tables: QuantileTables = TABLES):
    position = NAMES.index(name)
    pieces = slice(tables.piece_ptr[position], tables.piece_ptr[position + 1])
    out = np.full((u.size, 2), np.nan)
    starts, widths = tables.piece_start[pieces], tables.piece_width[pieces]
    run(u, starts, widths, tables.table_index[pieces], tables.atom[pieces], tables.table, 1, out)
    assert np.isnan(out[:, 0]).all()  # the other column is left alone
    return out[:, 1]


def test_logits_reach_as_far_as_those_of_the_plan():
    assert quantiles.LOGIT_LIMIT == layout.LOGIT_LIMIT


@both(look_up)
@each_law
def test_look_up_equals_its_slow_twin(run, name):
    u = uniforms(2_000 if run is not look_up else 20_000)
    expected = evaluate(TABLES, NAMES.index(name), u)
    # numpy's logarithm and the C library's differ in the last digit, which moves the place inside a cell
    assert np.abs(looked_up(name, u, run) - expected).max() <= 1e-12 * np.abs(expected).max()


@each_law
def test_look_up_compiled_equals_python(name):
    u = uniforms(2_000)
    assert (looked_up(name, u) == looked_up(name, u, python_of(look_up))).all()


@each_law
def test_look_up_is_the_exact_inverse_to_nine_digits(name):
    u, wanted = uniforms(), LAWS[name]
    exact = wanted.inverse(u)
    usual = abs(wanted.mean) + 2.0 * wanted.sd
    assert (np.abs(looked_up(name, u) - exact) <= 1e-9 * np.maximum(np.abs(exact), usual)).all()


@each_law
def test_look_up_never_falls_inside_a_piece(name):
    for piece in LAWS[name].pieces:
        u = np.sort(uniforms())
        u = u[(u >= piece.start) & (u < piece.start + piece.width)]
        found = looked_up(name, u)
        assert np.diff(found).min() >= -8.0 * np.spacing(np.abs(found).max())


def test_look_up_takes_the_piece_that_starts_at_the_uniform():
    assert looked_up("discrete", np.array([0.0, np.nextafter(0.75, 0.0), 0.75, 1.0 - 2.0**-53])).tolist() == [
        1,
        1,
        9,
        9,
    ]


@both(look_up)
def test_look_up_stays_inside_the_table_at_0_and_1(run):
    for name in ("uniform", "beta", "triangular"):
        low, high = looked_up(name, np.array([0.0, 1.0]), run)
        first, last = looked_up(name, np.array([2.0**-53, 1.0 - 2.0**-53]), run)  # the ends of what is ever drawn
        assert LAWS[name].low <= low <= first < last <= high <= LAWS[name].high


@pytest.mark.parametrize("plan", [bent_plan, lambda: shipped_plan(BROENDBY)], ids=["bent", "broendby"])
def test_drawn_inputs_are_the_inverse_at_the_uniform_of_their_name(plan):
    plan = plan()
    first = 2**32 - 3
    drawn = draw_inputs(plan.inputs, key_array(), first, 6)
    for position, note in enumerate(plan.labels.inputs):
        u = np.array([philox.input_place(KEY, first + i, note.name) for i in range(6)])
        expected = np.empty_like(drawn)
        look_up_input(plan.inputs, position, u, expected)
        assert (drawn[:, position] == expected[:, position]).all()


@each_law
def test_drawn_inputs_have_the_mean_of_their_law(name):
    # 200,000 uniforms, seed 11; four standard errors
    u = np.random.Generator(np.random.Philox(11)).random(200_000)
    wanted = LAWS[name]
    assert close_to(wanted.mean, wanted.sd / math.sqrt(u.size) + 1e-12, looked_up(name, u).mean())
