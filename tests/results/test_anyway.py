"""Gross and net: who would have met an outcome anyway, what the programme adds, and that no payment hangs on it."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from risksim import api
from risksim.engine.run import Settings, run
from risksim.metrics.summary import Net
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import PathResults, Plan
from risksim.report.answer import Heading, answer
from risksim.results.anyway import would_anyway
from risksim.results.csv import path_table
from risksim.results.dataset import to_dataset
from tests.payments.deals import deal

PATHS = 40_000
PAID = [{"per_outcome": {"outcome": "job", "price": 1_000}}]
JOB = {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "12 months"}}
KEPT = {"of": "earlier", "after": "job", "success_rate": 0.8, "measured": {"after_enrolment": "18 months"}}
USUAL = {"beta": [20, 30]}


def made(
    outcomes: dict[str, Any], n_paths: int = PATHS, cohort: dict[str, Any] | None = None
) -> tuple[Plan, PathResults]:
    people = {"name": "c", "participants": 100} | (cohort or {})
    plan = compile_plan(deal(PAID, cohorts=[people], outcomes=outcomes))
    return plan, run(plan, Settings(n_paths, seed=5))


def net_of(plan: Plan, paths: PathResults, name: str = "job") -> Net:
    net = api.summarise(api.Run(plan, paths, 5, "individual")).programme.outcomes[name].net
    assert net is not None
    return net


def test_added_is_what_was_achieved_less_what_would_have_come_anyway():
    net = net_of(*made({"job": JOB | {"counterfactual": USUAL}}))
    # 100 people, of whom p0 ~ Beta(20, 30) would succeed anyway: mean 40, variance 100^2 * .4 * .6 / 51 = 47.06;
    # half of them succeed: mean 50, variance 25, whatever p0 is.
    sd = math.sqrt(25 + 10_000 * 0.24 / 51)
    assert abs(net.anyway.mean.value - 40) < 4 * math.sqrt(47.06 / PATHS)
    assert net.anyway.sd.value == pytest.approx(math.sqrt(47.06), rel=4 / math.sqrt(2 * PATHS))
    assert abs(net.added.mean.value - 10) < 4 * sd / math.sqrt(PATHS)
    assert net.added.mean.standard_error == pytest.approx(sd / math.sqrt(PATHS), rel=0.02)
    assert net.added.sd.value == pytest.approx(sd, rel=4 / math.sqrt(2 * PATHS))
    # Fewer succeed than would have anyway: P(X < 100 p0), the sum over X of its chance times P(p0 > X / 100).
    heads = np.arange(101)
    below = float(stats.binom.pmf(heads, 100, 0.5) @ stats.beta.sf(heads / 100, 20, 30))
    assert abs(net.p_added_negative.value - below) < 4 * math.sqrt(below * (1 - below) / PATHS)
    # The root of the variance of (anyway - 0.8 achieved) / 50.
    error = math.sqrt(47.06 + 0.64 * 25) / 50 / math.sqrt(PATHS)
    assert abs(net.share_anyway.value - 0.8) < 4 * error


def test_a_certain_share_that_just_equals_what_is_achieved_is_not_below_zero():
    # 0.1 * 30 is 3.0000000000000004 in binary: three in thirty achieved add nothing, and take nothing away.
    plan, paths = made({"job": JOB | {"counterfactual": 0.1}}, 8, {"participants": 30})
    paths.headcount[:, 0, 4] = 3
    assert net_of(plan, paths).p_added_negative.value == 0.0


def test_usual_of_an_effect_is_what_would_have_come_anyway():
    ratio = {"estimate": 1.8, "ci95": [1.1, 2.9]}
    rate = {"effect": {"usual": USUAL, "odds_ratio": ratio, "design": "matched comparison group"}}
    plan, paths = made({"job": JOB | {"success_rate": rate}}, 2_000)
    slot = [note.name for note in plan.labels.inputs].index("outcomes[job].success_rate.effect.usual")
    found = would_anyway(plan, paths)
    assert found is not None
    assert (found[:, 0] == 100 * paths.inputs[:, slot]).all()


def test_an_effect_of_nothing_adds_nothing_on_average():
    rate = {"effect": {"usual": USUAL, "difference": {"estimate": 0.0, "standard_error": 1e-9}}}
    net = net_of(*made({"job": JOB | {"success_rate": rate}}))
    assert abs(net.added.mean.value) < 4 * net.added.mean.standard_error
    # Given p0 the sd of the achieved is sqrt(100 p0 q0), and E p0 q0 = .24 * 50 / 51.
    assert net.added.sd.value == pytest.approx(math.sqrt(100 * 0.24 * 50 / 51), rel=4 / math.sqrt(2 * PATHS))


@pytest.mark.parametrize(
    ("changes", "column", "times"),
    [
        ({"of": "enrolled"}, 0, 1),
        ({"of": "completers"}, 1, 1),
        ({"of": "measured"}, 1, 1),
        ({"of": "completers", "dropouts": 0.5}, 0, 1),
        ({"measured": {"after_enrolment": ["6 months", "12 months"]}, "persistence": 0.5}, 0, 2),
    ],
    ids=["enrolled", "completers", "measured", "with dropouts", "twice"],
)
def test_of_whom_the_share_is_taken(changes, column, times):
    cohort = {"duration": "6 months", "dropout": 0.3, "unmeasured": 0.2}
    plan, paths = made({"job": JOB | {"counterfactual": 0.4} | changes}, 500, cohort)
    found = would_anyway(plan, paths)
    assert found is not None
    assert found[:, 0] == pytest.approx(0.4 * times * paths.headcount[:, 0, column])
    assert np.ptp(paths.headcount[:, 0, 1]) > 0


def test_gates_are_passed_anyway_too():
    other = JOB | {"unless": "job", "success_rate": 0.3, "counterfactual": 0.2}
    said = {"job": JOB | {"counterfactual": 0.4}, "kept": KEPT | {"counterfactual": 0.75}, "other": other}
    plan, paths = made(said, 64)
    found = would_anyway(plan, paths)
    assert found is not None
    # Of 100, 40 find work anyway, of whom 30 keep it; of the 60 who don't, 12 do something else.
    assert found == pytest.approx(np.tile([40.0, 30.0, 12.0], (64, 1)))


@pytest.mark.parametrize(
    ("outcomes", "cohort"),
    [
        ({"job": JOB}, {}),
        ({"job": JOB, "kept": KEPT | {"counterfactual": 0.7}}, {}),
        ({"job": JOB | {"counterfactual": 0.4}}, {"moves": {"yearly": 0.1, "then": "lost"}, "duration": "6 months"}),
        (
            {
                "job": JOB
                | {
                    "counterfactual": 0.4,
                    "measured": {"after_enrolment": ["6 months", "12 months"]},
                    "onset": {"typical": "4 months"},
                }
            },
            {},
        ),
    ],
    ids=["nothing said", "a gate of which nothing is said", "people move away", "seen to come"],
)
def test_what_cannot_be_split_is_left_out(outcomes, cohort):
    plan, paths = made(outcomes, 64, cohort)
    assert would_anyway(plan, paths) is None
    summary = api.summarise(api.Run(plan, paths, 5, "individual"))
    assert all(outcome.net is None for outcome in summary.programme.outcomes.values())
    assert "net" not in summary.to_json()["programme"]["outcomes"]["job"]


def test_what_would_have_come_anyway_moves_nothing_else():
    plain, said = (made({"job": JOB | more}, 512) for more in ({}, {"counterfactual": USUAL}))
    for name in set(PathResults._fields) - {"inputs"}:
        assert np.array_equal(getattr(plain[1], name), getattr(said[1], name), equal_nan=True), name


def test_luck_only_holds_the_share_at_its_mean():
    plan = at_means(made({"job": JOB | {"counterfactual": USUAL}}, 1)[0], luck=True)
    found = would_anyway(plan, run(plan, Settings(64, seed=5)))
    assert found is not None
    assert found == pytest.approx(np.full((64, 1), 40.0))


def test_reports_and_tables_show_both():
    plan, paths = made({"job": JOB | {"counterfactual": USUAL}, "other": JOB}, 512)
    told = api.Run(plan, paths, 5, "individual")
    head = Heading("A deal", "DKK", "act/365", 5, "individual", plan.digest, "0", None)
    page = answer(head, 0.035, (), api.summarise(told))
    assert "job: would have come anyway" in page
    assert "job: added by the programme" in page
    assert "the chance that the programme adds less than nothing" in page
    assert "other: added" not in page
    found = would_anyway(plan, paths)
    assert found is not None
    rows = list(csv.DictReader(io.StringIO(path_table(plan, paths))))
    assert [float(row["anyway[job]"]) for row in rows] == found[:, 0].tolist()
    assert "anyway[other]" not in rows[0]
    dataset = to_dataset(plan, paths, seed=5, engine="individual")
    assert np.array_equal(dataset["anyway"].to_numpy(), found, equal_nan=True)
    assert np.isnan(found[:, 1]).all()
