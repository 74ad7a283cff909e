"""The grammar of uncertain numbers: what may be written, and what bounds and amounts refuse."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from risksim.scenario.uncertainty import (
    LARGEST_AMOUNT,
    LAWS,
    Amount,
    Beta,
    Evidence,
    Law,
    Ratio,
    Share,
    UncertainNumber,
    Written,
    law_key,
    quantile_probability,
)

NUMBER: TypeAdapter[Any] = TypeAdapter(UncertainNumber)
SHARE: TypeAdapter[Any] = TypeAdapter(Share)
RATIO: TypeAdapter[Any] = TypeAdapter(Ratio)
AMOUNT: TypeAdapter[Any] = TypeAdapter(Amount)

EXAMPLES: dict[str, dict[str, Any]] = {
    "value": {"value": 0.75, "source": "pwc-2021"},
    "fixed": {"fixed": 0.75},
    "beta": {"beta": [30, 10]},
    "evidence": {
        "evidence": [{"successes": 45, "of": 60}, {"successes": 20, "of": 30, "weight": 0.5}],
        "prior": [1, 1],
    },
    "quantiles": {"quantiles": {"p10": 0.55, "p50": 0.70, "p90": 0.82}, "fit": "beta", "limits": [0, 1]},
    "p5": {"p5": 0.3, "p95": 0.55},
    "normal": {"normal": {"mean": 0.5, "sd": 0.1}},
    "lognormal": {"lognormal": {"median": 25000, "p90": 33000}},
    "gamma": {"gamma": {"shape": 9.8, "scale": 2560}},
    "uniform": {"uniform": [0.6, 0.9]},
    "triangular": {"triangular": [0.5, 0.7, 0.8]},
    "pert": {"pert": [0.5, 0.7, 0.8]},
    "discrete": {"discrete": [{"value": 0, "weight": 0.2}, {"value": 1, "weight": 0.8}]},
    "mixture": {"mixture": [{"weight": 0.15, "of": {"beta": [6, 16]}}, {"weight": 0.85, "of": 1}]},
    "changed": {"changed": {"of": {"beta": [4, 16]}, "times": 0.5}},
    "experts": {
        "experts": [
            {"name": "leader", "weight": 2, "says": {"quantiles": {"p25": 0.55, "p50": 0.65, "p75": 0.74}}},
            {"name": "caseworker", "says": {"p5": 0.3, "p95": 0.55}},
        ]
    },
    "graded": {"graded": {"value": 25000, "grade": 3, "as": "cost"}},
    "register": {"register": "enrolment-ratio"},
}


def words(adapter: TypeAdapter[Any], found: Any) -> str:
    """Everything that is said of a number that is refused."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(found)
    return str(caught.value)


