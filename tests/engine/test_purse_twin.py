"""Public money against its slow twin, to the minor unit: whole paths, and people given by chance."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import numpy as np
import pytest

from risksim.engine.purse import purse_ledger, run_purse
from risksim.engine.purse_counts import Counted
from risksim.engine.purse_money import reckon_line
from risksim.engine.run import Settings, run
from risksim.plan.compile import compile_plan
from risksim.plan.layout import ABLE, ACHIEVED, FINISHED, FIRST, IS_COST, JOINED, Plan
from risksim.scenario.base import value_of
from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal
from tests.reference import twin, twin_purse
from tests.reference.twin_purse import SECTORS, Ledger, Life

CERTAIN = {"volume": 1, "cashable": 0.5}

LADDER: dict[str, Any] = {
    "price_year": 2024,
    "index": {2020: 98.7, 2024: 113.3},
    "overlap": {"share": 0.3, "programmes": 3},
    "consequences": {
        "benefits": {
            **CERTAIN,
            "outcome": "job",
            "saved": 1,
            "price": 131_313.13,
            "price_year": 2020,
            "kind": "transfer",
            "lasts": 4,
            "evidence": 2,
            "decay": 0.13,
            "unserved": 0.07,
            "bears": {"refund": "refund-ladder", "weeks": 11},
        },
        "nights": {
            **CERTAIN,
            "outcome": ["well", "home"],
            "saved": 41,
            "price": 1_503.38,  # no tenth of 41 x 1,503.38 ends in half a minor unit, where fractions and floats part
            "by_year": [1, 0.7, 0.4, 0.2, 0.1],
            "lasts": 5,
            "decay": 0,
            "bears": {"municipality": 0.37, "region": 0.41, "state": 0.22},
        },
    },
    "during": {"hours": {"saved": -37, "price": 411.07, "cashable": 0.3, "bears": "region"}},
    "costs": {
        "course": {"amount": 9_399.99, "per": "completer", "bears": {"municipality": 0.7, "state": 0.3}},
        "rent": {"amount": 958_000.01, "by_year": {2025: 1, 2026: 0.5, 2027: 0.25}},
        "usual": {"amount": 77_777.77, "by_year": {2025: 1}, "instead": True, "bears": "state"},
    },
}

SOCIETY: dict[str, Any] = {
    "calculation": "socio-economic",
    "consequences": {
        "home": {
            **CERTAIN,
            "outcome": "home",
            "counts": "while met",
            "saved": 33.3,
            "price": 733.33,
            "bears": {"municipality": 0.5, "state": 0.5},
        },
        "benefits": {
            **CERTAIN,
            "outcome": "job",
            "saved": 1,
            "price": 131_313.13,
            "kind": "transfer",
            "lasts": 2,
            "decay": 0,
            "bears": "state",
        },
        "worse": {
            **CERTAIN,
            "outcome": "late",
            "saved": -3.7,
            "price": 991.77,
            "lasts": 3,
            "decay": 0.5,
            "evidence": 1,
            "bears": {"refund": "refund-ladder", "weeks": 30},
        },
    },
    "costs": {"course": {"amount": 1_234.56, "per": "participant"}},
}

DRAWN: dict[str, Any] = {
    "together": 0.3,
    "overlap": {"share": {"uniform": [0.1, 0.4]}, "by": "priority", "rank": 2},
    "refunds_apply": False,
    "consequences": {
        "support": {
            "outcome": "well",
            "saved": {"uniform": [10, 30]},
            "price": {"uniform": [900, 1_900]},
            "volume": {"uniform": [0.3, 2]},
            "decay": {"uniform": [0, 0.3]},
            "cashable": {"uniform": [0.2, 0.9]},
            "unserved": {"uniform": [0, 0.2]},
            "lasts": 6,
            "evidence": 3,
            "bears": {"refund": "refund-ladder"},
        },
        "nights": {
            "outcome": "home",
            "saved": 12,
            "price": {"uniform": [900, 1_900]},
            "volume": {"uniform": [0.3, 2]},
            "decay": 0.1,
            "cashable": 1,
            "lasts": 3,
            "bears": {"municipality": 0.6, "state": 0.4},
        },
    },
    "costs": {"course": {"amount": {"uniform": [5_000, 9_000]}, "per": "participant", "bears": "region"}},
}
"""Everything that may be uncertain is, and no refund applies."""


def with_public(public: dict[str, Any]) -> Scenario:
    return deal(public=public)


def ledger_of(plan: Plan, money: dict[str, Any]) -> dict[str, dict[tuple[str, int, str], int]]:
    """Amounts other than zero by line, year and sector: int64[line, sector, year] of gross, net and cash."""
    assert plan.purse is not None
    return {
        kind: {
            (plan.purse.names[line], plan.purse.years[year], SECTORS[sector]): int(amounts[line, sector, year])
            for line, sector, year in zip(*np.nonzero(amounts), strict=True)
        }
        for kind, amounts in money.items()
    }


def check(plan: Plan, found: dict[str, Any], expected: Ledger) -> None:
    """All money of a path, to the minor unit."""
    told = ledger_of(plan, found)
    for kind, amounts in told.items():
        same = {key: amount for key, amount in getattr(expected, kind).items() if amount}
        assert amounts == same, kind
        assert amounts


# Whole paths: the lives of the other twin


def period_after(plan: Plan, day: dt.date) -> dt.date | None:
    return next((date for date in plan.labels.dates if date >= day), None)


def lives_of(scenario: Scenario, plan: Plan, seed: int, path: int) -> list[Life]:
    lives = []
    for person in twin.run_path(scenario, seed, path).persons:
        duration = next(int(value_of(each.duration)) for each in scenario.cohorts if each.name == person.cohort)
        life = Life(joined=period_after(plan, twin.day_of(scenario.start_date, person.enrolled)))
        if person.left is None:
            life.finished = period_after(plan, twin.day_of(scenario.start_date, person.enrolled + duration))
        for outcome, fate in person.fates.items():
            day = fate.measured_on
            if day is None and fate.measured_month is not None:
                day = twin.day_of(scenario.start_date, fate.measured_month)
            counted = twin.first_follow_up(scenario, day)
            if fate.met and counted is not None:
                life.met[outcome] = [counted]
        lives.append(life)
    return lives


@pytest.mark.parametrize("path", [0, 77])
@pytest.mark.parametrize("public", [LADDER, SOCIETY, DRAWN], ids=["ladder", "society", "drawn"])
def test_whole_paths_are_those_of_the_twin_to_the_minor_unit(public, path):
    # Nothing says what would have happened anyway, so that net is what overlaps and unserved leave of gross.
    scenario = with_public(public)
    plan = compile_plan(scenario)
    ledger = purse_ledger(plan, Settings(seed=9), path)
    drawn = dict(zip((note.name for note in plan.purse.notes), ledger.purse.inputs[0].tolist(), strict=True))
    lives = lives_of(scenario, plan, 9, path)
    expected = twin_purse.reckon(scenario, lives, twin.follow_ups(scenario), drawn)
    check(plan, {"gross": ledger.gross, "net": ledger.net, "cash": ledger.cash}, expected)
    for line, name in enumerate(plan.purse.names):
        several = not isinstance(getattr(public["consequences"].get(name), "outcome", ""), str)
        if name in expected.beyond and not several:
            assert ledger.purse.beyond[0, line] == expected.beyond[name]


# Runs


@pytest.mark.parametrize("engine", ["individual", "conditional"])
def test_a_run_of_the_public_purse_has_the_bits_of_a_plain_run_and_the_same_in_any_block(engine):
    scenario = with_public(DRAWN | {"anyway": {"well": {"beta": [4, 6]}}})
    plan, settings = compile_plan(scenario), Settings(paths=600, seed=3, engine=engine, keep_claims=False)
    plain = run(compile_plan(deal()), settings)
    results, purse = run_purse(plan, settings)
    for name in plain._fields:
        np.testing.assert_array_equal(getattr(results, name), getattr(plain, name), err_msg=name)
    again = run_purse(plan, settings._replace(threads=2, block=256))[1]
    part = run_purse(plan, settings._replace(first_path=450, paths=60))[1]
    for name in purse._fields:
        np.testing.assert_array_equal(getattr(purse, name), getattr(again, name), err_msg=name)
        np.testing.assert_array_equal(getattr(purse, name)[450:510], getattr(part, name), err_msg=name)
    assert (purse.payment.sum(axis=(1, 2)) == plain.repayment.sum(axis=(1, 2))).all()
    costs = plan.purse.lines.kind >= IS_COST
    assert (purse.net.sum(axis=(1, 2)) == purse.line_net[:, ~costs].sum(axis=1)).all()


def test_refunds_move_money_of_a_run_between_municipality_and_state_only():
    with_refunds = run_purse(compile_plan(with_public(DRAWN | {"refunds_apply": True})), Settings(paths=300))[1]
    without = run_purse(compile_plan(with_public(DRAWN)), Settings(paths=300))[1]
    for name in ("gross", "net", "cash", "cost"):
        on, off = getattr(with_refunds, name), getattr(without, name)
        # Municipality, region, state: what the first gains without refunds is what the last loses.
        assert (off[:, 0] - on[:, 0] == on[:, 2] - off[:, 2]).all()
        assert (off[:, 1] == on[:, 1]).all()
    assert (with_refunds.gross != without.gross).any()
    assert (with_refunds.line_net == without.line_net).all()


# People by chance, with and without the programme


def random_lives(scenario: Scenario, plan: Plan, rng: random.Random, n: int = 60) -> list[Life]:
    dates = twin.follow_ups(scenario)
    first, period = plan.outcomes.first_row, plan.outcomes.period_of_month
    seen = [sorted({plan.labels.dates[t] for t in period[row].tolist() if t >= 0}) for row in first[:-1]]
    lives = []
    for _ in range(n):
        life = Life(joined=rng.choice(dates[:5]), finished=rng.choice([None, *dates[3:9]]))
        for outcome, days in zip(scenario.personal, seen, strict=True):
            fate = rng.random()
            # A person meets it, would have met it anyway, both at the same time, or neither.
            when = sorted(rng.sample(days, min(len(days), rng.randint(1, 3))))
            if fate < 0.6:
                life.met[outcome] = when
            if 0.3 < fate < 0.7:
                life.without[outcome] = when
        lives.append(life)
    return lives


def counted_from(plan: Plan, scenario: Scenario, lives: list[Life]) -> Counted:
    """The same people as the engine counts them."""
    assert plan.purse is not None
    purse, dates = plan.purse, list(plan.labels.dates)
    gross = np.zeros((1, purse.meters.outcome.size, len(dates)))
    net = np.zeros_like(gross)
    for m, (k, statistic) in enumerate(zip(purse.meters.outcome, purse.meters.statistic, strict=True)):
        for life in lives:
            if statistic in (JOINED, FINISHED):
                day = life.joined if statistic == JOINED else life.finished
                if day is not None:
                    gross[0, m, dates.index(day)] += 1
                    net[0, m, dates.index(day)] += 1
            elif statistic in (FIRST, ACHIEVED):
                outcome = plan.labels.outcomes[k]
                for sign, met in ((1, life.met.get(outcome, [])), (-1, life.without.get(outcome, []))):
                    for day in met[:1] if statistic == FIRST else met:
                        gross[0, m, dates.index(day)] += sign == 1
                        net[0, m, dates.index(day)] += sign
            else:
                assert statistic == ABLE
    claimed = np.zeros((2, 1, purse.lines.kind.size, len(purse.years)))
    for line, name in enumerate(purse.names):
        said = scenario.public.consequences.get(name)
        if said is None or isinstance(said.outcome, str):
            continue
        for life in lives:
            for signs, met in (((1, 1), life.met), ((0, -1), life.without)):
                for (year, _), much in twin_purse.claims(scenario, said, twin_purse.Fraction(0), met, dates):
                    claimed[:, 0, line, year - purse.years[0]] += np.array(signs) * float(much)
    empty, people = np.empty((1, 0)), np.zeros((1, len(plan.labels.outcomes)))
    return Counted(
        inputs=empty,
        measured=empty,
        headcount=np.empty((1, 0), np.int32),
        stops=None,
        planned=None,
        own=empty,
        gross=gross,
        net=net,
        claimed_gross=claimed[0],
        claimed_net=claimed[1],
        attributable=people,
        anyway=people,
    )


@pytest.mark.parametrize("public", [LADDER, SOCIETY], ids=["ladder", "society"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_given_people_are_worth_what_the_twin_says(public, seed):
    scenario = with_public(public)
    plan = compile_plan(scenario)
    lives = random_lives(scenario, plan, random.Random(seed))
    counted = counted_from(plan, scenario, lives)
    expected = twin_purse.reckon(scenario, lives, twin.follow_ups(scenario))
    reckoned = [reckon_line(plan, counted, line) for line in range(len(plan.purse.names))]
    found = {kind: np.array([getattr(each, kind)[..., 0] for each in reckoned]) for kind in ("gross", "net", "cash")}
    check(plan, found, expected)
    for name, each in zip(plan.purse.names, reckoned, strict=True):
        if name in expected.beyond:
            assert each.beyond[0] == expected.beyond[name] != 0
