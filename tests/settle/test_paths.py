"""A simulated path, written down as if it had been observed, is settled to the same øre; and nothing looks ahead."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from risksim import api
from risksim.engine.observed import settle_so_far
from risksim.engine.run import Settings, draw_block
from risksim.engine.settle import Settled, settle
from risksim.plan.compile import compile_plan
from risksim.plan.layout import Plan
from risksim.plan.observed import Observed, observe, template
from risksim.scenario.sheet import sheet_of
from tests.engine.deals import SHIPPED, funded_files, shipped_plan
from tests.engine.deals import deal as bent
from tests.payments.deals import deal as by_hand
from tests.payments.deals import measured_of

FILES = [file.relative_to(SHIPPED).as_posix() for file in funded_files()]
RULES = [
    {"per_outcome": {"outcome": "job", "price": {"uniform": [900, 1_100]}, "lag": "3 months",
                     "payers": {"state": 0.4, "region": 0.6},
                     "indexed": {"rate": {"uniform": [0.01, 0.03]}, "from": "2025-01-01"}}},
    {"deemed": {"outcome": "job", "price": 800, "chance": 0.5, "rate": 0.6, "payer": "state"}},
    {"threshold": {"outcome": "job", "counts": "share", "at_least": 0.4, "unmeasured": "exclude", "pays": 5_000,
                   "on": "first", "cumulative": False}},
    {"ladder": {"outcome": "rate", "counts": "value", "pays": "annual return",
                "nodes": [{"at": 0.2, "gives": 0.01}, {"at": 0.8, "gives": 0.05}]}},
    {"floor": {"per_period": 700, "payer": "region"}},
    {"cap": {"total": 9_000}},
    {"fund": {"payer": "state", "limit": 2_000, "otherwise": "municipality"}},
]  # fmt: skip


def plan_of(name: str) -> Plan:
    if name == "rules":
        outcomes = {
            "job": {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "12 months"}},
            "rate": {"result": {"uniform": [0.1, 0.9]}},
        }
        window = {"enrolment": {"window": "24 months"}, "unmeasured": 0.2}
        cohorts = [{"name": "five", "participants": 5, **window}, {"name": "nine", "participants": 9, **window}]
        return compile_plan(by_hand(RULES, outcomes=outcomes, cohorts=cohorts))
    return compile_plan(bent()) if name == "bent" else shipped_plan(name)


def read(plan: Plan, text: str, form: str) -> Observed:
    return observe(plan, plan.labels.dates, sheet_of(text, f"observed.{form}"))


def paths(plan: Plan, n: int = 3) -> tuple[np.ndarray, np.ndarray, Settled]:
    inputs, measured, _ = draw_block(plan, Settings(seed=11), 0, n)
    return inputs, measured, settle(plan, inputs, measured)


@pytest.mark.parametrize("name", ["rules", "bent", *FILES])
def test_an_observed_path_is_settled_as_it_was_simulated(name):
    plan = plan_of(name)
    inputs, measured, full = paths(plan)
    for p, form in enumerate(("csv", "yaml", "json")):
        seen = read(plan, template(plan, form, measured[p : p + 1], inputs[p : p + 1]), form)
        np.testing.assert_array_equal(seen.measured, measured[p : p + 1])
        got = settle_so_far(plan, seen.inputs, seen.measured, len(plan.labels.dates) - 1)
        assert not got.open.any()
        for field in full._fields:
            np.testing.assert_array_equal(getattr(got.results, field)[0], getattr(full, field)[p], err_msg=field)


@pytest.mark.parametrize("name", ["rules", "bent", *FILES])
def test_later_measurements_change_no_earlier_invoice(name):
    plan = plan_of(name)
    inputs, measured, full = paths(plan, 2)
    for p in range(2):
        for upto in range(-1, len(plan.labels.dates)):
            part = settle_so_far(plan, inputs[p : p + 1], measured[p : p + 1], upto)
            assert not part.open[:, : upto + 1].any()
            np.testing.assert_array_equal(part.results.claim[0, :, : upto + 1], full.claim[p, :, : upto + 1])
            np.testing.assert_array_equal(part.results.flow[0, :, : upto + 1], full.flow[p, :, : upto + 1])
            assert not part.results.claim[0, :, upto + 1 :].any()
            assert not part.results.flow[0, :, upto + 1 :].any()


@pytest.mark.parametrize("name", ["rules", "bent", "broendby-tuba.yaml", "international/resolve.yaml"])
def test_one_missing_cell_never_raises_a_claim(name):
    """What is not known pays nothing: before cuts no claim is larger than by the whole truth, and none is invented."""
    plan = plan_of(name)
    inputs, measured, full = paths(plan, 1)
    cells = [(c, m, t) for m, t in zip(*np.nonzero(plan.measures.measured_in), strict=True)
             for c in range(plan.cohorts.places.size) if not np.isnan(measured[0, c, m, t])]  # fmt: skip
    cuts = np.array([plan.labels.clauses[k] in ("cap", "fund", "floor") for k in plan.payments.clause])
    for cell in cells[:: max(1, len(cells) // 25)]:
        holed = measured.copy()
        holed[(0, *cell)] = np.nan
        got = settle_so_far(plan, inputs, holed, len(plan.labels.dates) - 1)
        assert got.open.any()
        shut = (got.open == 0) & ~cuts[:, None]
        np.testing.assert_array_equal(got.claim[shut], full.claim[0][shut])
        assert (got.claim[~cuts] <= full.claim[0][~cuts]).all()


# Rules that look back or sideways wait


THREE_DATES = [{"name": "five", "participants": 5, "enrolment": {"window": "25 months"}}]


def hand_plan(rules) -> Plan:
    """Of people who are measured on all three follow-ups."""
    return compile_plan(by_hand(rules, cohorts=THREE_DATES))


def settled_by_hand(plan, people, result=None, upto=99):
    return settle_so_far(plan, np.empty((1, 0)), measured_of(plan, people, result), upto)


NAN = np.nan
CARD = {"per_outcome": {"outcome": "job", "price": 1_000}}


def test_a_floor_does_not_fill_up_for_what_is_only_not_known():
    # verified 1, unknown, 1; floor of 2,500 in all on the last date
    got = settled_by_hand(hand_plan([CARD, {"floor": {"total": 2_500}}]), [(1,) * 3, (NAN,) * 3, (1,) * 3])
    assert got.claim[1].sum() == 0
    assert got.open[1].sum() == 1
    whole = settled_by_hand(hand_plan([CARD, {"floor": {"total": 2_500}}]), [(1,) * 3, (0,) * 3, (1,) * 3])
    assert whole.claim[1].sum() == 500_00


def test_a_goal_decides_nothing_on_a_sample_that_is_not_known():
    rule = {"threshold": {"outcome": "job", "counts": "count", "at_least": 2, "unmeasured": "failure", "pays": 7,
                          "on": "last", "minimum_sample": {"people": 4, "otherwise": "nothing"}}}  # fmt: skip
    known, unknown = [(1, 2, 2), (1, 1, 1), (1, 1, 1)], [(1, 2, 2), (1, NAN, 1), (1, 1, 1)]
    assert settled_by_hand(hand_plan([rule]), known).claim.sum() == 7_00
    got = settled_by_hand(hand_plan([rule]), unknown)
    assert (got.claim.sum(), got.open.sum()) == (0, 1)


def test_a_rule_that_pays_once_waits_for_the_earlier_date_and_is_done_when_it_has_paid():
    rule = {"threshold": {"outcome": "job", "counts": "count", "at_least": 1, "unmeasured": "failure", "pays": 7,
                          "on": "first", "cumulative": False}}  # fmt: skip
    plan = hand_plan([rule])
    got = settled_by_hand(plan, [(NAN,) * 3, (1, 1, 1), (0, 0, 0)])
    assert got.claim.sum() == 0
    assert got.open.sum() == 3
    got = settled_by_hand(plan, [(1, 1, 1), (NAN,) * 3, (NAN,) * 3])
    assert got.claim.sum() == 7_00
    assert got.open.sum() == 0


def test_a_payment_up_to_a_return_waits_for_the_payments_it_counts():
    rules = [CARD, {"ladder": {"outcome": "rate", "counts": "value", "pays": "annual return", "on": "last",
                               "nodes": [{"at": 0.1, "gives": 0.0}, {"at": 0.9, "gives": 0.0}]}}]  # fmt: skip
    people, result = [(2,) * 3, (1,) * 3, (0,) * 3], [0.5] * 3
    # 100,000 paid in, 3,000 paid for jobs: 97,000 bring it to zero at no return
    assert settled_by_hand(hand_plan(rules), people, result).claim[1].sum() == 97_000_00
    got = settled_by_hand(hand_plan(rules), [(2,) * 3, (NAN,) * 3, (0,) * 3], result)
    assert got.claim[1].sum() == 0
    assert got.open[1].any()


# The settlement in words


@pytest.fixture
def tuba() -> api.Deal:
    return api.read(SHIPPED / "broendby-tuba.yaml", draft=True)


def write(folder: Path, text: str, name: str = "observed.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


HEAD = "follow_up,cohort,wellbeing: verified,education_or_work: verified\n"


def test_a_settlement_up_to_a_date_adds_up(tuba, tmp_path):
    rows = "2022-08-01,Brøndby,5,-\n2023-02-01,Brøndby,9,-\n2023-08-01,Brøndby,,-\n"
    told = api.settle(tuba, write(tmp_path, HEAD + rows))
    # 5 and 9 at 20,000 each; nothing is known of August 2023, and what is known last is of February
    assert told.until == dt.date(2023, 2, 1)
    assert [(str(line.date), line.amount) for line in told.invoice] == [("2022-08-01", 1e5), ("2023-02-01", 1.8e5)]
    assert [line.reason for line in told.invoice] == [f"{n} verified at 20,000.00 each" for n in (5, 9)]
    assert [(each.name, each.invoiced, each.paid) for each in told.payers] == [("municipality", 2.8e5, 2.8e5)]
    assert told.together.received == 2.8e5
    assert sum(flow.received for flow in told.tranches[0].flows) == 2.8e5
    assert told.provisional_from is None
    assert all(not claim.due for claim in told.open)
    assert {claim.rule for claim in told.open} == {"wellbeing", "education_or_work"}
    assert sum(flow.amount for flow in told.ledger if flow.from_party == "municipality") == 2.8e5


def test_what_should_be_known_and_is_not_is_named(tuba, tmp_path):
    rows = "2022-08-01,Brøndby,,-\n2023-02-01,Brøndby,9,-\n"
    told = api.settle(tuba, write(tmp_path, HEAD + rows))
    (missing,) = (claim for claim in told.open if claim.due)
    waits = ("wellbeing: verified of Brøndby on 2022-08-01",)
    assert missing == (dt.date(2022, 8, 1), "municipality", "wellbeing", True, waits)
    assert told.provisional_from == dt.date(2022, 8, 1)
    assert [(due.amount, due.provisional) for due in told.totals] == [(0.0, True), (1.8e5, False)]


def test_until_forgets_what_was_measured_later(tuba, tmp_path):
    rows = "2022-08-01,Brøndby,5,-\n2023-02-01,Brøndby,9,-\n"
    file = write(tmp_path, HEAD + rows)
    told = api.settle(tuba, file, dt.date(2022, 12, 31))
    assert [line.amount for line in told.invoice] == [1e5]
    assert told.to_come == ()
    assert all(flow.date <= dt.date(2022, 12, 31) for flow in told.ledger)
    assert api.settle(tuba, file, dt.date(2021, 1, 1)).ledger == ()


def test_lagged_payments_are_known_and_not_yet_due(tmp_path):
    from risksim.scenario.document import Document

    rule = {"per_outcome": {"outcome": "job", "price": 1_000, "lag": "3 months"}}
    deal = by_hand([rule])
    made = api.Deal(deal, Document("by hand", ""), compile_plan(deal))
    told = api.settle(made, write(tmp_path, "follow_up,job: verified\n2026-01-01,2\n"))
    assert told.invoice == ()
    (line,) = told.to_come
    assert (str(line.date), line.amount) == ("2026-04-01", 2_000.0)
    assert "earned on 2026-01-01" in line.reason


def test_uncertain_terms_are_taken_at_their_means_or_as_observed(tmp_path):
    from risksim.scenario.document import Document

    deal = by_hand([{"per_outcome": {"outcome": "job", "price": {"uniform": [900, 1_100]}}}])
    made = api.Deal(deal, Document("by hand", ""), compile_plan(deal, draft=True))
    head = "follow_up,cohort,job: verified\n2026-01-01,five,2\n"
    told = api.settle(made, write(tmp_path, head))
    assert (told.together.received, told.terms[0].origin) == (2_000.0, "mean")
    told = api.settle(made, write(tmp_path, head + "input,payments[0].price,1050\n"))
    assert (told.together.received, told.terms[0].origin) == (2_100.0, "observed")