def nouns(adapter: TypeAdapter[Any], found: Any) -> list[str]:
    """What the numbers are that are refused, as the message calls them."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(found)
    return [error["ctx"]["noun"] for error in caught.value.errors()]


def places(adapter: TypeAdapter[Any], found: Any) -> list[tuple[str | int, ...]]:
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(found)
    return [error["loc"] for error in caught.value.errors()]


def test_every_law_has_an_example():
    assert EXAMPLES.keys() == LAWS.keys()


@pytest.mark.parametrize("key", LAWS)
def test_a_law_is_named_by_its_key(key: str):
    law = NUMBER.validate_python(EXAMPLES[key])
    assert isinstance(law, LAWS[key])
    assert law_key(law) == law_key(EXAMPLES[key]) == key


def test_a_plain_number_is_itself():
    assert NUMBER.validate_python(20_000) == 20_000.0
    assert type(NUMBER.validate_python(0.5)) is float


def test_a_law_says_where_it_comes_from():
    law = NUMBER.validate_python({"beta": [4, 16], "assumption": "one in five", "note": "asked apart"})
    assert isinstance(law, Beta)
    assert (law.assumption, law.note, law.source) == ("one in five", "asked apart", None)


def test_one_body_of_evidence_needs_no_list():
    law = NUMBER.validate_python({"evidence": {"successes": 45, "of": 60}})
    assert isinstance(law, Evidence)
    assert law.prior == (0.5, 0.5)


@pytest.mark.parametrize(
    "found", [None, True, "0.2", [1], {}, {"source": "x"}, {"beta": [1, 1], "uniform": [0, 1]}, object()]
)
def test_what_names_no_single_law_is_refused(found: Any):
    assert law_key(found) is None
    assert "no_law" in words(NUMBER, found)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"beta": [0, 1]}, "greater than 0"),
        ({"beta": [1, math.nan]}, "finite"),
        ({"evidence": {"successes": 5, "of": 4}}, "part of the people observed"),
        ({"evidence": {"successes": 1, "of": 4, "source": "a", "assumption": "because"}}, "both a source and"),
        ({"evidence": []}, "at least 1 item"),
        ({"quantiles": {"p10": 1}}, "at least 2 items"),
        ({"quantiles": {"p10": 2, "p90": 1}}, "a higher quantile has a higher value"),
        ({"quantiles": {"p10": 1, "p10.0": 2, "p90": 3}}, "got p10 twice"),
        ({"quantiles": {"p45": 1, "p90": 2}}, "leave one side open"),
        ({"quantiles": {"q10": 1, "p90": 2}}, "got the key 'q10'"),
        ({"quantiles": {"p10": 1, "p90": 2}, "limits": [1, 3]}, "every quantile lies between them"),
        ({"quantiles": {"p10": 1, "p90": 2}, "fit": "cauchy"}, "pattern"),
        ({"p5": 2, "p95": 1}, "a higher quantile"),
        ({"p5": 1}, "p95"),
        ({"lognormal": {"median": 1, "sd": 2}}, "takes one pair"),
        ({"lognormal": {"median": 2, "p90": 1}}, "lies above the median"),
        ({"gamma": {"mean": 1, "scale": 2}}, "takes one pair"),
        ({"normal": {"mean": 1, "sd": 0}}, "greater than 0"),
        ({"uniform": [2, 1]}, "Write [1, 2]."),
        ({"uniform": [2, 2]}, "Write a certain number as 2."),
        ({"triangular": [1, 0, 2]}, "Write [0, 1, 2]"),
        ({"pert": [1, 1, 1]}, "Write a certain number as 1."),
        ({"discrete": [{"value": 1, "weight": 0}]}, "greater than 0"),
        ({"mixture": [{"weight": 1, "of": "x"}]}, "no_law"),
        ({"changed": {"of": 0.5}}, "got nothing"),
        ({"changed": {"of": 0.5, "times": 2, "odds": 2}}, "got odds and times"),
        ({"changed": {"of": 0.5, "times": -1}}, "greater than or equal to 0"),
        ({"changed": {"of": "x", "times": 1}}, "no_law"),
    ],
)
def test_a_law_that_means_nothing_is_refused(found: dict[str, Any], said: str):
    assert said in words(NUMBER, found)


@pytest.mark.parametrize(("key", "probability"), [("p10", 0.1), ("p2.5", 0.025), ("p99.9", 0.999), ("p01", 0.01)])
def test_a_quantile_is_named_by_its_percentage(key: str, probability: float):
    assert quantile_probability(key) == pytest.approx(probability)


@pytest.mark.parametrize("key", ["p0", "p100", "10", "p", "p1e1", "p-5", "P10", "pnan", "p 5", "p٥", "p10\n"])
def test_another_key_names_no_quantile(key: str):
    assert quantile_probability(key) is None


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (1.4, ()),
        (-0.1, ()),
        ({"value": 75}, ("value", "value")),
        ({"fixed": 2}, ("fixed", "fixed")),
        ({"quantiles": {"p10": 0.5, "p90": 82}}, ("quantiles", "quantiles", "p90")),
        ({"p5": -1, "p95": 0.5}, ("p5", "p5")),
        ({"uniform": [0.5, 1.5]}, ("uniform", "uniform", 1)),
        ({"pert": [0, 1, 2]}, ("pert", "pert", 2)),
        ({"discrete": [{"value": 0, "weight": 1}, {"value": 3, "weight": 1}]}, ("discrete", "discrete", 1, "value")),
        ({"mixture": [{"weight": 1, "of": {"fixed": 3}}]}, ("mixture", "mixture", 0, "of", "fixed", "fixed")),
    ],
)
def test_a_share_is_refused_at_the_value_that_lies_outside(found: Any, place: tuple[str | int, ...]):
    assert places(SHARE, found) == [place]
    assert nouns(SHARE, found) == ["a share"]
    NUMBER.validate_python(found)


@pytest.mark.parametrize("found", [0, 1, 0.5, {"beta": [4, 16]}, {"normal": {"mean": 2, "sd": 1}}])
def test_a_share_takes_what_lies_inside_and_leaves_open_laws_to_the_plan(found: Any):
    SHARE.validate_python(found)


def test_a_ratio_and_an_amount_are_not_negative():
    assert RATIO.validate_python(1.4) == 1.4
    assert nouns(RATIO, -1) == ["a ratio"]
    assert nouns(AMOUNT, {"uniform": [-5, 5]}) == ["an amount"]


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (1e14, ()),
        ({"lognormal": {"median": 1e20, "sigma": 1}}, ("lognormal", "lognormal", "median")),
        (
            {"mixture": [{"weight": 1, "of": {"normal": {"mean": 1e20, "sd": 1}}}]},
            ("mixture", "mixture", 0, "of", "normal", "normal", "mean"),
        ),
        (10**400, ()),
    ],
)
def test_an_amount_that_could_not_be_counted_is_refused(found: Any, place: tuple[str | int, ...]):
    assert places(AMOUNT, found) == [place]
    assert "at most 90,000,000,000,000" in words(AMOUNT, found)


def test_the_largest_amount_leaves_room_for_sums_in_minor_units():
    assert LARGEST_AMOUNT * 100 * 1_000 < 2**63
    assert AMOUNT.validate_python(LARGEST_AMOUNT) == LARGEST_AMOUNT


def written(text: str) -> Written:
    number = Written(text)
    number.text = text
    return number


@pytest.mark.parametrize("text", ["60.000", "4.500", "1.234"])
def test_an_amount_with_three_decimals_is_asked_about(text: str):
    assert f"write {text.replace('.', '')}" in words(AMOUNT, written(text))
    assert f"write {text.replace('.', '')}" in words(AMOUNT, {"uniform": [written("0.5"), written(text)]})
    assert SHARE.validate_python(written("0.125")) == 0.125
    assert RATIO.validate_python(written("1.250")) == 1.25


@pytest.mark.parametrize("text", ["58333.34", "0.125", "60.0", "60.00", "1234.567", "6e4", "-0.0"])
def test_an_amount_with_other_decimals_is_read(text: str):
    assert AMOUNT.validate_python(written(text)) == float(text)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*LAWS, "p95", "mean", "sd", "weight", "of", "successes", "fit"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(found=ANY, adapter=st.sampled_from([NUMBER, SHARE, RATIO, AMOUNT]))
def test_any_value_is_a_number_or_a_validation_error(found: Any, adapter: TypeAdapter[Any]):
    with contextlib.suppress(ValidationError):
        assert isinstance(adapter.validate_python(found), float | Law)
