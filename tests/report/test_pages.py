"""What people read: sentences and figures that must hold at the edges."""

from pathlib import Path

import pytest

from risksim import api
from risksim.analysis.three_lines import three_lines
from risksim.cli.run import _page
from risksim.engine.run import Settings, run
from risksim.errors import ScenarioError
from risksim.plan.compile import compile_plan
from risksim.report.story import story
from risksim.scenario.reader import read_text
from tests.payments.deals import deal as paid_by

ROOT = Path(__file__).parents[2]
DEAL = """
schema: 1
name: Edges
currency: {currency}
start: 2025-01-01
end: 2028-01-01
follow_up: {{every: 6 months}}
hurdles: {hurdles}
cohorts:
  - {{name: all, participants: 20, duration: 6 months, enrolment: {{window: {window}}}}}
outcomes:
  job: {{of: enrolled, success_rate: {rate}, measured: {measured}}}
payments:
  - per_outcome: {{outcome: job, price: {price}}}
  - cap: {{total: {cap}}}
financing:
  tranches: [{{name: fund, commitment: {commitment}, drawdown: {drawdown}}}]
"""
PLAIN = {
    "currency": "DKK",
    "hurdles": "[0.0, 0.05]",
    "window": "1 month",
    "rate": "0.5",
    "measured": "{at: completion}",
    "price": "60000",
    "cap": "4000000",
    "commitment": "500000",
    "drawdown": "start",
}


def deal(**changes):
    scenario, document = read_text(DEAL.format(**PLAIN | changes))
    return api.Deal(scenario, document, compile_plan(scenario, document))


def page(made):
    from risksim.analysis.three_lines import three_lines
    from risksim.cli.run import _page

    simulated = api.simulate(made, paths=1_000)
    return _page(api.done_from(simulated), three_lines(made, simulated), simulated.summary())


def test_page_of_a_deal_without_capital_says_so():
    assert "No capital is paid in" in page(deal(commitment="0"))


def test_page_never_rounds_a_loss_away():
    # 20 people at 0.5: fewer than 3 succeed in 2 of 10,000 futures; 25,000 paths show some
    made = deal(commitment="170000")
    simulated = api.simulate(made, paths=25_000)
    assert 0 < simulated.summary().everybody.loss.p_loss.value < 0.005
    from risksim.analysis.three_lines import three_lines
    from risksim.cli.run import _page

    assert "In more than 99 of 100 futures" in _page(
        api.done_from(simulated), three_lines(made, simulated), simulated.summary()
    )


def test_page_names_no_capital_where_it_is_uncertain():
    text = page(deal(commitment="{uniform: [100000, 1000000]}"))
    assert " is lost on average" in text
    assert " of 5" not in text.split("is lost on average")[0].split("worst twentieth,")[1]


def test_people_who_are_never_due_are_told_apart():
    told = api.explain(deal(window="24 months", measured="{on: 2026-02-01}", rate="1.0"), path=3)
    never = [person for person in told.people if person.outcomes[0].result == "never due"]
    assert never
    assert all(person.outcomes[0].measured_on is None for person in never)
    assert f"{len(never)} never due" in story(told)


@pytest.mark.parametrize(("currency", "shown"), [("DKK", "60,000.00"), ("KRW", "60,000"), ("KWD", "60,000.000")])
def test_amounts_have_the_decimals_of_their_currency(currency, shown):
    assert f"verified at {shown} each" in story(api.explain(deal(currency=currency, rate="1.0"), path=1))


def test_money_beyond_what_a_computer_counts_is_refused_with_its_place():
    for field in ("cap", "price", "commitment"):
        with pytest.raises(ScenarioError) as caught:
            deal(**{field: "{lognormal: {median: 1.0e+12, sigma: 8}}"})
        assert caught.value.faults[0].line is not None


def test_rare_draws_of_money_are_held_inside_what_a_computer_counts():
    made = deal(cap="{lognormal: {median: 1.0e+9, sigma: 2.3}}", rate="1.0")
    made_run = run(made.plan, Settings(paths=20_000, threads=1))
    wide = made_run.inputs[:, 0] > 1_200_000  # the cap is above what 20 successes cost
    assert made_run.inputs.max() > 1e12
    assert (made_run.received[wide] == 120_000_000).all()


