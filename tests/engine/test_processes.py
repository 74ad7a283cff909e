"""Lives in a run: the same bits however it is cut, untouched by what does not concern them, and right on average."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from risksim.engine.expected import expected_people
from risksim.engine.replay import replay
from risksim.engine.run import Settings, draw_block, run, run_expected
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import Plan
from tests.engine.deals import deal
from tests.engine.processes import EVERY_KIND, EVERY_RULE, every_kind
from tests.engine.test_run import differences

SEED = 20_250_101


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(every_kind())


def made(plan: Plan, paths: int = 700, **settings: Any) -> Any:
    return run(plan, Settings(paths, **{"seed": SEED, "threads": 1, "block": 256, **settings}))


@pytest.mark.parametrize(("threads", "block"), [(1, 512), (2, 256), (4, 1_024), (0, 0)])
def test_lives_have_the_same_bytes_for_any_threads_and_block(plan, threads, block):
    assert differences(made(plan), made(plan, threads=threads, block=block)) == []


@pytest.mark.parametrize("first", [1, 64, 300])
def test_lives_can_start_at_any_path(plan, first):
    whole = made(plan, first + 100)
    assert differences(whole, made(plan, 100, first_path=first), start=first, paths=100) == []


def test_lives_stay_when_more_paths_are_run(plan):
    assert differences(made(plan, 700), made(plan, 100), paths=100) == []


@pytest.mark.parametrize("path", [0, 1, 63, 64, 499])
def test_a_replay_of_lives_equals_that_path_of_the_run(plan, path):
    whole, alone = made(plan, 500), replay(plan, SEED, path)
    for name in set(whole._fields) - {"weight"}:
        field, again = getattr(whole, name), getattr(alone.results, name)
        assert again.tobytes() == field[path : path + 1].tobytes(), name
    _, measured, _ = draw_block(plan, Settings(seed=SEED), path, 1)
    assert alone.measured.tobytes() == measured.tobytes()


def test_a_replay_of_lives_equals_the_run_beyond_32_bits(plan):
    path = 2**40 + 17
    whole, alone = made(plan, 1, first_path=path), replay(plan, SEED, path)
    for name in whole._fields:
        assert getattr(alone.results, name).tobytes() == getattr(whole, name).tobytes(), name


def test_people_of_a_replay_add_up_to_its_head_counts(plan):
    for path in (0, 77):
        again, first = replay(plan, SEED, path), plan.outcomes.first_row
        for c, cohort in enumerate(again.cohorts):
            found = again.results.headcount[0, c, 4::2].tolist()
            assert found == [
                int((cohort.worth[first[k] : first[k + 1]] > 0.0).sum()) for k in range(len(plan.labels.outcomes))
            ]


# What does not concern people leaves them as they are

PLAIN = deal().model_dump(mode="json", by_alias=True, exclude_unset=True)


def paths_of(outcomes: dict[str, Any], payments: list[Any]) -> Any:
    plan = compile_plan(deal(outcomes=outcomes, payments=payments))
    return plan, made(plan, 300)


def heads_of(plan: Plan, found: Any, names: list[str]) -> Any:
    places = [4 + 2 * plan.labels.outcomes.index(name) for name in names]
    columns = [0, 1, 2, 3, *(column for place in places for column in (place, place + 1))]
    return found.headcount[:, :, columns]


@pytest.mark.parametrize(
    "added",
    [
        {"open": {"of": "enrolled", "success_rate": 1, "measured": {"after_enrolment": "0 months"}},
         "gated": {"of": "enrolled", "after": "open", "success_rate": 0.4, "measured": {"at": "completion"}}},
        {name: EVERY_KIND[name] for name in ("blood sugar", "cut", "mastery", "services", "steady")},
        {"again": {"of": "enrolled", "success_rate": 0.4, "persistence": 0.3,
                   "measured": {"after_enrolment": ["1 months", "4 months"]}}},
    ],
    ids=["gate", "kinds", "again"],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False], ids=["above", "below"])
def test_another_outcome_changes_nothing_of_plain_ones(added, first):
    names = list(PLAIN["outcomes"])
    plain, counted = paths_of(PLAIN["outcomes"], PLAIN["payments"])
    more = added | PLAIN["outcomes"] if first else PLAIN["outcomes"] | added
    both, lived = paths_of(more, PLAIN["payments"])
    assert plain.processes is None
    assert both.processes is not None
    assert heads_of(plain, counted, names).tobytes() == heads_of(both, lived, names).tobytes()
    assert set(differences(counted, lived)) <= {"headcount", "inputs"}  # which hold what was added


def test_one_more_process_changes_nothing_of_the_others():
    names = list(EVERY_KIND)
    few, before = paths_of(EVERY_KIND, EVERY_RULE)
    extra = {
        "unlike": {"of": "enrolled", "after": "job", "success_rate": 0.5, "measured": {"after_enrolment": "9 months"}}
    }
    more, after = paths_of(extra | EVERY_KIND, EVERY_RULE)
    assert heads_of(few, before, names).tobytes() == heads_of(more, after, names).tobytes()
    assert differences(before, after) == ["headcount"]


def test_a_gate_that_is_always_open_changes_nothing():
    outcomes = {
        "open": {"of": "enrolled", "success_rate": 1, "measured": {"after_enrolment": "0 months"}},
        "never": {"of": "enrolled", "success_rate": 0, "measured": {"after_enrolment": "0 months"}},
    }
    gated = {
        name: told | ({"after": "open"} if k % 2 else {"unless": "never"})
        for k, (name, told) in enumerate(PLAIN["outcomes"].items())
    }
    _, without = paths_of(PLAIN["outcomes"] | outcomes, PLAIN["payments"])
    _, behind = paths_of(gated | outcomes, PLAIN["payments"])
    assert differences(without, behind) == []


def test_prices_change_money_and_nobody_s_life():
    def doubled(rule: Any) -> Any:
        ((key, terms),) = rule.items()
        dearer = dict(terms)
        for word in ("price", "pays", "most"):
            if word in dearer:
                dearer[word] *= 2
        if key == "per_person":
            dearer["prices"] = {"home": 9_000.5, "job": {"uniform": [4_000, 6_000]}}
        return {key: dearer}

    few, before = paths_of(EVERY_KIND, EVERY_RULE)
    more, after = paths_of(EVERY_KIND, [doubled(rule) for rule in EVERY_RULE])
    assert before.headcount.tobytes() == after.headcount.tobytes()
    assert (before.claim != after.claim).any()
    for path in (0, 200):
        first, second = replay(few, SEED, path), replay(more, SEED, path)
        for one, other in zip(first.cohorts, second.cohorts, strict=True):
            assert [field.tobytes() for field in one] == [field.tobytes() for field in other]


# Expected values only

CHAIN = {
    "job": {"of": "completers", "success_rate": 0.5, "measured": {"after_completion": "1 months"}},
    "kept": {"of": "earlier", "after": "job", "success_rate": 0.6, "measured": {"after_completion": "4 months"}},
}


def test_expected_values_do_not_depend_on_the_seed_and_are_those_of_many_paths():
    plan = at_means(compile_plan(every_kind()))
    expected = expected_people(plan)
    assert expected.tobytes() == expected_people(plan).tobytes()
    _, measured, _ = draw_block(plan, Settings(seed=5), 0, 4_096)
    filled = np.minimum(plan.cohorts.ratio_value, 1.0)[:, None, None]
    # both are means of 4,096 futures; where places are filled in part, a path rounds down to whole people
    error = np.sqrt(2.0 / 4_096) * measured.std(axis=0)
    whole = plan.cohorts.places[:, None, None] * filled
    rounded = measured.mean(axis=0) * whole / np.floor(whole + 1e-9)
    assert (np.abs(rounded - expected[0]) <= 4.5 * error + 1e-9).all()  # the largest of several hundred differences


def test_people_of_expected_values_are_divisible():
    # seven places of which 0.65 are filled are 4.55 people, not 4
    cohorts = [
        {"name": "few", "participants": 7, "enrolment": {"window": "1 months", "ratio": {"uniform": [0.5, 0.8]}}}
    ]
    payments = [{"per_outcome": {"outcome": name, "price": 1_000}} for name in CHAIN]
    plan = at_means(compile_plan(deal(cohorts=cohorts, outcomes=CHAIN, payments=payments)))
    found = expected_people(plan).sum(axis=(0, 1, 3))
    for number, chance in zip(found, (0.5, 0.3), strict=True):
        error = 0.65 * math.sqrt(7 * chance * (1.0 - chance) / 4_096)
        assert abs(number - 4.55 * chance) <= 4.0 * error
    claims = run_expected(plan).claim.sum(axis=(0, 2))
    assert claims == pytest.approx(100 * 1_000 * found, abs=len(plan.labels.dates))
