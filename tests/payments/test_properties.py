"""Laws that hold for every payment rule, each on the rules of the ledgers by hand or on one deal per rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import betabinom, binom

from risksim.engine.run import Settings, run
from risksim.engine.settle import settle
from risksim.plan.compile import at_means, compile_plan
from risksim.scenario.payments import MONOTONE, RULES
from tests.payments.deals import claimed, deal, measured_of
from tests.payments.test_golden import BANDS, CORNERS, GOLDEN, IN_COHORTS, NORTH_SOUTH, SHARE, UNSPLIT

each_ledger = pytest.mark.parametrize("golden", GOLDEN.values(), ids=GOLDEN.keys())


def totals(found: dict[Any, float]) -> dict[str, float]:
    """Claims by date, all rules and payers together."""
    months: dict[str, float] = {}
    for (_, _, month), amount in found.items():
        months[month] = months.get(month, 0.0) + amount
    return {month: round(amount, 2) for month, amount in months.items() if round(amount, 2)}


def set_of(wanted: Callable[[str, dict[str, Any]], bool], *, some: bool = False) -> list[str]:
    """Ledgers of which all rules are wanted, or some."""
    held = any if some else all
    return [name for name, golden in GOLDEN.items() if held(wanted(*pair) for r in golden.rules for pair in r.items())]


@each_ledger
def test_a_cap_that_does_not_bind_changes_nothing(golden):
    found = claimed([*golden.rules, {"cap": {"total": 1e9}}], golden.people, golden.result, **golden.changes)
    assert found == claimed(golden.rules, golden.people, golden.result, **golden.changes)


@each_ledger
@pytest.mark.parametrize("cut", [0, 1])
def test_claims_do_not_look_past_their_date(golden, cut):
    plan = compile_plan(deal(golden.rules, **golden.changes))
    measured = measured_of(plan, golden.people, golden.result)
    upto = plan.labels.dates.index(plan.labels.dates[0].replace(year=2026 + cut))
    known = measured.copy()
    known[:, :, :, upto + 1 :] = np.nan
    before, after = (settle(plan, np.empty((1, 0)), seen).claim for seen in (measured, known))
    assert (before[:, :, : upto + 1] == after[:, :, : upto + 1]).all()


MORE = {
    "per_outcome": {"outcome": "job", "price": 100},
    "threshold": {"outcome": "job", "counts": "count", "at_least": 2, "pays": 1_000},
    "steps": {**SHARE, "pays": "amount", "table": BANDS},
    "ladder": {**SHARE, "pays": "amount", "nodes": CORNERS},
    "per_unit": {"outcome": "rate", "price": 100},
    "share_of_savings": {"outcome": "rate", "share": 0.3},
}
assert set(MORE) == MONOTONE <= set(RULES)


@pytest.mark.parametrize("key", MORE)
def test_one_more_success_never_lowers_the_claim(key):
    # three follow-ups with 0 to 3 successes of 3 people each, or as many units
    def so_far(counts: tuple[int, ...]) -> np.ndarray:
        plan = plans[0]
        measured = measured_of(plan, [(count, 3, 3) for count in counts], [float(count) for count in counts])
        return settle(plan, np.empty((1, 0)), measured).claim[0].sum(axis=0).cumsum()

    plans = [compile_plan(deal([{key: MORE[key]}], cohorts=[{"name": "nine", "participants": 9}]))]
    for counts in np.ndindex(3, 3, 3):
        before = so_far(counts)
        for place in range(3):
            more = [count + (place == k) for k, count in enumerate(counts)]
            assert (so_far(tuple(more)) >= before).all()


@pytest.mark.parametrize("split", [None, "by successes", "by people"])
@pytest.mark.parametrize("key", ["per_outcome", "threshold", "steps", "ladder"])
def test_order_of_cohorts_changes_nothing(key, split):
    rule = {key: MORE[key] | ({"split": split} if split else {})}
    told = NORTH_SOUTH if split else UNSPLIT
    found = claimed([rule], IN_COHORTS, **told)
    turned = claimed([rule], {0: IN_COHORTS[1], 1: IN_COHORTS[0]}, cohorts=told["cohorts"][::-1])
    assert totals(found) == totals(turned)
    # only the odd øre of a tie may change hands, as it goes to whoever is named first
    assert all(abs(found.get(place, 0) - turned.get(place, 0)) < 0.011 for place in {*found, *turned})


@pytest.mark.parametrize("name", set_of(lambda _, terms: "split" in terms, some=True))
def test_parts_of_a_split_claim_add_up_to_the_pooled_claim(name):
    golden = GOLDEN[name]
    ((key, terms),) = golden.rules[0].items()
    pooled = {key: {word: said for word, said in terms.items() if word != "split"}}
    assert totals(golden.expected) == totals(claimed([pooled], golden.people, golden.result, **UNSPLIT))


@pytest.mark.parametrize("key", ["per_outcome", "threshold", "steps", "ladder"])
def test_two_cohorts_without_a_shock_of_their_own_are_one(key):
    # exactly, for every way to share out the successes; then in law, against the binomial
    rule = {key: MORE[key]}
    for first, second in np.ndindex(4, 3):
        apart = {0: [(first, 3, 3), (0, 0, 0), (0, 0, 0)], 1: [(second, 2, 2), (0, 0, 0), (0, 0, 0)]}
        one = [(first + second, 5, 5), (0, 0, 0), (0, 0, 0)]
        assert claimed([rule], apart, **UNSPLIT) == claimed([rule], one)
    law = binom(5, 0.5).pmf(np.arange(6))
    paid = [sum(claimed([rule], [(x, 5, 5), (0, 0, 0), (0, 0, 0)]).values()) for x in range(6)]
    mean = law @ paid
    sd = np.sqrt(law @ (np.array(paid) - mean) ** 2)
    n_paths = 4_096
    for told in ({}, UNSPLIT):
        found = run(compile_plan(deal([rule], **told)), Settings(n_paths, 11, threads=1)).received[:, 0] / 100
        assert abs(found.mean() - mean) < 4 * sd / np.sqrt(n_paths)


TIMES = ("price", "pays", "amount", "total", "per_period", "limit", "below", "most", "gives")
"""Keys of amounts of money."""


def hundredfold(told: Any, key: str = "") -> Any:
    if isinstance(told, dict):
        # what an amendment sees below a goal is no money, and a share of what was measured has no amount
        return {
            k: value if k == "amend" and "price" not in value else hundredfold(value, k) for k, value in told.items()
        }
    if isinstance(told, list):
        return [hundredfold(value, key) for value in told]
    return told * 100 if key in TIMES and not isinstance(told, str) else told


@pytest.mark.parametrize("name", set_of(lambda key, _: key != "share_of_savings"))
def test_amounts_times_100_are_claims_times_100_up_to_one_minor_unit_an_invoice(name):
    golden = GOLDEN[name]
    one = claimed(golden.rules, golden.people, golden.result, **golden.changes)
    hundred = claimed(hundredfold(golden.rules), golden.people, golden.result, **golden.changes)
    assert set(one) <= set(hundred)
    # an øre of the small invoice is a hundred of the large one
    assert all(abs(hundred[place] - 100 * one.get(place, 0)) <= 100 * 0.01 + 1e-9 for place in hundred)


# Laws of chance


def test_event_of_an_uncertain_chance_happens_as_often_as_its_mean():
    # Beta(4, 6) has mean 0.4; the event is Bernoulli(0.4), and happens on paths of high chances more often
    rules = [
        {"per_outcome": {"outcome": "job", "price": 1_000}},
        {"deemed": {"outcome": "job", "price": 1, "chance": {"beta": [4, 6]}, "rate": 0.6, "payer": "state"}},
    ]
    plan = compile_plan(deal(rules))
    names = [note.name for note in plan.labels.inputs]
    assert names == ["payments[1].chance", "payments[1].event"]
    assert plan.labels.inputs[1].mean == pytest.approx(0.4)
    n_paths = 8_192
    found = run(plan, Settings(n_paths, 5, threads=1))
    chance, event = found.inputs.T
    assert set(event) == {0.0, 1.0}
    assert abs(event.mean() - 0.4) < 4 * np.sqrt(0.24 / n_paths)
    # covariance of chance and event is the variance of the chance, 0.4 * 0.6 / 11
    products = (chance - 0.4) * (event - 0.4)
    assert abs(products.mean() - 0.24 / 11) < 4 * products.std() / np.sqrt(n_paths)
    # deemed 0.6 x 1 for five people, 3.00, where it happens, and nothing else
    assert ((found.received[:, 0] == 300) == (event == 1)).all()
    assert at_means(plan).payments.unless_value[0] == pytest.approx(0.4)


def test_certain_chance_draws_as_before():
    rule = {"deemed": {"outcome": "job", "price": 1_000, "chance": 0.3, "rate": 0.6}}
    plan = compile_plan(deal([rule]))
    assert [note.name for note in plan.labels.inputs] == ["payments[0].chance"]
    assert plan.events == ()
    assert plan.labels.inputs[0].family == "0 (70 %) or 1 (30 %)"


def near(found: np.ndarray, mean: float, sd: float) -> bool:
    return abs(found.mean() - mean) < 4 * sd / np.sqrt(found.size)


@pytest.mark.parametrize(
    ("limits", "mean"),
    [
        ([], 922_619.05),
        ([{"cap": {"total": 900_000}}], 846_502.97),
        ([{"floor": {"total": 375_000}}, {"cap": {"total": 900_000}}], 846_563.21),
    ],
)
def test_simulated_cap_and_floor_meet_the_exact_mean(limits, mean):
    told = {
        "cohorts": [{"name": "families", "participants": 25}],
        "outcomes": {
            "job": {"of": "enrolled", "success_rate": {"beta": [15.5, 5.5]}, "measured": {"on": "2026-01-01"}}
        },
    }
    rules = [{"per_outcome": {"outcome": "job", "price": 50_000}}, *limits]
    found = run(compile_plan(deal(rules, **told)), Settings(20_000, 17, threads=1)).received[:, 0] / 100
    assert near(found, mean, found.std())


def test_simulated_bands_meet_their_exact_chances():
    told = {
        "cohorts": [{"name": "families", "participants": 100}],
        "outcomes": {"job": {"of": "enrolled", "success_rate": {"beta": [13, 7]}, "measured": {"on": "2026-01-01"}}},
    }
    table = [{"from": place, "gives": k + 1} for k, place in enumerate((0.55, 0.60, 0.65, 0.70))]
    rule = {"steps": {**SHARE, "pays": "amount", "on": "last", "table": table}}
    found = run(compile_plan(deal([rule], **told)), Settings(20_000, 23, threads=1)).received[:, 0] // 100
    law = betabinom(100, 13, 7)
    chances = [0.366721, 0.168981, 0.156925, 0.125248, 0.182125]
    assert chances[0] == pytest.approx(law.sf(69), abs=5e-7)
    for band, chance in zip((4, 3, 2, 1, 0), chances, strict=True):
        assert near(found == band, chance, np.sqrt(chance * (1 - chance)))
