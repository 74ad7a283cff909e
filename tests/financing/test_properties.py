"""What holds for every financing, whatever is paid."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risksim.engine.settle import finance
from risksim.errors import RunError
from risksim.kernels import tranches
from risksim.plan.compile import compile_plan
from tests.financing.deals import financed, settled, told

checked = settings(derandomize=True, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
payments = st.lists(st.integers(0, 900_000), min_size=4, max_size=4)


@st.composite
def financings(draw: st.DrawFn) -> dict[str, Any]:
    ranked = draw(st.booleans())
    deal: dict[str, Any] = {"tranches": [], "surplus": draw(st.sampled_from(["payers", "provider"]))}
    for rank, name in enumerate(["first", "second", "third"][: draw(st.integers(1, 3))], 1):
        tranche: dict[str, Any] = {"name": name, "commitment": draw(st.integers(1, 9)) * 100_000.0}
        tranche["drawdown"] = draw(st.sampled_from(["start", {"every": "12 months", "times": 3}, "as needed"]))
        if ranked:
            tranche["rank"] = rank
        tranche["rate"] = draw(st.sampled_from([0.0, 0.05]))
        if draw(st.booleans()):
            kind = draw(st.sampled_from(["irr", "simple average", "multiple"]))
            tranche["return_cap"] = {"rate": 0.08, "as": kind}
        deal["tranches"].append(tranche)
    deal["costs"] = [{"name": "staff", "amount": 150_000, "due": {"every": "6 months", "times": 6}}]
    deal["uncovered_costs"] = draw(st.sampled_from(["provider", "unpaid"]))
    deal["recycle"] = all(tranche["drawdown"] == "as needed" for tranche in deal["tranches"])
    deal["guarantees"] = [{"name": "fund", "share": draw(st.sampled_from([0.1, 1.0])), "attaches_after": 10_000}]
    return deal


@checked
@given(financings(), payments)
def test_money_is_conserved_and_no_account_is_overdrawn(deal, paid):
    plan, found = financed(deal, [paid])
    balance = np.zeros((len(plan.labels.parties), found.flow.shape[2]), np.int64)
    for line, (giver, taker) in enumerate(zip(plan.ledger.from_party, plan.ledger.to_party, strict=True)):
        balance[giver] -= found.flow[0, line]
        balance[taker] += found.flow[0, line]
    assert (found.flow >= 0).all()
    assert (balance.sum(axis=0) == 0).all()
    assert (balance[0].cumsum() >= 0).all()
    assert (balance[plan.labels.parties.index("outcome account")] == 0).all()
    commitment = plan.financing.commitment_value * plan.minor_units
    assert (found.drawn[0] <= commitment).all()
    assert (
        -balance[plan.labels.parties.index("fund")].sum()
        == found.flow[0, plan.waterfall.line_guarantee[0] :][: len(plan.labels.tranches)].sum()
    )


@checked
@given(financings(), payments, st.integers(0, 3), st.integers(1, 500_000))
def test_larger_payments_never_lower_what_a_tranche_has_received(deal, paid, year, more):
    """Interest and an IRR cap stop earlier when capital returns earlier, so terms here bear neither."""
    deal.pop("guarantees")
    for tranche in deal["tranches"]:
        tranche["rate"] = 0.0
        if tranche.get("return_cap", {}).get("as") == "irr":
            tranche["return_cap"]["as"] = "multiple"
        tranche["drawdown"] = "start"
    deal["recycle"] = False
    richer = [*paid]
    richer[year] += more
    plan, found = financed(deal, [paid, richer])
    for k in range(len(plan.labels.tranches)):
        mine = plan.ledger.to_party == 1 + k
        received = found.flow[:, mine].sum(axis=1).cumsum(axis=1)
        assert (received[1] >= received[0] - 1).all()  # a minor unit may move with the largest remainder


@checked
@given(payments, st.integers(0, 3), st.integers(1, 500_000))
def test_larger_payments_never_lower_receipts_carried_forward_at_the_rate(paid, year, more):
    """With interest, money early is worth more: senior at its own rate, junior without interest in plain sums."""
    deal = {
        "tranches": [
            {"name": "senior", "commitment": 600_000, "rank": 1, "rate": 0.05},
            {"name": "junior", "commitment": 400_000, "rank": 2},
        ]
    }
    richer = [*paid]
    richer[year] += more
    plan, found = financed(deal, [paid, richer])
    for k, rate in enumerate([0.05, 0.0]):
        mine = plan.ledger.to_party == 1 + k
        worth = (found.flow[:, mine].sum(axis=1) * (1 + rate) ** -plan.calendar.years).cumsum(axis=1)
        assert (worth[1] >= worth[0] - 2).all()


@checked
@given(financings(), payments)
def test_a_guarantee_of_everything_leaves_no_loss(deal, paid):
    deal["guarantees"] = [{"name": "fund", "share": 1.0}]
    _, found = financed(deal, [paid])
    assert (found.received[0] >= found.drawn[0]).all()


@checked
@given(financings(), payments)
def test_every_amount_times_100_makes_every_flow_times_100(deal, paid):
    small = financed(deal, [paid])[1]
    for tranche in deal["tranches"]:
        tranche["commitment"] *= 100
    deal["costs"][0]["amount"] *= 100
    deal["guarantees"][0]["attaches_after"] *= 100
    large = financed(deal, [[100 * amount for amount in paid]])[1]
    assert np.abs(large.flow - 100 * small.flow).max() <= 100 * 4  # roundings of four years, to the minor unit


@checked
@given(payments, st.sampled_from(["irr", "simple average", "multiple"]))
def test_investors_never_get_more_than_the_cap(paid, kind):
    tranche = {"name": "investor", "commitment": 500_000, "return_cap": {"rate": 0.06, "as": kind}}
    plan, found = financed({"tranches": [tranche], "surplus": "payers"}, [paid])
    years = plan.calendar.years
    received = found.flow[0][plan.ledger.to_party == 1].sum(axis=0)
    if kind == "irr":
        assert (received * 1.06**-years).sum() <= 50_000_000 + 1
    else:
        most = 50_000_000 * (1 + 0.06 * (years if kind == "simple average" else 1.0))
        assert (received.cumsum() <= most + 0.5).all()


@checked
@given(financings(), payments)
def test_dates_without_flows_change_nothing(deal, paid):
    deal["tranches"] = [{**tranche, "drawdown": "start"} for tranche in deal["tranches"]]
    deal["recycle"] = False
    few = financed(deal, [paid])[1]
    scenario = told(deal, 4)
    extra = [*scenario.follow_up, *(f"{year}-09-15" for year in (2025, 2026, 2027))]
    plan = compile_plan(scenario.model_validate({**scenario.model_dump(by_alias=True), "follow_up": extra}))
    many = settled(plan, [paid])
    assert np.abs(many.received - few.received).max() <= 8
    assert (many.drawn == few.drawn).all()


SENIOR_JUNIOR = {
    "tranches": [
        {"name": "senior", "commitment": 600, "rank": 1, "rate": 0.04},
        {"name": "junior", "commitment": 400, "rank": 2, "drawdown": "as needed"},
    ],
    "costs": [{"name": "staff", "amount": 250, "due": {"every": "12 months", "times": 4}}],
}


@pytest.mark.parametrize("name", ["provider", "outcome account"])
@pytest.mark.parametrize("how", ["lost", "negative"])
def test_books_that_do_not_close_stop_the_run(monkeypatch, name, how):
    plan, found = financed(SENIOR_JUNIOR, [[300.0, 300, 300, 300]])
    party = plan.labels.parties.index(name)
    line = int(np.flatnonzero(plan.ledger.from_party == party)[0])
    whole = tranches.post_in_order

    def spoilt(claim, payer, w, state, n_payers, minor, inputs, years, flow, drawn, received):
        whole(claim, payer, w, state, n_payers, minor, inputs, years, flow, drawn, received)
        flow[0, line, 1] += 10**9 if how == "lost" else -(10**9)

    monkeypatch.setattr(tranches, "post_in_order", spoilt)
    with pytest.raises(RunError, match="the books of 1 paths do not close"):
        finance(plan, np.empty((1, 0)), found.claim)


def test_kernels_compiled_equal_python(monkeypatch):
    deal = {**SENIOR_JUNIOR, "guarantees": [{"name": "fund", "share": 0.3, "attaches_after": 50}]}
    plan, fast = financed(deal, [[100.5, 20.25, 300, 80], [0, 0, 0, 900]])
    for name, function in vars(tranches).items():
        if hasattr(function, "py_func"):
            monkeypatch.setattr(tranches, name, function.py_func)
    slow = finance(plan, np.empty((2, 0)), fast.claim)
    assert (slow.flow == fast.flow).all()
    assert (slow.received == fast.received).all()
