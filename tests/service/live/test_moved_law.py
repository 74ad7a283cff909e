"""A law that is moved has the mean that was asked for, and keeps its form."""

from __future__ import annotations

import pytest

from risksim.plan.moved import law_at, moved, sort_at, takes_origin

SHARE = ("outcomes", "x", "success_rate")
PRICE = ("payments", 0, "per_outcome", "price")
RESULT = ("outcomes", "x", "result")
LAWS_OF_SHARES = (
    {"beta": [30, 10]},
    {"evidence": {"successes": 45, "of": 60, "weight": 0.5}},
    {"evidence": {"successes": 45, "of": 60}, "may_not_apply": 0.1},
    {"quantiles": {"p10": 0.55, "p50": 0.70, "p90": 0.82}},
    {"p5": 0.3, "p95": 0.55},
    {"triangular": [0.1, 0.2, 0.5]},
    {"uniform": [0.2, 0.4]},
    {"mixture": [{"weight": 0.15, "of": {"beta": [6, 16]}}, {"weight": 0.85, "of": 0.9}]},
    {"discrete": [{"value": 0.1, "weight": 1}, {"value": 0.5, "weight": 3}]},
)


@pytest.mark.parametrize("law", LAWS_OF_SHARES, ids=lambda law: next(iter(law)))
@pytest.mark.parametrize("mean", [0.05, 0.4, 0.93])
def test_a_share_is_moved_by_its_odds_to_the_mean_asked_for(law, mean):
    change = moved(law, SHARE, mean)
    assert set(change) == {"odds"}
    found = law_at({"changed": {"of": law, **change}}, SHARE)
    assert found is not None
    assert found.mean == pytest.approx(mean, rel=1e-12)
    assert 0.0 <= found.low <= found.mean
    assert found.high <= 1.0


def test_odds_keep_the_width_on_the_scale_of_odds():
    law = {"beta": [30, 10]}
    before, after = law_at(law, SHARE), law_at({"changed": {"of": law, **moved(law, SHARE, 0.4)}}, SHARE)

    def width(found):
        return (found.high / (1.0 - found.high)) / (found.low / (1.0 - found.low))

    assert width(after) == pytest.approx(width(before), rel=1e-9)


@pytest.mark.parametrize(
    "law",
    [
        {"triangular": [70_000, 90_000, 110_000]},
        {"lognormal": {"median": 20_000, "p90": 30_000}},
        {"uniform": [0, 100]},
        {"gamma": {"mean": 6.0, "sd": 4.0}},
    ],
    ids=lambda law: next(iter(law)),
)
def test_an_amount_is_moved_by_a_factor_and_keeps_its_relative_width(law):
    change = moved(law, PRICE, 12_345.0)
    assert set(change) == {"times"}
    before, after = law_at(law, PRICE), law_at({"changed": {"of": law, **change}}, PRICE)
    assert after.mean == pytest.approx(12_345.0, rel=1e-12)
    assert after.high / after.mean == pytest.approx(before.high / before.mean, rel=1e-9)


def test_what_may_be_negative_is_moved_by_a_sum():
    law = {"normal": {"mean": 0.1, "sd": 0.06}}
    change = moved(law, RESULT, -0.2)
    assert change == {"plus": pytest.approx(-0.3)}
    after = law_at({"changed": {"of": law, **change}}, RESULT)
    assert after.mean == pytest.approx(-0.2)
    assert after.high - after.low == pytest.approx(2 * 1.6448536 * 0.06, rel=1e-6)


@pytest.mark.parametrize("mean", [0.0, 1.0, 1.2])
def test_no_odds_make_an_uncertain_share_certain(mean):
    with pytest.raises(ValueError, match="between 0 and 1"):
        moved({"beta": [30, 10]}, SHARE, mean)


def test_kinds_of_places():
    assert [sort_at(path) for path in (PRICE, SHARE, ("cohorts", 0, "participants"))] == ["money", "share", "count"]
    assert takes_origin(PRICE)
    assert takes_origin(("cohorts", 0, "participants"))
    assert law_at("6 months", ("cohorts", 0, "duration")) is None