def test_a_provider_is_not_called_like_a_payer():
    with pytest.raises(ScenarioError) as caught:
        read_text("provider: municipality\n" + DEAL.format(**PLAIN))
    assert "also pays for outcomes" in caught.value.faults[0].found


def test_a_coupon_on_capital_that_is_not_known_beforehand_is_refused():
    rules = "  - steps: {outcome: job, counts: count, pays: coupon, table: [{from: 1, gives: 0.03}]}"
    text = DEAL.format(**PLAIN | {"drawdown": "[{on: 2025-07-01, amount: 1000}]"})
    scenario, document = read_text(text.replace("  - cap: {total: 4000000}", rules))
    with pytest.raises(ScenarioError) as caught:
        compile_plan(scenario, document)
    assert "not known beforehand" in caught.value.faults[0].found


def test_a_hurdle_stands_once():
    with pytest.raises(ScenarioError) as caught:
        deal(hurdles="[0.05, 0.050000000001]")
    assert "a second time" in caught.value.faults[0].found


def measured_often(times):
    months = ", ".join(f"{month} months" for month in range(1, times + 1))
    return deal(rate="0.5, persistence: 0.5", measured=f"{{after_enrolment: [{months}]}}", cap="90000000")


def test_many_measurements_leave_out_their_days_and_then_stand_in_blocks():
    days, plain, blocks = (story(api.explain(measured_often(times), path=0)) for times in (4, 10, 30))
    assert "  met 2025-02-01  " in days
    assert "Days of measurement" not in days
    assert "person  enrolled    left    job 1" in plain
    assert "met 2025-02-01" not in plain
    assert "Days of measurement stand in --json." in plain
    assert "\n20: enrolled 2025-01-01, stayed\n    job 1 " in blocks
    assert all(len(line) <= 160 for text in (days, plain, blocks) for line in text.splitlines())


def test_the_page_says_where_it_counts_measurements():
    assert "job: measurements achieved" in page(measured_often(4))
    assert "job: achieved" in page(deal())


AMOUNT = "amount-mean-threshold", "use-change"


@pytest.mark.parametrize("name", AMOUNT)
def test_an_amount_is_told_as_one(name):
    made = api.read(ROOT / "scenarios" / "outcomes" / f"{name}.yaml")
    assert ": above zero that count" in page(made)
    told = story(api.explain(made, path=0))
    assert "10 measured; " in told
    assert " on average." in told
    assert "verified" not in told


def test_amounts_have_four_digits():
    told = story(api.explain(api.read(ROOT / "scenarios" / "outcomes" / "use-change.yaml"), path=1))
    assert "\n2       2025-01-01  stayed  66,041 2026-01-01\n" in told
    told = story(api.explain(api.read(ROOT / "scenarios" / "outcomes" / "amount-goal.yaml"), path=0))
    assert "0.3432 2026-01-01" in told


def test_people_before_a_closed_gate_are_told_apart():
    told = story(api.explain(api.read(ROOT / "scenarios" / "outcomes" / "gate.yaml"), path=0))
    assert "job kept: 1 met, 1 not met, 6 whose gate was not met." in told


def test_a_deal_without_people_has_no_table_of_people():
    file = Path(__file__).parents[2] / "scenarios/danish/aaben-og-rolig-loan.yaml"
    deal = api.read(file)
    made = api.simulate(deal, 256)
    assert "Programme" not in _page(api.done_from(made), three_lines(deal, made), made.summary())


def test_a_mean_flow_with_two_rates_is_answered_by_its_modified_rate():
    # 100 in, 230 out, 132 in again: 10 % and 20 % both fit; (230 * 1.035 / (100 + 132 / 1.035^2))^(1/2) - 1 = 3.27 %
    plan = compile_plan(
        paid_by(
            [{"fixed": {"amounts": [{"on": "2026-01-01", "amount": 230}]}}],
            follow_up=["2026-01-01", "2027-01-01"],
            day_count="months/12",
            hurdles=[0.035],
            financing={
                "tranches": [
                    {
                        "name": "investor",
                        "commitment": 232,
                        "drawdown": [{"on": "2025-01-01", "amount": 100}, {"on": "2027-01-01", "amount": 132}],
                    }
                ]
            },
        )
    )
    found = api.irr_of_mean_flow(api.simulate(plan, 64))
    assert found.reason == (
        "the mean cash flow has no single IRR (multiple); with money at 3.50% it earns 3.27% ± 0.00% a year (MIRR)"
    )
