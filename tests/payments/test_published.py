"""Published payment schedules come out to the printed digit, from the shipped files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import betabinom, binom

from risksim.engine.run import Settings, run, run_expected
from risksim.engine.settle import Settled, settle
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import RESULT, SUM, Plan
from tests.engine.deals import shipped, shipped_plan


def settled(plan: Plan, seen: Any) -> Settled:
    """The deal settled where the result, or the verified number of each outcome, is the same at every follow-up."""
    measured = np.zeros((1, plan.cohorts.places.size, plan.measures.outcome.size, len(plan.labels.dates)))
    for m, (k, statistic) in enumerate(zip(plan.measures.outcome, plan.measures.statistic, strict=True)):
        at = plan.measures.measured_in[m] == 1
        if statistic == RESULT:
            measured[0, 0, m] = np.where(at, seen, np.nan)
        else:
            measured[0, 0, m, at] = seen[k] if statistic == SUM else plan.cohorts.places[0]
    return settle(at_means(plan), np.empty((1, 0)), measured)


def test_aarhus_table():
    plan = shipped_plan("aarhus-table.yaml")
    found = run_expected(at_means(plan))
    assert (found.drawn[0, 0], found.received[0, 0]) == (1_593_356_200, 1_802_100_000)
    assert found.irr[0, 0] == pytest.approx(0.158077, abs=5e-7)
    assert round(found.npv[0, 0, 0]) == 2_087_438
    assert round(found.npv[0, 0, 1]) == 1_349_334
    net = (found.flow[0, 1:].sum(axis=0) - found.flow[0, 0]) // 100
    dated = dict(zip((int(month) for month in plan.calendar.month), net.tolist(), strict=True))
    table = {6: -1_010_445, 12: -230_445, 18: -999_445, 24: -552_445, 36: 53_109, 48: 3_109, 60: 4_824_000}
    assert {month: amount for month, amount in dated.items() if amount} == table
    fund = found.flow[0, 2].sum() / found.flow[0, 1:].sum()
    assert fund == pytest.approx(0.338106, abs=5e-7)


@pytest.mark.parametrize(
    ("file", "rate", "first", "fourth"),
    [
        ("newpin-line", 0.55, 5.0, 3.0),
        ("newpin-line", 0.60, 7.5, 7.5),
        ("newpin-line", 0.65, 12.0, 12.0),
        ("newpin-line", 0.70, 15.0, 15.0),
        ("newpin-line", 0.6156, 8.904, 8.904),
        ("newpin-line", 0.6517, 12.153, 12.153),
        ("newpin-line", 0.54, 5.0, 0.0),
        ("newpin-steps", 0.54, 5.0, 0.0),
        ("newpin-steps", 0.55, 5.0, 3.0),
        ("newpin-steps", 0.60, 7.5, 7.5),
        ("newpin-steps", 0.6499, 7.5, 7.5),
        ("newpin-steps", 0.65, 12.0, 12.0),
        ("newpin-steps", 0.70, 15.0, 15.0),
    ],
)
def test_newpin_interest(file, rate, first, fourth):
    plan = shipped_plan(f"international/{file}.yaml")
    coupons = settled(plan, rate).claim[0, 0] / 7_000_000  # minor units: per cent of the capital
    years = {date.year: coupon for date, coupon in zip(plan.labels.dates, coupons, strict=True)}
    assert years[2014] == pytest.approx(first, abs=1e-6)
    assert years[2016] == pytest.approx(first, abs=1e-6)
    assert years[2017] == pytest.approx(fourth, abs=1e-6)


NODES = [
    (0.10, 0.0), (0.15, 0.003), (0.175, 0.042), (0.20, 0.057), (0.225, 0.067), (0.25, 0.075),
    (0.275, 0.084), (0.30, 0.091), (0.325, 0.10), (0.35, 0.107), (0.375, 0.112),
]  # fmt: skip


@pytest.mark.parametrize(("reduction", "rate"), NODES)
def test_resolve_returns_what_the_table_says(reduction, rate):
    found = settled(shipped_plan("international/resolve.yaml"), reduction)
    # Below 15 % the coupons alone are already a small return: the payment lifts to 0 %, and never claws back.
    assert found.irr[0, 0] == pytest.approx(rate, abs=1e-8)


@pytest.mark.parametrize(
    ("reduction", "paid", "yearly"),
    [
        (0.0849, 0.0, -1.0), (0.085, 4.8e6, None), (0.0999, 4.8e6, None), (0.10, 9.6e6, 0.0), (0.11, 10.08e6, 0.012),
        (0.12, 10.176e6, 0.015), (0.125, 10.272e6, None), (0.13, 10.368e6, 0.019), (0.16, 10.944e6, 0.033),
        (0.20, 11.712e6, 0.051), (0.5, 11.712e6, 0.051),
    ],
)  # fmt: skip
def test_rikers_city_payments_and_the_returns_they_give(reduction, paid, yearly):
    found = settled(shipped_plan("international/rikers.yaml"), reduction)
    assert found.received[0, 0] == paid * 100
    if yearly is not None:
        assert found.irr[0, 0] == pytest.approx(yearly, abs=6e-4)


@pytest.mark.parametrize(("success", "paid"), [(32, 0), (33, 1.11e9), (41, 1.11e9), (42, 1.3875e9), (100, 1.3875e9)])
def test_seoul_pays_by_two_thresholds(success, paid):
    found = settled(shipped_plan("international/seoul.yaml"), [success])
    assert found.received[0, 0] == paid


@pytest.mark.parametrize(
    ("rate", "correlation", "principal", "reward"),
    [
        (0.3, 0.0, 0.289, 0.0072), (0.4, 0.0, 0.9385, 0.3775), (0.5, 0.0, 0.9998, 0.9557),
        (0.4, 0.05, 0.7215, 0.4396), (0.5, 0.05, 0.9219, 0.7500),
    ],
)  # fmt: skip
def test_seoul_thresholds_are_reached_as_often_as_the_exact_law_says(rate, correlation, principal, reward):
    both = 1.0 / correlation - 1.0 if correlation else 0.0
    law = betabinom(100, rate * both, (1 - rate) * both) if correlation else binom(100, rate)
    assert (law.sf(32), law.sf(41)) == pytest.approx((principal, reward), abs=1e-3)
    said = {"beta": [rate * both, (1 - rate) * both]} if correlation else rate
    deal = shipped("international/seoul.yaml")
    told = deal.model_dump(mode="json", by_alias=True, exclude_unset=True)
    told["outcomes"]["both"]["success_rate"] = said
    n_paths = 20_000
    received = run(compile_plan(type(deal).model_validate(told)), Settings(n_paths, 11, threads=1)).received[:, 0]
    for least, chance in ((1.11e9, principal), (1.3875e9, reward)):
        assert abs((received >= least).mean() - law.sf(32 if least < 1.2e9 else 41)) < 4 * np.sqrt(0.25 / n_paths), (
            chance
        )


def test_cameroon_pays_by_the_cured_up_to_its_cap():
    plan = shipped_plan("international/cameroon.yaml")
    assert settled(plan, [244]).received[0, 0] == 397_720_00
    assert settled(plan, [245]).received[0, 0] == 397_800_00  # 399,350 without the cap
    paid = np.array([settled(plan, [cured]).received[0, 0] / 100 for cured in range(259)])
    for rate, mean, enough in ((0.85, 357_459, 0.425), (0.90, 378_478, 0.990), (0.95, 396_260, 1.0)):
        chance = binom.pmf(np.arange(259), 258, rate)
        assert chance @ paid == pytest.approx(mean, abs=0.6)
        assert chance[paid >= 359_024].sum() == pytest.approx(enough, abs=6e-4)


def test_st_basils_card_comes_to_its_gross_and_is_cut_to_its_cap():
    counts = [322, 253, 176, 290, 271, 251, 211, 181, 292, 31, 91, 3, 101, 6, 3, 63, 43, 31, 12, 8, 7]
    found = settled(shipped_plan("international/st-basils.yaml"), counts)
    assert found.claim[0, :-1].sum() == 2_802_950_00
    assert found.received[0, 0] == 2_622_375_00


def test_capped_and_floored_beta_binomial_mean():
    # 50,000 a success of 25, cap 900,000 and floor 375,000: the exact law through the same rules
    from tests.payments.deals import claimed

    law = betabinom(25, 15.5, 5.5).pmf(np.arange(26))
    card = {"per_outcome": {"outcome": "job", "price": 50_000}}
    limits = {922_619.05: [], 846_502.97: [{"cap": {"total": 900_000}}],
              846_563.21: [{"floor": {"total": 375_000}}, {"cap": {"total": 900_000}}]}  # fmt: skip
    for mean, rules in limits.items():
        paid = [sum(claimed([card, *rules], [(x, 25, 25), (0, 0, 0), (0, 0, 0)]).values()) for x in range(26)]
        assert law @ np.array(paid) == pytest.approx(mean, abs=0.01)


def test_newpin_bands_by_their_exact_chances():
    # 100 families, Beta(13, 7): the chance of each band, counted in whole numbers
    from tests.payments.deals import claimed

    bands = [
        {"from": 0.55, "gives": 1},
        {"from": 0.60, "gives": 2},
        {"from": 0.65, "gives": 3},
        {"from": 0.70, "gives": 4},
    ]
    rule = {"steps": {"outcome": "job", "counts": "share", "unmeasured": "failure", "pays": "amount", "on": "last",
                      "table": bands}}  # fmt: skip
    law = betabinom(100, 13, 7).pmf(np.arange(101))
    chances = np.zeros(5)
    for x in range(101):
        chances[int(sum(claimed([rule], [(x, 100, 100), (0, 0, 0), (0, 0, 0)]).values()))] += law[x]
    assert chances[::-1] == pytest.approx([0.366721, 0.168981, 0.156925, 0.125248, 0.182125], abs=5e-7)
