"""Stresses: places as people write them, what becomes of each, and mistakes told at the line of the change."""

from __future__ import annotations

from typing import Any

import pytest

from risksim.errors import ScenarioError
from risksim.plan.compile import compile_plan, digest_of
from risksim.scenario.origins import unstated
from risksim.scenario.reader import read_stressed, read_text
from risksim.scenario.stresses import changes_of
from risksim.scenario.uncertainty import Changed
from tests.scenario.broken import DEAL


def text(*lines: str) -> str:
    return DEAL + "stresses:\n  what if:\n" + "".join(f"    {line}\n" for line in lines)


def stressed(*lines: str) -> Any:
    _, document = read_text(text(*lines))
    scenario, _ = read_stressed(document, "what if")
    return scenario


def refusal(*lines: str) -> Any:
    with pytest.raises(ScenarioError) as caught:
        read_text(text(*lines), "deal.yaml")
    (fault,) = caught.value.faults
    return fault


LAST = len(DEAL.splitlines()) + 3
"""The line of the first change."""


def test_all_entries_of_a_list_are_changed():
    deal = stressed("cohorts[*].participants: {times: 0.5}")
    assert [cohort.participants for cohort in deal.cohorts] == [60, 20]  # of 120 and 40 places


def test_people_are_cut_to_whole_people():
    assert stressed("cohorts[south].participants: {times: 0.33}").cohorts[1].participants == 13  # of 13.2


def test_an_entry_is_named():
    deal = stressed("cohorts[south].dropout: 0.3")
    assert (deal.cohorts[1].dropout, deal.cohorts[0].dropout.beta) == (0.3, (4.0, 16.0))


def test_a_new_value_stands_where_the_file_says_none():
    assert [cohort.dropout for cohort in stressed("cohorts[*].dropout: 0.3").cohorts] == [0.3, 0.3]


def test_only_what_the_file_says_is_multiplied():
    deal = stressed("cohorts[*].dropout: {odds: 2}")
    assert isinstance(deal.cohorts[0].dropout, Changed)
    assert (deal.cohorts[0].dropout.changed.odds, deal.cohorts[0].dropout.changed.of.beta) == (2.0, (4.0, 16.0))
    assert deal.cohorts[1].dropout == 0.0


@pytest.mark.parametrize(
    ("change", "rate"),
    [("{times: 0.5}", 0.2), ("{plus: 0.1}", 0.5), ("{odds: 3}", 3 * 0.4 / (0.6 + 3 * 0.4)), ("0.7", 0.7)],
)
def test_a_certain_number_is_reckoned_at_once(change: str, rate: float):
    assert stressed(f"outcomes[home].success_rate: {change}").outcomes["home"].success_rate == pytest.approx(rate)


def test_an_outcome_may_be_named_as_a_key():
    assert stressed("outcomes.home.success_rate: 0.7").outcomes["home"].success_rate == 0.7


def test_the_keys_of_payment_rules_are_left_out():
    deal = stressed("payments[0].price: {times: 0.9}", "payments[cap].total: 1000000")
    assert (deal.payments[0].per_outcome.price, deal.payments[2].cap.total) == (54_000.0, 1_000_000.0)


def test_a_kind_of_rule_means_every_rule_of_it():
    deal = stressed("payments[per_outcome].price: {times: 2}")
    assert [rule.per_outcome.price for rule in deal.payments[:2]] == [120_000.0, 20_000.0]


def test_a_part_is_switched_off():
    deal = stressed("payments[cap]: left out", "cohorts[north].enrolment: left out")
    assert len(deal.payments) == 2
    assert deal.cohorts[0].enrolment is None


def test_several_entries_are_taken_out_together():
    deal = stressed("payments[0]: left out", "payments[2]: left out")
    assert [rule.per_outcome.outcome for rule in deal.payments] == ["home"]


def test_a_part_is_switched_on():
    deal = stressed(
        "cohorts[south].enrolment: {window: 3 months}",
        "payments[+]: {fund: {payer: municipality, limit: 1000000, otherwise: state}}",
        "financing.guarantees: [{name: foundation, limit: 500000}]",
    )
    assert (deal.cohorts[1].enrolment.window, deal.payments[3].fund.limit) == (3, 1_000_000.0)
    assert deal.financing.guarantees[0].limit == 500_000.0


@pytest.mark.parametrize(("change", "window"), [("{plus: 6 months}", 18), ("{times: 0.5}", 6), ("2 years", 24)])
def test_a_duration_is_changed(change: str, window: int):
    assert stressed(f"cohorts[north].enrolment.window: {change}").cohorts[0].enrolment.window == window


def test_stresses_are_no_part_of_the_deal():
    plain, asked = read_text(DEAL)[0], read_text(text("cohorts[*].dropout: 0.3"))[0]
    assert digest_of(plain) == digest_of(asked)
    assert unstated(plain) == unstated(asked)


