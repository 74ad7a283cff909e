"""The fast code against the slow twin, to the øre and to the person, on the same draws.

The twin reads the scenario and not the plan, so the compiler is checked too. Drawn inputs are compared to the digits
that their tables promise, and then handed to the twin, so that a price that differs in its eleventh digit cannot tip
the rounding of an invoice.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risksim.engine.run import Settings, run, run_expected
from risksim.kernels.cashflow import STATUS_NAMES
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import PathResults, Plan
from risksim.scenario.calendar import add_months
from risksim.scenario.scenario import Scenario
from tests.engine.deals import BROENDBY, SIMPLE, deal, shipped
from tests.reference.philox import key_of
from tests.reference.twin import TwinPath, expected_only, inputs_of, luck_only, run_path

SEED = 20_250_101
DEALS = {"simple": lambda: shipped(SIMPLE), "broendby": lambda: shipped(BROENDBY), "bent": deal}
each_deal = pytest.mark.parametrize("scenario", [pytest.param(made, id=name) for name, made in DEALS.items()])


def drawn_inputs(plan: Plan, results: PathResults, row: int) -> dict[str, float]:
    return {note.name: float(value) for note, value in zip(plan.labels.inputs, results.inputs[row], strict=True)}


def means(plan: Plan) -> dict[str, float]:
    return {note.name: float(mean) for note, mean in zip(plan.labels.inputs, plan.inputs.mean, strict=True)}


def assert_same_inputs(plan: Plan, found: dict[str, float], twin: Mapping[str, float], digits: float) -> None:
    for note in plan.labels.inputs:
        usual = max(abs(note.mean), *map(abs, note.quantiles), abs(found[note.name]))
        assert abs(found[note.name] - twin[note.name]) <= digits * usual, note


def assert_same_path(scenario: Scenario, plan: Plan, found: PathResults, row: int, twin: TwinPath) -> None:
    """Everything that a run keeps of a path, in the words of the twin."""
    labels, dates = plan.labels, plan.labels.dates
    assert list(dates) == twin.periods
    assert plan.calendar.years.tolist() == pytest.approx(list(twin.years.values()), rel=1e-14)
    claims = {
        (int(plan.payments.clause[r]), labels.payers[plan.payments.payer[r]], date): int(found.claim[row, r, t])
        for r in range(plan.payments.kind.size)
        for t, date in enumerate(dates)
    }
    assert {place: amount for place, amount in claims.items() if amount} == {
        place: amount for place, amount in twin.claims.items() if amount
    }
    parties = labels.parties
    if twin.moves is not None:
        assert_same_moves(plan, found, row, twin)
        return
    for k, line in enumerate(twin.ledger):
        assert (line.debtor, line.creditor) == (parties[plan.ledger.from_party[k]], parties[plan.ledger.to_party[k]])
        assert found.flow[row, k].tolist() == [line.amounts[date] for date in dates]
    assert found.flow.shape[1] == len(twin.ledger)
    assert (found.drawn[row, 0], found.received[row, 0]) == (twin.drawn, twin.received)
    paid = {
        (payer, year): int(found.repayment[row, k, y])
        for k, payer in enumerate(labels.payers)
        for y, year in enumerate(labels.years)
    }
    assert paid == {place: amount for place, amount in twin.repayment.items() if place in paid}
    assert sum(paid.values()) == sum(twin.repayment.values())
    assert STATUS_NAMES[found.irr_status[row, 0]] == twin.irr_status
    assert found.irr[row, 0] == pytest.approx(twin.irr, rel=1e-9, abs=1e-9, nan_ok=True)
    for h, hurdle in enumerate(labels.hurdles):
        moved = (twin.drawn + twin.received) / plan.minor_units
        assert found.npv[row, 0, h] == pytest.approx(twin.npv[hurdle], rel=1e-9, abs=1e-9 * moved)


def assert_same_moves(plan: Plan, found: PathResults, row: int, twin: TwinPath) -> None:
    """The ledger of a deal with several tranches, costs, caps or guarantees, line by line."""
    labels, ledger, moves = plan.labels, plan.ledger, {}
    for line, t in zip(*found.flow[row].nonzero(), strict=True):
        giver, taker = labels.parties[ledger.from_party[line]], labels.parties[ledger.to_party[line]]
        place = (giver, taker, labels.lines[line], labels.dates[t])
        moves[place] = moves.get(place, 0) + int(found.flow[row, line, t])
    assert moves == twin.moves
    for k, name in enumerate(labels.tranches):
        assert (found.drawn[row, k], found.received[row, k]) == twin.investors[name][:2]
    paid = {
        (payer, year): int(found.repayment[row, q, y])
        for q, payer in enumerate(labels.payers)
        for y, year in enumerate(labels.years)
    }
    assert paid == {place: amount for place, amount in twin.repayment.items() if place in paid}
    irr, status, npv = (
        (found.group_irr, found.group_irr_status, found.group_npv)
        if labels.groups
        else (found.irr, found.irr_status, found.npv)
    )
    assert STATUS_NAMES[status[row, 0]] == twin.irr_status
    assert irr[row, 0] == pytest.approx(twin.irr, rel=1e-9, abs=1e-9, nan_ok=True)
    for h, hurdle in enumerate(labels.hurdles):
        moved = (twin.drawn + twin.received) / plan.minor_units
        assert npv[row, 0, h] == pytest.approx(twin.npv[hurdle], rel=1e-9, abs=1e-9 * moved)


def assert_same_people(plan: Plan, found: PathResults, row: int, twin: TwinPath) -> None:
    for c, name in enumerate(plan.labels.cohorts):
        heads = twin.headcounts[name]
        expected = [heads.enrolled, heads.completed, heads.dropped_out, heads.unmeasured]
        for outcome in plan.labels.outcomes:
            expected += [heads.achieved[outcome], heads.verified[outcome]]
        assert found.headcount[row, c].tolist() == expected


def compare(scenario: Scenario, n_paths: int, *, first: int = 0, digits: float = 1e-9) -> list[TwinPath]:
    """Hold the paths of a run against the twin, each with the inputs as drawn; what the twin draws on the first few."""
    plan = compile_plan(scenario)
    found = run(plan, Settings(n_paths, SEED, threads=1, first_path=first))
    twins = []
    for row in range(n_paths):
        inputs = drawn_inputs(plan, found, row)
        twin = run_path(scenario, SEED, first + row, known=inputs)
        assert_same_people(plan, found, row, twin)
        assert_same_path(scenario, plan, found, row, twin)
        if row < 3:
            assert_same_inputs(plan, inputs, inputs_of(scenario, key_of(SEED), first + row)[1], digits)
        twins.append(twin)
    return twins


def compare_without_evidence(scenario: Scenario, n_paths: int, *, digits: float = 1e-9) -> None:
    plan = compile_plan(scenario)
    known, fixed = means(plan), at_means(plan)
    assert_same_inputs(plan, known, expected_only(scenario).inputs, digits)
    lucky = run(fixed, Settings(n_paths, SEED, threads=1))
    for row in range(n_paths):
        twin = luck_only(scenario, SEED, row, known=known)
        assert_same_people(plan, lucky, row, twin)
        assert_same_path(scenario, plan, lucky, row, twin)
    assert_same_path(scenario, plan, run_expected(fixed), 0, expected_only(scenario, known=known))


@each_deal
def test_run_equals_the_slow_twin(scenario):
    compare(scenario(), 60)


@each_deal
def test_luck_only_and_expected_only_equal_the_slow_twin(scenario):
    compare_without_evidence(scenario(), 20)


@each_deal
def test_run_equals_the_slow_twin_beyond_32_bits(scenario):
    compare(scenario(), 3, first=2**40 + 17)


@pytest.mark.slow
@each_deal
def test_1_000_paths_of_a_run_equal_the_slow_twin(scenario):
    compare(scenario(), 1_000)


# Made-up deals


def chances() -> st.SearchStrategy[Any]:
    """A share: certain, or one of the laws that stay inside 0 and 1."""
    three = st.lists(st.floats(0.05, 0.95), min_size=3, max_size=3, unique=True).map(sorted)
    laws = st.one_of(
        st.sampled_from([0.0, 0.3, 1.0]),
        st.tuples(st.floats(0.6, 30.0), st.floats(0.6, 30.0)).map(lambda ab: {"beta": list(ab)}),
        st.integers(0, 20).map(lambda k: {"evidence": {"successes": k, "of": 20, "weight": 0.5}}),
        st.just({"quantiles": {"p10": 0.2, "p50": 0.35, "p90": 0.6}}),
        st.just({"p5": 0.3, "p95": 0.8}),
        three.map(lambda v: {"triangular": v}),
        three.map(lambda v: {"pert": v}),
        three.map(lambda v: {"uniform": [v[0], v[2]]}),
        three.map(lambda v: {"discrete": [{"value": x, "weight": 1 + k} for k, x in enumerate(reversed(v))]}),
    )
    mixed = st.lists(laws, min_size=2, max_size=3).map(
        lambda parts: {"mixture": [{"weight": 1 + k, "of": part} for k, part in enumerate(parts)]}
    )
    return laws | mixed


def amounts(size: float) -> st.SearchStrategy[Any]:
    """An amount of about this size: certain, or one of the laws that are not negative."""
    return st.one_of(
        st.floats(0.5, 2.0).map(lambda x: round(x * size, 3)),
        st.just({"value": size}),
        st.just({"lognormal": {"median": size, "p90": 1.3 * size}}),
        st.just({"gamma": {"mean": size, "sd": 0.3 * size}}),
        st.just({"normal": {"mean": size, "sd": 0.1 * size}}),
        st.just({"uniform": [0.8 * size, 1.2 * size]}),
        st.just({"triangular": [0.8 * size, size, 1.5 * size]}),
        st.just({"quantiles": {"p10": 0.8 * size, "p90": 1.3 * size}, "fit": "lognormal"}),
        st.just({"mixture": [{"weight": 1, "of": size}, {"weight": 2, "of": {"uniform": [0.5 * size, size]}}]}),
    )


@st.composite
def cohorts(draw: st.DrawFn, name: str) -> dict[str, Any]:
    duration = draw(st.sampled_from([0, 1, 7, 12]))
    told: dict[str, Any] = {"name": name, "participants": draw(st.integers(1, 40)), "duration": f"{duration} months"}
    if duration:
        told["dropout"] = draw(chances())
    if draw(st.booleans()):
        told["unmeasured"] = draw(chances())
    if draw(st.booleans()):
        told["enrolment"] = {"window": f"{draw(st.sampled_from([1, 3, 13]))} months"}
        if draw(st.booleans()):
            told["enrolment"]["ramp"] = f"{draw(st.sampled_from([1, 4, 20]))} months"
        if draw(st.booleans()):
            told["enrolment"]["ratio"] = draw(chances() | st.just({"lognormal": {"mu": 0.0, "sigma": 0.3}}))
    return told


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    start = draw(st.sampled_from(["2024-01-31", "2024-02-29", "2025-01-01", "2025-08-30", "2027-12-15"]))
    first, months = dt.date.fromisoformat(start), draw(st.sampled_from([24, 41]))
    end = add_months(first, months)
    days = sorted(draw(st.sets(st.integers(1, (end - first).days), min_size=1, max_size=5)))
    listed = [first + dt.timedelta(day) for day in reversed(days)]
    every = draw(st.sampled_from([1, 5, 6, 12]))
    follow_up = draw(st.sampled_from([{"every": f"{every} months"}, listed]))
    last = max(listed) if follow_up is listed else add_months(first, months // every * every)
    told_cohorts = [draw(cohorts(name)) for name in ("nord", "Æ", "syd")[: draw(st.integers(1, 3))]]
    longest = max(int(cohort["duration"].split()[0]) for cohort in told_cohorts)
    outcomes = {}
    for name in ("job", "trivsel", "hjem")[: draw(st.integers(1, 3))]:
        of = draw(st.sampled_from(["enrolled", "completers", "measured"]))
        waiting = draw(st.sampled_from([0, 1, 6, 11]))
        date = first + dt.timedelta(draw(st.integers(0, (last - first).days)))
        measured = draw(
            st.sampled_from(
                [
                    {"at": "completion"},
                    {"after_completion": f"{waiting} months"},
                    {"after_enrolment": f"{waiting + (0 if of == 'enrolled' else longest)} months"},
                    {"on": date},
                ]
            )
        )
        outcomes[name] = {"of": of, "success_rate": draw(chances()), "measured": measured}
    payers = st.sampled_from(["municipality", "region", "state", "outcome fund"])
    payments: list[dict[str, Any]] = []
    for name in draw(st.lists(st.sampled_from(list(outcomes)), min_size=1, max_size=4)):
        payments.append({"per_outcome": {"outcome": name, "price": draw(amounts(10_000.0)), "payer": draw(payers)}})
        if draw(st.booleans()):
            payments.append({"cap": {"total": draw(amounts(draw(st.sampled_from([25_000.0, 150_000.0, 1e7]))))}})
    step = draw(st.sampled_from([1, 3, 6]))
    shares = draw(st.sampled_from([[1.0], [0.5, 0.5], [0.1, 0.2, 0.7]]))
    drawdown = draw(
        st.sampled_from(
            [
                "start",
                {"every": f"{step} months", "times": draw(st.integers(1, months // step + 1))},
                [{"on": add_months(first, 4 * k), "share": share} for k, share in enumerate(shares)],
            ]
        )
    )
    return deal(
        start=first,
        end=end,
        follow_up=follow_up,
        day_count=draw(st.sampled_from(["act/365", "months/12"])),
        currency=draw(st.sampled_from(["DKK", "KRW", "KWD"])),
        hurdles=[0.0, draw(st.sampled_from([-0.5, 0.035, 3.0]))],
        cohorts=told_cohorts,
        outcomes=outcomes,
        payments=payments,
        financing={
            "tranches": [{"name": "DSI", "commitment": draw(amounts(100_000.0)), "drawdown": drawdown}],
        },
    )


@st.composite
def financings(draw: st.DrawFn) -> dict[str, Any]:
    """Tranches, costs, caps, grants and guarantees, told without contradictions."""
    names = ["senior", "mezzanine", "junior"][: draw(st.integers(1, 3))]
    has_costs, ranked = draw(st.booleans()), draw(st.booleans())
    dated = ["start", {"every": "4 months", "times": 3}, [{"on": "2025-06-30", "amount": 40_000.004}]]
    drawdowns = st.sampled_from(["as needed", *dated] if has_costs else dated)
    surplus = draw(st.sampled_from([None, "payers", "provider"]))
    tranches = []
    for rank, name in enumerate(names, 1):
        told: dict[str, Any] = {"name": name, "commitment": draw(amounts(60_000.0)), "drawdown": draw(drawdowns)}
        if isinstance(told["drawdown"], list):
            told["commitment"] = draw(st.sampled_from([40_000.004, 90_000]))
        if ranked:
            told["rank"] = min(rank, 2)
        if draw(st.booleans()):
            told["rate"] = draw(st.sampled_from([0.02, 0.04]))
        if surplus and draw(st.booleans()):
            kind = draw(st.sampled_from(["irr", "simple average", "multiple"]))
            told["return_cap"] = {"rate": draw(st.sampled_from([0.05, 0.3])), "as": kind}
        if draw(st.booleans()):
            told["return_floor"] = {"share": 0.4, "paid_by": draw(st.sampled_from(["fund", "municipality"]))}
        tranches.append(told)
    financing: dict[str, Any] = {"tranches": tranches, "guarantees": [{"name": "fund", "share": 0.1}]}
    if surplus:
        financing["surplus"] = surplus
    if draw(st.booleans()):
        covers = draw(st.sampled_from(["investors", names[0]]))
        limit = {"name": "bank", "covers": covers, "limit": draw(amounts(20_000.0)), "attaches_after": 15_000.005}
        financing["guarantees"].append(limit)
    if draw(st.booleans()):
        financing["termination"] = {"on": "2026-10-01", "amount": draw(amounts(9_000.0)), "paid_by": "fund"}
    financing["costs"] = [{"name": "evaluation", "amount": 1_234.567, "due": ["2026-01-31"], "paid_by": "investors"}]
    if has_costs:
        due = {"every": "5 months", "times": 6}
        financing["costs"] += [
            {"name": "staff", "amount": draw(amounts(30_000.0)), "due": due},
            {"name": "premises", "amount": 5_000, "due": ["2025-09-01", "2027-09-01"], "paid_to": "landlord"},
        ]
        financing["uncovered_costs"] = draw(st.sampled_from(["provider", "unpaid"]))
        financing["recycle"] = all(told["drawdown"] == "as needed" for told in tranches)
        financing["grants"] = [{"name": "giver", "amount": draw(amounts(20_000.0)), "drawdown": draw(drawdowns)}]
        if isinstance(financing["grants"][0]["drawdown"], list):
            financing["grants"][0]["amount"] = 50_000
        if financing["uncovered_costs"] == "provider":
            called = draw(st.sampled_from(["yearly", "at the end"]))
            financing["guarantees"].append({"name": "state", "limit": 12_000, "covers": "provider", "called": called})
            financing["guarantees"][-1]["name"] = "back-up"
    return financing


def financed(financing: dict[str, Any]) -> Scenario:
    payments = [
        {"per_outcome": {"outcome": "job", "price": 1_500.0, "payer": "state"}},
        {"per_outcome": {"outcome": "well", "price": {"uniform": [900, 1_300]}, "payer": "municipality"}},
        {"cap": {"total": 190_000}},
    ]
    return deal(payments=payments, financing=financing)


@settings(derandomize=True, deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(financings())
def test_made_up_financings_equal_the_slow_twin(financing):
    compare(financed(financing), 4, digits=1e-6)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(financings())
def test_300_made_up_financings_equal_the_slow_twin(financing):
    compare(financed(financing), 8, digits=1e-6)
    compare_without_evidence(financed(financing), 2, digits=1e-6)


@settings(derandomize=True, deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_made_up_deals_equal_the_slow_twin(scenario):
    compare(scenario, 6, digits=1e-6)  # the twin fits quantiles in another way
    compare_without_evidence(scenario, 2, digits=1e-6)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_200_made_up_deals_equal_the_slow_twin(scenario):
    compare(scenario, 20, digits=1e-6)
    compare_without_evidence(scenario, 5, digits=1e-6)
