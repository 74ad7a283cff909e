"""Early ends: what a decision may know, what a stop changes, and how often each falls."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from risksim import api
from risksim.engine.addresses import key_of
from risksim.engine.ending import end_early, find_stops
from risksim.engine.replay import replay
from risksim.engine.run import Settings, draw_block, run, run_expected
from risksim.errors import ScenarioError
from risksim.kernels import ending as kernels
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import NEVER, Plan
from tests.ending.deals import EVERY, INTERIM, POLITICAL, RIGHT, TOO_FEW, deal
from tests.ending.test_ending_twin import FINANCINGS
from tests.engine.test_run import differences

ROOT = Path(__file__).parents[2]
SEED = 20_250_101
RECYCLED = {"financing": FINANCINGS["recycled"]}
HEADS = {"financing": FINANCINGS["heads"]}
LENT = {"financing": {**FINANCINGS["loans"], "tranches": FINANCINGS["loans"]["tranches"][:2]}}
each_deal = pytest.mark.parametrize("changes", [{}, RECYCLED], ids=["drawn on dates", "recycled"])
every_deal = pytest.mark.parametrize(
    "changes", [{}, RECYCLED, HEADS, LENT], ids=["drawn on dates", "recycled", "costs per head", "a loan"]
)


def made(plan: Plan, paths: int = 1_000, **settings: Any):
    return run(plan, Settings(paths, **{"seed": SEED, "threads": 1, **settings}))


def stop_days(plan: Plan, months) -> np.ndarray:
    """First periods after the stop: int64[path], the number of periods where there is none."""
    last = np.append(plan.ending.last_due, plan.calendar.years.size - 1)
    return last[np.where(months == NEVER, -1, months)] + 1


# What a decision may know


@every_deal
def test_flows_up_to_the_stop_are_the_same_without_the_clauses(changes):
    with_ends, without = compile_plan(deal(EVERY, **changes)), compile_plan(deal([], **changes))
    ended, whole = made(with_ends), made(without)
    n_lines = without.ledger.from_party.size
    stopped = ended.stop_month != NEVER
    assert 0.2 < stopped.mean() < 0.9
    assert not ended.flow[:, n_lines:][~stopped].any()
    first = with_ends.ending.pays_in
    for row in range(1_000):
        upto = len(with_ends.labels.dates) if not stopped[row] else first[ended.stop_month[row]]
        assert (ended.flow[row, :n_lines, :upto] == whole.flow[row, :, :upto]).all()
        assert not ended.flow[row, n_lines:, :upto].any()
    assert (ended.flow[stopped, :n_lines] != whole.flow[stopped]).any(axis=(1, 2)).mean() > 0.8  # not the latest stops
    assert (ended.flow[~stopped, :n_lines] == whole.flow[~stopped]).all()
    assert (ended.headcount[~stopped] == whole.headcount[~stopped]).all()


@each_deal
def test_nothing_falls_due_after_the_stop(changes):
    plan = compile_plan(deal(EVERY, **changes))
    found = made(plan)
    due = [line for line, why in enumerate(plan.labels.lines) if re.match("drawdown|grant|staff|evaluation|costs", why)]
    for row, after in enumerate(stop_days(plan, found.stop_month)):
        assert not found.flow[row, due, after:].any()


def test_a_decision_does_not_see_what_comes_after_its_day():
    plan = compile_plan(deal([INTERIM, {**RIGHT, "when": {"outcome": "effect", "counts": "value", "below": 0.1}}]))
    inputs, measured, _ = draw_block(plan, Settings(seed=SEED), 0, 640)
    key = np.array(key_of(SEED), dtype=np.uint64)
    before = find_stops(plan, key, 0, inputs, measured)
    later = measured.copy()
    later[:, :, :, plan.ending.on.max() + 1 :] = np.nan
    after = find_stops(plan, key, 0, inputs, later)
    assert (before.month == after.month).all()
    assert set(before.by) == {-1, 0, 1}


@each_deal
def test_deciding_again_on_the_stopped_paths_finds_the_same_stops(changes):
    plan = compile_plan(deal(EVERY, **changes))
    key = np.array(key_of(SEED), dtype=np.uint64)
    inputs, measured, heads = draw_block(plan, Settings(seed=SEED), 0, 640)
    first = end_early(plan, key, 0, inputs, measured, heads)
    second = find_stops(plan, key, 0, inputs, measured)
    for one, other in zip(first, second, strict=True):
        assert (one == other).all()


# Decisions on what nobody can know yet


def test_decision_on_an_outcome_measured_of_nobody_yet_is_refused():
    end = {"name": "x", "on": "2025-07-01", "when": {"outcome": "job", "counts": "count", "below": 3}}
    with pytest.raises(ScenarioError, match=r"'job', which is measured of nobody by 2025-07-01\.") as caught:
        compile_plan(deal([end]))
    (fault,) = caught.value.faults
    assert (fault.path, fault.remedy) == ("ends_early.0.when.outcome", "Decide on 2026-01-01 or later.")


def test_decision_on_a_result_of_another_day_is_refused():
    outcomes = {"effect": {"result": [{"on": "2026-05-01", "value": 0.1}]}}
    payments = [{"per_unit": {"outcome": "effect", "price": 1}}]
    end = {"name": "x", "on": "2027-01-01", "when": {"outcome": "effect", "counts": "value", "below": 3}}
    with pytest.raises(ValidationError, match="no value becomes known on 2027-01-01; it becomes known on 2026-07-01"):
        deal([end], outcomes=outcomes, payments=payments)
    assert (
        made(compile_plan(deal([{**end, "on": "2026-07-01"}], outcomes=outcomes, payments=payments)), 2).ended_by[0]
        == 0
    )


# What changes nothing

HARMLESS = [
    {**INTERIM, "when": {"outcome": "well", "counts": "share", "below": 0.0, "unmeasured": "failure"}},
    {**TOO_FEW, "chance": 0.0},
    {**POLITICAL, "yearly_chance": 0.0},
]


@pytest.mark.parametrize("end", HARMLESS, ids=[end["name"] for end in HARMLESS])
@each_deal
def test_clause_that_cannot_fire_changes_no_bit(end, changes):
    plan, without = compile_plan(deal([end], **changes)), compile_plan(deal([], **changes))
    found, whole = made(plan, 600), made(without, 600)
    assert (found.stop_month == NEVER).all()
    assert (found.ended_by == -1).all()
    n_lines = without.ledger.from_party.size
    assert not found.flow[:, n_lines:].any()
    assert (found.flow[:, :n_lines] == whole.flow).all()
    assert set(differences(found, whole)) <= {"flow", "inputs"}


def test_plain_deal_with_a_clause_that_cannot_fire_pays_the_same():
    plain = {"financing": {"tranches": [{"name": "investor", "commitment": 600_000}]}}
    end = {**POLITICAL, "yearly_chance": 0.0}
    found, whole = made(compile_plan(deal([end], **plain))), made(compile_plan(deal([], **plain)))
    assert set(differences(found, whole)) == {"flow", "inputs"}  # other lines, the same money


# The same bits


@pytest.mark.parametrize("changes", [{}, RECYCLED], ids=["drawn on dates", "recycled"])
def test_run_that_ends_early_has_the_same_bytes_however_it_is_cut(changes):
    plan = compile_plan(deal(EVERY, **changes))
    whole = made(plan, 1_500)
    assert differences(whole, made(plan, 1_500, threads=2, block=256)) == []
    assert differences(whole, made(plan, 1_500, form="lives", block=512)) == []
    assert differences(whole, made(plan, 700), paths=700) == []
    assert differences(whole, made(plan, 200, first_path=137), start=137, paths=200) == []


def test_replay_equals_every_path_of_the_run():
    plan = compile_plan(deal(EVERY))
    whole = made(plan, 130)
    for path in range(0, 130, 3):
        again = replay(plan, SEED, path)
        for name in set(whole._fields) - {"weight"}:
            assert getattr(again.results, name).tobytes() == getattr(whole, name)[path : path + 1].tobytes(), name
        for c, cohort in enumerate(again.cohorts):
            stop = int(whole.stop_month[path])
            assert (cohort.enrolled_at < stop).all()
            assert (np.where(cohort.left_at == NEVER, 0, cohort.left_at) <= stop).all()
            assert cohort.enrolled_at.size == whole.headcount[path, c, 0]


def test_kernels_compiled_equal_python(monkeypatch):
    plan = compile_plan(deal(EVERY))
    fast = made(plan, 64)
    for name, function in list(vars(kernels).items()):
        if hasattr(function, "py_func") and function.__module__ == kernels.__name__:
            monkeypatch.setattr(kernels, name, function.py_func)
    assert differences(fast, made(plan, 64)) == []


# How often


def within(share: float, exact: float, paths: int) -> bool:
    """Four standard errors."""
    return abs(share - exact) <= 4.0 * np.sqrt(exact * (1.0 - exact) / paths)


def one_cohort(ends: list[dict[str, Any]], **cohort: Any) -> Plan:
    told = {"name": "all", "participants": 40, **cohort}
    outcomes = {"job": {"of": "enrolled", "success_rate": 0.4, "measured": {"after_enrolment": "6 months"}}}
    payments = [{"per_outcome": {"outcome": "job", "price": 1}}]
    return compile_plan(deal(ends, cohorts=[told], outcomes=outcomes, payments=payments))


N = 20_000


@pytest.mark.parametrize(
    ("when", "exact"),
    [
        ({"counts": "count", "below": 14}, stats.binom.cdf(13, 40, 0.4)),
        ({"counts": "count", "above": 18}, stats.binom.sf(18, 40, 0.4)),
        ({"counts": "share", "below": 0.35, "unmeasured": "failure"}, stats.binom.cdf(13, 40, 0.4)),
        (
            {"counts": "share", "outside": [0.3, 0.5], "unmeasured": "failure"},
            stats.binom.cdf(11, 40, 0.4) + stats.binom.sf(20, 40, 0.4),
        ),
    ],
    ids=["count below", "count above", "share below", "share outside"],
)
def test_interim_result_ends_as_often_as_the_binomial_says(when, exact):
    plan = one_cohort([{"name": "interim", "on": "2025-07-01", "when": {"outcome": "job", **when}}])
    found = made(plan, N)
    assert within((found.ended_by == 0).mean(), exact, N)


def test_too_few_people_end_as_often_as_the_binomial_says():
    # Of ten months of the window six lie before month 6; fewer than 20 of 40 places.
    end = {"name": "few", "on": "2025-07-01", "when": {"enrolled_below": 0.5}}
    found = made(one_cohort([end], enrolment={"window": "10 months"}), N)
    assert within((found.ended_by == 0).mean(), stats.binom.cdf(19, 40, 0.6), N)
    assert set(found.stop_month) == {6, NEVER}


def test_political_decision_falls_in_each_month_as_the_hazard_says():
    found = made(one_cohort([{**POLITICAL, "yearly_chance": 0.1, "notice": "2 months"}]), N)
    for month in (1, 2, 3, 14, 26, 54):
        exact = 1.0 - 0.9 ** (max(month - 2, 0) / 12.0)
        if exact == 0.0:
            assert (found.stop_month > month).all()
        else:
            assert within((found.stop_month <= month).mean(), exact, N), month
    # Follow-ups fall in months 6 to 54: a later stop ends nothing.
    assert within((found.stop_month != NEVER).mean(), 1.0 - 0.9 ** (52 / 12), N)


def test_right_is_used_with_its_chance_and_only_where_it_arises():
    when = {"outcome": "job", "counts": "count", "below": 14}
    ends = [{"name": "right", "on": "2025-07-01", "chance": 0.3, "when": when}, {**RIGHT, "chance": 0.2}]
    found = made(one_cohort(ends), N)
    first = 0.3 * stats.binom.cdf(13, 40, 0.4)
    assert within((found.ended_by == 0).mean(), first, N)
    assert within((found.ended_by == 1).mean(), 0.2 * (1.0 - first), N)


def test_earliest_stop_wins_and_the_first_of_the_file_among_equals():
    late = {**RIGHT, "name": "late", "chance": 1.0, "notice": "1 month"}
    early = {**RIGHT, "name": "early", "chance": 1.0}
    again = {**RIGHT, "name": "again", "chance": 1.0}
    found = made(one_cohort([late, early, again]), 64)
    assert (found.ended_by == 1).all()
    assert (found.stop_month == 24).all()


@pytest.mark.parametrize(("yearly", "month"), [(0.1, NEVER), (0.2, 40)])
def test_expected_line_takes_the_median_month(yearly, month):
    # 0.8**(m / 12) falls below one half at m = 37.3: decided in month 38, stopped two months later.
    plan = compile_plan(deal([{**POLITICAL, "yearly_chance": yearly}]))
    assert run_expected(at_means(plan)).stop_month.tolist() == [month]


@pytest.mark.parametrize(("chance", "month"), [(0.4, NEVER), (0.5, NEVER), (0.6, 24)])
def test_expected_line_takes_chances_above_one_half(chance, month):
    plan = compile_plan(deal([{**RIGHT, "chance": chance}]))
    assert run_expected(at_means(plan)).stop_month.tolist() == [month]


def test_a_month_of_chance_is_never_before_the_first_and_never_beyond_all():
    assert kernels.month_of_chance(1e-16, 0.01) == 1
    assert kernels.month_of_chance(0.99, 0.0) == NEVER
    assert kernels.month_of_chance(1.0 - 2.0**-53, 1e-9) == NEVER
    assert kernels.month_of_chance(0.5, 1.0) == 1
    assert kernels.month_of_chance(0.1001, 0.1) == 13  # by month 12 it has happened with probability 0.1
    assert kernels.month_of_chance(0.0999, 0.1) == 12


# By hand


PAGE = (ROOT / "docs/reference/early-ending.md").read_text(encoding="utf-8")


def test_five_people_are_paid_as_the_page_works_it_out():
    told = api.explain(api.read(ROOT / "scenarios/ending/five-people.yaml"), 0)
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in re.findall(r"^\| 20.*$", PAGE, re.M)]
    found = [(str(f.date), f.from_party, f.to_party, f"{f.amount:,.2f}", f.reason) for f in told.ledger]
    assert found == rows
    assert (told.paid_in, told.received) == (9_000.0, 9_000.0)
    (ended,) = told.ended
    days = [str(day) for day in (ended.decided_on, ended.stopped_on, ended.counted_until, ended.settled_on)]
    assert days == ["2026-01-01", "2026-04-01", "2026-10-01", "2027-01-01"]
    assert ended.reason == "job: 5 verified, 5 measured of 5; the deal ends below 6 by count"
    results = {outcome.outcome: outcome.result for outcome in told.people[0].outcomes}
    assert results == {"job": "met", "diploma": "left before", "home": "met", "health": "deal ended"}
    assert str(told.people[0].left_on) == "2026-04-01"


def test_clauses_of_the_page_are_those_of_the_file():
    terms = (
        (ROOT / "scenarios/ending/five-people.yaml").read_text(encoding="utf-8").split("\nends_early:\n")[1].rstrip()
    )
    assert f"```yaml\nends_early:\n{terms}\n```" in PAGE


def test_interim_result_of_rikers_costs_the_lender_a_sixth_of_what_was_drawn():
    """Drawn 7.2 million, 6.0 million back: as `scenarios/financing/termination.yaml`, entry by entry."""
    early = api.explain(api.read(ROOT / "scenarios/international/rikers-early-end.yaml"), 0)
    dated = api.explain(api.read(ROOT / "scenarios/financing/termination.yaml"), 0)
    assert [flow[1:] for flow in early.ledger] == [flow[1:] for flow in dated.ledger]
    assert (early.paid_in, early.received) == (7_200_000.0, 6_000_000.0)


def test_summary_gives_the_probability_of_each_clause_with_its_error():
    plan = one_cohort([{**RIGHT, "chance": 0.25}, POLITICAL])
    paths = made(plan, 4_000)
    found = api.Run(plan, paths, SEED, "individual").summary()
    p = found.ends_early.clauses["right of the city"]
    share = (paths.ended_by == 0).mean()
    assert p.value == pytest.approx(share)
    assert p.standard_error == pytest.approx(np.sqrt(share * (1 - share) / 4_000), rel=1e-2)
    keys = dict(found.statistics())
    assert keys["ends_early.p_ends_early"].value == pytest.approx((paths.ended_by >= 0).mean())
    assert "ends_early.clauses[political decision]" in keys


def test_dataset_keeps_the_stop_of_every_path():
    plan = one_cohort([{**RIGHT, "chance": 0.5}])
    paths = made(plan, 200)
    labelled = api.Run(plan, paths, SEED, "individual").dataset()
    assert labelled["ending"].to_numpy().tolist() == ["right of the city"]
    assert set(labelled["stop_month"].to_numpy().tolist()) == {-1, 24}
    assert (labelled["ended_by"] == paths.ended_by).all()


ONLY_LENT = {"tranches": [{"name": "bank", "commitment": 9_000, "loan": {"maturity": "2029-12-31"}}]}


@pytest.mark.parametrize(
    ("changes", "end", "said"),
    [
        ({"payments": None, "financing": ONLY_LENT | {"grants": [{"name": "fund", "amount": 5}]}},
         {**RIGHT, "pays": {"amount": 5, "paid_by": "fund"}}, "only loans, which have no part in it"),
        ({"financing": ONLY_LENT | {"surplus": "payers"}},
         {**RIGHT, "pays": {"share_of_drawn": 0.5, "paid_by": "state"}}, "paid back whether the deal ends or not"),
        ({"payments": None, "cohorts": None, "outcomes": {"effect": {"result": 1}}, "financing": ONLY_LENT},
         TOO_FEW, "nobody takes part"),
    ],
)  # fmt: skip
def test_what_ending_early_cannot_say_of_loans_is_a_mistake(changes, end, said):
    with pytest.raises(ValidationError, match=said):
        deal([end], **changes)


def test_a_loan_alone_may_end_early_and_is_paid_back_as_agreed():
    loan = {"maturity": "2028-01-01", "repaid": {"every": "12 months", "times": 3, "first": "2026-01-01"}}
    bank = {"name": "bank", "commitment": 90_000, "drawdown": {"every": "12 months", "times": 3}, "loan": loan}
    made_up = {
        "payments": None,
        "cohorts": None,
        "outcomes": {"effect": {"result": 0}},
        "financing": {"tranches": [bank]},
    }
    end = {"name": "no effect", "on": "2026-07-01", "when": {"outcome": "effect", "counts": "value", "below": 1}}
    found = made(compile_plan(deal([end], **made_up)), 64)
    assert (found.stop_month == 18).all()
    # 30,000 on the first day and a year later; the third part is not drawn after the stop. Repaid: a third of 60,000,
    # half of the 40,000 left, and the rest.
    assert (found.drawn == 60_000_00).all()
    assert (found.received == 60_000_00).all()
    assert sorted(set(found.flow.ravel())) == [0, 20_000_00, 30_000_00]


def test_costs_per_head_end_with_the_stop_and_the_last_bill_comes_at_once():
    """Two people enrol on the first day, on a course of 18 months; the programme stops after 15, between follow-ups."""
    costs = [
        {"name": "stay", "amount": 10, "per": "participant month"},
        {"name": "diploma", "amount": 999, "per": "completer"},
    ]
    two = [{"name": "two", "participants": 2, "duration": "18 months"}]
    when = {"outcome": "effect", "counts": "value", "below": 1}
    ended = {"name": "over", "on": "2026-01-01", "when": when, "notice": "3 months"}
    financing = {"tranches": [{"name": "investor", "commitment": 1_000}], "costs": costs}
    changes = {"cohorts": two, "outcomes": {"well": {"of": "completers", "success_rate": 1}, "effect": {"result": 0}}}
    payments = [{"per_outcome": {"outcome": "well", "price": 1, "payer": "state"}}]
    plan = compile_plan(deal([ended], financing=financing, payments=payments, **changes))
    found = made(plan, 64)
    assert (found.stop_month == 15).all()
    stay, diploma = (plan.labels.lines.index(name) for name in ("stay", "diploma"))
    bills = {str(plan.labels.dates[t]): int(found.flow[0, stay, t]) for t in found.flow[0, stay].nonzero()[0]}
    # The month that begins on a follow-up is billed on it: months 0 to 6 by 2025-07-01, to 12 by 2026-01-01. Of the
    # months after it 13 and 14 were begun before 2026-04-01.
    assert bills == {"2025-07-01": 7 * 2_000, "2026-01-01": 6 * 2_000, "2026-07-01": 2 * 2_000}
    assert (found.flow[:, stay].sum(axis=1) == 15 * 2_000).all()
    assert not found.flow[:, diploma].any()
