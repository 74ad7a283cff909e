"""Five participants, three yearly follow-ups, pencil: what every rule claims, worked in the comments, to the øre."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from risksim.kernels.changes import waits
from risksim.kernels.payments import claims, still_open
from risksim.plan.compile import compile_plan
from risksim.scenario.payments import RULES, key_of
from tests.kernels.forms import python_of
from tests.payments.deals import claimed, deal, measured_of

# verified, measured, eligible at each of three follow-ups; five people in all
PEOPLE = [(1, 1, 2), (2, 2, 2), (0, 1, 1)]
M, S, R = "municipality", "state", "region"
Y1, Y2, Y3 = "2026-01", "2027-01", "2028-01"
JOBS = {"per_outcome": {"outcome": "job", "price": 1_000}}
"""1,000 and 2,000."""


class Golden(NamedTuple):
    """Rules, what was measured, and every claim that is not nothing."""

    rules: list[dict[str, Any]]
    expected: dict[tuple[int, str, str], float]
    people: Any = PEOPLE
    result: Any = None
    changes: dict[str, Any] = {}  # noqa: RUF012 - never changed


NORTH_SOUTH = {
    "cohorts": [
        {"name": "north", "participants": 3, "payer": "region"},
        {"name": "south", "participants": 2, "payer": "state"},
    ]
}
IN_COHORTS = {0: [(1, 2, 2), (1, 1, 1), (0, 0, 0)], 1: [(0, 1, 1), (1, 1, 1), (0, 0, 0)]}
"""North verified 1, 1, 0 of 2, 1, 0; south 0, 1, 0 of 1, 1, 0."""
UNSPLIT = {"cohorts": [{"name": "north", "participants": 3}, {"name": "south", "participants": 2}]}
BANDS = [{"from": 0.5, "gives": 300}, {"from": 0.6, "gives": 900}]
CORNERS = [{"at": 0.4, "gives": 100}, {"at": 0.6, "gives": 500}]
SHARE = {"outcome": "job", "counts": "share", "unmeasured": "failure"}
"""Shares so far: 1 of 2, 3 of 4, 3 of 5."""
REBASE = {"baseline": "rate", "assumed": 0.4, "rules": ["job"]}
AMEND = {"on": "2026-01-01", **SHARE, "rules": ["job"]}
LATE = {"outcomes": {
    "job": {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "12 months"}},
    "rate": {"result": [{"on": "2027-01-01", "value": 0.5}]},
}}  # fmt: skip
"""The baseline is known at the second follow-up."""

GOLDEN = {
    # 1 x 1,000 and 2 x 1,000
    "per_outcome": Golden([JOBS], {(0, M, Y1): 1_000, (0, M, Y2): 2_000}),
    # 2.5 x 10; nothing below zero; 0.333 x 10
    "per_unit": Golden(
        [{"per_unit": {"outcome": "rate", "price": 10}}], {(0, M, Y1): 25, (0, M, Y3): 3.33}, result=[2.5, -3.0, 0.333]
    ),
    # 40 % of 1,000 and of 12.34 = 4.936
    "share_of_savings": Golden(
        [{"share_of_savings": {"outcome": "rate", "share": 0.4}}],
        {(0, M, Y1): 400, (0, M, Y3): 4.94},
        result=[1_000.0, -50.0, 12.34],
    ),
    # no method is agreed: 2, 2 and 1 people at 60 % of 1,000, and nothing by measurement
    "deemed": Golden(
        [JOBS, {"deemed": {"outcome": "job", "price": 1_000, "chance": 1, "rate": 0.6, "payer": S}}],
        {(1, S, Y1): 1_200, (1, S, Y2): 1_200, (1, S, Y3): 600},
    ),
    "fixed": Golden(
        [{"fixed": {"amounts": [{"on": "2025-06-30", "amount": 700}, {"on": "2028-01-01", "amount": 0.5}]}}],
        {(0, M, "2025-06"): 700, (0, M, Y3): 0.5},
    ),
    # every 18 months from 2025-04-01: 2025-04, 2026-10, 2028-04; the last is after `until`
    "standing": Golden(
        [{"standing": {"every": "18 months", "amount": 40, "first": "2025-04-01", "until": "2028-03-31"}}],
        {(0, M, "2025-04"): 40, (0, M, "2026-10"): 40},
    ),
    # verified so far 1, 3, 3; the goal of 3 is reached twice
    "threshold": Golden(
        [{"threshold": {"outcome": "job", "counts": "count", "at_least": 3, "pays": 900}}],
        {(0, M, Y2): 900, (0, M, Y3): 900},
    ),
    # 1/2 reaches 0.5, 3/4 and 3/5 reach 0.6
    "steps": Golden(
        [{"steps": {**SHARE, "pays": "amount", "table": BANDS}}], {(0, M, Y1): 300, (0, M, Y2): 900, (0, M, Y3): 900}
    ),
    # halfway between 0.4 and 0.6 is 300; beyond 0.6 it is 500
    "ladder": Golden(
        [{"ladder": {**SHARE, "pays": "amount", "nodes": CORNERS}}],
        {(0, M, Y1): 300, (0, M, Y2): 500, (0, M, Y3): 500},
    ),
    # 1,000 + 2,000 is 500 more than 2,500
    "cap": Golden([JOBS, {"cap": {"total": 2_500}}], {(0, M, Y1): 1_000, (0, M, Y2): 2_000, (1, M, Y2): -500}),
    # 3,000 so far, 4,000 promised
    "floor": Golden(
        [JOBS, {"floor": {"total": 4_000, "payer": R}}], {(0, M, Y1): 1_000, (0, M, Y2): 2_000, (1, R, Y3): 1_000}
    ),
    # the municipality has 1,750: 1,000, then 750 of 2,000
    "fund": Golden(
        [JOBS, {"fund": {"payer": M, "limit": 1_750, "otherwise": S}}],
        {(0, M, Y1): 1_000, (0, M, Y2): 2_000, (1, M, Y2): -1_250, (1, S, Y2): 1_250},
    ),
    # 0.5 instead of 0.4: 1 - 0.1 / 0.4 = 0.75; from 2027 on 2 x 750
    "rebase": Golden(
        [JOBS, {"rebase": REBASE}], {(0, M, Y1): 1_000, (0, M, Y2): 1_500}, result=[None, 0.5, None], changes=LATE
    ),
    # the first 1,000 becomes 750: 250 are set off against the 1,500 of 2027
    "rebase, earlier claims too": Golden(
        [JOBS, {"rebase": REBASE | {"retroactive": True}}],
        {(0, M, Y1): 1_000, (0, M, Y2): 1_500, (1, M, Y2): -250},
        result=[None, 0.5, None],
        changes=LATE,
    ),
    # 0.28 instead of 0.4: 1 + 0.12 / 0.4 = 1.3; 300 more for the first, and 2 x 1,300
    "rebase upwards, earlier claims too": Golden(
        [JOBS, {"rebase": REBASE | {"retroactive": True}}],
        {(0, M, Y1): 1_000, (0, M, Y2): 2_600, (1, M, Y2): 300},
        result=[None, 0.28, None],
        changes=LATE,
    ),
    # nothing falls due in 2027: 750 becomes the due of 2026, so 250 wait for the 1 x 750 of 2028
    "rebase, set off later": Golden(
        [JOBS, {"rebase": REBASE | {"retroactive": True}}],
        {(0, M, Y1): 1_000, (0, M, Y3): 750, (1, M, Y3): -250},
        people=[(1, 1, 2), (0, 0, 2), (1, 1, 1)],
        result=[None, 0.5, None],
        changes=LATE,
    ),
    # nothing falls due afterwards: the 250 are never paid back
    "rebase, nothing to set off against": Golden(
        [JOBS, {"rebase": REBASE | {"retroactive": True}}],
        {(0, M, Y1): 1_000},
        people=[(1, 1, 2), (0, 0, 2), (0, 1, 1)],
        result=[None, 0.5, None],
        changes=LATE,
    ),
    # paid three months late: the claim of 2026 was paid in 2026-04 and is set off in 2027-04, the first date with a due
    "rebase, with a lag": Golden(
        [
            {"per_outcome": {"outcome": "job", "price": 1_000, "lag": "3 months"}},
            {"rebase": REBASE | {"retroactive": True}},
        ],
        {(0, M, "2026-04"): 1_000, (0, M, "2027-04"): 1_500, (1, M, "2027-04"): -250},
        result=[None, 0.5, None],
        changes=LATE,
    ),
    # the cap left 100 of the first 1,000; at 750 it is 250 less, but only 100 were paid and come back
    "rebase, no more than was paid": Golden(
        [
            JOBS,
            {"cap": {"per_period": 100}},
            {"rebase": REBASE | {"retroactive": True}},
            {"fixed": {"amounts": [{"on": "2027-01-01", "amount": 1}]}},
        ],
        {(0, M, Y1): 1_000, (1, M, Y1): -900, (0, M, Y3): 750, (1, M, Y3): -650, (2, M, Y3): -100, (3, M, Y2): 1},
        people=[(1, 1, 2), (0, 0, 2), (1, 1, 1)],
        result=[None, 0.5, None],
        changes=LATE,
    ),
    # a difference of 0.05 is within the tolerance
    "rebase, within the tolerance": Golden(
        [JOBS, {"rebase": REBASE}], {(0, M, Y1): 1_000, (0, M, Y2): 2_000}, result=[None, 0.45, None], changes=LATE
    ),
    # 1 - 0.4 / 0.4 = 0 is raised to 0.5
    "rebase, at its least": Golden(
        [JOBS, {"rebase": REBASE}], {(0, M, Y1): 1_000, (0, M, Y2): 1_000}, result=[None, 0.8, None], changes=LATE
    ),
    # the goal of 0.5 becomes 0.5 + 0.5 x (0.5 - 0.4) = 0.55, and from 2027 on 3/4 and 3/5 reach it
    "rebase, of goals": Golden(
        [
            {"threshold": {**SHARE, "at_least": 0.5, "pays": 900}},
            {"rebase": REBASE | {"changes": "goal", "strength": 0.5}},
        ],
        {(0, M, Y1): 900, (0, M, Y2): 900, (0, M, Y3): 900},
        result=[None, 0.5, None],
        changes=LATE,
    ),
    # 0.5 + 0.1 = 0.6: 3/5 reaches it exactly; 0.5 + 0.11 = 0.61: it does not
    "rebase, of goals, to the share itself": Golden(
        [{"threshold": {**SHARE, "at_least": 0.5, "pays": 900}}, {"rebase": REBASE | {"changes": "goal"}}],
        {(0, M, Y1): 900, (0, M, Y2): 900, (0, M, Y3): 900},
        result=[None, 0.5, None],
        changes=LATE,
    ),
    "rebase, of goals, past the share": Golden(
        [{"threshold": {**SHARE, "at_least": 0.5, "pays": 900}}, {"rebase": REBASE | {"changes": "goal"}}],
        {(0, M, Y1): 900, (0, M, Y2): 900},
        result=[None, 0.51, None],
        changes=LATE,
    ),
    # in 2026 the share is 1/2, below 0.6: from 2027 on 80 %
    "amend": Golden([JOBS, {"amend": AMEND | {"below": 0.6, "times": 0.8}}], {(0, M, Y1): 1_000, (0, M, Y2): 1_600}),
    # 1/2 is not below 0.5
    "amend, not below": Golden(
        [JOBS, {"amend": AMEND | {"below": 0.5, "times": 0.8}}], {(0, M, Y1): 1_000, (0, M, Y2): 2_000}
    ),
    # a new price, as 2 people are no fewer than 2
    "amend, a new price": Golden(
        [
            JOBS,
            {
                "amend": {
                    "on": "2026-01-01",
                    "outcome": "job",
                    "counts": "people",
                    "at_least": 2,
                    "rules": ["job"],
                    "price": 1_250.5,
                }
            },
        ],
        {(0, M, Y1): 1_000, (0, M, Y2): 2_501},
    ),
    # the lines move down by 0.15: 3/4 and 3/5 reach 0.45, as they would 0.6
    "amend, of a table": Golden(
        [
            {"steps": {**SHARE, "pays": "amount", "table": [{"from": 0.75, "gives": 900}]}},
            {"amend": AMEND | {"below": 0.6, "shift": -0.15}},
        ],
        {(0, M, Y2): 900, (0, M, Y3): 900},
    ),
    # 3,000 when two jobs are reached: north 1 and south 0 in 2026 miss it; 3 in 2027, north 2 and south 1; in 2028
    # nobody is new: equal parts
    "split": Golden(
        [
            {
                "threshold": {
                    "outcome": "job",
                    "counts": "count",
                    "at_least": 2,
                    "pays": 1_000.01,
                    "split": "by successes",
                }
            }
        ],
        # 100,001 øre by 2 : 1 are 66,667.33 and 33,333.67: the odd øre goes to the state
        {(0, R, Y2): 666.67, (0, S, Y2): 333.34, (0, R, Y3): 500.01, (0, S, Y3): 500},
        people=IN_COHORTS,
        changes=NORTH_SOUTH,
    ),
    # 1,000 for north's one; then 2,000 for one each
    "split, prices": Golden(
        [{"per_outcome": {"outcome": "job", "price": 1_000, "split": "by successes"}}],
        {(0, R, Y1): 1_000, (0, R, Y2): 1_000, (0, S, Y2): 1_000},
        people=IN_COHORTS,
        changes=NORTH_SOUTH,
    ),
    # 1,000 by 2 and 1 people are 666.67 and 333.33; 2,000 by 1 and 1
    "split, by people": Golden(
        [{"per_outcome": {"outcome": "job", "price": 1_000, "split": "by people"}}],
        {(0, R, Y1): 666.67, (0, S, Y1): 333.33, (0, R, Y2): 1_000, (0, S, Y2): 1_000},
        people=IN_COHORTS,
        changes=NORTH_SOUTH,
    ),
    # so far 1/3, 3/5, 3/5: below 0.5 it gives 90, which falls to the one success of north
    "split, steps": Golden(
        [{"steps": {**SHARE, "pays": "amount", "below": 90, "table": BANDS, "split": "by successes"}}],
        {(0, R, Y1): 90, (0, R, Y2): 450, (0, S, Y2): 450, (0, R, Y3): 450, (0, S, Y3): 450},
        people=IN_COHORTS,
        changes=NORTH_SOUTH,
    ),
    # nobody succeeds: 90 by 2 and 1 people, then by 1 and 1, then in equal parts
    "split, ladder without successes": Golden(
        [{"ladder": {**SHARE, "pays": "amount", "below": 90, "nodes": CORNERS, "split": "by successes"}}],
        {(0, R, Y1): 60, (0, S, Y1): 30, (0, R, Y2): 45, (0, S, Y2): 45, (0, R, Y3): 45, (0, S, Y3): 45},
        people={0: [(0, 2, 2), (0, 1, 1), (0, 0, 0)], 1: [(0, 1, 1), (0, 1, 1), (0, 0, 0)]},
        changes=NORTH_SOUTH,
    ),
    # north 1/2, 2/3, 2/3 gives 300, 900, 900; south 0/1, 1/2, 1/2 gives 0, 300, 300
    "steps, each cohort": Golden(
        [{"steps": {**SHARE, "pays": "amount", "table": BANDS, "over": "each cohort"}}],
        {(0, M, Y1): 300, (0, M, Y2): 1_200, (0, M, Y3): 1_200},
        people=IN_COHORTS,
        changes=UNSPLIT,
    ),
    # north 1/2 gives 300, 2/3 gives 500; south 0 gives nothing, 1/2 gives 300
    "ladder, each cohort": Golden(
        [{"ladder": {**SHARE, "pays": "amount", "nodes": CORNERS, "over": "each cohort"}}],
        {(0, M, Y1): 300, (0, M, Y2): 800, (0, M, Y3): 800},
        people=IN_COHORTS,
        changes=UNSPLIT,
    ),
}


@pytest.mark.parametrize("golden", GOLDEN.values(), ids=GOLDEN.keys())
def test_rule_claims_what_was_worked_by_hand(golden):
    found = claimed(golden.rules, golden.people, golden.result, **golden.changes)
    assert found == pytest.approx(golden.expected, abs=1e-9)


def test_every_rule_has_a_ledger_by_hand():
    worked = {key_of(rule) for golden in GOLDEN.values() for rule in deal(golden.rules, **golden.changes).payments}
    # What each person earned cannot be told from counts: the page of small deals works `per_person` by hand.
    assert worked | {"per_person"} == set(RULES)


def test_every_clause_off_is_the_plain_rate_card():
    # limits that never bind, an amendment that never happens, a rebase within its tolerance, a method that is agreed
    off = [
        {"cap": {"total": 1e9}},
        {"cap": {"per_period": 1e9}},
        {"floor": {"total": 0}},
        {"fund": {"payer": M, "limit": 1e9, "otherwise": "unpaid"}},
        {"rebase": REBASE | {"retroactive": True}},
        {"amend": AMEND | {"below": -1, "times": 0}},
        {"deemed": {"outcome": "job", "price": 1_000, "chance": 0, "rate": 1}},
    ]
    plain = claimed([JOBS], PEOPLE)
    assert claimed([JOBS, *off], PEOPLE, [0.4, 0.4, 0.4]) == plain == {(0, M, Y1): 1_000, (0, M, Y2): 2_000}


@pytest.mark.parametrize("golden", GOLDEN.values(), ids=GOLDEN.keys())
def test_claims_compiled_equal_python(golden):
    plan = compile_plan(deal(golden.rules, **golden.changes))
    measured = measured_of(plan, golden.people, golden.result)
    found = []
    for run in (claims, python_of(claims)):
        out = np.full((1, plan.payments.kind.size, len(plan.labels.dates)), 9, np.int64)
        groups = (plan.payments, plan.financing, plan.calendar.years)
        n_payers, inputs = len(plan.labels.payers), np.empty((1, 0))
        run(measured, *groups, n_payers, plan.minor_units, inputs, out, plan.changes, plan.splits)
        found.append(out)
    assert (found[0] == found[1]).all()


@pytest.mark.parametrize("run", [still_open, python_of(still_open)], ids=["compiled", "python"])
def test_claims_wait_for_a_change_that_cannot_be_decided(run):
    # the baseline of 2027 is not there yet: what is earned from 2027 on waits, and the difference of 2026 too
    rules = [
        JOBS,
        {"rebase": REBASE | {"retroactive": True}},
        {"fixed": {"amounts": [{"on": "2028-01-01", "amount": 1}]}},
    ]
    plan = compile_plan(deal(rules, **LATE))
    measured = measured_of(plan, PEOPLE, [None, None, None])
    out = np.zeros((1, plan.payments.kind.size, len(plan.labels.dates)), np.uint8)
    run(
        measured,
        plan.measures.measured_in,
        plan.payments,
        out,
        waits(measured, plan.measures.measured_in, plan.changes),
    )
    open_claims = {(int(r), f"{plan.labels.dates[t]:%Y-%m}") for _, r, t in zip(*out.nonzero(), strict=True)}
    assert open_claims == {(0, Y2), (0, Y3), (1, Y2), (1, Y3)}
    # an amendment that looks at 2026, when nothing was counted yet
    plan = compile_plan(deal([JOBS, {"amend": AMEND | {"below": 0.6, "times": 0.8}}]))
    measured = measured_of(plan, [(np.nan,) * 3, (2, 2, 2), (0, 1, 1)])
    out = np.zeros((1, plan.payments.kind.size, len(plan.labels.dates)), np.uint8)
    run(
        measured,
        plan.measures.measured_in,
        plan.payments,
        out,
        waits(measured, plan.measures.measured_in, plan.changes),
    )
    assert out[0, 0].sum() == 3