def test_the_changed_deal_is_another_deal():
    deal = stressed("cohorts[*].dropout: 0.3")
    assert deal.stresses == {}
    assert digest_of(deal) != digest_of(read_text(DEAL)[0])


def test_inputs_keep_the_address_of_their_draws():
    before = compile_plan(read_text(DEAL)[0], draft=True)
    after = compile_plan(stressed("cohorts[*].dropout: {times: 0.5}"), draft=True)
    assert before.inputs.address.tolist() == after.inputs.address.tolist()
    assert [note.name for note in before.labels.inputs] == [note.name for note in after.labels.inputs]


@pytest.mark.parametrize(
    ("line", "found", "remedy"),
    [
        ("cohort[*].dropout: 0.1", "'cohort', which the file doesn't say at the top", "Did you mean cohorts?"),
        ("cohorts[nrth].dropout: 0.1", "there is north, south", "Did you mean north?"),
        ("cohorts[7].dropout: 0.1", "'7', which the file doesn't say in cohorts", "one of these"),
        ("outcomes[wrk].success_rate: 0.1", "there is work, home", "Did you mean work?"),
        ("outcomes[wrk]: left out", "there is work, home", "Did you mean work?"),
        ("cohorts.dropout: 0.1", "cohorts is a list", "cohorts[*].dropout for all of them"),
        ("cohorts[south].dropout: {times: 2}", "doesn't say in cohorts[1]", "the file doesn't say it yet"),
        ("name.x: 3", "never the name", "file of its own"),
        ("hurdles: [0.1]", "never the rates", "file of its own"),
        ("currency: EUR", "never the currency", "file of its own"),
        ("'cohorts[': 3", "a place is written as its keys", "cohorts[*].dropout"),
        ("outcomes[home].of: {times: 2}", "times: 2, and outcomes.home.of is 'enrolled'", "for a duration"),
        ("outcomes[home].measured: {times: 2}", "which is no number", "write the new value"),
        ("outcomes[home].success_rate.x: 1", "which is 0.4", "as a whole"),
        ("payments[0].price: {times: -1}", "a number not below 0", "{times: 0.5}"),
        ("payments[0].price: {times: twice}", "times: 'twice'", "{times: 0.5}"),
        ("payments[0].price: {odds: 2}", "only a share has odds", "times or plus"),
        ("cohorts[*].duration: {times: 0.3}", "which is 2.7; a duration is whole months", "itself"),
        ("cohorts[north].dropout: 1.4", "with this stress, cohorts[0].dropout: got 1.4", "0.014"),
        ("cohorts[north].droput: 0.1", "the key 'droput', which is not known here", "Did you mean dropout?"),
        ("end: 2020-01-01", "with this stress, end: got 2020-01-01", "change places"),
    ],
)
def test_a_mistake_is_told_at_its_change(line: str, found: str, remedy: str):
    fault = refusal(line)
    assert fault.line == LAST
    assert fault.path.startswith("stresses[what if]")
    assert found in fault.found
    assert remedy in fault.remedy


def test_a_mistake_elsewhere_is_told_at_the_stress():
    fault = refusal("outcomes[work]: left out")
    assert fault.line == LAST - 1
    assert fault.path == "stresses[what if]"
    assert "payments[0].per_outcome.outcome: got 'work', which is no outcome" in fault.found


def test_mistakes_of_several_stresses_are_told_together():
    with pytest.raises(ScenarioError) as caught:
        read_text(DEAL + "stresses:\n  a: {end: 2020-01-01}\n  b: {x.y: 1.0, z.y: 2}\n")
    assert len(caught.value.faults) == 3


def test_a_law_that_leaves_its_bounds_is_told_at_its_change():
    _, document = read_text(text("cohorts[north].dropout: {times: 4}"))
    scenario, changed = read_stressed(document, "what if")
    with pytest.raises(ScenarioError, match="with this stress") as caught:
        compile_plan(scenario, changed, draft=True)
    assert caught.value.faults[0].line == LAST


def test_an_empty_stress_is_refused():
    with pytest.raises(ScenarioError, match="stresses"):
        read_text(DEAL + "stresses: {nothing: {}}\n")


def test_a_place_in_braces_is_told_how_to_be_written():
    with pytest.raises(ScenarioError, match="a line of its own"):
        read_text(DEAL + "stresses: {a: {cohorts[*].dropout: 0}}\n")


def test_changes_are_said_in_words():
    said = read_text(text("cohorts[*].participants: {times: 0.5}", "payments[cap]: left out"))[0].stresses["what if"]
    assert list(changes_of(said)) == ["cohorts[*].participants: times 0.5", "payments[cap]: left out"]
